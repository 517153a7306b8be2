//! Threads that compute give way to the window's: its frames come when they are due, also where models take every core.

use std::sync::atomic::{AtomicBool, Ordering};

use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};

static GIVES_WAY: AtomicBool = AtomicBool::new(false);
/// Of 100, where 50 is a usual thread's.
const PRIORITY: u8 = 30;

/// From now on threads that begin to compute ([`computes`]) do so below other threads. Before an engine starts.
pub fn give_way() {
    GIVES_WAY.store(true, Ordering::Relaxed);
    let pool = rayon::ThreadPoolBuilder::new().start_handler(|_| computes());
    if let Err(error) = pool.build_global() {
        tracing::warn!("threads as they are: {error}");
    }
}

/// This thread computes from now on.
pub fn computes() {
    if !GIVES_WAY.load(Ordering::Relaxed) {
        return;
    }
    let Ok(value) = ThreadPriorityValue::try_from(PRIORITY) else { return };
    if let Err(error) = set_current_thread_priority(ThreadPriority::Crossplatform(value)) {
        tracing::warn!("a thread keeps its priority: {error:?}");
    }
}
