//! A1111's syntax that is not followed here: extra networks (`<lora:style:0.8>`), prompts that change between steps
//! (`[fox:cat:0.5]`, `[red|blue]`) and `AND`. It is taken out of the text and told: a text encoder would read it as words.
//!
//! Of a prompt that changes, the text that it begins with is drawn throughout, and where it begins with nothing, the
//! next. `AND` goes with the weights of its parts, which are drawn as one prompt. What A1111 takes for text stays text:
//! `[word]`, which only weakens, a `|` outside of brackets, and all behind a backslash.

use crate::lang::Both;

/// Brackets that may be open at once; deeper ones are text.
const DEPTH: usize = 256;
/// Characters of a quote, and notes of a prompt.
const QUOTE: usize = 60;
const NOTES: usize = 8;

/// `prompt` without the syntax; each thing that was taken out is reported in `notes`.
pub fn without(prompt: &str, notes: &mut Vec<Both>) -> String {
    let mut found = Vec::new();
    let text = without_networks(prompt, &mut found);
    let text = without_and(&text, &mut found);
    let text = without_changes(&text, &mut found);
    if found.is_empty() {
        return text;
    }
    for note in found {
        if notes.len() < NOTES && !notes.contains(&note) {
            notes.push(note);
        }
    }
    // What stood around it leaves two spaces.
    let mut tidy = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if c != ' ' || !tidy.ends_with(' ') {
            tidy.push(c);
        }
    }
    tidy
}

/// At most [`QUOTE`] characters of `text`.
fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTE) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Without each `<word:text>`.
fn without_networks(prompt: &str, notes: &mut Vec<Both>) -> String {
    let mut text = String::with_capacity(prompt.len());
    let mut rest = prompt;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        // Nothing more can be closed.
        let Some(end) = from.find('>') else {
            rest = from;
            break;
        };
        let name = from[1..].trim_start_matches(is_word);
        if name.len() < from.len() - 1 && name.starts_with(':') && !name.starts_with(":>") {
            let what = quote(&from[..=end]);
            notes.push(Both::new(
                format!("{what} was left out: LoRA, LyCORIS and hypernetworks cannot be applied yet."),
                format!("已略去 {what}：尚不支持 LoRA、LyCORIS 和超网络。"),
            ));
            rest = &from[end + 1..];
        } else {
            text.push('<');
            rest = &from[1..];
        }
    }
    text + rest
}

/// Without the word `AND`, and without the weights of the prompts that it joins.
fn without_and(text: &str, notes: &mut Vec<Both>) -> String {
    const AND: &str = "AND";
    let is_alone = |at: &usize| {
        let (before, after) = (&text[..*at], &text[at + AND.len()..]);
        !before.chars().next_back().is_some_and(is_word) && !after.chars().next().is_some_and(is_word)
    };
    let places: Vec<usize> = text.match_indices(AND).map(|(at, _)| at).filter(is_alone).collect();
    if places.is_empty() {
        return text.to_owned();
    }
    let starts = std::iter::once(0).chain(places.iter().map(|at| at + AND.len()));
    let ends = places.iter().copied().chain([text.len()]);
    let parts: Vec<&str> = starts.zip(ends).map(|(start, end)| without_weight(text[start..end].trim())).collect();
    notes.push(Both::new(
        "AND was left out: prompts cannot be composed yet, and its parts are drawn as one prompt.",
        "已略去 AND：尚不支持组合多个提示词，各部分作为一个提示词绘制。",
    ));
    parts.join(" ")
}

/// Without `: 1.2` at the end.
fn without_weight(part: &str) -> &str {
    match part.rsplit_once(':') {
        Some((text, weight)) if is_number(weight.trim()) => text.trim_end(),
        _ => part,
    }
}

fn is_number(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c))
        && text.parse::<f64>().is_ok()
}

/// An open bracket, and what was there before it: in the prompt, in the text so far, of the notes.
struct Open {
    square: bool,
    from: usize,
    at: usize,
    notes: usize,
    /// Colons and bars right within it, in the text.
    marks: Vec<(usize, char)>,
}

/// With each `[a:b:0.5]` and `[a|b]` as what it begins with.
fn without_changes(prompt: &str, notes: &mut Vec<Both>) -> String {
    let mut text = String::with_capacity(prompt.len());
    let mut open: Vec<Open> = Vec::new();
    let mut chars = prompt.char_indices();
    while let Some((from, c)) = chars.next() {
        match c {
            '\\' => {
                text.push(c);
                text.extend(chars.next().map(|(_, next)| next));
                continue;
            }
            '[' | '(' if open.len() < DEPTH => {
                open.push(Open { square: c == '[', from, at: text.len(), notes: notes.len(), marks: Vec::new() });
            }
            ':' | '|' => {
                if let Some(open) = open.last_mut() {
                    open.marks.push((text.len(), c));
                }
            }
            ')' if open.last().is_some_and(|open| !open.square) => drop(open.pop()),
            ']' if open.last().is_some_and(|open| open.square) => {
                if let Some(open) = open.pop()
                    && let Some((drawn, why)) = first(&text[open.at + 1..], open.at + 1, &open.marks)
                {
                    let drawn = drawn.to_owned();
                    text.truncate(open.at);
                    text.push_str(&drawn);
                    // What it holds is reported with it.
                    notes.truncate(open.notes);
                    notes.push(changed(&prompt[open.from..=from], &drawn, why));
                    continue;
                }
            }
            // Round brackets that nothing closed are text.
            ']' => open.truncate(open.iter().rposition(|open| open.square).unwrap_or(open.len())),
            _ => {}
        }
        text.push(c);
    }
    text
}

#[derive(Clone, Copy)]
enum Change {
    Once,
    EachStep,
}

