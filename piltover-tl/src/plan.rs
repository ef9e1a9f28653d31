//! How every older version of a combinator is converted to its newest one, and back.
//!
//! Handlers and state see only the newest form of each combinator, the *canonical* one. A [`Plan`] says
//! for each older version, field by field, where the value comes from: by an exact rule, by a decision
//! of the rules file, or by a bridge, a function that is written by hand. What none of them covers is
//! an [`Uncovered`] step, and generated code refuses to build with one.
//!
//! - *up*: from an older version to the canonical one, as requests need it, and whoever reads old answers
//! - *down*: from the canonical version to an older one, as answers and updates need it

mod reach;
mod rules;
mod shared;

use crate::history::{Entry, History, LayerSet, Version};
use crate::schema::{Combinator, Field, FieldKind, Kind, TypeRef};

pub use reach::Reach;
pub use rules::{Bridge, Decision, Replacement, Rules, RulesError, StandIn};

/// Which way a conversion goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From an older version to the newest.
    Up,
    /// From the newest version to an older one.
    Down,
}

impl std::fmt::Display for Direction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Up => "up",
            Self::Down => "down",
        })
    }
}

/// How the type of a value changes while it is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cast {
    /// Not at all.
    Same,
    /// `int` to `long`.
    Widen,
    /// `long` to `int`; values that do not fit are an error.
    Narrow,
    /// `Vector<int>` to `Vector<long>`.
    WidenVector,
    /// `Vector<long>` to `Vector<int>`.
    NarrowVector,
}

/// Where the value of a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// The source's field, cast; present if the source's is.
    Copy(&'a Field, Cast),
    /// The source's optional field, or the type's zero if it is absent.
    CopyOrZero(&'a Field, Cast),
    /// Left out, or false.
    Absent,
    /// The type's zero.
    Zero,
    /// A function, written by hand, of some of the source's fields.
    Bridge(&'a Bridge),
    /// Nothing says where.
    Uncovered,
}

/// One field of the target of a conversion.
#[derive(Debug, Clone, Copy)]
pub struct FieldStep<'a> {
    /// The field of the target.
    pub field: &'a Field,
    /// Where its value comes from.
    pub step: Step<'a>,
}

/// How one version becomes another.
#[derive(Debug, Clone)]
pub struct Conversion<'a> {
    /// A step for each field of the target that holds a value or is a bit.
    pub steps: Vec<FieldStep<'a>>,
    /// Fields of the source that no step uses.
    pub lost: Vec<&'a Field>,
    /// What neither a rule nor a decision covers.
    pub uncovered: Vec<Uncovered>,
}

impl Conversion<'_> {
    /// Whether every step is covered.
    #[must_use]
    pub fn is_total(&self) -> bool {
        self.uncovered.is_empty()
    }
}

/// A step between two versions for which somebody has to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncovered {
    /// Which way.
    pub direction: Direction,
    /// The combinator.
    pub name: String,
    /// The field at fault.
    pub field: String,
    /// The layers of the older version.
    pub layers: String,
    /// The newest layer.
    pub newest: i32,
    /// Why no rule covers it.
    pub reason: String,
}

impl std::fmt::Display for Uncovered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { direction, name, field, layers, newest, reason } = self;
        let newest = format!("layer {newest}");
        let (from, to) = match direction {
            Direction::Up => (layers, &newest),
            Direction::Down => (&newest, layers),
        };
        let last = name.rsplit('.').next().unwrap_or(name);
        write!(
            f,
            "{name}.{field}, from {from} to {to}: {reason}. Decide in the rules file: \
             `{direction} {name}.{field} = {last}::{field}(...)` with that function among the bridges, \
             or `= zero`, `= absent`, `= dropped`"
        )
    }
}

/// The plan of all conversions.
#[derive(Debug)]
pub struct Plan<'a> {
    history: &'a History,
    rules: &'a Rules,
    reach: Reach<'a>,
}

