//! A picture as a vector drawing: areas of one colour or of one soft shade with smooth edges, on a clear ground.
//!
//! The colours are brought to a few first (k-means), as a printer of posters does it; bands of a soft shade become one area
//! again ([`areas`]); then each area is traced (visioncortex, the engine of vtracer).

mod areas;

use std::fmt::Write as _;

use visioncortex::color_clusters::{HIERARCHICAL_MAX, KeyingAction, Runner, RunnerConfig};
use visioncortex::{Color, ColorImage, PathSimplifyMode, PointF64};

use self::areas::{Areas, Fill, STOPS, areas};
use crate::domain::Picture;

/// Colours of a drawing at most.
const COLOURS: usize = 14;
/// Colours nearer than this (squared, of 255) are one.
const ALIKE: f32 = 300.0;
/// Looks at the pixels, for the colours to find their places.
const ROUNDS: usize = 8;
/// Pixels that the colours are found by, at most.
const SAMPLES: usize = 40_000;
/// Less opaque pixels count as transparent: haze and soft shadows are not areas.
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
    let class = |p: &[u8]| (p[3] >= OPAQUE).then(|| nearest(&colours, [p[0], p[1], p[2]]) as u8);
    let pixels = || picture.rgba.chunks_exact(4);
    let own: Vec<[f64; 3]> = pixels().map(|p| [p[0], p[1], p[2]].map(f64::from)).collect();
    let speck = (SPECK * width * height / (512 * 512)).max(4);
    let Areas { of, fills } = areas(width, &own, &pixels().map(class).collect::<Vec<_>>(), speck);
    if fills.is_empty() {
        svg.push_str("</svg>\n");
        return svg;
    }
    // To the tracer each area has a colour of its own, unlike its neighbours' (it joins what is alike).
    let sign = |area: usize| {
        let n = (area as u32 + 1).wrapping_mul(0x9e_3779);
        [n as u8, (n >> 8) as u8, (n >> 16) as u8]
    };
    let clear = sign(fills.len());
    let signs: Vec<[u8; 3]> = (0..fills.len()).map(sign).collect();
    let painted = of.iter().flat_map(|area| {
        let [r, g, b] = area.map_or(clear, |area| sign(area as usize));
        [r, g, b, 255]
    });
    let traced = Runner::new(
        RunnerConfig {
            hierarchical: HIERARCHICAL_MAX,
            good_min_area: 1,
            good_max_area: width * height,
            is_same_color_a: 0,
            is_same_color_b: 0,
            deepen_diff: 0,
            key_color: Color::new(clear[0], clear[1], clear[2]),
            keying_action: KeyingAction::Discard,
            ..RunnerConfig::default()
        },
        ColorImage { pixels: painted.collect(), width, height },
    )
    .run();
    let view = traced.view();
    let mut shades = String::new();
    let mut paths = String::new();
    // The areas in front come first.
    for (id, &index) in view.clusters_output.iter().rev().enumerate() {
        let area = view.get_cluster(index);
        let (corner, splice) = (60f64.to_radians(), 45f64.to_radians());
        let path = area.to_compound_path(&view, false, PathSimplifyMode::Spline, corner, 4.0, 10, splice);
        let (path, offset) = path.to_svg_string(true, PointF64::default(), Some(1));
        let Color { r, g, b, .. } = area.residue_color();
        if path.is_empty() {
            continue;
        }
        // The tracer gives thin fragments to what is around them, so that its colour is not quite that of one area.
        let number = nearest(&signs, [r, g, b]);
        let (x, y, path) = (offset.x, offset.y, path.trim());
        let fill = match &fills[number] {
            Fill::Flat([r, g, b]) => format!("#{r:02x}{g:02x}{b:02x}"),
            Fill::Shade { from, to, stops } => {
                // In the numbers of the path, which begin at its offset.
                let [x1, y1] = [from[0] - x, from[1] - y];
                let [x2, y2] = [to[0] - x, to[1] - y];
                let _ = write!(
                    shades,
                    "<linearGradient id=\"s{id}\" gradientUnits=\"userSpaceOnUse\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" \
                     x2=\"{x2:.1}\" y2=\"{y2:.1}\">"
                );
                for (at, [r, g, b]) in stops.iter().enumerate() {
                    let at = at as f64 / (STOPS - 1) as f64;
                    let _ = write!(shades, "<stop offset=\"{at}\" stop-color=\"#{r:02x}{g:02x}{b:02x}\"/>");
                }
                shades.push_str("</linearGradient>\n");
                format!("url(#s{id})")
            }
        };
        let _ = writeln!(paths, "<path d=\"{path}\" fill=\"{fill}\" transform=\"translate({x} {y})\"/>");
    }
    if !shades.is_empty() {
        let _ = write!(svg, "<defs>\n{shades}</defs>\n");
    }
    svg.push_str(&paths);
    svg.push_str("</svg>\n");
    svg
}

