//! Scenes: each thing of a prompt by itself, in its place and colour, and what is told of words that name none.

use std::path::Path;
use std::time::Duration;

use aigc_studio::domain::{EventKind, ImageParams, News, PictureNews, Place, STICKER_ID};

use super::{Studio, embedded, layers, pictures, progress, quick, scene, stats};

/// Regression: a prompt that names nothing that is known went to the network word by word, and nothing was said of it.
#[test]
fn words_that_name_no_thing_are_listed_where_no_other_word_does() {
    let studio = Studio::new();
    for prompt in ["奥特曼", "长城", "xyzzy"] {
        let events = studio.draw(scene(prompt, 1), 1, embedded());
        assert_eq!(stats(&events).unknown_words, [prompt]);
    }
}

#[test]
fn the_built_in_picture_model_is_small_and_draws_what_its_examples_say() {
    let catalog = aigc_studio::catalog::Catalog::load(Path::new("/nowhere"));
    let card = catalog.card(STICKER_ID).unwrap();
    assert_eq!((card.defaults.width, card.defaults.height), (Some(512), Some(512)));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let files = ["sticker-64/weights.safetensors", "sticker-64/judge.safetensors", "crisp-8x/weights.safetensors"];
    let bytes: u64 = files.iter().map(|file| root.join(file).metadata().unwrap().len()).sum();
    assert!(bytes <= 48 << 20, "all that is built in: {bytes} bytes");
    for example in card.examples.iter().chain(&card.examples_zh) {
        let reading = aigc_studio::scene::read(example);
        let told = (&reading.unknown, &reading.cannot, &reading.more_colours, &reading.more_grounds);
        assert!(!reading.items.is_empty(), "{example}");
        assert_eq!(told, (&Vec::new(), &Vec::new(), &Vec::new(), &Vec::new()), "{example}");
    }
}

#[test]
fn a_scene_has_each_thing_in_its_place_and_colour() {
    let studio = Studio::new();
    let events = studio.draw(scene("a red heart left of a green apple, xyzzy", 6), 1, embedded());
    let (_, picture, record) = pictures(&events).remove(0);
    assert_eq!((picture.width, picture.height, record.width), (512, 512, 512));
    assert_eq!(stats(&events).unknown_words, ["xyzzy"]);
    let steps = events.iter().filter_map(progress).map(|it| (it.step, it.steps));
    assert_eq!(steps.max(), Some((6, 6)), "the steps of the slider, for both things");
    let count = |columns: std::ops::Range<usize>, is: fn(&[u8]) -> bool| {
        let pixels = picture.rgba.chunks_exact(4).enumerate();
        pixels.filter(|(i, p)| columns.contains(&(i % 512)) && p[3] > 200 && is(p)).count()
    };
    let red = |p: &[u8]| p[0] > 150 && p[1] < 90;
    let green = |p: &[u8]| p[1] > 110 && p[1] > p[0] && p[2] < 140;
    let (left, right) = (0..256, 256..512);
    assert!(count(left.clone(), red) > 10_000 && count(right.clone(), red) < 1_000);
    assert!(count(right, green) > 10_000 && count(left, green) < 1_000);
}

/// Regression: a photo, a logo or a text that a prompt asks for was told as it was typed, and not with the picture.
#[test]
fn what_no_sticker_can_be_is_told_with_the_picture() {
    let studio = Studio::new();
    for (prompt, told) in [
        ("a photo of a cat", vec!["photo"]),
        ("logo of a xyzzy cat", vec!["logo", "xyzzy"]),
        ("水墨的猫，写着你好", vec!["水墨", "写着你好"]),
        ("Albert Einstein", vec!["Albert Einstein"]),
        ("a girl reading", vec!["reading"]),
    ] {
        let events = studio.draw(quick(prompt, 1), 1, embedded());
        assert_eq!(stats(&events).unknown_words, told, "{prompt}");
    }
}

/// A prompt of more things than a scene has: the first of them are drawn, and the others are named as left out.
#[test]
fn a_scene_of_thirty_things_is_drawn_and_what_is_beyond_is_told() {
    let studio = Studio::new();
    let nouns = "cat dog horse cow pig rabbit fox bear panda lion tiger elephant monkey frog turtle snail bee butterfly \
                 apple banana pear lemon carrot pizza hamburger car bus bicycle rocket house umbrella";
    let prompt = nouns.split_whitespace().map(|noun| format!("a {noun}")).collect::<Vec<_>>().join(", ");
    let events = studio.draw_layers(quick(&prompt, 1), 1);
    let (_, picture, _) = pictures(&events).remove(0);
    assert_eq!((picture.width, picture.height), (512, 512));
    assert_eq!(stats(&events).unknown_words, ["umbrella"], "the thirty-first");
    let all = layers(&events);
    assert_eq!(all.layers.len(), 30);
    let names: std::collections::BTreeSet<&str> = all.layers.iter().map(|layer| layer.said.as_str()).collect();
    assert_eq!(names.len(), 30, "each thing once");
    for layer in &all.layers {
        let Place { x, y, side } = layer.place;
        assert!((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y), "{}: {x} {y}", layer.said);
        // 61 of 512 pixels; the boxes' own test has 0.14 for pictures that fill their frame.
        assert!(side >= 0.12, "{}: {side}", layer.said);
    }
}

#[test]
fn a_word_means_what_was_chosen_and_the_picture_says_so() {
    let studio = Studio::new();
    let draw = |params: ImageParams| {
        let (_, picture, record) = pictures(&studio.draw(params, 1, embedded())).remove(0);
        (picture, record.things.to_string())
    };
    let mut chosen = scene("a heart", 3);
    let plain = draw(chosen.clone());
    chosen.things.set("heart".into(), "blue heart".into());
    let blue = draw(chosen.clone());
    assert_ne!(plain.0, blue.0);
    assert_eq!((plain.1.as_str(), blue.1.as_str()), ("", "heart=blue heart"));
    // At its own size the network gets the words as they are.
    (chosen.width, chosen.height) = (64, 64);
    assert_eq!(draw(chosen).1, "");
}

#[test]
fn cancel_between_two_things_leaves_no_picture() {
    let studio = Studio::new();
    let handle = studio.submit(scene("a cat and a dog and a house", 6), 1, embedded());
    loop {
        let event = studio.events.recv_timeout(Duration::from_secs(60)).expect("an ending comes");
        // Of the whole picture: the first thing ends with the second of six.
        if progress(&event.kind).is_some_and(|it| it.step >= 2) {
            handle.cancel();
        }
        match event.kind {
            EventKind::Cancelled => break,
            EventKind::News(News::Picture(PictureNews::Picture { .. })) => panic!("drawn to the end"),
            kind => assert!(!kind.is_ending(), "{kind:?}"),
        }
    }
}