impl<'a> Plan<'a> {
    /// Plans the conversions between all layers of `history` under `rules`.
    #[must_use]
    pub fn new(history: &'a History, rules: &'a Rules) -> Self {
        Self { history, rules, reach: Reach::new(history) }
    }

    /// The layers.
    #[must_use]
    pub fn history(&self) -> &'a History {
        self.history
    }

    /// The decisions.
    #[must_use]
    pub fn rules(&self) -> &'a Rules {
        self.rules
    }

    /// Which types are sent to clients.
    #[must_use]
    pub fn reach(&self) -> &Reach<'a> {
        &self.reach
    }

    /// How an older version becomes the canonical one. For the canonical version itself: the identity.
    #[must_use]
    pub fn up(&self, entry: &'a Entry, version: &'a Version) -> Conversion<'a> {
        match entry.canonical() {
            Some(canonical) if canonical.id != version.id => {
                self.convert(Direction::Up, &version.union, &canonical.union, &version.layers)
            }
            _ => self.identity(version),
        }
    }

    /// How the canonical version becomes an older one. The canonical version itself stays what it is, but for
    /// decisions that name layers of its own: what a field holds can have changed under one id.
    #[must_use]
    pub fn down(&self, entry: &'a Entry, version: &'a Version) -> Conversion<'a> {
        match entry.canonical() {
            Some(canonical) => {
                self.convert(Direction::Down, &canonical.union, &version.union, &version.layers)
            }
            None => self.identity(version),
        }
    }

    /// A version as it is.
    #[must_use]
    pub fn identity(&self, version: &'a Version) -> Conversion<'a> {
        let fields = version.union.fields.iter().filter(|field| field.kind != FieldKind::Flags);
        let steps = fields.map(|field| FieldStep { field, step: Step::Copy(field, Cast::Same) }).collect();
        Conversion { steps, lost: Vec::new(), uncovered: Vec::new() }
    }

    /// Whether the conversion of this version must be total: always on the way up, that of answers and updates on
    /// the way down.
    #[must_use]
    pub fn is_required(&self, direction: Direction, entry: &Entry, version: &Version) -> bool {
        match (direction, entry.kind) {
            (Direction::Up, _) => true,
            (Direction::Down, Kind::Function) => false,
            (Direction::Down, Kind::Constructor) => {
                let Some(ty) = version.union.result.boxed_name() else { return false };
                version.layers.iter().any(|layer| self.reach.contains(layer, ty))
            }
        }
    }

    fn convert(
        &self,
        direction: Direction,
        source: &'a Combinator,
        target: &'a Combinator,
        layers: &'a LayerSet,
    ) -> Conversion<'a> {
        let mut conversion = Conversion { steps: Vec::new(), lost: Vec::new(), uncovered: Vec::new() };
        let mut used: Vec<&str> = Vec::new();
        let uncovered = |field: &Field, reason: String| Uncovered {
            direction,
            name: target.name.clone(),
            field: field.name.clone(),
            layers: format!("layer {}", layers.display(self.history.layers())),
            newest: self.history.newest(),
            reason,
        };
        for field in target.fields.iter().filter(|field| field.kind != FieldKind::Flags) {
            let is_exact = source.field(&field.name).is_some_and(|from| is_exact(from, field));
            let decision = self.rules.decision(direction, &target.name, &field.name, layers, is_exact);
            let named = match decision {
                Some(Decision::From(name)) => source.field(name),
                _ => source.field(&field.name),
            };
            let step = match (decision, named) {
                (Some(Decision::Bridge(bridge)), _) => Step::Bridge(bridge),
                (Some(Decision::Absent), _) => Step::Absent,
                (decision, Some(from)) => {
                    match copy(direction, from, field, decision == Some(&Decision::Zero)) {
                        Ok(step) => step,
                        Err(reason) => {
                            conversion.uncovered.push(uncovered(field, reason));
                            Step::Uncovered
                        }
                    }
                }
                (Some(Decision::Zero), None) => Step::Zero,
                (_, None) => match (&field.kind, direction) {
                    (FieldKind::Required(ty), _) => {
                        let reason = format!("nothing fills the required {ty}");
                        conversion.uncovered.push(uncovered(field, reason));
                        Step::Uncovered
                    }
                    (_, Direction::Up) => Step::Absent,
                    (_, Direction::Down) => {
                        let reason = "the older layer's optional field would never be filled".to_owned();
                        conversion.uncovered.push(uncovered(field, reason));
                        Step::Uncovered
                    }
                },
            };
            match step {
                Step::Copy(from, _) | Step::CopyOrZero(from, _) => used.push(&from.name),
                Step::Bridge(bridge) => used.extend(bridge.arguments.iter().map(String::as_str)),
                _ => {}
            }
            conversion.steps.push(FieldStep { field, step });
        }
        for (absent, other) in parted(&conversion.steps) {
            let reason = format!("{} is behind the same bit, and would be lost without it", other.name);
            conversion.uncovered.push(uncovered(absent, reason));
        }
        for field in source.fields.iter().filter(|field| field.kind != FieldKind::Flags) {
            if used.contains(&field.name.as_str()) {
                continue;
            }
            if matches!(field.kind, FieldKind::Carried(_)) {
                continue;
            }
            conversion.lost.push(field);
            let decided = self.rules.decision(direction, &source.name, &field.name, layers, false);
            let reported = conversion.uncovered.iter().any(|step| step.field == field.name);
            if direction == Direction::Up && decided != Some(&Decision::Dropped) && !reported {
                let reason = "its value would be lost on the way up".to_owned();
                conversion.uncovered.push(uncovered(field, reason));
            }
        }
        conversion
    }
}

