//! Certificate records through the configuration store, in a process of their own, with a store in files.
//!
//! Owns the codes and structures of the eight ids, the query protocol, and that records last. Does not own what
//! connections get. Threading: one test.
#![cfg(not(windows))]
#![allow(non_upper_case_globals, reason = "names of http.h")]

use std::ffi::c_void;
use std::fs;
use std::path::PathBuf;
use std::ptr::{null, null_mut};

use httpapi::api::initialize::HttpInitialize;
use httpapi::api::service_configuration::*;
use httpapi::types::*;

const PEM: &[u8] = include_bytes!("../../tls/testdata/localhost.pem");

type Function =
    unsafe extern "system" fn(HANDLE, i32, *const c_void, u32, *const OVERLAPPED) -> u32;

fn call<T>(function: Function, id: i32, record: &T) -> u32 {
    let pointer: *const c_void = (&raw const *record).cast();
    // SAFETY: the record outlives the call.
    unsafe { function(null_mut(), id, pointer, size_of::<T>() as u32, null()) }
}

fn set<T>(id: i32, record: &T) -> u32 {
    call(HttpSetServiceConfiguration, id, record)
}

fn update<T>(id: i32, record: &T) -> u32 {
    call(HttpUpdateServiceConfiguration, id, record)
}

fn delete<T>(id: i32, record: &T) -> u32 {
    call(HttpDeleteServiceConfiguration, id, record)
}

/// Asks as the sample does: for the size, then for the record. The memory is kept for ever.
fn query<Q, T: Copy>(id: i32, query: &Q) -> Result<T, u32> {
    let pointer: *const c_void = (&raw const *query).cast();
    let mut needed = 0;
    let mut ask = |buffer: *mut c_void, size: u32| {
        // SAFETY: the query and the buffer outlive the call.
        unsafe {
            HttpQueryServiceConfiguration(
                null_mut(),
                id,
                pointer,
                size_of::<Q>() as u32,
                buffer,
                size,
                &mut needed,
                null(),
            )
        }
    };
    let first = ask(null_mut(), 0);
    if first != 122 {
        return Err(first);
    }
    let size = needed;
    assert!(size as usize >= size_of::<T>());
    let memory = vec![u64::MAX; size as usize / 8 + 1].leak();
    let mut ask = |size: u32| {
        // SAFETY: as above.
        unsafe {
            HttpQueryServiceConfiguration(
                null_mut(),
                id,
                pointer,
                size_of::<Q>() as u32,
                memory.as_mut_ptr().cast(),
                size,
                &mut needed,
                null(),
            )
        }
    };
    assert_eq!(ask(size - 1), 122);
    assert_eq!(ask(size), 0);
    // SAFETY: an answer begins with its structure.
    Ok(unsafe { memory.as_ptr().cast::<T>().read() })
}

fn wide(text: &str) -> *mut u16 {
    let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
    units.leak().as_mut_ptr()
}

fn text(units: *const u16) -> String {
    // SAFETY: a string of an answer.
    let units: Vec<u16> = (0..)
        .map(|at| unsafe { units.add(at).read() })
        .take_while(|unit| *unit != 0)
        .collect();
    String::from_utf16(&units).expect("UTF-16")
}

fn v4(address: [u8; 4], port: u16) -> SOCKADDR_IN {
    SOCKADDR_IN {
        sin_family: AF_INET,
        sin_port: port.to_be(),
        sin_addr: IN_ADDR {
            S_addr: u32::from_ne_bytes(address),
        },
        ..SOCKADDR_IN::default()
    }
}

fn storage(address: [u8; 4], port: u16) -> SOCKADDR_STORAGE {
    let mut storage = SOCKADDR_STORAGE {
        ss_family: 0,
        ss_pad1: [0; 6],
        ss_align: 0,
        ss_pad2: [0; 112],
    };
    // SAFETY: the storage has room for any address.
    unsafe {
        (&raw mut storage)
            .cast::<SOCKADDR_IN>()
            .write(v4(address, port))
    };
    storage
}

