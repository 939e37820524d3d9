//! Waits for several objects.

use std::ffi::c_void;

use httpsys_win32::Handle;
use httpsys_win32::api::events::SetEvent;
use httpsys_win32::api::threads::Sleep;
use httpsys_win32::api::waits::{WaitForMultipleObjects, WaitForSingleObject};

use super::{INFINITE, Owned, WAIT_TIMEOUT, each_seed, event, given, start, taken};

fn wait(handles: &[Handle], all: bool, milliseconds: u32) -> u32 {
    // SAFETY: a list of so many handles.
    unsafe {
        WaitForMultipleObjects(
            handles.len() as u32,
            handles.as_ptr(),
            all.into(),
            milliseconds,
        )
    }
}

#[test]
fn a_wait_for_several_objects_ends_at_its_time_out() {
    each_seed(|_| {
        let (one, two) = (event(false), event(false));
        let both = [one.0, two.0];
        assert_eq!(
            taken(|| assert_eq!(wait(&both, false, 30_000), WAIT_TIMEOUT)),
            30_000
        );
        SetEvent(two.0);
        assert_eq!(
            taken(|| assert_eq!(wait(&both, true, 45_000), WAIT_TIMEOUT)),
            45_000
        );
        // The wait for both has left it set.
        assert_eq!(taken(|| assert_eq!(wait(&both, false, INFINITE), 1)), 0);
        assert_eq!(wait(&both, false, 0), WAIT_TIMEOUT);
    });
}

struct Late {
    event: Owned,
    after: u32,
}

unsafe extern "system" fn set_late(late: *mut c_void) -> u32 {
    // SAFETY: a `Late` that lives until this thread has ended.
    let late = unsafe { given::<Late>(late) };
    Sleep(late.after);
    SetEvent(late.event.0);
    late.after
}

#[test]
fn a_wait_for_all_ends_with_the_last_and_one_for_any_with_the_first() {
    each_seed(|_| {
        let late = [2000, 1000, 3000].map(|after| Late {
            event: event(true),
            after,
        });
        let threads = late.each_ref().map(|late| start(set_late, late));
        let events = late.each_ref().map(|late| late.event.0);
        assert_eq!(
            taken(|| assert_eq!(wait(&events, false, INFINITE), 1)),
            1000
        );
        assert_eq!(taken(|| assert_eq!(wait(&events, true, INFINITE), 0)), 2000);
        for thread in &threads {
            assert_eq!(WaitForSingleObject(thread.0, INFINITE), 0);
        }
    });
}
