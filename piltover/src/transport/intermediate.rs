//! ```text
//! +----+----...----+
//! |len |  payload  |   len: 4 bytes, its highest bit asks for a quick acknowledgment
//! +----+----...----+
//! ```

use bytes::{Buf, BytesMut};

use super::{Frame, TransportError, checked};

const QUICK_ACK: u32 = 1 << 31;

pub(super) fn decode(buffer: &mut BytesMut) -> Result<Option<Frame>, TransportError> {
    let Some(header) = buffer.first_chunk::<4>() else { return Ok(None) };
    let word = u32::from_le_bytes(*header);
    let len = checked((word & !QUICK_ACK) as usize)?;
    if buffer.len() < 4 + len {
        return Ok(None);
    }
    buffer.advance(4);
    Ok(Some(Frame { payload: buffer.split_to(len).to_vec(), quick_ack: word & QUICK_ACK != 0 }))
}

pub(super) fn encode(payload: &[u8], padding: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&((payload.len() + padding.len()) as u32).to_le_bytes());
    out.extend_from_slice(payload);
    out.extend_from_slice(padding);
}

pub(super) fn quick_ack(token: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&token.to_le_bytes());
}
