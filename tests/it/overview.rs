//! The overview and the list of requests, however much there is in them.
use crate::{
    on_each_engine,
    support::{Answer, Bench, Browser, CUSTOMER, OLA, PIA, REDIRECT, SYSTEM, things::UI},
};
use axum::{body::Body, http::Request};
use http_body_util::BodyExt as _;
use std::collections::BTreeSet;
use systembruker::clock::Ts;
use tower::ServiceExt as _;

on_each_engine!(
    nothing_is_said_to_be_nothing,
    a_search_finds_what_waits_too,
    what_waits_goes_on_for_pages,
    both_lists_go_on_for_pages,
    ten_thousand_are_as_few_as_ten,
    what_is_not_used_is_found,
    what_ends_soon_is_warned_of,
    others_are_told_what_is_missing,
);

fn overview() -> String {
    format!("{UI}/overview")
}
fn requests() -> String {
    format!("{UI}/requests")
}
/// The titles in a list, in their order.
fn titles(page: &Answer, list: &str) -> Vec<String> {
    page.texts(&format!("table[aria-labelledby={list}] tbody .main a"))
}
fn count(page: &Answer, list: &str) -> String {
    page.texts(&format!("#{list} .count")).concat()
}
/// Every title that the list holds, page by page; and how many pages.
async fn all(browser: &mut Browser, path: String, list: &str) -> (Vec<String>, usize) {
    let (mut path, mut seen, mut pages) = (path, Vec::new(), 0);
    loop {
        let page = browser.get(&path).await;
        page.is(200);
        pages += 1;
        seen.extend(titles(&page, list));
        let next = ["nav.paging[aria-labelledby=", list, "] a, main > .list nav.paging a"].concat();
        match page.attr(&next, "href") {
            Some(next) => path = next,
            None => return (seen, pages),
        }
    }
}
/// Enters so many system users of the customer's at once, made a minute apart; as no verb does.
async fn fill(bench: &Bench, kind: &'static str, many: i64) {
    let sql = "insert into system_user (id, kind, owner, system_id, external_ref, title, search, rights, packages, created, by_owner) values ($1, $2, (select id from party where org_no = $3), $4, $5, $6, $7, $8, $9, $10, $11)";
    let now = bench.app.clock.now();
    let rows: Vec<(i64, Ts)> = (0..many).map(|n| (n, now.plus_minutes(-100 - n))).collect();
    for some in rows.chunks(500) {
        bench
            .app
            .store
            .write(async |tx| {
                tx.query(sql)
                    .rows(some, 11, |query, (n, created)| {
                        let title = format!("{kind} {n}");
                        query
                            .bind(uuid::Uuid::new_v4())
                            .bind(kind)
                            .bind(CUSTOMER)
                            .bind(SYSTEM)
                            .bind(format!("{kind}-{n}"))
                            .bind(title.clone())
                            .bind(format!("{title}\nsmartcloud as\n991825827"))
                            .bind(1_i64)
                            .bind(2_i64)
                            .bind(*created)
                            .bind(false)
                    })
                    .exec()
                    .await
            })
            .await
            .unwrap();
    }
}

async fn nothing_is_said_to_be_nothing(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let page = pia.get(&overview()).await;
    page.is(200)
        .says("Ingen forespørsler venter på svar.")
        .says("Ingen systemer har tilgang på vegne av virksomheten.")
        .says("Ingen systemer har tilgang på vegne av klienter.");
    assert!(!page.has("form[role=search]"), "there is nothing to search");
    assert_eq!([count(&page, "waiting"), count(&page, "own"), count(&page, "clients")], ["0"; 3]);
    pia.get(&requests()).await.is(200).says("Ingen forespørsler venter på svar. Når");
}

