//! The rules as they are told, in the plainest words: no query, no cleverness, nothing of the engine's.
use super::world::{Holder, Service, State, Thing, Tie, User, When, World};
use serde_json::Value;
use std::sync::LazyLock;

const KEY: [&str; 8] = ["DAGL", "LEDE", "INNH", "DTSO", "DTPR", "BEST", "BOBE", "KOMP"];
const CLIENT_RELATIONS: [&str; 3] = ["REGN", "REVI", "FFØR"];
const MAIN: &str = "hovedadministrator";
/// For clients only: no standard system user has them.
const CLIENT_ONLY: [&str; 6] = [
    "regnskapsforer-med-signeringsrettighet",
    "regnskapsforer-uten-signeringsrettighet",
    "regnskapsforer-lonn",
    "ansvarlig-revisor",
    "revisormedarbeider",
    "forretningsforer-eiendom",
];

/// May be passed on for a client.
static DELEGABLE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let text = std::fs::read_to_string("src/catalogue/data/packages.json").unwrap();
    let packages: Vec<Value> = serde_json::from_str(&text).unwrap();
    let those = packages
        .iter()
        .filter(|p| p["delegable"] == true && p["entityType"] == "organization")
        .map(|p| p["urn"].as_str().unwrap().rsplit(':').next().unwrap().to_owned());
    those.collect()
});

/// One row of the table: this role gives this package.
struct Row {
    package: String,
    role: String,
    access: bool,
    delegate: bool,
    forms: Vec<String>,
}
static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let text = std::fs::read_to_string("src/catalogue/data/packages.json").unwrap();
    let packages: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut rows = Vec::new();
    for package in &packages {
        for grant in package["grants"].as_array().unwrap() {
            let forms = grant["forms"].as_array().into_iter().flatten();
            rows.push(Row {
                package: package["urn"].as_str().unwrap().rsplit(':').next().unwrap().to_owned(),
                role: grant["code"].as_str().unwrap().to_owned(),
                access: grant["access"] == true,
                delegate: grant["delegate"] == true,
                forms: forms.map(|form| form.as_str().unwrap().to_owned()).collect(),
            });
        }
    }
    rows
});
/// What the table says of a role at an organisation of this form: access, and passing on.
fn row(package: &str, role: &str, form: &str) -> (bool, bool) {
    let mut found = (false, false);
    for row in TABLE.iter() {
        let holds = row.forms.is_empty() || row.forms.iter().any(|f| f == form);
        if row.package == package && row.role == role && holds {
            found = (found.0 || row.access, found.1 || row.delegate);
        }
    }
    found
}

/// Who has an old role, by the role that the register knows.
fn has_old(old: &str, role: &str) -> bool {
    let all: &[&str] = match old {
        "ADMAI" => &[
            "DAGL", "LEDE", "INNH", "DTSO", "DTPR", "BEST", "BOBE", "KOMP", "FFØR", "KEMN", "KNUF",
            "KOMK", "REPR", "SAM", "SREVA",
        ],
        "HADM" => &["DAGL", "LEDE", "INNH", "DTSO", "DTPR", "BEST"],
        "KLADM" => {
            &["DAGL", "LEDE", "INNH", "DTSO", "DTPR", "BEST", "BOBE", "KOMP", "REPR", "SREVA"]
        }
        "A0239" => &["REGN"],
        "A0237" => &["REVI"],
        "BOBEL" => &["BOBE"],
        _ => &[],
    };
    all.contains(&role)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    /// Nobody could, or not to this.
    WrongKind,
    NotListed,
    Lacks,
}

