//! Who sees and may do what: six people, four organisations and every address of the portal, as the
//! router has them, against rules that are told here once more.
use crate::{
    clients::world::numbers,
    on_each_engine,
    support::{
        ACCOUNTANTS, Answer, Bench, Browser, CUSTOMER, KARI, NILS, OLA, PIA, Person, SIV, SYSTEM,
        TOR, VENDOR, things::UI,
    },
};
use axum::http::Method;
use std::collections::{BTreeMap, BTreeSet};
use systembruker::{
    ids::PackageUrn,
    registers::seed::{Held, Holder, NewClient},
    router,
};

on_each_engine!(everybody_sees_and_may_do_what_is_theirs);

const STATE: &str = "974761076";
const PEOPLE: [Person; 6] = [PIA, OLA, SIV, TOR, KARI, NILS];
const ORGANISATIONS: [&str; 4] = [CUSTOMER, ACCOUNTANTS, VENDOR, STATE];

/// What somebody is to an organisation, each more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Is {
    Nobody,
    /// Holds something there that gives no authority here.
    Related,
    /// Administers clients.
    Clients,
    /// Manages access, and holds none of the services.
    Manages,
    /// Manages access, and can give all that is asked for.
    GivesAll,
}
fn is(person: Person, organisation: &str) -> Is {
    match (person.0, organisation) {
        ("Pia Rørvik", CUSTOMER) | ("Tor Tallaksen", ACCOUNTANTS) | ("Siv Moen", STATE) => {
            Is::GivesAll
        }
        ("Siv Moen", CUSTOMER) => Is::Manages,
        ("Kari Klepp", ACCOUNTANTS) => Is::Clients,
        ("Ola Lien", CUSTOMER | VENDOR) | ("Pia Rørvik", ACCOUNTANTS) => Is::Related,
        _ => Is::Nobody,
    }
}

/// What an address is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// Nobody in particular: everyone sees the same.
    Public,
    /// The one who is logged in.
    Visitor,
    /// The party acted for, each in its own way.
    Overview,
    Export,
    Choose,
    Notices,
    Create,
    Request,
    AgentRequest,
    Change,
    RejectRequest,
    RejectChange,
    Receipt,
    User,
    AgentUser,
    RevokeUser,
    RevokeAgent,
    AgentClients,
    AgentTable,
    AgentBulk,
    AgentRules,
    /// A system user that has not ended with its owner.
    Anew,
    /// An address that these rules have not been told of.
    Unknown,
}

