//! The proof of a schema, and the one formatting in which all of them are kept:
//!
//! ```text
//! // The schema of layer 158, from pypi:pyrogram@2.0.106 (...). Written by tools/fetch-layers.
//!
//! ---types---
//! boolFalse#bc799737 = Bool;
//! ...
//! ---functions---
//! ...
//! // LAYER 158
//! ```

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use piltover_tl::ast::{Definition, File, Item, Section};
use piltover_tl::id::is_proven;
use piltover_tl::{ParseError, parse_definition, parse_file};

use crate::error::Error;
use crate::sources::{SECRET, Source};

/// What every layer has, and most sources leave out because their code writes it by hand.
const CORE: [&str; 6] = [
    "boolFalse#bc799737 = Bool",
    "boolTrue#997275b5 = Bool",
    "true#3fedd339 = True",
    "vector#1cb5c415 {t:Type} # [ t ] = Vector t",
    "error#c4b9f9bb code:int text:string = Error",
    "null#56730bcc = Null",
];

/// Proves a schema and formats it. A schema that is formatted already comes out as it is. `service` are the ids
/// of the service schema, which some sources mix into each layer.
///
/// # Errors
/// A line that is not TL, whose id is not that of its text, or that stands there twice; a layer that is not
/// the source's.
pub fn canonical(source: &Source, text: &str, service: &HashSet<u32>) -> Result<String, Error> {
    let file =
        parse_file(text).map_err(|error| Error::line(source, error.position.line, error.to_string()))?;
    if let (Some(expected), Some(found)) = (source.layer(), file.layer())
        && expected != found
        && source.neighbour != Some(found)
    {
        return Err(Error::archive(source, format!("its schema is of layer {found}, not {expected}")));
    }
    let is_left_out = |definition: &Definition| {
        let is_service = source.layer().is_some() && service.contains(&definition.effective_id());
        is_service || source.is_foreign(&definition.name)
    };
    let mut file = file;
    file.items.retain(|item| !matches!(item, Item::Definition(definition) if is_left_out(definition)));
    prove(source, &file)?;
    let mut out = header(source);
    for section in [Section::Types, Section::Functions] {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "\n---{section}---");
        lines(source, &file, section).iter().for_each(|line| {
            let _ = writeln!(out, "{line}");
        });
    }
    if let Some(layer) = source.layer() {
        let _ = writeln!(out, "\n// LAYER {layer}");
    }
    Ok(out)
}

/// The ids of a schema's definitions, and of those which it keeps as comments.
pub fn ids(text: &str) -> HashSet<u32> {
    let lines = text.lines().map(|line| line.trim_start_matches("//").trim());
    let definitions = lines.filter_map(|line| parse_definition(line.split_once(';')?.0).ok());
    definitions.map(|definition| definition.effective_id()).collect()
}

/// The definition of a name, and its section.
pub fn definition_of(text: &str, name: &str) -> Option<(Section, Definition)> {
    let file = parse_file(text).ok()?;
    let found = file.definitions().find(|(_, definition)| definition.name == name);
    found.map(|(section, definition)| (section, definition.clone()))
}

/// A schema with these lines in the place of its own of those names.
///
/// # Errors
/// It is not TL.
pub fn amend(text: &str, lines: &[(Section, Definition)]) -> Result<String, ParseError> {
    let mut file = parse_file(text)?;
    let is_amended = |name: &str| lines.iter().any(|(_, amended)| amended.name == name);
    file.items.retain(|item| !matches!(item, Item::Definition(definition) if is_amended(&definition.name)));
    for (section, definition) in lines {
        file.items.extend([Item::Section(*section), Item::Definition(definition.clone())]);
    }
    Ok(file.to_string())
}

fn header(source: &Source) -> String {
    let what = match source.layer() {
        Some(layer) => match source.neighbour {
            Some(neighbour) => {
                format!("The API schema of layer {layer}, as layer {neighbour} and what differs")
            }
            None => format!("The API schema of layer {layer}"),
        },
        None if source.name == SECRET => "The schema of secret chats".to_owned(),
        None => "The MTProto service schema".to_owned(),
    };
    format!("// {what}, from {source}.\n// Written by tools/fetch-layers; not to be edited.\n")
}

/// Whether a definition has the id of its text. In the schema of secret chats, which spans many layers, the layer
/// may stand behind a name whose id is without it.
pub fn is_right(definition: Definition, is_secret: bool) -> bool {
    is_proven(&definition) || is_secret && is_proven(&definition.without_layer())
}

fn prove(source: &Source, file: &File) -> Result<(), Error> {
    let mut names = HashSet::new();
    let mut ids = HashMap::new();
    for (section, definition) in file.definitions() {
        let line = definition.position.line;
        // What has no id of its own is a built-in, or is never sent.
        if definition.id.is_some() && !is_right(definition.clone(), source.name == SECRET) {
            let (written, computed) = (definition.effective_id(), definition.computed_id());
            let reason = format!("{}#{written:08x}: the id of this text is {computed:08x}", definition.name);
            return Err(Error::line(source, line, reason));
        }
        if !names.insert((section, definition.name.clone())) {
            return Err(Error::line(source, line, format!("{} stands there twice", definition.name)));
        }
        if let Some(other) = ids.insert(definition.effective_id(), definition.name.clone()) {
            let reason =
                format!("{} and {other} have the id {:08x}", definition.name, definition.effective_id());
            return Err(Error::line(source, line, reason));
        }
    }
    Ok(())
}

