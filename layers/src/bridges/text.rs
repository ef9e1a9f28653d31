//! Text, and text with entities.

use crate::{enums, types};
use enums::{RestrictionReason, TextWithEntities};

pub(crate) fn plain(TextWithEntities::Entities(text): &TextWithEntities) -> String {
    text.text.clone()
}

pub(crate) fn plain_option(text: &Option<TextWithEntities>) -> Option<String> {
    text.as_ref().map(plain)
}

pub(crate) fn with_entities(text: &str) -> TextWithEntities {
    types::TextWithEntities { text: text.to_owned(), entities: Vec::new() }.into()
}

pub(crate) fn with_entities_option(text: &Option<String>) -> Option<TextWithEntities> {
    text.as_deref().map(with_entities)
}

pub(crate) fn one_with_entities(text: &Option<String>) -> Option<Vec<TextWithEntities>> {
    text.as_deref().map(|text| vec![with_entities(text)])
}

/// Until layer 151 one text was translated at a time.
pub(crate) fn translated(
    text: &enums::messages::TranslatedText,
    layer: i32,
) -> Option<enums::messages::TranslatedText> {
    use enums::messages::TranslatedText as Translated;
    let texts: Vec<TextWithEntities> = match text {
        Translated::TranslateResult(result) => result.result.clone(),
        Translated::TranslateResultText(result) => vec![with_entities(&result.text)],
        Translated::TranslateNoResult => Vec::new(),
    };
    if layer >= 152 {
        return Some(types::messages::TranslateResult { result: texts }.into());
    }
    Some(match texts.first() {
        Some(text) => types::messages::TranslateResultText { text: plain(text) }.into(),
        None => Translated::TranslateNoResult,
    })
}

/// Until layer 103 there was one reason, as `reason-platform: text`; the first is enough.
pub(crate) fn restriction(reasons: &Option<Vec<RestrictionReason>>) -> Option<String> {
    let RestrictionReason::Reason(reason) = reasons.as_ref()?.first()?;
    if reason.platform.is_empty() && reason.reason.is_empty() {
        return Some(reason.text.clone());
    }
    Some(format!("{}-{}: {}", reason.reason, reason.platform, reason.text))
}

/// Several platforms are told as `ios-wp` in both forms. What names none is a text alone.
pub(crate) fn of_restriction(reason: &Option<String>) -> Option<Vec<RestrictionReason>> {
    let whole = reason.as_deref()?;
    let parts = whole.split_once(": ").and_then(|(kind, text)| Some((kind.split_once('-')?, text)));
    let ((reason, platform), text) = parts.unwrap_or((("", ""), whole));
    let reason = types::RestrictionReason {
        platform: platform.to_owned(),
        reason: reason.to_owned(),
        text: text.to_owned(),
    };
    Some(vec![reason.into()])
}

pub(crate) fn json(text: &str) -> enums::JsonValue {
    types::JsonString { value: text.to_owned() }.into()
}

/// What was written of another reason.
pub(crate) fn of_report(reason: &enums::ReportReason) -> String {
    match reason {
        enums::ReportReason::InputReportReasonOther(reason) => reason.text.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;
    use enums::messages::TranslatedText;

    fn texts(texts: &[&str]) -> TranslatedText {
        types::messages::TranslateResult { result: texts.iter().map(|text| with_entities(text)).collect() }
            .into()
    }

    #[test]
    fn one_text_is_translated_before_layer_152() {
        let one = types::messages::TranslateResultText { text: "a".into() };
        assert_same(translated(&texts(&["a", "b"]), 140), Some(one.clone().into()));
        assert_same(translated(&texts(&[]), 140), Some(TranslatedText::TranslateNoResult));
        assert_same(translated(&one.into(), 158), Some(texts(&["a"])));
        assert_same(translated(&TranslatedText::TranslateNoResult, 158), Some(texts(&[])));
    }

    #[test]
    fn a_restriction_goes_there_and_back() {
        for given in ["porn-ios-wp: not here: never", "terms-all: no", "no reason", ""] {
            assert_eq!(restriction(&of_restriction(&Some(given.into()))).as_deref(), Some(given));
        }
        let reasons = of_restriction(&Some("porn-ios-wp: no".into())).unwrap();
        let [RestrictionReason::Reason(reason)] = &reasons[..] else { panic!() };
        assert_eq!((reason.reason.as_str(), reason.platform.as_str()), ("porn", "ios-wp"));
        assert_same(of_restriction(&None), None);
    }

    #[test]
    fn plain_text_loses_only_its_entities() {
        let bold = types::MessageEntityBold { offset: 0, length: 1 }.into();
        let text = types::TextWithEntities { text: "a b".into(), entities: vec![bold] };
        assert_eq!(plain(&text.into()), "a b");
        assert_eq!(plain(&with_entities("a b")), "a b");
    }
}
