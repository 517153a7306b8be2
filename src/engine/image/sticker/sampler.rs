//! Following the flow from noise (t = 0) to picture (t = 1): solvers for `dx/dt = v(x, t)`.
//!
//! The network predicts the clean picture `hat`; with rectified flow (`x_t = t x + (1 - t) e`, Liu et al. 2022) the
//! velocity is `v = (hat - x) / (1 - t)`. All arithmetic is f32 on the CPU: a picture has 16,384 values, and the
//! result is the same whatever the network ran on.

use crate::domain::Sampler;
use crate::engine::{CancelToken, Stop};
use crate::error::Cause;
use crate::lang::Both;

/// What a network predicts. `x` and the answer have the same length.
pub trait Field {
    /// The clean picture predicted from `x` at time `t` (0..1).
    fn foresee(&mut self, x: &[f32], t: f64) -> Result<Vec<f32>, Stop>;
}

/// A rule that takes one step along the flow.
pub trait Solver {
    /// Moves `x` from time `t` to `next` and returns the clean picture predicted last. `field`
    /// stops where the job was cancelled or a value is NaN or infinite.
    fn step(&self, x: &mut [f32], t: f64, next: f64, field: &mut GuardedField<'_>) -> Result<Vec<f32>, Stop>;
}

/// The field, guarded: each evaluation checks the cancel token first and its values afterwards.
pub struct GuardedField<'a> {
    field: &'a mut dyn Field,
    token: &'a CancelToken,
    /// From 1, for the error's text.
    step: usize,
}

impl GuardedField<'_> {
    fn at(&mut self, x: &[f32], t: f64) -> Result<Vec<f32>, Stop> {
        self.token.check()?;
        let hat = self.field.foresee(x, t)?;
        if hat.iter().all(|v| v.is_finite()) { Ok(hat) } else { Err(Cause::NotANumber { step: self.step }.into()) }
    }
}

/// `x + dt * (hat - x) / (1 - t)`, where `hat` was predicted from `x` at `t`.
fn toward(x: &[f32], hat: &[f32], t: f64, dt: f64) -> Vec<f32> {
    let (rest, dt) = ((1.0 - t) as f32, dt as f32);
    x.iter().zip(hat).map(|(x, hat)| x + dt * ((hat - x) / rest)).collect()
}

/// First order, one evaluation: `x += dt v(x, t)`. Its last step ends at `hat` itself.
struct Euler;

impl Solver for Euler {
    fn step(&self, x: &mut [f32], t: f64, next: f64, field: &mut GuardedField<'_>) -> Result<Vec<f32>, Stop> {
        let hat = field.at(x, t)?;
        x.copy_from_slice(&toward(x, &hat, t, next - t));
        Ok(hat)
    }
}

/// Second order (Heun): the mean of the velocities at both ends. The last step is Euler's, since the velocity has no
/// value at t = 1; one such step of error O(dt²) leaves the order.
struct Heun;

impl Solver for Heun {
    fn step(&self, x: &mut [f32], t: f64, next: f64, field: &mut GuardedField<'_>) -> Result<Vec<f32>, Stop> {
        if next >= 1.0 {
            return Euler.step(x, t, next, field);
        }
        let first = field.at(x, t)?;
        let end = toward(x, &first, t, next - t);
        let second = field.at(&end, next)?;
        let (dt, rest, rest_end) = ((next - t) as f32, (1.0 - t) as f32, (1.0 - next) as f32);
        for (i, x) in x.iter_mut().enumerate() {
            let v = (first[i] - *x) / rest;
            let v_end = (second[i] - end[i]) / rest_end;
            *x += dt * ((v + v_end) / 2.0);
        }
        Ok(second)
    }
}

/// Second order (the midpoint rule, k-diffusion's "DPM2"): the velocity half-way. The last step is Euler's: half-way
/// to t = 1 the rule would go beyond what the network predicted, to `2 hat_mid - hat`.
struct Midpoint;

impl Solver for Midpoint {
    fn step(&self, x: &mut [f32], t: f64, next: f64, field: &mut GuardedField<'_>) -> Result<Vec<f32>, Stop> {
        if next >= 1.0 {
            return Euler.step(x, t, next, field);
        }
        let first = field.at(x, t)?;
        let half = (t + next) / 2.0;
        let middle = toward(x, &first, t, half - t);
        let second = field.at(&middle, half)?;
        let (dt, rest) = ((next - t) as f32, (1.0 - half) as f32);
        for (i, x) in x.iter_mut().enumerate() {
            *x += dt * ((second[i] - middle[i]) / rest);
        }
        Ok(second)
    }
}

/// The solver that a person chose.
pub fn solver(sampler: Sampler) -> Result<&'static dyn Solver, Stop> {
    match sampler {
        Sampler::Euler | Sampler::Automatic => Ok(&Euler),
        Sampler::Heun => Ok(&Heun),
        Sampler::Midpoint => Ok(&Midpoint),
        _ => {
            let choices = Both::same(Sampler::FLOW.map(Sampler::name).join(", "));
            Err(Cause::BadChoice { name: "sampler", value: Both::same(sampler.name()), choices }.into())
        }
    }
}

