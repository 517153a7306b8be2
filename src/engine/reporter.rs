//! How a backend reports: previews and progress may be dropped, endings and text never.

use crossbeam_channel::Sender;

use crate::domain::{Event, EventKind, JobId, Wake};

/// The engine's side of a job's events.
#[derive(Clone)]
pub struct Reporter {
    job: JobId,
    events: Sender<Event>,
    wake: Wake,
}

impl Reporter {
    pub fn new(job: JobId, events: Sender<Event>, wake: Wake) -> Self {
        Self { job, events, wake }
    }

    /// Sends what may be dropped. Half of the channel stays free for what may not.
    pub fn hint(&self, kind: impl Into<EventKind>) {
        let roomy = self.events.capacity().is_none_or(|cap| self.events.len() * 2 < cap);
        if roomy && self.events.try_send(Event { job: self.job, kind: kind.into() }).is_ok() {
            (self.wake)();
        }
    }

    /// Sends what must arrive, and waits for room. Returns only early when nobody listens any more (the program
    /// ends).
    pub fn tell(&self, kind: impl Into<EventKind>) {
        (self.wake)();
        let _ = self.events.send(Event { job: self.job, kind: kind.into() });
        (self.wake)();
    }
}
