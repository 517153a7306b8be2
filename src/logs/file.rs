//! A log file that becomes an old one when it is full. (tracing-appender rotates by time only.)

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Most bytes of one file.
pub const MOST: u64 = 1 << 20;
/// Files beside the newest one.
const OLD: usize = 3;
/// How long nothing is written after a failure: the disk is full or read-only.
const PAUSE: Duration = Duration::from_secs(60);

/// The files of one folder. Only one process at a time may have it.
pub struct LogFile {
    folder: PathBuf,
    most: u64,
    /// The open file and its length in bytes.
    open: Option<(File, u64)>,
    failed: Option<Instant>,
}

impl LogFile {
    /// Touches no disk before the first line.
    pub fn new(folder: &Path, most: u64) -> Self {
        Self { folder: folder.to_owned(), most, open: None, failed: None }
    }

    /// Writes a line with its end. One that cannot be written is dropped.
    pub fn write(&mut self, line: &str) {
        if self.failed.is_some_and(|at| at.elapsed() < PAUSE) {
            return;
        }
        self.failed = self.try_write(line.as_bytes()).err().map(|_| Instant::now());
        if self.failed.is_some() {
            self.open = None;
        }
    }

    fn try_write(&mut self, line: &[u8]) -> std::io::Result<()> {
        let (mut file, mut bytes) = match self.open.take() {
            Some(open) => open,
            None => self.file()?,
        };
        if bytes > 0 && bytes + line.len() as u64 > self.most {
            // Some systems rename no file that is open.
            drop(file);
            self.rotate()?;
            (file, bytes) = self.file()?;
        }
        file.write_all(line)?;
        self.open = Some((file, bytes + line.len() as u64));
        Ok(())
    }

    fn file(&self) -> std::io::Result<(File, u64)> {
        fs::create_dir_all(&self.folder)?;
        let file = File::options().create(true).append(true).open(self.path(0))?;
        let bytes = file.metadata()?.len();
        Ok((file, bytes))
    }

    /// Moves each file to the next number; the oldest goes.
    fn rotate(&self) -> std::io::Result<()> {
        for number in (0..OLD).rev() {
            let (from, to) = (self.path(number), self.path(number + 1));
            if from.exists() {
                fs::rename(from, to)?;
            }
        }
        Ok(())
    }

    /// The file of this number; 0 is the newest.
    fn path(&self, number: usize) -> PathBuf {
        self.folder.join(match number {
            0 => "studio.log".to_owned(),
            _ => format!("studio.{number}.log"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Vec<(String, String)> {
        let mut all: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .flatten()
            .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
            .collect();
        all.sort();
        all
    }

    fn named(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_full_file_becomes_an_old_one_and_three_of_these_are_kept() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("logs");
        let mut log = LogFile::new(&folder, 8);
        assert!(!folder.exists(), "nothing was logged yet");
        for line in ["one\n", "two\n", "three\n"] {
            log.write(line);
        }
        assert_eq!(files(&folder), named(&[("studio.1.log", "one\ntwo\n"), ("studio.log", "three\n")]));
        for line in ["four\n", "five\n", "six\n"] {
            log.write(line);
        }
        // A file that was full before this start.
        let mut log = LogFile::new(&folder, 8);
        log.write("longer than a file\n");
        let kept = [
            ("studio.1.log", "six\n"),
            ("studio.2.log", "five\n"),
            ("studio.3.log", "four\n"),
            ("studio.log", "longer than a file\n"),
        ];
        assert_eq!(files(&folder), named(&kept));
    }

    #[test]
    fn a_folder_that_takes_no_files_costs_the_lines_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("logs");
        // A file where the folder should be: also for those who may write anywhere.
        fs::write(&folder, "").unwrap();
        let mut log = LogFile::new(&folder, MOST);
        log.write("lost\n");
        assert!(log.failed.is_some());
        fs::remove_file(&folder).unwrap();
        log.write("lost too, for the disk is left alone for a while\n");
        assert!(!folder.exists());
        log.failed = Instant::now().checked_sub(PAUSE);
        log.write("written\n");
        assert_eq!(files(&folder), named(&[("studio.log", "written\n")]));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_cannot_be_moved_does_not_grow() {
        let home = tempfile::tempdir().unwrap();
        let mut log = LogFile::new(home.path(), 8);
        log.write("12345678");
        // Each old one is a folder that holds something: no file takes its place, and it takes no other's.
        for number in 1..=OLD {
            fs::create_dir_all(home.path().join(format!("studio.{number}.log/in the way"))).unwrap();
        }
        log.write("9");
        assert_eq!(fs::read_to_string(home.path().join("studio.log")).unwrap(), "12345678");
    }
}
