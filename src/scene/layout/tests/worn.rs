//! What is worn, held, or looks out of a vessel.

use super::super::*;
use super::{around, centre, is_before, scene, shown};

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
