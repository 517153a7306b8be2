use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::domain::{DeviceChoice, EventKind, FinishReason, Grammar, LogitBias, News, TextNews, TextPrompt, TextStats};
use crate::engine::text::TextPipeline;
use crate::engine::text::testing::{request, run, tiny_gguf};
use crate::engine::{CancelToken, MemoryBudget, Stop};
use std::sync::{Arc, Mutex};

fn answer(
    pipeline: &mut TextPipeline,
    path: &Path,
    params: TextParams,
    seed: u64,
) -> std::result::Result<(String, TextStats), Stop> {
    let request = request(path, TextPrompt::Raw("Say it".to_owned()), params, seed);
    let text = Arc::new(Mutex::new(String::new()));
    let written = text.clone();
    let stats = run(pipeline, &request, &CancelToken::new(), move |event| {
        if let EventKind::News(News::Text(TextNews::Token { text })) = event {
            written.lock().unwrap().push_str(text);
        }
    })?;
    let text = text.lock().unwrap().clone();
    Ok((text, stats))
}

/// A tiny model with random weights, and what runs it.
fn tiny() -> (tempfile::TempDir, std::path::PathBuf, TextPipeline) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.gguf");
    tiny_gguf(&path).unwrap();
    let budget = MemoryBudget::new(1 << 30);
    (folder, path, TextPipeline::new(budget, DeviceChoice::Cpu))
}

fn by(grammar: Grammar) -> TextParams {
    TextParams { grammar: Some(grammar), temperature: 1.5, top_k: 0, top_p: 1.0, min_p: 0.0, ..Default::default() }
}

#[test]
fn a_random_model_writes_json_by_the_schema() {
    let schema = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 12},
            "age": {"type": "integer", "minimum": 0, "maximum": 130},
            "tags": {"type": "array", "items": {"enum": ["a", "bee", "é漢😀"]}, "minItems": 1, "maxItems": 3},
            "born": {"type": "string", "format": "date"},
        },
        "required": ["name", "age", "tags"],
    });
    let (_folder, path, mut pipeline) = tiny();
    let mut whole = 0;
    for seed in 0..30 {
        let params = by(Grammar::JsonSchema(schema.to_string()));
        let (text, stats) = answer(&mut pipeline, &path, params, seed).unwrap();
        if stats.finish_reason != FinishReason::Stop {
            continue;
        }
        whole += 1;
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(value["name"].as_str().unwrap().chars().count() <= 12, "{text}");
        assert!((0..=130).contains(&value["age"].as_i64().unwrap()), "{text}");
        let tags = value["tags"].as_array().unwrap();
        assert!((1..=3).contains(&tags.len()), "{text}");
        assert!(tags.iter().all(|tag| ["a", "bee", "é漢😀"].contains(&tag.as_str().unwrap())), "{text}");
    }
    assert!(whole >= 25, "{whole} of 30 came to an end");
}

#[test]
fn an_answer_ends_when_its_grammar_does() {
    let (_folder, path, mut pipeline) = tiny();
    for (grammar, texts) in [("root ::= \"yes\" | \"no\"", vec!["yes", "no"]), ("root ::= \"漢😀\"", vec!["漢😀"])]
    {
        for mirostat in 0..3 {
            let params = TextParams { mirostat, ..by(Grammar::Gbnf(grammar.to_owned())) };
            let (text, stats) = answer(&mut pipeline, &path, params, mirostat.into()).unwrap();
            assert!(texts.contains(&text.as_str()), "{text}");
            assert_eq!(stats.finish_reason, FinishReason::Stop);
        }
    }
    // It may end anywhere: only an end token ends it.
    let params = TextParams { max_tokens: 8, ..by(Grammar::Gbnf("root ::= [a-z]*".to_owned())) };
    let forced = LogitBias::parse("298+100").unwrap();
    let (text, _) = answer(&mut pipeline, &path, params.clone(), 1).unwrap();
    assert!(text.chars().all(|c| c.is_ascii_lowercase()), "{text}");
    let (text, stats) =
        answer(&mut pipeline, &path, TextParams { logit_bias: vec![forced.clone()], ..params }, 1).unwrap();
    assert_eq!((text.as_str(), stats.finish_reason), ("", FinishReason::Stop));
    // Where it may not, the end token is refused however likely it is.
    let params = by(Grammar::Gbnf("root ::= [a-c]{5}".to_owned()));
    let (text, _) = answer(&mut pipeline, &path, TextParams { logit_bias: vec![forced], ..params }, 1).unwrap();
    assert_eq!(text.len(), 5);
}

#[test]
fn a_grammar_that_lets_the_drawn_token_pass_changes_nothing() {
    let (_folder, path, mut pipeline) = tiny();
    let free = TextParams { max_tokens: 30, ..TextParams::default() };
    let bound = TextParams { grammar: Some(Grammar::Gbnf("root ::= .*".to_owned())), ..free.clone() };
    let (text, _) = answer(&mut pipeline, &path, free, 5).unwrap();
    assert_eq!(answer(&mut pipeline, &path, bound, 5).unwrap().0, text);
}

#[test]
fn biases_are_tokens_of_the_vocabulary() {
    let (_folder, path, mut pipeline) = tiny();
    let with = |bias: &str| TextParams {
        logit_bias: vec![LogitBias::parse(bias).unwrap()],
        max_tokens: 4,
        ..TextParams::default()
    };
    assert_eq!(answer(&mut pipeline, &path, with("z+100"), 1).unwrap().0, "zzzz");
    assert_eq!(answer(&mut pipeline, &path, with("122+100"), 1).unwrap().0, "zzzz");
    let Err(Stop::Failed(error)) = answer(&mut pipeline, &path, with("300+1"), 1) else { panic!("there are 300") };
    assert!(matches!(error.cause(), Cause::OutOfRange { name: "logit-bias", .. }), "{error:?}");
}

#[test]
fn without_an_end_the_answer_is_as_long_as_it_may_be() {
    let (_folder, path, mut pipeline) = tiny();
    // The end is the likeliest by far, and would be the first token.
    let ends = TextParams {
        logit_bias: vec![LogitBias::parse("298+100").unwrap()],
        max_tokens: 7,
        temperature: 0.0,
        ..TextParams::default()
    };
    let (text, stats) = answer(&mut pipeline, &path, ends.clone(), 1).unwrap();
    assert_eq!((text.as_str(), stats.finish_reason), ("", FinishReason::Stop));
    let (_, stats) = answer(&mut pipeline, &path, TextParams { ignore_eos: true, ..ends }, 1).unwrap();
    assert_eq!((stats.completion_tokens, stats.finish_reason), (7, FinishReason::Length));
}

#[test]
fn a_wrong_grammar_is_told_before_the_model_is_loaded() {
    let (_folder, path, mut pipeline) = tiny();
    let params = by(Grammar::Gbnf("root ::= root".to_owned()));
    let Err(Stop::Failed(error)) = answer(&mut pipeline, &path.with_extension("none"), params, 1) else { panic!() };
    assert!(matches!(error.cause(), Cause::BadGrammar { line: 1, .. }), "{error:?}");
}
