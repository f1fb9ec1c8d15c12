//! Asking: what a vendor asks for is held against its system and the registers, and entered once.
use super::{
    event,
    model::{Request, Status},
    own_system, record, store,
};
use crate::{
    app::App,
    catalogue::{Contents, Package, Resource},
    clock::Ts,
    day::Day,
    db::{Tx, is_taken},
    events,
    ids::{OrgNo, PackageUrn, RequestId},
    notices::{self, About, Notice},
    parties::{self, Organisation},
    problem::{Code, Problem},
    system_users::{self, Kind},
    systems::{Right, System, check::MOST_ITEMS, model::RedirectUrl},
    text,
};

/// What a vendor asks for, as it was sent.
#[derive(Debug, Clone)]
pub struct Ask {
    pub kind: Kind,
    pub system: String,
    pub party: String,
    /// The party's organisation number where the vendor gave none.
    pub external_ref: Option<String>,
    pub title: Option<String>,
    /// `None` where the list was left out.
    pub rights: Option<Vec<Right>>,
    pub packages: Option<Vec<String>>,
    pub redirect_url: Option<String>,
    /// The last day of the system user, as the vendor proposes it.
    pub valid_to: Option<Day>,
}
impl Ask {
    fn external_ref(&self) -> &str {
        self.external_ref.as_deref().filter(|given| !given.is_empty()).unwrap_or(&self.party)
    }
}

/// What came of asking.
pub enum Asked {
    New(Request),
    /// The standing request on the same triple: one that can be answered, or has been.
    Standing(Request),
}

/// What asking leads to, before anything is written.
enum Outcome {
    Standing(Box<Request>),
    New(Box<Draft>),
}
/// A request that can be entered.
struct Draft {
    request: Request,
    system: System,
    /// The request on the same triple that nobody can answer: the new one takes its place.
    replaces: Option<Request>,
}

/// Asks the party for a system user, or finds the request that already stands.
pub async fn ask(app: &App, vendor: &OrgNo, ask: &Ask) -> Result<Asked, Problem> {
    for _ in 0..2 {
        match ask_once(app, vendor, ask).await {
            // The same request was entered meanwhile: it stands now.
            Err(Problem::Database(error)) if is_taken(&error) => {}
            done => return done,
        }
    }
    Err(Problem::Unavailable("the request could not be entered".into()))
}
async fn ask_once(app: &App, vendor: &OrgNo, ask: &Ask) -> Result<Asked, Problem> {
    app.store
        .write(async |tx| {
            let draft = match consider(tx, app, vendor, ask).await? {
                Outcome::Standing(request) => return Ok(Asked::Standing(*request)),
                Outcome::New(draft) => *draft,
            };
            let Draft { request, system, replaces } = draft;
            // Where another was first, its request stands on the triple and the insert fails.
            if let Some(old) = replaces
                && store::close_unanswerable(tx, old.id, request.created).await?
            {
                let withdrawn = event("request.withdrawn", vendor, &old);
                let withdrawn = withdrawn.because(events::Reason::Replaced);
                events::record(tx, request.created, &withdrawn).await?;
            }
            store::insert(tx, &request, &system.name).await?;
            record(tx, app, "request.created", vendor, &request).await?;
            let about = About::Request(request.id);
            let notice = Notice::new(request.party, notices::Kind::Waiting, about);
            notices::tell(tx, request.created, &[notice]).await?;
            Ok(Asked::New(request))
        })
        .await
}

/// Whether asking would do: the same problems, and nothing is entered.
pub async fn dry_run(app: &App, vendor: &OrgNo, ask: &Ask) -> Result<(), Problem> {
    app.store.read(async |tx| consider(tx, app, vendor, ask).await.map(drop)).await
}

/// Returns what comes of asking.
async fn consider(tx: &mut Tx, app: &App, vendor: &OrgNo, ask: &Ask) -> Result<Outcome, Problem> {
    let (system, party) = find(tx, vendor, ask).await?;
    let mut replaces = None;
    if let Some(party) = &party {
        let (id, external_ref) = (&system.id, ask.external_ref());
        if system_users::on_triple(tx, id, party.id, external_ref).await?.is_some() {
            return Err(Code::SystemUserExists.into());
        }
        let standing = store::find_on_triple(tx, ask.kind, id, &party.org_no, external_ref);
        match standing.await? {
            Some(request) if request.is_unanswerable(app.clock.now()) => replaces = Some(request),
            // A deleted system never comes back, so nobody can answer: `draft` refuses a new one.
            Some(request) if request.status == Status::New && system.deleted.is_some() => {}
            Some(request) => return Ok(Outcome::Standing(Box::new(request))),
            None => {}
        }
    }
    let request = draft(app, &system, party, ask)?;
    Ok(Outcome::New(Box::new(Draft { request, system, replaces })))
}

/// The vendor's system, and the party if the register has it.
pub(super) async fn find(
    tx: &mut Tx,
    vendor: &OrgNo,
    ask: &Ask,
) -> Result<(System, Option<Organisation>), Problem> {
    let system = own_system(tx, vendor, &ask.system).await?;
    let party = match ask.party.parse() {
        Ok(number) => parties::organisation(tx, &number).await?,
        Err(_) => None,
    };
    Ok((system, party))
}

