//! Threads of tests: as [`std::thread`] has them, and in a simulated test those of its simulation.
//!
//! Owns: the choice between both, by what the calling thread belongs to. Does not own: either. Without the feature
//! `sim` all are std's.

use std::time::Duration;

pub use std::thread::Result;

/// As [`std::thread::Scope`]. A copy is another handle of the same scope.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'scope, 'env>(ScopeArm<'scope, 'env>);

#[derive(Clone, Copy, Debug)]
enum ScopeArm<'scope, 'env> {
    System(&'scope std::thread::Scope<'scope, 'env>),
    #[cfg(feature = "sim")]
    Simulated(httpsys_sim::SimScope<'scope, 'env>),
}

/// As [`std::thread::ScopedJoinHandle`].
#[derive(Debug)]
pub struct ScopedJoinHandle<'scope, T>(ScopedArm<'scope, T>);

#[derive(Debug)]
enum ScopedArm<'scope, T> {
    System(std::thread::ScopedJoinHandle<'scope, T>),
    #[cfg(feature = "sim")]
    Simulated(httpsys_sim::ScopedSimThread<'scope, T>),
}

/// As [`std::thread::JoinHandle`].
#[derive(Debug)]
pub struct JoinHandle<T>(JoinArm<T>);

#[derive(Debug)]
enum JoinArm<T> {
    System(std::thread::JoinHandle<T>),
    #[cfg(feature = "sim")]
    Simulated(httpsys_sim::JoinHandle<T>),
}

/// As [`std::thread::scope`].
pub fn scope<'env, T>(body: impl for<'scope> FnOnce(Scope<'scope, 'env>) -> T) -> T {
    #[cfg(feature = "sim")]
    if crate::simulation::is_inside() {
        return httpsys_sim::scope(|scope| body(Scope(ScopeArm::Simulated(scope))));
    }
    std::thread::scope(|scope| body(Scope(ScopeArm::System(scope))))
}

/// As [`std::thread::spawn`].
///
/// # Panics
/// The system has no thread.
pub fn spawn<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    #[cfg(feature = "sim")]
    if crate::simulation::is_inside() {
        let started = httpsys_sim::spawn("test", body);
        return JoinHandle(JoinArm::Simulated(started.expect("a thread")));
    }
    JoinHandle(JoinArm::System(std::thread::spawn(body)))
}

/// As [`std::thread::yield_now`].
pub fn yield_now() {
    #[cfg(feature = "sim")]
    httpsys_sim::yield_now();
    #[cfg(not(feature = "sim"))]
    std::thread::yield_now();
}

/// As [`std::thread::sleep`].
pub fn sleep(time: Duration) {
    #[cfg(feature = "sim")]
    httpsys_sim::sleep(time);
    #[cfg(not(feature = "sim"))]
    std::thread::sleep(time);
}

impl<'scope> Scope<'scope, '_> {
    /// As that of std.
    pub fn spawn<T: Send + 'scope>(
        self,
        body: impl FnOnce() -> T + Send + 'scope,
    ) -> ScopedJoinHandle<'scope, T> {
        ScopedJoinHandle(match self.0 {
            ScopeArm::System(scope) => ScopedArm::System(scope.spawn(body)),
            #[cfg(feature = "sim")]
            ScopeArm::Simulated(scope) => ScopedArm::Simulated(scope.spawn(body)),
        })
    }
}

impl<T> ScopedJoinHandle<'_, T> {
    /// As that of std.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        match &self.0 {
            ScopedArm::System(thread) => thread.is_finished(),
            #[cfg(feature = "sim")]
            ScopedArm::Simulated(thread) => thread.is_finished(),
        }
    }

    /// As that of std.
    ///
    /// # Errors
    /// What the thread panicked with.
    pub fn join(self) -> Result<T> {
        match self.0 {
            ScopedArm::System(thread) => thread.join(),
            #[cfg(feature = "sim")]
            ScopedArm::Simulated(thread) => thread.join(),
        }
    }
}

impl<T> JoinHandle<T> {
    /// As that of std.
    ///
    /// # Errors
    /// What the thread panicked with.
    pub fn join(self) -> Result<T> {
        match self.0 {
            JoinArm::System(thread) => thread.join(),
            #[cfg(feature = "sim")]
            JoinArm::Simulated(thread) => thread.join(),
        }
    }
}
