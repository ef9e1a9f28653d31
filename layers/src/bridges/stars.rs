//! Stars (layer 181), gifts, and what is paid in them.

use crate::{enums, types};
use enums::{StarGiftAttributeRarity as Rarity, StarsAmount};

/// Whole stars; TON has no form in stars.
pub(crate) fn whole(amount: &StarsAmount) -> i64 {
    match amount {
        StarsAmount::Amount(amount) => amount.amount,
        StarsAmount::StarsTonAmount(_) => 0,
    }
}

/// Layers without TON see no stars.
pub(crate) fn stand_in(_: &StarsAmount, _: i32) -> Option<StarsAmount> {
    Some(types::StarsAmount::default().into())
}

pub(crate) fn topup(
    enums::StarsTopupOption::Option(option): &enums::StarsTopupOption,
) -> enums::InputStorePaymentPurpose {
    types::InputStorePaymentStarsTopup {
        stars: option.stars,
        currency: option.currency.clone(),
        amount: option.amount,
        spend_purpose_peer: None,
    }
    .into()
}

/// Until layer 216 Premium was given by the month.
pub(crate) fn months(days: &i32) -> i32 {
    days / 365 * 12 + (days % 365 + 15) / 30
}

pub(crate) fn days(months: &i32) -> i32 {
    (months / 12).saturating_mul(365).saturating_add(months % 12 * 30)
}

/// How many of a thousand have the attribute. Named rarities are told by the shares that Telegram
/// documents for them only as an order; they keep that order.
pub(crate) fn permille(rarity: &Rarity) -> i32 {
    match rarity {
        Rarity::Rarity(rarity) => rarity.permille,
        Rarity::Uncommon => 100,
        Rarity::Rare => 30,
        Rarity::Epic => 10,
        Rarity::Legendary => 1,
    }
}

pub(crate) fn whole_option(amount: &Option<StarsAmount>) -> Option<i64> {
    amount.as_ref().map(whole)
}

/// The price in stars among the prices.
pub(crate) fn first_whole(amounts: &Option<Vec<StarsAmount>>) -> Option<i64> {
    amounts.as_ref()?.iter().find_map(|amount| match amount {
        StarsAmount::Amount(amount) => Some(amount.amount),
        StarsAmount::StarsTonAmount(_) => None,
    })
}

pub(crate) fn rarity(permille: &i32) -> Rarity {
    types::StarGiftAttributeRarity { permille: *permille }.into()
}

pub(crate) fn amount_option(stars: &Option<i64>) -> Option<StarsAmount> {
    stars.as_ref().map(amount)
}

pub(crate) fn amounts_option(stars: &Option<i64>) -> Option<Vec<StarsAmount>> {
    amount_option(stars).map(|amount| vec![amount])
}

pub(crate) fn amount(stars: &i64) -> StarsAmount {
    types::StarsAmount { amount: *stars, nanos: 0 }.into()
}

/// Until layer 196 gifts were named by the messages that brought them.
pub(crate) fn saved_gift(msg_id: &i32) -> enums::InputSavedStarGift {
    types::InputSavedStarGiftUser { msg_id: *msg_id }.into()
}

pub(crate) fn current_revenue(
    enums::BroadcastRevenueBalances::Balances(balances): &enums::BroadcastRevenueBalances,
) -> i64 {
    balances.current_balance
}

pub(crate) fn available_revenue(
    enums::BroadcastRevenueBalances::Balances(balances): &enums::BroadcastRevenueBalances,
) -> i64 {
    balances.available_balance
}

pub(crate) fn overall_revenue(
    enums::BroadcastRevenueBalances::Balances(balances): &enums::BroadcastRevenueBalances,
) -> i64 {
    balances.overall_revenue
}

pub(crate) fn revenue(current: &i64, available: &i64, overall: &i64) -> enums::BroadcastRevenueBalances {
    types::BroadcastRevenueBalances {
        current_balance: *current,
        available_balance: *available,
        overall_revenue: *overall,
        ..Default::default()
    }
    .into()
}

