//! What is wrong with a system that a vendor wants to register: everything at once.
use super::model::{RESOURCE, RedirectUrl, Right, System, Texts};
use crate::{
    catalogue::Contents,
    clock::Ts,
    ids::{OrgNo, PackageUrn, SystemKey},
    problem::{Problem, Violation},
    text,
};
use std::collections::HashSet;

/// A system as it was sent, before anything of it is believed.
#[derive(Debug, Clone)]
pub struct Draft {
    pub id: String,
    pub vendor_id: String,
    pub name: Texts,
    pub description: Texts,
    pub rights: Vec<Right>,
    pub packages: Vec<String>,
    pub client_ids: Vec<String>,
    pub redirect_urls: Vec<String>,
    pub is_visible: bool,
}

pub(super) const ID: &str = "/registersystemrequest/systemid";
const VENDOR: &str = "/registersystemrequest/vendor/id";
const CLIENT: &str = "/registersystemrequest/clientid";
const REDIRECT: &str = "/registersystemrequest/allowedredirecturls";
pub(super) const RIGHTS: &str = "/registersystemrequest/rights/resource";
pub(super) const PACKAGES: &str = "/registersystemrequest/accesspackages";
pub(super) const NAME: &str = "/registersystemrequest/name";
pub(super) const DESCRIPTION: &str = "/registersystemrequest/description";

/// Most rights, and most packages.
pub const MOST_ITEMS: usize = 200;
/// Most client ids, and most redirect URLs.
const MOST_ADDRESSES: usize = 100;

/// Longest name of a language, such as `nb-NO`.
const LONGEST_TAG: usize = 20;

/// A rule of ours beside the contract's own.
const LANGUAGE_MISSING: u16 = 100;
const BAD_TEXT: u16 = 101;
const TOO_MANY: u16 = 103;

pub(super) fn violation(number: u16, path: &'static str, title: &'static str) -> Violation {
    Violation { number, path, title: title.into(), extension: None }
}

impl Draft {
    /// The vendor that it names; checked before all else.
    pub fn vendor(&self) -> Result<OrgNo, Problem> {
        let number = self.vendor_id.strip_prefix("0192:").and_then(|text| text.parse().ok());
        number.ok_or_else(|| {
            Problem::Violations(vec![violation(
                0,
                VENDOR,
                "The vendor's id must be 0192: and a valid organisation number.",
            )])
        })
    }

    /// The system, if it could be one, and everything that is wrong with it in the contract's order.
    pub fn check(
        &self,
        catalogue: &Contents,
        loopback: bool,
        id_taken: bool,
        clients_taken: bool,
        now: Ts,
    ) -> (Option<System>, Vec<Violation>) {
        let mut wrong = Vec::new();
        let vendor = self.vendor().ok();
        self.check_id(vendor.as_ref(), id_taken, &mut wrong);
        let redirect_urls = self.check_redirects(loopback, &mut wrong);
        if clients_taken {
            wrong.push(violation(4, CLIENT, "A client id is used by another system."));
        }
        check_rights(&self.rights, catalogue, &mut wrong);
        let packages = check_packages(&self.packages, self.is_visible, catalogue, &mut wrong);
        self.check_counts(&mut wrong);
        self.check_client_texts(&mut wrong);
        let name = check_texts(&self.name, text::NAME, NAME, &mut wrong);
        let description =
            check_texts(&self.description, text::DESCRIPTION, DESCRIPTION, &mut wrong);
        let (Some(vendor), Ok(id)) = (vendor, self.id.parse()) else { return (None, wrong) };
        let system = System {
            key: SystemKey(uuid::Uuid::now_v7()),
            id,
            vendor,
            name,
            description,
            rights: self.rights.clone(),
            packages,
            redirect_urls,
            client_ids: self.client_ids.clone(),
            is_visible: self.is_visible,
            created: now,
            deleted: None,
        };
        (Some(system), wrong)
    }

