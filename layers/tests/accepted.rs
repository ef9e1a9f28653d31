//! What clients send in the place of something else, and Telegram takes.

use piltover_layers::{Encode, NEWEST, decode_exact, enums, types};

#[test]
fn a_peer_is_taken_for_a_user() {
    let peer = enums::InputPeer::from(types::InputPeerUser { user_id: 5, access_hash: 7 });
    let bytes = peer.to_bytes(NEWEST).unwrap();
    let user: enums::InputUser = decode_exact(&bytes).unwrap();
    assert!(matches!(user, enums::InputUser::User(types::InputUser { user_id: 5, access_hash: 7 })));
    let bytes = enums::InputPeer::InputPeerSelf.to_bytes(NEWEST).unwrap();
    assert!(matches!(decode_exact(&bytes).unwrap(), enums::InputUser::InputUserSelf));
    let bytes = enums::InputPeer::from(types::InputPeerChat { chat_id: 5 }).to_bytes(NEWEST).unwrap();
    assert!(decode_exact::<enums::InputUser>(&bytes).is_err(), "not every peer");
}
