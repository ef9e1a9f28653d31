use piltover_layers::decode_exact;
use piltover_layers::mtproto::functions;

use super::*;
use crate::crypto::AuthKey;

const NOW: Timestamp = Timestamp(1_700_000_000_000_000_000);
const SESSION: i64 = 77;

fn salts() -> Salts {
    Salts::new(AuthKey::new([3; 256]), NOW, 5)
}

fn id(n: i64) -> i64 {
    (1_700_000_000 << 32) + n * 4
}

/// A session, and what the last message broke.
struct Client(Session, Vec<Event>);

impl Client {
    fn new() -> Self {
        Self(Session::new(SESSION, 99), vec![])
    }

    /// A client whose session the server has announced.
    fn started() -> Self {
        let mut client = Self::new();
        client.send(id(0), 0, &enums::MsgsAck::from(types::MsgsAck { msg_ids: vec![] }));
        let sent = client.flush();
        assert!(matches!(decode_exact(&sent[0].body).unwrap(), enums::NewSession::Created(_)));
        client
    }

    fn send_raw(&mut self, msg_id: i64, seq_no: i32, body: Vec<u8>) -> Vec<Event> {
        let salt = salts().current(NOW);
        let message = Plaintext { salt, session_id: SESSION, msg_id, seq_no, body };
        let mut events = self.0.receive(message, NOW, &salts());
        let refused = events.extract_if(.., |event| matches!(event, Event::Refused { .. }));
        self.1 = refused.collect();
        events
    }

    /// The rules that the last message broke.
    fn rules(&self) -> Vec<&'static str> {
        let rule = |event: &Event| match event {
            Event::Refused { refusal, .. } => refusal.rule.name,
            _ => "",
        };
        self.1.iter().map(rule).collect()
    }

    fn send(&mut self, msg_id: i64, seq_no: i32, message: &impl Encode) -> Vec<Event> {
        self.send_raw(msg_id, seq_no, bytes(message))
    }

    fn flush(&mut self) -> Vec<Plaintext> {
        self.0.flush(NOW, &salts(), 1, usize::MAX)
    }

    /// The bodies that the server sends, taken out of containers.
    fn bodies(&mut self) -> Vec<Vec<u8>> {
        let sent = self.flush().into_iter();
        sent.flat_map(|message| match container::is_container(&message.body) {
            true => container::decode(&message.body).unwrap().into_iter().map(|inner| inner.body).collect(),
            false => vec![message.body],
        })
        .collect()
    }

    fn refused(&mut self) -> i32 {
        match decode_exact(&self.bodies()[0]).unwrap() {
            enums::BadMsgNotification::Notification(bad) => bad.error_code,
            enums::BadMsgNotification::BadServerSalt(bad) => bad.error_code,
        }
    }
}

/// Any request that is no service message.
const REQUEST: [u8; 8] = [0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0];

fn ping() -> functions::Ping {
    functions::Ping { ping_id: 8 }
}

#[test]
fn a_wrong_salt_is_told_before_anything_else() {
    let mut client = Client::new();
    // An id that breaks every rule.
    let message = Plaintext { salt: 0, session_id: SESSION, msg_id: 7, seq_no: 0, body: bytes(&ping()) };
    let events = client.0.receive(message, NOW, &salts());
    let [Event::Refused { refusal, is_fatal: false, .. }] = &events[..] else { panic!() };
    assert_eq!(refusal.rule.name, "session.salt");
    let sent = client.flush();
    let enums::BadMsgNotification::BadServerSalt(bad) = decode_exact(&sent[0].body).unwrap() else {
        panic!()
    };
    assert_eq!((bad.bad_msg_id, bad.error_code, bad.new_server_salt), (7, 48, salts().current(NOW)));
    assert_eq!((sent.len(), sent[0].seq_no), (1, 0));
}

#[test]
fn a_new_session_is_announced_once_with_its_first_message() {
    let mut client = Client::new();
    client.send(id(3), 0, &ping());
    let sent = client.bodies();
    let enums::NewSession::Created(created) = decode_exact(&sent[0]).unwrap();
    assert_eq!((created.first_msg_id, created.unique_id), (id(3), 99));
    assert_eq!(created.server_salt, salts().current(NOW));
    let enums::Pong::Pong(pong) = decode_exact(&sent[1]).unwrap();
    assert_eq!((pong.msg_id, pong.ping_id), (id(3), 8));
    client.send(id(4), 0, &ping());
    assert_eq!(client.bodies().len(), 1);
}