/// What one organisation has.
struct Things {
    request: String,
    agent_request: String,
    change: String,
    decided: String,
    user: String,
    agent: String,
}
/// The addresses that a route stands for, of these things.
fn addresses(route: &str, things: &Things) -> Vec<(String, About)> {
    use About::*;
    let Some(rest) = route.strip_prefix(UI) else {
        let about = match route {
            "/parties" | "/language/{tag}" => Visitor,
            // None of these has ended: tests/it/ended.rs has those that have.
            route if route.starts_with("/parties/{party}/history") => {
                let path = route.replace("{party}", &uuid::Uuid::nil().to_string());
                return vec![(path, Visitor)];
            }
            _ => Public,
        };
        let path = route.replace("{tag}", "nb").replace("{name}", "x.css");
        return vec![(path, about)];
    };
    let at = |path: String, about| (format!("{UI}{path}"), about);
    let Things { request, agent_request, change, decided, user, agent } = things;
    match rest {
        "/overview" | "/requests" | "/history" => vec![at(rest.into(), Overview)],
        "/history.csv" | "/history.json" => vec![at(rest.into(), Export)],
        "/create" | "/ended" => vec![at(rest.into(), Choose)],
        "/{id}/anew" => {
            vec![at(format!("/{user}/anew"), Anew), at(format!("/{agent}/anew"), Anew)]
        }
        "/notices" => vec![at(rest.into(), Notices)],
        "/create/{system}" => vec![at(format!("/create/{SYSTEM}"), Create)],
        "/request" => vec![at(format!("/request?id={request}"), Request)],
        "/agentrequest" => vec![at(format!("/agentrequest?id={agent_request}"), AgentRequest)],
        "/changerequest" => vec![at(format!("/changerequest?id={change}"), Change)],
        "/request/{id}/reject" => vec![at(format!("/request/{request}/reject"), RejectRequest)],
        "/agentrequest/{id}/reject" => {
            vec![at(format!("/agentrequest/{agent_request}/reject"), RejectRequest)]
        }
        "/changerequest/{id}/reject" => {
            vec![at(format!("/changerequest/{change}/reject"), RejectChange)]
        }
        "/receipt/{id}" => vec![at(format!("/receipt/{decided}"), Receipt)],
        "/{id}" => vec![at(format!("/{user}"), User), at(format!("/{agent}"), AgentUser)],
        "/{id}/revoke" => vec![
            at(format!("/{user}/revoke"), RevokeUser),
            at(format!("/{agent}/revoke"), RevokeAgent),
        ],
        // Of the party that is acted for, whichever it is.
        "/clients" => vec![at(rest.into(), Visitor)],
        "/{id}/clients"
        | "/{id}/clients.csv"
        | "/{id}/clients/bulk"
        | "/{id}/clients/rules"
        | "/{id}/clients/jobs" => {
            let about = match rest.rsplit_once('/').map(|(_, last)| last) {
                Some("clients.csv" | "jobs") => AgentTable,
                Some("bulk") => AgentBulk,
                Some("rules") => AgentRules,
                _ => AgentClients,
            };
            vec![at(rest.replace("{id}", agent), about), at(rest.replace("{id}", user), Unknown)]
        }
        other => vec![
            at(other.replace("{id}", user), Unknown),
            at(other.replace("{id}", agent), Unknown),
        ],
    }
}

/// What the rules say of a GET: the status, and which verbs the page has forms for.
fn expected(about: About, here: bool, acting: Is, owner: Is) -> Option<(u16, Vec<&'static str>)> {
    let none = Vec::new;
    // The object is another party's: an offer to switch for those who are related to it.
    let elsewhere = |offer: u16| match owner {
        Is::Nobody => (404, none()),
        _ => (offer, vec!["choose"]),
    };
    let manages = owner >= Is::Manages;
    let clients = matches!(owner, Is::GivesAll | Is::Clients);
    let may = |yes: bool| if yes { (200, none()) } else { (403, none()) };
    Some(match about {
        About::Public | About::Visitor | About::Unknown => return None,
        About::Overview => (200, none()),
        About::Export | About::Choose => may(acting >= Is::Manages),
        About::Notices if acting >= Is::Manages => (200, vec!["add"]),
        About::Anew if acting >= Is::Manages => (404, none()),
        About::Notices | About::Anew => (403, none()),
        About::Create => match acting {
            Is::GivesAll => (200, vec!["create"]),
            Is::Manages => (200, none()),
            _ => (403, none()),
        },
        _ if !here => match about {
            About::User
            | About::AgentUser
            | About::RevokeUser
            | About::RevokeAgent
            | About::AgentClients
            | About::AgentTable
            | About::AgentBulk
            | About::AgentRules => elsewhere(409),
            _ => elsewhere(200),
        },
        About::Request | About::Change => match owner {
            Is::GivesAll => (200, vec!["approve"]),
            _ => (200, vec!["escalate"]),
        },
        About::AgentRequest if manages => (200, vec!["approve"]),
        About::AgentRequest => (200, vec!["escalate"]),
        About::RejectRequest | About::RejectChange if manages => (200, vec!["reject"]),
        About::Receipt => (200, none()),
        About::User | About::AgentUser if manages => (200, vec!["pause", "rename", "validity"]),
        About::User => (403, none()),
        // Whoever leads it, or administers its clients; managing access is not enough.
        About::AgentClients | About::AgentTable | About::AgentBulk | About::AgentRules => {
            let forms = match about {
                About::AgentClients => vec!["add", "remove"],
                About::AgentBulk => vec!["bulk"],
                About::AgentRules => vec!["rules"],
                _ => none(),
            };
            if clients { (200, forms) } else { (403, none()) }
        }
        About::AgentUser => may(owner == Is::Clients),
        About::RevokeUser | About::RevokeAgent if manages => (200, vec!["revoke"]),
        About::RejectRequest | About::RejectChange | About::RevokeUser | About::RevokeAgent => {
            (403, none())
        }
    })
}
/// The verbs that a page has forms for.
fn verbs(page: &Answer) -> Vec<&'static str> {
    let known = [
        "add", "approve", "bulk", "choose", "escalate", "pause", "reject", "remove", "rename",
        "resume", "revoke", "rules", "validity",
    ];
    let mut found: BTreeSet<&'static str> =
        known.into_iter().filter(|verb| !page.forms(&format!("/{verb}")).is_empty()).collect();
    if !page.forms(&format!("/create/{SYSTEM}")).is_empty() {
        found.insert("create");
    }
    found.into_iter().collect()
}

