//! The clients pages: as one who manages clients sees them, and as others do.
use super::world::{
    SIGNING, add, agent, agent_of, client, counts, ids, in_one, many, numbers, on, party_uuid,
};
use crate::{
    on_each_engine,
    support::{ACCOUNTANTS, Answer, Bench, Browser, CUSTOMER, KARI, NILS, PIA, TOR},
};
use std::fmt::Write as _;
use systembruker::{
    clients::jobs::{Matching, worker::Worker},
    ids::SystemUserId,
    registers::seed::{Held, Holder},
};

on_each_engine!(
    the_list_is_searched_filtered_and_paged,
    one_is_added_and_removed_at_its_place,
    those_that_are_checked_are_added_and_removed,
    all_that_match_are_looked_through_and_then_added,
    those_on_none_are_looked_through_and_then_added,
    a_search_says_how_many_it_finds,
    a_pasted_list_is_looked_through_and_then_added,
    a_file_is_looked_through_and_then_added,
    a_list_that_cannot_be_read_is_told_of_at_its_field,
    a_pasted_list_survives_a_lost_session,
    a_job_is_followed_cancelled_and_tried_again,
    clients_are_copied_and_seen_elsewhere,
    the_own_organisation_has_its_row,
    others_are_told_why_not_and_who_may,
    another_partys_clients_are_not_found,
    tables_are_downloaded_whole_and_harmless,
    a_page_costs_five_statements_and_little_weight,
    the_menu_leads_to_the_clients,
    an_approved_agent_request_leads_to_its_clients,
    revoking_says_how_many_lose_it,
);

const UI: &str = "/accessmanagement/ui/systemuser";

fn at(id: SystemUserId, rest: &str) -> String {
    format!("{UI}/{id}/clients{rest}")
}
/// Follows a redirect of ours.
async fn follow(browser: &mut Browser, answer: &Answer) -> Answer {
    answer.is(303);
    let to = answer.location().split('#').next().unwrap().to_owned();
    browser.get(&to).await
}
async fn finish(bench: &Bench) {
    let worker = Worker::new(&bench.app);
    while worker.turn(None).await.unwrap() {}
}

async fn the_list_is_searched_filtered_and_paged(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 70, "REGN").await;
    let more = numbers(72);
    let named = [
        client(&more[70], "Østfold <Rør> DA", "DA", &["REVI"], &[]),
        client(&more[71], "Ås =1+1", "AS", &["REGN"], &[]),
    ];
    bench.seed.clients(&named).await.unwrap();
    in_one(&bench, kari, user, true, &ids(&bench, &all[..2]).await).await.unwrap();
    let mut browser = bench.logged_in(KARI).await;
    let first = browser.get(&at(user, "")).await;
    first.is(200).says("2 av 73 klienter er lagt til.").says("73 klienter");
    first.says("Klient 00000 AS").never_says("<Rør>");
    assert_eq!(
        first.forms("/add").len() + first.forms("/remove").len(),
        52,
        "a form a row, and two"
    );
    let next = first.link("a[rel=next]");
    let second = browser.get(&next).await;
    second.is(200).says("Østfold <Rør> DA").says("Mangler Regnskapsfører med signeringsrettighet");
    second.says("Til begynnelsen").never_says("Klient 00000 AS");
    assert!(!second.has("a[rel=next]"));
    for (query, shown, hidden) in [
        ("?q=%C3%B8stfold", "Østfold <Rør> DA", "Klient 00003 AS"),
        (&*format!("?q={}", all[3]), "Klient 00003 AS", "Klient 00004 AS"),
        ("?q=Klient&state=added", "Klient 00001 AS", "Klient 00002 AS"),
        ("?state=blocked", "Østfold <Rør> DA", "Klient 00003 AS"),
        ("?state=available", "Klient 00002 AS", "Klient 00001 AS"),
        ("?state=none", "Klient 00002 AS", "Klient 00001 AS"),
        ("?q=ingenting", "Ingen klienter passer med søket.", "Klient 00001 AS"),
    ] {
        let answer = browser.get(&at(user, query)).await;
        answer.is(200).says(shown);
        assert!(!answer.text().contains(hidden), "{query}: {hidden}");
    }
    for bad in ["?state=x", "?after=x"] {
        browser.get(&at(user, bad)).await.is(400);
    }
}

