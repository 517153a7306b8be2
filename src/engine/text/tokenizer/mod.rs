//! Tokenizer and detokenizer, from the model's own file.
//!
//! Byte-level BPE (`tokenizer.ggml.model` = `gpt2`) and SentencePiece with scores (`llama`), equal to llama.cpp token by
//! token: tests hold them to fixtures. The `tokenizers` crate was not used: its pipeline stops at an expression's backtracking limit in
//! silence, and it finds special tokens left to right where llama.cpp finds the longest first.
//!
//! `tokenizer.ggml.add_space_prefix` is for vocabularies of pieces; byte-level ones never get a space put before the
//! text, whatever the flag says.

mod alike;
mod bpe;
mod bytes;
mod known;
mod pieces;
mod pre;

use std::collections::HashSet;

use self::bpe::Merges;
#[doc(hidden)]
pub use self::bytes::alphabet;
use self::pieces::{Pieces, SPACE};
pub use self::pre::PreTokenizer;
use crate::domain::{is_thought_tag, plural};
use crate::error::{Cause, Result};
use crate::formats::gguf::Gguf;
use crate::lang::{Both, both};

/// `tokenizer.ggml.token_type`, in the numbering of llama.h.
const NORMAL: i64 = 1;
const UNKNOWN: i64 = 2;
const CONTROL: i64 = 3;
const USER_DEFINED: i64 = 4;
const UNUSED: i64 = 5;
const BYTE: i64 = 6;

/// Which texts of special tokens are read as those tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Specials {
    /// All: for templates, and for prompts that a person writes raw.
    Parse,
    /// Only what the file calls user-defined; control tokens stay plain text.
    Plain,
}

/// A vocabulary.
#[derive(Debug)]
pub struct Tokenizer {
    texts: Vec<String>,
    kinds: Vec<i64>,
    algorithm: Algorithm,
    /// Ids of control, user-defined and unknown tokens, longest text first.
    specials: Vec<u32>,
    /// Of these, what only a template may say.
    guarded: Vec<u32>,
    ends: HashSet<u32>,
    bos: Option<u32>,
    eos: Option<u32>,
    add_bos: bool,
}

/// How plain text becomes tokens.
#[derive(Debug)]
enum Algorithm {
    /// Words, and merges of bytes inside each.
    Bytes { merges: Merges, pre: PreTokenizer },
    /// Pieces with scores; with `prefix` a space is put before text that begins, or that follows a special token.
    Pieces { pieces: Pieces, prefix: bool },
}

impl Algorithm {
    fn token(&self, text: &str) -> Option<u32> {
        match self {
            Self::Bytes { merges, .. } => merges.token(text),
            Self::Pieces { pieces, .. } => pieces.token(text),
        }
    }
}