#[test]
fn requests_are_answered_once_and_again_if_repeated() {
    let mut client = Client::started();
    let request = || Event::Request { msg_id: id(1), body: REQUEST.to_vec() };
    assert_eq!(client.send_raw(id(1), 1, REQUEST.to_vec()), [request()]);
    assert_eq!(client.send_raw(id(1), 1, REQUEST.to_vec()), [], "it is running");
    client.flush();
    client.0.answer(id(1), &[9; 8]);
    client.0.answer(id(1), &[8; 8]);
    let sent = client.flush();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].body[..4], RPC_RESULT.to_le_bytes());
    assert_eq!(sent[0].body[4..12], id(1).to_le_bytes());
    assert_eq!(sent[0].body[12..], [9; 8]);
    assert_eq!(client.send_raw(id(1), 1, REQUEST.to_vec()), []);
    assert_eq!(client.flush(), sent, "the same message, its id too");
}

#[test]
fn long_answers_are_packed() {
    let mut client = Client::started();
    client.send_raw(id(1), 1, REQUEST.to_vec());
    client.0.answer(id(1), &[9; 4000]);
    let sent = client.bodies().remove(0);
    assert!(sent.len() < 200);
    assert_eq!(gzip::unpack(&sent[12..]).unwrap(), [9; 4000]);
}

#[test]
fn packed_requests_are_unpacked_and_broken_ones_refused() {
    let mut client = Client::started();
    let packed = gzip::pack(&[0x44; 4000]).unwrap();
    assert_eq!(client.send_raw(id(1), 1, packed), [Event::Request { msg_id: id(1), body: vec![0x44; 4000] }]);
    client.flush();
    assert_eq!(client.send_raw(id(2), 3, [0xa1, 0xcf, 0x72, 0x30, 0, 0, 0, 0].to_vec()), []);
    let sent = client.bodies().remove(0);
    assert_eq!(sent[4..12], id(2).to_le_bytes());
    let enums::RpcError::Error(error) = decode_exact(&sent[12..]).unwrap();
    assert_eq!((error.error_code, &*error.error_message), (400, "INPUT_FETCH_ERROR"));
}

#[test]
fn containers_are_taken_apart_and_one_bad_message_spoils_itself_only() {
    let mut client = Client::started();
    let ping = bytes(&ping());
    let inner = [(id(1), 1, &REQUEST[..]), (id(2) + 1, 3, &REQUEST[..]), (id(3), 2, &ping[..])];
    let events = client.send_raw(id(4), 2, container::encode(inner.into_iter()));
    assert_eq!(events, [Event::Request { msg_id: id(1), body: REQUEST.to_vec() }]);
    let sent = client.bodies();
    let bad = sent.iter().find_map(|body| decode_exact::<enums::BadMsgNotification>(body).ok()).unwrap();
    let enums::BadMsgNotification::Notification(bad) = bad else { panic!() };
    assert_eq!((bad.bad_msg_id, bad.error_code), (id(2) + 1, 18));
    assert!(sent.iter().any(|body| decode_exact::<enums::Pong>(body).is_ok()));
}

#[test]
fn a_container_that_cannot_be_taken_apart_is_refused_whole() {
    let mut client = Client::started();
    let mut cut = container::encode([(id(1), 1, &REQUEST[..])].into_iter());
    cut.truncate(24);
    assert_eq!(client.send_raw(id(3), 2, cut), []);
    assert_eq!(client.refused(), 64);
    let many = container::encode((0..1021i32).map(|n| (id(n.into()), 1, &REQUEST[..])));
    assert_eq!(client.send_raw(id(5000), 2, many), []);
    assert_eq!((client.refused(), client.rules()), (64, vec!["session.container.invalid"]));
}

