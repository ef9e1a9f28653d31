use std::sync::Arc;

use bytes::{Buf, BytesMut};

use super::detect::{Detected, detect};
use super::full::Full;
use super::obfuscated::{HEADER, Obfuscation, make, open};
use super::{Frame, Framing, Secret, TransportError, abridged, intermediate};

/// The framing of one connection: recognises it, takes payloads out of what the client sends, and
/// frames what the server sends.
#[derive(Debug, Default)]
pub struct Codec {
    buffer: BytesMut,
    framing: Option<Framing>,
    full: Full,
    obfuscation: Option<Box<Obfuscation>>,
    dc: Option<i16>,
    secrets: Arc<[Secret]>,
    fake_tls: Option<Secret>,
    /// A client's codec takes quick acknowledgments for what they are.
    is_client: bool,
}

impl Codec {
    /// A codec that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A codec for a port that is an MTProxy too, for clients with one of these secrets. `fake_tls` is the
    /// one that a client has already proven to know.
    #[must_use]
    pub fn with_secrets(secrets: Arc<[Secret]>, fake_tls: Option<Secret>) -> Self {
        Self { secrets, fake_tls, ..Self::default() }
    }

    /// The codec of a client, and the bytes with which it begins. Obfuscated, if there are random bytes for
    /// the header; [`Framing::Full`] cannot be.
    #[must_use]
    pub fn client(
        framing: Framing,
        obfuscated: Option<[u8; 64]>,
        dc: i16,
        secret: Option<&Secret>,
    ) -> (Vec<u8>, Self) {
        let mut codec = Self { framing: Some(framing), is_client: true, ..Self::default() };
        let first = match (obfuscated, framing) {
            (_, Framing::Full) => Vec::new(),
            (Some(random), _) => {
                let (header, obfuscation) = make(random, framing, dc, secret);
                codec.obfuscation = Some(Box::new(obfuscation));
                header.to_vec()
            }
            (None, Framing::Abridged) => vec![0xef],
            (None, Framing::Intermediate) => vec![0xee; 4],
            (None, Framing::Padded) => vec![0xdd; 4],
        };
        (first, codec)
    }

    /// The framing, once enough bytes have come.
    #[must_use]
    pub fn framing(&self) -> Option<Framing> {
        self.framing
    }

    /// Whether the framing is obfuscated.
    #[must_use]
    pub fn is_obfuscated(&self) -> bool {
        self.obfuscation.is_some()
    }

    /// The data centre that an obfuscated header named.
    #[must_use]
    pub fn dc(&self) -> Option<i16> {
        self.dc
    }

    /// Takes bytes that the client sent.
    pub fn feed(&mut self, bytes: &[u8]) {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(bytes);
        if let (Some(obfuscation), Some(new)) = (&mut self.obfuscation, self.buffer.get_mut(start..)) {
            obfuscation.incoming.apply(new);
        }
    }

