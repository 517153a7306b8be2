//! Causal attention with rotary positions over a cache that is allocated once.
//!
//! Query heads that share a key head (grouped-query attention) read it in place; nothing is copied for them, nothing is
//! concatenated. On the CPU the sums are our own loops ([`cached`]): each (token, head) is summed in one fixed order,
//! whatever else is read with it, so a prompt gives the same bits whether it is processed at once, in chunks, or from
//! the cache. Other devices use candle.

use candle_core::{DType, Device, Result, Tensor};

use crate::domain::KvType;
use crate::engine::kernels::cached::{self, Reach};
use crate::engine::kernels::cpu::{Rows, for_rows};

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
    /// Rotated pairs per head; the rest of a head is unchanged.
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

    /// Rotates the heads of one token in place.
    fn turn(&self, heads: &mut [f32], width: usize, position: usize) {
        let row = position * self.pairs..(position + 1) * self.pairs;
        let angles = self.cos[row.clone()].iter().zip(&self.sin[row]);
        let turn = |x: &mut f32, y: &mut f32, (cos, sin): (&f32, &f32)| {
            (*x, *y) = (*x * cos - *y * sin, *x * sin + *y * cos);
        };
        for head in heads.chunks_exact_mut(width) {
            if self.halves {
                let (left, right) = head[..2 * self.pairs].split_at_mut(self.pairs);
                left.iter_mut().zip(right).zip(angles.clone()).for_each(|((x, y), angle)| turn(x, y, angle));
            } else {
                let pairs = head.as_chunks_mut::<2>().0.iter_mut();
                pairs.zip(angles.clone()).for_each(|([x, y], angle)| turn(x, y, angle));
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

/// The attention settings of a layer.
#[derive(Clone, Copy)]
pub struct AttentionRule<'a> {
    pub reach: Reach,
    /// `None`: no position embedding.
    pub rope: Option<&'a Rope>,
}

/// The KV cache of one layer, with room for `room` tokens.
pub struct Cache {
    shape: Shape,
    room: usize,
    store: Store,
}

enum Store {
    Cpu(cached::Store),
    /// `[1, kv_heads, room, width]` each.
    Device {
        keys: Tensor,
        values: Tensor,
    },
}

fn kept(kv: KvType) -> cached::Kept {
    match kv {
        KvType::F32 => cached::Kept::F32,
        KvType::F16 => cached::Kept::F16,
        KvType::Q8_0 => cached::Kept::Q8,
    }
}

impl Cache {
    /// An empty cache for `room` tokens.
    ///
    /// # Errors
    /// Not enough memory on the device.
    pub fn new(shape: Shape, room: usize, kv: KvType, device: &Device) -> Result<Self> {
        let store = if device.is_cpu() {
            Store::Cpu(cached::Store::new(shape.kv_heads, room, shape.width, kept(kv)))
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

    /// Appends the tokens at `position..` to the cache; each attends to itself and all before it.
    ///
    /// `q` is `[tokens, heads * width]`, `k` and `v` are `[tokens, kv_heads * width]`, all f32 and before RoPE;
    /// the result is `[tokens, heads * width]`.
    pub fn attend(
        &mut self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        position: usize,
        rule: AttentionRule,
    ) -> Result<Tensor> {
        let tokens = q.dim(0)?;
        if position + tokens > self.room {
            candle_core::bail!("{} tokens do not fit into a context of {}", position + tokens, self.room);
        }
        match &mut self.store {
            Store::Cpu(store) => {
                let Shape { heads, kv_heads, width } = self.shape;
                let (q, k, v) = (q.storage_and_layout(), k.storage_and_layout(), v.storage_and_layout());
                let (all, few) = ((tokens, heads * width), (tokens, kv_heads * width));
                let (q, k, v) = (Rows::of(&q.0, q.1, all)?, Rows::of(&k.0, k.1, few)?, Rows::of(&v.0, v.1, few)?);
                let turned = |from: &[f32], to: &mut [f32], i: usize| {
                    to.copy_from_slice(from);
                    if let Some(rope) = rule.rope {
                        rope.turn(to, width, position + i);
                    }
                };
                store.write((position, tokens), |i, key| turned(k.row(i), key, i), |i| v.row(i))?;
                let mut queries = vec![0.0; tokens * heads * width];
                for_rows(
                    &mut queries,
                    heads * width,
                    #[inline(always)]
                    |first, rows| {
                        rows.chunks_exact_mut(heads * width).zip(first..).for_each(|(row, i)| turned(q.row(i), row, i));
                    },
                )?;
                let out = cached::attend(store, heads, &queries, position, rule.reach)?;
                Tensor::from_vec(out, (tokens, heads * width), &Device::Cpu)
            }
            Store::Device { keys, values } => attend_device(self.shape, (q, k, v), (keys, values), position, rule),
        }
    }
}

/// Attention by candle's operators, for any device.
fn attend_device(
    shape: Shape,
    (q, k, v): (&Tensor, &Tensor, &Tensor),
    (keys, values): (&Tensor, &Tensor),
    position: usize,
    rule: AttentionRule,
) -> Result<Tensor> {
    let Shape { heads, kv_heads, width } = shape;
    let tokens = q.dim(0)?;
    let len = position + tokens;
    let split = |x: &Tensor, heads| x.reshape((1, tokens, heads, width))?.transpose(1, 2)?.contiguous();
    let rows = rule.rope.map(|rope| rope.rows(position, tokens, q.device())).transpose()?;
    let turn = |x: Tensor| -> Result<Tensor> {
        let (Some(rope), Some((cos, sin))) = (rule.rope, &rows) else { return Ok(x) };
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
    let mut scores = (q.matmul(&keys.transpose(1, 2)?)? * f64::from(rule.reach.scale))?;
    if let Some(cap) = rule.reach.cap {
        scores = ((scores / f64::from(cap))?.tanh()? * f64::from(cap))?;
    }
    let mut scores = scores.reshape((kv_heads, shape.group(), tokens, len))?;
    if tokens > 1 || rule.reach.seen(position).start > 0 {
        let shown = |i: usize, j: usize| rule.reach.seen(position + i).contains(&j);
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

    fn rule(rope: &Rope) -> AttentionRule<'_> {
        AttentionRule { reach: Reach { scale: 0.2, cap: None, window: None }, rope: Some(rope) }
    }

    fn run(cache: &mut Cache, rule: AttentionRule, tokens: usize, pieces: &[usize]) -> Vec<f32> {
        let [q, k, v] = inputs(tokens);
        let mut out = Vec::new();
        let mut at = 0;
        for &n in pieces {
            let [q, k, v] = [&q, &k, &v].map(|t| t.narrow(0, at, n).unwrap());
            let piece = cache.attend(&q, &k, &v, at, rule).unwrap();
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
            for rule in [
                rule(&rope),
                AttentionRule { reach: Reach { window: Some(5), ..rule(&rope).reach }, ..rule(&rope) },
                AttentionRule { reach: Reach { cap: Some(0.5), ..rule(&rope).reach }, ..rule(&rope) },
                AttentionRule { rope: None, ..rule(&rope) },
            ] {
                let ours = run(&mut cpu(40, KvType::F32), rule, 33, &[20, 1, 12]);
                let store = Cache::on_device(SHAPE, 40, &Device::Cpu).unwrap();
                let theirs = run(&mut Cache { shape: SHAPE, room: 40, store }, rule, 33, &[20, 1, 12]);
                assert!(worst(&ours, &theirs) < 2e-6, "{}", worst(&ours, &theirs));
            }
        }
    }

    #[test]
    fn pieces_give_the_same_bits() {
        let rope = rope(false);
        for kv in KvType::ALL {
            let whole = run(&mut cpu(64, kv), rule(&rope), 64, &[64]);
            let pieces = run(&mut cpu(64, kv), rule(&rope), 64, &[1, 30, 2, 31]);
            assert!(whole == pieces, "{kv:?}");
        }
    }

    #[test]
    fn long_texts_are_looked_at_in_parts() {
        let rope = Rope::new(&[1.0, 0.1, 0.01], 600, false, 1.0);
        for reach in [rule(&rope).reach, Reach { window: Some(300), ..rule(&rope).reach }] {
            let rule = AttentionRule { reach, rope: Some(&rope) };
            let store = Cache::on_device(SHAPE, 600, &Device::Cpu).unwrap();
            let theirs = run(&mut Cache { shape: SHAPE, room: 600, store }, rule, 600, &[600]);
            for kv in KvType::ALL {
                let whole = run(&mut cpu(600, kv), rule, 600, &[600]);
                let pieces = run(&mut cpu(600, kv), rule, 600, &[255, 2, 1, 254, 87, 1]);
                assert!(whole == pieces, "{kv:?}");
                let off = worst(&whole, &theirs);
                assert!(off < [3e-6, 1e-3, 2e-2][kv as usize], "{kv:?}: {off}");
            }
        }
    }

    #[test]
    fn packed_caches_are_near_the_exact_one() {
        let rope = rope(true);
        let exact = run(&mut cpu(64, KvType::F32), rule(&rope), 64, &[64]);
        for (kv, off) in [(KvType::F16, 1e-3), (KvType::Q8_0, 2e-2)] {
            let packed = run(&mut cpu(64, kv), rule(&rope), 64, &[64]);
            let found = worst(&exact, &packed);
            assert!(found > 0.0 && found < off, "{kv:?}: {found}");
        }
    }

    #[test]
    fn a_full_cache_is_an_error() {
        let [q, k, v] = inputs(5);
        assert!(cpu(8, KvType::F32).attend(&q, &k, &v, 4, rule(&rope(false))).is_err());
    }
}
