//! What the API is asked of a connection's TLS session: HttpReceiveClientCertificate and the SNI
//! property.
//!
//! Owns the look at the connection. Does not own what is told of it (`httpsys_core::tls`) nor who fills
//! that (`transport`). Threading: any thread; the connection's lock is held for the look.

use std::sync::Arc;

use httpsys_core::tls::TlsInfo;
use httpsys_core::{ConnectionId, Error, RequestId};

use crate::calls::queue::Queue;
use crate::service::Service;

impl Service {
    /// The session of a live request's connection.
    ///
    /// # Errors
    /// As [`Service::check_live`].
    pub(crate) fn tls_of_request(
        &self,
        queue: &Queue,
        request: RequestId,
    ) -> Result<Option<Arc<TlsInfo>>, Error> {
        let conn = self.live_request(queue, request)?;
        Ok(conn.tls_info().cloned())
    }

    /// The session of a connection, whether a request is under way on it or not.
    ///
    /// # Errors
    /// [`Error::ConnectionInvalid`] (1229) for a connection that is unknown or gone.
    pub(crate) fn tls_of_connection(
        &self,
        connection: ConnectionId,
    ) -> Result<Option<Arc<TlsInfo>>, Error> {
        let conn = self.shard_of(connection).table.connection(connection);
        let conn = conn.ok_or(Error::ConnectionInvalid)?;
        Ok(conn.tls_info().cloned())
    }
}
