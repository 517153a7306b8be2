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
mod tests {
    use super::*;
    use crate::domain::{NoiseSource, PictureRecord, Sampler, Schedule};

    fn record(keyword: &str, text: &str) -> (PictureRecord, Program) {
        match read(keyword, text, "", "") {
            Some(Foreign::Record(record, program)) => (*record, program),
            Some(Foreign::Known(program)) => panic!("only known as {program:?}: {text}"),
            None => panic!("nothing in {text}"),
        }
    }

    #[test]
    fn swarm_ui() {
        let text = r#"{"sui_image_params": {"prompt": "a cat", "negativeprompt": "blurry", "model": "sd_xl_base_1.0",
            "seed": 648312782957426, "steps": 20, "cfgscale": 7.5, "width": 1024, "height": 768, "sampler": "dpmpp_2m",
            "scheduler": "karras", "swarm_version": "0.9.6"}, "sui_extra_data": {}}"#;
        let (read, program) = record("parameters", text);
        assert_eq!(program, Program::SwarmUi);
        assert_eq!((read.prompt.as_str(), read.negative.as_str(), read.steps), ("a cat", "blurry", 20));
        assert_eq!((read.seed(), read.guidance, read.width, read.height), (648_312_782_957_426, 7.5, 1024, 768));
        assert_eq!((read.sampler, read.schedule), (Sampler::DpmPp2M, Schedule::Karras));
        assert_eq!((read.noise, read.notes), (NoiseSource::Torch, vec![]));
        let little = r#"{"sui_image_params": {"prompt": "cat", "steps": 20}}"#;
        assert!(matches!(super::read("parameters", little, "", ""), Some(Foreign::Known(Program::SwarmUi))));
    }

    #[test]
    fn fooocus() {
        let text = r#"{"prompt": "a cat", "negative_prompt": "", "full_prompt": ["a cat"], "performance": "Speed",
            "steps": 30, "resolution": "(1152, 896)", "guidance_scale": 4, "sampler": "dpmpp_2m_sde_gpu",
            "scheduler": "karras", "seed": "7135229857264823042", "base_model": "juggernautXL_v8Rundiffusion",
            "base_model_hash": "aeb7e9e689", "clip_skip": 2, "vae": "Default (model)", "refiner_model": "None",
            "version": "Fooocus v2.5.5"}"#;
        let (read, program) = record("parameters", text);
        assert_eq!((program, read.steps, read.width, read.height), (Program::Fooocus, 30, 1152, 896));
        assert_eq!((read.sampler, read.schedule), (Sampler::DpmPp2MSde, Schedule::Karras));
        assert_eq!((read.seed(), read.clip_skip, read.vae.as_str()), (7_135_229_857_264_823_042, 2, ""));
        assert_eq!(read.notes, vec![]);
    }

    #[test]
    fn invoke_ai_new_and_old() {
        let text = r#"{"generation_mode": "txt2img", "positive_prompt": "a cat", "negative_prompt": "blurry",
            "width": 512, "height": 640, "seed": 3141592653, "rand_device": "cpu", "cfg_scale": 7.0,
            "cfg_rescale_multiplier": 0.5, "steps": 30, "scheduler": "dpmpp_2m_k", "clip_skip": 1,
            "model": {"name": "dreamshaper-8", "base": "sd-1"}, "vae": {"name": "ft-mse"}, "app_version": "5.4.2"}"#;
        let (read, program) = record("invokeai_metadata", text);
        assert_eq!((program, read.sampler, read.schedule), (Program::InvokeAi, Sampler::DpmPp2M, Schedule::Karras));
        assert_eq!((read.clip_skip, read.guidance_rescale, read.noise), (2, 0.5, NoiseSource::Torch));
        assert_eq!((read.model.as_str(), read.vae.as_str()), ("dreamshaper-8", "ft-mse"));
        assert_eq!((read.version.as_str(), read.notes), ("InvokeAI 5.4.2", vec![]));

        let text = r#"{"model_weights": "stable-diffusion-1.5", "app_version": "v2.3.0", "image": {"prompt": [{"prompt":
            "a cat [blurry]", "weight": 1.0}], "steps": 50, "cfg_scale": 7.5, "seed": 1234, "width": 512, "height": 512,
            "sampler": "k_euler_a"}}"#;
        let (read, _) = record("sd-metadata", text);
        assert_eq!((read.prompt.as_str(), read.negative.as_str(), read.steps), ("a cat", "blurry", 50));
        assert_eq!((read.sampler, read.model.as_str()), (Sampler::EulerAncestral, "stable-diffusion-1.5"));
    }

    #[test]
    fn the_command_line_of_the_first_invoke_ai() {
        for line in [
            r#""a "big" cat - red [blurry, text]" -s50 -S1234 -W512 -H640 -C7.5 -Ak_euler_a"#,
            r#""a "big" cat - red [blurry, text]" -s 50 -S 1234 -W 512 -H 640 -C 7.5 -A k_euler_a"#,
        ] {
            let (read, program) = record("Dream", line);
            assert_eq!(program, Program::InvokeAi);
            assert_eq!((read.prompt.as_str(), read.negative.as_str()), ("a \"big\" cat - red", "blurry, text"));
            assert_eq!((read.steps, read.seed(), read.width, read.height), (50, 1234, 512, 640));
            assert_eq!((read.guidance, read.sampler), (7.5, Sampler::EulerAncestral));
            assert_eq!((read.version.as_str(), read.notes), ("InvokeAI", vec![]));
        }
        // Switches that change the picture and have no equal here are reported; others do no harm.
        let (read, _) = record("Dream", r#""cat" -s 20 -S 1 -I in.png -f 0.4 --perlin 0.1 -g -U 2 0.75"#);
        assert!(read.notes.iter().any(|note| note.en.contains("Denoising strength 0.4")), "{:?}", read.notes);
        for nothing in ["", "a cat", "\"a cat\"", "a cat -s", "\" -", "\"猫\" -猫 -"] {
            assert!(super::read("Dream", nothing, "", "").is_none(), "{nothing}");
        }
    }

    #[test]
    fn fooocus_with_names_as_its_window_has_them() {
        let text = r#"{"Prompt": "a cat", "Negative Prompt": "blurry", "Fooocus V2 Expansion": "a cat, fine", "Styles":
            "['Fooocus V2']", "Performance": "Speed", "Resolution": "(1152, 896)", "Sharpness": 2.0, "Guidance Scale": 4.0,
            "Base Model": "juggernautXL_v8.safetensors", "Refiner Model": "None", "Sampler": "dpmpp_2m_sde_gpu",
            "Scheduler": "karras", "Seed": 7135229857264823042, "Version": "v2.1.862"}"#;
        let (read, program) = record("Comment", text);
        assert_eq!((program, read.steps, read.width, read.height), (Program::Fooocus, 30, 1152, 896));
        assert_eq!((read.prompt.as_str(), read.negative.as_str(), read.guidance), ("a cat", "blurry", 4.0));
        assert_eq!((read.sampler, read.schedule), (Sampler::DpmPp2MSde, Schedule::Karras));
        assert_eq!((read.seed(), read.model.as_str()), (7_135_229_857_264_823_042, "juggernautXL_v8.safetensors"));
        assert_eq!((read.version.as_str(), read.notes), ("Fooocus v2.1.862", vec![]));
    }

    #[test]
    fn novel_ai_and_draw_things() {
        let text = r#"{"prompt": "a cat", "uc": "lowres", "steps": 28, "scale": 5.0, "seed": 123, "height": 1216,
            "width": 832, "sampler": "k_euler_ancestral", "noise_schedule": "native", "cfg_rescale": 0.0}"#;
        let (read, program) = record("Comment", text);
        assert_eq!(
            (program, read.sampler, read.schedule),
            (Program::NovelAi, Sampler::EulerAncestral, Schedule::Automatic)
        );
        assert_eq!((read.params.negative.as_str(), read.notes), ("lowres", vec![]));

        let json = r#"{"c": "a \"big\" cat", "uc": "dog", "steps": 8, "scale": 4.5, "seed": 42, "size": "512x768",
            "sampler": "DPM++ 2M Karras", "model": "sd_v1.5_f16.ckpt"}"#;
        let (read, program) = record("UserComment", json);
        assert_eq!((program, read.width, read.sampler), (Program::DrawThings, 512, Sampler::DpmPp2M));
        let xmp = format!(
            "<x><exif:UserComment><rdf:Alt><rdf:li xml:lang=\"x-default\">{}</rdf:li></rdf:Alt></exif:UserComment></x>",
            json.replace('&', "&amp;").replace('"', "&quot;")
        );
        assert_eq!(record("XML:com.adobe.xmp", &xmp).0, read);
    }

    #[test]
    fn novel_ai_once_kept_the_prompt_in_a_text_of_its_own() {
        let text = r#"{"uc": "lowres", "steps": 28, "scale": 11.0, "seed": 5, "sampler": "k_euler"}"#;
        let Some(Foreign::Record(record, Program::NovelAi)) = read("Comment", text, "NovelAI", "a blue cat") else {
            panic!()
        };
        assert_eq!((record.prompt.as_str(), record.negative.as_str(), record.seed()), ("a blue cat", "lowres", 5));
        assert!(read("Comment", text, "NovelAI", "").is_none());
    }

    #[test]
    fn bare_nan_of_python_costs_no_settings() {
        let text = r#"{"1": {"class_type": "Other", "inputs": {"is_changed": [NaN, -Infinity]}}, "2": {"class_type": "KSampler",
            "inputs": {"seed": 7, "steps": 20, "cfg": NaN, "sampler_name": "euler", "scheduler": "karras", "positive": ["3", 0]}},
            "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "a NaN \"Infinity\" cat"}}}"#;
        let (read, program) = record("prompt", text);
        assert_eq!((program, read.seed(), read.steps), (Program::ComfyUi, 7, 20));
        assert_eq!(read.prompt, "a NaN \"Infinity\" cat");
    }

    #[test]
    fn a_prompt_that_cannot_be_followed_is_told() {
        let graph = |positive: &str| {
            format!(
                r#"{{"2": {{"class_type": "KSampler", "inputs": {{"seed": 7, "steps": 20, "cfg": 7, "sampler_name": "euler",
                "scheduler": "karras", "positive": ["3", 0]}}}}, "3": {{"class_type": "CLIPTextEncode", "inputs": {positive}}},
                "4": {{"class_type": "StringConcatenate", "inputs": {{"string_a": "a cat", "string_b": ["5", 0], "delimiter": ", "}}}},
                "5": {{"class_type": "PrimitiveString", "inputs": {{"value": "on a box"}}}}}}"#
            )
        };
        assert_eq!(record("prompt", &graph(r#"{"text": ["4", 0]}"#)).0.prompt, "a cat, on a box");
        let (lost, _) = record("prompt", &graph(r#"{"text": ["9", 0]}"#));
        assert!(lost.notes.iter().any(|note| note.en.contains("was not found")), "{:?}", lost.notes);
    }

    #[test]
    fn what_is_nothing_of_these_is_left_alone() {
        for text in
            ["", "{", "{}", "[]", "{\"a\": 1}", "prompt:{\"a\": {\"b\": 1}}", "{\"prompt\": \"x\"}", "null", "5"]
        {
            assert!(read("parameters", text, "", "").is_none(), "{text}");
        }
        assert!(read("XML:com.adobe.xmp", "<x>exif:UserComment {</x>", "", "").is_none());
    }
}
