//! Squares of a picture as tokens, and back: what the transformers' pipelines call patching and packing.

use candle_core::{Result, Tensor, bail};

/// `[B, C, H, W]` -> `[B, H / p * W / p, C p p]`, row by row. In a token the channel counts slowest, or with
/// `channels_last` fastest.
pub fn patches(x: &Tensor, p: usize, channels_last: bool) -> Result<Tensor> {
    let (b, c, h, w) = x.dims4()?;
    if p == 0 || !h.is_multiple_of(p) || !w.is_multiple_of(p) {
        bail!("a latent picture of {w} x {h} cannot be cut in squares of {p}");
    }
    let (rows, columns) = (h / p, w / p);
    // B, C, row, y, column, x
    let x = x.reshape(&[b, c, rows, p, columns, p][..])?;
    let order = if channels_last { [0, 2, 4, 3, 5, 1] } else { [0, 2, 4, 1, 3, 5] };
    x.permute(order)?.contiguous()?.reshape((b, rows * columns, c * p * p))
}

/// `[B, rows * columns, p p C]` -> `[B, C, rows * p, columns * p]`; the channel counts fastest in a token, as in the
/// last layer of each transformer here but FLUX.
pub fn unpatch(x: &Tensor, p: usize, rows: usize, columns: usize) -> Result<Tensor> {
    let (b, tokens, width) = x.dims3()?;
    if p == 0 || tokens != rows * columns || !width.is_multiple_of(p * p) {
        bail!("{tokens} tokens of {width} numbers are not {rows} x {columns} squares of {p}");
    }
    let c = width / (p * p);
    let x = x.reshape(&[b, rows, columns, p, p, c][..])?;
    x.permute([0, 5, 1, 3, 2, 4])?.contiguous()?.reshape((b, c, rows * p, columns * p))
}

/// `[B, rows * columns, C p p]` -> `[B, C, rows * p, columns * p]`: [`patches`] without `channels_last`, undone.
pub fn unpack(x: &Tensor, p: usize, rows: usize, columns: usize) -> Result<Tensor> {
    let (b, tokens, width) = x.dims3()?;
    if p == 0 || tokens != rows * columns || !width.is_multiple_of(p * p) {
        bail!("{tokens} tokens of {width} numbers are not {rows} x {columns} squares of {p}");
    }
    let c = width / (p * p);
    let x = x.reshape(&[b, rows, columns, c, p, p][..])?;
    x.permute([0, 3, 1, 4, 2, 5])?.contiguous()?.reshape((b, c, rows * p, columns * p))
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn squares_lie_row_by_row_and_come_back() {
        // 2 channels of 4 x 6: channel 100s, row 10s, column ones.
        let at = |c: usize, y: usize, x: usize| (100 * c + 10 * y + x) as f32;
        let all = (0..48).map(|i| at(i / 24, i / 6 % 4, i % 6)).collect::<Vec<_>>();
        let x = Tensor::from_vec(all, (1, 2, 4, 6), &Device::Cpu).unwrap();
        let row = |t: &Tensor, i: usize| t.to_vec3::<f32>().unwrap()[0][i].clone();
        let slow = patches(&x, 2, false).unwrap();
        assert_eq!(slow.dims(), [1, 6, 8]);
        assert_eq!(row(&slow, 4), [22.0, 23.0, 32.0, 33.0, 122.0, 123.0, 132.0, 133.0]);
        let fast = patches(&x, 2, true).unwrap();
        assert_eq!(row(&fast, 4), [22.0, 122.0, 23.0, 123.0, 32.0, 132.0, 33.0, 133.0]);
        for back in [unpack(&slow, 2, 2, 3).unwrap(), unpatch(&fast, 2, 2, 3).unwrap()] {
            assert_eq!(
                back.flatten_all().unwrap().to_vec1::<f32>().unwrap(),
                x.flatten_all().unwrap().to_vec1::<f32>().unwrap()
            );
        }
        patches(&x, 4, false).unwrap_err();
        unpack(&slow, 2, 2, 2).unwrap_err();
        unpatch(&slow, 3, 2, 3).unwrap_err();
    }
}
