//! The way back after a login or a switch of party: a place of ours, and what was typed there.
use super::urls::{LIST, Place, with};
use crate::ids::OrgNo;
use std::{fmt, str::FromStr};

/// Whether something typed comes along, which makes it a part of addresses: what is not long, and of a
/// list only organisation numbers, since people paste other things too.
fn comes_along(field: &str, value: &str) -> bool {
    if field != LIST {
        return value.chars().count() <= 255;
    }
    let is_number = |part: &str| {
        let plain: String = part.chars().filter(|c| !c.is_whitespace()).collect();
        plain.is_empty() || plain.parse::<OrgNo>().is_ok()
    };
    value.chars().count() <= 2_000 && value.split(['\n', ',', ';']).all(is_number)
}

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
            let fits = !value.is_empty() && comes_along(field, &value);
            fits.then(|| (*field, value.into_owned()))
        });
        Self { typed: typed.collect(), place }
    }
    /// Whether something that was typed there does not come along.
    pub fn leaves_out(&self, form: &str) -> bool {
        let kept = |name: &str| self.place.fields().contains(&name);
        url::form_urlencoded::parse(form.as_bytes())
            .any(|(name, value)| kept(&name) && !comes_along(&name, &value))
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
        assert!(!back.leaves_out(form));
        let long = format!("title={}", "x".repeat(256));
        let back = Back::of(&path, None, Some(&long)).unwrap();
        assert_eq!((back.url(), back.leaves_out(&long)), (path, true));
    }

    #[test]
    fn a_pasted_list_comes_along_if_it_is_short() {
        let path = format!("{UI}/{}/clients/bulk", uuid::Uuid::from_u128(7));
        let list = |many: usize| "310904473%0D%0A".repeat(many);
        let short = format!("scope=list&list={}&token=t", list(180));
        let back = Back::of(&path, None, Some(&short)).unwrap();
        assert_eq!(back.url(), format!("{path}?scope=list&list={}", list(180)));
        assert!(!back.leaves_out(&short) && back.to_string().parse().as_ref() == Ok(&back));
        let (long, other) = (list(190), format!("{}310904474", list(2)));
        for left_out in [&*long, &*other, "R%C3%B8r", "310904473+310904473"] {
            let form = format!("scope=list&list={left_out}");
            let back = Back::of(&path, None, Some(&form)).unwrap();
            assert_eq!((back.url(), back.leaves_out(&form)), (format!("{path}?scope=list"), true));
        }
        let grouped = Back::of(&path, None, Some("list=310+904+473%3B310904473")).unwrap();
        assert_eq!(grouped.url(), format!("{path}?list=310+904+473%3B310904473"));
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
