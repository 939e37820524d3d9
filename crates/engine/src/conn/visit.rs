//! A look at every connection, one after the other.
//!
//! Owns the walk over the tables. Does not own what is done with a connection. Threading: locks one slot at a
//! time.

use crate::conn::slot::Conn;
use crate::service::Service;

impl Service {
    /// Visits every open connection, each with its slot locked: for calls that are rare.
    pub(crate) fn for_each_connection(&self, mut visit: impl FnMut(&Service, &mut Conn)) {
        if self.is_inherited() {
            return;
        }
        for shard in self.shards().iter() {
            for slot in 0..shard.table.used() {
                if let Some(mut conn) = shard.table.connection_in(slot) {
                    visit(self, &mut conn);
                }
            }
        }
    }
}
