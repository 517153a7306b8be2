//! A model that learns: AdamW, with the norm of the gradient clipped (Pascanu, Mikolov and Bengio 2013).

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};
use rand_chacha::ChaCha8Rng;

use super::cell::{Cell, Model, Sizes, Start, square_sum};

/// A recurrent network with its optimiser.
pub struct Learner {
    pub model: Model,
    vars: Vec<Var>,
    optimiser: AdamW,
}

impl Learner {
    /// See [`Model::new`]; `rate` is the learning rate.
    pub fn new(cell: Cell, sizes: Sizes, start: Start, rate: f64, rng: &mut ChaCha8Rng) -> Result<Self> {
        let (model, vars) = Model::new(cell, sizes, start, rng)?;
        let settings = ParamsAdamW { lr: rate, weight_decay: 0.0, ..Default::default() };
        Ok(Self { model, optimiser: AdamW::new(vars.clone(), settings)?, vars })
    }

    pub fn set_rate(&mut self, rate: f64) {
        self.optimiser.set_learning_rate(rate);
    }

    /// Goes one step down the gradient of `loss`, which is made no longer than `clip` (0: left as it is). Returns the norm
    /// that it had before.
    pub fn learn(&mut self, loss: &Tensor, clip: f64) -> Result<f64> {
        let mut gradients = loss.backward()?;
        let norm = clip_norm(&mut gradients, &self.vars, clip)?;
        self.optimiser.step(&gradients)?;
        Ok(norm)
    }
}

/// Makes the gradient of all `vars` together no longer than `most` (0: leaves it). Returns the norm that it had before.
pub fn clip_norm(gradients: &mut GradStore, vars: &[Var], most: f64) -> Result<f64> {
    let mut squares = 0.0;
    for gradient in vars.iter().filter_map(|var| gradients.get(var.as_tensor())) {
        squares += square_sum(gradient)?;
    }
    let norm = squares.sqrt();
    if most > 0.0 && norm > most {
        for var in vars {
            if let Some(gradient) = gradients.get(var.as_tensor()) {
                let shorter = (gradient * (most / norm))?;
                gradients.insert(var.as_tensor(), shorter);
            }
        }
    }
    Ok(norm)
}
