//! A WebSocket as a stream of bytes: binary messages in, binary messages out; pings are answered.

use std::io::{ErrorKind, Read, Write};

use bytes::{Buf, BytesMut};
use tungstenite::protocol::{Message, Role, WebSocketConfig, WebSocketContext};

use super::TransportError;
use crate::limits::MAX_PAYLOAD;

/// What has come, and what is to go.
#[derive(Debug, Default)]
struct Pipe {
    input: BytesMut,
    output: Vec<u8>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.input.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let len = buffer.len().min(self.input.len());
        self.input.copy_to_slice(buffer.get_mut(..len).unwrap_or_default());
        Ok(len)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.output.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
pub(crate) struct WebSocket {
    context: WebSocketContext,
    pipe: Pipe,
}

impl WebSocket {
    pub(crate) fn new(role: Role) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(4 << 10)
            .write_buffer_size(0)
            .max_message_size(Some(MAX_PAYLOAD + 64))
            .max_frame_size(Some(MAX_PAYLOAD + 64));
        Self { context: WebSocketContext::new(role, Some(config)), pipe: Pipe::default() }
    }

    /// Takes bytes of the socket; what they hold goes to `plain`. Tells whether the client goes on.
    pub(crate) fn receive(&mut self, bytes: &[u8], plain: &mut Vec<u8>) -> Result<bool, TransportError> {
        use tungstenite::Error::{AlreadyClosed, ConnectionClosed, Io};
        self.pipe.input.extend_from_slice(bytes);
        loop {
            match self.context.read(&mut self.pipe) {
                Ok(Message::Binary(bytes)) => plain.extend_from_slice(&bytes),
                Ok(Message::Text(_)) => {
                    return Err(TransportError::WebSocket { what: "a text message".to_owned() });
                }
                Ok(_) => {}
                Err(Io(error)) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                Err(ConnectionClosed | AlreadyClosed) => return Ok(false),
                Err(error) => return Err(TransportError::WebSocket { what: error.to_string() }),
            }
        }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        // A socket that is closing takes nothing any more.
        let _ = self.context.write(&mut self.pipe, Message::Binary(bytes.to_vec().into()));
    }

    /// Takes what is to go over the socket, answers to pings too.
    pub(crate) fn take(&mut self, out: &mut Vec<u8>) {
        let _ = self.context.flush(&mut self.pipe);
        out.append(&mut self.pipe.output);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_pass_both_ways_and_text_is_refused() {
        let (mut server, mut client) = (WebSocket::new(Role::Server), WebSocket::new(Role::Client));
        let (mut wire, mut plain) = (Vec::new(), Vec::new());
        client.send(&[1, 2, 3]);
        client.send(&[4; 70_000]);
        client.take(&mut wire);
        for piece in wire.chunks(1000) {
            assert_eq!(server.receive(piece, &mut plain), Ok(true));
        }
        assert_eq!(plain, [&[1, 2, 3][..], &[4; 70_000]].concat());
        let _ = client.context.write(&mut client.pipe, Message::Text("x".into()));
        wire.clear();
        client.take(&mut wire);
        assert!(server.receive(&wire, &mut plain).is_err());
    }
}
