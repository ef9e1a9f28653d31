//! Which values have no form in an older layer, by the rules.

use piltover_layers::EncodeError;
use piltover_tl::plan::{Plan, Rules, StandIn};
use piltover_tl::schema::{Combinator, Schema};

/// Whether a value made by the constructor `root` may have no form in a layer to which it is sent.
pub fn may_refuse(
    plan: &Plan<'_>,
    layer: i32,
    schema: &Schema<'_>,
    root: &Combinator,
    error: &EncodeError,
) -> bool {
    let ty = root.result.boxed_name().unwrap_or_default();
    match error {
        EncodeError::IntRange { .. } => true,
        EncodeError::NotInLayer { combinator, .. } => {
            // What is left out of vectors and optional fields has no form alone.
            let omitted = *combinator == ty && plan.rules().is_omitted(ty);
            let unknown = schema.named(&root.name).is_none();
            is_refused(plan.rules(), combinator) || omitted && unknown || !plan.reach().contains(layer, ty)
        }
        _ => false,
    }
}

/// Whether a type has values that nothing stands in for.
pub fn is_refused(rules: &Rules, ty: &str) -> bool {
    // dialogFilterSuggested requires a DialogFilter, and nobody suggests dialogFilterDefault.
    // Participants with ids of 64 bits have no older form.
    rules.stand_in(ty) == Some(&StandIn::Refused) || ["ChannelParticipant", "DialogFilter"].contains(&ty)
}

/// Whether a function's answer has no form in a layer.
pub fn is_refused_answer(rules: &Rules, function: &str, layer: i32) -> bool {
    rules.result(function, &[layer].into_iter().collect()) == Some("refused")
}
