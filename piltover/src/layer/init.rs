//! `initConnection`, in every form it ever had.
//!
//! <https://core.telegram.org/method/initConnection>

use piltover_layers::{Decode, DecodeError, Raw, Reader, enums, functions};

use super::wrapper;

/// Layers 78 to 111: `flags:# api_id:int device_model:string system_version:string app_version:string
/// system_lang_code:string lang_pack:string lang_code:string proxy:flags.0?InputClientProxy query:!X`. TDLib wrote
/// it with the `params:flags.1?JSONValue` of its successor behind the proxy.
const PROXY: u32 = 0x7851_88b8;

/// What a client tells of itself.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Client {
    /// The application, as registered.
    pub api_id: i32,
    /// The device.
    pub device_model: String,
    /// Its operating system.
    pub system_version: String,
    /// The application's version.
    pub app_version: String,
    /// The language of the system; empty until layer 67.
    pub system_lang_code: String,
    /// The name of the language pack; empty until layer 67.
    pub lang_pack: String,
    /// The language of the application.
    pub lang_code: String,
}

/// Decodes the wrapper behind its id, if it is one.
pub(super) fn decode(id: u32, reader: &mut Reader<'_>) -> Result<Option<(Client, Raw)>, DecodeError> {
    if id == PROXY {
        return with_params(reader).map(Some);
    }
    let Some(init) = wrapper::<functions::InitConnection>(id, reader)? else { return Ok(None) };
    let client = Client {
        api_id: init.api_id,
        device_model: init.device_model,
        system_version: init.system_version,
        app_version: init.app_version,
        system_lang_code: init.system_lang_code,
        lang_pack: init.lang_pack,
        lang_code: init.lang_code,
    };
    Ok(Some((client, init.query)))
}

fn with_params(reader: &mut Reader<'_>) -> Result<(Client, Raw), DecodeError> {
    let flags = reader.flags(3, "initConnection")?;
    let client = Client {
        api_id: i32::decode(reader)?,
        device_model: String::decode(reader)?,
        system_version: String::decode(reader)?,
        app_version: String::decode(reader)?,
        system_lang_code: String::decode(reader)?,
        lang_pack: String::decode(reader)?,
        lang_code: String::decode(reader)?,
    };
    if flags & 1 != 0 {
        enums::InputClientProxy::decode(reader)?;
    }
    if flags & 2 != 0 {
        enums::JsonValue::decode(reader)?;
    }
    Ok((client, Raw::decode(reader)?))
}

#[cfg(test)]
mod tests {
    use piltover_layers::{Encode, Encoder, types};

    use super::*;

    const FIRST: u32 = 0x6979_6de9;
    const LANG_PACK: u32 = 0xc748_1da6;
    const PARAMS: u32 = 0xc1cd_5ea9;

    fn encoded(id: u32, proxy: bool, params: bool) -> Vec<u8> {
        let mut encoder = Encoder::new(0);
        encoder.word(id);
        if [PROXY, PARAMS].contains(&id) {
            encoder.word(u32::from(proxy) | u32::from(params) << 1);
        }
        7.encode(&mut encoder);
        let strings: &[&str] = match id {
            FIRST => &["model", "system", "app", "en"],
            _ => &["model", "system", "app", "en-US", "pack", "en"],
        };
        strings.iter().for_each(|text| encoder.bytes(text.as_bytes()));
        if proxy {
            let proxy = types::InputClientProxy { address: "host".to_owned(), port: 1 };
            enums::InputClientProxy::from(proxy).encode(&mut encoder);
        }
        if params {
            enums::JsonValue::from(types::JsonObject { value: vec![] }).encode(&mut encoder);
        }
        encoder.raw(&[1, 2, 3, 4]);
        encoder.finish().unwrap()
    }

    #[test]
    fn every_form_is_understood() {
        for (id, proxy, params) in [
            (FIRST, false, false),
            (LANG_PACK, false, false),
            (PROXY, false, false),
            (PROXY, true, false),
            (PROXY, false, true),
            (PROXY, true, true),
            (PARAMS, true, true),
        ] {
            let bytes = encoded(id, proxy, params);
            let mut reader = Reader::new(&bytes);
            let id = reader.word().unwrap();
            let (client, query) = decode(id, &mut reader).unwrap().unwrap();
            assert_eq!((client.api_id, &*client.app_version, &*client.lang_code), (7, "app", "en"));
            assert_eq!(client.lang_pack, if id == FIRST { "" } else { "pack" });
            assert_eq!(query.0, [1, 2, 3, 4]);
        }
        assert_eq!(decode(1, &mut Reader::new(&[])), Ok(None));
    }
}
