//! Identifiers: parsed once where they enter, right ever after, and never mixed up.
use serde::{Deserialize, Deserializer, Serialize, de};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// What was given is not an identifier of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0}")]
pub struct Invalid(pub &'static str);

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                Uuid::parse_str(text).map(Self).map_err(|_| Invalid(stringify!($name)))
            }
        }
    )* };
}
uuid_id! {
    /// A party: an organisation or a person that holds and gives authority.
    PartyUuid;
    /// A vendor's request for a system user.
    RequestId;
    /// A vendor's request for a change of a system user: the vendor's own correlation id.
    ChangeId;
    /// A system user; the same value as the request it came from.
    SystemUserId;
    /// The register's own key of a system, which the wire calls `systemInternalId`.
    SystemKey;
    /// One row of the event log.
    EventId;
    /// Where a vendor wants to be told.
    WebhookId;
    /// One event on its way to a webhook.
    DeliveryId;
    /// Clients that are added or removed, many at once.
    JobId;
    /// Where an organisation wants to be told by e-mail.
    NoticeAddressId;
    /// One e-mail on its way.
    MailId;
}

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, sqlx::Type)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(String);
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )* };
}
text_id! {
    /// An organisation number: nine digits, the last a mod-11 check of the others.
    OrgNo;
    /// A system in the register, such as `991825827_smartcloud`: unique for ever.
    SystemId;
    /// A service in the resource registry, such as `ske-krav-og-betalinger`.
    ResourceId;
    /// An access package by its urn, such as `urn:altinn:accesspackage:krav-og-utlegg`.
    PackageUrn;
}

fn digits(text: &str, count: usize) -> Option<Vec<u32>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
    digits.filter(|d| d.len() == count && text.len() == count)
}

/// The mod-11 check digit, or `None` where the number was never issued.
fn check_digit(digits: &[u32], weights: &[u32]) -> Option<u32> {
    match 11 - digits.iter().zip(weights).map(|(d, w)| d * w).sum::<u32>() % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

impl OrgNo {
    /// As people write it: `310 904 473`, with no-break spaces.
    pub fn grouped(&self) -> String {
        let mut text = String::with_capacity(13);
        for (at, digit) in self.0.chars().enumerate() {
            if at > 0 && at % 3 == 0 {
                text.push('\u{a0}');
            }
            text.push(digit);
        }
        text
    }
}
impl FromStr for OrgNo {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong = Invalid("organisation number");
        let all = digits(text, 9).ok_or(wrong)?;
        let (body, last) = all.split_at(8);
        match check_digit(body, &[3, 2, 7, 6, 5, 4, 3, 2]) {
            Some(check) if last == [check] => Ok(Self(text.to_owned())),
            _ => Err(wrong),
        }
    }
}

/// Longest text that an identifier may be, in characters.
const LONGEST: usize = 255;

impl FromStr for SystemId {
    type Err = Invalid;
    /// Any text a vendor may have registered: no control characters, 1 to 255 characters.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fine = !text.is_empty()
            && text.chars().count() <= LONGEST
            && !text.chars().any(char::is_control);
        if fine { Ok(Self(text.to_owned())) } else { Err(Invalid("system id")) }
    }
}
impl FromStr for ResourceId {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fine = (1..=LONGEST).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if fine { Ok(Self(text.to_owned())) } else { Err(Invalid("resource id")) }
    }
}
impl PackageUrn {
    /// What every package's urn begins with.
    pub const PREFIX: &'static str = "urn:altinn:accesspackage:";
    /// The last part: `krav-og-utlegg`.
    pub fn code(&self) -> &str {
        self.0.rsplit(':').next().unwrap_or_default()
    }
}
impl FromStr for PackageUrn {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let code = text.strip_prefix(Self::PREFIX).ok_or(Invalid("access package"))?;
        let fine = (1..=200).contains(&code.len())
            && code.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if fine { Ok(Self(text.to_owned())) } else { Err(Invalid("access package")) }
    }
}

/// A national identity number: eleven digits with two check digits. Never written to a log, a page
/// or the store; [`crate::parties::NumberKeys`] turns it into what is kept.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonNo(String);

impl PersonNo {
    /// The digits themselves, for hashing and for a token of the sandbox.
    pub fn reveal(&self) -> &str {
        &self.0
    }
    /// Returns where the number is from, by the offset of its month.
    pub fn origin(&self) -> NumberOrigin {
        match self.0.as_bytes().get(2) {
            Some(b'8'..) => NumberOrigin::Tenor,
            Some(b'4'..) => NumberOrigin::Dolly,
            _ => NumberOrigin::Register,
        }
    }
    /// Whether it is made for tests and belongs to nobody.
    pub fn is_synthetic(&self) -> bool {
        self.origin() != NumberOrigin::Register
    }
    /// Whether it is a D-number (day + 40), which a birth number may take the place of.
    pub fn is_d_number(&self) -> bool {
        self.0.as_bytes().first().is_some_and(|digit| *digit >= b'4')
    }
}

/// Where a national number is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberOrigin {
    /// The population register: it may be somebody's.
    Register,
    /// Skatteetaten's made-up population: month + 80.
    Tenor,
    /// NAV's made-up population: month + 40. Help numbers, which no login brings, look the same.
    Dolly,
}

