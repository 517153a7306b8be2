//! Places what is up in the sky: above everything, above the things that the prompt says it is above, or alone.

use super::super::Reading;
use super::Group;
use super::blocks::{Block, bounds, extent, in_rows, resize, scale, shift, stand};
use super::hangs::Hangs;
use super::kinds::is_rainbow;

/// Scale of things in the sky, compared to things on the ground.
const IN_THE_SKY: f32 = 0.6;
/// Width of a rainbow, as a multiple of the width of what it spans.
const SPAN: f32 = 1.3;

/// Puts rainbows and clouds above the things that the prompt says they are above.
pub fn roof_over(roofs: Vec<Group>, blocks: &mut Vec<Block>, reading: &Reading, hangs: &Hangs) {
    for Group { root, blocks: mut new } in roofs {
        let is_below = |b: &&Block| {
            let roots = hangs.roofs.iter().filter(|(sky, _)| *sky == root).map(|(_, below)| below);
            roots.into_iter().any(|below| hangs.root(*below) == hangs.root(b.item))
        };
        let below: Vec<Block> = blocks.iter().filter(is_below).copied().collect();
        let t = bounds(if below.is_empty() { blocks } else { &below });
        let (width, (w, h)) = (t.2 - t.0, extent(&new));
        let size = reading.items[root].size;
        if is_rainbow(&reading.items[root]) {
            // Its ends are behind what it spans.
            let by = SPAN * width / w;
            resize(&mut new, by);
            stand(&mut new, (t.0 + t.2) / 2.0, (t.1 - 0.22 * width + h * by).min(t.3 - 0.05 * width));
        } else {
            resize(&mut new, (1.2 * width / w).min(0.8 * (t.3 - t.1) / h).max(0.5) * scale(size).min(1.0));
            stand(&mut new, (t.0 + t.2) / 2.0, t.1 - 0.03);
        }
        let back = blocks.iter().map(|b| b.z).min().unwrap_or(0);
        new.iter_mut().for_each(|b| (b.z, b.stands) = (b.z + back - 2, false));
        blocks.extend(new);
    }
}

/// Puts what is up in the sky above everything: a single thing at the upper right, several across the whole width.
pub fn hang_up(mut sky: Vec<Group>, blocks: &mut Vec<Block>) {
    if sky.is_empty() {
        return;
    }
    let all = bounds(blocks);
    let back = blocks.iter().map(|b| b.z).min().unwrap_or(0);
    sky.iter_mut().for_each(|group| resize(&mut group.blocks, IN_THE_SKY));
    let widths: Vec<f32> = sky.iter().map(|group| extent(&group.blocks).0).collect();
    let count = sky.len() as f32;
    let gap = ((all.2 - all.0 - widths.iter().sum::<f32>()) / count).max(0.06);
    let mut left = (all.0 + all.2 - widths.iter().sum::<f32>() - gap * (count - 1.0)) / 2.0;
    for (Group { blocks: mut new, .. }, w) in sky.into_iter().zip(widths) {
        if count == 1.0 {
            // In the corner it may be beside the highest thing, but it must not cover things.
            let (_, h) = extent(&new);
            stand(&mut new, all.2 + 0.3 * w, all.1 + 0.35 * h);
        } else {
            stand(&mut new, left + w / 2.0, all.1 - 0.04);
            left += w + gap;
        }
        new.iter_mut().for_each(|b| (b.z, b.stands) = (b.z + back - 2, false));
        blocks.extend(new);
    }
}

/// Places things of the sky when nothing else is there: side by side, and, with `staggers`, alternately higher and
/// lower.
pub fn up(groups: Vec<Vec<Block>>, staggers: bool) -> Vec<Block> {
    let count = groups.len();
    let wide = groups.into_iter().enumerate().map(|(k, mut group)| {
        let (_, h) = extent(&group);
        if staggers && count > 1 {
            shift(&mut group, 0.0, if k % 2 == 0 { -0.3 * h } else { 0.2 * h });
        }
        group
    });
    let mut blocks = in_rows(wide.collect(), false);
    blocks.iter_mut().for_each(|b| b.stands = false);
    blocks
}
