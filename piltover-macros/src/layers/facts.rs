//! Facts about the canonical types that shape the code: which are recursive, which must be boxed,
//! which have a zero.

use std::collections::{BTreeMap, BTreeSet};

use piltover_tl::history::{Entry, History};
use piltover_tl::schema::{Combinator, FieldKind, Kind, TypeRef};

/// Variants of a greater size, in bytes, are boxed, so that an enum is not as large as its largest.
const MAX_VARIANT: usize = 256;

/// Facts about all types of a history.
pub struct Facts<'a> {
    /// The constructors of each type that ever stood in it, by name.
    pub types: BTreeMap<&'a str, Vec<&'a Entry>>,
    /// Types whose values can hold values of the same type, vectors included.
    pub recursive: BTreeSet<&'a str>,
    /// Constructors whose structs are boxed in their enum.
    pub boxed: BTreeSet<&'a str>,
    /// Types that have a zero, with the constructor that is it.
    pub zeros: BTreeMap<&'a str, &'a str>,
    /// Constructors that some field names as a bare type.
    pub bare: BTreeSet<String>,
}

impl<'a> Facts<'a> {
    pub fn new(history: &'a History) -> Self {
        let mut types: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in history.entries().filter(|entry| entry.kind == Kind::Constructor) {
            if let Some(TypeRef::Boxed(ty)) = entry.canonical().map(|version| &version.union.result) {
                types.entry(ty).or_default().push(entry);
            }
        }
        let direct = reachable(&types, |ty| match ty {
            TypeRef::Boxed(name) => Some(name),
            _ => None,
        });
        let deep = reachable(&types, TypeRef::boxed_name);
        let recursive = types.keys().copied().filter(|ty| holds(&deep, ty, ty)).collect();
        let bare = bare_names(history);
        let mut facts = Self { types, recursive, boxed: BTreeSet::new(), zeros: BTreeMap::new(), bare };
        facts.find_boxed(&direct);
        facts.find_zeros();
        facts
    }

    /// Whether a constructor is a variant without a struct.
    pub fn is_unit(entry: &Entry) -> bool {
        matches!(entry.versions.as_slice(), [only] if only.union.fields.is_empty())
    }

    /// Whether a combinator's struct has a zero.
    pub fn has_zero(&self, combinator: &Combinator) -> bool {
        combinator.fields.iter().all(|field| match &field.kind {
            FieldKind::Required(TypeRef::Boxed(name)) => self.zeros.contains_key(name.as_str()),
            FieldKind::Required(TypeRef::Bare(_)) => false,
            _ => true,
        })
    }

    fn find_boxed(&mut self, direct: &BTreeMap<&'a str, BTreeSet<&'a str>>) {
        for (ty, entries) in &self.types {
            for entry in entries {
                let fields = canonical(entry).into_iter().flat_map(|combinator| &combinator.fields);
                let names = fields.filter_map(|field| match field.kind.value_type() {
                    Some(TypeRef::Boxed(name)) => Some(name.as_str()),
                    _ => None,
                });
                if names.into_iter().any(|name| name == *ty || holds(direct, name, ty)) {
                    self.boxed.insert(&entry.name);
                }
            }
        }
        let mut sizes = BTreeMap::new();
        let types: Vec<&str> = self.types.keys().copied().collect();
        for ty in types {
            self.enum_size(ty, &mut sizes);
        }
    }

    /// The size of a type's enum, about, in bytes; boxes what is too large on the way.
    fn enum_size(&mut self, ty: &str, sizes: &mut BTreeMap<String, usize>) -> usize {
        if let Some(size) = sizes.get(ty) {
            return *size;
        }
        let entries = self.types.get(ty).cloned().unwrap_or_default();
        let mut largest = 0;
        for entry in entries {
            if Self::is_unit(entry) {
                continue;
            }
            let size = match self.boxed.contains(entry.name.as_str()) {
                true => 8,
                false => {
                    let fields = canonical(entry).map_or(&[][..], |combinator| &combinator.fields);
                    fields.iter().map(|field| self.field_size(&field.kind, sizes)).sum()
                }
            };
            if size > MAX_VARIANT {
                self.boxed.insert(&entry.name);
            }
            largest = largest.max(if size > MAX_VARIANT { 8 } else { size });
        }
        sizes.insert(ty.to_owned(), largest + 8);
        largest + 8
    }

