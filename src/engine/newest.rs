//! Small questions that are answered on a thread of their own, the newest only: what a person typed before it is of no
//! interest any more.

use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::domain::Wake;

/// Questions that may wait.
pub const QUESTIONS: usize = 16;

/// Asks the thread; [`Newest::ask`] never waits.
pub struct Newest<Q> {
    requests: Sender<Q>,
}

impl<Q: Send + 'static> Newest<Q> {
    /// Starts the thread `name`, which answers with `work` and calls `wake` after each answer. It ends when this is
    /// dropped.
    pub(super) fn with<A: Send + 'static>(
        name: &str,
        wake: Wake,
        mut work: impl FnMut(Q) -> A + Send + 'static,
    ) -> (Self, Receiver<A>) {
        let (requests, queue) = bounded::<Q>(QUESTIONS);
        let (answers, receiver) = bounded(QUESTIONS);
        let work = move || {
            while let Ok(mut question) = queue.recv() {
                while let Ok(newer) = queue.try_recv() {
                    question = newer;
                }
                if answers.send(work(question)).is_err() {
                    return;
                }
                wake();
            }
        };
        // Without it nothing is answered, and all else works.
        if let Err(error) = thread::Builder::new().name(name.to_owned()).spawn(work) {
            tracing::warn!("no thread for {name}: {error}");
        }
        (Self { requests }, receiver)
    }

    /// False where older questions still wait.
    pub fn ask(&self, question: Q) -> bool {
        self.requests.try_send(question).is_ok()
    }
}
