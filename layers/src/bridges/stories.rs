//! Stories: of users in layers 160 to 163, of peers since.

use crate::{enums, types};
use enums::{PeerStories, UserStories};

fn of_user(PeerStories::Stories(stories): &PeerStories) -> UserStories {
    types::UserStories {
        user_id: super::peer::user_id(&stories.peer),
        max_read_id: stories.max_read_id,
        stories: stories.stories.clone(),
    }
    .into()
}

pub(crate) fn of_user_option(stories: &Option<PeerStories>) -> Option<UserStories> {
    stories.as_ref().map(of_user)
}

/// The stories of users among those of peers.
pub(crate) fn of_users(stories: &[PeerStories]) -> Vec<UserStories> {
    let of_a_user =
        |PeerStories::Stories(stories): &&PeerStories| matches!(stories.peer, enums::Peer::User(_));
    stories.iter().filter(of_a_user).map(of_user).collect()
}

fn of_peer(UserStories::Stories(stories): &UserStories) -> PeerStories {
    types::PeerStories {
        peer: super::peer::user(&stories.user_id),
        max_read_id: stories.max_read_id,
        stories: stories.stories.clone(),
    }
    .into()
}

pub(crate) fn of_peer_option(stories: &Option<UserStories>) -> Option<PeerStories> {
    stories.as_ref().map(of_peer)
}

pub(crate) fn of_peers(stories: &[UserStories]) -> Vec<PeerStories> {
    stories.iter().map(of_peer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_of_channels_are_left_out() {
        let of = |peer| types::PeerStories { peer, ..Default::default() }.into();
        let all =
            [of(types::PeerUser { user_id: 5 }.into()), of(types::PeerChannel { channel_id: 6 }.into())];
        let [UserStories::Stories(stories)] = &of_users(&all)[..] else { panic!() };
        assert_eq!(stories.user_id, 5);
        let again = of_peers(&of_users(&all));
        assert!(
            matches!(&again[..], [PeerStories::Stories(stories)] if matches!(stories.peer, enums::Peer::User(_)))
        );
    }
}