async fn one_is_added_and_removed_at_its_place(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 3, "REGN").await;
    let mut browser = bench.logged_in(KARI).await;
    let id = ids(&bench, &all[1..2]).await[0];
    let page = browser.get(&at(user, "?q=klient&state=")).await;
    let done = browser.submit(&page.form(&format!("{id}/add"))).await;
    assert_eq!(done.is(303).location(), at(user, &format!("?q=klient&at={id}#at")));
    let page = follow(&mut browser, &done).await;
    page.is(200).says("Klient 00001 AS er lagt til.");
    assert!(page.has("tr #at[tabindex][role=status]"), "where the focus goes");
    assert_eq!(counts(&bench, kari, user).await.added, 1);
    let page = browser.get(&at(user, "?state=added")).await;
    page.never_says("AS er lagt til.");
    let done = browser.submit(&page.form(&format!("{id}/remove"))).await;
    let page = follow(&mut browser, &done).await;
    // The row is not in this list any more.
    page.says("Klient 00001 AS er fjernet.");
    assert!(page.has("div#at[role=status]"));
    assert_eq!(counts(&bench, kari, user).await.added, 0);
    // What cannot be added since the page was shown says so.
    let page = browser.get(&at(user, "")).await;
    super::world::close(&bench, &[id], "REGN").await;
    let done = browser.submit(&page.form(&format!("{id}/add"))).await;
    follow(&mut browser, &done)
        .await
        .says("Kan ikke legges til nå. Klient 00001 AS: Er ikke klient hos dere.");
    let stranger = party_uuid(&bench, super::super::support::VENDOR).await;
    let form = page.form(&format!("{id}/add"));
    let elsewhere = form.action.replace(&id.to_string(), &stranger.to_string());
    let forged = crate::support::browser::PageForm { action: elsewhere, ..form };
    browser.submit(&forged).await.is(403);
}

async fn those_that_are_checked_are_added_and_removed(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 5, "REGN").await;
    let checked = ids(&bench, &all[..3]).await;
    let mut browser = bench.logged_in(KARI).await;
    let page = browser.get(&at(user, "")).await;
    let mut form = page.form("clients/add");
    form.fields.extend(checked.iter().map(|id| ("client".to_owned(), id.to_string())));
    let done = browser.submit(&form).await;
    let page = follow(&mut browser, &done).await;
    page.says("Ferdig: 3 lagt til.");
    assert_eq!(counts(&bench, kari, user).await.added, 3);
    let mut form = page.form("clients/remove");
    form.fields.extend(checked[1..].iter().map(|id| ("client".to_owned(), id.to_string())));
    let done = browser.submit(&form).await;
    follow(&mut browser, &done).await.says("Ferdig: 2 fjernet.");
    assert_eq!(counts(&bench, kari, user).await.added, 1);
    let done = browser.submit(&page.form("clients/add")).await;
    follow(&mut browser, &done).await.says("Ingen klienter var valgt.");
    let bad = page.form("clients/add").with("client", "x");
    browser.submit(&bad).await.is(404);
}

