//! People whose number changes, who die, or who are made up.
use crate::{
    decision::{attribute, person_asked},
    on_each_engine,
    registers::{Run, run_with},
    support::{Bench, CUSTOMER, PIA, Person, SYSTEM, program::program},
};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::{collections::BTreeSet, io::Write as _, path::Path};
use systembruker::{
    config::{EndMark, Import, ImportFile, Limits, NumberChanges, People, Register},
    db::Engine,
    ids::{NumberPolicy, PersonNo},
    keys::Keys,
    parties::{self, NumberKeys},
    registers::{Counts, Failure},
};
use uuid::Uuid;

on_each_engine!(
    a_changed_number_is_the_same_person,
    the_new_number_may_be_the_one_that_is_known,
    two_rows_of_one_person_become_one,
    nothing_refers_to_the_other_row_afterwards,
    numbers_change_more_than_once,
    what_cannot_be_one_person_is_refused_without_a_number,
    a_former_number_survives_a_rotation_of_keys,
    a_file_of_people_may_say_which_number_was_before,
    who_is_dead_acts_for_nobody,
    who_is_alive_after_all_is_told_roles_anew,
    who_is_dead_under_one_number_is_dead_under_both,
    a_file_that_is_cut_off_ends_nobody,
    many_deaths_are_asked_about,
    a_test_environment_takes_synthetic_numbers_only,
    elsewhere_synthetic_numbers_are_refused,
    a_store_stays_with_the_numbers_that_its_people_have,
);

/// A D-number, a birth number in its place, and one more.
const FORMER: Person = Person("Nina Gammel", "54819045634");
const NEW: Person = Person("Nina Ny", "02929012332");
const THIRD: Person = Person("Nina Nyest", "02929012413");
const OVERVIEW: &str = "/accessmanagement/ui/systemuser/overview";

impl Run {
    /// All went well, and nothing was refused.
    #[track_caller]
    fn all_well(self) -> Counts {
        assert!(self.done.is_ok(), "{:?}", self.done);
        assert_eq!((self.counts.refused, self.told.len()), (0, 0), "{:?}", self.told);
        self.counts
    }
    #[track_caller]
    fn refuses(&self, why: &str) {
        self.says(why);
        for Person(_, pid) in [FORMER, NEW, THIRD] {
            assert!(!self.told.join("\n").contains(pid), "a number is never told");
        }
    }
}
/// What these tests are about is in the lines.
const NO_MARK: EndMark = EndMark { no_end_mark: true };
fn file(folder: &Path, content: impl AsRef<[u8]>) -> ImportFile {
    let path = folder.join("file");
    let mut content = content.as_ref().to_vec();
    if !content.ends_with(b"\n") && !content.starts_with(&[0x1f, 0x8b]) {
        content.push(b'\n');
    }
    std::fs::write(&path, content).unwrap();
    ImportFile::new(path, "")
}
async fn changes(bench: &Bench, lines: &str) -> Run {
    changes_with(bench, lines, &bench.app.number_keys, None).await
}
async fn changes_with(
    bench: &Bench,
    lines: &str,
    keys: &NumberKeys,
    allow_synthetic: Option<bool>,
) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let from = file(folder.path(), lines);
    let what = NumberChanges { from, end: NO_MARK, number_keys_file: None, allow_synthetic };
    run_with(bench, &Import::NumberChanges(what), keys).await
}
fn people(from: ImportFile, yes: bool, allow_synthetic: Option<bool>) -> People {
    let limits = Limits { yes, ..Limits::default() };
    let register = Register { from: ImportFile { limits, ..from }, complete: false };
    People { register, end: NO_MARK, number_keys_file: None, allow_synthetic }
}
async fn persons(bench: &Bench, lines: impl AsRef<[u8]>) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let what = Import::Persons(people(file(folder.path(), lines), false, None));
    run_with(bench, &what, &bench.app.number_keys).await
}
fn pair(former: Person, new: Person) -> String {
    format!("{};{}\n", former.1, new.1)
}
fn leads(Person(name, pid): Person) -> String {
    format!("{pid};{name};{CUSTOMER};DAGL\n")
}

