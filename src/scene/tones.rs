//! Makes a drawn thing white, black, gray or brown. A curve maps the brightness of its body to the new tone: shading
//! survives, eyes and outlines stay dark, and what is brighter than the body stays brighter.

use super::body::{Body, DARK};
use super::compose::Square;
use super::hsv::hsv;

/// The brightness that a colour word gives to a thing.
pub struct Tone {
    /// New brightness of the body's dark, middle and light shades, 0..1.
    shades: [f32; 3],
    /// Added to the brightness at the thing's edge, so that the thing stands out from a background of its own colour.
    edge: f32,
    /// Added to the brightness around dark details, so that the eyes of a black cat can be seen.
    ring: f32,
}

/// The tone of a colour word; `None` for words that are a hue.
pub fn tone(colour: &str) -> Option<Tone> {
    Some(match colour {
        "white" => Tone { shades: [0.8, 0.93, 0.985], edge: -0.22, ring: 0.0 },
        "black" => Tone { shades: [0.12, 0.2, 0.29], edge: 0.14, ring: 0.5 },
        "gray" => Tone { shades: [0.4, 0.56, 0.7], edge: 0.0, ring: 0.0 },
        "brown" => Tone { shades: [0.34, 0.48, 0.6], edge: 0.0, ring: 0.0 },
        _ => return None,
    })
}

/// Width of an edge and of a ring, as a share of the picture's side.
const EDGE: f32 = 0.012;
const RING: f32 = 0.018;
/// Quantiles of the body's brightness: its dark, middle and light shades.
const SHARES: [f32; 3] = [0.1, 0.5, 0.95];
/// Below this share of the body's middle shade a pixel is a detail, such as an eye, and no shade. The share is smaller
/// if the middle shade is darker than `LIGHT`.
const DETAIL: f32 = 0.3;
const LIGHT: f32 = 0.4;
/// Maximum width of eyes and mouths, as a share of the picture's side.
const NARROW: f32 = 0.08;
/// Alpha from which a pixel is inside a thing, and not part of its edge.
const SOLID: u8 = 240;
/// A detail must be darker than its surroundings by this share of the body's middle shade. At twice this it counts
/// fully.
const FAINT: f32 = 0.22;
/// Share of its brightness that a detail loses inside a ring.
const DARKER: f32 = 0.6;
/// Maximum factor by which shades are spread apart. More would show the network's flaws.
const SPREAD: f32 = 1.25;

/// Returns `picture` in this tone, unchanged if the body has no pixels. `tint`: red, green and blue of the colour at
/// full brightness, 0..1.
pub fn toned(mut picture: Square, body: &Body, tone: &Tone, tint: [f32; 3]) -> Square {
    let Some(curve) = Curve::new(&picture, body, tone) else { return picture };
    let n = picture.side;
    let reach = |share: f32| (share * n as f32).ceil() as usize;
    let inside = blurred(n, reach(EDGE), picture.rgba.chunks_exact(4).map(|p| f32::from(p[3]) / 255.0).collect());
    let details = if tone.ring > 0.0 { curve.details(&picture) } else { vec![0.0; n * n] };
    let rings = blurred(n, reach(RING), details.clone());
    for (i, p) in picture.rgba.chunks_exact_mut(4).enumerate().filter(|(_, p)| p[3] > 0) {
        let (old, part) = (luma(p), body.part(&hsv([p[0], p[1], p[2]])));
        let of_body = curve.of_body(old);
        let ring = tone.ring * of_body * (2.5 * rings[i]).min(1.0);
        let new = (curve.at(old) + ring) * (1.0 - DARKER * details[i]);
        // Parts of other hues have a dark edge too, but no light one.
        let part_of_edge = if tone.edge < 0.0 { of_body } else { of_body * part };
        let edge = tone.edge * part_of_edge * (2.0 * (1.0 - inside[i])).clamp(0.0, 1.0);
        // Highlights have no tint.
        let paler = ((new - curve.high) / (1.0 - curve.high)).clamp(0.0, 1.0);
        for (c, tint) in p[..3].iter_mut().zip(tint) {
            let new = new * (tint + (1.0 - tint) * paler);
            let mixed = f32::from(*c) / 255.0 * (1.0 - part) + new * part;
            *c = ((mixed + edge) * 255.0).round().clamp(0.0, 255.0) as u8;
        }
    }
    picture
}

/// A piecewise linear curve from a pixel's brightness to its brightness in the new tone, both 0..1.
struct Curve {
    knots: [(f32, f32); 7],
    /// Below this brightness a pixel is a detail.
    detail: f32,
    /// The dark and the middle shade of the body.
    dark: f32,
    middle: f32,
    /// The light shade of the tone, below 1.
    high: f32,
}