#[test]
fn what_may_not_be_in_a_container_does_not_spoil_it() {
    let nested = container::encode([(id(1), 1, &REQUEST[..])].into_iter());
    for (bad_id, bad) in [(id(2), nested), (id(9), REQUEST.to_vec())] {
        let mut client = Client::started();
        let inner = [(bad_id, 0, &bad[..]), (id(3), 1, &REQUEST[..])];
        let events = client.send_raw(id(4), 2, container::encode(inner.into_iter()));
        assert_eq!(events, [Event::Request { msg_id: id(3), body: REQUEST.to_vec() }]);
        let refused: Vec<_> = client
            .bodies()
            .iter()
            .filter_map(|body| decode_exact::<enums::BadMsgNotification>(body).ok())
            .collect();
        let [enums::BadMsgNotification::Notification(bad)] = &refused[..] else { panic!("{refused:?}") };
        assert_eq!((bad.bad_msg_id, bad.error_code), (bad_id, 64));
    }
}

#[test]
fn every_rule_of_ids_and_numbers_holds_inside_of_containers() {
    for (bad_id, seq_no, code) in
        [(id(1) + 2, 1, 18), (id(1) - (400 << 32), 1, 16), (id(15), 5, 32), (id(5), 9, 33)]
    {
        let mut client = Client::started();
        client.send_raw(id(10), 7, REQUEST.to_vec());
        client.flush();
        let ping = bytes(&ping());
        let inner = [(bad_id, seq_no, &REQUEST[..]), (id(19), 8, &ping[..])];
        client.send_raw(id(20), 8, container::encode(inner.into_iter()));
        let sent = client.bodies();
        assert!(sent.iter().any(|body| decode_exact::<enums::Pong>(body).is_ok()), "its neighbour");
        let bad = sent.iter().find_map(|body| decode_exact::<enums::BadMsgNotification>(body).ok());
        let Some(enums::BadMsgNotification::Notification(bad)) = bad else { panic!("{code}") };
        assert_eq!((bad.bad_msg_id, bad.bad_msg_seqno, bad.error_code), (bad_id, seq_no, code));
    }
}

#[test]
fn a_container_with_an_id_that_was_there_is_refused() {
    let mut client = Client::started();
    let body = || container::encode([(id(1), 0, &bytes(&ping())[..])].into_iter());
    client.send_raw(id(3), 0, body());
    client.flush();
    client.send_raw(id(3), 0, body());
    assert_eq!(client.refused(), 19);
    client.send(id(4), 0, &ping());
    client.flush();
    client.send_raw(id(4), 0, body());
    assert_eq!((client.refused(), client.rules()), (19, vec!["session.container.repeated"]));
}

#[test]
fn ids_that_are_remembered_no_more_are_refused() {
    let mut client = Client::started();
    for n in 1..=crate::limits::MAX_REMEMBERED as i64 {
        client.send(id(n + 1), 0, &ping());
    }
    client.flush();
    client.send(id(0), 0, &ping());
    assert_eq!((client.refused(), client.rules()), (20, vec!["session.msg_id.forgotten"]));
}

#[test]
fn a_wrong_parity_is_tolerated_and_told_once_unless_the_session_is_strict() {
    let ack = || bytes(&enums::MsgsAck::from(types::MsgsAck { msg_ids: vec![] }));
    let mut client = Client::started();
    assert_eq!(client.send_raw(id(1), 0, REQUEST.to_vec()).len(), 1);
    assert_eq!(client.rules(), ["session.seq_no.even"]);
    assert_eq!(client.send_raw(id(2), 0, REQUEST.to_vec()).len(), 1);
    assert!(client.rules().is_empty());
    client.send_raw(id(3), 1, ack());
    assert_eq!(client.rules(), ["session.seq_no.odd"]);
    for (seq_no, body, code) in [(0, REQUEST.to_vec(), 35), (1, ack(), 34)] {
        let mut client = Client::started();
        client.0.set_strict(true);
        assert_eq!(client.send_raw(id(1), seq_no, body), []);
        assert!(matches!(client.1[..], [Event::Refused { is_fatal: true, .. }]));
        let bad =
            client.bodies().iter().find_map(|body| decode_exact::<enums::BadMsgNotification>(body).ok());
        let Some(enums::BadMsgNotification::Notification(bad)) = bad else { panic!() };
        assert_eq!(bad.error_code, code);
    }
}

