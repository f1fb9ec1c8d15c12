//! Adding, removing and listing clients.
use super::world::*;
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Bench, CUSTOMER, KARI, NILS, PIA, TOR, VENDOR},
};
use systembruker::{
    authority::OnBehalf,
    clients::{self, Asked, Counts, Fate, State, list::Which},
    i18n::Language,
    notices,
    problem::{Code, Problem, Stop},
    registers::seed::Held,
};

on_each_engine!(
    a_client_is_added_once_and_removed_once,
    a_client_must_supply_every_package,
    the_list_is_by_name_and_found_by_name_and_number,
    a_page_goes_on_where_the_last_one_ended,
    sub_units_inherit_from_their_main_unit,
    only_client_administrators_of_the_owner_change_its_clients,
    a_chunk_tells_the_fate_of_every_row,
    what_is_kept_follows_the_registers,
    a_relation_that_ends_takes_what_rested_on_it,
    a_revoked_system_user_has_no_clients,
    what_was_lost_is_told,
);

async fn a_client_is_added_once_and_removed_once(bench: Bench) {
    let id = agent(&bench, &[SIGNING]).await;
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    assert_eq!(counts(&bench, kari, id).await, Counts { added: 0, available: 1, blocked: 0 });
    assert_eq!(add(&bench, kari, id, CUSTOMER).await, Fate::Done);
    assert_eq!(add(&bench, kari, id, CUSTOMER).await, Fate::Already);
    let listed = list(&bench, kari, id, "", Which::All).await;
    assert_eq!(listed.counts, Counts { added: 1, available: 0, blocked: 0 });
    assert_eq!(listed.rows[0].state(), State::Added);
    assert_eq!(remove(&bench, kari, id, CUSTOMER).await, Fate::Done);
    assert_eq!(remove(&bench, kari, id, CUSTOMER).await, Fate::Already);
    assert_eq!(add(&bench, kari, id, CUSTOMER).await, Fate::Done);
    assert_eq!(add(&bench, kari, id, VENDOR).await, Fate::NotAClient);
    let told = "select count(*) from event where type = 'client.added' and vendor = '991825827'";
    assert_eq!(bench.count(told).await, 2);
    assert_eq!(bench.count("select count(*) from event where type = 'client.removed'").await, 1);
    let live = "select count(*) from client_delegation where ended is null";
    assert_eq!(bench.count(live).await, 1);
}

async fn a_client_must_supply_every_package(bench: Bench) {
    let given = [package("toll")];
    let all = [
        client(&number(0), "Bare regnskap", "AS", &["REGN"], &[]),
        client(&number(1), "Regnskap og revisjon", "AS", &["REGN", "REVI"], &[]),
        client(&number(2), "Regnskap og toll", "AS", &["REGN", "=toll"], &given),
        client(&number(3), "Bare toll", "AS", &["=toll"], &given),
        client(&number(4), "Leverandør", "AS", &["supplier"], &[]),
    ];
    bench.seed.clients(&all).await.unwrap();
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    for (codes, may) in [
        (vec![SIGNING, PAYROLL], vec![true, true, true, false]),
        (vec![SIGNING, AUDITOR], vec![false, true, false, false]),
        (vec![SIGNING, "toll"], vec![false, false, true, false]),
        (vec!["toll"], vec![false, false, true, true]),
    ] {
        let id = agent(&bench, &codes).await;
        for (at, may) in may.into_iter().enumerate() {
            let fate = add(&bench, kari, id, number(at).as_str()).await;
            assert_eq!(fate == Fate::Done, may, "{codes:?} {at}: {fate:?}");
            if !may {
                assert!(matches!(fate, Fate::Blocked(lacks) if !lacks.is_empty()));
            }
        }
        assert_eq!(add(&bench, kari, id, number(4).as_str()).await, Fate::NotAClient);
    }
}

