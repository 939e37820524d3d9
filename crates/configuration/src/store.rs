//! The store: records, parameters and certificates of one place.
//!
//! Owns: what was read last, reading again what has changed, changes under the lock. Does not own: the format
//! (`document`), files (`file`), certificates (`certificates`). Invariants: what [`ConfigurationStore::records`] gives
//! is what the file said when it was last whole; a change is in the file before anybody but its maker sees it.
//! Threading: any thread; changes of one store take turns, with those of other processes as well.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use httpsys_core::configuration::Change;
use httpsys_core::configuration::ssl::SslRecord;
use httpsys_core::records::Records;
use httpsys_socket::lock::{Mutex, MutexGuard};
use httpsys_tls::Bindings;

use crate::bindings::{BindingCache, warnings};
use crate::certificates::CertificateFolders;
use crate::document::{Document, Unreadable};
use crate::error::{ChangeError, StoreError, StoreFault};
use crate::file::{self, FileLock, FileMarks};
use crate::place::StorePlace;

/// See the module head.
#[derive(Debug)]
pub struct ConfigurationStore {
    path: Option<PathBuf>,
    certificates: CertificateFolders,
    state: Mutex<StoreState>,
}

#[derive(Debug)]
struct StoreState {
    document: Document,
    records: Arc<Records>,
    /// Counted up with each other document.
    revision: u64,
    /// Of the file that was read; `None` when none was there.
    marks: Option<FileMarks>,
    /// Another change of the file would show by its marks.
    is_settled: bool,
    /// What was wrong with the file that has these marks.
    fault: Option<StoreError>,
    bindings: BindingCache,
    /// The revision whose records are bound.
    bound_revision: Option<u64>,
}

impl ConfigurationStore {
    /// A store that nobody else sees.
    #[must_use]
    pub fn memory() -> ConfigurationStore {
        ConfigurationStore {
            path: None,
            certificates: CertificateFolders::in_memory(),
            state: Mutex::new(StoreState::new()),
        }
    }

    /// The store of a place. A file that is not there is an empty store, and is made by the first change.
    ///
    /// # Errors
    /// For a file that cannot be read or understood.
    pub fn open(place: StorePlace) -> Result<ConfigurationStore, StoreError> {
        let StorePlace::File(path) = place else {
            return Ok(ConfigurationStore::memory());
        };
        let folder = path.parent().map_or_else(PathBuf::new, PathBuf::from);
        let store = ConfigurationStore {
            certificates: CertificateFolders::in_folder(folder.join("certificates")),
            state: Mutex::new(StoreState::new()),
            path: Some(path),
        };
        store.records()?;
        Ok(store)
    }

    /// The file; `None` for a store in memory.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The certificates of the store.
    #[must_use]
    pub fn certificates(&self) -> &CertificateFolders {
        &self.certificates
    }

    /// The records as they are now: the file is looked at, and read if it has changed.
    ///
    /// # Errors
    /// For a file that cannot be read or understood; [`ConfigurationStore::with_last_records`] has those from before.
    pub fn records(&self) -> Result<Arc<Records>, StoreError> {
        let mut state = self.state.lock();
        state.refresh(self.path())?;
        Ok(Arc::clone(&state.records))
    }

    /// Shows the records as they are now, with a number that is another one for other records. Until it returns
    /// nobody changes them through this store.
    ///
    /// # Errors
    /// As [`ConfigurationStore::records`].
    pub fn with_records<R>(&self, work: impl FnOnce(&Records, u64) -> R) -> Result<R, StoreError> {
        let mut state = self.state.lock();
        state.refresh(self.path())?;
        Ok(work(&state.records, state.revision))
    }

    /// As [`ConfigurationStore::with_records`], with what was read last.
    pub fn with_last_records<R>(&self, work: impl FnOnce(&Records, u64) -> R) -> R {
        let state = self.state.lock();
        work(&state.records, state.revision)
    }

    /// Registry parameters that stand in the file, names and values, in its order.
    #[must_use]
    pub fn parameters(&self) -> Vec<(String, String)> {
        self.state.lock().document.parameters().to_vec()
    }

    /// Members of the file that mean nothing to this version, with the way to them, as `timeouts.idle_connection`:
    /// most are misspelt. They are kept.
    #[must_use]
    pub fn unknown_members(&self) -> Vec<String> {
        self.state.lock().document.unknown_members()
    }

