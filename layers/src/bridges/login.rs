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
