//! Open keys, and the one tree behind them.
//!
//! Owns the tree of the process with its lock, what an open key may do, and who waits for changes. Does not own
//! the form of names and buffers. Invariants: the predefined keys are always there; a key that was taken away
//! gives 1018 to those who have it open, also when one of the same name is made. A file that cannot be used
//! makes every call fail with 1009, after one warning. Threading: any thread; the lock is a leaf but
//! for setting events.

use std::sync::Arc;

use httpsys_socket::lock::Mutex;
use httpsys_socket::process::PerProcess;

use super::file::{self, ROOTS};
use super::tree::{self, KeyNode, RegistryValue, fold, parts};
use crate::handle::{self, Handle};
use crate::object::Object;
use crate::status::{
    Code, ERROR_ACCESS_DENIED, ERROR_BADDB, ERROR_FILE_NOT_FOUND, ERROR_INVALID_HANDLE,
    ERROR_INVALID_PARAMETER, ERROR_KEY_DELETED, ERROR_NO_SYSTEM_RESOURCES,
};
use crate::sync::event::Event;
use crate::time;

/// KEY_QUERY_VALUE.
pub const QUERY: u32 = 0x1;
/// KEY_SET_VALUE.
pub const SET: u32 = 0x2;
/// KEY_ENUMERATE_SUB_KEYS.
pub const ENUMERATE: u32 = 0x8;
/// KEY_NOTIFY.
pub const NOTIFY: u32 = 0x10;
/// KEY_ALL_ACCESS.
pub const ALL: u32 = 0xF003F;
/// REG_NOTIFY_CHANGE_NAME.
pub const CHANGED_NAMES: u32 = 0x1;
/// REG_NOTIFY_CHANGE_LAST_SET.
pub const CHANGED_VALUES: u32 = 0x4;

/// HKEY_CLASSES_ROOT; the others follow.
const FIRST_ROOT: usize = 0xFFFF_FFFF_8000_0000;
/// What HKEY_CLASSES_ROOT shows.
const CLASSES: &str = "HKEY_LOCAL_MACHINE\\Software\\Classes";

/// An open key: where it is and what may be done with it.
#[derive(Clone, Debug)]
pub struct Key {
    path: String,
    id: u64,
    access: u32,
}

impl Object for Key {
    /// RegCloseKey closes it.
    fn close_allowed(&self) -> bool {
        false
    }
}

struct Store {
    root: KeyNode,
    watches: Vec<Watch>,
}

struct Watch {
    path: String,
    subtree: bool,
    filter: u32,
    event: Arc<Event>,
}

static STORE: PerProcess<Mutex<Option<Store>>> = PerProcess::new();

/// FILETIME of now.
fn now() -> u64 {
    time::file_time().max(0).unsigned_abs()
}

fn load() -> Option<Store> {
    let mut root = KeyNode::default();
    if let Some(path) = std::env::var_os(file::VARIABLE).filter(|path| !path.is_empty()) {
        let read = std::fs::read_to_string(&path).map_err(|error| error.to_string());
        match read.and_then(|text| file::read(&text, now())) {
            Ok(read) => root = read,
            Err(error) => {
                let path = path.to_string_lossy();
                // A program may use the registry before anything of HTTP.
                crate::trace::install();
                tracing::warn!(target: "httpsys", "the registry in {path} cannot be used: {error}");
                return None;
            }
        }
    }
    for (name, _) in ROOTS {
        root.create(name, now());
    }
    // What the file has of HKEY_CLASSES_ROOT is where that key shows it.
    if let Some(classes) = root.remove(ROOTS[0].0, now()) {
        let shown = root.create(CLASSES, now()).0;
        shown.take_over(classes);
    }
    Some(Store {
        root,
        watches: Vec::new(),
    })
}

fn with<R>(body: impl FnOnce(&mut Store) -> Result<R, Code>) -> Result<R, Code> {
    let store = STORE.get_or_init(|| Mutex::new(load()));
    let mut store = store.lock();
    body(store.as_mut().ok_or(ERROR_BADDB)?)
}

