//! Prompts typed by newcomers: actions, bodies, clothes, jargon, numbers, backgrounds.

use super::super::tests::{links, of, said, unknown};
use super::super::{Cannot, Ground, Relation};
use super::*;

fn cannot(prompt: &str) -> Vec<Cannot> {
    read(prompt).cannot.into_iter().map(|(what, _)| what).collect()
}

/// Regression: "a bird flying" drew a housefly, and a dog running in the park came with a person who ran.
#[test]
fn an_action_is_said_of_its_noun_and_is_no_thing() {
    for (prompt, right, told) in [
        ("a bird flying in the sky", vec!["parrot"], vec![]),
        ("an eagle flying", vec!["eagle"], vec![]),
        ("a flying bird", vec!["parrot"], vec![]),
        ("a bird flies over a house", vec!["parrot", "house with garden"], vec![]),
        ("a butterfly flying in the garden", vec!["butterfly"], vec![]),
        ("pixel art spaceship flying through space", vec!["rocket"], vec![]),
        ("cute dog running in the park", vec!["dog"], vec!["running"]),
        ("running dog", vec!["dog"], vec!["running"]),
        ("a cat, dancing", vec!["cat"], vec!["dancing"]),
        ("horse running on the grass", vec!["horse"], vec![]),
        ("mermaid swimming with fish", vec!["mermaid", "tropical fish"], vec![]),
        ("a duck swimming in a lake", vec!["duck"], vec![]),
        ("a cat dancing", vec!["cat"], vec!["dancing"]),
        ("a bear cooking", vec!["bear"], vec!["cooking"]),
        ("a chef cooking a pizza", vec!["cook", "pizza"], vec![]),
        ("a dog painting a picture", vec!["dog"], vec!["painting"]),
        ("a majestic lion walking through the forest", vec!["lion", "evergreen tree"], vec!["walking"]),
        ("a girl kicking a ball", vec!["woman: red hair", "soccer ball"], vec!["kicking"]),
        ("a girl dancing", vec!["woman dancing"], vec![]),
        ("two girls dancing", vec!["2 woman dancing"], vec![]),
        ("a man running", vec!["man running"], vec![]),
        ("a boy swimming", vec!["man swimming"], vec![]),
        ("a woman singing", vec!["woman singer"], vec![]),
        ("dancing", vec!["woman dancing"], vec![]),
        ("a fly on a cake", vec!["fly", "birthday cake"], vec![]),
        ("一只鸟在飞", vec!["parrot"], vec![]),
        ("小狗在公园里奔跑", vec!["dog"], vec!["奔跑"]),
        ("小猫在游泳", vec!["cat"], vec!["游泳"]),
        ("奔跑的马", vec!["horse"], vec![]),
        ("小女孩在跳舞", vec!["woman dancing"], vec![]),
        ("跳舞的女孩", vec!["woman dancing"], vec![]),
        ("穿红裙子的女孩在海边跳舞", vec!["red dress", "woman dancing"], vec![]),
        ("一个男人在跑步", vec!["man running"], vec![]),
        ("男孩在打篮球", vec!["man bouncing ball"], vec![]),
        ("一只苍蝇", vec!["fly"], vec![]),
    ] {
        assert_eq!((said(prompt), unknown(prompt)), (right.into_iter().map(str::to_owned).collect(), told), "{prompt}");
    }
    assert_eq!(unknown("a cat cooking in the kitchen"), ["cooking", "kitchen"]);
    for prompt in ["猴子骑自行车", "小熊骑自行车", "a monkey riding a bicycle", "男孩骑自行车", "圣诞老人坐着雪橇"]
    {
        assert_eq!(links(prompt), [(0, Relation::On, 1)], "{prompt}");
    }
    assert_eq!(said("小猫坐着"), ["cat face"]);
    assert_eq!(links("盒子上坐着一只猫"), [(1, Relation::On, 0)]);
    assert_eq!(links("飞机在云层上面飞"), [(0, Relation::Above, 1)]);
    assert_eq!(links("a dragon flying above a castle"), [(0, Relation::Above, 1)]);
}

