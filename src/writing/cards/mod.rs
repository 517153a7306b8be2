//! Characters of other programs: cards as SillyTavern and similar programs write them, V1 (fields at the top), V2 and
//! V3 (fields under `data`), and older ones of Pygmalion and text-generation-webui (`char_name`, `char_persona`), as
//! JSON or inside a PNG or WebP (base64 of the JSON).
//!
//! Cards are written by many hands: what can be read of one is read, and what cannot is reported.

mod examples;
mod fields;
mod lore;
mod macros;
mod png;
mod webp;
mod world;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value, json};

pub use examples::examples;
pub use world::{World, world};

use crate::domain::Persona;
use crate::error::Result;
use crate::lang::Both;
use crate::writing::checks::is_han;
use crate::writing::untrusted::{self, MAX_FILE, bad, too_large};
use fields::Fields;
use macros::fill;

/// Largest JSON, in bytes.
const MAX_JSON: usize = 16 << 20;
/// Longest name, in characters.
const MAX_NAME: usize = 200;
/// Longest line that describes a character.
const MAX_ABOUT: usize = 300;
/// All texts of a card together, once names are put in.
const MAX_FILLED: usize = 32 << 20;

/// A character that was taken in, and what of its card has no place here.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    pub persona: Persona,
    pub left_out: Vec<Both>,
}

/// The cards inside a picture, the one that counts first.
struct Inside {
    cards: Vec<Coded>,
    /// The picture as PNG without them; `None` where it is none.
    picture: Option<Vec<u8>>,
}

/// A card as a picture holds it.
struct Coded {
    /// What the picture calls it.
    key: &'static str,
    text: Vec<u8>,
}

/// `None` where the bytes are no picture that can hold a card.
fn inside(bytes: &[u8]) -> Result<Option<Inside>> {
    Ok(match png::cards(bytes)? {
        Some(inside) => Some(inside),
        None => webp::cards(bytes)?,
    })
}

/// Whether a picture has a card inside.
pub fn is_card(bytes: &[u8]) -> bool {
    matches!(inside(bytes), Ok(Some(inside)) if !inside.cards.is_empty())
}

/// Whether bytes are meant to be a card, even one that cannot be read.
pub(super) fn looks_like_card(bytes: &[u8]) -> bool {
    if !matches!(inside(bytes), Ok(None)) {
        return true;
    }
    let text = untrusted::as_text(bytes).unwrap_or_default();
    let keys = ["\"chara_card_v", "\"first_mes\"", "\"mes_example\"", "\"char_name\"", "\"char_persona\""];
    text.starts_with('{') && keys.iter().any(|key| text.contains(key))
}

/// Reads a card from the bytes of a PNG, of a WebP or of JSON. Its macros stay; see [`spoken`]. Where the
/// card that counts is broken, an older one beside it is read, and that is reported.
///
/// Errors ([`Cause::BadImport`](crate::error::Cause::BadImport)): too large, a cut picture, no card inside, base64 or
/// JSON that is none, no name, or nothing that describes the character.
pub fn persona(bytes: &[u8]) -> Result<Imported> {
    if bytes.len() > MAX_FILE {
        return Err(too_large(bytes.len()));
    }
    let Some(inside) = inside(bytes)? else {
        return from_json(bytes);
    };
    let mut broken: Option<(&str, crate::error::StudioError)> = None;
    for card in &inside.cards {
        match decoded(&card.text).and_then(|json| from_json(&json)) {
            Ok(mut imported) => {
                if let Some((key, _)) = broken {
                    imported.left_out.push(Both::new(
                        format!("a broken card ({key}); the one beside it was read ({})", card.key),
                        format!("损坏的角色卡（{key}），已改读旁边的一份（{}）", card.key),
                    ));
                }
                imported.persona.avatar = inside.picture;
                return Ok(imported);
            }
            Err(error) => broken = broken.or(Some((card.key, error))),
        }
    }
    Err(broken.map_or_else(|| bad("the picture has no character inside", "图片中没有角色卡"), |(_, error)| error))
}

