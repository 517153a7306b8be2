//! Turns to a prompt, by the Jinja template inside the model's file.
//!
//! The dialect is that of transformers' `apply_chat_template`: trimmed blocks, Python's string methods,
//! `raise_exception`, `strftime_now`, `tojson` as Python writes it. The template comes from outside: fuel bounds its
//! work (minijinja charges for instructions and for bytes), and what fuel leaves open is bounded here.
//!
//! | file | what is in it |
//! |---|---|
//! | `run` | from source and values to text |
//! | `guard` | bounds put into the parsed template |
//! | `bounds` | how large and deep values may get, how long a source |
//! | `roles` | conversations adapted to templates without some of the roles |
//! | `dialect` | where Jinja2 and minijinja differ |
//! | `json` | `tojson` |
//! | `python` | what templates expect of Python |
//! | `methods` | methods of its types |

mod bounds;
mod dialect;
mod guard;
mod json;
mod methods;
mod python;
mod roles;
mod run;

use std::sync::OnceLock;

use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Deserialize;
use serde_json::json;

use super::tokenizer::{Specials, Tokenizer};
use crate::domain::{Message, Role, opened_by, split_thought};
use crate::error::{Cause, Result};
use crate::formats::gguf::Gguf;
use crate::lang::Both;

/// The template where the file has none but the vocabulary has ChatML's tokens.
const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + \
                      '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/// A conversation as `apply_chat_template` takes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Chat {
    /// Objects with `role` and `content`, and what tools add.
    pub messages: Vec<serde_json::Value>,
    /// JSON schemas of functions; none is `null`, as the templates expect.
    pub tools: Option<Vec<serde_json::Value>>,
    /// What else the template knows.
    pub kwargs: serde_json::Map<String, serde_json::Value>,
    /// Ends with the opening of an answer.
    pub add_generation_prompt: bool,
}

impl Default for Chat {
    fn default() -> Self {
        Self { messages: Vec::new(), tools: None, kwargs: serde_json::Map::new(), add_generation_prompt: true }
    }
}

impl Chat {
    /// Its length as JSON.
    fn bytes(&self) -> usize {
        let messages = serde_json::to_string(&self.messages).map_or(0, |text| text.len());
        let tools =
            self.tools.as_ref().and_then(|tools| serde_json::to_string(tools).ok()).map_or(0, |text| text.len());
        messages + tools + serde_json::to_string(&self.kwargs).map_or(0, |text| text.len())
    }
}

/// A model's chat template.
#[derive(Debug)]
pub struct ChatTemplate {
    source: String,
    bos: String,
    eos: String,
    /// Which roles it shows; found on first use.
    shows_system: OnceLock<bool>,
    wants_parts: OnceLock<bool>,
}

/// The tokens of a prompt, and what of the answer is in them already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    pub tokens: Vec<u32>,
    /// The text of an answer that is continued, or the tag by which the template opens a thought.
    pub begun: String,
    /// Whether it is such a tag, which was not reported yet.
    pub opens_thought: bool,
}

impl ChatTemplate {
    /// The file's own template; ChatML where it has none but knows its tokens; else an error that says so.
    pub fn from_gguf(gguf: &Gguf, tokenizer: &Tokenizer) -> Result<Self> {
        let source = match gguf.text("tokenizer.chat_template") {
            Some(source) => source,
            None if tokenizer.token("<|im_start|>").is_some() && tokenizer.token("<|im_end|>").is_some() => CHATML,
            None => return Err(Cause::NoTemplate.into()),
        };
        Ok(Self::new(source, tokenizer.bos_text(), tokenizer.eos_text()))
    }

    pub fn new(source: &str, bos: &str, eos: &str) -> Self {
        let (source, bos, eos) = (source.to_owned(), bos.to_owned(), eos.to_owned());
        Self { source, bos, eos, shows_system: OnceLock::new(), wants_parts: OnceLock::new() }
    }

    /// The prompt's text, up to where the model is to begin its answer.
    pub fn render(&self, messages: &[Message]) -> Result<String> {
        let messages = messages.iter().map(|m| json!({"role": m.role.as_str(), "content": m.content})).collect();
        self.tell(&Chat { messages, ..Chat::default() })
    }

    /// The text of any conversation that `apply_chat_template` would take: with tools, their calls and answers, and
    /// with what the template itself asks for (`enable_thinking`). Refused where the template refuses it.
    pub fn render_chat(&self, chat: &Chat) -> Result<String> {
        let scope = || {
            let kwargs = Value::from(Serde(&chat.kwargs));
            context! {
                messages => Value::from(Serde(&chat.messages)),
                tools => Value::from(Serde(&chat.tools)),
                documents => Value::from(()),
                add_generation_prompt => chat.add_generation_prompt,
                bos_token => self.bos.as_str(),
                eos_token => self.eos.as_str(),
                ..kwargs
            }
        };
        run::render(&self.source, chat.bytes(), scope)
    }

