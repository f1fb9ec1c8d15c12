//! Words, dates and numbers in the reader's language.
use crate::clock::Ts;
use chrono::{DateTime, Datelike as _};
use chrono_tz::{Europe::Oslo, Tz};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, collections::HashMap, sync::LazyLock};

/// The catalogues of one language, as they are in the binary.
macro_rules! sources {
    ($tag:literal) => {
        &[
            include_str!(concat!("../locales/", $tag, "/portal.ftl")),
            include_str!(concat!("../locales/", $tag, "/requests.ftl")),
            include_str!(concat!("../locales/", $tag, "/changes.ftl")),
            include_str!(concat!("../locales/", $tag, "/clients.ftl")),
            include_str!(concat!("../locales/", $tag, "/system_users.ftl")),
            include_str!(concat!("../locales/", $tag, "/lists.ftl")),
            include_str!(concat!("../locales/", $tag, "/create.ftl")),
            include_str!(concat!("../locales/", $tag, "/history.ftl")),
            include_str!(concat!("../locales/", $tag, "/client_pages.ftl")),
            include_str!(concat!("../locales/", $tag, "/rules.ftl")),
            include_str!(concat!("../locales/", $tag, "/life.ftl")),
            include_str!(concat!("../locales/", $tag, "/notices.ftl")),
            include_str!(concat!("../locales/", $tag, "/parties.ftl")),
            include_str!(concat!("../locales/", $tag, "/ended.ftl")),
            include_str!(concat!("../locales/", $tag, "/auth.ftl")),
            include_str!(concat!("../locales/", $tag, "/problems.ftl")),
            include_str!(concat!("../locales/", $tag, "/about.ftl")),
            include_str!(concat!("../locales/", $tag, "/words.ftl")),
        ]
    };
}

/// A language that every page exists in.
pub struct Language {
    /// As in `lang`: `nb`, `nn` or `en`.
    pub tag: &'static str,
    /// What its own readers call it.
    pub name: &'static str,
    months: &'static [&'static str; 12],
    bundle: FluentBundle<FluentResource>,
    /// Messages without arguments, resolved once: most of a page.
    plain: HashMap<String, String>,
    /// Messages about a number of things, resolved once for none, for one and for several; with
    /// [`SHOWN`] where the number is shown.
    counted: HashMap<String, [String; 3]>,
}
/// Stands for the number in a resolved message; it occurs in none of ours.
const SHOWN: char = '\u{fffc}';

const NORWEGIAN_MONTHS: [&str; 12] = [
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
];
const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Ours, in the order in which we offer them. The first is used where nothing else is known.
pub static LANGUAGES: LazyLock<[Language; 3]> = LazyLock::new(|| {
    let mut all = [
        Language::load("nb", "Bokmål", &NORWEGIAN_MONTHS, sources!("nb")),
        Language::load("nn", "Nynorsk", &NORWEGIAN_MONTHS, sources!("nn")),
        Language::load("en", "English", &ENGLISH_MONTHS, sources!("en")),
    ];
    // A message that one language lacks shows its key there, so that a test sees it.
    let keys: Vec<String> = all.iter().flat_map(|l| l.plain.keys().cloned()).collect();
    for language in &mut all {
        for key in &keys {
            if !language.has(key) {
                language.plain.insert(key.clone(), format!("[{key}]"));
            }
        }
    }
    all
});

impl Language {
    fn load(
        tag: &'static str,
        name: &'static str,
        months: &'static [&'static str; 12],
        sources: &[&'static str],
    ) -> Self {
        let mut bundle = FluentBundle::new_concurrent(tag.parse().into_iter().collect());
        // Names are set apart with <bdi> in the pages instead.
        bundle.set_use_isolating(false);
        for source in sources {
            // A faulty line is left out, shows as its key, and fails the tests.
            let resource = FluentResource::try_new((*source).to_owned());
            bundle.add_resource_overriding(resource.unwrap_or_else(|(rest, _)| rest));
        }
        let mut plain = HashMap::new();
        let mut counted = HashMap::new();
        for key in sources.iter().flat_map(|source| keys(source)) {
            if let Some(text) = resolved(&bundle, key, None) {
                plain.insert(key.to_owned(), text);
            } else if let [Some(none), Some(one), Some(several)] = [0, 1, 2].map(|n| {
                let args = [("n", FluentValue::from(n)), ("shown", SHOWN.to_string().into())];
                resolved(&bundle, key, Some(&FluentArgs::from_iter(args)))
            }) {
                counted.insert(key.to_owned(), [none, one, several]);
            }
        }
        Self { tag, name, months, bundle, plain, counted }
    }

