//! Media and the text beside them, which stood inside of them until layer 74.

use crate::{Encode, Encoder, enums, types};
use enums::{InputMedia, MessageMedia};

/// The caption that came inside of a medium.
pub(crate) fn caption(media: &InputMedia) -> String {
    let caption = match media {
        InputMedia::Photo(media) => &media.caption,
        InputMedia::PhotoExternal(media) => &media.caption,
        InputMedia::UploadedPhoto(media) => &media.caption,
        InputMedia::Document(media) => &media.caption,
        InputMedia::DocumentExternal(media) => &media.caption,
        InputMedia::UploadedDocument(media) => &media.caption,
        _ => return String::new(),
    };
    caption.clone().unwrap_or_default()
}

/// The first layer in which text stands beside a photo or a document.
const TEXT_BESIDE: i32 = 75;

/// Whether a message's text goes into its medium, as the caption, which had no entities.
fn is_caption(message: &str, media: &Option<MessageMedia>, layer: i32) -> bool {
    let holds_one = matches!(media, Some(MessageMedia::Photo(_) | MessageMedia::Document(_)));
    layer < TEXT_BESIDE && holds_one && !message.is_empty()
}

/// A message's text, unless it is a caption.
pub(crate) fn text_beside<'a>(message: &'a str, media: &Option<MessageMedia>, layer: i32) -> &'a str {
    if is_caption(message, media, layer) { "" } else { message }
}

/// The entities of a message's text, unless it is a caption.
pub(crate) fn entities_beside<'a>(
    entities: &'a Option<Vec<enums::MessageEntity>>,
    message: &str,
    media: &Option<MessageMedia>,
    layer: i32,
) -> Option<&'a Vec<enums::MessageEntity>> {
    entities.as_ref().filter(|_| !is_caption(message, media, layer))
}

/// The text of a message, or else the caption of its medium.
pub(crate) fn text_or_caption(message: &str, media: &Option<MessageMedia>) -> String {
    let caption = match media {
        Some(MessageMedia::Photo(media)) => media.caption.as_deref(),
        Some(MessageMedia::Document(media)) => media.caption.as_deref(),
        _ => None,
    };
    caption.filter(|_| message.is_empty()).unwrap_or(message).to_owned()
}

/// A message's medium, with the text as its caption.
pub(crate) fn captioned<'a>(
    media: &'a Option<MessageMedia>,
    message: &'a String,
    layer: i32,
) -> Option<Captioned<'a>> {
    let caption = is_caption(message, media, layer).then_some(message);
    media.as_ref().map(|media| Captioned { media, caption })
}

/// A medium that is written with a caption, where it has one.
pub(crate) struct Captioned<'a> {
    media: &'a MessageMedia,
    caption: Option<&'a String>,
}

impl Encode for Captioned<'_> {
    fn encode(&self, e: &mut Encoder) {
        match (self.media, self.caption) {
            (MessageMedia::Photo(media), Some(_)) => media.encode_carrying(self.caption, e),
            (MessageMedia::Document(media), Some(_)) => media.encode_carrying(self.caption, e),
            (media, _) => media.encode(e),
        }
    }
}

/// The emoji of the only die that there was.
pub(crate) fn dice() -> String {
    "\u{1f3b2}".to_owned()
}

/// Until layer 82 a live location was moved or stopped by fields of their own.
pub(crate) fn live_location(
    media: &Option<InputMedia>,
    geo_point: &Option<enums::InputGeoPoint>,
    stop_geo_live: &impl IsSet,
) -> Option<InputMedia> {
    let stopped = stop_geo_live.is_set();
    if media.is_some() || geo_point.is_none() && !stopped {
        return media.clone();
    }
    let geo_point = geo_point.clone().unwrap_or_default();
    Some(types::InputMediaGeoLive { stopped, geo_point, ..Default::default() }.into())
}

/// A bit, or its absence in versions that do not have it.
pub(crate) trait IsSet {
    fn is_set(&self) -> bool;
}

impl IsSet for bool {
    fn is_set(&self) -> bool {
        *self
    }
}

impl IsSet for Option<bool> {
    fn is_set(&self) -> bool {
        self.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;
    use crate::{Reader, decode_exact, decode_request, functions, older};
    use enums::Message;

    fn photo_message(text: &str) -> Message {
        let media = types::MessageMediaPhoto {
            photo: Some(types::PhotoEmpty { id: 1 }.into()),
            ..Default::default()
        };
        let message = types::Message {
            message: text.into(),
            media: Some(media.into()),
            peer_id: types::PeerUser { user_id: 5 }.into(),
            entities: Some(vec![types::MessageEntityBold { offset: 0, length: 1 }.into()]),
            ..Default::default()
        };
        message.into()
    }

    #[test]
    fn old_layers_read_the_text_as_a_caption() {
        let read = |layer| {
            let bytes = photo_message("hello").to_bytes(layer).unwrap();
            let mut reader = Reader::new(&bytes);
            let media = |media: &Option<MessageMedia>| match media {
                Some(MessageMedia::Photo(media)) => media.caption.clone(),
                _ => panic!("the photo is gone"),
            };
            match reader.word().unwrap() {
                // Both are read as the newer one, which knows more bits.
                0x90dd_dc11 | 0x44f9_b43d => {
                    let message = older::Message_44f9b43d::decode_body(&mut reader, u32::MAX).unwrap();
                    (message.message, media(&message.media), message.entities.is_some())
                }
                _ => {
                    let Message::Message(message) = decode_exact(&bytes).unwrap() else { panic!() };
                    (message.message, media(&message.media), message.entities.is_some())
                }
            }
        };
        assert_eq!(read(70), (String::new(), Some("hello".to_owned()), false));
        assert_eq!(read(74), (String::new(), Some("hello".to_owned()), false));
        assert_eq!(read(75), ("hello".to_owned(), None, true));
        assert_eq!(read(230), ("hello".to_owned(), None, true));
    }

    #[test]
    fn a_caption_that_is_read_becomes_the_text() {
        let bytes = photo_message("hello").to_bytes(70).unwrap();
        let read: Message = decode_exact(&bytes).unwrap();
        assert!(matches!(&read, Message::Message(message) if message.message == "hello"));
        assert_eq!(read.to_bytes(70).unwrap(), bytes);
    }

    #[test]
    fn a_caption_that_is_sent_becomes_the_text() {
        // messages.sendMedia#c8f16791 of layer 70, to oneself, an empty photo with the caption "hi".
        let mut words = vec![0xc8f1_6791u32, 0, 0x7da0_7ec9];
        words.extend([0x81fa_373a, 0, 0x1cd7_bf0d, u32::from_le_bytes(*b"\x02hi\0"), 7, 0]);
        let bytes = words.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<_>>();
        let request: functions::messages::SendMedia = decode_request(&bytes).unwrap();
        assert_eq!(request.message, "hi");
    }

    #[test]
    fn a_live_location_moves_or_stops() {
        let point: enums::InputGeoPoint = Default::default();
        assert_same(live_location(&None, &None, &false), None);
        let Some(InputMedia::GeoLive(moved)) = live_location(&None, &Some(point), &None) else { panic!() };
        assert!(!moved.stopped);
        let Some(InputMedia::GeoLive(stopped)) = live_location(&None, &None, &true) else { panic!() };
        assert!(stopped.stopped);
    }
}
