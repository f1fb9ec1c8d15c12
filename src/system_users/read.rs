//! System users as programs ask for them: the owner's, the vendor's, the token issuer's and the
//! platform's.
use super::{Grants, Kind, store};
use crate::{
    app::App,
    authority::{self, OnBehalf},
    clock::Ts,
    db::{Error, Tx, inconsistent},
    ids::{OrgNo, PackageUrn, SystemId, SystemKey, SystemUserId},
    problem::{Code, Problem, Stop},
    statements, systems, text,
};

statements! {
    /// For a token: the client's system, the owner and the live system user, in one.
    FIND_BY_CLIENT = r"
        select u.id, u.kind, u.title, u.system_id, o.org_no, s.vendor_org_no, u.external_ref, u.created
        from system_client c
        join system s on s.internal_id = c.internal_id
        join party o on o.org_no = $3 and o.deleted is null
        join system_user u on u.system_id = s.id and u.owner = o.id
        where c.client_id = $1 and s.vendor_org_no = $2 and s.deleted is null
            and u.external_ref = $4 and u.revoked is null and u.paused is null
            and (u.valid_to is null or u.valid_to > $5)";
    FIND_OF_VENDOR = "select u.id, u.kind, u.title, u.system_id, o.org_no, s.vendor_org_no, u.external_ref, u.created from system s join party o on o.org_no = $3 join system_user u on u.system_id = s.id and u.owner = o.id where s.id = $1 and s.vendor_org_no = $2 and u.external_ref = $4 and u.revoked is null";
    LIST_BY_SYSTEM = "select u.id, u.kind, u.title, u.system_id, o.org_no, s.vendor_org_no, u.external_ref, u.created, u.sequence_no from system_user u join system s on s.id = u.system_id join party o on o.id = u.owner where u.system_id = $1 and u.sequence_no > $2 and u.revoked is null and u.changed >= $3 and $4 in ('', case when u.valid_to <= $5 then 'expired' when u.paused is not null then 'paused' else 'live' end) order by u.sequence_no limit cast($6 as bigint)";
    LIST_BY_SYSTEM_AND_OWNER = "select u.id, u.kind, u.title, u.system_id, o.org_no, s.vendor_org_no, u.external_ref, u.created, u.sequence_no from system_user u join system s on s.id = u.system_id join party o on o.id = u.owner where u.system_id = $1 and u.sequence_no > $2 and u.revoked is null and u.changed >= $3 and $4 in ('', case when u.valid_to <= $5 then 'expired' when u.paused is not null then 'paused' else 'live' end) and o.org_no = $7 order by u.sequence_no limit cast($6 as bigint)";
    /// Those that ended because their owner did.
    LIST_ENDED_BY_SYSTEM = r"
        select u.id, u.kind, u.title, u.system_id, o.org_no, s.vendor_org_no, u.external_ref, u.created,
            u.sequence_no, u.ended_how
        from system_user u
        join system s on s.id = u.system_id
        join party o on o.id = u.owner
        where u.system_id = $1 and u.sequence_no > $2 and u.ended_how is not null
            and u.changed >= $3 and ($4 = '' or o.org_no = $4)
        order by u.sequence_no
        limit cast($5 as bigint)";
    /// A row for each of its packages, or one without.
    LIST_WITH_PACKAGES = "select u.id, u.kind, u.title, u.system_id, s.internal_id, o.party_id, o.org_no, s.vendor_org_no, u.external_ref, u.created, u.changed, u.revoked, u.sequence_no, g.item as package from system_user u join system s on s.id = u.system_id join party o on o.id = u.owner left join system_user_grant g on g.system_user = u.id and g.kind = 'package' where u.owner = $1 and u.kind = $2 and u.revoked is null order by u.created, u.id, g.item";
    FIND_ENTRY = "select u.id, u.kind, u.title, u.system_id, s.internal_id, o.party_id, o.org_no, s.vendor_org_no, u.external_ref, u.created, u.changed, u.revoked, u.sequence_no from system_user u join system s on s.id = u.system_id join party o on o.id = u.owner where u.id = $1";
    LIST_CHANGED = "select u.id, u.kind, u.title, u.system_id, s.internal_id, o.party_id, o.org_no, s.vendor_org_no, u.external_ref, u.created, u.changed, u.revoked, u.sequence_no from system_user u join system s on s.id = u.system_id join party o on o.id = u.owner where u.sequence_no > $1 order by u.sequence_no limit cast($2 as bigint)";
    LAST_NUMBER = "select value from counter where name = 'system-user'";
}

/// Rows on a page of the stream.
const STREAM_ROWS: i64 = 100;

