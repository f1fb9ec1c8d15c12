//! What can go wrong, in our words, with the public contract's codes. No HTTP: `web::error` gives
//! each its status and shape, and the portal a page.
use std::{borrow::Cow, fmt};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $status:literal, $title:literal;)*) => {
        /// A problem code of the public contract, written `AUTH-000nn` on the wire.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }
        impl Code {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            pub fn number(self) -> u16 {
                match self { $(Self::$name => $number,)* }
            }
            /// The HTTP status that the contract gives it.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}
codes! {
    UnknownOrganisation = 0, 400, "The organisation number is not in the register of organisations.";
    UnknownRight = 1, 400, "A right is not one of the system's, or nothing was asked for.";
    SystemUserExists = 4, 400, "A system user for this system, organisation and external reference exists already.";
    RequestNotFound = 10, 404, "There is no such request.";
    SystemNotFound = 11, 404, "There is no such system, or it is not yours.";
    AlreadyDecided = 13, 409, "The request is not waiting for a decision any more.";
    CheckFailed = 14, 403, "The person may not give one of the rights.";
    SystemUserNotFound = 15, 404, "There is no such system user.";
    MissingRole = 16, 403, "The person lacks the role that one of the rights asks for.";
    MissingDelegation = 18, 403, "The person has not been given one of the rights.";
    RedirectNotListed = 21, 400, "The redirect URL is not one of the system's.";
    NoVendorInToken = 23, 401, "The token does not say which organisation it speaks for.";
    OtherParty = 24, 403, "The system user belongs to another party.";
    NoRedirectsListed = 26, 400, "The system has no redirect URLs registered.";
    AgentRequestNotFound = 30, 404, "There is no such agent request.";
    ClientNotRemoved = 31, 400, "The client could not be removed: it is not one of the system user's.";
    NotAgent = 34, 400, "The system user does not act for clients.";
    NotStandard = 36, 400, "The system user acts for clients.";
    FacilitatorMismatch = 39, 400, "The facilitator is not the party that owns the system user.";
    PartyMismatch = 41, 403, "The request is not for this party.";
    AgentPartyMismatch = 42, 403, "The agent request is not for this party.";
    PackageDelegationFailed = 51, 400, "The person may not give one of the access packages.";
    PackageNotValid = 52, 400, "An access package of the system's cannot be given to a system user.";
    PackageCheckFailed = 53, 400, "The person may not give one of the access packages.";
    AgentNeedsPackage = 58, 400, "An agent request needs at least one access package.";
    NothingAskedFor = 59, 400, "A request needs at least one right or access package.";
    ChangeIdUsed = 61, 409, "The correlation id has been used for another change request.";
    PackageNotInSystem = 63, 400, "An access package is not one of the system's.";
    PackageNotAssignable = 64, 400, "An access package cannot be given to a system user for its own organisation.";
    PackageNotDelegable = 65, 400, "An access package cannot be given to a system user for clients.";
    NotAccessManager = 66, 403, "The person neither manages access for the organisation nor is related to it.";
    MissingPackage = 68, 403, "The person lacks the access package that one of the rights asks for.";
    AccessList = 69, 403, "The organisation is not on the service's access list.";
    NotDelegable = 70, 403, "One of the services cannot be given to others.";
    MaskinportenSchema = 71, 403, "One of the services is a Maskinporten scope and cannot be given to a system user.";
    ClientNotFound = 79, 400, "The organisation is not one of the facilitator's clients.";
    ClientLacksPackages = 80, 400, "The client has not let the facilitator have every package that the system user needs.";
}
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AUTH-{:05}", self.number())
    }
}

/// One entry of a validation problem, `AUTH.VLD-000nn` on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub number: u16,
    pub path: &'static str,
    pub title: Cow<'static, str>,
    /// A member beside the others, such as `ResourceIds Not Found : `.
    pub extension: Option<(&'static str, String)>,
}

/// Why the person could not go on in the portal, beyond what the API can meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// No session, or one that has run out.
    SignedOut,
    /// Logged in, but no party to act for has been chosen.
    NoParty,
    /// The form was not ours, not this session's, or came from another site.
    ForgedForm,
    /// The form was shown for another party than the one acted for now.
    OtherPartyChosen { shown_for: crate::ids::PartyUuid },
    /// The login was not at the level of assurance that a write needs.
    TooWeak,
    /// The person may not do this for the party.
    NotEntitled,
    /// The login did not succeed.
    LoginFailed { failure: LoginFailure, place: String },
    /// The link lacks its id.
    IncompleteLink,
}

/// What happened to a login that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFailure {
    /// The person cancelled at the provider.
    Cancelled,
    /// Too old, already used, or begun in another browser.
    Expired,
    /// The provider's answer did not hold: a signature, a nonce, an issuer …
    Refused,
    /// The provider answered without a national number.
    NoNumber,
    /// The provider could not reach the level that was asked for.
    TooWeak,
    /// The person is registered as dead.
    Dead,
    /// A real national number, where only made-up people are let in.
    OnlySynthetic,
    /// A made-up national number, where only real people are let in.
    OnlyReal,
}
impl LoginFailure {
    /// Whether another try would end in the same way: who logged in may not be here.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Dead | Self::OnlySynthetic | Self::OnlyReal)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A problem of the public contract, with extension members.
    #[error("{0}")]
    Code(Code, Vec<(&'static str, String)>),
    #[error("{} violations", .0.len())]
    Violations(Vec<Violation>),
    /// A body, path or query that could not be read: the member and what is wrong with it.
    #[error("{member}: {detail}")]
    Unreadable { member: String, detail: String },
    /// 400 with a sentence.
    #[error("{0}")]
    Refused(Cow<'static, str>),
    /// 409 with a sentence.
    #[error("{0}")]
    Clash(Cow<'static, str>),
    /// Unknown, or not the caller's: they look the same.
    #[error("not found")]
    NotFound,
    /// 404 with a sentence.
    #[error("{0}")]
    Missing(Cow<'static, str>),
    /// It was here, or may have been, and will not come back.
    #[error("gone")]
    Gone,
    /// No token, or one that does not hold.
    #[error("unauthorized")]
    NoToken,
    /// A token that does not reach.
    #[error("forbidden")]
    Forbidden,
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The same request, by its idempotency key, is being answered at this moment.
    #[error("under way")]
    UnderWay,
    /// The idempotency key belongs to another request.
    #[error("the key has been used with another request")]
    KeyReused,
    #[error("body too large")]
    TooLarge,
    #[error("unsupported media type")]
    UnsupportedMedia,
    #[error("too many requests")]
    TooMany { retry_seconds: u64 },
    /// Something that is needed is away: the provider, the store.
    #[error("unavailable: {0}")]
    Unavailable(String),
    #[error("{0:?}")]
    Stop(Stop),
    /// The person may not give everything that is asked for: each item that is missing.
    #[error("not everything can be given")]
    NotGivable(Vec<Code>),
    /// A change to a revision that is no longer the newest.
    #[error("changed since it was read")]
    Stale,
    /// What was shown is no longer what is asked for.
    #[error("changed since it was shown")]
    Changed,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("internal: {0}")]
    Internal(String),
}
impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::Code(code, Vec::new())
    }
}
impl From<Stop> for Problem {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}
impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.to_string())
    }
}
