//! From what happened to those who must hear of it: each event is encoded once per layer, and pushed to
//! every live session of the user whom it concerns. Whoever is offline reads the log later.
//!
//! <https://core.telegram.org/api/updates>

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use piltover_layers::{Encode, Encoder, enums};

use crate::clock::Source;
use crate::layer;
use crate::model::{Event, Origin};
use crate::render::Renderer;
use crate::session::{Live, Registry};
use crate::store::Events;

/// Pushes events, in the order of their commits, until the store is closed.
pub async fn push_all(
    mut events: Events,
    registry: Arc<Registry>,
    renderer: Renderer,
    source: Arc<dyn Source>,
) {
    while let Some(events) = events.recv().await {
        let now = source.now().date();
        events.iter().for_each(|event| push(event, &registry, &renderer, now));
    }
}

fn push(event: &Event, registry: &Registry, renderer: &Renderer, now: i32) {
    let is_origin = |session: &Live| {
        let origin = Origin { key_id: session.key().auth().id(), session_id: session.id() };
        event.origin == Some(origin)
    };
    let mut sessions = registry.subscribers(event.owner);
    sessions.retain(|session| !is_origin(session));
    if sessions.is_empty() {
        return;
    }
    let updates = renderer.event(event, now);
    let mut encoded = Encoded::new(&updates, event.owner);
    for session in sessions {
        let layer = session.layer().and_then(layer::served).unwrap_or(layer::UNKNOWN);
        if let Some(bytes) = encoded.for_layer(layer) {
            session.push_update(bytes);
        }
    }
}

/// One update in every layer that was asked for, encoded once for each.
struct Encoded<'a> {
    updates: &'a enums::Updates,
    viewer: i64,
    by_layer: HashMap<i32, Option<Bytes>>,
}

impl<'a> Encoded<'a> {
    fn new(updates: &'a enums::Updates, viewer: i64) -> Self {
        Self { updates, viewer, by_layer: HashMap::new() }
    }

    /// The bytes for a layer, unless the update has no form there.
    fn for_layer(&mut self, layer: i32) -> Option<Bytes> {
        let encode = || {
            let mut encoder = Encoder::new(layer).for_viewer(Some(self.viewer));
            self.updates.encode(&mut encoder);
            let bytes = encoder.finish().map(Bytes::from);
            bytes.inspect_err(|error| tracing::error!(layer, %error, "an update has no form")).ok()
        };
        self.by_layer.entry(layer).or_insert_with(encode).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_sessions_of_ten_layers_share_ten_encodings() {
        let updates = enums::Updates::TooLong;
        let mut encoded = Encoded::new(&updates, 1);
        let layers = piltover_layers::LAYERS.iter().rev().take(10).cycle().take(1000);
        let buffers: std::collections::HashSet<*const u8> =
            layers.map(|layer| encoded.for_layer(*layer).unwrap().as_ptr()).collect();
        assert_eq!(buffers.len(), 10);
    }
}
