//! A language model helps with a picture: a prompt made better, or one made of a passage. It is always seen, and can be
//! changed, before anything is drawn.

use std::path::Path;

use crate::domain::{
    EventKind, Illustration, JobId, JournalEntry, Makes, Message, News, Outcome, Passage, Role, Room, StoryCard,
    Subject, TextNews, TextParams, TextPrompt, TextRequest, answer_of,
};
use crate::error::Cause;
use crate::state::{
    AppState, Effect, Effects, Helper, ImageEdit, ModelEntry, NoticeKind, PromptWish, Proposal, ShotKey,
};
use crate::writing::page::named;
use crate::writing::prompts;

/// Tokens at most: some models think before they answer. The prompt itself ends with its paragraph.
const TOKENS: u32 = 2048;
/// A prompt without a thought before it is short.
const RAW_TOKENS: u32 = 120;

impl AppState {
    /// Makes the prompt better; asked again while that runs, it is stopped.
    pub(in crate::state) fn improve_prompt(&mut self, fx: &mut Effects) {
        if let Some(helper) = self.create.helper.take() {
            self.cancel_job(helper.id, fx);
            return;
        }
        let prompt = self.settings.image.prompt.trim().to_owned();
        if let (Some(model), false) = (self.prompt_writer(), prompt.is_empty()) {
            let wish = "Improve this prompt for a text-to-image model. Keep its subject; add a few concrete details of \
                        look, light and style.";
            self.ask_for_prompt(model, wish, &prompt, PromptWish::Better, fx);
        }
    }

    /// The language model that makes prompts better: the one in use, else another that is here; `None` where none can
    /// be relied on, or the picture model does not read sentences.
    pub fn prompt_writer(&self) -> Option<String> {
        let drawn = self.catalogue.entry(&self.settings.image.model);
        if drawn.is_some_and(|entry| !entry.card.reads_prose()) {
            return None;
        }
        self.able_writer()
    }

    fn able_writer(&self) -> Option<String> {
        let able = |entry: &&ModelEntry| entry.is_here() && entry.card.can_rewrite();
        let own = &self.settings.text.model;
        match self.catalogue.entry(own) {
            // A file that somebody named.
            None => Some(own.clone()),
            Some(entry) if able(&entry) => Some(own.clone()),
            Some(_) => self.catalogue.making(Makes::Text).find(able).map(|entry| entry.card.id.clone()),
        }
    }

    /// What a language model proposes in the place of the prompt, as long as that is the one that it read.
    pub fn proposal(&self) -> Option<&Proposal> {
        self.create.proposal.as_ref().filter(|proposal| proposal.old == self.settings.image.prompt)
    }

    pub(in crate::state) fn use_proposal(&mut self) {
        if let Some(new) = self.proposal().map(|proposal| proposal.new.clone()) {
            self.set_image(ImageEdit::Prompt(new));
        }
        self.create.proposal = None;
    }

    /// Whoever writes a prompt of their own wants no other any more.
    pub(in crate::state) fn stop_helper_for(&mut self, edit: &ImageEdit, fx: &mut Effects) {
        if let ImageEdit::Prompt(text) = edit
            && *text != self.settings.image.prompt
            && let Some(helper) = self.create.helper.take()
        {
            self.cancel_job(helper.id, fx);
        }
    }

    /// A picture prompt for a turn of the conversation.
    pub(in crate::state) fn picture_of_turn(&mut self, id: u64, fx: &mut Effects) {
        let text = self.write.open.turn(id).map(|turn| turn.message.said().to_owned());
        if let (Some(text), None) = (text.filter(|t| !t.trim().is_empty()), &self.create.helper) {
            let passage = Passage::new(id, 0, &text);
            let looks = looks_of(&self.write.open.manner.cards, &text);
            self.picture_prompt_for(passage, &looks, fx);
        }
    }

