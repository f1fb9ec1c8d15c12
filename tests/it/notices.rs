//! Somebody is told: whom an organisation chooses, who has said yes, once, and nothing but that there is
//! something.
use crate::{
    on_each_engine,
    support::{
        ACCOUNTANTS, Answer, Bench, Browser, CUSTOMER, KARI, OLA, PIA, PUBLIC_URL, Person, TOR,
        VENDOR,
    },
    system_users_api::approved,
};
use serde_json::json;
use systembruker::{
    app::App,
    changes,
    config::Config,
    ids::{OrgNo, PartyUuid},
    notices::{self, worker::Worker},
    parties, requests, router,
    sandbox::mailbox::Mail,
    system_users,
};

on_each_engine!(
    an_address_is_asked_before_anything_else_is_sent_to_it,
    a_mail_is_a_link_and_nothing_that_is_given,
    the_first_goes_at_once_and_then_one_a_day,
    what_has_been_answered_is_not_told,
    what_was_sent_on_is_told,
    half_the_time_is_told_of_once,
    an_end_that_is_near_is_told_of_once,
    clients_that_were_removed_are_told_of,
    what_comes_while_a_mail_is_made_is_not_lost,
    whoever_reads_the_address_turns_it_off,
    what_is_not_in_the_mail_opens_nothing,
    a_mail_program_turns_it_off_by_itself,
    what_cannot_be_sent_is_sent_later,
    an_address_that_takes_nothing_is_told_of,
    several_processes_send_each_once,
    addresses_are_for_those_who_manage_access,
    what_cannot_be_an_address_is_shown_again_with_why,
    nobody_is_asked_too_often,
    what_is_kept_goes_in_time,
    without_a_server_nobody_is_asked,
    nothing_is_kept_where_nobody_listens,
);

const NOTICES: &str = "/accessmanagement/ui/systemuser/notices";
const POST: &str = "post@rorogvann.example";

/// Sends all that is due.
async fn work(bench: &Bench) {
    let worker = Worker::new(&bench.app).unwrap();
    while worker.turn().await.unwrap() > 0 {}
}
/// What has come since the last time.
async fn mails(bench: &Bench) -> Vec<Mail> {
    work(bench).await;
    bench.mailbox.take()
}
async fn mail(bench: &Bench) -> Mail {
    let mut all = mails(bench).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}
/// The path of the link that answers.
fn link(mail: &Mail) -> String {
    let links = mail.text.lines().filter_map(|line| line.strip_prefix(PUBLIC_URL));
    links.filter(|path| path.starts_with("/varsel/")).collect::<Vec<_>>().concat()
}
async fn add(browser: &mut Browser, email: &str, language: &str) -> Answer {
    let form = browser.get(NOTICES).await.is(200).form("/add");
    browser.submit(&form.with("email", email).with("language", language)).await
}
async fn press(bench: &Bench, path: &str, verb: &str) -> Answer {
    // Another browser, in which nobody has logged in.
    let mut reader = bench.browser();
    let page = reader.get(path).await;
    let forms = page.is(200).forms(verb);
    assert_eq!(forms.len(), 1, "{verb} in {}", page.text());
    reader.submit(&forms[0]).await.is(303);
    reader.get(path).await
}
/// The address has said yes; the link in its mails.
async fn listening(bench: &Bench, person: Person, email: &str) -> String {
    let mut browser = bench.logged_in(person).await;
    add(&mut browser, email, "nb").await.is(303);
    let link = link(&mail(bench).await);
    press(bench, &link, "/confirm").await.says("Du får varsler");
    link
}
async fn party(bench: &Bench, org_no: &str) -> PartyUuid {
    let number: OrgNo = org_no.parse().unwrap();
    let found = bench.app.store.read(async |tx| parties::organisation(tx, &number).await).await;
    found.unwrap().unwrap().id
}

