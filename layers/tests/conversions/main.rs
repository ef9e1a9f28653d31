//! Random values of every shipped layer, through the generated code to every other layer.
//!
//! The values are made of a layer's schema alone, and what comes out is read by the other layer's
//! schema alone: neither shares code with what is tested. A failure prints the seed of its value; all
//! seeds are fixed.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod exact;
mod generate;
mod refused;
// One table of all types for what converts them and for what judges it.
#[path = "../../../convert/src/registry.rs"]
mod registry;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use piltover_layers::{EncodeError, LAYERS, NEWEST};
use piltover_tl::history::{History, Source};
use piltover_tl::plan::{Plan, Rules};
use piltover_tl::schema::{Combinator, Kind, TypeRef};

use exact::Comparison;
use generate::Generator;
use refused::{is_refused, is_refused_answer, may_refuse};

/// Values for each constructor or function of the newest layer, which is what a server has.
const SEEDS: u64 = 4;

/// Values for each older text of one.
const OLDER_SEEDS: u64 = 2;

/// How many threads share the work.
const THREADS: usize = 2;

/// How many failures are printed.
const SHOWN: usize = 30;

static HISTORY: LazyLock<History> = LazyLock::new(|| {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/schema");
    let read = |layer: &i32| (*layer, std::fs::read_to_string(format!("{root}/{layer}.tl")).unwrap());
    let files: Vec<(i32, String)> = LAYERS.iter().map(read).collect();
    let sources = files.iter().map(|(layer, text)| Source { layer: *layer, file: "N.tl", text });
    let mut history = History::new(sources).unwrap();
    history.carry(rules().carried()).unwrap();
    history
});

/// The schemas, the plan, and what went wrong so far.
struct Test<'a> {
    plan: Plan<'a>,
    layers: BTreeMap<i32, Generator<'a>>,
    failures: Vec<String>,
    checked: usize,
}

fn rules() -> Rules {
    Rules::parse(include_str!("../../rules.txt")).unwrap()
}

impl<'a> Test<'a> {
    fn new(rules: &'a Rules) -> Self {
        let layers = LAYERS.iter().map(|layer| (*layer, Generator::new(&HISTORY, *layer))).collect();
        Self { plan: Plan::new(&HISTORY, rules), layers, failures: Vec::new(), checked: 0 }
    }

    fn combinators(&self, layer: i32, kind: Kind) -> Vec<&'a Combinator> {
        self.layers[&layer].schema.combinators().filter(|combinator| combinator.kind == kind).collect()
    }

    /// Every text that a combinator has had, with the newest layer of each.
    fn texts(kind: Kind) -> Vec<(i32, &'static Combinator)> {
        let entries = HISTORY.entries().filter(|entry| entry.kind == kind);
        let forms = entries.flat_map(|entry| &entry.versions).flat_map(|version| &version.forms);
        forms.map(|form| (form.layers.last().unwrap(), &form.combinator)).collect()
    }

    fn fail(&mut self, place: &str, seed: u64, error: impl std::fmt::Display) {
        self.failures.push(format!("{place}, seed {seed}: {error}"));
    }

    /// Runs a test over all texts, shared among threads, each with all that it needs.
    fn over_texts(kind: Kind, least: usize, check: impl Fn(&mut Test<'_>, i32, &'static Combinator) + Sync) {
        let texts = Self::texts(kind);
        let checked: usize = std::thread::scope(|scope| {
            let workers = (0..THREADS).map(|thread| {
                let (texts, check) = (&texts, &check);
                scope.spawn(move || {
                    let rules = rules();
                    let mut test = Test::new(&rules);
                    for (layer, combinator) in texts.iter().skip(thread).step_by(THREADS) {
                        check(&mut test, *layer, combinator);
                    }
                    test.finish(least / THREADS)
                })
            });
            let workers: Vec<_> = workers.collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).sum()
        });
        println!("{} texts, {checked} conversions", texts.len());
    }

    fn seeds(layer: i32) -> std::ops::Range<u64> {
        0..if layer == NEWEST { SEEDS } else { OLDER_SEEDS }
    }

    fn finish(self, least: usize) -> usize {
        // One of each kind: the same failure shows in many layers.
        let mut shown: Vec<String> = Vec::new();
        let mut kinds = BTreeSet::new();
        for failure in &self.failures {
            let kind = failure.rsplit(':').next().unwrap_or_default().to_owned();
            if kinds.insert(kind) && shown.len() < SHOWN {
                shown.push(failure.clone());
            }
        }
        let shown = shown.join("\n");
        assert!(self.failures.is_empty(), "{} failures:\n{shown}", self.failures.len());
        assert!(self.checked >= least, "only {} conversions were checked", self.checked);
        self.checked
    }
}

