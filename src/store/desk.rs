//! The file of what was begun: drafts and jobs that wait.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use serde_json::Value;

use super::{aside, atomic, tolerant};
use crate::domain::Desk;
use crate::error::{Doing, Result, StudioError};
use crate::lang::{Both, both};

const MAX_FILE: u64 = 16 << 20;

/// Reads the desk; without a file it is empty. What cannot be read is reported: the file as it was is renamed, unless
/// nothing may be changed.
///
/// # Errors
/// The file cannot be read from the disk.
pub fn load(path: &Path, may_write: bool) -> Result<(Desk, Option<StudioError>)> {
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok((Desk::default(), None)),
        Err(e) => return Err(StudioError::io(Doing::Reading, path, &e)),
    };
    let error = match serde_json::from_slice(&bytes) {
        Ok(desk) => return Ok((desk, None)),
        Err(error) => error,
    };
    let understood = parse(&bytes);
    let kept = match &understood {
        _ if !may_write => path.to_owned(),
        Some((_, tree)) => aside::replace(path, tree.to_string().as_bytes(), broken_name),
        None => aside::set_aside(path, broken_name),
    };
    let what = both!(
        "drafts and waiting jobs could not be read, or not all of them; their file is kept at {}",
        "草稿和等待中的任务无法读取，或无法全部读取；文件保存在 {}",
        kept.display()
    );
    let desk = understood.map(|(desk, _)| desk).unwrap_or_default();
    Ok((desk, Some(StudioError::other(what).with_details(error))))
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What can be understood of a file, and the same as a tree; `None` where it is no JSON.
fn parse(bytes: &[u8]) -> Option<(Desk, Value)> {
    let mut tree: Value = serde_json::from_slice(bytes).ok().filter(Value::is_object)?;
    if let Ok(desk) = serde_json::from_slice(bytes) {
        return Some((desk, tree));
    }
    tolerant::prune(&mut tree, &|tree: &Value| serde_json::from_value::<Desk>(tree.clone()).is_ok());
    Some((serde_json::from_value(tree.clone()).ok()?, tree))
}

fn broken_name(n: u32) -> String {
    if n == 1 { "desk.broken.json".to_owned() } else { format!("desk.broken-{n}.json") }
}

/// Writes the desk; the old file stays until the new one is whole. What a newer version wrote into it stays.
///
/// # Errors
/// The disk is full, or the folder cannot be written to.
pub fn save(path: &Path, desk: &Desk) -> Result<()> {
    let failed = |e: serde_json::Error| {
        StudioError::other(Both::new("the drafts could not be written", "草稿无法写入")).with_details(e)
    };
    let tree_of = |desk: &Desk| serde_json::from_slice::<Value>(&serde_json::to_vec(desk)?);
    let mut tree = tree_of(desk).map_err(failed)?;
    if let Some((old, whole)) = read(path).ok().and_then(|bytes| parse(&bytes)) {
        tolerant::carry(&whole, &tree_of(&old).map_err(failed)?, &mut tree);
    }
    atomic::write(path, &serde_json::to_vec_pretty(&tree).map_err(failed)?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::domain::Waiting;

    #[test]
    fn a_desk_is_kept_and_a_broken_file_is_set_aside() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("desk.json");
        assert_eq!(load(&path, true).unwrap().0, Desk::default());
        let desk = Desk { message: "half a sentence".into(), ..Desk::default() };
        save(&path, &desk).unwrap();
        assert_eq!(load(&path, true).unwrap().0, desk);
        for (bytes, kept) in [("{", "desk.broken.json"), ("7", "desk.broken-2.json")] {
            fs::write(&path, bytes).unwrap();
            assert!(load(&path, false).unwrap().1.is_some());
            assert_eq!(fs::read_to_string(&path).unwrap(), bytes, "another window has the folder");
            assert!(load(&path, true).unwrap().1.is_some());
            assert!(!path.exists());
            assert_eq!(fs::read_to_string(home.path().join(kept)).unwrap(), bytes, "none is written over");
        }
    }

    #[test]
    fn a_newer_desk_is_read_as_far_as_it_can_be_and_keeps_the_rest() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("desk.json");
        let file =
            r#"{"message":"a","voice":"half a song","waiting":[{"job":"song","bars":8},{"job":"fetch","model":"m"}]}"#;
        fs::write(&path, file).unwrap();
        let (mut desk, error) = load(&path, true).unwrap();
        assert!(error.is_some());
        assert_eq!(desk.waiting, [Waiting::Fetch { model: "m".into() }]);
        assert_eq!(desk.message, "a");
        assert_eq!(fs::read_to_string(home.path().join("desk.broken.json")).unwrap(), file);
        assert!(load(&path, true).unwrap().1.is_none(), "it is told once");
        desk.message.clear();
        save(&path, &desk).unwrap();
        assert_eq!(load(&path, true).unwrap().0, desk);
        assert!(fs::read_to_string(&path).unwrap().contains("half a song"));
    }
}
