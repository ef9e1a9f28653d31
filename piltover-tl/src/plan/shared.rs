//! Versions that are read or written as a newer one, since all that they lack is behind bits.
//!
//! Most new versions only add optional fields. Then the bytes of the older version are bytes of the newer one too, in
//! which none of the new bits is set, and one piece of code serves both.

use super::{Cast, Conversion, FieldStep, Plan, Step};
use crate::history::{Entry, Version};
use crate::schema::{Combinator, FieldKind, Kind};

impl<'a> Plan<'a> {
    /// The newest version whose struct and decoding serve for this one too: it has all fields of this one, where this
    /// one has them, the others behind bits of which this one knows none, and it becomes canonical in the same way.
    ///
    /// An older version of a function stands for itself alone, since it is what handlers of its layers take.
    #[must_use]
    pub fn read_as(&self, entry: &'a Entry, version: &'a Version) -> &'a Version {
        if entry.kind == Kind::Function {
            return version;
        }
        let own = self.up(entry, version);
        newest(entry, version, |newer| {
            let newer = self.up(entry, newer);
            own.is_total() && newer.is_total() && same_upgrade(&own, &newer, &version.union)
        })
    }

    /// The newest version whose encoding serves for this one too: it has all fields of this one, written in the same
    /// way, and others only behind bits of which this one knows none, so that they can be masked out.
    ///
    /// The canonical version serves for none: most is written for the newest layer, without a mask.
    #[must_use]
    pub fn written_as(&self, entry: &'a Entry, version: &'a Version) -> &'a Version {
        let own = self.down(entry, version);
        let canonical = entry.canonical().map(|canonical| canonical.id);
        newest(entry, version, |newer| {
            let is_canonical = canonical == Some(newer.id);
            let newer = self.down(entry, newer);
            !is_canonical && own.is_total() && newer.is_total() && same_downgrade(&own, &newer)
        })
    }
}

fn newest<'a>(
    entry: &'a Entry,
    version: &'a Version,
    converts_alike: impl Fn(&'a Version) -> bool,
) -> &'a Version {
    let newer = entry.versions.iter().rev().take_while(|newer| newer.id != version.id);
    let mut same = newer.filter(|newer| is_part(&version.union, &newer.union) && converts_alike(newer));
    same.next().unwrap_or(version)
}

/// Whether the bytes of `older` are bytes of `newer`, for the same values.
fn is_part(older: &Combinator, newer: &Combinator) -> bool {
    let is_bit = |kind: &FieldKind| matches!(kind, FieldKind::True { .. } | FieldKind::Carried(_));
    let mut behind = newer.fields.iter().filter(|field| !is_bit(&field.kind));
    let mut rest = older.fields.iter().filter(|field| !is_bit(&field.kind));
    // What stands in between must be optional.
    let is_optional = |kind: &FieldKind| matches!(kind, FieldKind::Optional { .. });
    let in_order = rest.all(|field| {
        behind.find(|newer| *newer == field || !is_optional(&newer.kind)).is_some_and(|newer| newer == field)
    });
    let known = |word: &str, bit: u32| older.known_bits(word) >> bit & 1 == 1;
    in_order
        && behind.all(|field| is_optional(&field.kind))
        && newer.fields.iter().all(|field| match field.kind.bit() {
            Some((word, bit)) => older.fields.contains(field) || !known(word, bit),
            None => true,
        })
        && older.fields.iter().all(|field| field.kind.bit().is_none() || newer.fields.contains(field))
}

fn same_upgrade(own: &Conversion<'_>, newer: &Conversion<'_>, older: &Combinator) -> bool {
    own.steps.len() == newer.steps.len()
        && own.steps.iter().zip(&newer.steps).all(|(own, newer)| match (own.step, newer.step) {
            (Step::Absent, Step::Copy(from, _)) | (Step::Zero, Step::CopyOrZero(from, _)) => {
                older.field(&from.name).is_none()
            }
            (own, newer) => own == newer,
        })
}

