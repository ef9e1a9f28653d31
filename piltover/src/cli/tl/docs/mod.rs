//! `docs`: a static site of all layers, the service schema and the schema of secret chats. It opens from the disk,
//! without a server, so the data is a script, and pages are made in the browser. There a module would not be loaded
//! from the disk: the scripts are plain ones, in the order in which they need each other.

use std::collections::BTreeMap;
use std::path::PathBuf;

use piltover_layers::{LAYERS, history, secret, secret_layers, service};
use piltover_tl::history::{Entry, History};
use serde_json::{Value, json};

use super::Outcome;
use super::layers::sources;
use super::output::{Output, count};

/// The files that are the same for all schemas.
const ASSETS: [(&str, &str); 6] = [
    ("index.html", include_str!("index.html")),
    ("style.css", include_str!("style.css")),
    ("store.js", include_str!("store.js")),
    ("elements.js", include_str!("elements.js")),
    ("pages.js", include_str!("pages.js")),
    ("app.js", include_str!("app.js")),
];

/// The options of `piltover tl docs`.
#[derive(Debug, clap::Args)]
pub struct Docs {
    /// The folder for the site; made if it is not there.
    #[arg(value_name = "OUT")]
    folder: PathBuf,
}

impl Docs {
    pub fn run(self, json: bool) -> Outcome {
        let folder = self.folder.display();
        std::fs::create_dir_all(&self.folder).map_err(|error| format!("{folder}: {error}"))?;
        let script = format!("window.TL = {};\n", serde_json::to_string(&data())?);
        for (name, content) in ASSETS.into_iter().chain([("data.js", script.as_str())]) {
            let path = self.folder.join(name);
            std::fs::write(&path, content).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let index = self.folder.join("index.html").display().to_string();
        match json {
            true => Output::json(&json!({ "index": index })),
            false => Ok(Output::text(format!("{}: {index}", count(LAYERS.len(), "layer")))),
        }
    }
}

/// What the pages are made of: of each schema the layers with their sources, and all definitions as one table.
fn data() -> Value {
    let sources = sources();
    let source = |name: &str| sources.get(name).copied();
    let layers = LAYERS.iter().map(|layer| json!({ "layer": layer, "source": source(&layer.to_string()) }));
    // The layers of secret chats have numbers of the API's too, but one file for all.
    let bare = |history: &History| history.layers().iter().map(|layer| json!({ "layer": layer })).collect();
    let schema = |key: &str, history: &History, layers: Vec<Value>, names: BTreeMap<String, &str>| {
        let (source, table) = (source(key), history.to_table());
        json!({ "key": key, "source": source, "layers": layers, "names": names, "table": table })
    };
    json!({ "schemas": [
        schema("api", history(), layers.collect(), BTreeMap::new()),
        schema("mtproto", service(), bare(service()), BTreeMap::new()),
        schema("secret", secret_layers(), bare(secret_layers()), names()),
    ] })
}

/// What `schema/secret.tl` calls the forms that have a layer behind their names there, by their ids.
fn names() -> BTreeMap<String, &'static str> {
    let is_form = |entry: &&Entry| secret_layers().entry(&entry.name).is_none();
    let forms = secret().entries().filter(is_form).filter_map(|entry| Some((entry.canonical()?.id, entry)));
    forms.map(|(id, entry)| (format!("{id:08x}"), entry.name.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files of the site, by name, and what is in data.js.
    fn site() -> (BTreeMap<String, String>, Value) {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("a/site");
        Docs { folder: site.clone() }.run(false).unwrap();
        let files = std::fs::read_dir(site).unwrap().map(|file| {
            let file = file.unwrap();
            (file.file_name().into_string().unwrap(), std::fs::read_to_string(file.path()).unwrap())
        });
        let files: BTreeMap<_, _> = files.collect();
        let data = files["data.js"].strip_prefix("window.TL = ").unwrap().strip_suffix(";\n").unwrap();
        let data = serde_json::from_str(data).unwrap();
        (files, data)
    }

    #[test]
    fn the_site_has_all_definitions_of_all_schemas() {
        let (_, data) = site();
        let schemas = data["schemas"].as_array().unwrap();
        let expected = [("api", history()), ("mtproto", service()), ("secret", secret_layers())];
        assert_eq!(schemas.len(), expected.len());
        for (schema, (key, history)) in schemas.iter().zip(expected) {
            assert_eq!(schema["key"], key);
            let layers = schema["layers"].as_array().unwrap().iter();
            let layers: Vec<i32> = layers.map(|it| it["layer"].as_i64().unwrap() as i32).collect();
            assert_eq!(layers, history.layers());
            let table = History::from_table(schema["table"].as_str().unwrap(), &layers).unwrap();
            assert_eq!(table.to_table(), history.to_table());
            assert!(table.entries().count() > 60, "{key}");
        }
        let [api, mtproto, secret] = schemas.as_slice() else { panic!("three schemas") };
        assert!(api["layers"].as_array().unwrap().iter().all(|it| it["source"].is_string()));
        assert!(secret["layers"].as_array().unwrap().iter().all(|it| it["source"].is_null()));
        assert!(mtproto["source"].is_string() && secret["source"].is_string());
        // Each form has its layers, and the name that the schema file gives it.
        let table = secret["table"].as_str().unwrap();
        assert!(table.contains("c\t45-66\tdecryptedMessage#36b091de flags:# "), "{table}");
        assert_eq!(secret["names"]["36b091de"], "decryptedMessage46");
        assert!(mtproto["table"].as_str().unwrap().contains("c\t0\tresPQ#05162463 nonce:int128 "));
    }

    #[test]
    fn whatever_is_named_is_there_and_nothing_is_loaded_from_elsewhere() {
        let (files, data) = site();
        let index = &files["index.html"];
        let loaded = index.split('"').filter(|text| files.contains_key(*text));
        assert_eq!(loaded.count() + 1, files.len(), "{index}");
        assert_eq!(files.len(), ASSETS.len() + 1);
        for (name, text) in &files {
            assert!(!text.is_empty(), "{name}");
            for word in ["http", "fetch(", "import ", "type=\"module\""] {
                assert!(name == "data.js" || !text.contains(word), "{name}: {word}");
            }
        }
        // A schema's page is linked, and has a title.
        for schema in data["schemas"].as_array().unwrap() {
            let key = schema["key"].as_str().unwrap();
            assert!(files["store.js"].contains(&format!("  {key}: {{ title:")), "{key}");
            assert_eq!(index.contains(&format!("href=\"#/{key}\"")), key != "api", "{key}");
        }
    }
}
