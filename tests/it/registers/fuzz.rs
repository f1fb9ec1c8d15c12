//! Damaged files of every kind: whatever happens to a file on its way, an import of it ends no more than
//! the whole file would, unless what is left is itself a well-formed file that says less. What a file says
//! is read here anew, by simple rules, and by nothing of the product's but its checks of numbers.
use super::*;
use std::collections::{BTreeMap, BTreeSet};
use systembruker::ids::ResourceId;

/// Cases of each kind: more than 2,000 on SQLite.
const CASES_ON_SQLITE: u64 = 300;
const CASES_ON_POSTGRES: u64 = 40;

on_each_engine!(
    damaged_files_of_units_end_nothing_more,
    damaged_files_of_sub_units_end_nothing_more,
    damaged_files_of_roles_end_nothing_more,
    damaged_files_of_persons_end_nothing_more,
    damaged_files_of_grants_end_nothing_more,
    damaged_access_lists_end_nothing_more,
    damaged_updates_end_nothing_more,
);

/// A generator that says the same for the same seed (splitmix64).
struct Dice(u64);
impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// From 0 to one less than this.
    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most.max(1) as u64).unwrap()
    }
    fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// What happens to a file.
fn damaged(dice: &mut Dice, whole: &[u8], lines: bool) -> Vec<u8> {
    match dice.below(8) {
        0 if lines => a_line_less_and_counted(dice, whole),
        0 | 1 => whole[..dice.below(whole.len())].to_vec(),
        2..=4 => without_a_member(dice, whole, lines),
        _ => scratched(dice, whole),
    }
}
/// A line less, with a last line that counts those that are left: a file that says less, and is well-formed.
fn a_line_less_and_counted(dice: &mut Dice, whole: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(whole.to_vec()).unwrap();
    let mut all: Vec<&str> = text.lines().collect();
    let (heading, mark) = (all.remove(0), all.pop().unwrap());
    assert_eq!(mark, format!("#end;{}", all.len()));
    all.remove(dice.below(all.len()));
    format!("{heading}\n{}\n#end;{}\n", all.join("\n"), all.len()).into_bytes()
}
/// Bytes changed, dropped or doubled, or a whole line.
fn scratched(dice: &mut Dice, whole: &[u8]) -> Vec<u8> {
    const OTHERS: &[u8] = b"{}[]\":,;\n\r 019aZ#x\\\xff\x00";
    let mut text = whole.to_vec();
    let at = dice.below(text.len());
    let to = (at + 1 + dice.below(30)).min(text.len());
    match dice.below(6) {
        0 | 1 => text[at] = *dice.one(OTHERS),
        2 => drop(text.drain(at..to)),
        3 => {
            let twice = text[at..to].to_vec();
            text.splice(at..at, twice);
        }
        4 => text.insert(at, *dice.one(OTHERS)),
        _ => {
            let mut lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
            let at = dice.below(lines.len());
            if dice.below(2) == 0 {
                lines.remove(at);
            } else {
                lines.insert(at, lines[at]);
            }
            return lines.concat();
        }
    }
    text
}
/// One member of an object or an array less, at any depth; or one value of a line, or of all.
fn without_a_member(dice: &mut Dice, whole: &[u8], lines: bool) -> Vec<u8> {
    let text = String::from_utf8(whole.to_vec()).unwrap();
    if !lines {
        let mut value: Value = serde_json::from_str(&text).unwrap();
        let paths = members(&value, "");
        remove(&mut value, dice.one(&paths).as_str());
        return value.to_string().into_bytes();
    }
    let mut all: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
    let everywhere = dice.below(8) == 0;
    let (at, nth) = (dice.below(all.len()), dice.below(4));
    for (number, line) in all.iter_mut().enumerate() {
        if !everywhere && number != at {
            continue;
        }
        if let Ok(mut value) = serde_json::from_str::<Value>(line) {
            let paths = members(&value, "");
            remove(&mut value, &paths[nth % paths.len()]);
            *line = value.to_string();
        } else {
            let mut values: Vec<&str> = line.split(';').collect();
            values.remove(nth % values.len());
            *line = values.join(";");
        }
    }
    (all.join("\n") + "\n").into_bytes()
}
fn members(value: &Value, path: &str) -> Vec<String> {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(all) => all.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(all) => {
            all.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    let each = inside.into_iter().flat_map(|(name, value)| {
        let path = format!("{path}/{name}");
        let mut all = members(value, &path);
        all.push(path);
        all
    });
    each.collect()
}
fn remove(value: &mut Value, path: &str) {
    let (parent, name) = path.rsplit_once('/').unwrap();
    match value.pointer_mut(parent).unwrap() {
        Value::Object(all) => drop(all.remove(name)),
        Value::Array(all) => drop(all.remove(name.parse().unwrap())),
        _ => unreachable!(),
    }
}

/// Something that has ended: an organisation, its main unit's part in it, a role or grant with its holder,
/// or a place on a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Organisation(String),
    Part(String),
    Held { from: String, holder: i64, code: String },
    Member { list: String, of: String },
}

