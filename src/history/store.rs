//! The history of a party in the store.
use super::model::{Actor, After, Client, End, Happened, User};
use crate::{
    clock::Ts,
    db::{Error, Json, Reads, inconsistent},
    events,
    i18n::Localised,
    ids::{EventId, OrgNo, PartyUuid, RequestId, SystemId, SystemUserId},
    parties::model::pattern,
    proceedings::Proceedings,
    statements,
};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

statements! {
    /// Newest first. The page is chosen from the log alone, then named.
    LIST = "with page (id, at, type, actor_kind, actor, system_id, request_id, system_user, data) as (select id, at, type, actor_kind, actor, system_id, request_id, system_user, data from event where party = $1 and (at, id) < ($2, $3) and at >= $4 and at < $5 and ($6 = 'all' or ($6 = 'one' and (system_user = $7 or request_id = $7)) or ($6 = 'found' and (system_user in (select id from system_user where owner = $1 and search like cast($8 as text) escape '\\') or request_id in (select id from request where party = $1 and search like cast($8 as text) escape '\\')))) and type in ($10) order by at desc, id desc limit cast($9 as bigint)) select e.id, e.at, e.type as kind, e.actor_kind, e.actor, e.system_id, e.request_id, e.system_user, e.data, coalesce(u.title, r.title) as title, s.name as system_name, w.name as person_name, v.name as vendor_name, (r.deleted is null and r.id is not null) as has_request, (c.deleted is null and c.id is not null) as has_change from page e left join system_user u on u.id = e.system_user left join request r on r.id = e.request_id left join change_request c on c.id = e.request_id left join system s on s.id = e.system_id left join party w on w.party_id = cast(case when e.actor_kind = 'person' then e.actor else '0' end as bigint) left join party v on v.org_no = case when e.actor_kind = 'vendor' then e.actor end order by e.at desc, e.id desc";
    NAMES = r"
        select org_no, name,
            (select x.proceedings from party_proceedings x where x.party = party.id) as proceedings
        from party
        where org_no in ($1)";
    TITLE = "select title from system_user where id = $1 and owner = $2";
}

/// What a history is of: whose, which system users, which types of event, and from when until when.
#[derive(Debug, Clone)]
pub struct Span {
    pub party: PartyUuid,
    pub user: User,
    pub kinds: Vec<&'static str>,
    pub from: Ts,
    /// The first moment after it.
    pub until: Ts,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: EventId,
    at: Ts,
    kind: String,
    actor_kind: String,
    actor: String,
    system_id: Option<SystemId>,
    request_id: Option<RequestId>,
    system_user: Option<SystemUserId>,
    data: Json<Value>,
    title: Option<String>,
    system_name: Option<Json<Localised>>,
    person_name: Option<String>,
    vendor_name: Option<String>,
    has_request: bool,
    has_change: bool,
}
impl TryFrom<Row> for Happened {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        let text = |at: &str| row.data.0.pointer(at).and_then(Value::as_str).map(ToOwned::to_owned);
        let client = text("/client/orgNo").and_then(|number| number.parse::<OrgNo>().ok());
        Ok(Self {
            actor: match row.actor_kind.as_str() {
                "person" => {
                    Actor::Person { name: row.person_name.unwrap_or_default(), role: text("/as") }
                }
                "vendor" => {
                    Actor::Vendor { name: row.vendor_name.unwrap_or_default(), org_no: row.actor }
                }
                "product" => Actor::Product,
                _ => return Err(inconsistent("event", row.id)),
            },
            client: client.map(|org_no| Client {
                org_no,
                name: String::new(),
                proceedings: Proceedings::default(),
            }),
            code: text("/code"),
            reason: text("/reason"),
            proceedings: events::proceedings(&row.data.0),
            end: end(&row.data.0, row.request_id.is_some()),
            id: row.id,
            at: row.at,
            kind: row.kind,
            system: row.system_id,
            system_name: row.system_name.map(|name| name.0),
            system_user: row.system_user,
            title: row.title,
            request: row.request_id,
            request_is_there: row.has_request || row.has_change,
        })
    }
}
/// The end that the data of an event tells of: a request that says nothing of it left it as it was.
fn end(data: &Value, of_request: bool) -> Option<End> {
    match data.get("validTo")? {
        Value::String(text) => Ts::parse(text).map(End::At),
        _ if of_request => None,
        _ => Some(End::Never),
    }
}
/// At most `most` of it, from where `after` says.
pub(super) async fn list(
    reads: &mut Reads,
    span: &Span,
    after: After,
    most: i64,
) -> Result<Vec<Happened>, Error> {
    let (way, id, words) = match &span.user {
        User::All => ("all", Uuid::nil(), String::new()),
        User::One(id) => ("one", id.0, String::new()),
        User::Found(words) => ("found", Uuid::nil(), pattern(words)),
    };
    let kinds: Vec<String> = span.kinds.iter().map(|kind| (*kind).to_owned()).collect();
    let rows: Vec<Row> = reads
        .query(LIST)
        .bind(span.party)
        .bind(after.at)
        .bind(after.id)
        .bind(span.from)
        .bind(span.until)
        .bind(way)
        .bind(id)
        .bind(words)
        .bind(most)
        .list(&kinds)
        .all()
        .await?;
    let mut found: Vec<Happened> =
        rows.into_iter().map(Happened::try_from).collect::<Result<_, _>>()?;
    name_clients(reads, &mut found).await?;
    Ok(found)
}
/// The clients by their names in the register: one statement, where there are any.
async fn name_clients(reads: &mut Reads, found: &mut [Happened]) -> Result<(), Error> {
    let clients = found.iter().filter_map(|happened| happened.client.as_ref());
    let numbers: BTreeSet<OrgNo> = clients.map(|client| client.org_no.clone()).collect();
    let numbers: Vec<OrgNo> = numbers.into_iter().collect();
    if numbers.is_empty() {
        return Ok(());
    }
    let rows: Vec<(OrgNo, String, Option<String>)> =
        reads.query(NAMES).list(&numbers).all().await?;
    let named = rows.into_iter().map(|(number, name, stored)| (number, (name, stored.into())));
    let named: HashMap<OrgNo, (String, Proceedings)> = named.collect();
    for client in found.iter_mut().filter_map(|happened| happened.client.as_mut()) {
        (client.name, client.proceedings) = named.get(&client.org_no).cloned().unwrap_or_default();
    }
    Ok(())
}

/// The title of the party's system user; nothing for another's.
pub(super) async fn title(
    reads: &mut Reads,
    party: PartyUuid,
    id: SystemUserId,
) -> Result<Option<String>, Error> {
    let row: Option<(String,)> = reads.query(TITLE).bind(id).bind(party).opt().await?;
    Ok(row.map(|(title,)| title))
}
