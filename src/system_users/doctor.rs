//! Why a vendor gets no token for a customer: what the look-up for a token would meet, step by step,
//! and of the vendor's own systems only.
use crate::{
    app::App,
    clock::Ts,
    db::{Error, Json, Tx},
    ids::{OrgNo, SystemId},
    problem::Problem,
    proceedings::Proceedings,
    statements,
};
use serde_json::Value;

statements! {
    FIND_SYSTEM = r"
        select s.id, s.vendor_org_no, p.deleted is not null as ended, x.proceedings
        from system_client c
        join system s on s.internal_id = c.internal_id
        left join party p on p.org_no = $2
        left join party_proceedings x on x.party = p.id
        where c.client_id = $1";
    /// The vendor's deleted systems that once had such a client: deleting one has freed its client ids.
    LIST_DELETED_SYSTEMS = "select s.id, c.changed_data from (select id, internal_id, deleted from system where vendor_org_no = $1 and deleted is not null order by deleted desc limit cast($3 as bigint)) s join system_change c on c.internal_id = s.internal_id where c.change_type in ('create', 'update') and cast(c.changed_data as text) like cast($2 as text) escape '\\' order by s.deleted desc, c.created desc limit cast($3 as bigint)";
    /// The one with the reference first.
    LIST_USERS = "select u.external_ref, u.paused, u.valid_to from system_user u join party o on o.id = u.owner where u.system_id = $1 and o.org_no = $2 and u.revoked is null order by (u.external_ref <> $3), u.created desc, u.id limit cast($4 as bigint)";
    LIST_REQUESTS = "select r.external_ref, r.status, r.created, r.valid_to from request r join party o on o.id = r.party where r.kind in ('standard', 'agent') and r.system_id = $1 and o.org_no = $2 and r.deleted is null order by (r.external_ref <> $3), r.created desc, r.id limit cast($4 as bigint)";
    FIND_REVOKED = "select u.external_ref from system_user u join party o on o.id = u.owner where u.system_id = $1 and o.org_no = $2 and u.revoked is not null order by (u.external_ref <> $3), u.revoked desc limit 1";
    /// Who owns a system user that acts for the organisation without being it: one that has been given
    /// the organisation or its main unit as a client, or acts for one of them by a role in the open
    /// register; and the main unit itself. Found in this order: an organisation has few accountants, a
    /// system many users.
    LIST_OWNERS = r"
        with asked (id, main) as (
          select c.id, m.id
          from party c
          left join party m
            on m.id = c.parent
            and m.deleted is null
            and c.org_form in ('BEDR', 'AAFY')
          where c.org_no = $2
            and c.deleted is null
        ),
        client (id, asked) as (
          select id, id from asked
          union
          select main, id from asked where main is not null
        ),
        acting (id) as (
          select u.owner
          from client c
          cross join client_delegation d
          cross join system_user u
          where d.client = c.id
            and d.ended is null
            and u.id = d.system_user
            and u.system_id = $1
            and u.kind = 'agent'
            and u.revoked is null
            and u.owner <> c.asked
          union
          select u.owner
          from client c
          cross join assignment a
          cross join system_user u
          where a.from_party = c.id
            and a.kind = 'role'
            and a.code in ('REGN', 'REVI', 'FFØR')
            and a.valid_to is null
            and u.owner = a.to_party
            and u.system_id = $1
            and u.kind = 'agent'
            and u.revoked is null
          union
          select u.owner
          from asked c
          cross join system_user u
          where u.owner = c.main
            and u.system_id = $1
            and u.kind = 'standard'
            and u.revoked is null
        )
        select o.org_no as owner
        from acting a
        join party o on o.id = a.id
        order by owner
        limit cast($3 as bigint)";
}

/// Most of each that is looked at.
const MOST: i64 = 20;

/// What a vendor asks for a token with.
#[derive(Debug, Clone)]
pub struct Complaint {
    pub client: String,
    pub org_no: OrgNo,
    /// The organisation's number where none is given.
    pub external_ref: Option<String>,
}