/// What a file says of one organisation.
#[derive(Debug, Default)]
struct Said {
    times: usize,
    /// Something was said that is not well-formed.
    odd: bool,
    ended: bool,
    form: Option<String>,
    /// Holder and code; of a list, its name.
    held: BTreeSet<(Option<i64>, String)>,
    /// Codes of which something is not well-formed.
    doubted: BTreeSet<String>,
}
/// What a file says.
#[derive(Debug, Default)]
struct Statement {
    /// It is well-formed to its end.
    whole: bool,
    /// Something in it may be of any organisation.
    nameless: bool,
    said: BTreeMap<String, Said>,
    /// Organisations that end by it, as holders: what they hold ends too.
    ended: BTreeSet<i64>,
}
impl Statement {
    /// Whether a file that says this ends it.
    fn ends(&self, end: &End, complete: bool, lines: bool) -> bool {
        let of = match end {
            End::Organisation(of) | End::Part(of) | End::Member { of, .. } => of,
            End::Held { from, .. } => from,
        };
        if !self.whole || (lines && self.nameless) {
            return false;
        }
        let absent = complete && !self.nameless;
        let gone = match end {
            End::Held { holder, .. } => self.ended.contains(holder),
            _ => false,
        };
        match (end, self.said.get(of)) {
            (End::Held { .. }, said) if gone || said.is_some_and(|said| said.ended) => true,
            (End::Organisation(_), Some(said)) => said.ended,
            (End::Part(_), said) => {
                said.and_then(|said| said.form.as_deref()).is_some_and(|form| form != "BEDR")
            }
            (End::Member { list, .. }, said) => {
                let listed = |said: &Said| said.held.iter().any(|(_, name)| name == list);
                self.said.values().any(listed) && said.is_none_or(|said| !said.odd && !listed(said))
            }
            (End::Held { holder, code, .. }, Some(said)) => {
                let held = said.held.contains(&(Some(*holder), code.clone()));
                let sure = !said.odd && !said.doubted.contains(code) && (lines || said.times == 1);
                sure && !held
            }
            (_, None) => absent,
        }
    }
}

