//! What parties hold from each other, kept as one source tells it: what is new is entered, and what
//! the source tells no more is closed when its file has been read to the end.
use super::{
    Failure, Importer, TRIES, closing,
    closing::Reason,
    guard,
    store::{self, Assignment},
};
use crate::{config::Ending, db::is_taken, ids::PartyUuid};
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
    /// The source tells nothing of what people hold.
    organisations_only: bool,
    /// What the file tells of and the store has.
    seen: HashSet<Uuid>,
    /// The organisations that the file tells of.
    from: HashSet<PartyUuid>,
    /// Those of which it tells something that was not understood.
    doubtful: HashSet<PartyUuid>,
    pub nameless: u64,
}
impl Holdings {
    pub fn new(kind: &'static str, source: &'static str, organisations_only: bool) -> Self {
        Self {
            kind,
            source,
            organisations_only,
            seen: HashSet::new(),
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

    pub async fn enter(&mut self, import: &mut Importer<'_>, told: &[Told]) -> Result<(), Failure> {
        let mut from: Vec<PartyUuid> = told.iter().map(|told| told.from).collect();
        from.sort();
        from.dedup();
        for tried in 1.. {
            let live = store::list_live(import.store, self.kind, self.source, &from).await?;
            let mut known: HashMap<(PartyUuid, PartyUuid, &str), Uuid> =
                live.iter().map(|l| ((l.from_party, l.to_party, l.code.as_str()), l.id)).collect();
            let (mut new, mut seen) = (Vec::new(), Vec::with_capacity(told.len()));
            for Told { from, to, code } in told {
                let id = *known.entry((*from, *to, code)).or_insert_with(|| {
                    let (kind, source) = (self.kind, self.source);
                    let (id, from, to) = (Uuid::now_v7(), *from, *to);
                    new.push((id, Assignment { from, to, kind, code, source }));
                    id
                });
                seen.push(id);
            }
            let done = import.insert_all(&new).await;
            match done {
                // Somebody else has entered one of them meanwhile.
                Err(error) if is_taken(&error) && tried < TRIES => {}
                done => {
                    done?;
                    import.report.counts.entered += new.len() as u64;
                    import.report.counts.same += (told.len() - new.len()) as u64;
                    self.seen.extend(seen);
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
        let mut gone = Vec::new();
        let from: Vec<PartyUuid> = self.from.difference(&self.doubtful).copied().collect();
        for some in from.chunks(500) {
            let live = store::list_live(import.store, self.kind, self.source, some).await?;
            let unseen = live.into_iter().map(|live| live.id);
            let unseen: Vec<Uuid> = unseen.filter(|id| !self.seen.contains(id)).collect();
            let ours = self.ours(import, unseen).await?;
            gone.extend(ours.into_iter().map(|id| (id, Reason::GoneFromRegister)));
        }
        Ok(gone)
    }
    /// Of all that the store has from this source, what the file does not tell; and how much there is.
    async fn gone_of_all(
        &self,
        import: &Importer<'_>,
    ) -> Result<(Vec<(Uuid, Reason)>, usize), Failure> {
        const PAGE: i64 = 1_000;
        let (mut gone, mut count, mut last) = (Vec::new(), 0, None);
        loop {
            let (kind, source) = (self.kind, self.source);
            let page =
                store::list_all_live(import.store, kind, source, last.as_ref(), PAGE).await?;
            let unseen = page.iter().filter(|live| {
                !self.seen.contains(&live.id) && !self.doubtful.contains(&live.from_party)
            });
            let (told, absent): (Vec<_>, Vec<_>) =
                unseen.partition(|live| self.from.contains(&live.from_party));
            for (some, reason) in
                [(told, Reason::GoneFromRegister), (absent, Reason::OrganisationGone)]
            {
                let ours = self.ours(import, some.iter().map(|live| live.id).collect()).await?;
                gone.extend(ours.into_iter().map(|id| (id, reason)));
            }
            count += page.len();
            last = page.into_iter().last();
            if last.is_none() {
                return Ok((gone, count));
            }
        }
    }
    /// Those that the source could have told of.
    async fn ours(&self, import: &Importer<'_>, ids: Vec<Uuid>) -> Result<Vec<Uuid>, Failure> {
        if !self.organisations_only || ids.is_empty() {
            return Ok(ids);
        }
        let held = store::find_held(import.store, &ids).await?;
        let held = held.into_iter().filter(|held| held.holder_kind == "organisation");
        Ok(held.map(|held| held.id).collect())
    }
}

impl Importer<'_> {
    async fn insert_all(&mut self, new: &[(Uuid, Assignment<'_>)]) -> Result<(), crate::db::Error> {
        if new.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        self.write(new.len(), async |tx| store::insert_all(tx, now, new).await).await
    }
}
