//! The kernels in portable code. Processors other than x86 run these, and the tests compare the others with them.

use super::layout::{BLOCK, Form, GROUP, SUPER, half};
use super::rounded::Row;
use super::{Group, GroupSource, Line, Unpacked};

/// Stored number of row `row` in column `k` of a cell.
fn number(form: Form, cell: &[Line], row: usize, k: usize) -> u8 {
    let (unit, place) = (k / 4, row * 4 + k % 4);
    if form == Form::Q8_0 {
        return cell[unit].0[place];
    }
    let low = cell[unit % 4].0[place] >> (4 * (unit / 4)) & 15;
    (0..form.planes())
        .fold(low, |n, plane| n | (cell[4 + plane].0[unit * 8 + place / 8] >> (place % 8) & 1) << (4 + plane))
}

/// Scales and offsets of row `row` in block `b`: a number is `stored * scale + offset`.
fn scales(form: Form, group: Group<'_>, b: usize, row: usize) -> ([f32; 2], [f32; 2]) {
    let head = &group.heads[b * form.head() * GROUP..(b + 1) * form.head() * GROUP];
    let pair = |from: &[u8], kind: usize| half([from[2 * (kind * GROUP + row)], from[2 * (kind * GROUP + row) + 1]]);
    let top = |kind: usize| pair(&group.tops[b / SUPER * form.top() * GROUP..], kind);
    match form {
        Form::Q4_0 | Form::Q5_0 | Form::Q8_0 => {
            let scale = pair(head, 0);
            ([scale; 2], [-form.zero() * scale; 2])
        }
        Form::Q4_1 | Form::Q5_1 => ([pair(head, 0); 2], [pair(head, 1); 2]),
        Form::Q4K | Form::Q5K => {
            let six = |kind: usize| f32::from(head[kind * GROUP + row]);
            ([top(0) * six(0); 2], [-(top(1) * six(1)); 2])
        }
        Form::Q6K => {
            let scale = [0, 1].map(|kind| top(0) * f32::from(head[kind * GROUP + row] as i8));
            (scale, scale.map(|scale| -form.zero() * scale))
        }
    }
}

/// Block `b` of row `row`, in f32.
pub fn block(form: Form, group: Group<'_>, b: usize, row: usize, out: &mut [f32; BLOCK]) {
    let cell = &group.lines[b * form.lines()..(b + 1) * form.lines()];
    let (scale, offset) = scales(form, group, b, row);
    for (k, out) in out.iter_mut().enumerate() {
        let part = k / (BLOCK / 2);
        *out = f32::from(number(form, cell, row, k)) * scale[part] + offset[part];
    }
}

/// Unpacks `blocks` blocks of a group: stored values, scales and offsets.
pub fn unpack(form: Form, group: Group<'_>, blocks: usize, out: &mut Unpacked) {
    for b in 0..blocks {
        let cell = &group.lines[b * form.lines()..(b + 1) * form.lines()];
        for row in 0..GROUP {
            let (scale, offset) = scales(form, group, b, row);
            for part in 0..form.scales() {
                out.scales[b * form.scales() + part][row] = scale[part];
                out.offsets[b * form.scales() + part][row] = offset[part];
            }
            for k in 0..BLOCK {
                out.lines[b * 8 + k / 4].0[row * 4 + k % 4] = number(form, cell, row, k);
            }
        }
    }
}

/// Dot products of the 16 rows of a group with `M` rows of activations.
pub fn tile<const M: usize>(source: &GroupSource<'_>, blocks: usize, x: [Row<'_>; M]) -> [[f32; GROUP]; M] {
    let mut out = [[0.0; GROUP]; M];
    for b in 0..blocks {
        for row in 0..GROUP {
            let (scale, offset, numbers): (_, _, [u8; BLOCK]) = match source {
                GroupSource::Packed(group, form) => {
                    let cell = &group.lines[b * form.lines()..(b + 1) * form.lines()];
                    let (scale, offset) = scales(*form, *group, b, row);
                    (scale, offset, std::array::from_fn(|k| number(*form, cell, row, k)))
                }
                GroupSource::Unpacked(all, form) => {
                    let at = [0, 1].map(|part| b * form.scales() + part.min(form.scales() - 1));
                    let numbers = std::array::from_fn(|k| all.lines[b * 8 + k / 4].0[row * 4 + k % 4]);
                    (at.map(|at| all.scales[at][row]), at.map(|at| all.offsets[at][row]), numbers)
                }
            };
            for (x, out) in x.iter().zip(&mut out) {
                let values = &x.values[b * BLOCK..(b + 1) * BLOCK];
                for part in 0..2 {
                    let span = part * BLOCK / 2..(part + 1) * BLOCK / 2;
                    let pairs = numbers[span.clone()].iter().zip(&values[span]);
                    let whole: i32 = pairs.map(|(&n, &v)| i32::from(n) * i32::from(v)).sum();
                    out[row] += whole as f32 * (scale[part] * x.scales[b]) + offset[part] * x.sums[b][part];
                }
            }
        }
    }
    out
}
