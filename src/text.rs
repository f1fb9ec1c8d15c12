//! Text that strangers give us to show to others: in one normal form, and without characters that
//! hide, reorder or break it.
use icu_properties::{CodePointMapData, props::GeneralCategory};
use unicode_normalization::UnicodeNormalization as _;

/// Longest name, title or reference, in characters.
pub const NAME: usize = 255;
/// Longest description, in characters.
pub const DESCRIPTION: usize = 2_000;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("is longer than {0} characters")]
    TooLong(usize),
    #[error("has a control, bidirectional or invisible character (U+{:04X})", *.0 as u32)]
    Character(char),
}

/// The text in NFC, if it is at most `longest` characters and shows what it is.
pub fn clean(text: &str, longest: usize) -> Result<String, Fault> {
    // Most are ASCII, where there is one form only and nothing hides but control characters.
    if text.is_ascii() {
        return match text.chars().find(char::is_ascii_control) {
            Some(c) => Err(Fault::Character(c)),
            None if text.len() > longest => Err(Fault::TooLong(longest)),
            None => Ok(text.to_owned()),
        };
    }
    let categories = CodePointMapData::<GeneralCategory>::new();
    let hidden = |c: &char| {
        matches!(
            categories.get(*c),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::Surrogate
                | GeneralCategory::PrivateUse
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        )
    };
    if let Some(c) = text.chars().find(hidden) {
        return Err(Fault::Character(c));
    }
    let text: String = text.nfc().collect();
    if text.chars().count() > longest { Err(Fault::TooLong(longest)) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_reorders_is_refused() {
        for bad in [
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{0}b",
            "a\u{7f}b",
            "a\nb",
            "æ\nb",
            "æ\u{7f}b",
            "a\u{ad}b",
            "\u{feff}a",
            "a\u{2066}b",
        ] {
            assert!(matches!(clean(bad, NAME), Err(Fault::Character(_))), "{bad:?}");
        }
        assert_eq!(clean("A\u{30a}s & <b>Ærlig</b> 名", NAME).unwrap(), "Ås & <b>Ærlig</b> 名");
        assert_eq!(clean(&"å".repeat(256), NAME), Err(Fault::TooLong(255)));
        assert!(clean(&"å".repeat(255), NAME).is_ok());
        assert_eq!(clean(&"a".repeat(256), NAME), Err(Fault::TooLong(255)));
        assert!(clean(&"a".repeat(255), NAME).is_ok());
    }
}