    fn check_id(&self, vendor: Option<&OrgNo>, taken: bool, wrong: &mut Vec<Violation>) {
        if self.id.contains(' ') {
            wrong.push(violation(13, ID, "The system id must not hold a space."));
        }
        let prefix = self.id.split('_').next().unwrap_or_default();
        if vendor.map(OrgNo::as_str) != Some(prefix) {
            wrong.push(violation(
                1,
                ID,
                "The system id must begin with the vendor's organisation number.",
            ));
        }
        if taken {
            wrong.push(violation(2, ID, "The system id is taken."));
        }
        let clean = text::clean(&self.id, text::NAME).is_ok_and(|clean| clean == self.id);
        if !clean || self.id.contains('/') {
            wrong.push(violation(
                BAD_TEXT,
                ID,
                "The system id is too long or has a character that is not allowed.",
            ));
        }
    }

    pub(super) fn check_redirects(
        &self,
        loopback: bool,
        wrong: &mut Vec<Violation>,
    ) -> Vec<String> {
        let parsed: Vec<_> =
            self.redirect_urls.iter().map(|url| RedirectUrl::parse(url, loopback)).collect();
        if parsed.iter().any(Result::is_err) {
            wrong.push(violation(
                5,
                REDIRECT,
                "A redirect URL must be absolute https without user info or fragment.",
            ));
        }
        parsed.into_iter().flatten().map(|url| url.normal()).collect()
    }

    /// That there is not so much of anything that looking at it would keep others waiting.
    pub fn check_size(&self) -> Result<(), Problem> {
        self.vendor()?;
        let mut wrong = Vec::new();
        self.check_counts(&mut wrong);
        if wrong.is_empty() { Ok(()) } else { Err(Problem::Violations(wrong)) }
    }

    pub(super) fn check_counts(&self, wrong: &mut Vec<Violation>) {
        check_count(self.rights.len(), MOST_ITEMS, RIGHTS, wrong);
        check_count(self.packages.len(), MOST_ITEMS, PACKAGES, wrong);
        check_count(self.client_ids.len(), MOST_ADDRESSES, CLIENT, wrong);
        check_count(self.redirect_urls.len(), MOST_ADDRESSES, REDIRECT, wrong);
    }
    pub(super) fn check_client_texts(&self, wrong: &mut Vec<Violation>) {
        let bad = |id: &String| id.is_empty() || text::clean(id, text::NAME).as_ref() != Ok(id);
        if self.client_ids.iter().any(bad) {
            wrong.push(violation(
                BAD_TEXT,
                CLIENT,
                "A client id is empty, too long or has a character that is not allowed.",
            ));
        }
    }
    /// Client ids of a system that there is: none twice, and none that another system has.
    pub(super) fn check_clients(&self, of_others: &[String], wrong: &mut Vec<Violation>) {
        let mut seen = HashSet::new();
        if self.client_ids.iter().any(|id| !seen.insert(id.to_lowercase())) {
            wrong.push(violation(11, CLIENT, "A client id is listed twice."));
        }
        for id in of_others {
            let title = format!("The client id {id} is used by another system.").into();
            wrong.push(Violation { title, ..violation(4, CLIENT, "") });
        }
    }
    /// Whether a client id is listed twice, to the letter.
    pub(super) fn repeats_a_client(&self) -> bool {
        let mut seen = HashSet::new();
        self.client_ids.iter().any(|id| !seen.insert(id))
    }
}

pub(super) fn check_count(
    count: usize,
    most: usize,
    path: &'static str,
    wrong: &mut Vec<Violation>,
) {
    if count > most {
        let title = format!("There are {count}, and {most} at most are taken.").into();
        wrong.push(Violation { title, ..violation(TOO_MANY, path, "") });
    }
}

