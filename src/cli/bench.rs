//! `aigc-studio bench`: the speed of a model on this machine, to compare with other programs
//! (`benches/README.md`).

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Context;
use super::image::in_precision;
use super::models::{find, ready};
use super::out;
use super::run::{Interrupts, run_job};
use super::text::kv_of;
use super::values::{parse_size, whole};
use crate::domain::{
    BENCH_LENGTH, BENCH_RUNS, BENCH_WRITE, GUIDANCE, ImageParams, ImageRequest, Makes, Outcome, STEPS, Seed, Task,
    TextParams, plural, round_f32,
};
use crate::engine::Stop;
use crate::engine::text::{Course, Runner, model_path};
use crate::error::Cause;
use crate::lang::Lang;

#[derive(Subcommand)]
pub enum BenchCommand {
    /// Measure a language model: prompt and generation speed.
    Text(TextBench),
    /// Measure a picture model: steps and decoding.
    Image(ImageBench),
}

#[derive(Args)]
pub struct TextBench {
    /// A model's id, or the path of a GGUF file.
    #[arg(long, value_name = "ID|PATH")]
    pub model: Option<String>,
    /// Prompt lengths in tokens.
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = [32, 512])]
    lengths: Vec<i64>,
    /// Tokens to write after each prompt.
    #[arg(long, value_name = "N", default_value_t = 64)]
    write: i64,
    /// Runs to take the medians of, after one to warm up.
    #[arg(long, value_name = "N", default_value_t = 3)]
    runs: i64,
    /// The type of the KV cache: f32, f16, q8_0.
    #[arg(long, value_name = "NAME")]
    kv: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct ImageBench {
    /// A model's id, or the path of its folder or file.
    #[arg(long, value_name = "ID|PATH")]
    pub model: Option<String>,
    /// Denoising steps; by default the model's own number.
    #[arg(long, value_name = "N")]
    steps: Option<i64>,
    /// Width and height in pixels, as 512x512; by default the model's own size.
    #[arg(long, value_name = "WxH")]
    size: Option<String>,
    /// Classifier-free guidance scale; 0 and 1 are off (one model evaluation per step).
    #[arg(long, value_name = "F")]
    guidance: Option<f64>,
    /// The precision of the weights: auto, f32, f16, bf16.
    #[arg(long, value_name = "NAME")]
    precision: Option<String>,
    /// Runs to take the medians of, after one to warm up.
    #[arg(long, value_name = "N", default_value_t = 3)]
    runs: i64,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub fn run(context: &Context, command: &BenchCommand) -> Result<(), Stop> {
    let (json, (object, lines)) = match command {
        BenchCommand::Text(args) => (args.json, text(context, args)?),
        BenchCommand::Image(args) => (args.json, image(context, args)?),
    };
    if json {
        out::line(object)?
    } else {
        out::line(lines)?
    }
    Ok(())
}

fn text(context: &Context, args: &TextBench) -> Result<(Value, String), Stop> {
    let lengths: Vec<usize> =
        args.lengths.iter().map(|&n| whole(BENCH_LENGTH, n).map(|n| n as usize)).collect::<Result<_, _>>()?;
    let write = whole(BENCH_WRITE, args.write)? as usize;
    let runs = whole(BENCH_RUNS, args.runs)?;
    let kv = kv_of(args.kv.as_deref())?;
    let interrupts = Interrupts::listen();
    let name = args.model.clone().unwrap_or_else(|| TextParams::default().model);
    let model = find(context, &name, &interrupts)?;
    let course = Course { lengths: &lengths, write, kv, device: context.settings.device };
    let mut runner = Runner::load(&model_path(&model)?, &course, interrupts.token())?;
    let mut all = Vec::new();
    for run in 0..=runs {
        let speeds = runner.run(&course, interrupts.token())?;
        if run > 0 {
            all.push(speeds);
        }
    }
    let (id, load, kv) = (&model.id, runner.load_s, kv.name());
    let mut lines = vec![context.lang.pick(
        format!("{id}, loaded in {load:.2} s, KV cache in {kv}"),
        format!("{id}，加载 {load:.2} 秒，KV 缓存 {kv}"),
    )];
    let mut rows = Vec::new();
    for (i, tokens) in lengths.iter().enumerate() {
        let of = |figure: fn(&crate::engine::text::Speed) -> f64| median(all.iter().map(|run| figure(&run[i])));
        let (read, write_s, first) = (of(|s| s.read), of(|s| s.write), of(|s| s.first_s));
        lines.push(context.lang.pick(
            format!(
                "{tokens:6} tokens: prompt {read:.0} tok/s (first token after {first:.3} s), answer {write_s:.0} tok/s"
            ),
            format!("{tokens:6} 词元：提示词 {read:.0} tok/s（首个词元 {first:.3} 秒），回答 {write_s:.0} tok/s"),
        ));
        rows.push(json!({ "tokens": tokens, "read_tok_s": read, "write_tok_s": write_s, "first_s": first }));
    }
    let peak = crate::engine::peak_memory();
    lines.extend(peak.map(|bytes| peak_line(bytes, context.lang)));
    let threads = crate::engine::kernels::pool::threads();
    let object = json!({
        "model": model.id, "threads": threads, "kv": kv, "runs": runs, "load_s": runner.load_s,
        "lengths": rows, "peak_bytes": peak,
    });
    Ok((object, lines.join("\n")))
}

/// The peak memory of this process, for a person.
fn peak_line(bytes: u64, lang: Lang) -> String {
    let mb = bytes as f64 / 1e6;
    lang.pick(format!("peak memory {mb:.0} MB"), format!("内存峰值 {mb:.0} MB"))
}

fn image(context: &Context, args: &ImageBench) -> Result<(Value, String), Stop> {
    let runs = whole(BENCH_RUNS, args.runs)?;
    let mut params = ImageParams { prompt: "a red apple".to_owned(), ..ImageParams::default() };
    if let Some(id) = &args.model {
        params.model.clone_from(id);
    }
    let interrupts = Interrupts::listen();
    let mut model = ready(context, &params.model, Makes::Image, &interrupts)?;
    if let Some(name) = &args.precision {
        model.files = in_precision(&model.files, name)?;
    }
    match context.catalog.card(&params.model) {
        Some(card) => card.defaults.apply(&mut params),
        None => params.sampler = crate::domain::Sampler::Automatic,
    }
    if let Some(n) = args.steps {
        params.steps = whole(STEPS, n)?;
    }
    if let Some(size) = &args.size {
        (params.width, params.height) = parse_size(size)?;
    }
    if let Some(scale) = args.guidance {
        GUIDANCE.check(scale)?;
        params.guidance = scale as f32;
    }
    params.seed = Seed::Fixed(1);
    params.check()?;
    let (mut all, mut load, mut first) = (Vec::new(), 0.0, 0.0);
    for run in 0..=runs {
        let request =
            ImageRequest { params: params.clone(), model: model.clone(), seed: 1, layers: false, strict: false };
        let started = std::time::Instant::now();
        let outcome = run_job(context, &interrupts, Task::from(request), |_| Ok(()))?;
        let Outcome::Image(stats) = outcome else { return Err(Cause::EngineGone.into()) };
        let whole_s = started.elapsed().as_secs_f64();
        if run == 0 {
            (load, first) = (stats.load_s, whole_s);
        } else {
            all.push((whole_s, stats));
        }
    }
    let of = |figure: fn(&(f64, crate::domain::ImageStats)) -> f64| median(all.iter().map(figure));
    let (whole_s, step, decode) = (of(|r| r.0), of(|r| r.1.step_s), of(|r| r.1.decode_s));
    let peak = crate::engine::peak_memory();
    let (w, h, steps) = (params.width, params.height, params.steps);
    let (id, noun) = (&model.id, plural(steps as usize, "step", "steps"));
    let mut lines = context.lang.pick(
        format!(
            "{id}, loaded in {load:.2} s, first picture after {first:.2} s\n{w} x {h}, {steps} {noun}: {whole_s:.2} s, \
             {step:.3} s per step, decoding {decode:.3} s"
        ),
        format!(
            "{id}，加载 {load:.2} 秒，首张图片 {first:.2} 秒\n{w} x {h}，{steps} 步：{whole_s:.2} 秒，每步 {step:.3} 秒，解码 {decode:.3} 秒"
        ),
    );
    if let Some(bytes) = peak {
        lines.push('\n');
        lines.push_str(&peak_line(bytes, context.lang));
    }
    let object = json!({
        "model": model.id, "width": w, "height": h, "steps": steps, "guidance": round_f32(params.guidance),
        "runs": runs, "load_s": load, "first_s": first, "whole_s": whole_s, "step_s": step, "decode_s": decode,
        "peak_bytes": peak,
    });
    Ok((object, lines))
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = figures.collect();
    all.sort_by(f64::total_cmp);
    let middle = all.len() / 2;
    if all.is_empty() {
        0.0
    } else if all.len() % 2 == 1 {
        all[middle]
    } else {
        (all[middle - 1] + all[middle]) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0].into_iter()), 2.5);
        assert_eq!(median(std::iter::empty()), 0.0);
    }
}
