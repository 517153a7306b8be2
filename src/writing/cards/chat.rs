//! Chats of other programs.

use serde_json::{Map, Value};

use super::{MAX_FILE, bad, chat_text, too_large, values, wrong_type};
use crate::domain::{Message, Role};
use crate::error::Result;
use crate::lang::Both;

/// Most messages of a chat, and longest message.
const MAX_MESSAGES: usize = 100_000;
const MAX_MESSAGE: usize = 4 << 20;

/// A chat that was taken in, and what of it has no place here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chat {
    pub title: String,
    pub messages: Vec<Message>,
    pub left_out: Vec<Both>,
}

/// What is skipped, counted.
#[derive(Default)]
pub(super) struct Skipped {
    hidden: usize,
    pictures: usize,
    tools: usize,
    conversations: usize,
}

impl Skipped {
    fn told(&self) -> Vec<Both> {
        let told = [
            (self.hidden, "hidden messages", "条隐藏消息"),
            (self.pictures, "pictures and other parts that are not text", "个图片等非文本内容"),
            (self.tools, "messages of tools", "条工具消息"),
            (self.conversations, "further conversations of the file", "个文件中的其他对话"),
        ];
        told.iter()
            .filter(|(n, ..)| *n > 0)
            .map(|(n, en, zh)| Both::new(format!("{n} {en}"), format!("{n} {zh}")))
            .collect()
    }
}

/// Reads a chat: SillyTavern's JSONL (`name`, `is_user`, `mes`), OpenAI's messages (`role`, `content`; alone, under
/// `messages`, or one a line), ShareGPT (`from`, `value` under `conversations`), or Markdown and plain text with a
/// speaker before each turn, as the studio itself writes them. Of a file with several conversations the first.
///
/// Errors ([`BadImport`](crate::error::Cause::BadImport)): too large, not UTF-8, no form of these, an unknown role,
/// no message.
pub fn chat(bytes: &[u8]) -> Result<Chat> {
    if bytes.len() > MAX_FILE {
        return Err(too_large(bytes.len()));
    }
    let text =
        std::str::from_utf8(bytes).map_err(|e| bad("it is not text in UTF-8", "它不是 UTF-8 文本").with_details(e))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let chat = if text.starts_with(['{', '[']) {
        // Plain text may begin with a bracket too; then the words about JSON would mislead.
        json(text).or_else(|error| chat_text::read(text).map_err(|_| error))?
    } else {
        chat_text::read(text)?
    };
    if chat.messages.is_empty() {
        return Err(bad("there is no message in it", "其中没有消息"));
    }
    Ok(chat)
}

fn json(text: &str) -> Result<Chat> {
    let mut skipped = Skipped::default();
    let mut chat = Chat::default();
    values(text)?;
    match serde_json::from_str::<Value>(text) {
        Ok(value) => whole(&value, &mut chat, &mut skipped)?,
        Err(error) => {
            // One JSON a line? Then the first line is whole by itself.
            let first = text.lines().next().unwrap_or_default();
            if text.lines().nth(1).is_none() || serde_json::from_str::<Value>(first).is_err() {
                return Err(bad(format!("it is not JSON ({error})"), format!("它不是 JSON（{error}）")));
            }
            lines(text, &mut chat, &mut skipped)?;
        }
    }
    chat.left_out = skipped.told();
    Ok(chat)
}

/// A file that is one JSON value.
fn whole(value: &Value, chat: &mut Chat, skipped: &mut Skipped) -> Result<()> {
    match value {
        Value::Object(map) => {
            if let Some(title) = map.get("title").and_then(Value::as_str) {
                chat.title = title.chars().take(200).collect();
            }
            if let Some(system) = map.get("system").and_then(Value::as_str).filter(|s| !s.trim().is_empty()) {
                push(chat, Role::System, system)?;
            }
            let list = ["messages", "conversations", "conversation"].iter().find_map(|key| map.get(*key));
            match list {
                Some(Value::Array(items)) => items.iter().try_for_each(|item| message(item, chat, skipped)),
                Some(_) => Err(wrong_type("messages")),
                None => message(value, chat, skipped),
            }
        }
        Value::Array(items) => {
            let first = items.first();
            let nested =
                first.is_some_and(|f| ["messages", "conversations", "conversation"].iter().any(|k| f.get(k).is_some()));
            if let (Some(first), true) = (first, nested) {
                skipped.conversations = items.len() - 1;
                return whole(first, chat, skipped);
            }
            items.iter().try_for_each(|item| message(item, chat, skipped))
        }
        _ => Err(bad("it is JSON, but no chat", "它是 JSON，但不是对话")),
    }
}

