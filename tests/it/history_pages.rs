//! What has happened, for the party to read: filtered, in pages and as files.
use crate::{
    on_each_engine,
    support::{Bench, CUSTOMER, OLA, PIA, SIV, TOR, VENDOR, things::UI},
};
use serde_json::{Value, json};
use systembruker::{
    clock::Ts,
    events::{self, Actor, Event, Reason},
    history::model::GROUPS,
    ids::{PartyUuid, SystemUserId},
};

on_each_engine!(
    what_happened_is_told_in_words,
    a_new_end_is_told_with_its_day,
    it_is_narrowed_by_user_kind_and_period,
    pages_hold_each_line_once,
    every_kind_has_words_in_every_language,
    every_reason_has_words_in_every_language,
    a_file_has_all_of_it_and_runs_nothing,
    files_are_only_for_those_who_may,
    wrong_days_are_said_at_the_field,
);

fn history() -> String {
    format!("{UI}/history")
}
async fn party(bench: &Bench) -> PartyUuid {
    let sql = "select id from party where org_no = '310904473'";
    bench.app.store.query(sql).one::<(PartyUuid,)>().await.unwrap().0
}
/// Records these, a minute apart.
async fn record(bench: &Bench, many: usize, event: impl Fn(usize) -> Event) {
    let start: Ts = bench.app.clock.now();
    let all: Vec<(usize, Event)> = (0..many).map(|n| (n, event(n))).collect();
    let done = bench.app.store.write(async |tx| {
        for (n, event) in &all {
            events::record(tx, start.plus_minutes(i64::try_from(*n).unwrap()), event).await?;
        }
        Ok::<_, systembruker::db::Error>(())
    });
    done.await.unwrap();
}

async fn what_happened_is_told_in_words(bench: Bench) {
    let id = bench.request(Bench::ask_for(CUSTOMER, "k1", "Butikken")).await;
    let mut ola = bench.logged_in(OLA).await;
    let page = ola.get(&format!("{UI}/request?id={id}")).await;
    ola.submit(&page.form("/escalate")).await.is(303);
    let mut pia = bench.logged_in(PIA).await;
    bench.pass_minutes(1);
    let page = pia.get(&format!("{UI}/request?id={id}")).await;
    pia.submit(&page.form("/approve")).await.is(303);
    bench.pass_minutes(1);
    let revoke = pia.get(&format!("{UI}/{id}/revoke")).await.form("/revoke");
    pia.submit(&revoke).await.is(303);
    bench.pass_minutes(1);
    let gone = bench.request(Bench::ask_for(CUSTOMER, "k2", "Lageret")).await;
    let path = format!("/authentication/api/v1/systemuser/request/vendor/{gone}");
    bench.api("DELETE", &path, VENDOR, None).await.is(202);
    let shown = pia.get(&history()).await;
    shown.is(200);
    let rows: Vec<String> = shown.texts("tbody tr");
    assert_eq!(rows.len(), 7, "{rows:?}");
    let row = |what: &str| {
        rows.iter().find(|row| row.contains(what)).unwrap_or_else(|| panic!("{what}: {rows:?}"))
    };
    assert!(row("Leverandøren trakk forespørselen").contains("SmartCloud AS Leverandør"));
    assert!(
        row("Systemtilgangen ble trukket tilbake").contains("Butikken Pia Rørvik Daglig leder")
    );
    assert!(row("Forespørselen ble godkjent").contains("21. november 2026 kl. 11.01"));
    assert!(row("Forespørselen ble sendt videre").contains("Ola Lien"));
    assert!(rows[0].contains("Lageret") && rows[6].contains("Butikken"), "newest first: {rows:?}");
    // What is gone is not led to; the system user is, also when it has been revoked.
    assert!(shown.has(&format!("a[href='{UI}/{id}']")));
    assert!(!shown.has(&format!("a[href$='{gone}']")));
    // The page of the system user has the latest, and leads to all of it.
    let user = bench.system_user("k3").await;
    let own = pia.get(&format!("{UI}/{user}")).await;
    let all = own.attr(".more a", "href").unwrap();
    assert_eq!(all, format!("{}?user={user}", history()));
    let one = pia.get(&all).await;
    one.is(200).says("Bare k3");
    assert_eq!(one.texts("tbody tr").len(), 3, "the request that it came from, too");
    // Another's history has none of it.
    let mut tor = bench.logged_in(TOR).await;
    tor.get(&history()).await.is(200).says("Ingenting har skjedd ennå.");
    assert!(tor.get(&all).await.is(200).texts("tbody tr").is_empty());
}

