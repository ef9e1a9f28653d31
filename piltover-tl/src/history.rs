//! All layers.
