//! An owner gives a system access without a vendor's request.
use crate::{
    on_each_engine,
    support::{Bench, KARI, NILS, OLA, PIA, RESOURCE, SIV, SYSTEM, VENDOR, right, things::UI},
};
use serde_json::{Value, json};

on_each_engine!(
    the_owner_makes_one,
    what_was_shown_is_what_is_made,
    one_that_is_there_is_explained,
    a_title_that_is_none_is_said_at_the_field,
    who_cannot_give_all_is_told_who_can,
    others_may_not,
    only_what_is_offered_can_be_chosen,
    a_system_that_asks_for_nothing_gets_nothing,
    systems_are_found_as_people_write_them,
    pages_are_in_norwegian_order_and_hold_each_once,
    what_was_typed_survives_a_lost_session,
    what_another_version_entered_is_listed,
);

fn page() -> String {
    format!("{UI}/create/{SYSTEM}")
}
fn text(text: &str) -> Value {
    json!({ "nb": text, "nn": text, "en": text })
}
async fn users(bench: &Bench) -> i64 {
    bench.count("select count(*) from system_user").await
}

async fn the_owner_makes_one(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let overview = pia.get(&format!("{UI}/overview")).await;
    assert!(overview.has(&format!("a[href='{UI}/create']")));
    let list = pia.get(&format!("{UI}/create")).await;
    list.is(200).says("Smart<Regnskap>").says("SmartCloud AS 991 825 827");
    list.never_says("<b>enkelt");
    assert!(list.has(&format!("a[href='{}']", page())));
    let shown = pia.get(&page()).await;
    shown
        .is(200)
        .says("Krav og <betalinger>")
        .says("Skattegrunnlag")
        .says("Du kan gi denne")
        .says("Rør og Vann AS");
    let form = shown.form(&page());
    assert!(form.fields.contains(&("title".into(), "Smart<Regnskap>".into())), "{form:?}");
    let done = pia.submit(&form.with("title", "  Regnskapet vårt ")).await;
    done.is(303);
    assert_eq!(done.location(), format!("{UI}/overview"));
    let overview = pia.get(done.location()).await;
    overview.is(200).says("Tilgangen Regnskapet vårt er opprettet.").says("Regnskapet vårt Ny");
    overview.says("1 enkelttjeneste").says("1 tilgangspakke").says("Ikke brukt ennå");
    let made = "select count(*) from system_user where by_owner and title = 'Regnskapet vårt' and kind = 'standard' and external_ref = '310904473'";
    assert_eq!(bench.count(made).await, 1);
    assert_eq!(bench.count("select count(*) from system_user_grant").await, 2);
    let told = "select count(*) from event where type = 'system-user.created'";
    assert_eq!(bench.count(told).await, 1);
}

async fn what_was_shown_is_what_is_made(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page()).await.form(&page()).with("title", "Mitt eget");
    let path = format!("/authentication/api/v1/systemregister/vendor/{SYSTEM}/rights");
    bench
        .seed
        .resources(&[json!({
            "identifier": "ske-nytt", "title": text("Nytt <skjema>"), "owner": "974761076",
            "resourceType": "GenericAccessResource", "delegable": true,
            "opens": [{ "by": "urn:altinn:accesspackage:krav-og-utlegg", "actions": ["read"] }],
        })])
        .await
        .unwrap();
    let fresh = systembruker::catalogue::store::load(&bench.app.store).await.unwrap();
    bench.app.catalogue.replace(fresh);
    let rights = json!([right(RESOURCE), right("ske-nytt")]);
    bench.api("PUT", &path, VENDOR, Some(rights)).await.is(200);
    let again = pia.submit(&form).await;
    again.is(409).says("Systemet er endret siden du så det").says("Nytt <skjema>");
    assert!(again.has("li.marked"), "what is new is marked");
    assert!(again.has("input[name=title][value='Mitt eget']"), "what was typed is kept");
    assert_eq!(users(&bench).await, 0);
    pia.submit(&form.with("shown", "")).await.is(409);
    assert_eq!(users(&bench).await, 0);
    // Another vendor's name counts as a change too.
    bench.exec("update party set name = 'Annet navn AS' where org_no = '991825827'").await;
    let form = again.form(&page());
    let again = pia.submit(&form).await;
    again.is(409).says("endret: Leverandør").says("Annet navn AS");
    pia.submit(&again.form(&page())).await.is(303);
    assert_eq!(bench.count("select count(*) from system_user_grant").await, 3);
}

async fn one_that_is_there_is_explained(bench: Bench) {
    // One by a vendor's request, under another reference, is no hindrance.
    let other = bench.system_user("k1").await;
    let mut pia = bench.logged_in(PIA).await;
    let shown = pia.get(&page()).await;
    shown.is(200).says("Dere har allerede en systemtilgang for dette systemet");
    assert!(shown.has(&format!("a[href='{UI}/{other}']")));
    let form = shown.form(&page());
    pia.submit(&form).await.is(303);
    let twice = pia.submit(&form).await;
    twice.is(409).says("Dere har denne tilgangen allerede");
    assert_eq!(users(&bench).await, 2);
    let shown = pia.get(&page()).await;
    shown.is(200).says("Dere har denne tilgangen allerede");
    assert!(shown.forms(&page()).is_empty(), "there is no button");
    assert_eq!(bench.count("select count(*) from system_user where by_owner").await, 1);
    let link = "main a.ds-button[data-variant=primary]";
    assert!(shown.has(link) && !shown.has(&format!("{link}[href$='{other}']")));
}

