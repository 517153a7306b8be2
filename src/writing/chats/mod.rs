//! Chats of other programs.
//!
//! | where from | what the file looks like |
//! |---|---|
//! | OpenAI's messages, Jan, Assistants | `role`, `content`; alone, in a list, under `messages`, one a line |
//! | ShareGPT | `from`, `value` under `conversations` |
//! | ChatGPT, Claude, Open WebUI, LibreChat | `conversations.json` and the like: trees of messages with their parents |
//! | LM Studio | `messages` with `versions` |
//! | SillyTavern | JSONL with `name`, `is_user`, `mes`, `swipes` |
//! | KoboldCpp | `prompt`, `actions`, `memory` |
//! | text-generation-webui | pairs under `internal` |
//! | Google AI Studio, Gemini | `parts` under `contents` or `chunkedPrompt` |
//! | the studio itself, plain logs | Markdown and plain text with a speaker before each turn |

mod content;
mod json;
mod kobold;
mod labels;
mod message;
mod pairs;
mod text;
mod tree;

use crate::domain::{ImportedChat, ImportedTurn, Role, plural};
use crate::error::Result;
use crate::lang::Both;
use crate::writing::untrusted::{MAX_FILE, as_text, bad, too_large};

/// Most messages of a file, versions included, and longest message.
const MAX_MESSAGES: usize = 100_000;
const MAX_MESSAGE: usize = 4 << 20;
/// Most conversations of a file: those with titles are a person's own, those without are mostly data for training.
const MAX_CHATS: usize = 5_000;
const MAX_UNTITLED: usize = 20;
/// Letters of a title and of a name.
const MAX_TITLE: usize = 200;
const MAX_NAME: usize = 80;

/// The chats of a file, in its order, and what of it has no place here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chats {
    pub chats: Vec<ImportedChat>,
    pub left_out: Vec<Both>,
}

/// Reads the chats of a file; see the table above for what is known.
///
/// Errors ([`BadImport`](crate::error::Cause::BadImport)): too large, not UTF-8, no form of these, an unknown role,
/// no message.
pub fn chats(bytes: &[u8]) -> Result<Chats> {
    if bytes.len() > MAX_FILE {
        return Err(too_large(bytes.len()));
    }
    let text = as_text(bytes)?;
    let mut reader = Reader::default();
    if text.starts_with(['{', '[']) {
        // Plain text may begin with a bracket too; then the words about JSON would mislead.
        if let Err(error) = json::read(text, &mut reader) {
            reader = Reader::default();
            text::read(text, &mut reader).map_err(|_| error)?;
        }
    } else {
        text::read(text, &mut reader)?;
    }
    if reader.chats.is_empty() {
        return Err(bad("there is no message in it", "其中没有消息"));
    }
    Ok(Chats { left_out: reader.told(), chats: reader.chats })
}

/// The chats that were read so far, and what was skipped, counted.
#[derive(Default)]
struct Reader {
    chats: Vec<ImportedChat>,
    messages: usize,
    hidden: usize,
    parts: usize,
    files: usize,
    tools: usize,
    thoughts: usize,
    systems: usize,
    conversations: usize,
    /// Anything else, in words.
    notes: Vec<Both>,
}

impl Reader {
    /// Keeps a chat; one without messages says nothing.
    fn keep(&mut self, talk: Talk) {
        let chat = talk.finish();
        let untitled = chat.title.is_empty() && self.chats.len() >= MAX_UNTITLED;
        if chat.turns.is_empty() && chat.system.is_empty() {
            return;
        }
        if untitled || self.chats.len() >= MAX_CHATS {
            self.conversations += 1;
        } else {
            self.chats.push(chat);
        }
    }

