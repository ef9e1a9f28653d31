//! A page of a group's history, as `messages.getHistory` answers it.
//!
//! What it holds exists in layer 158 too, so that both layers write nearly the same bytes: a difference
//! in time is one of code, not of content.

use piltover_layers::{enums, types};

const MESSAGES: i32 = 100;
const USERS: i64 = 25;
const CHANNELS: i64 = 5;
// As large as the oldest layers can tell.
const FIRST_USER: i64 = 2_000_000_000;
const FIRST_CHANNEL: i64 = 1_500_000_000;
const DATE: i32 = 1_700_000_000;

/// 100 messages with the users and channels that they name.
pub fn page() -> enums::messages::Messages {
    types::messages::Messages {
        messages: (0..MESSAGES).map(message).collect(),
        topics: Vec::new(),
        chats: (0..CHANNELS).map(channel).collect(),
        users: (0..USERS).map(user).collect(),
    }
    .into()
}

fn every(index: i32, step: i32) -> bool {
    index % step == 0
}

fn user_peer(index: i32) -> enums::Peer {
    types::PeerUser { user_id: FIRST_USER + i64::from(index) % USERS }.into()
}

fn channel_peer(index: i32) -> enums::Peer {
    types::PeerChannel { channel_id: FIRST_CHANNEL + i64::from(index) % CHANNELS }.into()
}

fn message(index: i32) -> enums::Message {
    let text =
        format!("Message {index}: the quick brown fox jumps over the lazy dog, https://example.org/{index}");
    types::Message {
        out: every(index, 4),
        mentioned: every(index, 17),
        id: 10_000 - index,
        from_id: Some(user_peer(index)),
        peer_id: channel_peer(0),
        fwd_from: every(index, 8).then(|| forward(index)),
        reply_to: every(index, 5).then(|| reply(index)),
        date: DATE - index * 60,
        media: media(index),
        reply_markup: every(index, 25).then(buttons),
        entities: every(index, 3).then(|| entities(index)),
        views: every(index, 8).then_some(12_345),
        forwards: every(index, 8).then_some(67),
        edit_date: every(index, 9).then_some(DATE),
        reactions: every(index, 6).then(|| reactions(index)),
        message: text,
        ..Default::default()
    }
    .into()
}

fn entities(index: i32) -> Vec<enums::MessageEntity> {
    vec![
        types::MessageEntityBold { offset: 0, length: 9 }.into(),
        types::MessageEntityUrl { offset: 57, length: 22 }.into(),
        match every(index, 2) {
            true => {
                types::MessageEntityTextUrl { offset: 14, length: 5, url: "https://example.com/fox".into() }
                    .into()
            }
            false => types::MessageEntityMentionName { offset: 14, length: 5, user_id: FIRST_USER }.into(),
        },
    ]
}

fn forward(index: i32) -> enums::MessageFwdHeader {
    types::MessageFwdHeader {
        from_id: Some(channel_peer(index)),
        date: DATE - 86_400,
        channel_post: Some(index),
        post_author: every(index, 16).then(|| "The editors".to_owned()),
        ..Default::default()
    }
    .into()
}

fn reply(index: i32) -> enums::MessageReplyHeader {
    types::MessageReplyHeader {
        reply_to_msg_id: Some(10_001 - index),
        reply_to_top_id: every(index, 10).then_some(9_000),
        ..Default::default()
    }
    .into()
}

fn reactions(index: i32) -> enums::MessageReactions {
    let emoji = |emoticon: &str| enums::Reaction::from(types::ReactionEmoji { emoticon: emoticon.into() });
    let count = |emoticon, count| {
        types::ReactionCount { chosen_order: None, reaction: emoji(emoticon), count }.into()
    };
    types::MessageReactions {
        can_see_list: true,
        results: vec![count("\u{1f44d}", 12), count("\u{2764}", 5)],
        recent_reactions: Some(vec![
            types::MessagePeerReaction {
                peer_id: user_peer(index + 1),
                date: DATE,
                reaction: emoji("\u{1f44d}"),
                ..Default::default()
            }
            .into(),
        ]),
        ..Default::default()
    }
    .into()
}

fn media(index: i32) -> Option<enums::MessageMedia> {
    Some(match index % 20 {
        1 | 11 => types::MessageMediaPhoto { photo: Some(photo(index)), ..Default::default() }.into(),
        3 => types::MessageMediaDocument { document: Some(video(index)), ..Default::default() }.into(),
        7 => types::MessageMediaWebPage { webpage: web_page(index), ..Default::default() }.into(),
        9 => types::MessageMediaDocument { document: Some(sticker(index)), ..Default::default() }.into(),
        _ => return None,
    })
}

