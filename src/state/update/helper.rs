//! A language model helps with a picture: a prompt made better, or one made of a passage. It is always seen, and can be
//! changed, before anything is drawn.

use std::path::Path;

use super::Effects;
use crate::domain::{
    EventKind, Illustration, Job, JobId, JournalEntry, Makes, Message, Outcome, Passage, Role, Room, Subject,
    TextParams, TextPrompt, TextRequest, answer_of,
};
use crate::state::{AppState, Effect, Helper, ImageEdit, NoticeKind, ShotKey};

/// Tokens at most: some models think before they answer. The prompt itself ends with its paragraph.
const TOKENS: u32 = 2048;
/// Letters of a prompt that are kept.
const PROMPT: usize = 500;

impl AppState {
    /// Makes the prompt better; asked again while that runs, it is stopped.
    pub(super) fn improve_prompt(&mut self, fx: &mut Effects) {
        if let Some(helper) = &self.create.helper {
            fx.push(Effect::Cancel(helper.id));
            return;
        }
        let prompt = self.settings.image.prompt.trim().to_owned();
        if !prompt.is_empty() {
            let wish = "Improve this prompt for a text-to-image model. Keep its subject; add a few concrete details of \
                        look, light and style.";
            self.ask_for_prompt(wish, &prompt, fx);
        }
    }

    /// Whoever writes a prompt of their own wants no other any more.
    pub(super) fn stop_helper_for(&mut self, edit: &ImageEdit, fx: &mut Effects) {
        if let ImageEdit::Prompt(text) = edit
            && *text != self.settings.image.prompt
            && let Some(helper) = self.create.helper.take()
        {
            fx.push(Effect::Cancel(helper.id));
        }
    }

    /// A picture prompt for a turn of the conversation.
    pub(super) fn picture_of_turn(&mut self, id: u64, fx: &mut Effects) {
        let text = self.write.open.turn(id).map(|turn| turn.message.said().to_owned());
        if let (Some(text), None) = (text.filter(|t| !t.trim().is_empty()), &self.create.helper) {
            let passage = Passage::new(id, 0, &text);
            self.picture_prompt_for(passage, &text, fx);
        }
    }

    /// A prompt for a picture of `passage`, from what is said in `text`.
    pub(super) fn picture_prompt_for(&mut self, passage: Passage, text: &str, fx: &mut Effects) {
        let wish = "Describe one picture that illustrates this passage, as a prompt for a text-to-image model: who or \
                    what is seen, where, in what light and style.";
        self.create.subject = self.write.open.id.clone().map(|document| Subject { document, passage });
        self.ask_for_prompt(wish, text, fx);
    }

    /// Puts a picture that is on disk beside the passage that it was made of.
    pub(super) fn illustrate(&mut self, key: ShotKey, path: &Path, fx: &mut Effects) {
        let subject = self.create.shot(key).and_then(|shot| shot.subject.clone());
        let Some(Subject { document, passage }) = subject else { return };
        let id = self.roll();
        let picture = Illustration { id, passage, path: path.to_owned() };
        if self.write.open.id.as_ref() == Some(&document) {
            self.write.open.pictures.push(picture.clone());
        }
        self.touch(&document);
        fx.push(Effect::Journal { id: document, entry: JournalEntry::Picture { picture } });
    }

    /// Takes a picture out of the text; its file stays in the library.
    pub(super) fn remove_illustration(&mut self, id: u64, fx: &mut Effects) {
        self.write.open.pictures.retain(|picture| picture.id != id);
        if let Some(document) = self.write.open.id.clone() {
            fx.push(Effect::Journal { id: document, entry: JournalEntry::PictureGone { id } });
        }
    }

