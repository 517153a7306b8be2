//! `aigc-studio image`.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use clap::Args;
use jiff::tz::TimeZone;
use serde_json::json;

use super::models::ready;
use super::numbers::Numbers;
use super::progress::bar;
use super::run::{Interrupts, run_job};
use super::values::{parse_size, seed_of};
use super::{Context, input, out};
use crate::domain::{
    Arrangement, Checkpoint, EventKind, ImageParam, ImageParams, ImageRequest, Latents, Makes, ModelFiles, ModelRef,
    News, NoiseSource, Outcome, Picture, PictureNews, PictureRecord, PictureTask, Precision, ReadTo, Sampler,
    SceneLayers, Schedule, Seed, Task, Things, plural,
};
use crate::engine::Stop;
use crate::error::{Cause, Result};
use crate::lang::{Both, Lang};
use crate::scene::{self, Cannot, Reading, Thing, things};
use crate::store;

#[derive(Args)]
pub struct ImageArgs {
    /// The prompt. `-` reads it from stdin, and so does a pipe without a prompt.
    prompt: Option<String>,
    /// Only decode the latents in this .latent file (from a failed decode, or ComfyUI's) with the model's VAE.
    #[arg(long, value_name = "FILE")]
    decode: Option<PathBuf>,
    /// Where to write it; the ending chooses PNG, JPEG, WebP, SVG (a vector drawing) or, for scenes of the built-in
    /// model, ORA (OpenRaster, with layers). With --count a number is added before the ending.
    /// - is stdout.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What should not be in the picture.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    negative: Option<String>,
    /// A model's id, or the path of its folder or file.
    #[arg(long, value_name = "ID|PATH")]
    pub model: Option<String>,
    /// A file with a missing part of the model (a text encoder, a VAE), or a replacement for one; repeatable.
    #[arg(long, value_name = "FILE")]
    with: Vec<PathBuf>,
    /// A VAE to use instead of the model's own: a file, or a diffusers folder.
    #[arg(long, value_name = "PATH")]
    vae: Option<PathBuf>,
    /// A diffusers folder with the configurations, tokenizers and scheduler for a single-file model.
    #[arg(long, value_name = "FOLDER")]
    config: Option<PathBuf>,
    /// A tiny decoder (TAESD) for the previews.
    #[arg(long, value_name = "FILE")]
    taesd: Option<PathBuf>,
    /// The precision of the weights: auto (half precision where that is faster), f32, f16, bf16.
    #[arg(long, value_name = "NAME")]
    precision: Option<String>,
    #[command(flatten)]
    numbers: Numbers<ImageParam>,
    /// The same seed and settings give the same picture; random by default.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    seed: Option<i128>,
    /// Width and height in pixels, as 64x64.
    #[arg(long, value_name = "WxH")]
    size: Option<String>,
    /// Euler, Heun or DPM2; and for Stable Diffusion: Euler a, DPM++ 2M, DPM++ 2M SDE, DPM++ SDE, DDIM, PLMS, UniPC,
    /// LCM. By default the one that the model's files name.
    #[arg(long, value_name = "NAME")]
    sampler: Option<String>,
    /// How the noise is spread over the steps: automatic, normal, karras, exponential, sgm_uniform, simple, beta.
    #[arg(long, value_name = "NAME")]
    schedule: Option<String>,
    /// The random generator of the noise: native (this program's), or torch (PyTorch's on the CPU, as in diffusers and
    /// A1111).
    #[arg(long, value_name = "NAME")]
    rng: Option<String>,
    /// Which thing the built-in model draws for a word of the prompt, as "cat=tiger face"; repeatable.
    #[arg(long, value_name = "WORD=THING")]
    thing: Vec<String>,
    /// The arrangement of the built-in model's layers, as in the settings of a picture under "Layers":
    /// "cat.1: x=0.3 y=0.5 side=0.4 flip colour=blue seed=7; box.1: hide; order: box.1, cat.1".
    #[arg(long, value_name = "TEXT")]
    arrange: Option<String>,
    /// Also write each layer of the built-in model's scene as a PNG into this folder.
    #[arg(long, value_name = "DIR")]
    layers: Option<PathBuf>,
    /// With --out: also save to the library folder.
    #[arg(long)]
    library: bool,
    /// Write a preview of each step into this folder.
    #[arg(long, value_name = "DIR")]
    previews: Option<PathBuf>,
    /// Print one JSON object at the end on stdout, and nothing else there.
    #[arg(long)]
    json: bool,
}

