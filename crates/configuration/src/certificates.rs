//! Certificates by store and thumbprint: a folder for each store, a PEM file for each certificate.
//!
//! Owns: the names of folders and files, and adding, finding, listing and removing what is in them. Does not own:
//! reading PEM (`httpsys_tls`) nor who uses a certificate. Stores have no letter case, as on Windows: the folders have
//! capitals. Invariant: a file that is added belongs to this user alone (0600) and is whole. Threading: any thread.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use httpsys_core::configuration::ssl::is_store_name;
use httpsys_socket::lock::Mutex;
use httpsys_tls::Certificate;

use crate::error::{StoreError, StoreFault};
use crate::file::{self, FileLock, FileMarks};
use crate::text::hex_text;

/// The store of the certificates that sign those of clients: CA certificates, without keys.
pub const ROOT_STORE: &str = "ROOT";

/// The central certificate store: its files have the names of hosts, `example.org.pem` and `_.example.org.pem` for
/// `*.example.org`.
pub const CENTRAL_STORE: &str = "CENTRAL";

/// A larger file is not a certificate.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// See the module head.
#[derive(Debug)]
pub struct CertificateFolders(CertificateFiles);

#[derive(Debug)]
enum CertificateFiles {
    Folder(PathBuf),
    /// By store and name.
    Memory(Mutex<BTreeMap<(String, String), Vec<u8>>>),
}

/// A certificate that was found.
#[derive(Clone, Debug)]
pub struct FoundCertificate {
    /// The certificate.
    pub certificate: Arc<Certificate>,
    pub(crate) marks: CertificateMarks,
}

/// By what a changed certificate is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CertificateMarks {
    File(Option<FileMarks>),
    /// Of the files of a folder, by name.
    Folder(Vec<(String, Option<FileMarks>)>),
    /// A hash of what is there.
    Memory(Option<u64>),
}

impl CertificateMarks {
    /// Whether there is a file.
    pub(crate) fn is_there(&self) -> bool {
        !matches!(
            self,
            CertificateMarks::File(None) | CertificateMarks::Memory(None)
        )
    }
}

impl CertificateFolders {
    pub(crate) fn in_folder(folder: PathBuf) -> CertificateFolders {
        CertificateFolders(CertificateFiles::Folder(folder))
    }

    pub(crate) fn in_memory() -> CertificateFolders {
        CertificateFolders(CertificateFiles::Memory(Mutex::new(BTreeMap::new())))
    }

    /// The file of a certificate, where there are files.
    #[must_use]
    pub fn path_of(&self, store: &str, name: &str) -> Option<PathBuf> {
        match &self.0 {
            CertificateFiles::Folder(folder) => Some(file_in(folder, store, name)),
            CertificateFiles::Memory(_) => None,
        }
    }

    /// Adds a certificate with its chain and key, PEM, to a store, and tells its thumbprint. One that is there is
    /// replaced: a renewed chain has the same name.
    ///
    /// # Errors
    /// [`StoreFault::NoCertificate`] for what no server can show, with the reason; otherwise what the system says.
    pub fn add(&self, store: &str, pem: &[u8]) -> Result<FoundCertificate, StoreError> {
        let unusable = |why: String| StoreError::without_file(StoreFault::NoCertificate, why);
        let certificate = Certificate::from_pem(pem).map_err(|why| unusable(why.to_string()))?;
        let name = hex_text(&certificate.thumbprint());
        self.put(store, &name, pem)?;
        Ok(FoundCertificate {
            certificate: Arc::new(certificate),
            marks: self.marks(store, &name),
        })
    }

    /// Adds a file as it is: to [`CENTRAL_STORE`] under the name of a host, to [`ROOT_STORE`] under any.
    ///
    /// # Errors
    /// What the system says; [`StoreFault::NoCertificate`] for a name that cannot be one.
    pub fn put(&self, store: &str, name: &str, pem: &[u8]) -> Result<(), StoreError> {
        check_names(store, name)?;
        match &self.0 {
            CertificateFiles::Folder(folder) => {
                let folder = folder.join(folder_name(store));
                file::make_folder(&folder)?;
                let _lock = FileLock::take(&folder)?;
                let target = file::target_of(&folder.join(file_name(name)))?;
                file::replace(&target, pem).map(drop)
            }
            CertificateFiles::Memory(all) => {
                let key = memory_key(store, name);
                all.lock().insert(key, pem.to_owned());
                Ok(())
            }
        }
    }

    /// The certificate with this hash, as records name it.
    ///
    /// # Errors
    /// [`StoreFault::NoCertificate`] for one that is not there, cannot be read, or is another than its name says.
    pub fn find(&self, store: &str, hash: &[u8]) -> Result<FoundCertificate, StoreError> {
        let found = self.find_named(store, &hex_text(hash))?;
        if found.certificate.thumbprint() != *hash {
            let (own, name) = (hex_text(&found.certificate.thumbprint()), hex_text(hash));
            let words = format!("holds the certificate {own}, not {name}");
            return Err(self.missing(store, &name, words));
        }
        Ok(found)
    }

