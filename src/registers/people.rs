//! People and their roles, and packages that have been given: from those who know national numbers.
//! The numbers are hashed where they are read, and go no further.
use super::{
    CHANGES, Failure, Importer, Named, TRIES, brreg,
    feed::{Feed, Refusal},
    held::{Holdings, Told},
    roles,
    source::Source,
    table::Table,
};
use crate::{
    catalogue::{Contents, EntityType, resource::URN_PREFIX},
    config::People,
    ids::{OrgNo, PackageUrn, PartyUuid, PersonNo, ResourceId},
    parties::{
        NumberKeys,
        bulk::{self, PersonRow},
    },
};
use std::collections::HashMap;
use uuid::Uuid;

/// What is kept of a national number: by the key in use, and by the one that it replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hashes {
    current: String,
    older: Option<String>,
}
#[derive(Debug, Clone, PartialEq, Eq)]
enum Holder {
    /// Empty where the file does not name people.
    Person {
        hashes: Hashes,
        name: String,
    },
    Organisation(OrgNo),
}
/// One line: a person, or a holder of something from an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    holder: Holder,
    held: Option<(OrgNo, String)>,
}

/// `pid;name;orgNo;role`.
pub(super) async fn persons(
    import: &mut Importer<'_>,
    source: Source,
    keys: &NumberKeys,
    settings: &People,
) -> Result<(), Failure> {
    let (keys, codes) = (keys.clone(), roles::codes(import).await?);
    let mut table = Table::new(&["pid", "name", "orgNo", "role"]);
    let feed = Feed::lines(source, &settings.end, move |text| {
        let values = match table.read(text)? {
            Ok(values) => values,
            Err(refusal) => return Some(Err(refusal)),
        };
        let [pid, name, from, role] = values.as_slice() else { return None };
        let about = |why: String| Refusal::new(number(from), why);
        Some(person(&keys, pid, name).map_err(about).and_then(|holder| {
            if from.is_empty() && role.is_empty() {
                return Ok(Line { holder, held: None });
            }
            if !codes.contains(role) {
                return Err(about("the catalogue has no such role".into()));
            }
            Ok(Line { holder, held: Some((organisation(from)?, role.clone())) })
        }))
    });
    all(import, feed, Holdings::new("role", "persons", false), settings.register.complete).await
}

/// `fromOrgNo;to;package`; for `package` also the urn of a single service.
pub(super) async fn grants(
    import: &mut Importer<'_>,
    source: Source,
    keys: &NumberKeys,
    settings: &People,
) -> Result<(), Failure> {
    let (keys, catalogue) = (keys.clone(), import.catalogue().await?);
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
            Err(_) => person(&keys, to, "").map_err(about),
        };
        let held = holder.and_then(|holder| {
            let code = item(&catalogue, package).map_err(about)?;
            Ok(Line { holder, held: Some((organisation(from)?, code)) })
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
/// Never says which number it was.
fn person(keys: &NumberKeys, pid: &str, name: &str) -> Result<Holder, String> {
    let pid: PersonNo = pid.parse().map_err(|e| format!("the person is {e}"))?;
    let name = brreg::name(name).map_err(|e| format!("the name {e}"))?;
    let (current, older) = keys.labels(&pid);
    Ok(Holder::Person { hashes: Hashes { current, older }, name })
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
    while let Some(entries) = feed.next(import.report.pace.rows).await? {
        let mut refused = Named::default();
        let lines = import.understood(entries, &mut refused);
        holdings.nameless += refused.nameless;
        enter(import, &mut holdings, &refused, &lines).await?;
        import.report.go_on();
    }
    holdings.end(import, complete).await
}

async fn enter(
    import: &mut Importer<'_>,
    holdings: &mut Holdings,
    refused: &Named,
    lines: &[(u64, Line)],
) -> Result<(), Failure> {
    let people = enter_people(import, lines).await?;
    let mut numbers = refused.numbers.clone();
    for (_, line) in lines {
        numbers.extend(line.held.iter().map(|(from, _)| from.clone()));
        if let Holder::Organisation(number) = &line.holder {
            numbers.push(number.clone());
        }
    }
    numbers.sort();
    numbers.dedup();
    let ids = bulk::ids(import.store, &numbers).await?;
    for from in refused.numbers.iter().filter_map(|number| ids.get(number)) {
        holdings.doubt(*from);
    }
    let mut told = Vec::with_capacity(lines.len());
    for (at, line) in lines {
        let Some((from_number, code)) = &line.held else { continue };
        let mut refuse = |why: String| {
            import.report.refuse(*at, &Refusal::new(Some(from_number.as_str()), why));
        };
        let Some(from) = ids.get(from_number).copied() else {
            refuse("it is not in the store: import units first".into());
            continue;
        };
        holdings.tells_of(from);
        let to = match &line.holder {
            Holder::Person { hashes, .. } => people.get(&hashes.current).copied(),
            Holder::Organisation(number) => ids.get(number).copied(),
        };
        match to {
            Some(to) => told.push(Told { from, to, code: code.clone() }),
            None => refuse("the holder is not in the store".into()),
        }
    }
    let of = told.iter().map(|told| told.from).collect();
    holdings.enter(import, of, &told).await
}

/// Enters and corrects the people in the lines; their ids by the hash in use.
async fn enter_people(
    import: &mut Importer<'_>,
    lines: &[(u64, Line)],
) -> Result<HashMap<String, PartyUuid>, Failure> {
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
            let row = known
                .get(&hashes.current)
                .or_else(|| hashes.older.as_ref().and_then(|older| known.get(older)));
            let name = |kept: &str| if name.is_empty() { kept.into() } else { (*name).to_owned() };
            let pid_hash = hashes.current.clone();
            let id = row.map_or_else(|| PartyUuid(Uuid::now_v7()), |row| row.id);
            let wanted = PersonRow { id, name: name(row.map_or("", |row| &row.name)), pid_hash };
            match row {
                None => new.push(wanted),
                Some(row) if *row != wanted => changed.push(wanted),
                Some(_) => {}
            }
            ids.insert(hashes.current.clone(), id);
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

impl Importer<'_> {
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
