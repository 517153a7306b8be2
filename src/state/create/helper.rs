//! Lets a language model write prompts: an improved one, or one for a passage. The user sees the prompt, and can change
//! it, before anything is drawn.

use crate::domain::{
    ConversationId, EventKind, JobId, Makes, Message, News, Outcome, Passage, Role, Room, Settings, StoryCard, Subject,
    TextNews, TextParams, TextPrompt, TextRequest, answer_of,
};
use crate::error::Cause;
use crate::state::{
    AppState, Catalogue, CreateState, Env, Helper, ImageEdit, ModelEntry, NoticeKind, PromptWish, Proposal, Undoable,
};
use crate::writing::page::named;
use crate::writing::prompts;

/// Maximum tokens of an answer: some models think first. The prompt itself ends with its paragraph.
const TOKENS: u32 = 2048;
/// Maximum tokens of a prompt without thinking.
const RAW_TOKENS: u32 = 120;

impl CreateState {
    /// Improves the prompt, or stops the language model if it is already at work.
    pub(in crate::state) fn improve_prompt(&mut self, env: &mut Env<'_>) {
        if let Some(helper) = self.helper.take() {
            env.cancel_job(helper.id);
            return;
        }
        let prompt = env.settings.image.prompt.trim().to_owned();
        if let (Some(model), false) = (prompt_writer(env.settings, env.catalogue), prompt.is_empty()) {
            let wish = "Improve this prompt for a text-to-image model. Keep its subject; add a few concrete details of \
                        look, light and style.";
            self.ask_for_prompt(model, wish, &prompt, PromptWish::Better, env);
        }
    }

    /// The proposal for `prompt`; `None` if the language model read another prompt.
    pub(in crate::state) fn proposal_for(&self, prompt: &str) -> Option<&Proposal> {
        self.proposal.as_ref().filter(|proposal| proposal.old == prompt)
    }

    pub(in crate::state) fn use_proposal(&mut self, env: &mut Env<'_>) {
        if let Some(new) = self.proposal_for(&env.settings.image.prompt).map(|proposal| proposal.new.clone()) {
            self.set(ImageEdit::Prompt(new), env);
        }
        self.proposal = None;
    }

    /// Stops the language model when the user types a prompt.
    pub(in crate::state) fn stop_helper_for(&mut self, edit: &ImageEdit, env: &mut Env<'_>) {
        if let ImageEdit::Prompt(text) = edit
            && *text != env.settings.image.prompt
            && let Some(helper) = self.helper.take()
        {
            env.cancel_job(helper.id);
        }
    }

    /// Asks for a prompt for a picture of `passage`. `looks` describes the people that it names; `document` is the text
    /// that it is from.
    pub(super) fn prompt_for(
        &mut self,
        document: Option<ConversationId>,
        passage: Passage,
        looks: &[String],
        env: &mut Env<'_>,
    ) {
        let plain = prompts::plain(&passage.text, looks);
        let mut text = passage.text.clone();
        if !looks.is_empty() {
            text = format!("{text}\n\n{}", looks.join("\n"));
        }
        self.subject = document.map(|document| Subject { document, passage });
        let drawn = env.catalogue.entry(&env.settings.image.model);
        let prose = drawn.is_none_or(|entry| entry.card.reads_prose());
        let wish = if prose {
            "Describe one picture that illustrates this passage, as a prompt for a text-to-image model: who or what is \
             seen, where, in what light and style."
        } else {
            "Name the one thing, animal or place of this passage that a small sticker should show, in one to four words."
        };
        let able = able_writer(env.settings, env.catalogue);
        // A small model can still describe a picture, but cannot name one thing in few words.
        let own = Some(env.settings.text.model.clone()).filter(|_| prose);
        let own = own.filter(|id| env.catalogue.entry(id).is_none_or(|e| e.is_here() && e.card.family != "eliza"));
        match able.or(own) {
            Some(model) => {
                self.ask_for_prompt(model, wish, &text, PromptWish::Passage { text: text.clone(), plain }, env)
            }
            None => {
                env.settings.room = Room::Create;
                self.forget_error();
                self.put_prompt(plain, env);
            }
        }
    }

    fn ask_for_prompt(&mut self, model: String, wish: &str, text: &str, asked: PromptWish, env: &mut Env<'_>) {
        env.settings.room = Room::Create;
        self.forget_error();
        self.proposal = None;
        let say = |role, content: String| Message { role, content };
        let passage: String = text.chars().take(crate::domain::PASSAGE).collect();
        let messages = vec![
            say(
                Role::System,
                format!("{wish} Answer with the prompt alone, on one line, in the language of the text."),
            ),
            say(Role::User, passage),
        ];
        let helper = Helper {
            id: JobId(0),
            text: String::new(),
            before: env.settings.image.prompt.clone(),
            model,
            wish: asked,
            prompt: TextPrompt::Chat(messages),
            raw: false,
        };
        self.submit_helper(helper, env);
    }

    /// Asks a new engine for the helper's job, which the old engine had.
    pub(in crate::state) fn help_again(&mut self, env: &mut Env<'_>) {
        if let Some(helper) = self.helper.take() {
            self.submit_helper(Helper { text: String::new(), ..helper }, env);
        }
    }

