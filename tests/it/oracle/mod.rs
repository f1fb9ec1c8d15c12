//! Authority and decisions in worlds made up by chance, against rules that are written twice: once by
//! the engine, over the store, and once here, as they are told.
mod catalogue;
mod clients;
mod facts;
mod rules;
mod world;

use crate::{on_each_engine, support::Bench};
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use rules::Verdict;
use std::collections::BTreeMap;
use systembruker::{
    authority::{
        self, Decision, Items, OnBehalf, Outcome, Question, Subject, question::Cause,
        question::Named,
    },
    catalogue::Contents,
    ids::{PackageUrn, PartyUuid, ResourceId, SystemUserId},
    parties,
    problem::Code,
};
use world::{ACTIONS, ORGANISATIONS, PACKAGES, PEOPLE, Placed, SERVICES};

on_each_engine!(the_engine_and_the_oracle_agree);

const WORLDS: usize = 48;

fn urn(code: &str) -> PackageUrn {
    format!("urn:altinn:accesspackage:{code}").parse().unwrap()
}
fn outcome(outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::May => Verdict::Yes,
        Outcome::MayNot(
            Code::PackageNotAssignable | Code::MaskinportenSchema | Code::NotDelegable,
        ) => Verdict::WrongKind,
        Outcome::MayNot(Code::AccessList) => Verdict::NotListed,
        Outcome::MayNot(_) => Verdict::Lacks,
        Outcome::Unknown => panic!("it is in the catalogue"),
    }
}
fn decided(decision: &Decision) -> Verdict {
    match decision {
        Decision::Permit { .. } => Verdict::Yes,
        Decision::NotApplicable(_) => Verdict::Lacks,
        Decision::Deny(Cause::PolicyDenies) => Verdict::Denied,
        Decision::Deny(_) => Verdict::NotListed,
    }
}
fn yes(truth: bool) -> Verdict {
    if truth { Verdict::Yes } else { Verdict::Lacks }
}

