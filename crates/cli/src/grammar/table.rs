//! The table of commands.
//!
//! Does not own: what the words mean to a command. Threading: plain data.

use super::spec::{CommandSpec, OptionSpec, ParameterSpec, ValueSpec};
use ValueSpec::{File, Number, Text, Word};

const fn required(tag: &'static str, value: ValueSpec, summary: &'static str) -> ParameterSpec {
    ParameterSpec {
        tag,
        value,
        required: true,
        summary,
    }
}

const fn optional(tag: &'static str, value: ValueSpec, summary: &'static str) -> ParameterSpec {
    ParameterSpec {
        tag,
        value,
        required: false,
        summary,
    }
}

const SWITCH: ValueSpec = Word(&["enable", "disable"]);
const YES_NO: ValueSpec = Word(&["yes", "no"]);
const TIMEOUTS: ValueSpec = Word(&["idleconnectiontimeout", "headerwaittimeout"]);
const CACHE: ValueSpec = Word(&["maxcacheresponsesize", "cacherangechunksize"]);
const SETTINGS: ValueSpec = Word(&["sslthrottle"]);

const IP_PORT: ParameterSpec = optional("ipport", Text("ADDRESS:PORT"), "address and port");
const HOST_PORT: ParameterSpec = optional(
    "hostnameport",
    Text("NAME:PORT"),
    "host name (SNI) and port",
);
const CCS: ParameterSpec = optional("ccs", Number(65535), "port, certificates by host name");
const SCOPED_CCS: ParameterSpec = optional(
    "scopedccs",
    Text("NAME:PORT"),
    "host name and port, certificate by host name",
);
const PID: ParameterSpec = optional("pid", Number(u32::MAX as u64), "only this process");

/// What sslcert records have; see `commands/ssl_cert.rs`.
const SSL_VALUES: [ParameterSpec; 24] = [
    IP_PORT,
    HOST_PORT,
    CCS,
    SCOPED_CCS,
    optional(
        "certhash",
        Text("SHA1"),
        "thumbprint of the certificate; a beginning is enough",
    ),
    optional("appid", Text("GUID"), "who made the record"),
    optional(
        "certstorename",
        Text("NAME"),
        "certificate store, MY by default",
    ),
    optional(
        "verifyclientcertrevocation",
        SWITCH,
        "look whether client certificates are revoked",
    ),
    optional(
        "verifyrevocationwithcachedclientcertonly",
        SWITCH,
        "with cached lists only",
    ),
    optional(
        "usagecheck",
        SWITCH,
        "look at the usage of client certificates",
    ),
    optional(
        "revocationfreshnesstime",
        Number(u32::MAX as u64),
        "seconds between two lists",
    ),
    optional(
        "urlretrievaltimeout",
        Number(u32::MAX as u64),
        "milliseconds for fetching one",
    ),
    optional("sslctlidentifier", Text("NAME"), "list of trusted issuers"),
    optional("sslctlstorename", Text("NAME"), "store of that list"),
    optional(
        "dsmapperusage",
        SWITCH,
        "client certificates stand for accounts",
    ),
    optional(
        "clientcertnegotiation",
        SWITCH,
        "ask clients for a certificate",
    ),
    optional("reject", SWITCH, "refuse connections"),
    optional("disablehttp2", SWITCH, "no HTTP/2"),
    optional("disablequic", SWITCH, "no HTTP/3"),
    optional(
        "disablelegacytls",
        SWITCH,
        "no TLS 1.0 and 1.1, which are never offered",
    ),
    optional("disabletls12", SWITCH, "no TLS 1.2"),
    optional("disabletls13", SWITCH, "no TLS 1.3"),
    optional("disableocspstapling", SWITCH, "no OCSP stapling"),
    optional("enablesessionticket", SWITCH, "session tickets"),
];

macro_rules! command {
    ($verb:literal $noun:literal, $summary:literal, $parameters:expr) => {
        command!($verb $noun, $summary, $parameters, &[])
    };
    ($verb:literal $noun:literal, $summary:literal, $parameters:expr, $options:expr) => {
        CommandSpec {
            verb: $verb,
            noun: $noun,
            summary: $summary,
            parameters: $parameters,
            options: $options,
        }
    };
}

const WATCH: OptionSpec = OptionSpec {
    name: "watch",
    summary: "a live view of queues, requests under way, connections and rates",
};

