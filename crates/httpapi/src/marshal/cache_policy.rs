//! HTTP_CACHE_POLICY.
//!
//! Owns reading it. Does not own what a policy means (`httpsys_core::cache`). Threading: a pure function.

use httpsys_core::cache::CachePolicy;

use crate::code::ErrorCode;
use crate::reason::invalid;
use crate::types::{
    HTTP_CACHE_POLICY, HttpCachePolicyNocache, HttpCachePolicyTimeToLive,
    HttpCachePolicyUserInvalidates,
};

/// HTTP_CACHE_POLICY as the service has it.
///
/// # Errors
/// 87 for another policy than the three.
pub(crate) fn policy_of(policy: &HTTP_CACHE_POLICY) -> Result<CachePolicy, ErrorCode> {
    #[allow(non_upper_case_globals, reason = "names of http.h")]
    match policy.Policy {
        HttpCachePolicyNocache => Ok(CachePolicy::Nocache),
        HttpCachePolicyUserInvalidates => Ok(CachePolicy::UserInvalidates),
        HttpCachePolicyTimeToLive => Ok(CachePolicy::TimeToLive(policy.SecondsToLive)),
        _ => Err(invalid("Policy is not an HTTP_CACHE_POLICY_TYPE")),
    }
}
