//! `parse`, `fmt`, `lint`: schema files as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use piltover_tl::ast::{Definition, File, Item, Section};
use piltover_tl::lint;
use serde_json::{Value, json};

use super::Outcome;
use super::output::{BAD, CHANGED, DIM, Output, STRONG, count, styled};
use super::schemas::read_text;

/// The options of `piltover tl parse`.
#[derive(Debug, clap::Args)]
pub struct Parse {
    /// The schema file; `-` is the standard input.
    file: String,
}

impl Parse {
    pub fn run(self, json: bool) -> Outcome {
        let text = read_text(&self.file)?;
        match piltover_tl::parse_file(&text) {
            Ok(file) if json => Output::json(&json!({
                "layer": file.layer(),
                "definitions": file.definitions().map(definition).collect::<Vec<_>>(),
            })),
            Ok(file) => Ok(Output::text(summary(&self.file, &file))),
            Err(error) if json => {
                let (line, column) = (error.position.line, error.position.column);
                let error =
                    json!({ "file": self.file, "line": line, "column": column, "message": error.message });
                Ok(Output::json(&json!({ "error": error }))?.failed_if(true))
            }
            Err(error) => Err(error.in_file(&self.file).into()),
        }
    }
}

fn summary(name: &str, file: &File) -> String {
    let of = |section| file.definitions().filter(|(other, _)| *other == section).count();
    let mut types = BTreeMap::new();
    for (_, definition) in file.definitions().filter(|(section, _)| *section == Section::Types) {
        *types.entry(definition.result.to_string()).or_insert(0) += 1;
    }
    let without_id = file.definitions().filter(|(_, definition)| definition.id.is_none()).count();
    let comments = file.items.iter().filter(|item| matches!(item, Item::Comment(_))).count();
    let layer = file.layer().map_or("no layer".to_owned(), |layer| format!("layer {layer}"));
    let mut parts = vec![
        layer,
        format!("{} of {}", count(of(Section::Types), "constructor"), count(types.len(), "type")),
        count(of(Section::Functions), "function"),
    ];
    parts.extend((comments > 0).then(|| count(comments, "comment")));
    parts.extend((without_id > 0).then(|| format!("{} without an id", count(without_id, "definition"))));
    format!("{}: {}", styled(STRONG, name), parts.join(", "))
}

fn definition((section, definition): (Section, &Definition)) -> Value {
    let fields = definition.fields().map(|field| {
        json!({
            "name": field.name,
            "type": field.ty.to_string(),
            "word": field.condition.as_ref().map(|condition| &condition.word),
            "bit": field.condition.as_ref().map(|condition| condition.bit),
        })
    });
    json!({
        "line": definition.position.line,
        "column": definition.position.column,
        "section": section.to_string(),
        "name": definition.name,
        "id": format!("{:08x}", definition.effective_id()),
        "fields": fields.collect::<Vec<_>>(),
        "result": definition.result.to_string(),
        "text": definition.to_string(),
    })
}

/// The options of `piltover tl fmt`.
#[derive(Debug, clap::Args)]
pub struct Fmt {
    /// The schema files; `-` is the standard input.
    #[arg(required = true)]
    files: Vec<String>,
    /// Change nothing, and exit with 1 if a file is formatted in another way.
    #[arg(long, conflicts_with = "write")]
    check: bool,
    /// Write the files instead of printing them.
    #[arg(long)]
    write: bool,
}

impl Fmt {
    pub fn run(self) -> Outcome {
        let (mut text, mut differ) = (String::new(), false);
        for path in &self.files {
            let before = read_text(path)?;
            let file = piltover_tl::parse_file(&before).map_err(|error| error.in_file(path))?;
            let after = formatted(file);
            if !self.check && !self.write {
                text += &after;
            } else if after != before {
                differ = true;
                let line = before.lines().zip(after.lines()).take_while(|(before, after)| before == after);
                let _ = writeln!(text, "{path}:{}", line.count() + 1);
                if self.write && path != "-" {
                    std::fs::write(path, after).map_err(|error| format!("{path}: {error}"))?;
                }
            }
        }
        Ok(Output::text(text).failed_if(self.check && differ))
    }
}

