//! The rules as they are told, in the plainest words: no query, no cleverness, nothing of the engine's.
use super::{
    facts::{self, MAIN, MANAGES_ACCESS, MANAGES_CLIENTS, NEVER},
    world::{Holder, Service, State, Thing, Tie, User, When, World},
};

/// Relations that make a client, and nobody's organisation to act for.
const CLIENT_RELATIONS: [&str; 2] = ["REGN", "REVI"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    /// Nobody could, or not to this.
    WrongKind,
    NotListed,
    /// The policy forbids it.
    Denied,
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
            sources.extend(self.main_unit(organisation));
        }
        sources
    }
    /// The organisation whose sub-unit it is, if it is one and the main unit stands.
    fn main_unit(&self, organisation: usize) -> Option<usize> {
        let parent = self.organisations[organisation].parent?;
        (self.is_sub_unit(organisation) && !self.organisations[parent].deleted).then_some(parent)
    }
    fn is_key(&self, tie: &Tie) -> bool {
        matches!(tie.thing, Thing::Role(role) if facts::is_key(role, self.form(tie)))
    }
    /// Whom the person speaks as: themselves, and each organisation in which they have a key role. Nobody
    /// speaks as one that has ended, and who is dead as nobody.
    fn hats(&self, person: usize) -> Vec<Holder> {
        let me = Holder::Person(person);
        if self.dead.contains(&person) {
            return Vec::new();
        }
        let mut hats = vec![me];
        for tie in self.ties.iter().filter(|tie| !self.organisations[tie.from].deleted) {
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
            Thing::Role(role) => facts::gives(package, role, self.form(tie)).0,
            Thing::Service(_) => false,
        }
    }
    fn is_main(&self, tie: &Tie) -> bool {
        tie.thing == Thing::Role(MAIN) || self.gives_access(tie, MAIN)
    }
    fn passes_on(&self, tie: &Tie, package: &str) -> bool {
        let by_itself = match tie.thing {
            Thing::Package(code) => code == package && code != MAIN,
            Thing::Role(role) => facts::gives(package, role, self.form(tie)).1,
            Thing::Service(_) => false,
        };
        let main = facts::gives(package, MAIN, self.form(tie)).1;
        let as_main = package != MAIN && self.is_main(tie) && main;
        by_itself || as_main
    }
    fn has_role(tie: &Tie, named: &str) -> bool {
        matches!(tie.thing, Thing::Role(role) if facts::is_role(named, role))
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
        self.manages(person, organisation, &MANAGES_ACCESS, "tilgangsstyrer")
    }
    pub fn may_manage_clients(&self, person: usize, organisation: usize) -> bool {
        self.manages(person, organisation, &MANAGES_CLIENTS, "klientadministrator")
    }

    pub fn give_package(&self, person: usize, organisation: usize, package: &str) -> Verdict {
        let told = facts::package(package);
        if package == NEVER || told.is_none_or(|told| !told.assignable) {
            return Verdict::WrongKind;
        }
        let held = self.held(person, organisation);
        if held.iter().any(|tie| self.passes_on(tie, package)) {
            Verdict::Yes
        } else {
            Verdict::Lacks
        }
    }
    /// Whether the service is for the organisation at all.
    fn suits(&self, service: &Service, organisation: usize) -> bool {
        let kinds: &[&str] = match self.organisations[organisation].form {
            "KBO" => &["BankruptcyEstate"],
            _ => &["LegalEntityEnterprise", "Company"],
        };
        service.types.is_empty() || kinds.iter().any(|kind| service.types.contains(kind))
    }
    /// Whether a rule forbids the action to who holds this.
    fn denies(&self, held: &[&Tie], service: &Service, action: &str) -> bool {
        let has = |thing: &Thing| held.iter().any(|tie| self.uses(tie, *thing));
        service.denies.iter().any(|(thing, _, actions)| actions.contains(&action) && has(thing))
    }
    fn uses(&self, tie: &Tie, thing: Thing) -> bool {
        match thing {
            Thing::Package(package) => self.gives_access(tie, package),
            Thing::Role(role) => Self::has_role(tie, role),
            Thing::Service(at) => tie.thing == Thing::Service(at),
        }
    }
    pub fn give_service(&self, person: usize, organisation: usize, service: &Service) -> Verdict {
        let held = self.held(person, organisation);
        // Of who holds nothing it is not known what kind of organisation it is that they hold it from.
        let for_some = ["LegalEntityEnterprise", "Company", "BankruptcyEstate"];
        let suits = if held.is_empty() {
            service.types.is_empty() || for_some.iter().any(|kind| service.types.contains(kind))
        } else {
            self.suits(service, organisation)
        };
        if service.schema || !service.delegable || service.withdrawn || !suits {
            return Verdict::WrongKind;
        }
        let given = held.iter().any(|tie| tie.thing == Thing::Service(service.at));
        let mut best = Verdict::Lacks;
        for (thing, _, actions) in &service.opens {
            let mine = held.iter().any(|tie| match thing {
                Thing::Package(package) => self.passes_on(tie, package),
                other => self.uses(tie, *other),
            });
            for action in actions.iter().filter(|_| mine || given) {
                if self.denies(&held, service, action) {
                    continue;
                }
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
        let given = held.iter().any(|tie| tie.thing == Thing::Service(service.at));
        let opened = service.opens.iter().any(|(thing, _, actions)| {
            actions.contains(&action) && (given || held.iter().any(|tie| self.uses(tie, *thing)))
        });
        self.verdict(opened, self.denies(&held, service, action), on, service, action)
    }
    /// Whether the organisation can be given to the agent as a client; one that is none of its
    /// owner's is of the wrong kind.
    pub fn client(&self, user: &User, on: usize) -> Verdict {
        let from = self.sources(on);
        let facilitates = !self.organisations[user.owner].deleted;
        let relation = |tie: &&Tie| {
            facilitates
                && tie.when == When::Now
                && on != user.owner
                && tie.to == Holder::Organisation(user.owner)
                && from.contains(&tie.from)
        };
        let relations: Vec<&Tie> = self.ties.iter().filter(relation).collect();
        if relations.is_empty() {
            return Verdict::WrongKind;
        }
        let passed_on = |package: &&str| {
            facts::package(package).is_some_and(|told| told.delegable)
                && relations.iter().any(|tie| self.gives_access(tie, package))
        };
        if user.packages.iter().all(passed_on) { Verdict::Yes } else { Verdict::Lacks }
    }

    pub fn user_may(&self, at: usize, on: usize, service: usize, action: &str) -> Verdict {
        let user = &self.users[at];
        let acts_by = |one: usize| {
            if user.agent { self.given.contains(&(at, one)) } else { user.owner == one }
        };
        let acts = acts_by(on) || self.main_unit(on).is_some_and(acts_by);
        let about = &self.services[service];
        let owned = !self.organisations[user.owner].deleted;
        let live = owned && matches!(user.state, State::Live | State::EndsLater);
        let right = user.services.iter().any(|(one, may)| {
            *one == service && may.as_ref().is_none_or(|may| may.contains(&action))
        });
        let by_package =
            |thing: &Thing| matches!(thing, Thing::Package(p) if user.packages.contains(p));
        let opened = about
            .opens
            .iter()
            .any(|(thing, _, actions)| actions.contains(&action) && (by_package(thing) || right));
        let denied = about
            .denies
            .iter()
            .any(|(thing, _, actions)| actions.contains(&action) && by_package(thing));
        let acts = live && acts;
        self.verdict(opened && acts, denied && acts, on, about, action)
    }
    fn verdict(
        &self,
        opened: bool,
        denied: bool,
        on: usize,
        service: &Service,
        action: &str,
    ) -> Verdict {
        let suits = !service.withdrawn && self.suits(service, on);
        if !suits || self.organisations[on].deleted {
            Verdict::Lacks
        } else if denied {
            Verdict::Denied
        } else if !opened {
            Verdict::Lacks
        } else if Self::lets_in(service, on, action) {
            Verdict::Yes
        } else {
            Verdict::NotListed
        }
    }

    /// The organisation ends in its register: what it gave and held, its system users and what they acted
    /// for, and what others' acted for it. It may come back, and then none of that does.
    pub fn end(&mut self, organisation: usize, returns: bool) {
        let (on, is) = (organisation, Holder::Organisation(organisation));
        for tie in self.ties.iter_mut().filter(|tie| tie.when == When::Now) {
            if tie.from == on || tie.to == is {
                tie.when = When::Over;
            }
        }
        for user in self.users.iter_mut().filter(|user| user.owner == on) {
            user.state = State::Revoked;
        }
        let users = &self.users;
        self.given.retain(|(user, client)| *client != on && users[*user].owner != on);
        self.organisations[on].deleted = !returns;
    }
}
