//! The rules of MTProto that a client can break, by stable names: what each says, where the specification
//! says it, and what the server answers.
//!
//! Every refusal names its rule. It is one event in the log, and `piltover explain RULE` prints the rule.

use std::borrow::Cow;
use std::fmt;

use Answer::{Close, Error, Ignore, Notification, Tell, Tolerate, Transport};

/// What the server does about a broken rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// `bad_msg_notification` or `bad_server_salt` with this code.
    Notification(i32),
    /// This transport error, then the end of the connection.
    Transport(i32),
    /// The end of the connection.
    Close,
    /// An `rpc_error` with this code.
    Error(i32),
    /// The message is left unanswered.
    Ignore,
    /// Nothing beyond what the rule says.
    Tell,
    /// Nothing, as real servers do: clients in use break this rule. With `--strict` the message is refused
    /// with this code, if there is one, and the connection ends.
    Tolerate(Option<i32>),
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notification(48) => f.write_str("bad_server_salt, code 48"),
            Self::Notification(code) => write!(f, "bad_msg_notification, code {code}"),
            Self::Transport(code) => write!(f, "transport error {code}, and the connection is closed"),
            Self::Close => f.write_str("the connection is closed"),
            Self::Error(code) => write!(f, "rpc_error with code {code}"),
            Self::Ignore => f.write_str("the message is ignored"),
            Self::Tell => f.write_str("the log tells of it"),
            Self::Tolerate(None) => f.write_str("tolerated; with --strict the connection is closed"),
            Self::Tolerate(Some(code)) => write!(
                f,
                "tolerated; with --strict bad_msg_notification, code {code}, and the connection is closed"
            ),
        }
    }
}

/// A rule of the protocol.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, which never changes: `session.msg_id.parity`.
    pub name: &'static str,
    /// Where the specification states it.
    pub link: &'static str,
    /// What it demands.
    pub text: &'static str,
    /// What the server does when it is broken.
    pub answer: Answer,
}

impl Rule {
    /// The code of `bad_msg_notification` that stands for the rule; 0, where there is none.
    #[must_use]
    pub fn code(&self) -> i32 {
        match self.answer {
            Notification(code) | Tolerate(Some(code)) => code,
            _ => 0,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The rule of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.name == name).copied()
}

/// A rule that was broken, with what was expected and what came. Never any key material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The rule.
    pub rule: &'static Rule,
    /// What would have been right.
    pub expected: Cow<'static, str>,
    /// What came.
    pub got: Cow<'static, str>,
}

impl Refusal {
    /// A refusal by a rule.
    pub fn new(
        rule: &'static Rule,
        expected: impl Into<Cow<'static, str>>,
        got: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { rule, expected: expected.into(), got: got.into() }
    }

    /// Writes the one event in the log. `session_id` is 0 where no session is known yet.
    pub fn log(&self, connection: u64, session_id: i64, msg_id: i64) {
        let Self { rule, expected, got } = self;
        macro_rules! event {
            ($level:ident) => {
                tracing::$level!(
                    target: "piltover::rules",
                    connection,
                    session = format_args!("{session_id:016x}"),
                    msg_id,
                    rule = rule.name,
                    %expected,
                    %got,
                    link = rule.link,
                    "{}: {}",
                    if matches!(rule.answer, Tolerate(_)) { "tolerated" } else { "refused" },
                    rule.text
                )
            };
        }
        match rule.answer {
            // Every client learns its salt this way.
            Notification(48) => event!(debug),
            Notification(_) | Error(_) | Ignore | Tell => event!(info),
            Transport(_) | Close | Tolerate(_) => event!(warn),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, expected, got } = self;
        write!(f, "{}: expected {expected}, got {got}", rule.name)
    }
}

macro_rules! rules {
    ($($ident:ident $name:literal $answer:expr, $link:expr, $text:literal;)*) => {
        $(#[doc = $text] pub static $ident: Rule =
            Rule { name: $name, link: concat!("https://core.telegram.org/", $link), text: $text, answer: $answer };)*

        /// All rules, in the order in which a message meets them.
        pub static ALL: &[&Rule] = &[$(&$ident),*];
    };
}

