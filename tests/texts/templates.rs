//! Well-known chat templates, held to transformers' `apply_chat_template` (`tests/fixtures/text/make_templates.py`).

use std::io::Read;

use aigc_studio::engine::text::Chat;
use aigc_studio::engine::text::testing::render;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Template {
    name: String,
    bos: String,
    eos: String,
    template: String,
    cases: Vec<Value>,
}

#[test]
fn well_known_templates_are_rendered_as_transformers_does() {
    let mut text = String::new();
    let packed = &include_bytes!("../fixtures/text/templates.json.gz")[..];
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let all: Vec<Template> = serde_json::from_str(&text).unwrap();
    let (mut texts, mut wrong) = (0, Vec::new());
    for Template { name, bos, eos, template, cases } in &all {
        for (i, case) in cases.iter().enumerate() {
            let chat: Chat = serde_json::from_value(case.clone()).unwrap();
            let mut chat = chat;
            chat.kwargs.insert("date_string".to_owned(), "26 Jul 2024".into());
            match (render(template, bos, eos, &chat), case["text"].as_str()) {
                (Ok(ours), Some(theirs)) if ours == theirs => texts += 1,
                (Err(_), None) => {}
                // What is no refusal of the template's own, but a slip that only Python stops at.
                (Ok(_), None) if !case["error"].as_str().is_some_and(|e| e.contains("must alternate")) => {}
                (ours, theirs) => wrong.push(format!("{name} {i}: {ours:?}\nnot {theirs:?} ({})", case["error"])),
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {texts}\n{}", wrong.len(), wrong.join("\n"));
    assert!(all.len() >= 11 && texts >= 80, "{texts}");
}
