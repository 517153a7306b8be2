//! Unknown words: what is offered for them, and what is reported.

use super::super::things::By;
use super::super::*;
use super::{links, said, unknown};

#[test]
fn what_comes_near_to_an_unknown_word_is_offered_and_a_choice_makes_it_a_thing() {
    for (prompt, said) in [("a cat under a desk", "desk"), ("猫在书桌下面", "书桌"), ("two desks", "desks")] {
        let r = read(prompt);
        let [unknown] = r.unknown.as_slice() else { panic!("{prompt}: {:?}", r.unknown) };
        assert_eq!(&prompt[unknown.span.clone()], said);
        assert_eq!(things().get(unknown.near[0]).en, "chair", "{prompt}");
        let r = read_with(prompt, "", |word| (word == folded(said)).then_some("couch and lamp"));
        assert!(r.unknown.is_empty());
        let desk = r.items.iter().find(|i| prompt[i.span.clone()] == *said).expect(prompt);
        assert_eq!(things().get(desk.senses[0]).en, "couch and lamp");
        assert_eq!(things().get(desk.senses[1]).en, "chair", "the others stay to be chosen");
    }
    assert_eq!(links("a cat under a desk"), []);
    let r = read_with("a cat under a desk", "", |word| (word == "desk").then_some("chair"));
    assert_eq!(r.relations, [Link { thing: 0, relation: Relation::Under, place: 1 }]);
}

/// likely.txt is the last resort: its words are in no other table. A prompt of one such word draws its likeliest thing
/// as a stand-in; beside a known thing the word is reported.
#[test]
fn what_is_likely_is_offered_for_words_that_nothing_else_knows() {
    let mut seen = std::collections::HashSet::new();
    for line in include_str!("../../../models/sticker-64/likely.txt").lines().filter(|l| !l.starts_with('#')) {
        let [en, zh, labels, sure] = line.split('|').map(str::trim).collect::<Vec<_>>()[..] else { panic!("{line}") };
        let word = zh;
        assert!(en.is_empty() && seen.insert(word), "{line}");
        assert!(sure.parse::<u8>().is_ok_and(|sure| sure <= 100), "{line}");
        let ids: Vec<_> = labels.split(';').map(|label| things().labelled(label).expect(line)).collect();
        assert!((2..=3).contains(&ids.len()), "{line}");
        assert!(things().find(word).is_none() && things().near(word).is_none(), "{line}");
        assert!(grammar::grammar().role(word).is_none(), "{line}");
        let r = read(word);
        let offered: Vec<_> = r.unknown.iter().map(|it| (&word[it.span.clone()], it.near.as_slice())).collect();
        assert_eq!(offered, [(word, ids.as_slice())], "{line}");
        assert_eq!((r.items.len(), r.unknown[0].stand_in), (1, Some(ids[0])), "{line}");
        let beside = read(&format!("猫和{word}"));
        assert!(beside.items.len() == 1 || beside.unknown.iter().all(|it| it.stand_in.is_some()), "{line}");
    }
    assert!(seen.len() > 500);
    let offered = |prompt: &str| {
        read(prompt).unknown.iter().flat_map(|it| &it.near).map(|&id| things().get(id).en).collect::<Vec<_>>()
    };
    assert_eq!(offered("一艘船舶")[..1], ["ship"]);
    assert_eq!(offered("澡堂")[..2], ["bathtub", "shower"]);
}

/// Regression: "a birthday card" silently drew a love letter, and a sports car was any automobile.
#[test]
fn a_name_whose_thing_only_comes_near_is_drawn_and_reported() {
    for (prompt, word, thing) in [
        ("a birthday card", "birthday card", "love letter"),
        ("two red sports cars", "sports cars", "automobile"),
        ("红色的跑车", "跑车", "automobile"),
        ("an apple tree", "apple tree", "deciduous tree"),
        ("a bouquet of tulips", "tulips", "bouquet"),
        ("a bouquet of two red tulips", "tulips", "bouquet"),
    ] {
        let r = read(prompt);
        let [item] = r.items.as_slice() else { panic!("{prompt}: {:?}", r.items) };
        let [unknown] = r.unknown.as_slice() else { panic!("{prompt}: {:?}", r.unknown) };
        assert_eq!(things().get(item.senses[0]).en, thing, "{prompt}");
        assert_eq!((&prompt[unknown.span.clone()], unknown.stand_in), (word, Some(item.senses[0])), "{prompt}");
    }
    // What the user chose is no stand-in.
    let chosen = |word: &str, thing: &'static str| {
        let r = read_with(&format!("a {word}"), "", |it| (it == folded(word)).then_some(thing));
        assert!(r.unknown.is_empty(), "{word}: {:?}", r.unknown);
        assert_eq!(things().get(r.items[0].senses[0]).en, thing);
    };
    chosen("sports car", "racing car");
    let r = read_with("a bouquet of tulips", "", |it| (it == "tulips").then_some("tulip"));
    assert_eq!((r.items.len(), r.unknown.len()), (2, 0));
    // Other wholes keep their parts.
    assert_eq!((said("a vase of tulips").len(), unknown("a vase of tulips").len()), (2, 0));
}

