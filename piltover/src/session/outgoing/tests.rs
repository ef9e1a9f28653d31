use super::*;
use crate::limits::MAX_UNACKED_BYTES;

const NOW: Timestamp = Timestamp(1_700_000_000_500_000_000);

fn body(n: u8) -> Vec<u8> {
    vec![n; 8]
}

#[test]
fn ids_rise_and_tell_what_a_message_is() {
    let mut outgoing = Outgoing::default();
    outgoing.push(Kind::Answer(4), body(1));
    let first = outgoing.flush(NOW, 1, usize::MAX).remove(0);
    outgoing.push(Kind::Update, body(2));
    let second = outgoing.flush(Timestamp(NOW.0 - 1_000_000_000), 1, usize::MAX).remove(0);
    assert_eq!((first.msg_id >> 32, first.msg_id % 4, first.seq_no), (1_700_000_000, 1, 1));
    assert!(second.msg_id > first.msg_id, "even when the clock goes back");
    assert_eq!((second.msg_id % 4, second.seq_no), (3, 3));
    outgoing.push(Kind::Reply, body(3));
    assert_eq!(outgoing.flush(NOW, 1, usize::MAX)[0].seq_no, 4);
}

#[test]
fn updates_are_apart_from_the_rest() {
    let mut outgoing = Outgoing::default();
    for (kind, n) in
        [(Kind::Answer(4), 1), (Kind::Reply, 2), (Kind::Update, 3), (Kind::Update, 4), (Kind::Answer(8), 5)]
    {
        outgoing.push(kind, body(n));
    }
    let sent = outgoing.flush(NOW, 1, usize::MAX);
    let bodies: Vec<Vec<u8>> = sent
        .iter()
        .map(|message| match container::is_container(&message.body) {
            true => container::decode(&message.body).unwrap().iter().map(|inner| inner.body[0]).collect(),
            false => vec![message.body[0]],
        })
        .collect();
    assert_eq!(bodies, [vec![1, 2], vec![3, 4], vec![5]]);
    for message in &sent {
        if container::is_container(&message.body) {
            let inner = container::decode(&message.body).unwrap();
            assert!(
                inner.iter().all(|inner| inner.msg_id < message.msg_id && inner.seq_no <= message.seq_no)
            );
        }
    }
}

#[test]
fn acknowledgments_travel_with_whatever_is_first() {
    for kind in [Kind::Update, Kind::Answer(4)] {
        let mut outgoing = Outgoing::default();
        outgoing.ack(8);
        outgoing.push(kind, body(1));
        let sent = outgoing.flush(NOW, 1, 1);
        let inner = container::decode(&sent[0].body).unwrap();
        assert_eq!(inner.len(), 2);
        assert_eq!(inner[1].body, body(1));
        assert!(!outgoing.is_waiting() && !outgoing.has_acks());
        outgoing.ack(12);
        assert_eq!(outgoing.flush(NOW, 1, usize::MAX).len(), 1, "nothing else is there");
    }
}

#[test]
fn acknowledgments_come_behind_what_is_sent_again() {
    let mut outgoing = Outgoing::default();
    outgoing.push(Kind::Answer(4), body(1));
    let old = outgoing.flush(NOW, 1, usize::MAX).remove(0);
    outgoing.resend_all(NOW);
    outgoing.ack(8);
    outgoing.push(Kind::Update, body(2));
    let sent = outgoing.flush(NOW, 2, usize::MAX);
    let inner = container::decode(&sent[0].body).unwrap();
    assert_eq!((inner.len(), inner[0].msg_id), (2, old.msg_id));
    assert!(inner[1].msg_id > old.msg_id);
    assert_eq!(sent[1].body[..], body(2));
}