/// What there is to be said, with what was found on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    pub cause: Cause,
    pub found: Found,
}
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub system: Option<SystemId>,
    /// Of the organisation's system users and requests on the system.
    pub external_refs: Vec<String>,
    /// Owners of system users on the system, whose client or sub-unit the organisation is.
    pub owners: Vec<OrgNo>,
    /// What the organisation is under.
    pub proceedings: Proceedings,
    /// Whether its register has ended the organisation.
    pub ended: bool,
}

/// Why there is no token, or that there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Ok,
    UnknownClientId,
    SystemDeleted,
    NoSystemUser,
    RequestWaiting,
    RequestRejected,
    RequestTimedOut,
    ExternalRefMismatch,
    WrongOrganisation,
    Paused,
    Expired,
    Revoked,
    OrganisationEnded,
}
impl Cause {
    /// Its name, what it means, and what to do about it.
    pub fn in_words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Ok => (
                "ok",
                "The system user is live: a token can be made for it.",
                "Nothing. If a service still refuses, ask which rights it wants.",
            ),
            Self::UnknownClientId => (
                "unknown-client-id",
                "No system of yours has this client id.",
                "Add the client id to the system, or ask with the client that the system has.",
            ),
            Self::SystemDeleted => (
                "system-deleted",
                "The system that had this client id has been deleted.",
                "Register the system anew under another id, with this client id, and ask the customer again.",
            ),
            Self::NoSystemUser => (
                "no-system-user",
                "The organisation has no system user on the system, and no request waits for it.",
                "Send a request, and let the customer approve it.",
            ),
            Self::RequestWaiting => (
                "request-waiting",
                "The request waits for the customer's decision.",
                "Send the customer to the request's confirmUrl.",
            ),
            Self::RequestRejected => (
                "request-rejected",
                "The customer has rejected the request.",
                "Agree with the customer; then delete the request and send a new one.",
            ),
            Self::RequestTimedOut => (
                "request-timed-out",
                "Nobody decided on the request in time, and it can be decided no longer.",
                "Send the request again: it takes the place of the old one.",
            ),
            Self::ExternalRefMismatch => (
                "external-ref-mismatch",
                "The organisation has a system user on the system, under another external reference.",
                "Ask for the token with the externalRef that the request had; without one it is the organisation number.",
            ),
            Self::WrongOrganisation => (
                "wrong-organisation",
                "The organisation is a client or sub-unit of the one that owns the system user.",
                "Ask for the token with the owner's organisation number, and name the client or sub-unit to the service.",
            ),
            Self::Paused => (
                "paused",
                "The customer has paused the system user.",
                "Ask the customer to let it go on.",
            ),
            Self::Expired => (
                "expired",
                "The system user's time is out.",
                "Ask the customer for a later end, or send a new request.",
            ),
            Self::OrganisationEnded => (
                "organisation-ended",
                "The register has deleted the organisation: its system users have ended, and it can give no access.",
                "Ask the customer under which organisation number the business goes on, and send a new request there.",
            ),
            Self::Revoked => (
                "revoked",
                "The customer has revoked the system user.",
                "Agree with the customer; then send a new request.",
            ),
        }
    }
}

/// A system user that has not been revoked.
#[derive(sqlx::FromRow)]
struct User {
    external_ref: String,
    paused: Option<Ts>,
    valid_to: Option<Ts>,
}
#[derive(sqlx::FromRow)]
struct Asked {
    external_ref: String,
    status: String,
    created: Ts,
    valid_to: Option<Ts>,
}

/// What stands in the way of a token. A request can be decided for `open_days`.
pub async fn diagnose(
    app: &App,
    vendor: &OrgNo,
    complaint: &Complaint,
    open_days: i64,
) -> Result<Diagnosis, Problem> {
    let now = app.clock.now();
    app.store
        .read(async |tx| {
            let mut found = Found::default();
            let asked = system(tx, vendor, complaint, &mut found).await?;
            let Some((system, live)) = asked else {
                return Ok(Diagnosis { cause: Cause::UnknownClientId, found });
            };
            found.system = Some(system.clone());
            if !live {
                return Ok(Diagnosis { cause: Cause::SystemDeleted, found });
            }
            let cause =
                on_system(tx, &system, complaint, now, now.plus_days(-open_days), &mut found);
            Ok(Diagnosis { cause: cause.await?, found })
        })
        .await
}

