//! Answers in JSON: they are code, whoever asked for them.

use serde::de::IgnoredAny;
use serde_json::Deserializer;

use crate::domain::document::Block;

/// A text that is one JSON object or array, or the beginning of one, as a block that shows it as it was written.
pub(in crate::writing) fn block(text: &str) -> Option<Block> {
    let text = text.trim();
    is_json(text).then(|| Block::Code { language: "json".to_owned(), text: text.to_owned() })
}

fn is_json(text: &str) -> bool {
    if !text.starts_with(['{', '[']) {
        return false;
    }
    let mut values = Deserializer::from_str(text).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => values.byte_offset() == text.len(),
        // An answer that is still written, or was stopped.
        Some(Err(error)) => error.is_eof(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn json_is_told_from_prose_in_brackets() {
        for text in ["{\"a\": \"*b*\"}", "{\n    \"a\": [1,", "[]", "[{\"a\": null}, 2]", "{"] {
            assert!(is_json(text), "{text}");
        }
        for text in
            ["", "true", "[a link](https://x.org)", "[1] a note", "{\"a\": 1} is what you want", "{name}: hello"]
        {
            assert!(!is_json(text), "{text}");
        }
    }
}
