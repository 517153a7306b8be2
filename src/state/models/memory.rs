//! Which models are in memory.

use crate::domain::{JobId, Makes, Medium};
use crate::error::StudioError;
use crate::state::{AppState, Effects, NoticeKind};

impl AppState {
    /// Records that the models of this medium are unloaded.
    pub(in crate::state) fn unloaded(&mut self, medium: Medium, fx: &mut Effects) {
        for entry in self.catalogue.entries.iter_mut().filter(|entry| entry.card.makes.medium() == medium) {
            entry.loaded = false;
        }
        self.heal_memory();
        if self.lanes.unloaded(medium, fx) {
            self.notices.list.retain(|n| n.kind != NoticeKind::MemoryWaits);
            self.note(NoticeKind::MemoryFreed);
        }
    }

    pub(in crate::state) fn not_unloaded(&mut self, error: StudioError, fx: &mut Effects) {
        self.lanes.not_unloaded(fx);
        self.problem(error);
    }

    /// Records that the model of this job is in memory. Each engine thread holds one.
    pub(in crate::state) fn note_loaded(&mut self, job: JobId) {
        let image = self.create.jobs.iter().find(|j| j.id == job).map(|j| j.request.model.id.clone());
        let layers = self.create.layers.as_ref().filter(|_| self.create.is_layers_job(job));
        let image = image.or_else(|| layers.map(|layers| layers.params.model.clone()));
        let makes = if image.is_some() { Makes::Image } else { Makes::Text };
        let text = || self.write.jobs().find(|j| j.id == Some(job)).map(|j| j.params.model.clone());
        let helped = self.create.helper.as_ref().filter(|helper| helper.id == job);
        let text = || text().or_else(|| helped.map(|helper| helper.model.clone()));
        let Some(id) = image.or_else(text) else { return };
        for entry in self.catalogue.entries.iter_mut().filter(|e| e.card.makes == makes) {
            entry.loaded = entry.card.id == id;
        }
    }
}
