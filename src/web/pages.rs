//! Pages that belong to no feature: what went wrong, and what the portal says about itself.
use crate::web::{
    page::{FormToken, Page},
    view::Link,
};
use askama::Template;

/// Something went wrong: what happened, what to do, a way on.
#[derive(Template)]
#[template(path = "web/problem.html")]
pub struct ProblemPage {
    pub page: Page,
    pub kind: ProblemKind,
    pub way_on: Option<Link>,
    /// A sentence about this very case.
    pub extra: Option<String>,
    /// To switch party and stay, for [`ProblemKind::OtherPartyChosen`].
    pub choose: Option<FormToken>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $key:literal;)*) => {
        /// What kind of page a problem gets; each has its title, what happened, and what to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ProblemKind { $($(#[$doc])* $name,)* }
        impl ProblemKind {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
            /// What its messages begin with; they end in `-title`, `-what` and `-do`.
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }
    };
}
kinds! {
    BadRequest = 400, "problem-bad-request";
    /// The link lacks its id.
    IncompleteLink = 400, "problem-incomplete-link";
    NotEntitled = 403, "problem-not-entitled";
    /// Not our form, or not this session's.
    ForgedForm = 403, "problem-forged-form";
    NotFound = 404, "problem-not-found";
    MethodNotAllowed = 405, "problem-method";
    /// Somebody was first.
    AlreadyDecided = 409, "problem-decided";
    /// The form was shown for another party than the one acted for now.
    OtherPartyChosen = 409, "problem-other-party";
    /// Any other clash with how things are now.
    Clash = 409, "problem-clash";
    TooLarge = 413, "problem-too-large";
    UnsupportedMedia = 415, "problem-media";
    /// Readable, but it makes no sense.
    Invalid = 422, "problem-invalid";
    TooMany = 429, "problem-too-many";
    Internal = 500, "problem-internal";
    Unavailable = 503, "problem-unavailable";
}

impl ProblemPage {
    pub fn status(&self) -> u16 {
        self.kind.status()
    }

    fn title(&self) -> &'static str {
        self.part("title")
    }

    fn what(&self) -> &'static str {
        self.part("what")
    }

    fn what_to_do(&self) -> &'static str {
        self.part("do")
    }

    fn part(&self, part: &str) -> &'static str {
        self.page.t(&format!("{}-{part}", self.kind.key()))
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let sample = |kind: ProblemKind| {
            let choose = || FormToken { action: "/x".into(), token: "t".into(), party: "p".into() };
            let sample = Self {
                page: Page { operation: "0193a4d26f1e7c3b".into(), ..page.clone() },
                kind,
                way_on: Some(Link {
                    url: page.overview_url(),
                    text: page.t("portal-to-overview").into(),
                }),
                extra: (kind == ProblemKind::Invalid).then(|| "Rør <og> Vann AS".to_owned()),
                choose: (kind == ProblemKind::OtherPartyChosen).then(choose),
            };
            (kind.key(), sample)
        };
        ProblemKind::ALL.iter().copied().map(sample).collect()
    }
}

/// How accessible the portal is.
#[derive(Template)]
#[template(path = "web/accessibility.html")]
pub struct AccessibilityPage {
    pub page: Page,
}
impl AccessibilityPage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        vec![("accessibility", Self { page: page.clone() })]
    }
}

/// What is kept about people, and how long.
#[derive(Template)]
#[template(path = "web/privacy.html")]
pub struct PrivacyPage {
    pub page: Page,
    /// How long records of logins are kept.
    pub login_days: u64,
    /// How long decided requests are kept.
    pub request_years: u64,
    /// How many days clients that were changed many at once are kept as a list.
    pub job_days: u64,
}
impl PrivacyPage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let page = page.clone();
        vec![("privacy", Self { page, login_days: 90, request_years: 5, job_days: 90 })]
    }
}

/// What the portal is for.
#[derive(Template)]
#[template(path = "web/about.html")]
pub struct AboutPage {
    pub page: Page,
}
impl AboutPage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        vec![("about", Self { page: page.clone() })]
    }
}
