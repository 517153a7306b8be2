//! Moving values: layout conversion, nearest upsampling, concatenation.

use candle_core::{D, Result, Tensor, bail};

use super::cpu::{contiguous, for_rows, is_ours, numbers, tensor};

/// `[B, C, H, W]` -> `[B, H, W, C]`.
pub fn channels_last(x: &Tensor) -> Result<Tensor> {
    x.permute((0, 2, 3, 1))?.contiguous()
}

/// `[B, H, W, C]` -> `[B, C, H, W]`.
pub fn channels_first(x: &Tensor) -> Result<Tensor> {
    x.permute((0, 3, 1, 2))?.contiguous()
}

/// `[B, H, W, C]` -> `[B, height, width, C]`, each pixel from the nearest below, as PyTorch's `nearest`
/// (place times old side / new side, cut to a whole number).
pub fn upsample_nearest(x: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let (b, h, w, c) = x.dims4()?;
    if h == 0 || w == 0 || c == 0 {
        bail!("an empty picture cannot be enlarged: {:?}", x.shape());
    }
    let places = |old: usize, new: usize| -> Vec<u32> {
        let scale = old as f32 / new as f32;
        (0..new).map(|i| ((i as f32 * scale) as usize).min(old - 1) as u32).collect()
    };
    let (rows, columns) = (places(h, height), places(w, width));
    if !is_ours(x) {
        let rows = Tensor::from_vec(rows, height, x.device())?;
        let columns = Tensor::from_vec(columns, width, x.device())?;
        return x.contiguous()?.index_select(&rows, 1)?.index_select(&columns, 2);
    }
    let x = contiguous(x)?;
    let (storage, layout) = x.storage_and_layout();
    let from = numbers(&storage, layout)?;
    let mut out = vec![0.0; b * height * width * c];
    for_rows(
        &mut out,
        width * c,
        #[inline(always)]
        |first, lines| {
            for (line, out) in (first..).zip(lines.chunks_exact_mut(width * c)) {
                let row = line / height * h + rows[line % height] as usize;
                let from = &from[row * w * c..][..w * c];
                for (out, column) in out.chunks_exact_mut(c).zip(&columns) {
                    out.copy_from_slice(&from[*column as usize * c..][..c]);
                }
            }
        },
    )?;
    tensor(out, (b, height, width, c))
}

/// `[.., C]` and `[.., D]` -> `[.., C + D]`.
pub fn concat(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (ca, cb) = (a.dim(D::Minus1)?, b.dim(D::Minus1)?);
    if a.rank() != b.rank() || a.dims()[..a.rank() - 1] != b.dims()[..b.rank() - 1] || ca == 0 || cb == 0 {
        bail!("{:?} and {:?} do not lie side by side", a.shape(), b.shape());
    }
    if !is_ours(a) || !is_ours(b) {
        return Tensor::cat(&[a, b], D::Minus1);
    }
    let (a, b) = (contiguous(a)?, contiguous(b)?);
    let (a_s, a_l) = a.storage_and_layout();
    let (b_s, b_l) = b.storage_and_layout();
    let (left, right) = (numbers(&a_s, a_l)?, numbers(&b_s, b_l)?);
    let mut out = vec![0.0; left.len() + right.len()];
    for_rows(
        &mut out,
        ca + cb,
        #[inline(always)]
        |first, rows| {
            for (row, out) in (first..).zip(rows.chunks_exact_mut(ca + cb)) {
                out[..ca].copy_from_slice(&left[row * ca..][..ca]);
                out[ca..].copy_from_slice(&right[row * cb..][..cb]);
            }
        },
    )?;
    let mut shape = a.dims().to_vec();
    *shape.last_mut().expect("`dim` found a last dimension") = ca + cb;
    tensor(out, shape)
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;

    fn same(a: &Tensor, b: &Tensor) -> bool {
        let b = b.to_dtype(DType::F32).unwrap();
        a.dims() == b.dims() && (a - b).unwrap().abs().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap() == 0.0
    }

    #[test]
    fn enlarging_takes_the_nearest_below() {
        let x = Tensor::arange(0f32, 2.0 * 3.0 * 5.0 * 2.0, &Device::Cpu).unwrap().reshape((2, 3, 5, 2)).unwrap();
        let wide = x.to_dtype(DType::F64).unwrap();
        for (h, w) in [(6, 10), (5, 9), (3, 5), (6, 9), (300, 200)] {
            let ours = upsample_nearest(&x, h, w).unwrap();
            assert!(same(&ours, &upsample_nearest(&wide, h, w).unwrap()));
            if h <= 6 {
                let at = |y: usize, c: usize| ours.get(0).unwrap().get(y).unwrap().get(c).unwrap();
                assert!(same(
                    &at(h - 1, w - 1),
                    &x.get(0).unwrap().get((h - 1) * 3 / h).unwrap().get((w - 1) * 5 / w).unwrap()
                ));
            }
        }
        let theirs = x.permute((0, 3, 1, 2)).unwrap().contiguous().unwrap().upsample_nearest2d(6, 10).unwrap();
        assert!(same(&channels_first(&upsample_nearest(&x, 6, 10).unwrap()).unwrap(), &theirs));
    }

    #[test]
    fn concat_is_candles() {
        let x = |c: usize| Tensor::randn(0f32, 1.0, (2, 70, 90, c), &Device::Cpu).unwrap();
        let (a, b) = (x(3), x(5));
        assert!(same(&concat(&a, &b).unwrap(), &Tensor::cat(&[&a, &b], 3).unwrap()));
        concat(&a, &b.narrow(1, 0, 69).unwrap()).unwrap_err();
        assert!(same(&channels_last(&channels_first(&a).unwrap()).unwrap(), &a));
    }
}