/// A browser in which the person acts for the organisation, if they may.
async fn acting(bench: &Bench, person: Person, org_no: &str) -> Option<Browser> {
    let mut browser = bench.logged_in(person).await;
    let sql = "select id from party where org_no = $1";
    let (id,): (uuid::Uuid,) = bench.app.store.query(sql).bind(org_no).one().await.unwrap();
    let page = browser.get("/parties").await;
    let mut forms = page.forms(&format!("/parties/{id}/choose"));
    if forms.is_empty() {
        return None;
    }
    browser.submit(&forms.remove(0)).await.is(303);
    Some(browser)
}

/// More ties than the others have, so that somebody is something in two places; and one who makes
/// the things.
async fn ties(bench: &Bench) {
    let package: PackageUrn = "urn:altinn:accesspackage:renovasjon".parse().unwrap();
    for (person, org_no, held) in [
        (OLA, VENDOR, Held::Package(&package)),
        (PIA, ACCOUNTANTS, Held::Package(&package)),
        (SIV, STATE, Held::Role("DAGL")),
    ] {
        let number = person.1.parse().unwrap();
        let org_no = org_no.parse().unwrap();
        bench.seed.give(&org_no, Holder::Person(&number), held).await.unwrap();
    }
}

async fn everybody_sees_and_may_do_what_is_theirs(bench: Bench) {
    bench.register_agents().await;
    // Nils leads them all while there is something to make.
    let nils = NILS.1.parse().unwrap();
    for org_no in ORGANISATIONS {
        let org_no = org_no.parse().unwrap();
        bench.seed.give(&org_no, Holder::Person(&nils), Held::Role("LEDE")).await.unwrap();
    }
    let mut all = BTreeMap::new();
    clients(&bench).await;
    for org_no in ORGANISATIONS {
        all.insert(org_no, made(&bench, org_no).await);
    }
    bench.exec("update assignment set valid_to = valid_from where code = 'LEDE'").await;
    ties(&bench).await;
    let portal = router::portal();
    let routes: Vec<&str> = portal
        .list()
        .iter()
        .filter(|route| route.method == Method::GET)
        .map(|route| route.path.as_str())
        .collect();
    assert!(routes.len() >= 25, "{routes:?}");
    let mut tally: BTreeMap<u16, usize> = BTreeMap::new();
    for person in PEOPLE {
        for party in ORGANISATIONS {
            let mine = is(person, party);
            let browser = acting(&bench, person, party).await;
            assert_eq!(browser.is_some(), mine != Is::Nobody, "{} for {party}", person.0);
            let Some(mut browser) = browser else { continue };
            for (owner, things) in &all {
                let here = *owner == party;
                for (path, about) in routes.iter().flat_map(|route| addresses(route, things)) {
                    let theirs = is(person, owner);
                    let what = || format!("{} for {party}: {path} of {owner}", person.0);
                    let cookies = browser.cookies.clone();
                    let page = browser.get(&path).await;
                    browser.cookies = cookies;
                    let status = page.status.as_u16();
                    *tally.entry(status).or_default() += 1;
                    assert!(status < 500, "{}: {}", what(), page.text());
                    if about == About::Unknown && theirs == Is::Nobody {
                        assert!(matches!(status, 403..=405), "{}: {status}", what());
                    }
                    let Some((as_told, forms)) = expected(about, here, mine, theirs) else {
                        continue;
                    };
                    assert_eq!(status, as_told, "{}: {}", what(), page.text());
                    assert_eq!(verbs(&page), forms, "{}: {}", what(), page.text());
                    if about == About::Overview {
                        let told = page.text().contains("Du kan ikke styre systemtilgangene her");
                        assert_eq!(told, mine < Is::Manages, "{}", what());
                    }
                }
            }
        }
        nobody(&bench, person, &all).await;
    }
    for (status, least) in [(200, 300), (403, 30), (404, 100), (409, 10)] {
        assert!(tally.get(&status).is_some_and(|n| *n >= least), "{status}: {tally:?}");
    }
    for person in PEOPLE {
        for party in ORGANISATIONS {
            doing(&bench, person, party).await;
            keeping(&bench, person, party, &all[party]).await;
            changing(&bench, person, party, &all[party]).await;
        }
    }
}
/// One for each of the organisations.
async fn clients(bench: &Bench) {
    let all = ORGANISATIONS.iter().zip(numbers(ORGANISATIONS.len()));
    let all: Vec<NewClient<'_>> = all
        .map(|(org_no, number)| NewClient {
            org_no: number,
            name: "Klienten AS".into(),
            form: "AS",
            parent: None,
            deleted: false,
            gives: vec![(Held::Role("REGN"), org_no.parse().unwrap())],
        })
        .collect();
    bench.seed.clients(&all).await.unwrap();
}
async fn made(bench: &Bench, org_no: &'static str) -> Things {
    // Whoever leads several organisations approves for the one that they have chosen.
    let mut browser = acting(bench, NILS, org_no).await.unwrap();
    let mut approve = async |id: &str| {
        let page = browser.get(&format!("{UI}/request?id={id}")).await;
        browser.submit(&page.form("/approve")).await.is(303);
    };
    let decided = bench.request(Bench::ask_for(org_no, "avgjort", "Avgjort")).await;
    approve(&decided).await;
    let user = bench.request(Bench::ask_for(org_no, "bruker", "Bruker")).await;
    approve(&user).await;
    let agent = bench.agent_request(org_no, "agent").await;
    approve(&agent).await;
    Things {
        request: bench.request(Bench::ask_for(org_no, "venter", "Venter")).await,
        agent_request: bench.agent_request(org_no, "venter").await,
        change: bench.change(&user).await,
        decided,
        user,
        agent,
    }
}
/// Without a party chosen, and without a login, nothing of anybody's is seen.
async fn nobody(bench: &Bench, person: Person, all: &BTreeMap<&str, Things>) {
    let related = ORGANISATIONS.iter().filter(|org_no| is(person, org_no) != Is::Nobody).count();
    let mut outside = bench.browser();
    let mut inside = bench.logged_in(person).await;
    for things in all.values() {
        for path in [
            format!("{UI}/request?id={}", things.request),
            format!("{UI}/{}", things.user),
            format!("{UI}/history.csv"),
            format!("{UI}/create/{SYSTEM}"),
        ] {
            let answer = outside.get(&path).await;
            answer.is(303);
            assert!(answer.location().starts_with("/login?to="), "{path}");
            if related != 1 {
                let answer = inside.get(&path).await;
                answer.is(303);
                assert!(answer.location().starts_with("/parties?to="), "{path}");
            }
        }
    }
}

