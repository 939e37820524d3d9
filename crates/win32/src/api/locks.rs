//! Slim reader/writer locks, condition variables, critical sections, one-time initialization and
//! interlocked lists.
//!
//! Owns the C form only: a NULL pointer does nothing, or fails with 87 where there is a result.
//! Threading: any thread.

use std::ffi::c_void;

use super::{Bool, FALSE, TRUE, fence, fence_bool, not_null, put};
use crate::status::{Code, ERROR_INVALID_PARAMETER};
use crate::sync::locks::{
    Begun, ConditionVariable, CriticalSection, InitOnce, ListHeader, Mode, SrwLock,
};
use crate::time::deadline;

const CONDITION_VARIABLE_LOCKMODE_SHARED: u32 = 1;
const INIT_ONCE_CHECK_ONLY: u32 = 1;
const INIT_ONCE_ASYNC: u32 = 2;
const INIT_ONCE_INIT_FAILED: u32 = 4;

/// Runs `body` on the structure behind a pointer; NULL gives `otherwise`.
///
/// # Safety
/// `at` is NULL or points to a `T` that lives for the call.
unsafe fn on<T, R>(at: *const T, otherwise: R, body: impl FnOnce(&T) -> R) -> R
where
    R: Copy,
{
    // SAFETY: by the contract.
    fence(otherwise, || match unsafe { at.as_ref() } {
        Some(it) if at.is_aligned() => Ok(body(it)),
        _ => Err(ERROR_INVALID_PARAMETER),
    })
}

