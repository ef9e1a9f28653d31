//! Calls: one connection with others beside it until layer 97, a list since; messages in them.

use crate::{enums, types};
use enums::{GroupCallMessage, PhoneCall, PhoneConnection};

/// Layers of the two-sided form know no WebRTC.
fn older(connections: &[PhoneConnection]) -> impl Iterator<Item = &PhoneConnection> {
    connections.iter().filter(|connection| matches!(connection, PhoneConnection::Connection(_)))
}

pub(crate) fn first(connections: &[PhoneConnection]) -> PhoneConnection {
    older(connections).next().cloned().unwrap_or_else(|| types::PhoneConnection::default().into())
}

pub(crate) fn alternatives(connections: &[PhoneConnection]) -> Vec<PhoneConnection> {
    older(connections).skip(1).cloned().collect()
}

/// The connections of a call, the one that stood apart first.
pub(crate) fn all(first: &PhoneConnection, alternatives: &[PhoneConnection]) -> Vec<PhoneConnection> {
    std::iter::once(first).chain(alternatives).cloned().collect()
}

/// A state of a call that the layer does not know.
pub(crate) fn empty(call: &PhoneCall, _: i32) -> Option<PhoneCall> {
    let PhoneCall::Accepted(call) = call else { return None };
    Some(types::PhoneCallEmpty { id: call.id }.into())
}

/// In layer 216 a message had neither an id nor a date.
pub(crate) fn message(from_id: &enums::Peer, message: &enums::TextWithEntities) -> GroupCallMessage {
    types::GroupCallMessage { from_id: from_id.clone(), message: message.clone(), ..Default::default() }
        .into()
}

pub(crate) fn message_sender(GroupCallMessage::Message(message): &GroupCallMessage) -> enums::Peer {
    message.from_id.clone()
}

pub(crate) fn message_text(GroupCallMessage::Message(message): &GroupCallMessage) -> enums::TextWithEntities {
    message.message.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;
    use crate::{Encode, Reader, older};

    /// The bit moved while the id stayed: <https://core.telegram.org/constructor/phoneCallRequested>
    #[test]
    fn video_calls_are_told_by_the_bit_of_the_layer() {
        let call: PhoneCall = types::PhoneCallRequested { video: true, ..Default::default() }.into();
        let flags = |layer| {
            let bytes = call.to_bytes(layer).unwrap();
            let mut reader = Reader::new(&bytes);
            (reader.word().unwrap(), reader.word().unwrap())
        };
        assert_eq!((flags(114), flags(117)), ((0x87ea_bb53, 1 << 5), (0x87ea_bb53, 1 << 6)));
        for layer in [114, 117] {
            let bytes = call.to_bytes(layer).unwrap();
            let mut reader = Reader::new(&bytes);
            reader.word().unwrap();
            assert!(older::PhoneCallRequested_87eabb53::decode_body(&mut reader).unwrap().video, "{layer}");
        }
    }

    #[test]
    fn the_first_connection_stands_apart() {
        let plain = |id| types::PhoneConnection { id, ..Default::default() }.into();
        let given = [types::PhoneConnectionWebrtc::default().into(), plain(1), plain(2)];
        assert!(matches!(first(&given), PhoneConnection::Connection(first) if first.id == 1));
        assert!(matches!(&alternatives(&given)[..], [PhoneConnection::Connection(second)] if second.id == 2));
        assert_same(all(&first(&given), &alternatives(&given)), given[1..].to_vec());
        assert!(matches!(first(&[]), PhoneConnection::Connection(_)));
    }
}
