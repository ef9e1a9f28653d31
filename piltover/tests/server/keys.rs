//! Auth keys: how they are made, bound, destroyed, and what each is good for.

use piltover::Options;
use piltover::crypto::encrypt_binding;
use piltover::layers::mtproto::{bytes, enums as service, functions, types};
use piltover::layers::{Encode, NEWEST, decode_exact, enums, functions as api};
use piltover::testing::{Client, Dial, Handshake, Saved, Scheme, container, in_layer};
use piltover::transport::Framing;

use crate::Running;

async fn client_with(server: &Running, handshake: &Handshake) -> Client {
    let mut client = Client::connect(server.address, &Dial::default()).await;
    client.exchange(&server.key, handshake).await;
    client
}

async fn this_dc(client: &mut Client) -> i32 {
    let enums::Config::Config(config) = client.ask(&api::help::GetConfig {}).await;
    config.this_dc
}

#[tokio::test]
async fn every_kind_of_inner_data_makes_a_key_of_its_data_centre() {
    let server = Running::memory().await;
    for scheme in [Scheme::Pad, Scheme::Sha1] {
        for (dc, expected) in [(None, 2), (Some(4), 4), (Some(-3), 3), (Some(10_002), 2), (Some(-10_001), 1)]
        {
            for multi in [true, false] {
                let handshake = Handshake { dc, scheme, multi, ..Handshake::default() };
                assert_eq!(this_dc(&mut client_with(&server, &handshake).await).await, expected);
            }
        }
        for dc in [None, Some(5)] {
            let handshake = Handshake { dc, scheme, expires_in: Some(3600), ..Handshake::default() };
            assert_eq!(this_dc(&mut client_with(&server, &handshake).await).await, dc.unwrap_or(2));
        }
    }
}

#[tokio::test]
async fn the_header_of_a_transport_names_the_data_centre_where_the_exchange_does_not() {
    let server = Running::memory().await;
    let dial = Dial { dc: -4, ..Dial::obfuscated(Framing::Intermediate) };
    let mut client = Client::new(server.address, &dial, &server.key).await;
    assert_eq!(this_dc(&mut client).await, 4);
}

/// A client whose key is permanent, and one of the same application with a temporary key.
async fn pair(server: &Running) -> (Client, Client) {
    let permanent = client_with(server, &Handshake::default()).await;
    let temporary = Handshake { expires_in: Some(3600), scheme: Scheme::Pad, ..Handshake::default() };
    (permanent, client_with(server, &temporary).await)
}

/// What `auth.bindTempAuthKey` holds, before somebody changes it.
struct Binding {
    inner: types::BindAuthKeyInner,
    request: api::auth::BindTempAuthKey,
    /// The msg_id inside of the encrypted message, less the right one.
    msg_id: i64,
}

/// `auth.bindTempAuthKey`, in the message with this id.
fn binding(temporary: &Client, permanent: &Saved, msg_id: i64, change: impl FnOnce(&mut Binding)) -> Vec<u8> {
    let perm_auth_key_id = permanent.key.id();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i32;
    let mut binding = Binding {
        inner: types::BindAuthKeyInner {
            nonce: 77,
            temp_auth_key_id: temporary.saved.key.id(),
            perm_auth_key_id,
            temp_session_id: temporary.saved.session_id,
            expires_at: now + 3600,
        },
        request: api::auth::BindTempAuthKey {
            perm_auth_key_id,
            nonce: 77,
            expires_at: now + 3600,
            encrypted_message: vec![],
        },
        msg_id: 0,
    };
    change(&mut binding);
    let mut request = binding.request;
    let inner = bytes(&service::BindAuthKeyInner::from(binding.inner));
    if request.encrypted_message.is_empty() {
        let sealed = encrypt_binding(&permanent.key, &[5; 16], msg_id + binding.msg_id, &inner);
        request.encrypted_message = sealed;
    }
    request.to_bytes(NEWEST).unwrap()
}

async fn bind(
    temporary: &mut Client,
    permanent: &Saved,
    change: impl FnOnce(&mut Binding),
) -> Result<bool, String> {
    let (msg_id, seq_no) = (temporary.next_id(), temporary.next_seq_no(true));
    let request = binding(temporary, permanent, msg_id, change);
    temporary.send_as(msg_id, seq_no, request).await;
    let answer = temporary.answer_to(msg_id).await.map_err(|error| error.error_message)?;
    Ok(decode_exact(&answer).unwrap())
}