async fn a_title_that_is_none_is_said_at_the_field(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page()).await.form(&page());
    let long = "å".repeat(256);
    for (title, says) in [
        ("", "Skriv et navn på tilgangen."),
        (" \u{a0} ", "Skriv et navn på tilgangen."),
        (long.as_str(), "Navnet kan ha høyst 255 tegn."),
        ("a\u{202e}b", "Navnet har et tegn som ikke vises."),
        ("a\u{0}b", "Navnet har et tegn som ikke vises."),
    ] {
        let answer = pia.submit(&form.clone().with("title", title)).await;
        answer.is(422).says(says).says("Rett dette før du går videre");
        assert!(answer.has("[role=alert] a[href='#title']"), "the summary leads to the field");
        assert!(answer.has("input#title[aria-invalid=true][aria-describedby~=title-fault]"));
        assert!(answer.body.contains("<title>Feil: "));
        let kept = answer.form(&page()).fields;
        let kept = kept.iter().find(|(name, _)| name == "title").unwrap();
        // A browser's parser turns NUL into what it shows for it.
        assert_eq!(kept.1.replace('\u{fffd}', "\u{0}"), title, "what was typed is kept");
    }
    assert_eq!(users(&bench).await, 0);
    let fits = "å".repeat(255);
    pia.submit(&form.with("title", &fits)).await.is(303);
}

async fn who_cannot_give_all_is_told_who_can(bench: Bench) {
    let mut siv = bench.logged_in(SIV).await;
    let shown = siv.get(&page()).await;
    shown
        .is(200)
        .says("Du kan ikke gi alt systemet trenger")
        .says("Du kan ikke gi denne")
        .says("Dette kan gis av: ")
        .says("1 person i virksomheten kan godkjenne: Pia Rørvik")
        .says("daglig leder");
    assert!(shown.forms(&page()).is_empty());
    // A form from before one lost what it takes gives nothing.
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page()).await.form(&page());
    bench.exec("update assignment set valid_to = valid_from where code = 'DAGL'").await;
    let refused = pia.submit(&form).await;
    assert!(matches!(refused.status.as_u16(), 403 | 409), "{}", refused.text());
    assert_eq!(users(&bench).await, 0);
    siv.get(&page()).await.is(200).says("Ingen i virksomheten kan godkjenne alt dette i dag.");
}

async fn others_may_not(bench: Bench) {
    for person in [OLA, KARI] {
        let mut browser = bench.logged_in(person).await;
        for path in [format!("{UI}/create"), page()] {
            browser.get(&path).await.is(403).says("Du har ikke tilgang");
        }
        let overview = browser.get(&format!("{UI}/overview")).await;
        assert!(
            !overview.has(&format!("a[href='{UI}/create']")),
            "no button for those who may not"
        );
    }
    let mut nils = bench.logged_in(NILS).await;
    let answer = nils.get(&page()).await;
    answer.is(303);
    assert_eq!(answer.location(), format!("/parties?to=create.{SYSTEM}"));
    let answer = bench.browser().get(&page()).await;
    answer.is(303);
    assert_eq!(answer.location(), format!("/login?to=create.{SYSTEM}"));
    assert_eq!(users(&bench).await, 0);
}

async fn only_what_is_offered_can_be_chosen(bench: Bench) {
    bench
        .register("991825827_skjult", json!({ "isVisible": false, "name": text("Skjult") }))
        .await
        .is(200);
    bench.register("991825827_borte", json!({ "name": text("Borte") })).await.is(200);
    let mut pia = bench.logged_in(PIA).await;
    let gone = format!("{UI}/create/991825827_borte");
    let form = pia.get(&gone).await.is(200).form(&gone);
    let path = "/authentication/api/v1/systemregister/vendor/991825827_borte";
    bench.api("DELETE", path, VENDOR, None).await.is(200);
    pia.submit(&form).await.is(404);
    for id in ["991825827_skjult", "991825827_borte", "x", "%00", "..%2f..%2fx"] {
        pia.get(&format!("{UI}/create/{id}")).await.is(404);
    }
    let list = pia.get(&format!("{UI}/create")).await;
    list.is(200).never_says("Skjult").never_says("Borte");
    assert_eq!(users(&bench).await, 0);
}

async fn a_system_that_asks_for_nothing_gets_nothing(bench: Bench) {
    let bare = "991825827_bare";
    bench.register(bare, json!({ "rights": [], "accessPackages": [] })).await.is(200);
    let mut pia = bench.logged_in(PIA).await;
    let shown = pia.get(&format!("{UI}/create/{bare}")).await;
    shown.is(200).says("Leverandøren har ikke sagt hva systemet trenger.");
    assert!(shown.forms(bare).is_empty());
}

