//! The scripted approver: plays a person with a browser, over HTTP and through the same pages, so
//! that a vendor's tests can go through a decision without hands.
use super::{
    Sandbox,
    answer::{self, Refused},
    browser::{Browser, Page},
    input::Sent,
    markup::Form,
};
use axum::{extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::json;
use url::Url;

/// How many times in a row a login, or a switch of party, is gone through before giving up.
const TRIES: usize = 3;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wish {
    confirm_url: String,
    pid: String,
    decision: Decision,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Decision {
    Approve,
    Reject,
    Escalate,
}

impl Decision {
    /// What the address of its form ends in.
    fn ending(self) -> &'static str {
        match self {
            Self::Approve => "/approve",
            Self::Reject => "/reject",
            Self::Escalate => "/escalate",
        }
    }
    /// What the request's status is afterwards.
    fn status(self) -> &'static str {
        match self {
            Self::Approve => "Accepted",
            Self::Reject => "Rejected",
            Self::Escalate => "New",
        }
    }
}

/// How it went, short of a fault.
enum Outcome {
    Decided {
        to: Option<Url>,
    },
    /// The page could not be acted on.
    Stopped(Page),
}

/// `POST /api/decide`
pub async fn post_decision(
    State(sandbox): State<Sandbox>,
    Sent(wish): Sent<Wish>,
) -> Result<Response, Refused> {
    let mut browser = Browser::open(&sandbox).map_err(|error| Refused::internal(&error))?;
    let url = Url::parse(&wish.confirm_url).ok().filter(|url| browser.on_portal(url));
    let url = url.ok_or_else(|| {
        Refused::bad(format!("confirmUrl must be an address on {}", sandbox.portal_url()))
    })?;
    if !sandbox.state().read(|kept| kept.people.iter().any(|one| one.pid == wish.pid)) {
        return Err(Refused::bad("pid is not one of the sandbox's people: see POST /api/people"));
    }
    let outcome = decide(&mut browser, url, &wish).await.map_err(|why| Refused {
        status: StatusCode::BAD_GATEWAY,
        title: format!("the portal could not be gone through: {why}"),
    })?;
    Ok(match outcome {
        Outcome::Decided { to } => {
            let mut body = json!({ "status": wish.decision.status() });
            if let (Some(body), Some(to)) = (body.as_object_mut(), to) {
                body.insert("redirectedTo".into(), to.as_str().into());
            }
            answer::json(StatusCode::OK, &body)
        }
        Outcome::Stopped(page) => {
            let page = json!({
                "status": page.status,
                "title": page.markup.title,
                "says": page.markup.says.join("\n"),
            });
            answer::json(StatusCode::CONFLICT, &json!({ "page": page }))
        }
    })
}

async fn decide(browser: &mut Browser, url: Url, wish: &Wish) -> Result<Outcome, String> {
    let ending = wish.decision.ending();
    let mut page = open(browser, url.clone(), &wish.pid).await?;
    for _ in 0..TRIES {
        if way_on(&page, ending).is_some() {
            break;
        }
        // The request is for another party than the one acted for: the page offers the switch.
        let Some(form) = posting(&page, "/choose").filter(|form| form.in_main) else { break };
        let switched = browser.submit(&page.url, form, form.buttons.first()).await?;
        browser.follow(switched).await?;
        page = open(browser, url.clone(), &wish.pid).await?;
    }
    if let Some(Way::Look(to)) = way_on(&page, ending) {
        page = browser.open_page(to).await?;
    }
    // A decision may be asked about once more, on a page of its own.
    for _ in 0..TRIES {
        let Some(form) = posting(&page, ending) else { return Ok(Outcome::Stopped(page)) };
        let answer = browser.submit(&page.url, form, form.buttons.first()).await?;
        let Some(to) = answer.location.clone() else {
            if answer.status == 200 && posting(&answer, ending).is_some() {
                page = answer;
                continue;
            }
            return Ok(Outcome::Stopped(answer));
        };
        if !browser.on_portal(&to) {
            return Ok(Outcome::Decided { to: Some(to) });
        }
        let landed = browser.follow(answer).await?;
        let undone = landed.status >= 400 || posting(&landed, ending).is_some();
        return Ok(if undone {
            Outcome::Stopped(landed)
        } else {
            Outcome::Decided { to: Some(to) }
        });
    }
    Ok(Outcome::Stopped(page))
}