async fn person(bench: &Bench, Person(_, pid): Person) -> Option<parties::Person> {
    let number: PersonNo = pid.parse().unwrap();
    parties::person_by_number(&bench.app.store, &bench.app.number_keys, &number).await.unwrap()
}
async fn decision(bench: &Bench, Person(_, pid): Person) -> Value {
    person_asked(bench, &[attribute("urn:altinn:ssn", pid)], "read", CUSTOMER).await
}
/// What the person's program is answered that reads what waits for the customer.
async fn by_token(bench: &Bench, person: Person) -> StatusCode {
    let party = bench.party_id(CUSTOMER).await;
    let path = format!("/authentication/api/v1/systemuser/request/{party}/{CUSTOMER}/pending");
    bench.end_user(person, "GET", &path).await.status
}
async fn refused_login(bench: &Bench, person: Person) -> String {
    let answer = bench.browser().log_in_to(person, "overview").await;
    answer.is(403);
    answer.text()
}
async fn joined(bench: &Bench) -> i64 {
    bench.count("select count(*) from event where type = 'person.joined'").await
}

async fn a_changed_number_is_the_same_person(bench: Bench) {
    persons(&bench, leads(FORMER)).await.all_well();
    let before = person(&bench, FORMER).await.unwrap();
    let counts = changes(&bench, &format!("formerPid;pid\n{}", pair(FORMER, NEW))).await.all_well();
    assert_eq!(counts.numbers_joined, 1);
    for one in [FORMER, NEW] {
        assert_eq!(person(&bench, one).await, Some(before.clone()));
        assert_eq!(decision(&bench, one).await, "Permit");
        assert_eq!(by_token(&bench, one).await, 200);
        let mut browser = bench.logged_in(one).await;
        let page = browser.get(OVERVIEW).await;
        assert!(page.is(200).says("Rør og Vann AS").body.contains("Nina Gammel"));
    }
    // Again, and with a file of people that has the new number or still the former one.
    assert_eq!(changes(&bench, &pair(FORMER, NEW)).await.all_well().same, 1);
    for one in [NEW, FORMER] {
        let counts = persons(&bench, leads(one)).await.all_well();
        assert_eq!((counts.people_entered, counts.same, counts.closed), (0, 1, 0));
    }
    assert_eq!(person(&bench, NEW).await.unwrap().id, before.id);
    assert_eq!(joined(&bench).await, 1);
}

async fn the_new_number_may_be_the_one_that_is_known(bench: Bench) {
    let unknown = changes(&bench, &pair(FORMER, NEW)).await.all_well();
    assert_eq!((unknown.unknown, unknown.numbers_joined), (1, 0));
    persons(&bench, leads(NEW)).await.all_well();
    let line = json!({ "pid": NEW.1, "formerPid": FORMER.1 }).to_string();
    assert_eq!(changes(&bench, &line).await.all_well().numbers_joined, 1);
    assert_eq!(decision(&bench, FORMER).await, "Permit");
    assert_eq!(person(&bench, FORMER).await, person(&bench, NEW).await);
}

