//! What somebody has, wears or holds, and what a vessel is of.

use super::super::*;
use super::{are, draws, reported};
use crate::Relation;
use crate::tests::{links, said};

/// Regression: 我家的猫 drew a cat and a house, and "grandma's cake" reported an unknown word.
#[test]
fn what_somebody_has_is_drawn_and_not_who_has_it() {
    draws(&[
        ("my neighbour's cat", &["cat face"], &[]),
        ("our dog", &["dog face"], &[]),
        ("grandma's cake", &["birthday cake"], &[]),
        ("grandma’s red cake", &["red birthday cake"], &[]),
        ("Tom's dog", &["dog face"], &[]),
        ("two boys' dog", &["dog face"], &[]),
        ("a red dragon's castle", &["castle"], &[]),
        ("a cat in grandma's bed", &["cat", "bed"], &[]),
        ("the king's head", &["person with crown"], &[]),
        ("there's a cat", &["cat face"], &[]),
        ("my house", &["house with garden"], &[]),
        ("我家狗", &["dog face"], &[]),
        ("我们家的狗", &["dog face"], &[]),
        ("我家有一只猫", &["cat face"], &[]),
        ("我家", &["house with garden"], &[]),
        ("我家在山上", &["house with garden", "snow-capped mountain"], &[]),
        ("奶奶家有一只猫", &["house with garden", "cat"], &[]),
        ("我妈妈", &["woman: red hair"], &[]),
        ("邻居家的猫", &["cat face"], &[]),
        ("邻居的猫", &["cat face"], &[]),
        ("奶奶的蛋糕", &["birthday cake"], &[]),
        ("妈妈做的蛋糕", &["birthday cake"], &[]),
        ("小明的狗", &["dog face"], &[]),
        ("公主的城堡", &["castle"], &[]),
        ("猫在奶奶的床上", &["cat", "bed"], &[]),
        ("一只猫和奶奶的蛋糕", &["cat", "birthday cake"], &[]),
        ("女孩抱着奶奶的猫", &["woman: red hair", "cat"], &[]),
        // To hold something is not to own it.
        ("抱着猫的女孩", &["cat", "woman: red hair"], &[]),
        ("喜欢猫的女孩", &["cat", "woman: red hair"], &[]),
        ("有猫的房子", &["cat", "house with garden"], &[]),
        ("猫和狗的房子", &["cat", "dog", "house with garden"], &[]),
        ("猫的尾巴", &["cat face"], &[]),
        ("女孩的头发", &["woman: red hair"], &[]),
        ("猫的左边有一只狗", &["cat", "dog"], &[]),
    ]);
    assert_eq!(links("猫在奶奶的床上"), [(0, Relation::On, 1)]);
}

/// Regression: in "a cat and a dog wearing hats" only the dog had a hat, and 两个戴眼镜的男孩 had one pair of glasses.
#[test]
fn what_several_wear_or_hold_each_of_them_has() {
    use Relation::*;
    for (prompt, things, relations) in [
        ("two boys with glasses", vec!["2 person: curly hair", "2 glasses"], vec![(1, WornBy, 0)]),
        ("three cats wearing hats", vec!["3 cat face", "3 top hat"], vec![(1, WornBy, 0)]),
        ("three cats each wearing a hat", vec!["3 cat face", "3 top hat"], vec![(1, WornBy, 0)]),
        ("a boy with glasses", vec!["person: curly hair", "glasses"], vec![(1, WornBy, 0)]),
        ("two boys holding balloons", vec!["2 person: curly hair", "2 balloon"], vec![(0, Beside, 1)]),
        ("two girls with balloons", vec!["2 woman: red hair", "2 balloon"], vec![(0, Beside, 1)]),
        ("a boy holding balloons", vec!["person: curly hair", "3 balloon"], vec![(0, Beside, 1)]),
        ("two monkeys riding bicycles", vec!["2 monkey face", "2 bicycle"], vec![(0, On, 1)]),
        ("两个戴眼镜的男孩", vec!["2 glasses", "2 person: curly hair"], vec![(0, WornBy, 1)]),
        ("三个小朋友拿着气球", vec!["3 person: curly hair", "3 balloon"], vec![(0, Beside, 1)]),
        ("两个拿着气球的男孩", vec!["2 balloon", "2 person: curly hair"], vec![(1, Beside, 0)]),
    ] {
        assert_eq!((said(prompt), links(prompt)), (are(&things), relations), "{prompt}");
    }
    let hats = |prompt: &str| {
        let r = read(prompt);
        let worn = r.relations.iter().filter(|l| l.relation == WornBy).map(|l| (l.place, r.items[l.thing].count));
        let mut worn: Vec<(usize, u8)> = worn.collect();
        worn.sort_unstable();
        worn
    };
    for (prompt, right) in [
        ("a cat and a dog wearing hats", vec![(0, 1), (1, 1)]),
        ("a cat and a dog, both wearing hats", vec![(0, 1), (1, 1)]),
        ("a cat, a dog and a rabbit wearing scarves", vec![(0, 1), (1, 1), (2, 1)]),
        ("two cats and a dog wearing hats", vec![(0, 2), (1, 1)]),
        ("a cat and a dog wearing sunglasses", vec![(0, 1), (1, 1)]),
        ("a cat and a dog wearing a hat", vec![(1, 1)]),
        ("a cat wearing a hat and a dog wearing boots", vec![(0, 1), (2, 1)]),
        ("猫和狗都戴着帽子", vec![(0, 1), (1, 1)]),
        ("猫、狗和兔子都戴着帽子", vec![(0, 1), (1, 1), (2, 1)]),
        ("猫和戴帽子的狗", vec![(2, 1)]),
    ] {
        assert_eq!((hats(prompt), reported(prompt)), (right, vec![]), "{prompt}");
    }
    let held = said("a cat and a dog, each with a ball");
    assert_eq!(held, ["cat", "dog", "soccer ball", "soccer ball"]);
}

/// Regression: a vase stood beside its flowers.
#[test]
fn what_a_vessel_is_of_is_in_it() {
    for (prompt, things) in [
        ("a vase of sunflowers on a table", ["amphora", "3 sunflower"]),
        ("a basket of three apples", ["basket", "3 red apple"]),
        ("a box of chocolates", ["wrapped gift", "3 chocolate bar"]),
    ] {
        assert_eq!((said(prompt), links(prompt)), (are(&things), vec![(1, Relation::In, 0)]), "{prompt}");
    }
    assert_eq!(links("a house of bricks"), []);
}

/// Regression: 头 in 一头牛 was reported as unknown.
#[test]
fn a_part_of_a_body_that_counts_is_a_measure() {
    draws(&[
        ("一头牛", &["cow face"], &[]),
        ("草地上有一头黑色的牛和三只羊", &["black cow", "3 ewe"], &[]),
        ("一口锅", &["pot of food"], &[]),
    ]);
}
