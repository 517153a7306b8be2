//! Where the things of a scene go: boxes on a canvas, by what the prompt says of them.
//!
//! Coordinates: the canvas is 1 wide and 1 high, y down. A picture's own clear margin does not count: what touches is
//! what can be seen.

use super::things::things;
use super::{Item, Link, Reading, Relation, Size};

/// The part of a picture that can be seen, as fractions of its sides: left, top, right, bottom.
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

/// A picture on the canvas. Layers are drawn in the order of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layer {
    /// Which item, and which of its `count` copies.
    pub item: usize,
    pub copy: u8,
    /// Left and top of the whole picture, and its side.
    pub x: f32,
    pub y: f32,
    pub side: f32,
    /// Left and right are exchanged.
    pub flip: bool,
    /// Stands on something: a shadow falls beneath it.
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
/// How far something sinks into what it sits on, in parts of its height.
const SINK: f32 = 0.1;
/// How much of a thing's width what stands before it may hide.
const COVERED: f32 = 0.42;
/// How large what is in the sky is, beside things on the ground.
const IN_THE_SKY: f32 = 0.6;

/// A box of visible pixels, before it is scaled to the canvas.
#[derive(Clone, Copy, Debug)]
struct Block {
    item: usize,
    copy: u8,
    /// Left and top of the visible part, and its size.
    x: f32,
    y: f32,
    w: f32,
    h: f32,
    z: i32,
    stands: bool,
}

/// Places every copy of every item. `visible[i]` belongs to item `i`.
pub fn lay_out(reading: &Reading, visible: &[Visible]) -> Vec<Layer> {
    let count = reading.items.len();
    let seen = |i: usize| visible.get(i).copied().unwrap_or(Visible::ALL);
    // What an item hangs on: its first relation, unless that would close a circle.
    let mut hangs: Vec<Option<Link>> = vec![None; count];
    // "and" says less than where a thing is.
    let (beside, placed): (Vec<&Link>, Vec<&Link>) =
        reading.relations.iter().partition(|link| link.relation == Relation::Beside);
    for link in placed.into_iter().chain(beside) {
        let Link { thing, relation, place } = *link;
        let sky = |i: usize| reading.items.get(i).is_some_and(is_sky);
        // What is in the sky is above everything, whatever it is said to be above of or beside.
        let floats = match relation {
            Relation::Under => sky(place),
            Relation::Above => sky(thing) && !sky(place),
            Relation::Beside => sky(thing) != sky(place),
            Relation::On
            | Relation::LeftOf
            | Relation::RightOf
            | Relation::Behind
            | Relation::InFrontOf
            | Relation::In
            | Relation::WornBy
            | Relation::Between => false,
        };
        if floats {
            continue;
        }
        if link.thing < count
            && link.place < count
            && hangs[link.thing].is_none()
            && !leads_to(&hangs, link.place, link.thing)
        {
            hangs[link.thing] = Some(*link);
        }
    }
    let (mut groups, mut sky): (Vec<Vec<Block>>, Vec<Vec<Block>>) = (Vec::new(), Vec::new());
    for root in (0..count).filter(|&i| hangs[i].is_none()) {
        let mut group = row(root, &reading.items[root], seen(root));
        attach(root, &mut group, reading, &hangs, &seen);
        let floats = is_sky(&reading.items[root]) && group.iter().all(|b| b.item == root);
        if floats { &mut sky } else { &mut groups }.push(group);
    }
    if groups.is_empty() {
        std::mem::swap(&mut groups, &mut sky);
    }
    let mut blocks = side_by_side(groups);
    hang_up(sky, &mut blocks);
    fit(blocks, &seen, reading.ground.is_some())
}

/// Whether `from` hangs, over any number of steps, on `to`.
fn leads_to(hangs: &[Option<Link>], from: usize, to: usize) -> bool {
    let mut at = from;
    for _ in 0..=hangs.len() {
        if at == to {
            return true;
        }
        match hangs[at] {
            Some(link) => at = link.place,
            None => return false,
        }
    }
    true
}

