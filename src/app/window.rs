//! The way to the window: wgpu first, then OpenGL, else a message that says what is missing.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use eframe::Renderer;

use super::failure::{Next, after_error, after_panic, all, details};
use super::guard::guarded;
use super::instance::{Claim, PATIENCE, claim};
use super::opening::open_with;
use super::{Access, display};
use crate::about::Facts;
use crate::cli::{note, say, system_lang};
use crate::engine::{large_pages, threads};
use crate::error::{Cause, NoWindow, StudioError};
use crate::logs::{Log, program};
use crate::store::{Paths, load_settings, look_at_settings};
use crate::ui::packed_fonts;
use crate::ui::texts::T;

/// `wgpu` or `glow`: takes that renderer and no other.
const RENDERER: &str = "AIGC_STUDIO_RENDERER";

/// How long the end of the program waits for the log: its disk may hang.
const LAST_LINES: Duration = Duration::from_millis(300);

/// Runs the window until it is closed.
pub fn run(started: Instant, open: Option<PathBuf>, log: &Log) -> ExitCode {
    #[cfg(windows)]
    super::console::leave_if_alone();
    let paths = match Paths::of_this_person() {
        Ok(paths) => paths,
        Err(error) => return failed(&error),
    };
    large_pages(false);
    threads::give_way();
    let cores = available_parallelism().map_or(1, usize::from);
    tracing::info!("{} starts on {}, {cores} cores", program(), Facts::system());
    let access = match claim(&paths.window(), open.as_deref(), PATIENCE) {
        Claim::First(instance) => Access::First(instance),
        Claim::HandedOver => {
            note(T::OpenElsewhere.with(system_lang(), &[&paths.settings().display()]));
            return ExitCode::SUCCESS;
        }
        Claim::ReadOnly => Access::ReadOnly,
    };
    // The log is the other window's, too.
    if !matches!(access, Access::ReadOnly) {
        log.write_to(&paths.logs());
    }
    let code = show(&paths, started, open, access);
    tracing::info!("ends after {:.1} s", started.elapsed().as_secs_f64());
    log.flush(LAST_LINES);
    code
}

/// Opens the window with the first renderer that works, until it is closed.
fn show(paths: &Paths, started: Instant, open: Option<PathBuf>, access: Access) -> ExitCode {
    // Beside the window's own start, which takes longer.
    if let Err(error) = thread::Builder::new().name("unpack".to_owned()).spawn(packed_fonts::unpack) {
        tracing::warn!("no thread to unpack fonts: {error}");
    }
    let read = if matches!(access, Access::ReadOnly) { look_at_settings } else { load_settings };
    let loaded = read(paths.settings());
    let access = Arc::new(access);
    let renderers = renderers();
    let display = match display::of_this_session() {
        Ok(display) => display,
        Err(why) => return without_window(why, &[]),
    };
    let (mut reasons, mut said) = (Vec::new(), Vec::new());
    for renderer in renderers {
        let run = || open_with(renderer, display.as_ref(), &loaded, paths, started, open.clone(), access.clone());
        let (ended, opened) = guarded(run);
        let (next, words) = match ended {
            Ok(Ok(())) => return ExitCode::SUCCESS,
            Ok(Err(error)) => (after_error(renderer, &error, opened, display.as_ref()), details(&error)),
            Err(panic) => (Next::End(after_panic(&panic)), panic),
        };
        tracing::warn!("{renderer}: {words}");
        said.push(format!("{renderer}: {words}"));
        match next {
            Next::Another(reason) => reasons.push(reason),
            Next::End(why) => return without_window(why, &said),
        }
    }
    without_window(NoWindow::NoDriver { reason: all(&reasons) }, &said)
}

/// The renderers to try. A name that is none is reported, and the usual ones are tried.
fn renderers() -> Vec<Renderer> {
    let named = std::env::var_os(RENDERER).filter(|name| !name.is_empty());
    let renderer: Option<Renderer> = named.as_ref().and_then(|name| name.to_str()?.parse().ok());
    if let (Some(name), None) = (&named, renderer) {
        note(T::RendererUnknown.with(system_lang(), &[&RENDERER, &name.display()]));
    }
    renderer.map_or_else(|| vec![Renderer::Wgpu, Renderer::Glow], |renderer| vec![renderer])
}

/// Says why there is no window, and for experts what the renderers said.
fn without_window(why: NoWindow, said: &[String]) -> ExitCode {
    failed(&StudioError::from(Cause::NoWindow { why }).with_details(said.join("\n")))
}

/// Prints an error.
fn failed(error: &StudioError) -> ExitCode {
    say(error, system_lang());
    ExitCode::from(1)
}
