//! Procedural macros of piltover: the types of all layers, and request handlers.
//!
//! # Layout
//! - `layers`: [`layers!`] reads schema files, plans the conversions between them, writes the types
//! - `facade`: the names of one layer, behind `piltover_layers::use_layer!`
//! - `handler`: [`macro@handler`]
//! - `names`: how TL's names become Rust's

mod facade;
mod handler;
mod layers;
mod names;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// Generates the types of all layers in the module in which it stands.
///
/// ```text
/// layers! {
///     schema: "schema",          // a folder of files N.tl, or one file, from the crate's root
///     rules: "rules.txt",        // the decisions, see piltover_tl::plan
///     module: crate,             // where the macro stands
///     bridges: crate::bridges,   // the hand-written functions that the rules name
/// }
/// ```
///
/// A step between two layers that neither a rule nor a decision covers is a compile error which names
/// the field, the layers and the function to write.
#[proc_macro]
pub fn layers(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as layers::Input);
    layers::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// The items behind `piltover_layers::use_layer!`.
#[doc(hidden)]
#[proc_macro]
pub fn __facade(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as facade::Input);
    facade::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Marks an async function as the handler of the request type of its last parameter. The others are taken from the
/// context of the request (`piltover::dispatch::FromContext`).
///
/// `#[handler]` serves the canonical request; `#[handler(layer = 158)]` takes that layer's version, and
/// serves clients from layer 158 up to the next handler of the same method.
#[proc_macro_attribute]
pub fn handler(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let attribute = parse_macro_input!(attribute as handler::Attribute);
    let item = parse_macro_input!(item as syn::ItemFn);
    handler::expand(&attribute, &item).unwrap_or_else(syn::Error::into_compile_error).into()
}
