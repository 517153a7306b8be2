//! Draws the backgrounds. They are formulas of x and y, so that they are sharp at any size.

use super::{Ground, Light, Scenery};

type Colour = [f32; 3];

impl Light {
    /// Factors for the red, green and blue of the land in this light.
    fn tint(self) -> Colour {
        match self {
            Self::Day => [1.0; 3],
            Self::Night => [0.36, 0.42, 0.62],
            Self::Sunset => [0.98, 0.74, 0.64],
        }
    }
}

fn rgb(hex: u32) -> Colour {
    [(hex >> 16 & 255) as f32 / 255.0, (hex >> 8 & 255) as f32 / 255.0, (hex & 255) as f32 / 255.0]
}

fn mix(a: Colour, b: Colour, t: f32) -> Colour {
    let t = t.clamp(0.0, 1.0);
    [0, 1, 2].map(|i| a[i] + (b[i] - a[i]) * t)
}

/// A soft step: 0 below `edge`, 1 above it. The step is about a pixel wide at 512 pixels.
fn above(value: f32, edge: f32) -> f32 {
    ((value - edge) / 0.003 + 0.5).clamp(0.0, 1.0)
}

/// A pseudo-random number in 0..1 for a cell and a seed (the mixing function of SplitMix64).
fn dice(x: i32, y: i32, seed: u64) -> f32 {
    let mut h = seed ^ (x as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (y as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((h ^ (h >> 31)) >> 40) as f32 / (1u64 << 24) as f32
}

/// Round dots, scattered over a grid of `cells` x `cells`: how much of one is at (x, y), 0..1. `size` is the largest
/// radius in cells, `part` the share of cells that have a dot.
fn dots(x: f32, y: f32, cells: f32, size: f32, part: f32, seed: u64) -> f32 {
    let (cx, cy) = ((x * cells).floor(), (y * cells).floor());
    let (i, j) = (cx as i32, cy as i32);
    if dice(i, j, seed) > part {
        return 0.0;
    }
    let r = size * (0.4 + 0.6 * dice(i, j, seed + 1));
    let dx = x * cells - cx - 0.25 - 0.5 * dice(i, j, seed + 2);
    let dy = y * cells - cy - 0.25 - 0.5 * dice(i, j, seed + 3);
    1.0 - above((dx * dx + dy * dy).sqrt() / cells, r / cells)
}

/// Three clouds of four circles each: how much of one is at (x, y), 0..1.
fn clouds(x: f32, y: f32, seed: u64) -> f32 {
    let mut most: f32 = 0.0;
    for k in 0..3 {
        let (cx, cy) = (0.15 + 0.33 * k as f32 + 0.1 * dice(k, 0, seed), 0.1 + 0.16 * dice(k, 1, seed));
        for (dx, dy, r) in [(-0.07, 0.01, 0.035), (0.0, -0.015, 0.055), (0.07, 0.005, 0.04), (0.02, 0.02, 0.04)] {
            let d = ((x - cx - dx).powi(2) + (y - cy - dy).powi(2)).sqrt();
            most = most.max(1.0 - above(d, r));
        }
    }
    most
}

/// Slanted streaks of rain: how much of one is at (x, y), 0..1.
fn streaks(x: f32, y: f32, seed: u64) -> f32 {
    let (u, v) = (x + 0.22 * y, y);
    let column = (u * 42.0).floor();
    let long = v * 7.0 + 5.0 * dice(column as i32, 1, seed);
    if dice(column as i32, long.floor() as i32, seed + 2) > 0.42 {
        return 0.0;
    }
    let aside = ((u * 42.0 - column - 0.5) / 42.0).abs();
    (1.0 - above(aside, 0.0028)) * above(0.62, long - long.floor())
}

/// Flat puddles on the ground: how much of one is at (x, y), 0..1.
fn puddles(x: f32, y: f32, seed: u64) -> f32 {
    let puddle = |k: i32| {
        let (cx, cy) = (0.15 + 0.35 * k as f32 + 0.1 * dice(k, 4, seed), 0.83 + 0.1 * dice(k, 5, seed));
        let far = (((x - cx) / 0.11).powi(2) + ((y - cy) / 0.022).powi(2)).sqrt() * 0.05;
        1.0 - above(far, 0.05)
    };
    (0..3).map(puddle).fold(0.0, f32::max)
}

/// Bubbles in water, drawn as rings: how much of one is at (x, y), 0..1.
fn bubbles(x: f32, y: f32, seed: u64) -> f32 {
    let ring = |k: i32| {
        let (cx, cy) = (0.06 + 0.88 * dice(k, 11, seed), 0.08 + 0.72 * dice(k, 12, seed));
        let (far, r) = (((x - cx).powi(2) + (y - cy).powi(2)).sqrt(), 0.007 + 0.014 * dice(k, 13, seed));
        above(0.0035, (far - r).abs())
    };
    (0..14).map(ring).fold(0.0, f32::max)
}

/// The y of a hill's edge at x.
fn hill(x: f32, base: f32, high: f32, seed: u64) -> f32 {
    let phase = 6.0 * dice(7, 7, seed);
    base + high * ((x * 4.0 + phase).sin() * 0.6 + (x * 9.0 + 2.0 * phase).sin() * 0.2)
}

/// A plain background for a colour word. It is paler than things of that colour, so that they stand out.
fn paper(word: &str) -> Colour {
    rgb(match word {
        "red" => 0xec6b66,
        "orange" => 0xf9ad62,
        "yellow" => 0xfbe17c,
        "green" => 0x8ed092,
        "cyan" => 0x86d9de,
        "blue" => 0x86b6f0,
        "purple" => 0xb99ae8,
        "pink" => 0xf9bdd3,
        "brown" => 0xac8263,
        "black" => 0x1b1b1f,
        "gray" => 0xb8bbc0,
        _ => 0xfafafa,
    })
}

/// The colour of a starry night sky at (x, y).
fn night(x: f32, y: f32, seed: u64) -> Colour {
    let stars = dots(x, y, 11.0, 0.06, 0.45, seed).max(dots(x, y, 23.0, 0.05, 0.25, seed + 9)) * above(0.8, y);
    mix(mix(rgb(0x141b45), rgb(0x3d3f86), y), rgb(0xfff4c8), stars)
}

/// The colour of an evening sky with its sun at (x, y).
fn evening(x: f32, y: f32) -> Colour {
    let glow = mix(mix(rgb(0x6b4a8e), rgb(0xf0825a), y * 1.6), rgb(0xffd27a), (y - 0.5) * 3.0);
    let far = ((x - 0.5).powi(2) + (y - 0.66).powi(2)).sqrt();
    mix(glow, rgb(0xfff0b4), above(0.13, far))
}

/// The colour of a background at (x, y), each 0..1 with y down: red, green and blue, 0..1.
pub fn colour(Scenery { ground, light }: Scenery, x: f32, y: f32, seed: u64) -> Colour {
    let blue = mix(rgb(0x8fd0ff), rgb(0xe8f6ff), y * 1.2);
    let day = || mix(blue, rgb(0xffffff), 0.9 * clouds(x, y, seed));
    // The sky over a place; `usual` is the sky by day.
    let sky = |usual: Colour| match light {
        Light::Day => usual,
        Light::Night => night(x, y, seed),
        Light::Sunset => evening(x, y),
    };
    // A colour of the land, in this light.
    let land = |hex: u32| {
        let (usual, tint) = (rgb(hex), light.tint());
        [0, 1, 2].map(|k| usual[k] * tint[k])
    };
    match ground {
        Ground::Sky => mix(day(), rgb(0xffffff), 0.6 * (y - 0.75).max(0.0)),
        Ground::Sunset => {
            let near = mix(rgb(0x5b3f63), rgb(0x3d2c4c), (y - 0.75) * 4.0);
            mix(evening(x, y), near, above(y, hill(x, 0.74, 0.03, seed)))
        }
        Ground::Night => mix(night(x, y, seed), rgb(0x1c2350), above(y, hill(x, 0.82, 0.03, seed))),
        Ground::Grass => {
            let far = mix(sky(day()), land(0x9fd67a), above(y, hill(x, 0.62, 0.035, seed)));
            mix(far, mix(land(0x74c14f), land(0x4f9c3a), (y - 0.7) * 3.0), above(y, hill(x, 0.72, 0.03, seed + 5)))
        }
        Ground::Snow => {
            let cold = sky(mix(rgb(0xb9d5ec), rgb(0xeaf3fb), y * 1.3));
            let far = mix(cold, land(0xdbe8f4), above(y, hill(x, 0.6, 0.05, seed)));
            let near =
                mix(far, mix(land(0xffffff), land(0xe3edf6), (y - 0.7) * 2.0), above(y, hill(x, 0.72, 0.03, seed + 5)));
            mix(near, land(0xffffff), 0.9 * dots(x, y, 13.0, 0.09, 0.35, seed + 3))
        }
        Ground::Rain => {
            let usual = mix(rgb(0x7d8fa3), rgb(0xc3ced8), y * 1.3);
            let grey = mix(usual, sky(usual), 0.75);
            let far = mix(grey, land(0x8c9ba3), above(y, hill(x, 0.66, 0.04, seed)));
            let wet = mix(land(0x6f8288), land(0x56676d), (y - 0.74) * 3.0);
            let near = mix(mix(far, wet, above(y, hill(x, 0.75, 0.02, seed + 5))), land(0x9fb4c0), puddles(x, y, seed));
            mix(near, land(0xe4eef6), 0.75 * streaks(x, y, seed))
        }
        Ground::Fog => {
            let pale = mix(land(0xd5dde2), land(0xeef1f2), y);
            let hills = [(0.5, 0.06, 0xc6d0d5), (0.64, 0.05, 0xb3c0c5), (0.78, 0.03, 0xa4b2b5)];
            let layers = hills.into_iter().zip(0..).fold(pale, |behind, ((base, high, hex), k)| {
                mix(behind, land(hex), above(y, hill(x, base, high, seed + k)))
            });
            let bank = 0.5 + 0.5 * (y * 19.0 + (x * 3.0 + 6.0 * dice(3, 3, seed)).sin() * 1.2).sin();
            mix(layers, land(0xf4f6f6), 0.55 * bank)
        }
        Ground::Plain(word) => {
            let far = ((x - 0.5).powi(2) + (y - 0.5).powi(2)).sqrt();
            mix(paper(word), rgb(0x000000), 0.12 * (far - 0.3).max(0.0))
        }
        Ground::Sea => {
            let water = mix(land(0x56b4e6), land(0x1f7fc0), (y - 0.6) * 2.5);
            let crest = ((x * 26.0 + (y * 60.0).floor() * 1.7).sin() > 0.86) as u8 as f32;
            let line = above(0.25, ((y * 60.0).fract() - 0.5).abs() * 2.0) * crest;
            mix(sky(day()), mix(water, land(0xd6f0ff), 0.7 * line), above(y, 0.6))
        }
        Ground::Underwater => {
            let deep = mix(mix(rgb(0x7fd6ee), rgb(0x2a93cc), y * 1.7), rgb(0x12508f), (y - 0.55) * 1.8);
            let rays = 0.5 + 0.5 * ((x - 0.35 * y) * 17.0 + 6.0 * dice(5, 1, seed)).sin();
            let lit = mix(deep, rgb(0xd8f6ff), 0.16 * rays * (1.0 - y));
            let rising = mix(lit, rgb(0xd8f2fb), 0.55 * bubbles(x, y, seed));
            mix(rising, mix(rgb(0xd9c793), rgb(0xa9966b), (y - 0.86) * 5.0), above(y, hill(x, 0.89, 0.02, seed)))
        }
        Ground::Beach => {
            let water = mix(land(0x3f9fdc), land(0x8fd8ef), (y - 0.55) * 5.0);
            let sea = mix(sky(day()), water, above(y, 0.55));
            let foam = mix(sea, land(0xf6fcff), above(y, hill(x, 0.7, 0.02, seed)));
            mix(foam, mix(land(0xf6dfa6), land(0xe6c480), (y - 0.72) * 3.0), above(y, hill(x, 0.715, 0.02, seed)))
        }
        Ground::Desert => {
            let warm = sky(mix(rgb(0xffd9a0), rgb(0xfff1d6), y * 1.4));
            let far = mix(warm, land(0xecc078), above(y, hill(x, 0.62, 0.05, seed)));
            mix(far, mix(land(0xf2cd86), land(0xdba95d), (y - 0.7) * 3.0), above(y, hill(x, 0.73, 0.04, seed + 5)))
        }
        Ground::Room => {
            let wall = mix(rgb(0xf7e7d0), rgb(0xefdabb), y);
            let board = (((x - 0.5) / (0.3 + y) * 9.0).rem_euclid(1.0) < 0.03) as u8 as f32;
            let floor = mix(mix(rgb(0xc99763), rgb(0xb07d4b), (y - 0.72) * 3.0), rgb(0x93653a), 0.6 * board);
            let skirting = above(y, 0.72) * above(0.745, y);
            mix(mix(wall, floor, above(y, 0.745)), rgb(0xffffff), 0.9 * skirting)
        }
        Ground::Table => {
            let wall = mix(rgb(0xdfe9ee), rgb(0xcbdbe3), y);
            let grain = 0.5 + 0.5 * ((y * 130.0 + (x * 7.0).sin() * 1.5).sin());
            let top = mix(mix(rgb(0xc58f58), rgb(0xb57f49), grain * 0.6), rgb(0x8a5a2f), above(y, 0.955));
            mix(wall, top, above(y, 0.74))
        }
    }
}
