//! Codes: how they are sent, and what e-mail ones are for.

use crate::{enums, types};
use enums::SecurePasswordKdfAlgo;

/// Before layer 145 e-mail was verified only for Telegram Passport.
pub(crate) fn passport() -> enums::EmailVerifyPurpose {
    enums::EmailVerifyPurpose::Passport
}

pub(crate) fn email_code(code: &str) -> enums::EmailVerification {
    types::EmailVerificationCode { code: code.to_owned() }.into()
}

/// Ways that a layer does not know look like a text message with as long a code.
pub(crate) fn sent_code_type(kind: &enums::auth::SentCodeType, _: i32) -> Option<enums::auth::SentCodeType> {
    use enums::auth::SentCodeType as Type;
    let length = match kind {
        Type::MissedCall(kind) => kind.length,
        Type::EmailCode(kind) => kind.length,
        Type::FragmentSms(kind) => kind.length,
        Type::FirebaseSms(kind) => kind.length,
        _ => 5,
    };
    Some(types::auth::SentCodeTypeSms { length }.into())
}

/// Until layer 94 what a client can receive was said by two fields.
pub(crate) fn code_settings(allow_flashcall: &bool, current_number: &Option<bool>) -> enums::CodeSettings {
    types::CodeSettings {
        allow_flashcall: *allow_flashcall,
        current_number: current_number.unwrap_or_default(),
        ..Default::default()
    }
    .into()
}

/// The bits of `authorization.flags`, which was a number until layer 82.
const CURRENT: i32 = 1;
const OFFICIAL_APP: i32 = 1 << 1;

pub(crate) fn authorization_flags(current: &bool, official_app: &bool) -> i32 {
    let bit = |set: bool, bit: i32| if set { bit } else { 0 };
    bit(*current, CURRENT) | bit(*official_app, OFFICIAL_APP)
}

pub(crate) fn is_current(flags: &i32) -> bool {
    flags & CURRENT != 0
}

pub(crate) fn is_official_app(flags: &i32) -> bool {
    flags & OFFICIAL_APP != 0
}

/// Until layer 82 an account without a password had a constructor of its own.
pub(crate) fn no_password(password: &enums::account::Password, _: i32) -> Option<enums::account::Password> {
    let enums::account::Password::Password(password) = password else { return None };
    (!password.has_password).then(|| {
        types::account::NoPassword {
            email_unconfirmed_pattern: password.email_unconfirmed_pattern.clone().unwrap_or_default(),
            secure_random: password.secure_random.clone(),
            ..Default::default()
        }
        .into()
    })
}

pub(crate) fn no_password_is_password(
    _: &enums::account::Password,
    _: i32,
) -> Option<enums::account::Password> {
    Some(types::account::Password::default().into())
}

/// Until layer 82 the secret of Passport was encrypted in one way, of which only the salt was told.
/// <https://core.telegram.org/constructor/securePasswordKdfAlgoSHA512>
pub(crate) fn secure_algo(salt: &[u8]) -> SecurePasswordKdfAlgo {
    types::SecurePasswordKdfAlgoSha512 { salt: salt.to_vec() }.into()
}

/// The salt of that way; none of the others.
pub(crate) fn secure_salt(algo: &SecurePasswordKdfAlgo) -> Vec<u8> {
    match algo {
        SecurePasswordKdfAlgo::Sha512(algo) => algo.salt.clone(),
        _ => Vec::new(),
    }
}

/// Who had no secret was told an empty one.
pub(crate) fn secure_settings(
    salt: &[u8],
    secret: &[u8],
    secret_id: &i64,
) -> Option<enums::SecureSecretSettings> {
    let settings = types::SecureSecretSettings {
        secure_algo: secure_algo(salt),
        secure_secret: secret.to_vec(),
        secure_secret_id: *secret_id,
    };
    (!secret.is_empty()).then(|| settings.into())
}