async fn a_new_end_is_told_with_its_day(bench: Bench) {
    let id = bench.system_user("Butikken").await;
    let mut pia = bench.logged_in(PIA).await;
    let change = bench.change(&id).await;
    let page = pia.get(&format!("{UI}/changerequest?id={change}")).await;
    pia.submit(&page.form("/approve")).await.is(303);
    let told = |page: &str| page.matches("Tilgangen varer til").count();
    let before = pia.get(&history()).await;
    before.is(200).says("Systemtilgangen ble endret");
    assert_eq!(told(&before.text()), 0, "a change that leaves the end says nothing of it");
    for (does, day) in [("set", "31.12.2027"), ("remove", "")] {
        let page = pia.get(&format!("{UI}/{id}")).await;
        let form = page.form("/validity").with("day", day).with("do", does);
        pia.submit(&form).await.is(303);
        bench.pass_minutes(1);
    }
    let page = pia.get(&history()).await;
    page.is(200).says("Tilgangen varer til og med 31. desember 2027");
    page.says("Tilgangen varer til den trekkes tilbake");
    assert_eq!(told(&page.text()), 2);
    let answer = pia.get(&format!("{}.json?kind=system-user.changed", history())).await;
    let body: Value = answer.json();
    let more: Vec<&Value> = body["events"].as_array().unwrap().iter().map(|e| &e["more"]).collect();
    let end = "Tilgangen varer til og med 31.\u{a0}desember 2027";
    assert_eq!(
        more,
        [&json!("Tilgangen varer til den trekkes tilbake"), &json!(end), &Value::Null]
    );
    let csv = pia.get(&format!("{}.csv", history())).await;
    assert_eq!(told(&csv.body), 2);
}

async fn it_is_narrowed_by_user_kind_and_period(bench: Bench) {
    let one = bench.system_user("Første").await;
    bench.pass_days(3);
    let _two = bench.system_user("Andre").await;
    let mut pia = bench.logged_in(PIA).await;
    let mut lines = async |query: &str| {
        let page = pia.get(&format!("{}?{query}", history())).await;
        page.is(200).texts("tbody tr").len()
    };
    for (query, found) in [
        ("", 6),
        ("kind=request", 4),
        ("kind=request.accepted", 2),
        ("kind=system-user", 2),
        ("kind=client", 0),
        ("user=F%C3%98RSTE", 3),
        ("user=ande", 0),
        ("user=andre&kind=request.created", 1),
        ("from=2026-11-22", 3),
        ("to=2026-11-23", 3),
        ("from=21.11.2026&to=21.11.2026", 3),
        ("from=2026-11-22&to=2026-11-23", 0),
        ("from=2026-11-24&to=2026-11-24&kind=request", 2),
    ] {
        assert_eq!(lines(query).await, found, "{query}");
    }
    assert_eq!(lines(&format!("user={one}")).await, 3);
    assert_eq!(lines(&format!("user={one}&kind=request.created")).await, 1);
    for bad in ["kind=x", "after=x", "kind=system.created"] {
        pia.get(&format!("{}?{bad}", history())).await.is(400);
    }
    let page =
        pia.get(&format!("{}?kind=request.accepted&from=2026-11-22&user=andre", history())).await;
    assert!(page.has("option[value='request.accepted'][selected]"));
    assert!(
        page.has("input[name=from][value='2026-11-22']")
            && page.has("input[name=user][value=andre]")
    );
    let csv = page.attr("a[href*='history.csv']", "href").unwrap();
    assert!(csv.ends_with("history.csv?user=andre&kind=request.accepted&from=2026-11-22"), "{csv}");
}