rules! {
    TRANSPORT_UNKNOWN "transport.unknown" Close, "mtproto/mtproto-transports",
        "The first bytes of a connection name a transport that this port speaks.";
    TRANSPORT_TAG "transport.tag" Close, "mtproto/mtproto-transports#transport-obfuscation",
        "The tag in an obfuscated header is ef, ee or dd, four times; with an MTProxy secret, the one that the secret demands.";
    TRANSPORT_DC "transport.dc" Transport(-444), "mtproto/mtproto-transports#transport-obfuscation",
        "A connection through an MTProxy secret names a data centre from 1 to 5, negative for media, plus 10000 for the test ones.";
    TRANSPORT_LENGTH "transport.length" Close, "mtproto/mtproto-transports",
        "The length of a payload is within the limits.";
    TRANSPORT_SEQUENCE "transport.sequence" Close, "mtproto/mtproto-transports#full",
        "Frames of the full transport are numbered from 0 without gaps.";
    TRANSPORT_CHECKSUM "transport.checksum" Close, "mtproto/mtproto-transports#full",
        "The CRC-32 of a frame of the full transport is that of its length, number and payload.";
    TRANSPORT_HTTP "transport.http" Close, "mtproto/transports#http",
        "HTTP requests are POST /api with a Content-Length, or GET /apiws with an upgrade to WebSocket.";
    TRANSPORT_WEBSOCKET "transport.websocket" Close, "mtproto/transports#websocket",
        "A WebSocket names the subprotocol `binary`, and sends binary messages that hold an obfuscated transport.";
    TRANSPORT_TLS "transport.tls" Close, "mtproto/transports#uri-format",
        "TLS is spoken where the server has a certificate, or to one of its MTProxy secrets with fake TLS.";
    PLAIN_LENGTH "plain.length" Transport(-404), "mtproto/description#unencrypted-message",
        "An unencrypted message has a header of 20 bytes and as many bytes behind it as it tells.";
    EXCHANGE_MESSAGE "exchange.message" Transport(-404), "mtproto/auth_key",
        "An unencrypted message is one of the key exchange, and is encoded as its schema says. 255 bytes of padding may follow.";
    EXCHANGE_ORDER "exchange.order" Transport(-404), "mtproto/auth_key",
        "The steps of a key exchange come one behind the other: req_pq_multi, req_DH_params, set_client_DH_params.";
    EXCHANGE_NONCE "exchange.nonce" Transport(-404), "mtproto/auth_key#dh-exchange-initiation",
        "nonce, server_nonce and pq are repeated in every step, inside of encrypted data too.";
    EXCHANGE_FACTORS "exchange.factors" Transport(-404), "mtproto/auth_key#dh-exchange-initiation",
        "p and q are the prime factors of pq, the smaller one first.";
    EXCHANGE_FINGERPRINT "exchange.fingerprint" Transport(-404), "mtproto/auth_key#dh-exchange-initiation",
        "public_key_fingerprint is one of those in resPQ.";
    EXCHANGE_RSA "exchange.rsa" Transport(-404), "mtproto/auth_key#41-rsa-paddata-server-public-key-mentioned-above-is-implemented-as-follows",
        "encrypted_data of req_DH_params is RSA_PAD of the inner data, or SHA1 + data + padding under raw RSA.";
    EXCHANGE_HASH "exchange.hash" Transport(-404), "mtproto/auth_key#dh-exchange-initiation",
        "The SHA-1 before encrypted inner data is that of the data.";
    EXCHANGE_BLOCKS "exchange.blocks" Transport(-404), "mtproto/auth_key#dh-key-exchange-complete",
        "encrypted_data of set_client_DH_params is a whole number of blocks of 16 bytes.";
    EXCHANGE_EXPIRY "exchange.expiry" Transport(-404), "api/pfs",
        "A temporary key lives at least a second and at most a week.";
    EXCHANGE_DC "exchange.dc" Transport(-444), "mtproto/auth_key#4-encrypted-data-payload-generation",
        "dc is from 1 to 5, negative for media, plus 10000 for the test ones.";
    EXCHANGE_G_B "exchange.g_b" Transport(-404), "mtproto/security_guidelines#g-a-and-g-b-validation",
        "g_b is between 2^1984 and dh_prime - 2^1984.";
    EXCHANGE_RETRY_ID "exchange.retry_id" Transport(-404), "mtproto/auth_key#6-client-computes-random-2048-bit-number-b-using-a-sufficient-amount-of-entropy-and-sends-the-server-a-message",
        "retry_id is 0 at first, and behind dh_gen_retry the auxiliary hash of the key that was refused.";
    MESSAGE_KEY "message.auth_key" Transport(-404), "mtproto/mtproto-transports#transport-errors",
        "auth_key_id is that of a key which this server made, which was used soon after that, which has not ended, and with which somebody is signed in or which was used in the last days.";
    MESSAGE_LENGTH "message.length" Transport(-404), "mtproto/description#encrypted-message-encrypted-data",
        "An encrypted message has its headers and a whole number of blocks of 16 bytes.";
    MESSAGE_MSG_KEY "message.msg_key" Transport(-404), "mtproto/security_guidelines#checking-sha256-hash-value-of-msg-key",
        "msg_key is the middle of the SHA-256 of a part of the auth key and the decrypted message. With MTProto 1.0: the end of the SHA-1 of the decrypted message without its padding, which is the 0 to 15 bytes that its length leaves.";
    MESSAGE_BODY_LENGTH "message.body_length" Transport(-404), "mtproto/security_guidelines#checking-message-length",
        "The length of a message is not negative, divisible by 4, and not more than there is.";
    MESSAGE_PADDING "message.padding" Transport(-404), "mtproto/security_guidelines#checking-message-length",
        "A message has 12 to 1024 bytes of padding.";
    MESSAGE_VERSION "message.version" Tolerate(None), "mtproto/description",
        "Messages are encrypted with MTProto 2.0; clients that speak 1.0 are answered in that.";
    MESSAGE_DOWNGRADE "message.downgrade" Transport(-404), "mtproto/description",
        "A key that has encrypted with MTProto 2.0 encrypts with 1.0 no more: an old message that somebody sends again cannot weaken what the client speaks now.";
    SALT "session.salt" Notification(48), "mtproto/service_messages_about_messages#notice-of-ignored-error-message",
        "The server salt is one that is valid now.";
    MSG_ID_PARITY "session.msg_id.parity" Notification(18), "mtproto/description#message-identifier-msg-id",
        "The msg_id of a client is divisible by 4.";
    MSG_ID_TOO_LOW "session.msg_id.too_low" Notification(16), "mtproto/description#message-identifier-msg-id",
        "msg_id is not more than 300 seconds in the past.";
    MSG_ID_TOO_HIGH "session.msg_id.too_high" Notification(17), "mtproto/description#message-identifier-msg-id",
        "msg_id is not more than 30 seconds in the future.";
    CONTAINER_REPEATED "session.container.repeated" Notification(19), "mtproto/service_messages#containers",
        "The msg_id of a container was not the msg_id of a message before.";
    MSG_ID_FORGOTTEN "session.msg_id.forgotten" Notification(20), "mtproto/service_messages_about_messages#notice-of-ignored-error-message",
        "msg_id is not so old that the server cannot tell whether it had the message.";
    SEQ_NO_TOO_LOW "session.seq_no.too_low" Notification(32), "mtproto/description#message-sequence-number-msg-seqno",
        "seq_no is above those of content-related messages with a lower msg_id.";
    SEQ_NO_TOO_HIGH "session.seq_no.too_high" Notification(33), "mtproto/description#message-sequence-number-msg-seqno",
        "seq_no is below those of messages with a higher msg_id.";
    SEQ_NO_ODD "session.seq_no.odd" Tolerate(Some(34)), "mtproto/description#message-sequence-number-msg-seqno",
        "A message that is not content-related (an acknowledgment, a container, http_wait) has an even seq_no.";
    SEQ_NO_EVEN "session.seq_no.even" Tolerate(Some(35)), "mtproto/description#message-sequence-number-msg-seqno",
        "A message that is content-related (a request) has an odd seq_no.";
    CONTAINER "session.container.invalid" Notification(64), "mtproto/service_messages#containers",
        "A container holds up to 1020 whole messages, none of them a container, all with a lower msg_id than its own.";
    GZIP "session.gzip" Error(400), "mtproto/service_messages#packed-object",
        "gzip_packed holds gzip or zlib data that expand to an object of the permitted size.";
    SERVICE "session.service" Error(400), "mtproto/service_messages",
        "A service message is encoded as its schema says, and its lists are within the limits.";
    MSG_COPY "session.msg_copy" Ignore, "mtproto/service_messages_about_messages",
        "msg_copy holds one whole message that is neither a container nor a copy, with a lower msg_id.";
    STATE_INFO "session.state_info" Tolerate(None), "mtproto/service_messages_about_messages#informational-message-regarding-status-of-messages",
        "msgs_state_info answers a msgs_state_req of the server; msgs_all_info has one state for each message.";
    HTTP_WAIT "session.http_wait" Tolerate(None), "mtproto/service_messages#http-wait-long-poll",
        "http_wait is sent over HTTP only.";
    SESSIONS "session.count" Tell, "mtproto/description#session",
        "A key has no more sessions than the limit; the one that was unused longest is forgotten, and begins anew with its next message.";
    WRAPPER "request.wrapper" Error(400), "api/invoking",
        "The wrappers of a request are encoded as their schema says, and nest no deeper than the limit.";
    LAYER "request.layer" Error(400), "api/invoking#layers",
        "The layer of invokeWithLayer is not below the oldest one that this server knows.";
    WAIT_FAILED "request.wait" Error(400), "method/invokeAfterMsg",
        "The requests that invokeAfterMsg names succeed, in time, and are among the last 1024 messages of the session.";
    UNBOUND "request.unbound" Error(401), "api/pfs",
        "A temporary key is bound to a permanent one before it asks for more than help.* and langpack.*.";
    BIND "request.bind" Error(400), "method/auth.bindTempAuthKey",
        "The encrypted message of auth.bindTempAuthKey is encrypted with the permanent key, and repeats the msg_id, the nonce, both keys, the session and the expiry.";
    LIMIT_HANDSHAKES "limit.handshakes" Transport(-429), "mtproto/mtproto-transports#transport-errors",
        "An address begins no more key exchanges in a minute than the limit.";
    LIMIT_UNAUTHENTICATED "limit.unauthenticated" Close, "mtproto/mtproto-transports#transport-errors",
        "No more connections than the limit have no key yet.";
    LIMIT_HANDSHAKE_TIME "limit.handshake_time" Close, "mtproto/auth_key",
        "A connection sends a message with a valid key in time.";
    LIMIT_SILENCE "limit.silence" Close, "mtproto/service_messages#ping-messages-pingpong",
        "A client sends something, a ping at least, before the longest silence is over.";
    LIMIT_SLOW_READER "limit.slow_reader" Close, "mtproto/mtproto-transports",
        "A client takes what is sent to it.";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_can_be_found() {
        let names: HashSet<_> = ALL.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), ALL.len());
        assert_eq!(find("session.msg_id.parity"), Some(&MSG_ID_PARITY));
        assert_eq!(find("nonsense"), None);
    }

    #[test]
    fn every_code_of_bad_msg_notification_is_there() {
        let codes: HashSet<_> = ALL.iter().map(|rule| rule.code()).filter(|code| *code != 0).collect();
        assert_eq!(codes, HashSet::from([16, 17, 18, 19, 20, 32, 33, 34, 35, 48, 64]));
    }
}
