//! `use_layer!`: the names of one layer.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{LitInt, LitStr, Token};

use crate::names;

/// What `use_layer!` passes on: its crate, the layer, and a line for each version of each name.
pub struct Input {
    root: TokenStream,
    layer: LitInt,
    versions: LitStr,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        // `$crate` is a path segment that only token trees can hold.
        let mut root = TokenStream::new();
        while !input.peek(Token![,]) {
            root.extend(TokenStream::from(input.parse::<proc_macro2::TokenTree>()?));
        }
        input.parse::<Token![,]>()?;
        let layer = input.parse()?;
        input.parse::<Token![,]>()?;
        Ok(Self { root, layer, versions: input.parse()? })
    }
}

pub fn expand(input: &Input) -> syn::Result<TokenStream> {
    let layer: i32 = input.layer.base10_parse()?;
    let mut modules: BTreeMap<Option<&str>, Vec<TokenStream>> = BTreeMap::new();
    let text = input.versions.value();
    for line in text.lines() {
        let [kind, name, id, layers] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        if !contains(layers, layer) {
            continue;
        }
        let (root, ident) = (&input.root, names::type_ident(name));
        let item = match (kind, u32::from_str_radix(id, 16)) {
            (_, Ok(id)) => {
                let path = names::path(name, &names::older_ident(name, id));
                quote!(pub use #root::older::#path as #ident;)
            }
            ("c", Err(_)) => {
                let path = names::path(name, &ident);
                quote!(pub use #root::types::#path;)
            }
            (_, Err(_)) => {
                let path = names::path(name, &ident);
                quote!(pub use #root::functions::#path;)
            }
        };
        modules.entry(names::namespace(name)).or_default().push(item);
    }
    if modules.is_empty() {
        let message = format!("layer {layer} is not among the shipped ones");
        return Err(syn::Error::new(input.layer.span(), message));
    }
    let items = modules.into_iter().map(|(namespace, items)| match namespace {
        None => quote!(#(#items)*),
        Some(namespace) => {
            let docs = format!("Namespace `{namespace}` of layer {layer}.");
            let namespace = Ident::new(namespace, Span::call_site());
            quote!(#[doc = #docs] #[allow(unused_imports)] pub mod #namespace { #(#items)* })
        }
    });
    Ok(quote!(#(#[allow(unused_imports)] #items)*))
}

/// Whether a list like `133-158 181` names a layer.
fn contains(layers: &str, layer: i32) -> bool {
    layers.split(' ').any(|run| match run.split_once('-') {
        Some((first, last)) => {
            first.parse().is_ok_and(|first: i32| first <= layer)
                && last.parse().is_ok_and(|last: i32| layer <= last)
        }
        None => run.parse() == Ok(layer),
    })
}
