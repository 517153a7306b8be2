//! An answer is asked for: what is sent, and to which model.

use crate::domain::{
    ConversationId, Makes, Message, Overflow, PlayedPrompt, Role, START, Seed, TextParams, TextPrompt, Thinking, Turn,
    TurnInfo,
};
use crate::error::Cause;
use crate::state::write::setup::draft_files;
use crate::state::write::{Anew, Handoff};
use crate::state::{Env, PageSpot, Phase, TextEdit, TextJob, WriteState};
use crate::writing::cards;

impl WriteState {
    pub(in crate::state) fn send(&mut self, env: &mut Env) {
        if self.is_writing_here() {
            self.held = !self.draft.trim().is_empty();
            return;
        }
        let text = self.draft.trim().to_owned();
        if text.is_empty() || !self.may_write(env) {
            return;
        }
        self.draft.clear();
        // The last question still waits for its model: the new wording replaces it.
        let waits = self.waits_here() && self.open.is_unanswered();
        match self.open.turns.last().filter(|_| waits) {
            Some(last) if last.message.content == text => {}
            Some(last) => {
                let parent = last.parent.unwrap_or(START);
                self.begin_turn(Role::User, text, Some(parent), env);
            }
            None => self.add_user_turn(text, env),
        }
        self.answer(None, env);
    }

    pub(in crate::state) fn regenerate(&mut self, env: &mut Env) {
        if self.is_writing_here() || !self.may_write(env) {
            return;
        }
        match self.open.turns.last() {
            // Beside the old answer.
            Some(turn) if turn.message.role == Role::Assistant => {
                let (old, parent) = (turn.id, turn.parent);
                self.answer(parent, env);
                if let Some(new) = self.open.turns.last().map(|turn| turn.id) {
                    self.name_like(old, new, env);
                }
            }
            Some(_) => self.answer(None, env),
            None => {}
        }
    }

    /// Lets the model continue its last answer.
    pub(in crate::state) fn continue_writing(&mut self, env: &mut Env) {
        if self.is_writing_here() || !self.may_write(env) {
            return;
        }
        let last = self.open.turns.last().filter(|t| t.message.role == Role::Assistant);
        let (Some(turn), Some(conversation)) = (last.map(|t| t.id), self.open.id.clone()) else { return };
        self.start_job(turn, conversation, env);
    }

    /// Checks the sliders, and that the model is here or can be fetched; sets `error` otherwise.
    pub(in crate::state) fn may_write(&mut self, env: &Env) -> bool {
        let params = self.text(env.settings);
        let checked = params.check().and_then(|()| match env.model_files(&params.model, Makes::Text) {
            // It is fetched on first use, and its files are hashed if they are not verified yet.
            Err(error) if matches!(error.cause(), Cause::NotFetched { .. } | Cause::NotChecked { .. }) => Ok(()),
            other => other.map(drop),
        });
        // A draft model is never fetched: only models that are here can be chosen.
        let checked = checked.and_then(|()| draft_files(self.text(env.settings), env.catalogue).map(drop));
        self.error = checked.err();
        self.error.is_none()
    }

    /// Begins the assistant's turn after `parent`, or at the end, and asks for it.
    pub(in crate::state) fn answer(&mut self, parent: Option<u64>, env: &mut Env) {
        let turn = self.begin_turn(Role::Assistant, String::new(), parent, env);
        if let Some(conversation) = self.open.id.clone() {
            self.touch(&conversation, env);
            self.start_job(turn, conversation, env);
        }
    }

    pub(in crate::state) fn start_job(&mut self, turn: u64, conversation: ConversationId, env: &mut Env) {
        let mut params = TextParams { inspect: true, ..self.text(env.settings).clone() };
        if let Some((form, _)) = self.form_of_page() {
            params = form.sampling.apply(&params);
            params.grammar = self.form_grammar(turn, env.lang).or(params.grammar);
        }
        let prompt = self.prompt_of(self.messages_until(turn));
        self.ask_for(turn, conversation, prompt, None, params, env);
    }

