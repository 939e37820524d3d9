//! The store as its users see it: files, two who write at once, certificates.
//!
//! Each test has a folder of its own. Threading: one process per test, and one that the test starts.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use httpsys_configuration::{
    CENTRAL_STORE, ConfigurationStore, ROOT_STORE, StoreError, StoreFault, StorePlace,
};
use httpsys_core::Error;
use httpsys_core::configuration::ssl::{SslFlags, SslKey, SslParameters, SslRecord};
use httpsys_core::configuration::{Change, ServiceTimeout};
use httpsys_core::reservation::Reservation;

const LOCALHOST: &[u8] = include_bytes!("../../tls/testdata/localhost.pem");
const EXAMPLE: &[u8] = include_bytes!("../../tls/testdata/example.pem");
const ROOT: &[u8] = include_bytes!("../../tls/testdata/root.pem");

/// Within the time for which the certificates are made.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_893_456_000)
}

/// A folder that ends with its test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path =
            std::env::temp_dir().join(format!("httpsys-store-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("config.json")
    }

    fn store(&self) -> ConfigurationStore {
        ConfigurationStore::open(StorePlace::File(self.file())).expect("a store")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn reserve(store: &ConfigurationStore, url: &str) -> Result<(), StoreError> {
    store.change(|records| {
        let reservation = Reservation {
            url: url.encode_utf16().collect(),
            descriptor: "D:(A;;GX;;;WD)".encode_utf16().collect(),
        };
        records.reservations.add(reservation).expect(url);
        Ok(())
    })
}

fn urls(store: &ConfigurationStore) -> Vec<String> {
    let records = store.records().expect("records");
    let urls = records.reservations.iter();
    urls.map(|record| String::from_utf16_lossy(&record.url))
        .collect()
}

#[test]
fn cfg_004_what_one_store_writes_another_sees_and_memory_nobody() {
    let folder = Folder::new("seen");
    let (one, other) = (folder.store(), folder.store());
    assert!(!folder.file().exists(), "looking makes no file");
    reserve(&one, "http://+:80/a/").unwrap();
    assert_eq!(urls(&other), ["http://+:80/a/"]);
    reserve(&other, "http://+:80/b/").unwrap();
    assert_eq!(urls(&one), ["http://+:80/a/", "http://+:80/b/"]);
    assert_eq!(urls(&folder.store()).len(), 2);
    fs::remove_file(folder.file()).unwrap();
    assert_eq!(urls(&one), [""; 0]);
    let memory = ConfigurationStore::memory();
    reserve(&memory, "http://+:80/a/").unwrap();
    assert_eq!(
        (
            urls(&memory).len(),
            urls(&ConfigurationStore::memory()).len()
        ),
        (1, 0)
    );
}

#[test]
fn a_change_by_hand_is_seen_also_at_once_and_with_the_same_size() {
    let folder = Folder::new("hand");
    let store = folder.store();
    let write = |seconds: u16| {
        let text =
            format!("{{\"version\": 1, \"timeouts\": {{\"header_wait_seconds\": {seconds}}}}}");
        fs::write(folder.file(), text).unwrap();
    };
    for seconds in 10..60 {
        write(seconds);
        let records = store.records().unwrap();
        let timeout = records.configuration.timeout(ServiceTimeout::HeaderWait);
        assert_eq!(timeout, seconds);
    }
}

#[test]
fn a_broken_file_is_refused_with_its_place_and_never_written() {
    let folder = Folder::new("broken");
    let store = folder.store();
    reserve(&store, "http://+:80/a/").unwrap();
    let whole = fs::read_to_string(folder.file()).unwrap();
    let cut = &whole[..whole.len() - 4];
    fs::write(folder.file(), cut).unwrap();
    let error = store.records().unwrap_err();
    assert!(matches!(error.fault, StoreFault::Broken { .. }), "{error}");
    assert_eq!(error.error(), Error::ConfigurationBroken);
    let lines = cut.lines().count();
    assert!(
        error.to_string().contains(&format!("config.json:{lines}:")),
        "{error}"
    );
    assert!(reserve(&store, "http://+:80/b/").is_err());
    assert!(ConfigurationStore::open(StorePlace::File(folder.file())).is_err());
    assert_eq!(fs::read_to_string(folder.file()).unwrap(), cut);
    assert_eq!(
        store.with_last_records(|records, _| records.reservations.iter().count()),
        1,
        "what was read before holds"
    );
    fs::write(folder.file(), "{\"version\": 2}").unwrap();
    let error = store.records().unwrap_err();
    assert_eq!(
        (error.fault, error.error()),
        (StoreFault::NewerVersion, Error::RevisionMismatch)
    );
    assert!(reserve(&store, "http://+:80/b/").is_err());
    assert_eq!(
        fs::read_to_string(folder.file()).unwrap(),
        "{\"version\": 2}"
    );
    fs::write(folder.file(), &whole).unwrap();
    reserve(&store, "http://+:80/b/").unwrap();
    assert_eq!(urls(&store).len(), 2);
}

#[test]
fn a_change_that_is_refused_writes_nothing() {
    let folder = Folder::new("refused");
    let store = folder.store();
    let (timeout, seconds) = (ServiceTimeout::HeaderWait, 7);
    let set = Change::SetTimeout { timeout, seconds };
    store.configure(set.clone(), now()).unwrap();
    let before = fs::read(folder.file()).unwrap();
    let refused = store.configure(set, now()).unwrap_err();
    assert_eq!(refused.error(), Error::AlreadyExists);
    assert_eq!(fs::read(folder.file()).unwrap(), before);
}

/// Not a test by itself: what the tests below start, in a process of its own.
#[test]
fn writer() {
    let Ok(path) = std::env::var("STORE_TEST_FILE") else {
        return;
    };
    let name = std::env::var("STORE_TEST_NAME").unwrap();
    let store = ConfigurationStore::open(StorePlace::File(path.into())).expect("a store");
    for number in 0..40 {
        let added = reserve(&store, &format!("http://+:80/{name}{number}/"));
        if let Err(error) = added {
            println!("refused: {:?} {error}", error.fault);
            return;
        }
    }
}

fn writer_process(file: &Path, name: &str, limit: Option<&str>) -> Command {
    let program = std::env::current_exe().expect("this program");
    let mut command = match limit {
        None => Command::new(program),
        Some(limit) => {
            let mut shell = Command::new("sh");
            shell
                .args(["-c", &format!("{limit}; exec \"$0\" \"$@\"")])
                .arg(program);
            shell
        }
    };
    command.args(["--exact", "writer", "--nocapture"]);
    command
        .env("STORE_TEST_FILE", file)
        .env("STORE_TEST_NAME", name);
    command
}

#[test]
fn two_processes_that_write_at_once_lose_nothing() {
    let folder = Folder::new("two");
    let mut writers = ["a", "b", "c"].map(|name| {
        writer_process(&folder.file(), name, None)
            .spawn()
            .expect("a process")
    });
    let store = folder.store();
    for number in 0..40 {
        reserve(&store, &format!("http://+:80/own{number}/")).expect("a change");
        // A reader in between sees a whole file.
        urls(&folder.store());
    }
    for writer in &mut writers {
        assert!(writer.wait().expect("its end").success());
    }
    assert_eq!(urls(&store).len(), 160);
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_file_whole() {
    let folder = Folder::new("full");
    let store = folder.store();
    reserve(&store, "http://+:80/kept/").unwrap();
    // A file of this process cannot have more than two blocks: writing fails as on a full disk.
    let limit = "ulimit -f 2; trap '' XFSZ";
    let output = writer_process(&folder.file(), "x", Some(limit))
        .output()
        .expect("a process");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("refused: DiskFull"), "{said}");
    let left = urls(&folder.store());
    assert!(left.len() > 1 && left[0] == "http://+:80/kept/", "{left:?}");
    let names: Vec<_> = fs::read_dir(&folder.0)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        !names.iter().any(|name| name == "config.json.new"),
        "{names:?}"
    );
    reserve(&store, "http://+:80/later/").unwrap();
}

#[cfg(unix)]
#[test]
fn files_are_for_this_user_alone_and_a_link_stays_one() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("modes");
    let real = folder.0.join("real.json");
    std::os::unix::fs::symlink(&real, folder.file()).unwrap();
    fs::write(&real, "{\"version\": 1}").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    let store = folder.store();
    reserve(&store, "http://+:80/a/").unwrap();
    assert!(folder.file().is_symlink());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&real), 0o640, "as it was");
    let found = store.certificates().add("my", LOCALHOST).unwrap();
    let name: String = found
        .certificate
        .thumbprint()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let path = store.certificates().path_of("MY", &name).unwrap();
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    assert_eq!(
        store.certificates().names("My").unwrap(),
        std::slice::from_ref(&name)
    );
    assert!(store.certificates().remove("MY", &name).unwrap());
    assert!(!store.certificates().remove("MY", &name).unwrap());
    for bad in ["..", "a/b", ""] {
        assert!(store.certificates().put("MY", bad, ROOT).is_err(), "{bad}");
        assert!(store.certificates().put(bad, "a", ROOT).is_err(), "{bad}");
    }
}

