//! What a failure to open the window means: the end, or another renderer.

use eframe::Renderer;
use eframe::egui_wgpu::WgpuError;

use super::display::Display;
use crate::error::NoWindow;
use crate::lang::{Both, both};

/// The window's libraries, and what has them on Debian.
const PACKAGES: [(&str, &str); 9] = [
    ("libX11", "libx11-6"),
    ("libX11-xcb", "libx11-xcb1"),
    ("libXcursor", "libxcursor1"),
    ("libXi", "libxi6"),
    ("libXrender", "libxrender1"),
    ("libwayland-client", "libwayland-client0"),
    ("libwayland-egl", "libwayland-egl1"),
    ("libxkbcommon", "libxkbcommon0"),
    ("libxkbcommon-x11", "libxkbcommon-x11-0"),
];

/// The extensions of an X server without which the window's library panics, by its word for them.
const EXTENSIONS: [(&str, &str); 3] = [("XRandR", "RANDR"), ("XInput", "XInput 2"), ("XKB", "XKB")];

/// What to do after a failure.
#[derive(Debug, PartialEq)]
pub enum Next {
    /// Another renderer may work; why this one does not.
    Another(Both),
    /// No renderer helps.
    End(NoWindow),
}

/// What an error means that came while the window opened on `display`, or after it was `opened`.
pub fn after_error(renderer: Renderer, error: &eframe::Error, opened: bool, display: Option<&Display>) -> Next {
    match error {
        _ if opened => Next::End(NoWindow::DisplayLost),
        eframe::Error::WinitEventLoop(error) => Next::End(without_events(&format!("{error} {error:?}"), display)),
        error => Next::Another(driver(renderer, error)),
    }
}

/// What a panic means that came while the window opened.
pub fn after_panic(said: &str) -> NoWindow {
    if let Some(missing) = library_in(said) {
        return missing;
    }
    let extension = EXTENSIONS.iter().find(|(word, _)| said.contains(word));
    extension.map_or(NoWindow::Failed, |&(_, extension)| NoWindow::ExtensionMissing { extension })
}

/// Why there are no events of a display.
fn without_events(said: &str, display: Option<&Display>) -> NoWindow {
    let wayland = said.contains("The wayland library").then(|| missing("libwayland-client.so.0"));
    let library = library_in(said).or(wayland);
    library.unwrap_or_else(|| display.map_or(NoWindow::Failed, Display::unreachable))
}

/// The library that a message names, as missing.
fn library_in(said: &str) -> Option<NoWindow> {
    let words = said.split(|c: char| !(c.is_ascii_alphanumeric() || "._+-".contains(c)));
    words
        .map(|word| word.trim_end_matches('.'))
        .find(|word| word.starts_with("lib") && word.contains(".so"))
        .map(missing)
}

fn missing(library: &str) -> NoWindow {
    let name = library.split(".so").next().unwrap_or(library);
    let package = PACKAGES.iter().find(|(of, _)| *of == name).map_or(name, |&(_, package)| package);
    NoWindow::LibraryMissing { library: library.to_owned(), package: package.to_owned() }
}

/// Why a renderer does not work, in short.
fn driver(renderer: Renderer, error: &eframe::Error) -> Both {
    let name = match renderer {
        Renderer::Glow => "OpenGL",
        Renderer::Wgpu if cfg!(target_os = "macos") => "Metal",
        Renderer::Wgpu if cfg!(windows) => "DirectX 12",
        Renderer::Wgpu => "Vulkan",
    };
    let none = match error {
        eframe::Error::Wgpu(error) => matches!(error, WgpuError::RequestAdapterError(_)),
        eframe::Error::Glutin(_) | eframe::Error::NoGlutinConfigs(..) => true,
        _ => false,
    };
    if none {
        both!("no {name} driver was found", "没有找到 {name} 驱动程序")
    } else {
        both!("{name} did not work", "{name} 无法使用")
    }
}

/// An error's own words, for experts: without the place in a library's source on the machine that built it, and without
/// the values that a picture format was looked for with.
pub fn details(error: &eframe::Error) -> String {
    match error {
        eframe::Error::NoGlutinConfigs(_, error) => format!("no configuration: {error}"),
        error => without_source(&error.to_string()),
    }
}

