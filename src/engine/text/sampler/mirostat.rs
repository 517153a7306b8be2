//! Mirostat: holds the surprise of the drawn tokens near a target (Basu et al. 2020, arXiv 2007.14966).

use super::candidates::{Candidate, likeliest, probabilities};

/// How many of the likeliest tokens version 1 looks at, as in llama.cpp.
const LOOKED_AT: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    One,
    Two,
}

/// Target, learning rate and what was learnt.
#[derive(Clone, Debug)]
pub struct Mirostat {
    version: Version,
    tau: f32,
    eta: f32,
    /// The most surprise, in bits, that a token may have; begins at twice the target.
    mu: f32,
}

impl Mirostat {
    /// `None` for 0; 1 and 2 are the versions.
    pub fn new(version: u32, tau: f32, eta: f32) -> Option<Self> {
        let version = match version {
            1 => Version::One,
            2 => Version::Two,
            _ => return None,
        };
        Some(Self { version, tau, eta, mu: 2.0 * tau })
    }

    /// Takes out what would be too surprising, likeliest first after that. `vocabulary` is how many tokens the model
    /// has.
    pub fn truncate(&self, candidates: &mut Vec<Candidate>, vocabulary: usize) {
        candidates.sort_unstable_by(likeliest);
        let all = probabilities(candidates);
        let kept = match self.version {
            Version::One => self.zipf(&all, vocabulary),
            Version::Two => all.iter().take_while(|p| -p.log2() <= f64::from(self.mu)).count(),
        };
        candidates.truncate(kept.max(1));
    }

    /// How many tokens have at most the surprise `mu`, if probabilities fall as a power of the rank: the exponent is
    /// fitted to the likeliest ones (the paper's equation 30).
    fn zipf(&self, probabilities: &[f64], vocabulary: usize) -> usize {
        let (mut products, mut squares) = (0.0, 0.0);
        for (i, pair) in probabilities.windows(2).take(LOOKED_AT - 1).enumerate() {
            let t = ((i + 2) as f64 / (i + 1) as f64).ln();
            products += t * (pair[0] / pair[1]).ln();
            squares += t * t;
        }
        let s = products / squares;
        let epsilon = s - 1.0;
        let mu = f64::from(self.mu);
        let k = (epsilon * mu.exp2() / (1.0 - (vocabulary as f64).powf(-epsilon))).powf(1.0 / s);
        // NaN, where one candidate is left or all are alike, becomes 0 and then the least that is kept.
        k as usize
    }

    /// Learns from a drawn token of this probability among those that were left.
    pub fn learn(&mut self, probability: f64) {
        let surprise = -probability.log2() as f32;
        if surprise.is_finite() {
            self.mu -= self.eta * (surprise - self.tau);
        }
    }

    #[cfg(test)]
    pub fn mu(&self) -> f32 {
        self.mu
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fixed, ids};
    use super::*;

    #[test]
    fn version_two_keeps_what_is_at_most_mu_bits() {
        for (tau, kept) in
            [(0.4, vec![3]), (0.51, vec![3]), (1.01, vec![3, 0]), (1.51, vec![3, 0, 4]), (5.0, vec![3, 0, 4, 1, 2])]
        {
            let mut all = fixed();
            Mirostat::new(2, tau, 0.1).unwrap().truncate(&mut all, 5);
            assert_eq!(ids(&all), kept, "{tau}");
        }
    }

    #[test]
    fn surprise_moves_mu_towards_the_target() {
        let mut mirostat = Mirostat::new(2, 3.0, 0.5).unwrap();
        mirostat.learn(0.25);
        assert_eq!(mirostat.mu(), 6.5);
        mirostat.learn(0.0);
        assert_eq!(mirostat.mu(), 6.5);
    }

    #[test]
    fn what_cannot_be_fitted_leaves_one() {
        for all in [vec![Candidate { id: 4, logit: 1.0 }], vec![Candidate { id: 4, logit: 1.0 }; 9]] {
            let mut kept = all.clone();
            Mirostat::new(1, 5.0, 0.1).unwrap().truncate(&mut kept, 9);
            assert!(!kept.is_empty());
        }
        assert!(Mirostat::new(0, 5.0, 0.1).is_none());
    }
}
