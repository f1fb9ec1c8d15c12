//! Sending on what one cannot answer: who could, once, seen by those, and told to whoever sent it.
use crate::{
    on_each_engine,
    support::{Answer, Bench, Browser, CUSTOMER, OLA, PIA, SIV, things::UI},
};

on_each_engine!(
    a_request_is_sent_on,
    an_agent_request_is_sent_on,
    a_change_is_sent_on,
    who_cannot_give_all_sees_who_can,
    where_nobody_can_the_roles_are_told,
    many_who_can_are_counted,
);

const DAY: &str = "21. november 2026";

/// Ola sends on what is at the address, once, and the overview of `manager` has it first.
async fn sent_on(bench: &Bench, path: &str, kind: &str, manager: &mut Browser) -> Answer {
    let sent = "select count(*) from event where type like '%.escalated'";
    let mut ola = bench.logged_in(OLA).await;
    let shown = ola.get(path).await;
    shown.is(200).says("Du kan ikke svare på denne forespørselen").says("daglig leder");
    assert!(shown.forms("/approve").is_empty() && shown.forms("/reject").is_empty());
    let form = shown.form("/escalate");
    assert!(form.action.contains(kind), "{form:?}");
    let done = ola.submit(&form).await;
    done.is(303);
    let after = ola.get(done.location()).await;
    after.is(200).says("er sendt videre til dem som kan godkjenne den");
    after.says(&format!("sendt videre {DAY} og venter på svar"));
    assert!(after.forms("/escalate").is_empty(), "once");
    // The same form again is no second time.
    ola.submit(&form).await.is(303);
    assert_eq!(bench.count(sent).await, 1);
    // Ola's page still tells, and who could.
    let later = ola.get(path).await;
    later.says(&format!("sendt videre {DAY}"));
    let overview = manager.get(&format!("{UI}/overview")).await;
    let rows = overview.texts("table[aria-labelledby=waiting] tbody tr");
    assert!(rows[0].contains(&format!("Sendt videre {DAY}")), "{rows:?}");
    assert!(rows[1..].iter().all(|row| !row.contains("Sendt videre")), "{rows:?}");
    later
}

async fn a_request_is_sent_on(bench: Bench) {
    let id = bench.request(Bench::ask_for(CUSTOMER, "k1", "Den eldste")).await;
    bench.pass_minutes(5);
    let _newer = bench.request(Bench::ask_for(CUSTOMER, "k2", "Den nyeste")).await;
    let mut siv = bench.logged_in(SIV).await;
    let later = sent_on(&bench, &format!("{UI}/request?id={id}"), "/request/", &mut siv).await;
    // Siv manages access, and holds nothing that is asked for.
    later.says("1 person i virksomheten kan godkjenne: Pia Rørvik Rolle eller");
    assert!(!later.text().contains("Siv Moen"));
    let list = siv.get(&format!("{UI}/requests")).await;
    let rows = list.texts("table tbody tr");
    assert!(rows[0].contains("Den eldste") && rows[1].contains("Den nyeste"), "{rows:?}");
    assert_eq!(bench.status(&id).await["status"], "New");
    let mut pia = bench.logged_in(PIA).await;
    let page = pia.get(&format!("{UI}/request?id={id}")).await;
    page.says(&format!("sendt videre {DAY}"));
    pia.submit(&page.form("/approve")).await.is(303);
}

async fn an_agent_request_is_sent_on(bench: Bench) {
    bench.register_agents().await;
    let id = bench.agent_request(CUSTOMER, "k1").await;
    let mut siv = bench.logged_in(SIV).await;
    let path = format!("{UI}/agentrequest?id={id}");
    let later = sent_on(&bench, &path, "/agentrequest/", &mut siv).await;
    // Nothing is given yet: who manages access can approve it.
    later.says("2 personer i virksomheten kan godkjenne: Pia Rørvik Siv Moen");
    later.says("tilgangsstyr");
    let page = siv.get(&path).await;
    siv.submit(&page.form("/approve")).await.is(303);
}

