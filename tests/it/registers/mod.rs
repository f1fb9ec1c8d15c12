//! Imports: what a register tells is entered, what it tells no more is closed with a reason, and nothing
//! that is broken, cut off or done twice does any harm.
mod end_mark;
mod fuzz;
mod guard;
mod lease;
mod role_lists;
mod updates;

use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Bench, CUSTOMER, PIA, Person, VENDOR},
};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use systembruker::{
    catalogue,
    clock::Clock,
    config::{AccessLists, EndMark, Import, ImportFile, Limits, People, Register, Updates},
    db::{Engine, Json},
    ids::{OrgNo, PersonNo},
    keys::Keys,
    parties::{self, NumberKeys},
    registers::{Counts, Failure, Importer, Report, Source},
};

on_each_engine!(
    units_need_no_more_than_number_name_and_form,
    a_changed_unit_is_changed_and_a_deleted_one_deleted,
    a_unit_that_somebody_else_has_changed_is_put_right_by_the_same_file,
    what_is_as_before_is_told_by_one_row,
    sub_units_follow_their_main_unit,
    a_broken_entry_stops_nothing_else,
    a_complete_file_deletes_what_it_does_not_name,
    roles_of_organisations_are_entered_and_people_counted,
    the_same_file_twice_changes_nothing,
    a_role_that_is_gone_is_closed_and_the_log_says_why,
    only_organisations_in_the_file_and_only_its_source_are_closed,
    what_is_not_understood_closes_nothing_of_its_code,
    a_complete_file_of_roles_closes_those_of_absent_organisations,
    a_file_that_is_cut_off_closes_nothing,
    a_person_is_the_same_party_before_and_after_an_import,
    a_person_with_an_imported_role_acts_in_the_portal,
    a_number_hashed_by_the_former_key_is_found_and_hashed_anew,
    grants_are_given_to_people_and_organisations,
    resources_are_in_the_next_version_of_the_catalogue,
    access_lists_are_kept_as_their_file_has_them,
    updates_are_read_from_their_objects,
    an_import_that_was_killed_is_run_again,
    an_import_of_roles_that_was_killed_is_run_again,
    exit_codes_tell_what_happened,
);

const BAKER: &str = "313555011";
const FIRM: &str = "317770014";
const OTHER_FIRM: &str = "318880026";
const SHOP: &str = "310000043";
/// A made-up person whom nobody has told of.
const NEW: Person = Person("Nina Ny", "02929012332");

pub struct Run {
    pub done: Result<(), Failure>,
    pub counts: Counts,
    pub told: Vec<String>,
}
impl Run {
    #[track_caller]
    pub fn well(self) -> Self {
        assert!(self.done.is_ok(), "{:?}", self.done);
        self
    }
    #[track_caller]
    pub fn says(&self, what: &str) {
        assert!(self.told.iter().any(|line| line.contains(what)), "no `{what}` in {:?}", self.told);
    }
}

/// Made-up organisation numbers, from this one on.
fn numbers_from(first: u32, count: usize) -> Vec<String> {
    let valid = (first..).map(|n| n.to_string()).filter(|n| n.parse::<OrgNo>().is_ok());
    valid.take(count).collect()
}
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}
pub fn write(folder: &tempfile::TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    file
}
fn packed(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes.as_ref()).unwrap();
    encoder.finish().unwrap()
}
fn from(file: &Path) -> ImportFile {
    ImportFile::new(file, "")
}
pub fn register(file: &Path) -> Register {
    Register { from: from(file), complete: false }
}
/// The same file with these limits.
fn limited(file: &Path, max_closed: f64, yes: bool) -> Register {
    let limits = Limits { max_closed, yes };
    Register { from: ImportFile { limits, ..from(file) }, complete: false }
}
pub fn complete(file: &Path, max_closed: f64, yes: bool) -> Register {
    Register { complete: true, ..limited(file, max_closed, yes) }
}
const WITH_MARK: EndMark = EndMark { no_end_mark: false };
pub fn people(file: &Path) -> People {
    People {
        register: register(file),
        end: WITH_MARK,
        number_keys_file: None,
        allow_synthetic: None,
    }
}
fn lists(file: &Path) -> AccessLists {
    AccessLists { from: from(file), end: WITH_MARK }
}
/// Lines with their end mark: all that say something but a heading, which begins with a name.
fn marked(lines: impl AsRef<str>) -> String {
    let lines = lines.as_ref().trim_end();
    let says = |line: &&str| {
        !line.trim().is_empty() && !line.contains(";orgNo;") && !line.contains("OrgNo;to;")
    };
    let count = lines.lines().filter(says).count();
    format!("{lines}\n#end;{count}\n")
}
pub async fn run(bench: &Bench, what: &Import) -> Run {
    run_with(bench, what, &bench.app.number_keys).await
}
pub async fn run_with(bench: &Bench, what: &Import, keys: &NumberKeys) -> Run {
    let told = Arc::new(Mutex::new(Vec::new()));
    let say = told.clone();
    let report = Report::new(Box::new(move |l| say.lock().unwrap().push(l.to_owned())), None);
    let mut importer = Importer::new(&bench.app.store, &bench.app.clock, report);
    let source = Source::open(&what.from().file).unwrap();
    let done = importer.run(what, source, Some(keys)).await;
    let counts = importer.report.counts.clone();
    drop(importer);
    let told = told.lock().unwrap().clone();
    Run { done, counts, told }
}
async fn import_units(bench: &Bench, units: &Value) -> Run {
    let folder = folder();
    let file = write(&folder, "units.json", units.to_string());
    run(bench, &Import::Units(register(&file))).await.well()
}
async fn import_roles(bench: &Bench, roles: &Value) -> Run {
    let folder = folder();
    let file = write(&folder, "roles.json.gz", packed(roles.to_string()));
    run(bench, &Import::Roles(register(&file))).await.well()
}

