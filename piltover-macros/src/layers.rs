//! `layers!`: the types of all layers.

mod expand;
mod facts;
mod input;

use std::path::{Path, PathBuf};

use piltover_tl::history::{History, Source};
use piltover_tl::plan::{Plan, Rules};
use proc_macro2::TokenStream;
use quote::quote;

pub use input::Input;

/// A schema file as it was read.
struct SchemaFile {
    layer: i32,
    path: PathBuf,
    text: String,
}

/// Reads the schema files and the rules, plans, and writes the code.
pub fn expand(input: &Input) -> syn::Result<TokenStream> {
    let fail = |message: String| syn::Error::new(input.span, message);
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let files = schema_files(&root.join(&input.schema)).map_err(fail)?;
    let names: Vec<String> = files.iter().map(|file| file.path.display().to_string()).collect();
    let sources = files.iter().zip(&names).map(|(file, name)| Source {
        layer: file.layer,
        file: name,
        text: &file.text,
    });
    let mut history = History::new(sources).map_err(|error| fail(error.to_string()))?;
    let rules_path = input.rules.as_ref().map(|rules| root.join(rules));
    let rules = match &rules_path {
        Some(path) => {
            let text = read(path).map_err(fail)?;
            Rules::parse(&text).map_err(|error| fail(format!("{}:{error}", path.display())))?
        }
        None => Rules::default(),
    };
    history
        .carry(rules.carried())
        .map_err(|field| fail(format!("carry {field}: no older version has it alone")))?;
    let plan = Plan::new(&history, &rules);
    let code = expand::expand(input, &plan)?;
    let unused = rules.unused();
    if let (false, Some(path)) = (unused.is_empty(), &rules_path) {
        let lines: Vec<String> = unused.iter().map(ToString::to_string).collect();
        let message =
            format!("{}: no layer needs the decisions of lines {}", path.display(), lines.join(", "));
        return Err(fail(message));
    }
    // The compiler must know of every file that was read, to expand again when one changes.
    let read_files = names.into_iter().chain(rules_path.map(|path| path.display().to_string()));
    Ok(quote! {
        #code
        #(const _: &[u8] = include_bytes!(#read_files);)*
    })
}

/// A folder with a file `N.tl` for each layer, or one file, whose layer is 0 if it states none.
fn schema_files(path: &Path) -> Result<Vec<SchemaFile>, String> {
    if path.is_file() {
        let text = read(path)?;
        return Ok(vec![SchemaFile { layer: 0, path: path.to_owned(), text }]);
    }
    let mut files = Vec::new();
    let entries = std::fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", path.display()))?.path();
        let is_tl = path.extension().is_some_and(|extension| extension == "tl");
        let layer = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        if let (true, Some(layer)) = (is_tl, layer) {
            files.push(SchemaFile { layer, text: read(&path)?, path });
        }
    }
    files.sort_by_key(|file| file.layer);
    match files.is_empty() {
        true => Err(format!("{}: no files named after a layer, as 158.tl", path.display())),
        false => Ok(files),
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The code of two tiny layers, as one would read it.
    #[test]
    fn code_of_two_layers() {
        let sources = [
            Source { layer: 1, file: "1.tl", text: include_str!("../tests/fixtures/covered/1.tl") },
            Source { layer: 2, file: "2.tl", text: include_str!("../tests/fixtures/covered/2.tl") },
        ];
        let history = History::new(sources).unwrap();
        let rules = Rules::parse(include_str!("../tests/fixtures/covered.txt")).unwrap();
        let input = syn::parse_str("schema: \"covered\", module: crate, bridges: crate::bridges").unwrap();
        let code = expand::expand(&input, &Plan::new(&history, &rules)).unwrap();
        let file: syn::File = syn::parse2(code).unwrap();
        insta::assert_snapshot!(prettyplease::unparse(&file));
    }
}
