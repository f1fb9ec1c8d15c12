//! What the provider vouches for when it is asked in the way of Ansattporten: whichever organisations are
//! picked at login.
use super::authorize::Wrong;
use crate::{
    ids::OrgNo,
    sandbox::{input::Params, world::Organisation},
};
use serde_json::{Value, json};

pub const TYPE: &str = "ansattporten:altinn:resource";
const URN: &str = "urn:altinn:resource:";
/// The field of the login page for an organisation that the sandbox does not have.
pub const OTHER: &str = "other_organisation";

/// What the portal wants to have vouched for.
#[derive(Clone)]
pub struct Wanted {
    resource: String,
    actions: Vec<String>,
}

impl Wanted {
    /// Reads the parameter `authorization_details`.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = |why| ("invalid_authorization_details", why);
        let details: Value =
            serde_json::from_str(text).map_err(|_| wrong("authorization_details is not JSON"))?;
        let one = match details.as_array().map(Vec::as_slice) {
            Some([one]) if one.get("type").and_then(Value::as_str) == Some(TYPE) => one,
            _ => {
                return Err(wrong("authorization_details must be a list of one of the known type"));
            }
        };
        let resource = one.get("resource").and_then(Value::as_str);
        let resource = resource.and_then(|urn| urn.strip_prefix(URN)).filter(|id| !id.is_empty());
        let resource = resource.ok_or_else(|| wrong("resource must be urn:altinn:resource:…"))?;
        let actions = match one.get("actions") {
            None => Some(Vec::new()),
            Some(Value::Array(all)) => {
                all.iter().map(|one| one.as_str().map(str::to_owned)).collect()
            }
            Some(_) => None,
        };
        let actions = actions.ok_or_else(|| wrong("actions must be a list of texts"))?;
        Ok(Self { resource: resource.to_owned(), actions })
    }

    /// What the tokens say of the organisations that were picked; of the person alone without any.
    pub fn answer(&self, picked: &[Organisation]) -> Value {
        if picked.is_empty() {
            return json!([{ "type": TYPE }]);
        }
        let party = |one: &Organisation| {
            json!({
                "orgno": {
                    "authority": "iso6523-actorid-upis", "ID": format!("0192:{}", one.org_no)
                },
                "resource": self.resource, "actions": self.actions,
                "name": one.name, "unit_type": one.org_form,
            })
        };
        json!([{
            "type": TYPE,
            "resource": format!("{URN}{}", self.resource),
            "resource_name": self.resource,
            "authorized_parties": picked.iter().map(party).collect::<Vec<_>>(),
        }])
    }
}

/// The organisations that were picked on the login page.
pub fn picked(params: &Params, known: &[Organisation]) -> Result<Vec<Organisation>, &'static str> {
    let is_picked = |one: &&Organisation| params.get(&format!("org_{}", one.org_no)).is_some();
    let mut picked: Vec<Organisation> = known.iter().filter(is_picked).cloned().collect();
    if let Some(other) = params.get(OTHER) {
        let number: String = other.split_whitespace().collect();
        let org_no: OrgNo = number.parse().map_err(|_| "That is no organisation number.")?;
        let (name, org_form) = ("OPPDIKTET VIRKSOMHET".into(), "AS".into());
        picked.push(Organisation { org_no, name, org_form, proceedings: Vec::new() });
    }
    Ok(picked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_wrongly_is_refused_by_its_own_error() {
        let one = json!({ "type": TYPE, "resource": format!("{URN}x"), "actions": ["a"] });
        let changed = |name: &str, value: Value| {
            let mut changed = one.clone();
            changed[name] = value;
            json!([changed]).to_string()
        };
        assert!(Wanted::parse(&json!([one]).to_string()).is_ok());
        for wrong in [
            "x".to_owned(),
            one.to_string(),
            "[]".to_owned(),
            json!([one, one]).to_string(),
            changed("type", json!("ansattporten:orgno")),
            changed("resource", json!("x")),
            changed("resource", json!(URN)),
            changed("actions", json!("a")),
            changed("actions", json!([1])),
        ] {
            let error = Wanted::parse(&wrong).err();
            assert_eq!(
                error.map(|(code, _)| code),
                Some("invalid_authorization_details"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn nobody_picked_is_the_person_alone() {
        let wanted = Wanted { resource: "x".into(), actions: vec!["a".into()] };
        assert_eq!(wanted.answer(&[]), json!([{ "type": TYPE }]));
        let org_no = "310904473".parse().unwrap();
        let one = Organisation {
            org_no,
            name: "Rør og Vann AS".into(),
            org_form: "AS".into(),
            proceedings: Vec::new(),
        };
        let said = wanted.answer(&[one]);
        let party = &said[0]["authorized_parties"][0];
        assert_eq!(
            (&party["resource"], &said[0]["resource"]),
            (&json!("x"), &json!(format!("{URN}x")))
        );
        assert_eq!(
            (&party["actions"], &party["orgno"]["ID"]),
            (&json!(["a"]), &json!("0192:310904473"))
        );
    }
}