/// Regression: "cinematic lighting" drew a police light, "depth of field" a meadow.
#[test]
fn the_jargon_of_prompts_says_nothing() {
    for (prompt, right) in [
        ("cat, cinematic lighting", "cat face"),
        ("a cat, soft lighting, studio lighting, rim lighting", "cat face"),
        ("bird, sharp focus, trending on artstation, depth of field", "parrot"),
        (
            "masterpiece, best quality, highly detailed, ultra detailed, intricate, 8k, 4k, uhd, hdr, a dragon",
            "dragon face",
        ),
        ("a fox, bokeh, octane render, unreal engine 5, artstation, award winning, professional, cinematic", "fox"),
        ("猫，高清，超清，杰作，最佳质量，高质量，细节丰富，8K，大师作品", "cat face"),
        ("一只狐狸，电影感，景深，虚幻引擎，光影", "fox"),
    ] {
        let r = read(prompt);
        assert_eq!((said(prompt), unknown(prompt)), (vec![right.to_owned()], vec![]), "{prompt}");
        assert_eq!((r.ground, r.cannot, r.style), (None, vec![], None), "{prompt}");
    }
    assert_eq!(
        (said("a light"), said("a light in the dark")),
        (vec!["light bulb".to_owned()], vec!["light bulb".to_owned()])
    );
    assert_eq!(read("a light in the dark").ground, Some(Ground::Night));
    assert_eq!(unknown("masterpiece, best quality"), ["masterpiece, best quality"], "of nothing");
}

/// Regression: "watercolor painting of a fox" also drew a framed picture.
#[test]
fn a_style_of_painting_is_reported_and_draws_no_framed_picture() {
    for prompt in [
        "watercolor painting of a fox",
        "digital painting of a fox",
        "a painting of a fox",
        "concept art of a fox",
        "line art of a fox",
        "sketch of a fox",
        "pencil drawing of a fox",
        "pixel art fox",
        "水彩画，一只狐狸",
        "一只狐狸的素描",
        "像素画狐狸",
    ] {
        assert_eq!((said(prompt), cannot(prompt)), (vec!["fox".to_owned()], vec![Cannot::Painting]), "{prompt}");
    }
    assert_eq!(said("a painting on a wall"), ["framed picture", "brick"]);
    assert_eq!((said("插画风格的狐狸"), cannot("插画风格的狐狸")), (vec!["fox".to_owned()], vec![]));
}

/// Regression: "clown with a red nose" drew a nose beside the clown.
#[test]
fn a_part_of_a_body_is_no_thing_beside_it() {
    for (prompt, right, left) in [
        ("girl with long blonde hair", "woman: blond hair", vec![]),
        ("a girl with pink hair", "woman: red hair", vec!["pink"]),
        ("a woman with curly hair", "woman: curly hair", vec![]),
        ("a red-haired girl", "woman: red hair", vec![]),
        ("a blonde woman", "woman: blond hair", vec![]),
        ("a man with a beard", "man: beard", vec![]),
        ("old wizard with a white beard", "mage", vec!["white"]),
        ("snowman with a carrot nose", "snowman without snow", vec![]),
        ("clown with a red nose", "clown face", vec!["red"]),
        ("a cat with blue eyes", "cat face", vec!["blue"]),
        ("a dog with a long tail", "dog face", vec![]),
        ("金色长发的女孩", "woman: blond hair", vec![]),
        ("长发女孩", "woman: red hair", vec![]),
        ("红头发的女孩", "woman: red hair", vec![]),
        ("小丑有红鼻子", "clown face", vec!["红"]),
        ("一只大耳朵的兔子", "rabbit face", vec![]),
        ("蓝眼睛的猫", "cat face", vec!["蓝"]),
        ("白胡子老人", "old man", vec!["白"]),
        ("一个扎着马尾辫的女孩", "woman: red hair", vec![]),
        ("a cat, big eyes", "cat face", vec![]),
        ("可爱的小猫，大眼睛", "cat face", vec![]),
    ] {
        assert_eq!((said(prompt), of(prompt, |r| r.more_colours)), (vec![right.to_owned()], left), "{prompt}");
        assert_eq!(unknown(prompt), Vec::<&str>::new(), "{prompt}");
    }
    for (prompt, relations) in [
        ("a cat with a fish on its head", vec![(1, Relation::On, 0)]),
        ("a cat with a ball in its mouth", vec![(0, Relation::Beside, 1)]),
        ("猫头上有一只鸟", vec![(1, Relation::On, 0)]),
        ("a mouse on the back of a horse", vec![(0, Relation::On, 1)]),
        ("a woman with red hair and a green dress", vec![(1, Relation::WornBy, 0)]),
    ] {
        assert_eq!((links(prompt), unknown(prompt)), (relations, vec![]), "{prompt}");
    }
    assert_eq!(said("a cat with blue eyes and a dog"), ["cat", "dog"]);
    assert_eq!(unknown("a cat with wings"), ["wings"], "cats have none");
    assert_eq!((said("a nose"), said("an eye")), (vec!["nose".to_owned()], vec!["eyes".to_owned()]));
}

