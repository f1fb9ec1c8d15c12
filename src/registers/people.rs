//! People and their roles, and packages that have been given: from those who know national numbers.
//! The numbers are hashed where they are read, and go no further.
use super::{
    CHANGES, Failure, Importer, Named, TRIES, brreg, deaths,
    feed::{Feed, Refusal},
    guard::Cause,
    held::{Holdings, Told},
    joining::{Hashes, Joined},
    numbers::PersonNumbers,
    roles,
    source::Source,
    table::Table,
};
use crate::{
    catalogue::{Contents, EntityType, resource::URN_PREFIX},
    clock::Ts,
    config::People,
    day::Day,
    ids::{OrgNo, PackageUrn, PartyUuid, ResourceId},
    parties::bulk::{self, Found, PersonRow},
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Holder {
    /// Empty where the file does not name people.
    Person {
        hashes: Hashes,
        name: String,
    },
    Organisation(OrgNo),
}
/// Whether a person lives, where a line says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    DeadSince(Ts),
    /// Alive after all.
    Alive,
}
/// One line: a person, or a holder of something from an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    holder: Holder,
    held: Option<(OrgNo, String)>,
    /// The number that the person had before.
    former: Option<Hashes>,
    life: Option<Life>,
}

/// `pid;name;orgNo;role`, and where there is more to say `formerPid` and `dead`.
pub(super) async fn persons(
    import: &mut Importer<'_>,
    source: Source,
    numbers: PersonNumbers,
    settings: &People,
) -> Result<(), Failure> {
    let (codes, now) = (roles::codes(import).await?, import.clock.now());
    let mut table = Table::with_optional(&["pid", "name", "orgNo", "role"], &["formerPid", "dead"]);
    let feed = Feed::lines(source, &settings.end, move |text| {
        let values = match table.read(text)? {
            Ok(values) => values,
            Err(refusal) => return Some(Err(refusal)),
        };
        let [pid, name, from, role, former, dead] = values.as_slice() else { return None };
        let about = |why: String| Refusal::new(number(from), why);
        let read = || {
            let hashes = numbers.read("the person", pid).map_err(about)?;
            let former = match former.as_str() {
                "" => None,
                former => Some(numbers.read_former(former, &hashes).map_err(about)?),
            };
            let life = life(dead, now).map_err(about)?;
            let holder = person(hashes, name).map_err(about)?;
            if from.is_empty() && role.is_empty() {
                return Ok(Line { holder, held: None, former, life });
            }
            if !codes.contains(role) {
                return Err(about("the catalogue has no such role".into()));
            }
            let held = Some((organisation(from)?, role.clone()));
            Ok(Line { holder, held, former, life })
        };
        Some(read())
    });
    all(import, feed, Holdings::new("role", "persons", false), settings.register.complete).await
}

/// `fromOrgNo;to;package`; for `package` also the urn of a single service.
pub(super) async fn grants(
    import: &mut Importer<'_>,
    source: Source,
    numbers: PersonNumbers,
    settings: &People,
) -> Result<(), Failure> {
    let catalogue = import.catalogue().await?;
    let mut table = Table::new(&["fromOrgNo", "to", "package"]);
    let feed = Feed::lines(source, &settings.end, move |text| {
        let values = match table.read(text)? {
            Ok(values) => values,
            Err(refusal) => return Some(Err(refusal)),
        };
        let [from, to, package] = values.as_slice() else { return None };
        let about = |why: String| Refusal::new(number(from), why);
        let holder = match to.parse() {
            Ok(number) => Ok(Holder::Organisation(number)),
            Err(_) => {
                numbers.read("the person", to).and_then(|hashes| person(hashes, "")).map_err(about)
            }
        };
        let held = holder.and_then(|holder| {
            let code = item(&catalogue, package).map_err(about)?;
            let held = Some((organisation(from)?, code));
            Ok(Line { holder, held, former: None, life: None })
        });
        Some(held)
    });
    all(import, feed, Holdings::new("package", "grants", false), settings.register.complete).await
}