/// Values of each constructor: written for any layer, they are values of that layer, with the same content
/// wherever no rule or bridge changes it.
#[test]
fn constructors_reach_every_layer() {
    Test::over_texts(Kind::Constructor, 400_000, |test, from, constructor| {
        let TypeRef::Boxed(ty) = &constructor.result else { return };
        let mut comparison = Comparison::default();
        let decode = registry::decode_type(ty).unwrap();
        let boxed = TypeRef::Boxed(ty.clone());
        for seed in Test::seeds(from) {
            let place = format!("{} of layer {from}", constructor.name);
            let bytes = test.layers[&from].value(constructor, seed);
            let value = match decode(&bytes) {
                Ok(value) => value,
                Err(error) => {
                    test.fail(&place, seed, error);
                    continue;
                }
            };
            let before = walk::walk(&test.layers[&from].schema, &boxed, &bytes).unwrap();
            for &to in LAYERS {
                let schema = &test.layers[&to].schema;
                if schema.constructors(ty).is_empty() {
                    continue;
                }
                let written = match value(to) {
                    Ok(written) => written,
                    Err(error) if may_refuse(&test.plan, to, schema, constructor, &error) => continue,
                    Err(error) => {
                        test.fail(&format!("{place} for layer {to}"), seed, error);
                        continue;
                    }
                };
                let result = walk::walk(schema, &boxed, &written)
                    .and_then(|after| comparison.compare(&test.plan, (from, to), &before, &after));
                test.checked += 1;
                if let Err(error) = result {
                    test.fail(&format!("{place} for layer {to}"), seed, error);
                }
            }
        }
    });
}

/// Requests of each function are read, and have the same content in every other layer.
#[test]
fn requests_of_every_layer_are_read() {
    Test::over_texts(Kind::Function, 180_000, |test, from, function| {
        let mut comparison = Comparison::default();
        let decode = registry::function(&function.name).unwrap().decode;
        for seed in Test::seeds(from) {
            let place = format!("{} of layer {from}", function.name);
            let bytes = test.layers[&from].value(function, seed);
            let value = match decode(&bytes) {
                Ok(value) => value,
                Err(error) => {
                    test.fail(&place, seed, error);
                    continue;
                }
            };
            let before = walk::walk_request(&test.layers[&from].schema, function, &bytes).unwrap();
            for &to in LAYERS {
                let schema = &test.layers[&to].schema;
                let Some(target) = schema.named(&function.name) else { continue };
                // Only tests and handlers of one layer write requests, so not all can be written.
                let Ok(written) = value(to) else { continue };
                let result = walk::walk_request(schema, target, &written)
                    .and_then(|after| comparison.compare(&test.plan, (from, to), &before, &after));
                test.checked += 1;
                if let Err(error) = result {
                    test.fail(&format!("{place} for layer {to}"), seed, error);
                }
            }
        }
    });
}

/// The newest answer to each function, written for every version of it in every layer, is an answer
/// that the layer's schema declares.
#[test]
fn answers_fit_the_layer_of_the_request() {
    let rules = rules();
    let mut test = Test::new(&rules);
    for function in test.combinators(NEWEST, Kind::Function) {
        if function.result == TypeRef::Any {
            continue;
        }
        let answer = registry::function(&function.name).unwrap().answer;
        for seed in 0..SEEDS {
            let bytes = test.layers[&NEWEST].of_type(&function.result, seed);
            let answer = answer(&bytes).unwrap_or_else(|error| panic!("{}: {error}", function.name));
            for &to in LAYERS {
                let schema = &test.layers[&to].schema;
                let Some(asked) = schema.named(&function.name) else { continue };
                let place = format!("answer to {} for layer {to}", function.name);
                test.checked += 1;
                let result = match answer(asked.id, to) {
                    Ok(written) => walk::walk(schema, &asked.result, &written).map(drop),
                    Err(EncodeError::NotInLayer { combinator, .. })
                        if is_refused_answer(&rules, combinator, to) || is_refused(&rules, combinator) =>
                    {
                        continue;
                    }
                    Err(EncodeError::IntRange { .. }) => continue,
                    Err(error) => Err(error.to_string()),
                };
                if let Err(error) = result {
                    test.fail(&place, seed, error);
                }
            }
        }
    }
    test.finish(30_000);
}