    /// The same, told so that the template shows all of it: where it knows no system role, that text goes before the
    /// first question; a greeting before any question, or two answers in a row, get a question without words where the
    /// template wants turns.
    pub fn tell(&self, chat: &Chat) -> Result<String> {
        let with = |messages: Vec<serde_json::Value>| Chat { messages, ..chat.clone() };
        let parts = self.wants_parts().then(|| with(roles::in_parts(&chat.messages)));
        let chat = parts.as_ref().unwrap_or(chat);
        let has_system = chat.messages.iter().any(roles::is_system);
        let plain = has_system.then(|| with(roles::without_system(&chat.messages)));
        let first = plain.as_ref().filter(|_| !self.shows_system()).unwrap_or(chat);
        self.render_chat(first).or_else(|error| {
            let ways = [Some(first), Some(chat), plain.as_ref()].into_iter().flatten();
            let mut told = ways.map(|chat| self.render_chat(&with(roles::in_turns(&chat.messages))));
            told.find_map(Result::ok).ok_or(error)
        })
    }

    /// What the template says by itself before turns that have no system message: it is where theirs would be.
    pub fn own_instructions(&self, turns: &[Message]) -> Option<String> {
        const GIVEN: &str = "Answer in two words.";
        let given = Message { role: Role::System, content: GIVEN.to_owned() };
        let with: Vec<Message> = std::iter::once(given).chain(turns.iter().cloned()).collect();
        let (plain, told) = (self.render(turns).ok()?, self.render(&with).ok()?);
        let (before, after) = told.split_once(GIVEN)?;
        let own = plain.strip_prefix(before)?.strip_suffix(after)?;
        (!own.trim().is_empty()).then(|| own.to_owned())
    }

    /// Whether a system message reaches the prompt: some templates refuse it, others pass over it.
    fn shows_system(&self) -> bool {
        *self.shows_system.get_or_init(|| self.shows("system"))
    }

    /// Whether a question reaches the prompt only as a list of parts.
    fn wants_parts(&self) -> bool {
        *self.wants_parts.get_or_init(|| !self.shows_in("user", false) && self.shows_in("user", true))
    }

    fn shows(&self, role: &str) -> bool {
        self.shows_in(role, self.wants_parts())
    }

    /// Whether the text of a message with this role is in the prompt of a short conversation.
    fn shows_in(&self, role: &str, parts: bool) -> bool {
        const NEEDLE: &str = "Answer in two words.";
        let question = json!({"role": "user", "content": "Who are you?"});
        let asked = json!({"role": role, "content": NEEDLE});
        let messages = if role == "user" { vec![asked] } else { vec![asked, question] };
        let messages = if parts { roles::in_parts(&messages) } else { messages };
        self.render_chat(&Chat { messages, ..Chat::default() }).is_ok_and(|text| text.contains(NEEDLE))
    }

    /// The prompt. What the turns say is text and nothing else: a control token's name inside them (`<|im_end|>`) is
    /// read as the letters it is written with, so no quoted page can end a turn or begin another. An answer at the end
    /// is one that was cut off: it stays open, and the model continues it.
    pub fn prompt(&self, messages: &[Message], tokenizer: &Tokenizer) -> Result<Prompt> {
        // A character that occurs nowhere marks the names that are to stay letters.
        let absent = |c: &char| !self.source.contains(*c) && !messages.iter().any(|m| m.content.contains(*c));
        let Some(mark) = ('\u{FDD0}'..=char::MAX).find(absent) else {
            return Err(bad(Both::new("the turns use every character there is", "对话用尽了所有字符")));
        };
        let defused: Vec<Message> =
            (messages.iter()).map(|m| Message { role: m.role, content: tokenizer.defuse(&m.content, mark) }).collect();
        let (open, turns) = match defused.split_last() {
            Some((last, turns)) if last.role == Role::Assistant && !turns.is_empty() => (Some(last), turns),
            _ => (None, &defused[..]),
        };
        let mut text = self.render(turns)?;
        // A question that ends with the tag opens nothing.
        let asked = turns.last().map_or("", |turn| turn.content.trim_end());
        let tag = opened_by(&text).filter(|tag| !asked.ends_with(tag.trim_end())).map(str::to_owned);
        let opens_thought = open.is_none() && tag.is_some();
        let begun = match (open, tag) {
            (Some(open), tag) => {
                // An answer brings its thought's tag along, or has no thought; some from elsewhere lack the tag alone.
                let lacks_tag = |tag: &str| {
                    let said = open.content.trim_start();
                    split_thought(said).thought.is_some() && !said.starts_with(tag.trim_end())
                };
                if let Some(tag) = tag.filter(|tag| !lacks_tag(tag)) {
                    text.truncate(text.len() - tag.len());
                }
                text.push_str(&open.content);
                messages.last().map(|last| last.content.clone()).unwrap_or_default()
            }
            (None, tag) => tag.unwrap_or_default(),
        };
        let tokens = tokenizer.encode_marked(&text, Specials::Parse, Some(mark));
        Ok(Prompt { tokens, begun, opens_thought })
    }

    /// The prompt's tokens.
    pub fn tokens(&self, messages: &[Message], tokenizer: &Tokenizer) -> Result<Vec<u32>> {
        self.prompt(messages, tokenizer).map(|prompt| prompt.tokens)
    }
}

fn bad(reason: Both) -> crate::error::StudioError {
    Cause::BadTemplate { reason }.into()
}

#[cfg(test)]
mod tests;