async fn an_address_is_asked_before_anything_else_is_sent_to_it(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    pia.get(NOTICES).await.is(200).says("Ingen får varsler.");
    add(&mut pia, &format!(" {POST} "), "nn").await.is(303);
    let said = pia.get(NOTICES).await;
    said.says(&format!("Vi har sendt en e-post til {POST} og spurt."));
    said.says("Spurt 21. november 2026, ikke bekreftet").says("Nynorsk");
    bench.request(Bench::ask("k1")).await;
    let asked = mail(&bench).await;
    assert_eq!(
        (asked.to.as_str(), asked.subject.as_str()),
        (POST, "Vil du ha varsel frå Systembruker?")
    );
    assert!(asked.text.contains("Rør og Vann AS"), "{}", asked.text);
    assert!(asked.head.contains("Content-Language: nn"));
    // Looking is not answering: a program that follows links has said nothing.
    let path = link(&asked);
    let mut reader = bench.browser();
    reader.get(&path).await.is(200).says(POST);
    bench.request(Bench::ask("k2")).await;
    assert_eq!(mails(&bench).await, []);
    press(&bench, &path, "/confirm").await.says("Du får varsler");
    pia.get(NOTICES).await.says("Får varsler").never_says("ikke bekreftet");
    bench.request(Bench::ask("k3")).await;
    let told = mail(&bench).await;
    assert_eq!(told.subject, "Noko ventar på dykk i Systembruker");
    let kinds = "select count(*) from event where type in ('notice.added', 'notice.confirmed')";
    assert_eq!(bench.count(kinds).await, 2);
    let named = "select count(*) from event where cast(data as text) like '%rorogvann%'";
    assert_eq!(bench.count(named).await, 0, "the log has no addresses");
}

async fn a_mail_is_a_link_and_nothing_that_is_given(bench: Bench) {
    let stop = listening(&bench, PIA, POST).await;
    let mut ask = Bench::ask("k1");
    ask["integrationTitle"] = json!("Hemmelig tittel");
    let id = bench.request(ask).await;
    let told = mail(&bench).await;
    let link = format!("{PUBLIC_URL}/accessmanagement/ui/systemuser/request?id={id}");
    assert!(told.text.contains(&link), "{}", told.text);
    assert!(told.text.contains("En forespørsel venter på svar."));
    assert!(told.text.contains(&format!("{PUBLIC_URL}{stop}")), "how to turn it off");
    assert!(told.head.contains(&format!("List-Unsubscribe: <{PUBLIC_URL}{stop}/stop>")));
    let whole = format!("{}{}{}", told.head, told.subject, told.text);
    for kept in ["Hemmelig", "SmartCloud", "Smart", "krav", "Krav", "Pia", PIA.1, VENDOR, CUSTOMER]
    {
        assert!(!whole.contains(kept), "{kept} in {whole}");
    }
    let mut pia = bench.logged_in(PIA).await;
    pia.get(&link[PUBLIC_URL.len()..]).await.is(200).says("SmartCloud AS");
}

async fn the_first_goes_at_once_and_then_one_a_day(bench: Bench) {
    let link = listening(&bench, PIA, POST).await;
    listening(&bench, PIA, "pia@rorogvann.example").await;
    bench.request(Bench::ask("k1")).await;
    let first = mails(&bench).await;
    let mut to: Vec<&str> = first.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["pia@rorogvann.example", POST], "each address gets it");
    for n in 2..5 {
        bench.request(Bench::ask(&format!("k{n}"))).await;
    }
    approved(&bench, "k9").await;
    assert_eq!(mails(&bench).await, []);
    bench.pass_minutes(24 * 60 - 1);
    assert_eq!(mails(&bench).await, []);
    bench.pass_minutes(1);
    let gathered = mails(&bench).await;
    assert_eq!(gathered.len(), 2);
    for mail in &gathered {
        assert!(mail.text.contains("3 forespørsler venter på svar."), "{}", mail.text);
        assert!(
            mail.text.contains(&format!("{PUBLIC_URL}/accessmanagement/ui/systemuser/overview"))
        );
    }
    assert_eq!(mails(&bench).await, []);
    // Another organisation has a day of its own.
    let others = listening(&bench, TOR, "tor@tallmakerne.example").await;
    assert_ne!(link, others);
    let mut ask = Bench::ask("t1");
    ask["partyOrgNo"] = json!(ACCOUNTANTS);
    bench.request(ask).await;
    bench.request(Bench::ask("k10")).await;
    assert_eq!(mail(&bench).await.to, "tor@tallmakerne.example");
}

