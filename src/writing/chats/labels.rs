//! The labels of speakers.

use crate::domain::Role;

/// The role that a word names by itself.
pub(super) fn role(word: &str) -> Option<Role> {
    match word.trim().to_lowercase().as_str() {
        "user" | "you" | "human" | "me" | "prompter" | "用户" | "你" | "我" => Some(Role::User),
        "assistant" | "model" | "ai" | "gpt" | "chatgpt" | "bot" | "char" | "bing" | "bard" | "gemini" | "claude"
        | "助手" => Some(Role::Assistant),
        "system" | "developer" | "系统" => Some(Role::System),
        _ => None,
    }
}

/// Whether a name says no more than the role does.
pub(super) fn is_generic(word: &str) -> bool {
    let word = word.to_lowercase();
    ["user", "you", "human", "用户", "你", "assistant", "model", "ai", "bot", "system", "助手", "系统"]
        .contains(&word.as_str())
}

/// Longest word before a colon that may be a name, in letters.
const LONGEST: usize = 40;
/// Words before a colon that are not speakers.
const NO_NAMES: [&str; 44] = [
    "note",
    "notes",
    "warning",
    "tip",
    "hint",
    "example",
    "examples",
    "question",
    "answer",
    "title",
    "subject",
    "date",
    "input",
    "output",
    "error",
    "summary",
    "step",
    "result",
    "conclusion",
    "pros",
    "cons",
    "ingredients",
    "instructions",
    "method",
    "important",
    "remember",
    "here",
    "solution",
    "explanation",
    "http",
    "https",
    "ps",
    "re",
    "to",
    "from",
    "注",
    "注意",
    "例如",
    "提示",
    "标题",
    "主题",
    "答",
    "问",
    "时间",
];

/// The words before a line's colon, and what comes after it.
pub(super) fn label(line: &str) -> Option<(&str, &str)> {
    let at = line.find([':', '：'])?;
    let rest = line[at..].trim_start_matches([':', '：']);
    // An address, a time, a path.
    if rest.starts_with(['/', '\\']) || line.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((line[..at].trim_matches(['*', '_']).trim(), rest.trim_start_matches(['*', '_']).trim_start()))
}

/// Whether words could be a person's name: few of them, each with a capital or of a script that has none.
pub(super) fn is_name(words: &str) -> bool {
    let lower = words.to_lowercase();
    words.chars().count() >= 2
        && words.chars().count() <= LONGEST
        && words.split_whitespace().count() <= 4
        && !NO_NAMES.contains(&lower.as_str())
        && words
            .split_whitespace()
            .all(|word| word.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase()))
        && words.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '\'' | '’' | '-' | '.' | '·' | '_'))
}
