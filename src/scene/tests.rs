//! What is read of a prompt: relations, numbers, sizes, grounds, and what is not drawn.

mod colours;
mod named_before;
mod names;
mod unknown_words;

use std::ops::Range;

use super::*;

/// Count (if more than one), colour and name of each item.
pub(super) fn said(prompt: &str) -> Vec<String> {
    let r = read(prompt);
    r.items
        .iter()
        .map(|i| {
            let n = if i.count > 1 { format!("{} ", i.count) } else { String::new() };
            let size = match i.size {
                Size::Big => "big ",
                Size::Small => "small ",
                Size::Usual => "",
            };
            format!("{n}{size}{}", i.words(i.senses[0]))
        })
        .collect()
}

pub(super) fn links(prompt: &str) -> Vec<(usize, Relation, usize)> {
    read(prompt).relations.iter().map(|l| (l.thing, l.relation, l.place)).collect()
}

/// The words that draw nothing.
pub(super) fn unknown(prompt: &str) -> Vec<&str> {
    let unknown = read(prompt).unknown.into_iter().filter(|it| it.stand_in.is_none());
    unknown.map(|it| &prompt[it.span]).collect()
}

#[test]
fn what_is_not_wanted_is_left_out_and_the_rest_is_drawn() {
    for (prompt, things, denied) in [
        ("不要猫，一只狗", vec!["dog face"], "猫"),
        ("没有眼睛的狗", vec!["dog face"], "眼睛"),
        ("a dog without a hat", vec!["dog face"], "hat"),
        ("a dog with no apples on the grass", vec!["dog"], "apples"),
    ] {
        let r = read(prompt);
        assert_eq!((said(prompt), r.relations.len()), (things.into_iter().map(str::to_owned).collect(), 0), "{prompt}");
        let got: Vec<&str> = r.denied.iter().map(|span| &prompt[span.clone()]).collect();
        assert_eq!(got, [denied], "{prompt}");
    }
}

#[test]
fn the_first_example_of_the_studio_is_read_alike_in_both_languages() {
    for prompt in ["an orange cat on a blue box", "一个蓝色的盒子上有一只橙色的猫", "一只橙色的猫在一个蓝色的盒子上"]
    {
        let r = read(prompt);
        let cat = said(prompt).iter().position(|s| s == "orange cat").expect(prompt);
        let place = said(prompt).iter().position(|s| s == "blue wrapped gift").expect(prompt);
        assert_eq!(r.relations, [Link { thing: cat, relation: Relation::On, place }], "{prompt}");
        assert_eq!(unknown(prompt), Vec::<&str>::new(), "{prompt}");
    }
}

#[test]
fn relations_of_two_things() {
    use Relation::*;
    for (prompt, relation) in [
        ("a dog under a tree", Under),
        ("a dog next to a house", Beside),
        ("a dog to the left of a house", LeftOf),
        ("a dog behind a house", Behind),
        ("a dog in front of a house", InFrontOf),
        ("a cat in a box", In),
        ("an astronaut riding a horse", On),
        ("狗在树下", Under),
        ("狗在房子旁边", Beside),
        ("狗在房子的左边", LeftOf),
        ("狗在房子后面", Behind),
        ("狗在房子前面", InFrontOf),
        ("猫在箱子里", In),
        ("月亮和星星", Beside),
        ("宇航员骑着马", On),
    ] {
        assert_eq!(links(prompt), [(0, relation, 1)], "{prompt}");
    }
}

#[test]
fn numbers_and_sizes() {
    assert_eq!(said("two cherries"), ["cherries"], "one picture shows two");
    assert_eq!(said("four socks"), ["2 socks"]);
    assert_eq!(said("three big dogs and a small cat"), ["3 big dog", "small cat"]);
    assert_eq!(said("两只猫和三个苹果"), ["2 cat", "3 red apple"]);
    assert_eq!(said("一只大象"), ["elephant"], "a name that begins with a size");
    for (prompt, right) in [
        ("two hearts on an elephant", ["2 red heart", "elephant"]),
        ("一个草莓右边有两个梨", ["strawberry", "2 pear"]),
        ("一辆汽车上有两颗爱心", ["automobile", "2 red heart"]),
        ("一只猫和一对鞋", ["cat", "2 running shoe"]),
    ] {
        assert_eq!(said(prompt), right, "{prompt}");
        assert!(unknown(prompt).is_empty(), "{prompt}");
    }
}

#[test]
fn grounds_are_no_things() {
    let ground = |p: &str| read(p).ground;
    assert_eq!(ground("the Eiffel Tower at night"), Some(Ground::Night));
    assert_eq!(ground("a boat at sunset"), Some(Ground::Sunset));
    assert_eq!(said("a boat at sunset").len(), 1);
    assert_eq!(ground("草地上的兔子"), Some(Ground::Grass));
    assert_eq!(ground("a polar bear in the snow"), Some(Ground::Snow));
    assert_eq!(said("草地上的兔子"), ["rabbit"]);
    let r = read("three red apples on a table in the snow");
    let more: Vec<&str> =
        r.more_grounds.iter().map(|it| &"three red apples on a table in the snow"[it.clone()]).collect();
    assert_eq!((r.ground, more), (Some(Ground::Table), vec!["in the snow"]), "a second ground is told");
    for prompt in ["a cat by the sea", "海边有一只猫", "a cat on the beach", "沙滩上的猫"] {
        assert_eq!((ground(prompt), said(prompt)), (Some(Ground::Beach), vec!["cat".to_owned()]), "{prompt}");
    }
    assert_eq!((ground("a beach"), said("沙滩")), (None, vec!["beach with umbrella".to_owned()]));
}

