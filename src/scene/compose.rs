//! Composes a picture from background, shadows and layers, back to front.

use rayon::prelude::*;

use super::Scenery;
use super::ground;
use super::layout::{Layer, Visible};

/// A square picture: straight RGBA, 8 bits a channel, `4 * side * side` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Square {
    pub side: usize,
    pub rgba: Vec<u8>,
}

/// Alpha from which a pixel counts as visible. Lower values are the haze that the model leaves at edges.
const SEEN: u8 = 40;

impl Square {
    /// Left, top, right and bottom, in pixels, of the area with at least this alpha; right and bottom are exclusive.
    /// `None` if no pixel has it.
    pub fn bounds(&self, alpha: u8) -> Option<(usize, usize, usize, usize)> {
        let n = self.side;
        let (mut left, mut top, mut right, mut bottom) = (n, n, 0, 0);
        for (i, _) in self.rgba.chunks_exact(4).enumerate().filter(|(_, p)| p[3] >= alpha) {
            let (x, y) = (i % n, i / n);
            (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1));
        }
        (left < right).then_some((left, top, right, bottom))
    }
}

/// The visible part of a picture; all of it if no pixel is visible.
fn visible(picture: &Square) -> Visible {
    let Some((left, top, right, bottom)) = picture.bounds(SEEN) else { return Visible::ALL };
    let part = |v: usize| v as f32 / picture.side as f32;
    Visible { left: part(left), top: part(top), right: part(right), bottom: part(bottom) }
}

/// A layer's picture and its visible part.
pub struct Cutout {
    pub picture: Square,
    pub visible: Visible,
}

impl Cutout {
    pub fn new(picture: Square) -> Self {
        Self { visible: visible(&picture), picture }
    }
}

/// The background. It is drawn once and used each time a scene is composed on it.
pub struct Backdrop {
    side: usize,
    /// Premultiplied RGBA, 0..1.
    pixels: Vec<[f32; 4]>,
    shadows: bool,
}

impl Backdrop {
    /// A background of `side` x `side` pixels; transparent if `scenery` is `None`.
    pub fn new(scenery: Option<Scenery>, seed: u64, side: usize) -> Self {
        let mut pixels = vec![[0f32; 4]; side * side];
        let at = |v: usize, part: f32| (v as f32 + part) / side as f32;
        if let Some(scenery) = scenery {
            pixels.par_chunks_mut(side.max(1)).enumerate().for_each(|(y, row)| {
                for (x, to) in row.iter_mut().enumerate() {
                    let mut sum = [0f32; 3];
                    for (px, py) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                        let c = ground::colour(scenery, at(x, px), at(y, py), seed);
                        (0..3).for_each(|k| sum[k] += c[k] / 4.0);
                    }
                    *to = [sum[0], sum[1], sum[2], 1.0];
                }
            });
        }
        Self { side, pixels, shadows: scenery.is_some() }
    }

    /// Draws the layers of a scene on it, in list order. `cutout(layer)` returns a layer's picture; without one the
    /// layer is skipped.
    pub fn compose<'a>(&self, layers: &[Layer], cutout: impl Fn(&Layer) -> Option<&'a Cutout>) -> Square {
        let side = self.side;
        let mut canvas = self.pixels.clone();
        let shadows = self.has_shadows(layers);
        for layer in layers {
            let Some(cutout) = cutout(layer) else { continue };
            put(&mut canvas, side, layer, cutout, shadows);
        }
        finished(&canvas, side)
    }

    /// Whether things in this scene cast shadows: always, except for a single layer on a transparent background.
    pub fn has_shadows(&self, layers: &[Layer]) -> bool {
        self.shadows || layers.len() > 1
    }
}

/// Draws one layer alone on a transparent canvas of `side` x `side` pixels.
pub fn alone(layer: &Layer, cutout: &Cutout, shadows: bool, side: usize) -> Square {
    let mut canvas = vec![[0f32; 4]; side * side];
    put(&mut canvas, side, layer, cutout, shadows);
    finished(&canvas, side)
}

fn put(canvas: &mut [[f32; 4]], side: usize, layer: &Layer, cutout: &Cutout, shadows: bool) {
    if shadows && layer.stands {
        shadow(canvas, side, layer.shown(cutout.visible));
    }
    draw(canvas, side, layer, &cutout.picture);
}

