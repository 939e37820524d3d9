//! Command lines of the form `--name value` and `--flag`.
//!
//! Reads text only: what an option means, and its default, is the caller's. An option that is not
//! known, has no value or a value of the wrong kind is an error with the option's name in it, never
//! a silent default: a misspelt option must not end up as a measurement of something else.

use std::str::FromStr;

/// The arguments that were not read yet.
#[derive(Debug)]
pub struct Args {
    rest: std::vec::IntoIter<String>,
}

impl Args {
    /// The arguments of this process without the program's name.
    pub fn from_env() -> Self {
        Self::new(std::env::args().skip(1).collect())
    }

    /// The given arguments.
    pub fn new(args: Vec<String>) -> Self {
        Self {
            rest: args.into_iter(),
        }
    }

    /// The next option's name, `None` at the end.
    pub fn option(&mut self) -> Option<String> {
        self.rest.next()
    }

    /// The value that follows option `name`, as text.
    ///
    /// # Errors
    /// The command line ends here.
    pub fn text(&mut self, name: &str) -> Result<String, String> {
        self.rest
            .next()
            .ok_or_else(|| format!("{name} needs a value"))
    }

    /// The value that follows option `name`, read as a `T`.
    ///
    /// # Errors
    /// The command line ends here, or the value is not a `T`.
    pub fn value<T: FromStr>(&mut self, name: &str) -> Result<T, String> {
        let text = self.text(name)?;
        text.parse()
            .map_err(|_| format!("{name}: {text:?} is not a valid value"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(words: &[&str]) -> Args {
        Args::new(words.iter().map(|w| (*w).to_owned()).collect())
    }

    #[test]
    fn values_follow_their_option() {
        let mut a = args(&["--port", "80", "--churn"]);
        assert_eq!(a.option().as_deref(), Some("--port"));
        assert_eq!(a.value::<u16>("--port"), Ok(80));
        assert_eq!(a.option().as_deref(), Some("--churn"));
        assert_eq!(a.option(), None);
    }

    #[test]
    fn a_missing_or_wrong_value_names_the_option() {
        assert_eq!(
            args(&[]).value::<u16>("--port"),
            Err("--port needs a value".to_owned())
        );
        let wrong = args(&["http"]).value::<u16>("--port");
        assert!(wrong.is_err_and(|e| e.starts_with("--port: \"http\"")));
    }
}
