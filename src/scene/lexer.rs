//! The lexer splits a prompt into words and phrases. Each is a word of the grammar, the name of a thing, or unknown.

use std::ops::Range;

use super::beings::ING_NOUNS;
use super::grammar::{Role, grammar};
use super::things::{By, ThingId, stems, things};
use super::words::MANY;
use super::{Cannot, syntax};

/// A word or a phrase of the prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Lexeme {
    /// Byte range in the prompt.
    pub span: Range<usize>,
    /// Folded, in the form that the tables have.
    pub word: String,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Role(Role),
    /// The name of a thing: how it was matched, the things that it may mean, and the grammatical role that it may have
    /// instead.
    Name(By, Vec<ThingId>, Option<Role>),
    /// An unknown word, with similar things.
    Unknown(Vec<ThingId>),
    /// A comma or the end of a sentence.
    Stop,
}

/// The `word` of a lexeme that stands for a text between quotation marks.
pub const QUOTED: &str = "\"";

/// Splits a text into lexemes. Latin runs are read as English, runs of Chinese characters as Chinese, and emoji as the
/// things that they show.
pub fn lex(text: &str) -> Vec<Lexeme> {
    let mut out = Vec::new();
    let mut english: Vec<(Range<usize>, String)> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let run = |is: &dyn Fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let latin = |c: char| c.is_alphanumeric() && !is_chinese(c) || matches!(c, '\'' | '’');
        let len = if let Some(len) = syntax::settings(&text[..at], rest) {
            // In "(cat:1.3) on a box" the clause continues after the bracket.
            if c != ':' && c != '<' {
                cut_english(text, &mut english, &mut out);
                out.push(Lexeme { span: at..at + len, word: ";".to_owned(), kind: Kind::Stop });
            }
            len
        } else if let Some(len) = syntax::quoted(&text[..at], rest) {
            cut_english(text, &mut english, &mut out);
            let kind = Kind::Role(Role::Cannot(Cannot::Writing));
            out.push(Lexeme { span: at..at + len, word: QUOTED.to_owned(), kind });
            len
        } else if let Some((len, word, ids)) = mixed(rest) {
            cut_english(text, &mut english, &mut out);
            out.push(Lexeme { span: at..at + len, word, kind: Kind::Name(By::Name, ids, None) });
            len
        } else if is_chinese(c) {
            cut_english(text, &mut english, &mut out);
            let len = run(&is_chinese);
            cut_chinese(&rest[..len], at, &mut out);
            len
        } else if c.is_alphanumeric() {
            let len = run(&latin);
            english.push((at..at + len, rest[..len].to_lowercase().replace(['\'', '’'], "")));
            len
        } else if let Some((len, thing)) = emoji(rest) {
            cut_english(text, &mut english, &mut out);
            let kind = Kind::Name(By::Name, vec![thing], None);
            out.push(Lexeme { span: at..at + len, word: rest[..len].to_owned(), kind });
            len
        } else {
            if matches!(c, ',' | '.' | ';' | '!' | '?' | '\n' | ':' | '，' | '。' | '；' | '、' | '！' | '？' | '：')
            {
                cut_english(text, &mut english, &mut out);
                out.push(Lexeme { span: at..at + c.len_utf8(), word: c.to_string(), kind: Kind::Stop });
            }
            c.len_utf8()
        };
        at += len;
    }
    cut_english(text, &mut english, &mut out);
    out
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

/// A name in mixed scripts at the start of a text (T恤): its length in bytes, the folded word, and the things that it
/// names.
fn mixed(text: &str) -> Option<(usize, String, Vec<ThingId>)> {
    let latin = text.find(|c: char| !c.is_ascii_alphanumeric()).filter(|len| *len > 0)?;
    let ends = text[latin..].char_indices().take(4).take_while(|(_, c)| is_chinese(*c));
    let ends: Vec<usize> = ends.map(|(at, c)| latin + at + c.len_utf8()).collect();
    ends.into_iter().rev().find_map(|end| {
        let word = text[..end].to_lowercase();
        let (by, ids) = things().find(&word)?;
        (by == By::Name).then(|| (end, word, ids.to_vec()))
    })
}

/// The longest emoji at the start of a text: its length in bytes and its thing. Families are several joined characters.
fn emoji(text: &str) -> Option<(usize, ThingId)> {
    let first = text.chars().next()?;
    if (first as u32) < 0x203c {
        return None;
    }
    let ends: Vec<usize> = text.char_indices().map(|(i, c)| i + c.len_utf8()).take(12).collect();
    ends.into_iter().rev().find_map(|end| Some((end, things().emoji(&text[..end])?)))
}

