//! Chats as Markdown or plain text: in the form in which the studio writes them, or as a log with a name on each line.

use std::collections::{BTreeMap, BTreeSet};

use super::{Reader, Talk, labels};
use crate::domain::Role;
use crate::error::Result;
use crate::writing::fences::Fences;
use crate::writing::untrusted::bad;

/// Fences without an end that are looked for.
const UNENDED: usize = 8;

/// A line that begins a turn, as far as its form tells.
struct Label<'a> {
    line: usize,
    name: &'a str,
    /// What the line says behind the name.
    rest: &'a str,
    role: Option<Role>,
}

/// Reads a chat whose turns begin with a line `## User` (Markdown) or `User:` (plain text). What comes before the
/// first is the title and, in a quote or under `System:`, the system text.
///
/// The form is ambiguous: a turn that itself holds a line `## User` is read as two, and whether `Note:` is a name is a
/// guess. What was taken for a speaker, and what looks like one but was not, is reported.
pub(super) fn read(text: &str, reader: &mut Reader) -> Result<()> {
    let lines: Vec<&str> = text.lines().collect();
    let code = code(&lines);
    let mut outside = lines.iter().zip(&code).filter(|(_, code)| !**code).map(|(line, _)| line);
    let markdown = outside.any(|line| heading(line).is_some_and(|(role, _)| role.is_some()));
    let labels = labelled(&lines, &code, markdown);
    let people = speakers(&lines, &labels, markdown, reader)?;
    let mut turns = labels.iter().filter(|label| label.role.is_some() || people.contains(label.name)).peekable();
    let mut talk = Talk::default();
    let mut quoted = String::new();
    for line in &lines[..turns.peek().map_or(0, |first| first.line)] {
        if let Some(quote) = line.strip_prefix('>').filter(|_| markdown) {
            quoted.push_str(quote.strip_prefix(' ').unwrap_or(quote));
            quoted.push('\n');
        } else if talk.chat.title.is_empty() {
            talk.chat.title = Talk::titled(line.trim_start_matches('#')).chat.title;
        }
    }
    talk.system(&quoted);
    while let Some(label) = turns.next() {
        let end = turns.peek().map_or(lines.len(), |next| next.line);
        let said = std::iter::once(label.rest).chain(lines[label.line + 1..end].iter().copied());
        let said = said.collect::<Vec<_>>().join("\n");
        talk.say(reader, label.role.unwrap_or(Role::Assistant), label.name, &said)?;
    }
    reader.keep(talk);
    Ok(())
}

/// All lines that may begin a turn: not those inside a block of code of a turn.
fn labelled<'a>(lines: &[&'a str], code: &[bool], markdown: bool) -> Vec<Label<'a>> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(at, _)| !code[*at]) {
        let label = if markdown {
            heading(line).map(|(role, name)| Label { line: at, name, rest: "", role })
        } else if line.starts_with(char::is_whitespace) {
            None
        } else {
            labels::label(line).map(|(name, rest)| Label { line: at, name, rest, role: labels::role(name) })
        };
        found.extend(label);
    }
    found
}

/// Which lines are code. A fence that nothing ends is none: an answer that was cut short would swallow all that follows.
fn code(lines: &[&str]) -> Vec<bool> {
    let mut code = vec![false; lines.len()];
    let mut from = 0;
    for _ in 0..UNENDED {
        let mut fences = Fences::default();
        let mut opened = None;
        for (at, line) in lines.iter().enumerate().skip(from) {
            code[at] = fences.takes(line);
            match (fences.missing().is_some(), opened) {
                (true, None) => opened = Some(at),
                (false, _) => opened = None,
                _ => {}
            }
        }
        let Some(unended) = opened else { break };
        code[unended..].fill(false);
        from = unended + 1;
    }
    code
}

/// A heading of the second level: the role that it names, by its words or by the comment that our own exports put
/// behind a persona's name, and the name.
fn heading(line: &str) -> Option<(Option<Role>, &str)> {
    let rest = line.strip_prefix("## ")?.trim();
    let (name, role) = match rest.strip_suffix("-->").and_then(|rest| rest.rsplit_once("<!--")) {
        Some((name, word)) => (name.trim(), labels::role(word)),
        None => (rest, labels::role(rest.trim_end_matches([':', '：']))),
    };
    Some((role, name.trim_end_matches([':', '：'])))
}

/// The names of those who speak beside the ones that are known by their words.
fn speakers<'a>(
    lines: &[&str],
    labels: &[Label<'a>],
    markdown: bool,
    reader: &mut Reader,
) -> Result<BTreeSet<&'a str>> {
    let knows = |role| labels.iter().any(|label| label.role == Some(role));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for label in labels.iter().filter(|label| label.role.is_none()) {
        *counts.entry(label.name).or_default() += 1;
    }
    // A log: from its first label on, each line has one.
    let from = labels.first().map_or(lines.len(), |label| label.line);
    let filled = lines[from..].iter().filter(|line| !line.trim().is_empty()).count();
    let log = !markdown
        && filled == labels.len()
        && counts.keys().all(|name| labels::is_name(name) || name.chars().count() < 3);
    let names: Vec<&str> = counts.keys().copied().filter(|name| labels::is_name(name)).collect();
    if !knows(Role::User) && !knows(Role::Assistant) {
        let often: Vec<&str> = names.iter().copied().filter(|name| log || counts[name] > 1).collect();
        if labels.len() > 1 && often.len() > 1 {
            let who = often.iter().take(8).copied().collect::<Vec<_>>().join(", ");
            return Err(bad(
                format!(
                    "{who} speak in it, and nothing says which one is you: write \u{201c}User:\u{201d} in front of your turns"
                ),
                format!("其中说话的是 {who}，但不知道哪一位是您：请在您的话前写“User:”"),
            ));
        }
        return Err(bad(
            "no turn begins with a speaker (\u{201c}## User\u{201d} or \u{201c}User:\u{201d})",
            "没有以说话人开头的段落（“## User”或“User:”）",
        ));
    }
    let mut people: BTreeSet<&str> = BTreeSet::new();
    if log {
        people.extend(counts.keys().copied());
    } else if !markdown || !knows(Role::Assistant) {
        // Where nobody answers by a known word, the first name answers; others speak if they do it more than once.
        let answers = |label: &&Label<'_>| label.role.is_none() && labels::is_name(label.name);
        let missing = !(knows(Role::User) && knows(Role::Assistant));
        people.extend(labels.iter().find(answers).map(|label| label.name).filter(|_| missing));
        let alone = |label: &&Label<'_>| label.rest.is_empty();
        let all_alone = labels.iter().filter(|label| label.role.is_some()).all(|label| alone(&label));
        let like =
            |name: &str| labels.iter().filter(|label| label.name == name).all(|label| alone(&label) == all_alone);
        people.extend(
            counts.iter().filter(|(name, n)| **n > 1 && labels::is_name(name) && like(name)).map(|(name, _)| *name),
        );
    }
    let quoted = |names: Vec<&str>, zh: bool| {
        let names = names.into_iter().take(8).map(|name| format!("“{name}”"));
        names.collect::<Vec<_>>().join(if zh { "、" } else { ", " })
    };
    let unsure: Vec<&str> =
        if markdown { Vec::new() } else { names.iter().copied().filter(|name| !people.contains(name)).collect() };
    if !unsure.is_empty() {
        reader.note(
            format!("{} as speakers (read as text)", quoted(unsure.clone(), false)),
            format!("{}（按正文读取，未当作说话人）", quoted(unsure, true)),
        );
    }
    Ok(people)
}
