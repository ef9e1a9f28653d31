//! What makes a function a method: its name, its versions, its answer.

use piltover_tl::history::{Entry, Version};
use proc_macro2::TokenStream;
use quote::quote;

use super::Generator;
use crate::names;

impl<'a> Generator<'a> {
    /// `Method` and `Decode` for the canonical struct of a function.
    pub fn method(&self, entry: &'a Entry, errors: &mut Vec<String>) -> TokenStream {
        let Some(canonical) = entry.canonical() else { return TokenStream::new() };
        let (ident, name) = (names::type_ident(&entry.name), &entry.name);
        let result = self.rust_type(&canonical.union.result);
        let mut decoders = Vec::new();
        let mut results = Vec::new();
        for version in &entry.versions {
            let id = version.id;
            if id == canonical.id {
                decoders.push(quote!(#id => Self::decode_body(r)));
            } else if self.plan.up(entry, version).is_total() {
                let older = self.older_path(entry, version);
                decoders.push(quote!(#id => Ok(Self::from(ok!(#older::decode_body(r))))));
            }
            if version.union.result == canonical.union.result {
                continue;
            }
            match self.plan.rules().result(name, &version.layers) {
                Some("refused") => results.push(quote!(#id => e.not_in_layer(#name))),
                Some(function) => {
                    let function = self.bridge(function);
                    results.push(quote!(#id => #function(answer).encode(e)));
                }
                None => errors.push(format!(
                    "{name}: its answer was {} in layers {}, and is {}. Decide in the rules file: \
                     `result {name} = module::function` with `fn(&newest) -> older` among the bridges",
                    version.union.result,
                    version.layers.display(self.known_layers()),
                    canonical.union.result,
                )),
            }
        }
        let versions = self.versions(entry);
        quote! {
            impl Method for #ident {
                const NAME: &'static str = #name;
                const VERSIONS: &'static [Version] = #versions;
                type Answer = #result;
                fn decode(id: u32, r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                    match id {
                        #(#decoders,)*
                        _ => Err(r.unexpected(#name, id)),
                    }
                }
                fn encode_answer(id: u32, answer: &Self::Answer, e: &mut Encoder) {
                    match id {
                        #(#results,)*
                        _ => answer.encode(e),
                    }
                }
            }
        }
    }

    /// `Method` for an older version of a function: requests of other versions reach it through the
    /// canonical one.
    pub fn older_method(&self, entry: &'a Entry, version: &'a Version) -> TokenStream {
        let ident = names::older_ident(&entry.name, version.id);
        let (name, id) = (&entry.name, version.id);
        let canonical = self.canonical_path(entry);
        let result = self.rust_type(&version.union.result);
        let layer = version.layers.last().unwrap_or_default();
        let versions = self.versions(entry);
        let foreign: Vec<u32> = entry
            .versions
            .iter()
            .filter(|other| other.union.result != version.union.result)
            .map(|other| other.id)
            .collect();
        let foreign = (!foreign.is_empty()).then(|| quote!(#(#foreign)|* => e.not_in_layer(#name),));
        quote! {
            impl Method for #ident {
                const NAME: &'static str = #name;
                const VERSIONS: &'static [Version] = #versions;
                type Answer = #result;
                fn decode(id: u32, r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                    if id == #id {
                        return Self::decode_body(r);
                    }
                    let bytes = ok!(crate::method::rewritten::<#canonical>(id, #id, #layer, r));
                    Self::decode_body(&mut Reader::new(&bytes))
                }
                fn encode_answer(id: u32, answer: &Self::Answer, e: &mut Encoder) {
                    match id {
                        #foreign
                        _ => answer.encode(e),
                    }
                }
            }
        }
    }

    fn versions(&self, entry: &Entry) -> TokenStream {
        let versions = entry.versions.iter().map(|version| {
            let id = version.id;
            let runs = version.layers.runs(self.known_layers());
            let runs = runs.into_iter().map(|(first, last)| quote!((#first, #last)));
            quote!(Version { id: #id, layers: &[#(#runs),*] })
        });
        quote!(&[#(#versions),*])
    }
}
