//! Samplers without memory of earlier steps: Euler, Euler a, Heun, DPM2 (Karras et al. 2022 and k-diffusion's use of
//! it), and DPM++ SDE (Lu et al. 2022, arXiv 2211.01095).

use super::{Walk, mix};
use crate::domain::Sampler;
use crate::engine::Stoppable;

/// Runs all steps on `x` in place. `each` gets the steps done and the predicted clean latents.
pub fn run(walk: &mut Walk, x: &mut [f32], each: &mut dyn FnMut(usize, &[f32])) -> Stoppable<()> {
    for step in 0..walk.plan.levels.times.len() {
        walk.step = step;
        let now = walk.plan.levels.sigmas[step];
        let next = walk.plan.levels.sigmas[step + 1];
        let clean = walk.clean(x, now, walk.plan.levels.times[step])?;
        let (moved, clean) = match walk.plan.config.sampler {
            Sampler::EulerAncestral => (ancestral(walk, x, &clean, now, next), clean),
            Sampler::Heun if next > 0.0 => heun(walk, x, &clean, step)?,
            Sampler::Midpoint if next > 0.0 => midpoint(walk, x, &clean, (now, next))?,
            Sampler::DpmPpSde if next > 0.0 => dpm_pp_sde(walk, x, &clean, (now, next))?,
            _ => (toward(x, &clean, now, next), clean),
        };
        x.copy_from_slice(&moved);
        each(step + 1, &clean);
    }
    Ok(())
}

/// Along the line from `x` at level `now` to `clean`, up to level `next`.
fn toward(x: &[f32], clean: &[f32], now: f64, next: f64) -> Vec<f32> {
    mix(x, next / now, clean, 1.0 - next / now)
}

/// Goes down further than `next`, and brings noise back in.
fn ancestral(walk: &mut Walk, x: &[f32], clean: &[f32], now: f64, next: f64) -> Vec<f32> {
    let up = (next * next * (now * now - next * next) / (now * now)).max(0.0).sqrt();
    let down = (next * next - up * up).max(0.0).sqrt();
    let moved = toward(x, clean, now, down);
    // Drawn in the last step too, where nothing of it is used: the reference does so.
    let noise = walk.noise.draw(x.len());
    mix(&moved, 1.0, &noise, up)
}

/// The mean of the slopes at both ends.
fn heun(walk: &mut Walk, x: &[f32], clean: &[f32], step: usize) -> Stoppable<(Vec<f32>, Vec<f32>)> {
    let levels = &walk.plan.levels;
    let (now, next, time) = (levels.sigmas[step], levels.sigmas[step + 1], levels.times[step + 1]);
    let end = toward(x, clean, now, next);
    let second = walk.clean(&end, next, time)?;
    let first = mix(x, 1.0 / now, clean, -1.0 / now);
    let last = mix(&end, 1.0 / next, &second, -1.0 / next);
    let slope = mix(&first, 0.5, &last, 0.5);
    Ok((mix(x, 1.0, &slope, next - now), second))
}

/// The slope half-way: in the logarithm of the noise for diffusion, in the noise itself for a flow.
fn midpoint(walk: &mut Walk, x: &[f32], clean: &[f32], (now, next): (f64, f64)) -> Stoppable<(Vec<f32>, Vec<f32>)> {
    let (half, time) = if walk.plan.flow {
        let half = f64::midpoint(now, next);
        (half, half * walk.plan.config.train_steps as f64)
    } else {
        let half = (now * next).sqrt();
        (half, walk.plan.training.time(half))
    };
    let middle = toward(x, clean, now, half);
    let second = walk.clean(&middle, half, time)?;
    let slope = mix(&middle, 1.0 / half, &second, -1.0 / half);
    Ok((mix(x, 1.0, &slope, next - now), second))
}

/// Second order in one step with noise on both halves. The noises are independent; k-diffusion takes both from one
/// Brownian path, which changes single pictures and not their distribution in a step.
fn dpm_pp_sde(walk: &mut Walk, x: &[f32], clean: &[f32], (now, next): (f64, f64)) -> Stoppable<(Vec<f32>, Vec<f32>)> {
    let half = (now * next).sqrt();
    let split = |from: f64, to: f64| {
        let up = (to * to * (from * from - to * to) / (from * from)).max(0.0).sqrt().min(to);
        ((to * to - up * up).max(0.0).sqrt(), up)
    };
    let (down, up) = split(now, half);
    let noise = walk.noise.draw(x.len());
    let middle = mix(&toward(x, clean, now, down), 1.0, &noise, up);
    let second = walk.clean(&middle, half, walk.plan.training.time(half))?;
    let (down, up) = split(now, next);
    // r = 1/2: the weights of the two pictures are 1 - 1/(2r) = 0 and 1/(2r) = 1.
    let noise = walk.noise.draw(x.len());
    let moved = mix(&toward(x, &second, now, down), 1.0, &noise, up);
    Ok((moved, second))
}