fn unit(number: &str, name: &str, form: &str) -> Value {
    json!({ "organisasjonsnummer": number, "navn": name, "organisasjonsform": { "kode": form } })
}
/// As it is published, with all that there can be.
fn whole_unit(number: &str, name: &str) -> Value {
    json!({
        "organisasjonsnummer": number, "navn": name,
        "organisasjonsform": { "kode": "AS", "beskrivelse": "Aksjeselskap", "_links": { "self": { "href": "…" } } },
        "forretningsadresse": { "land": "Norge", "landkode": "NO", "postnummer": "0001", "poststed": "OSLO",
            "adresse": ["Eksempelveien 1", "\"{[\\"], "kommune": "OSLO", "kommunenummer": "0301" },
        "registreringsdatoEnhetsregisteret": "2021-03-04", "registrertIMvaregisteret": true,
        "naeringskode1": { "kode": "10.710", "beskrivelse": "Produksjon av brød" }, "antallAnsatte": 12,
        "konkurs": false, "maalform": "Bokmål", "aktivitet": ["Bake", "selge"], "overordnetEnhet": VENDOR,
        "kapital": { "belop": 30000.00, "type": "Aksjekapital", "valuta": "NOK" },
        "historiskeNavn": [{ "navn": "GAMMEL AS", "fraDato": "2020-01-01", "tilDato": null }],
        "respons_klasse": "Enhet", "_links": { "self": { "href": "…" } },
    })
}
fn world_of_units() -> Value {
    json!([
        whole_unit(BAKER, "FIKTIV BAKER ÆRLIG AS"),
        unit(FIRM, "FIKTIV REGNSKAP AS", "AS"),
        unit(OTHER_FIRM, "ANNEN REVISJON AS", "AS"),
    ])
}
fn held_by(code: &str, holder: &str) -> Value {
    json!({ "type": { "kode": code, "beskrivelse": "…" },
        "enhet": { "organisasjonsnummer": holder, "organisasjonsform": { "kode": "AS" }, "navn": ["X"], "erSlettet": false },
        "fratraadt": false, "avregistrert": false, "rekkefolge": 0 })
}
fn daglig_leder() -> Value {
    json!({ "type": { "kode": "DAGL" }, "fratraadt": false, "rekkefolge": 0,
        "person": { "fodselsdato": "1978-03-12", "navn": { "fornavn": "PIA", "etternavn": "RØRVIK" }, "erDoed": false } })
}
fn roles(number: &str, all: &[Value]) -> Value {
    let groups: Vec<Value> = all
        .iter()
        .map(|role| json!({ "type": role["type"], "sistEndret": "2024-06-01", "roller": [role] }))
        .collect();
    json!({ "organisasjonsnummer": number, "rollegrupper": groups, "_links": { "self": { "href": "…" } } })
}

async fn text(bench: &Bench, sql: &'static str, bound: &str) -> Option<String> {
    let row = bench.app.store.query(sql).bind(bound.to_owned()).opt::<(Option<String>,)>().await;
    row.unwrap().and_then(|(text,)| text)
}
async fn number(bench: &Bench, sql: &'static str, bound: &str) -> i64 {
    let (count,): (i64,) = bench.app.store.query(sql).bind(bound.to_owned()).one().await.unwrap();
    count
}
const LIVE: &str = "select count(*) from assignment a join party f on f.id = a.from_party where a.valid_to is null and a.source = 'ccr' and f.org_no = $1";
const DELETED: &str = "select count(*) from party where deleted is not null and org_no = $1";

async fn units_need_no_more_than_number_name_and_form(bench: Bench) {
    let run = import_units(&bench, &world_of_units()).await;
    assert_eq!((run.counts.read, run.counts.entered, run.counts.refused), (3, 3, 0));
    let name = "select name from party where org_no = $1";
    assert_eq!(text(&bench, name, BAKER).await.unwrap(), "FIKTIV BAKER ÆRLIG AS");
    let folded = "select name_fold from party where org_no = $1";
    assert_eq!(text(&bench, folded, BAKER).await.unwrap(), "fiktiv baker ærlig as");
    let sorted = "select org_no from party where org_no in ('313555011', '317770014', '318880026') and name <> $1 order by name_sort";
    assert_eq!(text(&bench, sorted, "").await.unwrap(), OTHER_FIRM);
    let ids = "select count(distinct party_id) from party where org_no <> $1";
    let all = "select count(*) from party where org_no <> $1";
    assert_eq!(number(&bench, ids, "").await, number(&bench, all, "").await);
    assert_eq!(bench.count("select count(*) from party where parent is not null").await, 0);
}

async fn a_changed_unit_is_changed_and_a_deleted_one_deleted(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let id = "select cast(party_id as text) from party where org_no = $1";
    let before = text(&bench, id, BAKER).await;
    let run = import_units(
        &bench,
        &json!([
            unit(BAKER, "NYTT NAVN ASA", "ASA"),
            { "organisasjonsnummer": FIRM, "navn": "FIKTIV REGNSKAP AS", "organisasjonsform": { "kode": "AS" }, "slettedato": "2026-11-01" },
            { "organisasjonsnummer": OTHER_FIRM, "slettedato": "2026-11-02" },
        ]),
    )
    .await;
    assert_eq!((run.counts.changed, run.counts.deleted, run.counts.entered), (1, 2, 0));
    assert_eq!(text(&bench, id, BAKER).await, before, "it is the same party");
    let form = "select org_form from party where name = 'NYTT NAVN ASA' and org_no = $1";
    assert_eq!(text(&bench, form, BAKER).await.unwrap(), "ASA");
    assert_eq!(number(&bench, DELETED, FIRM).await, 1);
    let name = "select name from party where deleted is not null and org_no = $1";
    assert_eq!(text(&bench, name, OTHER_FIRM).await.unwrap(), "ANNEN REVISJON AS");
    let run = import_units(&bench, &json!([unit(FIRM, "FIKTIV REGNSKAP AS", "AS")])).await;
    assert_eq!(run.counts.changed, 1);
    assert_eq!(number(&bench, DELETED, FIRM).await, 0, "it is there again");
}