async fn two_rows_of_one_person_become_one(bench: Bench) {
    // The one has a history; the other has the same role, and another one, and acts at this moment.
    let lines = format!("{};{};{CUSTOMER};MEDL\n{}", NEW.1, NEW.0, leads(FORMER));
    persons(&bench, format!("{lines}{}", leads(NEW))).await.all_well();
    let (former, new) = (person(&bench, FORMER).await.unwrap(), person(&bench, NEW).await.unwrap());
    assert_ne!(former.id, new.id);
    let id = bench.approved(NEW, CUSTOMER, "k1").await;
    let mut browser = bench.logged_in(NEW).await;
    assert!(browser.get(OVERVIEW).await.is(200).body.contains("Nina Ny"));
    assert_eq!(changes(&bench, &pair(FORMER, NEW)).await.all_well().numbers_joined, 1);
    for one in [FORMER, NEW] {
        let found = person(&bench, one).await.unwrap();
        assert_eq!((found.id, found.name.as_str()), (former.id, "Nina Gammel"));
        assert_eq!(decision(&bench, one).await, "Permit");
    }
    browser.get(OVERVIEW).await.is(303);
    // Each thing is held once.
    let held = "select count(*) from assignment a join party p on p.id = a.to_party where a.valid_to is null and p.name = 'Nina Gammel' and a.source = 'persons'";
    assert_eq!(bench.count(held).await, 2);
    assert_eq!(bench.count("select count(*) from event where type = 'role.closed'").await, 0);
    // The other's ids lead to the one who is left.
    let asked = [
        attribute("urn:altinn:userid", new.party_id),
        attribute("urn:altinn:partyid", new.party_id),
        attribute("urn:altinn:person:uuid", new.id.to_string()),
    ];
    for one in asked {
        assert_eq!(
            person_asked(&bench, std::slice::from_ref(&one), "read", CUSTOMER).await,
            "Permit",
            "{one}"
        );
    }
    let mut claims = bench.outside.end_user_claims(NEW.1, "altinn:portal/enduser");
    claims["urn:altinn:userid"] = new.party_id.into();
    claims.as_object_mut().unwrap().remove("pid");
    let party = bench.party_id(CUSTOMER).await;
    let path = format!("/authentication/api/v1/systemuser/request/{party}/{CUSTOMER}/pending");
    bench.with_claims(&claims, "GET", &path).await.is(200);
    // What the other did is told under the one name, also when that changes, and the chain holds.
    let history = "/accessmanagement/ui/systemuser/history";
    let mut browser = bench.logged_in(FORMER).await;
    browser.get(history).await.is(200).says("Nina Gammel").never_says("Nina Ny");
    persons(&bench, leads(Person("Nina Igjen", NEW.1))).await.all_well();
    browser.get(history).await.is(200).says("Nina Igjen").never_says("Nina Gammel");
    let page = browser.get(&format!("/accessmanagement/ui/systemuser/{id}")).await;
    page.is(200).never_says("Nina Ny");
    let (store, keys) = (&bench.app.store, &bench.app.config.event_keys);
    systembruker::events::sealer::seal_all(store, keys).await.unwrap();
    let verified = systembruker::events::sealer::verify(store, keys, None).await.unwrap();
    assert!(verified.faults.is_empty());
}

/// Every column of the schema that refers to a party, as `table.column`.
async fn references(bench: &Bench) -> BTreeSet<(String, String)> {
    let sql = match bench.app.store.engine() {
        Engine::Sqlite { .. } => {
            r#"select m.name, f."from" from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table' and f."table" = 'party'"#
        }
        Engine::Postgres(_) => {
            "select cast(cast(c.conrelid as regclass) as text), cast(a.attname as text) from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] where c.contype = 'f' and c.confrelid = cast('party' as regclass)"
        }
    };
    let rows: Vec<(String, String)> = bench.app.store.query(sql).all().await.unwrap();
    rows.into_iter().collect()
}
/// Those that are always organisations.
const OF_ORGANISATIONS: [&str; 7] =
    ["party", "parent", "owner", "from_party", "facilitator", "client", "successor"];

