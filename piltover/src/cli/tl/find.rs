//! `id`, `find`: definitions by their text, their name or their id.

use std::fmt::Write as _;

use piltover_tl::history::{Entry, Form, History};
use piltover_tl::parse_definition;
use piltover_tl::schema::TypeRef;
use serde_json::{Value, json};

use super::Outcome;
use super::output::{DIM, Output, STRONG, count, styled};

/// Most names that are shown where nothing has the name that was asked for.
const MAX_SIMILAR: usize = 30;

/// The options of `piltover tl id`.
#[derive(Debug, clap::Args)]
pub struct Id {
    /// The definition, with or without its id.
    text: String,
}

impl Id {
    pub fn run(self, json: bool) -> Outcome {
        let definition = parse_definition(&self.text).map_err(|error| error.in_file("the text"))?;
        let id = definition.computed_id();
        let written = definition.id.map(|id| id.value);
        let differs = written.is_some_and(|written| written != id);
        let output = if json {
            Output::json(&json!({
                "id": format!("{id:08x}"),
                "signed": id.cast_signed(),
                "written": written.map(|id| format!("{id:08x}")),
                "normal_form": definition.normal_form(),
            }))?
        } else {
            if differs {
                let form = definition.normal_form();
                anstream::eprintln!(
                    "{}",
                    styled(DIM, format!("the text has another id; its normal form: {form}"))
                );
            }
            Output::text(format!("{id:08x}"))
        };
        Ok(output.failed_if(differs))
    }
}

/// The options of `piltover tl find`.
#[derive(Debug, clap::Args)]
pub struct Find {
    /// A constructor, a function, a type, or an id: hex, or a signed decimal number.
    #[arg(value_name = "NAME|ID", allow_hyphen_values = true)]
    what: String,
}

impl Find {
    pub fn run(self, json: bool) -> Outcome {
        let histories = [piltover_layers::history(), piltover_layers::service()];
        let found: Vec<(&History, Vec<&Entry>)> =
            histories.into_iter().map(|history| (history, look_up(history, &self.what))).collect();
        if found.iter().all(|(_, entries)| entries.is_empty()) {
            return Err(not_found(&self.what, &histories).into());
        }
        let id = parse_id(&self.what);
        let forms = found.iter().flat_map(|(history, entries)| {
            entries.iter().flat_map(|entry| versions(entry, id)).map(|(entry, form)| (*history, entry, form))
        });
        if json {
            return Output::json(
                &forms.map(|(history, entry, form)| as_json(history, entry, form)).collect::<Vec<_>>(),
            );
        }
        let mut text = String::new();
        let mut last = "";
        for (history, entry, form) in forms {
            if entry.name != last {
                let between = if last.is_empty() { "" } else { "\n" };
                let _ =
                    writeln!(text, "{between}{} {}", styled(STRONG, &entry.name), styled(DIM, entry.kind));
                last = &entry.name;
            }
            let _ =
                writeln!(text, "  {}\n    {}", styled(DIM, in_layers(history, form)), form.combinator.text);
        }
        Ok(Output::text(text))
    }
}

/// `layers 133-158 181`.
pub fn in_layers(history: &History, form: &Form) -> String {
    let layers = form.layers.display(history.layers());
    match history.layers() {
        [0] => "mtproto".to_owned(),
        _ if layers.parse::<i32>().is_ok() => format!("layer {layers}"),
        _ => format!("layers {layers}"),
    }
}

fn as_json(history: &History, entry: &Entry, form: &Form) -> Value {
    json!({
        "name": entry.name,
        "kind": entry.kind.to_string(),
        "id": format!("{:08x}", form.combinator.id),
        "layers": if history.layers() == [0] { Vec::new() } else { form.layers.iter().collect::<Vec<_>>() },
        "text": form.combinator.text,
    })
}