fn param(hash: &[u8], flags: u32) -> HTTP_SERVICE_CONFIG_SSL_PARAM {
    HTTP_SERVICE_CONFIG_SSL_PARAM {
        SslHashLength: hash.len() as u32,
        pSslHash: hash.as_ptr().cast_mut().cast(),
        AppId: GUID {
            data1: 0x0011_2233,
            data2: 0x4455,
            data3: 0x6677,
            data4: *b"\x88\x99abcdef",
        },
        pSslCertStoreName: wide("My"),
        DefaultCertCheckMode: 1,
        DefaultRevocationFreshnessTime: 2,
        DefaultRevocationUrlRetrievalTimeout: 3,
        pDefaultSslCtlIdentifier: wide("list"),
        pDefaultSslCtlStoreName: null_mut(),
        DefaultFlags: flags,
    }
}

fn check_param(param: &HTTP_SERVICE_CONFIG_SSL_PARAM, hash: &[u8], flags: u32) {
    assert_eq!(param.SslHashLength as usize, hash.len());
    if !hash.is_empty() {
        // SAFETY: as long as it says.
        let bytes = unsafe { std::slice::from_raw_parts(param.pSslHash.cast::<u8>(), hash.len()) };
        assert_eq!(bytes, hash);
    }
    assert_eq!(
        (param.AppId.data1, param.AppId.data4),
        (0x0011_2233, *b"\x88\x99abcdef")
    );
    assert_eq!(text(param.pSslCertStoreName), "My");
    assert_eq!(text(param.pDefaultSslCtlIdentifier), "list");
    assert!(param.pDefaultSslCtlStoreName.is_null());
    let numbers = (
        param.DefaultCertCheckMode,
        param.DefaultRevocationFreshnessTime,
        param.DefaultRevocationUrlRetrievalTimeout,
        param.DefaultFlags,
    );
    assert_eq!(numbers, (1, 2, 3, flags));
}

fn by_address(hash: &[u8]) {
    let id = HttpServiceConfigSSLCertInfo;
    let address = v4([127, 0, 0, 1], 8443);
    let key = HTTP_SERVICE_CONFIG_SSL_KEY {
        pIpPort: (&raw const address).cast_mut().cast(),
    };
    let record = |hash: &[u8], flags| HTTP_SERVICE_CONFIG_SSL_SET {
        KeyDesc: key,
        ParamDesc: param(hash, flags),
    };
    let ask = |kind, key, token| {
        let asked = HTTP_SERVICE_CONFIG_SSL_QUERY {
            QueryDesc: kind,
            KeyDesc: key,
            dwToken: token,
        };
        query::<_, HTTP_SERVICE_CONFIG_SSL_SET>(id, &asked)
    };
    let nobody = HTTP_SERVICE_CONFIG_SSL_KEY {
        pIpPort: null_mut(),
    };
    assert_eq!(ask(1, nobody, 0).err(), Some(259));
    assert_eq!(ask(0, key, 0).err(), Some(2));
    assert_eq!(ask(0, nobody, 0).err(), Some(87));
    assert_eq!(ask(2, key, 0).err(), Some(87));
    assert_eq!(update(id, &record(hash, 0)), 2);
    assert_eq!(set(id, &record(&[9; 20], 0)), 1312);
    assert_eq!(set(id, &record(&[], 0)), 87);
    assert_eq!(set(id, &record(&[9; 65], 0)), 87);
    assert_eq!(set(id, &record(hash, 2)), 0);
    assert_eq!(set(id, &record(hash, 0)), 183);
    for found in [ask(0, key, 0), ask(1, nobody, 0)] {
        let found = found.expect("the record");
        check_param(&found.ParamDesc, hash, 2);
        // SAFETY: an address of an answer.
        let at = unsafe { found.KeyDesc.pIpPort.cast::<SOCKADDR_IN>().read() };
        assert_eq!(
            (at.sin_family, at.sin_port, at.sin_addr),
            (AF_INET, 8443_u16.to_be(), address.sin_addr)
        );
    }
    assert_eq!(ask(1, nobody, 1).err(), Some(259));
    assert_eq!(update(id, &record(&[9; 20], 0)), 1312);
    assert_eq!(update(id, &record(hash, 0x18)), 0);
    check_param(&ask(0, key, 0).expect("the record").ParamDesc, hash, 0x18);
    let mut family = address;
    family.sin_family = 1;
    let mut zero = address;
    zero.sin_port = 0;
    for bad in [family, zero] {
        let mut record = record(hash, 0);
        record.KeyDesc.pIpPort = (&raw const bad).cast_mut().cast();
        assert_eq!((set(id, &record), delete(id, &record)), (87, 87));
    }
}

