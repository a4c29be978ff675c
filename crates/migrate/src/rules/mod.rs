//! The rules: one file each. A framework lists the ones its migration runs.

pub(crate) mod auth_config_checks;
pub(crate) mod auth_gates;
pub(crate) mod build_checks;
pub(crate) mod cache_components;
pub(crate) mod clerk_middleware;
pub(crate) mod clerk_state_for_convex;
pub(crate) mod convex_auth_config;
pub(crate) mod env_names;
pub(crate) mod expo_modules;
pub(crate) mod gates_without_loading;
pub(crate) mod http_calls;
pub(crate) mod key_checks;
pub(crate) mod next_checks;
pub(crate) mod online_checks;
pub(crate) mod package_versions;
pub(crate) mod plain_convex_provider;
pub(crate) mod production_checks;
pub(crate) mod request_origins;
pub(crate) mod root_loader;
pub(crate) mod server_session;
pub(crate) mod server_tokens;
pub(crate) mod session_checks;
pub(crate) mod start_session;
pub(crate) mod token_cache;
pub(crate) mod token_template_left;
pub(crate) mod unguarded_query;
pub(crate) mod version_checks;
pub(crate) mod wiring_checks;

use change::Finding;

use crate::Explanation;
use crate::ctx::{Ctx, RuleResult, Sink};
use crate::doctor::Looked;

/// A rule.
pub(crate) struct Rule {
    /// What `explain` prints, and the id under which findings are reported.
    pub(crate) explanation: Explanation,
    /// Looks at one app.
    pub(crate) run: fn(&Ctx<'_>, &mut Sink) -> RuleResult,
}

/// A rule of `doctor`: it looks at an app on Clerk, and changes nothing.
pub(crate) struct Check {
    /// What `explain` prints, and the id under which findings are reported.
    pub(crate) explanation: Explanation,
    /// Looks at one app as it is going to be.
    pub(crate) check: fn(&Looked<'_>) -> Vec<Finding>,
}

/// The rules of `doctor` for every app; a framework lists its own.
pub(crate) const CHECKS: &[&Check] = &[
    &wiring_checks::CLERK_PROVIDER_AROUND,
    &wiring_checks::ONE_CLERK_PROVIDER,
    &wiring_checks::USE_AUTH_PACKAGE,
    &unguarded_query::RULE,
    &clerk_state_for_convex::RULE,
    &token_template_left::RULE,
    &gates_without_loading::RULE,
    &server_session::MISSING,
    &auth_config_checks::MISSING,
    &auth_config_checks::APPLICATION_ID,
    &auth_config_checks::DOMAIN,
    &auth_config_checks::ONE_CONFIG,
    &key_checks::PUBLISHABLE_KEY,
    &key_checks::ISSUER_ADDRESS,
    &key_checks::ISSUER_MISMATCH,
    &key_checks::SECRET_KEY_EXPOSED,
    &key_checks::ENV_FILE_UNREAD,
    &session_checks::DEPLOYMENT,
    &session_checks::TOKEN,
    &version_checks::CONVEX_VERSION,
    &version_checks::CLERK_GENERATIONS,
    &version_checks::PEER_VERSIONS,
    &http_calls::HTTP_CLIENT_TOKEN,
    &build_checks::BUILD_VARIABLES,
    &online_checks::ISSUER_ONLINE,
    &production_checks::PRODUCTION,
    &production_checks::STEPS,
    &production_checks::AUTHORIZED_PARTIES,
];

/// Every rule, for `explain`; in what order they run is said by the framework that lists them.
pub(crate) const ALL: &[&Rule] = &[
    &plain_convex_provider::RULE,
    &clerk_middleware::RULE,
    &cache_components::RULE,
    &root_loader::RULE,
    &start_session::RULE,
    &package_versions::RULE,
    &expo_modules::RULE,
    &convex_auth_config::RULE,
    &env_names::RULE,
    &request_origins::RULE,
    &server_tokens::RULE,
    &auth_gates::RULE,
];
