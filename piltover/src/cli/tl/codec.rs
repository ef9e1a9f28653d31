//! `decode`, `encode`: values by the schema of a layer, or of all.

use std::path::Path;

use piltover_layers::{history, service};
use piltover_tl::dynamic::Dictionary;
use piltover_tl::schema::TypeRef;

use super::Outcome;
use super::output::Output;
use super::schemas::{Layer, Opened, read_bytes, read_text};
use crate::cli::hex;

/// The schema and the type of a value.
#[derive(Debug, clap::Args)]
pub struct Schema {
    /// The layer, or a file; all layers and the service schema, if it is not given.
    #[arg(long, value_name = "LAYER")]
    layer: Option<Layer>,
    /// The type of the value, as `Vector<int>`, if it does not begin with its own id.
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "answer")]
    ty: Option<TypeRef>,
    /// The value is the answer to this function.
    #[arg(long, value_name = "FUNCTION")]
    answer: Option<String>,
}

impl Schema {
    fn open(&self) -> Result<Option<Opened>, Box<dyn std::error::Error>> {
        self.layer.as_ref().map(Layer::open).transpose()
    }

    fn ty(&self, dictionary: &Dictionary<'_>) -> Result<TypeRef, String> {
        match (&self.ty, &self.answer) {
            (Some(ty), _) => Ok(ty.clone()),
            (None, Some(function)) => {
                let combinator = dictionary.named(function).ok_or(format!("no function {function}"))?;
                Ok(combinator.result.clone())
            }
            (None, None) => Ok(TypeRef::Any),
        }
    }
}

/// The definitions of an opened schema, or of all layers.
pub fn dictionary(opened: Option<&Opened>) -> Dictionary<'_> {
    match opened {
        Some(opened) => Dictionary::of_layer(&opened.history, opened.layer),
        None => Dictionary::of_all(history()).with(service().schema(0)),
    }
}

/// The options of `piltover tl decode`.
#[derive(Debug, clap::Args)]
pub struct Decode {
    #[command(flatten)]
    schema: Schema,
    /// The bytes: hex, or a file with hex or the bytes themselves; `-` is the standard input.
    #[arg(value_name = "HEX|FILE|-", default_value = "-")]
    input: String,
}

impl Decode {
    pub fn run(self) -> Outcome {
        let bytes = input_bytes(&self.input)?;
        let opened = self.schema.open()?;
        let dictionary = dictionary(opened.as_ref());
        let ty = self.schema.ty(&dictionary)?;
        Output::json(&dictionary.decode_as(&ty, &bytes)?)
    }
}

/// The options of `piltover tl encode`.
#[derive(Debug, clap::Args)]
pub struct Encode {
    #[command(flatten)]
    schema: Schema,
    /// The value as `piltover tl decode` prints it, or a file with it; `-` is the standard input.
    #[arg(value_name = "JSON|FILE|-", default_value = "-")]
    input: String,
}

impl Encode {
    pub fn run(self) -> Outcome {
        let is_json = self.input.starts_with(['{', '[', '"']) || !Path::new(&self.input).exists();
        let text = if is_json && self.input != "-" { self.input.clone() } else { read_text(&self.input)? };
        let json = serde_json::from_str(&text).map_err(|error| format!("not JSON: {error}"))?;
        let opened = self.schema.open()?;
        let dictionary = dictionary(opened.as_ref());
        let ty = self.schema.ty(&dictionary)?;
        Ok(Output::text(hex(&dictionary.from_json_as(&ty, &json)?.to_bytes_as(&ty)?)))
    }
}

/// The bytes that an argument gives: as hex, or in a file, as hex or as they are.
pub fn input_bytes(input: &str) -> Result<Vec<u8>, String> {
    if let Some(bytes) = parse_hex(input).filter(|_| input != "-") {
        return Ok(bytes);
    }
    if input != "-" && !Path::new(input).exists() {
        return Err(format!("{input}: neither hex nor a file"));
    }
    let bytes = read_bytes(input)?;
    Ok(std::str::from_utf8(&bytes).ok().and_then(parse_hex).unwrap_or(bytes))
}

/// Hex, with or without spaces and `0x`; `None` if it is something else, or nothing.
fn parse_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let digits = digits.strip_prefix(b"0x").unwrap_or(&digits);
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let byte = |pair: &[u8; 2]| match pair.iter().all(u8::is_ascii_hexdigit) {
        true => u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok(),
        false => None,
    };
    pairs.iter().map(byte).collect::<Option<Vec<u8>>>().filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_given_as_hex() {
        assert_eq!(parse_hex("0x2217 5159\n"), Some(vec![0x22, 0x17, 0x51, 0x59]));
        for bad in ["", "221", "xy", "+1", "file.bin"] {
            assert_eq!(parse_hex(bad), None, "{bad}");
        }
        assert!(input_bytes("no-such-file").unwrap_err().contains("neither hex nor a file"));
    }

    fn schema(ty: Option<&str>, answer: Option<&str>) -> Schema {
        Schema { layer: None, ty: ty.map(|ty| ty.parse().unwrap()), answer: answer.map(str::to_owned) }
    }

    #[test]
    fn what_was_decoded_encodes_again() {
        let bytes = "22175159 2a00000000000000";
        let decoded = Decode { schema: schema(None, None), input: bytes.to_owned() }.run().unwrap().plain();
        assert_eq!(decoded, "{\n  \"_\": \"peerUser\",\n  \"user_id\": 42\n}");
        let encoded = Encode { schema: schema(None, None), input: decoded }.run().unwrap().plain();
        assert_eq!(encoded, bytes.replace(' ', ""));
    }

    #[test]
    fn answers_are_decoded_as_the_type_of_their_function() {
        let bytes = "15c4b51c 01000000 0700000000000000";
        for schema in
            [schema(Some("Vector<long>"), None), schema(None, Some("messages.getCustomEmojiDocuments"))]
        {
            let result = Decode { schema, input: bytes.to_owned() }.run();
            match result {
                Ok(output) => assert_eq!(output.plain(), "[\n  7\n]"),
                Err(error) => {
                    assert!(error.to_string().contains("Vector[0]: at byte 8: expected Document"), "{error}")
                }
            }
        }
    }
}
