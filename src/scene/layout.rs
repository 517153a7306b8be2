//! Lays out a scene: turns items and the relations between them into boxes on a canvas.
//!
//! Coordinates: the canvas is 1 wide and 1 high, y down. Transparent margins of pictures do not count: sizes and
//! distances are those of the visible pixels.

mod blocks;
mod hangs;
mod kinds;
mod put;
mod sky;
#[cfg(test)]
mod tests;

use super::{Ground, Link, Reading, Relation};
use blocks::{Block, Bounds, bounds, copies, extent, feet, in_rows, resize, shift, side_by_side, stand};
use hangs::Hangs;
pub use kinds::{flies, is_vessel};
use kinds::{is_plate, is_scenic, is_sky};
use put::{Place, balance, put, wear};
use sky::{hang_up, roof_over, up};

/// The visible part of a picture, as fractions of its side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visible {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Visible {
    pub const ALL: Self = Self { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };

    fn width(self) -> f32 {
        (self.right - self.left).max(0.05)
    }

    fn height(self) -> f32 {
        (self.bottom - self.top).max(0.05)
    }
}

/// The position of a picture on the canvas. Layers are drawn in list order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layer {
    /// Which item, and which of its `count` copies.
    pub item: usize,
    pub copy: u8,
    /// Left and top of the whole picture, and the length of its side.
    pub x: f32,
    pub y: f32,
    pub side: f32,
    /// Mirrored left to right.
    pub flip: bool,
    /// Stands on something, and so casts a shadow.
    pub stands: bool,
}

impl Layer {
    /// The visible part on the canvas: left, top, right, bottom.
    pub fn shown(&self, v: Visible) -> (f32, f32, f32, f32) {
        let v = if self.flip { Visible { left: 1.0 - v.right, right: 1.0 - v.left, ..v } } else { v };
        let at = |origin: f32, part: f32| origin + part * self.side;
        (at(self.x, v.left), at(self.y, v.top), at(self.x, v.right), at(self.y, v.bottom))
    }
}

/// Free canvas around the scene.
const MARGIN: f32 = 0.04;
/// How much higher the back one of three copies stands than the two in front, as a share of its height.
const HIGHER: f32 = 0.66;
const HIGHER_ON_GROUND: f32 = 0.34;
/// Factor by which everything must get larger for three copies to stand as a heap, one behind two, and not in a line.
const WORTH_A_HEAP: f32 = 1.15;

/// Places every copy of every item, and returns the layers back to front. `visible[i]` belongs to item `i`; a missing
/// entry means the whole picture.
pub fn lay_out(reading: &Reading, visible: &[Visible]) -> Vec<Layer> {
    let in_lines = arrange(reading, visible, false);
    if reading.items.iter().all(|item| item.count != 3) {
        return in_lines;
    }
    let in_heaps = arrange(reading, visible, true);
    let size = |layers: &[Layer]| layers.iter().map(|layer| layer.side).sum::<f32>();
    if size(&in_heaps) > WORTH_A_HEAP * size(&in_lines) { in_heaps } else { in_lines }
}

fn arrange(reading: &Reading, visible: &[Visible], heaps: bool) -> Vec<Layer> {
    let seen = |i: usize| visible.get(i).copied().unwrap_or(Visible::ALL);
    let hangs = Hangs::new(reading);
    let scene = Scene { reading, hangs: &hangs, seen: &seen, heaps };
    let (mut groups, mut sky): (Vec<Group>, Vec<Group>) = (Vec::new(), Vec::new());
    for root in hangs.groups() {
        let blocks = scene.group(root, false);
        let floats = is_sky(&reading.items[root]) && blocks.iter().all(|b| b.item == root);
        if floats { &mut sky } else { &mut groups }.push(Group { root, blocks });
    }
    let has_sky =
        matches!(reading.ground, Some(Ground::Sky | Ground::Night | Ground::Sunset | Ground::Rain | Ground::Fog));
    let fly = |group: &Group| group.blocks.iter().all(|b| flies(&reading.items[b.item]));
    if groups.is_empty() || has_sky && groups.iter().all(fly) || reading.ground == Some(Ground::Underwater) {
        let all = hangs.groups().into_iter();
        let of = |root| sky.iter().chain(&groups).find(|g| g.root == root).map(|g| g.blocks.clone());
        return fit(up(all.filter_map(of).collect(), has_ground(reading)), &seen, Stage::air(reading));
    }
    let mut blocks = in_rows(groups.into_iter().map(|group| group.blocks).collect(), has_ground(reading));
    let (roofs, sky): (Vec<Group>, Vec<Group>) =
        sky.into_iter().partition(|group| hangs.roofs.iter().any(|(sky, _)| *sky == group.root));
    roof_over(roofs, &mut blocks, reading, &hangs);
    hang_up(sky, &mut blocks);
    fit(blocks, &seen, Stage::floor(reading))
}

