//! Turns to a prompt, by the Jinja template inside the model's file.
//!
//! The dialect is that of transformers' `apply_chat_template`: trimmed blocks, Python's string methods,
//! `raise_exception`, `strftime_now`, `tojson` as Python writes it. The template comes from outside: fuel bounds its
//! work (minijinja charges for instructions and for bytes), and what fuel leaves open is bounded here.
//!
//! | file | thought |
//! |---|---|
//! | `run` | from source and values to text |
//! | `guard` | bounds put into the parsed template |
//! | `bounds` | how large and deep values may get, how long a source |
//! | `python` | what templates expect of Python |

mod bounds;
mod guard;
mod python;
mod run;

use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Deserialize;
use serde_json::json;

use super::tokenizer::{Specials, Tokenizer};
use crate::domain::{Message, Role};
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

/// A model's way to write a conversation.
#[derive(Debug)]
pub struct ChatTemplate {
    source: String,
    bos: String,
    eos: String,
}

impl ChatTemplate {
    /// The file's own template; ChatML where it has none but knows its tokens; else an error that says so.
    pub fn from_gguf(gguf: &Gguf, tokenizer: &Tokenizer) -> Result<Self> {
        let source = match gguf.text("tokenizer.chat_template") {
            Some(source) => source,
            None if tokenizer.token("<|im_start|>").is_some() && tokenizer.token("<|im_end|>").is_some() => CHATML,
            None => {
                return Err(bad(Both::new(
                    "it has none: this model continues text, it was not trained to answer",
                    "文件中没有模板：这个模型用于续写文字，没有经过对话训练",
                )));
            }
        };
        Ok(Self::new(source, tokenizer.bos_text(), tokenizer.eos_text()))
    }

    pub fn new(source: &str, bos: &str, eos: &str) -> Self {
        Self { source: source.to_owned(), bos: bos.to_owned(), eos: eos.to_owned() }
    }

    /// The prompt's text, up to where the model is to begin its answer.
    pub fn render(&self, messages: &[Message]) -> Result<String> {
        let messages = messages.iter().map(|m| json!({"role": m.role.as_str(), "content": m.content})).collect();
        self.render_chat(&Chat { messages, ..Chat::default() })
    }

    /// The text of any conversation that `apply_chat_template` would take: with tools, their calls and answers, and
    /// with what the template itself asks for (`enable_thinking`).
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

    /// The prompt's tokens. What the turns say is text and nothing else: a control token's name inside them
    /// (`<|im_end|>`) is read as the letters it is written with, so no quoted page can end a turn or begin another.
    /// An answer at the end is one that was cut off: it stays open, and the model goes on with it.
    pub fn tokens(&self, messages: &[Message], tokenizer: &Tokenizer) -> Result<Vec<u32>> {
        // A character that occurs nowhere marks the names that are to stay letters.
        let absent = |c: &char| !self.source.contains(*c) && !messages.iter().any(|m| m.content.contains(*c));
        let Some(mark) = ('\u{FDD0}'..=char::MAX).find(absent) else {
            return Err(bad(Both::new("the turns use every character there is", "对话用尽了所有字符")));
        };
        let defused: Vec<Message> =
            (messages.iter()).map(|m| Message { role: m.role, content: tokenizer.defuse(&m.content, mark) }).collect();
        let (open, turns) = match defused.split_last() {
            Some((last, turns)) if last.role == Role::Assistant && !turns.is_empty() => (last.content.as_str(), turns),
            _ => ("", &defused[..]),
        };
        // Some templates refuse what is not told in turns: a greeting before any question, two answers in a row.
        let text = self.render(turns).or_else(|error| self.render(&in_turns(turns)).map_err(|_| error))? + open;
        Ok(tokenizer.encode_marked(&text, Specials::Parse, Some(mark)))
    }
}

/// The turns with the person first and then by turns: an answer to nothing gets a question without words, two
/// questions in a row are one.
fn in_turns(turns: &[Message]) -> Vec<Message> {
    let mut out: Vec<Message> = Vec::with_capacity(turns.len() + 1);
    for turn in turns {
        let asked = out.last_mut().filter(|last| last.role == Role::User);
        match (turn.role, asked) {
            (Role::User, Some(last)) => {
                last.content.push_str("\n\n");
                last.content.push_str(&turn.content);
            }
            (Role::Assistant, None) => {
                out.push(Message { role: Role::User, content: "…".to_owned() });
                out.push(turn.clone());
            }
            _ => out.push(turn.clone()),
        }
    }
    out
}

fn bad(reason: Both) -> crate::error::StudioError {
    Cause::BadTemplate { reason }.into()
}

#[cfg(test)]
mod tests;
