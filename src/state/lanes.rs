//! The queue of the engine's lanes: each lane has one job, the others wait here.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::{Event, EventKind, JobId, Medium, Task};
use crate::error::Cause;
use crate::state::{Effect, Effects};

/// Jobs that may wait for one lane.
pub(in crate::state) const WAITING: usize = 256;

#[derive(Clone, Debug, Default)]
pub(in crate::state) struct Lanes {
    lanes: BTreeMap<Medium, Lane>,
    /// The number of the newest job.
    newest: u64,
    /// Jobs that ended without the engine: their rooms are to be told.
    news: Vec<Event>,
    /// Media whose models' memory is being freed: until all of it is free no job begins, for it would take some again.
    unloading: Vec<Medium>,
}

#[derive(Clone, Debug, Default)]
struct Lane {
    /// The job that the engine has.
    runs: Option<JobId>,
    /// Those that come after it, oldest first.
    waits: VecDeque<(JobId, Task)>,
}

impl Lanes {
    pub fn new_job(&mut self) -> JobId {
        self.newest += 1;
        JobId(self.newest)
    }

    /// Hands a job to the engine as soon as the lane of its medium has none; where too many wait, its room is told.
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

    /// Whether the engine has a job.
    pub fn is_busy(&self) -> bool {
        self.lanes.values().any(|lane| lane.runs.is_some())
    }

    /// Has the memory of all models freed after the jobs that run; false where that is asked for already.
    pub fn unload(&mut self, fx: &mut Effects) -> bool {
        let anew = self.unloading.is_empty();
        if anew {
            self.unloading = Medium::WITH_MODELS.to_vec();
            fx.push(Effect::Unload);
        }
        anew
    }

    /// The memory of this medium's models is free; whether all is now that was asked for. What waited begins then.
    pub fn unloaded(&mut self, medium: Medium, fx: &mut Effects) -> bool {
        let Some(at) = self.unloading.iter().position(|of| *of == medium) else { return false };
        self.unloading.remove(at);
        self.hand_over(fx);
        self.unloading.is_empty()
    }

    /// The memory cannot be freed: what waited for that begins.
    pub fn not_unloaded(&mut self, fx: &mut Effects) {
        self.unloading.clear();
        self.hand_over(fx);
    }

    /// Ends a job: at once where it waits, else the engine says when.
    pub fn cancel(&mut self, id: JobId, fx: &mut Effects) {
        if self.forget(id) {
            self.news.push(Event { job: id, kind: EventKind::Cancelled });
        } else {
            fx.push(Effect::Cancel(id));
        }
    }

    /// The oldest ending that was not told.
    pub fn news(&mut self) -> Option<Event> {
        (!self.news.is_empty()).then(|| self.news.remove(0))
    }

    /// Puts a job behind those of its lane; false where there are too many.
    fn add(&mut self, id: JobId, task: Task) -> bool {
        let lane = self.lanes.entry(task.medium()).or_default();
        let has_room = lane.waits.len() < WAITING;
        if has_room {
            lane.waits.push_back((id, task));
        }
        has_room
    }

    /// The next job of each lane that has none; the engine has it from now on.
    fn next(&mut self) -> Vec<(JobId, Task)> {
        let free = self.lanes.values_mut().filter(|lane| lane.runs.is_none());
        let next = free.filter_map(|lane| {
            let (id, task) = lane.waits.pop_front()?;
            lane.runs = Some(id);
            Some((id, task))
        });
        next.collect()
    }

    /// A job is over.
    pub fn ended(&mut self, id: JobId) {
        for lane in self.lanes.values_mut() {
            lane.runs.take_if(|runs| *runs == id);
        }
        self.forget(id);
    }

    /// Takes a job out that waits; false where it does not.
    pub fn forget(&mut self, id: JobId) -> bool {
        self.lanes.values_mut().any(|lane| {
            let at = lane.waits.iter().position(|(other, _)| *other == id);
            at.and_then(|at| lane.waits.remove(at)).is_some()
        })
    }

    /// Another engine, which has no job yet; those of the old one are asked for anew.
    pub fn clear(&mut self) {
        self.lanes.clear();
        self.unloading.clear();
    }

    /// Jobs that wait, lane by lane, oldest first.
    #[cfg(test)]
    pub fn waiting(&self) -> impl Iterator<Item = &(JobId, Task)> {
        self.lanes.values().flat_map(|lane| &lane.waits)
    }
}
