//! What of a drawn thing its colour is said of: its body, without outlines and without parts of another hue.

use super::compose::Square;
use super::hsv::{apart, hsv};

/// Saturation below which a pixel has no hue to speak of, and value up to which it is an outline.
pub const GREY: f32 = 0.25;
pub const DARK: f32 = 0.18;
/// Degrees within which hues are the body's: farther ones keep theirs, as a leaf on a red apple does.
pub const TOGETHER: f32 = 60.0;
/// Saturation above [`GREY`] up to which a pixel of a grey thing takes part of its new colour.
const PALE: f32 = 0.2;
/// Share of a thing that is no outline: of a thing with less, as a black note, all is body.
const LEAST: f32 = 0.3;

/// The body of a drawn thing.
pub struct Body {
    /// Its opaque pixels, as hue, saturation and value.
    pub lit: Vec<[f32; 3]>,
    /// Its commonest hue, in degrees.
    pub hue: f32,
    /// Whether it is white or grey, as a cup is whatever is in it.
    pub is_grey: bool,
    /// Whether most of it is as dark as an outline.
    pub is_dark: bool,
}

impl Body {
    pub fn of(picture: &Square) -> Self {
        let opaque = picture.rgba.chunks_exact(4).filter(|p| p[3] >= 128);
        let mut lit: Vec<[f32; 3]> = opaque.map(|p| hsv([p[0], p[1], p[2]])).collect();
        let is_no_outline = |c: &[f32; 3]| c[2] > DARK;
        let is_dark = (lit.iter().filter(|c| is_no_outline(c)).count() as f32) < LEAST * lit.len() as f32;
        if !is_dark {
            lit.retain(is_no_outline);
        }
        // In steps of ten degrees; shades of one colour spread over some of them.
        let mut bins = [0usize; 36];
        let coloured = || lit.iter().filter(|c| c[1] > GREY);
        coloured().for_each(|c| bins[(c[0] / 10.0) as usize % 36] += 1);
        let around = |at: &usize| 3 * bins[*at] + 2 * (bins[(at + 1) % 36] + bins[(at + 35) % 36]);
        let hue = (0..36).max_by_key(around).unwrap_or(0) as f32 * 10.0 + 5.0;
        let main = coloured().filter(|c| apart(c[0], hue) <= TOGETHER).count();
        let is_grey = lit.len() - coloured().count() > main;
        Self { lit, hue, is_grey, is_dark }
    }

    /// The pixels of its main colour.
    pub fn main(&self) -> impl Iterator<Item = &[f32; 3]> {
        self.lit.iter().filter(|c| if self.is_grey { c[1] <= GREY } else { c[1] > GREY && self.hue_part(c) > 0.0 })
    }

    /// How much a pixel's hue is the body's, 0..1: less and less towards the hues that stay, so that no edge shows where
    /// they meet.
    pub fn hue_part(&self, [hue, ..]: &[f32; 3]) -> f32 {
        ((TOGETHER - apart(*hue, self.hue)) / 30.0).clamp(0.0, 1.0)
    }

    /// How much a pixel is part of the body, 0..1.
    pub fn part(&self, pixel: &[f32; 3]) -> f32 {
        if self.is_grey {
            // What is a little coloured is a shade of the grey thing: pink petals, a bluish rim.
            ((GREY + PALE - pixel[1]) / PALE).clamp(0.0, 1.0)
        } else {
            self.hue_part(pixel) * (pixel[1] / GREY).min(1.0)
        }
    }
}