    /// A prompt for a picture of `passage`, with the looks of whom it names.
    pub(in crate::state) fn picture_prompt_for(&mut self, passage: Passage, looks: &[String], fx: &mut Effects) {
        let plain = prompts::plain(&passage.text, looks);
        let mut text = passage.text.clone();
        if !looks.is_empty() {
            text = format!("{text}\n\n{}", looks.join("\n"));
        }
        self.create.subject = self.write.open.id.clone().map(|document| Subject { document, passage });
        let drawn = self.catalogue.entry(&self.settings.image.model);
        let prose = drawn.is_none_or(|entry| entry.card.reads_prose());
        let wish = if prose {
            "Describe one picture that illustrates this passage, as a prompt for a text-to-image model: who or what is \
             seen, where, in what light and style."
        } else {
            "Name the one thing, animal or place of this passage that a small sticker should show, in one to four words."
        };
        let able = self.able_writer();
        // A small model may still describe a picture; one thing in few words it does not find.
        let own = Some(self.settings.text.model.clone()).filter(|_| prose);
        let own = own.filter(|id| self.catalogue.entry(id).is_none_or(|e| e.is_here() && e.card.family != "eliza"));
        match able.or(own) {
            Some(model) => {
                self.ask_for_prompt(model, wish, &text, PromptWish::Passage { text: text.clone(), plain }, fx)
            }
            None => {
                self.settings.room = Room::Create;
                self.create.forget_error();
                self.put_prompt(plain);
            }
        }
    }

    /// Puts a picture that is on disk beside the passage that it was made of.
    pub(in crate::state) fn illustrate(&mut self, key: ShotKey, path: &Path, fx: &mut Effects) {
        let subject = self.create.shot(key).and_then(|shot| shot.subject.clone());
        let Some(Subject { document, passage }) = subject else { return };
        let id = self.roll();
        let picture = Illustration { id, passage, path: path.to_owned() };
        if self.write.open.id.as_ref() == Some(&document) {
            self.write.open.pictures.push(picture.clone());
        }
        let (write, env) = self.write(fx);
        write.touch(&document, &env);
        fx.push(Effect::Journal { id: document, entry: JournalEntry::Picture { picture } });
    }

    /// Another picture for the passage of one: of its words as they are now.
    pub(in crate::state) fn illustrate_again(&mut self, id: u64, fx: &mut Effects) {
        let open = &self.write.open;
        let Some(old) = open.pictures.iter().find(|picture| picture.id == id) else { return };
        let Some(page) = &open.page else { return self.picture_of_turn(old.passage.turn, fx) };
        // The paragraph around the place, where its words were changed.
        let text = page.text.as_str();
        let (end, same) = old.passage.find(text);
        let (from, to) = if same {
            (end - old.passage.text.len(), end)
        } else {
            let from = text[..end].trim_end().rfind('\n').map_or(0, |at| at + 1);
            (from, text[end..].find('\n').map_or(text.len(), |at| end + at))
        };
        self.picture_of_passage(from, to, fx);
    }

    /// Shows the document that the prompt was written for.
    pub(in crate::state) fn go_to_subject(&mut self, fx: &mut Effects) {
        if let Some(subject) = self.create.subject.clone() {
            self.settings.room = Room::Write;
            self.in_write(fx, |write, env| write.open_conversation(subject.document, env));
        }
    }

