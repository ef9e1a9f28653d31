//! How long it takes to read schema files, named after their layers, and to merge them into one history, as the macro
//! does in each build.
//!
//! ```sh
//! cargo run -p piltover-tl --example merge -- layers/schema/*.tl
//! ```

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use piltover_tl::history::{History, Source};

fn main() -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let mut files = Vec::new();
    for file in std::env::args().skip(1) {
        let stem = Path::new(&file).file_stem().and_then(|stem| stem.to_str());
        let layer: i32 =
            stem.and_then(|stem| stem.parse().ok()).ok_or("a file is not named after a layer")?;
        files.push((layer, std::fs::read_to_string(&file)?, file));
    }
    files.sort_by_key(|(layer, ..)| *layer);
    let sources = files.iter().map(|(layer, text, file)| Source { layer: *layer, file, text });
    let history = History::new(sources)?;
    let definitions: usize = history.entries().map(|entry| entry.versions.len()).sum();
    println!("{} files, {definitions} definitions: {:.2} s", files.len(), start.elapsed().as_secs_f64());
    Ok(())
}