impl Curve {
    fn new(picture: &Square, body: &Body, tone: &Tone) -> Option<Self> {
        let of_body = |p: &&[u8]| {
            let c = hsv([p[0], p[1], p[2]]);
            p[3] >= 128 && body.part(&c) > 0.5 && (body.is_dark || c[2] > DARK)
        };
        let mut seen: Vec<f32> = picture.rgba.chunks_exact(4).filter(of_body).map(luma).collect();
        seen.sort_unstable_by(f32::total_cmp);
        let last = seen.len().checked_sub(1)?;
        let [dark, middle, light] = SHARES.map(|share| seen[(share * last as f32) as usize]);
        // In a dark thing, details cannot be told from shades.
        let detail = if body.is_dark { 0.0 } else { DETAIL * middle * (middle / LIGHT).min(1.0) };
        let dark = dark.max(2.0 * detail);
        let [low, mid, high] = tone.shades;
        let (low, high) = (low.max(mid - SPREAD * (middle - dark)), high.min(mid + SPREAD * (light - middle)));
        let darkest = if body.is_dark { low } else { 0.0 };
        let knots = [
            (0.0, darkest),
            (detail, detail.min(low / 2.0).max(darkest)),
            (dark, low),
            (middle, mid),
            (light, high),
            ((light + 1.0) / 2.0, 0.7 * high + 0.3),
            (1.0, 1.0),
        ];
        Some(Self { knots, detail, dark, middle, high })
    }

    fn at(&self, x: f32) -> f32 {
        let on = |pair: &&[(f32, f32)]| x <= pair[1].0;
        self.knots.windows(2).find(on).map_or(1.0, |pair| {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            y0 + (y1 - y0) * ((x - x0) / (x1 - x0).max(1e-6)).clamp(0.0, 1.0)
        })
    }

    /// How much each pixel belongs to a small dark detail such as an eye or a mouth, 0..1. A morphological closing
    /// fills all that is narrow and dark; a detail is darker than the result.
    fn details(&self, picture: &Square) -> Vec<f32> {
        let reach = (NARROW * picture.side as f32 / 2.0).ceil() as usize;
        // The haze at a thing's edge may be brighter than the thing.
        let of = |p: &[u8]| if p[3] < SOLID { 0.0 } else { luma(p) };
        let old: Vec<f32> = picture.rgba.chunks_exact(4).map(of).collect();
        let most = swept(picture.side, reach, old.clone(), |near| near.iter().copied().fold(0.0, f32::max));
        let mut all = swept(picture.side, reach, most, |near| near.iter().copied().fold(1.0, f32::min));
        for ((filled, old), p) in all.iter_mut().zip(old).zip(picture.rgba.chunks_exact(4)) {
            let darker = (*filled - old) / self.middle.max(LIGHT);
            *filled = if p[3] < SOLID { 0.0 } else { ((darker - FAINT) / FAINT).clamp(0.0, 1.0) };
        }
        all
    }

    /// 0 for details, 1 for shades of the body, and between them in the transition.
    fn of_body(&self, x: f32) -> f32 {
        if self.detail <= 0.0 { 1.0 } else { ((x - self.detail) / (self.dark - self.detail)).clamp(0.0, 1.0) }
    }
}

/// Brightness of a pixel, 0..1 (ITU-R BT.601).
fn luma(p: &[u8]) -> f32 {
    (0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2])) / 255.0
}

/// Box blur: the mean of `side` x `side` values over squares of `2 * reach + 1` pixels. Values outside the picture are
/// 0.
fn blurred(side: usize, reach: usize, all: Vec<f32>) -> Vec<f32> {
    swept(side, reach, all, |near| near.iter().sum::<f32>() / (2 * reach + 1) as f32)
}

