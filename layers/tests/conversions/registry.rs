//! The generated types, by their TL names.

use std::collections::BTreeMap;

use piltover_layers::{
    Decode, DecodeError, Encode, EncodeError, Encoder, Method, Reader, decode_exact, decode_request,
};

/// A decoded value, of whatever type: gives its bytes in a layer.
pub type Value = Box<dyn Fn(i32) -> Result<Vec<u8>, EncodeError>>;

/// Decodes bytes that begin with a constructor's or function's id.
pub type DecodeFn = fn(&[u8]) -> Result<Value, DecodeError>;

/// What the generated code does with one function.
pub struct Function {
    /// Decodes a request of any version.
    pub decode: DecodeFn,
    /// Decodes an answer.
    pub answer: fn(&[u8]) -> Result<Answer, DecodeError>,
}

/// A decoded answer: gives its bytes for the function's version of this id, in a layer.
pub type Answer = Box<dyn Fn(u32, i32) -> Result<Vec<u8>, EncodeError>>;

fn value<T: Encode + Decode + 'static>(bytes: &[u8]) -> Result<Value, DecodeError> {
    let value: T = decode_exact(bytes)?;
    Ok(Box::new(move |layer| value.to_bytes(layer)))
}

fn request<M: Method + Encode>(bytes: &[u8]) -> Result<Value, DecodeError> {
    let request: M = decode_request(bytes)?;
    Ok(Box::new(move |layer| request.to_bytes(layer)))
}

fn answer<M: Method<Answer: Decode + 'static>>(bytes: &[u8]) -> Result<Answer, DecodeError> {
    let mut reader = Reader::new(bytes);
    let answer = M::Answer::decode(&mut reader)?;
    reader.finish()?;
    Ok(Box::new(move |id, layer| {
        let mut encoder = Encoder::new(layer);
        M::encode_answer(id, &answer, &mut encoder);
        encoder.finish()
    }))
}

macro_rules! tables {
    (types { $($ty:literal => $enum:ty,)* } functions { $($name:literal => $struct:ty,)* }) => {
        /// All types.
        pub fn types() -> BTreeMap<&'static str, DecodeFn> {
            [$(($ty, value::<$enum> as DecodeFn)),*].into()
        }

        /// All functions.
        pub fn functions() -> BTreeMap<&'static str, Function> {
            [$(($name, Function { decode: request::<$struct>, answer: answer::<$struct> })),*].into()
        }
    };
}
piltover_layers::__for_all!(tables);
