//! The settings of a picture as text, in A1111's form, which most image programs read:
//! ```text
//! a red apple
//! Negative prompt: blurry
//! Steps: 24, Sampler: Euler, CFG scale: 3, Seed: 42, Size: 64x64, Model hash: 0123456789, Model: sticker-64, ...
//! ```
//! The form is ambiguous: a prompt may itself hold a line that begins with `Negative prompt:`. So the writer reads
//! back what it wrote, and where that is not what it was given, it adds the fields `Exact prompt` and `Exact negative
//! prompt` as JSON strings. Other programs skip fields that they do not know; ours reads every record back exactly.

mod find;

use super::written::{FULL_HASH, Written, rarer, record_of};
use super::{MAX_TEXT, Program};
use crate::domain::{Enlarge, ImageParam, NoiseSource, Parameter, PictureRecord, Schedule, Seed};

const NEGATIVE: &str = "Negative prompt:";
const EXACT_PROMPT: &str = "Exact prompt";
const EXACT_NEGATIVE: &str = "Exact negative prompt";

/// What a picture's text says.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// Settings, with words about what is not ours in them.
    Record(Box<PictureRecord>),
    /// JSON of another program (SwarmUI, InvokeAI, ComfyUI), which is not this form.
    ForeignJson,
    /// No line of settings.
    Nothing,
}

/// The text for `record`. `Steps` comes first in its line: ComfyUI finds the line by it.
pub fn write(record: &PictureRecord) -> String {
    let plain = compose(record, false);
    let bare = |record: &PictureRecord| PictureRecord { notes: Vec::new(), sampler_said: None, ..record.clone() };
    match parse(&plain) {
        Parsed::Record(read) if bare(&read) == bare(record) => plain,
        _ => compose(record, true),
    }
}

fn compose(record: &PictureRecord, exact: bool) -> String {
    // Text chunks end at the first NUL: the exact fields carry it, escaped.
    let mut text = record.prompt.replace('\0', "");
    if !record.negative.is_empty() {
        text.push('\n');
        text.push_str(NEGATIVE);
        text.push(' ');
        text.push_str(&record.negative.replace('\0', ""));
    }
    text.push('\n');

    let key = |number: ImageParam| number.limit().keys.first().copied().unwrap_or_default();
    let number = |number: ImageParam| number.get(record).to_string();
    let mut fields: Vec<(&str, String)> = vec![
        (key(ImageParam::Steps), number(ImageParam::Steps)),
        ("Sampler", record.sampler.name().to_owned()),
        (key(ImageParam::Guidance), number(ImageParam::Guidance)),
        ("Seed", if record.seed == Seed::Random { "-1".to_owned() } else { record.seed().to_string() }),
        ("Size", format!("{}x{}", record.width, record.height)),
    ];
    if record.schedule != Schedule::Automatic {
        fields.insert(2, ("Schedule type", record.schedule.name().to_owned()));
    }
    let set = rarer().filter(|rare| rare.is_set(record));
    fields.extend(set.map(|rare| (key(rare), number(rare))));
    if !record.things.is_empty() {
        fields.push(("Things", quote(&record.things.to_string())));
    }
    if !record.arrangement.is_empty() {
        fields.push(("Layers", quote(&record.arrangement.to_string())));
    }
    if record.noise == NoiseSource::Torch {
        fields.push(("RNG", "CPU".to_owned()));
    }
    if !record.model_hash.is_empty() {
        let short: String = record.model_hash.chars().take(10).collect();
        let whole = short == record.model_hash;
        fields.push(("Model hash", quote(&short)));
        if !whole {
            fields.push((FULL_HASH, quote(&record.model_hash)));
        }
    }
    if !record.model.is_empty() {
        fields.push(("Model", quote(&record.model)));
    }
    if !record.vae.is_empty() {
        fields.push(("VAE", quote(&record.vae)));
    }
    if exact {
        fields.push((EXACT_PROMPT, json(&record.prompt)));
        if !record.negative.is_empty() {
            fields.push((EXACT_NEGATIVE, json(&record.negative)));
        }
    }
    if !record.version.is_empty() {
        fields.push(("Version", quote(&record.version)));
    }
    let line: Vec<String> = fields.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    text.push_str(&line.join(", "));
    text
}

/// The settings of an upscaled copy, in A1111's fields; the size in them stays that of the drawing.
pub fn note_enlarged(text: String, enlarge: Enlarge) -> String {
    if enlarge.times <= 1 {
        return text;
    }
    let Enlarge { times, filter } = enlarge;
    format!("{text}, Postprocess upscale by: {times}, Postprocess upscaler: {}", filter.name())
}

fn json(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

/// A value as it may be written between commas; what would be misread becomes a JSON string, as A1111 does it.
fn quote(value: &str) -> String {
    let plain = !value.is_empty()
        && !value.contains([',', ':', '"'])
        && !value.contains(char::is_control)
        && value.trim() == value;
    if plain { value.to_owned() } else { json(value) }
}

/// Reads A1111's form, ours and that of other programs, which differ in the order and number of fields.
pub fn parse(text: &str) -> Parsed {
    if text.len() > MAX_TEXT {
        return Parsed::Nothing;
    }
    if is_json(text) {
        return Parsed::ForeignJson;
    }
    match read(text, "") {
        Some((record, _)) => Parsed::Record(Box::new(record)),
        None => Parsed::Nothing,
    }
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// The settings in a text of A1111's form, and the program that wrote it; `software` is what else the file says about
/// that. `None` where there are none.
pub fn read(text: &str, software: &str) -> Option<(PictureRecord, Program)> {
    if text.len() > MAX_TEXT || is_json(text) {
        return None;
    }
    let found = find::find(text)?;
    let get = |key: &str| found.fields.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
    let (mut prompt, mut negative) = (found.prompt, found.negative);
    if let Some(exact) = get(EXACT_PROMPT) {
        prompt = exact;
        negative = get(EXACT_NEGATIVE).unwrap_or_default();
    }
    let program = Program::of(&found.fields, software);
    Some((record_of(Written { prompt, negative, fields: found.fields, program }), program))
}

#[cfg(test)]
mod tests;
