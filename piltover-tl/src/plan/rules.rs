//! The rules file: what was decided where no exact rule holds.
//!
//! One decision a line, `#` begins a comment:
//!
//! ```text
//! up   messages.sendMessage.reply_to 133-159 = reply::to_message(reply_to_msg_id, top_msg_id)
//! up   messages.report.reason = dropped        # the old reasons have no option
//! down config.saved_gifs_limit = zero
//! down stickerSet.animated = absent
//! down poll.question = text::plain(question)
//! result messages.createChat = results::updates
//! stand-in MessageMedia = messageMediaUnsupported
//! stand-in Chat = chat::stand_in
//! omit MessageEntity
//! refuse InputGroupCall
//! replace keyboardButton 133-228 = keyboard::reply_button
//! carry messageMediaPhoto.caption
//! accept inputPeerUser = inputUser
//! ```
//!
//! Layers are `133-159`, `159` or `159-`, from then on. A decision without layers holds wherever no exact rule does.
//!
//! - `zero`: a required field gets its type's zero; an optional source fills it if it is there
//! - `absent`: an optional field of the target is left out
//! - `dropped`: a field of the source is ignored on the way up
//! - `from NAME`: the field has another name in the source
//! - `module::function(fields)`: a bridge; it gets references to those fields of the source. On the way down `@viewer`
//!   is the user for whom the encoder writes, `@layer` its layer, and what the bridge gives need only be `Encode`: a
//!   view of the fields is as good as a value
//! - `result`: a function makes the older answer of the newest one; `refused`, if nothing can; layers may stand
//!   behind the name
//! - `stand-in`: what is sent for constructors that a layer does not know: the name of a constructor
//!   without fields, or a function
//! - `omit`: such a value is left out of vectors and optional fields
//! - `refuse`: such a value has no form, and what holds it cannot be sent
//! - `replace`: a function may give another constructor for a known one in some layers
//! - `carry`: the newest version's struct has this field of older versions too, for bridges to fill and to read,
//!   though it is not on the wire
//! - `accept`: clients send a constructor of another type, with the same fields, where this one belongs,
//!   and Telegram takes it

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::Direction;
use crate::history::LayerSet;

/// A function that is written by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bridge {
    /// Its path below the bridges' module.
    pub function: String,
    /// The fields of the source that it is given.
    pub arguments: Vec<String>,
}

/// What was decided for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The type's zero.
    Zero,
    /// Left out.
    Absent,
    /// The source's value is ignored.
    Dropped,
    /// The source's field of another name.
    From(String),
    /// A function.
    Bridge(Bridge),
}

/// What is sent in the place of a constructor that a layer does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StandIn {
    /// A constructor without fields.
    Constructor(String),
    /// A function of the value and the layer.
    Function(String),
    /// Nothing: what holds the value cannot be sent.
    Refused,
}

/// A function that may give another constructor for one that a layer knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Its path below the bridges' module.
    pub function: String,
    /// The first layer for which it is asked.
    pub first: i32,
    /// The last one.
    pub last: i32,
}

/// A line that is no decision.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{line}: {reason}: `{text}`")]
pub struct RulesError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: &'static str,
    /// The line's text.
    pub text: String,
}

#[derive(Debug, Clone)]
struct Rule {
    line: usize,
    layers: Option<(i32, i32)>,
    decision: Decision,
}

/// What makes the older answer of a function.
#[derive(Debug, Clone)]
struct AnswerRule {
    layers: Option<(i32, i32)>,
    function: String,
}

/// All decisions.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    fields: BTreeMap<(Direction, String), Vec<Rule>>,
    results: BTreeMap<String, Vec<AnswerRule>>,
    stand_ins: BTreeMap<String, StandIn>,
    omitted: BTreeSet<String>,
    replacements: BTreeMap<String, Replacement>,
    carried: Vec<(String, String)>,
    accepted: BTreeMap<String, String>,
    /// The lines that decided something, so that those which never do can be found.
    used: RefCell<BTreeSet<usize>>,
}

