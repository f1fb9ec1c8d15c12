//! Every page there is, in every language.
use crate::messages::files;
use askama::Template as _;
use scraper::{Html, Selector};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};
use systembruker::{
    auth, changes, clients,
    clients::{jobs, rules},
    history,
    i18n::{LANGUAGES, Language},
    ids::PartyUuid,
    notices, overview, parties, requests,
    system_users::{self, anew, create},
    web::{
        self, assets,
        page::{ActingFor, FormToken, Nav, Page, Visitor},
    },
};

struct Sample {
    page: &'static str,
    name: &'static str,
    html: String,
}

/// A page as someone who is logged in sees it.
fn page(language: &'static Language) -> Page {
    let party = ActingFor {
        id: PartyUuid(uuid::Uuid::nil()),
        name: "Rør <og> Vann AS".into(),
        org_no: "310\u{a0}904\u{a0}473".into(),
        has_agents: true,
        has_ended: true,
        proceedings: vec!["Under <tvangsavvikling> eller tvangsoppløsning".into()],
    };
    Page {
        visitor: Some(Visitor { name: "Pia <Rørvik>".into(), party: Some(party), several: true }),
        demo: true,
        nav: Some(Nav::Overview),
        logout: Some(FormToken { action: "/logout".into(), token: "t".into(), party: "p".into() }),
        ..Page::new(language, "/accessmanagement/ui/systemuser/overview?q=<&>")
    }
}

macro_rules! render {
    ($out:ident, $page:expr, $($module:ident :: $sub:ident :: $name:ident),* $(,)?) => { $(
        for (name, sample) in $module::$sub::$name::samples($page) {
            let page = concat!(stringify!($module), "-", stringify!($name));
            $out.push(Sample { page, name, html: sample.render().unwrap() });
        }
    )* };
}

fn samples(language: &'static Language) -> Vec<Sample> {
    let mut out = Vec::new();
    let inside = page(language);
    let said = Page { flash: Some("Lagret <nå>".into()), ..inside.clone() };
    let outside = Page { demo: true, ..Page::new(language, "/") };
    render!(
        out,
        &inside,
        requests::pages::ShowPage,
        requests::pages::RejectPage,
        requests::pages::ReceiptPage,
        changes::pages::ShowPage,
        changes::pages::RejectPage,
        create::pages::ChoosePage,
        create::pages::ShowPage,
        system_users::pages::ShowPage,
        system_users::pages::RevokePage,
        overview::pages::RequestsPage,
        history::pages::HistoryPage,
        clients::pages::ListPage,
        clients::pages::NotEntitledPage,
        clients::pages::ChooseAgentPage,
        jobs::pages::BulkPage,
        jobs::pages::CheckPage,
        jobs::pages::JobPage,
        jobs::pages::JobsPage,
        rules::pages::RulesPage,
        notices::pages::NoticesPage,
        parties::pages::ChoosePage,
        parties::pages::NonePage,
        web::pages::ProblemPage,
    );
    render!(out, &said, overview::pages::OverviewPage);
    render!(out, &inside, anew::pages::EndedPage, anew::pages::AnewPage);
    render!(
        out,
        &outside,
        notices::pages::MailedPage,
        auth::pages::LoginProblemPage,
        auth::pages::LoggedOutPage,
        auth::pages::SignedOutPage,
        web::pages::AccessibilityPage,
        web::pages::PrivacyPage,
        web::pages::AboutPage,
    );
    out
}

fn texts(html: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let found = html.select(&selector);
    found.map(|e| e.text().collect::<String>().trim().to_owned()).collect()
}

#[test]
fn every_sample_is_a_whole_page_in_its_language() {
    for language in LANGUAGES.iter() {
        let samples = samples(language);
        assert!(samples.len() > 50, "{}", samples.len());
        for Sample { page, name, html } in samples {
            let at = format!("{} {page}: {name}", language.tag);
            let root = format!("<html lang=\"{}\" data-color-scheme=\"auto\">", language.tag);
            assert!(html.contains(&root), "{at}");
            let parsed = Html::parse_document(&html);
            for one in ["h1", "main#main", "title", "header", "footer"] {
                assert_eq!(texts(&parsed, one).len(), 1, "{at}: {one}");
            }
            assert!(texts(&parsed, "h1").iter().all(|text| !text.is_empty()), "{at}");
            let current = texts(&parsed, ".langs [aria-current]");
            assert_eq!(current, [language.name], "{at}");
            let mut words = texts(&parsed, "body");
            words.extend(texts(&parsed, "title"));
            for missing in
                ["[request", "[change", "[portal", "[problem", "[system", "[unknown message"]
            {
                assert!(!words.concat().contains(missing), "{at}: {missing}");
            }
            assert!(!words.concat().contains(['\u{2068}', '\u{2069}']), "{at}");
        }
    }
}

/// A service and its owner are read aloud in the language of their names.
#[test]
fn names_keep_their_language() {
    let english = Language::by_tag("en").unwrap();
    let samples = samples(english);
    let one = samples.iter().find(|s| (s.page, s.name) == ("requests-ShowPage", "may approve"));
    let html = Html::parse_document(&one.unwrap().html);
    assert_eq!(texts(&html, ".rights .note bdi[lang=nb]"), ["Skatteetaten"]);
    let service = "Skattemelding for <formues>- og inntektsskatt";
    assert_eq!(texts(&html, ".rights details li bdi[lang=nb]"), [service]);
}

