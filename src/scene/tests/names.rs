//! Which thing a noun names.

use super::super::*;
use super::{said, unknown};

#[test]
fn a_noun_names_one_thing_by_its_full_label() {
    for (prompt, thing) in [
        ("a red car", "red automobile"),
        ("blue box", "blue wrapped gift"),
        ("a red box", "red wrapped gift"),
        ("蓝色的盒子", "blue wrapped gift"),
        ("a cardboard box", "package"),
        ("umbrella", "umbrella with rain drops"),
        ("a slice of pizza", "pizza"),
        ("cup of coffee", "hot beverage"),
        ("kitties", "3 cat"),
        ("The Eiffel Tower", "Tokyo tower"),
        ("hot dog", "hot dog"),
        ("一只可爱的小狗", "dog face"),
        ("红色的跑车", "red automobile"),
        ("一杯咖啡", "hot beverage"),
        ("一条龙", "dragon face"),
        ("荷花", "lotus"),
        ("中秋节月饼", "moon cake"),
        ("一座雪山", "snow-capped mountain"),
        ("一只绿色的鹦鹉", "green parrot"),
        ("生日蛋糕", "birthday cake"),
        ("🍕", "pizza"),
        ("❤️", "red heart"),
    ] {
        assert_eq!(said(prompt).first().map(String::as_str), Some(thing), "{prompt}");
    }
}

#[test]
fn words_before_a_noun_choose_its_sense() {
    for (prompt, thing) in [
        ("a smiling cat", "grinning cat"),
        ("crying cat", "crying cat"),
        ("angry cat", "pouting cat"),
        ("black cat", "black cat"),
        ("green apple", "green apple"),
        ("a portrait of a woman with red hair", "woman: red hair"),
        ("blue book", "blue book"),
    ] {
        assert_eq!(said(prompt).first().map(String::as_str), Some(thing), "{prompt}");
    }
}

/// Regression: "gray heart" drew the red heart, because the label is "grey heart".
#[test]
fn a_thing_named_by_its_colour_is_found_by_each_spelling() {
    let chinese: &[(&str, &[&str])] = &[
        ("heart", &["心", "爱心"]),
        ("circle", &["圆", "圆圈"]),
        ("square", &["方块"]),
        ("apple", &["苹果"]),
        ("flower", &["花"]),
        ("book", &["书"]),
        ("cat", &["猫"]),
        ("bird", &["鸟"]),
        ("question mark", &["问号"]),
        ("exclamation mark", &["感叹号"]),
    ];
    let mut found = 0;
    for id in 0..things().len() as ThingId {
        let label = things().get(id).en;
        let Some((colour, head)) = label.split_once(' ') else { continue };
        let Some((en, zh, _)) = words::COLOURS.iter().find(|(en, ..)| en.contains(&colour)) else { continue };
        found += 1;
        let mut prompts = vec![label.to_owned(), format!("a {}", label.to_uppercase()), things().get(id).zh.to_owned()];
        if en.contains(&"gray") {
            prompts
                .extend(["gray", "grey"].into_iter().flat_map(|c| [format!("{c} {head}"), format!("a {head}, {c}")]));
        }
        for noun in chinese.iter().filter(|(en, _)| *en == head).flat_map(|(_, nouns)| *nouns) {
            let plain = zh.iter().filter(|word| word.ends_with('色')).take(1);
            prompts.extend(plain.flat_map(|c| [format!("{c}{noun}"), format!("一个{c}的{noun}")]));
        }
        for prompt in prompts {
            assert_eq!(said(&prompt), [label], "{prompt}");
        }
    }
    assert!(found >= 50, "{found}");
    for prompt in ["light blue heart", "a pale blue heart", "浅蓝色的心", "浅蓝色爱心", "一颗淡蓝色的爱心"]
    {
        assert_eq!(said(prompt), ["light blue heart"], "{prompt}");
    }
    assert_eq!(label("gray heart"), Some("grey heart"));
}

#[test]
fn a_choice_puts_its_thing_first_and_drops_a_colour_that_it_has_by_itself() {
    let prompt = "a blue heart and a Cat";
    let r = read_with(prompt, "", |word| match word {
        "cat" => Some("tiger face"),
        "heart" => Some("no such thing"),
        _ => None,
    });
    let first = |i: usize| things().get(r.items[i].senses[0]).en;
    assert_eq!((first(0), first(1)), ("blue heart", "tiger face"));
    assert_eq!(r.items[1].senses.iter().filter(|id| things().get(**id).en == "tiger face").count(), 1);
    let labels = ["Tiger  Face", "🐯", "tiger", "xyzzy"].map(label);
    assert_eq!(labels, [Some("tiger face"), Some("tiger face"), Some("tiger"), None]);
}

#[test]
fn what_somebody_does_is_not_the_thing() {
    assert_eq!(said("a boy fishing")[0], said("a boy")[0]);
}

#[test]
fn each_word_has_one_line_and_each_line_names_things() {
    let mut seen = std::collections::HashMap::new();
    for (file, text) in [
        ("senses", include_str!("../../../models/sticker-64/senses.txt")),
        ("kinds", include_str!("../../../models/sticker-64/kinds.txt")),
        ("near", include_str!("../../../models/sticker-64/near.txt")),
    ] {
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            let [en, zh, labels] = line.split('|').map(str::trim).collect::<Vec<_>>()[..] else { panic!("{line}") };
            for label in labels.split(';') {
                assert!(things().labelled(label).is_some(), "{file}: no thing {label:?} in {line:?}");
            }
            for word in en.split(',').chain(zh.split(',')).map(str::trim).filter(|w| !w.is_empty()) {
                assert_eq!(seen.insert(folded(word), file), None, "{file}: {word} is there twice");
            }
        }
    }
    assert!(seen.len() > 10_000);
}

#[test]
fn an_adjective_among_the_tags_of_a_thing_does_not_name_it() {
    assert_eq!(said("my long and careful prompt about a dog"), ["dog face"]);
    assert_eq!(said("the first text about owls"), ["3 owl"]);
}

#[test]
fn a_kind_is_drawn_as_its_thing() {
    for (prompt, thing) in [("a spaniel", "dog"), ("two dachshunds", "2 dog"), ("a red begonia", "red blossom")] {
        let first = said(prompt).remove(0);
        assert_eq!(first, thing, "{prompt}");
    }
    assert_eq!(said("aspen"), ["deciduous tree"]);
}

/// A compound written as two words is read as one, but only if both are nouns and adjacent.
#[test]
fn a_compound_written_apart_is_the_compound() {
    for (prompt, thing) in [
        ("a fire man", "firefighter"),
        ("two pan cakes", "2 pancakes"),
        ("a blue butter fly", "blue butterfly"),
        ("a big sun flower", "big sunflower"),
        ("a straw-berry", "strawberry"),
        ("a foot ball", "soccer ball"),
        ("a rain coat", said("a raincoat").first().map_or("coat", String::as_str)),
    ] {
        assert_eq!(said(prompt), [thing], "{prompt}");
        assert_eq!(unknown(prompt), Vec::<&str>::new(), "{prompt}");
    }
    assert_eq!(said("ice cream").len(), 1);
    for apart in ["a fire, a man", "fire/man", "sun and flower", "a butter. fly"] {
        assert_eq!(said(apart).len(), 2, "{apart}");
    }
    for house in ["a green house", "a red wood", "a big foot"] {
        assert_eq!(read(house).items.first().map(|item| &house[item.span.clone()]), house.split(' ').next_back());
    }
}
