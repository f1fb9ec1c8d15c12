//! Brønnøysund's published shapes, and what we take from them. Everything but the number, the name
//! and the form may be missing.
use super::feed::Refusal;
use crate::{clock::Ts, ids::OrgNo, text};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;

/// An organisation as its register tells it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub org_no: OrgNo,
    /// Missing only of one that has been deleted.
    pub name: Option<String>,
    pub form: Option<String>,
    /// Of a sub-unit: the main unit.
    pub parent: Option<OrgNo>,
    pub deleted: Option<Ts>,
}
impl Unit {
    /// What it says, in a number: the same for as long as it says the same.
    pub fn digest(&self) -> i64 {
        let deleted = self.deleted.map(Ts::micros).unwrap_or_default().to_be_bytes();
        let parts: [&[u8]; 5] = [
            self.org_no.as_str().as_bytes(),
            self.name.as_deref().unwrap_or_default().as_bytes(),
            self.form.as_deref().unwrap_or_default().as_bytes(),
            self.parent.as_ref().map(OrgNo::as_str).unwrap_or_default().as_bytes(),
            if self.deleted.is_some() { &deleted } else { &[] },
        ];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part);
            // In no name.
            hash.update([0]);
        }
        let mut first = [0; 8];
        first.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        i64::from_be_bytes(first)
    }
    pub fn is_sub_unit(&self) -> bool {
        self.form.as_deref().is_some_and(is_sub_unit)
    }
}
/// Whether organisations of this form are parts of another, and inherit from it.
pub fn is_sub_unit(form: &str) -> bool {
    matches!(form, "BEDR" | "AAFY")
}

