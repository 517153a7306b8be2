//! The picture pipeline: what the engine's thread runs.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use candle_core::Device;

use super::diffusion::{self, Diffusion};
use super::prompt::syntax;
use super::sticker::{self, Encoded, Scene, Sticker};
use super::weights::Watch;
use crate::domain::{
    Checkpoint, DecodeRequest, DeviceChoice, EventKind, ImageParams, ImageRequest, ImageStats, ModelFiles, Outcome,
    PROGRAM, Picture, PictureNews, PictureRecord, PictureTask, ReadTo, Sampler, StepProgress, Takes, UnknownWords,
};
use crate::engine::{
    Backend, CancelToken, Guard, MemoryBudget, Reporter, Reservation, Slot, Stop, Stoppable, device_for, watch,
};
use crate::error::{Cause, Result};
use crate::formats::Header;
use crate::lang::Both;

/// Draws with the model of each request and keeps it for the next.
pub struct ImagePipeline {
    budget: Arc<MemoryBudget>,
    device: DeviceChoice,
    slot: Arc<Slot<Loaded>>,
    batched: Option<bool>,
}

struct Loaded {
    files: ModelFiles,
    /// So that a changed file is read again.
    stamp: Stamp,
    model: Model,
    /// Given back with the model.
    _memory: Reservation,
    _device: Arc<Device>,
}

/// A model of one of the families.
enum Model {
    Sticker(Box<Sticker>),
    Diffusion(Box<Diffusion>),
}

type Stamp = Vec<Option<(u64, SystemTime)>>;
/// Gets the fraction of the weights that is read.
type Read = Arc<dyn Fn(f32) + Send + Sync>;

impl ImagePipeline {
    /// Nothing is loaded before the first request.
    pub fn new(budget: Arc<MemoryBudget>, device: DeviceChoice) -> Self {
        Self { slot: budget.slot(), budget, device, batched: None }
    }

    /// Whether guidance predicts with and without the prompt as one batch. Not said: on a GPU where memory allows; on
    /// the CPU in turns, which takes the same time and half the memory.
    pub fn batched(self, on: bool) -> Self {
        Self { batched: Some(on), ..self }
    }

    /// The model, loaded now if it was not; what it cannot do of `params` is refused before its weights are read.
    fn model<'a>(
        &self,
        slot: &'a mut Guard<'_, Loaded>,
        asked: (&ImageRequest, &ImageParams),
        token: &CancelToken,
        read: &Read,
        freed: &mut dyn FnMut(String),
    ) -> Stoppable<&'a Model> {
        let (model, params) = (&asked.0.model, asked.1);
        let (files, stamp) = (&model.files, stamp(&model.files));
        if !is_loaded(slot, files) {
            let device = device_for(self.device);
            let (made, memory) = match files {
                files if let Some((files, header)) = checkpoint(files) => {
                    let opened = Diffusion::open(&files, header)?;
                    let dtype = opened.dtype(files.precision, &device)?;
                    let weights = opened.memory(dtype, &device);
                    check_settings(asked, &opened.takes())?;
                    opened.limits().check(params)?;
                    opened.limits().fit(params, weights, self.budget.total())?;
                    // The old model goes first: its memory may be what the new one needs.
                    slot.clear();
                    let memory = self.budget.reserve(weights.weights(), freed)?;
                    let (whole, so_far) = (opened.bytes().max(1), AtomicU64::new(0));
                    let read = read.clone();
                    let tell = move |bytes| {
                        let done = so_far.fetch_add(bytes, Ordering::Relaxed) + bytes;
                        read((done as f64 / whole as f64).min(1.0) as f32);
                    };
                    let watch = Watch::new(token.clone(), Arc::new(tell));
                    (
                        Model::Diffusion(Box::new(Diffusion::load(
                            opened,
                            dtype,
                            &device,
                            &watch,
                            self.budget.clone(),
                        )?)),
                        memory,
                    )
                }
                files => {
                    let opened = sticker::open(files)?;
                    let embedded = *files == ModelFiles::Embedded;
                    let sides = sticker::sides(opened.config.size, embedded);
                    check_settings(asked, &Takes::STICKER)?;
                    check_size(params, &sides)?;
                    slot.clear();
                    let memory = self.budget.reserve(opened.config.memory(), freed)?;
                    let sticker = Sticker::load(opened, embedded, &device, token, &mut |part| read(part))?;
                    (Model::Sticker(Box::new(sticker)), memory)
                }
            };
            let loaded = Loaded { files: files.clone(), stamp, model: made, _memory: memory, _device: device };
            slot.put(model.id.clone(), loaded);
        }
        match slot.get() {
            Some(loaded) => Ok(&loaded.model),
            None => Err(Cause::EngineGone.into()),
        }
    }
}

