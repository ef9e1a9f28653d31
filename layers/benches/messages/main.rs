//! Encoding and decoding of a page of history, in the newest layer and in old ones, and beside `grammers-tl-types` in
//! the one layer that it knows.
//!
//! What is compared takes turns, round after round, so that a noisy machine is noisy to all of them,
//! and a ratio is the median of the ratios of the rounds. Run as a test, it does one round.

#![allow(missing_docs, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod page;

use std::hint::black_box;
use std::time::{Duration, Instant};

use grammers_tl_types::{Deserializable, LAYER, Serializable, enums as grammers};
use piltover_layers::enums::messages::Messages;
use piltover_layers::{Encode, Encoder, LAYERS, NEWEST, decode_exact};

const OLD: i32 = 158;
const OLDEST: i32 = LAYERS[0];

/// How long one measurement of a round runs, about.
const SLICE: Duration = Duration::from_millis(4);
const ROUNDS: usize = 250;

type Work<'a> = Box<dyn FnMut() + 'a>;

/// Something that is measured, with the time of one run in each round, in microseconds.
struct Subject<'a> {
    name: String,
    work: Work<'a>,
    runs: u32,
    times: Vec<f64>,
}

impl<'a> Subject<'a> {
    fn new(name: impl Into<String>, mut work: impl FnMut() + 'a) -> Self {
        let start = Instant::now();
        let mut runs = 0;
        while start.elapsed() < SLICE {
            work();
            runs += 1;
        }
        Self { name: name.into(), work: Box::new(work), runs, times: Vec::new() }
    }

    fn round(&mut self) {
        let start = Instant::now();
        (0..self.runs).for_each(|_| (self.work)());
        self.times.push(start.elapsed().as_secs_f64() * 1e6 / f64::from(self.runs));
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The median over the rounds of `a`'s time to `b`'s.
fn ratio(a: &Subject<'_>, b: &Subject<'_>) -> f64 {
    median(a.times.iter().zip(&b.times).map(|(a, b)| a / b).collect())
}

fn encode<'a>(page: &'a Messages, layer: i32) -> Subject<'a> {
    let mut buffer = Vec::new();
    Subject::new(format!("piltover, layer {layer}"), move || {
        buffer.clear();
        let mut encoder = Encoder::with_buffer(std::mem::take(&mut buffer), layer);
        black_box(page).encode(&mut encoder);
        buffer = black_box(encoder.finish().unwrap());
    })
}

fn decode(bytes: &[u8], layer: i32) -> Subject<'_> {
    Subject::new(format!("piltover, layer {layer}"), move || {
        black_box(decode_exact::<Messages>(black_box(bytes)).unwrap());
    })
}

/// Prints the medians of the peer, of its layer here, of the newest layer and of older ones, and the ratios with their
/// goals. Gives whether the goals were met.
fn report(what: &str, subjects: &mut [Subject<'_>], older: &[i32], rounds: usize) -> bool {
    for _ in 0..rounds {
        subjects.iter_mut().for_each(Subject::round);
    }
    for Subject { name, times, .. } in subjects.iter() {
        println!("{what}  {name:<20} {:>8.1} us", median(times.clone()));
    }
    let [peer, same, newest, others @ ..] = subjects else { return false };
    let to_peer = ratio(same, peer);
    println!("{what}  {LAYER} / grammers       {to_peer:>8.2}     goal 1.00");
    let mut met = to_peer <= 1.0;
    for (layer, other) in older.iter().zip(others) {
        let to_newest = ratio(other, newest);
        println!("{what}  {layer:>3} / {NEWEST}            {to_newest:>8.2}     goal 1.50");
        met &= to_newest <= 1.5;
    }
    met
}

fn main() {
    // `cargo test --benches` runs this too, without the argument.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { ROUNDS } else { 1 };
    assert!(LAYERS.contains(&LAYER), "the peer's layer is not here");

    let page = page::page();
    let bytes = |layer| page.to_bytes(layer).unwrap();
    let (newest, same, old) = (bytes(NEWEST), bytes(LAYER), bytes(OLD));
    let peer = grammers::messages::Messages::from_bytes(&same).unwrap();
    assert!(peer.to_bytes() == same, "the peer writes other bytes");
    for (layer, bytes) in [(NEWEST, &newest), (LAYER, &same), (OLD, &old)] {
        assert!(decode_exact::<Messages>(bytes).unwrap().to_bytes(layer).unwrap() == *bytes);
    }
    let len = |layer| format!("{} in layer {layer}", bytes(layer).len());
    println!("messages.messages, bytes: {}", [NEWEST, LAYER, OLD, OLDEST].map(len).join(", "));

    let mut buffer = Vec::new();
    let encoded = report(
        "encode",
        &mut [
            Subject::new(format!("grammers, layer {LAYER}"), || {
                buffer.clear();
                black_box(&peer).serialize(&mut buffer);
                black_box(&buffer);
            }),
            encode(&page, LAYER),
            encode(&page, NEWEST),
            encode(&page, OLD),
            encode(&page, OLDEST),
        ],
        &[OLD, OLDEST],
        rounds,
    );
    let decoded = report(
        "decode",
        &mut [
            Subject::new(format!("grammers, layer {LAYER}"), || {
                black_box(grammers::messages::Messages::from_bytes(black_box(&same)).unwrap());
            }),
            decode(&same, LAYER),
            decode(&newest, NEWEST),
            decode(&old, OLD),
        ],
        &[OLD],
        rounds,
    );
    println!("{}", if encoded && decoded { "all goals met" } else { "a goal was missed" });
}
