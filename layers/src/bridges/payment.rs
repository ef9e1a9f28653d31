//! Invoices, payment forms, receipts.

use crate::{enums, types};

/// Until layer 142 an invoice was always a message.
pub(crate) fn of_message(peer: &enums::InputPeer, msg_id: &i32) -> enums::InputInvoice {
    types::InputInvoiceMessage { peer: peer.clone(), msg_id: *msg_id }.into()
}

/// In layers 143 to 163 only recurring payments had terms.
pub(crate) fn recurring_terms(recurring: &bool, terms_url: &Option<String>) -> Option<String> {
    recurring.then(|| terms_url.clone().unwrap_or_default())
}

/// A form to pay with stars, as one without a provider.
pub(crate) fn form(form: &enums::payments::PaymentForm, _: i32) -> Option<enums::payments::PaymentForm> {
    let form = match form {
        enums::payments::PaymentForm::Stars(form) => types::payments::PaymentForm {
            form_id: form.form_id,
            bot_id: form.bot_id,
            title: form.title.clone(),
            description: form.description.clone(),
            photo: form.photo.clone(),
            invoice: form.invoice.clone(),
            users: form.users.clone(),
            ..Default::default()
        },
        enums::payments::PaymentForm::StarGift(form) => types::payments::PaymentForm {
            form_id: form.form_id,
            invoice: form.invoice.clone(),
            ..Default::default()
        },
        _ => return None,
    };
    Some(form.into())
}

/// A receipt for stars, as one without a provider.
pub(crate) fn receipt(
    receipt: &enums::payments::PaymentReceipt,
    _: i32,
) -> Option<enums::payments::PaymentReceipt> {
    let enums::payments::PaymentReceipt::Stars(receipt) = receipt else { return None };
    Some(
        types::payments::PaymentReceipt {
            date: receipt.date,
            bot_id: receipt.bot_id,
            title: receipt.title.clone(),
            description: receipt.description.clone(),
            photo: receipt.photo.clone(),
            invoice: receipt.invoice.clone(),
            currency: receipt.currency.clone(),
            total_amount: receipt.total_amount,
            users: receipt.users.clone(),
            ..Default::default()
        }
        .into(),
    )
}

/// Until layer 126 an invoice was a message of one's own box.
pub(crate) fn of_received(msg_id: &i32) -> enums::InputInvoice {
    types::InputInvoiceMessage { peer: enums::InputPeer::Empty, msg_id: *msg_id }.into()
}

/// The name had a misprint until layer 104.
pub(crate) fn verification(
    result: &enums::payments::PaymentResult,
    _: i32,
) -> Option<enums::payments::PaymentResult> {
    use enums::payments::PaymentResult as Result;
    Some(match result {
        Result::PaymentVerficationNeeded(needed) => {
            types::payments::PaymentVerificationNeeded { url: needed.url.clone() }.into()
        }
        Result::PaymentVerificationNeeded(needed) => {
            types::payments::PaymentVerficationNeeded { url: needed.url.clone() }.into()
        }
        Result::Result(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_recurring_payments_had_terms() {
        assert_eq!(recurring_terms(&false, &Some("u".into())), None);
        assert_eq!(recurring_terms(&true, &Some("u".into())).as_deref(), Some("u"));
        // The bit of the terms is the bit of `recurring`, so that they must be there.
        assert_eq!(recurring_terms(&true, &None).as_deref(), Some(""));
    }
}
