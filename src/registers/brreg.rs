//! Brønnøysund's published shapes, and what we take from them. Everything but the number, the name
//! and the form may be missing.
use super::feed::Refusal;
use crate::{
    clock::Ts,
    ids::OrgNo,
    proceedings::{Proceeding, Proceedings},
    text,
};
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
    /// The bankruptcy, forced liquidation or winding-up it is under; a flag that is missing is none.
    pub proceedings: Proceedings,
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
        // Without proceedings the digest is what it was before they were read, so that an upgrade does
        // not make every organisation look changed.
        if let Some(proceedings) = self.proceedings.stored() {
            hash.update(proceedings.as_bytes());
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
    /// Resigned, deregistered, or held by somebody who is dead or an organisation that is deleted.
    pub ended: u64,
    /// Held by nobody.
    pub unheld: u64,
    /// Roles that the catalogue does not have, and that therefore were never entered.
    pub unknown: Vec<String>,
    /// What could not be understood.
    pub faults: Vec<String>,
    /// What is not closed, since something of it was not understood.
    pub doubt: Doubt,
}
/// Which roles in an organisation are in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// Those with these codes.
    Codes(Vec<String>),
    All,
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
    konkurs: Option<bool>,
    konkursdato: Option<String>,
    under_avvikling: Option<bool>,
    under_avvikling_dato: Option<String>,
    under_tvangsavvikling_eller_tvangsopplosning: Option<bool>,
    // The register tells the day of a forced liquidation by its ground.
    tvangsavviklet_pga_manglende_sletting_dato: Option<String>,
    tvangsopplost_pga_manglende_daglig_leder_dato: Option<String>,
    tvangsopplost_pga_manglende_revisor_dato: Option<String>,
    tvangsopplost_pga_manglende_regnskap_dato: Option<String>,
    tvangsopplost_pga_mangelfullt_styre_dato: Option<String>,
}
impl UnitShape {
    /// Collects the flags that are set, each with its day; or says which day is no date.
    fn proceedings(&self) -> Result<Proceedings, String> {
        let forced = [
            &self.tvangsavviklet_pga_manglende_sletting_dato,
            &self.tvangsopplost_pga_manglende_daglig_leder_dato,
            &self.tvangsopplost_pga_manglende_revisor_dato,
            &self.tvangsopplost_pga_manglende_regnskap_dato,
            &self.tvangsopplost_pga_mangelfullt_styre_dato,
        ];
        let forced = forced.into_iter().flatten().filter(|date| !date.is_empty()).min();
        let flags = [
            (Proceeding::Bankruptcy, self.konkurs, self.konkursdato.as_ref()),
            (
                Proceeding::ForcedLiquidation,
                self.under_tvangsavvikling_eller_tvangsopplosning,
                forced,
            ),
            (Proceeding::WindingUp, self.under_avvikling, self.under_avvikling_dato.as_ref()),
        ];
        let mut all = Proceedings::default();
        for (kind, _, date) in flags.into_iter().filter(|(_, flag, _)| *flag == Some(true)) {
            let since = date.filter(|date| !date.is_empty()).map(|date| {
                let day = date.get(..10).and_then(|day| day.parse().ok());
                day.ok_or_else(|| format!("{} since {} is no date", kind.code(), short(date)))
            });
            all.add(kind, since.transpose()?);
        }
        Ok(all)
    }
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
    r#type: Option<Coded>,
    roller: Option<Vec<R>>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Role {
    r#type: Option<Coded>,
    person: Option<Human>,
    enhet: Option<Holder>,
    fratraadt: Option<bool>,
    avregistrert: Option<bool>,
}
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Human {
    er_doed: Option<bool>,
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
    /// As far as it must hold together for the number to be the element's own: what stands twice may
    /// be of two elements that have become one.
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "that they are there once is all that is looked at")]
    struct Numbered {
        organisasjonsnummer: Option<String>,
        navn: Option<IgnoredAny>,
        organisasjonsform: Option<IgnoredAny>,
        rollegrupper: Option<IgnoredAny>,
    }
    serde_json::from_slice(text).map_err(|e| {
        let numbered: Option<Numbered> = serde_json::from_slice(text).ok();
        let own = numbered.and_then(|numbered| numbered.organisasjonsnummer);
        let why = format!("it has another shape: {e}");
        match own.filter(|number| number.parse::<OrgNo>().is_ok()) {
            Some(number) => Refusal::new(Some(&number), why),
            None => Refusal::of_damaged(number_in(text), why),
        }
    })
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
    let proceedings = shape.proceedings().map_err(refused)?;
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
    Ok(Unit { org_no, name, form, parent, deleted, proceedings })
}

