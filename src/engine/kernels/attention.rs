//! Scaled dot-product attention (Vaswani et al. 2017) over heads that are read in place.
//!
//! Keys are processed block by block (Rabe and Staats 2021, Dao et al. 2022: a running maximum and sum for each query),
//! and queries in chunks, so that the scores held at a time are a chunk times a block for each thread: the 4096 x 4096
//! scores of eight heads of a 512 x 512 picture would take 512 MB, and never exist all at once.

use candle_core::{D, DType, Result, Tensor, bail};
use rayon::prelude::*;

use super::cpu::{Shared, as_f32, exp, is_ours, numbers, tensor};
use super::dense::{How, Panels, Rows, Stretch, WIDE, WordKind, Words, pair, pairs};
use crate::job::{self, Current};

/// Queries per chunk and keys per block: with the head's values, their scores (240 KiB) fit a core's own cache.
const QUERIES: usize = 64;
const KEYS: usize = 20 * WIDE;
/// Scores that candle's operators may hold (256 MiB in f32).
const WHOLE_SCORES: usize = 1 << 26;

/// How to attend.
#[derive(Clone, Copy, Debug)]
pub struct Attend<'a> {
    pub heads: usize,
    /// `None`: 1 / sqrt(head dimension).
    pub scale: Option<f64>,
    /// Causal: a query sees the keys up to its own position only.
    pub causal: bool,
    /// Added to the scaled scores; `[B or 1, heads or 1, queries or 1, keys]`.
    pub bias: Option<&'a Tensor>,
    /// On the CPU: matmuls in bf16 where the processor has them; scores, softmax and all sums stay f32.
    pub half: bool,
}

impl Attend<'_> {
    /// Attention with this many heads, without mask or bias.
    pub fn heads(heads: usize) -> Self {
        Self { heads, scale: None, causal: false, bias: None, half: false }
    }

    /// The same in bf16, or not.
    pub fn half(self, half: bool) -> Self {
        Self { half, ..self }
    }
}

/// `q` `[B, Lq, heads * D]`, `k` `[B, Lk, heads * D]`, `v` `[B, Lk, heads * E]` -> `[B, Lq, heads * E]`.
pub fn attention(q: &Tensor, k: &Tensor, v: &Tensor, how: Attend) -> Result<Tensor> {
    let ((b, lq, dq), (bk, lk, dk), (bv, lv, dv)) = (q.dims3()?, k.dims3()?, v.dims3()?);
    let heads = how.heads;
    let whole = heads > 0 && dq.is_multiple_of(heads) && dv.is_multiple_of(heads);
    if !whole || dq != dk || b != bk || b != bv || lk != lv || lk == 0 || dq == 0 {
        bail!("{heads} heads cannot attend with {:?}, {:?}, {:?}", q.shape(), k.shape(), v.shape());
    }
    if how.causal && lq != lk {
        bail!("causal attention of {lq} queries to {lk} keys has no meaning here");
    }
    let fits = |(dim, full): (&usize, usize)| *dim == full || *dim == 1;
    if let Some(bias) = how.bias
        && (bias.rank() != 4 || !bias.dims().iter().zip([b, heads, lq, lk]).all(fits) || bias.dims()[3] != lk)
    {
        bail!("a bias of {:?} does not fit scores of {:?}", bias.shape(), [b, heads, lq, lk]);
    }
    let scale = how.scale.unwrap_or(1.0 / ((dq / heads) as f64).sqrt());
    if is_ours(q) && is_ours(k) && is_ours(v) {
        ours(q, k, v, how, scale as f32)
    } else {
        by_candle(q, k, v, how, scale)
    }
}

