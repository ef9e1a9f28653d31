//! Versioned types.
