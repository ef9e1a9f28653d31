//! The command line as scripts use it: what is printed where, and the exit codes.

#![allow(clippy::unwrap_used)]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

fn tl(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_piltover"));
    command.arg("tl").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

#[test]
fn values_go_through_pipes() {
    let json = r#"{"_": "peerUser", "user_id": "42"}"#;
    let encoded = tl(&["encode"], json);
    assert_eq!(stdout(&encoded), "221751592a00000000000000\n");
    let decoded = tl(&["decode", "-"], stdout(&encoded));
    assert_eq!(stdout(&decoded), "{\n  \"_\": \"peerUser\",\n  \"user_id\": 42\n}\n");
}

#[test]
fn failures_are_told_on_the_standard_error_alone() {
    let output = tl(&["decode", "22175159"], "");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "");
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error, "error: peerUser.user_id: at byte 4: 8 bytes needed, 0 left\n");
}

#[test]
fn findings_set_the_exit_code() {
    let good = tl(&["lint", "-"], "a = A;\n---functions---\nget = A;\n// LAYER 1\n");
    assert_eq!((good.status.code(), stdout(&good)), (Some(0), ""));
    let bad = tl(&["lint", "-", "--json"], "a#1 = A;\n---functions---\nget = A;\n// LAYER 1\n");
    assert_eq!(bad.status.code(), Some(1));
    assert!(stdout(&bad).contains("\"wrong-id\""));
}

#[test]
fn nobody_sees_colours_in_a_pipe() {
    for arguments in [&["layers"][..], &["find", "Peer"], &["history", "message"], &["plan", "--summary"]] {
        let output = tl(arguments, "");
        assert!(output.status.success(), "{arguments:?}");
        assert!(!stdout(&output).is_empty() && !output.stdout.contains(&0x1b), "{arguments:?}");
    }
}
