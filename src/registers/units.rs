//! Organisations, as Brønnøysund tells of them.
use super::{
    CHANGES, Failure, Importer, Named, Numbers, TRIES,
    brreg::{self, Unit, is_sub_unit},
    ending::{self, Ended},
    feed::{Feed, Refusal},
    guard::{Cause, Share},
    source::Source,
};
use crate::{
    clients::kept,
    clock::Ts,
    ids::{OrgNo, PartyUuid},
    parties::{
        bulk::{self, Row, Told},
        ended::HowEnded,
    },
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Which organisations a file is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Main,
    Sub,
    /// A mixture, as the update feed has it.
    Any,
}

pub(super) async fn import(
    import: &mut Importer<'_>,
    source: Source,
    kind: Kind,
    complete: bool,
) -> Result<(), Failure> {
    let mut feed = Feed::elements(source, brreg::unit);
    let mut units = Units::new(kind);
    while let Some(entries) = feed.next(import.report.pace.rows).await? {
        let mut refused = Named::default();
        let entries = import.understood(entries, &mut refused);
        units.nameless += refused.nameless;
        for number in &refused.numbers {
            units.seen.insert(number);
        }
        units.enter(import, entries).await?;
        import.report.go_on();
    }
    let endings = units.endings(import, complete).await?;
    endings.check(import).await?;
    endings.apply(import).await
}

/// The organisations of one file.
pub(super) struct Units {
    kind: Kind,
    seen: Numbers,
    nameless: u64,
    /// What the file says has ended; it is live until the file has been read to its end.
    ended: Vec<EndedUnit>,
}
/// An organisation that is to end.
struct EndedUnit {
    ended: Ended,
    org_no: OrgNo,
    /// Not deleted before.
    is_live: bool,
}
/// What a batch comes to.
#[derive(Default)]
struct Plan {
    new: Vec<Told>,
    changed: Vec<Told>,
    ended: Vec<EndedUnit>,
    /// Those that had ended and stand again.
    reopened: HashSet<PartyUuid>,
    same: u64,
    refused: Vec<(u64, Refusal)>,
}

impl Units {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, seen: Numbers::default(), nameless: 0, ended: Vec::new() }
    }

    pub(super) async fn enter(
        &mut self,
        import: &mut Importer<'_>,
        entries: Vec<(u64, Unit)>,
    ) -> Result<(), Failure> {
        let entries = self.fitting(import, entries);
        let entries = told_anew(import, entries).await?;
        let mut numbers: Vec<OrgNo> = entries
            .iter()
            .flat_map(|(_, unit)| std::iter::once(&unit.org_no).chain(&unit.parent))
            .cloned()
            .collect();
        numbers.sort();
        numbers.dedup();
        for tried in 1.. {
            let known = bulk::organisations(import.store, &numbers).await?;
            let mut plan = plan(&entries, &known);
            let done = import.write_plan(&plan).await;
            match done {
                // Somebody else has entered one of them meanwhile.
                Err(failure) if failure.is_taken() && tried < TRIES => {}
                done => {
                    done?;
                    self.ended.append(&mut plan.ended);
                    import.count(plan);
                    break;
                }
            }
        }
        Ok(())
    }
    /// Those of the kind that the file is of, each once.
    fn fitting(
        &mut self,
        import: &mut Importer<'_>,
        entries: Vec<(u64, Unit)>,
    ) -> Vec<(u64, Unit)> {
        let mut fitting = Vec::with_capacity(entries.len());
        for (at, unit) in entries {
            let form = unit.form.as_deref().unwrap_or_default();
            let why = match self.kind {
                Kind::Main if unit.is_sub_unit() => Some(format!("{form} is a sub-unit")),
                Kind::Sub if !unit.is_sub_unit() && unit.form.is_some() => {
                    Some(format!("{form} is no sub-unit"))
                }
                _ => None,
            };
            let again = !self.seen.insert(&unit.org_no);
            let again = again.then(|| "it is in the file a second time".to_owned());
            match why.or(again) {
                Some(why) => {
                    import.report.refuse(at, &Refusal::new(Some(unit.org_no.as_str()), why));
                }
                None => fitting.push((at, unit)),
            }
        }
        fitting
    }

    /// These have been removed from the register, since then: whatever else is known of them, they end
    /// and lose their names.
    pub(super) async fn remove(
        &mut self,
        import: &mut Importer<'_>,
        removed: Vec<(OrgNo, Ts)>,
    ) -> Result<(), Failure> {
        let numbers: Vec<OrgNo> = removed.iter().map(|(number, _)| number.clone()).collect();
        let known = bulk::organisations(import.store, &numbers).await?;
        for (org_no, since) in removed {
            match known.get(&org_no).filter(|row| row.deleted.is_none() || !row.name.is_empty()) {
                Some(row) => {
                    let ended = Ended { id: row.id, since, how: HowEnded::Removed };
                    let is_live = row.deleted.is_none();
                    self.ended.push(EndedUnit { ended, org_no, is_live });
                }
                None => import.report.counts.same += 1,
            }
        }
        Ok(())
    }

    /// The file has been read to its end: returns what ends by it.
    pub(super) async fn endings(
        self,
        import: &Importer<'_>,
        complete: bool,
    ) -> Result<Endings, Failure> {
        import.something_was_used()?;
        let (mut live, mut absent) = (0, Vec::new());
        if complete {
            (live, absent) = self.absent(import).await?;
            if !absent.is_empty() && self.nameless > 0 && !import.guard.is_off() {
                return Err(Failure::Unsure(self.nameless));
            }
        }
        Ok(Endings { told: self.ended, absent, live_of_kind: live })
    }
    /// How many of the kind are live, and those of them that the file does not name.
    async fn absent(&self, import: &Importer<'_>) -> Result<(usize, Vec<EndedUnit>), Failure> {
        let (mut live, mut absent, mut after) = (0, Vec::new(), String::new());
        let since = import.clock.now();
        loop {
            let page = bulk::list_live(import.store, &after, 1_000).await?;
            let Some((_, last, _)) = page.last() else { return Ok((live, absent)) };
            last.as_str().clone_into(&mut after);
            for (id, org_no, form) in page {
                let sub = form.as_deref().is_some_and(is_sub_unit);
                if sub == (self.kind == Kind::Sub) {
                    live += 1;
                    if !self.seen.contains(&org_no) {
                        let ended = Ended { id, since, how: HowEnded::Deleted };
                        absent.push(EndedUnit { ended, org_no, is_live: true });
                    }
                }
            }
        }
    }
}