/// Rights that a system may have: known resources of the right kind, none of them twice.
pub(super) fn check_rights(rights: &[Right], catalogue: &Contents, wrong: &mut Vec<Violation>) {
    let (mut ids, mut unknown, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    for attribute in rights.iter().flat_map(|right| &right.resource) {
        if attribute.id != RESOURCE {
            ids.push(attribute.id.clone());
            continue;
        }
        match attribute.value.parse().ok().and_then(|id| catalogue.resource(&id)) {
            None => unknown.push(attribute.value.clone()),
            Some(resource) if !resource.is_open_to_systems() || resource.is_withdrawn() => {
                closed.push(attribute.value.clone());
            }
            Some(_) => {}
        }
    }
    let mut add = |number, title, member, values: &[String]| {
        if !values.is_empty() {
            let extension = Some((member, values.join(" | ")));
            wrong.push(Violation { extension, ..violation(number, RIGHTS, title) });
        }
    };
    add(
        9,
        "The attribute of a right must be urn:altinn:resource.",
        "Invalid Resource Id Details : ",
        &ids,
    );
    add(3, "A resource does not exist.", "ResourceIds Not Found : ", &unknown);
    add(
        17,
        "A resource is of a kind that cannot be given to a system.",
        "ResourceIds Not Delegable : ",
        &closed,
    );
    let action = |right: &Right| right.action.clone().unwrap_or_default();
    if rights.iter().any(|right| text::clean(&action(right), text::NAME).is_err()) {
        wrong.push(violation(
            BAD_TEXT,
            RIGHTS,
            "An action is too long or has a character that is not allowed.",
        ));
    }
    if rights.iter().any(|right| right.resource.is_empty()) {
        wrong.push(violation(9, RIGHTS, "A right names no resource."));
    }
    let mut seen = HashSet::new();
    let twice =
        rights.iter().any(|right| !seen.insert((right.action.clone(), right.resource.clone())));
    if twice {
        wrong.push(violation(6, RIGHTS, "A right is listed twice."));
    }
}

/// The packages, where a system may have them.
pub(super) fn check_packages(
    packages: &[String],
    is_visible: bool,
    catalogue: &Contents,
    wrong: &mut Vec<Violation>,
) -> Vec<PackageUrn> {
    let (mut good, mut malformed, mut unknown, mut unusable) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut client_only = false;
    for text in packages {
        if text.split(':').count() < 4 {
            malformed.push(text.as_str());
            continue;
        }
        match text.parse().ok().and_then(|urn| catalogue.package(&urn)) {
            None => unknown.push(text.as_str()),
            Some(package) if !package.delegable && !package.assignable => {
                unusable.push(text.as_str());
            }
            Some(package) => {
                client_only |= !package.assignable;
                good.push(package.urn.clone());
            }
        }
    }
    let groups = [("Malformed", malformed), ("Unknown", unknown), ("Not usable", unusable)];
    let details: Vec<String> = groups
        .iter()
        .filter(|(_, urns)| !urns.is_empty())
        .map(|(label, urns)| format!("{label}: {}", urns.join(", ")))
        .collect();
    if !details.is_empty() {
        let extension = Some(("Invalid Urn Details : ", details.join(" | ")));
        wrong.push(Violation {
            extension,
            ..violation(8, PACKAGES, "An access package does not exist or cannot be given.")
        });
    }
    let distinct: HashSet<&String> = packages.iter().collect();
    if distinct.len() < packages.len() {
        wrong.push(violation(7, PACKAGES, "An access package is listed twice."));
    }
    if is_visible && client_only {
        wrong.push(violation(
            18,
            PACKAGES,
            "A visible system cannot have a package that is for clients only.",
        ));
    }
    good
}

pub(super) fn check_texts(
    texts: &Texts,
    longest: usize,
    path: &'static str,
    wrong: &mut Vec<Violation>,
) -> Texts {
    let given = |tag: &str| texts.get(tag).is_some_and(|text| !text.trim().is_empty());
    if !["nb", "nn", "en"].into_iter().all(given) {
        wrong.push(violation(LANGUAGE_MISSING, path, "The text is needed in nb, nn and en."));
    }
    let mut clean = Texts::new();
    for (tag, text) in texts {
        if text::clean(tag, LONGEST_TAG).is_err() {
            wrong.push(violation(BAD_TEXT, path, "A language is not one."));
            continue;
        }
        match text::clean(text, longest) {
            Ok(text) => {
                clean.insert(tag.clone(), text);
            }
            Err(fault) => {
                let title = format!("The text in {tag} {fault}.").into();
                wrong.push(Violation { title, ..violation(BAD_TEXT, path, "") });
            }
        }
    }
    if texts.len() > 20 {
        wrong.push(violation(TOO_MANY, path, "There are more than 20 languages."));
    }
    clean
}
