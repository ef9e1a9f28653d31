//! Files on the web: fields of a result until layer 75, objects since.

use crate::{enums, types};
use enums::{DocumentAttribute, InputWebDocument, WebDocument};

struct Parts<'a> {
    url: &'a str,
    mime_type: &'a str,
    attributes: &'a [DocumentAttribute],
}

fn parts(document: &WebDocument) -> Parts<'_> {
    match document {
        WebDocument::Document(file) => {
            Parts { url: &file.url, mime_type: &file.mime_type, attributes: &file.attributes }
        }
        WebDocument::NoProxy(file) => {
            Parts { url: &file.url, mime_type: &file.mime_type, attributes: &file.attributes }
        }
    }
}

pub(crate) fn url(document: &Option<WebDocument>) -> Option<String> {
    Some(parts(document.as_ref()?).url.to_owned())
}

pub(crate) fn mime_type(document: &Option<WebDocument>) -> Option<String> {
    Some(parts(document.as_ref()?).mime_type.to_owned())
}

fn size(document: &Option<WebDocument>) -> Option<(i32, i32)> {
    parts(document.as_ref()?).attributes.iter().find_map(|attribute| match attribute {
        DocumentAttribute::ImageSize(size) => Some((size.w, size.h)),
        DocumentAttribute::Video(video) => Some((video.w, video.h)),
        _ => None,
    })
}

pub(crate) fn width(document: &Option<WebDocument>) -> Option<i32> {
    size(document).map(|(width, _)| width)
}

pub(crate) fn height(document: &Option<WebDocument>) -> Option<i32> {
    size(document).map(|(_, height)| height)
}

pub(crate) fn duration(document: &Option<WebDocument>) -> Option<i32> {
    parts(document.as_ref()?).attributes.iter().find_map(|attribute| match attribute {
        DocumentAttribute::Video(video) => Some(super::numbers::whole_seconds(&video.duration)),
        DocumentAttribute::Audio(audio) => Some(audio.duration),
        _ => None,
    })
}

/// What the type and the numbers beside an address tell of the file, if anything.
fn described(
    mime_type: &str,
    w: &Option<i32>,
    h: &Option<i32>,
    duration: &Option<i32>,
) -> Vec<DocumentAttribute> {
    let is_picture = w.is_some() || h.is_some();
    let (w, h) = (w.unwrap_or_default(), h.unwrap_or_default());
    let seconds = duration.unwrap_or_default();
    let attribute: DocumentAttribute = match (mime_type.split('/').next(), is_picture, duration) {
        (Some("video"), ..) | (_, true, Some(_)) => types::DocumentAttributeVideo {
            duration: super::numbers::seconds(&seconds),
            w,
            h,
            ..Default::default()
        }
        .into(),
        (Some("audio"), ..) | (_, false, Some(_)) => {
            types::DocumentAttributeAudio { duration: seconds, ..Default::default() }.into()
        }
        (_, true, None) => types::DocumentAttributeImageSize { w, h }.into(),
        (_, false, None) => return Vec::new(),
    };
    vec![attribute]
}

/// The type of thumbnails, which was not told.
const THUMB: &str = "image/jpeg";

/// What fields of an inline result told of its file.
pub(crate) fn content(
    url: &Option<String>,
    mime_type: &Option<String>,
    w: &Option<i32>,
    h: &Option<i32>,
    duration: &Option<i32>,
) -> Option<InputWebDocument> {
    let (url, mime_type) = (url.clone()?, mime_type.clone().unwrap_or_default());
    let attributes = described(&mime_type, w, h, duration);
    Some(types::InputWebDocument { url, size: 0, mime_type, attributes }.into())
}

pub(crate) fn thumb(url: &Option<String>) -> Option<InputWebDocument> {
    let mime_type = THUMB.to_owned();
    Some(types::InputWebDocument { url: url.clone()?, size: 0, mime_type, attributes: Vec::new() }.into())
}

/// The file of a result that was found, which clients fetched from its address.
pub(crate) fn found_content(
    url: &Option<String>,
    mime_type: &Option<String>,
    w: &Option<i32>,
    h: &Option<i32>,
    duration: &Option<i32>,
) -> Option<WebDocument> {
    let (url, mime_type) = (url.clone()?, mime_type.clone().unwrap_or_default());
    let attributes = described(&mime_type, w, h, duration);
    Some(types::WebDocumentNoProxy { url, size: 0, mime_type, attributes }.into())
}

pub(crate) fn found_thumb(url: &Option<String>) -> Option<WebDocument> {
    let mime_type = THUMB.to_owned();
    Some(types::WebDocumentNoProxy { url: url.clone()?, size: 0, mime_type, attributes: Vec::new() }.into())
}

/// Before layer 76 every file went through the server.
pub(crate) fn document_without_proxy(document: &WebDocument, _: i32) -> Option<WebDocument> {
    let WebDocument::NoProxy(file) = document else { return None };
    Some(
        types::WebDocument {
            url: file.url.clone(),
            access_hash: 0,
            size: file.size,
            mime_type: file.mime_type.clone(),
            attributes: file.attributes.clone(),
        }
        .into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_video_goes_there_and_back() {
        let some = |text: &str| Some(text.to_owned());
        let document = found_content(&some("u"), &some("video/mp4"), &Some(4), &Some(3), &Some(9));
        assert_eq!((url(&document), mime_type(&document)), (some("u"), some("video/mp4")));
        assert_eq!((width(&document), height(&document), duration(&document)), (Some(4), Some(3), Some(9)));
        assert_eq!((url(&None), duration(&None)), (None, None));
        let picture = found_content(&some("u"), &some("image/gif"), &Some(4), &Some(3), &Some(9));
        assert_eq!((width(&picture), height(&picture), duration(&picture)), (Some(4), Some(3), Some(9)));
        let page = found_content(&some("u"), &some("text/html"), &None, &None, &None);
        assert_eq!((width(&page), duration(&page)), (None, None));
    }

    #[test]
    fn without_an_address_there_is_no_file() {
        assert!(content(&None, &None, &Some(4), &Some(3), &None).is_none());
        assert!(thumb(&None).is_none() && found_thumb(&None).is_none());
    }
}
