//! Security events: what happened, to whom, by whom, from where. Never a token, code, secret or password.

mod recorder;
mod summary;

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;
use uuid::Uuid;

pub use recorder::Recorder;
pub use summary::{Refused, Summary, network};

use crate::{clock::Timestamp, storage::audit::EventRow};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A person proved who they are.
    SignInSucceeded,
    /// A password was wrong, or the account unknown or disabled.
    SignInFailed,
    /// An attempt was refused unseen, there having been too many.
    SignInThrottled,
    /// A person signed in to a site behind the gate.
    GateSessionBegun,
    /// A person signed out of one.
    GateSessionEnded,
    /// A person replaced their password.
    PasswordChanged,
    /// A person changed what they say of themself.
    ProfileChanged,
    /// A person asked for their account to be removed.
    DeletionRequested,
    /// They signed in before it was: it stays.
    DeletionCancelled,
    /// An account was removed.
    AccountDeleted,
    /// A person downloaded what is kept of them.
    DataExported,
    /// A person signed in from a browser that they never had signed in from.
    NewDevice,
    /// A person signed in from a country that they never had signed in from.
    NewPlace,
    /// A person signed in too far from where they did last to have come there meanwhile.
    ImpossibleTravel,
    /// There were many failed attempts on one account.
    ManyFailures,
    /// A person said that something was not them: their sessions ended and their password is worthless.
    Disowned,
    /// A second factor was set up.
    FactorAdded,
    /// A second factor was removed.
    FactorRemoved,
    /// The signature counter of a passkey went back: there may be a copy of it.
    PasskeyCloned,
    /// What a browser answered while a passkey was added is not accepted.
    PasskeyRefused,
    /// Recovery codes were replaced by new ones.
    RecoveryCodesRenewed,
    /// A recovery code stood in for a second factor.
    RecoveryCodeUsed,
    /// A link was asked for to set a new password.
    PasswordResetRequested,
    /// An operator invited someone to register.
    UserInvited,
    /// Someone made an account for themself.
    UserRegistered,
    /// A person proved to read mail at their address.
    EmailVerified,
    /// A person asked for another e-mail address.
    EmailChangeRequested,
    /// A person has another e-mail address.
    EmailChanged,
    /// Links by e-mail were asked for too often.
    MailThrottled,
    /// A session was ended by its person.
    SignedOut,
    /// All sessions of a person ended, or all but the one in which that was asked for.
    SessionsEnded,
    /// An application could not be told that a session ended.
    LogoutUndelivered,
    /// A person took back what they had allowed a client.
    ApplicationRevoked,
    /// A person allowed a client something.
    ConsentGiven,
    /// A person refused.
    ConsentDenied,
    /// An authorization code was issued.
    CodeIssued,
    /// Tokens were issued.
    TokenIssued,
    /// A former refresh token came again within its window.
    RefreshRetried,
    /// A code came with what does not fit it, or from another client: it may have been stolen.
    CodeRefused,
    /// A code or refresh token came again that must not; its grant is revoked.
    ReuseDetected,
    /// A grant or token was revoked on request.
    Revoked,
    /// A client did not authenticate.
    ClientRefused,
    /// An operator added or changed a client.
    ClientChanged,
    /// An operator removed a client.
    ClientDeleted,
    /// An operator added or removed a client's secret.
    ClientSecretChanged,
    /// A client registered itself.
    ClientRegistered,
    /// A client changed its own registration.
    RegistrationChanged,
    /// A client removed itself.
    RegistrationDeleted,
    /// A client that had registered itself was removed: it was not used, or too old.
    RegistrationEnded,
    /// A token with which a client wanted to register or to manage itself was no good.
    RegistrationRefused,
    /// Clients registered too often.
    RegistrationThrottled,
    /// An operator made an initial access token.
    RegistrationTokenAdded,
    /// An operator removed one.
    RegistrationTokenRemoved,
    /// An operator added or changed a resource.
    ResourceChanged,
    /// An operator added or changed a person.
    UserChanged,
    /// An operator added, changed or removed a role.
    RoleChanged,
    /// An operator gave a role to someone.
    RoleAssigned,
    /// An operator took a role from someone.
    RoleUnassigned,
    /// An operator added, changed or removed a group.
    GroupChanged,
    /// An operator put someone into a group.
    GroupJoined,
    /// An operator took someone out of a group.
    GroupLeft,
    /// An operator saved policies, or went back to others.
    PoliciesChanged,
    /// An API key was made.
    ApiKeyAdded,
    /// An API key was made that takes the place of another one.
    ApiKeyRotated,
    /// An API key was revoked by its owner or an operator.
    ApiKeyRevoked,
    /// An API key was found where everyone can read it, and revoked.
    ApiKeyLeaked,
    /// An API key that was presented is no good.
    ApiKeyRefused,
    /// A signing key was made.
    KeyAdded,
    /// Secrets were sealed under another master key.
    KeysResealed,
}