#[test]
fn each_loose_name_is_in_the_tables() {
    let rows = include_str!("../../../models/sticker-64/loose.txt").lines().filter(|line| !line.starts_with('#'));
    let names: Vec<String> = rows.flat_map(|row| row.split(['|', ','])).map(folded).filter(|n| !n.is_empty()).collect();
    for name in &names {
        assert!(matches!(things().find(name), Some((By::Name | By::Kind, _))), "{name}");
    }
    assert!(names.len() > 1000);
}

#[test]
fn a_smile_is_reported_where_no_face_shows_it() {
    for (prompt, unknown_words) in [
        ("a happy car", vec!["happy"]),
        ("a happy robot", vec!["happy"]),
        ("a happy dog", vec![]),
        ("一把开心的椅子", vec!["开心"]),
    ] {
        assert_eq!(unknown(prompt), unknown_words, "{prompt}");
    }
}

#[test]
fn what_was_probably_meant_by_a_misspelt_word_is_offered() {
    for (prompt, meant) in [("a dinosour", "T-Rex"), ("an elefant", "elephant"), ("a bananna", "banana")] {
        let r = read(prompt);
        let first = r.unknown[0].near.first().map(|id| things().get(*id).en);
        assert_eq!(
            (r.items.len(), first, r.unknown[0].stand_in),
            (1, Some(meant), Some(r.items[0].senses[0])),
            "{prompt}"
        );
    }
    assert!(read("xyzzyplugh").unknown[0].near.is_empty());
}

#[test]
fn characters_that_are_no_words_are_one_unknown_word() {
    assert_eq!(unknown("魑魅魍魉和猫"), ["魑魅魍魉"]);
}

/// Regression: "a blue foobar and a car" drew a blue car.
#[test]
fn what_is_said_of_an_unknown_noun_is_said_of_no_other() {
    for (prompt, right) in [
        ("a blue foobar and a car", vec!["automobile"]),
        ("three foobars and cats", vec!["3 cat"]),
        ("a big foobar and a dog", vec!["dog face"]),
        ("a dog next to a green xyzzy, a cat", vec!["dog", "cat"]),
        ("a red apple on a blue table under a tree", vec!["red apple", "deciduous tree"]),
        ("a red logo of a cat", vec!["cat face"]),
        ("a black and white photo of a dog", vec!["dog face"]),
        ("a car under a blue sky and a dog", vec!["automobile", "dog"]),
        ("a car in a green field and a dog", vec!["automobile", "dog"]),
        ("一张蓝色的桌子和一只猫", vec!["cat face"]),
        ("蓝色的桌子上有一只猫", vec!["cat"]),
        ("三个魑魅和一只猫", vec!["cat face"]),
        ("一个大魑魅和一只猫", vec!["cat face"]),
        ("绿色的草地上有一只狗", vec!["dog"]),
        ("红色的魑魅、一只狗", vec!["dog face"]),
        ("a blue foobar car", vec!["blue automobile"]),
        ("three shiny xyzzy apples", vec!["3 red apple"]),
        ("一只红色的胖乎乎的猫", vec!["red cat face"]),
    ] {
        assert_eq!(said(prompt), right, "{prompt}");
    }
    for prompt in ["一朵花，桌子下面有一只猫", "一朵花，草地上有一只猫", "a cat under a blue desk"]
    {
        assert_eq!(links(prompt), [], "{prompt}: its place is no other's");
    }
    let r = read("a red apple on a blue table under a tree");
    assert_eq!((r.ground, links("a cat on a small wooden table").len()), (Some(Ground::Table), 0));
    assert_eq!(read("a boat in the deep blue sea").ground, Some(Ground::Sea));
}

/// Regression: things beyond the thirtieth were reported as unknown, though the same words were drawn.
#[test]
fn what_is_too_much_is_no_unknown_word() {
    for prompt in ["a cat and a dog, ".repeat(20), "一只猫和一条狗，".repeat(20)] {
        let r = read(&prompt);
        assert_eq!((r.items.len(), r.too_many.len(), r.unknown), (read::MOST_ITEMS, 10, vec![]), "{prompt}");
    }
    let long = "兔子在房子旁边，".repeat(300);
    let r = read(&long);
    assert_eq!((r.items.len(), r.unknown.len()), (2, 0), "the same two again and again");
    let beyond = 3 * read::MOST_CHARS..long.len();
    assert!(r.too_many.iter().eq([&beyond]), "what is not read is told: {:?}", r.too_many);
    assert!(read("a cat").too_many.is_empty());
}
