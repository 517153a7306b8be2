//! Free disk space and durable folders, for the store and the catalogue, which may not import each other.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Cause, Doing, FolderFault, FolderOf, Result, StudioError, plain};

/// Free bytes on the disk of `path`, which need not exist; `None` where the system does not say.
pub fn free_space(path: &Path) -> Option<u64> {
    let mut place = path;
    let place = loop {
        if let Ok(found) = fs::canonicalize(place) {
            break found;
        }
        place = place.parent()?;
    };
    space_of(&place)
}

/// `statvfs`, for sysinfo's list leaves out file systems in memory and in containers.
#[cfg(unix)]
fn space_of(place: &Path) -> Option<u64> {
    use std::os::unix::ffi::OsStrExt;
    let name = std::ffi::CString::new(place.as_os_str().as_bytes()).ok()?;
    let mut about = std::mem::MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: `name` ends with NUL and `about` has room for the answer, which is read only after success.
    let about = unsafe {
        if libc::statvfs(name.as_ptr(), about.as_mut_ptr()) != 0 {
            return None;
        }
        about.assume_init()
    };
    // The widths of these fields differ between systems.
    #[allow(clippy::useless_conversion, clippy::unnecessary_cast, reason = "other systems have other widths here")]
    Some((about.f_bavail as u64).saturating_mul(about.f_frsize as u64))
}

#[cfg(not(unix))]
fn space_of(place: &Path) -> Option<u64> {
    let kinds = sysinfo::DiskRefreshKind::nothing().with_storage();
    let disks = sysinfo::Disks::new_with_refreshed_list_specifics(kinds).ok()?;
    disks
        .iter()
        .filter(|disk| place.starts_with(disk.mount_point()))
        .max_by_key(|disk| disk.mount_point().as_os_str().len())
        .map(|disk| disk.available_space())
}

/// An error of writing `needed` bytes to `path`; a full disk is reported with its numbers.
pub fn write_error(path: &Path, needed: u64, error: &io::Error) -> StudioError {
    let plain = StudioError::io(Doing::Writing, path, error);
    if !matches!(plain.cause(), Cause::DiskFull { .. }) {
        return plain;
    }
    let folder: PathBuf = path.parent().unwrap_or(path).to_owned();
    let free = free_space(&folder).unwrap_or(0);
    StudioError::from(Cause::DiskFull { path: folder, needed, free }).with_details(error)
}

/// Checks that `folder` exists and is writable. Leaves nothing in it.
///
/// # Errors
/// [`Cause::BadFolder`], with the reason.
pub fn check_folder(folder: &Path, of: FolderOf) -> Result<()> {
    let why = match fs::metadata(folder) {
        Ok(about) if !about.is_dir() => FolderFault::File,
        Ok(_) => match tempfile::tempfile_in(folder) {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::StorageFull => return Err(write_error(folder, 0, &error)),
            Err(error) => FolderFault::ReadOnly(plain(&error)),
        },
        // No folder that the program may not look into is one that it can use.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => FolderFault::ReadOnly(plain(&error)),
        Err(_) => FolderFault::Missing,
    };
    Err(Cause::BadFolder { path: folder.to_owned(), of, why }.into())
}

/// Makes a folder's list of names durable: a rename is only safe from a power cut after this. Systems that cannot
/// open folders (Windows) do it themselves.
pub fn sync_folder(folder: &Path) {
    if cfg!(unix)
        && let Ok(folder) = File::open(folder)
    {
        // Some network file systems refuse; the file's own sync has been done by then.
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_space_is_known_for_folders_that_do_not_exist_yet() {
        let home = tempfile::tempdir().unwrap();
        let here = free_space(home.path()).unwrap();
        assert!(here > 0);
        assert!(free_space(&home.path().join("a/b/c")).is_some());
    }

    #[test]
    fn only_a_folder_that_takes_files_can_be_used_and_nothing_is_left_in_it() {
        let home = tempfile::tempdir().unwrap();
        let (file, missing) = (home.path().join("a.txt"), home.path().join("a/b"));
        fs::write(&file, "x").unwrap();
        let why = |path: &Path| match check_folder(path, FolderOf::Models) {
            Ok(()) => None,
            Err(error) => match error.cause() {
                Cause::BadFolder { why, of: FolderOf::Models, path: told } if told == path => Some(why.clone()),
                other => panic!("{other:?}"),
            },
        };
        assert_eq!(why(&file), Some(FolderFault::File));
        assert_eq!((why(&missing), why(&file.join("x"))), (Some(FolderFault::Missing), Some(FolderFault::Missing)));
        assert_eq!((why(home.path()), fs::read_dir(home.path()).unwrap().count()), (None, 1));
        if cfg!(target_os = "linux") {
            assert!(matches!(why(Path::new("/proc")), Some(FolderFault::ReadOnly(_))));
        }
    }

    #[test]
    fn a_full_disk_is_told_with_numbers_and_its_folder() {
        let home = tempfile::tempdir().unwrap();
        let error = write_error(&home.path().join("x.png"), 5_000, &io::ErrorKind::StorageFull.into());
        match error.cause() {
            Cause::DiskFull { path, needed, free } => {
                assert_eq!((path.as_path(), *needed), (home.path(), 5_000));
                assert!(*free > 0);
            }
            other => panic!("{other:?}"),
        }
    }
}