/// The JSON of a card inside a picture: base64 of it, or as it is.
fn decoded(text: &[u8]) -> Result<Vec<u8>> {
    if text.len() > MAX_JSON / 3 * 4 {
        return Err(too_large(text.len()));
    }
    if text.trim_ascii_start().starts_with(b"{") {
        return Ok(text.to_vec());
    }
    let text: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&STANDARD, lenient)
        .decode(text)
        .map_err(|e| bad("the card inside the picture is not base64", "图片中的角色卡不是 base64").with_details(e))
}

fn from_json(bytes: &[u8]) -> Result<Imported> {
    if bytes.len() > MAX_JSON {
        return Err(too_large(bytes.len()));
    }
    let text = untrusted::as_text(bytes)?;
    if text.is_empty() {
        return Err(bad("it is empty", "它是空的"));
    }
    let value = untrusted::json(text)?;
    // A chat may have a name and a system text too.
    let is_chat = |map: &Map<String, Value>| {
        ["messages", "mapping", "chat_messages", "conversations", "internal", "actions", "chat"]
            .iter()
            .any(|key| map.contains_key(*key))
    };
    match &value {
        Value::Object(top) if !is_chat(top) => read(&Fields::new(top)),
        _ => Err(bad("it is JSON, but not a card", "它是 JSON，但不是角色卡")),
    }
}

fn read(card: &Fields<'_>) -> Result<Imported> {
    let name = card.text(&["name", "char_name"])?.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = name.chars().take(MAX_NAME).collect();
    if name.is_empty() {
        return Err(card.fault().unwrap_or_else(|| bad("the card has no name", "角色卡没有名字")));
    }
    // V3 lets a card be called otherwise in the conversation.
    let nickname: String = card.text(&["nickname"])?.chars().take(MAX_NAME).collect();
    let text = |fields: &[&str]| card.text(fields);
    let about = [text(&["system_prompt"])?, text(&["description", "char_persona", "context"])?];
    let labelled = |label: &str, text: String| if text.is_empty() { text } else { format!("{label}: {text}") };
    let traits = labelled("Personality", text(&["personality"])?);
    let scene = labelled("Scenario", text(&["scenario", "world_scenario"])?);
    let system = about.into_iter().chain([traits, scene]).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n\n");

    let examples = text(&["mes_example", "example_dialogue"])?;
    let first = card.text(&["first_mes", "char_greeting", "greeting"])?;
    let others = card.texts(&["alternate_greetings"])?;
    let greetings: Vec<String> = std::iter::once(first).chain(others).filter(|g| !g.is_empty()).collect();
    if system.is_empty() && greetings.is_empty() {
        return Err(card.fault().unwrap_or_else(|| {
            bad(
                "the card says nothing about its character (no description, personality, scenario or greeting)",
                "角色卡没有任何描述（缺少描述、性格、场景和开场白）",
            )
        }));
    }
    let mut left_out = Vec::new();
    let persona = Persona {
        system,
        greetings,
        examples,
        nickname,
        lore: lore::read(card, &mut left_out),
        notes: card.text(&["creator_notes", "creatorcomment"])?,
        creator: card.text(&["creator"])?,
        tags: card.texts(&["tags"])?,
        name,
        ..Default::default()
    };
    // Its texts must have room for the names, whatever those are.
    let filled = spoken(&persona, "User")?;
    let mut unknown = BTreeSet::new();
    texts(&filled).for_each(|text| macros::unknown(text, &mut unknown));
    left_out.extend(unread(card, &unknown)?);
    Ok(Imported { persona, left_out })
}

/// The texts of a character that a model or a person reads.
fn texts(persona: &Persona) -> impl Iterator<Item = &String> {
    let lore = persona.lore.iter().map(|card| &card.about);
    [&persona.system, &persona.examples].into_iter().chain(&persona.greetings).chain(lore)
}

