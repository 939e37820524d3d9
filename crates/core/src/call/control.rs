//! Calls that change the object model: sessions, URL groups, queues, URLs, properties, the configuration.
//!
//! Owns their parameters and results. Does not own what they do ([`crate::model::Model::apply`]).

use crate::configuration::Change;
use crate::ids::{QueueId, ServerSessionId, UrlGroupId};
use crate::property::{Property, QueueProperty};
use crate::reservation::Reservation;

/// HTTPAPI_VERSION.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiVersion {
    /// Major version.
    pub major: u16,
    /// Minor version.
    pub minor: u16,
}

impl ApiVersion {
    /// HTTPAPI_VERSION_1.
    pub const V1: ApiVersion = ApiVersion { major: 1, minor: 0 };
    /// HTTPAPI_VERSION_2.
    pub const V2: ApiVersion = ApiVersion { major: 2, minor: 0 };
}

/// A call that changes the object model. Executed by [`crate::model::Model::apply`].
#[derive(Clone, PartialEq, Eq)]
pub enum Control {
    /// HttpCreateServerSession.
    CreateServerSession {
        /// 1.0 or 2.0 (SES-006 to SES-008).
        version: ApiVersion,
    },
    /// HttpCloseServerSession: its URL groups close with it (SES-012).
    CloseServerSession {
        /// The session.
        session: ServerSessionId,
    },
    /// HttpCreateUrlGroup.
    CreateUrlGroup {
        /// The session that the group belongs to for good.
        session: ServerSessionId,
    },
    /// HttpCloseUrlGroup: its URLs vanish with it (SES-028).
    CloseUrlGroup {
        /// The group.
        group: UrlGroupId,
    },
    /// HttpAddUrlToUrlGroup.
    AddUrlToUrlGroup {
        /// The group.
        group: UrlGroupId,
        /// The UrlPrefix string, UTF-16.
        url: Vec<u16>,
        /// HTTP_URL_CONTEXT, returned untouched with every request.
        context: u64,
    },
    /// HttpRemoveUrlFromUrlGroup.
    RemoveUrlFromUrlGroup {
        /// The group.
        group: UrlGroupId,
        /// The UrlPrefix string; `None` is HTTP_URL_FLAG_REMOVE_ALL (PFX-026).
        url: Option<Vec<u16>>,
    },
    /// HttpSetUrlGroupProperty(HttpServerBindingProperty).
    BindUrlGroup {
        /// The group.
        group: UrlGroupId,
        /// The queue; `None` detaches the group (SES-026).
        queue: Option<QueueId>,
    },
    /// HttpSetServerSessionProperty.
    SetServerSessionProperty {
        /// The session.
        session: ServerSessionId,
        /// The property with its value.
        property: Property,
    },
    /// HttpSetUrlGroupProperty, except for the binding.
    SetUrlGroupProperty {
        /// The group.
        group: UrlGroupId,
        /// The property with its value.
        property: Property,
    },
    /// HttpSetRequestQueueProperty. Who may do that is checked by the door (SES-032, QUE-009).
    SetRequestQueueProperty {
        /// The queue.
        queue: QueueId,
        /// The property with its value.
        property: QueueProperty,
    },
    /// HttpCreateRequestQueue that creates.
    CreateRequestQueue {
        /// 2.0 only (SES-020).
        version: ApiVersion,
        /// The name; `None` for a queue that nobody else can open (SES-016).
        name: Option<Vec<u16>>,
        /// What the security attributes say about opening it.
        access: QueueAccess,
    },
    /// HttpCreateRequestQueue with HTTP_CREATE_REQUEST_QUEUE_FLAG_OPEN_EXISTING.
    OpenRequestQueue {
        /// 2.0 only.
        version: ApiVersion,
        /// The name.
        name: Vec<u16>,
    },
    /// HttpCreateHttpHandle: a version 1 queue.
    CreateHttpHandle,
    /// HttpAddUrl: version 1 queues only (SES-023).
    AddUrl {
        /// The queue.
        queue: QueueId,
        /// The UrlPrefix string.
        url: Vec<u16>,
    },
    /// HttpRemoveUrl: version 1 queues only.
    RemoveUrl {
        /// The queue.
        queue: QueueId,
        /// The UrlPrefix string.
        url: Vec<u16>,
    },
    /// HttpSetServiceConfiguration(HttpServiceConfigUrlAclInfo).
    AddReservation(Reservation),
    /// HttpDeleteServiceConfiguration(HttpServiceConfigUrlAclInfo).
    RemoveReservation {
        /// The reserved prefix.
        url: Vec<u16>,
    },
    /// HttpSetServiceConfiguration and HttpDeleteServiceConfiguration for the other records.
    Configure(Change),
    /// The beginning of a graceful shutdown, which the API has no call for: no port is open for the
    /// sake of this queue any more, and a port that others keep open refuses its requests.
    DrainRequestQueue {
        /// The queue.
        queue: QueueId,
    },
    /// HttpCloseRequestQueue, or CloseHandle on a version 1 queue (SHD-005).
    CloseRequestQueue {
        /// The queue.
        queue: QueueId,
    },
}

/// Who may open a named queue, as far as one process can tell (SES-021).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueAccess {
    /// Whoever knows the name.
    #[default]
    Granted,
    /// Nobody: ERROR_ACCESS_DENIED (5).
    Denied,
}

/// What a [`Control`] operation returns besides NO_ERROR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing.
    Done,
    /// The new session.
    ServerSession(ServerSessionId),
    /// The new URL group.
    UrlGroup(UrlGroupId),
    /// The new or opened queue.
    Queue(QueueId),
}
