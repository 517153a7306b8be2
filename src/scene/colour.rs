//! Recolours a drawn thing if the network drew another colour than the prompt asks for. The hues of its body turn by
//! one angle, so that shading survives; a grey thing is tinted. White, black, gray and brown are tones, in `tones.rs`.

use super::body::{Body, DARK, GREY};
use super::compose::Square;
use super::hsv::{apart, hsv, rgb, turned};
use super::tones::{tone, toned};

/// Share of the thing's pixels that must already have the colour for the thing to be left as it is.
const ENOUGH: f32 = 0.3;
/// Degrees within which a hue counts as the colour. Fewer for red, orange and pink, which are close to each other and
/// to brown.
const NEAR: f32 = 24.0;
const NEAR_RED: f32 = 14.0;
/// Share of a colour's saturation and value that a pixel must reach to have the colour: pale red is pink, dark red is
/// brown.
const SHADE: f32 = 0.6;
/// Saturation above which pink counts as red.
const PALE: f32 = 0.75;

/// The hue of a colour word in degrees, with its saturation and value in 0..1; `None` for white, black and gray.
pub(super) fn target(colour: &str) -> Option<[f32; 3]> {
    Some(match colour {
        "red" => [358.0, 0.8, 0.85],
        "orange" => [28.0, 0.8, 0.95],
        "yellow" => [50.0, 0.75, 0.95],
        "green" => [125.0, 0.6, 0.7],
        "cyan" => [185.0, 0.6, 0.8],
        "blue" => [215.0, 0.65, 0.75],
        "purple" => [275.0, 0.55, 0.7],
        "pink" => [335.0, 0.45, 0.95],
        "brown" => [25.0, 0.6, 0.5],
        _ => return None,
    })
}

