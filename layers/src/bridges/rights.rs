//! Rights in channels and groups: roles until layer 66, one constructor for each kind of chat until 91, one for all
//! since.

use super::media::IsSet;
use crate::{enums, types};
use enums::{
    ChannelAdminRights, ChannelBannedRights, ChannelParticipant, ChannelParticipantRole, ChatAdminRights,
    ChatBannedRights,
};

/// What administrators may do in both forms, copied from one to the other.
macro_rules! admin_rights {
    ($form:ident, $rights:ident, $($other:tt)*) => {
        types::$form {
            change_info: $rights.change_info,
            post_messages: $rights.post_messages,
            edit_messages: $rights.edit_messages,
            delete_messages: $rights.delete_messages,
            ban_users: $rights.ban_users,
            pin_messages: $rights.pin_messages,
            add_admins: $rights.add_admins,
            manage_call: $rights.manage_call,
            $($other)*
        }
        .into()
    };
}

/// What is forbidden in both forms.
macro_rules! banned_rights {
    ($form:ident, $rights:ident, $($other:tt)*) => {
        types::$form {
            view_messages: $rights.view_messages,
            send_messages: $rights.send_messages,
            send_media: $rights.send_media,
            send_stickers: $rights.send_stickers,
            send_gifs: $rights.send_gifs,
            send_games: $rights.send_games,
            send_inline: $rights.send_inline,
            embed_links: $rights.embed_links,
            until_date: $rights.until_date,
            $($other)*
        }
        .into()
    };
}

pub(crate) fn older_admin(ChatAdminRights::Rights(rights): &ChatAdminRights) -> ChannelAdminRights {
    let invites = rights.invite_users;
    admin_rights!(ChannelAdminRights, rights, invite_users: invites, invite_link: invites)
}

pub(crate) fn older_admin_option(rights: &Option<ChatAdminRights>) -> Option<ChannelAdminRights> {
    rights.as_ref().map(older_admin)
}

pub(crate) fn admin(ChannelAdminRights::Rights(rights): &ChannelAdminRights) -> ChatAdminRights {
    let invites = rights.invite_users || rights.invite_link;
    admin_rights!(ChatAdminRights, rights, invite_users: invites, ..Default::default())
}

/// What one may do in a channel: until layer 66 by one's role, which was told beside the rights until 91.
pub(crate) fn in_channel(
    rights: &Option<ChannelAdminRights>,
    editor: &bool,
    moderator: &impl IsSet,
) -> Option<ChatAdminRights> {
    match rights {
        Some(rights) => Some(admin(rights)),
        None if *editor => Some(of_role(&ChannelParticipantRole::ChannelRoleEditor)),
        None if moderator.is_set() => Some(of_role(&ChannelParticipantRole::ChannelRoleModerator)),
        None => None,
    }
}

/// Who created a channel may do all that layers before 118 know.
pub(crate) fn of_creator() -> ChatAdminRights {
    let ChatAdminRights::Rights(editor) = of_role(&ChannelParticipantRole::ChannelRoleEditor);
    types::ChatAdminRights { add_admins: true, ..editor }.into()
}

/// An administrator of a basic group could do what members can where they all may change it.
pub(crate) fn in_group(admin: &bool) -> Option<ChatAdminRights> {
    let rights = types::ChatAdminRights {
        change_info: true,
        delete_messages: true,
        ban_users: true,
        invite_users: true,
        pin_messages: true,
        ..Default::default()
    };
    admin.then(|| rights.into())
}

/// What an editor could do: everything but appoint others; a moderator, keep order.
pub(crate) fn of_role(role: &ChannelParticipantRole) -> ChatAdminRights {
    let keeps_order = types::ChatAdminRights {
        delete_messages: true,
        ban_users: true,
        invite_users: true,
        ..Default::default()
    };
    match role {
        ChannelParticipantRole::ChannelRoleEmpty => types::ChatAdminRights::default(),
        ChannelParticipantRole::ChannelRoleModerator => keeps_order,
        ChannelParticipantRole::ChannelRoleEditor => types::ChatAdminRights {
            change_info: true,
            post_messages: true,
            edit_messages: true,
            pin_messages: true,
            ..keeps_order
        },
    }
    .into()
}

