//! Tokens of the larger text encoders: T5 (SentencePiece) and Qwen (byte-level pairs).

use std::path::Path;

use tokenizers::Tokenizer;

use super::vocabulary::{read_bytes, read_text, special, unread};
use super::{built_in, unigram};
use crate::error::Result;
use crate::formats::file::bad;
use crate::lang::{Both, both};

/// A tokenizer as its model's folder has it.
pub struct PieceTokens {
    tokenizer: Tokenizer,
    pad: u32,
    /// Set behind the text, where the model's own tokenizer does so.
    end: Option<u32>,
}

impl PieceTokens {
    /// T5's, from `tokenizer.json` or `spiece.model`. Texts end with `</s>`, shorter ones are filled with `<pad>`.
    pub fn t5(folder: &Path) -> Result<Self> {
        let tokenizer = match bare(folder)? {
            Some(tokenizer) => tokenizer,
            None => {
                let path = folder.join("spiece.model");
                unigram::tokenizer(&read_bytes(&path)?).map_err(|reason| unread(&path, reason))?
            }
        };
        let (end, pad) = (special(folder, "eos_token", "</s>")?, special(folder, "pad_token", "<pad>")?);
        Self::of_t5(tokenizer, &end, &pad, folder)
    }

    /// T5's own, from inside this program, for a text encoder with `rows` words.
    pub fn built_in_t5(rows: usize) -> Result<Self> {
        enough(rows, built_in::T5_SIZE, "T5")?;
        Self::of_t5(plain(built_in::t5()?, built_in::path())?, "</s>", "<pad>", built_in::path())
    }

    fn of_t5(tokenizer: Tokenizer, end: &str, pad: &str, folder: &Path) -> Result<Self> {
        let id = |token: &str| known(&tokenizer, token, folder);
        Ok(Self { pad: id(pad)?, end: Some(id(end)?), tokenizer })
    }

    /// Qwen's, from `tokenizer.json`: nothing is set behind the text, which is a rendered chat.
    pub fn qwen(folder: &Path) -> Result<Self> {
        let tokenizer = bare(folder)?
            .ok_or_else(|| bad(folder, Both::new("tokenizer.json is not in it", "其中没有 tokenizer.json")))?;
        let pad = special(folder, "pad_token", "<|endoftext|>")?;
        Ok(Self { pad: known(&tokenizer, &pad, folder)?, end: None, tokenizer })
    }

    /// Qwen's own, from inside this program, for a text encoder with `rows` words.
    pub fn built_in_qwen(rows: usize) -> Result<Self> {
        enough(rows, built_in::QWEN_SIZE, "Qwen")?;
        let tokenizer = built_in::qwen()?;
        Ok(Self { pad: known(&tokenizer, "<|endoftext|>", built_in::path())?, end: None, tokenizer })
    }

    /// At most `most` ids, the last one the end where the model has one; and how many tokens were cut.
    pub fn ids(&self, text: &str, most: usize) -> Result<(Vec<u32>, usize)> {
        let encoding = self.tokenizer.encode_fast(text, false).map_err(|e| unread(Path::new("tokenizer"), e))?;
        let mut ids = encoding.get_ids().to_vec();
        let room = most.saturating_sub(usize::from(self.end.is_some()));
        let cut = ids.len().saturating_sub(room);
        ids.truncate(room);
        ids.extend(self.end);
        Ok((ids, cut))
    }

    /// [`Self::ids`], filled up to exactly `length`.
    pub fn filled(&self, text: &str, length: usize) -> Result<(Vec<u32>, usize)> {
        let (mut ids, cut) = self.ids(text, length)?;
        ids.resize(length, self.pad);
        Ok((ids, cut))
    }

    pub fn pad(&self) -> u32 {
        self.pad
    }
}

/// `tokenizer.json` without what it sets about a text; `None` where there is none.
fn bare(folder: &Path) -> Result<Option<Tokenizer>> {
    let path = folder.join("tokenizer.json");
    if !path.is_file() {
        return Ok(None);
    }
    plain(read_text(&path)?.parse().map_err(|e| unread(&path, e))?, &path).map(Some)
}

/// Without what it sets about a text.
fn plain(mut tokenizer: Tokenizer, path: &Path) -> Result<Tokenizer> {
    tokenizer.with_post_processor(None::<tokenizers::PostProcessorWrapper>);
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|e| unread(path, e))?;
    Ok(tokenizer)
}

/// Refuses a text encoder with fewer words than the vocabulary inside this program.
fn enough(rows: usize, size: usize, name: &str) -> Result<()> {
    if rows >= size {
        return Ok(());
    }
    Err(bad(
        built_in::path(),
        both!(
            "{name} has {size} tokens, this text encoder {rows}: put its tokenizer beside it, or name a folder with --config",
            "{name} 有 {size} 个词元，而此文本编码器有 {rows} 个：请把它的分词器放在旁边，或用 --config 指定文件夹"
        ),
    ))
}

fn known(tokenizer: &Tokenizer, token: &str, folder: &Path) -> Result<u32> {
    let missing = || bad(folder, both!("the token {token} is not in the vocabulary", "词表中没有词元 {token}"));
    tokenizer.token_to_id(token).ok_or_else(missing)
}