fn size(kind: &str, w: i32, h: i32) -> enums::PhotoSize {
    types::PhotoSize { r#type: kind.into(), w, h, size: w * h / 8, location: None }.into()
}

fn photo(index: i32) -> enums::Photo {
    types::Photo {
        id: 5_400_000_000_000_000 + i64::from(index),
        access_hash: 0x0123_4567_89ab_cdef,
        file_reference: vec![2; 29],
        date: DATE,
        sizes: vec![
            types::PhotoStrippedSize { r#type: "i".into(), bytes: vec![7; 120] }.into(),
            size("m", 320, 240),
            size("x", 800, 600),
            size("y", 1280, 960),
        ],
        dc_id: 2,
        ..Default::default()
    }
    .into()
}

fn document(index: i32, mime: &str, attributes: Vec<enums::DocumentAttribute>) -> enums::Document {
    types::Document {
        id: 5_500_000_000_000_000 + i64::from(index),
        access_hash: 0x7654_3210_89ab_cdef,
        file_reference: vec![3; 29],
        date: DATE,
        mime_type: mime.into(),
        size: 1_234_567,
        thumbs: Some(vec![size("m", 320, 180)]),
        dc_id: 4,
        attributes,
        ..Default::default()
    }
    .into()
}

fn video(index: i32) -> enums::Document {
    let attributes = vec![
        types::DocumentAttributeVideo {
            supports_streaming: true,
            duration: 63.0,
            w: 1280,
            h: 720,
            ..Default::default()
        }
        .into(),
        types::DocumentAttributeFilename { file_name: "holiday.mp4".into() }.into(),
    ];
    document(index, "video/mp4", attributes)
}

fn sticker(index: i32) -> enums::Document {
    let attributes = vec![
        types::DocumentAttributeImageSize { w: 512, h: 512 }.into(),
        types::DocumentAttributeSticker {
            mask: false,
            alt: "\u{1f600}".into(),
            stickerset: types::InputStickerSetId { id: 77, access_hash: 88 }.into(),
            mask_coords: None,
        }
        .into(),
    ];
    document(index, "image/webp", attributes)
}

fn web_page(index: i32) -> enums::WebPage {
    types::WebPage {
        id: i64::from(index),
        url: format!("https://example.org/{index}"),
        display_url: format!("example.org/{index}"),
        hash: 0,
        r#type: Some("article".into()),
        site_name: Some("Example".into()),
        title: Some("An example of a page".into()),
        description: Some("What the page is about, in one sentence of a usual length.".into()),
        photo: Some(photo(index)),
        ..Default::default()
    }
    .into()
}

fn buttons() -> enums::ReplyMarkup {
    let button = |text: &str, kind| {
        types::KeyboardInlineButton { style: None, text: text.into(), r#type: kind }.into()
    };
    let buttons = vec![
        button("Open", types::InlineButtonTypeUrl { url: "https://example.org".into() }.into()),
        button(
            "Like",
            types::InlineButtonTypeCallback { requires_password: false, data: vec![1; 16] }.into(),
        ),
    ];
    types::ReplyInlineMarkup {
        force_reply: false,
        rows: vec![types::KeyboardInlineButtonRow { buttons }.into()],
    }
    .into()
}

fn user(index: i64) -> enums::User {
    types::User {
        contact: index % 5 == 0,
        premium: index % 4 == 0,
        id: FIRST_USER + index,
        access_hash: Some(0x1122_3344_5566_7788 + index),
        first_name: Some(format!("First{index}")),
        last_name: (index % 2 == 0).then(|| format!("Last{index}")),
        username: (index % 3 == 0).then(|| format!("username{index}")),
        photo: Some(
            types::UserProfilePhoto {
                photo_id: 5_600_000_000_000_000 + index,
                stripped_thumb: Some(vec![9; 100]),
                dc_id: 2,
                ..Default::default()
            }
            .into(),
        ),
        status: Some(types::UserStatusOffline { was_online: DATE }.into()),
        ..Default::default()
    }
    .into()
}

fn channel(index: i64) -> enums::Chat {
    types::Channel {
        megagroup: true,
        id: FIRST_CHANNEL + index,
        access_hash: Some(0x0a0b_0c0d_0e0f_1011 + index),
        title: format!("Group {index}"),
        username: Some(format!("group{index}")),
        photo: types::ChatPhoto {
            photo_id: 5_700_000_000_000_000 + index,
            stripped_thumb: Some(vec![8; 100]),
            dc_id: 2,
            ..Default::default()
        }
        .into(),
        date: DATE,
        participants_count: Some(2_000),
        ..Default::default()
    }
    .into()
}
