//! Which sizes of pictures a model draws.

use super::{ModelCard, PictureFamily, Size};
use crate::error::Cause;
use crate::lang::{Both, both};

/// Sides of a model that takes any, in multiples of a number of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeSize {
    pub multiple: u32,
    /// The side of the square pictures that it was trained on.
    pub side: u32,
    /// The longest side that it draws.
    pub longest: u32,
}

/// Proportions that can be chosen by a click, width before height.
pub const ASPECTS: [(u32, u32); 7] = [(1, 1), (4, 3), (3, 4), (3, 2), (2, 3), (16, 9), (9, 16)];

impl FreeSize {
    pub const SHORTEST: u32 = 64;
    /// The longest side that is offered of a model that draws any.
    pub const LONGEST: u32 = 4096;

    /// Of a file that nothing is known about: what all families take.
    pub const UNKNOWN: Self = Self { multiple: 16, side: 512, longest: Self::LONGEST };

    /// The nearest side that the model draws.
    pub fn side(self, wanted: u32) -> u32 {
        let most = self.longest - self.longest % self.multiple;
        let least = Self::SHORTEST.next_multiple_of(self.multiple);
        let wanted = wanted.min(most).max(least);
        (wanted + self.multiple / 2) / self.multiple * self.multiple
    }

    /// Refuses what the model cannot draw: sides that are no multiples of its own number, or too long. The engine asks
    /// this before it draws.
    pub fn check(self, width: u32, height: u32) -> std::result::Result<(), Cause> {
        let (n, value) = (self.multiple.max(1), Both::same(format!("{width}x{height}")));
        if width == 0 || height == 0 || !width.is_multiple_of(n) || !height.is_multiple_of(n) {
            let near = |side: u32| (side / n).max(1) * n;
            let choices = both!("multiples of {n}, as {}x{}", "{n} 的倍数，如 {}x{}", near(width), near(height));
            return Err(Cause::BadChoice { name: "size", value, choices });
        }
        if width.max(height) > self.longest {
            let choices = both!("sides of at most {}", "边长最大 {}", self.longest);
            return Err(Cause::BadChoice { name: "size", value, choices });
        }
        Ok(())
    }

    /// The nearest size that the model draws; sides in pixels.
    pub fn nearest(self, width: u32, height: u32) -> Size {
        Size { width: self.side(width), height: self.side(height) }
    }

    /// The size of these proportions with about as many pixels as the model was trained on. In steps of a sixteenth of
    /// its side, as the families' own lists of sizes are.
    pub fn of_aspect(self, (width, height): (u32, u32)) -> Size {
        let step = (self.side / 16).next_multiple_of(self.multiple).max(self.multiple);
        let long = |a: u32, b: u32| {
            let exact = f64::from(self.side) * (f64::from(a) / f64::from(b.max(1))).sqrt();
            ((exact / f64::from(step)).round().max(1.0) as u32) * step
        };
        self.nearest(long(width, height), long(height, width))
    }

    /// Whether a size has so many or so few pixels that the model was not trained for it: over twice, or under half.
    pub fn is_far(self, width: u32, height: u32) -> bool {
        let (own, these) = (u64::from(self.side).pow(2), u64::from(width) * u64::from(height));
        these > 2 * own || 2 * these < own
    }
}

impl ModelCard {
    /// Where it draws any size; `None` where it draws those of its card alone.
    pub fn free_size(&self) -> Option<FreeSize> {
        let multiple = PictureFamily::of_id(&self.family)?.multiple();
        let side = self.defaults.width.or(self.sizes.first().map(|size| size.width));
        let longest = self.local.as_ref().and_then(|local| local.longest).unwrap_or(FreeSize::LONGEST);
        let longest = longest.min(FreeSize::LONGEST);
        Some(FreeSize { multiple, side: side.unwrap_or(FreeSize::UNKNOWN.side), longest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proportions_have_the_models_own_number_of_pixels() {
        let sizes = |side, multiple| {
            ASPECTS
                .map(|aspect| FreeSize { multiple, side, longest: FreeSize::LONGEST }.of_aspect(aspect))
                .map(|s| (s.width, s.height))
        };
        // Those of SDXL's own list.
        assert_eq!(
            sizes(1024, 8),
            [(1024, 1024), (1152, 896), (896, 1152), (1280, 832), (832, 1280), (1344, 768), (768, 1344)]
        );
        assert_eq!(sizes(512, 8), [(512, 512), (576, 448), (448, 576), (640, 416), (416, 640), (672, 384), (384, 672)]);
        for (side, multiple) in [(512, 8), (768, 8), (1024, 16), (512, 16)] {
            let free = FreeSize { multiple, side, longest: FreeSize::LONGEST };
            for (width, height) in sizes(side, multiple) {
                assert!(width % multiple == 0 && height % multiple == 0, "{width}x{height}");
                let pixels = f64::from(width * height) / f64::from(side * side);
                assert!((0.9..1.1).contains(&pixels) && !free.is_far(width, height), "{width}x{height}");
            }
        }
    }

    #[test]
    fn a_typed_side_becomes_the_nearest_that_is_drawn() {
        let longest = FreeSize::LONGEST;
        let eight = FreeSize { multiple: 8, side: 512, longest };
        assert_eq!([0, 64, 500, 700, 508, 5000].map(|side| eight.side(side)), [64, 64, 504, 704, 512, 4096]);
        let sixteen = FreeSize { multiple: 16, side: 1024, longest };
        assert_eq!([1, 1000, 1015, u32::MAX].map(|side| sixteen.side(side)), [64, 1008, 1008, 4096]);
        // What a field gives is what the engine takes.
        let short = FreeSize { multiple: 16, side: 1024, longest: 3080 };
        for side in [0, 1, 1000, 3072, 3073, u32::MAX] {
            assert_eq!(short.check(short.side(side), short.side(side)), Ok(()), "{side}");
        }
        assert!(short.check(3088, 64).is_err() && short.check(1000, 64).is_err() && short.check(64, 0).is_err());
        assert!(eight.is_far(1024, 1024) && eight.is_far(256, 256) && !eight.is_far(512, 768));
    }
}