#[tokio::test]
async fn a_bound_key_acts_for_the_permanent_one() {
    let server = Running::memory().await;
    let (mut permanent, mut temporary) = pair(&server).await;
    let id = permanent.sign_up("15550001").await;
    let state = api::updates::GetState {};
    assert_eq!(temporary.refused(&state).await, (401, "AUTH_KEY_PERM_EMPTY".to_owned()));
    assert_eq!(this_dc(&mut temporary).await, 2, "this much it may ask");
    for _ in 0..2 {
        assert_eq!(bind(&mut temporary, &permanent.saved, |_| {}).await, Ok(true));
    }
    let me = api::users::GetUsers { id: vec![enums::InputUser::InputUserSelf] };
    let users: Vec<enums::User> = temporary.ask(&me).await;
    assert!(matches!(&users[0], enums::User::User(user) if user.id == id));
    temporary.ask::<enums::updates::State>(&state).await;
    // Signing out with one is signing out with both.
    temporary.ask::<enums::auth::LoggedOut>(&api::auth::LogOut {}).await;
    assert_eq!(permanent.refused(&state).await, (401, "AUTH_KEY_UNREGISTERED".to_owned()));
    // With its permanent key destroyed, it is bound to nothing.
    permanent.send(functions::DestroyAuthKey {}.to_bytes(0).unwrap()).await;
    permanent.receive_object::<service::DestroyAuthKeyRes>().await;
    assert_eq!(temporary.refused(&state).await.1, "AUTH_KEY_PERM_EMPTY");
}

#[tokio::test]
async fn a_key_may_be_bound_in_its_first_message_a_container_with_a_ping() {
    let server = Running::memory().await;
    let (permanent, mut temporary) = pair(&server).await;
    // As Telegram Desktop has it, whose requests wait for this one, and which never repeats it.
    let ids = [temporary.next_id(), temporary.next_id(), temporary.next_id()];
    let request = binding(&temporary, &permanent.saved, ids[0], |_| {});
    let ping = bytes(&functions::PingDelayDisconnect { ping_id: 1, disconnect_delay: 60 });
    temporary.send_as(ids[2], 4, container(&[(ids[0], 1, &request), (ids[1], 3, &ping)])).await;
    let (mut is_bound, mut has_pong) = (false, false);
    while !(is_bound && has_pong) {
        let message = temporary.receive().await;
        assert!(message.as_object::<service::BadMsgNotification>().is_none());
        is_bound |= message.body[4..].starts_with(&ids[0].to_le_bytes())
            && decode_exact(&message.body[12..]) == Ok(true);
        has_pong |= message.as_object::<service::Pong>().is_some();
    }
    temporary.saved.content = 2;
    assert_eq!(temporary.refused(&api::updates::GetState {}).await.1, "AUTH_KEY_UNREGISTERED");
}

/// Whether a message of another to the user with this number comes to this session.
async fn hears(server: &Running, client: &mut Client, phone: &str) -> bool {
    let mut other = server.client(Framing::Abridged).await;
    other.sign_up("15550009").await;
    let (peer, random_id) = (other.find(phone).await, client.next_id());
    let message = "hello".to_owned();
    let request = api::messages::SendMessage { peer, message, random_id, ..Default::default() };
    other.ask::<enums::Updates>(&request).await;
    // What is pushed is pushed by now, or soon.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    client.ping().await.iter().any(|message| message.as_object::<enums::Updates>().is_some())
}

#[tokio::test]
async fn sessions_for_files_hear_of_no_updates_whatever_brought_them_their_user() {
    let server = Running::memory().await;
    let (mut permanent, mut temporary) = pair(&server).await;
    permanent.sign_up("15550001").await;
    let location = piltover::layers::types::InputDocumentFileLocation::default().into();
    let file = api::upload::GetFile { location, limit: 1024, ..Default::default() };
    // With a temporary key of its own, as Android has it;
    bind(&mut temporary, &permanent.saved, |_| {}).await.unwrap();
    // in another data centre, with a sign-in that was carried there;
    let enums::auth::ExportedAuthorization::Authorization(exported) =
        permanent.ask(&api::auth::ExportAuthorization { dc_id: 4 }).await;
    let mut there = client_with(&server, &Handshake { dc: Some(4), ..Handshake::default() }).await;
    let import = api::auth::ImportAuthorization { id: exported.id, bytes: exported.bytes };
    there.ask::<enums::auth::Authorization>(&import).await;
    // and with the key that everything has.
    let mut same = server.reconnect(Framing::Abridged, permanent.saved.other(5)).await;
    let config = api::help::GetConfig {}.to_bytes(NEWEST).unwrap();
    same.call(in_layer(158, config)).await.unwrap();
    for client in [&mut temporary, &mut there, &mut same] {
        // There are no files yet; it is the asking that counts.
        assert_eq!(client.refused(&file).await.0, 400);
        assert!(!hears(&server, client, "15550001").await);
        client.ask::<enums::updates::State>(&api::updates::GetState {}).await;
        assert!(hears(&server, client, "15550001").await, "from now on it wants them");
    }
}

