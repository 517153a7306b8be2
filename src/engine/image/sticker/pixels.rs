//! From the network's output to pixels.
//!
//! The network draws RGBA with premultiplied alpha, each channel in [-1, 1]. Files and screens here want straight
//! alpha in 8 bits. The way: `p = (x + 1) / 2`, clamped to 0..1; the colour cannot exceed its alpha (what does is an
//! error of the network, and cut off); straight colour = premultiplied colour / alpha. Where the alpha rounds to 0
//! the pixel is wholly clear and its colour is 0, so nothing is ever divided by (nearly) nothing.

use crate::domain::Picture;

/// `x`: `height * width * 4` values, order row, column, channel.
pub fn to_picture(x: &[f32], width: u32, height: u32) -> Picture {
    debug_assert_eq!(x.len(), 4 * width as usize * height as usize);
    let rgba = x.chunks_exact(4).flat_map(|p| pixel([p[0], p[1], p[2], p[3]])).collect();
    Picture { width, height, rgba }
}

fn pixel(x: [f32; 4]) -> [u8; 4] {
    let [r, g, b, alpha] = x.map(|v| (v.clamp(-1.0, 1.0) + 1.0) / 2.0);
    let a = (alpha * 255.0).round() as u8;
    if a == 0 {
        return [0; 4];
    }
    let straight = |c: f32| (c.min(alpha) / alpha * 255.0).round() as u8;
    [straight(r), straight(g), straight(b), a]
}

/// Lays `top` over an opaque `ground` (RGB) at (`left`, `up`).
pub fn lay_over(ground: &mut Picture, top: &Picture, left: u32, up: u32) {
    for y in 0..top.height.min(ground.height.saturating_sub(up)) {
        for x in 0..top.width.min(ground.width.saturating_sub(left)) {
            let from = 4 * (y * top.width + x) as usize;
            let to = 4 * ((up + y) * ground.width + left + x) as usize;
            let alpha = f32::from(top.rgba[from + 3]) / 255.0;
            for c in 0..3 {
                let (over, under) = (f32::from(top.rgba[from + c]), f32::from(ground.rgba[to + c]));
                ground.rgba[to + c] = (over * alpha + under * (1.0 - alpha)).round() as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn premultiplied_becomes_straight() {
        // Opaque red; half-clear red (premultiplied 0.5); clear; colour beyond its alpha; out of range.
        assert_eq!(pixel([1.0, -1.0, -1.0, 1.0]), [255, 0, 0, 255]);
        assert_eq!(pixel([0.0, -1.0, -1.0, 0.0]), [255, 0, 0, 128]);
        assert_eq!(pixel([1.0, 1.0, 1.0, -1.0]), [0, 0, 0, 0]);
        assert_eq!(pixel([1.0, 0.0, -1.0, 0.0]), [255, 255, 0, 128]);
        assert_eq!(pixel([9.0, -9.0, 0.0, 9.0]), [255, 0, 128, 255]);
    }

    #[test]
    fn almost_clear_pixels_do_not_burst() {
        for alpha in [-1.0, -0.9999, -0.999, -0.99] {
            let [r, _, b, a] = pixel([0.3, -1.0, -1.0, alpha]);
            assert!(a <= 2 && b == 0);
            assert!(a > 0 || r == 0);
        }
    }

    #[test]
    fn laying_over_white_mixes_by_alpha_and_stays_inside() {
        let mut ground = Picture { width: 2, height: 1, rgba: vec![255; 8] };
        let top = Picture { width: 2, height: 1, rgba: vec![255, 0, 0, 128, 0, 0, 0, 255] };
        lay_over(&mut ground, &top, 1, 0);
        assert_eq!(ground.rgba, [255, 255, 255, 255, 255, 127, 127, 255]);
    }
}
