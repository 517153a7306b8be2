//! Models that were removed: moved into `.trash` inside the models folder, as pictures are in their library, so that it
//! takes no time and can be undone. It takes disk space until it is emptied.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::{RemovedModel, RemovedWhat};
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::Both;

const TRASH: &str = ".trash";

/// Moves files or folders, all of them inside `models`, into one folder of the trash.
///
/// # Errors
/// Files outside of `models`, or that cannot be moved.
pub fn remove(models: &Path, name: &str, what: RemovedWhat, paths: &[PathBuf]) -> Result<RemovedModel> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_nanos());
    let at = models.join(TRASH).join(now.to_string());
    let mut bytes = 0;
    for path in paths {
        let inside = path.strip_prefix(models).ok().filter(|inside| {
            use std::path::Component::Normal;
            !inside.starts_with(TRASH)
                && inside.components().all(|c| matches!(c, Normal(_)))
                && inside != &Path::new("")
        });
        let Some(inside) = inside else {
            let what = Both::new("it is outside the models folder", "它不在模型文件夹中");
            return Err(Cause::NotAFile { path: path.clone(), what }.into());
        };
        bytes += size(path);
        shift(path, &at.join(inside))?;
    }
    Ok(RemovedModel { name: name.to_owned(), bytes, at, what })
}

/// Puts back what one removal took away.
///
/// # Errors
/// Files that cannot be moved.
pub fn restore(models: &Path, removed: &RemovedModel) -> Result<()> {
    back(&removed.at, models)?;
    let _ = fs::remove_dir_all(&removed.at);
    Ok(())
}

/// A folder that is there still takes in what is in the trash's; a file that is there is not written over.
fn back(from: &Path, to: &Path) -> Result<()> {
    let entries = fs::read_dir(from).map_err(|e| StudioError::io(Doing::Reading, from, &e))?;
    for entry in entries.flatten() {
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() && place.is_dir() {
            back(&path, &place)?;
        } else if place.exists() {
            let exists = std::io::ErrorKind::AlreadyExists.into();
            return Err(StudioError::io(Doing::Writing, place, &exists));
        } else {
            shift(&path, &place)?;
        }
    }
    Ok(())
}

fn shift(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(|e| StudioError::io(Doing::Creating, folder, &e))?;
    fs::rename(from, to).map_err(|e| StudioError::io(Doing::Writing, to, &e))
}

/// Deletes all that was removed, for good.
///
/// # Errors
/// Files that cannot be deleted.
pub fn empty(models: &Path) -> Result<()> {
    let trash = models.join(TRASH);
    match fs::remove_dir_all(&trash) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StudioError::io(Doing::Deleting, trash, &error))
        }
        _ => Ok(()),
    }
}

/// Size of the trash in bytes.
pub fn bytes(models: &Path) -> u64 {
    size(&models.join(TRASH))
}

/// Of a file or of all files below a folder; links are not followed.
pub fn size(path: &Path) -> u64 {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => {
            fs::read_dir(path).into_iter().flatten().flatten().map(|entry| size(&entry.path())).sum()
        }
        Ok(about) => about.len(),
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(id: &str) -> RemovedWhat {
        RemovedWhat::Card(id.to_owned())
    }

    #[test]
    fn a_removed_model_comes_back_with_undo_and_is_gone_once_the_trash_is_emptied() {
        let home = tempfile::tempdir().unwrap();
        let models = home.path();
        fs::create_dir(models.join("m")).unwrap();
        fs::write(models.join("m/m.gguf"), "hello").unwrap();
        fs::write(models.join("m/m.gguf.verified"), "{}").unwrap();
        fs::write(models.join("loose.gguf"), "abc").unwrap();
        let card = remove(models, "M", what("m"), &[models.join("m")]).unwrap();
        let loose = remove(models, "loose", what("loose"), &[models.join("loose.gguf")]).unwrap();
        assert_eq!((card.bytes, loose.bytes, bytes(models)), (7, 3, 10));
        assert!(!models.join("m").exists() && !models.join("loose.gguf").exists());
        // A fetch has begun anew meanwhile: its folder is there.
        fs::create_dir(models.join("m")).unwrap();
        fs::write(models.join("m/.lock"), "").unwrap();
        restore(models, &card).unwrap();
        assert_eq!(fs::read_to_string(models.join("m/m.gguf")).unwrap(), "hello");
        assert_eq!(bytes(models), 3);
        empty(models).unwrap();
        assert_eq!(bytes(models), 0);
        empty(models).unwrap();
        assert!(restore(models, &loose).is_err(), "it is gone");
    }

    #[test]
    fn nothing_outside_the_models_folder_is_removed_or_written_over() {
        let home = tempfile::tempdir().unwrap();
        let models = home.path().join("models");
        fs::create_dir(&models).unwrap();
        fs::write(home.path().join("mine.gguf"), "x").unwrap();
        for path in
            [home.path().join("mine.gguf"), models.join("../mine.gguf"), models.clone(), models.join(".trash/x")]
        {
            assert!(remove(&models, "x", what("x"), std::slice::from_ref(&path)).is_err(), "{}", path.display());
        }
        fs::write(models.join("a.gguf"), "old").unwrap();
        let removed = remove(&models, "a", what("a"), &[models.join("a.gguf")]).unwrap();
        fs::write(models.join("a.gguf"), "new").unwrap();
        assert!(restore(&models, &removed).is_err());
        assert_eq!(fs::read_to_string(models.join("a.gguf")).unwrap(), "new");
        assert_eq!(bytes(&models), 3, "the old one is kept");
    }
}
