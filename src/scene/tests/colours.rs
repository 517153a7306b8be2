//! Colours: their nouns, their shades, and how they are painted.

use super::super::*;
use super::{of, said, unknown};

#[test]
fn orange_is_a_colour_before_a_noun_and_a_fruit_alone() {
    assert_eq!(said("an orange cat"), ["orange cat face"]);
    assert_eq!(said("an orange"), ["tangerine"]);
}

/// Regression: "a car, blue", which the colour chips write, drew a red car.
#[test]
fn a_colour_without_a_noun_colours_what_was_named_before() {
    for (prompt, right) in [
        ("a car, blue", vec!["blue automobile"]),
        ("a car, orange", vec!["orange automobile"]),
        ("a car blue", vec!["blue automobile"]),
        ("a car, flat, blue", vec!["blue automobile"]),
        ("blue, a car", vec!["blue automobile"]),
        ("a heart, blue", vec!["blue heart"]),
        ("an apple, green", vec!["green apple"]),
        ("a car and a dog, purple", vec!["purple automobile", "purple dog"]),
        ("a car and a house, blue", vec!["blue automobile", "blue house with garden"]),
        ("a red car and a dog, blue", vec!["red automobile", "blue dog"]),
        ("the car is blue and the dog is brown", vec!["blue automobile", "brown dog"]),
        ("a dog and a car that is blue", vec!["dog", "blue automobile"]),
        ("a car blue and a dog", vec!["blue automobile", "dog"]),
        ("a cat in blue", vec!["blue cat face"]),
        ("a cat on a box, it is orange", vec!["orange cat", "wrapped gift"]),
        ("the cat on the table is orange", vec!["orange cat"]),
        ("the cat on the box is orange", vec!["orange cat", "wrapped gift"]),
        ("一辆车，蓝色", vec!["blue automobile"]),
        ("一辆车，橙色", vec!["orange automobile"]),
        ("一颗星星，蓝色", vec!["blue glowing star"]),
        ("一辆车、蓝色、扁平", vec!["blue automobile"]),
        ("一只猫和一只狗，紫色", vec!["purple cat", "purple dog"]),
        ("一只红色的猫和一只狗，蓝色", vec!["red cat", "blue dog"]),
        ("猫是黑色的，狗是棕色的", vec!["black cat", "brown dog"]),
        ("一只猫在盒子上，盒子是红色的", vec!["cat", "red wrapped gift"]),
        ("apple, banana, orange", vec!["red apple", "banana", "tangerine"]),
        ("a cat and an orange", vec!["cat", "tangerine"]),
        ("an orange on a box", vec!["tangerine", "wrapped gift"]),
        ("an orange foobar and a car", vec!["automobile"]),
        ("an orange sunset over a house", vec!["house with garden"]),
        ("a car, the sky is blue", vec!["automobile"]),
        ("一辆车，天空是蓝色的", vec!["automobile"]),
        ("a car, white background", vec!["automobile"]),
        ("一辆车，蓝色背景", vec!["automobile"]),
        ("a car, not red", vec!["automobile"]),
    ] {
        assert_eq!(said(prompt), right, "{prompt}");
    }
    for (prompt, left) in [
        ("a red car, blue", vec!["blue"]),
        ("一辆红色的车，蓝色", vec!["蓝色"]),
        ("a pink lawn and a cat", vec!["pink"]),
        ("a car and a dog, purple", vec![]),
    ] {
        assert_eq!(of(prompt, |r| r.more_colours), left, "{prompt}: it is told");
    }
    assert_eq!(unknown("red, blue"), ["red", "blue"]);
}

/// Regression: "light green house" drew a police light.
#[test]
fn light_and_dark_are_part_of_a_colour() {
    for (prompt, right) in [
        ("light green house", vec!["green house with garden"]),
        ("a light-green house", vec!["green house with garden"]),
        ("light blue bird", vec!["blue parrot"]),
        ("dark blue car next to a light green house", vec!["blue automobile", "green house with garden"]),
        ("a pale pink cat and a bright yellow dog", vec!["pink cat", "yellow dog"]),
        ("a very bright red car", vec!["red automobile"]),
        ("a deep purple car", vec!["purple automobile"]),
        ("a sky blue car", vec!["blue automobile"]),
        ("a car, dark green", vec!["green automobile"]),
        ("a light blue heart", vec!["light blue heart"]),
        ("浅绿色的房子", vec!["green house with garden"]),
        ("深蓝的车", vec!["blue automobile"]),
        ("淡粉色的猫", vec!["pink cat face"]),
        ("一辆暗红色的车和一座亮黄色的房子", vec!["red automobile", "yellow house with garden"]),
        ("一辆车，深紫色", vec!["purple automobile"]),
        ("一只浅棕色的狗", vec!["brown dog face"]),
        ("嫩绿的车", vec!["green automobile"]),
        ("天蓝色的房子", vec!["blue house with garden"]),
    ] {
        assert_eq!(
            (said(prompt), unknown(prompt)),
            (right.into_iter().map(str::to_owned).collect(), vec![]),
            "{prompt}"
        );
        assert_eq!(read(prompt).ground, None, "{prompt}");
    }
    assert_eq!(said("a traffic light").len(), 1);
    assert_eq!(said("a white house"), ["white house with garden"]);
    assert_eq!(unknown("a light green"), ["light green"]);
}

/// Regression: "white" made the network draw worse and did not make things whiter, "green" coloured a car's windows,
/// and the thing "black cat" is drawn purple.
#[test]
fn colours_are_painted() {
    for (prompt, thing, painted) in [
        ("a white cat", "white cat face", Some("white")),
        ("白猫", "white cat face", Some("white")),
        ("一只白色的猫", "white cat face", Some("white")),
        ("a black cat", "black cat", Some("black")),
        ("黑猫", "black cat", Some("black")),
        ("黑色的鸟", "black bird", Some("black")),
        ("a gray rabbit", "gray rabbit face", Some("gray")),
        ("灰色的兔子", "gray rabbit face", Some("gray")),
        ("a brown dog", "brown dog face", Some("brown")),
        ("棕色的狗", "brown dog face", Some("brown")),
        ("a black heart", "black heart", Some("black")),
        ("a gray heart", "grey heart", Some("gray")),
        ("灰色的心", "grey heart", Some("gray")),
        ("a blue cat", "blue cat face", Some("blue")),
        ("蓝色的猫", "blue cat face", Some("blue")),
        ("a blue heart", "blue heart", None),
        ("a cat", "cat face", None),
    ] {
        let r = read(prompt);
        let [item] = r.items.as_slice() else { panic!("{prompt}: {:?}", r.items) };
        let got = (item.words(item.senses[0]), item.painted_colour());
        assert_eq!(got, (thing.to_owned(), painted), "{prompt}");
    }
}
