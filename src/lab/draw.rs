//! Drawing by chance.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The place of one of these weights, drawn in proportion to them. `sum` is what they sum to; `None` where rounding leaves
/// a rest behind the last.
pub fn by_weight(weights: &[f64], sum: f64, rng: &mut ChaCha8Rng) -> Option<usize> {
    let mut left = rng.random::<f64>() * sum;
    weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    })
}
