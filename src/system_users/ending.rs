//! System users whose owner has ended in its register: they end with it, in the same transaction, and
//! stay ended when the owner comes back. Somebody with authority can then give the same access anew.
use super::store;
use crate::{
    app::App,
    authority::OnBehalf,
    clock::Ts,
    db::{Error, Tx, inconsistent},
    events::{self, Actor, Event},
    i18n::Localised,
    ids::{OrgNo, PartyUuid, SystemId, SystemUserId},
    parties::ended::HowEnded,
    problem::Problem,
    statements,
};

statements! {
    END = r"
        update system_user
        set revoked = $1, ended_how = $2, clients = 0
        where owner in ($3) and revoked is null
        returning id, owner, system_id, external_ref";
    /// Also when the facilitator is its own client.
    END_OWN = r"
        update client_delegation
        set ended = $1, ended_because = 'organisation-deleted'
        where facilitator in ($2) and client = facilitator and ended is null";
    DELETE_RULES = "delete from client_rule where facilitator in ($1)";
    LIST_ENDED = r"
        select u.id, u.kind, u.title, s.name as system_name, s.vendor_org_no, v.name as vendor_name,
            u.revoked, u.ended_how,
            exists (
                select 1
                from system_user n
                where n.owner = u.owner and n.system_id = u.system_id
                    and n.external_ref = u.external_ref and n.revoked is null
            ) as given_anew
        from system_user u
        join system s on s.id = u.system_id
        left join party v on v.org_no = s.vendor_org_no
        where u.owner = $1 and u.ended_how is not null
        order by u.revoked desc, u.id desc
        limit cast($2 as bigint)";
}

/// Most that a page lists.
pub const MOST_ENDED: i64 = 200;

#[derive(sqlx::FromRow)]
struct EndedRow {
    id: SystemUserId,
    owner: PartyUuid,
    system_id: SystemId,
    external_ref: String,
}
/// Ends every system user of these organisations, which have ended in the same way: no token and no
/// decision from here on. Returns them.
pub async fn end_of(
    tx: &mut Tx,
    now: Ts,
    owners: &[PartyUuid],
    how: HowEnded,
) -> Result<Vec<SystemUserId>, Error> {
    let query = tx.query(END).bind(now).bind(how.name()).list(owners);
    let mut ended: Vec<EndedRow> = query.all().await?;
    // In one order, so that their numbers follow it on both engines.
    ended.sort_by_key(|user| user.id);
    tx.query(END_OWN).bind(now).list(owners).exec().await?;
    tx.query(DELETE_RULES).list(owners).exec().await?;
    let told: Vec<Event> = ended
        .iter()
        .map(|user| {
            Event::new("system-user.revoked", Actor::Product)
                .party(user.owner)
                .system(&user.system_id)
                .system_user(user.id)
                .data(serde_json::json!({ "externalRef": user.external_ref }))
                .because(how.reason())
        })
        .collect();
    let ids: Vec<SystemUserId> = ended.iter().map(|user| user.id).collect();
    store::touch_all(tx, &ids, now).await?;
    events::record_all(tx, now, &told).await?;
    Ok(ids)
}

/// A system user that ended with its owner, as the owner sees it afterwards.
#[derive(Debug, Clone)]
pub struct EndedSystemUser {
    pub id: SystemUserId,
    pub kind: super::Kind,
    pub title: String,
    pub system_name: Localised,
    pub vendor: OrgNo,
    pub vendor_name: String,
    pub at: Ts,
    pub how: HowEnded,
    /// Whether the owner has given the same access since.
    pub given_anew: bool,
}
#[derive(sqlx::FromRow)]
struct ListedRow {
    id: SystemUserId,
    kind: String,
    title: String,
    system_name: crate::db::Json<Localised>,
    vendor_org_no: OrgNo,
    vendor_name: Option<String>,
    revoked: Ts,
    ended_how: String,
    given_anew: bool,
}
/// Returns those that ended with the organisation, the latest first, for one who manages access there.
pub async fn list_ended(app: &App, on: OnBehalf) -> Result<Vec<EndedSystemUser>, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            crate::authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            let query = tx.query(LIST_ENDED).bind(on.party).bind(MOST_ENDED);
            let rows: Vec<ListedRow> = query.all().await?;
            let read = |row: ListedRow| {
                let bad = || inconsistent("system user", row.id);
                Ok(EndedSystemUser {
                    id: row.id,
                    kind: super::Kind::of(&row.kind).ok_or_else(bad)?,
                    title: row.title,
                    system_name: row.system_name.0,
                    vendor: row.vendor_org_no,
                    vendor_name: row.vendor_name.unwrap_or_default(),
                    at: row.revoked,
                    how: HowEnded::of(&row.ended_how).ok_or_else(bad)?,
                    given_anew: row.given_anew,
                })
            };
            Ok(rows.into_iter().map(read).collect::<Result<_, Error>>()?)
        })
        .await
}
