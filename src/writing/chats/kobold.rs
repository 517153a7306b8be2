//! KoboldCpp's saves: one text in pieces, in which marks or names say who speaks.

use serde_json::{Map, Value};

use super::{Reader, Talk, labels};
use crate::domain::{Role, plural};
use crate::error::Result;
use crate::writing::untrusted::bad;

const MARKS: [(&str, Option<Role>); 6] = [
    ("{{[INPUT]}}", Some(Role::User)),
    ("{{[OUTPUT]}}", Some(Role::Assistant)),
    ("{{[SYSTEM]}}", Some(Role::System)),
    ("{{[INPUT_END]}}", None),
    ("{{[OUTPUT_END]}}", None),
    ("{{[SYSTEM_END]}}", None),
];

pub(super) fn is_save(map: &Map<String, Value>) -> bool {
    map.get("actions").is_some_and(Value::is_array) && map.get("prompt").is_some_and(Value::is_string)
}

pub(super) fn read(map: &Map<String, Value>, talk: &mut Talk, reader: &mut Reader) -> Result<()> {
    let string =
        |map: &Map<String, Value>, key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let empty = Map::new();
    let settings = map.get("savedsettings").and_then(Value::as_object).unwrap_or(&empty);
    let mut text = string(map, "prompt");
    for piece in map.get("actions").and_then(Value::as_array).into_iter().flatten() {
        text.push_str(piece.as_str().unwrap_or_default());
    }
    talk.system(&string(map, "memory"));
    if !string(map, "authorsnote").trim().is_empty() {
        reader.note("an author's note", "作者注释");
    }
    let entries = map.get("worldinfo").and_then(Value::as_array).map_or(0, Vec::len);
    if entries > 0 {
        let word = plural(entries, "entry", "entries");
        reader.note(format!("a lore book of {entries} {word}"), format!("含 {entries} 条的世界书"));
    }
    // Saves without marks have the tags of their settings, which write a line break as two letters.
    for (key, mark) in [("instruct_starttag", MARKS[0].0), ("instruct_endtag", MARKS[1].0)] {
        let tag = string(settings, key).replace("\\n", "\n").trim().to_owned();
        if !tag.is_empty() {
            text = text.replace(&tag, mark);
        }
    }
    if text.contains(MARKS[0].0) || text.contains(MARKS[1].0) {
        return marked(&text, talk, reader);
    }
    let person =
        Some(string(settings, "chatname")).filter(|name| !name.is_empty()).unwrap_or_else(|| "User".to_owned());
    let others: Vec<String> = string(settings, "chatopponent").split("||$||").map(str::to_owned).collect();
    if spoken(&text, &person, &others, talk, reader)? {
        return Ok(());
    }
    if text.trim().is_empty() {
        return Ok(());
    }
    let n = text.chars().count();
    Err(bad(
        format!("it is a KoboldCpp story of {n} letters, not a chat: paste its text into a page"),
        format!("它是 {n} 字的 KoboldCpp 故事，不是对话：请把正文粘贴到稿纸中"),
    ))
}

/// Turns between marks.
fn marked(text: &str, talk: &mut Talk, reader: &mut Reader) -> Result<()> {
    let mut role = None;
    let mut rest = text;
    while !rest.is_empty() {
        let next = MARKS.iter().filter_map(|mark| Some((rest.find(mark.0)?, mark))).min_by_key(|(at, _)| *at);
        let (before, after, then) = match next {
            Some((at, mark)) => (&rest[..at], &rest[at + mark.0.len()..], mark.1),
            None => (rest, "", None),
        };
        match role {
            Some(role) => talk.say(reader, role, "", before)?,
            // What comes before the first mark is a greeting or a scene.
            None => talk.say(reader, Role::Assistant, "", before)?,
        }
        (role, rest) = (then, after);
    }
    Ok(())
}

/// Turns that begin with a name of the settings; whether there are any.
fn spoken(text: &str, person: &str, others: &[String], talk: &mut Talk, reader: &mut Reader) -> Result<bool> {
    let mut open: Option<(Role, String, String)> = None;
    for line in text.lines() {
        let named = labels::label(line).and_then(|(name, rest)| {
            let known = name == person || others.iter().any(|other| other == name);
            known.then_some((if name == person { Role::User } else { Role::Assistant }, name, rest))
        });
        match (named, &mut open) {
            (Some((role, name, rest)), _) => {
                if let Some((role, name, text)) = open.take() {
                    talk.say(reader, role, &name, &text)?;
                }
                open = Some((role, name.to_owned(), rest.to_owned()));
            }
            (None, Some((_, _, text))) => {
                text.push('\n');
                text.push_str(line);
            }
            // A scene before the first name.
            (None, None) => talk.system(line),
        }
    }
    let Some((role, name, text)) = open else { return Ok(false) };
    talk.say(reader, role, &name, &text)?;
    Ok(true)
}
