//! Noise schedules, samplers and noise sources of diffusion and flow models, each tested against its reference
//! (`tests/pictures/sampling.rs`; diffusers 0.42).
//!
//! ```text
//! SchedulerConfig (the model's folder) + sampler, schedule, steps -> Plan: levels and times
//! noise -> Plan::run(model, noise source, token) -> latents
//!             each step: Denoiser::predict(x as trained, time) -> prediction -> clean picture -> the sampler's rule
//! ```
//! All arithmetic on latents is f32 on the CPU, with the factors in f64: latents have few values, and the result is
//! the same whatever the network ran on.

mod beta;
mod config;
pub mod guidance;
mod levels;
mod multistep;
mod one_step;
mod rng;
mod trained;

use crate::domain::{Sampler, Schedule};
use crate::engine::{CancelToken, Stoppable};
use crate::error::{Cause, Result as Checked};
use crate::lang::Both;

pub use config::{Prediction, SchedulerConfig, Spacing};
pub use levels::{FlowRun, FlowStart, Levels, Training};
pub use rng::TorchRng;

/// The network, with guidance.
pub trait Denoiser {
    /// What it predicts for `x` (as in training) at `time`; the answer is as long as `x`.
    fn predict(&mut self, x: &[f32], time: f64) -> Stoppable<Vec<f32>>;

    /// The same with more precision, after a prediction that was not a number; `None` where there is none to add.
    fn predict_exactly(&mut self, _x: &[f32], _time: f64) -> Stoppable<Option<Vec<f32>>> {
        Ok(None)
    }
}

/// Where a run's random numbers come from, in the order in which they are drawn.
pub trait Noise {
    fn draw(&mut self, len: usize) -> Vec<f32>;
}

impl Noise for TorchRng {
    fn draw(&mut self, len: usize) -> Vec<f32> {
        self.normal(len)
    }
}

/// The steps of a run.
pub struct Plan {
    config: SchedulerConfig,
    training: Training,
    levels: Levels,
    /// `None` for diffusion.
    flow: bool,
}

impl Plan {
    /// `flow` is needed by flow models only. Errors: a sampler that the kind of model does not have, and more steps than
    /// the training had.
    pub fn new(config: SchedulerConfig, schedule: Schedule, steps: usize, flow: Option<FlowRun>) -> Checked<Self> {
        let sampler = config.sampler;
        let choices: &[Sampler] = if config.flow.is_some() { &Sampler::FLOW } else { &Sampler::DIFFUSION };
        if !choices.contains(&sampler) {
            let choices = Both::same(choices.iter().map(|s| s.name()).collect::<Vec<_>>().join(", "));
            return Err(Cause::BadChoice { name: "sampler", value: Both::same(sampler.name()), choices }.into());
        }
        let most = match sampler {
            Sampler::Lcm => config.original_steps,
            _ => config.train_steps,
        };
        if steps == 0 || steps > most {
            let (value, max) = (steps as f64, most as f64);
            return Err(Cause::OutOfRange { name: "steps", value, min: 1.0, max }.into());
        }
        let training = Training::new(&config);
        let levels = match (&config.flow, flow) {
            (Some(shift), Some(run)) => levels::flow(&config, shift, run, steps),
            _ if matches!(sampler, Sampler::Ddim | Sampler::Plms | Sampler::Lcm) => trained::levels(&config, steps),
            _ => levels::diffusion(&config, &training, schedule, steps),
        };
        let flow = config.flow.is_some();
        Ok(Self { config, training, levels, flow })
    }

    pub fn levels(&self) -> &Levels {
        &self.levels
    }

    pub fn sampler(&self) -> Sampler {
        self.config.sampler
    }

    /// Steps, as progress counts them.
    pub fn steps(&self) -> usize {
        self.levels.times.len()
    }

