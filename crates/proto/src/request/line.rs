//! The request line: `verb SP target 1*SP version`.
//!
//! Owns: its syntax and the form of the target. Does not own: the path inside the target.
//! Invariant: there is one pass, and the first byte that decides wins: an octet that a verb cannot
//! contain makes the verb invalid, even if it is the end of the line. Threading: none.

use super::{RequestHead, Span, TargetForm, authority};
use crate::error_page::Reject;
use crate::scan::{find_target_end, is_token};
use crate::{Parameters, Verb, Version};

/// Longest verb in bytes (G-018).
pub(super) const MAX_VERB: usize = 255;

/// Parses the request line at the front of `text`; `Some` is the index of the next line.
///
/// One blank behind the verb, any number behind the target (PRS-029), no tab (G-019). A line without
/// a target is an invalid verb, as captures of a lone `get` show; one without a version or with
/// a fourth part is a bad request (PRS-002, PRS-003).
pub(super) fn parse(
    head: &mut RequestHead,
    text: &[u8],
    p: &Parameters,
) -> Result<Option<usize>, Reject> {
    // The two verbs nearly every request has are not worth a loop.
    let (verb, verb_end) = match text {
        [b'G', b'E', b'T', b' ', ..] => (Verb::Get, 3),
        [b'P', b'O', b'S', b'T', b' ', ..] => (Verb::Post, 4),
        _ => match find_verb_end(text).inspect_err(|_| head.verb = Verb::Invalid)? {
            Some(end) => (verb_of(&text[..end], p), end),
            None => return Ok(None),
        },
    };
    head.verb = verb;
    head.verb_text = Span::between(0, verb_end);

    let target_at = verb_end + 1;
    let mut target_end = find_target_end(text, target_at);
    let mut is_bad = false;
    loop {
        match text.get(target_end) {
            Some(b' ' | b'\r' | b'\n') => break,
            Some(_) => is_bad = true,
            None => return Ok(None),
        }
        target_end = find_target_end(text, target_end + 1);
    }
    head.raw_url = Span::between(target_at, target_end);
    if text[target_end] != b' ' || target_end == target_at {
        return Err(Reject::BadRequest);
    }
    if is_bad && !is_weak_target(head.raw_url.of(text), p) {
        return Err(Reject::InvalidUrl);
    }
    head.target = target_form(head.verb, text, head.raw_url)?;
    parse_version(head, text, target_end + 1)
}

/// Whether `text`, the front of a request line, ends behind the blank after the verb and before
/// the one after the target.
pub(super) fn is_in_url(text: &[u8]) -> bool {
    text.iter().filter(|b| **b == b' ').count() == 1
}

/// The verb that a token names; its case counts unless `AllowCaseInsensitiveVerbs` is on.
#[inline(never)]
pub(super) fn verb_of(token: &[u8], p: &Parameters) -> Verb {
    let verb = Verb::from_token(token);
    if verb == Verb::Unknown && p.allow_case_insensitive_verbs {
        return Verb::from_token(&token.to_ascii_uppercase());
    }
    verb
}

/// Whether a target with bytes that may not stand in one passes because of
/// `AllowUnEscapedRestrictedChars`: controls do, but neither NUL, HT nor `#` (G-027).
#[cold]
pub(super) fn is_weak_target(target: &[u8], p: &Parameters) -> bool {
    p.allow_unescaped_restricted_chars
        && !target.iter().any(|byte| matches!(byte, 0 | b'\t' | b'#'))
}

/// Index of the blank behind the verb, `None` when it has not arrived (PRS-001, PRS-012, PRS-013).
fn find_verb_end(text: &[u8]) -> Result<Option<usize>, Reject> {
    for (at, byte) in text.iter().enumerate().take(MAX_VERB + 1) {
        if !is_token(*byte) {
            let ends = *byte == b' ' && at > 0;
            return if ends {
                Ok(Some(at))
            } else {
                Err(Reject::InvalidVerb)
            };
        }
    }
    if text.len() > MAX_VERB {
        Err(Reject::InvalidVerb)
    } else {
        Ok(None)
    }
}

