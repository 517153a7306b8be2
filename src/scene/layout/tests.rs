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
        let cat = reading.items.iter().position(|i| i.words(i.senses[0]) == "cat face").expect(prompt);
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

/// Regression: a hat, a dress and a pair of glasses were all balanced on top of their wearer.
#[test]
fn what_is_worn_is_where_one_wears_it() {
    // The middle of the thing and its width, as shares of the wearer's box.
    for (wearer, thing, x, y, width) in [
        ("cat face", "top hat", 0.5, -0.08, 0.55),
        ("cat face", "crown", 0.5, -0.08, 0.55),
        ("penguin", "graduation cap", 0.5, -0.14, 0.44),
        ("man", "rescue worker’s helmet", 0.5, -0.08, 0.55),
        ("horse", "billed cap", 0.26, -0.1, 0.41),
        ("dog face", "sunglasses", 0.5, 0.42, 0.6),
        ("man: curly hair", "sunglasses", 0.5, 0.49, 0.6),
        ("penguin", "glasses", 0.5, 0.28, 0.48),
        ("woman scientist", "goggles", 0.5, 0.38, 0.6),
        ("robot", "headphone", 0.5, 0.42, 0.8),
        ("snowman", "scarf", 0.5, 0.56, 0.4),
        ("man health worker", "necktie", 0.5, 0.6, 0.5),
        ("dog face", "ribbon", 0.5, 1.02, 0.5),
        ("woman", "dress", 1.39, 0.65, 0.7),
        ("bear", "t-shirt", 1.39, 0.65, 0.7),
        ("man", "running shoe", 1.07, 0.82, 0.35),
        ("girl", "handbag", 1.07, 0.82, 0.35),
    ] {
        let layers = lay_out(&scene(&[(wearer, 1), (thing, 1)], &[(1, Relation::WornBy, 0)]), &[]);
        let (w, t) = (shown(&layers, 0)[0], shown(&layers, 1)[0]);
        let (wide, high) = (w.2 - w.0, w.3 - w.1);
        let got = ((centre(t).0 - w.0) / wide, (centre(t).1 - w.1) / high, (t.2 - t.0) / wide);
        let near = |a: f32, b: f32| (a - b).abs() < 0.06;
        assert!(near(got.0, x) && near(got.1, y) && near(got.2, width), "{wearer}, {thing}: {got:?}");
        assert!(is_before(&layers, 1, 0), "{wearer}, {thing}: in front");
    }
}

#[test]
fn each_wearer_gets_its_own_and_one_may_wear_several_things() {
    let layers = lay_out(&scene(&[("crown", 3), ("cat face", 3)], &[(0, Relation::WornBy, 1)]), &[]);
    for (crown, cat) in shown(&layers, 0).into_iter().zip(shown(&layers, 1)) {
        assert!((centre(crown).0 - centre(cat).0).abs() < 0.01 && crown.1 < cat.1, "{crown:?} {cat:?}");
    }
    let worn = [(1, Relation::WornBy, 0), (2, Relation::WornBy, 0), (3, Relation::WornBy, 0)];
    let all = [("dog face", 1), ("top hat", 1), ("glasses", 1), ("scarf", 1)];
    let layers = lay_out(&scene(&all, &worn), &[]);
    let down: Vec<f32> = [1, 2, 3].iter().map(|i| centre(shown(&layers, *i)[0]).1).collect();
    assert!(down.is_sorted() && (1..4).all(|i| is_before(&layers, i, 0)), "{down:?}");
    // If there are more of them than wearers, none is lost.
    let layers = lay_out(&scene(&[("dog face", 1), ("top hat", 3)], &[(1, Relation::WornBy, 0)]), &[]);
    let tops: Vec<f32> = shown(&layers, 1).iter().map(|b| b.1).collect();
    assert!(tops.windows(2).all(|pair| pair[1] < pair[0] - 0.02), "one on the other: {tops:?}");
}

