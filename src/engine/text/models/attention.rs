//! Causal attention with rotary positions over a cache that is allocated once.
//!
//! Query heads that share a key head (grouped queries) read it where it lies; nothing is copied for them, nothing is
//! concatenated. On the CPU the sums are our own loops: each (token, head) is summed in one fixed order, whatever
//! else is read with it, so a prompt gives the same numbers read at once, in pieces, or from the cache of the turn
//! before. On other devices the same sums are candle's.

use candle_core::{DType, Device, Result, Tensor};
use rayon::prelude::*;

use super::kv::Rows;
use crate::domain::KvType;

/// Multiplications below which a second thread costs more than it brings.
const WORTH_THREADS: usize = 1 << 19;

/// Sizes of an attention layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    pub heads: usize,
    /// Key and value heads; divides `heads`.
    pub kv_heads: usize,
    /// Width of a head.
    pub width: usize,
}

impl Shape {
    /// Query heads for each key head.
    fn group(&self) -> usize {
        self.heads / self.kv_heads
    }
}

/// Rotary position embedding (Su et al., 2021): the angles of every position.
#[derive(Clone, Debug)]
pub struct Rope {
    /// Pairs that turn in each head; the rest of a head stays as it is.
    pairs: usize,
    /// Whether pair `i` is elements `i` and `i + pairs` (NeoX), else `2i` and `2i + 1` (Llama as GGUF stores it).
    halves: bool,
    /// `[positions, pairs]`.
    cos: Vec<f32>,
    sin: Vec<f32>,
}

impl Rope {
    /// Angles of the positions below `positions`: `position * frequencies[i]` for pair `i`; what is turned is also
    /// multiplied by `magnitude`.
    pub fn new(frequencies: &[f64], positions: usize, halves: bool, magnitude: f32) -> Self {
        let angles = (0..positions).flat_map(|p| frequencies.iter().map(move |f| p as f64 * f));
        let (sin, cos) = angles.map(|a| (magnitude * a.sin() as f32, magnitude * a.cos() as f32)).unzip();
        Self { pairs: frequencies.len(), halves, cos, sin }
    }

    /// Turns the heads of one token in place.
    fn turn(&self, heads: &mut [f32], width: usize, position: usize) {
        let row = position * self.pairs..(position + 1) * self.pairs;
        let (cos, sin) = (&self.cos[row.clone()], &self.sin[row]);
        for head in heads.chunks_exact_mut(width) {
            for i in 0..self.pairs {
                let (a, b) = if self.halves { (i, i + self.pairs) } else { (2 * i, 2 * i + 1) };
                let (x, y) = (head[a], head[b]);
                head[a] = x * cos[i] - y * sin[i];
                head[b] = x * sin[i] + y * cos[i];
            }
        }
    }

    /// The rows for `len` positions from `start` as tensors `[len, pairs]`.
    fn rows(&self, start: usize, len: usize, device: &Device) -> Result<(Tensor, Tensor)> {
        let row = start * self.pairs..(start + len) * self.pairs;
        let rows = |all: &[f32]| Tensor::from_slice(&all[row.clone()], (len, self.pairs), device);
        Ok((rows(&self.cos)?, rows(&self.sin)?))
    }
}

/// How a layer looks at what was read.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// What scores are multiplied with.
    pub scale: f32,
    /// Scores are bent under this: `cap * tanh(score / cap)`.
    pub cap: Option<f32>,
    /// Looks back this many tokens, itself counted.
    pub window: Option<usize>,
    /// `None`: positions are not seen.
    pub rope: Option<&'a Rope>,
}

impl Look<'_> {
    /// The first position that the one at `position` sees.
    fn first(&self, position: usize) -> usize {
        self.window.map_or(0, |window| (position + 1).saturating_sub(window))
    }

    fn bent(&self, score: f32) -> f32 {
        self.cap.map_or(score, |cap| cap * (score / cap).tanh())
    }
}

/// Keys and values of the tokens that were read, for one layer. Room for `room` tokens.
pub struct Cache {
    shape: Shape,
    room: usize,
    store: Store,
}

enum Store {
    /// `[kv_heads, room, width]` each. The system hands out the memory as it is first written.
    Cpu { keys: Rows, values: Rows },
    /// `[1, kv_heads, room, width]` each.
    Device { keys: Tensor, values: Tensor },
}