async fn what_has_been_answered_is_not_told(bench: Bench) {
    listening(&bench, PIA, POST).await;
    bench.request(Bench::ask("k1")).await;
    mail(&bench).await;
    approved(&bench, "k2").await;
    let id = bench.request(Bench::ask("k3")).await;
    let path = format!("/authentication/api/v1/systemuser/request/vendor/{id}");
    bench.api("DELETE", &path, VENDOR, None).await.is(202);
    bench.pass_days(1);
    assert_eq!(mails(&bench).await, []);
    assert_eq!(bench.count("select count(*) from notice").await, 0);
    // Nothing was told, so the next is told at once.
    bench.request(Bench::ask("k4")).await;
    assert!(mail(&bench).await.text.contains("En forespørsel venter på svar."));
}

async fn what_was_sent_on_is_told(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    listening(&bench, PIA, POST).await;
    let mut ola = bench.logged_in(OLA).await;
    let path = format!("/accessmanagement/ui/systemuser/request?id={id}");
    let form = ola.get(&path).await.form("/escalate");
    ola.submit(&form).await.is(303);
    let told = mail(&bench).await;
    assert!(told.text.contains("sendt videre") && told.text.contains(&id), "{}", told.text);
    ola.submit(&form).await.is(303);
    bench.pass_days(2);
    assert_eq!(mails(&bench).await, [], "sent on twice is told once");
    // A change, too.
    let user = approved(&bench, "k2").await;
    let change = uuid::Uuid::new_v4().to_string();
    let body =
        json!({ "requiredAccessPackages": [{ "urn": "urn:altinn:accesspackage:skattegrunnlag" }] });
    let path = format!(
        "/authentication/api/v1/systemuser/changerequest/vendor?correlation-id={change}&system-user-id={user}"
    );
    bench.api("POST", &path, VENDOR, Some(body)).await.is(201);
    bench.pass_days(1);
    let told = mail(&bench).await;
    assert!(told.text.contains(&format!("changerequest?id={change}")), "{}", told.text);
}

async fn half_the_time_is_told_of_once(bench: Bench) {
    let id = bench.request(Bench::ask("k1")).await;
    listening(&bench, PIA, POST).await;
    bench.pass_days(89);
    assert_eq!(requests::remind(&bench.app).await.unwrap(), 0);
    bench.pass_days(1);
    assert_eq!(requests::remind(&bench.app).await.unwrap(), 1);
    let told = mail(&bench).await;
    assert!(told.text.contains("Halve tiden") && told.text.contains(&id), "{}", told.text);
    bench.pass_days(2);
    assert_eq!(requests::remind(&bench.app).await.unwrap(), 0);
    assert_eq!(mails(&bench).await, []);
    // One that has run out is not reminded of.
    bench.exec("update request set reminded = null").await;
    bench.pass_days(90);
    assert_eq!(requests::remind(&bench.app).await.unwrap(), 0);
    assert_eq!(changes::remind(&bench.app).await.unwrap(), 0);
}

