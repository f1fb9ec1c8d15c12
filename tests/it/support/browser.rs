//! A browser without a window: it keeps cookies, follows nothing by itself, and posts the forms that
//! pages have.
use super::{
    Outside, PUBLIC_URL, Person,
    issuer::{Told, header},
    schema::{self, Seen},
};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header as name},
};
use http_body_util::BodyExt as _;
use scraper::{Html, Selector};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use tower::ServiceExt as _;

#[derive(Clone)]
pub struct Browser {
    router: Router,
    outside: Outside,
    pub cookies: BTreeMap<String, String>,
    pub language: &'static str,
}

/// A form of a page: where it goes, and what it carries.
#[derive(Debug, Clone)]
pub struct PageForm {
    pub action: String,
    pub fields: Vec<(String, String)>,
}
impl PageForm {
    pub fn body(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
    /// The same with another value in a field.
    pub fn with(mut self, field: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != field);
        self.fields.push((field.into(), value.into()));
        self
    }
}

impl Browser {
    pub fn new(router: Router, outside: Outside) -> Self {
        Self { router, outside, cookies: BTreeMap::new(), language: "nb" }
    }
    /// The same browser in another tab: what happens to cookies afterwards is each one's own.
    pub fn again(&self) -> Self {
        Self {
            router: self.router.clone(),
            outside: self.outside.clone(),
            cookies: self.cookies.clone(),
            language: self.language,
        }
    }
    pub async fn get(&mut self, path: &str) -> Answer {
        let request = Request::get(path).header("sec-fetch-site", "none");
        self.send(request, String::new()).await
    }
    /// Posts a form of ours, as a browser would from our own page.
    pub async fn submit(&mut self, form: &PageForm) -> Answer {
        self.post(&form.action, form.body(), "same-origin").await
    }
    pub async fn post(&mut self, path: &str, body: String, site: &str) -> Answer {
        let request = Request::post(path)
            .header(name::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site)
            .header(name::ORIGIN, PUBLIC_URL);
        self.send(request, body).await
    }
    /// Posts anything from one of our own pages: a form with a file.
    pub async fn post_bytes(&mut self, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        let request = Request::post(path)
            .header(name::CONTENT_TYPE, kind)
            .header("sec-fetch-site", "same-origin")
            .header(name::ORIGIN, PUBLIC_URL);
        self.send(request, body).await
    }
    /// Acts for another party from here on.
    pub async fn act_for(&mut self, party: &str) {
        let page = self.get("/parties").await;
        let form = page.form(&format!("/parties/{party}/choose"));
        self.submit(&form).await.is(303);
    }
    pub async fn send(
        &mut self,
        request: axum::http::request::Builder,
        body: impl Into<Body>,
    ) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let request = request
            .header(name::COOKIE, cookies.join("; "))
            .header(name::ACCEPT_LANGUAGE, self.language);
        let answer = Answer::of(&self.router, request.body(body.into()).unwrap()).await;
        for set in answer.headers.get_all(name::SET_COOKIE) {
            let (pair, rest) = set.to_str().unwrap().split_once(';').unwrap();
            let (cookie, value) = pair.split_once('=').unwrap();
            if value.is_empty() || rest.contains("Max-Age=0") {
                self.cookies.remove(cookie);
            } else {
                self.cookies.insert(cookie.into(), value.into());
            }
        }
        answer
    }

    /// Begins a login: the parameters that the provider is asked with.
    pub async fn begin_login(&mut self, to: &str) -> HashMap<String, String> {
        let answer = self.get(&format!("/login?to={to}")).await;
        answer.is(303);
        let url = url::Url::parse(answer.location()).unwrap();
        url.query_pairs().into_owned().collect()
    }
    /// Logs in, and gives the answer to the callback.
    pub async fn log_in_to(&mut self, Person(_, pid): Person, to: &str) -> Answer {
        let asked = self.begin_login(to).await;
        let claims = self.outside.id_claims(pid, &asked["nonce"]);
        self.finish_login(&asked, Told::Claims { header: header(), claims, key: 0 }).await
    }
    /// Comes back from the provider, which will say this for the code.
    pub async fn finish_login(&mut self, asked: &HashMap<String, String>, told: Told) -> Answer {
        let code = uuid::Uuid::new_v4().to_string();
        self.outside.tell(&code, &asked["code_challenge"], told);
        self.get(&format!("/login/callback?state={}&code={code}", asked["state"])).await
    }
    pub async fn log_in(&mut self, person: Person) {
        let answer = self.log_in_to(person, "overview").await;
        answer.is(303);
        assert!(answer.location().ends_with("/overview"), "{}", answer.location());
    }
}