/// Opens a page of the portal, and logs in where it leads to the provider.
async fn open(browser: &mut Browser, url: Url, pid: &str) -> Result<Page, String> {
    let mut page = browser.open_page(url).await?;
    for _ in 0..TRIES {
        if browser.on_portal(&page.url) {
            return Ok(page);
        }
        let is_person = |(name, value): &&(String, String)| name == "pid" && value == pid;
        let choice = page
            .markup
            .forms
            .iter()
            .find_map(|form| form.buttons.iter().find(is_person).map(|button| (form, button)));
        let Some((form, button)) = choice else { return Ok(page) };
        let chosen = browser.submit(&page.url, form, Some(button)).await?;
        page = browser.follow(chosen).await?;
    }
    Ok(page)
}

/// How a page leads on to the decision.
enum Way {
    /// Its form is here.
    Here,
    /// A page that asks once more.
    Look(Url),
}

fn way_on(page: &Page, ending: &str) -> Option<Way> {
    if posting(page, ending).is_some() {
        return Some(Way::Here);
    }
    let asking = page.markup.forms.iter().filter(|form| !form.post).map(|form| &form.action);
    let mut addresses = page.markup.links.iter().chain(asking);
    addresses.find_map(|to| leads(&page.url, to, ending)).map(Way::Look)
}

/// The form of the page that is posted to an address with that ending; one in `main` before others.
fn posting<'a>(page: &'a Page, ending: &str) -> Option<&'a Form> {
    let fits = |form: &&Form| form.post && leads(&page.url, &form.action, ending).is_some();
    let forms = || page.markup.forms.iter().filter(fits);
    forms().find(|form| form.in_main).or_else(|| forms().next())
}

