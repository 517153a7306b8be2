//! What the log says of the window: numbers, ids and names of causes; no prompt, no text, no path.

use std::collections::HashMap;
use std::time::Instant;

use crate::domain::{EventKind, FetchEventKind, JobId, ModelRef, PictureTask, Task};
use crate::state::{AppState, Input, NoticeKind, Notices, StatusNews};

/// What was logged, so that nothing is logged twice.
#[derive(Default)]
pub struct Logged {
    begun: HashMap<JobId, Instant>,
    /// The id of the newest notice that was looked at.
    notice: u64,
}

/// The machine, as the program found it.
pub fn start(state: &AppState) {
    let (device, kernels) = (&state.status.device, &state.status.kernels);
    let budget = crate::domain::bytes(state.status.budget);
    let read_only = if state.read_only { ", read-only" } else { "" };
    tracing::info!("models run on {device}, kernels {kernels}, up to {budget}{read_only}");
}

/// What a job does, and its model.
pub fn named(task: &Task) -> String {
    let of = |model: &ModelRef| model.id.clone();
    let (does, model) = match task {
        Task::Picture(PictureTask::Generate(request)) => {
            let p = &request.params;
            (format!("{} of {} x {}, {} steps", p.count, p.width, p.height, p.steps), of(&request.model))
        }
        Task::Picture(PictureTask::Decode(request)) => ("decoding".to_owned(), of(&request.model)),
        Task::Text(request) => (format!("up to {} tokens", request.params.max_tokens), of(&request.model)),
        #[cfg(test)]
        Task::Count(_) => Default::default(),
    };
    format!("{}, {does}, {model}", task.medium().name())
}

impl Logged {
    /// The engine has taken a job.
    pub fn begun(&mut self, id: JobId, named: String) {
        self.begun.insert(id, Instant::now());
        tracing::info!("job {}: {named}", id.0);
    }

    pub fn input(&mut self, input: &Input) {
        match input {
            Input::Engine(event) => self.event(event.job, &event.kind),
            Input::Fetch(event) => match &event.kind {
                FetchEventKind::Finished { .. } => tracing::info!("{}: fetched", event.id),
                FetchEventKind::Failed(error) => tracing::warn!("{}: not fetched: {}", event.id, error.kind()),
                FetchEventKind::Skipped { error, .. } => tracing::warn!("{}: next source: {}", event.id, error.kind()),
                _ => {}
            },
            Input::Status(StatusNews::Device(name)) => tracing::info!("models run on {name} from now on"),
            _ => {}
        }
    }

    fn event(&mut self, id: JobId, kind: &EventKind) {
        let seconds = self.begun.get(&id).map_or(0.0, |at| at.elapsed().as_secs_f64());
        let job = id.0;
        match kind {
            EventKind::Ready { load_s } => tracing::info!("job {job}: the model is loaded, in {load_s:.2} s"),
            EventKind::Freed { id } => tracing::info!("job {job}: {id} left the memory"),
            EventKind::Unloaded { medium } => tracing::info!("{} models are unloaded", medium.name()),
            EventKind::Finished(_) => tracing::info!("job {job}: done after {seconds:.2} s"),
            EventKind::Cancelled => tracing::info!("job {job}: cancelled after {seconds:.2} s"),
            EventKind::Failed(error) => tracing::warn!("job {job}: failed after {seconds:.2} s: {}", error.kind()),
            EventKind::Started | EventKind::Loading { .. } | EventKind::Progress(_) | EventKind::News(_) => {}
        }
        if kind.is_ending() {
            self.begun.remove(&id);
        }
    }

    /// Errors that have come into sight.
    pub fn problems(&mut self, notices: &Notices) {
        for notice in notices.list.iter().filter(|notice| notice.id > self.notice) {
            if let NoticeKind::Problem(problem) = &notice.kind {
                tracing::warn!("shown: {}", problem.0.kind());
            }
        }
        self.notice = notices.list.last().map_or(self.notice, |notice| notice.id.max(self.notice));
    }
}
