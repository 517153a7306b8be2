//! Hue, saturation and value of 8-bit colours.

/// The signed angle from one hue to another by the shorter way, in degrees, -180..180.
pub fn turned(from: f32, to: f32) -> f32 {
    (to - from + 180.0).rem_euclid(360.0) - 180.0
}

/// The distance between two hues, in degrees, 0..=180.
pub fn apart(a: f32, b: f32) -> f32 {
    let d = (a - b).rem_euclid(360.0);
    d.min(360.0 - d)
}

/// Converts 8-bit RGB to hue in degrees, and saturation and value in 0..1.
pub fn hsv(p: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = p.map(|v| f32::from(v) / 255.0);
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let span = most - least;
    if span <= 0.0 {
        return [0.0, 0.0, most];
    }
    let sixth = if most == r {
        ((g - b) / span).rem_euclid(6.0)
    } else if most == g {
        (b - r) / span + 2.0
    } else {
        (r - g) / span + 4.0
    };
    [sixth * 60.0, span / most, most]
}

/// Converts hue, saturation and value to 8-bit RGB. Saturation and value are clamped to 0..1.
pub fn rgb([h, s, v]: [f32; 3]) -> [u8; 3] {
    let (s, v, sixth) = (s.clamp(0.0, 1.0), v.clamp(0.0, 1.0), h.rem_euclid(360.0) / 60.0);
    let one = |n: f32| {
        let k = (n + sixth).rem_euclid(6.0);
        ((v - v * s * k.min(4.0 - k).clamp(0.0, 1.0)) * 255.0).round() as u8
    };
    [one(5.0), one(3.0), one(1.0)]
}