/// Returns `picture` in this colour, a colour word of the model. Any other word leaves the picture unchanged.
pub fn recoloured(mut picture: Square, colour: &str) -> Square {
    let body = Body::of(&picture);
    if let Some(tone) = tone(colour) {
        let tint = target(colour).map_or([255; 3], |[hue, saturation, _]| rgb([hue, saturation, 1.0]));
        return toned(picture, &body, &tone, tint.map(|c| f32::from(c) / 255.0));
    }
    let Some([hue, saturation, value]) = target(colour) else { return picture };
    let near = if matches!(colour, "red" | "orange" | "pink") { NEAR_RED } else { NEAR };
    let most = if colour == "pink" { PALE } else { 1.0 };
    let is_right = |c: &&[f32; 3]| {
        apart(c[0], hue) < near && ((SHADE * saturation).max(GREY)..=most).contains(&c[1]) && c[2] >= SHADE * value
    };
    let right = body.lit.iter().filter(is_right).count() as f32;
    // A red ribbon does not make a red box.
    if right >= ENOUGH * body.lit.len() as f32 && apart(body.hue, hue) < near + 5.0 {
        return picture;
    }
    let mean = |at: usize| body.main().map(|c| c[at]).sum::<f32>() / body.main().count().max(1) as f32;
    // Pink lowers the saturation. Other colours keep it if the thing has a stronger one.
    let least = if colour == "pink" { 0.4 } else { 1.0 };
    let stronger = |want: f32, mean: f32| (want / mean.max(0.01)).clamp(least, 2.5);
    let (more, lighter, turn) = (stronger(saturation, mean(1)), stronger(value, mean(2)), turned(body.hue, hue));
    for p in picture.rgba.chunks_exact_mut(4).filter(|p| p[3] > 0) {
        let old = hsv([p[0], p[1], p[2]]);
        let [h, s, v] = old;
        let part = body.part(&old);
        if v <= DARK {
            continue;
        }
        if body.is_grey {
            let new = rgb([hue, 0.9 * saturation, v * lighter]);
            for (old, new) in p[..3].iter_mut().zip(new) {
                *old = (f32::from(*old) * (1.0 - part) + f32::from(new) * part).round() as u8;
            }
        } else if body.hue_part(&old) > 0.0 {
            let of_hue = body.hue_part(&old);
            let by = |factor: f32, part: f32| 1.0 + (factor - 1.0) * part;
            p[..3].copy_from_slice(&rgb([h + turn * of_hue, s * by(more, of_hue), v * by(lighter, part)]));
        }
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(colours: &[[u8; 3]]) -> Square {
        let rgba = colours.iter().cycle().take(64).flat_map(|c| [c[0], c[1], c[2], 255]).collect();
        Square { side: 8, rgba }
    }

    fn first(s: &Square) -> [f32; 3] {
        hsv([s.rgba[0], s.rgba[1], s.rgba[2]])
    }

    #[test]
    fn hues_go_there_and_back() {
        for p in [[255, 0, 0], [12, 200, 77], [90, 90, 250], [255, 255, 255], [0, 0, 0], [128, 64, 32]] {
            assert_eq!(rgb(hsv(p)), p);
        }
    }

    #[test]
    fn a_thing_takes_the_colour_that_was_asked_for() {
        for (word, hue) in [("red", 358.0), ("green", 125.0), ("blue", 215.0), ("purple", 275.0)] {
            // A yellow thing, and a grey one.
            for drawn in [[250, 200, 40], [190, 190, 190]] {
                let got = first(&recoloured(plain(&[drawn]), word));
                assert!(apart(got[0], hue) < 12.0 && got[1] > 0.4, "{word} of {drawn:?}: {got:?}");
            }
        }
    }

    #[test]
    fn outlines_far_hues_and_what_is_right_stay() {
        let apple = plain(&[[220, 30, 30], [220, 30, 30], [60, 160, 60], [10, 10, 10]]);
        let blue = recoloured(apple.clone(), "blue");
        assert!(apart(first(&blue)[0], 215.0) < 12.0);
        assert_eq!(blue.rgba[8..16], apple.rgba[8..16], "the leaf and the outline");
        assert_eq!(recoloured(apple.clone(), "red"), apple);
    }

    /// Regression: a crimson car counted as pink.
    #[test]
    fn red_is_no_pink() {
        for red in [[222, 48, 72], [235, 60, 80], [200, 20, 60]] {
            let got = first(&recoloured(plain(&[red]), "pink"));
            assert!(apart(got[0], 335.0) < 12.0 && got[1] < 0.65 && got[2] > 0.8, "{red:?}: {got:?}");
        }
    }

    /// Regression: a petal that fades from pink to white got an edge where it began to count as grey.
    #[test]
    fn shades_that_fade_to_white_stay_without_an_edge() {
        let shade = |i: usize| [250u8, (250 - 2 * i) as u8, (250 - 2 * i) as u8];
        let rgba = (0..100).flat_map(shade).collect::<Vec<u8>>();
        let rgba = rgba.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
        let got = recoloured(Square { side: 10, rgba }, "blue");
        for pair in got.rgba.chunks_exact(4).collect::<Vec<_>>().windows(2) {
            let step = (0..3).map(|i| pair[0][i].abs_diff(pair[1][i])).max().unwrap_or(0);
            assert!(step <= 8, "{pair:?}");
        }
    }

    /// Regression: a purple bus had purple windows.
    #[test]
    fn what_frames_panes_takes_the_colour() {
        let (orange, glass) = ([240u8, 150, 30], [60u8, 150, 240]);
        // Large panes within a frame, and the same colours side by side.
        let draw = |is_glass: fn(usize, usize) -> bool| {
            let pixels = (0..48 * 48).map(|i| if is_glass(i % 48, i / 48) { glass } else { orange });
            Square { side: 48, rgba: pixels.flat_map(|c| [c[0], c[1], c[2], 255]).collect() }
        };
        let bus = recoloured(draw(|x, y| (6..42).contains(&x) && (6..42).contains(&y)), "purple");
        assert!(apart(first(&bus)[0], 275.0) < 12.0, "the frame");
        assert_eq!(bus.rgba[4 * (24 * 48 + 24)..][..3], glass, "the panes");
        let halves = recoloured(draw(|x, _| x > 20), "purple");
        assert_eq!(first(&halves), hsv(orange), "the larger half");
    }

    /// Regression: a red ribbon made a golden box "red", brown and pink things counted as red, and a white cup of
    /// coffee could not be recoloured.
    #[test]
    fn what_most_of_a_thing_is_takes_the_colour() {
        let is = |got: [f32; 3], hue: f32| apart(got[0], hue) < 15.0 && got[1] > 0.45 && got[2] > 0.5;
        let (gold, ribbon) = ([250, 200, 40], [200, 20, 60]);
        let red = recoloured(plain(&[gold, gold, ribbon]), "red");
        assert!(is(first(&red), 358.0), "a box with a ribbon");
        let of_ribbon = hsv([red.rgba[8], red.rgba[9], red.rgba[10]]);
        assert!(apart(of_ribbon[0], 347.0) < 15.0, "it goes the short way: {of_ribbon:?}");
        let orange = first(&recoloured(plain(&[[225, 60, 25]]), "orange"));
        assert!(is(orange, 28.0), "a red apple is no orange one: {orange:?}");
        for (thing, drawn) in [("chair", [150, 80, 60]), ("petals", [240, 170, 200]), ("hat", [90, 60, 60])] {
            let got = first(&recoloured(plain(&[drawn]), "red"));
            assert!(is(got, 358.0), "{thing}: {got:?}");
        }
        let (white, coffee) = ([225, 220, 225], [120, 80, 60]);
        let cup = plain(&[white, white, coffee]);
        let yellow = recoloured(cup.clone(), "yellow");
        assert!(is(first(&yellow), 50.0));
        assert_eq!(yellow.rgba[8..12], cup.rgba[8..12], "the coffee");
    }
}
