//! What parties hold from each other, kept as one source tells it: what is new is entered, and what
//! the source tells no more is closed when its file has been read to the end.
use super::{
    Failure, Importer, TRIES, closing,
    closing::Reason,
    guard::{Cause, Scope, Share},
    store::{self, Assignment, Live, Side},
};
use crate::{clients::kept, ids::PartyUuid};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// One role or package that the file tells of; a single service is told of among packages, by its urn.
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
    /// What the store has, and the file has told that it is not.
    gone: Vec<Live>,
    /// The organisations that the file tells of.
    from: HashSet<PartyUuid>,
    /// Those of which it tells something that was not understood.
    doubtful: HashSet<PartyUuid>,
    /// And the codes of which it does, where no more is in doubt.
    doubtful_codes: HashSet<(PartyUuid, String)>,
    /// Entries that may be of any organisation.
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
            doubtful_codes: HashSet::new(),
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

    /// Something with this code was not understood: nothing of the organisation's with it is closed.
    pub fn doubt_code(&mut self, from: PartyUuid, code: String) {
        self.doubtful_codes.insert((from, code));
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
                Err(failure) if failure.is_taken() && tried < TRIES => {}
                done => {
                    done?;
                    import.report.counts.entered += new.len() as u64;
                    import.report.counts.same += (told.len() - new.len()) as u64;
                    if self.by_organisation {
                        self.gone.extend(live.into_iter().filter(|live| !seen.contains(&live.id)));
                    } else {
                        self.seen.extend(seen);
                    }
                    break;
                }
            }
        }
        Ok(())
    }

    /// The file has been read to its end: closes what it tells no more, if the guard lets it.
    pub async fn end(self, import: &mut Importer<'_>, complete: bool) -> Result<(), Failure> {
        let closing = self.closing(import, complete).await?;
        closing.check(import).await?;
        closing.apply(import).await
    }
    /// Returns what the file tells no more, of the organisations in it or, if it is complete, of all.
    pub async fn closing(self, import: &Importer<'_>, complete: bool) -> Result<Closing, Failure> {
        import.something_was_used()?;
        // A line may be of any organisation; an element is of none that has one of its own.
        if !self.by_organisation && self.nameless > 0 && !import.guard.is_off() {
            return Err(Failure::Unsure(self.nameless));
        }
        let told = self.gone_of_those_told(import).await?;
        let absent = if complete { self.gone_of_absent(import).await? } else { Vec::new() };
        if complete && self.nameless > 0 && !import.guard.is_off() {
            let any = !told.is_empty() || !absent.is_empty();
            return if any { Err(Failure::Unsure(self.nameless)) } else { Ok(self.no_closing()) };
        }
        Ok(Closing { kind: self.kind, source: self.source, told, absent })
    }
    fn no_closing(&self) -> Closing {
        Closing { kind: self.kind, source: self.source, told: Vec::new(), absent: Vec::new() }
    }
    /// Of the organisations in the file, what it does not tell.
    async fn gone_of_those_told(&self, import: &Importer<'_>) -> Result<Vec<Live>, Failure> {
        let sure = |from: &PartyUuid| !self.doubtful.contains(from);
        let mut gone: Vec<Live> = self.gone.clone();
        if !self.by_organisation {
            let from: Vec<PartyUuid> = self.from.iter().copied().filter(sure).collect();
            for some in from.chunks(500) {
                let live = store::list_live(import.store, self.kind, self.source, some).await?;
                gone.extend(live.into_iter().filter(|live| !self.seen.contains(&live.id)));
            }
        }
        gone.retain(|live| {
            sure(&live.from_party)
                && (self.doubtful_codes.is_empty()
                    || !self.doubtful_codes.contains(&(live.from_party, live.code.clone())))
        });
        self.ours(import, gone).await
    }
    /// Of the organisations that are not in the file, all that the store has from this source.
    async fn gone_of_absent(&self, import: &Importer<'_>) -> Result<Vec<Live>, Failure> {
        const PAGE: i64 = 1_000;
        let (mut gone, mut last) = (Vec::new(), None);
        loop {
            let (kind, source) = (self.kind, self.source);
            let page =
                store::list_all_live(import.store, kind, source, last.as_ref(), PAGE).await?;
            let Some(end) = page.last().cloned() else { return Ok(gone) };
            last = Some(end);
            let absent = page.into_iter().filter(|live| !self.from.contains(&live.from_party));
            gone.extend(self.ours(import, absent.collect()).await?);
        }
    }
    /// Those that the source could have told of.
    async fn ours(&self, import: &Importer<'_>, mut all: Vec<Live>) -> Result<Vec<Live>, Failure> {
        if !self.by_organisation || all.is_empty() {
            return Ok(all);
        }
        let mut ours: HashSet<Uuid> = HashSet::with_capacity(all.len());
        for some in all.chunks(500) {
            let ids: Vec<Uuid> = some.iter().map(|live| live.id).collect();
            let held = store::find_held(import.store, &ids).await?;
            let held = held.into_iter().filter(|held| held.holder_kind == "organisation");
            ours.extend(held.map(|held| held.id));
        }
        all.retain(|live| ours.contains(&live.id));
        Ok(all)
    }
}