async fn nothing_refers_to_the_other_row_afterwards(bench: Bench) {
    persons(&bench, format!("{}{}{}", leads(FORMER), leads(THIRD), leads(NEW))).await.all_well();
    changes(&bench, &pair(THIRD, NEW)).await.all_well();
    bench.approved(NEW, CUSTOMER, "k1").await;
    let other = person(&bench, NEW).await.unwrap();
    let id = other.id;
    let customer = bench.party(CUSTOMER).await;
    let now = bench.app.clock.now();
    // Something in each table that names a person, by any verb or none.
    bench
        .app
        .store
        .write(async |tx| {
            let user = "select id from system_user limit 1";
            let (user,): (Uuid,) = tx.query(user).one().await?;
            tx.query("update system_user set revoked_by = $1").bind(id).exec().await?;
            tx.query("insert into facilitator (party, opened) values ($1, $2)")
                .bind(customer)
                .bind(now)
                .exec()
                .await?;
            tx.query("insert into client_delegation (id, system_user, facilitator, client, why, name_sort, since, added_by, ended, ended_by, ended_because) values ($1, $2, $3, $3, '', $4, $5, $6, $5, $6, 'removed')")
                .bind(Uuid::new_v4())
                .bind(user)
                .bind(customer)
                .bind(vec![1_u8])
                .bind(now)
                .bind(id)
                .exec()
                .await?;
            tx.query("insert into client_rule (facilitator, system_user, role, since, set_by) values ($1, $2, 'REGN', $3, $4)")
                .bind(customer)
                .bind(user)
                .bind(now)
                .bind(id)
                .exec()
                .await?;
            tx.query("insert into client_job (id, system_user, owner, action, scope, state, person, person_no, level, total, faults, created) values ($1, $2, $3, 'add', 'all', 'running', $4, $5, 4, 0, '[]', $6)")
                .bind(Uuid::new_v4())
                .bind(user)
                .bind(customer)
                .bind(id)
                .bind(other.party_id)
                .bind(now)
                .exec()
                .await?;
            tx.query("insert into change_request (id, system_user, system_id, party, external_ref, required_rights, required_packages, unwanted_rights, unwanted_packages, status, created, changed, decided, decided_by, decided_as) values ($1, $2, $3, $4, 'k1', '[]', '[]', '[]', '[]', 'rejected', $5, $5, $5, $6, 'DAGL')")
                .bind(Uuid::new_v4())
                .bind(user)
                .bind(SYSTEM)
                .bind(customer)
                .bind(now)
                .bind(id)
                .exec()
                .await?;
            tx.query("insert into session (id, data, created, expires) values ('x', '{}', $1, $1)")
                .bind(now)
                .exec()
                .await?;
            tx.query("insert into session_authority (session, person, org_no, ends) values ('x', $1, '310904473', $2)")
                .bind(id)
                .bind(now)
                .exec()
                .await?;
            // A role that has been closed.
            tx.query("update assignment set valid_to = valid_from where to_party = $1 and code = 'DAGL' and source = 'persons'")
                .bind(id)
                .exec()
                .await
        })
        .await
        .unwrap();
    let found = references(&bench).await;
    let people: Vec<_> =
        found.iter().filter(|(_, column)| !OF_ORGANISATIONS.contains(&column.as_str())).collect();
    let left = async |table: &str, column: &str| {
        let sql = format!("select count(*) from {table} where {column} = $1");
        let sql: &'static str = Box::leak(sql.into_boxed_str());
        let (count,): (i64,) = bench.app.store.query(sql).bind(id).one().await.unwrap();
        count
    };
    assert!(people.len() >= 11, "{people:?}");
    for (table, column) in &people {
        assert!(left(table, column).await > 0, "{table}.{column} has nothing to move");
    }
    assert_eq!(changes(&bench, &pair(FORMER, NEW)).await.all_well().numbers_joined, 1);
    for (table, column) in &found {
        assert_eq!(left(table, column).await, 0, "{table}.{column}");
    }
    let survivor = person(&bench, FORMER).await.unwrap();
    let (number,): (i64,) =
        bench.app.store.query("select person_no from client_job").one().await.unwrap();
    assert_eq!(number, survivor.party_id);
    for one in [FORMER, NEW, THIRD] {
        assert_eq!(person(&bench, one).await.unwrap().id, survivor.id);
    }
    // The other row stays, as the log names it.
    let stone = "select p.name from party p where p.id = $1 and p.pid_hash is null and p.deleted is not null and p.joined = $2";
    let query = bench.app.store.query(stone).bind(id).bind(survivor.id);
    assert_eq!(query.one::<(String,)>().await.unwrap().0, "Nina Gammel");
}

async fn numbers_change_more_than_once(bench: Bench) {
    persons(&bench, leads(FORMER)).await.all_well();
    let id = person(&bench, FORMER).await.unwrap().id;
    let both = format!("{}{}", pair(FORMER, NEW), pair(NEW, THIRD));
    assert_eq!(changes(&bench, &both).await.all_well().numbers_joined, 2);
    assert_eq!(changes(&bench, &both).await.all_well().same, 2);
    for one in [FORMER, NEW, THIRD] {
        assert_eq!(person(&bench, one).await.unwrap().id, id);
    }
    // A circle: the newest number is nobody's former one.
    for line in [pair(THIRD, NEW), pair(THIRD, FORMER)] {
        let refused = changes(&bench, &line).await;
        refused.refuses("the number is known as the former one");
        assert_eq!((refused.counts.refused, refused.counts.numbers_joined), (1, 0));
    }
    assert_eq!(by_token(&bench, THIRD).await, 200);
}

