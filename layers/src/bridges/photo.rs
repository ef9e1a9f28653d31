//! Where photos are: until layer 127 every size of a photo said so itself.
//!
//! A place made here tells all that finding the file again takes: `volume_id` is the id of the photo or document,
//! `local_id` the letter of the size, `secret` the access hash.

use crate::{Encode, Encoder, enums, types};
use enums::{ChatPhoto, Document, FileLocation, Photo, PhotoSize, UserProfilePhoto, VideoSize};

/// The letters of a peer's small and big photo: <https://core.telegram.org/api/files#image-thumbnail-types>
const SMALL: &str = "a";
const BIG: &str = "c";

/// The first layer in which sizes do not tell where they are.
const WITHOUT_PLACES: i32 = 127;

/// What a photo or document says of itself that its sizes need.
pub(crate) struct File<'a> {
    id: i64,
    access_hash: i64,
    file_reference: &'a [u8],
    dc_id: i32,
}

impl<'a> File<'a> {
    fn new(id: &i64, access_hash: &i64, file_reference: &'a [u8], dc_id: &i32) -> Self {
        Self { id: *id, access_hash: *access_hash, file_reference, dc_id: *dc_id }
    }

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
}

/// Something that told where it is.
pub(crate) trait Locate: Encode {
    /// Writes it with its place in the file, unless it has one of its own.
    fn encode_in(&self, file: &File<'_>, e: &mut Encoder);
}

impl Locate for PhotoSize {
    fn encode_in(&self, file: &File<'_>, e: &mut Encoder) {
        match self {
            Self::Size(size) if size.location.is_none() => {
                size.encode_carrying(Some(&file.place(&size.r#type)), e);
            }
            Self::PhotoCachedSize(size) if size.location.is_none() => {
                size.encode_carrying(Some(&file.place(&size.r#type)), e);
            }
            Self::Progressive(size) if size.location.is_none() => {
                // A copy, because another constructor may stand in for it.
                let location = Some(file.place(&size.r#type));
                Self::from(types::PhotoSizeProgressive { location, ..size.clone() }).encode(e);
            }
            size => size.encode(e),
        }
    }
}

impl Locate for VideoSize {
    fn encode_in(&self, file: &File<'_>, e: &mut Encoder) {
        match self {
            Self::Size(size) if size.location.is_none() => {
                size.encode_carrying(Some(&file.place(&size.r#type)), e);
            }
            size => size.encode(e),
        }
    }
}

/// The sizes of a file, which are written with their places while there were any.
pub(crate) struct Located<'a, T> {
    sizes: &'a Vec<T>,
    file: File<'a>,
}

impl<T: Locate> Encode for Located<'_, T> {
    fn encode(&self, e: &mut Encoder) {
        let layer = e.layer();
        if layer >= WITHOUT_PLACES {
            return self.sizes.encode(e);
        }
        let present = || self.sizes.iter().filter(|size| size.present(layer));
        e.vector(present().count());
        present().for_each(|size| size.encode_in(&self.file, e));
    }
}

/// One size of a file, with its place. Without one an empty size.
pub(crate) struct Thumb<'a> {
    size: Option<&'a PhotoSize>,
    file: File<'a>,
}

impl<'a> Thumb<'a> {
    /// The first size that is a picture.
    fn first(sizes: &'a Option<Vec<PhotoSize>>, file: File<'a>) -> Self {
        let is_picture =
            |size: &&PhotoSize| matches!(size, PhotoSize::Size(_) | PhotoSize::PhotoCachedSize(_));
        Self { size: sizes.iter().flatten().find(is_picture), file }
    }
}

impl Encode for Thumb<'_> {
    fn encode(&self, e: &mut Encoder) {
        match self.size {
            Some(size) => size.encode_in(&self.file, e),
            None => types::PhotoSizeEmpty { r#type: String::new() }.encode(e),
        }
    }
}

/// The sizes of a photo, pictures or videos.
pub(crate) fn located<'a, T>(
    sizes: &'a Vec<T>,
    id: &i64,
    access_hash: &i64,
    file_reference: &'a [u8],
    dc_id: &i32,
) -> Located<'a, T> {
    Located { sizes, file: File::new(id, access_hash, file_reference, dc_id) }
}

/// The sizes of a photo or a document, pictures or videos, if there are any.
pub(crate) fn located_option<'a, T>(
    sizes: &'a Option<Vec<T>>,
    id: &i64,
    access_hash: &i64,
    file_reference: &'a [u8],
    dc_id: &i32,
) -> Option<Located<'a, T>> {
    sizes.as_ref().map(|sizes| located(sizes, id, access_hash, file_reference, dc_id))
}

/// The thumbnails of a sticker set.
pub(crate) fn sticker_set_thumbs<'a>(
    thumbs: &'a Option<Vec<PhotoSize>>,
    id: &i64,
    access_hash: &i64,
    dc_id: &Option<i32>,
) -> Option<Located<'a, PhotoSize>> {
    let file = sticker_set_file(id, access_hash, dc_id);
    thumbs.as_ref().map(|sizes| Located { sizes, file })
}

fn sticker_set_file(id: &i64, access_hash: &i64, dc_id: &Option<i32>) -> File<'static> {
    File::new(id, access_hash, &[], &dc_id.unwrap_or_default())
}

/// Until layer 120 a sticker set had one thumbnail: a picture, or else what the layer knows.
pub(crate) fn sticker_set_thumb<'a>(
    thumbs: &'a Option<Vec<PhotoSize>>,
    id: &i64,
    access_hash: &i64,
    dc_id: &Option<i32>,
    layer: i32,
) -> Option<Thumb<'a>> {
    let picture = Thumb::first(thumbs, sticker_set_file(id, access_hash, dc_id));
    let known = || thumbs.iter().flatten().find(|size| size.present(layer));
    let size = picture.size.or_else(known)?;
    Some(Thumb { size: Some(size), ..picture })
}