fn scale(size: Size) -> f32 {
    match size {
        Size::Small => 0.6,
        Size::Usual => 1.0,
        Size::Big => 1.5,
    }
}

/// All copies of an item, in rows of up to three, standing on y = 0.
fn row(item: usize, what: &Item, v: Visible) -> Vec<Block> {
    let (w, h) = (v.width() * scale(what.size), v.height() * scale(what.size));
    let across = match what.count {
        1..=3 => what.count,
        4 => 2,
        n => n.div_ceil(2),
    }
    .max(1);
    (0..what.count.max(1))
        .map(|copy| {
            let (column, line) = (copy % across, copy / across);
            let (x, y) = (column as f32 * w * 1.04, -h - line as f32 * h * 0.72);
            Block { item, copy, x, y, w, h, z: -(line as i32), stands: line == 0 }
        })
        .collect()
}

fn bounds(blocks: &[Block]) -> (f32, f32, f32, f32) {
    blocks.iter().fold((f32::MAX, f32::MAX, f32::MIN, f32::MIN), |b, k| {
        (b.0.min(k.x), b.1.min(k.y), b.2.max(k.x + k.w), b.3.max(k.y + k.h))
    })
}

fn shift(blocks: &mut [Block], dx: f32, dy: f32) {
    for b in blocks {
        b.x += dx;
        b.y += dy;
    }
}

fn resize(blocks: &mut [Block], by: f32) {
    for b in blocks {
        (b.x, b.y, b.w, b.h) = (b.x * by, b.y * by, b.w * by, b.h * by);
    }
}

/// Puts what hangs on `place` around its blocks, which are the first of `group`.
fn attach(
    place: usize,
    group: &mut Vec<Block>,
    reading: &Reading,
    hangs: &[Option<Link>],
    seen: &impl Fn(usize) -> Visible,
) {
    for thing in 0..hangs.len() {
        let Some(link) = hangs[thing].filter(|l| l.place == place) else { continue };
        let own = |group: &[Block]| group.iter().filter(|b| b.item == place).copied().collect::<Vec<_>>();
        let mut new = row(thing, &reading.items[thing], seen(thing));
        attach(thing, &mut new, reading, hangs, seen);
        // Between two that are one item: they make room.
        let between = link.relation == Relation::Between && reading.items[place].count > 1;
        if between {
            make_room(group, place, bounds(&new));
        }
        let own = own(group);
        let p = bounds(&own);
        let z = own.iter().map(|b| b.z).max().unwrap_or(0);
        // Things side by side stand in the order in which they are named.
        let beside = if thing < place { Relation::LeftOf } else { Relation::RightOf };
        let relation = if link.relation == Relation::Beside { beside } else { link.relation };
        if between {
            let n = bounds(&new);
            shift(&mut new, (p.0 + p.2 - n.0 - n.2) / 2.0, p.3 - n.3);
        } else {
            put(&mut new, relation, p, bounds(group), z, &reading.items[place]);
        }
        group.extend(new);
    }
}

/// Moves the copies of `place` (and what stands right of their middle) apart, so that a box of this size fits between.
fn make_room(group: &mut [Block], place: usize, new: (f32, f32, f32, f32)) {
    let copies: Vec<Block> = group.iter().filter(|b| b.item == place).copied().collect();
    let all = bounds(&copies);
    let middle = (all.0 + all.2) / 2.0;
    let room = new.2 - new.0 + 0.06;
    for b in group {
        b.x += if b.x + b.w / 2.0 > middle { room / 2.0 } else { -room / 2.0 };
    }
}

