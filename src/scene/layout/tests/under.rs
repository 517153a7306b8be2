//! What is under, on or above something, and what falls or spans from above.

use super::super::*;
use super::{around, centre, is_before, scene, shown};
use crate::Reading;

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
