//! HTTP/1.1, as far as MTProto needs it: `POST /api` with one message in the body, and the upgrade to a
//! WebSocket.
//!
//! <https://core.telegram.org/mtproto/transports#http>

use bytes::{Buf, BytesMut};
use tungstenite::handshake::derive_accept_key;

use super::TransportError;
use crate::limits::{MAX_HTTP_HEAD, MAX_HTTP_PIPELINE, MAX_PAYLOAD};

const MAX_HEADERS: usize = 64;

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// A message.
    Api(Vec<u8>),
    /// A WebSocket; the value proves that the server has understood.
    Upgrade { accept: String },
    /// Whether a page from elsewhere may post here.
    Preflight,
    /// Something else: the status that it gets.
    Other(&'static str),
}

/// One HTTP connection: requests come out in order, and are answered in order.
#[derive(Debug, Default)]
pub(super) struct Http {
    buffer: BytesMut,
    /// For each request that has no answer yet, whether the connection goes on behind it.
    waiting: std::collections::VecDeque<bool>,
    is_closing: bool,
}

/// The head of a request.
#[derive(Debug, Default)]
struct Head {
    len: usize,
    body: usize,
    is_post: bool,
    is_get: bool,
    is_options: bool,
    is_api: bool,
    has_body_length: bool,
    is_chunked: bool,
    keeps_alive: bool,
    upgrades: bool,
    is_binary: bool,
    key: Option<String>,
}

impl Http {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// What has come behind the requests that were taken.
    pub(super) fn into_rest(self) -> BytesMut {
        self.buffer
    }

    /// Whether the last answer ends the connection.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closing && self.waiting.is_empty()
    }

    /// The next request, once it is whole.
    pub(super) fn next(&mut self) -> Result<Option<Request>, TransportError> {
        if self.is_closing || self.waiting.len() >= MAX_HTTP_PIPELINE {
            return Ok(None);
        }
        let Some(head) = head(&self.buffer)? else { return Ok(None) };
        if head.body > MAX_PAYLOAD {
            return Err(TransportError::Length { len: head.body });
        }
        if self.buffer.len() < head.len + head.body {
            return Ok(None);
        }
        self.buffer.advance(head.len);
        let body = self.buffer.split_to(head.body);
        let request = match &head {
            Head { is_api: false, .. } => Request::Other("404 Not Found"),
            Head { is_options: true, .. } => Request::Preflight,
            Head { is_post: true, is_chunked: false, has_body_length: true, .. } => {
                Request::Api(body.to_vec())
            }
            Head { is_post: true, .. } => Request::Other("411 Length Required"),
            Head { is_get: true, upgrades: true, is_binary: true, key: Some(key), .. } => {
                Request::Upgrade { accept: derive_accept_key(key.as_bytes()) }
            }
            Head { is_get: true, .. } => Request::Other("400 Bad Request"),
            _ => Request::Other("405 Method Not Allowed"),
        };
        // Who asks for something else is no client.
        let goes_on = head.keeps_alive && !matches!(request, Request::Other(_));
        self.is_closing = !goes_on;
        self.waiting.push_back(goes_on);
        Ok(Some(request))
    }

    /// The answer to the last request that was taken ends the connection.
    pub(super) fn end(&mut self) {
        self.is_closing = true;
        if let Some(goes_on) = self.waiting.back_mut() {
            *goes_on = false;
        }
    }

    /// Answers the oldest request that has no answer yet.
    pub(super) fn respond(&mut self, status: &str, extra: &str, body: &[u8], out: &mut Vec<u8>) {
        let Some(goes_on) = self.waiting.pop_front() else { return };
        let connection = if goes_on { "keep-alive" } else { "close" };
        let len = body.len();
        out.extend_from_slice(
            format!(
                "HTTP/1.1 {status}\r\nConnection: {connection}\r\nContent-Type: application/octet-stream\r\n\
                 Access-Control-Allow-Origin: *\r\n{extra}Content-Length: {len}\r\n\r\n"
            )
            .as_bytes(),
        );
        out.extend_from_slice(body);
    }

    /// Answers an upgrade.
    pub(super) fn upgrade(&mut self, accept: &str, out: &mut Vec<u8>) {
        self.waiting.pop_front();
        out.extend_from_slice(
            format!(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Protocol: binary\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
            )
            .as_bytes(),
        );
    }
}