async fn what_cannot_be_one_person_is_refused_without_a_number(bench: Bench) {
    persons(&bench, format!("{}{}", leads(FORMER), leads(THIRD))).await.all_well();
    changes(&bench, &pair(FORMER, NEW)).await.all_well();
    let before = bench.count("select count(*) from former_number").await;
    let bad = format!(
        "{}{};{}\n{};123\n;{}\n{}\n{}",
        pair(FORMER, THIRD),
        NEW.1,
        NEW.1,
        NEW.1,
        NEW.1,
        NEW.1,
        "02929012333;54819045634",
    );
    let run = changes(&bench, &bad).await;
    assert!(matches!(run.done, Err(Failure::NothingUsed(6))), "{:?}", run.done);
    assert_eq!((run.counts.refused, run.counts.numbers_joined), (6, 0));
    run.refuses("line 1: the former number has been replaced by another one already");
    run.refuses("line 2: the former number and the number are the same");
    run.refuses("line 3: the number is not a valid national identity number");
    run.refuses("line 4: the former number is not a valid national identity number");
    run.refuses("line 5: it has 1 values, not 2");
    run.refuses("line 6: the former number is not a valid national identity number");
    assert_eq!(bench.count("select count(*) from former_number").await, before);
    assert_eq!(joined(&bench).await, 1);
    // In a file of people such a line keeps the organisation's roles as they are.
    let line = format!("{};{};{CUSTOMER};LEDE;{}\n", THIRD.1, THIRD.0, FORMER.1);
    let run = persons(&bench, line).await;
    run.refuses(&format!("line 1, {CUSTOMER}: the former number has been replaced"));
    assert_eq!((run.counts.refused, run.counts.entered, run.counts.closed), (1, 0, 0));
}

async fn a_former_number_survives_a_rotation_of_keys(bench: Bench) {
    persons(&bench, leads(FORMER)).await.all_well();
    changes(&bench, &pair(FORMER, NEW)).await.all_well();
    let id = person(&bench, FORMER).await.unwrap().id;
    let key = |id: &str, byte: u8| {
        let secret = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [byte; 32]);
        format!("{id}:{secret}")
    };
    let keys = |text: String| NumberKeys(text.parse::<Keys>().unwrap());
    let both = keys(format!("{},{}", key("n2", 7), key("n1", 2)));
    let (former, new): (PersonNo, PersonNo) = (FORMER.1.parse().unwrap(), NEW.1.parse().unwrap());
    let store = &bench.app.store;
    for number in [&former, &new] {
        let found = parties::person_by_number(store, &both, number).await.unwrap();
        assert_eq!(found.unwrap().id, id);
        assert_eq!(parties::person_logged_in(store, &both, number, "").await.unwrap().id, id);
    }
    assert_eq!(changes_with(&bench, &pair(FORMER, NEW), &both, None).await.all_well().same, 1);
    let old = "select count(*) from party where pid_hash is not null and name = 'Nina Gammel' and pid_hash like 'n1:%'";
    assert_eq!(bench.count(old).await, 0);
    let old = "select count(*) from former_number where pid_hash like 'n1:%'";
    assert_eq!(bench.count(old).await, 0);
    let alone = keys(key("n2", 7));
    for number in [&former, &new] {
        let found = parties::person_by_number(store, &alone, number).await.unwrap();
        assert_eq!(found.unwrap().id, id);
    }
}

async fn a_file_of_people_may_say_which_number_was_before(bench: Bench) {
    // Known by neither number, by the former one, and by both.
    let line = |Person(name, pid): Person, former: Person| {
        format!("{pid};{name};{CUSTOMER};DAGL;{}\n", former.1)
    };
    let counts = persons(&bench, line(NEW, FORMER)).await.all_well();
    assert_eq!((counts.people_entered, counts.numbers_joined), (1, 1));
    let id = person(&bench, FORMER).await.unwrap().id;
    let head = "dead;formerPid;role;orgNo;name;pid\n";
    let counts =
        persons(&bench, format!("{head};{};DAGL;{CUSTOMER};{};{}\n", NEW.1, THIRD.0, THIRD.1))
            .await
            .all_well();
    assert_eq!((counts.people_entered, counts.numbers_joined, counts.closed), (0, 1, 0));
    for one in [FORMER, NEW, THIRD] {
        let found = person(&bench, one).await.unwrap();
        assert_eq!((found.id, found.name.as_str()), (id, THIRD.0));
        assert_eq!(decision(&bench, one).await, "Permit");
    }
}