fn number(text: &str) -> Option<&str> {
    text.parse::<OrgNo>().is_ok().then_some(text)
}
fn organisation(text: &str) -> Result<OrgNo, Refusal> {
    text.parse().map_err(|e| Refusal::new(None, format!("the organisation is {e}")))
}
fn person(hashes: Hashes, name: &str) -> Result<Holder, String> {
    let name = brreg::name(name).map_err(|e| format!("the name {e}"))?;
    Ok(Holder::Person { hashes, name })
}
/// A day, or whether the person is dead at all; nothing where nothing is said.
fn life(text: &str, now: Ts) -> Result<Option<Life>, String> {
    Ok(match text.to_ascii_lowercase().as_str() {
        "" => None,
        "1" | "true" | "ja" => Some(Life::DeadSince(now)),
        "0" | "false" | "nei" => Some(Life::Alive),
        day => {
            let day: Day = day
                .parse()
                .map_err(|_| "dead is neither a date, as 2026-11-30, nor true or false")?;
            if day > Day::of(now) {
                return Err("dead is a date that has not been".into());
            }
            Some(Life::DeadSince(day.end().min(now)))
        }
    })
}
/// Returns the code of a package that organisations may give, or the urn of a single service.
fn item(catalogue: &Contents, text: &str) -> Result<String, String> {
    match text.strip_prefix(URN_PREFIX) {
        Some(id) => service(catalogue, id).map(|()| text.to_owned()),
        None => package(catalogue, text),
    }
}
/// Refuses a service that is unknown or can be given to nobody.
fn service(catalogue: &Contents, id: &str) -> Result<(), String> {
    let id: ResourceId = id.parse().map_err(|e| format!("the service is {e}"))?;
    match catalogue.resource(&id) {
        None => Err("the catalogue has no such service: import resources first".into()),
        Some(resource) if resource.closed().is_some() => {
            Err("the service cannot be given to others".into())
        }
        Some(_) => Ok(()),
    }
}
/// The last part of the urn of a package that organisations may give.
fn package(catalogue: &Contents, text: &str) -> Result<String, String> {
    let urn = match text.strip_prefix(PackageUrn::PREFIX) {
        Some(_) => text.to_owned(),
        None => format!("{}{text}", PackageUrn::PREFIX),
    };
    let urn: PackageUrn = urn.parse().map_err(|e| format!("the package is {e}"))?;
    match catalogue.package(&urn) {
        Some(package) if package.entity_type == EntityType::Organization => {
            Ok(urn.code().to_owned())
        }
        Some(_) => Err("the package is not one that organisations give".into()),
        None => Err("the catalogue has no such package".into()),
    }
}

async fn all(
    import: &mut Importer<'_>,
    mut feed: Feed<Line>,
    mut holdings: Holdings,
    complete: bool,
) -> Result<(), Failure> {
    let mut dying = HashMap::new();
    while let Some(entries) = feed.next(import.report.pace.rows).await? {
        let mut refused = Named::default();
        let lines = import.understood(entries, &mut refused);
        holdings.nameless += refused.nameless;
        enter(import, &mut holdings, &mut dying, &refused, lines).await?;
        import.report.go_on();
    }
    let closing = holdings.closing(import, complete).await?;
    closing.check(import).await?;
    import.bury(dying).await?;
    closing.apply(import).await
}

