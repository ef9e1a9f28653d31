//! Code that serves several versions of a combinator: one function reads, and one writes, all versions that differ
//! only in which bits of their flags words have a meaning.

use std::collections::BTreeMap;

use piltover_tl::history::{Entry, Version};
use piltover_tl::plan::Plan;
use piltover_tl::schema::{Combinator, FieldKind};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::Generator;

/// For each version, by its name and its id, the versions as which it is read and written.
pub struct Sharing<'a>(BTreeMap<(&'a str, u32), (&'a Version, &'a Version)>);

impl<'a> Sharing<'a> {
    pub fn new(plan: &Plan<'a>) -> Self {
        let entries = plan.history().entries();
        let versions = entries.flat_map(|entry| entry.versions.iter().map(move |version| (entry, version)));
        let shared = versions.map(|(entry, version)| {
            let key = (entry.name.as_str(), version.id);
            (key, (plan.read_as(entry, version), plan.written_as(entry, version)))
        });
        Self(shared.collect())
    }
}

/// The argument for the bits of a flags word that have a meaning.
pub fn known_ident(word: &str) -> Ident {
    format_ident!("known_{}", word.to_lowercase())
}

/// The names of a combinator's flags words.
fn words(combinator: &Combinator) -> impl Iterator<Item = &str> {
    let words = combinator.fields.iter().filter(|field| field.kind == FieldKind::Flags);
    words.map(|word| word.name.as_str())
}

/// What the function that reads versions as one of them is told.
pub struct Reading<'a> {
    /// The versions.
    pub versions: Vec<&'a Version>,
    /// The flags words in which they know different bits.
    pub words: Vec<&'a str>,
}

/// What the function that writes versions as one of them is told.
pub struct Writing<'a> {
    /// Whether they are several, so that it is told the id.
    pub is_told_id: bool,
    /// The flags words in which they, or their texts, know different bits, and the bits that not all know.
    pub words: BTreeMap<&'a str, u32>,
}

impl<'a> Generator<'a> {
    /// The version as which this one is read.
    pub fn read_as(&self, entry: &Entry, version: &'a Version) -> &'a Version {
        self.sharing.0.get(&(entry.name.as_str(), version.id)).map_or(version, |(reader, _)| reader)
    }

    /// The version as which this one is written.
    pub fn written_as(&self, entry: &Entry, version: &'a Version) -> &'a Version {
        self.sharing.0.get(&(entry.name.as_str(), version.id)).map_or(version, |(_, writer)| writer)
    }

    pub fn reading(&self, entry: &'a Entry, reader: &'a Version) -> Reading<'a> {
        let versions = entry.versions.iter();
        let versions: Vec<&Version> =
            versions.filter(|version| self.read_as(entry, version).id == reader.id).collect();
        let differs = |word: &&str| {
            versions.iter().any(|version| version.union.known_bits(word) != reader.union.known_bits(word))
        };
        Reading { words: words(&reader.union).filter(differs).collect(), versions }
    }

    pub fn writing(&self, entry: &'a Entry, writer: &'a Version) -> Writing<'a> {
        let served = entry.versions.iter().filter(|version| self.written_as(entry, version).id == writer.id);
        let served: Vec<&Version> = served.collect();
        let words = words(&writer.union).filter_map(|word| {
            let texts = served.iter().flat_map(|version| &version.forms);
            let masks = texts.map(|text| text.combinator.known_bits(word));
            let differing = masks.fold(0, |bits, mask| bits | mask ^ writer.union.known_bits(word));
            (differing != 0).then_some((word, differing))
        });
        Writing { is_told_id: served.len() > 1, words: words.collect() }
    }
}

impl<'a> Reading<'a> {
    /// The parameters behind the reader.
    pub fn parameters(&self) -> TokenStream {
        parameters(self.words.iter().copied())
    }

    /// The ids of each version: its own, and those which are taken for it.
    pub fn ids(&self, taken: impl Fn(&'a Version) -> Vec<u32>) -> Vec<(&'a Version, Vec<u32>)> {
        let ids = |version: &'a Version| std::iter::once(version.id).chain(taken(version)).collect();
        self.versions.iter().map(|version| (*version, ids(version))).collect()
    }

    /// The arguments behind the reader, where `id` is one of `ids`.
    pub fn arguments(&self, ids: &[(&Version, Vec<u32>)]) -> TokenStream {
        let masks = self.words.iter().map(|word| {
            let mut by_mask: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for (version, ids) in ids {
                by_mask.entry(version.union.known_bits(word)).or_default().extend(ids);
            }
            let last = by_mask.pop_last().map(|(mask, _)| mask);
            let arms = by_mask.iter().map(|(mask, ids)| quote!(#(#ids)|* => #mask));
            quote!(match id { #(#arms,)* _ => #last })
        });
        quote!(#(, #masks)*)
    }

    /// The arguments for one version.
    pub fn arguments_of(&self, version: &Version) -> TokenStream {
        let masks = self.words.iter().map(|word| version.union.known_bits(word));
        quote!(#(, #masks)*)
    }
}

impl Writing<'_> {
    /// The parameters before the encoder.
    pub fn parameters(&self) -> TokenStream {
        let id = self.is_told_id.then(|| quote!(id: u32,));
        let masks = parameters(self.words.keys().copied());
        quote!(#id #masks)
    }

    /// The arguments for a version in one of its layers.
    pub fn arguments(&self, version: &Version, layer: i32) -> Vec<u32> {
        let text = version.form(layer).map_or(&version.union, |form| &form.combinator);
        let masks = self.words.keys().map(|word| text.known_bits(word));
        self.is_told_id.then_some(version.id).into_iter().chain(masks).collect()
    }
}

fn parameters<'w>(words: impl Iterator<Item = &'w str>) -> TokenStream {
    let masks = words.map(known_ident);
    quote!(#(#masks: u32,)*)
}
