//! Clients added or removed many at once, as pages: where they are named, what it would come to, how far
//! it has come.
use super::model::Action;
use crate::{
    clients::pages::sample_form,
    web::{
        page::{FormToken, Page},
        view::{Link, Organisation},
    },
};
use askama::Template;

/// Where clients are named: all that match, a list, a file, another system user.
#[derive(Template)]
#[template(path = "clients/bulk.html")]
pub struct BulkPage {
    pub page: Page,
    pub title: String,
    /// The list of clients.
    pub back: String,
    pub user_url: String,
    pub form: FormToken,
    /// The search that all that match is about.
    pub q: String,
    pub state: String,
    pub action: Action,
    /// Other system users whose clients can be copied: id and title.
    pub others: Vec<(String, String)>,
    /// What was pasted and could not be taken.
    pub pasted: String,
    pub fault: Option<Fault>,
}
/// What is wrong, and with which field.
#[derive(Debug, Clone)]
pub struct Fault {
    pub field: &'static str,
    pub text: String,
}
impl BulkPage {
    fn is_error(&self) -> bool {
        self.fault.is_some()
    }
    fn fault_of(&self, field: &str) -> Option<&str> {
        self.fault.as_ref().filter(|fault| fault.field == field).map(|fault| fault.text.as_str())
    }
    fn adds(&self) -> bool {
        self.action == Action::Add
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let sample = |fault| Self {
            page: page.clone(),
            title: "Smart<Regnskap>".into(),
            back: "/x".into(),
            user_url: "/x".into(),
            form: sample_form("bulk"),
            q: "<rør>".into(),
            state: String::new(),
            action: Action::Add,
            others: vec![("1".into(), "Smart<Lønn>".into())],
            pasted: String::new(),
            fault,
        };
        let fault = |field| Some(Fault { field, text: "Linje 3 <x>".into() });
        vec![
            ("plain", sample(None)),
            (
                "remove",
                Self {
                    action: Action::Remove,
                    q: String::new(),
                    others: Vec::new(),
                    ..sample(None)
                },
            ),
            ("bad list", Self { pasted: "<x>".into(), ..sample(fault("list")) }),
            ("bad file", sample(fault("file"))),
        ]
    }
}

