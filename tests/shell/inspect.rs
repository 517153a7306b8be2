//! Settings inside pictures.

use super::*;

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
    std::fs::write(home.path("plain.png"), aigc_studio::store::picture_files::encode_png(&plain, None).unwrap())
        .unwrap();
    refuses(&home.run(&["inspect", "plain.png"]), 1, &["plain.png has no settings"]);
    refuses(&home.run(&["inspect", "plain.png", "--json"]), 1, &["plain.png has no settings"]);
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
        assert_eq!(aigc_studio::store::picture_files::read_record(&home.path(name)).is_ok(), !told, "{name}");
    }
}