/// What is told after a form was sent is read first, and nothing else takes the focus.
#[test]
fn what_came_of_a_form_has_the_focus() {
    let focus = Selector::parse("[autofocus]").unwrap();
    let told = Selector::parse("main [role=alert], main .flash:not(#at)").unwrap();
    let mut found = BTreeSet::new();
    for language in LANGUAGES.iter() {
        for Sample { page, name, html } in samples(language) {
            let html = Html::parse_document(&html);
            let focused: Vec<_> = html.select(&focus).map(|e| e.id()).collect();
            let told: Vec<_> = html.select(&told).map(|e| e.id()).collect();
            assert_eq!(focused, told, "{page}: {name}");
            assert!(focused.len() <= 1, "{page}: {name}");
            let reached = html.select(&focus).all(|e| e.attr("tabindex") == Some("-1"));
            assert!(reached, "{page}: {name}");
            if !focused.is_empty() {
                found.insert(page);
            }
        }
    }
    let pages =
        ["requests-ShowPage", "changes-ShowPage", "create-ShowPage", "overview-OverviewPage"];
    assert!(pages.iter().all(|page| found.contains(page)), "{found:?}");
}

/// For `tests/samples.sh`, which names a folder: each sample as a file, for a validator and a browser.
#[test]
fn every_sample_can_be_written_to_a_file() {
    let scratch = tempfile::tempdir().unwrap();
    let given = std::env::var_os("PAGE_SAMPLES").map(std::path::PathBuf::from);
    let folder = given.as_deref().unwrap_or(scratch.path());
    let (mut written, mut all) = (BTreeSet::new(), 0);
    for language in LANGUAGES.iter() {
        for Sample { page, name, html } in samples(language) {
            let file = format!("{}-{page}-{}.html", language.tag, name.replace([' ', ','], "-"));
            std::fs::write(folder.join(&file), html).unwrap();
            written.insert(file);
            all += 1;
        }
    }
    assert_eq!(written.len(), all, "each has a name of its own");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), all);
}

#[test]
fn names_are_escaped_and_nothing_is_inline() {
    for language in LANGUAGES.iter() {
        for Sample { page, name, html } in samples(language) {
            for open in [
                "<AS>",
                "<Regnskap",
                "<og>",
                "<på>",
                "<rør>",
                "<Rørvik",
                "<leder",
                "<nå>",
                "<x>",
                "<dag>",
                "<navn>",
                "<adresse>",
            ] {
                assert!(!html.contains(open), "{page} {name}: {open}");
            }
            for inline in [" style=", "<script", "<style", " onclick", "javascript:"] {
                assert!(!html.contains(inline), "{page} {name}: {inline}");
            }
        }
    }
    let mut templates = Vec::new();
    files(Path::new("templates"), "html", &mut templates);
    assert!(templates.len() > 10);
    for (path, text) in templates {
        assert!(!text.contains("|safe") && !text.contains("| safe"), "{path}");
    }
}

#[test]
fn every_form_that_posts_carries_its_token() {
    let (form, token) = (Selector::parse("form[method=post]").unwrap(), "input[name=token]");
    let (token, party) = (Selector::parse(token).unwrap(), "input[name=party]");
    let party = Selector::parse(party).unwrap();
    let mut forms = 0;
    for Sample { page, name, html } in LANGUAGES.first().map(samples).unwrap() {
        for found in Html::parse_document(&html).select(&form) {
            // The address of these is the secret.
            if found.attr("action").is_some_and(|action| action.starts_with("/varsel/")) {
                continue;
            }
            forms += 1;
            assert_eq!(found.select(&token).count(), 1, "{page} {name}");
            assert_eq!(found.select(&party).count(), 1, "{page} {name}");
        }
    }
    assert!(forms > 50, "{forms}");
}

#[test]
fn titles_tell_pages_apart_and_begin_with_the_error() {
    for language in LANGUAGES.iter() {
        let mut pages: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for Sample { page, name, html } in samples(language) {
            let title = texts(&Html::parse_document(&html), "title").concat();
            let (what, product) = title.rsplit_once(" – ").unwrap();
            assert!(!what.is_empty() && product == "Systembruker", "{title}");
            let marked = what.starts_with(language.plain("portal-error-mark"));
            let error = page.contains("Problem")
                || page.contains("SignedOut")
                || matches!(
                    (page, name),
                    (
                        "requests-ShowPage"
                            | "changes-ShowPage"
                            | "create-ShowPage"
                            | "anew-AnewPage",
                        "changed" | "unknown item"
                    ) | ("create-ShowPage", "wrong title")
                        | ("history-HistoryPage", "wrong day")
                        | ("jobs-BulkPage", "bad list" | "bad file")
                        | (
                            _,
                            "a name that cannot be"
                                | "a day that cannot be"
                                | "an address that cannot be"
                        )
                );
            assert_eq!(marked, error, "{page} {name}: {title}");
            pages.entry(title).or_default().insert(page);
        }
        for (title, shared) in pages {
            assert_eq!(shared.len(), 1, "{title}: {shared:?}");
        }
    }
}

#[test]
fn a_first_load_is_small() {
    let css = assets::asset(assets::stylesheet_url().rsplit('/').next().unwrap()).unwrap();
    for language in LANGUAGES.iter() {
        for Sample { page, name, html } in samples(language) {
            // Pages are compressed at run time; uncompressed they are at most this.
            assert!(html.len() < 24 * 1024, "{page} {name}: {} bytes", html.len());
            let parsed = Html::parse_document(&html);
            let fetched = ["link[rel=stylesheet]", "img[src]", "script[src]", "iframe"];
            let fetched: usize = fetched.iter().map(|what| texts(&parsed, what).len()).sum();
            assert_eq!(fetched, 1, "{page} {name}: a page and its stylesheet, two requests");
        }
    }
    assert!(css.br.len() < 12 * 1024, "{} bytes", css.br.len());
}