#[test]
fn what_is_not_acknowledged_is_sent_again_as_it_was() {
    let mut outgoing = Outgoing::default();
    outgoing.push(Kind::Answer(4), body(1));
    outgoing.push(Kind::Update, body(2));
    let sent = outgoing.flush(NOW, 1, usize::MAX);
    outgoing.acked(&[sent[0].msg_id]);
    outgoing.resend_all(NOW);
    outgoing.resend_all(NOW);
    assert_eq!(outgoing.flush(NOW, 1, usize::MAX), sent[1..]);
    outgoing.acked(&[sent[1].msg_id]);
    outgoing.resend_all(NOW);
    assert!(outgoing.flush(NOW, 1, usize::MAX).is_empty());
    assert_eq!(outgoing.unacked.counted(), (0, 0));
}

#[test]
fn what_is_too_old_is_given_up() {
    let mut outgoing = Outgoing::default();
    outgoing.push(Kind::Answer(4), body(1));
    outgoing.push(Kind::Update, body(2));
    outgoing.flush(NOW, 1, usize::MAX);
    let later = Timestamp(NOW.0 + 300_000_000_000);
    outgoing.resend_all(later);
    let sent = outgoing.flush(later, 1, usize::MAX);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].body[..], 0xe317_af7e_u32.to_le_bytes());
}

#[test]
fn an_answer_is_an_acknowledgment() {
    let mut outgoing = Outgoing::default();
    outgoing.ack(4);
    outgoing.ack(8);
    outgoing.push(Kind::Answer(4), body(1));
    let sent = outgoing.flush(NOW, 1, usize::MAX).remove(0);
    let inner = container::decode(&sent.body).unwrap();
    let enums::MsgsAck::Ack(ack) = piltover_layers::decode_exact(&inner[0].body).unwrap();
    assert_eq!(ack.msg_ids, [8]);
}

#[test]
fn too_many_updates_become_one() {
    let mut outgoing = Outgoing::default();
    for _ in 0..MAX_WAITING_UPDATES + 10 {
        outgoing.push_update(body(1).into());
    }
    let sent = outgoing.flush(NOW, 1, usize::MAX);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].body[..], 0xe317_af7e_u32.to_le_bytes());
    outgoing.push_update(body(1).into());
    assert_eq!(outgoing.flush(NOW, 1, usize::MAX)[0].body[..], body(1));
}

#[test]
fn containers_and_memory_are_limited() {
    let mut outgoing = Outgoing::default();
    for n in 0..250 {
        outgoing.push(Kind::Answer(n), body(1));
    }
    assert_eq!(outgoing.flush(NOW, 1, usize::MAX).len(), 3);
    for n in 0..20 {
        outgoing.push(Kind::Answer(n), vec![0; 1 << 20]);
    }
    assert_eq!(outgoing.flush(NOW, 1, usize::MAX).len(), 20);
    let (bytes, answers) = outgoing.unacked.counted();
    assert!(bytes <= MAX_UNACKED_BYTES && answers < 20);
}

#[test]
fn what_went_over_a_lost_connection_goes_over_another() {
    let mut outgoing = Outgoing::default();
    outgoing.push(Kind::Answer(4), body(1));
    outgoing.flush(NOW, 1, usize::MAX);
    outgoing.push(Kind::Answer(8), body(2));
    let second = outgoing.flush(NOW, 2, usize::MAX);
    outgoing.lost(2, NOW);
    assert_eq!(outgoing.flush(NOW, 1, usize::MAX), second);
    outgoing.lost(2, NOW);
    assert!(outgoing.flush(NOW, 1, usize::MAX).is_empty(), "it went over the first one now");
}

#[test]
fn another_connection_gets_what_was_not_acknowledged_for_long() {
    let mut outgoing = Outgoing::default();
    outgoing.push(Kind::Answer(4), body(1));
    let sent = outgoing.flush(NOW, 1, usize::MAX);
    outgoing.resend_late(NOW);
    assert!(outgoing.flush(NOW, 2, usize::MAX).is_empty());
    let later = Timestamp(NOW.0 + 10_000_000_000);
    outgoing.resend_late(later);
    assert_eq!(outgoing.flush(later, 2, usize::MAX), sent);
}

