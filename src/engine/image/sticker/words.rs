//! The prompt's words: from text to rows of the model's word table. `train/words.py` has the rule in Python, and
//! `tests/fixtures/sticker-64/tokens.json` tests both:
//! 1. Unicode NFKD, lower case, combining marks U+0300..U+036F dropped.
//! 2. `[a-z0-9]` makes Latin runs (apostrophes inside are dropped), U+3400..U+4DBF and U+4E00..U+9FFF Chinese runs;
//!    anything else ends a run.
//! 3. A Latin run that is a stop word gives nothing; in the vocabulary it is a token; else the first of its stems in
//!    [`ENDINGS`] that is; else it is unknown.
//! 4. A Chinese run is cut from the left, the longest of 4, 3, 2, 1 characters that is a stop word or a token; a
//!    character that is neither is unknown.
//! 5. The first `max_tokens` count. Nothing at all is the single token `<null>`.
//!
//! Each thing that the model knows has a token of its own, `<0>`, `<1>` ... by its number, and one for each style in which
//! it was learned, `<0:flat>` ...: a prompt of which it is known what it shows begins with it and needs no name.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use crate::scene::{self, ThingId};

/// The token for "no words".
pub const NULL: u32 = 1;
/// The first two lines of a vocabulary; neither can be typed.
pub const SPECIAL: [&str; 2] = ["<pad>", "<null>"];

const STOP_EN: &[&str] = &[
    "a", "an", "the", "of", "and", "or", "with", "in", "on", "at", "to", "for", "from", "by", "is", "are", "it", "its",
    "this", "that", "as", "be", "s", "please", "draw", "drawing", "image", "sticker", "emoji",
];
const STOP_ZH: &[&str] = &[
    "的", "了", "着", "和", "与", "在", "是", "请", "一只", "一个", "一张", "一朵", "一辆", "一条", "一颗", "一匹",
    "一头", "一座", "一把", "一幅", "一杯", "一块", "一片", "一棵", "一位",
];
/// English endings and their replacements, tried in this order.
const ENDINGS: [(&str, &str); 7] =
    [("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e")];
/// Longest Chinese word of the vocabulary that is looked for, in characters.
const LONGEST_ZH: usize = 4;

/// A prompt as the network reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// Rows of the word table, 1 to `max_tokens` of them.
    pub ids: Vec<u32>,
    /// The token of each row, as text.
    pub tokens: Vec<String>,
    /// Words that the vocabulary does not have; of Chinese each character by itself, as in training.
    pub unknown: Vec<String>,
    /// The same for a person to read: Chinese characters that stand together are one word.
    pub unseen: Vec<String>,
    /// Known words beyond the limit, which the network does not get to see either.
    pub cut: Vec<String>,
}

/// A vocabulary and the rule.
pub struct WordTokenizer {
    ids: HashMap<Box<str>, u32>,
    len: usize,
    max_tokens: usize,
}

impl WordTokenizer {
    /// `vocab`: one token a line, its id the line's number from 0, each line ended.
    pub fn new(vocab: &str, max_tokens: usize) -> Self {
        let ids: HashMap<Box<str>, u32> =
            vocab.split_terminator('\n').zip(0..).map(|(word, id)| (word.trim_end_matches('\r').into(), id)).collect();
        Self { len: vocab.split_terminator('\n').count(), ids, max_tokens }
    }

    /// Lines of the vocabulary.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// `thing` is the number of what the text describes, where that is known: its token in the text's style, where it has
    /// one, goes before the text's.
    pub fn encode(&self, text: &str, thing: Option<ThingId>) -> Encoded {
        let (mut tokens, mut unseen) = (Vec::new(), Vec::new());
        let mut unknown = Vec::new();
        for run in runs(text) {
            match run {
                ScriptRun::Latin(run) if STOP_EN.contains(&run.as_str()) => {}
                ScriptRun::Latin(run) => match self.stem(&run) {
                    Some(word) => tokens.push(word),
                    None => {
                        unseen.push(run.clone());
                        unknown.push(run);
                    }
                },
                ScriptRun::Chinese(run) => {
                    let from = unseen.len();
                    self.cut_chinese(&run, &mut tokens, &mut unseen);
                    unknown.extend(unseen[from..].iter().flat_map(|word: &String| word.chars()).map(String::from));
                }
            }
        }
        if let Some(token) = thing.and_then(|thing| self.thing(thing, &tokens)) {
            tokens.insert(0, token);
        }
        let cut = tokens.split_off(tokens.len().min(self.max_tokens));
        if tokens.is_empty() {
            return Encoded { ids: vec![NULL], tokens: vec![SPECIAL[1].to_owned()], unknown, unseen, cut };
        }
        let ids = tokens.iter().map(|word| self.ids[word.as_str()]).collect();
        Encoded { ids, tokens, unknown, unseen, cut }
    }

    /// The token of a thing in the first style that the words name, else its own in any style.
    fn thing(&self, thing: ThingId, words: &[String]) -> Option<String> {
        let styled = words.iter().find_map(|word| scene::style_of(word)).map(|style| format!("<{thing}:{style}>"));
        styled.into_iter().chain([format!("<{thing}>")]).find(|token| self.has(token))
    }

    fn has(&self, word: &str) -> bool {
        self.ids.contains_key(word)
    }

