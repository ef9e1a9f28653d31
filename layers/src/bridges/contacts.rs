//! How two users know each other: an object until layer 100, bits of the user since.

use crate::{enums, types};
use enums::ContactLink;

pub(crate) fn link(user: &Option<enums::User>) -> enums::contacts::Link {
    let (contact, mutual) = match user {
        Some(enums::User::User(user)) => (user.contact, user.mutual_contact),
        _ => (false, false),
    };
    let of = |is_contact| match is_contact {
        true => ContactLink::Contact,
        false => ContactLink::Unknown,
    };
    types::contacts::Link {
        my_link: of(contact),
        foreign_link: of(mutual),
        user: user.clone().unwrap_or_default(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutual_contact_is_one_on_both_sides() {
        let link_of = |contact, mutual_contact| {
            let user = types::User { contact, mutual_contact, ..Default::default() };
            let enums::contacts::Link::Link(link) = link(&Some(user.into()));
            (matches!(link.my_link, ContactLink::Contact), matches!(link.foreign_link, ContactLink::Contact))
        };
        assert_eq!(link_of(true, true), (true, true));
        assert_eq!(link_of(true, false), (true, false));
        assert_eq!(link_of(false, false), (false, false));
    }
}