/// What `body` of a square bracket begins with, where it changes between steps; `marks` count from `start` before it.
fn first<'a>(body: &'a str, start: usize, marks: &[(usize, char)]) -> Option<(&'a str, Change)> {
    let parts = |wanted: char| {
        let places = marks.iter().filter(move |(_, c)| *c == wanted).map(|(at, _)| at - start);
        let starts = std::iter::once(0).chain(places.clone().map(|at| at + 1));
        starts.zip(places.chain([body.len()])).map(|(from, to)| &body[from..to]).collect::<Vec<_>>()
    };
    let (bars, colons) = (parts('|'), parts(':'));
    let (texts, why) = match &colons[..] {
        _ if bars.len() > 1 => (&bars[..], Change::EachStep),
        [texts @ .., when] if (1..=2).contains(&texts.len()) && is_number(when.trim()) => (texts, Change::Once),
        _ => return None,
    };
    Some((texts.iter().copied().find(|text| !text.trim().is_empty()).unwrap_or(""), why))
}

fn changed(all: &str, drawn: &str, why: Change) -> Both {
    let (all, drawn) = (quote(all), quote(drawn.trim()));
    let (en, zh) = match why {
        Change::Once => ("a prompt cannot change between steps yet", "尚不支持在采样途中切换提示词"),
        Change::EachStep => ("prompts cannot take turns between steps yet", "尚不支持逐步交替提示词"),
    };
    if drawn.is_empty() {
        return Both::new(format!("{all} was left out: {en}."), format!("已略去 {all}：{zh}。"));
    }
    Both::new(
        format!("{all}: {en}; \u{201c}{drawn}\u{201d} is drawn throughout."),
        format!("{all}：{zh}，全程按“{drawn}”绘制。"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn read(prompt: &str) -> (String, usize) {
        let mut notes = Vec::new();
        let text = without(prompt, &mut notes);
        assert!(notes.iter().all(|note| !note.en.is_empty() && !note.zh.is_empty()));
        (text, notes.len())
    }

    #[track_caller]
    fn check(cases: &[(&str, &str, usize)]) {
        for (prompt, text, told) in cases {
            assert_eq!(read(prompt), ((*text).to_owned(), *told), "{prompt}");
        }
    }

    #[test]
    fn extra_networks_are_taken_out() {
        check(&[
            ("a cat <lora:styl:0.8> in rain", "a cat in rain", 1),
            ("<hypernet:a:1><lyco:b:0.5:te=1>, a cat", ", a cat", 2),
            ("<lora:a b (c) [d:0.5]:-1>cat", "cat", 1),
            ("<LoRA:x:1>", "", 1),
            ("(<lora:x:1>cat:1.2)", "(cat:1.2)", 1),
            ("<lora:x:1> <lora:x:1> cat", "cat", 1),
            // None: nothing closes it, no name, nothing behind the colon, no word.
            ("a <lora:x", "a <lora:x", 0),
            ("a < b > c <:x> <a:> <3 :x>", "a < b > c <:x> <a:> <3 :x>", 0),
        ]);
    }

    #[test]
    fn prompts_that_change_are_what_they_begin_with() {
        check(&[
            ("a [fox:cat:0.5] runs", "a fox runs", 1),
            ("a [fox:cat: 12 ]", "a fox", 1),
            ("a [fox:0.5] [cat::-.5e1]", "a fox cat", 2),
            ("a [:cat:0.5]", "a cat", 1),
            ("a [::3]", "a", 1),
            ("[red|blue|green] ball", "red ball", 1),
            ("[|blue] ball, [|]", "blue ball,", 2),
            ("[[a:b:0.3]:c:0.6] d", "a d", 1),
            ("[(dog:1.2):cat:0.5]", "(dog:1.2)", 1),
            ("([fox:cat:0.5]:1.3)", "(fox:1.3)", 1),
            ("[a|[b|c]]", "a", 1),
            ("[猫:狗:0.5]", "猫", 1),
            (r"[fox\:1:cat:0.5]", r"fox\:1", 1),
        ]);
    }

    #[test]
    fn what_a1111_takes_for_text_stays_as_it_is() {
        for text in [
            "a  [word] and [[deeper]]",
            "[a:b]",
            "[a:b:c:0.5]",
            "[(a:0.5)]",
            r"\[fox:cat:0.5\] \[red|blue\]",
            r"[red\|blue]",
            "red | blue (a|b) (a:b:0.5)",
            "[fox:cat:0.5",
            "fox:cat:0.5]",
            "[a (b] c:0.5)",
            "BRAND, and, ANDROID, AND_1, 猫AND狗",
            "a:1.2",
            "",
        ] {
            assert_eq!(read(text), (text.to_owned(), 0));
        }
    }

    #[test]
    fn and_goes_with_its_weights() {
        check(&[
            ("a cat AND a dog", "a cat a dog", 1),
            ("a cat :1.2 AND a (dog:1.1) : 0.8 AND AND x", "a cat a (dog:1.1) x", 1),
            ("cat AND <lora:x:1> [fox:cow:3]", "cat fox", 3),
        ]);
    }

    #[test]
    fn many_and_deep_ones_are_quick_and_told_once_each() {
        assert_eq!(read(&"[a:b:0.5] ".repeat(50_000)).1, 1);
        assert_eq!(read(&(0..100).map(|i| format!("<lora:{i}:1>")).collect::<String>()).1, NOTES);
        for slow in ["[", "[a:", "(", "<a:", "]", "[a:b:0.5", ":", "AND ", "|"] {
            read(&slow.repeat(200_000));
        }
        let deep = format!("{}x{}", "[".repeat(1000), ":1]".repeat(1000));
        assert!(read(&deep).0.contains('x'));
    }
}
