//! `docs`: a static site of all layers. It opens from the disk, without a server, so the data is a script, and
//! pages are made in the browser.

use std::path::PathBuf;

use piltover_layers::{LAYERS, NEWEST, history};
use serde_json::{Value, json};

use super::Outcome;
use super::layers::sources;
use super::output::{Output, count};

/// The files that are the same for all schemas.
const ASSETS: [(&str, &str); 3] = [
    ("index.html", include_str!("index.html")),
    ("style.css", include_str!("style.css")),
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

/// What the pages are made of: the layers with their sources, and all definitions as one table.
fn data() -> Value {
    let sources = sources();
    let layers = LAYERS.iter().map(|layer| {
        let source = sources.get(layer.to_string().as_str()).copied().unwrap_or_default();
        json!({ "layer": layer, "source": source })
    });
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "newest": NEWEST,
        "layers": layers.collect::<Vec<_>>(),
        "table": history().to_table(),
    })
}

#[cfg(test)]
mod tests {
    use piltover_tl::history::History;

    use super::*;

    #[test]
    fn the_site_is_written_with_all_definitions() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("a/site");
        Docs { folder: site.clone() }.run(false).unwrap();
        let read = |name: &str| std::fs::read_to_string(site.join(name)).unwrap();
        let script = read("data.js");
        let data = script.strip_prefix("window.TL = ").unwrap().strip_suffix(";\n").unwrap();
        let data: Value = serde_json::from_str(data).unwrap();
        let layers: Vec<i32> = data["layers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["layer"].as_i64().unwrap() as i32)
            .collect();
        assert_eq!(layers, LAYERS);
        let table = History::from_table(data["table"].as_str().unwrap(), &layers).unwrap();
        assert_eq!(table.entries().count(), history().entries().count());
        // Whatever a page names is there, and nothing is loaded from elsewhere.
        let index = read("index.html");
        for name in ["style.css", "data.js", "app.js"] {
            assert!(index.contains(&format!("\"{name}\"")) && !read(name).is_empty(), "{name}");
        }
        for name in ["index.html", "style.css", "app.js"] {
            assert!(!read(name).contains("http") && !read(name).contains("fetch("), "{name}");
        }
    }
}
