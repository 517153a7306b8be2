//! Activations, element by element.

use candle_core::{D, Result, Tensor, bail};

use super::cpu::{contiguous, erf, exp, for_rows, is_ours, mapped, numbers, tensor};
use super::in_place::in_place;

/// The activation functions that the families' configurations name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// x sigmoid(x), also called swish.
    Silu,
    /// x Phi(x), exact.
    Gelu,
    /// The tanh approximation of GELU.
    GeluTanh,
    /// x sigmoid(1.702 x), OpenAI CLIP's.
    QuickGelu,
    Relu,
    /// x tanh(softplus(x)).
    Mish,
}

/// Runs `$body` with the scalar function of an activation, so that each activation compiles to its own loop.
macro_rules! with_function {
    ($activation:expr, |$f:ident| $body:expr) => {
        match $activation {
            Activation::Silu => with_function!(silu, $f, $body),
            Activation::Gelu => with_function!(gelu, $f, $body),
            Activation::GeluTanh => with_function!(gelu_tanh, $f, $body),
            Activation::QuickGelu => with_function!(quick_gelu, $f, $body),
            Activation::Relu => with_function!(relu, $f, $body),
            Activation::Mish => with_function!(mish, $f, $body),
        }
    };
    ($function:ident, $f:ident, $body:expr) => {{
        let $f = $function;
        $body
    }};
}

impl Activation {
    /// By the names of diffusers and transformers.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "silu" | "swish" => Self::Silu,
            "gelu" | "gelu_python" => Self::Gelu,
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" | "gelu_accurate" => Self::GeluTanh,
            "quick_gelu" => Self::QuickGelu,
            "relu" => Self::Relu,
            "mish" => Self::Mish,
            _ => return None,
        })
    }

    /// `x` of any shape and type -> the same shape and type.
    pub fn forward(self, x: &Tensor) -> Result<Tensor> {
        if !is_ours(x) {
            return self.by_candle(x);
        }
        with_function!(self, |f| map(x, f))
    }

    /// `forward(gate) * up` of two tensors of one shape. Nobody else may hold `gate`: it is overwritten on the CPU.
    pub fn gate(self, gate: Tensor, up: &Tensor) -> Result<Tensor> {
        if !is_ours(&gate) || !is_ours(up) {
            return self.by_candle(&gate)? * up;
        }
        with_function!(self, |f| in_place(
            gate,
            up,
            #[inline(always)]
            |gate, up| f(gate) * up
        ))
    }

    /// `[.., 2 C]` -> `[.., C]`: `forward` of the first half, times the second.
    pub fn gate_halves(self, x: &Tensor) -> Result<Tensor> {
        let by_candle = |gate: Tensor, up: Tensor| self.by_candle(&gate)? * up;
        with_function!(self, |f| halves(
            x,
            by_candle,
            #[inline(always)]
            |gate, up| f(gate) * up
        ))
    }

    fn by_candle(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Silu => x.silu(),
            Self::Gelu => x.gelu_erf(),
            Self::GeluTanh => x.gelu(),
            Self::QuickGelu => x * candle_nn::ops::sigmoid(&(x * 1.702)?)?,
            Self::Relu => x.relu(),
            // tanh(log(1 + e^x)), with log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) against overflow.
            Self::Mish => x * (x.relu()? + ((x.abs()?.neg()?.exp()? + 1.0)?.log()?))?.tanh()?,
        }
    }
}

/// `[.., 2 C]` -> `[.., C]`: the first half times the exact GELU of the second (Shazeer 2020, arXiv 2002.05202).
pub fn geglu(x: &Tensor) -> Result<Tensor> {
    let by_candle = |value: Tensor, gate: Tensor| value * gate.gelu_erf()?;
    halves(
        x,
        by_candle,
        #[inline(always)]
        |value, gate| value * gelu(gate),
    )
}

/// `[.., 2 C]` -> `[.., C]`, of both halves.
fn halves(
    x: &Tensor,
    by_candle: impl Fn(Tensor, Tensor) -> Result<Tensor>,
    f: impl Fn(f32, f32) -> f32 + Sync + Send,
) -> Result<Tensor> {
    let last = x.dim(D::Minus1)?;
    if !last.is_multiple_of(2) {
        bail!("a gated layer halves its last dimension, which is {last}");
    }
    let half = last / 2;
    if !is_ours(x) {
        let part = |at| x.narrow(D::Minus1, at, half)?.contiguous();
        return by_candle(part(0)?, part(half)?);
    }
    let x = contiguous(x)?;
    let (storage, layout) = x.storage_and_layout();
    let from = numbers(&storage, layout)?;
    let mut out = vec![0.0; from.len() / 2];
    for_rows(
        &mut out,
        half,
        #[inline(always)]
        |first, rows| {
            let from = from[first * last..].chunks_exact(last);
            for (out, from) in rows.chunks_exact_mut(half).zip(from) {
                let (a, b) = from.split_at(half);
                for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
                    *out = f(*a, *b);
                }
            }
        },
    )?;
    let mut shape = x.dims().to_vec();
    *shape.last_mut().expect("`dim` found a last dimension") = half;
    tensor(out, shape)
}