async fn who_is_dead_acts_for_nobody(bench: Bench) {
    // A role and a package, of different sources.
    persons(&bench, leads(NEW)).await.all_well();
    let folder = tempfile::tempdir().unwrap();
    let from = file(folder.path(), format!("{CUSTOMER};{};tilgangsstyrer", NEW.1));
    let grants = Import::Grants(people(from, false, None));
    run_with(&bench, &grants, &bench.app.number_keys).await.all_well();
    let mut browser = bench.logged_in(NEW).await;
    browser.get(OVERVIEW).await.is(200).says("Rør og Vann AS");
    assert_eq!(decision(&bench, NEW).await, "Permit");
    let waiting = bench.request(Bench::ask("k1")).await;
    let page = format!("/accessmanagement/ui/systemuser/request?id={waiting}");
    let form = browser.get(&page).await.form("/approve");
    bench.pass_minutes(1);
    let run_dead = persons(&bench, format!("{};{};;;;2026-11-01\n", NEW.1, NEW.0)).await.all_well();
    assert_eq!((run_dead.dead, run_dead.closed), (1, 2));
    let told = "select count(*) from event where type in ('role.closed', 'package.closed') and cast(data as text) like '%holder-dead%'";
    assert_eq!(bench.count(told).await, 2);
    let at = "select count(*) from party where name = 'Nina Ny' and deleted is not null and joined is null";
    assert_eq!(bench.count(at).await, 1);
    // The session has ended, and no other begins.
    browser.submit(&form).await.is(401);
    browser.get(OVERVIEW).await.is(303);
    assert_eq!(bench.status(&waiting).await["status"], "New");
    let sessions =
        "select count(*) from session where person = (select id from party where name = 'Nina Ny')";
    assert_eq!(bench.count(sessions).await, 0);
    assert!(refused_login(&bench, NEW).await.contains("registrert som død"));
    assert_eq!(bench.count(sessions).await, 0);
    assert_eq!(by_token(&bench, NEW).await, 401);
    assert_eq!(decision(&bench, NEW).await, "NotApplicable");
    // A later file gives them nothing, whatever it says; and says it once.
    let run_later = persons(&bench, leads(NEW)).await;
    run_later.refuses(&format!("line 1, {CUSTOMER}: the holder is dead"));
    assert_eq!((run_later.counts.entered, run_later.counts.dead), (0, 0));
    let run_again = persons(&bench, format!("{};;;;;ja\n", NEW.1)).await.all_well();
    assert_eq!((run_again.dead, run_again.closed), (0, 0));
    let run_grants = run_with(&bench, &grants, &bench.app.number_keys).await;
    run_grants.refuses("the holder is dead");
    // What is no day, or has not been, says nothing of anybody.
    let bad = format!("{0};;;;;i går\n{0};;;;;2027-01-01\n{0};;;;;2026-02-30\n", PIA.1);
    let run_bad = persons(&bench, bad).await;
    run_bad.refuses("line 1: dead is neither a date, as 2026-11-30, nor true or false");
    run_bad.refuses("line 2: dead is a date that has not been");
    assert_eq!((run_bad.counts.refused, run_bad.counts.dead), (3, 0));
    assert_eq!(by_token(&bench, PIA).await, 200);
}