/// Exports functions of one structure that take nothing else.
macro_rules! functions {
    ($type:ident: $($(#[$doc:meta])* $name:ident => $body:expr, $result:ty, $otherwise:expr;)*) => {
        $($(#[$doc])*
        ///
        /// # Safety
        /// The pointer is NULL or points to an initialized structure that is not moved.
        #[unsafe(no_mangle)]
        pub unsafe extern "system" fn $name(at: *const $type) -> $result {
            // SAFETY: the same contract.
            unsafe { on(at, $otherwise, $body) }
        })*
    };
}

functions! { SrwLock:
    /// AcquireSRWLockExclusive: takes the lock for writing; waits until no one has it.
    AcquireSRWLockExclusive => |lock| lock.acquire(Mode::Exclusive), (), ();
    /// AcquireSRWLockShared: takes the lock for reading; waits while somebody has it for writing or waits for that.
    AcquireSRWLockShared => |lock| lock.acquire(Mode::Shared), (), ();
    /// ReleaseSRWLockExclusive: gives the lock back that this thread took for writing.
    ReleaseSRWLockExclusive => |lock| lock.release(Mode::Exclusive), (), ();
    /// ReleaseSRWLockShared: gives the lock back that this thread took for reading.
    ReleaseSRWLockShared => |lock| lock.release(Mode::Shared), (), ();
    /// TryAcquireSRWLockExclusive: takes the lock for writing if no one has it; FALSE otherwise.
    TryAcquireSRWLockExclusive => |lock| u8::from(lock.try_acquire(Mode::Exclusive)), u8, 0;
    /// TryAcquireSRWLockShared: takes the lock for reading if no one has it for writing; FALSE
    /// otherwise.
    TryAcquireSRWLockShared => |lock| u8::from(lock.try_acquire(Mode::Shared)), u8, 0;
}

functions! { CriticalSection:
    /// EnterCriticalSection: takes the section, once more if this thread has it; waits while another has it.
    EnterCriticalSection => CriticalSection::enter, (), ();
    /// TryEnterCriticalSection: takes the section if it is free or this thread's; FALSE if another has it.
    TryEnterCriticalSection => |section| Bool::from(section.try_enter()), Bool, FALSE;
    /// LeaveCriticalSection: gives the section back, once for each time that it was taken.
    LeaveCriticalSection => CriticalSection::leave, (), ();
}

functions! { ConditionVariable:
    /// WakeConditionVariable: wakes one thread that waits.
    WakeConditionVariable => ConditionVariable::wake_one, (), ();
    /// WakeAllConditionVariable: wakes all threads that wait.
    WakeAllConditionVariable => ConditionVariable::wake_all, (), ();
}

functions! { ListHeader:
    /// InterlockedFlushSList: takes all entries; the first of them, or NULL.
    InterlockedFlushSList => |list| list.flush(), usize, 0;
    /// QueryDepthSList: gets the number of entries, modulo 65,536.
    QueryDepthSList => ListHeader::depth, u16, 0;
}

/// Writes the initial state of a structure.
///
/// # Safety
/// `at` is NULL or valid for a write.
unsafe fn initialize<T: Default>(at: *mut T) -> Bool {
    fence_bool(|| {
        not_null(at)?;
        // SAFETY: valid by the contract.
        unsafe { put(at, T::default()) };
        Ok(())
    })
}

/// Exports functions that write an initial state and return nothing.
macro_rules! initializers {
    ($($(#[$doc:meta])* $name:ident($type:ident);)*) => {
        $($(#[$doc])*
        ///
        /// # Safety
        /// The pointer is NULL or valid for a write.
        #[unsafe(no_mangle)]
        pub unsafe extern "system" fn $name(at: *mut $type) {
            // SAFETY: the same contract.
            unsafe { initialize(at) };
        })*
    };
}

initializers! {
    /// InitializeSRWLock: makes a free lock, as SRWLOCK_INIT does.
    InitializeSRWLock(SrwLock);
    /// InitializeConditionVariable: makes a condition variable that no one waits for.
    InitializeConditionVariable(ConditionVariable);
    /// InitializeCriticalSection: makes a section that no one has.
    InitializeCriticalSection(CriticalSection);
    /// DeleteCriticalSection: ends the use of a section that no one has.
    ///
    /// Differs: There is nothing to free; the section is as new.
    DeleteCriticalSection(CriticalSection);
    /// InitOnceInitialize: makes an initialization that has not begun, as INIT_ONCE_STATIC_INIT does.
    InitOnceInitialize(InitOnce);
    /// InitializeSListHead: makes an empty list.
    InitializeSListHead(ListHeader);
}

/// InitializeCriticalSectionAndSpinCount: works like [`InitializeCriticalSection`]; TRUE.
///
/// Differs: the count is not used: how long a thread spins is the lock's own.
///
/// # Safety
/// `section` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitializeCriticalSectionAndSpinCount(
    section: *mut CriticalSection,
    _spins: u32,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { initialize(section) }
}

/// InitializeCriticalSectionEx: works like [`InitializeCriticalSection`]; TRUE.
///
/// Differs: Count and flags are not used.
///
/// # Safety
/// `section` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitializeCriticalSectionEx(
    section: *mut CriticalSection,
    _spins: u32,
    _flags: u32,
) -> Bool {
    // SAFETY: the same contract.
    unsafe { initialize(section) }
}

/// SetCriticalSectionSpinCount: does nothing; the count before.
///
/// Differs: the count is always 0.
#[unsafe(no_mangle)]
pub extern "system" fn SetCriticalSectionSpinCount(_section: *mut c_void, _spins: u32) -> u32 {
    0
}

/// SleepConditionVariableSRW: gives the lock back, waits to be woken, and takes it again; flag 1 is
/// for a lock that is held shared. FALSE with 1460 (ERROR_TIMEOUT) after `milliseconds`; the lock
/// is held in any case.
///
/// # Safety
/// The pointers are NULL or point to initialized structures; the calling thread holds the lock.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SleepConditionVariableSRW(
    variable: *const ConditionVariable,
    lock: *const SrwLock,
    milliseconds: u32,
    flags: u32,
) -> Bool {
    fence_bool(|| {
        // SAFETY: by the contract of this function.
        let (variable, lock) = unsafe { (variable.as_ref(), lock.as_ref()) };
        let (Some(variable), Some(lock)) = (variable, lock) else {
            return Err(ERROR_INVALID_PARAMETER);
        };
        let mode = match flags & CONDITION_VARIABLE_LOCKMODE_SHARED {
            0 => Mode::Exclusive,
            _ => Mode::Shared,
        };
        variable.sleep_srw(lock, mode, deadline(milliseconds))
    })
}

/// SleepConditionVariableCS: gives the section back, waits to be woken, and takes it again. FALSE
/// with 1460 after `milliseconds`; with 87 when the calling thread is not inside the section.
///
/// # Safety
/// The pointers are NULL or point to initialized structures.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SleepConditionVariableCS(
    variable: *const ConditionVariable,
    section: *const CriticalSection,
    milliseconds: u32,
) -> Bool {
    fence_bool(|| {
        // SAFETY: by the contract of this function.
        let (variable, section) = unsafe { (variable.as_ref(), section.as_ref()) };
        let (Some(variable), Some(section)) = (variable, section) else {
            return Err(ERROR_INVALID_PARAMETER);
        };
        variable.sleep_section(section, deadline(milliseconds))
    })
}

/// PINIT_ONCE_FN: the structure, the parameter, where the context goes.
pub type InitOnceFn =
    unsafe extern "system" fn(*const InitOnce, *mut c_void, *mut *mut c_void) -> Bool;

/// InitOnceExecuteOnce: calls `function` unless a call of it has succeeded before, while threads that
/// come meanwhile wait. FALSE when the function fails, with the last error that it set.
///
/// # Safety
/// `once` is NULL or points to an initialized structure; `function` may be called with `parameter`;
/// `context` is NULL or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitOnceExecuteOnce(
    once: *const InitOnce,
    function: Option<InitOnceFn>,
    parameter: *mut c_void,
    context: *mut *mut c_void,
) -> Bool {
    fence(FALSE, || {
        // SAFETY: by the contract of this function.
        let it = unsafe { once.as_ref() }.ok_or(ERROR_INVALID_PARAMETER)?;
        let function = function.ok_or(ERROR_INVALID_PARAMETER)?;
        let value = match it.begin(false)? {
            Begun::Complete(value) => value,
            Begun::Pending => {
                let mut made = std::ptr::null_mut();
                // SAFETY: callable by the contract; the place for the context is valid.
                let succeeded = unsafe { function(once, parameter, &raw mut made) } != FALSE;
                it.complete(false, succeeded.then_some(made as usize))?;
                if !succeeded {
                    return Ok(FALSE);
                }
                made as usize
            }
        };
        // SAFETY: NULL or valid by the contract.
        unsafe { put(context, value as *mut c_void) };
        Ok(TRUE)
    })
}

/// InitOnceBeginInitialize: asks whether the calling thread is to initialize: `pending` is TRUE
/// then. Flags 1 (INIT_ONCE_CHECK_ONLY: FALSE with 31 when it is not complete) and 2
/// (INIT_ONCE_ASYNC: several threads may initialize, the first to complete wins).
///
/// # Safety
/// `once` is NULL or points to an initialized structure; `pending` and `context` are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitOnceBeginInitialize(
    once: *const InitOnce,
    flags: u32,
    pending: *mut Bool,
    context: *mut *mut c_void,
) -> Bool {
    fence_bool(|| {
        // SAFETY: by the contract of this function.
        let it = unsafe { once.as_ref() }.ok_or(ERROR_INVALID_PARAMETER)?;
        not_null(pending)?;
        let begun = match flags {
            INIT_ONCE_CHECK_ONLY => Begun::Complete(it.check()?),
            0 | INIT_ONCE_ASYNC => it.begin(flags == INIT_ONCE_ASYNC)?,
            _ => return Err(ERROR_INVALID_PARAMETER),
        };
        // SAFETY: NULL or valid by the contract.
        unsafe { put(pending, Bool::from(begun == Begun::Pending)) };
        if let Begun::Complete(value) = begun {
            // SAFETY: as above.
            unsafe { put(context, value as *mut c_void) };
        }
        Ok(())
    })
}

