//! A plan to code: one struct for each name and each older version, one enum for each type.

mod codec;
mod convert;
mod enums;
mod functions;
mod shared;
mod structs;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use piltover_tl::history::{Entry, LayerSet};
use piltover_tl::plan::Plan;
use piltover_tl::schema::{Kind, TypeRef};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use self::shared::Sharing;
use super::facts::Facts;
use super::input::Input;
use crate::names;

/// What every part of the generator reads.
struct Generator<'a> {
    input: &'a Input,
    plan: &'a Plan<'a>,
    facts: Facts<'a>,
    sharing: Sharing<'a>,
}

/// Items by the namespace of their TL name.
#[derive(Default)]
struct Modules(BTreeMap<Option<String>, Vec<TokenStream>>);

impl Modules {
    fn push(&mut self, name: &str, item: TokenStream) {
        self.0.entry(names::namespace(name).map(str::to_owned)).or_default().push(item);
    }

    /// A module with the items, a submodule for each namespace.
    fn into_module(self, name: &str, docs: &str, root: &syn::Path) -> TokenStream {
        let name = Ident::new(name, Span::call_site());
        let mut items = Vec::new();
        for (namespace, content) in self.0 {
            match namespace {
                None => items.extend(content),
                Some(namespace) => {
                    let docs = format!("Namespace `{namespace}`.");
                    let namespace = Ident::new(&namespace.replace('.', "_"), Span::call_site());
                    items.push(quote! {
                        #[doc = #docs]
                        pub mod #namespace {
                            #[allow(unused_imports)]
                            use #root::__rt::*;
                            #(#content)*
                        }
                    });
                }
            }
        }
        quote! {
            #[doc = #docs]
            #[allow(clippy::all, clippy::pedantic, clippy::restriction, unused_qualifications)]
            #[allow(missing_docs, non_camel_case_types, unused_variables, unused_mut)]
            pub mod #name {
                #[allow(unused_imports)]
                use #root::__rt::*;
                #(#items)*
            }
        }
    }
}

pub fn expand(input: &Input, plan: &Plan<'_>) -> syn::Result<TokenStream> {
    let (facts, sharing) = (Facts::new(plan.history()), Sharing::new(plan));
    let generator = Generator { input, plan, facts, sharing };
    let (mut types, mut older, mut functions) = (Modules::default(), Modules::default(), Modules::default());
    let mut errors = Vec::new();
    for entry in plan.history().entries() {
        let canonical = generator.canonical_struct(entry, &mut errors);
        let versions = generator.older_structs(entry, &mut errors);
        match entry.kind {
            Kind::Constructor if generator.is_built_in(entry) => continue,
            Kind::Constructor => types.push(&entry.name, canonical),
            Kind::Function => {
                functions.push(&entry.name, canonical);
                functions.push(&entry.name, generator.method(entry, &mut errors));
            }
        }
        if !versions.is_empty() {
            older.push(&entry.name, versions);
        }
    }
    let mut enums = Modules::default();
    for (ty, entries) in &generator.facts.types {
        enums.push(ty, generator.enumeration(ty, entries, &mut errors));
    }
    let root = &input.module;
    let types = types.into_module("types", "The newest form of every constructor.", root);
    let enums = enums.into_module("enums", "The types: one variant for each constructor.", root);
    let functions = functions.into_module("functions", "The newest form of every function.", root);
    let older = older.into_module(
        "older",
        "Older versions of constructors and functions. Their own fields are those of their time, the \
         values inside are of the newest form. The digits behind a name are the version's id; \
         `use_layer!` gives the names of one layer without them.",
        root,
    );
    let tables = generator.tables();
    // An uncovered step is an error of its own for each field, so that one build lists them all.
    let errors: BTreeSet<String> = errors.into_iter().collect();
    Ok(quote! {
        #(::core::compile_error!(#errors);)*
        #types
        #enums
        #functions
        #older
        #tables
        #[doc(hidden)]
        #[allow(unused_imports)]
        mod __rt {
            pub(super) use super::{enums, functions, older, types};
            pub(super) use ::piltover_tl::wire::{
                AsInts, Decode, DecodeError, Encode, Encoder, Raw, Reader,
            };
            pub(super) use crate::method::{Method, Version};
            pub(super) use crate::ok;
        }
    })
}