/// Moves `new` to where it stands to the place `p`; `all` is everything that is there already.
fn put(
    new: &mut [Block],
    relation: Relation,
    p: (f32, f32, f32, f32),
    all: (f32, f32, f32, f32),
    z: i32,
    place: &Item,
) {
    let (width, height) = (p.2 - p.0, p.3 - p.1);
    let middle = (p.0 + p.2) / 2.0;
    let mut level = z + 1;
    let to = |new: &mut [Block], x: f32, bottom: f32| {
        let n = bounds(new);
        shift(new, x - (n.0 + n.2) / 2.0, bottom - n.3);
    };
    let n = bounds(new);
    let (w, h) = (n.2 - n.0, n.3 - n.1);
    let aside = (width + w) / 2.0 - COVERED * width.min(w);
    match relation {
        Relation::On | Relation::WornBy => to(new, middle, p.1 + SINK * h),
        Relation::Above => {
            to(new, middle, p.1 - 0.08);
            new.iter_mut().for_each(|b| b.stands = false);
        }
        Relation::Under if is_tall(place) => {
            resize(new, (0.5 * width / w).min(0.45 * height / h).min(1.0));
            to(new, middle + 0.16 * width, p.3);
        }
        Relation::Under => {
            to(new, middle, p.3 + 0.92 * h);
            level = z - 1;
        }
        Relation::LeftOf => to(new, all.0.min(p.0) - w / 2.0 - 0.05, p.3),
        Relation::RightOf | Relation::Beside => to(new, all.2.max(p.2) + w / 2.0 + 0.05, p.3),
        Relation::Between => to(new, all.2.max(p.2) + w / 2.0 + 0.05, p.3),
        Relation::Behind => {
            to(new, middle + aside, p.3 - 0.3 * height);
            level = z - 1;
        }
        Relation::InFrontOf => to(new, middle - aside, p.3 + 0.3 * h.min(height)),
        // A place holds what is in it before it; only a vessel hides a part of it.
        Relation::In if !is_vessel(place) => {
            resize(new, (0.6 * width / w).min(0.55 * height / h).min(1.0));
            to(new, middle, p.3 + 0.02);
        }
        Relation::In => {
            resize(new, (0.72 * width / w).min(0.9 * height / h).min(1.0));
            to(new, middle, p.1 + 0.42 * height);
            level = z - 1;
        }
    }
    for b in new {
        b.z += level;
    }
}

/// What is up in the sky when other things are in the picture.
fn is_sky(item: &Item) -> bool {
    const SKY: [&str; 26] = [
        "sun",
        "sun with face",
        "moon",
        "full moon",
        "full moon face",
        "crescent moon",
        "new moon face",
        "first quarter moon",
        "first quarter moon face",
        "last quarter moon face",
        "star",
        "glowing star",
        "shooting star",
        "cloud",
        "sun behind cloud",
        "sun behind small cloud",
        "sun behind large cloud",
        "cloud with rain",
        "cloud with snow",
        "cloud with lightning",
        "rainbow",
        "ringed planet",
        "comet",
        "airplane",
        "helicopter",
        "kite",
    ];
    SKY.contains(&things().get(item.senses[0]).en)
}

/// Puts what is up in the sky above everything: one at the upper right, several over the whole width.
fn hang_up(sky: Vec<Vec<Block>>, blocks: &mut Vec<Block>) {
    let all = bounds(blocks);
    let count = sky.len() as f32;
    for (mut group, k) in sky.into_iter().zip(0..) {
        resize(&mut group, IN_THE_SKY);
        let b = bounds(&group);
        let (w, h) = (b.2 - b.0, b.3 - b.1);
        let x = if count == 1.0 { all.2 } else { all.0 + (all.2 - all.0) * (k as f32 + 0.5) / count };
        // In the corner it may stand beside what is highest, over things it may not cover them.
        let bottom = if count == 1.0 { all.1 + 0.35 * h } else { all.1 - 0.04 };
        let x = if count == 1.0 { x + 0.3 * w } else { x };
        shift(&mut group, x - (b.0 + b.2) / 2.0, bottom - b.3);
        for block in &mut group {
            block.stands = false;
            block.z -= 2;
        }
        blocks.extend(group);
    }
}

/// Things that one is inside of, so that their front hides a part.
fn is_vessel(item: &Item) -> bool {
    const VESSELS: [&str; 23] = [
        "package",
        "gift",
        "cup",
        "glass",
        "bowl",
        "vase",
        "amphora",
        "basket",
        "bag",
        "bucket",
        "pot",
        "pan",
        "bathtub",
        "boat",
        "canoe",
        "ship",
        "automobile",
        "car",
        "hole",
        "box",
        "bus",
        "trolley",
        "bed",
    ];
    let name = things().get(item.senses[0]).en;
    name.split([' ', '-']).any(|word| VESSELS.contains(&word))
}

