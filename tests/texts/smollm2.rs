//! The default language model itself, held to llama.cpp by fixtures (`tests/fixtures/text/make_fixtures.py`).
//!
//! Run with `cargo test --test texts smollm2 -- --ignored` once it is fetched, or with AIGC_STUDIO_TEST_SMOLLM2 naming
//! the file.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::common::{Greedy, TIE};
use aigc_studio::domain::{
    DeviceChoice, EventKind, FinishReason, KvType, Message, News, Role, TextNews, TextParams, TextPrompt, TextStats,
};
use aigc_studio::engine::text::testing::{Vocabulary, request, run};
use aigc_studio::engine::text::{TextPipeline, inspect};
use aigc_studio::engine::{CancelToken, MemoryBudget, Stop};
use serde::Deserialize;

fn smollm2() -> PathBuf {
    if let Some(path) = std::env::var_os("AIGC_STUDIO_TEST_SMOLLM2") {
        return path.into();
    }
    let home = std::env::var_os("AIGC_STUDIO_HOME").expect("AIGC_STUDIO_TEST_SMOLLM2 or AIGC_STUDIO_HOME is set");
    PathBuf::from(home).join("models/smollm2-135m/SmolLM2-135M-Instruct.Q4_1.gguf")
}

fn pipeline() -> TextPipeline {
    TextPipeline::new(MemoryBudget::new(2 << 30), DeviceChoice::Cpu)
}

fn answer(pipeline: &mut TextPipeline, prompt: TextPrompt, params: TextParams) -> (String, TextStats) {
    let text = Arc::new(Mutex::new(String::new()));
    let sink = text.clone();
    let stats = run(pipeline, &request(&smollm2(), prompt, params, 42), &CancelToken::new(), move |event| {
        if let EventKind::News(News::Text(TextNews::Token { text })) = event {
            sink.lock().unwrap().push_str(text);
        }
    });
    let text = text.lock().unwrap().clone();
    (text, stats.unwrap())
}

#[derive(Deserialize)]
struct Line {
    pre: String,
    text: String,
    ids: Vec<u32>,
}

