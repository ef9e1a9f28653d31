//! The enum of each type.

use std::collections::BTreeSet;

use piltover_tl::history::{Entry, LayerSet, Version};
use piltover_tl::plan::{Replacement, StandIn};
use piltover_tl::schema::{FieldKind, Kind, TypeRef};
use proc_macro2::TokenStream;
use quote::quote;

use super::Generator;
use crate::layers::facts::Facts;
use crate::names;

impl<'a> Generator<'a> {
    /// The enum of a type, with its codec for every layer.
    pub fn enumeration(&self, ty: &str, entries: &[&'a Entry], errors: &mut Vec<String>) -> TokenStream {
        let ident = names::type_ident(ty);
        let (mut variants, mut encoders, mut decoders, mut from) = (vec![], vec![], vec![], vec![]);
        for entry in entries {
            let variant = names::variant_ident(ty, &entry.name);
            let docs = format!("`{}`", entry.name);
            if Facts::is_unit(entry) {
                let Some(version) = entry.versions.first() else { continue };
                let (id, others) = (version.id, self.accepted(entry, version));
                let docs = self.version_docs(&version.union.text, id, &version.layers);
                variants.push(quote!(#[doc = #docs] #variant));
                encoders.push(quote!(Self::#variant => e.word(#id)));
                decoders.push(quote!(#id #(| #others)* => Ok(Self::#variant)));
                continue;
            }
            let is_accepted = |version| !self.accepted(entry, version).is_empty();
            if let Some(other) = self.plan.rules().accepted(&entry.name)
                && !entry.versions.iter().any(is_accepted)
            {
                errors.push(format!("accept {other}: it has the fields of no version of {}", entry.name));
            }
            let path = self.canonical_path(entry);
            let boxed = self.facts.boxed.contains(entry.name.as_str());
            let (held, wrap) = match boxed {
                true => (quote!(Box<#path>), quote!(Box::new(value))),
                false => (quote!(#path), quote!(value)),
            };
            variants.push(quote!(#[doc = #docs] #variant(#held)));
            encoders.push(match self.plan.rules().replacement(&entry.name) {
                None => quote!(Self::#variant(value) => value.encode(e)),
                Some(Replacement { function, first, last }) => {
                    let function = self.bridge(function);
                    quote! {
                        Self::#variant(value) => {
                            let replaced = match (#first..=#last).contains(&e.layer()) {
                                true => #function(self, e.layer()),
                                false => None,
                            };
                            match replaced {
                                Some(other) => other.encode(e),
                                None => value.encode(e),
                            }
                        }
                    }
                }
            });
            for (index, version) in entry.versions.iter().enumerate() {
                let reading = self.reading(entry, version);
                if reading.versions.is_empty() {
                    continue;
                }
                let ids = reading.ids(|version| self.accepted(entry, version));
                let arguments = reading.arguments(&ids);
                let ids = ids.iter().flat_map(|(_, ids)| ids);
                let value = if index + 1 == entry.versions.len() {
                    quote!(ok!(#path::decode_body(r #arguments)))
                } else if self.plan.up(entry, version).is_total() {
                    let older = self.older_path(entry, version);
                    quote!(<#path>::from(ok!(#older::decode_body(r #arguments))))
                } else {
                    continue;
                };
                decoders.push(quote! {
                    #(#ids)|* => {
                        let value = #value;
                        Ok(Self::#variant(#wrap))
                    }
                });
            }
            from.push(quote! {
                impl From<#path> for #ident {
                    fn from(value: #path) -> Self { Self::#variant(#wrap) }
                }
            });
        }
        let absent = self.absent_arms(ty, entries);
        self.check_stand_in(ty, entries, errors);
        let stand_in = (!absent.is_empty()).then(|| self.stand_in(ty));
        let guards =
            absent.iter().map(|(pattern, condition)| quote!(#pattern if #condition => self.stand_in(e)));
        let omits = self.plan.rules().is_omitted(ty) && !absent.is_empty();
        let omits = omits.then(|| {
            // A stand-in that is a function may have one for some values only.
            let replaced = match self.plan.rules().stand_in(ty) {
                Some(StandIn::Function(function)) => {
                    let function = self.bridge(function);
                    quote!(|| #function(self, layer).is_some())
                }
                _ => TokenStream::new(),
            };
            let arms = absent.iter().map(|(pattern, condition)| quote!(#pattern => !(#condition) #replaced));
            quote! {
                const DROPS: bool = true;
                fn present(&self, layer: i32) -> bool {
                    match self { #(#arms,)* _ => true }
                }
            }
        });
        let let_layer = (!absent.is_empty()).then(|| quote!(let layer = e.layer();));
        let decode = match self.facts.recursive.contains(ty) {
            true => {
                quote!(ok!(r.enter()); let value = ok!(Self::decode_id(ok!(r.word()), r)); r.leave(); Ok(value))
            }
            false => quote!(let id = ok!(r.word()); Self::decode_id(id, r)),
        };
        let zero = self.zero(ty, entries);
        let docs = format!("Type `{ty}`.");
        quote! {
            #[doc = #docs]
            #[derive(Clone, Debug)]
            pub enum #ident { #(#variants),* }
            impl #ident {
                pub(crate) fn decode_id(id: u32, r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                    match id {
                        #(#decoders,)*
                        _ => Err(r.unexpected(#ty, id)),
                    }
                }
                #stand_in
            }
            impl Encode for #ident {
                #omits
                fn encode(&self, e: &mut Encoder) {
                    #let_layer
                    match self { #(#guards,)* #(#encoders,)* }
                }
            }
            impl Decode for #ident {
                fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> { #decode }
            }
            #zero
            #(#from)*
        }
    }

    /// The ids of another type's constructor that are taken in the place of this version: those whose
    /// fields are the same.
    fn accepted(&self, entry: &Entry, version: &Version) -> Vec<u32> {
        let other = self.plan.rules().accepted(&entry.name);
        let other = other.and_then(|name| self.plan.history().entry(name));
        let versions = other.into_iter().flat_map(|other| &other.versions);
        let same = versions.filter(|other| other.union.fields == version.union.fields);
        same.map(|other| other.id).collect()
    }

    /// The layers in which the type stands at all.
    fn type_layers(&self, entries: &[&Entry]) -> LayerSet {
        entries.iter().flat_map(|entry| entry.layers.iter()).collect()
    }

    /// A pattern for each constructor that some layer of the type does not know, and the condition on
    /// `layer` that it does not.
    fn absent_arms(&self, ty: &str, entries: &[&Entry]) -> Vec<(TokenStream, TokenStream)> {
        let known: Vec<i32> = self.type_layers(entries).iter().collect();
        let missing = entries.iter().filter(|entry| known.iter().any(|layer| !entry.layers.contains(*layer)));
        missing
            .map(|entry| {
                let variant = names::variant_ident(ty, &entry.name);
                let pattern = match Facts::is_unit(entry) {
                    true => quote!(Self::#variant),
                    false => quote!(Self::#variant(_)),
                };
                (pattern, absent_condition(&entry.layers, &known))
            })
            .collect()
    }

    fn stand_in(&self, ty: &str) -> TokenStream {
        let content = match self.plan.rules().stand_in(ty) {
            None | Some(StandIn::Refused) => quote!(e.not_in_layer(#ty)),
            Some(StandIn::Constructor(name)) => {
                let variant = names::variant_ident(ty, name);
                quote!(Self::#variant.encode(e))
            }
            Some(StandIn::Function(function)) => {
                let function = self.bridge(function);
                // A stand-in that the layer does not know either must not stand in for itself.
                quote! {
                    match #function(self, e.layer()) {
                        Some(value) => value.encode(e),
                        None => e.not_in_layer(#ty),
                    }
                }
            }
        };
        quote! {
            #[cold]
            fn stand_in(&self, e: &mut Encoder) { #content }
        }
    }

    /// Every type that answers and updates carry needs a stand-in, or to be omitted, in each layer that
    /// does not know all of its constructors.
    fn check_stand_in(&self, ty: &str, entries: &[&Entry], errors: &mut Vec<String>) {
        let reached = |layer: &i32| self.plan.reach().contains(*layer, ty);
        let layers: Vec<i32> = self.type_layers(entries).iter().filter(reached).collect();
        let missing: BTreeSet<&str> = entries
            .iter()
            .filter(|entry| layers.iter().any(|layer| !entry.layers.contains(*layer)))
            .map(|entry| entry.name.as_str())
            .collect();
        let Some(example) = missing.first() else { return };
        match self.plan.rules().stand_in(ty) {
            Some(StandIn::Function(_) | StandIn::Refused) => {}
            Some(StandIn::Constructor(name)) => {
                let entry = entries.iter().find(|entry| entry.name == *name && Facts::is_unit(entry));
                let stands = |layer: &i32| entry.is_some_and(|entry| entry.layers.contains(*layer));
                if let Some(layer) = layers.iter().find(|layer| !stands(layer)) {
                    errors.push(format!(
                        "stand-in {ty} = {name}: layer {layer} does not know it as a constructor without fields"
                    ));
                }
            }
            None if self.plan.rules().is_omitted(ty) => {
                if let Some(place) = self.required_place(ty, &layers) {
                    errors.push(format!("omit {ty}: {place} requires one; declare a stand-in too"));
                }
            }
            None => errors.push(format!(
                "{ty}: nothing stands in for {example} ({} in all) where a layer does not know it. Decide in \
                 the rules file: `stand-in {ty} = constructorWithoutFields`, `= module::function`, `omit {ty}` or `refuse {ty}`",
                missing.len()
            )),
        }
    }

    /// A place in these layers that cannot do without a value of the type.
    fn required_place(&self, ty: &str, layers: &[i32]) -> Option<String> {
        let is_type = |other: &TypeRef| matches!(other, TypeRef::Boxed(name) if name == ty);
        layers.iter().find_map(|layer| {
            let schema = self.plan.history().schema(*layer);
            let mut constructors =
                schema.combinators().filter(|combinator| combinator.kind == Kind::Constructor);
            constructors.find_map(|combinator| {
                let result = combinator.result.boxed_name().unwrap_or_default();
                let carried = self.plan.reach().contains(*layer, result);
                let field = combinator.fields.iter().find(|field| match &field.kind {
                    FieldKind::Required(field) => is_type(field),
                    _ => false,
                })?;
                carried.then(|| format!("{}.{} of layer {layer}", combinator.name, field.name))
            })
        })
    }

    fn zero(&self, ty: &str, entries: &[&Entry]) -> Option<TokenStream> {
        let name = self.facts.zeros.get(ty)?;
        let entry = entries.iter().find(|entry| entry.name == *name)?;
        let (ident, variant) = (names::type_ident(ty), names::variant_ident(ty, name));
        let value = match Facts::is_unit(entry) {
            true => quote!(Self::#variant),
            false => quote!(Self::#variant(Default::default())),
        };
        Some(quote! {
            impl Default for #ident {
                fn default() -> Self { #value }
            }
        })
    }
}

/// A condition on `layer` that holds outside of `layers`, of which all those in `known` are asked for.
fn absent_condition(layers: &LayerSet, known: &[i32]) -> TokenStream {
    let oldest = known.first().copied();
    let present = layers.runs(known).into_iter().map(|(first, last)| {
        let next = known.iter().find(|layer| **layer > last);
        match (Some(first) == oldest, next) {
            (true, None) => quote!(true),
            (true, Some(next)) => quote!(layer < #next),
            (false, None) => quote!(layer >= #first),
            (false, Some(next)) => quote!((layer >= #first && layer < #next)),
        }
    });
    let present: Vec<TokenStream> = present.collect();
    quote!(!(#(#present)||*))
}