async fn a_unit_that_somebody_else_has_changed_is_put_right_by_the_same_file(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    assert_eq!(import_units(&bench, &world_of_units()).await.counts.same, 3);
    let (baker, firm): (OrgNo, OrgNo) = (BAKER.parse().unwrap(), FIRM.parse().unwrap());
    bench.seed.organisation(&baker, "NAVN FRA ET ANNET STED", "AS").await.unwrap();
    // Also one that has been deleted because a complete file did not name it.
    let folder = folder();
    let without = json!([world_of_units()[0], world_of_units()[2]]).to_string();
    let file = write(&folder, "units.json", without);
    run(&bench, &Import::Units(complete(&file, 100.0, true))).await.well();
    assert_eq!(number(&bench, DELETED, firm.as_str()).await, 1);
    bench.seed.organisation(&baker, "NAVN FRA ET ANNET STED", "AS").await.unwrap();
    let run = import_units(&bench, &world_of_units()).await;
    assert_eq!((run.counts.changed, run.counts.same), (2, 1));
    let name = "select name from party where org_no = $1";
    assert_eq!(text(&bench, name, BAKER).await.unwrap(), "FIKTIV BAKER ÆRLIG AS");
    assert_eq!(number(&bench, DELETED, FIRM).await, 0);
    let again = import_units(&bench, &world_of_units()).await.counts;
    assert_eq!((again.changed, again.same), (0, 3));
    // And one that only a part of has changed, whichever part.
    for (member, value) in [
        ("navn", json!("ET ANNET NAVN")),
        ("organisasjonsform", json!({ "kode": "ASA" })),
        ("slettedato", json!("2026-11-01")),
        ("slettedato", json!("2026-11-02")),
        ("slettedato", json!(null)),
    ] {
        let mut units = world_of_units();
        units[1][member] = value.clone();
        let counts = import_units(&bench, &units).await.counts;
        assert_eq!((counts.changed.max(counts.deleted), counts.same), (1, 2), "{member} {value}");
    }
}

async fn what_is_as_before_is_told_by_one_row(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let before = bench.app.store.statements();
    import_units(&bench, &world_of_units()).await;
    // What the store has of them, and whether anything is left to close of those that have ended.
    assert_eq!(bench.app.store.statements() - before, 2);
}

async fn sub_units_follow_their_main_unit(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let folder = folder();
    let shop = |main: &str| {
        let mut shop = unit(SHOP, "BUTIKK", "BEDR");
        shop["overordnetEnhet"] = json!(main);
        shop["beliggenhetsadresse"] = json!({ "land": "Norge" });
        let file = write(&folder, "sub.json", json!([shop, unit(FIRM, "X", "AS")]).to_string());
        Import::SubUnits(register(&file))
    };
    let parent = "select m.org_no from party s join party m on m.id = s.parent where s.org_no = $1";
    let run_one = run(&bench, &shop("310000116")).await;
    assert!(matches!(run_one.done, Err(Failure::NothingUsed(2))), "{:?}", run_one.done);
    run_one.says(&format!("entry 1, {SHOP}: its main unit 310000116 is not in the store"));
    run_one.says(&format!("entry 2, {FIRM}: AS is no sub-unit"));
    assert_eq!((run_one.counts.entered, run_one.counts.refused), (0, 2));
    assert_eq!(run(&bench, &shop(BAKER)).await.well().counts.entered, 1);
    assert_eq!(text(&bench, parent, SHOP).await.unwrap(), BAKER);
    let again = run(&bench, &shop(BAKER)).await.well().counts;
    assert_eq!((again.same, again.changed, again.entered), (1, 0, 0));
    assert_eq!(run(&bench, &shop(FIRM)).await.well().counts.changed, 1);
    assert_eq!(text(&bench, parent, SHOP).await.unwrap(), FIRM);
    let beside = unit(BAKER, "FIKTIV BAKER AS", "AS");
    let run = import_units(&bench, &json!([unit(SHOP, "BUTIKK", "BEDR"), beside])).await;
    run.says("BEDR is a sub-unit");
}

async fn a_broken_entry_stops_nothing_else(bench: Bench) {
    let folder = folder();
    let good = unit(BAKER, "BAKER", "AS");
    let lines = [
        good.to_string(),
        r#"{"organisasjonsnummer": "310000043", "navn": "CUT OFF"#.to_owned(),
        r#"{"organisasjonsnummer": "310000043", "navn": {"a": [}"#.to_owned(),
        json!({ "navn": "NOBODY" }).to_string(),
        "12".to_owned(),
        unit("313555012", "WRONG NUMBER", "AS").to_string(),
        unit(FIRM, "REGNSKAP", "AS").to_string(),
        good.to_string(),
        unit(OTHER_FIRM, &"for langt ".repeat(30), "AS").to_string(),
    ];
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    let file = write(&folder, "broken.json.gz", packed(text));
    let run = run(&bench, &Import::Units(register(&file))).await.well();
    assert_eq!(
        (run.counts.read, run.counts.entered, run.counts.refused),
        (9, 2, 7),
        "{:?}",
        run.told
    );
    run.says("entry 2, 310000043: ");
    run.says("entry 4: it has no organisation number");
    run.says("entry 5: it has another shape");
    run.says("entry 6: 313555012 is not a valid");
    run.says(&format!("entry 8, {BAKER}: it is in the file a second time"));
    run.says(&format!("entry 9, {OTHER_FIRM}: its name is longer"));
}

async fn a_complete_file_deletes_what_it_does_not_name(bench: Bench) {
    let folder = folder();
    let mut all = world_of_units();
    // Those that the bench began with.
    for number in [VENDOR, CUSTOMER, ACCOUNTANTS, "974761076"] {
        all.as_array_mut().unwrap().push(unit(number, "X", "AS"));
    }
    let mut shop = unit(SHOP, "BUTIKK", "BEDR");
    shop["overordnetEnhet"] = json!(BAKER);
    import_units(&bench, &all).await;
    let sub = write(&folder, "sub.json", json!([shop]).to_string());
    run(&bench, &Import::SubUnits(register(&sub))).await.well();
    all.as_array_mut().unwrap().remove(1);
    let file = write(&folder, "all.json", all.to_string());
    let cautious = run(&bench, &Import::Units(complete(&file, 0.0, false))).await;
    let Err(Failure::TooMany(excess)) = &cautious.done else { panic!("{:?}", cautious.done) };
    assert_eq!((excess.ending, excess.live), (1, 7));
    assert_eq!(number(&bench, DELETED, FIRM).await, 0);
    let run_one = run(&bench, &Import::Units(complete(&file, 20.0, false))).await.well();
    assert_eq!(run_one.counts.deleted, 1);
    assert_eq!(number(&bench, DELETED, FIRM).await, 1);
    assert_eq!(number(&bench, DELETED, SHOP).await, 0, "a file of units says nothing of sub-units");
    // An entry that nobody can name might be any of them.
    all.as_array_mut().unwrap().remove(1);
    all.as_array_mut().unwrap().push(json!({ "navn": "?" }));
    let file = write(&folder, "all.json", all.to_string());
    let unsure = run(&bench, &Import::Units(complete(&file, 100.0, false))).await;
    assert!(matches!(unsure.done, Err(Failure::Unsure(1))), "{:?}", unsure.done);
    assert_eq!(number(&bench, DELETED, OTHER_FIRM).await, 0);
    run(&bench, &Import::Units(complete(&file, 1.0, true))).await.well();
    assert_eq!(number(&bench, DELETED, OTHER_FIRM).await, 1);
}

