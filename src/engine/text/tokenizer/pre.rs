//! Pre-tokenizers: how text is cut into words before merges are applied inside each word.
//!
//! Models publish them as regular expressions. Written out by hand here, each is one pass over the text with no
//! backtracking limit to run into (a megabyte of spaces is such a case for the expressions). What they mean is
//! llama.cpp's reading of `tokenizer.ggml.pre`; `\p{L}`, `\p{N}` and `\s` are Unicode's.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// The ways of cutting that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreTokenizer {
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    Gpt2,
    /// Every `\p{N}` alone, then [`Gpt2`](Self::Gpt2) on the text between.
    Digits,
    /// ``(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+``
    Modern {
        /// Digits that stay together.
        digits: usize,
        /// Words that are tokens as they are skip the merges.
        whole_words: bool,
    },
    /// `[^\r\n\p{L}\p{N}]?U*L+|[^\r\n\p{L}\p{N}]?U+L*|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
    /// with `U` a `\p{L}` that is not `a-z`, and `L` one that is not `A-Z`: a capital begins a new word.
    Cased {
        digits: usize,
        whole_words: bool,
        /// `'s`, `'re` and the like, in any case, stay with their word.
        endings: bool,
    },
}

/// The names that [`PreTokenizer::named`] knows, for a person.
pub const KNOWN: &str = "gpt-2, llama-bpe, qwen2, smollm, starcoder, command-r, stablelm2, smaug-bpe, dbrx, glm4, lfm2, \
                         falcon3, pixtral, tekken, gpt-4o";

impl PreTokenizer {
    /// The pre-tokenizer that a GGUF file calls `name`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "gpt-2" | "phi-2" | "jina-es" | "jina-de" | "gigachat" | "jina-v2-es" | "jina-v2-de" | "mpt" | "olmo"
            | "jais" | "trillion" => Self::Gpt2,
            "smollm" | "starcoder" | "refact" | "command-r" | "codeshell" => Self::Digits,
            "llama-bpe" | "llama3" | "llama-v3" | "falcon3" | "falcon-h1" | "pixtral" | "midm-2.0" | "lfm2" => {
                Self::Modern { digits: 3, whole_words: true }
            }
            "dbrx" | "smaug-bpe" | "glm4" | "chatglm-bpe" => Self::Modern { digits: 3, whole_words: false },
            "qwen2" | "deepseek-r1-qwen" | "kormo" | "stablelm2" | "hunyuan" | "megrez" => {
                Self::Modern { digits: 1, whole_words: false }
            }
            "tekken" => Self::Cased { digits: 1, whole_words: true, endings: false },
            "gpt-4o" | "llama4" => Self::Cased { digits: 3, whole_words: false, endings: true },
            _ => return None,
        })
    }

    /// Whether a word that is a token as it is skips the merges.
    pub fn whole_words(self) -> bool {
        matches!(self, Self::Modern { whole_words: true, .. } | Self::Cased { whole_words: true, .. })
    }

    /// Calls `word` with each piece of `text`, in order and without gaps.
    pub fn split<'t>(self, text: &'t str, mut word: impl FnMut(&'t str)) {
        let next: fn(Self, &str) -> usize = match self {
            Self::Gpt2 | Self::Digits => |_, rest| gpt2(rest),
            Self::Modern { .. } | Self::Cased { .. } => Self::modern,
        };
        let mut words = |mut rest: &'t str| {
            while !rest.is_empty() {
                let (piece, tail) = rest.split_at(next(self, rest));
                word(piece);
                rest = tail;
            }
        };
        if self != Self::Digits {
            return words(text);
        }
        // What lies between two digits is cut as if it were a text of its own; a digit is a word by itself.
        let mut rest = text;
        while let Some(at) = rest.find(char::is_numeric) {
            words(&rest[..at]);
            let digit = rest[at..].chars().next().map_or(0, char::len_utf8);
            words(&rest[at..at + digit]);
            rest = &rest[at + digit..];
        }
        words(rest);
    }

    /// Length in bytes of the first word of `rest`, which is not empty.
    fn modern(self, rest: &str) -> usize {
        let (digits, cased) = match self {
            Self::Modern { digits, .. } => (digits, None),
            Self::Cased { digits, endings, .. } => (digits, Some(endings)),
            Self::Gpt2 | Self::Digits => unreachable!("these have a way of their own"),
        };
        if let Some(len) = contraction(rest, true).filter(|_| cased.is_none()) {
            return len;
        }
        let mut chars = rest.chars();
        let (first, second) = (chars.next().unwrap_or_default(), chars.next());
        if first.is_numeric() {
            return rest.chars().take_while(|c| c.is_numeric()).take(digits).map(char::len_utf8).sum();
        }
        // A word may begin with one character that is no letter.
        let lead = if is_letter(first) { 0 } else { first.len_utf8() };
        if lead == 0 || (!matches!(first, '\r' | '\n') && second.is_some_and(is_letter)) {
            let letters = &rest[lead..];
            let Some(endings) = cased else { return lead + run(letters, is_letter) };
            let end = lead + cased_word(letters);
            return end + contraction(&rest[end..], true).filter(|_| endings).unwrap_or(0);
        }
        let space = usize::from(first == ' ');
        let symbols = run(&rest[space..], is_symbol);
        if symbols > 0 {
            let end = space + symbols;
            return end + run(&rest[end..], |c| matches!(c, '\r' | '\n') || (c == '/' && cased.is_some()));
        }
        let blank = &rest[..run(rest, char::is_whitespace)];
        match blank.rfind(['\r', '\n']) {
            Some(last) => last + 1,
            None => spaces(rest),
        }
    }
}

