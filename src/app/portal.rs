//! Whether a file dialog can open at all: one that cannot answers as one that was closed.

use std::time::Duration;

/// Longest time that the desktop has for an answer; it may have to start its own dialogs first.
const PATIENCE: Duration = Duration::from_secs(3);

/// May take up to [`PATIENCE`]: not for the window's thread.
pub fn can_open_dialogs() -> bool {
    #[cfg(not(any(windows, target_os = "macos")))]
    return has_program("zenity") || portal_has_dialogs();
    // The system has its own.
    #[cfg(any(windows, target_os = "macos"))]
    true
}

#[cfg(not(any(windows, target_os = "macos")))]
fn has_program(name: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let runs = |path: std::path::PathBuf| {
        path.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
    };
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| runs(folder.join(name))))
}

/// Whether the desktop's portal shows file dialogs. One without a backend for them is there, and does not.
#[cfg(not(any(windows, target_os = "macos")))]
fn portal_has_dialogs() -> bool {
    let (sender, answer) = crossbeam_channel::bounded(1);
    let ask = move || {
        let asked = pollster::block_on(async {
            let bus = zbus::Connection::session().await?;
            let (portal, dialogs) = ("org.freedesktop.portal.Desktop", "org.freedesktop.portal.FileChooser");
            let path = "/org/freedesktop/portal/desktop";
            let about = Some("org.freedesktop.DBus.Properties");
            bus.call_method(Some(portal), path, about, "Get", &(dialogs, "version")).await
        });
        let asked = asked.inspect_err(|error| tracing::info!("no file dialogs from the desktop: {error}"));
        let _ = sender.send(asked.is_ok());
    };
    let thread = std::thread::Builder::new().name("portal".to_owned()).spawn(ask);
    thread.is_ok() && answer.recv_timeout(PATIENCE).unwrap_or(false)
}
