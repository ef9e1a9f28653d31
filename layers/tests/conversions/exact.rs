//! What must be the same when a value of a layer was decoded and written for the same layer again.

use piltover_tl::plan::{Plan, Step};

use crate::walk::Tree;

/// Compares all fields but those that change on the way to the newest layer or back.
pub fn compare(plan: &Plan<'_>, layer: i32, before: &Tree<'_>, after: &Tree<'_>) -> Result<(), String> {
    match (before, after) {
        (Tree::Object(name, before), Tree::Object(other, after)) if name == other => {
            let mut fields: Vec<&str> = before.keys().chain(after.keys()).copied().collect();
            fields.dedup();
            for field in fields.into_iter().filter(|field| is_copied(plan, layer, name, field)) {
                let result = match (before.get(field), after.get(field)) {
                    (Some(before), Some(after)) => compare(plan, layer, before, after),
                    (None, None) => Ok(()),
                    (Some(_), None) => Err("the value is gone".into()),
                    (None, Some(_)) => Err("a value where none was".into()),
                };
                result.map_err(|error| format!("{name}.{field}: {error}"))?;
            }
            Ok(())
        }
        (Tree::Vector(before), Tree::Vector(after)) if before.len() == after.len() => {
            before.iter().zip(after).try_for_each(|(before, after)| compare(plan, layer, before, after))
        }
        (before, after) if before == after => Ok(()),
        (Tree::Object(name, _), Tree::Object(other, _)) => Err(format!("{name} became {other}")),
        (before, after) => Err(format!("{before:?} became {after:?}")),
    }
}

/// Whether a field goes to the newest version of its constructor and back as it is.
fn is_copied(plan: &Plan<'_>, layer: i32, name: &str, field: &str) -> bool {
    let history = plan.history();
    let Some(entry) = history.entry(name) else { return false };
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
