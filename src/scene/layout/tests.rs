//! Where things stand: relations, sizes, and that everything is on the canvas.

mod many;
mod under;
mod worn;

use super::super::{Item, Reading, Size, read, things};
use super::*;

/// Visible boxes of the first copy of each item, for pictures that fill their frame.
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
    for prompt in ["a cat and a dog", "一只猫和一只狗", "a cat and a dog on a box", "a cat, a dog and a horse"] {
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
    for prompt in
        ["a cat behind a dog", "a dog in front of a cat", "four hearts in front of a cake", "three owls behind a bear"]
    {
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
        let cat = reading.items.iter().position(|i| i.words(i.senses[0]) == "cat").expect(prompt);
        let mut xs: Vec<(f32, bool)> =
            layers.iter().map(|l| (centre(l.shown(Visible::ALL)).0, l.item == cat)).collect();
        xs.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert_eq!(xs.iter().map(|x| x.1).collect::<Vec<_>>(), [false, true, false], "{prompt}");
    }
}

#[test]
fn sky_things_are_above_and_smaller_beside_others() {
    for prompt in
        ["two cats under the moon", "a house and the moon", "月亮和房子", "a house and a rainbow", "a star, a house"]
    {
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

/// A scene of things by label: one item for each, with this count.
fn scene(items: &[(&str, u8)], links: &[(usize, Relation, usize)]) -> Reading {
    let item = |(label, count): &(&str, u8)| {
        let senses = vec![things().labelled(label).expect(label)];
        Item { span: 0..0, senses, count: *count, size: Size::Usual, colour: None }
    };
    let link = |(thing, relation, place): &(usize, Relation, usize)| Link {
        thing: *thing,
        relation: *relation,
        place: *place,
    };
    Reading {
        items: items.iter().map(item).collect(),
        relations: links.iter().map(link).collect(),
        ..Reading::default()
    }
}

/// The visible boxes of an item's copies, for pictures that fill their frame.
fn shown(layers: &[Layer], item: usize) -> Vec<Bounds> {
    layers.iter().filter(|l| l.item == item).map(|l| l.shown(Visible::ALL)).collect()
}

fn around(boxes: &[Bounds]) -> Bounds {
    boxes.iter().copied().reduce(|a, b| (a.0.min(b.0), a.1.min(b.1), a.2.max(b.2), a.3.max(b.3))).expect("boxes")
}

fn is_before(layers: &[Layer], item: usize, other: usize) -> bool {
    let at = |item: usize| layers.iter().position(|l| l.item == item);
    at(item) > at(other)
}

/// Regression: a car balanced on the upper edge of the picture of a motorway.
#[test]
fn a_picture_of_a_place_has_things_before_its_lower_middle() {
    for place in [
        "motorway",
        "railway track",
        "snow-capped mountain",
        "desert island",
        "national park",
        "cityscape",
        "bridge at night",
        "beach with umbrella",
        "stadium",
    ] {
        for relation in [Relation::On, Relation::In] {
            for count in [1, 4] {
                let layers = lay_out(&scene(&[("automobile", count), (place, 1)], &[(0, relation, 1)]), &[]);
                let (car, p) = (around(&shown(&layers, 0)), shown(&layers, 1)[0]);
                let part = (car.2 - car.0) / (p.2 - p.0);
                assert!((0.3..0.55).contains(&part), "{place}: {part}");
                assert!(car.3 < p.3 && centre(car).1 > centre(p).1, "{place}: {car:?} in {p:?}");
                assert!((centre(car).0 - centre(p).0).abs() < 0.01 && is_before(&layers, 0, 1), "{place}");
                assert_eq!(layers[0].item, 1, "{place}: all of them are before it");
            }
        }
    }
    let layers = lay_out(&scene(&[("cat face", 1), ("mountain railway", 1)], &[(0, Relation::On, 1)]), &[]);
    assert!(shown(&layers, 0)[0].1 < shown(&layers, 1)[0].1, "a vehicle is no place");
}

#[test]
fn a_big_thing_is_larger_than_a_usual_one_and_that_larger_than_a_small_one() {
    for thing in ["cat face", "house with garden", "automobile"] {
        let mut reading = scene(&[(thing, 1), (thing, 1), (thing, 1)], &[]);
        reading.items[0].size = Size::Big;
        reading.items[2].size = Size::Small;
        let sides: Vec<f32> = lay_out(&reading, &[]).iter().map(|l| l.side).collect();
        assert!((sides[0] / sides[1] - 1.5).abs() < 0.01 && (sides[2] / sides[1] - 0.6).abs() < 0.01, "{sides:?}");
    }
    for prompt in ["a big dog and a small cat", "a small cat next to a big dog in the snow", "一只大狗和一只小猫"]
    {
        let reading = read(prompt);
        let b = boxes(prompt);
        let of = |size: Size| reading.items.iter().position(|i| i.size == size).map(|i| b[i].2 - b[i].0);
        assert!(of(Size::Big) > of(Size::Small), "{prompt}");
    }
}

#[test]
fn a_plain_colour_has_the_scene_in_its_middle() {
    for things in [vec![("cat face", 1)], vec![("cat face", 1), ("dog face", 1)], vec![("sun", 1)]] {
        let layers = lay_out(&Reading { ground: Some(Ground::Plain("red")), ..scene(&things, &[]) }, &[]);
        let all = around(&layers.iter().map(|l| l.shown(Visible::ALL)).collect::<Vec<_>>());
        assert!((centre(all).0 - 0.5).abs() < 0.01 && (centre(all).1 - 0.5).abs() < 0.01, "{things:?}: {all:?}");
        assert!(all.0 > 0.05 && all.1 > 0.05);
    }
}

/// Contradictions and things inside themselves are laid out all the same.
#[test]
fn what_cannot_be_is_laid_out_all_the_same() {
    for (prompt, count) in [
        ("a cat on a box and the box on the cat", 2),
        ("a cat left of a dog, the dog left of the cat", 2),
        ("a cat in a box, the box in the cat", 2),
        ("a box inside itself", 1),
        ("a cat on a cat on a cat", 3),
        ("猫在狗上，狗在猫上", 2),
        ("盒子在自己里面", 1),
        ("a cat above a dog, the dog above a bird, the bird above the cat", 3),
    ] {
        let layers = lay_out(&read(prompt), &[]);
        assert_eq!(layers.len(), count, "{prompt}");
        for layer in &layers {
            let (left, top, right, bottom) = layer.shown(Visible::ALL);
            assert!(left >= -0.001 && top >= -0.001 && right <= 1.001 && bottom <= 1.001, "{prompt}: {layer:?}");
        }
    }
}