/// InitOnceComplete: ends what [`InitOnceBeginInitialize`] began. Flags 2 (INIT_ONCE_ASYNC) as it
/// was begun, and 4 (INIT_ONCE_INIT_FAILED). The context has its low two bits clear. FALSE with 87,
/// or with 31 when another thread was first.
///
/// # Safety
/// `once` is NULL or points to an initialized structure.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitOnceComplete(
    once: *const InitOnce,
    flags: u32,
    context: *mut c_void,
) -> Bool {
    fence_bool(|| {
        // SAFETY: by the contract of this function.
        let it = unsafe { once.as_ref() }.ok_or(ERROR_INVALID_PARAMETER)?;
        let failed = flags & INIT_ONCE_INIT_FAILED != 0;
        let unknown = flags & !(INIT_ONCE_ASYNC | INIT_ONCE_INIT_FAILED) != 0;
        if unknown || failed && !context.is_null() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        let context = (!failed).then_some(context as usize);
        it.complete(flags & INIT_ONCE_ASYNC != 0, context)
    })
}

/// InterlockedPushEntrySList: puts an entry in front; the entry that was first, or NULL.
///
/// # Safety
/// `list` is NULL or an initialized header; `entry` is an SLIST_ENTRY that lives while it is listed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InterlockedPushEntrySList(
    list: *const ListHeader,
    entry: *mut c_void,
) -> usize {
    if entry.is_null() {
        return fence(0, || Err::<usize, Code>(ERROR_INVALID_PARAMETER));
    }
    // SAFETY: the same contract.
    unsafe { on(list, 0, |list| list.push(entry as usize)) }
}

/// InterlockedPopEntrySList: takes the first entry, or NULL.
///
/// # Safety
/// `list` is NULL or an initialized header whose entries are valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InterlockedPopEntrySList(list: *const ListHeader) -> usize {
    // SAFETY: the same contract.
    unsafe { on(list, 0, |list| list.pop()) }
}