/// A system user as vendors and token issuers know it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Outside {
    pub id: SystemUserId,
    kind: String,
    pub title: String,
    pub system_id: SystemId,
    /// The owner's.
    pub org_no: OrgNo,
    pub vendor_org_no: OrgNo,
    pub external_ref: String,
    pub created: Ts,
}
/// The same in a list that goes on from its number.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Numbered {
    #[sqlx(flatten)]
    pub user: Outside,
    pub sequence_no: i64,
    /// How its owner has ended, for one that ended with it.
    #[sqlx(default)]
    pub ended_how: Option<String>,
}
/// A system user as its owner's programs and the platform know it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Entry {
    pub id: SystemUserId,
    kind: String,
    pub title: String,
    pub system_id: SystemId,
    pub internal_id: SystemKey,
    /// The owner's.
    pub party_id: i64,
    pub org_no: OrgNo,
    pub vendor_org_no: OrgNo,
    pub external_ref: String,
    pub created: Ts,
    pub changed: Ts,
    pub revoked: Option<Ts>,
    pub sequence_no: i64,
}
#[derive(sqlx::FromRow)]
struct PackageRow {
    #[sqlx(flatten)]
    entry: Entry,
    package: Option<String>,
}
impl Outside {
    /// As it is written.
    pub fn kind(&self) -> &str {
        &self.kind
    }
}
impl Entry {
    /// As it is written.
    pub fn kind(&self) -> &str {
        &self.kind
    }
}

/// The reference that is meant: the owner's number where none is given; `None` for a text that no
/// system user has.
fn reference(given: Option<&str>, owner: &OrgNo) -> Option<String> {
    match given {
        None | Some("") => Some(owner.to_string()),
        Some(given) => text::clean(given, text::NAME).ok(),
    }
}

/// Who asks for a token, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    pub client: &'a str,
    pub provider: &'a str,
    pub owner: &'a str,
    pub external_ref: Option<&'a str>,
}
/// The live system user that a token can be made for, in one statement.
pub async fn by_external_id(app: &App, grant: Grant<'_>) -> Result<Outside, Problem> {
    let provider: OrgNo = grant.provider.parse().map_err(|_| Problem::NotFound)?;
    let owner: OrgNo = grant.owner.parse().map_err(|_| Problem::NotFound)?;
    let external_ref = reference(grant.external_ref, &owner).ok_or(Problem::NotFound)?;
    let client = text::clean(grant.client, text::NAME).map_err(|_| Problem::NotFound)?;
    let found: Option<Outside> = app
        .store
        .query(FIND_BY_CLIENT)
        .bind(client)
        .bind(provider)
        .bind(owner)
        .bind(external_ref)
        .bind(app.clock.now())
        .opt()
        .await?;
    found.ok_or(Problem::NotFound)
}

/// The system user on a triple of one of the vendor's own systems, deleted ones too.
pub async fn of_vendor(
    app: &App,
    vendor: &OrgNo,
    system: &str,
    owner: &str,
    external_ref: Option<&str>,
) -> Result<Outside, Problem> {
    let system: SystemId = system.parse().map_err(|_| Problem::NotFound)?;
    let owner: OrgNo = owner.parse().map_err(|_| Problem::NotFound)?;
    let external_ref = reference(external_ref, &owner).ok_or(Problem::NotFound)?;
    let found: Option<Outside> = app
        .store
        .query(FIND_OF_VENDOR)
        .bind(system)
        .bind(vendor)
        .bind(owner)
        .bind(external_ref)
        .opt()
        .await?;
    found.ok_or(Problem::NotFound)
}

/// The status of those that ended because their owner did.
pub const ENDED: &str = "ended";

/// Which of a system's users are wanted.
#[derive(Debug, Clone)]
pub struct Filter {
    pub owner: Option<OrgNo>,
    pub since: Ts,
    /// `live`, `paused`, `expired`, `ended` for those that ended with their owner, or empty for all that
    /// have not been revoked.
    pub status: &'static str,
}
/// The users of one of the vendor's own systems, by number from `after` on: at most `most`.
pub async fn of_system(
    app: &App,
    vendor: &OrgNo,
    system: &str,
    filter: &Filter,
    after: i64,
    most: i64,
) -> Result<Vec<Numbered>, Problem> {
    let id: SystemId = system.parse().map_err(|_| Code::SystemNotFound)?;
    app.store
        .read(async |tx| {
            let system = systems::find(tx, &id).await?;
            if system.is_none_or(|system| system.vendor != *vendor) {
                return Err(Code::SystemNotFound.into());
            }
            if filter.status == ENDED {
                let owner = filter.owner.as_ref().map_or("", OrgNo::as_str);
                let query = tx.query(LIST_ENDED_BY_SYSTEM).bind(&id).bind(after);
                return Ok(query.bind(filter.since).bind(owner).bind(most).all().await?);
            }
            let sql =
                if filter.owner.is_some() { LIST_BY_SYSTEM_AND_OWNER } else { LIST_BY_SYSTEM };
            let query = tx
                .query(sql)
                .bind(&id)
                .bind(after)
                .bind(filter.since)
                .bind(filter.status)
                .bind(app.clock.now())
                .bind(most);
            let query = match &filter.owner {
                Some(owner) => query.bind(owner),
                None => query,
            };
            Ok(query.all().await?)
        })
        .await
}

