//! Compute threads run below the UI thread's priority, so that frames stay on time while models use every core.

use std::sync::atomic::{AtomicBool, Ordering};

use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};

static GIVES_WAY: AtomicBool = AtomicBool::new(false);
/// Priority of 100, where 50 is normal.
const PRIORITY: u8 = 30;

/// From now on, threads that call [`computes`] run at low priority. Call it before an engine starts.
pub fn give_way() {
    GIVES_WAY.store(true, Ordering::Relaxed);
    let pool = rayon::ThreadPoolBuilder::new().start_handler(|_| computes());
    if let Err(error) = pool.build_global() {
        tracing::warn!("threads as they are: {error}");
    }
}

/// Marks this thread as a compute thread.
pub fn computes() {
    if !GIVES_WAY.load(Ordering::Relaxed) {
        return;
    }
    let Ok(value) = ThreadPriorityValue::try_from(PRIORITY) else { return };
    if let Err(error) = set_current_thread_priority(ThreadPriority::Crossplatform(value)) {
        tracing::warn!("a thread keeps its priority: {error:?}");
    }
}