    /// Asks the model in use for text. A model that is not here yet is fetched first.
    pub(in crate::state) fn ask_for(
        &mut self,
        turn: u64,
        conversation: ConversationId,
        prompt: TextPrompt,
        page: Option<PageSpot>,
        params: TextParams,
        env: &mut Env,
    ) {
        let seed = match params.seed {
            Seed::Fixed(n) => n,
            Seed::Random => env.dice.roll(),
        };
        let text = self.open.turn(turn).map(|t| t.message.content.clone()).unwrap_or_default();
        let weighed = self.weighed.get(&turn).cloned().unwrap_or_default();
        let old = self.open.turn(turn).filter(|_| page.is_none());
        let (parent, info) = old.map_or((None, None), |turn| (Some(turn.parent.unwrap_or(START)), turn.info.clone()));
        // An answer that continues from one of its tokens has no figures but their number.
        let kept = || TurnInfo { completion_tokens: weighed.len(), ..TurnInfo::default() };
        let before = info.or_else(|| (!weighed.is_empty()).then(kept));
        let has_note = self.open.page.as_ref().is_some_and(|page| !page.story.note.trim().is_empty());
        let model = params.model.clone();
        self.enqueue(TextJob {
            id: None,
            turn,
            conversation,
            phase: Phase::Waiting,
            prefill: None,
            pieces: 0,
            heard: weighed.len(),
            weighed,
            thinking: Thinking::begun(&text),
            ready_ms: None,
            first_ms: None,
            last_ms: None,
            seed,
            params,
            prompt,
            page,
            text,
            parent,
            before,
            unnoted: (page.is_some() && has_note).then(Default::default),
            taken_over: false,
            anew: Anew::default(),
        });
        let here = env.catalogue.entry(&model).is_none_or(|entry| entry.is_here());
        if here {
            self.submit(&model, env);
        } else {
            self.handoffs.push(Handoff::Fetch(model));
        }
    }

    /// The messages that the model reads to write turn `turn`: the system prompt, and all turns up to it that are not
    /// empty. Thoughts are not sent again, except in the answer that is continued.
    pub(in crate::state) fn messages_until(&self, turn: u64) -> Vec<Message> {
        let open = &self.open;
        let system = Some(&open.system).filter(|s| !s.trim().is_empty());
        let system = system.map(|text| Message { role: Role::System, content: text.clone() });
        // If several people speak, each message begins with its speaker's name.
        let named = !open.manner.names.is_empty();
        let read = |t: &Turn| {
            if t.id == turn {
                return t.message.clone();
            }
            let said = t.message.said();
            let name = open.manner.name_of(t.id, t.message.role).filter(|_| named && !said.is_empty());
            let content = name.map_or_else(|| said.to_owned(), |name| format!("{name}: {said}"));
            Message { role: t.message.role, content }
        };
        let turns = open.turns.iter().take_while(|t| t.id <= turn).map(read);
        system.into_iter().chain(turns.filter(|m| !m.content.is_empty())).collect()
    }

    /// The turns as a prompt, with the character's examples and the cards of the open conversation.
    pub(in crate::state) fn prompt_of(&self, turns: Vec<Message>) -> TextPrompt {
        let manner = &self.open.manner;
        let examples = manner.speaker.as_ref();
        let examples = examples
            .map(|speaker| cards::examples(&speaker.examples, &speaker.name, &manner.person))
            .unwrap_or_default();
        if examples.is_empty() && manner.cards.is_empty() {
            return TextPrompt::Chat(turns);
        }
        TextPrompt::Played(Box::new(PlayedPrompt { examples, turns, cards: manner.cards.clone() }))
    }

    /// Sets what is left out, then asks the question that was too long again or continues the answer that was cut.
    pub(in crate::state) fn answer_with(&mut self, overflow: Overflow, env: &mut Env) {
        self.set_text(TextEdit::Overflow(overflow), env);
        if self.open.is_unanswered() {
            self.regenerate(env);
        } else {
            self.continue_writing(env);
        }
    }
}
