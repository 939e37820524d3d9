//! Sizes, alignments and offsets of data/httpapi-layout.tsv.
//!
//! Owns one line per row of the kinds `type` and `field`; the test in `main.rs` reads the lines
//! back and compares them with the table, so each row stays on a line of its own. The first block
//! is also checked against windows-sys, the second holds what is newer than that.

layout_of_both! {
    HTTP2_SETTINGS_LIMITS_PARAM: 8, 4 {
        Http2MaxSettingsPerFrame: 0, 4;
        Http2MaxSettingsPerMinute: 4, 4;
    }
    HTTP2_WINDOW_SIZE_PARAM: 4, 4 {
        Http2ReceiveWindowSize: 0, 4;
    }
    HTTPAPI_VERSION: 4, 2 {
        HttpApiMajorVersion: 0, 2;
        HttpApiMinorVersion: 2, 2;
    }
    HTTP_BANDWIDTH_LIMIT_INFO: 8, 4 {
        Flags: 0, 4;
        MaxBandwidth: 4, 4;
    }
    HTTP_BINDING_INFO: 16, 8 {
        Flags: 0, 4;
        RequestQueueHandle: 8, 8;
    }
    HTTP_BYTE_RANGE: 16, 8 {
        StartingOffset: 0, 8;
        Length: 8, 8;
    }
    HTTP_CACHE_POLICY: 8, 4 {
        Policy: 0, 4;
        SecondsToLive: 4, 4;
    }
    HTTP_CHANNEL_BIND_INFO: 24, 8 {
        Hardening: 0, 4;
        Flags: 4, 4;
        ServiceNames: 8, 8;
        NumberOfServiceNames: 16, 4;
    }
    HTTP_CONNECTION_LIMIT_INFO: 8, 4 {
        Flags: 0, 4;
        MaxConnections: 4, 4;
    }
    HTTP_COOKED_URL: 40, 8 {
        FullUrlLength: 0, 2;
        HostLength: 2, 2;
        AbsPathLength: 4, 2;
        QueryStringLength: 6, 2;
        pFullUrl: 8, 8;
        pHost: 16, 8;
        pAbsPath: 24, 8;
        pQueryString: 32, 8;
    }
    HTTP_CREATE_REQUEST_QUEUE_PROPERTY_INFO: 16, 8 {
        PropertyId: 0, 4;
        PropertyInfoLength: 4, 4;
        PropertyInfo: 8, 8;
    }
    HTTP_DATA_CHUNK: 32, 8 {
        DataChunkType: 0, 4;
        Anonymous: 8, 24;
    }
    HTTP_DATA_CHUNK_0: 24, 8 {
        FromMemory: 0, 16;
        FromFileHandle: 0, 24;
        FromFragmentCache: 0, 16;
        FromFragmentCacheEx: 0, 24;
        Trailers: 0, 16;
    }
    HTTP_DATA_CHUNK_0_1: 24, 8 {
        ByteRange: 0, 16;
        FileHandle: 16, 8;
    }
    HTTP_DATA_CHUNK_0_3: 24, 8 {
        ByteRange: 0, 16;
        pFragmentName: 16, 8;
    }
    HTTP_DATA_CHUNK_0_2: 16, 8 {
        FragmentNameLength: 0, 2;
        pFragmentName: 8, 8;
    }
    HTTP_DATA_CHUNK_0_0: 16, 8 {
        pBuffer: 0, 8;
        BufferLength: 8, 4;
    }
    HTTP_DATA_CHUNK_0_4: 16, 8 {
        TrailerCount: 0, 2;
        pTrailers: 8, 8;
    }
    HTTP_DELEGATE_REQUEST_PROPERTY_INFO: 16, 8 {
        PropertyId: 0, 4;
        PropertyInfoLength: 4, 4;
        PropertyInfo: 8, 8;
    }
    HTTP_ERROR_HEADERS_PARAM: 16, 8 {
        StatusCode: 0, 2;
        HeaderCount: 2, 2;
        Headers: 8, 8;
    }
    HTTP_FLOWRATE_INFO: 16, 4 {
        Flags: 0, 4;
        MaxBandwidth: 4, 4;
        MaxPeakBandwidth: 8, 4;
        BurstSize: 12, 4;
    }
    HTTP_KNOWN_HEADER: 16, 8 {
        RawValueLength: 0, 2;
        pRawValue: 8, 8;
    }
    HTTP_LISTEN_ENDPOINT_INFO: 8, 4 {
        Flags: 0, 4;
        EnableSharing: 4, 1;
    }
    HTTP_LOGGING_INFO: 72, 8 {
        Flags: 0, 4;
        LoggingFlags: 4, 4;
        SoftwareName: 8, 8;
        SoftwareNameLength: 16, 2;
        DirectoryNameLength: 18, 2;
        DirectoryName: 24, 8;
        Format: 32, 4;
        Fields: 36, 4;
        pExtFields: 40, 8;
        NumOfExtFields: 48, 2;
        MaxRecordSize: 50, 2;
        RolloverType: 52, 4;
        RolloverSize: 56, 4;
        pSecurityDescriptor: 64, 8;
    }
    HTTP_LOG_DATA: 4, 4 {
        Type: 0, 4;
    }
    HTTP_LOG_FIELDS_DATA: 144, 8 {
        Base: 0, 4;
        UserNameLength: 4, 2;
        UriStemLength: 6, 2;
        ClientIpLength: 8, 2;
        ServerNameLength: 10, 2;
        ServiceNameLength: 12, 2;
        ServerIpLength: 14, 2;
        MethodLength: 16, 2;
        UriQueryLength: 18, 2;
        HostLength: 20, 2;
        UserAgentLength: 22, 2;
        CookieLength: 24, 2;
        ReferrerLength: 26, 2;
        UserName: 32, 8;
        UriStem: 40, 8;
        ClientIp: 48, 8;
        ServerName: 56, 8;
        ServiceName: 64, 8;
        ServerIp: 72, 8;
        Method: 80, 8;
        UriQuery: 88, 8;
        Host: 96, 8;
        UserAgent: 104, 8;
        Cookie: 112, 8;
        Referrer: 120, 8;
        ServerPort: 128, 2;
        ProtocolStatus: 130, 2;
        Win32Status: 132, 4;
        MethodNum: 136, 4;
        SubStatus: 140, 2;
    }
    HTTP_MULTIPLE_KNOWN_HEADERS: 24, 8 {
        HeaderId: 0, 4;
        Flags: 4, 4;
        KnownHeaderCount: 8, 2;
        KnownHeaders: 16, 8;
    }
    HTTP_PERFORMANCE_PARAM: 16, 8 {
        Type: 0, 4;
        BufferSize: 4, 4;
        Buffer: 8, 8;
    }
    HTTP_PROPERTY_FLAGS: 4, 4 {
        _bitfield: 0, 4;
    }
    HTTP_PROTECTION_LEVEL_INFO: 8, 4 {
        Flags: 0, 4;
        Level: 4, 4;
    }
    HTTP_QOS_SETTING_INFO: 16, 8 {
        QosType: 0, 4;
        QosSetting: 8, 8;
    }
    HTTP_QUERY_REQUEST_QUALIFIER_QUIC: 8, 8 {
        Freshness: 0, 8;
    }
    HTTP_QUERY_REQUEST_QUALIFIER_TCP: 8, 8 {
        Freshness: 0, 8;
    }
    HTTP_QUIC_API_TIMINGS: 384, 8 {
        ConnectionTimings: 0, 240;
        StreamTimings: 240, 144;
    }
    HTTP_QUIC_CONNECTION_API_TIMINGS: 240, 8 {
        OpenTime: 0, 8;
        CloseTime: 8, 8;
        StartTime: 16, 8;
        ShutdownTime: 24, 8;
        SecConfigCreateTime: 32, 8;
        SecConfigDeleteTime: 40, 8;
        GetParamCount: 48, 8;
        GetParamSum: 56, 8;
        SetParamCount: 64, 8;
        SetParamSum: 72, 8;
        SetCallbackHandlerCount: 80, 8;
        SetCallbackHandlerSum: 88, 8;
        ControlStreamTimings: 96, 144;
    }
    HTTP_QUIC_STREAM_API_TIMINGS: 144, 8 {
        OpenCount: 0, 8;
        OpenSum: 8, 8;
        CloseCount: 16, 8;
        CloseSum: 24, 8;
        StartCount: 32, 8;
        StartSum: 40, 8;
        ShutdownCount: 48, 8;
        ShutdownSum: 56, 8;
        SendCount: 64, 8;
        SendSum: 72, 8;
        ReceiveSetEnabledCount: 80, 8;
        ReceiveSetEnabledSum: 88, 8;
        GetParamCount: 96, 8;
        GetParamSum: 104, 8;
        SetParamCount: 112, 8;
        SetParamSum: 120, 8;
        SetCallbackHandlerCount: 128, 8;
        SetCallbackHandlerSum: 136, 8;
    }
    HTTP_QUIC_STREAM_REQUEST_STATS: 64, 8 {
        StreamWaitStart: 0, 8;
        StreamWaitEnd: 8, 8;
        RequestHeadersCompressionStart: 16, 8;
        RequestHeadersCompressionEnd: 24, 8;
        ResponseHeadersDecompressionStart: 32, 8;
        ResponseHeadersDecompressionEnd: 40, 8;
        RequestHeadersCompressedSize: 48, 8;
        ResponseHeadersCompressedSize: 56, 8;
    }
    HTTP_REQUEST_AUTH_INFO: 80, 8 {
        AuthStatus: 0, 4;
        SecStatus: 4, 4;
        Flags: 8, 4;
        AuthType: 12, 4;
        AccessToken: 16, 8;
        ContextAttributes: 24, 4;
        PackedContextLength: 28, 4;
        PackedContextType: 32, 4;
        PackedContext: 40, 8;
        MutualAuthDataLength: 48, 4;
        pMutualAuthData: 56, 8;
        PackageNameLength: 64, 2;
        pPackageName: 72, 8;
    }
    HTTP_REQUEST_CHANNEL_BIND_STATUS: 24, 8 {
        ServiceName: 0, 8;
        ChannelToken: 8, 8;
        ChannelTokenSize: 16, 4;
        Flags: 20, 4;
    }
    HTTP_REQUEST_HEADERS: 688, 8 {
        UnknownHeaderCount: 0, 2;
        pUnknownHeaders: 8, 8;
        TrailerCount: 16, 2;
        pTrailers: 24, 8;
        KnownHeaders: 32, 656;
    }
    HTTP_REQUEST_INFO: 16, 8 {
        InfoType: 0, 4;
        InfoLength: 4, 4;
        pInfo: 8, 8;
    }
    HTTP_REQUEST_PROPERTY_SNI: 516, 4 {
        Hostname: 0, 512;
        Flags: 512, 4;
    }
    HTTP_REQUEST_PROPERTY_STREAM_ERROR: 4, 4 {
        ErrorCode: 0, 4;
    }
    HTTP_REQUEST_SIZING_INFO: 56, 8 {
        Flags: 0, 8;
        RequestIndex: 8, 4;
        RequestSizingCount: 12, 4;
        RequestSizing: 16, 40;
    }
    HTTP_REQUEST_TIMING_INFO: 248, 8 {
        RequestTimingCount: 0, 4;
        RequestTiming: 8, 240;
    }
    HTTP_REQUEST_TOKEN_BINDING_INFO: 32, 8 {
        TokenBinding: 0, 8;
        TokenBindingSize: 8, 4;
        EKM: 16, 8;
        EKMSize: 24, 4;
        KeyType: 28, 1;
    }
    HTTP_REQUEST_V1: 848, 8 {
        Flags: 0, 4;
        ConnectionId: 8, 8;
        RequestId: 16, 8;
        UrlContext: 24, 8;
        Version: 32, 4;
        Verb: 36, 4;
        UnknownVerbLength: 40, 2;
        RawUrlLength: 42, 2;
        pUnknownVerb: 48, 8;
        pRawUrl: 56, 8;
        CookedUrl: 64, 40;
        Address: 104, 16;
        Headers: 120, 688;
        BytesReceived: 808, 8;
        EntityChunkCount: 816, 2;
        pEntityChunks: 824, 8;
        RawConnectionId: 832, 8;
        pSslInfo: 840, 8;
    }
    HTTP_REQUEST_V2: 864, 8 {
        Base: 0, 848;
        RequestInfoCount: 848, 2;
        pRequestInfo: 856, 8;
    }
    HTTP_RESPONSE_HEADERS: 512, 8 {
        UnknownHeaderCount: 0, 2;
        pUnknownHeaders: 8, 8;
        TrailerCount: 16, 2;
        pTrailers: 24, 8;
        KnownHeaders: 32, 480;
    }
    HTTP_RESPONSE_INFO: 16, 8 {
        Type: 0, 4;
        Length: 4, 4;
        pInfo: 8, 8;
    }
    HTTP_RESPONSE_V1: 552, 8 {
        Flags: 0, 4;
        Version: 4, 4;
        StatusCode: 8, 2;
        ReasonLength: 10, 2;
        pReason: 16, 8;
        Headers: 24, 512;
        EntityChunkCount: 536, 2;
        pEntityChunks: 544, 8;
    }
    HTTP_RESPONSE_V2: 568, 8 {
        Base: 0, 552;
        ResponseInfoCount: 552, 2;
        pResponseInfo: 560, 8;
    }
    HTTP_SERVER_AUTHENTICATION_BASIC_PARAMS: 16, 8 {
        RealmLength: 0, 2;
        Realm: 8, 8;
    }
    HTTP_SERVER_AUTHENTICATION_DIGEST_PARAMS: 32, 8 {
        DomainNameLength: 0, 2;
        DomainName: 8, 8;
        RealmLength: 16, 2;
        Realm: 24, 8;
    }
    HTTP_SERVER_AUTHENTICATION_INFO: 64, 8 {
        Flags: 0, 4;
        AuthSchemes: 4, 4;
        ReceiveMutualAuth: 8, 1;
        ReceiveContextHandle: 9, 1;
        DisableNTLMCredentialCaching: 10, 1;
        ExFlags: 11, 1;
        DigestParams: 16, 32;
        BasicParams: 48, 16;
    }
    HTTP_SERVICE_BINDING_A: 24, 8 {
        Base: 0, 4;
        Buffer: 8, 8;
        BufferSize: 16, 4;
    }
    HTTP_SERVICE_BINDING_BASE: 4, 4 {
        Type: 0, 4;
    }
    HTTP_SERVICE_BINDING_W: 24, 8 {
        Base: 0, 4;
        Buffer: 8, 8;
        BufferSize: 16, 4;
    }
    HTTP_SERVICE_CONFIG_CACHE_SET: 8, 4 {
        KeyDesc: 0, 4;
        ParamDesc: 4, 4;
    }
    HTTP_SERVICE_CONFIG_IP_LISTEN_PARAM: 16, 8 {
        AddrLength: 0, 2;
        pAddress: 8, 8;
    }
    HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY: 136, 8 {
        AddrCount: 0, 4;
        AddrList: 8, 128;
    }
    HTTP_SERVICE_CONFIG_SETTING_SET: 8, 4 {
        KeyDesc: 0, 4;
        ParamDesc: 4, 4;
    }
    HTTP_SERVICE_CONFIG_SSL_CCS_KEY: 128, 8 {
        LocalAddress: 0, 128;
    }
    HTTP_SERVICE_CONFIG_SSL_CCS_QUERY: 144, 8 {
        QueryDesc: 0, 4;
        KeyDesc: 8, 128;
        dwToken: 136, 4;
    }
    HTTP_SERVICE_CONFIG_SSL_CCS_QUERY_EX: 144, 8 {
        QueryDesc: 0, 4;
        KeyDesc: 8, 128;
        dwToken: 136, 4;
        ParamType: 140, 4;
    }
    HTTP_SERVICE_CONFIG_SSL_CCS_SET: 208, 8 {
        KeyDesc: 0, 128;
        ParamDesc: 128, 80;
    }
    HTTP_SERVICE_CONFIG_SSL_CCS_SET_EX: 160, 8 {
        KeyDesc: 0, 128;
        ParamDesc: 128, 32;
    }
    HTTP_SERVICE_CONFIG_SSL_KEY: 8, 8 {
        pIpPort: 0, 8;
    }
    HTTP_SERVICE_CONFIG_SSL_KEY_EX: 128, 8 {
        IpPort: 0, 128;
    }
    HTTP_SERVICE_CONFIG_SSL_PARAM: 80, 8 {
        SslHashLength: 0, 4;
        pSslHash: 8, 8;
        AppId: 16, 16;
        pSslCertStoreName: 32, 8;
        DefaultCertCheckMode: 40, 4;
        DefaultRevocationFreshnessTime: 44, 4;
        DefaultRevocationUrlRetrievalTimeout: 48, 4;
        pDefaultSslCtlIdentifier: 56, 8;
        pDefaultSslCtlStoreName: 64, 8;
        DefaultFlags: 72, 4;
    }
    HTTP_SERVICE_CONFIG_SSL_PARAM_EX: 32, 8 {
        ParamType: 0, 4;
        Flags: 8, 8;
        Anonymous: 16, 16;
    }
    HTTP_SERVICE_CONFIG_SSL_PARAM_EX_0: 16, 8 {
        Http2WindowSizeParam: 0, 4;
        Http2SettingsLimitsParam: 0, 8;
        HttpPerformanceParam: 0, 16;
        HttpTlsRestrictionsParam: 0, 16;
        HttpErrorHeadersParam: 0, 16;
        HttpTlsSessionTicketKeysParam: 0, 16;
    }
    HTTP_SERVICE_CONFIG_SSL_QUERY: 24, 8 {
        QueryDesc: 0, 4;
        KeyDesc: 8, 8;
        dwToken: 16, 4;
    }
    HTTP_SERVICE_CONFIG_SSL_QUERY_EX: 144, 8 {
        QueryDesc: 0, 4;
        KeyDesc: 8, 128;
        dwToken: 136, 4;
        ParamType: 140, 4;
    }
    HTTP_SERVICE_CONFIG_SSL_SET: 88, 8 {
        KeyDesc: 0, 8;
        ParamDesc: 8, 80;
    }
    HTTP_SERVICE_CONFIG_SSL_SET_EX: 160, 8 {
        KeyDesc: 0, 128;
        ParamDesc: 128, 32;
    }
    HTTP_SERVICE_CONFIG_SSL_SNI_KEY: 136, 8 {
        IpPort: 0, 128;
        Host: 128, 8;
    }
    HTTP_SERVICE_CONFIG_SSL_SNI_QUERY: 152, 8 {
        QueryDesc: 0, 4;
        KeyDesc: 8, 136;
        dwToken: 144, 4;
    }
    HTTP_SERVICE_CONFIG_SSL_SNI_QUERY_EX: 152, 8 {
        QueryDesc: 0, 4;
        KeyDesc: 8, 136;
        dwToken: 144, 4;
        ParamType: 148, 4;
    }
    HTTP_SERVICE_CONFIG_SSL_SNI_SET: 216, 8 {
        KeyDesc: 0, 136;
        ParamDesc: 136, 80;
    }
    HTTP_SERVICE_CONFIG_SSL_SNI_SET_EX: 168, 8 {
        KeyDesc: 0, 136;
        ParamDesc: 136, 32;
    }
    HTTP_SERVICE_CONFIG_TIMEOUT_SET: 8, 4 {
        KeyDesc: 0, 4;
        ParamDesc: 4, 2;
    }
    HTTP_SERVICE_CONFIG_URLACL_KEY: 8, 8 {
        pUrlPrefix: 0, 8;
    }
    HTTP_SERVICE_CONFIG_URLACL_PARAM: 8, 8 {
        pStringSecurityDescriptor: 0, 8;
    }
    HTTP_SERVICE_CONFIG_URLACL_QUERY: 24, 8 {
        QueryDesc: 0, 4;
        KeyDesc: 8, 8;
        dwToken: 16, 4;
    }
    HTTP_SERVICE_CONFIG_URLACL_SET: 16, 8 {
        KeyDesc: 0, 8;
        ParamDesc: 8, 8;
    }
    HTTP_SSL_CLIENT_CERT_INFO: 32, 8 {
        CertFlags: 0, 4;
        CertEncodedSize: 4, 4;
        pCertEncoded: 8, 8;
        Token: 16, 8;
        CertDeniedByMapper: 24, 1;
    }
    HTTP_SSL_INFO: 48, 8 {
        ServerCertKeySize: 0, 2;
        ConnectionKeySize: 2, 2;
        ServerCertIssuerSize: 4, 4;
        ServerCertSubjectSize: 8, 4;
        pServerCertIssuer: 16, 8;
        pServerCertSubject: 24, 8;
        pClientCertInfo: 32, 8;
        SslClientCertNegotiated: 40, 4;
    }
    HTTP_SSL_PROTOCOL_INFO: 28, 4 {
        Protocol: 0, 4;
        CipherType: 4, 4;
        CipherStrength: 8, 4;
        HashType: 12, 4;
        HashStrength: 16, 4;
        KeyExchangeType: 20, 4;
        KeyExchangeStrength: 24, 4;
    }
    HTTP_STATE_INFO: 8, 4 {
        Flags: 0, 4;
        State: 4, 4;
    }
    HTTP_TIMEOUT_LIMIT_INFO: 20, 4 {
        Flags: 0, 4;
        EntityBody: 4, 2;
        DrainEntityBody: 6, 2;
        RequestQueue: 8, 2;
        IdleConnection: 10, 2;
        HeaderWait: 12, 2;
        MinSendRate: 16, 4;
    }
    HTTP_TLS_RESTRICTIONS_PARAM: 16, 8 {
        RestrictionCount: 0, 4;
        TlsRestrictions: 8, 8;
    }
    HTTP_TLS_SESSION_TICKET_KEYS_PARAM: 16, 8 {
        SessionTicketKeyCount: 0, 4;
        SessionTicketKeys: 8, 8;
    }
    HTTP_TRANSPORT_ADDRESS: 16, 8 {
        pRemoteAddress: 0, 8;
        pLocalAddress: 8, 8;
    }
    HTTP_UNKNOWN_HEADER: 24, 8 {
        NameLength: 0, 2;
        RawValueLength: 2, 2;
        pName: 8, 8;
        pRawValue: 16, 8;
    }
    HTTP_VERSION: 4, 2 {
        MajorVersion: 0, 2;
        MinorVersion: 2, 2;
    }
    HTTP_WSK_API_TIMINGS: 96, 8 {
        ConnectCount: 0, 8;
        ConnectSum: 8, 8;
        DisconnectCount: 16, 8;
        DisconnectSum: 24, 8;
        SendCount: 32, 8;
        SendSum: 40, 8;
        ReceiveCount: 48, 8;
        ReceiveSum: 56, 8;
        ReleaseCount: 64, 8;
        ReleaseSum: 72, 8;
        ControlSocketCount: 80, 8;
        ControlSocketSum: 88, 8;
    }
    OVERLAPPED: 32, 8 {
        Internal: 0, 8;
        InternalHigh: 8, 8;
        Anonymous: 16, 8;
        hEvent: 24, 8;
    }
    OVERLAPPED_ENTRY: 32, 8 {
        lpCompletionKey: 0, 8;
        lpOverlapped: 8, 8;
        Internal: 16, 8;
        dwNumberOfBytesTransferred: 24, 4;
    }
    SOCKADDR: 16, 2 {
        sa_family: 0, 2;
        sa_data: 2, 14;
    }
    SOCKADDR_IN: 16, 4 {
        sin_family: 0, 2;
        sin_port: 2, 2;
        sin_addr: 4, 4;
        sin_zero: 8, 8;
    }
    SOCKADDR_IN6: 28, 4 {
        sin6_family: 0, 2;
        sin6_port: 2, 2;
        sin6_flowinfo: 4, 4;
        sin6_addr: 8, 16;
    }
    SOCKADDR_STORAGE: 128, 8 {
        ss_family: 0, 2;
    }
    SECURITY_ATTRIBUTES: 24, 8 {
        nLength: 0, 4;
        lpSecurityDescriptor: 8, 8;
        bInheritHandle: 16, 4;
    }
}

layout_of_ours! {
    HTTP_CERT_CONFIG_ENTRY: 276, 2 {
        CertHash: 0, 20;
        CertStoreName: 20, 256;
    }
    HTTP_CERT_CONFIG_PARAM: 16, 8 {
        CertConfigCount: 0, 4;
        CertConfigs: 8, 8;
    }
    HTTP_FAST_FORWARD_INFO: 8, 4 {
        Flags: 0, 4;
        EnableFastForwarding: 4, 1;
    }
    HTTP_REQUEST_DSCP_INFO: 1, 1 {
        DscpTag: 0, 1;
    }
    HTTP_REQUEST_INFO_PROPERTY_INFO: 16, 8 {
        Flags: 0, 4;
        RequestInfoFlags: 8, 8;
    }
    HTTP_REQUEST_INITIAL_PACKET_TTL_INFO: 1, 1 {
        InitialPacketTtl: 0, 1;
    }
    HTTP_REQUEST_TRANSPORT_IDLE_CONNECTION_TIMEOUT_INFO: 2, 2 {
        TransportIdleConnectionTimeout: 0, 2;
    }
    HTTP_WINHTTP_FAST_FORWARDING_DATA: 16, 1 {
        Reserved: 0, 16;
    }
}
