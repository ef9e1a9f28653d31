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