/// Whether things stand on a ground. A plain colour is none.
fn has_ground(reading: &Reading) -> bool {
    reading.ground.is_some_and(|ground| !matches!(ground, Ground::Plain(_)))
}

/// Blocks that are placed together, and the item that all of them are placed relative to.
struct Group {
    root: usize,
    blocks: Vec<Block>,
}

struct Scene<'a, F: Fn(usize) -> Visible> {
    reading: &'a Reading,
    hangs: &'a Hangs,
    seen: &'a F,
    /// Three copies stand as a heap, one behind two.
    heaps: bool,
}

impl<F: Fn(usize) -> Visible> Scene<'_, F> {
    /// An item and everything that is placed relative to it.
    fn group(&self, item: usize, one_line: bool) -> Vec<Block> {
        let mut links = self.hangs.on(item);
        let what = &self.reading.items[item];
        // Each wearer must be seen whole, and things in the sky are spread out.
        let heap = self.heaps && !flies(what) && !links.iter().any(|link| link.relation == Relation::WornBy);
        // On a ground, a copy far above the others would seem to float.
        let higher = if has_ground(self.reading) { HIGHER_ON_GROUND } else { HIGHER };
        let mut group = copies(item, what, (self.seen)(item), one_line, heap.then_some(higher));
        while !links.is_empty() {
            let first = links[0];
            let is_with = |link: &Link| *link == first || link.relation == first.relation && shares(first.relation);
            let (now, later) = links.into_iter().partition(is_with);
            links = later;
            self.attach(now, &mut group, one_line);
        }
        group
    }

    /// Places items that have the same relation to the same place, and adds them to the place's group.
    fn attach(&self, links: Vec<Link>, group: &mut Vec<Block>, one_line: bool) {
        let Link { thing, relation, place } = links[0];
        let items = &self.reading.items;
        let line = match relation {
            Relation::On => true,
            Relation::Beside | Relation::LeftOf | Relation::RightOf | Relation::Between => one_line,
            Relation::Above
            | Relation::Under
            | Relation::Behind
            | Relation::InFrontOf
            | Relation::In
            | Relation::WornBy => false,
        };
        let mut new = side_by_side(links.iter().map(|link| self.group(link.thing, line)).collect());
        // Something between two copies of one item: the copies make room.
        let between = relation == Relation::Between && items[place].count > 1;
        if between {
            make_room(group, place, bounds(&new));
        }
        let own = |group: &[Block]| group.iter().filter(|b| b.item == place).copied().collect::<Vec<_>>();
        let is_in_it = is_plate(&items[place]) || is_scenic(&items[place]);
        if matches!(relation, Relation::On | Relation::In) && is_in_it && feet(&new).len() == new.len() {
            new.sort_by(|a, b| a.x.total_cmp(&b.x));
            new = in_rows(new.into_iter().map(|b| vec![b]).collect(), is_scenic(&items[place]));
        } else if relation == Relation::On {
            let by = balance(&mut new, &items[thing], &items[place], extent(&own(group)).0);
            resize(group, by);
        }
        let own = own(group);
        let p = bounds(&own);
        let depth = || own.iter().map(|b| b.z);
        let (back, front) = (depth().min().unwrap_or(0), depth().max().unwrap_or(0));
        let all = if relation == Relation::Above { stack(group, p) } else { bounds(group) };
        let to = Place { item: &items[place], own: p, all, back, front };
        // Things side by side keep the order in which they are named.
        let beside = if thing < place { Relation::LeftOf } else { Relation::RightOf };
        match relation {
            Relation::Between if between => stand(&mut new, (p.0 + p.2) / 2.0, p.3),
            Relation::WornBy => wear(&mut new, &items[thing], &own, &to),
            Relation::Beside => put(&mut new, beside, &to),
            relation => put(&mut new, relation, &to),
        }
        group.extend(new);
    }
}