    /// The next whole payload, if there is one. To a client, a quick acknowledgment is a payload too: its
    /// token, little-endian.
    ///
    /// # Errors
    /// What the client did that no framing allows. Nothing that follows can be understood.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, TransportError> {
        let Some(framing) = self.detected()? else { return Ok(None) };
        let is_quick_ack = self.is_client
            && match framing {
                Framing::Abridged => self.buffer.first().is_some_and(|first| *first & 0x80 != 0),
                Framing::Intermediate | Framing::Padded => {
                    self.buffer.get(3).is_some_and(|last| *last & 0x80 != 0)
                }
                Framing::Full => false,
            };
        if is_quick_ack {
            let token = (self.buffer.len() >= 4).then(|| self.buffer.split_to(4).to_vec());
            return Ok(token.map(|mut payload| {
                if framing == Framing::Abridged {
                    payload.reverse();
                }
                Frame { payload, quick_ack: true }
            }));
        }
        match framing {
            Framing::Abridged => abridged::decode(&mut self.buffer),
            Framing::Intermediate | Framing::Padded => intermediate::decode(&mut self.buffer),
            Framing::Full => self.full.decode(&mut self.buffer),
        }
    }

    /// Gives the memory back that no bytes wait in.
    pub fn shrink(&mut self) {
        if self.buffer.is_empty() {
            self.buffer = BytesMut::new();
        }
    }

    fn detected(&mut self) -> Result<Option<Framing>, TransportError> {
        if self.framing.is_some() {
            return Ok(self.framing);
        }
        match detect(&self.buffer)? {
            Detected::More => {}
            Detected::Plain(framing, tag) => {
                self.buffer.advance(tag);
                self.framing = Some(framing);
            }
            Detected::Obfuscated(header) => {
                let mut opened = open(&header, &self.secrets, self.fake_tls.as_ref())?;
                self.buffer.advance(HEADER);
                opened.obfuscation.incoming.apply(&mut self.buffer);
                self.framing = Some(opened.framing);
                self.dc = Some(opened.dc);
                self.obfuscation = Some(Box::new(opened.obfuscation));
            }
        }
        Ok(self.framing)
    }

    /// Frames a payload, a multiple of four bytes, and appends it to `out`. `padding` gives a random
    /// number and random bytes; only [`Framing::Padded`] asks for them. Before the client has chosen a
    /// framing there is nothing to say to it.
    pub fn pack(&mut self, payload: &[u8], out: &mut Vec<u8>, padding: impl FnOnce(&mut [u8])) {
        self.pack_with(payload, out, false, padding);
    }

    /// As [`Codec::pack`], for a client that asks for a quick acknowledgment, or not.
    pub fn pack_with(
        &mut self,
        payload: &[u8],
        out: &mut Vec<u8>,
        quick_ack: bool,
        padding: impl FnOnce(&mut [u8]),
    ) {
        let start = out.len();
        match self.framing {
            None => {}
            Some(Framing::Abridged) => abridged::encode(payload, out),
            Some(Framing::Intermediate) => intermediate::encode(payload, &[], out),
            Some(Framing::Padded) => {
                let mut random = [0; 4];
                // A transport error is told from a message by its length, so it goes unpadded. Fewer than
                // four bytes, since some clients take the padding off modulo four.
                let len = if payload.len() > 4 {
                    padding(&mut random);
                    usize::from(random.last().copied().unwrap_or_default() % 4)
                } else {
                    0
                };
                intermediate::encode(payload, random.get(..len).unwrap_or_default(), out);
            }
            Some(Framing::Full) => self.full.encode(payload, out),
        }
        // The highest bit of the length.
        let flag = match self.framing {
            Some(Framing::Abridged) => start,
            Some(Framing::Intermediate | Framing::Padded) => start + 3,
            _ => usize::MAX,
        };
        if let Some(byte) = out.get_mut(flag).filter(|_| quick_ack) {
            *byte |= 0x80;
        }
        self.obfuscate(out, start);
    }

    /// Appends a quick acknowledgment to `out`; [`Framing::Full`] has none.
    pub fn pack_quick_ack(&mut self, token: u32, out: &mut Vec<u8>) {
        let start = out.len();
        match self.framing {
            None | Some(Framing::Full) => {}
            Some(Framing::Abridged) => abridged::quick_ack(token, out),
            Some(Framing::Intermediate | Framing::Padded) => intermediate::quick_ack(token, out),
        }
        self.obfuscate(out, start);
    }

    /// Appends a transport error to `out`: its code as a payload of four bytes.
    ///
    /// <https://core.telegram.org/mtproto/mtproto-transports#transport-errors>
    pub fn pack_error(&mut self, code: i32, out: &mut Vec<u8>) {
        self.pack(&code.to_le_bytes(), out, |_| {});
    }

    fn obfuscate(&mut self, out: &mut [u8], start: usize) {
        if let (Some(obfuscation), Some(new)) = (&mut self.obfuscation, out.get_mut(start..)) {
            obfuscation.outgoing.apply(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::SecretKind;
    use super::*;

    /// A client's codec, and the bytes with which it begins.
    fn client(framing: Framing, obfuscated: bool) -> (Vec<u8>, Codec) {
        let random = core::array::from_fn(|i| (i * 11 + 1) as u8);
        Codec::client(framing, obfuscated.then_some(random), -2, None)
    }

    fn framing() -> impl Strategy<Value = (Framing, bool)> {
        use Framing::{Abridged, Full, Intermediate, Padded};
        prop_oneof![
            (Just(Abridged), any::<bool>()),
            (Just(Intermediate), any::<bool>()),
            (Just(Padded), any::<bool>()),
            (Just(Full), Just(false)),
        ]
    }

    /// Payloads that begin like a message, so that padding behind them can be told.
    fn payloads() -> impl Strategy<Value = Vec<Vec<u8>>> {
        proptest::collection::vec((1usize..700, any::<u8>()), 1..6)
            .prop_map(|all| all.into_iter().map(|(words, byte)| vec![byte; words * 4]).collect())
    }

    proptest! {
        #[test]
        fn payloads_pass_both_ways((framing, obfuscated) in framing(), payloads in payloads(), cut in 1usize..50) {
            let (mut sent, mut client) = client(framing, obfuscated);
            for payload in &payloads {
                client.pack(payload, &mut sent, |random| random.fill(3));
            }
            let (mut server, mut received, mut answers) = (Codec::new(), Vec::new(), Vec::new());
            for piece in sent.chunks(cut) {
                server.feed(piece);
                while let Some(frame) = server.next_frame().unwrap() {
                    server.pack(&frame.payload, &mut answers, |random| random.fill(2));
                    received.push(frame);
                }
            }
            prop_assert_eq!(server.framing(), Some(framing));
            prop_assert_eq!(server.dc(), obfuscated.then_some(-2));
            prop_assert_eq!(received.len(), payloads.len());
            client.feed(&answers);
            for (payload, frame) in payloads.iter().zip(&received) {
                prop_assert!(frame.payload.starts_with(payload) && frame.payload.len() < payload.len() + 16);
                let answer = client.next_frame().unwrap().unwrap().payload;
                prop_assert!(answer.starts_with(payload) && answer.len() < frame.payload.len() + 16);
            }
            prop_assert_eq!(client.next_frame().unwrap(), None);
        }

        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut codec = Codec::new();
            codec.feed(&bytes);
            while let Ok(Some(_)) = codec.next_frame() {}
        }
    }

    #[test]
    fn proxy_secrets_are_told_apart_and_their_rules_kept() {
        let secret = |n, kind| Secret::new([n; 16], kind);
        let secrets: Arc<[Secret]> = Arc::new([secret(1, SecretKind::Plain), secret(2, SecretKind::Padded)]);
        let random = core::array::from_fn(|i| (i * 11 + 1) as u8);
        let detected = |framing, dc, secret: Option<&Secret>, fake_tls: Option<&Secret>| {
            let (first, _) = Codec::client(framing, Some(random), dc, secret);
            let mut codec = Codec::with_secrets(secrets.clone(), fake_tls.cloned());
            codec.feed(&first);
            codec.next_frame().map(|_| codec.framing())
        };
        let refused_tag = |result| matches!(result, Err(TransportError::Tag { .. }));
        assert_eq!(detected(Framing::Abridged, 2, None, None), Ok(Some(Framing::Abridged)));
        assert_eq!(detected(Framing::Abridged, 2, Some(&secrets[0]), None), Ok(Some(Framing::Abridged)));
        assert_eq!(detected(Framing::Padded, -3, Some(&secrets[1]), None), Ok(Some(Framing::Padded)));
        assert!(refused_tag(detected(Framing::Abridged, 2, Some(&secrets[1]), None)), "dd demands padding");
        assert!(refused_tag(detected(Framing::Padded, 2, Some(&secret(3, SecretKind::Plain)), None)));
        let dc = detected(Framing::Padded, 77, Some(&secrets[0]), None);
        assert_eq!(dc, Err(TransportError::Dc { dc: 77 }));
        assert_eq!(detected(Framing::Padded, 77, None, None), Ok(Some(Framing::Padded)));
        let tls = secret(4, SecretKind::FakeTls("a.b".to_owned()));
        assert_eq!(detected(Framing::Padded, 2, Some(&tls), Some(&tls)), Ok(Some(Framing::Padded)));
        assert!(
            refused_tag(detected(Framing::Padded, 2, None, Some(&tls))),
            "the secret is proven, not used"
        );
    }

    fn first_error(bytes: &[u8]) -> TransportError {
        let mut codec = Codec::new();
        codec.feed(bytes);
        codec.next_frame().unwrap_err()
    }

    #[test]
    fn foreign_transports_are_named() {
        assert_eq!(first_error(b"GET / HTTP/1.1\r\n"), TransportError::Unsupported { what: "HTTP" });
        assert_eq!(first_error(&[0x16, 3, 1, 2, 0, 1]), TransportError::Unsupported { what: "TLS" });
        assert_eq!(first_error(b"GET /").refusal().rule.name, "transport.unknown");
        assert!(matches!(first_error(&[7; 64]), TransportError::Tag { .. }));
    }

    #[test]
    fn lengths_are_limited_before_anything_is_stored() {
        assert_eq!(first_error(&[0xef, 0]), TransportError::Length { len: 0 });
        assert!(matches!(first_error(&[0xef, 0x7f, 0xff, 0xff, 0xff]), TransportError::Length { .. }));
        assert!(matches!(
            first_error(&[0xee, 0xee, 0xee, 0xee, 0, 0, 0, 0x7f]),
            TransportError::Length { .. }
        ));
        assert_eq!(first_error(&[9, 0, 0, 0, 0, 0, 0, 0]), TransportError::Length { len: 0 });
    }

    #[test]
    fn the_full_transport_checks_order_and_checksum() {
        let mut bytes = Vec::new();
        Full::default().encode(&[1; 8], &mut bytes);
        let repeated = [&bytes[..], &bytes].concat();
        let mut codec = Codec::new();
        codec.feed(&repeated);
        assert!(codec.next_frame().unwrap().is_some());
        assert_eq!(codec.next_frame(), Err(TransportError::Sequence { expected: 1, got: 0 }));
        bytes[10] ^= 1;
        assert!(matches!(first_error(&bytes), TransportError::Checksum { seq: 0, .. }));
    }

    #[test]
    fn quick_acks_are_asked_for_and_given() {
        let mut codec = Codec::new();
        codec.feed(&[0xef, 0x81, 1, 2, 3, 4]);
        assert!(codec.next_frame().unwrap().unwrap().quick_ack);
        let mut out = Vec::new();
        codec.pack_quick_ack(0x8000_0001, &mut out);
        assert_eq!(out, [0x80, 0, 0, 1]);
        let mut codec = Codec::new();
        codec.feed(&[0xee, 0xee, 0xee, 0xee, 4, 0, 0, 0x80, 1, 2, 3, 4]);
        assert!(codec.next_frame().unwrap().unwrap().quick_ack);
        let mut out = Vec::new();
        codec.pack_quick_ack(0x8000_0001, &mut out);
        assert_eq!(out, [1, 0, 0, 0x80]);
    }
}