async fn the_list_is_by_name_and_found_by_name_and_number(bench: Bench) {
    let named = |n, name: &'static str, role| client(&number(n), name, "AS", role, &[]);
    let all = [
        named(0, "Ås <Bakeri>", &["REGN"]),
        named(1, "Ærlig Talt", &["REGN"]),
        named(2, "Zoo og 50% rabatt", &["REVI"]),
        named(3, "=SUM(A1)", &["REGN"]),
        named(4, "Øl & Mat", &["REGN"]),
    ];
    bench.seed.clients(&all).await.unwrap();
    let (id, kari) = (agent(&bench, &[SIGNING]).await, on(&bench, KARI, ACCOUNTANTS).await);
    let all = list(&bench, kari, id, "", Which::All).await;
    let order = [
        "=SUM(A1)",
        "Rør og Vann AS",
        "Zoo og 50% rabatt",
        "Ærlig Talt",
        "Øl & Mat",
        "Ås <Bakeri>",
    ];
    assert_eq!(names(&all), order);
    add(&bench, kari, id, number(1).as_str()).await;
    let in_state = async |state| list(&bench, kari, id, "", Which::In(state)).await;
    assert_eq!(names(&in_state(State::Added).await), ["Ærlig Talt"]);
    assert_eq!(names(&in_state(State::Blocked).await), ["Zoo og 50% rabatt"]);
    let free = ["=SUM(A1)", "Rør og Vann AS", "Øl & Mat", "Ås <Bakeri>"];
    assert_eq!(names(&in_state(State::Available).await), free);
    let suited = list(&bench, kari, id, "", Which::Suited).await;
    assert_eq!(suited.rows.len(), 5);
    assert_eq!(suited.counts, Counts { added: 1, available: 4, blocked: 1 });
    let grouped = number(1).grouped();
    for (q, found) in [
        ("øl", vec!["Øl & Mat"]),
        ("50%", vec!["Zoo og 50% rabatt"]),
        ("%", vec!["Zoo og 50% rabatt"]),
        ("ærlig t", vec!["Ærlig Talt"]),
        ("finnes ikke", vec![]),
        (number(1).as_str(), vec!["Ærlig Talt"]),
        (grouped.as_str(), vec!["Ærlig Talt"]),
        (&number(1).as_str()[3..], vec!["Ærlig Talt"]),
    ] {
        assert_eq!(names(&list(&bench, kari, id, q, Which::All).await), found, "{q}");
        let added: Vec<&str> = found.iter().copied().filter(|n| *n == "Ærlig Talt").collect();
        let listed = list(&bench, kari, id, q, Which::In(State::Added)).await;
        assert_eq!(names(&listed), added, "{q}");
        let blocked: Vec<&str> = found.iter().copied().filter(|n| n.starts_with("Zoo")).collect();
        let listed = list(&bench, kari, id, q, Which::In(State::Blocked)).await;
        assert_eq!(names(&listed), blocked, "{q}");
        let listed = list(&bench, kari, id, q, Which::Suited).await;
        assert_eq!(listed.rows.len(), found.len() - blocked.len(), "{q}");
    }
    let blocked = in_state(State::Blocked).await;
    assert_eq!(blocked.rows[0].missing, [package(SIGNING)]);
}