async fn systems_are_found_as_people_write_them(bench: Bench) {
    let names = json!({ "nb": "Ærlig regnskap", "nn": "Ærleg rekneskap", "en": "Honest books" });
    bench.register("991825827_aerlig", json!({ "name": names })).await.is(200);
    let mut pia = bench.logged_in(PIA).await;
    let list = format!("{UI}/create");
    for (language, name) in
        [("nb", "Ærlig regnskap"), ("nn", "Ærleg rekneskap"), ("en", "Honest books")]
    {
        pia.language = language;
        // By its name in any language; shown in the reader's.
        for q in ["%C3%A6rlig", "REKNESKAP", "honest"] {
            let found = pia.get(&format!("{list}?q={q}")).await;
            found.is(200).says(name).never_says("Smart&#60;Regnskap");
        }
    }
    pia.language = "nb";
    for q in ["smartcloud", "991825827", "991+825+827", "991%C2%A0825%C2%A0827", "825"] {
        pia.get(&format!("{list}?q={q}"))
            .await
            .is(200)
            .says("Ærlig regnskap")
            .says("Smart<Regnskap>");
    }
    for q in ["finnes+ikke", "%25", "_", "\\"] {
        pia.get(&format!("{list}?q={q}")).await.is(200).says("Ingen treff på");
    }
    // A vendor that has another name now is found by that.
    bench
        .exec("update party set name = 'Ny AS', name_fold = 'ny as' where org_no = '991825827'")
        .await;
    pia.get(&format!("{list}?q=ny+as")).await.is(200).says("Ærlig regnskap").says("Ny AS");
}

async fn pages_are_in_norwegian_order_and_hold_each_once(bench: Bench) {
    let mut expected = vec!["Smart<Regnskap>".to_owned()];
    for (at, name) in ["Ås", "Øst", "Ærlig", "Zoo", "aks", "Bø"].into_iter().enumerate() {
        for copy in 0..10 {
            let id = format!("991825827_{at}x{copy}");
            let name = format!("{name} {copy}");
            bench.register(&id, json!({ "name": text(&name) })).await.is(200);
            expected.push(name);
        }
    }
    let order = |name: &String| {
        let first = name.chars().next().unwrap();
        let place = "aBSZÆØÅ".chars().position(|c| c == first).unwrap();
        (place, name.clone())
    };
    expected.sort_by_key(order);
    let mut pia = bench.logged_in(PIA).await;
    let (mut path, mut seen, mut pages) = (format!("{UI}/create"), Vec::new(), 0);
    loop {
        let page = pia.get(&path).await;
        page.is(200);
        pages += 1;
        seen.extend(page.texts(".cards li > a"));
        match page.attr("nav.paging a", "href") {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!((pages, seen), (2, expected));
    pia.get(&format!("{UI}/create?after=x")).await.is(400);
}

async fn what_was_typed_survives_a_lost_session(bench: Bench) {
    let mut pia = bench.logged_in(PIA).await;
    let form = pia.get(&page()).await.form(&page()).with("title", "Mitt & <ditt>");
    let mut lost = bench.browser();
    let answer = lost.submit(&form).await;
    answer.is(401).says("Du må logge inn på nytt");
    let login = answer.attr("main a[href^='/login']", "href").unwrap();
    let back = login.strip_prefix("/login?to=").unwrap();
    assert!(!back.contains(&form.fields[0].1), "no token comes along: {back}");
    let landed = lost.log_in_to(PIA, back).await;
    landed.is(303);
    let shown = lost.get(landed.location()).await;
    shown.is(200);
    let form = shown.form(&page());
    assert!(form.fields.contains(&("title".into(), "Mitt & <ditt>".into())), "{form:?}");
    assert_eq!(users(&bench).await, 0);
    lost.submit(&form).await.is(303);
    // A list is come back to as it was.
    let path = format!("{UI}/create?q=r%C3%B8r");
    let answer = bench.browser().get(&path).await;
    let landed = bench
        .browser()
        .log_in_to(PIA, answer.is(303).location().strip_prefix("/login?to=").unwrap())
        .await;
    assert_eq!(landed.location(), path);
}

async fn what_another_version_entered_is_listed(bench: Bench) {
    let rows = "select count(*) from system_name";
    assert_eq!(bench.count(rows).await, 3);
    assert_eq!(systembruker::systems::listing::complete(&bench.app).await.unwrap(), 0);
    bench.exec("delete from system_name").await;
    assert_eq!(systembruker::systems::listing::complete(&bench.app).await.unwrap(), 1);
    // One that was changed is listed anew.
    bench.exec("update system set name = '{\"nb\":\"Omdøpt\"}', revision = revision + 1").await;
    assert_eq!(systembruker::systems::listing::complete(&bench.app).await.unwrap(), 1);
    let mut pia = bench.logged_in(PIA).await;
    pia.get(&format!("{UI}/create?q=omd%C3%B8pt")).await.is(200).says("Omdøpt");
    assert_eq!(bench.count(rows).await, 3);
}
