//! Which thing a sticker shows: a small classifier, fitted on the real pictures of the training set by
//! `models/sticker-64/train/judge.py`, which says how and is the reference. It looks at beginnings of pictures, so that
//! one that goes astray is not drawn to its end.

use std::sync::OnceLock;

use safetensors::{Dtype, SafeTensors};

use super::crisp::bounded;
use crate::scene::ThingId;

static WEIGHTS: &[u8] = include_bytes!("../../../../models/sticker-64/judge.safetensors");

/// Side of the picture that it looks at, of its colour thumbnail, of the cells of its histograms of directions.
const SIDE: usize = 32;
const THUMB: usize = SIDE / 2;
const CELLS: usize = SIDE / 4;
const DIRECTIONS: usize = 8;
/// Features of a picture.
pub const FEATURES: usize = THUMB * THUMB * 4 + 2 * CELLS * CELLS * DIRECTIONS;
const WIDTH: usize = 128;

/// Its weights.
pub struct Judge {
    mean: Vec<f32>,
    /// `[FEATURES, WIDTH]`
    project: Vec<f32>,
    /// A unit row for each thing.
    things: Vec<f32>,
    /// For each thing, whether the real pictures of it are their own mirror images: 1, else 0.
    mirrored: Vec<u8>,
}

/// The one inside this program.
pub fn judge() -> &'static Judge {
    static JUDGE: OnceLock<Judge> = OnceLock::new();
    JUDGE.get_or_init(|| Judge::parse(WEIGHTS).unwrap_or_else(|e| unreachable!("the judge inside the program: {e}")))
}

impl Judge {
    fn parse(bytes: &[u8]) -> Result<Self, safetensors::SafeTensorError> {
        let all = SafeTensors::deserialize(bytes)?;
        let read = |name: &str| -> Result<Vec<f32>, safetensors::SafeTensorError> {
            let it = all.tensor(name)?;
            let data = it.data();
            Ok(match it.dtype() {
                Dtype::F16 => data.chunks_exact(2).map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
                _ => data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
            })
        };
        let mirrored = all.tensor("mirrored")?.data().to_vec();
        Ok(Self { mean: read("mean")?, project: read("project")?, things: read("things")?, mirrored })
    }

    /// Whether pictures of a thing are their own mirror images.
    pub fn is_mirrored(&self, thing: ThingId) -> bool {
        self.mirrored.get(usize::from(thing)) == Some(&1)
    }

    /// By how much a picture looks more like `thing` than like any other, -2 to 2: above 0, it shows it. `x`: what the
    /// network predicts, `side * side * 4` values in [-1, 1], premultiplied; `side` a multiple of 32.
    pub fn margin(&self, x: &[f32], side: usize, thing: ThingId) -> f32 {
        let scores = self.scores(&features(&shrunk(x, side)));
        let others = scores.iter().enumerate().filter(|(i, _)| *i != usize::from(thing)).map(|(_, &s)| s);
        scores.get(usize::from(thing)).map_or(0.0, |own| own - others.fold(f32::MIN, f32::max))
    }

    /// The likeness to each thing, -1 to 1.
    pub fn scores(&self, features: &[f32]) -> Vec<f32> {
        let mut z = [0.0f32; WIDTH];
        for ((f, mean), row) in features.iter().zip(&self.mean).zip(self.project.chunks_exact(WIDTH)) {
            z.iter_mut().zip(row).for_each(|(z, w)| *z += (f - mean) * w);
        }
        let length = z.iter().map(|v| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        let cosine = |row: &[f32]| row.iter().zip(&z).map(|(a, b)| a * b).sum::<f32>() / length;
        self.things.chunks_exact(WIDTH).map(cosine).collect()
    }
}

/// The network's output as a picture of 32 x 32 in [0, 1], colour within alpha.
pub fn shrunk(x: &[f32], side: usize) -> Vec<f32> {
    let block = side / SIDE;
    let mut out = vec![0.0; SIDE * SIDE * 4];
    for (i, pixel) in x.chunks_exact(4).enumerate() {
        let at = 4 * (i / side / block * SIDE + i % side / block);
        out[at..at + 4].iter_mut().zip(bounded(pixel)).for_each(|(o, v)| *o += v / (block * block) as f32);
    }
    out
}

/// Its colours, coarsely, and the directions of its edges: in brightness on a gray ground, and in alpha (Dalal and
/// Triggs 2005, without their overlapping blocks).
pub fn features(x: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; THUMB * THUMB * 4];
    for (i, pixel) in x.chunks_exact(4).enumerate() {
        let at = 4 * (i / SIDE / 2 * THUMB + i % SIDE / 2);
        out[at..at + 4].iter_mut().zip(pixel).for_each(|(o, v)| *o += v / 4.0);
    }
    let bright = |p: &[f32]| (p[0] + p[1] + p[2]) / 3.0 + 0.5 * (1.0 - p[3]);
    for plane in [x.chunks_exact(4).map(bright).collect::<Vec<_>>(), x.chunks_exact(4).map(|p| p[3]).collect()] {
        let mut cells = vec![0.0; CELLS * CELLS * DIRECTIONS];
        for (i, j) in (0..SIDE).flat_map(|i| (0..SIDE).map(move |j| (i, j))) {
            let (dy, dx) = (slope(i, |i| plane[i * SIDE + j]), slope(j, |j| plane[i * SIDE + j]));
            let (size, turn) = (dy.hypot(dx), dy.atan2(dx).rem_euclid(std::f32::consts::PI));
            let turn = turn / std::f32::consts::PI * DIRECTIONS as f32;
            let (low, part) = (turn.floor(), turn.fract());
            let cell = (i / 4 * CELLS + j / 4) * DIRECTIONS;
            cells[cell + low as usize % DIRECTIONS] += size * (1.0 - part) / 16.0;
            cells[cell + (low as usize + 1) % DIRECTIONS] += size * part / 16.0;
        }
        out.extend(cells.iter().map(|v| 3.0 * (v + 1e-4).sqrt()));
    }
    out
}

/// The difference at `i`: of both neighbours, halved; at the edges, of the one and the pixel itself.
fn slope(i: usize, at: impl Fn(usize) -> f32) -> f32 {
    match i {
        0 => at(1) - at(0),
        i if i == SIDE - 1 => at(i) - at(i - 1),
        i => (at(i + 1) - at(i - 1)) / 2.0,
    }
}
