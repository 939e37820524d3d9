//! The rules of paths, with drives of the test's own.

use super::*;

fn units_of(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn with(pairs: &'static [(&'static str, &'static str)]) -> Drives {
    Drives::new(|name| {
        let found = pairs.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| OsString::from(value))
    })
}

fn to(drives: &Drives, path: &str) -> Result<String, Code> {
    let native = native_by(drives, &units_of(path))?;
    Ok(native.to_string_lossy().into_owned())
}

fn full_of(drives: &Drives, path: &str) -> String {
    String::from_utf16_lossy(&full_by(drives, &units_of(path)).unwrap_or_default())
}

#[test]
fn drives_separators_and_dots() {
    let plain = with(&[]);
    for (path, native) in [
        (r"C:\a\b", "/a/b"),
        ("c:/a//b", "/a/b"),
        (r"C:\", "/"),
        ("/tmp/x", "/tmp/x"),
        ("//tmp/x", "/tmp/x"),
        (r"\tmp\x", "/tmp/x"),
        (r"a\.\b\..\c", "a/c"),
        (r"..\x", "../x"),
        (r"a\..\..\x", "../x"),
        (r"C:\..\..\x", "/x"),
        ("a\\..", "."),
        (r"a. .. ", "a"),
        (r"dir.\x", "dir/x"),
        (r"a...\x", "a.../x"),
        (r"\\?\C:\a. ", "/a. "),
        (r"\\?\/any:thing", "/any:thing"),
        (r"\\.\C:\a", "/a"),
        ("NUL", "/dev/null"),
        (r"C:\x\nul.txt", "/dev/null"),
        ("con", "/dev/tty"),
        ("nullable.txt", "nullable.txt"),
        ("grüße😀", "grüße😀"),
    ] {
        assert_eq!(to(&plain, path).as_deref(), Ok(native), "{path}");
    }
    for (path, code) in [
        ("", 3),
        (r"Q:\x", 3),
        ("a?b", 123),
        ("a*", 123),
        ("a\tb", 123),
        ("file:stream", 123),
        ("a|b", 123),
        (r"\\?\C:\a\..\b", 123),
        (r"\\?\C:\a/b", 123),
        (r"\\?\Volume{1}\a", 3),
        (r"\\server\share\x", 53),
        (r"\\?\UNC\server\share\x", 53),
        ("COM1", 2),
        ("lpt9.txt", 2),
        (r"\\.\pipe\x", 2),
    ] {
        assert_eq!(to(&plain, path), Err(code), "{path}");
    }
    assert_eq!(native_by(&plain, &[0xD800]), Err(123));
    assert_eq!(native_by(&plain, &[65, 0, 66]), Err(123));
    assert_eq!(native_by(&plain, &vec![65; 32_767]), Err(206));
}

#[test]
fn a_drive_is_the_folder_its_variable_names() {
    let drives = with(&[
        ("HTTPSYS_DRIVE_C", "/srv/c/"),
        ("HTTPSYS_DRIVE_D", "/srv/c/data"),
        ("HTTPSYS_DRIVE_E", "relative"),
    ]);
    assert_eq!(to(&drives, r"C:\x").as_deref(), Ok("/srv/c/x"));
    assert_eq!(to(&drives, r"D:\x").as_deref(), Ok("/srv/c/data/x"));
    assert_eq!(to(&drives, r"E:\x"), Err(3));
    assert_eq!(to(&drives, r"Z:\x").as_deref(), Ok("/x"));
    let from = |path: &str| String::from_utf16_lossy(&from_native_by(&drives, Path::new(path)));
    assert_eq!(from("/srv/c/data/a/b"), r"D:\a\b");
    assert_eq!(from("/srv/c/other"), r"C:\other");
    assert_eq!(from("/home"), r"Z:\home");
    assert_eq!(from("/srv/c"), r"C:\");
    assert_eq!(drives.mask(), 1 << 2 | 1 << 3 | 1 << 25);
    assert_eq!(full_of(&drives, "/srv/c/x/../y/"), r"C:\y\");
}

#[test]
fn full_path_names() {
    let plain = with(&[]);
    for (path, full) in [
        (r"C:\a\..\b\", r"C:\b\"),
        ("c:/a/./b", r"c:\a\b"),
        ("/tmp/x", r"C:\tmp\x"),
        (r"\\server\share\a\..\b", r"\\server\share\b"),
        (r"\\?\C:\a\..\b", r"\\?\C:\a\..\b"),
        ("nul", r"\\.\nul"),
        (r"Q:\none\..\x", r"Q:\x"),
        ("Q:x", r"Q:\x"),
    ] {
        assert_eq!(full_of(&plain, path), full, "{path}");
    }
    let here = String::from_utf16_lossy(&current_directory().unwrap_or_default());
    assert_eq!(full_of(&plain, "a"), format!(r"{here}\a"));
    assert_eq!(full_of(&plain, "C:a"), format!(r"{here}\a"));
    assert_eq!(full_of(&plain, "."), here);
    assert_eq!(full_by(&plain, &[]), Err(123));
}

#[test]
fn bytes_that_are_no_text_come_back() {
    let name = OsStr::from_bytes(b"a\xFFb\xC3");
    let wide = units(name);
    assert_eq!(wide, [b'a' as u16, 0xDCFF, b'b' as u16, 0xDCC3]);
    assert_eq!(to_bytes(&wide).as_deref(), Ok(name.as_bytes()));
}

#[test]
fn a_name_that_differs_in_case_only_is_found_second() {
    let folder = std::env::temp_dir().join(format!("httpsys-case-{}", std::process::id()));
    assert!(fs::create_dir_all(folder.join("Sub")).is_ok());
    assert!(fs::write(folder.join("Sub/Index.HTML"), "").is_ok());
    let found = as_it_is(folder.join("SUB/index.html"));
    assert!(fs::metadata(&found).is_ok());
    assert_eq!(as_it_is(folder.join("none/x")), folder.join("none/x"));
    assert!(fs::remove_dir_all(&folder).is_ok());
}

#[test]
fn letter_case_is_that_of_the_text_functions() {
    assert!(same_text("Été.TXT", "éTÉ.txt"));
    for (one, other) in [("straße", "STRASSE"), ("ı", "I"), ("ſ", "S")] {
        assert!(!same_text(one, other), "{one} {other}");
    }
}
