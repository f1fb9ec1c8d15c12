//! A facilitator with an agent system user, and clients made up for it.
use crate::support::{ACCOUNTANTS, Bench, Person, TOR, VENDOR};
use serde_json::json;
use systembruker::{
    authority::OnBehalf,
    clients::{self, Asked, Counts, Fate, Listed, list::Which},
    ids::{OrgNo, PackageUrn, PartyUuid, PersonNo, SystemUserId},
    parties,
    problem::Problem,
    registers::{
        closing,
        seed::{Held, Holder, NewClient},
    },
};

pub const SIGNING: &str = "regnskapsforer-med-signeringsrettighet";
pub const PAYROLL: &str = "regnskapsforer-lonn";
pub const AUDITOR: &str = "ansvarlig-revisor";
pub const PROPERTY: &str = "forretningsforer-eiendom";

pub fn package(code: &str) -> PackageUrn {
    format!("urn:altinn:accesspackage:{code}").parse().unwrap()
}
pub fn org(number: &str) -> OrgNo {
    number.parse().unwrap()
}
/// The n-th of a row of organisation numbers that hold.
pub fn number(n: usize) -> OrgNo {
    let mut all = (310_200_000_u32..).filter_map(|digits| digits.to_string().parse::<OrgNo>().ok());
    all.nth(n).unwrap()
}
/// So many of them.
pub fn numbers(many: usize) -> Vec<OrgNo> {
    let all = (310_200_000_u32..).filter_map(|digits| digits.to_string().parse::<OrgNo>().ok());
    all.take(many).collect()
}

pub async fn on(bench: &Bench, who: Person, party: &str) -> OnBehalf {
    let pid: PersonNo = who.1.parse().unwrap();
    let store = &bench.app.store;
    let person = parties::person_by_number(store, &bench.app.number_keys, &pid).await;
    let person = person.unwrap().unwrap();
    OnBehalf {
        person: person.id,
        party_id: person.party_id,
        party: party_uuid(bench, party).await,
        level: 4,
        vouched: None,
    }
}
pub async fn party_uuid(bench: &Bench, org_no: &str) -> PartyUuid {
    let sql = "select id from party where org_no = $1";
    bench.app.store.query(sql).bind(org(org_no)).one::<(PartyUuid,)>().await.unwrap().0
}
/// An agent system user of the organisation's with these packages, asked for and approved.
pub async fn agent_of(bench: &Bench, who: Person, owner: &str, codes: &[&str]) -> SystemUserId {
    let system = format!("{VENDOR}_{}", uuid::Uuid::new_v4().simple());
    let urns: Vec<_> = codes.iter().map(|c| json!({ "urn": package(c) })).collect();
    let members = json!({ "rights": [], "accessPackages": urns, "isVisible": false });
    bench.register(&system, members).await.is(200);
    let path = "/authentication/api/v1/systemuser/request/vendor/agent";
    let body = json!({ "systemId": system, "partyOrgNo": owner, "accessPackages": urns });
    let made = bench.api("POST", path, VENDOR, Some(body)).await;
    let id = made.is(201).json()["id"].as_str().unwrap().to_owned();
    let party = bench.party_id(owner).await;
    let path = format!("/authentication/api/v1/systemuser/request/agent/{party}/{id}/approve");
    bench.end_user(who, "POST", &path).await.is(200);
    id.parse().unwrap()
}
/// The accountants' agent with these packages.
pub async fn agent(bench: &Bench, codes: &[&str]) -> SystemUserId {
    agent_of(bench, TOR, ACCOUNTANTS, codes).await
}

/// A client that gives the accountants this: `REGN`, or a package as `=toll`.
pub fn client<'a>(
    number: &OrgNo,
    name: &str,
    form: &'a str,
    gives: &[&'a str],
    packages: &'a [PackageUrn],
) -> NewClient<'a> {
    let held = |code: &&'a str| {
        let held = match code.strip_prefix('=') {
            Some(code) => Held::Package(packages.iter().find(|p| p.code() == code).unwrap()),
            None => Held::Role(code),
        };
        (held, org(ACCOUNTANTS))
    };
    NewClient {
        org_no: number.clone(),
        name: name.to_owned(),
        form,
        parent: None,
        deleted: false,
        gives: gives.iter().map(held).collect(),
    }
}
/// So many clients by the role, named by their place.
pub async fn many(bench: &Bench, how_many: usize, role: &str) -> Vec<OrgNo> {
    let all = numbers(how_many);
    let clients: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(at, number)| client(number, &format!("Klient {at:05} AS"), "AS", &[role], &[]))
        .collect();
    bench.seed.clients(&clients).await.unwrap();
    all
}
pub async fn ids(bench: &Bench, numbers: &[OrgNo]) -> Vec<PartyUuid> {
    let found = parties::bulk::ids(&bench.app.store, numbers).await.unwrap();
    numbers.iter().map(|number| found[number]).collect()
}

