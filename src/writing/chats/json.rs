//! Chats in JSON: which program's they are, by the fields that they have.

use serde_json::{Map, Value};

use super::{Reader, Talk, kobold, message, pairs, tree};
use crate::error::Result;
use crate::writing::untrusted::{bad, json, values, wrong_type};

type Object = Map<String, Value>;

/// Fields that hold a list of messages.
const LISTS: [&str; 8] =
    ["messages", "conversations", "conversation", "chat_messages", "contents", "history", "chunkedPrompt", "items"];

pub(super) fn read(text: &str, reader: &mut Reader) -> Result<()> {
    values(text)?;
    match serde_json::from_str::<Value>(text) {
        Ok(value) => whole(&value, reader),
        Err(error) => {
            // One JSON a line? Then the first line is whole by itself.
            let first = text.lines().next().unwrap_or_default();
            if text.lines().nth(1).is_none() || serde_json::from_str::<Value>(first).is_err() {
                return Err(bad(format!("it is not JSON ({error})"), format!("它不是 JSON（{error}）")));
            }
            lines(text, reader)
        }
    }
}

/// A file that is one JSON value.
fn whole(value: &Value, reader: &mut Reader) -> Result<()> {
    match value {
        Value::Object(map) => object(map, reader),
        Value::Array(items) if items.iter().filter_map(Value::as_object).next().is_some_and(is_chat) => {
            for item in items {
                match item.as_object().filter(|map| is_chat(map)) {
                    Some(map) => object(map, reader)?,
                    None => reader.conversations += 1,
                }
            }
            Ok(())
        }
        Value::Array(items) => {
            let mut talk = Talk::default();
            messages(items, None, &mut talk, reader)?;
            reader.keep(talk);
            Ok(())
        }
        _ => Err(bad("it is JSON, but no chat", "它是 JSON，但不是对话")),
    }
}

/// Whether an object is a chat, and not a message.
fn is_chat(map: &Object) -> bool {
    !message::is_message(map)
        && (LISTS.iter().any(|key| map.get(*key).is_some_and(|v| v.is_array() || v.is_object()))
            || ["mapping", "chat", "internal", "actions"].iter().any(|key| map.contains_key(*key)))
}

/// An object that is a chat, a single message, or chats in a wrapping.
fn object(map: &Object, reader: &mut Reader) -> Result<()> {
    if let Some(items) = map.get("conversations").or_else(|| map.get("data")).and_then(Value::as_array)
        && items.iter().filter_map(Value::as_object).next().is_some_and(is_chat)
    {
        return items
            .iter()
            .filter_map(Value::as_object)
            .filter(|map| is_chat(map))
            .try_for_each(|map| object(map, reader));
    }
    let title = ["title", "name"].iter().find_map(|key| map.get(*key).and_then(Value::as_str)).unwrap_or_default();
    // Open WebUI wraps each chat.
    let wrapped = map.get("chat").and_then(Value::as_object).filter(|_| !map.contains_key("messages"));
    let map = wrapped.unwrap_or(map);
    let mut talk = Talk::titled(title);
    let leaf = ["current_node", "currentId", "current_leaf_message_uuid"];
    let leaf = leaf.iter().find_map(|key| map.get(*key).and_then(Value::as_str));
    let params = map.get("params").and_then(|params| params.get("system"));
    let system = ["system", "systemPrompt", "system_prompt", "systemInstruction"].iter().find_map(|key| map.get(*key));
    match system.or(params) {
        Some(Value::String(text)) => talk.system(text),
        Some(Value::Object(wrapped)) => talk.system(&super::content::text(wrapped, reader)?),
        _ => {}
    }
    if let Some(Value::Object(nodes)) = map.get("mapping") {
        tree::mapping(nodes, leaf, &mut talk, reader)?;
    } else if pairs::is_pairs(map) {
        pairs::read(map, &mut talk, reader)?;
    } else if kobold::is_save(map) {
        kobold::read(map, &mut talk, reader)?;
    } else {
        listed(map, leaf, &mut talk, reader)?;
    }
    reader.keep(talk);
    Ok(())
}

