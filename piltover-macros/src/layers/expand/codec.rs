//! Reading and writing the fields of one version.

use piltover_tl::history::{Entry, Version};
use piltover_tl::schema::{FieldKind, TypeRef};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::shared::known_ident;
use super::{Generator, by_layer, segments};
use crate::names;

/// The local variable that holds a flags word.
pub fn word_ident(word: &str) -> Ident {
    format_ident!("w_{}", word.to_lowercase())
}

/// The local variable that holds a field.
pub fn local_ident(field: &str) -> Ident {
    format_ident!("f_{}", field.to_lowercase())
}

impl<'a> Generator<'a> {
    /// An expression that reads one value from `r`.
    fn read(&self, ty: &TypeRef) -> TokenStream {
        match ty {
            TypeRef::Bare(name) => {
                let name = self.bare_constructor(name);
                let path = names::path(name, &names::type_ident(name));
                let entry = self.plan.history().entry(name);
                let canonical = entry.and_then(|entry| Some((entry, entry.canonical()?)));
                let arguments =
                    canonical.map(|(entry, version)| self.reading(entry, version).arguments_of(version));
                quote!(ok!(types::#path::decode_body(r #arguments)))
            }
            TypeRef::BareVector(item) => {
                let item = self.read(item);
                quote!(ok!(r.bare_vector(|r| Ok(#item))))
            }
            TypeRef::Vector(item) if matches!(**item, TypeRef::Bare(_) | TypeRef::BareVector(_)) => {
                let item = self.read(item);
                quote! {{
                    let count = ok!(r.vector());
                    let mut items = Vec::with_capacity(count.min(64));
                    for _ in 0..count {
                        items.push(#item);
                    }
                    items
                }}
            }
            _ => quote!(ok!(Decode::decode(r))),
        }
    }

    /// A statement that writes the value behind the reference `value` to `e`.
    pub fn write(&self, ty: &TypeRef, value: &TokenStream) -> TokenStream {
        match ty {
            TypeRef::Bare(_) => quote!(#value.encode_bare(e);),
            TypeRef::BareVector(item) => {
                let item = self.write(item, &quote!(item));
                quote!(e.bare_vector(#value, |item, e| { #item });)
            }
            TypeRef::Vector(item) if matches!(**item, TypeRef::Bare(_) | TypeRef::BareVector(_)) => {
                let item = self.write(item, &quote!(item));
                quote!(e.vector(#value.len()); for item in #value { #item })
            }
            _ => quote!(#value.encode(e);),
        }
    }

    /// A function that reads a version's fields from `r`, its id having been read, and those of the versions that it
    /// serves.
    pub fn decode_body(&self, entry: &'a Entry, version: &'a Version) -> TokenStream {
        let reading = self.reading(entry, version);
        let combinator = &version.union;
        let name = &combinator.name;
        let mut statements = Vec::new();
        let mut members = Vec::new();
        for field in &combinator.fields {
            let (local, member) = (local_ident(&field.name), names::field_ident(&field.name));
            match &field.kind {
                FieldKind::Flags => {
                    let known = match reading.words.contains(&field.name.as_str()) {
                        true => known_ident(&field.name).into_token_stream(),
                        false => combinator.known_bits(&field.name).into_token_stream(),
                    };
                    let word = word_ident(&field.name);
                    statements.push(quote!(let #word = ok!(r.flags(#known, #name));));
                }
                FieldKind::Required(ty) => {
                    let read = self.read(ty);
                    statements.push(quote!(let #local = #read;));
                    members.push(quote!(#member: #local));
                }
                FieldKind::Optional { word, bit, ty } => {
                    let (read, word, mask) = (self.read(ty), word_ident(word), 1u32 << bit);
                    statements.push(quote! {
                        let #local = if #word & #mask != 0 { Some(#read) } else { None };
                    });
                    members.push(quote!(#member: #local));
                }
                FieldKind::True { .. } => {
                    if !combinator.members().any(|other| std::ptr::eq(other, field)) {
                        continue;
                    }
                    // A bit that moved is read at each of its places.
                    let places = combinator.fields.iter().filter(|other| other.name == field.name);
                    let places = places.filter_map(|place| place.kind.bit()).map(|(word, bit)| {
                        let (word, mask) = (word_ident(word), 1u32 << bit);
                        quote!(#word & #mask != 0)
                    });
                    members.push(quote!(#member: #(#places)||*));
                }
                FieldKind::Carried(_) => members.push(quote!(#member: None)),
            }
        }
        let parameters = reading.parameters();
        quote! {
            #[allow(dead_code)]
            pub(crate) fn decode_body(r: &mut Reader<'_>, #parameters) -> Result<Self, DecodeError> {
                #(#statements)*
                Ok(Self { #(#members),* })
            }
        }
    }

    /// The bits of `word` that the encoder's layer knows: one id can have had fewer of them in older layers.
    pub fn mask(&self, version: &Version, word: &str) -> TokenStream {
        let masks = version.layers.iter().filter_map(|layer| {
            let form = version.form(layer)?;
            Some((layer, form.combinator.known_bits(word)))
        });
        let arms = segments(masks).into_iter().map(|(layer, mask)| (layer, quote!(#mask))).collect();
        by_layer(&quote!(e.layer()), arms)
    }
}
