//! Drafts that stay when an editor is left, and jobs that stay when the window is closed.

use crate::domain::{ConversationId, Desk, EditDraft, Face, JournalEntry, Room, StoreRequest, TurnInfo, Waiting};
use crate::state::write::typed::is_form_draft;
use crate::state::{AppState, Effect, Effects, NoticeKind, PersonaDraft, Phase, WaitingCommand};

/// The desk is written when it has rested this long.
const SETTLE_MS: i64 = 1_000;

impl AppState {
    // ---- Drafts

    /// The message that was begun in a conversation.
    pub fn message_of(&self, talk: &Option<ConversationId>) -> String {
        let text = if *talk == self.write.draft_of { Some(&self.write.draft) } else { self.desk.messages.get(talk) };
        text.cloned().unwrap_or_default()
    }

    // ---- The desk on the disk

    /// Everything that was begun, as it is now.
    pub fn desk_now(&self) -> Desk {
        let mut edits = self.desk.edits.clone();
        if let (Some((turn, text)), Some(id)) = (&self.write.editing, &self.write.open.id)
            && self.write.open.turn(*turn).is_some_and(|turn| turn.message.said() != text)
        {
            edits.insert((id.clone(), *turn), text.clone());
        }
        let mut personas = self.desk.personas.clone();
        if let Some(draft) = self.personas.editing.as_ref().filter(|draft| self.personas.is_draft(draft)) {
            personas.insert(draft.id.clone(), draft.clone());
        }
        let mut forms = self.desk.forms.clone();
        if let Some(form) = self.write.form.as_ref().filter(|form| is_form_draft(&form.id, &form.values, self.lang)) {
            forms.insert(form.id.clone(), form.values.clone());
        }
        let edits = edits.into_iter().map(|((conversation, turn), text)| EditDraft { conversation, turn, text });
        let mut messages = self.desk.messages.clone();
        messages.insert(self.write.draft_of.clone(), self.write.draft.clone());
        let message = messages.remove(&None).unwrap_or_default();
        let messages = messages.into_iter().filter_map(|(id, text)| Some((id?, text)));
        let mut titles = self.desk.titles.clone();
        titles.extend(self.write.titling.clone().filter(|(id, text)| self.write.is_new_title(id, text)));
        Desk {
            message,
            messages: messages.filter(|(_, text)| !text.is_empty()).collect(),
            titles,
            path: self.ask.path.as_ref().map_or(&self.ask.typed, |(_, text)| text).clone(),
            edits: edits.collect(),
            personas: personas.into_iter().map(|(id, draft)| (id, draft.persona)).collect(),
            forms,
            waiting: self.desk.waiting.iter().cloned().chain(self.jobs_now()).collect(),
            open: self.open_at_last(),
        }
    }

    /// What Write shows, or is about to.
    fn open_at_last(&self) -> Option<ConversationId> {
        let write = &self.write;
        write.open.id.as_ref().or(write.wanted.what()).or(self.desk.reopening.as_ref()).cloned()
    }

    /// The jobs that would be lost if the window closed now.
    fn jobs_now(&self) -> Vec<Waiting> {
        let mut jobs = self.create.pictures_now();
        for job in self.write.jobs().filter(|job| job.phase != Phase::Cancelling) {
            let conversation = job.conversation.clone();
            jobs.push(match job.page {
                Some(spot) => Waiting::Page { conversation, edit: spot.edit, at: spot.at },
                None => Waiting::Answer { conversation, turn: job.turn },
            });
        }
        let fetched = |entry: &&crate::state::ModelEntry| {
            let waits = self.write.jobs().any(|job| job.id.is_none() && job.params.model == entry.card.id);
            // The answer that waits for it fetches it again.
            !waits && entry.fetch.as_ref().is_some_and(|fetch| !fetch.cancelling && !fetch.verifying)
        };
        let fetches = self.catalogue.entries.iter().filter(fetched);
        jobs.extend(fetches.map(|entry| Waiting::Fetch { model: entry.card.id.clone() }));
        jobs
    }