async fn a_page_goes_on_where_the_last_one_ended(bench: Bench) {
    // The same name again and again: the id tells them apart.
    let all: Vec<_> = numbers(23)
        .iter()
        .map(|n| {
            client(n, if n.as_str().ends_with('5') { "Æ" } else { "Lik" }, "AS", &["REGN"], &[])
        })
        .collect();
    bench.seed.clients(&all).await.unwrap();
    let (id, kari) = (agent(&bench, &[SIGNING]).await, on(&bench, KARI, ACCOUNTANTS).await);
    for n in numbers(23).iter().take(12) {
        add(&bench, kari, id, n.as_str()).await;
    }
    for (which, q, total) in [
        (Which::All, "", 24_usize),
        (Which::Suited, "", 24),
        (Which::In(State::Added), "", 12),
        (Which::In(State::Available), "", 12),
        (Which::All, "310", 24),
        (Which::In(State::Added), "3102", 12),
        (Which::In(State::Available), "3102", 11),
    ] {
        let (mut after, mut seen, mut pages) = (None, Vec::new(), 0);
        loop {
            let asked = Asked { q, which, after: after.take(), most: 5 };
            let page = clients::list(&bench.app, kari, id, &asked).await.unwrap();
            assert!(page.rows.len() <= 5);
            seen.extend(page.rows.iter().map(|row| row.org_no.clone()));
            pages += 1;
            match page.next {
                Some(next) => after = Some(next.to_string().parse().unwrap()),
                None => break,
            }
        }
        let rows = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), rows, pages), (total, total, total.div_ceil(5)), "{which:?} {q}");
    }
}

async fn sub_units_inherit_from_their_main_unit(bench: Bench) {
    let part = |n, form, gives: &[&'static str]| {
        let mut part = client(&number(n), "Avdeling", form, gives, &[]);
        part.parent = Some(number(0));
        part
    };
    let main = client(&number(0), "Hovedenhet", "ESEK", &["FFØR"], &[]);
    // The form is that of the organisation that gave the role.
    bench
        .seed
        .clients(&[main, part(1, "BEDR", &[]), part(2, "AS", &[]), part(3, "AAFY", &["REGN"])])
        .await
        .unwrap();
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    let property = agent(&bench, &[PROPERTY]).await;
    assert_eq!(add(&bench, kari, property, number(0).as_str()).await, Fate::Done);
    assert_eq!(add(&bench, kari, property, number(1).as_str()).await, Fate::Done);
    assert_eq!(add(&bench, kari, property, number(2).as_str()).await, Fate::NotAClient);
    assert_eq!(add(&bench, kari, property, number(3).as_str()).await, Fate::Done);
    let both = agent(&bench, &[PROPERTY, SIGNING]).await;
    assert_eq!(add(&bench, kari, both, number(3).as_str()).await, Fate::Done);
    assert!(matches!(add(&bench, kari, both, number(1).as_str()).await, Fate::Blocked(_)));
    // What the main unit ends, ends for its parts.
    let main = ids(&bench, &[number(0)]).await;
    assert_eq!(close(&bench, &main, "FFØR").await, 1);
    assert_eq!(counts(&bench, kari, property).await.added, 0);
    assert_eq!(counts(&bench, kari, both).await, Counts { added: 0, available: 0, blocked: 2 });
}

async fn only_client_administrators_of_the_owner_change_its_clients(bench: Bench) {
    let id = agent(&bench, &[SIGNING]).await;
    let client = party_uuid(&bench, CUSTOMER).await;
    let add =
        async |who, party| clients::add(&bench.app, on(&bench, who, party).await, id, client).await;
    assert!(matches!(add(PIA, ACCOUNTANTS).await, Err(Problem::Stop(Stop::NotEntitled))));
    assert!(matches!(add(NILS, ACCOUNTANTS).await, Err(Problem::Stop(Stop::NotEntitled))));
    assert!(matches!(add(PIA, CUSTOMER).await, Err(Problem::Code(Code::OtherParty, _))));
    let mut weak = on(&bench, TOR, ACCOUNTANTS).await;
    weak.level = 2;
    let done = clients::add(&bench.app, weak, id, client).await;
    assert!(matches!(done, Err(Problem::Stop(Stop::TooWeak))));
    assert_eq!(bench.count("select count(*) from client_delegation").await, 0);
    assert_eq!(add(TOR, ACCOUNTANTS).await.unwrap(), Fate::Done);
    let gone = systembruker::ids::SystemUserId(uuid::Uuid::new_v4());
    let tor = on(&bench, TOR, ACCOUNTANTS).await;
    let done = clients::remove(&bench.app, tor, gone, client).await;
    assert!(matches!(done, Err(Problem::Code(Code::SystemUserNotFound, _))));
}