    /// The token of a Latin run: itself, or without an English ending.
    fn stem(&self, run: &str) -> Option<String> {
        if self.has(run) {
            return Some(run.to_owned());
        }
        let stems = ENDINGS.iter().filter_map(|(end, new)| Some(run.strip_suffix(end)?.to_owned() + new));
        stems.into_iter().find(|word| word.len() >= 2 && self.has(word))
    }

    /// Unknown characters that stand together are one unseen word.
    fn cut_chinese(&self, run: &[char], tokens: &mut Vec<String>, unseen: &mut Vec<String>) {
        let mut rest = run;
        let mut inside = false;
        while !rest.is_empty() {
            let candidates = (1..=LONGEST_ZH.min(rest.len())).rev().map(|n| (n, rest[..n].iter().collect::<String>()));
            let found = candidates.into_iter().find(|(_, word)| STOP_ZH.contains(&word.as_str()) || self.has(word));
            let known = found.is_some();
            let taken = match found {
                Some((n, word)) => {
                    if !STOP_ZH.contains(&word.as_str()) {
                        tokens.push(word);
                    }
                    n
                }
                None => {
                    match unseen.last_mut().filter(|_| inside) {
                        Some(word) => word.push(rest[0]),
                        None => unseen.push(rest[0].to_string()),
                    }
                    1
                }
            };
            inside = !known;
            rest = &rest[taken..];
        }
    }
}

enum ScriptRun {
    Latin(String),
    Chinese(Vec<char>),
}

/// Rules 1 and 2.
fn runs(text: &str) -> Vec<ScriptRun> {
    let text: String = text.nfkd().collect::<String>().to_lowercase();
    let mut runs = Vec::new();
    // What the last character belonged to: joining continues only while it stays the same.
    let mut open = None;
    for c in text.chars() {
        let kind = match c {
            '\u{300}'..='\u{36f}' => continue,
            'a'..='z' | '0'..='9' => Some(Script::Latin),
            '\'' | '\u{2019}' if open == Some(Script::Latin) => continue,
            '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' => Some(Script::Chinese),
            _ => None,
        };
        match (kind, runs.last_mut()) {
            (Some(Script::Latin), Some(ScriptRun::Latin(run))) if open == kind => run.push(c),
            (Some(Script::Chinese), Some(ScriptRun::Chinese(run))) if open == kind => run.push(c),
            (Some(Script::Latin), _) => runs.push(ScriptRun::Latin(c.to_string())),
            (Some(Script::Chinese), _) => runs.push(ScriptRun::Chinese(vec![c])),
            (None, _) => {}
        }
        open = kind;
    }
    runs
}

#[derive(Clone, Copy, PartialEq)]
enum Script {
    Latin,
    Chinese,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> WordTokenizer {
        WordTokenizer::new("<pad>\n<null>\ncat\ncherry\nbake\nred\n猫\n红色\n3d\n<0>\n<0:3d>\n立体\n扁平\n", 4)
    }

    fn tokens(text: &str) -> Vec<String> {
        words().encode(text, None).tokens
    }

    #[test]
    fn latin_runs_are_folded_and_stemmed() {
        assert_eq!(tokens("The CAT's, ｃａｔ"), ["cat", "cat"]);
        assert_eq!(tokens("cherries baking cáts"), ["cherry", "bake", "cat"]);
        assert_eq!(tokens("cat-3D"), ["cat", "3d"]);
    }

    #[test]
    fn chinese_is_cut_longest_first_and_stop_words_vanish() {
        assert_eq!(tokens("一只红色的猫"), ["红色", "猫"]);
        let encoded = words().encode("龘猫 xyzzy", None);
        assert_eq!((encoded.ids, encoded.unknown), (vec![6], vec!["龘".to_owned(), "xyzzy".to_owned()]));
    }

    #[test]
    fn nothing_known_is_the_null_token_and_special_tokens_cannot_be_typed() {
        for text in ["", "  \n", "!!!", "the", "<pad>", "<null>", "<0>", "qqqq"] {
            assert_eq!(words().encode(text, None).ids, [NULL], "{text}");
        }
    }

    #[test]
    fn a_thing_goes_before_its_words() {
        assert_eq!(words().encode("red", Some(0)).tokens, ["<0>", "red"]);
        assert_eq!(words().encode("red", Some(1)).tokens, ["red"], "this vocabulary has no such thing");
    }

    #[test]
    fn a_thing_has_a_token_of_its_own_in_the_styles_in_which_it_was_learned() {
        assert_eq!(words().encode("red 3d", Some(0)).tokens, ["<0:3d>", "red", "3d"]);
        assert_eq!(words().encode("红色 立体", Some(0)).tokens, ["<0:3d>", "红色", "立体"]);
        assert_eq!(words().encode("扁平", Some(0)).tokens, ["<0>", "扁平"], "it was not learned in this style");
        assert_eq!(words().encode("<0:3d>", None).tokens, ["3d"], "it cannot be typed");
    }

    #[test]
    fn chinese_that_is_not_known_is_told_in_words_not_letters() {
        let encoded = words().encode("戴帽子的猫弹吉他, 龘 zorb", None);
        assert_eq!(encoded.unseen, ["戴帽子", "弹吉他", "龘", "zorb"]);
        assert_eq!(encoded.unknown, ["戴", "帽", "子", "弹", "吉", "他", "龘", "zorb"], "as in training");
    }

    #[test]
    fn words_beyond_the_limit_are_named() {
        let encoded = words().encode("cat red cherry 3d bake cat", None);
        assert_eq!(encoded.ids.len(), 4);
        assert_eq!(encoded.cut, ["bake", "cat"]);
    }
}
