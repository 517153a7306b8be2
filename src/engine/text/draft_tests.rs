//! With a draft model or without, good or bad: the same answer.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::*;
use crate::domain::{
    DeviceChoice, EventKind, FinishReason, Grammar, News, TextNews, TextParams, TextPrompt, TextStats,
};
use crate::engine::text::testing::{GgufFile, Meta, request, request_with_draft, run};
use crate::engine::text::{TextPipeline, inspect};
use crate::engine::{Backend, MemoryBudget};
use crate::error::{Cause, StudioError};

/// A model, and drafts for it.
struct Files {
    folder: tempfile::TempDir,
    model: PathBuf,
}

/// A token as it was weighed: equal within what sums of another order may differ by.
#[derive(Clone, Debug)]
struct Weight(Vec<u8>, f32);

impl PartialEq for Weight {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 && (self.1 - other.1).abs() < 1e-4
    }
}

/// All that is heard of an answer, and its figures without the times.
#[derive(Clone, Debug, PartialEq)]
struct Heard {
    text: String,
    weighed: Vec<Weight>,
    stats: TextStats,
    left_out: Vec<Cause>,
}

fn files() -> Files {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.gguf");
    GgufFile::tiny_llama().write(&model).unwrap();
    Files { folder, model }
}

impl Files {
    fn draft(&self, name: &str, change: impl FnOnce(&mut GgufFile)) -> PathBuf {
        let mut file = GgufFile::tiny_llama();
        change(&mut file);
        let path = self.folder.path().join(name);
        file.write(&path).unwrap();
        path
    }

    /// One that is always right, one that often is, one that hardly ever is.
    fn drafts(&self) -> [PathBuf; 3] {
        [
            self.draft("twin", |_| {}),
            self.draft("near", |file| {
                let data = &mut file.tensor("output.weight").data;
                for (i, x) in data.chunks_exact_mut(4).enumerate() {
                    let old = f32::from_le_bytes([x[0], x[1], x[2], x[3]]);
                    x.copy_from_slice(&(old * (1.0 + 0.2 * (i as f32).sin())).to_le_bytes());
                }
            }),
            self.draft("far", |file| {
                file.set("llama.block_count", Meta::U32(1)).tensors.retain(|t| !t.name.starts_with("blk.1."));
            }),
        ]
    }
}

fn pipeline() -> TextPipeline {
    TextPipeline::new(MemoryBudget::new(1 << 30), DeviceChoice::Cpu)
}

fn hear(
    pipeline: &mut TextPipeline,
    model: &Path,
    draft: Option<&Path>,
    prompt: &str,
    params: &TextParams,
    cancel_after: usize,
) -> (Result<TextStats, Stop>, Heard) {
    let prompt = TextPrompt::Raw(prompt.to_owned());
    let request = match draft {
        Some(draft) => request_with_draft(model, draft, prompt, params.clone(), 5),
        None => request(model, prompt, params.clone(), 5),
    };
    let heard = Arc::new(Mutex::new((String::new(), Vec::new(), Vec::new())));
    let (sink, token) = (heard.clone(), CancelToken::new());
    let cancel = token.clone();
    let result = run(pipeline, &request, &token, move |event| {
        let mut heard = sink.lock().unwrap();
        match event {
            EventKind::News(News::Text(TextNews::Token { text })) => heard.0.push_str(text),
            EventKind::News(News::Text(TextNews::Weighed(choice))) => {
                heard.1.push(Weight(choice.bytes.clone(), choice.probability))
            }
            EventKind::News(News::Text(TextNews::WithoutDraft { error })) => heard.2.push(error.cause().clone()),
            _ => {}
        }
        if heard.0.len() >= cancel_after {
            cancel.cancel();
        }
    });
    let (text, weighed, left_out) = heard.lock().unwrap().clone();
    let none = TextStats {
        prompt_tokens: 0,
        reused_tokens: 0,
        dropped_turns: 0,
        completion_tokens: 0,
        load_s: 0.0,
        ttft_s: 0.0,
        prompt_tok_s: 0.0,
        decode_tok_s: 0.0,
        drafted_tokens: 0,
        accepted_tokens: 0,
        seed: 0,
        finish_reason: FinishReason::Stop,
    };
    let stats = result.as_ref().cloned().unwrap_or(none.clone());
    let stats = TextStats { load_s: 0.0, ttft_s: 0.0, prompt_tok_s: 0.0, decode_tok_s: 0.0, ..stats };
    (result, Heard { text, weighed, stats, left_out })
}

