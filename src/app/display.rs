//! Which display the window opens on: Wayland before X11, as everywhere, but not a Wayland that does not answer.

use std::path::{Path, PathBuf};

use crate::error::NoWindow;

const X11: &str = "DISPLAY";
const WAYLAND: &str = "WAYLAND_DISPLAY";
/// The number of a connection that is open already.
const SOCKET: &str = "WAYLAND_SOCKET";

/// The environment variable that names the display, and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Display {
    name: &'static str,
    value: String,
}

impl Display {
    pub fn is_x11(&self) -> bool {
        self.name == X11
    }

    pub fn unreachable(&self) -> NoWindow {
        NoWindow::DisplayUnreachable { name: self.name, value: self.value.clone() }
    }
}

/// The display of this session; `None` on systems that always have one.
pub fn of_this_session() -> Result<Option<Display>, NoWindow> {
    if cfg!(any(windows, target_os = "macos")) {
        return Ok(None);
    }
    choose(|name| std::env::var(name).ok(), answers).map(Some)
}

#[cfg(unix)]
fn answers(socket: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(socket).is_ok()
}

#[cfg(not(unix))]
fn answers(_: &Path) -> bool {
    false
}

/// Chooses by the environment's variables; `answers` says whether a compositor listens at a path.
fn choose(env: impl Fn(&str) -> Option<String>, answers: impl Fn(&Path) -> bool) -> Result<Display, NoWindow> {
    let display = |name| env(name).filter(|value| !value.is_empty()).map(|value| Display { name, value });
    let Some(wayland) = display(WAYLAND).or_else(|| display(SOCKET)) else {
        return display(X11).ok_or(NoWindow::NoDisplay);
    };
    let reached = match env(SOCKET) {
        // It comes before a path, and can only be tried by taking it.
        Some(number) => number.parse::<i32>().is_ok(),
        None => socket(&wayland.value, env("XDG_RUNTIME_DIR")).is_some_and(|path| answers(&path)),
    };
    if reached { Ok(wayland) } else { display(X11).ok_or_else(|| wayland.unreachable()) }
}

/// The socket of a Wayland display: a path, or a name in the folder of the session.
fn socket(display: &str, folder: Option<String>) -> Option<PathBuf> {
    let path = PathBuf::from(folder.unwrap_or_default()).join(display);
    path.is_absolute().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is chosen in an environment where the compositor at `listens` answers.
    fn chosen(env: &[(&str, &str)], listens: &str) -> Result<String, NoWindow> {
        let of = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        choose(of, |path| path == Path::new(listens)).map(|display| format!("{}={}", display.name, display.value))
    }

    #[test]
    fn a_wayland_that_answers_comes_before_x11() {
        let both = [("WAYLAND_DISPLAY", "wayland-0"), ("XDG_RUNTIME_DIR", "/run/user/7"), ("DISPLAY", ":0")];
        assert_eq!(chosen(&both, "/run/user/7/wayland-0").unwrap(), "WAYLAND_DISPLAY=wayland-0");
        let path = [("WAYLAND_DISPLAY", "/s/way"), ("DISPLAY", ":0")];
        assert_eq!(chosen(&path, "/s/way").unwrap(), "WAYLAND_DISPLAY=/s/way");
        assert_eq!(chosen(&[("WAYLAND_SOCKET", "12"), ("DISPLAY", ":0")], "").unwrap(), "WAYLAND_SOCKET=12");
    }

    /// Regression: the name of a compositor that had ended kept the window from a working X server.
    #[test]
    fn x11_is_taken_where_no_compositor_answers() {
        for wayland in [
            [("WAYLAND_DISPLAY", "wayland-0"), ("XDG_RUNTIME_DIR", "/run/user/7")],
            [("WAYLAND_DISPLAY", "wayland-0"), ("XDG_RUNTIME_DIR", "relative")],
            [("WAYLAND_DISPLAY", "/s/way"), ("XDG_RUNTIME_DIR", "/run/user/7")],
            [("WAYLAND_DISPLAY", ""), ("XDG_RUNTIME_DIR", "")],
            [("WAYLAND_DISPLAY", "wayland-0"), ("WAYLAND_SOCKET", "no number")],
        ] {
            let env = [wayland[0], wayland[1], ("DISPLAY", ":0")];
            assert_eq!(chosen(&env, "/elsewhere").unwrap(), "DISPLAY=:0", "{env:?}");
        }
    }

    #[test]
    fn without_an_x_server_the_wayland_display_is_to_blame_and_without_both_none() {
        let value = "wayland-99".to_owned();
        let blamed = NoWindow::DisplayUnreachable { name: "WAYLAND_DISPLAY", value };
        assert_eq!(chosen(&[("WAYLAND_DISPLAY", "wayland-99"), ("XDG_RUNTIME_DIR", "/r")], ""), Err(blamed));
        assert_eq!(chosen(&[("DISPLAY", ""), ("WAYLAND_DISPLAY", "")], ""), Err(NoWindow::NoDisplay));
    }

    #[test]
    fn a_display_that_does_not_open_is_named() {
        let x11 = choose(|name| (name == "DISPLAY").then(|| ":555".to_owned()), |_| false).unwrap();
        assert!(x11.is_x11());
        assert_eq!(x11.unreachable(), NoWindow::DisplayUnreachable { name: "DISPLAY", value: ":555".to_owned() });
    }
}
