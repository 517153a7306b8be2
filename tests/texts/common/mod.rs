//! Greedy answers of llama.cpp (`tests/fixtures/text/make_fixtures.py`), and how a model is held to them.

use std::path::Path;

use aigc_studio::engine::text::testing::logits;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Greedy {
    /// Weights unpacked to f32: both engines compute the same. Packed, they round activations differently.
    pub exact: bool,
    pub prompt: String,
    pub ids: Vec<u32>,
    pub answer: Vec<u32>,
    /// Logit of the likeliest; id and logit of the second.
    pub best: Vec<(f32, u32, f32)>,
}

/// Logits so near that another token may win where weights are packed.
pub const TIE: f32 = 0.5;

impl Greedy {
    /// Holds each step of the answer to ours. `tolerance`: how far a logit may be off in full precision, where every
    /// token must be the same; packed, another may win where it is a near tie. Returns how many others there were.
    pub fn hold(&self, model: &Path, tolerance: f32) -> usize {
        let mut tokens = self.ids.clone();
        tokens.extend(&self.answer[..self.answer.len() - 1]);
        let all = logits(model, &tokens, self.ids.len() - 1, self.exact).unwrap();
        assert_eq!(all.len(), self.answer.len());
        let (tolerance, tie) = if self.exact { (tolerance, tolerance) } else { (2.0, TIE) };
        let (mut worst, mut others) = (0.0_f32, 0);
        for (i, (logits, &(best, _, _))) in all.iter().zip(&self.best).enumerate() {
            let ours = (0..).zip(logits).max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
            let theirs = logits[self.answer[i] as usize];
            worst = worst.max((theirs - best).abs());
            if ours.0 != self.answer[i] {
                others += 1;
                assert!(ours.1 - theirs < tie, "step {i}: {} by {}", ours.0, ours.1 - theirs);
            }
        }
        println!("exact {}: {} steps, {others} near ties, logits off by {worst} at most", self.exact, all.len());
        assert!(worst < tolerance, "{worst}");
        assert!(others <= if self.exact { 0 } else { all.len() / 10 }, "{others} other tokens");
        others
    }
}
