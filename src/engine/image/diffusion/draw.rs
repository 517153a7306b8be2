//! A job's pictures, one after another.

use std::time::Instant;

use candle_core::{Device, Tensor};

use super::conditioning::Conditioning;
use super::folder::scheduler;
use super::net::{Given, Net};
use super::pixels::{decoded, preview};
use super::text::Pair;
use super::{Diffusion, Family};
use crate::domain::{ImageParams, NoiseSource, Picture, ReadTo, Sampler, StepProgress};
use crate::engine::image::noise::gaussian_of;
use crate::engine::image::sampling::guidance::{guide, is_on, rescale};
use crate::engine::image::sampling::{Denoiser, FlowRun, Noise, Plan, TorchRng};
use crate::engine::{CancelToken, Stoppable};

/// The pictures of one job, and how long they took.
pub struct Drawing<'a> {
    model: &'a Diffusion,
    params: &'a ImageParams,
    plan: Plan,
    texts: Pair,
    /// Seconds of each step of each picture.
    pub steps_s: Vec<f64>,
    pub decode_s: f64,
    widened: u32,
    batched: bool,
}

impl<'a> Drawing<'a> {
    /// Checks the sizes and encodes the prompts. `batched`: guidance predicts both sides at once, in twice the memory.
    pub fn new(model: &'a Diffusion, params: &'a ImageParams, batched: bool, token: &CancelToken) -> Stoppable<Self> {
        let step = model.factor() * model.family.multiple();
        let tokens = (params.width as usize / step) * (params.height as usize / step);
        let flow = model.family.flow().map(|start| FlowRun { tokens, start });
        let config = scheduler(&model.scheduler, model.family, params.sampler)?;
        let plan = Plan::new(config, params.schedule, params.steps as usize, flow)?;
        let texts = model.encode(&params.prompt, &params.negative, params.clip_skip, token)?;
        Ok(Self { model, params, plan, texts, steps_s: Vec::new(), decode_s: 0.0, widened: 0, batched })
    }

    /// What the job runs with, where it asked for the model's own.
    pub fn sampler(&self) -> Sampler {
        self.plan.sampler()
    }

    /// Predictions that overflowed and were recomputed in full precision.
    pub fn widened(&self) -> u32 {
        self.widened
    }

    /// How far the prompts were read that are longer than the text encoder takes.
    pub fn read_to(&self) -> &[ReadTo] {
        &self.texts.read_to
    }

    /// The latents of one picture, `[1, C, h, w]`, as the VAE takes them. `tell` gets the progress and a preview after each step.
    pub fn latents(
        &mut self,
        seed: u64,
        index: u32,
        token: &CancelToken,
        tell: &mut dyn FnMut(StepProgress, Option<Picture>),
    ) -> Stoppable<Tensor> {
        let ImageParams { width, height, count, noise, .. } = *self.params;
        let channels = self.model.net.channels();
        let factor = self.model.factor();
        let (h, w) = (height as usize / factor, width as usize / factor);
        let mut source = SeededNoise::new(noise, seed);
        let mut x = source.draw(channels * h * w);
        let steps = self.plan.steps() as u32;
        let total = f64::from(count) * f64::from(steps);
        let mut last = Instant::now();
        let steps_s = &mut self.steps_s;
        let kind = self.model.family.latents();
        let (tiny, device) = (self.model.preview.as_ref(), &self.model.device);
        let mut each = |step: usize, clean: &[f32]| {
            steps_s.push(last.elapsed().as_secs_f64());
            let done = steps_s.len() as f64;
            let eta_s = steps_s.iter().sum::<f64>() / done * (total - done);
            let progress = StepProgress { index, count, step: step as u32, steps, eta_s };
            let tiny = tiny.and_then(|tiny| decoded(clean, channels, (h, w), tiny, device));
            tell(progress, tiny.or_else(|| preview(clean, channels, (h, w), kind)));
            last = Instant::now();
        };
        let mut guided = Guided::new(self.model, self.params, &self.texts, (channels, h, w), self.batched, token)?;
        self.plan.run(&mut x, &mut guided, &mut source, token, &mut each)?;
        self.widened += guided.widened;
        let latents = Tensor::from_vec(x, (1, channels, h, w), &Device::Cpu)?.to_device(&self.model.device)?;
        Ok(self.model.vae.config().scaling.to_vae(&latents)?)
    }