pub async fn add(bench: &Bench, on: OnBehalf, id: SystemUserId, org_no: &str) -> Fate {
    let client = party_uuid(bench, org_no).await;
    clients::add(&bench.app, on, id, client).await.unwrap()
}
pub async fn remove(bench: &Bench, on: OnBehalf, id: SystemUserId, org_no: &str) -> Fate {
    let client = party_uuid(bench, org_no).await;
    clients::remove(&bench.app, on, id, client).await.unwrap()
}
/// What the list shows: at most a thousand.
pub async fn list(bench: &Bench, on: OnBehalf, id: SystemUserId, q: &str, which: Which) -> Listed {
    let asked = Asked { q, which, after: None, most: 1_000 };
    clients::list(&bench.app, on, id, &asked).await.unwrap()
}
pub async fn counts(bench: &Bench, on: OnBehalf, id: SystemUserId) -> Counts {
    list(bench, on, id, "", Which::All).await.counts
}
pub fn names(listed: &Listed) -> Vec<&str> {
    listed.rows.iter().map(|row| row.name.as_str()).collect()
}
/// Adds or removes these in one transaction.
pub async fn in_one(
    bench: &Bench,
    on: OnBehalf,
    id: SystemUserId,
    adds: bool,
    clients: &[PartyUuid],
) -> Result<Vec<Fate>, Problem> {
    let (app, now) = (&bench.app, bench.app.clock.now());
    let catalogue = app.catalogue.now();
    app.store
        .write(async |tx| {
            let proof =
                systembruker::authority::may_manage_clients(tx, now, &catalogue, on, 3).await?;
            let agent = clients::hold(tx, now, on, id).await?;
            Ok(if adds {
                clients::add_all(tx, now, &catalogue, &proof, &agent, clients).await?
            } else {
                clients::remove_all(tx, now, &proof, &agent, clients).await?
            })
        })
        .await
}

/// Gives the organisation one more relation to the accountants.
pub async fn give(bench: &Bench, from: &str, held: Held<'_>) {
    let accountants = org(ACCOUNTANTS);
    bench.seed.give(&org(from), Holder::Organisation(&accountants), held).await.unwrap();
}
const HELD: &str = "select a.id, a.from_party, a.to_party, a.kind, a.code, a.source, h.party_id as holder, h.kind as holder_kind from assignment a join party h on h.id = a.to_party where a.valid_to is null and h.kind = 'organisation' and a.from_party in ($2) and a.code = $1";
/// Closes what the organisations in `from` have given by this code, as an import does.
pub async fn close(bench: &Bench, from: &[PartyUuid], code: &str) -> usize {
    let mut closed = 0;
    for some in from.chunks(200) {
        let query = bench.app.store.query(HELD).bind(code.to_owned()).list(some);
        closed += close_these(bench, &query.all().await.unwrap()).await;
    }
    closed
}
/// Closes what the one has given the other by this code.
pub async fn close_one(
    bench: &Bench,
    from: PartyUuid,
    to: PartyUuid,
    kind: &str,
    code: &str,
) -> usize {
    let query = bench.app.store.query(HELD).bind(code.to_owned()).list(&[from]);
    let mut held: Vec<closing::Held> = query.all().await.unwrap();
    held.retain(|held| held.to_party == to && held.kind == kind);
    close_these(bench, &held).await
}
async fn close_these(bench: &Bench, held: &[closing::Held]) -> usize {
    let (now, reason) = (bench.app.clock.now(), closing::Reason::GoneFromRegister);
    let done = bench.app.store.write(async |tx| closing::close(tx, now, held, reason).await);
    done.await.unwrap()
}