/// Enters a batch of lines. Those who have died since the last file are put into `dying`: they end when
/// the file has been read to its end.
async fn enter(
    import: &mut Importer<'_>,
    holdings: &mut Holdings,
    dying: &mut HashMap<PartyUuid, Ts>,
    refused: &Named,
    mut lines: Vec<(u64, Line)>,
) -> Result<(), Failure> {
    let mut doubtful = refused.numbers.clone();
    let mut later = Vec::new();
    let mut at_odds = HashSet::new();
    for (at, line) in &lines {
        let Some((former, new)) = line.numbers() else { continue };
        match import.join(former, new).await? {
            Ok(Joined::Unknown) => later.push((former.clone(), new.clone())),
            Ok(_) => {}
            Err(why) => {
                at_odds.insert(*at);
                let from = line.held.as_ref().map(|(from, _)| from.clone());
                import.report.refuse(*at, &Refusal::new(from.as_ref().map(OrgNo::as_str), why));
                doubtful.extend(from);
            }
        }
    }
    lines.retain(|(at, _)| !at_odds.contains(at));
    let mut people = enter_people(import, &lines).await?;
    for (former, new) in &later {
        // The person with the new number is there now, and has had the former one.
        let _ = import.join(former, new).await?;
    }
    for (_, line) in &lines {
        let Holder::Person { hashes, .. } = &line.holder else { continue };
        let Some(person) = people.get_mut(&hashes.current) else { continue };
        match line.life {
            Some(Life::DeadSince(at)) if !person.is_dead => {
                person.is_dead = true;
                dying.insert(person.id, at);
            }
            Some(Life::Alive) if person.is_dead => {
                person.is_dead = false;
                if dying.remove(&person.id).is_none() {
                    let id = person.id;
                    import.write(1, async |tx| deaths::revive(tx, id).await).await?;
                    import.report.counts.alive += 1;
                }
            }
            _ => person.is_dead |= dying.contains_key(&person.id),
        }
    }
    let mut numbers = doubtful.clone();
    for (_, line) in &lines {
        numbers.extend(line.held.iter().map(|(from, _)| from.clone()));
        if let Holder::Organisation(number) = &line.holder {
            numbers.push(number.clone());
        }
    }
    numbers.sort();
    numbers.dedup();
    let ids = bulk::standing(import.store, &numbers).await?;
    for (from, _) in doubtful.iter().filter_map(|number| ids.get(number)) {
        holdings.doubt(*from);
    }
    let mut told = Vec::with_capacity(lines.len());
    for (at, line) in &lines {
        let Some((from_number, code)) = &line.held else { continue };
        // What it says of the person is used all the same.
        let is_part = line.life.is_some() || line.numbers().is_some();
        let mut refuse = |why: &str| {
            let refusal = Refusal::new(Some(from_number.as_str()), why);
            if is_part {
                import.report.refuse_part(*at, &refusal);
            } else {
                import.report.refuse(*at, &refusal);
            }
        };
        let Some((from, stands)) = ids.get(from_number).copied() else {
            refuse("it is not in the store: import units first");
            continue;
        };
        if !stands {
            refuse("the register has ended it: it gives nothing");
            continue;
        }
        holdings.tells_of(from);
        let to = match &line.holder {
            Holder::Person { hashes, .. } => people.get(&hashes.current).copied(),
            Holder::Organisation(number) => {
                ids.get(number).map(|(id, stands)| Entered { id: *id, is_dead: !stands })
            }
        };
        match to {
            Some(to) if to.is_dead => {
                refuse("the holder is dead or has ended: nothing is given to it");
            }
            Some(to) => told.push(Told { from, to: to.id, code: code.clone() }),
            None => refuse("the holder is not in the store"),
        }
    }
    let of = told.iter().map(|told| told.from).collect();
    holdings.enter(import, of, &told).await
}

impl Line {
    /// The number that the person had before, and the one that they have.
    fn numbers(&self) -> Option<(&Hashes, &Hashes)> {
        match (&self.former, &self.holder) {
            (Some(former), Holder::Person { hashes, .. }) => Some((former, hashes)),
            _ => None,
        }
    }
}

/// A person as the store has them after the lines.
#[derive(Debug, Clone, Copy)]
struct Entered {
    id: PartyUuid,
    is_dead: bool,
}