fn host_key(host: *mut u16, address: [u8; 4]) -> HTTP_SERVICE_CONFIG_SSL_SNI_KEY {
    HTTP_SERVICE_CONFIG_SSL_SNI_KEY {
        IpPort: storage(address, 8443),
        Host: host,
    }
}

/// Host names: of certificates, and of the central store, where there need be no hash.
fn by_host(id: i32, hash: &[u8]) {
    let record = |host: &str, address| HTTP_SERVICE_CONFIG_SSL_SNI_SET {
        KeyDesc: host_key(wide(host), address),
        ParamDesc: param(hash, 0),
    };
    let any = [0; 4];
    let ask = |kind, host: *mut u16, token| {
        let asked = HTTP_SERVICE_CONFIG_SSL_SNI_QUERY {
            QueryDesc: kind,
            KeyDesc: host_key(host, any),
            dwToken: token,
        };
        query::<_, HTTP_SERVICE_CONFIG_SSL_SNI_SET>(id, &asked)
    };
    assert_eq!(set(id, &record("LocalHost", any)), 0);
    assert_eq!(
        set(id, &record("localhost", any)),
        183,
        "names have no letter case"
    );
    assert_eq!(set(id, &record("*.localhost", any)), 0);
    assert_eq!(set(id, &record("a b", any)), 87);
    assert_eq!(
        set(id, &record("other", [127, 0, 0, 1])),
        87,
        "documented: the address is the wildcard"
    );
    assert_eq!(ask(0, null_mut(), 0).err(), Some(87));
    assert_eq!(ask(0, wide("nobody"), 0).err(), Some(2));
    let found = ask(0, wide("LOCALHOST"), 0).expect("the record");
    check_param(&found.ParamDesc, hash, 0);
    assert_eq!(text(found.KeyDesc.Host), "localhost");
    assert_eq!(found.KeyDesc.IpPort.ss_family, AF_INET);
    let second = ask(1, null_mut(), 1).expect("the second");
    assert_eq!(text(second.KeyDesc.Host), "*.localhost");
    assert_eq!(ask(1, null_mut(), 2).err(), Some(259));
    assert_eq!(update(id, &record("localhost", any)), 0);
    assert_eq!(update(id, &record("nobody", any)), 2);
}

fn by_port() {
    let id = HttpServiceConfigSslCcsCertInfo;
    let key = |address| HTTP_SERVICE_CONFIG_SSL_CCS_KEY {
        LocalAddress: storage(address, 9443),
    };
    let record = |address| HTTP_SERVICE_CONFIG_SSL_CCS_SET {
        KeyDesc: key(address),
        ParamDesc: param(&[], 0),
    };
    assert_eq!(set(id, &record([127, 0, 0, 1])), 87);
    assert_eq!(set(id, &record([0; 4])), 0);
    assert_eq!(set(id, &record([0; 4])), 183);
    let asked = HTTP_SERVICE_CONFIG_SSL_CCS_QUERY {
        QueryDesc: HttpServiceConfigQueryNext,
        KeyDesc: key([9; 4]),
        dwToken: 0,
    };
    let found: HTTP_SERVICE_CONFIG_SSL_CCS_SET = query(id, &asked).expect("the record");
    check_param(&found.ParamDesc, &[], 0);
    assert!(found.ParamDesc.pSslHash.is_null());
    assert_eq!(update(id, &record([0; 4])), 0);
}