/// "a cat with a hat and glasses", "a cat with a hat and a dog", "a hat with a flower on it", in each way of linking
/// them.
#[test]
fn what_is_beside_something_worn_is_worn_too_or_beside_the_wearer() {
    use Relation::{Beside, On, WornBy};
    for link in [(1, Beside, 2), (2, Beside, 1)] {
        let links = [(1, WornBy, 0), link];
        let layers = lay_out(&scene(&[("cat face", 1), ("top hat", 1), ("glasses", 1)], &links), &[]);
        let (cat, glasses) = (shown(&layers, 0)[0], shown(&layers, 2)[0]);
        assert!(is_before(&layers, 2, 0) && glasses.0 > cat.0 && glasses.2 < cat.2, "{link:?}");
        let layers = lay_out(&scene(&[("cat face", 1), ("top hat", 1), ("dog face", 1)], &links), &[]);
        let (cat, hat, dog) = (shown(&layers, 0)[0], shown(&layers, 1)[0], shown(&layers, 2)[0]);
        assert!(dog.0 >= cat.2 && (dog.3 - cat.3).abs() < 0.01 && hat.1 < cat.1, "{link:?}");
    }
    let links = [(1, WornBy, 0), (2, On, 1)];
    let layers = lay_out(&scene(&[("cat face", 1), ("top hat", 1), ("bird", 1)], &links), &[]);
    let (cat, hat, bird) = (shown(&layers, 0)[0], shown(&layers, 1)[0], shown(&layers, 2)[0]);
    assert!(bird.1 < hat.1 && hat.1 < cat.1 && (bird.3 - hat.1).abs() < 0.1, "{bird:?} {hat:?} {cat:?}");
}

/// Regression: several things in a bowl were hidden completely.
#[test]
fn what_is_in_a_vessel_looks_out_of_it() {
    for vessel in ["wrapped gift", "bowl with spoon", "basket", "automobile", "canoe"] {
        for count in 1..=12 {
            let layers = lay_out(&scene(&[("cat face", count), (vessel, 1)], &[(0, Relation::In, 1)]), &[]);
            let (cats, vessel_box) = (around(&shown(&layers, 0)), shown(&layers, 1)[0]);
            let seen = (vessel_box.1 - cats.1) / (cats.3 - cats.1);
            assert!(seen > 0.2, "{count} in {vessel}: {seen}");
            assert!(cats.0 > vessel_box.0 && cats.2 < vessel_box.2 && is_before(&layers, 1, 0), "{count} in {vessel}");
            assert!(cats.3 > vessel_box.1, "{count} in {vessel}: a part is inside");
        }
    }
}

/// The visible boxes of one thing under another. `sizes`: width and height of the visible part of each picture.
fn under(things: [(&str, u8); 2], sizes: [(f32, f32); 2]) -> [(f32, f32, f32, f32); 2] {
    let visible =
        sizes.map(|(w, h)| Visible { left: (1.0 - w) / 2.0, top: 1.0 - h, right: (1.0 + w) / 2.0, bottom: 1.0 });
    let layers = lay_out(&scene(&things, &[(0, Relation::Under, 1)]), &visible);
    [0, 1].map(|item| {
        let boxes: Vec<Bounds> = layers.iter().filter(|l| l.item == item).map(|l| l.shown(visible[item])).collect();
        boxes.iter().fold((1.0, 1.0, 0.0, 0.0), |b: Bounds, k| (b.0.min(k.0), b.1.min(k.1), b.2.max(k.2), b.3.max(k.3)))
    })
}

/// Regression: a bench under a tree was a fifth as high as the tree, and two dogs a quarter.
#[test]
fn what_is_under_a_tree_stands_at_its_foot_a_third_to_a_half_as_high() {
    let high = |b: (f32, f32, f32, f32)| b.3 - b.1;
    for (thing, tree, sizes, part) in [
        (("cat face", 1), "deciduous tree", [(0.9, 0.9), (0.85, 0.95)], 0.4..0.5),
        (("chair", 1), "deciduous tree", [(0.6, 0.9), (0.85, 0.95)], 0.4..0.5),
        (("automobile", 1), "deciduous tree", [(1.0, 0.5), (0.85, 0.95)], 0.3..0.4),
        (("dog face", 2), "deciduous tree", [(0.9, 0.9), (0.85, 0.95)], 0.33..0.4),
        (("cat face", 1), "palm tree", [(0.9, 0.9), (0.6, 0.95)], 0.33..0.5),
        (("cat face", 1), "Christmas tree", [(0.9, 0.9), (0.7, 0.95)], 0.33..0.5),
    ] {
        let [a, b] = under([thing, (tree, 1)], sizes);
        assert!(part.contains(&(high(a) / high(b))), "{thing:?}, {tree}: {a:?} of {b:?}");
        assert!((a.3 - b.3).abs() < 0.01 && high(b) > 0.8, "{thing:?}, {tree}: at its foot: {a:?} {b:?}");
    }
}

