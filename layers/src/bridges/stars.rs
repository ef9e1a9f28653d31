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
    (days + 15) / 30
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
