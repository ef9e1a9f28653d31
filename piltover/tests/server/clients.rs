//! What client libraries and official clients do, right or wrong, and what they demand of a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use piltover::dispatch::{RpcError, State};
use piltover::layers::mtproto::{bytes, enums as service, functions, types};
use piltover::layers::{Decode, Encode, Encoder, NEWEST, Raw, enums, functions as api, types as newest};
use piltover::limits::Limits;
use piltover::testing::{Client, Dial, Handshake, Scheme, container, in_layer};
use piltover::transport::Framing;
use piltover::{Options, handler};

use crate::Running;

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

fn nearest() -> Vec<u8> {
    api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap()
}

fn ping(ping_id: i64) -> Vec<u8> {
    bytes(&functions::Ping { ping_id })
}

async fn pong(client: &mut Client) -> types::Pong {
    let service::Pong::Pong(pong) = client.receive_object().await;
    pong
}

/// The next object of this type, before which nothing is refused.
async fn accepted<T: Decode>(client: &mut Client) -> T {
    loop {
        let message = client.receive().await;
        assert!(message.as_object::<service::BadMsgNotification>().is_none());
        if let Some(object) = message.as_object() {
            return object;
        }
    }
}

/// The next refusal, whatever comes before it.
async fn notified(client: &mut Client) -> (i64, i32, Option<i64>) {
    match client.receive_object().await {
        service::BadMsgNotification::Notification(bad) => (bad.bad_msg_id, bad.error_code, None),
        service::BadMsgNotification::BadServerSalt(bad) => {
            (bad.bad_msg_id, bad.error_code, Some(bad.new_server_salt))
        }
    }
}

#[tokio::test]
async fn nothing_is_said_of_ids_and_acknowledgments_in_the_exchange() {
    let server = Running::memory().await;
    let uptime = 5 << 32 | 3;
    for msg_id in [None, Some(0), Some(1), Some(-1), Some(uptime), Some(i64::MAX)] {
        for acknowledges in [false, true] {
            let expires_in = acknowledges.then_some(86_400);
            let handshake = Handshake { msg_id, acknowledges, expires_in, ..Handshake::default() };
            let mut client = Client::connect(server.address, &Dial::default()).await;
            client.exchange(&server.key, &handshake).await;
            client.send(ping(7)).await;
            assert_eq!(pong(&mut client).await.ping_id, 7);
        }
    }
}

#[tokio::test]
async fn an_exchange_that_is_given_up_goes_on_with_another_on_the_same_connection() {
    let server = Running::memory().await;
    let mut client = Client::connect(server.address, &Dial::framing(Framing::Full)).await;
    for scheme in [Scheme::Sha1, Scheme::Pad, Scheme::Sha1] {
        let request = functions::ReqPqMulti { nonce: [7; 16] };
        client.wire.send(&piltover::exchange::seal(4, &bytes(&request))).await;
        client.receive_payload().await.unwrap();
        client.exchange(&server.key, &Handshake { scheme, ..Handshake::default() }).await;
        client.send(ping(8)).await;
        assert_eq!(pong(&mut client).await.ping_id, 8);
        client.saved = client.saved.other(client.saved.session_id + 1);
    }
}

#[tokio::test]
async fn the_salt_of_the_exchange_is_good_for_the_first_message() {
    let server = Running::memory().await;
    for expires_in in [None, Some(86_400)] {
        let mut client = Client::connect(server.address, &Dial::default()).await;
        client.exchange(&server.key, &Handshake { expires_in, ..Handshake::default() }).await;
        let msg_id = client.send(nearest()).await;
        let service::NewSession::Created(created) = accepted(&mut client).await;
        assert_eq!(created.first_msg_id, msg_id);
        client.answer_to(msg_id).await.unwrap();
        // The salt that it is told is as good.
        client.saved.salt = created.server_salt;
        client.send(ping(1)).await;
        accepted::<service::Pong>(&mut client).await;
    }
}

