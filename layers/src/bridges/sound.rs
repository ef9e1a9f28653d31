//! Notification sounds: names until layer 139, objects since; and for whom they are.

use crate::{enums, types};
use enums::NotificationSound;

pub(crate) fn of_name(name: &Option<String>) -> Option<NotificationSound> {
    Some(match name.as_deref()? {
        "" => NotificationSound::None,
        "default" => NotificationSound::Default,
        name => types::NotificationSoundLocal { title: name.to_owned(), data: name.to_owned() }.into(),
    })
}

pub(crate) fn name(sound: &Option<NotificationSound>) -> Option<String> {
    Some(match sound.as_ref()? {
        NotificationSound::None => String::new(),
        NotificationSound::Local(sound) => sound.data.clone(),
        // Uploaded ringtones had no name.
        NotificationSound::Default | NotificationSound::Ringtone(_) => "default".to_owned(),
    })
}

/// A topic's settings are its group's to layers without topics.
pub(crate) fn notify_peer(peer: &enums::NotifyPeer, _: i32) -> Option<enums::NotifyPeer> {
    match peer {
        enums::NotifyPeer::NotifyForumTopic(topic) => {
            Some(types::NotifyPeer { peer: topic.peer.clone() }.into())
        }
        _ => Some(enums::NotifyPeer::NotifyChats),
    }
}

/// Until layer 76 there was always a name.
pub(crate) fn required_name(sound: &Option<NotificationSound>) -> String {
    name(sound).unwrap_or_else(|| "default".to_owned())
}

pub(crate) fn of_required_name(name: &str) -> Option<NotificationSound> {
    of_name(&Some(name.to_owned()))
}

/// Settings that say nothing had a constructor of their own until layer 76.
pub(crate) fn no_settings(_: &enums::PeerNotifySettings, _: i32) -> Option<enums::PeerNotifySettings> {
    Some(types::PeerNotifySettings::default().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;

    #[test]
    fn names_of_sounds_go_there_and_back() {
        for given in ["", "default", "Chime"] {
            assert_eq!(name(&of_name(&Some(given.into()))).as_deref(), Some(given));
        }
        assert_same(of_name(&None), None);
        assert_eq!(
            name(&Some(types::NotificationSoundRingtone { id: 5 }.into())).as_deref(),
            Some("default")
        );
    }

    #[test]
    fn a_topic_is_its_group() {
        let peer = enums::Peer::from(types::PeerChannel { channel_id: 5 });
        let topic = types::NotifyForumTopic { peer: peer.clone(), top_msg_id: 7 };
        assert_same(notify_peer(&topic.into(), 140), Some(types::NotifyPeer { peer }.into()));
    }
}
