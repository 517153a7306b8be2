//! The end of an answer: its figures, its log-probabilities, and what stays of an answer that ended early.

use crate::domain::{JournalEntry, StoreRequest, TextRecord, TurnInfo, split_thought, weighed};
use crate::error::StudioError;
use crate::state::{Effect, Env, TextJob, WriteState};

impl WriteState {
    /// The first answer is complete, or as complete as it will be; `info` has its figures.
    pub(in crate::state) fn end_turn(&mut self, info: TurnInfo, env: &mut Env) {
        let Some(job) = self.take_job() else { return };
        let hash = env.catalogue.entry(&job.params.model).map_or("", |entry| entry.card.hash()).to_owned();
        let made = Some(Box::new(TextRecord::of(&job.params, info.seed, hash)));
        let info = TurnInfo { made, ..info };
        if job.page.is_some() {
            self.touch(&job.conversation, env);
            // The model wrote nothing before the person typed: the number belongs to the person's edit now.
            if job.taken_over && job.text.is_empty() {
                return;
            }
            return self.page_written(job.conversation, job.turn, info, env);
        }
        let here = self.open.id.as_ref() == Some(&job.conversation);
        let info = match &job.before {
            Some(before) => info.after(before),
            None => info,
        };
        if let Some(turn) = self.known_mut(&job.conversation).and_then(|open| open.turn_mut(job.turn)) {
            turn.info = Some(info.clone());
        }
        self.keep_weighed(&job, here, env);
        self.touch(&job.conversation, env);
        env.push(Effect::Store(StoreRequest::Journal {
            id: job.conversation,
            entry: JournalEntry::End { id: job.turn, info },
        }));
    }

    /// Keeps the log-probabilities of the tokens only if they make up the whole answer. They do not if its beginning is
    /// older or a stop text was cut off.
    fn keep_weighed(&mut self, job: &TextJob, here: bool, env: &mut Env) {
        let bytes: Vec<u8> = job.weighed.iter().flat_map(|choice| choice.bytes.iter().copied()).collect();
        let whole = !bytes.is_empty() && String::from_utf8_lossy(&bytes) == job.text.as_str();
        let kept = match (here, whole) {
            (true, _) => &mut self.weighed,
            (false, true) => &mut self.aside_of(&job.conversation).weighed,
            (false, false) => return,
        };
        let had = kept.contains_key(&job.turn);
        if whole {
            kept.insert(job.turn, job.weighed.clone());
        } else {
            kept.remove(&job.turn);
        }
        let tokens = if whole { weighed::pack(&job.weighed) } else { had.then(String::new) };
        let entry = tokens.map(|tokens| JournalEntry::Weighed { id: job.turn, tokens });
        env.fx.extend(entry.map(|entry| Effect::Store(StoreRequest::Journal { id: job.conversation.clone(), entry })));
    }

    /// The first answer ended early. What was written stays; an empty answer is removed, so that its question can be
    /// asked again.
    pub(in crate::state) fn ended(&mut self, error: Option<StudioError>, env: &mut Env) {
        self.tell_held(env);
        let Some(job) = &self.job else { return };
        let here = self.open.id.as_ref() == Some(&job.conversation);
        let split = split_thought(&job.text);
        let is_silent = split.answer.is_empty() && split.thought.is_none_or(|thought| thought.is_empty());
        let conversation = job.conversation.clone();
        if !is_silent {
            self.end_turn(job.figures(), env);
        } else if let Some(job) = self.take_job() {
            self.drop_answer(job, env);
        }
        // An error is shown below its question.
        if here {
            self.error = error;
        } else if let Some(error) = error {
            self.aside_of(&conversation).error = Some(error);
        }
    }

    /// Writes the text of a page that was held back as a possible author's note: it is none.
    pub(in crate::state) fn tell_held(&mut self, env: &mut Env) {
        let Some(job) = self.job.as_mut().filter(|job| !job.taken_over) else { return };
        let held = job.unnoted.as_mut().map(|filter| filter.finish()).filter(|text| !text.is_empty());
        if let Some((text, spot)) = held.zip(job.page) {
            let first = job.text.is_empty();
            job.text.push_str(&text);
            self.page_token(spot, text, first, env);
        }
    }

    /// Nothing was written. A question that waits for a fetch keeps waiting.
    fn drop_answer(&mut self, job: TextJob, env: &mut Env) {
        if job.page.is_some() {
            return;
        }
        if let Some(open) = self.known_mut(&job.conversation) {
            open.shelf.remove(&mut open.turns, job.turn);
        }
        env.push(Effect::Store(StoreRequest::Journal {
            id: job.conversation.clone(),
            entry: JournalEntry::Truncate { id: job.turn },
        }));
        let is_missing = env.catalogue.entry(&job.params.model).is_some_and(|entry| !entry.is_here());
        if job.id.is_none() && is_missing {
            self.waiting.retain(|other| other.conversation != job.conversation);
            self.waiting.push(job);
        }
    }
}