#[tokio::test]
async fn a_binding_outlives_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::folder(folder.path()).await;
    let (mut permanent, mut temporary) = pair(&server).await;
    permanent.sign_up("15550001").await;
    bind(&mut temporary, &permanent.saved, |_| {}).await.unwrap();
    server.stop().await;
    let server = Running::folder(folder.path()).await;
    let mut temporary = server.reconnect(Framing::Abridged, temporary.saved.other(8)).await;
    temporary.ask::<enums::updates::State>(&api::updates::GetState {}).await;
    server.stop().await;
}

#[tokio::test]
async fn a_new_temporary_key_goes_on_in_the_layer_of_the_last() {
    const CONFIG_133: u32 = 0x330b_4067;
    const CONFIG_230: u32 = 0xcc1a_241e;
    async fn config(client: &mut Client, layer: Option<i32>) -> u32 {
        let request = api::help::GetConfig {}.to_bytes(NEWEST).unwrap();
        let request = layer.map_or(request.clone(), |layer| in_layer(layer, request));
        u32::from_le_bytes(client.call(request).await.unwrap()[..4].try_into().unwrap())
    }
    let folder = tempfile::tempdir().unwrap();
    let server = Running::folder(folder.path()).await;
    let (permanent, mut first) = pair(&server).await;
    bind(&mut first, &permanent.saved, |_| {}).await.unwrap();
    assert_eq!(config(&mut first, Some(133)).await, CONFIG_133);
    let (_, mut second) = pair(&server).await;
    assert_eq!(config(&mut second, None).await, CONFIG_230, "it is nobody's");
    bind(&mut second, &permanent.saved, |_| {}).await.unwrap();
    assert_eq!(config(&mut second, None).await, CONFIG_133);
    server.stop().await;
    let server = Running::folder(folder.path()).await;
    let (_, mut third) = pair(&server).await;
    bind(&mut third, &permanent.saved, |_| {}).await.unwrap();
    assert_eq!(config(&mut third, None).await, CONFIG_133, "after a restart");
    server.stop().await;
}

#[tokio::test]
async fn a_permanent_key_that_only_signed_a_binding_outlives_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::folder(folder.path()).await;
    let (permanent, mut temporary) = pair(&server).await;
    bind(&mut temporary, &permanent.saved, |_| {}).await.unwrap();
    temporary.sign_up("15550001").await;
    server.stop().await;
    let server = Running::folder(folder.path()).await;
    for saved in [&temporary.saved, &permanent.saved] {
        let mut client = server.reconnect(Framing::Abridged, saved.other(8)).await;
        client.ask::<enums::updates::State>(&api::updates::GetState {}).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_key_is_kept_from_its_first_message_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::folder(folder.path()).await;
    let mut used = server.client(Framing::Abridged).await;
    let unused = server.client(Framing::Abridged).await;
    used.ping().await;
    server.stop().await;
    let server = Running::folder(folder.path()).await;
    let mut used = server.reconnect(Framing::Abridged, used.saved.other(8)).await;
    used.ping().await;
    let mut unused = server.reconnect(Framing::Abridged, unused.saved).await;
    unused.send(functions::Ping { ping_id: 3 }.to_bytes(0).unwrap()).await;
    assert_eq!(unused.transport_error().await, Some(-404));
    server.stop().await;
}

