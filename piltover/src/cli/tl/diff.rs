//! `diff`, `history`: what changed between layers.

use std::fmt::Write as _;

use piltover_tl::diff::{Change, Part, combinators, schemas};
use piltover_tl::schema::Combinator;
use serde_json::{Value, json};

use super::Outcome;
use super::find::not_found;
use super::output::{BAD, CHANGED, DIM, GOOD, Output, STRONG, styled};
use super::schemas::Layer;

/// The options of `piltover tl diff`.
#[derive(Debug, clap::Args)]
pub struct Diff {
    /// The older layer, or a file.
    #[arg(value_name = "LAYER")]
    from: Layer,
    /// The newer layer, or a file.
    #[arg(value_name = "LAYER")]
    to: Layer,
    /// Only this definition, or those of this type or namespace.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
}

impl Diff {
    pub fn run(self, json: bool) -> Outcome {
        let (from, to) = (self.from.open()?, self.to.open()?);
        let (old, new) = (from.schema(), to.schema());
        let mut changes = schemas(&old, &new);
        if let Some(only) = &self.only {
            let known = |combinator: &Combinator| is_of(combinator, only);
            if !old.combinators().chain(new.combinators()).any(known) {
                return Err(format!("neither {} nor {} has {only}", from.name, to.name).into());
            }
            changes.retain(|change| match change {
                Change::Added(combinator) | Change::Removed(combinator) => is_of(combinator, only),
                Change::Changed { old, new, .. } => is_of(old, only) || is_of(new, only),
            });
        }
        if json {
            return Output::json(&changes.iter().map(as_json).collect::<Vec<_>>());
        }
        let mut text = String::new();
        let (mut added, mut removed, mut changed) = (0, 0, 0);
        for change in &changes {
            match change {
                Change::Added(combinator) => {
                    added += 1;
                    let _ = writeln!(text, "{} {}", styled(GOOD, "+"), styled(GOOD, &combinator.text));
                }
                Change::Removed(combinator) => {
                    removed += 1;
                    let _ = writeln!(text, "{} {}", styled(BAD, "-"), styled(BAD, &combinator.text));
                }
                Change::Changed { old, new, parts } => {
                    changed += 1;
                    let id = match old.id == new.id {
                        true => format!("#{:08x}", new.id),
                        false => format!("#{:08x} -> #{:08x}", old.id, new.id),
                    };
                    let name = styled(STRONG, &new.name);
                    let _ = writeln!(text, "{} {name} {}", styled(CHANGED, "~"), styled(DIM, id));
                    text += &parts_as_text(parts, "    ");
                }
            }
        }
        let counts =
            format!("{} -> {}: {added} added, {removed} removed, {changed} changed", from.name, to.name);
        Ok(Output::text(text + &styled(DIM, counts)))
    }
}

/// Whether a definition has this name, type or namespace.
fn is_of(combinator: &Combinator, name: &str) -> bool {
    combinator.name == name
        || combinator.result.boxed_name() == Some(name)
        || combinator.name.rsplit_once('.').is_some_and(|(namespace, _)| namespace == name)
}

