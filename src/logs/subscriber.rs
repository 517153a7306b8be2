//! Which lines go to stderr, and which to the log.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::FilterExt;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt, registry};

use super::Log;

/// A level, or directives of tracing-subscriber's `EnvFilter`.
const VARIABLE: &str = "AIGC_STUDIO_LOG";
/// What the log always has: what other crates warn of, and what ours report.
const USUAL: &str = "warn,aigc_studio=info,aigc_kernels=info,aigc_scene=info";
/// The crates that know what must not be logged.
const OURS: [&str; 3] = ["aigc_studio", "aigc_kernels", "aigc_scene"];

/// Listens to what the whole program reports, once. Stderr gets errors, or what the variable asks for; `log` gets that
/// too, and at least what it always has. At `debug` and `trace` other crates write keys, texts and requests: these never go to the
/// log.
pub fn listen(log: &Log) {
    let asked = |usual: &str| EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new(usual));
    let stderr = fmt::layer().with_writer(std::io::stderr).log_internal_errors(false).with_filter(asked("error"));
    let reserved =
        filter_fn(|about| may_be_logged(about.target(), about.level())).with_max_level_hint(LevelFilter::TRACE);
    let wanted = EnvFilter::new(USUAL).or(asked(USUAL)).and(reserved);
    let file = fmt::layer().with_ansi(false).with_writer(log.clone()).log_internal_errors(false).with_filter(wanted);
    registry().with(stderr).with(file).init();
}

fn may_be_logged(target: &str, level: &tracing::Level) -> bool {
    let of = target.split("::").next().unwrap_or_default();
    OURS.contains(&of) || *level <= tracing::Level::INFO
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_crates_are_quiet_below_info() {
        use tracing::Level;
        assert!(may_be_logged("aigc_studio::app", &Level::TRACE));
        assert!(may_be_logged("ureq::run", &Level::WARN) && may_be_logged("ureq", &Level::INFO));
        assert!(!may_be_logged("winit::event", &Level::DEBUG) && !may_be_logged("aigc_studios", &Level::TRACE));
    }
}
