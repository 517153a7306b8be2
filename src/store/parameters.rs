//! The settings of a picture as text, in A1111's form, which most image programs read:
//! ```text
//! a red apple
//! Negative prompt: blurry
//! Steps: 24, Sampler: Euler, CFG scale: 3, Seed: 42, Size: 64x64, Model hash: 0123456789, Model: sticker-64, ...
//! ```
//! The form is ambiguous: a prompt may itself hold a line that begins with `Negative prompt:`. So the writer reads
//! back what it wrote, and where that is not what it was given, it adds the fields `Exact prompt` and `Exact negative
//! prompt` as JSON strings. Other programs skip fields that they do not know; ours reads every record back exactly.

use crate::domain::{GUIDANCE, NoiseSource, PictureRecord, STEPS, Sampler, Schedule};

/// Texts longer than this are not looked at: no honest prompt has a million letters.
pub const MAX_TEXT: usize = 1 << 20;
/// Fields that are read from one line.
const MAX_FIELDS: usize = 256;

const NEGATIVE: &str = "Negative prompt:";
const EXACT_PROMPT: &str = "Exact prompt";
const EXACT_NEGATIVE: &str = "Exact negative prompt";
const FULL_HASH: &str = "Model SHA-256";

/// What a picture's text says.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// Settings. A sampler that the studio does not have became Euler: the text that was read names the real one.
    Record(Box<PictureRecord>),
    /// JSON of another program (SwarmUI, InvokeAI, ComfyUI), which we do not read.
    ForeignJson,
    /// No line of settings.
    Nothing,
}