/// The organisations that end by a file, before the guard has said whether they may.
pub(super) struct Endings {
    /// The register says so.
    told: Vec<EndedUnit>,
    /// A complete file does not name them.
    absent: Vec<EndedUnit>,
    /// How many there are of the kind that a complete file is of.
    live_of_kind: usize,
}
impl Endings {
    /// Refuses if too many would end.
    pub(super) async fn check(&self, import: &Importer<'_>) -> Result<(), Failure> {
        let counts = (self.absent.len(), self.live_of_kind);
        import.guard.check("organisations", Cause::Silence, counts, shares(&self.absent))?;
        let ending = self.told.iter().filter(|unit| unit.is_live).count();
        if import.guard.must_count(Cause::Register, ending) {
            let counts = (ending, bulk::count_live(import.store).await?);
            import.guard.check("organisations", Cause::Register, counts, shares(&self.told))?;
        }
        Ok(())
    }
    /// Ends them.
    pub(super) async fn apply(self, import: &mut Importer<'_>) -> Result<(), Failure> {
        let all: Vec<Ended> = self.told.iter().chain(&self.absent).map(|unit| unit.ended).collect();
        for some in all.chunks(ending::AT_ONCE) {
            end(import, some).await?;
        }
        ending::close_all(import.store, import.clock).await?;
        Ok(())
    }
}
fn shares(units: &[EndedUnit]) -> Vec<Share> {
    let live = units.iter().filter(|unit| unit.is_live);
    live.map(|unit| Share { name: unit.org_no.to_string(), counts: None }).collect()
}
/// The one place where an import ends organisations.
async fn end(import: &mut Importer<'_>, ended: &[Ended]) -> Result<(), Failure> {
    let now = import.clock.now();
    let done = import.write(ended.len(), async |tx| ending::end(tx, now, ended).await).await?;
    import.report.counts.deleted += done;
    import.report.go_on();
    Ok(())
}

