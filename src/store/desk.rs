//! The file of what was begun: drafts and jobs that wait.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::atomic;
use crate::domain::Desk;
use crate::error::{Doing, Result, StudioError};
use crate::lang::{Both, both};

const MAX_FILE: u64 = 16 << 20;

/// Reads the desk; without a file it is empty. One that cannot be read as a desk is renamed and reported.
///
/// # Errors
/// A file that is not a desk; it is renamed first.
pub fn load(path: &Path) -> Result<Desk> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Desk::default()),
        Err(e) => return Err(StudioError::io(Doing::Reading, path, &e)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_FILE).read_to_end(&mut bytes).map_err(|e| StudioError::io(Doing::Reading, path, &e))?;
    serde_json::from_slice(&bytes).map_err(|e| {
        let kept = path.with_extension("broken.json");
        let _ = fs::rename(path, &kept);
        let what = both!(
            "drafts and waiting jobs could not be read; their file is kept at {}",
            "草稿和等待中的任务无法读取；文件保存在 {}",
            kept.display()
        );
        StudioError::other(what).with_details(e)
    })
}

/// Writes the desk; the old file stays until the new one is whole.
///
/// # Errors
/// The disk is full, or the folder cannot be written to.
pub fn save(path: &Path, desk: &Desk) -> Result<()> {
    let text = serde_json::to_vec_pretty(desk).map_err(|e| {
        StudioError::other(Both::new("the drafts could not be written", "草稿无法写入")).with_details(e)
    })?;
    atomic::write(path, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_is_kept_and_a_broken_file_is_set_aside() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("desk.json");
        assert_eq!(load(&path).unwrap(), Desk::default());
        let desk = Desk { message: "half a sentence".into(), ..Desk::default() };
        save(&path, &desk).unwrap();
        assert_eq!(load(&path).unwrap(), desk);
        fs::write(&path, "{").unwrap();
        assert!(load(&path).is_err());
        assert!(!path.exists());
        assert_eq!(fs::read(home.path().join("desk.broken.json")).unwrap(), b"{");
    }
}
