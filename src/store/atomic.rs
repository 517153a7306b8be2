//! Atomic writes: at any moment, also after a power cut, the file is either the old one or the new one, complete.
//!
//! A temporary file in the same folder is written, synced and renamed, then the folder is synced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::{Builder, NamedTempFile};

use crate::disk;
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::Both;

/// Temporary files begin so; hidden, so that a gallery or a file manager passes them by.
const PREFIX: &str = ".aigc-";
const SUFFIX: &str = ".tmp";
/// Names tried before giving up on a free one.
const NAMES: u32 = 10_000;

/// Links that lead to one another at most, as the system has it.
const LINKS: usize = 40;

/// What a write to a path reaches.
enum Target {
    /// A regular file, or a name that is free: a new file takes it by a rename.
    File(PathBuf),
    /// A device, a pipe, or a file that a process has open (`/dev/stdout`, `/dev/fd/3`): a rename would put a file in
    /// its place, so the bytes go into it.
    Stream { path: PathBuf, may_wait: bool },
}

/// Writes `bytes` to `path`, over what was there. A link stays a link: what it leads to is written. Refuses what can
/// let the writer wait (a pipe without a reader).
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    match target(path)? {
        Target::File(path) => replace(&path, bytes),
        Target::Stream { path, may_wait: true } => {
            let what = Both::new("it is a pipe", "它是一个管道");
            Err(Cause::NotAFile { path, what }.into())
        }
        Target::Stream { path, .. } => stream(&path, bytes),
    }
}

/// As [`write`], into pipes too: for a thread that may wait for their readers.
///
/// # Errors
/// The disk is full, or the folder cannot be written to.
pub fn write_anywhere(path: &Path, bytes: &[u8]) -> Result<()> {
    match target(path)? {
        Target::File(path) => replace(&path, bytes),
        Target::Stream { path, .. } => stream(&path, bytes),
    }
}

/// Whether a write to `path` goes into a device, a pipe or an open file.
pub fn is_stream(path: &Path) -> bool {
    matches!(target(path), Ok(Target::Stream { .. }))
}

fn target(path: &Path) -> Result<Target> {
    let mut place = path.to_owned();
    for _ in 0..LINKS {
        let Ok(to) = fs::read_link(&place) else { break };
        if is_open_file(&place) {
            return Ok(Target::Stream {
                may_wait: fs::metadata(&place).is_ok_and(|about| may_wait(&about)),
                path: place,
            });
        }
        place = folder_of(&place).join(to);
    }
    let what = match fs::metadata(&place) {
        Ok(about) if about.is_dir() => Both::new("it is a folder", "它是一个文件夹"),
        Ok(about) if is_disk(&about) => Both::new("it is a disk", "它是一个磁盘"),
        Ok(about) if !about.is_file() => return Ok(Target::Stream { path: place, may_wait: may_wait(&about) }),
        Err(_) if place.is_symlink() => Both::new("its symbolic links form a loop", "它的链接形成了循环"),
        // `a/` and `..` name folders, also where there are none.
        Err(_) if place.file_name().is_none() || ends_with_separator(&place) => {
            Both::new("it names no file", "它不是文件名")
        }
        _ => return Ok(Target::File(place)),
    };
    Err(Cause::NotAFile { path: path.to_owned(), what }.into())
}

fn ends_with_separator(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().last().is_some_and(|&last| std::path::is_separator(last.into()))
}

/// Whether a link is one of `/proc/self/fd`, which do not lead where they say.
fn is_open_file(link: &Path) -> bool {
    cfg!(target_os = "linux") && fs::canonicalize(folder_of(link)).is_ok_and(|folder| folder.starts_with("/proc"))
}

#[cfg(unix)]
fn is_disk(about: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_block_device(&about.file_type())
}

#[cfg(unix)]
fn may_wait(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    about.file_type().is_fifo() || about.file_type().is_socket()
}

#[cfg(not(unix))]
fn is_disk(_: &fs::Metadata) -> bool {
    false
}

#[cfg(not(unix))]
fn may_wait(_: &fs::Metadata) -> bool {
    false
}

/// Replaces a regular file, if any, by a new one with `bytes` and the old one's permissions.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let file = temporary(path, bytes)?;
    if let Ok(old) = fs::metadata(path) {
        // A file system without permissions refuses; there is nothing to keep on it.
        let _ = file.as_file().set_permissions(old.permissions());
    }
    file.persist(path).map_err(|e| disk::write_error(path, bytes.len() as u64, &e.error))?;
    disk::sync_folder(folder_of(path));
    Ok(())
}

/// Appends: the contents of an open file are not truncated.
fn stream(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = OpenOptions::new().append(true).open(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|e| disk::write_error(path, bytes.len() as u64, &e))
}

