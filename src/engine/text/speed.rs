//! Measures a model's prefill and decode speed, without tokenizer, samplers or window, as `llama-bench` does for
//! llama.cpp.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use candle_core::Device;

use super::models;
use super::session::Session;
use crate::domain::{DeviceChoice, KvType};
use crate::engine::{CancelToken, Stop, device_for, watch};
use crate::error::Cause;
use crate::formats::gguf::Gguf;

/// What to measure.
pub struct Course<'a> {
    /// Prompt lengths in tokens.
    pub lengths: &'a [usize],
    /// Tokens to write after each prompt, at least one.
    pub write: usize,
    pub kv: KvType,
    pub device: DeviceChoice,
}

/// One run over one prompt length.
#[derive(Clone, Copy, Debug)]
pub struct Speed {
    pub tokens: usize,
    /// Tokens of the prompt a second.
    pub read: f64,
    /// Seconds until the first token could be chosen.
    pub first_s: f64,
    /// Tokens a second after that, the likeliest each time.
    pub write: f64,
}

/// A model in memory that runs courses.
pub struct Runner {
    session: Session,
    vocabulary: u32,
    context: usize,
    /// Seconds that loading took.
    pub load_s: f64,
    _device: Arc<Device>,
}

impl Runner {
    /// Loads the GGUF file at `path`, its tokenizer left out.
    pub fn load(path: &Path, course: &Course<'_>, token: &CancelToken) -> Result<Self, Stop> {
        let started = Instant::now();
        let gguf = Gguf::open(path)?;
        let dimensions = models::dimensions(&gguf)?;
        let needed = course.lengths.iter().max().copied().unwrap_or(0) + course.write;
        if needed > dimensions.context_length {
            return Err(Cause::PromptTooLong { tokens: needed, context: dimensions.context_length }.into());
        }
        let device = device_for(course.device);
        let model = models::load(&gguf, &device, token, &mut |_| {})?;
        let load_s = started.elapsed().as_secs_f64();
        let mut session = Session::new(model);
        session.set_context(needed, course.kv)?;
        Ok(Self { session, vocabulary: dimensions.vocabulary as u32, context: needed, load_s, _device: device })
    }

    /// Every length once.
    pub fn run(&mut self, course: &Course<'_>, token: &CancelToken) -> Result<Vec<Speed>, Stop> {
        watch(token, || course.lengths.iter().map(|&tokens| self.one(tokens, course, token)).collect())
    }

    fn one(&mut self, tokens: usize, course: &Course<'_>, token: &CancelToken) -> Result<Speed, Stop> {
        // Other tokens each time would be other experts, other rows of the table; these are spread and the same.
        let prompt: Vec<u32> = (0..tokens as u32).map(|i| i.wrapping_mul(7919) % self.vocabulary).collect();
        self.session.set_context(self.context, course.kv)?;
        let started = Instant::now();
        let mut logits = self.session.read_on(&prompt, token, |_| {})?;
        let first_s = started.elapsed().as_secs_f64();
        let started = Instant::now();
        for _ in 0..course.write {
            let next = (0..).zip(&logits).max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(id, _)| id);
            logits = self.session.read_on(&[next], token, |_| {})?;
        }
        let write = course.write as f64 / started.elapsed().as_secs_f64();
        Ok(Speed { tokens, read: tokens as f64 / first_s, first_s, write })
    }
}
