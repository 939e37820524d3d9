//! The tests of `conformance` that are not over TLS with `HTTPSYS_TEST_TLS=1`, with their reasons.
//!
//! Owns: the list (`make test-conformance-tls`), and the name of the test that runs. A test that stands here runs over
//! plain TCP then, and says so; every other one is over TLS.

/// Names, without the modules of doors, and why the test is over plain TCP.
const CLEAR: &[(&str, &str)] = &[
    (
        "client_certificate::tls_002_a_connection_without_a_certificate_gives_1168",
        PLAIN,
    ),
    (
        "counters::a_group_counts_requests_by_method_and_every_byte",
        BYTES,
    ),
    (
        "counters::bytes_belong_to_the_group_that_the_request_is_for",
        BYTES,
    ),
    (
        "counters::entity_bodies_in_both_directions_are_counted",
        BYTES,
    ),
    (
        "counters::the_service_s_own_100_continue_counts_as_sent",
        BYTES,
    ),
    (
        "entity_body::a_body_larger_than_any_buffer_arrives_whole",
        SOCKET,
    ),
    (
        "entity_body::ent_014_a_read_of_more_than_128_kib_works",
        SOCKET,
    ),
    ("opaque::upg_004_a_megabyte_goes_both_ways_at_once", SOCKET),
    (
        "receive::hst_005_localhost_is_reached_over_both_loopback_addresses",
        SOCKET,
    ),
    ("receive::hst_006_cooked_url_with_a_query", SCHEME),
    (
        "receive::hst_008_hst_009_cooked_url_without_a_query",
        SCHEME,
    ),
    (
        "receive::prs_021_the_host_of_an_absolute_target_counts",
        SCHEME,
    ),
    (
        "receive_buffer::hdr_016_hdr_018_no_ssl_info_and_a_raw_connection_id_on_clear_text",
        PLAIN,
    ),
    (
        "receive_buffer::hdr_017_there_is_no_request_information",
        PLAIN,
    ),
    (
        "receive_buffer::hst_007_cooked_url_pointers_lead_into_one_terminated_string",
        SCHEME,
    ),
    (
        "receive_buffer::rcv_009_a_buffer_of_the_structure_gets_the_ids_and_the_size",
        SOCKET,
    ),
    (
        "request_property::a_request_over_plain_tcp_has_no_server_name",
        PLAIN,
    ),
    (
        "request_property::cfg_002_hst_014_a_prepared_url_can_be_registered",
        SCHEME,
    ),
    ("routing::rte_001_the_order_of_the_buckets", SCHEME),
    (
        "routing::rte_003_prefixes_of_different_buckets_do_not_conflict",
        SCHEME,
    ),
    (
        "routing::rte_016_an_ip_prefix_takes_any_host_on_its_address",
        SCHEME,
    ),
    (
        "routing::rte_017_a_wildcard_label_comes_after_exact_hosts_and_before_the_weak_wildcards",
        SCHEME,
    ),
    (
        "routing::rte_017_a_wildcard_label_takes_the_hosts_below_its_name",
        SCHEME,
    ),
    (
        "send_waits::snd_005_a_small_response_that_finds_the_socket_full_is_sent_once",
        SOCKET,
    ),
    (
        "send_waits::snd_006_small_parts_that_find_the_socket_full_are_sent_once",
        SOCKET,
    ),
    (
        "url_prefix::pfx_022_http_and_https_do_not_share_a_port",
        SCHEME,
    ),
    (
        "url_prefix::pfx_031_the_leftmost_label_may_be_a_wildcard",
        SCHEME,
    ),
    (
        "url_prefix::pfx_033_an_address_of_the_machine_is_a_host",
        SCHEME,
    ),
    (
        "web_socket::upg_008_a_message_may_come_in_fragments_with_a_ping_between",
        SOCKET,
    ),
    ("web_socket::upg_008_messages_go_both_ways", SOCKET),
    ("web_socket::upg_008_the_client_closes_with_a_code", SOCKET),
    ("web_socket::upg_008_the_program_closes_with_a_code", SOCKET),
];

const PLAIN: &str =
    "it is about what a plain connection does not have; tests/tls has the like of it";
const BYTES: &str = "it counts the bytes of the wire; tests/tls and tests/sim count those of TLS";
const SOCKET: &str = "it writes to the socket by itself";
const SCHEME: &str = "it registers prefixes of http by their whole text";

/// The name of the test that runs on the calling thread, without the modules of doors.
pub(crate) fn name_of_test() -> String {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("main");
    name.split("::")
        .filter(|part| !matches!(*part, "c_abi" | "rust_api"))
        .collect::<Vec<_>>()
        .join("::")
}

/// Why the test on the calling thread is not over TLS. `None`: it is.
#[must_use]
pub fn reason() -> Option<&'static str> {
    let name = name_of_test();
    let (test, reason) = CLEAR.iter().find(|(test, _)| *test == name)?;
    eprintln!("not over TLS: {test}: {reason}");
    Some(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_that_of_a_test_of_conformance() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
        for (test, _) in CLEAR {
            let (module, name) = test.split_once("::").expect("a module and a name");
            let file = folder.join(module).with_extension("rs");
            let text = std::fs::read_to_string(file).expect(module);
            let declared = [format!("fn {name}("), format!("fn {name}<")];
            assert!(declared.iter().any(|one| text.contains(one)), "{test}");
        }
    }
}
