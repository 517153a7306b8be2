//! From logits to a token, in llama.cpp's order: repetition penalty, top-k, top-p, min-p, temperature, draw.
//!
//! Each link is a pure function on candidates. Ties are broken by token id, and the randomness is seeded, so the same
//! seed and logits give the same token everywhere.

use std::cmp::Ordering;
use std::collections::{HashSet, VecDeque};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;

use crate::domain::TextParams;

/// A token that may come next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub id: u32,
    pub logit: f32,
}

/// The network gave NaN, or infinity, or nothing that can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANumber;

/// The chain with its settings, its randomness and the tokens that the penalty looks back on.
pub struct Sampler {
    temperature: f32,
    top_k: usize,
    top_p: f32,
    min_p: f32,
    repeat_penalty: f32,
    window: usize,
    recent: VecDeque<u32>,
    rng: ChaCha12Rng,
}

impl Sampler {
    pub fn new(params: &TextParams, seed: u64) -> Self {
        Self {
            temperature: params.temperature,
            top_k: params.top_k as usize,
            top_p: params.top_p,
            min_p: params.min_p,
            repeat_penalty: params.repeat_penalty,
            window: params.repeat_last_n as usize,
            recent: VecDeque::new(),
            rng: ChaCha12Rng::seed_from_u64(seed),
        }
    }

    /// Tells the penalty of a token that is now in the text; those of the prompt count too.
    pub fn accept(&mut self, token: u32) {
        if self.window == 0 {
            return;
        }
        if self.recent.len() == self.window {
            self.recent.pop_front();
        }
        self.recent.push_back(token);
    }

    /// The next token, by `logits` for every token of the vocabulary.
    pub fn sample(&mut self, mut logits: Vec<f32>) -> Result<u32, NotANumber> {
        if logits.iter().any(|&x| x.is_nan() || x == f32::INFINITY) {
            return Err(NotANumber);
        }
        penalize(&mut logits, self.recent.iter().copied(), self.repeat_penalty);
        if self.temperature <= 0.0 {
            return greedy(&logits).ok_or(NotANumber);
        }
        let mut candidates: Vec<Candidate> =
            (0..).zip(logits).map(|(id, logit)| Candidate { id, logit }).filter(|c| c.logit.is_finite()).collect();
        top_k(&mut candidates, self.top_k);
        top_p(&mut candidates, self.top_p);
        min_p(&mut candidates, self.min_p);
        temperature(&mut candidates, self.temperature);
        draw(&candidates, self.rng.random::<f64>()).ok_or(NotANumber)
    }
}

/// Makes tokens that were there less likely: positive logits are divided by `penalty`, others multiplied, once for
/// each token however often it came (Keskar et al., "CTRL", 2019, with the sign fixed).
pub fn penalize(logits: &mut [f32], recent: impl Iterator<Item = u32>, penalty: f32) {
    if penalty == 1.0 {
        return;
    }
    let mut seen = HashSet::new();
    for token in recent {
        if let Some(logit) = logits.get_mut(token as usize)
            && seen.insert(token)
        {
            *logit = if *logit <= 0.0 { *logit * penalty } else { *logit / penalty };
        }
    }
}

/// The likeliest token; the first of equals.
pub fn greedy(logits: &[f32]) -> Option<u32> {
    let mut best: Option<(u32, f32)> = None;
    for (id, &logit) in (0..).zip(logits) {
        if logit > best.map_or(f32::NEG_INFINITY, |b| b.1) {
            best = Some((id, logit));
        }
    }
    best.map(|b| b.0)
}

/// Likeliest first, then by id.
fn order(a: &Candidate, b: &Candidate) -> Ordering {
    b.logit.total_cmp(&a.logit).then(a.id.cmp(&b.id))
}

/// Keeps the `k` likeliest, likeliest first; 0 keeps all as they are.
pub fn top_k(candidates: &mut Vec<Candidate>, k: usize) {
    if k == 0 {
        return;
    }
    if k < candidates.len() {
        candidates.select_nth_unstable_by(k - 1, order);
        candidates.truncate(k);
    }
    candidates.sort_unstable_by(order);
}

/// Keeps the likeliest whose probabilities together first reach `p`, at least one (Holtzman et al., 2019).
pub fn top_p(candidates: &mut Vec<Candidate>, p: f32) {
    if p >= 1.0 || candidates.is_empty() {
        return;
    }
    candidates.sort_unstable_by(order);
    let weights = weights(candidates);
    let enough = weights.iter().sum::<f64>() * f64::from(p);
    let mut sum = 0.0;
    let kept = weights.iter().position(|w| {
        sum += w;
        sum >= enough
    });
    candidates.truncate(kept.map_or(usize::MAX, |last| last + 1));
}

/// Keeps those at least `p` times as likely as the likeliest (Nguyen et al., 2024).
pub fn min_p(candidates: &mut Vec<Candidate>, p: f32) {
    if p <= 0.0 {
        return;
    }
    let least = highest(candidates) + p.ln();
    candidates.retain(|c| c.logit >= least);
}

/// Flattens (above 1) or sharpens (below 1) the distribution.
pub fn temperature(candidates: &mut [Candidate], t: f32) {
    for candidate in candidates {
        candidate.logit /= t;
    }
}

