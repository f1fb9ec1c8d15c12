//! Organisations, as Brønnøysund tells of them.
use super::{
    CHANGES, Failure, Importer, Named, Numbers, TRIES,
    brreg::{self, Unit, is_sub_unit},
    feed::{Feed, Refusal},
    guard,
    source::Source,
};
use crate::{
    clients::kept,
    config::Ending,
    db::is_taken,
    ids::{OrgNo, PartyUuid},
    parties::bulk::{self, Row, Told},
};
use std::collections::HashMap;
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
    ending: &Ending,
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
    if ending.complete { units.delete_absent(import, ending).await } else { Ok(()) }
}

/// The organisations of one file.
pub(super) struct Units {
    kind: Kind,
    seen: Numbers,
    nameless: u64,
}
/// What a batch comes to.
#[derive(Default)]
struct Plan {
    new: Vec<Told>,
    changed: Vec<Told>,
    deleted: u64,
    same: u64,
    refused: Vec<(u64, Refusal)>,
}

impl Units {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, seen: Numbers::default(), nameless: 0 }
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
            let plan = plan(&entries, &known);
            let done = import.write_plan(&plan).await;
            match done {
                // Somebody else has entered one of them meanwhile.
                Err(error) if is_taken(&error) && tried < TRIES => {}
                done => {
                    done?;
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

    /// Those of the kind that a complete file does not name are deleted.
    async fn delete_absent(
        self,
        import: &mut Importer<'_>,
        ending: &Ending,
    ) -> Result<(), Failure> {
        let (mut live, mut absent, mut after) = (0, Vec::new(), String::new());
        loop {
            let page = bulk::list_live(import.store, &after, 1_000).await?;
            let Some((_, last, _)) = page.last() else { break };
            last.as_str().clone_into(&mut after);
            for (id, number, form) in page {
                let sub = form.as_deref().is_some_and(is_sub_unit);
                if sub == (self.kind == Kind::Sub) {
                    live += 1;
                    if !self.seen.contains(&number) {
                        absent.push(id);
                    }
                }
            }
        }
        guard(absent.len(), live, self.nameless, ending)?;
        for some in absent.chunks(500) {
            delete(import, some).await?;
        }
        Ok(())
    }
}
async fn delete(import: &mut Importer<'_>, ids: &[PartyUuid]) -> Result<(), Failure> {
    let now = import.clock.now();
    let done = import
        .write(ids.len(), async |tx| {
            let done = bulk::delete_organisations(tx, now, ids).await?;
            kept::changed(tx, now, ids).await?;
            Ok(done)
        })
        .await?;
    import.report.counts.deleted += done;
    Ok(())
}

impl Importer<'_> {
    async fn write_plan(&mut self, plan: &Plan) -> Result<(), crate::db::Error> {
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
        for some in plan.changed.chunks(CHANGES) {
            self.write(some.len(), async |tx| {
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
        counts.deleted += plan.deleted;
        counts.changed += plan.changed.len() as u64 - plan.deleted;
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
                if wanted == *row {
                    plan.same += 1;
                } else {
                    plan.deleted += u64::from(row.deleted.is_none() && wanted.deleted.is_some());
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
/// The row as it should be: what a deleted one does not tell is kept.
fn wanted(unit: &Unit, row: &Row, parent: Option<PartyUuid>) -> Row {
    let silent = unit.deleted.is_some() && parent.is_none();
    Row {
        id: row.id,
        org_no: row.org_no.clone(),
        name: unit.name.as_ref().unwrap_or(&row.name).clone(),
        org_form: unit.form.clone().or_else(|| row.org_form.clone()),
        parent: if silent { row.parent } else { parent },
        deleted: unit.deleted,
    }
}