async fn a_chunk_tells_the_fate_of_every_row(bench: Bench) {
    let all = many(&bench, 1_203, "REGN").await;
    let (id, kari) = (agent(&bench, &[SIGNING]).await, on(&bench, KARI, ACCOUNTANTS).await);
    let mut wanted = ids(&bench, &all).await;
    let stranger = party_uuid(&bench, VENDOR).await;
    wanted.extend([wanted[7], stranger]);
    let fates = in_one(&bench, kari, id, true, &wanted).await.unwrap();
    assert_eq!(fates.len(), 1_205);
    assert!(fates[..1_203].iter().all(|fate| *fate == Fate::Done));
    assert_eq!(fates[1_203..], [Fate::Already, Fate::NotAClient]);
    let again = in_one(&bench, kari, id, true, &wanted[..3]).await.unwrap();
    assert_eq!(again, vec![Fate::Already; 3]);
    assert_eq!(counts(&bench, kari, id).await, Counts { added: 1_203, available: 1, blocked: 0 });
    assert_eq!(bench.count("select count(*) from event where type = 'client.added'").await, 1_203);
    let fates = in_one(&bench, kari, id, false, &wanted).await.unwrap();
    assert_eq!(fates.iter().filter(|fate| **fate == Fate::Done).count(), 1_203);
    assert_eq!(counts(&bench, kari, id).await.added, 0);
    assert_eq!(bench.count("select count(*) from client_delegation where ended is null").await, 0);
}

async fn what_is_kept_follows_the_registers(bench: Bench) {
    let (id, kari) = (agent(&bench, &[SIGNING]).await, on(&bench, KARI, ACCOUNTANTS).await);
    assert_eq!(counts(&bench, kari, id).await.total(), 1);
    // Opened by now: what comes from here on is kept as it comes.
    let new = client(&number(0), "Ny klient", "AS", &["REVI"], &[]);
    bench.seed.clients(&[new]).await.unwrap();
    assert_eq!(counts(&bench, kari, id).await, Counts { added: 0, available: 1, blocked: 1 });
    give(&bench, number(0).as_str(), Held::Role("REGN")).await;
    assert_eq!(counts(&bench, kari, id).await, Counts { added: 0, available: 2, blocked: 0 });
    assert_eq!(add(&bench, kari, id, number(0).as_str()).await, Fate::Done);
    bench.seed.organisation(&number(0), "Ås og Co", "AS").await.unwrap();
    for which in [Which::All, Which::In(State::Added)] {
        let listed = list(&bench, kari, id, "", which).await;
        assert_eq!(names(&listed).last(), Some(&"Ås og Co"), "{which:?}");
    }
    assert_eq!(names(&list(&bench, kari, id, "ås og", Which::All).await), ["Ås og Co"]);
    // One relation less, and it still supplies what is needed.
    let client = ids(&bench, &[number(0)]).await;
    assert_eq!(close(&bench, &client, "REVI").await, 1);
    assert_eq!(counts(&bench, kari, id).await, Counts { added: 1, available: 1, blocked: 0 });
}

/// An address of the party's that has said yes.
async fn listening(bench: &Bench, on: OnBehalf) {
    let norwegian = Language::by_tag("nb").unwrap();
    notices::add(&bench.app, on, "post@tallmakerne.example", norwegian).await.unwrap();
    let id = notices::list(&bench.app, on).await.unwrap().pop().unwrap().id;
    let code = notices::model::code(&bench.app.config.webhook_keys, id);
    notices::confirm(&bench.app, id, &code).await.unwrap();
}