impl Cache {
    pub fn new(shape: Shape, room: usize, kv: KvType, device: &Device) -> Result<Self> {
        let store = if device.is_cpu() {
            let rows = || Rows::new(shape.kv_heads * room, shape.width, kv);
            Store::Cpu { keys: rows(), values: rows() }
        } else {
            Self::on_device(shape, room, device)?
        };
        Ok(Self { shape, room, store })
    }

    fn on_device(shape: Shape, room: usize, device: &Device) -> Result<Store> {
        // No device likes empty tensors.
        let zeros = || Tensor::zeros((1, shape.kv_heads, room.max(1), shape.width), DType::F32, device);
        Ok(Store::Device { keys: zeros()?, values: zeros()? })
    }

    /// Puts the tokens at `position..` into the cache and lets each look at itself and all before it.
    ///
    /// `q` is `[tokens, heads * width]`, `k` and `v` are `[tokens, kv_heads * width]`, all f32 and not turned yet;
    /// the result is `[tokens, heads * width]`.
    pub fn attend(&mut self, q: &Tensor, k: &Tensor, v: &Tensor, position: usize, look: Look) -> Result<Tensor> {
        let tokens = q.dim(0)?;
        if position + tokens > self.room {
            candle_core::bail!("{} tokens do not fit into a context of {}", position + tokens, self.room);
        }
        match &mut self.store {
            Store::Cpu { keys, values } => {
                let [mut q, mut k, v] = [q, k, v].map(|t| t.flatten_all().and_then(|t| t.to_vec1::<f32>()));
                let (q, k, v) = (q.as_deref_mut(), k.as_deref_mut(), v.as_deref());
                let (Ok(q), Ok(k), Ok(v)) = (q, k, v) else { candle_core::bail!("attention is computed in f32") };
                let width = self.shape.width;
                if let Some(rope) = look.rope {
                    for (i, row) in q.chunks_exact_mut(self.shape.heads * width).enumerate() {
                        rope.turn(row, width, position + i);
                    }
                    for (i, row) in k.chunks_exact_mut(self.shape.kv_heads * width).enumerate() {
                        rope.turn(row, width, position + i);
                    }
                }
                for (rows, store) in [(&*k, &mut *keys), (v, &mut *values)] {
                    for (i, head) in rows.chunks_exact(width).enumerate() {
                        let (token, kv) = (i / self.shape.kv_heads, i % self.shape.kv_heads);
                        store.write(kv * self.room + position + token, head);
                    }
                }
                let out = attend_cpu(self.shape, self.room, q, (keys, values), position, look);
                Tensor::from_vec(out, (tokens, self.shape.heads * width), &Device::Cpu)
            }
            Store::Device { keys, values } => attend_device(self.shape, (q, k, v), (keys, values), position, look),
        }
    }
}

/// Attention of turned queries `[tokens, heads, width]` over the cache; gives the same layout.
fn attend_cpu(
    shape: Shape,
    room: usize,
    q: &[f32],
    (keys, values): (&Rows, &Rows),
    position: usize,
    look: Look,
) -> Vec<f32> {
    let Shape { heads, kv_heads, width } = shape;
    let tokens = q.len() / (heads * width);
    // The heads of one token that share a key head lie side by side: one unit of work.
    let unit = shape.group() * width;
    let mut out = vec![0.0; q.len()];
    let work = |scratch: &mut Scratch, i: usize, out: &mut [f32]| {
        let (token, kv) = (i / kv_heads, i % kv_heads);
        let seen = kv * room + look.first(position + token)..kv * room + position + token + 1;
        one_group(&q[i * unit..(i + 1) * unit], (keys, values), seen, width, look, scratch, out);
    };
    if tokens * (position + tokens) * heads * width < WORTH_THREADS {
        let mut scratch = Scratch::default();
        out.chunks_exact_mut(unit).enumerate().for_each(|(i, out)| work(&mut scratch, i, out));
    } else {
        let each = out.par_chunks_exact_mut(unit).enumerate();
        each.for_each_init(Scratch::default, |scratch, (i, out)| work(scratch, i, out));
    }
    out
}