/// The token at the place `at` (0 to 1, 1 excluded) of the distribution; `None` where nothing is left.
pub fn draw(candidates: &[Candidate], at: f64) -> Option<u32> {
    let weights = weights(candidates);
    let target = weights.iter().sum::<f64>() * at;
    let mut sum = 0.0;
    let drawn = weights.iter().position(|w| {
        sum += w;
        sum > target
    });
    drawn.map(|i| candidates[i].id).or_else(|| candidates.last().map(|c| c.id))
}

fn highest(candidates: &[Candidate]) -> f32 {
    candidates.iter().map(|c| c.logit).fold(f32::NEG_INFINITY, f32::max)
}

/// Softmax without the division: the likeliest weighs 1.
fn weights(candidates: &[Candidate]) -> Vec<f64> {
    let top = f64::from(highest(candidates));
    candidates.iter().map(|c| (f64::from(c.logit) - top).exp()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Probabilities 0.5, 0.25, 0.125, 0.0625, 0.0625 for tokens 3, 0, 4, 1, 2.
    fn fixed() -> Vec<Candidate> {
        [(0, 0.25_f32), (1, 0.0625), (2, 0.0625), (3, 0.5), (4, 0.125)]
            .map(|(id, p)| Candidate { id, logit: p.ln() })
            .to_vec()
    }

    fn ids(candidates: &[Candidate]) -> Vec<u32> {
        candidates.iter().map(|c| c.id).collect()
    }

    #[test]
    fn top_k_keeps_the_likeliest_in_order() {
        for (k, kept) in [(1, vec![3]), (3, vec![3, 0, 4]), (4, vec![3, 0, 4, 1]), (9, vec![3, 0, 4, 1, 2])] {
            let mut all = fixed();
            top_k(&mut all, k);
            assert_eq!(ids(&all), kept);
        }
        let mut all = fixed();
        top_k(&mut all, 0);
        assert_eq!(all, fixed());
    }

    #[test]
    fn top_p_keeps_the_token_that_reaches_p() {
        for (p, kept) in [(0.0, 1), (0.49, 1), (0.51, 2), (0.76, 3), (0.9, 4), (0.99, 5), (1.0, 5)] {
            let mut all = fixed();
            top_p(&mut all, p);
            assert_eq!(all.len(), kept, "{p}");
        }
    }

    #[test]
    fn min_p_is_relative_to_the_likeliest() {
        for (p, kept) in [(0.0, 5), (0.12, 5), (0.2, 3), (0.4, 2), (0.6, 1), (1.0, 1)] {
            let mut all = fixed();
            min_p(&mut all, p);
            assert_eq!(all.len(), kept, "{p}");
        }
    }

    #[test]
    fn the_penalty_pushes_both_signs_down_once() {
        let mut logits = [2.0, -2.0, 2.0, 0.0];
        penalize(&mut logits, [0, 0, 1, 3, 99].into_iter(), 2.0);
        assert_eq!(logits, [1.0, -4.0, 2.0, 0.0]);
    }

    #[test]
    fn the_draw_follows_the_distribution() {
        let all = fixed();
        for (at, id) in [(0.0, 0), (0.249, 0), (0.251, 1), (0.376, 3), (0.874, 3), (0.876, 4), (0.999_999, 4)] {
            assert_eq!(draw(&all, at), Some(id), "{at}");
        }
        assert_eq!(draw(&[], 0.5), None);
        let mut sampler =
            Sampler::new(&TextParams { min_p: 0.0, top_p: 1.0, temperature: 1.0, ..Default::default() }, 7);
        let logits: Vec<f32> = fixed().iter().map(|c| c.logit).collect();
        let threes = (0..4000).filter(|_| sampler.sample(logits.clone()) == Ok(3)).count();
        assert!((1880..2120).contains(&threes), "{threes} of 4000 at probability 0.5");
    }

    #[test]
    fn temperature_zero_takes_the_first_of_the_likeliest() {
        let mut sampler = Sampler::new(&TextParams { temperature: 0.0, ..Default::default() }, 1);
        assert_eq!(sampler.sample(vec![1.0, 3.0, 3.0]), Ok(1));
    }

    #[test]
    fn the_penalty_forgets_what_is_further_back() {
        let params = TextParams { temperature: 0.0, repeat_penalty: 2.0, repeat_last_n: 2, ..Default::default() };
        let mut sampler = Sampler::new(&params, 1);
        sampler.accept(0);
        assert_eq!(sampler.sample(vec![3.0, 2.0, 1.0]), Ok(1));
        sampler.accept(1);
        sampler.accept(2);
        assert_eq!(sampler.sample(vec![3.0, 2.0, 1.0]), Ok(0));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let mut sampler = Sampler::new(&TextParams::default(), 1);
        assert_eq!(sampler.sample(vec![0.0, f32::NAN]), Err(NotANumber));
        assert_eq!(sampler.sample(vec![0.0, f32::INFINITY]), Err(NotANumber));
        assert_eq!(sampler.sample(vec![f32::NEG_INFINITY; 3]), Err(NotANumber));
        assert_eq!(sampler.sample(vec![f32::NEG_INFINITY, 0.0]), Ok(1));
    }

    #[test]
    fn the_same_seed_gives_the_same_tokens() {
        let logits: Vec<f32> = (0..100).map(|i| (i % 17) as f32 / 10.0).collect();
        let run = |seed| {
            let mut sampler = Sampler::new(&TextParams::default(), seed);
            (0..50).map(|_| sampler.sample(logits.clone()).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(run(5), run(5));
        assert_ne!(run(5), run(6));
    }
}
