//! What waits: answers for the one before them, questions for their model, and messages for the answer that they
//! follow.

use std::convert::Infallible;

use crate::domain::{
    ConversationId, JournalEntry, Makes, Message, Role, Room, StoreRequest, TextPrompt, TextRequest, Turn,
};
use crate::error::StudioError;
use crate::state::write::Handoff;
use crate::state::write::setup::draft_files;
use crate::state::{Effect, Env, OpenConversation, Phase, TextJob, WriteState};
use crate::writing::page::with_lore;
use crate::writing::transcript::transcript;

impl WriteState {
    /// Sends the answers that wait for this model to the engine: the model is here.
    pub(in crate::state) fn submit(&mut self, model: &str, env: &mut Env) {
        loop {
            let waiting = self.jobs().find(|job| waits_for(job, model)).map(TextJob::asked);
            let Some(params) = waiting else { return };
            let resolved = env.catalogue.resolve(&params.model, Makes::Text);
            let resolved = resolved.and_then(|model| Ok((model, draft_files(&params, env.catalogue)?)));
            let (model_ref, draft) = match resolved {
                Ok(models) => models,
                Err(error) => {
                    self.bring(|job| waits_for(job, model));
                    self.ended(Some(error), env);
                    continue;
                }
            };
            let id = env.lanes.new_job();
            let mut jobs = self.job.iter_mut().chain(&mut self.queue);
            let Some(job) = jobs.find(|job| waits_for(job, model)) else { return };
            job.id = Some(id);
            let request = TextRequest { params, model: model_ref, draft, prompt: job.prompt.clone(), seed: job.seed };
            env.ask_engine(id, request.into());
        }
    }

    /// Asks for the first answer again, with a transcript that a model without a chat template can continue; false if
    /// that was done already.
    pub(in crate::state) fn ask_plainly(&mut self, env: &mut Env) -> bool {
        let Some(job) = &mut self.job else { return false };
        // A token has about two letters or more in every script.
        let letters = 2 * (job.params.context as usize).saturating_sub(job.asked().max_tokens as usize);
        let letters = letters.max(job.params.context as usize);
        let told = match &job.prompt {
            TextPrompt::Chat(turns) => transcript(turns, &[], letters),
            TextPrompt::Played(played) => {
                let count = |text: &str| text.chars().count();
                let mut fits = |turns: &[Message]| -> std::result::Result<_, Infallible> {
                    Ok(turns.iter().map(|turn| count(&turn.content)).sum::<usize>() <= letters)
                };
                let Ok((turns, _)) = with_lore(played, letters, &mut { count }, &mut fits);
                let shown: Vec<Message> = played.examples.iter().flatten().cloned().collect();
                transcript(&turns, &shown, letters)
            }
            TextPrompt::Raw(_) | TextPrompt::Page(_) => return false,
        };
        job.ask_plainly(told);
        let model = job.params.model.clone();
        self.submit(&model, env);
        true
    }

    /// Asks a new engine for the answers that the old one had not ended, in the same order, each from where it is.
    pub(in crate::state) fn ask_new_engine(&mut self, env: &mut Env) {
        let mut models: Vec<String> = Vec::new();
        let asked = |job: &&mut TextJob| job.id.is_some() && job.phase != Phase::Cancelling;
        for job in self.job.iter_mut().chain(&mut self.queue).filter(asked) {
            job.begin_again();
            if !models.contains(&job.params.model) {
                models.push(job.params.model.clone());
            }
        }
        for model in models {
            self.submit(&model, env);
        }
    }

    /// Stops the answer of the open conversation.
    pub(in crate::state) fn stop_writing(&mut self, env: &mut Env) {
        self.held = false;
        if let Some(id) = self.open.id.clone() {
            self.stop_writing_of(&id, env);
        }
    }

    /// Stops the answer of a conversation.
    pub(in crate::state) fn stop_writing_of(&mut self, id: &ConversationId, env: &mut Env) {
        if self.bring(|job| job.conversation == *id) {
            self.stop_job(env);
        }
    }

    /// Whether any answer waits for the fetch of this model.
    pub(in crate::state) fn waits_for(&self, model: &str) -> bool {
        self.jobs().any(|job| waits_for(job, model))
    }

