//! Limits at their default values: area LIM. Settings other than the defaults are tested where the
//! parser is.

use httpsys_tests::error_page::{REQUEST_TOO_LONG, URL_TOO_LONG};

use super::{expect_delivered, expect_page, served, status};

/// A target of many short segments, so that no other limit is met.
fn target(length: usize) -> String {
    let path = "/".to_owned();
    path + "?" + &"q".repeat(length - 2)
}

#[test]
fn lim_007_lim_008_lim_009_the_total_counts_wherever_the_bytes_are() {
    served(|w| {
        let bare = w.get("").len();
        for (total, taken) in [
            (16_382, true),
            (16_383, true),
            (16_384, false),
            (16_400, false),
        ] {
            // In the target.
            let in_target = w.get(&target(total - bare));
            // In many fields.
            let field = format!("F: {}\r\n", "f".repeat(995));
            let mut lines = field.repeat(15);
            let rest = total - w.request("GET", "/", &(lines.clone() + "R: \r\n")).len();
            lines += &format!("R: {}\r\n", "r".repeat(rest));
            let in_fields = w.request("GET", "/", &lines);
            for request in [in_target, in_fields] {
                assert_eq!(request.len(), total);
                if taken {
                    expect_delivered(w, request);
                } else {
                    expect_page(w, request, &REQUEST_TOO_LONG);
                }
            }
        }
    });
}

#[test]
fn lim_010_the_target_decides_between_400_and_414() {
    served(|w| {
        expect_page(w, w.get(&target(16_379)), &REQUEST_TOO_LONG);
        expect_page(w, w.get(&target(16_380)), &URL_TOO_LONG);
        expect_page(w, w.get(&target(40_000)), &URL_TOO_LONG);
        // A longer verb takes from the same 16384 bytes.
        expect_page(w, w.request("OPTIONS", &target(16_376), ""), &URL_TOO_LONG);
        expect_page(
            w,
            w.request("OPTIONS", &target(16_375), ""),
            &REQUEST_TOO_LONG,
        );
    });
}

#[test]
fn lim_006_a_field_of_more_than_16384_bytes_is_refused() {
    served(|w| {
        // With both limits at their default the total is reached first or with it.
        for length in [16_384, 20_000, 70_000] {
            let line = format!("F: {}\r\n", "f".repeat(length));
            assert_eq!(status(w, w.request("GET", "/", &line)), 400, "{length}");
        }
    });
}

/// A request that never ends is cut off at the limit, not collected.
#[test]
fn an_endless_head_is_refused_at_the_limit() {
    served(|w| {
        let mut client = w.connect();
        client.send(format!(
            "GET / HTTP/1.1\r\nHost: localhost\r\nF: {}",
            "f".repeat(17_000)
        ));
        assert_eq!(client.read_response().status(), 400);
        let mut client = w.connect();
        client.send(format!("GET /?{}", "q".repeat(17_000)));
        assert_eq!(client.read_response().status(), 414);
        let mut client = w.connect();
        client.send("V".repeat(17_000));
        assert_eq!(client.read_response().status(), 400);
    });
}