impl World {
    fn is_sub_unit(&self, organisation: usize) -> bool {
        matches!(self.organisations[organisation].form, "BEDR" | "AAFY")
    }
    /// From where authority over the organisation comes: itself, and its main unit.
    fn sources(&self, organisation: usize) -> Vec<usize> {
        let mut sources = Vec::new();
        if !self.organisations[organisation].deleted {
            sources.push(organisation);
            if self.is_sub_unit(organisation) {
                sources.extend(self.organisations[organisation].parent);
            }
        }
        sources
    }
    fn is_key(&self, tie: &Tie) -> bool {
        let iks = self.organisations[tie.from].form == "IKS";
        matches!(tie.thing, Thing::Role(role) if KEY.contains(&role) && !(role == "DTPR" && iks))
    }
    /// Whom the person speaks as: themselves, and each organisation in which they have a key role.
    fn hats(&self, person: usize) -> Vec<Holder> {
        let me = Holder::Person(person);
        let mut hats = vec![me];
        for tie in &self.ties {
            if tie.when == When::Now && tie.to == me && self.is_key(tie) {
                hats.push(Holder::Organisation(tie.from));
            }
        }
        hats
    }
    fn held(&self, person: usize, organisation: usize) -> Vec<&Tie> {
        let (hats, sources) = (self.hats(person), self.sources(organisation));
        self.ties
            .iter()
            .filter(|t| t.when == When::Now && hats.contains(&t.to) && sources.contains(&t.from))
            .collect()
    }
    fn form(&self, tie: &Tie) -> &'static str {
        self.organisations[tie.from].form
    }

    fn gives_access(&self, tie: &Tie, package: &str) -> bool {
        match tie.thing {
            Thing::Package(code) => code == package,
            Thing::Role(role) => row(package, role, self.form(tie)).0,
        }
    }
    fn is_main(&self, tie: &Tie) -> bool {
        tie.thing == Thing::Role(MAIN) || self.gives_access(tie, MAIN)
    }
    fn passes_on(&self, tie: &Tie, package: &str) -> bool {
        let by_itself = match tie.thing {
            Thing::Package(code) => code == package && code != MAIN,
            Thing::Role(role) => row(package, role, self.form(tie)).1,
        };
        let as_main = package != MAIN && self.is_main(tie) && row(package, MAIN, self.form(tie)).1;
        by_itself || as_main
    }
    fn has_role(tie: &Tie, named: &str) -> bool {
        matches!(tie.thing, Thing::Role(role) if role == named || has_old(named, role))
    }

    pub fn may_act(&self, person: usize, organisation: usize) -> bool {
        let client =
            |tie: &Tie| matches!(tie.thing, Thing::Role(role) if CLIENT_RELATIONS.contains(&role));
        self.held(person, organisation).iter().any(|tie| !client(tie))
    }
    fn manages(&self, person: usize, organisation: usize, old: &[&str], package: &str) -> bool {
        let opens = |tie: &&Tie| {
            self.is_key(tie)
                || old.iter().any(|old| Self::has_role(tie, old))
                || self.gives_access(tie, package)
                || self.is_main(tie)
        };
        self.held(person, organisation).iter().any(opens)
    }
    pub fn may_manage(&self, person: usize, organisation: usize) -> bool {
        self.manages(person, organisation, &["ADMAI", "HADM", "BOBEL"], "tilgangsstyrer")
    }
    pub fn may_manage_clients(&self, person: usize, organisation: usize) -> bool {
        self.manages(person, organisation, &["KLADM", "HADM"], "klientadministrator")
    }

    pub fn give_package(&self, person: usize, organisation: usize, package: &str) -> Verdict {
        let never = ["virksomhetens-representant-skjemaoppgaver", "eksplisitt"];
        let for_people = package.starts_with("innbygger");
        if CLIENT_ONLY.contains(&package) || never.contains(&package) || for_people {
            return Verdict::WrongKind;
        }
        let held = self.held(person, organisation);
        if held.iter().any(|tie| self.passes_on(tie, package)) {
            Verdict::Yes
        } else {
            Verdict::Lacks
        }
    }
    pub fn give_service(&self, person: usize, organisation: usize, service: &Service) -> Verdict {
        if service.schema || !service.delegable {
            return Verdict::WrongKind;
        }
        let held = self.held(person, organisation);
        let mut best = Verdict::Lacks;
        for (thing, _, actions) in &service.opens {
            let mine = held.iter().any(|tie| match thing {
                Thing::Package(package) => self.passes_on(tie, package),
                Thing::Role(role) => Self::has_role(tie, role),
            });
            for action in actions.iter().filter(|_| mine) {
                if Self::lets_in(service, organisation, action) {
                    return Verdict::Yes;
                }
                best = Verdict::NotListed;
            }
        }
        best
    }
    /// What of the service the person could give on: what a right of theirs is then for.
    pub fn givable(&self, person: usize, on: usize, service: &Service) -> Vec<&'static str> {
        let alone = |action: &&str| {
            let mut one = service.clone();
            one.opens.iter_mut().for_each(|(.., actions)| actions.retain(|a| a == action));
            self.give_service(person, on, &one) == Verdict::Yes
        };
        super::world::ACTIONS.into_iter().filter(alone).collect()
    }
    fn lets_in(service: &Service, organisation: usize, action: &str) -> bool {
        let listed = service.listed.iter().find(|(one, _)| *one == organisation);
        !service.limited || listed.is_some_and(|(_, may)| may.is_empty() || may.contains(&action))
    }

    /// Whether the person may use the service on behalf of the organisation.
    pub fn person_may(&self, person: usize, on: usize, service: &Service, action: &str) -> Verdict {
        let held = self.held(person, on);
        let opened = service.opens.iter().any(|(thing, _, actions)| {
            let has = |tie: &&Tie| match thing {
                Thing::Package(package) => self.gives_access(tie, package),
                Thing::Role(role) => Self::has_role(tie, role),
            };
            actions.contains(&action) && held.iter().any(has)
        });
        self.verdict(opened, on, service, action)
    }
    /// Whether the organisation can be given to the agent as a client; one that is none of its
    /// owner's is of the wrong kind.
    pub fn client(&self, user: &User, on: usize) -> Verdict {
        let from = self.sources(on);
        let relation = |tie: &&Tie| {
            tie.when == When::Now
                && on != user.owner
                && tie.to == Holder::Organisation(user.owner)
                && from.contains(&tie.from)
        };
        let relations: Vec<&Tie> = self.ties.iter().filter(relation).collect();
        if relations.is_empty() {
            return Verdict::WrongKind;
        }
        let passed_on = |package: &&str| {
            DELEGABLE.iter().any(|code| code == package)
                && relations.iter().any(|tie| self.gives_access(tie, package))
        };
        if user.packages.iter().all(passed_on) { Verdict::Yes } else { Verdict::Lacks }
    }

    pub fn user_may(&self, at: usize, on: usize, service: usize, action: &str) -> Verdict {
        let user = &self.users[at];
        let acts = if user.agent { self.given.contains(&(at, on)) } else { user.owner == on };
        let about = &self.services[service];
        let live = matches!(user.state, State::Live | State::EndsLater);
        let right = user.services.iter().any(|(one, may)| {
            *one == service && may.as_ref().is_none_or(|may| may.contains(&action))
        });
        let opened = about.opens.iter().any(|(thing, _, actions)| {
            let by_package = matches!(thing, Thing::Package(p) if user.packages.contains(p));
            actions.contains(&action) && (by_package || right)
        });
        let opened = opened && live && acts;
        self.verdict(opened, on, about, action)
    }
    fn verdict(&self, opened: bool, on: usize, service: &Service, action: &str) -> Verdict {
        if !opened || self.organisations[on].deleted {
            Verdict::Lacks
        } else if Self::lets_in(service, on, action) {
            Verdict::Yes
        } else {
            Verdict::NotListed
        }
    }
}
