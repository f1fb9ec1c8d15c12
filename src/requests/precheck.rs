//! Before asking: whether somebody at the party could approve it all. Numbers of people, never who.
use super::{
    ask::{Ask, draft, find},
    decide::{Asked, check},
};
use crate::{
    app::App,
    authority::{self, Holdings},
    ids::OrgNo,
    problem::{Code, Problem},
    proceedings::Proceedings,
    system_users::Kind,
};

/// What would come of asking.
pub struct Precheck {
    /// How many people manage access for the party and can give every item.
    pub approvers: usize,
    /// Every item, with the best outcome that anyone has who manages access there.
    pub items: Vec<Asked>,
    /// How many sub-units the system user would act for; `None` for one that acts for clients.
    pub sub_units: Option<i64>,
    /// What the party is under.
    pub proceedings: Proceedings,
}

/// Who could approve it; the same problems as asking, but for what stands on the triple.
pub async fn precheck(app: &App, vendor: &OrgNo, ask: &Ask) -> Result<Precheck, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            let (system, party) = find(tx, vendor, ask).await?;
            let proceedings = party.as_ref().map(|party| party.proceedings.clone());
            let request = draft(app, &system, party, ask)?;
            let outcomes = |holdings: &Holdings| check(&request, holdings, &catalogue);
            let mut approvers = 0;
            let (everybody, nobody) =
                authority::everybodys_holdings(tx, now, request.party).await?;
            let mut items = outcomes(&nobody).ok_or(Code::UnknownRight)?;
            for holdings in everybody {
                if holdings.manages_access(&catalogue).is_none() {
                    continue;
                }
                let theirs = outcomes(&holdings).unwrap_or_default();
                approvers += usize::from(theirs.iter().all(|asked| asked.outcome().may()));
                for (best, one) in items.iter_mut().zip(theirs) {
                    if !best.outcome().may() {
                        *best = one;
                    }
                }
            }
            let sub_units = match request.kind {
                Kind::Standard => Some(authority::count_sub_units(tx, request.party).await?),
                Kind::Agent => None,
            };
            let proceedings = proceedings.unwrap_or_default();
            Ok(Precheck { approvers, items, sub_units, proceedings })
        })
        .await
}