async fn roles_of_organisations_are_entered_and_people_counted(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let mut resigned = held_by("REGN", OTHER_FIRM);
    resigned["fratraadt"] = json!(true);
    let mut gone = held_by("REVI", OTHER_FIRM);
    gone["avregistrert"] = json!(true);
    let mut old_shape = held_by("FFØR", OTHER_FIRM);
    old_shape["enhet"] = json!({ "organisasjonsnummer": OTHER_FIRM, "navnelinje1": "X" });
    let list = [daglig_leder(), held_by("REGN", FIRM), resigned, gone, old_shape];
    let run = import_roles(
        &bench,
        &json!([
            roles(BAKER, &list),
            { "organisasjonsnummer": FIRM, "rollegrupper": [] },
            { "organisasjonsnummer": OTHER_FIRM, "rollegrupper": [] },
            roles("310000116", &[held_by("REGN", FIRM)]),
        ]),
    )
    .await;
    let counts = &run.counts;
    assert_eq!((counts.read, counts.entered, counts.people, counts.ended), (4, 2, 1, 2));
    run.says("entry 4, 310000116: it is not in the store");
    let held = "select count(*) from assignment a join party f on f.id = a.from_party join party t on t.id = a.to_party where a.valid_to is null and f.org_no = '313555011' and a.kind = 'role' and a.source = 'ccr' and t.org_no || a.code = $1";
    assert_eq!(number(&bench, held, &format!("{FIRM}REGN")).await, 1);
    assert_eq!(number(&bench, held, &format!("{OTHER_FIRM}FFØR")).await, 1);
    assert_eq!(number(&bench, LIVE, BAKER).await, 2);
    let people = "select count(*) from party where kind = 'person' and name_fold like $1";
    assert_eq!(number(&bench, people, "%rørvik%").await, 1, "nobody is made of a birth date");
}

async fn the_same_file_twice_changes_nothing(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let file = json!([roles(BAKER, &[held_by("REGN", FIRM), held_by("REVI", OTHER_FIRM)])]);
    import_roles(&bench, &file).await;
    let sum = "select cast(count(*) + sum(party_id) as bigint) from party where party_id <> 0 and name <> $1";
    let (events, parties) = ("select count(*) from event", number(&bench, sum, "").await);
    let before = bench.count(events).await;
    bench.pass_days(1);
    let units = import_units(&bench, &world_of_units()).await.counts;
    let roles = import_roles(&bench, &file).await.counts;
    assert_eq!(units, Counts { read: 3, same: 3, ..Counts::default() });
    assert_eq!(roles, Counts { read: 1, same: 2, ..Counts::default() });
    assert_eq!(bench.count(events).await, before);
    assert_eq!(number(&bench, sum, "").await, parties);
    assert_eq!(number(&bench, LIVE, BAKER).await, 2);
}

