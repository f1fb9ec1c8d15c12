//! Whether somebody at the party could approve it all: before asking, and for one who cannot. Numbers of
//! people, never who.
use super::{
    ask::{Ask, draft, find},
    decide::{Asked, check},
    model::Request,
};
use crate::{
    app::App,
    authority::{self, Approvers, Holdings, Items},
    catalogue::Contents,
    clock::Ts,
    db::{Error, Tx},
    ids::OrgNo,
    problem::{Code, Problem},
    system_users::Kind,
};

/// Who could approve the request, when the person who holds these cannot; nothing where nobody can any
/// more, or where they can.
pub async fn approvers(
    tx: &mut Tx,
    now: Ts,
    catalogue: &Contents,
    request: &Request,
    holdings: &Holdings,
) -> Result<Option<Approvers>, Error> {
    let Some(asked) = check(request, holdings, catalogue).filter(|_| request.is_open(now)) else {
        return Ok(None);
    };
    let may = asked.iter().all(|asked| asked.outcome().may());
    if may && holdings.manages_access(catalogue).is_some() {
        return Ok(None);
    }
    let rights: Vec<_> = request.resources().unwrap_or_default().into_iter().collect();
    let packages: Vec<_> = request.distinct_packages().into_iter().collect();
    // What is for clients is given when they are added: until then it is a matter of managing access.
    let items = match request.kind {
        Kind::Standard => Items { rights: &rights, packages: &packages },
        Kind::Agent => Items::default(),
    };
    authority::who_could_approve(tx, now, catalogue, request.party, items).await.map(Some)
}

/// What would come of asking.
pub struct Precheck {
    /// How many people manage access for the party and can give every item.
    pub approvers: usize,
    /// Every item, with the best outcome that anyone has who manages access there.
    pub items: Vec<Asked>,
}

/// Who could approve it; the same problems as asking, but for what stands on the triple.
pub async fn precheck(app: &App, vendor: &OrgNo, ask: &Ask) -> Result<Precheck, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            let (system, party) = find(tx, vendor, ask).await?;
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
            Ok(Precheck { approvers, items })
        })
        .await
}