/// What a job would come to, before it is started.
#[derive(Template)]
#[template(path = "clients/check.html")]
pub struct CheckPage {
    pub page: Page,
    pub title: String,
    pub back: String,
    pub user_url: String,
    pub action: Action,
    pub change: u64,
    pub already: u64,
    pub not_clients: u64,
    /// How many cannot be added and which packages they lack, in words.
    pub blocked: Vec<String>,
    pub repeated: u64,
    /// Lines that could not be read, in words; the first of them.
    pub faults: Vec<String>,
    /// … and how many there are.
    pub fault_count: u64,
    pub start: FormToken,
    /// What the form says besides: a draft's id, or the search.
    pub fields: Vec<(&'static str, String)>,
    /// The rows of a list, with what would come of each.
    pub rows: Vec<Row>,
    pub next: Option<String>,
}
impl CheckPage {
    fn adds(&self) -> bool {
        self.action == Action::Add
    }
    fn changes_some(&self) -> bool {
        self.change > 0
    }
    fn named_all(&self) -> bool {
        u64::try_from(self.faults.len()).is_ok_and(|named| named >= self.fault_count)
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let sample = |action, change| Self {
            page: page.clone(),
            title: "Smart<Regnskap>".into(),
            back: "/x".into(),
            user_url: "/x".into(),
            action,
            change,
            already: 500,
            not_clients: 0,
            blocked: Vec::new(),
            repeated: 0,
            faults: Vec::new(),
            fault_count: 0,
            start: sample_form("jobs"),
            fields: vec![("q", "<rør>".into())],
            rows: Vec::new(),
            next: None,
        };
        let list = Self {
            not_clients: 2,
            blocked: vec!["20: Regnskapsfører <med> signeringsrettighet".into()],
            repeated: 3,
            faults: vec!["Linje 4 <x>".into()],
            fault_count: 12,
            rows: Row::samples(page),
            next: Some("/x?after=50".into()),
            ..sample(Action::Add, 9_480)
        };
        vec![
            ("all", sample(Action::Add, 9_480)),
            ("list", list),
            ("remove", sample(Action::Remove, 1)),
            ("nothing to do", sample(Action::Add, 0)),
        ]
    }
}

/// A job: how far it has come, and what came of each row.
#[derive(Template)]
#[template(path = "clients/job.html")]
pub struct JobPage {
    pub page: Page,
    pub title: String,
    /// The list of clients, as long as there is one.
    pub back: Option<String>,
    /// The jobs that there have been.
    pub jobs_url: String,
    pub user_url: String,
    /// This page as it is now.
    pub url: String,
    pub action: Action,
    pub state: State,
    pub total: u64,
    pub done: u64,
    pub changed: u64,
    pub already: u64,
    pub refused: u64,
    pub begun: String,
    pub ended: Option<String>,
    pub rows: Vec<Row>,
    /// Whether only those that came to nothing are shown.
    pub only_refused: bool,
    pub next: Option<String>,
    /// Nothing while it runs.
    pub csv_url: Option<String>,
    pub cancel: Option<FormToken>,
    pub retry: Option<FormToken>,
    /// The job's id, for the form that tries again.
    pub id: String,
    /// What makes it one new job, however often that form is sent.
    pub once: String,
}
/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Running,
    Done,
    Cancelled,
    NotEntitled,
    Revoked,
}
impl State {
    /// What the state is called, with its colour.
    fn tag(self, page: &Page) -> Link {
        let (color, key) = match self {
            Self::Running => ("info", "job-running"),
            Self::Done => ("success", "job-done"),
            Self::Cancelled => ("neutral", "job-cancelled"),
            Self::NotEntitled | Self::Revoked => ("warning", "job-stopped"),
        };
        Link { url: color.into(), text: page.language.plain(key).to_owned() }
    }
}
/// A row with what came of it, or would.
#[derive(Debug, Clone)]
pub struct Row {
    pub client: Organisation,
    /// Where it stood in a list.
    pub line: Option<String>,
    pub outcome: String,
    /// The tag's colour.
    pub color: &'static str,
    /// Why it came to nothing.
    pub why: String,
}
impl Row {
    fn samples(page: &Page) -> Vec<Self> {
        let row = |outcome: &str, color, why: &str| Self {
            client: Organisation::new("Rør <og> Vann AS", "310\u{a0}904\u{a0}473"),
            line: Some(page.t1("bulk-line", "line", "4")),
            outcome: outcome.into(),
            color,
            why: why.into(),
        };
        vec![
            row(page.t("job-row-added"), "success", ""),
            row(page.t("job-row-blocked"), "warning", "Regnskapsfører <med> signeringsrettighet"),
        ]
    }
}
impl JobPage {
    fn adds(&self) -> bool {
        self.action == Action::Add
    }
    fn is_running(&self) -> bool {
        self.state == State::Running
    }
    fn done_of(&self) -> String {
        let (done, total) = (self.page.number(self.done), self.page.number(self.total));
        self.page.t2("job-done-of", "done", &done, "of", &total)
    }
    fn tag(&self) -> Link {
        self.state.tag(&self.page)
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let sample = |state| Self {
            page: page.clone(),
            title: "Smart<Regnskap>".into(),
            back: Some("/x".into()),
            jobs_url: "/x".into(),
            user_url: "/x".into(),
            url: "/x".into(),
            action: Action::Add,
            state,
            total: 10_000,
            done: 10_000,
            changed: 9_480,
            already: 500,
            refused: 20,
            begun: "21. november 2026 kl. 11.00".into(),
            ended: Some("21. november 2026 kl. 11.01".into()),
            rows: Row::samples(page),
            only_refused: false,
            next: Some("/x?after=50".into()),
            csv_url: Some("/x.csv".into()),
            cancel: None,
            retry: Some(sample_form("jobs")),
            id: "1".into(),
            once: "2".into(),
        };
        let running = Self {
            done: 4_200,
            ended: None,
            csv_url: None,
            cancel: Some(sample_form("cancel")),
            retry: None,
            rows: Vec::new(),
            next: None,
            ..sample(State::Running)
        };
        vec![
            ("running", running),
            ("done", sample(State::Done)),
            ("removed", Self { action: Action::Remove, only_refused: true, ..sample(State::Done) }),
            ("cancelled", sample(State::Cancelled)),
            ("not entitled", sample(State::NotEntitled)),
            (
                "revoked",
                Self { rows: Vec::new(), only_refused: true, back: None, ..sample(State::Revoked) },
            ),
        ]
    }
}

/// The jobs of a system user.
#[derive(Template)]
#[template(path = "clients/jobs.html")]
pub struct JobsPage {
    pub page: Page,
    pub title: String,
    /// The list of clients, as long as there is one.
    pub back: Option<String>,
    pub user_url: String,
    /// The first page.
    pub url: String,
    pub rows: Vec<JobRow>,
    pub next: Option<String>,
    /// Whether this page is not the first.
    pub further: bool,
}
/// A job in the list.
#[derive(Debug, Clone)]
pub struct JobRow {
    pub url: String,
    pub action: Action,
    pub state: State,
    pub changed: u64,
    pub refused: u64,
    pub done: u64,
    pub total: u64,
    pub begun: String,
    /// Whoever began it.
    pub person: String,
}
impl JobRow {
    fn adds(&self) -> bool {
        self.action == Action::Add
    }
    fn is_done(&self) -> bool {
        self.state == State::Done
    }
    fn tag(&self, page: &Page) -> Link {
        self.state.tag(page)
    }
    fn done_of(&self, page: &Page) -> String {
        page.t2("job-done-of", "done", &page.number(self.done), "of", &page.number(self.total))
    }
}
impl JobsPage {
    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let row = |action, state, refused| JobRow {
            url: "/x".into(),
            action,
            state,
            changed: 9_480,
            refused,
            done: 9_500,
            total: 10_000,
            begun: "21. november 2026 kl. 11.00".into(),
            person: "Kari <Klepp>".into(),
        };
        let sample = |rows| Self {
            page: page.clone(),
            title: "Smart<Regnskap>".into(),
            back: Some("/x".into()),
            user_url: "/x".into(),
            url: "/x".into(),
            rows,
            next: None,
            further: false,
        };
        let several = vec![
            row(Action::Add, State::Running, 0),
            row(Action::Remove, State::Done, 20),
            row(Action::Add, State::Revoked, 1),
        ];
        let far = Self {
            next: Some("/x?after=1".into()),
            further: true,
            back: None,
            ..sample(several.clone())
        };
        vec![("several", sample(several)), ("far", far), ("none", sample(Vec::new()))]
    }
}