    /// From noise `x` (N(0, 1)) to the latents of a picture, in place. After each step `each` gets how many are done
    /// and the clean latents predicted. On an error `x` is as it was before the step that failed.
    pub fn run(
        &self,
        x: &mut [f32],
        model: &mut dyn Denoiser,
        noise: &mut dyn Noise,
        token: &CancelToken,
        each: &mut dyn FnMut(usize, &[f32]),
    ) -> Stoppable<()> {
        let mut walk = Walk { plan: self, model, noise, token, step: 0 };
        match self.config.sampler {
            Sampler::Ddim => trained::ddim(&mut walk, x, each),
            Sampler::Plms => trained::plms(&mut walk, x, each),
            Sampler::Lcm => trained::lcm(&mut walk, x, each),
            sampler => {
                let start = self.start();
                x.iter_mut().for_each(|x| *x *= start as f32);
                match sampler {
                    Sampler::DpmPp2M | Sampler::DpmPp2MSde => multistep::dpm_pp(&mut walk, x, each)?,
                    Sampler::UniPc => multistep::unipc(&mut walk, x, each)?,
                    _ => return one_step::run(&mut walk, x, each),
                }
                // These end in the training's form where some noise is left.
                let left = self.levels.sigmas.last().copied().unwrap_or(0.0);
                let root = (left * left + 1.0).sqrt() as f32;
                x.iter_mut().for_each(|x| *x /= root);
                Ok(())
            }
        }
    }

    /// What the noise is multiplied by at first.
    fn start(&self) -> f64 {
        let most = self.levels.sigmas.iter().copied().fold(0.0, f64::max);
        if self.flow {
            return 1.0;
        }
        let plain = matches!(self.config.spacing, Spacing::Linspace | Spacing::Trailing);
        let multistep = matches!(self.config.sampler, Sampler::DpmPp2M | Sampler::DpmPp2MSde | Sampler::UniPc);
        if plain && !multistep { most } else { (most * most + 1.0).sqrt() }
    }
}

/// A run under way: what each sampler's rule needs.
struct Walk<'a> {
    plan: &'a Plan,
    model: &'a mut dyn Denoiser,
    noise: &'a mut dyn Noise,
    token: &'a CancelToken,
    /// From 0.
    step: usize,
}

impl Walk<'_> {
    /// The network's own prediction, finite.
    fn raw(&mut self, x: &[f32], time: f64) -> Stoppable<Vec<f32>> {
        self.token.check()?;
        let finite = |p: &[f32]| p.iter().all(|v| v.is_finite());
        let predicted = self.model.predict(x, time)?;
        if finite(&predicted) {
            return Ok(predicted);
        }
        self.token.check()?;
        match self.model.predict_exactly(x, time)? {
            Some(predicted) if finite(&predicted) => Ok(predicted),
            _ => Err(Cause::NotANumber { step: self.step + 1 }.into()),
        }
    }

    /// The clean latents predicted from `x` at a level (see [`levels`]) and its time.
    fn clean(&mut self, x: &[f32], sigma: f64, time: f64) -> Stoppable<Vec<f32>> {
        if self.plan.flow {
            let out = self.raw(x, time)?;
            return Ok(mix(x, 1.0, &out, -sigma));
        }
        let root = (sigma * sigma + 1.0).sqrt();
        let scaled: Vec<f32> = x.iter().map(|x| (f64::from(*x) / root) as f32).collect();
        let out = self.raw(&scaled, time)?;
        Ok(match self.plan.config.prediction {
            Prediction::Epsilon | Prediction::Flow => mix(x, 1.0, &out, -sigma),
            Prediction::Velocity => mix(x, 1.0 / (root * root), &out, -sigma / root),
            Prediction::Sample => out,
        })
    }
}

/// `a x + b y`, element by element.
fn mix(x: &[f32], a: f64, y: &[f32], b: f64) -> Vec<f32> {
    x.iter().zip(y).map(|(x, y)| (a * f64::from(*x) + b * f64::from(*y)) as f32).collect()
}
