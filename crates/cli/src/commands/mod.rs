//! What each command does: a file for each noun.

pub(crate) mod accounts;
#[cfg(any(unix, test))]
pub(crate) mod cache;
pub(crate) mod dev_cert;
pub(crate) mod import;
pub(crate) mod ip_listen;
#[cfg(unix)]
pub(crate) mod live;
#[cfg(any(unix, test))]
pub(crate) mod live_text;
#[cfg(not(unix))]
pub(crate) mod no_live;
pub(crate) mod pfx;
pub(crate) mod settings;
pub(crate) mod ssl_cert;
pub(crate) mod ssl_text;
pub(crate) mod store;
#[cfg(any(unix, test))]
pub(crate) mod units;
pub(crate) mod url_acl;
#[cfg(unix)]
pub(crate) mod watch;

#[cfg(not(unix))]
pub(crate) use no_live as live;
