//! Catches panics while the window opens: the window's libraries panic where a part of the system is missing.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::error::said_by;

thread_local! {
    /// This thread opens a window that is not open yet.
    static OPENING: Cell<bool> = const { Cell::new(false) };
}

/// Opens a window and runs it until it is closed. Returns what `run` did, or what it said when it panicked, and whether
/// the window was open. A panic before [`opened`] is neither printed nor reported; a later one goes on.
pub fn guarded<T>(run: impl FnOnce() -> T) -> (Result<T, String>, bool) {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            if !OPENING.get() {
                before(info);
            }
        }));
    });
    OPENING.set(true);
    let ended = catch_unwind(AssertUnwindSafe(run));
    let opened = !OPENING.replace(false);
    match ended {
        Ok(done) => (Ok(done), opened),
        Err(panic) if opened => resume_unwind(panic),
        Err(panic) => (Err(said_by(&*panic).to_owned()), opened),
    }
}

/// The window is open.
pub fn opened() {
    OPENING.set(false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_until_the_window_is_open() {
        assert_eq!(guarded(|| 7), (Ok(7), false));
        assert_eq!(guarded::<()>(|| panic!("no library {}", 7)), (Err("no library 7".to_owned()), false));
        assert_eq!(guarded(opened), (Ok(()), true));
        let late = catch_unwind(|| {
            guarded(|| {
                opened();
                panic!("a fault of ours");
            })
        });
        assert_eq!(late.err().map(|panic| said_by(&*panic).to_owned()).as_deref(), Some("a fault of ours"));
    }
}
