//! Standing rules: by which roles a facilitator's new clients are to be looked through.
use crate::{
    clients::model::{Client, Relations},
    clock::Ts,
    ids::{PartyUuid, SystemUserId},
};
use std::collections::{BTreeMap, BTreeSet};

/// A role that a rule may be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Accountant,
    Auditor,
    BusinessManager,
}
impl Role {
    pub const ALL: [Self; 3] = [Self::Accountant, Self::Auditor, Self::BusinessManager];
    pub fn code(self) -> &'static str {
        match self {
            Self::Accountant => "REGN",
            Self::Auditor => "REVI",
            Self::BusinessManager => "FFØR",
        }
    }
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// A rule that is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub role: Role,
    pub since: Ts,
}

/// A client that waits to be looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub client: Client,
    pub found: Ts,
}

/// How many clients wait for one system user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    pub system_user: SystemUserId,
    pub title: String,
    pub clients: i64,
}

/// A client that a facilitator has by a role from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gained {
    pub facilitator: PartyUuid,
    pub client: PartyUuid,
    pub role: Role,
    pub name_sort: Vec<u8>,
}
/// What came and went of the roles that rules are about.
#[derive(Debug, Default)]
pub struct Moves {
    pub gained: Vec<Gained>,
    /// By facilitator and role: who has it no longer.
    pub lost: BTreeMap<(PartyUuid, Role), Vec<PartyUuid>>,
}
impl Moves {
    /// What a facilitator's client had, and has now. Another form of organisation is no new role.
    pub fn note(
        &mut self,
        (facilitator, client): (PartyUuid, PartyUuid),
        name_sort: &[u8],
        before: &Relations,
        now: &Relations,
    ) {
        for role in Role::ALL {
            match (before.has_role(role.code()), now.has_role(role.code())) {
                (false, true) => {
                    let name_sort = name_sort.to_vec();
                    self.gained.push(Gained { facilitator, client, role, name_sort });
                }
                (true, false) => self.lost.entry((facilitator, role)).or_default().push(client),
                _ => {}
            }
        }
    }
    pub fn facilitators(&self) -> BTreeSet<PartyUuid> {
        let lost = self.lost.keys().map(|(facilitator, _)| *facilitator);
        self.gained.iter().map(|one| one.facilitator).chain(lost).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Role::*, *};
    use uuid::Uuid;

    #[test]
    fn a_role_is_gained_once_and_lost_once() {
        let pair = (PartyUuid(Uuid::from_u128(1)), PartyUuid(Uuid::from_u128(2)));
        let noted = |before: &str, now: &str| {
            let mut moves = Moves::default();
            moves.note(pair, b"n", &Relations::from(before), &Relations::from(now));
            let gained: Vec<Role> = moves.gained.iter().map(|one| one.role).collect();
            let lost: Vec<Role> = moves.lost.keys().map(|(_, role)| *role).collect();
            let some = gained.len() + lost.len() > 0;
            assert_eq!(moves.facilitators().into_iter().next(), some.then_some(pair.0));
            (gained, lost)
        };
        assert_eq!(noted("", "REGN/AS"), (vec![Accountant], vec![]));
        assert_eq!(noted("REGN/AS", ""), (vec![], vec![Accountant]));
        assert_eq!(noted("REGN/AS", "REGN/ASA"), (vec![], vec![]), "another form");
        assert_eq!(noted("REVI/AS", "FFØR/ESEK REGN/AS"), {
            (vec![Accountant, BusinessManager], vec![Auditor])
        });
        assert_eq!(noted("", "=regnskapsforer-lonn DAGL/AS"), (vec![], vec![]), "no rule's role");
    }

    #[test]
    fn roles_are_known_by_their_codes() {
        for role in Role::ALL {
            assert_eq!(Role::of(role.code()), Some(role));
        }
        assert_eq!(Role::of("DAGL"), None);
    }
}
