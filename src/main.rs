//! The one binary: a window without arguments, a command line with them.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use aigc_studio::logs::{Log, listen, report_panics};
use aigc_studio::store::Paths;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let started = Instant::now();
    let log = Log::new(Paths::person());
    listen(&log);
    let cli = match aigc_studio::cli::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    // A command makes no folders that it does not need.
    let logs = Paths::of_this_person().ok().map(|paths| paths.logs());
    let logs = logs.filter(|logs| cli.command.is_none() || logs.parent().is_some_and(Path::is_dir));
    report_panics(&log, logs, started);
    match cli.command {
        Some(command) => aigc_studio::cli::main(command),
        None => aigc_studio::app::run(started, cli.open, &log),
    }
}