impl Tokenizer {
    /// Builds what the header describes, or says what about it is not known here.
    pub fn from_gguf(gguf: &Gguf) -> Result<Self> {
        let kind = check(gguf)?;
        let missing = |key: &str| gguf.bad(both!("its metadata has no {key}", "元数据中没有 {key}"));
        let texts = gguf.texts("tokenizer.ggml.tokens").ok_or_else(|| missing("tokenizer.ggml.tokens"))?.to_vec();
        let written = match gguf.ints("tokenizer.ggml.token_type") {
            None => vec![NORMAL; texts.len()],
            Some(kinds) if kinds.len() == texts.len() => kinds.to_vec(),
            Some(kinds) => {
                let (n, of) = (kinds.len(), texts.len());
                let (types, tokens) = (plural(n, "token type", "token types"), plural(of, "token", "tokens"));
                return Err(
                    gguf.bad(both!("it has {of} {tokens} but {n} {types}", "它有 {of} 个词元，词元类型却有 {n} 个"))
                );
            }
        };
        // An id out of range names no token, as in llama.cpp.
        let in_range = |id: &usize| *id < texts.len();
        let named = |key: &str| -> Result<Option<u32>> {
            Ok(gguf.count(&format!("tokenizer.ggml.{key}"))?.filter(in_range).map(|id| id as u32))
        };
        // Where no key names a token, llama.cpp takes these: the begin and the end of pieces, and 11 for both in bytes.
        let usual = |bytes: Option<u32>, pieces: u32| {
            let id = if kind == VocabularyKind::Pieces { Some(pieces) } else { bytes };
            id.filter(|&id| in_range(&(id as usize)))
        };
        let algorithm = match kind {
            VocabularyKind::Bytes(pre) => {
                let merges = gguf.texts("tokenizer.ggml.merges").ok_or_else(|| missing("tokenizer.ggml.merges"))?;
                let merges = Merges::new(&texts, merges).map_err(|line| {
                    gguf.bad(both!(
                        "\u{201c}{line}\u{201d} in tokenizer.ggml.merges is not a pair",
                        "tokenizer.ggml.merges 中的“{line}”不是一对"
                    ))
                })?;
                Algorithm::Bytes { merges, pre }
            }
            VocabularyKind::Pieces => {
                let scores = gguf.floats("tokenizer.ggml.scores").ok_or_else(|| missing("tokenizer.ggml.scores"))?;
                if scores.len() != texts.len() || scores.iter().any(|x| x.is_nan()) {
                    let (n, of) = (scores.len(), texts.len());
                    return Err(gguf.bad(both!(
                        "it has {of} tokens and {n} scores, or a score is not a number",
                        "它有 {of} 个词元和 {n} 个分数，或有分数不是数值"
                    )));
                }
                let unknown = named("unknown_token_id")?.or(usual(None, 0));
                let prefix = gguf.flag("tokenizer.ggml.add_space_prefix").unwrap_or(true);
                Algorithm::Pieces { pieces: Pieces::new(&texts, scores.to_vec(), unknown), prefix }
            }
        };
        let bos = named("bos_token_id")?.or(usual(Some(11), 1));
        let eos = named("eos_token_id")?.or(usual(Some(11), 2));
        let mut kinds = written.clone();
        let ends = known::tell(|text| algorithm.token(text), named, eos, &mut kinds)?;
        let is_special = |kind: i64| matches!(kind, UNKNOWN | CONTROL | USER_DEFINED);
        let all = (0_u32..).zip(&kinds).filter(|&(id, &kind)| is_special(kind) && !texts[id as usize].is_empty());
        let mut specials: Vec<u32> = all.map(|(id, _)| id).collect();
        specials.sort_by_key(|&id| std::cmp::Reverse(texts[id as usize].len()));
        let is_guarded =
            |id: &u32| [&written, &kinds].iter().any(|kinds| matches!(kinds[*id as usize], CONTROL | UNKNOWN));
        let guarded = specials.iter().copied().filter(is_guarded).collect();
        // Llama 3 files may leave the flag out; llama.cpp takes it as set for them.
        let otherwise = match &algorithm {
            Algorithm::Bytes { pre, .. } => pre.whole_words(),
            Algorithm::Pieces { .. } => true,
        };
        let add_bos = gguf.flag("tokenizer.ggml.add_bos_token").unwrap_or(otherwise);
        Ok(Self { texts, kinds, algorithm, specials, guarded, ends, bos, eos, add_bos })
    }

    /// The text of the token that begins a text, for templates.
    pub fn bos_text(&self) -> &str {
        self.bos.map_or("", |id| &self.texts[id as usize])
    }

    /// The text of the token that ends a text, for templates.
    pub fn eos_text(&self) -> &str {
        self.eos.map_or("", |id| &self.texts[id as usize])
    }