async fn a_search_finds_what_waits_too(bench: Bench) {
    let user = bench.system_user("gammel").await;
    let _change = bench.change(&user).await;
    let _one = bench.request(Bench::ask_for(CUSTOMER, "ref-17", "Ærfuglens lønn")).await;
    bench.register_agents().await;
    let _agent = bench.agent_request(CUSTOMER, "k9").await;
    let mut pia = bench.logged_in(PIA).await;
    for (q, found) in [
        ("", vec!["Klienter k9", "gammel", "Ærfuglens lønn"]),
        ("%C3%86RFUGL", vec!["Ærfuglens lønn"]),
        ("ref-17", vec!["Ærfuglens lønn"]),
        ("gammel", vec!["gammel"]),
        ("smartcloud", vec!["Klienter k9", "gammel", "Ærfuglens lønn"]),
        ("smart%3Cregn", vec!["Klienter k9", "gammel", "Ærfuglens lønn"]),
        ("991+825+827", vec!["Klienter k9", "gammel", "Ærfuglens lønn"]),
        ("%25", vec![]),
        ("finnes+ikke", vec![]),
    ] {
        for (path, list) in [(overview(), "waiting"), (requests(), "requests")] {
            let page = pia.get(&format!("{path}?q={q}")).await;
            page.is(200);
            let seen: BTreeSet<String> = titles(&page, list).into_iter().collect();
            let expected: BTreeSet<String> = found.iter().map(ToString::to_string).collect();
            assert_eq!(seen, expected, "{path} {q}");
            assert_eq!(count(&page, list), found.len().to_string(), "{path} {q}");
            if found.is_empty() {
                page.says("Ingen treff på");
            }
        }
    }
    let page = pia.get(&overview()).await;
    page.says("Endring").says("For klienter");
    // And the system user itself, by the same words.
    assert_eq!(titles(&pia.get(&format!("{}?q=GAMMEL", overview())).await, "own"), ["gammel"]);
    assert!(
        titles(&pia.get(&format!("{}?q=lønn", overview().replace('ø', "%C3%B8"))).await, "own")
            .is_empty()
    );
}

async fn what_waits_goes_on_for_pages(bench: Bench) {
    let mut expected = Vec::new();
    for n in 0..63 {
        let id =
            bench.request(Bench::ask_for(CUSTOMER, &format!("k{n}"), &format!("nr {n}"))).await;
        if n % 20 == 0 {
            expected.insert(0, format!("nr {n}"));
            let mut ola = bench.logged_in(OLA).await;
            let page = ola.get(&format!("{UI}/request?id={id}")).await;
            ola.submit(&page.form("/escalate")).await.is(303);
        }
        bench.pass_minutes(1);
    }
    let plain = (0..63).rev().filter(|n| n % 20 != 0).map(|n| format!("nr {n}"));
    expected.extend(plain);
    let mut pia = bench.logged_in(PIA).await;
    let (seen, pages) = all(&mut pia, requests(), "requests").await;
    assert_eq!((seen, pages), (expected.clone(), 2));
    // The overview has the first of them, and leads on.
    let page = pia.get(&overview()).await;
    assert_eq!(titles(&page, "waiting"), expected[..10]);
    assert_eq!(count(&page, "waiting"), "63");
    assert_eq!(page.attr(".more a", "href"), Some(requests()));
    page.says("Vis alle 63 som venter");
    for bad in ["x", "new.1", "old.1.0193a4d2-6f1e-7c3b-9d53-1f6f0a4b2c11"] {
        pia.get(&format!("{}?after={bad}", requests())).await.is(400);
    }
}

async fn both_lists_go_on_for_pages(bench: Bench) {
    fill(&bench, "standard", 130).await;
    fill(&bench, "agent", 75).await;
    let mut pia = bench.logged_in(PIA).await;
    let first = pia.get(&overview()).await;
    assert_eq!((titles(&first, "own").len(), titles(&first, "clients").len()), (20, 20));
    assert_eq!([count(&first, "own"), count(&first, "clients")], ["130", "75"]);
    for (kind, list, many, pages) in [("standard", "own", 130, 4), ("agent", "clients", 75, 3)] {
        let expected: Vec<String> = (0..many).map(|n| format!("{kind} {n}")).collect();
        assert_eq!(all(&mut pia, overview(), list).await, (expected, pages));
    }
    // One list alone has the room of both.
    bench.exec("delete from system_user where kind = 'agent'").await;
    assert_eq!(titles(&pia.get(&overview()).await, "own").len(), 40);
    // A search goes along.
    let (seen, _) = all(&mut pia, format!("{}?q=standard+1", overview()), "own").await;
    assert_eq!(seen.len(), 1 + 10 + 30);
}