/// The world of the files, and how to read them.
struct World<'a> {
    bench: &'a Bench,
    /// By organisation or national number.
    holders: BTreeMap<String, i64>,
    folder: tempfile::TempDir,
}
impl World<'_> {
    fn role_is_known(&self, code: &str) -> bool {
        self.bench.app.catalogue.now().role(code).is_some()
    }
    fn holder(&self, number: &str) -> Option<i64> {
        self.holders.get(number).copied()
    }
    fn elements(text: &[u8]) -> Option<Vec<Value>> {
        serde_json::from_slice(text).ok()
    }
    fn number_of(element: &Value) -> Option<String> {
        let number = element.get("organisasjonsnummer")?.as_str()?;
        number.parse::<OrgNo>().ok().map(|_| number.to_owned())
    }
    fn units(text: &[u8]) -> Statement {
        let elements = Self::elements(text);
        let mut all = Statement { whole: elements.is_some(), ..Statement::default() };
        for element in elements.unwrap_or_default() {
            let Some(number) = Self::number_of(&element) else {
                all.nameless = true;
                continue;
            };
            let said = all.said.entry(number).or_default();
            said.times += 1;
            said.ended |= element.get("slettedato").is_some_and(Value::is_string);
            let form = element.pointer("/organisasjonsform/kode");
            said.form = form.and_then(Value::as_str).map(ToOwned::to_owned);
        }
        all
    }
    fn roles(&self, text: &[u8]) -> Statement {
        let elements = Self::elements(text);
        let mut all = Statement { whole: elements.is_some(), ..Statement::default() };
        for element in elements.unwrap_or_default() {
            let Some(number) = Self::number_of(&element) else {
                all.nameless = true;
                continue;
            };
            let said = all.said.entry(number).or_default();
            said.times += 1;
            said.odd |= self.roles_of(&element, said).is_none();
        }
        all
    }
    fn roles_of(&self, element: &Value, said: &mut Said) -> Option<()> {
        for group in element.get("rollegrupper")?.as_array()? {
            let kind = |of: &Value| Some(of.pointer("/type/kode")?.as_str()?.to_owned());
            let group_code = kind(group).filter(|code| self.role_is_known(code));
            for role in group.get("roller")?.as_array()? {
                let code = kind(role);
                let known = code.clone().filter(|code| self.role_is_known(code));
                let flag = |name: &str| role.get(name) == Some(&json!(true));
                let holder = role.get("enhet").filter(|holder| !holder.is_null());
                let person = role.get("person").filter(|person| !person.is_null());
                let ended = flag("fratraadt") || flag("avregistrert");
                let ended =
                    ended || holder.is_some_and(|h| h.get("erSlettet") == Some(&json!(true)));
                let number = holder.and_then(Self::number_of);
                let odd = code.is_none()
                    || (known.is_none() && group_code.is_some())
                    || (person.is_some() && holder.is_some())
                    || (holder.is_some() && number.is_none() && !ended);
                if odd {
                    said.doubted.insert(known.or(group_code.clone())?);
                } else if let (Some(number), Some(code), false) = (number, known, ended) {
                    said.held.insert((self.holder(&number), code));
                }
            }
        }
        Some(())
    }
    /// The lines of a file: their values by name, and whether the file is whole.
    fn lines(text: &[u8], names: &[&str]) -> (bool, Vec<Option<Vec<String>>>) {
        let (mut all, mut marks, mut after, mut begun) = (Vec::new(), Vec::new(), false, false);
        let mut rest: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        let last = rest.pop().unwrap_or_default();
        let unended = !last.trim_ascii().is_empty() && !last.trim_ascii().starts_with(b"#end");
        rest.push(last);
        for line in rest {
            let line = String::from_utf8(line.to_vec()).ok();
            let trimmed = line.as_deref().map(str::trim);
            if trimmed == Some("") {
                continue;
            }
            if let Some(mark) = trimmed.and_then(|line| line.strip_prefix("#end")) {
                marks
                    .push(mark.trim_start_matches(';').trim_end_matches(';').parse::<usize>().ok());
                continue;
            }
            let heading = trimmed == Some(names.join(";").as_str());
            if !std::mem::replace(&mut begun, true) && heading {
                continue;
            }
            after |= !marks.is_empty();
            all.push(trimmed.and_then(|line| Self::values(line, names)));
        }
        (marks == [Some(all.len())] && !after && !unended, all)
    }
    fn values(line: &str, names: &[&str]) -> Option<Vec<String>> {
        if line.starts_with('{') {
            let value: Value = serde_json::from_str(line).ok()?;
            let text = |name: &&str| match value.get(name) {
                None => Some(String::new()),
                Some(Value::Array(all)) => all
                    .iter()
                    .map(|one| Some(one.as_str()?.to_owned()))
                    .collect::<Option<Vec<_>>>()
                    .map(|all| all.join(",")),
                Some(value) => Some(value.as_str()?.trim().to_owned()),
            };
            return names.iter().map(text).collect();
        }
        let values: Vec<String> = line.split(';').map(|value| value.trim().to_owned()).collect();
        (values.len() == names.len() && !line.contains('"')).then_some(values)
    }
    /// Of lines: whose each is, who holds what, or nothing where it is not well-formed.
    fn held_by_lines(
        text: &[u8],
        names: &[&str],
        read: impl Fn(&[String]) -> (String, Option<(Option<i64>, String)>),
    ) -> Statement {
        let (whole, lines) = Self::lines(text, names);
        let mut all = Statement { whole, ..Statement::default() };
        for values in lines {
            let Some(values) = values else {
                all.nameless = true;
                continue;
            };
            let (number, held) = read(&values);
            if number.is_empty() && held.is_some() {
                continue;
            }
            if number.parse::<OrgNo>().is_err() {
                all.nameless = true;
                continue;
            }
            let said = all.said.entry(number).or_default();
            said.times += 1;
            said.odd |= held.is_none();
            said.held.extend(held);
        }
        all
    }
    fn persons(&self, text: &[u8]) -> Statement {
        Self::held_by_lines(text, &["pid", "name", "orgNo", "role"], |values| {
            let [pid, _, from, role] = values else { unreachable!() };
            let good = pid.parse::<PersonNo>().is_ok();
            let good = good && (self.role_is_known(role) || (from.is_empty() && role.is_empty()));
            (from.clone(), good.then(|| (self.holder(pid), role.clone())))
        })
    }
    fn grants(&self, text: &[u8]) -> Statement {
        Self::held_by_lines(text, &["fromOrgNo", "to", "package"], |values| {
            let [from, to, package] = values else { unreachable!() };
            let good = to.parse::<PersonNo>().is_ok() || to.parse::<OrgNo>().is_ok();
            let good = good && PACKAGES.contains(&package.as_str()) && !from.is_empty();
            (from.clone(), good.then(|| (self.holder(to), package.clone())))
        })
    }
    fn lists(text: &[u8]) -> Statement {
        Self::held_by_lines(text, &["resource", "orgNo", "actions"], |values| {
            let [list, number, _] = values else { unreachable!() };
            let known = LISTS.contains(&list.as_str()) && list.parse::<ResourceId>().is_ok();
            (number.clone(), (known && !number.is_empty()).then(|| (None, list.clone())))
        })
    }

    /// Notes everything as it is, so that it can be so again.
    async fn note(&self) {
        for sql in [
            "create table noted_assignment as select * from assignment",
            "create table noted_list as select * from access_list",
            "create table noted_party as select * from party",
        ] {
            self.bench.exec(sql).await;
        }
    }
    async fn restore(&self) {
        const ALL: [&str; 5] = [
            "delete from assignment",
            "insert into assignment select * from noted_assignment",
            "delete from access_list",
            "insert into access_list select * from noted_list",
            "update party set name = n.name, name_fold = n.name_fold, name_sort = n.name_sort, org_form = n.org_form, parent = n.parent, deleted = n.deleted, digest = n.digest, pid_hash = n.pid_hash from noted_party n where n.id = party.id",
        ];
        let restored = self.bench.app.store.write(async |tx| {
            for sql in ALL {
                tx.query(sql).exec().await?;
            }
            Ok::<_, systembruker::db::Error>(())
        });
        restored.await.unwrap();
    }
    /// What has ended since it was noted.
    async fn ended(&self) -> BTreeSet<End> {
        let store = &self.bench.app.store;
        let gone: Vec<(String, bool, bool)> = store
            .query("select p.org_no, (p.deleted is not null and n.deleted is null) as ended, (p.parent is null and n.parent is not null) as part from party p join noted_party n on n.id = p.id where p.org_no is not null and ((p.deleted is not null and n.deleted is null) or (p.parent is null and n.parent is not null))")
            .all()
            .await
            .unwrap();
        let held: Vec<(String, i64, String)> = store
            .query("select f.org_no, h.party_id, a.code from assignment a join party f on f.id = a.from_party join party h on h.id = a.to_party where a.valid_to is not null")
            .all()
            .await
            .unwrap();
        let members: Vec<(String, String)> = store
            .query("select l.resource, p.org_no from access_list l join party p on p.id = l.party where l.valid_to is not null")
            .all()
            .await
            .unwrap();
        let mut all: BTreeSet<End> = BTreeSet::new();
        for (number, ended, part) in gone {
            all.extend(ended.then(|| End::Organisation(number.clone())));
            all.extend(part.then_some(End::Part(number)));
        }
        all.extend(held.into_iter().map(|(from, holder, code)| End::Held { from, holder, code }));
        all.extend(members.into_iter().map(|(list, of)| End::Member { list, of }));
        all
    }
}

