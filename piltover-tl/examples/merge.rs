//! How long it takes to read the schema files of a folder and to merge them into one history, as the macro does in
//! each build.
//!
//! ```sh
//! cargo run -p piltover-tl --example merge -- layers/schema
//! ```

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use piltover_tl::history::{History, Source};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).map(PathBuf::from).ok_or("expected a folder of files N.tl")?;
    let start = Instant::now();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let layer = path.file_stem().and_then(|stem| stem.to_str()?.parse::<i32>().ok());
        if let (Some(layer), Some("tl")) = (layer, path.extension().and_then(|extension| extension.to_str()))
        {
            files.push((layer, path.display().to_string(), std::fs::read_to_string(&path)?));
        }
    }
    files.sort_by_key(|(layer, ..)| *layer);
    let sources = files.iter().map(|(layer, file, text)| Source { layer: *layer, file, text });
    let history = History::new(sources)?;
    let definitions: usize = history.entries().map(|entry| entry.versions.len()).sum();
    println!("{} files, {definitions} definitions: {:.2} s", files.len(), start.elapsed().as_secs_f64());
    Ok(())
}
