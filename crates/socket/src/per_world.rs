//! Values that each simulated world has of its own, as each process has.
//!
//! Owns: [`PerWorld`]. Does not own: when a world ends. Invariants: the threads of one world see one value,
//! threads of no world that of the process; the values of a world go when it is gone. Without the feature
//! `sim` there are no worlds, and this is a [`PerProcess`]. Threading: any thread.
//!
//! For whatever has a thread or knows one: a thread of a world that is over would never come back to it.

use crate::process::PerProcess;

/// A value that each process has of its own, and in it each simulated world.
#[derive(Debug)]
pub struct PerWorld<T: 'static> {
    process: PerProcess<T>,
}

/// What a [`PerWorld`] gives: the value, for as long as it is kept.
#[cfg(not(feature = "sim"))]
#[derive(Debug)]
pub struct Own<T: 'static>(&'static T);

#[cfg(not(feature = "sim"))]
impl<T> std::ops::Deref for Own<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.0
    }
}

#[cfg(not(feature = "sim"))]
impl<T> Clone for Own<T> {
    fn clone(&self) -> Self {
        *self
    }
}

#[cfg(not(feature = "sim"))]
impl<T> Copy for Own<T> {}

#[cfg(feature = "sim")]
pub use in_world::Own;

impl<T: Send + Sync> PerWorld<T> {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        PerWorld {
            process: PerProcess::new(),
        }
    }
}

#[cfg(not(feature = "sim"))]
impl<T: Send + Sync> PerWorld<T> {
    /// The value of this world or process, if it has one.
    #[inline]
    #[must_use]
    pub fn get(&'static self) -> Option<Own<T>> {
        self.process.get().map(Own)
    }

    /// The value of this world or process, made if there is none.
    #[inline]
    pub fn get_or_init(&'static self, make: impl FnOnce() -> T) -> Own<T> {
        Own(self.process.get_or_init(make))
    }
}

impl<T: Send + Sync> Default for PerWorld<T> {
    fn default() -> Self {
        PerWorld::new()
    }
}

#[cfg(feature = "sim")]
mod in_world {
    use std::any::Any;
    use std::collections::BTreeMap;
    use std::ops::Deref;
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

    use super::PerWorld;
    use crate::world::{self, World};

    /// What a [`PerWorld`] gives: the value, for as long as it is kept.
    #[derive(Debug)]
    pub enum Own<T: 'static> {
        /// That of the process.
        Process(&'static T),
        /// That of a world.
        World(Arc<T>),
    }

    impl<T> Deref for Own<T> {
        type Target = T;

        fn deref(&self) -> &T {
            match self {
                Own::Process(value) => value,
                Own::World(value) => value,
            }
        }
    }

    impl<T> Clone for Own<T> {
        fn clone(&self) -> Self {
            match self {
                Own::Process(value) => Own::Process(value),
                Own::World(value) => Own::World(Arc::clone(value)),
            }
        }
    }

    type WorldValue = Arc<dyn Any + Send + Sync>;

    struct WorldValues {
        /// As long as this is here no other world has its address.
        world: Weak<dyn World>,
        /// By the address of their [`PerWorld`].
        values: BTreeMap<usize, WorldValue>,
    }

    static WORLDS: Mutex<Vec<WorldValues>> = Mutex::new(Vec::new());

    fn worlds() -> MutexGuard<'static, Vec<WorldValues>> {
        WORLDS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn value(world: &Arc<dyn World>, key: usize) -> Option<WorldValue> {
        let worlds = worlds();
        let own = worlds.iter().find(|values| values.is_of(world))?;
        own.values.get(&key).cloned()
    }

    /// Keeps the value, or finds that there is one already.
    fn keep(world: &Arc<dyn World>, key: usize, value: WorldValue) -> WorldValue {
        let mut worlds = worlds();
        if !worlds.iter().any(|values| values.is_of(world)) {
            let gone = take_gone(&mut worlds);
            worlds.push(WorldValues {
                world: Arc::downgrade(world),
                values: BTreeMap::new(),
            });
            drop(worlds);
            // Without the lock: whatever goes with them may have values of its own.
            drop(gone);
            return keep(world, key, value);
        }
        let own = worlds.iter_mut().find(|values| values.is_of(world));
        match own {
            Some(own) => Arc::clone(own.values.entry(key).or_insert(value)),
            None => value,
        }
    }

    /// Takes out what belongs to worlds that are gone.
    fn take_gone(worlds: &mut Vec<WorldValues>) -> Vec<WorldValues> {
        let all = std::mem::take(worlds);
        let (here, gone) = all.into_iter().partition(WorldValues::is_here);
        *worlds = here;
        gone
    }

    impl WorldValues {
        fn is_of(&self, world: &Arc<dyn World>) -> bool {
            std::ptr::addr_eq(self.world.as_ptr(), Arc::as_ptr(world))
        }

        fn is_here(&self) -> bool {
            self.world.strong_count() > 0
        }
    }

    impl<T: Send + Sync> PerWorld<T> {
        /// The value of this world or process, if it has one.
        #[must_use]
        pub fn get(&'static self) -> Option<Own<T>> {
            match world::current() {
                None => self.process.get().map(Own::Process),
                Some(world) => self.of(value(&world, self.key())?),
            }
        }

        /// The value of this world or process, made if there is none.
        ///
        /// # Panics
        /// Never: what is kept under the address of this one has its type.
        pub fn get_or_init(&'static self, make: impl FnOnce() -> T) -> Own<T> {
            let Some(world) = world::current() else {
                return Own::Process(self.process.get_or_init(make));
            };
            let there = value(&world, self.key());
            let value = there.unwrap_or_else(|| keep(&world, self.key(), Arc::new(make())));
            self.of(value).expect("a value of this type")
        }

        fn of(&'static self, value: WorldValue) -> Option<Own<T>> {
            value.downcast().ok().map(Own::World)
        }

        fn key(&'static self) -> usize {
            std::ptr::from_ref(self) as usize
        }
    }
}
