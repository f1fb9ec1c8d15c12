//! What waits for a party and what it has, as pages: the overview, and the list of requests.
use super::model::{Listed, Part, Show, Waiting};
use crate::{
    clients::{losses::Notice, rules::Queue},
    clock::Ts,
    i18n::Said,
    ids::{ChangeId, RequestId},
    system_users::Kind,
    web::{items, page::Page, urls, view::Organisation},
};
use askama::Template;
use chrono::{NaiveDate, NaiveTime};

/// Minutes in which a system user is marked as new.
const NEW_MINUTES: i64 = 60;

/// What waits for the party, and what it has.
#[derive(Template)]
#[template(path = "overview/show.html")]
pub struct OverviewPage {
    pub page: Page,
    pub party: Organisation,
    /// Whether the visitor manages access for the party. If not, only what there is is shown.
    pub may_manage: bool,
    /// What the visitor lacks, and which role has it.
    pub missing: Option<String>,
    /// Clients that went with their relations.
    pub losses: Vec<Notice>,
    /// New clients that wait to be looked through.
    pub queues: Vec<QueueRow>,
    /// The search, as it was typed.
    pub q: String,
    pub show: Show,
    /// The ways to narrow the lists.
    pub filters: Vec<Filter>,
    pub waiting: Vec<WaitingRow>,
    pub waiting_count: u64,
    /// All that waits, where that is more than stands here.
    pub all_waiting: Option<String>,
    pub own: List,
    pub clients: List,
    /// How many end soon, where that is to be said.
    pub ending: u64,
    /// Those that ended when the register had ended the party, where there are any.
    pub ended: Option<String>,
    /// A page further on is of one list only.
    pub only: Option<Kind>,
}

/// A way to narrow the lists.
#[derive(Debug, Clone)]
pub struct Filter {
    pub url: String,
    pub text: &'static str,
    pub chosen: bool,
}

/// A request that nobody has decided yet.
#[derive(Debug, Clone)]
pub struct WaitingRow {
    pub url: String,
    pub title: String,
    pub system: Said,
    pub vendor: Organisation,
    pub created: String,
    pub escalated_since: Option<String>,
    /// Whether it is about a system user that stands.
    pub is_change: bool,
    pub for_clients: bool,
}
impl WaitingRow {
    pub fn new(page: &Page, waiting: Waiting) -> Self {
        Self {
            url: match waiting.kind {
                None => urls::change(ChangeId(waiting.id)),
                Some(_) => urls::request(RequestId(waiting.id)),
            },
            is_change: waiting.kind.is_none(),
            for_clients: waiting.kind == Some(Kind::Agent),
            title: waiting.title,
            system: waiting.system_name.in_language(page.lang()),
            vendor: items::organisation(&waiting.vendor_name, &waiting.vendor),
            created: page.date(waiting.created),
            escalated_since: waiting.escalated.map(|at| page.date(at)),
        }
    }
    pub(crate) fn sample(escalated: Option<&str>) -> Self {
        Self {
            url: "/x".into(),
            title: "Smart<Lønn>".into(),
            system: "SmartLønn for <deg>".into(),
            vendor: sample_organisation("SmartCloud <AS>"),
            created: "21. november 2026".into(),
            escalated_since: escalated.map(ToOwned::to_owned),
            is_change: escalated.is_some(),
            for_clients: escalated.is_none(),
        }
    }
}

/// How many new clients wait for a system user.
#[derive(Debug, Clone)]
pub struct QueueRow {
    pub url: String,
    pub title: String,
    pub clients: u64,
}
impl From<Queue> for QueueRow {
    fn from(queue: Queue) -> Self {
        Self {
            url: urls::client_rules(queue.system_user),
            title: queue.title,
            clients: u64::try_from(queue.clients).unwrap_or_default(),
        }
    }
}
impl QueueRow {
    fn sample(clients: u64) -> Self {
        Self { url: "/x".into(), title: "Regnskap <alle>".into(), clients }
    }
}