fn lines() -> Vec<Line> {
    let mut text = String::new();
    let packed = &include_bytes!("../fixtures/text/tokens.jsonl.gz")[..];
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
#[ignore = "needs SmolLM2 (fetch smollm2-135m, or set AIGC_STUDIO_TEST_SMOLLM2)"]
fn tokens_are_those_of_llama_cpp() {
    let lines = lines();
    let mut compared = 0;
    let pres: BTreeSet<&str> = lines.iter().map(|line| line.pre.as_str()).filter(|p| !p.starts_with("gemma")).collect();
    for pre in pres {
        let vocabulary = Vocabulary::open(&smollm2(), Some(pre)).unwrap();
        let wrong: Vec<String> = (lines.iter().filter(|line| line.pre == pre))
            .inspect(|_| compared += 1)
            .filter_map(|line| {
                let ids = vocabulary.encode(&line.text);
                (ids != line.ids).then(|| format!("{:?}\n  {:?}\n  {ids:?}", line.text, line.ids))
            })
            .collect();
        assert!(wrong.is_empty(), "{pre}: {} differ\n{}", wrong.len(), wrong.join("\n"));
    }
    assert!(compared > 2500, "{compared}");
}

#[derive(Deserialize)]
struct Chat {
    messages: Vec<Message>,
    text: String,
    ids: Vec<u32>,
}

#[test]
#[ignore = "needs SmolLM2 (fetch smollm2-135m, or set AIGC_STUDIO_TEST_SMOLLM2)"]
fn the_template_is_rendered_as_jinja_does() {
    let chats: Vec<Chat> = serde_json::from_str(include_str!("../fixtures/text/chat.json")).unwrap();
    let vocabulary = Vocabulary::open(&smollm2(), None).unwrap();
    for chat in &chats {
        let (text, ids) = vocabulary.chat(&chat.messages).unwrap();
        assert_eq!(text, chat.text);
        assert_eq!(ids, chat.ids);
    }
    assert!(chats.len() >= 4);
}

#[test]
#[ignore = "needs SmolLM2 (fetch smollm2-135m, or set AIGC_STUDIO_TEST_SMOLLM2)"]
fn the_network_foresees_what_llama_cpp_foresees() {
    let rows: Vec<Greedy> = serde_json::from_str(include_str!("../fixtures/text/greedy.json")).unwrap();
    let vocabulary = Vocabulary::open(&smollm2(), None).unwrap();
    for row in &rows {
        assert_eq!(vocabulary.encode(&row.prompt), row.ids);
        let others = row.hold(&smollm2(), 1e-3);
        if row.exact {
            continue;
        }
        let write = |kv| {
            let greedy = TextParams { temperature: 0.0, max_tokens: 128, kv, ..Default::default() };
            let (text, stats) = answer(&mut pipeline(), TextPrompt::Raw(row.prompt.clone()), greedy);
            // One that comes to repeat itself is stopped there; theirs goes on.
            let looped = stats.finish_reason == FinishReason::Repetition;
            (text, if looped { &row.answer[..stats.completion_tokens] } else { &row.answer[..] })
        };
        // What was held step by step is what is written.
        if others == 0 {
            let (text, theirs) = write(KvType::F32);
            assert_eq!(text, vocabulary.decode(theirs));
        }
        // With keys and values in f16 it parts from theirs, where it does, at a near tie.
        let (text, theirs) = write(KvType::F16);
        let parts = |i: &usize| !text.starts_with(&vocabulary.decode(&theirs[..=*i]));
        if let Some(i) = (0..theirs.len()).find(parts) {
            let (best, _, second) = row.best[i];
            assert!(best - second < TIE, "step {i}, {} ahead: {text:?}", best - second);
        }
    }
    for exact in [true, false] {
        let steps: usize = rows.iter().filter(|row| row.exact == exact).map(|row| row.answer.len()).sum();
        assert!(steps >= 3 * 64, "{steps} steps");
    }
}

fn ask(question: &str) -> TextPrompt {
    TextPrompt::Chat(vec![Message { role: Role::User, content: question.to_owned() }])
}

#[test]
#[ignore = "needs SmolLM2 (fetch smollm2-135m, or set AIGC_STUDIO_TEST_SMOLLM2)"]
fn a_conversation_reads_only_what_is_new_and_says_the_same() {
    let mut warm = pipeline();
    let params = TextParams { max_tokens: 24, ..Default::default() };
    let (first, stats) = answer(&mut warm, ask("What is the capital of France?"), params.clone());
    assert!(stats.reused_tokens == 0 && !first.is_empty());
    let turn = |role, content: &str| Message { role, content: content.to_owned() };
    let second = TextPrompt::Chat(vec![
        turn(Role::User, "What is the capital of France?"),
        turn(Role::Assistant, &first),
        turn(Role::User, "And of Italy?"),
    ]);
    let (cached, stats) = answer(&mut warm, second.clone(), params.clone());
    assert!(stats.reused_tokens > stats.prompt_tokens / 2, "{stats:?}");
    let (fresh, _) = answer(&mut pipeline(), second, params);
    assert_eq!(cached, fresh);
}

#[test]
#[ignore = "needs SmolLM2 (fetch smollm2-135m, or set AIGC_STUDIO_TEST_SMOLLM2)"]
fn the_header_tells_what_it_is() {
    let info = inspect(&smollm2()).unwrap();
    assert_eq!((info.architecture.as_str(), info.quantization.as_str()), ("llama", "Q4_1"));
    assert_eq!((info.context_length, info.vocabulary, info.layers), (8192, 49152, 30));
    assert_eq!((info.parameters, info.bytes), (134_515_008, 98_362_432));
}

/// Prints the figures of this build: `-- --ignored --nocapture figures`.
#[test]
#[ignore = "needs SmolLM2 (fetch smollm2-135m, or set AIGC_STUDIO_TEST_SMOLLM2)"]
fn figures() {
    let mut warm = pipeline();
    for words in [6, 480] {
        let prompt = format!("Continue this list: {}", "one two three four five six ".repeat(words / 6));
        let (text, stats) = answer(&mut warm, ask(&prompt), TextParams { max_tokens: 64, ..Default::default() });
        println!(
            "{} prompt tokens: load {:.2} s, first token {:.2} s, {:.0} tokens/s read, {:.1} tokens/s written",
            stats.prompt_tokens, stats.load_s, stats.ttft_s, stats.prompt_tok_s, stats.decode_tok_s
        );
        assert!(!text.is_empty() && stats.finish_reason != FinishReason::ContextFull);
    }
    // A cancel in a long prompt is obeyed within a chunk.
    let token = CancelToken::new();
    let (cancel, at) = (token.clone(), Arc::new(Mutex::new(None)));
    let when = at.clone();
    let long = TextPrompt::Raw("word ".repeat(1500));
    let result = run(&mut warm, &request(&smollm2(), long, TextParams::default(), 1), &token, move |event| {
        if matches!(event, EventKind::News(News::Text(TextNews::Prefill { done: 32.., .. }))) && !cancel.is_cancelled()
        {
            *when.lock().unwrap() = Some(Instant::now());
            cancel.cancel();
        }
    });
    let waited = at.lock().unwrap().expect("the prompt was begun").elapsed();
    assert!(matches!(result, Err(Stop::Cancelled)));
    println!("cancel in prefill obeyed after {:.0} ms", waited.as_secs_f64() * 1e3);
    assert!(waited < Duration::from_secs(5));
}