/// Things that one stands under rather than carries them.
fn is_tall(item: &Item) -> bool {
    let name = things().get(item.senses[0]).en;
    ["tree", "umbrella", "tower", "castle", "rainbow", "sun", "moon", "cloud", "star"].iter().any(|t| name.contains(t))
}

/// Groups from left to right, on one line.
fn side_by_side(groups: Vec<Vec<Block>>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut x = 0.0;
    for mut group in groups {
        let b = bounds(&group);
        shift(&mut group, x - b.0, 0.0);
        x += b.2 - b.0 + 0.06;
        out.extend(group);
    }
    out
}

/// Scales everything into the canvas and turns visible boxes into whole pictures.
fn fit(mut blocks: Vec<Block>, seen: &impl Fn(usize) -> Visible, ground: bool) -> Vec<Layer> {
    if blocks.is_empty() {
        return Vec::new();
    }
    let b = bounds(&blocks);
    let (w, h) = ((b.2 - b.0).max(0.01), (b.3 - b.1).max(0.01));
    let free = 1.0 - 2.0 * MARGIN;
    let by = (free / w).min(free * if ground { 0.86 } else { 1.0 } / h);
    shift(&mut blocks, -b.0, -b.1);
    resize(&mut blocks, by);
    let (left, top) = ((1.0 - w * by) / 2.0, if ground { 0.9 - h * by } else { (1.0 - h * by) / 2.0 });
    shift(&mut blocks, left, top.max(MARGIN));
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

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    /// Visible boxes by item (the first copy), of pictures that fill their frame.
    fn boxes(prompt: &str) -> Vec<(f32, f32, f32, f32)> {
        let reading = read(prompt);
        let layers = lay_out(&reading, &[]);
        (0..reading.items.len())
            .map(|i| layers.iter().find(|l| l.item == i).expect("a layer").shown(Visible::ALL))
            .collect()
    }

    fn centre(b: (f32, f32, f32, f32)) -> (f32, f32) {
        ((b.0 + b.2) / 2.0, (b.1 + b.3) / 2.0)
    }

    #[test]
    fn each_relation_is_where_it_says() {
        for (prompt, holds) in [
            ("a cat on a box", (|a, b| a.1 < b.1 && (a.0 - b.0).abs() < 0.1) as fn((f32, f32), (f32, f32)) -> bool),
            ("a bird above a house", |a, b| a.1 < b.1),
            ("a dog under a tree", |a, b| a.1 > b.1),
            ("a cat under a box", |a, b| a.1 > b.1),
            ("a dog left of a cat", |a, b| a.0 < b.0),
            ("a dog right of a cat", |a, b| a.0 > b.0),
            ("a dog behind a cat", |a, b| a.1 < b.1),
            ("a dog in front of a cat", |a, b| a.1 > b.1),
            ("a cat in a box", |a, b| a.1 < b.1),
        ] {
            let b = boxes(prompt);
            assert!(holds(centre(b[0]), centre(b[1])), "{prompt}: {b:?}");
        }
    }

    #[test]
    fn everything_is_on_the_canvas_whatever_is_asked() {
        for prompt in [
            "a cat",
            "two cats and three dogs",
            "nine big elephants",
            "a cat on a dog on a horse on a car on a house",
            "a cat on a box and the box on a cat",
            "a cat in a cat",
            &"a cat and ".repeat(40),
            "a big dog next to a small cat in the snow",
        ] {
            let reading = read(prompt);
            let layers = lay_out(&reading, &[]);
            let copies: usize = reading.items.iter().map(|i| i.count as usize).sum();
            assert_eq!(layers.len(), copies, "{prompt}");
            for l in &layers {
                let s = l.shown(Visible::ALL);
                assert!(s.0 >= -0.001 && s.1 >= -0.001 && s.2 <= 1.001 && s.3 <= 1.001, "{prompt}: {s:?}");
            }
        }
    }

    #[test]
    fn what_is_behind_is_drawn_first() {
        let order = |p: &str| lay_out(&read(p), &[]).iter().map(|l| l.item).collect::<Vec<_>>();
        assert_eq!(order("a dog behind a cat"), [0, 1]);
        assert_eq!(order("a dog in front of a cat"), [1, 0]);
        assert_eq!(order("a cat in a box"), [0, 1], "a vessel's front hides a part");
        assert_eq!(order("a dog in the forest"), [1, 0], "a place does not");
        assert_eq!(order("a cat on a box"), [1, 0]);
    }

    #[test]
    fn things_side_by_side_stand_in_the_order_in_which_they_are_named() {
        for prompt in ["a cat and a dog", "一只猫和一只狗", "a cat and a dog on a box", "a cat, a dog and a horse"]
        {
            let b = boxes(prompt);
            assert!(
                b.windows(2).take(if prompt.contains("box") { 1 } else { 9 }).all(|w| centre(w[0]).0 < centre(w[1]).0),
                "{prompt}: {b:?}"
            );
        }
        let b = boxes("a cat and a dog on a box");
        assert!(centre(b[0]).1 < centre(b[2]).1 && (b[0].3 - b[1].3).abs() < 0.02, "both stand on the box: {b:?}");
    }

    #[test]
    fn what_is_behind_another_is_mostly_seen() {
        for prompt in [
            "a cat behind a dog",
            "a dog in front of a cat",
            "four hearts in front of a cake",
            "three owls behind a bear",
        ] {
            let layers = lay_out(&read(prompt), &[]);
            let whole = |item: usize| {
                let of = layers.iter().filter(|l| l.item == item).map(|l| l.shown(Visible::ALL));
                of.reduce(|a, b| (a.0.min(b.0), a.1.min(b.1), a.2.max(b.2), a.3.max(b.3))).expect(prompt)
            };
            let (a, b) = (whole(0), whole(1));
            let (back, front) = if prompt.contains("behind") { (a, b) } else { (b, a) };
            let across = (back.2.min(front.2) - back.0.max(front.0)).max(0.0);
            let down = (back.3.min(front.3) - back.1.max(front.1)).max(0.0);
            let hidden = across * down / ((back.2 - back.0) * (back.3 - back.1));
            assert!((0.05..0.45).contains(&hidden), "{prompt}: {hidden}");
        }
    }

    #[test]
    fn what_is_between_two_is_between_them() {
        for prompt in [
            "a cat between two dogs",
            "两只狗中间有一只猫",
            "a cat between a dog and a house",
            "a dog and a house, and a cat between them",
            "猫在狗和房子中间",
        ] {
            let reading = read(prompt);
            let layers = lay_out(&reading, &[]);
            let cat = reading.items.iter().position(|i| i.words(i.senses[0]) == "cat face").expect(prompt);
            let mut xs: Vec<(f32, bool)> =
                layers.iter().map(|l| (centre(l.shown(Visible::ALL)).0, l.item == cat)).collect();
            xs.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert_eq!(xs.iter().map(|x| x.1).collect::<Vec<_>>(), [false, true, false], "{prompt}");
        }
    }

    #[test]
    fn sky_things_are_above_and_smaller_beside_others() {
        for prompt in [
            "two cats under the moon",
            "a house and the moon",
            "月亮和房子",
            "a rainbow over a house",
            "a star, a house",
        ] {
            let reading = read(prompt);
            let b = boxes(prompt);
            let sky = reading.items.iter().position(is_sky).expect(prompt);
            let other = 1 - sky;
            assert!(centre(b[sky]).1 < centre(b[other]).1, "{prompt}: {b:?}");
            assert!(b[sky].2 - b[sky].0 < b[other].2 - b[other].0, "{prompt}: {b:?}");
        }
        let b = boxes("a cat on a blue box under the moon");
        let (cat, moon) = (b[0], b[2]);
        assert!(moon.0 >= cat.2 - 0.1 || moon.3 <= cat.1 + 0.1, "it covers nothing: {b:?}");
        let b = boxes("the moon and a star");
        assert!((b[0].3 - b[1].3).abs() < 0.05, "two of the sky are side by side: {b:?}");
    }
}