/// Which national numbers an installation takes: one kind, and never both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberPolicy {
    /// Those of the population register.
    Real,
    /// Made-up ones, for a test environment.
    Synthetic,
}
impl NumberPolicy {
    pub fn of(synthetic: bool) -> Self {
        if synthetic { Self::Synthetic } else { Self::Real }
    }
    /// Refuses a number of the other kind, with a reason that does not name it.
    pub fn check(self, number: &PersonNo) -> Result<(), &'static str> {
        match (self, number.is_synthetic()) {
            (Self::Real, false) | (Self::Synthetic, true) => Ok(()),
            (Self::Real, true) => Err("a synthetic number, and this store takes only real ones"),
            (Self::Synthetic, false) => {
                Err("not a synthetic number, and this store takes only synthetic ones")
            }
        }
    }
}
impl fmt::Debug for PersonNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonNo(…)")
    }
}
impl FromStr for PersonNo {
    type Err = Invalid;
    /// The first check digit may also follow the rule that applies to numbers given from 2032.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong = Invalid("national identity number");
        let all = digits(text, 11).ok_or(wrong)?;
        let (first, last) = all.split_at(9);
        let (&[k1, k2], Some(ten)) = (last, all.get(..10)) else { return Err(wrong) };
        let sum: u32 = first.iter().zip([3, 7, 6, 1, 8, 9, 4, 5, 2]).map(|(d, w)| d * w).sum();
        let first_fits = (11..=14).map(|base| (base - sum % 11) % 11).any(|digit| digit == k1);
        let second_fits = check_digit(ten, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) == Some(k2);
        if first_fits && second_fits && has_a_date(&all) {
            Ok(Self(text.to_owned()))
        } else {
            Err(wrong)
        }
    }
}

/// Whether the first six digits can be a date once the offsets for D-numbers (day + 40), help
/// numbers (month + 40) and synthetic numbers (month + 80) are taken away.
fn has_a_date(digits: &[u32]) -> bool {
    let pair = |at: usize| Some(digits.get(at)? * 10 + digits.get(at + 1)?);
    let (Some(day), Some(month)) = (pair(0), pair(2)) else { return false };
    let day = if day > 40 { day - 40 } else { day };
    (1..=31).contains(&day) && (1..=12).contains(&(month % 40))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisation_numbers_are_checked() {
        for good in ["310000043", "310000116", "313555011", "317770014", "318880026", "999999999"] {
            assert!(good.parse::<OrgNo>().is_ok(), "{good}");
        }
        for bad in
            ["310000044", "314123450", "31000004", "3100000430", "31000004x", "", "３１0000043"]
        {
            assert!(bad.parse::<OrgNo>().is_err(), "{bad}");
        }
        assert_eq!("310904473".parse::<OrgNo>().unwrap().grouped(), "310\u{a0}904\u{a0}473");
    }

    #[test]
    fn national_numbers_are_checked_by_both_rules() {
        for good in ["02929012332", "02929012413", "54819045634", "12837810092"] {
            let number: PersonNo = good.parse().unwrap();
            assert!(number.is_synthetic(), "{good}");
            assert!(!format!("{number:?}").contains(good));
        }
        for bad in ["02929012333", "02929012342", "0292901233", "00000000000", "99999999999"] {
            assert!(bad.parse::<PersonNo>().is_err(), "{bad}");
        }
    }

    /// A number with these first nine digits, where one was ever given out.
    fn made(nine: &str) -> Option<PersonNo> {
        (0..100).find_map(|last| format!("{nine}{last:02}").parse().ok())
    }

    #[test]
    fn the_offset_of_a_date_says_where_a_number_is_from() {
        let from =
            |nine| made(nine).map(|number: PersonNo| (number.origin(), number.is_d_number()));
        assert_eq!(from("010190300"), Some((NumberOrigin::Register, false)));
        assert_eq!(from("410190300"), Some((NumberOrigin::Register, true)));
        assert_eq!(from("014190300"), Some((NumberOrigin::Dolly, false)));
        assert_eq!(from("415290300"), Some((NumberOrigin::Dolly, true)));
        assert_eq!(from("018190300"), Some((NumberOrigin::Tenor, false)));
        assert_eq!(from("419290300"), Some((NumberOrigin::Tenor, true)));
        for no_date in ["001190300", "321190300", "011390300", "015390300", "019390300"] {
            assert_eq!(from(no_date), None, "{no_date}");
        }
    }

    #[test]
    fn an_installation_takes_numbers_of_one_kind() {
        for nine in ["014190300", "018190300", "410190300", "010190300"] {
            let number = made(nine).unwrap();
            let synthetic = number.is_synthetic();
            assert_eq!(NumberPolicy::Synthetic.check(&number).is_ok(), synthetic, "{nine}");
            assert_eq!(NumberPolicy::Real.check(&number).is_ok(), !synthetic, "{nine}");
        }
    }

    #[test]
    fn the_first_check_digit_may_follow_the_rule_of_2032() {
        // Skatteetaten's own examples. The last has the remainder 1, which no number had before.
        for number in ["02013299997", "30108299920", "30108299939"] {
            assert!(number.parse::<PersonNo>().is_ok(), "{number}");
        }
    }

    #[test]
    fn packages_and_resources_have_their_alphabets() {
        assert!("urn:altinn:accesspackage:krav-og-utlegg".parse::<PackageUrn>().is_ok());
        assert!("urn:altinn:accesspackage:".parse::<PackageUrn>().is_err());
        assert!("ske-krav-og-betalinger".parse::<ResourceId>().is_ok());
        assert!("<b>".parse::<ResourceId>().is_err());
    }
}
