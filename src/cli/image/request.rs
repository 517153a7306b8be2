//! The request that the arguments make, each checked.

use std::sync::Arc;

use super::args::ImageArgs;
use super::sink::is_open_raster;
use crate::cli::Context;
use crate::cli::models::ready;
use crate::cli::run::Interrupts;
use crate::cli::values::{parse_size, seed_of};
use crate::domain::{
    Arrangement, Checkpoint, ImageParams, ImageRequest, Latents, Makes, ModelFiles, ModelRef, NoiseSource, Precision,
    Sampler, Schedule, Seed, Things,
};
use crate::engine::Stop;
use crate::error::{Cause, Result};
use crate::lang::Both;
use crate::scene::{self, Reading};
use crate::store;

/// The arguments over the model's own defaults, each checked.
pub(super) fn request(
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
pub(super) fn scene_of(params: &ImageParams, model: &ModelRef) -> Option<Reading> {
    let draws_scenes = model.files == ModelFiles::Embedded && params.width > 64;
    draws_scenes.then(|| scene::read_with(&params.prompt, &params.negative, |word| params.things.get(word)))
}