/// `steps + 1` times from 0 to 1, evenly spaced.
pub fn times(steps: usize) -> Vec<f64> {
    (0..=steps).map(|k| k as f64 / steps as f64).collect()
}

/// Follows the flow from `x` (noise) to the end, which it leaves in `x`. After each step `each` gets the number of
/// steps done and the clean picture predicted.
pub fn sample(
    sampler: Sampler,
    x: &mut [f32],
    steps: usize,
    field: &mut dyn Field,
    token: &CancelToken,
    each: &mut dyn FnMut(usize, &[f32]),
) -> Result<(), Stop> {
    for (k, pair) in times(steps).windows(2).enumerate() {
        let hat = step(sampler, x, k + 1, (pair[0], pair[1]), field, token)?;
        each(k + 1, &hat);
    }
    Ok(())
}

/// One step of [`sample`], the `number`-th from 1: moves `x` over the `span` of times and returns the clean picture
/// predicted last.
pub fn step(
    sampler: Sampler,
    x: &mut [f32],
    number: usize,
    span: (f64, f64),
    field: &mut dyn Field,
    token: &CancelToken,
) -> Result<Vec<f32>, Stop> {
    solver(sampler)?.step(x, span.0, span.1, &mut GuardedField { field, token, step: number })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `dx/dt = x cos(t)`, whose end is `x_0 exp(sin(1))`, told as the picture it predicts.
    struct Swing {
        calls: usize,
        cancel_at: Option<(usize, CancelToken)>,
        nan_at: usize,
    }

    impl Swing {
        fn new() -> Self {
            Self { calls: 0, cancel_at: None, nan_at: usize::MAX }
        }
    }

    impl Field for Swing {
        fn foresee(&mut self, x: &[f32], t: f64) -> Result<Vec<f32>, Stop> {
            self.calls += 1;
            if let Some((at, token)) = &self.cancel_at
                && self.calls == *at
            {
                token.cancel();
            }
            let bad = self.calls >= self.nan_at;
            let v = t.cos();
            let hat = |x: &f32| if bad { f32::NAN } else { (f64::from(*x) * (1.0 + (1.0 - t) * v)) as f32 };
            Ok(x.iter().map(hat).collect())
        }
    }

    fn error(sampler: Sampler, steps: usize) -> f64 {
        let mut x = [1.0f32];
        sample(sampler, &mut x, steps, &mut Swing::new(), &CancelToken::new(), &mut |_, _| {}).unwrap();
        (f64::from(x[0]) - 1f64.sin().exp()).abs()
    }

    #[test]
    fn euler_is_of_first_order_and_the_others_of_second() {
        for (sampler, order) in [(Sampler::Euler, 1.0), (Sampler::Heun, 2.0), (Sampler::Midpoint, 2.0)] {
            let measured = (error(sampler, 32) / error(sampler, 64)).log2();
            assert!((measured - order).abs() < 0.2, "{sampler:?}: order {measured}");
        }
    }

    #[test]
    fn evaluations_are_what_the_domain_says_but_for_the_last_step() {
        for sampler in Sampler::FLOW {
            let mut field = Swing::new();
            let mut seen = Vec::new();
            sample(sampler, &mut [1.0], 5, &mut field, &CancelToken::new(), &mut |k, _| seen.push(k)).unwrap();
            assert_eq!(field.calls, 4 * sampler.evaluations() + 1, "{sampler:?}");
            assert_eq!(seen, [1, 2, 3, 4, 5]);
        }
    }

    #[test]
    fn the_end_is_the_last_picture_foreseen() {
        for sampler in Sampler::FLOW {
            let (mut x, mut last) = ([0.3f32, -0.8], vec![]);
            sample(sampler, &mut x, 4, &mut Swing::new(), &CancelToken::new(), &mut |_, hat| last = hat.to_vec())
                .unwrap();
            assert!(x.iter().zip(&last).all(|(a, b)| (a - b).abs() < 1e-6), "{sampler:?} {x:?} {last:?}");
        }
    }

    #[test]
    fn cancel_between_the_two_evaluations_of_a_step_is_obeyed() {
        for sampler in [Sampler::Heun, Sampler::Midpoint] {
            let token = CancelToken::new();
            let mut field = Swing { cancel_at: Some((3, token.clone())), ..Swing::new() };
            let stop = sample(sampler, &mut [1.0], 9, &mut field, &token, &mut |_, _| {}).unwrap_err();
            assert!(matches!(stop, Stop::Cancelled));
            assert_eq!(field.calls, 3);
        }
    }

    #[test]
    fn nan_names_its_step() {
        let mut field = Swing { nan_at: 4, ..Swing::new() };
        let stop = sample(Sampler::Euler, &mut [1.0], 9, &mut field, &CancelToken::new(), &mut |_, _| {}).unwrap_err();
        let Stop::Failed(error) = stop else { panic!("cancelled") };
        assert_eq!(error.cause(), &Cause::NotANumber { step: 4 });
    }
}
