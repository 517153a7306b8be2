use super::*;

/// "colour name" of each item, with the number before it where there are several.
fn said(prompt: &str) -> Vec<String> {
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

fn links(prompt: &str) -> Vec<(usize, Relation, usize)> {
    read(prompt).relations.iter().map(|l| (l.thing, l.relation, l.place)).collect()
}

fn unknown(prompt: &str) -> Vec<&str> {
    read(prompt).unknown.into_iter().map(|it| &prompt[it.span]).collect()
}

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
        ("kitties", "cat face"),
        ("The Eiffel Tower", "Tokyo tower"),
        ("hot dog", "hot dog"),
        ("一只可爱的小狗", "dog face"),
        ("红色的跑车", "red racing car"),
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

#[test]
fn a_choice_puts_its_thing_first_and_drops_a_colour_that_it_has_by_itself() {
    let prompt = "a blue heart and a Cat";
    let r = read_with(prompt, |word| match word {
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
fn what_comes_near_to_an_unknown_word_is_offered_and_a_choice_makes_it_a_thing() {
    for (prompt, said) in [("a cat under a desk", "desk"), ("猫在书桌下面", "书桌"), ("two desks", "desks")] {
        let r = read(prompt);
        let [unknown] = r.unknown.as_slice() else { panic!("{prompt}: {:?}", r.unknown) };
        assert_eq!(&prompt[unknown.span.clone()], said);
        assert_eq!(things().get(unknown.near[0]).en, "chair", "{prompt}");
        let r = read_with(prompt, |word| (word == folded(said)).then_some("couch and lamp"));
        assert!(r.unknown.is_empty());
        let desk = r.items.iter().find(|i| prompt[i.span.clone()] == *said).expect(prompt);
        assert_eq!(things().get(desk.senses[0]).en, "couch and lamp");
        assert_eq!(things().get(desk.senses[1]).en, "chair", "the others stay to be chosen");
    }
    assert_eq!(links("a cat under a desk"), []);
    let r = read_with("a cat under a desk", |word| (word == "desk").then_some("chair"));
    assert_eq!(r.relations, [Link { thing: 0, relation: Relation::Under, place: 1 }]);
}

#[test]
fn what_somebody_does_is_not_the_thing() {
    assert_eq!(said("a boy fishing")[0], said("a boy")[0]);
}

#[test]
fn each_word_has_one_line_and_each_line_names_things() {
    let mut seen = std::collections::HashMap::new();
    for (file, text) in [
        ("senses", include_str!("../../models/sticker-64/senses.txt")),
        ("kinds", include_str!("../../models/sticker-64/kinds.txt")),
        ("near", include_str!("../../models/sticker-64/near.txt")),
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
fn what_was_probably_meant_by_a_misspelt_word_is_offered() {
    for (prompt, meant) in [("a dinosour", "T-Rex"), ("an elefant", "elephant"), ("a bananna", "banana")] {
        let r = read(prompt);
        let first = r.unknown[0].near.first().map(|id| things().get(*id).en);
        assert_eq!((r.items.len(), first), (0, Some(meant)), "{prompt}");
    }
    assert!(read("xyzzyplugh").unknown[0].near.is_empty());
}

#[test]
fn characters_that_are_no_words_are_one_unknown_word() {
    assert_eq!(unknown("魑魅魍魉和猫"), ["魑魅魍魉"]);
}

#[test]
fn what_is_not_wanted_is_left_out_and_the_rest_is_drawn() {
    for (prompt, things, denied) in [
        ("不要猫，一只狗", vec!["dog face"], "猫"),
        ("没有眼睛的狗", vec!["dog face"], "眼睛"),
        ("a dog without a hat", vec!["dog face"], "hat"),
        ("a dog with no apples on the grass", vec!["dog face"], "apples"),
    ] {
        let r = read(prompt);
        assert_eq!((said(prompt), r.relations.len()), (things.into_iter().map(str::to_owned).collect(), 0), "{prompt}");
        let got: Vec<&str> = r.denied.iter().map(|span| &prompt[span.clone()]).collect();
        assert_eq!(got, [denied], "{prompt}");
    }
}

#[test]
fn an_adjective_among_the_tags_of_a_thing_does_not_name_it() {
    assert_eq!(said("my long and careful prompt about a dog"), ["dog face"]);
    assert_eq!(said("the first text about owls"), ["owl"]);
}

#[test]
fn a_kind_is_drawn_as_its_thing() {
    for (prompt, thing) in
        [("a spaniel", "dog face"), ("two dachshunds", "2 dog face"), ("a red begonia", "red blossom")]
    {
        let first = said(prompt).remove(0);
        assert!(first == thing || first == thing.replace("dog face", "dog"), "{prompt}: {first}");
    }
    assert_eq!(said("aspen"), ["deciduous tree"]);
}

/// A compound that is written apart is read as one, and only where both of its words are nouns that stand together.
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

#[test]
fn orange_is_a_colour_before_a_noun_and_a_fruit_alone() {
    assert_eq!(said("an orange cat"), ["orange cat face"]);
    assert_eq!(said("an orange"), ["tangerine"]);
}

#[test]
fn the_first_example_of_the_studio_is_read_alike_in_both_languages() {
    for prompt in ["an orange cat on a blue box", "一个蓝色的盒子上有一只橙色的猫", "一只橙色的猫在一个蓝色的盒子上"]
    {
        let r = read(prompt);
        let cat = said(prompt).iter().position(|s| s == "orange cat face").expect(prompt);
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

#[test]
fn numbers_and_sizes() {
    assert_eq!(said("two cherries"), ["2 cherries"]);
    assert_eq!(said("three big dogs and a small cat"), ["3 big dog face", "small cat face"]);
    assert_eq!(said("两只猫和三个苹果"), ["2 cat face", "3 red apple"]);
    assert_eq!(said("一只大象"), ["elephant"], "a name that begins with a size");
    for (prompt, right) in [
        ("two hearts on an elephant", ["2 red heart", "elephant"]),
        ("一个草莓右边有两个梨", ["strawberry", "2 pear"]),
        ("一辆汽车上有两颗爱心", ["automobile", "2 red heart"]),
        ("一只猫和一对鞋", ["cat face", "2 running shoe"]),
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
    assert_eq!(said("草地上的兔子"), ["rabbit face"]);
    let r = read("three red apples on a table in the snow");
    let more: Vec<&str> =
        r.more_grounds.iter().map(|it| &"three red apples on a table in the snow"[it.clone()]).collect();
    assert_eq!((r.ground, more), (Some(Ground::Table), vec!["in the snow"]), "a second ground is told");
    for prompt in ["a cat by the sea", "海边有一只猫", "a cat on the beach", "沙滩上的猫"] {
        assert_eq!((ground(prompt), said(prompt)), (Some(Ground::Beach), vec!["cat face".to_owned()]), "{prompt}");
    }
    assert_eq!((ground("a beach"), said("沙滩")), (None, vec!["beach with umbrella".to_owned()]));
}

#[test]
fn what_no_sticker_can_be_is_named() {
    let cannot = |p: &str| read(p).cannot.into_iter().map(|(c, _)| c).collect::<Vec<_>>();
    assert_eq!(cannot("logo of a coffee shop"), [Cannot::Logo]);
    assert_eq!(cannot("a photo of my dog"), [Cannot::Photo]);
    assert_eq!(cannot("水墨山水"), [Cannot::Painting, Cannot::Painting]);
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