#[tokio::test]
async fn who_knows_neither_time_nor_salt_learns_them_at_once() {
    let server = Running::memory().await;
    let uptime = 5 << 32 | 3;
    for (salt, msg_id, seq_no) in [(0, uptime, 0), (0, uptime, 7), (i64::MAX, 1, 1), (0, -1, -1)] {
        let mut client = server.client(Framing::Abridged).await;
        client.saved.salt = salt;
        client.send_as(msg_id, seq_no, ping(1)).await;
        let (bad_msg_id, code, new) = notified(&mut client).await;
        assert_eq!((bad_msg_id, code), (msg_id, 48));
        // The time is taken from a message with this number only.
        let (id, 0) = client.envelopes[0] else { panic!("{:?}", client.envelopes) };
        assert!((now() - (id >> 32)).abs() < 5);
        client.saved.salt = new.unwrap();
        let msg_id = client.next_id();
        client.send_as(msg_id, 0, ping(2)).await;
        let pong = pong(&mut client).await;
        assert_eq!((pong.msg_id, pong.ping_id), (msg_id, 2));
    }
}

#[tokio::test]
async fn as_many_salts_are_told_as_are_asked_for_and_they_last() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    for (num, expected) in [(1, 1), (2, 2), (64, 64), (65, 64), (i32::MAX, 64), (0, 1), (-5, 1)] {
        let msg_id = client.send_service(&functions::GetFutureSalts { num }).await;
        let service::FutureSalts::Salts(told) = client.receive_object().await;
        assert_eq!((told.req_msg_id, told.salts.len()), (msg_id, expected));
        assert!((i64::from(told.now) - now()).abs() < 5);
        assert!(told.salts[0].valid_since <= told.now && told.salts[0].valid_until > told.now + 1800);
        assert!(told.salts.windows(2).all(|two| two[0].valid_until > two[1].valid_since));
        client.saved.salt = told.salts[0].salt;
    }
    client.saved.salt = 5;
    client.send(ping(1)).await;
    assert_eq!(notified(&mut client).await.1, 48, "salts are enforced");
}

#[tokio::test]
async fn the_ids_of_the_server_are_odd_and_unique_and_rise_with_the_clock() {
    let server = Running::memory().await;
    let mut alice = server.client(Framing::Abridged).await;
    let id = alice.sign_up("15550001").await;
    let mut phone = server.client(Framing::Padded).await;
    phone.sign_up("15550001").await;
    let (mut seen, mut last) = (std::collections::HashSet::new(), 0);
    for n in 1..=20 {
        let peer = enums::InputPeer::InputPeerSelf;
        let send =
            api::messages::SendMessage { peer, message: n.to_string(), random_id: n, ..Default::default() };
        alice.ask::<enums::Updates>(&send).await;
        phone.send(ping(n)).await;
        phone.ask::<enums::NearestDc>(&api::help::GetNearestDc {}).await;
        let me = api::users::GetUsers { id: vec![newest::InputUser { user_id: id, access_hash: 0 }.into()] };
        phone.send(me.to_bytes(NEWEST).unwrap()).await;
    }
    phone.ask::<enums::updates::State>(&api::updates::GetState {}).await;
    for (msg_id, _) in phone.envelopes {
        assert!(msg_id % 2 == 1 && seen.insert(msg_id) && msg_id > last, "{msg_id}");
        assert!((now() - 60..=now() + 30).contains(&(msg_id >> 32)));
        last = msg_id;
    }
    assert!(seen.len() > 40);
}

#[tokio::test]
async fn no_result_is_far_behind_its_request() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Abridged).await;
    for ahead in [0, 14, 28] {
        let msg_id = client.next_id() + (ahead << 32);
        let seq_no = client.next_seq_no(true);
        client.send_as(msg_id, seq_no, nearest()).await;
        let result = loop {
            let message = client.receive().await;
            if message.body[4..].starts_with(&msg_id.to_le_bytes()) && message.is(0xf35c_6d01) {
                break message.msg_id;
            }
        };
        assert!(result > msg_id - (15 << 32) && result < msg_id + (30 << 32), "{ahead} s");
    }
}

