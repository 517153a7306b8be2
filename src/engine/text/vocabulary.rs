//! A model's vocabulary and template on their own, without its weights.

use std::path::Path;

use super::template::{Chat, ChatTemplate};
use super::tokenizer::{Specials, Tokenizer};
use crate::domain::Message;
use crate::error::Result;
use crate::formats::gguf::Gguf;

/// The vocabulary of a GGUF file.
pub struct Vocabulary {
    tokenizer: Tokenizer,
    gguf: Gguf,
}

impl Vocabulary {
    /// That of the file at `path`, with the pre-tokenizer `pre` where one is given.
    pub fn open(path: &Path, pre: Option<&str>) -> Result<Self> {
        let mut gguf = Gguf::open(path)?;
        if let Some(pre) = pre {
            gguf.set_text("tokenizer.ggml.pre", pre);
        }
        Ok(Self { tokenizer: Tokenizer::from_gguf(&gguf)?, gguf })
    }

    /// That of the file at `path`, with or without a space put before texts.
    pub fn with_prefix(path: &Path, prefix: bool) -> Result<Self> {
        let mut gguf = Gguf::open(path)?;
        gguf.set_flag("tokenizer.ggml.add_space_prefix", prefix);
        Ok(Self { tokenizer: Tokenizer::from_gguf(&gguf)?, gguf })
    }

    /// Tokens of `text` as a prompt, with the begin token that the model wants.
    pub fn begin(&self, text: &str) -> Vec<u32> {
        self.tokenizer.begin(self.encode(text))
    }

    /// Tokens of `text` with special tokens read, no begin token.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        self.tokenizer.encode(text, Specials::Parse)
    }

    /// The same with special tokens' texts as plain text.
    pub fn encode_plain(&self, text: &str) -> Vec<u32> {
        self.tokenizer.encode(text, Specials::Plain)
    }

    /// What tokens show: control tokens nothing.
    pub fn decode(&self, ids: &[u32]) -> String {
        let mut bytes = Vec::new();
        ids.iter().for_each(|&id| self.tokenizer.piece(id, &mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The bytes that each token shows.
    #[cfg(test)]
    pub fn pieces(&self) -> Vec<Vec<u8>> {
        super::chooser::all(&self.tokenizer, Tokenizer::piece)
    }

    #[cfg(test)]
    pub fn is_end(&self, id: u32) -> bool {
        self.tokenizer.is_end(id)
    }

    /// Biases and breakers by this vocabulary.
    #[cfg(test)]
    pub fn resolve(&self, params: &crate::domain::TextParams) -> Result<super::sampler::Resolved> {
        super::chooser::resolve(&self.tokenizer, params)
    }

    /// The text that a model reads of a conversation, by the file's template.
    pub fn render(&self, chat: &Chat) -> Result<String> {
        ChatTemplate::from_gguf(&self.gguf, &self.tokenizer)?.tell(chat)
    }

    /// The text that the file's template makes of turns, and its tokens.
    pub fn chat(&self, messages: &[Message]) -> Result<(String, Vec<u32>)> {
        let template = ChatTemplate::from_gguf(&self.gguf, &self.tokenizer)?;
        Ok((template.render(messages)?, template.tokens(messages, &self.tokenizer)?))
    }
}
