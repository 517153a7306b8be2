//! Answers that are asked for: one is written, those of other conversations wait, and a question whose model could not
//! be fetched is asked once it is here.

use std::convert::Infallible;

use crate::domain::{
    ConversationId, JournalEntry, Makes, Message, ModelRef, Overflow, Role, Settings, StoreRequest, TextParams,
    TextPrompt, TextRequest, Turn,
};
use crate::error::{Result, StudioError};
use crate::state::write::Handoff;
use crate::state::{Catalogue, Effect, Env, OpenConversation, Phase, TextJob, WriteState};
use crate::writing::page::with_lore;
use crate::writing::transcript::transcript;

impl WriteState {
    /// Hands the answers that wait for this model to the engine; it is here.
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

    /// Asks for the first answer once more, by a transcript that a model without a chat template goes on with; false
    /// where it was asked so already.
    pub(in crate::state) fn ask_plainly(&mut self, env: &mut Env) -> bool {
        let Some(job) = &mut self.job else { return false };
        // A token has some two letters or more in every script.
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

    /// Another engine: what the old one had not ended is asked for once more, in its order and from where it is.
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

    /// Stops what is written into the open conversation.
    pub(in crate::state) fn stop_writing(&mut self, env: &mut Env) {
        self.held = false;
        if let Some(id) = self.open.id.clone() {
            self.stop_writing_of(&id, env);
        }
    }

    /// Stops what is written into a conversation.
    pub(in crate::state) fn stop_writing_of(&mut self, id: &ConversationId, env: &mut Env) {
        if self.bring(|job| job.conversation == *id) {
            self.stop_job(env);
        }
    }

    /// Whether an answer is asked for that waits for the fetch of this model.
    pub(in crate::state) fn waits_for(&self, model: &str) -> bool {
        self.jobs().any(|job| waits_for(job, model))
    }

    /// Stops the first answer. One that has not begun ends at once: the engine may be busy with another for long.
    pub(in crate::state) fn stop_job(&mut self, env: &mut Env) {
        let Some(job) = &mut self.job else { return };
        // What waits for its lane the engine does not have.
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

    /// A fetch is over: the answers that waited for it are asked for, or fail with it.
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

    /// Questions whose model could not be fetched before: it is here now.
    fn ask_what_waited(&mut self, model: &str, env: &mut Env) {
        let (ready, rest) =
            std::mem::take(&mut self.waiting).into_iter().partition(|job: &TextJob| job.params.model == model);
        self.waiting = rest;
        for job in ready {
            let Some(parent) = job.parent.filter(|_| self.job_of(&job.conversation).is_none()) else { continue };
            if self.open.id.as_ref() == Some(&job.conversation) {
                let open = &self.open;
                let same = open.is_unanswered() && open.turns.last().is_some_and(|turn| turn.id == parent);
                // Another model was chosen meanwhile, or the question is another one now.
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

    /// The turns of the open conversation that the model does not read, for want of room: those of the prompt that
    /// would be sent next where that is measured, else of the last answer's.
    pub fn not_read(&self, settings: &Settings) -> Option<std::ops::Range<usize>> {
        let open = &self.open;
        let measured = self.ledger.found.as_ref().map(|ledger| ledger.dropped_turns);
        let last = open.turns.iter().rev().find_map(|turn| turn.info.as_ref()).map(|info| info.dropped_turns);
        let dropped = measured.or(last).filter(|n| *n > 0)?;
        left_out(open, self.text(settings).overflow, dropped)
    }
}

/// The files of the draft model, where one is chosen.
pub(in crate::state) fn draft_files(params: &TextParams, catalogue: &Catalogue) -> Result<Option<ModelRef>> {
    params.draft.as_ref().map(|id| catalogue.resolve(id, Makes::Text)).transpose()
}

/// An answer that waits for the fetch of this model.
fn waits_for(job: &TextJob, model: &str) -> bool {
    job.id.is_none() && job.params.model == model
}

/// Which turns of a conversation are left out, where `dropped` of those that say something are.
fn left_out(open: &OpenConversation, overflow: Overflow, dropped: usize) -> Option<std::ops::Range<usize>> {
    let said = |turn: &Turn| !turn.message.said().is_empty();
    let from = match overflow {
        Overflow::Stop | Overflow::Roll => 0,
        Overflow::Middle => {
            let answer = open.turns.iter().position(|turn| said(turn) && turn.message.role == Role::Assistant);
            answer.map_or(0, |at| at + 1)
        }
    };
    let read = open.turns.iter().enumerate().skip(from).filter(|(_, turn)| said(turn));
    let to = read.map(|(at, _)| at).nth(dropped)?;
    Some(from..to)
}
