//! The gate that every exported function goes through.
//!
//! Owns: the panic fence (1359), the check that the API was initialised (1114), the trace, and the
//! two macros that write an exported function around a body. Does not own the bodies (`api/`).
//! Invariant: no panic leaves a function of the C ABI. Threading: any thread.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use httpsys_core::Error;

use crate::code::{CallResult, ErrorCode, Returned};
use crate::lifecycle::{self, Needs};
use crate::reason;
use crate::strict;

/// Runs the body of an exported function.
pub(crate) fn call<R: Returned>(
    name: &'static str,
    needs: Needs,
    body: impl FnOnce() -> CallResult,
) -> R {
    // The body's captures are copies of the caller's arguments: nothing of ours is left half done
    // that the locks of the engine do not guard themselves.
    let fenced = AssertUnwindSafe(|| {
        // First, and without a look at anything that another thread may have locked: this may be a
        // child made by fork.
        lifecycle::check(needs)?;
        tracing::trace!(function = name, "called");
        let outcome = body();
        tracing::trace!(
            function = name,
            code = u32::from_outcome(outcome),
            "returns"
        );
        outcome
    });
    let outcome = catch_unwind(fenced).unwrap_or_else(|panic| Err(caught(name, &*panic)));
    if let Err(code) = outcome {
        if code != ErrorCode::IO_PENDING {
            strict::refused(name, code, reason::refused(name, code));
        }
    }
    R::from_outcome(outcome)
}

/// The answer of a function that is not there yet; says so once in the life of the process.
pub(crate) fn missing(name: &'static str, said: &AtomicBool, code: ErrorCode) -> CallResult {
    if !said.swap(true, Ordering::Relaxed) {
        tracing::warn!(function = name, code = code.win32(), "is not implemented");
    }
    Err(code)
}

#[cold]
fn caught(name: &'static str, panic: &(dyn Any + Send)) -> ErrorCode {
    #[cfg(feature = "sim")]
    httpsys_socket::world::contain(panic);
    tracing::error!(
        function = name,
        panic = httpsys_socket::panic_text(panic),
        "a bug in httpsys: the panic was contained and the call failed"
    );
    Error::Internal.into()
}

/// Writes exported functions: `entry! { /// docs fn HttpName(argument: type, ...) -> u32 { body } }`.
///
/// The body is a [`CallResult`]; `-> u32` (ULONG) or `-> i32` (BOOL) is what C sees of it. It runs
/// only after HttpInitialize with HTTP_INITIALIZE_SERVER; `-> u32, needs Config { ... }` and
/// `-> u32, needs Nothing { ... }` say otherwise. Inside, `?` works on results of the engine.
macro_rules! entry {
    ($(
        $(#[$meta:meta])*
        fn $name:ident($($arg:ident: $type:ty),* $(,)?) -> $ret:ty $(, needs $needs:ident)?
        $body:block
    )*) => {$(
        $(#[$meta])*
        ///
        /// # Safety
        /// Each pointer is NULL or valid for what the documentation of the function lets it do
        /// with the pointer; memory given with an OVERLAPPED stays valid until the completion.
        #[unsafe(no_mangle)]
        #[allow(non_snake_case, reason = "documented name of a C function")]
        pub unsafe extern "system" fn $name($($arg: $type),*) -> $ret {
            $crate::entry::call(stringify!($name), $crate::entry::entry!(@needs $($needs)?), || $body)
        }
    )*};
    (@needs) => { $crate::lifecycle::Needs::Server };
    (@needs $needs:ident) => { $crate::lifecycle::Needs::$needs };
}

/// Writes exported functions that are not there yet: as [`entry!`], with `= code;` for the body.
macro_rules! entry_missing {
    ($(
        $(#[$meta:meta])*
        fn $name:ident($($arg:ident: $type:ty),* $(,)?) -> $ret:ty $(, needs $needs:ident)?
        = $code:expr;
    )*) => {$(
        $crate::entry::entry! {
            $(#[$meta])*
            fn $name($($arg: $type),*) -> $ret $(, needs $needs)? {
                static SAID: std::sync::atomic::AtomicBool =
                    std::sync::atomic::AtomicBool::new(false);
                let _ = ($($arg,)*);
                $crate::entry::missing(stringify!($name), &SAID, $code)
            }
        }
    )*};
}

pub(crate) use {entry, entry_missing};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_1359_and_false() {
        let code: u32 = call("HttpTest", Needs::Nothing, || panic!("on purpose"));
        assert_eq!(code, 1359);
        let truth: i32 = call("HttpTest", Needs::Nothing, || panic!("{}", 7));
        assert_eq!(truth, 0);
    }

    #[test]
    fn a_missing_function_returns_its_code_every_time() {
        let said = AtomicBool::new(false);
        for _ in 0..2 {
            let outcome = missing("HttpTest", &said, ErrorCode::NOT_SUPPORTED);
            assert_eq!(outcome, Err(ErrorCode::NOT_SUPPORTED));
            assert!(said.load(Ordering::Relaxed));
        }
    }
}