fn parts_as_text(parts: &[Part<'_>], indent: &str) -> String {
    let mut text = String::new();
    for part in parts {
        let line = match part {
            Part::Added(field, None) => styled(GOOD, format!("+ {field}")) + &styled(DIM, "  first"),
            Part::Added(field, Some(before)) => {
                styled(GOOD, format!("+ {field}")) + &styled(DIM, format!("  behind {}", before.name))
            }
            Part::Removed(field) => styled(BAD, format!("- {field}")),
            Part::Retyped(old, new) => styled(CHANGED, format!("~ {old} -> {}", new.kind)),
            Part::Renamed(old, new) => styled(CHANGED, format!("~ {old} -> {new}")),
            Part::Reordered => styled(CHANGED, "~ the fields stand in another order"),
            Part::Result(old, new) => styled(CHANGED, format!("~ = {old} -> {new}")),
        };
        let _ = writeln!(text, "{indent}{line}");
    }
    text
}

fn as_json(change: &Change<'_>) -> Value {
    match change {
        Change::Added(combinator) => {
            json!({ "change": "added", "name": combinator.name, "new": combinator.text })
        }
        Change::Removed(combinator) => {
            json!({ "change": "removed", "name": combinator.name, "old": combinator.text })
        }
        Change::Changed { old, new, parts } => json!({
            "change": "changed", "name": new.name, "old": old.text, "new": new.text,
            "fields": parts_as_json(parts),
        }),
    }
}

fn parts_as_json(parts: &[Part<'_>]) -> Vec<Value> {
    let part = |part: &Part<'_>| match part {
        Part::Added(field, before) => json!({
            "change": "added", "new": field.to_string(), "behind": before.map(|field| &field.name),
        }),
        Part::Removed(field) => json!({ "change": "removed", "old": field.to_string() }),
        Part::Retyped(old, new) => {
            json!({ "change": "retyped", "old": old.to_string(), "new": new.to_string() })
        }
        Part::Renamed(old, new) => {
            json!({ "change": "renamed", "old": old.to_string(), "new": new.to_string() })
        }
        Part::Reordered => json!({ "change": "reordered" }),
        Part::Result(old, new) => json!({ "change": "result", "old": old, "new": new }),
    };
    parts.iter().map(part).collect()
}

/// The options of `piltover tl history`.
#[derive(Debug, clap::Args)]
pub struct History {
    /// A constructor or a function.
    name: String,
}

impl History {
    pub fn run(self, json: bool) -> Outcome {
        let histories = [piltover_layers::history(), piltover_layers::service()];
        let found = histories.iter().find_map(|history| Some((*history, history.entry(&self.name)?)));
        let Some((history, entry)) = found else {
            return Err(not_found(&self.name, &histories).into());
        };
        // A text can come back: each run of layers is an event of its own.
        let mut events: Vec<(i32, i32, Option<&Combinator>)> = Vec::new();
        for &layer in history.layers() {
            let form = entry.version(layer).and_then(|version| version.form(layer));
            let combinator = form.map(|form| &form.combinator);
            match events.last_mut() {
                Some((_, last, same)) if *same == combinator => *last = layer,
                None if combinator.is_none() => {}
                _ => events.push((layer, layer, combinator)),
            }
        }
        let mut before = None;
        let (mut text, mut values) = (String::new(), Vec::new());
        let _ = writeln!(text, "{} {}", styled(STRONG, &entry.name), styled(DIM, entry.kind));
        for (first, last, combinator) in events {
            let layers = if first == last { format!("{first}") } else { format!("{first}-{last}") };
            let layers = if history.layers() == [0] { "mtproto".to_owned() } else { layers };
            let Some(combinator) = combinator else {
                let _ = writeln!(text, "\n{}  {}", styled(STRONG, &layers), styled(BAD, "not there"));
                values.push(json!({ "first": first, "last": last, "text": null }));
                continue;
            };
            let _ = writeln!(text, "\n{}  {}", styled(STRONG, &layers), combinator.text);
            let parts = before.map(|before| combinators(before, combinator)).unwrap_or_default();
            text += &parts_as_text(&parts, "    ");
            values.push(json!({
                "first": first, "last": last, "id": format!("{:08x}", combinator.id), "text": combinator.text,
                "changes": parts_as_json(&parts),
            }));
            before = Some(combinator);
        }
        match json {
            true => Output::json(
                &json!({ "name": entry.name, "kind": entry.kind.to_string(), "history": values }),
            ),
            false => Ok(Output::text(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(only: Option<&str>, json: bool) -> Result<String, String> {
        let file = |name: &str| format!("tests/fixtures/tl/{name}.tl").parse().unwrap();
        let diff = Diff { from: file("1"), to: file("2"), only: only.map(str::to_owned) };
        diff.run(json).map(|output| output.plain()).map_err(|error| error.to_string())
    }

    #[test]
    fn changes_are_shown_field_by_field() {
        insta::assert_snapshot!(diff(None, false).unwrap());
        insta::assert_snapshot!(diff(Some("User"), true).unwrap());
        assert!(diff(Some("old"), false).unwrap().contains("0 added, 1 removed, 0 changed"));
        assert!(diff(Some("nobody"), false).unwrap_err().ends_with("has nobody"));
    }

    #[test]
    fn the_history_of_a_name_ends_with_its_newest_text() {
        let history = |name: &str, json| History { name: name.to_owned() }.run(json).unwrap().plain();
        let text = history("messages.sendMessage", false);
        let newest = piltover_layers::history().entry("messages.sendMessage").and_then(|it| it.canonical());
        assert!(text.contains(&newest.unwrap().forms.last().unwrap().combinator.text), "{text}");
        let json: Value = serde_json::from_str(&history("messages.sendMessage", true)).unwrap();
        let versions = json["history"].as_array().unwrap();
        assert!(versions.len() > 1 && versions[0]["changes"].as_array().unwrap().is_empty());
        assert!(!versions[1]["changes"].as_array().unwrap().is_empty());
        assert!(history("resPQ", false).contains("mtproto  resPQ#"));
    }
}
