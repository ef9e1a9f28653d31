//! What is said of a method that has no handler.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::RpcError;

/// The names of all functions of all layers, by id.
static FUNCTIONS: LazyLock<HashMap<u32, &'static str>> = LazyLock::new(|| {
    let functions = piltover_layers::DEFINITIONS.lines().filter_map(|line| line.strip_prefix("f\t"));
    functions
        .filter_map(|line| {
            let (_, text) = line.split_once('\t')?;
            let (name, id) = text.split(' ').next()?.split_once('#')?;
            Some((u32::from_str_radix(id, 16).ok()?, name))
        })
        .collect()
});

/// A method that Telegram has and this server has not, or an id that nobody has. Never a 5xx: clients
/// repeat those for ever.
pub(super) fn error(id: u32) -> RpcError {
    RpcError::bad_request(match FUNCTIONS.get(&id) {
        Some(name) => format!("METHOD_NOT_SUPPORTED: {name}"),
        None => format!("INPUT_METHOD_INVALID_{id:08X}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_methods_are_named() {
        assert_eq!(error(0x1fb3_3026).message, "METHOD_NOT_SUPPORTED: help.getNearestDc");
        assert_eq!(error(5).message, "INPUT_METHOD_INVALID_00000005");
    }
}
