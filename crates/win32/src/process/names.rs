//! The names of the computer and of the user.
//!
//! Owns what the names of Windows are here: the NetBIOS name is the host name up to its first point,
//! in capitals, of 15 characters at most. Threading: any thread.

use std::ffi::CStr;
use std::mem::MaybeUninit;

/// The host name as the system has it, perhaps with a domain.
fn host() -> String {
    let mut name = [0u8; 256];
    // SAFETY: the call writes at most this many bytes to a live buffer; its last byte stays 0.
    unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) };
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(0);
    let name = String::from_utf8_lossy(&name[..end]).into_owned();
    match name.is_empty() {
        true => "localhost".to_owned(),
        false => name,
    }
}

/// What GetComputerNameEx is asked for: a value of COMPUTER_NAME_FORMAT. `None` for another number.
pub fn computer(format: u32) -> Option<String> {
    let host = host();
    let (first, domain) = host.split_once('.').unwrap_or((&host, ""));
    Some(match format {
        0 | 4 => net_bios(first),
        1 | 5 => first.to_owned(),
        2 | 6 => domain.to_owned(),
        3 | 7 => host.clone(),
        _ => return None,
    })
}

fn net_bios(name: &str) -> String {
    name.chars()
        .take(15)
        .collect::<String>()
        .to_ascii_uppercase()
}

/// The name of the user whose rights the process has; the number of one that has no name.
pub fn user() -> String {
    let mut entry = MaybeUninit::<libc::passwd>::zeroed();
    let mut found = std::ptr::null_mut();
    let mut texts = vec![0u8; 16 << 10];
    // SAFETY: the call fills the entry, whose strings are in the buffer of this size.
    unsafe {
        let user = libc::geteuid();
        let to = texts.as_mut_ptr().cast();
        libc::getpwuid_r(user, entry.as_mut_ptr(), to, texts.len(), &raw mut found);
        if found.is_null() || (*found).pw_name.is_null() {
            return user.to_string();
        }
        CStr::from_ptr((*found).pw_name)
            .to_string_lossy()
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_fit_together() {
        let name = computer(0).unwrap();
        assert!(!name.is_empty() && name.len() <= 15);
        assert!(computer(3).unwrap().starts_with(&computer(1).unwrap()));
        assert_eq!(computer(8), None);
        assert_eq!(net_bios("a-very-long-host-name"), "A-VERY-LONG-HOS");
        assert!(!user().is_empty());
    }
}