/// Through a link the file that it leads to is written, and the link stays, whether the file is there or not.
#[cfg(unix)]
#[test]
fn a_link_is_written_through_wherever_it_leads() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new("links");
    fs::create_dir(folder.0.join("real")).unwrap();
    let real = folder.0.join("real/config.json");
    // A chain, each step from the folder that it is in.
    symlink("real/between", folder.file()).unwrap();
    symlink("config.json", folder.0.join("real/between")).unwrap();
    let store = folder.store();
    reserve(&store, "http://+:80/new/").unwrap();
    assert!(folder.file().is_symlink() && real.is_file() && !real.is_symlink());
    reserve(&store, "http://+:80/there/").unwrap();
    assert!(folder.file().is_symlink());
    // Whoever writes the file itself has the same lock, and sees the same.
    let direct = ConfigurationStore::open(StorePlace::File(real)).unwrap();
    reserve(&direct, "http://+:80/direct/").unwrap();
    assert_eq!(urls(&store).len(), 3);
    assert!(!folder.0.join("config.json.lock").exists());
    // A folder that is a link.
    symlink("real", folder.0.join("linked")).unwrap();
    let linked = StorePlace::File(folder.0.join("linked/config.json"));
    let linked = ConfigurationStore::open(linked).unwrap();
    reserve(&linked, "http://+:80/linked/").unwrap();
    assert_eq!(urls(&direct).len(), 4);
    assert!(folder.0.join("linked").is_symlink());
    // Certificates as well.
    let elsewhere = folder.0.join("elsewhere.pem");
    let path = store.certificates().path_of("ROOT", "ca").unwrap();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    symlink(&elsewhere, &path).unwrap();
    store.certificates().put("ROOT", "ca", ROOT).unwrap();
    assert!(path.is_symlink());
    assert_eq!(fs::read(&elsewhere).unwrap(), ROOT);
}

