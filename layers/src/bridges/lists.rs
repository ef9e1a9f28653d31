//! One value where another layer has several.

pub(crate) fn one<T: Clone>(value: &Option<T>) -> Option<Vec<T>> {
    value.clone().map(|value| vec![value])
}

pub(crate) fn single<T: Clone>(value: &T) -> Vec<T> {
    vec![value.clone()]
}

pub(crate) fn first<T: Clone>(values: &Option<Vec<T>>) -> Option<T> {
    values.as_ref()?.first().cloned()
}

pub(crate) fn first_or_zero<T: Clone + Default>(values: &[T]) -> T {
    values.first().cloned().unwrap_or_default()
}

/// Messages by their ids.
pub(crate) fn messages(ids: &[i32]) -> Vec<crate::enums::InputMessage> {
    ids.iter().map(|id| crate::types::InputMessageId { id: *id }.into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_none_is_none() {
        assert_eq!(first::<i32>(&Some(Vec::new())), None);
        assert_eq!(first(&Some(vec![1, 2])), Some(1));
        assert_eq!(first_or_zero::<i32>(&[]), 0);
        assert_eq!(one::<i32>(&None), None);
    }
}
