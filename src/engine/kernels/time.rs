//! Sinusoidal embeddings of a time or of a size (Vaswani et al. 2017; Ho et al. 2020, as diffusers' `Timesteps`).

use candle_core::{DType, Result, Tensor, bail};

/// Which sinusoids: `dim` values, half of them sines, half cosines of `value * 10000^(-i / (dim / 2 - freq_shift))`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sinusoids {
    pub dim: usize,
    /// Cosines first.
    pub flip_sin_to_cos: bool,
    pub freq_shift: f64,
}

/// `values` `[N]`, any type -> `[N, dim]` f32. An odd `dim` ends with a 0.
pub fn sinusoids(values: &Tensor, kind: Sinusoids) -> Result<Tensor> {
    let half = kind.dim / 2;
    let divisor = half as f64 - kind.freq_shift;
    if half == 0 || divisor == 0.0 {
        bail!("{kind:?} has no frequencies");
    }
    // The reference's order of roundings in f32 (exponent, frequency, product): a time of 999 magnifies them.
    let step = -(10_000f64.ln()) as f32;
    let frequencies: Vec<f32> = (0..half).map(|i| (step * i as f32 / divisor as f32).exp()).collect();
    let mut out = Vec::with_capacity(values.elem_count() * kind.dim);
    for value in values.flatten_all()?.to_dtype(DType::F32)?.to_vec1::<f32>()? {
        let angles = || frequencies.iter().map(|f| value * f);
        if kind.flip_sin_to_cos {
            out.extend(angles().map(f32::cos).chain(angles().map(f32::sin)));
        } else {
            out.extend(angles().map(f32::sin).chain(angles().map(f32::cos)));
        }
        out.extend((kind.dim % 2 == 1).then_some(0.0));
    }
    Tensor::from_vec(out, (values.elem_count(), kind.dim), values.device())
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn halves_shift_and_padding() {
        let t = Tensor::new(&[0f32, 2.0], &Device::Cpu).unwrap();
        let sines = sinusoids(&t, Sinusoids { dim: 5, flip_sin_to_cos: false, freq_shift: 1.0 }).unwrap();
        let sines = sines.to_vec2::<f32>().unwrap();
        assert_eq!(sines[0], [0.0, 0.0, 1.0, 1.0, 0.0]);
        // Frequencies 1 and 1/10000 with shift 1.
        let close = |a: f32, b: f32| (a - b).abs() < 1e-6;
        assert!(close(sines[1][0], 2f32.sin()) && close(sines[1][1], 2e-4));
        let flipped = sinusoids(&t, Sinusoids { dim: 4, flip_sin_to_cos: true, freq_shift: 0.0 }).unwrap();
        let flipped = flipped.to_vec2::<f32>().unwrap();
        assert!(close(flipped[1][1], 0.02f32.cos()) && close(flipped[1][3], 0.02f32.sin()));
        sinusoids(&t, Sinusoids { dim: 2, flip_sin_to_cos: true, freq_shift: 1.0 }).unwrap_err();
    }
}
