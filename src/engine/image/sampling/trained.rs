//! Samplers that step between the training's own times, with its scaling: DDIM (Song et al. 2020, arXiv 2010.02502),
//! PLMS (Liu et al. 2022, arXiv 2202.09778) and LCM (Luo et al. 2023, arXiv 2310.04378).

use super::levels::{Levels, times};
use super::{Prediction, SchedulerConfig, Training, Walk, mix};
use crate::domain::Sampler;
use crate::engine::Stoppable;

/// LCM's own constant: the spread of its data.
const SIGMA_DATA: f64 = 0.5;

/// Times, with the training's levels for show.
pub fn levels(config: &SchedulerConfig, n: usize) -> Levels {
    let training = Training::new(config);
    let times = match config.sampler {
        Sampler::Lcm => lcm_times(config, n),
        _ => times(config, config.spacing, n),
    };
    let mut sigmas: Vec<f64> = times.iter().map(|t| training.sigma(*t)).collect();
    sigmas.push(0.0);
    Levels { sigmas, times }
}

/// Every k-th of the distillation's times, spread over the steps.
fn lcm_times(config: &SchedulerConfig, n: usize) -> Vec<f64> {
    let k = config.train_steps / config.original_steps;
    let own: Vec<f64> = (1..=config.original_steps).rev().map(|i| (i * k - 1) as f64).collect();
    (0..n).map(|i| own[i * own.len() / n]).collect()
}

impl Walk<'_> {
    /// Cumulated alpha at a time; before the first, what the file says about the end.
    fn alpha(&self, time: f64) -> f64 {
        let alphas = &self.plan.training.alphas;
        match time {
            t if t >= 0.0 => alphas[(t as usize).min(alphas.len() - 1)],
            _ if self.plan.config.alpha_to_one => 1.0,
            _ => alphas[0],
        }
    }

    /// Clean picture and noise predicted from `x` (scaled as in training).
    fn parts(&mut self, x: &[f32], time: f64) -> Stoppable<(Vec<f32>, Vec<f32>)> {
        let a = self.alpha(time);
        let (picture, noise) = (a.sqrt(), (1.0 - a).sqrt());
        let out = self.raw(x, time)?;
        let (mut clean, eps) = match self.plan.config.prediction {
            Prediction::Epsilon | Prediction::Flow => (mix(x, 1.0 / picture, &out, -noise / picture), out),
            Prediction::Velocity => (mix(x, picture, &out, -noise), mix(&out, picture, x, noise)),
            Prediction::Sample => (out.clone(), mix(x, 1.0 / noise, &out, -picture / noise)),
        };
        // The noise stays the network's own where the picture is clipped, as in the reference.
        if let Some(most) = self.plan.config.clip.map(|c| c as f32) {
            clean.iter_mut().for_each(|v| *v = v.clamp(-most, most));
        }
        Ok((clean, eps))
    }
}

/// DDIM: runs all steps on `x` in place. `each` gets the steps done and the predicted clean latents.
pub fn ddim(walk: &mut Walk, x: &mut [f32], each: &mut dyn FnMut(usize, &[f32])) -> Stoppable<()> {
    let times = &walk.plan.levels.times;
    let stride = (walk.plan.config.train_steps / times.len()) as f64;
    for (step, time) in times.iter().enumerate() {
        walk.step = step;
        let (clean, eps) = walk.parts(x, *time)?;
        let a = walk.alpha(time - stride);
        x.copy_from_slice(&mix(&clean, a.sqrt(), &eps, (1.0 - a).sqrt()));
        each(step + 1, &clean);
    }
    Ok(())
}

/// Linear multistep over four predictions; the first step is taken twice, to begin with two.
pub fn plms(walk: &mut Walk, x: &mut [f32], each: &mut dyn FnMut(usize, &[f32])) -> Stoppable<()> {
    let times = &walk.plan.levels.times;
    let stride = (walk.plan.config.train_steps / times.len()) as f64;
    // Newest last.
    let mut seen: Vec<Vec<f32>> = Vec::new();
    for (step, &time) in times.iter().enumerate() {
        walk.step = step;
        let first = walk.raw(x, time)?;
        let mut slope = match &seen[..] {
            [] => first.clone(),
            [a] => weigh(&[(&first, 3.0 / 2.0), (a, -1.0 / 2.0)]),
            [b, a] => weigh(&[(&first, 23.0 / 12.0), (a, -16.0 / 12.0), (b, 5.0 / 12.0)]),
            [.., c, b, a] => weigh(&[(&first, 55.0 / 24.0), (a, -59.0 / 24.0), (b, 37.0 / 24.0), (c, -9.0 / 24.0)]),
        };
        let mut span = (time, time - stride);
        if let (0, Some(&next)) = (step, times.get(1)) {
            let ahead = plms_step(walk, x, &first, span);
            let second = walk.raw(&ahead, next)?;
            slope = weigh(&[(&first, 0.5), (&second, 0.5)]);
            span = (next + stride, next);
        }
        let (clean, _) = walk.split(x, &slope, span.0);
        x.copy_from_slice(&plms_step(walk, x, &slope, span));
        each(step + 1, &clean);
        seen.push(first);
        if seen.len() > 3 {
            seen.remove(0);
        }
    }
    Ok(())
}

fn weigh(parts: &[(&Vec<f32>, f64)]) -> Vec<f32> {
    (0..parts[0].0.len()).map(|i| parts.iter().map(|(p, w)| f64::from(p[i]) * w).sum::<f64>() as f32).collect()
}

impl Walk<'_> {
    /// Clean picture and noise, from a prediction that is there already.
    fn split(&self, x: &[f32], out: &[f32], time: f64) -> (Vec<f32>, Vec<f32>) {
        let a = self.alpha(time);
        let (picture, noise) = (a.sqrt(), (1.0 - a).sqrt());
        match self.plan.config.prediction {
            Prediction::Velocity => (mix(x, picture, out, -noise), mix(out, picture, x, noise)),
            _ => (mix(x, 1.0 / picture, out, -noise / picture), out.to_vec()),
        }
    }
}

/// Formula 9 of the paper.
fn plms_step(walk: &Walk, x: &[f32], out: &[f32], (time, next): (f64, f64)) -> Vec<f32> {
    let (a, a_next) = (walk.alpha(time), walk.alpha(next));
    let (_, eps) = walk.split(x, out, time);
    let under = a * (1.0 - a_next).sqrt() + (a * (1.0 - a) * a_next).sqrt();
    mix(x, (a_next / a).sqrt(), &eps, -(a_next - a) / under)
}

/// LCM: runs all steps on `x` in place; `each` as in [`ddim`].
pub fn lcm(walk: &mut Walk, x: &mut [f32], each: &mut dyn FnMut(usize, &[f32])) -> Stoppable<()> {
    let times = &walk.plan.levels.times;
    for (step, &time) in times.iter().enumerate() {
        walk.step = step;
        let (clean, _) = walk.parts(x, time)?;
        let scaled = time * walk.plan.config.timestep_scaling;
        let under = scaled * scaled + SIGMA_DATA * SIGMA_DATA;
        let clean = mix(&clean, scaled / under.sqrt(), x, SIGMA_DATA * SIGMA_DATA / under);
        match times.get(step + 1) {
            Some(next) => {
                let a = walk.alpha(*next);
                let noise = walk.noise.draw(x.len());
                x.copy_from_slice(&mix(&clean, a.sqrt(), &noise, (1.0 - a).sqrt()));
            }
            None => x.copy_from_slice(&clean),
        }
        each(step + 1, &clean);
    }
    Ok(())
}
