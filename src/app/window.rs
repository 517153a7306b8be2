//! Opens the window: wgpu first, then OpenGL, else a message that says what is missing.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use eframe::Renderer;
use eframe::egui_wgpu::WgpuSetup;
use eframe::icon_data::from_png_bytes;
use eframe::wgpu::Backends;

use egui::{Vec2, vec2};

use super::instance::{Claim, PATIENCE, claim};
use super::{Access, Loaded, Studio};
use crate::cli::{note, say, system_lang};
use crate::engine::{large_pages, threads};
use crate::error::{Cause, StudioError};
use crate::lang::{Both, Lang};
use crate::logs::{Log, program};
use crate::store::{Paths, load_settings, look_at_settings};
use crate::ui::texts::T;

/// `wgpu` or `glow`: takes that renderer and no other.
const RENDERER: &str = "AIGC_STUDIO_RENDERER";

/// How long the end of the program waits for the log: its disk may hang.
const LAST_LINES: Duration = Duration::from_millis(300);
/// `packaging/icons.py` draws it.
static ICON: &[u8] = include_bytes!("../../packaging/icons/256.png");

/// Points of a monitor that a window leaves to the desktop: its panels, and the window's own title and edges. No system
/// tells how much that is before a window is open.
const DESKTOP: Vec2 = vec2(32.0, 96.0);
/// The least size of what is inside: a screen of 900 x 600 has room for it and for a title.
const LEAST: Vec2 = vec2(860.0, 560.0);

/// The size that a window of `wanted` points opens with on a monitor.
pub fn fit(wanted: Vec2, monitor: Vec2) -> Vec2 {
    wanted.min((monitor - DESKTOP).max(LEAST).min(monitor))
}

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
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    tracing::info!("{} starts on {os} {arch}, {} cores", program(), available_parallelism().map_or(1, usize::from));
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
    let read = if matches!(access, Access::ReadOnly) { look_at_settings } else { load_settings };
    let loaded = read(paths.settings());
    let access = Arc::new(access);
    let mut reasons = Vec::new();
    for renderer in renderers() {
        match open_with(renderer, &loaded, paths, started, open.clone(), access.clone()) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(error) => {
                tracing::warn!("{renderer}: {error}");
                // Without a display no renderer helps.
                if matches!(error, eframe::Error::WinitEventLoop(_)) && !has_display() {
                    reasons = vec![Both::new(
                        "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)",
                        "没有显示器（DISPLAY 与 WAYLAND_DISPLAY 都未设置）",
                    )];
                    break;
                }
                reasons.push(Both::new(format!("{renderer}: {error}"), format!("{renderer} 无法使用")));
            }
        }
    }
    let of = |lang: Lang| reasons.iter().map(|why| why.get(lang)).collect::<Vec<_>>().join("; ");
    let (en, zh) = (of(Lang::En), of(Lang::Zh));
    failed(&StudioError::from(Cause::NoRenderer { reason: Both::new(en.as_str(), zh) }).with_details(en))
}

/// Whether the system could have a display; only Linux and other Unix systems may have none.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    cfg!(any(windows, target_os = "macos")) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn renderers() -> Vec<Renderer> {
    match std::env::var(RENDERER).ok().and_then(|name| name.parse().ok()) {
        Some(renderer) => vec![renderer],
        None => vec![Renderer::Wgpu, Renderer::Glow],
    }
}

fn open_with(
    renderer: Renderer,
    loaded: &Loaded,
    paths: &Paths,
    started: Instant,
    open: Option<PathBuf>,
    access: Arc<Access>,
) -> eframe::Result {
    let window = loaded.0.window;
    let viewport = egui::ViewportBuilder::default()
        .with_title("AIGC Studio")
        .with_app_id("aigc-studio")
        .with_icon(icon())
        .with_inner_size([window.width.clamp(LEAST.x, 8000.0), window.height.clamp(LEAST.y, 6000.0)])
        .with_min_inner_size(LEAST)
        .with_maximized(window.maximized)
        .with_drag_and_drop(true);
    let mut options = eframe::NativeOptions { viewport, renderer, ..Default::default() };
    if let WgpuSetup::CreateNew(setup) = &mut options.wgpu_options.wgpu_setup {
        // OpenGL is the second renderer's: to look for it here too takes time and its driver's memory.
        setup.instance_descriptor.backends = Backends::from_env().unwrap_or(Backends::PRIMARY);
    }
    // One picture of the window fewer in memory, and what is typed is seen a frame sooner.
    options.wgpu_options.surface.desired_maximum_frame_latency = Some(1);
    let (paths, loaded) = (paths.clone(), loaded.clone());
    eframe::run_native(
        "aigc-studio",
        options,
        Box::new(move |cc| {
            log_renderer(cc);
            let mut studio = Studio::new(&cc.egui_ctx, paths, loaded, started, &access);
            if let Some(path) = open {
                studio.open(path);
            }
            Ok(Box::new(studio))
        }),
    )
}

/// What draws the window.
fn log_renderer(cc: &eframe::CreationContext<'_>) {
    match &cc.wgpu_render_state {
        Some(state) => {
            let about = state.adapter.get_info();
            tracing::info!("the window is drawn by {} ({:?}, {})", about.name, about.backend, about.driver_info);
        }
        None => tracing::info!("the window is drawn by OpenGL"),
    }
}

/// The picture for the title bar and the task bar; on Wayland the desktop takes that of the desktop entry. Nothing
/// where it cannot be read.
fn icon() -> egui::IconData {
    from_png_bytes(ICON).unwrap_or_default()
}

/// Says why there is no window.
fn failed(error: &StudioError) -> ExitCode {
    say(error, system_lang());
    ExitCode::from(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_windows_icon_is_a_picture_with_a_transparent_corner() {
        let icon = icon();
        assert_eq!((icon.width, icon.height, icon.rgba.len()), (256, 256, 256 * 256 * 4));
        let centre = (128 * 256 + 112) * 4;
        assert_eq!((icon.rgba[3], icon.rgba[centre + 3]), (0, 255));
    }

    #[test]
    fn a_window_leaves_the_desktop_its_panels() {
        let usual = vec2(1280.0, 800.0);
        assert_eq!(fit(usual, vec2(1920.0, 1080.0)), usual);
        assert_eq!(fit(usual, vec2(1280.0, 800.0)), vec2(1248.0, 704.0));
        assert_eq!(fit(usual, vec2(1366.0, 768.0)), vec2(1280.0, 672.0));
        // What a larger monitor had room for.
        assert_eq!(fit(vec2(2500.0, 1300.0), vec2(1920.0, 1080.0)), vec2(1888.0, 984.0));
        // The smallest window that everything has room in, and never more than there is.
        assert_eq!(fit(usual, vec2(900.0, 600.0)), vec2(868.0, 560.0));
        assert_eq!(fit(usual, vec2(800.0, 480.0)), vec2(800.0, 480.0));
    }
}
