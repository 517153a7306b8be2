//! Pictures drawn and refused.

use super::*;

#[test]
fn a_picture_lands_where_it_should_with_its_settings_inside() {
    let home = Home::new();
    let model = home.tiny_picture_model();
    let args = ["image", "a red apple", "--model", &model, "--out", "apple.png", "--steps", "3", "--seed", "7"];
    let output = home.run(&args);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output).trim(), "apple.png");
    let record = aigc_studio::store::picture_files::read_record(&home.path("apple.png")).unwrap();
    assert_eq!((record.prompt.as_str(), record.seed(), record.steps), ("a red apple", 7, 3));

    let first = std::fs::read(home.path("apple.png")).unwrap();
    home.run(&args);
    assert_eq!(first, std::fs::read(home.path("apple.png")).unwrap(), "the same bytes again");
}

#[test]
fn json_has_the_promised_keys_and_nothing_else_is_on_stdout() {
    let home = Home::new();
    let model = home.tiny_picture_model();
    let output = home.run(&[
        "image",
        "cat",
        "--model",
        &model,
        "--out",
        "c.png",
        "--steps",
        "2",
        "--count",
        "2",
        "--seed",
        "5",
        "--json",
        "--sampler",
        "heun",
        "--previews",
        "steps",
    ]);
    let value = json(&output);
    for key in ["files", "seed", "steps", "load_s", "sample_s", "step_s", "decode_s", "model", "width", "height"] {
        assert!(value.get(key).is_some(), "{key} in {value}");
    }
    assert_eq!(value["files"], serde_json::json!(["c-1.png", "c-2.png"]));
    assert_eq!(value["seed"], 5);
    let second = aigc_studio::store::picture_files::read_record(&home.path("c-2.png")).unwrap();
    assert_eq!(second.seed(), 6, "seeds count up");
    assert_eq!(std::fs::read_dir(home.path("steps")).unwrap().count(), 4, "one picture a step");
}

