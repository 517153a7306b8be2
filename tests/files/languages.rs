//! Whoever reads Chinese is told in Chinese: the two wordings of each text are held against each other in the source.

use std::path::Path;

use super::imports::rust_files;

/// So many English words in a row are a sentence, not the name of a thing.
const SENTENCE: usize = 5;

/// Fields of errors that hold names and numbers, never sentences. A sentence is a `Both`.
const NAMES: [&str; 19] = [
    "id",
    "model",
    "family",
    "lacks",
    "option",
    "value",
    "supported",
    "known",
    "names",
    "found",
    "tensor",
    "expected",
    "draft",
    "target",
    "url",
    "source",
    "file",
    // An argument as it was given.
    "shown",
    // What a panic said: Chinese has it in the details.
    "what",
];

/// How a text in both languages begins.
const STARTS: [&str; 5] = ["Both::new(", "both!(", "pick(", "zh:", "Both::same("];

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// The most English words in a row. Values (`{n}`), signs and Chinese end a row.
fn longest_row(text: &str) -> usize {
    let plain = without_values(text);
    let rows = plain.split(|c: char| !(c.is_ascii_alphabetic() || c == ' ' || c == '\''));
    rows.map(|row| row.split_whitespace().filter(|word| word.len() > 1).count()).max().unwrap_or(0)
}

/// A format text without its `{...}`.
fn without_values(text: &str) -> String {
    let mut depth = 0_usize;
    let keep = |c: &char| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 || *c == '{'
    };
    text.chars().filter(keep).collect()
}

/// The end of the literal or the comment that begins at `at`, and the literal's text; `None` where neither begins.
fn literal(code: &[char], at: usize) -> Option<(usize, Option<String>)> {
    let starts = |text: &str| text.chars().enumerate().all(|(i, c)| code.get(at + i) == Some(&c));
    let part_of_name = at > 0 && (code[at - 1].is_alphanumeric() || code[at - 1] == '_');
    if starts("//") {
        return Some((code[at..].iter().position(|c| *c == '\n').map_or(code.len(), |n| at + n), None));
    }
    if code[at] == 'r' && !part_of_name {
        let marks = code[at + 1..].iter().take_while(|c| **c == '#').count();
        let begin = at + 1 + marks;
        if code.get(begin) == Some(&'"') {
            let end = (begin + 1..code.len()).find(|&i| {
                code[i] == '"' && code[i + 1..].iter().take(marks).filter(|c| **c == '#').count() == marks
            })?;
            return Some((end + 1 + marks, Some(code[begin + 1..end].iter().collect())));
        }
    }
    if code[at] == '\'' {
        let end = if code.get(at + 1) == Some(&'\\') {
            at + 3 + code[at + 3..].iter().position(|c| *c == '\'')?
        } else {
            at + 2
        };
        return (code.get(end) == Some(&'\'')).then_some((end + 1, None));
    }
    if code[at] != '"' {
        return None;
    }
    let (mut text, mut i) = (String::new(), at + 1);
    while *code.get(i)? != '"' {
        if code[i] == '\\' {
            i += 1;
            if code.get(i) == Some(&'\n') {
                while code.get(i + 1).is_some_and(|c| c.is_whitespace()) {
                    i += 1;
                }
            }
        } else {
            text.push(code[i]);
        }
        i += 1;
    }
    Some((i + 1, Some(text)))
}

/// All literals of a piece of code.
fn literals(code: &[char]) -> Vec<String> {
    let (mut found, mut i) = (Vec::new(), 0);
    while i < code.len() {
        match literal(code, i) {
            Some((end, text)) => {
                found.extend(text);
                i = end;
            }
            None => i += 1,
        }
    }
    found
}

/// What stands between the brackets that are open at `from`, cut at its commas.
fn arguments(code: &[char], from: usize) -> Vec<&[char]> {
    let (mut all, mut depth, mut begin, mut i) = (Vec::new(), 0_usize, from, from);
    while i < code.len() {
        if let Some((end, _)) = literal(code, i) {
            i = end;
            continue;
        }
        match code[i] {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                all.push(&code[begin..i]);
                begin = i + 1;
            }
            _ => {}
        }
        i += 1;
    }
    all.push(&code[begin..i.min(code.len())]);
    all
}

/// Where each of [`STARTS`] stands in code, outside literals and comments, and the place behind it.
fn places(code: &[char]) -> Vec<(&'static str, usize)> {
    let (mut found, mut i) = (Vec::new(), 0);
    while i < code.len() {
        if let Some((end, _)) = literal(code, i) {
            i = end;
            continue;
        }
        if i == 0 || !(code[i - 1].is_alphanumeric() || code[i - 1] == '_') {
            let begins = |start: &&str| start.chars().enumerate().all(|(n, c)| code.get(i + n) == Some(&c));
            found.extend(STARTS.into_iter().find(begins).map(|start| (start, i + start.len())));
        }
        i += 1;
    }
    found
}