impl<'a> Generator<'a> {
    fn known_layers(&self) -> &'a [i32] {
        self.plan.history().layers()
    }

    /// `boolTrue` and `boolFalse` are Rust's own.
    fn is_built_in(&self, entry: &Entry) -> bool {
        entry.canonical().is_some_and(|version| version.union.result == TypeRef::Bool)
    }

    /// The Rust type of a value.
    fn rust_type(&self, ty: &TypeRef) -> TokenStream {
        match ty {
            TypeRef::Int => quote!(i32),
            TypeRef::Long => quote!(i64),
            TypeRef::Double => quote!(f64),
            TypeRef::Int128 => quote!([u8; 16]),
            TypeRef::Int256 => quote!([u8; 32]),
            TypeRef::String => quote!(String),
            TypeRef::Bytes => quote!(Vec<u8>),
            TypeRef::Bool => quote!(bool),
            TypeRef::Any => quote!(Raw),
            TypeRef::Boxed(name) => {
                let path = names::path(name, &names::type_ident(name));
                quote!(enums::#path)
            }
            // `%Message` names a type by its only constructor, `future_salt` the constructor itself.
            TypeRef::Bare(name) => {
                let name = self.bare_constructor(name);
                let path = names::path(name, &names::type_ident(name));
                quote!(types::#path)
            }
            TypeRef::Vector(item) | TypeRef::BareVector(item) => {
                let item = self.rust_type(item);
                quote!(Vec<#item>)
            }
        }
    }

    fn bare_constructor<'n>(&'n self, name: &'n str) -> &'n str {
        match self.facts.types.get(name).map(Vec::as_slice) {
            Some([only]) => &only.name,
            _ => name,
        }
    }

    /// The documentation of one version: its text, its id, its layers.
    fn version_docs(&self, text: &str, id: u32, layers: &LayerSet) -> String {
        let layers = match self.known_layers() {
            [0] => String::new(),
            known => format!(", {}", in_words(layers, known)),
        };
        format!("```text\n{text}\n```\n\nId `{id:08x}`{layers}.")
    }

    /// The function of a rule, below the module of the bridges.
    fn bridge(&self, function: &str) -> TokenStream {
        let path: TokenStream = function.parse().unwrap_or_default();
        match &self.input.bridges {
            Some(bridges) => quote!(#bridges::#path),
            None => quote!(#path),
        }
    }
}

/// `layer`'s value picks one of several pieces of code: the first whose bound it reaches, newest first.
/// The last piece serves everything below.
fn by_layer(layer: &TokenStream, mut newest_first: Vec<(i32, TokenStream)>) -> TokenStream {
    let Some((_, oldest)) = newest_first.pop() else { return TokenStream::new() };
    let arms = newest_first.into_iter().map(|(first, code)| quote!(if #layer >= #first { #code } else));
    quote!(#(#arms)* { #oldest })
}

/// Runs of equal values over ascending layers, newest first, each with the first layer of its run.
fn segments<T: PartialEq>(values: impl IntoIterator<Item = (i32, T)>) -> Vec<(i32, T)> {
    let mut runs: Vec<(i32, T)> = Vec::new();
    for (layer, value) in values {
        if runs.last().is_none_or(|(_, last)| *last != value) {
            runs.push((layer, value));
        }
    }
    runs.reverse();
    runs
}

/// `layer 158`, or `layers 133-140, 158`.
fn in_words(layers: &LayerSet, known: &[i32]) -> String {
    let display = layers.display(known).to_string();
    let noun = if display.parse::<i32>().is_ok() { "layer" } else { "layers" };
    format!("{noun} {display}")
}
