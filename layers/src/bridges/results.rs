//! Answers of older layers, made of the newest.

use crate::{enums, types};

/// Answers that only say that it was done.
pub(crate) fn done<T>(_: &T) -> bool {
    true
}

pub(crate) fn invited(
    enums::messages::InvitedUsers::Users(invited): &enums::messages::InvitedUsers,
) -> enums::Updates {
    invited.updates.clone()
}

/// Where a web page must be passed first, older clients are told to look what changed.
pub(crate) fn joined(result: &enums::messages::ChatInviteJoinResult) -> enums::Updates {
    match result {
        enums::messages::ChatInviteJoinResult::Ok(result) => result.updates.clone(),
        enums::messages::ChatInviteJoinResult::WebView(_) => enums::Updates::TooLong,
    }
}

/// The themes of layer 133 cannot be told from the newest ones, so there are none.
pub(crate) fn chat_themes(_: &enums::account::Themes) -> enums::account::ChatThemes {
    types::account::ChatThemes::default().into()
}

pub(crate) fn app_config(config: &enums::help::AppConfig) -> enums::JsonValue {
    match config {
        enums::help::AppConfig::Config(config) => config.config.clone(),
        enums::help::AppConfig::NotModified => types::JsonObject::default().into(),
    }
}

pub(crate) fn filters(
    enums::messages::DialogFilters::Filters(list): &enums::messages::DialogFilters,
) -> Vec<enums::DialogFilter> {
    list.filters.clone()
}

pub(crate) fn readers(readers: &[enums::ReadParticipantDate]) -> Vec<i64> {
    readers.iter().map(|enums::ReadParticipantDate::Date(reader)| reader.user_id).collect()
}

pub(crate) fn peer_settings(
    enums::messages::PeerSettings::Settings(settings): &enums::messages::PeerSettings,
) -> enums::PeerSettings {
    settings.settings.clone()
}

pub(crate) fn web_page(enums::messages::WebPage::Page(page): &enums::messages::WebPage) -> enums::WebPage {
    page.webpage.clone()
}

pub(crate) fn preview(
    enums::messages::WebPagePreview::Preview(preview): &enums::messages::WebPagePreview,
) -> enums::MessageMedia {
    preview.media.clone()
}

/// A further question counts as not reported yet.
pub(crate) fn is_reported(result: &enums::ReportResult) -> bool {
    matches!(result, enums::ReportResult::Reported)
}

pub(crate) fn app_web_view(
    enums::WebViewResult::Url(view): &enums::WebViewResult,
) -> enums::AppWebViewResult {
    types::AppWebViewResultUrl { url: view.url.clone() }.into()
}

pub(crate) fn simple_web_view(
    enums::WebViewResult::Url(view): &enums::WebViewResult,
) -> enums::SimpleWebViewResult {
    types::SimpleWebViewResultUrl { url: view.url.clone() }.into()
}

/// The messages among the forwards; stories had no form.
pub(crate) fn forwards(
    enums::stats::PublicForwards::Forwards(forwards): &enums::stats::PublicForwards,
) -> enums::messages::Messages {
    let messages = forwards.forwards.iter().filter_map(|forward| match forward {
        enums::PublicForward::Message(forward) => Some(forward.message.clone()),
        enums::PublicForward::Story(_) => None,
    });
    types::messages::MessagesSlice {
        count: forwards.count,
        messages: messages.collect(),
        chats: forwards.chats.clone(),
        users: forwards.users.clone(),
        ..Default::default()
    }
    .into()
}

pub(crate) fn may_send(
    enums::stories::CanSendStoryCount::Count(count): &enums::stories::CanSendStoryCount,
) -> bool {
    count.count_remains > 0
}

pub(crate) fn story_ids(stories: &[enums::RecentStory]) -> Vec<i32> {
    stories.iter().map(|enums::RecentStory::Story(story)| story.max_id.unwrap_or_default()).collect()
}

/// Until layer 134 the full user held the user, and came alone.
pub(crate) fn full_user(enums::users::UserFull::Full(answer): &enums::users::UserFull) -> enums::UserFull {
    let enums::UserFull::Full(full) = &answer.full_user;
    let is_it = |user: &&enums::User| match user {
        enums::User::User(user) => user.id == full.id,
        enums::User::Empty(user) => user.id == full.id,
    };
    let user = answer.users.iter().find(is_it).cloned();
    let user = user.unwrap_or_else(|| types::UserEmpty { id: full.id }.into());
    types::UserFull { user: Some(user), ..types::UserFull::clone(full) }.into()
}