pub(crate) fn older_banned(ChatBannedRights::Rights(rights): &ChatBannedRights) -> ChannelBannedRights {
    banned_rights!(ChannelBannedRights, rights,)
}

pub(crate) fn older_banned_option(rights: &Option<ChatBannedRights>) -> Option<ChannelBannedRights> {
    rights.as_ref().map(older_banned)
}

pub(crate) fn banned(ChannelBannedRights::Rights(rights): &ChannelBannedRights) -> ChatBannedRights {
    banned_rights!(ChatBannedRights, rights, ..Default::default())
}

pub(crate) fn banned_option(rights: &Option<ChannelBannedRights>) -> Option<ChatBannedRights> {
    rights.as_ref().map(banned)
}

/// Until layer 66 who was kicked could see nothing any more.
pub(crate) fn of_kicked(kicked: &bool) -> Option<ChatBannedRights> {
    kicked.then(|| types::ChatBannedRights { view_messages: true, ..Default::default() }.into())
}

pub(crate) fn is_admin(rights: &Option<ChatAdminRights>) -> bool {
    rights.is_some()
}

pub(crate) fn is_editor(rights: &Option<ChatAdminRights>) -> bool {
    matches!(rights, Some(ChatAdminRights::Rights(rights)) if rights.post_messages || rights.edit_messages)
}

/// An administrator who is no editor.
pub(crate) fn is_moderator(rights: &Option<ChatAdminRights>) -> bool {
    rights.is_some() && !is_editor(rights)
}

pub(crate) fn is_kicked(rights: &Option<ChatBannedRights>) -> bool {
    matches!(rights, Some(ChatBannedRights::Rights(rights)) if rights.view_messages)
}

/// In a democracy every member could invite others.
pub(crate) fn is_democracy(defaults: &Option<ChatBannedRights>) -> bool {
    matches!(defaults, Some(ChatBannedRights::Rights(rights)) if !rights.invite_users)
}

/// Until layer 91 members of a supergroup could not change it, and invite others only in a democracy.
pub(crate) fn of_democracy(democracy: &bool, megagroup: &bool) -> Option<ChatBannedRights> {
    let banned = types::ChatBannedRights {
        change_info: true,
        invite_users: !*democracy,
        pin_messages: true,
        ..Default::default()
    };
    (*democracy || *megagroup).then(|| banned.into())
}

/// In a basic group either all members or only administrators could change it.
pub(crate) fn only_admins(defaults: &Option<ChatBannedRights>) -> bool {
    matches!(defaults, Some(ChatBannedRights::Rights(rights)) if rights.change_info && rights.invite_users)
}

/// What members of a basic group could do until layer 91.
pub(crate) fn of_admins_enabled(admins_enabled: &bool) -> Option<ChatBannedRights> {
    let only_admins = *admins_enabled;
    let banned = types::ChatBannedRights {
        change_info: only_admins,
        invite_users: only_admins,
        pin_messages: only_admins,
        ..Default::default()
    };
    Some(banned.into())
}

/// Who invited an administrator is told to himself alone: the bit of this field says that it is oneself.
pub(crate) fn own_inviter(is_self: &bool, inviter_id: &Option<i64>) -> Option<i64> {
    inviter_id.filter(|_| *is_self)
}