    fn note(&mut self, en: impl Into<String>, zh: impl Into<String>) {
        let note = Both::new(en, zh);
        if self.notes.len() < 20 && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn told(&mut self) -> Vec<Both> {
        let told = [
            (self.hidden, "hidden message", "hidden messages", "条隐藏消息"),
            (
                self.parts,
                "picture or other part that is not text",
                "pictures and other parts that are not text",
                "个图片等非文本内容",
            ),
            (self.files, "attached file", "attached files", "个附件"),
            (self.tools, "message of a tool", "messages of tools", "条工具消息"),
            (self.thoughts, "thought of the model", "thoughts of the model", "段模型思考"),
            (
                self.systems,
                "system message after the first turn",
                "system messages after the first turn",
                "条中途的系统消息",
            ),
            (
                self.conversations,
                "further conversation of the file",
                "further conversations of the file",
                "个文件中的其他对话",
            ),
        ];
        let counted = told.iter().filter(|(n, ..)| *n > 0);
        let counted =
            counted.map(|(n, one, more, zh)| Both::new(format!("{n} {}", plural(*n, one, more)), format!("{n} {zh}")));
        counted.chain(std::mem::take(&mut self.notes)).collect()
    }
}

/// A chat while it is read.
#[derive(Default)]
struct Talk {
    chat: ImportedChat,
    /// The turn that the next one follows.
    last: Option<usize>,
}

impl Talk {
    fn titled(title: &str) -> Self {
        let mut talk = Self::default();
        talk.chat.title = one_line(title, MAX_TITLE);
        talk
    }

    /// Adds to the system text.
    fn system(&mut self, text: &str) {
        let text = tidy(text);
        if !text.is_empty() && !self.chat.system.contains(&text) {
            if !self.chat.system.is_empty() {
                self.chat.system.push_str("\n\n");
            }
            self.chat.system.push_str(&text);
        }
    }

    /// Adds a turn at the end; an empty one says nothing and is passed over.
    fn say(&mut self, reader: &mut Reader, role: Role, name: &str, text: &str) -> Result<()> {
        self.say_versions(reader, role, name, &[text], 0)
    }

    /// Adds a turn with its versions at the end, in their order; what comes next follows the shown one.
    fn say_versions(
        &mut self,
        reader: &mut Reader,
        role: Role,
        name: &str,
        versions: &[&str],
        shown: usize,
    ) -> Result<()> {
        let texts: Vec<String> = versions.iter().map(|text| tidy(text)).collect();
        if texts.iter().any(|text| text.len() > MAX_MESSAGE) {
            return Err(bad("one of its messages is longer than 4 MB", "其中一条消息超过 4 MB"));
        }
        reader.messages += texts.len();
        if reader.messages > MAX_MESSAGES {
            return Err(bad("it has more than 100 000 messages", "消息超过 10 万条"));
        }
        if role == Role::System {
            // Only at the beginning is it what our conversations have.
            match self.last {
                None => texts.get(shown).into_iter().for_each(|text| self.system(text)),
                Some(_) => reader.systems += usize::from(texts.iter().any(|text| !text.is_empty())),
            }
            return Ok(());
        }
        let after = self.last;
        let mut kept: Vec<&String> = Vec::new();
        for (n, text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            // The same words twice are one version; the shown one stays.
            if n != shown && (kept.contains(&text) || texts.get(shown) == Some(text)) {
                continue;
            }
            kept.push(text);
            // Where the shown one says nothing, the last that does is shown.
            if n == shown || texts.get(shown).is_none_or(String::is_empty) {
                self.last = Some(self.chat.turns.len());
            }
            let turn = ImportedTurn { role, name: one_line(name, MAX_NAME), text: text.clone(), after };
            self.chat.turns.push(turn);
        }
        Ok(())
    }

    /// Finds out who usually speaks: what is left as a name beside a turn is somebody else's.
    fn finish(mut self) -> ImportedChat {
        let chat = &mut self.chat;
        chat.shown = self.last.filter(|last| last + 1 < chat.turns.len());
        for turn in chat.turns.iter_mut().filter(|turn| labels::is_generic(&turn.name)) {
            turn.name.clear();
        }
        // The first name, unless some turns have none: then the named ones are others.
        let first = |role: Role| {
            let mut said = chat.turns.iter().filter(|turn| turn.role == role).map(|turn| turn.name.as_str());
            let name = said.next().unwrap_or_default();
            if said.any(str::is_empty) { String::new() } else { name.to_owned() }
        };
        let named = |given: &str, role: Role| if given.is_empty() { first(role) } else { given.to_owned() };
        let (person, speaker) = (named(&chat.person, Role::User), named(&chat.speaker, Role::Assistant));
        for turn in &mut chat.turns {
            if turn.name == *(if turn.role == Role::User { &person } else { &speaker }) {
                turn.name.clear();
            }
        }
        let real = |name: String| if labels::is_generic(&name) { String::new() } else { name };
        (chat.person, chat.speaker) = (real(person), real(speaker));
        self.chat
    }
}

fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

fn one_line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(most).collect()
}

#[cfg(test)]
mod tests;