fn answer(pipeline: &mut TextPipeline, model: &Path, draft: Option<&Path>, prompt: &str, params: &TextParams) -> Heard {
    let (result, heard) = hear(pipeline, model, draft, prompt, params, usize::MAX);
    result.unwrap();
    heard
}

/// What is the same with and without a draft.
fn same(heard: &Heard) -> Heard {
    let stats = TextStats { drafted_tokens: 0, accepted_tokens: 0, ..heard.stats.clone() };
    Heard { stats, ..heard.clone() }
}

/// Settings that the chooser has something to remember for.
fn settings() -> Vec<TextParams> {
    let base = TextParams { max_tokens: 60, draft_p_min: 0.0, inspect: true, ..Default::default() };
    let greedy = TextParams { temperature: 0.0, ..base.clone() };
    let warm = TextParams { temperature: 0.3, ..base.clone() };
    let gbnf = |text: &str| Some(Grammar::Gbnf(text.to_owned()));
    vec![
        greedy.clone(),
        base.clone(),
        warm.clone(),
        TextParams { draft_p_min: 0.5, ..warm.clone() },
        TextParams { draft_max: 1, ..warm.clone() },
        TextParams { draft_max: 64, ..greedy.clone() },
        TextParams { repeat_penalty: 1.4, repeat_last_n: 8, frequency_penalty: 0.5, ..greedy.clone() },
        TextParams { dry_multiplier: 2.0, dry_allowed_length: 1, ..warm.clone() },
        TextParams { mirostat: 1, mirostat_tau: 2.0, ..base.clone() },
        TextParams { mirostat: 2, mirostat_tau: 2.0, ..base.clone() },
        TextParams { xtc_probability: 0.5, xtc_threshold: 0.05, ..base.clone() },
        TextParams { grammar: gbnf("root ::= ([a-z] [0-9])+"), ..warm.clone() },
        TextParams { grammar: gbnf("root ::= [a-z]{7}"), ..warm.clone() },
        TextParams { max_tokens: 1, ..greedy.clone() },
        TextParams { max_tokens: 2, ..greedy.clone() },
        TextParams { max_tokens: 7, ..greedy.clone() },
        TextParams { max_tokens: 1000, context: 64, ..greedy },
    ]
}

#[test]
fn the_answer_is_the_same_with_any_draft() {
    let files = files();
    let drafts = files.drafts();
    let mut right = [(0, 0); 3];
    let (mut alone, mut drafted) = (pipeline(), [(); 3].map(|()| pipeline()));
    for (n, params) in settings().iter().enumerate() {
        let without = answer(&mut alone, &files.model, None, "Once upon a time, there was", params);
        assert!(without.stats.completion_tokens > 0 && without.stats.drafted_tokens == 0);
        for (i, draft) in drafts.iter().enumerate() {
            let with = answer(&mut drafted[i], &files.model, Some(draft), "Once upon a time, there was", params);
            assert_eq!(same(&with), without, "settings {n}, draft {i}");
            assert!(with.stats.accepted_tokens <= with.stats.drafted_tokens);
            right[i].0 += with.stats.accepted_tokens;
            right[i].1 += with.stats.drafted_tokens;
        }
    }
    // All ways were taken: whole proposals, parts of them, none of them.
    let share = right.map(|(accepted, drafted)| accepted as f64 / drafted as f64);
    assert!(share[0] > share[1] && share[1] > share[2] && share[2] < 0.2, "{right:?}");
    let greedy = answer(&mut pipeline(), &files.model, Some(&drafts[0]), "abc", &settings()[0]);
    assert_eq!(
        (greedy.stats.drafted_tokens, greedy.stats.accepted_tokens),
        (55, 55),
        "16, 16, 16 and 7: each go brings one more"
    );
}

#[test]
fn a_stop_text_inside_a_proposal_ends_the_answer() {
    let files = files();
    let draft = files.draft("twin", |_| {});
    let greedy = settings().swap_remove(0);
    let whole = answer(&mut pipeline(), &files.model, None, "abc", &greedy).text;
    let params = TextParams { stop: vec![whole[20..25].to_owned()], ..greedy };
    let without = answer(&mut pipeline(), &files.model, None, "abc", &params);
    assert_eq!(without.stats.finish_reason, FinishReason::Stop);
    assert_eq!(same(&answer(&mut pipeline(), &files.model, Some(&draft), "abc", &params)), without);
}

