//! Ranges, defaults, and texts that set parameters.

use super::*;

#[test]
fn defaults_are_valid() {
    assert_eq!(Parameters::default().validate(), Ok(()));
    assert!(Parameters::default().without_effect().is_empty());
}

#[test]
fn lim_006_007_ranges_have_a_message() {
    let mut p = Parameters {
        max_request_bytes: 255,
        ..Parameters::default()
    };
    let error = p.validate().unwrap_err();
    assert_eq!(
        error.to_string(),
        "MaxRequestBytes is 255, but must be between 256 and 16777216"
    );
    p.max_request_bytes = 16_777_216;
    assert_eq!(p.validate(), Ok(()));
    p.max_field_length = 65_535;
    assert_eq!(p.validate().unwrap_err().name, "MaxFieldLength");
    p.max_field_length = 64;
    p.disable_server_header = 3;
    assert_eq!(p.validate().unwrap_err().name, "DisableServerHeader");
}

/// The catalog's ranges: the bounds are accepted, what is one beyond is not.
#[test]
fn ranges_are_those_of_the_catalog() {
    let ranges: [(&str, u32, u32); 13] = [
        ("MaxFieldLength", 64, 65_534),
        ("MaxRequestBytes", 256, 16_777_216),
        ("UrlSegmentMaxLength", 0, 32_766),
        ("UrlSegmentMaxCount", 0, 16_383),
        ("MaxConnections", 1_024, 2_031_616),
        ("MaxEndpoints", 0, 1_024),
        ("MaxBytesPerSend", 1, 0xF_FFFF),
        ("UriMaxUriBytes", 4_096, 16_777_216),
        ("UriScavengerPeriod", 10, u32::MAX),
        ("DisableServerHeader", 0, 2),
        ("ErrorLogFileTruncateSize", 0x10_0000, u32::MAX),
        ("Http2MaxSettingsPerFrame", 7, 2_796_202),
        ("Http2MaxSettingsPerMinute", 7, u32::MAX),
    ];
    for (name, min, max) in ranges {
        let mut p = Parameters::default();
        assert_eq!(p.set(name, &min.to_string()), Ok(()), "{name}");
        assert_eq!(p.set(name, &max.to_string()), Ok(()), "{name}");
        let outside = [min.checked_sub(1), max.checked_add(1)];
        for value in outside.into_iter().flatten() {
            let error = p.set(name, &value.to_string()).unwrap_err();
            let wanted = format!("{name} is {value}, but must be between {min} and {max}");
            assert_eq!(error.to_string(), wanted);
        }
        assert_eq!(
            p.validate(),
            Ok(()),
            "{name}: a refused value changes nothing"
        );
    }
}

/// Accepted and reported back.
#[test]
fn lim_016_the_values_of_the_cache_are_those_of_the_catalog() {
    let mut p = Parameters::default();
    let values = |p: &Parameters| {
        (
            p.uri_enable_cache,
            p.uri_max_uri_bytes,
            p.uri_scavenger_period,
        )
    };
    assert_eq!(values(&p), (true, 262_144, 120));
    let settings = [
        ("UriEnableCache", "0"),
        ("UriMaxUriBytes", "4096"),
        ("UriScavengerPeriod", "10"),
    ];
    p.set_all(settings).unwrap();
    assert_eq!(values(&p), (false, 4_096, 10));
    for (name, value) in [("UriMaxUriBytes", "4095"), ("UriScavengerPeriod", "9")] {
        p.set(name, value).unwrap_err();
    }
    assert_eq!(values(&p), (false, 4_096, 10));
}

#[test]
fn what_has_no_effect_says_so() {
    let mut p = Parameters::default();
    let settings = [
        ("UriEnableCache", "0"),
        ("urimaxuribytes", "0x2000"),
        ("EnableAggressiveMemoryUsage", "1"),
        ("EnableTrailerSupport", "false"),
        ("EnableSslCloseNotify", "1"),
        ("MaxFieldLength", "100"),
    ];
    p.set_all(settings).unwrap();
    assert_eq!(p.uri_max_uri_bytes, 0x2000);
    let names = p.without_effect();
    assert_eq!(names, ["EnableAggressiveMemoryUsage"]);
}

#[test]
fn a_text_sets_parameters_and_choices() {
    let mut p = Parameters::default();
    let text = "# limits\n\nMaxFieldLength = 1024\r\n  allowrestrictedchars=1\n\
                ErrorLoggingDir = /var/log/my = logs\nJoinFoldedFields = true\n";
    p.set_from_text(text).unwrap();
    let wanted = Parameters {
        max_field_length: 1_024,
        allow_restricted_chars: true,
        error_logging_dir: "/var/log/my = logs".into(),
        choices: Choices {
            join_folded_fields: true,
            ..Choices::default()
        },
        ..Parameters::default()
    };
    assert_eq!(p, wanted);
}

#[test]
fn a_bad_text_names_its_line_and_what_is_wrong() {
    let message = |text: &str| {
        let error = Parameters::default().set_from_text(text).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        message("\nMaxBytes = 1"),
        "line 2: there is no parameter \"MaxBytes\""
    );
    assert_eq!(
        message("MaxFieldLength"),
        "line 1: \"MaxFieldLength\" is not of the form Name = value"
    );
    assert_eq!(
        message("MaxFieldLength = many"),
        "line 1: \"many\" is not a value for MaxFieldLength"
    );
    assert_eq!(
        message("MaxFieldLength = +70"),
        "line 1: \"+70\" is not a value for MaxFieldLength"
    );
    assert_eq!(
        message("FavorUTF8 = yes"),
        "line 1: \"yes\" is not a value for FavorUTF8"
    );
    assert_eq!(
        message("Strict = 2"),
        "line 1: \"2\" is not a value for Strict, which is 0, 1, abort or collect"
    );
    assert_eq!(
        message("ProxyProtocol = 127.0.0.1"),
        "line 1: \"127.0.0.1\" is not a value for ProxyProtocol, which is PORT=ADDRESS,ADDRESS/BITS \
         with a blank between ports, as in 8080=127.0.0.1,10.0.0.0/8 *=::1"
    );
    assert_eq!(
        message("DisableServerHeader = 300"),
        "line 1: DisableServerHeader is 300, but must be between 0 and 2"
    );
}

#[test]
fn every_name_can_be_set_and_none_is_taken_twice() {
    let names = [Parameters::NAMES, Choices::NAMES].concat();
    for (index, name) in names.iter().enumerate() {
        assert!(!names[..index].contains(name), "{name}");
        // One of them is a value of whatever kind it is.
        let works = |text: &&str| Parameters::default().set(name, text).is_ok();
        assert!(
            ["1", "100", "2000", "2000000", "80=::1"].iter().any(works),
            "{name}"
        );
    }
    for name in WITHOUT_EFFECT {
        assert!(Parameters::NAMES.contains(&name), "{name}");
    }
}

#[test]
fn lim_007_a_lower_limit_of_the_head_bounds_fields_too() {
    let p = Parameters {
        max_request_bytes: 1_000,
        ..Parameters::default()
    };
    assert_eq!(p.field_limit(), 1_000);
    assert_eq!(Parameters::default().field_limit(), 16_384);
}
