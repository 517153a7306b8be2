//! Characters and chats of other programs.
//!
//! Characters: cards as SillyTavern and its kin write them, V1 (fields at the top), V2 and V3 (fields under `data`),
//! as JSON or inside a PNG (text chunk `ccv3` or `chara`, base64 of the JSON). Chats: see [`chat`].
//!
//! Files come from strangers: sizes and counts are bounded, wrong types are refused with the field's name, and
//! nothing in a card is run.

mod chat;
mod chat_text;
mod examples;
mod macros;
mod png;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value, json};

pub use chat::{Chat, chat};
pub use examples::examples;

use crate::domain::Persona;
use crate::error::{Cause, Result, StudioError};
use crate::lang::Both;
use macros::fill;

/// Largest file, and largest JSON, in bytes.
pub const MAX_FILE: usize = 64 << 20;
const MAX_JSON: usize = 16 << 20;
/// Longest text of one field, most greetings and tags.
const MAX_FIELD: usize = 1 << 20;
const MAX_LIST: usize = 256;
/// Longest name, in characters.
const MAX_NAME: usize = 200;
/// All texts of a card together, once names are put in.
const MAX_FILLED: usize = 32 << 20;
/// Values of one JSON: a hundred times what the longest chats have.
const MAX_VALUES: usize = 2_000_000;

/// A character that was taken in, and what of its card has no place here.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    pub persona: Persona,
    pub left_out: Vec<Both>,
}

/// Whether a PNG has a card inside.
pub fn is_card(bytes: &[u8]) -> bool {
    matches!(png::card(bytes), Ok(Some(_)))
}

/// Reads a card from the bytes of a PNG or of JSON. `user` is what the card's `{{user}}` becomes.
///
/// Errors ([`Cause::BadImport`]): too large, a cut PNG, no card inside, base64 or JSON that is none, a field of a
/// wrong type, no name, or nothing that describes the character.
pub fn persona(bytes: &[u8], user: &str) -> Result<Imported> {
    if bytes.len() > MAX_FILE {
        return Err(too_large(bytes.len()));
    }
    let Some(card) = png::card(bytes)? else {
        return from_json(bytes, user);
    };
    if card.base64.len() > MAX_JSON / 3 * 4 {
        return Err(too_large(card.base64.len()));
    }
    let text: Vec<u8> = card.base64.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let json = GeneralPurpose::new(&STANDARD, lenient)
        .decode(text)
        .map_err(|e| bad("the card inside the picture is not base64", "图片中的角色卡不是 base64").with_details(e))?;
    let mut imported = from_json(&json, user)?;
    imported.persona.avatar = Some(card.picture);
    Ok(imported)
}

fn bad(en: impl Into<String>, zh: impl Into<String>) -> StudioError {
    Cause::BadImport { reason: Both::new(en, zh) }.into()
}

fn too_large(bytes: usize) -> StudioError {
    let mb = bytes >> 20;
    bad(format!("it is too large ({mb} MB)"), format!("文件过大（{mb} MB）"))
}

/// The JSON inside the bytes. serde_json refuses NaN and stops at 128 levels by itself.
fn parse(bytes: &[u8]) -> Result<Value> {
    if bytes.len() > MAX_JSON {
        return Err(too_large(bytes.len()));
    }
    let text =
        std::str::from_utf8(bytes).map_err(|e| bad("it is not text in UTF-8", "它不是 UTF-8 文本").with_details(e))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(bad("it is empty", "它是空的"));
    }
    values(text)?;
    serde_json::from_str(text).map_err(|e| bad(format!("it is not JSON ({e})"), format!("它不是 JSON（{e}）")))
}

/// Refuses JSON of so many values that they would take far more memory than their letters. Looks at the first value
/// only: further lines are read one by one.
fn values(text: &str) -> Result<()> {
    let (mut n, mut depth, mut quoted, mut escaped) = (0_usize, 0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => (n, depth) = (n + 1, depth + 1),
            b',' => n += 1,
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    if n <= MAX_VALUES {
        return Ok(());
    }
    Err(bad(
        format!("it has {n} values (at most {MAX_VALUES} are read)"),
        format!("它有 {n} 个值（最多读取 {MAX_VALUES} 个）"),
    ))
}

fn from_json(bytes: &[u8], user: &str) -> Result<Imported> {
    let value = parse(bytes)?;
    let Value::Object(top) = &value else {
        return Err(bad("it is JSON, but not a card", "它是 JSON，但不是角色卡"));
    };
    let data = match top.get("data") {
        Some(Value::Object(data)) => data,
        Some(_) if top.contains_key("spec") => return Err(wrong_type("data")),
        _ => top,
    };
    read(data, user)
}

fn wrong_type(field: &str) -> StudioError {
    bad(format!("its field \u{201c}{field}\u{201d} is of a wrong type"), format!("字段“{field}”的类型不对"))
}

/// A text field; absent and null are empty.
fn text(data: &Map<String, Value>, field: &str) -> Result<String> {
    match data.get(field) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => bounded(text, field),
        Some(_) => Err(wrong_type(field)),
    }
}

