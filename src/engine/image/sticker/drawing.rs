//! A prompt as one sticker, as the network draws it: from a seed's noise along the flow to pixels.

use std::time::Instant;

use super::{Encoded, Sticker, pixels, sampler};
use crate::domain::{ImageParams, Picture, StepProgress};
use crate::engine::image::noise;
use crate::engine::{CancelToken, Stop};

/// The pictures of one job, and how long they took.
pub struct Drawing<'a> {
    sticker: &'a Sticker,
    params: &'a ImageParams,
    prompt: &'a Encoded,
    negative: &'a Encoded,
    /// Seconds of each step of each picture.
    pub steps_s: Vec<f64>,
    /// Seconds spent on turning numbers into pixels.
    pub decode_s: f64,
}

impl<'a> Drawing<'a> {
    /// Nothing is drawn yet.
    pub fn new(sticker: &'a Sticker, params: &'a ImageParams, prompt: &'a Encoded, negative: &'a Encoded) -> Self {
        Self { sticker, params, prompt, negative, steps_s: Vec::new(), decode_s: 0.0 }
    }

    /// One picture as the network's output. `preview` gets the clean picture predicted after each step.
    pub fn draw(
        &mut self,
        seed: u64,
        index: u32,
        token: &CancelToken,
        preview: &mut dyn FnMut(StepProgress, Picture),
    ) -> std::result::Result<Vec<f32>, Stop> {
        let ImageParams { count, steps, sampler, guidance, .. } = *self.params;
        let side = self.sticker.net.config().size as u32;
        let mut field = self.sticker.guided(self.prompt, self.negative, guidance)?;
        let mut x = noise::gaussian(seed, self.sticker.net.config().numbers());
        let total = f64::from(count) * f64::from(steps);
        let mut last = Instant::now();
        let mut each = |step: usize, hat: &[f32]| {
            self.steps_s.push(last.elapsed().as_secs_f64());
            let done = self.steps_s.len() as f64;
            let eta_s = self.steps_s.iter().sum::<f64>() / done * (total - done);
            let progress = StepProgress { index, count, step: step as u32, steps, eta_s };
            preview(progress, pixels::to_picture(hat, side, side));
            last = Instant::now();
        };
        sampler::sample(sampler, &mut x, steps as usize, &mut field, token, &mut each)?;
        Ok(x)
    }

    /// The pixels of what [`Self::draw`] drew.
    pub fn decode(&mut self, x: &[f32]) -> Picture {
        let start = Instant::now();
        let side = self.sticker.net.config().size as u32;
        let picture = pixels::to_picture(x, side, side);
        self.decode_s += start.elapsed().as_secs_f64();
        picture
    }
}
