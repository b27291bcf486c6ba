//! The catalogue: one line for each step, in the order in which hosts list them.
//!
//! What is advertised (types, contracts, descriptors, plugin.json, plugin.contracts.json,
//! `docs/steps.md`) and what is served both come from these lines, so they cannot differ.

use std::future::Future;
use std::pin::Pin;

use crate::call::Call;
use crate::families::{
    admin_config, admin_contribution, bootstrap, challenge, credential, identity, invite, jwt,
    magic_link, oauth, passkey, password, phone, policy, provider_catalog, totp,
};
use crate::reply::StepResult;
use crate::schema::Message;

/// One step: its name, its messages and its code.
pub struct Step {
    /// Its name without `step.auth_`.
    short: &'static str,
    /// The short name of its configuration message.
    pub config: &'static str,
    /// The short name of its input message.
    pub input: &'static str,
    /// The short name of its output message.
    pub output: &'static str,
    /// What it does and how.
    pub body: &'static Body,
}

/// What a family says about one of its steps.
pub struct Body {
    /// The code.
    pub run: Run,
    /// The boolean of the output that is the verdict, if the step judges anything. False there, or
    /// an `error`, is a denial.
    pub verdict: Option<&'static str>,
    /// What may not come from a request's query or path.
    pub guard: Guard,
    /// What people read about it.
    pub about: About,
}

/// How a step runs.
pub enum Run {
    /// At once, on the calling thread: microseconds.
    Now(fn(&Call) -> StepResult),
    /// On a thread of its own: password hashing.
    Blocking(fn(&Call) -> StepResult),
    /// Waiting for other servers.
    Async(for<'a> fn(&'a Call) -> Pin<Box<dyn Future<Output = StepResult> + Send + 'a>>),
}

/// Which input fields must not come from the query or path of an HTTP request (B9): there the client
/// would choose what it is judged by.
pub struct Guard {
    /// Refused when they stand at the top of the HTTP trigger's data and in no step's output: what
    /// the pipeline should have looked up itself.
    pub looked_up: LookedUp,
    /// Secrets of the operator: refused when the request holds them anywhere, body included.
    pub secrets: &'static [&'static str],
}

impl Guard {
    /// Nothing is guarded.
    pub const NONE: Self = Self {
        looked_up: LookedUp::These(&[]),
        secrets: &[],
    };

    /// The fields of this input message that the pipeline must have looked up.
    pub fn looked_up(&self, input: &'static Message) -> Vec<&'static str> {
        match self.looked_up {
            LookedUp::These(fields) => fields.to_vec(),
            LookedUp::Every => {
                let fields = input.fields.iter().map(|field| field.name.as_str());
                fields
                    .filter(|field| !self.secrets.contains(field))
                    .collect()
            }
        }
    }
}

/// Which fields a pipeline must have looked up itself.
#[derive(Debug, Clone, Copy)]
pub enum LookedUp {
    /// These.
    These(&'static [&'static str]),
    /// Every field of the input that is no secret, also one that is added later.
    Every,
}

/// What people read about a step.
pub struct About {
    /// One sentence: what it does.
    pub summary: &'static str,
    /// What stays with the caller, a sentence each.
    pub duties: &'static [&'static str],
    /// Examples, run as tests and shown by `gatefold step show`.
    pub examples: &'static [Example],
}

/// One example of a step.
pub struct Example {
    /// What it shows.
    pub title: &'static str,
    /// The configuration, as JSON.
    pub config: &'static str,
    /// The input, as JSON.
    pub input: &'static str,
    /// Members that the output has, as JSON. Members that differ each time are left out.
    pub output: &'static str,
}

impl Step {
    /// Its full name, `step.auth_totp_verify`.
    pub fn name(&self) -> String {
        format!("{PREFIX}{}", self.short)
    }

    /// Its name without `step.auth_`.
    pub fn short(&self) -> &'static str {
        self.short
    }
}

/// What every step's name begins with.
pub const PREFIX: &str = "step.auth_";

/// The step of this name, with or without its prefix.
pub fn find(name: &str) -> Option<&'static Step> {
    let short = name.strip_prefix(PREFIX).unwrap_or(name);
    STEPS.iter().find(|step| step.short == short)
}

const fn step(short: &'static str, messages: [&'static str; 3], body: &'static Body) -> Step {
    let [config, input, output] = messages;
    Step {
        short,
        config,
        input,
        output,
        body,
    }
}