#[tokio::test]
async fn ids_of_whole_seconds_are_shared_by_sessions() {
    let server = Running::memory().await;
    let mut main = server.client(Framing::Abridged).await;
    let mut media = server.reconnect(Framing::Abridged, main.saved.other(2)).await;
    let second = now() << 32;
    for n in 0..3 {
        for client in [&mut main, &mut media] {
            // Pings are content-related to some, and not to others.
            client.send_as(second + n * 8, 2 * n as i32, ping(n)).await;
            client.send_as(second + n * 8 + 4, 2 * n as i32 + 1, nearest()).await;
            assert_eq!(pong(client).await.msg_id, second + n * 8);
            client.answer_to(second + n * 8 + 4).await.unwrap();
        }
    }
}

#[tokio::test]
async fn messages_of_a_session_may_overtake_each_other() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Abridged).await;
    let ids: Vec<i64> = (0..6).map(|_| client.next_id()).collect();
    for n in [1, 0, 4, 3, 5, 2] {
        client.send_as(ids[n], n as i32 * 2 + 1, nearest()).await;
        client.answer_to(ids[n]).await.unwrap();
    }
}

#[tokio::test]
async fn a_container_may_hold_everything_and_each_gets_its_answer() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    client.send(ping(1)).await;
    let first = loop {
        let message = client.receive().await;
        if message.as_object::<service::NewSession>().is_some() {
            break message;
        }
    };
    pong(&mut client).await;
    let ids: Vec<i64> = (0..8).map(|_| client.next_id()).collect();
    let ack = bytes(&service::MsgsAck::from(types::MsgsAck { msg_ids: vec![first.msg_id] }));
    let delayed = bytes(&functions::PingDelayDisconnect { ping_id: 2, disconnect_delay: 75 });
    let salts = bytes(&functions::GetFutureSalts { num: 2 });
    let states = bytes(&service::MsgsStateReq::from(types::MsgsStateReq { msg_ids: vec![ids[0]] }));
    let dropped = bytes(&functions::RpcDropAnswer { req_msg_id: 4 });
    let destroyed = bytes(&functions::DestroySession { session_id: 4 });
    let nearest = nearest();
    let messages: [(i64, i32, &[u8]); 7] = [
        (ids[0], 2, &ack),
        (ids[1], 3, &delayed),
        (ids[2], 5, &nearest),
        (ids[3], 7, &salts),
        (ids[4], 9, &states),
        (ids[5], 11, &dropped),
        (ids[6], 13, &destroyed),
    ];
    client.send_as(ids[7], 14, container(&messages)).await;
    assert_eq!(pong(&mut client).await.msg_id, ids[1]);
    let service::FutureSalts::Salts(salts) = client.receive_object().await;
    assert_eq!((salts.req_msg_id, salts.salts.len()), (ids[3], 2));
    let service::MsgsStateInfo::Info(states) = client.receive_object().await;
    assert_eq!((states.req_msg_id, states.info), (ids[4], vec![4 + 16]));
    let mut results = 0;
    let mut others = 0;
    while (results, others) != (2, 1) {
        let message = client.receive().await;
        results += i32::from(message.is(0xf35c_6d01));
        others += i32::from(message.as_object::<service::DestroySessionRes>().is_some());
    }
}

#[tokio::test]
async fn a_hundred_requests_fit_into_a_container_and_a_megabyte() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Full).await;
    let phone = "5".repeat(10_000);
    let long = api::contacts::ResolvePhone { phone }.to_bytes(NEWEST).unwrap();
    let first = client.next_id();
    let messages: Vec<(i64, i32, &[u8])> =
        (0..100).map(|n| (first + n * 4, n as i32 * 2 + 1, &long[..])).collect();
    client.send_as(first + 400, 200, container(&messages)).await;
    for (msg_id, ..) in messages {
        let error = client.answer_to(msg_id).await.unwrap_err();
        assert_eq!(error.error_code, 401);
    }
}

