//! Numbers that changed their type, and those that left the schema with their last public values.

use crate::enums;

pub(crate) fn one() -> i32 {
    1
}

/// How many entries a page has where the layer does not say.
pub(crate) fn page() -> i32 {
    100
}

pub(crate) fn seconds(duration: &i32) -> f64 {
    f64::from(*duration)
}

pub(crate) fn whole_seconds(duration: &f64) -> i32 {
    // A cast from a float saturates, and gives 0 for NaN.
    duration.round() as i32
}

pub(crate) fn story_id(story: &Option<enums::RecentStory>) -> Option<i32> {
    let enums::RecentStory::Story(story) = story.as_ref()?;
    story.max_id
}

/// <https://core.telegram.org/api/config#dialogs-pinned-limit-default>
pub(crate) fn pinned_dialogs() -> i32 {
    5
}

/// <https://core.telegram.org/api/config#dialogs-folder-pinned-limit-default>
pub(crate) fn pinned_in_folder() -> i32 {
    100
}

/// <https://core.telegram.org/api/config#saved-gifs-limit-default>
pub(crate) fn saved_gifs() -> i32 {
    200
}

/// <https://core.telegram.org/api/config#stickers-faved-limit-default>
pub(crate) fn faved_stickers() -> i32 {
    5
}

/// <https://core.telegram.org/constructor/config>, the greatest size of a basic group's chat until layer 75.
pub(crate) fn chat_big_size() -> i32 {
    10
}

pub(crate) fn is_some<T>(value: &Option<T>) -> bool {
    value.is_some()
}

/// Hashes that were texts; one that is no number is that of an unknown state, as 0 is.
pub(crate) fn of_text(text: &str) -> i64 {
    text.parse().unwrap_or_default()
}

pub(crate) fn text(number: &i64) -> String {
    number.to_string()
}

pub(crate) fn text_of_int(number: &i32) -> String {
    number.to_string()
}

pub(crate) fn of_text_option(text: &Option<String>) -> Option<i32> {
    text.as_deref()?.parse().ok()
}

pub(crate) fn text_of_int_option(number: &Option<i32>) -> Option<String> {
    number.as_ref().map(text_of_int)
}

pub(crate) fn of_story_id(story: &Option<i32>) -> Option<enums::RecentStory> {
    story.map(|id| crate::types::RecentStory { live: false, max_id: Some(id) }.into())
}

/// A bit that a constructor of its own, or the layer, says.
pub(crate) fn yes() -> bool {
    true
}

/// How many there are, where the list was whole.
pub(crate) fn count<T>(values: &[T]) -> i32 {
    i32::try_from(values.len()).unwrap_or(i32::MAX)
}

/// The zero of a newer field behind the bit of an older one: without it the older one could not be sent either.
pub(crate) fn zero_beside<T, Z: Default>(older: &Option<T>) -> Option<Z> {
    older.is_some().then(Z::default)
}

/// The zero of a newer field behind the bit of what is always there.
pub(crate) fn some_zero<Z: Default>() -> Option<Z> {
    Some(Z::default())
}

/// That something was done, at a time that is not told.
pub(crate) fn some_time(done: &bool) -> Option<i32> {
    done.then_some(0)
}

/// 31 bits of an id that once was a small number.
pub(crate) fn short_id(id: &i64) -> i64 {
    id & i64::from(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types;

    #[test]
    fn seconds_are_rounded_and_saturate() {
        for (given, expected) in [(1.4, 1), (1.5, 2), (-1.0, -1), (f64::NAN, 0), (f64::INFINITY, i32::MAX)] {
            assert_eq!(whole_seconds(&given), expected, "{given}");
        }
        assert_eq!(whole_seconds(&seconds(&i32::MAX)), i32::MAX);
    }

    #[test]
    fn what_shares_a_bit_is_there_with_the_other() {
        assert_eq!(zero_beside::<_, i32>(&Some("views")), Some(0));
        assert_eq!(zero_beside::<i32, String>(&None), None);
        assert!(is_some(&some_time(&true)) && !is_some(&some_time(&false)));
    }

    #[test]
    fn a_story_is_its_greatest_id() {
        assert_eq!(story_id(&of_story_id(&Some(5))), Some(5));
        assert_eq!(story_id(&Some(types::RecentStory { live: false, max_id: Some(5) }.into())), Some(5));
        assert_eq!(story_id(&Some(types::RecentStory { live: true, max_id: None }.into())), None);
    }
}
