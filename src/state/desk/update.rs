//! Drafts that stay when an editor is left, and jobs that stay when the window is closed.

use crate::domain::{ConversationId, Desk, EditDraft, Face, JournalEntry, Role, Room, TurnInfo, Waiting};
use crate::state::{
    AppState, Command, Effect, Effects, FormState, NoticeKind, PersonaDraft, Phase, WaitingCommand, WriteCommand,
};
use crate::writing::forms::{Values, find};

/// The desk is written when it has rested this long.
const SETTLE_MS: i64 = 1_000;

impl AppState {
    // ---- Drafts

    /// Leaves a turn that is edited; what was typed stays.
    pub(in crate::state) fn leave_edit(&mut self) {
        let Some((turn, text)) = self.write.editing.take() else { return };
        let Some(id) = self.write.open.id.clone() else { return };
        let changed = self.write.open.turn(turn).is_some_and(|turn| turn.message.said() != text);
        self.desk.edits.remove(&(id.clone(), turn));
        if changed {
            self.desk.edits.insert((id, turn), text);
            self.note(NoticeKind::DraftKept);
        }
    }

    /// Opens a turn for editing, with what was typed before.
    pub(in crate::state) fn begin_edit(&mut self, turn: u64) {
        self.leave_edit();
        let Some(id) = self.write.open.id.clone() else { return };
        let draft = self.desk.edits.remove(&(id, turn));
        let text = draft.or_else(|| self.write.open.turn(turn).map(|t| t.message.said().to_owned()));
        self.write.editing = text.map(|text| (turn, text));
    }

    pub(in crate::state) fn is_form_draft(&self, id: &str, values: &Values) -> bool {
        find(id).is_some_and(|form| *values != form.defaults(self.lang))
    }

    /// Leaves a form; what was typed stays.
    pub(in crate::state) fn leave_form(&mut self) {
        let Some(FormState { id, values }) = self.write.form.take() else { return };
        self.desk.forms.remove(&id);
        if self.is_form_draft(&id, &values) {
            self.desk.forms.insert(id, values);
            self.note(NoticeKind::DraftKept);
        }
    }

    /// Shows the message that was begun in a conversation (`None`: in the next one); the one in the field stays its
    /// own conversation's.
    pub(in crate::state) fn show_draft_of(&mut self, talk: Option<ConversationId>) {
        if self.write.draft_of == talk {
            return;
        }
        let text = std::mem::take(&mut self.write.draft);
        let of = std::mem::replace(&mut self.write.draft_of, talk);
        if !text.trim().is_empty() {
            self.desk.messages.insert(of, text);
        }
        self.write.draft = self.desk.messages.remove(&self.write.draft_of).unwrap_or_default();
        self.write.held = false;
    }

    /// The message that was begun in a conversation.
    pub fn message_of(&self, talk: &Option<ConversationId>) -> String {
        let text = if *talk == self.write.draft_of { Some(&self.write.draft) } else { self.desk.messages.get(talk) };
        text.cloned().unwrap_or_default()
    }

    /// Opens a title for typing, with what was typed before.
    pub(in crate::state) fn begin_title(&mut self, id: ConversationId, fx: &mut Effects) {
        if self.write.titling.as_ref().is_some_and(|(now, _)| *now == id) {
            return;
        }
        self.give_title(fx);
        let title = self.desk.titles.remove(&id).or_else(|| self.title_of(&id));
        self.write.titling = title.map(|title| (id, title));
    }

    fn title_of(&self, id: &ConversationId) -> Option<String> {
        let open = Some(&self.write.open.title).filter(|_| self.write.open.id.as_ref() == Some(id));
        let head = self.write.conversations.iter().find(|head| head.id == *id).map(|head| &head.title);
        head.or(open).cloned()
    }

    /// Whether a title that was typed is another one than there is.
    pub(in crate::state) fn is_title_draft(&self, id: &ConversationId, text: &str) -> bool {
        !text.trim().is_empty() && self.title_of(id).is_none_or(|title| title.trim() != text.trim())
    }

    /// Leaves a title as it was; what was typed stays.
    pub(in crate::state) fn leave_title(&mut self) {
        let Some((id, text)) = self.write.titling.take() else { return };
        self.desk.titles.remove(&id);
        if self.is_title_draft(&id, &text) {
            self.desk.titles.insert(id, text);
        }
    }

    /// The title that is being typed is given, as when the person goes on elsewhere.
    pub(in crate::state) fn give_title(&mut self, fx: &mut Effects) {
        let Some((id, text)) = self.write.titling.take() else { return };
        if self.is_title_draft(&id, &text) {
            let before =
                self.before_command(&Command::Write(WriteCommand::RenameConversation(id.clone(), text.clone())));
            self.rename(id, text, fx);
            self.note_action(before);
        }
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
        if let Some(form) = self.write.form.as_ref().filter(|form| self.is_form_draft(&form.id, &form.values)) {
            forms.insert(form.id.clone(), form.values.clone());
        }
        let edits = edits.into_iter().map(|((conversation, turn), text)| EditDraft { conversation, turn, text });
        let mut messages = self.desk.messages.clone();
        messages.insert(self.write.draft_of.clone(), self.write.draft.clone());
        let message = messages.remove(&None).unwrap_or_default();
        let messages = messages.into_iter().filter_map(|(id, text)| Some((id?, text)));
        let mut titles = self.desk.titles.clone();
        titles.extend(self.write.titling.clone().filter(|(id, text)| self.is_title_draft(id, text)));
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

    /// Opens what was open the last time, once it is known to be there. Whoever has begun something else stays there.
    pub(in crate::state) fn reopen(&mut self, fx: &mut Effects) {
        let Some(id) = self.desk.reopening.take_if(|id| self.write.conversations.iter().any(|head| head.id == *id))
        else {
            return;
        };
        let write = &self.write;
        let begun = write.open.id.is_some() || write.open.page.is_some() || write.form.is_some();
        if !begun && write.wanted.what().is_none() && !self.personas.shown {
            self.open_conversation(id, fx);
        }
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
            fx.push(Effect::SaveDesk(Box::new(now.clone())));
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
                fx.push(Effect::Journal { id: conversation, entry: JournalEntry::End { id: turn, info } });
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
                        self.resume_text(&id, fx);
                    } else {
                        self.open_conversation(id, fx);
                    }
                }
            }
        }
        self.settings.room = room.unwrap_or(self.settings.room);
        self.desk.waiting = left;
    }

    /// Goes on with a text that was cut off, once its conversation is on the page.
    pub(in crate::state) fn resume_text(&mut self, id: &ConversationId, fx: &mut Effects) {
        let ours = |job: &mut Waiting| match job {
            Waiting::Answer { conversation, .. } | Waiting::Page { conversation, .. } => conversation == id,
            Waiting::Pictures { .. } | Waiting::Fetch { .. } => false,
        };
        match self.desk.resuming.take_if(ours) {
            Some(Waiting::Answer { turn, .. }) => {
                let last = self.write.open.turns.last().filter(|t| t.message.role == Role::Assistant);
                if last.is_some_and(|last| last.id == turn) {
                    self.continue_writing(fx);
                } else if self.write.open.turns.last().is_some_and(|last| last.message.role == Role::User) {
                    self.regenerate(fx);
                }
            }
            Some(Waiting::Page { edit, at, .. }) => {
                let page = self.write.open.page.as_ref();
                let written = page.and_then(|page| page.get(edit)).map_or(0, |edit| edit.text.len());
                self.write_page(at + written, fx);
            }
            Some(Waiting::Pictures { .. } | Waiting::Fetch { .. }) | None => {}
        }
    }
}