async fn who_is_alive_after_all_is_told_roles_anew(bench: Bench) {
    persons(&bench, leads(NEW)).await.all_well();
    // A role and the death in one line: nothing is given.
    let line = format!("{};{};{CUSTOMER};LEDE;;true\n", NEW.1, NEW.0);
    let run = persons(&bench, line).await;
    run.refuses("the holder is dead");
    assert_eq!((run.counts.dead, run.counts.closed, run.counts.entered), (1, 1, 0));
    assert_eq!(by_token(&bench, NEW).await, 401);
    // Nothing said is nothing changed.
    persons(&bench, format!("{};{};;;;\n", NEW.1, NEW.0)).await.all_well();
    assert_eq!(by_token(&bench, NEW).await, 401);
    let alive = persons(&bench, format!("{};{};;;;false\n", NEW.1, NEW.0)).await.all_well();
    assert_eq!((alive.alive, alive.entered), (1, 0));
    assert_eq!(by_token(&bench, NEW).await, 403);
    assert_eq!(decision(&bench, NEW).await, "NotApplicable");
    persons(&bench, leads(NEW)).await.all_well();
    assert_eq!(by_token(&bench, NEW).await, 200);
    assert_eq!(decision(&bench, NEW).await, "Permit");
}

async fn who_is_dead_under_one_number_is_dead_under_both(bench: Bench) {
    persons(&bench, format!("{};{};;;;ja\n{}", NEW.1, NEW.0, leads(FORMER))).await.all_well();
    assert_eq!(by_token(&bench, FORMER).await, 200);
    changes(&bench, &pair(FORMER, NEW)).await.all_well();
    for one in [FORMER, NEW] {
        assert_eq!(by_token(&bench, one).await, 401);
        assert_eq!(decision(&bench, one).await, "NotApplicable");
    }
    assert_eq!(bench.count("select count(*) from event where type = 'role.closed'").await, 1);
    // Alive after all: the row that was joined stays what it is.
    persons(&bench, format!("{};{};;;;nei\n", NEW.1, NEW.0)).await.all_well();
    assert_eq!(
        bench
            .count("select count(*) from party where joined is not null and deleted is not null")
            .await,
        1
    );
    assert_eq!(by_token(&bench, FORMER).await, 403);
}