#[test]
fn a_repeated_request_gets_its_state_when_there_is_no_answer() {
    let mut client = Client::started();
    let state = |client: &mut Client| {
        assert_eq!(client.send_raw(id(1), 1, REQUEST.to_vec()), []);
        let told = client.bodies().iter().find_map(|body| decode_exact::<enums::MsgsAllInfo>(body).ok());
        let Some(enums::MsgsAllInfo::Info(told)) = told else { panic!() };
        assert_eq!(told.msg_ids, [id(1)]);
        told.info[0]
    };
    client.send_raw(id(1), 1, REQUEST.to_vec());
    assert_eq!(state(&mut client), 4 + 32);
    client.0.answer(id(1), &[9; 8]);
    let answer = client.flush().remove(0);
    client.send(id(2), 2, &enums::MsgsAck::from(types::MsgsAck { msg_ids: vec![answer.msg_id] }));
    assert_eq!(state(&mut client) & !8, 4 + 32 + 64 + 128);
}

#[test]
fn a_long_answer_to_a_repeated_request_is_offered() {
    let mut client = Client::started();
    client.send_raw(id(1), 1, REQUEST.to_vec());
    let long: Vec<u8> = (0..20_000u32).flat_map(|n| crate::crypto::sha1(&[&n.to_le_bytes()])).collect();
    client.0.answer(id(1), &long);
    let answer = client.flush().remove(0);
    client.send_raw(id(1), 1, REQUEST.to_vec());
    let told = client.bodies().iter().find_map(|body| decode_exact::<enums::MsgDetailedInfo>(body).ok());
    let Some(enums::MsgDetailedInfo::Info(info)) = told else { panic!() };
    assert_eq!((info.msg_id, info.answer_msg_id), (id(1), answer.msg_id));
    assert_eq!((info.bytes, info.status), (answer.body.len() as i32, 0));
    let request = types::MsgResendReq { msg_ids: vec![info.answer_msg_id] };
    client.send(id(2), 2, &enums::MsgResendReq::from(request));
    assert!(client.flush().contains(&answer));
}

#[test]
fn what_cannot_be_sent_again_is_told() {
    let mut client = Client::started();
    client.send_raw(id(1), 1, REQUEST.to_vec());
    client.0.answer(id(1), &[9; 8]);
    let answer = client.flush().remove(0);
    let state_of = |bodies: &[Vec<u8>], request| {
        let told = bodies.iter().find_map(|body| decode_exact::<enums::MsgsStateInfo>(body).ok());
        told.map(|enums::MsgsStateInfo::Info(told)| {
            assert_eq!(told.req_msg_id, request);
            told.info
        })
    };
    let request = types::MsgResendReq { msg_ids: vec![answer.msg_id] };
    client.send(id(2), 2, &enums::MsgResendReq::from(request));
    assert_eq!(client.flush(), std::slice::from_ref(&answer), "there is all of it");
    let request = types::MsgResendReq { msg_ids: vec![answer.msg_id, id(1)] };
    client.send(id(3), 2, &enums::MsgResendReq::from(request));
    let sent = client.bodies();
    assert!(sent.contains(&answer.body));
    assert_eq!(state_of(&sent, id(3)).unwrap().len(), 2, "the client's own message is not sent again");
    let request = types::MsgResendAnsReq { msg_ids: vec![id(1)] };
    client.send(id(4), 2, &enums::MsgResendReq::from(request));
    let sent = client.bodies();
    assert!(sent.contains(&answer.body));
    assert_eq!(state_of(&sent, id(4)).unwrap()[0] & !8, 4 + 32 + 64);
}

#[test]
fn what_the_client_says_of_messages_is_believed() {
    let mut client = Client::started();
    client.0.push_update(vec![1; 8].into());
    let sent = client.flush();
    let told = |state| {
        let all = types::MsgsAllInfo { msg_ids: vec![sent[0].msg_id], info: vec![state] };
        enums::MsgsAllInfo::from(all)
    };
    client.send(id(1), 0, &told(2));
    assert_eq!(client.flush(), sent, "it was not received");
    client.send(id(2), 0, &told(4));
    client.0.reattach(false, NOW);
    assert!(!client.flush().contains(&sent[0]));
    let wrong = types::MsgsAllInfo { msg_ids: vec![1], info: vec![] };
    client.send(id(3), 0, &enums::MsgsAllInfo::from(wrong));
    assert_eq!(client.rules(), ["session.state_info"]);
    let nothing = types::MsgsStateInfo { req_msg_id: 5, info: vec![] };
    let mut client = Client::started();
    client.send(id(4), 0, &enums::MsgsStateInfo::from(nothing));
    assert_eq!(client.rules(), ["session.state_info"]);
}