#[test]
fn clothes_are_worn_by_somebody() {
    use Relation::*;
    for (prompt, relations) in [
        ("a cat wearing a hat", vec![(1, WornBy, 0)]),
        ("a woman in a red dress", vec![(1, WornBy, 0)]),
        ("a dog with sunglasses", vec![(1, WornBy, 0)]),
        ("a cat in a hat", vec![(1, WornBy, 0)]),
        ("a snowman wearing a scarf and a hat", vec![(1, WornBy, 0), (2, WornBy, 0)]),
        ("a woman in a blue dress on a horse", vec![(1, WornBy, 0), (0, On, 2)]),
        ("a cat on a box wearing a hat", vec![(0, On, 1), (2, WornBy, 0)]),
        ("a cat wearing a hat and a dog", vec![(1, WornBy, 0), (0, Beside, 2)]),
        ("a hat on a cat", vec![(0, On, 1)]),
        ("a cat wearing a purple sweater and a dog", vec![(0, Beside, 1)]),
        ("a cat in a box", vec![(0, In, 1)]),
        ("a cat with a bag", vec![(0, Beside, 1)]),
        ("猫戴着帽子", vec![(1, WornBy, 0)]),
        ("戴眼镜的男孩", vec![(0, WornBy, 1)]),
        ("穿红裙子的女孩", vec![(0, WornBy, 1)]),
        ("戴着红色帽子和围巾的猫", vec![(1, WornBy, 2), (0, WornBy, 2)]),
        ("猫和戴帽子的狗", vec![(0, Beside, 2), (1, WornBy, 2)]),
        ("盒子上有一只戴帽子的猫", vec![(2, On, 0), (1, WornBy, 2)]),
        ("女孩穿着红色的裙子，戴着帽子", vec![(1, WornBy, 0), (2, WornBy, 0)]),
        ("🐶戴着🎩", vec![(1, WornBy, 0)]),
        ("🐱 on 📦", vec![(0, On, 1)]),
    ] {
        assert_eq!(links(prompt), relations, "{prompt}");
    }
    assert_eq!(said("两个戴眼镜的男孩"), ["2 glasses", "2 person: curly hair"]);
    assert_eq!(said("the cat wearing a hat is orange"), ["orange cat face", "top hat"]);
    assert_eq!(said("一只穿着红色毛衣的小狗"), ["dog face"], "the red is the sweater's");
    assert_eq!(said("a girl dressed in blue"), ["blue woman: red hair"]);
    assert_eq!(said("a king with a crown"), ["person with crown"], "who has one by himself");
}

#[test]
fn plurals_and_pairs_are_numbers() {
    for (prompt, right) in [
        ("palm trees", "3 palm tree"),
        ("bats", "3 bat"),
        ("purple balloons", "3 purple balloon"),
        ("mountains", "3 snow-capped mountain"),
        ("mice", "3 mouse"),
        ("strawberries", "3 strawberry"),
        ("a group of cats", "5 cat"),
        ("小猫们", "3 cat"),
        ("two bats", "2 bat"),
        ("flowers", "bouquet"),
        ("noodles", "steaming bowl"),
        ("french fries", "french fries"),
        ("glasses", "glasses"),
        ("headphones", "headphone"),
        ("cherries", "cherries"),
        ("a bus", "bus"),
        ("a cat's head", "cat face"),
        ("一双筷子", "chopsticks"),
        ("一副眼镜", "glasses"),
        ("a pair of socks", "socks"),
        ("a pair of gloves", "gloves"),
        ("a pair of chopsticks", "chopsticks"),
        ("a pair of glasses", "glasses"),
        ("a pair of cats", "2 cat"),
        ("shoes", "2 running shoe"),
        ("two pairs of shoes", "2 running shoe"),
        ("two socks", "socks"),
        ("two pairs of socks", "2 socks"),
        ("三双袜子", "3 socks"),
    ] {
        assert_eq!((said(prompt), unknown(prompt)), (vec![right.to_owned()], vec![]), "{prompt}");
    }
    assert_eq!(said("red and green cars"), ["red automobile", "green automobile"]);
}

