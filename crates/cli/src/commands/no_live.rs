//! Commands that look at live services, where there is no control socket: Windows has netsh.

use crate::arguments::CommandLine;
use crate::command_output::CommandOutput;
use crate::failure::CommandFailure;

macro_rules! not_here {
    ($($name:ident)*) => {
        $(pub(crate) fn $name(_line: &CommandLine) -> Result<CommandOutput, CommandFailure> {
            let why = "services of this library cannot be looked at on this system; HTTP.sys itself: \
                       netsh http show servicestate";
            Err(CommandFailure::NoService(why.into()))
        })*
    };
}

not_here! { service_state cache_state delete_cache counters connections processes flush why watch }
