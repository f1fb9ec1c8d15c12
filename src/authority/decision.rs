//! The decision: may this subject do this action on this resource for this party? Rules over what the
//! store knows, without the store.
use super::{
    lists::AccessLists,
    model::Holdings,
    question::{Cause, Decision, Named, Question, Reach, Subject, Via, What},
};
use crate::{
    catalogue::{Contents, Resource},
    clock::Ts,
    ids::{OrgNo, PackageUrn, PartyUuid, ResourceId, SystemUserId},
};
use std::collections::HashMap;

/// A party as far as a decision needs to know it.
#[derive(Debug, Clone)]
pub struct Party {
    pub id: PartyUuid,
    pub party_id: i64,
    pub org_no: Option<OrgNo>,
    pub pid_hash: Option<String>,
    /// `AS`, `BEDR` …; a person has none.
    pub form: Option<String>,
    /// The main unit of a sub-unit, unless it has been deleted: what it gives reaches the sub-unit.
    pub main: Option<PartyUuid>,
    /// Other names of a person that a question used: a former number, or a row that was joined.
    pub aliases: Vec<Named>,
    pub lists: AccessLists,
}
impl Party {
    /// Whether the resource is for a party of this kind.
    fn suits(&self, resource: &Resource) -> Result<(), Cause> {
        let suits = if self.org_no.is_some() {
            resource.is_for_organisation(self.form.as_deref())
        } else {
            resource.is_for_people()
        };
        if suits { Ok(()) } else { Err(Cause::NotForThisParty) }
    }
    fn is(&self, named: &Named) -> bool {
        if self.aliases.contains(named) {
            return true;
        }
        match named {
            Named::OrgNo(number) => self.org_no.as_ref() == Some(number),
            Named::PartyId(number) => self.party_id == *number,
            Named::Uuid(id) => self.id == *id,
            Named::Person { current, older } => {
                self.pid_hash.is_some()
                    && (self.pid_hash.as_ref() == Some(current) || self.pid_hash == *older)
            }
        }
    }
}

/// A system user as far as a decision needs to know it.
#[derive(Debug, Clone)]
pub struct SystemUser {
    pub owner: PartyUuid,
    pub acts_for: ActsFor,
    pub valid_to: Option<Ts>,
    pub paused: bool,
    pub revoked: bool,
    /// The register has ended its owner, or had when the system user ended.
    pub owner_ended: bool,
    /// Each with the actions that it was given for, where they are not all that the policy names.
    pub rights: Vec<(ResourceId, Option<Vec<String>>)>,
    pub packages: Vec<PackageUrn>,
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActsFor {
    Owner,
    /// Those of its owner's clients that it has been given, among the parties that are asked about.
    Clients(Vec<PartyUuid>),
}
impl SystemUser {
    fn live(&self, now: Ts) -> Result<(), Cause> {
        if self.owner_ended {
            return Err(Cause::OrganisationEnded);
        }
        if self.revoked {
            return Err(Cause::Revoked);
        }
        if self.paused {
            return Err(Cause::Paused);
        }
        if self.valid_to.is_some_and(|end| end <= now) { Err(Cause::Expired) } else { Ok(()) }
    }
    /// How it acts for the party: by the party itself, or by the party's main unit.
    fn reach(&self, party: &Party) -> Result<Reach, Cause> {
        if let Some(client) = self.acts_by(party.id) {
            return Ok(Reach { client, main_unit: false });
        }
        if let Some(client) = party.main.and_then(|main| self.acts_by(main)) {
            return Ok(Reach { client, main_unit: true });
        }
        Err(match self.acts_for {
            ActsFor::Owner => Cause::WrongOrganisation,
            ActsFor::Clients(_) => Cause::NotAClient,
        })
    }
    /// Whether this organisation is a client of the system user's owner; `None` when the system user
    /// does not act for it.
    fn acts_by(&self, organisation: PartyUuid) -> Option<bool> {
        let acts = match &self.acts_for {
            ActsFor::Owner => self.owner == organisation,
            // Its owner may be one of them: then it acts as for itself.
            ActsFor::Clients(clients) => clients.contains(&organisation),
        };
        acts.then_some(self.owner != organisation)
    }
    /// Whether the policy forbids the action to who has one of its packages.
    fn is_denied(&self, resource: &Resource, action: &str) -> bool {
        let has = |urn: PackageUrn| self.packages.contains(&urn);
        resource.denials(action).any(|denial| denial.package().is_some_and(has))
    }
    /// The grant that covers the action: a package that the policy names, or the resource itself, for
    /// what it was given for and the policy still names.
    fn covers(&self, resource: &Resource, action: &str, reach: Reach) -> Result<Via, Cause> {
        let has = |urn: PackageUrn| self.packages.contains(&urn).then_some(urn);
        let right = self.rights.iter().find(|(id, _)| *id == resource.identifier);
        let mut opened = right.is_some();
        for opening in &resource.opens {
            let package = opening.package().and_then(has);
            opened |= package.is_some();
            if !opening.actions.iter().any(|a| a == action) {
                continue;
            }
            if let Some(urn) = package {
                return Ok(Via { what: What::Package, id: urn.to_string(), reach });
            }
        }
        let given = |actions: &Option<Vec<String>>| {
            actions.as_ref().is_none_or(|given| given.iter().any(|a| a == action))
        };
        if right.is_some_and(|(_, actions)| given(actions)) && resource.names(action) {
            return Ok(Via { what: What::Right, id: resource.identifier.to_string(), reach });
        }
        Err(if opened { Cause::ActionNotGranted } else { Cause::NotGranted })
    }
}

/// What the store knows of everything that is asked about.
#[derive(Debug, Default)]
pub struct Known {
    pub parties: Vec<Party>,
    pub system_users: HashMap<SystemUserId, SystemUser>,
    /// What each person (first) holds for each party that they are asked about.
    pub holdings: HashMap<(PartyUuid, PartyUuid), Holdings>,
}
impl Known {
    /// The one party that has all of these names; `None` where none is given.
    pub fn party(&self, named: &[Named]) -> Option<&Party> {
        let is = |party: &&Party| named.iter().all(|name| party.is(name));
        self.parties.iter().find(is).filter(|_| !named.is_empty())
    }

