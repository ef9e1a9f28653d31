//! `convert`: the bytes of one layer to those of another.

use piltover_convert::{convert, decode_answer};
use piltover_layers::{LAYERS, history};
use piltover_tl::dynamic::{Dictionary, Object, Value};
use piltover_tl::schema::TypeRef;
use serde_json::json;

use super::Outcome;
use super::codec::input_bytes;
use super::output::{BAD, CHANGED, GOOD, Output, styled};
use crate::cli::hex;

/// The options of `piltover tl convert`.
#[derive(Debug, clap::Args)]
pub struct Convert {
    /// The shipped layer of the bytes.
    #[arg(long, value_name = "LAYER", value_parser = shipped)]
    from: i32,
    /// The shipped layer to convert to.
    #[arg(long, value_name = "LAYER", value_parser = shipped)]
    to: i32,
    /// The bytes are the answer to this function.
    #[arg(long, value_name = "FUNCTION")]
    answer: Option<String>,
    /// The bytes: hex, or a file with hex or the bytes themselves; `-` is the standard input.
    #[arg(value_name = "HEX|FILE|-", default_value = "-")]
    input: String,
}

fn shipped(text: &str) -> Result<i32, String> {
    match text.parse() {
        Ok(layer) if LAYERS.contains(&layer) => Ok(layer),
        _ => Err("not a shipped layer; `piltover tl layers` lists them".to_owned()),
    }
}

impl Convert {
    pub fn run(self, json: bool) -> Outcome {
        let bytes = input_bytes(&self.input)?;
        let (from, to) =
            (Dictionary::of_layer(history(), self.from), Dictionary::of_layer(history(), self.to));
        let old_type = self.answer_type(&from, self.from)?;
        let new_type = self.answer_type(&to, self.to)?;
        // What the layer's schema does not allow is no value of the layer, even if another one allows it.
        let before = from.decode_as(&old_type, &bytes)?;
        let converted = match &self.answer {
            None => convert(&bytes, self.to)?,
            Some(function) => {
                let id = to.named(function).map(|combinator| combinator.id).unwrap_or_default();
                decode_answer(function, &bytes)?(id, self.to)?
            }
        };
        let after = to.decode_as(&new_type, &converted)?;
        let mut differences = Vec::new();
        compare("", &before, &after, &mut differences);
        if json {
            return Output::json(&json!({
                "hex": hex(&converted),
                "value": after,
                "differences": differences.iter().map(Difference::json).collect::<Vec<_>>(),
            }));
        }
        // The hex alone is what scripts take.
        for difference in &differences {
            anstream::eprintln!("{}", difference.text());
        }
        Ok(Output::text(hex(&converted)))
    }

    fn answer_type(&self, dictionary: &Dictionary<'_>, layer: i32) -> Result<TypeRef, String> {
        let Some(function) = &self.answer else { return Ok(TypeRef::Any) };
        let combinator = dictionary.named(function);
        Ok(combinator.ok_or(format!("layer {layer} has no function {function}"))?.result.clone())
    }
}

/// A difference between a value and what it became.
#[derive(Debug, PartialEq)]
enum Difference {
    /// Nothing of this name is left.
    Lost(String, String),
    /// There was nothing of this name.
    New(String, String),
    /// It is something else.
    Changed(String, String, String),
}

impl Difference {
    fn text(&self) -> String {
        match self {
            Self::Lost(path, value) => styled(BAD, format!("- {path}: {value}")),
            Self::New(path, value) => styled(GOOD, format!("+ {path}: {value}")),
            Self::Changed(path, old, new) => styled(CHANGED, format!("~ {path}: {old} -> {new}")),
        }
    }

    fn json(&self) -> serde_json::Value {
        match self {
            Self::Lost(path, old) => json!({ "change": "lost", "path": path, "old": old }),
            Self::New(path, new) => json!({ "change": "new", "path": path, "new": new }),
            Self::Changed(path, old, new) => {
                json!({ "change": "changed", "path": path, "old": old, "new": new })
            }
        }
    }
}

/// Collects what differs, by the names of fields.
fn compare(path: &str, old: &Value<'_>, new: &Value<'_>, found: &mut Vec<Difference>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) if old.combinator().name == new.combinator().name => {
            let path = if path.is_empty() { &old.combinator().name } else { path };
            compare_fields(path, old, new, found);
        }
        (Value::Vector(old), Value::Vector(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(&format!("{path}[{index}]"), old, new, found);
            }
        }
        (Value::Int(old), Value::Long(new)) if i64::from(*old) == *new => {}
        (Value::Long(old), Value::Int(new)) if *old == i64::from(*new) => {}
        (old, new) if old == new => {}
        (old, new) => {
            let path = if path.is_empty() { "the value" } else { path };
            found.push(Difference::Changed(path.to_owned(), old.to_string(), new.to_string()));
        }
    }
}

fn compare_fields(path: &str, old: &Object<'_>, new: &Object<'_>, found: &mut Vec<Difference>) {
    for (name, value) in old.fields() {
        let path = format!("{path}.{name}");
        match new.get(name) {
            Some(new) => compare(&path, value, new, found),
            // A bit that became a Bool says the same, and the other way about.
            None if *value == Value::Bool(false) => {}
            None => found.push(Difference::Lost(path, value.to_string())),
        }
    }
    for (name, value) in new.fields().filter(|(name, _)| old.get(name).is_none()) {
        if *value != Value::Bool(false) {
            found.push(Difference::New(format!("{path}.{name}"), value.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use piltover_layers::{Method, NEWEST, functions};

    use super::*;

    /// A layer whose form of the request differs from the newest, and a reply in that form.
    fn old_reply() -> (i32, String) {
        let has_reply = |layer: &&i32| {
            let dictionary = Dictionary::of_layer(history(), **layer);
            let field = dictionary.named("messages.sendMessage").and_then(|it| it.field("reply_to_msg_id"));
            field.is_some()
        };
        let layer = *LAYERS.iter().rev().find(has_reply).unwrap();
        let json = json!({
            "_": "messages.sendMessage", "peer": {"_": "inputPeerSelf"}, "reply_to_msg_id": 5, "message": "hi",
            "random_id": 1,
        });
        let value = Dictionary::of_layer(history(), layer).from_json(&json).unwrap().to_bytes().unwrap();
        (layer, hex(&value))
    }

    #[test]
    fn requests_are_converted_and_what_differs_is_told() {
        let (layer, input) = old_reply();
        let output = Convert { from: layer, to: NEWEST, answer: None, input }.run(true).unwrap().plain();
        let json: serde_json::Value = serde_json::from_str(&output).unwrap();
        assert_eq!(json["value"]["reply_to"]["reply_to_msg_id"], 5);
        let paths: Vec<_> = json["differences"].as_array().unwrap().iter().map(|it| &it["path"]).collect();
        assert_eq!(paths, ["messages.sendMessage.reply_to_msg_id", "messages.sendMessage.reply_to"]);
    }

    #[test]
    fn bytes_of_another_layer_are_refused() {
        let (_, input) = old_reply();
        assert!(functions::messages::SendMessage::VERSIONS.len() > 1);
        let error = Convert { from: NEWEST, to: NEWEST, answer: None, input }.run(false).unwrap_err();
        assert!(error.to_string().contains("messages.sendMessage of layer"), "{error}");
    }
}
