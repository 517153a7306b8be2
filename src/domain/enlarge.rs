//! Pictures made larger by whole numbers.

use std::f64::consts::PI;

use super::Picture;

/// How the new pixels are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Filter {
    /// Lanczos with three lobes, on colours times their opacity.
    #[default]
    Lanczos,
    /// Each pixel becomes a square.
    Nearest,
    /// None: the copy is an SVG of the outlines of its areas, sharp at any size.
    Outlines,
}

impl Filter {
    /// As A1111 calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lanczos => "Lanczos",
            Self::Nearest => "Nearest",
            Self::Outlines => "Outlines",
        }
    }
}

/// How a copy is written: how much larger, or as outlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Enlarge {
    pub times: u32,
    pub filter: Filter,
}

impl Enlarge {
    /// As it is.
    pub const NONE: Self = Self { times: 1, filter: Filter::Nearest };
    /// As a vector drawing.
    pub const SVG: Self = Self { times: 1, filter: Filter::Outlines };
    /// Longest side of an enlarged picture, in pixels.
    pub const LONGEST: u32 = 4096;

    /// Whether a picture of this size can be made so large.
    pub fn fits(self, width: u32, height: u32) -> bool {
        self.times == 1 || width.max(height).checked_mul(self.times).is_some_and(|side| side <= Self::LONGEST)
    }
}

impl Picture {
    /// The picture `by.times` as large. One whose bytes are not those of its size stays as it is.
    pub fn enlarged(&self, by: Enlarge) -> Self {
        let (w, h, times) = (self.width as usize, self.height as usize, by.times.max(1) as usize);
        if times == 1 || w * h == 0 || self.rgba.len() != 4 * w * h || !by.fits(self.width, self.height) {
            return self.clone();
        }
        let rgba = match by.filter {
            Filter::Nearest => nearest(&self.rgba, w, times),
            Filter::Lanczos => lanczos(&self.rgba, w, h, times),
            Filter::Outlines => return self.clone(),
        };
        Self { width: self.width * times as u32, height: self.height * times as u32, rgba }
    }
}

fn nearest(rgba: &[u8], w: usize, times: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(rgba.len() * times * times);
    for row in rgba.chunks_exact(4 * w) {
        let start = out.len();
        for pixel in row.chunks_exact(4) {
            (0..times).for_each(|_| out.extend_from_slice(pixel));
        }
        let wide = start..out.len();
        (1..times).for_each(|_| out.extend_from_within(wide.clone()));
    }
    out
}

const LOBES: usize = 3;
/// Pixels that one new pixel is made of, in each direction.
const TAPS: usize = 2 * LOBES;

/// For each of the `times` places of new pixels within an old one: how far left of the old one the first tap is, and the
/// weights of all, which add up to one.
fn phases(times: usize) -> Vec<(isize, [f32; TAPS])> {
    let kernel = |x: f64| match x.abs() {
        x if x < 1e-9 => 1.0,
        x if x >= LOBES as f64 => 0.0,
        x => LOBES as f64 * (PI * x).sin() * (PI * x / LOBES as f64).sin() / (PI * x).powi(2),
    };
    let phase = |i: usize| {
        // The new pixel's middle, counted from the old one's.
        let at = (i as f64 + 0.5) / times as f64 - 0.5;
        let first = at.floor() as isize - (LOBES as isize - 1);
        let weights: [f64; TAPS] = std::array::from_fn(|tap| kernel(first as f64 + tap as f64 - at));
        let sum: f64 = weights.iter().sum();
        (first, weights.map(|w| (w / sum) as f32))
    };
    (0..times).map(phase).collect()
}

