//! What was named before: "it", the same noun again, places without a noun, groups.

use super::super::*;
use super::{links, of, said};

#[test]
fn it_is_the_thing_before() {
    use Relation::*;
    for (prompt, relations) in [
        ("a box with a cat on it", vec![(1, On, 0)]),
        ("an orange cat on a blue box, two trees behind it", vec![(0, On, 1), (2, Behind, 1)]),
        ("a tree and a dog under it", vec![(1, Under, 0)]),
        ("一个盒子，它上面有一只猫", vec![(1, On, 0)]),
    ] {
        assert_eq!(links(prompt), relations, "{prompt}");
    }
}

/// Regression: "a cat and a red bird left of the cat" drew two cats.
#[test]
fn a_noun_that_is_named_again_is_the_same_thing() {
    use Relation::*;
    for (prompt, things, relations) in [
        ("a cat and a red bird left of the cat", 2, vec![(1, LeftOf, 0)]),
        ("a cat, and the cat sits under a tree", 2, vec![(0, Under, 1)]),
        ("a cat and a dog, the dog is on a box", 3, vec![(0, Beside, 1), (1, On, 2)]),
        ("a cat on a box, the box is in a house", 3, vec![(0, On, 1), (1, In, 2)]),
        ("a red cat and a blue cat, the blue cat is on a box", 3, vec![(0, Beside, 1), (1, On, 2)]),
        ("a cat. It sits on a box", 2, vec![(0, On, 1)]),
        ("a kitten and a tree, the cat is under the tree", 2, vec![(0, Under, 1)]),
        ("two cats and a dog. The cats are on a box", 3, vec![(0, Beside, 1), (0, On, 2)]),
        ("a cat and another cat", 2, vec![(0, Beside, 1)]),
        ("the red car and the blue car", 2, vec![(0, Beside, 1)]),
        ("a cat on the cat", 2, vec![(0, On, 1)]),
        ("a cat and a dog, and a tree between them", 3, vec![(0, Beside, 1), (1, Beside, 2), (2, Between, 0)]),
        ("桌子下面有一只猫，猫的左边是一只红色的鸟", 2, vec![(1, LeftOf, 0)]),
        ("一只猫和一只狗，那只猫在盒子上", 3, vec![(0, Beside, 1), (0, On, 2)]),
        ("一只猫和一只狗，猫在狗的左边", 2, vec![(0, LeftOf, 1)]),
        ("一只猫，它在盒子上", 2, vec![(0, On, 1)]),
        ("猫在树下，狗在树上", 3, vec![(0, Under, 1), (2, On, 1)]),
        ("一只猫在盒子上，这个盒子在房子里", 3, vec![(0, On, 1), (1, In, 2)]),
        ("一只猫和一只狗，老鼠骑着猫", 3, vec![(0, Beside, 1), (2, On, 0)]),
        ("一棵树和一只猫，树的右边有一座房子", 3, vec![(0, Beside, 1), (2, RightOf, 0)]),
        ("一只猫和另一只猫", 2, vec![(0, Beside, 1)]),
        ("猫和猫", 2, vec![(0, Beside, 1)]),
        ("一只猫，一只猫在盒子上", 3, vec![(1, On, 2)]),
    ] {
        assert_eq!((read(prompt).items.len(), links(prompt)), (things, relations), "{prompt}");
    }
    assert_eq!(said("a dog on a box, the box is blue"), ["dog", "blue wrapped gift"]);
}

