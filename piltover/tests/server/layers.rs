use piltover::dispatch::{Context, RpcError};
use piltover::layers::{Encode, NEWEST, enums, functions as api, types};
use piltover::{Options, handler};

use crate::Running;
use piltover::testing::{Client, in_layer};
use piltover::transport::Framing;

mod l158 {
    piltover::layers::use_layer!(158);
}

/// The id of the constructor `config` or `user` that stands in a layer.
fn id(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes[..4].try_into().unwrap())
}

/// The id of the first user in an answer of `users.getUsers`.
async fn user_id_in_answer(client: &mut Client, layer: Option<i32>) -> u32 {
    let me = api::users::GetUsers { id: vec![enums::InputUser::InputUserSelf] }.to_bytes(NEWEST).unwrap();
    let me = layer.map_or(me.clone(), |layer| in_layer(layer, me));
    let answer = client.call(me).await.unwrap();
    // A vector of one.
    id(&answer[8..])
}

const USER_158: u32 = 0x8f97_c628;
const USER_230: u32 = 0xb1b8_cc83;

#[tokio::test]
async fn the_layer_is_the_sessions_and_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::folder(folder.path()).await;
    let mut client = server.client(Framing::Full).await;
    client.sign_up("15550001").await;
    assert_eq!(user_id_in_answer(&mut client, None).await, USER_230, "before any layer is known");
    assert_eq!(user_id_in_answer(&mut client, Some(158)).await, USER_158);
    assert_eq!(user_id_in_answer(&mut client, None).await, USER_158, "from now on");
    let saved = client.saved.clone();
    // Another session of the key, which has said nothing of its layer.
    let other = saved.other(4321);
    let mut other = server.reconnect(Framing::Full, other).await;
    assert_eq!(user_id_in_answer(&mut other, None).await, USER_158, "that of its key");
    assert_eq!(user_id_in_answer(&mut other, Some(230)).await, USER_230);
    assert_eq!(user_id_in_answer(&mut client, None).await, USER_158, "the first session keeps its own");
    drop((client, other));
    server.stop().await;
    let server = Running::folder(folder.path()).await;
    let mut client = server.reconnect(Framing::Full, saved).await;
    assert_eq!(user_id_in_answer(&mut client, None).await, USER_158, "after a restart");
    server.stop().await;
}

#[tokio::test]
async fn each_session_hears_in_its_own_layer() {
    let server = Running::memory().await;
    let mut alice = server.client(Framing::Full).await;
    alice.sign_up("15550001").await;
    let mut sessions = Vec::new();
    for (session_id, layer, message) in [(2, 82, 0x44f9_b43d), (3, 158, 0x3811_6ee0), (4, 230, 0x7600_b9d3)] {
        let mut session = server.reconnect(Framing::Full, alice.saved.other(session_id)).await;
        let state = api::updates::GetState {}.to_bytes(NEWEST).unwrap();
        session.call(in_layer(layer, state)).await.unwrap();
        sessions.push((session, layer, message));
    }
    let (peer, message) = (enums::InputPeer::InputPeerSelf, "hello".to_owned());
    let send = api::messages::SendMessage { peer, message, random_id: 1, ..Default::default() };
    alice.ask::<enums::Updates>(&send).await;
    const UPDATES: u32 = 0x74ae_4240;
    const NEW_MESSAGE: u32 = 0x1f2b_0afd;
    for (mut session, layer, message) in sessions {
        let body = loop {
            let message = session.receive().await;
            if message.is(UPDATES) {
                break message.body;
            }
        };
        // A vector of one.
        assert_eq!((id(&body[12..]), id(&body[16..])), (NEW_MESSAGE, message), "layer {layer}");
    }
}

/// The id of `userFull` inside of `users.userFull`, in a layer.
async fn full_user_id(client: &mut Client, layer: i32) -> u32 {
    let full = api::users::GetFullUser { id: enums::InputUser::InputUserSelf }.to_bytes(NEWEST).unwrap();
    id(&client.call(in_layer(layer, full)).await.unwrap()[4..])
}

/// Each of these layers has libraries of its own, which know no other layer's constructors.
#[tokio::test]
async fn the_newest_layers_have_users_of_their_own() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Full).await;
    client.sign_up("15550001").await;
    const USER_227: u32 = 0x3177_4388;
    for (layer, user) in [(227, USER_227), (228, USER_230), (229, USER_230), (231, USER_230), (232, USER_230)]
    {
        assert_eq!(user_id_in_answer(&mut client, Some(layer)).await, user, "layer {layer}");
    }
    const FULL_USER_231: u32 = 0x06cb_e645;
    const FULL_USER_232: u32 = 0xb90c_2afd;
    for (layer, full) in [(230, FULL_USER_231), (231, FULL_USER_231), (232, FULL_USER_232)] {
        assert_eq!(full_user_id(&mut client, layer).await, full, "layer {layer}");
    }
}

#[tokio::test]
async fn unknown_layers_are_served_the_nearest_or_refused() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Full).await;
    client.sign_up("15550001").await;
    assert_eq!(user_id_in_answer(&mut client, Some(9999)).await, USER_230);
    assert_eq!(user_id_in_answer(&mut client, Some(157)).await, USER_158);
    let nearest = api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap();
    let error = client.call(in_layer(5, nearest)).await.unwrap_err();
    assert_eq!((error.error_code, &*error.error_message), (400, "CONNECTION_LAYER_INVALID"));
}

#[handler]
async fn get_nearest_dc(context: Context, _: api::help::GetNearestDc) -> Result<enums::NearestDc, RpcError> {
    let this_dc = context.layer();
    Ok(types::NearestDc { country: "for all".to_owned(), this_dc, nearest_dc: 2 }.into())
}

#[handler(layer = 158)]
async fn get_nearest_dc_158(_: l158::help::GetNearestDc) -> Result<enums::NearestDc, RpcError> {
    Ok(types::NearestDc { country: "from 158 on".to_owned(), this_dc: 2, nearest_dc: 2 }.into())
}

#[tokio::test]
async fn own_handlers_replace_built_in_ones_also_for_some_layers() {
    let server =
        Running::with(Options::memory(), |server| server.on(get_nearest_dc).on(get_nearest_dc_158)).await;
    let mut client = server.client(Framing::Full).await;
    for (layer, country) in [(140, "for all"), (158, "from 158 on"), (229, "from 158 on")] {
        let request = in_layer(layer, api::help::GetNearestDc {}.to_bytes(NEWEST).unwrap());
        let answer = client.call(request).await.unwrap();
        let enums::NearestDc::Dc(nearest) = piltover::layers::decode_exact(&answer).unwrap();
        assert_eq!(nearest.country, country, "layer {layer}");
    }
}