    /// Changes the records. `change` gets them as they are now, under the lock of the file; what it leaves is
    /// written, unless it fails.
    ///
    /// # Errors
    /// What `change` says; otherwise why the file cannot be read, understood or written. Nothing has changed then.
    pub fn change<R, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&mut Records) -> Result<R, E>,
    ) -> Result<R, E> {
        let mut state = self.state.lock();
        let target = self.path.as_deref().map(file::target_of).transpose();
        let target = target.map_err(E::from)?;
        let lock = target.as_deref().map(FileLock::take).transpose();
        let lock = lock.map_err(E::from)?;
        if let Some(path) = &target {
            state.read(path).map_err(E::from)?;
        }
        let mut records = Records::clone(&state.records);
        let result = change(&mut records)?;
        let document = state.document.with_records(records);
        let mut marks = None;
        if let Some(path) = &target {
            let text = document.to_text();
            marks = Some(file::replace(path, text.as_bytes()).map_err(E::from)?);
        }
        state.adopt(document, marks);
        drop(lock);
        Ok(result)
    }

    /// Makes one change of the configuration, with the check of a certificate that it names.
    ///
    /// # Errors
    /// As [`ConfigurationStore::change`]; [`httpsys_core::Error`] has what is wrong with the change.
    pub fn configure(&self, change: Change, now: SystemTime) -> Result<Vec<String>, ChangeError> {
        let warnings = match &change {
            Change::AddSsl(record) | Change::UpdateSsl(record) => self.check(record, now)?,
            _ => Vec::new(),
        };
        self.change(|records| {
            records
                .configuration
                .apply(change)
                .map_err(ChangeError::from)
        })?;
        Ok(warnings)
    }

    /// Whether the certificate that a record names is there and can be shown, and what clients may have against it:
    /// that it has expired, or is made for another name.
    ///
    /// # Errors
    /// [`StoreFault::NoCertificate`] with the reason. A record of the central store names none.
    pub fn check(&self, record: &SslRecord, now: SystemTime) -> Result<Vec<String>, StoreError> {
        let parameters = &record.parameters;
        if parameters.hash.is_empty() {
            return Ok(Vec::new());
        }
        let found = self
            .certificates
            .find(parameters.store(), &parameters.hash)?;
        let host = record.key.host_name().unwrap_or_default();
        Ok(warnings(&found.certificate, host, now))
    }

    /// What is bound to which endpoint; `None` if that is what it was at the last call. Looks at the file and at the
    /// files of the certificates that are in use.
    ///
    /// # Errors
    /// As [`ConfigurationStore::records`]; what was bound before still holds then.
    pub fn new_bindings(&self, now: SystemTime) -> Result<Option<Bindings>, StoreError> {
        self.bind(self.state.lock(), now)
    }

    /// As [`ConfigurationStore::new_bindings`], for a thread that must not wait: `None` also while another one has the
    /// store, which may wait for another process.
    ///
    /// # Errors
    /// As [`ConfigurationStore::records`].
    pub fn try_new_bindings(&self, now: SystemTime) -> Result<Option<Bindings>, StoreError> {
        match self.state.try_lock() {
            Some(state) => self.bind(state, now),
            None => Ok(None),
        }
    }

    fn bind(
        &self,
        mut state: MutexGuard<'_, StoreState>,
        now: SystemTime,
    ) -> Result<Option<Bindings>, StoreError> {
        state.refresh(self.path())?;
        let state = &mut *state;
        let is_new = state.bound_revision != Some(state.revision);
        if !is_new && !state.bindings.is_stale(&self.certificates) {
            return Ok(None);
        }
        let bindings = state.bindings.bind(&state.records, &self.certificates, now);
        state.bound_revision = Some(state.revision);
        Ok(Some(bindings))
    }
}

impl StoreState {
    fn new() -> StoreState {
        let document = Document::empty();
        StoreState {
            records: Arc::new(document.records().clone()),
            document,
            revision: 0,
            marks: None,
            is_settled: false,
            fault: None,
            bindings: BindingCache::default(),
            bound_revision: None,
        }
    }

    /// Reads the file if its marks are others than they were.
    fn refresh(&mut self, path: Option<&Path>) -> Result<(), StoreError> {
        let Some(path) = path else { return Ok(()) };
        let marks = FileMarks::of(path);
        // Without marks it is not there, or cannot be looked at: reading tells which.
        if marks.is_some() && marks == self.marks && self.is_settled {
            return self.fault.clone().map_or(Ok(()), Err);
        }
        self.read(path)
    }

    fn read(&mut self, path: &Path) -> Result<(), StoreError> {
        let read = file::read(path);
        let (text, marks) = match read {
            Ok(Some(read)) => read,
            Ok(None) => {
                if self.marks.is_some() || self.fault.is_some() {
                    self.adopt(Document::empty(), None);
                }
                return Ok(());
            }
            Err(error) => {
                self.marks = None;
                self.fault = Some(error.clone());
                return Err(error);
            }
        };
        match Document::parse(&text) {
            Ok(document) => {
                for member in document.unknown_members() {
                    let path = path.display();
                    tracing::warn!(%path, member, "the configuration has a member without a meaning");
                }
                self.adopt(document, Some(marks));
                Ok(())
            }
            Err(why) => {
                let error = unreadable(path, why);
                // What was read before stays in force.
                self.marks = Some(marks);
                self.is_settled = marks.are_settled(SystemTime::now());
                self.fault = Some(error.clone());
                Err(error)
            }
        }
    }

    fn adopt(&mut self, document: Document, marks: Option<FileMarks>) {
        self.is_settled = marks.is_some_and(|marks| marks.are_settled(SystemTime::now()));
        self.marks = marks;
        self.fault = None;
        if document == self.document {
            return;
        }
        self.records = Arc::new(document.records().clone());
        self.document = document;
        self.revision += 1;
    }
}

fn unreadable(path: &Path, why: Unreadable) -> StoreError {
    match why {
        Unreadable::Broken(position, words) => {
            let fault = StoreFault::Broken {
                line: position.line,
                column: position.column,
            };
            StoreError::new(fault, path, words)
        }
        Unreadable::Newer(version) => StoreError::new(
            StoreFault::NewerVersion,
            path,
            format!("is of version {version}, and this library knows none newer than 1"),
        ),
    }
}
