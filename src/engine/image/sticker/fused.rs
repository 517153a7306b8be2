//! `silu(x + bias)` in one pass, on the calling thread.
//!
//! candle hands element-wise operators of 65,536 numbers or more to a pool of its own whose threads wait for each other
//! by spinning. Where something else runs on the machine (a language model in the other engine thread), one such wait
//! costs a slice of the scheduler, and a step took four times as long. Our halves of a step run side by side anyway.

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};

/// `silu(x + bias)`, `bias` `[C]` over the last dimension of `x`.
pub fn bias_silu(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    if x.device().is_cpu() { x.apply_op2_no_bwd(bias, &BiasSilu) } else { x.broadcast_add(bias)?.silu() }
}

struct BiasSilu;

impl CustomOp2 for BiasSilu {
    fn name(&self) -> &'static str {
        "bias + silu"
    }

    fn cpu_fwd(&self, x: &CpuStorage, x_l: &Layout, bias: &CpuStorage, bias_l: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, bias) = (slice(x, x_l)?, slice(bias, bias_l)?);
        let mut out = Vec::with_capacity(x.len());
        for row in x.chunks_exact(bias.len()) {
            out.extend(row.iter().zip(bias).map(|(x, b)| silu(x + b)));
        }
        Ok((CpuStorage::F32(out), x_l.shape().clone()))
    }
}

fn silu(x: f32) -> f32 {
    x / (1.0 + (-x).exp())
}

/// The numbers of a contiguous f32 tensor.
pub fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match layout.contiguous_offsets() {
        Some((from, to)) => Ok(&storage.as_slice::<f32>()?[from..to]),
        None => candle_core::bail!("this operator needs contiguous tensors"),
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn it_agrees_with_candle() {
        let x = Tensor::randn(0f32, 3.0, (5, 7), &Device::Cpu).unwrap();
        let bias = Tensor::randn(0f32, 1.0, 7, &Device::Cpu).unwrap();
        let theirs = x.broadcast_add(&bias).and_then(|x| x.silu()).unwrap();
        let off = (bias_silu(&x, &bias).unwrap() - theirs).unwrap().abs().unwrap().max_all().unwrap();
        assert!(off.to_scalar::<f32>().unwrap() < 1e-6);
    }
}
