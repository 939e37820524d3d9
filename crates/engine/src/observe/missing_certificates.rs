//! Ports of https to which no certificate is bound, told of once each.
//!
//! Owns: which ports were told of, and the words. Does not own who is told, and when (`conn/secure.rs`). Threading: any
//! thread; the lock is a leaf.

use std::path::Path;

use httpsys_socket::lock::Mutex;

/// See the module head. At most one entry for each port that the program listens on.
#[derive(Debug, Default)]
pub(crate) struct MissingCertificates(Mutex<Vec<u16>>);

impl MissingCertificates {
    pub(crate) fn is_told(&self, port: u16) -> bool {
        self.0.lock().contains(&port)
    }

    /// False if another thread was first.
    pub(crate) fn tell(&self, port: u16) -> bool {
        let mut ports = self.0.lock();
        let is_new = !ports.contains(&port);
        if is_new {
            ports.push(port);
        }
        is_new
    }
}

/// What is said of a port; `store` is the file of the configuration.
pub(crate) fn words(port: u16, store: Option<&Path>) -> String {
    let (place, help) = match store {
        Some(path) => (
            path.display().to_string(),
            format!("`httpsysctl dev-cert port={port}` makes one for development"),
        ),
        None => (
            "the configuration of this process, which is in memory".to_owned(),
            "HttpSetServiceConfiguration, or Service::add_ssl, binds one".to_owned(),
        ),
    };
    format!("port {port} has no usable certificate in {place}: clients of https are reset. {help}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_port_is_told_of_once() {
        let all = MissingCertificates::default();
        assert!(!all.is_told(443) && all.tell(443) && all.is_told(443) && !all.tell(443));
        assert!(all.tell(8443));
    }
}
