//! Entity tags: which revision of a thing a client has seen.
//!
//! The tags are strong, as `If-Match` needs them: one revision is always the same bytes. That holds
//! because an answer with a tag is never compressed, which would make other bytes of it.
use super::json::unreadable;
use crate::problem::Problem;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

/// An answer, with the tag of the revision that it is about.
pub struct Tagged<T>(pub i64, pub T);
impl<T: IntoResponse> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        ([(header::ETAG, tag(self.0))], self.1).into_response()
    }
}
fn tag(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// `If-Match`: the revisions that the client has seen, where it says so.
pub struct IfMatch(pub Option<Vec<i64>>);
impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match listed(&parts.headers, &header::IF_MATCH) {
            Some(Listed::Any) | None => Ok(Self(None)),
            // A weak tag says that something alike was seen, which is not enough to replace it.
            Some(Listed::Tags(tags)) => {
                let strong = tags.into_iter().filter(|tag| !tag.weak);
                Ok(Self(Some(strong.filter_map(|tag| tag.revision).collect())))
            }
            Some(Listed::Malformed) => {
                Err(unreadable("If-Match", "The header is not a list of entity tags."))
            }
        }
    }
}

/// `If-None-Match`: the revisions that the client still has.
pub struct IfNoneMatch(Option<Listed>);
impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(listed(&parts.headers, &header::IF_NONE_MATCH)))
    }
}
impl IfNoneMatch {
    /// The body, or 304 to who has it already. It may be kept, and is asked for again each time.
    pub fn answer(&self, revision: i64, body: impl IntoResponse) -> Response {
        let has_it = match &self.0 {
            Some(Listed::Any) => true,
            Some(Listed::Tags(tags)) => tags.iter().any(|tag| tag.revision == Some(revision)),
            Some(Listed::Malformed) | None => false,
        };
        let kept = [(header::CACHE_CONTROL, "private, no-cache")];
        if has_it {
            Tagged(revision, (StatusCode::NOT_MODIFIED, kept)).into_response()
        } else {
            Tagged(revision, (kept, body)).into_response()
        }
    }
}

/// What one of the headers says.
#[derive(Debug, PartialEq, Eq)]
enum Listed {
    Any,
    Tags(Vec<Tag>),
    Malformed,
}
#[derive(Debug, PartialEq, Eq)]
struct Tag {
    weak: bool,
    /// None where the tag is not one that we give.
    revision: Option<i64>,
}

fn listed(headers: &HeaderMap, name: &HeaderName) -> Option<Listed> {
    let mut values = headers.get_all(name).iter().peekable();
    values.peek()?;
    let mut tags = Vec::new();
    for value in values {
        match value.to_str().ok().map(str::trim) {
            Some("*") => return Some(Listed::Any),
            Some(text) if read(text, &mut tags).is_some() => {}
            _ => return Some(Listed::Malformed),
        }
    }
    Some(Listed::Tags(tags))
}
fn read(mut rest: &str, tags: &mut Vec<Tag>) -> Option<()> {
    loop {
        let (weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
        let (text, after) = quoted.strip_prefix('"')?.split_once('"')?;
        let revision: Option<i64> = text.parse().ok();
        tags.push(Tag { weak, revision: revision.filter(|n| n.to_string() == text) });
        let after = after.trim_start();
        if after.is_empty() {
            return Some(());
        }
        rest = after.strip_prefix(',')?.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(values: &[&str]) -> Option<Listed> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::IF_MATCH, value.parse().unwrap());
        }
        super::listed(&headers, &header::IF_MATCH)
    }
    fn strong(n: i64) -> Tag {
        Tag { weak: false, revision: Some(n) }
    }

    #[test]
    fn a_list_of_tags_is_read() {
        assert_eq!(listed(&[]), None);
        assert_eq!(listed(&["*"]), Some(Listed::Any));
        assert_eq!(listed(&["\"3\""]), Some(Listed::Tags(vec![strong(3)])));
        let two = Some(Listed::Tags(vec![strong(3), Tag { weak: true, revision: Some(4) }]));
        assert_eq!(listed(&["\"3\" ,W/\"4\""]), two);
        assert_eq!(listed(&["\"3\"", "W/\"4\""]), two);
        for foreign in ["\"03\"", "\"+3\"", "\"a,b\"", "\"\""] {
            let tags = Some(Listed::Tags(vec![Tag { weak: false, revision: None }]));
            assert_eq!(listed(&[foreign]), tags, "{foreign}");
        }
        for bad in ["", "3", "\"3", "\"3\" \"4\"", "\"3\",", "w/\"3\"", "'3'", "\"3\", *"] {
            assert_eq!(listed(&[bad]), Some(Listed::Malformed), "{bad}");
        }
    }
}
