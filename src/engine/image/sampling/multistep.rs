//! Samplers that remember the steps before: DPM-Solver++ 2M and its SDE form (Lu et al. 2022, arXiv 2211.01095), and
//! UniPC (Zhao et al. 2023, arXiv 2302.04867). In the unscaled form of [`super::levels`] the papers' alpha is 1.

use super::{Walk, mix};
use crate::domain::Sampler;
use crate::engine::Stoppable;

/// Steps below which the references lower the order at the end.
const FEW: usize = 15;

/// `-ln sigma`, infinite without noise.
fn lambda(sigma: f64) -> f64 {
    -sigma.ln()
}

/// DPM++ 2M and 2M SDE: runs all steps on `x` in place. `each` gets the steps done and the predicted clean latents.
pub fn dpm_pp(walk: &mut Walk, x: &mut [f32], each: &mut dyn FnMut(usize, &[f32])) -> Stoppable<()> {
    let config = &walk.plan.config;
    let (order, noisy) = (config.order, config.sampler == Sampler::DpmPp2MSde);
    let sigmas = &walk.plan.levels.sigmas;
    let n = walk.plan.levels.times.len();
    let mut before: Option<Vec<f32>> = None;
    for step in 0..n {
        walk.step = step;
        let (now, next) = (sigmas[step], sigmas[step + 1]);
        let clean = walk.clean(x, now, walk.plan.levels.times[step])?;
        let last = step + 1 == n
            && (config.euler_at_final || (config.lower_order_final && n < FEW) || !config.ends_at_sigma_min);
        let h = lambda(next) - lambda(now);
        // `1 - e^-h`; with noise `1 - e^-2h`, and what is left of x shrinks twice as much.
        let (left, taken) =
            if noisy { (next / now * (-h).exp(), -(-2.0 * h).exp_m1()) } else { (next / now, -(-h).exp_m1()) };
        let mut moved = mix(x, left, &clean, taken);
        if let Some(before) = before.as_ref().filter(|_| order > 1 && !last) {
            let r = (lambda(now) - lambda(sigmas[step - 1])) / h;
            let slope = mix(&clean, 1.0 / r, before, -1.0 / r);
            moved = mix(&moved, 1.0, &slope, 0.5 * taken);
        }
        if noisy {
            let noise = walk.noise.draw(x.len());
            moved = mix(&moved, 1.0, &noise, next * taken.max(0.0).sqrt());
        }
        x.copy_from_slice(&moved);
        each(step + 1, &clean);
        before = Some(clean);
    }
    Ok(())
}

/// A clean picture predicted earlier, and its level's lambda.
struct Seen {
    clean: Vec<f32>,
    lambda: f64,
}

/// UniPC: runs all steps on `x` in place; `each` as in [`dpm_pp`].
pub fn unipc(walk: &mut Walk, x: &mut [f32], each: &mut dyn FnMut(usize, &[f32])) -> Stoppable<()> {
    let config = &walk.plan.config;
    let sigmas = &walk.plan.levels.sigmas;
    let n = walk.plan.levels.times.len();
    // Newest last.
    let mut seen: Vec<Seen> = Vec::new();
    let (mut start, mut order) = (Vec::new(), 1);
    for step in 0..n {
        walk.step = step;
        let now = sigmas[step];
        let clean = walk.clean(x, now, walk.plan.levels.times[step])?;
        if step > 0 {
            // The new prediction corrects the step that led here.
            let corrected = Bend { from: sigmas[step - 1], to: now, order, bh1: config.bh1 };
            x.copy_from_slice(&corrected.run(&start, &seen, Some(&clean)));
        }
        seen.push(Seen { clean: clean.clone(), lambda: lambda(now) });
        if seen.len() > config.order {
            seen.remove(0);
        }
        let most = if config.lower_order_final { config.order.min(n - step) } else { config.order };
        order = most.min(seen.len());
        start = x.to_vec();
        let step_to = Bend { from: now, to: sigmas[step + 1], order, bh1: config.bh1 };
        x.copy_from_slice(&step_to.run(&start, &seen, None));
        each(step + 1, &clean);
    }
    Ok(())
}

/// One step from a level to the next, by polynomials through what was seen.
struct Bend {
    from: f64,
    to: f64,
    order: usize,
    bh1: bool,
}

impl Bend {
    /// `x` is at `from`, where the newest of `seen` was predicted; `arrived` is what was predicted at `to`, where the
    /// step is corrected rather than predicted.
    fn run(&self, x: &[f32], seen: &[Seen], arrived: Option<&[f32]>) -> Vec<f32> {
        let newest = &seen[seen.len() - 1];
        let h = lambda(self.to) - lambda(self.from);
        let phi = (-h).exp_m1();
        let b_h = if self.bh1 { -h } else { phi };
        let mut moved = mix(x, self.to / self.from, &newest.clean, -phi);

        let mut places = Vec::new();
        let mut slopes = Vec::new();
        for older in seen.iter().rev().skip(1).take(self.order - 1) {
            let place = (older.lambda - newest.lambda) / h;
            slopes.push(mix(&older.clean, 1.0 / place, &newest.clean, -1.0 / place));
            places.push(place);
        }
        if let Some(arrived) = arrived {
            slopes.push(mix(arrived, 1.0, &newest.clean, -1.0));
            places.push(1.0);
        }
        let weights = match slopes.len() {
            0 => return moved,
            // What both references simplify to, rather than solving for one unknown.
            1 => vec![0.5],
            n => solve(&places, &right_side(h, b_h, n)),
        };
        for (slope, weight) in slopes.iter().zip(weights) {
            moved = mix(&moved, 1.0, slope, -b_h * weight);
        }
        moved
    }
}

/// The integrals that the weights must meet: `phi_(k+1)(-h) k! / B(h)`, k from 1.
fn right_side(h: f64, b_h: f64, n: usize) -> Vec<f64> {
    let (mut phi, mut factorial) = ((-h).exp_m1() / -h - 1.0, 1.0);
    let mut out = Vec::new();
    for k in 1..=n {
        out.push(phi * factorial / b_h);
        factorial *= (k + 1) as f64;
        phi = phi / -h - 1.0 / factorial;
    }
    out
}

/// Weights w with `sum_j places_j^i w_j = b_i` for i from 0 (at most three unknowns; Gauss with pivots).
fn solve(places: &[f64], b: &[f64]) -> Vec<f64> {
    let n = places.len();
    let mut rows: Vec<Vec<f64>> =
        (0..n).map(|i| places.iter().map(|p| p.powi(i as i32)).chain([b[i]]).collect()).collect();
    for c in 0..n {
        let best = (c..n).max_by(|a, b| rows[*a][c].abs().total_cmp(&rows[*b][c].abs())).unwrap_or(c);
        rows.swap(c, best);
        let pivot = rows[c].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            if i != c {
                let by = row[c] / pivot[c];
                row.iter_mut().zip(&pivot).for_each(|(r, p)| *r -= by * p);
            }
        }
    }
    (0..n).map(|i| rows[i][n] / rows[i][i]).collect()
}
