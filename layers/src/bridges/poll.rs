//! Polls: answers by their bytes, or by their place since layer 224.

use crate::{enums, types};

fn answers(enums::Poll::Poll(poll): &enums::Poll) -> impl Iterator<Item = Option<&Vec<u8>>> {
    poll.answers.iter().map(|answer| match answer {
        enums::PollAnswer::Answer(answer) => Some(&answer.option),
        enums::PollAnswer::InputPollAnswer(_) => None,
    })
}

/// The places of the answers that these bytes name.
pub(crate) fn indexes(poll: &enums::Poll, correct: &Option<Vec<Vec<u8>>>) -> Option<Vec<i32>> {
    let place = |option: &Vec<u8>| answers(poll).position(|answer| answer == Some(option));
    let places = correct.as_ref()?.iter().filter_map(place);
    Some(places.filter_map(|place| i32::try_from(place).ok()).collect())
}

/// The bytes of the answers at these places.
pub(crate) fn options(poll: &enums::Poll, correct: &Option<Vec<i32>>) -> Option<Vec<Vec<u8>>> {
    let option = |place: &i32| answers(poll).nth(usize::try_from(*place).ok()?).flatten().cloned();
    Some(correct.as_ref()?.iter().filter_map(option).collect())
}

/// An answer that a client proposed, as a finished one.
pub(crate) fn answer(answer: &enums::PollAnswer, _: i32) -> Option<enums::PollAnswer> {
    let enums::PollAnswer::InputPollAnswer(answer) = answer else { return None };
    Some(types::PollAnswer { text: answer.text.clone(), ..Default::default() }.into())
}

/// The votes of users; until layer 158 nobody else could vote.
pub(crate) fn user_votes(votes: &[enums::MessagePeerVote]) -> Vec<enums::MessageUserVote> {
    use enums::{MessagePeerVote as Vote, Peer};
    let user = |peer: &Peer| match peer {
        Peer::User(user) => Some(user.user_id),
        _ => None,
    };
    let vote = |vote: &Vote| {
        Some(match vote {
            Vote::Vote(vote) => types::MessageUserVote {
                user_id: user(&vote.peer)?,
                option: vote.option.clone(),
                date: vote.date,
            }
            .into(),
            Vote::InputOption(vote) => {
                types::MessageUserVoteInputOption { user_id: user(&vote.peer)?, date: vote.date }.into()
            }
            Vote::Multiple(vote) => types::MessageUserVoteMultiple {
                user_id: user(&vote.peer)?,
                options: vote.options.clone(),
                date: vote.date,
            }
            .into(),
        })
    };
    votes.iter().filter_map(vote).collect()
}

pub(crate) fn votes_of_users(votes: &[enums::MessageUserVote]) -> Vec<enums::MessagePeerVote> {
    use super::peer::user;
    use enums::MessageUserVote as Vote;
    let vote = |vote: &Vote| match vote {
        Vote::Vote(vote) => {
            types::MessagePeerVote { peer: user(&vote.user_id), option: vote.option.clone(), date: vote.date }
                .into()
        }
        Vote::InputOption(vote) => {
            types::MessagePeerVoteInputOption { peer: user(&vote.user_id), date: vote.date }.into()
        }
        Vote::Multiple(vote) => types::MessagePeerVoteMultiple {
            peer: user(&vote.user_id),
            options: vote.options.clone(),
            date: vote.date,
        }
        .into(),
    };
    votes.iter().map(vote).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridges::text::with_entities;

    fn poll(options: &[&[u8]]) -> enums::Poll {
        let answer = |option: &&[u8]| {
            let answer = types::PollAnswer { option: option.to_vec(), ..Default::default() };
            enums::PollAnswer::from(answer)
        };
        types::Poll { answers: options.iter().map(answer).collect(), ..Default::default() }.into()
    }

    #[test]
    fn answers_are_bytes_or_places() {
        let poll = poll(&[b"x", b"y", b"z"]);
        let bytes = Some(vec![b"z".to_vec(), b"x".to_vec()]);
        assert_eq!(indexes(&poll, &bytes), Some(vec![2, 0]));
        assert_eq!(options(&poll, &Some(vec![2, 0])), bytes);
        assert_eq!(indexes(&poll, &None), None);
    }

    #[test]
    fn places_that_do_not_exist_are_no_answers() {
        let poll = poll(&[b"x"]);
        assert_eq!(indexes(&poll, &Some(vec![b"q".to_vec()])), Some(Vec::new()));
        assert_eq!(options(&poll, &Some(vec![-1, 1, i32::MAX])), Some(Vec::new()));
    }

    #[test]
    fn an_answer_that_was_proposed_keeps_its_text() {
        let proposed = types::InputPollAnswer { text: with_entities("new"), media: None };
        let Some(enums::PollAnswer::Answer(answer)) = answer(&proposed.into(), 200) else { panic!() };
        assert_eq!(crate::bridges::text::plain(&answer.text), "new");
    }

    #[test]
    fn channels_did_not_vote() {
        let vote = |peer: enums::Peer| types::MessagePeerVote { peer, option: vec![1], date: 3 }.into();
        let votes =
            [vote(types::PeerUser { user_id: 5 }.into()), vote(types::PeerChannel { channel_id: 6 }.into())];
        let votes = user_votes(&votes);
        crate::bridges::assert_same(user_votes(&votes_of_users(&votes)), votes.clone());
        let [enums::MessageUserVote::Vote(vote)] = votes.as_slice() else { panic!("{votes:?}") };
        assert_eq!((vote.user_id, vote.date), (5, 3));
    }
}
