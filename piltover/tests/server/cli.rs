//! The binary: what it explains, and what its log says of a client that is cut off.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use piltover::rules;

fn piltover(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_piltover"));
    command.args(arguments).env("NO_COLOR", "1").env_remove("RUST_LOG");
    command
}

fn printed(arguments: &[&str]) -> String {
    let output = piltover(arguments).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn rules_are_explained_one_by_one_and_listed() {
    let list = printed(&["explain"]);
    assert_eq!(list.lines().count(), rules::ALL.len());
    for rule in rules::ALL {
        let text = printed(&["explain", rule.name]);
        assert!(text.contains(rule.text) && text.contains(rule.link), "{text}");
    }
    assert!(printed(&["explain", "session."]).contains("bad_msg_notification, code 18"));
    assert!(!piltover(&["explain", "nonsense"]).output().unwrap().status.success());
}

#[test]
fn the_log_tells_why_a_connection_was_closed_and_what_came_before() {
    let mut server = piltover(&["run", "--memory", "--bind", "127.0.0.1:0", "--strict", "--dc", "3"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    // A message with a key that nobody has.
    let frame = [&[0xef, 20][..], &[5; 80]].concat();
    stream.write_all(&frame).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert_eq!(answer, [&[1][..], &(-404i32).to_le_bytes()].concat());
    server.kill().unwrap();
    let mut log = String::new();
    server.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    server.wait().unwrap();
    let has = |words: &[&str]| log.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(
        has(&["piltover::rules", "message.auth_key", "got=0505050505050505", "https://core.telegram.org/"]),
        "{log}"
    );
    assert!(has(&["piltover::postmortem", "abridged", "read 82 bytes", "broke message.auth_key"]), "{log}");
}