/// Until layer 91 a document had one thumbnail, which could be empty.
pub(crate) fn document_thumb<'a>(
    thumbs: &'a Option<Vec<PhotoSize>>,
    id: &i64,
    access_hash: &i64,
    file_reference: &'a [u8],
    dc_id: &i32,
) -> Thumb<'a> {
    Thumb::first(thumbs, File::new(id, access_hash, file_reference, dc_id))
}

/// Until layer 91 a wallpaper was a list of sizes.
pub(crate) fn wallpaper_sizes(document: &Document) -> Located<'_, PhotoSize> {
    const NONE: &Vec<PhotoSize> = &Vec::new();
    match document {
        Document::Document(it) => {
            let thumbs = it.thumbs.as_ref().unwrap_or(NONE);
            located(thumbs, &it.id, &it.access_hash, &it.file_reference, &it.dc_id)
        }
        Document::Empty(it) => located(NONE, &it.id, &0, &[], &0),
    }
}

/// Where the small photo of a peer is.
pub(crate) fn small(photo_id: &i64, dc_id: &i32) -> FileLocation {
    File::new(photo_id, &0, &[], dc_id).place(SMALL)
}

/// Where the big photo of a peer is.
pub(crate) fn big(photo_id: &i64, dc_id: &i32) -> FileLocation {
    File::new(photo_id, &0, &[], dc_id).place(BIG)
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

/// The photo of a peer's photo: its two sizes, with the widths and heights that such have.
pub(crate) fn of_chat_photo(photo: &ChatPhoto) -> Photo {
    let size = |letter: &str, side: i32| {
        types::PhotoSize { r#type: letter.to_owned(), w: side, h: side, ..Default::default() }.into()
    };
    match photo {
        ChatPhoto::Photo(photo) => types::Photo {
            id: photo.photo_id,
            sizes: vec![size(SMALL, 160), size(BIG, 640)],
            dc_id: photo.dc_id,
            ..Default::default()
        }
        .into(),
        ChatPhoto::Empty => types::PhotoEmpty::default().into(),
    }
}

/// The id of the file, as [`File::place`] tells it.
pub(crate) fn id(place: &FileLocation) -> i64 {
    match place {
        FileLocation::Location(place) => place.volume_id,
        FileLocation::Unavailable(place) => place.volume_id,
        FileLocation::ToBeDeprecated(place) => place.volume_id,
    }
}

/// The data centre of a file; 0 if its places do not tell it.
fn first_dc_id<'a>(places: impl IntoIterator<Item = &'a FileLocation>) -> i32 {
    let told = places.into_iter().find_map(|place| match place {
        FileLocation::Location(place) => Some(place.dc_id),
        _ => None,
    });
    told.unwrap_or_default()
}

pub(crate) fn dc_id(small: &FileLocation, big: &FileLocation) -> i32 {
    first_dc_id([small, big])
}

fn place(size: &PhotoSize) -> Option<&FileLocation> {
    match size {
        PhotoSize::Size(size) => size.location.as_ref(),
        PhotoSize::PhotoCachedSize(size) => size.location.as_ref(),
        _ => None,
    }
}

/// Until layer 97 only the sizes told the data centre of a photo.
pub(crate) fn dc_id_of_sizes(sizes: &[PhotoSize]) -> i32 {
    first_dc_id(sizes.iter().filter_map(place))
}

pub(crate) fn thumb_dc_id(thumb: &Option<PhotoSize>) -> Option<i32> {
    thumb.as_ref().map(|thumb| dc_id_of_sizes(std::slice::from_ref(thumb)))
}

/// Until layer 91 a document without a thumbnail had an empty one.
pub(crate) fn thumbs(thumb: &PhotoSize) -> Option<Vec<PhotoSize>> {
    match thumb {
        PhotoSize::Empty(_) => None,
        thumb => Some(vec![thumb.clone()]),
    }
}

/// A wallpaper that was a list of sizes, as a document that has them.
pub(crate) fn wallpaper(sizes: &[PhotoSize]) -> Document {
    types::Document {
        mime_type: "image/jpeg".to_owned(),
        dc_id: dc_id_of_sizes(sizes),
        thumbs: Some(sizes.to_vec()),
        ..Default::default()
    }
    .into()
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
    use crate::{Reader, decode_exact, older};

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
        let thumb = |thumbs: &Option<Vec<PhotoSize>>| {
            let bytes = document_thumb(thumbs, &5, &6, &[], &2).to_bytes(82).unwrap();
            decode_exact::<PhotoSize>(&bytes).unwrap()
        };
        let PhotoSize::Size(first) = thumb(&document.thumbs) else { panic!() };
        assert!(matches!(&first.location, Some(FileLocation::Location(place)) if place.volume_id == 5));
        assert!(matches!(thumb(&None), PhotoSize::Empty(_)));
        assert_same(thumbs(&thumb(&None)), None);
        let again = thumbs(&PhotoSize::Size(first));
        assert_eq!(
            (again.as_ref().map(Vec::len), thumb_dc_id(&again.map(|mut all| all.remove(0)))),
            (Some(1), Some(2))
        );
    }

    #[test]
    fn a_photo_of_layer_82_is_read_with_all_that_its_sizes_tell() {
        let Photo::Photo(read) = decode_exact(&photo().to_bytes(82).unwrap()).unwrap() else { panic!() };
        assert_eq!((read.id, read.access_hash, read.dc_id, read.sizes.len()), (77, 88, 2, 2));
        assert_same(decode_exact(&read.to_bytes(82).unwrap()).unwrap(), Photo::from(read));
    }

    #[test]
    fn a_wallpaper_of_layer_82_keeps_its_sizes() {
        let Photo::Photo(photo) = decode_exact(&photo().to_bytes(82).unwrap()).unwrap() else { panic!() };
        let document = wallpaper(&photo.sizes);
        let bytes = wallpaper_sizes(&document).to_bytes(82).unwrap();
        assert_same(decode_exact::<Vec<PhotoSize>>(&bytes).unwrap(), photo.sizes.clone());
        assert!(matches!(document, Document::Document(document) if document.dc_id == 2));
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
        let of_peer = ChatPhoto::from(types::ChatPhoto { photo_id: 5, dc_id: 2, ..Default::default() });
        assert_same(chat_photo(&of_chat_photo(&of_peer)), of_peer.clone());
        for layer in [55, 100, 120, 230] {
            assert_same(decode_exact(&of_peer.to_bytes(layer).unwrap()).unwrap(), of_peer.clone());
        }
        assert!(matches!(profile_photo(&types::PhotoEmpty { id: 1 }.into()), UserProfilePhoto::Empty));
    }
}
