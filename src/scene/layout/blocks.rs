//! Boxes of visible pixels, before they are scaled to the canvas, and their arrangement in rows.

use super::super::{Item, Size};
use super::{MARGIN, Visible};

/// Left, top, right, bottom.
pub type Bounds = (f32, f32, f32, f32);

/// A box of visible pixels, before it is scaled to the canvas.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    pub item: usize,
    pub copy: u8,
    /// Left and top of the visible part, and its size.
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
    pub z: i32,
    pub stands: bool,
}

/// Free space between things side by side.
const GAP: f32 = 0.06;
/// When groups may stand in rows: if there are `MANY` groups, or if one row of at least `MANY_COPIES` blocks (one more
/// on a ground) would be more than `STRIP` times as wide as high.
const MANY: usize = 4;
const MANY_COPIES: usize = 5;
const STRIP: f32 = 3.4;
/// Factor by which another row must make the things larger.
const WORTH_A_ROW: f32 = 1.1;
/// On a ground, each row is smaller than the row in front by `FARTHER`, and overlaps with it by `HIDDEN` of the height
/// of its tallest thing.
const FARTHER: f32 = 0.9;
const HIDDEN: f32 = 0.25;

pub fn scale(size: Size) -> f32 {
    match size {
        Size::Small => 0.6,
        Size::Usual => 1.0,
        Size::Big => 1.5,
    }
}

/// All copies of an item, standing on y = 0: in one line, or in lines of up to four, one behind the other. Three copies
/// stand in one line, or, with `heap`, one behind two and higher by this share of its height.
pub fn copies(item: usize, what: &Item, v: Visible, one_line: bool, heap: Option<f32>) -> Vec<Block> {
    let (w, h) = (v.width() * scale(what.size), v.height() * scale(what.size));
    let count = what.count.max(1);
    let across = match count {
        n if one_line => n,
        3 if heap.is_some() => 2,
        1..=3 => count,
        4 => 2,
        5 | 6 | 9 => 3,
        7 | 8 | 10..=12 => 4,
        n => n.div_ceil(3),
    };
    let usual = if count > 2 * across { 0.88 } else { 0.72 };
    let higher = heap.filter(|_| count == 3).unwrap_or(usual);
    (0..count)
        .map(|copy| {
            let (column, line) = (copy % across, copy / across);
            let missing = across - across.min(count - line * across);
            let x = (column as f32 + missing as f32 / 2.0) * w * 1.04;
            let y = -h - line as f32 * h * higher;
            Block { item, copy, x, y, w, h, z: -(line as i32), stands: line == 0 }
        })
        .collect()
}

pub fn bounds(blocks: &[Block]) -> Bounds {
    blocks.iter().fold((f32::MAX, f32::MAX, f32::MIN, f32::MIN), |b, k| {
        (b.0.min(k.x), b.1.min(k.y), b.2.max(k.x + k.w), b.3.max(k.y + k.h))
    })
}

/// Width and height.
pub fn extent(blocks: &[Block]) -> (f32, f32) {
    let b = bounds(blocks);
    ((b.2 - b.0).max(0.01), (b.3 - b.1).max(0.01))
}

pub fn shift(blocks: &mut [Block], dx: f32, dy: f32) {
    for b in blocks {
        b.x += dx;
        b.y += dy;
    }
}

pub fn resize(blocks: &mut [Block], by: f32) {
    for b in blocks {
        (b.x, b.y, b.w, b.h) = (b.x * by, b.y * by, b.w * by, b.h * by);
    }
}

/// Moves the blocks so that the middle of their width is at `x`, and their bottom at `bottom`.
pub fn stand(blocks: &mut [Block], x: f32, bottom: f32) {
    let n = bounds(blocks);
    shift(blocks, x - (n.0 + n.2) / 2.0, bottom - n.3);
}

/// The lowest blocks that stand, without those that are on top of them, above them or worn by them.
pub fn feet(blocks: &[Block]) -> Vec<Block> {
    let (_, h) = extent(blocks);
    let standing = || blocks.iter().filter(|b| b.stands);
    let bottom = standing().map(|b| b.y + b.h).fold(f32::MIN, f32::max);
    standing().filter(|b| b.y + b.h > bottom - 0.05 * h).copied().collect()
}

/// Up to this many rows behind the first, each is smaller by the full `FARTHER`.
const FEW_ROWS: f32 = 2.0;

/// Arranges groups from left to right on one line.
pub fn side_by_side(groups: Vec<Vec<Block>>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut x = 0.0;
    for mut group in groups {
        let b = bounds(&group);
        shift(&mut group, x - b.0, 0.0);
        x += b.2 - b.0 + GAP;
        out.extend(group);
    }
    out
}

/// Arranges groups on one line, or in the number of rows that makes them largest on a square: below each other, or,
/// with `deep` (on a ground), behind each other.
pub fn in_rows(groups: Vec<Vec<Block>>, deep: bool) -> Vec<Block> {
    let most = if deep { (groups.len() as f32 / 1.3).sqrt().round() as usize } else { groups.len() };
    let mut best = side_by_side(groups.clone());
    let (w, h) = extent(&best);
    if groups.len() < MANY && (best.len() < MANY_COPIES + usize::from(deep) || w <= STRIP * h) {
        return best;
    }
    let room = |blocks: &[Block]| {
        let (w, h) = extent(blocks);
        ((1.0 - 2.0 * MARGIN) / w).min((1.0 - 2.0 * MARGIN) / h)
    };
    for count in 2..=most.max(2).min(groups.len()) {
        let rows = split(&groups, count).into_iter().map(side_by_side).collect();
        let new = if deep { behind_each_other(rows) } else { below_each_other(rows) };
        if room(&new) > WORTH_A_ROW * room(&best) {
            best = new;
        }
    }
    best
}

/// Splits groups into rows of about the same width, and keeps their order.
fn split(groups: &[Vec<Block>], count: usize) -> Vec<Vec<Vec<Block>>> {
    let width = |group: &Vec<Block>| extent(group).0 + GAP;
    let each = groups.iter().map(width).sum::<f32>() / count as f32;
    let mut rows = vec![Vec::new(); count];
    let mut x = 0.0;
    for group in groups {
        let w = width(group);
        rows[(((x + w / 2.0) / each) as usize).min(count - 1)].push(group.clone());
        x += w;
    }
    rows.retain(|row| !row.is_empty());
    rows
}

/// Rows from top to bottom, in reading order.
fn below_each_other(rows: Vec<Vec<Block>>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut top = 0.0;
    for mut row in rows {
        let (_, h) = extent(&row);
        stand(&mut row, 0.0, top + h);
        top += h + GAP;
        out.extend(row);
    }
    out
}

/// Rows behind each other, the first in front.
fn behind_each_other(rows: Vec<Vec<Block>>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let (mut bottom, mut size, mut z) = (0.0, 1.0, 0);
    // With many rows the things are small already, so the last row is hardly smaller than the first.
    let farther = FARTHER.powf((FEW_ROWS / (rows.len() as f32 - 1.0).max(1.0)).min(1.0).powi(4));
    for mut row in rows {
        resize(&mut row, size);
        stand(&mut row, 0.0, bottom);
        let deepest = row.iter().map(|b| b.z).max().unwrap_or(0);
        row.iter_mut().for_each(|b| b.z += z - deepest);
        z = row.iter().map(|b| b.z).min().unwrap_or(z) - 1;
        let tallest = row.iter().map(|b| b.h).fold(0.0, f32::max);
        bottom -= extent(&row).1 - HIDDEN * tallest;
        size *= farther;
        out.extend(row);
    }
    out
}