pub fn run(context: &Context, args: ImageArgs) -> std::result::Result<(), Stop> {
    let prompt = match (&args.prompt, &args.decode) {
        (None, Some(_)) => String::new(),
        (given, _) => input::prompt(given.as_deref(), "image")?,
    };
    let interrupts = Interrupts::listen();
    let (request, latents) = request(context, &args, prompt, &interrupts)?;
    let (seed, steps, count) = (request.seed, request.params.steps, request.params.count);
    let model = request.model.id.clone();
    let reading = scene_of(&request.params, &request.model).unwrap_or_default();
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
    let (mut files, mut left_out) = (Vec::new(), Vec::new());
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
                if let (Some(folder), Some(scene)) = (&args.layers, &scene) {
                    store::write_layers(scene, folder, context.lang)?;
                }
                for path in sink.write(index, &picture, &record, scene.take().as_deref())? {
                    if !args.json && told.is_ok() {
                        told = bar.suspend(|| out::line(path.display()));
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
            format!("Not known: {word}; drawn in its place: {}", thing.en),
            format!("不认识“{word}”，用“{}”代替", thing.zh),
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
            "left_out": left_out, "unknown_words": unknown,
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

/// The arguments over the model's own defaults, each checked.
fn request(
    context: &Context,
    args: &ImageArgs,
    prompt: String,
    interrupts: &Interrupts,
) -> std::result::Result<(ImageRequest, Vec<Arc<Latents>>), Stop> {
    let mut params = ImageParams { prompt, ..ImageParams::default() };
    let decode = match &args.decode {
        Some(path) => store::read_latents(path)?,
        None => Vec::new(),
    };
    if let Some(first) = decode.first() {
        params.model.clone_from(&first.record.model);
        params.count = decode.len() as u32;
    }
    if let Some(id) = &args.model {
        params.model.clone_from(id);
    }
    let mut model = ready(context, &params.model, Makes::Image, interrupts)?;
    let named = [&args.vae, &args.config, &args.taesd].into_iter().any(Option::is_some);
    if named || args.precision.is_some() || !args.with.is_empty() {
        model.files = put_together(&model.files, args)?;
    }
    if !decode.is_empty() {
        return Ok((ImageRequest { params, model, seed: 0, layers: false, strict: true }, decode));
    }
    if let Some(card) = context.catalog.card(&params.model) {
        card.defaults.apply(&mut params);
    }
    params.negative = args.negative.clone().unwrap_or_default();
    args.numbers.apply(&mut params)?;
    if let Some(name) = &args.sampler {
        let all = Sampler::DIFFUSION.map(Sampler::name);
        params.sampler = Sampler::parse(name).ok_or_else(|| unknown("sampler", name, &all))?;
    } else if context.catalog.card(&params.model).is_none() {
        params.sampler = Sampler::Automatic;
    }
    if let Some(name) = &args.schedule {
        let all = Schedule::ALL.map(Schedule::name);
        params.schedule = Schedule::parse(name).ok_or_else(|| unknown("schedule", name, &all))?;
    }
    if let Some(name) = &args.rng {
        let all = NoiseSource::ALL.map(NoiseSource::name);
        params.noise = NoiseSource::parse(name).ok_or_else(|| unknown("rng", name, &all))?;
    }
    params.things = things_of(&args.thing)?;
    params.arrangement = args.arrange.as_deref().map(arrangement_of).transpose()?.unwrap_or_default();
    if let Some(size) = &args.size {
        (params.width, params.height) = parse_size(size)?;
    }
    let seed = seed_of(args.seed)?;
    params.seed = Seed::Fixed(seed);
    params.check()?;
    let layers = wants_layers(args, &params, &model)?;
    Ok((ImageRequest { params, model, seed, layers, strict: true }, decode))
}

/// The things chosen for words; a thing that the model does not know is refused.
fn things_of(given: &[String]) -> Result<Things> {
    let mut all = Things::default();
    for pair in given {
        let known = pair.split_once('=').and_then(|(word, thing)| Some((word, scene::label(thing)?)));
        let Some((word, label)) = known else {
            let choices = Both::new(
                "WORD=THING, where THING is a name as \"cat face\" or an emoji",
                "WORD=THING，THING 是名称（如 \"cat face\"）或表情符号",
            );
            return Err(Cause::BadChoice { name: "thing", value: Both::same(pair), choices }.into());
        };
        all.set(scene::folded(word), label.to_owned());
    }
    Ok(all)
}

/// An arrangement; a text that says nothing is refused.
fn arrangement_of(text: &str) -> Result<Arrangement> {
    let all = Arrangement::read(text);
    if all.is_empty() && !text.trim().is_empty() {
        let choices = Both::same("WORD.N: x= y= side= flip hide colour= seed=; order: WORD.N, WORD.N");
        return Err(Cause::BadChoice { name: "arrange", value: Both::same(text), choices }.into());
    }
    Ok(all)
}

/// The model's files with what the arguments name besides.
fn put_together(files: &ModelFiles, args: &ImageArgs) -> Result<ModelFiles> {
    let mut whole = from_files(files)?;
    whole.parts.splice(0..0, args.with.iter().cloned());
    whole.named = args.with.len();
    whole.vae = args.vae.clone().or(whole.vae);
    whole.config = args.config.clone().or(whole.config);
    whole.preview = args.taesd.clone().or(whole.preview);
    if let Some(name) = &args.precision {
        whole.precision = precision_of(name)?;
    }
    Ok(ModelFiles::Checkpoint(Box::new(whole)))
}

/// The model's files, where it has any.
fn from_files(files: &ModelFiles) -> Result<Checkpoint> {
    Ok(match files {
        ModelFiles::File(path) | ModelFiles::Folder(path) => Checkpoint::new(path.clone()),
        ModelFiles::Checkpoint(whole) => (**whole).clone(),
        ModelFiles::Embedded => {
            let (value, choices) = (
                Both::new("the model inside this program", "内置模型"),
                Both::new("a model from files", "来自文件的模型"),
            );
            return Err(Cause::BadChoice { name: "model", value, choices }.into());
        }
    })
}

/// The same files, computed with in the precision of this name.
pub fn in_precision(files: &ModelFiles, name: &str) -> Result<ModelFiles> {
    let whole = Checkpoint { precision: precision_of(name)?, ..from_files(files)? };
    Ok(ModelFiles::Checkpoint(Box::new(whole)))
}

fn precision_of(name: &str) -> Result<Precision> {
    let all = Precision::ALL.map(Precision::name);
    Ok(Precision::parse(name).ok_or_else(|| unknown("precision", name, &all))?)
}

fn unknown(name: &'static str, value: &str, choices: &[&str]) -> Cause {
    Cause::BadChoice { name, value: Both::same(value), choices: Both::same(choices.join(", ")) }
}

/// Where finished pictures go. Bad paths are refused before the first step.
struct Sink {
    out: Option<Out>,
    library: Option<PathBuf>,
    /// Where latents go without a picture's path.
    latents: PathBuf,
    lang: Lang,
}

/// What `--out` names.
enum Out {
    Stdout,
    /// A device or a pipe: takes all pictures.
    Stream(PathBuf),
    File {
        path: PathBuf,
        many: bool,
    },
}

impl Sink {
    fn new(context: &Context, args: &ImageArgs, count: u32) -> Result<Self> {
        let out = args.out.as_ref().map(|path| Out::find(path, count, args.json)).transpose()?;
        for folder in args.previews.iter().chain(&args.layers) {
            store::check_writable(folder)?;
        }
        let latents = context.paths.library(&context.settings);
        let library = (args.library || args.out.is_none()).then(|| latents.clone());
        if let Some(folder) = &library {
            store::check_writable(folder)?;
        }
        Ok(Self { out, library, latents, lang: context.lang })
    }

    /// Writes one picture everywhere it should go; the paths of files in that order.
    fn write(
        &self,
        index: u32,
        picture: &Picture,
        record: &PictureRecord,
        scene: Option<&SceneLayers>,
    ) -> Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        match &self.out {
            Some(Out::Stdout) => out::bytes(&store::picture_files::encode_png(picture, Some(record))?)?,
            Some(Out::Stream(path)) => {
                self.write_file(path, picture, record, scene)?;
                paths.push(path.clone());
            }
            Some(Out::File { path, many }) => {
                let path = if *many { numbered(path, index + 1) } else { path.clone() };
                self.write_file(&path, picture, record, scene)?;
                paths.push(path);
            }
            None => {}
        }
        if let Some(library) = &self.library {
            paths.push(store::save_picture(library, picture, record, SystemTime::now(), &TimeZone::system())?.path);
        }
        Ok(paths)
    }

    fn write_file(
        &self,
        path: &Path,
        picture: &Picture,
        record: &PictureRecord,
        scene: Option<&SceneLayers>,
    ) -> Result<()> {
        let bytes = match scene.filter(|_| is_open_raster(path)) {
            Some(scene) => store::open_raster(scene, picture, self.lang)?,
            None => store::picture_files::encode_as(&ending(path), picture, Some(record))?,
        };
        store::write_file(path, &bytes)?;
        if let Some(told) = store::picture_files::too_long(path, Some(record)) {
            super::say(&told, self.lang);
        }
        Ok(())
    }

    /// Writes latents whose decoding failed where their picture would be.
    fn keep(&self, latents: &Latents) -> Result<PathBuf> {
        if let Some(Out::File { path, .. }) = &self.out {
            let path = path.with_extension(store::LATENTS_ENDING);
            store::write_file(&path, &store::encode_latents(latents)?)?;
            return Ok(path);
        }
        store::save_latents(&self.latents, latents, SystemTime::now(), &TimeZone::system())
    }
}

impl Out {
    fn find(path: &Path, count: u32, json: bool) -> Result<Self> {
        if out::is_stdout(path) {
            if json {
                let (value, choices) = (
                    Both::same(path.display().to_string()),
                    Both::new("a file, since --json prints on stdout", "文件，因为 --json 输出到 stdout"),
                );
                return Err(Cause::BadChoice { name: "out", value, choices }.into());
            }
            return Ok(Self::Stdout);
        }
        if !is_open_raster(path) {
            store::picture_files::check_ending(&ending(path))?;
        }
        if store::is_stream(path) {
            return Ok(Self::Stream(path.to_owned()));
        }
        let many = count > 1;
        match many {
            true => (1..=count).try_for_each(|n| store::check_file(&numbered(path, n)))?,
            false => store::check_file(path)?,
        }
        Ok(Self::File { path: path.to_owned(), many })
    }
}

/// The ending that chooses the format; PNG where there is none.
fn ending(path: &Path) -> String {
    path.extension().map_or_else(|| "png".to_owned(), |e| e.to_string_lossy().into_owned())
}

fn is_open_raster(path: &Path) -> bool {
    ending(path).eq_ignore_ascii_case("ora")
}

/// Whether layers are wanted; an error where the prompt has no scene.
fn wants_layers(args: &ImageArgs, params: &ImageParams, model: &ModelRef) -> Result<bool> {
    let out = args.out.as_deref().filter(|path| is_open_raster(path));
    let Some(name) = out.map(|_| "out").or(args.layers.as_ref().map(|_| "layers")) else { return Ok(false) };
    if scene_of(params, model).is_some_and(|reading| !reading.items.is_empty()) {
        return Ok(true);
    }
    Err(Cause::NoLayers { name }.into())
}

/// What the built-in model reads of a prompt where it draws scenes.
fn scene_of(params: &ImageParams, model: &ModelRef) -> Option<Reading> {
    let draws_scenes = model.files == ModelFiles::Embedded && params.width > 64;
    draws_scenes.then(|| scene::read_with(&params.prompt, &params.negative, |word| params.things.get(word)))
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

/// `apple.png` as `apple-2.png`.
fn numbered(path: &Path, n: u32) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match path.extension() {
        Some(ending) => path.with_file_name(format!("{stem}-{n}.{}", ending.to_string_lossy())),
        None => path.with_file_name(format!("{stem}-{n}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_before_the_ending() {
        assert_eq!(numbered(Path::new("/a/b.c.png"), 2), Path::new("/a/b.c-2.png"));
        assert_eq!(numbered(Path::new("b"), 2), Path::new("b-2"));
    }
}
