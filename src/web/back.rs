//! The way back after a login or a switch of party: a place of ours, and what was typed there.
use super::urls::{Place, with};
use std::{fmt, str::FromStr};

/// Longest that something typed may be to come along, in characters.
const LONGEST: usize = 255;

/// Where a visitor comes back to. Of what an address or a form held, only the place's own fields come
/// along, and never where anything leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    place: Place,
    typed: Vec<(&'static str, String)>,
}
impl Back {
    /// The place that an address of ours stands for, with what its query or a form to it held.
    pub fn of(path: &str, query: Option<&str>, form: Option<&str>) -> Option<Self> {
        let place = Place::of(path, query)?;
        Some(Self::with(place, form.or(query).unwrap_or_default()))
    }
    fn with(place: Place, typed: &str) -> Self {
        let fields = place.fields().iter();
        let typed = fields.filter_map(|field| {
            let mut pairs = url::form_urlencoded::parse(typed.as_bytes());
            let (_, value) = pairs.find(|(name, _)| name == field)?;
            let fits = !value.is_empty() && value.chars().count() <= LONGEST;
            fits.then(|| (*field, value.into_owned()))
        });
        Self { typed: typed.collect(), place }
    }
    /// Its address.
    pub fn url(&self) -> String {
        let typed: Vec<(&str, &str)> =
            self.typed.iter().map(|(field, value)| (*field, value.as_str())).collect();
        if typed.is_empty() { self.place.url() } else { with(self.place.url(), &typed) }
    }
    /// Where to log in and come back there.
    pub fn login(&self) -> String {
        with("/login".into(), &[("to", &self.to_string())])
    }
    /// Where to choose a party and come back there.
    pub fn parties(&self) -> String {
        with("/parties".into(), &[("to", &self.to_string())])
    }
}
impl Default for Back {
    fn default() -> Self {
        Place::Overview.into()
    }
}
impl From<Place> for Back {
    fn from(place: Place) -> Self {
        Self { place, typed: Vec::new() }
    }
}
impl fmt::Display for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.typed);
        match query.finish() {
            empty if empty.is_empty() => self.place.fmt(f),
            typed => write!(f, "{}?{typed}", self.place),
        }
    }
}
impl FromStr for Back {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (place, typed) = text.split_once('?').unwrap_or((text, ""));
        Ok(Self::with(place.parse()?, typed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::urls::UI;

    #[test]
    fn what_was_typed_comes_along_and_nothing_else() {
        let path = format!("{UI}/create/991825827_x");
        let form = "token=t&party=p&title=Mitt+%26+ditt&shown=x";
        let back = Back::of(&path, None, Some(form)).unwrap();
        assert_eq!(back.url(), format!("{path}?title=Mitt+%26+ditt"));
        assert_eq!(back.to_string().parse(), Ok(back.clone()));
        assert_eq!(back.login(), "/login?to=create.991825827_x%3Ftitle%3DMitt%2B%2526%2Bditt");
        let long = format!("title={}", "x".repeat(256));
        assert_eq!(Back::of(&path, None, Some(&long)).unwrap().url(), path);
    }

    #[test]
    fn a_list_is_come_back_to_as_it_was() {
        let list = format!("{UI}/overview");
        let back = Back::of(&list, Some("show=unused&q=r%C3%B8r&to=//evil"), None).unwrap();
        assert_eq!(back.url(), format!("{list}?q=r%C3%B8r&show=unused"));
        assert_eq!(back.to_string().parse(), Ok(back));
        assert!("https://evil.no".parse::<Back>().is_err());
        assert_eq!(Back::default().login(), "/login?to=overview");
    }
}
