//! The Rust types of the C ABI, and those of windows-sys, against data/httpapi-layout.tsv.
//!
//! Owns the macros that turn each row into a constant assertion: compiling the submodules is the
//! test. Does not own the check that no row is forgotten, which is in `main.rs`. Assertions on
//! windows-sys guard against a release that moves away from the table.

#[allow(unused_imports)]
mod ours {
    pub(super) use httpapi::types::*;
}

#[allow(unused_imports)]
mod windows {
    pub(super) use windows_sys::Win32::Foundation::*;
    pub(super) use windows_sys::Win32::Networking::HttpServer::*;
    pub(super) use windows_sys::Win32::Networking::WinSock::{
        AF_INET, AF_INET6, SOCKADDR, SOCKADDR_IN, SOCKADDR_IN6, SOCKADDR_STORAGE,
    };
    pub(super) use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
    pub(super) use windows_sys::Win32::System::IO::{OVERLAPPED, OVERLAPPED_ENTRY};
}

/// Size of a field, from a function that projects a pointer to it.
const fn field_size<T, F>(_: fn(*const T) -> *const F) -> usize {
    size_of::<F>()
}

/// One type of one crate: `name: size, alignment { field: offset, size; }`.
macro_rules! layout {
    ($from:ident, $name:ident: $size:literal, $align:literal {
        $($field:ident: $offset:literal, $field_size:literal;)*
    }) => {
        const _: () = {
            type Type = super::$from::$name;
            assert!(size_of::<Type>() == $size, concat!("size of ", stringify!($name)));
            assert!(align_of::<Type>() == $align, concat!("alignment of ", stringify!($name)));
            $(
                assert!(
                    core::mem::offset_of!(Type, $field) == $offset,
                    concat!("offset of ", stringify!($name.$field))
                );
                assert!(
                    super::field_size::<Type, _>(|base| {
                        // SAFETY: the function is never called; only its type is looked at.
                        unsafe { &raw const (*base).$field }
                    }) == $field_size,
                    concat!("size of ", stringify!($name.$field))
                );
            )*
        };
    };
}

/// Types that windows-sys has too.
macro_rules! layout_of_both {
    ($($name:ident: $size:literal, $align:literal { $($fields:tt)* })*) => {
        $(
            layout!(ours, $name: $size, $align { $($fields)* });
            layout!(windows, $name: $size, $align { $($fields)* });
        )*
    };
}

/// Types that windows-sys lacks.
macro_rules! layout_of_ours {
    ($($name:ident: $size:literal, $align:literal { $($fields:tt)* })*) => {
        $(layout!(ours, $name: $size, $align { $($fields)* });)*
    };
}

/// The table writes NTSTATUS values as unsigned numbers; in Rust they are negative.
macro_rules! same_value {
    ($from:ident, $name:ident, $value:expr) => {
        const _: () = {
            let value = super::$from::$name as i128;
            let unsigned = if size_of_val(&super::$from::$name) == 4 && $value > i32::MAX as i128 {
                value & 0xffff_ffff
            } else {
                value
            };
            assert!(unsigned == $value, stringify!($name));
        };
    };
}

/// Constants that windows-sys has with the same value.
macro_rules! value_of_both {
    ($($name:ident: $value:expr;)*) => {
        $(
            same_value!(ours, $name, $value);
            same_value!(windows, $name, $value);
        )*
    };
}

/// Constants that windows-sys lacks or has with an older value.
macro_rules! value_of_ours {
    ($($name:ident: $value:expr;)*) => {
        $(same_value!(ours, $name, $value);)*
    };
}

/// Constants that a later SDK raised: windows-sys has this value, we have a larger one.
macro_rules! value_raised {
    ($($name:ident: $value:expr;)*) => {
        $(
            same_value!(windows, $name, $value);
            const _: () = assert!(super::ours::$name as i128 > $value, stringify!($name));
        )*
    };
}

mod types;
mod values;
