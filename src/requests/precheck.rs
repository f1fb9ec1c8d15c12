//! Before asking: whether somebody at the party could approve it all. Numbers of people, never who.
use super::{
    ask::{Ask, draft, find},
    decide::{Asked, check},
};
use crate::{
    app::App,
    authority::{
        Holdings,
        model::{Holding, HoldingKind},
    },
    clock::Ts,
    db::{Error, Tx},
    ids::{OrgNo, PartyUuid},
    problem::{Code, Problem},
    statements,
};
use std::collections::BTreeMap;

statements! {
    /// What each person holds from the party and, for a sub-unit, its main unit: themselves, or through
    /// an organisation in which they have a key role.
    LIST_EVERYBODYS = "with source (id, form, main) as (select id, org_form, false from party where id = $1 union all select m.id, m.org_form, true from party s join party m on m.id = s.parent where s.id = $1 and s.org_form in ('BEDR', 'AAFY')), held (holder, kind, code, form, main) as (select a.to_party, a.kind, a.code, s.form, s.main from source s join assignment a on a.from_party = s.id where a.valid_to is null and a.valid_from <= $2) select p.id as person, h.kind, h.code, h.form, h.main, false as through_organisation from held h join party p on p.id = h.holder where p.kind = 'person' and p.deleted is null union all select p.id, h.kind, h.code, h.form, h.main, true from held h join party o on o.id = h.holder join assignment k on k.from_party = o.id and k.kind = 'role' and k.code in ('DAGL', 'LEDE', 'INNH', 'DTSO', 'DTPR', 'BEST', 'BOBE', 'KOMP') and k.valid_to is null and k.valid_from <= $2 join party p on p.id = k.to_party where p.kind = 'person' and p.deleted is null and not (k.code = 'DTPR' and o.org_form = 'IKS')";
}

#[derive(sqlx::FromRow)]
struct Row {
    person: PartyUuid,
    kind: String,
    code: String,
    form: Option<String>,
    main: bool,
    through_organisation: bool,
}
async fn everybodys_holdings(
    tx: &mut Tx,
    now: Ts,
    party: PartyUuid,
) -> Result<Vec<Holdings>, Error> {
    let rows: Vec<Row> = tx.query(LIST_EVERYBODYS).bind(party).bind(now).all().await?;
    let mut people: BTreeMap<PartyUuid, Holdings> = BTreeMap::new();
    for row in rows {
        people.entry(row.person).or_default().0.push(Holding {
            kind: if row.kind == "role" { HoldingKind::Role } else { HoldingKind::Package },
            code: row.code,
            form: row.form,
            through_main_unit: row.main,
            through_organisation: row.through_organisation,
        });
    }
    Ok(people.into_values().collect())
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
            let mut items = outcomes(&Holdings::default()).ok_or(Code::UnknownRight)?;
            for holdings in everybodys_holdings(tx, now, request.party).await? {
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
