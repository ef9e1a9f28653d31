//! The log as tests see it: the names of the rules that were broken.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Server port to the rules that were broken there, in order. The tests of this program run in one process.
static BROKEN: Mutex<Option<HashMap<std::thread::ThreadId, Vec<&'static str>>>> = Mutex::new(None);

/// Each test has a runtime of one thread, so that its server's events come from its thread.
struct Watch;

#[derive(Default)]
struct Rule {
    name: String,
    has_all: (bool, bool, bool),
}

impl Visit for Rule {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "rule" {
            value.clone_into(&mut self.name);
        }
    }

    fn record_debug(&mut self, field: &Field, _: &dyn Debug) {
        match field.name() {
            "expected" => self.has_all.0 = true,
            "got" => self.has_all.1 = true,
            "session" => self.has_all.2 = true,
            _ => {}
        }
    }
}

impl Subscriber for Watch {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "piltover::rules"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut rule = Rule::default();
        event.record(&mut rule);
        assert_eq!(rule.has_all, (true, true, true), "what was expected, what came, in which session");
        let rule = piltover::rules::find(&rule.name).expect("a rule that can be explained");
        // Every client learns its salt so.
        if rule.name != "session.salt" {
            let mut broken = BROKEN.lock().unwrap_or_else(PoisonError::into_inner);
            let broken = broken.get_or_insert_default();
            broken.entry(std::thread::current().id()).or_default().push(rule.name);
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Begins to watch the log.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing::subscriber::set_global_default(Watch).unwrap());
}

/// The rule that was broken next, in the server of this test.
pub async fn next() -> &'static str {
    for _ in 0..500 {
        {
            let mut broken = BROKEN.lock().unwrap_or_else(PoisonError::into_inner);
            let broken = broken.get_or_insert_default().entry(std::thread::current().id()).or_default();
            if !broken.is_empty() {
                return broken.remove(0);
            }
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no rule was broken");
}
