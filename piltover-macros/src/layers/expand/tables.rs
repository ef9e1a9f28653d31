//! What is known about all layers at run time, and the names of one layer.

use std::fmt::Write as _;

use piltover_tl::schema::Kind;
use proc_macro2::TokenStream;
use quote::quote;

use super::Generator;
use crate::names;

impl Generator<'_> {
    /// The layers, the text of every definition, and `use_layer!`.
    pub fn tables(&self) -> TokenStream {
        let known = self.known_layers();
        if known == [0] {
            return TokenStream::new();
        }
        let newest = self.plan.history().newest();
        let (mut texts, mut names) = (String::new(), String::new());
        for entry in self.plan.history().entries() {
            for version in &entry.versions {
                let kind = match entry.kind {
                    Kind::Constructor => 'c',
                    Kind::Function => 'f',
                };
                for form in &version.forms {
                    let layers = form.layers.display(known);
                    // Writing to a string cannot fail.
                    let _ = writeln!(texts, "{kind}\t{layers}\t{}", form.combinator.text);
                }
                if !self.is_built_in(entry) {
                    let reader = self.read_as(entry, version);
                    let newest = entry.canonical().is_some_and(|canonical| canonical.id == reader.id);
                    let id = if newest { String::new() } else { format!("{:08x}", reader.id) };
                    let layers = version.layers.display(known);
                    let _ = writeln!(names, "{kind}\t{}\t{id}\t{layers}", entry.name);
                }
            }
        }
        let types = self.facts.types.keys().map(|ty| {
            let path = names::path(ty, &names::type_ident(ty));
            quote!(#ty => $crate::enums::#path,)
        });
        let functions =
            self.plan.history().entries().filter(|entry| entry.kind == Kind::Function).map(|entry| {
                let (name, path) = (&entry.name, names::path(&entry.name, &names::type_ident(&entry.name)));
                quote!(#name => $crate::functions::#path,)
            });
        quote! {
            /// The layers that are known, oldest first.
            pub const LAYERS: &[i32] = &[#(#known),*];

            /// The newest layer: the one of [`types`], [`enums`] and [`functions`].
            pub const NEWEST: i32 = #newest;

            /// Every definition of every layer, one a line: `c` or `f`, its layers, its text.
            pub const DEFINITIONS: &str = #texts;

            /// The types of one layer under their plain names, as items of the module in which it
            /// stands: `mod l158 { piltover_layers::use_layer!(158); }`.
            #[macro_export]
            macro_rules! use_layer {
                ($layer:literal) => {
                    $crate::__facade! { $crate, $layer, #names }
                };
            }

            /// Hands all types and all functions, each with its TL name, to another macro: for tests
            /// and tools that take a type by its name.
            #[doc(hidden)]
            #[macro_export]
            macro_rules! __for_all {
                ($callback:ident) => {
                    $callback! { types { #(#types)* } functions { #(#functions)* } }
                };
            }
        }
    }
}
