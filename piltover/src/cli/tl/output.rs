//! What commands print: text with colours, which the stream takes out where nobody sees them.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

/// What is there or was added.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What was removed, is lost, or wrong.
pub const BAD: Style = AnsiColor::Red.on_default();
/// What changed.
pub const CHANGED: Style = AnsiColor::Yellow.on_default();
/// Names and headings.
pub const STRONG: Style = Style::new().bold();
/// What is beside the point.
pub const DIM: Style = Style::new().dimmed();

/// A text in a style.
pub fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// What a command prints.
#[derive(Debug)]
pub struct Output {
    text: String,
    /// Whether the command found something that scripts are to notice.
    failed: bool,
}

impl Output {
    /// Text, with or without an end of line.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), failed: false }
    }

    /// JSON, on several lines.
    pub fn json(value: &impl serde::Serialize) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self::text(serde_json::to_string_pretty(value)?))
    }

    /// The exit code is 1 if this is so.
    pub fn failed_if(mut self, failed: bool) -> Self {
        self.failed = failed;
        self
    }

    /// Prints it. Whoever reads may stop before the end.
    pub fn print(self) -> Result<ExitCode, Box<dyn std::error::Error>> {
        let end = if self.text.is_empty() || self.text.ends_with('\n') { "" } else { "\n" };
        let mut stdout = anstream::stdout().lock();
        match write!(stdout, "{}{end}", self.text).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
        Ok(if self.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    /// The text without colours.
    #[cfg(test)]
    pub fn plain(&self) -> String {
        anstream::adapter::strip_str(&self.text).to_string()
    }

    /// Whether the exit code is 1.
    #[cfg(test)]
    pub fn is_failed(&self) -> bool {
        self.failed
    }
}

/// Rows under headings, with columns as wide as their widest cell.
#[derive(Debug)]
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// The columns of numbers.
    right: Vec<usize>,
}

impl Table {
    /// A table without rows.
    pub fn new<const N: usize>(headings: [&'static str; N]) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new(), right: Vec::new() }
    }

    /// Aligns these columns at their right.
    pub fn right<const N: usize>(mut self, columns: [usize; N]) -> Self {
        self.right = columns.to_vec();
        self
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    /// The table as text. The last column is not filled up.
    pub fn render(&self) -> String {
        let headings: Vec<String> = self.headings.iter().map(|heading| styled(DIM, heading)).collect();
        let rows = || std::iter::once(&headings).chain(&self.rows);
        let mut widths = vec![0; self.headings.len()];
        for row in rows() {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(shown_width(cell));
            }
        }
        let mut text = String::new();
        for row in rows() {
            let mut line = String::new();
            for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let fill = " ".repeat(width - shown_width(cell));
                let between = if index > 0 { "  " } else { "" };
                line += between;
                line += &if self.right.contains(&index) { fill + cell } else { cell.clone() + &fill };
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }
}

/// How many columns a terminal needs for a text, with its colours taken out.
fn shown_width(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().chars().count()
}

/// `1 definition`, `2 definitions`.
pub fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["layer", "types", "source"]).right([1]);
        table.row(["1".to_owned(), styled(GOOD, 5), "a".to_owned()]);
        table.row(["mtproto".to_owned(), "12345678".to_owned(), String::new()]);
        let plain = anstream::adapter::strip_str(&table.render()).to_string();
        assert_eq!(plain, "layer       types  source\n1               5  a\nmtproto  12345678\n");
    }
}