    fn field_size(&mut self, kind: &FieldKind, sizes: &mut BTreeMap<String, usize>) -> usize {
        let option = match kind {
            FieldKind::Optional { ty: TypeRef::Int | TypeRef::Long | TypeRef::Double, .. }
            | FieldKind::Carried(TypeRef::Int | TypeRef::Long | TypeRef::Double) => 8,
            _ => 0,
        };
        option
            + match kind.value_type() {
                None => 1,
                Some(TypeRef::Int) => 4,
                Some(TypeRef::Long | TypeRef::Double) => 8,
                Some(TypeRef::Int128) => 16,
                Some(TypeRef::Int256) => 32,
                Some(TypeRef::Bool) => 1,
                Some(TypeRef::Boxed(name)) => self.enum_size(name, sizes),
                Some(_) => 24,
            }
    }

    /// A type's zero is a constructor without fields, or else the first one whose fields have zeros.
    fn find_zeros(&mut self) {
        for (ty, entries) in &self.types {
            let units = || entries.iter().filter(|entry| Self::is_unit(entry));
            let named = |end: &str| units().find(|entry| entry.name.ends_with(end));
            let empty = named("Empty").or_else(|| named("Default")).or_else(|| units().next());
            if let Some(entry) = empty {
                self.zeros.insert(ty, &entry.name);
            }
        }
        loop {
            let found: Vec<_> = self
                .types
                .iter()
                .filter(|(ty, _)| !self.zeros.contains_key(*ty))
                .filter_map(|(ty, entries)| {
                    let zero = |entry: &&&Entry| canonical(entry).is_some_and(|form| self.has_zero(form));
                    entries.iter().find(zero).map(|entry| (*ty, entry.name.as_str()))
                })
                .collect();
            if found.is_empty() {
                return;
            }
            self.zeros.extend(found);
        }
    }
}

fn canonical(entry: &Entry) -> Option<&Combinator> {
    entry.canonical().map(|version| &version.union)
}

fn holds(reachable: &BTreeMap<&str, BTreeSet<&str>>, ty: &str, other: &str) -> bool {
    reachable.get(ty).is_some_and(|set| set.contains(other))
}

/// For each type, all types that its canonical constructors' fields lead to, by `edge`.
fn reachable<'a>(
    types: &BTreeMap<&'a str, Vec<&'a Entry>>,
    edge: impl Fn(&'a TypeRef) -> Option<&'a str>,
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let next: BTreeMap<&str, BTreeSet<&str>> = types
        .iter()
        .map(|(ty, entries)| {
            let fields = entries.iter().filter_map(|entry| canonical(entry)).flat_map(|form| &form.fields);
            (*ty, fields.filter_map(|field| edge(field.kind.value_type()?)).collect())
        })
        .collect();
    let closure = |ty: &&'a str| {
        let mut reached = BTreeSet::new();
        let mut pending: Vec<&str> = next.get(ty).into_iter().flatten().copied().collect();
        while let Some(ty) = pending.pop() {
            if reached.insert(ty) {
                pending.extend(next.get(ty).into_iter().flatten());
            }
        }
        (*ty, reached)
    };
    types.keys().map(closure).collect()
}

fn bare_names(history: &History) -> BTreeSet<String> {
    fn inner(ty: &TypeRef) -> Option<&str> {
        match ty {
            TypeRef::Bare(name) => Some(name),
            TypeRef::Vector(item) | TypeRef::BareVector(item) => inner(item),
            _ => None,
        }
    }
    let versions = history.entries().flat_map(|entry| &entry.versions);
    let fields = versions.flat_map(|version| &version.union.fields);
    fields.filter_map(|field| inner(field.kind.value_type()?).map(str::to_owned)).collect()
}
