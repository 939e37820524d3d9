//! The calls that change or look at the object model, the routes and the ports.

pub(crate) mod bindings;
pub(crate) mod cached;
pub(crate) mod calls;
pub(crate) mod free_port;
pub(crate) mod group;
pub(crate) mod questions;
pub(crate) mod records;
pub(crate) mod refused;
pub(crate) mod routes;
pub(crate) mod settings;
pub(crate) mod taken;
