//! What has happened, in words.
use super::model::{Actor, Happened};
use crate::{
    catalogue::Contents,
    web::{items, page::Page},
};

/// A type of event as a sentence; its own name where nobody has given it words.
pub fn what<'a>(page: &Page, kind: &'a str) -> &'a str {
    match kind {
        "request.created" => page.t("event-request-created"),
        "request.accepted" => page.t("event-request-accepted"),
        "request.rejected" => page.t("event-request-rejected"),
        "request.escalated" => page.t("event-request-escalated"),
        "request.withdrawn" => page.t("event-request-withdrawn"),
        "request.timed-out" => page.t("event-request-timed-out"),
        "change.created" => page.t("event-change-created"),
        "change.accepted" => page.t("event-change-accepted"),
        "change.rejected" => page.t("event-change-rejected"),
        "change.escalated" => page.t("event-change-escalated"),
        "change.withdrawn" => page.t("event-change-withdrawn"),
        "system-user.created" => page.t("event-user-created"),
        "system-user.changed" => page.t("event-user-changed"),
        "system-user.renamed" => page.t("event-user-renamed"),
        "system-user.paused" => page.t("event-user-paused"),
        "system-user.resumed" => page.t("event-user-resumed"),
        "system-user.expired" => page.t("event-user-expired"),
        "system-user.revoked" => page.t("event-user-revoked"),
        "client.added" => page.t("event-client-added"),
        "client.removed" => page.t("event-client-removed"),
        "client.rule-set" => page.t("event-client-rule-set"),
        "client.rule-removed" => page.t("event-client-rule-removed"),
        "role.closed" => page.t("event-role-closed"),
        "package.closed" => page.t("event-package-closed"),
        "notice.added" => page.t("event-notice-added"),
        "notice.confirmed" => page.t("event-notice-confirmed"),
        "notice.removed" => page.t("event-notice-removed"),
        other => other,
    }
}
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

/// More about it: the role or package that was closed or that a rule is about, or why it happened.
pub fn more(page: &Page, catalogue: &Contents, happened: &Happened) -> Option<String> {
    if let Some(code) = &happened.code {
        return Some(items::role(page, catalogue, code));
    }
    match happened.reason.as_deref()? {
        "relation-ended" => Some(page.t("history-relation-ended").to_owned()),
        "organisation-deleted" => Some(page.t("history-organisation-deleted").to_owned()),
        other => Some(other.to_owned()),
    }
}
