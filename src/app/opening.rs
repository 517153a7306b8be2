//! Opens the window with one renderer.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use eframe::egui_wgpu::WgpuSetup;
use eframe::icon_data::from_png_bytes;
use eframe::wgpu::Backends;
use eframe::{EventLoopBuilderHook, Renderer};

use super::display::Display;
use super::guard::opened;
use super::{Access, Loaded, Studio};
use crate::store::Paths;

/// `packaging/icons.py` draws it.
static ICON: &[u8] = include_bytes!("../../packaging/icons/256.png");

/// Opens the window with a renderer on a display, and runs it until it is closed.
pub fn open_with(
    renderer: Renderer,
    display: Option<&Display>,
    loaded: &Loaded,
    paths: &Paths,
    started: Instant,
    open: Option<PathBuf>,
    access: Arc<Access>,
) -> eframe::Result {
    let window = loaded.0.window;
    // Its least size comes with the monitor.
    let viewport = egui::ViewportBuilder::default()
        .with_title("AIGC Studio")
        .with_app_id("aigc-studio")
        .with_icon(icon())
        .with_inner_size([window.width.clamp(100.0, 8000.0), window.height.clamp(100.0, 6000.0)])
        .with_maximized(window.maximized)
        .with_drag_and_drop(true);
    let event_loop_builder = event_loop(display);
    let mut options = eframe::NativeOptions { viewport, renderer, event_loop_builder, ..Default::default() };
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
            opened();
            log_renderer(cc);
            let mut studio = Studio::new(&cc.egui_ctx, paths, loaded, started, &access);
            if let Some(path) = open {
                studio.open(path);
            }
            Ok(Box::new(studio))
        }),
    )
}

/// X11 where it was chosen: the window's library would take a Wayland that does not answer.
#[cfg(not(any(windows, target_os = "macos")))]
fn event_loop(display: Option<&Display>) -> Option<EventLoopBuilderHook> {
    use winit::platform::x11::EventLoopBuilderExtX11;
    let x11: EventLoopBuilderHook = Box::new(|builder| {
        builder.with_x11();
    });
    display.filter(|display| display.is_x11()).map(|_| x11)
}

#[cfg(any(windows, target_os = "macos"))]
fn event_loop(_: Option<&Display>) -> Option<EventLoopBuilderHook> {
    None
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
}