fn same_downgrade(own: &Conversion<'_>, newer: &Conversion<'_>) -> bool {
    let is_own = |step: &FieldStep<'_>| own.steps.iter().find(|own| own.field == step.field);
    newer.steps.iter().all(|step| match is_own(step) {
        Some(own) => own.step == step.step,
        None => match (step.step, &step.field.kind) {
            (Step::Absent, _) | (Step::Copy(_, Cast::Same), FieldKind::True { .. }) => true,
            // A value that is always there would be written whatever the bits are.
            (Step::Copy(from, Cast::Same), _) => matches!(from.kind, FieldKind::Optional { .. }),
            _ => false,
        },
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::history::{History, Source};
    use crate::plan::Rules;

    /// For each version of `x`, oldest first, the index of the one as which it is read, and of that as which it is
    /// written.
    fn shared(texts: &[&str], rules: &str) -> Vec<(usize, usize)> {
        let texts: Vec<String> = texts.iter().map(|text| format!("{text} = X;")).collect();
        let sources = texts.iter().enumerate();
        let sources = sources.map(|(n, text)| Source { layer: n as i32 + 1, file: "x.tl", text });
        let history = History::new(sources).unwrap();
        let rules = Rules::parse(rules).unwrap();
        let plan = Plan::new(&history, &rules);
        let entry = history.entry("x").unwrap();
        let index = |id: u32| entry.versions.iter().position(|version| version.id == id).unwrap();
        let versions = entry.versions.iter();
        let indices = versions.map(|version| {
            (index(plan.read_as(entry, version).id), index(plan.written_as(entry, version).id))
        });
        indices.collect()
    }

    #[test]
    fn what_only_lacks_optional_fields_is_read_and_written_as_the_newest() {
        let first = "x#1 flags:# a:int c:flags.2?string";
        let second = "x#2 flags:# a:int b:flags.1?long c:flags.2?string";
        let third = "x#3 flags:# d:flags.3?true a:int b:flags.1?long c:flags.2?string";
        assert_eq!(shared(&[first, second, third], ""), [(2, 1), (2, 1), (2, 2)]);
    }

    #[test]
    fn a_required_field_begins_a_new_family() {
        let first = "x#1 flags:# a:int";
        let second = "x#2 flags:# a:int b:flags.1?long";
        let third = "x#3 flags:# a:int b:flags.1?long c:int";
        let fourth = "x#4 flags:# a:int b:flags.1?long c:int e:flags.4?int";
        let shared = shared(&[first, second, third, fourth], "up x.c = zero");
        assert_eq!(shared, [(1, 1), (1, 1), (3, 2), (3, 3)]);
    }

    #[test]
    fn what_became_required_is_not_behind_a_bit_that_can_be_masked() {
        let first = "x#1 flags:# a:flags.1?int";
        let second = "x#2 flags:# a:flags.1?int b:flags.2?int";
        assert_eq!(shared(&[first, second, "x#3 flags:# a:flags.1?int b:int"], "up x.b = zero")[0].1, 0);
    }

    #[test]
    fn a_bit_with_another_meaning_is_another_field() {
        let first = "x#1 flags:# a:flags.1?int";
        assert_eq!(shared(&[first, "x#2 flags:# a:flags.1?int b:flags.1?int"], "")[0], (0, 0));
        assert_eq!(shared(&[first, "x#2 flags:# a:flags.2?int"], "")[0], (0, 0));
        assert_eq!(shared(&[first, "x#2 flags:# b:flags.0?int a:flags.1?long"], "")[0], (0, 0));
        // A word more is four bytes more.
        assert_eq!(shared(&[first, "x#2 flags:# a:flags.1?int flags2:# b:flags2.1?int"], "")[0], (0, 0));
    }

    #[test]
    fn what_is_converted_in_another_way_stands_for_itself() {
        let third = "x#3 flags:# a:flags.1?int b:flags.2?int c:flags.3?int";
        let texts = ["x#1 flags:# a:flags.1?int", "x#2 flags:# a:flags.1?int b:flags.2?int", third];
        assert_eq!(shared(&texts, "up x.b 1 = x::b(a)")[0], (0, 1));
        assert_eq!(shared(&texts, "down x.a 1 = x::a(a)")[0], (2, 0));
    }
}