async fn pages_hold_each_line_once(bench: Bench) {
    let party = party(&bench).await;
    record(&bench, 120, |n| {
        let data = json!({ "client": { "orgNo": "314250052" }, "n": n });
        Event::new("client.added", Actor::Product).party(party).data(data)
    })
    .await;
    // Of one moment.
    let done = bench.app.store.write(async |tx| {
        for _ in 0..20 {
            let event = Event::new("client.removed", Actor::Product)
                .party(party)
                .data(json!({ "reason": "relation-ended" }));
            events::record(tx, bench.app.clock.now(), &event).await?;
        }
        Ok::<_, systembruker::db::Error>(())
    });
    done.await.unwrap();
    let mut pia = bench.logged_in(PIA).await;
    let (mut path, mut added, mut removed, mut pages) = (history(), 0, 0, 0);
    loop {
        let before = bench.app.store.statements();
        let page = pia.get(&path).await;
        page.is(200);
        let asked = bench.app.store.statements() - before;
        assert!(asked <= 4, "{asked} statements");
        pages += 1;
        let rows = page.texts("tbody tr");
        assert!(rows.len() <= 50);
        let with = |what: &str| rows.iter().filter(|row| row.contains(what)).count();
        added += with("Klienten ble lagt til Tallmakerne AS 314 250 052");
        removed += with("Klienten ble fjernet Relasjonen til klienten tok slutt");
        match page.attr("nav.paging a", "href") {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!((added, removed, pages), (120, 20, 3));
}

async fn every_kind_has_words_in_every_language(bench: Bench) {
    let party = party(&bench).await;
    let kinds: Vec<&'static str> =
        GROUPS.iter().flat_map(|(_, kinds)| kinds.iter().copied()).collect();
    record(&bench, kinds.len(), |n| {
        let data = json!({ "code": if n % 2 == 0 { "DAGL" } else { "tilgangsstyrer" } });
        Event::new(kinds[n], Actor::Product).party(party).data(data)
    })
    .await;
    let mut pia = bench.logged_in(PIA).await;
    let mut said = std::collections::BTreeSet::new();
    for language in ["nb", "nn", "en"] {
        pia.language = language;
        let page = pia.get(&history()).await;
        page.is(200);
        let cells = page.texts("tbody tr td:first-child");
        assert_eq!(cells.len(), kinds.len());
        for kind in &kinds {
            assert!(cells.iter().all(|cell| !cell.contains(kind)), "{language}: {kind}");
        }
        let distinct: std::collections::BTreeSet<_> = cells.iter().collect();
        assert_eq!(distinct.len(), kinds.len(), "{language}: {cells:?}");
        said.extend(cells);
    }
    assert!(said.len() > 2 * kinds.len(), "each language has its own words");
}

async fn every_reason_has_words_in_every_language(bench: Bench) {
    let party = party(&bench).await;
    record(&bench, Reason::ALL.len(), |n| {
        Event::new("client.removed", Actor::Product).party(party).because(Reason::ALL[n])
    })
    .await;
    let mut pia = bench.logged_in(PIA).await;
    for language in ["nb", "nn", "en"] {
        pia.language = language;
        let rows = pia.get(&history()).await.texts("tbody tr td:first-child");
        let distinct: std::collections::BTreeSet<_> = rows.iter().collect();
        assert_eq!(distinct.len(), Reason::ALL.len(), "{rows:?}");
        for reason in Reason::ALL {
            assert!(rows.iter().all(|row| !row.contains(reason.name())), "{language}: {rows:?}");
        }
    }
}
/// The log's reasons are all of that one list: nothing else writes one.
#[test]
fn a_reason_is_written_in_one_place() {
    let mut files = Vec::new();
    let mut folders = vec![std::path::PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let written = |path: &std::path::Path| {
        let text = std::fs::read_to_string(path).unwrap();
        ["\"reason\":", "\"reason\".into()", "[\"reason\"]"].iter().any(|way| text.contains(way))
    };
    let of_the_log = files.iter().filter(|path| {
        let not = ["src/sandbox", "src/demo", "src/history/export.rs"];
        !not.iter().any(|not| path.starts_with(not))
    });
    let found: Vec<_> = of_the_log.filter(|path| written(path)).collect();
    assert_eq!(found, [std::path::Path::new("src/events/mod.rs")]);
}

async fn a_file_has_all_of_it_and_runs_nothing(bench: Bench) {
    let formula = "=HYPERLINK(\"https://evil.example\";\"x\")";
    let id = bench.request(Bench::ask_for(CUSTOMER, "k1", formula)).await;
    let party = party(&bench).await;
    bench.pass_minutes(1);
    record(&bench, 1_234, |n| {
        let data = json!({ "client": { "orgNo": "314250052" }, "n": n });
        Event::new("client.added", Actor::Product)
            .party(party)
            .system_user(SystemUserId(uuid::Uuid::nil()))
            .data(data)
    })
    .await;
    let mut pia = bench.logged_in(PIA).await;
    let csv = pia.get(&format!("{}.csv", history())).await;
    csv.is(200);
    let header = |name: &str| csv.headers[name].to_str().unwrap().to_owned();
    assert!(header("content-type").starts_with("text/csv; charset=utf-8"));
    assert_eq!(header("content-disposition"), "attachment; filename=\"history-310904473.csv\"");
    assert_eq!(header("cache-control"), "no-store");
    let lines: Vec<&str> = csv.body.lines().collect();
    assert_eq!(lines.len(), 1 + 1_235);
    assert!(
        lines[0].starts_with("\u{feff}Når;Hendelsestype;Hva;Opplysninger;Hvem;"),
        "{}",
        lines[0]
    );
    assert!(lines[1].contains(";client.added;Klienten ble lagt til;;Systembruker;"));
    assert!(lines[1].contains(";Tallmakerne AS;314250052;"));
    let last = lines[1_235];
    assert!(last.contains("request.created") && last.contains(&id));
    assert!(last.contains(";\"'=HYPERLINK(\"\"https://evil.example\"\";\"\"x\"\")\";"), "{last}");
    let answer = pia.get(&format!("{}.json?kind=client", history())).await;
    answer.is(200);
    let body: Value = answer.json();
    assert_eq!(body["cut"], false);
    let all = body["events"].as_array().unwrap();
    assert_eq!(all.len(), 1_234);
    assert_eq!(all[0]["client"], json!({ "orgNo": "314250052", "name": "Tallmakerne AS" }));
    assert_eq!(all[0]["type"], "client.added");
    let times: Vec<&str> = all.iter().map(|one| one["time"].as_str().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] > pair[1]), "newest first, each once");
    let none = pia.get(&format!("{}.json?kind=change", history())).await;
    assert_eq!(none.json(), json!({ "events": [], "cut": false }));
}

async fn files_are_only_for_those_who_may(bench: Bench) {
    let _user = bench.system_user("Hemmelig").await;
    let mut ola = bench.logged_in(OLA).await;
    ola.get(&history())
        .await
        .is(200)
        .says("Du kan ikke styre systemtilgangene her")
        .never_says("Hemmelig");
    for file in ["csv", "json"] {
        ola.get(&format!("{}.{file}", history())).await.is(403).never_says("Hemmelig");
        let nobody = bench.browser().get(&format!("{}.{file}?kind=client", history())).await;
        nobody.is(303);
        assert_eq!(nobody.location(), "/login?to=history%3Fkind%3Dclient");
    }
    // Who manages access sees it, whatever else they hold.
    let mut siv = bench.logged_in(SIV).await;
    siv.get(&format!("{}.csv", history())).await.is(200).says("Hemmelig");
}

async fn wrong_days_are_said_at_the_field(bench: Bench) {
    let _user = bench.system_user("k1").await;
    let mut pia = bench.logged_in(PIA).await;
    for (query, field, says) in [
        ("from=x", "from", "Skriv dagen slik: 21.11.2026."),
        ("to=2026-02-30", "to", "Skriv dagen slik: 21.11.2026."),
        (
            "from=2026-11-22&to=2026-11-21",
            "to",
            "Den siste dagen må være lik eller etter den første.",
        ),
    ] {
        let page = pia.get(&format!("{}?{query}", history())).await;
        page.is(422).says(says);
        assert!(page.has(&format!("[role=alert] a[href='#{field}']")));
        assert!(
            page.has(&format!("input#{field}[aria-invalid=true][aria-describedby={field}-fault]"))
        );
        assert!(page.body.contains("<title>Feil: "));
        pia.get(&format!("{}.csv?{query}", history())).await.is(400);
    }
}
