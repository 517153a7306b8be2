//! Whether one model's tokens mean the same to another, by llama.cpp's rules for draft models.

use super::{Algorithm, Tokenizer};
use crate::lang::Both;

/// Tokens that one of the vocabularies may have more than the other: room that was left at the end.
const MORE: usize = 128;
/// The first tokens are special ones whose names differ between files of one family.
const NAMES: usize = 5;

impl Tokenizer {
    /// Why `draft` cannot propose tokens for this vocabulary; `None` where it can.
    pub fn unlike(&self, draft: &Self) -> Option<Both> {
        let kind = |t: &Self| match t.algorithm {
            Algorithm::Bytes { .. } => "gpt2",
            Algorithm::Pieces { .. } => "llama",
        };
        let (ours, theirs) = (kind(self), kind(draft));
        if ours != theirs {
            return Some(Both::new(
                format!("it tokenizes as {theirs}, this one as {ours}"),
                format!("它的分词方式是 {theirs}，这个模型是 {ours}"),
            ));
        }
        let (ours, theirs) = (self.len(), draft.len());
        if ours.abs_diff(theirs) > MORE {
            return Some(Both::new(
                format!("it has {theirs} tokens, this one {ours} (at most {MORE} may differ)"),
                format!("它有 {theirs} 个词元，这个模型有 {ours} 个（最多可相差 {MORE} 个）"),
            ));
        }
        let number = |id: Option<u32>| id.map_or_else(|| "-".to_owned(), |id| id.to_string());
        for (name, ours, theirs) in [("BOS", self.bos, draft.bos), ("EOS", self.eos, draft.eos)] {
            if ours != theirs {
                let (ours, theirs) = (number(ours), number(theirs));
                return Some(Both::new(
                    format!("its {name} token is {theirs}, this one's {ours}"),
                    format!("它的 {name} 词元是 {theirs}，这个模型的是 {ours}"),
                ));
            }
        }
        if self.add_bos != draft.add_bos {
            return Some(Both::new(
                "one of them begins texts with a BOS token, the other does not",
                "两者中只有一个在文本开头加 BOS 词元",
            ));
        }
        let mut pairs = self.texts.iter().zip(&draft.texts).enumerate().skip(NAMES);
        let (id, (ours, theirs)) = pairs.find(|(_, (ours, theirs))| ours != theirs)?;
        Some(Both::new(
            format!("its token {id} is \u{201c}{theirs}\u{201d}, this one's \u{201c}{ours}\u{201d}"),
            format!("它的词元 {id} 是“{theirs}”，这个模型的是“{ours}”"),
        ))
    }
}
