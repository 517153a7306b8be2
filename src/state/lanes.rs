//! The queue of the engine's lanes. The engine has one job of each lane; the others wait here.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::{Event, EventKind, JobId, Medium, Task};
use crate::error::Cause;
use crate::state::{Effect, Effects};

/// Maximum number of jobs that wait for one lane.
pub(in crate::state) const WAITING: usize = 256;

#[derive(Clone, Debug, Default)]
pub(in crate::state) struct Lanes {
    lanes: BTreeMap<Medium, Lane>,
    /// The id of the newest job.
    newest: u64,
    /// Events of jobs that ended without the engine, for their rooms.
    news: Vec<Event>,
    /// Media whose models are being unloaded. No job begins until all of them are done, because it would load a model
    /// again.
    unloading: Vec<Medium>,
}

#[derive(Clone, Debug, Default)]
struct Lane {
    /// The job that the engine is working on.
    runs: Option<JobId>,
    /// The jobs after it, oldest first.
    waits: VecDeque<(JobId, Task)>,
}

impl Lanes {
    pub fn new_job(&mut self) -> JobId {
        self.newest += 1;
        JobId(self.newest)
    }

    /// Adds a job. The engine gets it as soon as its lane is free; if too many jobs wait, it fails with `QueueFull`.
    pub fn ask(&mut self, id: JobId, task: Task, fx: &mut Effects) {
        if self.add(id, task) {
            self.hand_over(fx);
        } else {
            let error = Cause::QueueFull { waiting: WAITING }.into();
            self.news.push(Event { job: id, kind: EventKind::Failed(error) });
        }
    }

    pub fn hand_over(&mut self, fx: &mut Effects) {
        if !self.unloading.is_empty() {
            return;
        }
        fx.extend(self.next().into_iter().map(|(id, task)| Effect::Submit { id, task }));
    }

    /// Whether the engine is working on a job.
    pub fn is_busy(&self) -> bool {
        self.lanes.values().any(|lane| lane.runs.is_some())
    }

    /// Frees the memory of all models after the running jobs. Returns false if that was requested already.
    pub fn unload(&mut self, fx: &mut Effects) -> bool {
        let anew = self.unloading.is_empty();
        if anew {
            self.unloading = Medium::WITH_MODELS.to_vec();
            fx.push(Effect::Unload);
        }
        anew
    }

    /// Records that this medium's models are unloaded. Returns true if that was the last medium; waiting jobs begin
    /// then.
    pub fn unloaded(&mut self, medium: Medium, fx: &mut Effects) -> bool {
        let Some(at) = self.unloading.iter().position(|of| *of == medium) else { return false };
        self.unloading.remove(at);
        self.hand_over(fx);
        self.unloading.is_empty()
    }

    /// Lets waiting jobs begin, because the memory cannot be freed.
    pub fn not_unloaded(&mut self, fx: &mut Effects) {
        self.unloading.clear();
        self.hand_over(fx);
    }

    /// Cancels a job: at once if it waits, otherwise the engine's event says when.
    pub fn cancel(&mut self, id: JobId, fx: &mut Effects) {
        if self.forget(id) {
            self.news.push(Event { job: id, kind: EventKind::Cancelled });
        } else {
            fx.push(Effect::Cancel(id));
        }
    }

    /// Takes the oldest event of a job that ended without the engine.
    pub fn news(&mut self) -> Option<Event> {
        (!self.news.is_empty()).then(|| self.news.remove(0))
    }

    /// Adds a job to the queue of its lane. Returns false if too many wait.
    fn add(&mut self, id: JobId, task: Task) -> bool {
        let lane = self.lanes.entry(task.medium()).or_default();
        let has_room = lane.waits.len() < WAITING;
        if has_room {
            lane.waits.push_back((id, task));
        }
        has_room
    }

    /// Takes the next job of each free lane. The engine has it from now on.
    fn next(&mut self) -> Vec<(JobId, Task)> {
        let free = self.lanes.values_mut().filter(|lane| lane.runs.is_none());
        let next = free.filter_map(|lane| {
            let (id, task) = lane.waits.pop_front()?;
            lane.runs = Some(id);
            Some((id, task))
        });
        next.collect()
    }

    /// Records that a job has ended.
    pub fn ended(&mut self, id: JobId) {
        for lane in self.lanes.values_mut() {
            lane.runs.take_if(|runs| *runs == id);
        }
        self.forget(id);
    }

    /// Removes a waiting job. Returns false if it does not wait.
    pub fn forget(&mut self, id: JobId) -> bool {
        self.lanes.values_mut().any(|lane| {
            let at = lane.waits.iter().position(|(other, _)| *other == id);
            at.and_then(|at| lane.waits.remove(at)).is_some()
        })
    }

    /// Empties all lanes for a new engine. The rooms submit the jobs of the old one again.
    pub fn clear(&mut self) {
        self.lanes.clear();
        self.unloading.clear();
    }

    /// The waiting jobs, lane by lane, oldest first.
    #[cfg(test)]
    pub fn waiting(&self) -> impl Iterator<Item = &(JobId, Task)> {
        self.lanes.values().flat_map(|lane| &lane.waits)
    }
}
