//! CLIP's tokenizer: lower case, words, byte-level pairs with `</w>` at a word's end (Radford et al. 2021).

use std::io::Read;
use std::path::Path;
use std::sync::OnceLock;

use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};
use tokenizers::Tokenizer;

use super::built_in;
use super::byte_letters::byte_letters;
use super::vocabulary::{read_text, special, unread};
use crate::error::Result;
use crate::formats::file::bad;
use crate::lang::both;

/// OpenAI's merges, the 48,894 that CLIP uses (49,408 tokens less 512 letters and two ends) after a line that is none
/// (`assets/README.md`).
static MERGES: &[u8] = include_bytes!("../../../../assets/clip/merges.txt.gz");

/// Tokens of one text encoder: without the ends, which [`super::chunks`] sets.
pub struct ClipTokens {
    tokenizer: Tokenizer,
    pub start: u32,
    pub end: u32,
    /// Fills a chunk behind its end.
    pub pad: u32,
    /// `,` at a word's end: where a long prompt is best cut.
    pub comma: Option<u32>,
}

/// What fills a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pad {
    /// CLIP-L as Stable Diffusion 1 has it.
    End,
    /// Token 0 (`!`): OpenCLIP's encoders.
    Zero,
}

impl ClipTokens {
    /// The vocabulary inside this program, for files that carry none.
    pub fn built_in(pad: Pad) -> Result<Self> {
        static BUILT: OnceLock<Tokenizer> = OnceLock::new();
        let path = built_in::path();
        let tokenizer = match BUILT.get() {
            Some(tokenizer) => tokenizer.clone(),
            None => {
                let mut text = String::new();
                GzDecoder::new(MERGES).read_to_string(&mut text).map_err(|e| unread(path, e))?;
                let merges: Vec<&str> = text.lines().skip(1).collect();
                let made = from_merges(&vocabulary(&merges), &merges, path)?;
                BUILT.get_or_init(|| made).clone()
            }
        };
        let pad = match pad {
            Pad::End => END,
            Pad::Zero => "!",
        };
        Self::new(tokenizer, [START, END, pad], path)
    }

    /// The tokenizer of a diffusers folder: `tokenizer.json`, or `vocab.json` and `merges.txt`, with the special
    /// tokens that its configuration names.
    pub fn folder(folder: &Path) -> Result<Self> {
        let whole = folder.join("tokenizer.json");
        let tokenizer = if whole.is_file() {
            let mut tokenizer: Tokenizer = read_text(&whole)?.parse().map_err(|e| unread(&whole, e))?;
            // Ends, cuts and padding are ours to set.
            tokenizer.with_post_processor(None::<tokenizers::PostProcessorWrapper>);
            tokenizer.with_padding(None);
            tokenizer.with_truncation(None).map_err(|e| unread(&whole, e))?;
            tokenizer
        } else {
            let (vocab, merges) = (folder.join("vocab.json"), folder.join("merges.txt"));
            let map: Map<String, Value> = serde_json::from_str(&read_text(&vocab)?).map_err(|e| unread(&vocab, e))?;
            let text = read_text(&merges)?;
            let lines: Vec<_> = text.lines().filter(|l| !l.starts_with("#version") && !l.trim().is_empty()).collect();
            from_merges(&map, &lines, &merges)?
        };
        let (start, end) = (special(folder, "bos_token", START)?, special(folder, "eos_token", END)?);
        let pad = special(folder, "pad_token", &end)?;
        Self::new(tokenizer, [&start, &end, &pad], folder)
    }

    fn new(tokenizer: Tokenizer, [start, end, pad]: [&str; 3], path: &Path) -> Result<Self> {
        let id = |token: &str| {
            tokenizer
                .token_to_id(token)
                .ok_or_else(|| bad(path, both!("the token {token} is not in the vocabulary", "词表中没有词元 {token}")))
        };
        let (start, end, pad) = (id(start)?, id(end)?, id(pad)?);
        let comma = tokenizer.token_to_id(",</w>");
        Ok(Self { tokenizer, start, end, pad, comma })
    }

    /// Token ids of a text, any number of them.
    pub fn ids(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self.tokenizer.encode_fast(text, false).map_err(|e| unread(Path::new("tokenizer"), e))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The text of some tokens, to show a person what was cut.
    pub fn text(&self, ids: &[u32]) -> String {
        let word = |id: &u32| self.tokenizer.id_to_token(*id).unwrap_or_default().replace("</w>", " ");
        ids.iter().map(word).collect::<String>().trim().to_owned()
    }

    /// How many tokens the vocabulary has.
    pub fn size(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }
}

const START: &str = "<|startoftext|>";
const END: &str = "<|endoftext|>";

/// The vocabulary that the merges imply: the bytes' letters, the same at a word's end, each merge, the two ends.
fn vocabulary(merges: &[&str]) -> Map<String, Value> {
    let letters = byte_letters();
    let ending = letters.iter().map(|c| format!("{c}</w>"));
    let merged = merges.iter().map(|line| line.replacen(' ', "", 1));
    let words = letters.iter().map(char::to_string).chain(ending).chain(merged);
    words.chain([START.to_owned(), END.to_owned()]).zip(0u32..).map(|(word, id)| (word, id.into())).collect()
}

/// A tokenizer as transformers builds it from the two older files.
fn from_merges(vocab: &Map<String, Value>, merges: &[&str], path: &Path) -> Result<Tokenizer> {
    let own = |word: &str| {
        vocab.get(word).map(|id| {
            json!({"id": id, "content": word, "single_word": false, "lstrip": false, "rstrip": false,
                   "normalized": false, "special": true})
        })
    };
    let added: Vec<Value> = [own(START), own(END)].into_iter().flatten().collect();
    let words = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";
    let whole = json!({
        "version": "1.0",
        "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}, {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": words}, "behavior": "Removed", "invert": true},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]},
        "model": {"type": "BPE", "dropout": null, "unk_token": END, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "</w>", "fuse_unk": false, "byte_fallback": false,
                  "vocab": vocab, "merges": merges},
    });
    serde_json::from_value(whole).map_err(|e| unread(path, e))
}
