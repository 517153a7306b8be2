//! `aigc-studio text`.

use clap::Args;
use serde_json::json;

use super::models::find;
use super::progress::bar;
use super::run::{Interrupts, run_job};
use super::sampling::SamplingArgs;
use super::values::seed_of;
use super::{Context, input, out};
use crate::domain::{
    EventKind, FinishReason, KvType, Message, News, Outcome, Role, Seed, Task, TextNews, TextParams, TextPrompt,
    TextRequest, opened_by, plural, split_thought,
};
use crate::engine::Stop;
use crate::error::{Cause, Result};
use crate::lang::Both;

#[derive(Args)]
pub struct TextArgs {
    /// The prompt to answer or continue. `-` reads it from stdin, and so does a pipe without a prompt.
    prompt: Option<String>,
    /// A model's id, or the path of a GGUF file.
    #[arg(long, value_name = "ID|PATH")]
    pub model: Option<String>,
    /// A draft model for speculative decoding, by id or path: smaller, with the same vocabulary. The text stays the
    /// same; it comes faster where the draft is often right.
    #[arg(long, value_name = "ID|PATH")]
    draft: Option<String>,
    /// The system prompt: how the model should behave.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    system: Option<String>,
    #[command(flatten)]
    sampling: SamplingArgs,
    /// The type of the KV cache: f32, f16, q8_0.
    #[arg(long, value_name = "NAME")]
    kv: Option<String>,
    /// The same seed and settings give the same text; random when absent.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    seed: Option<i128>,
    /// A text that ends the answer; may be given several times. \n, \t, \" and \x41 are read as in C.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    stop: Vec<String>,
    /// Use the prompt as it is, without the chat template.
    #[arg(long)]
    raw: bool,
    /// Print one JSON object at the end on stdout, and nothing else there. A thought is apart from the text; without
    /// this flag it is printed with its tags.
    #[arg(long)]
    json: bool,
}

pub fn run(context: &Context, args: TextArgs) -> std::result::Result<(), Stop> {
    let asked = input::prompt(args.prompt.as_deref(), "text")?;
    if asked.trim().is_empty() {
        return Err(Cause::EmptyPrompt.into());
    }
    let name = args.model.clone().unwrap_or_else(|| TextParams::default().model);
    // A model's card says where its sliders start; a file that somebody names has none.
    let start = context.catalog.card(&name).map(|card| card.defaults.text()).unwrap_or_default();
    let params = params(&args, start)?;
    let seed = seed_of(args.seed)?;
    let interrupts = Interrupts::listen();
    let model = find(context, &params.model, &interrupts)?;
    let draft = params.draft.as_ref().map(|name| find(context, name, &interrupts)).transpose()?;
    let id = model.id.clone();
    let params = TextParams { seed: Seed::Fixed(seed), ..params };
    let opener = if args.raw { opened_by(&asked).unwrap_or_default().to_owned() } else { String::new() };
    let job = Task::from(TextRequest { params, model, draft, prompt: prompt(&args, asked), seed });

    let bar = bar(0, "{msg:16} [{bar:30}] {pos}/{len}");
    let mut text = String::new();
    let outcome = run_job(context, &interrupts, job, |event| {
        match event {
            EventKind::Loading { fraction } => {
                bar.set_message(context.lang.pick("loading", "加载"));
                bar.set_length(100);
                bar.set_position((fraction.unwrap_or(0.0) * 100.0) as u64);
            }
            EventKind::News(News::Text(TextNews::WithoutDraft { error })) => {
                let (summary, remedy) = error.in_shell(context.lang);
                bar.suspend(|| out::note(format_args!("{summary} {remedy}")));
            }
            EventKind::News(News::Text(TextNews::Prefill { done, total })) => {
                bar.set_message(context.lang.pick("reading", "读取"));
                bar.set_length(total as u64);
                bar.set_position(done as u64);
            }
            EventKind::News(News::Text(TextNews::Token { text: piece })) => {
                bar.finish_and_clear();
                if !args.json {
                    out::bytes(piece.as_bytes())?;
                }
                text.push_str(&piece);
            }
            _ => {}
        }
        Ok(())
    });
    bar.finish_and_clear();
    if !args.json && !text.is_empty() {
        out::line("")?;
    }
    let whole = format!("{opener}{text}");
    let split = split_thought(&whole);
    let Outcome::Text(stats) = outcome? else { return Err(Cause::EngineGone.into()) };
    if let Some(full) = stats.context_full() {
        let (summary, remedy) = full.in_shell(context.lang);
        out::note(format_args!("{summary} {remedy}"));
    }
    match stats.finish_reason {
        FinishReason::Repetition => out::note(context.lang.pick(
            "The text started to repeat itself and was stopped. To prevent that: --dry-multiplier 0.8 --dry-penalty-last-n 512.",
            "内容反复重复，已停止。可用 --dry-multiplier 0.8 --dry-penalty-last-n 512 抑制。",
        )),
        FinishReason::Thought => out::note(context.lang.pick(
            "The token limit was reached while the model was thinking, before the answer's format began: raise --max-tokens.",
            "思考时已达到词元上限，尚未开始按格式回答：请用 --max-tokens 增加上限。",
        )),
        FinishReason::Stop | FinishReason::Length | FinishReason::ContextFull => {}
    }
    if args.json {
        out::line(json!({
            "text": split.answer, "thought": split.thought, "prompt_tokens": stats.prompt_tokens, "completion_tokens": stats.completion_tokens,
            "read_s": seconds(stats.prompt_tokens - stats.reused_tokens, stats.prompt_tok_s),
            "write_s": seconds(stats.completion_tokens.saturating_sub(1), stats.decode_tok_s),
            "peak_memory_bytes": crate::engine::peak_memory(),
            "load_s": stats.load_s, "ttft_s": stats.ttft_s, "prompt_tok_s": stats.prompt_tok_s,
            "decode_tok_s": stats.decode_tok_s, "drafted_tokens": stats.drafted_tokens,
            "accepted_tokens": stats.accepted_tokens, "seed": stats.seed, "model": id,
            "finish_reason": stats.finish_reason,
        }))?;
    } else {
        let (n, rate, first) = (stats.completion_tokens, stats.decode_tok_s, stats.ttft_s);
        out::note(context.lang.pick(
            format!("{n} {}, {rate:.1} tok/s, first after {first:.2} s", plural(n, "token", "tokens")),
            format!("{n} 个词元，{rate:.1} tok/s，首个词元 {first:.2} 秒"),
        ));
        if stats.drafted_tokens > 0 {
            let (right, drafted) = (stats.accepted_tokens, stats.drafted_tokens);
            out::note(context.lang.pick(
                format!("{right} of {drafted} drafted {} accepted", plural(drafted, "token", "tokens")),
                format!("草稿模型提出的 {drafted} 个词元中有 {right} 个被采用"),
            ));
        }
    }
    Ok(())
}