/// Fields that are left out though another is there behind the same bit, which is set only if all values are.
fn parted<'a>(steps: &[FieldStep<'a>]) -> Vec<(&'a Field, &'a Field)> {
    let is_absent = |step: &&FieldStep<'_>| matches!(step.step, Step::Absent);
    let absent = steps.iter().filter(is_absent).filter(|step| step.field.kind.value_type().is_some());
    let with_other = absent.filter_map(|step| {
        let bit = step.field.kind.bit()?;
        let mut present = steps.iter().filter(|other| !is_absent(other));
        let other = present.find(|other| other.field.kind.bit() == Some(bit))?;
        Some((step.field, other.field))
    });
    with_other.collect()
}

/// Whether a field is copied as it is.
fn is_exact(from: &Field, to: &Field) -> bool {
    use FieldKind::{Optional, Required, True};
    match (&from.kind, &to.kind) {
        (True { .. }, True { .. }) => true,
        (Required(source), Required(target)) => source == target,
        (Optional { ty: source, .. }, Optional { ty: target, .. }) => source == target,
        _ => false,
    }
}

/// The rule for a field that both sides have.
fn copy<'a>(direction: Direction, from: &'a Field, to: &Field, zero: bool) -> Result<Step<'a>, String> {
    use FieldKind::{Carried, Flags, Optional, Required, True};
    let cannot = |from: &TypeRef, to: &TypeRef| format!("{from} does not become {to} by a rule");
    match (&from.kind, &to.kind) {
        (True { .. }, True { .. }) => Ok(Step::Copy(from, Cast::Same)),
        (True { .. }, Required(TypeRef::Bool) | Optional { ty: TypeRef::Bool, .. })
        | (Required(TypeRef::Bool) | Optional { ty: TypeRef::Bool, .. }, True { .. }) => {
            Ok(Step::Copy(from, Cast::Same))
        }
        // Nobody may have filled it.
        (Carried(source), Required(target)) => match cast(direction, source, target) {
            Some(cast) => Ok(Step::CopyOrZero(from, cast)),
            None => Err(cannot(source, target)),
        },
        (Optional { ty: source, .. }, Required(target)) => match cast(direction, source, target) {
            Some(cast) if zero => Ok(Step::CopyOrZero(from, cast)),
            Some(_) => Err(format!("an optional value fills the required {target}")),
            None => Err(cannot(source, target)),
        },
        (
            Required(source) | Optional { ty: source, .. } | Carried(source),
            Required(target) | Optional { ty: target, .. } | Carried(target),
        ) => match cast(direction, source, target) {
            Some(cast) => Ok(Step::Copy(from, cast)),
            None => Err(cannot(source, target)),
        },
        (True { .. }, Required(ty) | Optional { ty, .. } | Carried(ty)) => {
            Err(format!("a bit does not become {ty} by a rule"))
        }
        (Required(ty) | Optional { ty, .. } | Carried(ty), True { .. }) => {
            Err(format!("{ty} does not become a bit by a rule"))
        }
        (Flags, _) | (_, Flags) => Err("a flags word is no value".to_owned()),
    }
}

