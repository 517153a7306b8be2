//! The files beside the log: reports of panics, and the mark of a window that runs.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

/// Reports that are kept.
const KEPT: usize = 5;
const RUNNING: &str = "running";
const BEGIN: &str = "panic-";
const ENDING: &str = ".txt";
const SEEN: &str = ".seen.txt";
/// The line of a report about the thread that a program ends with, as `panics.rs` writes it.
pub(super) const OF_THE_PROGRAM: &str = "\nthread: main\n";
/// Most of a report that is read, in bytes.
const MOST: usize = 1 << 20;

/// Notes that a window runs. Returns the newest report that nobody has seen, and whether the program ended with it.
/// Where the folder cannot be written to, that is no failure.
pub fn begin(folder: &Path) -> Option<(PathBuf, bool)> {
    let mark = folder.join(RUNNING);
    let before = fs::read_to_string(&mark).ok();
    let _ = fs::create_dir_all(folder).and_then(|()| fs::write(&mark, stamp()));
    let path = reports(folder).pop().filter(|path| !is_seen(path))?;
    // The last window left its mark, and this happened while it ran; or nothing runs on after this.
    let cut_off = before.is_some_and(|began| time_of(&path) >= began.trim());
    let ended = cut_off || read(&path).is_ok_and(|text| text.contains(OF_THE_PROGRAM));
    Some((path, ended))
}

/// Notes that the window was closed.
pub fn end(folder: &Path) {
    let _ = fs::remove_file(folder.join(RUNNING));
}

/// Reads a report.
///
/// # Errors
/// It is gone or cannot be read.
pub fn read(path: &Path) -> io::Result<String> {
    let mut text = String::from_utf8_lossy(&fs::read(path)?).into_owned();
    text.truncate(text.floor_char_boundary(MOST));
    Ok(text)
}

/// Marks a report, and those before it, as seen.
pub fn seen(path: &Path) {
    let older = path.parent().map(reports).unwrap_or_default();
    for report in older.into_iter().filter(|other| !is_seen(other) && time_of(other) <= time_of(path)) {
        let name = report.to_string_lossy();
        let _ = fs::rename(&report, format!("{}{SEEN}", name.trim_end_matches(ENDING)));
    }
}

/// Writes a report, and removes the oldest where there are too many.
pub(super) fn write(folder: &Path, text: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("{BEGIN}{}{ENDING}", stamp()));
    // Two within a millisecond: the first is the cause.
    let mut file = File::options().write(true).create_new(true).open(&path)?;
    file.write_all(text.as_bytes()).inspect_err(|_| {
        let _ = fs::remove_file(&path);
    })?;
    let all = reports(folder);
    for old in &all[..all.len().saturating_sub(KEPT)] {
        let _ = fs::remove_file(old);
    }
    Ok(path)
}

/// The time in UTC, as it may be in a file's name. The names of a later time sort after those of an earlier one.
pub(super) fn stamp() -> String {
    format!("{:.3}", Timestamp::now()).replace(':', "-")
}

/// All reports, oldest first.
fn reports(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut reports: Vec<PathBuf> = files.filter(|path| !time_of(path).is_empty()).collect();
    reports.sort_by(|a, b| time_of(a).cmp(time_of(b)));
    reports
}

/// When a report was written, by its name; empty where the file is none.
fn time_of(path: &Path) -> &str {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let inner = name.strip_prefix(BEGIN).and_then(|name| name.strip_suffix(ENDING)).unwrap_or_default();
    inner.strip_suffix(".seen").unwrap_or(inner)
}

fn is_seen(path: &Path) -> bool {
    path.to_str().is_some_and(|name| name.ends_with(SEEN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, time: &str, text: &str) -> PathBuf {
        let path = folder.join(format!("{BEGIN}{time}{ENDING}"));
        fs::write(&path, text).unwrap();
        path
    }

    fn names(folder: &Path) -> Vec<String> {
        reports(folder).iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_report_tells_of_an_end_where_the_window_left_its_mark() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("logs");
        assert_eq!(begin(&folder), None, "the first start");
        assert!(folder.join(RUNNING).exists());
        // The power failed: a mark alone is no crash.
        assert_eq!(begin(&folder), None);

        let report = write(&folder, "thread: engine-text\n").unwrap();
        std::thread::sleep(std::time::Duration::from_millis(5));
        assert_eq!(begin(&folder), Some((report.clone(), true)), "no normal end came after it");
        // It is older than the start that the power ended.
        assert_eq!(begin(&folder), Some((report.clone(), false)));
        end(&folder);
        assert!(!folder.join(RUNNING).exists());
        assert_eq!(begin(&folder), Some((report.clone(), false)), "nobody has seen it yet");
        end(&folder);
        seen(&report);
        assert_eq!(begin(&folder), None);
        assert_eq!(names(&folder).len(), 1);
        assert!(names(&folder)[0].ends_with(SEEN));
        end(&folder);
        // A thread that ends the program, before there was a mark.
        let report = write(&folder, "what\nthread: main\nwhere").unwrap();
        assert_eq!(begin(&folder), Some((report, true)));
    }

    #[test]
    fn the_newest_is_offered_and_older_ones_are_seen_with_it() {
        let home = tempfile::tempdir().unwrap();
        let [first, second, third] =
            ["2026-11-30T01-00-00.000Z", "2026-11-30T02-00-00.000Z", "2026-11-30T03-00-00.000Z"]
                .map(|time| put(home.path(), time, ""));
        assert_eq!(begin(home.path()), Some((third, false)));
        seen(&second);
        assert!(!first.exists() && !second.exists());
        let names = names(home.path());
        assert_eq!(names.iter().map(|name| name.ends_with(SEEN)).collect::<Vec<_>>(), [true, true, false]);
    }

    #[test]
    fn five_reports_are_kept_and_other_files_are_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("panic-attack.md"), "mine").unwrap();
        for hour in 0..7 {
            put(home.path(), &format!("2025-01-01T0{hour}-00-00.000Z"), "");
        }
        let newest = write(home.path(), "new").unwrap();
        let names = names(home.path());
        assert_eq!((names.len(), names[0].as_str()), (KEPT, "panic-2025-01-01T03-00-00.000Z.txt"));
        assert_eq!(read(&newest).unwrap(), "new");
        assert!(home.path().join("panic-attack.md").exists());
    }

    #[test]
    fn a_folder_that_takes_no_files_is_no_failure() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("logs");
        fs::write(&folder, "a file in the way").unwrap();
        assert_eq!(begin(&folder), None);
        assert!(write(&folder, "").is_err());
        end(&folder);
    }
}
