//! Signing in and out, layer by layer.

use piltover::layers::{Decode, Encode, Encoder, Reader, enums, functions as api, types};
use piltover::testing::{Client, in_layer};
use piltover::transport::Framing;

use crate::Running;

/// A request of a layer that the newest form has no way down to.
fn old(head: &[u32], strings: &[&str]) -> Vec<u8> {
    let mut encoder = Encoder::new(0);
    head.iter().for_each(|word| encoder.word(*word));
    strings.iter().for_each(|string| encoder.bytes(string.as_bytes()));
    encoder.finish().unwrap()
}

/// Asks for a code in the form of a layer; gives the flags of the answer, and the hash.
async fn code(client: &mut Client, layer: i32, phone: &str) -> (u32, String) {
    let (phone_number, settings) = (phone.to_owned(), types::CodeSettings::default().into());
    let request = api::auth::SendCode { phone_number, api_id: 1, api_hash: String::new(), settings };
    // auth.sendCode#86aef0ec flags:# phone_number:string api_id:int api_hash:string
    let with_flags = || [old(&[0x86ae_f0ec, 0], &[phone]), old(&[1], &[""])].concat();
    let request = request.to_bytes(layer).unwrap_or_else(|_| with_flags());
    let answer = client.call(in_layer(layer, request)).await.unwrap();
    // auth.sentCode flags:# type:auth.sentCodeTypeSms{length:int} phone_code_hash:string
    let mut reader = Reader::new(&answer);
    assert!([0x5e00_2502, 0x38fa_ab5f].contains(&reader.word().unwrap()));
    let flags = reader.word().unwrap();
    assert_eq!((reader.word(), reader.word()), (Ok(0xc000_bba2), Ok(5)));
    (flags, String::decode(&mut reader).unwrap())
}

/// Signs in with a code, in the form of a layer: the answer, or the error.
async fn sign_in(
    client: &mut Client,
    layer: i32,
    phone: &str,
    hash: &str,
    code: &str,
) -> Result<Vec<u8>, (i32, String)> {
    let request = api::auth::SignIn {
        phone_number: phone.to_owned(),
        phone_code_hash: hash.to_owned(),
        phone_code: Some(code.to_owned()),
        email_verification: None,
    };
    let request = request.to_bytes(layer).unwrap_or_else(|_| old(&[0xbcd5_1581], &[phone, hash, code]));
    client.call(request).await.map_err(|error| (error.error_code, error.error_message))
}

fn id(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes[..4].try_into().unwrap())
}

#[tokio::test]
async fn an_unknown_number_is_an_error_to_old_layers_and_an_answer_to_others() {
    let server = Running::memory().await;
    for layer in [55, 82, 103] {
        let mut client = server.client(Framing::Full).await;
        let (_, hash) = code(&mut client, layer, "15550001").await;
        let error = sign_in(&mut client, layer, "15550001", &hash, "22222").await.unwrap_err();
        assert_eq!(error, (400, "PHONE_NUMBER_UNOCCUPIED".to_owned()), "{layer}");
    }
    for layer in [105, 158, 230] {
        let mut client = server.client(Framing::Full).await;
        let (_, hash) = code(&mut client, layer, "15550001").await;
        let answer = sign_in(&mut client, layer, "15550001", &hash, "22222").await.unwrap();
        assert_eq!(id(&answer), 0x4474_7e9a, "auth.authorizationSignUpRequired in layer {layer}");
    }
}

#[tokio::test]
async fn old_clients_are_told_whether_a_number_is_known() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Full).await;
    for is_known in [false, true] {
        let (flags, _) = code(&mut client, 82, "+1 555 0001").await;
        assert_eq!(flags & 1 != 0, is_known);
        server.client(Framing::Full).await.sign_up("15550001").await;
    }
}

#[tokio::test]
async fn a_number_is_the_same_with_and_without_its_plus() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Full).await;
    let user = client.sign_up("15550001").await;
    for phone in ["+15550001", "1 (555) 0001", "15550001"] {
        let mut other = server.client(Framing::Full).await;
        assert_eq!(other.sign_up(phone).await, user);
        let me = api::users::GetUsers { id: vec![enums::InputUser::InputUserSelf] };
        let users: Vec<enums::User> = other.ask(&me).await;
        assert!(matches!(&users[0], enums::User::User(user) if user.is_self));
    }
}

#[tokio::test]
async fn wrong_codes_are_refused_by_name_with_400() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Full).await;
    client.sign_up("15550001").await;
    let mut client = server.client(Framing::Full).await;
    let (_, hash) = code(&mut client, 230, "15550001").await;
    for (phone, hash, code, error) in [
        ("15550001", &*hash, "11111", "PHONE_CODE_INVALID"),
        ("15550001", &*hash, "", "PHONE_CODE_EMPTY"),
        ("15550001", "another", "22222", "PHONE_CODE_EXPIRED"),
        ("15550002", &*hash, "22222", "PHONE_CODE_EXPIRED"),
        ("+", &*hash, "22222", "PHONE_NUMBER_INVALID"),
    ] {
        let refused = sign_in(&mut client, 230, phone, hash, code).await.unwrap_err();
        assert_eq!(refused, (400, error.to_owned()));
    }
    let state = api::updates::GetState {};
    assert_eq!(client.refused(&state).await, (401, "AUTH_KEY_UNREGISTERED".to_owned()));
    let answer = sign_in(&mut client, 230, "15550001", &hash, "22222").await.unwrap();
    let enums::auth::Authorization::Authorization(signed) = piltover::layers::decode_exact(&answer).unwrap()
    else {
        panic!()
    };
    assert!(matches!(signed.user, enums::User::User(user) if user.is_self));
    client.ask::<enums::updates::State>(&state).await;
}

#[tokio::test]
async fn signing_out_is_answered_as_the_layer_has_it_and_ends_the_sign_in() {
    let server = Running::memory().await;
    const BOOL_TRUE: u32 = 0x9972_75b5;
    const LOGGED_OUT: u32 = 0xc3a2_835f;
    for (layer, expected) in [(82, BOOL_TRUE), (133, BOOL_TRUE), (158, LOGGED_OUT), (230, LOGGED_OUT)] {
        let mut client = server.client(Framing::Full).await;
        client.sign_up("15550001").await;
        let request = api::auth::LogOut {}.to_bytes(layer).unwrap();
        let answer = client.call(in_layer(layer, request)).await.unwrap();
        assert_eq!(id(&answer), expected, "layer {layer}");
        let me = api::users::GetUsers { id: vec![enums::InputUser::InputUserSelf] };
        assert_eq!(client.refused(&me).await, (401, "AUTH_KEY_UNREGISTERED".to_owned()));
    }
}

#[tokio::test]
async fn usernames_are_found_in_any_case() {
    let server = Running::memory().await;
    let mut client = server.client(Framing::Full).await;
    let user = client.sign_up("15550001").await;
    client.ask::<enums::User>(&api::account::UpdateUsername { username: "SomeBody".to_owned() }).await;
    for username in ["SomeBody", "somebody", "SOMEBODY"] {
        let request = api::contacts::ResolveUsername { username: username.to_owned(), referer: None };
        let enums::contacts::ResolvedPeer::Peer(found) = client.ask(&request).await;
        assert!(matches!(found.peer, enums::Peer::User(types::PeerUser { user_id }) if user_id == user));
    }
}