impl ImagePipeline {
    /// Pictures of latents that are there already, by the model's VAE; where the model is not in memory, that is all
    /// of it that is read.
    fn decode(&self, request: &DecodeRequest, reporter: &Reporter, token: &CancelToken) -> Stoppable<Outcome> {
        let mut slot = self.slot.hold();
        let mut freed = |id| reporter.tell(EventKind::Freed { id });
        if is_loaded(&mut slot, &request.model.files)
            && let Some(Loaded { model: Model::Diffusion(model), .. }) = slot.get()
        {
            return decode(model.decoder(), request, self.budget.free(), reporter, token);
        }
        let Some((files, header)) = checkpoint(&request.model.files) else {
            let (value, choices) = (Both::same(&request.model.id), Both::new("a model with a VAE", "带 VAE 的模型"));
            return Err(Cause::BadChoice { name: "model", value, choices }.into());
        };
        reporter.tell(EventKind::Loading { fraction: None });
        let start = Instant::now();
        let opened = Diffusion::open(&files, header)?;
        let _memory = self.budget.reserve(diffusion::VaeOnly::memory(&opened), &mut freed)?;
        let watch = Watch::new(token.clone(), Arc::new(|_| {}));
        let device = device_for(self.device);
        let vae = diffusion::VaeOnly::load(opened, &device, &watch)?;
        let load_s = start.elapsed().as_secs_f64();
        match decode(vae.decoder(), request, self.budget.free(), reporter, token)? {
            Outcome::Image(stats) => Ok(Outcome::Image(ImageStats { load_s, ..stats })),
            other => Ok(other),
        }
    }
}

fn decode(
    decoder: diffusion::Decoder<'_>,
    request: &DecodeRequest,
    free: u64,
    reporter: &Reporter,
    token: &CancelToken,
) -> Stoppable<Outcome> {
    let start = Instant::now();
    for (index, latents) in (0u32..).zip(&request.latents) {
        let picture = Arc::new(decoder.decode(&decoder.tensor(latents)?, free, token)?);
        let mut record = latents.record.clone();
        if let ModelFiles::Checkpoint(files) = &request.model.files
            && let Some(vae) = &files.vae
        {
            record.vae = name_of(vae);
        }
        reporter.tell(PictureNews::Picture { index, picture, record });
    }
    Ok(Outcome::Image(ImageStats { decode_s: start.elapsed().as_secs_f64(), ..ImageStats::default() }))
}

fn is_loaded(slot: &mut Guard<'_, Loaded>, files: &ModelFiles) -> bool {
    slot.get().is_some_and(|it| it.files == *files && it.stamp == stamp(files))
}

impl Backend for ImagePipeline {
    type Task = PictureTask;

    fn run(&mut self, task: &PictureTask, reporter: &Reporter, token: &CancelToken) -> Stoppable<Outcome> {
        watch(token, || match task {
            PictureTask::Generate(request) => self.generate(request, reporter, token),
            PictureTask::Decode(request) => self.decode(request, reporter, token),
        })
    }

    fn unload(&mut self) {
        self.slot.hold().clear();
    }
}

impl ImagePipeline {
    fn generate(&self, request: &ImageRequest, reporter: &Reporter, token: &CancelToken) -> Stoppable<Outcome> {
        let start = Instant::now();
        request.params.check()?;
        let params = &understood(&request.params, reporter);
        let asked = (request, params);
        let mut slot = self.slot.hold();
        let mut freed = |id| reporter.tell(EventKind::Freed { id });
        let load_s = if is_loaded(&mut slot, &request.model.files) {
            0.0
        } else {
            reporter.tell(EventKind::Loading { fraction: None });
            let hints = reporter.clone();
            let read = Arc::new(move |part| hints.hint(EventKind::Loading { fraction: Some(part) }));
            self.model(&mut slot, asked, token, &(read as Read), &mut freed)?;
            start.elapsed().as_secs_f64()
        };
        reporter.tell(EventKind::Ready { load_s });
        let stats = match self.model(&mut slot, asked, token, &(Arc::new(|_| {}) as Read), &mut freed)? {
            Model::Sticker(sticker) => draw_stickers(sticker, asked, reporter, token)?,
            Model::Diffusion(model) => draw_latents(model, asked, (&self.budget, self.batched), reporter, token)?,
        };
        Ok(Outcome::Image(ImageStats { load_s, ..stats }))
    }
}

/// The settings with prompts as the model is to read them; what was taken out of them is reported. The picture's record
/// keeps what the person wrote.
fn understood(params: &ImageParams, reporter: &Reporter) -> ImageParams {
    let mut notes = Vec::new();
    let [prompt, negative] = [&params.prompt, &params.negative].map(|text| syntax::without(text, &mut notes));
    if !notes.is_empty() {
        reporter.tell(PictureNews::LeftOut { notes });
    }
    ImageParams { prompt, negative, ..params.clone() }
}