/// Converts premultiplied colours to straight 8-bit RGBA.
fn finished(canvas: &[[f32; 4]], side: usize) -> Square {
    let byte = |v: f32| (v * 255.0).round().clamp(0.0, 255.0) as u8;
    let rgba = canvas.iter().flat_map(|p| {
        let a = p[3].max(1e-6);
        [byte(p[0] / a), byte(p[1] / a), byte(p[2] / a), byte(p[3])]
    });
    Square { side, rgba: rgba.collect() }
}

fn over(to: &mut [f32; 4], from: [f32; 4]) {
    for k in 0..4 {
        to[k] = from[k] + to[k] * (1.0 - from[3]);
    }
}

/// Draws a soft elliptical shadow below a thing. `shown`: left, top, right and bottom of the thing, 0..1.
fn shadow(canvas: &mut [[f32; 4]], side: usize, shown: (f32, f32, f32, f32)) {
    let n = side as f32;
    let (cx, cy) = ((shown.0 + shown.2) / 2.0 * n, shown.3 * n);
    let (rx, ry) = ((shown.2 - shown.0) * 0.48 * n, (shown.2 - shown.0) * 0.07 * n);
    if rx < 1.0 || ry < 0.5 {
        return;
    }
    let span = |c: f32, r: f32| ((c - r).floor().max(0.0) as usize, ((c + r).ceil().max(0.0) as usize).min(side));
    let ((x0, x1), (y0, y1)) = (span(cx, rx), span(cy, ry));
    for y in y0..y1 {
        for x in x0..x1 {
            let d = ((x as f32 + 0.5 - cx) / rx).powi(2) + ((y as f32 + 0.5 - cy) / ry).powi(2);
            if d < 1.0 {
                over(&mut canvas[y * side + x], [0.0, 0.0, 0.0, 0.28 * (1.0 - d) * (1.0 - d)]);
            }
        }
    }
}

/// Draws a layer with bilinear sampling. If it shrinks, each pixel is the mean of several samples.
fn draw(canvas: &mut [[f32; 4]], side: usize, layer: &Layer, picture: &Square) {
    let n = side as f32;
    let (x0, y0, size) = (layer.x * n, layer.y * n, layer.side * n);
    if size < 0.5 || !size.is_finite() {
        return;
    }
    let samples = (picture.side as f32 / size).ceil().clamp(1.0, 8.0) as usize;
    let span = |from: f32| ((from.floor().max(0.0)) as usize, ((from + size).ceil().max(0.0) as usize).min(side));
    let ((left, right), (top, bottom)) = (span(x0), span(y0));
    for y in top..bottom {
        for x in left..right {
            let mut sum = [0f32; 4];
            for k in 0..samples * samples {
                let part = |i: usize| (i as f32 + 0.5) / samples as f32;
                let u = (x as f32 + part(k % samples) - x0) / size;
                let u = if layer.flip { 1.0 - u } else { u };
                let v = (y as f32 + part(k / samples) - y0) / size;
                let s = sample(picture, u, v);
                (0..4).for_each(|c| sum[c] += s[c]);
            }
            over(&mut canvas[y * side + x], sum.map(|v| v / (samples * samples) as f32));
        }
    }
}

