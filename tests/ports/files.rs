//! Servers of files: by thread-pool I/O, with their times, and as they are uploaded.

use crate::builds::Source;
use crate::in_every_build;
use crate::play::write_file;

/// 2015-10-21 07:28:00 UTC.
const TIME: u64 = 1_445_412_480;

#[test]
fn tpio_files_from_handles_and_in_ranges() {
    let large: Vec<u8> = (0..300_000_u32).map(|at| (at % 253) as u8).collect();
    in_every_build(&Source::c("tpio_files"), |play| {
        let data = play.data();
        std::fs::create_dir(data.join("sub")).expect("a folder");
        write_file(&data.join("page.html"), b"<p>page</p>\n", TIME);
        write_file(&data.join("sub/Note.TXT"), b"0123456789", TIME);
        write_file(&data.join("empty.css"), b"", TIME);
        write_file(&data.join("large.bin"), &large, TIME);
        play.start(&["{folder}", "http://localhost:{port}/files/"]);
        play.get("/files/page.html");
        play.get("/files/sub/Note.TXT");
        play.get("/files/empty.css");
        assert_eq!(play.get("/files/large.bin").body, large);
        play.ask("HEAD /files/large.bin", &[], b"");
        for range in ["2-4", "7-", "-3", "0-99", "10-", "4-2", "x"] {
            let field = format!("Range: bytes={range}");
            play.ask("GET /files/sub/Note.TXT", &[&field], b"");
        }
        let part = play.ask("GET /files/large.bin", &["Range: bytes=100000-249999"], b"");
        assert_eq!(part.body, large[100_000..250_000]);
        play.get("/files/missing.txt");
        play.get("/files/sub/missing/page.html");
        play.get("/files/a:b");
        play.ask("POST /files/page.html", &[], b"x");
        let long = format!("X-Long: {}", "long ".repeat(1500));
        play.ask("GET /files/page.html", &[&long], b"");
        play.enter();
        play.ends();
    });
}

#[test]
fn dir_list_times_and_listings() {
    in_every_build(&Source::c("dir_list"), |play| {
        let data = play.data();
        std::fs::create_dir(data.join("sub")).expect("a folder");
        std::fs::create_dir(data.join("Empty")).expect("a folder");
        write_file(&data.join("b.txt"), b"text\n", TIME);
        write_file(&data.join("A.bin"), &[7; 12345], TIME + 3600);
        write_file(&data.join("gr\u{fc}n.txt"), b"green", 86_400);
        play.start(&["{folder}", "{port}"]);
        play.get("/");
        play.get("/sub");
        play.get("/b.txt");
        play.get("/A.bin");
        for since in [
            "Wed, 21 Oct 2015 07:28:00 GMT",
            "Wed, 21 Oct 2015 07:27:59 GMT",
            "Thu, 22 Oct 2015 00:00:00 GMT",
            "yesterday",
        ] {
            let field = format!("If-Modified-Since: {since}");
            play.ask("GET /b.txt", &[&field], b"");
        }
        play.ask("PUT /b.txt", &["Date: Sat, 29 Feb 2020 23:59:58 GMT"], b"");
        play.get("/b.txt");
        play.ask("PUT /b.txt", &["Date: Sun, 30 Feb 2020 00:00:00 GMT"], b"");
        let modified = std::fs::metadata(data.join("b.txt")).expect("the file");
        let modified = modified.modified().expect("a time");
        let since = modified.duration_since(std::time::UNIX_EPOCH);
        assert_eq!(since.expect("a later time").as_secs(), 1_583_020_798);
        play.ask("DELETE /b.txt", &[], b"");
        play.get("/b.txt");
        play.ask("DELETE /b.txt", &[], b"");
        play.get("/none/b.txt");
        play.get("/%2e%2e/%2e%2e/etc/passwd");
        play.ask("POST /b.txt", &[], b"");
        play.get("/");
        play.enter();
        play.ends();
    });
}

#[test]
fn upload_to_temporary_files() {
    let large: Vec<u8> = (0..200_000_u32).map(|at| (at % 241) as u8).collect();
    in_every_build(&Source::c("upload"), |play| {
        play.start(&["{folder}", "{port}"]);
        play.ask("PUT /one.txt", &[], b"123456789");
        play.get("/one.txt");
        play.ask(
            "PUT /one.txt",
            &[],
            b"The quick brown fox jumps over the lazy dog",
        );
        play.get("/one.txt");
        play.ask("PUT /empty", &[], b"");
        play.get("/empty");
        play.ask("PUT /large.bin", &["Expect: none"], &large);
        play.ask("PUT /large.bin", &[], &large);
        assert_eq!(play.get("/large.bin").body, large);

        // The body comes in two halves, and another client is served between them.
        let mut slow = play.client();
        let (head, tail) = large.split_at(70_000);
        let line = "PUT /slow.bin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n";
        slow.send([line.as_bytes(), head].concat());
        play.note("> PUT /slow.bin, a part of its body");
        play.get("/slow.bin");
        slow.send(tail);
        play.note("> the rest");
        play.receive(&mut slow, "PUT");
        assert_eq!(play.get("/slow.bin").body, large);

        // A client that leaves in the middle leaves no file.
        let mut gone = play.client();
        gone.send([line.replace("slow", "gone").as_bytes(), head].concat());
        gone.reset();
        play.note("> PUT /gone.bin, a part of its body, and a reset");
        play.ask("PUT /..", &[], b"x");
        play.ask("PUT /a%20b", &[], b"x");
        play.ask("DELETE /one.txt", &[], b"");
        play.ask("DELETE /one.txt", &[], b"");
        play.ask("PATCH /empty", &[], b"");
        play.ask("POST /quit", &[], b"");
        play.ends();
        let mut names: Vec<_> = std::fs::read_dir(play.data())
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        names.sort();
        play.note(&format!("{names:?}"));
    });
}

#[test]
fn site_in_cpp_17_with_paths_and_the_thread_pool() {
    in_every_build(&Source::plus("site"), |play| {
        let data = play.data();
        std::fs::create_dir(data.join("sub")).expect("a folder");
        let page = "# The first page\r\nSome words, some more.\r\n- one\r\n- two\r\n\r\nEnd\r\n";
        write_file(&data.join("first.md"), page.as_bytes(), TIME);
        let page = "# Gr\u{fc}\u{df}e\n\u{dc}ber alles m\u{f6}gliche, ONE\n- x\n";
        write_file(&data.join("sub/\u{fc}ber.md"), page.as_bytes(), TIME);
        write_file(&data.join("untitled.md"), b"", TIME);
        write_file(&data.join("other.txt"), b"# no page", TIME);
        play.start(&["{folder}", "{port}"]);
        play.get("/");
        play.get("/first.html");
        play.get("/sub/%C3%BCber.html");
        play.get("/untitled.html");
        play.get("/other.html");
        play.get("/search?q=ONE");
        play.get("/search?q=%C3%BCBER");
        play.get("/search?q=%C3%9CBER");
        play.get("/search?q=");
        play.get("/search?q=%zz");
        std::fs::remove_file(data.join("first.md")).expect("it was there");
        write_file(&data.join("sub/new.md"), b"text", TIME);
        play.ask("POST /rebuild", &[], b"");
        play.get("/");
        play.get("/first.html");
        std::fs::remove_dir_all(&data).expect("it was there");
        play.ask("POST /rebuild", &[], b"");
        play.get("/sub/new.html");
        play.ask("POST /quit", &[], b"");
        play.ends();
    });
}