/// How many questions of each kind there were, by what the answer was.
#[derive(Default)]
struct Tally(BTreeMap<(&'static str, String), usize>);
impl Tally {
    #[track_caller]
    fn agree(
        &mut self,
        kind: &'static str,
        engine: Verdict,
        oracle: Verdict,
        what: impl FnOnce() -> String,
    ) {
        assert_eq!(engine, oracle, "{kind}: the engine (left) and the oracle: {}", what());
        *self.0.entry((kind, format!("{oracle:?}"))).or_default() += 1;
    }
    fn count(&self, kind: &str, verdict: Verdict) -> usize {
        let verdict = format!("{verdict:?}");
        self.0.iter().filter(|((k, v), _)| *k == kind && *v == verdict).map(|(_, n)| n).sum()
    }
}

async fn the_engine_and_the_oracle_agree(bench: Bench) {
    let mut runner = TestRunner::deterministic();
    let strategy = world::world();
    let mut worlds = Vec::new();
    for number in 0..WORLDS {
        let made = strategy.new_tree(&mut runner).unwrap().current();
        worlds.push(world::place(&bench, number, made).await);
    }
    let resources = worlds.iter().flat_map(Placed::resources).collect();
    let catalogue = Contents::new(resources, 1).unwrap();
    let mut tally = Tally::default();
    for placed in &mut worlds {
        clients::given(&bench, placed, &catalogue, &mut tally).await;
        decisions(&bench, placed, &catalogue, &mut tally).await;
        clients::ended(&bench, placed, &mut tally).await;
        people(&bench, placed, &catalogue, &mut tally).await;
        approvers(&bench, placed, &catalogue, &mut tally).await;
        decisions(&bench, placed, &catalogue, &mut tally).await;
    }
    let total: usize = tally.0.values().sum();
    assert!(total >= 20_000, "{total}");
    // Each kind of answer came up, often enough for a wrong rule to show; decisions are asked for twice.
    for (kind, verdict, least) in [
        ("may act", Verdict::Yes, 100),
        ("may act", Verdict::Lacks, 100),
        ("may manage", Verdict::Yes, 100),
        ("may manage", Verdict::Lacks, 100),
        ("may manage clients", Verdict::Yes, 100),
        ("give a package", Verdict::Yes, 500),
        ("give a package", Verdict::Lacks, 500),
        ("give a package", Verdict::WrongKind, 500),
        ("give a service", Verdict::Yes, 200),
        ("give a service", Verdict::Lacks, 200),
        ("give a service", Verdict::WrongKind, 100),
        ("give a service", Verdict::NotListed, 30),
        ("a person may", Verdict::Yes, 400),
        ("a person may", Verdict::NotListed, 60),
        ("a person may", Verdict::Denied, 200),
        ("a system user may", Verdict::Denied, 20),
        ("an agent may", Verdict::Denied, 10),
        ("an agent may", Verdict::NotListed, 5),
        ("a system user may", Verdict::Yes, 200),
        ("a system user may", Verdict::Lacks, 2_000),
        ("a system user may", Verdict::NotListed, 30),
        ("a client", Verdict::Yes, 30),
        ("a client", Verdict::Lacks, 100),
        ("a client", Verdict::WrongKind, 100),
        ("a client that is left", Verdict::Yes, 10),
        ("a client that is left", Verdict::Lacks, 3),
        ("an agent may", Verdict::Yes, 40),
        ("an agent may", Verdict::Lacks, 1_000),
        ("who could approve", Verdict::Yes, 30),
        ("who could approve", Verdict::Lacks, 10),
    ] {
        let found = tally.count(kind, verdict);
        assert!(found >= least, "{kind}, {verdict:?}: {found} in {:?}", tally.0);
    }
}

/// Whom each person may act for, what they manage and what they may give.
async fn people(bench: &Bench, placed: &Placed, catalogue: &Contents, tally: &mut Tally) {
    let (app, world, now) = (&bench.app, &placed.world, bench.app.clock.now());
    for person in 0..PEOPLE {
        let id = PartyUuid(placed.people[person]);
        let (choices, _) = parties::choices(&app.store, &app.clock, id, "").await.unwrap();
        for at in 0..ORGANISATIONS {
            let party = PartyUuid(placed.organisations[at]);
            let what =
                |more: &str| format!("person {person}, organisation {at}, {more}: {world:#?}");
            let acts = choices.iter().any(|choice| choice.id == party);
            tally.agree("may act", yes(acts), yes(world.may_act(person, at)), || what(""));
            let on = OnBehalf { person: id, party_id: 0, party, level: 3, vouched: None };
            let (held, related) = app
                .store
                .read(async |tx| {
                    let related = parties::is_related(tx, now, id, party).await?;
                    Ok::<_, systembruker::db::Error>((
                        authority::holdings(tx, now, on).await?,
                        related,
                    ))
                })
                .await
                .unwrap();
            assert_eq!(related, acts, "{}", what("related"));
            let manages = held.manages_access(catalogue).is_some();
            tally.agree("may manage", yes(manages), yes(world.may_manage(person, at)), || what(""));
            let clients = yes(held.manages_clients(catalogue).is_some());
            let expected = yes(world.may_manage_clients(person, at));
            tally.agree("may manage clients", clients, expected, || what(""));
            for package in PACKAGES {
                let engine = outcome(&held.can_give_package(catalogue, &urn(package)));
                let oracle = world.give_package(person, at, package);
                tally.agree("give a package", engine, oracle, || what(package));
            }
            for (service, told) in world.services.iter().enumerate() {
                let id = placed.service(service).parse().unwrap();
                let engine = outcome(&held.can_give_resource(catalogue, &id));
                let oracle = world.give_service(person, at, told);
                tally.agree("give a service", engine, oracle, || what(id.as_str()));
                let mut givable = world.givable(person, at, told);
                givable.sort_unstable();
                assert_eq!(held.givable_actions(catalogue, &id), givable, "{}", what(id.as_str()));
            }
        }
    }
}

/// How many people of each organisation could approve a service, a package, or both.
async fn approvers(bench: &Bench, placed: &Placed, catalogue: &Contents, tally: &mut Tally) {
    let (world, now) = (&placed.world, bench.app.clock.now());
    for at in 0..ORGANISATIONS {
        let party = PartyUuid(placed.organisations[at]);
        for n in 0..4 {
            let service = (at + n) % SERVICES;
            let package = PACKAGES[(at * 3 + n) % 9];
            let (right, urn): (ResourceId, _) =
                (placed.service(service).parse().unwrap(), urn(package));
            let items = Items {
                rights: if n % 2 == 0 { std::slice::from_ref(&right) } else { &[] },
                packages: if n < 2 { std::slice::from_ref(&urn) } else { &[] },
            };
            let found = bench.app.store.read(async |tx| {
                authority::who_could_approve(tx, now, catalogue, party, items).await
            });
            let found = found.await.unwrap();
            let may = |person: &usize| {
                let told = &world.services[service];
                world.may_manage(*person, at)
                    && (n % 2 == 1 || world.give_service(*person, at, told) == Verdict::Yes)
                    && (n >= 2 || world.give_package(*person, at, package) == Verdict::Yes)
            };
            let expected = (0..PEOPLE).filter(may).count();
            let what = || format!("organisation {at}, {right}, {package}: {world:#?}");
            assert_eq!(found.people, expected, "{}", what());
            let (engine, oracle) = (yes(found.people > 0), yes(expected > 0));
            tally.agree("who could approve", engine, oracle, what);
        }
    }
}

/// What people and system users may do, asked for all at once.
async fn decisions(bench: &Bench, placed: &Placed, catalogue: &Contents, tally: &mut Tally) {
    let world = &placed.world;
    let mut asked: Vec<(Question, &'static str, Verdict)> = Vec::new();
    for at in 0..ORGANISATIONS {
        let party = vec![Named::Uuid(PartyUuid(placed.organisations[at]))];
        for (service, told) in world.services.iter().enumerate() {
            for action in ACTIONS {
                let question = |subject| Question {
                    subject,
                    resource: placed.service(service).parse().unwrap(),
                    action: action.into(),
                    party: party.clone(),
                };
                for (person, id) in placed.people.iter().enumerate() {
                    let subject = Subject::Person(vec![Named::Uuid(PartyUuid(*id))]);
                    let oracle = world.person_may(person, at, told, action);
                    asked.push((question(subject), "a person may", oracle));
                }
                for (user, id) in placed.users.iter().enumerate() {
                    let subject = Subject::SystemUser(SystemUserId(*id));
                    let oracle = world.user_may(user, at, service, action);
                    let agent = world.users[user].agent;
                    let kind = if agent { "an agent may" } else { "a system user may" };
                    asked.push((question(subject), kind, oracle));
                }
            }
        }
    }
    let questions: Vec<Question> = asked.iter().map(|(question, ..)| question.clone()).collect();
    let now = bench.app.clock.now();
    let answers = authority::decide(&bench.app.store, now, catalogue, &questions).await.unwrap();
    assert_eq!(answers.len(), asked.len());
    for ((question, kind, oracle), answer) in asked.iter().zip(&answers) {
        tally.agree(kind, decided(answer), *oracle, || {
            format!("{question:?} was {answer:?}: {:#?} {:?}", world, placed.organisations)
        });
    }
}
