//! Why something is no certificate, or cannot be bound.
//!
//! Owns the kinds and the words. Threading: plain data.

use std::fmt;

/// Why something is no certificate that a server can show.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateError {
    /// The text is no PEM, and why.
    NotPem(String),
    /// It has no certificate.
    NoCertificate,
    /// It has no private key.
    NoKey,
    /// Its private key is encrypted.
    EncryptedKey,
    /// Its private key is of a kind that is not supported, or damaged.
    UnusableKey(String),
    /// Its private key belongs to none of its certificates.
    KeyDoesNotFit,
    /// A certificate cannot be read.
    Malformed(String),
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CertificateError::NotPem(why) => write!(f, "not PEM: {why}"),
            CertificateError::NoCertificate => {
                f.write_str("no certificate in it (BEGIN CERTIFICATE)")
            }
            CertificateError::NoKey => f.write_str("no private key in it (BEGIN PRIVATE KEY)"),
            CertificateError::EncryptedKey => {
                f.write_str("its private key is encrypted; it has to be stored without a password")
            }
            CertificateError::UnusableKey(why) => {
                write!(f, "its private key cannot be used: {why}")
            }
            CertificateError::KeyDoesNotFit => {
                f.write_str("its private key belongs to none of its certificates")
            }
            CertificateError::Malformed(why) => {
                write!(f, "its certificate cannot be read: {why}")
            }
        }
    }
}

impl std::error::Error for CertificateError {}

/// Why there can be no such binding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BindingError {
    /// The flags leave no version of the protocol.
    NoProtocol,
    /// A root certificate for clients cannot be read.
    BadRoot(String),
    /// The cryptography refuses, and what it says.
    Unsupported(String),
}

impl fmt::Display for BindingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BindingError::NoProtocol => f.write_str(
                "its flags disable TLS 1.2 and TLS 1.3, and older versions are not spoken",
            ),
            BindingError::BadRoot(why) => write!(f, "a root for client certificates: {why}"),
            BindingError::Unsupported(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for BindingError {}
