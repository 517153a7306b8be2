//! Writing a file so that at any moment, power cut included, either the old one or the new one is there, whole.
//!
//! The way: a temporary file in the same folder, written, synced, renamed, and the folder synced. Nothing else is
//! touched before the rename.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::{Builder, NamedTempFile};

use crate::disk;
use crate::error::{Doing, Result, StudioError};

/// Temporary files begin so; hidden, so that a gallery or a file manager passes them by.
const PREFIX: &str = ".aigc-";
const SUFFIX: &str = ".tmp";
/// Names tried before giving up on a free one.
const NAMES: u32 = 10_000;

/// Writes `bytes` to `path`, over what was there. A link stays a link: what it leads to is written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let target = if path.is_symlink() { fs::canonicalize(path).ok() } else { None };
    let path = target.as_deref().unwrap_or(path);
    let file = temporary(path, bytes)?;
    file.persist(path).map_err(|e| disk::write_error(path, bytes.len() as u64, &e.error))?;
    disk::sync_folder(folder_of(path));
    Ok(())
}

/// Writes `bytes` to a file that was not there before, named by the first of `name(0)`, `name(1)`, ... that is
/// free in `folder`, and returns its path. Never overwrites, not even in a race.
pub fn write_new(folder: &Path, name: impl Fn(u32) -> String, bytes: &[u8]) -> Result<PathBuf> {
    let first = folder.join(name(0));
    let mut file = temporary(&first, bytes)?;
    for attempt in 0..NAMES {
        let path = folder.join(name(attempt));
        match file.persist_noclobber(&path) {
            Ok(_) => {
                disk::sync_folder(folder);
                return Ok(path);
            }
            Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => file = e.file,
            Err(e) => {
                // File systems that know neither hard links nor a rename that keeps the target (old FAT drivers):
                // the name is taken with an empty file first.
                file = e.file;
                match OpenOptions::new().write(true).create_new(true).open(&path) {
                    Ok(_) => {
                        file.persist(&path).map_err(|e| {
                            let _ = fs::remove_file(&path);
                            disk::write_error(&path, bytes.len() as u64, &e.error)
                        })?;
                        disk::sync_folder(folder);
                        return Ok(path);
                    }
                    Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(e) => return Err(disk::write_error(&path, bytes.len() as u64, &e)),
                }
            }
        }
    }
    Err(StudioError::io(Doing::Writing, first, &io::ErrorKind::AlreadyExists.into()))
}

/// Creates a folder with all above it, and makes the new names durable.
pub fn create_folder(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let there = folder.ancestors().position(|above| above.is_dir());
    fs::create_dir_all(folder).map_err(|e| StudioError::io(Doing::Creating, folder, &e))?;
    for above in folder.ancestors().skip(1).take(there.unwrap_or(0)) {
        disk::sync_folder(above);
    }
    Ok(())
}

/// Creates `folder` where it is not there, and tries whether files can be written in it.
pub fn check_writable(folder: &Path) -> Result<()> {
    temporary(&folder.join("probe"), b"").map(drop)
}

/// Removes temporary files that a killed program left in `folder`; those of a running one are younger than an hour.
pub fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let old = |at: SystemTime| at.elapsed().is_ok_and(|age| age > Duration::from_secs(3600));
        if name.starts_with(PREFIX)
            && name.ends_with(SUFFIX)
            && entry.metadata().and_then(|m| m.modified()).is_ok_and(old)
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A synced temporary file with `bytes` beside `path`. Dropping it deletes it.
fn temporary(path: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let folder = folder_of(path);
    create_folder(folder)?;
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // As any program would create it: the person's umask decides, not the private mode of temporary files.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let fail = |e: io::Error| disk::write_error(path, bytes.len() as u64, &e);
    let mut file = builder.tempfile_in(folder).map_err(fail)?;
    write_synced(file.as_file_mut(), bytes).map_err(fail)?;
    Ok(file)
}

fn write_synced(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Cause;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn writes_over_and_leaves_nothing_beside() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("new/folder/a.txt");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(path.parent().unwrap()), ["a.txt"]);
    }

    #[test]
    fn a_new_file_never_overwrites() {
        let home = tempfile::tempdir().unwrap();
        let name = |n: u32| if n == 0 { "a.png".to_owned() } else { format!("a-{}.png", n + 1) };
        let paths: Vec<_> =
            (0..3u8).map(|i| write_new(home.path(), name, &[i]).unwrap().file_name().unwrap().to_owned()).collect();
        assert_eq!(paths, ["a.png", "a-2.png", "a-3.png"]);
        assert_eq!(fs::read(home.path().join("a.png")).unwrap(), [0]);
        assert_eq!(names(home.path()).len(), 3);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_names_the_path() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "old").unwrap();
        // A folder below a file cannot be made, not even by an administrator.
        let error = write(&file.join("a.txt"), b"x").unwrap_err();
        assert!(matches!(error.cause(), Cause::Io { path, .. } if path == &file), "{error:?}");
        // Nor can a folder be written over.
        fs::create_dir(home.path().join("folder")).unwrap();
        write(&home.path().join("folder"), b"x").unwrap_err();
        assert_eq!(fs::read(&file).unwrap(), b"old");
        assert_eq!(names(home.path()), ["file", "folder"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let home = tempfile::tempdir().unwrap();
        let (real, link) = (home.path().join("elsewhere/real.toml"), home.path().join("link.toml"));
        write(&real, b"old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write(&link, b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn pictures_are_as_readable_as_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("plain"), "").unwrap();
        write(&home.path().join("ours"), b"").unwrap();
        let mode = |name: &str| fs::metadata(home.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode("plain"), mode("ours"));
    }

    #[test]
    fn sweeping_takes_old_leftovers_only() {
        let home = tempfile::tempdir().unwrap();
        for name in [".aigc-old.tmp", ".aigc-new.tmp", "mine.tmp"] {
            fs::write(home.path().join(name), "").unwrap();
        }
        let old = File::options().write(true).open(home.path().join(".aigc-old.tmp")).unwrap();
        old.set_modified(SystemTime::now() - Duration::from_secs(7200)).unwrap();
        sweep(home.path());
        assert_eq!(names(home.path()), [".aigc-new.tmp", "mine.tmp"]);
    }
}
