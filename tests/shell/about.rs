//! The facts for a bug report, and the licences.

use aigc_studio::about::{COMMIT, VERSION};

use super::*;

#[test]
fn about_prints_the_facts_in_words_and_as_json() {
    let home = Home::new();
    let folder = home.path("").display().to_string();
    let folder = folder.trim_end_matches('/');
    for (locale, word) in [("C", "Data folder"), ("zh_CN.UTF-8", "数据文件夹")] {
        let output = home.command(&["about"]).env("LC_ALL", locale).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let text = stdout(&output);
        for fact in ["AIGC Studio", VERSION, COMMIT, folder, word, std::env::consts::ARCH] {
            assert!(text.contains(fact), "no {fact:?} in: {text}");
        }
    }
    let value = json(&home.run(&["about", "--json"]));
    assert_eq!([&value["version"], &value["commit"]], [VERSION, COMMIT]);
    assert_eq!(value["data"].as_str().map(|data| data.trim_end_matches('/')), Some(folder));
    assert!(value.get("licences").is_none(), "{value}");
    let plain = home.command(&["about", "--json"]).env("AIGC_STUDIO_PROCESSOR", "plain").output().unwrap();
    assert_eq!(json(&plain)["kernels"], "plain");
    refuses(&home.run(&["about", "--licence"]), 2, &["--licence"]);
}

#[test]
fn about_prints_every_licence_with_its_texts() {
    let home = Home::new();
    let output = home.run(&["about", "--licences"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    for part in
        ["egui 0.", "Noto Sans SC (Adobe): OFL-1.1", "Apache License", "Permission is hereby granted", "WordNet"]
    {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("{copyright}"));
    assert!(text.len() < 1_000_000, "a text that many share is printed once: {} bytes", text.len());

    let value = json(&home.run(&["about", "--licences", "--json"]));
    let texts = value["licences"]["texts"].as_array().unwrap();
    let components = value["licences"]["components"].as_array().unwrap();
    assert!(components.len() > 300 && texts.len() > 20);
    for file in components.iter().flat_map(|component| component["files"].as_array().unwrap()) {
        assert!((file["text"].as_u64().unwrap() as usize) < texts.len(), "{file}");
    }
}
