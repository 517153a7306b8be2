//! The lines of the log on their way to the file: a thread of its own writes them, so that nobody waits for the disk.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use tracing_subscriber::fmt::MakeWriter;

use super::file::{LogFile, MOST};
use super::private::Home;

/// Lines that may wait for the disk; more are dropped.
const WAITING: usize = 1024;
/// Lines that a report of a panic has.
const RECENT: usize = 50;
/// Longest line, in bytes.
const LONGEST: usize = 2_000;

/// What is logged. Cheap to clone.
#[derive(Clone)]
pub struct Log(Arc<Shared>);

struct Shared {
    home: Home,
    recent: Mutex<VecDeque<String>>,
    /// The thread that writes, once there is one.
    writer: OnceLock<Sender<Work>>,
}

enum Work {
    Line(String),
    /// Answers once everything before it is written.
    Flush(Sender<()>),
}

impl Log {
    /// Keeps the newest lines in memory alone. In all of them `home`, the person's folder, is written as `~`.
    pub fn new(home: Option<PathBuf>) -> Self {
        Self(Arc::new(Shared { home: Home::new(home), recent: Mutex::default(), writer: OnceLock::new() }))
    }

    /// From now on writes to the log file in `folder`, the lines so far first. Only for the process that may write to the
    /// person's folders: two would rotate each other's file.
    pub fn write_to(&self, folder: &Path) {
        let (sender, receiver) = bounded(WAITING);
        let file = LogFile::new(folder, MOST);
        let thread = std::thread::Builder::new().name("log".to_owned()).spawn(move || write(file, &receiver));
        if thread.is_ok() && self.0.writer.set(sender).is_ok() {
            self.recent().into_iter().for_each(|line| self.send(line));
        }
    }

    /// Waits until all lines so far are written, for at most `patience`.
    pub fn flush(&self, patience: Duration) {
        let (done, wait) = bounded(1);
        if let Some(writer) = self.0.writer.get()
            && writer.send_timeout(Work::Flush(done), patience).is_ok()
        {
            let _ = wait.recv_timeout(patience);
        }
    }

    /// The newest lines, oldest first.
    pub(super) fn recent(&self) -> Vec<String> {
        self.lock().iter().cloned().collect()
    }

    pub(super) fn home(&self) -> &Home {
        &self.0.home
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.0.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, line: &str) {
        let line = line.trim_end();
        let mut line = self.0.home.hide(&line[..line.floor_char_boundary(LONGEST)]);
        line.push('\n');
        let mut recent = self.lock();
        if recent.len() == RECENT {
            recent.pop_front();
        }
        recent.push_back(line.clone());
        drop(recent);
        self.send(line);
    }

    fn send(&self, line: String) {
        if let Some(writer) = self.0.writer.get() {
            let _ = writer.try_send(Work::Line(line));
        }
    }
}

/// What the thread does until the program ends.
fn write(mut file: LogFile, work: &Receiver<Work>) {
    for work in work {
        match work {
            Work::Line(line) => file.write(&line),
            Work::Flush(done) => {
                let _ = done.try_send(());
            }
        }
    }
}

/// tracing-subscriber writes a line in one piece.
impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    #[test]
    fn lines_from_before_the_file_are_in_it_and_home_is_in_none() {
        let home = tempfile::tempdir().unwrap();
        let log = Log::new(Some("/home/mei".into()));
        log.add("before, in /home/mei/models\n");
        log.write_to(&home.path().join("logs"));
        log.add("after\n");
        log.flush(SOON);
        let written = fs::read_to_string(home.path().join("logs/studio.log")).unwrap();
        assert_eq!(written, "before, in ~/models\nafter\n");
        assert_eq!(log.recent().concat(), written);
    }

    #[test]
    fn without_a_file_the_newest_lines_are_kept_and_long_ones_cut() {
        let log = Log::new(None);
        for n in 0..RECENT + 5 {
            log.add(&format!("{n}\n"));
        }
        let recent = log.recent();
        assert_eq!((recent.len(), recent[0].as_str()), (RECENT, "5\n"));
        // In the middle of a character.
        log.add(&"猫".repeat(LONGEST));
        assert_eq!(log.recent().last().unwrap().len(), LONGEST / 3 * 3 + 1);
        log.flush(SOON);
    }

    #[test]
    fn a_disk_that_takes_nothing_stops_nobody() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("logs"), "a file in the way").unwrap();
        let log = Log::new(None);
        log.write_to(&home.path().join("logs"));
        for n in 0..3 * WAITING {
            log.add(&format!("{n}\n"));
        }
        log.flush(SOON);
        assert_eq!(log.recent().last().unwrap(), &format!("{}\n", 3 * WAITING - 1));
    }
}
