//! The sliders of text: those of what is open, and those that new conversations begin with.

use crate::domain::{
    AnswerForm, CardDefaults, ConversationId, JournalEntry, Parameter, Settings, StoreRequest, TextParams,
};
use crate::error::{Cause, StudioError};
use crate::state::{Catalogue, Effect, Env, TextEdit, WriteState};

impl WriteState {
    /// The sliders in use: the open conversation's own, else the person's.
    pub fn text<'a>(&'a self, settings: &'a Settings) -> &'a TextParams {
        self.open.manner.sliders.as_ref().unwrap_or(&settings.text)
    }

    /// The open conversation's own sliders; the person's are copied the first time.
    fn text_mut(&mut self, settings: &Settings) -> &mut TextParams {
        self.open.manner.sliders.get_or_insert_with(|| settings.text.clone())
    }

    /// Replaces the sliders of what is open.
    pub(in crate::state) fn put_sliders(&mut self, params: TextParams, env: &Env) {
        self.open.manner.sliders = Some(params);
        self.sliders_moved_ms = Some(env.now_ms);
    }

    pub(in crate::state) fn set_text(&mut self, edit: TextEdit, env: &mut Env) {
        let before = self.text(env.settings).clone();
        self.edit_text(edit, env);
        self.heal(&before, env);
    }

    fn edit_text(&mut self, edit: TextEdit, env: &mut Env) {
        self.sliders_moved_ms = Some(env.now_ms);
        match edit {
            TextEdit::Form(form) => self.set_answer_form(form, env),
            TextEdit::FormText(text) => self.set_form_text(text, env),
            TextEdit::Model(id) => self.choose_model(id, env),
            TextEdit::Number(number, value) => number.set(self.text_mut(env.settings), value),
            TextEdit::Seed(seed) => self.text_mut(env.settings).seed = seed,
            TextEdit::Stop(stop) => self.text_mut(env.settings).stop = stop,
            TextEdit::Kv(kv) => self.text_mut(env.settings).kv = kv,
            TextEdit::Overflow(overflow) => self.text_mut(env.settings).overflow = overflow,
            TextEdit::Draft(draft) => self.text_mut(env.settings).draft = draft,
            TextEdit::Reset => {
                let params = self.text_mut(env.settings);
                let card = env.catalogue.defaults(&params.model);
                *params = TextParams { model: std::mem::take(&mut params.model), ..card.text() };
            }
        }
    }

    /// Sets the form of the answer: free, JSON, a schema or a grammar.
    fn set_answer_form(&mut self, form: AnswerForm, env: &mut Env) {
        self.text_mut(env.settings).grammar = env.settings.answer_forms.grammar(form);
    }

    /// Sets the schema or the grammar of the chosen form.
    fn set_form_text(&mut self, text: String, env: &mut Env) {
        let form = AnswerForm::of(self.text(env.settings).grammar.as_ref());
        let forms = &mut env.settings.answer_forms;
        match form {
            AnswerForm::Schema => forms.schema = text,
            AnswerForm::Gbnf => forms.gbnf = text,
            AnswerForm::Free | AnswerForm::Json => return,
        }
        self.set_answer_form(form, env);
    }

    /// Chooses a language model for what is open and for new conversations; with a character, for this conversation
    /// alone. Sliders that the person has not moved take the defaults of its card.
    pub(in crate::state) fn choose_model(&mut self, id: String, env: &mut Env) {
        let before = self.text(env.settings).clone();
        let (own, all) = (env.catalogue.defaults(&before.model), env.catalogue.defaults(&env.settings.text_card));
        let new = env.catalogue.defaults(&id);
        let choose = |params: &mut TextParams, old: &CardDefaults| {
            if params.model != id {
                old.hand_over(&new, params);
                // The draft model fits the old model only.
                params.draft = None;
                params.model.clone_from(&id);
            }
        };
        // A conversation with answers keeps its own model.
        if self.open.page.is_none() && self.open.written_with().is_some() {
            self.text_mut(env.settings);
        }
        if self.open.manner.speaker.is_none() {
            choose(&mut env.settings.text, &all);
            env.settings.text_card.clone_from(&id);
            self.open.manner.sliders.iter_mut().for_each(|params| choose(params, &own));
        } else {
            choose(self.text_mut(env.settings), &own);
        }
        self.sliders_moved_ms = Some(env.now_ms);
        self.heal(&before, env);
    }

