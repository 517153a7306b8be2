//! Tokens that are known by their texts, whatever their file says of them, as llama.cpp knows them: those that end an
//! answer, those that fill in the middle of code, and those of OpenAI's Harmony.

use std::collections::HashSet;

use super::{CONTROL, NORMAL, USER_DEFINED};
use crate::error::Result;

/// Texts of tokens that end an answer.
const ENDS: [&str; 22] = [
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<|flush|>",
    "<|calls|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "</s>",
    "<|eom_id|>",
    "<EOT>",
    "_<EOT>",
    "[EOT]",
    "[EOS]",
    "<|end_of_text|>",
    "<end_of_utterance>",
    "<eos>",
    "<turn|>",
    "<|tool_response>",
    "<\u{ff5c}end\u{2581}of\u{2581}sentence\u{ff5c}>",
    "[e~[",
];

/// Tokens for filling in the middle: the keys that may name one, whether it ends an answer, and its texts. Only where
/// no key names it, the first of these texts that is a token is it.
const MIDDLES: [(&[&str], bool, &[&str]); 6] = [
    (
        &["fim_pre_token_id", "prefix_token_id"],
        false,
        &[
            "<|fim_prefix|>",
            "<fim-prefix>",
            "<fim_prefix>",
            "<\u{ff5c}fim\u{2581}begin\u{ff5c}>",
            "<PRE>",
            "\u{2581}<PRE>",
            "<|code_prefix|>",
            "<|prefix|>",
        ],
    ),
    (
        &["fim_suf_token_id", "suffix_token_id"],
        false,
        &[
            "<|fim_suffix|>",
            "<fim-suffix>",
            "<fim_suffix>",
            "<\u{ff5c}fim\u{2581}hole\u{ff5c}>",
            "<SUF>",
            "\u{2581}<SUF>",
            "<|code_suffix|>",
            "<|suffix|>",
        ],
    ),
    (
        &["fim_mid_token_id", "middle_token_id"],
        false,
        &[
            "<|fim_middle|>",
            "<fim-middle>",
            "<fim_middle>",
            "<\u{ff5c}fim\u{2581}end\u{ff5c}>",
            "<MID>",
            "\u{2581}<MID>",
            "<|code_middle|>",
            "<|middle|>",
        ],
    ),
    (&["fim_pad_token_id"], true, &["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"]),
    (&["fim_rep_token_id"], true, &["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"]),
    (&["fim_sep_token_id"], true, &["<|file_sep|>"]),
];

/// Tokens of Harmony's headers, which are read and shown like any text.
const SHOWN: [&str; 4] = ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"];

/// Sets the kinds of known tokens, and gives the tokens that end an answer. `token` finds a text, `named` the id at a
/// key below `tokenizer.ggml`; `eos` is the one that the vocabulary's model ends with.
pub fn tell(
    token: impl Fn(&str) -> Option<u32>,
    named: impl Fn(&str) -> Result<Option<u32>>,
    eos: Option<u32>,
    kinds: &mut [i64],
) -> Result<HashSet<u32>> {
    let mut ends = HashSet::new();
    for (keys, ends_answer, texts) in MIDDLES {
        let mut id = None;
        for key in keys {
            // One that is no number counts for nothing: no answer needs it.
            id = named(key).ok().flatten().or(id);
        }
        if id.is_none() {
            id = texts.iter().find_map(|text| token(text));
            if let Some(id) = id {
                kinds[id as usize] = CONTROL;
            }
        }
        ends.extend(id.filter(|_| ends_answer));
    }
    for id in ENDS.iter().filter_map(|text| token(text)) {
        kinds[id as usize] = CONTROL;
        ends.insert(id);
    }
    for id in SHOWN.iter().filter_map(|text| token(text)) {
        kinds[id as usize] = USER_DEFINED;
    }
    ends.extend(eos);
    for key in ["eot_token_id", "eom_token_id"] {
        ends.extend(named(key)?);
    }
    // Texts that end an answer only where others are not there too.
    let is = |text: &str| token(text).filter(|id| ends.contains(id));
    let calls = is("<|call|>").or(is("<|calls|>")).is_some();
    let harmony = calls && (is("<|return|>").is_some() || is("<|flush|>").is_some());
    let gemma = is("<|tool_response>").is_some();
    let no_ends = [is("<|end|>").filter(|_| harmony), is("</s>").filter(|_| gemma)];
    for (id, kind) in no_ends.into_iter().zip([USER_DEFINED, NORMAL]) {
        if let Some(id) = id {
            ends.remove(&id);
            kinds[id as usize] = kind;
        }
    }
    Ok(ends)
}