    /// Stops the first answer. One that has not begun ends at once: the engine may be busy with another for long.
    pub(in crate::state) fn stop_job(&mut self, env: &mut Env) {
        let Some(job) = &mut self.job else { return };
        // A job that waits for its lane has not reached the engine.
        let waits = job.id.is_some_and(|id| env.lanes.forget(id));
        let not_begun = waits || (job.phase == Phase::Waiting && job.pieces == 0);
        job.phase = Phase::Cancelling;
        match job.id {
            Some(_) if waits => {}
            Some(id) => env.push(Effect::Cancel(id)),
            None => {
                let model = job.params.model.clone();
                let others = self.queue.iter().any(|job| waits_for(job, &model));
                if !others {
                    self.handoffs.push(Handoff::CancelFetch(model));
                }
            }
        }
        if not_begun {
            self.ended(None, env);
        }
    }

    /// A fetch has ended: the answers that waited for it are sent to the engine, or fail with its error.
    pub(in crate::state) fn fetch_ended(&mut self, model: &str, error: Option<StudioError>, env: &mut Env) {
        match error {
            Some(error) => {
                while self.bring(|job| waits_for(job, model)) {
                    self.ended(Some(error.clone()), env);
                }
            }
            None => {
                self.ask_what_waited(model, env);
                self.submit(model, env);
            }
        }
    }

    pub(in crate::state) fn fetch_cancelled(&mut self, model: &str, env: &mut Env) {
        while self.bring(|job| waits_for(job, model)) {
            self.ended(None, env);
        }
    }

    /// Asks the questions whose model could not be fetched before: it is here now.
    fn ask_what_waited(&mut self, model: &str, env: &mut Env) {
        let (ready, rest) =
            std::mem::take(&mut self.waiting).into_iter().partition(|job: &TextJob| job.params.model == model);
        self.waiting = rest;
        for job in ready {
            let Some(parent) = job.parent.filter(|_| self.job_of(&job.conversation).is_none()) else { continue };
            if self.open.id.as_ref() == Some(&job.conversation) {
                let open = &self.open;
                let same = open.is_unanswered() && open.turns.last().is_some_and(|turn| turn.id == parent);
                // Not if another model was chosen meanwhile, or the question has changed.
                if same && self.text(env.settings).model == model {
                    self.answer(None, env);
                }
                continue;
            }
            let message = Message { role: Role::Assistant, content: String::new() };
            let turn = Turn { id: job.turn, message, info: None, parent: Some(parent) };
            env.push(Effect::Store(StoreRequest::Journal {
                id: job.conversation.clone(),
                entry: JournalEntry::Begin { turn },
            }));
            self.enqueue(job);
        }
    }

    /// The open conversation is left: its message keeps waiting.
    pub(in crate::state) fn leave_held(&mut self) {
        if std::mem::take(&mut self.held) && self.is_writing_here() {
            let open = self.open.clone();
            self.held_elsewhere.retain(|other| other.id != open.id);
            self.held_elsewhere.push(open);
        }
    }

    /// A conversation is shown again: its message waits in the field.
    pub(in crate::state) fn take_held(&mut self, id: &ConversationId) {
        let left = &mut self.held_elsewhere;
        if let Some(at) = left.iter().position(|open| open.id.as_ref() == Some(id)) {
            left.remove(at);
            self.held = !self.draft.trim().is_empty();
        }
    }

    /// Sends the messages whose answer is complete, each in its own conversation, whichever is open. After an answer
    /// that failed or left its question open, the message stays in its field.
    pub(in crate::state) fn send_held(&mut self, env: &mut Env) {
        if self.held && !self.is_writing_here() {
            self.held = false;
            if self.error.is_none() && !self.open.is_unanswered() {
                self.send(env);
            }
        }
        let ready = |write: &Self| {
            let is_ready = |open: &OpenConversation| open.id.as_ref().is_none_or(|id| write.job_of(id).is_none());
            write.held_elsewhere.iter().position(is_ready)
        };
        while let Some(at) = ready(self) {
            let open = self.held_elsewhere.remove(at);
            self.send_in(open, env);
        }
    }

    /// Sends the message of a conversation that is not shown.
    fn send_in(&mut self, open: OpenConversation, env: &mut Env) {
        let Some(id) = open.id.clone() else { return };
        if open.is_unanswered() || self.aside_of(&id).error.is_some() {
            return;
        }
        let (shown, of, held) = (std::mem::replace(&mut self.open, open), self.draft_of.clone(), self.held);
        let (weighed, error) = (std::mem::take(&mut self.weighed), self.error.take());
        self.show_draft_of(Some(id));
        self.send(env);
        let failed = std::mem::replace(&mut self.error, error);
        self.show_draft_of(of);
        (self.open, self.weighed, self.held) = (shown, weighed, held);
        if let Some(error) = failed {
            env.problem_in(Room::Write, error);
        }
    }
}

/// Whether an answer waits for the fetch of this model.
fn waits_for(job: &TextJob, model: &str) -> bool {
    job.id.is_none() && job.params.model == model
}