/// The parties whose shares are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    /// Those of which more would end than may end of anyone.
    TooManyForOne,
}

/// What a file tells no more, before the guard has said whether it may be closed.
pub(super) struct Closing {
    kind: &'static str,
    source: &'static str,
    /// Of organisations that the file tells of.
    told: Vec<Live>,
    /// Of organisations that a complete file does not name.
    absent: Vec<Live>,
}
impl Closing {
    fn what(&self) -> &'static str {
        if self.kind == "role" { "roles" } else { "grants" }
    }
    fn all(&self) -> impl Iterator<Item = &Live> {
        self.told.iter().chain(&self.absent)
    }
    /// Refuses if too much would be closed, of the source or of one party.
    pub async fn check(&self, import: &Importer<'_>) -> Result<(), Failure> {
        let ending = self.told.len() + self.absent.len();
        if import.guard.must_count(Cause::Silence, ending) {
            let live = store::count_live(import.store, self.kind, self.source).await?;
            if import.guard.check(self.what(), Cause::Silence, (ending, live), Vec::new()).is_err()
            {
                let shares = self.shares(import, Side::Giver, Which::All).await?;
                import.guard.check(self.what(), Cause::Silence, (ending, live), shares)?;
            }
        }
        for (side, scope) in [(Side::Giver, Scope::Giver), (Side::Holder, Scope::Holder)] {
            let shares = self.shares(import, side, Which::TooManyForOne).await?;
            import.guard.check_each(self.what(), scope, shares)?;
        }
        Ok(())
    }
    /// How much would end of what each party gives, or holds; of all, or of those that have too much
    /// for the guard to pass over.
    async fn shares(
        &self,
        import: &Importer<'_>,
        side: Side,
        which: Which,
    ) -> Result<Vec<Share>, Failure> {
        let mut ending: HashMap<PartyUuid, usize> = HashMap::new();
        for live in self.all() {
            let party = match side {
                Side::Giver => live.from_party,
                Side::Holder => live.to_party,
            };
            *ending.entry(party).or_default() += 1;
        }
        ending.retain(|_, ending| which == Which::All || !import.guard.is_few_of_one(*ending));
        let parties: Vec<PartyUuid> = ending.keys().copied().collect();
        let live =
            store::count_live_of(import.store, side, self.kind, self.source, &parties).await?;
        let numbers = store::list_numbers(import.store, &parties).await?;
        let share = |(party, ending): (PartyUuid, usize)| Share {
            name: numbers.get(&party).cloned().unwrap_or_default(),
            counts: Some((ending, live.get(&party).copied().unwrap_or_default())),
        };
        Ok(ending.into_iter().map(share).collect())
    }
    /// Closes it.
    pub async fn apply(self, import: &mut Importer<'_>) -> Result<(), Failure> {
        for (gone, reason) in
            [(self.told, Reason::GoneFromRegister), (self.absent, Reason::OrganisationGone)]
        {
            for some in gone.chunks(200) {
                let ids: Vec<Uuid> = some.iter().map(|live| live.id).collect();
                let held = store::find_held(import.store, &ids).await?;
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
}

impl Importer<'_> {
    async fn insert_all(&mut self, new: &[(Uuid, Assignment<'_>)]) -> Result<(), Failure> {
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
