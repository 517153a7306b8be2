//! What people typed who walked through the program without having built it: one table of sentences for each kind.

use super::super::tests::{links, said};
use super::super::{Cannot, Ground, Relation};
use super::*;

/// The words of a prompt of which the person is told that they are not drawn.
fn told(prompt: &str) -> Vec<&str> {
    let r = read(prompt);
    let unknown = r.unknown.iter().map(|it| it.span.clone());
    let cannot = r.cannot.iter().map(|(_, span)| span.clone());
    let left = [r.more_grounds, r.more_colours, r.contradicted, r.too_many];
    let mut spans: Vec<Range<usize>> = unknown.chain(cannot).chain(left.into_iter().flatten()).collect();
    spans.sort_by_key(|span| span.start);
    spans.into_iter().map(|span| &prompt[span]).collect()
}

fn are(things: &[&str]) -> Vec<String> {
    things.iter().map(|thing| (*thing).to_owned()).collect()
}

/// Each prompt draws these things, and of these words it is told that they are not drawn.
fn draws(table: &[(&str, &[&str], &[&str])]) {
    for (prompt, things, left) in table {
        assert_eq!((said(prompt), told(prompt)), (are(things), left.to_vec()), "{prompt}");
    }
}

/// Regression: "a sign that says HELLO" was a sign and a waving hand.
#[test]
fn a_text_in_the_picture_is_told_and_draws_nothing() {
    draws(&[
        ("a sign that says HELLO", &["placard"], &["that says HELLO"]),
        ("a sign that says HELLO on a wall", &["placard", "brick"], &["that says HELLO"]),
        ("a card saying happy birthday", &["love letter"], &["saying happy birthday"]),
        ("a cake with the words \"happy birthday\"", &["birthday cake"], &["with the words \"happy birthday\""]),
        ("a cat holding a sign reading I love you", &["cat face", "placard"], &["reading I love you"]),
        ("a girl reading a book", &["woman: red hair", "closed book"], &[]),
        ("a t-shirt with \"cool cat\" on it", &["t-shirt"], &["\"cool cat\""]),
        ("a cake with \"Joy\" written on it and a dog", &["birthday cake", "dog face"], &["\"Joy\""]),
        ("a dog saying \"woof\" next to a cat", &["dog face", "cat face"], &["saying \"woof\""]),
        ("a speech bubble saying hi and a cat", &["speech balloon", "cat face"], &["saying hi"]),
        ("a neon sign saying 'OPEN', a cat", &["placard", "cat face"], &["neon", "saying 'OPEN'"]),
        ("\"a cat on a box\"", &["cat face", "wrapped gift"], &[]),
        ("写着\"生日快乐\"的蛋糕", &["birthday cake"], &["写着\"生日快乐\""]),
        ("写着生日快乐的红色蛋糕", &["red birthday cake"], &["写着生日快乐"]),
        ("一个写着你好的牌子", &["placard"], &["写着你好"]),
        ("一块牌子上写着“欢迎光临”，旁边有一只猫", &["placard", "cat face"], &["写着“欢迎光临”"]),
        ("小狗说你好", &["dog face"], &["说你好"]),
        ("穿着印有「小猫」的T恤的女孩", &["t-shirt", "woman: red hair"], &["印有「小猫」"]),
    ]);
    for prompt in ["a sign that says HELLO", "写着\"生日快乐\"的蛋糕", "a cat and \"a dog\""] {
        assert_eq!(read(prompt).cannot.iter().map(|it| it.0).collect::<Vec<_>>(), [Cannot::Writing], "{prompt}");
    }
    assert_eq!(links("a dog saying \"woof\" next to a cat"), [(0, Relation::Beside, 1)]);
}