const PACKAGES: [&str; 4] = ["skattegrunnlag", "toll", "renovasjon", "krav-og-utlegg"];
const LISTS: [&str; 2] = [crate::support::RESOURCE, "ske-other"];
/// Made-up people of the bench's.
const PEOPLE: [&str; 4] = ["12837810092", "04879112090", "17858218004", "23916914075"];
const FIRMS: [&str; 3] = [FIRM, OTHER_FIRM, ACCOUNTANTS];

async fn world(bench: &Bench) -> World<'_> {
    import_units(bench, &world_of_units()).await;
    let folder = folder();
    let file = write(&folder, "resources", json!([resource("ske-other", "Annen")]).to_string());
    run(bench, &Import::Resources(register(&file))).await.well();
    World { bench, holders: BTreeMap::new(), folder }
}
async fn begin(world: &mut World<'_>, what: &[Import]) {
    for what in what {
        let mut what = bold(what);
        with_limits(&mut what, Limits { max_closed: 100.0, yes: true });
        run(world.bench, &what).await.well();
    }
    let store = &world.bench.app.store;
    let organisations: Vec<(String, i64)> = store
        .query("select org_no, party_id from party where org_no is not null")
        .all()
        .await
        .unwrap();
    world.holders.extend(organisations);
    for pid in PEOPLE {
        let (keys, number) = (&world.bench.app.number_keys, pid.parse().unwrap());
        let person = parties::person_logged_in(store, keys, &number, "").await.unwrap();
        world.holders.insert(pid.to_owned(), person.party_id);
    }
    world.note().await;
}
fn bold(what: &Import) -> Import {
    match what {
        Import::Units(it) => Import::Units(it.clone()),
        Import::SubUnits(it) => Import::SubUnits(it.clone()),
        Import::Roles(it) => Import::Roles(it.clone()),
        Import::Persons(it) => Import::Persons(it.clone()),
        Import::NumberChanges(it) => Import::NumberChanges(it.clone()),
        Import::Grants(it) => Import::Grants(it.clone()),
        Import::AccessLists(it) => Import::AccessLists(it.clone()),
        Import::Updates(it) => Import::Updates(it.clone()),
        Import::Resources(it) => Import::Resources(it.clone()),
    }
}
fn with_limits(what: &mut Import, limits: Limits) {
    match what {
        Import::Units(it) | Import::SubUnits(it) | Import::Roles(it) | Import::Resources(it) => {
            it.from.limits = limits;
        }
        Import::Persons(it) | Import::Grants(it) => it.register.from.limits = limits,
        Import::NumberChanges(it) => it.from.limits = limits,
        Import::AccessLists(it) => it.from.limits = limits,
        Import::Updates(it) => it.from.limits = limits,
    }
}

