//! Noise levels: those of the training, and those that a run's steps pass through.
//!
//! `sigma` is the noise beside an unscaled picture: `x = picture + sigma noise` (Karras et al. 2022); the training's
//! own form is `x / sqrt(sigma^2 + 1)`. For a straight flow `x = (1 - sigma) picture + sigma noise`.

use super::beta::beta_quantile;
use super::config::{Betas, FlowShift, SchedulerConfig, Spacing};
use crate::domain::{Sampler, Schedule};

/// rho of Karras et al. 2022.
const RHO: f64 = 7.0;
/// The least that the cumulated alpha may be where the training ends in pure noise: diffusers' 2^-24.
const LEAST_ALPHA: f64 = 1.0 / 16_777_216.0;

/// The training's levels, by time.
pub struct Training {
    /// The part of the picture that is left, squared: the cumulated product of `1 - beta`.
    pub alphas: Vec<f64>,
    /// Rising.
    pub sigmas: Vec<f64>,
    logs: Vec<f64>,
}

impl Training {
    /// The levels of the training's times, 0 to `train_steps - 1`.
    pub fn new(config: &SchedulerConfig) -> Self {
        let n = config.train_steps;
        let (start, end) = (config.beta_start, config.beta_end);
        let part = |i: usize| i as f64 / (n - 1) as f64;
        let mut betas: Vec<f64> = match config.betas {
            Betas::Linear => (0..n).map(|i| start + (end - start) * part(i)).collect(),
            Betas::ScaledLinear => {
                (0..n).map(|i| (start.sqrt() + (end.sqrt() - start.sqrt()) * part(i)).powi(2)).collect()
            }
            // Nichol and Dhariwal 2021.
            Betas::Cosine => {
                let bar = |t: f64| ((t + 0.008) / 1.008 * std::f64::consts::FRAC_PI_2).cos().powi(2);
                (0..n).map(|i| (1.0 - bar((i + 1) as f64 / n as f64) / bar(i as f64 / n as f64)).min(0.999)).collect()
            }
        };
        if config.zero_snr {
            zero_terminal_snr(&mut betas);
        }
        let mut alpha = 1.0;
        let mut alphas: Vec<f64> = betas
            .iter()
            .map(|beta| {
                alpha *= 1.0 - beta;
                alpha
            })
            .collect();
        if config.zero_snr && config.sampler != Sampler::Ddim && config.sampler != Sampler::Lcm {
            alphas[n - 1] = LEAST_ALPHA;
        }
        let sigmas: Vec<f64> = alphas.iter().map(|a| ((1.0 - a) / a).sqrt()).collect();
        let logs = sigmas.iter().map(|s| s.ln()).collect();
        Self { alphas, sigmas, logs }
    }

    /// The level at a time between the training's.
    pub fn sigma(&self, time: f64) -> f64 {
        let last = self.sigmas.len() - 1;
        let low = (time.max(0.0).floor() as usize).min(last);
        let high = (low + 1).min(last);
        let part = (time - low as f64).clamp(0.0, 1.0);
        self.sigmas[low] * (1.0 - part) + self.sigmas[high] * part
    }

    /// The time at a level between the training's, by its logarithm.
    pub fn time(&self, sigma: f64) -> f64 {
        let log = sigma.max(1e-10).ln();
        let low = self.logs.partition_point(|l| *l <= log).saturating_sub(1).min(self.logs.len() - 2);
        let part = ((self.logs[low] - log) / (self.logs[low] - self.logs[low + 1])).clamp(0.0, 1.0);
        low as f64 + part
    }
}

/// Lin et al. 2023 (arXiv 2305.08891), algorithm 1: the last level becomes pure noise.
fn zero_terminal_snr(betas: &mut [f64]) {
    let mut bar = 1.0;
    let mut roots: Vec<f64> = betas
        .iter()
        .map(|b| {
            bar *= 1.0 - b;
            f64::sqrt(bar)
        })
        .collect();
    let (first, last) = (roots[0], roots[roots.len() - 1]);
    roots.iter_mut().for_each(|r| *r = (*r - last) * first / (first - last));
    let mut before = 1.0;
    for (beta, root) in betas.iter_mut().zip(roots) {
        let now = root * root;
        *beta = 1.0 - now / before;
        before = now;
    }
}

/// What a run passes through: `sigmas` has one entry more than `times`, the last being the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    pub sigmas: Vec<f64>,
    /// The time that the network gets at each.
    pub times: Vec<f64>,
}

/// Whether a sampler's reference counts one step more and leaves the last away.
fn counts_one_more(sampler: Sampler) -> bool {
    matches!(sampler, Sampler::DpmPp2M | Sampler::DpmPp2MSde | Sampler::UniPc)
}

/// The times of `n` steps, falling.
pub fn times(config: &SchedulerConfig, spacing: Spacing, n: usize) -> Vec<f64> {
    let train = config.train_steps as f64;
    let more = usize::from(counts_one_more(config.sampler));
    let whole = more == 1 || matches!(config.sampler, Sampler::Ddim | Sampler::Plms);
    let round = |t: f64| if whole { t.round_ties_even() } else { t };
    let offset = config.steps_offset as f64;
    match spacing {
        Spacing::Linspace if n + more == 1 => vec![0.0],
        Spacing::Linspace => {
            let all = n + more - 1;
            (0..n).map(|i| round((train - 1.0) * (all - i) as f64 / all as f64)).collect()
        }
        Spacing::Leading => {
            let ratio = (config.train_steps / (n + more)).max(1);
            (0..n).map(|i| (ratio * (n + more - 1 - i)) as f64 + offset).collect()
        }
        Spacing::Trailing => {
            let ratio = train / n as f64;
            (0..n).map(|i| (train - ratio * i as f64).round_ties_even() - 1.0).collect()
        }
    }
}

