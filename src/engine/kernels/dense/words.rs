//! The input of the matmuls: words of 32 bits, one f32 or two bf16.

use candle_core::Result;

use crate::cpu::for_rows;
#[cfg(target_arch = "x86_64")]
use crate::processor::Processor;

/// What a word is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WordKind {
    #[default]
    F32,
    /// Two of them, the first in the lower half.
    Bf16,
}

impl WordKind {
    /// Numbers of a word.
    pub fn numbers(self) -> usize {
        match self {
            Self::F32 => 1,
            Self::Bf16 => 2,
        }
    }

    /// Whether this processor multiplies them.
    pub fn is_there(self) -> bool {
        match self {
            Self::F32 => true,
            #[cfg(target_arch = "x86_64")]
            Self::Bf16 => {
                matches!(Processor::best(), Processor::Avx512 | Processor::Avx512Vnni)
                    && std::arch::is_x86_feature_detected!("avx512bf16")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Bf16 => false,
        }
    }
}

/// Words that something else holds.
#[derive(Clone, Copy)]
pub enum Words<'a> {
    F32(&'a [f32]),
    /// The bits of f32.
    Bits(&'a [u32]),
    Bf16(&'a [u32]),
}

impl Words<'_> {
    pub fn kind(&self) -> WordKind {
        match self {
            Self::F32(_) | Self::Bits(_) => WordKind::F32,
            Self::Bf16(_) => WordKind::Bf16,
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::F32(all) => all.len(),
            Self::Bits(all) | Self::Bf16(all) => all.len(),
        }
    }

    pub(super) fn start(&self) -> *const u32 {
        match self {
            Self::F32(all) => all.as_ptr().cast(),
            Self::Bits(all) | Self::Bf16(all) => all.as_ptr(),
        }
    }
}

/// The numbers of rows of an even length in words of two.
pub fn pairs(x: &[f32]) -> Result<Vec<u32>> {
    let mut words = vec![0; x.len() / 2];
    for_rows(
        &mut words,
        1,
        #[inline(always)]
        |first, words: &mut [u32]| fill_pairs(&x[2 * first..][..2 * words.len()], words),
    )?;
    Ok(words)
}

/// As [`pairs`], on this thread.
#[inline(always)]
pub fn fill_pairs(x: &[f32], words: &mut [u32]) {
    words.iter_mut().zip(x.as_chunks().0).for_each(|(word, [a, b])| *word = pair(*a, *b));
}

/// Two numbers in a word, each the nearest bf16, ties to even.
#[inline(always)]
pub fn pair(first: f32, second: f32) -> u32 {
    bf16(first) | bf16(second) << 16
}

#[inline(always)]
fn bf16(x: f32) -> u32 {
    let bits = x.to_bits();
    // A NaN stays one, whatever its low bits.
    if x.is_nan() { bits >> 16 | 0x40 } else { (bits + 0x7fff + (bits >> 16 & 1)) >> 16 }
}