/// Until layer 91 there was no way to say that nothing had changed.
pub(crate) fn wallpapers(wallpapers: &enums::account::WallPapers) -> Vec<enums::WallPaper> {
    match wallpapers {
        enums::account::WallPapers::Papers(list) => list.wallpapers.clone(),
        enums::account::WallPapers::NotModified => Vec::new(),
    }
}

/// In layer 155 the answer was the texts without names.
pub(crate) fn bot_texts(enums::bots::BotInfo::Info(info): &enums::bots::BotInfo) -> Vec<String> {
    vec![info.about.clone(), info.description.clone()]
}

/// Until layer 62 news of a version were a text; since, they are messages.
pub(crate) fn changelog(_: &enums::Updates) -> enums::help::AppChangelog {
    enums::help::AppChangelog::Empty
}

pub(crate) fn view_counts(
    enums::messages::MessageViews::Views(answer): &enums::messages::MessageViews,
) -> Vec<i32> {
    let count = |enums::MessageViews::Views(views): &enums::MessageViews| views.views.unwrap_or_default();
    answer.views.iter().map(count).collect()
}

pub(crate) fn is_any<T>(values: &[T]) -> bool {
    !values.is_empty()
}

pub(crate) fn profile_photo(
    enums::photos::Photo::Photo(answer): &enums::photos::Photo,
) -> enums::UserProfilePhoto {
    super::photo::profile_photo(&answer.photo)
}

pub(crate) fn cdn_hashes(hashes: &[enums::FileHash]) -> Vec<enums::CdnFileHash> {
    let of_hash = |enums::FileHash::Hash(hash): &enums::FileHash| {
        let offset = i32::try_from(hash.offset).ok()?;
        Some(types::CdnFileHash { offset, limit: hash.limit, hash: hash.hash.clone() }.into())
    };
    hashes.iter().filter_map(of_hash).collect()
}

/// The other way, as answers of layers 70 to 75 are read.
pub(crate) fn file_hashes(hashes: &[enums::CdnFileHash]) -> Vec<enums::FileHash> {
    let hash = |enums::CdnFileHash::Hash(hash): &enums::CdnFileHash| {
        let (offset, limit, hash) = (i64::from(hash.offset), hash.limit, hash.hash.clone());
        types::FileHash { offset, limit, hash }.into()
    };
    hashes.iter().map(hash).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Encoder, Method, Reader, functions};

    fn answer<M: Method>(id: u32, answer: &M::Answer, layer: i32) -> Vec<u8> {
        let mut encoder = Encoder::new(layer);
        M::encode_answer(id, answer, &mut encoder);
        encoder.finish().unwrap()
    }

    /// Layer 133 expects the user inside of the full user, newer layers beside it.
    #[test]
    fn the_full_user_of_layer_133_holds_the_user() {
        let full = enums::users::UserFull::from(types::users::UserFull {
            full_user: types::UserFull { id: 7, about: Some("about".into()), ..Default::default() }.into(),
            chats: Vec::new(),
            users: vec![
                types::UserEmpty { id: 6 }.into(),
                types::User { id: 7, ..Default::default() }.into(),
            ],
        });
        let enums::UserFull::Full(older) = full_user(&full);
        assert!(matches!(older.user, Some(enums::User::User(user)) if user.id == 7));

        let id =
            functions::users::GetFullUser::VERSIONS.iter().find(|version| version.stands_in(133)).unwrap().id;
        let bytes = answer::<functions::users::GetFullUser>(id, &full, 133);
        assert_eq!(Reader::new(&bytes).word().unwrap(), 0xd697_ff05);
    }

    #[test]
    fn hashes_of_a_file_go_there_and_back() {
        let hashes = [types::CdnFileHash { offset: 5, limit: 6, hash: vec![7] }.into()];
        crate::bridges::assert_same(cdn_hashes(&file_hashes(&hashes)), hashes.to_vec());
    }

    #[test]
    fn a_further_question_is_no_report_yet() {
        assert!(is_reported(&enums::ReportResult::Reported));
        let question = types::ReportResultAddComment { optional: true, option: vec![1] };
        assert!(!is_reported(&question.into()));
    }

    #[test]
    fn stories_that_forwarded_a_message_are_left_out() {
        let message =
            types::PublicForwardMessage { message: types::MessageEmpty { id: 5, peer_id: None }.into() };
        let story = types::PublicForwardStory {
            peer: types::PeerUser { user_id: 1 }.into(),
            story: types::StoryItemDeleted { id: 2 }.into(),
        };
        let found = types::stats::PublicForwards {
            count: 2,
            forwards: vec![story.into(), message.into()],
            ..Default::default()
        };
        let enums::messages::Messages::Slice(slice) = forwards(&found.into()) else { panic!() };
        assert!(matches!(&slice.messages[..], [enums::Message::Empty(message)] if message.id == 5));
    }
}
