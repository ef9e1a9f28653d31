//! Judges bytes that other libraries wrote, and writes bytes for them: one hex value a line in, one verdict a line
//! out. `tools/clients/vectors` is what runs it.
//!
//! - `vectors again LAYER`: each value is decoded and encoded for the same layer, by the generated types and by the
//!   layer's schema
//! - `vectors for LAYER`: each value, of whatever layer, is encoded for this one
//!
//! The verdicts stand before a tab; behind it stand the reason, or the bytes.

#![allow(clippy::print_stdout)]

// The judge of the conversions' tests, of which only a part is needed here.
#[allow(dead_code, clippy::expect_used, clippy::indexing_slicing)]
#[path = "../../layers/tests/conversions/exact.rs"]
mod exact;
#[allow(dead_code, clippy::expect_used, clippy::indexing_slicing)]
#[path = "../../layers/tests/conversions/generate.rs"]
mod generate;
#[allow(dead_code, clippy::expect_used, clippy::indexing_slicing)]
#[path = "../../layers/tests/conversions/refused.rs"]
mod refused;
#[allow(dead_code, clippy::expect_used, clippy::indexing_slicing)]
#[path = "../../layers/tests/conversions/walk.rs"]
mod walk;

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufWriter, Write};

use exact::Comparison;
use piltover_convert::{ConvertError, convert, decode};
use piltover_layers::{EncodeError, history, planned, rules};
use piltover_tl::dynamic::Dictionary;
use piltover_tl::plan::Plan;
use piltover_tl::schema::{Combinator, Kind, Schema};
use walk::Tree;

/// What became of one value.
enum Verdict {
    /// The same bytes came out.
    Same,
    /// Other bytes came out, in fields about which something was decided: those.
    Decided(BTreeSet<String>),
    /// The generated types read it, but do not write it, since only requests carry it: why.
    Unwritten(String),
    /// Bytes for the layer.
    Bytes(Vec<u8>),
    /// The layer does not know the type or the function.
    Absent,
    /// The layer knows it, but the value has no form there, as is planned: why.
    Refused(String),
    /// What should not be: why.
    Failed(String),
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Same => f.write_str("same\t"),
            Self::Decided(fields) => {
                write!(f, "decided\t{}", fields.iter().cloned().collect::<Vec<_>>().join(" "))
            }
            Self::Unwritten(reason) => write!(f, "unwritten\t{reason}"),
            Self::Bytes(bytes) => {
                f.write_str("bytes\t")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Self::Absent => f.write_str("absent\t"),
            Self::Refused(reason) => write!(f, "refused\t{reason}"),
            Self::Failed(reason) => write!(f, "failed\t{reason}"),
        }
    }
}

/// What is known of one layer.
struct Judge<'a> {
    layer: i32,
    schema: Schema<'a>,
    dictionary: Dictionary<'a>,
    plan: &'a Plan<'a>,
    comparison: Comparison<'a>,
}

impl<'a> Judge<'a> {
    fn new(layer: i32, plan: &'a Plan<'a>) -> Self {
        let (schema, dictionary) = (planned().schema(layer), Dictionary::of_layer(history(), layer));
        Self { layer, schema, dictionary, plan, comparison: Comparison::default() }
    }

    /// Whether the value comes through unchanged, where it should.
    fn again(&mut self, bytes: &[u8]) -> Verdict {
        if let Err(reason) = self.by_schema(bytes) {
            return Verdict::Failed(format!("by the schema: {reason}"));
        }
        let Some(combinator) = id(bytes).and_then(|id| self.schema.with_id(id)) else {
            return Verdict::Failed("no such id".to_owned());
        };
        let value = match decode(bytes) {
            Ok(value) => value,
            Err(error) => return Verdict::Failed(format!("decode: {error}")),
        };
        let written = match value(self.layer) {
            Ok(written) if written == bytes => return Verdict::Same,
            Ok(written) => written,
            Err(error) if self.is_unwritten(&error) => return Verdict::Unwritten(error.to_string()),
            Err(error) => return Verdict::Failed(format!("encode: {error}")),
        };
        match self.compare(combinator, bytes, &written) {
            Ok(fields) => Verdict::Decided(fields),
            Err(reason) => Verdict::Failed(format!("other bytes: {reason}")),
        }
    }

    /// Whether the layer's schema alone gives the same bytes.
    fn by_schema(&self, bytes: &[u8]) -> Result<(), String> {
        let value = self.dictionary.decode(bytes).map_err(|error| error.to_string())?;
        let written = value.to_bytes().map_err(|error| error.to_string())?;
        if written == bytes { Ok(()) } else { Err("other bytes".to_owned()) }
    }