    /// The picture of some latents, as [`super::Decoder::decode`] makes it.
    pub fn decode(&mut self, latents: &Tensor, free: u64, token: &CancelToken) -> Stoppable<Picture> {
        let start = Instant::now();
        let picture = self.model.decoder().decode(latents, free, token)?;
        self.decode_s += start.elapsed().as_secs_f64();
        Ok(picture)
    }
}

/// The noise that the person chose.
enum SeededNoise {
    Torch(Box<TorchRng>),
    Native { seed: u64, draws: u64 },
}

impl SeededNoise {
    fn new(noise: NoiseSource, seed: u64) -> Self {
        match noise {
            NoiseSource::Torch => Self::Torch(Box::new(TorchRng::new(seed))),
            NoiseSource::Native => Self::Native { seed, draws: 0 },
        }
    }
}

impl Noise for SeededNoise {
    fn draw(&mut self, len: usize) -> Vec<f32> {
        match self {
            Self::Torch(rng) => rng.draw(len),
            Self::Native { seed, draws } => {
                let noise = gaussian_of(*seed, *draws, len);
                *draws += 1;
                noise
            }
        }
    }
}

/// The network with guidance.
struct Guided<'a> {
    model: &'a Diffusion,
    token: &'a CancelToken,
    shape: (usize, usize, usize),
    texts: &'a Pair,
    given: Given,
    rescale: f32,
    both: bool,
    /// Both predictions as one batch, rather than one after the other.
    batched: bool,
    widened: u32,
}

impl<'a> Guided<'a> {
    fn new(
        model: &'a Diffusion,
        params: &ImageParams,
        texts: &'a Pair,
        shape: (usize, usize, usize),
        batched: bool,
        token: &'a CancelToken,
    ) -> Stoppable<Self> {
        let (w, h) = (params.width as f32, params.height as f32);
        let numbers = vec![h, w, 0.0, 0.0, h, w];
        let sizes =
            (model.family == Family::Xl).then(|| Tensor::from_vec(numbers, (1, 6), &model.device)).transpose()?;
        Ok(Self {
            model,
            token,
            shape,
            texts,
            given: Given { sizes, guidance: params.guidance },
            rescale: params.guidance_rescale,
            both: is_on(params.guidance.into()) && !model.source.0.takes_guidance(),
            batched: batched && model.family.batches(),
            widened: 0,
        })
    }

    fn predict_with(&self, net: &Net, texts: [&Conditioning; 2], x: &[f32], time: f64) -> Stoppable<Vec<f32>> {
        let (c, h, w) = self.shape;
        let latents = Tensor::from_slice(x, (1, c, h, w), &Device::Cpu)?.to_device(&self.model.device)?;
        let once = |text| net.predict(&latents, time, text, &self.given, self.token);
        let [prompt, negative] = texts;
        if !self.both {
            return once(prompt);
        }
        let (with, without) = if self.batched {
            let latents = Tensor::cat(&[&latents, &latents], 0)?;
            let sizes = self.given.sizes.as_ref().map(|s| Tensor::cat(&[s, s], 0)).transpose()?;
            let given = Given { sizes, guidance: self.given.guidance };
            let mut both = net.predict(&latents, time, &prompt.and(negative)?, &given, self.token)?;
            let without = both.split_off(both.len() / 2);
            (both, without)
        } else {
            let with = once(prompt)?;
            self.token.check()?;
            (with, once(negative)?)
        };
        let mut guided = guide(&with, &without, self.given.guidance);
        if self.rescale > 0.0 {
            rescale(&mut guided, &with, self.rescale);
        }
        Ok(guided)
    }
}

impl Denoiser for Guided<'_> {
    fn predict(&mut self, x: &[f32], time: f64) -> Stoppable<Vec<f32>> {
        self.predict_with(&self.model.net, [&self.texts.prompt, &self.texts.negative], x, time)
    }

    fn predict_exactly(&mut self, x: &[f32], time: f64) -> Stoppable<Option<Vec<f32>>> {
        let Some(net) = self.model.exact(self.token)? else { return Ok(None) };
        self.widened += 1;
        let (prompt, negative) = (self.texts.prompt.in_full()?, self.texts.negative.in_full()?);
        self.predict_with(net, [&prompt, &negative], x, time).map(Some)
    }
}
