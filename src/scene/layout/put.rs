//! Places a thing by its relation to a place.

use super::super::{Item, Relation};
use super::blocks::{Block, Bounds, bounds, extent, feet, resize, scale, shift, stand};
use super::kinds::{
    Worn, head, is_plate, is_scenic, is_seat, is_tall, is_umbrella, is_vase, is_vessel, rim, surface, worn,
};

/// How far something sinks into what it sits on, as a share of its height.
const SINK: f32 = 0.1;
/// How much lower several things stand on a place than one, as a share of the place's height.
const LOWER: f32 = 0.16;
/// Maximum share of a thing's width that is hidden by something in front of it.
const COVERED: f32 = 0.42;
/// Smallest scale of several things on a place, and of a single one. If several are still too wide, the place grows.
const LEAST: f32 = 0.45;
const LEAST_OF_ONE: f32 = 0.6;
/// Maximum width of a single thing on a place, as a multiple of the place's width.
const WIDER: f32 = 1.3;
/// The same for a thing on a seat or on something tall.
const SEATED: f32 = 0.8;

/// Share of their distance to the middle by which several things in a vessel move together.
const CROWDED: f32 = 0.5;

/// A place: its own bounds, the bounds of everything that is already there, and its lowest and highest z.
pub struct Place<'a> {
    pub item: &'a Item,
    pub own: Bounds,
    pub all: Bounds,
    pub back: i32,
    pub front: i32,
}

/// Moves, and if needed shrinks, `new` so that it has this relation to the place.
pub fn put(new: &mut [Block], relation: Relation, place: &Place) {
    let (p, all) = (place.own, place.all);
    let (width, height) = (p.2 - p.0, p.3 - p.1);
    let middle = (p.0 + p.2) / 2.0;
    let mut is_behind = false;
    let (w, h) = extent(new);
    let aside = (width + w) / 2.0 - COVERED * width.min(w);
    match relation {
        Relation::On if is_scenic(place.item) => before(new, p, 0.5, 0.06),
        Relation::On if is_plate(place.item) => {
            before(new, p, 0.62, 0.0);
            let (_, h) = extent(new);
            shift(new, 0.0, (h - height) / 2.0);
        }
        Relation::On | Relation::WornBy => {
            let feet = feet(new);
            let sunk = SINK * extent(&feet).1;
            // Most things are lower at their sides than in their middle.
            let sunk = if feet.len() > 1 { sunk.max(LOWER * height) } else { sunk };
            stand(new, middle, p.1 + surface(place.item).map_or(sunk, |part| part * height));
        }
        Relation::Above => {
            stand(new, middle, all.1 - 0.08);
            new.iter_mut().for_each(|b| b.stands = false);
        }
        Relation::Under if is_scenic(place.item) => before(new, p, 0.5, 0.06),
        // Below the canopy, in front of the stick, and about as wide as an umbrella.
        Relation::Under if is_umbrella(place.item) => {
            let by = (0.85 * width / w).min(1.0);
            resize(new, by);
            stand(new, middle, p.1 + 0.5 * height + h * by);
        }
        // At the foot, half as high. A wide thing is at least a third as high, unless it gets much wider than the
        // place.
        Relation::Under if is_tall(place.item) => {
            let a_third = (0.34 * height / h).min(1.2 * width / w);
            resize(new, (0.48 * height / h).min((0.7 * width / w).max(a_third)).min(1.0));
            stand(new, middle + 0.16 * width, p.3);
        }
        Relation::Under => {
            stand(new, middle, p.3 + 0.92 * h);
            is_behind = true;
        }
        Relation::LeftOf => stand(new, all.0.min(p.0) - w / 2.0 - 0.05, p.3),
        Relation::RightOf | Relation::Beside | Relation::Between => {
            stand(new, all.2.max(p.2) + w / 2.0 + 0.05, p.3);
        }
        Relation::Behind => {
            stand(new, middle + aside, p.3 - 0.3 * height);
            is_behind = true;
        }
        Relation::InFrontOf => stand(new, middle - aside, p.3 + 0.3 * h.min(height)),
        Relation::In if is_scenic(place.item) => before(new, p, 0.5, 0.06),
        // Things in a place are drawn in front of it. Only a vessel hides a part of them.
        Relation::In if !is_vessel(place.item) => {
            let wide = if feet(new).len() > 1 { 1.2 } else { 0.6 };
            resize(new, (wide * width / w).min(0.55 * height / h).min(1.0));
            stand(new, middle, p.3 + 0.02);
        }
        Relation::In => {
            // Flowers are wider than the mouth of their vase.
            let wide = match feet(new).len() {
                _ if is_vase(place.item) => 1.3,
                0 | 1 => 0.72,
                _ => 0.9,
            };
            crowd(new);
            let (w, h) = extent(new);
            resize(new, (wide * width / w).min(0.9 * height / h).min(1.0));
            let deep = (0.4 * extent(new).1).clamp(rim(place.item) * height, 0.42 * height);
            stand(new, middle, p.1 + deep);
            is_behind = true;
        }
    }
    let level = if is_behind {
        place.back - 1 - new.iter().map(|b| b.z).max().unwrap_or(0)
    } else {
        place.front + 1 - new.iter().map(|b| b.z).min().unwrap_or(0)
    };
    new.iter_mut().for_each(|b| b.z += level);
}

