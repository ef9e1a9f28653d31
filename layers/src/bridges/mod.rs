//! Conversions that no rule can make, one module a subject; `rules.txt` says where each is used.
//!
//! - a function of a field gets references to fields of the source and returns the target's field
//! - a stand-in gets the value and the layer, and returns one that the layer knows, if there is one
//! - a function of `results` makes the answer of an older layer out of the newest answer

pub(crate) mod bot;
pub(crate) mod calls;
pub(crate) mod channel;
pub(crate) mod color;
pub(crate) mod config;
pub(crate) mod contacts;
pub(crate) mod dialogs;
pub(crate) mod document;
pub(crate) mod folder;
pub(crate) mod keyboard;
pub(crate) mod lists;
pub(crate) mod login;
pub(crate) mod media;
pub(crate) mod numbers;
pub(crate) mod page;
pub(crate) mod payment;
pub(crate) mod peer;
pub(crate) mod photo;
pub(crate) mod poll;
pub(crate) mod reactions;
pub(crate) mod reply;
pub(crate) mod results;
pub(crate) mod rights;
pub(crate) mod sound;
pub(crate) mod stars;
pub(crate) mod stats;
pub(crate) mod stories;
pub(crate) mod text;
pub(crate) mod theme;
pub(crate) mod updates;
pub(crate) mod web;

/// Generated types have no `PartialEq`, which would cost every build; what they print tells all.
#[cfg(test)]
pub(crate) fn assert_same<T: std::fmt::Debug>(left: T, right: T) {
    assert_eq!(format!("{left:?}"), format!("{right:?}"));
}