/// The text for `record`. `Steps` comes first in its line: ComfyUI finds the line by it.
pub fn write(record: &PictureRecord) -> String {
    let plain = compose(record, false);
    match parse(&plain) {
        Parsed::Record(read) if *read == *record => plain,
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

    let mut fields: Vec<(&str, String)> = vec![
        ("Steps", record.steps.to_string()),
        ("Sampler", record.sampler.name().to_owned()),
        ("CFG scale", record.guidance.to_string()),
        ("Seed", record.seed.to_string()),
        ("Size", format!("{}x{}", record.width, record.height)),
    ];
    if record.schedule != Schedule::Automatic {
        fields.insert(2, ("Schedule type", record.schedule.name().to_owned()));
    }
    if record.guidance_rescale != 0.0 {
        fields.push(("CFG rescale", record.guidance_rescale.to_string()));
    }
    if record.clip_skip != 1 {
        fields.push(("Clip skip", record.clip_skip.to_string()));
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

fn json(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

/// A value as it may stand between commas; what would be misread becomes a JSON string, as A1111 does it.
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
    if text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        return Parsed::ForeignJson;
    }
    let Some((head, fields)) = split(text) else { return Parsed::Nothing };
    let get = |key: &str| fields.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());

    // Windows programs write Windows line ends.
    let (mut prompt, mut negative) = divide(&head.replace("\r\n", "\n"));
    if let Some(exact) = get(EXACT_PROMPT) {
        prompt = exact.to_owned();
        negative = get(EXACT_NEGATIVE).unwrap_or_default().to_owned();
    }
    let number = |key: &str| get(key).and_then(|v| v.parse::<f32>().ok()).filter(|v| v.is_finite());
    // Older versions of A1111 wrote the schedule behind the sampler: `DPM++ 2M Karras`.
    let name = get("Sampler").unwrap_or_default();
    let ending = Schedule::ALL.into_iter().find_map(|s| Some((name.strip_suffix(s.name())?.trim(), s)));
    let (name, ending) = ending.map_or((name, None), |(name, s)| (name, Some(s)));
    let sampler = Sampler::parse(name).unwrap_or_default();
    let schedule = get("Schedule type").and_then(Schedule::parse).or(ending);
    let (width, height) = get("Size").and_then(size).unwrap_or((0, 0));
    Parsed::Record(Box::new(PictureRecord {
        prompt,
        negative,
        model: get("Model").unwrap_or_default().to_owned(),
        model_hash: get(FULL_HASH).or_else(|| get("Model hash")).unwrap_or_default().to_owned(),
        vae: get("VAE").unwrap_or_default().to_owned(),
        seed: get("Seed").and_then(|v| v.parse().ok()).unwrap_or(0),
        steps: get("Steps").and_then(|v| v.parse().ok()).unwrap_or(STEPS.default as u32),
        guidance: number("CFG scale").unwrap_or(GUIDANCE.default as f32),
        width,
        height,
        sampler,
        schedule: schedule.unwrap_or_default(),
        noise: if get("RNG").is_some_and(|v| v.eq_ignore_ascii_case("cpu")) {
            NoiseSource::Torch
        } else {
            NoiseSource::Native
        },
        guidance_rescale: number("CFG rescale").unwrap_or(0.0),
        clip_skip: get("Clip skip").and_then(|v| v.parse().ok()).unwrap_or(1),
        version: get("Version").unwrap_or_default().to_owned(),
    }))
}

type Fields = Vec<(String, String)>;

/// The text before the line of settings, and its fields. The line is the last that begins with `Steps:`; programs
/// that append lines of their own after it are understood so.
fn split(text: &str) -> Option<(&str, Fields)> {
    let mut end = text.len();
    loop {
        let start = text[..end].rfind('\n').map_or(0, |at| at + 1);
        let line = text[start..end].trim();
        if line.starts_with("Steps:") {
            let fields = fields(line);
            if fields.len() >= 3 {
                // Only the one newline belongs to the line: those before it are the prompt's.
                let head = text[..start].strip_suffix('\n').unwrap_or("");
                return Some((head.strip_suffix('\r').unwrap_or(head), fields));
            }
        }
        if start == 0 {
            return None;
        }
        end = start - 1;
    }
}

/// Prompt and negative prompt.
fn divide(head: &str) -> (String, String) {
    let mut start = 0;
    for line in head.split('\n') {
        if let Some(rest) = line.strip_prefix(NEGATIVE) {
            let prompt = head[..start].strip_suffix('\n').unwrap_or("");
            let from = start + NEGATIVE.len() + usize::from(rest.starts_with(' '));
            return (prompt.to_owned(), head[from..].to_owned());
        }
        start += line.len() + 1;
    }
    (head.to_owned(), String::new())
}

fn size(value: &str) -> Option<(u32, u32)> {
    let (width, height) = value.split_once('x')?;
    Some((width.trim().parse().ok()?, height.trim().parse().ok()?))
}

/// `key: value, key: "quoted, value", ...`; pieces that are nothing of the kind are passed over.
fn fields(line: &str) -> Fields {
    let mut found = Vec::new();
    let mut rest = line;
    while !rest.is_empty() && found.len() < MAX_FIELDS {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        let key_end = rest.find(|c: char| !(c.is_alphanumeric() || " _-/.()".contains(c))).unwrap_or(rest.len());
        let key = rest[..key_end].trim_end();
        let Some(after) = rest[key_end..].strip_prefix(':').filter(|_| !key.is_empty()) else {
            rest = after_comma(rest);
            continue;
        };
        let after = after.trim_start();
        if let Some((value, tail)) = quoted(after) {
            found.push((key.to_owned(), value));
            rest = tail;
        } else {
            let end = after.find(',').unwrap_or(after.len());
            found.push((key.to_owned(), after[..end].trim().to_owned()));
            rest = &after[end..];
        }
    }
    found
}

fn after_comma(text: &str) -> &str {
    text.find(',').map_or("", |at| &text[at + 1..])
}

/// A JSON string at the start of `text`, followed by a comma or the end; and what comes after it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.bytes().position(|b| {
        let closes = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        closes
    })?;
    let tail = inside[end + 1..].trim_start();
    if !(tail.is_empty() || tail.starts_with(',')) {
        return None;
    }
    let value = serde_json::from_str(&text[..end + 2]).ok()?;
    Some((value, tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::seq::IndexedRandom;
    use rand::{Rng, SeedableRng};

    fn record(prompt: &str, negative: &str) -> PictureRecord {
        PictureRecord {
            prompt: prompt.into(),
            negative: negative.into(),
            model: "sticker-64".into(),
            model_hash: "0123456789abcdef".repeat(4),
            seed: 42,
            steps: 24,
            guidance: 3.5,
            width: 64,
            height: 64,
            sampler: Sampler::Heun,
            version: "AIGC Studio 0.1.0".into(),
            ..PictureRecord::default()
        }
    }

    fn read(text: &str) -> PictureRecord {
        match parse(text) {
            Parsed::Record(record) => *record,
            other => panic!("{other:?} from {text:?}"),
        }
    }

    #[test]
    fn the_form_is_a1111s() {
        assert_eq!(
            write(&record("a red apple", "blurry")),
            "a red apple\nNegative prompt: blurry\nSteps: 24, Sampler: Heun, CFG scale: 3.5, Seed: 42, Size: 64x64, \
             Model hash: 0123456789, Model SHA-256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef, \
             Model: sticker-64, Version: AIGC Studio 0.1.0"
        );
        let mut short = record("x", "");
        short.model_hash.clear();
        short.model = "my: model, \"v2\"".into();
        short.guidance = 7.0;
        assert_eq!(
            write(&short),
            "x\nSteps: 24, Sampler: Heun, CFG scale: 7, Seed: 42, Size: 64x64, Model: \"my: model, \\\"v2\\\"\", \
             Version: AIGC Studio 0.1.0"
        );
    }

    /// Pieces that try to be taken for something else.
    const PIECES: [&str; 24] = [
        "a red apple",
        "\n",
        "\n\n",
        " ",
        "  ",
        "\t",
        "\r\n",
        "Negative prompt:",
        "\nNegative prompt: no",
        "Steps: 20, Sampler: x",
        "\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1",
        "\"",
        "'",
        ":",
        ",",
        "{",
        "{\"a\": 1}",
        "\\",
        "彩虹",
        "猫 立体",
        "🍎",
        "\0",
        "é",
        "Exact prompt: \"x\"",
    ];

    #[test]
    fn every_record_comes_back_exactly() {
        let mut dice = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        for round in 0..20_000 {
            let mut text = |most: usize| -> String {
                (0..dice.random_range(0..=most)).map(|_| *PIECES.choose(&mut dice).unwrap()).collect()
            };
            let (prompt, negative, model, version) = (text(5), text(3), text(2), text(2));
            let given = PictureRecord {
                prompt,
                negative,
                model,
                version,
                model_hash: ["", "abc", "0123456789", &"f".repeat(64)][dice.random_range(0..4)].to_owned(),
                seed: dice.random(),
                steps: dice.random_range(1..=150),
                guidance: dice.random_range(1.0..20.0f32),
                width: dice.random_range(1..5000),
                height: dice.random_range(1..5000),
                sampler: Sampler::DIFFUSION[dice.random_range(0..3)],
                ..PictureRecord::default()
            };
            let text = write(&given);
            assert!(!text.contains('\0'));
            assert_eq!(read(&text), given, "round {round}: {text:?}");
        }
    }

    #[test]
    fn ambiguous_prompts_stay_readable_for_others() {
        let tricky = record("a cat\nNegative prompt: not this", "really this");
        let text = write(&tricky);
        assert!(
            text.starts_with("a cat\nNegative prompt: not this\nNegative prompt: really this\nSteps: 24, "),
            "{text}"
        );
        assert_eq!(read(&text), tricky);
    }

    #[test]
    fn a1111_of_another_program() {
        let read = read(
            "masterpiece, (cat:1.2)\nsitting\nNegative prompt: lowres, bad hands\nblurry\nSteps: 30, Sampler: DPM++ 2M SDE, \
             Schedule type: Karras, CFG scale: 7, Seed: 3141592653, Size: 512x768, Model hash: abcdef1234, \
             Model: dreamshaper_8, Lora hashes: \"add: 1, more: 2\", Version: v1.10.1\n",
        );
        assert_eq!(read.prompt, "masterpiece, (cat:1.2)\nsitting");
        assert_eq!(read.negative, "lowres, bad hands\nblurry");
        assert_eq!((read.steps, read.guidance, read.seed), (30, 7.0, 3_141_592_653));
        assert_eq!((read.width, read.height), (512, 768));
        assert_eq!((read.model.as_str(), read.model_hash.as_str()), ("dreamshaper_8", "abcdef1234"));
        assert_eq!((read.sampler, read.schedule), (Sampler::DpmPp2MSde, Schedule::Karras));
    }

    #[test]
    fn stable_diffusion_cpp_with_json_at_the_end() {
        let read = read(
            "a fox\nSteps: 20, CFG scale: 7.5, Guidance: 3.5, Eta: 0, Seed: 42, Size: 512x512, Model: sd15.safetensors, \
             RNG: cuda, Sampler: euler, Version: stable-diffusion.cpp, SDCPP: {\"Seed\": 9, \"a\": [1, 2], Steps: 3}",
        );
        assert_eq!((read.steps, read.seed, read.sampler), (20, 42, Sampler::Euler));
        assert_eq!(read.prompt, "a fox");
    }

    #[test]
    fn lines_after_the_settings_do_not_hide_them() {
        let read =
            read("a dog\r\nSteps: 5, Sampler: Heun, CFG scale: 2\r\nTemplate: a __pet__, Negative Template: none");
        assert_eq!((read.prompt.as_str(), read.steps, read.sampler), ("a dog", 5, Sampler::Heun));
    }

    #[test]
    fn json_is_recognised_and_plain_text_is_no_settings() {
        assert_eq!(parse("{\"sui_image_params\": {\"prompt\": \"cat\", \"steps\": 20}}"), Parsed::ForeignJson);
        for text in ["", "just a prompt", "Steps: 20", "Steps: 20, Sampler: x", "{broken", "\n\n\n"] {
            assert_eq!(parse(text), Parsed::Nothing, "{text:?}");
        }
        assert_eq!(parse(&"[".repeat(100_000)), Parsed::Nothing);
        assert_eq!(parse(&"{\"a\":".repeat(100_000)), Parsed::Nothing);
    }

    #[test]
    fn hostile_values_take_their_defaults() {
        let read =
            read("x\nSteps: 99999999999999, Sampler: \"unclosed, CFG scale: NaN, Seed: -1, Size: 4x, Model: \"\"");
        assert_eq!((read.steps, read.guidance, read.seed), (24, 3.0, 0));
        assert_eq!((read.width, read.height), (0, 0));
        assert_eq!(read.model, "");
    }

    #[test]
    fn garbage_never_panics_and_is_quick() {
        let mut dice = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        for _ in 0..5_000 {
            let text: String = (0..dice.random_range(0..12)).map(|_| *PIECES.choose(&mut dice).unwrap()).collect();
            parse(&text);
            parse(&format!("Steps: {text}, {text}: {text}, \"{text}"));
        }
        let start = std::time::Instant::now();
        parse(&"Steps: 1, \"".repeat(MAX_TEXT / 11));
        parse(&"\nSteps: 1".repeat(MAX_TEXT / 9));
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }
}
