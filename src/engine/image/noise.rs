//! The Gaussian noise that a picture starts from.
//!
//! Always made on the CPU, so that a seed means the same noise on every machine and device. ChaCha8 seeded by
//! `seed_from_u64` is specified to the bit; the normal distribution is the ziggurat of Marsaglia and Tsang as
//! `rand_distr` has it (f64, rounded to f32), which calls the system's `exp` and `ln` only in its rare tail.
//! A test holds the first values: an update of either crate that changes pictures does not pass unseen.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// `len` values of N(0, 1) for `seed`. A picture uses them in the order row, column, channel.
pub fn gaussian(seed: u64, len: usize) -> Vec<f32> {
    let rng = ChaCha8Rng::seed_from_u64(seed);
    StandardNormal.sample_iter(rng).take(len).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_noise_for_ever() {
        let noise = gaussian(1, 16_384);
        assert_eq!(noise[..4], gaussian(1, 4));
        assert_eq!(noise[..4], FIRST_OF_SEED_1);
        assert_ne!(noise[..4], gaussian(2, 4));
    }

    const FIRST_OF_SEED_1: [f32; 4] = [-0.23484705, -1.4108177, 0.33302864, -1.1267663];

    #[test]
    fn mean_and_deviation_are_those_of_a_normal_distribution() {
        let noise = gaussian(7, 65_536);
        let n = noise.len() as f64;
        let mean = noise.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
        let variance = noise.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n;
        let beyond_two = noise.iter().filter(|x| x.abs() > 2.0).count() as f64 / n;
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
        assert!((beyond_two - 0.0455).abs() < 0.005, "{beyond_two}");
    }
}