impl Kind {
    /// The name in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignInSucceeded => "sign_in.succeeded",
            Self::SignInFailed => "sign_in.failed",
            Self::SignInThrottled => "sign_in.throttled",
            Self::GateSessionBegun => "gate.signed_in",
            Self::GateSessionEnded => "gate.signed_out",
            Self::PasswordChanged => "password.changed",
            Self::ProfileChanged => "profile.changed",
            Self::DeletionRequested => "deletion.requested",
            Self::DeletionCancelled => "deletion.cancelled",
            Self::AccountDeleted => "account.deleted",
            Self::DataExported => "data.exported",
            Self::NewDevice => "sign_in.new_device",
            Self::NewPlace => "sign_in.new_place",
            Self::ImpossibleTravel => "sign_in.impossible_travel",
            Self::ManyFailures => "sign_in.many_failures",
            Self::Disowned => "account.disowned",
            Self::FactorAdded => "factor.added",
            Self::FactorRemoved => "factor.removed",
            Self::PasskeyCloned => "passkey.cloned",
            Self::PasskeyRefused => "passkey.refused",
            Self::RecoveryCodesRenewed => "recovery_codes.renewed",
            Self::RecoveryCodeUsed => "recovery_code.used",
            Self::PasswordResetRequested => "password.reset_requested",
            Self::UserInvited => "user.invited",
            Self::UserRegistered => "user.registered",
            Self::EmailVerified => "email.verified",
            Self::EmailChangeRequested => "email.change_requested",
            Self::EmailChanged => "email.changed",
            Self::MailThrottled => "mail.throttled",
            Self::SignedOut => "signed_out",
            Self::SessionsEnded => "sessions.ended",
            Self::LogoutUndelivered => "logout.undelivered",
            Self::ApplicationRevoked => "application.revoked",
            Self::ConsentGiven => "consent.given",
            Self::ConsentDenied => "consent.denied",
            Self::CodeIssued => "code.issued",
            Self::CodeRefused => "code.refused",
            Self::TokenIssued => "token.issued",
            Self::RefreshRetried => "refresh.retried",
            Self::ReuseDetected => "reuse.detected",
            Self::Revoked => "revoked",
            Self::ClientRefused => "client.refused",
            Self::ClientChanged => "client.changed",
            Self::ClientDeleted => "client.deleted",
            Self::ClientSecretChanged => "client.secret_changed",
            Self::ClientRegistered => "client.registered",
            Self::RegistrationChanged => "client.registration_changed",
            Self::RegistrationDeleted => "client.registration_deleted",
            Self::RegistrationEnded => "client.registration_ended",
            Self::RegistrationRefused => "client.registration_refused",
            Self::RegistrationThrottled => "client.registration_throttled",
            Self::RegistrationTokenAdded => "registration_token.added",
            Self::RegistrationTokenRemoved => "registration_token.removed",
            Self::ResourceChanged => "resource.changed",
            Self::UserChanged => "user.changed",
            Self::RoleChanged => "role.changed",
            Self::RoleAssigned => "role.assigned",
            Self::RoleUnassigned => "role.unassigned",
            Self::GroupChanged => "group.changed",
            Self::GroupJoined => "group.joined",
            Self::GroupLeft => "group.left",
            Self::PoliciesChanged => "policies.changed",
            Self::ApiKeyAdded => "api_key.added",
            Self::ApiKeyRotated => "api_key.rotated",
            Self::ApiKeyRevoked => "api_key.revoked",
            Self::ApiKeyLeaked => "api_key.leaked",
            Self::ApiKeyRefused => "api_key.refused",
            Self::KeyAdded => "key.added",
            Self::KeysResealed => "keys.resealed",
        }
    }
}

/// From where a request came.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The client's address, past trusted proxies.
    pub address: Option<IpAddr>,
    /// The request's id, in the log and in answers.
    pub request_id: Option<String>,
}

/// A security event.
#[derive(Clone, Debug)]
pub struct Event {
    kind: Kind,
    user_id: Option<Uuid>,
    client_id: Option<String>,
    session_id: Option<Uuid>,
    grant_id: Option<Uuid>,
    detail: Value,
}

impl Event {
    /// An event of this kind.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            user_id: None,
            client_id: None,
            session_id: None,
            grant_id: None,
            detail: Value::Object(serde_json::Map::new()),
        }
    }

    /// Concerns this person, if there is one.
    #[must_use]
    pub fn user(mut self, id: impl Into<Option<Uuid>>) -> Self {
        self.user_id = id.into();
        self
    }

    /// Concerns this client.
    #[must_use]
    pub fn client(mut self, id: &str) -> Self {
        self.client_id = Some(id.to_owned());
        self
    }

    /// Happened in this session.
    #[must_use]
    pub fn session(mut self, id: Uuid) -> Self {
        self.session_id = Some(id);
        self
    }

    /// Concerns this grant, if there is one.
    #[must_use]
    pub fn grant(mut self, id: impl Into<Option<Uuid>>) -> Self {
        self.grant_id = id.into();
        self
    }

    /// What else is to be known.
    #[must_use]
    pub fn detail(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }

    /// Was done by this operator. Called after [`Event::detail`], which says all else.
    #[must_use]
    pub fn actor(mut self, name: String) -> Self {
        if let Value::Object(detail) = &mut self.detail {
            detail.insert("actor".to_owned(), Value::String(name));
        }
        self
    }

    fn into_row(self, id: Uuid, at: Timestamp, origin: &Origin) -> EventRow {
        EventRow {
            id,
            at,
            kind: self.kind.name().to_owned(),
            user_id: self.user_id,
            client_id: self.client_id,
            session_id: self.session_id,
            grant_id: self.grant_id,
            address: origin.address.map(IpNet::from),
            request_id: origin.request_id.clone(),
            detail: self.detail,
        }
    }
}