async fn a_relation_that_ends_takes_what_rested_on_it(bench: Bench) {
    let all = many(&bench, 700, "REGN").await;
    let kari = on(&bench, KARI, ACCOUNTANTS).await;
    let (one, other) = (agent(&bench, &[SIGNING]).await, agent(&bench, &[PAYROLL]).await);
    let clients = ids(&bench, &all).await;
    for id in [one, other] {
        in_one(&bench, kari, id, true, &clients).await.unwrap();
    }
    let tor = on(&bench, TOR, ACCOUNTANTS).await;
    listening(&bench, tor).await;
    assert_eq!(close(&bench, &clients[..650], "REGN").await, 650);
    let told = "select count(*) from notice where kind = 'clients-removed' and how_many = 650";
    assert_eq!(bench.count(told).await, 2, "the owner is told, once of each system user");
    for id in [one, other] {
        let left = Counts { added: 50, available: 1, blocked: 0 };
        assert_eq!(counts(&bench, kari, id).await, left);
    }
    let why = "select count(*) from client_delegation where ended_because = 'relation-ended'";
    assert_eq!(bench.count(why).await, 1_300);
    assert_eq!(
        bench.count("select count(*) from event where type = 'client.removed'").await,
        1_300
    );
    let lost = "select cast(sum(clients) as bigint) from client_loss where because = 'relation-ended' and code = 'REGN'";
    assert_eq!(bench.count(lost).await, 1_300);
    // It comes back, and nothing is made of it.
    give(&bench, all[0].as_str(), Held::Role("REGN")).await;
    assert_eq!(counts(&bench, kari, one).await, Counts { added: 50, available: 2, blocked: 0 });
}

async fn a_revoked_system_user_has_no_clients(bench: Bench) {
    let (id, kari) = (agent(&bench, &[SIGNING]).await, on(&bench, KARI, ACCOUNTANTS).await);
    add(&bench, kari, id, CUSTOMER).await;
    let tor = on(&bench, TOR, ACCOUNTANTS).await;
    systembruker::system_users::revoke(&bench.app, tor, id, None).await.unwrap();
    let ended = "select count(*) from client_delegation where ended_because = 'revoked'";
    assert_eq!(bench.count(ended).await, 1);
    let client = party_uuid(&bench, CUSTOMER).await;
    let done = clients::add(&bench.app, kari, id, client).await;
    assert!(matches!(done, Err(Problem::Code(Code::SystemUserNotFound, _))));
}

async fn what_was_lost_is_told(bench: Bench) {
    let all = many(&bench, 37, "REGN").await;
    let (id, kari) = (agent(&bench, &[SIGNING]).await, on(&bench, KARI, ACCOUNTANTS).await);
    let clients = ids(&bench, &all).await;
    in_one(&bench, kari, id, true, &clients).await.unwrap();
    let mut tor = bench.logged_in(TOR).await;
    let overview = "/accessmanagement/ui/systemuser/overview";
    let page = tor.get(overview).await;
    page.is(200).says("37 klienter").never_says("37 klienter ble fjernet");
    close(&bench, &clients, "REGN").await;
    let statements = bench.app.store.statements();
    let page = tor.get(overview).await;
    page.is(200).says("37 klienter ble fjernet").says("fordi relasjonen regnskapsfører tok slutt");
    assert!(bench.app.store.statements() - statements <= 4, "the frame's included");
    let shown = tor.get(&format!("/accessmanagement/ui/systemuser/{id}")).await;
    shown.is(200).says("37 klienter ble fjernet");
    let revoke = tor.get(&format!("/accessmanagement/ui/systemuser/{id}/revoke")).await;
    revoke.is(200).says("Ingen klienter er lagt til");
    bench.pass_days(31);
    let mut later = bench.logged_in(TOR).await;
    later.get(overview).await.is(200).never_says("37 klienter ble fjernet");
    // Others' system users are none of their business.
    let mut pia = bench.logged_in(PIA).await;
    pia.get(overview).await.is(200).never_says("ble fjernet");
}