/// Memory that is used again for each unit of work.
#[derive(Default)]
struct Scratch {
    scores: Vec<f32>,
    row: Vec<f32>,
}

/// `out` = softmax(q · keys * scale) · values for the queries of one token that share the key head whose rows are
/// `seen`.
fn one_group(
    q: &[f32],
    (keys, values): (&Rows, &Rows),
    seen: std::ops::Range<usize>,
    width: usize,
    look: Look,
    scratch: &mut Scratch,
    out: &mut [f32],
) {
    let len = seen.len();
    let Scratch { scores, row } = scratch;
    row.resize(width, 0.0);
    scores.clear();
    scores.resize(len * (q.len() / width), 0.0);
    for (j, at) in seen.clone().enumerate() {
        let key = keys.read(at, row);
        for (g, q) in q.chunks_exact(width).enumerate() {
            scores[g * len + j] = look.bent(dot(q, key) * look.scale);
        }
    }
    let mut sums = [0.0_f32; GROUP_MAX];
    for (scores, sum) in scores.chunks_exact_mut(len).zip(&mut sums) {
        let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for score in scores.iter_mut() {
            *score = (*score - top).exp();
            *sum += *score;
        }
    }
    for (j, at) in seen.enumerate() {
        let value = values.read(at, row);
        for (g, out) in out.chunks_exact_mut(width).enumerate() {
            let weight = scores[g * len + j];
            for (out, x) in out.iter_mut().zip(value) {
                *out += weight * x;
            }
        }
    }
    for (out, sum) in out.chunks_exact_mut(width).zip(sums) {
        out.iter_mut().for_each(|x| *x /= sum);
    }
}

/// Query heads that may share a key head.
pub const GROUP_MAX: usize = 64;

/// Scalar product in sixteen lanes, so that the compiler can use vectors.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0_f32; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let tail: f32 = a.remainder().iter().zip(b.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a.zip(b) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    sums.iter().sum::<f32>() + tail
}