pub(crate) fn secret_salt(settings: &Option<enums::SecureSecretSettings>) -> Vec<u8> {
    settings
        .as_ref()
        .map(|enums::SecureSecretSettings::Settings(settings)| secure_salt(&settings.secure_algo))
        .unwrap_or_default()
}

pub(crate) fn secure_secret(settings: &Option<enums::SecureSecretSettings>) -> Vec<u8> {
    settings
        .as_ref()
        .map(|enums::SecureSecretSettings::Settings(settings)| settings.secure_secret.clone())
        .unwrap_or_default()
}

pub(crate) fn secure_secret_id(settings: &Option<enums::SecureSecretSettings>) -> i64 {
    settings
        .as_ref()
        .map(|enums::SecureSecretSettings::Settings(settings)| settings.secure_secret_id)
        .unwrap_or_default()
}

/// Until layer 82 each type was required by itself; of alternatives the first is.
pub(crate) fn required_types(types: &[enums::SecureRequiredType]) -> Vec<enums::SecureValueType> {
    types.iter().filter_map(required_type).map(|required| required.r#type.clone()).collect()
}

fn required_type(required: &enums::SecureRequiredType) -> Option<&types::SecureRequiredType> {
    match required {
        enums::SecureRequiredType::Type(required) => Some(required),
        enums::SecureRequiredType::OneOf(alternatives) => alternatives.types.first().and_then(required_type),
    }
}

/// One bit said for all types whether a selfie is required.
pub(crate) fn of_required_types(
    types: &[enums::SecureValueType],
    selfie_required: &bool,
) -> Vec<enums::SecureRequiredType> {
    let required = |r#type: &enums::SecureValueType| {
        types::SecureRequiredType {
            selfie_required: *selfie_required,
            r#type: r#type.clone(),
            ..Default::default()
        }
        .into()
    };
    types.iter().map(required).collect()
}

pub(crate) fn is_selfie_required(types: &[enums::SecureRequiredType]) -> bool {
    types.iter().filter_map(required_type).any(|required| required.selfie_required)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

    #[test]
    fn bits_of_an_authorization_go_there_and_back() {
        for (current, official) in [(false, false), (true, false), (false, true), (true, true)] {
            let flags = authorization_flags(&current, &official);
            assert_eq!((is_current(&flags), is_official_app(&flags)), (current, official));
        }
    }

    #[test]
    fn the_secret_of_passport_goes_there_and_back() {
        let settings = secure_settings(&[1], &[2], &3);
        assert_eq!((secret_salt(&settings), secure_secret(&settings)), (vec![1], vec![2]));
        assert_eq!(secure_secret_id(&settings), 3);
        assert_same(secure_settings(&[1], &[], &0), None);
        // The salt of another way would be taken for that of this one.
        let other = types::SecurePasswordKdfAlgoPbkdf2Hmacsha512iter100000 { salt: vec![1] };
        assert_eq!(secure_salt(&other.into()), Vec::<u8>::new());
    }

    #[test]
    fn a_selfie_is_required_for_all_types_or_none() {
        let passport = [enums::SecureValueType::Passport];
        for selfie in [false, true] {
            let required = of_required_types(&passport, &selfie);
            assert_eq!(is_selfie_required(&required), selfie);
            assert_same(required_types(&required), passport.to_vec());
        }
    }

    #[test]
    fn an_unknown_way_asks_for_a_code_of_the_same_length() {
        let fragment = types::auth::SentCodeTypeFragmentSms { url: "u".into(), length: 6 };
        assert_same(
            sent_code_type(&fragment.into(), 140),
            Some(types::auth::SentCodeTypeSms { length: 6 }.into()),
        );
        let required = enums::auth::SentCodeType::SetUpEmailRequired(Default::default());
        assert_same(sent_code_type(&required, 140), Some(types::auth::SentCodeTypeSms { length: 5 }.into()));
    }
}