async fn a_role_that_is_gone_is_closed_and_the_log_says_why(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let both = [held_by("REGN", FIRM), held_by("REVI", OTHER_FIRM)];
    import_roles(&bench, &json!([roles(BAKER, &both)])).await;
    bench.pass_days(1);
    let run = import_roles(&bench, &json!([roles(BAKER, &[held_by("REGN", OTHER_FIRM)])])).await;
    assert_eq!((run.counts.entered, run.counts.closed, run.counts.same), (1, 2, 0));
    let closed = "select count(*) from assignment where valid_to > valid_from and source = 'ccr' and code = $1";
    assert_eq!(number(&bench, closed, "REGN").await, 1);
    let events = "select p.org_no, e.actor_kind, e.data from event e join party p on p.id = e.party where e.type = $1 order by e.id";
    let events: Vec<(String, String, Json<Value>)> =
        bench.app.store.query(events).bind("role.closed").all().await.unwrap();
    assert_eq!(events.len(), 2);
    for (party, actor, Json(data)) in &events {
        assert_eq!((party.as_str(), actor.as_str()), (BAKER, "product"));
        assert_eq!(
            (&data["reason"], &data["source"]),
            (&json!("gone-from-register"), &json!("ccr"))
        );
        assert!(data["holder"].is_i64());
    }
    let mut codes: Vec<&str> = events.iter().map(|(_, _, d)| d["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["REGN", "REVI"]);
    // What comes back is another role, from now on.
    let run = import_roles(&bench, &json!([roles(BAKER, &both)])).await;
    assert_eq!((run.counts.entered, run.counts.closed), (2, 1));
}

async fn only_organisations_in_the_file_and_only_its_source_are_closed(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let file = json!([
        roles(BAKER, &[held_by("REGN", FIRM)]),
        roles(FIRM, &[held_by("REVI", OTHER_FIRM)]),
    ]);
    import_roles(&bench, &file).await;
    // The bench's customer has an accountant by the same source, and a chief executive whom this
    // register cannot tell of.
    let run = import_roles(&bench, &json!([roles(CUSTOMER, &[daglig_leder()])])).await;
    assert_eq!((run.counts.closed, run.counts.people), (1, 1));
    assert_eq!(number(&bench, LIVE, CUSTOMER).await, 1);
    let mut pia = bench.logged_in(PIA).await;
    pia.get("/accessmanagement/ui/systemuser/overview").await.is(200);
    assert_eq!(number(&bench, LIVE, BAKER).await + number(&bench, LIVE, FIRM).await, 2);
    let given = "select count(*) from assignment where valid_to is null and kind = $1";
    assert_eq!(number(&bench, given, "package").await, 3);
}

async fn what_is_not_understood_closes_nothing_of_its_code(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let both = [held_by("REGN", FIRM), held_by("REVI", OTHER_FIRM)];
    import_roles(&bench, &json!([roles(BAKER, &both), roles(FIRM, &both[1..])])).await;
    let odd =
        json!({ "type": { "kode": "REGN" }, "enhet": { "organisasjonsnummer": 317_770_014 } });
    let broken = json!({ "organisasjonsnummer": FIRM, "rollegrupper": 7 });
    let run =
        import_roles(&bench, &json!([roles(BAKER, &[odd, held_by("KNUF", FIRM)]), broken])).await;
    assert_eq!((run.counts.entered, run.counts.closed, run.counts.refused), (1, 1, 2));
    run.says(&format!("entry 1, {BAKER}: a role has another shape"));
    run.says(&format!("entry 2, {FIRM}: it has another shape"));
    assert_eq!(
        number(&bench, LIVE, BAKER).await,
        2,
        "the accountant is in doubt, the auditor is not"
    );
    assert_eq!(number(&bench, LIVE, FIRM).await, 1);
    // A role that nobody has heard of has never been entered, and hides nothing.
    let unknown = json!([roles(BAKER, &[held_by("NYTT", FIRM)])]);
    let run = import_roles(&bench, &unknown).await;
    assert_eq!((run.counts.refused, run.counts.closed), (1, 2));
}

async fn a_complete_file_of_roles_closes_those_of_absent_organisations(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let file = json!([
        roles(BAKER, &[held_by("REGN", FIRM), held_by("REVI", FIRM)]),
        roles(FIRM, &[held_by("REVI", OTHER_FIRM)]),
        roles(CUSTOMER, &[held_by("REGN", ACCOUNTANTS)]),
    ]);
    import_roles(&bench, &file).await;
    let folder = folder();
    let rest = json!([file[0], file[2]]).to_string();
    let rest = write(&folder, "roles.json", rest);
    let cautious = run(&bench, &Import::Roles(complete(&rest, 0.0, false))).await;
    assert!(matches!(cautious.done, Err(Failure::TooMany(_))), "{:?}", cautious.done);
    assert!(cautious.done.unwrap_err().to_string().contains("nothing is closed"));
    assert_eq!(number(&bench, LIVE, FIRM).await, 1);
    let bold = run(&bench, &Import::Roles(complete(&rest, 1.0, true))).await.well();
    assert_eq!(bold.counts.closed, 1);
    assert_eq!(number(&bench, LIVE, FIRM).await, 0);
    assert_eq!(number(&bench, LIVE, BAKER).await, 2);
    let reason =
        "select count(*) from event where type = 'role.closed' and cast(data as text) like $1";
    assert_eq!(number(&bench, reason, "%organisation-gone%").await, 1);
    let mut pia = bench.logged_in(PIA).await;
    pia.get("/accessmanagement/ui/systemuser/overview").await.is(200);
}

async fn a_file_that_is_cut_off_closes_nothing(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    let first = json!([
        roles(BAKER, &[held_by("REGN", FIRM)]),
        roles(FIRM, &[held_by("REVI", OTHER_FIRM)])
    ]);
    import_roles(&bench, &first).await;
    let folder = folder();
    let filler: Vec<Value> = (0..200).map(|_| json!({ "organisasjonsnummer": "?" })).collect();
    let mut after = vec![roles(BAKER, &[held_by("REGN", OTHER_FIRM)]), roles(FIRM, &[])];
    after.extend(filler);
    let whole = Value::Array(after).to_string();
    let gz = packed(&whole);
    let mut wrong = gz.clone();
    let last = wrong.len() - 6;
    wrong[last] ^= 1;
    let plain = whole.as_bytes();
    for (name, bytes) in [
        ("half.gz", &gz[..gz.len() / 2]),
        ("no-end.gz", &gz[..gz.len() - 4]),
        ("sum.gz", &wrong),
        ("half.json", &plain[..plain.len() / 2]),
        ("no-end.json", &plain[..plain.len() - 1]),
        ("empty.json", &[]),
        ("more.json", format!("{whole}[]").as_bytes()),
        ("object.json", b"{}"),
    ] {
        let file = write(&folder, name, bytes);
        for ending in [register(&file), complete(&file, 100.0, true)] {
            let run = run(&bench, &Import::Roles(ending)).await;
            assert!(matches!(run.done, Err(Failure::Unreadable(_))), "{name}: {:?}", run.done);
            assert_eq!(run.counts.closed, 0, "{name}");
        }
        let units = run(&bench, &Import::Units(complete(&file, 100.0, true))).await;
        assert!(matches!(units.done, Err(Failure::Unreadable(_))), "{name}: {:?}", units.done);
    }
    assert_eq!(number(&bench, LIVE, FIRM).await, 1);
    assert_eq!(bench.count("select count(*) from party where deleted is not null").await, 0);
    assert_eq!(bench.count("select count(*) from event where type = 'role.closed'").await, 0);
}

fn persons_csv(role: &str) -> String {
    marked(format!("pid;name;orgNo;role\n{};{};{CUSTOMER};{role}\n", NEW.1, NEW.0))
}

async fn a_person_is_the_same_party_before_and_after_an_import(bench: Bench) {
    let pid: PersonNo = NEW.1.parse().unwrap();
    let (store, keys) = (&bench.app.store, &bench.app.number_keys);
    let before = parties::person_logged_in(store, keys, &pid, "").await.unwrap();
    let folder = folder();
    let file = write(&folder, "persons.csv", persons_csv("DAGL"));
    let run_one = run(&bench, &Import::Persons(people(&file))).await.well();
    assert_eq!((run_one.counts.people_entered, run_one.counts.people_changed), (0, 1));
    assert_eq!(run_one.counts.entered, 1);
    let after = parties::person_logged_in(store, keys, &pid, "").await.unwrap();
    assert_eq!(
        (after.id, after.party_id, after.name.as_str()),
        (before.id, before.party_id, NEW.0)
    );
    // And the other way round: first imported, then logged in.
    let lines = format!(
        "{}\n{}\n\n{}",
        json!({ "pid": "02929012413", "name": "Olga Før", "orgNo": CUSTOMER, "role": "LEDE" }),
        json!({ "pid": "02929012413", "name": "Olga Før", "orgNo": "", "role": "" }),
        json!({ "role": "LEDE", "orgNo": CUSTOMER, "pid": "02929012414", "name": "Feil" }),
    );
    let file = write(&folder, "persons.jsonl", marked(lines));
    let run_two = run(&bench, &Import::Persons(people(&file))).await.well();
    assert_eq!((run_two.counts.people_entered, run_two.counts.entered), (1, 1));
    run_two.says(&format!("refused: line 4, {CUSTOMER}: the person is not a valid"));
    assert!(!run_two.told.join("\n").contains("02929012414"), "a number is never told");
    assert_eq!(run_two.counts.closed, 0, "a line of the organisation's was not understood");
    let olga = parties::person_logged_in(store, keys, &"02929012413".parse().unwrap(), "").await;
    assert_eq!(olga.unwrap().name, "Olga Før");
    // The next file tells of Olga only.
    let file = write(&folder, "persons.csv", marked(format!("02929012413;;{CUSTOMER};LEDE")));
    let run_three = run(&bench, &Import::Persons(people(&file))).await.well();
    assert_eq!((run_three.counts.closed, run_three.counts.same), (1, 1));
    assert_eq!(run_three.counts.people_changed, 0, "a file without names takes none away");
}

async fn a_person_with_an_imported_role_acts_in_the_portal(bench: Bench) {
    let folder = folder();
    let overview = "/accessmanagement/ui/systemuser/overview";
    let mut browser = bench.logged_in(NEW).await;
    // What one needs who has a relation to the party, and not enough authority.
    let missing = "Du kan ikke styre systemtilgangene her";
    assert!(!browser.get(overview).await.text().contains("Rør og Vann AS"), "nobody to anyone yet");
    let file = write(&folder, "persons.csv", persons_csv("DAGL"));
    run(&bench, &Import::Persons(people(&file))).await.well();
    let mut browser = bench.logged_in(NEW).await;
    let page = browser.get(overview).await;
    page.is(200);
    assert!(page.text().contains("Rør og Vann AS") && !page.text().contains(missing));
    bench.pass_minutes(1);
    let file = write(&folder, "persons.csv", persons_csv("MEDL"));
    let run = run(&bench, &Import::Persons(people(&file))).await.well();
    assert_eq!((run.counts.closed, run.counts.entered), (1, 1));
    assert!(browser.get(overview).await.text().contains(missing), "a board member manages nothing");
}

async fn a_number_hashed_by_the_former_key_is_found_and_hashed_anew(bench: Bench) {
    let folder = folder();
    let file = write(&folder, "persons.csv", persons_csv("DAGL"));
    run(&bench, &Import::Persons(people(&file))).await.well();
    let key = |id: &str, byte: u8| {
        let secret = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [byte; 32]);
        format!("{id}:{secret}")
    };
    let keys: Keys = format!("{},{}", key("n2", 7), key("n1", 2)).parse().unwrap();
    let keys = NumberKeys(keys);
    let people_in = "select count(*) from party where kind = 'person'";
    let before = bench.count(people_in).await;
    let run = run_with(&bench, &Import::Persons(people(&file)), &keys).await.well();
    assert_eq!((run.counts.people_changed, run.counts.people_entered, run.counts.same), (1, 0, 1));
    assert_eq!(bench.count(people_in).await, before);
    let by_new = "select count(*) from party where pid_hash like $1";
    assert_eq!(number(&bench, by_new, "n2:%").await, 1);
}

async fn grants_are_given_to_people_and_organisations(bench: Bench) {
    let folder = folder();
    let lines = format!(
        "\u{feff}fromOrgNo;to;package\r\n{CUSTOMER};{};tilgangsstyrer\r\n{CUSTOMER};{ACCOUNTANTS};urn:altinn:accesspackage:skattegrunnlag\r\n{CUSTOMER};{};no-such\r\n310000043;{};tilgangsstyrer\r\n{CUSTOMER};{BAKER};skattegrunnlag\r\n",
        NEW.1, NEW.1, NEW.1
    );
    let file = write(&folder, "grants.csv", marked(lines));
    let run_one = run(&bench, &Import::Grants(people(&file))).await.well();
    assert_eq!((run_one.counts.entered, run_one.counts.people_entered), (2, 1));
    run_one.says(&format!("line 4, {CUSTOMER}: the catalogue has no such package"));
    run_one.says("line 5, 310000043: it is not in the store");
    run_one.says(&format!("line 6, {CUSTOMER}: the holder is not in the store"));
    let mut browser = bench.logged_in(NEW).await;
    browser.get("/accessmanagement/ui/systemuser/overview").await.is(200);
    // What others have given stays; what this source gave is closed.
    let given = "select count(*) from assignment where valid_to is null and kind = 'package' and source = $1";
    assert_eq!(
        (number(&bench, given, "grants").await, number(&bench, given, "altinn3").await),
        (2, 3)
    );
    let file =
        write(&folder, "grants.csv", marked(format!("{CUSTOMER};{ACCOUNTANTS};skattegrunnlag")));
    let run_two = run(&bench, &Import::Grants(people(&file))).await.well();
    assert_eq!((run_two.counts.closed, run_two.counts.same), (1, 1));
    assert_eq!(
        (number(&bench, given, "grants").await, number(&bench, given, "altinn3").await),
        (1, 3)
    );
    assert_eq!(bench.count("select count(*) from event where type = 'package.closed'").await, 1);
}

fn resource(id: &str, title: &str) -> Value {
    json!({
        "identifier": id, "version": "1", "title": { "nb": title, "nn": title, "en": title },
        "hasCompetentAuthority": { "organization": "974761076", "orgcode": "skd" },
        "resourceType": "GenericAccessResource", "status": "Active", "delegable": true, "visible": true,
        "opens": [{ "by": "urn:altinn:accesspackage:krav-og-utlegg", "actions": ["read"] },
            { "by": "urn:altinn:external-role:ccr:daglig-leder", "actions": ["read", "write"] }],
        "minLevel": 3,
    })
}

async fn resources_are_in_the_next_version_of_the_catalogue(bench: Bench) {
    let folder = folder();
    let list = json!([resource("ske-one", "En"), { "identifier": "x y", "title": { "nb": "?" } }, resource("ske-two", "To")]);
    let file = write(&folder, "resources.json", list.to_string());
    let before = catalogue::store::version(&bench.app.store).await.unwrap();
    let run_one = run(&bench, &Import::Resources(register(&file))).await.well();
    assert_eq!((run_one.counts.entered, run_one.counts.refused), (2, 1));
    run_one.says("entry 2: x y: ");
    let now = catalogue::store::load(&bench.app.store).await.unwrap();
    assert!(now.version > before, "a server that is running asks for the version");
    let one = now.resource(&"ske-one".parse().unwrap()).unwrap();
    assert_eq!(
        (one.opens.len(), one.min_level, one.owner_name.nb.as_str()),
        (2, 3, "Skatteetaten")
    );
    let again = run(&bench, &Import::Resources(register(&file))).await.well();
    assert_eq!((again.counts.same, again.counts.changed), (2, 0));
    assert_eq!(catalogue::store::version(&bench.app.store).await.unwrap(), now.version);
    let file = write(&folder, "resources.json", json!([resource("ske-two", "Tre")]).to_string());
    let changed = run(&bench, &Import::Resources(register(&file))).await.well();
    assert_eq!(changed.counts.changed, 1);
    let now = catalogue::store::load(&bench.app.store).await.unwrap();
    assert_eq!(now.resource(&"ske-two".parse().unwrap()).unwrap().title.nb, "Tre");
    assert!(now.resource(&"ske-one".parse().unwrap()).is_some(), "systems may name it");
}

async fn access_lists_are_kept_as_their_file_has_them(bench: Bench) {
    let folder = folder();
    let id = crate::support::RESOURCE;
    let list = |lines: &str| write(&folder, "list.csv", marked(lines));
    let file =
        list(&format!("resource;orgNo;actions\n{id};{CUSTOMER};write,read\n{id};{VENDOR};\n"));
    let run_one = run(&bench, &Import::AccessLists(lists(&file))).await.well();
    assert_eq!(run_one.counts.entered, 2);
    assert_eq!(run(&bench, &Import::AccessLists(lists(&file))).await.well().counts.same, 2);
    let actions = "select cast(l.actions as text) from access_list l join party p on p.id = l.party where l.valid_to is null and p.org_no = $1";
    let found = text(&bench, actions, CUSTOMER).await.unwrap().replace(' ', "");
    assert_eq!(found, "[\"read\",\"write\"]");
    let file = list(&format!("{id};{CUSTOMER};read\nnone;{CUSTOMER};read\n{id};{BAKER};read\n"));
    let run_two = run(&bench, &Import::AccessLists(lists(&file))).await.well();
    assert_eq!((run_two.counts.changed, run_two.counts.closed, run_two.counts.refused), (1, 1, 2));
    run_two.says(&format!("line 2, {CUSTOMER}: the catalogue has no such resource"));
    // One whose line was refused stays, and so does the other when it is told of.
    let file = list(&format!("none;{CUSTOMER};read\n{id};{VENDOR};\n"));
    let run_three = run(&bench, &Import::AccessLists(lists(&file))).await.well();
    assert_eq!((run_three.counts.entered, run_three.counts.closed), (1, 0));
    let file = list(&format!("{id};{CUSTOMER};read\n"));
    let run_four = run(&bench, &Import::AccessLists(lists(&file))).await.well();
    assert_eq!((run_four.counts.same, run_four.counts.closed), (1, 1));
    assert!(text(&bench, actions, VENDOR).await.is_none());
}

async fn updates_are_read_from_their_objects(bench: Bench) {
    import_units(&bench, &world_of_units()).await;
    import_roles(&bench, &json!([roles(BAKER, &[held_by("REGN", FIRM)])])).await;
    let folder = folder();
    let mut shop = unit(SHOP, "BUTIKK", "BEDR");
    shop["overordnetEnhet"] = json!("310000116");
    write(&folder, "310000043.json", shop.to_string());
    write(&folder, "310000116.json", whole_unit("310000116", "NY AS").to_string());
    write(&folder, "318880026.json", unit(FIRM, "NOT THIS ONE", "AS").to_string());
    let change = |number: &str, kind: &str| json!({ "oppdateringsid": 1, "organisasjonsnummer": number, "endringstype": kind, "dato": "2026-11-20T04:00:00.000Z" });
    let page = json!({ "_embedded": { "oppdaterteEnheter": [
        change(SHOP, "Ny"), change("310000116", "Ny"), change(FIRM, "Fjernet"), change(BAKER, "Endring"),
        change(OTHER_FIRM, "Endring"), change("12", "Ny"), change(SHOP, "Endring"),
    ] }, "page": { "size": 10 } });
    let feed = write(&folder, "feed.json", page.to_string());
    let what = |feed: &Path| {
        Import::Updates(Updates { from: from(feed), objects: folder.path().to_owned() })
    };
    let run_one = run(&bench, &what(&feed)).await.well();
    let counts = &run_one.counts;
    assert_eq!((counts.read, counts.entered, counts.deleted, counts.to_fetch), (7, 2, 1, 1));
    run_one.says(&format!("to be fetched: {BAKER}"));
    run_one.says(&format!("{OTHER_FIRM}: its object is {FIRM}'s"));
    run_one.says("entry 6: it has not a valid");
    assert_eq!(number(&bench, DELETED, FIRM).await, 1);
    // Roles are fetched one organisation at a time, and do not say whose they are.
    let mut fetched = roles(BAKER, &[held_by("REGN", OTHER_FIRM)]);
    fetched.as_object_mut().unwrap().remove("organisasjonsnummer");
    write(&folder, &format!("{BAKER}.json"), fetched.to_string());
    let events = json!([{ "id": "1", "type": "no.brreg", "time": "2026-11-20T04:00:00Z", "data": { "organisasjonsnummer": BAKER } }]);
    let feed = write(&folder, "roles.json.gz", packed(events.to_string()));
    let run_two = run(&bench, &what(&feed)).await.well();
    // The role of the firm that is gone ended with it.
    assert_eq!((run_two.counts.entered, run_two.counts.closed), (1, 0));
    let cut = write(&folder, "cut.json", "{\"_embedded\":");
    let run_three = run(&bench, &what(&cut)).await;
    assert!(matches!(run_three.done, Err(Failure::Unreadable(_))));
}

/// The bench's store, as the program is told of it.
fn url(bench: &Bench) -> String {
    match bench.app.store.engine() {
        Engine::Sqlite { write, .. } => {
            format!("sqlite://{}", write.connect_options().get_filename().display())
        }
        Engine::Postgres(pool) => pool.connect_options().to_url_lossy().into(),
    }
}
fn program(bench: &Bench, what: &str, file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_systembruker"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SYSTEMBRUKER_")) {
        command.env_remove(name);
    }
    // The same key as the bench's.
    let key = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [2; 32]);
    command.env("SYSTEMBRUKER_NUMBER_KEYS", format!("n1:{key}"));
    command.args(["import", what]).arg(file).args(["--database", &url(bench)]);
    command
}
/// The same, and however much ends is right.
fn boldly(bench: &Bench, what: &str, file: &Path) -> Command {
    let mut command = program(bench, what, file);
    command.arg("--yes");
    command
}
#[track_caller]
fn ends(output: &Output, code: i32, says: &str) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(says), "no `{says}` in {text}");
}

