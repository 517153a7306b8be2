//! Names the commit that is built: `AIGC_STUDIO_COMMIT`, for About and for bug reports; on Windows, adds the icon and the
//! version to the program.
//!
//! A package that is built from an archive may set that variable itself. Without it and without a `.git` the commit is
//! `unknown`: nothing here fails a build.

#![allow(clippy::print_stdout, reason = "cargo reads what a build script prints")]

#[cfg(windows)]
#[path = "packaging/windows/resource.rs"]
mod resource;

use std::path::{Path, PathBuf};
use std::process::Command;

const NAME: &str = "AIGC_STUDIO_COMMIT";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={NAME}");
    let given = std::env::var(NAME).ok().map(|commit| commit.trim().to_owned()).filter(|commit| is_plain(commit));
    let commit = given.or_else(commit).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env={NAME}={commit}");
    #[cfg(windows)]
    resource::embed();
}

/// One short word: it goes into a line that cargo reads.
fn is_plain(commit: &str) -> bool {
    (1..=64).contains(&commit.len()) && commit.chars().all(|c| c.is_ascii_alphanumeric() || "-._+".contains(c))
}

/// The commit of this folder's own repository; that of another one around it says nothing.
fn commit() -> Option<String> {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
    // A file in a worktree.
    if !root.join(".git").exists() {
        return None;
    }
    watch(&root);
    git(&root, &["rev-parse", "--short=12", "HEAD"]).filter(|commit| is_plain(commit))
}

/// This program runs again when another commit is checked out, or a new one is made.
fn watch(root: &Path) {
    let branch = git(root, &["symbolic-ref", "-q", "HEAD"]);
    // A branch without a file of its own is in the list of packed ones; the log of HEAD grows with each commit.
    for name in ["HEAD", "logs/HEAD", "packed-refs"].into_iter().chain(branch.as_deref()) {
        let Some(path) = git(root, &["rev-parse", "--git-path", name]) else { continue };
        let path = root.join(path);
        // A file that is not there would count as changed each time.
        if path.is_file() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
}

/// What git prints; nothing where it fails or is not installed.
fn git(root: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(root).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}