/// The roles in one organisation. Where the object does not say which, as when it was fetched alone,
/// `of` does. Only roles that are `known` are taken.
pub fn roles(text: &[u8], of: Option<&OrgNo>, known: &HashSet<String>) -> Result<Roles, Refusal> {
    match serde_json::from_slice::<RolesShape<Role>>(text) {
        Ok(shape) => collect(shape, of, known, Ok),
        // One entry that is not understood does not take the others with it.
        Err(_) => collect(shape::<RolesShape<Value>>(text)?, of, known, |value| {
            let code = value.pointer("/type/kode").and_then(Value::as_str).map(ToOwned::to_owned);
            let why = |e| format!("a role has another shape: {e}");
            serde_json::from_value(value).map_err(|e| Fault { code, why: why(e) })
        }),
    }
}
/// A role that cannot be read.
struct Fault {
    /// Its code, if that can be read.
    code: Option<String>,
    why: String,
}
fn collect<R>(
    shape: RolesShape<R>,
    of: Option<&OrgNo>,
    known: &HashSet<String>,
    read: impl Fn(R) -> Result<Role, Fault>,
) -> Result<Roles, Refusal> {
    let org_no = match (shape.organisasjonsnummer.as_deref(), of) {
        (None, Some(of)) => of.clone(),
        (given, _) => number(given)?,
    };
    // One without roles says so, by an empty list.
    let without = |list: &str| {
        Refusal::new(Some(org_no.as_str()), format!("it has no list of roles: {list} is missing"))
    };
    let groups = shape.rollegrupper.ok_or_else(|| without("rollegrupper"))?;
    let mut all = Roles {
        org_no: org_no.clone(),
        held: Vec::new(),
        people: 0,
        ended: 0,
        unheld: 0,
        unknown: Vec::new(),
        faults: Vec::new(),
        doubt: Doubt::Codes(Vec::new()),
    };
    for group in groups {
        let group_code = group.r#type.and_then(|kind| kind.kode);
        let group_code = group_code.filter(|code| known.contains(code));
        for role in group.roller.ok_or_else(|| without("roller"))? {
            let code = match read(role).and_then(|role| take(role, &mut all, known)) {
                Ok(Taken::Understood) => continue,
                Ok(Taken::Unknown(code)) => Some(code),
                Err(Fault { code, why }) => {
                    all.faults.push(why);
                    code
                }
            };
            // In a group of a role that is known, a code that is not may be that one misspelt.
            let doubted = code.clone().filter(|code| known.contains(code)).or(group_code.clone());
            match (&mut all.doubt, doubted) {
                (Doubt::Codes(codes), Some(code)) => codes.push(code),
                (doubt, None) if code.is_none() => *doubt = Doubt::All,
                _ => {}
            }
        }
    }
    all.held.sort();
    all.held.dedup();
    Ok(all)
}
/// What became of a role that could be read.
enum Taken {
    Understood,
    /// The catalogue has no role with this code.
    Unknown(String),
}
fn take(role: Role, all: &mut Roles, known: &HashSet<String>) -> Result<Taken, Fault> {
    let Some(code) = role.r#type.and_then(|kind| kind.kode) else {
        return Err(Fault { code: None, why: "a role has no code".into() });
    };
    let fault = |why: String| {
        let why = format!("{}: {why}", short(&code));
        Fault { code: Some(code.clone()), why }
    };
    let resigned = role.fratraadt == Some(true) || role.avregistrert == Some(true);
    match (role.person, role.enhet) {
        (Some(_), Some(_)) => return Err(fault("held by two".into())),
        (None, None) => all.unheld += 1,
        (Some(person), None) if resigned || person.er_doed == Some(true) => all.ended += 1,
        (Some(_), None) => all.people += 1,
        (None, Some(holder)) if resigned || holder.er_slettet == Some(true) => all.ended += 1,
        (None, Some(holder)) => {
            let number = holder.organisasjonsnummer.unwrap_or_default();
            let holder = number.parse();
            let holder = holder.map_err(|e| fault(format!("{} is {e}", short(&number))))?;
            if !known.contains(&code) {
                all.unknown.push(format!("{}: the catalogue has no such role", short(&code)));
                return Ok(Taken::Unknown(code));
            }
            all.held.push((code, holder));
        }
    }
    Ok(Taken::Understood)
}