/// Refuses settings that have no effect on a model that `takes` others, where the request wants that.
fn check_settings((request, params): (&ImageRequest, &ImageParams), takes: &Takes) -> Result<()> {
    if request.strict { params.check_for(takes, &request.model.id) } else { Ok(()) }
}

fn draw_stickers(
    sticker: &Sticker,
    (request, params): (&ImageRequest, &ImageParams),
    reporter: &Reporter,
    token: &CancelToken,
) -> Stoppable<ImageStats> {
    check_settings((request, params), &Takes::STICKER)?;
    check_size(params, &sticker.sides())?;
    if params.width != sticker.net.config().size as u32 {
        return draw_scenes(sticker, (request, params), reporter, token);
    }
    let (prompt, negative) = (sticker.words.encode(&params.prompt, None), sticker.words.encode(&params.negative, None));
    let mut job = sticker::Drawing::new(sticker, params, &prompt, &negative);
    for index in 0..params.count {
        let seed = picture_seed(request.seed, index);
        let x = job.draw(seed, index, token, &mut |progress, picture| {
            reporter.hint(PictureNews::Preview { progress, picture: Arc::new(picture) });
        })?;
        let picture = Arc::new(job.decode(&x));
        let mut record = sticker_record(sticker, request, seed);
        record.things.clear();
        record.arrangement.clear();
        reporter.tell(PictureNews::Picture { index, picture, record });
    }
    let read_to = [(&prompt, false), (&negative, true)].into_iter().filter_map(|(p, negative)| read_to(p, negative));
    Ok(ImageStats {
        unknown_words: unseen([&prompt, &negative]),
        read_to: read_to.collect(),
        ..stats(&job.steps_s, job.decode_s)
    })
}

/// Pictures of the whole prompt: its things in their places, large and sharp.
fn draw_scenes(
    sticker: &Sticker,
    (request, params): (&ImageRequest, &ImageParams),
    reporter: &Reporter,
    token: &CancelToken,
) -> Stoppable<ImageStats> {
    let mut scene = Scene::new(sticker, params, request.layers);
    for index in 0..params.count {
        let seed = picture_seed(request.seed, index);
        let picture = scene.draw(seed, index, token, &mut |progress, picture| told(reporter, progress, picture))?;
        let mut record = sticker_record(sticker, request, seed);
        record.things = scene.things();
        record.arrangement = scene.arrangement();
        if request.layers {
            reporter.tell(PictureNews::Layers(Arc::new(scene.layers(seed))));
        }
        reporter.tell(PictureNews::Picture { index, picture: Arc::new(picture), record });
    }
    Ok(ImageStats { unknown_words: scene.unseen(), ..stats(&scene.steps_s, scene.decode_s) })
}

fn sticker_record(sticker: &Sticker, request: &ImageRequest, seed: u64) -> Box<PictureRecord> {
    let asked = request.params.sampler;
    let sampler = if asked == Sampler::Automatic { Sampler::Euler } else { asked };
    Box::new(record(request, seed, sampler, sticker.sha256()).had_effect(&Takes::STICKER))
}

fn draw_latents(
    model: &Diffusion,
    (request, params): (&ImageRequest, &ImageParams),
    (budget, batched): (&Arc<MemoryBudget>, Option<bool>),
    reporter: &Reporter,
    token: &CancelToken,
) -> Stoppable<ImageStats> {
    check_settings((request, params), &model.takes())?;
    let limits = model.limits();
    limits.check(params)?;
    limits.fit(params, model.memory(), budget.total())?;
    // What drawing holds besides the weights must be there too, before hours are spent.
    let size = (params.width, params.height);
    let need = limits.need(model.memory(), size);
    let working = need.drawing;
    let _working = budget
        .reserve(working, &mut |id| reporter.tell(EventKind::Freed { id }))
        .map_err(|_| limits.too_large(size, model.memory(), budget.free().saturating_add(need.weights())))?;
    let batched = batched.unwrap_or(!model.device().is_cpu());
    // The second half of a batch only where it is free: nothing is driven out for it.
    let twice = batched.then(|| budget.reserve_free(need.step)).flatten();
    let mut job = diffusion::Drawing::new(model, params, twice.is_some(), token)?;
    for index in 0..params.count {
        let seed = picture_seed(request.seed, index);
        let latents = job.latents(seed, index, token, &mut |progress, picture| told(reporter, progress, picture))?;
        let record = record(request, seed, job.sampler(), model.sha256()).had_effect(&model.takes());
        let record = Box::new(record);
        // The steps are over: what they held is the decoder's.
        match job.decode(&latents, budget.free() + working, token) {
            Ok(picture) => reporter.tell(PictureNews::Picture { index, picture: Arc::new(picture), record }),
            Err(Stop::Failed(error)) => {
                reporter.tell(PictureNews::Undecoded { latents: Arc::new(diffusion::kept(&latents, record)?) });
                return Err(error.into());
            }
            Err(stop) => return Err(stop),
        }
    }
    let (read_to, widened) = (job.read_to().to_vec(), job.widened());
    Ok(ImageStats { read_to, widened, ..stats(&job.steps_s, job.decode_s) })
}