/// What is in the place of the file, what is said of it, and how the call fails.
#[cfg(unix)]
#[test]
fn what_cannot_be_written_stays_and_the_message_says_what_is_in_the_way() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    type InTheWay = (&'static str, fn(&Folder), &'static str, StoreFault);
    let cases: [InTheWay; 7] = [
        (
            "gone-folder",
            |folder| symlink("gone/config.json", folder.file()).unwrap(),
            "whose folder is not there",
            StoreFault::Unreachable,
        ),
        (
            "read-only",
            |folder| {
                fs::write(folder.file(), "{\"version\": 1}").unwrap();
                fs::set_permissions(folder.file(), fs::Permissions::from_mode(0o444)).unwrap();
            },
            "config.json: cannot be written: the file is read-only",
            StoreFault::Denied,
        ),
        (
            "directory",
            |folder| fs::create_dir(folder.file()).unwrap(),
            "config.json: is not a file",
            StoreFault::Unreachable,
        ),
        (
            "gone-link",
            |folder| {
                fs::remove_dir(&folder.0).unwrap();
                symlink("gone", &folder.0).unwrap();
            },
            "is a link to gone, which is not there",
            StoreFault::Unreachable,
        ),
        (
            "file-as-folder",
            |folder| {
                fs::remove_dir(&folder.0).unwrap();
                fs::write(&folder.0, "").unwrap();
            },
            "",
            StoreFault::Unreachable,
        ),
        (
            "aside",
            |folder| fs::create_dir(folder.0.join("config.json.new")).unwrap(),
            "config.json.new: cannot be written: ",
            StoreFault::Unreachable,
        ),
        (
            "lock",
            |folder| fs::create_dir(folder.0.join("config.json.lock")).unwrap(),
            "config.json.lock: cannot be written: ",
            StoreFault::Unreachable,
        ),
    ];
    for (name, put, words, fault) in cases {
        let folder = Folder::new(name);
        put(&folder);
        let kind = |path: &Path| fs::symlink_metadata(path).map(|found| found.file_type());
        let before = (kind(&folder.file()).ok(), fs::read(folder.file()).ok());
        let opened = ConfigurationStore::open(StorePlace::File(folder.file()));
        let error = opened
            .and_then(|store| reserve(&store, "http://+:80/a/"))
            .expect_err(name);
        assert_eq!(error.fault, fault, "{name}: {error}");
        assert!(error.to_string().contains(words), "{name}: {error}");
        let after = (kind(&folder.file()).ok(), fs::read(folder.file()).ok());
        assert_eq!(after, before, "{name}");
        if folder.0.is_symlink() || folder.0.is_file() {
            fs::remove_file(&folder.0).unwrap();
        }
    }
}

