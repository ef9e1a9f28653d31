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
