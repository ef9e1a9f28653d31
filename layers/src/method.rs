use piltover_tl::wire::{Decode, DecodeError, DecodeErrorKind, Encode, EncodeError, Encoder, Reader};

/// One version of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Its id.
    pub id: u32,
    /// Runs of layers in which it stands, first and last, oldest first.
    pub layers: &'static [(i32, i32)],
}

impl Version {
    /// Whether the version stands in a layer.
    #[must_use]
    pub fn stands_in(&self, layer: i32) -> bool {
        self.layers.iter().any(|(first, last)| (*first..=*last).contains(&layer))
    }
}

/// A function of the API: a request with its history and its answer.
///
/// The canonical struct of a function decodes every version of it; the struct of an older version
/// decodes its own, and all others by way of the canonical one.
pub trait Method: Sized + Send + 'static {
    /// The name, `messages.sendMessage`.
    const NAME: &'static str;

    /// All versions, oldest first.
    const VERSIONS: &'static [Version];

    /// Whether one of its versions has this id.
    #[must_use]
    fn has_id(id: u32) -> bool {
        Self::VERSIONS.iter().any(|version| version.id == id)
    }

    /// The answer in its newest form.
    type Answer: Encode + Send;

    /// Decodes the fields of the version with this id, which was read before.
    ///
    /// # Errors
    /// What was wrong with the bytes, or an id that no version has.
    fn decode(id: u32, reader: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Writes the answer to a request of the version with this id, in the encoder's layer.
    fn encode_answer(id: u32, answer: &Self::Answer, encoder: &mut Encoder);
}

/// Decodes a request of version `id` as the older version `target`, which stands in `layer`: decoded as
/// the canonical `C`, written for that layer, read again. Only handlers of one layer need this, for
/// clients of other layers.
pub(crate) fn through<C: Method + Encode, T: Method>(
    id: u32,
    target: u32,
    layer: i32,
    reader: &mut Reader<'_>,
) -> Result<T, DecodeError> {
    let bytes = C::decode(id, reader)?.to_bytes(layer);
    // What does not depend on the types is compiled once, not for each version of each function.
    let bytes = written(bytes, target)
        .ok_or_else(|| reader.error(DecodeErrorKind::NoUpgrade { combinator: C::NAME }))?;
    let mut older = Reader::new(&bytes);
    older.word()?;
    T::decode(target, &mut older)
}

/// The bytes of a request, if there are any and they are of version `target`.
fn written(bytes: Result<Vec<u8>, EncodeError>, target: u32) -> Option<Vec<u8>> {
    bytes.ok().filter(|bytes| bytes.starts_with(&target.to_le_bytes()))
}

/// Decodes one request, id first, that spans all of `bytes`.
///
/// # Errors
/// As [`Method::decode`], or bytes that are left over.
pub fn decode_request<M: Method>(bytes: &[u8]) -> Result<M, DecodeError> {
    let mut reader = Reader::new(bytes);
    let id = u32::from_le_bytes(reader.array()?);
    let request = M::decode(id, &mut reader)?;
    reader.finish()?;
    Ok(request)
}

/// A value that is decoded by its id: every boxed type.
pub trait Boxed: Decode + Encode {}
impl<T: Decode + Encode> Boxed for T {}
