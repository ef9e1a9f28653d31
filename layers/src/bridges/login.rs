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
