//! Settings that other programs write as JSON: SwarmUI, Fooocus, InvokeAI, NovelAI, Draw Things, ComfyUI. Each is turned
//! into the fields of A1111's form, so that one place reads and reports them all.

use serde_json::Value;

use super::comfy;
use super::scalar::plain;
use super::written::{Written, record_of};
use super::{Foreign, MAX_TEXT, Program};
use crate::lang::Both;

/// Settings need a prompt and this many fields.
const FEWEST: usize = 2;

/// What a text of another program says, by the name that its chunk or field has. `software` and `description` are the
/// picture's other texts of these names.
pub fn read(keyword: &str, text: &str, software: &str, description: &str) -> Option<Foreign> {
    if text.len() > MAX_TEXT {
        return None;
    }
    if keyword.eq_ignore_ascii_case("dream") {
        let written = dream(text)?;
        let program = written.program;
        return Some(Foreign::Record(Box::new(record_of(written)), program));
    }
    let unpacked = if keyword.contains("xmp") { Some(inside_xmp(text)?) } else { None };
    let text = unpacked.as_deref().unwrap_or(text);
    let value: Value = from_python(json_in(text)?)?;
    let named = Program::named(software);
    let written = swarm(&value)
        .or_else(|| invoke(&value))
        .or_else(|| invoke_2(&value))
        .or_else(|| novel_ai(&value, description))
        .or_else(|| draw_things(&value))
        .or_else(|| comfy::read(&value))
        .or_else(|| fooocus(&value, named));
    let Some(written) = written else { return comfy::is_workflow(&value).then_some(Foreign::Known(Program::ComfyUi)) };
    let program = written.program;
    if written.fields.len() < FEWEST {
        return Some(Foreign::Known(program));
    }
    let mut record = record_of(written);
    if record.prompt.trim().is_empty() && program == Program::ComfyUi {
        record.notes.push(Both::new(
            "The prompt was not found in the picture's ComfyUI graph.",
            "无法在图片的节点图中找到提示词。",
        ));
    }
    Some(Foreign::Record(Box::new(record), program))
}

/// JSON as Python writes it: bare NaN and Infinity are read as null.
fn from_python(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().or_else(|| {
        let (mut plain, mut rest, mut quoted) = (String::with_capacity(text.len()), text, false);
        while let Some(c) = rest.chars().next() {
            let bare = ["NaN", "-Infinity", "Infinity"].iter().find(|word| !quoted && rest.starts_with(**word));
            let taken = match (bare, c) {
                (Some(word), _) => word.len(),
                (None, '\\') => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
                (None, c) => c.len_utf8(),
            };
            quoted ^= c == '"';
            plain.push_str(if bare.is_some() { "null" } else { &rest[..taken] });
            rest = &rest[taken..];
        }
        serde_json::from_str(&plain).ok()
    })
}

/// JSON, perhaps behind a word and a colon as ComfyUI writes it into EXIF: `prompt:{...}`.
fn json_in(text: &str) -> Option<&str> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') {
        return Some(text);
    }
    let (word, rest) = text.split_once(':')?;
    let rest = rest.trim_start();
    (word.trim().chars().all(char::is_alphanumeric) && rest.starts_with('{')).then_some(rest)
}

/// The comment in XMP, as Draw Things has it.
fn inside_xmp(text: &str) -> Option<String> {
    let comment = &text[text.find("exif:UserComment")?..];
    let start = comment.find('{')?;
    let end = start + comment[start..].find("</")?;
    let plain = comment[start..end].replace("&quot;", "\"").replace("&apos;", "'").replace("&#39;", "'");
    Some(plain.replace("&lt;", "<").replace("&gt;", ">").replace("&#10;", "\n").replace("&amp;", "&"))
}

/// Takes the members of `from` that are there, under A1111's names.
fn collect(from: &Value, names: &[(&str, &str)]) -> Vec<(String, String)> {
    let field = |(own, theirs): &(&str, &str)| {
        let text = plain(from.get(*theirs)?)?;
        (!text.trim().is_empty()).then(|| ((*own).to_owned(), text))
    };
    names.iter().filter_map(field).collect()
}