fn ours(q: &Tensor, k: &Tensor, v: &Tensor, how: Attend, scale: f32) -> Result<Tensor> {
    let ((b, lq, dq), (_, lk, dv)) = (q.dims3()?, v.dims3()?);
    let heads = how.heads;
    let (d, e) = (dq / heads, dv / heads);
    let (q, k, v) = (as_f32(q)?, as_f32(k)?, as_f32(v)?);
    let (q_s, q_l) = q.storage_and_layout();
    let (k_s, k_l) = k.storage_and_layout();
    let (v_s, v_l) = v.storage_and_layout();
    let (q, k, v) = (numbers(&q_s, q_l)?, numbers(&k_s, k_l)?, numbers(&v_s, v_l)?);
    let bias_tensor = how.bias.map(as_f32).transpose()?;
    let bias = bias_tensor.as_ref().map(Tensor::storage_and_layout);
    let bias = bias.as_ref().map(|(s, l)| Ok::<_, candle_core::Error>((numbers(s, l)?, l.dims().to_vec())));
    let bias = bias.transpose()?;

    let mut out = vec![0.0; b * lq * dv];
    if out.is_empty() {
        return tensor(out, (b, lq, dv));
    }
    let kind =
        if how.half && d.is_multiple_of(2) && WordKind::Bf16.is_there() { WordKind::Bf16 } else { WordKind::F32 };
    let half_queries = (kind == WordKind::Bf16).then(|| pairs(q)).transpose()?;
    let job = Current::of_this_thread();
    // Each head's keys and values, by blocks.
    let blocks = (0..b * heads * lk.div_ceil(KEYS)).into_par_iter().map(|i| {
        let (head, first) = (i / lk.div_ceil(KEYS), i % lk.div_ceil(KEYS) * KEYS);
        let (picture, head, count) = (head / heads, head % heads, KEYS.min(lk - first));
        if job.is_cancelled() {
            return (Panels::with_room(kind, 0, 0), Panels::with_room(kind, 0, 0));
        }
        let keys = &k[(picture * lk + first) * dq + head * d..];
        let values = &v[(picture * lk + first) * dv + head * e..];
        match kind {
            WordKind::F32 => (
                Panels::build(kind, [count, d, 1], |key, c, _| keys[key * dq + c].to_bits()),
                Panels::build(kind, [e, count, 1], |c, key, _| values[key * dv + c].to_bits()),
            ),
            WordKind::Bf16 => {
                let value = |key: usize, c: usize| if key < count { values[key * dv + c] } else { 0.0 };
                let keys = |key: usize, c: usize| pair(keys[key * dq + 2 * c], keys[key * dq + 2 * c + 1]);
                (
                    Panels::build(kind, [count, d / 2, 1], |key, c, _| keys(key, c)),
                    Panels::build(kind, [e, count.div_ceil(2), 1], |c, key, _| {
                        pair(value(2 * key, c), value(2 * key + 1, c))
                    }),
                )
            }
        }
    });
    let blocks: Vec<(Panels, Panels)> = blocks.collect();
    job.check()?;
    let per_head = lk.div_ceil(KEYS);
    let chunks = lq.div_ceil(QUERIES);
    let shared = Shared::new(&mut out);
    // Neighbours in time look at the same keys.
    (0..b * heads * chunks).into_par_iter().for_each_init(Running::default, |running, i| {
        let (head, first) = (i / chunks, i % chunks * QUERIES);
        let (picture, head, count) = (head / heads, head % heads, QUERIES.min(lq - first));
        let at = ((picture * lq + first) * dq + head * d) / kind.numbers();
        let queries = half_queries.as_ref().map_or_else(|| Words::F32(&q[at..]), |pairs| Words::Bf16(&pairs[at..]));
        running.begin(kind, count, e);
        for (n, (keys, values)) in blocks[(picture * heads + head) * per_head..][..per_head].iter().enumerate() {
            let (at, len) = (n * KEYS, keys.n());
            // Of a causal chunk only the keys up to its last query are ever seen.
            if how.causal && at >= first + count {
                break;
            }
            if job.is_cancelled() {
                return;
            }
            running.score(queries, dq / kind.numbers(), keys);
            for i in 0..count {
                let bias = bias.as_ref().map(|(bias, dims)| {
                    let at = |index: usize, dim: usize| if dims[dim] == 1 { 0 } else { index };
                    let line = (at(picture, 0) * dims[1] + at(head, 1)) * dims[2] + at(first + i, 2);
                    &bias[line * lk..][..lk][n * KEYS..][..len]
                });
                let seen = if how.causal { (first + i + 1).saturating_sub(at).min(len) } else { len };
                running.weigh(i, seen, scale, bias);
            }
            running.add(values);
        }
        for (i, row) in running.finish().enumerate() {
            // SAFETY: each chunk has its own queries and head.
            unsafe { shared.part((picture * lq + first + i) * dv + head * e, e) }.copy_from_slice(row);
        }
    });
    tensor(out, (b, lq, dv))
}