#[tokio::test]
async fn bodies_come_packed_as_gzip_and_as_zlib() {
    use std::io::Write;
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    let request = in_layer(158, nearest());
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    zlib.write_all(&request).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&request).unwrap();
    for (packed, head) in [(zlib.finish().unwrap(), [0x78, 0x9c]), (gzip.finish().unwrap(), [0x1f, 0x8b])] {
        assert_eq!(packed[..2], head);
        let mut encoder = Encoder::new(0);
        encoder.word(0x3072_cfa1);
        encoder.bytes(&packed);
        let packed = encoder.finish().unwrap();
        client.call(packed.clone()).await.unwrap();
        // Also where Telethon has it, under a wrapper.
        let query = Raw(packed);
        client.call(bytes(&api::InvokeWithLayer { layer: 158, query })).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_not_acknowledged_does_not_come_again_over_a_connection_that_lives() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    client.ask::<enums::NearestDc>(&api::help::GetNearestDc {}).await;
    let before = client.envelopes.len();
    for n in 0..3 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        client.send(ping(n)).await;
        pong(&mut client).await;
    }
    // Pongs, and acknowledgments of the pings.
    assert!(client.envelopes[before..].iter().all(|(_, seq_no)| *seq_no == 4), "{:?}", client.envelopes);
}

/// Counts its calls, and takes its time.
#[handler]
async fn slow(
    calls: State<Arc<AtomicI32>>,
    _: api::help::GetNearestDc,
) -> Result<enums::NearestDc, RpcError> {
    let nearest_dc = calls.fetch_add(1, Ordering::Relaxed) + 1;
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(newest::NearestDc { country: "slow".to_owned(), this_dc: 2, nearest_dc }.into())
}

async fn slow_server(limits: Limits) -> (Running, Arc<AtomicI32>) {
    let calls = Arc::new(AtomicI32::new(0));
    let options = Options { limits, ..Options::memory() };
    (Running::with(options, |server| server.with(calls.clone()).on(slow)).await, calls)
}

#[tokio::test]
async fn nothing_is_answered_to_a_session_that_was_destroyed() {
    let (server, calls) = slow_server(Limits::default()).await;
    let mut client = server.client(Framing::Intermediate).await;
    client.send(nearest()).await;
    let service::NewSession::Created(_) = client.receive_object().await;
    // As mtcute begins a new session, over the same connection.
    let old = client.saved.session_id;
    client.saved = client.saved.other(old + 1);
    client.send(bytes(&functions::DestroySession { session_id: old })).await;
    // Whatever comes for another session fails here.
    client.receive_object::<service::DestroySessionRes>().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    client.send(ping(1)).await;
    pong(&mut client).await;
    assert_eq!(calls.load(Ordering::Relaxed), 1, "it had begun");
}