/// Splits a run of English words, taking the longest known phrase first, and empties the run.
fn cut_english(text: &str, run: &mut Vec<(Range<usize>, String)>, out: &mut Vec<Lexeme>) {
    let (grammar, things) = (grammar(), things());
    let mut rest = run.as_slice();
    while !rest.is_empty() {
        let longest = rest.len().min(grammar.longest_en.max(things.longest_en));
        let found = (1..=longest).rev().find_map(|n| {
            let words: Vec<&str> = rest[..n].iter().map(|(_, w)| w.as_str()).collect();
            let (last, before) = words.split_last()?;
            let joined = words.join(" ");
            let is_action = n == 1 && is_doing(&joined);
            let digits = || digits(&joined).filter(|_| n == 1);
            let action = || is_action.then(|| grammar.spelt_like(&joined).map_or(Role::Action(""), |(_, role)| role));
            let role = grammar.role(&joined).or_else(digits).or_else(action);
            let names = stems(last).into_iter().filter_map(|stem| {
                let name = before.iter().copied().chain([stem.as_str()]).collect::<Vec<_>>().join(" ");
                // A phrase must be a name: only single words may be tags or kinds.
                let (by, ids) = things.find(&name).filter(|(by, _)| n == 1 || *by == By::Name)?;
                // "two hearts" is a number and a thing, not the emoji of two hearts.
                if n == 2 && before.iter().all(|w| is_number(w)) && things.find(&stem).is_some() {
                    return None;
                }
                // A tag is a worse match than an entry of near.txt, which is written by hand.
                if by == By::Tag && things.near(&name).is_some() {
                    return None;
                }
                Some((name, by, ids.to_vec()))
            });
            // "dogs" is a tag of the dog, but "dog" is its name. "Flying" is no fly.
            let name = names.filter(|(name, ..)| !is_action || *name == joined).min_by_key(|(_, by, _)| *by);
            let near = || {
                let names = stems(last)
                    .into_iter()
                    .map(|stem| before.iter().copied().chain([stem.as_str()]).collect::<Vec<_>>().join(" "));
                names.into_iter().find_map(|name| things.near(&name)).map(|ids| (None, Kind::Unknown(ids.to_vec())))
            };
            let whole = || match &rest[..n] {
                [a, b] if text[a.0.end..b.0.start].chars().all(|c| matches!(c, ' ' | '-')) => compound(&a.1, &b.1),
                _ => None,
            };
            kind(role, name).or_else(near).or_else(whole).map(|(word, kind)| (n, word.unwrap_or(joined), kind))
        });
        let (n, word, kind) = found.unwrap_or_else(|| {
            let word = rest[0].1.clone();
            if let Some((known, role)) = grammar.spelt_like(&word) {
                return (1, known.to_owned(), Kind::Role(role));
            }
            let near = things.spelt_like(&word);
            (1, word, Kind::Unknown(near))
        });
        out.push(Lexeme { span: rest[0].0.start..rest[n - 1].0.end, word, kind });
        rest = &rest[n..];
    }
    run.clear();
}

fn is_number(word: &str) -> bool {
    digits(word).is_some() || matches!(grammar().role(word), Some(Role::Number(_)))
}

/// A number in digits: at most `MANY`, and 0 means "no".
fn digits(word: &str) -> Option<Role> {
    let is_number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| match word.parse().unwrap_or(u64::MAX) {
        0 => Role::Denial,
        n => Role::Number(n.min(MANY.into()) as u8),
    })
}

/// A number in Chinese characters: 十二, 一百. The caller asks the grammar first, which has 百.
fn numeral(word: &str) -> Option<Role> {
    let (mut sum, mut last) = (0_u64, None);
    for c in word.chars() {
        let unit = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            '万' => 10_000,
            _ => {
                if last.is_some() {
                    return None;
                }
                last = Some("零一二三四五六七八九".chars().position(|d| d == c).or((c == '两').then_some(2))? as u64);
                continue;
            }
        };
        sum += last.take().unwrap_or(1) * unit;
    }
    let n = sum + last.unwrap_or(0);
    (n > 0).then_some(Role::Number(n.min(MANY.into()) as u8))
}

/// Whether a single word is an action in "ing".
fn is_doing(word: &str) -> bool {
    word.len() > 4 && word.ends_with("ing") && !ING_NOUNS.contains(&word)
}

/// A Chinese number with its measure word ("两个", "十二只") at the start of `word`, and the length of both in bytes.
fn counted(word: &str) -> Option<(Role, usize)> {
    let is_number = |role: &Role| matches!(role, Role::Number(_));
    let mut found = None;
    for (number, c) in word.char_indices().skip(1).take(5) {
        let measure = number + c.len_utf8();
        let is_measure = grammar().role(&word[number..measure]) == Some(Role::Measure);
        let role = || grammar().role(&word[..number]).filter(is_number).or_else(|| numeral(&word[..number]));
        if let Some(role) = is_measure.then(role).flatten() {
            found = Some((role, measure));
        }
    }
    found
}

