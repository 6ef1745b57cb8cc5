//! What Signet asks of authenticators, and whether an answer is right (WebAuthn Level 3 §7). Nothing here is stored.
//!
//! This is webauthn-rs-core and not webauthn-rs, whose one kind of passkey that needs no attestation has to verify its
//! person when it is registered: a security key without a PIN would be refused, and is a second factor all the same.

use std::time::Duration;

use url::Url;
use uuid::Uuid;
use webauthn_rs_core::{
    WebauthnCore,
    error::WebauthnError,
    proto::{
        AuthenticationResult, AuthenticationState, COSEAlgorithm, CreationChallengeResponse,
        Credential, CredentialID, ExtnState, PublicKeyCredential, RegisterPublicKeyCredential,
        RegistrationState, RequestChallengeResponse, RequestRegistrationExtensions,
        ResidentKeyRequirement, UserVerificationPolicy,
    },
};

use crate::config::Issuer;

/// How long an authenticator has for its answer.
pub const LIFETIME: Duration = Duration::from_mins(5);

/// Signet, as authenticators see it: its id is the issuer's host, its origin the issuer's.
pub struct RelyingParty(WebauthnCore);

impl RelyingParty {
    /// That of an issuer.
    pub fn of(issuer: &Issuer) -> Self {
        let host = issuer.host_and_port().map_or("localhost", |(host, _)| host);
        let origin = Url::parse(&issuer.origin()).into_iter().collect();
        Self(WebauthnCore::new_unsafe_experts_only(host, host, origin, LIFETIME, None, None))
    }

    /// Asks for a new passkey. An authenticator that keeps it, so that it is found without a name, and that verifies its
    /// person is better; one that does neither makes a second factor.
    pub fn register(
        &self,
        user: Uuid,
        login: &str,
        name: &str,
        known: Vec<CredentialID>,
    ) -> Result<(CreationChallengeResponse, RegistrationState), WebauthnError> {
        let extensions = RequestRegistrationExtensions {
            cred_protect: None,
            uvm: None,
            cred_props: Some(true),
            min_pin_length: None,
            hmac_create_secret: None,
        };
        let builder = self
            .0
            .new_challenge_register_builder(user.as_bytes(), login, name)?
            .credential_algorithms(COSEAlgorithm::secure_algs())
            .user_verification_policy(UserVerificationPolicy::Preferred)
            .exclude_credentials(Some(known))
            .extensions(Some(extensions));
        let (mut options, state) = self.0.generate_challenge_register(builder)?;
        if let Some(wanted) = &mut options.public_key.authenticator_selection {
            wanted.resident_key = Some(ResidentKeyRequirement::Preferred);
        }
        Ok((options, state))
    }

    /// The passkey that was made (§7.1).
    pub fn registered(
        &self,
        answer: &RegisterPublicKeyCredential,
        state: &RegistrationState,
    ) -> Result<Credential, WebauthnError> {
        self.0.register_credential(answer, state, None)
    }

    /// Asks for whatever passkey the person chooses, and that it verifies them: it replaces the password.
    pub fn discover(
        &self,
    ) -> Result<(RequestChallengeResponse, AuthenticationState), WebauthnError> {
        self.ask(Vec::new(), UserVerificationPolicy::Required)
    }

    /// Asks for one of these.
    pub fn authenticate(
        &self,
        credentials: Vec<Credential>,
    ) -> Result<(RequestChallengeResponse, AuthenticationState), WebauthnError> {
        self.ask(credentials, UserVerificationPolicy::Preferred)
    }

    fn ask(
        &self,
        credentials: Vec<Credential>,
        policy: UserVerificationPolicy,
    ) -> Result<(RequestChallengeResponse, AuthenticationState), WebauthnError> {
        let builder = self
            .0
            .new_challenge_authenticate_builder(credentials, Some(policy))?
            // A passkey that was bound to its device may be synchronised after an update of that device.
            .allow_backup_eligible_upgrade(true);
        let (options, mut state) = self.0.generate_challenge_authenticate(builder)?;
        // The answer is held against what is stored when it comes, and not against what was stored when it was asked for.
        state.set_allowed_credentials(Vec::new());
        Ok((options, state))
    }

    /// What a passkey proved (§7.2). [`WebauthnError::CredentialPossibleCompromise`] if all was right but the signature
    /// counter, which did not go forward.
    pub fn authenticated(
        &self,
        answer: &PublicKeyCredential,
        state: &AuthenticationState,
        credential: &Credential,
    ) -> Result<AuthenticationResult, WebauthnError> {
        self.0.authenticate_single_credential(answer, state, credential)
    }
}

/// A credential after it was used (§7.2 steps 24 and 25): its signature counter, its backup state.
pub fn after(mut credential: Credential, result: &AuthenticationResult) -> Credential {
    credential.counter = result.counter();
    credential.backup_state = result.backup_state();
    credential.backup_eligible = result.backup_eligible();
    credential
}

/// Whether a credential that was just made will do without a password: its authenticator verified the person, and the
/// browser does not say that it was not kept.
pub fn is_passwordless(credential: &Credential) -> bool {
    let kept = match &credential.extensions.cred_props {
        ExtnState::Set(properties)
        | ExtnState::Unsolicited(properties)
        | ExtnState::Unsigned(properties) => properties.rk,
        ExtnState::NotRequested | ExtnState::Ignored => None,
    };
    credential.user_verified && kept.unwrap_or(true)
}