async fn an_end_that_is_near_is_told_of_once(bench: Bench) {
    let id = approved(&bench, "k1").await;
    listening(&bench, PIA, POST).await;
    let mut pia = bench.logged_in(PIA).await;
    let path = format!("/accessmanagement/ui/systemuser/{id}");
    let form = pia.get(&path).await.form("/validity");
    pia.submit(&form.clone().with("day", "2026-12-31")).await.is(303);
    assert_eq!(system_users::warn(&bench.app).await.unwrap(), 0);
    bench.pass_days(11);
    assert_eq!(system_users::warn(&bench.app).await.unwrap(), 1);
    assert_eq!(system_users::warn(&bench.app).await.unwrap(), 0);
    let told = mail(&bench).await;
    assert!(told.text.contains("En systemtilgang går ut innen 30 dager."), "{}", told.text);
    assert!(told.text.contains(&format!("/accessmanagement/ui/systemuser/{id}\n")));
    // Another end is told of anew, and one that is put off before the mail goes is not.
    pia.log_in(PIA).await;
    let form = pia.get(&path).await.form("/validity").with("day", "2026-12-20");
    pia.submit(&form).await.is(303);
    assert_eq!(system_users::warn(&bench.app).await.unwrap(), 1);
    let form = pia.get(&path).await.form("/validity").with("day", "2028-12-20");
    pia.submit(&form).await.is(303);
    bench.pass_days(1);
    assert_eq!(mails(&bench).await, []);
}

async fn clients_that_were_removed_are_told_of(bench: Bench) {
    let id = approved(&bench, "k1").await;
    listening(&bench, PIA, POST).await;
    let (customer, accountants) = (party(&bench, CUSTOMER).await, party(&bench, ACCOUNTANTS).await);
    let user = id.parse().unwrap();
    let removed = [(customer, user, 30), (accountants, user, 5), (customer, user, 7)];
    let now = bench.app.clock.now();
    let tell = async || {
        let store = &bench.app.store;
        store.write(async |tx| notices::clients_removed(tx, now, &removed).await).await.unwrap();
    };
    tell().await;
    tell().await;
    let told = mail(&bench).await;
    let said = "74 klienter er fjernet fordi oppdragene er avsluttet.";
    assert!(told.text.contains(said) && told.text.contains(&id), "{}", told.text);
    assert_eq!(bench.count("select count(*) from notice").await, 0, "nobody listens elsewhere");
}

async fn what_comes_while_a_mail_is_made_is_not_lost(bench: Bench) {
    let id = approved(&bench, "k1").await;
    listening(&bench, PIA, POST).await;
    let (customer, user) = (party(&bench, CUSTOMER).await, id.parse().unwrap());
    let now = bench.app.clock.now();
    let tell = async |n: i64, then: std::time::Duration| {
        let (store, removed) = (&bench.app.store, [(customer, user, n)]);
        let told = async |tx: &mut systembruker::db::Tx| {
            notices::clients_removed(tx, now, &removed).await?;
            tokio::time::sleep(then).await;
            Ok::<_, systembruker::db::Error>(())
        };
        store.write(told).await.unwrap();
    };
    tell(30, std::time::Duration::ZERO).await;
    // The mail is made of what had been told when another transaction tells more, and ends after it began.
    let making = async {
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        Worker::new(&bench.app).unwrap().turn().await.unwrap();
    };
    tokio::join!(tell(7, std::time::Duration::from_millis(600)), making);
    let told = mail(&bench).await;
    assert!(told.text.contains("37 klienter er fjernet"), "{}", told.text);
    assert_eq!(bench.count("select count(*) from notice").await, 0);
}

async fn whoever_reads_the_address_turns_it_off(bench: Bench) {
    let link = listening(&bench, PIA, POST).await;
    bench.request(Bench::ask("k1")).await;
    let off = press(&bench, &link, "/stop").await;
    off.says("Adressen får ingen varsler").never_says(POST);
    assert_eq!(mails(&bench).await, []);
    assert_eq!(bench.count("select count(*) from notice_address where email is not null").await, 0);
    let mut pia = bench.logged_in(PIA).await;
    pia.get(NOTICES).await.says("Ingen får varsler.").never_says(POST);
    // The old link starts nothing again, and the organisation cannot ask again at once.
    let mut reader = bench.browser();
    reader.post(&format!("{link}/confirm"), String::new(), "same-origin").await.is(303);
    reader.get(&link).await.is(200).says("ingen varsler");
    add(&mut pia, &POST.to_uppercase(), "nb").await.is(422).says("har sagt nei");
    bench.pass_days(31);
    notices::forget(&bench.app).await.unwrap();
    pia.log_in(PIA).await;
    add(&mut pia, POST, "en").await.is(303);
    let asked = mail(&bench).await;
    assert_eq!(asked.subject, "Do you want notices from Systembruker?");
    // No is also an answer to the question.
    let off = press(&bench, &self::link(&asked), "/stop").await;
    off.says("ingen varsler");
}