/// What is wrong with the Chinese wording `zh`, a piece of code, beside the English one.
fn fault(en: &[char], zh: &[char]) -> Option<String> {
    let plain = |code: &[char]| code.iter().collect::<String>().replace(".clone()", "").replace('&', "");
    let text = literals(zh).concat();
    if literals(zh).is_empty() {
        let same = plain(en).trim() == plain(zh).trim() && !plain(zh).trim().is_empty();
        return same.then(|| format!("one text in both languages: {}", plain(zh).trim()));
    }
    // One word is a name, or a place in a file.
    let sentence = longest_row(&text) > 1;
    if sentence && !text.chars().any(is_chinese) || longest_row(&text) >= SENTENCE {
        return Some(format!("no Chinese: {text}"));
    }
    None
}

/// The faults of a source file without its tests.
fn faults(code: &str) -> Vec<String> {
    if STARTS.iter().all(|start| !code.contains(start)) {
        return Vec::new();
    }
    let code: Vec<char> = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().chars().collect();
    let mut all = Vec::new();
    for (start, at) in places(&code) {
        let arguments = arguments(&code, at);
        all.extend(match (start, &arguments[..]) {
            ("Both::same(", [said, ..]) => {
                let said = literals(said).concat();
                (longest_row(&said) >= 4).then(|| format!("no name: {said}"))
            }
            // A type, where a closure or a function takes the wording.
            ("zh:", [zh, ..]) if zh.starts_with(&[' ', '&']) || zh.starts_with(&[' ', 'S']) => None,
            ("zh:", [zh, ..]) => fault(&[], zh),
            (_, [en, zh, ..]) => fault(en, zh),
            _ => None,
        });
    }
    all
}

fn source(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a source file")
}

#[test]
fn what_is_chinese_is_recognised() {
    assert_eq!(longest_row("it has {n} bytes, more than the {most} that are read"), 3);
    assert_eq!(longest_row("运行 `aigc-studio models fetch {id}`"), 3);
    assert_eq!(faults(r#"Both::new("it is a folder", "它是文件夹") // Both::new("a", "not seen here")"#), [""; 0]);
    assert_eq!(faults(r#"both!("it has {n} bytes", "{n} 字节"); Both::new(a, format!("{a}: {b}"))"#), [""; 0]);
    for bad in [
        r#"Both::new("it is a folder", "it is a folder")"#,
        r#"both!("it has {n} bytes", "it has {n} bytes")"#,
        "Both::new(reason.clone(), reason)",
        r#"Both { en: en(), zh: "the one that is here (这里)".to_owned() }"#,
        r#"Both::same("the file is damaged")"#,
    ] {
        assert_eq!(faults(bad).len(), 1, "{bad}: {:?}", faults(bad));
    }
}

#[test]
fn each_text_for_a_person_is_there_in_chinese() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut all = Vec::new();
    for file in files.iter().filter(|file| !file.to_string_lossy().contains("tests")) {
        let found = faults(&std::fs::read_to_string(file).expect("a source file"));
        all.extend(found.into_iter().map(|fault| format!("{}: {fault}", file.display())));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// Each sentence of an error's summary and remedy is followed by its Chinese.
#[test]
fn the_wordings_of_errors_come_in_pairs() {
    let of = |path| literals(&source(path).chars().collect::<Vec<_>>());
    let mut texts = [of("src/error/summary.rs"), of("src/error/remedy.rs")].concat();
    // Words that go into a sentence, such as those that go with a number.
    texts.retain(|text| !text.starts_with(|c: char| c.is_ascii_lowercase()) || text.chars().any(is_chinese));
    for pair in texts.windows(2) {
        let english = longest_row(&pair[0]) >= 3 && !pair[0].chars().any(is_chinese);
        assert!(!english || pair[1].chars().any(is_chinese), "{pair:?}");
        assert!(longest_row(&pair[1]) < SENTENCE || !pair[1].chars().any(is_chinese), "{}", pair[1]);
    }
}

/// A reason that is a `String` would be English for everyone.
#[test]
fn errors_hold_their_sentences_in_both_languages() {
    let source = source("src/error.rs");
    let (_, causes) = source.split_once("pub enum Cause {").expect("the causes");
    let causes = causes.split("\n}\n").next().unwrap_or_default();
    for line in causes.lines() {
        if let Some((name, _)) = line.trim().split_once(": String,") {
            assert!(NAMES.contains(&name), "{name} may hold a sentence: make it a Both");
        }
    }
}
