//! Cleanup groups: the members of a part of the program, ended together.
//!
//! Owns the list of members. Does not own the members. Invariant: a member is on the list from its
//! creation until it is closed, by the program or by the group. Threading: any thread; no lock is held
//! while members are waited for.

use std::ffi::c_void;
use std::sync::Arc;

use httpsys_socket::lock::Mutex;

use crate::object::Object;

/// What a cleanup group can end.
pub(crate) trait GroupMember: Send + Sync {
    /// Nothing makes its callback due any more; what is queued still runs.
    fn release(self: Arc<Self>);

    /// As [`GroupMember::release`], and its callbacks have ended; with `discard` those that have not begun are
    /// dropped, and the program is told with `context`.
    fn clean_up(self: Arc<Self>, discard: bool, context: *mut c_void);
}

/// A cleanup group (documented: CreateThreadpoolCleanupGroup).
#[derive(Default)]
pub struct CleanupGroup {
    members: Mutex<Vec<Arc<dyn GroupMember>>>,
}

impl CleanupGroup {
    pub(crate) fn join(&self, member: Arc<dyn GroupMember>) {
        self.members.lock().push(member);
    }

    pub(crate) fn leave(&self, member: *const ()) {
        let mut members = self.members.lock();
        members.retain(|other| !std::ptr::addr_eq(Arc::as_ptr(other), member));
    }

    /// Closes all members and waits for none: callbacks that are queued still run.
    pub(crate) fn release_members(&self) {
        let members = std::mem::take(&mut *self.members.lock());
        members.into_iter().for_each(GroupMember::release);
    }

    /// CloseThreadpoolCleanupGroupMembers: closes all members and waits for their callbacks. With
    /// `discard` callbacks that have not begun are dropped, and for each such member its cancel
    /// callback is called with `context`.
    pub fn close_members(&self, discard: bool, context: *mut c_void) {
        loop {
            let members = std::mem::take(&mut *self.members.lock());
            if members.is_empty() {
                return;
            }
            for member in members {
                member.clean_up(discard, context);
            }
        }
    }
}

impl Object for CleanupGroup {
    fn close_allowed(&self) -> bool {
        false
    }
}

impl std::fmt::Debug for CleanupGroup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group")
            .field("members", &self.members.lock().len())
            .finish()
    }
}