impl Importer<'_> {
    async fn write_plan(&mut self, plan: &Plan) -> Result<(), Failure> {
        let (new, now) = (&plan.new, self.clock.now());
        if !new.is_empty() {
            // Only a sub-unit can be a client from the beginning: of its main unit's facilitators.
            let parts = new.iter().filter(|(row, _)| row.parent.is_some());
            let parts: Vec<PartyUuid> = parts.map(|(row, _)| row.id).collect();
            self.write(new.len(), async |tx| {
                bulk::insert_organisations(tx, new).await?;
                kept::changed(tx, now, &parts).await
            })
            .await?;
        }
        if !plan.reopened.is_empty() {
            // What they gave and held before must not come back with them.
            ending::close_all(self.store, self.clock).await?;
        }
        for some in plan.changed.chunks(CHANGES) {
            let ids = some.iter().map(|(row, _)| row.id);
            let again: Vec<PartyUuid> = ids.filter(|id| plan.reopened.contains(id)).collect();
            self.write(some.len(), async |tx| {
                ending::reopen(tx, now, &again).await?;
                for row in some {
                    bulk::update_organisation(tx, row).await?;
                }
                let ids: Vec<PartyUuid> = some.iter().map(|(row, _)| row.id).collect();
                kept::changed(tx, now, &ids).await
            })
            .await?;
        }
        Ok(())
    }
    fn count(&mut self, plan: Plan) {
        let counts = &mut self.report.counts;
        counts.entered += plan.new.len() as u64;
        counts.changed += plan.changed.len() as u64;
        counts.same += plan.same;
        for (at, refusal) in plan.refused {
            self.report.refuse(at, &refusal);
        }
    }
}

/// Those that say something else than when their row was last written: the others are as they should be.
async fn told_anew(
    import: &mut Importer<'_>,
    mut entries: Vec<(u64, Unit)>,
) -> Result<Vec<(u64, Unit)>, Failure> {
    let numbers: Vec<OrgNo> = entries.iter().map(|(_, unit)| unit.org_no.clone()).collect();
    let known = bulk::digests(import.store, &numbers).await?;
    let all = entries.len();
    entries.retain(|(_, unit)| known.get(&unit.org_no) != Some(&unit.digest()));
    import.report.counts.same += (all - entries.len()) as u64;
    Ok(entries)
}

fn plan(entries: &[(u64, Unit)], known: &HashMap<OrgNo, Row>) -> Plan {
    let mut plan = Plan::default();
    for (at, unit) in entries {
        let parent = match unit.parent.as_ref().map(|number| (number, known.get(number))) {
            Some((number, None)) => {
                let why = format!("its main unit {number} is not in the store: import units first");
                plan.refused.push((*at, Refusal::new(Some(unit.org_no.as_str()), why)));
                continue;
            }
            Some((_, Some(main))) => Some(main.id),
            None => None,
        };
        match known.get(&unit.org_no) {
            Some(row) => {
                let wanted = wanted(unit, row, parent);
                if let (None, Some(since)) = (row.deleted, wanted.deleted) {
                    // Until the guard agrees it is a live one, by its row and its digest.
                    let ended = Ended { id: row.id, since, how: HowEnded::Deleted };
                    let org_no = row.org_no.clone();
                    plan.ended.push(EndedUnit { ended, org_no, is_live: true });
                    let live = Row { deleted: None, ..wanted };
                    if live != *row {
                        let told = Unit { deleted: None, ..unit.clone() };
                        plan.changed.push((live, told.digest()));
                    }
                } else if wanted == *row {
                    plan.same += 1;
                } else {
                    if row.deleted.is_some() && wanted.deleted.is_none() {
                        plan.reopened.insert(row.id);
                    }
                    plan.changed.push((wanted, unit.digest()));
                }
            }
            None => match &unit.name {
                Some(name) => {
                    let row = Row {
                        id: PartyUuid(Uuid::now_v7()),
                        org_no: unit.org_no.clone(),
                        name: name.clone(),
                        org_form: unit.form.clone(),
                        parent,
                        deleted: unit.deleted,
                        proceedings: unit.proceedings.clone(),
                    };
                    plan.new.push((row, unit.digest()));
                }
                // Deleted, and never known here.
                None => plan.same += 1,
            },
        }
    }
    plan
}
/// The row as it should be: what a deleted one does not tell is kept, and what it must not be called
/// any more is not. A sub-unit always has a main unit: one that names none has the one that it had.
fn wanted(unit: &Unit, row: &Row, parent: Option<PartyUuid>) -> Row {
    let name = match &unit.name {
        // It was removed from the register, name and all; an older file still has the name.
        Some(_) if row.name.is_empty() && unit.deleted.is_some() => "",
        Some(name) => name,
        None => &row.name,
    };
    let org_form = unit.form.clone().or_else(|| row.org_form.clone());
    let keeps = unit.deleted.is_some() || org_form.as_deref().is_some_and(is_sub_unit);
    Row {
        id: row.id,
        org_no: row.org_no.clone(),
        name: name.to_owned(),
        org_form,
        parent: parent.or(if keeps { row.parent } else { None }),
        deleted: unit.deleted,
        proceedings: unit.proceedings.clone(),
    }
}
