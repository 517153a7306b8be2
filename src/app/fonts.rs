//! The system's fonts, for letters that the program's own fonts lack. A letter that no font has is drawn as a box.
//!
//! egui's provider panics on a thread of its own where the system has no font at all, and ends the window with the first
//! letter that it is asked for: it is made only where there are fonts, and left alone after a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, bounded};
use egui::{FallbackRequest, FontInsert, FontProvider};
use egui_system_font_provider::SystemFontProvider;

type Provider = Box<dyn FontProvider>;

/// The fonts of the system, where it has any.
pub struct SystemFonts {
    coming: Receiver<Option<Provider>>,
    found: OnceLock<Option<Provider>>,
    /// The provider panicked.
    broken: AtomicBool,
}

impl SystemFonts {
    /// Begins to look for them, on a thread: the window does not wait.
    pub fn look() -> Self {
        Self::made_by(|| has_any().then(|| Box::new(SystemFontProvider::new()) as Provider))
    }

    fn made_by(make: impl FnOnce() -> Option<Provider> + Send + 'static) -> Self {
        let (sender, coming) = bounded(1);
        let work = move || {
            let _ = sender.send(make());
        };
        if let Err(error) = thread::Builder::new().name("fonts".to_owned()).spawn(work) {
            tracing::warn!("no thread for the system's fonts: {error}");
        }
        Self { coming, found: OnceLock::new(), broken: AtomicBool::new(false) }
    }
}

impl FontProvider for SystemFonts {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        // A thread that ended without an answer has no fonts.
        let provider = self.found.get_or_init(|| self.coming.recv().ok().flatten()).as_ref()?;
        if self.broken.load(Ordering::Relaxed) {
            return None;
        }
        catch_unwind(AssertUnwindSafe(|| provider.font_for(request))).unwrap_or_else(|_| {
            self.broken.store(true, Ordering::Relaxed);
            None
        })
    }
}

/// Whether fontconfig knows any font.
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
fn has_any() -> bool {
    use fontconfig_sys::FcSetSystem;
    use fontconfig_sys::statics::LIB_RESULT;

    let Ok(lib) = LIB_RESULT.as_ref() else { return false };
    // SAFETY: the configuration is our own until it is destroyed, and its set of fonts is read before that.
    unsafe {
        let config = (lib.FcInitLoadConfigAndFonts)();
        if config.is_null() {
            return false;
        }
        let set = (lib.FcConfigGetFonts)(config, FcSetSystem);
        let any = !set.is_null() && (*set).nfont > 0;
        (lib.FcConfigDestroy)(config);
        if !any {
            tracing::warn!("the system has no fonts");
        }
        any
    }
}

/// Other systems come with fonts.
#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
fn has_any() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn asked(fonts: &SystemFonts) -> Option<FontInsert> {
        fonts.font_for(&FallbackRequest { cluster: "\u{d55c}", family: &egui::FontFamily::Proportional })
    }

    /// Regression: the first Korean letter ended the window on a system without fonts, at every start.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_system_without_fonts_has_no_provider() {
        const NAME: &str = "app::fonts::tests::a_system_without_fonts_has_no_provider";
        const CONFIG: &str = "FONTCONFIG_FILE";
        if std::env::var_os("AIGC_STUDIO_NO_FONTS").is_some() {
            assert!(!has_any());
            assert!(asked(&SystemFonts::look()).is_none());
            return;
        }
        // fontconfig reads the environment once: in a process of its own.
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("fonts.conf");
        let xml = format!("<?xml version=\"1.0\"?><fontconfig><dir>{}</dir></fontconfig>", home.path().display());
        std::fs::write(&config, xml).unwrap();
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", NAME]).env(CONFIG, &config).env("AIGC_STUDIO_NO_FONTS", "1");
        let output = again.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("1 passed") && !said.contains("panicked"), "{said}");
    }

    #[test]
    fn a_provider_that_panics_is_asked_once_and_the_letter_is_a_box() {
        let times = Arc::new(AtomicUsize::new(0));
        let fonts = SystemFonts::made_by({
            let times = times.clone();
            move || {
                let panics = move |_: &FallbackRequest<'_>| -> Option<FontInsert> {
                    times.fetch_add(1, Ordering::Relaxed);
                    panic!("as asked");
                };
                Some(Box::new(panics) as Provider)
            }
        });
        assert!(asked(&fonts).is_none() && asked(&fonts).is_none());
        assert_eq!(times.load(Ordering::Relaxed), 1);
        assert!(asked(&SystemFonts::made_by(|| panic!("as asked"))).is_none());
    }
}
