//! The TL toolkit.
