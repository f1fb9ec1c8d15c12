//! What a login provider vouches for beyond who the person is: organisations that they manage access
//! for, in the way of Ansattporten (authorization details, RFC 9396).
use crate::{config::VouchedSettings, ids::OrgNo};
use serde_json::{Value, json};

const TYPE: &str = "ansattporten:altinn:resource";
const ISO_6523: &str = "iso6523-actorid-upis";
/// Organisations in one answer; one with more is not believed at all.
const MOST: usize = 500;

/// What the provider is asked for.
pub fn asked(settings: &VouchedSettings) -> Value {
    json!([{
        "type": TYPE,
        "resource": urn(settings),
        "actions": settings.actions,
        "allow_multiple_organizations": true,
        "allow_deleted_organizations": false,
        "representation_is_required": false,
    }])
}
fn urn(settings: &VouchedSettings) -> String {
    format!("urn:altinn:resource:{}", settings.resource)
}

/// The organisations that an answer vouches for, each once: none where it does not say so in every
/// part. An error is an answer that is no answer to what was asked.
pub fn organisations(
    settings: &VouchedSettings,
    details: Option<&Value>,
) -> Result<Vec<OrgNo>, &'static str> {
    let Some(details) = details else { return Ok(Vec::new()) };
    let details = details.as_array().ok_or("it is not a list")?;
    // Only one type was asked for, and types cannot be mixed: such an answer is about something else.
    if details.iter().any(|one| one.get("type").and_then(Value::as_str) != Some(TYPE)) {
        return Err("it holds another type than was asked for");
    }
    let ours = |one: &&Value| one.get("resource").and_then(Value::as_str) == Some(&urn(settings));
    let parties = |one| Value::get(one, "authorized_parties").and_then(Value::as_array);
    if details.iter().filter_map(parties).map(Vec::len).sum::<usize>() > MOST {
        return Err("it names too many organisations");
    }
    let parties = details.iter().filter(ours).filter_map(parties).flatten();
    let mut all: Vec<OrgNo> = parties.filter_map(|party| organisation(settings, party)).collect();
    all.sort();
    all.dedup();
    Ok(all)
}

/// The organisation of one element, when that element alone has the resource and every action.
fn organisation(settings: &VouchedSettings, party: &Value) -> Option<OrgNo> {
    let text = |pointer| party.pointer(pointer).and_then(Value::as_str);
    let actions = party.get("actions")?.as_array()?;
    let has = |wanted: &String| actions.iter().any(|action| action.as_str() == Some(wanted));
    let fits = text("/resource") == Some(settings.resource.as_str())
        && text("/orgno/authority") == Some(ISO_6523)
        && settings.actions.iter().all(has);
    if fits { text("/orgno/ID")?.strip_prefix("0192:")?.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> VouchedSettings {
        let actions = vec!["access".into(), "read".into()];
        VouchedSettings { resource: "styring".parse().unwrap(), actions, may_give: false }
    }
    fn party(org_no: &str) -> Value {
        json!({
            "orgno": { "authority": ISO_6523, "ID": format!("0192:{org_no}") },
            "resource": "styring", "actions": ["read", "write", "access"],
            "name": "FIKTIV", "unit_type": "AS",
        })
    }
    fn answer(parties: &[Value]) -> Value {
        json!([{ "type": TYPE, "resource": "urn:altinn:resource:styring",
            "resource_name": "Styring", "authorized_parties": parties }])
    }
    /// Changes one thing in an element.
    type Change = fn(&mut Value);
    fn found(details: &Value) -> Result<Vec<String>, &'static str> {
        let found = organisations(&settings(), Some(details))?;
        Ok(found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn organisations_that_are_vouched_for_are_told_once() {
        let both = [party("314250052"), party("310904473"), party("310904473")];
        assert_eq!(found(&answer(&both)).unwrap(), ["310904473", "314250052"]);
        let mut apart = answer(&both[..1]);
        let other = answer(&both[1..])[0].clone();
        apart.as_array_mut().unwrap().push(other);
        assert_eq!(found(&apart).unwrap(), ["310904473", "314250052"]);
        assert_eq!(organisations(&settings(), None), Ok(Vec::new()));
        // The person represents only themselves.
        assert!(found(&json!([{ "type": TYPE }])).unwrap().is_empty());
        assert!(found(&json!([])).unwrap().is_empty());
    }

    #[test]
    fn an_element_must_hold_in_every_part_by_itself() {
        let cases: [(&str, Change); 16] = [
            ("another resource inside", |p| p["resource"] = json!("annet")),
            ("the whole urn inside", |p| p["resource"] = json!("urn:altinn:resource:styring")),
            ("other capitals", |p| p["resource"] = json!("Styring")),
            ("no resource", |p| p["resource"] = json!(null)),
            ("one action of two", |p| p["actions"] = json!(["read"])),
            ("another action", |p| p["actions"] = json!(["read", "Access"])),
            ("no action", |p| p["actions"] = json!([])),
            ("actions missing", |p| drop(p.as_object_mut().unwrap().remove("actions"))),
            ("actions in a text", |p| p["actions"] = json!("access,read")),
            ("actions in one text of a list", |p| p["actions"] = json!(["access,read"])),
            ("another authority", |p| p["orgno"]["authority"] = json!("iso6523")),
            ("capitals as of another type", |p| {
                p["orgno"] = json!({ "Authority": ISO_6523, "ID": "0192:310904473" });
            }),
            ("another country", |p| p["orgno"]["ID"] = json!("0007:310904473")),
            ("no prefix", |p| p["orgno"]["ID"] = json!("310904473")),
            ("a false check digit", |p| p["orgno"]["ID"] = json!("0192:310904474")),
            ("a number as a number", |p| p["orgno"]["ID"] = json!(310_904_473)),
        ];
        for (name, change) in cases {
            // What one lacks is not taken from the one beside it.
            let mut wrong = party("310904473");
            change(&mut wrong);
            let parties = [wrong, party("314250052")];
            assert_eq!(found(&answer(&parties)).unwrap(), ["314250052"], "{name}");
        }
    }

    #[test]
    fn the_list_around_must_be_about_what_was_asked() {
        let good = answer(&[party("310904473")]);
        let changed = |change: fn(&mut Value)| {
            let mut details = good.clone();
            change(&mut details);
            found(&details)
        };
        let none = Ok(Vec::new());
        assert_eq!(changed(|d| d[0]["resource"] = json!("urn:altinn:resource:annet")), none);
        assert_eq!(changed(|d| d[0]["resource"] = json!("styring")), none);
        assert_eq!(changed(|d| d[0]["resource"] = json!(null)), none);
        assert_eq!(changed(|d| d[0]["authorized_parties"] = json!({})), none);
        assert_eq!(changed(|d| d[0]["authorized_parties"] = json!([null, 1, "x", []])), none);
        assert!(changed(|d| d[0]["type"] = json!("ansattporten:altinn:service")).is_err());
        assert!(changed(|d| d[0]["type"] = json!(null)).is_err());
        let mixed = |d: &mut Value| {
            d.as_array_mut().unwrap().push(json!({ "type": "ansattporten:orgno" }));
        };
        assert!(changed(mixed).is_err());
        for other in [json!({}), json!("x"), good[0].clone()] {
            assert!(found(&other).is_err(), "{other}");
        }
        let many: Vec<Value> = (0..=MOST).map(|_| party("310904473")).collect();
        assert!(found(&answer(&many)).is_err());
        assert_eq!(found(&answer(&many[1..])).unwrap(), ["310904473"]);
    }
}