/// Which form `url`, a part of `text` without bytes that cannot stand in a target, has.
#[inline]
pub(super) fn target_form(verb: Verb, text: &[u8], url: Span) -> Result<TargetForm, Reject> {
    let target = url.of(text);
    match target {
        [b'/', ..] => Ok(TargetForm::Origin),
        b"*" => Ok(TargetForm::Asterisk),
        _ if verb == Verb::Connect => Ok(TargetForm::Authority),
        _ => absolute_form(target, url.start as usize).ok_or(Reject::InvalidUrl),
    }
}

/// `http://authority[/path][?query]`; a query needs a path in front of it (PRS-023, PRS-024).
fn absolute_form(target: &[u8], at: usize) -> Option<TargetForm> {
    let is_scheme = |scheme: &[u8]| {
        target
            .get(..scheme.len())
            .is_some_and(|front| front.eq_ignore_ascii_case(scheme))
    };
    let (https, authority_at) = match () {
        () if is_scheme(b"http://") => (false, 7),
        () if is_scheme(b"https://") => (true, 8),
        () => return None,
    };
    let rest = &target[authority_at..];
    let length = rest
        .iter()
        .position(|b| matches!(b, b'/' | b'?'))
        .unwrap_or(rest.len());
    if rest.get(length) == Some(&b'?') || !authority::is_valid(&rest[..length]) {
        return None;
    }
    let path_at = authority_at + length;
    Some(TargetForm::Absolute {
        https,
        authority: Span::between(at + authority_at, at + path_at),
        path_and_query: Span::between(at + path_at, at + target.len()),
    })
}

/// The rest of the line from `at` on: the version, and what depends on more than one part.
fn parse_version(head: &mut RequestHead, text: &[u8], at: usize) -> Result<Option<usize>, Reject> {
    let rest = &text[at..];
    let next = if rest.starts_with(b"HTTP/1.1\r\n") {
        head.version = Version::HTTP_1_1;
        at + 10
    } else {
        let blanks = rest.iter().take_while(|b| **b == b' ').count();
        if blanks > 0 {
            return parse_version(head, text, at + blanks);
        }
        let Some(length) = rest.iter().position(|b| matches!(b, b' ' | b'\r' | b'\n')) else {
            return Ok(None);
        };
        let next = match rest[length..] {
            [b'\n', ..] => at + length + 1,
            [b'\r', b'\n', ..] => at + length + 2,
            [b'\r'] => return Ok(None),
            _ => return Err(Reject::BadRequest),
        };
        head.version = version(&rest[..length]).ok_or(Reject::BadRequest)?;
        next
    };
    if head.version.major > 1 {
        return Err(Reject::VersionNotSupported);
    }
    check_parts(head)?;
    Ok(Some(next))
}

/// What depends on more than one part of the line.
#[inline]
pub(super) fn check_parts(head: &RequestHead) -> Result<(), Reject> {
    // PRS-020: a WebSocket handshake by CONNECT exists in HTTP/2 only.
    if head.verb == Verb::Connect {
        return Err(Reject::BadRequest);
    }
    if matches!(head.target, TargetForm::Asterisk) && head.verb != Verb::Options {
        return Err(Reject::InvalidUrl);
    }
    Ok(())
}

/// `HTTP/major.minor`, upper case, major at least 1 (PRS-005 to PRS-010). Numbers of several
/// digits are read, as the HTTPERR log has a form for them (LOG-003), but not with leading zeros.
fn version(text: &[u8]) -> Option<Version> {
    let numbers = text.strip_prefix(b"HTTP/")?;
    let dot = numbers.iter().position(|b| *b == b'.')?;
    let major = number(&numbers[..dot]).filter(|major| *major > 0)?;
    Some(Version {
        major,
        minor: number(&numbers[dot + 1..])?,
    })
}

fn number(digits: &[u8]) -> Option<u16> {
    if digits.len() > 5 || !matches!(digits, [b'0'] | [b'1'..=b'9', ..]) {
        return None;
    }
    let value = digits.iter().try_fold(0u32, |value, digit| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + u32::from(digit - b'0'))
    });
    value.and_then(|value| u16::try_from(value).ok())
}
