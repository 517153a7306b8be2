//! The feed-forward part of a layer: gated, or a mixture of experts.

use candle_core::{Result, Tensor};

use super::config::Experts;
use super::linear::{Linear, project};
use crate::engine::kernels::Activation;

/// Gated: `down(act(gate(x)) * up(x))`.
pub struct Gated {
    pub gate_up: GateUp,
    pub down: Linear,
    pub activation: Activation,
}

/// Both first matrices, in a file of their own or joined, the gate first.
pub enum GateUp {
    Two(Linear, Linear),
    Joined(Linear),
}

impl Gated {
    /// `[tokens, width]` to the same.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let hidden = match &self.gate_up {
            GateUp::Two(gate, up) => {
                let [gate, up] = project([gate, up], x)?;
                self.activation.gate(gate, &up)?
            }
            GateUp::Joined(both) => self.activation.gate_halves(&both.forward(x)?)?,
        };
        self.down.forward(&hidden)
    }
}

/// Experts with their router. The weights of the chosen experts add up to 1, as in Mixtral and Qwen3.
pub struct Mixture {
    pub router: Linear,
    pub experts: Vec<Gated>,
    pub config: Experts,
}

impl Mixture {
    /// `[tokens, width]` to the same.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (tokens, width) = x.dims2()?;
        let scores = self.router.forward(x)?.to_vec2::<f32>()?;
        // For each expert: its tokens and their weights.
        let mut seen: Vec<Vec<(u32, f32)>> = vec![Vec::new(); self.experts.len()];
        for (token, scores) in (0u32..).zip(&scores) {
            for (expert, weight) in chosen(scores, self.config.used) {
                seen[expert].push((token, weight));
            }
        }
        let mut out = vec![0f32; tokens * width];
        for (expert, seen) in self.experts.iter().zip(&seen).filter(|(_, seen)| !seen.is_empty()) {
            let rows: Vec<u32> = seen.iter().map(|(token, _)| *token).collect();
            let rows = Tensor::new(rows, x.device())?;
            let answers = expert.forward(&x.index_select(&rows, 0)?)?.to_vec2::<f32>()?;
            for ((token, weight), answer) in seen.iter().zip(answers) {
                let at = *token as usize * width;
                out[at..at + width].iter_mut().zip(answer).for_each(|(out, y)| *out += weight * y);
            }
        }
        Tensor::from_vec(out, (tokens, width), x.device())
    }
}

/// The likeliest `n` and their shares among them.
fn chosen(scores: &[f32], n: usize) -> Vec<(usize, f32)> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    order.truncate(n);
    let top = order.first().map_or(0.0, |&i| scores[i]);
    let weights: Vec<f32> = order.iter().map(|&i| (scores[i] - top).exp()).collect();
    let sum: f32 = weights.iter().sum();
    order.into_iter().zip(weights).map(|(i, w)| (i, w / sum)).collect()
}

/// Either.
pub enum Feed {
    Gated(Gated),
    Mixture(Mixture),
}

impl Feed {
    /// `[tokens, width]` -> the same shape.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Gated(gated) => gated.forward(x),
            Self::Mixture(mixture) => mixture.forward(x),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_experts_share_by_their_scores() {
        let all = chosen(&[0.0, 2.0, 1.0, 2.0], 3);
        assert_eq!(all.iter().map(|(i, _)| *i).collect::<Vec<_>>(), [1, 3, 2]);
        assert!((all.iter().map(|(_, w)| w).sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((all[0].1 / all[2].1 - 1f32.exp()).abs() < 1e-5);
    }
}
