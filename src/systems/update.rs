//! Changes to a registered system: all of it, or one of its lists.
use super::{
    check::{
        DESCRIPTION, Draft, ID, MOST_ITEMS, NAME, PACKAGES, RIGHTS, check_count, check_packages,
        check_rights, check_texts, violation,
    },
    model::{Right, System},
};
use crate::{
    catalogue::Contents,
    problem::{Problem, Violation},
    text,
};

/// What takes the place of what was there.
#[derive(Debug, Clone)]
pub enum Update {
    /// Everything but the id and the vendor.
    Whole(Box<Draft>),
    Rights(Vec<Right>),
    Packages(Vec<String>),
}

impl Update {
    /// What the change log calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Whole(_) => "update",
            Self::Rights(_) => "rightsupdate",
            Self::Packages(_) => "accesspackageupdate",
        }
    }
    /// The client ids that the system is to have, where they are to change.
    pub fn client_ids(&self) -> &[String] {
        if let Self::Whole(draft) = self { &draft.client_ids } else { &[] }
    }
    /// That what was sent is about this system: the vendor looks unknown to others, the id does not.
    pub fn check_target(&self, system: &System) -> Result<(), Problem> {
        let Self::Whole(draft) = self else { return Ok(()) };
        if draft.vendor_id != format!("0192:{}", system.vendor) {
            return Err(super::unknown());
        }
        if draft.id != system.id.as_str() {
            let title = "The id in the body is not the one in the address.";
            return Err(Problem::Violations(vec![violation(12, ID, title)]));
        }
        Ok(())
    }
    /// That there is not more of anything than is looked at.
    pub fn check_size(&self) -> Result<(), Problem> {
        let mut wrong = Vec::new();
        match self {
            Self::Whole(draft) => draft.check_counts(&mut wrong),
            Self::Rights(rights) => check_count(rights.len(), MOST_ITEMS, RIGHTS, &mut wrong),
            Self::Packages(urns) => check_count(urns.len(), MOST_ITEMS, PACKAGES, &mut wrong),
        }
        if wrong.is_empty() { Ok(()) } else { Err(Problem::Violations(wrong)) }
    }
    /// The system as it is to be, or everything that is wrong with it in the contract's order.
    pub fn apply(
        &self,
        mut system: System,
        catalogue: &Contents,
        loopback: bool,
        clients_of_others: &[String],
    ) -> Result<System, Vec<Violation>> {
        let mut wrong = Vec::new();
        match self {
            Self::Whole(draft) => {
                check_rights(&draft.rights, catalogue, &mut wrong);
                let visible = draft.is_visible;
                system.packages = check_packages(&draft.packages, visible, catalogue, &mut wrong);
                draft.check_clients(clients_of_others, &mut wrong);
                system.redirect_urls = draft.check_redirects(loopback, &mut wrong);
                draft.check_client_texts(&mut wrong);
                system.name = check_texts(&draft.name, text::NAME, NAME, &mut wrong);
                let longest = text::DESCRIPTION;
                system.description =
                    check_texts(&draft.description, longest, DESCRIPTION, &mut wrong);
                system.rights.clone_from(&draft.rights);
                system.client_ids.clone_from(&draft.client_ids);
                system.is_visible = visible;
            }
            Self::Rights(rights) => {
                check_rights(rights, catalogue, &mut wrong);
                system.rights.clone_from(rights);
            }
            Self::Packages(urns) => {
                system.packages = check_packages(urns, system.is_visible, catalogue, &mut wrong);
            }
        }
        if wrong.is_empty() { Ok(system) } else { Err(wrong) }
    }
}