/// Regression: in 一只小狗在盒子上，旁边有一朵花 the dog was put beside the box.
#[test]
fn a_place_without_a_noun_is_that_of_what_was_named_before() {
    use Relation::*;
    for (prompt, relations) in [
        ("一只小狗在盒子上，旁边有一朵花", vec![(0, On, 1), (2, Beside, 1)]),
        ("一只小狗在盒子上，它旁边有一朵花", vec![(0, On, 1), (2, Beside, 1)]),
        ("一只小狗在盒子上，上面有一朵花", vec![(0, On, 1), (2, On, 0)]),
        ("一只小狗在盒子上，下面有一朵花", vec![(0, On, 1), (2, Under, 1)]),
        ("一只小狗在盒子上，花在旁边", vec![(0, On, 1), (2, Beside, 1)]),
        ("一只小狗在盒子上，旁边还有一朵花", vec![(0, On, 1), (2, Beside, 1)]),
        ("一个盒子，里面有一只猫", vec![(1, In, 0)]),
        ("盒子里有一只猫，前面有一只狗", vec![(1, In, 0), (2, InFrontOf, 0)]),
        ("一座房子，前面有一棵树，后面有一座山", vec![(1, InFrontOf, 0), (2, Behind, 0)]),
        ("一只猫，左边有一只狗，右边有一只鸟", vec![(1, LeftOf, 0), (2, RightOf, 0)]),
        ("桌子下面有一只猫，旁边有一只狗", vec![(1, Beside, 0)]),
        ("猫在树下面。旁边是一只狗", vec![(0, Under, 1), (2, Beside, 0)]),
        ("猫在狗和房子中间", vec![(1, Beside, 2), (0, Between, 1)]),
        ("猫在狗的左边，鸟在狗的右边", vec![(0, LeftOf, 1), (2, RightOf, 1)]),
        ("a dog on a box, next to it a flower", vec![(0, On, 1), (2, Beside, 1)]),
        ("a house, behind it a tree", vec![(1, Behind, 0)]),
        ("a cat. Next to the cat is a dog", vec![(1, Beside, 0)]),
        ("on a box sits a cat", vec![(1, On, 0)]),
        ("a red ball on the left, a blue ball on the right", vec![(1, RightOf, 0)]),
        ("a cat, on the left a dog", vec![(1, LeftOf, 0)]),
        ("骑着马的宇航员", vec![(1, On, 0)]),
        ("a cat in a box, and a dog next to it", vec![(0, In, 1), (1, Beside, 2)]),
    ] {
        assert_eq!(links(prompt), relations, "{prompt}");
    }
}

/// Regression: "3 red and 2 green apples" drew two apples, and "a black and white cat" a white one without a report.
#[test]
fn phrases_with_one_noun_are_groups_or_one_thing() {
    for (prompt, right) in [
        ("3 red and 2 green apples", vec!["3 red apple", "2 green apple"]),
        ("3 red, 2 green and 1 yellow car", vec!["3 red automobile", "2 green automobile", "yellow automobile"]),
        ("a red and a blue car", vec!["red automobile", "blue automobile"]),
        ("red and green cars", vec!["red automobile", "green automobile"]),
        ("a big and a small dog", vec!["big dog", "small dog"]),
        ("a big and red car", vec!["big red automobile"]),
        ("a red car and a blue one", vec!["red automobile", "blue automobile"]),
        ("a cat in red and a dog in blue", vec!["red cat", "blue dog"]),
        ("a tree with red and blue balls", vec!["deciduous tree", "red soccer ball", "blue soccer ball"]),
        ("三个红色和两个绿色的苹果", vec!["3 red apple", "2 green apple"]),
        ("3个红苹果和2个绿苹果", vec!["3 red apple", "2 green apple"]),
        ("一只大的和一只小的狗", vec!["big dog", "small dog"]),
        ("红色、绿色和蓝色的车", vec!["red automobile", "green automobile", "blue automobile"]),
        ("苹果三个，梨两个", vec!["3 red apple", "2 pear"]),
        ("a black and white cat", vec!["black cat"]),
        ("two red and blue cars", vec!["2 red automobile"]),
        ("黑白的猫", vec!["black cat"]),
        ("一只黑色和白色的猫", vec!["black cat"]),
    ] {
        assert_eq!(said(prompt), right, "{prompt}");
    }
    for (prompt, left) in [
        ("a black and white cat", vec!["white"]),
        ("a black-and-white cat", vec!["white"]),
        ("two red and blue cars", vec!["blue"]),
        ("黑白的猫", vec!["白"]),
        ("一只黑色和白色的猫", vec!["白色"]),
        ("3 red and 2 green apples", vec![]),
    ] {
        assert_eq!(of(prompt, |r| r.more_colours), left, "{prompt}");
    }
    assert_eq!(links("3 red and 2 green apples"), [(0, Relation::Beside, 1)]);
}