impl Rules {
    /// Reads a rules file.
    ///
    /// # Errors
    /// The first line that is no decision.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let mut rules = Self::default();
        for (index, line) in text.lines().enumerate() {
            let content = line.split('#').next().unwrap_or_default().trim();
            if !content.is_empty() {
                rules.add(index + 1, content).map_err(|reason| RulesError {
                    line: index + 1,
                    reason,
                    text: line.trim().to_owned(),
                })?;
            }
        }
        Ok(rules)
    }

    fn add(&mut self, line: usize, content: &str) -> Result<(), &'static str> {
        let (left, right) = match content.split_once('=') {
            Some((left, right)) => (left.trim(), Some(right.trim())),
            None => (content, None),
        };
        let words: Vec<&str> = left.split_whitespace().collect();
        match (words.as_slice(), right) {
            ([way @ ("up" | "down"), field, layers @ ..], Some(right)) => {
                let direction = if *way == "up" { Direction::Up } else { Direction::Down };
                let rule = Rule { line, layers: optional_range(layers)?, decision: parse_decision(right)? };
                self.fields.entry((direction, (*field).to_owned())).or_default().push(rule);
            }
            (["result", name, layers @ ..], Some(function)) => {
                let results = self.results.entry((*name).to_owned()).or_default();
                results.push(AnswerRule { layers: optional_range(layers)?, function: function.to_owned() });
            }
            (["stand-in", ty], Some(value)) => {
                let stand_in = match value.contains("::") {
                    true => StandIn::Function(value.to_owned()),
                    false => StandIn::Constructor(value.to_owned()),
                };
                self.stand_ins.insert((*ty).to_owned(), stand_in);
            }
            (["replace", name, layers], Some(function)) => {
                let (first, last) = parse_range(layers).ok_or("expected layers, as 133-159")?;
                let function = function.to_owned();
                self.replacements.insert((*name).to_owned(), Replacement { function, first, last });
            }
            (["carry", field], None) => {
                let (name, field) =
                    field.rsplit_once('.').ok_or("expected a field, as photoSize.location")?;
                self.carried.push((name.to_owned(), field.to_owned()));
            }
            (["accept", other], Some(name)) => {
                self.accepted.insert(name.to_owned(), (*other).to_owned());
            }
            (["refuse", ty], None) => {
                self.stand_ins.insert((*ty).to_owned(), StandIn::Refused);
            }
            (["omit", ty], None) => {
                self.omitted.insert((*ty).to_owned());
            }
            _ => {
                return Err(
                    "expected `up`, `down`, `result`, `stand-in`, `omit`, `refuse`, `replace`, `carry` or `accept`",
                );
            }
        }
        Ok(())
    }

    /// What was decided for a field of a version that stands in `layers`. Where an exact rule covers it, only a
    /// decision that names its layers holds.
    #[must_use]
    pub fn decision(
        &self,
        direction: Direction,
        name: &str,
        field: &str,
        layers: &LayerSet,
        is_exact: bool,
    ) -> Option<&Decision> {
        let rules = self.fields.get(&(direction, format!("{name}.{field}")))?;
        let mut rules = rules.iter().filter(|rule| overlaps(rule.layers, layers));
        let rule = rules.find(|rule| rule.layers.is_some() || !is_exact)?;
        self.used.borrow_mut().insert(rule.line);
        Some(&rule.decision)
    }

    /// The function that makes the older answer of a function, for its version of these layers.
    #[must_use]
    pub fn result(&self, function: &str, layers: &LayerSet) -> Option<&str> {
        let rule = self.results.get(function)?.iter().find(|rule| overlaps(rule.layers, layers))?;
        Some(&rule.function)
    }

    /// What stands in for constructors of a type that a layer does not know.
    #[must_use]
    pub fn stand_in(&self, ty: &str) -> Option<&StandIn> {
        self.stand_ins.get(ty)
    }

    /// Whether values of a type are left out where a layer does not know them.
    #[must_use]
    pub fn is_omitted(&self, ty: &str) -> bool {
        self.omitted.contains(ty)
    }

    /// The function that may replace a constructor in older layers.
    #[must_use]
    pub fn replacement(&self, constructor: &str) -> Option<&Replacement> {
        self.replacements.get(constructor)
    }

    /// The fields of older versions that the newest ones carry along, by combinator.
    pub fn carried(&self) -> impl Iterator<Item = (&str, &str)> {
        self.carried.iter().map(|(name, field)| (name.as_str(), field.as_str()))
    }

    /// The constructor of another type that is taken in the place of this one.
    #[must_use]
    pub fn accepted(&self, constructor: &str) -> Option<&str> {
        self.accepted.get(constructor).map(String::as_str)
    }

    /// The lines of decisions about fields that were never asked for, once everything was planned.
    #[must_use]
    pub fn unused(&self) -> Vec<usize> {
        let used = self.used.borrow();
        let rules = self.fields.values().flatten();
        rules.map(|rule| rule.line).filter(|line| !used.contains(line)).collect()
    }
}

