//! Flat or sharp: what the logits are divided by.

use super::candidates::{Candidate, entropy, greedy, likeliest, probabilities};

/// Below it logits would become infinite; only the likeliest has a chance there anyway.
const COLDEST: f32 = 1e-6;

/// Flattens (above 1) or sharpens (below 1) the distribution; at 0 only the likeliest stays.
pub fn temperature(candidates: &mut Vec<Candidate>, t: f32) {
    if t < COLDEST {
        let best = greedy(candidates);
        candidates.retain(|c| Some(c.id) == best);
        return;
    }
    for candidate in candidates {
        candidate.logit /= t;
    }
}

/// A temperature between `t - range` and `t + range` by how undecided the model is: the share of the entropy that an
/// even distribution over the same tokens would have, to the power of `exponent` (kalomaze 2023, "dynamic
/// temperature", as in llama.cpp). A range of 0 is the plain temperature.
pub fn dynamic(candidates: &mut Vec<Candidate>, t: f32, range: f32, exponent: f32) {
    if range <= 0.0 {
        return temperature(candidates, t);
    }
    if candidates.len() < 2 {
        return;
    }
    candidates.sort_unstable_by(likeliest);
    let most = (candidates.len() as f64).ln();
    let share = (entropy(&probabilities(candidates)) / most).clamp(0.0, 1.0);
    let (low, high) = ((t - range).max(0.0), t + range);
    temperature(candidates, low + (high - low) * (share as f32).powf(exponent));
}

#[cfg(test)]
mod tests {
    use super::super::testing::fixed;
    use super::*;

    #[test]
    fn it_divides() {
        let mut all = fixed();
        temperature(&mut all, 0.5);
        for (warm, cold) in fixed().iter().zip(&all) {
            assert_eq!(cold.logit, warm.logit * 2.0);
        }
        temperature(&mut all, 0.0);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].id, 3);
        let mut coldest = fixed();
        temperature(&mut coldest, f32::MIN_POSITIVE);
        assert_eq!(coldest.len(), 1);
    }

    #[test]
    fn an_even_choice_gets_the_highest_temperature() {
        let even = vec![Candidate { id: 0, logit: 2.0 }, Candidate { id: 1, logit: 2.0 }];
        let mut all = even.clone();
        dynamic(&mut all, 1.0, 0.5, 1.0);
        assert!(all.iter().all(|c| (c.logit - 2.0 / 1.5).abs() < 1e-6));
        let mut sure = vec![Candidate { id: 0, logit: 100.0 }, Candidate { id: 1, logit: -100.0 }];
        dynamic(&mut sure, 1.0, 0.5, 1.0);
        assert!((sure[0].logit - 200.0).abs() < 1e-3);
        let mut plain = even.clone();
        dynamic(&mut plain, 2.0, 0.0, 1.0);
        assert_eq!(plain[0].logit, 1.0);
    }
}
