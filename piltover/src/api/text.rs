//! The text of messages, and its entities.
//!
//! <https://core.telegram.org/api/entities>

use std::cmp::Reverse;

use piltover_layers::{Encode, NEWEST, enums, types};

use super::App;
use crate::dispatch::RpcError;

/// The longest text of a message, in characters; `help.getConfig` tells it.
pub(super) const MAX_TEXT: usize = 4096;
/// The most entities of one message.
const MAX_ENTITIES: usize = 1000;

impl App {
    /// Checks the text of a new message and its entities, and gives these as they are stored: in the order of the text, an
    /// outer one before those in it. TDLib sends them in groups of their kinds, and most clients show them as they come.
    pub(super) async fn checked_text(
        &self,
        viewer: i64,
        text: &str,
        entities: Vec<enums::MessageEntity>,
    ) -> Result<Vec<u8>, RpcError> {
        if text.trim().is_empty() {
            return Err(RpcError::bad_request("MESSAGE_EMPTY"));
        }
        if text.chars().count() > MAX_TEXT {
            return Err(RpcError::bad_request("MESSAGE_TOO_LONG"));
        }
        if entities.len() > MAX_ENTITIES {
            return Err(RpcError::bad_request("ENTITIES_TOO_LONG"));
        }
        let len = text.encode_utf16().count();
        let mut checked = Vec::with_capacity(entities.len());
        for entity in entities {
            if !is_within(&entity, len) {
                return Err(RpcError::bad_request("ENTITY_BOUNDS_INVALID"));
            }
            checked.push(self.named(viewer, entity).await?);
        }
        checked.sort_by_key(|entity| {
            let (offset, length) = bounds(entity);
            (offset, Reverse(length))
        });
        checked.to_bytes(NEWEST).map_err(|_| RpcError::bad_request("ENTITIES_TOO_LONG"))
    }

    /// What clients send to mention a user without a username becomes what they receive.
    async fn named(
        &self,
        viewer: i64,
        entity: enums::MessageEntity,
    ) -> Result<enums::MessageEntity, RpcError> {
        let enums::MessageEntity::InputMessageEntityMentionName(mention) = entity else { return Ok(entity) };
        let user_id = self.input_user(viewer, &mention.user_id).await?;
        let user_id = user_id.ok_or_else(|| RpcError::bad_request("ENTITY_MENTION_USER_INVALID"))?;
        let types::InputMessageEntityMentionName { offset, length, .. } = mention;
        Ok(types::MessageEntityMentionName { offset, length, user_id }.into())
    }
}

/// Whether an entity lies within a text of `len` UTF-16 code units.
fn is_within(entity: &enums::MessageEntity, len: usize) -> bool {
    let (offset, length) = bounds(entity);
    let (Ok(offset), Ok(length)) = (usize::try_from(offset), usize::try_from(length)) else { return false };
    length > 0 && offset.checked_add(length).is_some_and(|end| end <= len)
}

fn bounds(entity: &enums::MessageEntity) -> (i32, i32) {
    use enums::MessageEntity as E;
    macro_rules! bounds {
        ($($variant:ident)*) => {
            match entity { $(E::$variant(entity) => (entity.offset, entity.length),)* }
        };
    }
    bounds!(Unknown Mention Hashtag BotCommand Url Email Bold Italic Code Pre TextUrl MentionName
        InputMessageEntityMentionName Phone Cashtag Underline Strike BankCard Spoiler CustomEmoji Blockquote
        FormattedDate DiffInsert DiffReplace DiffDelete TonAddress)
}
