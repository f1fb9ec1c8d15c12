//! The clients that the demo makes up.
use super::world::*;
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Bench, CUSTOMER, KARI, TOR, program::program},
};
use systembruker::{
    clients::{Client, Counts, State, list::Which},
    registers::seed::{Held, Holder},
    sandbox::{Sandbox, Settings},
};

on_each_engine!(the_demos_facilitators_have_clients_of_every_kind);

const AUDITORS: &str = "315550106";
const BUSINESS_MANAGERS: &str = "316660207";

async fn seed(bench: &Bench, clients: usize) {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        public_url: "http://localhost:1".into(),
        portal_url: "http://localhost:2".into(),
        data: folder.path().to_owned(),
        seed: bench.seed.clone(),
        clock: bench.app.clock.clone(),
        mailbox: bench.mailbox.clone(),
    };
    let sandbox = Sandbox::open(settings).unwrap();
    sandbox.seed().await.unwrap();
    sandbox.seed_clients(clients).await.unwrap();
}

async fn the_demos_facilitators_have_clients_of_every_kind(bench: Bench) {
    // Again is as once.
    for _ in 0..2 {
        seed(&bench, 250).await;
    }
    let (id, kari) = (agent(&bench, &[SIGNING]).await, on(&bench, KARI, ACCOUNTANTS).await);
    let all = list(&bench, kari, id, "", Which::All).await;
    assert_eq!(all.counts, Counts { added: 0, available: 225, blocked: 25 }, "one in ten lacks it");
    assert_eq!(all.rows.len(), 250, "with the customer of the story");
    assert_eq!(all.rows.iter().filter(|row| row.org_no.as_str() == CUSTOMER).count(), 1);
    let blocked = all.rows.iter().filter(|row| row.state() == State::Blocked);
    assert!(blocked.clone().all(|row| row.missing == [package(SIGNING)]));
    assert_eq!(blocked.count(), 25);
    let names = names(&all);
    for sign in ['=', '-'] {
        assert_eq!(names.iter().filter(|name| name.starts_with(sign)).count(), 1, "{sign}");
    }
    for letter in ["Æ", "Ø", "Å"] {
        assert!(names.iter().any(|name| name.starts_with(letter)), "{letter}");
    }
    // Deleted ones are there, and on nobody's list.
    let deleted = "select count(*) from party where deleted is not null and name like 'Nedlagt %'";
    assert!(bench.count(deleted).await >= 3);
    let gone = "select count(*) from client c join party p on p.id = c.party where p.deleted is not null or p.name like 'Nedlagt %'";
    assert_eq!(bench.count(gone).await, 0);

    for (owner, code, counts) in [
        (AUDITORS, AUDITOR, Counts { added: 0, available: 40, blocked: 0 }),
        (BUSINESS_MANAGERS, PROPERTY, Counts { added: 0, available: 36, blocked: 4 }),
    ] {
        let pid = TOR.1.parse().unwrap();
        bench.seed.give(&org(owner), Holder::Person(&pid), Held::Role("DAGL")).await.unwrap();
        let (id, tor) = (agent_of(&bench, TOR, owner, &[code]).await, on(&bench, TOR, owner).await);
        let all = list(&bench, tor, id, "", Which::All).await;
        assert_eq!(all.counts, counts, "{owner}");
        if owner == BUSINESS_MANAGERS {
            let of = |state, form| {
                let those =
                    |row: &&Client| row.state() == state && row.form.as_deref() == Some(form);
                all.rows.iter().filter(those).count()
            };
            let fit = (of(State::Available, "ESEK"), of(State::Available, "BRL"));
            assert!(fit.0 > 0 && fit.1 > 0 && fit.0 + fit.1 == 36, "{fit:?}");
            assert_eq!(of(State::Blocked, "AS"), 4, "the role gives less at other forms");
        }
    }
}

#[test]
fn the_demo_makes_up_250_clients_unless_told_otherwise() {
    let help = program().args(["demo", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let of_clients = help.split("--clients").nth(1).unwrap();
    assert!(of_clients.split("--").next().unwrap().contains("[default: 250]"), "{help}");
}
