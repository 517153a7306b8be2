//! PyTorch's random numbers on the CPU, to the bit: `torch.randn` of `torch.Generator("cpu").manual_seed(seed)`.
//!
//! The engine is the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded by the low 32 bits. Normal numbers
//! come by Box and Muller, in one of two ways (ATen's `normal_` for f32): 16 and more at once are filled with uniform
//! numbers and turned in blocks of 16; fewer are drawn one by one in f64, the second of each pair kept for the next.

use std::f64::consts::TAU;

const N: usize = 624;
const M: usize = 397;
/// Numbers that are turned at once.
const BLOCK: usize = 16;

/// A generator with its place in the sequence.
pub struct TorchRng {
    state: [u32; N],
    at: usize,
    /// The second number of a pair that was drawn one by one.
    kept: Option<f64>,
}

impl TorchRng {
    /// A generator seeded with the low 32 bits of `seed`.
    pub fn new(seed: u64) -> Self {
        let mut state = [0u32; N];
        state[0] = seed as u32;
        for i in 1..N {
            let before = state[i - 1];
            state[i] = (before ^ (before >> 30)).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        Self { state, at: N, kept: None }
    }

    fn twist(&mut self) {
        for i in 0..N {
            let mixed = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % N] & 0x7fff_ffff);
            let odd = if mixed & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + M) % N] ^ (mixed >> 1) ^ odd;
        }
        self.at = 0;
    }

    fn u32(&mut self) -> u32 {
        if self.at == N {
            self.twist();
        }
        let mut y = self.state[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// Uniform in 0..1 with the 24 bits of an f32.
    fn uniform_f32(&mut self) -> f32 {
        (self.u32() & 0x00ff_ffff) as f32 / (1 << 24) as f32
    }

    /// Uniform in 0..1 with the 53 bits of an f64; the first number drawn has the high bits.
    fn uniform_f64(&mut self) -> f64 {
        let bits = u64::from(self.u32()) << 32 | u64::from(self.u32());
        (bits & ((1 << 53) - 1)) as f64 / (1u64 << 53) as f64
    }

    /// `len` numbers of N(0, 1), as one call of `torch.randn`.
    pub fn normal(&mut self, len: usize) -> Vec<f32> {
        if len < BLOCK {
            return (0..len).map(|_| self.one() as f32).collect();
        }
        let mut out: Vec<f32> = (0..len).map(|_| self.uniform_f32()).collect();
        let whole = len - len % BLOCK;
        out[..whole].chunks_exact_mut(BLOCK).for_each(turn);
        if whole < len {
            // The last block overlaps the one before, with new numbers.
            let last = &mut out[len - BLOCK..];
            last.iter_mut().for_each(|x| *x = self.uniform_f32());
            turn(last);
        }
        out
    }

    fn one(&mut self) -> f64 {
        if let Some(kept) = self.kept.take() {
            return kept;
        }
        let (u1, u2) = (self.uniform_f64(), self.uniform_f64());
        let radius = (-2.0 * (-u2).ln_1p()).sqrt();
        let angle = TAU * u1;
        self.kept = Some(radius * angle.sin());
        radius * angle.cos()
    }
}

/// Sixteen uniform numbers become normal: the first eight give the radius, the last eight the angle.
fn turn(block: &mut [f32]) {
    let (left, right) = block.split_at_mut(BLOCK / 2);
    for (a, b) in left.iter_mut().zip(right) {
        let radius = (-2.0 * (1.0 - *a).ln()).sqrt();
        let angle = std::f32::consts::TAU * *b;
        (*a, *b) = (radius * angle.cos(), radius * angle.sin());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PyTorch keeps a seed of 64 bits and starts its CPU generator from the low half.
    #[test]
    fn a_seed_of_64_bits_starts_from_its_low_half() {
        let big = 648_312_782_957_426_u64;
        assert_eq!(TorchRng::new(big).normal(16), TorchRng::new(big & 0xffff_ffff).normal(16));
        assert_ne!(TorchRng::new(big).normal(16), TorchRng::new(u64::MAX).normal(16));
    }

    #[test]
    fn the_twister_is_mt19937() {
        // The reference implementation's first numbers for its default seed.
        let mut rng = TorchRng::new(5489);
        let first: Vec<u32> = (0..5).map(|_| rng.u32()).collect();
        assert_eq!(first, [3_499_211_612, 581_869_302, 3_890_346_734, 3_586_334_585, 545_404_204]);
        let mut rng = TorchRng::new(5489);
        let last = (0..10_000).map(|_| rng.u32()).last();
        assert_eq!(last, Some(4_123_659_995), "the 10,000th, as the C++ standard has it");
    }
}