/// Numbers are narrowed only on the way down, where an encoder can tell that one does not fit.
fn cast(direction: Direction, from: &TypeRef, to: &TypeRef) -> Option<Cast> {
    match (from, to) {
        (from, to) if from == to => Some(Cast::Same),
        (TypeRef::Int, TypeRef::Long) => Some(Cast::Widen),
        (TypeRef::Long, TypeRef::Int) if direction == Direction::Down => Some(Cast::Narrow),
        (TypeRef::Vector(from), TypeRef::Vector(to)) => match cast(direction, from, to)? {
            Cast::Widen => Some(Cast::WidenVector),
            Cast::Narrow => Some(Cast::NarrowVector),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Source;

    /// The steps that nothing covers, as `direction name.field`.
    fn uncovered(older: &str, newest: &str, rules: &str) -> Vec<String> {
        let sources = [(1, older), (2, newest)].map(|(layer, text)| Source { layer, file: "x.tl", text });
        let (history, rules) = (History::new(sources).unwrap(), Rules::parse(rules).unwrap());
        let plan = Plan::new(&history, &rules);
        let versions = history.entries().flat_map(|entry| entry.versions.iter().map(move |it| (entry, it)));
        let required = |direction, entry: &Entry, version: &Version, conversion: Conversion<'_>| {
            if plan.is_required(direction, entry, version) { conversion.uncovered } else { Vec::new() }
        };
        let found = versions.flat_map(|(entry, version)| {
            let up = required(Direction::Up, entry, version, plan.up(entry, version));
            let down = required(Direction::Down, entry, version, plan.down(entry, version));
            up.into_iter().chain(down)
        });
        found.map(|step| format!("{} {}.{}", step.direction, step.name, step.field)).collect()
    }

    #[test]
    fn what_nobody_sends_is_read_but_not_written() {
        let (older, newest) = ("a#1 x:int = A;\n", "a#2 y:int = A;\n");
        assert_eq!(uncovered(older, newest, ""), ["up a.y", "up a.x"]);
        assert!(uncovered(older, newest, "up a.y = from x").is_empty());
        let sent = "---functions---\nget#3 = A;\n";
        let both = uncovered(&(older.to_owned() + sent), &(newest.to_owned() + sent), "up a.y = from x");
        assert_eq!(both, ["down a.x"]);
    }

    #[test]
    fn what_shares_a_bit_is_not_lost_without_the_other() {
        let older = "a#1 flags:# views:flags.0?int = A;\n";
        let newest = "a#2 flags:# views:flags.0?int forwards:flags.0?int = A;\n";
        assert_eq!(uncovered(older, newest, ""), ["up a.forwards"]);
        assert!(uncovered(older, newest, "up a.forwards = m::zero_beside(views)").is_empty());
    }
}
