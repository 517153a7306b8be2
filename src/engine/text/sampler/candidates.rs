//! The tokens that may come next, and what every link needs of them.

use std::cmp::Ordering;

/// A token that may come next. Links take out what may not; a logit is always finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub id: u32,
    pub logit: f32,
}

/// Likeliest first, then by id.
pub fn likeliest(a: &Candidate, b: &Candidate) -> Ordering {
    b.logit.total_cmp(&a.logit).then(a.id.cmp(&b.id))
}

/// The highest logit; minus infinity for no candidates.
pub fn highest(candidates: &[Candidate]) -> f32 {
    candidates.iter().map(|c| c.logit).fold(f32::NEG_INFINITY, f32::max)
}

/// Softmax without the division: the likeliest weighs 1.
pub fn weights(candidates: &[Candidate]) -> Vec<f64> {
    let top = f64::from(highest(candidates));
    candidates.iter().map(|c| (f64::from(c.logit) - top).exp()).collect()
}

/// Softmax: one probability for each candidate, in their order.
pub fn probabilities(candidates: &[Candidate]) -> Vec<f64> {
    let mut all = weights(candidates);
    let sum: f64 = all.iter().sum();
    all.iter_mut().for_each(|w| *w /= sum);
    all
}

/// Shannon's entropy in nats; what is impossible adds nothing.
pub fn entropy(probabilities: &[f64]) -> f64 {
    -probabilities.iter().filter(|&&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>()
}

/// The likeliest token; the first of equals by id.
pub fn greedy(candidates: &[Candidate]) -> Option<u32> {
    candidates.iter().min_by(|a, b| likeliest(a, b)).map(|c| c.id)
}

/// Where in the list the place `at` (0 to 1, 1 excluded) of the distribution is; `None` where nothing is left.
pub fn draw(candidates: &[Candidate], at: f64) -> Option<usize> {
    let weights = weights(candidates);
    let target = weights.iter().sum::<f64>() * at;
    let mut sum = 0.0;
    let drawn = weights.iter().position(|w| {
        sum += w;
        sum > target
    });
    drawn.or(candidates.len().checked_sub(1))
}
