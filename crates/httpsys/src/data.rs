//! Bytes that a response carries, borrowed or owned.
//!
//! Owns the conversions only, so that texts, byte strings and buffers can be given alike.

use std::borrow::Cow;
use std::ops::Deref;

/// Bytes for a response: a reason, a field name, a field value or a body.
///
/// ```
/// use httpsys::Data;
///
/// let borrowed: Data<'_> = "text".into();
/// let owned = Data::from(vec![1, 2, 3]);
/// assert_eq!(&*borrowed, b"text");
/// assert_eq!(owned.len(), 3);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Data<'a>(Cow<'a, [u8]>);

impl<'a> Data<'a> {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) const fn borrowed(bytes: &'a [u8]) -> Self {
        Data(Cow::Borrowed(bytes))
    }
}

impl Deref for Data<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<'a> From<&'a str> for Data<'a> {
    fn from(text: &'a str) -> Self {
        Data::borrowed(text.as_bytes())
    }
}

impl<'a> From<&'a String> for Data<'a> {
    fn from(text: &'a String) -> Self {
        Data::borrowed(text.as_bytes())
    }
}

impl From<String> for Data<'_> {
    fn from(text: String) -> Self {
        Data(Cow::Owned(text.into_bytes()))
    }
}

impl<'a> From<Cow<'a, str>> for Data<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl<'a> From<&'a [u8]> for Data<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Data::borrowed(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Data<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Data::borrowed(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Data<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Data::borrowed(bytes)
    }
}

impl From<Vec<u8>> for Data<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Data(Cow::Owned(bytes))
    }
}

impl<'a> From<Cow<'a, [u8]>> for Data<'a> {
    fn from(bytes: Cow<'a, [u8]>) -> Self {
        Data(bytes)
    }
}