    pub fn by_tag(tag: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.tag == tag)
    }

    /// The chosen one, else the best of ours for an `Accept-Language` header, else the first.
    pub fn choose(cookie: Option<&str>, accept_language: Option<&str>) -> &'static Self {
        let [first, ..] = &*LANGUAGES;
        let accepted = || accept_language.and_then(Self::accepted);
        cookie.and_then(Self::by_tag).or_else(accepted).unwrap_or(first)
    }

    fn accepted(header: &str) -> Option<&'static Self> {
        let mut wanted: Vec<(u32, &'static Self)> =
            header.split(',').filter_map(Self::weighted).collect();
        // The sort is stable: among equals, the first named wins.
        wanted.sort_by_key(|(weight, _)| Reverse(*weight));
        wanted.first().map(|(_, language)| *language)
    }

    /// One part of the header, `nb-NO;q=0.8`, with its weight in thousandths.
    fn weighted(part: &str) -> Option<(u32, &'static Self)> {
        let mut pieces = part.split(';').map(str::trim);
        let range = pieces.next()?.to_ascii_lowercase();
        let weight = match pieces.find_map(|piece| piece.strip_prefix("q=")) {
            None => 1000,
            Some(text) => thousandths(text)?,
        };
        let language = match range.split('-').next()? {
            "no" | "*" => Self::by_tag("nb"),
            tag => Self::by_tag(tag),
        };
        language.filter(|_| weight > 0).map(|language| (weight, language))
    }

    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// A message without arguments.
    pub fn plain(&self, key: &str) -> &str {
        self.plain.get(key).map_or("[unknown message]", String::as_str)
    }

    /// A message with arguments; `[key]` if there is none.
    pub fn format(&self, key: &str, args: &[(&'static str, FluentValue<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|m| m.value()) else {
            return format!("[{key}]");
        };
        let args: FluentArgs = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }

    /// A message about a number of things: none, one or several; `[key]` if there is none.
    pub fn count(&self, key: &str, n: u64) -> String {
        let Some([none, one, several]) = self.counted.get(key) else { return format!("[{key}]") };
        let text = match n {
            0 => none,
            1 => one,
            _ => several,
        };
        match text.split_once(SHOWN) {
            Some((before, after)) => [before, &self.number(n), after].concat(),
            None => text.clone(),
        }
    }

    /// The day it was in Norway, as people write it: `21. november 2026`, `21 November 2026`.
    pub fn date(&self, at: Ts) -> String {
        self.day(at.utc().with_timezone(&Oslo))
    }

    /// The day and the time of day in Norway: `21. november 2026 kl. 14.05`.
    pub fn date_time(&self, at: Ts) -> String {
        let at = at.utc().with_timezone(&Oslo);
        let time = at.format(if self.tag == "en" { "at\u{a0}%H:%M" } else { "kl.\u{a0}%H.%M" });
        format!("{} {time}", self.day(at))
    }

    fn day(&self, at: DateTime<Tz>) -> String {
        let point = if self.tag == "en" { "" } else { "." };
        let month = usize::try_from(at.month0()).ok().and_then(|month| self.months.get(month));
        // A day is not parted from its month at the end of a line.
        format!("{}{point}\u{a0}{} {}", at.day(), month.unwrap_or(&""), at.year())
    }

    /// Grouped in threes: `80 000` with a no-break space, `80,000`.
    pub fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        if digits.len() <= 3 {
            return digits;
        }
        let mut text = String::with_capacity(digits.len() * 2);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(if self.tag == "en" { ',' } else { '\u{a0}' });
            }
            text.push(digit);
        }
        text
    }
}
impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.tag)
    }
}

/// The message with these arguments, if they are what it takes.
fn resolved(
    bundle: &FluentBundle<FluentResource>,
    key: &str,
    args: Option<&FluentArgs<'_>>,
) -> Option<String> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, args, &mut errors).into_owned();
    errors.is_empty().then_some(text)
}

/// The keys of a catalogue: what stands before ` =` at the start of a line.
fn keys(source: &str) -> impl Iterator<Item = &str> {
    let starts = |line: &&str| line.starts_with(|c: char| c.is_ascii_alphabetic());
    source.lines().filter(starts).filter_map(|line| Some(line.split_once(" =")?.0))
}

/// `0.8` as 800; nothing for what is not a weight between 0 and 1.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let rest = if rest.is_empty() { "0" } else { rest };
    let all_digits = rest.len() <= 3 && rest.chars().all(|c| c.is_ascii_digit());
    let weight = whole.parse::<u32>().ok().filter(|_| all_digits)?.checked_mul(1000)?
        + format!("{rest:0<3}").parse::<u32>().ok()?;
    (weight <= 1000).then_some(weight)
}

