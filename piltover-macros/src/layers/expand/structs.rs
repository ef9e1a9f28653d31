//! The struct of each name, and of each of its older versions.

use std::collections::BTreeMap;

use piltover_tl::history::{Entry, Version};
use piltover_tl::plan::Direction;
use piltover_tl::schema::{Combinator, FieldKind, Kind};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::codec::local_ident;
use super::convert::Mask;
use super::shared::known_ident;
use super::{Generator, by_layer, in_words, segments};
use crate::names;

impl<'a> Generator<'a> {
    /// The canonical struct, with its codec for every layer.
    pub fn canonical_struct(&self, entry: &'a Entry, errors: &mut Vec<String>) -> TokenStream {
        let Some(canonical) = entry.canonical() else { return TokenStream::new() };
        let ident = names::type_ident(&entry.name);
        let mut docs = self.version_docs(&canonical.union.text, canonical.id, &canonical.layers);
        for version in entry.versions.iter().rev().skip(1) {
            let layers = in_words(&version.layers, self.known_layers());
            docs.push_str(&format!("\n\nIn {layers}:\n```text\n{}\n```", version.union.text));
        }
        let zero = self.facts.has_zero(&canonical.union).then(|| quote!(, Default));
        let fields = self.struct_fields(&canonical.union);
        let decode = self.decode_body(entry, canonical);
        let bare = self.facts.bare.contains(&entry.name) || self.is_bare_by_type(entry);
        let bare = bare.then(|| {
            let words = self.writing(entry, canonical).words;
            let masks =
                words.into_keys().map(|word| (word, Mask { known: self.mask(canonical, word), bits: 0 }));
            let conversion = self.plan.down(entry, canonical);
            let fields = self.write_fields(&canonical.union, &conversion, None, &masks.collect());
            quote! {
                pub(crate) fn encode_bare(&self, e: &mut Encoder) { #fields }
            }
        });
        let carried = self.carried(&canonical.union);
        let versions = entry.versions.iter();
        let versions: Vec<TokenStream> =
            versions.filter_map(|version| self.encode_version(entry, version, &carried, errors)).collect();
        let choice = self.choose_version(entry, &carried);
        let (carrying, choice) = match carried.is_empty() {
            true => (TokenStream::new(), choice),
            false => self.encode_carrying(&carried, &choice),
        };
        quote! {
            #[doc = #docs]
            #[derive(Clone, Debug #zero)]
            pub struct #ident { #fields }
            impl #ident {
                #decode
                #bare
                #carrying
                #(#versions)*
            }
            impl Encode for #ident {
                fn encode(&self, e: &mut Encoder) { #choice }
            }
        }
    }

