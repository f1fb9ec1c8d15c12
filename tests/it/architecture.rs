//! Who may use whom: each module uses only those above it in `lib.rs`, and in a feature `model`, `store`
//! and `mod` know neither HTTP nor pages. The scan proves that it found something.
use crate::messages::files;
use std::path::Path;
use systembruker::ids::{NumberOrigin, PersonNo};

const ROUTES: [&str; 3] = ["api.rs", "portal.rs", "view.rs"];
/// The top layer: routes and what only they use, which may use anything but another feature's routes.
const TOP: [&str; 8] = [
    "api.rs",
    "portal.rs",
    "view.rs",
    "wire.rs",
    "pages.rs",
    "form.rs",
    "problems.rs",
    "person.rs",
];

/// The code without comments and tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Every path under `crate::` or `super::`, with groups opened, as module paths from the root.
fn used(code: &str, inside: &[&str]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let words: Vec<&str> = inside.to_vec();
    for (at, _) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        let boundary = code[..at]
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':');
        if !boundary {
            continue;
        }
        let mut rest = &code[at..];
        let mut base: Vec<String> = if let Some(after) = rest.strip_prefix("crate::") {
            rest = after;
            Vec::new()
        } else {
            let mut base: Vec<String> = words.iter().map(ToString::to_string).collect();
            while let Some(after) = rest.strip_prefix("super::") {
                base.pop();
                rest = after;
            }
            base
        };
        open(rest, &mut base, &mut found);
    }
    found
}
fn open(rest: &str, base: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let Some(group) = rest.strip_prefix('{') else {
        let path: String =
            rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
        let mut whole = base.clone();
        whole.extend(path.split("::").filter(|p| !p.is_empty()).map(ToOwned::to_owned));
        found.push(whole);
        let end = path.len();
        if path.ends_with("::") && rest[end..].starts_with('{') {
            let mut whole = found.pop().unwrap();
            open(&rest[end..], &mut whole, found);
        }
        return;
    };
    let (mut depth, mut item) = (0, String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                open(std::mem::take(&mut item).trim(), base, found);
                continue;
            }
            _ => {}
        }
        item.push(c);
    }
    if !item.trim().is_empty() {
        open(item.trim(), base, found);
    }
}

#[test]
fn each_module_uses_only_those_above_it() {
    let root = std::fs::read_to_string("src/lib.rs").unwrap();
    let order: Vec<&str> =
        root.lines().filter_map(|line| line.strip_prefix("pub mod ")?.split(';').next()).collect();
    let rank = |name: &str| order.iter().position(|module| *module == name);
    let mut sources = Vec::new();
    files(Path::new("src"), "rs", &mut sources);
    assert!(sources.len() > 60, "the scan finds something");
    let mut edges = 0;
    for (path, text) in &sources {
        let inside = path.strip_prefix("src/").unwrap();
        let parts: Vec<&str> = inside.trim_end_matches(".rs").split('/').collect();
        let (me, file) = (parts[0], inside.rsplit('/').next().unwrap());
        if matches!(me, "main" | "lib") {
            continue;
        }
        let mine = rank(me).unwrap_or_else(|| panic!("{path} is not listed in lib.rs"));
        let code = code(text);
        assert!(!code.contains("use crate as"), "{path}");
        let feature = Path::new("src").join(me).join("store.rs").exists();
        let top = TOP.contains(&file) && (feature || me == "web" || me == "auth");
        let module: Vec<&str> = parts.iter().copied().filter(|part| *part != "mod").collect();
        for path_used in used(&code, &module) {
            let Some(theirs) = path_used.first().and_then(|name| rank(name)) else { continue };
            let other = &order[theirs];
            edges += 1;
            assert!(
                top || theirs <= mine,
                "{path} uses {path_used:?}: {other} is listed below {me}"
            );
            let route = path_used
                .get(1)
                .is_some_and(|second| ROUTES.contains(&format!("{second}.rs").as_str()));
            let allowed = *other == me
                || me == "router"
                || me == "auth"
                || *other == "auth"
                || *other == "web";
            assert!(!route || allowed, "{path} uses {path_used:?}: another feature's routes");
        }
        if file == "model.rs" {
            for no in ["sqlx::", "axum::", "askama::", "tower_sessions::"] {
                assert!(!code.contains(no), "{path} knows {no}");
            }
        }
        if file == "store.rs" || (feature && file == "mod.rs") {
            for no in ["axum::", "askama::", "tower_sessions::"] {
                assert!(!code.contains(no), "{path} knows {no}");
            }
        }
        if me == "sandbox" && file != "bench.rs" {
            for path_used in used(&code, &module) {
                let known = ["ids", "clock", "problem", "proceedings", "registers", "sandbox"];
                assert!(
                    known.contains(&path_used[0].as_str()) || rank(&path_used[0]).is_none(),
                    "{path} uses {path_used:?}"
                );
            }
        }
    }
    assert!(edges > 300, "{edges}");
}

#[test]
fn every_file_says_what_it_is_and_stays_short() {
    let mut sources = Vec::new();
    files(Path::new("src"), "rs", &mut sources);
    for (path, text) in &sources {
        assert!(text.starts_with("//! "), "{path} does not say what it is");
        let lines = text.lines().count();
        assert!(lines <= 800, "{path} has {lines} lines: split it");
        for no in ["todo!(", "unimplemented!(", "dbg!(", "#[allow("] {
            assert!(!text.contains(no), "{path}: {no}");
        }
    }
}

/// Every national number in the tree is made up: month + 80.
#[test]
fn no_real_national_number_is_anywhere() {
    let mut all = Vec::new();
    for (folder, kind) in [
        ("src", "rs"),
        ("src", "json"),
        ("tests", "rs"),
        ("tests", "js"),
        ("tests", "mjs"),
        ("tests", "sh"),
        ("tests", "json"),
        ("tests", "html"),
        ("benches", "rs"),
        ("benches", "md"),
        ("migrations", "sql"),
        ("locales", "ftl"),
        ("templates", "html"),
        ("docs", "md"),
    ] {
        if Path::new(folder).exists() {
            files(Path::new(folder), kind, &mut all);
        }
    }
    for file in ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "openapi.json"] {
        all.push((file.to_owned(), std::fs::read_to_string(file).unwrap()));
    }
    let mut made_up = 0;
    for (path, text) in &all {
        if path.ends_with("src/ids.rs") {
            continue;
        }
        for digits in text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 11) {
            if let Ok(number) = digits.parse::<PersonNo>() {
                assert_eq!(number.origin(), NumberOrigin::Tenor, "{path}: {digits}");
                made_up += 1;
            }
        }
    }
    assert!(made_up >= 6, "the scan finds something");
    for place in ["benches/", "migrations/", "tests/e2e/", "tests/run.sh", "README.md"] {
        assert!(all.iter().any(|(path, _)| path.starts_with(place)), "{place} is looked through");
    }
}