/// The request that it would be, where nothing is wrong with what is asked for.
pub(super) fn draft(
    app: &App,
    system: &System,
    party: Option<Organisation>,
    ask: &Ask,
) -> Result<Request, Problem> {
    if system.deleted.is_some() {
        return Err(Code::SystemNotFound.into());
    }
    let now = app.clock.now();
    let party = party.ok_or(Code::UnknownOrganisation)?;
    check_redirect(app, system, ask.redirect_url.as_deref())?;
    let (rights, packages) = check_items(&app.catalogue.now(), system, ask)?;
    let valid_to = check_end(ask.valid_to, now)?;
    let title = ask.title.clone();
    Ok(Request {
        id: RequestId(uuid::Uuid::new_v4()),
        kind: ask.kind,
        system: system.id.clone(),
        party: party.id,
        external_ref: ask.external_ref().to_owned(),
        party_org_no: party.org_no,
        title: title.or_else(|| system.name.get("nb").cloned()).unwrap_or_default(),
        rights,
        packages,
        redirect_url: ask.redirect_url.clone().filter(|url| !url.is_empty()),
        valid_to,
        created: now,
        escalated: None,
        status: Status::New,
    })
}

/// That the browser may be sent there afterwards: one of the system's own addresses, or none.
pub fn check_redirect(app: &App, system: &System, url: Option<&str>) -> Result<(), Problem> {
    let Some(url) = url.filter(|url| !url.is_empty()) else { return Ok(()) };
    if system.redirect_urls.is_empty() {
        return Err(Code::NoRedirectsListed.into());
    }
    let listed = RedirectUrl::parse(url, app.config.demo)
        .is_ok_and(|url| url.is_listed(&system.redirect_urls, app.config.demo));
    if listed { Ok(()) } else { Err(Code::RedirectNotListed.into()) }
}

/// When the proposed last day ends, which must not be over.
pub fn check_end(day: Option<Day>, now: Ts) -> Result<Option<Ts>, Problem> {
    let end = day.map(Day::end);
    if end.is_some_and(|end| end <= now) {
        return Err(Problem::Unreadable {
            member: "ValidTo".into(),
            detail: "The last day has passed.".into(),
        });
    }
    Ok(end)
}

fn check_items(
    catalogue: &Contents,
    system: &System,
    ask: &Ask,
) -> Result<(Vec<Right>, Vec<PackageUrn>), Problem> {
    let rights = ask.rights.clone().unwrap_or_default();
    let texts = ask.packages.as_deref().unwrap_or_default();
    if ask.kind == Kind::Agent && texts.is_empty() {
        return Err(Code::AgentNeedsPackage.into());
    }
    if ask.rights.is_none() && ask.packages.is_none() {
        return Err(Code::UnknownRight.into());
    }
    if rights.is_empty() && texts.is_empty() {
        return Err(Code::NothingAskedFor.into());
    }
    check_rights(catalogue, system, &rights)?;
    Ok((rights, check_packages(catalogue, ask.kind, system, texts)?))
}

/// That each right is whole and one of the system's, and none of a service that has been withdrawn.
pub fn check_rights(
    catalogue: &Contents,
    system: &System,
    rights: &[Right],
) -> Result<(), Problem> {
    let withdrawn = |id: &str| {
        let resource = id.parse().ok().and_then(|id| catalogue.resource(&id));
        resource.is_some_and(Resource::is_withdrawn)
    };
    let mut asked = rights.iter().flat_map(|right| &right.resource);
    let withdrawn = asked.any(|attribute| withdrawn(&attribute.value));
    let complete = rights.iter().all(|right| {
        let action = right.action.as_deref().unwrap_or_default();
        !right.resource.is_empty() && text::clean(action, text::NAME).is_ok()
    });
    if !complete || withdrawn || rights.len() > MOST_ITEMS || !system.covers_rights(rights) {
        return Err(Code::UnknownRight.into());
    }
    Ok(())
}

/// The packages, if each is one of the system's and can be given to a system user of this kind.
pub fn check_packages(
    catalogue: &Contents,
    kind: Kind,
    system: &System,
    texts: &[String],
) -> Result<Vec<PackageUrn>, Problem> {
    let packages: Vec<PackageUrn> = texts.iter().filter_map(|urn| urn.parse().ok()).collect();
    let unknown: Vec<&str> = texts
        .iter()
        .filter(|text| !system.packages.iter().any(|urn| urn.as_str() == text.as_str()))
        .map(String::as_str)
        .collect();
    if !unknown.is_empty() {
        let extension = ("NotFoundPackages", unknown.join(", "));
        return Err(Problem::Code(Code::PackageNotInSystem, vec![extension]));
    }
    if packages.len() > system.packages.len() {
        return Err(Code::PackageNotInSystem.into());
    }
    check_suits(catalogue, kind, &packages)?;
    Ok(packages)
}

/// Whether the package can be given to a system user of this kind.
pub(super) fn suits(kind: Kind, package: &Package) -> bool {
    match kind {
        Kind::Standard => package.assignable,
        Kind::Agent => package.delegable,
    }
}

/// That each package can be given to a system user of this kind.
pub(super) fn check_suits(
    catalogue: &Contents,
    kind: Kind,
    packages: &[PackageUrn],
) -> Result<(), Problem> {
    let not: Vec<&str> = packages
        .iter()
        .filter(|urn| !catalogue.package(urn).is_some_and(|package| suits(kind, package)))
        .map(PackageUrn::as_str)
        .collect();
    if not.is_empty() {
        return Ok(());
    }
    let code = match kind {
        Kind::Standard => Code::PackageNotAssignable,
        Kind::Agent => Code::PackageNotDelegable,
    };
    Err(Problem::Code(code, vec![("NotDelegablePackages", not.join(", "))]))
}
