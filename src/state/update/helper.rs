//! A language model helps with a picture: a prompt made better, or one made of a passage. It is always seen, and can be
//! changed, before anything is drawn.

use super::Effects;
use crate::domain::{EventKind, Job, JobId, Makes, Message, Outcome, Role, Room, TextParams, TextPrompt, TextRequest};
use crate::state::{AppState, Effect, Helper, ImageEdit, NoticeKind};

/// Tokens of a prompt at most.
const TOKENS: u32 = 96;
/// Letters of a passage that are read, and of a prompt that is kept.
const PASSAGE: usize = 4000;
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

    /// A picture prompt for a turn of the conversation.
    pub(super) fn picture_of_turn(&mut self, id: u64, fx: &mut Effects) {
        let text = self.write.open.turn(id).map(|turn| turn.message.content.clone());
        if let (Some(text), None) = (text.filter(|t| !t.trim().is_empty()), &self.create.helper) {
            self.picture_prompt_for(&text, fx);
        }
    }

    pub(super) fn picture_prompt_for(&mut self, passage: &str, fx: &mut Effects) {
        let wish = "Describe one picture that illustrates this passage, as a prompt for a text-to-image model: who or \
                    what is seen, where, in what light and style.";
        self.ask_for_prompt(wish, passage, fx);
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
        let passage: String = text.chars().take(PASSAGE).collect();
        let messages = vec![
            say(
                Role::System,
                format!("{wish} Answer with the prompt alone, on one line, in the language of the text."),
            ),
            say(Role::User, passage),
        ];
        let params = TextParams {
            max_tokens: TOKENS,
            grammar: None,
            stop: vec!["\n\n".to_owned()],
            ..self.settings.text.clone()
        };
        let (id, seed) = (self.new_job(), self.roll());
        self.create.helper = Some(Helper { id, text: String::new() });
        let request = TextRequest { params, model, prompt: TextPrompt::Chat(messages), seed };
        fx.push(Effect::Submit { id, job: Job::Text(Box::new(request)) });
    }

    pub(super) fn helper_event(&mut self, id: JobId, kind: EventKind) {
        let Some(helper) = self.create.helper.as_mut().filter(|helper| helper.id == id) else { return };
        match kind {
            EventKind::Token { text } => helper.text.push_str(&text),
            EventKind::Finished(Outcome::Text(_)) => {
                let prompt = tidy(&helper.text);
                self.create.helper = None;
                if !prompt.is_empty() {
                    let before = self.settings.image.prompt.clone();
                    self.set_image(ImageEdit::Prompt(prompt));
                    self.note(NoticeKind::PromptWritten(before));
                }
            }
            EventKind::Failed(error) => {
                self.create.helper = None;
                self.create.error = Some(error);
            }
            EventKind::Cancelled | EventKind::Finished(_) => self.create.helper = None,
            _ => {}
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
