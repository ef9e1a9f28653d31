//! Two layers between which nobody decided anything.

#![allow(dead_code, unused_imports)]

macro_rules! ok {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}
pub(crate) use ok;

#[path = "../../../layers/src/method.rs"]
mod method;

piltover_macros::layers! {
    schema: "fixtures/uncovered",
    module: crate,
}

fn main() {}
