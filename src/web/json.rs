//! JSON as clients of the public APIs send it: names in any case, the last of two that differ only
//! in case wins, members that nobody asked for are left alone.
use crate::{clock::Ts, problem::Problem};
use chrono::DateTime;
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use std::fmt;

/// A document with every member's name in lower case.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded(pub Value);

impl<'de> Deserialize<'de> for Folded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Folding).map(Self)
    }
}
struct Folding;
impl<'de> Visitor<'de> for Folding {
    type Value = Value;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Folded(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((name, Folded(value))) = members.next_entry::<String, Folded>()? {
            all.insert(name.to_lowercase(), value);
        }
        Ok(Value::Object(all))
    }
}

/// A member that has to be there: its name in lower case, and as the contract writes it.
pub type Required = (&'static str, &'static str);

impl Folded {
    /// Reads the document as `T`, whose required members must be there and not null.
    pub fn read<T: DeserializeOwned>(self, required: &[Required]) -> Result<T, Problem> {
        let Value::Object(members) = &self.0 else {
            return Err(unreadable("$", "The body is not a JSON object."));
        };
        for (name, written) in required {
            match members.get(*name) {
                None => {
                    let detail = format!("The JSON object lacks the required member '{written}'.");
                    return Err(unreadable("$", &detail));
                }
                Some(Value::Null) => {
                    return Err(unreadable(written, &format!("The {written} field is required.")));
                }
                Some(_) => {}
            }
        }
        serde_json::from_value(self.0).map_err(|e| unreadable("$", &e.to_string()))
    }
    /// Reads the document as a list.
    pub fn list<T: DeserializeOwned>(self) -> Result<Vec<T>, Problem> {
        if !self.0.is_array() {
            return Err(unreadable("$", "The body is not a JSON list."));
        }
        serde_json::from_value(self.0).map_err(|e| unreadable("$", &e.to_string()))
    }
    /// That none of these members is there as null.
    pub fn without_null(self, members: &[Required]) -> Result<Self, Problem> {
        match members.iter().find(|(name, _)| self.0.get(name).is_some_and(Value::is_null)) {
            Some((_, written)) => {
                Err(unreadable(written, &format!("The {written} field must not be null.")))
            }
            None => Ok(self),
        }
    }
    /// Takes leading and trailing blanks off the document's own texts and those of objects in it;
    /// texts in lists stay as they are.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        trim(&mut self.0);
        self
    }
}
fn trim(value: &mut Value) {
    if let Value::Object(members) = value {
        for (name, member) in members.iter_mut() {
            match member {
                // Texts by language are a vendor's own words, and stay as they were given.
                _ if matches!(name.as_str(), "name" | "description") => {}
                Value::String(text) => *text = text.trim().to_owned(),
                other => trim(other),
            }
        }
    }
}
pub fn unreadable(member: &str, detail: &str) -> Problem {
    Problem::Unreadable { member: member.to_owned(), detail: detail.to_owned() }
}
/// A moment in a query, written as in RFC 3339; a plus that was not escaped is read as a blank.
pub fn moment(member: &str, text: &str) -> Result<Ts, Problem> {
    let read = DateTime::parse_from_rfc3339(&text.replace(' ', "+"));
    let wrong = |_| unreadable(member, "The time is written as in RFC 3339.");
    read.map(|at| Ts::new(at.to_utc())).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded_and_the_last_wins() {
        let folded: Folded = serde_json::from_str(
            r#"{"Id":"a","ID":"b","x":[{"Y":1}],"n":{"T":" t ","l":[" k "]}}"#,
        )
        .unwrap();
        assert_eq!(
            folded.trimmed().0,
            serde_json::json!({"id":"b","x":[{"y":1}],"n":{"t":"t","l":[" k "]}})
        );
    }
}