#[test]
fn the_next_turn_finds_both_caches_right() {
    let files = files();
    for draft in &files.drafts() {
        for params in &settings()[..3] {
            let (mut with, mut without) = (pipeline(), pipeline());
            let mut prompt = "Once upon a time".to_owned();
            for turn in 0..3 {
                let a = answer(&mut with, &files.model, Some(draft), &prompt, params);
                let b = answer(&mut without, &files.model, None, &prompt, params);
                assert_eq!(same(&a), b, "turn {turn}");
                assert!(turn == 0 || a.stats.reused_tokens > 20);
                // Half of the answer stays, then it goes another way.
                prompt = format!("{prompt}{} and", &a.text[..30]);
            }
        }
    }
}

#[test]
fn a_cancel_is_obeyed_and_leaves_things_right() {
    let files = files();
    let draft = files.draft("twin", |_| {});
    let params = TextParams { max_tokens: 200, ..settings().swap_remove(0) };
    let mut cut = pipeline();
    let (result, heard) = hear(&mut cut, &files.model, Some(&draft), "abc", &params, 20);
    assert!(matches!(result, Err(Stop::Cancelled)), "{result:?}");
    assert!((20..=21).contains(&heard.text.len()), "{}", heard.text);
    let again = answer(&mut cut, &files.model, Some(&draft), "abc", &params);
    assert_eq!(again.text, answer(&mut pipeline(), &files.model, None, "abc", &params).text);
}

#[test]
fn a_draft_that_does_not_fit_is_left_out_and_that_is_said() {
    let files = files();
    let draft = files.draft("twin", |_| {});
    let params = TextParams { context: 128, ..settings().swap_remove(0) };
    let (weights, cache) = (inspect(&files.model).unwrap().weight_memory, 128 * 128);
    let without = answer(&mut pipeline(), &files.model, None, "abc", &params);
    for (room, fits) in [(2 * (weights + cache), true), (2 * (weights + cache) - 1, false), (weights + cache, false)] {
        let budget = MemoryBudget::new(room);
        let mut pipeline = TextPipeline::new(budget.clone(), DeviceChoice::Cpu);
        let with = answer(&mut pipeline, &files.model, Some(&draft), "abc", &params);
        assert_eq!((&with.text, with.stats.drafted_tokens > 0), (&without.text, fits));
        if fits {
            assert_eq!((with.left_out, budget.used()), (vec![], room));
        } else {
            let (needed, free) = (weights + cache, room - weights - cache);
            assert_eq!(with.left_out, [Cause::DraftLeftOut { draft: "draft".into(), needed, free }]);
            assert_eq!(budget.used(), weights + cache);
        }
        pipeline.unload();
        assert_eq!(budget.used(), 0);
    }
}

#[test]
fn a_draft_that_nobody_asks_for_makes_room() {
    let files = files();
    let draft = files.draft("twin", |_| {});
    let params = TextParams { context: 128, ..settings().swap_remove(0) };
    let (weights, cache) = (inspect(&files.model).unwrap().weight_memory, 128 * 128);
    let budget = MemoryBudget::new(2 * (weights + cache));
    let mut pipeline = TextPipeline::new(budget.clone(), DeviceChoice::Cpu);
    answer(&mut pipeline, &files.model, Some(&draft), "abc", &params);
    answer(&mut pipeline, &files.model, None, "abc", &TextParams { context: 512, ..params });
    assert_eq!(budget.used(), weights + 4 * cache);
}

#[test]
fn a_draft_with_less_room_stops_where_it_ends() {
    let files = files();
    let draft = files.draft("short", |file| {
        file.set("llama.context_length", Meta::U32(40));
    });
    let params = settings().swap_remove(0);
    let with = answer(&mut pipeline(), &files.model, Some(&draft), "abc", &params);
    assert_eq!(same(&with), answer(&mut pipeline(), &files.model, None, "abc", &params));
    assert!((20..40).contains(&with.stats.drafted_tokens), "{:?}", with.stats);
}

#[test]
fn a_draft_that_knows_more_tokens_or_no_numbers_proposes_none() {
    let files = files();
    let more = files.draft("more", |file| {
        for (_, value) in &mut file.metadata {
            match value {
                Meta::Texts(all) if all.len() == 300 => all.extend((0..10).map(|i| format!("more{i}"))),
                Meta::I32s(all) => all.extend([1; 10]),
                _ => {}
            }
        }
        for name in ["token_embd.weight", "output.weight"] {
            let tensor = file.tensor(name);
            tensor.shape[1] = 310;
            // The embedding of a new token is like no other's output: one of them is always the likeliest.
            for i in 0..10 * 32 {
                let x = if (i / 32) % 2 == 0 { 50.0_f32 } else { -50.0 };
                tensor.data.extend((x * (1.0 + i as f32).sin()).to_le_bytes());
            }
        }
    });
    let broken = files.draft("broken", |file| file.tensor("output_norm.weight").data.fill(0xFF));
    let params = settings().swap_remove(0);
    let without = answer(&mut pipeline(), &files.model, None, "abc", &params);
    for draft in [more, broken] {
        let with = answer(&mut pipeline(), &files.model, Some(&draft), "abc", &params);
        assert_eq!(with, without);
    }
}