/// Two nouns that form one name when written together: "fire man" is a fireman. Attributes are no nouns: a "green
/// house" is no greenhouse.
fn compound(a: &str, b: &str) -> Option<(Option<String>, Kind)> {
    let (grammar, things) = (grammar(), things());
    let is_noun = |word: &str| {
        let is_other =
            grammar.role(word).is_some_and(|role| !matches!(role, Role::Ground(_) | Role::Measure | Role::Part));
        let named = |stem: &String| match things.find(stem) {
            Some((by, _)) => by != By::Tag || !things.is_no_noun(stem),
            None => things.near(stem).is_some(),
        };
        word.len() > 2 && !is_other && stems(word).iter().any(named)
    };
    if !is_noun(a) || !is_noun(b) {
        return None;
    }
    let (name, by, ids) = stems(b).into_iter().find_map(|stem| {
        let name = format!("{a}{stem}");
        let (by, ids) = things.find(&name).filter(|(by, _)| *by != By::Tag)?;
        Some((name, by, ids.to_vec()))
    })?;
    Some((Some(name), Kind::Name(by, ids, None)))
}

/// Decides between grammar and name. A name matched by hand or by label wins and keeps the role as an alternative
/// ("orange"); a kind or a tag yields to the role.
#[allow(clippy::type_complexity, reason = "a table's row, named nowhere else")]
fn kind(role: Option<Role>, name: Option<(String, By, Vec<ThingId>)>) -> Option<(Option<String>, Kind)> {
    match (role, name) {
        (None, None) => None,
        (Some(role), Some((word, By::Name, ids))) => Some((Some(word), Kind::Name(By::Name, ids, Some(role)))),
        (Some(role), _) => Some((None, Kind::Role(role))),
        (None, Some((word, by, ids))) => Some((Some(word), Kind::Name(by, ids, None))),
    }
}

/// Splits a run of Chinese characters into words by dynamic programming: the fewest words, with the fewest unknown
/// characters.
fn cut_chinese(run: &str, from: usize, out: &mut Vec<Lexeme>) {
    let (grammar, things) = (grammar(), things());
    let at: Vec<usize> = run.char_indices().map(|(i, _)| i).chain([run.len()]).collect();
    let n = at.len() - 1;
    let longest = grammar.longest_zh.max(things.longest_zh);
    let known = |a: usize, b: usize| {
        let word = &run[at[a]..at[b]];
        if let Some((role, whole)) = counted(word) {
            if whole == word.len() {
                return Some(Kind::Role(grammar.role(word).unwrap_or(role)));
            }
            // "两颗爱心" is a number and a thing.
            if matches!(things.find(&word[whole..]), Some((By::Name, _))) {
                return None;
            }
        }
        // Verb and object are two words: 骑自行车 (ride a bicycle), 戴口罩 (wear a mask), 玩球 (play with a ball).
        let is_ride = word
            .strip_prefix(['骑', '戴', '穿', '玩'])
            .is_some_and(|rest| matches!(things.find(rest), Some((By::Name, _))));
        let name = things.find(word).filter(|_| !is_ride).map(|(by, ids)| (word.to_owned(), by, ids.to_vec()));
        // A tag of one character ("手" of a glove) is too vague.
        let name = name.filter(|(_, by, _)| *by != By::Tag || b - a > 1 && things.near(word).is_none());
        // 微笑的 is the mood 微笑, and no tag.
        let is_said = word.strip_suffix('的').is_some_and(|stem| grammar.role(stem).is_some());
        let name = name.filter(|(_, by, _)| *by != By::Tag || !is_said);
        let near = || things.near(word).or_else(|| things.likely(word)).map(|ids| Kind::Unknown(ids.to_vec()));
        kind(grammar.role(word).or_else(|| numeral(word)), name).map(|(_, kind)| kind).or_else(near)
    };
    // best[i]: the lowest cost of splitting the first i characters, where the last word begins, and what it is.
    let mut best = vec![(u32::MAX, 0, None); n + 1];
    best[0].0 = 0;
    for end in 1..=n {
        for start in end.saturating_sub(longest)..end {
            let found = known(start, end);
            let cost = match &found {
                Some(Kind::Name(By::Name, ..)) => 10,
                Some(Kind::Name(..)) => 13,
                // A word that is only likely must not take characters from two known words.
                Some(Kind::Unknown(_)) if things.near(&run[at[start]..at[end]]).is_none() => 30,
                Some(Kind::Unknown(_)) => 12,
                Some(_) => 11,
                None if end - start == 1 => 40,
                None => continue,
            };
            let total = best[start].0.saturating_add(cost);
            if total < best[end].0 {
                best[end] = (total, start, found);
            }
        }
    }
    let (mut words, mut end): (Vec<Lexeme>, usize) = (Vec::new(), n);
    while end > 0 {
        let (_, start, kind) = best[end].clone();
        let span = from + at[start]..from + at[end];
        let kind = kind.unwrap_or(Kind::Unknown(Vec::new()));
        let strange = |kind: &Kind| matches!(kind, Kind::Unknown(near) if near.is_empty());
        match words.last_mut() {
            // Adjacent unknown characters form one unknown word.
            Some(next) if strange(&next.kind) && strange(&kind) => {
                next.span.start = span.start;
                next.word.insert_str(0, &run[at[start]..at[end]]);
            }
            _ => words.push(Lexeme { span, word: run[at[start]..at[end]].to_owned(), kind }),
        }
        end = start;
    }
    words.reverse();
    out.extend(words);
}