async fn all_that_match_are_looked_through_and_then_added(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 30, "REGN").await;
    let other = numbers(32);
    let blocked: Vec<_> =
        other[30..].iter().map(|n| client(n, "Klient R", "AS", &["REVI"], &[])).collect();
    bench.seed.clients(&blocked).await.unwrap();
    let mut browser = bench.logged_in(KARI).await;
    let page = browser.get(&at(user, "?q=klient")).await;
    page.says("Legg til alle treff …");
    let page = browser.get(&at(user, "/bulk?q=klient")).await;
    page.is(200).says("Alle som passer med « klient »");
    // The first form is for all that match.
    let form = page.forms("clients/bulk").remove(0);
    let field = |name: &str| form.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    assert_eq!(
        (field("scope"), field("q"), field("do")),
        (Some("all"), Some("klient"), Some("add"))
    );
    let done = browser.submit(&form).await;
    let page = follow(&mut browser, &done).await;
    page.is(200).says("Blir lagt til 30").says("2 klienter: Mangler Regnskapsfører");
    page.says("Ingenting er gjort ennå.").says("Legg til 30 klienter");
    assert_eq!(counts(&bench, kari, user).await.added, 0);
    let done = browser.submit(&page.form("clients/jobs")).await;
    let page = follow(&mut browser, &done).await;
    page.is(200).says("Ferdig").says("32 av 32 rader er behandlet.");
    assert_eq!(counts(&bench, kari, user).await.added, 30);
    let page = browser.get(&at(user, "/bulk?scope=all&do=remove&state=added")).await;
    page.says("Fjern 30 klienter");
    let done = browser.submit(&page.form("clients/jobs")).await;
    follow(&mut browser, &done).await.says("Fjerne klienter fra").says("Fjernet 30");
    assert_eq!(counts(&bench, kari, user).await.added, 0);
    browser.get(&at(user, "/bulk?scope=all&do=remove")).await.says("Det er ingenting å gjøre.");
    for bad in ["/bulk?scope=all&do=x", "/bulk?scope=all&state=x"] {
        browser.get(&at(user, bad)).await.is(400);
    }
}

async fn those_on_none_are_looked_through_and_then_added(bench: Bench) {
    let (kari, one) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let other = agent(&bench, &[SIGNING]).await;
    let all = many(&bench, 60, "REGN").await;
    let more = numbers(61);
    bench.seed.clients(&[client(&more[60], "Klient R", "AS", &["REVI"], &[])]).await.unwrap();
    in_one(&bench, kari, one, true, &ids(&bench, &all[..3]).await).await.unwrap();
    in_one(&bench, kari, other, true, &ids(&bench, &all[3..5]).await).await.unwrap();
    let mut browser = bench.logged_in(KARI).await;
    let page = browser.get(&at(other, "?state=none&q=klient")).await;
    let page = browser.get(&page.link("a[href*='scope=all&do=add']")).await;
    page.is(200).says("Blir lagt til 55").says("1 klient: Mangler");
    let done = browser.submit(&page.form("clients/jobs")).await;
    finish(&bench).await;
    follow(&mut browser, &done).await.says("56 av 56 rader er behandlet.");
    assert_eq!(counts(&bench, kari, other).await.added, 57, "those on the other one are left");
    let page = browser.get(&at(one, "?state=none")).await;
    page.says("2 klienter").says("Klient R").never_says("Klient 00");
    // One who has the list open sends what it says.
    let page = browser.get(&at(other, "/bulk?state=none&q=klient")).await;
    let done = browser.submit(&page.forms("clients/bulk").remove(0)).await;
    follow(&mut browser, &done).await.says("Blir lagt til 0");
}

async fn a_search_says_how_many_it_finds(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 1_060, "REGN").await;
    let more = numbers(1_061);
    bench.seed.clients(&[client(&more[1_060], "Klient R", "AS", &["REVI"], &[])]).await.unwrap();
    in_one(&bench, kari, user, true, &ids(&bench, &all[..110]).await).await.unwrap();
    let mut browser = bench.logged_in(KARI).await;
    for (query, hits) in [
        ("q=klient", "Flere enn 1 000 treff"),
        ("q=klient+000", "100 klienter"),
        ("q=klient+0000", "10 klienter"),
        ("q=klient&state=added", "110 klienter"),
        ("q=klient+000&state=added", "100 klienter"),
        ("q=klient+00&state=available", "890 klienter"),
        ("q=klient&state=available", "950 klienter"),
        ("q=klient&state=blocked", "1 klient"),
        ("q=klient+00&state=none", "Flere enn 500 treff"),
        ("state=none", "Flere enn 500 treff"),
        ("q=klient+003&state=none", "100 klienter"),
        ("state=available", "951 klienter"),
        ("q=", "1 062 klienter"),
    ] {
        let (mut path, mut pages) = (at(user, &format!("?{query}")), 0);
        while pages < 3 {
            let page = browser.get(&path).await;
            assert_eq!(page.is(200).texts("#hits"), [hits], "{path}");
            pages += 1;
            match page.attr("a[rel=next]", "href") {
                Some(next) => path = next,
                None => break,
            }
        }
        let few = ["1 klient", "10 klienter"].contains(&hits);
        assert_eq!(pages == 1, few, "{query} has {pages} pages");
    }
}