#[test]
fn of_long_messages_a_new_connection_is_told() {
    let mut outgoing = Outgoing::default();
    outgoing.push(Kind::Answer(4), vec![1; MAX_RESENT + 4]);
    outgoing.push(Kind::Update, vec![2; MAX_RESENT + 4]);
    let sent = outgoing.flush(NOW, 1, usize::MAX);
    outgoing.resend_all(NOW);
    let told = outgoing.flush(NOW, 2, usize::MAX).remove(0);
    let told = container::decode(&told.body).unwrap();
    let info = |index: usize| piltover_layers::decode_exact(&told[index].body).unwrap();
    let enums::MsgDetailedInfo::Info(answer) = info(0) else { panic!() };
    assert_eq!((answer.msg_id, answer.answer_msg_id), (4, sent[0].msg_id));
    let enums::MsgDetailedInfo::MsgNewDetailedInfo(update) = info(1) else { panic!() };
    assert_eq!((update.answer_msg_id, update.bytes), (sent[1].msg_id, MAX_RESENT as i32 + 4));
    outgoing.resend(&[sent[0].msg_id]);
    assert_eq!(outgoing.flush(NOW, 2, usize::MAX), sent[..1], "when it asks");
}

#[test]
fn one_message_at_a_time_is_enough_for_http() {
    let mut outgoing = Outgoing::default();
    outgoing.push(Kind::Answer(4), body(1));
    outgoing.push(Kind::Update, body(2));
    assert_eq!(outgoing.flush(NOW, 1, 1).len(), 1);
    assert!(outgoing.is_waiting());
    assert_eq!(outgoing.flush(NOW, 1, 1)[0].body[..], body(2));
}

#[test]
fn what_is_sent_again_goes_first_and_the_rest_stays_in_order() {
    let mut outgoing = Outgoing::default();
    for n in 1..=2 {
        outgoing.push(Kind::Answer(n * 4), body(n as u8));
    }
    outgoing.flush(NOW, 1, usize::MAX);
    outgoing.push(Kind::Reply, body(3));
    outgoing.push(Kind::Answer(12), body(4));
    outgoing.resend_all(NOW);
    outgoing.ack(16);
    let sent = outgoing.flush(NOW, 2, usize::MAX).remove(0);
    let inner = container::decode(&sent.body).unwrap();
    assert!(inner.is_sorted_by_key(|message| message.msg_id) && inner.len() == 5);
    let first: Vec<u8> = inner.iter().map(|message| message.body[0]).collect();
    assert_eq!((&first[..2], &first[3..]), (&[1, 2][..], &[3, 4][..]));
}

#[test]
fn an_answer_is_never_far_behind_a_client_that_is_ahead() {
    let mut outgoing = Outgoing::default();
    let id_for = |outgoing: &mut Outgoing, request: i64| {
        outgoing.push(Kind::Answer(request), body(1));
        outgoing.flush(NOW, 1, usize::MAX)[0].msg_id
    };
    for ahead in [0, 9, 29] {
        let request = NOW.msg_id() + (ahead << 32);
        let msg_id = id_for(&mut outgoing, request);
        assert!(request - msg_id < 15 << 32 && msg_id - NOW.msg_id() < 30 << 32, "{ahead} s");
    }
    assert!(
        id_for(&mut outgoing, NOW.msg_id()) > NOW.msg_id() + (18 << 32),
        "no id is lower than one before"
    );
}

#[test]
fn what_was_taken_back_can_be_asked_for_again() {
    let mut outgoing = Outgoing::default();
    outgoing.push(Kind::Update, body(1));
    let sent = outgoing.flush(NOW, 1, usize::MAX);
    outgoing.resend(&[sent[0].msg_id, sent[0].msg_id]);
    for _ in 0..=MAX_WAITING_UPDATES {
        outgoing.push_update(body(2).into());
    }
    assert_eq!(outgoing.flush(NOW, 1, usize::MAX).len(), 1, "one that says that there were too many");
    outgoing.resend(&[sent[0].msg_id, sent[0].msg_id]);
    assert_eq!(outgoing.flush(NOW, 1, usize::MAX), sent);
}
