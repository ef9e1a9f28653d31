//! Conversions that no rule can make.
