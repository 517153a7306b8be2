//! Scaled dot-product attention (Vaswani et al. 2017) over heads that are read where they lie.
//!
//! Queries are taken in chunks, so that the scores held at a time are `chunk x keys` numbers for each thread: the
//! 4096 x 4096 scores of eight heads of a 512 x 512 picture would take 512 MB at once, and are never there together.

use candle_core::{D, DType, Result, Tensor, bail};
use rayon::prelude::*;

use super::cpu::{Place, Sizes, View, contiguous, exp, is_ours, numbers, product, tensor, threads};

/// Scores that a thread holds (4 MiB: the keys are packed anew for each chunk).
const CHUNK_SCORES: usize = 1 << 20;
/// Scores that candle's operators may hold (256 MiB in f32).
const WHOLE_SCORES: usize = 1 << 26;

/// How to attend.
#[derive(Clone, Copy, Debug)]
pub struct Attend<'a> {
    pub heads: usize,
    /// `None`: 1 / sqrt(numbers of a head).
    pub scale: Option<f64>,
    /// A query sees the keys up to its own place only.
    pub causal: bool,
    /// Added to the scaled scores; `[B or 1, heads or 1, queries or 1, keys]`.
    pub bias: Option<&'a Tensor>,
}

impl Attend<'_> {
    pub fn heads(heads: usize) -> Self {
        Self { heads, scale: None, causal: false, bias: None }
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
    let (q, k, v) = (contiguous(q)?, contiguous(k)?, contiguous(v)?);
    let (q_s, q_l) = q.storage_and_layout();
    let (k_s, k_l) = k.storage_and_layout();
    let (v_s, v_l) = v.storage_and_layout();
    let (q, k, v) = (numbers(&q_s, q_l)?, numbers(&k_s, k_l)?, numbers(&v_s, v_l)?);
    let bias_tensor = how.bias.map(|bias| contiguous(&bias.to_dtype(DType::F32)?)).transpose()?;
    let bias = bias_tensor.as_ref().map(Tensor::storage_and_layout);
    let bias = bias.as_ref().map(|(s, l)| Ok::<_, candle_core::Error>((numbers(s, l)?, l.dims().to_vec())));
    let bias = bias.transpose()?;

    let mut out = vec![0.0; b * lq * dv];
    if out.is_empty() {
        return tensor(out, (b, lq, dv));
    }
    // As many queries as the scores' place holds, but work for every thread.
    let chunk = (CHUNK_SCORES / lk).clamp(16, lq.max(16)).min((b * lq).div_ceil(threads()).max(16));
    let run = |scores: &mut Vec<f32>, picture: usize, first: usize, out: &mut [f32]| {
        let m = out.len() / dv;
        for head in 0..heads {
            // Of a causal chunk only the keys up to its last query are ever seen.
            let keys = if how.causal { first + m } else { lk };
            scores.resize(m * keys, 0.0);
            let left = View { data: &q[(picture * lq + first) * dq + head * d..], rows: dq, columns: 1 };
            let right = View { data: &k[picture * lk * dq + head * d..], rows: 1, columns: dq };
            let place = Place { out: scores, stride: keys, add: false };
            product(Sizes { m, n: keys, k: d }, place, left, right, scale, false);
            for (i, row) in scores.chunks_exact_mut(keys).enumerate() {
                if let Some((bias, dims)) = &bias {
                    let at = |index: usize, dim: usize| if dims[dim] == 1 { 0 } else { index };
                    let line = (at(picture, 0) * dims[1] + at(head, 1)) * dims[2] + at(first + i, 2);
                    row.iter_mut().zip(&bias[line * lk..]).for_each(|(score, b)| *score += b);
                }
                let seen = if how.causal { first + i + 1 } else { keys };
                softmax(&mut row[..seen]);
                row[seen..].fill(0.0);
            }
            let left = View { data: scores, rows: keys, columns: 1 };
            let right = View { data: &v[picture * lk * dv + head * e..], rows: dv, columns: 1 };
            let place = Place { out: &mut out[head * e..], stride: dv, add: false };
            product(Sizes { m, n: e, k: keys }, place, left, right, 1.0, false);
        }
    };
    let per_picture = lq.div_ceil(chunk);
    // Chunks never cross from one picture to the next.
    let chunks: Vec<(usize, &mut [f32])> =
        out.chunks_mut(lq * dv).flat_map(|picture| picture.chunks_mut(chunk * dv)).enumerate().collect();
    chunks.into_par_iter().for_each_init(Vec::new, |scores, (i, out)| {
        run(scores, i / per_picture, i % per_picture * chunk, out);
    });
    tensor(out, (b, lq, dv))
}

/// In place. The largest score is taken off first, so that nothing overflows.
fn softmax(row: &mut [f32]) {
    // Sixteen running values side by side: one alone waits for itself at every step.
    let (sixteens, rest) = row.as_chunks::<16>();
    let mut lanes = [f32::NEG_INFINITY; 16];
    for sixteen in sixteens {
        lanes.iter_mut().zip(sixteen).for_each(|(most, x)| *most = if *x > *most { *x } else { *most });
    }
    let largest = lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |most, x| if *x > most { *x } else { most });
    let mut sum = 0f64;
    for part in row.chunks_mut(256) {
        let mut lanes = [0f32; 16];
        let (sixteens, rest) = part.as_chunks_mut::<16>();
        for sixteen in sixteens {
            for (x, lane) in sixteen.iter_mut().zip(&mut lanes) {
                *x = exp(*x - largest);
                *lane += *x;
            }
        }
        for x in rest {
            *x = exp(*x - largest);
            sum += f64::from(*x);
        }
        sum += lanes.iter().map(|lane| f64::from(*lane)).sum::<f64>();
    }
    let inverse = (1.0 / sum) as f32;
    row.iter_mut().for_each(|x| *x *= inverse);
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
    let chunk = (WHOLE_SCORES / (b * heads * lk)).clamp(1, lq.max(1));
    let mut parts = Vec::new();
    for first in (0..lq).step_by(chunk) {
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