/// Regression: 水墨山水 drew a blob, since no thing was named.
#[test]
fn a_landscape_alone_is_a_mountain() {
    for (prompt, cannot) in [("a landscape", vec![]), ("风景", vec![]), ("水墨山水", vec![Cannot::Painting])] {
        let reading = read(prompt);
        assert_eq!(things().get(reading.items[0].senses[0]).en, "snow-capped mountain", "{prompt}");
        assert_eq!(reading.cannot.iter().map(|(what, _)| *what).collect::<Vec<_>>(), cannot, "{prompt}");
    }
    let things_of = |p: &str| read(p).items.iter().map(|item| things().get(item.senses[0]).en).collect::<Vec<_>>();
    assert_eq!(things_of("a landscape with a house"), ["house with garden"]);
    assert!(things_of("no landscape").is_empty());
}

#[test]
fn what_no_sticker_can_be_is_named() {
    let cannot = |p: &str| read(p).cannot.into_iter().map(|(c, _)| c).collect::<Vec<_>>();
    assert_eq!(cannot("logo of a coffee shop"), [Cannot::Logo]);
    assert_eq!(cannot("a photo of my dog"), [Cannot::Photo]);
    assert_eq!(cannot("水墨山水"), [Cannot::Painting]);
    assert_eq!(cannot("a landscape with a house"), [Cannot::Painting]);
    assert_eq!(unknown("a xyzzy cat"), ["xyzzy"]);
    assert_eq!((unknown("只"), unknown(" draw me ")), (vec!["只"], vec!["draw me"]), "words of the grammar alone");
}

#[test]
fn odd_prompts_are_read_without_harm() {
    assert_eq!(read(""), Reading::default());
    assert_eq!(read("red, blue, green").items, []);
    let many = "a cat and ".repeat(40);
    assert_eq!(read(&many).items.len(), read::MOST_ITEMS);
    let long = "猫".repeat(5000);
    assert!(read(&long).items.len() <= read::MOST_ITEMS);
    assert_eq!(read("кошка").items, []);
    for end in 0..24 {
        let text = "一个蓝色的盒子上有👨‍👩‍👧 ❤️";
        let cut = text.char_indices().nth(end).map_or(text.len(), |(i, _)| i);
        read(&text[..cut]);
    }
}

pub(super) fn of(prompt: &str, spans: impl Fn(Reading) -> Vec<Range<usize>>) -> Vec<&str> {
    spans(read(prompt)).into_iter().map(|span| &prompt[span]).collect()
}

/// Regression: a dog in the negative prompt was drawn, and nothing reported it.
#[test]
fn what_the_negative_prompt_names_is_not_drawn() {
    for (prompt, negative, drawn, denied) in [
        ("一只猫和一只狗，扁平", "狗", vec!["cat face"], vec!["狗"]),
        ("a cat and a dog", "dog", vec!["cat face"], vec!["dog"]),
        ("a cat and two dogs", "no dogs, blurry, blue", vec!["cat face"], vec!["dogs"]),
        ("a cat and a puppy", "狗", vec!["cat face"], vec!["puppy"]),
        ("一只猫和一只狗", "dog, low quality", vec!["cat face"], vec!["狗"]),
        ("一只猫和一只狗", "不要狗、文字", vec!["cat face"], vec!["狗"]),
        ("a red car and a blue car", "red car", vec!["blue automobile"], vec!["car"]),
        ("红色的车和蓝色的车", "红色的车", vec!["blue automobile"], vec!["车"]),
        ("a dog on a box", "box", vec!["dog face"], vec!["box"]),
        ("一朵花，盒子上有一只猫", "盒子", vec!["blossom", "cat"], vec!["盒子"]),
        ("a cat and a dog", "red dog", vec!["cat", "dog"], vec![]),
        ("a cat and a dog", "blurry, ugly, watermark", vec!["cat", "dog"], vec![]),
        ("a cat in the snow", "in the snow", vec!["cat face"], vec!["in the snow"]),
        ("a cat in the snow", "snow, text", vec!["cat face"], vec!["in the snow"]),
        ("雪地里的猫", "雪", vec!["cat face"], vec!["雪地"]),
    ] {
        let r = read_with(prompt, negative, |_| None);
        let got: Vec<String> = r.items.iter().map(|i| i.words(i.senses[0])).collect();
        let left: Vec<&str> = r.denied.iter().map(|span| &prompt[span.clone()]).collect();
        assert_eq!((got, left), (drawn.into_iter().map(str::to_owned).collect(), denied), "{prompt} / {negative}");
        assert!(r.relations.len() < r.items.len() && r.ground.is_none(), "{prompt}");
    }
}