/// Whether several things with this relation to one place stand side by side there. If not, each is placed on its own.
fn shares(relation: Relation) -> bool {
    relation.names_place() && !matches!(relation, Relation::LeftOf | Relation::RightOf | Relation::Between)
}

/// The bounds of a place and of everything above or below it: the place with what it carries.
fn stack(group: &[Block], p: Bounds) -> Bounds {
    let over: Vec<Block> = group.iter().filter(|b| b.x < p.2 && b.x + b.w > p.0).copied().collect();
    bounds(&over)
}

/// Moves the blocks left and right of the middle of `place`'s copies apart, so that `new` fits between the copies.
fn make_room(group: &mut [Block], place: usize, new: (f32, f32, f32, f32)) {
    let copies: Vec<Block> = group.iter().filter(|b| b.item == place).copied().collect();
    let all = bounds(&copies);
    let middle = (all.0 + all.2) / 2.0;
    let room = new.2 - new.0 + 0.06;
    for b in group {
        b.x += if b.x + b.w / 2.0 > middle { room / 2.0 } else { -room / 2.0 };
    }
}

/// The part of the canvas that a scene may fill.
struct Stage {
    /// Maximum width and height.
    room: (f32, f32),
    /// The y of the scene's bottom. `None` for a scene that stands on no ground: it is centred at `middle`.
    bottom: Option<f32>,
    middle: f32,
}

impl Stage {
    fn floor(reading: &Reading) -> Self {
        let free = 1.0 - 2.0 * MARGIN;
        match reading.ground {
            None => Self { room: (free, free), bottom: None, middle: 0.5 },
            Some(Ground::Plain(_)) => Self { room: (0.84, 0.84), bottom: None, middle: 0.5 },
            Some(_) => Self { room: (free, free * 0.86), bottom: Some(0.9), middle: 0.5 },
        }
    }

    /// For a scene in the sky or under water.
    fn air(reading: &Reading) -> Self {
        if reading.ground == Some(Ground::Underwater) {
            return Self { room: (0.84, 0.76), bottom: None, middle: 0.5 };
        }
        if has_ground(reading) { Self { room: (0.8, 0.56), bottom: None, middle: 0.38 } } else { Self::floor(reading) }
    }
}

/// Scales a scene to fit the canvas, and turns the boxes of visible pixels into whole pictures.
fn fit(mut blocks: Vec<Block>, seen: &impl Fn(usize) -> Visible, stage: Stage) -> Vec<Layer> {
    if blocks.is_empty() {
        return Vec::new();
    }
    let b = bounds(&blocks);
    let (w, h) = extent(&blocks);
    let by = (stage.room.0 / w).min(stage.room.1 / h);
    shift(&mut blocks, -b.0, -b.1);
    resize(&mut blocks, by);
    let top = stage.bottom.map_or(stage.middle - h * by / 2.0, |bottom| bottom - h * by);
    shift(&mut blocks, (1.0 - w * by) / 2.0, top.max(MARGIN));
    blocks.sort_by_key(|b| b.z);
    blocks
        .into_iter()
        .map(|b| {
            let v = seen(b.item);
            let side = b.w / v.width();
            let (x, y) = (b.x - v.left * side, b.y - v.top * side);
            Layer { item: b.item, copy: b.copy, x, y, side, flip: false, stands: b.stands }
        })
        .collect()
}