/// What came back.
#[must_use]
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}
impl Answer {
    /// The answer to the request; an API's must be as it is described.
    pub async fn of(router: &Router, request: Request<Body>) -> Self {
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8(bytes.to_vec()).unwrap();
        schema::check(&Seen {
            method: &method,
            path: &path,
            status: head.status.as_u16(),
            content_type: head.headers.get(name::CONTENT_TYPE).map(|v| v.to_str().unwrap()),
            body: &body,
        });
        Self { status: head.status, headers: head.headers, body }
    }
    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.text().contains(text), "no `{text}` in {}", self.text());
        self
    }
    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        assert!(!self.body.contains(text), "`{text}` in {}", self.body);
        self
    }
    /// The code of a problem document.
    #[track_caller]
    pub fn code(&self, code: &str) -> &Self {
        assert_eq!(self.json()["code"], code, "{}", self.body);
        self
    }
    #[track_caller]
    pub fn location(&self) -> &str {
        self.header(&name::LOCATION)
    }
    #[track_caller]
    pub fn header(&self, header: &name::HeaderName) -> &str {
        let value = self.headers.get(header).unwrap_or_else(|| panic!("no {header}: {self:?}"));
        value.to_str().unwrap()
    }
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }
    fn page(&self) -> Html {
        Html::parse_document(&self.body)
    }
    /// The words that a reader sees, blanks folded; the body itself where it is no page.
    pub fn text(&self) -> String {
        let page = self.page();
        let Some(main) = page.select(&Selector::parse("main").unwrap()).next() else {
            return self.body.clone();
        };
        let words: Vec<&str> = main.text().flat_map(str::split_whitespace).collect();
        words.join(" ")
    }
    /// The forms of the page whose address ends so.
    pub fn forms(&self, end: &str) -> Vec<PageForm> {
        let page = self.page();
        let inputs = Selector::parse("input[name]").unwrap();
        page.select(&Selector::parse("form[method=post]").unwrap())
            .filter(|form| form.attr("action").is_some_and(|action| action.ends_with(end)))
            .map(|form| PageForm {
                action: form.attr("action").unwrap().into(),
                fields: form
                    .select(&inputs)
                    // A box that is not checked says nothing.
                    .filter(|input| {
                        input.attr("type") != Some("checkbox") || input.attr("checked").is_some()
                    })
                    .map(|input| {
                        let value = input.attr("value").unwrap_or_default();
                        (input.attr("name").unwrap().to_owned(), value.to_owned())
                    })
                    .collect(),
            })
            .collect()
    }
    /// The one form whose address ends so.
    #[track_caller]
    pub fn form(&self, end: &str) -> PageForm {
        let mut forms = self.forms(end);
        assert_eq!(forms.len(), 1, "forms to …{end} in {}", self.body);
        forms.remove(0)
    }
    /// What each element that matches says, blanks folded.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let (page, selector) = (self.page(), Selector::parse(selector).unwrap());
        let found = page.select(&selector).map(|element| {
            element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
        });
        found.collect()
    }
    /// An attribute of the first element that matches.
    pub fn attr(&self, selector: &str, name: &str) -> Option<String> {
        let page = self.page();
        let found = page.select(&Selector::parse(selector).unwrap()).next();
        found.and_then(|element| element.attr(name)).map(ToOwned::to_owned)
    }
    /// How many elements match.
    pub fn count(&self, selector: &str) -> usize {
        self.page().select(&Selector::parse(selector).unwrap()).count()
    }
    /// Where the one element that matches leads.
    #[track_caller]
    pub fn link(&self, selector: &str) -> String {
        let page = self.page();
        let found = page.select(&Selector::parse(selector).unwrap()).next();
        found.and_then(|a| a.attr("href")).unwrap_or_else(|| panic!("no {selector}")).to_owned()
    }
    /// How many elements there are.
    pub fn elements(&self) -> usize {
        self.page().select(&Selector::parse("*").unwrap()).count()
    }
    /// Whether an element matches.
    pub fn has(&self, selector: &str) -> bool {
        self.page().select(&Selector::parse(selector).unwrap()).next().is_some()
    }
}
