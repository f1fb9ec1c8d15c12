//! What parties hold from each other, kept as one source tells it: what is new is entered, and what
//! the source tells no more is closed when its file has been read to the end.
use super::{
    Failure, Importer, TRIES, closing,
    closing::Reason,
    guard,
    store::{self, Assignment},
};
use crate::{clients::kept, config::Ending, db::is_taken, ids::PartyUuid};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// One role or package that the file tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub from: PartyUuid,
    pub to: PartyUuid,
    pub code: String,
}

/// Everything that one file tells of.
pub(super) struct Holdings {
    kind: &'static str,
    source: &'static str,
    /// The file tells all of an organisation's in one place, and nothing of what people hold.
    by_organisation: bool,
    /// What the file tells of and the store has; not kept where it tells all in one place.
    seen: HashSet<Uuid>,
    /// What the store has, and the file has told that it is not; with the organisation.
    gone: Vec<(Uuid, PartyUuid)>,
    /// The organisations that the file tells of.
    from: HashSet<PartyUuid>,
    /// Those of which it tells something that was not understood.
    doubtful: HashSet<PartyUuid>,
    pub nameless: u64,
}
impl Holdings {
    pub fn new(kind: &'static str, source: &'static str, by_organisation: bool) -> Self {
        Self {
            kind,
            source,
            by_organisation,
            seen: HashSet::new(),
            gone: Vec::new(),
            from: HashSet::new(),
            doubtful: HashSet::new(),
            nameless: 0,
        }
    }
    /// The file tells of this organisation; `false` if that was known.
    pub fn tells_of(&mut self, from: PartyUuid) -> bool {
        self.from.insert(from)
    }
    /// Something of this organisation's was not understood: nothing of it is closed.
    pub fn doubt(&mut self, from: PartyUuid) {
        self.from.insert(from);
        self.doubtful.insert(from);
    }

    /// Enters what is told of these organisations.
    pub async fn enter(
        &mut self,
        import: &mut Importer<'_>,
        mut from: Vec<PartyUuid>,
        told: &[Told],
    ) -> Result<(), Failure> {
        from.sort();
        from.dedup();
        for tried in 1.. {
            let live = store::list_live(import.store, self.kind, self.source, &from).await?;
            let mut known: HashMap<(PartyUuid, PartyUuid, &str), Uuid> =
                live.iter().map(|l| ((l.from_party, l.to_party, l.code.as_str()), l.id)).collect();
            let (mut new, mut seen) = (Vec::new(), HashSet::with_capacity(told.len()));
            for Told { from, to, code } in told {
                let id = *known.entry((*from, *to, code)).or_insert_with(|| {
                    let (kind, source) = (self.kind, self.source);
                    let (id, from, to) = (Uuid::now_v7(), *from, *to);
                    new.push((id, Assignment { from, to, kind, code, source }));
                    id
                });
                seen.insert(id);
            }
            let done = import.insert_all(&new).await;
            match done {
                // Somebody else has entered one of them meanwhile.
                Err(error) if is_taken(&error) && tried < TRIES => {}
                done => {
                    done?;
                    import.report.counts.entered += new.len() as u64;
                    import.report.counts.same += (told.len() - new.len()) as u64;
                    if self.by_organisation {
                        let gone = live.iter().filter(|live| !seen.contains(&live.id));
                        self.gone.extend(gone.map(|live| (live.id, live.from_party)));
                    } else {
                        self.seen.extend(seen);
                    }
                    break;
                }
            }
        }
        Ok(())
    }

    /// The file has been read to its end: closes what it tells no more.
    pub async fn end(self, import: &mut Importer<'_>, ending: &Ending) -> Result<(), Failure> {
        let gone = if ending.complete {
            let (gone, live) = self.gone_of_all(import).await?;
            guard(gone.len(), live, self.nameless, ending)?;
            gone
        } else {
            self.gone_of_those_told(import).await?
        };
        for reason in [Reason::GoneFromRegister, Reason::OrganisationGone] {
            let ids: Vec<Uuid> =
                gone.iter().filter(|(_, why)| *why == reason).map(|(id, _)| *id).collect();
            for some in ids.chunks(200) {
                let held = store::find_held(import.store, some).await?;
                let now = import.clock.now();
                let done = import
                    .write(held.len(), async |tx| closing::close(tx, now, &held, reason).await)
                    .await?;
                import.report.counts.closed += done as u64;
                import.report.go_on();
            }
        }
        Ok(())
    }
    /// Of the organisations in the file, what it does not tell.
    async fn gone_of_those_told(
        &self,
        import: &Importer<'_>,
    ) -> Result<Vec<(Uuid, Reason)>, Failure> {
        let sure = |from: &PartyUuid| !self.doubtful.contains(from);
        let mut gone: Vec<Uuid> =
            self.gone.iter().filter(|(_, from)| sure(from)).map(|(id, _)| *id).collect();
        if !self.by_organisation {
            let from: Vec<PartyUuid> = self.from.iter().copied().filter(sure).collect();
            for some in from.chunks(500) {
                let live = store::list_live(import.store, self.kind, self.source, some).await?;
                let ids = live.into_iter().map(|live| live.id);
                gone.extend(ids.filter(|id| !self.seen.contains(id)));
            }
        }
        let ours = self.ours(import, gone).await?;
        Ok(ours.into_iter().map(|id| (id, Reason::GoneFromRegister)).collect())
    }
    /// Of all that the store has from this source, what the file does not tell; and how much there is.
    async fn gone_of_all(
        &self,
        import: &Importer<'_>,
    ) -> Result<(Vec<(Uuid, Reason)>, usize), Failure> {
        const PAGE: i64 = 1_000;
        let mut gone = self.gone_of_those_told(import).await?;
        let (mut count, mut last) = (0, None);
        loop {
            let (kind, source) = (self.kind, self.source);
            let page =
                store::list_all_live(import.store, kind, source, last.as_ref(), PAGE).await?;
            let absent = page.iter().filter(|live| !self.from.contains(&live.from_party));
            let ours = self.ours(import, absent.map(|live| live.id).collect()).await?;
            gone.extend(ours.into_iter().map(|id| (id, Reason::OrganisationGone)));
            count += page.len();
            last = page.into_iter().last();
            if last.is_none() {
                return Ok((gone, count));
            }
        }
    }
    /// Those that the source could have told of.
    async fn ours(&self, import: &Importer<'_>, ids: Vec<Uuid>) -> Result<Vec<Uuid>, Failure> {
        if !self.by_organisation || ids.is_empty() {
            return Ok(ids);
        }
        let mut ours = Vec::with_capacity(ids.len());
        for some in ids.chunks(500) {
            let held = store::find_held(import.store, some).await?;
            let held = held.into_iter().filter(|held| held.holder_kind == "organisation");
            ours.extend(held.map(|held| held.id));
        }
        Ok(ours)
    }
}

impl Importer<'_> {
    async fn insert_all(&mut self, new: &[(Uuid, Assignment<'_>)]) -> Result<(), crate::db::Error> {
        if new.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        self.write(new.len(), async |tx| {
            store::insert_all(tx, now, new).await?;
            kept::related(tx, now, new.iter().map(|(_, one)| (one.from, one.to))).await
        })
        .await
    }
}