/// The vendor's system that has the client id, or had it when it was deleted; and whether it is live.
async fn system(
    tx: &mut Tx,
    vendor: &OrgNo,
    complaint: &Complaint,
    found: &mut Found,
) -> Result<Option<(SystemId, bool)>, Error> {
    let client = complaint.client.as_str();
    let has: Option<(SystemId, OrgNo, bool, Option<String>)> =
        tx.query(FIND_SYSTEM).bind(client).bind(&complaint.org_no).opt().await?;
    // Another vendor's client id is told as one that nobody has.
    if let Some((system, _, ended, proceedings)) = has.filter(|(_, owner, ..)| owner == vendor) {
        found.proceedings = proceedings.into();
        found.ended = ended;
        return Ok(Some((system, true)));
    }
    let text = Value::from(client).to_string();
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    let had: Vec<(SystemId, Json<Value>)> =
        tx.query(LIST_DELETED_SYSTEMS).bind(vendor).bind(pattern).bind(MOST).all().await?;
    // A pattern is not exact: `SQLite` takes capitals for small letters.
    let exactly = |data: &Value| {
        let ids = data.get("ClientId").and_then(Value::as_array);
        ids.is_some_and(|ids| ids.iter().any(|id| id.as_str() == Some(client)))
    };
    Ok(had.into_iter().find(|(_, data)| exactly(&data.0)).map(|(system, _)| (system, false)))
}

async fn on_system(
    tx: &mut Tx,
    system: &SystemId,
    complaint: &Complaint,
    now: Ts,
    open_since: Ts,
    found: &mut Found,
) -> Result<Cause, Error> {
    let org_no = &complaint.org_no;
    if found.ended {
        return Ok(Cause::OrganisationEnded);
    }
    let given = complaint.external_ref.as_deref().filter(|given| !given.is_empty());
    let wanted = given.unwrap_or(org_no.as_str());
    let users: Vec<User> =
        tx.query(LIST_USERS).bind(system).bind(org_no).bind(wanted).bind(MOST).all().await?;
    let requests: Vec<Asked> =
        tx.query(LIST_REQUESTS).bind(system).bind(org_no).bind(wanted).bind(MOST).all().await?;
    let references = users.iter().map(|user| &user.external_ref);
    for reference in references.chain(requests.iter().map(|asked| &asked.external_ref)) {
        if !found.external_refs.contains(reference) {
            found.external_refs.push(reference.clone());
        }
    }
    if let Some(user) = users.first().filter(|user| user.external_ref == wanted) {
        return Ok(if user.valid_to.is_some_and(|end| end <= now) {
            Cause::Expired
        } else if user.paused.is_some() {
            Cause::Paused
        } else {
            Cause::Ok
        });
    }
    // An accepted request whose system user is gone says less than the system user.
    let state = |asked: &Asked| match asked.status.as_str() {
        "new" if asked.created > open_since && asked.valid_to.is_none_or(|end| end > now) => {
            Some(Cause::RequestWaiting)
        }
        "new" => Some(Cause::RequestTimedOut),
        "rejected" => Some(Cause::RequestRejected),
        _ => None,
    };
    let mut mine = requests.iter().filter(|asked| asked.external_ref == wanted);
    if let Some(cause) = mine.find_map(state) {
        return Ok(cause);
    }
    let revoked: Option<(String,)> =
        tx.query(FIND_REVOKED).bind(system).bind(org_no).bind(wanted).opt().await?;
    if revoked.as_ref().is_some_and(|(reference,)| reference == wanted) {
        return Ok(Cause::Revoked);
    }
    if !users.is_empty() {
        return Ok(Cause::ExternalRefMismatch);
    }
    if let Some(cause) = requests.iter().find_map(state) {
        return Ok(cause);
    }
    if revoked.is_some() {
        return Ok(Cause::Revoked);
    }
    let owners: Vec<(OrgNo,)> =
        tx.query(LIST_OWNERS).bind(system).bind(org_no).bind(MOST).all().await?;
    found.owners = owners.into_iter().map(|(owner,)| owner).collect();
    Ok(if found.owners.is_empty() { Cause::NoSystemUser } else { Cause::WrongOrganisation })
}