/// Every command, by verb.
pub const COMMANDS: &[CommandSpec] = &[
    command!("add" "cacheparam", "sets a parameter of the response cache",
        &[required("type", CACHE, "which"), required("value", Number(u32::MAX as u64), "bytes")]),
    command!("add" "iplisten", "adds an address to the IP listen list",
        &[required("ipaddress", Text("ADDRESS"), "IPv4 or IPv6; 0.0.0.0 and :: stand for all")]),
    command!("add" "setting", "sets a setting of the service",
        &[required("settingtype", SETTINGS, "which"), required("value", Number(u32::MAX as u64), "its value")]),
    command!("add" "sslcert", "binds a certificate to an address, a host name or a port",
        &SSL_VALUES),
    command!("add" "timeout", "sets a timeout of the service",
        &[required("timeouttype", TIMEOUTS, "which"), required("value", Number(65535), "seconds; 65535 is never")]),
    command!("add" "urlacl", "reserves a URL prefix for a user",
        &[required("url", Text("URL"), "UrlPrefix, such as http://+:8080/app/"),
          optional("user", Text("USER"), "user or group, such as everyone"),
          optional("listen", YES_NO, "the user may register URLs; yes by default"),
          optional("delegate", YES_NO, "the user may reserve below; no by default"),
          optional("sddl", Text("SDDL"), "the descriptor itself, in place of user, listen, delegate")]),
    command!("completions" "", "prints the completions of a shell",
        &[required("shell", Word(&["bash", "zsh", "fish"]), "which")]),
    command!("delete" "cache", "drops what live services have in the response cache",
        &[optional("url", Text("URL"), "this one"), optional("recursive", YES_NO, "and all below"), PID]),
    command!("delete" "cacheparam", "takes a parameter of the response cache back",
        &[required("type", CACHE, "which")]),
    command!("delete" "iplisten", "takes an address out of the IP listen list",
        &[required("ipaddress", Text("ADDRESS"), "which")]),
    command!("delete" "setting", "takes a setting back",
        &[required("settingtype", SETTINGS, "which")]),
    command!("delete" "sslcert", "takes the certificate of an address, a host name or a port away",
        &[IP_PORT, HOST_PORT, CCS, SCOPED_CCS]),
    command!("delete" "timeout", "takes a timeout back: the default is in force",
        &[required("timeouttype", TIMEOUTS, "which")]),
    command!("delete" "urlacl", "takes a reservation back",
        &[required("url", Text("URL"), "as it was reserved")]),
    command!("dev-cert" "", "makes a certificate for localhost and binds it, for development",
        &[optional("port", Number(65535), "on every address; 8443 by default"),
          optional("ipport", Text("ADDRESS:PORT"), "on this address only")],
        &[OptionSpec { name: "trust", summary: "say how to trust it on this system" },
          OptionSpec { name: "remove", summary: "take it away, with all its bindings" }]),
    command!("flush" "logbuffer", "writes the log entries of live services to their files",
        &[PID]),
    command!("import" "cert", "puts a certificate with its key into a store",
        &[required("file", File, "PFX (PKCS #12) or PEM, with the chain"),
          optional("key", File, "PEM with the key, where the first file has none"),
          optional("password", Text("TEXT"), "of a PFX; also HTTPSYSCTL_PASSWORD"),
          optional("store", Text("NAME"), "MY by default")]),
    command!("manual" "", "prints the manual page", &[]),
    command!("show" "cacheparam", "shows the parameters of the response cache",
        &[optional("type", CACHE, "only this one")]),
    command!("show" "cachestate", "shows the response cache of live services",
        &[optional("url", Text("URL"), "only this one and all below"), PID]),
    command!("show" "connections", "shows the connections of live services, the oldest requests first",
        &[optional("most", Number(1000), "so many; 100 by default"), PID]),
    command!("show" "counters", "shows the counters of live services, as Prometheus reads them",
        &[PID]),
    command!("show" "iplisten", "shows the IP listen list", &[]),
    command!("show" "processes", "shows the processes that can be looked at", &[]),
    command!("show" "servicestate", "shows sessions, URL groups and request queues of live services",
        &[optional("view", Word(&["session", "requestq"]), "session by default"),
          optional("verbose", YES_NO, "with properties; yes by default"), PID],
        &[WATCH]),
    command!("show" "setting", "shows the settings of the service",
        &[optional("settingtype", SETTINGS, "only this one")]),
    command!("show" "sslcert", "shows the certificates that are bound",
        &[IP_PORT, HOST_PORT, CCS, SCOPED_CCS]),
    command!("show" "timeout", "shows the timeouts of the service", &[]),
    command!("show" "urlacl", "shows the reservations",
        &[optional("url", Text("URL"), "only this one")]),
    command!("update" "sslcert", "changes what is bound to an address, a host name or a port",
        &SSL_VALUES),
    command!("update" "sslpropertyex", "changes what HTTP/2 has to keep to on an address, a host name or a port",
        &[IP_PORT, HOST_PORT, CCS, SCOPED_CCS,
          required("propertyid", Number(1), "0 receive window, 1 settings limits"),
          optional("receivewindow", Number(u32::MAX as u64), "bytes"),
          optional("maxsettingsperframe", Number(u32::MAX as u64), "settings"),
          optional("maxsettingsperminute", Number(u32::MAX as u64), "settings")]),
    command!("watch" "", "a live view of queues, requests under way, connections and rates",
        &[PID]),
    command!("why" "", "says why a connection ended, and what to do about it",
        &[required("connection", Text("ID"), "HTTP_CONNECTION_ID, hexadecimal; decimal as 0d..."), PID]),
];
