//! Random values of a layer, made of its schema alone.

use std::collections::BTreeMap;

use piltover_tl::history::History;
use piltover_tl::schema::{Combinator, FieldKind, Kind, Schema, TypeRef};

/// SplitMix64: the same numbers for the same seed, for ever.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// How many constructors deep a constructor's smallest value is; also for types, as the least of theirs.
struct Depths<'a> {
    constructors: BTreeMap<u32, usize>,
    types: BTreeMap<&'a str, usize>,
}

impl<'a> Depths<'a> {
    fn new(schema: &Schema<'a>) -> Self {
        let mut depths = Self { constructors: BTreeMap::new(), types: BTreeMap::new() };
        loop {
            let before = depths.constructors.len();
            for combinator in schema.combinators().filter(|combinator| combinator.kind == Kind::Constructor) {
                let Some(depth) = depths.of_fields(schema, combinator) else { continue };
                let depth = *depths.constructors.entry(combinator.id).or_insert(depth);
                if let TypeRef::Boxed(ty) = &combinator.result {
                    let least = depths.types.entry(ty).or_insert(depth);
                    *least = depth.min(*least);
                }
            }
            if depths.constructors.len() == before {
                return depths;
            }
        }
    }

    fn of_fields(&self, schema: &Schema<'a>, combinator: &Combinator) -> Option<usize> {
        let mut deepest = 0;
        for field in &combinator.fields {
            deepest = deepest.max(match &field.kind {
                FieldKind::Required(TypeRef::Boxed(ty)) => *self.types.get(ty.as_str())?,
                FieldKind::Required(TypeRef::Bare(name)) => {
                    *self.constructors.get(&bare(schema, name)?.id)?
                }
                _ => 0,
            });
        }
        Some(deepest + 1)
    }
}

/// The constructor that a bare type names, itself or by its only type.
pub fn bare<'a>(schema: &Schema<'a>, name: &str) -> Option<&'a Combinator> {
    schema.named(name).or(match schema.constructors(name) {
        [only] => Some(only),
        _ => None,
    })
}

/// Writes random values of one layer.
pub struct Generator<'a> {
    pub layer: i32,
    pub schema: Schema<'a>,
    depths: Depths<'a>,
}

impl<'a> Generator<'a> {
    pub fn new(history: &'a History, layer: i32) -> Self {
        let schema = history.schema(layer);
        let depths = Depths::new(&schema);
        Self { layer, schema, depths }
    }

    /// A value made by this constructor, or a request of this function, id first.
    pub fn value(&self, combinator: &Combinator, seed: u64) -> Vec<u8> {
        let mut writer = Writer { generator: self, random: Random(seed), left: 40, out: Vec::new() };
        writer.boxed(combinator);
        writer.out
    }

    /// A value of this type.
    pub fn of_type(&self, ty: &TypeRef, seed: u64) -> Vec<u8> {
        let mut writer = Writer { generator: self, random: Random(seed), left: 40, out: Vec::new() };
        writer.value(ty);
        writer.out
    }
}

struct Writer<'g, 'a> {
    generator: &'g Generator<'a>,
    random: Random,
    /// How many constructors may still be written before values are made as small as they can be.
    left: usize,
    out: Vec<u8>,
}

impl<'a> Writer<'_, 'a> {
    fn word(&mut self, word: u32) {
        self.out.extend(word.to_le_bytes());
    }

    fn boxed(&mut self, combinator: &Combinator) {
        self.word(combinator.id);
        self.body(combinator);
    }

    fn body(&mut self, combinator: &Combinator) {
        self.left = self.left.saturating_sub(1);
        // Either few or many of the optional fields.
        let odds = if self.random.one_in(2) { 2 } else { 5 };
        let mut words: BTreeMap<&str, u32> = BTreeMap::new();
        for (word, bit) in combinator.fields.iter().filter_map(|field| field.kind.bit()) {
            let set = self.left > 0 && self.random.one_in(odds);
            *words.entry(word).or_default() |= u32::from(set) << bit;
        }
        for field in &combinator.fields {
            match &field.kind {
                FieldKind::Flags => self.word(words.get(field.name.as_str()).copied().unwrap_or_default()),
                FieldKind::Required(ty) => self.value(ty),
                FieldKind::Optional { word, bit, ty } if words[word.as_str()] >> bit & 1 == 1 => {
                    self.value(ty)
                }
                FieldKind::Optional { .. } | FieldKind::True { .. } | FieldKind::Carried(_) => {}
            }
        }
    }

    fn value(&mut self, ty: &TypeRef) {
        match ty {
            TypeRef::Int => {
                let int = self.random.next() as u32;
                let shift = self.random.below(32);
                self.word(int >> shift);
            }
            TypeRef::Long => {
                let long = self.random.next();
                let shift = self.random.below(64);
                self.out.extend((long >> shift).to_le_bytes());
            }
            TypeRef::Double => {
                let whole = f64::from(self.random.next() as u16);
                self.out.extend(whole.to_le_bytes());
            }
            TypeRef::Int128 => self.out.extend([7; 16]),
            TypeRef::Int256 => self.out.extend([7; 32]),
            TypeRef::String => {
                let text = ["", "a", "text", "grüße", "\u{1f44d}"][self.random.below(5)];
                // Now and then one whose length takes four bytes.
                let text = if self.random.one_in(50) { "long ".repeat(60) } else { text.to_owned() };
                self.bytes(text.as_bytes());
            }
            TypeRef::Bytes => {
                let len = self.random.below(9);
                let byte = self.random.next() as u8;
                self.bytes(&vec![byte; len]);
            }
            TypeRef::Bool => {
                let id = if self.random.one_in(2) { 0x9972_75b5 } else { 0xbc79_9737 };
                self.word(id);
            }
            TypeRef::Any => self.word(0xc4f9_186b), // help.getConfig
            TypeRef::Boxed(ty) => {
                let combinator = self.choose(ty);
                self.boxed(combinator);
            }
            TypeRef::Bare(name) => {
                let combinator = bare(&self.generator.schema, name).expect("a bare type names a constructor");
                self.body(combinator);
            }
            TypeRef::Vector(item) => {
                self.word(0x1cb5_c415);
                self.items(item);
            }
            TypeRef::BareVector(item) => self.items(item),
        }
    }

    fn items(&mut self, item: &TypeRef) {
        let count = if self.left > 0 { self.random.below(4) } else { 0 };
        self.word(count as u32);
        (0..count).for_each(|_| self.value(item));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        match bytes.len() {
            short @ ..254 => self.out.push(short as u8),
            long => self.word((long as u32) << 8 | 254),
        }
        self.out.extend(bytes);
        self.out.resize(self.out.len().next_multiple_of(4), 0);
    }

    /// Any constructor of a type, or one of the shallowest once enough was written.
    fn choose(&mut self, ty: &str) -> &'a Combinator {
        let Generator { schema, depths, .. } = self.generator;
        let depth = |combinator: &Combinator| depths.constructors.get(&combinator.id).copied();
        let finite = schema.constructors(ty).iter().filter(|combinator| match depth(combinator) {
            Some(depth) => self.left > 0 || Some(&depth) == depths.types.get(ty),
            None => false,
        });
        let finite: Vec<_> = finite.collect();
        assert!(!finite.is_empty(), "layer {}: {ty} has no values", self.generator.layer);
        finite[self.random.below(finite.len())]
    }
}
