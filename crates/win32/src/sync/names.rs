//! The names of objects: events, mutexes, semaphores and timers share one namespace.
//!
//! Owns the map from names to objects. Does not own the objects. Invariants: a name refers to one
//! object as long as somebody holds it; names are private to the process (documented difference: on
//! Windows they are shared by the session). Letter case matters (documented: Object Namespaces).
//! Threading: any thread.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use httpsys_socket::PerWorld;
use httpsys_socket::lock::Mutex;

use crate::object::Object;
use crate::status::{Code, ERROR_FILE_NOT_FOUND, ERROR_INVALID_HANDLE};

type NamedObjects = HashMap<Vec<u16>, Weak<dyn Object>>;

static NAMES: PerWorld<Mutex<NamedObjects>> = PerWorld::new();

/// The object of that name, made by `create` if there is none, and whether it existed before.
///
/// # Errors
/// 6 when the name belongs to an object of another type (documented: CreateEventW); those of
/// `create`.
pub fn open_or_create<T: Object>(
    name: &[u16],
    create: impl FnOnce() -> Result<Arc<T>, Code>,
) -> Result<(Arc<T>, bool), Code> {
    if name.is_empty() {
        return Ok((create()?, false));
    }
    let names = NAMES.get_or_init(Mutex::default);
    let mut names = names.lock();
    if let Some(object) = names.get(name).and_then(Weak::upgrade) {
        return Ok((cast(object)?, true));
    }
    names.retain(|_, object| object.strong_count() > 0);
    let object = create()?;
    let weak: Weak<T> = Arc::downgrade(&object);
    names.insert(name.to_vec(), weak);
    Ok((object, false))
}

/// The object of that name.
///
/// # Errors
/// 2 when there is none, 6 when it is of another type (documented: OpenEventW).
pub fn open<T: Object>(name: &[u16]) -> Result<Arc<T>, Code> {
    let names = NAMES.get_or_init(Mutex::default);
    let names = names.lock();
    cast(
        names
            .get(name)
            .and_then(Weak::upgrade)
            .ok_or(ERROR_FILE_NOT_FOUND)?,
    )
}

fn cast<T: Object>(object: Arc<dyn Object>) -> Result<Arc<T>, Code> {
    let any = object.into_any();
    any.downcast().map_err(|_| ERROR_INVALID_HANDLE)
}
