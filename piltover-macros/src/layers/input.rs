use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Path, Token};

/// What `layers!` is given.
pub struct Input {
    /// The folder of schema files, or one file, from the crate's root.
    pub schema: String,
    /// The rules file, from the crate's root.
    pub rules: Option<String>,
    /// The module in which the macro stands.
    pub module: Path,
    /// The module of the bridges.
    pub bridges: Option<Path>,
    /// Where errors are shown.
    pub span: Span,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let span = input.span();
        let (mut schema, mut rules, mut module, mut bridges) = (None, None, None, None);
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            input.parse::<Token![:]>()?;
            match key.to_string().as_str() {
                "schema" => schema = Some(input.parse::<LitStr>()?.value()),
                "rules" => rules = Some(input.parse::<LitStr>()?.value()),
                "module" => module = Some(input.parse()?),
                "bridges" => bridges = Some(input.parse()?),
                _ => {
                    let message = "expected `schema`, `rules`, `module` or `bridges`";
                    return Err(syn::Error::new(key.span(), message));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        let schema = schema.ok_or_else(|| syn::Error::new(span, "`schema: \"...\"` is missing"))?;
        let module = module.ok_or_else(|| syn::Error::new(span, "`module: crate::...` is missing"))?;
        Ok(Self { schema, rules, module, bridges, span })
    }
}
