//! Roles that organisations hold in each other, as Brønnøysund's open register tells of them.
use super::{
    Failure, Importer, Named,
    brreg::{self, Roles},
    feed::{Feed, Refusal},
    held::{Holdings, Told},
    source::Source,
};
use crate::{
    config::Ending,
    ids::{OrgNo, PartyUuid},
    parties::bulk,
};
use std::collections::{HashMap, HashSet};

/// What the register of organisations is called as a source.
pub(super) const SOURCE: &str = "ccr";

pub(super) async fn import(
    import: &mut Importer<'_>,
    source: Source,
    ending: &Ending,
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
    all.holdings.end(import, ending).await
}

/// The roles' codes that the catalogue has.
pub(super) async fn codes(import: &Importer<'_>) -> Result<HashSet<String>, Failure> {
    Ok(import.catalogue().await?.roles().map(|role| role.code.clone()).collect())
}

/// The roles of one file.
pub(super) struct AllRoles {
    pub holdings: Holdings,
    /// Accountants and auditors come again and again.
    holders: HashMap<OrgNo, PartyUuid>,
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
            let mut refuse = |why: String| {
                let number = Some(roles.org_no.as_str());
                import.report.refuse(at, &Refusal::new(number, why));
            };
            let Some(from) = ids.get(&roles.org_no).copied() else {
                refuse("it is not in the store: import units first".into());
                continue;
            };
            if !self.holdings.tells_of(from) {
                // Which of the two is right cannot be told.
                self.holdings.doubt(from);
                refuse("it is in the file a second time".into());
                continue;
            }
            of.push(from);
            if !roles.faults.is_empty() {
                self.holdings.doubt(from);
            }
            for why in roles.faults.into_iter().chain(roles.unknown) {
                refuse(why);
            }
            for (code, holder) in roles.held {
                match self.holders.get(&holder) {
                    Some(to) => told.push(Told { from, to: *to, code }),
                    None => refuse(format!("{code}: {holder} is not in the store")),
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
    ) -> Result<HashMap<OrgNo, PartyUuid>, Failure> {
        let mut numbers: Vec<OrgNo> = entries.iter().map(|(_, r)| r.org_no.clone()).collect();
        let holders =
            || entries.iter().flat_map(|(_, roles)| &roles.held).map(|(_, holder)| holder);
        numbers.extend(holders().filter(|number| !self.holders.contains_key(*number)).cloned());
        numbers.sort();
        numbers.dedup();
        let ids = bulk::ids(import.store, &numbers).await?;
        for number in holders() {
            if let Some(id) = ids.get(number) {
                self.holders.insert(number.clone(), *id);
            }
        }
        Ok(ids)
    }
}
