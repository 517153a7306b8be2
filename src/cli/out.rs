//! Printing for commands. Nothing here panics: the reader may have gone (`| head`), and the disk of the output may be
//! full.

use std::fmt::Display;
use std::io::{self, Write};

use crate::error::{Cause, Result, StudioError, plain};
use crate::lang::Both;

/// Bytes on stdout, at once.
pub fn bytes(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|e| failed(&e))
}

/// A line on stdout, at once.
pub fn line(text: impl Display) -> Result<()> {
    bytes(format!("{text}\n").as_bytes())
}

/// A path as a line on stdout: its own bytes, so that a script finds the file, whatever its name.
pub fn path(path: &std::path::Path) -> Result<()> {
    #[cfg(unix)]
    let mut line = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec();
    #[cfg(not(unix))]
    let mut line = path.display().to_string().into_bytes();
    line.push(b'\n');
    bytes(&line)
}

/// A line on stderr, for a person. Failures are ignored.
pub fn note(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Why stdout could not be written.
pub fn failed(error: &io::Error) -> StudioError {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Cause::OutputClosed.into(),
        kind => {
            let full = matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
            let reason = Both::new(error.to_string(), plain(error).zh);
            StudioError::from(Cause::OutputFailed { full, reason }).with_details(error)
        }
    }
}

/// Whether a path leads to where stdout goes: `-`, or `/dev/stdout` under any of its names.
pub fn is_stdout(path: &std::path::Path) -> bool {
    path.as_os_str() == "-" || (crate::store::is_stream(path) && same_as_stdout(path))
}

#[cfg(unix)]
fn same_as_stdout(path: &std::path::Path) -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;
    let out = io::stdout().as_fd().try_clone_to_owned().map(std::fs::File::from).and_then(|out| out.metadata());
    let (Ok(out), Ok(there)) = (out, std::fs::metadata(path)) else { return false };
    (out.dev(), out.ino()) == (there.dev(), there.ino())
}

#[cfg(not(unix))]
fn same_as_stdout(_: &std::path::Path) -> bool {
    false
}
