//! Penalties on tokens that were there lately.

use std::collections::{HashMap, VecDeque};

use super::candidates::Candidate;

/// The last tokens, counted.
#[derive(Debug, Default)]
pub struct Window {
    size: usize,
    tokens: VecDeque<u32>,
    counts: HashMap<u32, u32>,
}

impl Window {
    /// Remembers the last `size` tokens; 0 remembers none.
    pub fn new(size: usize) -> Self {
        Self { size, ..Self::default() }
    }

    pub fn push(&mut self, token: u32) {
        if self.size == 0 {
            return;
        }
        if self.tokens.len() == self.size
            && let Some(old) = self.tokens.pop_front()
            && let Some(count) = self.counts.get_mut(&old)
        {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&old);
            }
        }
        self.tokens.push_back(token);
        *self.counts.entry(token).or_default() += 1;
    }
}

/// How much less likely a token becomes.
#[derive(Clone, Copy, Debug)]
pub struct Penalties {
    /// Divides positive logits and multiplies others, once however often the token came (Keskar et al. 2019, "CTRL",
    /// arXiv 1909.05858, with the sign fixed); 1 is off.
    pub repeat: f32,
    /// Taken off for each time that the token came (OpenAI's frequency penalty); 0 is off.
    pub frequency: f32,
    /// Taken off once (OpenAI's presence penalty); 0 is off.
    pub presence: f32,
}

impl Penalties {
    /// Applies the penalties to candidates in `window`.
    pub fn apply(&self, candidates: &mut [Candidate], window: &Window) {
        let off = self.repeat == 1.0 && self.frequency == 0.0 && self.presence == 0.0;
        if off || window.counts.is_empty() {
            return;
        }
        for candidate in candidates {
            let Some(&count) = window.counts.get(&candidate.id) else { continue };
            let logit = &mut candidate.logit;
            *logit = if *logit <= 0.0 { *logit * self.repeat } else { *logit / self.repeat };
            *logit -= count as f32 * self.frequency + self.presence;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logits(penalties: Penalties, tokens: &[u32], size: usize) -> Vec<f32> {
        let mut window = Window::new(size);
        tokens.iter().for_each(|&t| window.push(t));
        let mut all: Vec<_> =
            [2.0, -2.0, 2.0, 0.0].iter().zip(0..).map(|(&logit, id)| Candidate { id, logit }).collect();
        penalties.apply(&mut all, &window);
        all.iter().map(|c| c.logit).collect()
    }

    const OFF: Penalties = Penalties { repeat: 1.0, frequency: 0.0, presence: 0.0 };

    #[test]
    fn repetition_pushes_both_signs_down_once() {
        let penalties = Penalties { repeat: 2.0, ..OFF };
        assert_eq!(logits(penalties, &[0, 0, 1, 3, 99], 64), [1.0, -4.0, 2.0, 0.0]);
    }

    #[test]
    fn frequency_counts_and_presence_does_not() {
        assert_eq!(logits(Penalties { frequency: 0.5, ..OFF }, &[0, 0, 0, 1], 64), [0.5, -2.5, 2.0, 0.0]);
        assert_eq!(logits(Penalties { presence: 0.5, ..OFF }, &[0, 0, 0, 1], 64), [1.5, -2.5, 2.0, 0.0]);
    }

    #[test]
    fn the_window_forgets() {
        let all = Penalties { repeat: 2.0, frequency: 1.0, presence: 1.0 };
        assert_eq!(logits(all, &[0, 0, 2], 2), [-1.0, -2.0, -1.0, 0.0]);
        assert_eq!(logits(all, &[0, 2], 0), [2.0, -2.0, 2.0, 0.0]);
        assert_eq!(logits(OFF, &[0, 2], 64), [2.0, -2.0, 2.0, 0.0]);
    }
}
