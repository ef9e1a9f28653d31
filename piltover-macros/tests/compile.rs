//! What the macros accept, and what they say about what they do not.

// A test that fails panics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

/// Where trybuild builds: the root from which `layers!` finds schema files.
fn project() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    target.join("tests/trybuild").join(env!("CARGO_PKG_NAME"))
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

#[test]
fn macros_compile_or_say_why_not() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    copy(&fixtures, &project().join("fixtures"));
    let tests = trybuild::TestCases::new();
    tests.pass("tests/compile/covered.rs");
    tests.compile_fail("tests/compile/uncovered.rs");
    tests.compile_fail("tests/compile/handlers.rs");
}