/// One definition a line, one space between its parts, ids of eight digits, no two empty lines together and
/// none at the ends.
fn formatted(mut file: File) -> String {
    let mut items: Vec<Item> = Vec::new();
    for item in file.items {
        match item {
            Item::Blank if items.last().is_none_or(|last| *last == Item::Blank) => {}
            Item::Definition(definition) if definition.id.is_some() => {
                items.push(Item::Definition(definition.with_full_id()));
            }
            item => items.push(item),
        }
    }
    while items.last() == Some(&Item::Blank) {
        items.pop();
    }
    file.items = items;
    file.to_string()
}

/// The options of `piltover tl lint`.
#[derive(Debug, clap::Args)]
pub struct Lint {
    /// The schema files; `-` is the standard input.
    #[arg(required = true)]
    files: Vec<String>,
    /// Say nothing of this kind; can be given several times.
    #[arg(long, value_name = "KIND")]
    allow: Vec<lint::Lint>,
}

impl Lint {
    pub fn run(self, json: bool) -> Outcome {
        let mut findings = Vec::new();
        for path in &self.files {
            let text = read_text(path)?;
            let file = piltover_tl::parse_file(&text).map_err(|error| error.in_file(path))?;
            let all = lint::lint(&file).into_iter();
            findings.extend(all.filter(|finding| !self.allow.contains(&finding.lint)).map(|it| (path, it)));
        }
        let failed = !findings.is_empty();
        if json {
            let findings = findings.iter().map(|(path, finding)| {
                json!({
                    "file": path, "line": finding.position.line, "column": finding.position.column,
                    "kind": finding.lint.name(), "message": finding.message,
                })
            });
            return Ok(Output::json(&findings.collect::<Vec<_>>())?.failed_if(failed));
        }
        let mut text = String::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (path, finding) in &findings {
            *counts.entry(finding.lint.name()).or_default() += 1;
            let kind = styled(if finding.lint == lint::Lint::WrongId { BAD } else { CHANGED }, finding.lint);
            let _ = writeln!(text, "{path}:{}: {kind}: {}", finding.position, finding.message);
        }
        if failed {
            let counts = counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>();
            text += &styled(DIM, format!("{}: {}", count(findings.len(), "finding"), counts.join(", ")));
        }
        Ok(Output::text(text).failed_if(failed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "tests/fixtures/tl/1.tl";

    #[test]
    fn files_are_parsed() {
        let parse = |file: &str, json| Parse { file: file.to_owned() }.run(json);
        insta::assert_snapshot!(parse(FIRST, false).unwrap().plain());
        insta::assert_snapshot!(parse("tests/fixtures/tl/2.tl", true).unwrap().plain());
        insta::assert_snapshot!(parse("tests/fixtures/tl/broken.tl", false).unwrap_err().to_string());
        let broken = parse("tests/fixtures/tl/broken.tl", true).unwrap();
        assert!(broken.is_failed() && broken.plain().contains("\"line\": 2"));
    }

    #[test]
    fn files_are_formatted() {
        let format =
            |file: &str, check| Fmt { files: vec![file.to_owned()], check, write: false }.run().unwrap();
        insta::assert_snapshot!(format(FIRST, false).plain());
        let check = format(FIRST, true);
        assert!(check.is_failed());
        assert_eq!(check.plain(), format!("{FIRST}:6\n"));
        assert!(!format("tests/fixtures/tl/2.tl", true).is_failed());
    }

    #[test]
    fn formatting_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tl").display().to_string();
        std::fs::copy(FIRST, &path).unwrap();
        let write = || Fmt { files: vec![path.clone()], check: false, write: true }.run().unwrap();
        assert_eq!(write().plain(), format!("{path}:6\n"));
        assert_eq!(write().plain(), "");
    }

    #[test]
    fn doubts_are_found() {
        let lint = |allow: &[lint::Lint], json| {
            Lint { files: vec![FIRST.to_owned()], allow: allow.to_vec() }.run(json).unwrap()
        };
        insta::assert_snapshot!(lint(&[], false).plain());
        assert!(lint(&[], true).is_failed());
        assert!(!lint(&lint::Lint::ALL, false).is_failed());
    }
}