/// What a person may do for an organisation, each on things that are new: what has a form is done by
/// it, and nothing else changes anything.
async fn doing(bench: &Bench, person: Person, party: &'static str) {
    let mine = is(person, party);
    let Some(mut browser) = acting(bench, person, party).await else { return };
    let reference = |what: &str| format!("{what}-{}", person.1);
    let ask = async |what: &str| bench.request(Bench::ask_for(party, &reference(what), what)).await;
    let (approved, rejected, sent) = (ask("a").await, ask("b").await, ask("c").await);
    let agent = bench.agent_request(party, &reference("d")).await;
    for (id, verb, path) in [
        (&approved, "approve", format!("{UI}/request?id={approved}")),
        (&rejected, "reject", format!("{UI}/request/{rejected}/reject")),
        (&sent, "escalate", format!("{UI}/request?id={sent}")),
    ] {
        let page = browser.get(&path).await;
        let forms = page.forms(&format!("/{verb}"));
        let may = match verb {
            "approve" => mine == Is::GivesAll,
            "reject" => mine >= Is::Manages,
            _ => mine < Is::GivesAll,
        };
        assert_eq!(!forms.is_empty(), may, "{} {verb} for {party}", person.0);
        for form in &forms {
            browser.submit(form).await.is(303);
        }
        let state = bench.status(id).await;
        let expected = match verb {
            "approve" if may => "Accepted",
            "reject" if may => "Rejected",
            _ => "New",
        };
        assert_eq!(state["status"], expected, "{} {verb} for {party}", person.0);
        assert_eq!(state["escalated"] == true, may && verb == "escalate", "{state}");
    }
    let page = browser.get(&format!("{UI}/agentrequest?id={agent}")).await;
    for form in page.forms("/approve") {
        browser.submit(&form).await.is(303);
    }
    let there = browser.get(&format!("{UI}/{agent}")).await.status.as_u16();
    assert_eq!(there, if mine >= Is::Manages { 200 } else { 404 }, "{} for {party}", person.0);
    if mine == Is::GivesAll {
        let revoke = browser.get(&format!("{UI}/{approved}/revoke")).await.form("/revoke");
        browser.submit(&revoke).await.is(303);
        browser.get(&format!("{UI}/{approved}/revoke")).await.is(404);
        let create = format!("{UI}/create/{SYSTEM}");
        let form = browser.get(&create).await.form(&create);
        browser.submit(&form).await.is(303);
    }
}