fn leads(page: &Url, to: &str, ending: &str) -> Option<Url> {
    page.join(to).ok().filter(|url| url.path().ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Clock, sandbox::bench};
    use axum::{
        Router,
        http::{HeaderMap, Uri, header},
        response::{Html, IntoResponse as _, Redirect},
        routing::{get, post},
    };
    use tokio::net::TcpListener;

    const PIA: &str = "12837810092";
    const PATH: &str = "/accessmanagement/ui/systemuser/request";

    /// A portal of a few lines: logs in through the provider, asks for the party to be chosen first,
    /// and keeps what it knows of the visitor in two cookies.
    fn portal(provider: String) -> Router {
        let login = async move || {
            let query = "response_type=code&client_id=systembruker-portal&scope=openid&state=s&\
                         nonce=n&code_challenge=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&\
                         code_challenge_method=S256";
            Redirect::to(&format!("{provider}&{query}"))
        };
        let callback = async |uri: Uri| {
            let known = uri.query().unwrap_or_default().contains("code=");
            ([(header::SET_COOKIE, format!("who={known}; Path=/"))], Redirect::to(PATH))
        };
        let page = async |headers: HeaderMap| {
            let cookies = headers.get(header::COOKIE).map_or("", |it| it.to_str().unwrap());
            if !cookies.contains("who=true") {
                return Redirect::to("/login").into_response();
            }
            let body = if cookies.contains("party=1") {
                format!(
                    "<title>Ask</title><main><h1>Give access?</h1><form method=post \
                     action='{PATH}/7/approve'><input type=hidden name=token value='a&amp;b'>\
                     <button>Yes</button></form><a href='{PATH}/7/reject'>No</a></main>"
                )
            } else {
                "<form method=post action='/parties/0/choose'></form><main><form method=post \
                 action='/parties/1/choose'><button>Switch</button></form></main>"
                    .into()
            };
            Html(body).into_response()
        };
        let choose =
            async || ([(header::SET_COOKIE, "party=1; Path=/")], Redirect::to("/overview"));
        let approve = async |headers: HeaderMap, body: String| {
            let same = headers.get("sec-fetch-site").is_some_and(|it| it == "same-origin");
            assert!(same && headers.contains_key(header::ORIGIN));
            assert_eq!(body, "token=a%26b");
            Redirect::to("https://vendor.example/done?customer=42")
        };
        let sure = async || {
            Html(format!("<main><form method=post action='{PATH}/7/reject'></form></main>"))
        };
        let reject = async || {
            let page = "<title>Too late</title><h1>Already decided</h1><p role=alert>By another.";
            (StatusCode::CONFLICT, Html(format!("{page}</p>")))
        };
        Router::new()
            .route(PATH, get(page))
            .route("/login", get(login))
            .route("/login/callback", get(callback))
            .route("/parties/1/choose", post(choose))
            .route("/overview", get(async || Html("<h1>Overview</h1>")))
            .route(&format!("{PATH}/7/approve"), post(approve))
            .route(&format!("{PATH}/7/reject"), get(sure).post(reject))
    }

    async fn listen() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port.to_string())
    }

    /// The portal and the sandbox on sockets of their own; the portal's address.
    async fn world() -> (bench::Bench, String) {
        let ((outside, its_port), (inside, port)) = (listen().await, listen().await);
        let portal_url = format!("http://localhost:{port}");
        let sandbox =
            bench::at(&format!("http://127.0.0.1:{its_port}"), &portal_url, Clock::System);
        let callback = format!("{portal_url}/login/callback");
        let authorize = format!("http://127.0.0.1:{its_port}/idporten/authorize?");
        let provider = format!("{authorize}redirect_uri={callback}");
        tokio::spawn(axum::serve(inside, portal(provider)).into_future());
        tokio::spawn(axum::serve(outside, sandbox.router()).into_future());
        (sandbox, portal_url)
    }

    async fn wish(sandbox: &Sandbox, url: &str, pid: &str, decision: &str) -> bench::Reply {
        let body = json!({ "confirmUrl": url, "pid": pid, "decision": decision });
        bench::post_json(sandbox, "/api/decide", &body).await
    }

    #[tokio::test]
    async fn a_request_is_approved_through_login_and_switch_of_party() {
        let (sandbox, portal) = world().await;
        let reply = wish(&sandbox, &format!("{portal}{PATH}?id=7"), PIA, "approve").await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        let to = "https://vendor.example/done?customer=42";
        assert_eq!(reply.json(), json!({ "status": "Accepted", "redirectedTo": to }));
    }

    #[tokio::test]
    async fn what_the_page_said_comes_back_when_it_does_not_do_it() {
        let (sandbox, portal) = world().await;
        let url = format!("{portal}{PATH}?id=7");
        let reply = wish(&sandbox, &url, PIA, "reject").await;
        assert_eq!(reply.status, StatusCode::CONFLICT, "{}", reply.body);
        let page = reply.json()["page"].clone();
        let says = "Already decided\nBy another.";
        assert_eq!(page, json!({ "status": 409, "title": "Too late", "says": says }));
        let reply = wish(&sandbox, &url, PIA, "escalate").await;
        assert_eq!(reply.json()["page"]["says"], "Give access?", "{}", reply.body);
    }

    #[tokio::test]
    async fn bad_wishes_are_400_and_go_nowhere() {
        let sandbox = bench::sandbox();
        for (url, pid, decision, says) in [
            ("http://localhost:1.evil.example/x", PIA, "approve", "confirmUrl"),
            ("nonsense", PIA, "approve", "confirmUrl"),
            ("http://localhost:1/x", "02929012332", "approve", "pid"),
            ("http://localhost:1/x", PIA, "shrug", "unknown variant"),
        ] {
            let reply = wish(&sandbox, url, pid, decision).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.body);
            assert!(reply.body.contains(says), "{}", reply.body);
        }
        let away = wish(&sandbox, "http://localhost:1/x", PIA, "approve").await;
        assert_eq!(away.status, StatusCode::BAD_GATEWAY);
    }
}
