//! The C form of locks: NULL, zeroed memory, and callbacks.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use super::*;
use crate::api::locks::*;
use crate::sync::locks::{ConditionVariable, CriticalSection, InitOnce, ListHeader, SrwLock};

#[test]
fn null_is_refused_everywhere() {
    // SAFETY: NULL is allowed.
    unsafe {
        AcquireSRWLockExclusive(null());
        ReleaseSRWLockShared(null());
        assert_eq!(TryAcquireSRWLockShared(null()), 0);
        InitializeSRWLock(null_mut());
        EnterCriticalSection(null());
        LeaveCriticalSection(null());
        DeleteCriticalSection(null_mut());
        failed_with(TryEnterCriticalSection(null()), 87);
        failed_with(InitializeCriticalSectionEx(null_mut(), 0, 0), 87);
        WakeAllConditionVariable(null());
        failed_with(SleepConditionVariableCS(null(), null(), 0), 87);
        failed_with(SleepConditionVariableSRW(null(), null(), 0, 0), 87);
        failed_with(
            InitOnceExecuteOnce(null(), None, null_mut(), null_mut()),
            87,
        );
        failed_with(InitOnceComplete(null(), 0, null_mut()), 87);
        assert_eq!(InterlockedPopEntrySList(null()), 0);
        assert_eq!(InterlockedPushEntrySList(null(), null_mut()), 0);
        assert_eq!(QueryDepthSList(null()), 0);
    }
}

#[test]
fn locks_and_variables_by_their_c_names() {
    let (mut lock, variable) = (SrwLock::new(), ConditionVariable::new());
    let mut section = CriticalSection::new();
    // SAFETY: the structures live here and are not moved.
    unsafe {
        InitializeSRWLock(&raw mut lock);
        assert_eq!(TryAcquireSRWLockExclusive(&raw const lock), 1);
        assert_eq!(TryAcquireSRWLockShared(&raw const lock), 0);
        failed_with(
            SleepConditionVariableSRW(&raw const variable, &raw const lock, 1, 0),
            1460,
        );
        ReleaseSRWLockExclusive(&raw const lock);
        assert_eq!(
            InitializeCriticalSectionAndSpinCount(&raw mut section, 4000),
            1
        );
        failed_with(
            SleepConditionVariableCS(&raw const variable, &raw const section, 1),
            87,
        );
        EnterCriticalSection(&raw const section);
        assert_eq!(TryEnterCriticalSection(&raw const section), 1);
        failed_with(
            SleepConditionVariableCS(&raw const variable, &raw const section, 1),
            1460,
        );
        LeaveCriticalSection(&raw const section);
        LeaveCriticalSection(&raw const section);
        DeleteCriticalSection(&raw mut section);
    }
}

unsafe extern "system" fn count_and_fail_once(
    _: *const InitOnce,
    parameter: *mut c_void,
    context: *mut *mut c_void,
) -> i32 {
    let calls = parameter.cast::<u32>();
    // SAFETY: the test passes a counter; the context has a place.
    unsafe {
        *calls += 1;
        *context = parameter;
        i32::from(*calls > 1)
    }
}

#[test]
fn once_means_until_it_succeeds() {
    let (once, mut calls, mut context) = (InitOnce::new(), 0u32, null_mut());
    let parameter = (&raw mut calls).cast();
    let mut run = || {
        // SAFETY: everything lives here.
        let done = unsafe {
            InitOnceExecuteOnce(
                &raw const once,
                Some(count_and_fail_once),
                parameter,
                &raw mut context,
            )
        };
        (done, context)
    };
    assert_eq!(run(), (0, null_mut()));
    assert_eq!(run(), (1, parameter));
    assert_eq!(run(), (1, parameter));
    assert_eq!(calls, 2);
    let mut pending = 1;
    // SAFETY: as above.
    unsafe {
        let begun = InitOnceBeginInitialize(&raw const once, 1, &raw mut pending, &raw mut context);
        assert_eq!((begun, pending, context), (1, 0, parameter));
        failed_with(
            InitOnceBeginInitialize(&raw const once, 8, &raw mut pending, null_mut()),
            87,
        );
    }
}

#[test]
fn a_list_by_its_c_names() {
    let mut list = ListHeader::new();
    let mut entries = [[0usize; 2]; 2];
    let at = entries.each_mut().map(|entry| entry.as_mut_ptr());
    // SAFETY: entries and list live here.
    unsafe {
        InitializeSListHead(&raw mut list);
        assert_eq!(InterlockedPushEntrySList(&raw const list, at[0].cast()), 0);
        assert_eq!(
            InterlockedPushEntrySList(&raw const list, at[1].cast()),
            at[0] as usize
        );
        assert_eq!(QueryDepthSList(&raw const list), 2);
        assert_eq!(InterlockedPopEntrySList(&raw const list), at[1] as usize);
        assert_eq!(InterlockedFlushSList(&raw const list), at[0] as usize);
        assert_eq!(InterlockedPopEntrySList(&raw const list), 0);
    }
}
