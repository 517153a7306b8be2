//! Many things: rows, copies, and that each is large enough to be seen.

use super::super::*;
use super::{around, is_before, scene, shown};
use crate::{Reading, read};

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
