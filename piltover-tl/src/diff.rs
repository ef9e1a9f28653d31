//! What changed between two layers: definitions added, removed and changed, the latter field by field.

use std::collections::BTreeSet;

use crate::schema::{Combinator, Field, Schema};

/// What happened to a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<'a> {
    /// Only the second layer has it.
    Added(&'a Combinator),
    /// Only the first layer has it.
    Removed(&'a Combinator),
    /// Its text changed.
    Changed {
        /// The definition of the first layer.
        old: &'a Combinator,
        /// The definition of the second layer.
        new: &'a Combinator,
        /// How the one becomes the other.
        parts: Vec<Part<'a>>,
    },
}

impl<'a> Change<'a> {
    /// The definition's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        match self {
            Self::Added(combinator) | Self::Removed(combinator) | Self::Changed { new: combinator, .. } => {
                &combinator.name
            }
        }
    }
}

/// One difference between two texts of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// A field was added, after this one of the new text.
    Added(&'a Field, Option<&'a Field>),
    /// A field was removed.
    Removed(&'a Field),
    /// A field has another type, bit or word.
    Retyped(&'a Field, &'a Field),
    /// A field took another's place, with the same type.
    Renamed(&'a Field, &'a Field),
    /// Fields that stay stand in another order.
    Reordered,
    /// The type of the value, or of the answer, is another one.
    Result(String, String),
}

/// The changes from one schema to another, by name.
#[must_use]
pub fn schemas<'a>(old: &Schema<'a>, new: &Schema<'a>) -> Vec<Change<'a>> {
    let names: BTreeSet<&str> =
        old.combinators().chain(new.combinators()).map(|combinator| combinator.name.as_str()).collect();
    let changes = names.into_iter().filter_map(|name| match (old.named(name), new.named(name)) {
        (None, Some(new)) => Some(Change::Added(new)),
        (Some(old), None) => Some(Change::Removed(old)),
        (Some(old), Some(new)) if old.text != new.text => {
            Some(Change::Changed { old, new, parts: combinators(old, new) })
        }
        _ => None,
    });
    changes.collect()
}

/// The differences between two texts of a definition.
#[must_use]
pub fn combinators<'a>(old: &'a Combinator, new: &'a Combinator) -> Vec<Part<'a>> {
    let (mut added, mut parts) = (Vec::new(), Vec::new());
    let mut before = None;
    for field in &new.fields {
        match old.field(&field.name) {
            None => added.push((field, before)),
            Some(other) if other.kind != field.kind => parts.push(Part::Retyped(other, field)),
            Some(_) => {}
        }
        before = Some(field);
    }
    for (place, field) in old.fields.iter().enumerate().filter(|(_, field)| new.field(&field.name).is_none())
    {
        // A field of the same type behind the same neighbour, or at the same bit, is the same one.
        let neighbour = place.checked_sub(1).and_then(|place| old.fields.get(place));
        let is_same = |(other, before): &(&Field, Option<&Field>)| {
            other.kind == field.kind
                && (other.kind.bit().is_some()
                    || before.map(|field| &field.name) == neighbour.map(|field| &field.name))
        };
        match added.iter().position(is_same) {
            Some(index) => parts.push(Part::Renamed(field, added.remove(index).0)),
            None => parts.push(Part::Removed(field)),
        }
    }
    parts.extend(added.into_iter().map(|(field, before)| Part::Added(field, before)));
    let common = |from: &'a Combinator, other: &Combinator| -> Vec<&'a str> {
        let names = from.fields.iter().map(|field| field.name.as_str());
        names.filter(|name| other.field(name).is_some()).collect()
    };
    if common(old, new) != common(new, old) {
        parts.push(Part::Reordered);
    }
    if old.result != new.result {
        parts.push(Part::Result(old.result.to_string(), new.result.to_string()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{History, Source};

    fn parts(old: &str, new: &str) -> Vec<String> {
        let history = |text| History::new([Source { layer: 1, file: "", text }]).unwrap();
        let (old, new) = (history(old), history(new));
        let changes = schemas(&old.schema(1), &new.schema(1));
        let describe = |part: &Part<'_>| match part {
            Part::Added(field, before) => {
                format!("+{field} after {:?}", before.map(|field| field.name.as_str()))
            }
            Part::Removed(field) => format!("-{field}"),
            Part::Retyped(old, new) => format!("{old} -> {new}"),
            Part::Renamed(old, new) => format!("{} is {}", old.name, new.name),
            Part::Reordered => "reordered".to_owned(),
            Part::Result(old, new) => format!("= {old} -> {new}"),
        };
        let changes = changes.iter().flat_map(|change| match change {
            Change::Added(combinator) => vec![format!("+{}", combinator.name)],
            Change::Removed(combinator) => vec![format!("-{}", combinator.name)],
            Change::Changed { parts, .. } => parts.iter().map(describe).collect(),
        });
        changes.collect()
    }

    #[test]
    fn fields_are_compared_by_name() {
        assert_eq!(
            parts("a#1 x:int y:string = A;", "a#2 flags:# x:long z:flags.0?int = A;"),
            ["x:int -> x:long", "-y:string", "+flags:# after None", "+z:flags.0?int after Some(\"x\")"]
        );
    }

    #[test]
    fn fields_of_another_name_in_the_same_place_are_renamed() {
        assert_eq!(parts("a#1 x:int y:string = A;", "a#2 x:int caption:string = A;"), ["y is caption"]);
        assert_eq!(
            parts("a#1 flags:# x:flags.3?true = A;", "a#1 flags:# q:flags.1?true y:flags.3?true = A;"),
            ["x is y", "+q:flags.1?true after Some(\"flags\")"]
        );
    }

    #[test]
    fn definitions_come_and_go_and_change_their_order_and_result() {
        assert_eq!(
            parts("a#1 = A;\nb#2 x:int y:int = B;\nc#3 = C;", "b#4 y:int x:int = B;\nc#5 = D;\nd#6 = D;"),
            ["-a", "reordered", "= C -> D", "+d"]
        );
        assert!(parts("a#1 = A;", "a#1 = A;").is_empty());
    }
}