fn lanczos(rgba: &[u8], w: usize, h: usize, times: usize) -> Vec<u8> {
    // Colours count as much as they are opaque: else what is hidden under clear pixels bleeds into the edges.
    let mut old = Vec::with_capacity(rgba.len());
    for pixel in rgba.chunks_exact(4) {
        let alpha = f32::from(pixel[3]) / 255.0;
        old.extend(pixel[..3].iter().map(|c| f32::from(*c) * alpha));
        old.push(f32::from(pixel[3]));
    }
    let phases = phases(times);
    let wide = w * times;
    let mut rows = vec![0.0_f32; 4 * wide * h];
    for (row, out) in old.chunks_exact(4 * w).zip(rows.chunks_exact_mut(4 * wide)) {
        for (x, pixel) in out.chunks_exact_mut(4).enumerate() {
            let (first, weights) = &phases[x % times];
            for (tap, weight) in weights.iter().enumerate() {
                let from = ((x / times) as isize + first + tap as isize).clamp(0, w as isize - 1) as usize;
                (0..4).for_each(|c| pixel[c] += weight * row[4 * from + c]);
            }
        }
    }
    let mut out = Vec::with_capacity(4 * wide * h * times);
    let mut sum = vec![0.0_f32; 4 * wide];
    for y in 0..h * times {
        sum.fill(0.0);
        let (first, weights) = &phases[y % times];
        for (tap, weight) in weights.iter().enumerate() {
            let from = ((y / times) as isize + first + tap as isize).clamp(0, h as isize - 1) as usize;
            let row = &rows[4 * wide * from..4 * wide * (from + 1)];
            sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
        }
        for pixel in sum.chunks_exact(4) {
            let alpha = pixel[3].clamp(0.0, 255.0);
            let back = if alpha >= 0.5 { 255.0 / alpha } else { 0.0 };
            out.extend(pixel[..3].iter().map(|c| (c * back).round().clamp(0.0, 255.0) as u8));
            out.push(alpha.round() as u8);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Picture {
        let rgba = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect();
        Picture { width, height, rgba }
    }

    fn at(picture: &Picture, x: u32, y: u32) -> [u8; 4] {
        let from = 4 * (y * picture.width + x) as usize;
        picture.rgba[from..from + 4].try_into().unwrap()
    }

    #[test]
    fn nearest_makes_squares() {
        let small = picture(2, 1, |x, _| [x as u8 * 200, 7, 9, 255]);
        let large = small.enlarged(Enlarge { times: 4, filter: Filter::Nearest });
        assert_eq!((large.width, large.height), (8, 4));
        assert!((0..8).all(|x| (0..4).all(|y| at(&large, x, y)[0] == if x < 4 { 0 } else { 200 })));
    }

    #[test]
    fn lanczos_is_smooth_and_keeps_plain_grounds() {
        let lanczos = |times| Enlarge { times, filter: Filter::Lanczos };
        let plain = picture(5, 3, |_, _| [10, 120, 250, 255]).enlarged(lanczos(8));
        assert_eq!((plain.width, plain.height), (40, 24));
        assert!(plain.rgba.chunks_exact(4).all(|p| p == [10, 120, 250, 255]));
        // A step becomes a slope between its two sides, the middle of it half way.
        let step = picture(8, 1, |x, _| if x < 4 { [0, 0, 0, 255] } else { [200, 200, 200, 255] }).enlarged(lanczos(4));
        let row: Vec<u8> = (0..32).map(|x| at(&step, x, 0)[0]).collect();
        assert!(row[14] < 90 && row[15] < 100 && row[16] > 100 && row[17] > 110, "{row:?}");
        assert!(row[13] < row[15] && row[15] < row[16] && row[16] < row[18], "{row:?}");
        // What is hidden under clear pixels does not come out.
        let edge = picture(8, 1, |x, _| if x < 4 { [255, 0, 255, 0] } else { [0, 200, 0, 255] }).enlarged(lanczos(4));
        let seen = edge.rgba.chunks_exact(4).filter(|p| p[3] > 8);
        assert!(seen.clone().count() >= 16 && seen.clone().all(|p| p[0] <= 2 && p[2] <= 2), "{edge:?}");
    }

    #[test]
    fn what_would_be_too_large_or_lies_about_its_size_stays() {
        let small = picture(600, 1, |_, _| [1, 2, 3, 4]);
        assert!(!Enlarge { times: 8, filter: Filter::Lanczos }.fits(600, 1));
        assert_eq!(small.enlarged(Enlarge { times: 8, filter: Filter::Lanczos }), small);
        let liar = Picture { width: 9, height: 9, rgba: vec![0; 8] };
        assert_eq!(liar.enlarged(Enlarge { times: 2, filter: Filter::Nearest }), liar);
        assert!(Enlarge::NONE.fits(u32::MAX, 1) && !Enlarge { times: 4, ..Enlarge::NONE }.fits(u32::MAX, 1));
    }
}
