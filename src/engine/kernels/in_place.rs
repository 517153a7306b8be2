//! In-place updates of one tensor by another.

use candle_core::{CpuStorage, InplaceOp2, Layout, Result, Tensor, bail};

use super::cpu::{contiguous, for_rows, is_ours};

/// `x + scale * y`. Nobody else may hold `x`: on the CPU the sum takes its place.
pub fn add(x: Tensor, y: &Tensor, scale: f32) -> Result<Tensor> {
    if is_ours(&x) && is_ours(y) {
        return in_place(
            x,
            y,
            #[inline(always)]
            |x, y| x + scale * y,
        );
    }
    if scale == 1.0 { x + y } else { x + (y * f64::from(scale))? }
}

/// `x = f(x, y)`, element by element. Both are f32 on the CPU.
///
/// # Errors
/// Where the shapes differ.
pub(super) fn in_place(x: Tensor, y: &Tensor, f: impl Fn(f32, f32) -> f32 + Sync + Send) -> Result<Tensor> {
    if x.shape() != y.shape() {
        bail!("{:?} meets {:?}, number by number", x.shape(), y.shape());
    }
    let (x, y) = (contiguous(&x)?, contiguous(y)?);
    x.inplace_op2(&y, &Each(f))?;
    Ok(x)
}

struct Each<F>(F);

impl<F: Fn(f32, f32) -> f32 + Sync + Send> InplaceOp2 for Each<F> {
    fn name(&self) -> &'static str {
        "in-place"
    }

    fn cpu_fwd(&self, x: &mut CpuStorage, at: &Layout, y: &CpuStorage, y_at: &Layout) -> Result<()> {
        let (CpuStorage::F32(x), CpuStorage::F32(y)) = (x, y) else { bail!("numbers in place are f32") };
        let (Some((from, to)), Some((y_from, y_to))) = (at.contiguous_offsets(), y_at.contiguous_offsets()) else {
            bail!("numbers in place lie side by side")
        };
        let y = &y[y_from..y_to];
        for_rows(
            &mut x[from..to],
            1,
            #[inline(always)]
            |first, run| {
                for (x, y) in run.iter_mut().zip(&y[first..]) {
                    *x = (self.0)(*x, *y);
                }
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn sums_are_candles() {
        for rows in [1, 300] {
            let [x, y] = [1, 2].map(|n| {
                let all: Vec<f32> = (0..rows * 130).map(|i| ((i * 37 + n * 11) % 101) as f32).collect();
                Tensor::from_vec(all, (rows, 130), &Device::Cpu).unwrap()
            });
            let theirs = (&x + (&y * 0.5).unwrap()).unwrap().to_vec2::<f32>().unwrap();
            assert_eq!(add(x.copy().unwrap(), &y, 0.5).unwrap().to_vec2::<f32>().unwrap(), theirs);
            add(x.narrow(1, 0, 129).unwrap(), &y, 1.0).unwrap_err();
        }
    }
}
