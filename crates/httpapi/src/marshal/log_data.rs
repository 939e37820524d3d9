//! HTTP_LOG_DATA: the log data of a response as the program passes it.
//!
//! Owns: reading HTTP_LOG_FIELDS_DATA. Does not own: which call's data counts, or the logs
//! (`httpsys-engine`). Unsafe code: reading the structure and the strings it points to, whose lengths
//! are bytes, including those of the two UTF-16 strings. The memory belongs to the program and is
//! only read during the call: what has to outlive it is copied (the pages are silent on overlapped
//! sends; assumed). Threading: one call.

use httpsys_engine::LogSource;
use httpsys_engine::logging::{Address, FieldsBuf, FieldsData, Text};

use crate::code::ErrorCode;
use crate::pointers;
use crate::reason::{NamedArgument, invalid};
use crate::types::{HTTP_LOG_DATA, HTTP_LOG_FIELDS_DATA, HttpLogDataTypeFields};

/// Log data that was found good, or NULL. The strings are the program's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CheckedLogData<'f, 'a>(Option<&'f FieldsData<'a>>);

/// The log data; NULL: the response is not logged (documented). `place` is for what is read of the structure, which
/// is large: it is read once, and lies where it was read to.
///
/// # Errors
/// 87 for another type than HttpLogDataTypeFields, a length without a pointer, and an odd length of
/// UTF-16 (the codes are assumed); 998 for misaligned memory.
///
/// # Safety
/// `data` is NULL or points to a structure of the type it names, valid like all it points to as long
/// as the result is used.
#[inline]
pub(crate) unsafe fn read<'f, 'a>(
    data: *const HTTP_LOG_DATA,
    place: &'f mut Option<FieldsData<'a>>,
) -> Result<CheckedLogData<'f, 'a>, ErrorCode> {
    if data.is_null() {
        return Ok(CheckedLogData(None));
    }
    // SAFETY: by the contract.
    let fields = unsafe { fields_of(data) }?;
    Ok(CheckedLogData(Some(place.insert(fields))))
}

/// # Safety
/// As [`read`], and not NULL.
#[cold]
unsafe fn fields_of<'a>(data: *const HTTP_LOG_DATA) -> Result<FieldsData<'a>, ErrorCode> {
    // SAFETY: by the contract, here and below: the type is read before the rest is.
    if unsafe { pointers::one(data) }?.Type != HttpLogDataTypeFields {
        return Err(invalid("HTTP_LOG_DATA.Type is not HttpLogDataTypeFields"));
    }
    // SAFETY: as above.
    unsafe { fields(pointers::one(data.cast::<HTTP_LOG_FIELDS_DATA>())?) }
        .named("a string of HTTP_LOG_FIELDS_DATA")
}

impl LogSource for CheckedLogData<'_, '_> {
    fn put(&self, kept: &mut FieldsBuf) {
        match self.0 {
            Some(fields) => kept.set(fields),
            None => kept.clear(),
        }
    }

    fn lend(&self, _: &mut FieldsBuf, log: &mut dyn FnMut(&FieldsData<'_>)) {
        if let Some(fields) = self.0 {
            log(fields);
        }
    }
}

/// # Safety
/// What `data` points to is valid as long as the result is used.
unsafe fn fields(data: &HTTP_LOG_FIELDS_DATA) -> Result<FieldsData<'_>, ErrorCode> {
    // SAFETY: by the contract.
    unsafe {
        Ok(FieldsData {
            user_name: wide(data.UserName, data.UserNameLength)?,
            uri_stem: wide(data.UriStem, data.UriStemLength)?,
            client_ip: Address::Text(bytes(data.ClientIp, data.ClientIpLength)?),
            server_name: narrow(data.ServerName, data.ServerNameLength)?,
            service_name: narrow(data.ServiceName, data.ServiceNameLength)?,
            server_ip: Address::Text(bytes(data.ServerIp, data.ServerIpLength)?),
            method: narrow(data.Method, data.MethodLength)?,
            uri_query: narrow(data.UriQuery, data.UriQueryLength)?,
            host: narrow(data.Host, data.HostLength)?,
            user_agent: narrow(data.UserAgent, data.UserAgentLength)?,
            cookie: narrow(data.Cookie, data.CookieLength)?,
            referrer: narrow(data.Referrer, data.ReferrerLength)?,
            server_port: data.ServerPort,
            protocol_status: data.ProtocolStatus,
            win32_status: data.Win32Status,
            method_num: u32::try_from(data.MethodNum).unwrap_or(0),
            sub_status: data.SubStatus,
        })
    }
}

