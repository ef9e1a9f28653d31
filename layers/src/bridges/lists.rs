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