    pub fn decide(&self, catalogue: &Contents, now: Ts, question: &Question) -> Decision {
        let found = match &question.subject {
            Subject::SystemUser(id) => self.of_system_user(*id, catalogue, now, question),
            Subject::Person(person) => self.of_person(person, catalogue, question),
        };
        match found {
            Err(decision) => decision,
            // Lists are of organisations: a person is never on one, and never kept out by one.
            Ok((_, party, resource))
                if party.org_no.is_some() && !party.lists.allow(resource, &question.action) =>
            {
                Decision::Deny(Cause::NotOnAccessList)
            }
            Ok((via, _, resource)) => Decision::Permit { via, level: resource.min_level },
        }
    }

    fn of_system_user<'a>(
        &'a self,
        id: SystemUserId,
        catalogue: &'a Contents,
        now: Ts,
        question: &Question,
    ) -> Result<(Via, &'a Party, &'a Resource), Decision> {
        let user = self.system_users.get(&id).ok_or(Cause::NoSystemUser)?;
        user.live(now)?;
        let (resource, party) = self.about(catalogue, question)?;
        let reach = user.reach(party)?;
        party.suits(resource)?;
        if user.is_denied(resource, &question.action) {
            return Err(Decision::Deny(Cause::PolicyDenies));
        }
        Ok((user.covers(resource, &question.action, reach)?, party, resource))
    }