fn bounded(text: &str, field: &str) -> Result<String> {
    if text.len() > MAX_FIELD {
        return Err(bad(
            format!("its field \u{201c}{field}\u{201d} is longer than 1 MB"),
            format!("字段“{field}”超过 1 MB"),
        ));
    }
    Ok(text.replace("\r\n", "\n").trim().to_owned())
}

fn texts(data: &Map<String, Value>, field: &str) -> Result<Vec<String>> {
    let items = match data.get(field) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(wrong_type(field)),
    };
    if items.len() > MAX_LIST {
        let n = items.len();
        return Err(bad(
            format!("its field \u{201c}{field}\u{201d} has {n} entries"),
            format!("字段“{field}”有 {n} 项，过多"),
        ));
    }
    let read = |item: &Value| item.as_str().map_or_else(|| Err(wrong_type(field)), |text| bounded(text, field));
    items.iter().map(read).filter(|text| !matches!(text, Ok(t) if t.is_empty())).collect()
}

fn read(data: &Map<String, Value>, user: &str) -> Result<Imported> {
    let name = text(data, "name")?.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = name.chars().take(MAX_NAME).collect();
    if name.is_empty() {
        return Err(bad("the card has no name", "角色卡没有名字"));
    }
    // V3 lets a card be called otherwise in the conversation.
    let nickname: String = text(data, "nickname")?.chars().take(MAX_NAME).collect();
    let called = if nickname.is_empty() { &name } else { &nickname };
    let mut left = MAX_FILLED;
    let mut put_in = |text: &str| {
        let mb = MAX_FILLED >> 20;
        fill(text, called, user, &mut left).ok_or_else(|| {
            bad(format!("with its names put in it has more than {mb} MB"), format!("代入名字后超过 {mb} MB"))
        })
    };
    let mut filled = |field: &str| -> Result<String> { put_in(&text(data, field)?) };

    let about = [filled("system_prompt")?, filled("description")?];
    let labelled = |label: &str, text: String| if text.is_empty() { text } else { format!("{label}: {text}") };
    let traits = labelled("Personality", filled("personality")?);
    let scene = labelled("Scenario", filled("scenario")?);
    let system = about.into_iter().chain([traits, scene]).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n\n");

    let first = text(data, "first_mes")?;
    let others = texts(data, "alternate_greetings")?;
    let examples = filled("mes_example")?;
    let greetings = std::iter::once(first).chain(others).filter(|g| !g.is_empty()).map(|g| put_in(&g));
    let greetings = greetings.collect::<Result<Vec<String>>>()?;
    if system.is_empty() && greetings.is_empty() {
        return Err(bad(
            "the card says nothing about its character (no description, personality, scenario or greeting)",
            "角色卡没有任何描述（缺少描述、性格、场景和开场白）",
        ));
    }
    let notes = match text(data, "creator_notes")? {
        notes if notes.is_empty() => text(data, "creatorcomment")?,
        notes => notes,
    };
    let persona = Persona {
        system,
        greetings,
        examples,
        notes,
        creator: text(data, "creator")?,
        tags: texts(data, "tags")?,
        name,
        ..Default::default()
    };
    Ok(Imported { persona, left_out: left_out(data) })
}

/// Parts of a card that the studio has no use for; told, so that nobody misses them unknowingly.
fn left_out(data: &Map<String, Value>) -> Vec<Both> {
    let mut out = Vec::new();
    let filled = |field: &str| data.get(field).is_some_and(|v| !v.is_null() && v.as_str() != Some(""));
    let entries = data.get("character_book").and_then(|b| b.get("entries"));
    let count = entries.map_or(0, |e| e.as_array().map_or_else(|| e.as_object().map_or(0, Map::len), Vec::len));
    if count > 0 {
        out.push(Both::new(format!("a lore book of {count} entries"), format!("含 {count} 条的世界书")));
    }
    if filled("post_history_instructions") {
        out.push(Both::new("instructions after the history", "历史之后的指令"));
    }
    if data.get("group_only_greetings").and_then(Value::as_array).is_some_and(|a| !a.is_empty()) {
        out.push(Both::new("greetings for groups", "群聊开场白"));
    }
    let main_icon = |a: &Value| a.get("type").and_then(Value::as_str) == Some("icon");
    if data.get("assets").and_then(Value::as_array).is_some_and(|a| a.iter().any(|x| !main_icon(x))) {
        out.push(Both::new("further pictures and sounds", "附带的图片和声音"));
    }
    out
}

/// The persona as a V2 card in JSON, which most programs read. The avatar is not part of it.
pub fn to_v2(persona: &Persona) -> String {
    let (first, others) = persona.greetings.split_first().map_or(("", &[][..]), |(f, o)| (f.as_str(), o));
    let card = json!({
        "spec": "chara_card_v2",
        "spec_version": "2.0",
        "data": {
            "name": persona.name,
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
        }
    });
    serde_json::to_string_pretty(&card).unwrap_or_default()
}

#[cfg(test)]
mod tests;