fn extended(param_type: i32) -> HTTP_SERVICE_CONFIG_SSL_PARAM_EX {
    HTTP_SERVICE_CONFIG_SSL_PARAM_EX {
        ParamType: param_type,
        Flags: 0,
        // SAFETY: integers and pointers.
        Anonymous: unsafe { std::mem::zeroed() },
    }
}

/// The endpoint of [`by_address`].
fn address_ex(
    port: u16,
    value: HTTP_SERVICE_CONFIG_SSL_PARAM_EX,
) -> HTTP_SERVICE_CONFIG_SSL_SET_EX {
    HTTP_SERVICE_CONFIG_SSL_SET_EX {
        KeyDesc: HTTP_SERVICE_CONFIG_SSL_KEY_EX {
            IpPort: storage([127, 0, 0, 1], port),
        },
        ParamDesc: value,
    }
}

fn ask_ex(kind: i32, param_type: i32) -> Result<HTTP_SERVICE_CONFIG_SSL_SET_EX, u32> {
    let asked = HTTP_SERVICE_CONFIG_SSL_QUERY_EX {
        QueryDesc: kind,
        KeyDesc: address_ex(8443, extended(0)).KeyDesc,
        dwToken: 0,
        ParamType: param_type,
    };
    query(HttpServiceConfigSslCertInfoEx, &asked)
}

/// One value of each type; the memory is kept for ever.
fn values(hash: [u8; 20]) -> [HTTP_SERVICE_CONFIG_SSL_PARAM_EX; 5] {
    let mut window = extended(ExParamTypeHttp2Window);
    window.Anonymous.Http2WindowSizeParam.Http2ReceiveWindowSize = 70_000;
    let mut headers = extended(ExParamTypeErrorHeaders);
    let header = HTTP_UNKNOWN_HEADER {
        NameLength: 11,
        RawValueLength: 1,
        pName: c"Retry-After".as_ptr().cast(),
        pRawValue: c"5".as_ptr().cast(),
    };
    headers.Anonymous.HttpErrorHeadersParam = HTTP_ERROR_HEADERS_PARAM {
        StatusCode: 503,
        HeaderCount: 1,
        Headers: Box::leak(Box::new(header)),
    };
    let mut certificates = extended(ExParamTypeCertConfig);
    let mut entry = HTTP_CERT_CONFIG_ENTRY {
        CertHash: hash,
        CertStoreName: [0; 128],
    };
    entry.CertStoreName[..2].copy_from_slice(&[u16::from(b'M'), u16::from(b'Y')]);
    certificates.Anonymous.HttpCertConfigParam = HTTP_CERT_CONFIG_PARAM {
        CertConfigCount: 1,
        CertConfigs: Box::leak(Box::new(entry)),
    };
    let mut limits = extended(ExParamTypeHttp2SettingsLimits);
    limits.Anonymous.Http2SettingsLimitsParam = HTTP2_SETTINGS_LIMITS_PARAM {
        Http2MaxSettingsPerFrame: 7,
        Http2MaxSettingsPerMinute: 8,
    };
    let mut performance = extended(ExParamTypeHttpPerformance);
    performance.Anonymous.HttpPerformanceParam = HTTP_PERFORMANCE_PARAM {
        Type: PerformanceParamMaxSendBufferSize,
        BufferSize: 4,
        Buffer: Box::leak(Box::new(4096_u32)) as *mut u32 as *mut c_void,
    };
    [window, headers, certificates, limits, performance]
}

