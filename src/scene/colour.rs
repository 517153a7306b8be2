//! Gives a drawn thing the colour that the prompt asks for, where the network drew another one: the hues of its coloured
//! parts are turned together, so that shades stay shades; a thing without colour is tinted.

use super::compose::Square;

/// Below these a pixel has no hue to speak of, or is an outline.
const GREY: f32 = 0.25;
const DARK: f32 = 0.18;
/// Share of the thing's pixels that must have the colour for it to be left as it is.
const ENOUGH: f32 = 0.3;
/// Degrees within which a hue counts as the colour; red and orange are close to each other, and to brown.
const NEAR: f32 = 24.0;
const NEAR_RED: f32 = 14.0;
/// Degrees within which hues are turned together: farther ones keep theirs, as a leaf on a red apple does.
const TOGETHER: f32 = 60.0;
/// Saturation above [`GREY`] up to which a pixel of a grey thing takes part of its new colour.
const PALE: f32 = 0.2;
/// Share of a colour's saturation and value below which a pixel is of another colour: pale red is pink, dark red brown.
const SHADE: f32 = 0.6;

/// The hue of a colour word, in degrees, with its saturation and value.
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

/// `picture` in this colour (the model's word); black, white and grey are left to the network.
pub fn recoloured(mut picture: Square, colour: &str) -> Square {
    let Some([hue, saturation, value]) = target(colour) else { return picture };
    let seen = picture.rgba.chunks_exact(4).filter(|p| p[3] >= 128).map(|p| hsv([p[0], p[1], p[2]]));
    let body: Vec<[f32; 3]> = seen.filter(|c| c[2] > DARK).collect();
    let (lit, grey): (Vec<[f32; 3]>, Vec<[f32; 3]>) = body.iter().partition(|c| c[1] > GREY);
    // The commonest hue, in steps of ten degrees; shades of one colour spread over some of them.
    let mut bins = [0usize; 36];
    lit.iter().for_each(|c| bins[(c[0] / 10.0) as usize % 36] += 1);
    let around = |at: &usize| 3 * bins[*at] + 2 * (bins[(at + 1) % 36] + bins[(at + 35) % 36]);
    let common = (0..36).max_by_key(around).unwrap_or(0) as f32 * 10.0 + 5.0;
    let near = if matches!(colour, "red" | "orange") { NEAR_RED } else { NEAR };
    let is_right = |c: &&[f32; 3]| apart(c[0], hue) < near && c[1] >= SHADE * saturation && c[2] >= SHADE * value;
    let right = lit.iter().filter(is_right).count() as f32;
    // A red ribbon makes no red box.
    if right >= ENOUGH * body.len() as f32 && apart(common, hue) < near + 5.0 {
        return picture;
    }
    let main: Vec<[f32; 3]> = lit.into_iter().filter(|c| apart(c[0], common) <= TOGETHER).collect();
    // Whether the thing is white or grey, as a cup is whatever is in it.
    let is_grey = grey.len() > main.len();
    let of_body = if is_grey { &grey } else { &main };
    let mean = |at: usize| of_body.iter().map(|c| c[at]).sum::<f32>() / of_body.len().max(1) as f32;
    // Pink and brown are paler and darker than other colours, which a thing may have in a stronger shade.
    let least = if matches!(colour, "pink" | "brown") { 0.4 } else { 1.0 };
    let stronger = |want: f32, mean: f32| (want / mean.max(0.01)).clamp(least, 2.5);
    let (more, lighter, turn) = (stronger(saturation, mean(1)), stronger(value, mean(2)), turned(common, hue));
    for p in picture.rgba.chunks_exact_mut(4).filter(|p| p[3] > 0) {
        let [h, s, v] = hsv([p[0], p[1], p[2]]);
        let new = if v <= DARK {
            continue;
        } else if is_grey {
            // What is a little coloured is a shade of the grey thing: pink petals, a bluish rim.
            let part = ((GREY + PALE - s) / PALE).clamp(0.0, 1.0);
            let new = rgb([hue, 0.9 * saturation, v * lighter]);
            for (old, new) in p[..3].iter_mut().zip(new) {
                *old = (f32::from(*old) * (1.0 - part) + f32::from(new) * part).round() as u8;
            }
            continue;
        } else if apart(h, common) <= TOGETHER {
            // Less and less towards the hues that stay and towards grey: no edge shows where they meet.
            let part = ((TOGETHER - apart(h, common)) / 30.0).min(1.0);
            let by = |factor: f32, part: f32| 1.0 + (factor - 1.0) * part;
            [h + turn * part, s * by(more, part), v * by(lighter, part * (s / GREY).min(1.0))]
        } else {
            continue;
        };
        p[..3].copy_from_slice(&rgb(new));
    }
    picture
}

/// The shorter way from one hue to another, in degrees.
fn turned(from: f32, to: f32) -> f32 {
    (to - from + 180.0).rem_euclid(360.0) - 180.0
}

/// Degrees between two hues.
pub(super) fn apart(a: f32, b: f32) -> f32 {
    let d = (a - b).rem_euclid(360.0);
    d.min(360.0 - d)
}

/// Hue in degrees, saturation and value in 0..1.
pub(super) fn hsv(p: [u8; 3]) -> [f32; 3] {
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

fn rgb([h, s, v]: [f32; 3]) -> [u8; 3] {
    let (s, v, sixth) = (s.clamp(0.0, 1.0), v.clamp(0.0, 1.0), h.rem_euclid(360.0) / 60.0);
    let one = |n: f32| {
        let k = (n + sixth).rem_euclid(6.0);
        ((v - v * s * k.min(4.0 - k).clamp(0.0, 1.0)) * 255.0).round() as u8
    };
    [one(5.0), one(3.0), one(1.0)]
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
        assert_eq!(recoloured(apple.clone(), "white"), apple);
    }

    /// Regression: a petal that pales from pink to white was split where it counted as grey.
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

    /// Regression: a red ribbon made a golden box "red", brown and pink things passed for red ones, and coffee kept its
    /// white cup from being any colour.
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
