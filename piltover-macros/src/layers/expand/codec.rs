//! Reading and writing the fields of one version.

use piltover_tl::history::Version;
use piltover_tl::schema::{Combinator, FieldKind, TypeRef};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

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

impl Generator<'_> {
    /// An expression that reads one value from `r`.
    fn read(&self, ty: &TypeRef) -> TokenStream {
        match ty {
            TypeRef::Bare(name) => {
                let name = self.bare_constructor(name);
                let path = names::path(name, &names::type_ident(name));
                quote!(ok!(types::#path::decode_body(r)))
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

    /// A function body that reads a version's fields from `r`, its id having been read.
    pub fn decode_body(&self, combinator: &Combinator) -> TokenStream {
        let name = &combinator.name;
        let mut statements = Vec::new();
        let mut members = Vec::new();
        for field in &combinator.fields {
            let (local, member) = (local_ident(&field.name), names::field_ident(&field.name));
            match &field.kind {
                FieldKind::Flags => {
                    let known = combinator.known_bits(&field.name);
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
        quote!(#(#statements)* Ok(Self { #(#members),* }))
    }

    /// An expression that clears the bits of `word` that the encoder's layer does not know: one id can
    /// have had fewer bits in older layers.
    pub fn mask(&self, version: &Version, word: &str, flags: TokenStream) -> TokenStream {
        let masks = version.layers.iter().filter_map(|layer| {
            let form = version.form(layer)?;
            Some((layer, form.combinator.known_bits(word)))
        });
        let runs = segments(masks);
        if runs.len() < 2 {
            return flags;
        }
        let arms = runs.into_iter().map(|(layer, mask)| (layer, quote!(#mask))).collect();
        let mask = by_layer(&quote!(e.layer()), arms);
        quote!((#flags) & (#mask))
    }
}