async fn a_pasted_list_is_looked_through_and_then_added(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 60, "REGN").await;
    let mut pasted = String::new();
    for number in &all {
        writeln!(pasted, "{number}").unwrap();
    }
    pasted.push_str("tull\r\n310200000\r\n999999999\r\n");
    let mut browser = bench.logged_in(KARI).await;
    let page = browser.get(&at(user, "/bulk")).await;
    let form = page.forms("clients/bulk").remove(1).with("list", &pasted).with("do", "add");
    let done = browser.submit(&form).await;
    let page = follow(&mut browser, &done).await;
    page.is(200).says("Blir lagt til 60").says("Er ikke klient hos dere 1");
    page.says("Linje 61: fant ikke noe organisasjonsnummer");
    page.says("Linje 62: siste siffer i organisasjonsnummeret passer ikke");
    page.says("linje 1").never_says("tull");
    let next = browser.get(&page.link("a[rel=next]")).await;
    next.says("linje 60").says("Er ikke klient hos dere");
    let start = page.form("clients/jobs");
    let done = browser.submit(&start).await;
    let page = follow(&mut browser, &done).await;
    page.says("61 av 61 rader").says("Prøv det som gjenstår på nytt");
    assert_eq!(counts(&bench, kari, user).await.added, 60);
    // Pressed twice, it is the same job.
    let again = browser.submit(&start).await;
    assert_eq!(again.location(), done.location());
    let refused = browser.get(&format!("{}?only=refused", done.location())).await;
    refused.says("999").never_says("Klient 00001 AS");
}

/// A form with a file in it, as a browser sends it.
async fn upload(browser: &mut Browser, page: &Answer, file: &[u8]) -> Answer {
    let form = page.forms("clients/bulk").remove(2);
    let mut body = Vec::new();
    for (name, value) in form.fields.iter().filter(|(name, _)| name != "file") {
        let part =
            format!("--b0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    body.extend_from_slice(b"--b0\r\nContent-Disposition: form-data; name=\"do\"\r\n\r\nadd\r\n--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"k.csv\"\r\nContent-Type: text/csv\r\n\r\n");
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b0--\r\n");
    browser.post_bytes(&form.action, "multipart/form-data; boundary=b0", body).await
}

async fn a_file_is_looked_through_and_then_added(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 3, "REGN").await;
    let mut browser = bench.logged_in(KARI).await;
    let page = browser.get(&at(user, "/bulk")).await;
    let file = format!(
        "\u{feff}Navn;Org.nr\r\n\"Rør; og Vann\";{}\r\nBø;{}\r\nX;x\r\n",
        all[0],
        all[1].grouped()
    );
    let done = upload(&mut browser, &page, file.as_bytes()).await;
    let page = follow(&mut browser, &done).await;
    page.says("Blir lagt til 2").says("Linje 4: fant ikke noe organisasjonsnummer");
    let done = browser.submit(&page.form("clients/jobs")).await;
    follow(&mut browser, &done).await.says("Ferdig");
    assert_eq!(counts(&bench, kari, user).await.added, 2);
    // Ten megabytes are taken, more are not.
    let page = browser.get(&at(user, "/bulk")).await;
    let mut large = all[2].to_string().into_bytes();
    large.resize(10 * 1024 * 1024, b'\n');
    let done = upload(&mut browser, &page, &large).await;
    follow(&mut browser, &done).await.says("Blir lagt til 1");
    large.resize(10 * 1024 * 1024 + 1, b'\n');
    upload(&mut browser, &page, &large).await.is(422).says("Filen er større enn 10 MB.");
    large.resize(11 * 1024 * 1024, b'\n');
    upload(&mut browser, &page, &large).await.is(413);
    assert_eq!(bench.count("select count(*) from client_job where state = 'draft'").await, 1);
}