/// What a chunk of queries has seen so far.
#[derive(Default)]
struct Running {
    kind: WordKind,
    count: usize,
    /// `[count, keys of a block]`, then their weights.
    scores: Vec<f32>,
    /// The weights in words of two, for bf16 matmuls.
    pairs: Vec<u32>,
    /// `[count, e]`.
    sums: Vec<f32>,
    /// Of each query: the largest score, and the sum of the weights relative to it.
    largest: Vec<f32>,
    total: Vec<f64>,
}

impl Running {
    fn begin(&mut self, kind: WordKind, count: usize, e: usize) {
        (self.kind, self.count) = (kind, count);
        self.sums.clear();
        self.sums.resize(count * e, 0.0);
        self.largest.clear();
        self.largest.resize(count, f32::NEG_INFINITY);
        self.total.clear();
        self.total.resize(count, 0.0);
    }

    fn score(&mut self, queries: Words<'_>, step: usize, keys: &Panels) {
        self.scores.resize(self.count * keys.n(), 0.0);
        let stretch = Stretch { at: 0, first: 0, len: keys.k() };
        keys.multiply(queries, Rows::plain(self.count, step), &[stretch], &mut self.scores, How::default());
    }

    /// Turns the first `seen` scores of query `i` into weights, and the rest into 0.
    fn weigh(&mut self, i: usize, seen: usize, scale: f32, bias: Option<&[f32]>) {
        let len = self.scores.len() / self.count;
        let (row, rest) = self.scores[i * len..][..len].split_at_mut(seen);
        rest.fill(0.0);
        let largest = pulp::Arch::new()
            .dispatch(
                #[inline(always)]
                || scaled(row, scale, bias),
            )
            .max(self.largest[i]);
        if largest == f32::NEG_INFINITY {
            // Nothing to be seen, or nothing that is a number.
            let bad = row.iter().any(|x| x.is_nan());
            self.total[i] += if bad { f64::NAN } else { 0.0 };
            return row.fill(0.0);
        }
        let sum = pulp::Arch::new().dispatch(
            #[inline(always)]
            || exponentials(row, largest),
        );
        if self.largest[i] != largest {
            let shrink = if self.largest[i] == f32::NEG_INFINITY { 0.0 } else { exp(self.largest[i] - largest) };
            self.largest[i] = largest;
            self.total[i] *= f64::from(shrink);
            let e = self.sums.len() / self.count;
            self.sums[i * e..][..e].iter_mut().for_each(|x| *x *= shrink);
        }
        self.total[i] += sum;
    }

    fn add(&mut self, values: &Panels) {
        let stretch = Stretch { at: 0, first: 0, len: values.k() };
        let (rows, how) = (Rows::plain(self.count, values.k()), How { add: true, split: None });
        let weights = match self.kind {
            WordKind::F32 => Words::F32(&self.scores),
            WordKind::Bf16 => {
                self.pairs.resize(self.count * values.k(), 0);
                let rows = self.scores.chunks_exact(self.scores.len() / self.count);
                for (row, pairs) in rows.zip(self.pairs.chunks_exact_mut(values.k())) {
                    pulp::Arch::new().dispatch(
                        #[inline(always)]
                        || weight_pairs(row, pairs),
                    );
                }
                Words::Bf16(&self.pairs)
            }
        };
        values.multiply(weights, rows, &[stretch], &mut self.sums, how);
    }

