//! text-generation-webui: a question and an answer in each pair.

use serde_json::{Map, Value};

use super::{Reader, Talk};
use crate::domain::Role;
use crate::error::Result;
use crate::writing::untrusted::wrong_type;

/// The placeholder for the question before a greeting.
const NO_QUESTION: &str = "<|BEGIN-VISIBLE-CHAT|>";

/// The raw texts; those beside them, under `visible`, are HTML.
fn listed(map: &Map<String, Value>) -> Option<&Vec<Value>> {
    let old = map.get("data").filter(|_| map.contains_key("data_visible"));
    map.get("internal").or(old).and_then(Value::as_array)
}

pub(super) fn is_pairs(map: &Map<String, Value>) -> bool {
    listed(map).is_some()
}

pub(super) fn read(map: &Map<String, Value>, talk: &mut Talk, reader: &mut Reader) -> Result<()> {
    let name = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    (talk.chat.person, talk.chat.speaker) = (name("name1"), name("name2"));
    for (n, pair) in listed(map).into_iter().flatten().enumerate() {
        let (Some(question), Some(answer)) = (pair.get(0), pair.get(1)) else { return Err(wrong_type("internal")) };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (question, answer) = (text(question), text(answer));
        if question != NO_QUESTION {
            talk.say(reader, Role::User, "", &question)?;
        }
        let about = map.get("metadata").and_then(|data| data.get(format!("assistant_{n}")));
        let about = about.and_then(Value::as_object);
        let versions = about.and_then(|a| a.get("versions")).and_then(Value::as_array);
        let mut versions: Vec<&str> =
            versions.into_iter().flatten().filter_map(|v| v.get("content").and_then(Value::as_str)).collect();
        let shown = about.and_then(|a| a.get("current_version_index")).and_then(Value::as_u64);
        match shown.and_then(|n| versions.get_mut(usize::try_from(n).ok()?)) {
            Some(current) => *current = &answer,
            None => versions.push(&answer),
        }
        let shown = versions.iter().position(|text| *text == answer).unwrap_or_default();
        talk.say_versions(reader, Role::Assistant, "", &versions, shown)?;
    }
    Ok(())
}
