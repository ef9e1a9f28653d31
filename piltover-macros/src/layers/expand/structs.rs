//! The struct of each name, and of each of its older versions.

use piltover_tl::history::{Entry, Version};
use piltover_tl::plan::Direction;
use piltover_tl::schema::{Combinator, FieldKind, Kind};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::codec::local_ident;
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
        let body = self.decode_body(&canonical.union);
        let bare = self.facts.bare.contains(&entry.name) || self.is_bare_by_type(entry);
        let bare = bare.then(|| {
            let fields =
                self.write_fields(canonical, &canonical.union, &self.plan.down(entry, canonical), None);
            quote! {
                pub(crate) fn encode_bare(&self, e: &mut Encoder) { #fields }
            }
        });
        let carried = self.carried(&canonical.union);
        let versions = entry.versions.iter();
        let versions: Vec<TokenStream> =
            versions.map(|version| self.encode_version(entry, version, &carried, errors)).collect();
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
                #[allow(dead_code)]
                pub(crate) fn decode_body(r: &mut Reader<'_>) -> Result<Self, DecodeError> { #body }
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
        let items = older.iter().map(|version| {
            let ident = names::older_ident(&entry.name, version.id);
            let docs = self.version_docs(&version.union.text, version.id, &version.layers);
            let fields = self.struct_fields(&version.union);
            let body = self.decode_body(&version.union);
            let conversion = self.plan.up(entry, version);
            if self.plan.is_required(Direction::Up, entry, version) {
                errors.extend(conversion.uncovered.iter().map(ToString::to_string));
            }
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
            quote! {
                #[doc = #docs]
                #[derive(Debug)]
                pub struct #ident { #fields }
                impl #ident {
                    pub(crate) fn decode_body(r: &mut Reader<'_>) -> Result<Self, DecodeError> { #body }
                }
                #upgrade
                #method
            }
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

    /// A function that writes one version, id first, from the canonical struct.
    fn encode_version(
        &self,
        entry: &'a Entry,
        version: &'a Version,
        carried: &[Carried],
        errors: &mut Vec<String>,
    ) -> TokenStream {
        let name = &entry.name;
        let conversion = self.plan.down(entry, version);
        if self.plan.is_required(Direction::Down, entry, version) {
            errors.extend(conversion.uncovered.iter().map(ToString::to_string));
        }
        let ident = encode_ident(version);
        let content = match conversion.is_total() {
            true => self.write_fields(version, &version.union, &conversion, Some(version.id)),
            false => quote!(e.not_in_layer(#name);),
        };
        let inline = (entry.versions.len() == 1).then(|| quote!(#[inline]));
        let arguments = carried_arguments(carried);
        quote! {
            #inline
            fn #ident(&self, #arguments e: &mut Encoder) { #content }
        }
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
    fn choose_version(&self, entry: &Entry, carried: &[Carried]) -> TokenStream {
        let standing = entry.layers.iter().filter_map(|layer| Some((layer, entry.version(layer)?.id)));
        let carried: Vec<&Ident> = carried.iter().map(|carried| &carried.local).collect();
        let arms = segments(standing).into_iter().filter_map(|(layer, id)| {
            let version = entry.versions.iter().find(|version| version.id == id)?;
            let encode = encode_ident(version);
            Some((layer, quote!(self.#encode(#(#carried,)* e))))
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

fn encode_ident(version: &Version) -> Ident {
    format_ident!("encode_{:08x}", version.id)
}