/// The lines of a section, in the order of the source.
fn lines(source: &Source, file: &File, wanted: Section) -> Vec<String> {
    let is_layer = source.layer().is_some();
    let core: Vec<Definition> = match is_layer && wanted == Section::Types {
        true => CORE.iter().filter_map(|text| parse_definition(text).ok()).collect(),
        false => Vec::new(),
    };
    let is_core = |definition: &Definition| core.iter().any(|core| core.name == definition.name);
    let mut lines: Vec<String> = core.iter().map(|definition| format!("{definition};")).collect();
    let mut section = Section::Types;
    for item in &file.items {
        match item {
            Item::Section(next) => section = *next,
            Item::Definition(definition) if section == wanted && !is_core(definition) => {
                lines.push(line(definition, is_layer));
            }
            // The service schema keeps, as comments, what no generated code can read.
            Item::Comment(text) if section == wanted && !is_layer => lines.extend(manual(text)),
            _ => {}
        }
    }
    lines
}

fn line(definition: &Definition, is_layer: bool) -> String {
    // The service schema has built-ins, which have no id.
    match is_layer || definition.id.is_some() {
        true => format!("{};", definition.clone().with_full_id()),
        false => format!("{definition};"),
    }
}

/// A definition in a comment, with the remark behind it.
fn manual(comment: &str) -> Option<String> {
    let (definition, remark) = comment.split_once(';')?;
    let definition = parse_definition(definition.trim()).ok()?;
    let remark = remark.trim().trim_start_matches('/').trim();
    let remark = if remark.is_empty() { String::new() } else { format!(" // {remark}") };
    Some(format!("// {definition};{remark}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::SOURCES;

    const SOURCE: Source = Source { name: "158", foreign: &[], ..SOURCES[SOURCES.len() - 1] };

    fn canonical(source: &Source, text: &str) -> Result<String, Error> {
        super::canonical(source, text, &HashSet::new())
    }

    #[test]
    fn the_formatting_is_a_fixpoint() {
        let text = "// anything\n---types---\n\ninputUserSelf#f7c1b13f   = InputUser;\n---functions---\n\
                    help.getConfig#c4f9186b = Config;\n// LAYER 158\n";
        let canonical_text = canonical(&SOURCE, text).unwrap();
        assert!(canonical_text.contains("\nvector#1cb5c415 {t:Type} # [ t ] = Vector t;\n"));
        assert!(
            canonical_text.ends_with("---functions---\nhelp.getConfig#c4f9186b = Config;\n\n// LAYER 158\n")
        );
        assert_eq!(canonical(&SOURCE, &canonical_text).unwrap(), canonical_text);
    }

    #[test]
    fn short_ids_are_written_in_full_and_missing_ones_added() {
        let text = "updates.difference#f49ca0 new_messages:Vector<Message> new_encrypted_messages:Vector<EncryptedMessage> \
                    other_updates:Vector<Update> chats:Vector<Chat> users:Vector<User> state:updates.State = updates.Difference;\n\
                    inputUserSelf = InputUser;\n";
        let text = canonical(&SOURCE, text).unwrap();
        assert!(text.contains("updates.difference#00f49ca0 "), "{text}");
        assert!(text.contains("inputUserSelf#f7c1b13f = InputUser;"), "{text}");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let refused = |text: &str| canonical(&SOURCE, text).unwrap_err().to_string();
        let wrong = refused("\ninputUserSelf#f7c1b13e = InputUser;\n");
        assert!(wrong.contains("api.tl:2:") && wrong.contains("f7c1b13f"), "{wrong}");
        let twice = refused("inputUserSelf#f7c1b13f = InputUser;\ninputUserSelf#f7c1b13f = InputUser;\n");
        assert!(twice.contains(":2:") && twice.contains("twice"), "{twice}");
        assert!(refused("// LAYER 157\n").contains("layer 157, not 158"));
        assert!(refused("what is this\n").contains(":1:"));
    }

    #[test]
    fn what_a_source_has_added_is_left_out() {
        let source = Source { foreign: &["inputUserSelfLegacy"], ..SOURCE };
        let text = canonical(&source, "inputUserSelfLegacy#f7c1b13f = InputUser;\n").unwrap();
        assert!(!text.contains("Legacy"));
    }

    #[test]
    fn the_service_schema_keeps_what_is_read_by_hand() {
        let source = Source { name: "mtproto", ..SOURCE };
        let text =
            "int ? = Int;\n//gzip_packed#3072cfa1 packed_data:bytes = Object; // parsed manually\n// prose\n";
        let text = canonical(&source, text).unwrap();
        assert!(text.contains(
            "\nint ? = Int;\n// gzip_packed#3072cfa1 packed_data:bytes = Object; // parsed manually\n"
        ));
        assert!(!text.contains("prose"));
        assert_eq!(canonical(&source, &text).unwrap(), text);
    }
}