/// Writes `bytes` to a file that was not there before, named by the first of `name(0)`, `name(1)`, ... that is
/// free in `folder`, and returns its path. Never overwrites, not even in a race.
///
/// # Errors
/// The disk is full, or the folder cannot be written to.
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
///
/// # Errors
/// The folder cannot be created.
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
///
/// # Errors
/// The folder cannot be created or written to.
pub fn check_writable(folder: &Path) -> Result<()> {
    temporary_in(folder, b"", |e| StudioError::io(Doing::Writing, folder, &e)).map(drop)
}

/// Whether a file could be written at `path`, as far as that can be told beforehand. Creates its folder.
///
/// # Errors
/// A folder, a name without a file, or a folder that cannot be written to.
pub fn check_file(path: &Path) -> Result<()> {
    match target(path)? {
        Target::File(path) => check_writable(folder_of(&path)),
        Target::Stream { .. } => Ok(()),
    }
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
    temporary_in(folder_of(path), bytes, |e| disk::write_error(path, bytes.len() as u64, &e))
}

fn temporary_in(folder: &Path, bytes: &[u8], fail: impl Fn(io::Error) -> StudioError) -> Result<NamedTempFile> {
    create_folder(folder)?;
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // As any program would create it: the person's umask decides, not the private mode of temporary files.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(&fail)?;
    write_synced(file.as_file_mut(), bytes).map_err(&fail)?;
    Ok(file)
}

fn write_synced(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// Regression: a file of the program's own making was named, which nobody asked for.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_takes_no_files_is_named_itself() {
        let folder = Path::new("/proc");
        for error in [check_writable(folder).unwrap_err(), check_file(&folder.join("a.png")).unwrap_err()] {
            assert!(matches!(error.cause(), Cause::Io { path, .. } if path == folder), "{error:?}");
            assert!(error.in_shell(crate::lang::Lang::En).1.contains("--out"), "{error:?}");
        }
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

    /// A link to a link, relative ones, one to a file that is not there yet, and one that leads in a circle.
    #[cfg(unix)]
    #[test]
    fn links_of_all_kinds_are_followed_and_stay() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, at(name)).unwrap();
        fs::create_dir(at("far")).unwrap();
        link("far/new.png", "dangling");
        link("dangling", "twice");
        link("../elsewhere.png", "far/up");
        link("far", "folder");
        for (name, real) in [("dangling", "far/new.png"), ("twice", "far/new.png"), ("folder/up", "elsewhere.png")] {
            write(&at(name), name.as_bytes()).unwrap();
            assert!(at(name).is_symlink() && !at(real).is_symlink(), "{name}");
            assert_eq!(fs::read(at(real)).unwrap(), name.as_bytes());
        }
        link("b", "a");
        link("a", "b");
        let error = write(&at("a"), b"x").unwrap_err();
        assert!(matches!(error.cause(), Cause::NotAFile { .. }), "{error:?}");
        assert!(at("a").is_symlink());
        assert_eq!(names(home.path()), ["a", "b", "dangling", "elsewhere.png", "far", "folder", "twice"]);
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_pipes_stay_what_they_are() {
        use std::os::unix::fs::FileTypeExt;
        let home = tempfile::tempdir().unwrap();
        let pipe = home.path().join("pipe");
        let name = std::ffi::CString::new(pipe.to_str().unwrap()).unwrap();
        // SAFETY: `name` ends with NUL.
        assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
        let link = home.path().join("link");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        write(&link, b"x").unwrap();
        assert!(link.is_symlink() && fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        check_file(&pipe).unwrap();
        assert!(is_stream(&pipe) && is_stream(&link) && !is_stream(&home.path().join("new")));
        // Without a reader it would wait for ever: the store's thread must not.
        assert!(matches!(write(&pipe, b"x").unwrap_err().cause(), Cause::NotAFile { .. }));
        #[expect(clippy::disallowed_methods, reason = "a test ends its thread")]
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe).unwrap()
        });
        write_anywhere(&pipe, b"all of it").unwrap();
        assert_eq!(reader.join().unwrap(), b"all of it");
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    }

    /// A file that this process has open is added to, through its link in `/proc`.
    #[cfg(target_os = "linux")]
    #[test]
    fn an_open_file_is_not_replaced_under_its_owner() {
        use std::os::fd::AsRawFd;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("log");
        let mut file = File::create(&path).unwrap();
        file.write_all(b"one ").unwrap();
        write(Path::new(&format!("/proc/self/fd/{}", file.as_raw_fd())), b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one two");
        assert_eq!(names(home.path()), ["log"]);
    }

    #[test]
    fn what_names_no_file_is_found_before_anything_is_made() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("folder")).unwrap();
        for name in ["folder", "new/", "folder/.."] {
            let path = home.path().join(name);
            for error in [check_file(&path).unwrap_err(), write(&path, b"x").unwrap_err()] {
                assert!(matches!(error.cause(), Cause::NotAFile { .. }), "{name}: {error:?}");
            }
        }
        assert!(check_file(Path::new("")).is_err());
        check_file(&home.path().join("folder/new.png")).unwrap();
        assert_eq!(names(home.path()), ["folder"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_stays_private() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("settings.toml");
        write(&path, b"old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
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
