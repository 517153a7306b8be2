//! Position embeddings of patches: sines and cosines of row and column, cropped from the middle of a table.

use candle_core::{Result, Tensor, bail};

use super::config::Sd3Config;
use crate::engine::image::nets::weights::Weights;

pub(super) struct Positions {
    /// `[side, side, dim]` and its side; `None`: made for each size.
    table: Option<(Tensor, usize)>,
    /// Side of the trained picture in patches, which the coordinates are scaled to.
    base: usize,
    dim: usize,
}

impl Positions {
    /// The table is in the checkpoint; if not, it is computed.
    pub(super) fn load(config: &Sd3Config, weights: &Weights) -> Result<Self> {
        let (base, dim) = (config.sample_size / config.patch_size, config.dim());
        let table = config.pos_embed_max_size.map(|side| {
            let table = if weights.contains("pos_embed") {
                weights.get((1, side * side, dim), "pos_embed")?
            } else {
                sines(side, side, base, dim, weights)?
            };
            Ok::<_, candle_core::Error>((table.reshape((side, side, dim))?, side))
        });
        Ok(Self { table: table.transpose()?, base, dim })
    }

    /// Of `rows` x `columns` patches, `[1, rows * columns, dim]`.
    pub(super) fn get(&self, rows: usize, columns: usize, weights: &Tensor) -> Result<Tensor> {
        let Some((table, side)) = &self.table else {
            let made = make(rows, columns, self.base, self.dim);
            let made = Tensor::from_vec(made, (1, rows * columns, self.dim), weights.device())?;
            return made.to_dtype(weights.dtype());
        };
        if rows > *side || columns > *side {
            bail!("{rows} x {columns} patches are more than the {side} x {side} that this transformer has places for");
        }
        let cut = table.narrow(0, (side - rows) / 2, rows)?.narrow(1, (side - columns) / 2, columns)?;
        cut.contiguous()?.reshape((1, rows * columns, self.dim))
    }
}

fn sines(rows: usize, columns: usize, base: usize, dim: usize, weights: &Weights) -> Result<Tensor> {
    let made = make(rows, columns, base, dim);
    Tensor::from_vec(made, (1, rows * columns, dim), weights.device())?.to_dtype(weights.dtype())
}

/// For each patch the sines, then the cosines of its column, then those of its row, at `dim / 4` frequencies.
fn make(rows: usize, columns: usize, base: usize, dim: usize) -> Vec<f32> {
    // Coordinates in f32, angles in f64, as the reference has them.
    let place = |i: usize, of: usize| f64::from(i as f32 / (of as f32 / base as f32));
    let quarter = dim / 4;
    let mut all = Vec::with_capacity(rows * columns * dim);
    for row in 0..rows {
        for column in 0..columns {
            for at in [place(column, columns), place(row, rows)] {
                let angles = || (0..quarter).map(|i| at / 10_000f64.powf(i as f64 / quarter as f64));
                all.extend(angles().map(|angle| angle.sin() as f32));
                all.extend(angles().map(|angle| angle.cos() as f32));
            }
        }
    }
    all
}