/// The key behind an HKEY: an open one or a predefined one.
///
/// # Errors
/// 6, and 1009 without a usable registry.
pub fn of(handle: Handle) -> Result<Key, Code> {
    if let Some(key) = handle::lookup_as::<Key>(handle) {
        return Ok((*key).clone());
    }
    let index = match (handle as usize).wrapping_sub(FIRST_ROOT) {
        index @ 0..=3 => index,
        5 => 4,
        _ => return Err(ERROR_INVALID_HANDLE),
    };
    let path = match index {
        0 => CLASSES,
        _ => ROOTS[index].0,
    };
    with(|store| {
        let id = store.root.create(path, now()).0.id;
        Ok(Key {
            path: path.to_owned(),
            id,
            access: ALL,
        })
    })
}

/// RegCloseKey. A predefined key stays open.
///
/// # Errors
/// 6.
pub fn close(handle: Handle) -> Result<(), Code> {
    match handle::lookup_as::<Key>(handle) {
        Some(_) => handle::remove(handle).map(drop).ok_or(ERROR_INVALID_HANDLE),
        None => of(handle).map(drop),
    }
}

/// Opens a handle to a key.
///
/// # Errors
/// 1450.
pub fn open(key: Key) -> Result<Handle, Code> {
    let handle = handle::insert(Arc::new(key));
    match handle.is_null() {
        true => Err(ERROR_NO_SYSTEM_RESOURCES),
        false => Ok(handle),
    }
}

impl Store {
    fn node(&self, key: &Key, right: u32) -> Result<&KeyNode, Code> {
        if key.access & right != right {
            return Err(ERROR_ACCESS_DENIED);
        }
        let node = self.root.find(&key.path).filter(|node| node.id == key.id);
        node.ok_or(ERROR_KEY_DELETED)
    }

    fn changed(&mut self, path: &str, what: u32) {
        let changed = fold(path);
        self.watches.retain(|watch| {
            let below = || {
                let rest = changed.strip_prefix(&watch.path);
                watch.subtree && rest.is_some_and(|rest| rest.starts_with('\\'))
            };
            let meant = watch.filter & what != 0 && (watch.path == changed || below());
            if meant {
                watch.event.set();
            }
            !meant
        });
    }
}

impl Key {
    /// The full path of a key below this one.
    fn below(&self, path: &str) -> String {
        let own = parts(&self.path);
        own.chain(parts(path)).collect::<Vec<_>>().join("\\")
    }

    /// RegOpenKeyEx. The rights of WOW64 views mean nothing.
    ///
    /// # Errors
    /// 2, 1018.
    pub fn open(&self, path: &str, access: u32) -> Result<Key, Code> {
        with(|store| {
            let node = store.node(self, 0)?.find(path);
            Ok(Key {
                id: node.ok_or(ERROR_FILE_NOT_FOUND)?.id,
                path: self.below(path),
                access: rights(access),
            })
        })
    }

    /// RegCreateKeyEx: the key and whether it is new.
    ///
    /// # Errors
    /// 87 for a name of more than 255 units and for a key more than 512 keys deep (documented limits, the code
    /// assumed), 1018.
    pub fn create(&self, path: &str, access: u32) -> Result<(Key, bool), Code> {
        with(|store| {
            store.node(self, 0)?;
            let full = self.below(path);
            if !tree::can_be_key(&full) {
                return Err(ERROR_INVALID_PARAMETER);
            }
            let (node, made) = store.root.create(&full, now());
            let key = Key {
                id: node.id,
                path: full,
                access: rights(access),
            };
            if made {
                store.changed(&above(&key.path), CHANGED_NAMES);
            }
            Ok((key, made))
        })
    }