/// Posts a form that is all that a page of ours could have made it, whether a page would or not.
async fn post(
    bench: &Bench,
    browser: &mut Browser,
    party: &str,
    path: &str,
    more: Fields<'_>,
) -> u16 {
    let party = bench.party(party).await;
    let mut form = bench.form_to(browser, path, Some(party)).await;
    for (field, value) in more {
        form = form.with(field, value);
    }
    browser.submit(&form).await.status.as_u16()
}
type Fields<'a> = &'a [(&'a str, &'a str)];
/// A system user's title, whether it is paused and whether it ends; and what becomes of that.
type Kept = (String, bool, bool);
type Then = fn(&mut Kept, &str);

/// What a person may do with what an organisation has: with a form of ours, whoever they are.
async fn keeping(bench: &Bench, person: Person, party: &'static str, things: &Things) {
    let mine = is(person, party);
    let Some(mut browser) = acting(bench, person, party).await else { return };
    let id: uuid::Uuid = things.user.parse().unwrap();
    let state = async || {
        let sql = "select title, (paused is not null) as paused, (valid_to is not null) as ends from system_user where id = $1";
        let query = bench.app.store.query(sql).bind(id);
        query.one::<Kept>().await.unwrap()
    };
    let now = bench.app.clock.now().rfc3339();
    let title = format!("{} {now}", person.0);
    let mut expected = state().await;
    let may = mine >= Is::Manages;
    let verbs: [(&str, Fields<'_>, Then); 5] = [
        ("pause", &[], |state, _| state.1 = true),
        ("resume", &[], |state, _| state.1 = false),
        ("rename", &[("title", &title)], |state, title| title.clone_into(&mut state.0)),
        ("validity", &[("day", "2027-12-31"), ("do", "set")], |state, _| state.2 = true),
        ("validity", &[("do", "remove")], |state, _| state.2 = false),
    ];
    for (verb, fields, change) in verbs {
        let path = format!("{UI}/{}/{verb}", things.user);
        let status = post(bench, &mut browser, party, &path, fields).await;
        assert_eq!(status, if may { 303 } else { 403 }, "{} {verb} for {party}", person.0);
        if may {
            change(&mut expected, &title);
        }
        assert_eq!(state().await, expected, "{} {verb} for {party}", person.0);
    }
    // Addresses for notices.
    let addresses = async || bench.count("select count(*) from notice_address").await;
    let before = addresses().await;
    let email = format!("{}@{party}.example", person.1);
    let add = format!("{UI}/notices/add");
    let status = post(bench, &mut browser, party, &add, &[("email", &email)]).await;
    assert_eq!(status, if may { 303 } else { 403 }, "{} for {party}", person.0);
    assert_eq!(addresses().await, before + i64::from(may));
    // Clients: whoever leads it, or administers them.
    let may = matches!(mine, Is::GivesAll | Is::Clients);
    let client = if party == CUSTOMER { ACCOUNTANTS } else { CUSTOMER };
    let client = bench.party(client).await;
    let delegations = "select count(*) from client_delegation where ended is null";
    let is_client = party == ACCOUNTANTS;
    for (verb, change) in [("add", 1), ("remove", -1)] {
        let before = bench.count(delegations).await;
        let path = format!("{UI}/{}/clients/{client}/{verb}", things.agent);
        let status = post(bench, &mut browser, party, &path, &[]).await;
        assert_eq!(status, if may { 303 } else { 403 }, "{} {verb} for {party}", person.0);
        let changed = if may && is_client { change } else { 0 };
        assert_eq!(bench.count(delegations).await, before + changed, "{} {verb}", person.0);
    }
}
/// And with the changes that vendors ask for, and with requests for clients.
async fn changing(bench: &Bench, person: Person, party: &'static str, things: &Things) {
    let mine = is(person, party);
    let Some(mut browser) = acting(bench, person, party).await else { return };
    let status = async |id: &str| {
        let path = format!("/authentication/api/v1/systemuser/changerequest/vendor/{id}");
        bench.api("GET", &path, VENDOR, None).await.json()["status"].as_str().unwrap().to_owned()
    };
    for verb in ["reject", "approve"] {
        let change = bench.change(&things.user).await;
        let may = mine >= if verb == "approve" { Is::GivesAll } else { Is::Manages };
        let page = match verb {
            "approve" => format!("{UI}/changerequest?id={change}"),
            _ => format!("{UI}/changerequest/{change}/reject"),
        };
        let page = browser.get(&page).await;
        let forms = page.forms(&format!("/{verb}"));
        assert_eq!(!forms.is_empty(), may, "{} {verb} for {party}", person.0);
        let path = format!("{UI}/changerequest/{change}/{verb}");
        let done = match forms.first() {
            Some(form) => browser.submit(form).await.status.as_u16(),
            // The fingerprint of a page that shows no form is nobody's to make.
            None => post(bench, &mut browser, party, &path, &[("shown", "")]).await,
        };
        let expected = match (may, verb) {
            (true, _) => 303,
            // Whoever manages access is shown what they cannot give.
            (false, "approve") if mine == Is::Manages => 409,
            (false, _) => 403,
        };
        assert_eq!(done, expected, "{} {verb} for {party}", person.0);
        let expected = match (may, verb) {
            (true, "approve") => "Accepted",
            (true, _) => "Rejected",
            (false, _) => "New",
        };
        assert_eq!(status(&change).await, expected, "{} {verb} for {party}", person.0);
        // The next one asks for as much.
        bench.exec("delete from system_user_grant where kind = 'package' and item like '%:skattegrunnlag'").await;
    }
    let agent = bench.agent_request(party, &format!("e-{}", person.1)).await;
    let path = format!("{UI}/agentrequest/{agent}/reject");
    let forms = browser.get(&path).await.forms("/reject");
    assert_eq!(!forms.is_empty(), mine >= Is::Manages, "{} for {party}", person.0);
    let done = post(bench, &mut browser, party, &path, &[]).await;
    assert_eq!(done, if mine >= Is::Manages { 303 } else { 403 }, "{} for {party}", person.0);
}
