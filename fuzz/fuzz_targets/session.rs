//! Decrypted messages in any order, with answers and updates in between: containers, gzip, copies, service
//! messages.
#![no_main]

use libfuzzer_sys::fuzz_target;
use piltover::clock::Timestamp;
use piltover::crypto::{AuthKey, Plaintext};
use piltover::session::{Event, Salts, Session};

const NOW: i64 = 1_700_000_000;
const CONSTRUCTORS: [u32; 20] = [
    0x73f1_f8dc, 0xe060_46b2, 0x3072_cfa1, 0x7abe_77ec, 0xf342_7b8c, 0xb921_bd04, 0xe751_2126, 0xd143_5160,
    0x58e4_a740, 0x62d6_b459, 0xda69_fb52, 0x04de_b57d, 0x8cc0_d131, 0x276d_3ec6, 0x809d_b6df, 0x7d86_1a08,
    0x8610_baeb, 0x9299_359f, 0xf35c_6d01, 0x1122_3344,
];

/// What it is, how far its id and its seq_no are from the last ones, what happens behind it, and its body.
type Message = (u8, i16, i8, u8, Vec<u8>);

fuzz_target!(|input: (bool, Vec<Message>)| {
    let (is_strict, messages) = input;
    let now = Timestamp::from_seconds(NOW);
    let salts = Salts::new(AuthKey::new([3; 256]), now, 5);
    let mut session = Session::new(1, 2);
    session.set_strict(is_strict);
    for (kind, id, seq_no, action, body) in messages {
        let constructor = CONSTRUCTORS.get(usize::from(kind)).map(|id| id.to_le_bytes().to_vec());
        let mut body = [constructor.unwrap_or_default(), body].concat();
        // As decryption and containers let it through.
        body.truncate(body.len() / 4 * 4);
        let msg_id = (NOW << 32) + i64::from(id);
        let message = Plaintext { salt: 5, session_id: 1, msg_id, seq_no: seq_no.into(), body };
        for event in session.receive(message, now, &salts) {
            match event {
                Event::Request { msg_id, body } if action % 2 == 0 => {
                    // An answer is an object: whole words.
                    session.answer(msg_id, &body[..body.len() / 4 * 4]);
                }
                Event::Destroy { session_id } => session.destroyed(session_id, true),
                _ => {}
            }
        }
        match action % 7 {
            0 => session.push_update(vec![1; 8].into()),
            1 => session.reattach(false, now),
            2 => session.reattach(true, now),
            3 => session.lost(u64::from(action), now),
            _ => {}
        }
        let mut last = 0;
        for message in session.flush(now, &salts, u64::from(action % 3), usize::from(action % 5) + 1) {
            assert!(message.msg_id % 2 != 0, "a message of the server has an odd id");
            assert!(message.msg_id != last && message.body.len() % 4 == 0);
            last = message.msg_id;
        }
    }
});
