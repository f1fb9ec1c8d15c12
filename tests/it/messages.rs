//! Every message asked for exists in every language, and none is left over.
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use systembruker::{i18n::LANGUAGES, web::pages::ProblemKind};

/// Every file below `dir` whose name ends in `ext`, with its text.
pub fn files(dir: &Path, ext: &str, out: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ext, out);
        } else if path.extension().is_some_and(|e| e == ext) {
            out.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Ways to ask for a message by its key.
const CALLS: &[&str] = &["t", "t1", "t2", "say1", "say2", "count"];

fn sources() -> Vec<(String, String)> {
    let mut sources = Vec::new();
    files(Path::new("templates"), "html", &mut sources);
    files(Path::new("src"), "rs", &mut sources);
    sources
}

/// The keys that templates and code ask for.
fn used() -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (_, text) in sources() {
        for call in CALLS {
            for rest in text.split(&format!(".{call}(\"")).skip(1) {
                used.insert(rest.split('"').next().unwrap().to_owned());
            }
        }
    }
    for kind in ProblemKind::ALL {
        used.extend(["title", "what", "do"].map(|part| format!("{}-{part}", kind.key())));
    }
    used
}

/// Key and whole text of every message in one language.
fn defined(tag: &str) -> BTreeMap<String, String> {
    let mut sources = Vec::new();
    files(&Path::new("locales").join(tag), "ftl", &mut sources);
    let mut messages: BTreeMap<String, String> = BTreeMap::new();
    for (path, source) in sources {
        let mut current = None;
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let (key, text) = line.split_once(" =").unwrap();
                let earlier = messages.insert(key.to_owned(), text.to_owned());
                assert!(earlier.is_none(), "{path}: {key} is there twice");
                current = Some(key.to_owned());
            } else if let Some(key) = &current {
                messages.get_mut(key).unwrap().push_str(line);
            }
        }
    }
    messages
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('$').skip(1).map(|rest| rest.split([' ', '}']).next().unwrap()).collect()
}

#[test]
fn every_message_asked_for_exists_in_every_language() {
    let used = used();
    assert!(used.len() > 100, "the scan finds something: {}", used.len());
    for language in LANGUAGES.iter() {
        for key in &used {
            assert!(language.has(key), "{}: no {key}", language.tag);
        }
    }
}

#[test]
fn no_message_is_left_over() {
    let asked = used();
    let all: String = sources().into_iter().map(|(_, text)| text).collect();
    for language in LANGUAGES.iter() {
        let messages = defined(language.tag);
        assert!(messages.len() > 100, "{}: {}", language.tag, messages.len());
        for key in messages.keys() {
            let quoted = all.contains(&format!("\"{key}\""));
            assert!(quoted || asked.contains(key), "{}: {key} is never used", language.tag);
        }
    }
}

#[test]
fn the_languages_have_the_same_messages_with_the_same_placeholders() {
    let [nb, nn, en] = ["nb", "nn", "en"].map(defined);
    for other in [&nn, &en] {
        assert!(nb.keys().eq(other.keys()));
        for (key, text) in &nb {
            assert_eq!(placeholders(text), placeholders(&other[key]), "{key}");
        }
    }
    // A text that was copied and not translated shows as one that is the same in all three.
    let same = nb.iter().filter(|(key, text)| nn[*key] == **text && en[*key] == **text);
    let same: Vec<&str> = same.map(|(key, _)| key.as_str()).collect();
    assert_eq!(same, ["column-state", "fact-state", "fact-system", "portal-product"]);
}
