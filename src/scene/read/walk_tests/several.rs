//! Several things: members that differ, things drawn alike, a family, a list of colours.

use super::super::*;
use super::{are, draws, reported};
use crate::Relation;
use crate::tests::{links, said};

/// Regression: "two cats, one black and one white" drew two black cats.
#[test]
fn members_of_a_group_that_differ_are_items_of_their_own() {
    for (prompt, things) in [
        ("two cats, one black and one white", vec!["black cat", "white cat"]),
        ("two cats, one is black and the other is white", vec!["black cat", "white cat"]),
        ("two cats on a box, one black and one white", vec!["black cat", "wrapped gift", "white cat"]),
        ("three balls: one red and two blue", vec!["red soccer ball", "2 blue soccer ball"]),
        ("two dogs, one big and one small", vec!["big dog", "small dog"]),
        ("one black cat and one white cat", vec!["black cat", "white cat"]),
        ("3 red and 2 green apples", vec!["3 red apple", "2 green apple"]),
        ("a car and a house, blue", vec!["blue automobile", "blue house with garden"]),
        ("两只猫，一只黑色一只白色", vec!["black cat", "white cat"]),
        ("两只猫，一黑一白", vec!["black cat", "white cat"]),
        ("两只猫，一只是黑色的，另一只是白色的", vec!["black cat", "white cat"]),
        ("一黑一白两只猫", vec!["black cat", "white cat"]),
        ("两个气球，一个红的一个蓝的", vec!["red balloon", "blue balloon"]),
        ("一辆车和一座房子，蓝色", vec!["blue automobile", "blue house with garden"]),
    ] {
        draws(&[(prompt, &things, &[])]);
    }
}

/// Regression: three balloons were all red, and "yellow, green" was left out.
#[test]
fn a_list_of_colours_behind_several_things_gives_each_its_own() {
    let balloons = are(&["red balloon", "yellow balloon", "green balloon"]);
    for prompt in [
        "three balloons: red, yellow and green",
        "three balloons, red, yellow, and green",
        "three balloons (red, yellow, green)",
        "three balloons in red, yellow and green",
        "balloons: red, yellow and green",
        "three balloons: a red one, a yellow one and a green one",
        "三个气球：红、黄、绿",
        "三个气球，红色、黄色和绿色的",
    ] {
        assert_eq!((said(prompt), reported(prompt)), (balloons.clone(), vec![]), "{prompt}");
    }
    draws(&[
        (
            "three cars (red, blue, yellow) and a dog",
            &["red automobile", "blue automobile", "yellow automobile", "dog"],
            &[],
        ),
        ("two cats, red and green apples", &["2 cat", "red apple", "green apple"], &[]),
        ("three balloons, red and yellow", &["3 red balloon"], &["yellow"]),
    ]);
}

/// Regression: a family was one picture of four faces, none of them complete.
#[test]
fn a_family_is_its_members_side_by_side() {
    let four = ["man: curly hair", "woman: red hair", "small woman: red hair", "small person: curly hair"];
    draws(&[
        ("a family in the park", &four, &[]),
        ("一家人在公园", &four, &[]),
        ("a family and a dog", &[four[0], four[1], four[2], four[3], "dog"], &[]),
    ]);
    let chosen = read_with("a family", "", |word| (word == "family").then_some("family: man, girl"));
    assert_eq!(
        chosen.items.iter().map(|it| things().get(it.senses[0]).en).collect::<Vec<_>>(),
        ["man: curly hair", "woman: red hair"]
    );
    assert_eq!(links("a family on a couch")[2..], [(2, Relation::Beside, 3), (3, Relation::On, 4)]);
}

/// Regression: of a black and a white cat, one was drawn whole and one as a face.
#[test]
fn things_of_one_noun_are_drawn_alike() {
    draws(&[
        ("two cats, one black and one white", &["black cat", "white cat"], &[]),
        ("a black cat and a white cat", &["black cat", "white cat"], &[]),
        ("三只猫：黑、白、灰", &["black cat", "white cat", "gray cat"], &[]),
        ("a white cat and a dog", &["white cat", "dog"], &[]),
        ("a blue heart and a red heart", &["blue heart", "red heart"], &[]),
        ("a black cat and a smiling cat", &["black cat", "grinning cat"], &[]),
    ]);
}

/// Regression: a cat on a box was a face without a body.
#[test]
fn animals_of_a_scene_have_bodies_and_those_with_a_mood_or_clothes_have_faces() {
    draws(&[
        ("a cat", &["cat face"], &[]),
        ("一只猫", &["cat face"], &[]),
        ("a white rabbit", &["white rabbit face"], &[]),
        ("a cat on a box", &["cat", "wrapped gift"], &[]),
        ("盒子上有一只猫", &["wrapped gift", "cat"], &[]),
        ("a dog and a cat on the grass", &["dog", "cat"], &[]),
        ("草地上有一只狗", &["dog"], &[]),
        ("a mouse at night", &["mouse"], &[]),
        ("a cow on a red background", &["cow"], &[]),
        ("three rabbits", &["3 rabbit"], &[]),
        ("三只小猪", &["3 pig"], &[]),
        ("a cat's head on a red background", &["cat face"], &[]),
        ("狗头和猫", &["dog face", "cat"], &[]),
        ("a tiger, running", &["tiger"], &["running"]),
        ("奔跑的老虎", &["tiger"], &["奔跑"]),
        ("a horse and a cow", &["horse", "cow"], &[]),
        ("a cat face on a red background", &["cat face"], &[]),
        // What wears something or has a mood is a face, and so is another of its kind.
        ("a cat wearing a hat", &["cat face", "top hat"], &[]),
        ("戴帽子的猫和一只狗", &["top hat", "cat face", "dog"], &[]),
        ("a cat with sunglasses on the beach", &["cat face", "sunglasses"], &[]),
        ("a happy dog and a cat", &["dog face", "cat"], &[]),
        ("一只开心的狗和一只猫", &["dog face", "cat"], &[]),
        ("a happy dog and another dog", &["dog face", "dog face"], &[]),
        ("a cat wearing a hat and a cat", &["cat face", "top hat", "cat face"], &[]),
        ("一只戴帽子的小猫和一只猫", &["top hat", "small cat face", "cat face"], &[]),
        ("a hat on a cat", &["top hat", "cat face"], &[]),
        ("猫的头上有一顶帽子", &["cat face", "top hat"], &[]),
    ]);
    // The user's choice counts.
    let chosen = read_with("a cat on a box", "", |word| (word == "cat").then_some("cat face"));
    assert_eq!(chosen.items[0].words(chosen.items[0].senses[0]), "cat face");
}