#[tokio::test]
async fn keys_with_which_nobody_signed_in_and_sessions_are_forgotten_unused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::folder(folder.path()).await;
    let mut signed = server.client(Framing::Abridged).await;
    signed.sign_up("15550001").await;
    let mut other = server.client(Framing::Abridged).await;
    other.ask::<enums::NearestDc>(&api::help::GetNearestDc {}).await;
    server.stop().await;
    tokio::time::sleep(std::time::Duration::from_millis(3100)).await;
    let second = std::time::Duration::from_secs(1);
    let limits = piltover::limits::Limits {
        unsigned_key_time: second,
        stored_session_time: second,
        ..Default::default()
    };
    let options = Options { limits, code: Some("22222".to_owned()), ..Options::folder(folder.path()) };
    let server = Running::with(options, |server| server).await;
    // The first sweep is at the start.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let mut other = server.reconnect(Framing::Abridged, other.saved).await;
    other.send(functions::Ping { ping_id: 1 }.to_bytes(0).unwrap()).await;
    assert_eq!(other.transport_error().await, Some(-404));
    assert_eq!(server.rule().await, "message.auth_key");
    // The session is a new one to the server, and has not said yet that it wants updates.
    let mut signed = server.reconnect(Framing::Abridged, signed.saved).await;
    assert!(!hears(&server, &mut signed, "15550001").await);
    let state = signed.send(api::updates::GetState {}.to_bytes(NEWEST).unwrap()).await;
    signed.answer_to(state).await.unwrap();
    assert!(hears(&server, &mut signed, "15550001").await);
    server.stop().await;
}

#[tokio::test]
async fn keys_that_nobody_uses_make_room_for_others() {
    let limits = piltover::limits::Limits { unused_keys: 2, ..Default::default() };
    let server = Running::with(Options { limits, ..Options::memory() }, |server| server).await;
    let mut clients = Vec::new();
    for _ in 0..2 {
        clients.push(server.client(Framing::Full).await);
    }
    clients[0].ask::<enums::NearestDc>(&api::help::GetNearestDc {}).await;
    for _ in 0..2 {
        clients.push(server.client(Framing::Full).await);
    }
    for (mut client, is_known) in clients.into_iter().zip([true, false, true, true]) {
        client.send(functions::Ping { ping_id: 1 }.to_bytes(0).unwrap()).await;
        if is_known {
            client.receive_object::<service::Pong>().await;
        } else {
            assert_eq!(client.transport_error().await, Some(-404));
        }
    }
}

#[tokio::test]
async fn every_value_of_a_binding_is_checked() {
    let server = Running::memory().await;
    let (permanent, mut temporary) = pair(&server).await;
    let saved = permanent.saved.clone();
    let changes: [fn(&mut Binding); 7] = [
        |binding| binding.inner.nonce += 1,
        |binding| binding.inner.temp_auth_key_id += 1,
        |binding| binding.inner.perm_auth_key_id += 1,
        |binding| binding.inner.temp_session_id += 1,
        |binding| binding.inner.expires_at += 1,
        |binding| binding.msg_id = 4,
        |binding| binding.request.encrypted_message = vec![1; 104],
    ];
    for change in changes {
        let error = bind(&mut temporary, &saved, change).await;
        assert_eq!(error, Err("ENCRYPTED_MESSAGE_INVALID".to_owned()));
        assert_eq!(server.rule().await, "request.bind");
    }
    let unknown = bind(&mut temporary, &saved, |binding| binding.request.perm_auth_key_id += 1).await;
    assert_eq!(unknown, Err("ENCRYPTED_MESSAGE_INVALID".to_owned()));
    for expires_at in [0, i32::MAX] {
        let error = bind(&mut temporary, &saved, |binding| binding.request.expires_at = expires_at).await;
        assert_eq!(error, Err("EXPIRES_AT_INVALID".to_owned()));
    }
    let mut other = client_with(&server, &Handshake::default()).await;
    let error = bind(&mut other, &saved, |_| {}).await;
    assert_eq!(error, Err("TEMP_AUTH_KEY_EMPTY".to_owned()));
    assert_eq!(bind(&mut temporary, &saved, |_| {}).await, Ok(true));
    let error = bind(&mut temporary, &other.saved, |_| {}).await;
    assert_eq!(error, Err("TEMP_AUTH_KEY_ALREADY_ASSIGNED".to_owned()));
}

#[tokio::test]
async fn a_temporary_key_ends() {
    let server = Running::memory().await;
    let handshake = Handshake { expires_in: Some(1), ..Handshake::default() };
    let mut client = client_with(&server, &handshake).await;
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    client.send(functions::Ping { ping_id: 1 }.to_bytes(0).unwrap()).await;
    assert_eq!(client.transport_error().await, Some(-404));
    assert_eq!(server.rule().await, "message.auth_key");
}

#[tokio::test]
async fn a_destroyed_key_is_told_and_known_no_more() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Intermediate).await;
    let mut other = server.reconnect(Framing::Full, client.saved.other(9)).await;
    other.ask::<enums::NearestDc>(&api::help::GetNearestDc {}).await;
    client.send(functions::DestroyAuthKey {}.to_bytes(0).unwrap()).await;
    let answer: service::DestroyAuthKeyRes = client.receive_object().await;
    assert!(matches!(answer, service::DestroyAuthKeyRes::DestroyAuthKeyOk));
    for mut client in [client, other] {
        client.send(functions::Ping { ping_id: 1 }.to_bytes(0).unwrap()).await;
        assert_eq!(client.transport_error().await, Some(-404));
    }
}

