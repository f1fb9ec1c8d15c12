//! What a person holds for a party, read in the transaction that asks.
use super::model::{Holding, HoldingKind, Holdings};
use crate::{
    clock::Ts,
    db::{Error, Tx},
    ids::PartyUuid,
    statements,
};

statements! {
    /// From the party and, for a sub-unit, its main unit; held by the person, or by an organisation
    /// in which they have a key role.
    LIST_HOLDINGS = "with source (id, form, main) as (select id, org_form, false from party where id = $2 union all select m.id, m.org_form, true from party s join party m on m.id = s.parent where s.id = $2 and s.org_form in ('BEDR', 'AAFY')), holder (id) as (select id from party where id = $1 union select a.from_party from assignment a join party o on o.id = a.from_party where a.to_party = $1 and a.kind = 'role' and a.code in ('DAGL', 'LEDE', 'INNH', 'DTSO', 'DTPR', 'BEST', 'BOBE', 'KOMP') and not (a.code = 'DTPR' and o.org_form = 'IKS') and a.valid_to is null and a.valid_from <= $3) select a.kind, a.code, s.form, s.main, (a.to_party <> $1) as through_organisation from source s join assignment a on a.from_party = s.id join holder h on h.id = a.to_party where a.valid_to is null and a.valid_from <= $3 order by s.main, a.kind desc, a.code";
}

#[derive(sqlx::FromRow)]
struct Row {
    kind: String,
    code: String,
    form: Option<String>,
    main: bool,
    through_organisation: bool,
}
pub(super) async fn list_holdings(
    tx: &mut Tx,
    now: Ts,
    person: PartyUuid,
    party: PartyUuid,
) -> Result<Holdings, Error> {
    let rows: Vec<Row> = tx.query(LIST_HOLDINGS).bind(person).bind(party).bind(now).all().await?;
    Ok(Holdings(
        rows.into_iter()
            .map(|row| Holding {
                kind: if row.kind == "role" { HoldingKind::Role } else { HoldingKind::Package },
                code: row.code,
                form: row.form,
                through_main_unit: row.main,
                through_organisation: row.through_organisation,
            })
            .collect(),
    ))
}