    /// Writes the desk once it has rested.
    pub(in crate::state) fn keep_desk(&mut self, fx: &mut Effects) {
        if self.desk.saved.is_none() {
            return;
        }
        let now = self.desk_now();
        if now != self.desk.seen {
            self.desk.seen = now;
            self.desk.changed_ms = self.now_ms;
        } else if self.desk.saved.as_ref() != Some(&now) && self.now_ms - self.desk.changed_ms >= SETTLE_MS {
            fx.push(Effect::Store(StoreRequest::SaveDesk(Box::new(now.clone()))));
            self.desk.saved = Some(now);
        }
    }

    pub(in crate::state) fn desk_deadline_ms(&self) -> Option<i64> {
        let saved = self.desk.saved.as_ref()?;
        (*saved != self.desk.seen).then_some(self.desk.changed_ms + SETTLE_MS)
    }

    /// The desk where it is not on the disk as it is now; for whoever closes the window.
    pub fn unkept_desk(&self) -> Option<Desk> {
        let now = self.desk_now();
        self.desk.saved.as_ref().is_some_and(|saved| *saved != now).then_some(now)
    }

    /// What was left on the desk the last time.
    pub(in crate::state) fn desk_loaded(&mut self, desk: Desk, fx: &mut Effects) {
        self.desk.saved = Some(desk.clone());
        let Desk { message, messages, titles, path, edits, personas, forms, waiting, open } = desk;
        // What was typed in the first moments is newer.
        let messages = messages.into_iter().map(|(id, text)| (Some(id), text));
        let messages = messages.chain([(None, message)].into_iter().filter(|(_, text)| !text.is_empty()));
        self.desk.messages = messages.chain(std::mem::take(&mut self.desk.messages)).collect();
        if let Some(message) = self.desk.messages.remove(&self.write.draft_of)
            && self.write.draft.is_empty()
        {
            self.write.draft = message;
        }
        self.desk.titles = titles.into_iter().chain(std::mem::take(&mut self.desk.titles)).collect();
        if self.ask.typed.is_empty() {
            self.ask.typed = path;
        }
        let edits = edits.into_iter().map(|edit| ((edit.conversation, edit.turn), edit.text));
        self.desk.edits = edits.chain(std::mem::take(&mut self.desk.edits)).collect();
        let drafts =
            personas.into_iter().map(|(id, persona)| (id.clone(), PersonaDraft { id, persona, face: Face::Keep }));
        self.desk.personas = drafts.chain(std::mem::take(&mut self.desk.personas)).collect();
        self.desk.forms = forms.into_iter().chain(std::mem::take(&mut self.desk.forms)).collect();
        self.desk.waiting = waiting;
        if !self.desk.waiting.is_empty() {
            self.note(NoticeKind::JobsLeft);
        }
        self.desk.reopening = open;
        self.reopen(fx);
    }

    // ---- Jobs of the last time

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

    /// The jobs are not done. An answer that was cut off stays as it is, and says that it was stopped.
    fn forget_jobs(&mut self, fx: &mut Effects) {
        for job in std::mem::take(&mut self.desk.waiting) {
            let Waiting::Answer { conversation, turn } = job else { continue };
            let open = Some(&mut self.write.open).filter(|open| open.id.as_ref() == Some(&conversation));
            if let Some(cut) = open.and_then(|open| open.turn_mut(turn)).filter(|turn| turn.info.is_none()) {
                let info = cut.info.insert(TurnInfo::default()).clone();
                fx.push(Effect::Store(StoreRequest::Journal {
                    id: conversation,
                    entry: JournalEntry::End { id: turn, info },
                }));
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
                    // While another one is written, it waits behind that; what is written here is seen here.
                    // One text at a time: another one waits for the next word.
                    if let Some(other) = self.desk.resuming.take() {
                        left.push(other);
                    }
                    room = Some(Room::Write);
                    let id = conversation.clone();
                    match self.write.job_of(&id) {
                        Some(_) => left.push(job),
                        None => self.desk.resuming = Some(job),
                    }
                    if self.write.open.id.as_ref() == Some(&id) {
                        self.in_write(fx, |write, env| write.resume_text(&id, env));
                    } else {
                        self.in_write(fx, |write, env| write.open_conversation(id, env));
                    }
                }
            }
        }
        self.settings.room = room.unwrap_or(self.settings.room);
        self.desk.waiting = left;
    }
}