    /// The weighted means.
    fn finish(&mut self) -> impl Iterator<Item = &[f32]> {
        let e = self.sums.len() / self.count;
        let rows = self.sums.chunks_exact_mut(e.max(1)).zip(&self.total);
        rows.map(|(row, total)| {
            let inverse = (1.0 / total) as f32;
            row.iter_mut().for_each(|x| *x *= inverse);
            &*row
        })
    }
}

/// Scales scores, adds the bias, and returns the largest.
#[inline(always)]
fn scaled(row: &mut [f32], scale: f32, bias: Option<&[f32]>) -> f32 {
    match bias {
        Some(bias) => row.iter_mut().zip(bias).for_each(|(x, b)| *x = *x * scale + b),
        None => row.iter_mut().for_each(|x| *x *= scale),
    }
    // Sixteen running values side by side: one alone waits for itself at every step.
    let (sixteens, rest) = row.as_chunks::<16>();
    let mut lanes = [f32::NEG_INFINITY; 16];
    for sixteen in sixteens {
        lanes.iter_mut().zip(sixteen).for_each(|(most, x)| *most = if *x > *most { *x } else { *most });
    }
    lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |most, x| if *x > most { *x } else { most })
}

/// e to the power of each score less the largest, in place; their sum.
#[inline(always)]
fn exponentials(row: &mut [f32], largest: f32) -> f64 {
    let mut lanes = [0f32; 16];
    let (sixteens, rest) = row.as_chunks_mut::<16>();
    for sixteen in sixteens {
        for (x, lane) in sixteen.iter_mut().zip(&mut lanes) {
            *x = exp(*x - largest);
            *lane += *x;
        }
    }
    let mut sum = lanes.iter().map(|lane| f64::from(*lane)).sum();
    for x in rest {
        *x = exp(*x - largest);
        sum += f64::from(*x);
    }
    sum
}

/// Weights, which are 0 to 1, as the nearest bf16 in words of two.
#[inline(always)]
fn weight_pairs(row: &[f32], pairs: &mut [u32]) {
    let (twos, rest) = row.as_chunks::<2>();
    for (word, [a, b]) in pairs.iter_mut().zip(twos) {
        *word = (a.to_bits() + 0x8000) >> 16 | (b.to_bits() + 0x8000) & 0xffff_0000;
    }
    if let ([last], Some(word)) = (rest, pairs.last_mut()) {
        *word = (last.to_bits() + 0x8000) >> 16;
    }
}