/// The page as it is sent: how long it is, compressed.
async fn sent(bench: &Bench, pia: &Browser, path: &str) -> usize {
    let cookies: Vec<String> = pia.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let request = Request::get(path)
        .header("cookie", cookies.join("; "))
        .header("accept-encoding", "br")
        .body(Body::empty())
        .unwrap();
    let answer = bench.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-encoding"], "br");
    answer.into_body().collect().await.unwrap().to_bytes().len()
}

/// What the customer's agents have lost, and what waits for them; as no verb enters it.
async fn clients_to_tell_of(bench: &Bench) {
    let now = bench.app.clock.now();
    let lost = "insert into client_loss (facilitator, day, system_user, because, code, clients) select owner, $1, id, 'relation-ended', 'REGN', 7 from system_user where kind = 'agent' and title < 'agent 2'";
    let found = "insert into client_found (facilitator, system_user, client, role, name_sort, found) select owner, id, owner, 'REGN', $1, $2 from system_user where kind = 'agent' and title < 'agent 2'";
    let opened = "insert into facilitator (party, opened) select id, $1 from party where org_no = $2 on conflict do nothing";
    let done = bench.app.store.write(async |tx| {
        tx.query(opened).bind(now).bind(CUSTOMER).exec().await?;
        tx.query(lost).bind(now.day()).exec().await?;
        tx.query(found).bind(vec![7_u8]).bind(now).exec().await
    });
    assert!(done.await.unwrap() > 1_000);
}

async fn ten_thousand_are_as_few_as_ten(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let (mut asked, mut rows) = (Vec::new(), Vec::new());
    for more in [0, 10, 9_990] {
        bench.exec("delete from system_user").await;
        fill(&bench, "standard", more).await;
        fill(&bench, "agent", more).await;
        for waiting in 0..i64::from(more > 10) * 12 {
            let _ = bench.request(Bench::ask_for(CUSTOMER, &format!("w{waiting}"), "Venter")).await;
        }
        if more > 10 {
            clients_to_tell_of(&bench).await;
        }
        let before = bench.app.store.statements();
        let page = pia.get(&overview()).await;
        page.is(200);
        assert_eq!(page.text().contains("venter på gjennomgang"), more > 10);
        assert_eq!(page.text().contains("klienter ble fjernet"), more > 10);
        asked.push(bench.app.store.statements() - before);
        rows.push(page.count("tbody tr"));
        let elements = page.count("body *");
        assert!(elements <= 1_000, "{elements} elements");
        let bytes = sent(&bench, &pia, &overview()).await;
        assert!(bytes <= 10_000, "{bytes} bytes with {more} of each");
    }
    // Who is in front of the page, what they hold, what waits with what there is to tell of clients, and
    // both lists at once.
    assert_eq!(asked, [4, 4, 4]);
    assert_eq!(rows, [0, 20, 50]);
    for (path, most) in [
        (format!("{}?q=standard+99", overview()), 4),
        (format!("{}?show=unused", overview()), 4),
        (requests(), 3),
        (format!("{UI}/create"), 3),
        (format!("{UI}/history"), 3),
    ] {
        let before = bench.app.store.statements();
        let page = pia.get(&path).await;
        page.is(200);
        let asked = bench.app.store.statements() - before;
        assert!(asked <= most, "{path} asked {asked} statements");
        assert!(page.count("tbody tr") <= 50 && page.count("body *") <= 1_000, "{path}");
        let bytes = sent(&bench, &pia, &path).await;
        assert!(bytes <= 18 * 1024, "{path}: {bytes} bytes, and 12 KiB of stylesheet");
    }
    let last = pia.get(&format!("{}?q=standard+9989", overview())).await;
    assert_eq!(titles(&last, "own"), ["standard 9989"]);
}