#[tokio::test]
async fn a_request_that_is_repeated_is_done_once_and_has_one_answer() {
    let (server, calls) = slow_server(Limits::default()).await;
    let mut client = server.client(Framing::Intermediate).await;
    let (msg_id, seq_no) = (client.next_id(), client.next_seq_no(true));
    for _ in 0..3 {
        client.send_as(msg_id, seq_no, nearest()).await;
    }
    let answer = client.answer_to(msg_id).await.unwrap();
    client.send_as(msg_id, seq_no, nearest()).await;
    assert_eq!(client.answer_to(msg_id).await.unwrap(), answer, "with the id that it had");
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_request_waits_for_others_as_long_as_it_may() {
    let limits = Limits { wait_time: Duration::from_millis(1500), ..Limits::default() };
    let (server, calls) = slow_server(limits).await;
    let mut client = server.client(Framing::Intermediate).await;
    let after = |msg_id| bytes(&api::InvokeAfterMsg { msg_id, query: Raw(nearest()) });
    // It waits for one that takes its time,
    let first = client.send(nearest()).await;
    let start = std::time::Instant::now();
    let second = client.send(after(first)).await;
    client.answer_to(second).await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(600));
    // hears at once of one that fails,
    let failing = client.send(api::updates::GetState {}.to_bytes(NEWEST).unwrap()).await;
    let start = std::time::Instant::now();
    let waiting = client.send(after(failing)).await;
    assert_eq!(client.answer_to(waiting).await.unwrap_err().error_message, "MSG_WAIT_FAILED");
    assert!(start.elapsed() < Duration::from_millis(1000), "{:?}", start.elapsed());
    // gives up one that never comes,
    let never = client.next_id();
    let start = std::time::Instant::now();
    let query = Raw(nearest());
    let waiting = client.send(bytes(&api::InvokeAfterMsgs { msg_ids: vec![first, never], query })).await;
    let error = client.answer_to(waiting).await.unwrap_err();
    assert_eq!((error.error_code, &*error.error_message), (400, "MSG_WAIT_FAILED"));
    assert!((1400..6000).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
    assert_eq!(calls.load(Ordering::Relaxed), 2, "and what failed to wait was not done");
    // and takes one that comes behind it.
    let (late, late_seq_no) = (client.next_id(), client.next_seq_no(true));
    let waiting = client.send(after(late)).await;
    client.send_as(late, late_seq_no, nearest()).await;
    client.answer_to(waiting).await.unwrap();
}

/// More messages than a session remembers, which need no answer.
async fn send_many(client: &mut Client) {
    let ack = bytes(&service::MsgsAck::from(types::MsgsAck { msg_ids: vec![] }));
    for _ in 0..2 {
        let seq_no = client.next_seq_no(false);
        let ids: Vec<i64> = (0..1000).map(|_| client.next_id()).collect();
        let messages: Vec<(i64, i32, &[u8])> = ids.iter().map(|id| (*id, seq_no, &ack[..])).collect();
        let msg_id = client.next_id();
        client.send_as(msg_id, seq_no, container(&messages)).await;
    }
}

#[tokio::test]
async fn whether_a_request_may_follow_others_is_decided_as_soon_as_it_can_be() {
    let (server, calls) = slow_server(Limits::default()).await;
    let mut client = server.client(Framing::Intermediate).await;
    let after = |msg_id| bytes(&api::InvokeAfterMsg { msg_id, query: Raw(nearest()) });
    let first = client.send(nearest()).await;
    client.answer_to(first).await.unwrap();
    // A message that is no request is done when it has come.
    let pinged = client.send(ping(1)).await;
    let waiting = client.send(after(pinged)).await;
    client.answer_to(waiting).await.unwrap();
    let start = std::time::Instant::now();
    let fails = async |client: &mut Client, msg_id: i64| {
        let waiting = client.send(after(msg_id)).await;
        assert_eq!(client.answer_to(waiting).await.unwrap_err().error_message, "MSG_WAIT_FAILED");
        assert_eq!(server.rule().await, "request.wait");
    };
    // One that was refused before it was a request;
    let mut broken = Encoder::new(0);
    broken.word(0x3072_cfa1);
    broken.bytes(&[1, 2, 3]);
    let broken = client.send(broken.finish().unwrap()).await;
    assert_eq!(client.answer_to(broken).await.unwrap_err().error_message, "INPUT_FETCH_ERROR");
    assert_eq!(server.rule().await, "session.gzip");
    fails(&mut client, broken).await;
    // one that no message can be;
    fails(&mut client, first + 1).await;
    fails(&mut client, first - (400 << 32)).await;
    // and one that is remembered no more, since so many came behind it.
    send_many(&mut client).await;
    for _ in 0..80 {
        let other = client.send(api::updates::GetState {}.to_bytes(NEWEST).unwrap()).await;
        client.answer_to(other).await.unwrap_err();
    }
    fails(&mut client, first).await;
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(calls.load(Ordering::Relaxed), 2, "what failed to wait was not done");
}

#[tokio::test]
async fn a_slow_request_is_answered_whatever_comes_behind_it() {
    let (server, calls) = slow_server(Limits::default()).await;
    let mut client = server.client(Framing::Intermediate).await;
    let first = client.send(nearest()).await;
    let waiting = client.send(bytes(&api::InvokeAfterMsg { msg_id: first, query: Raw(nearest()) })).await;
    send_many(&mut client).await;
    client.send(ping(1)).await;
    pong(&mut client).await;
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    client.answer_to(first).await.unwrap();
    client.answer_to(waiting).await.unwrap();
}

#[tokio::test]
async fn every_call_may_come_in_its_layer_again() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    for session in 3..6 {
        client.call(in_layer(158, nearest())).await.unwrap();
        // On another connection of the same key, as mtcute loads files.
        let mut files = server.reconnect(Framing::Intermediate, client.saved.other(session)).await;
        files.call(in_layer(158, nearest())).await.unwrap();
    }
}
