//! The TL text of a package, which not every package holds as a file.

mod docstrings;
mod mtcute;
mod telethon;

use std::collections::HashSet;

use piltover_tl::ast::Section;

use crate::archive;
use crate::sources::{Form, Source};

/// The TL text in a package's archive. `service` are the ids of the service schema.
///
/// # Errors
/// The archive cannot be read, or does not hold what its source says.
pub fn text(source: &Source, archive: &[u8], service: &HashSet<u32>) -> Result<String, String> {
    match source.project.form {
        Form::Tl(file) => archive::file(archive, file),
        Form::Docstrings(folder) => docstrings::text(&modules(archive, folder)?),
        Form::Python(folder) => telethon::layer(&modules(archive, folder)?, |name, id| {
            source.is_foreign(name) || service.contains(&id)
        }),
        Form::Secret(folder) => telethon::secret(&modules(archive, folder)?),
        Form::Json(file) => mtcute::text(&archive::file(archive, file)?),
    }
}

/// A Python module of generated code.
#[derive(Debug)]
struct Module {
    section: Section,
    /// The namespace of its definitions.
    namespace: Option<String>,
    /// The code.
    text: String,
}

/// The modules of types and of functions below a folder: `types/auth.py` holds one namespace, or
/// `types/auth/code.py` a part of it, and `types/__init__.py` what has none.
fn modules(archive: &[u8], folder: &str) -> Result<Vec<Module>, String> {
    let is_wanted = |path: &std::path::Path| {
        path.starts_with(folder) && path.extension().is_some_and(|extension| extension == "py")
    };
    let mut modules = Vec::new();
    for file in archive::files(archive, is_wanted)? {
        let below = file.name.strip_prefix(folder).unwrap_or_default().trim_start_matches('/');
        let parts: Vec<&str> = below.trim_end_matches(".py").split('/').collect();
        let (section, rest) = match parts.as_slice() {
            ["types", rest @ ..] => (Section::Types, rest),
            ["functions", rest @ ..] => (Section::Functions, rest),
            _ => continue,
        };
        // Of a file in the folder itself, the oldest versions hold one definition without a namespace,
        // the newer ones all of a namespace; which of them it is, the code tells.
        let namespace = match rest {
            [namespace, _] => Some((*namespace).to_owned()),
            ["__init__"] => None,
            [file] => Some((*file).to_owned()),
            _ => continue,
        };
        modules.push(Module { section, namespace, text: file.text });
    }
    match modules.is_empty() {
        true => Err(format!("there is no generated code in {folder}")),
        false => Ok(modules),
    }
}

/// Lines under `---types---` and `---functions---`.
fn sections(types: &[String], functions: &[String]) -> String {
    format!("---types---\n{}\n---functions---\n{}\n", types.join("\n"), functions.join("\n"))
}