/// Participants as layers without such rights, or with roles, know them.
pub(crate) fn participant(participant: &ChannelParticipant, layer: i32) -> Option<ChannelParticipant> {
    use ChannelParticipant as Participant;
    let user_id = |peer: &enums::Peer| i32::try_from(super::peer::user_id(peer)).ok();
    let narrow = |id: i64| i32::try_from(id).ok();
    Some(match participant {
        Participant::Admin(admin) => {
            let (user_id, inviter_id) = (narrow(admin.user_id)?, narrow(admin.promoted_by)?);
            let rights = Some(admin.admin_rights.clone());
            match is_editor(&rights) {
                true => types::ChannelParticipantEditor { user_id, inviter_id, date: admin.date }.into(),
                false => types::ChannelParticipantModerator { user_id, inviter_id, date: admin.date }.into(),
            }
        }
        Participant::Banned(banned) => types::ChannelParticipantKicked {
            user_id: user_id(&banned.peer)?,
            kicked_by: narrow(banned.kicked_by)?,
            date: banned.date,
        }
        .into(),
        // Until layer 119 who had left was told as one who may not see the channel.
        Participant::Left(left) if layer >= 68 => types::ChannelParticipantBanned {
            left: true,
            peer: left.peer.clone(),
            banned_rights: types::ChatBannedRights { view_messages: true, ..Default::default() }.into(),
            ..Default::default()
        }
        .into(),
        Participant::Left(left) => {
            types::ChannelParticipantKicked { user_id: user_id(&left.peer)?, kicked_by: 0, date: 0 }.into()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::assert_same;
    use crate::{Encode, decode_exact};

    #[test]
    fn rights_go_there_and_back() {
        let rights: ChatAdminRights = types::ChatAdminRights {
            post_messages: true,
            add_admins: true,
            manage_call: true,
            ..Default::default()
        }
        .into();
        assert_same(admin(&older_admin(&rights)), rights);
        let banned_rights: ChatBannedRights =
            types::ChatBannedRights { send_media: true, until_date: 9, ..Default::default() }.into();
        assert_same(banned(&older_banned(&banned_rights)), banned_rights);
    }

    #[test]
    fn roles_are_rights() {
        let editor = Some(of_role(&ChannelParticipantRole::ChannelRoleEditor));
        let moderator = Some(of_role(&ChannelParticipantRole::ChannelRoleModerator));
        assert!(is_editor(&editor) && !is_moderator(&editor));
        assert!(!is_editor(&moderator) && is_moderator(&moderator));
        assert!(!is_admin(&None) && !is_moderator(&None));
        // Beside rights a role says nothing; it is all that there is without them.
        let post = older_admin(&types::ChatAdminRights { post_messages: true, ..Default::default() }.into());
        assert_same(in_channel(&Some(post.clone()), &false, &true), Some(admin(&post)));
        assert_same(in_channel(&None, &true, &None), editor);
        assert_same(in_channel(&None, &false, &true), moderator);
        assert_same(in_channel(&None, &false, &false), None);
        assert!(is_kicked(&of_kicked(&true)) && !is_kicked(&of_kicked(&false)));
    }

    #[test]
    fn participants_have_roles_until_layer_66() {
        let admin = types::ChannelParticipantAdmin {
            user_id: 5,
            promoted_by: 6,
            admin_rights: of_role(&ChannelParticipantRole::ChannelRoleEditor),
            ..Default::default()
        };
        let through = |value: ChannelParticipant, layer| -> ChannelParticipant {
            decode_exact(&value.to_bytes(layer).unwrap()).unwrap()
        };
        let editor = through(admin.clone().into(), 66);
        assert!(matches!(editor, ChannelParticipant::Editor(editor) if editor.user_id == 5));
        assert!(matches!(through(admin.into(), 230), ChannelParticipant::Admin(_)));
        let left: ChannelParticipant =
            types::ChannelParticipantLeft { peer: types::PeerUser { user_id: 7 }.into() }.into();
        assert!(matches!(participant(&left, 100), Some(ChannelParticipant::Banned(banned)) if banned.left));
        assert!(matches!(participant(&left, 66), Some(ChannelParticipant::Kicked(_))));
    }

    #[test]
    fn a_democracy_lets_everybody_invite() {
        let defaults = |invite_users, change_info| {
            Some(types::ChatBannedRights { invite_users, change_info, ..Default::default() }.into())
        };
        assert!(is_democracy(&defaults(false, true)) && !is_democracy(&defaults(true, true)));
        assert!(!is_democracy(&None));
        assert!(only_admins(&defaults(true, true)) && !only_admins(&defaults(false, true)));
        for given in [false, true] {
            assert_eq!(is_democracy(&of_democracy(&given, &true)), given);
            assert_eq!(only_admins(&of_admins_enabled(&given)), given);
            assert_eq!(is_admin(&in_group(&given)), given);
        }
        assert_same(of_democracy(&false, &false), None);
    }
}