/// A page of one list of system users.
#[derive(Debug, Clone, Default)]
pub struct List {
    pub rows: Vec<Row>,
    pub count: u64,
    /// Where it goes on.
    pub next: Option<String>,
}
impl List {
    /// The list, which goes on at the address that `next` makes of its last row.
    pub fn new(page: &Page, now: Ts, part: Part, next: impl FnOnce(&Listed) -> String) -> Self {
        Self {
            count: u64::try_from(part.total).unwrap_or_default(),
            next: part.rows.last().filter(|_| part.more).map(next),
            rows: part.rows.into_iter().map(|user| Row::new(page, now, user)).collect(),
        }
    }
}

/// A system user in a list.
#[derive(Debug, Clone)]
pub struct Row {
    pub url: String,
    pub title: String,
    pub vendor: Organisation,
    pub system: Said,
    pub created: String,
    /// The day that it was last used, in words.
    pub used: String,
    pub rights: u64,
    pub packages: u64,
    /// How many clients it acts for, if it acts for clients.
    pub clients: Option<u64>,
    /// The one just made.
    pub is_new: bool,
    pub paused: bool,
    pub expired: bool,
    /// Its last day, where that is near.
    pub ends: Option<String>,
}
impl Row {
    fn new(page: &Page, now: Ts, user: Listed) -> Self {
        let number = |n: i64| u64::try_from(n).unwrap_or_default();
        let last_used =
            user.last_used.map(|day| page.t1("overview-last-used", "when", &date(page, day)));
        Self {
            url: urls::system_user(user.id),
            vendor: items::organisation(&user.vendor_name, &user.vendor),
            system: user.system_name.in_language(page.lang()),
            created: page.date(user.created),
            used: last_used.unwrap_or_else(|| page.t("overview-never-used").to_owned()),
            rights: number(user.rights),
            packages: number(user.packages),
            clients: (user.kind == Kind::Agent).then(|| number(user.clients)),
            is_new: user.created.plus_minutes(NEW_MINUTES) > now,
            paused: user.paused.is_some(),
            expired: user.has_expired(now),
            ends: user.ends_soon(now).map(|end| page.date(end.plus_minutes(-1))),
            title: user.title,
        }
    }
}
/// A day in words; at noon it is the same day everywhere in Norway.
fn date(page: &Page, day: NaiveDate) -> String {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    page.date(Ts::new(day.and_time(noon).and_utc()))
}

/// One of the lists of system users, with its words.
struct Titled<'a> {
    id: &'static str,
    heading: &'static str,
    none: &'static str,
    list: &'a List,
}

impl OverviewPage {
    fn shows_search(&self) -> bool {
        let rows = self.waiting.len() + self.own.rows.len() + self.clients.rows.len();
        !self.q.is_empty() || self.show != Show::All || rows > 0
    }

    fn shows_waiting(&self) -> bool {
        self.may_manage && self.only.is_none() && self.show == Show::All
    }

    fn shows_create(&self) -> bool {
        self.may_manage && self.only.is_none()
    }

    fn is_narrowed(&self) -> bool {
        self.show != Show::All
    }

    pub fn create_url(&self) -> String {
        urls::create()
    }

    pub fn ending_url(&self) -> String {
        urls::overview_of("", Show::Ending.name(), "")
    }

