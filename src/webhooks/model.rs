//! What a webhook asks for, and how long one goes on trying.
use crate::{
    clock::Ts,
    events::feed::KINDS,
    ids::{OrgNo, SystemId, WebhookId},
    keys::{Keys, hex},
};

/// Most webhooks of one system.
pub const MOST: i64 = 20;
/// Most patterns of one webhook.
pub const MOST_PATTERNS: usize = 50;
/// Days after which a delivery that has not succeeded is given up.
pub const GIVEN_UP_AFTER_DAYS: i64 = 3;
/// Days that what has been delivered, or given up, is listed.
pub const LISTED_DAYS: i64 = 30;

/// Where a vendor wants to be told of what happens to a system.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub id: WebhookId,
    pub vendor: OrgNo,
    pub system: SystemId,
    pub url: String,
    /// Types, or patterns of them; none for everything.
    pub types: Vec<String>,
    /// The key that its secret is derived from.
    pub key_id: String,
    /// The number of the last event that has been looked at.
    pub seen: i64,
    pub created: Ts,
}
impl Webhook {
    pub fn asks_for(&self, kind: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|pattern| fits(pattern, kind))
    }
    /// The secret, while its key is known.
    pub fn secret(&self, keys: &Keys) -> Option<String> {
        let id = self.id.0.as_bytes();
        let derived = keys.hash_by(&self.key_id, &[b"webhook secret", id])?;
        Some(format!("whsec_{}", hex(&derived)))
    }
}

/// Whether a pattern, such as `request.*`, takes in a type.
pub fn fits(pattern: &str, kind: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(prefix) => prefix.ends_with('.') && kind.starts_with(prefix),
        None => pattern == kind,
    }
}
/// Whether a pattern takes in anything at all.
pub fn is_pattern(pattern: &str) -> bool {
    KINDS.iter().any(|kind| fits(pattern, kind))
}

/// Seconds to wait after so many attempts that failed.
pub fn pause(attempts: i64) -> i64 {
    match attempts {
        ..=1 => 5,
        2 => 30,
        3 => 2 * 60,
        4 => 10 * 60,
        _ => 60 * 60,
    }
}

/// `t=…,v1=…`: the time, and the HMAC of time and body by the secret.
pub fn signature(secret: &str, now: Ts, body: &str) -> String {
    let seconds = now.utc().timestamp();
    let signed = format!("{seconds}.{body}");
    format!("t={seconds},v1={}", hex(&crate::keys::hmac(secret.as_bytes(), signed.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_in_a_family() {
        assert!(fits("request.*", "request.created") && fits("*", "client.added"));
        assert!(fits("system.created", "system.created"));
        for (pattern, kind) in [
            ("request.*", "requests.created"),
            ("request*", "request.created"),
            ("system.*", "system-user.created"),
            ("request.created", "request.created.twice"),
            ("", "request.created"),
        ] {
            assert!(!fits(pattern, kind), "{pattern} {kind}");
        }
        assert!(is_pattern("change.*") && !is_pattern("nothing.*") && !is_pattern("webhook.test"));
    }

    #[test]
    fn it_is_tried_again_later_and_later() {
        assert_eq!([1, 2, 3, 4, 5, 6, 70].map(pause), [5, 30, 120, 600, 3600, 3600, 3600]);
    }

    #[test]
    fn the_signature_is_the_one_that_others_compute() {
        let at = Ts::new("2026-09-21T14:13:20Z".parse().unwrap());
        // echo -n '1790000000.{}' | openssl dgst -sha256 -hmac whsec_1
        let expected = "f705cd8e5e74965c6722350b983e7c4bbc42303bf431488efe8ea7bb07d4a2bc";
        assert_eq!(signature("whsec_1", at, "{}"), format!("t=1790000000,v1={expected}"));
    }
}