async fn a_list_that_cannot_be_read_is_told_of_at_its_field(bench: Bench) {
    let user = agent(&bench, &[SIGNING]).await;
    let mut browser = bench.logged_in(KARI).await;
    let page = browser.get(&at(user, "/bulk")).await;
    let form = page.forms("clients/bulk").remove(1).with("list", " \n ").with("do", "add");
    let wrong = browser.submit(&form).await;
    wrong.is(422).says("Listen er tom.");
    assert!(wrong.has("[role=alert] a[href='#list']") && wrong.has("textarea[aria-invalid=true]"));
    let wrong = upload(&mut browser, &page, b"310904473\nR\xf8r;1\n").await;
    wrong.is(422).says("Linje 2 er ikke UTF-8.");
    assert!(
        wrong.has("[role=alert] a[href='#file']") && wrong.has("input#file[aria-invalid=true]")
    );
    let wide: Vec<u8> = "\u{feff}310904473".encode_utf16().flat_map(u16::to_le_bytes).collect();
    upload(&mut browser, &page, &wide).await.is(422).says("Linje 1 er ikke UTF-8.");
    let bad = page.forms("clients/bulk").remove(1).with("do", "x").with("list", "310904473");
    browser.submit(&bad).await.is(400);
    let cut = page.forms("clients/bulk").remove(2).action;
    let body = b"--b0\r\nContent-Disposition".to_vec();
    browser.post_bytes(&cut, "multipart/form-data; boundary=b0", body).await.is(400);
    browser.post_bytes(&cut, "text/plain", Vec::new()).await.is(415);
    assert_eq!(bench.count("select count(*) from client_job").await, 0);
}

async fn a_pasted_list_survives_a_lost_session(bench: Bench) {
    let user = agent(&bench, &[SIGNING]).await;
    let all = many(&bench, 300, "REGN").await;
    let mut browser = bench.logged_in(KARI).await;
    let page = browser.get(&at(user, "/bulk")).await;
    let pasted = |many: usize| {
        let numbers: Vec<&str> = all[..many].iter().map(systembruker::ids::OrgNo::as_str).collect();
        numbers.join("\r\n")
    };
    let form = page.forms("clients/bulk").remove(1).with("do", "remove");
    browser.cookies.clear();
    let gone = browser.submit(&form.clone().with("list", &pasted(300))).await;
    gone.is(401).says("kan ikke bli med gjennom innloggingen");
    upload(&mut browser, &page, b"310904473")
        .await
        .is(401)
        .says("kan ikke bli med gjennom innloggingen");
    let gone = browser.submit(&form.with("list", &pasted(100))).await;
    gone.is(401).never_says("kan ikke bli med gjennom innloggingen");
    let login = gone.link("a[href^='/login']");
    let (_, to) = login.split_once("to=").unwrap();
    let back = browser.log_in_to(KARI, to).await;
    let page = follow(&mut browser, &back).await;
    assert_eq!(page.is(200).texts("textarea#list"), [pasted(100).replace("\r\n", " ")]);
    page.says("Se hva som blir fjernet");
    // The dry run of a search is come back to as well.
    let path = at(user, "/bulk?scope=all&do=add&q=klient");
    let answer = bench.browser().get(&path).await;
    let to = answer.is(303).location();
    assert!(to.starts_with("/login?to=bulk.") && to.contains("scope"), "{to}");
}

