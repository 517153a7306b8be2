//! What the tests of the links share.

use super::Candidate;

/// Probabilities 0.5, 0.25, 0.125, 0.0625, 0.0625 for tokens 3, 0, 4, 1, 2.
pub fn fixed() -> Vec<Candidate> {
    [(0, 0.25_f32), (1, 0.0625), (2, 0.0625), (3, 0.5), (4, 0.125)]
        .map(|(id, p)| Candidate { id, logit: p.ln() })
        .to_vec()
}

pub fn ids(candidates: &[Candidate]) -> Vec<u32> {
    candidates.iter().map(|c| c.id).collect()
}