/// Each kind of place that something can be under, with the check of models/sticker-64/train/scenes.py.
#[test]
fn what_is_under_something_is_lower_and_not_beside_it() {
    for place in [
        "deciduous tree",
        "palm tree",
        "umbrella with rain drops",
        "umbrella",
        "bridge at night",
        "wrapped gift",
        "house with garden",
        "castle",
        "rainbow",
        "cloud",
        "crescent moon",
        "sun",
        "chair",
    ] {
        for thing in [("cat face", 1), ("cat face", 3), ("automobile", 1)] {
            let [a, b] = under([thing, (place, 1)], [(0.9, 0.8), (0.9, 0.9)]);
            assert!(centre(a).1 > centre(b).1, "{thing:?} under {place}: {a:?} {b:?}");
            let across = a.2.min(b.2) - a.0.max(b.0);
            let is_sun = matches!(place, "crescent moon" | "sun");
            assert!(is_sun || across > 0.4 * (a.2 - a.0).min(b.2 - b.0), "{thing:?} under {place}: {a:?} {b:?}");
        }
    }
    let [cat, umbrella] = under([("cat face", 1), ("umbrella", 1)], [(0.9, 0.9), (0.9, 0.9)]);
    let wide = (cat.2 - cat.0) / (umbrella.2 - umbrella.0);
    assert!((0.8..0.9).contains(&wide), "{wide}");
    assert!((cat.1 - centre(umbrella).1).abs() < 0.01, "below the canopy: {cat:?} {umbrella:?}");
}

/// Regression: a dog in the rain stood in the cloud.
#[test]
fn rain_and_snow_fall_from_above() {
    for (weather, relation) in [
        ("cloud with rain", Relation::In),
        ("cloud with snow", Relation::In),
        ("cloud with lightning and rain", Relation::In),
        ("sun behind rain cloud", Relation::In),
        ("cloud", Relation::Under),
    ] {
        let things = [("cat face", 1), ("wrapped gift", 1), (weather, 1)];
        let layers = lay_out(&scene(&things, &[(0, Relation::On, 1), (0, relation, 2)]), &[]);
        let (cat, gift, cloud) = (shown(&layers, 0)[0], shown(&layers, 1)[0], shown(&layers, 2)[0]);
        assert!(cloud.3 <= cat.1 && cat.1 < gift.1, "{weather}");
        assert!((centre(cloud).0 - centre(cat).0).abs() < 0.01, "{weather}: over it");
        assert!(!layers.iter().any(|l| l.item == 2 && l.stands));
    }
    let inside = lay_out(&scene(&[("man", 1), ("airplane", 1)], &[(0, Relation::In, 1)]), &[]);
    assert!(centre(shown(&inside, 0)[0]).1 > shown(&inside, 1)[0].1, "an airplane is no weather");
}

/// Regression: of three apples and two bananas on a plate four were in the air, and candles stood on two levels.
#[test]
fn what_stands_on_a_place_is_no_wider_than_it() {
    use Relation::{Beside, On};
    for (things, links) in [
        (vec![("red apple", 3), ("banana", 2), ("wrapped gift", 1)], vec![(0, Beside, 1), (1, On, 2)]),
        (vec![("candle", 5), ("birthday cake", 1)], vec![(0, On, 1)]),
        (vec![("candle", 12), ("birthday cake", 1)], vec![(0, On, 1)]),
        (vec![("monkey face", 1), ("banana", 1), ("deciduous tree", 1)], vec![(0, Beside, 1), (1, On, 2)]),
        (vec![("bird", 6), ("house with garden", 1)], vec![(0, On, 1)]),
        (vec![("cat face", 1), ("wrapped gift", 1), ("dog face", 1)], vec![(0, On, 1), (2, On, 1)]),
        (vec![("red apple", 3), ("banana", 2), ("fork and knife with plate", 1)], vec![(0, Beside, 1), (1, On, 2)]),
    ] {
        let reading = scene(&things, &links);
        let layers = lay_out(&reading, &[]);
        let place = links.iter().find(|l| l.1 == On).map_or(0, |l| l.2);
        let p = around(&shown(&layers, place));
        let on: Vec<Bounds> = layers.iter().filter(|l| l.item != place).map(|l| l.shown(Visible::ALL)).collect();
        let all = around(&on);
        assert!(all.0 > p.0 - 0.01 && all.2 < p.2 + 0.01, "{things:?}: {all:?} on {p:?}");
        for b in &on {
            assert!((p.1..p.3).contains(&b.3), "{things:?}: it stands, {b:?} on {p:?}");
            assert!(b.2 - b.0 > 0.05, "{things:?}: it can be seen");
        }
        let apart = on.iter().enumerate().all(|(i, a)| on[..i].iter().all(|b| a.2 <= b.0 || b.2 <= a.0 || a.1 != b.1));
        assert!(apart, "{things:?}: none covers another");
    }
    let wide = lay_out(&scene(&[("elephant", 1), ("soccer ball", 1)], &[(0, On, 1)]), &[]);
    assert_eq!(wide.len(), 2);
}

