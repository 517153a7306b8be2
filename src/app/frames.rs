//! Frame times, in all and while jobs run; logged when the window closes.

/// Steps of the histogram, in milliseconds.
const STEP: f32 = 0.5;
/// What takes longer is counted as this long.
const LONGEST: usize = 1000;

/// A histogram of frames' times: what the window's thread spends on a frame, waiting for the display left out.
pub struct Frames {
    counts: [u32; LONGEST],
    longest: f32,
}

impl Default for Frames {
    fn default() -> Self {
        Self { counts: [0; LONGEST], longest: 0.0 }
    }
}

impl Frames {
    pub fn add(&mut self, seconds: f32) {
        let ms = seconds.max(0.0) * 1000.0;
        self.longest = self.longest.max(ms);
        self.counts[((ms / STEP) as usize).min(LONGEST - 1)] += 1;
    }

    pub fn count(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// Milliseconds that a share of all frames stays below, to [`STEP`].
    pub fn below(&self, share: f32) -> f32 {
        let wanted = (self.count() as f32 * share).ceil() as u32;
        let mut seen = 0;
        let at = self.counts.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        at.map_or(0.0, |at| (at + 1) as f32 * STEP)
    }
}

impl std::fmt::Display for Frames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [half, most] = [self.below(0.5), self.below(0.99)];
        write!(f, "{} frames, half below {half} ms, 99 % below {most} ms, longest {:.1} ms", self.count(), self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_frames() {
        let mut frames = Frames::default();
        assert_eq!((frames.count(), frames.below(0.99)), (0, 0.5));
        (0..99).for_each(|_| frames.add(0.0012));
        frames.add(7.0);
        assert_eq!((frames.below(0.5), frames.below(0.99), frames.below(1.0)), (1.5, 1.5, 500.0));
        assert_eq!(frames.to_string(), "100 frames, half below 1.5 ms, 99 % below 1.5 ms, longest 7000.0 ms");
    }
}