    /// The certificate in the file of this name.
    ///
    /// # Errors
    /// As [`CertificateFolders::find`].
    pub fn find_named(&self, store: &str, name: &str) -> Result<FoundCertificate, StoreError> {
        // Before it is read: a change in between is seen the next time.
        let marks = self.marks(store, name);
        let pem = self.pem(store, name)?;
        let pem = pem.ok_or_else(|| {
            self.missing(
                store,
                name,
                format!("the store {store} has no certificate {name}"),
            )
        })?;
        let certificate = Certificate::from_pem(&pem);
        let certificate = certificate.map_err(|why| self.missing(store, name, why.to_string()))?;
        Ok(FoundCertificate {
            certificate: Arc::new(certificate),
            marks,
        })
    }

    /// The names in a store: thumbprints, or those of hosts; without the ending. In order.
    ///
    /// # Errors
    /// What the system says; a store that is not there has none.
    pub fn names(&self, store: &str) -> Result<Vec<String>, StoreError> {
        let mut names = match &self.0 {
            CertificateFiles::Folder(folder) => names_in(&folder.join(folder_name(store)))?,
            CertificateFiles::Memory(all) => {
                let store = folder_name(store);
                let all = all.lock();
                let own = all.keys().filter(|(of, _)| *of == store);
                own.map(|(_, name)| name.clone()).collect()
            }
        };
        names.sort_unstable();
        Ok(names)
    }

    /// The text of a file; `None` if it is not there.
    ///
    /// # Errors
    /// What the system says.
    pub fn pem(&self, store: &str, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        check_names(store, name)?;
        match &self.0 {
            CertificateFiles::Folder(folder) => {
                let path = file_in(folder, store, name);
                read(&path).map_err(|error| StoreError::of_system(&error, &path, "read"))
            }
            CertificateFiles::Memory(all) => {
                let key = memory_key(store, name);
                Ok(all.lock().get(&key).cloned())
            }
        }
    }

    /// Removes a certificate; false if it is not there.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove(&self, store: &str, name: &str) -> Result<bool, StoreError> {
        check_names(store, name)?;
        match &self.0 {
            CertificateFiles::Folder(folder) => {
                let path = file_in(folder, store, name);
                match fs::remove_file(&path) {
                    Ok(()) => Ok(true),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
                    Err(error) => Err(StoreError::of_system(&error, &path, "removed")),
                }
            }
            CertificateFiles::Memory(all) => {
                let key = memory_key(store, name);
                Ok(all.lock().remove(&key).is_some())
            }
        }
    }

    /// The marks of a certificate's file.
    pub(crate) fn marks(&self, store: &str, name: &str) -> CertificateMarks {
        match &self.0 {
            CertificateFiles::Folder(folder) => {
                let path = file_in(folder, store, name);
                CertificateMarks::File(FileMarks::of(&path))
            }
            CertificateFiles::Memory(all) => {
                let key = memory_key(store, name);
                CertificateMarks::Memory(all.lock().get(&key).map(hash_of))
            }
        }
    }

    /// The marks of a store: another file in it changes them, and a change of one.
    pub(crate) fn marks_of_store(&self, store: &str) -> CertificateMarks {
        let names = self.names(store).unwrap_or_default();
        match &self.0 {
            CertificateFiles::Folder(folder) => {
                let folder = folder.join(folder_name(store));
                let marks = |name: String| {
                    let marks = FileMarks::of(&folder.join(file_name(&name)));
                    (name, marks)
                };
                CertificateMarks::Folder(names.into_iter().map(marks).collect())
            }
            CertificateFiles::Memory(all) => {
                let (store, all) = (folder_name(store), all.lock());
                let own = all.iter().filter(|((of, _), _)| *of == store);
                CertificateMarks::Memory(Some(hash_of(&own.collect::<Vec<_>>())))
            }
        }
    }

    fn missing(&self, store: &str, name: &str, words: String) -> StoreError {
        match self.path_of(store, name) {
            Some(path) => StoreError::new(StoreFault::NoCertificate, &path, words),
            None => StoreError::without_file(StoreFault::NoCertificate, words),
        }
    }
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(metadata) if !metadata.is_file() || metadata.len() > MAX_FILE_BYTES => {
            Err(io::Error::other("not a file, or larger than 1 MiB"))
        }
        Ok(_) => fs::read(path).map(Some),
    }
}

fn names_in(folder: &Path) -> Result<Vec<String>, StoreError> {
    let failed = |error: io::Error| StoreError::of_system(&error, folder, "read");
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        let name = name.to_str().and_then(|name| name.strip_suffix(".pem"));
        names.extend(name.map(str::to_owned));
    }
    Ok(names)
}

/// A name leads into its folder and nowhere else.
fn check_names(store: &str, name: &str) -> Result<(), StoreError> {
    if is_store_name(store) && is_store_name(name) {
        return Ok(());
    }
    let words = format!("{store:?} or {name:?} cannot be the name of a file");
    Err(StoreError::without_file(StoreFault::NoCertificate, words))
}

fn hash_of(what: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

fn file_in(folder: &Path, store: &str, name: &str) -> PathBuf {
    folder.join(folder_name(store)).join(file_name(name))
}

fn memory_key(store: &str, name: &str) -> (String, String) {
    (folder_name(store), name.to_owned())
}

fn folder_name(store: &str) -> String {
    store.to_ascii_uppercase()
}

fn file_name(name: &str) -> String {
    format!("{name}.pem")
}