    /// Another picture for the passage of one: of its words as they are now.
    pub(super) fn illustrate_again(&mut self, id: u64, fx: &mut Effects) {
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
    pub(super) fn go_to_subject(&mut self, fx: &mut Effects) {
        if let Some(subject) = self.create.subject.clone() {
            self.settings.room = Room::Write;
            self.open_conversation(subject.document, fx);
        }
    }

    fn ask_for_prompt(&mut self, wish: &str, text: &str, fx: &mut Effects) {
        self.settings.room = Room::Create;
        self.create.forget_error();
        let model = match self.models.resolve(&self.settings.text.model, Makes::Text) {
            Ok(model) => model,
            Err(error) => {
                self.create.error = Some(error);
                return;
            }
        };
        let say = |role, content: String| Message { role, content };
        let passage: String = text.chars().take(crate::domain::PASSAGE).collect();
        let messages = vec![
            say(
                Role::System,
                format!("{wish} Answer with the prompt alone, on one line, in the language of the text."),
            ),
            say(Role::User, passage),
        ];
        // A draft model pays in long answers only.
        let params = TextParams {
            draft: None,
            max_tokens: TOKENS,
            grammar: None,
            stop: Vec::new(),
            ..self.settings.text.clone()
        };
        let (id, seed) = (self.new_job(), self.roll());
        self.create.helper = Some(Helper { id, text: String::new(), before: self.settings.image.prompt.clone() });
        let request = TextRequest { params, model, draft: None, prompt: TextPrompt::Chat(messages), seed };
        fx.push(Effect::Submit { id, job: Job::Text(Box::new(request)) });
    }

    pub(super) fn helper_event(&mut self, id: JobId, kind: EventKind, fx: &mut Effects) {
        let Some(helper) = self.create.helper.as_mut().filter(|helper| helper.id == id) else { return };
        match kind {
            EventKind::Token { text } => {
                helper.text.push_str(&text);
                let written = answer_of(&helper.text).trim_start();
                // The rest of the answer is not asked for.
                if written.contains("\n\n") || written.len() > 2 * PROMPT {
                    fx.push(Effect::Cancel(id));
                    self.take_prompt();
                }
            }
            EventKind::Finished(Outcome::Text(stats)) => {
                if tidy(answer_of(&helper.text)).is_empty() {
                    self.create.error = stats.context_full().or(self.create.error.take());
                }
                self.take_prompt();
            }
            EventKind::Failed(error) => {
                self.create.helper = None;
                self.create.error = Some(error);
            }
            EventKind::Cancelled | EventKind::Finished(_) => self.create.helper = None,
            _ => {}
        }
    }

    /// What was written becomes the prompt; a thought without an answer does not.
    fn take_prompt(&mut self) {
        let Some(helper) = self.create.helper.take() else { return };
        let prompt = tidy(answer_of(&helper.text));
        if !prompt.is_empty() && helper.before == self.settings.image.prompt {
            self.set_image(ImageEdit::Prompt(prompt));
            self.note(NoticeKind::PromptWritten(helper.before));
        }
    }
}

/// The prompt of an answer: its first line, without quotes and without a word about itself.
fn tidy(answer: &str) -> String {
    let line = answer.lines().map(str::trim).find(|line| !line.is_empty() && !line.ends_with([':', '：']));
    let line = line.or_else(|| answer.lines().map(str::trim).find(|line| !line.is_empty())).unwrap_or_default();
    let line = ["Prompt:", "prompt:", "提示词：", "提示词:"].iter().find_map(|p| line.strip_prefix(p)).unwrap_or(line);
    let line = line.trim().trim_matches(['"', '“', '”', '*', '`']).trim();
    line.chars().take(PROMPT).collect()
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn the_prompt_is_taken_out_of_the_answer() {
        assert_eq!(tidy("Here is the prompt:\n\n\"a red apple, soft light\"\nmore"), "a red apple, soft light");
        assert_eq!(tidy("Prompt: **a fox**"), "a fox");
        assert_eq!(tidy(" \n“一只猫，水彩”"), "一只猫，水彩");
        assert_eq!(tidy("only:"), "only:");
        assert_eq!(tidy(""), "");
        assert_eq!(tidy(&"x".repeat(2000)).len(), 500);
    }
}
