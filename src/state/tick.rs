//! What each room does as time passes, and when.

use crate::state::settings::SETTLE_MS;
use crate::state::{AppState, Effects};

impl AppState {
    pub(in crate::state) fn tick(&mut self, fx: &mut Effects) {
        let now = self.now_ms;
        let (write, mut env) = self.write(fx);
        if write.sliders_moved_ms.is_some_and(|at| now - at >= SETTLE_MS) {
            write.keep_sliders(&mut env);
        }
        write.search_when_settled(&mut env);
        self.keep_desk(fx);
        let (gallery, mut env) = self.gallery(fx);
        gallery.look_when_due(&mut env);
        self.notices.list.retain(|n| n.kind.stays() || now - n.born_ms < n.kind.lasts_ms());
        let (settings, mut env) = self.settings_room(fx);
        settings.tick(&mut env);
    }

    /// Milliseconds until something happens by itself (a notice goes, settings are saved); `None` if nothing will. The
    /// app sleeps until then.
    pub fn next_deadline_ms(&self) -> Option<i64> {
        let notes = self.notices.list.iter().filter(|n| !n.kind.stays());
        let note = notes.map(|n| n.born_ms + n.kind.lasts_ms()).min();
        let sliders = self.write.sliders_moved_ms.map(|at| at + SETTLE_MS);
        note.into_iter()
            .chain(self.settings_room.deadline_ms(&self.settings, self.now_ms))
            .chain(sliders)
            .chain(self.write.search_deadline_ms())
            .chain(self.desk.deadline_ms())
            .chain(self.gallery.deadline_ms(self.room()))
            .min()
            .map(|at| (at - self.now_ms).max(1))
    }
}