/// A vendor's or service owner's text in the languages it was given in; an empty one was not given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Localised {
    pub nb: String,
    pub nn: String,
    pub en: String,
}
impl Localised {
    /// In the reader's language if there is such a text, else the nearest there is.
    pub fn in_language(&self, tag: &str) -> Said {
        let (nb, nn, en) = (("nb", &self.nb), ("nn", &self.nn), ("en", &self.en));
        let order = match tag {
            "nn" => [nn, nb, en],
            "en" => [en, nb, nn],
            _ => [nb, nn, en],
        };
        let found = order.into_iter().find(|(_, text)| !text.trim().is_empty());
        let Some((given, text)) = found else { return Said::default() };
        Said { text: text.clone(), lang: (given != tag).then_some(given) }
    }
}

/// Words that others chose, as we show them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    pub text: String,
    /// Set where it is in another language than the page.
    pub lang: Option<&'static str>,
}
impl From<&str> for Said {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), lang: None }
    }
}
impl From<String> for Said {
    fn from(text: String) -> Self {
        Self { text, lang: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn chosen(cookie: Option<&str>, header: &str) -> &'static str {
        Language::choose(cookie, Some(header)).tag
    }

    #[test]
    fn the_language_follows_the_weights() {
        for (header, tag) in [
            ("nb;q=0.9, en", "en"),
            ("nb, en;q=0.9", "nb"),
            ("no", "nb"),
            ("no-NO, en;q=0.8", "nb"),
            ("NN-no", "nn"),
            ("sv, en;q=0.2, nn;q=0.7", "nn"),
            ("en;q=0, nn;q=0.001", "nn"),
            ("en;q=0", "nb"),
            ("en;q=x, nn;q=1.5", "nb"),
            ("en;q=1.000, nn", "en"),
            ("fi", "nb"),
            ("*;q=0.1, en;q=0.05", "nb"),
            ("", "nb"),
        ] {
            assert_eq!(chosen(None, header), tag, "{header}");
        }
        assert_eq!(chosen(Some("nn"), "en"), "nn");
        assert_eq!(chosen(Some("<b>"), "en"), "en");
        assert_eq!(Language::choose(None, None).tag, "nb");
    }

    #[test]
    fn times_are_norwegian_and_in_words() {
        let at = |text: &str| Ts::new(DateTime::parse_from_rfc3339(text).unwrap().to_utc());
        let said = |at: Ts| LANGUAGES.each_ref().map(|language| language.date_time(at));
        // Past midnight in Norway, still the day before in UTC.
        assert_eq!(
            said(at("2026-11-20T23:05:00Z")),
            [
                "21.\u{a0}november 2026 kl.\u{a0}00.05",
                "21.\u{a0}november 2026 kl.\u{a0}00.05",
                "21\u{a0}November 2026 at\u{a0}00:05"
            ]
        );
        let days = LANGUAGES.each_ref().map(|l| l.date(at("2027-05-01T12:00:00Z")));
        assert_eq!(days, ["1.\u{a0}mai 2027", "1.\u{a0}mai 2027", "1\u{a0}May 2027"]);
    }

    #[test]
    fn a_count_says_what_the_catalogue_says() {
        for language in LANGUAGES.iter() {
            assert!(language.counted.len() > 4);
            for key in language.counted.keys() {
                for n in [0, 1, 2, 3, 5, 10, 11, 21, 100, 101, 1_000, 1_000_000] {
                    let shown = language.number(n).into();
                    let whole = language.format(key, &[("n", n.into()), ("shown", shown)]);
                    assert_eq!(language.count(key, n), whole, "{key} {n}");
                }
            }
            let unknown = "no-such-message";
            assert_eq!(language.count(unknown, 1), "[no-such-message]");
        }
    }

    #[test]
    fn numbers_are_grouped() {
        let said = |n| LANGUAGES.each_ref().map(|language| language.number(n));
        assert_eq!(said(999), ["999", "999", "999"]);
        assert_eq!(said(80_000), ["80\u{a0}000", "80\u{a0}000", "80,000"]);
        assert_eq!(said(1_234_567).last().unwrap(), "1,234,567");
    }

    #[test]
    fn a_text_that_is_missing_falls_back_and_says_so() {
        let given: Localised = serde_json::from_str(r#"{"nb": "Regnskap", "en": " "}"#).unwrap();
        assert_eq!(given.in_language("nb"), Said { text: "Regnskap".into(), lang: None });
        assert_eq!(given.in_language("nn"), Said { text: "Regnskap".into(), lang: Some("nb") });
        assert_eq!(given.in_language("en").lang, Some("nb"));
        assert_eq!(Localised::default().in_language("nb"), Said::default());
    }

    #[test]
    fn the_catalogues_have_no_faults() {
        for source in [sources!("nb"), sources!("nn"), sources!("en")].into_iter().flatten() {
            let resource = FluentResource::try_new((*source).to_owned());
            assert!(resource.is_ok(), "{:?}", resource.err().map(|(_, errors)| errors));
        }
        for language in LANGUAGES.iter() {
            assert_eq!(language.format("no-such-message", &[]), "[no-such-message]");
        }
    }
}
