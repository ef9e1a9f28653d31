//! ```text
//! +----+----+----...----+----+
//! |len |seq |  payload  |crc |   len: of all four parts; crc: CRC-32 of the other three
//! +----+----+----...----+----+
//! ```

use bytes::{Buf, BytesMut};

use super::{Frame, TransportError, checked};
use crate::crypto::part;

/// Length, sequence number and checksum, in bytes.
const OVERHEAD: usize = 12;

/// The frames that passed in each direction.
#[derive(Debug, Default)]
pub(super) struct Full {
    received: u32,
    sent: u32,
}

impl Full {
    pub(super) fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Frame>, TransportError> {
        let Some(header) = buffer.first_chunk::<4>() else { return Ok(None) };
        let total = u32::from_le_bytes(*header) as usize;
        let len = checked(total.saturating_sub(OVERHEAD))?;
        if buffer.len() < total {
            return Ok(None);
        }
        let frame = buffer.split_to(total);
        let (body, crc) = frame.split_at(total - 4);
        let seq = u32::from_le_bytes(part(body, 4));
        let (expected, got) = (crc32fast::hash(body), u32::from_le_bytes(part(crc, 0)));
        if expected != got {
            return Err(TransportError::Checksum { seq, expected, got });
        }
        if seq != self.received {
            return Err(TransportError::Sequence { expected: self.received, got: seq });
        }
        self.received = self.received.wrapping_add(1);
        let mut payload = body;
        payload.advance(8);
        debug_assert_eq!(payload.len(), len);
        Ok(Some(Frame { payload: payload.to_vec(), quick_ack: false }))
    }

    pub(super) fn encode(&mut self, payload: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&((payload.len() + OVERHEAD) as u32).to_le_bytes());
        out.extend_from_slice(&self.sent.to_le_bytes());
        out.extend_from_slice(payload);
        let crc = crc32fast::hash(out.get(start..).unwrap_or_default());
        out.extend_from_slice(&crc.to_le_bytes());
        self.sent = self.sent.wrapping_add(1);
    }
}
