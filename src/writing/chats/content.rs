//! The text of a message, whatever it is wrapped in.

use serde_json::{Map, Value};

use super::Reader;
use crate::error::Result;
use crate::writing::untrusted::wrong_type;

/// Fields that hold a message's text, in order of preference.
const FIELDS: [&str; 7] = ["content", "value", "parts", "text", "message", "msg", "data"];
/// How deep parts hold parts.
const MAX_DEPTH: usize = 6;

/// A message's text; what is no text is counted.
pub(super) fn text(map: &Map<String, Value>, reader: &mut Reader) -> Result<String> {
    for field in FIELDS {
        let Some(value) = map.get(field) else { continue };
        let mut texts = Vec::new();
        collect(value, 0, reader, &mut texts).map_err(|()| wrong_type(field))?;
        // Claude's exports have an empty list of parts beside the text of old messages.
        if !texts.is_empty() {
            return Ok(texts.join("\n\n"));
        }
    }
    Ok(String::new())
}

/// Texts out of a string, a part, or a list of them.
fn collect(value: &Value, depth: usize, reader: &mut Reader, out: &mut Vec<String>) -> std::result::Result<(), ()> {
    match value {
        Value::String(text) if text.trim().is_empty() => Ok(()),
        Value::String(text) => {
            out.push(text.clone());
            Ok(())
        }
        Value::Null => Ok(()),
        Value::Array(parts) if depth < MAX_DEPTH => {
            // What is odd among parts is passed over; a text that is odd as a whole is not.
            for part in parts {
                if collect(part, depth + 1, reader, out).is_err() {
                    reader.parts += 1;
                }
            }
            Ok(())
        }
        Value::Object(part) if depth < MAX_DEPTH => {
            let kind = ["type", "content_type"].iter().find_map(|key| part.get(*key).and_then(Value::as_str));
            let kind = kind.unwrap_or_default().to_ascii_lowercase();
            if part.get("thought").and_then(Value::as_bool) == Some(true)
                || ["thought", "thinking", "reasoning", "debuginfo"].iter().any(|word| kind.contains(word))
            {
                reader.thoughts += 1;
                return Ok(());
            }
            if ["tool", "function", "execution_output", "tether"].iter().any(|word| kind.contains(word)) {
                reader.tools += 1;
                return Ok(());
            }
            let inner = ["text", "value", "parts", "content", "refusal"].iter().find_map(|key| part.get(*key));
            match inner {
                Some(inner) => collect(inner, depth + 1, reader, out),
                None => {
                    reader.parts += 1;
                    Ok(())
                }
            }
        }
        _ => Err(()),
    }
}
