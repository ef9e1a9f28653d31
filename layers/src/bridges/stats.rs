//! Statistics: of messages until layer 166, of messages and stories since; graphs that came later.

use crate::{enums, types};
use enums::{MessageInteractionCounters, PostInteractionCounters};

/// A graph that the layer does not have. An empty one of another kind would be asked for, or drawn.
pub(crate) fn no_graph() -> enums::StatsGraph {
    types::StatsGraphError::default().into()
}

pub(crate) fn posts(messages: &[MessageInteractionCounters]) -> Vec<PostInteractionCounters> {
    let post = |MessageInteractionCounters::Counters(message): &MessageInteractionCounters| {
        types::PostInteractionCountersMessage {
            msg_id: message.msg_id,
            views: message.views,
            forwards: message.forwards,
            reactions: 0,
        }
        .into()
    };
    messages.iter().map(post).collect()
}

/// The messages among the posts.
pub(crate) fn messages(posts: &[PostInteractionCounters]) -> Vec<MessageInteractionCounters> {
    let message = |post: &PostInteractionCounters| match post {
        PostInteractionCounters::Message(post) => Some(
            types::MessageInteractionCounters {
                msg_id: post.msg_id,
                views: post.views,
                forwards: post.forwards,
            }
            .into(),
        ),
        PostInteractionCounters::Story(_) => None,
    };
    posts.iter().filter_map(message).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

    #[test]
    fn messages_go_there_and_back_and_stories_are_left_out() {
        let message = types::MessageInteractionCounters { msg_id: 5, views: 6, forwards: 7 };
        let mut all = posts(&[message.clone().into()]);
        all.push(types::PostInteractionCountersStory::default().into());
        assert_same(messages(&all), vec![message.into()]);
    }
}
