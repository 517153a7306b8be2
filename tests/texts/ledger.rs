//! The context ledger beside what the pipeline really reads.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use aigc_studio::domain::DeviceChoice;
use aigc_studio::domain::{
    KvType, LedgerRequest, Message, Overflow, PagePrompt, PartKind, PlayedPrompt, Role, Story, TextParams, TextPrompt,
};
use aigc_studio::engine::text::testing::{request, run, tiny_gguf};
use aigc_studio::engine::text::{Measurer, Meter, TextPipeline};
use aigc_studio::engine::{CancelToken, MemoryBudget};
use aigc_studio::error::Cause;

struct Tiny {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

fn tiny() -> Tiny {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.gguf");
    tiny_gguf(&path).unwrap();
    Tiny { path, _folder: folder }
}

fn say(role: Role, content: &str) -> Message {
    Message { role, content: content.to_owned() }
}

fn params(context: u32, max_tokens: u32, overflow: Overflow) -> TextParams {
    TextParams { context, max_tokens, overflow, kv: KvType::F32, ..TextParams::default() }
}

fn asked(model: &Tiny, prompt: TextPrompt, params: TextParams, draft: bool) -> LedgerRequest {
    let model = request(&model.path, prompt.clone(), params.clone(), 0).model;
    LedgerRequest { serial: 1, model, params, prompt, draft }
}

fn chat(turns: usize) -> Vec<Message> {
    let mut all = vec![say(Role::System, "Be brief and kind.")];
    for i in 0..turns {
        let role = if i % 2 == 0 { Role::User } else { Role::Assistant };
        all.push(say(role, &format!("This is what was said in turn {i} of the talk.")));
    }
    all
}

#[test]
fn the_sums_are_what_the_pipeline_reads() {
    let model = tiny();
    for (turns, overflow) in [(1, Overflow::Stop), (3, Overflow::Stop), (31, Overflow::Roll), (31, Overflow::Middle)] {
        let params = params(512, 4, overflow);
        let prompt = TextPrompt::Chat(chat(turns));
        let ledger = Meter::default().measure(&asked(&model, prompt.clone(), params.clone(), true)).unwrap();
        let mut pipeline = TextPipeline::new(MemoryBudget::new(1 << 30), DeviceChoice::Cpu);
        let stats = run(&mut pipeline, &request(&model.path, prompt, params, 1), &CancelToken::new(), |_| {}).unwrap();
        assert_eq!(ledger.used(), stats.prompt_tokens, "{turns} turns, {overflow:?}");
        assert_eq!(ledger.left_out() > 0, stats.dropped_turns > 0, "{turns} turns, {overflow:?}");
        assert!(ledger.used() + ledger.answer <= ledger.context);
        let of = |kind| ledger.parts.iter().find(|part| part.kind == kind).map_or(0, |part| part.tokens);
        assert!(of(PartKind::System) > 0 && of(PartKind::Draft) > 0 && of(PartKind::Template) > 0);
        assert_eq!(of(PartKind::Turns) > 0, turns > 1);
    }
}

#[test]
fn examples_of_a_character_are_a_part_of_their_own_and_go_first() {
    let model = tiny();
    let block = |n: usize| {
        vec![
            say(Role::User, &format!("Question {n} of an example")),
            say(Role::Assistant, &format!("And its answer {n}.")),
        ]
    };
    let examples: Vec<_> = (0..6).map(block).collect();
    let measured = |turns: usize, context| {
        let params = params(context, 4, Overflow::Roll);
        let prompt = TextPrompt::Played(Box::new(PlayedPrompt {
            examples: examples.clone(),
            turns: chat(turns),
            ..Default::default()
        }));
        let ledger = Meter::default().measure(&asked(&model, prompt.clone(), params.clone(), true)).unwrap();
        let mut pipeline = TextPipeline::new(MemoryBudget::new(1 << 30), DeviceChoice::Cpu);
        let stats = run(&mut pipeline, &request(&model.path, prompt, params, 1), &CancelToken::new(), |_| {}).unwrap();
        assert_eq!(ledger.used(), stats.prompt_tokens, "{turns} turns in {context}");
        let of = |kind| ledger.parts.iter().find(|part| part.kind == kind).map_or((0, 0), |p| (p.tokens, p.left_out));
        let (examples, turns, system) = (of(PartKind::Examples), of(PartKind::Turns), of(PartKind::System));
        assert!(system.0 > 0 && system.1 == 0);
        assert!(examples.1 == 0 || turns.1 == 0 || examples.0 == 0, "no turn goes before the last example");
        (examples, turns.1 > 0, stats.dropped_turns > 0)
    };
    let (all, ..) = measured(3, 4096);
    assert!(all.0 > 0 && all.1 == 0);
    // Some of them, none of them, and then turns too.
    let sums: Vec<_> = [1024, 768, 512, 384, 256].map(|context| measured(7, context)).to_vec();
    assert!(
        sums.iter().all(|(examples, turns, dropped)| examples.0 + examples.1 == all.0 && turns == dropped),
        "{sums:?}"
    );
    assert!(sums.iter().any(|(examples, turns, _)| examples.0 > 0 && examples.1 > 0 && !turns), "{sums:?}");
    assert!(sums.iter().any(|(examples, turns, _)| examples.0 == 0 && *turns), "{sums:?}");
}

#[test]
fn what_does_not_fit_is_said_and_not_cut_where_the_person_wants_to_stop() {
    let model = tiny();
    let ledger =
        Meter::default().measure(&asked(&model, TextPrompt::Chat(chat(41)), params(256, 64, Overflow::Stop), true));
    let ledger = ledger.unwrap();
    assert_eq!(ledger.left_out(), 0);
    assert!(ledger.used() > ledger.context && ledger.free() == 0);
}

#[test]
fn a_page_is_measured_by_its_parts() {
    let model = tiny();
    let story = Story { memory: "A calm tale.".into(), note: "slow".into(), ..Story::default() };
    let before = "It rained on the hill and on the mill.\n".repeat(60);
    let prompt = TextPrompt::Page(Box::new(PagePrompt { story, before }));
    let params = params(512, 64, Overflow::Stop);
    let ledger = Meter::default().measure(&asked(&model, prompt.clone(), params.clone(), false)).unwrap();
    assert!(ledger.left_out() > 0);
    let mut pipeline = TextPipeline::new(MemoryBudget::new(1 << 30), DeviceChoice::Cpu);
    let stats = run(&mut pipeline, &request(&model.path, prompt, params, 1), &CancelToken::new(), |_| {}).unwrap();
    assert!(stats.prompt_tokens.abs_diff(ledger.used()) <= 12, "{} read, {} told", stats.prompt_tokens, ledger.used());
    assert!(stats.prompt_tokens <= 512 - 64);
}

#[test]
fn without_turns_the_system_prompt_is_measured_and_without_anything_nothing() {
    let model = tiny();
    let params = params(512, 64, Overflow::Stop);
    let system = TextPrompt::Chat(vec![say(Role::System, "Be brief.")]);
    let ledger = Meter::default().measure(&asked(&model, system, params.clone(), false)).unwrap();
    assert_eq!(ledger.parts.len(), 1);
    let nothing = Meter::default().measure(&asked(&model, TextPrompt::Chat(Vec::new()), params, false));
    assert_eq!(*nothing.unwrap_err().cause(), Cause::EmptyPrompt);
}

#[test]
fn the_thread_answers_the_newest_and_wakes_the_window() {
    let model = tiny();
    let woken = Arc::new(Mutex::new(0));
    let sink = woken.clone();
    let (measurer, answers) = Measurer::start(Arc::new(move || *sink.lock().unwrap() += 1));
    let mut request = asked(&model, TextPrompt::Chat(chat(3)), params(512, 64, Overflow::Stop), true);
    assert!(measurer.ask(request.clone()));
    let (serial, ledger) = answers.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    assert_eq!((serial, ledger.unwrap().serial), (1, 1));
    request.serial = 2;
    request.model.files = aigc_studio::domain::ModelFiles::File(model.path.with_extension("gone"));
    measurer.ask(request);
    let (serial, ledger) = answers.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    assert_eq!(serial, 2);
    assert!(matches!(ledger.unwrap_err().cause(), Cause::FileMissing { .. }));
    drop(measurer);
    assert!(answers.recv_timeout(std::time::Duration::from_secs(20)).is_err(), "the thread ends");
    assert!(*woken.lock().unwrap() >= 2);
}