    fn ask_for_prompt(&mut self, model: String, wish: &str, text: &str, asked: PromptWish, fx: &mut Effects) {
        self.settings.room = Room::Create;
        self.create.forget_error();
        self.create.proposal = None;
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
            before: self.settings.image.prompt.clone(),
            model,
            wish: asked,
            prompt: TextPrompt::Chat(messages),
            raw: false,
        };
        self.submit_helper(helper, fx);
    }

    /// A new engine takes the place of the one that the helper's job was given to: it is asked anew.
    pub(in crate::state) fn help_again(&mut self, fx: &mut Effects) {
        if let Some(helper) = self.create.helper.take() {
            self.submit_helper(Helper { text: String::new(), ..helper }, fx);
        }
    }

    fn submit_helper(&mut self, helper: Helper, fx: &mut Effects) {
        let model = match self.model_files(&helper.model, Makes::Text) {
            Ok(model) => model,
            Err(error) => {
                self.create.error = Some(error);
                return;
            }
        };
        // A draft model pays in long answers only.
        let params = TextParams {
            model: helper.model.clone(),
            draft: None,
            max_tokens: if helper.raw { RAW_TOKENS } else { TOKENS },
            grammar: None,
            stop: if helper.raw { vec!["\n".to_owned()] } else { Vec::new() },
            ..self.settings.text.clone()
        };
        let (id, seed, prompt) = (self.new_job(), self.roll(), helper.prompt.clone());
        self.create.helper = Some(Helper { id, ..helper });
        let request = TextRequest { params, model, draft: None, prompt, seed };
        self.ask_engine(id, request.into(), fx);
    }

    pub(in crate::state) fn helper_event(&mut self, id: JobId, kind: EventKind, fx: &mut Effects) {
        let Some(helper) = self.create.helper.as_mut().filter(|helper| helper.id == id) else { return };
        match kind {
            EventKind::News(News::Text(TextNews::Token { text })) => {
                helper.text.push_str(&text);
                let written = answer_of(&helper.text).trim_start();
                // The rest of the answer is not asked for.
                if written.contains("\n\n") || written.len() > 2 * prompts::LONGEST {
                    self.take_prompt();
                    self.cancel_job(id, fx);
                }
            }
            EventKind::Finished(Outcome::Text(stats)) => {
                if prompts::tidy(answer_of(&helper.text)).is_empty() && helper.wish == PromptWish::Better {
                    self.create.error = stats.context_full().or(self.create.error.take());
                }
                self.take_prompt();
            }
            EventKind::Failed(error) => {
                let Some(helper) = self.create.helper.take() else { return };
                // It was trained to go on with texts: examples show it what is wanted.
                if matches!(error.cause(), Cause::BadTemplate { .. }) && !helper.raw {
                    let prompt = match &helper.wish {
                        PromptWish::Passage { text, .. } => prompts::few_shot(text),
                        PromptWish::Better => prompts::few_better(&helper.before),
                    };
                    let prompt = TextPrompt::Raw(prompt);
                    self.submit_helper(Helper { text: String::new(), prompt, raw: true, ..helper }, fx);
                } else {
                    self.create.error = Some(error);
                }
            }
            EventKind::Cancelled | EventKind::Finished(_) => self.create.helper = None,
            EventKind::Started
            | EventKind::Loading { .. }
            | EventKind::Ready { .. }
            | EventKind::Freed { .. }
            | EventKind::Unloaded { .. }
            | EventKind::Progress(_)
            // Of the answer its words alone are wanted.
            | EventKind::News(_) => {}
        }
    }

    /// What was written becomes a proposal, or the prompt for a passage; a thought without an answer does not.
    fn take_prompt(&mut self) {
        let Some(helper) = self.create.helper.take() else { return };
        if helper.before != self.settings.image.prompt {
            return;
        }
        let written = prompts::tidy(answer_of(&helper.text));
        match helper.wish {
            PromptWish::Better => {
                let is_better = prompts::is_about(&written, &helper.before) && !prompts::same(&written, &helper.before);
                self.create.proposal = is_better.then_some(Proposal { old: helper.before, new: written });
            }
            PromptWish::Passage { text, plain } => {
                self.put_prompt(if prompts::is_about(&written, &text) { written } else { plain });
            }
        }
    }

    /// A prompt for a passage in the place of the one that stands there, which can be brought back.
    fn put_prompt(&mut self, prompt: String) {
        if !prompt.is_empty() && prompt != self.settings.image.prompt {
            let before = self.prompt_now();
            self.set_image(ImageEdit::Prompt(prompt));
            self.note_action(Some(before));
            self.note(NoticeKind::PromptWritten);
        }
    }
}

/// How those look whom a text names: `Ada: white hair`.
pub(in crate::state) fn looks_of(cards: &[StoryCard], text: &str) -> Vec<String> {
    let looks = named(cards, text).into_iter().filter(|card| !card.looks.trim().is_empty());
    looks.map(|card| format!("{}: {}", card.name.trim(), card.looks.trim())).collect()
}
