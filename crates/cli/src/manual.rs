//! The manual page, in the language of man(7), written from the table of commands.
//!
//! Threading: plain data.

use serde_json::json;

use crate::arguments::CommandLine;
use crate::command_output::CommandOutput;
use crate::failure::CommandFailure;
use crate::grammar::COMMANDS;

const HEAD: &str = r#".SH NAME
httpsysctl \- netsh http for httpsys, and a look at live services
.SH SYNOPSIS
.B httpsysctl
.I VERB NOUN
.RI [ name = value " ...]"
.RB [ \-\-json ]
.SH DESCRIPTION
.B httpsysctl
has the verbs, nouns and parameters of
.B netsh http
on Windows: certificates, reservations of URLs, the IP listen list, timeouts and settings of the configuration
store, and the state of services that run. Parameters may be given in any order; their tags may be left out in
the order shown; verbs, nouns and words may be shortened as far as they are clear. With
.B \-\-json
everything is printed as JSON.
.SH COMMANDS
"#;

const TAIL: &str = r#".SH ENVIRONMENT
.TP
.B HTTPSYS_CONFIG
The file of the configuration store; else httpsys/config.json in the user's folder for configuration.
.TP
.B HTTPSYS_CONTROL
Set to 1 for a program: httpsysctl of the same user can look at it.
.TP
.B XDG_RUNTIME_DIR
The sockets of live services are in its folder httpsys; where it is not set, in httpsys\-UID in the directory for
temporary files.
.TP
.B HTTPSYSCTL_PASSWORD
The password of a PFX file for import cert.
.SH EXIT STATUS
0 done; 1 refused, with Windows's error code in the message; 2 the command line is wrong; 3 no live service.
.SH EXAMPLES
.nf
httpsysctl dev\-cert
httpsysctl add urlacl url=http://+:8080/app/ user=everyone
httpsysctl import cert file=server.pfx password=secret
httpsysctl add sslcert ipport=0.0.0.0:443 certhash=0102...
httpsysctl show servicestate view=requestq
httpsysctl \-\-watch
.fi
.SH SEE ALSO
.BR httpsys\-cc (1)
"#;

/// `manual`.
pub(crate) fn run(_arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let page = page();
    let json = json!({ "manual": page });
    Ok(CommandOutput::new(page, json))
}

fn page() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut page = format!(".TH HTTPSYSCTL 1 \"\" \"httpsys {version}\"\n{HEAD}");
    for command in COMMANDS {
        let name = escaped(&command.name());
        page += &format!(".TP\n.B {name}\n{}.\n", escaped(command.summary));
        for parameter in command.parameters {
            let (tag, value) = (parameter.tag, escaped(&parameter.value.to_string()));
            let needed = if parameter.required { " Needed." } else { "" };
            let summary = escaped(parameter.summary);
            page += &format!(".RS\n.TP\n\\fB{tag}=\\fR{value}\n{summary}.{needed}\n.RE\n");
        }
        for option in command.options {
            let (name, summary) = (escaped(option.name), escaped(option.summary));
            page += &format!(".RS\n.TP\n.B \\-\\-{name}\n{summary}.\n.RE\n");
        }
    }
    page + TAIL
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}
