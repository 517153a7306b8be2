//! Writes a report when a thread panics, also where the panic is caught and becomes an error.

use std::backtrace::Backtrace;
use std::fmt::Write;
use std::fs;
use std::panic::PanicHookInfo;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::private::{Home, message, source, without_paths};
use super::{Log, folder, program};
use crate::about::Facts;

/// What a backtrace says of a function where the program has no symbols, as one from a package. Then the report has
/// addresses, for which `packaging/linux/names.py` finds the functions.
const NAMELESS: &str = "<unknown>";
/// Reports of one run: the first ones have the cause, and a disk is not filled with the others.
const MOST: usize = 5;

/// From now on a panic of any thread is reported in `folder`, after the hook that was there before (it prints to stderr).
/// Without a folder nothing changes.
pub fn report_panics(log: &Log, folder: Option<PathBuf>, started: Instant) {
    let Some(folder) = folder else { return };
    let (log, written) = (log.clone(), AtomicUsize::new(0));
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        before(info);
        if written.fetch_add(1, Ordering::Relaxed) < MOST {
            let trace = Backtrace::force_capture();
            let (named, addresses) = (trace.to_string(), || format!("{trace:#}"));
            let trace = if named.contains(NAMELESS) { addresses() } else { named };
            let report = report(info, &trace, started.elapsed(), &log);
            let _ = folder::write(&folder, &report);
        }
    }));
}

/// The text of a report: no prompt, no path of the person or of the machine.
fn report(info: &PanicHookInfo<'_>, trace: &str, uptime: Duration, log: &Log) -> String {
    let thread = std::thread::current();
    let place = info
        .location()
        .map_or_else(|| "unknown".to_owned(), |at| format!("{}:{}:{}", source(at.file()), at.line(), at.column()));
    let said = message(info.payload_as_str().unwrap_or("no message"), log.home());
    let mut text = format!(
        "{}\nsystem: {}\ntime: {}, after {:.1} s\nthread: {}\nwhere: {place}\nwhat: {said}\n\nbacktrace:\n",
        program(),
        Facts::system(),
        folder::stamp(),
        uptime.as_secs_f64(),
        thread.name().unwrap_or("unnamed"),
    );
    if let Some(start) = start_in_memory().filter(|_| trace.contains(NAMELESS)) {
        let _ = writeln!(text, "  program at {start}");
    }
    text.push_str(&bare_trace(trace, log.home()));
    let lines = log.recent();
    let _ = write!(text, "\nlast {} lines of the log:\n", lines.len());
    lines.iter().for_each(|line| text.push_str(&without_paths(line)));
    text
}

/// Where this program begins in memory, on Linux: what an address less this is in the file with the program's symbols.
fn start_in_memory() -> Option<String> {
    let (maps, program) = (fs::read_to_string("/proc/self/maps").ok()?, std::env::current_exe().ok()?);
    let first = maps.lines().find(|line| line.ends_with(&*program.to_string_lossy()))?;
    Some(format!("0x{}", first.split('-').next()?))
}

/// A backtrace with its functions, and files as their crates name them.
fn bare_trace(trace: &str, home: &Home) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("at ") {
        Some(place) => format!("             at {}\n", source(place)),
        None => format!("{}\n", home.hide(line)),
    };
    trace.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_programs_start_is_a_page_before_its_functions() {
        let start = start_in_memory().expect("this test's program is mapped");
        let start = usize::from_str_radix(start.trim_start_matches("0x"), 16).unwrap();
        let function = report_panics as *const () as usize;
        assert!(start.is_multiple_of(4096) && start < function && function - start < 1 << 30, "{start:x} {function:x}");
    }

    #[test]
    fn a_backtrace_keeps_functions_and_the_files_of_crates() {
        let trace = "   0: aigc_studio::engine::lane::run\n             at /home/mei/studio/src/engine/lane.rs:131:9\n   \
                     1: std::panicking::try\n             at /rustc/5980/library/std/src/panicking.rs:5:1\n";
        let home = Home::new(Some("/home/mei".into()));
        assert_eq!(
            bare_trace(trace, &home),
            "   0: aigc_studio::engine::lane::run\n             at src/engine/lane.rs:131:9\n   \
             1: std::panicking::try\n             at library/std/src/panicking.rs:5:1\n"
        );
    }
}