    /// Whether what the error names has no planned way down to this layer: a combinator, or a type.
    fn is_unwritten(&self, error: &EncodeError) -> bool {
        let EncodeError::NotInLayer { combinator: name, .. } = error else { return false };
        let reaches = |ty| self.plan.reach().contains(self.layer, ty);
        let Some(entry) = self.plan.history().entry(name) else { return !reaches(name) };
        match entry.version(self.layer) {
            Some(version) => !self.plan.down(entry, version).is_total(),
            None => entry.kind == Kind::Function,
        }
    }

    /// Whether the error names a type that is left out where it may be: requests have it in required fields.
    fn is_omitted(&self, error: &EncodeError) -> bool {
        matches!(error, EncodeError::NotInLayer { combinator, .. } if self.plan.rules().is_omitted(combinator))
    }

    /// The fields that differ. An error, if the plan copies one of them.
    fn compare(
        &mut self,
        combinator: &'a Combinator,
        bytes: &[u8],
        written: &[u8],
    ) -> Result<BTreeSet<String>, String> {
        let walk = |schema, bytes| match combinator.kind {
            Kind::Function => walk::walk_request(schema, combinator, bytes),
            Kind::Constructor => walk::walk(schema, &combinator.result, bytes),
        };
        let before = walk(&self.schema, bytes)?;
        let after = walk(&self.schema, written)?;
        let mut fields = BTreeSet::new();
        differences(&combinator.name, &before, &after, &mut fields);
        if fields.is_empty() {
            return Err("that mean the same".to_owned());
        }
        self.comparison.compare(self.plan, (self.layer, self.layer), &before, &after)?;
        Ok(fields)
    }

    /// The value for this layer.
    fn convert(&self, bytes: &[u8]) -> Verdict {
        let newest = planned()
            .entries()
            .find(|entry| entry.versions.iter().any(|version| Some(version.id) == id(bytes)));
        let Some(combinator) = newest.and_then(|entry| entry.canonical()).map(|version| &version.union)
        else {
            return Verdict::Failed("no such id".to_owned());
        };
        let is_function = combinator.kind == Kind::Function;
        let known = match (is_function, combinator.result.boxed_name()) {
            (false, Some(ty)) => !self.schema.constructors(ty).is_empty(),
            _ => self.schema.named(&combinator.name).is_some(),
        };
        if !known {
            return Verdict::Absent;
        }
        match convert(bytes, self.layer) {
            Ok(written) => Verdict::Bytes(written),
            Err(ConvertError::Encode(error))
                if self.is_unwritten(&error)
                    || is_function && self.is_omitted(&error)
                    || refused::may_refuse(self.plan, self.layer, &self.schema, combinator, &error) =>
            {
                Verdict::Refused(error.to_string())
            }
            Err(error) => Verdict::Failed(error.to_string()),
        }
    }
}

/// Collects the innermost fields that differ.
fn differences(place: &str, before: &Tree<'_>, after: &Tree<'_>, found: &mut BTreeSet<String>) {
    match (before, after) {
        (Tree::Object(name, before), Tree::Object(other, after)) if name == other => {
            let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
            for field in names {
                let place = format!("{name}.{field}");
                match (before.get(field), after.get(field)) {
                    (Some(before), Some(after)) => differences(&place, before, after, found),
                    _ => {
                        found.insert(place);
                    }
                }
            }
        }
        (Tree::Vector(before), Tree::Vector(after)) if before.len() == after.len() => {
            before.iter().zip(after).for_each(|(before, after)| differences(place, before, after, found));
        }
        _ if before == after => {}
        _ => {
            found.insert(place.to_owned());
        }
    }
}

fn id(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|id| u32::from_le_bytes(*id))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<Vec<_>>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| (high << 4 | low) as u8).collect())
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [way, layer] = arguments.as_slice() else {
        return Err(io::Error::other("usage: vectors again|for LAYER"));
    };
    let layer = layer.parse().map_err(io::Error::other)?;
    let rules = rules();
    let plan = Plan::new(planned(), &rules);
    let mut judge = Judge::new(layer, &plan);
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let verdict = match (unhex(&line?), way.as_str()) {
            (Some(bytes), "again") => judge.again(&bytes),
            (Some(bytes), _) => judge.convert(&bytes),
            (None, _) => Verdict::Failed("no hex".to_owned()),
        };
        writeln!(out, "{verdict}")?;
    }
    out.flush()
}