#[test]
fn a_copy_counts_as_what_it_holds() {
    let copy = |msg_id: i64, body: &[u8]| {
        let message = container::encode([(msg_id, 1, body)].into_iter());
        [&MSG_COPY.to_le_bytes()[..], &message[8..]].concat()
    };
    let mut client = Client::started();
    let events = client.send_raw(id(5), 3, copy(id(1), &REQUEST));
    assert_eq!(events, [Event::Request { msg_id: id(1), body: REQUEST.to_vec() }]);
    assert_eq!(client.send_raw(id(6), 5, copy(id(1), &REQUEST)), [], "it is known");
    for broken in
        [copy(id(9), &REQUEST), copy(id(2), &copy(id(1), &REQUEST)), MSG_COPY.to_le_bytes().to_vec()]
    {
        let mut client = Client::started();
        assert_eq!(client.send_raw(id(7), 1, broken), []);
        assert_eq!(client.rules(), ["session.msg_copy"]);
    }
}

#[test]
fn the_key_can_be_destroyed_and_http_can_wait() {
    let mut client = Client::started();
    assert_eq!(client.send(id(1), 1, &functions::DestroyAuthKey {}), [Event::DestroyKey]);
    client.flush();
    client.0.key_destroyed(DestroyedKey::Ok);
    let bare = client.bodies().remove(0);
    assert!(matches!(decode_exact(&bare).unwrap(), enums::DestroyAuthKeyRes::DestroyAuthKeyOk));
    let wait = types::HttpWait { max_delay: 1, wait_after: 2, max_wait: 3 };
    let events = client.send(id(2), 2, &enums::HttpWait::from(wait));
    assert_eq!(events, [Event::Wait(HttpWait { max_delay: 1, wait_after: 2, max_wait: 3 })]);
}

#[test]
fn packed_messages_of_one_container_share_a_limit() {
    let packed = gzip::pack(&vec![0x44; 5 << 20]).unwrap();
    let mut client = Client::started();
    let inner = [(id(1), 1, &packed[..]), (id(2), 3, &packed[..]), (id(3), 5, &REQUEST[..])];
    let events = client.send_raw(id(4), 6, container::encode(inner.into_iter()));
    let answered: Vec<_> = events
        .iter()
        .map(|event| match event {
            Event::Request { msg_id, .. } => *msg_id,
            _ => 0,
        })
        .collect();
    assert_eq!(answered, [id(1), id(3)]);
    assert_eq!(client.rules(), ["session.gzip"]);
}

#[test]
fn broken_rules_have_their_codes() {
    let mut client = Client::started();
    for (msg_id, code) in [(id(1) + 2, 18), (id(1) - (400 << 32), 16), (id(1) + (40 << 32), 17)] {
        assert_eq!(client.send_raw(msg_id, 1, REQUEST.to_vec()), []);
        assert_eq!(client.refused(), code);
    }
    client.send_raw(id(5), 5, REQUEST.to_vec());
    client.flush();
    client.send_raw(id(6), 5, REQUEST.to_vec());
    assert_eq!(client.refused(), 32);
    client.send_raw(id(4), 7, REQUEST.to_vec());
    assert_eq!(client.refused(), 33);
}

