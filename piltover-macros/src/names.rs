//! How TL's names become Rust's. All naming rules are here.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

/// The namespace of a TL name, if it has one.
pub fn namespace(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(namespace, _)| namespace)
}

/// The last part of a TL name.
pub fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// `messages.getStatsURL` becomes `GetStatsUrl`, `p_q_inner_data` becomes `PQInnerData`.
pub fn camel_case(name: &str) -> String {
    let mut out = String::new();
    for part in last(name).split('_') {
        let chars: Vec<char> = part.chars().collect();
        for (index, &c) in chars.iter().enumerate() {
            let upper_before = index > 0 && chars.get(index - 1).is_some_and(|c| c.is_uppercase());
            let lower_behind = chars.get(index + 1).is_some_and(|c| c.is_lowercase());
            if index == 0 {
                out.extend(c.to_uppercase());
            } else if upper_before && !lower_behind {
                out.extend(c.to_lowercase());
            } else {
                out.push(c);
            }
        }
    }
    out
}

/// The name of the struct of a constructor or function, and of the enum of a type.
pub fn type_ident(name: &str) -> Ident {
    Ident::new(&camel_case(name), Span::call_site())
}

/// The name of the struct of an older version: the canonical one's with the id behind it.
pub fn older_ident(name: &str, id: u32) -> Ident {
    format_ident!("{}_{id:08x}", camel_case(name))
}

/// The name of a constructor's variant: without the type's name, where something is left (`peerUser`
/// of `Peer` is `Peer::User`); the last word, where both have one name (`PeerSettings::Settings`).
pub fn variant_ident(ty: &str, constructor: &str) -> Ident {
    let (whole, prefix) = (camel_case(constructor), camel_case(ty));
    let short = whole.strip_prefix(prefix.as_str()).unwrap_or(&whole);
    let short = match short.is_empty() {
        true => whole.rfind(char::is_uppercase).and_then(|start| whole.get(start..)).unwrap_or(&whole),
        false => short,
    };
    let usable = short.chars().next().is_some_and(char::is_uppercase) && short != "Self";
    Ident::new(if usable { short } else { &whole }, Span::call_site())
}

/// The name of a field: lower case, keywords raw, `self` as `is_self`.
pub fn field_ident(name: &str) -> Ident {
    let name = name.to_lowercase();
    if name == "self" {
        return Ident::new("is_self", Span::call_site());
    }
    syn::parse_str::<Ident>(&name).unwrap_or_else(|_| Ident::new_raw(&name, Span::call_site()))
}

/// A path below one of the generated modules: `messages::SendMessage`.
pub fn path(name: &str, ident: &Ident) -> TokenStream {
    match namespace(name) {
        Some(namespace) => {
            let modules = namespace.split('.').map(|part| Ident::new(part, Span::call_site()));
            quote!(#(#modules::)* #ident)
        }
        None => quote!(#ident),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_rust() {
        for (tl, rust) in [
            ("messages.sendMessage", "SendMessage"),
            ("messages.getStatsURL", "GetStatsUrl"),
            ("resPQ", "ResPq"),
            ("p_q_inner_data_dc", "PQInnerDataDc"),
            ("P_Q_inner_data", "PQInnerData"),
            ("server_DH_inner_data", "ServerDhInnerData"),
            ("JSONValue", "JsonValue"),
            ("inputBotInlineMessageID64", "InputBotInlineMessageId64"),
        ] {
            assert_eq!(camel_case(tl), rust);
        }
        assert_eq!(variant_ident("InputPeer", "inputPeerSelf").to_string(), "InputPeerSelf");
        assert_eq!(variant_ident("Message", "message").to_string(), "Message");
        assert_eq!(variant_ident("PeerSettings", "peerSettings").to_string(), "Settings");
        assert_eq!(variant_ident("Message", "messageService").to_string(), "Service");
        assert_eq!(variant_ident("Chat", "channel").to_string(), "Channel");
        assert_eq!(field_ident("type").to_string(), "r#type");
        assert_eq!(field_ident("srp_B").to_string(), "srp_b");
    }
}
