//! The model as TL: what the API shows of users, messages, dialogs and changes.

use piltover_layers::{decode_exact, enums, types};

use crate::model::{AccessHasher, Change, Dialog, Event, Logged, Message, UserView};

/// Shows the model to clients, in its newest form.
#[derive(Debug, Clone)]
pub struct Renderer {
    hasher: AccessHasher,
}

impl Renderer {
    /// A renderer whose access hashes this hasher makes.
    #[must_use]
    pub fn new(hasher: AccessHasher) -> Self {
        Self { hasher }
    }

    /// The access hash of a user for a viewer.
    #[must_use]
    pub fn access_hash(&self, viewer: i64, user_id: i64) -> i64 {
        self.hasher.user(viewer, user_id)
    }

    /// A user as his viewer sees him: with the name under which the viewer saved him, and with the phone number
    /// if the viewer knows it.
    #[must_use]
    pub fn user(&self, view: &UserView, now: i32) -> enums::User {
        let UserView { viewer, user, contact } = view;
        let is_self = user.id == *viewer;
        let (first_name, last_name) = match contact {
            Some(contact) => (&contact.first_name, &contact.last_name),
            None => (&user.first_name, &user.last_name),
        };
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        types::User {
            is_self,
            contact: contact.is_some(),
            mutual_contact: contact.as_ref().is_some_and(|contact| contact.is_mutual),
            id: user.id,
            access_hash: Some(self.hasher.user(*viewer, user.id)),
            first_name: text(first_name),
            last_name: text(last_name),
            username: user.username.clone(),
            phone: text(&user.phone).filter(|_| is_self || contact.is_some()),
            status: Some(status(user.online_until, now)),
            ..types::User::default()
        }
        .into()
    }

    /// Users as their viewer sees them.
    #[must_use]
    pub fn users(&self, views: &[UserView], now: i32) -> Vec<enums::User> {
        views.iter().map(|view| self.user(view, now)).collect()
    }

    /// An event as the `updates` that are pushed.
    #[must_use]
    pub fn event(&self, event: &Event, now: i32) -> enums::Updates {
        let users = self.users(&event.users, now);
        updates(update(event, now).into_iter().collect(), users, event.date)
    }
}

/// `updates` with a seq of 0: they need no order beyond that of pts.
#[must_use]
pub fn updates(updates: Vec<enums::Update>, users: Vec<enums::User>, date: i32) -> enums::Updates {
    types::Updates { updates, users, chats: Vec::new(), date, seq: 0 }.into()
}

fn update(event: &Event, now: i32) -> Option<enums::Update> {
    Some(match &event.change {
        Change::Box(change, pts) => logged(change, *pts),
        Change::Typing { user_id, action } => {
            let action = decode_exact(action).ok()?;
            types::UpdateUserTyping { user_id: *user_id, top_msg_id: None, action }.into()
        }
        Change::Status { user_id, online_until } => {
            types::UpdateUserStatus { user_id: *user_id, status: status(*online_until, now) }.into()
        }
        Change::Name { user_id } => {
            let user = &event.users.iter().find(|view| view.user.id == *user_id)?.user;
            let username = |username: &String| types::Username {
                editable: true,
                active: true,
                username: username.clone(),
                ..Default::default()
            };
            types::UpdateUserName {
                user_id: *user_id,
                first_name: user.first_name.clone(),
                last_name: user.last_name.clone(),
                usernames: user.username.iter().map(|name| username(name).into()).collect(),
            }
            .into()
        }
        Change::Pinned { peer, is_pinned } => {
            types::UpdateDialogPinned { pinned: *is_pinned, folder_id: None, peer: dialog_peer(*peer) }.into()
        }
        Change::PinnedOrder(order) => {
            let order = Some(order.iter().map(|peer| dialog_peer(*peer)).collect());
            types::UpdatePinnedDialogs { folder_id: None, order }.into()
        }
    })
}

/// A change of a box as an update, with the pts behind it.
#[must_use]
pub fn logged(change: &Logged, pts: i32) -> enums::Update {
    match change {
        Logged::NewMessage(new) => {
            types::UpdateNewMessage { message: message(new), pts, pts_count: 1 }.into()
        }
        Logged::ReadInbox { peer: user_id, max_id, unread } => types::UpdateReadHistoryInbox {
            folder_id: None,
            peer: peer(*user_id),
            top_msg_id: None,
            max_id: *max_id,
            still_unread_count: *unread,
            pts,
            pts_count: 1,
        }
        .into(),
        Logged::ReadOutbox { peer: user_id, max_id } => {
            types::UpdateReadHistoryOutbox { peer: peer(*user_id), max_id: *max_id, pts, pts_count: 1 }.into()
        }
    }
}

/// A user as a peer.
#[must_use]
pub fn peer(user_id: i64) -> enums::Peer {
    types::PeerUser { user_id }.into()
}

fn dialog_peer(user_id: i64) -> enums::DialogPeer {
    types::DialogPeer { peer: peer(user_id) }.into()
}

/// A message, as the owner of its box sees it.
#[must_use]
pub fn message(message: &Message) -> enums::Message {
    let reply_to = message
        .reply_to
        .map(|id| types::MessageReplyHeader { reply_to_msg_id: Some(id), ..Default::default() }.into());
    // Stored by this server, in TL that it knows for ever.
    let entities: Vec<enums::MessageEntity> = decode_exact(&message.entities).unwrap_or_default();
    types::Message {
        // TDLib takes a message to oneself that is out for a fault.
        out: message.is_out() && !message.is_saved(),
        silent: message.silent,
        id: message.id,
        from_id: Some(peer(message.sender)),
        peer_id: peer(message.peer),
        saved_peer_id: message.is_saved().then(|| peer(message.peer)),
        reply_to,
        date: message.date,
        message: message.text.clone(),
        entities: Some(entities).filter(|entities| !entities.is_empty()),
        ..types::Message::default()
    }
    .into()
}

/// A message that is not there.
#[must_use]
pub fn no_message(id: i32) -> enums::Message {
    types::MessageEmpty { id, peer_id: None }.into()
}

/// A dialog.
#[must_use]
pub fn dialog(dialog: &Dialog) -> enums::Dialog {
    types::Dialog {
        pinned: dialog.is_pinned,
        peer: peer(dialog.peer),
        top_message: dialog.top_message,
        read_inbox_max_id: dialog.read_inbox,
        read_outbox_max_id: dialog.read_outbox,
        unread_count: dialog.unread,
        notify_settings: types::PeerNotifySettings::default().into(),
        ..types::Dialog::default()
    }
    .into()
}

fn status(online_until: i32, now: i32) -> enums::UserStatus {
    match online_until > now {
        true => types::UserStatusOnline { expires: online_until }.into(),
        false => types::UserStatusOffline { was_online: online_until }.into(),
    }
}
