//! The settings of programs that write JSON, as their own pictures have them.

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
    for text in ["", "{", "{}", "[]", "{\"a\": 1}", "prompt:{\"a\": {\"b\": 1}}", "{\"prompt\": \"x\"}", "null", "5"] {
        assert!(read("parameters", text, "", "").is_none(), "{text}");
    }
    assert!(read("XML:com.adobe.xmp", "<x>exif:UserComment {</x>", "", "").is_none());
}