/// One file, damaged again and again, as often as its share of the cases. The guard lets all pass, so
/// that reading alone is what holds. Some of them say less than the whole, by which more ends.
async fn hold(
    world: &World<'_>,
    whole: &[u8],
    (lines, shares): (bool, u64),
    import: impl Fn(&Path, bool) -> Import,
    read: impl Fn(&[u8]) -> Statement,
) {
    let many = matches!(world.bench.app.store.engine(), Engine::Sqlite { .. });
    let cases = if many { CASES_ON_SQLITE } else { CASES_ON_POSTGRES };
    let file = world.folder.path().join("damaged");
    let mut by_whole = Vec::new();
    for complete in [false, true] {
        std::fs::write(&file, whole).unwrap();
        let mut what = import(&file, complete);
        with_limits(&mut what, Limits { max_closed: 100.0, yes: false });
        run(world.bench, &what).await.well();
        let ended = world.ended().await;
        let statement = read(whole);
        for end in &ended {
            assert!(statement.ends(end, complete, lines), "the rules do not have {end:?}");
        }
        by_whole.push(ended);
        world.restore().await;
    }
    assert!(!by_whole[0].is_empty(), "the whole file ends something");
    let (mut failed, mut less) = (0, 0);
    for seed in 0..cases / shares {
        let mut dice = Dice(seed);
        let complete = dice.below(2) == 1;
        let text = damaged(&mut dice, whole, lines);
        std::fs::write(&file, &text).unwrap();
        let mut what = import(&file, complete);
        with_limits(&mut what, Limits { max_closed: 100.0, yes: false });
        let run = run(world.bench, &what).await;
        let ended = world.ended().await;
        let case = || {
            let text = String::from_utf8_lossy(&text);
            format!("case {seed}, complete {complete}, {:?}\n{:?}\n{text}", run.done, run.told)
        };
        if let Err(failure) = &run.done {
            failed += 1;
            assert!(failure.is_the_file() && ended.is_empty(), "{ended:?}: {}", case());
            assert!(!failure.to_string().contains("without a word"), "{}", case());
        }
        let statement = read(&text);
        for end in ended.difference(&by_whole[usize::from(complete)]) {
            less += 1;
            assert!(statement.ends(end, complete, lines), "{end:?}: {}", case());
        }
        let digits = |c: char| !c.is_ascii_digit();
        let told = || run.told.iter().flat_map(|line| line.split(digits));
        assert!(told().all(|run| run.len() < 10), "a number of a person: {}", case());
        world.restore().await;
    }
    assert!(failed > 0, "some files are refused");
    // Of the few on PostgreSQL none may.
    assert!(less > 0 || !many, "some files say less, and that counts");
}

