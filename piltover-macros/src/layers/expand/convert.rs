//! Conversions between a version and the canonical form: the writing of an older version straight from
//! the canonical value, and the making of a canonical value from an older one.

use std::collections::BTreeMap;

use piltover_tl::plan::{Bridge, Cast, Conversion, FieldStep, Step};
use piltover_tl::schema::{Combinator, Field, FieldKind, TypeRef};
use proc_macro2::TokenStream;
use quote::quote;

use super::Generator;
use super::codec::{local_ident, word_ident};
use crate::names;

/// How a field of the target is written.
struct Piece<'a> {
    field: &'a Field,
    /// What is computed before the first byte: the value that a bridge gives.
    before: TokenStream,
    /// Whether an optional field or a bit is there.
    present: TokenStream,
    /// Writes the value, if there is one to write.
    write: TokenStream,
    /// The value as 32-bit words, if it is always there and always of the same size.
    words: Vec<TokenStream>,
    /// Whether `present` may be false although the source has the value.
    omits: bool,
}

/// The bits of a flags word that are written.
pub struct Mask {
    /// An expression for those that the layer knows.
    pub known: TokenStream,
    /// Those which some layer does not know.
    pub bits: u32,
}

impl Mask {
    /// The further condition for the value behind a bit that some layer does not know. Not the word, but what is
    /// known is asked, and last: most optional fields are absent.
    fn guard(&self, bit: u32) -> Option<TokenStream> {
        let (known, mask) = (&self.known, 1u32 << bit);
        (self.bits & mask != 0).then(|| quote!(&& #known & #mask != 0))
    }
}

impl Generator<'_> {
    /// Statements that write `id`, if there is one, and the fields of `target` to `e`, from the canonical struct
    /// `self`. Flags words are masked by `masks`.
    pub fn write_fields(
        &self,
        target: &Combinator,
        conversion: &Conversion<'_>,
        id: Option<TokenStream>,
        masks: &BTreeMap<&str, Mask>,
    ) -> TokenStream {
        let name = &target.name;
        let pieces: Vec<Piece<'_>> =
            conversion.steps.iter().map(|step| self.piece(name, step, target, masks)).collect();
        let mut statements: Vec<TokenStream> = pieces.iter().map(|piece| piece.before.clone()).collect();
        for field in target.fields.iter().filter(|field| field.kind == FieldKind::Flags) {
            let word = word_ident(&field.name);
            let flags = flags_word(&field.name, &pieces);
            let flags = match masks.get(field.name.as_str()) {
                Some(Mask { known, .. }) => quote!((#flags) & (#known)),
                None => flags,
            };
            statements.push(quote!(let #word: u32 = #flags;));
        }
        // Neighbours of a fixed size are appended at once: each append checks the capacity again.
        let mut words: Vec<TokenStream> = id.into_iter().collect();
        for field in &target.fields {
            if field.kind == FieldKind::Flags {
                let word = word_ident(&field.name);
                words.push(quote!(#word));
                continue;
            }
            let Some(piece) = pieces.iter().find(|piece| piece.field == field) else { continue };
            if !piece.words.is_empty() {
                words.extend(piece.words.iter().cloned());
                continue;
            }
            if piece.write.is_empty() {
                continue;
            }
            flush(&mut words, &mut statements);
            let write = &piece.write;
            statements.push(match &field.kind {
                FieldKind::Optional { word, bit, .. } if piece.omits || shares_bit(&pieces, word, *bit) => {
                    let (word, mask) = (word_ident(word), 1u32 << bit);
                    quote!(if #word & #mask != 0 { #write })
                }
                _ => write.clone(),
            });
        }
        flush(&mut words, &mut statements);
        quote!(#(#statements)*)
    }

    fn piece<'p>(
        &self,
        name: &str,
        step: &FieldStep<'p>,
        target: &Combinator,
        masks: &BTreeMap<&str, Mask>,
    ) -> Piece<'p> {
        let field = step.field;
        let mut piece = Piece {
            field,
            before: TokenStream::new(),
            present: quote!(false),
            write: TokenStream::new(),
            words: Vec::new(),
            omits: false,
        };
        let local = local_ident(&field.name);
        let what = format!("{}.{}", target.name, field.name);
        let guard = field.kind.bit().and_then(|(word, bit)| masks.get(word)?.guard(bit));
        match (step.step, &field.kind) {
            (_, FieldKind::Carried(_)) => {}
            (Step::Bridge(bridge), kind) => {
                let call = self.call(bridge, &quote!(self), None);
                piece.before = quote!(let #local = #call;);
                match kind {
                    FieldKind::True { .. } => piece.present = quote!(#local),
                    FieldKind::Optional { ty, .. } => {
                        let write = self.write_bridged(ty, &quote!(value), &what);
                        piece.present = quote!(#local.is_some());
                        piece.write = quote!(if let Some(value) = &#local #guard { #write });
                    }
                    FieldKind::Required(ty) => {
                        piece.write = self.write_bridged(ty, &quote!((&#local)), &what);
                    }
                    FieldKind::Flags | FieldKind::Carried(_) => {}
                }
            }
            (Step::Copy(from, cast) | Step::CopyOrZero(from, cast), kind) => {
                let member = names::field_ident(&from.name);
                match (&from.kind, kind) {
                    (FieldKind::True { .. } | FieldKind::Required(_), FieldKind::True { .. }) => {
                        piece.present = quote!(self.#member);
                    }
                    (_, FieldKind::True { .. }) => piece.present = quote!(self.#member == Some(true)),
                    (FieldKind::True { .. }, _) => {
                        piece.present = quote!(true);
                        piece.write = quote!(self.#member.encode(e););
                    }
                    (FieldKind::Required(ty), _) => {
                        piece.present = quote!(true);
                        if let FieldKind::Required(_) = kind {
                            piece.words = fixed_words(ty, cast, &quote!(self.#member));
                        }
                        piece.write = self.write_cast(ty, cast, &quote!((&self.#member)), &what);
                    }
                    (FieldKind::Optional { ty, .. } | FieldKind::Carried(ty), FieldKind::Required(_)) => {
                        let option = optional(from);
                        let some = self.write_cast(ty, cast, &quote!(value), &what);
                        let none = self.write_zero(kind);
                        piece.write = quote!(match &#option { Some(value) => { #some } None => { #none } });
                    }
                    (FieldKind::Optional { ty, .. } | FieldKind::Carried(ty), _) => {
                        let option = optional(from);
                        let write = self.write_cast(ty, cast, &quote!(value), &what);
                        piece.write = quote!(if let Some(value) = &#option #guard { #write });
                        let omits = |name: &str| self.plan.rules().is_omitted(name);
                        piece.omits = matches!(ty, TypeRef::Boxed(name) if omits(name));
                        piece.present = match piece.omits {
                            true => quote!(#option.as_ref().is_some_and(|value| value.present(e.layer()))),
                            false => quote!(#option.is_some()),
                        };
                    }
                    (FieldKind::Flags, _) => {}
                }
            }
            (Step::Absent | Step::Zero, kind) => piece.write = self.write_zero(kind),
            (Step::Uncovered, _) => piece.write = quote!(e.not_in_layer(#name);),
        }
        piece
    }

    /// Writes the zero of a required field.
    fn write_zero(&self, kind: &FieldKind) -> TokenStream {
        let FieldKind::Required(ty) = kind else { return TokenStream::new() };
        let rust = self.rust_type(ty);
        let write = self.write(ty, &quote!(zero));
        quote!(let zero = &<#rust as Default>::default(); #write)
    }

    /// Writes what a bridge made. It may give longs where the version has ints.
    fn write_bridged(&self, ty: &TypeRef, value: &TokenStream, what: &str) -> TokenStream {
        let is_int = |ty: &TypeRef| matches!(ty, TypeRef::Int);
        match ty {
            TypeRef::Int => quote!(AsInts::encode_as_ints(#value, e, #what);),
            TypeRef::Vector(item) if is_int(item) => quote!(AsInts::encode_as_ints(#value, e, #what);),
            _ => self.write(ty, value),
        }
    }

    fn write_cast(&self, ty: &TypeRef, cast: Cast, value: &TokenStream, what: &str) -> TokenStream {
        match cast {
            Cast::Same => self.write(ty, value),
            Cast::Widen => quote!(i64::from(*#value).encode(e);),
            Cast::Narrow => quote!(e.narrow(*#value, #what);),
            Cast::WidenVector => quote!(e.widen_vector(#value);),
            Cast::NarrowVector => quote!(e.narrow_vector(#value, #what);),
        }
    }

    /// An expression that makes the canonical struct from `v`, an older version.
    pub fn upgrade(&self, source: &Combinator, conversion: &Conversion<'_>) -> TokenStream {
        let mut before = Vec::new();
        let is_first = |index: usize, step: &FieldStep<'_>| {
            conversion.steps.iter().take(index).all(|earlier| earlier.field.name != step.field.name)
        };
        let steps = conversion.steps.iter().enumerate().filter(|(index, step)| is_first(*index, step));
        let members = steps.map(|(_, FieldStep { field, step })| {
            let member = names::field_ident(&field.name);
            let value = match *step {
                Step::Bridge(bridge) => {
                    let local = local_ident(&field.name);
                    let call = self.call(bridge, &quote!(v), Some(source));
                    before.push(quote!(let #local = #call;));
                    quote!(#local)
                }
                Step::Copy(from, cast) => {
                    copy_value(taken(conversion, from, field), &from.kind, &field.kind, cast)
                }
                Step::CopyOrZero(from, cast) => {
                    let value = cast_option(taken(conversion, from, field), cast);
                    quote!(#value.unwrap_or_default())
                }
                Step::Absent | Step::Zero | Step::Uncovered => quote!(Default::default()),
            };
            quote!(#member: #value)
        });
        let members: Vec<TokenStream> = members.collect();
        quote!(#(#before)* Self { #(#members),* })
    }

    /// The call of a bridge with references to fields of `value`. What a version of the source does not
    /// have is given as `None`.
    fn call(&self, bridge: &Bridge, value: &TokenStream, source: Option<&Combinator>) -> TokenStream {
        let function = self.bridge(&bridge.function);
        let arguments = bridge.arguments.iter().map(|name| match name.as_str() {
            "@viewer" => quote!(e.viewer()),
            "@layer" => quote!(e.layer()),
            name if source.is_some_and(|source| source.field(name).is_none()) => quote!(&None),
            name => {
                let member = names::field_ident(name);
                quote!(&#value.#member)
            }
        });
        quote!(#function(#(#arguments),*))
    }
}

/// Where an optional field's value is, or none. That of a carried field is an argument of its name, so that another
/// can be written in its place.
fn optional(field: &Field) -> TokenStream {
    match field.kind {
        FieldKind::Carried(_) => {
            let local = local_ident(&field.name);
            quote!(#local)
        }
        _ => {
            let member = names::field_ident(&field.name);
            quote!(self.#member)
        }
    }
}

/// Appends words that wait to be written.
fn flush(words: &mut Vec<TokenStream>, statements: &mut Vec<TokenStream>) {
    statements.push(match words.as_slice() {
        [] => return,
        [word] => quote!(e.word(#word);),
        words => quote!(e.words([#(#words),*]);),
    });
    words.clear();
}

/// A number as 32-bit words, low ones first; nothing for other types, and for casts that can fail.
fn fixed_words(ty: &TypeRef, cast: Cast, value: &TokenStream) -> Vec<TokenStream> {
    let halves = |long: TokenStream| vec![quote!(#long as u32), quote!((#long >> 32) as u32)];
    match (ty, cast) {
        (TypeRef::Int, Cast::Same) => vec![quote!(#value as u32)],
        (TypeRef::Int, Cast::Widen) => halves(quote!(i64::from(#value))),
        (TypeRef::Long, Cast::Same) => halves(value.clone()),
        (TypeRef::Double, Cast::Same) => halves(quote!(#value.to_bits())),
        _ => Vec::new(),
    }
}

/// Whether several values stand behind one bit.
fn shares_bit(pieces: &[Piece<'_>], word: &str, bit: u32) -> bool {
    pieces.iter().filter(|piece| piece.field.kind.bit() == Some((word, bit))).count() > 1
}

/// The value of a flags word. A bit that governs several values is set only if all are there, so that
/// what is written can always be read.
fn flags_word(word: &str, pieces: &[Piece<'_>]) -> TokenStream {
    let of_bit = |bit: u32| pieces.iter().filter(move |piece| piece.field.kind.bit() == Some((word, bit)));
    let bits = (0..32).filter_map(|bit| {
        let value = |piece: &&Piece<'_>| piece.field.kind.value_type().is_some();
        let values: Vec<&TokenStream> = of_bit(bit).filter(value).map(|piece| &piece.present).collect();
        let trues: Vec<&TokenStream> = of_bit(bit).map(|piece| &piece.present).collect();
        match (values.as_slice(), trues.as_slice()) {
            ([], []) => None,
            ([], trues) => Some(quote!(((#(#trues)||*) as u32) << #bit)),
            (values, _) => Some(quote!(((#(#values)&&*) as u32) << #bit)),
        }
    });
    let bits: Vec<TokenStream> = bits.collect();
    match bits.is_empty() {
        true => quote!(0),
        false => quote!(#(#bits)|*),
    }
}

/// A field of `v`, an older version, for a field of the target: moved, or cloned if a later field is made of it too.
fn taken(conversion: &Conversion<'_>, from: &Field, to: &Field) -> TokenStream {
    let member = names::field_ident(&from.name);
    let last = conversion.steps.iter().rfind(|step| match step.step {
        Step::Copy(other, _) | Step::CopyOrZero(other, _) => other.name == from.name,
        _ => false,
    });
    match last {
        Some(last) if last.field.name != to.name => quote!(v.#member.clone()),
        _ => quote!(v.#member),
    }
}

/// The value of a field that both sides have, on the way up.
fn copy_value(value: TokenStream, from: &FieldKind, to: &FieldKind, cast: Cast) -> TokenStream {
    match (from, to) {
        (FieldKind::Optional { .. }, FieldKind::True { .. }) => quote!(#value.unwrap_or_default()),
        (FieldKind::Optional { .. } | FieldKind::Carried(_), _) => cast_option(value, cast),
        (_, FieldKind::Optional { .. } | FieldKind::Carried(_)) => {
            let value = cast_value(value, cast);
            quote!(Some(#value))
        }
        _ => cast_value(value, cast),
    }
}

fn cast_option(option: TokenStream, cast: Cast) -> TokenStream {
    match cast {
        Cast::Same => option,
        cast => {
            let value = cast_value(quote!(value), cast);
            quote!(#option.map(|value| #value))
        }
    }
}

/// Only widening happens on the way up.
fn cast_value(value: TokenStream, cast: Cast) -> TokenStream {
    match cast {
        Cast::Widen => quote!(i64::from(#value)),
        Cast::WidenVector => quote!(#value.into_iter().map(i64::from).collect()),
        Cast::Same | Cast::Narrow | Cast::NarrowVector => value,
    }
}
