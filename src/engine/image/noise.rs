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
    StandardNormal.sample_iter(ChaCha8Rng::seed_from_u64(seed)).take(len).collect()
}

/// The same for the draws of one run, the first being 0: each is a sequence of its own, that of no other draw of any
/// other seed. The low half of the seed and the draw are ChaCha's seed, the high half of the seed is its stream.
pub fn gaussian_of(seed: u64, draw: u64, len: usize) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64((seed & u64::from(u32::MAX)) | draw << 32);
    rng.set_stream(seed >> 32);
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

    #[test]
    fn all_64_bits_of_a_seed_count_and_no_draw_is_that_of_another_seed() {
        let big = 648_312_782_957_426;
        assert_eq!(gaussian_of(1, 0, 4), gaussian(1, 4), "short seeds draw as they always did");
        assert_eq!(gaussian_of(1, 2, 4), gaussian(1 + (2 << 32), 4));
        let runs = [(1, 0), (1, 1), (1 + (1 << 32), 0), (big, 0), (big, 1), (big & 0xffff_ffff, 0), (u64::MAX, 0)];
        for (i, a) in runs.iter().enumerate() {
            for b in &runs[..i] {
                assert_ne!(gaussian_of(a.0, a.1, 4), gaussian_of(b.0, b.1, 4), "{a:?} {b:?}");
            }
        }
        assert_ne!(gaussian(big, 4), gaussian(big & 0xffff_ffff, 4));
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