/// Tells of a step, with the picture where there is one of it.
fn told(reporter: &Reporter, progress: StepProgress, picture: Option<Picture>) {
    match picture {
        Some(picture) => reporter.hint(PictureNews::Preview { progress, picture: Arc::new(picture) }),
        None => reporter.hint(EventKind::Progress(progress)),
    }
}

fn stats(steps_s: &[f64], decode_s: f64) -> ImageStats {
    let mut sorted = steps_s.to_vec();
    sorted.sort_by(f64::total_cmp);
    let step_s = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    ImageStats { sample_s: sorted.iter().sum(), step_s, decode_s, ..Default::default() }
}

/// A size that the model does not draw is refused with the choices.
fn check_size(params: &ImageParams, sides: &[u32]) -> Result<()> {
    if params.width == params.height && sides.contains(&params.width) {
        return Ok(());
    }
    let value = Both::same(format!("{}x{}", params.width, params.height));
    let choices: Vec<_> = sides.iter().map(|side| format!("{side}x{side}")).collect();
    Err(Cause::BadChoice { name: "size", value, choices: Both::same(choices.join(", ")) }.into())
}

/// Seeds count up from the job's, and wrap.
fn picture_seed(first: u64, index: u32) -> u64 {
    first.wrapping_add(index.into())
}

/// Words that the network has no vector for, each once.
fn unseen(prompts: [&Encoded; 2]) -> UnknownWords {
    let mut seen = BTreeSet::new();
    let all = prompts.into_iter().flat_map(|p| &p.unseen);
    all.filter(|word| seen.insert(word.as_str())).cloned().collect()
}

/// How far a prompt was read that has more words than the network takes.
fn read_to(prompt: &Encoded, negative: bool) -> Option<ReadTo> {
    let rest = prompt.cut.first()?.clone();
    let read = prompt.tokens.len();
    Some(ReadTo { negative, read, all: read + prompt.cut.len(), words: true, rest })
}

fn record(request: &ImageRequest, seed: u64, sampler: Sampler, hash: &str) -> PictureRecord {
    let asked = PictureRecord::of(&request.params, seed);
    PictureRecord {
        params: ImageParams { model: request.model.id.clone(), sampler, ..asked.params },
        model_hash: hash.to_owned(),
        vae: match &request.model.files {
            ModelFiles::Checkpoint(files) => files.vae.as_deref().map(name_of).unwrap_or_default(),
            _ => String::new(),
        },
        version: PROGRAM.to_owned(),
        sampler_said: None,
        notes: Vec::new(),
    }
}

/// A file's name; of a model's folder named for its part, with the model's.
fn name_of(path: &Path) -> String {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match (name(path), path.parent()) {
        (own, Some(model)) if own == "vae" => format!("{}/{own}", name(model)),
        (own, _) => own,
    }
}

/// Length and time of each file or folder that weights come from; of a diffusers folder, of its denoiser's.
fn stamp(files: &ModelFiles) -> Stamp {
    let of = |path: &Path| {
        let data = path.metadata().ok()?;
        Some((data.len(), data.modified().ok()?))
    };
    let place = |path: &Path| match path.is_dir() {
        true => ["unet", "transformer", sticker::WEIGHTS].iter().find_map(|part| of(&path.join(part))),
        false => of(path),
    };
    match files {
        ModelFiles::Embedded => Vec::new(),
        ModelFiles::File(path) | ModelFiles::Folder(path) => vec![place(path)],
        ModelFiles::Checkpoint(files) => files.paths().map(|path| place(path)).collect(),
    }
}

/// The files of a diffusion model, and the main one's header where it was read to know that; `None` for those that
/// something else runs.
fn checkpoint(files: &ModelFiles) -> Option<(Checkpoint, Option<Header>)> {
    match files {
        ModelFiles::Checkpoint(files) => Some(((**files).clone(), None)),
        ModelFiles::Folder(folder) if diffusion::is_folder(folder) => Some((Checkpoint::new(folder.clone()), None)),
        ModelFiles::File(path) if !sticker::is_ours(path) => {
            Some((Checkpoint::new(path.clone()), Some(diffusion::header_of(path)?)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_wrap_inside_their_range() {
        assert_eq!(picture_seed(5, 2), 7);
        assert_eq!(picture_seed(u64::MAX, 0), u64::MAX);
        assert_eq!(picture_seed(u64::MAX, 3), 2);
    }
}
