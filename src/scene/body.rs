//! Finds the body of a drawn thing: the pixels that give the thing its colour, without outlines and without parts of
//! another hue.

use super::compose::Square;
use super::hsv::{apart, hsv};

/// A pixel with a saturation up to `GREY` counts as having no hue. One with a value up to `DARK` is an outline.
pub const GREY: f32 = 0.25;
pub const DARK: f32 = 0.18;
/// Degrees. Hues at most this far from the body's belong to it; farther ones keep their colour, like a leaf on a red
/// apple.
pub const TOGETHER: f32 = 60.0;
/// Width of the saturation range above [`GREY`] in which a pixel of a grey thing takes part of its new colour.
const PALE: f32 = 0.2;
/// Minimum share of pixels that are no outline. If a thing has fewer (a black note), all of it is body.
const LEAST: f32 = 0.3;

/// Limits that separate window panes from the frame around them. A pixel is at the rim if a point `RIM` of the
/// picture's side to its left, right, top or bottom is transparent or outside the picture. The commonest hue is that of
/// panes if less than `INSIDE` of its pixels are at the rim, and the next hue has more than `FRAME` times as many
/// pixels, more than `OUTSIDE` of them at the rim.
const RIM: f32 = 1.0 / 24.0;
const INSIDE: f32 = 0.08;
const OUTSIDE: f32 = 0.15;
const FRAME: f32 = 0.4;

/// The body of a drawn thing.
pub struct Body {
    /// Its opaque pixels: hue in degrees, saturation and value in 0..1. Outlines are among them only if `is_dark`.
    pub lit: Vec<[f32; 3]>,
    /// Its main hue, in degrees.
    pub hue: f32,
    /// Whether it is mostly white or grey, as a cup is, whatever it contains.
    pub is_grey: bool,
    /// Whether most of it is as dark as an outline.
    pub is_dark: bool,
}

/// How many of the `seen` pixels are close to `hue`, and how many of those are at the rim.
fn share(picture: &Square, seen: &[(usize, [f32; 3])], hue: f32) -> (f32, f32) {
    let (side, by) = (picture.side, (RIM * picture.side as f32).ceil() as usize);
    let is_clear = |x: usize, y: usize| x >= side || y >= side || picture.rgba[4 * (y * side + x) + 3] < 128;
    let is_at_rim = |at: usize| {
        let (x, y) = (at % side, at / side);
        let near = [(x + by, y), (x.wrapping_sub(by), y), (x, y + by), (x, y.wrapping_sub(by))];
        near.into_iter().any(|(x, y)| is_clear(x, y))
    };
    // A narrower range than the body's: the dark wheels of a bus are bluish, too.
    let of_hue = seen.iter().filter(|(_, c)| c[1] > GREY && apart(c[0], hue) <= TOGETHER / 2.0);
    of_hue.fold((0.0, 0.0), |(all, rim), (at, _)| (all + 1.0, rim + f32::from(u8::from(is_at_rim(*at)))))
}

impl Body {
    pub fn of(picture: &Square) -> Self {
        let opaque = picture.rgba.chunks_exact(4).enumerate().filter(|(_, p)| p[3] >= 128);
        let mut seen: Vec<(usize, [f32; 3])> = opaque.map(|(at, p)| (at, hsv([p[0], p[1], p[2]]))).collect();
        let is_no_outline = |(_, c): &(usize, [f32; 3])| c[2] > DARK;
        let is_dark = (seen.iter().filter(|c| is_no_outline(c)).count() as f32) < LEAST * seen.len() as f32;
        if !is_dark {
            seen.retain(is_no_outline);
        }
        let lit: Vec<[f32; 3]> = seen.iter().map(|(_, c)| *c).collect();
        // Bins of ten degrees. Shades of one colour spread over several bins.
        let mut bins = [0usize; 36];
        let coloured = || lit.iter().filter(|c| c[1] > GREY);
        coloured().for_each(|c| bins[(c[0] / 10.0) as usize % 36] += 1);
        let around = |at: &usize| 3 * bins[*at] + 2 * (bins[(at + 1) % 36] + bins[(at + 35) % 36]);
        let middle = |bin: usize| bin as f32 * 10.0 + 5.0;
        let first = middle((0..36).max_by_key(around).unwrap_or(0));
        // A bus has the colour of the frame around its windows, even if there is more glass than frame.
        let other = (0..36).filter(|&bin| apart(middle(bin), first) > TOGETHER).max_by_key(around).map(middle);
        let [panes, frame] = [Some(first), other].map(|hue| hue.map_or((0.0, 0.0), |hue| share(picture, &seen, hue)));
        let is_framed = panes.1 < INSIDE * panes.0 && frame.0 > FRAME * panes.0 && frame.1 > OUTSIDE * frame.0;
        let hue = other.filter(|_| is_framed).unwrap_or(first);
        let main = coloured().filter(|c| apart(c[0], hue) <= TOGETHER).count();
        let is_grey = lit.len() - coloured().count() > main;
        Self { lit, hue, is_grey, is_dark }
    }

    /// The pixels of its main colour.
    pub fn main(&self) -> impl Iterator<Item = &[f32; 3]> {
        self.lit.iter().filter(|c| if self.is_grey { c[1] <= GREY } else { c[1] > GREY && self.hue_part(c) > 0.0 })
    }

    /// How much a hue belongs to the body, 0..1. It fades to 0 towards the hues that stay, so that no edge shows
    /// between them.
    pub fn hue_part(&self, [hue, ..]: &[f32; 3]) -> f32 {
        ((TOGETHER - apart(*hue, self.hue)) / 30.0).clamp(0.0, 1.0)
    }

    /// How much a pixel belongs to the body, 0..1.
    pub fn part(&self, pixel: &[f32; 3]) -> f32 {
        if self.is_grey {
            // A slightly coloured pixel is a shade of the grey thing: pink petals, a bluish rim.
            ((GREY + PALE - pixel[1]) / PALE).clamp(0.0, 1.0)
        } else {
            self.hue_part(pixel) * (pixel[1] / GREY).min(1.0)
        }
    }
}