async fn a_job_is_followed_cancelled_and_tried_again(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 1_100, "REGN").await;
    let mut browser = bench.logged_in(KARI).await;
    let all = Matching { q: "klient".into(), ..Matching::default() };
    let source = systembruker::clients::jobs::Source::Matching(&all);
    let action = systembruker::clients::jobs::Action::Add;
    let job = systembruker::clients::jobs::begin(&bench.app, kari, user, action, &source).await;
    let url = at(user, &format!("/jobs/{}", job.unwrap()));
    let page = browser.get(&url).await;
    page.is(200).says("Pågår").says("0 av 1 100 rader er behandlet.").says("Venter");
    assert!(page.has("progress[max='1100'][value='0']") && !page.has("a[download]"));
    browser.get(&format!("{url}/result.csv")).await.is(200);
    assert!(Worker::new(&bench.app).turn(None).await.unwrap());
    browser.get(&url).await.says("500 av 1 100 rader er behandlet.");
    let done = browser.submit(&page.form("/cancel")).await;
    let page = follow(&mut browser, &done).await;
    page.says("Avbrutt").says("Last ned resultatet (CSV)");
    let next = browser.get(&format!("{url}?after=500")).await;
    next.says("Ikke gjort");
    let done = browser.submit(&page.form("clients/jobs")).await;
    finish(&bench).await;
    follow(&mut browser, &done).await.says("600 av 600 rader er behandlet.");
    assert_eq!(counts(&bench, kari, user).await.added, 1_100);
    browser.get(&at(user, "/jobs/x")).await.is(404);
    browser.get(&at(user, &format!("/jobs/{}", uuid::Uuid::new_v4()))).await.is(404);
    browser.get(&format!("{url}?after=x")).await.is(400);
}

async fn clients_are_copied_and_seen_elsewhere(bench: Bench) {
    let (kari, one) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let other = agent(&bench, &[SIGNING]).await;
    let all = many(&bench, 4, "REGN").await;
    in_one(&bench, kari, one, true, &ids(&bench, &all[..3]).await).await.unwrap();
    let mut browser = bench.logged_in(KARI).await;
    browser.get(&at(other, "?q=klient")).await.says("Også på Smart<Regnskap>");
    let page = browser.get(&at(other, "/bulk")).await;
    let form =
        page.forms("clients/bulk").remove(3).with("from", &one.to_string()).with("do", "add");
    let done = browser.submit(&form).await;
    let page = follow(&mut browser, &done).await;
    page.says("Blir lagt til 3");
    let done = browser.submit(&page.form("clients/jobs")).await;
    follow(&mut browser, &done).await.says("Ferdig");
    assert_eq!(counts(&bench, kari, other).await.added, 3);
    browser.get(&at(one, "?state=none")).await.says("Klient 00003 AS");
    let strange = form.with("from", &uuid::Uuid::new_v4().to_string());
    browser.submit(&strange).await.is(404);
}

async fn the_own_organisation_has_its_row(bench: Bench) {
    let package = "krav-og-utlegg";
    let user = agent(&bench, &[package]).await;
    let own = party_uuid(&bench, ACCOUNTANTS).await;
    let mut browser = bench.logged_in(TOR).await;
    let page = browser.get(&at(user, "")).await;
    page.is(200).says("Egen virksomhet");
    let done = browser.submit(&page.form(&format!("{own}/add"))).await;
    let page = follow(&mut browser, &done).await;
    page.says("Tallmakerne AS er lagt til.");
    let table = |rest: &str| at(user, &format!(".csv{rest}"));
    for (rest, there) in [("", true), ("?state=added", true), ("?state=blocked", false)] {
        let told = browser.get(&table(rest)).await.body;
        let line = format!("{ACCOUNTANTS};Tallmakerne AS;;Egen virksomhet;Lagt til;");
        assert_eq!(told.contains(&line), there, "{rest}: {told}");
    }
    let done = browser.submit(&page.form(&format!("{own}/remove"))).await;
    follow(&mut browser, &done).await.says("Tallmakerne AS er fjernet.");
    assert!(!browser.get(&table("")).await.body.contains("Egen virksomhet"));
    // Kari manages clients, and not access: she sees the row without a button.
    let page = bench.logged_in(KARI).await.get(&at(user, "")).await;
    page.says("Egen virksomhet");
    assert!(page.forms(&format!("{own}/add")).is_empty());
    let clients_only = agent(&bench, &[SIGNING]).await;
    let page = browser.get(&at(clients_only, "")).await;
    assert!(!page.text().contains("Egen virksomhet"));
}

