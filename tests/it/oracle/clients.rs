//! Who can be given to an agent, and who is left when relations end.
use super::{
    Tally,
    rules::Verdict,
    world::{Holder, ORGANISATIONS, PEOPLE, Placed, State, When},
};
use crate::{
    clients::{imports::import, world::close_one},
    support::Bench,
};
use serde_json::json;
use systembruker::{
    authority::{self, OnBehalf},
    catalogue::Contents,
    clients::{self, Fate},
    config::Import,
    ids::{PartyUuid, SystemUserId},
    problem::Problem,
};

/// Gives every agent whom it can be given, then ends some of what the clients have given.
pub async fn given(bench: &Bench, placed: &mut Placed, catalogue: &Contents, tally: &mut Tally) {
    for user in 0..placed.users.len() {
        give(bench, placed, user, catalogue, tally).await;
    }
    // Every third relation to an organisation ends.
    let mut ended = Vec::new();
    for (at, tie) in placed.world.ties.iter_mut().enumerate() {
        if let (0, When::Now, Holder::Organisation(to)) = (at % 3, tie.when, tie.to) {
            tie.when = When::Over;
            ended.push((PartyUuid(placed.organisations[tie.from]), to, tie.thing));
        }
    }
    for (from, to, thing) in ended {
        let to = PartyUuid(placed.organisations[to]);
        let (kind, code) = placed.kind_and_code(thing);
        assert_eq!(close_one(bench, from, to, kind, &code).await, 1);
    }
    left(bench, placed, tally).await;
}

/// Holds the clients that are left against what the relations still supply.
async fn left(bench: &Bench, placed: &mut Placed, tally: &mut Tally) {
    let sql = "select d.system_user, d.client from client_delegation d where d.ended is null";
    let all: Vec<(SystemUserId, PartyUuid)> = bench.app.store.query(sql).all().await.unwrap();
    let world = &placed.world;
    let mut left = Vec::new();
    for (user, on) in &world.given {
        let pair = (SystemUserId(placed.users[*user]), PartyUuid(placed.organisations[*on]));
        let engine = if all.contains(&pair) { Verdict::Yes } else { Verdict::Lacks };
        let oracle = match world.client(&world.users[*user], *on) {
            Verdict::Yes => Verdict::Yes,
            _ => Verdict::Lacks,
        };
        tally.agree("a client that is left", engine, oracle, || format!("{user} {on}: {world:#?}"));
        if oracle == Verdict::Yes {
            left.push((*user, *on));
        }
    }
    placed.world.given = left;
}

/// Ends organisations in their register, some of which come back; then nothing that they had is left.
pub async fn ended(bench: &Bench, placed: &mut Placed, tally: &mut Tally) {
    let ending = placed.world.ending.clone();
    let mut over = Vec::new();
    for (at, returns) in ending {
        if !tell(bench, placed, at, true).await {
            continue;
        }
        over.push(at);
        placed.world.end(at, returns);
        if returns {
            assert!(tell(bench, placed, at, false).await);
        }
    }
    left(bench, placed, tally).await;
    let sql = "select count(*) from client_delegation where ended is null and (client = $1 or facilitator = $1)";
    for at in over {
        let query = bench.app.store.query(sql).bind(placed.organisations[at]);
        let (live,): (i64,) = query.one().await.unwrap();
        assert_eq!(live, 0, "of or to one that has ended: {at} {:#?}", placed.world);
    }
}
/// Imports the organisation as its register has it, ended or not; `false` where no register could tell of
/// it: a sub-unit without a main unit that stands, and one that has ended already.
async fn tell(bench: &Bench, placed: &mut Placed, at: usize, ended: bool) -> bool {
    let one = &mut placed.world.organisations[at];
    let sub_unit = matches!(one.form, "BEDR" | "AAFY");
    let (form, parent) = (one.form, one.parent);
    if one.deleted && ended || sub_unit && parent.is_none() {
        return false;
    }
    if !sub_unit {
        // The register knows no main unit of these.
        one.parent = None;
    }
    let parent = parent.filter(|_| sub_unit);
    if parent.is_some_and(|parent| placed.world.organisations[parent].deleted) {
        return false;
    }
    let told = json!([{
        "organisasjonsnummer": placed.org_no(at), "navn": "x",
        "organisasjonsform": { "kode": form },
        "overordnetEnhet": parent.map(|parent| placed.org_no(parent)),
        "slettedato": ended.then_some("2026-11-01"),
    }]);
    let what = if sub_unit { Import::SubUnits } else { Import::Units };
    import(bench, what, told).await;
    let sql = "select (deleted is not null) as ended from party where id = $1";
    let query = bench.app.store.query(sql).bind(placed.organisations[at]);
    let (now,): (bool,) = query.one().await.unwrap();
    assert_eq!(now, ended, "{at} {:#?}", placed.world);
    true
}

async fn give(
    bench: &Bench,
    placed: &mut Placed,
    user: usize,
    catalogue: &Contents,
    tally: &mut Tally,
) {
    let (world, now) = (&placed.world, bench.app.clock.now());
    let one = &world.users[user];
    if !one.agent || one.state == State::Revoked || world.organisations[one.owner].deleted {
        return;
    }
    let id = SystemUserId(placed.users[user]);
    let party = PartyUuid(placed.organisations[one.owner]);
    let all: Vec<PartyUuid> = placed.organisations.iter().copied().map(PartyUuid).collect();
    // Somebody who may, if there is anybody.
    let may = |person: &usize| world.may_manage_clients(*person, one.owner);
    let person = (0..PEOPLE).find(may).map(|person| PartyUuid(placed.people[person]));
    let on =
        OnBehalf { person: person.unwrap_or(party), party_id: 0, party, level: 3, vouched: None };
    let done = bench.app.store.write(async |tx| {
        let agent = clients::hold(tx, now, on, id).await?;
        let judged = clients::judge(tx, catalogue, &agent, &all).await?;
        if person.is_some() {
            let proof = authority::may_manage_clients(tx, now, catalogue, on, 3).await?;
            let done = clients::add_all(tx, now, catalogue, &proof, &agent, &all).await?;
            assert_eq!(done, judged);
        }
        Ok::<_, Problem>(judged)
    });
    let fates = done.await.unwrap();
    let mut given = Vec::new();
    for (at, fate) in fates.iter().enumerate().take(ORGANISATIONS) {
        let engine = match fate {
            Fate::Done => Verdict::Yes,
            Fate::Blocked(_) => Verdict::Lacks,
            Fate::NotAClient => Verdict::WrongKind,
            Fate::Already => panic!("nobody was first"),
        };
        let oracle = world.client(one, at);
        tally.agree("a client", engine, oracle, || format!("{user} {at}: {world:#?}"));
        if engine == Verdict::Yes && person.is_some() {
            given.push((user, at));
        }
    }
    placed.world.given.extend(given);
}