/// The levels of a run of `n` steps of a diffusion model.
pub fn diffusion(config: &SchedulerConfig, training: &Training, schedule: Schedule, n: usize) -> Levels {
    let schedule = if schedule == Schedule::Automatic { config.schedule } else { schedule };
    let spacing = match schedule {
        Schedule::Normal => Spacing::Linspace,
        Schedule::SgmUniform => Spacing::Trailing,
        _ => config.spacing,
    };
    let mut times = times(config, spacing, n);
    let mut sigmas: Vec<f64> = times.iter().map(|t| training.sigma(*t)).collect();
    let whole = counts_one_more(config.sampler);
    // Where the reference spreads levels anew: between those of the steps, or between the training's ends.
    let (most, least) = match whole {
        true => (training.sigmas[training.sigmas.len() - 1], training.sigmas[0]),
        false => (sigmas[0], sigmas[n - 1]),
    };
    if let Some(spread) = spread(schedule, training, most, least, n) {
        sigmas = spread;
        times = sigmas.iter().map(|s| training.time(*s)).collect();
        match (whole, schedule) {
            (true, Schedule::Karras) => times.iter_mut().for_each(|t| *t = t.round_ties_even()),
            // The reference cuts to whole times, and finds the very last a hair below itself.
            (true, _) => times.iter_mut().for_each(|t| *t = (*t - 1e-4).floor().max(0.0)),
            (false, Schedule::Karras) if config.sampler == Sampler::Midpoint => {
                times.iter_mut().for_each(|t| *t = t.round_ties_even());
            }
            _ => {}
        }
    }
    sigmas.push(if config.ends_at_sigma_min { training.sigmas[0] } else { 0.0 });
    Levels { sigmas, times }
}

/// `n` levels from `most` to `least`; `None` for schedules that are a matter of times.
fn spread(schedule: Schedule, training: &Training, most: f64, least: f64, n: usize) -> Option<Vec<f64>> {
    let part = |i: usize| if n == 1 { 0.0 } else { i as f64 / (n - 1) as f64 };
    let by = |f: &dyn Fn(f64) -> f64| Some((0..n).map(|i| f(part(i))).collect());
    match schedule {
        Schedule::Karras => {
            let (top, bottom) = (most.powf(1.0 / RHO), least.powf(1.0 / RHO));
            by(&|p| (top + p * (bottom - top)).powf(RHO))
        }
        Schedule::Exponential => by(&|p| (most.ln() + p * (least.ln() - most.ln())).exp()),
        Schedule::Beta => by(&|p| least + beta_quantile(1.0 - p, 0.6, 0.6) * (most - least)),
        Schedule::Simple => {
            let all = training.sigmas.len();
            Some((0..n).map(|i| training.sigmas[all - 1 - (i * all / n).min(all - 1)]).collect())
        }
        Schedule::Automatic | Schedule::Normal | Schedule::SgmUniform => None,
    }
}

/// What a flow's levels depend on beside the number of steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlowRun {
    /// Tokens that the picture has in the transformer.
    pub tokens: usize,
    pub start: FlowStart,
}

/// The levels before the shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowStart {
    /// Between the scheduler's own ends, both included (Stable Diffusion 3).
    Ends,
    /// From 1 to 1/n (FLUX, Z-Image).
    Even,
}

/// The levels of a run of `n` steps of a flow model.
pub fn flow(config: &SchedulerConfig, shift: &FlowShift, run: FlowRun, n: usize) -> Levels {
    let train = config.train_steps as f64;
    let bend = |s: f64| shift.shift * s / (1.0 + (shift.shift - 1.0) * s);
    // The scheduler's own ends are shifted already, unless the shift depends on the picture.
    let least = match shift.dynamic {
        None => bend(1.0 / train),
        Some(_) => 1.0 / train,
    };
    let part = |i: usize| if n == 1 { 0.0 } else { i as f64 / (n - 1) as f64 };
    let mut sigmas: Vec<f64> = match run.start {
        FlowStart::Ends => (0..n).map(|i| 1.0 + part(i) * (least - 1.0)).collect(),
        FlowStart::Even => (0..n).map(|i| 1.0 + part(i) * (1.0 / n as f64 - 1.0)).collect(),
    };
    for sigma in &mut sigmas {
        *sigma = match shift.dynamic {
            None => bend(*sigma),
            Some(d) => {
                let slope = (d.max - d.base) / (d.max_tokens - d.base_tokens);
                let mu = d.base + slope * (run.tokens as f64 - d.base_tokens);
                let pull = if d.exponential { mu.exp() } else { mu };
                pull / (pull + (1.0 / *sigma - 1.0))
            }
        };
    }
    if let Some(terminal) = shift.terminal {
        let scale = (1.0 - sigmas[n - 1]) / (1.0 - terminal);
        sigmas.iter_mut().for_each(|s| *s = 1.0 - (1.0 - *s) / scale);
    }
    let times = sigmas.iter().map(|s| s * train).collect();
    sigmas.push(0.0);
    Levels { sigmas, times }
}