/// A character as it speaks with `user`: names instead of `{{char}}`, `{{user}}` and similar macros, and without notes
/// to whoever reads the card. Errors: with the names put in, its texts are larger than 32 MB.
pub fn spoken(persona: &Persona, user: &str) -> Result<Persona> {
    let mut persona = persona.clone();
    let called = if persona.nickname.is_empty() { persona.name.clone() } else { persona.nickname.clone() };
    let Persona { system, greetings, examples, lore, .. } = &mut persona;
    let lore = lore.iter_mut().flat_map(|card| [&mut card.name, &mut card.aliases, &mut card.about]);
    let mut left = MAX_FILLED;
    for text in [system, examples].into_iter().chain(greetings).chain(lore) {
        *text = fill(text, &called, user, &mut left).ok_or_else(|| {
            let mb = MAX_FILLED >> 20;
            bad(format!("with its names put in it has more than {mb} MB"), format!("代入名字后超过 {mb} MB"))
        })?;
    }
    Ok(persona)
}

/// What a card calls a person without a name, in its own language.
pub fn person_of(persona: &Persona) -> &'static str {
    let han = persona.greetings.iter().chain([&persona.system]).any(|text| text.chars().any(is_han));
    if han { "用户" } else { "User" }
}

/// The first line that describes a character, with the names put in; no longer than a row shows.
pub fn about(persona: &Persona, user: &str) -> String {
    let mut lines = [&persona.notes, &persona.system].into_iter().flat_map(|text| text.lines());
    let line = lines.find(|line| !line.trim().is_empty()).unwrap_or_default();
    let line: String = line.chars().take(MAX_ABOUT).collect();
    let called = if persona.nickname.is_empty() { &persona.name } else { &persona.nickname };
    fill(&line, called, user, &mut { MAX_FILLED }).unwrap_or(line)
}

/// Parts of a card that the studio does not use; they are reported.
fn unread(card: &Fields<'_>, unknown: &BTreeSet<String>) -> Result<Vec<Both>> {
    let mut out = Vec::new();
    if !card.text(&["post_history_instructions"])?.is_empty() {
        out.push(Both::new("instructions after the history", "历史之后的指令"));
    }
    let extensions = card.get("extensions");
    let note = extensions
        .and_then(|e| e.get("depth_prompt"))
        .filter(|note| note.get("prompt").and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty()));
    if let Some(note) = note {
        let depth = note.get("depth").and_then(Value::as_u64).unwrap_or(4);
        out.push(Both::new(format!("a note at depth {depth}"), format!("插入深度为 {depth} 的注释")));
    }
    let scripts = extensions.and_then(|e| e.get("regex_scripts")).and_then(Value::as_array).map_or(0, Vec::len);
    if scripts > 0 {
        out.push(Both::new(format!("{scripts} regex scripts"), format!("{scripts} 个正则脚本")));
    }
    if card.get("group_only_greetings").and_then(Value::as_array).is_some_and(|a| !a.is_empty()) {
        out.push(Both::new("greetings for groups", "群聊开场白"));
    }
    let main_icon = |a: &Value| a.get("type").and_then(Value::as_str) == Some("icon");
    if card.get("assets").and_then(Value::as_array).is_some_and(|a| a.iter().any(|x| !main_icon(x))) {
        out.push(Both::new("further pictures and sounds", "附带的图片和声音"));
    }
    if !unknown.is_empty() {
        let shown = unknown.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
        out.push(Both::new(
            format!("the meaning of unknown macros, which stay as text ({shown})"),
            format!("未知宏的含义，按原文保留（{shown}）"),
        ));
    }
    out.extend(card.odd());
    Ok(out)
}

/// The persona as a V2 card in JSON, which most programs read. The avatar is not part of it.
pub fn to_v2(persona: &Persona) -> String {
    let (first, others) = persona.greetings.split_first().map_or(("", &[][..]), |(f, o)| (f.as_str(), o));
    let card = json!({
        "spec": "chara_card_v2",
        "spec_version": "2.0",
        "data": {
            "name": persona.name,
            "nickname": persona.nickname,
            "description": persona.system,
            "personality": "",
            "scenario": "",
            "first_mes": first,
            "mes_example": persona.examples,
            "creator_notes": persona.notes,
            "system_prompt": "",
            "post_history_instructions": "",
            "alternate_greetings": others,
            "tags": persona.tags,
            "creator": persona.creator,
            "character_version": "",
            "extensions": {},
            "character_book": lore::book(&persona.lore),
        }
    });
    serde_json::to_string_pretty(&card).unwrap_or_default()
}

#[cfg(test)]
mod tests;