/// A list of messages under one of its names; else the object is a message.
fn listed(map: &Object, leaf: Option<&str>, talk: &mut Talk, reader: &mut Reader) -> Result<()> {
    if message::is_message(map) {
        return message::object(map, reader)?.to(talk, reader);
    }
    // Open WebUI's list is the shown path alone; its history has all branches.
    if let Some(history) = map.get("history").and_then(Value::as_object)
        && let Some(Value::Object(nodes)) = history.get("messages")
        && !nodes.is_empty()
    {
        let leaf = history.get("currentId").and_then(Value::as_str).or(leaf);
        return tree::map(nodes, leaf, talk, reader);
    }
    for key in LISTS {
        match map.get(key) {
            None => {}
            Some(Value::Array(items)) => return messages(items, leaf, talk, reader),
            Some(Value::Object(nodes)) if nodes.values().any(|node| node.get("parentId").is_some()) => {
                return tree::map(nodes, leaf, talk, reader);
            }
            Some(Value::Object(inner)) if inner.contains_key("chunks") || inner.contains_key("messages") => {
                let items = inner.get("chunks").or_else(|| inner.get("messages")).and_then(Value::as_array);
                return messages(items.map_or(&[][..], Vec::as_slice), leaf, talk, reader);
            }
            Some(_) if key == "history" => {}
            Some(_) => return Err(wrong_type(key)),
        }
    }
    Err(unknown(map))
}

fn messages(items: &[Value], leaf: Option<&str>, talk: &mut Talk, reader: &mut Reader) -> Result<()> {
    let flat = flattened(items);
    let items = flat.as_deref().unwrap_or(items);
    if tree::is_tree(items) {
        return tree::list(items, leaf, talk, reader);
    }
    items.iter().try_for_each(|item| message::read(item, reader)?.to(talk, reader))
}

/// LibreChat may hold answers inside the messages that they answer; `None` where nothing is nested.
fn flattened(items: &[Value]) -> Option<Vec<Value>> {
    let below = |item: &Value| {
        item.get("children").and_then(Value::as_array).filter(|c| c.iter().any(Value::is_object)).is_some()
    };
    if !items.iter().any(below) {
        return None;
    }
    let mut flat = Vec::new();
    let mut waiting: Vec<Value> = items.iter().rev().cloned().collect();
    while let Some(mut item) = waiting.pop() {
        if let Some(Value::Array(children)) = item.as_object_mut().and_then(|map| map.remove("children")) {
            waiting.extend(children.into_iter().rev());
        }
        flat.push(item);
    }
    Some(flat)
}

/// JSON of no form that is known; what it is, where that can be seen.
fn unknown(map: &Object) -> crate::error::StudioError {
    if map.get("entries").is_some_and(|entries| entries.is_object() || entries.is_array()) {
        return bad("it is a lore book (world info), which is not read yet", "它是世界书（World Info），暂不支持导入");
    }
    if map.contains_key("gamestarted") {
        return bad("it is a KoboldCpp story without text", "它是没有正文的 KoboldCpp 故事");
    }
    if ["temperature", "temp", "top_p", "sampler_order"].iter().filter(|key| map.contains_key(**key)).count() >= 2 {
        return bad("it is a preset of sampling settings, no chat", "它是采样参数预设，不是对话");
    }
    bad(
        "a message has no role, and it is no chat of a program that is known (ChatGPT, Claude, Open WebUI, LibreChat, LM Studio, \
         Jan, SillyTavern, KoboldCpp, text-generation-webui, ShareGPT)",
        "消息没有角色，也不是已知程序的对话（ChatGPT、Claude、Open WebUI、LibreChat、LM Studio、Jan、SillyTavern、KoboldCpp、text-generation-webui、ShareGPT）",
    )
}

/// A file with one JSON a line: messages of one chat, or a chat each.
fn lines(text: &str, reader: &mut Reader) -> Result<()> {
    let mut talk = Talk::default();
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = n + 1;
        let value = json(line).map_err(|e| match e.cause() {
            crate::error::Cause::BadImport { reason } => {
                bad(format!("line {number}: {}", reason.en), format!("第 {number} 行：{}", reason.zh))
            }
            _ => e,
        })?;
        match value.as_object() {
            // SillyTavern's first line is about the chat.
            Some(map)
                if !map.contains_key("mes") && (map.contains_key("chat_metadata") || map.contains_key("user_name")) =>
            {
                head(map, &mut talk, reader);
            }
            Some(map) if is_chat(map) => object(map, reader)?,
            _ => message::read(&value, reader)?.to(&mut talk, reader)?,
        }
    }
    reader.keep(talk);
    Ok(())
}

fn head(map: &Object, talk: &mut Talk, reader: &mut Reader) {
    let name = |key: &str| map.get(key).and_then(Value::as_str).filter(|name| *name != "unused").unwrap_or_default();
    let titled = Talk::titled(name("character_name"));
    (talk.chat.title, talk.chat.speaker) = (titled.chat.title.clone(), titled.chat.title);
    talk.chat.person = Talk::titled(name("user_name")).chat.title;
    let note = map.get("chat_metadata").and_then(|data| data.get("note_prompt")).and_then(Value::as_str);
    if note.is_some_and(|note| !note.trim().is_empty()) {
        reader.note("an author's note", "作者注释");
    }
}