#[test]
fn numbers_go_to_twelve_and_what_is_more_is_reported() {
    for (prompt, right, more) in [
        ("ten apples", "10 red apple", vec![]),
        ("eleven cats", "11 cat", vec![]),
        ("a dozen eggs", "12 egg", vec![]),
        ("12 apples", "12 red apple", vec![]),
        ("十只猫", "10 cat", vec![]),
        ("十一只猫", "11 cat", vec![]),
        ("十二个苹果", "12 red apple", vec![]),
        ("一打鸡蛋", "12 egg", vec![]),
        ("many cats", "5 cat", vec![]),
        ("很多猫", "5 cat", vec![]),
        ("20 cats", "12 cat", vec!["20"]),
        ("twenty-one cats", "12 cat", vec!["twenty"]),
        ("a hundred balloons", "12 balloon", vec!["a hundred"]),
        ("一百个气球", "12 balloon", vec!["一百个"]),
        ("无数星星", "12 glowing star", vec!["无数"]),
    ] {
        let r = of(prompt, |r| r.too_many);
        assert_eq!((said(prompt), r, unknown(prompt)), (vec![right.to_owned()], more, vec![]), "{prompt}");
    }
}

#[test]
fn backgrounds_of_one_colour_and_places_are_grounds() {
    for (prompt, ground) in [
        ("a cat on a red background", Ground::Plain("red")),
        ("a cat, white background", Ground::Plain("white")),
        ("black background, a cat", Ground::Plain("black")),
        ("the background is pink, a cat", Ground::Plain("pink")),
        ("a cat on a plain background", Ground::Plain("white")),
        ("猫，蓝色背景", Ground::Plain("blue")),
        ("背景是粉色的，一只猫", Ground::Plain("pink")),
        ("一只猫，纯色背景", Ground::Plain("white")),
        ("红色背景上的猫", Ground::Plain("red")),
        ("a cat under the starry sky", Ground::Night),
        ("a cat in space", Ground::Night),
        ("星空下的猫", Ground::Night),
        ("a cat in winter", Ground::Snow),
        ("冬天的小猫", Ground::Snow),
        ("a cat in the park", Ground::Grass),
        ("公园里的小猫", Ground::Grass),
        ("花园里的猫", Ground::Grass),
        ("a cat in the garden", Ground::Grass),
    ] {
        assert_eq!((read(prompt).ground, said(prompt)), (Some(ground), vec!["cat".to_owned()]), "{prompt}");
        assert_eq!((unknown(prompt), links(prompt)), (vec![], vec![]), "{prompt}");
    }
    for (prompt, ground) in [("starry night", Ground::Night), ("星空", Ground::Night), ("海底世界", Ground::Underwater)]
    {
        assert_eq!((read(prompt).ground, said(prompt)), (Some(ground), vec![]), "{prompt}");
    }
    assert_eq!((read("a park").ground, said("a park").len()), (None, 1), "a place alone is a thing");
}

#[test]
fn a_noun_that_says_nothing_behind_another_is_no_thing() {
    for (prompt, right) in [
        ("美女头像", "woman: red hair"),
        ("小狗头像", "dog face"),
        ("dog avatar", "dog face"),
        ("profile picture of a fox", "fox"),
        ("动物世界", "dog face"),
        ("animal world", "dog face"),
        ("世界", "globe showing Asia-Australia"),
        ("avatar", "bust in silhouette"),
        ("pink bow tie", "pink ribbon"),
        ("a pirate ship", "sailboat"),
        ("海盗船", "sailboat"),
        ("a flag", "flag in hole"),
    ] {
        assert_eq!((said(prompt), unknown(prompt)), (vec![right.to_owned()], vec![]), "{prompt}");
    }
}