/// In front of the lower middle of a place. `part`: maximum share of its width; `free`: share of its height that stays
/// free below.
fn before(new: &mut [Block], p: Bounds, part: f32, free: f32) {
    let (width, height) = (p.2 - p.0, p.3 - p.1);
    let (w, h) = extent(new);
    resize(new, (part * width / w).min(part * 1.2 * height / h));
    stand(new, (p.0 + p.2) / 2.0, p.3 - free * height);
}

/// Shrinks what is to stand on a place to about the place's width. Returns the factor by which the place must grow.
pub fn balance(new: &mut [Block], thing: &Item, place: &Item, width: f32) -> f32 {
    if is_scenic(place) || is_plate(place) {
        return 1.0;
    }
    let (w, _) = extent(new);
    if feet(new).len() > 1 {
        resize(new, (width / w).clamp(LEAST, 1.0));
        (extent(new).0 / width).max(1.0)
    } else {
        // A big thing on a small one is intended.
        let bigger = (scale(thing.size) / scale(place.size)).max(1.0);
        let (wider, least) = if is_seat(place) {
            (SEATED, SEATED * LEAST)
        } else {
            (if is_tall(place) { SEATED } else { WIDER }, LEAST_OF_ONE)
        };
        resize(new, (wider * bigger * width / w).clamp(least, 1.0));
        1.0
    }
}

/// Moves several things side by side closer together, so that each hides a part of the next.
fn crowd(blocks: &mut [Block]) {
    let b = bounds(blocks);
    let middle = (b.0 + b.2) / 2.0;
    if feet(blocks).len() > 1 {
        blocks.iter_mut().for_each(|b| b.x -= (b.x + b.w / 2.0 - middle) * CROWDED);
    }
}

/// Dresses the copies of a wearer: each gets one, and the first ones get another if there are more.
pub fn wear(new: &mut [Block], thing: &Item, wearers: &[Block], place: &Place) {
    let kind = worn(thing).unwrap_or(Worn::AtTheFeet);
    let part = match kind {
        Worn::OnTheHead => 0.55,
        Worn::OverTheEars => 0.95,
        Worn::BeforeTheEyes => 0.6,
        Worn::AtTheNeck => 0.5,
        Worn::Garment | Worn::AtTheFeet => return carry(new, kind, place),
    };
    let at = head(place.item);
    // What is on a hat moves with the hat.
    let item = new.first().map(|b| b.item);
    let copies = |b: &&mut Block| Some(b.item) == item;
    let first = new.first().copied();
    let mut moved = None;
    for (k, block) in new.iter_mut().filter(copies).enumerate() {
        let Some(wearer) = wearers.get(k % wearers.len().max(1)) else { return };
        let again = k / wearers.len();
        let by = (part * at.width * wearer.w / block.w).min(0.8 * wearer.h / block.h);
        let (w, h) = (block.w * by, block.h * by);
        let next = 0.7 * again as f32 * h;
        let y = match kind {
            Worn::OnTheHead => wearer.y + at.brow * wearer.h - h - next,
            Worn::OverTheEars | Worn::BeforeTheEyes => wearer.y + at.eyes * wearer.h - h / 2.0 + next,
            Worn::AtTheNeck | Worn::Garment | Worn::AtTheFeet => wearer.y + at.neck * wearer.h - h / 2.0 + next,
        };
        let x = wearer.x + at.x * wearer.w - w / 2.0;
        *block = Block { x, y, w, h, z: place.front + 1 + again as i32, stands: false, ..*block };
        moved.get_or_insert((*block, by));
    }
    let (Some(old), Some((now, by))) = (first, moved) else { return };
    for b in new.iter_mut().filter(|b| Some(b.item) != item) {
        let (x, y) = (now.x + (b.x - old.x) * by, now.y + (b.y - old.y) * by);
        *b = Block { x, y, w: b.w * by, h: b.h * by, z: b.z - old.z + now.z, stands: false, ..*b };
    }
}

/// Places something worn that lies or stands beside its wearer.
fn carry(new: &mut [Block], kind: Worn, place: &Place) {
    let (width, height) = (place.own.2 - place.own.0, place.own.3 - place.own.1);
    let (w, h) = extent(new);
    let (part, covers) = if kind == Worn::Garment { (0.7, 0.0) } else { (0.35, 0.3) };
    resize(new, (part * height / h).min(part * width.max(height) / w));
    let (w, _) = extent(new);
    let left = if kind == Worn::Garment { place.all.2 + 0.04 } else { place.own.2 };
    stand(new, left + (0.5 - covers) * w, place.own.3);
    new.iter_mut().for_each(|b| b.z += place.front + 1);
}