/// Regression: five animals stood in one narrow strip, and thirty things were 16 pixels high.
#[test]
fn many_things_are_in_rows() {
    let labels =
        ["red apple", "banana", "pear", "cat face", "dog face", "horse", "cow face", "pig face", "fox", "bear"];
    for ground in [None, Some(Ground::Grass), Some(Ground::Plain("red"))] {
        for (count, least) in [(4, 0.4), (5, 0.27), (6, 0.27), (9, 0.2), (12, 0.17), (20, 0.14), (30, 0.14)] {
            let items: Vec<(&str, u8)> = (0..count).map(|i| (labels[i % 10], 1)).collect();
            let links: Vec<_> = (1..count).map(|i| (i - 1, Relation::Beside, i)).collect();
            let layers = lay_out(&Reading { ground, ..scene(&items, &links) }, &[]);
            let least = if ground.is_some() { 0.6 * least } else { least };
            for l in &layers {
                assert!(l.side >= least, "{count} on {ground:?}: {}", l.side);
            }
            let mut first: Vec<f32> = layers.iter().map(|l| l.y + l.side).collect();
            first.dedup();
            assert!(first.len() > 1, "{count} on {ground:?}: more than one row");
        }
    }
    // On a ground the first row is nearer: lower, larger and drawn last.
    let things = ["cat face", "dog face", "horse", "cow face", "pig face", "fox"].map(|label| (label, 1));
    let layers = lay_out(&Reading { ground: Some(Ground::Grass), ..scene(&things, &[]) }, &[]);
    let (near, far) = (shown(&layers, 0)[0], shown(&layers, 5)[0]);
    assert!(near.3 > far.3 && near.2 - near.0 > far.2 - far.0 && is_before(&layers, 0, 5));
    // Few items with many copies stand in rows, too.
    let layers = lay_out(&scene(&[("red apple", 3), ("banana", 2)], &[(0, Relation::Beside, 1)]), &[]);
    assert!(around(&shown(&layers, 0)).3 < around(&shown(&layers, 1)).1 && layers.iter().all(|l| l.side > 0.28));
    // Three copies beside another thing stand as a heap, because that makes everything larger. Flying things and
    // wearers stay in a line.
    for (things, links, heap) in [
        (vec![("cat face", 3)], vec![], true),
        (vec![("cow face", 1), ("ewe", 3)], vec![(0, Relation::Beside, 1)], true),
        (vec![("kite", 3)], vec![], false),
        (vec![("cat face", 3), ("crown", 1)], vec![(1, Relation::WornBy, 0)], false),
        (vec![("cat face", 3), ("wrapped gift", 1)], vec![(0, Relation::On, 1)], false),
    ] {
        let three = things.iter().position(|(_, count)| *count == 3).unwrap();
        let boxes = shown(&lay_out(&scene(&things, &links), &[]), three);
        assert_eq!(boxes.iter().any(|b| (b.3 - boxes[0].3).abs() > 0.05), heap, "{things:?}");
    }
    // Three items stay side by side, and so do things that the prompt puts next to each other.
    let layers = lay_out(&scene(&[("cat face", 1), ("dog face", 1), ("horse", 1)], &[]), &[]);
    assert!(layers.windows(2).all(|pair| pair[0].y == pair[1].y));
}