#[test]
fn it_is_the_subject_and_a_place_behind_everything_is_that_of_the_thing_before() {
    use Relation::*;
    for (prompt, relations) in [
        ("castle on a hill with a dragon flying above it", vec![(0, On, 1), (2, Above, 0)]),
        ("christmas tree with gifts underneath", vec![(1, Under, 0)]),
        ("a house with a tree behind", vec![(1, Behind, 0)]),
        ("a house with a tree behind and a car in front", vec![(1, Behind, 0), (2, InFrontOf, 0)]),
        ("a cat with a ball on top", vec![(1, On, 0)]),
    ] {
        assert_eq!(links(prompt), relations, "{prompt}");
    }
}

#[test]
fn a_relation_that_an_earlier_one_rules_out_is_reported() {
    use Relation::*;
    for (prompt, relations, told) in [
        ("a cat left of a dog, the cat right of the dog", vec![(0, LeftOf, 1)], vec!["right of"]),
        ("a cat above a dog and the dog above the cat", vec![(0, Above, 1)], vec!["above"]),
        ("the cat on the box and the box on the cat", vec![(0, On, 1)], vec!["on"]),
        ("a cat on a box and the box on a dog", vec![(0, On, 1), (1, On, 2)], vec![]),
        ("a cat left of a dog, the dog left of a bird", vec![(0, LeftOf, 1), (1, LeftOf, 2)], vec![]),
        ("a box inside itself", vec![], vec!["itself"]),
        ("猫在狗左边，狗在猫左边", vec![(0, LeftOf, 1)], vec!["左边"]),
        ("a cat on a box", vec![(0, On, 1)], vec![]),
    ] {
        assert_eq!((links(prompt), of(prompt, |r| r.contradicted)), (relations, told), "{prompt}");
    }
}

#[test]
fn names_that_begin_with_small_are_small_beside_another_thing() {
    assert_eq!(said("小老鼠和大象"), ["small mouse", "elephant"]);
    assert_eq!(said("小猫和大狗"), ["small cat", "big dog"]);
    assert_eq!(
        (said("小狗"), said("小鸡和猫")),
        (vec!["dog face".to_owned()], vec!["baby chick".to_owned(), "cat".to_owned()])
    );
}

#[test]
fn verbs_and_praise_are_no_unknown_words() {
    for prompt in [
        "a car driving on a road",
        "a majestic long snake",
        "a cat looking at a dog",
        "a boy holding a balloon",
        "a cat going home",
        "给猫一条鱼",
        "插着花的花瓶",
        "一只鱼在水里游",
        "一辆车停在房子旁边",
    ] {
        assert_eq!(unknown(prompt), Vec::<&str>::new(), "{prompt}");
    }
    assert_eq!(unknown("big shiny happy soft"), ["big", "shiny", "happy", "soft"]);
}

#[test]
fn a_misspelt_word_of_the_grammar_is_read() {
    for (prompt, right) in [
        ("a blakc cat", vec!["black cat"]),
        ("yelow sun", vec!["yellow sun"]),
        ("a purpel car", vec!["purple automobile"]),
        ("a cat siting on a chair", vec!["cat", "chair"]),
        ("a cat ridding a bicycle", vec!["cat", "bicycle"]),
    ] {
        assert_eq!(
            (said(prompt), unknown(prompt)),
            (right.into_iter().map(str::to_owned).collect(), vec![]),
            "{prompt}"
        );
    }
    assert_eq!(links("a cat ridding a bicycle"), [(0, Relation::On, 1)]);
    assert_eq!(unknown("a blorck cat"), ["blorck"]);
}

#[test]
fn the_end_of_what_is_read_halves_no_word() {
    let long = format!("{}catfish dog", "a ".repeat(MOST_CHARS / 2 - 2));
    let r = read(&long);
    assert!(r.items.is_empty(), "half of it is a cat");
    assert_eq!(&long[r.too_many[0].clone()], "catfish dog");
    let whole = "猫".repeat(MOST_CHARS + 1);
    assert_eq!(
        read(&whole).too_many.last(),
        Some(&(3 * MOST_CHARS..whole.len())),
        "a run without signs is cut anywhere"
    );
}

#[test]
fn a_third_language_names_nothing_and_is_reported() {
    for (prompt, words) in
        [("ねこ と いぬ", 3), ("кошка на коробке", 3), ("고양이와 개", 2), ("eine Katze auf einem Tisch", 5)]
    {
        let r = read(prompt);
        assert_eq!((r.items, r.ground, r.unknown.len()), (vec![], None, words), "{prompt}");
    }
}
