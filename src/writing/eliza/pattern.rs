//! Words and decomposition patterns.

use std::collections::BTreeMap;

/// A word as it was written, and as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) shown: String,
    pub(super) key: String,
}

impl Word {
    pub(super) fn new(text: &str) -> Self {
        Self { shown: text.to_owned(), key: text.to_lowercase() }
    }
}

/// The words and marks of a text, at most `most`. Unspaced scripts (Chinese) give each Han character alone. What is
/// neither letter, digit nor a mark that ends a clause is left out.
pub(super) fn split(text: &str, spaced: bool, most: usize) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if words.len() >= most {
            return words;
        }
        let c = if c == '\u{2019}' { '\'' } else { c };
        let joins = c.is_alphanumeric() || c == '\'' || (c == '-' && !word.is_empty());
        if joins && (spaced || c.is_ascii()) && word.len() < 64 {
            word.push(c);
            continue;
        }
        push(&mut words, &mut word);
        if (joins && c != '-') || ",.;:!?\n，。；：！？、…—".contains(c) {
            words.push(Word::new(&c.to_string()));
        }
    }
    push(&mut words, &mut word);
    words.truncate(most);
    words
}

fn push(words: &mut Vec<Word>, word: &mut String) {
    let trimmed = word.trim_matches(['\'', '-']);
    if !trimmed.is_empty() {
        words.push(Word::new(trimmed));
    }
    word.clear();
}

#[derive(Clone, Debug, PartialEq)]
enum PatternPart {
    /// Any number of words, none too; as few as fit.
    Any,
    /// One of a group's words.
    Group(String),
    Exact(String),
}

/// A decomposition pattern: `* my * @family *`. Stars and groups are the pieces, counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern(Vec<PatternPart>);

/// Groups of words, each word as its keys.
pub(super) type Groups = BTreeMap<String, Vec<Vec<String>>>;

impl Pattern {
    /// Reads a pattern. Errors: more than four stars (matching would take too long).
    pub(super) fn parse(text: &str, spaced: bool) -> Result<Self, String> {
        let mut parts = Vec::new();
        for item in text.split_whitespace() {
            if item == "*" {
                parts.push(PatternPart::Any);
            } else if let Some(group) = item.strip_prefix('@') {
                parts.push(PatternPart::Group(group.to_owned()));
            } else {
                parts.extend(split(item, spaced, 64).into_iter().map(|w| PatternPart::Exact(w.key)));
            }
        }
        if parts.iter().filter(|p| **p == PatternPart::Any).count() > 4 {
            return Err(format!("the pattern \u{201c}{text}\u{201d} has more than four stars"));
        }
        Ok(Self(parts))
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|p| if let PatternPart::Group(name) = p { Some(name.as_str()) } else { None })
    }

    pub(super) fn pieces(&self) -> usize {
        self.0.iter().filter(|p| !matches!(p, PatternPart::Exact(_))).count()
    }

    /// The pieces, if the whole clause fits.
    pub(super) fn fit(&self, words: &[Word], groups: &Groups) -> Option<Vec<Vec<Word>>> {
        let mut pieces = Vec::new();
        fit(&self.0, words, groups, &mut pieces).then_some(pieces)
    }
}

fn fit(parts: &[PatternPart], words: &[Word], groups: &Groups, pieces: &mut Vec<Vec<Word>>) -> bool {
    let Some((part, rest)) = parts.split_first() else { return words.is_empty() };
    match part {
        PatternPart::Exact(key) => {
            words.first().is_some_and(|w| w.key == *key) && fit(rest, &words[1..], groups, pieces)
        }
        PatternPart::Group(name) => groups.get(name).into_iter().flatten().any(|member| {
            begins(words, member) && {
                let kept = pieces.len();
                pieces.push(words[..member.len()].to_vec());
                let good = fit(rest, &words[member.len()..], groups, pieces);
                if !good {
                    pieces.truncate(kept);
                }
                good
            }
        }),
        // Nothing follows the last star, so it takes what is left at once.
        PatternPart::Any if rest.is_empty() => {
            pieces.push(words.to_vec());
            true
        }
        PatternPart::Any => (0..=words.len()).any(|n| {
            let kept = pieces.len();
            pieces.push(words[..n].to_vec());
            let good = fit(rest, &words[n..], groups, pieces);
            if !good {
                pieces.truncate(kept);
            }
            good
        }),
    }
}

/// Whether the words begin with these keys.
pub(super) fn begins(words: &[Word], keys: &[String]) -> bool {
    !keys.is_empty() && words.len() >= keys.len() && words.iter().zip(keys).all(|(w, k)| w.key == *k)
}
