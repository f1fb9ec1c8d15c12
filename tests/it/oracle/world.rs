//! Small worlds: parties, what they hold from each other, services and system users; made up by chance
//! from a seed, and put into the store.
use crate::{
    clients::world::numbers,
    support::{Bench, SYSTEM},
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;
use systembruker::{catalogue::Resource, db::Json, ids::OrgNo};
use uuid::Uuid;

pub const ORGANISATIONS: usize = 6;
pub const PEOPLE: usize = 5;
pub const SERVICES: usize = 6;
pub const ACTIONS: [&str; 3] = ["read", "write", "sign"];

const FORMS: [&str; 16] = [
    "AS", "AS", "NUF", "ESEK", "BRL", "IKS", "ENK", "KBO", "KOMM", "SAM", "ADOS", "BEDR", "BEDR",
    "BEDR", "BEDR", "AAFY",
];
const ROLES: [&str; 22] = [
    "KOMK",
    "SAM",
    "DAGL",
    "DAGL",
    "LEDE",
    "INNH",
    "DTSO",
    "DTPR",
    "DTPR",
    "BEST",
    "BOBE",
    "KOMP",
    "REGN",
    "REVI",
    "FFØR",
    "FFØR",
    "NEST",
    "KNUF",
    "REPR",
    "SREVA",
    "KEMN",
    "hovedadministrator",
];
/// Each is asked about everywhere; those that are interesting in one way or another.
pub const PACKAGES: [&str; 22] = [
    "hovedadministrator",
    "tilgangsstyrer",
    "klientadministrator",
    "krav-og-utlegg",
    "skattegrunnlag",
    "toll",
    "renovasjon",
    "a-ordning",
    "tjenester-nuf",
    "maskinporten-scopes-nuf",
    "ffor-tilgangsstyrer-nuf",
    "konkursbo-lesetilgang",
    "post-til-virksomheten-med-taushetsbelagt-innhold",
    "eksplisitt",
    "virksomhetens-representant-skjemaoppgaver",
    "regnskapsforer-med-signeringsrettighet",
    "regnskapsforer-uten-signeringsrettighet",
    "regnskapsforer-lonn",
    "ansvarlig-revisor",
    "revisormedarbeider",
    "forretningsforer-eiendom",
    "innbygger-tilgangsstyring-privatperson",
];
/// What agents are given: most of it may be passed on.
const PASSED_ON: [&str; 8] = [
    "krav-og-utlegg",
    "skattegrunnlag",
    "toll",
    "regnskapsforer-lonn",
    "ansvarlig-revisor",
    "forretningsforer-eiendom",
    "post-til-virksomheten-med-taushetsbelagt-innhold",
    "klientadministrator",
];
const CLIENT_ROLES: [&str; 3] = ["REGN", "REVI", "FFØR"];
const TYPES: [&str; 5] =
    ["LegalEntityEnterprise", "Company", "BankruptcyEstate", "PrivatePerson", "SelfRegisteredUser"];
/// Those that have clients are among the first.
const FACILITATORS: usize = 2;
/// Roles as policies name them: the code, and one of its urns.
const NAMED: [(&str, &str); 12] = [
    ("DAGL", "urn:altinn:external-role:ccr:daglig-leder"),
    ("DAGL", "urn:altinn:rolecode:dagl"),
    ("NEST", "urn:altinn:external-role:ccr:nestleder"),
    ("REGN", "urn:altinn:external-role:ccr:regnskapsforer"),
    ("FFØR", "urn:altinn:external-role:ccr:forretningsforer"),
    ("ADMAI", "urn:altinn:rolecode:admai"),
    ("HADM", "urn:altinn:rolecode:hadm"),
    ("KLADM", "urn:altinn:rolecode:kladm"),
    ("A0239", "urn:altinn:rolecode:a0239"),
    ("A0237", "urn:altinn:rolecode:a0237"),
    ("BOBEL", "urn:altinn:rolecode:bobel"),
    ("", "urn:altinn:org:ttd"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    Person(usize),
    Organisation(usize),
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    Role(&'static str),
    Package(&'static str),
    /// A single service, by its place.
    Service(usize),
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Now,
    Over,
    Later,
}
/// `to` holds the thing from `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tie {
    pub from: usize,
    pub to: Holder,
    pub thing: Thing,
    pub when: When,
}
#[derive(Debug, Clone)]
pub struct Organisation {
    pub form: &'static str,
    pub parent: Option<usize>,
    pub deleted: bool,
}
/// Who may do what: the thing, the urn that says so, and the actions.
pub type Rule = (Thing, String, Vec<&'static str>);
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each by itself, as the registry has them")]
pub struct Service {
    /// Its place.
    pub at: usize,
    pub withdrawn: bool,
    /// The kinds of party that it is for; none is all.
    pub types: Vec<&'static str>,
    /// Who may not do what, whatever else they have.
    pub denies: Vec<Rule>,
    pub delegable: bool,
    pub schema: bool,
    pub limited: bool,
    pub opens: Vec<Rule>,
    /// The organisations that it is limited to, and the actions, where none is all.
    pub listed: Vec<(usize, Vec<&'static str>)>,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Live,
    EndsLater,
    Ended,
    Paused,
    Revoked,
}
#[derive(Debug, Clone)]
pub struct User {
    pub owner: usize,
    pub agent: bool,
    pub state: State,
    /// Each with the actions that it was given for, or all.
    pub services: Vec<(usize, Option<Vec<&'static str>>)>,
    pub packages: Vec<&'static str>,
}
#[derive(Debug, Clone)]
pub struct World {
    pub organisations: Vec<Organisation>,
    pub ties: Vec<Tie>,
    pub services: Vec<Service>,
    pub users: Vec<User>,
    /// The clients that users have been given: user and organisation.
    pub given: Vec<(usize, usize)>,
    /// People who are dead.
    pub dead: Vec<usize>,
    /// Organisations that end in their register, and whether they come back.
    pub ending: Vec<(usize, bool)>,
}

fn thing() -> impl Strategy<Value = Thing> {
    prop_oneof![
        3 => select(&ROLES[..]).prop_map(Thing::Role),
        2 => select(&PACKAGES[..]).prop_map(Thing::Package),
        1 => (0..SERVICES).prop_map(Thing::Service),
    ]
}
fn tie() -> impl Strategy<Value = Tie> {
    let to = prop_oneof![
        3 => (0..PEOPLE).prop_map(Holder::Person),
        2 => (0..ORGANISATIONS).prop_map(Holder::Organisation),
    ];
    let any = (to, thing());
    // Those that have clients have them by such roles, or hardly any agent would act for anybody.
    let facilitated = (
        (0..FACILITATORS).prop_map(Holder::Organisation),
        prop_oneof![
            1 => select(&CLIENT_ROLES[..]).prop_map(Thing::Role),
            1 => thing(),
        ],
    );
    let what = prop_oneof![5 => any, 3 => facilitated];
    let when = prop_oneof![8 => Just(When::Now), 1 => Just(When::Over), 1 => Just(When::Later)];
    (0..ORGANISATIONS, what, when).prop_map(|(from, (to, thing), when)| Tie {
        from,
        to,
        thing,
        when,
    })
}
fn actions() -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(ACTIONS.to_vec(), 0..=3)
}
fn rules(how_many: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Rule>> {
    let by = prop_oneof![
        // What agents have, or hardly any question of theirs would be permitted.
        select(&PASSED_ON[..])
            .prop_map(|code| (Thing::Package(code), format!("urn:altinn:accesspackage:{code}"))),
        select(&PACKAGES[..])
            .prop_map(|code| (Thing::Package(code), format!("urn:altinn:accesspackage:{code}"))),
        select(&NAMED[..]).prop_map(|(code, urn)| (Thing::Role(code), urn.to_owned())),
    ];
    vec((by, actions()).prop_map(|((thing, urn), may)| (thing, urn, may)), how_many)
}
fn service() -> impl Strategy<Value = Service> {
    let listed = vec((0..ORGANISATIONS, actions()), 0..6);
    let types = prop_oneof![
        4 => Just(Vec::new()),
        1 => proptest::sample::subsequence(TYPES.to_vec(), 1..3),
    ];
    let often = proptest::bool::weighted;
    let flags = (often(0.9), often(0.1), often(0.3), often(0.1));
    // What opens it denies it too, for some actions: of two drawn apart hardly any reach an agent.
    let same = proptest::option::weighted(0.5, actions());
    (flags, rules(1..4), (rules(0..2), same), types, listed).prop_map(
        |(
            (delegable, schema, limited, withdrawn),
            opens,
            (mut denies, same),
            types,
            mut listed,
        )| {
            if let (Some(may), Some((thing, urn, _))) = (same, opens.first()) {
                denies.push((*thing, urn.clone(), may));
            }
            listed.sort_by_key(|(organisation, _)| *organisation);
            listed.dedup_by_key(|(organisation, _)| *organisation);
            Service { at: 0, withdrawn, types, denies, delegable, schema, limited, opens, listed }
        },
    )
}
fn user() -> impl Strategy<Value = User> {
    use State::{Ended, EndsLater, Live, Paused, Revoked};
    let state = select(vec![Live, Live, Live, Live, EndsLater, Ended, Paused, Revoked]);
    let given = (0..SERVICES, proptest::option::weighted(0.5, actions()));
    let services = vec(given, 0..4).prop_map(|mut services| {
        services.sort_by_key(|(at, _)| *at);
        services.dedup_by_key(|(at, _)| *at);
        services
    });
    let packages = proptest::sample::subsequence(PACKAGES.to_vec(), 0..8);
    let agent = proptest::bool::weighted(0.5);
    let few = proptest::sample::subsequence(PASSED_ON.to_vec(), 1..=2);
    (0..ORGANISATIONS, agent, state, services, packages, few).prop_map(
        |(owner, agent, state, services, packages, few)| {
            // Of few facilitators and with few packages, or no client would have them all.
            let (owner, packages) =
                if agent { (owner % FACILITATORS, few) } else { (owner, packages) };
            User { owner, agent, state, services, packages }
        },
    )
}
pub fn world() -> impl Strategy<Value = World> {
    let parent = proptest::option::weighted(0.7, 0..ORGANISATIONS);
    let organisations =
        vec((select(&FORMS[..]), parent, proptest::bool::weighted(0.08)), ORGANISATIONS);
    let dead = vec(proptest::bool::weighted(0.1), PEOPLE);
    let ending = vec(proptest::option::weighted(0.25, any::<bool>()), ORGANISATIONS);
    let fates = (dead, ending);
    (organisations, vec(tie(), 30..65), vec(service(), SERVICES), vec(user(), 9), fates).prop_map(
        |(organisations, mut ties, mut services, users, (dead, ending))| {
            for (at, service) in services.iter_mut().enumerate() {
                service.at = at;
            }
            let organisations = organisations.into_iter().enumerate();
            let organisations = organisations.map(|(at, (form, parent, deleted))| Organisation {
                form,
                parent: parent.filter(|parent| *parent < at),
                deleted,
            });
            ties.retain(|tie| tie.to != Holder::Organisation(tie.from));
            let mut distinct: Vec<Tie> = Vec::new();
            for tie in ties {
                // One that is over may come back; of the others there is one.
                let same =
                    |one: &&Tie| (one.from, one.to, one.thing) == (tie.from, tie.to, tie.thing);
                let is_over = |one: &Tie| one.when == When::Over;
                if !distinct.iter().filter(same).any(|one| is_over(one) == is_over(&tie)) {
                    distinct.push(tie);
                }
            }
            let dead = dead.into_iter().enumerate().filter(|(_, dead)| *dead);
            let ending = ending.into_iter().enumerate();
            World {
                dead: dead.map(|(at, _)| at).collect(),
                ending: ending.filter_map(|(at, returns)| Some((at, returns?))).collect(),
                organisations: organisations.collect(),
                ties: distinct,
                services,
                users,
                given: Vec::new(),
            }
        },
    )
}

/// Where a world is in the store.
pub struct Placed {
    pub number: usize,
    numbers: Vec<OrgNo>,
    pub world: World,
    pub organisations: Vec<Uuid>,
    pub people: Vec<Uuid>,
    pub users: Vec<Uuid>,
}
impl Placed {
    pub fn service(&self, at: usize) -> String {
        format!("w{}-{at}", self.number)
    }
    /// The services as the registry would tell them.
    pub fn resources(&self) -> Vec<Resource> {
        let each = self.world.services.iter().enumerate().map(|(at, service)| {
            let rules = |all: &[Rule]| -> Vec<_> {
                all.iter().map(|(_, by, may)| json!({ "by": by, "actions": may })).collect()
            };
            serde_json::from_value(json!({
                "identifier": self.service(at), "title": { "nb": "x" }, "delegable": service.delegable,
                "resourceType": if service.schema { "MaskinportenSchema" } else { "Default" },
                "accessListMode": if service.limited { "Enabled" } else { "Disabled" },
                "opens": rules(&service.opens), "denies": rules(&service.denies),
                "status": if service.withdrawn { "Withdrawn" } else { "Active" },
                "availableForType": service.types,
            }))
            .unwrap()
        });
        each.collect()
    }
    pub fn kind_and_code(&self, thing: Thing) -> (&'static str, String) {
        match thing {
            Thing::Role(code) => ("role", code.to_owned()),
            Thing::Package(code) => ("package", code.to_owned()),
            Thing::Service(at) => ("resource", self.service(at)),
        }
    }
    fn holder(&self, to: Holder) -> Uuid {
        match to {
            Holder::Person(at) => self.people[at],
            Holder::Organisation(at) => self.organisations[at],
        }
    }
    pub fn org_no(&self, at: usize) -> &str {
        self.numbers[at].as_str()
    }
}

/// Puts the world into the store, beside those that are there.
pub async fn place(bench: &Bench, number: usize, world: World) -> Placed {
    let ids = |count: usize| (0..count).map(|_| Uuid::new_v4()).collect::<Vec<_>>();
    let numbers = numbers((number + 1) * ORGANISATIONS).split_off(number * ORGANISATIONS);
    let placed = Placed {
        number,
        numbers,
        organisations: ids(ORGANISATIONS),
        people: ids(PEOPLE),
        users: ids(world.users.len()),
        world,
    };
    let now = bench.app.clock.now();
    let first = 60_000_000 + i64::try_from(number * 100).unwrap();
    let world = &placed.world;
    let party = "insert into party (id, party_id, kind, org_no, org_form, parent, deleted, name, name_fold, name_sort) values ($1, $2, $3, $4, $5, $6, $7, 'x', 'x', 'x')";
    let organisations = world.organisations.iter().enumerate().map(|(at, one)| {
        let parent = one.parent.map(|parent| placed.organisations[parent]);
        let (form, deleted) = (Some(one.form), one.deleted.then_some(now));
        let id = placed.organisations[at];
        (id, at, "organisation", Some(placed.org_no(at).to_owned()), form, parent, deleted)
    });
    let people = (0..PEOPLE).map(|at| {
        let dead = world.dead.contains(&at).then_some(now);
        (placed.people[at], ORGANISATIONS + at, "person", None, None, None, dead)
    });
    let parties: Vec<_> = organisations.chain(people).collect();
    let assignment = "insert into assignment (id, from_party, to_party, kind, code, source, valid_from, valid_to) values ($1, $2, $3, $4, $5, 'x', $6, $7)";
    let list = "insert into access_list (id, resource, party, actions, valid_from) values ($1, $2, $3, $4, $5)";
    let user = "insert into system_user (id, kind, owner, system_id, external_ref, title, search, rights, packages, created, valid_to, paused, revoked) values ($1, $2, $3, $4, $5, 'x', 'x', 0, 0, $6, $7, $8, $9)";
    let grant =
        "insert into system_user_grant (system_user, kind, item, actions) values ($1, $2, $3, $4)";
    bench
        .app
        .store
        .write(async |tx| {
            for (id, at, kind, org_no, form, parent, deleted) in parties {
                let number = first + i64::try_from(at).unwrap();
                let query = tx.query(party).bind(id).bind(number).bind(kind).bind(org_no);
                query.bind(form).bind(parent).bind(deleted).exec().await?;
            }
            for tie in &world.ties {
                let (kind, code) = placed.kind_and_code(tie.thing);
                let (from, to) = match tie.when {
                    When::Now => (now, None),
                    When::Over => (now.plus_days(-9), Some(now.plus_minutes(-1))),
                    When::Later => (now.plus_minutes(1), None),
                };
                let query = tx.query(assignment).bind(Uuid::new_v4());
                let query = query.bind(placed.organisations[tie.from]).bind(placed.holder(tie.to));
                query.bind(kind).bind(code).bind(from).bind(to).exec().await?;
            }
            for (at, service) in world.services.iter().enumerate() {
                for (organisation, may) in &service.listed {
                    let party = placed.organisations[*organisation];
                    let query = tx.query(list).bind(Uuid::new_v4()).bind(placed.service(at));
                    query.bind(party).bind(Json(may)).bind(now).exec().await?;
                }
            }
            for (one, id) in world.users.iter().zip(&placed.users) {
                let kind = if one.agent { "agent" } else { "standard" };
                let end = match one.state {
                    State::Ended => Some(now),
                    State::EndsLater => Some(now.plus_minutes(1)),
                    _ => None,
                };
                let when = |state| (one.state == state).then_some(now);
                let query = tx.query(user).bind(*id).bind(kind);
                let query = query.bind(placed.organisations[one.owner]).bind(SYSTEM);
                let query = query.bind(id.to_string()).bind(now).bind(end);
                query.bind(when(State::Paused)).bind(when(State::Revoked)).exec().await?;
                let services = one.services.iter();
                let services =
                    services.map(|(at, may)| ("right", placed.service(*at), may.clone().map(Json)));
                let urn =
                    |code: &&str| ("package", format!("urn:altinn:accesspackage:{code}"), None);
                for (kind, item, may) in services.chain(one.packages.iter().map(urn)) {
                    let query = tx.query(grant).bind(*id).bind(kind).bind(item);
                    query.bind(may).exec().await?;
                }
            }
            Ok::<_, systembruker::db::Error>(())
        })
        .await
        .unwrap();
    placed
}
