//! A browser without a window, for the scripted approver: keeps cookies per host, follows redirects
//! between the portal and the sandbox and nowhere else, and sends forms as a browser does.
use super::{
    Sandbox,
    markup::{self, Form, Markup},
};
use reqwest::{Method, RequestBuilder, header};
use url::Url;

/// The most redirects that are followed in a row.
const HOPS: usize = 20;

pub struct Browser {
    http: reqwest::Client,
    portal: Url,
    sandbox: Url,
    cookies: Vec<Cookie>,
}

struct Cookie {
    host: String,
    path: String,
    name: String,
    value: String,
}

/// An answer, and where it came from.
pub struct Page {
    pub url: Url,
    pub status: u16,
    /// Where it sends the browser, if it does.
    pub location: Option<Url>,
    pub markup: Markup,
}

impl Browser {
    pub fn open(sandbox: &Sandbox) -> Result<Self, String> {
        let parse = |url: &str| Url::parse(url).map_err(|error| error.to_string());
        Ok(Self {
            http: sandbox.http().clone(),
            portal: parse(sandbox.portal_url())?,
            sandbox: parse(sandbox.public_url())?,
            cookies: Vec::new(),
        })
    }

    /// Whether the address is on the portal.
    pub fn on_portal(&self, url: &Url) -> bool {
        url.origin() == self.portal.origin()
    }
    fn on_sandbox(&self, url: &Url) -> bool {
        url.origin() == self.sandbox.origin()
    }

    /// Opens an address and goes where it leads, as far as that is the portal or the sandbox.
    pub async fn open_page(&mut self, url: Url) -> Result<Page, String> {
        let page = self.get(url).await?;
        self.follow(page).await
    }

    /// Goes where an answer leads.
    pub async fn follow(&mut self, mut page: Page) -> Result<Page, String> {
        for _ in 0..HOPS {
            match page.location.take() {
                Some(to) if self.on_portal(&to) || self.on_sandbox(&to) => {
                    page = self.get(to).await?;
                }
                Some(to) => return Err(format!("{} leads away, to {to}", page.url)),
                None => return Ok(page),
            }
        }
        Err(format!("more than {HOPS} redirects, the last of them at {}", page.url))
    }

    async fn get(&mut self, url: Url) -> Result<Page, String> {
        let request = self.http.request(Method::GET, url.clone());
        self.send(url, request).await
    }

    /// Sends the form of a page, pressing its button; the answer's redirect is not followed.
    pub async fn submit(
        &mut self,
        page: &Url,
        form: &Form,
        button: Option<&(String, String)>,
    ) -> Result<Page, String> {
        let mut url = if form.action.is_empty() {
            page.clone()
        } else {
            page.join(&form.action).map_err(|error| format!("{}: {error}", form.action))?
        };
        if !self.on_portal(&url) && !self.on_sandbox(&url) {
            return Err(format!("the form at {page} is sent elsewhere, to {url}"));
        }
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form.fields.iter().chain(button))
            .finish();
        if !form.post {
            url.set_query(Some(&body));
            return self.get(url).await;
        }
        let same = page.origin() == url.origin();
        let request = self
            .http
            .request(Method::POST, url.clone())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, page.origin().ascii_serialization())
            .header("sec-fetch-site", if same { "same-origin" } else { "cross-site" })
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .body(body);
        self.send(url, request).await
    }

    async fn send(&mut self, url: Url, request: RequestBuilder) -> Result<Page, String> {
        let mut request =
            request.header(header::ACCEPT, "text/html").header(header::ACCEPT_LANGUAGE, "en");
        let cookies = self.cookies_for(&url);
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        let answer = request.send().await.map_err(|error| format!("{url}: {error}"))?;
        let headers = answer.headers();
        for line in headers.get_all(header::SET_COOKIE) {
            self.remember(&url, line.to_str().unwrap_or_default());
        }
        let location = headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
        let location = location.filter(|_| answer.status().is_redirection());
        let location = location.and_then(|to| url.join(to).ok());
        let status = answer.status().as_u16();
        let html = answer.text().await.map_err(|error| format!("{url}: {error}"))?;
        Ok(Page { url, status, location, markup: markup::read(&html) })
    }

    fn cookies_for(&self, url: &Url) -> String {
        let host = url.host_str().unwrap_or_default();
        let fits = |cookie: &&Cookie| cookie.host == host && within(url.path(), &cookie.path);
        let pair = |cookie: &Cookie| format!("{}={}", cookie.name, cookie.value);
        self.cookies.iter().filter(fits).map(pair).collect::<Vec<_>>().join("; ")
    }

    /// Takes in one `Set-Cookie`. Hosts are compared without their ports, as browsers do.
    fn remember(&mut self, url: &Url, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let (mut path, mut gone) = ("/".to_owned(), false);
        for part in parts {
            let (key, setting) = part.split_once('=').unwrap_or((part, ""));
            match key.to_ascii_lowercase().as_str() {
                "path" if setting.starts_with('/') => setting.clone_into(&mut path),
                "max-age" => gone = setting.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
                "expires" => gone |= setting.contains(" 1970 "),
                _ => {}
            }
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        self.cookies.retain(|it| it.host != host || it.path != path || it.name != name);
        if !gone {
            let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
            self.cookies.push(Cookie { host, path, name, value });
        }
    }
}

/// Whether a cookie of that path goes with a request for this one.
fn within(path: &str, cookie: &str) -> bool {
    match path.strip_prefix(cookie) {
        Some(rest) => rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::bench;

    #[tokio::test]
    async fn cookies_stay_with_their_host_and_path() {
        let mut browser = Browser::open(&bench::sandbox()).unwrap();
        let url = |text: &str| Url::parse(text).unwrap();
        let portal = url("http://localhost:8080/login");
        browser.remember(&portal, "__Host-session=a=b; Path=/; HttpOnly; SameSite=Lax; Secure");
        browser.remember(&portal, "narrow=1; Path=/ui");
        assert_eq!(browser.cookies_for(&portal), "__Host-session=a=b");
        assert_eq!(
            browser.cookies_for(&url("http://localhost:8080/ui/x")),
            "__Host-session=a=b; narrow=1"
        );
        assert_eq!(browser.cookies_for(&url("http://localhost:8080/uix")), "__Host-session=a=b");
        assert_eq!(browser.cookies_for(&url("http://127.0.0.1:8081/ui")), "");
        browser.remember(&portal, "__Host-session=; Path=/; Max-Age=0");
        browser.remember(&portal, "narrow=; Path=/ui; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(browser.cookies_for(&url("http://localhost:8080/ui/x")), "");
    }
}