#[test]
fn without_out_pictures_go_to_the_library_and_their_paths_are_printed() {
    let home = Home::new();
    let model = home.tiny_picture_model();
    let output = home.run(&["image", "cat", "--model", &model, "--steps", "1", "--count", "2"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let paths: Vec<_> = stdout(&output).lines().map(PathBuf::from).collect();
    assert_eq!(paths.len(), 2);
    for path in paths {
        assert!(path.starts_with(home.0.path()) && path.is_file(), "{}", path.display());
    }
}

#[test]
fn other_formats_by_their_ending_and_unknown_ones_refused_before_drawing() {
    let home = Home::new();
    let model = home.tiny_picture_model();
    for name in ["a.jpg", "a.webp", "a.svg"] {
        let output = home.run(&["image", "cat", "--model", &model, "--steps", "1", "--out", name]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(home.path(name).metadata().unwrap().len() > 50);
    }
    assert!(std::fs::read_to_string(home.path("a.svg")).unwrap().starts_with("<svg"));
    refuses(&home.run(&["image", "cat", "--model", &model, "--out", "a.bmp"]), 2, &["bmp", "png, jpg, webp"]);
}

#[test]
fn a_scene_goes_to_files_of_its_layers_and_what_has_none_is_refused() {
    let home = Home::new();
    let output = home.run(&[
        "image",
        "a photo of a xyzzy and a cat",
        "--thing",
        "xyzzy=chair",
        "--steps",
        "1",
        "--out",
        "a.ora",
        "--layers",
        "parts",
        "--json",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["cannot"], serde_json::json!(["photo"]));
    assert!(stderr(&output).contains("no photographs: \u{201c}photo\u{201d}"), "{}", stderr(&output));
    let mut parts: Vec<_> = std::fs::read_dir(home.path("parts")).unwrap().map(|e| e.unwrap().file_name()).collect();
    parts.sort();
    assert_eq!(parts, ["01-xyzzy.png", "02-cat.png"], "the words of the prompt, back to front");
    assert!(std::fs::read(home.path("a.ora")).unwrap().starts_with(b"PK"));
    for flags in [["--layers", "more"], ["--out", "b.ora"]] {
        let output = home.run(&[&["image", "xyzzy", "--steps", "1"][..], &flags].concat());
        refuses(&output, 2, &[flags[0], "no layers", "a cat on a box"]);
    }
}

#[test]
fn a_scene_with_people_says_that_they_are_rough() {
    let home = Home::new();
    let output = home.run(&["image", "a girl and a cat", "--steps", "1", "--out", "a.png", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["people"], serde_json::json!(["girl"]));
    assert!(stderr(&output).contains("draws people roughly: girl"), "{}", stderr(&output));
    let output = home.run(&["image", "a cat", "--steps", "1", "--out", "b.png"]);
    assert!(!stderr(&output).contains("people"), "{}", stderr(&output));
}

#[test]
fn bad_picture_requests_are_refused_with_the_numbers() {
    let home = Home::new();
    refuses(&home.run(&["image", "   "]), 2, &["empty"]);
    refuses(&home.run(&["image", "cat", "--steps", "0"]), 2, &["steps is 0", "between 1 and 150"]);
    refuses(&home.run(&["image", "cat", "--steps", "151"]), 2, &["151"]);
    refuses(&home.run(&["image", "cat", "--guidance", "NaN"]), 2, &["guidance"]);
    refuses(&home.run(&["image", "cat", "--guidance=-1"]), 2, &["guidance"]);
    refuses(&home.run(&["image", "cat", "--count", "1000"]), 2, &["count"]);
    refuses(&home.run(&["image", "cat", "--seed", "18446744073709551616"]), 2, &["seed", "18446744073709551615"]);
    refuses(&home.run(&["image", "cat", "--sampler", "warp"]), 2, &["warp", "Euler, Euler a, Heun, DPM2"]);
    refuses(&home.run(&["image", "cat", "--size", "64"]), 2, &["WIDTHxHEIGHT"]);
    refuses(&home.run(&["image", "cat", "--size", "500x500"]), 2, &["512x512, 64x64"]);
    refuses(&home.run(&["image", "cat", "--model", "nope"]), 1, &["nope", "sticker-64"]);
    refuses(&home.run(&["image", "cat", "--model", "smollm2-135m"]), 1, &["smollm2-135m"]);
    refuses(&home.run(&["image"]), 2, &["PROMPT"]);
    refuses(&home.run(&["image", "cat", "--frobnicate"]), 2, &["--frobnicate"]);
}

#[test]
fn what_has_no_effect_on_a_model_is_wrong_usage() {
    let home = Home::new();
    let tiny = home.tiny_picture_model();
    let sd = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pipelines/sd15").display().to_string();
    let flags: [&[&str]; 4] =
        [&["--schedule", "karras"], &["--clip-skip", "4"], &["--rng", "torch"], &["--guidance-rescale", "0.5"]];
    for flag in flags {
        for model in ["sticker-64", &tiny] {
            let args = [&["image", "cat", "--model", model, "--out", "x.png"], flag].concat();
            refuses(&home.run(&args), 2, &[flag[0], "no effect"]);
        }
    }
    assert!(!home.path("x.png").exists());
    refuses(&home.run(&["image", "cat", "--model", &sd, "--sampler", "ddim", "--schedule", "karras"]), 2, &["DDIM"]);
    let args =
        ["image", "cat", "--model", &sd, "--size", "64x64", "--steps", "1", "--sampler", "heun", "--out", "y.png"];
    let output =
        home.run(&[&args[..], &["--schedule", "karras", "--rng", "torch", "--seed", "648312782957426"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let record = aigc_studio::store::picture_files::read_record(&home.path("y.png")).unwrap();
    assert_eq!((record.schedule.name(), record.noise.name(), record.seed()), ("Karras", "torch", 648_312_782_957_426));
}

#[test]
fn guidance_0_is_off_as_1_is() {
    let home = Home::new();
    let model = home.tiny_picture_model();
    let draw = |guidance: &str, name: &str| {
        let args = ["--model", &model, "--steps", "2", "--seed", "7", "--guidance", guidance, "--out", name];
        let output = home.run(&[&["image", "a red apple", "--negative", "blue"], &args[..]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        aigc_studio::store::picture_files::open(&home.path(name)).unwrap()
    };
    assert!(draw("0", "0.png") == draw("1", "1.png"));
    assert!(draw("1", "1.png") != draw("3", "3.png"));
}

/// Regression: the printed path had replacement characters, and led to no file.
#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_name_is_not_utf_8_is_printed_by_its_own_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let home = Home::new();
    let name = std::ffi::OsStr::from_bytes(b"\xc4\xe3.png");
    let model = home.tiny_picture_model();
    let mut command = home.command(&["image", "cat", "--model", &model, "--steps", "1", "--count", "2", "--out"]);
    let output = command.arg(name).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(output.stdout, b"\xc4\xe3-1.png\n\xc4\xe3-2.png\n");
    for file in output.stdout.split(|byte| *byte == b'\n').filter(|file| !file.is_empty()) {
        assert!(home.0.path().join(std::ffi::OsStr::from_bytes(file)).exists());
    }

    // A model's file may have such a name too.
    let file = home.0.path().join(std::ffi::OsStr::from_bytes(b"\xc4\xe3.gguf"));
    std::fs::rename(home.tiny_text_model(), &file).unwrap();
    let output = home.command(&["models", "check"]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn an_output_folder_that_cannot_be_is_found_before_the_first_step() {
    let home = Home::new();
    std::fs::write(home.path("file"), b"x").unwrap();
    let out = home.path("file/below.png").display().to_string();
    let started = Instant::now();
    refuses(&home.run(&["image", "cat", "--out", &out, "--steps", "150", "--count", "64"]), 1, &["file"]);
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn picture_models_that_are_not_what_they_say() {
    let home = Home::new();
    let folder = home.tiny_picture_model();
    let weights = Path::new(&folder).join("weights.safetensors");
    let good = std::fs::read(&weights).unwrap();
    let mut huge = good.clone();
    huge[..8].copy_from_slice(&(1u64 << 60).to_le_bytes());
    for (name, bytes) in [("cut", &good[..good.len() / 2]), ("empty", &[][..]), ("2^60 header", &huge[..])] {
        std::fs::write(&weights, bytes).unwrap();
        let output = home.run(&["image", "cat", "--model", &folder, "--out", "x.png"]);
        refuses(&output, 1, &["weights.safetensors"]);
        assert!(!home.path("x.png").exists(), "{name}");
    }
    let gone = home.path("gone.safetensors").display().to_string();
    refuses(&home.run(&["image", "cat", "--model", &gone]), 1, &["gone.safetensors"]);
}

#[test]
fn what_a_picture_model_cannot_do_is_refused_before_it_is_loaded() {
    let home = Home::new();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pipelines/sd15").display().to_string();
    let draw = |more: &[&str]| home.run(&[&["image", "cat", "--model", &model, "--out", "x.png"], more].concat());
    refuses(&draw(&["--clip-skip", "4", "--size", "64x64"]), 2, &["clip-skip is 4", "between 1 and 3"]);
    let large = draw(&["--size", "4294967288x4294967288"]);
    refuses(&large, 1, &["4294967288x4294967288 needs", "are available", "at most"]);
    assert!(!home.path("x.png").exists());
}

#[test]
fn syntax_that_is_not_followed_is_told_on_stderr_and_in_json() {
    let home = Home::new();
    let model = home.tiny_picture_model();
    let prompt = "red apple <lora:styl:0.8> [cat:dog:0.5]";
    let args = ["image", prompt, "--model", &model, "--out", "c.png", "--steps", "2", "--seed", "5", "--json"];
    let output = home.run(&args);
    let left_out = json(&output)["left_out"].clone();
    for (i, what) in ["<lora:styl:0.8>", "[cat:dog:0.5]"].iter().enumerate() {
        assert!(left_out[i].as_str().unwrap().contains(what), "{left_out}");
        assert!(stderr(&output).contains(what), "{}", stderr(&output));
    }
    home.run(&["image", "red apple cat", "--model", &model, "--out", "d.png", "--steps", "2", "--seed", "5"]);
    let pixels = |name: &str| image::open(home.path(name)).unwrap().to_rgba8();
    assert_eq!(pixels("c.png"), pixels("d.png"));
}

/// A VAE that makes no numbers: the latents stay beside the picture's place, and become it with the model's own VAE.
#[test]
fn a_picture_whose_decoding_failed_is_made_of_its_latents() {
    let home = Home::new();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pipelines/sd15");
    let (vae, file) = (home.path("vae"), "diffusion_pytorch_model.safetensors");
    std::fs::create_dir(&vae).unwrap();
    std::fs::copy(model.join("vae/config.json"), vae.join("config.json")).unwrap();
    let mut all = candle_core::safetensors::load(model.join("vae").join(file), &candle_core::Device::Cpu).unwrap();
    let bias = all.get_mut("decoder.conv_out.bias").unwrap();
    *bias = (bias.clone() * f64::NAN).unwrap();
    candle_core::safetensors::save(&all, vae.join(file)).unwrap();

    let (model, vae) = (model.display().to_string(), vae.display().to_string());
    let draw = ["image", "cat", "--model", &model, "--size", "64x64", "--steps", "2", "--seed", "3", "--out"];
    let output = home.run(&[&draw[..], &["bad.png", "--vae", &vae]].concat());
    refuses(&output, 1, &["bad.latent", "--decode", "NaN"]);
    assert!(home.path("bad.latent").is_file() && !home.path("bad.png").exists());
    assert!(home.run(&[&draw[..], &["good.png"]].concat()).status.success());
    let output = home.run(&["image", "--decode", "bad.latent", "--model", &model, "--out", "again.png"]);
    assert_eq!(stdout(&output).trim(), "again.png", "{}", stderr(&output));
    let pixels = |name: &str| aigc_studio::store::picture_files::open(&home.path(name)).unwrap();
    assert!(pixels("again.png") == pixels("good.png"), "the same picture");
    let record = aigc_studio::store::picture_files::read_record(&home.path("again.png")).unwrap();
    assert_eq!((record.prompt.as_str(), record.seed(), record.steps), ("cat", 3, 2));

    refuses(&home.run(&["image", "--decode", "gone.latent", "--model", &model]), 1, &["gone.latent"]);
    refuses(&home.run(&["image", "--decode", "good.png", "--model", &model]), 1, &["not a file of latents"]);
    refuses(&home.run(&["image", "--decode", "bad.latent", "--model", "sticker-64"]), 2, &["a model with a VAE"]);
}
