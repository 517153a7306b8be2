//! Prompts typed by people who tried the program and had not built it: a table for each kind.

mod grounds;
mod having;
mod several;
mod verbs;

use super::super::tests::{links, said};
use super::super::{Cannot, Relation};
use super::*;

/// The words of a prompt that are reported as not drawn.
/// The words that draw nothing, or only a part of what they say.
fn reported(prompt: &str) -> Vec<&str> {
    let r = read(prompt);
    let unknown = r.unknown.iter().filter(|it| it.stand_in.is_none()).map(|it| it.span.clone());
    let cannot = r.cannot.iter().map(|(_, span)| span.clone());
    let left = [r.more_grounds, r.more_colours, r.contradicted, r.too_many];
    let mut spans: Vec<Range<usize>> = unknown.chain(cannot).chain(left.into_iter().flatten()).collect();
    spans.sort_by_key(|span| span.start);
    spans.into_iter().map(|span| &prompt[span]).collect()
}

fn are(things: &[&str]) -> Vec<String> {
    things.iter().map(|thing| (*thing).to_owned()).collect()
}

/// Checks rows of a prompt, the things drawn, and the words reported as not drawn.
fn draws(table: &[(&str, &[&str], &[&str])]) {
    for (prompt, things, left) in table {
        assert_eq!((said(prompt), reported(prompt)), (are(things), left.to_vec()), "{prompt}");
    }
}

/// Regression: "a sign that says HELLO" drew a sign and a waving hand.
#[test]
fn a_text_in_the_picture_is_reported_and_draws_nothing() {
    draws(&[
        ("a sign that says HELLO", &["placard"], &["that says HELLO"]),
        ("a sign that says HELLO on a wall", &["placard", "brick"], &["that says HELLO"]),
        ("a card saying happy birthday", &["love letter"], &["saying happy birthday"]),
        ("a cake with the words \"happy birthday\"", &["birthday cake"], &["with the words \"happy birthday\""]),
        ("a cat holding a sign reading I love you", &["cat", "placard"], &["reading I love you"]),
        ("a girl reading a book", &["woman: red hair", "closed book"], &[]),
        ("a t-shirt with \"cool cat\" on it", &["t-shirt"], &["\"cool cat\""]),
        ("a cake with \"Joy\" written on it and a dog", &["birthday cake", "dog"], &["\"Joy\""]),
        ("a dog saying \"woof\" next to a cat", &["dog", "cat"], &["saying \"woof\""]),
        ("a speech bubble saying hi and a cat", &["speech balloon", "cat"], &["saying hi"]),
        ("a neon sign saying 'OPEN', a cat", &["placard", "cat"], &["neon", "saying 'OPEN'"]),
        ("\"a cat on a box\"", &["cat", "wrapped gift"], &[]),
        ("写着\"生日快乐\"的蛋糕", &["birthday cake"], &["写着\"生日快乐\""]),
        ("写着生日快乐的红色蛋糕", &["red birthday cake"], &["写着生日快乐"]),
        ("一个写着你好的牌子", &["placard"], &["写着你好"]),
        ("一块牌子上写着“欢迎光临”，旁边有一只猫", &["placard", "cat"], &["写着“欢迎光临”"]),
        ("小狗说你好", &["dog face"], &["说你好"]),
        ("穿着印有「小猫」的T恤的女孩", &["t-shirt", "woman: red hair"], &["印有「小猫」"]),
    ]);
    for prompt in ["a sign that says HELLO", "写着\"生日快乐\"的蛋糕", "a cat and \"a dog\""] {
        assert_eq!(read(prompt).cannot.iter().map(|it| it.0).collect::<Vec<_>>(), [Cannot::Writing], "{prompt}");
    }
    assert_eq!(links("a dog saying \"woof\" next to a cat"), [(0, Relation::Beside, 1)]);
}

