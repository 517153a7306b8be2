//! Scripts: what ELIZA knows. A script is data in TOML; `assets/eliza/` has two.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::pattern::{Groups, Pattern, Word, begins, split};
use crate::lang::Lang;

/// Largest script, in bytes, and most words of one kind in it.
const MAX_SCRIPT: usize = 1 << 20;
const MAX_ITEMS: usize = 2000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptFile {
    hello: String,
    /// Words with spaces between them; without, each Han character is a word.
    spaced: bool,
    none: Vec<String>,
    #[serde(default)]
    ends: Vec<String>,
    #[serde(default)]
    pre: BTreeMap<String, String>,
    #[serde(default)]
    post: BTreeMap<String, String>,
    /// For the last word of a piece: `you` is `I` before a verb but `me` at the end.
    #[serde(default)]
    post_last: BTreeMap<String, String>,
    #[serde(default)]
    groups: BTreeMap<String, Vec<String>>,
    keywords: Vec<KeywordFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeywordFile {
    words: Vec<String>,
    #[serde(default)]
    rank: i32,
    #[serde(default)]
    rules: Vec<RuleFile>,
    memory: Option<RuleFile>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    take: String,
    say: Vec<String>,
}

/// A decomposition with its reassemblies, and its place among all rules.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) take: Pattern,
    pub(super) say: Vec<String>,
    pub(super) rule: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Keyword {
    pub(super) words: Vec<String>,
    pub(super) rank: i32,
    pub(super) rules: Vec<Rule>,
    pub(super) memory: Option<Rule>,
}

/// A checked script.
#[derive(Clone, Debug)]
pub struct Script {
    pub(super) hello: String,
    pub(super) spaced: bool,
    pub(super) none: Rule,
    pub(super) groups: Groups,
    pub(super) keywords: Vec<Keyword>,
    pub(super) rules: usize,
    ends: Vec<String>,
    pre: Swaps,
    post: Swaps,
    post_last: Swaps,
}

type Swaps = Vec<(Vec<String>, Vec<Word>)>;

impl Script {
    /// Reads a script. Errors say what is wrong: not TOML of this form, a pattern with too many stars, a group, a
    /// piece or a keyword that is not there, a list without replies.
    pub fn parse(toml_text: &str) -> Result<Self, String> {
        if toml_text.len() > MAX_SCRIPT {
            return Err("the script is larger than 1 MB".to_owned());
        }
        let file: ScriptFile = toml::from_str(toml_text).map_err(|e| e.message().to_owned())?;
        let spaced = file.spaced;
        let count = file.keywords.len() + file.groups.len() + file.pre.len() + file.post.len() + file.post_last.len();
        if count > MAX_ITEMS {
            return Err(format!("the script has {count} items, more than {MAX_ITEMS}"));
        }
        let mut rules = 0;
        let none = rule(RuleFile { take: "*".to_owned(), say: file.none }, spaced, &mut rules)?;
        let mut keywords = Vec::new();
        for keyword in file.keywords {
            let mut own = Vec::new();
            for file in keyword.rules {
                own.push(rule(file, spaced, &mut rules)?);
            }
            let memory = keyword.memory.map(|file| rule(file, spaced, &mut rules)).transpose()?;
            // Words that mean the same share their rules, and so their cycle.
            for word in &keyword.words {
                let words = keys(word, spaced);
                if words.is_empty() {
                    return Err(format!("\u{201c}{word}\u{201d} is no keyword"));
                }
                keywords.push(Keyword { words, rank: keyword.rank, rules: own.clone(), memory: memory.clone() });
            }
        }
        let groups =
            file.groups.into_iter().map(|(name, words)| (name, words.iter().map(|w| keys(w, spaced)).collect()));
        let script = Self {
            hello: file.hello,
            spaced,
            none,
            groups: groups.collect(),
            keywords,
            rules,
            ends: file.ends.iter().map(|w| w.to_lowercase()).collect(),
            pre: swaps(&file.pre, spaced),
            post: swaps(&file.post, spaced),
            post_last: swaps(&file.post_last, spaced),
        };
        script.check()?;
        Ok(script)
    }

    /// The DOCTOR script that comes with the program.
    pub fn doctor(lang: Lang) -> Self {
        let text = lang.pick(
            include_str!("../../../assets/eliza/doctor.toml"),
            include_str!("../../../assets/eliza/doctor-zh.toml"),
        );
        Self::parse(text).expect("the program's own scripts are read by a test of this room")
    }

    fn check(&self) -> Result<(), String> {
        let all = self.keywords.iter().flat_map(|k| k.rules.iter().chain(&k.memory)).chain([&self.none]);
        for rule in all {
            if rule.say.is_empty() || rule.say.iter().any(|s| s.trim().is_empty()) {
                return Err("a rule has no replies".to_owned());
            }
            if let Some(group) = rule.take.groups().find(|g| !self.groups.contains_key(*g)) {
                return Err(format!("there is no group @{group}"));
            }
            for say in &rule.say {
                if let Some(word) = say.strip_prefix('=')
                    && word != "newkey"
                    && self.keyword(word).is_none()
                {
                    return Err(format!("there is no keyword ={word}"));
                }
                let numbers = say.split('{').skip(1).map(|part| part.split('}').next().unwrap_or_default());
                for number in numbers {
                    if !number.parse::<usize>().is_ok_and(|n| (1..=rule.take.pieces()).contains(&n)) {
                        return Err(format!("\u{201c}{say}\u{201d} names a piece {number} that its pattern has not"));
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn space(&self) -> &'static str {
        if self.spaced { " " } else { "" }
    }

    pub(super) fn ends_clause(&self, word: &Word) -> bool {
        word.key.chars().all(|c| !c.is_alphanumeric()) || self.ends.contains(&word.key)
    }

    /// The longest keyword that these words begin with.
    pub(super) fn keyword_at(&self, words: &[Word]) -> Option<usize> {
        let fits = self.keywords.iter().enumerate().filter(|(_, k)| begins(words, &k.words));
        fits.max_by_key(|(_, k)| k.words.len()).map(|(n, _)| n)
    }

    pub(super) fn keyword(&self, word: &str) -> Option<usize> {
        let keys = keys(word, self.spaced);
        self.keywords.iter().position(|k| k.words == keys)
    }

    pub(super) fn normalise(&self, words: &[Word]) -> Vec<Word> {
        replace(words, &self.pre)
    }

    pub(super) fn swap(&self, words: &[Word]) -> Vec<Word> {
        if let Some((last, front)) = words.split_last()
            && let Some((_, new)) = self.post_last.iter().find(|(old, _)| old.len() == 1 && old[0] == last.key)
        {
            let mut out = replace(front, &self.post);
            out.extend(new.iter().cloned());
            return out;
        }
        replace(words, &self.post)
    }
}

fn rule(file: RuleFile, spaced: bool, rules: &mut usize) -> Result<Rule, String> {
    *rules += 1;
    Ok(Rule { take: Pattern::parse(&file.take, spaced)?, say: file.say, rule: *rules - 1 })
}

fn keys(text: &str, spaced: bool) -> Vec<String> {
    split(text, spaced, 64).into_iter().map(|w| w.key).collect()
}

fn swaps(table: &BTreeMap<String, String>, spaced: bool) -> Swaps {
    let mut out: Swaps = table.iter().map(|(old, new)| (keys(old, spaced), split(new, spaced, 64))).collect();
    out.sort_by_key(|(old, _)| std::cmp::Reverse(old.len()));
    out
}

/// Replaces, from left to right, the longest that fits; what was put in is not looked at again.
fn replace(words: &[Word], swaps: &Swaps) -> Vec<Word> {
    let mut out = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        if let Some((old, new)) = swaps.iter().find(|(old, _)| begins(&words[at..], old)) {
            out.extend(new.iter().cloned());
            at += old.len();
        } else {
            out.push(words[at].clone());
            at += 1;
        }
    }
    out
}
