use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::history::{History, Source};
use crate::schema::TypeRef;
use crate::wire::{DecodeErrorKind, Encode, Encoder};

const OLD: &str = "user#1 id:int = User;\nold#2 = Thing;\n";
const NEW: &str = "peerUser#59511722 user_id:long = Peer;\n\
    messageEntityBold#bd610bc9 offset:int length:int = MessageEntity;\n\
    user#3 flags:# bot:flags.0?true id:long name:flags.1?string photo:flags.1?bytes = User;\n\
    all#4 d:double b:Bool s:string y:bytes a:int128 c:int256 v:Vector<long> w:vector<%User> = Thing;\n\
    list#5 items:Vector<Thing> = Thing;\n\
    nothing#6 = Nothing;\n\
    none#7 of:Vector<vector<%Nothing>> = Thing;\n\
    flagged#8 flags:int a:flags.3?int = Thing;\n\
    ---functions---\n\
    x.send#9 flags:# silent:flags.5?true peer:Peer reply:flags.0?int text:string \
    entities:flags.3?Vector<MessageEntity> = Bool;\n\
    invokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X;\n";

static HISTORY: LazyLock<History> = LazyLock::new(|| {
    let sources = [(10, OLD), (20, NEW)];
    History::new(sources.map(|(layer, text)| Source { layer, file: "x.tl", text })).unwrap()
});
static ALL: LazyLock<Dictionary<'static>> = LazyLock::new(|| Dictionary::of_all(&HISTORY));
static LAYER: LazyLock<Dictionary<'static>> = LazyLock::new(|| Dictionary::of_layer(&HISTORY, 20));

fn send(second_entity: u32) -> Vec<u8> {
    let mut encoder = Encoder::new(0);
    encoder.word(0xda9b_0d0d);
    158.encode(&mut encoder);
    encoder.word(9);
    encoder.word(1 << 5 | 1 << 3);
    encoder.word(0x5951_1722);
    5i64.encode(&mut encoder);
    "hi".to_owned().encode(&mut encoder);
    encoder.vector(2);
    for id in [0xbd61_0bc9, second_entity] {
        encoder.word(id);
        0.encode(&mut encoder);
        2.encode(&mut encoder);
    }
    encoder.finish().unwrap()
}

/// The bytes of a value of type `Thing` that this JSON stands for, and back to JSON.
fn there_and_back(json: &serde_json::Value) -> serde_json::Value {
    let bytes = LAYER.from_json(json).unwrap().to_bytes().unwrap();
    let value = LAYER.decode(&bytes).unwrap();
    assert_eq!(value.to_bytes().unwrap(), bytes);
    serde_json::to_value(&value).unwrap()
}

fn refused(json: serde_json::Value) -> String {
    LAYER.from_json(&json).unwrap_err().to_string()
}

#[test]
fn values_are_shown() {
    let bytes = send(0xbd61_0bc9);
    assert_eq!(
        LAYER.decode(&bytes).unwrap().to_string(),
        "invokeWithLayer(layer: 158, query: x.send(silent: true, peer: peerUser(user_id: 5), text: \"hi\", \
         entities: [messageEntityBold(offset: 0, length: 2), messageEntityBold(offset: 0, length: 2)]))"
    );
}

#[test]
fn long_values_are_cut() {
    let text = Value::Text("ä".repeat(200).into()).to_string();
    assert_eq!(text.chars().count(), 2 + 120 + 3);
    let vector = Value::Vector(vec![Value::Int(1); 25]).to_string();
    assert!(vector.ends_with("1, and 5 more]"));
}