/// Length in bytes of `U*L+|U+L*` at the start of `text`, which begins with a letter; see [`PreTokenizer::Cased`].
fn cased_word(text: &str) -> usize {
    let lower = |c: char| is_letter(c) && !c.is_ascii_uppercase();
    let upper = run(text, |c| is_letter(c) && !c.is_ascii_lowercase());
    let whole = upper + run(&text[upper..], lower);
    if whole > upper {
        return whole;
    }
    // `U*` gives back what it took until `L+` finds a letter; where it finds none, all are capitals.
    text[..upper].char_indices().rev().find(|&(_, c)| lower(c)).map_or(upper, |(at, c)| at + c.len_utf8())
}

/// Length in bytes of the first word of `rest` by GPT-2's expression.
fn gpt2(rest: &str) -> usize {
    if let Some(len) = contraction(rest, false) {
        return len;
    }
    let space = usize::from(rest.starts_with(' '));
    for class in [is_letter, char::is_numeric, is_symbol] {
        let len = run(&rest[space..], class);
        if len > 0 {
            return space + len;
        }
    }
    spaces(rest)
}

/// `\s+(?!\S)|\s+`: a run of white space, leaving its last character to the word that follows.
fn spaces(rest: &str) -> usize {
    let len = run(rest, char::is_whitespace);
    let last = rest[..len].chars().next_back().map_or(0, char::len_utf8);
    if len < rest.len() && len > last { len - last } else { len }
}

/// `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll`, `'d` at the start of `rest`.
fn contraction(rest: &str, any_case: bool) -> Option<usize> {
    let tail = rest.strip_prefix('\'')?.as_bytes();
    ["s", "t", "re", "ve", "m", "ll", "d"].into_iter().find_map(|ending| {
        let found = tail.get(..ending.len())?;
        let same = if any_case { found.eq_ignore_ascii_case(ending.as_bytes()) } else { found == ending.as_bytes() };
        same.then_some(1 + ending.len())
    })
}

/// Length in bytes of the characters at the start of `text` that are of `class`.
fn run(text: &str, class: impl Fn(char) -> bool) -> usize {
    text.find(|c| !class(c)).unwrap_or(text.len())
}

/// `\p{L}`.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || (!c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Letter)
}

/// `[^\s\p{L}\p{N}]`.
fn is_symbol(c: char) -> bool {
    !c.is_whitespace() && !c.is_numeric() && !is_letter(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pre: &str, text: &str) -> Vec<String> {
        let mut all = Vec::new();
        PreTokenizer::named(pre).expect("known").split(text, |w| all.push(w.to_owned()));
        assert_eq!(all.concat(), text);
        all
    }

    #[test]
    fn gpt2_keeps_one_space_with_the_word() {
        assert_eq!(words("gpt-2", "I'll  go  12 km!"), ["I", "'ll", " ", " go", " ", " 12", " km", "!"]);
        assert_eq!(words("gpt-2", "I'LL"), ["I", "'", "LL"]);
        assert_eq!(words("gpt-2", "a \n\n"), ["a", " \n\n"]);
    }

    #[test]
    fn smollm_cuts_digits_and_the_space_before_them() {
        assert_eq!(words("smollm", "in 2024, x²"), ["in", " ", "2", "0", "2", "4", ",", " x", "²"]);
        assert_eq!(words("smollm", "a  7"), ["a", "  ", "7"]);
    }

    #[test]
    fn llama3_groups_three_digits_and_joins_newlines() {
        assert_eq!(words("llama-bpe", "12345"), ["123", "45"]);
        assert_eq!(words("llama-bpe", "WE'RE (ok)\n\n  x"), ["WE", "'RE", " (", "ok", ")\n\n", " ", " x"]);
        assert_eq!(words("qwen2", "a \n \n b"), ["a", " \n \n", " b"]);
        assert_eq!(words("qwen2", "\tx 42"), ["\tx", " ", "4", "2"]);
    }

    #[test]
    fn tekken_begins_a_word_at_a_capital() {
        assert_eq!(
            words("tekken", "camelCase HTTPServer ÉCOLE éA"),
            ["camel", "Case", " HTTPServer", " É", "COLE", " é", "A"]
        );
        assert_eq!(words("tekken", "don't 123 a//\n"), ["don", "'t", " ", "1", "2", "3", " a", "//\n"]);
    }

    #[test]
    fn gpt4o_keeps_endings_and_three_digits() {
        assert_eq!(words("gpt-4o", "don't I'LL 1234"), ["don't", " I'LL", " ", "123", "4"]);
        assert_eq!(words("gpt-4o", "'tis"), ["'tis"]);
    }

    #[test]
    fn a_megabyte_of_spaces_is_one_pass() {
        let text = " ".repeat(1 << 20);
        for pre in ["gpt-2", "smollm", "llama-bpe", "qwen2", "tekken", "gpt-4o"] {
            assert_eq!(words(pre, &text).len(), 1);
        }
    }

    #[test]
    fn unknown_names_are_not_guessed() {
        assert_eq!(PreTokenizer::named("default"), None);
        assert_eq!(PreTokenizer::named("deepseek-llm"), None);
    }
}
