//! The vocabularies of the larger text encoders, for files that carry none (`assets/README.md`).

use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};
use tokenizers::Tokenizer;

use super::byte_letters::byte_letters;
use super::vocabulary::unread;
use crate::error::Result;

/// T5 v1.1's, as transformers writes it.
static T5: &[u8] = include_bytes!("../../../../assets/t5/tokenizer.json.gz");
/// The byte-pair merges of Qwen2 and 3.
static QWEN: &[u8] = include_bytes!("../../../../assets/qwen/merges.txt.gz");

/// Behind Qwen's merged words, in this order; the first 14 are control tokens.
const SPECIAL: [&str; 26] = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
    "<tool_call>",
    "</tool_call>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
    "<tool_response>",
    "</tool_response>",
    "<think>",
    "</think>",
];
const CONTROL: usize = 14;

/// Tokens that a text encoder must have rows for.
pub const T5_SIZE: usize = 32_100;
pub const QWEN_SIZE: usize = 151_669;

pub fn path() -> &'static Path {
    Path::new("(inside the program)")
}

fn unpacked(bytes: &[u8]) -> Result<String> {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text).map_err(|e| unread(path(), e))?;
    Ok(text)
}

pub fn t5() -> Result<Tokenizer> {
    unpacked(T5)?.parse().map_err(|e| unread(path(), e))
}

pub fn qwen() -> Result<Tokenizer> {
    let text = unpacked(QWEN)?;
    let merges: Vec<&str> = text.lines().collect();
    let letters = byte_letters().into_iter().map(String::from);
    let merged = merges.iter().map(|line| line.replacen(' ', "", 1));
    let vocab: Map<String, Value> = letters.chain(merged).zip(0u32..).map(|(word, id)| (word, id.into())).collect();
    let added: Vec<Value> = (vocab.len()..)
        .zip(SPECIAL)
        .map(|(id, word)| {
            json!({"id": id, "content": word, "single_word": false, "lstrip": false, "rstrip": false,
                   "normalized": false, "special": id < vocab.len() + CONTROL})
        })
        .collect();
    // How Qwen cuts a text before pairs are merged.
    let words = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    let whole = json!({
        "version": "1.0",
        "added_tokens": added,
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": words}, "behavior": "Isolated", "invert": false},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false}]},
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false,
                  "vocab": vocab, "merges": merges},
    });
    serde_json::from_value(whole).map_err(|e| unread(path(), e))
}
