//! What an exhibit shows, as files.

use crate::domain::Picture;
use crate::error::Result;
use crate::lab::{Cloud, Field, Matrix, Pictures, Show, What, sound};
use crate::store::picture_files::encode_png;

/// Pixels of a plane's side, and of a picture's of several.
const PLANE: usize = 512;
const SMALL: usize = 96;
/// Pixels of a matrix's cell.
const CELL: usize = 12;
/// Pictures in a row.
const IN_A_ROW: usize = 8;
/// Half the width of a point, in pixels.
const POINT: f32 = 2.5;
/// Colours of the clouds, in order, and what a field goes to at -1 and at 1.
const CLOUDS: [[f32; 3]; 3] = [[0.10, 0.35, 0.85], [0.90, 0.40, 0.05], [0.15, 0.60, 0.30]];
const LOW: [f32; 3] = [0.99, 0.84, 0.70];
const HIGH: [f32; 3] = [0.75, 0.84, 0.99];
const WHITE: [f32; 3] = [1.0; 3];

/// Names and bytes of the files of all that is to be drawn.
pub fn files(shows: &[Show]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for show in shows {
        if let What::Notes(notes) = &show.what {
            files.push((format!("{}.mid", show.id), sound::midi(notes)));
            files.push((format!("{}.wav", show.id), sound::wav(&sound::synthesise(notes, sound::RATE), sound::RATE)));
        }
        let picture = match &show.what {
            What::Plane { reach, field, clouds, .. } => plane(*reach, field.as_ref(), clouds),
            What::Pictures(pictures) => sheet(pictures),
            What::Matrix(matrix) => matrix_of(matrix),
            What::Number { .. }
            | What::Curves(_)
            | What::Graph { .. }
            | What::Text(_)
            | What::Table(_)
            | What::Notes(_) => continue,
        };
        files.push((format!("{}.png", show.id), encode_png(&picture, None)?));
    }
    Ok(files)
}

fn picture(side: (usize, usize), colour: impl Fn(usize, usize) -> [f32; 3]) -> Picture {
    let (width, height) = side;
    let at = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let rgba = at.flat_map(|(x, y)| {
        let [r, g, b] = colour(x, y).map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8);
        [r, g, b, 255]
    });
    Picture { width: width as u32, height: height as u32, rgba: rgba.collect() }
}

fn plane(reach: f32, field: Option<&Field>, clouds: &[Cloud]) -> Picture {
    let ground = |x: usize, y: usize| {
        let Some(Field { side, values }) = field else { return WHITE };
        shade(values.get(y * side / PLANE * side + x * side / PLANE).copied().unwrap_or_default())
    };
    let mut drawn = picture((PLANE, PLANE), ground);
    let pixel = |v: f32| (v / reach + 1.0) / 2.0 * PLANE as f32;
    for (cloud, colour) in clouds.iter().zip(CLOUDS.iter().cycle()) {
        for [x, y] in &cloud.points {
            let (x, y) = (pixel(*x), pixel(-*y));
            let reach = |v: f32| (v - POINT).max(0.0) as usize..((v + POINT).max(0.0) as usize).min(PLANE);
            for row in reach(y) {
                for column in reach(x) {
                    let at = (row * PLANE + column) * 4;
                    drawn.rgba[at..at + 3].copy_from_slice(&colour.map(|v| (v * 255.0) as u8));
                }
            }
        }
    }
    drawn
}

/// A cell of [`CELL`] pixels for each value.
fn matrix_of(matrix: &Matrix) -> Picture {
    let (rows, columns) = (matrix.rows.len().max(1), matrix.columns.len().max(1));
    picture((columns * CELL, rows * CELL), |x, y| {
        shade(matrix.values.get(y / CELL * columns + x / CELL).copied().unwrap_or_default())
    })
}

/// From one colour at -1 over white to another at 1.
fn shade(value: f32) -> [f32; 3] {
    let end = if value < 0.0 { LOW } else { HIGH };
    std::array::from_fn(|k| 1.0 + (end[k] - 1.0) * value.abs().min(1.0))
}

/// The pictures in rows of eight, enlarged, a white line between them.
fn sheet(pictures: &Pictures) -> Picture {
    let each = pictures.side * pictures.side;
    let count = pictures.values.len().checked_div(each).unwrap_or_default().max(1);
    let (columns, rows) = (count.min(IN_A_ROW), count.div_ceil(IN_A_ROW));
    picture((columns * SMALL, rows * SMALL), |x, y| {
        let nth = y / SMALL * columns + x / SMALL;
        let (x, y) = (x % SMALL, y % SMALL);
        if nth >= count || x == SMALL - 1 || y == SMALL - 1 {
            return WHITE;
        }
        let at = nth * each + y * pictures.side / SMALL * pictures.side + x * pictures.side / SMALL;
        [pictures.values.get(at).copied().unwrap_or_default(); 3]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_where_they_are_and_pictures_beside_each_other() {
        let cloud = Cloud { name: ("real", "真实的"), points: vec![[0.5, 0.5], [7.0, 7.0], [f32::NAN, 0.0]] };
        let field = Field { side: 2, values: vec![1.0, -1.0, 0.0, 0.0] };
        let drawn = plane(1.0, Some(&field), &[cloud]);
        let at = |x: usize, y: usize| <[u8; 3]>::try_from(&drawn.rgba[(y * PLANE + x) * 4..][..3]).unwrap();
        assert_eq!(at(384, 128), CLOUDS[0].map(|v| (v * 255.0) as u8), "right, above the middle");
        assert_eq!(at(10, 10), HIGH.map(|v| (v * 255.0_f32).round() as u8));
        assert_eq!(at(10, 500), [255; 3]);

        let two = sheet(&Pictures { side: 1, values: vec![0.0, 1.0] });
        assert_eq!((two.width, two.height), (2 * SMALL as u32, SMALL as u32));
        assert_eq!((two.rgba[0], two.rgba[(SMALL + 3) * 4]), (0, 255));
    }
}