/// The forms of an entry, those of one id alone if there is one that was asked for.
fn versions(entry: &Entry, id: Option<u32>) -> Vec<(&Entry, &Form)> {
    let has_id = entry.versions.iter().any(|version| Some(version.id) == id);
    let versions = entry.versions.iter().filter(|version| !has_id || Some(version.id) == id);
    versions.flat_map(|version| &version.forms).map(|form| (entry, form)).collect()
}

fn parse_id(text: &str) -> Option<u32> {
    let digits = text.strip_prefix('#').or_else(|| text.strip_prefix("0x")).unwrap_or(text);
    match u32::from_str_radix(digits, 16) {
        Ok(id) if digits.len() == 8 || digits.len() < text.len() => Some(id),
        // JSON schemas have ids as signed numbers.
        _ => text.parse::<i32>().ok().map(i32::cast_unsigned).or_else(|| text.parse().ok()),
    }
}

fn look_up<'a>(history: &'a History, what: &str) -> Vec<&'a Entry> {
    if let Some(id) = parse_id(what) {
        let has_id = |entry: &&Entry| entry.versions.iter().any(|version| version.id == id);
        let found: Vec<&Entry> = history.entries().filter(has_id).collect();
        if !found.is_empty() {
            return found;
        }
    }
    if let Some(entry) = history.entry(what) {
        return vec![entry];
    }
    let is_type = |ty: &TypeRef| matches!(ty, TypeRef::Boxed(name) if name == what);
    let of_type = |entry: &&Entry| {
        entry.kind == piltover_tl::schema::Kind::Constructor
            && entry.canonical().is_some_and(|version| is_type(&version.union.result))
    };
    history.entries().filter(of_type).collect()
}

/// Says which names are similar.
pub fn not_found(what: &str, histories: &[&History]) -> String {
    let part = what.to_lowercase();
    let names = histories.iter().flat_map(|history| history.entries());
    let similar: Vec<&str> =
        names.map(|entry| entry.name.as_str()).filter(|name| name.to_lowercase().contains(&part)).collect();
    if similar.is_empty() || part.is_empty() {
        return format!("no layer has {what}");
    }
    let shown = similar.iter().take(MAX_SIMILAR).copied().collect::<Vec<_>>().join("\n  ");
    let more = similar.len().saturating_sub(MAX_SIMILAR);
    let more = if more > 0 { format!("\n  and {}", count(more, "other")) } else { String::new() };
    format!("no layer has {what}; there are\n  {shown}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hex_or_decimal() {
        for text in ["59511722", "#59511722", "0x59511722", "1498486562"] {
            assert_eq!(parse_id(text), Some(0x5951_1722), "{text}");
        }
        assert_eq!(parse_id("-1132882121"), Some(0xbc79_9737));
        assert_eq!(parse_id("user"), None);
        assert_eq!(parse_id("#beef"), Some(0xbeef));
    }

    fn find(what: &str) -> String {
        Find { what: what.to_owned() }
            .run(false)
            .map_or_else(|error| error.to_string(), |found| found.plain())
    }

    #[test]
    fn definitions_are_found_by_name_type_and_id() {
        assert!(find("peerUser").contains("peerUser#59511722 user_id:long = Peer"));
        assert!(find("59511722").starts_with("peerUser constructor\n"));
        assert!(find("Peer").contains("\n\npeerChat constructor\n"), "{}", find("Peer"));
        assert!(find("ping").contains("  mtproto\n"));
        assert!(find("peeruser").contains("peerUser"));
        assert_eq!(find("no such thing"), "no layer has no such thing");
    }

    #[test]
    fn the_id_of_a_text_is_told() {
        let id = |text: &str| Id { text: text.to_owned() }.run(false).unwrap();
        assert_eq!(id("boolFalse = Bool").plain(), "bc799737");
        assert!(!id("boolFalse#bc799737 = Bool;").is_failed());
        assert!(id("boolFalse#1 = Bool;").is_failed());
        assert!(Id { text: "=".to_owned() }.run(false).is_err());
    }
}