async fn a_file_that_is_cut_off_ends_nobody(bench: Bench) {
    persons(&bench, leads(NEW)).await.all_well();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(format!("{};{};;;;ja\n", NEW.1, NEW.0).repeat(50).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let run = persons(&bench, &packed[..packed.len() - 4]).await;
    assert!(matches!(run.done, Err(Failure::Unreadable(_))), "{:?}", run.done);
    assert_eq!((run.counts.dead, run.counts.closed), (0, 0));
    assert_eq!(by_token(&bench, NEW).await, 200);
    assert_eq!(persons(&bench, &packed).await.all_well().dead, 1);
}

/// The number with these first nine digits, where one was ever given out.
fn number(nine: &str) -> Option<String> {
    let all = (0..100).map(|last| format!("{nine}{last:02}"));
    all.into_iter().find(|text| text.parse::<PersonNo>().is_ok())
}

async fn many_deaths_are_asked_about(bench: Bench) {
    let numbers: Vec<String> =
        (100..400).filter_map(|n| number(&format!("018190{n}"))).take(101).collect();
    assert_eq!(numbers.len(), 101);
    let lines: Vec<String> = numbers.iter().map(|pid| format!("{pid};;;;;ja\n")).collect();
    let lines = lines.concat();
    let folder = tempfile::tempdir().unwrap();
    let what = |yes| Import::Persons(people(file(folder.path(), &lines), yes, None));
    let refused = run_with(&bench, &what(false), &bench.app.number_keys).await;
    assert!(
        matches!(&refused.done, Err(Failure::TooMany(excess)) if excess.ending == 101),
        "{:?}",
        refused.done
    );
    let dead = "select count(*) from party where kind = 'person' and deleted is not null";
    assert_eq!((refused.counts.dead, bench.count(dead).await), (0, 0));
    let meant = run_with(&bench, &what(true), &bench.app.number_keys).await.all_well();
    assert_eq!((meant.dead, bench.count(dead).await), (101, 101));
}

/// Numbers as the population register gives them, and as NAV makes them up: made here, so that none
/// stands in the code.
fn real() -> Person {
    Person("Reell", Box::leak(number("010190300").unwrap().into_boxed_str()))
}
fn of_nav() -> Person {
    Person("Dolly", Box::leak(number("014190300").unwrap().into_boxed_str()))
}

async fn a_test_environment_takes_synthetic_numbers_only(bench: Bench) {
    let why = "not a synthetic number, and this store takes only synthetic ones";
    let run_people = persons(&bench, format!("{}{}", leads(real()), leads(of_nav()))).await;
    run_people.refuses(&format!("line 1, {CUSTOMER}: the person is {why}"));
    assert_eq!((run_people.counts.refused, run_people.counts.people_entered), (1, 1));
    let folder = tempfile::tempdir().unwrap();
    let from = file(folder.path(), format!("{CUSTOMER};{};tilgangsstyrer", real().1));
    let grants = Import::Grants(people(from, false, None));
    run_with(&bench, &grants, &bench.app.number_keys).await.refuses(why);
    changes(&bench, &pair(NEW, real())).await.refuses(&format!("the number is {why}"));
    changes(&bench, &pair(real(), NEW)).await.refuses(&format!("the former number is {why}"));
    assert!(refused_login(&bench, real()).await.contains("Bare testpersoner kan logge inn her"));
    assert_eq!(by_token(&bench, real()).await, 401);
    bench.logged_in(of_nav()).await;
    assert_eq!(by_token(&bench, of_nav()).await, 200);
    assert_eq!(person(&bench, real()).await, None);
}

async fn elsewhere_synthetic_numbers_are_refused(mut bench: Bench) {
    bench.app = bench.app_with(|config| {
        config.demo = false;
        config.allow_synthetic = false;
        config.public_url = "https://portal.example".into();
    });
    bench.router = systembruker::router::router(bench.app.clone());
    for one in [NEW, of_nav()] {
        assert_eq!(by_token(&bench, one).await, 401);
    }
    let why = "a synthetic number, and this store takes only real ones";
    let folder = tempfile::tempdir().unwrap();
    let lines = format!("{}{}{}", leads(NEW), leads(of_nav()), leads(real()));
    let what = Import::Persons(people(file(folder.path(), lines), false, Some(false)));
    let run_people = run_with(&bench, &what, &bench.app.number_keys).await;
    run_people.refuses(&format!("line 1, {CUSTOMER}: the person is {why}"));
    run_people.refuses(&format!("line 2, {CUSTOMER}: the person is {why}"));
    assert_eq!((run_people.counts.refused, run_people.counts.people_entered), (2, 1));
    assert_eq!(by_token(&bench, real()).await, 200);
    changes_with(&bench, &pair(NEW, THIRD), &bench.app.number_keys, Some(false)).await.refuses(why);
}

async fn a_store_stays_with_the_numbers_that_its_people_have(bench: Bench) {
    use NumberPolicy::{Real, Synthetic};
    let store = &bench.app.store;
    assert_eq!(parties::number_policy(store).await.unwrap(), Some(Synthetic));
    assert_eq!(parties::note_number_policy(store, Real).await.unwrap(), Synthetic);
    assert_eq!(parties::number_policy(store).await.unwrap(), Some(Synthetic));
    // Without people it is what it is served as.
    bench.exec("update party set pid_hash = null").await;
    assert_eq!(parties::note_number_policy(store, Real).await.unwrap(), Real);
    assert_eq!(parties::note_number_policy(store, Synthetic).await.unwrap(), Synthetic);
}

#[test]
fn an_import_into_a_new_store_takes_real_numbers_unless_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let lines = folder.path().join("persons.csv");
    std::fs::write(&lines, format!("{};{};;\n", NEW.1, NEW.0)).unwrap();
    let keys = folder.path().join("keys");
    let secret = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [7; 32]);
    std::fs::write(&keys, format!("n1:{secret}")).unwrap();
    let import = |flag: &[&str]| {
        let database = format!("sqlite://{}/new.db", folder.path().display());
        let done = program()
            .args(["import", "persons"])
            .arg(&lines)
            .args(["--database", &database, "--number-keys-file"])
            .arg(&keys)
            .args(flag)
            .output()
            .unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    let refused = "refused: line 1: the person is a synthetic number, and this store takes only";
    assert!(import(&[]).contains(refused));
    assert!(import(&["--allow-synthetic=false"]).contains(refused));
    assert!(import(&["--allow-synthetic"]).contains("1 people entered"));
}
