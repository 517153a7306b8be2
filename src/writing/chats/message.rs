//! One message of a chat in JSON.

use serde_json::{Map, Value};

use super::{Reader, Talk, content, labels};
use crate::domain::Role;
use crate::error::Result;
use crate::writing::untrusted::{bad, wrong_type};

/// What a message says, and who says it.
#[derive(Default)]
pub(super) struct Said {
    pub(super) role: Option<Role>,
    pub(super) name: String,
    pub(super) versions: Vec<String>,
    pub(super) shown: usize,
}

impl Said {
    fn one(role: Role, name: &str, text: String) -> Self {
        Self { role: Some(role), name: name.to_owned(), versions: vec![text], shown: 0 }
    }

    /// Adds it to the end of a chat; one that was skipped has no role.
    pub(super) fn to(&self, talk: &mut Talk, reader: &mut Reader) -> Result<()> {
        let Some(role) = self.role else { return Ok(()) };
        let versions: Vec<&str> = self.versions.iter().map(String::as_str).collect();
        talk.say_versions(reader, role, &self.name, &versions, self.shown)
    }
}

fn string<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    map.get(key).and_then(Value::as_str)
}

/// Whether an object is a message at all.
pub(super) fn is_message(map: &Map<String, Value>) -> bool {
    ["role", "from", "sender", "author", "mes", "isCreatedByUser", "versions"].iter().any(|key| map.contains_key(*key))
}

pub(super) fn read(value: &Value, reader: &mut Reader) -> Result<Said> {
    match value {
        Value::Object(map) => object(map, reader),
        _ => Err(bad("a message is not an object", "有一条消息不是对象")),
    }
}

pub(super) fn object(map: &Map<String, Value>, reader: &mut Reader) -> Result<Said> {
    for key in ["attachments", "files", "images", "experimental_attachments"] {
        reader.files += map.get(key).and_then(Value::as_array).map_or(0, Vec::len);
    }
    if let Some(text) = map.get("mes") {
        return tavern(map, text, reader);
    }
    if let Some(Value::Array(versions)) = map.get("versions").filter(|_| !map.contains_key("role")) {
        return studio(map, versions, reader);
    }
    let Some(role) = role_of(map)? else {
        reader.tools += 1;
        return Ok(Said::default());
    };
    let text = content::text(map, reader)?;
    Ok(Said::one(role, string(map, "name").unwrap_or_default(), text))
}

/// Who says it; `None` for a tool.
fn role_of(map: &Map<String, Value>) -> Result<Option<Role>> {
    if let Some(by_user) = map.get("isCreatedByUser").and_then(Value::as_bool) {
        return Ok(Some(if by_user { Role::User } else { Role::Assistant }));
    }
    let author = map.get("author").and_then(|author| author.get("role").or(Some(author)));
    let word = ["role", "from", "sender"].iter().find_map(|key| map.get(*key)).or(author).and_then(Value::as_str);
    let Some(word) = word else { return Err(bad("a message has no role", "有一条消息没有角色")) };
    if let Some(role) = labels::role(word) {
        return Ok(Some(role));
    }
    match word.to_ascii_lowercase().as_str() {
        "tool" | "function" | "function_call" | "observation" | "tool_call" | "tool_response" | "tool_result" => {
            Ok(None)
        }
        _ => {
            let shown: String = word.chars().take(40).collect();
            Err(bad(format!("the role \u{201c}{shown}\u{201d} is unknown"), format!("未知的角色“{shown}”")))
        }
    }
}

/// SillyTavern: a swipe is a version.
fn tavern(map: &Map<String, Value>, text: &Value, reader: &mut Reader) -> Result<Said> {
    let text = match text {
        Value::String(text) => text.as_str(),
        Value::Null => "",
        _ => return Err(wrong_type("mes")),
    };
    if map.get("is_system").and_then(Value::as_bool) == Some(true) {
        reader.hidden += 1;
        return Ok(Said::default());
    }
    let extra = |key: &str| map.get("extra").and_then(|extra| extra.get(key));
    reader.thoughts += usize::from(extra("reasoning").and_then(Value::as_str).is_some_and(|t| !t.trim().is_empty()));
    reader.parts += usize::from(["image", "video", "file"].iter().any(|key| extra(key).is_some_and(|v| !v.is_null())));
    let user = map.get("is_user").and_then(Value::as_bool) == Some(true);
    let mut said = Said::one(
        if user { Role::User } else { Role::Assistant },
        string(map, "name").unwrap_or_default(),
        text.to_owned(),
    );
    if let Some(Value::Array(swipes)) = map.get("swipes") {
        let shown = map.get("swipe_id").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        let mut versions: Vec<String> =
            swipes.iter().map(|swipe| swipe.as_str().unwrap_or_default().to_owned()).collect();
        // The current message may have been edited since it was a swipe.
        match shown.filter(|n| *n < versions.len()) {
            Some(n) => (versions[n], said.shown) = (text.to_owned(), n),
            None => (said.shown, _) = (versions.len(), versions.push(text.to_owned())),
        }
        said.versions = versions;
    }
    Ok(said)
}

/// LM Studio: each version is a message, or steps of one.
fn studio(map: &Map<String, Value>, versions: &[Value], reader: &mut Reader) -> Result<Said> {
    let shown = map.get("currentlySelected").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let shown = shown.filter(|n| *n < versions.len()).unwrap_or(versions.len().saturating_sub(1));
    let mut said = Said { shown, ..Said::default() };
    for version in versions {
        let Value::Object(version) = version else { return Err(wrong_type("versions")) };
        said.role = role_of(version)?;
        let mut texts = Vec::new();
        match version.get("steps") {
            Some(Value::Array(steps)) => {
                for step in steps.iter().filter_map(Value::as_object) {
                    let style = step.get("style").and_then(|s| s.get("type")).and_then(Value::as_str);
                    match step.get("type").and_then(Value::as_str) {
                        _ if style == Some("thinking") => reader.thoughts += 1,
                        Some("contentBlock") | None => texts.push(content::text(step, reader)?),
                        // About the model, for programmers.
                        Some(kind) if kind.contains("debug") || kind == "status" => {}
                        Some(_) => reader.tools += 1,
                    }
                }
            }
            _ => texts.push(content::text(version, reader)?),
        }
        texts.retain(|text| !text.trim().is_empty());
        said.versions.push(texts.join("\n\n"));
    }
    Ok(said)
}