#[test]
fn up_to_twelve_copies_are_seen_one_by_one() {
    for count in 1..=12 {
        for ground in [None, Some(Ground::Grass)] {
            let layers = lay_out(&Reading { ground, ..scene(&[("cat face", count)], &[]) }, &[]);
            assert_eq!(layers.len(), usize::from(count));
            let all = shown(&layers, 0);
            let corner = |b: &Bounds| ((b.0 * 500.0) as i32, (b.1 * 500.0) as i32);
            let apart = all.iter().enumerate().all(|(i, a)| all[..i].iter().all(|b| corner(a) != corner(b)));
            assert!(apart && all.iter().all(|b| b.2 - b.0 >= 0.17), "{count}: {all:?}");
            let (left, right) = (around(&all).0, 1.0 - around(&all).2);
            assert!((left - right).abs() < 0.01, "{count}");
        }
    }
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
fn one_sits_on_a_seat_and_not_on_its_back() {
    for seat in ["chair", "couch and lamp", "bed"] {
        let layers = lay_out(&scene(&[("cat face", 1), (seat, 1)], &[(0, Relation::On, 1)]), &[]);
        let (cat, seat) = (shown(&layers, 0)[0], shown(&layers, 1)[0]);
        let part = (cat.3 - seat.1) / (seat.3 - seat.1);
        assert!((0.5..0.8).contains(&part) && is_before(&layers, 0, 1), "{part}");
    }
}

/// Regression: on a sky background, a sun and a cloud stood on the ground and cast shadows.
#[test]
fn things_of_the_sky_alone_stay_up() {
    for (things, ground) in [
        (vec![("sun", 1), ("cloud", 1)], Ground::Sky),
        (vec![("sun", 1)], Ground::Grass),
        (vec![("kite", 3)], Ground::Sky),
        (vec![("bird", 1)], Ground::Sky),
        (vec![("balloon", 2), ("rainbow", 1)], Ground::Sky),
        (vec![("rocket", 1), ("ringed planet", 1)], Ground::Night),
    ] {
        let layers = lay_out(&Reading { ground: Some(ground), ..scene(&things, &[]) }, &[]);
        for l in &layers {
            let b = l.shown(Visible::ALL);
            assert!(!l.stands && b.3 < 0.75 && b.1 >= 0.0, "{things:?}: {b:?}");
        }
        for (i, a) in layers.iter().enumerate() {
            let apart = |b: &Layer| a.x + a.side <= b.x || b.x + b.side <= a.x;
            assert!(layers[..i].iter().all(apart), "{things:?}: spread");
        }
    }
    let layers = lay_out(&Reading { ground: Some(Ground::Sky), ..scene(&[("house", 1)], &[]) }, &[]);
    assert!(layers[0].stands, "a house does not fly");
}

#[test]
fn a_rainbow_spans_what_is_under_it() {
    for things in ["unicorn", "castle", "house with garden"] {
        for link in [(0, Relation::Under, 1), (1, Relation::Above, 0)] {
            let layers = lay_out(&scene(&[(things, 1), ("rainbow", 1)], &[link]), &[]);
            let (under, bow) = (shown(&layers, 0)[0], shown(&layers, 1)[0]);
            let part = (bow.2 - bow.0) / (under.2 - under.0);
            assert!((1.25..1.35).contains(&part), "{things}: {part}");
            assert!(bow.0 < under.0 && bow.2 > under.2 && bow.1 < under.1, "{things}: {bow:?} over {under:?}");
            assert!(is_before(&layers, 0, 1), "{things}");
        }
    }
    let links = [(0, Relation::Beside, 1), (1, Relation::Under, 2)];
    let layers = lay_out(&scene(&[("cat face", 1), ("dog face", 1), ("rainbow", 1)], &links), &[]);
    let bow = shown(&layers, 2)[0];
    assert!(bow.0 < shown(&layers, 0)[0].0 && bow.2 > shown(&layers, 1)[0].2, "over both");
}

/// Regression: a balloon above a castle with a bird on it was in front of the bird.
#[test]
fn what_is_above_is_above_all_that_stands_there() {
    use Relation::{Above, In, On};
    for carrier in ["wrapped gift", "snow-capped mountain"] {
        for links in [
            [(0, On, 1), (2, Above, 1)],
            [(2, On, 1), (0, Above, 1)],
            [(1, On, 2), (0, Above, 1)],
            [(1, In, 2), (0, Above, 1)],
            [(2, On, 1), (0, Above, 2)],
        ] {
            let layers = lay_out(&scene(&[("balloon", 1), ("castle", 1), (carrier, 1)], &links), &[]);
            let above = links.iter().find(|l| l.1 == Above).map_or(0, |l| l.0);
            let bottom = shown(&layers, above)[0].3;
            let others = (0..3).filter(|i| *i != above).map(|i| shown(&layers, i)[0].1);
            assert!(others.into_iter().all(|top| bottom <= top), "{carrier}: {links:?}");
        }
    }
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

/// Any relations between any things, even nonsense: all copies are on the canvas, and large enough to be seen.
#[test]
fn no_links_whatever_lose_a_thing_or_put_it_off_the_canvas() {
    use Relation::*;
    const KINDS: [&str; 20] = [
        "cat face",
        "horse",
        "man",
        "top hat",
        "sunglasses",
        "dress",
        "running shoe",
        "cloud with rain",
        "rainbow",
        "sun",
        "motorway",
        "bowl with spoon",
        "wrapped gift",
        "deciduous tree",
        "chair",
        "birthday cake",
        "fork and knife with plate",
        "bird",
        "candle",
        "umbrella",
    ];
    const RELATIONS: [Relation; 11] =
        [On, Above, Under, Beside, LeftOf, RightOf, Behind, InFrontOf, In, Between, WornBy];
    let grounds = [None, Some(Ground::Sky), Some(Ground::Grass), Some(Ground::Plain("blue"))];
    let mut state = 1u64;
    let mut dice = |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % sides
    };
    for _ in 0..3000 {
        let count = 1 + dice(7);
        let items: Vec<(&str, u8)> = (0..count).map(|_| (KINDS[dice(20)], 1 + (dice(3) * dice(6)) as u8)).collect();
        let links: Vec<_> = (0..dice(8)).map(|_| (dice(count), RELATIONS[dice(11)], dice(count + 1))).collect();
        let mut seen = || {
            let [left, top] = [0; 2].map(|_| dice(40) as f32 / 100.0);
            let [right, bottom] = [0; 2].map(|_| 1.0 - dice(40) as f32 / 100.0);
            Visible { left, top, right, bottom }
        };
        let seen: Vec<Visible> = (0..count).map(|_| seen()).collect();
        let reading = Reading { ground: grounds[dice(4)], ..scene(&items, &links) };
        let layers = lay_out(&reading, &seen);
        assert_eq!(layers.len(), items.iter().map(|(_, count)| usize::from(*count)).sum::<usize>());
        for l in &layers {
            let b = l.shown(seen[l.item]);
            let on = b.0 > -0.001 && b.1 > -0.001 && b.2 < 1.001 && b.3 < 1.001;
            assert!(on && l.side > 0.003, "{items:?} {links:?} {:?}: {l:?}", reading.ground);
        }
    }
}

/// A scene has at most thirty things.
#[test]
fn many_things_are_inside_and_large_enough_to_be_seen() {
    let nouns = "cat,dog,bird,horse,cow,pig,duck,frog,snake,bear,lion,tiger,elephant,monkey,rabbit,mouse,butterfly,spider,\
                 ball,book,pencil,chair,bed,door,clock,hat,shoe,guitar,drum,crown";
    for prompt in [
        nouns.split(',').map(|noun| format!("a {noun}")).collect::<Vec<_>>().join(", "),
        nouns.split(',').map(|noun| format!("a {noun}")).collect::<Vec<_>>().join(" and "),
        format!("{} in the rain", nouns.replace(',', " and a ")),
    ] {
        let layers = lay_out(&read(&prompt), &[]);
        assert_eq!(layers.len(), 30, "{prompt}");
        for layer in &layers {
            let (left, top, right, bottom) = layer.shown(Visible::ALL);
            assert!(left >= -0.001 && top >= -0.001 && right <= 1.001 && bottom <= 1.001, "{prompt}: {layer:?}");
            assert!(right - left >= 0.14, "{prompt}: {layer:?}");
        }
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
