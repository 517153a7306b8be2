//! Rotary position embeddings (Su et al. 2021, arXiv 2104.09864) on heads that are read in place.

use candle_core::{DType, Device, Result, Tensor, bail};

use super::cpu::{contiguous, for_rows, is_ours, numbers, tensor};

/// Which values of a head are rotated together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairs {
    /// (0, 1), (2, 3)...: FLUX, Z-Image.
    Neighbours,
    /// (0, D / 2), (1, D / 2 + 1)...: the language models.
    Halves,
}

/// Cosines and sines of each place's angles, `[L, D / 2]` f32.
#[derive(Clone, Debug)]
pub struct Rope {
    cos: Tensor,
    sin: Tensor,
    pairs: Pairs,
}

impl Rope {
    /// `angles` `[L, D / 2]` row by row, each already rounded as the family's reference rounds it.
    pub fn new(angles: &[f64], half: usize, pairs: Pairs, device: &Device) -> Result<Self> {
        if half == 0 || !angles.len().is_multiple_of(half) {
            bail!("{} angles are not rows of {half}", angles.len());
        }
        let table = |f: fn(f64) -> f64| {
            let all: Vec<f32> = angles.iter().map(|angle| f(*angle) as f32).collect();
            Tensor::from_vec(all, (angles.len() / half, half), device)
        };
        Ok(Self { cos: table(f64::cos)?, sin: table(f64::sin)?, pairs })
    }

    /// Places that there are angles for.
    pub fn places(&self) -> Result<usize> {
        self.cos.dim(0)
    }

    /// Places `first..first + places` alone.
    pub fn narrow(&self, first: usize, places: usize) -> Result<Self> {
        let cut = |t: &Tensor| t.narrow(0, first, places)?.contiguous();
        Ok(Self { cos: cut(&self.cos)?, sin: cut(&self.sin)?, pairs: self.pairs })
    }

    /// The places of `self`, then those of `other`.
    pub fn join(&self, other: &Self) -> Result<Self> {
        let join = |a: &Tensor, b: &Tensor| Tensor::cat(&[a, b], 0);
        Ok(Self { cos: join(&self.cos, &other.cos)?, sin: join(&self.sin, &other.sin)?, pairs: self.pairs })
    }

    /// `x` `[B, L, heads * D]` -> the same shape, each pair turned by its place's angle.
    pub fn apply(&self, x: &Tensor, heads: usize) -> Result<Tensor> {
        let ((_, l, width), (places, half)) = (x.dims3()?, self.cos.dims2()?);
        if heads == 0 || width != heads * 2 * half || l != places {
            bail!("{:?} in {heads} heads cannot be turned by {places} places of {half} angles", x.shape());
        }
        if is_ours(x) { self.ours(x, half) } else { self.by_candle(x, heads, half) }
    }

    fn ours(&self, x: &Tensor, half: usize) -> Result<Tensor> {
        let x = contiguous(x)?;
        let (_, l, width) = x.dims3()?;
        let (x_s, x_l) = x.storage_and_layout();
        let (c_s, c_l) = self.cos.storage_and_layout();
        let (s_s, s_l) = self.sin.storage_and_layout();
        let (cos, sin) = (numbers(&c_s, c_l)?, numbers(&s_s, s_l)?);
        let mut out = numbers(&x_s, x_l)?.to_vec();
        for_rows(
            &mut out,
            width,
            #[inline(always)]
            |first, rows| {
                for (i, row) in rows.chunks_exact_mut(width).enumerate() {
                    let place = (first + i) % l * half;
                    let angles = || cos[place..][..half].iter().zip(&sin[place..][..half]);
                    for head in row.chunks_exact_mut(2 * half) {
                        match self.pairs {
                            Pairs::Neighbours => {
                                for (pair, (c, s)) in head.chunks_exact_mut(2).zip(angles()) {
                                    (pair[0], pair[1]) = (pair[0] * c - pair[1] * s, pair[1] * c + pair[0] * s);
                                }
                            }
                            Pairs::Halves => {
                                let (left, right) = head.split_at_mut(half);
                                for ((a, b), (c, s)) in left.iter_mut().zip(right).zip(angles()) {
                                    (*a, *b) = (*a * c - *b * s, *b * c + *a * s);
                                }
                            }
                        }
                    }
                }
            },
        )?;
        tensor(out, x.shape())
    }

    fn by_candle(&self, x: &Tensor, heads: usize, half: usize) -> Result<Tensor> {
        let (b, l, _) = x.dims3()?;
        let wide = if x.dtype() == DType::F64 { DType::F64 } else { DType::F32 };
        // The dimension of the two that turn together: last for neighbours, before the pairs' for halves.
        let (shape, two) = match self.pairs {
            Pairs::Neighbours => ([b, l, heads, half, 2], 4),
            Pairs::Halves => ([b, l, heads, 2, half], 3),
        };
        let split = x.to_dtype(wide)?.reshape(&shape[..])?;
        let (p, q) = (split.narrow(two, 0, 1)?.squeeze(two)?, split.narrow(two, 1, 1)?.squeeze(two)?);
        let cos = self.cos.to_dtype(wide)?.reshape((l, 1, half))?;
        let sin = self.sin.to_dtype(wide)?.reshape((l, 1, half))?;
        let left = (p.broadcast_mul(&cos)? - q.broadcast_mul(&sin)?)?;
        let right = (q.broadcast_mul(&cos)? + p.broadcast_mul(&sin)?)?;
        Tensor::stack(&[left, right], two)?.reshape(x.shape())?.to_dtype(x.dtype())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree_and_keep_lengths() {
        let angles: Vec<f64> = (0..15).map(|i| f64::from(i) * 0.37 - 2.0).collect();
        let x = Tensor::randn(0f32, 1.0, (2, 5, 12), &Device::Cpu).unwrap();
        for pairs in [Pairs::Neighbours, Pairs::Halves] {
            let rope = Rope::new(&angles, 3, pairs, &Device::Cpu).unwrap();
            let ours = rope.apply(&x, 2).unwrap();
            let theirs = rope.by_candle(&x, 2, 3).unwrap();
            let most = |t: Tensor| t.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
            assert!(most((&ours - theirs).unwrap()) < 1e-6, "{pairs:?}");
            let length = |t: &Tensor| t.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
            assert!((length(&ours) - length(&x)).abs() < 1e-3);
            assert!(most((ours - &x).unwrap()) > 0.1);
            rope.apply(&x, 3).unwrap_err();
            rope.narrow(0, 4).unwrap().apply(&x, 2).unwrap_err();
        }
    }

    #[test]
    fn a_quarter_turn_swaps_a_pair() {
        let x = Tensor::new(&[[[1f32, 2.0, 3.0, 4.0]]], &Device::Cpu).unwrap();
        let angles = [std::f64::consts::FRAC_PI_2, 0.0];
        for (pairs, expected) in [(Pairs::Neighbours, [-2f32, 1.0, 3.0, 4.0]), (Pairs::Halves, [-3.0, 2.0, 1.0, 4.0])] {
            let rope = Rope::new(&angles, 2, pairs, &Device::Cpu).unwrap();
            let turned = rope.apply(&x, 1).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
            assert!(turned.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{turned:?}");
        }
    }
}