#[test]
fn errors_tell_where_and_what_strayed() {
    let bytes = send(0x5951_1722);
    let error = LAYER.decode(&bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invokeWithLayer.query.entities[1]: at byte 52: expected MessageEntity, found 59511722, peerUser of layer 20"
    );
    assert_eq!(error.offset, bytes.len() - 12);
    assert_eq!(LAYER.decode(&bytes[..12]).unwrap_err().path.to_string(), "invokeWithLayer.query.flags");
    let error = LAYER.decode(&[2, 0, 0, 0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the value: at byte 0: expected a constructor or a function, found 00000002, old of layer 10"
    );
    let error = LAYER.decode(&[0xff; 4]).unwrap_err();
    assert!(error.to_string().ends_with("found ffffffff, which no layer has"), "{error}");
}

#[test]
fn a_layer_knows_its_own_ids_alone_and_all_layers_know_all() {
    let bytes = [1, 0, 0, 0, 7, 0, 0, 0];
    assert!(LAYER.decode(&bytes).is_err());
    let value = ALL.decode(&bytes).unwrap();
    assert_eq!(serde_json::to_value(&value).unwrap(), json!({"_": "user#00000001", "id": 7}));
    let again = ALL.from_json(&json!({"_": "user#00000001", "id": 7})).unwrap();
    assert_eq!(again.to_bytes().unwrap(), bytes);
    assert_eq!(ALL.named("user").unwrap().id, 3);
    assert_eq!(ALL.known(1).unwrap().layers, "10");
}

#[test]
fn json_keeps_every_value() {
    let zeros = |len: usize| json!({ "$hex": "07".repeat(len) });
    let all = |d: serde_json::Value, long: serde_json::Value| {
        json!({
            "_": "all", "d": d, "b": true, "s": "grüße\u{0}", "y": {"$hex": ""}, "a": zeros(16), "c": zeros(32),
            "v": [long, 1, -1],
            "w": [{"_": "user", "bot": true, "id": 1}, {"_": "user", "id": 2, "name": "", "photo": {"$hex": "00ff"}}],
        })
    };
    let longs = [json!(9_007_199_254_740_991_i64), json!("9007199254740992"), json!(i64::MIN.to_string())];
    let doubles = [
        json!(0.1),
        json!(-0.0),
        json!(1e300),
        json!("Infinity"),
        json!("NaN"),
        json!("NaN:7ff8000000000001"),
    ];
    for double in doubles {
        for long in longs.clone() {
            let json = all(double.clone(), long);
            assert_eq!(there_and_back(&json), json);
        }
    }
    // What people write.
    assert_eq!(there_and_back(&all(json!(1), json!("5"))), all(json!(1.0), json!(5)));
}

#[test]
fn json_that_no_definition_allows_is_refused() {
    assert_eq!(
        refused(json!({"_": "list", "items": [{"_": "user"}]})),
        "list.items[0]: expected Thing, found user: User"
    );
    assert_eq!(
        refused(json!({"_": "list", "items": [{"_": "old"}]})),
        "list.items[0]: expected Thing, found old, which is not defined"
    );
    assert_eq!(refused(json!({"_": "peerUser"})), "peerUser.user_id: missing");
    assert_eq!(refused(json!({"_": "peerUser", "user_id": 1, "x": 1})), "peerUser: peerUser has no field x");
    assert_eq!(
        refused(json!({"_": "peerUser", "user_id": 1.5})),
        "peerUser.user_id: expected long, found 1.5"
    );
    assert_eq!(
        refused(json!({"_": "user", "id": 1, "name": "a"})),
        "user.photo: missing, while another field of flags.1 is there"
    );
    assert_eq!(
        refused(json!({"_": "messageEntityBold", "offset": 2_147_483_648_u32, "length": 0})),
        "messageEntityBold.offset: expected int, found 2147483648"
    );
    assert_eq!(refused(json!({"_": "user", "id": 1, "flags": 0})), "user: user has no field flags");
    assert_eq!(refused(json!([1])), "the value: expected a constructor or a function, found an array");
}

#[test]
fn a_bit_that_moved_keeps_its_place() {
    let texts =
        [(1, "call#1 flags:# video:flags.5?true = Call;"), (2, "call#1 flags:# video:flags.6?true = Call;")];
    let history = History::new(texts.map(|(layer, text)| Source { layer, file: "", text })).unwrap();
    let dictionary = Dictionary::of_all(&history);
    for (bits, json) in [
        (0u32, json!({"_": "call"})),
        (1 << 6, json!({"_": "call", "video": true})),
        (1 << 5, json!({"_": "call", "video@2": true})),
        (1 << 6 | 1 << 5, json!({"_": "call", "video": true, "video@2": true})),
    ] {
        let bytes = [1u32.to_le_bytes(), bits.to_le_bytes()].concat();
        assert_eq!(serde_json::to_value(dictionary.decode(&bytes).unwrap()).unwrap(), json);
        assert_eq!(dictionary.from_json(&json).unwrap().to_bytes().unwrap(), bytes);
    }
}

#[test]
fn a_word_may_be_an_int() {
    assert_eq!(there_and_back(&json!({"_": "flagged"})), json!({"_": "flagged"}));
    assert_eq!(there_and_back(&json!({"_": "flagged", "a": 5})), json!({"_": "flagged", "a": 5}));
}

#[test]
fn answers_are_read_as_their_type() {
    let ty: TypeRef = "Vector<long>".parse().unwrap();
    let bytes = vec![1i64, 2].to_bytes(0).unwrap();
    assert_eq!(LAYER.decode(&bytes).unwrap_err().kind, ReadErrorKind::VectorOfUnknown);
    let value = LAYER.decode_as(&ty, &bytes).unwrap();
    assert_eq!(value.to_bytes_as(&ty).unwrap(), bytes);
    assert_eq!(LAYER.from_json_as(&ty, &json!([1, "2"])).unwrap(), value);
    let error = LAYER.decode_as(&"Vector<Peer>".parse().unwrap(), &bytes).unwrap_err();
    assert_eq!(error.path.to_string(), "Vector[0]");
}

#[test]
fn the_service_schema_has_types_of_its_own() {
    let text = "msg_container#73f1f8dc messages:vector<%Message> = MessageContainer;\n\
        message#5bb8e511 msg_id:long seqno:int bytes:int body:Object = Message;\n";
    let service = History::new([Source { layer: 0, file: "mtproto.tl", text }]).unwrap();
    let dictionary = ALL.clone().with(service.schema(0));
    let user = json!({"_": "user#00000001", "id": 7});
    let json = json!({"_": "msg_container", "messages": [
        {"_": "message", "msg_id": 4, "seqno": 1, "bytes": 8, "body": user},
        {"msg_id": 8, "seqno": 3, "bytes": 8, "body": user},
    ]});
    let bytes = dictionary.from_json(&json).unwrap().to_bytes().unwrap();
    assert_eq!(bytes.len(), 8 + 2 * (16 + 8));
    let value = dictionary.decode(&bytes).unwrap();
    assert_eq!(value.to_bytes().unwrap(), bytes);
    assert!(value.to_string().ends_with("body: user(id: 7))])"), "{value}");
}

#[test]
fn malformed_bytes_are_refused() {
    let kind = |bytes: &[u8]| LAYER.decode(bytes).unwrap_err().kind;
    let wire = |bytes: &[u8]| match kind(bytes) {
        ReadErrorKind::Wire(kind) => kind,
        kind => panic!("{kind}"),
    };
    assert_eq!(kind(&[3, 0, 0, 0, 4, 0, 0, 0]), ReadErrorKind::UnknownFlags { bits: 4 });
    assert!(matches!(wire(&[3, 0, 0]), DecodeErrorKind::UnexpectedEnd { .. }));
    assert!(matches!(wire(&[6, 0, 0, 0, 0]), DecodeErrorKind::TrailingBytes { left: 1 }));
    let list = |count: u32| [[5, 0, 0, 0], 0x1cb5_c415_u32.to_le_bytes(), count.to_le_bytes()].concat();
    assert!(matches!(wire(&list(1 << 30)), DecodeErrorKind::VectorCount { .. }));
    assert!(matches!(wire(&list(u32::MAX)), DecodeErrorKind::VectorCount { count: -1, .. }));
    let deep = list(1).repeat(100_000);
    assert_eq!(kind(&deep), ReadErrorKind::TooDeep);
    let named = |name: &[u8]| [&[3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], name].concat();
    assert_eq!(wire(&named(&[1, 0xff, 0, 0])), DecodeErrorKind::InvalidUtf8);
    assert_eq!(wire(&named(&[1, b'a', 0, 9])), DecodeErrorKind::NonZeroPadding);
    assert_eq!(kind(&named(&[254, 1, 0, 0, b'a', 0, 0, 0])), ReadErrorKind::LongLength { len: 1 });
}

#[test]
fn vectors_of_nothing_do_not_take_memory() {
    let mut bytes = vec![7, 0, 0, 0];
    bytes.extend(0x1cb5_c415_u32.to_le_bytes());
    bytes.extend(50_000u32.to_le_bytes());
    (0..100_000).for_each(|_| bytes.extend(40_000u32.to_le_bytes()));
    let error = LAYER.decode(&bytes).unwrap_err();
    assert!(matches!(error.kind, ReadErrorKind::Wire(DecodeErrorKind::VectorCount { .. })), "{error}");
}

proptest! {
    #[test]
    fn changed_bytes_never_panic(cut in 0usize..70, byte: u8, at in 0usize..70) {
        let mut bytes = send(0xbd61_0bc9);
        bytes.truncate(cut);
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        if let Ok(value) = ALL.decode(&bytes) {
            prop_assert_eq!(value.to_bytes().unwrap(), bytes);
        }
    }

    #[test]
    fn doubles_and_longs_of_all_bits_survive(bits: u64, long: i64) {
        let json = serde_json::to_string(&Value::Double(f64::from_bits(bits))).unwrap();
        let value = LAYER.from_json_as(&TypeRef::Double, &serde_json::from_str(&json).unwrap()).unwrap();
        prop_assert_eq!(value.to_bytes_as(&TypeRef::Double).unwrap(), bits.to_le_bytes());
        let json = serde_json::to_value(Value::Long(long)).unwrap();
        prop_assert_eq!(LAYER.from_json_as(&TypeRef::Long, &json).unwrap(), Value::Long(long));
    }
}