/// The palette that represents the picture best.
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

/// The number of the nearest colour.
fn nearest(colours: &[[u8; 3]], p: [u8; 3]) -> usize {
    let of = |c: &[u8; 3]| (0..3).map(|k| (i32::from(c[k]) - i32::from(p[k])).pow(2)).sum::<i32>();
    (0..colours.len()).min_by_key(|&at| of(&colours[at])).unwrap_or(0)
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

    fn colours(svg: &str) -> Vec<[u8; 3]> {
        let of = |hex: &str| [0, 2, 4].map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
        let flat = svg.split("fill=\"#").skip(1).map(|rest| of(&rest[..6]));
        flat.chain(svg.split("stop-color=\"#").skip(1).map(|rest| of(&rest[..6]))).collect()
    }

    #[test]
    fn a_drawing_has_few_clean_areas_in_its_own_shades_on_a_clear_ground() {
        let svg = trace(&drawing(256), Some("a <red> disc & co\u{1}"));
        assert_eq!((svg.matches("<path").count(), svg.matches("<linearGradient").count()), (2, 2), "{svg}");
        assert!(svg.len() < 8_000, "{} bytes", svg.len());
        let near = |c: [u8; 3]| colours(&svg).iter().any(|d| (0..3).all(|k| c[k].abs_diff(d[k]) <= 6));
        // The disc's top and bottom, the square's.
        for c in [[194, 34, 24], [226, 66, 56], [34, 54, 194], [46, 66, 206]] {
            assert!(near(c), "{c:?} in {svg}");
        }
        // Haze and ground are no area: each is coloured, and nothing covers the corner.
        assert!(colours(&svg).iter().all(|c| c[0].abs_diff(c[2]) > 60), "{svg}");
        assert!(!svg.contains("<rect") && svg.contains("<desc>a &lt;red&gt; disc &amp; co</desc>"));
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n") && svg.contains("viewBox=\"0 0 256 256\""));
        assert_eq!(svg, trace(&drawing(256), Some("a <red> disc & co\u{1}")), "the same each time");
    }

    /// A sky from blue to nearly white, with a white cloud, dust and a dark line of three pixels.
    #[test]
    fn a_soft_sky_is_one_area_specks_are_none_and_lines_stay() {
        let n = 256u32;
        let pixel = |i: u32| {
            let (x, y) = (i % n, i / n);
            let t = y as f32 / n as f32;
            let cloud = (x as f32 - 80.0).hypot(y as f32 - 60.0) < 30.0;
            match () {
                () if (200..203).contains(&x) => [40, 30, 30, 255],
                () if cloud => [255, 255, 255, 255],
                () if x % 40 == 7 && y % 40 == 9 => [120, 60, 60, 255],
                () => [143 + (89.0 * t) as u8, 208 + (38.0 * t) as u8, 255, 255],
            }
        };
        let svg = trace(&Picture { width: n, height: n, rgba: (0..n * n).flat_map(pixel).collect() }, None);
        // Left and right of the line, the line, the cloud.
        assert_eq!(svg.matches("<path").count(), 4, "{svg}");
        assert_eq!(svg.matches("<linearGradient").count(), 2, "both parts of the sky: {svg}");
        assert!(colours(&svg).iter().any(|c| c.iter().all(|v| *v < 60)), "the line: {svg}");
        assert!(!colours(&svg).iter().any(|c| c[0] > c[2].saturating_add(20)), "no dust: {svg}");
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