    /// A conversation continues with the model that wrote its last answer, whatever was chosen elsewhere.
    pub(in crate::state) fn keep_model(&mut self, env: &Env) {
        let open = &self.open;
        let wrote = open.written_with().filter(|id| **id != env.settings.text.model && open.page.is_none());
        let Some(id) = wrote.filter(|_| open.manner.sliders.is_none()).cloned() else { return };
        let mut params = TextParams { draft: None, model: id.clone(), ..env.settings.text.clone() };
        env.catalogue.defaults(&env.settings.text_card).hand_over(&env.catalogue.defaults(&id), &mut params);
        self.open.manner.sliders = Some(params);
    }

    /// Clears the error if the sliders or the model have changed, unless the error is about what was typed.
    fn heal(&mut self, before: &TextParams, env: &Env) {
        let typed = |error: &StudioError| matches!(error.cause(), Cause::EmptyPrompt | Cause::BadField { .. });
        if self.text(env.settings) != before {
            self.error.take_if(|error| !typed(error));
        }
    }

    /// New conversations begin with the open conversation's sliders.
    pub(in crate::state) fn use_sliders(&mut self, env: &mut Env) {
        if let Some(params) = &self.open.manner.sliders {
            env.settings.text = params.clone();
        }
    }

    /// Sets the sliders, model and seed that wrote an answer; without a record of them nothing changes.
    pub(in crate::state) fn use_record(&mut self, turn: u64, env: &mut Env) {
        let info = self.open.turn(turn).and_then(|turn| turn.info.as_ref());
        let Some(made) = info.and_then(|info| info.made.as_deref()) else { return };
        let (params, before) = (made.params.clone(), self.text(env.settings).clone());
        self.put_sliders(params, env);
        self.heal(&before, env);
    }

    /// Writes down sliders that were moved before the conversation had a file.
    pub(in crate::state) fn begin_sliders(&mut self, id: &ConversationId, env: &mut Env) {
        if let Some(params) = self.open.manner.sliders.clone() {
            env.push(Effect::Store(StoreRequest::Journal {
                id: id.clone(),
                entry: JournalEntry::Sliders { params: Box::new(params) },
            }));
            self.sliders_moved_ms = None;
        }
    }

    /// The open conversation's sliders if its journal does not have them yet.
    pub fn unkept_sliders(&self) -> Option<(ConversationId, TextParams)> {
        self.sliders_moved_ms?;
        self.open.id.clone().zip(self.open.manner.sliders.clone())
    }

    /// Writes the unkept sliders into the journal.
    pub(in crate::state) fn keep_sliders(&mut self, env: &mut Env) {
        if let Some((id, params)) = self.unkept_sliders() {
            env.push(Effect::Store(StoreRequest::Journal {
                id,
                entry: JournalEntry::Sliders { params: Box::new(params) },
            }));
        }
        self.sliders_moved_ms = None;
    }
}

/// The catalogue has come: sliders that were never set for their model take the defaults of its card.
pub(in crate::state) fn settle(settings: &mut Settings, catalogue: &Catalogue) {
    let id = settings.text.model.clone();
    if settings.text_card != id && catalogue.entry(&id).is_some() {
        let (old, new) = (catalogue.defaults(&settings.text_card), catalogue.defaults(&id));
        old.hand_over(&new, &mut settings.text);
        settings.text_card = id;
    }
}
