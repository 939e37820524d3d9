//! Which function carries a command out.
//!
//! Does not own: what there is to carry out (`grammar`). A test sees that each command has its function.

use crate::arguments::CommandLine;
use crate::command_output::CommandOutput;
use crate::failure::CommandFailure;
use crate::{commands, completions, manual};

/// Carries a command out.
pub(crate) type CommandFunction = fn(&CommandLine) -> Result<CommandOutput, CommandFailure>;

/// The function of a command.
pub(crate) fn function(verb: &str, noun: &str) -> Option<CommandFunction> {
    Some(match (verb, noun) {
        ("add", "cacheparam") => commands::settings::add_cache_parameter,
        ("add", "iplisten") => commands::ip_listen::add,
        ("add", "setting") => commands::settings::add_setting,
        ("add", "sslcert") => commands::ssl_cert::add,
        ("add", "timeout") => commands::settings::add_timeout,
        ("add", "urlacl") => commands::url_acl::add,
        ("completions", "") => completions::run,
        ("delete", "cache") => commands::live::delete_cache,
        ("delete", "cacheparam") => commands::settings::delete_cache_parameter,
        ("delete", "iplisten") => commands::ip_listen::delete,
        ("delete", "setting") => commands::settings::delete_setting,
        ("delete", "sslcert") => commands::ssl_cert::delete,
        ("delete", "timeout") => commands::settings::delete_timeout,
        ("delete", "urlacl") => commands::url_acl::delete,
        ("dev-cert", "") => commands::dev_cert::run,
        ("flush", "logbuffer") => commands::live::flush,
        ("import", "cert") => commands::import::run,
        ("manual", "") => manual::run,
        ("show", "cacheparam") => commands::settings::show_cache_parameters,
        ("show", "cachestate") => commands::live::cache_state,
        ("show", "connections") => commands::live::connections,
        ("show", "counters") => commands::live::counters,
        ("show", "iplisten") => commands::ip_listen::show,
        ("show", "processes") => commands::live::processes,
        ("show", "servicestate") => commands::live::service_state,
        ("show", "setting") => commands::settings::show_settings,
        ("show", "sslcert") => commands::ssl_cert::show,
        ("show", "timeout") => commands::settings::show_timeouts,
        ("show", "urlacl") => commands::url_acl::show,
        ("update", "sslcert") => commands::ssl_cert::update,
        ("update", "sslpropertyex") => commands::ssl_cert::update_extended,
        ("watch", "") => commands::live::watch,
        ("why", "") => commands::live::why,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::COMMANDS;

    #[test]
    fn every_command_has_its_function() {
        for command in COMMANDS {
            let function = function(command.verb, command.noun);
            assert!(function.is_some(), "{}", command.name());
        }
    }
}