async fn what_is_not_in_the_mail_opens_nothing(bench: Bench) {
    let link = listening(&bench, PIA, POST).await;
    let (rest, code) = link.rsplit_once('/').unwrap();
    let other = format!("/varsel/{}/{code}", uuid::Uuid::new_v4());
    let changed = format!("{rest}/{}", code.replace(|c: char| c.is_ascii_digit(), "a"));
    let mut reader = bench.browser();
    for path in [other, changed, format!("{rest}/x"), "/varsel/x/y".into()] {
        reader.get(&path).await.is(404).never_says(POST);
        for verb in ["confirm", "stop"] {
            reader.post(&format!("{path}/{verb}"), String::new(), "same-origin").await.is(404);
        }
    }
    assert_eq!(
        bench.count("select count(*) from notice_address where confirmed is not null").await,
        1
    );
}

async fn a_mail_program_turns_it_off_by_itself(bench: Bench) {
    listening(&bench, PIA, POST).await;
    bench.request(Bench::ask("k1")).await;
    let told = mail(&bench).await;
    assert!(told.head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    let address = told.head.split("List-Unsubscribe: <").nth(1).unwrap().split('>').next().unwrap();
    let request = axum::http::Request::post(&address[PUBLIC_URL.len()..])
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from("List-Unsubscribe=One-Click"));
    Answer::of(&bench.router, request.unwrap()).await.is(303);
    assert_eq!(bench.count("select count(*) from notice_address where ended is null").await, 0);
    // One that shows the page instead.
    let mut reader = bench.browser();
    reader.get(&address[PUBLIC_URL.len()..]).await.is(200).says("ingen varsler");
}

async fn what_cannot_be_sent_is_sent_later(bench: Bench) {
    listening(&bench, PIA, POST).await;
    bench.request(Bench::ask("k1")).await;
    let worker = Worker::new(&bench.app).unwrap();
    for (minutes, answer) in [(1, "451 later"), (5, "421 busy"), (30, "535 who are you")] {
        bench.mailbox.answer_next(answer);
        assert_eq!(worker.turn().await.unwrap(), 1);
        assert_eq!(worker.turn().await.unwrap(), 0, "not before its time");
        bench.pass_minutes(minutes - 1);
        assert_eq!(worker.turn().await.unwrap(), 0);
        bench.pass_minutes(1);
    }
    assert!(mail(&bench).await.text.contains("En forespørsel venter på svar."));
    assert_eq!(bench.count("select count(*) from mail").await, 0);
    // A server that is away: nothing is lost.
    bench.pass_days(1);
    bench.request(Bench::ask("k2")).await;
    let mut smtp = bench.app.config.smtp.clone().unwrap();
    smtp.port = 1;
    let away = with_smtp(&bench, Some(smtp));
    bench.app.mailer.as_ref().unwrap().check().await.unwrap();
    assert!(away.mailer.as_ref().unwrap().check().await.is_err(), "check would say so");
    assert_eq!(Worker::new(&away).unwrap().turn().await.unwrap(), 1);
    bench.pass_minutes(1);
    mail(&bench).await;
}
/// The same product with another mail server, or none.
fn with_smtp(bench: &Bench, smtp: Option<systembruker::config::SmtpSettings>) -> App {
    let config = Config { smtp, ..(*bench.app.config).clone() };
    let (store, clock) = (bench.app.store.clone(), bench.app.clock.clone());
    App::new(store, clock, config, bench.app.catalogue.clone()).unwrap()
}

