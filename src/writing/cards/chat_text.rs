//! Chats as Markdown or plain text, in the form in which the studio writes them.
//!
//! The form is ambiguous: a turn that itself holds a line `## User` is read as two.

use super::bad;
use super::chat::{Chat, push};
use crate::domain::Role;
use crate::error::Result;

/// Reads a chat whose turns begin with a line `## User` (Markdown) or `User:` (plain text). What stands before the
/// first is the title and, in a quote or under `System:`, the system text.
pub(super) fn read(text: &str) -> Result<Chat> {
    let markdown = text.lines().any(|line| heading(line).is_some());
    let speaker_of = if markdown { heading } else { label };
    let mut chat = Chat::default();
    let mut open: Option<(Role, String)> = None;
    let mut quoted = String::new();
    let mut code = false;
    for line in text.lines() {
        // A heading inside a block of code is code.
        code ^= open.is_some() && line.trim_start().starts_with("```");
        if let Some((role, rest)) = speaker_of(line).filter(|_| !code) {
            if let Some((role, text)) = open.take() {
                push(&mut chat, role, &text)?;
            } else if !quoted.trim().is_empty() {
                push(&mut chat, Role::System, &std::mem::take(&mut quoted))?;
            }
            open = Some((role, format!("{rest}\n")));
        } else if let Some((_, text)) = &mut open {
            text.push_str(line);
            text.push('\n');
        } else if let Some(quote) = line.strip_prefix('>').filter(|_| markdown) {
            quoted.push_str(quote.strip_prefix(' ').unwrap_or(quote));
            quoted.push('\n');
        } else if chat.title.is_empty() && !line.trim().is_empty() {
            chat.title = line.trim_start_matches('#').trim().chars().take(200).collect();
        }
    }
    match open {
        Some((role, text)) => push(&mut chat, role, &text)?,
        None => {
            return Err(bad(
                "no turn begins with a speaker (\u{201c}## User\u{201d} or \u{201c}User:\u{201d})",
                "没有以说话人开头的段落（“## User”或“User:”）",
            ));
        }
    }
    Ok(chat)
}

fn heading(line: &str) -> Option<(Role, &str)> {
    let rest = line.strip_prefix("## ")?;
    role(rest.trim().trim_end_matches([':', '：'])).map(|role| (role, ""))
}

fn label(line: &str) -> Option<(Role, &str)> {
    let at = line.find([':', '：'])?;
    let rest = line[at..].trim_start_matches([':', '：']).trim_start();
    role(&line[..at]).map(|role| (role, rest))
}

fn role(word: &str) -> Option<Role> {
    match word.to_lowercase().as_str() {
        "user" | "you" | "human" | "用户" | "你" => Some(Role::User),
        "assistant" | "model" | "ai" | "助手" => Some(Role::Assistant),
        "system" | "系统" => Some(Role::System),
        _ => None,
    }
}