    fn lists(&self) -> Vec<Titled<'_>> {
        let narrowed = self.show != Show::All;
        let none = |all| if narrowed { "overview-none-such" } else { all };
        let own = Titled {
            id: "own",
            heading: "overview-own",
            none: none("overview-own-none"),
            list: &self.own,
        };
        let clients = Titled {
            id: "clients",
            heading: "overview-clients",
            none: none("overview-clients-none"),
            list: &self.clients,
        };
        match self.only {
            _ if !self.may_manage => Vec::new(),
            None => vec![own, clients],
            Some(Kind::Standard) => vec![own],
            Some(Kind::Agent) => vec![clients],
        }
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let empty = || Self {
            page: page.clone(),
            party: sample_organisation("Rør <og> Vann AS"),
            may_manage: true,
            missing: None,
            losses: Vec::new(),
            queues: Vec::new(),
            q: String::new(),
            show: Show::All,
            filters: filters(page, "", Show::All),
            waiting: Vec::new(),
            waiting_count: 0,
            all_waiting: None,
            own: List::default(),
            clients: List::default(),
            ending: 0,
            ended: None,
            only: None,
        };
        let row = |title: &str, rights, packages| Row {
            url: "/x".into(),
            title: title.into(),
            vendor: sample_organisation("SmartCloud <AS>"),
            system: Said {
                text: "Smart<Regnskap>".into(),
                lang: (page.lang() != "nb").then_some("nb"),
            },
            created: "21. november 2026".into(),
            used: "Sist brukt 20. november 2026".into(),
            rights,
            packages,
            clients: None,
            is_new: false,
            paused: false,
            expired: false,
            ends: None,
        };
        let list = |rows, count| List { rows, count, next: Some("/x?after=1".into()) };
        let rows = || {
            vec![
                Row { is_new: true, ..row("Smart<Regnskap>", 2, 1) },
                Row { paused: true, ..row(&"Langtnavnutenmellomrom".repeat(5), 1, 0) },
                Row { expired: true, ..row("Kassasystemet", 0, 3) },
                Row { ends: Some("3. desember 2026".into()), ..row("Lager<systemet>", 1, 0) },
            ]
        };
        let full = || Self {
            waiting: vec![WaitingRow::sample(Some("3. desember 2026")), WaitingRow::sample(None)],
            waiting_count: 12,
            all_waiting: Some("/x".into()),
            own: list(rows(), 1_204),
            clients: List {
                next: None,
                ..list(
                    vec![Row { clients: Some(4_211), ..row("Regnskap for <klientene>", 0, 1) }],
                    1,
                )
            },
            losses: Notice::samples(),
            queues: vec![QueueRow::sample(3), QueueRow::sample(1)],
            ending: 1,
            ended: Some("/x".into()),
            ..empty()
        };
        let further = Self {
            only: Some(Kind::Standard),
            waiting: Vec::new(),
            clients: List::default(),
            ending: 0,
            ..full()
        };
        let none = Self { show: Show::Unused, filters: filters(page, "", Show::Unused), ..empty() };
        let missing = Some("Du mangler tilgangen. Daglig leder har den.".to_owned());
        vec![
            ("empty", empty()),
            ("full", full()),
            ("further on", further),
            ("no hits", Self { q: "<rør>".into(), ..empty() }),
            ("none unused", none),
            ("not entitled", Self { may_manage: false, missing, ..empty() }),
        ]
    }
}

/// The ways to narrow the lists, with the same search.
pub fn filters(page: &Page, q: &str, chosen: Show) -> Vec<Filter> {
    let text = |show| match show {
        Show::All => page.t("overview-show-all"),
        Show::Unused => page.t("overview-show-unused"),
        Show::Ending => page.t("overview-show-ending"),
    };
    let filter = |show: Show| Filter {
        url: urls::overview_of(q, if show == Show::All { "" } else { show.name() }, ""),
        text: text(show),
        chosen: show == chosen,
    };
    Show::ALL.into_iter().map(filter).collect()
}

/// All that waits for the party's answer.
#[derive(Template)]
#[template(path = "overview/requests.html")]
pub struct RequestsPage {
    pub page: Page,
    pub party: Organisation,
    /// What the visitor lacks, and which role has it.
    pub missing: Option<String>,
    pub q: String,
    pub rows: Vec<WaitingRow>,
    pub count: u64,
    pub next: Option<String>,
    /// What was decided before.
    pub history: String,
}
impl RequestsPage {
    pub fn url(&self) -> String {
        urls::requests("", "")
    }

    pub fn samples(page: &Page) -> Vec<(&'static str, Self)> {
        let empty = || Self {
            page: page.clone(),
            party: sample_organisation("Rør <og> Vann AS"),
            missing: None,
            q: String::new(),
            rows: Vec::new(),
            count: 0,
            next: None,
            history: "/x".into(),
        };
        let full = Self {
            rows: vec![WaitingRow::sample(Some("3. desember 2026")), WaitingRow::sample(None)],
            count: 52,
            next: Some("/x".into()),
            ..empty()
        };
        let missing = Some("Du mangler tilgangen. Daglig leder har den.".to_owned());
        vec![
            ("empty", empty()),
            ("full", full),
            ("no hits", Self { q: "<rør>".into(), ..empty() }),
            ("not entitled", Self { missing, ..empty() }),
        ]
    }
}

fn sample_organisation(name: &str) -> Organisation {
    Organisation::new(name, "310\u{a0}904\u{a0}473")
}
