//! Lore books that are files of their own: worlds of SillyTavern (`entries` by their numbers), world info of KoboldAI and
//! KoboldCpp (a list), lorebooks of NovelAI and memory books of Agnaistic.

use serde_json::{Map, Value};

use super::{MAX_JSON, MAX_NAME, lore};
use crate::domain::{StoryCard, plural};
use crate::error::Result;
use crate::lang::Both;
use crate::writing::untrusted::{self, bad};

/// A lore book, its entries as cards.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// Empty where the file does not say.
    pub name: String,
    pub cards: Vec<StoryCard>,
    pub left_out: Vec<Both>,
}

/// Reads a lore book of at most 16 MB. `None` where the bytes are none.
///
/// Errors: entries of a wrong type, or none that says something and is switched on.
pub fn world(bytes: &[u8]) -> Option<Result<World>> {
    let text = untrusted::as_text(bytes).ok().filter(|text| text.starts_with(['{', '[']))?;
    // Chats and cards are read elsewhere; a quick look, for they may be large.
    if !text.starts_with('[') && !text.contains("\"entries\"") {
        return None;
    }
    if bytes.len() > MAX_JSON {
        return None;
    }
    let value = untrusted::json(text).ok()?;
    match &value {
        Value::Object(top) if is_book(top) => Some(book(top)),
        Value::Array(items) if is_list(items) => {
            Some(made(String::new(), items.iter().filter_map(Value::as_object).collect()))
        }
        _ => None,
    }
}

/// Entries at the top, and nothing that only cards and chats have.
fn is_book(top: &Map<String, Value>) -> bool {
    let theirs = ["data", "spec", "first_mes", "char_name", "messages", "mapping", "actions", "chat"];
    top.contains_key("entries") && !theirs.iter().any(|key| top.contains_key(*key))
}

/// A list of entries: each has trigger words and a text, and nobody says it.
fn is_list(items: &[Value]) -> bool {
    let entry = |item: &Value| {
        let has = |keys: &[&str]| keys.iter().any(|key| item.get(*key).is_some());
        has(&["key", "keys", "keywords"])
            && has(&["content", "entry", "text"])
            && !has(&["role", "from", "mes", "name"])
    };
    !items.is_empty() && items.iter().all(entry)
}

fn book(top: &Map<String, Value>) -> Result<World> {
    let text = |key: &str| top.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("name").split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_NAME).collect();
    let entries: Vec<&Value> = match top.get("entries") {
        Some(Value::Array(entries)) => entries.iter().collect(),
        Some(Value::Object(entries)) => entries.values().collect(),
        _ => return Err(untrusted::wrong_type("entries")),
    };
    let read: Vec<&Map<String, Value>> = entries.iter().filter_map(|entry| entry.as_object()).collect();
    if read.is_empty() && !entries.is_empty() {
        return Err(untrusted::wrong_type("entries"));
    }
    made(name, read)
}

fn made(name: String, entries: Vec<&Map<String, Value>>) -> Result<World> {
    let (count, mut left_out) = (entries.len(), Vec::new());
    let cards = lore::cards(entries, &mut left_out);
    if !cards.is_empty() {
        return Ok(World { name, cards, left_out });
    }
    Err(match count {
        0 => bad("the lore book has no entries", "世界书里没有条目"),
        n => bad(
            format!("none of the lore book's {n} {} is switched on and says something", plural(n, "entry", "entries")),
            format!("世界书的 {n} 个条目都已停用或没有内容"),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    fn cards(json: &str) -> Vec<(String, String, String, bool)> {
        let world = world(json.as_bytes()).expect("a lore book").unwrap();
        world.cards.into_iter().map(|card| (card.name, card.aliases, card.about, card.always)).collect()
    }

    fn card(name: &str, aliases: &str, about: &str, always: bool) -> (String, String, String, bool) {
        (name.into(), aliases.into(), about.into(), always)
    }

    #[test]
    fn worlds_of_every_program_become_cards() {
        let tavern = r#"{"name":"Mill  Town","entries":{"0":{"uid":0,"key":["mill","the wheel"],"keysecondary":[],
            "comment":"Mill","content":"It burnt down.","constant":false,"selective":true,"disable":false},
            "1":{"uid":1,"key":[],"comment":"Law","content":"No lying.","constant":true,"disable":false},
            "2":{"uid":2,"key":["x"],"content":"off","disable":true}}}"#;
        let wanted = vec![card("Mill", "the wheel", "It burnt down.", false), card("Law", "", "No lying.", true)];
        assert_eq!(cards(tavern), wanted);
        let read = world(tavern.as_bytes()).unwrap().unwrap();
        assert_eq!(read.name, "Mill Town");
        assert_eq!(read.left_out[0].get(Lang::En), "lore entries that are switched off (1)");
        let kobold = r#"[{"key":"dog,hound","keysecondary":"","content":"It is old.","comment":"","folder":null,
            "selective":false,"constant":false},{"key":"cat","content":"no","widisabled":true}]"#;
        assert_eq!(cards(kobold), [card("dog", "hound", "It is old.", false)]);
        let novel = r#"{"lorebookVersion":5,"entries":[{"text":"A port.","displayName":"Ostra","keys":["ostra"],
            "enabled":true,"forceActivation":false}]}"#;
        assert_eq!(cards(novel), [card("Ostra", "", "A port.", false)]);
        let agnai = r#"{"kind":"memory","name":"B","entries":[{"name":"Ada","entry":"A clockmaker.","keywords":["ada","A. L."],
            "priority":1,"enabled":true}]}"#;
        assert_eq!(cards(agnai), [card("Ada", "A. L.", "A clockmaker.", false)]);
    }

    #[test]
    fn bad_lore_books_say_what_is_wrong_and_other_files_are_none() {
        let why = |json: &str| world(json.as_bytes()).expect("meant to be one").unwrap_err().summary(Lang::En);
        assert!(why(r#"{"entries":{}}"#).contains("no entries"));
        assert!(why(r#"{"entries":7}"#).contains("\u{201c}entries\u{201d} is of a wrong type"));
        assert!(why(r#"{"entries":[1,2]}"#).contains("of a wrong type"));
        let off = r#"{"entries":[{"key":["a"],"content":" "},{"key":["b"],"content":"c","enabled":false}]}"#;
        assert!(why(off).contains("none of the lore book's 2 entries"));
        for other in [
            "",
            "[]",
            "[1]",
            "plain",
            r#"{"entries":"#,
            r#"{"name":"A","description":"x"}"#,
            r#"{"spec":"chara_card_v2","entries":{}}"#,
            r#"[{"role":"user","content":"hi","key":"k"}]"#,
        ] {
            assert!(world(other.as_bytes()).is_none(), "{other}");
        }
        assert!(world(b"\xff\xfe{").is_none());
    }
}