/// The party's system users of one kind with their packages, in the order they were made.
pub async fn of_party(
    app: &App,
    on: OnBehalf,
    kind: Kind,
) -> Result<Vec<(Entry, Vec<PackageUrn>)>, Problem> {
    let rows: Vec<PackageRow> = app
        .store
        .read(async |tx| {
            may_see_in(tx, app, on, kind).await?;
            Ok::<_, Problem>(
                tx.query(LIST_WITH_PACKAGES).bind(on.party).bind(kind.name()).all().await?,
            )
        })
        .await?;
    let mut all: Vec<(Entry, Vec<PackageUrn>)> = Vec::new();
    for PackageRow { entry, package } in rows {
        let id = entry.id;
        if all.last().is_none_or(|(last, _)| last.id != id) {
            all.push((entry, Vec::new()));
        }
        if let (Some(urn), Some((_, packages))) = (package, all.last_mut()) {
            packages.push(urn.parse().map_err(|_| inconsistent("a grant of system user", id))?);
        }
    }
    Ok(all)
}
/// That the person may see the party's system users of this kind, for one who only asks that.
pub async fn may_see(app: &App, on: OnBehalf, kind: Kind) -> Result<(), Problem> {
    app.store.read(async |tx| may_see_in(tx, app, on, kind).await).await
}
/// That the person may see the party's system users of this kind: those that act for clients are
/// also for whoever manages the clients.
async fn may_see_in(tx: &mut Tx, app: &App, on: OnBehalf, kind: Kind) -> Result<(), Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    let holdings = authority::holdings(tx, now, on).await?;
    let may = holdings.manages_access(&catalogue).is_some()
        || (kind == Kind::Agent && holdings.manages_clients(&catalogue).is_some());
    if may { Ok(()) } else { Err(Stop::NotEntitled.into()) }
}

/// One of the party's system users with what it has been given; unknown, revoked and another's are
/// `None`.
pub async fn details(
    app: &App,
    on: OnBehalf,
    id: SystemUserId,
) -> Result<Option<(Entry, Grants)>, Problem> {
    app.store
        .read(async |tx| {
            // Whoever may see nothing of the party's is not told what there is.
            may_see_in(tx, app, on, Kind::Agent).await?;
            let user = store::find(tx, id).await?;
            let user = user.filter(|user| user.owner == on.party && user.revoked.is_none());
            let Some(user) = user else { return Ok(None) };
            may_see_in(tx, app, on, user.kind).await?;
            let entry: Option<Entry> = tx.query(FIND_ENTRY).bind(id).opt().await?;
            let Some(entry) = entry else { return Ok(None) };
            Ok(Some((entry, store::list_grants(tx, id).await?)))
        })
        .await
}
/// What its owner has given one of the party's system users; one that acts for clients has nothing
/// of its owner's.
pub async fn delegations(app: &App, on: OnBehalf, id: SystemUserId) -> Result<Grants, Problem> {
    let (catalogue, now) = (app.catalogue.now(), app.clock.now());
    app.store
        .read(async |tx| {
            authority::may_manage(tx, now, &catalogue, on, app.config.min_level).await?;
            let user = store::find(tx, id).await?;
            let user = user.filter(|user| user.owner == on.party && user.revoked.is_none());
            let user = user.ok_or(Code::SystemUserNotFound)?;
            if user.kind == Kind::Agent {
                return Ok(Grants::default());
            }
            Ok(store::list_grants(tx, id).await?)
        })
        .await
}

/// A page of everything that has changed, and the number that the last change had.
#[derive(Debug)]
pub struct Changed {
    pub rows: Vec<Entry>,
    pub last: i64,
}
/// What has changed after this number, revoked ones too. Numbers follow the order of the commits: a
/// reader who goes on from the last one misses none.
pub async fn changed_after(app: &App, after: i64) -> Result<Changed, Error> {
    app.store
        .read(async |tx| {
            let (last,): (i64,) = tx.query(LAST_NUMBER).one().await?;
            let rows = tx.query(LIST_CHANGED).bind(after).bind(STREAM_ROWS).all().await?;
            Ok(Changed { rows, last })
        })
        .await
}
/// The system user, whosever it is, revoked or not.
pub async fn entry(app: &App, id: SystemUserId) -> Result<Option<Entry>, Error> {
    app.store.query(FIND_ENTRY).bind(id).opt().await
}