async fn a_change_is_sent_on(bench: Bench) {
    let user = bench.system_user("k1").await;
    let id = bench.change(&user).await;
    let mut siv = bench.logged_in(SIV).await;
    let path = format!("{UI}/changerequest?id={id}");
    let later = sent_on(&bench, &path, "/changerequest/", &mut siv).await;
    later.says("1 person i virksomheten kan godkjenne: Pia Rørvik");
    // It stands on the system user's own page, too.
    let own = siv.get(&format!("{UI}/{user}")).await;
    own.is(200).says("Endringer som venter på svar").says(&format!("Sendt videre {DAY}"));
    let events = own.texts(".events li");
    assert!(events[0].contains("Endringen ble sendt videre"), "{events:?}");
    assert!(events[0].ends_with("Ola Lien"), "{events:?}");
    // Who can approve it has nobody to send it to, and is not told that it was.
    let mut pia = bench.logged_in(PIA).await;
    let escalate = format!("{UI}/changerequest/{id}/escalate");
    let form = bench.form_to(&pia, &escalate, Some(bench.party(CUSTOMER).await)).await;
    pia.submit(&form).await.is(303);
    let page = pia.get(&path).await;
    page.is(200).never_says("er sendt videre til dem som kan godkjenne");
    pia.submit(&page.form("/approve")).await.is(303);
    let own = siv.get(&format!("{UI}/{user}")).await;
    assert!(!own.text().contains("Endringer som venter på svar"));
}

async fn who_cannot_give_all_sees_who_can(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    let mut siv = bench.logged_in(SIV).await;
    let page = siv.get(&format!("{UI}/request?id={id}")).await;
    page.is(200).says("Du kan ikke gi alt det bes om").says("Pia Rørvik");
    siv.submit(&page.form("/escalate")).await.is(303);
    let page = siv.get(&format!("{UI}/request?id={id}")).await;
    page.says("1 person i virksomheten kan godkjenne").says(&format!("sendt videre {DAY}"));
    // Who can approve is told of nobody else, and has nobody to send it to.
    let mut pia = bench.logged_in(PIA).await;
    let page = pia.get(&format!("{UI}/request?id={id}")).await;
    assert!(!page.text().contains("kan godkjenne:"));
    assert!(page.forms("/escalate").is_empty());
}

async fn where_nobody_can_the_roles_are_told(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    bench.exec("update assignment set valid_to = valid_from where code = 'DAGL'").await;
    let mut ola = bench.logged_in(OLA).await;
    let page = ola.get(&format!("{UI}/request?id={id}")).await;
    page.is(200)
        .says("Ingen i virksomheten kan godkjenne alt dette i dag.")
        .says("Daglig leder")
        .never_says("Pia");
}

async fn many_who_can_are_counted(bench: Bench) {
    use systembruker::registers::seed::{Held, Holder};
    let org = CUSTOMER.parse().unwrap();
    for (name, number) in [
        ("Åse Ås", "23916914075"),
        ("Berit Bø", "30818516084"),
        ("Cato Crag", "09897520025"),
        ("Dag Dal", "17858218004"),
        ("Eva Eng", "04879112090"),
    ] {
        let number = number.parse().unwrap();
        bench.seed.person(&number, name).await.unwrap();
        bench.seed.give(&org, Holder::Person(&number), Held::Role("DAGL")).await.unwrap();
    }
    bench.exec("update assignment set valid_to = valid_from where code = 'DAGL' and to_party = (select id from party where name = 'Eva Eng')").await;
    let id = bench.request(Bench::ask("k1")).await;
    let mut ola = bench.logged_in(OLA).await;
    let page = ola.get(&format!("{UI}/request?id={id}")).await;
    page.is(200).says("5 personer i virksomheten kan godkjenne:");
    page.says("Berit Bø Cato Crag Dag Dal Pia Rørvik Åse Ås Rolle eller");
}