fn text(from: &Value, name: &str) -> String {
    from.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn version(fields: &mut Vec<(String, String)>, program: &str, own: &str) {
    fields.push(("Version".to_owned(), format!("{program} {own}").trim().to_owned()));
}

fn swarm(value: &Value) -> Option<Written> {
    let from = value.get("sui_image_params")?;
    let mut fields = collect(
        from,
        &[
            ("Steps", "steps"),
            ("Sampler", "sampler"),
            ("Schedule type", "scheduler"),
            ("CFG scale", "cfgscale"),
            ("Distilled CFG Scale", "fluxguidancescale"),
            ("Seed", "seed"),
            ("Width", "width"),
            ("Height", "height"),
            ("Model", "model"),
            ("VAE", "vae"),
            ("Clip skip", "clipstopatlayer"),
            ("Variation seed", "variationseed"),
            ("Shift", "sigmashift"),
        ],
    );
    let (prompt, negative) = (text(from, "prompt"), text(from, "negativeprompt"));
    if fields.len() >= FEWEST {
        version(&mut fields, "SwarmUI", &text(from, "swarm_version"));
    }
    Some(Written { prompt, negative, fields, program: Program::SwarmUi })
}

/// Members under the names that newer files have: older ones write `Guidance Scale` for `guidance_scale`.
fn plain_names(value: &Value) -> Value {
    let plain = |name: &str| name.to_lowercase().replace(' ', "_");
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (plain(name), value.clone())).collect(),
        other => other.clone(),
    }
}

/// Steps of Fooocus's performances, which older files name alone.
fn steps_of(performance: &str) -> Option<u32> {
    match performance {
        "Quality" => Some(60),
        "Speed" => Some(30),
        "Extreme Speed" => Some(8),
        "Lightning" | "Hyper-SD" => Some(4),
        _ => None,
    }
}

fn fooocus(value: &Value, named: Option<Program>) -> Option<Written> {
    let value = &plain_names(value);
    let is_theirs = ["base_model", "full_prompt", "metadata_scheme", "prompt_expansion", "performance"];
    let sure = named == Some(Program::Fooocus) || is_theirs.iter().any(|key| value.get(key).is_some());
    if !sure || value.get("prompt").is_none() {
        return None;
    }
    let fields = collect(
        value,
        &[
            ("Steps", "steps"),
            ("Sampler", "sampler"),
            ("Schedule type", "scheduler"),
            ("CFG scale", "guidance_scale"),
            ("Seed", "seed"),
            ("Size", "resolution"),
            ("Model", "base_model"),
            ("Model hash", "base_model_hash"),
            ("VAE", "vae"),
            ("Clip skip", "clip_skip"),
            ("Refiner", "refiner_model"),
            ("Version", "version"),
        ],
    );
    // The word for none.
    let fields = fields.into_iter().filter(|(key, value)| key != "Refiner" || value != "None");
    let mut fields: Vec<_> = fields.filter(|(key, value)| key != "VAE" || value != "Default (model)").collect();
    if !fields.iter().any(|(key, _)| key == "Steps") {
        let steps = steps_of(&text(value, "performance"));
        fields.extend(steps.map(|n| ("Steps".to_owned(), n.to_string())));
    }
    // `v2.1.862` alone does not name the program.
    if let Some((_, version)) = fields.iter_mut().find(|(key, own)| key == "Version" && !own.contains("ooocus")) {
        version.insert_str(0, "Fooocus ");
    }
    let (prompt, negative) = (text(value, "prompt"), text(value, "negative_prompt"));
    Some(Written { prompt, negative, fields, program: Program::Fooocus })
}

fn invoke(value: &Value) -> Option<Written> {
    if value.get("positive_prompt").is_none() && value.get("generation_mode").is_none() {
        return None;
    }
    let mut fields = collect(
        value,
        &[
            ("Steps", "steps"),
            ("Sampler", "scheduler"),
            ("CFG scale", "cfg_scale"),
            ("Distilled CFG Scale", "guidance"),
            ("CFG rescale", "cfg_rescale_multiplier"),
            ("Seed", "seed"),
            ("Width", "width"),
            ("Height", "height"),
            ("Denoising strength", "strength"),
        ],
    );
    let of = |part: &str| {
        let part = value.get(part)?;
        ["name", "model_name"].iter().find_map(|key| part.get(key).and_then(plain)).or_else(|| plain(part))
    };
    fields.extend(of("model").map(|name| ("Model".to_owned(), name)));
    fields.extend(of("vae").map(|name| ("VAE".to_owned(), name)));
    // It counts the layers that are left out, A1111 and we from one.
    let skip = value.get("clip_skip").and_then(Value::as_u64);
    fields.extend(skip.map(|n| ("Clip skip".to_owned(), n.saturating_add(1).to_string())));
    // Noise from another device than the CPU.
    let device = value.get("rand_device").and_then(Value::as_str).filter(|device| *device != "cpu");
    fields.extend(device.map(|device| ("RNG".to_owned(), device.to_owned())));
    let (prompt, negative) = (text(value, "positive_prompt"), text(value, "negative_prompt"));
    if fields.len() >= FEWEST {
        version(&mut fields, "InvokeAI", &text(value, "app_version"));
    }
    Some(Written { prompt, negative, fields, program: Program::InvokeAi })
}