async fn damaged_files_of_units_end_nothing_more(bench: Bench) {
    let mut world = world(&bench).await;
    let numbers = numbers_from(312_000_000, 8);
    let mut all: Vec<Value> = numbers.iter().map(|n| whole_unit(n, "ENHET AS")).collect();
    all.extend([VENDOR, CUSTOMER, ACCOUNTANTS, "974761076", BAKER].map(|n| unit(n, "X", "AS")));
    let file = write(&world.folder, "before", json!(all).to_string());
    begin(&mut world, &[Import::Units(register(&file))]).await;
    all[1]["slettedato"] = json!("2026-11-01");
    all[3]["slettedato"] = json!("2026-11-02");
    all.remove(5);
    let text =
        format!("[\n{}\n]\n", all.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n"));
    let import = |file: &Path, complete| Import::Units(Register { complete, ..register(file) });
    hold(&world, text.as_bytes(), (false, 1), import, World::units).await;
}

async fn damaged_files_of_sub_units_end_nothing_more(bench: Bench) {
    let mut world = world(&bench).await;
    let numbers = numbers_from(312_000_000, 8);
    let part = |n: &String| {
        let mut part = unit(n, "AVDELING", "BEDR");
        part["overordnetEnhet"] = json!(BAKER);
        part
    };
    let mut all: Vec<Value> = numbers.iter().map(part).collect();
    let file = write(&world.folder, "before", json!(all).to_string());
    begin(&mut world, &[Import::SubUnits(register(&file))]).await;
    all[2]["slettedato"] = json!("2026-11-01");
    all.pop();
    let text = serde_json::to_string_pretty(&json!(all)).unwrap();
    let import = |file: &Path, complete| Import::SubUnits(Register { complete, ..register(file) });
    hold(&world, text.as_bytes(), (false, 1), import, World::units).await;
}

/// Organisations with an accountant, an auditor and more, and what a file says of them later.
fn world_of_roles(numbers: &[String]) -> (Value, Vec<Value>) {
    let before = |(nth, n): (usize, &String)| {
        let firm = |more: usize| FIRMS[(nth + more) % 3];
        roles(n, &[held_by("REGN", firm(0)), held_by("REVI", firm(1)), held_by("KNUF", firm(2))])
    };
    let after = |(nth, n): (usize, &String)| {
        let firm = |more: usize| FIRMS[(nth + more) % 3];
        let mut resigned = held_by("REVI", firm(1));
        resigned["fratraadt"] = json!(nth % 3 == 1);
        let first = held_by("REGN", firm(usize::from(nth % 4 == 2)));
        roles(n, &[first, resigned, daglig_leder(), held_by("KNUF", firm(2))])
    };
    let before = numbers.iter().enumerate().map(before).collect();
    (before, numbers[..numbers.len() - 2].iter().enumerate().map(after).collect())
}

async fn damaged_files_of_roles_end_nothing_more(bench: Bench) {
    let mut world = world(&bench).await;
    let numbers = numbers_from(312_000_000, 9);
    let units: Value = numbers.iter().map(|n| unit(n, "ENHET", "AS")).collect();
    let units = write(&world.folder, "units", units.to_string());
    let (before, after) = world_of_roles(&numbers);
    let file = write(&world.folder, "before", before.to_string());
    begin(&mut world, &[Import::Units(register(&units)), Import::Roles(register(&file))]).await;
    let import = |file: &Path, complete| Import::Roles(Register { complete, ..register(file) });
    // Each of the layouts in which registers are published.
    let one_line = json!(after).to_string();
    let lines = after.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n");
    for text in [one_line, format!("[\n{lines}\n]"), serde_json::to_string_pretty(&after).unwrap()]
    {
        hold(&world, text.as_bytes(), (false, 3), import, |text| world.roles(text)).await;
    }
}

async fn damaged_files_of_persons_end_nothing_more(bench: Bench) {
    let mut world = world(&bench).await;
    let numbers = numbers_from(312_000_000, 5);
    let units: Value = numbers.iter().map(|n| unit(n, "ENHET", "AS")).collect();
    let units = write(&world.folder, "units", units.to_string());
    let line = |n: &String, nth: usize, code: &str| {
        let pid = PEOPLE[nth % PEOPLE.len()];
        if nth.is_multiple_of(2) {
            return format!("{pid};Navn {nth};{n};{code}\n");
        }
        let object = json!({ "pid": pid, "name": format!("Navn {nth}"), "orgNo": n, "role": code });
        format!("{object}\n")
    };
    let all = |codes: &[&str], numbers: &[String]| {
        let mut text = "pid;name;orgNo;role\n".to_owned();
        for (nth, n) in numbers.iter().enumerate() {
            text.extend(codes.iter().enumerate().map(|(more, code)| line(n, nth + more, code)));
        }
        marked(text)
    };
    let file = write(&world.folder, "before", all(&["DAGL", "LEDE", "MEDL"], &numbers));
    begin(&mut world, &[Import::Units(register(&units)), Import::Persons(people(&file))]).await;
    let import = |file: &Path, complete| {
        let register = Register { complete, ..register(file) };
        Import::Persons(People { register, ..people(file) })
    };
    let whole = all(&["DAGL", "LEDE"], &numbers[..4]);
    hold(&world, whole.as_bytes(), (true, 1), import, |text| world.persons(text)).await;
}

async fn damaged_files_of_grants_end_nothing_more(bench: Bench) {
    let mut world = world(&bench).await;
    let numbers = numbers_from(312_000_000, 5);
    let units: Value = numbers.iter().map(|n| unit(n, "ENHET", "AS")).collect();
    let units = write(&world.folder, "units", units.to_string());
    let all = |packages: &[&str], numbers: &[String]| {
        let mut text = "fromOrgNo;to;package\r\n".to_owned();
        for (nth, n) in numbers.iter().enumerate() {
            for (more, package) in packages.iter().enumerate() {
                let to = [PEOPLE[nth % 4], FIRMS[nth % 3]][(nth + more) % 2];
                text.push_str(&[n, to, package].join(";"));
                text.push_str("\r\n");
            }
        }
        marked(text)
    };
    let file = write(&world.folder, "before", all(&PACKAGES, &numbers));
    begin(&mut world, &[Import::Units(register(&units)), Import::Grants(people(&file))]).await;
    let import = |file: &Path, complete| {
        let register = Register { complete, ..register(file) };
        Import::Grants(People { register, ..people(file) })
    };
    let whole = all(&PACKAGES[..3], &numbers[..4]);
    hold(&world, whole.as_bytes(), (true, 1), import, |text| world.grants(text)).await;
}

async fn damaged_access_lists_end_nothing_more(bench: Bench) {
    let mut world = world(&bench).await;
    let numbers = numbers_from(312_000_000, 6);
    let units: Value = numbers.iter().map(|n| unit(n, "ENHET", "AS")).collect();
    let units = write(&world.folder, "units", units.to_string());
    let all = |numbers: &[String]| {
        let mut text = "resource;orgNo;actions\n".to_owned();
        for list in LISTS {
            for (nth, n) in numbers.iter().enumerate() {
                let object = json!({ "resource": list, "orgNo": n, "actions": ["read", "write"] });
                let line = if nth == 1 { object.to_string() } else { format!("{list};{n};read") };
                text.extend([line.as_str(), "\n"]);
            }
        }
        marked(text)
    };
    let file = write(&world.folder, "before", all(&numbers));
    begin(&mut world, &[Import::Units(register(&units)), Import::AccessLists(lists(&file))]).await;
    let import = |file: &Path, _| Import::AccessLists(lists(file));
    let whole = all(&numbers[..5]);
    hold(&world, whole.as_bytes(), (true, 1), import, World::lists).await;
}

async fn damaged_updates_end_nothing_more(bench: Bench) {
    let mut world = world(&bench).await;
    let numbers = numbers_from(312_000_000, 9);
    let units: Value = numbers.iter().map(|n| unit(n, "ENHET", "AS")).collect();
    let units = write(&world.folder, "units", units.to_string());
    let (before, after) = world_of_roles(&numbers);
    let file = write(&world.folder, "before", before.to_string());
    begin(&mut world, &[Import::Units(register(&units)), Import::Roles(register(&file))]).await;
    let objects: BTreeMap<&str, Value> =
        numbers.iter().map(String::as_str).zip(after.iter().cloned()).collect();
    for (number, object) in &objects {
        write(&world.folder, &format!("{number}.json"), object.to_string());
    }
    let kinds = ["Sletting", "Fjernet", "Endring", "Endring", "Ny", "Endring"];
    let change = |(number, kind): (&String, &&str)| json!({ "organisasjonsnummer": number, "endringstype": kind, "dato": "2026-11-20T04:00:00.000Z" });
    let mut changes: Vec<Value> = numbers.iter().zip(&kinds).map(change).collect();
    // One that has come back: without its last entry it has ended.
    changes.extend(["Sletting", "Ny"].map(|kind| change((&numbers[6], &kind))));
    let page = json!({ "_embedded": { "oppdaterteEnheter": changes }, "page": { "size": 10 } });
    let import = |file: &Path, _| {
        Import::Updates(Updates { from: from(file), objects: world.folder.path().to_owned() })
    };
    let read = |text: &[u8]| {
        let page: Option<Value> = serde_json::from_slice(text).ok();
        let mut all = Statement { whole: page.is_some(), ..Statement::default() };
        let list = page.as_ref().and_then(|page| match page {
            Value::Array(all) => Some(all),
            page => page.pointer("/_embedded/oppdaterteEnheter")?.as_array(),
        });
        for change in list.into_iter().flatten() {
            let Some(number) = World::number_of(change) else { continue };
            let said = all.said.entry(number.clone()).or_default();
            *said = Said { times: 1, ..Said::default() };
            let kind = change.get("endringstype").and_then(Value::as_str);
            said.ended = matches!(kind, Some("Sletting" | "Fjernet"));
            if said.ended {
                all.ended.extend(world.holder(&number));
            }
            match objects.get(number.as_str()) {
                Some(object) => said.odd = world.roles_of(object, said).is_none(),
                None => said.odd = true,
            }
        }
        all
    };
    hold(&world, page.to_string().as_bytes(), (false, 1), import, read).await;
}