fn check_value(param: &HTTP_SERVICE_CONFIG_SSL_PARAM_EX, hash: [u8; 20]) {
    // SAFETY: the member that ParamType names, and what an answer points at.
    unsafe {
        let value = param.Anonymous;
        match param.ParamType {
            ExParamTypeHttp2Window => {
                assert_eq!(value.Http2WindowSizeParam.Http2ReceiveWindowSize, 70_000);
            }
            ExParamTypeErrorHeaders => {
                let param = value.HttpErrorHeadersParam;
                let header = param.Headers.read();
                let name = std::slice::from_raw_parts(header.pName.cast::<u8>(), 11);
                assert_eq!(
                    (param.StatusCode, param.HeaderCount, name),
                    (503, 1, &b"Retry-After"[..])
                );
                assert_eq!(header.pRawValue.cast::<u8>().read(), b'5');
            }
            ExParamTypeCertConfig => {
                let entry = value.HttpCertConfigParam.CertConfigs.read();
                assert_eq!(
                    (entry.CertHash, entry.CertStoreName[1]),
                    (hash, u16::from(b'Y'))
                );
            }
            ExParamTypeHttp2SettingsLimits => {
                let param = value.Http2SettingsLimitsParam;
                assert_eq!(
                    (
                        param.Http2MaxSettingsPerFrame,
                        param.Http2MaxSettingsPerMinute
                    ),
                    (7, 8)
                );
            }
            _ => {
                let param = value.HttpPerformanceParam;
                assert_eq!(param.Type, PerformanceParamMaxSendBufferSize);
                assert_eq!(param.Buffer.cast::<u32>().read(), 4096);
            }
        }
    }
}

/// The extended records of an address, of each type.
fn extended_values(hash: [u8; 20]) {
    let id = HttpServiceConfigSslCertInfoEx;
    let all = values(hash);
    assert_eq!(
        set(id, &address_ex(1, all[0])),
        2,
        "an endpoint without a certificate"
    );
    for value in all {
        let kind = value.ParamType;
        let record = address_ex(8443, value);
        assert_eq!(ask_ex(1, kind).err(), Some(259), "{kind}");
        assert_eq!(ask_ex(0, kind).err(), Some(2), "{kind}");
        assert_eq!(update(id, &record), 2, "{kind}");
        assert_eq!((set(id, &record), set(id, &record)), (0, 183), "{kind}");
        assert_eq!(update(id, &record), 0, "{kind}");
        for asked in [0, 1] {
            let found = ask_ex(asked, kind).expect("the record").ParamDesc;
            assert_eq!((found.ParamType, found.Flags), (kind, 0));
            check_value(&found, hash);
        }
        if kind != ExParamTypeHttp2Window {
            assert_eq!((delete(id, &record), delete(id, &record)), (0, 2), "{kind}");
        }
    }
    for (kind, code) in [(3, 50), (5, 50), (7, 87), (-1, 87)] {
        assert_eq!(set(id, &address_ex(8443, extended(kind))), code, "{kind}");
        assert_eq!(ask_ex(1, kind).err(), Some(code), "{kind}");
    }
    let mut window = all[0];
    window.Anonymous.Http2WindowSizeParam.Http2ReceiveWindowSize = 0x8000_0000;
    assert_eq!(update(id, &address_ex(8443, window)), 87);
    window = all[0];
    window.Flags = 1;
    assert_eq!(update(id, &address_ex(8443, window)), 87);
}

