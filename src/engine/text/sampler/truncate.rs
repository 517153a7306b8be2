//! Links that take unlikely tokens out (XTC: likely ones). All of them leave at least one.

use super::candidates::{Candidate, entropy, highest, likeliest, probabilities, weights};

/// Keeps the `k` likeliest, likeliest first; 0 keeps all as they are.
pub fn top_k(candidates: &mut Vec<Candidate>, k: usize) {
    if k == 0 {
        return;
    }
    if k < candidates.len() {
        candidates.select_nth_unstable_by(k - 1, likeliest);
        candidates.truncate(k);
    }
    candidates.sort_unstable_by(likeliest);
}

/// Keeps the likeliest whose probabilities together first reach `p`; 1 keeps all (Holtzman et al. 2019,
/// arXiv 1904.09751).
pub fn top_p(candidates: &mut Vec<Candidate>, p: f32) {
    if p >= 1.0 || candidates.is_empty() {
        return;
    }
    candidates.sort_unstable_by(likeliest);
    let weights = weights(candidates);
    let enough = weights.iter().sum::<f64>() * f64::from(p);
    let mut sum = 0.0;
    let kept = weights.iter().position(|w| {
        sum += w;
        sum >= enough
    });
    candidates.truncate(kept.map_or(usize::MAX, |last| last + 1));
}

/// Keeps those at least `p` times as likely as the likeliest; 0 keeps all (Nguyen et al. 2024, arXiv 2407.01082).
pub fn min_p(candidates: &mut Vec<Candidate>, p: f32) {
    if p <= 0.0 {
        return;
    }
    let least = highest(candidates) + p.ln();
    candidates.retain(|c| c.logit >= least);
}

/// Keeps those whose surprise is nearest to the expected one and that together pass `p`, most typical first; 1 keeps
/// all (Meister et al. 2022, arXiv 2202.00666).
pub fn typical(candidates: &mut Vec<Candidate>, p: f32) {
    if p >= 1.0 || candidates.is_empty() {
        return;
    }
    candidates.sort_unstable_by(likeliest);
    let probabilities = probabilities(candidates);
    let expected = entropy(&probabilities);
    let mut scored: Vec<(f64, f64, Candidate)> = probabilities
        .iter()
        .zip(candidates.iter())
        .map(|(&probability, &candidate)| ((-probability.ln() - expected).abs(), probability, candidate))
        .collect();
    // Stable: of equals the likelier one comes first.
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sum = 0.0;
    let last = scored.iter().position(|s| {
        sum += s.1;
        sum > f64::from(p)
    });
    scored.truncate(last.map_or(usize::MAX, |last| last + 1));
    candidates.clear();
    candidates.extend(scored.into_iter().map(|s| s.2));
}

/// Keeps what is at most `n` standard deviations of all logits below the highest; 0 and below keep all (Tang et al.
/// 2024, arXiv 2411.07641). llama.cpp leaves the others in at minus infinity, which is the same to every later link
/// but those that count the candidates.
pub fn top_n_sigma(candidates: &mut Vec<Candidate>, n: f32) {
    if n <= 0.0 || candidates.len() < 2 {
        return;
    }
    let count = candidates.len() as f64;
    let mean = candidates.iter().map(|c| f64::from(c.logit)).sum::<f64>() / count;
    let variance = candidates.iter().map(|c| (f64::from(c.logit) - mean).powi(2)).sum::<f64>() / count;
    let least = f64::from(highest(candidates)) - f64::from(n) * variance.sqrt();
    candidates.retain(|c| f64::from(c.logit) >= least);
}

/// Whether XTC with these settings can change anything, so that `chance` must be drawn.
pub fn xtc_is_on(candidates: &[Candidate], probability: f32, threshold: f32) -> bool {
    probability > 0.0 && threshold <= 0.5 && candidates.len() > 1
}

/// Exclude top choices: where `chance` (0 to 1) is at most `probability`, takes out all that reach `threshold` but
/// the least likely of them (p-e-w 2024, text-generation-webui pull request 6335).
pub fn xtc(candidates: &mut Vec<Candidate>, probability: f32, threshold: f32, chance: f32) {
    if !xtc_is_on(candidates, probability, threshold) || chance > probability {
        return;
    }
    candidates.sort_unstable_by(likeliest);
    let reach = probabilities(candidates).iter().take_while(|&&p| p as f32 >= threshold).count();
    if reach > 1 {
        candidates.drain(..reach - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fixed, ids};
    use super::*;

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

    /// The entropy is 1.875 bits: the token of 2 bits is the most typical, then those of 1, 3 and 4.
    #[test]
    fn typical_may_drop_the_likeliest() {
        for (p, kept) in [(0.0, vec![0]), (0.2, vec![0]), (0.3, vec![0, 3]), (0.8, vec![0, 3, 4]), (1.0, ids(&fixed()))]
        {
            let mut all = fixed();
            typical(&mut all, p);
            assert_eq!(ids(&all), kept, "{p}");
        }
    }

    #[test]
    fn sigma_is_measured_over_all_logits() {
        let mut all: Vec<_> =
            [4.0, 0.0, 0.0, 0.0].iter().zip(0..).map(|(&logit, id)| Candidate { id, logit }).collect();
        // The deviation is the root of 3.
        let near = all.clone();
        top_n_sigma(&mut all, 2.4);
        assert_eq!(all, near);
        top_n_sigma(&mut all, 2.3);
        assert_eq!(ids(&all), [0]);
        let mut equal = vec![Candidate { id: 5, logit: 1.0 }; 3];
        top_n_sigma(&mut equal, 0.001);
        assert_eq!(equal.len(), 3);
    }

    #[test]
    fn xtc_leaves_the_last_of_the_likely() {
        for (threshold, chance, kept) in [
            (0.1, 0.2, vec![4, 1, 2]),
            (0.2, 0.2, vec![0, 4, 1, 2]),
            (0.4, 0.2, vec![3, 0, 4, 1, 2]),
            (0.1, 0.6, vec![0, 1, 2, 3, 4]),
            (0.51, 0.2, vec![0, 1, 2, 3, 4]),
        ] {
            let mut all = fixed();
            xtc(&mut all, 0.5, threshold, chance);
            assert_eq!(ids(&all), kept, "{threshold} {chance}");
        }
        let mut all = fixed();
        xtc(&mut all, 0.0, 0.1, 0.0);
        assert_eq!(all, fixed());
    }

    #[test]
    fn one_token_always_stays() {
        let links: [fn(&mut Vec<Candidate>); 6] = [
            |c| top_k(c, 1),
            |c| top_p(c, 0.0),
            |c| min_p(c, 1.0),
            |c| typical(c, 0.0),
            |c| top_n_sigma(c, 1e-9),
            |c| xtc(c, 1.0, 0.0, 0.0),
        ];
        for (at, link) in links.iter().enumerate() {
            for count in [1, 2, 5] {
                let mut some = fixed();
                some.truncate(count);
                link(&mut some);
                assert!(!some.is_empty(), "{at} {count}");
            }
            let mut none = Vec::new();
            link(&mut none);
            assert!(none.is_empty());
        }
    }
}
