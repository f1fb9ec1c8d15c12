//! What a party is, how its name is searched and put in order.
use crate::{
    db::session::SessionKey,
    ids::{OrgNo, PartyUuid},
    proceedings::Proceedings,
};
use icu_collator::{Collator, CollatorBorrowed, options::CollatorOptions};
use icu_locale_core::locale;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization as _;

/// An organisation as the register has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    pub id: PartyUuid,
    /// The integer by which the wire contract knows it.
    pub party_id: i64,
    pub org_no: OrgNo,
    pub name: String,
    /// `AS`, `ENK`, `BEDR` …
    pub form: Option<String>,
    /// What it is under; of a sub-unit also what its main unit is under.
    pub proceedings: Proceedings,
}

/// A person who has logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PartyUuid,
    pub party_id: i64,
    /// Empty when nobody has told it.
    pub name: String,
    /// Somebody who is dead logs in no more, and acts for nobody.
    pub is_dead: bool,
}

impl Person {
    /// One whom no register knows: holds nothing from anyone.
    pub fn nobody() -> Self {
        Self { id: PartyUuid(uuid::Uuid::nil()), party_id: 0, name: String::new(), is_dead: false }
    }
}

/// A party that a person may act for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyChoice {
    pub id: PartyUuid,
    pub party_id: i64,
    pub org_no: OrgNo,
    pub name: String,
    /// Not by any role: only because the provider vouched for it at this login.
    pub vouched: bool,
    /// What it is under; of a sub-unit also what its main unit is under.
    pub proceedings: Proceedings,
}

/// Who looks for a party to act for: a person, and the session whose login may vouch for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeker {
    pub person: PartyUuid,
    pub session: Option<SessionKey>,
}
impl Seeker {
    pub(super) fn session(self) -> Option<String> {
        self.session.map(SessionKey::text)
    }
}
/// Without a session, as with a program's token.
impl From<PartyUuid> for Seeker {
    fn from(person: PartyUuid) -> Self {
        Self { person, session: None }
    }
}

/// Lower case, for search: both engines' own folding knows ASCII only.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// A search as a `like` pattern with `\` as its escape; a number is found with or without blanks.
pub fn pattern(search: &str) -> String {
    /// More than any name has, and less than an engine refuses to compare with.
    const LONGEST: usize = 400;
    // Names are kept in NFC.
    let shown: String = search.nfc().filter(|c| !c.is_control()).take(LONGEST).collect();
    let trimmed = shown.trim();
    let is_number =
        !trimmed.is_empty() && trimmed.chars().all(|c| c.is_ascii_digit() || c.is_whitespace());
    let mut pattern = String::from("%");
    for c in fold(trimmed).chars().filter(|c| !(is_number && c.is_whitespace())) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

static NORWEGIAN: LazyLock<Option<CollatorBorrowed<'static>>> =
    LazyLock::new(|| Collator::try_new(locale!("nb").into(), CollatorOptions::default()).ok());

/// Which rules of ours names are folded and sorted by. Counted up when `fold` or `sort_key` changes.
const NAME_RULES: u32 = 1;

/// What every sort key begins with: the version of our rules and of the libraries that made it, and the
/// folded name beside it. Keys of another version cannot be compared with these, and are remade.
pub const NAME_KEYS_VERSION: [u8; 4] = {
    let (major, minor, patch) = char::UNICODE_VERSION;
    let hash = fnv(0x811c_9dc5, env!("NAME_KEYS_LIBRARIES").as_bytes());
    let hash = fnv(hash, &[major, minor, patch]);
    fnv(hash, &NAME_RULES.to_be_bytes()).to_be_bytes()
};
/// FNV-1a, which the compiler can work out.
const fn fnv(mut hash: u32, mut bytes: &[u8]) -> u32 {
    while let [first, rest @ ..] = bytes {
        hash = (hash ^ *first as u32).wrapping_mul(0x0100_0193);
        bytes = rest;
    }
    hash
}

/// A key whose byte order is Norwegian order: a … z æ ø å. It begins with the version of what made it.
pub fn sort_key(text: &str) -> Vec<u8> {
    let mut key = NAME_KEYS_VERSION.to_vec();
    match &*NORWEGIAN {
        Some(collator) => {
            let Ok(()) = collator.write_sort_key_to(text, &mut key);
        }
        None => key.extend_from_slice(fold(text).as_bytes()),
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_norwegian_order() {
        let mut names = ["Ås", "Zoo", "Ærlig", "Ost", "Øst", "aks", "Bø"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["aks", "Bø", "Ost", "Zoo", "Ærlig", "Øst", "Ås"]);
    }

    #[test]
    fn the_version_of_keys_follows_every_part_of_it() {
        assert!(sort_key("Ås").starts_with(&NAME_KEYS_VERSION));
        assert_eq!(fnv(0x811c_9dc5, b"a"), 0xe40c_292c);
        assert_ne!(
            fnv(0x811c_9dc5, b"icu_collator 2.4.0"),
            fnv(0x811c_9dc5, b"icu_collator 2.5.0")
        );
    }

    #[test]
    fn a_search_is_a_pattern_that_means_itself() {
        assert_eq!(pattern(" Rør "), "%rør%");
        assert_eq!(pattern("310 904 473"), "%310904473%");
        assert_eq!(pattern("A\u{30a}s"), "%ås%");
        assert_eq!(pattern(&"å".repeat(60_000)).chars().count(), 402);
        assert_eq!(pattern("50%_\\"), "%50\\%\\_\\\\%");
    }
}