/// The premultiplied colour at (u, v), each 0..1; transparent outside.
fn sample(picture: &Square, u: f32, v: f32) -> [f32; 4] {
    let n = picture.side as f32;
    let (x, y) = (u * n - 0.5, v * n - 0.5);
    let (fx, fy) = (x - x.floor(), y - y.floor());
    let mut out = [0f32; 4];
    for (dx, dy, weight) in
        [(0, 0, (1.0 - fx) * (1.0 - fy)), (1, 0, fx * (1.0 - fy)), (0, 1, (1.0 - fx) * fy), (1, 1, fx * fy)]
    {
        let (px, py) = (x.floor() as i64 + dx, y.floor() as i64 + dy);
        let inside = |p: i64| (0..picture.side as i64).contains(&p);
        if inside(px) && inside(py) {
            let at = 4 * (py as usize * picture.side + px as usize);
            let p = &picture.rgba[at..at + 4];
            let a = p[3] as f32 / 255.0;
            for c in 0..3 {
                out[c] += weight * p[c] as f32 / 255.0 * a;
            }
            out[3] += weight * a;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::colour::target;
    use super::super::hsv::{apart, hsv};
    use super::super::words::COLOURS;
    use super::super::{Ground, Light};
    use super::*;

    fn plain(colour: [u8; 4], side: usize) -> Square {
        Square { side, rgba: colour.repeat(side * side) }
    }

    fn compose(layers: &[Layer], cutout: &Cutout, side: usize) -> Square {
        Backdrop::new(None, 1, side).compose(layers, |_| Some(cutout))
    }

    fn layer(x: f32, y: f32, side: f32) -> Layer {
        Layer { item: 0, copy: 0, x, y, side, flip: false, stands: false }
    }

    fn pixel(s: &Square, x: usize, y: usize) -> [u8; 4] {
        let at = 4 * (y * s.side + x);
        [s.rgba[at], s.rgba[at + 1], s.rgba[at + 2], s.rgba[at + 3]]
    }

    #[test]
    fn a_layer_covers_its_box_and_nothing_else() {
        let red = Cutout::new(plain([255, 0, 0, 255], 64));
        let got = compose(&[layer(0.25, 0.25, 0.5)], &red, 64);
        assert_eq!(pixel(&got, 32, 32), [255, 0, 0, 255]);
        assert_eq!(pixel(&got, 8, 32)[3], 0);
        assert_eq!(pixel(&got, 56, 60)[3], 0);
    }

    #[test]
    fn a_flipped_layer_has_its_left_on_the_right() {
        let mut half = plain([0, 0, 0, 0], 16);
        half.rgba.chunks_exact_mut(4).enumerate().filter(|(i, _)| i % 16 < 4).for_each(|(_, p)| p.fill(255));
        let half = Cutout::new(half);
        let flipped = Layer { flip: true, ..layer(0.0, 0.0, 1.0) };
        let got = compose(&[flipped], &half, 16);
        assert_eq!([0, 3, 12, 15].map(|x| pixel(&got, x, 8)[3]), [0, 0, 255, 255]);
        assert_eq!(flipped.shown(half.visible), (0.75, 0.0, 1.0, 1.0));
    }

    #[test]
    fn later_layers_cover_earlier_ones() {
        let [red, blue] = [[255, 0, 0, 255], [0, 0, 255, 255]].map(|colour| Cutout::new(plain(colour, 16)));
        let layers = [layer(0.0, 0.0, 1.0), Layer { item: 1, ..layer(0.0, 0.0, 1.0) }];
        let clear = Backdrop::new(None, 1, 32);
        let got = clear.compose(&layers, |l| Some(if l.item == 0 { &red } else { &blue }));
        assert_eq!(pixel(&got, 16, 16), [0, 0, 255, 255]);
    }

    #[test]
    fn a_layer_far_outside_or_without_size_does_no_harm() {
        let red = Cutout::new(plain([255, 0, 0, 255], 16));
        for l in
            [layer(9.0, -7.0, 1.0), layer(0.0, 0.0, 0.0), layer(f32::NAN, 0.0, 1.0), layer(0.0, 0.0, f32::INFINITY)]
        {
            let got = compose(&[l], &red, 16);
            assert!(got.rgba.chunks(4).all(|p| p[3] == 0), "{l:?}");
        }
    }

    #[test]
    fn what_can_be_seen_is_measured_without_the_clear_margin() {
        let mut s = plain([0, 0, 0, 0], 8);
        for (x, y) in [(2, 3), (5, 6)] {
            s.rgba[4 * (y * 8 + x) + 3] = 255;
        }
        assert_eq!(visible(&s), Visible { left: 0.25, top: 0.375, right: 0.75, bottom: 0.875 });
        assert_eq!(visible(&plain([9, 9, 9, 0], 8)), Visible::ALL);
    }

    #[test]
    fn each_ground_fills_the_canvas_and_a_seed_repeats_it() {
        let grounds = [
            Ground::Sky,
            Ground::Sunset,
            Ground::Night,
            Ground::Grass,
            Ground::Snow,
            Ground::Rain,
            Ground::Fog,
            Ground::Sea,
            Ground::Underwater,
            Ground::Beach,
            Ground::Desert,
            Ground::Room,
            Ground::Table,
        ];
        for ground in grounds.into_iter().chain(COLOURS.iter().map(|(.., colour)| Ground::Plain(colour))) {
            let draw = |seed| Backdrop::new(Some(ground.into()), seed, 64).compose(&[], |_| None);
            assert!(draw(1).rgba.chunks(4).all(|p| p[3] == 255), "{ground:?}");
            assert_eq!(draw(1), draw(1));
        }
    }

    #[test]
    fn the_light_of_the_hour_changes_sky_and_land() {
        for ground in
            [Ground::Grass, Ground::Snow, Ground::Rain, Ground::Fog, Ground::Sea, Ground::Beach, Ground::Desert]
        {
            let mean = |light: Light, rows: std::ops::Range<usize>| {
                let picture = Backdrop::new(Some(Scenery { ground, light }), 1, 64).compose(&[], |_| None);
                let part = &picture.rgba[rows.start * 256..rows.end * 256];
                [0, 2].map(|k| part.chunks(4).map(|p| u32::from(p[k])).sum::<u32>() / (part.len() as u32 / 4))
            };
            let [sky, land] = [0..24, 54..64];
            for rows in [sky.clone(), land] {
                let [day, night, evening] =
                    [Light::Day, Light::Night, Light::Sunset].map(|light| mean(light, rows.clone()));
                assert!(
                    10 * night[0] < 6 * day[0] && night[1] * day[0] > day[1] * night[0],
                    "{ground:?}: dark and blue, {day:?} {night:?}"
                );
                assert!(10 * evening[1] < 9 * day[1] && evening[0] > night[0], "{ground:?}: {day:?} {evening:?}");
            }
        }
    }

    /// Regression: a cat on a red background was drawn on white.
    #[test]
    fn a_plain_ground_is_a_paper_of_its_colour() {
        for (.., colour) in COLOURS {
            let paper = Backdrop::new(Some(Ground::Plain(colour).into()), 1, 32).compose(&[], |_| None);
            let hue = |x: usize, y: usize| {
                let p = pixel(&paper, x, y);
                hsv([p[0], p[1], p[2]])
            };
            let (middle, corner) = (hue(16, 16), hue(0, 0));
            assert!((middle[2] - corner[2]).abs() < 0.12, "{colour}: even");
            match (*colour, target(colour)) {
                ("black", _) => assert!(middle[2] < 0.15, "{middle:?}"),
                ("white", _) => assert!(middle[2] > 0.95 && middle[1] < 0.03, "{middle:?}"),
                ("gray", _) => assert!((0.6..0.8).contains(&middle[2]) && middle[1] < 0.08, "{middle:?}"),
                (_, Some([hue, saturation, value])) => {
                    assert!(apart(middle[0], hue) < 12.0 && middle[1] > 0.2, "{colour}: {middle:?}");
                    // A thing of the same colour must stand out from it.
                    let paler = saturation - middle[1] + 2.0 * (middle[2] - value);
                    assert!(paler > 0.15, "{colour}: {middle:?}");
                }
                (_, None) => panic!("{colour} has no hue"),
            }
        }
    }

    #[test]
    fn what_stands_on_a_ground_has_a_shadow_beneath_it_and_what_does_not_has_none() {
        let red = Cutout::new(plain([255, 0, 0, 255], 16));
        let stands = Layer { stands: true, ..layer(0.3, 0.2, 0.4) };
        let flies = Layer { stands: false, ..stands };
        for ground in [Ground::Grass, Ground::Snow, Ground::Plain("yellow")] {
            let ground = Backdrop::new(Some(ground.into()), 1, 128);
            let [empty, shadow, none] =
                [&[][..], &[stands], &[flies]].map(|layers| ground.compose(layers, |_| Some(&red)));
            // Just below the thing's lower edge, at its middle; and far from it.
            let light = |s: &Square, x, y| pixel(s, x, y)[..3].iter().map(|v| i32::from(*v)).sum::<i32>();
            let (x, y) = (64, (0.61 * 128.0) as usize);
            assert!(light(&shadow, x, y) < light(&empty, x, y) - 15);
            assert_eq!(light(&none, x, y), light(&empty, x, y));
            assert_eq!(light(&shadow, 10, y), light(&empty, 10, y));
        }
    }
}