/// InvokeAI up to 2.3.
fn invoke_2(value: &Value) -> Option<Written> {
    let image = value.get("image").filter(|image| image.get("prompt").is_some())?;
    let prompt = match image.get("prompt")? {
        Value::Array(parts) => parts.iter().map(|part| text(part, "prompt")).collect::<Vec<_>>().join(" "),
        prompt => plain(prompt)?,
    };
    let mut fields = collect(
        image,
        &[
            ("Steps", "steps"),
            ("Sampler", "sampler"),
            ("CFG scale", "cfg_scale"),
            ("Seed", "seed"),
            ("Width", "width"),
            ("Height", "height"),
        ],
    );
    fields.extend(collect(value, &[("Model", "model_weights"), ("Model hash", "model_hash")]));
    let (prompt, negative) = out_of_brackets(&prompt);
    version(&mut fields, "InvokeAI", &text(value, "app_version"));
    Some(Written { prompt, negative, fields, program: Program::InvokeAi })
}

/// What should not be in a picture is in brackets in old InvokeAI's prompts.
fn out_of_brackets(prompt: &str) -> (String, String) {
    let negative: Vec<&str> = prompt.split('[').skip(1).filter_map(|part| part.split_once(']')).map(|p| p.0).collect();
    let positive = prompt.split('[').enumerate().map(|(n, part)| match part.split_once(']') {
        Some((_, after)) if n > 0 => after,
        _ => part,
    });
    (positive.collect::<String>().trim().to_owned(), negative.join(", "))
}

/// The command line of the first InvokeAI (`dream.py`): `"a cat [blurry]" -s50 -S 1234 -W512 -H512 -C7.5 -Ak_lms`.
fn dream(line: &str) -> Option<Written> {
    let line = line.trim();
    // A prompt may have quotes and dashes of its own: it ends where switches begin.
    let (prompt, switches) = match line.strip_prefix('"') {
        Some(rest) => rest.rsplit_once("\" -").or_else(|| Some((rest.strip_suffix('"')?, "")))?,
        None => line.split_once(" -")?,
    };
    const NAMES: [(&str, &str); 9] = [
        ("s", "Steps"),
        ("S", "Seed"),
        ("W", "Width"),
        ("H", "Height"),
        ("C", "CFG scale"),
        ("A", "Sampler"),
        ("f", "Denoising strength"),
        ("V", "Variation seed"),
        ("G", "Face restoration"),
    ];
    let mut fields = Vec::new();
    for switch in switches.split(" -").map(str::trim) {
        let letter = switch.chars().next().map_or(0, char::len_utf8);
        let (name, value) = switch.split_at(letter);
        let value = value.trim_matches([' ', '=', '"']);
        let own = NAMES.iter().find(|(short, _)| *short == name).filter(|_| !value.is_empty());
        fields.extend(own.map(|(_, name)| ((*name).to_owned(), value.to_owned())));
    }
    if fields.len() < FEWEST {
        return None;
    }
    let (prompt, negative) = out_of_brackets(&prompt.replace("\\\"", "\""));
    version(&mut fields, "InvokeAI", "");
    Some(Written { prompt, negative, fields, program: Program::InvokeAi })
}

/// Older files have the prompt in a text of its own, `Description`.
fn novel_ai(value: &Value, description: &str) -> Option<Written> {
    let prompt = value.get("prompt").and_then(Value::as_str).unwrap_or(description);
    if value.get("uc").is_none() || value.get("c").is_some() || prompt.is_empty() {
        return None;
    }
    let fields = collect(
        value,
        &[
            ("Steps", "steps"),
            ("Sampler", "sampler"),
            ("Schedule type", "noise_schedule"),
            ("CFG scale", "scale"),
            ("CFG rescale", "cfg_rescale"),
            ("Seed", "seed"),
            ("Width", "width"),
            ("Height", "height"),
        ],
    );
    let (prompt, negative) = (prompt.to_owned(), text(value, "uc"));
    Some(Written { prompt, negative, fields, program: Program::NovelAi })
}

fn draw_things(value: &Value) -> Option<Written> {
    value.get("c").and_then(Value::as_str)?;
    let fields = collect(
        value,
        &[
            ("Steps", "steps"),
            ("Sampler", "sampler"),
            ("CFG scale", "scale"),
            ("Seed", "seed"),
            ("Size", "size"),
            ("Model", "model"),
            ("Clip skip", "clip_skip"),
            ("Shift", "shift"),
        ],
    );
    let (prompt, negative) = (text(value, "c"), text(value, "uc"));
    Some(Written { prompt, negative, fields, program: Program::DrawThings })
}

#[cfg(test)]
mod tests;
