//! The desk of all rooms: what each of them adds to it, and the jobs of the last session, which several rooms continue.

use crate::domain::{Desk, Room, Waiting};
use crate::state::{AppState, Effects, NoticeKind, WaitingCommand};

impl AppState {
    /// All unfinished texts and jobs, as they are now.
    pub fn desk_now(&self) -> Desk {
        Desk {
            path: self.ask.path_begun().to_owned(),
            personas: self.personas.on_desk(),
            waiting: self.desk.waiting.iter().cloned().chain(self.jobs_now()).collect(),
            ..self.write.on_desk(self.lang)
        }
    }

    /// The jobs that would be lost if the window closed now.
    fn jobs_now(&self) -> Vec<Waiting> {
        let mut jobs = self.create.pictures_now();
        jobs.extend(self.write.texts_now());
        // An answer that waits for a model downloads it again.
        let fetches = self.catalogue.fetches_now().filter(|model| !self.write.waits_for(model));
        jobs.extend(fetches.map(|model| Waiting::Fetch { model: model.to_owned() }));
        jobs
    }

    pub(in crate::state) fn keep_desk(&mut self, fx: &mut Effects) {
        if self.desk.is_read() {
            let now = self.desk_now();
            self.desk.keep(now, self.now_ms, fx);
        }
    }

    /// The desk, if it differs from the one on the disk: for saving when the window closes.
    pub fn unkept_desk(&self) -> Option<Desk> {
        let now = self.desk_now();
        self.desk.is_unlike(&now).then_some(now)
    }

    /// Takes over the desk of the last session.
    pub(in crate::state) fn desk_loaded(&mut self, mut desk: Desk, fx: &mut Effects) {
        self.desk.was_read(&desk);
        self.ask.take_path(std::mem::take(&mut desk.path));
        self.personas.take_desk(std::mem::take(&mut desk.personas));
        self.write.take_desk(desk);
        if !self.desk.waiting.is_empty() {
            self.note(NoticeKind::JobsLeft);
        }
        self.reopen(fx);
    }

    pub(in crate::state) fn waiting_command(&mut self, command: WaitingCommand, fx: &mut Effects) {
        match command {
            WaitingCommand::Resume => self.resume(fx),
            WaitingCommand::Discard => self.forget_jobs(fx),
            WaitingCommand::Draw(job) => {
                let (create, mut env) = self.create(fx);
                create.draw_waiting(&job, &mut env);
                return;
            }
        }
        self.drop_notices(|n, _| n.kind == NoticeKind::JobsLeft);
    }

    /// Drops the jobs of the last session.
    fn forget_jobs(&mut self, fx: &mut Effects) {
        for job in std::mem::take(&mut self.desk.waiting) {
            match job {
                Waiting::Answer { conversation, turn } => {
                    self.in_write(fx, |write, env| write.give_up(conversation, turn, env));
                }
                Waiting::Pictures { .. } | Waiting::Page { .. } | Waiting::Fetch { .. } => {}
            }
        }
    }

    fn resume(&mut self, fx: &mut Effects) {
        let mut left = Vec::new();
        let mut room = None;
        for job in std::mem::take(&mut self.desk.waiting) {
            match job {
                Waiting::Pictures { .. } => {
                    room = room.or(Some(Room::Create));
                    let (create, mut env) = self.create(fx);
                    if !create.draw_waiting(&job, &mut env) {
                        left.push(job);
                    }
                }
                Waiting::Fetch { model } => self.fetch(&model, fx),
                Waiting::Answer { ref conversation, .. } | Waiting::Page { ref conversation, .. } => {
                    room = Some(Room::Write);
                    let id = conversation.clone();
                    self.in_write(fx, |write, env| write.take_up(job, id, &mut left, env));
                }
            }
        }
        self.settings.room = room.unwrap_or(self.settings.room);
        self.desk.waiting = left;
    }
}
