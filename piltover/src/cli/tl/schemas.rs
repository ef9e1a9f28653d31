//! The schemas that arguments name.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::Path;
use std::str::FromStr;

use piltover_layers::LAYERS;
use piltover_tl::history::{History, Source};
use piltover_tl::schema::Schema;

/// A schema that an argument names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    /// A shipped layer.
    Shipped(i32),
    /// The service schema.
    Service,
    /// The schema of secret chats.
    Secret,
    /// A schema file; `-` is the standard input.
    File(String),
}

impl FromStr for Layer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<i32>() {
            Ok(layer) if LAYERS.contains(&layer) => Ok(Self::Shipped(layer)),
            Ok(layer) if !Path::new(text).exists() => Err(match piltover_layers::history().nearest(layer) {
                Some(nearest) => format!("layer {layer} is not shipped; the next lower one is {nearest}"),
                None => format!("layer {layer} is not shipped; `piltover tl layers` lists those which are"),
            }),
            _ if text == "mtproto" => Ok(Self::Service),
            _ if text == "secret" => Ok(Self::Secret),
            _ => Ok(Self::File(text.to_owned())),
        }
    }
}

/// A schema that was opened: one layer of a history.
#[derive(Debug)]
pub struct Opened {
    /// The layers around it.
    pub history: Cow<'static, History>,
    /// The layer.
    pub layer: i32,
    /// What it is called.
    pub name: String,
}

impl Layer {
    /// Reads the schema.
    pub fn open(&self) -> Result<Opened, Box<dyn std::error::Error>> {
        Ok(match self {
            Self::Shipped(layer) => Opened {
                history: Cow::Borrowed(piltover_layers::history()),
                layer: *layer,
                name: format!("layer {layer}"),
            },
            Self::Service => Opened {
                history: Cow::Borrowed(piltover_layers::service()),
                layer: 0,
                name: "mtproto".to_owned(),
            },
            Self::Secret => Opened {
                history: Cow::Borrowed(piltover_layers::secret()),
                layer: 0,
                name: "secret".to_owned(),
            },
            Self::File(path) => {
                let text = read_text(path)?;
                let layer = file_layer(path, &text)?;
                let history = History::new([Source { layer, file: path, text: &text }])?;
                Opened { history: Cow::Owned(history), layer, name: path.clone() }
            }
        })
    }
}

impl Opened {
    /// The layer's schema.
    pub fn schema(&self) -> Schema<'_> {
        self.history.schema(self.layer)
    }
}

/// The layer that a file states, else 0.
pub fn file_layer(path: &str, text: &str) -> Result<i32, String> {
    let file = piltover_tl::parse_file(text).map_err(|error| error.in_file(path))?;
    Ok(file.layer().and_then(|layer| i32::try_from(layer).ok()).unwrap_or_default())
}

/// The bytes of a file, or of the standard input for `-`.
pub fn read_bytes(path: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let result = match path {
        "-" => std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes),
        path => std::fs::read(path),
    };
    result.map_err(|error| format!("{path}: {error}"))
}

/// The text of a file, or of the standard input for `-`.
pub fn read_text(path: &str) -> Result<String, String> {
    String::from_utf8(read_bytes(path)?).map_err(|_| format!("{path}: not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_name_layers_or_files() {
        assert_eq!("230".parse(), Ok(Layer::Shipped(230)));
        assert_eq!("mtproto".parse(), Ok(Layer::Service));
        assert_eq!("secret".parse(), Ok(Layer::Secret));
        assert_eq!("api.tl".parse(), Ok(Layer::File("api.tl".to_owned())));
        assert!("9999".parse::<Layer>().unwrap_err().contains("the next lower one is"));
        assert!("1".parse::<Layer>().unwrap_err().contains("piltover tl layers"));
        assert!(
            "no/such.tl"
                .parse::<Layer>()
                .unwrap()
                .open()
                .unwrap_err()
                .to_string()
                .starts_with("no/such.tl: ")
        );
    }
}