    fn submit_helper(&mut self, helper: Helper, env: &mut Env<'_>) {
        let model = match env.model_files(&helper.model, Makes::Text) {
            Ok(model) => model,
            Err(error) => {
                self.error = Some(error);
                return;
            }
        };
        // A draft model only pays off for long answers.
        let params = TextParams {
            model: helper.model.clone(),
            draft: None,
            max_tokens: if helper.raw { RAW_TOKENS } else { TOKENS },
            grammar: None,
            stop: if helper.raw { vec!["\n".to_owned()] } else { Vec::new() },
            ..env.settings.text.clone()
        };
        let (id, seed, prompt) = (env.lanes.new_job(), env.dice.roll(), helper.prompt.clone());
        self.helper = Some(Helper { id, ..helper });
        let request = TextRequest { params, model, draft: None, prompt, seed };
        env.ask_engine(id, request.into());
    }

    pub(in crate::state) fn helper_event(&mut self, id: JobId, kind: EventKind, env: &mut Env<'_>) {
        let Some(helper) = self.helper.as_mut().filter(|helper| helper.id == id) else { return };
        match kind {
            EventKind::News(News::Text(TextNews::Token { text })) => {
                helper.text.push_str(&text);
                let written = answer_of(&helper.text).trim_start();
                // The rest of the answer is not needed.
                if written.contains("\n\n") || written.len() > 2 * prompts::LONGEST {
                    self.take_prompt(env);
                    env.cancel_job(id);
                }
            }
            EventKind::Finished(Outcome::Text(stats)) => {
                if prompts::tidy(answer_of(&helper.text)).is_empty() && helper.wish == PromptWish::Better {
                    self.error = stats.context_full().or(self.error.take());
                }
                self.take_prompt(env);
            }
            EventKind::Failed(error) => {
                let Some(helper) = self.helper.take() else { return };
                // The model only continues texts, so examples show it what to write.
                if matches!(error.cause(), Cause::BadTemplate { .. } | Cause::NoTemplate) && !helper.raw {
                    let prompt = match &helper.wish {
                        PromptWish::Passage { text, .. } => prompts::few_shot(text),
                        PromptWish::Better => prompts::few_better(&helper.before),
                    };
                    let prompt = TextPrompt::Raw(prompt);
                    self.submit_helper(Helper { text: String::new(), prompt, raw: true, ..helper }, env);
                } else {
                    self.error = Some(error);
                }
            }
            EventKind::Cancelled | EventKind::Finished(_) => self.helper = None,
            EventKind::Started
            | EventKind::Loading { .. }
            | EventKind::Ready { .. }
            | EventKind::Freed { .. }
            | EventKind::Unloaded { .. }
            | EventKind::Progress(_)
            // Only the words of the answer are needed.
            | EventKind::News(_) => {}
        }
    }

    /// Makes what was written the proposal, or the prompt for a passage. A thought without an answer is ignored.
    fn take_prompt(&mut self, env: &mut Env<'_>) {
        let Some(helper) = self.helper.take() else { return };
        if helper.before != env.settings.image.prompt {
            return;
        }
        let written = prompts::tidy(answer_of(&helper.text));
        match helper.wish {
            PromptWish::Better => {
                let is_better = prompts::is_about(&written, &helper.before) && !prompts::same(&written, &helper.before);
                self.proposal = is_better.then_some(Proposal { old: helper.before, new: written });
            }
            PromptWish::Passage { text, plain } => {
                self.put_prompt(if prompts::is_about(&written, &text) { written } else { plain }, env);
            }
        }
    }

    /// Replaces the prompt with one for a passage. Undo brings the old one back.
    fn put_prompt(&mut self, prompt: String, env: &mut Env<'_>) {
        if !prompt.is_empty() && prompt != env.settings.image.prompt {
            let before = self.prompt_now(&env.settings.image);
            self.set(ImageEdit::Prompt(prompt), env);
            env.undo.push(Undoable::Create(before), env.now_ms);
            env.note(NoticeKind::PromptWritten);
        }
    }

    pub(super) fn is_helper_job(&self, id: JobId) -> bool {
        self.helper.as_ref().is_some_and(|helper| helper.id == id)
    }
}

impl AppState {
    /// The language model's proposal for the prompt; `None` if it read another prompt.
    pub fn proposal(&self) -> Option<&Proposal> {
        self.create.proposal_for(&self.settings.image.prompt)
    }

    /// The language model that improves prompts: the one in use, or else another one on the disk. `None` if no model is
    /// reliable enough, or if the picture model does not understand sentences.
    pub fn prompt_writer(&self) -> Option<String> {
        prompt_writer(&self.settings, &self.catalogue)
    }
}

/// See [`AppState::prompt_writer`].
fn prompt_writer(settings: &Settings, catalogue: &Catalogue) -> Option<String> {
    let drawn = catalogue.entry(&settings.image.model);
    if drawn.is_some_and(|entry| !entry.card.reads_prose()) {
        return None;
    }
    able_writer(settings, catalogue)
}

fn able_writer(settings: &Settings, catalogue: &Catalogue) -> Option<String> {
    let able = |entry: &&ModelEntry| entry.is_here() && entry.card.can_rewrite();
    let own = &settings.text.model;
    match catalogue.entry(own) {
        // A file that the user opened.
        None => Some(own.clone()),
        Some(entry) if able(&entry) => Some(own.clone()),
        Some(_) => catalogue.making(Makes::Text).find(able).map(|entry| entry.card.id.clone()),
    }
}

/// The looks of the characters that a text names: `Ada: white hair`.
pub(in crate::state) fn looks_of(cards: &[StoryCard], text: &str) -> Vec<String> {
    let looks = named(cards, text).into_iter().filter(|card| !card.looks.trim().is_empty());
    looks.map(|card| format!("{}: {}", card.name.trim(), card.looks.trim())).collect()
}