/// The same by candle's operators, for any device.
fn attend_device(
    shape: Shape,
    (q, k, v): (&Tensor, &Tensor, &Tensor),
    (keys, values): (&Tensor, &Tensor),
    position: usize,
    look: Look,
) -> Result<Tensor> {
    let Shape { heads, kv_heads, width } = shape;
    let tokens = q.dim(0)?;
    let len = position + tokens;
    let split = |x: &Tensor, heads| x.reshape((1, tokens, heads, width))?.transpose(1, 2)?.contiguous();
    let rows = look.rope.map(|rope| rope.rows(position, tokens, q.device())).transpose()?;
    let turn = |x: Tensor| -> Result<Tensor> {
        let (Some(rope), Some((cos, sin))) = (look.rope, &rows) else { return Ok(x) };
        let part = x.narrow(3, 0, 2 * rope.pairs)?.contiguous()?;
        let turned = if rope.halves {
            candle_nn::rotary_emb::rope(&part, cos, sin)?
        } else {
            candle_nn::rotary_emb::rope_i(&part, cos, sin)?
        };
        if 2 * rope.pairs == width {
            return Ok(turned);
        }
        Tensor::cat(&[turned, x.narrow(3, 2 * rope.pairs, width - 2 * rope.pairs)?], 3)?.contiguous()
    };
    keys.slice_set(&turn(split(k, kv_heads)?)?, 2, position)?;
    values.slice_set(&split(v, kv_heads)?, 2, position)?;

    let q = turn(split(q, heads)?)?.reshape((kv_heads, shape.group() * tokens, width))?;
    let keys = keys.squeeze(0)?.narrow(1, 0, len)?;
    let values = values.squeeze(0)?.narrow(1, 0, len)?;
    let mut scores = (q.matmul(&keys.transpose(1, 2)?)? * f64::from(look.scale))?;
    if let Some(cap) = look.cap {
        scores = ((scores / f64::from(cap))?.tanh()? * f64::from(cap))?;
    }
    let mut scores = scores.reshape((kv_heads, shape.group(), tokens, len))?;
    if tokens > 1 || look.first(position) > 0 {
        let shown = |i: usize, j: usize| j <= position + i && j >= look.first(position + i);
        let mask = (0..tokens).flat_map(|i| (0..len).map(move |j| if shown(i, j) { 0.0 } else { f32::NEG_INFINITY }));
        let mask: Vec<f32> = mask.collect();
        scores = scores.broadcast_add(&Tensor::from_vec(mask, (1, 1, tokens, len), q.device())?)?;
    }
    let weights = candle_nn::ops::softmax_last_dim(&scores)?;
    let out = weights.reshape((kv_heads, shape.group() * tokens, len))?.matmul(&values)?;
    out.reshape((heads, tokens, width))?.transpose(0, 1)?.reshape((tokens, heads * width))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { heads: 6, kv_heads: 2, width: 24 };

    fn inputs(tokens: usize) -> [Tensor; 3] {
        let value = |n: usize, i: usize| ((i * 37 + n * 11) % 101) as f32 / 50.0 - 1.0;
        [(0, SHAPE.heads), (1, SHAPE.kv_heads), (2, SHAPE.kv_heads)].map(|(n, heads)| {
            let all: Vec<f32> = (0..tokens * heads * SHAPE.width).map(|i| value(n, i)).collect();
            Tensor::from_vec(all, (tokens, heads * SHAPE.width), &Device::Cpu).unwrap()
        })
    }

    fn rope(halves: bool) -> Rope {
        let frequencies: Vec<f64> = (0..10).map(|i| 100_f64.powf(-f64::from(i) / 10.0)).collect();
        Rope::new(&frequencies, 64, halves, 1.0)
    }

    fn look(rope: &Rope) -> Look<'_> {
        Look { scale: 0.2, cap: None, window: None, rope: Some(rope) }
    }

    fn run(cache: &mut Cache, look: Look, tokens: usize, pieces: &[usize]) -> Vec<f32> {
        let [q, k, v] = inputs(tokens);
        let mut out = Vec::new();
        let mut at = 0;
        for &n in pieces {
            let [q, k, v] = [&q, &k, &v].map(|t| t.narrow(0, at, n).unwrap());
            let piece = cache.attend(&q, &k, &v, at, look).unwrap();
            out.extend(piece.flatten_all().unwrap().to_vec1::<f32>().unwrap());
            at += n;
        }
        out
    }

    fn cpu(room: usize, kv: KvType) -> Cache {
        Cache::new(SHAPE, room, kv, &Device::Cpu).unwrap()
    }

    fn worst(a: &[f32], b: &[f32]) -> f32 {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn our_loops_agree_with_candles_operators() {
        for halves in [false, true] {
            let rope = rope(halves);
            for look in [
                look(&rope),
                Look { window: Some(5), ..look(&rope) },
                Look { cap: Some(0.5), ..look(&rope) },
                Look { rope: None, ..look(&rope) },
            ] {
                let ours = run(&mut cpu(40, KvType::F32), look, 33, &[20, 1, 12]);
                let store = Cache::on_device(SHAPE, 40, &Device::Cpu).unwrap();
                let theirs = run(&mut Cache { shape: SHAPE, room: 40, store }, look, 33, &[20, 1, 12]);
                assert!(worst(&ours, &theirs) < 2e-6, "{}", worst(&ours, &theirs));
            }
        }
    }

    #[test]
    fn pieces_give_the_same_bits() {
        let rope = rope(false);
        for kv in KvType::ALL {
            let whole = run(&mut cpu(64, kv), look(&rope), 64, &[64]);
            let pieces = run(&mut cpu(64, kv), look(&rope), 64, &[1, 30, 2, 31]);
            assert!(whole == pieces, "{kv:?}");
        }
    }

    #[test]
    fn packed_caches_are_near_the_exact_one() {
        let rope = rope(true);
        let exact = run(&mut cpu(64, KvType::F32), look(&rope), 64, &[64]);
        for (kv, off) in [(KvType::F16, 1e-3), (KvType::Q8_0, 2e-2)] {
            let packed = run(&mut cpu(64, kv), look(&rope), 64, &[64]);
            let found = worst(&exact, &packed);
            assert!(found > 0.0 && found < off, "{kv:?}: {found}");
        }
    }

    #[test]
    fn a_full_cache_is_an_error() {
        let [q, k, v] = inputs(5);
        assert!(cpu(8, KvType::F32).attend(&q, &k, &v, 4, look(&rope(false))).is_err());
    }
}
