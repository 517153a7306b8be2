//! Single values of the JSON that other programs write into pictures, as the text of a field.

use serde_json::Value;

/// A text or a number as it is written.
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(on) => Some(on.to_string()),
        _ => None,
    }
}