/// How long `tokens` took at that rate; 0 where there is none.
fn seconds(tokens: usize, rate: f64) -> f64 {
    if rate > 0.0 { tokens as f64 / rate } else { 0.0 }
}

fn prompt(args: &TextArgs, asked: String) -> TextPrompt {
    if args.raw {
        return TextPrompt::Raw(asked);
    }
    let system = args.system.iter().map(|text| Message { role: Role::System, content: text.clone() });
    let user = std::iter::once(Message { role: Role::User, content: asked });
    TextPrompt::Chat(system.chain(user).collect())
}

/// What `--kv` names; the default where it is absent.
pub fn kv_of(name: Option<&str>) -> Result<KvType> {
    let Some(name) = name else { return Ok(KvType::default()) };
    let choices = Both::same(KvType::ALL.map(KvType::name).join(", "));
    KvType::parse(name).ok_or_else(|| Cause::BadChoice { name: "kv", value: Both::same(name), choices }.into())
}

/// The parameters from the flags, with `start` for the rest.
fn params(args: &TextArgs, start: TextParams) -> Result<TextParams> {
    let stop = args.stop.iter().map(|text| args.sampling.unescape("stop", text)).collect::<Result<_>>()?;
    let mut params = TextParams { stop, draft: args.draft.clone(), ..start };
    if let Some(id) = &args.model {
        params.model.clone_from(id);
    }
    params.kv = kv_of(args.kv.as_deref())?;
    args.sampling.apply(&mut params)?;
    Ok(params)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: TextArgs,
    }

    #[test]
    fn stop_texts_have_their_escapes_read() {
        let stop = |flags: &[&str]| {
            let line = Line::try_parse_from([&["text", "hi"], flags].concat()).unwrap();
            params(&line.args, TextParams::default()).map(|params| params.stop)
        };
        assert_eq!(stop(&["--stop", r"\n", "--stop", r"a\tb", "--stop", "你"]).unwrap(), ["\n", "a\tb", "你"]);
        assert_eq!(stop(&["--stop", r"\n", "--no-escape"]).unwrap(), [r"\n"]);
        assert!(matches!(stop(&["--stop", r"\xff"]).unwrap_err().cause(), Cause::BadChoice { name: "stop", .. }));
    }
}