/// Regression: 我家的猫 was a cat and a house, "grandma's cake" told of an unknown word.
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
        ("a cat in grandma's bed", &["cat face", "bed"], &[]),
        ("the king's head", &["person with crown"], &[]),
        ("there's a cat", &["cat face"], &[]),
        ("my house", &["house with garden"], &[]),
        ("我家狗", &["dog face"], &[]),
        ("我们家的狗", &["dog face"], &[]),
        ("我家有一只猫", &["cat face"], &[]),
        ("我家", &["house with garden"], &[]),
        ("我家在山上", &["house with garden", "snow-capped mountain"], &[]),
        ("奶奶家有一只猫", &["house with garden", "cat face"], &[]),
        ("我妈妈", &["woman: red hair"], &[]),
        ("邻居家的猫", &["cat face"], &[]),
        ("邻居的猫", &["cat face"], &[]),
        ("奶奶的蛋糕", &["birthday cake"], &[]),
        ("妈妈做的蛋糕", &["birthday cake"], &[]),
        ("小明的狗", &["dog face"], &[]),
        ("公主的城堡", &["castle"], &[]),
        ("猫在奶奶的床上", &["cat face", "bed"], &[]),
        ("一只猫和奶奶的蛋糕", &["cat face", "birthday cake"], &[]),
        ("女孩抱着奶奶的猫", &["woman: red hair", "cat face"], &[]),
        // Who holds something has not to do with whose it is.
        ("抱着猫的女孩", &["cat face", "woman: red hair"], &[]),
        ("喜欢猫的女孩", &["cat face", "woman: red hair"], &[]),
        ("有猫的房子", &["cat face", "house with garden"], &[]),
        ("猫和狗的房子", &["cat face", "dog face", "house with garden"], &[]),
        ("猫的尾巴", &["cat face"], &[]),
        ("女孩的头发", &["woman: red hair"], &[]),
        ("猫的左边有一只狗", &["cat face", "dog face"], &[]),
    ]);
    assert_eq!(links("猫在奶奶的床上"), [(0, Relation::On, 1)]);
}

/// Regression: "<lora:x:1>" drew a multiplication sign, "--v 5" a victory hand.
#[test]
fn settings_of_other_programs_are_left_out() {
    for (prompt, things) in [
        ("(cat:1.3)", vec!["cat face"]),
        ("(cat:1.3) on a (red box:0.8)", vec!["cat face", "red wrapped gift"]),
        ("((cute cat)), [dog]", vec!["cat face", "dog face"]),
        ("a cat <lora:x:1>", vec!["cat face"]),
        ("<lora:style_v2:0.7> a cat on a box", vec!["cat face", "wrapped gift"]),
        ("a cat BREAK a dog", vec!["cat face", "dog face"]),
        ("a cat --ar 16:9", vec!["cat face"]),
        ("a cat --v 5 --style raw --s 250", vec!["cat face"]),
        ("a cat —ar 3:2", vec!["cat face"]),
        ("一只猫 --ar 16:9 --niji 6", vec!["cat face"]),
        ("score_9, score_8_up, source_anime, a cat", vec!["cat face"]),
        ("masterpiece, 8k, trending on artstation, best quality, a cat", vec!["cat face"]),
        ("一只猫，杰作，8K，最佳质量", vec!["cat face"]),
    ] {
        draws(&[(prompt, &things, &[])]);
    }
    assert_eq!(links("(cat:1.3) on a (red box:0.8)"), [(0, Relation::On, 1)]);
    assert_eq!(read("a cat --no dog").denied.len(), 1);
}