/// The roles in one organisation that the open register can tell of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    pub org_no: OrgNo,
    /// The role's code and the organisation that holds it, each once.
    pub held: Vec<(String, OrgNo)>,
    /// Held by people, of whom the register tells a birth date and no number.
    pub people: u64,
    /// Resigned, deregistered, or held by an organisation that has been deleted.
    pub ended: u64,
    /// Roles that the catalogue does not have, and that therefore were never entered.
    pub unknown: Vec<String>,
    /// What could not be understood. Nothing of the organisation's is closed then.
    pub faults: Vec<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Coded {
    kode: Option<String>,
}
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct UnitShape {
    organisasjonsnummer: Option<String>,
    navn: Option<String>,
    organisasjonsform: Option<Coded>,
    overordnet_enhet: Option<String>,
    slettedato: Option<String>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RolesShape<R> {
    organisasjonsnummer: Option<String>,
    rollegrupper: Option<Vec<Group<R>>>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Group<R> {
    roller: Option<Vec<R>>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Role {
    r#type: Option<Coded>,
    person: Option<IgnoredAny>,
    enhet: Option<Holder>,
    fratraadt: Option<bool>,
    avregistrert: Option<bool>,
}
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Holder {
    organisasjonsnummer: Option<String>,
    er_slettet: Option<bool>,
}

/// The organisation number that stands in the text, for a refusal.
pub fn number_in(text: &[u8]) -> Option<String> {
    const MEMBER: &[u8] = b"\"organisasjonsnummer\"";
    let at = text.windows(MEMBER.len()).position(|window| window == MEMBER)?;
    let rest = text.get(at + MEMBER.len()..)?;
    let value = rest.iter().skip_while(|b| b.is_ascii_whitespace() || matches!(b, b':' | b'"'));
    let digits: Vec<u8> = value.copied().take_while(u8::is_ascii_digit).take(9).collect();
    String::from_utf8(digits).ok().filter(|number| number.parse::<OrgNo>().is_ok())
}
fn shape<T: DeserializeOwned>(text: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(text)
        .map_err(|e| Refusal { number: number_in(text), why: format!("it has another shape: {e}") })
}
fn number(given: Option<&str>) -> Result<OrgNo, Refusal> {
    let given = given.ok_or_else(|| Refusal::new(None, "it has no organisation number"))?;
    given.parse().map_err(|e| Refusal::new(None, format!("{} is {e}", short(given))))
}
/// Not more of a stranger's text than a line can hold.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// A name as the register has it, in one line, without what hides.
pub fn name(given: &str) -> Result<String, text::Fault> {
    let mut name = given.split_whitespace().collect::<Vec<_>>().join(" ");
    loop {
        match text::clean(&name, text::NAME) {
            Err(text::Fault::Character(hidden)) => name = name.replace(hidden, ""),
            done => return done,
        }
    }
}

/// A day, at its beginning.
fn day(text: &str) -> Option<Ts> {
    let date: chrono::NaiveDate = text.get(..10)?.parse().ok()?;
    Some(Ts::new(date.and_time(chrono::NaiveTime::MIN).and_utc()))
}

/// One `enhet` or `underenhet`.
pub fn unit(text: &[u8]) -> Result<Unit, Refusal> {
    let shape: UnitShape = shape(text)?;
    let org_no = number(shape.organisasjonsnummer.as_deref())?;
    let refused = |why: String| Refusal::new(Some(org_no.as_str()), why);
    let deleted = match shape.slettedato.as_deref().filter(|date| !date.is_empty()) {
        Some(date) => {
            Some(day(date).ok_or_else(|| refused(format!("{} is no date", short(date))))?)
        }
        None => None,
    };
    let name = shape.navn.as_deref().map(name).transpose();
    let name = name.map_err(|e| refused(format!("its name {e}")))?.filter(|name| !name.is_empty());
    if name.is_none() && deleted.is_none() {
        return Err(refused("it has no name".into()));
    }
    let form = shape.organisasjonsform.and_then(|form| form.kode).filter(|code| !code.is_empty());
    if form.as_ref().is_some_and(|code| !code.chars().all(char::is_alphanumeric) || code.len() > 16)
    {
        return Err(refused("its organisation form is no code".into()));
    }
    let parent = match shape.overordnet_enhet {
        Some(main) if form.as_deref().is_some_and(is_sub_unit) => {
            let wrong = |_| refused(format!("its main unit {} is no number", short(&main)));
            Some(main.parse().map_err(wrong)?)
        }
        _ => None,
    };
    if parent.as_ref() == Some(&org_no) {
        return Err(refused("it is its own main unit".into()));
    }
    Ok(Unit { org_no, name, form, parent, deleted })
}

/// The roles in one organisation. Where the object does not say which, as when it was fetched alone,
/// `of` does. Only roles that are `known` are taken.
pub fn roles(text: &[u8], of: Option<&OrgNo>, known: &HashSet<String>) -> Result<Roles, Refusal> {
    match serde_json::from_slice::<RolesShape<Role>>(text) {
        Ok(shape) => collect(shape, of, known, Ok),
        // One entry that is not understood does not take the others with it.
        Err(_) => collect(shape::<RolesShape<Value>>(text)?, of, known, |value| {
            serde_json::from_value(value).map_err(|e| format!("a role has another shape: {e}"))
        }),
    }
}
fn collect<R>(
    shape: RolesShape<R>,
    of: Option<&OrgNo>,
    known: &HashSet<String>,
    read: impl Fn(R) -> Result<Role, String>,
) -> Result<Roles, Refusal> {
    let org_no = match (shape.organisasjonsnummer.as_deref(), of) {
        (None, Some(of)) => of.clone(),
        (given, _) => number(given)?,
    };
    let (held, unknown, faults) = (Vec::new(), Vec::new(), Vec::new());
    let mut all = Roles { org_no, held, people: 0, ended: 0, unknown, faults };
    let groups = shape.rollegrupper.unwrap_or_default();
    for role in groups.into_iter().flat_map(|group| group.roller.unwrap_or_default()) {
        let taken = read(role).and_then(|role| take(role, &mut all, known));
        if let Err(fault) = taken {
            all.faults.push(fault);
        }
    }
    all.held.sort();
    all.held.dedup();
    Ok(all)
}
fn take(role: Role, all: &mut Roles, known: &HashSet<String>) -> Result<(), String> {
    let code = role.r#type.and_then(|kind| kind.kode).ok_or("a role has no code")?;
    let resigned = role.fratraadt == Some(true) || role.avregistrert == Some(true);
    match (role.person, role.enhet) {
        (Some(_), Some(_)) => return Err(format!("{}: held by two", short(&code))),
        (None, None) => return Err(format!("{}: held by nobody", short(&code))),
        (Some(_), None) if resigned => all.ended += 1,
        (Some(_), None) => all.people += 1,
        (None, Some(holder)) if resigned || holder.er_slettet == Some(true) => all.ended += 1,
        (None, Some(holder)) => {
            let number = holder.organisasjonsnummer.unwrap_or_default();
            let holder = number.parse();
            let holder =
                holder.map_err(|e| format!("{}: {} is {e}", short(&code), short(&number)))?;
            if known.contains(&code) {
                all.held.push((code, holder));
            } else {
                all.unknown.push(format!("{}: the catalogue has no such role", short(&code)));
            }
        }
    }
    Ok(())
}

/// An organisation that the update feed names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    pub org_no: Option<String>,
    /// It is gone from the register, since then.
    pub gone: Option<Ts>,
}

/// The organisations in a page of the update feed: of units, of sub-units, or of roles.
pub fn updates(text: &[u8]) -> Result<Vec<Update>, String> {
    let page: Value = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    let list = match &page {
        Value::Array(events) => Some(events),
        _ => page.get("_embedded").and_then(|embedded| {
            let names = ["oppdaterteEnheter", "oppdaterteUnderenheter"];
            names.iter().find_map(|name| embedded.get(name)?.as_array())
        }),
    };
    // A page without changes has nothing embedded.
    let none = page.get("page").is_some() || page.get("_links").is_some();
    let list = match list {
        Some(list) => list.as_slice(),
        None if none => &[],
        None => return Err("it is no page of the update feed".into()),
    };
    Ok(list.iter().map(update).collect())
}
fn update(entry: &Value) -> Update {
    let member = |name: &str| {
        let inside = entry.get("data").and_then(|data| data.get(name));
        entry.get(name).or(inside).and_then(Value::as_str)
    };
    let gone = matches!(member("endringstype"), Some("Sletting" | "Fjernet"));
    let since = gone.then(|| member("dato").or(member("time")).and_then(day)).flatten();
    Update { org_no: member("organisasjonsnummer").map(ToOwned::to_owned), gone: since }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> HashSet<String> {
        ["REGN", "REVI"].map(ToOwned::to_owned).into()
    }
    fn of(number: &str) -> OrgNo {
        number.parse().unwrap()
    }

    #[test]
    fn a_unit_needs_no_more_than_number_name_and_form() {
        let least = br#"{"organisasjonsnummer":"313555011","navn":" FIKTIV  BAKER\tAS","organisasjonsform":{"kode":"AS"}}"#;
        let least = unit(least).unwrap();
        assert_eq!(least.name.as_deref(), Some("FIKTIV BAKER AS"));
        assert_eq!((least.form.as_deref(), least.parent, least.deleted), (Some("AS"), None, None));
        let gone =
            unit(br#"{"organisasjonsnummer":"313555011","slettedato":"2026-01-31"}"#).unwrap();
        assert_eq!(gone.deleted.unwrap().rfc3339(), "2026-01-31T00:00:00.000000Z");
        let sub = br#"{"organisasjonsnummer":"310000043","navn":"X","organisasjonsform":{"kode":"BEDR"},"overordnetEnhet":"313555011"}"#;
        assert_eq!(unit(sub).unwrap().parent, Some(of("313555011")));
        let part = br#"{"organisasjonsnummer":"310000043","navn":"X","organisasjonsform":{"kode":"ORGL"},"overordnetEnhet":"313555011"}"#;
        assert_eq!(unit(part).unwrap().parent, None, "only sub-units inherit");
        let hidden = unit(
            "{\"organisasjonsnummer\":\"313555011\",\"navn\":\"A\u{ad}B\u{200b}\"}".as_bytes(),
        );
        assert_eq!(hidden.unwrap().name.as_deref(), Some("AB"));
    }

    #[test]
    fn a_broken_unit_is_refused_with_its_number() {
        for (text, number, why) in [
            (r#"{"navn":"X"}"#, None, "no organisation number"),
            (r#"{"organisasjonsnummer":"313555012","navn":"X"}"#, None, "313555012 is not a valid"),
            (r#"{"organisasjonsnummer":"313555011"}"#, Some("313555011"), "no name"),
            (r#"{"organisasjonsnummer":"313555011","navn":7}"#, Some("313555011"), "another shape"),
            (
                r#"{"organisasjonsnummer": "313555011","navn":"X"#,
                Some("313555011"),
                "another shape",
            ),
            (
                r#"{"organisasjonsnummer":"313555011","slettedato":"i går kveld"}"#,
                Some("313555011"),
                "no date",
            ),
            ("12", None, "another shape"),
        ] {
            let refusal = unit(text.as_bytes()).unwrap_err();
            assert_eq!(refusal.number.as_deref(), number, "{text}");
            assert!(refusal.why.contains(why), "{text}: {}", refusal.why);
        }
    }

    #[test]
    fn of_roles_those_of_organisations_are_taken_and_people_counted() {
        let text = r#"{"organisasjonsnummer":"313555011","rollegrupper":[
            {"type":{"kode":"DAGL"},"roller":[{"type":{"kode":"DAGL"},"person":{"fodselsdato":"1990-12-02"},"fratraadt":false}]},
            {"type":{"kode":"REGN"},"roller":[
                {"type":{"kode":"REGN"},"enhet":{"organisasjonsnummer":"317770014","navn":["A"],"erSlettet":false},"fratraadt":false,"avregistrert":false},
                {"type":{"kode":"REGN"},"enhet":{"organisasjonsnummer":"317770014","navnelinje1":"A"}},
                {"type":{"kode":"REGN"},"enhet":{"organisasjonsnummer":"318880026"},"fratraadt":true},
                {"type":{"kode":"REVI"},"enhet":{"organisasjonsnummer":"318880026"},"avregistrert":true},
                {"type":{"kode":"REVI"},"enhet":{"organisasjonsnummer":"318880026","erSlettet":true}}]},
            {"type":{"kode":"STYR"}}]}"#;
        let all = roles(text.as_bytes(), None, &known()).unwrap();
        assert_eq!(all.held, [("REGN".to_owned(), of("317770014"))]);
        assert_eq!((all.people, all.ended, all.faults.len()), (1, 3, 0));
    }

    #[test]
    fn one_broken_role_does_not_take_the_others_with_it() {
        let text = r#"{"rollegrupper":[{"roller":[
            {"type":{"kode":"REGN"},"enhet":{"organisasjonsnummer":317770014}},
            {"type":{"kode":"REGN"},"enhet":{"organisasjonsnummer":"317770015"}},
            {"type":{"kode":"REGN"}},
            {"type":{"kode":"NYTT"},"enhet":{"organisasjonsnummer":"317770014"}},
            {"type":{"kode":"REVI"},"enhet":{"organisasjonsnummer":"317770014"}}]}]}"#;
        let all = roles(text.as_bytes(), Some(&of("313555011")), &known()).unwrap();
        assert_eq!(all.held, [("REVI".to_owned(), of("317770014"))]);
        assert_eq!((all.faults.len(), all.unknown.len()), (3, 1), "{all:?}");
        assert!(roles(text.as_bytes(), None, &known()).is_err());
    }

    #[test]
    fn all_forms_of_the_update_feed_are_read() {
        let units = br#"{"_embedded":{"oppdaterteEnheter":[
            {"oppdateringsid":1,"organisasjonsnummer":"313555011","endringstype":"Endring","dato":"2026-11-20T04:00:00.000Z"},
            {"organisasjonsnummer":"310000043","endringstype":"Fjernet","dato":"2026-11-20T04:00:00.000Z"}]},"page":{}}"#;
        let all = updates(units).unwrap();
        assert_eq!(all[0], Update { org_no: Some("313555011".into()), gone: None });
        assert_eq!(all[1].gone.unwrap().rfc3339(), "2026-11-20T00:00:00.000000Z");
        let events = br#"[{"id":"1","type":"x","time":"2026-11-20T04:00:00Z","data":{"organisasjonsnummer":"313555011"}}]"#;
        assert_eq!(updates(events).unwrap()[0].org_no.as_deref(), Some("313555011"));
        assert!(updates(br#"{"_links":{}}"#).unwrap().is_empty());
        assert!(updates(b"{}").is_err() && updates(b"[").is_err());
    }
}