fn record(key: SslKey, hash: &[u8]) -> SslRecord {
    let parameters = SslParameters {
        hash: hash.to_vec(),
        ..SslParameters::default()
    };
    SslRecord { key, parameters }
}

fn local(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

#[test]
fn a_record_whose_certificate_is_not_there_or_not_usable_is_1312() {
    let folder = Folder::new("1312");
    for store in [ConfigurationStore::memory(), folder.store()] {
        let key = SslKey::IpPort(local("0.0.0.0:443"));
        let add = |store: &ConfigurationStore, hash: &[u8]| {
            store.configure(Change::AddSsl(record(key.clone(), hash)), now())
        };
        let error = add(&store, &[1; 20]).unwrap_err();
        assert_eq!(error.error(), Error::NoSuchCertificate, "{error}");
        let hash = store
            .certificates()
            .add("MY", LOCALHOST)
            .unwrap()
            .certificate
            .thumbprint();
        // A file with another certificate than its name says, and one without a key.
        let other = "02".repeat(20);
        store.certificates().put("MY", &other, LOCALHOST).unwrap();
        assert!(
            add(&store, &[2; 20])
                .unwrap_err()
                .to_string()
                .contains("holds the certificate")
        );
        store.certificates().put("MY", &other, ROOT).unwrap();
        let error = add(&store, &[2; 20]).unwrap_err().to_string();
        assert!(error.contains("no private key in it"), "{error}");
        assert_eq!(add(&store, &hash), Ok(Vec::new()));
        assert_eq!(
            add(&store, &hash).unwrap_err().error(),
            Error::AlreadyExists
        );
    }
}

#[test]
fn expiry_and_a_name_that_does_not_fit_are_said_when_a_record_is_set() {
    let store = ConfigurationStore::memory();
    let found = store.certificates().add("MY", LOCALHOST).unwrap();
    let hash = found.certificate.thumbprint();
    let key = SslKey::host_name_port("example.org", 443).unwrap();
    let add = Change::AddSsl(record(key, &hash));
    let late = UNIX_EPOCH + Duration::from_secs(found.certificate.not_after() + 3 * 86_400);
    let warnings = store.configure(add, late).unwrap();
    let names = "it is not made for example.org, but for: localhost";
    assert_eq!(warnings, ["it expired 3 days ago", names]);
}

#[test]
fn bindings_follow_records_and_files_and_what_has_not_changed_stays() {
    let folder = Folder::new("bindings");
    let store = folder.store();
    assert!(
        store
            .new_bindings(now())
            .unwrap()
            .expect("the first")
            .is_empty()
    );
    assert!(store.new_bindings(now()).unwrap().is_none());
    let hash = store
        .certificates()
        .add("MY", LOCALHOST)
        .unwrap()
        .certificate
        .thumbprint();
    let key = SslKey::IpPort(local("0.0.0.0:443"));
    let add = Change::AddSsl(record(key.clone(), &hash));
    store.configure(add, now()).unwrap();
    let first = store.new_bindings(now()).unwrap().expect("a new record");
    let bound = |bindings: &httpsys_tls::Bindings| {
        let found = bindings.find(local("127.0.0.1:443"), Some("localhost"));
        found.map(|found| Arc::clone(found.binding.certificate()))
    };
    let certificate = bound(&first).expect("a binding");
    assert_eq!(certificate.thumbprint(), hash);

    // Another record: this binding is the same one.
    let timeout = ServiceTimeout::HeaderWait;
    store
        .configure(
            Change::SetTimeout {
                timeout,
                seconds: 9,
            },
            now(),
        )
        .unwrap();
    let second = store.new_bindings(now()).unwrap().expect("other records");
    assert!(Arc::ptr_eq(&certificate, &bound(&second).unwrap()));

    // Its file is gone, then back.
    let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    store.certificates().remove("MY", &name).unwrap();
    let without = store.new_bindings(now()).unwrap().expect("a file has gone");
    assert!(without.is_empty());
    assert!(store.new_bindings(now()).unwrap().is_none());
    store.certificates().add("MY", LOCALHOST).unwrap();
    let back = store.new_bindings(now()).unwrap().expect("a file has come");
    assert!(bound(&back).is_some());
    store.certificates().put(ROOT_STORE, "ours", ROOT).unwrap();
    let trusting = store.new_bindings(now()).unwrap().expect("a root has come");
    assert!(bound(&trusting).is_some());

    let mut update = record(key, &hash);
    update.parameters.flags = SslFlags::REJECT;
    store.configure(Change::UpdateSsl(update), now()).unwrap();
    let flags = store
        .new_bindings(now())
        .unwrap()
        .expect("a changed record");
    let found = flags.find(local("127.0.0.1:443"), None).expect("a binding");
    assert_eq!(found.binding.flags().0, SslFlags::REJECT.0);
}

#[test]
fn the_central_store_has_its_certificates_by_the_names_of_hosts() {
    let store = ConfigurationStore::memory();
    let central = Change::AddSsl(record(SslKey::Ccs(443), &[]));
    store.configure(central, now()).unwrap();
    let scoped = SslKey::scoped_ccs("localhost", 444).unwrap();
    store
        .configure(Change::AddSsl(record(scoped, &[])), now())
        .unwrap();
    assert!(
        store
            .new_bindings(now())
            .unwrap()
            .expect("records")
            .is_empty()
    );
    store
        .certificates()
        .put(CENTRAL_STORE, "localhost", LOCALHOST)
        .unwrap();
    store
        .certificates()
        .put(CENTRAL_STORE, "_.example.org", EXAMPLE)
        .unwrap();
    store
        .certificates()
        .put(CENTRAL_STORE, "not a host", EXAMPLE)
        .unwrap();
    let bindings = store.new_bindings(now()).unwrap().expect("files");
    let has = |port: u16, name| {
        bindings
            .find(SocketAddr::from(([127, 0, 0, 1], port)), Some(name))
            .is_some()
    };
    assert!(has(443, "localhost") && has(443, "a.example.org") && has(444, "localhost"));
    assert!(!has(443, "example.org") && !has(444, "a.example.org"));
    assert!(bindings.find(local("127.0.0.1:443"), None).is_none());
}

/// Whoever looks before the file is gone has seen that it cannot be read.
#[cfg(unix)]
#[test]
fn a_file_that_could_not_be_read_and_is_gone_is_an_empty_store() {
    let folder = Folder::new("unreadable-gone");
    let store = folder.store();
    reserve(&store, "http://+:80/a/").unwrap();
    fs::remove_file(folder.file()).unwrap();
    fs::create_dir(folder.file()).unwrap();
    let refused = store.records().map(drop).map_err(|error| error.fault);
    assert_eq!(refused, Err(StoreFault::Unreachable));
    assert_eq!(
        store.with_last_records(|records, _| records.reservations.iter().count()),
        1
    );
    fs::remove_dir(folder.file()).unwrap();
    assert_eq!(urls(&store), [""; 0]);
}

#[test]
fn who_adds_the_same_certificate_at_once_disturbs_nobody() {
    let folder = Folder::new("added-at-once");
    let store = folder.store();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let added = store.certificates().add("MY", EXAMPLE).expect("added");
                    let hash = added.certificate.thumbprint();
                    store.certificates().find("MY", &hash).expect("whole");
                }
            });
        }
    });
    let files = fs::read_dir(folder.0.join("certificates").join("MY")).unwrap();
    assert_eq!(
        files
            .filter(|file| {
                let name = file.as_ref().unwrap().file_name();
                name.to_string_lossy().ends_with(".new")
            })
            .count(),
        0
    );
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_no_file_is_refused_and_nobody_waits_for_its_other_end() {
    let folder = Folder::new("fifo");
    let made = Command::new("mkfifo").arg(folder.file()).status();
    assert!(made.expect("mkfifo").success());
    let (sender, receiver) = std::sync::mpsc::channel();
    let file = folder.file();
    std::thread::spawn(move || {
        let opened = ConfigurationStore::open(StorePlace::File(file));
        sender.send(opened.map(drop).map_err(|error| error.fault))
    });
    let opened = receiver.recv_timeout(Duration::from_secs(60));
    assert_eq!(opened, Ok(Err(StoreFault::Unreachable)));
}

/// An empty store instead would listen on all addresses, and nothing would be reserved.
#[cfg(unix)]
#[test]
fn a_file_that_nobody_can_look_at_is_no_empty_store() {
    let folder = Folder::new("link-to-itself");
    std::os::unix::fs::symlink(folder.file(), folder.file()).unwrap();
    let opened = ConfigurationStore::open(StorePlace::File(folder.file()));
    let refused = opened.map(drop).map_err(|error| error.fault);
    assert_eq!(refused, Err(StoreFault::Unreachable));
}