#[test]
fn service_requests_have_their_answers() {
    let mut client = Client::started();
    let events = client.send(id(1), 0, &functions::PingDelayDisconnect { ping_id: 4, disconnect_delay: 75 });
    assert_eq!(events, [Event::DisconnectAfter { seconds: 75 }]);
    assert!(decode_exact::<enums::Pong>(&client.bodies()[0]).is_ok());

    client.send(id(2), 0, &functions::GetFutureSalts { num: 10 });
    let enums::FutureSalts::Salts(salts) = decode_exact(&client.bodies()[0]).unwrap();
    assert_eq!((salts.req_msg_id, salts.salts.len(), salts.now), (id(2), 10, NOW.date()));

    let events = client.send(id(3), 0, &functions::DestroySession { session_id: 5 });
    assert_eq!(events, [Event::Destroy { session_id: 5 }]);
    client.0.destroyed(5, true);
    assert!(matches!(
        decode_exact(&client.bodies()[0]).unwrap(),
        enums::DestroySessionRes::DestroySessionOk(_)
    ));
    assert_eq!(client.send(id(4), 0, &functions::DestroySession { session_id: SESSION }), []);
    assert!(matches!(
        decode_exact(&client.bodies()[0]).unwrap(),
        enums::DestroySessionRes::DestroySessionNone(_)
    ));

    client.send_raw(id(5), 1, REQUEST.to_vec());
    client.flush();
    client.send(id(6), 2, &enums::MsgsStateReq::from(types::MsgsStateReq { msg_ids: vec![id(5), id(7)] }));
    let enums::MsgsStateInfo::Info(info) = decode_exact(&client.bodies()[0]).unwrap();
    assert_eq!((info.req_msg_id, &*info.info), (id(6), &[4 + 8 + 32, 3][..]));
}

#[test]
fn answers_can_be_dropped() {
    let mut client = Client::started();
    let dropped = |client: &mut Client, n: i64, seq_no: i32| {
        client.send(id(10 + n), seq_no, &functions::RpcDropAnswer { req_msg_id: id(n) });
        let sent = client.bodies();
        let answer = sent.iter().find(|body| body[4..12] == id(10 + n).to_le_bytes()).unwrap();
        decode_exact::<enums::RpcDropAnswer>(&answer[12..]).unwrap()
    };
    client.send_raw(id(1), 1, REQUEST.to_vec());
    assert!(matches!(dropped(&mut client, 1, 3), enums::RpcDropAnswer::RpcAnswerDroppedRunning));
    client.0.answer(id(1), &[9; 8]);
    assert!(client.flush().is_empty());
    assert!(matches!(dropped(&mut client, 3, 5), enums::RpcDropAnswer::RpcAnswerUnknown));
    client.send_raw(id(20), 7, REQUEST.to_vec());
    client.0.answer(id(20), &[9; 8]);
    client.flush();
    client.send(id(30), 9, &functions::RpcDropAnswer { req_msg_id: id(20) });
    let sent = client.bodies();
    let answer = sent.iter().find(|body| body[4..12] == id(30).to_le_bytes()).unwrap();
    let enums::RpcDropAnswer::RpcAnswerDropped(dropped) = decode_exact(&answer[12..]).unwrap() else {
        panic!()
    };
    assert_eq!(dropped.bytes, 20);
}

#[test]
fn unacknowledged_messages_are_sent_again_to_a_new_connection() {
    let mut client = Client::started();
    client.0.push_update(vec![1; 8].into());
    let sent = client.flush();
    client.0.reattach(false, NOW);
    let again = client.flush();
    let inner = container::decode(&again[0].body).ok();
    assert!(
        again.contains(&sent[0])
            || inner.is_some_and(|inner| inner.iter().any(|m| m.msg_id == sent[0].msg_id))
    );
    client.send(id(1), 0, &enums::MsgsAck::from(types::MsgsAck { msg_ids: vec![sent[0].msg_id] }));
    client.0.reattach(false, NOW);
    assert!(!client.flush().contains(&sent[0]));
}

proptest::proptest! {
    #[test]
    fn garbage_never_panics(bodies in proptest::collection::vec((0u32..20, proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)), 1..8)) {
        let ids = [MSG_CONTAINER_ID, RPC_RESULT, 0x7abe_77ec, 0x62d6_b459, 0xda69_fb52, 0x58e4_a740, 0x3072_cfa1, 0xb921_bd04];
        let mut client = Client::started();
        for (n, (kind, rest)) in bodies.into_iter().enumerate() {
            let id_bytes = ids.get(kind as usize).map(|id| id.to_le_bytes().to_vec()).unwrap_or_default();
            client.send_raw(id(n as i64 + 1), n as i32 * 2 + 1, [id_bytes, rest].concat());
            client.flush();
        }
    }
}

const MSG_CONTAINER_ID: u32 = super::super::MSG_CONTAINER;