async fn others_are_told_why_not_and_who_may(bench: Bench) {
    let user = agent(&bench, &[SIGNING]).await;
    let pid = crate::support::SIV.1.parse().unwrap();
    let manager = "urn:altinn:accesspackage:tilgangsstyrer".parse().unwrap();
    let accountants = ACCOUNTANTS.parse().unwrap();
    let held = Held::Package(&manager);
    bench.seed.give(&accountants, Holder::Person(&pid), held).await.unwrap();
    let mut browser = bench.browser();
    browser.log_in_to(crate::support::SIV, "overview").await.is(303);
    let accountants = party_uuid(&bench, ACCOUNTANTS).await;
    browser.act_for(&accountants.to_string()).await;
    let page = browser.get(&at(user, "")).await;
    page.is(403).says("Du kan ikke administrere klienter").says("Daglig leder");
    page.says("2 personer i virksomheten kan det.");
    for path in ["/bulk", ".csv", "/bulk?scope=all"] {
        browser.get(&at(user, path)).await.is(403);
    }
}

async fn another_partys_clients_are_not_found(bench: Bench) {
    let (user, kari) = (agent(&bench, &[SIGNING]).await, on(&bench, KARI, ACCOUNTANTS).await);
    add(&bench, kari, user, CUSTOMER).await;
    let job = format!("/jobs/{}", uuid::Uuid::new_v4());
    let mut pia = bench.logged_in(PIA).await;
    for path in ["", ".csv", "/bulk", "/bulk?scope=all", &job] {
        let foreign = pia.get(&at(user, path)).await;
        foreign.is(404).never_says("Smart<Regnskap>");
        let unknown = pia.get(&at(SystemUserId(uuid::Uuid::new_v4()), path)).await;
        assert_eq!(unknown.is(404).text(), foreign.text());
        pia.get(&format!("{UI}/x/clients{path}")).await.is(404);
    }
    bench.logged_in(NILS).await.get(&at(user, "")).await.is(303);
    // As many tabs at once as a browser that starts again opens.
    let mut tabs = tokio::task::JoinSet::new();
    for _ in 0..24 {
        let (mut tab, path) = (pia.clone(), at(user, ""));
        tabs.spawn(async move { tab.get(&path).await.status.as_u16() });
    }
    assert_eq!(tabs.join_all().await, [404; 24]);
    let own = agent_of(&bench, PIA, CUSTOMER, &["krav-og-utlegg"]).await;
    pia.get(&at(own, "")).await.is(200).says("Ingen har gitt virksomheten rett");
}

async fn tables_are_downloaded_whole_and_harmless(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    many(&bench, 2_100, "REGN").await;
    let more = numbers(2_103);
    let named = [
        client(&more[2_100], "=HYPERLINK(\"x\")", "AS", &["REGN"], &[]),
        client(&more[2_101], "-Bindestrek; AS", "AS", &["REVI"], &[]),
        client(&more[2_102], "Ærlig Øl & Ål", "ENK", &["REGN"], &[]),
    ];
    bench.seed.clients(&named).await.unwrap();
    let mut browser = bench.logged_in(KARI).await;
    let table = browser.get(&at(user, ".csv")).await;
    table.is(200);
    let header = table.header(&axum::http::header::CONTENT_DISPOSITION);
    assert_eq!(header, "attachment; filename=\"klienter.csv\"");
    assert!(table.body.starts_with("\u{feff}Organisasjonsnummer;Navn;"));
    // The customer of the tests' world is a client too, and there is a heading.
    assert_eq!(table.body.lines().count(), 2_105);
    assert!(
        table.body.contains(";\"'=HYPERLINK(\"\"x\"\")\";AS;Regnskapsfører;Ikke lagt til;;\r\n")
    );
    assert!(table.body.contains(";\"'-Bindestrek; AS\";AS;Revisor;Kan ikke legges til;"));
    assert!(table.body.contains(";Ærlig Øl & Ål;ENK;"));
    let found = browser.get(&at(user, ".csv?q=%C3%A6rlig")).await;
    assert_eq!(found.body.lines().count(), 2);
    // What was downloaded can be sent back.
    let page = browser.get(&at(user, "/bulk")).await;
    let done = upload(&mut browser, &page, table.body.as_bytes()).await;
    let page = follow(&mut browser, &done).await;
    page.says("Blir lagt til 2 103").says("1 klient: Mangler");
    let done = browser.submit(&page.form("clients/jobs")).await;
    finish(&bench).await;
    assert_eq!(counts(&bench, kari, user).await.added, 2_102 + 1);
    let result = browser.get(&format!("{}/result.csv", done.location())).await;
    assert_eq!(result.is(200).body.lines().count(), 2_105);
    assert!(result.body.contains(";\"'=HYPERLINK(\"\"x\"\")\";Lagt til;;"));
}