    /// Looks at the key and what is in it.
    ///
    /// # Errors
    /// 5 without the right, 1018, and what `look` gives.
    pub fn look<R>(
        &self,
        right: u32,
        look: impl FnOnce(&KeyNode) -> Result<R, Code>,
    ) -> Result<R, Code> {
        with(|store| look(store.node(self, right)?))
    }

    /// RegSetValueEx.
    ///
    /// # Errors
    /// 5, 87 for a name of more than 16,383 units, 1018.
    pub fn set(&self, value: RegistryValue) -> Result<(), Code> {
        if !tree::can_be_value(&value.name) {
            return Err(ERROR_INVALID_PARAMETER);
        }
        with(|store| {
            store.node(self, SET)?;
            let node = store.root.find_mut(&self.path);
            node.ok_or(ERROR_KEY_DELETED)?.set(value, now());
            store.changed(&self.path, CHANGED_VALUES);
            Ok(())
        })
    }

    /// RegDeleteValue.
    ///
    /// # Errors
    /// 2, 5, 1018.
    pub fn unset(&self, name: &str) -> Result<(), Code> {
        with(|store| {
            store.node(self, SET)?;
            let node = store.root.find_mut(&self.path);
            match node.ok_or(ERROR_KEY_DELETED)?.unset(name, now()) {
                true => store.changed(&self.path, CHANGED_VALUES),
                false => return Err(ERROR_FILE_NOT_FOUND),
            }
            Ok(())
        })
    }

    /// RegDeleteKey, with `all` RegDeleteTree: a key below this one.
    ///
    /// # Errors
    /// 2, 5 when there are keys below it, 87 for the empty path.
    pub fn remove(&self, path: &str, all: bool) -> Result<(), Code> {
        if parts(path).next().is_none() {
            return Err(ERROR_INVALID_PARAMETER);
        }
        with(|store| {
            let node = store
                .node(self, 0)?
                .find(path)
                .ok_or(ERROR_FILE_NOT_FOUND)?;
            if !all && node.keys().len() > 0 {
                return Err(ERROR_ACCESS_DENIED);
            }
            let full = self.below(path);
            store.root.remove(&full, now());
            store.changed(&above(&full), CHANGED_NAMES);
            Ok(())
        })
    }

    /// RegDeleteTree without a path: all in this key.
    ///
    /// # Errors
    /// 1018.
    pub fn clear(&self) -> Result<(), Code> {
        with(|store| {
            store.node(self, 0)?;
            let node = store.root.find_mut(&self.path);
            node.ok_or(ERROR_KEY_DELETED)?.clear(now());
            store.changed(&self.path, CHANGED_NAMES | CHANGED_VALUES);
            Ok(())
        })
    }

    /// RegNotifyChangeKeyValue: sets the event at the next change.
    ///
    /// # Errors
    /// 5, 87 for a filter with nothing, 1018.
    pub fn watch(&self, subtree: bool, filter: u32, event: Arc<Event>) -> Result<(), Code> {
        if filter & (CHANGED_NAMES | CHANGED_VALUES) == 0 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        with(|store| {
            store.node(self, NOTIFY)?;
            store.watches.push(Watch {
                path: fold(&self.path),
                subtree,
                filter,
                event,
            });
            Ok(())
        })
    }
}

/// The rights that a handle asks for: generic ones and MAXIMUM_ALLOWED in full.
fn rights(access: u32) -> u32 {
    const GENERIC_READ: u32 = 0x8000_0000;
    const GENERIC_WRITE: u32 = 0x4000_0000;
    const READ: u32 = 0x20019;
    const WRITE: u32 = 0x20006;
    let mut rights = access & ALL;
    if access & 0x1200_0000 != 0 {
        rights |= ALL;
    }
    if access & GENERIC_READ != 0 {
        rights |= READ;
    }
    if access & GENERIC_WRITE != 0 {
        rights |= WRITE;
    }
    rights
}

/// The path of the key above.
fn above(path: &str) -> String {
    let (above, _) = path.rsplit_once('\\').unwrap_or_default();
    above.to_owned()
}