fn by_candle(q: &Tensor, k: &Tensor, v: &Tensor, how: Attend, scale: f64) -> Result<Tensor> {
    let ((b, lq, dq), (_, lk, dv)) = (q.dims3()?, v.dims3()?);
    let heads = how.heads;
    let split = |x: &Tensor, l: usize, d: usize| x.reshape((b, l, heads, d / heads))?.transpose(1, 2)?.contiguous();
    let (q, k, v) = (split(q, lq, dq)?, split(k, lk, dq)?.transpose(2, 3)?.contiguous()?, split(v, lk, dv)?);
    // Softmax in f32 whatever the type: half precision overflows at 65,504.
    let wide = if q.dtype() == DType::F64 { DType::F64 } else { DType::F32 };
    let mut bias = how.bias.map(|bias| bias.to_dtype(wide)?.to_device(q.device())).transpose()?;
    if how.causal {
        let mask: Vec<f32> = (0..lq * lk).map(|i| if i % lk > i / lk { f32::NEG_INFINITY } else { 0.0 }).collect();
        let mask = Tensor::from_vec(mask, (1, 1, lq, lk), q.device())?.to_dtype(wide)?;
        bias = Some(if let Some(bias) = bias { mask.broadcast_add(&bias)? } else { mask });
    }
    let scores = if q.device().is_cpu() { WHOLE_SCORES / 16 } else { WHOLE_SCORES };
    let chunk = (scores / (b * heads * lk)).clamp(1, lq.max(1));
    let mut parts = Vec::new();
    for first in (0..lq).step_by(chunk) {
        job::check()?;
        let count = chunk.min(lq - first);
        let scores = (q.narrow(2, first, count)?.contiguous()? * scale)?.matmul(&k)?.to_dtype(wide)?;
        let scores = match &bias {
            Some(bias) if bias.dim(2)? == lq && lq > 1 => scores.broadcast_add(&bias.narrow(2, first, count)?)?,
            Some(bias) => scores.broadcast_add(bias)?,
            None => scores,
        };
        parts.push(candle_nn::ops::softmax(&scores, D::Minus1)?.to_dtype(v.dtype())?.matmul(&v)?);
    }
    Tensor::cat(&parts, 2)?.transpose(1, 2)?.reshape((b, lq, dv))
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn random(shape: (usize, usize, usize)) -> Tensor {
        Tensor::randn(0f32, 1.5, shape, &Device::Cpu).unwrap()
    }

    #[test]
    fn it_agrees_with_candle_for_every_kind() {
        if !WordKind::Bf16.is_there() {
            crate::skipped("attention in bf16, which is computed in f32");
        }
        for (b, lq, lk, heads, d, e) in [
            (1, 1, 1, 1, 1, 1),
            (2, 9, 77, 8, 5, 5),
            (1, 300, 300, 3, 16, 8),
            (3, 77, 77, 12, 8, 8),
            (1, 40, 9000, 1, 8, 8),
        ] {
            let (q, k, v) = (random((b, lq, heads * d)), random((b, lk, heads * d)), random((b, lk, heads * e)));
            let bias = |dims: [usize; 4]| Tensor::randn(0f32, 1.0, &dims, &Device::Cpu).unwrap();
            let biases = [bias([1, heads, lq, lk]), bias([b, 1, 1, lk]), bias([1, 1, lq, lk])];
            let mut kinds = vec![Attend::heads(heads), Attend { scale: Some(1.0), ..Attend::heads(heads) }];
            kinds.extend(biases.iter().map(|bias| Attend { bias: Some(bias), ..Attend::heads(heads) }));
            if lq == lk {
                kinds.push(Attend { causal: true, ..Attend::heads(heads) });
                kinds.push(Attend { causal: true, bias: Some(&biases[0]), ..Attend::heads(heads) });
            }
            for how in kinds {
                let wide = |x: &Tensor| x.to_dtype(DType::F64).unwrap();
                let theirs = attention(&wide(&q), &wide(&k), &wide(&v), how).unwrap().to_dtype(DType::F32).unwrap();
                let ours = attention(&q, &k, &v, how).unwrap();
                let off = (ours - theirs).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
                assert!(off < 2e-5, "{how:?}: {off}");
                let theirs = attention(&wide(&q), &wide(&k), &wide(&v), how).unwrap().to_dtype(DType::F32).unwrap();
                let half = attention(&q, &k, &v, Attend { half: true, ..how }).unwrap();
                let off = (half - theirs).unwrap().sqr().unwrap().mean_all().unwrap().to_scalar::<f32>().unwrap();
                assert!(off.sqrt() < 2e-2, "{how:?} in bf16: {off}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (q, k) = (random((1, 4, 6)), random((1, 5, 6)));
        attention(&q, &k, &k, Attend::heads(4)).unwrap_err();
        attention(&q, &k, &k, Attend::heads(0)).unwrap_err();
        attention(&q, &k, &q, Attend::heads(2)).unwrap_err();
        attention(&q, &k, &k, Attend { causal: true, ..Attend::heads(2) }).unwrap_err();
        let bias = Tensor::zeros((1, 1, 3, 5), DType::F32, &Device::Cpu).unwrap();
        attention(&q, &k, &k, Attend { bias: Some(&bias), ..Attend::heads(2) }).unwrap_err();
        attention(&q, &k, &k, Attend::heads(2)).unwrap();
    }
}