/// # Safety
/// `first` is NULL or points to `length` bytes that are valid as long as the result is used; so below.
unsafe fn bytes<'a>(first: *const u8, length: u16) -> Result<&'a [u8], ErrorCode> {
    // SAFETY: by the contract.
    unsafe { pointers::slice(first, usize::from(length)) }
}

/// # Safety
/// As [`bytes`].
unsafe fn narrow<'a>(first: *const u8, length: u16) -> Result<Text<'a>, ErrorCode> {
    // SAFETY: by the contract.
    unsafe { bytes(first, length) }.map(Text::Bytes)
}

/// # Safety
/// As [`bytes`].
unsafe fn wide<'a>(first: *const u16, length: u16) -> Result<Text<'a>, ErrorCode> {
    if length % 2 != 0 {
        return Err(invalid(
            "consists of WCHARs, but has an odd length in bytes",
        ));
    }
    // SAFETY: by the contract.
    unsafe { pointers::slice(first, usize::from(length / 2)) }.map(Text::Wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zeroed() -> HTTP_LOG_FIELDS_DATA {
        // SAFETY: integers and pointers, for which zeros are values.
        unsafe { std::mem::zeroed() }
    }

    fn code(data: &HTTP_LOG_FIELDS_DATA) -> u32 {
        let mut place = None;
        // SAFETY: the structure is valid, and what it points at is or is refused before it is read.
        let read = unsafe { read((&raw const *data).cast(), &mut place) };
        read.map_or_else(ErrorCode::win32, |_| 0)
    }

    #[test]
    fn lengths_are_bytes_also_of_utf_16() {
        let stem: Vec<u16> = "/é!".encode_utf16().collect();
        let data = HTTP_LOG_FIELDS_DATA {
            UriStem: stem.as_ptr().cast_mut(),
            UriStemLength: 4,
            Host: c"name".as_ptr().cast_mut().cast(),
            HostLength: 3,
            ServerPort: 8080,
            MethodNum: 4,
            ..zeroed()
        };
        let mut place = None;
        // SAFETY: all of it outlives the result.
        let read = unsafe { read((&raw const data).cast(), &mut place) };
        let source = read.expect("good");
        let mut kept = FieldsBuf::default();
        source.put(&mut kept);
        let read = kept.get().expect("there is some");
        let mut lent = 0;
        source.lend(&mut FieldsBuf::default(), &mut |fields| {
            assert_eq!(*fields, read);
            lent += 1;
        });
        assert_eq!(lent, 1);
        assert_eq!(read.uri_stem, Text::Wide(&stem[..2]));
        assert_eq!(read.host, Text::Bytes(b"nam"));
        assert!(read.user_name.is_empty() && read.cookie.is_empty());
        assert_eq!((read.server_port, read.method_num), (8080, 4));
    }

    #[test]
    fn null_is_no_data_and_bad_data_is_refused() {
        let mut place = None;
        // SAFETY: NULL.
        let none = unsafe { read(std::ptr::null(), &mut place) }.expect("good");
        let mut kept = FieldsBuf::default();
        kept.set(&FieldsData::default());
        none.put(&mut kept);
        assert_eq!(kept.get(), None);
        none.lend(&mut kept, &mut |_| unreachable!("there is none"));
        assert_eq!(code(&zeroed()), 0);
        let mut other = zeroed();
        other.Base.Type = 1;
        assert_eq!(code(&other), 87);
        assert_eq!(
            code(&HTTP_LOG_FIELDS_DATA {
                CookieLength: 1,
                ..zeroed()
            }),
            87
        );
        let units = [0x61_u16; 4];
        let odd = HTTP_LOG_FIELDS_DATA {
            UserName: units.as_ptr().cast_mut(),
            UserNameLength: 3,
            ..zeroed()
        };
        assert_eq!(code(&odd), 87);
        let misaligned = HTTP_LOG_FIELDS_DATA {
            UserName: units
                .as_ptr()
                .cast::<u8>()
                .wrapping_add(1)
                .cast_mut()
                .cast(),
            UserNameLength: 4,
            ..zeroed()
        };
        assert_eq!(code(&misaligned), 998);
    }
}
