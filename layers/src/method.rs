use piltover_tl::wire::{Decode, DecodeError, DecodeErrorKind, Encode, Encoder, Reader};

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

/// A request of version `id` as the bytes of the older version `target`, which stands in `layer`, without its id:
/// decoded as the canonical `C`, and written for that layer. Only handlers of one layer need this, for clients of
/// other layers.
pub(crate) fn rewritten<C: Method + Encode>(
    id: u32,
    target: u32,
    layer: i32,
    reader: &mut Reader<'_>,
) -> Result<Vec<u8>, DecodeError> {
    let request = C::decode(id, reader)?;
    let mut encoder = Encoder::new(layer);
    request.encode(&mut encoder);
    fields(encoder, target, C::NAME, reader)
}

/// What stands behind the id of a request that was written, if it has a form and that is version `target`. Apart
/// from what depends on the type, to be compiled once.
fn fields(
    encoder: Encoder,
    target: u32,
    combinator: &'static str,
    reader: &Reader<'_>,
) -> Result<Vec<u8>, DecodeError> {
    let bytes = encoder.finish().ok();
    let fields = bytes.as_ref().and_then(|bytes| bytes.strip_prefix(&target.to_le_bytes()));
    fields.map(<[u8]>::to_vec).ok_or_else(|| reader.error(DecodeErrorKind::NoOlderForm { combinator }))
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