/// Begins an import, and kills it as soon as the query counts something.
async fn killed_when(bench: &Bench, what: &str, file: &Path, counted: &'static str) {
    let mut killed = boldly(bench, what, file)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while bench.count(counted).await == 0 {
        assert!(began.elapsed() < Duration::from_mins(1), "nothing is done");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    // What it held is free when its time is over.
    bench.exec("update import_lease set expires = since").await;
}

async fn an_import_that_was_killed_is_run_again(bench: Bench) {
    const MANY: i64 = 30_000;
    let folder = folder();
    let numbers = numbers_from(311_000_000, 30_000);
    let units: Vec<Value> = numbers.iter().map(|n| unit(n, &format!("ENHET {n}"), "AS")).collect();
    let file = write(&folder, "units.json.gz", packed(Value::Array(units).to_string()));
    let entered = "select count(*) from party where name like 'ENHET %'";
    killed_when(&bench, "units", &file, entered).await;
    let there = bench.count(entered).await;
    assert!(there > 0 && there < MANY, "{there}: it was killed in the middle");
    let again = program(&bench, "units", &file).output().unwrap();
    ends(&again, 0, "as before");
    assert_eq!(bench.count(entered).await, MANY);
    let ids = "select count(distinct party_id) from party where name like 'ENHET %'";
    assert_eq!(bench.count(ids).await, MANY);
    let once_more = program(&bench, "units", &file).output().unwrap();
    ends(&once_more, 0, "30,000 as before");
}

async fn an_import_of_roles_that_was_killed_is_run_again(bench: Bench) {
    const MANY: usize = 10_000;
    let many = i64::try_from(MANY).unwrap();
    let folder = folder();
    let numbers = numbers_from(311_000_000, MANY);
    let units = numbers.iter().map(|n| unit(n, &format!("ENHET {n}"), "AS"));
    import_units(&bench, &units.collect()).await;
    let by = |code: &str| {
        let role = json!({ "type": { "kode": code }, "enhet": { "organisasjonsnummer": ACCOUNTANTS,
            "organisasjonsform": { "kode": "AS" }, "navn": ["TALLMAKERNE AS"] } });
        let entry =
            |n| json!({ "organisasjonsnummer": n, "rollegrupper": [{ "roller": [role.clone()] }] });
        packed(numbers.iter().map(entry).collect::<Value>().to_string())
    };
    let accountants = write(&folder, "accountants.json.gz", by("REGN"));
    let auditors = write(&folder, "auditors.json.gz", by("REVI"));
    let (held, closed, told) = (
        "select count(*) from assignment a join party p on p.id = a.from_party where p.name like 'ENHET %' and a.code = 'REVI' and a.valid_to is null",
        "select count(*) from assignment a join party p on p.id = a.from_party where p.name like 'ENHET %' and a.code = 'REGN' and a.valid_to is not null",
        "select count(*) from event where type = 'role.closed'",
    );
    ends(&program(&bench, "roles", &accountants).output().unwrap(), 0, "10,000 entered");
    killed_when(&bench, "roles", &auditors, closed).await;
    let there = bench.count(closed).await;
    assert!(there > 0 && there < many, "{there}: it was killed in the middle");
    assert_eq!(bench.count(told).await, there, "what is closed is told of");
    ends(&boldly(&bench, "roles", &auditors).output().unwrap(), 0, "");
    for all in [held, closed, told] {
        assert_eq!(bench.count(all).await, many, "{all}");
    }
    ends(&program(&bench, "roles", &auditors).output().unwrap(), 0, "as before");
    for all in [held, closed, told] {
        assert_eq!(bench.count(all).await, many, "{all}");
    }
}

async fn exit_codes_tell_what_happened(bench: Bench) {
    let folder = folder();
    let good = write(&folder, "units.json", world_of_units().to_string());
    ends(&program(&bench, "units", &good).output().unwrap(), 0, "3 entered");
    let odd = write(&folder, "odd.json", json!([7, unit(SHOP, "BUTIKK", "AS")]).to_string());
    ends(&program(&bench, "units", &odd).output().unwrap(), 0, "refused: entry 1: ");
    let cut = write(&folder, "cut.json.gz", &packed(world_of_units().to_string())[..60]);
    ends(&program(&bench, "units", &cut).output().unwrap(), 1, "nothing is closed");
    ends(&program(&bench, "roles", &cut).output().unwrap(), 1, "ends in the middle");
    let few = program(&bench, "units", &odd).arg("--complete").output().unwrap();
    ends(&few, 1, "say --yes");
    let useless = write(&folder, "useless.json", json!([7, { "navn": "X" }]).to_string());
    ends(&program(&bench, "units", &useless).output().unwrap(), 1, "none of the 2 entries");
    ends(&program(&bench, "units", &folder.path().join("none")).output().unwrap(), 2, "none: ");
    ends(&program(&bench, "units", folder.path()).output().unwrap(), 2, "directory");
    ends(&program(&bench, "cars", &good).output().unwrap(), 2, "Usage");
    let percent = program(&bench, "units", &good).args(["--max-closed", "x"]).output().unwrap();
    ends(&percent, 2, "per cent");
    let persons = write(&folder, "persons.csv", persons_csv("DAGL"));
    let no_keys =
        program(&bench, "persons", &persons).env_remove("SYSTEMBRUKER_NUMBER_KEYS").output();
    ends(&no_keys.unwrap(), 2, "number keys are missing");
    ends(&program(&bench, "persons", &persons).output().unwrap(), 0, "1 people entered");
    // The key is the one that login uses: it is the same person. The program had the system's clock.
    bench.app.clock.set(Clock::System.now());
    let mut browser = bench.logged_in(NEW).await;
    browser.get("/accessmanagement/ui/systemuser/overview").await.is(200);
    if let Engine::Sqlite { write, .. } = bench.app.store.engine() {
        let file = write.connect_options().get_filename().to_owned();
        for name in ["it.db", "it.db-wal"] {
            let bytes = std::fs::read(file.with_file_name(name)).unwrap_or_default();
            let clear = bytes.windows(11).any(|window| window == NEW.1.as_bytes());
            assert!(!clear, "{name}: no national number stands there in clear");
        }
        assert!(!std::fs::read(&file).unwrap().is_empty());
    }
}