/// The colours of an auctioned gift: in layer 218 beside it, inside since.
pub(crate) fn with_background(
    gift: &enums::StarGift,
    center_color: &i32,
    edge_color: &i32,
    text_color: &i32,
) -> enums::StarGift {
    let enums::StarGift::Gift(gift) = gift else { return gift.clone() };
    let (center_color, edge_color, text_color) = (*center_color, *edge_color, *text_color);
    let background = types::StarGiftBackground { center_color, edge_color, text_color };
    types::StarGift { background: Some(background.into()), ..types::StarGift::clone(gift) }.into()
}

macro_rules! colors {
    ($($name:ident),*) => {$(
        pub(crate) fn $name(gift: &enums::StarGift) -> i32 {
            match gift {
                enums::StarGift::Gift(gift) => match &gift.background {
                    Some(enums::StarGiftBackground::Background(background)) => background.$name,
                    None => 0,
                },
                enums::StarGift::Unique(_) => 0,
            }
        }
    )*};
}
colors!(center_color, edge_color, text_color);

/// What Premium costs for a month, which was all that layers 143 and 144 showed.
fn monthly(options: &[enums::PremiumSubscriptionOption]) -> Option<&types::PremiumSubscriptionOption> {
    let mut options = options.iter().map(|enums::PremiumSubscriptionOption::Option(option)| option);
    options.find(|option| option.months == 1)
}

pub(crate) fn monthly_option(currency: &str, amount: &i64) -> Vec<enums::PremiumSubscriptionOption> {
    let option = types::PremiumSubscriptionOption {
        months: 1,
        currency: currency.to_owned(),
        amount: *amount,
        ..Default::default()
    };
    vec![option.into()]
}

pub(crate) fn currency(options: &[enums::PremiumSubscriptionOption]) -> String {
    monthly(options).map(|option| option.currency.clone()).unwrap_or_default()
}

pub(crate) fn monthly_amount(options: &[enums::PremiumSubscriptionOption]) -> i64 {
    monthly(options).map(|option| option.amount).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

    #[test]
    fn days_are_whole_months() {
        for (given, expected) in [(0, 0), (30, 1), (90, 3), (91, 3), (180, 6), (365, 12), (730, 24)] {
            assert_eq!(months(&given), expected, "{given} days");
        }
        for given in [0, 1, 3, 6, 12, 24, 36, 47] {
            assert_eq!(months(&days(&given)), given, "{given} months");
        }
        // The numbers come from the wire.
        assert_eq!((days(&i32::MAX), days(&i32::MIN)), (i32::MAX, i32::MIN));
        assert!(months(&i32::MAX) > 0 && months(&i32::MIN) < 0);
    }

    #[test]
    fn only_stars_count_as_stars() {
        assert_eq!(whole(&types::StarsAmount { amount: 5, nanos: 999_999_999 }.into()), 5);
        assert_eq!(whole(&types::StarsTonAmount { amount: 5 }.into()), 0);
        let unknown = types::StarsTonAmount { amount: 5 }.into();
        assert_same(stand_in(&unknown, 200), Some(types::StarsAmount { amount: 0, nanos: 0 }.into()));
    }

    #[test]
    fn amounts_go_there_and_back() {
        assert_eq!(first_whole(&amounts_option(&Some(5))), Some(5));
        assert_eq!(whole_option(&amount_option(&None)), None);
        let balances = revenue(&1, &2, &3);
        assert_eq!(
            (current_revenue(&balances), available_revenue(&balances), overall_revenue(&balances)),
            (1, 2, 3)
        );
        let options = monthly_option("EUR", &499);
        assert_eq!((currency(&options).as_str(), monthly_amount(&options)), ("EUR", 499));
    }

    #[test]
    fn an_auctioned_gift_has_its_colours() {
        let gift = with_background(&types::StarGift::default().into(), &1, &2, &3);
        assert_eq!((center_color(&gift), edge_color(&gift), text_color(&gift)), (1, 2, 3));
        assert_eq!(text_color(&types::StarGift::default().into()), 0);
    }

    #[test]
    fn rarer_attributes_have_smaller_shares() {
        let shares =
            [Rarity::Uncommon, Rarity::Rare, Rarity::Epic, Rarity::Legendary].map(|rarity| permille(&rarity));
        assert!(shares.is_sorted_by(|a, b| a > b), "{shares:?}");
        assert_eq!(permille(&rarity(&15)), 15);
    }
}
