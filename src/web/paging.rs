//! Pages of lists as the public contract writes them: links first, then the rows; tokens that nobody
//! has to understand.
use super::json::unreadable;
use crate::problem::Problem;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

/// Rows on a page of an API's list.
pub const PAGE_ROWS: i64 = 50;

/// Where the list goes on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Links {
    /// The next page, absolute, to be followed as it is; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}
impl Links {
    pub fn next(next: Option<String>) -> Self {
        Self { next }
    }
}
/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Paged<T> {
    links: Links,
    data: Vec<T>,
}
impl<T> Paged<T> {
    /// The page of `rows`, of which there is one more than [`PAGE_ROWS`] when the list goes on: then
    /// `key` of the last row shown is where it does. `address` is the list's own, with its query.
    pub fn new<R, K: Serialize>(
        mut rows: Vec<R>,
        address: &str,
        key: impl FnOnce(&R) -> K,
        row: impl FnMut(R) -> T,
    ) -> Self {
        let most = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let last = rows.last().filter(|_| more).map(|last| token(&key(last)));
        let next = last.map(|token| {
            let sign = if address.contains('?') { '&' } else { '?' };
            format!("{address}{sign}token={token}")
        });
        Self { links: Links { next }, data: rows.into_iter().map(row).collect() }
    }
    /// A page whose list finds its own way on.
    pub fn leading_to(next: Option<String>, data: Vec<T>) -> Self {
        Self { links: Links { next }, data }
    }
    /// A list that is given whole.
    pub fn whole(data: Vec<T>) -> Self {
        Self { links: Links { next: None }, data }
    }
}

/// A page's token: unpadded base64url of the key's JSON.
pub fn token(key: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}
/// What the token stands for.
pub fn read_token<K: DeserializeOwned>(token: Option<&str>) -> Result<Option<K>, Problem> {
    let Some(token) = token else { return Ok(None) };
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    let key = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    key.map(Some).ok_or_else(|| unreadable("token", "The token is not one that a page gave."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_the_keys_json_without_padding() {
        assert_eq!(token(&7346), "NzM0Ng");
        assert_eq!(read_token::<i64>(Some("NzM0Ng")).unwrap(), Some(7346));
        assert_eq!(read_token::<i64>(None).unwrap(), None);
        for bad in ["", "x", "NzM0Ng==", "IjEi"] {
            assert!(read_token::<i64>(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_page_leads_on_only_when_there_is_more() {
        let page = |rows: i64, address| {
            let all = (0..rows).collect();
            serde_json::to_value(Paged::new(all, address, |n: &i64| *n, |n| n)).unwrap()
        };
        assert_eq!(page(50, "https://x/l")["links"], serde_json::json!({}));
        assert_eq!(page(51, "https://x/l")["links"]["next"], "https://x/l?token=NDk");
        assert_eq!(page(51, "https://x/l?status=New")["data"].as_array().unwrap().len(), 50);
        let next = "https://x/l?status=New&token=NDk";
        assert_eq!(page(51, "https://x/l?status=New")["links"]["next"], next);
    }
}
