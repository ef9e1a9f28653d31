//! `#[handler]`: an async function becomes a handler that a router can register.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{FnArg, Ident, ItemFn, LitInt, ReturnType, Token};

/// `layer = 158`, or nothing.
pub struct Attribute {
    layer: Option<LitInt>,
}

impl Parse for Attribute {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Ok(Self { layer: None });
        }
        let key: Ident = input.parse()?;
        if key != "layer" {
            return Err(syn::Error::new(key.span(), "expected `layer = N`"));
        }
        input.parse::<Token![=]>()?;
        let layer: LitInt = input.parse()?;
        layer.base10_parse::<i32>()?;
        Ok(Self { layer: Some(layer) })
    }
}

/// The function becomes a unit struct of its name, so that `.on(send_message)` reads as a list of
/// functions. All parameters but the last are extracted from the context; the last is the request.
pub fn expand(attribute: &Attribute, function: &ItemFn) -> syn::Result<TokenStream> {
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        return Err(syn::Error::new(signature.fn_token.span(), "a handler is an `async fn`"));
    }
    let mut types = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Typed(argument) => types.push(&argument.ty),
            FnArg::Receiver(receiver) => {
                return Err(syn::Error::new(receiver.span(), "a handler is a free function"));
            }
        }
    }
    let Some((request, extracted)) = types.split_last() else {
        let message = "the last parameter of a handler is the request";
        return Err(syn::Error::new(signature.paren_token.span.join(), message));
    };
    if matches!(signature.output, ReturnType::Default) {
        let message = "a handler returns `Result<Answer, RpcError>`";
        return Err(syn::Error::new(signature.paren_token.span.join(), message));
    }
    let layer = match &attribute.layer {
        Some(layer) => quote!(Some(#layer)),
        None => quote!(None),
    };
    let docs = function.attrs.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let mut inner = function.clone();
    inner.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
    inner.vis = syn::Visibility::Inherited;
    let (name, visibility) = (&signature.ident, &function.vis);
    let arguments: Vec<Ident> = (0..extracted.len()).map(|index| format_ident!("argument_{index}")).collect();
    Ok(quote! {
        #(#docs)*
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, Debug)]
        #visibility struct #name;

        impl ::piltover::dispatch::Handler for #name {
            type Request = #request;
            const LAYER: Option<i32> = #layer;

            async fn call(
                context: ::piltover::dispatch::Context,
                request: Self::Request,
            ) -> Result<
                <Self::Request as ::piltover::layers::Method>::Answer,
                ::piltover::dispatch::RpcError,
            > {
                #inner
                #(
                    let #arguments =
                        <#extracted as ::piltover::dispatch::FromContext>::from_context(&context)?;
                )*
                #name(#(#arguments,)* request).await
            }
        }
    })
}
