//! Names of accounts, and what SDDL calls them.
//!
//! Owns: the names that Windows has everywhere, and users and groups of this system, as Samba maps them:
//! `S-1-22-1-UID` and `S-1-22-2-GID`. Does not own: descriptors. Threading: plain data; users are looked up.

/// Windows's names, each with SDDL's, and a word without blanks and domain.
const WELL_KNOWN: [(&str, &str, &str); 11] = [
    ("\\Everyone", "WD", "everyone"),
    ("NT AUTHORITY\\SYSTEM", "SY", "system"),
    ("NT AUTHORITY\\LOCAL SERVICE", "LS", "localservice"),
    ("NT AUTHORITY\\NETWORK SERVICE", "NS", "networkservice"),
    (
        "NT AUTHORITY\\Authenticated Users",
        "AU",
        "authenticatedusers",
    ),
    ("NT AUTHORITY\\INTERACTIVE", "IU", "interactive"),
    ("NT AUTHORITY\\NETWORK", "NU", "network"),
    ("NT AUTHORITY\\ANONYMOUS LOGON", "AN", "anonymouslogon"),
    ("BUILTIN\\Administrators", "BA", "administrators"),
    ("BUILTIN\\Users", "BU", "users"),
    ("BUILTIN\\Guests", "BG", "guests"),
];

/// Samba's authority for users of this system.
const UNIX_USER: &str = "S-1-22-1-";

/// What SDDL calls an account.
pub(crate) fn sid_of(user: &str) -> Result<String, String> {
    if user.starts_with("S-1-") {
        return Ok(user.to_owned());
    }
    let name = user.rsplit('\\').next().unwrap_or(user);
    let word: String = name.chars().filter(|c| *c != ' ').collect();
    let word = word.to_ascii_lowercase();
    if let Some((_, sddl, _)) = WELL_KNOWN.iter().find(|(_, _, own)| *own == word) {
        return Ok((*sddl).to_owned());
    }
    if let Some(uid) = uid_of(name) {
        return Ok(format!("{UNIX_USER}{uid}"));
    }
    let known: Vec<&str> = WELL_KNOWN.iter().map(|(_, _, word)| *word).collect();
    Err(format!(
        "user={user}: there is no such user here; there are users of this system, {}, and SIDs such as \
         S-1-5-21-...",
        known.join(", ")
    ))
}

/// The account as netsh shows it.
pub(crate) fn name_of(account: &str) -> String {
    if let Some((name, ..)) = WELL_KNOWN.iter().find(|(_, sddl, _)| *sddl == account) {
        return (*name).to_owned();
    }
    let uid = account
        .strip_prefix(UNIX_USER)
        .and_then(|uid| uid.parse().ok());
    uid.and_then(user_of).unwrap_or_else(|| account.to_owned())
}

#[cfg(unix)]
fn uid_of(name: &str) -> Option<u32> {
    let user = nix::unistd::User::from_name(name).ok()??;
    Some(user.uid.as_raw())
}

#[cfg(unix)]
fn user_of(uid: u32) -> Option<String> {
    let user = nix::unistd::User::from_uid(uid.into()).ok()??;
    Some(user.name)
}

#[cfg(not(unix))]
fn uid_of(_name: &str) -> Option<u32> {
    None
}

#[cfg(not(unix))]
fn user_of(_uid: u32) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_accounts_have_their_letters_in_any_spelling() {
        for name in ["everyone", "\\Everyone", "EVERYONE"] {
            assert_eq!(sid_of(name).as_deref(), Ok("WD"));
        }
        assert_eq!(sid_of("NT AUTHORITY\\NETWORK SERVICE").as_deref(), Ok("NS"));
        assert_eq!(sid_of("S-1-5-32-544").as_deref(), Ok("S-1-5-32-544"));
        assert!(sid_of("no such user").unwrap_err().contains("everyone"));
    }

    #[cfg(unix)]
    #[test]
    fn a_user_of_this_system_has_sambas_sid() {
        assert_eq!(sid_of("root").as_deref(), Ok("S-1-22-1-0"));
        assert_eq!(name_of("S-1-22-1-0"), "root");
        assert_eq!(name_of("S-1-5-21-1"), "S-1-5-21-1");
    }
}
