//! Procedural macros of piltover.
