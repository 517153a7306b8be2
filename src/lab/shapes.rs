//! Shapes of points in the plane, each coordinate mostly from -1 to 1.

use std::f32::consts::TAU;

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::Words;

/// A point's coordinates.
pub type Point = [f32; 2];

/// Shapes that a generator learns, in the order of [`NAMES`].
pub const SHAPES: [fn(&mut ChaCha8Rng) -> Point; 5] = [ring, eight, moons, spiral, line];
/// What a control calls them.
pub const NAMES: [Words; 5] =
    [("ring", "圆环"), ("eight heaps", "八堆"), ("two moons", "双月"), ("spiral", "螺旋"), ("line", "直线")];

/// How wide a line of points is.
const WIDTH: f32 = 0.03;

fn around(rng: &mut ChaCha8Rng, [x, y]: Point, width: f32) -> Point {
    let mut noise = || -> f32 { StandardNormal.sample(rng) };
    [x + width * noise(), y + width * noise()]
}

fn ring(rng: &mut ChaCha8Rng) -> Point {
    let angle = rng.random_range(0.0..TAU);
    around(rng, [0.8 * angle.cos(), 0.8 * angle.sin()], WIDTH)
}

fn eight(rng: &mut ChaCha8Rng) -> Point {
    let angle = rng.random_range(0..HEAPS) as f32 * TAU / HEAPS as f32;
    around(rng, [0.8 * angle.cos(), 0.8 * angle.sin()], WIDTH)
}

fn moons(rng: &mut ChaCha8Rng) -> Point {
    let angle = rng.random_range(0.0..TAU / 2.0);
    let (x, y) = (0.55 * angle.cos(), 0.55 * angle.sin());
    let upper = rng.random::<bool>();
    around(rng, if upper { [x - 0.25, y - 0.1] } else { [x + 0.25, 0.1 - y] }, WIDTH)
}

fn spiral(rng: &mut ChaCha8Rng) -> Point {
    // The square root spreads the points evenly along the arm.
    let along = rng.random::<f32>().sqrt();
    let angle = along * 1.5 * TAU;
    around(rng, [0.9 * along * angle.cos(), 0.9 * along * angle.sin()], WIDTH / 2.0)
}

fn line(rng: &mut ChaCha8Rng) -> Point {
    let along = rng.random_range(-0.9..0.9);
    around(rng, [along, 0.5 * along], WIDTH)
}

/// Heaps of [`eight`].
pub const HEAPS: usize = 8;

/// How many of the [`HEAPS`] have at least a fiftieth of the points: fewer than all is mode collapse.
pub fn heaps_met(points: &[Point]) -> usize {
    let mut met = [0; HEAPS];
    for [x, y] in points {
        let turn = y.atan2(*x).rem_euclid(TAU) / TAU * HEAPS as f32;
        let centre = turn.round() * TAU / HEAPS as f32;
        let (dx, dy) = (x - 0.8 * centre.cos(), y - 0.8 * centre.sin());
        if dx.hypot(dy) < 0.25 {
            met[turn.round() as usize % HEAPS] += 1;
        }
    }
    met.into_iter().filter(|count| count * 50 >= points.len()).count()
}

/// `count` points of a shape.
pub fn sample(shape: fn(&mut ChaCha8Rng) -> Point, count: usize, rng: &mut ChaCha8Rng) -> Vec<Point> {
    (0..count).map(|_| shape(rng)).collect()
}

/// The energy distance of two sets of points: 0 where they are spread alike (Székely and Rizzo 2013).
pub fn distance(a: &[Point], b: &[Point]) -> f64 {
    let mean = |a: &[Point], b: &[Point]| {
        let each = a.iter().flat_map(|p| b.iter().map(move |q| f64::from((p[0] - q[0]).hypot(p[1] - q[1]))));
        each.sum::<f64>() / (a.len() * b.len()).max(1) as f64
    };
    (2.0 * mean(a, b) - mean(a, a) - mean(b, b)).max(0.0)
}

/// Draws a point and its class, 0 or 1.
pub type Classed = fn(&mut ChaCha8Rng) -> (Point, u8);

/// Points of two classes, in the order of [`CLASSED_NAMES`]: the class is 0 or 1.
pub const CLASSED: [Classed; 4] = [circle, quarters, heaps, spirals];
/// What a control calls them.
pub const CLASSED_NAMES: [Words; 4] = [
    ("circle in a ring", "圆与环"),
    ("four quarters (XOR)", "四象限（异或）"),
    ("two heaps", "两堆"),
    ("two spirals", "双螺旋"),
];

fn circle(rng: &mut ChaCha8Rng) -> (Point, u8) {
    let inner = rng.random::<bool>();
    let (radius, angle) = (
        if inner { 0.4 * rng.random::<f32>().sqrt() } else { rng.random_range(0.65..0.9) },
        rng.random_range(0.0..TAU),
    );
    ([radius * angle.cos(), radius * angle.sin()], u8::from(inner))
}

fn quarters(rng: &mut ChaCha8Rng) -> (Point, u8) {
    let mut side = || -> f32 {
        let far = rng.random_range(0.1..0.9);
        if rng.random() { far } else { -far }
    };
    let point = [side(), side()];
    (point, u8::from(point[0] * point[1] > 0.0))
}

fn heaps(rng: &mut ChaCha8Rng) -> (Point, u8) {
    let first = rng.random::<bool>();
    let centre = if first { [0.4, 0.4] } else { [-0.4, -0.4] };
    (around(rng, centre, 0.18), u8::from(first))
}

fn spirals(rng: &mut ChaCha8Rng) -> (Point, u8) {
    let (along, first) = (rng.random_range(0.1_f32..1.0).sqrt(), rng.random::<bool>());
    let angle = along * 1.25 * TAU + if first { 0.0 } else { TAU / 2.0 };
    ([0.9 * along * angle.cos(), 0.9 * along * angle.sin()], u8::from(first))
}
