//! All layers in one text: what [`History`] holds, without the schema files.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use thiserror::Error;

use super::{Builder, History, HistoryError, Source};
use crate::ast::Section;
use crate::parse_definition;
use crate::schema::Kind;

/// A table that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct TableError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl History {
    /// Every definition, one a line: `c` or `f`, its layers, its text, with tabs between them.
    #[must_use]
    pub fn to_table(&self) -> String {
        let mut table = String::new();
        for entry in self.entries() {
            let kind = match entry.kind {
                Kind::Constructor => 'c',
                Kind::Function => 'f',
            };
            for form in entry.versions.iter().flat_map(|version| &version.forms) {
                let layers = form.layers.display(&self.layers);
                // Writing to a string cannot fail.
                let _ = writeln!(table, "{kind}\t{layers}\t{}", form.combinator.text);
            }
        }
        table
    }

    /// Reads what [`History::to_table`] wrote. `layers` are those of the history, in ascending order: a
    /// dash spans those of them that lie between.
    ///
    /// # Errors
    /// The first line that is none of a table.
    pub fn from_table(table: &str, layers: &[i32]) -> Result<Self, TableError> {
        let mut builder = Builder::default();
        for (index, text) in table.lines().enumerate() {
            let error = |reason: &dyn ToString| TableError { line: index + 1, reason: reason.to_string() };
            let mut columns = text.split('\t');
            let (Some(kind), Some(runs), Some(text)) = (columns.next(), columns.next(), columns.next())
            else {
                return Err(error(&"expected three columns"));
            };
            let section = if kind == "f" { Section::Functions } else { Section::Types };
            let definition = parse_definition(text).map_err(|reason| error(&reason))?;
            let mut stands_in = BTreeSet::new();
            for run in runs.split(' ') {
                let (first, last) = run.split_once('-').unwrap_or((run, run));
                match (first.parse::<i32>(), last.parse::<i32>()) {
                    (Ok(first), Ok(last)) => {
                        stands_in.extend(layers.iter().filter(|layer| (first..=last).contains(*layer)));
                    }
                    _ => return Err(error(&"expected layers, as 133-158 181")),
                }
            }
            let Some(&layer) = stands_in.first() else {
                return Err(error(&"the layers are none of the history's"));
            };
            let source = Source { layer, file: "", text: "" };
            let seen = builder.define(source, section, &definition).map_err(|reason| error(&reason))?;
            if let Some(seen) = seen.and_then(|seen| builder.seen.get_mut(seen)) {
                seen.layers.append(&mut stands_in);
            }
        }
        let history = builder.build(layers.iter().copied().collect::<BTreeSet<i32>>());
        history.map_err(|error: HistoryError| TableError { line: 0, reason: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_holds_the_whole_history() {
        let texts = [
            (10, "a#1 x:int = A;\nb#2 flags:# y:flags.0?true = A;\n---functions---\nf#3 = Vector<A>;\n"),
            (20, "a#4 x:long = A;\nb#2 flags:# = A;\n"),
            (31, "a#1 x:int = A;\nb#2 flags:# y:flags.0?true = A;\n---functions---\nf#3 = Vector<A>;\n"),
        ];
        let history = History::new(texts.map(|(layer, text)| Source { layer, file: "", text })).unwrap();
        let table = history.to_table();
        assert!(table.contains("c\t10 31\ta#1 x:int = A\n"), "{table}");
        let again = History::from_table(&table, history.layers()).unwrap();
        assert_eq!(again.to_table(), table);
        assert_eq!(format!("{:?}", again.entries), format!("{:?}", history.entries));
    }

    #[test]
    fn lines_that_are_none_are_named() {
        assert_eq!(History::from_table("c\t1\tx#1 = X\nwhat", &[1]).unwrap_err().line, 2);
        assert_eq!(History::from_table("c\tone\tx#1 = X", &[1]).unwrap_err().line, 1);
        assert_eq!(History::from_table("c\t1\tx#1 = ", &[1]).unwrap_err().line, 1);
    }
}
