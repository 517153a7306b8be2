//! The command line as a person or a script uses it: exit codes, stdout, stderr, files. Each test has a home folder of
//! its own, and tiny models made on the spot.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests fail aloud and start servers of their own"
)]

mod about;
mod inspect;
mod models;
mod oldest;
mod pictures;
#[path = "../files/server/mod.rs"]
mod server;
mod shell;
mod text;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use aigc_studio::engine;
use sha2::Digest;

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aigc-studio"));
        // Nothing of the machine's own settings, and a hub that refuses at once.
        command.args(args).env("AIGC_STUDIO_HOME", self.0.path()).env("LC_ALL", "C");
        command.env("HF_ENDPOINT", "http://127.0.0.1:9").env("AIGC_STUDIO_PYTHON", "/nonexistent/python");
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// A tiny picture model in a folder.
    fn tiny_picture_model(&self) -> String {
        let folder = self.path("tiny");
        std::fs::create_dir_all(&folder).unwrap();
        engine::image::sticker::testing::tiny_sticker(&folder).unwrap();
        folder.display().to_string()
    }

    /// A tiny language model.
    fn tiny_text_model(&self) -> String {
        let path = self.path("tiny.gguf");
        engine::text::testing::tiny_gguf(&path).unwrap();
        path.display().to_string()
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The exit code is `code`, stdout is empty, and stderr has every one of `words`.
#[track_caller]
fn refuses(output: &Output, code: i32, words: &[&str]) {
    let err = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{err}");
    assert!(output.stdout.is_empty(), "{}", stdout(output));
    assert!(!err.contains("panicked"), "{err}");
    for word in words {
        assert!(err.contains(word), "no {word:?} in: {err}");
    }
}

fn json(output: &Output) -> serde_json::Value {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    let text = stdout(output);
    assert_eq!(text.trim().lines().count(), 1, "one object and nothing else: {text}");
    serde_json::from_str(&text).unwrap()
}

fn with_stdin(home: &Home, args: &[&str], text: &str) -> Output {
    use std::io::Write;
    let mut child =
        home.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}