/// Every step: those that pipelines know, in the order they know, then ours.
#[rustfmt::skip]
pub static STEPS: &[Step] = &[
    step("passkey_begin_register", ["PasskeyStepConfig", "PasskeyBeginRegisterInput", "PasskeyBeginRegisterOutput"], &passkey::BEGIN_REGISTER),
    step("passkey_finish_register", ["PasskeyStepConfig", "PasskeyFinishRegisterInput", "PasskeyFinishRegisterOutput"], &passkey::FINISH_REGISTER),
    step("passkey_begin_login", ["PasskeyStepConfig", "PasskeyBeginLoginInput", "PasskeyBeginLoginOutput"], &passkey::BEGIN_LOGIN),
    step("passkey_finish_login", ["PasskeyStepConfig", "PasskeyFinishLoginInput", "PasskeyFinishLoginOutput"], &passkey::FINISH_LOGIN),
    step("totp_generate_secret", ["EmptyConfig", "TOTPGenerateSecretInput", "TOTPGenerateSecretOutput"], &totp::GENERATE_SECRET),
    step("totp_verify", ["EmptyConfig", "TOTPVerifyInput", "TOTPVerifyOutput"], &totp::VERIFY),
    step("totp_recovery_codes", ["EmptyConfig", "TOTPRecoveryCodesInput", "TOTPRecoveryCodesOutput"], &totp::RECOVERY_CODES),
    step("magic_link_generate", ["EmptyConfig", "MagicLinkGenerateInput", "MagicLinkGenerateOutput"], &magic_link::GENERATE),
    step("magic_link_verify", ["EmptyConfig", "MagicLinkVerifyInput", "MagicLinkVerifyOutput"], &magic_link::VERIFY),
    step("magic_link_send", ["MagicLinkSendConfig", "MagicLinkSendInput", "MagicLinkSendOutput"], &magic_link::SEND),
    step("password_hash", ["PasswordStepConfig", "PasswordHashInput", "PasswordHashOutput"], &password::HASH),
    step("password_verify", ["PasswordStepConfig", "PasswordVerifyInput", "PasswordVerifyOutput"], &password::VERIFY),
    step("challenge_generate", ["AuthChallengeGenerateConfig", "ChallengeGenerateInput", "ChallengeGenerateOutput"], &challenge::GENERATE),
    step("challenge_verify", ["AuthChallengeVerifyConfig", "ChallengeVerifyInput", "ChallengeVerifyOutput"], &challenge::VERIFY),
    step("normalize_phone", ["EmptyConfig", "NormalizePhoneInput", "NormalizePhoneOutput"], &phone::NORMALIZE),
    step("methods_policy", ["AuthMethodsPolicyConfig", "AuthMethodsPolicyInput", "AuthMethodsPolicyOutput"], &policy::METHODS),
    step("policy_gate", ["AuthPolicyGateConfig", "AuthPolicyGateInput", "AuthMethodsPolicyOutput"], &policy::GATE),
    step("methods_response", ["EmptyConfig", "AuthMethodsPolicyOutput", "AuthMethodsResponseOutput"], &policy::RESPONSE),
    step("policy_audit", ["AuthMethodsPolicyConfig", "AuthMethodsPolicyInput", "AuthPolicyAuditOutput"], &policy::AUDIT),
    step("provider_catalog", ["AuthProviderCatalogConfig", "AuthProviderCatalogInput", "AuthProviderCatalogOutput"], &provider_catalog::CATALOG),
    step("admin_contribution_describe", ["AuthAdminContributionConfig", "AuthAdminContributionInput", "AuthAdminContributionOutput"], &admin_contribution::CONFIG),
    step("admin_identity_describe", ["AuthAdminIdentityContributionConfig", "AuthAdminIdentityDescribeInput", "AuthAdminIdentityDescribeOutput"], &admin_contribution::IDENTITY),
    step("admin_invite_issue", ["AuthAdminInviteConfig", "AuthAdminInviteIssueInput", "AuthAdminInviteIssueOutput"], &invite::ISSUE),
    step("admin_invite_redeem", ["AuthAdminInviteConfig", "AuthAdminInviteRedeemInput", "AuthAdminInviteRedeemOutput"], &invite::REDEEM),
    step("admin_invite_revoke", ["AuthAdminInviteConfig", "AuthAdminInviteRevokeInput", "AuthAdminInviteRevokeOutput"], &invite::REVOKE),
    step("admin_config_describe", ["EmptyConfig", "AuthAdminDescribeInput", "AuthAdminDescribeOutput"], &admin_config::DESCRIBE),
    step("admin_config_validate", ["AuthAdminValidateConfig", "AuthAdminValidateInput", "AuthAdminValidateOutput"], &admin_config::VALIDATE),
    step("oauth_provider_config", ["OAuthProviderConfig", "OAuthProviderInput", "OAuthProviderConfigOutput"], &oauth::PROVIDER_CONFIG),
    step("oauth_start", ["OAuthProviderConfig", "OAuthProviderInput", "OAuthStartOutput"], &oauth::START),
    step("oauth_exchange", ["OAuthProviderConfig", "OAuthProviderInput", "OAuthExchangeOutput"], &oauth::EXCHANGE),
    step("oauth_userinfo", ["OAuthProviderConfig", "OAuthProviderInput", "OAuthUserinfoOutput"], &oauth::USERINFO),
    step("credential_list", ["EmptyConfig", "CredentialListInput", "CredentialListOutput"], &credential::LIST),
    step("credential_revoke", ["EmptyConfig", "CredentialRevokeInput", "CredentialRevokeOutput"], &credential::REVOKE),
    step("bootstrap_redeem", ["BootstrapRedeemConfig", "BootstrapRedeemInput", "BootstrapRedeemOutput"], &bootstrap::REDEEM),
    step("jwt_issue", ["JWTIssueConfig", "JWTIssueInput", "JWTIssueOutput"], &jwt::ISSUE),
    step("totp_recovery_verify", ["EmptyConfig", "TOTPRecoveryVerifyInput", "TOTPRecoveryVerifyOutput"], &totp::RECOVERY_VERIFY),
    step("identity_resolve", ["IdentityResolveConfig", "IdentityResolveInput", "IdentityResolveOutput"], &identity::RESOLVE),
    step("credential_guard", ["CredentialGuardConfig", "CredentialGuardInput", "CredentialGuardOutput"], &credential::GUARD),
];