    fn of_person<'a>(
        &'a self,
        person: &[Named],
        catalogue: &'a Contents,
        question: &Question,
    ) -> Result<(Via, &'a Party, &'a Resource), Decision> {
        let person = self.party(person).filter(|p| p.org_no.is_none());
        let person = person.ok_or(Cause::UnknownPerson)?;
        let (resource, party) = self.about(catalogue, question)?;
        party.suits(resource)?;
        let holdings = self.holdings.get(&(person.id, party.id)).ok_or(Cause::NotGranted)?;
        if holdings.is_denied(catalogue, resource, &question.action) {
            return Err(Decision::Deny(Cause::PolicyDenies));
        }
        let mut cause = Cause::NotGranted;
        for opening in &resource.opens {
            let Some(holding) = holdings.uses(catalogue, opening) else { continue };
            if opening.actions.contains(&question.action) {
                let reach = Reach { client: false, main_unit: holding.through_main_unit };
                let via = match opening.package() {
                    Some(urn) => Via { what: What::Package, id: urn.to_string(), reach },
                    None => Via { what: What::Role, id: holding.code.clone(), reach },
                };
                return Ok((via, party, resource));
            }
            cause = Cause::ActionNotGranted;
        }
        if let Some(holding) = holdings.given(&resource.identifier) {
            if resource.names(&question.action) {
                let reach = Reach { client: false, main_unit: holding.through_main_unit };
                let via = Via { what: What::Right, id: holding.code.clone(), reach };
                return Ok((via, party, resource));
            }
            cause = Cause::ActionNotGranted;
        }
        Err(cause.into())
    }

    fn about<'a>(
        &'a self,
        catalogue: &'a Contents,
        question: &Question,
    ) -> Result<(&'a Resource, &'a Party), Cause> {
        let resource = catalogue.resource(&question.resource).ok_or(Cause::UnknownResource)?;
        if resource.is_withdrawn() {
            return Err(Cause::ResourceWithdrawn);
        }
        Ok((resource, self.party(&question.party).ok_or(Cause::UnknownParty)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KRAV: &str = "urn:altinn:accesspackage:krav-og-utlegg";

    fn contents(mode: &str) -> Contents {
        let resource = serde_json::from_value(json!({
            "identifier": "ske-krav", "title": { "nb": "Krav" }, "accessListMode": mode,
            "opens": [
                { "by": KRAV, "actions": ["read"] },
                { "by": "urn:altinn:rolecode:dagl", "actions": ["read", "write"] },
            ],
        }));
        Contents::new(vec![resource.unwrap()], 1).unwrap()
    }
    fn at(text: &str) -> Ts {
        Ts::new(text.parse().unwrap())
    }
    fn party(n: u128, org_no: &str) -> Party {
        Party {
            id: PartyUuid(uuid::Uuid::from_u128(n)),
            party_id: i64::try_from(n).unwrap(),
            org_no: Some(org_no.parse().unwrap()),
            pid_hash: None,
            form: Some("AS".into()),
            main: None,
            aliases: Vec::new(),
            lists: AccessLists::default(),
        }
    }
    const USER: SystemUserId = SystemUserId(uuid::Uuid::from_u128(9));
    fn known(change: impl FnOnce(&mut SystemUser, &mut Party)) -> Known {
        let mut owner = party(1, "310904473");
        let mut user = SystemUser {
            owner: owner.id,
            acts_for: ActsFor::Owner,
            valid_to: None,
            paused: false,
            revoked: false,
            owner_ended: false,
            rights: Vec::new(),
            packages: vec![KRAV.parse().unwrap()],
        };
        change(&mut user, &mut owner);
        Known {
            parties: vec![owner, party(2, "314250052")],
            system_users: HashMap::from([(USER, user)]),
            holdings: HashMap::new(),
        }
    }
    fn ask(known: &Known, mode: &str, action: &str, party: i64) -> Decision {
        let question = Question {
            subject: Subject::SystemUser(USER),
            resource: "ske-krav".parse().unwrap(),
            action: action.into(),
            party: vec![Named::PartyId(party)],
        };
        known.decide(&contents(mode), at("2026-11-21T10:00:00Z"), &question)
    }
    use Cause::*;
    use Decision::{Deny, NotApplicable, Permit};

    #[test]
    fn a_package_covers_what_the_policy_lets_it() {
        let known = known(|_, _| {});
        let via = Via { what: What::Package, id: KRAV.into(), reach: Reach::default() };
        assert_eq!(ask(&known, "", "read", 1), Permit { via, level: 3 });
        assert_eq!(ask(&known, "", "write", 1), NotApplicable(ActionNotGranted));
        assert_eq!(ask(&known, "", "read", 2), NotApplicable(WrongOrganisation));
        assert_eq!(ask(&known, "", "read", 3), NotApplicable(UnknownParty));
    }

    #[test]
    fn a_right_covers_what_the_policy_names() {
        let known = known(|user, _| {
            user.packages.clear();
            user.rights = vec![("ske-krav".parse().unwrap(), None)];
        });
        assert!(matches!(ask(&known, "", "write", 1), Permit { .. }));
        assert_eq!(ask(&known, "", "sign", 1), NotApplicable(ActionNotGranted));
    }

    #[test]
    fn a_right_covers_what_its_giver_could_give() {
        let known = known(|user, _| {
            user.packages.clear();
            let given = Some(vec!["read".into(), "sign".into()]);
            user.rights = vec![("ske-krav".parse().unwrap(), given)];
        });
        assert!(matches!(ask(&known, "", "read", 1), Permit { .. }));
        assert_eq!(ask(&known, "", "write", 1), NotApplicable(ActionNotGranted));
        assert_eq!(
            ask(&known, "", "sign", 1),
            NotApplicable(ActionNotGranted),
            "the policy is newer"
        );
    }

    #[test]
    fn only_a_live_system_user_has_anything() {
        type Change = fn(&mut SystemUser, &mut Party);
        let cases: [(Change, Cause); 6] = [
            (|u, _| u.revoked = true, Revoked),
            (|u, _| (u.revoked, u.owner_ended) = (true, true), OrganisationEnded),
            (|u, _| u.paused = true, Paused),
            (|u, _| u.valid_to = Some(at("2026-11-21T10:00:00Z")), Expired),
            (|u, _| u.packages.clear(), NotGranted),
            (|u, _| u.acts_for = ActsFor::Clients(Vec::new()), NotAClient),
        ];
        for (change, cause) in cases {
            assert_eq!(ask(&known(change), "", "read", 1), NotApplicable(cause));
        }
        let later = known(|u, _| u.valid_to = Some(at("2026-11-21T10:00:01Z")));
        assert!(matches!(ask(&later, "", "read", 1), Permit { .. }));
    }

    #[test]
    fn a_client_is_acted_for_only_when_it_has_been_given() {
        let two = PartyUuid(uuid::Uuid::from_u128(2));
        let known = known(|u, _| u.acts_for = ActsFor::Clients(vec![two]));
        let Permit { via, .. } = ask(&known, "", "read", 2) else { panic!() };
        assert!(via.reach.client && !via.reach.main_unit);
        assert_eq!(ask(&known, "", "read", 1), NotApplicable(NotAClient));
        let one = PartyUuid(uuid::Uuid::from_u128(1));
        let own = self::known(|u, _| u.acts_for = ActsFor::Clients(vec![one, two]));
        let Permit { via, .. } = ask(&own, "", "read", 1) else { panic!() };
        assert!(!via.reach.client, "the owner is no client of its own");
    }

    #[test]
    fn what_a_main_unit_gives_reaches_its_sub_unit_and_no_further() {
        let (one, two) = (PartyUuid(uuid::Uuid::from_u128(1)), PartyUuid(uuid::Uuid::from_u128(2)));
        // The second party is a sub-unit of the first.
        let with_sub_unit = |change: &dyn Fn(&mut SystemUser)| {
            let mut known = known(|user, _| change(user));
            known.parties[1].main = Some(one);
            known
        };
        let standard = with_sub_unit(&|_| {});
        let Permit { via, .. } = ask(&standard, "", "read", 2) else { panic!() };
        assert_eq!(via.reach, Reach { client: false, main_unit: true });
        let of_the_sub_unit = with_sub_unit(&|user| user.owner = two);
        assert!(matches!(ask(&of_the_sub_unit, "", "read", 2), Permit { .. }));
        assert_eq!(ask(&of_the_sub_unit, "", "read", 1), NotApplicable(WrongOrganisation));
        let facilitator = PartyUuid(uuid::Uuid::from_u128(8));
        let agent = |client| {
            with_sub_unit(&move |user: &mut SystemUser| {
                user.owner = facilitator;
                user.acts_for = ActsFor::Clients(vec![client]);
            })
        };
        let Permit { via, .. } = ask(&agent(one), "", "read", 2) else { panic!() };
        assert_eq!(via.reach, Reach { client: true, main_unit: true });
        assert_eq!(ask(&agent(two), "", "read", 1), NotApplicable(NotAClient));
        let limited = ask(&standard, "Enabled", "read", 2);
        assert_eq!(limited, Deny(NotOnAccessList), "the list is asked of the sub-unit");
    }

    #[test]
    fn an_access_list_forbids_those_that_are_not_on_it() {
        let listed = |actions: &[&str]| {
            let actions = actions.iter().map(ToString::to_string).collect();
            known(|_, owner| owner.lists.put("ske-krav".parse().unwrap(), actions))
        };
        assert_eq!(ask(&known(|_, _| {}), "Enabled", "read", 1), Deny(NotOnAccessList));
        assert_eq!(ask(&listed(&["write"]), "enabled", "read", 1), Deny(NotOnAccessList));
        for actions in [&["read"][..], &[]] {
            assert!(matches!(ask(&listed(actions), "Enabled", "read", 1), Permit { .. }));
        }
        assert!(matches!(ask(&known(|_, _| {}), "Disabled", "read", 1), Permit { .. }));
        // What is not applicable stays so.
        assert_eq!(ask(&listed(&[]), "Enabled", "write", 1), NotApplicable(ActionNotGranted));
    }

    #[test]
    fn a_party_is_called_everything_that_it_is_called() {
        let known = known(|_, _| {});
        let number = || Named::OrgNo("310904473".parse().unwrap());
        assert!(known.party(&[number(), Named::PartyId(1)]).is_some());
        assert!(known.party(&[number(), Named::PartyId(2)]).is_none());
        let nobody = Named::Person { current: "x".into(), older: None };
        assert!(known.party(&[nobody]).is_none());
        assert!(known.party(&[]).is_none(), "no name is nobody's");
    }
}