async fn what_is_not_used_is_found(bench: Bench) {
    let used = bench.system_user("brukt").await;
    let _old = bench.system_user("gammel").await;
    bench.pass_days(91);
    let _new = bench.system_user("fersk").await;
    let id: uuid::Uuid = used.parse().unwrap();
    let sql = "update system_user set last_used = $1 where id = $2";
    let on = async |days: i64| {
        let day = bench.app.clock.now().plus_days(-days).day();
        let done = bench.app.store.write(async |tx| tx.query(sql).bind(day).bind(id).exec().await);
        assert_eq!(done.await.unwrap(), 1);
    };
    let mut pia = bench.logged_in(PIA).await;
    let unused = format!("{}?show=unused", overview());
    on(90).await;
    assert_eq!(titles(&pia.get(&unused).await, "own"), ["gammel"]);
    on(91).await;
    let page = pia.get(&unused).await;
    let found: BTreeSet<String> = titles(&page, "own").into_iter().collect();
    assert_eq!(found, BTreeSet::from(["brukt".to_owned(), "gammel".to_owned()]));
    assert_eq!(count(&page, "own"), "2");
    assert!(page.has(".filters a[aria-current][href$='show=unused']"));
    page.says("Sist brukt 21. november 2026").says("Ikke brukt ennå");
    assert_eq!(titles(&pia.get(&format!("{unused}&q=bru")).await, "own"), ["brukt"]);
    on(0).await;
    bench.exec("update system_user set created = (select max(created) from system_user)").await;
    pia.get(&unused).await.is(200).says("Ingen tilganger passer til utvalget.");
    assert_eq!(titles(&pia.get(&overview()).await, "own").len(), 3);
}

async fn what_ends_soon_is_warned_of(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    for (title, last_day) in
        [("ved jul", "2026-12-20"), ("til sommeren", "2027-06-30"), ("i kveld", "2026-11-21")]
    {
        let mut ask = Bench::ask_for(CUSTOMER, title, title);
        ask["validTo"] = serde_json::json!(last_day);
        ask["redirectUrl"] = serde_json::json!(REDIRECT);
        let id = bench.request(ask).await;
        let page = pia.get(&format!("{UI}/request?id={id}")).await;
        pia.submit(&page.form("/approve")).await.is(303);
    }
    let page = pia.get(&overview()).await;
    page.says("2 tilganger går ut innen 30 dager.").says("Går ut 20. desember 2026");
    page.says("Går ut 21. november 2026");
    assert!(!page.text().contains("Går ut 30. juni 2027"));
    let ending = page.attr(".ds-alert a[href*='show=ending']", "href").unwrap();
    let found: BTreeSet<String> = titles(&pia.get(&ending).await, "own").into_iter().collect();
    assert_eq!(found, BTreeSet::from(["ved jul".to_owned(), "i kveld".to_owned()]));
    bench.pass_days(1);
    pia.log_in(PIA).await;
    let page = pia.get(&overview()).await;
    page.says("1 tilgang går ut innen 30 dager.").says("Utløpt");
    bench.pass_days(30);
    pia.log_in(PIA).await;
    assert!(!pia.get(&overview()).await.text().contains("innen 30 dager. Vis"));
}

async fn others_are_told_what_is_missing(bench: Bench) {
    let _waiting = bench.request(Bench::ask_for(CUSTOMER, "k1", "Hemmelig lønn")).await;
    let _user = bench.system_user("Hemmelig tilgang").await;
    let mut ola = bench.logged_in(OLA).await;
    for path in [overview(), requests(), format!("{}?q=hemmelig", requests())] {
        let page = ola.get(&path).await;
        page.is(200).says("Du kan ikke styre systemtilgangene her").says("daglig leder");
        page.never_says("Hemmelig");
        assert_eq!(page.count("table"), 0);
    }
}
