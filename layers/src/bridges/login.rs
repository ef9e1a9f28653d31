//! Codes: how they are sent, and what e-mail ones are for.

use crate::{enums, types};

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
pub(crate) fn authorization_flags(current: &bool, official_app: &bool) -> i32 {
    i32::from(*current) | i32::from(*official_app) << 1
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

pub(crate) fn is_selfie_required(types: &[enums::SecureRequiredType]) -> bool {
    types.iter().filter_map(required_type).any(|required| required.selfie_required)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

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
