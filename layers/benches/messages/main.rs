//! Encoding and decoding of a page of history, in the newest layer and in an old one, beside
//! `grammers-tl-types`, which knows the newest only.
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

/// Prints the medians of the newest layer, the peer and older layers, and the ratios with their goals. Gives whether
/// the goals were met.
fn report(what: &str, subjects: &mut [Subject<'_>], older: &[i32], rounds: usize) -> bool {
    for _ in 0..rounds {
        subjects.iter_mut().for_each(Subject::round);
    }
    for Subject { name, times, .. } in subjects.iter() {
        println!("{what}  {name:<20} {:>8.1} us", median(times.clone()));
    }
    let [newest, peer, others @ ..] = subjects else { return false };
    let to_peer = ratio(newest, peer);
    println!("{what}  newest / grammers    {to_peer:>8.2}     goal 1.00");
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
    assert_eq!(LAYER, NEWEST, "the peer must know the same layer");

    let page = page::page();
    let newest = page.to_bytes(NEWEST).unwrap();
    let old = page.to_bytes(OLD).unwrap();
    let peer = grammers::messages::Messages::from_bytes(&newest).unwrap();
    assert!(peer.to_bytes() == newest, "the peer writes other bytes");
    assert!(decode_exact::<Messages>(&newest).unwrap().to_bytes(NEWEST).unwrap() == newest);
    assert!(decode_exact::<Messages>(&old).unwrap().to_bytes(OLD).unwrap() == old);
    let oldest = page.to_bytes(OLDEST).unwrap();
    println!(
        "messages.messages: {} bytes in layer {NEWEST}, {} in layer {OLD}, {} in layer {OLDEST}",
        newest.len(),
        old.len(),
        oldest.len()
    );

    let mut buffer = Vec::new();
    let encoded = report(
        "encode",
        &mut [
            encode(&page, NEWEST),
            Subject::new(format!("grammers, layer {LAYER}"), || {
                buffer.clear();
                black_box(&peer).serialize(&mut buffer);
                black_box(&buffer);
            }),
            encode(&page, OLD),
            encode(&page, OLDEST),
        ],
        &[OLD, OLDEST],
        rounds,
    );
    let decoded = report(
        "decode",
        &mut [
            decode(&newest, NEWEST),
            Subject::new(format!("grammers, layer {LAYER}"), || {
                black_box(grammers::messages::Messages::from_bytes(black_box(&newest)).unwrap());
            }),
            decode(&old, OLD),
        ],
        &[OLD],
        rounds,
    );
    println!("{}", if encoded && decoded { "all goals met" } else { "a goal was missed" });
}
