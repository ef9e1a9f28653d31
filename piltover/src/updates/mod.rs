//! From what happened to those who must hear of it: each event is encoded once per layer, and pushed to
//! every live session of the user whom it concerns. Whoever is offline reads the log later.
//!
//! <https://core.telegram.org/api/updates>

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use piltover_layers::{Encode, Encoder};

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
    let mut encoded: HashMap<i32, Option<Bytes>> = HashMap::new();
    for session in sessions {
        let layer = session.layer().and_then(layer::served).unwrap_or(layer::UNKNOWN);
        let bytes = encoded.entry(layer).or_insert_with(|| {
            let mut encoder = Encoder::new(layer).for_viewer(Some(event.owner));
            updates.encode(&mut encoder);
            let bytes = encoder.finish().map(Bytes::from);
            bytes.inspect_err(|error| tracing::error!(layer, %error, "an update has no form")).ok()
        });
        if let Some(bytes) = bytes {
            session.push_update(bytes.clone());
        }
    }
}
