//! The text pipeline on tiny models made on the spot: what it streams, how it ends, what it refuses.

mod parts;
mod prompts;
mod thoughts;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use aigc_studio::domain::{
    DeviceChoice, EventKind, FinishReason, Message, News, Role, TextNews, TextParams, TextPrompt, TextStats,
};
use aigc_studio::engine::text::testing::{GgufFile, Meta, request, run, tiny_gguf};
use aigc_studio::engine::text::{TextPipeline, inspect};
use aigc_studio::engine::{Backend, CancelToken, MemoryBudget, Stop};
use aigc_studio::error::{Cause, StudioError};

/// A model file of its own for a test.
struct Model {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn model_of(file: &GgufFile) -> Model {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.gguf");
    file.write(&path).unwrap();
    Model { _folder: folder, path }
}

fn tiny() -> Model {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.gguf");
    tiny_gguf(&path).unwrap();
    Model { _folder: folder, path }
}

fn pipeline() -> TextPipeline {
    TextPipeline::new(MemoryBudget::new(1 << 30), DeviceChoice::Cpu)
}

fn params() -> TextParams {
    TextParams { max_tokens: 40, ..Default::default() }
}

fn raw(text: &str) -> TextPrompt {
    TextPrompt::Raw(text.to_owned())
}

fn say(role: Role, content: &str) -> Message {
    Message { role, content: content.to_owned() }
}

/// Runs a job: the answer's text, and the figures or why there are none.
fn answer(
    pipeline: &mut TextPipeline,
    model: &Model,
    prompt: TextPrompt,
    params: TextParams,
    seed: u64,
) -> (String, Result<TextStats, Stop>) {
    let text = Arc::new(Mutex::new(String::new()));
    let sink = text.clone();
    let result = run(pipeline, &request(&model.path, prompt, params, seed), &CancelToken::new(), move |event| {
        if let EventKind::News(News::Text(TextNews::Token { text })) = event {
            sink.lock().unwrap().push_str(text);
        }
    });
    let text = text.lock().unwrap().clone();
    (text, result)
}

fn failure(result: Result<TextStats, Stop>) -> StudioError {
    match result {
        Err(Stop::Failed(error)) => error,
        other => panic!("{other:?} instead of a failure"),
    }
}

#[test]
fn events_come_in_order_and_the_figures_add_up() {
    let model = tiny();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = seen.clone();
    let chat = TextPrompt::Chat(vec![say(Role::User, &"Hello there, this is longer than one chunk. ".repeat(5))]);
    let stats = run(&mut pipeline(), &request(&model.path, chat, params(), 1), &CancelToken::new(), move |event| {
        sink.lock().unwrap().push(event.clone());
    })
    .unwrap();
    let seen = seen.lock().unwrap();
    assert!(matches!(seen[0], EventKind::Loading { fraction: Some(0.0) }));
    let order = |event: &EventKind| match event {
        EventKind::Loading { .. } => 0,
        EventKind::Ready { .. } => 1,
        EventKind::News(News::Text(TextNews::Prefill { .. })) => 2,
        EventKind::News(News::Text(TextNews::Token { .. })) => 3,
        other => panic!("{other:?}"),
    };
    assert!(seen.is_sorted_by_key(order));
    assert_eq!(seen.iter().filter(|e| matches!(e, EventKind::Ready { .. })).count(), 1);
    assert!(seen.iter().any(
        |e| matches!(e, EventKind::News(News::Text(TextNews::Prefill { done, total })) if done < total && *done > 0)
    ));
    assert!(seen.iter().any(|e| matches!(e, EventKind::Loading { fraction: Some(f) } if *f > 0.9)));
    assert_eq!((stats.completion_tokens, stats.finish_reason), (40, FinishReason::Length));
    assert!(stats.prompt_tokens > 32 && stats.reused_tokens == 0 && stats.seed == 1);
    assert!(stats.load_s > 0.0 && stats.ttft_s > 0.0 && stats.prompt_tok_s > 0.0 && stats.decode_tok_s > 0.0);
}

#[test]
fn the_same_seed_gives_the_same_text_also_from_the_cache() {
    let model = tiny();
    let mut warm = pipeline();
    let (first, stats) = answer(&mut warm, &model, raw("Once upon a time there was"), params(), 7);
    assert_eq!(stats.unwrap().reused_tokens, 0);
    assert_eq!(first.len(), 40);
    let (again, stats) = answer(&mut warm, &model, raw("Once upon a time there was"), params(), 7);
    let stats = stats.unwrap();
    assert_eq!(again, first);
    assert_eq!((stats.reused_tokens, stats.load_s), (stats.prompt_tokens - 1, 0.0));
    assert_ne!(answer(&mut warm, &model, raw("Once upon a time there was"), params(), 8).0, first);

    // A longer prompt that shares a beginning, read afresh or on top of the cache.
    let longer = "Once upon a time there was another story, and it had more of everything in it";
    let (cached, stats) = answer(&mut warm, &model, raw(longer), params(), 3);
    let stats = stats.unwrap();
    assert!(stats.reused_tokens > 10 && stats.reused_tokens < stats.prompt_tokens / 2, "{stats:?}");
    let (fresh, stats) = answer(&mut pipeline(), &model, raw(longer), params(), 3);
    assert_eq!(stats.unwrap().reused_tokens, 0);
    assert_eq!(cached, fresh);
}

#[test]
fn a_stop_text_ends_the_answer_and_is_not_part_of_it() {
    let model = tiny();
    let greedy = TextParams { temperature: 0.0, ..params() };
    let (whole, _) = answer(&mut pipeline(), &model, raw("abc"), greedy.clone(), 1);
    assert_eq!(whole.len(), 40);
    // Its tokens are single characters, so this one spans five of them.
    let stop = &whole[20..25];
    let expected = &whole[..whole.find(stop).unwrap()];
    let stops = TextParams { stop: vec![String::new(), stop.to_owned()], ..greedy };
    let (text, stats) = answer(&mut pipeline(), &model, raw("abc"), stops, 1);
    assert_eq!(text, expected);
    assert_eq!(stats.unwrap().finish_reason, FinishReason::Stop);
}

#[test]
fn an_end_token_ends_the_answer() {
    let mut file = GgufFile::tiny_llama();
    // Whatever was the likeliest token is now called the end.
    let model = model_of(&file);
    let greedy = TextParams { temperature: 0.0, ..params() };
    let (text, _) = answer(&mut pipeline(), &model, raw("abc"), greedy.clone(), 1);
    file.set("tokenizer.ggml.eos_token_id", Meta::U32(u32::from(text.as_bytes()[0])));
    let (text, stats) = answer(&mut pipeline(), &model_of(&file), raw("abc"), greedy, 1);
    let stats = stats.unwrap();
    assert_eq!((text.as_str(), stats.completion_tokens, stats.finish_reason), ("", 0, FinishReason::Stop));
}

#[test]
fn the_context_is_never_cut_in_silence() {
    let model = tiny();
    let small = TextParams { context: 64, max_tokens: 1000, ..params() };
    let fits = "x".repeat(64);
    let over = "x".repeat(71);
    let (text, result) = answer(&mut pipeline(), &model, raw(&over), small.clone(), 1);
    assert_eq!(failure(result).cause(), &Cause::PromptTooLong { tokens: 71, context: 64 });
    assert_eq!(text, "");
    let (text, stats) = answer(&mut pipeline(), &model, raw(&fits), small.clone(), 1);
    let stats = stats.unwrap();
    assert_eq!((text.as_str(), stats.finish_reason), ("", FinishReason::ContextFull));
    let (text, stats) = answer(&mut pipeline(), &model, raw(&fits[..50]), small, 1);
    let stats = stats.unwrap();
    assert_eq!((text.len(), stats.completion_tokens, stats.finish_reason), (14, 14, FinishReason::ContextFull));
    // The model's own limit counts where it is smaller.
    let (_, result) = answer(&mut pipeline(), &model, raw(&"x".repeat(600)), params(), 1);
    assert_eq!(failure(result).cause(), &Cause::PromptTooLong { tokens: 600, context: 512 });
}

#[test]
fn cancel_is_obeyed_while_loading_reading_and_writing() {
    let model = tiny();
    type When = fn(&EventKind) -> bool;
    let moments: [(&str, When); 3] = [
        ("loading", |e| matches!(e, EventKind::Loading { fraction: Some(f) } if *f > 0.2)),
        ("prefill", |e| matches!(e, EventKind::News(News::Text(TextNews::Prefill { done: 32.., .. })))),
        ("decode", |e| matches!(e, EventKind::News(News::Text(TextNews::Token { .. })))),
    ];
    for (name, when) in moments {
        let mut pipeline = pipeline();
        let token = CancelToken::new();
        let (cancel, after) = (token.clone(), Arc::new(Mutex::new(0)));
        let count = after.clone();
        let request = request(&model.path, raw(&"long prompt ".repeat(30)), params(), 1);
        let result = run(&mut pipeline, &request, &token, move |event| {
            if cancel.is_cancelled() {
                *count.lock().unwrap() += 1;
            } else if when(event) {
                cancel.cancel();
            }
        });
        assert!(matches!(result, Err(Stop::Cancelled)), "{name}: {result:?}");
        assert!(*after.lock().unwrap() <= 1, "{name}: {} events after the cancel", after.lock().unwrap());
        // The same pipeline goes on with the next job, and to the same end as a fresh one.
        let (text, result) = answer(&mut pipeline, &model, raw("abc"), params(), 1);
        result.unwrap();
        assert_eq!(text, answer(&mut self::pipeline(), &model, raw("abc"), params(), 1).0, "{name}");
    }
}

#[test]
fn empty_prompts_and_wild_sliders_are_refused() {
    let model = tiny();
    for prompt in [raw(""), TextPrompt::Chat(vec![]), TextPrompt::Chat(vec![say(Role::User, " \n")])] {
        let (_, result) = answer(&mut pipeline(), &model, prompt, params(), 1);
        assert_eq!(failure(result).cause(), &Cause::EmptyPrompt);
    }
    for wild in [TextParams { temperature: f32::NAN, ..params() }, TextParams { top_p: 1.5, ..params() }] {
        let (_, result) = answer(&mut pipeline(), &model, raw("a"), wild, 1);
        assert!(matches!(failure(result).cause(), Cause::OutOfRange { .. }));
    }
}

#[test]
fn numbers_out_of_range_are_told() {
    let mut file = GgufFile::tiny_llama();
    let norm = file.tensor("output_norm.weight");
    norm.data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    let (_, result) = answer(&mut pipeline(), &model_of(&file), raw("abc"), params(), 1);
    assert_eq!(failure(result).cause(), &Cause::BadLogits { step: 0 });
}

#[test]
fn memory_is_asked_for_before_it_is_taken_and_given_back() {
    let model = tiny();
    let info = inspect(&model.path).unwrap();
    let budget = MemoryBudget::new(info.weight_memory - 1);
    let mut pipeline = TextPipeline::new(budget, DeviceChoice::Cpu);
    let (_, result) = answer(&mut pipeline, &model, raw("abc"), params(), 1);
    let (needed, free) = (info.weight_memory, info.weight_memory - 1);
    assert_eq!(failure(result).cause(), &Cause::NotEnoughMemory { needed, free });

    // 2 layers, keys and values, 2 heads of 8 halves: 128 bytes a token.
    let budget = MemoryBudget::new(info.weight_memory + 128 * 100);
    let mut pipeline = TextPipeline::new(budget.clone(), DeviceChoice::Cpu);
    let (_, result) = answer(&mut pipeline, &model, raw("abc"), params(), 1);
    assert_eq!(failure(result).cause(), &Cause::NotEnoughMemory { needed: 128 * 512, free: 128 * 100 });
    let (_, result) = answer(&mut pipeline, &model, raw("abc"), TextParams { context: 64, ..params() }, 1);
    result.unwrap();
    assert_eq!(budget.used(), info.weight_memory + 128 * 64);
    pipeline.unload();
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_file_that_changed_is_read_again() {
    let model = tiny();
    let mut pipeline = pipeline();
    let (first, _) = answer(&mut pipeline, &model, raw("abc"), params(), 1);
    let mut file = GgufFile::tiny_llama();
    file.set("general.name", Meta::Text("Another".into()));
    file.tensor("token_embd.weight").data.reverse();
    for byte in file.tensor("token_embd.weight").data.chunks_exact_mut(4) {
        byte.reverse();
    }
    file.write(&model.path).unwrap();
    let (second, stats) = answer(&mut pipeline, &model, raw("abc"), params(), 1);
    assert!(stats.unwrap().load_s > 0.0);
    assert_ne!(first, second);
}

#[test]
fn what_was_weighed_is_told_where_it_is_asked_for() {
    let model = tiny();
    let told = |inspect: bool| {
        let request = request(&model.path, raw("abc"), TextParams { inspect, max_tokens: 8, ..params() }, 1);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = seen.clone();
        let ended = run(&mut pipeline(), &request, &CancelToken::new(), move |event| {
            if let EventKind::News(News::Text(TextNews::Weighed(choice))) = event {
                sink.lock().unwrap().push(choice.clone());
            }
        });
        assert!(ended.is_ok());
        seen.lock().unwrap().clone()
    };
    assert!(told(false).is_empty());
    let all = told(true);
    assert_eq!(all.len(), 8);
    for choice in all {
        assert!(choice.probability > 0.0 && choice.probability <= 1.0 && !choice.bytes.is_empty());
        assert!(choice.others.windows(2).all(|w| w[0].probability >= w[1].probability));
        let sum: f32 = choice.others.iter().map(|o| o.probability).sum();
        assert!(choice.others.len() > 1 && sum <= 1.0 + 1e-4, "{sum}");
    }
}
