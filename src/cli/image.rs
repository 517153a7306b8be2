//! `aigc-studio image`.

mod args;
mod request;
mod sink;

pub use args::ImageArgs;
pub use request::in_precision;

use std::ops::Range;

use serde_json::json;

use super::progress::bar;
use super::run::{Interrupts, run_job};
use super::{Context, input, out};
use crate::domain::{EventKind, News, Outcome, PictureNews, PictureTask, ReadTo, Seed, Task, plural};
use crate::engine::Stop;
use crate::error::{Cause, Result};
use crate::lang::Lang;
use crate::scene::{Cannot, Thing, things};
use crate::store;
use request::{request, scene_of};
use sink::Sink;

pub fn run(context: &Context, args: ImageArgs) -> std::result::Result<(), Stop> {
    let prompt = match (&args.prompt, &args.decode) {
        (None, Some(_)) => String::new(),
        (given, _) => input::prompt(given.as_deref(), "image")?,
    };
    let interrupts = Interrupts::listen();
    let (request, latents) = request(context, &args, prompt, &interrupts)?;
    let (seed, steps, count) = (request.seed, request.params.steps, request.params.count);
    let model = request.model.id.clone();
    let scene_read = scene_of(&request.params, &request.model);
    let is_read = scene_read.is_some();
    let reading = scene_read.unwrap_or_default();
    let said = |span: &Range<usize>| request.params.prompt[span.clone()].to_owned();
    let cannot: Vec<(Cannot, String)> = reading.cannot.iter().map(|(cannot, span)| (*cannot, said(span))).collect();
    let verbs: Vec<String> = reading.side_by_side.iter().map(said).collect();
    let stand_ins: Vec<(String, &Thing)> =
        reading.unknown.iter().filter_map(|it| Some((said(&it.span), things().get(it.stand_in?)))).collect();
    let people: Vec<String> = reading
        .items
        .iter()
        .filter(|item| cannot.is_empty() && things().get(item.senses[0]).person)
        .map(|item| said(&item.span))
        .collect();
    let sink = Sink::new(context, &args, count)?;
    let bar = bar(u64::from(steps * count), "{msg:12} [{bar:30}] {pos}/{len}  {eta} left");
    let (mut files, mut styles, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    // A closed stdout stops no pictures; a full disk there is reported at the end.
    let mut told: Result<()> = Ok(());
    let mut size = (request.params.width, request.params.height);
    let mut scene = None;

    let task = Task::Picture(PictureTask::new(Box::new(request), latents));
    let outcome = run_job(context, &interrupts, task, |event| {
        match event {
            EventKind::Loading { .. } => bar.set_message(context.lang.pick("loading", "加载")),
            EventKind::News(News::Picture(PictureNews::Preview { progress, picture })) => {
                bar.set_message(context.lang.pick("drawing", "绘图"));
                bar.set_position(u64::from(progress.index * steps + progress.step));
                if let Some(folder) = &args.previews {
                    let name = format!("{:02}-{:03}.png", progress.index + 1, progress.step);
                    store::write_file(&folder.join(name), &store::picture_files::encode_png(&picture, None)?)?;
                }
            }
            EventKind::News(News::Picture(PictureNews::LeftOut { notes })) => {
                let told = notes.iter().map(|note| note.get(context.lang).to_owned());
                left_out.extend(told.inspect(|note| bar.suspend(|| out::note(note))));
            }
            EventKind::News(News::Picture(PictureNews::Layers(layers))) => scene = Some(layers),
            EventKind::News(News::Picture(PictureNews::Picture { index, picture, record })) => {
                size = (picture.width, picture.height);
                if let (true, Seed::Fixed(seed)) = (is_read, record.seed) {
                    styles.push(reading.style_of_seed(seed));
                }
                if let (Some(folder), Some(scene)) = (&args.layers, &scene) {
                    store::write_layers(scene, folder, context.lang)?;
                }
                for path in sink.write(index, &picture, &record, scene.take().as_deref())? {
                    if !args.json && told.is_ok() {
                        told = bar.suspend(|| out::path(&path));
                    }
                    files.push(path);
                }
            }
            EventKind::News(News::Picture(PictureNews::Undecoded { latents })) => {
                let path = sink.keep(&latents)?;
                bar.suspend(|| {
                    let hint = context
                        .lang
                        .pick("The latents are kept; decode them with --decode", "潜变量已保留，可用 --decode 解码：");
                    out::note(format_args!("{hint} {}", path.display()));
                });
            }
            _ => {}
        }
        Ok(())
    });
    bar.finish_and_clear();
    let Outcome::Image(stats) = outcome? else { return Err(Cause::EngineGone.into()) };
    for (cannot, word) in &cannot {
        out::note(no_sticker(*cannot, word, context.lang));
    }
    if !people.is_empty() {
        let (en, zh) = (people.join(", "), people.join("、"));
        out::note(context.lang.pick(
            format!("The built-in model draws people roughly: {en}. `models list` has others."),
            format!("内置模型画人物比较粗糙：{zh}。其他模型见 `models list`。"),
        ));
    }
    for (word, thing) in &stand_ins {
        let (en, zh) = (
            format!("No picture of \"{word}\"; drawn in its place: {}", thing.en),
            format!("没有“{word}”的图样，用“{}”代替", thing.zh),
        );
        out::note(context.lang.pick(en, zh));
    }
    if !verbs.is_empty() {
        let words = verbs.join(context.lang.pick(", ", "、"));
        let text = context.lang.pick("Drawn side by side, without the action:", "画成并排，不表现动作：");
        out::note(format_args!("{text} {words}"));
    }
    let is_told =
        |word: &String| cannot.iter().any(|(_, said)| said == word) || stand_ins.iter().any(|(said, _)| said == word);
    let unknown: Vec<String> = stats.unknown_words.iter().filter(|word| !is_told(word)).cloned().collect();
    if !unknown.is_empty() {
        let words = unknown.join(", ");
        out::note(format_args!("{} {words}", context.lang.pick("Left out:", "略去：")));
    }
    for to in &stats.read_to {
        out::note(read_to(to, context.lang));
    }
    if stats.widened > 0 {
        let n = stats.widened;
        out::note(context.lang.pick(
            format!(
                "{n} {} recomputed in full precision.",
                plural(
                    n as usize,
                    "prediction overflowed half precision and was",
                    "predictions overflowed half precision and were"
                )
            ),
            format!("有 {n} 次预测在半精度下溢出，已用全精度重算。"),
        ));
    }
    if args.json {
        let files: Vec<_> = files.iter().map(|p| p.display().to_string()).collect();
        told = out::line(json!({
            "files": files, "seed": seed, "steps": steps, "load_s": stats.load_s, "sample_s": stats.sample_s,
            "step_s": stats.step_s, "decode_s": stats.decode_s, "model": model, "width": size.0, "height": size.1,
            "left_out": left_out, "unknown_words": unknown, "styles": styles,
            "side_by_side": verbs,
            "stand_ins": stand_ins.iter().map(|(word, thing)| json!({ "word": word, "thing": thing.en })).collect::<Vec<_>>(),
            "cannot": cannot.iter().map(|(_, word)| word).collect::<Vec<_>>(), "people": people, "widened": stats.widened,
            "read_to": stats.read_to.iter().map(|to| json!({
                "negative": to.negative, "read": to.read, "all": to.all,
                "unit": if to.words { "words" } else { "tokens" }, "rest": to.rest,
            })).collect::<Vec<_>>(),
        }));
    }
    Ok(told?)
}

/// How far a prompt was read.
fn read_to(to: &ReadTo, lang: Lang) -> String {
    let (read, all) = (to.read, to.all);
    let (en, zh) = if to.negative { ("negative prompt", "反向提示词") } else { ("prompt", "提示词") };
    let (unit, unit_zh) = if to.words { ("words", "个词") } else { ("tokens", "个词元") };
    let (from, from_zh) = match to.rest.as_str() {
        "" => (String::new(), String::new()),
        rest => (format!("; from \"{rest}\" on it was not read"), format!("，从“{rest}”起未读取")),
    };
    lang.pick(
        format!("The model read the first {read} of {all} {unit} of the {en}{from}."),
        format!("模型只读取了{zh}的前 {read} {unit_zh}（共 {all}）{from_zh}。"),
    )
}

/// The note on a word that asks for something that stickers cannot be.
fn no_sticker(cannot: Cannot, word: &str, lang: Lang) -> String {
    let what = match cannot {
        Cannot::Photo => ("photographs", "照片"),
        Cannot::Logo => ("logos", "标志"),
        Cannot::Writing => ("writing", "文字"),
        Cannot::Painting => ("paintings", "绘画作品"),
    };
    lang.pick(
        format!(
            "The built-in model draws stickers, no {}: \u{201c}{word}\u{201d} is left out. `models list` has others.",
            what.0
        ),
        format!("内置模型画的是贴纸，不是{}：略去“{word}”。其他模型见 `models list`。", what.1),
    )
}
