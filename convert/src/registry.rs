//! The generated types, by their TL names.

use std::collections::HashMap;
use std::sync::LazyLock;

use piltover_layers::{
    Decode, DecodeError, Encode, EncodeError, Encoder, Method, decode_exact, decode_request,
};

/// A decoded value, of whatever type: gives its bytes in a layer.
pub type Value = Box<dyn Fn(i32) -> Result<Vec<u8>, EncodeError>>;

/// A decoded answer: gives its bytes for the version of the function with this id, in a layer.
pub type Answer = Box<dyn Fn(u32, i32) -> Result<Vec<u8>, EncodeError>>;

/// Decodes bytes that begin with an id.
pub type DecodeFn = fn(&[u8]) -> Result<Value, DecodeError>;

/// What the generated code does with one function.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Decodes a request of any version.
    pub decode: DecodeFn,
    /// Decodes an answer.
    pub answer: fn(&[u8]) -> Result<Answer, DecodeError>,
}

pub fn value<T: Encode + Decode + 'static>(bytes: &[u8]) -> Result<Value, DecodeError> {
    let value: T = decode_exact(bytes)?;
    Ok(Box::new(move |layer| value.to_bytes(layer)))
}

fn request<M: Method + Encode>(bytes: &[u8]) -> Result<Value, DecodeError> {
    let request: M = decode_request(bytes)?;
    Ok(Box::new(move |layer| request.to_bytes(layer)))
}

fn answer<M: Method<Answer: Decode + 'static>>(bytes: &[u8]) -> Result<Answer, DecodeError> {
    let answer: M::Answer = decode_exact(bytes)?;
    Ok(Box::new(move |id, layer| {
        let mut encoder = Encoder::new(layer);
        M::encode_answer(id, &answer, &mut encoder);
        encoder.finish()
    }))
}

/// The decoder of a type.
pub fn decode_type(ty: &str) -> Option<DecodeFn> {
    TYPES.get(ty).copied()
}

/// The decoders of a function.
pub fn function(name: &str) -> Option<Function> {
    FUNCTIONS.get(name).copied()
}

macro_rules! tables {
    (types { $($ty:literal => $enum:ty,)* } functions { $($name:literal => $struct:ty,)* }) => {
        static TYPES: LazyLock<HashMap<&str, DecodeFn>> =
            LazyLock::new(|| [$(($ty, value::<$enum> as DecodeFn)),*].into());

        static FUNCTIONS: LazyLock<HashMap<&str, Function>> = LazyLock::new(|| {
            [$(($name, Function { decode: request::<$struct>, answer: answer::<$struct> })),*].into()
        });
    };
}
piltover_layers::__for_all!(tables);
