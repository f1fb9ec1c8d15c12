//! What has happened, in words.
use super::model::{Actor, End, Happened};
use crate::{
    catalogue::Contents,
    day::Day,
    events::Reason,
    web::{items, page::Page},
};

/// A group of types.
pub fn group(page: &Page, name: &str) -> &'static str {
    match name {
        "request" => page.t("history-group-request"),
        "change" => page.t("history-group-change"),
        "system-user" => page.t("history-group-user"),
        "client" => page.t("history-group-client"),
        "notice" => page.t("history-group-notice"),
        _ => page.t("history-group-authority"),
    }
}

/// Who did it: a name, and the role that it was done through.
pub fn who(page: &Page, catalogue: &Contents, actor: &Actor) -> (String, Option<String>) {
    match actor {
        Actor::Person { name, role } => {
            let name = if name.is_empty() { page.t("words-person-unnamed") } else { name.as_str() };
            let role = role.as_deref().map(|code| items::role(page, catalogue, code));
            (name.to_owned(), role)
        }
        Actor::Vendor { name, org_no } => {
            let name = if name.is_empty() { org_no } else { name };
            (name.clone(), Some(page.t("fact-vendor").to_owned()))
        }
        Actor::Product => (page.t("portal-product").to_owned(), None),
    }
}

/// More about it: the role, package or service that was closed or that a rule is about, until when the system user
/// lasts, or why it happened.
pub fn more(page: &Page, catalogue: &Contents, happened: &Happened) -> Option<String> {
    if let Some(code) = &happened.code {
        let name = if happened.kind == "service.closed" { items::service } else { items::role };
        return Some(name(page, catalogue, code));
    }
    if let Some(end) = happened.end {
        return Some(match end {
            End::At(at) => page.t1("change-valid-to-day", "day", &page.day(Day::before(at))),
            End::Never => page.t("history-no-end").to_owned(),
        });
    }
    let text = happened.reason.as_deref()?;
    Some(match Reason::of(text) {
        // The party that the history is of stands beside it, and has not ended.
        Some(Reason::OrganisationDeleted) if happened.kind.starts_with("client.") => {
            page.t("history-client-deleted").to_owned()
        }
        Some(known) => reason(page, known).to_owned(),
        None => text.to_owned(),
    })
}
/// Why something happened that nobody decided by itself.
pub fn reason(page: &Page, reason: Reason) -> &'static str {
    match reason {
        Reason::GoneFromRegister => page.t("history-gone-from-register"),
        Reason::OrganisationGone => page.t("history-organisation-gone"),
        Reason::RelationEnded => page.t("history-relation-ended"),
        Reason::OrganisationDeleted => page.t("history-organisation-deleted"),
        Reason::OrganisationMerged => page.t("history-organisation-merged"),
        Reason::OrganisationRemoved => page.t("history-organisation-removed"),
        Reason::PackagesChanged => page.t("history-packages-changed"),
        Reason::Replaced => page.t("history-replaced"),
        Reason::HolderDead => page.t("history-holder-dead"),
    }
}