/// Regression: "a cat jumping" was a cat, and nothing said that it does not jump.
#[test]
fn what_somebody_does_and_his_picture_does_not_show_is_told() {
    draws(&[
        ("a cat jumping", &["cat face"], &["jumping"]),
        ("dog running", &["dog face"], &["running"]),
        ("a cat sleeping on a bed", &["cat face", "bed"], &["sleeping"]),
        ("a dog playing in the park", &["dog face"], &["playing"]),
        ("a cat eating", &["cat face"], &["eating"]),
        ("a sad dog", &["dog face"], &["sad"]),
        ("a girl kicking a ball", &["woman: red hair", "soccer ball"], &["kicking"]),
        ("正在睡觉的猫", &["cat face"], &["睡觉"]),
        ("小猫在睡觉", &["cat face"], &["睡觉"]),
        ("小狗在公园里玩耍", &["dog face"], &["玩耍"]),
        ("小猫在吃", &["cat face"], &["在吃"]),
        // What their pictures show.
        ("a crying cat", &["crying cat"], &[]),
        ("a happy dog", &["dog face"], &[]),
        ("a bird flying in the sky", &["parrot"], &[]),
        ("a fish swimming", &["tropical fish"], &[]),
        ("a car driving on a road", &["automobile", "motorway"], &[]),
        ("the sun shining over a house", &["sun", "house with garden"], &[]),
        ("a girl dancing", &["woman dancing"], &[]),
        ("花朵盛开", &["blossom"], &[]),
        // Verbs between two things.
        ("a cat playing guitar", &["cat face", "guitar"], &[]),
        ("children playing football", &["3 person: curly hair", "soccer ball"], &[]),
        ("a dog playing with a ball", &["dog face", "soccer ball"], &[]),
        ("a boy flying a kite", &["person: curly hair", "kite"], &[]),
        ("小狗玩球", &["small dog face", "soccer ball"], &[]),
        ("熊猫打篮球", &["panda", "basketball"], &[]),
    ]);
    for prompt in ["a cat playing guitar", "小狗玩球", "熊猫打篮球"] {
        assert_eq!(links(prompt), [(0, Relation::Beside, 1)], "{prompt}");
    }
}

/// Regression: 下雪天的狗 stood beside a cloud.
#[test]
fn weather_and_the_time_of_the_day_are_grounds_unless_they_are_all() {
    for (prompt, ground, things) in [
        ("a cat in the rain", Ground::Rain, vec!["cat face"]),
        ("a cat, raining", Ground::Rain, vec!["cat face"]),
        ("a ship in a storm", Ground::Rain, vec!["passenger ship"]),
        ("a cat under an umbrella in the pouring rain", Ground::Rain, vec!["cat face", "umbrella with rain drops"]),
        ("in the rain", Ground::Rain, vec![]),
        ("雨中的猫", Ground::Rain, vec!["cat face"]),
        ("下雨天，一只猫", Ground::Rain, vec!["cat face"]),
        ("a dog, snowing", Ground::Snow, vec!["dog face"]),
        ("a cat and snow", Ground::Snow, vec!["cat face"]),
        ("下雪了，一只狗", Ground::Snow, vec!["dog face"]),
        ("大雪中的房子", Ground::Snow, vec!["house with garden"]),
        ("a foggy forest", Ground::Fog, vec!["evergreen tree"]),
        ("雾中的山", Ground::Fog, vec!["snow-capped mountain"]),
        ("a house, sunset", Ground::Sunset, vec!["house with garden"]),
        ("日落时的房子", Ground::Sunset, vec!["house with garden"]),
        ("夕阳下的情侣", Ground::Sunset, vec!["couple with heart"]),
        ("a rooster in the morning", Ground::Sky, vec!["rooster"]),
        ("深夜的猫", Ground::Night, vec!["cat face"]),
    ] {
        assert_eq!((read(prompt).ground, said(prompt)), (Some(ground), are(&things)), "{prompt}");
        assert_eq!(told(prompt), Vec::<&str>::new(), "{prompt}");
    }
    for (prompt, thing) in [
        ("rain", "cloud with rain"),
        ("下雨", "cloud with rain"),
        ("snowing", "cloud with snow"),
        ("雪花", "snowflake"),
        ("sunset", "sunset"),
        ("日落", "sunset"),
        ("foggy", "foggy"),
        ("a snow leopard", "leopard"),
        ("雪山", "snow-capped mountain"),
    ] {
        assert_eq!((read(prompt).ground, said(prompt)), (None, are(&[thing])), "{prompt}");
    }
    assert_eq!(links("a cat on a sunny day"), [], "the sun is in the sky");
    assert_eq!(told("a park in the rain"), ["in the rain"], "one ground is drawn");
}