#[test]
fn another_vocabulary_is_refused_with_its_reason() {
    let files = files();
    let why = |change: fn(&mut GgufFile)| {
        let draft = files.draft("unlike", change);
        let (result, _) = hear(&mut pipeline(), &files.model, Some(&draft), "a", &settings()[0], usize::MAX);
        match result {
            Err(Stop::Failed(error)) => match error.cause() {
                Cause::UnlikeDraft { draft, reason } if draft == "draft" => reason.clone(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    };
    fn texts(file: &mut GgufFile, change: impl Fn(&mut Vec<String>)) {
        for (key, value) in &mut file.metadata {
            match value {
                Meta::Texts(all) if key == "tokenizer.ggml.tokens" => change(all),
                _ => {}
            }
        }
    }
    let reason = why(|file| texts(file, |all| all[260] = "zz".into()));
    assert!(reason.en.contains("token 260 is \u{201c}zz\u{201d}"), "{reason:?}");
    assert!(reason.zh.contains("260"), "{reason:?}");
    let reason = why(|file| {
        texts(file, |all| all.truncate(160));
        let kinds = Meta::I32s(vec![1; 160]);
        file.set("tokenizer.ggml.token_type", kinds).set("tokenizer.ggml.merges", Meta::Texts(vec![]));
        file.remove("tokenizer.ggml.bos_token_id").remove("tokenizer.ggml.eos_token_id");
        for name in ["token_embd.weight", "output.weight"] {
            let tensor = file.tensor(name);
            tensor.shape[1] = 160;
            tensor.data.truncate(160 * 32 * 4);
        }
    });
    assert!(reason.en.contains("160 tokens, this one 300"), "{reason:?}");
    let reason = why(|file| {
        file.set("tokenizer.ggml.eos_token_id", Meta::U32(297));
    });
    assert!(reason.en.contains("EOS token is 297, this one's 298"), "{reason:?}");
    let reason = why(|file| {
        file.remove("tokenizer.ggml.bos_token_id");
    });
    assert!(reason.en.contains("BOS token is 11, this one's 297"), "{reason:?}");
    let reason = why(|file| {
        file.set("tokenizer.ggml.add_bos_token", Meta::Bool(true));
    });
    assert!(reason.en.contains("begins texts with a BOS token"), "{reason:?}");
    // The first five may be called otherwise.
    let draft = files.draft("named", |file| texts(file, |all| all[3] = "<unk>".into()));
    assert!(answer(&mut pipeline(), &files.model, Some(&draft), "a", &settings()[0]).stats.drafted_tokens > 0);
    let (result, _) =
        hear(&mut pipeline(), &files.model, Some(Path::new("/no/draft.gguf")), "a", &settings()[0], usize::MAX);
    let missing = StudioError::from(Cause::FileMissing { path: "/no/draft.gguf".into() });
    assert!(matches!(result, Err(Stop::Failed(error)) if error.cause() == missing.cause()));
}

/// What is offered is what is not refused.
#[test]
fn those_are_found_whose_vocabulary_is_the_same() {
    use crate::domain::{ModelFiles, ModelRef};
    use crate::engine::text::drafts::able;

    let files = files();
    let [twin, near, _] = files.drafts();
    let other = files.draft("other", |file| {
        file.set("tokenizer.ggml.eos_token_id", Meta::U32(297));
    });
    let cut = files.folder.path().join("cut");
    std::fs::write(&cut, b"GGUF").unwrap();
    let model = |path: &Path| ModelRef { id: "x".into(), files: ModelFiles::File(path.to_owned()), sha256: None };
    let named = |path: &PathBuf| (path.file_name().unwrap().to_string_lossy().into_owned(), model(path));
    let others = [&twin, &near, &other, &cut].map(named).to_vec();
    assert_eq!(able(&model(&files.model), others.clone()), ["twin", "near"]);
    assert_eq!(able(&model(&cut), others), [""; 0]);
}