/// Enters and corrects the people in the lines; their ids by the hash in use.
async fn enter_people(
    import: &mut Importer<'_>,
    lines: &[(u64, Line)],
) -> Result<HashMap<String, Entered>, Failure> {
    let mut told: HashMap<&str, (&Hashes, &str)> = HashMap::new();
    for (_, line) in lines {
        if let Holder::Person { hashes, name } = &line.holder {
            let person = told.entry(&hashes.current).or_insert((hashes, name));
            if person.1.is_empty() {
                person.1 = name;
            }
        }
    }
    let hashes: Vec<String> = told
        .values()
        .flat_map(|(hashes, _)| std::iter::once(&hashes.current).chain(&hashes.older))
        .cloned()
        .collect();
    for tried in 1.. {
        let known = bulk::persons(import.store, &hashes).await?;
        let (mut new, mut changed, mut ids) = (Vec::new(), Vec::new(), HashMap::new());
        for (hashes, name) in told.values() {
            let found = known_by(&known, hashes);
            let row = found.map(|found| &found.row);
            let name = |kept: &str| if name.is_empty() { kept.into() } else { (*name).to_owned() };
            let id = row.map_or_else(|| PartyUuid(Uuid::now_v7()), |row| row.id);
            let pid_hash = match found {
                // Found by a number that they had before: the one they have stays.
                Some(found) if found.is_former => found.row.pid_hash.clone(),
                _ => hashes.current.clone(),
            };
            let wanted = PersonRow { id, name: name(row.map_or("", |row| &row.name)), pid_hash };
            match row {
                None => new.push(wanted),
                Some(row) if *row != wanted => changed.push(wanted),
                Some(_) => {}
            }
            let is_dead = found.is_some_and(|found| found.deleted.is_some());
            ids.insert(hashes.current.clone(), Entered { id, is_dead });
        }
        let done = import.write_people(&new, &changed).await;
        match done {
            // Somebody has logged in meanwhile.
            Err(failure) if failure.is_taken() && tried < TRIES => {}
            Err(failure) => return Err(failure),
            Ok(()) => {
                import.report.counts.people_entered += new.len() as u64;
                import.report.counts.people_changed += changed.len() as u64;
                return Ok(ids);
            }
        }
    }
    Ok(HashMap::new())
}

/// The one who has the number before one who had it, whichever key it is hashed by.
fn known_by<'k>(known: &'k HashMap<String, Found>, hashes: &Hashes) -> Option<&'k Found> {
    let mut found: Vec<&Found> = std::iter::once(&hashes.current)
        .chain(&hashes.older)
        .filter_map(|hash| known.get(hash))
        .collect();
    found.sort_by_key(|found| found.is_former);
    found.first().copied()
}

impl Importer<'_> {
    /// Ends what the dead hold, each in a transaction of their own.
    async fn bury(&mut self, dying: HashMap<PartyUuid, Ts>) -> Result<(), Failure> {
        if self.guard.must_count(Cause::Register, dying.len()) {
            let people = bulk::count_persons(self.store).await?;
            let counts = (dying.len(), usize::try_from(people).unwrap_or_default());
            self.guard.check("people", Cause::Register, counts, Vec::new())?;
        }
        for (person, at) in dying {
            let now = self.clock.now();
            let closed = self.write(1, async |tx| deaths::die(tx, now, person, at).await).await?;
            self.report.counts.dead += 1;
            self.report.counts.closed += closed as u64;
            self.report.go_on();
        }
        Ok(())
    }

    async fn write_people(
        &mut self,
        new: &[PersonRow],
        changed: &[PersonRow],
    ) -> Result<(), Failure> {
        if !new.is_empty() {
            self.write(new.len(), async |tx| bulk::insert_persons(tx, new).await).await?;
        }
        for some in changed.chunks(CHANGES) {
            self.write(some.len(), async |tx| {
                for row in some {
                    bulk::update_person(tx, row).await?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}
