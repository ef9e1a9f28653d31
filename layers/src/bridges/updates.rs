//! Updates that a layer does not know. Those which count (pts) must not be left out: the client would see a gap that
//! nothing ever fills. <https://core.telegram.org/api/updates#update-handling>

use crate::{Encode, enums, types};
use enums::{Update, Updates};

/// What counts is replaced by a deletion of no messages, which counts as much.
pub(crate) fn stand_in(update: &Update, _: i32) -> Option<Update> {
    let (channel_id, pts, pts_count) = match update {
        Update::FolderPeers(update) => (None, update.pts, update.pts_count),
        Update::PinnedMessages(update) => (None, update.pts, update.pts_count),
        Update::PinnedChannelMessages(update) => (Some(update.channel_id), update.pts, update.pts_count),
        Update::ChannelWebPage(update) => (Some(update.channel_id), update.pts, update.pts_count),
        _ => return None,
    };
    let messages = Vec::new();
    Some(match channel_id {
        Some(channel_id) => {
            types::UpdateDeleteChannelMessages { channel_id, messages, pts, pts_count }.into()
        }
        None => types::UpdateDeleteMessages { messages, pts, pts_count }.into(),
    })
}

/// In layer 148 no topic said that none was pinned any more.
pub(crate) fn pinned_topic(pinned: &bool, topic_id: &i32) -> Option<i32> {
    pinned.then_some(*topic_id)
}

/// A single update that is left out leaves an empty list.
pub(crate) fn in_a_list(updates: &Updates, layer: i32) -> Option<Updates> {
    let Updates::UpdateShort(short) = updates else { return None };
    (!short.update.present(layer)).then(|| types::Updates { date: short.date, ..Default::default() }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode_exact;

    fn through(updates: Vec<Update>, layer: i32) -> Vec<Update> {
        let updates = Updates::from(types::Updates { updates, ..Default::default() });
        let Updates::Updates(read) = decode_exact(&updates.to_bytes(layer).unwrap()).unwrap() else {
            panic!()
        };
        read.updates
    }

    #[test]
    fn what_counts_still_counts_where_it_is_not_known() {
        let pinned = types::UpdatePinnedMessages { pts: 9, pts_count: 2, ..Default::default() };
        let unknown = types::UpdateBotStopped::default();
        let updates = vec![pinned.into(), unknown.into(), Update::Config];
        let [Update::DeleteMessages(deleted), Update::Config] = &through(updates.clone(), 112)[..] else {
            panic!()
        };
        assert_eq!((deleted.messages.len(), deleted.pts, deleted.pts_count), (0, 9, 2));
        assert!(matches!(&through(updates, 230)[..], [Update::PinnedMessages(_), _, _]));

        let pinned = types::UpdatePinnedChannelMessages { channel_id: 5, pts: 7, ..Default::default() };
        let read = through(vec![pinned.into()], 100);
        assert!(matches!(&read[..], [Update::DeleteChannelMessages(update)] if update.pts == 7));
    }

    #[test]
    fn a_topic_is_pinned_or_not_in_layer_148() {
        for pinned in [false, true] {
            let update = types::UpdateChannelPinnedTopic { pinned, topic_id: 5, ..Default::default() };
            let read = through(vec![update.into()], 148);
            assert!(matches!(&read[..], [Update::ChannelPinnedTopic(update)] if update.pinned == pinned));
        }
    }

    #[test]
    fn a_single_update_that_is_not_known_is_none() {
        let short = |update| Updates::from(types::UpdateShort { update, date: 5 });
        let read = |updates: &Updates, layer| decode_exact(&updates.to_bytes(layer).unwrap()).unwrap();
        let unknown = short(types::UpdateBotStopped::default().into());
        let Updates::Updates(updates) = read(&unknown, 112) else { panic!() };
        assert!(updates.updates.is_empty() && updates.date == 5);
        assert!(matches!(read(&unknown, 230), Updates::UpdateShort(_)));
        assert!(matches!(read(&short(Update::Config), 112), Updates::UpdateShort(_)));
    }
}
