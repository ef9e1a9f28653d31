//! Reactions: emoji as strings until layer 144, objects since.

use crate::{enums, types};
use enums::{ChatReactions, Reaction};

pub(crate) fn from_emoji(emoticon: &str) -> Reaction {
    match emoticon {
        "" => Reaction::Empty,
        emoticon => types::ReactionEmoji { emoticon: emoticon.to_owned() }.into(),
    }
}

pub(crate) fn from_emoji_option(emoticon: &Option<String>) -> Option<Reaction> {
    emoticon.as_deref().map(from_emoji)
}

/// An empty string took the reaction back, as an empty list does now.
pub(crate) fn from_emoji_list(emoticon: &Option<String>) -> Option<Vec<Reaction>> {
    let emoticon = emoticon.as_deref()?;
    Some(if emoticon.is_empty() { Vec::new() } else { vec![from_emoji(emoticon)] })
}

pub(crate) fn some(emoticons: &[String]) -> ChatReactions {
    match emoticons {
        [] => ChatReactions::None,
        some => {
            let reactions = some.iter().map(|emoticon| from_emoji(emoticon)).collect();
            types::ChatReactionsSome { reactions }.into()
        }
    }
}

pub(crate) fn some_option(emoticons: &Option<Vec<String>>) -> Option<ChatReactions> {
    emoticons.as_deref().map(some)
}

/// The emoji; empty for custom and paid reactions, which had no form.
pub(crate) fn emoji(reaction: &Reaction) -> String {
    match reaction {
        Reaction::Emoji(reaction) => reaction.emoticon.clone(),
        _ => String::new(),
    }
}

/// "All" has no list: such layers know only what is named.
pub(crate) fn emoji_list(reactions: &ChatReactions) -> Vec<String> {
    match reactions {
        ChatReactions::Some(some) => {
            some.reactions.iter().map(emoji).filter(|emoticon| !emoticon.is_empty()).collect()
        }
        ChatReactions::None | ChatReactions::All(_) => Vec::new(),
    }
}

pub(crate) fn emoji_list_option(reactions: &Option<ChatReactions>) -> Option<Vec<String>> {
    reactions.as_ref().map(emoji_list)
}

pub(crate) fn is_chosen(order: &Option<i32>) -> bool {
    order.is_some()
}

/// Until layer 144 one had one reaction, so its place among one's own is the first.
pub(crate) fn chosen_order(chosen: &bool) -> Option<i32> {
    chosen.then_some(0)
}

/// When they reacted was not told.
pub(crate) fn by_users(reactions: &[enums::MessageUserReaction]) -> Vec<enums::MessagePeerReaction> {
    let by_user = |enums::MessageUserReaction::Reaction(reaction): &enums::MessageUserReaction| {
        types::MessagePeerReaction {
            peer_id: super::peer::user(&reaction.user_id),
            reaction: from_emoji(&reaction.reaction),
            ..Default::default()
        }
        .into()
    };
    reactions.iter().map(by_user).collect()
}

pub(crate) fn by_users_option(
    reactions: &Option<Vec<enums::MessageUserReaction>>,
) -> Option<Vec<enums::MessagePeerReaction>> {
    reactions.as_deref().map(by_users)
}

/// In layers 136 and 137 only users reacted.
pub(crate) fn of_users(reactions: &[enums::MessagePeerReaction]) -> Vec<enums::MessageUserReaction> {
    let of_user = |enums::MessagePeerReaction::Reaction(reaction): &enums::MessagePeerReaction| {
        let enums::Peer::User(user) = &reaction.peer_id else { return None };
        let reaction = emoji(&reaction.reaction);
        Some(types::MessageUserReaction { user_id: user.user_id, reaction }.into())
    };
    reactions.iter().filter_map(of_user).collect()
}

pub(crate) fn of_users_option(
    reactions: &Option<Vec<enums::MessagePeerReaction>>,
) -> Option<Vec<enums::MessageUserReaction>> {
    reactions.as_deref().map(of_users)
}

/// Until layer 198 a paid reaction was private or not.
pub(crate) fn privacy(private: &bool) -> enums::PaidReactionPrivacy {
    match private {
        true => enums::PaidReactionPrivacy::Anonymous,
        false => enums::PaidReactionPrivacy::Default,
    }
}

pub(crate) fn privacy_option(private: &Option<bool>) -> Option<enums::PaidReactionPrivacy> {
    private.as_ref().map(privacy)
}

pub(crate) fn privacy_of_bit(private: &bool) -> Option<enums::PaidReactionPrivacy> {
    Some(privacy(private))
}

pub(crate) fn is_private(privacy: &enums::PaidReactionPrivacy) -> bool {
    !matches!(privacy, enums::PaidReactionPrivacy::Default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

    fn custom() -> Reaction {
        types::ReactionCustomEmoji { document_id: 5 }.into()
    }

    #[test]
    fn an_empty_emoji_takes_the_reaction_back() {
        assert_same(from_emoji_list(&Some(String::new())), Some(Vec::new()));
        assert_same(from_emoji_list(&Some("\u{1f44d}".into())), Some(vec![from_emoji("\u{1f44d}")]));
        assert_same(from_emoji_list(&None), None);
        assert_same(from_emoji(""), Reaction::Empty);
    }

    #[test]
    fn lists_hold_emoji_only() {
        let reactions = vec![from_emoji("a"), custom(), from_emoji("b")];
        let allowed = types::ChatReactionsSome { reactions }.into();
        assert_eq!(emoji_list(&allowed), ["a", "b"]);
        assert_same(emoji_list(&ChatReactions::None), Vec::new());
        assert_eq!(emoji(&custom()), "");
    }

    #[test]
    fn reactions_of_users_go_there_and_back() {
        let reaction = types::MessageUserReaction { user_id: 5, reaction: "a".into() };
        let reactions = Some(vec![enums::MessageUserReaction::from(reaction)]);
        assert_same(of_users_option(&by_users_option(&reactions)), reactions);
        assert!(is_chosen(&chosen_order(&true)) && !is_chosen(&chosen_order(&false)));
    }

    #[test]
    fn no_reactions_are_none_at_all() {
        assert_same(some(&[]), ChatReactions::None);
        assert_eq!(emoji_list(&some(&["a".into(), "b".into()])), ["a", "b"]);
    }
}
