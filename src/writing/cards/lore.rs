//! Lore books of cards: facts about a world, each entry with the words that trigger it. They become cards, as a page
//! has them.

use serde_json::{Map, Value, json};

use super::MAX_NAME;
use super::fields::{Fields, MAX_FIELD};
use crate::domain::{CardKind, StoryCard};
use crate::lang::Both;

/// Entries that are read.
const MAX_ENTRIES: usize = 1000;

/// The entries that are switched on and say something; what cannot be kept of the book goes into `left_out`.
pub(super) fn read(card: &Fields<'_>, left_out: &mut Vec<Both>) -> Vec<StoryCard> {
    let entries: Vec<&Map<String, Value>> = match card.get("character_book").and_then(|book| book.get("entries")) {
        Some(Value::Array(entries)) => entries.iter().filter_map(Value::as_object).collect(),
        // As the books of SillyTavern's worlds have them.
        Some(Value::Object(entries)) => entries.values().filter_map(Value::as_object).collect(),
        _ => Vec::new(),
    };
    cards(entries, left_out)
}

/// The same of entries that are elsewhere.
pub(super) fn cards(entries: Vec<&Map<String, Value>>, left_out: &mut Vec<Both>) -> Vec<StoryCard> {
    let (mut cards, mut off, mut bound, mut more) = (Vec::new(), 0, 0, 0);
    for entry in entries {
        let is = |key: &str| entry.get(key).and_then(Value::as_bool);
        let text = |keys: [&str; 3]| {
            let texts = keys.iter().filter_map(|key| entry.get(*key).and_then(Value::as_str)).map(str::trim);
            texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
        };
        let about = text(["content", "entry", "text"]);
        if about.is_empty() {
            continue;
        }
        if is("enabled") == Some(false) || is("disable") == Some(true) || is("widisabled") == Some(true) {
            off += 1;
            continue;
        }
        if cards.len() == MAX_ENTRIES || about.len() > MAX_FIELD {
            more += 1;
            continue;
        }
        let words = words(entry, &["keys", "key", "keywords"]);
        let name = text(["name", "comment", "displayName"]).split_whitespace().collect::<Vec<_>>().join(" ");
        let name: String = if name.is_empty() { words.first().cloned().unwrap_or_default() } else { name };
        let name: String = name.chars().take(MAX_NAME).collect();
        let second =
            !self::words(entry, &["secondary_keys", "keysecondary"]).is_empty() && is("selective") != Some(false);
        bound += usize::from(second || is("use_regex") == Some(true));
        let id = cards.len() as u64 + 1;
        let aliases = words.iter().filter(|word| word.to_lowercase() != name.to_lowercase());
        let aliases = aliases.cloned().collect::<Vec<_>>().join(", ");
        // Without a trigger word it is always read.
        let always = is("constant") == Some(true) || is("forceActivation") == Some(true) || words.is_empty();
        let name = if name.is_empty() { id.to_string() } else { name };
        let about = about.replace("\r\n", "\n");
        cards.push(StoryCard { id, kind: CardKind::Lore, name, aliases, about, looks: String::new(), always });
    }
    let mut note = |n: usize, en: &str, zh: &str| {
        if n > 0 {
            left_out.push(Both::new(en.replace("{}", &n.to_string()), zh.replace("{}", &n.to_string())));
        }
    };
    note(off, "lore entries that are switched off ({})", "{} 条已停用的世界书条目");
    note(bound, "second keywords and patterns of lore entries ({})", "{} 条世界书条目的次要关键词或正则");
    note(more, "lore entries beyond what is read ({})", "{} 条超出范围的世界书条目");
    cards
}

/// The words that trigger an entry: a list, or a text with commas.
fn words(entry: &Map<String, Value>, names: &[&str]) -> Vec<String> {
    let all: Vec<&str> = match names.iter().find_map(|name| entry.get(*name)) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.split([',', '，']).collect(),
        _ => Vec::new(),
    };
    // A comma would part it from itself.
    let all = all.into_iter().map(|word| word.replace([',', '，', '、'], " ").trim().to_owned());
    all.filter(|word| !word.is_empty() && word.len() <= MAX_NAME).take(64).collect()
}

/// The cards as the book of a card of another program; `null` where there are none.
pub(super) fn book(cards: &[StoryCard]) -> Value {
    let entry = |(order, card): (usize, &StoryCard)| {
        let names = std::iter::once(card.name.as_str()).chain(card.aliases.split([',', '，', '、']));
        let keys: Vec<&str> = names.map(str::trim).filter(|name| !name.is_empty()).collect();
        json!({
            "id": card.id,
            "name": card.name,
            "comment": card.name,
            "keys": keys,
            "secondary_keys": [],
            "content": card.about,
            "constant": card.always,
            "selective": false,
            "enabled": true,
            "insertion_order": order,
            "extensions": {},
        })
    };
    match cards {
        [] => Value::Null,
        cards => json!({ "entries": cards.iter().enumerate().map(entry).collect::<Vec<_>>(), "extensions": {} }),
    }
}