    /// The token of exactly this text.
    pub fn token(&self, text: &str) -> Option<u32> {
        self.algorithm.token(text)
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether the model says with this token that it is done.
    pub fn is_end(&self, id: u32) -> bool {
        self.ends.contains(&id)
    }

    /// `tokens` as a prompt: with the begin token before them where the model wants one and it is not there yet.
    /// An end token is never added, even where `add_eos_token` says so: the model is to continue from here.
    pub fn begin(&self, mut tokens: Vec<u32>) -> Vec<u32> {
        if let Some(bos) = self.bos
            && self.add_bos
            && tokens.first() != Some(&bos)
        {
            tokens.insert(0, bos);
        }
        tokens
    }

    /// The tokens of `text`, without a begin token.
    pub fn encode(&self, text: &str, specials: Specials) -> Vec<u32> {
        self.encode_marked(text, specials, None)
    }

    /// As [`encode`](Self::encode), where `mark` is taken out of the text after special tokens were looked for: a
    /// special token's text with a mark inside stays plain text (see [`defuse`](Self::defuse)).
    pub fn encode_marked(&self, text: &str, specials: Specials, mark: Option<char>) -> Vec<u32> {
        let mut out = Vec::with_capacity(text.len() / 3 + 1);
        // The text's start counts as a special token.
        let mut after_special = true;
        for part in self.partition(text, specials) {
            match part {
                TextOrToken::Token(id) => {
                    out.push(id);
                    after_special = true;
                }
                TextOrToken::Text("") => {}
                TextOrToken::Text(text) => {
                    let clean = mark.filter(|&m| text.contains(m)).map(|m| text.replace(m, ""));
                    self.encode_plain(clean.as_deref().unwrap_or(text), after_special, &mut out);
                    after_special = false;
                }
            }
        }
        out
    }

    fn encode_plain(&self, text: &str, after_special: bool, out: &mut Vec<u32>) {
        match &self.algorithm {
            Algorithm::Bytes { merges, pre } => pre.split(text, |word| merges.encode(word, pre.whole_words(), out)),
            Algorithm::Pieces { pieces, prefix } => {
                let space = if *prefix && after_special { " " } else { "" };
                pieces.encode(&format!("{space}{text}").replace(' ', SPACE.encode_utf8(&mut [0; 4])), out);
            }
        }
    }

    /// Cuts special tokens out of `text`: the longest first over the whole text, as llama.cpp does.
    fn partition<'t>(&self, text: &'t str, specials: Specials) -> Vec<TextOrToken<'t>> {
        let mut parts = vec![TextOrToken::Text(text)];
        for &id in &self.specials {
            if specials == Specials::Plain && self.kinds[id as usize] != USER_DEFINED {
                continue;
            }
            let wanted = self.texts[id as usize].as_str();
            if !text.contains(wanted) {
                continue;
            }
            let mut next = Vec::with_capacity(parts.len() + 2);
            for part in parts {
                let TextOrToken::Text(mut rest) = part else {
                    next.push(part);
                    continue;
                };
                while let Some((before, after)) = rest.split_once(wanted) {
                    next.extend((!before.is_empty()).then_some(TextOrToken::Text(before)));
                    next.push(TextOrToken::Token(id));
                    rest = after;
                }
                next.extend((!rest.is_empty()).then_some(TextOrToken::Text(rest)));
            }
            parts = next;
        }
        parts
    }

    /// `text` with `mark` put into every control token's text that occurs in it, so that what a person or a document
    /// says cannot speak with the template's voice.
    pub fn defuse(&self, text: &str, mark: char) -> String {
        let mut text = text.to_owned();
        for &id in &self.guarded {
            let wanted = self.texts[id as usize].as_str();
            if text.contains(wanted) {
                let mut chars = wanted.chars();
                let first = chars.next().unwrap_or_default();
                text = text.replace(wanted, &format!("{first}{mark}{}", chars.as_str()));
            }
        }
        text
    }

    /// Appends the bytes of a token: control tokens as they are spelt.
    pub fn word(&self, id: u32, out: &mut Vec<u8>) {
        match self.kinds.get(id as usize) {
            Some(&(CONTROL | UNKNOWN)) => out.extend_from_slice(self.texts[id as usize].as_bytes()),
            _ => self.piece(id, out),
        }
    }

    /// Appends the bytes that a token shows: none for control tokens.
    pub fn piece(&self, id: u32, out: &mut Vec<u8>) {
        let Some(text) = self.texts.get(id as usize) else { return };
        match self.kinds[id as usize] {
            // Where a thought begins and ends is shown, whatever the file calls its tags.
            CONTROL if is_thought_tag(text) => out.extend_from_slice(text.as_bytes()),
            UNKNOWN | CONTROL | UNUSED => {}
            USER_DEFINED => out.extend_from_slice(text.as_bytes()),
            kind if matches!(self.algorithm, Algorithm::Pieces { .. }) => {
                match byte_token(text).filter(|_| kind == BYTE) {
                    Some(byte) => out.push(byte),
                    None => out.extend_from_slice(text.replace(SPACE, " ").as_bytes()),
                }
            }
            _ => {
                for c in text.chars() {
                    match bytes::byte_of(c) {
                        Some(byte) => out.push(byte),
                        None => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                    }
                }
            }
        }
    }
}

/// A stretch of text without special tokens, or one of those.
enum TextOrToken<'t> {
    Text(&'t str),
    Token(u32),
}

/// The byte of a token like `<0x0A>`.
fn byte_token(text: &str) -> Option<u8> {
    u8::from_str_radix(text.strip_prefix("<0x")?.strip_suffix('>')?, 16).ok()
}

/// What kind of vocabulary a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VocabularyKind {
    Bytes(PreTokenizer),
    Pieces,
}

/// Refuses a vocabulary that cannot be read exactly; its kind else. Looks at the header only.
pub fn check(gguf: &Gguf) -> Result<VocabularyKind> {
    let refuse = |found: Both| {
        let supported = both!("llama, gpt2 with {}", "llama、gpt2（预分词器 {}）", pre::KNOWN);
        Cause::UnsupportedTokenizer { found, supported }
    };
    match gguf.text("tokenizer.ggml.model") {
        Some("llama") => return Ok(VocabularyKind::Pieces),
        Some("gpt2") => {}
        Some(other) => return Err(refuse(Both::same(other)).into()),
        None => {
            return Err(
                gguf.bad(Both::new("its metadata has no tokenizer.ggml.model", "元数据中没有 tokenizer.ggml.model"))
            );
        }
    }
    let Some(name) = gguf.text("tokenizer.ggml.pre") else {
        return Err(refuse(Both::new("gpt2 without the name of its pre-tokenizer", "gpt2，未写明预分词器")).into());
    };
    let unknown = || refuse(both!("gpt2 with {name}", "gpt2（预分词器 {name}）")).into();
    PreTokenizer::named(name).map(VocabularyKind::Bytes).ok_or_else(unknown)
}

#[cfg(test)]
mod tests;
