//! The one binary: a window without arguments, a command line with them.

use std::process::ExitCode;
use std::time::Instant;

use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let started = Instant::now();
    let filter = EnvFilter::try_from_env("AIGC_STUDIO_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false).init();
    let cli = match aigc_studio::cli::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match cli.command {
        Some(command) => aigc_studio::cli::main(command),
        None => aigc_studio::app::run(started, cli.open),
    }
}
