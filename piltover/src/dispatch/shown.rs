use std::fmt;

/// The bytes of a request, shown as TL when they are logged.
#[derive(Debug)]
pub struct Shown<'a> {
    body: &'a [u8],
    layer: i32,
}

impl<'a> Shown<'a> {
    /// A request of a client of this layer.
    #[must_use]
    pub fn new(body: &'a [u8], layer: i32) -> Self {
        Self { body, layer }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of layer {}", self.body.len(), self.layer)
    }
}