async fn an_address_that_takes_nothing_is_told_of(bench: Bench) {
    listening(&bench, PIA, POST).await;
    bench.request(Bench::ask("k1")).await;
    bench.mailbox.answer_next("550 no such mailbox");
    assert_eq!(mails(&bench).await, []);
    bench.pass_minutes(10);
    assert_eq!(mails(&bench).await, [], "it is given up");
    let mut pia = bench.logged_in(PIA).await;
    pia.get(NOTICES).await.says("En e-post kom ikke fram 21. november 2026");
    // Three days without a way through are enough; a mail that comes through says so.
    bench.pass_days(1);
    bench.request(Bench::ask("k2")).await;
    mail(&bench).await;
    pia.log_in(PIA).await;
    pia.get(NOTICES).await.never_says("kom ikke fram");
    bench.pass_days(1);
    bench.request(Bench::ask("k3")).await;
    let worker = Worker::new(&bench.app).unwrap();
    let mut tried = 0;
    for _ in 0..200 {
        bench.mailbox.answer_next("451 later");
        tried += worker.turn().await.unwrap();
        bench.pass_minutes(30);
    }
    assert!((10..60).contains(&tried), "{tried}");
    assert_eq!(bench.count("select count(*) from mail").await, 0);
}

async fn several_processes_send_each_once(bench: Bench) {
    for n in 0..6 {
        listening(&bench, PIA, &format!("a{n}@rorogvann.example")).await;
    }
    listening(&bench, TOR, "tor@tallmakerne.example").await;
    bench.request(Bench::ask("k1")).await;
    let mut ask = Bench::ask("t1");
    ask["partyOrgNo"] = json!(ACCOUNTANTS);
    bench.request(ask).await;
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let worker = Worker::new(&bench.app).unwrap();
            tokio::spawn(async move {
                for _ in 0..5 {
                    // One that meets another's lock tries again, as the worker does.
                    let _ = worker.turn().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    work(&bench).await;
    let mut to: Vec<String> = bench.mailbox.take().into_iter().map(|mail| mail.to).collect();
    to.sort_unstable();
    let mut expected: Vec<String> = (0..6).map(|n| format!("a{n}@rorogvann.example")).collect();
    expected.push("tor@tallmakerne.example".into());
    assert_eq!(to, expected);
    // One whose process died is sent by another, when the lease ends.
    bench.pass_days(1);
    bench.request(Bench::ask("k2")).await;
    let mut smtp = bench.app.config.smtp.clone().unwrap();
    smtp.port = 1;
    let dying = with_smtp(&bench, Some(smtp));
    let died = tokio::spawn(async move { Worker::new(&dying).unwrap().turn().await });
    died.await.unwrap().unwrap();
    bench.pass_minutes(2);
    assert_eq!(mails(&bench).await.len(), 6);
}

async fn addresses_are_for_those_who_manage_access(bench: Bench) {
    for who in [OLA, KARI] {
        let mut other = bench.logged_in(who).await;
        other.get(NOTICES).await.is(403);
    }
    let mut nobody = bench.browser();
    let login = nobody.get(NOTICES).await;
    assert_eq!(login.is(303).location(), "/login?to=notices");
    listening(&bench, PIA, POST).await;
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(NOTICES).await.form("/remove");
    // Another organisation's is not there for Tor.
    let mut tor = bench.logged_in(TOR).await;
    tor.get(NOTICES).await.is(200).never_says(POST);
    let tallmakerne = party(&bench, ACCOUNTANTS).await;
    let sql = "select p.id, p.party_id from party p where p.name = $1";
    let (person, party_id) = bench.app.store.query(sql).bind(TOR.0).one().await.unwrap();
    let on = systembruker::authority::OnBehalf {
        person,
        party_id,
        party: tallmakerne,
        level: 3,
        vouched: None,
    };
    let sql = "select id from notice_address";
    let (id,) = bench.app.store.query(sql).one().await.unwrap();
    let refused = notices::remove(&bench.app, on, id).await.unwrap_err();
    assert!(matches!(refused, systembruker::problem::Problem::NotFound));
    pia.submit(&form).await.is(303);
    pia.get(NOTICES).await.says("Adressen er fjernet.").says("Ingen får varsler.");
    pia.submit(&form).await.is(404);
    assert_eq!(bench.count("select count(*) from notice_address where email is not null").await, 0);
}

async fn what_cannot_be_an_address_is_shown_again_with_why(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    for typed in ["", "pia", "pia@x", "a@b.example, c@d.example", "pia@example.com\r\nBcc: x@y.no"]
    {
        let again = add(&mut pia, typed, "en").await;
        again.is(422).says("Skriv en hel e-postadresse");
        assert!(again.has("[role=alert] a[href='#email']"));
        assert!(again.has("input#email[aria-invalid=true]"));
        assert!(again.has("input#language-en[checked]"), "what was chosen is kept");
    }
    assert_eq!(mails(&bench).await, []);
    add(&mut pia, POST, "xx").await.is(303);
    pia.get(NOTICES).await.says("Bokmål");
    add(&mut pia, "POST@rorogvann.example", "nb").await.is(422).says("lagt til allerede");
    mail(&bench).await;
}

async fn nobody_is_asked_too_often(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    for n in 0..9 {
        add(&mut pia, &format!("a{n}@rorogvann.example"), "nb").await.is(303);
    }
    // Taken away and asked again is asked twice.
    add(&mut pia, POST, "nb").await.is(303);
    let forms = pia.get(NOTICES).await.forms("/remove");
    for form in &forms {
        pia.submit(form).await.is(303);
    }
    add(&mut pia, POST, "nb").await.is(422).says("nettopp spurt");
    add(&mut pia, "b@rorogvann.example", "nb").await.is(422).says("høyst 10 om dagen");
    assert_eq!(mails(&bench).await, [], "what was taken away at once is not asked");
    bench.pass_days(1);
    bench.pass_minutes(1);
    pia.log_in(PIA).await;
    add(&mut pia, POST, "nb").await.is(303);
    mail(&bench).await;
}

async fn what_is_kept_goes_in_time(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    add(&mut pia, POST, "nb").await.is(303);
    let link = link(&mail(&bench).await);
    bench.pass_days(7);
    let mut reader = bench.browser();
    reader.get(&link).await.is(200).says("ingen varsler");
    reader.post(&format!("{link}/confirm"), String::new(), "same-origin").await.is(303);
    assert_eq!(
        bench.count("select count(*) from notice_address where confirmed is not null").await,
        0
    );
    assert_eq!(notices::forget(&bench.app).await.unwrap(), 1);
    assert_eq!(bench.count("select count(*) from notice_address").await, 0);
    let link = listening(&bench, PIA, POST).await;
    press(&bench, &link, "/stop").await.is(200);
    assert_eq!(notices::forget(&bench.app).await.unwrap(), 0);
    bench.pass_days(30);
    assert_eq!(notices::forget(&bench.app).await.unwrap(), 1);
    reader.get("/personvern").await.is(200).says("E-postadresser for varsler");
}

async fn without_a_server_nobody_is_asked(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(NOTICES).await.form("/add").with("email", POST).with("language", "nb");
    let app = with_smtp(&bench, None);
    assert!(Worker::new(&app).is_none());
    let mut without = Browser::new(router::router(app), bench.outside.clone());
    without.cookies = pia.cookies.clone();
    let page = without.get(NOTICES).await;
    page.is(200).says("Herfra sendes det ikke e-post");
    assert!(page.forms("/add").is_empty());
    without.submit(&form).await.is(409);
    assert_eq!(bench.count("select count(*) from notice_address").await, 0);
}

async fn nothing_is_kept_where_nobody_listens(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    bench.request(Bench::ask("k1")).await;
    add(&mut pia, POST, "nb").await.is(303);
    bench.request(Bench::ask("k2")).await;
    assert_eq!(bench.count("select count(*) from notice").await, 0);
}
