//! Brønnøysund's update feed: it names organisations only, and what they are now is read from a folder.
use super::{
    Failure, Importer, Named,
    brreg::{self, Change, Roles, Unit, Update},
    feed::Refusal,
    roles::{self, AllRoles},
    source::Source,
    units::{Kind, Units},
};
use crate::{clock::Ts, ids::OrgNo, proceedings::Proceedings};
use std::{
    collections::{HashMap, HashSet},
    io::{ErrorKind, Read as _},
    path::Path,
};

/// Longest page of the feed, and longest object.
const LONGEST: u64 = 64 << 20;

/// What is known of an organisation that the feed names.
enum Object {
    Unit(Unit),
    Roles(Roles),
    /// Removed from the register since then, whatever else is known of it.
    Removed(Ts),
    NotThere,
}

pub(super) async fn import(
    import: &mut Importer<'_>,
    source: Source,
    objects: &Path,
) -> Result<(), Failure> {
    let mut text = Vec::new();
    let unreadable = |why: String| Failure::Unreadable(format!("the file cannot be read: {why}"));
    let mut limited = source.bytes.take(LONGEST);
    limited.read_to_end(&mut text).map_err(|e| unreadable(e.to_string()))?;
    let updates = brreg::updates(&text).map_err(unreadable)?;
    import.report.counts.read += updates.len() as u64;
    let known = roles::codes(import).await?;
    // Of an organisation that is named more than once, the last word counts.
    let mut last: HashMap<OrgNo, (u64, Update)> = HashMap::new();
    for (at, update) in (1..).zip(updates) {
        match update.org_no.as_deref().unwrap_or_default().parse() {
            Ok(number) => {
                let before = last.insert(number, (at, update));
                import.report.superseded += u64::from(before.is_some());
            }
            Err(e) => import.report.refuse(at, &Refusal::new(None, format!("it has {e}"))),
        }
    }
    let mut found = Objects::default();
    let mut last: Vec<_> = last.into_iter().collect();
    last.sort_by_key(|(_, (at, _))| *at);
    for (number, (at, update)) in last {
        let since = update.since.unwrap_or_else(|| import.clock.now());
        let file = objects.join(format!("{number}.json"));
        let object = match update.change {
            // The feed's word is enough: what lies in the folder may be an answer that it is gone.
            Change::Removed => Ok(Object::Removed(since)),
            Change::Deleted => Ok(Object::Unit(deleted(&file, &number, since))),
            Change::Other => read(&file, &number, &known),
        };
        match object {
            Ok(Object::Removed(since)) => found.removed.push((number, since)),
            Ok(Object::Unit(unit)) if unit.is_sub_unit() => found.sub_units.push((at, unit)),
            Ok(Object::Unit(unit)) => found.units.push((at, unit)),
            Ok(Object::Roles(roles)) => found.roles.push((at, roles)),
            Ok(Object::NotThere) => {
                import.report.counts.to_fetch += 1;
                import.report.say(&format!("to be fetched: {number}"));
            }
            Err(refusal) => found.refuse(import, at, &refusal),
        }
        if found.len() >= import.report.pace.rows {
            found.enter(import).await?;
        }
    }
    found.enter(import).await?;
    let endings = found.all_units.endings(import, false).await?;
    let closing = found.all_roles.holdings.closing(import, false).await?;
    // Nothing ends unless all of it may.
    endings.check(import).await?;
    closing.check(import).await?;
    endings.apply(import).await?;
    closing.apply(import).await
}

/// A unit that has been deleted since then: what its object tells of it, if that is the unit's.
fn deleted(object: &Path, number: &OrgNo, since: Ts) -> Unit {
    let told = text_of(object).ok().and_then(|text| brreg::unit(&text).ok());
    let unit = told.filter(|unit| unit.org_no == *number).unwrap_or_else(|| Unit {
        org_no: number.clone(),
        name: None,
        form: None,
        parent: None,
        deleted: None,
        proceedings: Proceedings::default(),
    });
    Unit { deleted: unit.deleted.or(Some(since)), ..unit }
}
fn text_of(object: &Path) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    Source::open(object)?.bytes.take(LONGEST).read_to_end(&mut text)?;
    Ok(text)
}

fn read(object: &Path, number: &OrgNo, known: &HashSet<String>) -> Result<Object, Refusal> {
    let refused = |why: String| Refusal::new(Some(number.as_str()), why);
    let text = match text_of(object) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Object::NotThere),
        Err(error) => return Err(refused(format!("its object cannot be read: {error}"))),
    };
    let of_roles = text.windows(14).any(|window| window == b"\"rollegrupper\"");
    let (told, object) = if of_roles {
        let roles = brreg::roles(&text, Some(number), known);
        let roles = roles.map_err(|refusal| refused(refusal.why))?;
        (roles.org_no.clone(), Object::Roles(roles))
    } else {
        let unit = brreg::unit(&text).map_err(|refusal| refused(refusal.why))?;
        (unit.org_no.clone(), Object::Unit(unit))
    };
    if told == *number { Ok(object) } else { Err(refused(format!("its object is {told}'s"))) }
}

/// Objects that wait to be entered: main units before their parts, and both before roles.
struct Objects {
    units: Vec<(u64, Unit)>,
    sub_units: Vec<(u64, Unit)>,
    roles: Vec<(u64, Roles)>,
    removed: Vec<(OrgNo, Ts)>,
    refused: Named,
    all_units: Units,
    all_roles: AllRoles,
}
impl Default for Objects {
    fn default() -> Self {
        Self {
            units: Vec::new(),
            sub_units: Vec::new(),
            roles: Vec::new(),
            removed: Vec::new(),
            refused: Named::default(),
            all_units: Units::new(Kind::Any),
            all_roles: AllRoles::default(),
        }
    }
}
impl Objects {
    fn len(&self) -> usize {
        self.units.len() + self.sub_units.len() + self.roles.len() + self.removed.len()
    }
    fn refuse(&mut self, import: &mut Importer<'_>, at: u64, refusal: &Refusal) {
        self.refused.note(refusal);
        import.report.refuse(at, refusal);
    }
    async fn enter(&mut self, import: &mut Importer<'_>) -> Result<(), Failure> {
        self.all_units.enter(import, std::mem::take(&mut self.units)).await?;
        self.all_units.enter(import, std::mem::take(&mut self.sub_units)).await?;
        self.all_units.remove(import, std::mem::take(&mut self.removed)).await?;
        self.all_roles.doubt(import, std::mem::take(&mut self.refused)).await?;
        self.all_roles.enter(import, std::mem::take(&mut self.roles)).await?;
        import.report.go_on();
        Ok(())
    }
}