fn map(x: &Tensor, f: impl Fn(f32) -> f32 + Sync + Send) -> Result<Tensor> {
    let x = contiguous(x)?;
    let (storage, layout) = x.storage_and_layout();
    let from = numbers(&storage, layout)?;
    let out = mapped(from, f)?;
    tensor(out, x.shape())
}

#[inline(always)]
pub(super) fn silu(x: f32) -> f32 {
    x / (1.0 + exp(-x))
}

#[inline(always)]
fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

#[inline(always)]
fn gelu_tanh(x: f32) -> f32 {
    // 0.5 x (1 + tanh u) = x sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3)
    x / (1.0 + exp(-2.0 * 0.797_884_6 * (x + 0.044_715 * x * x * x)))
}

#[inline(always)]
fn quick_gelu(x: f32) -> f32 {
    x / (1.0 + exp(-1.702 * x))
}

/// NaN stays.
#[inline(always)]
fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}

#[inline(always)]
fn mish(x: f32) -> f32 {
    // With e = e^x: tanh(log(1 + e)) = (e^2 + 2 e) / (e^2 + 2 e + 2); beyond 20 it is 1 in f32.
    let e = exp(x.min(20.0));
    let n = e * (e + 2.0);
    x * n / (n + 2.0)
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;

    fn off(a: &Tensor, b: &Tensor) -> f32 {
        (a - b).unwrap().abs().unwrap().max_all().unwrap().to_scalar().unwrap()
    }

    #[test]
    fn they_agree_with_candle() {
        let x = Tensor::randn(0f32, 4.0, (3, 40), &Device::Cpu).unwrap();
        for name in ["silu", "gelu", "gelu_new", "quick_gelu", "relu", "mish"] {
            let act = Activation::parse(name).unwrap();
            let theirs = act.by_candle(&x).unwrap();
            assert!(off(&act.forward(&x).unwrap(), &theirs) < 2e-6, "{name}");
        }
        assert_eq!(Activation::parse("tanhshrink"), None);
    }

    #[test]
    fn geglu_gates_with_the_second_half() {
        let x = Tensor::randn(0f32, 2.0, (2, 5, 14), &Device::Cpu).unwrap();
        let halves = x.chunk(2, 2).unwrap();
        let theirs = (&halves[0] * halves[1].contiguous().unwrap().gelu_erf().unwrap()).unwrap();
        assert!(off(&geglu(&x).unwrap(), &theirs) < 2e-6);
        let wide = x.to_dtype(DType::F64).unwrap();
        assert!(off(&geglu(&wide).unwrap().to_dtype(DType::F32).unwrap(), &theirs) < 2e-6);
        geglu(&x.narrow(2, 0, 13).unwrap()).unwrap_err();
    }

    #[test]
    fn gates_are_activations_times_the_other() {
        for name in ["silu", "gelu", "gelu_new", "quick_gelu", "relu", "mish"] {
            let act = Activation::parse(name).unwrap();
            let both = Tensor::randn(0f32, 2.0, (70, 2 * 520), &Device::Cpu).unwrap();
            let [gate, up] = [0, 520].map(|at| both.narrow(1, at, 520).unwrap().contiguous().unwrap());
            let theirs = (act.by_candle(&gate).unwrap() * &up).unwrap();
            assert!(off(&act.gate_halves(&both).unwrap(), &theirs) < 1e-5, "{name}");
            assert!(off(&act.gate(gate, &up).unwrap(), &theirs) < 1e-5, "{name}");
        }
    }

    #[test]
    fn not_a_number_stays_seen() {
        let x = Tensor::new(&[f32::NAN, f32::INFINITY], &Device::Cpu).unwrap();
        for name in ["silu", "gelu", "gelu_new", "quick_gelu", "relu", "mish"] {
            let y = Activation::parse(name).unwrap().forward(&x).unwrap().to_vec1::<f32>().unwrap();
            assert!(y[0].is_nan() && y[1].is_infinite(), "{name}: {y:?}");
        }
    }
}