#[tokio::test]
async fn what_the_exchange_refuses_is_told_by_its_code_and_name() {
    let server = Running::memory().await;
    let refused = async |request: Vec<u8>| {
        let mut client = Client::connect(server.address, &Dial::default()).await;
        client.wire.send(&request).await;
        (client.transport_error().await, server.rule().await)
    };
    let sealed = |body: &[u8]| piltover::exchange::seal(4, body);
    let lone = functions::SetClientDhParams { nonce: [1; 16], server_nonce: [2; 16], encrypted_data: vec![] };
    assert_eq!(refused(sealed(&bytes(&lone))).await, (Some(-404), "exchange.order"));
    assert_eq!(refused(sealed(&[1; 20])).await, (Some(-404), "exchange.message"));
    assert_eq!(refused(vec![0; 8]).await, (Some(-404), "plain.length"));
    assert_eq!(refused(vec![1; 4]).await, (Some(-404), "message.length"));
    assert_eq!(refused(vec![1; 80]).await, (Some(-404), "message.auth_key"));
    let mut client = Client::connect(server.address, &Dial::default()).await;
    let handshake = Handshake { dc: Some(77), ..Handshake::default() };
    let key = server.key.clone();
    let failed = tokio::spawn(async move { client.exchange(&key, &handshake).await }).await;
    assert!(failed.is_err(), "-444");
    assert_eq!(server.rule().await, "exchange.dc");
}

#[tokio::test]
async fn older_keys_of_the_server_are_offered_too() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::folder(folder.path()).await;
    let old = server.key.clone();
    server.stop().await;
    piltover::rotate_key(folder.path()).unwrap();
    let server = Running::folder(folder.path()).await;
    assert_ne!(server.key.fingerprint(), old.fingerprint());
    for key in [&old, &server.key] {
        let mut client = Client::new(server.address, &Dial::default(), key).await;
        assert_eq!(this_dc(&mut client).await, 2);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_sign_in_is_carried_to_another_data_centre_once() {
    let server = Running::memory().await;
    let mut here = server.client(Framing::Abridged).await;
    let export = api::auth::ExportAuthorization { dc_id: 4 };
    assert_eq!(here.refused(&export).await, (401, "AUTH_KEY_UNREGISTERED".to_owned()));
    let id = here.sign_up("15550001").await;
    assert_eq!(here.refused(&api::auth::ExportAuthorization { dc_id: 9 }).await.1, "DC_ID_INVALID");
    let enums::auth::ExportedAuthorization::Authorization(exported) = here.ask(&export).await;
    assert_eq!(exported.id, id);
    let mut there = client_with(&server, &Handshake { dc: Some(4), ..Handshake::default() }).await;
    let wrong = api::auth::ImportAuthorization { id, bytes: vec![1; 64] };
    assert_eq!(there.refused(&wrong).await, (400, "AUTH_BYTES_INVALID".to_owned()));
    let import = api::auth::ImportAuthorization { id, bytes: exported.bytes };
    there.ask::<enums::auth::Authorization>(&import).await;
    there.ask::<enums::updates::State>(&api::updates::GetState {}).await;
    assert_eq!(there.refused(&import).await, (400, "AUTH_BYTES_INVALID".to_owned()));
}

#[tokio::test]
async fn the_one_data_centre_sends_others_clients_to_itself() {
    let server = Running::with(Options { dc: Some(4), ..Options::memory() }, |server| server).await;
    let mut other = client_with(&server, &Handshake { dc: Some(2), ..Handshake::default() }).await;
    assert_eq!(this_dc(&mut other).await, 4);
    let request = api::auth::SendCode {
        phone_number: "15550001".to_owned(),
        api_id: 1,
        api_hash: String::new(),
        settings: piltover::layers::types::CodeSettings::default().into(),
    };
    assert_eq!(other.refused(&request).await, (303, "PHONE_MIGRATE_4".to_owned()));
    assert_eq!(other.refused(&api::updates::GetState {}).await, (303, "NETWORK_MIGRATE_4".to_owned()));
    let mut here = client_with(&server, &Handshake { dc: Some(4), ..Handshake::default() }).await;
    here.sign_up("15550001").await;
    let mut unnamed = client_with(&server, &Handshake::default()).await;
    unnamed.sign_up("15550002").await;
}
