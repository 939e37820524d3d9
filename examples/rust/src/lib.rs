//! What the example programs share: their command line.
//!
//! Owns the options and their defaults. Does not own anything about HTTP, so that each example
//! shows its whole use of the API.

/// The options of an example server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// `--port N`: the TCP port, 8080 by default; 0 for a free one.
    pub port: u16,
    /// `--threads N`: threads that receive requests, 1 by default.
    pub threads: usize,
    /// `--all`: serve every host name on every address, not only this machine.
    pub all: bool,
    /// `--https`: serve https, with the certificate that the configuration has for the port or the host.
    pub https: bool,
}

impl Options {
    /// Reads the options of this process; ends it with status 2 and a message if they are wrong.
    #[must_use]
    pub fn of_this_process() -> Options {
        Options::parse(std::env::args().skip(1)).unwrap_or_else(|message| {
            eprintln!("{message}\nusage: [--port N] [--threads N] [--all] [--https]");
            std::process::exit(2);
        })
    }

    /// The URL prefixes to register: one for every host, or those of this machine alone.
    #[must_use]
    pub fn prefixes(&self) -> Vec<String> {
        let hosts: &[&str] = if self.all {
            &["+"]
        } else {
            &["localhost", "127.0.0.1"]
        };
        hosts
            .iter()
            .map(|host| format!("{}://{host}:{}/", self.scheme(), self.port))
            .collect()
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }

    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options {
            port: 8080,
            threads: 1,
            all: false,
            https: false,
        };
        while let Some(name) = arguments.next() {
            match name.as_str() {
                "--port" => options.port = number(&name, arguments.next())?,
                "--threads" => options.threads = number(&name, arguments.next())?,
                "--all" => options.all = true,
                "--https" => options.https = true,
                _ => return Err(format!("unknown option {name}")),
            }
        }
        if options.threads == 0 {
            return Err("--threads must not be 0".into());
        }
        Ok(options)
    }
}

fn number<N: std::str::FromStr>(name: &str, value: Option<String>) -> Result<N, String> {
    let value = value.ok_or_else(|| format!("{name} needs a number"))?;
    value
        .parse()
        .map_err(|_| format!("{name}: {value} is no number that fits"))
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read_in_any_order() {
        let options = parse("--threads 4 --all --port 81").unwrap();
        assert_eq!(
            options,
            Options {
                port: 81,
                threads: 4,
                all: true,
                https: false,
            }
        );
        assert_eq!(options.prefixes(), ["http://+:81/"]);
        let expected = ["http://localhost:8080/", "http://127.0.0.1:8080/"];
        assert_eq!(parse("").unwrap().prefixes(), expected);
        let expected = ["https://localhost:8443/", "https://127.0.0.1:8443/"];
        assert_eq!(parse("--https --port 8443").unwrap().prefixes(), expected);
        let expected = ["http://localhost:0/", "http://127.0.0.1:0/"];
        assert_eq!(parse("--port 0").unwrap().prefixes(), expected);
    }

    #[test]
    fn wrong_options_are_named() {
        for line in ["--port", "--port x", "--port 65536", "--threads 0", "--no"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
