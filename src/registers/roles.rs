//! Roles that organisations hold in each other, as Brønnøysund's open register tells of them.
use super::{
    Failure, Importer, Named,
    brreg::{self, Doubt, Roles},
    feed::{Feed, Refusal},
    held::{Holdings, Told},
    source::Source,
};
use crate::{
    ids::{OrgNo, PartyUuid},
    parties::bulk,
};
use std::collections::{HashMap, HashSet};

/// What the register of organisations is called as a source.
pub(super) const SOURCE: &str = "ccr";

pub(super) async fn import(
    import: &mut Importer<'_>,
    source: Source,
    complete: bool,
) -> Result<(), Failure> {
    let known = codes(import).await?;
    let mut feed = Feed::elements(source, move |text| brreg::roles(text, None, &known));
    let mut all = AllRoles::default();
    while let Some(entries) = feed.next(import.report.pace.rows).await? {
        let mut refused = Named::default();
        let entries = import.understood(entries, &mut refused);
        all.doubt(import, refused).await?;
        all.enter(import, entries).await?;
        import.report.go_on();
    }
    all.holdings.end(import, complete).await
}

/// The roles' codes that the catalogue has.
pub(super) async fn codes(import: &Importer<'_>) -> Result<HashSet<String>, Failure> {
    Ok(import.catalogue().await?.roles().map(|role| role.code.clone()).collect())
}

/// The roles of one file.
pub(super) struct AllRoles {
    pub holdings: Holdings,
    /// Accountants and auditors come again and again: each with whether it stands.
    holders: HashMap<OrgNo, (PartyUuid, bool)>,
}
impl Default for AllRoles {
    fn default() -> Self {
        Self { holdings: Holdings::new("role", SOURCE, true), holders: HashMap::new() }
    }
}
impl AllRoles {
    pub(super) async fn doubt(
        &mut self,
        import: &Importer<'_>,
        refused: Named,
    ) -> Result<(), Failure> {
        self.holdings.nameless += refused.nameless;
        for id in bulk::ids(import.store, &refused.numbers).await?.into_values() {
            self.holdings.doubt(id);
        }
        Ok(())
    }

    pub(super) async fn enter(
        &mut self,
        import: &mut Importer<'_>,
        entries: Vec<(u64, Roles)>,
    ) -> Result<(), Failure> {
        let ids = self.ids(import, &entries).await?;
        let (mut of, mut told) = (Vec::with_capacity(entries.len()), Vec::new());
        for (at, roles) in entries {
            import.report.counts.people += roles.people;
            import.report.counts.ended += roles.ended;
            import.report.counts.unheld += roles.unheld;
            let refusal = |why: String| Refusal::new(Some(roles.org_no.as_str()), why);
            let Some((from, stands)) = ids.get(&roles.org_no).copied() else {
                let why = "it is not in the store: import units first";
                import.report.refuse(at, &refusal(why.into()));
                continue;
            };
            if !stands {
                // What an organisation that has ended is said to give would come back with it.
                import.report.counts.ended += roles.held.len() as u64;
                continue;
            }
            if !self.holdings.tells_of(from) {
                // Which of the two is right cannot be told.
                self.holdings.doubt(from);
                import.report.refuse(at, &refusal("it is in the file a second time".into()));
                continue;
            }
            of.push(from);
            match roles.doubt {
                Doubt::All => self.holdings.doubt(from),
                Doubt::Codes(codes) => {
                    for code in codes {
                        self.holdings.doubt_code(from, code);
                    }
                }
            }
            for why in roles.faults.into_iter().chain(roles.unknown) {
                import.report.refuse_part(at, &refusal(why));
            }
            for (code, holder) in roles.held {
                match self.holders.get(&holder) {
                    Some((to, true)) => told.push(Told { from, to: *to, code }),
                    Some((_, false)) => import.report.counts.ended += 1,
                    None => {
                        let why = format!("{code}: {holder} is not in the store");
                        import.report.refuse_part(at, &refusal(why));
                    }
                }
            }
        }
        self.holdings.enter(import, of, &told).await
    }
    /// The organisations' ids; the holders' are remembered.
    async fn ids(
        &mut self,
        import: &Importer<'_>,
        entries: &[(u64, Roles)],
    ) -> Result<HashMap<OrgNo, (PartyUuid, bool)>, Failure> {
        let mut numbers: Vec<OrgNo> = entries.iter().map(|(_, r)| r.org_no.clone()).collect();
        let holders =
            || entries.iter().flat_map(|(_, roles)| &roles.held).map(|(_, holder)| holder);
        numbers.extend(holders().filter(|number| !self.holders.contains_key(*number)).cloned());
        numbers.sort();
        numbers.dedup();
        let ids = bulk::standing(import.store, &numbers).await?;
        for number in holders() {
            if let Some(id) = ids.get(number) {
                self.holders.insert(number.clone(), *id);
            }
        }
        Ok(ids)
    }
}
