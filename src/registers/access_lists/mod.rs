//! Which organisations a service owner has let in to a service.
pub mod store;

use super::{
    CHANGES, Failure, Importer, Named, TRIES,
    feed::{Feed, Refusal},
    guard::{Cause, Scope, Share},
    source::Source,
    table::Table,
};
use crate::{
    config::EndMark,
    ids::{OrgNo, PartyUuid, ResourceId},
    parties::bulk,
};
use std::collections::{HashMap, HashSet};
use store::Member;
use uuid::Uuid;

/// One line: an organisation that is let in.
#[derive(Debug)]
struct Line {
    resource: ResourceId,
    org_no: OrgNo,
    /// In order; none is all of them.
    actions: Vec<String>,
}

pub(super) async fn import(
    import: &mut Importer<'_>,
    source: Source,
    end: &EndMark,
) -> Result<(), Failure> {
    let catalogue = import.catalogue().await?;
    let mut table = Table::new(&["resource", "orgNo", "actions"]);
    let mut feed = Feed::lines(source, end, move |text| {
        let values = match table.read(text)? {
            Ok(values) => values,
            Err(refusal) => return Some(Err(refusal)),
        };
        let [resource, org_no, actions] = values.as_slice() else { return None };
        let read = line(resource, org_no, actions);
        Some(read.and_then(|line| match catalogue.resource(&line.resource) {
            Some(_) => Ok(line),
            None => Err(Refusal::new(Some(org_no), "the catalogue has no such resource")),
        }))
    });
    let mut lists = Lists::default();
    while let Some(entries) = feed.next(import.report.pace.rows).await? {
        let mut refused = Named::default();
        let lines = import.understood(entries, &mut refused);
        lists.nameless += refused.nameless;
        lists.doubtful.extend(bulk::ids(import.store, &refused.numbers).await?.into_values());
        lists.enter(import, lines).await?;
        import.report.go_on();
    }
    lists.end(import).await
}

fn line(resource: &str, org_no: &str, actions: &str) -> Result<Line, Refusal> {
    let org_no: OrgNo = org_no.parse().map_err(|e| Refusal::new(None, format!("it has {e}")))?;
    let refused = |why: String| Refusal::new(Some(org_no.as_str()), why);
    let resource = resource.parse().map_err(|e| refused(format!("it has {e}")))?;
    let mut actions: Vec<String> =
        actions.split(',').map(str::trim).filter(|a| !a.is_empty()).map(Into::into).collect();
    let plain = |action: &String| {
        let mut letters = action.chars();
        action.len() <= 100 && letters.all(|c| c.is_ascii_alphanumeric() || "-_:.".contains(c))
    };
    if !actions.iter().all(plain) {
        return Err(refused("an action is letters and digits".into()));
    }
    actions.sort();
    actions.dedup();
    Ok(Line { resource, org_no, actions })
}

/// The lists of one file.
#[derive(Default)]
struct Lists {
    seen: HashSet<Uuid>,
    resources: HashSet<ResourceId>,
    /// Organisations one of whose lines was refused: they stay on every list.
    doubtful: HashSet<PartyUuid>,
    /// Lines that may be of any organisation.
    nameless: u64,
}
impl Lists {
    async fn enter(
        &mut self,
        import: &mut Importer<'_>,
        lines: Vec<(u64, Line)>,
    ) -> Result<(), Failure> {
        let mut numbers: Vec<OrgNo> = lines.iter().map(|(_, line)| line.org_no.clone()).collect();
        numbers.sort();
        numbers.dedup();
        let ids = bulk::ids(import.store, &numbers).await?;
        let mut by_resource: HashMap<ResourceId, Vec<(PartyUuid, Vec<String>)>> = HashMap::new();
        for (at, line) in lines {
            let Some(party) = ids.get(&line.org_no) else {
                let why = "it is not in the store: import units first";
                import.report.refuse(at, &Refusal::new(Some(line.org_no.as_str()), why));
                continue;
            };
            by_resource.entry(line.resource).or_default().push((*party, line.actions));
        }
        for (resource, told) in by_resource {
            self.enter_list(import, &resource, told.into_iter().collect()).await?;
            self.resources.insert(resource);
        }
        Ok(())
    }
    async fn enter_list(
        &mut self,
        import: &mut Importer<'_>,
        resource: &ResourceId,
        told: HashMap<PartyUuid, Vec<String>>,
    ) -> Result<(), Failure> {
        let parties: Vec<PartyUuid> = told.keys().copied().collect();
        for tried in 1.. {
            let known = store::list_live(import.store, resource, &parties).await?;
            let (mut new, mut changed, mut seen) = (Vec::new(), Vec::new(), Vec::new());
            for (party, actions) in &told {
                let old = known.iter().find(|member| member.party == *party);
                let id = old.map_or_else(Uuid::now_v7, |old| old.id);
                seen.push(id);
                let member = Member { id, party: *party, actions: actions.clone().into() };
                match old {
                    Some(old) if old.actions.0 == *actions => {}
                    Some(_) => changed.push(member),
                    None => new.push(member),
                }
            }
            let done = import.write_list(resource, &new, &changed).await;
            match done {
                // Somebody else has entered one of them meanwhile.
                Err(failure) if failure.is_taken() && tried < TRIES => {}
                done => {
                    done?;
                    let counts = &mut import.report.counts;
                    counts.entered += new.len() as u64;
                    counts.changed += changed.len() as u64;
                    counts.same += (told.len() - new.len() - changed.len()) as u64;
                    self.seen.extend(seen);
                    break;
                }
            }
        }
        Ok(())
    }
    /// Of the lists in the file, those that it names no more are let in no more, if the guard lets them
    /// go.
    async fn end(self, import: &mut Importer<'_>) -> Result<(), Failure> {
        import.something_was_used()?;
        if self.nameless > 0 && !import.guard.is_off() {
            return Err(Failure::Unsure(self.nameless));
        }
        let (mut gone, mut shares, mut live) = (Vec::new(), Vec::new(), 0);
        for resource in &self.resources {
            let all = store::list_all(import.store, resource).await?;
            let (members, before) = (all.len(), gone.len());
            let stays = |id: &Uuid, party: &PartyUuid| {
                self.seen.contains(id) || self.doubtful.contains(party)
            };
            let ending = all.into_iter().filter(|(id, party)| !stays(id, party));
            gone.extend(ending.map(|(id, _)| id));
            live += members;
            let counts = Some((gone.len() - before, members));
            shares.push(Share { name: resource.to_string(), counts });
        }
        shares.retain(|share| share.counts.is_some_and(|(ending, _)| ending > 0));
        let counts = (gone.len(), live);
        import.guard.check("members of access lists", Cause::Silence, counts, shares.clone())?;
        import.guard.check_each("members", Scope::List, shares)?;
        for some in gone.chunks(500) {
            let now = import.clock.now();
            import.report.counts.closed +=
                import.write(some.len(), async |tx| store::close(tx, now, some).await).await?;
        }
        Ok(())
    }
}

impl Importer<'_> {
    async fn write_list(
        &mut self,
        resource: &ResourceId,
        new: &[Member],
        changed: &[Member],
    ) -> Result<(), Failure> {
        let now = self.clock.now();
        if !new.is_empty() {
            self.write(new.len(), async |tx| store::insert(tx, now, resource, new).await).await?;
        }
        for some in changed.chunks(CHANGES) {
            self.write(some.len(), async |tx| store::update(tx, some).await).await?;
        }
        Ok(())
    }
}