    /// Structs of the older versions, with their decoding and their way up.
    pub fn older_structs(&self, entry: &'a Entry, errors: &mut Vec<String>) -> TokenStream {
        let Some((_, older)) = entry.versions.split_last() else { return TokenStream::new() };
        let items = older.iter().filter_map(|version| {
            let conversion = self.plan.up(entry, version);
            if self.plan.is_required(Direction::Up, entry, version) {
                errors.extend(conversion.uncovered.iter().map(ToString::to_string));
            }
            if self.read_as(entry, version).id != version.id {
                return None;
            }
            let ident = names::older_ident(&entry.name, version.id);
            let mut docs = self.version_docs(&version.union.text, version.id, &version.layers);
            for other in self.reading(entry, version).versions.iter().filter(|other| other.id != version.id) {
                let text = self.version_docs(&other.union.text, other.id, &other.layers);
                docs.push_str(&format!("\n\nAlso read as this version:\n{text}"));
            }
            let fields = self.struct_fields(&version.union);
            let decode = self.decode_body(entry, version);
            let upgrade = conversion.is_total().then(|| {
                let canonical = self.canonical_path(entry);
                let value = self.upgrade(&version.union, &conversion);
                quote! {
                    impl From<#ident> for #canonical {
                        fn from(v: #ident) -> Self { #value }
                    }
                }
            });
            let method = match entry.kind {
                Kind::Function => self.older_method(entry, version),
                Kind::Constructor => TokenStream::new(),
            };
            Some(quote! {
                #[doc = #docs]
                #[derive(Debug)]
                pub struct #ident { #fields }
                impl #ident { #decode }
                #upgrade
                #method
            })
        });
        quote!(#(#items)*)
    }

    /// The path of a name's canonical struct.
    pub fn canonical_path(&self, entry: &Entry) -> TokenStream {
        let path = names::path(&entry.name, &names::type_ident(&entry.name));
        match entry.kind {
            Kind::Constructor => quote!(types::#path),
            Kind::Function => quote!(functions::#path),
        }
    }

    /// The path of an older version's struct.
    pub fn older_path(&self, entry: &Entry, version: &Version) -> TokenStream {
        let path = names::path(&entry.name, &names::older_ident(&entry.name, version.id));
        quote!(older::#path)
    }

    fn struct_fields(&self, combinator: &Combinator) -> TokenStream {
        let fields = combinator.members().filter_map(|field| {
            let ident = names::field_ident(&field.name);
            let ty = match &field.kind {
                FieldKind::Flags => return None,
                FieldKind::True { .. } => quote!(bool),
                FieldKind::Required(ty) => self.rust_type(ty),
                FieldKind::Optional { ty, .. } | FieldKind::Carried(ty) => {
                    let ty = self.rust_type(ty);
                    quote!(Option<#ty>)
                }
            };
            Some(quote!(pub #ident: #ty))
        });
        quote!(#(#fields),*)
    }

    fn is_bare_by_type(&self, entry: &Entry) -> bool {
        let ty = entry.canonical().and_then(|version| version.union.result.boxed_name());
        ty.is_some_and(|ty| self.facts.bare.contains(ty) && self.bare_constructor(ty) == entry.name)
    }

    /// A function that writes a version and those which it serves, id first, from the canonical struct; none for a
    /// version that another serves.
    fn encode_version(
        &self,
        entry: &'a Entry,
        version: &'a Version,
        carried: &[Carried],
        errors: &mut Vec<String>,
    ) -> Option<TokenStream> {
        let name = &entry.name;
        let conversion = self.plan.down(entry, version);
        if self.plan.is_required(Direction::Down, entry, version) {
            errors.extend(conversion.uncovered.iter().map(ToString::to_string));
        }
        if self.written_as(entry, version).id != version.id {
            return None;
        }
        let writing = self.writing(entry, version);
        let id = match writing.is_told_id {
            true => quote!(id),
            false => version.id.into_token_stream(),
        };
        let masks = writing
            .words
            .iter()
            .map(|(word, bits)| (*word, Mask { known: known_ident(word).into_token_stream(), bits: *bits }));
        let content = match conversion.is_total() {
            true => self.write_fields(&version.union, &conversion, Some(id), &masks.collect()),
            false => quote!(e.not_in_layer(#name);),
        };
        let ident = encode_ident(version.id);
        let inline = (entry.versions.len() == 1).then(|| quote!(#[inline]));
        let (carried, told) = (carried_arguments(carried), writing.parameters());
        Some(quote! {
            #inline
            fn #ident(&self, #carried #told e: &mut Encoder) { #content }
        })
    }

    fn carried(&self, canonical: &Combinator) -> Vec<Carried> {
        let fields = canonical.fields.iter().filter_map(|field| match &field.kind {
            FieldKind::Carried(ty) => Some(Carried {
                local: local_ident(&field.name),
                member: names::field_ident(&field.name),
                ty: self.rust_type(ty),
            }),
            _ => None,
        });
        fields.collect()
    }

    /// A function that writes the struct with other values for the fields that it carries, and the call of it that
    /// writes it with its own.
    fn encode_carrying(&self, carried: &[Carried], choice: &TokenStream) -> (TokenStream, TokenStream) {
        let arguments = carried_arguments(carried);
        let own = carried.iter().map(|Carried { member, .. }| quote!(self.#member.as_ref()));
        let function = quote! {
            /// Writes it with other values for the fields that are carried, so that nothing is copied to set them.
            #[allow(dead_code)]
            pub(crate) fn encode_carrying(&self, #arguments e: &mut Encoder) { #choice }
        };
        (function, quote!(self.encode_carrying(#(#own,)* e)))
    }

    /// The call of the function that writes the version of the encoder's layer.
    fn choose_version(&self, entry: &'a Entry, carried: &[Carried]) -> TokenStream {
        let versions = entry.versions.iter();
        let writings: BTreeMap<u32, _> =
            versions.map(|version| (version.id, self.writing(entry, version))).collect();
        let calls = entry.layers.iter().filter_map(|layer| {
            let version = entry.version(layer)?;
            let writer = self.written_as(entry, version).id;
            Some((layer, (writer, writings.get(&writer)?.arguments(version, layer))))
        });
        let carried: Vec<&Ident> = carried.iter().map(|carried| &carried.local).collect();
        let arms = segments(calls).into_iter().map(|(layer, (writer, told))| {
            let encode = encode_ident(writer);
            (layer, quote!(self.#encode(#(#carried,)* #(#told,)* e)))
        });
        by_layer(&quote!(e.layer()), arms.collect())
    }
}

/// A field that is carried: an argument, a member, and the type of its value.
struct Carried {
    local: Ident,
    member: Ident,
    ty: TokenStream,
}

fn carried_arguments(carried: &[Carried]) -> TokenStream {
    let arguments = carried.iter().map(|Carried { local, ty, .. }| quote!(#local: Option<&#ty>,));
    quote!(#(#arguments)*)
}

fn encode_ident(id: u32) -> Ident {
    format_ident!("encode_{id:08x}")
}