/// The same for the keys that are a host name or a port.
fn extended_keys() {
    let mut window = extended(ExParamTypeHttp2Window);
    window.Anonymous.Http2WindowSizeParam.Http2ReceiveWindowSize = 9;
    for id in [
        HttpServiceConfigSslSniCertInfoEx,
        HttpServiceConfigSslScopedCcsCertInfoEx,
    ] {
        let record = HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX {
            KeyDesc: host_key(wide("localhost"), [0; 4]),
            ParamDesc: window,
        };
        assert_eq!(
            (set(id, &record), set(id, &record), update(id, &record)),
            (0, 183, 0)
        );
        let asked = HTTP_SERVICE_CONFIG_SSL_SNI_QUERY_EX {
            QueryDesc: HttpServiceConfigQueryNext,
            KeyDesc: host_key(null_mut(), [0; 4]),
            dwToken: 0,
            ParamType: ExParamTypeHttp2Window,
        };
        let found: HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX = query(id, &asked).expect("the record");
        assert_eq!(text(found.KeyDesc.Host), "localhost");
        assert_eq!((delete(id, &record), delete(id, &record)), (0, 2));
    }
    let id = HttpServiceConfigSslCcsCertInfoEx;
    let record = HTTP_SERVICE_CONFIG_SSL_CCS_SET_EX {
        KeyDesc: HTTP_SERVICE_CONFIG_SSL_CCS_KEY {
            LocalAddress: storage([0; 4], 9443),
        },
        ParamDesc: window,
    };
    assert_eq!(set(id, &record), 0);
    let asked = HTTP_SERVICE_CONFIG_SSL_CCS_QUERY_EX {
        QueryDesc: HttpServiceConfigQueryExact,
        KeyDesc: record.KeyDesc,
        dwToken: 0,
        ParamType: ExParamTypeHttp2Window,
    };
    let found: HTTP_SERVICE_CONFIG_SSL_CCS_SET_EX = query(id, &asked).expect("the record");
    assert_eq!(found.KeyDesc.LocalAddress.ss_family, AF_INET);
}

/// A folder for the store, with a certificate; its hash.
fn store() -> (PathBuf, [u8; 20]) {
    let folder = std::env::temp_dir().join(format!("httpsys-records-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("config.json");
    let place = httpsys_engine::configuration::StorePlace::File(file.clone());
    let store = httpsys_engine::configuration::ConfigurationStore::open(place).expect("a store");
    let found = store.certificates().add("MY", PEM).expect("a certificate");
    // SAFETY: no other thread is there yet.
    unsafe { std::env::set_var("HTTPSYS_CONFIG", &file) };
    (file, found.certificate.thumbprint())
}

#[test]
fn cfg_004_certificate_records_are_set_found_updated_removed_and_last() {
    let (file, hash) = store();
    // SAFETY: NULL.
    let code = unsafe { HttpInitialize(HTTPAPI_VERSION_2, HTTP_INITIALIZE_CONFIG, null_mut()) };
    assert_eq!(code, 0);
    by_address(&hash);
    by_host(HttpServiceConfigSslSniCertInfo, &hash);
    by_host(HttpServiceConfigSslScopedCcsCertInfo, &hash);
    by_port();
    extended_values(hash);
    extended_keys();

    // What is in the file is what another process sees.
    let text = fs::read_to_string(&file).expect("the file");
    for part in [
        "\"127.0.0.1:8443\"",
        "\"*.localhost:8443\"",
        "\"ccs\": 9443",
        "\"http2_window\": 70000",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // A file that is broken meanwhile is told and left alone.
    fs::write(&file, &text[..text.len() / 2]).expect("a write");
    let record = HTTP_SERVICE_CONFIG_SSL_CCS_SET {
        KeyDesc: HTTP_SERVICE_CONFIG_SSL_CCS_KEY {
            LocalAddress: storage([0; 4], 9443),
        },
        ParamDesc: param(&[], 0),
    };
    assert_eq!(delete(HttpServiceConfigSslCcsCertInfo, &record), 1009);
    assert_eq!(
        fs::read_to_string(&file).expect("the file"),
        text[..text.len() / 2]
    );
    fs::write(&file, &text).expect("a write");
    assert_eq!(delete(HttpServiceConfigSslCcsCertInfo, &record), 0);
    assert_eq!(delete(HttpServiceConfigSslCcsCertInfo, &record), 2);
    assert!(
        !fs::read_to_string(&file)
            .expect("the file")
            .contains("9443")
    );
    fs::remove_dir_all(file.parent().expect("a folder")).expect("its end");
}
