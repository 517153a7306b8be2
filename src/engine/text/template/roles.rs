//! Adapts conversations to templates without some of the roles: without a system role, strictly by turns, or with
//! content only in parts. Messages are JSON, as templates take them.

use serde_json::{Value, json};

fn role(message: &Value) -> &str {
    message.get("role").and_then(Value::as_str).unwrap_or_default()
}

pub fn is_system(message: &Value) -> bool {
    matches!(role(message), "system" | "developer")
}

fn user(content: &str) -> Value {
    json!({"role": "user", "content": content})
}

/// Puts `text` before what a message says.
fn put_before(message: &mut Value, text: &str) {
    let Some(content) = message.get_mut("content") else { return };
    match content {
        Value::String(said) => *said = format!("{text}\n\n{said}"),
        Value::Array(parts) => parts.insert(0, json!({"type": "text", "text": format!("{text}\n\n")})),
        other => *other = text.into(),
    }
}

/// The text of a message's content.
fn text_of(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

/// The conversation without system messages: their text comes before the question that follows. Before an answer, or
/// at the end, it is a question of its own.
pub fn without_system(messages: &[Value]) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::with_capacity(messages.len() + 1);
    let mut waiting = String::new();
    for message in messages {
        if is_system(message) {
            let text = text_of(message);
            waiting = if waiting.is_empty() { text } else { format!("{waiting}\n\n{text}") };
            continue;
        }
        let mut message = message.clone();
        let text = std::mem::take(&mut waiting);
        if !text.is_empty() && role(&message) == "user" {
            put_before(&mut message, &text);
        } else if !text.is_empty() {
            out.push(user(&text));
        }
        out.push(message);
    }
    out.extend((!waiting.is_empty()).then(|| user(&waiting)));
    out
}

/// The conversation with the person first and then by turns: an answer to nothing gets a question without words, two
/// questions in a row are one.
pub fn in_turns(messages: &[Value]) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::with_capacity(messages.len() + 1);
    for message in messages {
        let last = out.last_mut().filter(|last| !is_system(last));
        match (role(message), last) {
            ("user", Some(last)) if role(last) == "user" => {
                let (before, mut both) = (text_of(last), message.clone());
                put_before(&mut both, &before);
                *last = both;
                continue;
            }
            ("assistant", None) => out.push(user("…")),
            ("assistant", Some(last)) if role(last) == "assistant" => out.push(user("…")),
            _ => {}
        }
        out.push(message.clone());
    }
    out
}

/// The conversation with each content as a list of one part.
pub fn in_parts(messages: &[Value]) -> Vec<Value> {
    let one = |message: &Value| {
        let mut message = message.clone();
        if let Some(content) = message.get_mut("content").filter(|content| content.is_string()) {
            *content = json!([{"type": "text", "text": content.take()}]);
        }
        message
    };
    messages.iter().map(one).collect()
}
