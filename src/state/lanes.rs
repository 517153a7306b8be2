//! The queue of the engine's lanes: each lane has one job, the others wait here.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::{JobId, Medium, Task};

/// Jobs that may wait for one lane.
pub(in crate::state) const WAITING: usize = 256;

#[derive(Clone, Debug, Default)]
pub(in crate::state) struct Lanes(BTreeMap<Medium, Lane>);

#[derive(Clone, Debug, Default)]
struct Lane {
    /// The job that the engine has.
    runs: Option<JobId>,
    /// Those that come after it, oldest first.
    waits: VecDeque<(JobId, Task)>,
}

impl Lanes {
    /// Puts a job behind those of its lane; false where there are too many.
    pub fn add(&mut self, id: JobId, task: Task) -> bool {
        let lane = self.0.entry(task.medium()).or_default();
        let has_room = lane.waits.len() < WAITING;
        if has_room {
            lane.waits.push_back((id, task));
        }
        has_room
    }

    /// The next job of each lane that has none; the engine has it from now on.
    pub fn next(&mut self) -> Vec<(JobId, Task)> {
        let free = self.0.values_mut().filter(|lane| lane.runs.is_none());
        let next = free.filter_map(|lane| {
            let (id, task) = lane.waits.pop_front()?;
            lane.runs = Some(id);
            Some((id, task))
        });
        next.collect()
    }

    /// A job is over.
    pub fn ended(&mut self, id: JobId) {
        for lane in self.0.values_mut() {
            lane.runs.take_if(|runs| *runs == id);
        }
        self.forget(id);
    }

    /// Takes a job out that waits; false where it does not.
    pub fn forget(&mut self, id: JobId) -> bool {
        self.0.values_mut().any(|lane| {
            let at = lane.waits.iter().position(|(other, _)| *other == id);
            at.and_then(|at| lane.waits.remove(at)).is_some()
        })
    }

    /// Another engine, which has no job yet; the jobs that waited for the old one.
    pub fn clear(&mut self) -> Vec<JobId> {
        let lanes = std::mem::take(&mut self.0);
        lanes.into_values().flat_map(|lane| lane.waits).map(|(id, _)| id).collect()
    }

    /// Jobs that wait, lane by lane, oldest first.
    #[cfg(test)]
    pub fn waiting(&self) -> impl Iterator<Item = &(JobId, Task)> {
        self.0.values().flat_map(|lane| &lane.waits)
    }
}