/// Replaces each of `side` x `side` values by `of` its neighbours up to `reach` pixels away, first along rows, then
/// along columns.
fn swept(side: usize, reach: usize, mut all: Vec<f32>, of: impl Fn(&[f32]) -> f32) -> Vec<f32> {
    let mut line = vec![0.0; side];
    for (step, next) in [(1, side), (side, 1)] {
        for start in (0..side).map(|k| k * next) {
            (0..side).for_each(|i| line[i] = all[start + i * step]);
            for i in 0..side {
                all[start + i * step] = of(&line[i.saturating_sub(reach)..(i + reach + 1).min(side)]);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::colour::recoloured;
    use super::*;

    const SIDE: usize = 64;

    /// A disc with a radius of 24 pixels in the middle, in shades of `body` that are lighter above, with two eyes.
    fn face(body: [u8; 3], eye: [u8; 3]) -> Square {
        let mut rgba = vec![0; 4 * SIDE * SIDE];
        for (i, p) in rgba.chunks_exact_mut(4).enumerate() {
            let (x, y) = ((i % SIDE) as f32 - 31.5, (i / SIDE) as f32 - 31.5);
            let is_eye = (x.abs() - 9.0).hypot(y + 4.0) < 4.0;
            let shade = 1.0 - 0.2 * (y + 24.0) / 48.0;
            let c = if is_eye { eye } else { body.map(|c| (f32::from(c) * shade) as u8) };
            if x.hypot(y) < 24.0 {
                p.copy_from_slice(&[c[0], c[1], c[2], 255]);
            }
        }
        Square { side: SIDE, rgba }
    }

    fn pixel(s: &Square, x: usize, y: usize) -> &[u8] {
        &s.rgba[4 * (y * SIDE + x)..][..4]
    }

    /// Mean brightness and saturation of the visible pixels.
    fn means(s: &Square) -> [f32; 2] {
        let seen = || s.rgba.chunks_exact(4).filter(|p| p[3] > 0);
        let mean = |of: &dyn Fn(&[u8]) -> f32| seen().map(of).sum::<f32>() / seen().count() as f32;
        [mean(&luma), mean(&|p| hsv([p[0], p[1], p[2]])[1])]
    }

    const YELLOW: [u8; 3] = [250, 200, 40];
    const EYE: [u8; 3] = [40, 20, 30];

    /// Regression: "a white cat" stayed yellow, a black one came out purple.
    #[test]
    fn a_yellow_face_becomes_white_black_gray_or_brown() {
        for (word, light, saturation) in [
            ("white", 0.82..0.95, 0.0..0.1),
            ("black", 0.13..0.29, 0.0..0.1),
            ("gray", 0.45..0.62, 0.0..0.1),
            ("brown", 0.25..0.42, 0.5..0.7),
        ] {
            // A yellow thing, a gray one, a brown one.
            for drawn in [YELLOW, [190, 190, 195], [150, 90, 50]] {
                let got = recoloured(face(drawn, EYE), word);
                let [is_light, is_saturated] = means(&got);
                assert!(light.contains(&is_light), "{word} of {drawn:?}: brightness {is_light}");
                assert!(saturation.contains(&is_saturated), "{word} of {drawn:?}: saturation {is_saturated}");
            }
        }
    }

    #[test]
    fn eyes_and_shades_stay() {
        for (word, contrast) in [("white", 0.6), ("gray", 0.3), ("brown", 0.2), ("black", 0.2)] {
            let got = recoloured(face(YELLOW, EYE), word);
            let at = |x, y| luma(pixel(&got, x, y));
            // A black thing is light around its eyes.
            let (eye, beside) = (at(22, 27), at(28, 27));
            assert!(beside - eye > contrast, "{word}: an eye of {eye} on {beside}");
            assert!(at(32, 14) - at(32, 48) > 0.04, "{word}: it is lighter above");
        }
        let green = [40, 170, 90];
        let got = recoloured(face(YELLOW, green), "black");
        assert_eq!(pixel(&got, 22, 27), [40, 170, 90, 255], "eyes of another hue");
    }

    #[test]
    fn what_is_white_has_a_dark_edge_and_what_is_black_a_light_one() {
        for (word, sign) in [("white", -1.0), ("black", 1.0)] {
            let got = recoloured(face(YELLOW, EYE), word);
            let step = luma(pixel(&got, 8, 32)) - luma(pixel(&got, 14, 32));
            assert!(sign * step > 0.05, "{word}: {step}");
        }
    }

    #[test]
    fn a_dark_thing_without_details_becomes_light() {
        let note = Square { side: SIDE, rgba: [12, 10, 14, 255].repeat(SIDE * SIDE) };
        for (word, light) in [("white", 0.85..0.96), ("gray", 0.5..0.62)] {
            let [got, _] = means(&recoloured(note.clone(), word));
            assert!(light.contains(&got), "{word}: {got}");
        }
    }

    #[test]
    fn tones_of_an_empty_or_tiny_picture_do_no_harm() {
        for side in [0, 1, 2] {
            for colour in ["white", "black", "gray", "brown"] {
                for pixel in [[0; 4], [255; 4], [250, 200, 40, 255]] {
                    let picture = Square { side, rgba: pixel.repeat(side * side) };
                    assert_eq!(recoloured(picture, colour).rgba.len(), 4 * side * side);
                }
            }
        }
    }
}
