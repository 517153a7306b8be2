//! A picture as a vector drawing: areas of one colour with smooth edges, on a clear ground.
//!
//! Soft shades would become one area or thousands: the colours are brought to a few first (k-means), as a printer of
//! posters does it; then each area is traced (visioncortex, the engine of vtracer).

use std::fmt::Write as _;

use visioncortex::color_clusters::{HIERARCHICAL_MAX, KeyingAction, Runner, RunnerConfig};
use visioncortex::{Color, ColorImage, PathSimplifyMode, PointF64};

use crate::domain::Picture;

/// Colours of a drawing at most.
const COLOURS: usize = 14;
/// Colours nearer than this (squared, of 255) are one.
const ALIKE: f32 = 300.0;
/// Looks at the pixels, for the colours to find their places.
const ROUNDS: usize = 8;
/// Pixels that the colours are found by, at most.
const SAMPLES: usize = 40_000;
/// What is less opaque is clear: haze and soft shadows are no areas.
const OPAQUE: u8 = 128;
/// Areas with less are specks, for a picture of 512 x 512.
const SPECK: usize = 80;

type Rgb = [f32; 3];

/// The drawing as an SVG file; `text` are the picture's settings, which become its description.
pub fn trace(picture: &Picture, text: Option<&str>) -> String {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n"
    );
    if let Some(text) = text {
        let _ = writeln!(svg, "<desc>{}</desc>", escaped(text));
    }
    let colours = palette(picture);
    // A colour for what is clear, far from all others.
    let key = (0..=255).map(|n| [255, n, 255]).find(|key| !colours.contains(key)).unwrap_or([255, 0, 255]);
    let pixel = |p: &[u8]| {
        let [r, g, b] = if p[3] >= OPAQUE { nearest(&colours, p) } else { key };
        [r, g, b, 255]
    };
    if !colours.is_empty() {
        let pixels = picture.rgba.chunks_exact(4).flat_map(pixel).collect();
        let areas = Runner::new(
            RunnerConfig {
                hierarchical: HIERARCHICAL_MAX,
                good_min_area: (SPECK * width * height / (512 * 512)).max(4),
                good_max_area: width * height,
                is_same_color_a: 0,
                is_same_color_b: 0,
                deepen_diff: 0,
                key_color: Color::new(key[0], key[1], key[2]),
                keying_action: KeyingAction::Discard,
                ..RunnerConfig::default()
            },
            ColorImage { pixels, width, height },
        )
        .run();
        let view = areas.view();
        // The areas in front come first.
        for &index in view.clusters_output.iter().rev() {
            let area = view.get_cluster(index);
            let (corner, splice) = (60f64.to_radians(), 45f64.to_radians());
            let path = area.to_compound_path(&view, false, PathSimplifyMode::Spline, corner, 4.0, 10, splice);
            let (path, offset) = path.to_svg_string(true, PointF64::default(), Some(1));
            let Color { r, g, b, .. } = area.residue_color();
            if !path.is_empty() {
                let (x, y, path) = (offset.x, offset.y, path.trim());
                let _ = writeln!(
                    svg,
                    "<path d=\"{path}\" fill=\"#{r:02x}{g:02x}{b:02x}\" transform=\"translate({x} {y})\"/>"
                );
            }
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// The colours that stand best for those of the picture.
fn palette(picture: &Picture) -> Vec<[u8; 3]> {
    let step = (picture.rgba.len() / 4).div_ceil(SAMPLES).max(1);
    // A prime number beside the picture's width, so that not each row is looked at in the same places.
    let step = if step > 1 { step | 1 } else { 1 };
    let opaque = picture.rgba.chunks_exact(4).filter(|p| p[3] >= OPAQUE);
    let seen: Vec<Rgb> = opaque.step_by(step).map(|p| [p[0], p[1], p[2]].map(f32::from)).collect();
    let Some(first) = seen.first() else { return Vec::new() };
    // Each next one is farthest from those that are there.
    let mut centres = vec![*first];
    let mut far: Vec<f32> = seen.iter().map(|p| apart(p, first)).collect();
    while centres.len() < COLOURS {
        let Some(at) = (0..far.len()).max_by(|&a, &b| far[a].total_cmp(&far[b])) else { break };
        if far[at] < ALIKE {
            break;
        }
        let next = seen[at];
        centres.push(next);
        far.iter_mut().zip(&seen).for_each(|(d, p)| *d = d.min(apart(p, &next)));
    }
    for _ in 0..ROUNDS {
        let mut sums = vec![[0f32; 4]; centres.len()];
        for p in &seen {
            let near = (0..centres.len()).min_by(|&a, &b| apart(&centres[a], p).total_cmp(&apart(&centres[b], p)));
            let sum = &mut sums[near.unwrap_or(0)];
            (0..3).for_each(|k| sum[k] += p[k]);
            sum[3] += 1.0;
        }
        for (centre, sum) in centres.iter_mut().zip(&sums).filter(|(_, sum)| sum[3] > 0.0) {
            (0..3).for_each(|k| centre[k] = sum[k] / sum[3]);
        }
    }
    centres.into_iter().map(|c| c.map(|v| v.round().clamp(0.0, 255.0) as u8)).collect()
}

fn nearest(colours: &[[u8; 3]], p: &[u8]) -> [u8; 3] {
    let of = |c: &[u8; 3]| (0..3).map(|k| (i32::from(c[k]) - i32::from(p[k])).pow(2)).sum::<i32>();
    colours.iter().min_by_key(|c| of(c)).copied().unwrap_or_default()
}

fn apart(a: &Rgb, b: &Rgb) -> f32 {
    (0..3).map(|k| (a[k] - b[k]).powi(2)).sum()
}

/// What XML allows, with its own signs written out.
fn escaped(text: &str) -> String {
    let fits = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let text: String = text.chars().filter(fits).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A red disc with a blue square in it, both shaded, on a clear ground with some haze.
    fn drawing(side: u32) -> Picture {
        let at = |i: u32| i as f32 / side as f32 - 0.5;
        let pixel = |i: u32| {
            let (x, y) = (at(i % side), at(i / side));
            let shade = (40.0 * y) as i32;
            let of = |v: i32| (v + shade).clamp(0, 255) as u8;
            if x.abs() < 0.15 && y.abs() < 0.15 {
                [of(40), of(60), of(200), 255]
            } else if x * x + y * y < 0.16 {
                [of(210), of(50), of(40), 255]
            } else {
                [90, 90, 90, u8::from(x * x + y * y < 0.2) * 60]
            }
        };
        Picture { width: side, height: side, rgba: (0..side * side).flat_map(pixel).collect() }
    }

    fn colours(svg: &str) -> Vec<&str> {
        svg.split("fill=\"").skip(1).filter_map(|rest| rest.get(..7)).collect()
    }

    #[test]
    fn a_drawing_has_few_clean_areas_in_its_own_colours_on_a_clear_ground() {
        let svg = trace(&drawing(256), Some("a <red> disc & co\u{1}"));
        let used = colours(&svg);
        assert!((2..=40).contains(&used.len()), "{} paths", used.len());
        assert!(svg.len() < 40_000, "{} bytes", svg.len());
        let channel = |colour: &str, at: usize| u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
        let is = |red: bool| used.iter().any(|c| (channel(c, 1) > channel(c, 5)) == red);
        assert!(is(true) && is(false), "red and blue: {used:?}");
        // Haze and ground are no area: each is coloured, and nothing covers the corner.
        assert!(used.iter().all(|c| channel(c, 1).abs_diff(channel(c, 5)) > 60), "{used:?}");
        assert!(!svg.contains("<rect") && svg.contains("<desc>a &lt;red&gt; disc &amp; co</desc>"));
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n") && svg.contains("viewBox=\"0 0 256 256\""));
        assert_eq!(svg, trace(&drawing(256), Some("a <red> disc & co\u{1}")), "the same each time");
    }

    #[test]
    fn an_empty_picture_or_one_of_one_colour_is_a_drawing_too() {
        for rgba in [vec![0; 64], [9, 9, 9, 255].repeat(16), Vec::new()] {
            let side = if rgba.is_empty() { 0 } else { 4 };
            let svg = trace(&Picture { width: side, height: side, rgba }, None);
            assert!(svg.ends_with("</svg>\n"), "{svg}");
        }
    }
}