/// Regression: "<lora:x:1>" drew a multiplication sign, "--v 5" a victory hand.
#[test]
fn settings_of_other_programs_are_left_out() {
    for (prompt, things) in [
        ("(cat:1.3)", vec!["cat face"]),
        ("(cat:1.3) on a (red box:0.8)", vec!["cat", "red wrapped gift"]),
        ("((cute cat)), [dog]", vec!["cat", "dog"]),
        ("a cat <lora:x:1>", vec!["cat face"]),
        ("<lora:style_v2:0.7> a cat on a box", vec!["cat", "wrapped gift"]),
        ("a cat BREAK a dog", vec!["cat", "dog"]),
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

/// Regression: 透明的猫 drew a window and a cat, 邪恶的猫 a black heart and a cat.
#[test]
fn a_chinese_adjective_that_cannot_be_drawn_is_reported_and_draws_nothing() {
    for word in ["透明", "惊讶", "邪恶", "优雅", "魔法", "危险", "快速", "神秘", "性感", "明亮"] {
        draws(&[(&format!("一只{word}的猫"), &["cat face"], &[word])]);
    }
    draws(&[("微笑的女孩", &["woman: red hair"], &[])]);
    assert_eq!(said("圣诞的树").first().map(String::as_str), Some("Christmas tree"));
}

/// Regression: "portrait of a woman, watercolor" was reported as a photo.
#[test]
fn a_portrait_that_is_to_be_painted_is_no_photograph() {
    for (prompt, cannot) in [
        ("portrait of a woman, watercolor", vec![Cannot::Painting]),
        ("a watercolor portrait of a cat", vec![Cannot::Painting]),
        ("a portrait of a dog", vec![Cannot::Photo]),
        ("photo of a dog, oil painting", vec![Cannot::Photo, Cannot::Painting]),
        ("肖像画，一个女人", vec![Cannot::Painting]),
        ("水彩肖像，一只猫", vec![Cannot::Painting]),
        ("一只猫的肖像", vec![Cannot::Photo]),
    ] {
        assert_eq!(read(prompt).cannot.into_iter().map(|it| it.0).collect::<Vec<_>>(), cannot, "{prompt}");
    }
}

/// Regression: 可以给我画 drew a man who gestures OK, and "what does" drew deer.
#[test]
fn a_question_or_a_greeting_draws_what_it_is_about() {
    draws(&[
        ("hello, can you draw me a cat?", &["cat face"], &[]),
        ("could you please make a blue butterfly on a pink flower", &["blue butterfly", "pink blossom"], &[]),
        ("what does a purple octopus look like", &["purple octopus"], &[]),
        ("I would like to see two dogs, thanks", &["2 dog"], &[]),
        ("hello", &["waving hand"], &[]),
        ("你好，帮我画一只猫", &["cat face"], &[]),
        ("你能画一个小女孩吗", &["woman: red hair"], &[]),
        ("可以给我画一只戴着红色围巾的雪人吗", &["red scarf", "snowman without snow"], &[]),
        ("请问能不能画一座房子呢", &["house with garden"], &[]),
        ("你好", &["waving hand"], &[]),
    ]);
}

/// The misread ones of sixty prompts by newcomers.
#[test]
fn scenes_of_newcomers_are_read() {
    use Relation::*;
    for (prompt, things, relations, left) in [
        ("two penguins holding hands", vec!["2 penguin"], vec![], vec!["holding hands"]),
        ("a robot playing the drums", vec!["robot", "drum"], vec![(0, Beside, 1)], vec![]),
        ("dog and cat are best friends", vec!["dog", "cat"], vec![(0, Beside, 1)], vec!["best friends"]),
        ("a man driving a car", vec!["man: curly hair", "automobile"], vec![(0, In, 1)], vec![]),
        ("我想要一张生日贺卡", vec!["love letter"], vec![], vec![]),
        ("奶奶在厨房里包饺子", vec!["old woman", "dumpling"], vec![], vec!["厨房"]),
        ("一只蓝色的鲸鱼在大海里喷水", vec!["blue spouting whale"], vec![], vec![]),
        ("爸爸开着红色的跑车", vec!["man: curly hair", "red automobile"], vec![(0, In, 1)], vec![]),
        ("飞机从云层上飞过", vec!["airplane", "cloud"], vec![(0, Above, 1)], vec![]),
        ("一辆校车停在学校门口", vec!["bus", "school"], vec![(0, InFrontOf, 1)], vec![]),
        ("一碗热腾腾的牛肉面", vec!["steaming bowl"], vec![], vec![]),
        ("在海边玩沙子的小女孩", vec!["woman: red hair"], vec![], vec!["玩沙子"]),
    ] {
        assert_eq!((said(prompt), links(prompt), reported(prompt)), (are(&things), relations, left), "{prompt}");
    }
}

#[test]
fn what_is_no_prompt_is_read_without_harm() {
    // Every reported byte range is within the prompt.
    let whole = |prompt: &str| {
        let r = read(prompt);
        r.items.iter().for_each(|it| assert!(prompt.get(it.span.clone()).is_some(), "{prompt:?}"));
        r.denied.iter().for_each(|span| assert!(prompt.get(span.clone()).is_some(), "{prompt:?}"));
        reported(prompt);
        r
    };
    for nothing in ["", "   ", "\n\t \u{3000}", "。，！", "\u{0}\u{1}\u{7f}\u{200b}\u{202e}"] {
        assert_eq!(whole(nothing), Reading::default(), "{nothing:?}");
    }
    for (prompt, things) in [
        ("\u{0}a cat\u{1b}[31m", vec!["cat face"]),
        ("\u{202e}a cat\u{202c}", vec!["cat face"]),
        ("un chat sur une boîte", vec![]),
        ("кошка и собака", vec![]),
        ("قطة على صندوق", vec![]),
        ("חתול על קופסה", vec![]),
        ("قطة a cat", vec!["cat face"]),
        ("ねこがいます", vec![]),
        ("🐱🐶", vec!["cat face", "dog face"]),
        ("🐱 🐱 🏠", vec!["cat face", "cat face", "house with garden"]),
        ("👍🏽", vec!["thumbs up"]),
        ("big shiny happy", vec![]),
        ("又大又亮", vec![]),
    ] {
        let r = whole(prompt);
        assert_eq!(said(prompt).len(), things.len(), "{prompt:?}: {:?}", said(prompt));
        assert!(!r.unknown.is_empty() || !things.is_empty(), "{prompt:?}: what is not drawn is told");
        if !prompt.contains('🏠') {
            assert_eq!(said(prompt), are(&things), "{prompt:?}");
        }
    }
    let begun = std::time::Instant::now();
    for long in
        ["猫".repeat(5000), "a cat on a box ".repeat(334), "x".repeat(5000), "\"".repeat(5000), "--a <b:".repeat(714)]
    {
        assert!(whole(&long).items.len() <= MOST_ITEMS);
    }
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

/// Regression: "a lighthouse on a cliff" drew one blob of all words, and "a grilled fish" drew no fish.
#[test]
fn what_comes_nearest_stands_in_where_nothing_is_known() {
    let stand_in = |prompt: &str| {
        let all = read(prompt).unknown.into_iter().filter_map(|it| Some((it.span, it.stand_in?)));
        all.map(|(span, id)| (prompt[span].to_owned(), things().get(id).en)).collect::<Vec<_>>()
    };
    for (prompt, drawn, word, thing) in [
        ("a lighthouse on a cliff", "Tokyo tower", "lighthouse", "Tokyo tower"),
        ("two red lighthouses by the sea", "2 red Tokyo tower", "lighthouses", "Tokyo tower"),
        ("a treehouse", "hut", "treehouse", "hut"),
        ("两座灯塔", "2 Tokyo tower", "灯塔", "Tokyo tower"),
        ("烤鱼", "fish", "烤鱼", "fish"),
    ] {
        assert_eq!(said(prompt), [drawn], "{prompt}");
        assert_eq!(stand_in(prompt), [(word.to_owned(), thing)], "{prompt}");
    }
    assert_eq!(said("a grilled fish with rice"), ["fish", "cooked rice"]);
    assert_eq!(stand_in("donald duck and a cat"), [("donald duck".to_owned(), "duck")]);
    // Beside a known thing it is only offered.
    assert_eq!((said("a cat in a lighthouse"), stand_in("a cat in a lighthouse")), (are(&["cat face"]), vec![]));
    assert_eq!(said("no lighthouse"), are(&[]));
}

/// Regression: 一个生气的表情 was reported as unknown.
#[test]
fn a_mood_alone_is_a_face() {
    draws(&[
        ("一个生气的表情", &["angry face"], &[]),
        ("an angry expression", &["angry face"], &[]),
        ("sad", &["crying face"], &[]),
        ("a happy emoji", &["slightly smiling face"], &[]),
        ("big shiny happy", &[], &["big", "shiny", "happy"]),
        ("a red apple on a wooden table", &["red apple"], &[]),
    ]);
}