fn overlaps(range: Option<(i32, i32)>, layers: &LayerSet) -> bool {
    range.is_none_or(|(first, last)| layers.iter().any(|layer| (first..=last).contains(&layer)))
}

fn optional_range(words: &[&str]) -> Result<Option<(i32, i32)>, &'static str> {
    match words {
        [] => Ok(None),
        [range] => parse_range(range).map(Some).ok_or("expected layers, as 133-159"),
        _ => Err("expected one range of layers"),
    }
}

fn parse_range(text: &str) -> Option<(i32, i32)> {
    match text.split_once('-') {
        Some((first, "")) => Some((first.parse().ok()?, i32::MAX)),
        Some((first, last)) => Some((first.parse().ok()?, last.parse().ok()?)),
        None => text.parse().ok().map(|layer| (layer, layer)),
    }
}

fn parse_decision(text: &str) -> Result<Decision, &'static str> {
    match text {
        "zero" => return Ok(Decision::Zero),
        "absent" => return Ok(Decision::Absent),
        "dropped" => return Ok(Decision::Dropped),
        _ => {}
    }
    if let Some(name) = text.strip_prefix("from ") {
        return Ok(Decision::From(name.trim().to_owned()));
    }
    let (function, arguments) = text
        .strip_suffix(')')
        .and_then(|text| text.split_once('('))
        .ok_or("expected `zero`, `absent`, `dropped`, `from FIELD` or `module::function(fields)`")?;
    Ok(Decision::Bridge(Bridge {
        function: function.trim().to_owned(),
        arguments: arguments
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_by_direction_field_and_layers() {
        let rules = Rules::parse(
            "# about replies\n\
             up a.b.reply_to 133-159 = reply::to(msg_id, top)\n\
             up a.b.reply_to = zero # the rest\n\
             omit MessageEntity\nstand-in Chat = chat::stand_in\n",
        )
        .unwrap();
        let decided = |layer: i32| {
            rules.decision(Direction::Up, "a.b", "reply_to", &[layer].into_iter().collect(), false)
        };
        let bridge = Bridge { function: "reply::to".into(), arguments: vec!["msg_id".into(), "top".into()] };
        assert_eq!(decided(140), Some(&Decision::Bridge(bridge)));
        assert_eq!(rules.unused(), [3]);
        assert_eq!(decided(160), Some(&Decision::Zero));
        assert_eq!(rules.decision(Direction::Down, "a.b", "reply_to", &LayerSet::default(), false), None);
        assert!(rules.is_omitted("MessageEntity"));
        assert_eq!(rules.stand_in("Chat"), Some(&StandIn::Function("chat::stand_in".into())));
    }

    #[test]
    fn decisions_without_layers_give_way_to_exact_rules() {
        let rules = Rules::parse("down a.x = b::general(y)\ndown a.x 1-9 = b::special(y)\n").unwrap();
        let decided = |layer: i32, is_exact| {
            let layers = [layer].into_iter().collect();
            match rules.decision(Direction::Down, "a", "x", &layers, is_exact) {
                Some(Decision::Bridge(bridge)) => Some(bridge.function.clone()),
                _ => None,
            }
        };
        assert_eq!(decided(20, false).as_deref(), Some("b::general"));
        assert_eq!(decided(20, true), None);
        assert_eq!(parse_range("5-"), Some((5, i32::MAX)));
        assert_eq!(decided(5, true).as_deref(), Some("b::special"));
    }

    #[test]
    fn answers_are_by_layers() {
        let rules =
            Rules::parse("result f 1-9 = results::old\nresult f = results::other\ncarry a.b.c\n").unwrap();
        let of = |layer: i32| rules.result("f", &[layer].into_iter().collect());
        assert_eq!((of(5), of(10)), (Some("results::old"), Some("results::other")));
        assert_eq!(rules.carried().collect::<Vec<_>>(), [("a.b", "c")]);
    }

    #[test]
    fn errors_name_the_line() {
        let error = Rules::parse("\nup a.b = nonsense\n").unwrap_err();
        assert_eq!(error.line, 2);
    }
}
