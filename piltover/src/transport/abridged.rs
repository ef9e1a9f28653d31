//! ```text
//! +-+----...----+      +-+---+----...----+
//! |l|  payload  |  or  |7f| l |  payload  |   l: length in words of 4 bytes
//! +-+----...----+      +-+---+----...----+
//! ```
//! The first byte's highest bit asks for a quick acknowledgment.

use bytes::{Buf, BytesMut};

use super::{Frame, TransportError, checked};

const QUICK_ACK: u8 = 0x80;
const LONG: u8 = 0x7f;

pub(super) fn decode(buffer: &mut BytesMut) -> Result<Option<Frame>, TransportError> {
    let Some(&first) = buffer.first() else { return Ok(None) };
    let (header, words) = match first & !QUICK_ACK {
        LONG => {
            let Some([_, a, b, c]) = buffer.first_chunk::<4>() else { return Ok(None) };
            (4, u32::from_le_bytes([*a, *b, *c, 0]))
        }
        short => (1, u32::from(short)),
    };
    let len = checked(words as usize * 4)?;
    if buffer.len() < header + len {
        return Ok(None);
    }
    buffer.advance(header);
    Ok(Some(Frame { payload: buffer.split_to(len).to_vec(), quick_ack: first & QUICK_ACK != 0 }))
}

pub(super) fn encode(payload: &[u8], out: &mut Vec<u8>) {
    let words = payload.len() / 4;
    match u8::try_from(words) {
        Ok(short) if short < LONG => out.push(short),
        _ => out.extend_from_slice(&((words as u32) << 8 | u32::from(LONG)).to_le_bytes()),
    }
    out.extend_from_slice(payload);
}

/// The token stands where a length would; its highest bit must come first to be told from one.
pub(super) fn quick_ack(token: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&token.to_be_bytes());
}
