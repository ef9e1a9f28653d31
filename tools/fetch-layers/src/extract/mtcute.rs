//! mtcute keeps its schema as JSON: a list of classes and methods with their arguments.

use piltover_tl::parse_definition;
use serde::Deserialize;

use super::sections;

#[derive(Deserialize)]
struct Schema {
    #[serde(rename = "l")]
    layer: u32,
    #[serde(rename = "e")]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    kind: String,
    name: String,
    #[serde(rename = "type")]
    result: String,
    #[serde(rename = "typeModifiers", default)]
    modifiers: Modifiers,
    id: u32,
    #[serde(default)]
    generics: Vec<Generic>,
    arguments: Vec<Argument>,
}

#[derive(Deserialize)]
struct Generic {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Argument {
    name: String,
    #[serde(rename = "type")]
    ty: String,
    #[serde(rename = "typeModifiers", default)]
    modifiers: Modifiers,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Modifiers {
    predicate: Option<String>,
    is_vector: bool,
    is_bare_vector: bool,
}

/// The schema as TL.
///
/// # Errors
/// It is not JSON of this form, or an entry is no definition.
pub fn text(json: &str) -> Result<String, String> {
    let schema: Schema = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let (mut types, mut functions) = (Vec::new(), Vec::new());
    for entry in &schema.entries {
        let text = definition(entry);
        parse_definition(&text).map_err(|error| format!("{error} in `{text}`"))?;
        match entry.kind.as_str() {
            "class" => types.push(format!("{text};")),
            "method" => functions.push(format!("{text};")),
            other => return Err(format!("{}: neither class nor method but {other}", entry.name)),
        }
    }
    Ok(format!("{}// LAYER {}\n", sections(&types, &functions), schema.layer))
}

fn definition(entry: &Entry) -> String {
    let generics = entry.generics.iter().map(|generic| format!(" {{{}:{}}}", generic.name, generic.kind));
    let is_generic = |name: &str| entry.generics.iter().any(|generic| generic.name == name);
    let arguments = entry.arguments.iter().map(|argument| {
        let variable = if is_generic(&argument.ty) { "!" } else { "" };
        let ty = format!("{variable}{}", value_type(&argument.ty, &argument.modifiers));
        match &argument.modifiers.predicate {
            Some(predicate) => format!(" {}:{predicate}?{ty}", argument.name),
            None => format!(" {}:{ty}", argument.name),
        }
    });
    let fields: String = generics.chain(arguments).collect();
    format!("{}#{:08x}{fields} = {}", entry.name, entry.id, value_type(&entry.result, &entry.modifiers))
}

/// `int53` is what mtcute reads a `long` into.
fn value_type(name: &str, modifiers: &Modifiers) -> String {
    let name = if name == "int53" { "long" } else { name };
    match (modifiers.is_vector, modifiers.is_bare_vector) {
        (true, _) => format!("Vector<{name}>"),
        (_, true) => format!("vector<{name}>"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_written_as_tl() {
        let json = r##"{"l":218,"e":[
            {"kind":"class","name":"a","type":"A","id":15,"arguments":[
                {"name":"flags","type":"#"},
                {"name":"big","type":"true","typeModifiers":{"predicate":"flags.0"}},
                {"name":"ids","type":"int53","typeModifiers":{"predicate":"flags.1","isVector":true}}]},
            {"kind":"method","name":"with","type":"X","id":1,"generics":[{"name":"X","type":"Type"}],"arguments":[
                {"name":"query","type":"X"}]}]}"##;
        assert_eq!(
            text(json).unwrap(),
            "---types---\na#0000000f flags:# big:flags.0?true ids:flags.1?Vector<long> = A;\n\
             ---functions---\nwith#00000001 {X:Type} query:!X = X;\n// LAYER 218\n"
        );
        assert!(text("{}").is_err());
    }
}
