//! What people typed who walked through the program without having built it: one table of sentences for each kind.

use super::super::tests::{links, said};
use super::super::{Cannot, Relation};
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