async fn a_page_costs_five_statements_and_little_weight(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 300, "REGN").await;
    in_one(&bench, kari, user, true, &ids(&bench, &all[..120]).await).await.unwrap();
    let source = systembruker::clients::jobs::Source::ClientsOf(user);
    let action = systembruker::clients::jobs::Action::Remove;
    let job = systembruker::clients::jobs::draft(&bench.app, kari, user, action, &source).await;
    let draft = format!("/bulk?job={}", job.unwrap());
    let mut browser = bench.logged_in(KARI).await;
    browser.get(&at(user, "")).await.is(200);
    let before = bench.app.store.statements();
    browser.get("/om").await.is(200);
    let around = bench.app.store.statements() - before;
    for path in ["", "?q=klient", "?state=added", "?state=none", "/bulk", "/bulk?scope=all", &draft]
    {
        let before = bench.app.store.statements();
        let page = browser.get(&at(user, path)).await;
        page.is(200);
        let cost = bench.app.store.statements() - before - around;
        assert!(cost <= 5, "{path}: {cost} statements");
        let packed = {
            use std::io::Write as _;
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(page.body.as_bytes()).unwrap();
            writer.finish().unwrap().len()
        };
        assert!(packed < 15 * 1024, "{path}: {packed} bytes");
        assert!(page.elements() <= 1_000, "{path}: {} elements", page.elements());
    }
}

async fn the_menu_leads_to_the_clients(bench: Bench) {
    let mut browser = bench.logged_in(KARI).await;
    let all = format!("{UI}/clients");
    let menu = format!("nav a[href='{all}']");
    assert!(!browser.get("/om").await.has(&menu), "there is no system user for clients");
    browser.get(&all).await.is(200).says("Ingen systemer har tilgang på vegne av klienter.");
    let user = agent(&bench, &[SIGNING]).await;
    assert!(browser.get("/om").await.has(&menu));
    assert_eq!(browser.get(&all).await.is(303).location(), at(user, ""));
    agent(&bench, &[SIGNING]).await;
    let page = browser.get(&all).await;
    page.is(200).says("0 klienter");
    assert!(page.has(&format!("a[href='{}']", at(user, ""))));
    let mut pia = bench.logged_in(PIA).await;
    assert!(!pia.get("/om").await.has(&menu));
    // Whoever can do nothing with them is not told of them.
    let mut ola = bench.logged_in(crate::support::OLA).await;
    agent_of(&bench, PIA, CUSTOMER, &["krav-og-utlegg"]).await;
    let page = ola.get(&all).await;
    page.is(403).says("Du kan ikke administrere klienter").never_says("Smart<Regnskap>");
    pia.get(&all).await.is(303);
}

async fn an_approved_agent_request_leads_to_its_clients(bench: Bench) {
    let user = agent(&bench, &[SIGNING]).await;
    let page = bench.logged_in(TOR).await.get(&format!("{UI}/receipt/{user}")).await;
    page.is(200).says("Legg til klienter nå");
    assert!(page.has(&format!("a[href='{}']", at(user, ""))));
}

async fn revoking_says_how_many_lose_it(bench: Bench) {
    let (kari, user) = (on(&bench, KARI, ACCOUNTANTS).await, agent(&bench, &[SIGNING]).await);
    let all = many(&bench, 3, "REGN").await;
    in_one(&bench, kari, user, true, &ids(&bench, &all).await).await.unwrap();
    let page = bench.logged_in(TOR).await.get(&format!("{UI}/{user}/revoke")).await;
    page.is(200).says("3 klienter mister det systemet gjør for dem.");
    page.says("Regnskapsfører med signeringsrettighet");
}