/// A file with one JSON a line.
fn lines(text: &str, chat: &mut Chat, skipped: &mut Skipped) -> Result<()> {
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = n + 1;
        values(line)?;
        let value: Value = serde_json::from_str(line)
            .map_err(|e| bad(format!("line {number} is not JSON ({e})"), format!("第 {number} 行不是 JSON（{e}）")))?;
        // SillyTavern's first line is about the chat.
        let head =
            value.get("mes").is_none() && (value.get("chat_metadata").is_some() || value.get("user_name").is_some());
        if head {
            let name = value.get("character_name").and_then(Value::as_str).unwrap_or_default();
            chat.title = name.chars().take(200).collect();
        } else if value.get("messages").is_some() || value.get("conversations").is_some() {
            if chat.messages.is_empty() {
                whole(&value, chat, skipped)?;
            } else {
                skipped.conversations += 1;
            }
        } else {
            message(&value, chat, skipped)?;
        }
    }
    Ok(())
}

fn message(value: &Value, chat: &mut Chat, skipped: &mut Skipped) -> Result<()> {
    let Value::Object(map) = value else {
        return Err(bad("a message is not an object", "有一条消息不是对象"));
    };
    if let Some(text) = map.get("mes") {
        let Some(text) = text.as_str() else { return Err(wrong_type("mes")) };
        if map.get("is_system").and_then(Value::as_bool) == Some(true) {
            skipped.hidden += 1;
            return Ok(());
        }
        let user = map.get("is_user").and_then(Value::as_bool) == Some(true);
        return push(chat, if user { Role::User } else { Role::Assistant }, text);
    }
    let role = map.get("role").or_else(|| map.get("from")).and_then(Value::as_str).map(str::to_ascii_lowercase);
    let role = match role.as_deref() {
        Some("system" | "developer") => Role::System,
        Some("user" | "human") => Role::User,
        Some("assistant" | "gpt" | "chatgpt" | "model" | "bot" | "bing" | "bard" | "claude" | "ai") => Role::Assistant,
        Some("tool" | "function" | "function_call" | "observation" | "tool_call" | "tool_response") => {
            skipped.tools += 1;
            return Ok(());
        }
        Some(other) => {
            let shown: String = other.chars().take(40).collect();
            return Err(bad(format!("the role \u{201c}{shown}\u{201d} is unknown"), format!("未知的角色“{shown}”")));
        }
        None => return Err(bad("a message has no role", "有一条消息没有角色")),
    };
    let text = content(map, skipped)?;
    push(chat, role, &text)
}

/// A message's text: a string, or parts of which those of text are kept.
fn content(map: &Map<String, Value>, skipped: &mut Skipped) -> Result<String> {
    match map.get("content").or_else(|| map.get("value")) {
        Some(Value::String(text)) => Ok(text.clone()),
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::Array(parts)) => {
            let mut texts = Vec::new();
            for part in parts.iter().take(MAX_MESSAGES) {
                match part.as_str().or_else(|| part.get("text").and_then(Value::as_str)) {
                    Some(text) => texts.push(text),
                    None => skipped.pictures += 1,
                }
            }
            Ok(texts.join("\n\n"))
        }
        Some(_) => Err(wrong_type("content")),
    }
}

/// Adds a message; empty ones say nothing and are passed over.
pub(super) fn push(chat: &mut Chat, role: Role, text: &str) -> Result<()> {
    let content = text.replace("\r\n", "\n").trim().to_owned();
    if content.len() > MAX_MESSAGE {
        return Err(bad("one of its messages is longer than 4 MB", "其中一条消息超过 4 MB"));
    }
    if chat.messages.len() >= MAX_MESSAGES {
        return Err(bad("it has more than 100 000 messages", "消息超过 10 万条"));
    }
    if !content.is_empty() {
        chat.messages.push(Message { role, content });
    }
    Ok(())
}