fn head(buffer: &[u8]) -> Result<Option<Head>, TransportError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let bad = |what: String| TransportError::Http { what };
    let len = match request.parse(buffer).map_err(|error| bad(error.to_string()))? {
        httparse::Status::Complete(len) if len <= MAX_HTTP_HEAD => len,
        httparse::Status::Partial if buffer.len() <= MAX_HTTP_HEAD => return Ok(None),
        _ => return Err(bad(format!("a head of more than {MAX_HTTP_HEAD} bytes"))),
    };
    let path = request.path.unwrap_or_default();
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let method = request.method.unwrap_or_default();
    let mut head = Head {
        len,
        is_post: method == "POST",
        is_get: method == "GET",
        is_options: method == "OPTIONS",
        // /api, /apiw1, /apiws, /apiws_test, /apiws_premium: web clients have all of them.
        is_api: path.starts_with("/api"),
        keeps_alive: request.version == Some(1),
        ..Head::default()
    };
    for header in request.headers.iter() {
        let value = std::str::from_utf8(header.value).unwrap_or_default().trim();
        let has = |word: &str| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word));
        match header.name.to_ascii_lowercase().as_str() {
            "content-length" => {
                let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
                let body = value.parse().ok().filter(|_| is_number);
                let body = body.ok_or_else(|| bad(format!("Content-Length: {value:?}")))?;
                // What stands between here and the client may have believed the other one.
                if head.has_body_length && head.body != body {
                    return Err(bad(format!("Content-Length: {} and {body}", head.body)));
                }
                (head.body, head.has_body_length) = (body, true);
            }
            "transfer-encoding" => head.is_chunked = true,
            "connection" if has("close") => head.keeps_alive = false,
            "connection" if has("keep-alive") => head.keeps_alive = true,
            "upgrade" => head.upgrades = has("websocket"),
            "sec-websocket-protocol" => head.is_binary = has("binary"),
            "sec-websocket-key" => head.key = Some(value.to_owned()),
            _ => {}
        }
    }
    Ok(Some(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(bytes: &[u8]) -> Result<Option<Request>, TransportError> {
        let mut http = Http::default();
        http.feed(bytes);
        http.next()
    }

    #[test]
    fn requests_come_out_in_order_however_they_are_cut() {
        let one = b"POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd";
        let mut http = Http::default();
        let mut got = Vec::new();
        for byte in [&one[..], one].concat() {
            http.feed(&[byte]);
            got.extend(http.next().unwrap());
        }
        assert_eq!(got, [Request::Api(b"abcd".to_vec()), Request::Api(b"abcd".to_vec())]);
        let mut out = Vec::new();
        http.respond("200 OK", "", b"xyz", &mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with("Content-Length: 3\r\n\r\nxyz"));
        assert!(!http.is_closed());
    }

    #[test]
    fn a_websocket_needs_its_subprotocol() {
        let upgrade = "GET /apiws?x=1 HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let with = format!("{upgrade}Sec-WebSocket-Protocol: chat, binary\r\n\r\n");
        let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".to_owned();
        assert_eq!(first(with.as_bytes()), Ok(Some(Request::Upgrade { accept })));
        let without = format!("{upgrade}\r\n");
        assert_eq!(first(without.as_bytes()), Ok(Some(Request::Other("400 Bad Request"))));
    }

    #[test]
    fn other_requests_have_their_status() {
        let status = |head: &str| match first(format!("{head}\r\n\r\n").as_bytes()) {
            Ok(Some(Request::Other(status))) => status,
            other => panic!("{other:?}"),
        };
        assert_eq!(status("GET / HTTP/1.1"), "404 Not Found");
        assert_eq!(status("PUT /api HTTP/1.1"), "405 Method Not Allowed");
        assert_eq!(status("POST /api HTTP/1.1"), "411 Length Required");
        assert_eq!(status("POST /api HTTP/1.1\r\nTransfer-Encoding: chunked"), "411 Length Required");
        assert_eq!(first(b"OPTIONS /api HTTP/1.1\r\n\r\n"), Ok(Some(Request::Preflight)));
    }

    #[test]
    fn heads_and_bodies_are_limited() {
        let long = format!("POST /api HTTP/1.1\r\nX: {}\r\n", "x".repeat(MAX_HTTP_HEAD));
        assert!(matches!(first(long.as_bytes()), Err(TransportError::Http { .. })));
        let large = format!("POST /api HTTP/1.1\r\nContent-Length: {}\r\n\r\n", MAX_PAYLOAD + 1);
        assert_eq!(first(large.as_bytes()), Err(TransportError::Length { len: MAX_PAYLOAD + 1 }));
        assert!(matches!(first(b"POST \x00\r\n\r\n"), Err(TransportError::Http { .. })));
        for lengths in ["-1", "+4", "4x", "", "4, 4", "99999999999999999999999", "4\r\nContent-Length: 5"] {
            let head = format!("POST /api HTTP/1.1\r\nContent-Length: {lengths}\r\n\r\nabcde");
            assert!(matches!(first(head.as_bytes()), Err(TransportError::Http { .. })), "{lengths}");
        }
        let twice = b"POST /api HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd";
        assert_eq!(first(twice), Ok(Some(Request::Api(b"abcd".to_vec()))));
    }

    #[test]
    fn a_client_that_wants_to_end_is_answered_first() {
        let mut http = Http::default();
        http.feed(b"POST /api HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\nPOST /api");
        assert_eq!(http.next(), Ok(Some(Request::Api(vec![]))));
        assert_eq!(http.next(), Ok(None));
        assert!(!http.is_closed());
        let mut out = Vec::new();
        http.respond("200 OK", "", b"", &mut out);
        assert!(http.is_closed());
    }
}