/// What the update feed says of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is deleted in the register (`Sletting`).
    Deleted,
    /// It is removed from the register, name and all (`Fjernet`).
    Removed,
    /// It is new or another than before: its object says what it is.
    Other,
}
/// An organisation that the update feed names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    pub org_no: Option<String>,
    pub change: Change,
    /// Since when, if that can be read.
    pub since: Option<Ts>,
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
    let change = match member("endringstype") {
        Some("Sletting") => Change::Deleted,
        Some("Fjernet") => Change::Removed,
        _ => Change::Other,
    };
    let since = member("dato").or(member("time")).and_then(day);
    Update { org_no: member("organisasjonsnummer").map(ToOwned::to_owned), change, since }
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
    fn the_flags_of_a_unit_are_read_with_their_days() {
        let read = |more: &str| {
            let text = format!(r#"{{"organisasjonsnummer":"313555011","navn":"X"{more}}}"#);
            unit(text.as_bytes()).map(|unit| unit.proceedings.to_string())
        };
        let forced = "underTvangsavviklingEllerTvangsopplosning";
        for (more, told) in [
            (String::new(), ""),
            (r#","konkurs":false,"konkursdato":"2026-03-01""#.into(), ""),
            (r#","konkurs":null,"underAvvikling":null"#.into(), ""),
            (r#","konkurs":true,"konkursdato":"2026-03-01""#.into(), "bankruptcy=2026-03-01"),
            (r#","underAvvikling":true,"underAvviklingDato":null"#.into(), "winding-up"),
            (format!(r#","{forced}":true"#), "forced-liquidation"),
            (
                format!(
                    r#","{forced}":true,"tvangsopplostPgaManglendeRegnskapDato":"2026-05-02T00:00:00","tvangsavvikletPgaManglendeSlettingDato":"2026-05-01""#
                ),
                "forced-liquidation=2026-05-01",
            ),
            (
                format!(r#","underAvvikling":true,"{forced}":true,"konkurs":true"#),
                "bankruptcy forced-liquidation winding-up",
            ),
        ] {
            assert_eq!(read(&more).unwrap(), told, "{more}");
        }
        let wrong = read(r#","konkurs":true,"konkursdato":"i fjor""#).unwrap_err();
        assert_eq!(wrong.number.as_deref(), Some("313555011"));
        assert!(wrong.why.contains("bankruptcy") && wrong.why.contains("i fjor"), "{}", wrong.why);
        assert!(read(r#","konkurs":"ja""#).unwrap_err().why.contains("another shape"));
    }

    #[test]
    fn a_digest_is_another_when_the_flags_are() {
        let read = |more: &str| {
            let text = format!(r#"{{"organisasjonsnummer":"313555011","navn":"X"{more}}}"#);
            unit(text.as_bytes()).unwrap().digest()
        };
        let bankrupt = r#","konkurs":true"#;
        assert_eq!(read(""), read(r#","konkurs":false"#));
        assert_ne!(read(""), read(bankrupt));
        assert_ne!(read(bankrupt), read(r#","konkurs":true,"konkursdato":"2026-03-01""#));
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
            {"type":{"kode":"STYR"},"roller":[{"type":{"kode":"LEDE"},"person":{"erDoed":true}},{"type":{"kode":"MEDL"}}]}]}"#;
        let all = roles(text.as_bytes(), None, &known()).unwrap();
        assert_eq!(all.held, [("REGN".to_owned(), of("317770014"))]);
        assert_eq!((all.people, all.ended, all.unheld, all.faults.len()), (1, 4, 1, 0));
        assert_eq!(all.doubt, Doubt::Codes(Vec::new()));
    }

    #[test]
    fn a_broken_role_puts_its_own_code_in_doubt() {
        let text = r#"{"rollegrupper":[{"roller":[
            {"type":{"kode":"REGN"},"enhet":{"organisasjonsnummer":317770014}},
            {"type":{"kode":"REGN"},"enhet":{"organisasjonsnummer":"317770015"}},
            {"type":{"kode":"REGN"}},
            {"type":{"kode":"NYTT"},"enhet":{"organisasjonsnummer":"317770014"}},
            {"type":{"kode":"REVI"},"enhet":{"organisasjonsnummer":"317770014"}}]}]}"#;
        let all = roles(text.as_bytes(), Some(&of("313555011")), &known()).unwrap();
        assert_eq!(all.held, [("REVI".to_owned(), of("317770014"))]);
        assert_eq!((all.faults.len(), all.unknown.len(), all.unheld), (2, 1, 1), "{all:?}");
        assert_eq!(all.doubt, Doubt::Codes(vec!["REGN".into(), "REGN".into()]));
        assert!(roles(text.as_bytes(), None, &known()).is_err());
    }

    #[test]
    fn a_role_without_a_code_puts_that_of_its_group_in_doubt() {
        let doubt = |group: &str, role: &str| {
            let text = format!(
                r#"{{"organisasjonsnummer":"313555011","rollegrupper":[{{"type":{group},"roller":[{role}]}}]}}"#
            );
            roles(text.as_bytes(), None, &known()).unwrap().doubt
        };
        let (regn, board) = (r#"{"kode":"REGN"}"#, r#"{"kode":"STYR"}"#);
        let holder = r#""enhet":{"organisasjonsnummer":"317770014"}"#;
        let of = |code: &str| Doubt::Codes(vec![code.into()]);
        assert_eq!(doubt(regn, "7"), of("REGN"));
        assert_eq!(doubt(regn, &format!("{{{holder}}}")), of("REGN"));
        assert_eq!(doubt(regn, &format!(r#"{{"type":{{"kode":"REG"}},{holder}}}"#)), of("REGN"));
        assert_eq!(doubt(board, "7"), Doubt::All);
        assert_eq!(doubt("null", &format!(r#"{{"type":null,{holder}}}"#)), Doubt::All);
        let unknown = format!(r#"{{"type":{{"kode":"NYTT"}},{holder}}}"#);
        assert_eq!(doubt(board, &unknown), Doubt::Codes(Vec::new()));
    }

    #[test]
    fn an_element_without_its_lists_is_refused_with_its_number() {
        for text in [
            r#"{"organisasjonsnummer":"313555011"}"#,
            r#"{"organisasjonsnummer":"313555011","rollegrupper":null}"#,
            r#"{"organisasjonsnummer":"313555011","rollegrupper":[{"type":{"kode":"REGN"}}]}"#,
            r#"{"organisasjonsnummer":"313555011","rollegrupper":[{"roller":null}]}"#,
        ] {
            let refusal = roles(text.as_bytes(), None, &known()).unwrap_err();
            assert_eq!((refusal.number.as_deref(), refusal.is_sure), (Some("313555011"), true));
        }
        let none = br#"{"organisasjonsnummer":"313555011","rollegrupper":[]}"#;
        assert!(roles(none, None, &known()).unwrap().held.is_empty());
    }

    #[test]
    fn the_number_of_a_damaged_element_is_a_guess() {
        for (text, is_sure) in [
            (r#"{"organisasjonsnummer":"313555011","rollegrupper":7}"#, true),
            (r#"{"organisasjonsnummer":"313555011","rollegrupper":[}"#, false),
            (
                r#"{"organisasjonsnummer":"313555011","rollegrupper":[],"organisasjonsnummer":"317770014"}"#,
                false,
            ),
        ] {
            let refusal = roles(text.as_bytes(), None, &known()).unwrap_err();
            let number = (refusal.number.as_deref(), refusal.is_sure);
            assert_eq!(number, (Some("313555011"), is_sure), "{text}");
        }
    }

    #[test]
    fn all_forms_of_the_update_feed_are_read() {
        let units = br#"{"_embedded":{"oppdaterteEnheter":[
            {"oppdateringsid":1,"organisasjonsnummer":"313555011","endringstype":"Endring","dato":"2026-11-20T04:00:00.000Z"},
            {"organisasjonsnummer":"310000043","endringstype":"Fjernet","dato":"2026-11-20T04:00:00.000Z"}]},"page":{}}"#;
        let all = updates(units).unwrap();
        assert_eq!((all[0].org_no.as_deref(), all[0].change), (Some("313555011"), Change::Other));
        assert_eq!(all[1].change, Change::Removed);
        assert_eq!(all[1].since.unwrap().rfc3339(), "2026-11-20T00:00:00.000000Z");
        let events = br#"[{"id":"1","type":"x","time":"2026-11-20T04:00:00Z","data":{"organisasjonsnummer":"313555011"}}]"#;
        assert_eq!(updates(events).unwrap()[0].org_no.as_deref(), Some("313555011"));
        assert!(updates(br#"{"_links":{}}"#).unwrap().is_empty());
        assert!(updates(b"{}").is_err() && updates(b"[").is_err());
    }
}
