//! Where photos are: until layer 127 every size of a photo said so itself.
//!
//! A place made here tells all that finding the file again takes: `volume_id` is the id of the photo or document,
//! `local_id` the letter of the size, `secret` the access hash.

use crate::{enums, types};
use enums::{ChatPhoto, Document, FileLocation, Photo, PhotoSize, StickerSet, UserProfilePhoto, VideoSize};

/// The letters of a peer's small and big photo: <https://core.telegram.org/api/files#image-thumbnail-types>
const SMALL: &str = "a";
const BIG: &str = "c";

/// What a photo or document says of itself that its sizes need.
struct File<'a> {
    id: i64,
    access_hash: i64,
    file_reference: &'a [u8],
    dc_id: i32,
}

impl File<'_> {
    fn place(&self, size: &str) -> FileLocation {
        types::FileLocation {
            dc_id: self.dc_id,
            volume_id: self.id,
            local_id: size.bytes().next().map_or(0, i32::from),
            secret: self.access_hash,
            file_reference: self.file_reference.to_vec(),
        }
        .into()
    }

    /// Gives sizes their places. Whether there was one without.
    fn locate(&self, sizes: &mut [PhotoSize]) -> bool {
        let mut located = false;
        for size in sizes {
            let (location, letter) = match size {
                PhotoSize::Size(size) => (&mut size.location, &size.r#type),
                PhotoSize::PhotoCachedSize(size) => (&mut size.location, &size.r#type),
                PhotoSize::Progressive(size) => (&mut size.location, &size.r#type),
                _ => continue,
            };
            located |= location.is_none();
            location.get_or_insert_with(|| self.place(letter));
        }
        located
    }

    fn locate_videos(&self, sizes: &mut [VideoSize]) -> bool {
        let mut located = false;
        for size in sizes {
            if let VideoSize::Size(size) = size {
                located |= size.location.is_none();
                size.location.get_or_insert_with(|| self.place(&size.r#type));
            }
        }
        located
    }

    /// The first size that is a picture, with its place.
    fn first(&self, sizes: &Option<Vec<PhotoSize>>) -> Option<PhotoSize> {
        let is_picture =
            |size: &&PhotoSize| matches!(size, PhotoSize::Size(_) | PhotoSize::PhotoCachedSize(_));
        let mut first = [sizes.as_ref()?.iter().find(is_picture)?.clone()];
        self.locate(&mut first);
        let [first] = first;
        Some(first)
    }
}

/// A photo whose sizes say where they are.
pub(crate) fn located(photo: &Photo, _: i32) -> Option<Photo> {
    let Photo::Photo(photo) = photo else { return None };
    let mut located = types::Photo::clone(photo);
    let file = File {
        id: photo.id,
        access_hash: photo.access_hash,
        file_reference: &photo.file_reference,
        dc_id: photo.dc_id,
    };
    let sizes = file.locate(&mut located.sizes);
    let videos = file.locate_videos(located.video_sizes.as_deref_mut().unwrap_or_default());
    (sizes || videos).then(|| located.into())
}

/// A document whose thumbnails say where they are.
pub(crate) fn located_document(document: &Document, _: i32) -> Option<Document> {
    let Document::Document(document) = document else { return None };
    let mut located = types::Document::clone(document);
    let file = File {
        id: document.id,
        access_hash: document.access_hash,
        file_reference: &document.file_reference,
        dc_id: document.dc_id,
    };
    let thumbs = file.locate(located.thumbs.as_deref_mut().unwrap_or_default());
    let videos = file.locate_videos(located.video_thumbs.as_deref_mut().unwrap_or_default());
    (thumbs || videos).then(|| located.into())
}

/// A sticker set whose thumbnails say where they are.
pub(crate) fn located_sticker_set(set: &StickerSet, _: i32) -> Option<StickerSet> {
    let StickerSet::Set(set) = set;
    let mut located = types::StickerSet::clone(set);
    let file = sticker_set_file(&set.id, &set.access_hash, &set.thumb_dc_id);
    file.locate(located.thumbs.as_deref_mut().unwrap_or_default()).then(|| located.into())
}

fn sticker_set_file(id: &i64, access_hash: &i64, dc_id: &Option<i32>) -> File<'static> {
    File { id: *id, access_hash: *access_hash, file_reference: &[], dc_id: dc_id.unwrap_or_default() }
}

/// Until layer 120 a sticker set had one thumbnail.
pub(crate) fn sticker_set_thumb(
    id: &i64,
    access_hash: &i64,
    dc_id: &Option<i32>,
    thumbs: &Option<Vec<PhotoSize>>,
) -> Option<PhotoSize> {
    sticker_set_file(id, access_hash, dc_id).first(thumbs)
}

/// Until layer 91 a document had one thumbnail, which could be empty.
pub(crate) fn document_thumb(
    id: &i64,
    access_hash: &i64,
    file_reference: &[u8],
    dc_id: &i32,
    thumbs: &Option<Vec<PhotoSize>>,
) -> PhotoSize {
    let file = File { id: *id, access_hash: *access_hash, file_reference, dc_id: *dc_id };
    file.first(thumbs).unwrap_or_else(|| types::PhotoSizeEmpty { r#type: String::new() }.into())
}

/// Until layer 91 a wallpaper was a list of sizes.
pub(crate) fn wallpaper_sizes(document: &Document) -> Vec<PhotoSize> {
    let document = located_document(document, 91).unwrap_or_else(|| document.clone());
    match document {
        Document::Document(document) => document.thumbs.clone().unwrap_or_default(),
        Document::Empty(_) => Vec::new(),
    }
}

/// Where the small photo of a peer is.
pub(crate) fn small(photo_id: &i64, dc_id: &i32) -> FileLocation {
    File { id: *photo_id, access_hash: 0, file_reference: &[], dc_id: *dc_id }.place(SMALL)
}

/// Where the big photo of a peer is.
pub(crate) fn big(photo_id: &i64, dc_id: &i32) -> FileLocation {
    File { id: *photo_id, access_hash: 0, file_reference: &[], dc_id: *dc_id }.place(BIG)
}

/// Places with a secret until layer 97, without since.
pub(crate) fn file_location(location: &FileLocation, layer: i32) -> Option<FileLocation> {
    let (volume_id, local_id, secret) = match location {
        FileLocation::Location(place) => (place.volume_id, place.local_id, place.secret),
        FileLocation::Unavailable(place) => (place.volume_id, place.local_id, place.secret),
        FileLocation::ToBeDeprecated(place) => (place.volume_id, place.local_id, 0),
    };
    Some(match layer {
        ..98 => types::FileLocationUnavailable { volume_id, local_id, secret }.into(),
        _ => types::FileLocationToBeDeprecated { volume_id, local_id }.into(),
    })
}

/// Progressive images (layer 119) are images; outlines and previews are left out.
pub(crate) fn size(size: &PhotoSize, _: i32) -> Option<PhotoSize> {
    let PhotoSize::Progressive(size) = size else { return None };
    Some(
        types::PhotoSize {
            r#type: size.r#type.clone(),
            w: size.w,
            h: size.h,
            size: size.sizes.last().copied().unwrap_or_default(),
            location: size.location.clone(),
        }
        .into(),
    )
}

pub(crate) fn chat_photo(photo: &Photo) -> ChatPhoto {
    match photo {
        Photo::Photo(photo) => types::ChatPhoto {
            has_video: photo.video_sizes.is_some(),
            photo_id: photo.id,
            stripped_thumb: stripped(&photo.sizes),
            dc_id: photo.dc_id,
        }
        .into(),
        Photo::Empty(_) => ChatPhoto::Empty,
    }
}

pub(crate) fn profile_photo(photo: &Photo) -> UserProfilePhoto {
    match photo {
        Photo::Photo(photo) => types::UserProfilePhoto {
            has_video: photo.video_sizes.is_some(),
            photo_id: photo.id,
            stripped_thumb: stripped(&photo.sizes),
            dc_id: photo.dc_id,
            ..Default::default()
        }
        .into(),
        Photo::Empty(_) => UserProfilePhoto::Empty,
    }
}

fn stripped(sizes: &[PhotoSize]) -> Option<Vec<u8>> {
    sizes.iter().find_map(|size| match size {
        PhotoSize::PhotoStrippedSize(size) => Some(size.bytes.clone()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;
    use crate::{Encode, Reader, decode_exact, older};

    fn photo() -> Photo {
        let medium = types::PhotoSize { r#type: "m".into(), w: 320, h: 200, size: 9, location: None };
        let stripped = types::PhotoStrippedSize { r#type: "i".into(), bytes: vec![1] };
        let progressive = types::PhotoSizeProgressive {
            r#type: "y".into(),
            w: 1280,
            h: 800,
            sizes: vec![5, 9],
            location: None,
        };
        types::Photo {
            id: 77,
            access_hash: 88,
            file_reference: vec![9],
            dc_id: 2,
            sizes: vec![stripped.into(), medium.into(), progressive.into()],
            ..Default::default()
        }
        .into()
    }

    fn sizes(layer: i32) -> Vec<PhotoSize> {
        let bytes = photo().to_bytes(layer).unwrap();
        let mut reader = Reader::new(&bytes);
        if reader.word().unwrap() == 0x9288_dd29 {
            return older::Photo_9288dd29::decode_body(&mut reader).unwrap().sizes;
        }
        match decode_exact(&bytes).unwrap() {
            Photo::Photo(photo) => photo.sizes.clone(),
            Photo::Empty(_) => panic!("a photo became empty"),
        }
    }

    #[test]
    fn sizes_tell_where_they_are_until_layer_127() {
        let [PhotoSize::Size(medium), PhotoSize::Size(largest)] = &sizes(82)[..] else { panic!() };
        assert_eq!((medium.size, largest.size, largest.w), (9, 9, 1280));
        let Some(FileLocation::Location(place)) = &medium.location else { panic!() };
        assert_eq!((place.volume_id, place.local_id, place.secret, place.dc_id), (77, 0x6d, 88, 2));

        let [_, PhotoSize::Size(medium), PhotoSize::Progressive(_)] = &sizes(122)[..] else { panic!() };
        let Some(FileLocation::ToBeDeprecated(place)) = &medium.location else { panic!() };
        assert_eq!((place.volume_id, place.local_id), (77, 0x6d));

        assert_same(sizes(230), sizes(158));
        assert!(matches!(&sizes(128)[1], PhotoSize::Size(size) if size.location.is_none()));
    }

    #[test]
    fn a_document_has_one_thumbnail_until_layer_91() {
        let medium = types::PhotoSize { r#type: "m".into(), ..Default::default() };
        let document = types::Document { id: 5, thumbs: Some(vec![medium.into()]), ..Default::default() };
        for layer in [55, 82, 91, 112, 126, 144] {
            let bytes = Document::from(document.clone()).to_bytes(layer).unwrap();
            assert!(decode_exact::<Document>(&bytes).is_ok() || layer < 93, "{layer}");
        }
        let PhotoSize::Size(thumb) = document_thumb(&5, &6, &[], &2, &document.thumbs) else { panic!() };
        assert!(matches!(thumb.location, Some(FileLocation::Location(place)) if place.volume_id == 5));
        assert!(matches!(document_thumb(&5, &6, &[], &2, &None), PhotoSize::Empty(_)));
    }

    #[test]
    fn photos_of_peers_have_two_places() {
        let (FileLocation::Location(small), FileLocation::Location(big)) = (small(&5, &2), big(&5, &2))
        else {
            panic!()
        };
        assert_eq!((small.volume_id, big.volume_id), (5, 5));
        assert_ne!(small.local_id, big.local_id);
        assert!(matches!(chat_photo(&photo()), ChatPhoto::Photo(photo) if photo.photo_id == 77));
        assert!(matches!(profile_photo(&types::PhotoEmpty { id: 1 }.into()), UserProfilePhoto::Empty));
    }
}