fn without_source(said: &str) -> String {
    let split = |said: &str| {
        let (before, place) = said.split_once("os error at ")?;
        let (_, after) = place.split_once(".rs:")?;
        let (_line, after) = after.split_once(": ")?;
        Some(format!("{before}{after}"))
    };
    split(said).unwrap_or_else(|| said.to_owned())
}

/// The reasons of all renderers, in one sentence.
pub fn all(reasons: &[Both]) -> Both {
    let join = |words: fn(&Both) -> &str, sign| reasons.iter().map(words).collect::<Vec<_>>().join(sign);
    Both::new(join(|why| &why.en, "; "), join(|why| &why.zh, "；"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lacks(why: NoWindow) -> (String, String) {
        let NoWindow::LibraryMissing { library, package } = why else { panic!("{why:?}") };
        (library, package)
    }

    #[test]
    fn a_missing_library_is_named_with_its_package() {
        let of = |library: &str, package: &str| (library.to_owned(), package.to_owned());
        let xkb = "Library libxkbcommon-x11.so could not be loaded.";
        assert_eq!(lacks(after_panic(xkb)), of("libxkbcommon-x11.so", "libxkbcommon-x11-0"));
        let xlib = "os error at /home/mei/x11.rs:787: Failed to load one of xlib's shared libraries \
                    LibraryOpenError(OpenError { kind: Library, detail: \"opening library failed (libXi.so.6: cannot \
                    open shared object file)\" })";
        assert_eq!(lacks(without_events(xlib, None)), of("libXi.so.6", "libxi6"));
        let wayland = "The wayland library could not be loaded";
        assert_eq!(lacks(without_events(wayland, None)), of("libwayland-client.so.0", "libwayland-client0"));
        assert_eq!(lacks(after_panic("no libnew.so.3")), of("libnew.so.3", "libnew"));
    }

    #[test]
    fn a_panic_names_the_extension_or_nothing() {
        let said = "failed to request XRandR version: UnsupportedExtension";
        assert_eq!(after_panic(said), NoWindow::ExtensionMissing { extension: "RANDR" });
        let said = "X server missing XKB extension";
        assert_eq!(after_panic(said), NoWindow::ExtensionMissing { extension: "XKB" });
        assert_eq!(after_panic("index out of bounds"), NoWindow::Failed);
    }

    /// Regression: the event loop was made again for the next renderer, which it cannot be.
    #[cfg(not(any(windows, target_os = "macos")))]
    #[test]
    fn without_events_no_other_renderer_is_tried() {
        let error = eframe::Error::WinitEventLoop(winit::error::EventLoopError::RecreationAttempt);
        assert_eq!(after_error(Renderer::Wgpu, &error, false, None), Next::End(NoWindow::Failed));
    }

    /// Regression: after the compositor had ended, OpenGL was tried and a graphics driver was to be installed.
    #[test]
    fn only_a_renderer_that_did_not_open_is_followed_by_another() {
        let wgpu = || eframe::Error::Wgpu(WgpuError::NoSurfaceFormatsAvailable);
        let next = after_error(Renderer::Wgpu, &wgpu(), false, None);
        let Next::Another(why) = next else { panic!("{next:?}") };
        assert!(why.en.ends_with("did not work") && why.zh.ends_with("无法使用"), "{why:?}");
        assert_eq!(after_error(Renderer::Wgpu, &wgpu(), true, None), Next::End(NoWindow::DisplayLost));
    }

    #[test]
    fn reasons_are_joined_in_each_language_and_sources_are_left_out() {
        let both = all(&[both!("no {} driver", "没有 {} 驱动程序", "A"), both!("{} did not work", "{} 无法使用", "B")]);
        assert_eq!((&*both.en, &*both.zh), ("no A driver; B did not work", "没有 A 驱动程序；B 无法使用"));
        let said = "winit EventLoopError: os error at /home/mei/winit-0.30/src/mod.rs:788: Failed to open: 3";
        assert_eq!(without_source(said), "winit EventLoopError: Failed to open: 3");
        assert_eq!(without_source("no source"), "no source");
    }
}
