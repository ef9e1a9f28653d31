//! What must be the same when a value of a layer was decoded and written for the same layer or another.

use std::collections::HashMap;

use piltover_tl::history::Entry;
use piltover_tl::plan::{Plan, Step};
use piltover_tl::schema::FieldKind;

use crate::walk::Tree;

/// Compares all fields but those that change on the way between two layers.
#[derive(Default)]
pub struct Comparison<'a> {
    /// What is known of a field on the way between two layers.
    copied: HashMap<(i32, i32, &'a str, &'a str), bool>,
}

impl<'a> Comparison<'a> {
    /// Compares a value of the first layer with what it became in the second.
    pub fn compare(
        &mut self,
        plan: &Plan<'_>,
        layers: (i32, i32),
        before: &Tree<'a>,
        after: &Tree<'a>,
    ) -> Result<(), String> {
        let elsewhere = layers.0 != layers.1;
        match (before, after) {
            (Tree::Object(name, before), Tree::Object(other, after)) if name == other => {
                let only_after = after.keys().filter(|field| !before.contains_key(*field));
                for field in before.keys().chain(only_after) {
                    if !self.is_copied(plan, layers, name, field) {
                        continue;
                    }
                    let result = match (before.get(field), after.get(field)) {
                        (Some(before), Some(after)) => self.compare(plan, layers, before, after),
                        (Some(value), None) if elsewhere && may_be_omitted(plan, value) => Ok(()),
                        (Some(_), None) => Err("the value is gone".into()),
                        (None, _) => Err("a value where none was".into()),
                    };
                    result.map_err(|error| format!("{name}.{field}: {error}"))?;
                }
                Ok(())
            }
            (Tree::Vector(before), Tree::Vector(after)) if before.len() == after.len() => before
                .iter()
                .zip(after)
                .try_for_each(|(before, after)| self.compare(plan, layers, before, after)),
            (Tree::Vector(before), Tree::Vector(_))
                if elsewhere && before.iter().any(|item| may_be_omitted(plan, item)) =>
            {
                Ok(())
            }
            (before, after) if before == after => Ok(()),
            // Another constructor stands in for one that the layer does not know, or names by its kind.
            (Tree::Object(..), Tree::Object(..)) if elsewhere => Ok(()),
            (Tree::Object(name, _), Tree::Object(other, _)) => Err(format!("{name} became {other}")),
            (before, after) => Err(format!("{before:?} became {after:?}")),
        }
    }

    /// Whether a field is the same in both layers, and goes to the newest version of its constructor
    /// and from there as it is.
    fn is_copied(&mut self, plan: &Plan<'_>, (from, to): (i32, i32), name: &'a str, field: &'a str) -> bool {
        *self.copied.entry((from, to, name, field)).or_insert_with(|| {
            let Some(entry) = plan.history().entry(name) else { return false };
            !is_replaced(plan, name, to)
                && is_alike(entry, (from, to), field)
                && is_exact(plan, entry, from, field)
                && is_exact(plan, entry, to, field)
        })
    }
}

/// Whether a function may give another value for this constructor in a layer.
fn is_replaced(plan: &Plan<'_>, name: &str, layer: i32) -> bool {
    let replacement = plan.rules().replacement(name);
    replacement.is_some_and(|replacement| (replacement.first..=replacement.last).contains(&layer))
}

/// Whether the value is of a type that is left out where a layer does not know it.
fn may_be_omitted(plan: &Plan<'_>, value: &Tree<'_>) -> bool {
    let Tree::Object(name, _) = value else { return false };
    let canonical = plan.history().entry(name).and_then(|entry| entry.canonical());
    canonical
        .and_then(|version| version.union.result.boxed_name())
        .is_some_and(|ty| plan.rules().is_omitted(ty))
}

/// Whether both layers have a field in the same form. Where fields share a bit in one of them, one can
/// be there only with the others.
fn is_alike(entry: &Entry, (from, to): (i32, i32), field: &str) -> bool {
    let form = |layer| Some(&entry.version(layer)?.form(layer)?.combinator);
    let (Some(before), Some(after)) = (form(from), form(to)) else { return false };
    let (Some(kind), Some(other)) = (before.field(field), after.field(field)) else { return false };
    let (kind, other) = (&kind.kind, &other.kind);
    let is_optional = |kind: &FieldKind| matches!(kind, FieldKind::Optional { .. });
    let shares = [before, after].into_iter().any(|combinator| {
        let bit = combinator.field(field).and_then(|field| field.kind.bit());
        bit.is_some() && combinator.fields.iter().filter(|field| field.kind.bit() == bit).count() > 1
    });
    kind.value_type() == other.value_type()
        && is_optional(kind) == is_optional(other)
        && (from == to || !shares)
}

/// Whether a field of a layer goes to the newest version and back as it is.
fn is_exact(plan: &Plan<'_>, entry: &Entry, layer: i32, field: &str) -> bool {
    let Some(version) = entry.version(layer) else { return false };
    let (down, up) = (plan.down(entry, version), plan.up(entry, version));
    let Some(target) = down.steps.iter().find(|step| step.field.name == field) else { return false };
    let (Step::Copy(from, _) | Step::CopyOrZero(from, _)) = target.step else { return false };
    // An optional Bool that became a bit comes back as false where it was absent.
    if target.field.kind.value_type().is_some() != from.kind.value_type().is_some() {
        return false;
    }
    let back = up.steps.iter().find(|step| step.field.name == from.name).map(|step| step.step);
    matches!(back, Some(Step::Copy(to, _)) if to.name == field)
}
