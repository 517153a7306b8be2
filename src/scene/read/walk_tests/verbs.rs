//! What somebody does: verbs, and what the picture does not show of them.

use super::super::*;
use super::draws;
use crate::Relation;
use crate::tests::links;

/// Regression: "a cat jumping" drew a cat, and nothing reported that it does not jump.
/// Regression: "a red umbrella in the middle" drew a middle finger, and "top right" a pointing hand.
#[test]
fn a_place_on_the_canvas_is_reported_and_draws_nothing() {
    draws(&[
        ("a red umbrella in the middle", &["red umbrella with rain drops"], &["in the middle"]),
        ("a yellow moon top right", &["yellow crescent moon"], &["top right"]),
        ("a moon in the top right corner", &["crescent moon"], &["in the top right corner"]),
        ("右上角有月亮", &["crescent moon"], &["右上角"]),
        ("middle finger", &["middle finger"], &[]),
        ("a fish in the middle of three stars", &["tropical fish", "3 glowing star"], &[]),
    ]);
}

#[test]
fn an_action_that_the_picture_does_not_show_is_reported() {
    draws(&[
        ("a cat jumping", &["cat"], &["jumping"]),
        ("dog running", &["dog"], &["running"]),
        ("a cat sleeping on a bed", &["cat", "bed"], &["sleeping"]),
        ("a dog playing in the park", &["dog"], &["playing"]),
        ("a cat eating", &["cat face"], &["eating"]),
        ("a sad dog", &["dog face"], &["sad"]),
        ("a girl kicking a ball", &["woman: red hair", "soccer ball"], &["kicking"]),
        ("正在睡觉的猫", &["cat face"], &["睡觉"]),
        ("小猫在睡觉", &["cat face"], &["睡觉"]),
        ("小狗在公园里玩耍", &["dog"], &["玩耍"]),
        ("小猫在吃", &["cat face"], &["在吃"]),
        // What the pictures show.
        ("a crying cat", &["crying cat"], &[]),
        ("a happy dog", &["dog face"], &[]),
        ("a bird flying in the sky", &["parrot"], &[]),
        ("a fish swimming", &["tropical fish"], &[]),
        ("a car driving on a road", &["automobile", "motorway"], &[]),
        ("the sun shining over a house", &["sun", "house with garden"], &[]),
        ("a girl dancing", &["woman dancing"], &[]),
        ("花朵盛开", &["blossom"], &[]),
        // Verbs between two things.
        ("a cat playing guitar", &["cat", "guitar"], &[]),
        ("children playing football", &["3 person: curly hair", "soccer ball"], &[]),
        ("a dog playing with a ball", &["dog", "soccer ball"], &[]),
        ("a boy flying a kite", &["person: curly hair", "kite"], &[]),
        ("小狗玩球", &["small dog", "soccer ball"], &[]),
        ("熊猫打篮球", &["panda", "basketball"], &[]),
    ]);
    for prompt in ["a cat playing guitar", "小狗玩球", "熊猫打篮球"] {
        assert_eq!(links(prompt), [(0, Relation::Beside, 1)], "{prompt}");
    }
}

/// Regression: "a reading girl" and 女孩坐着 reported nothing, and 女孩在思考 drew a second face.
#[test]
fn a_verb_without_an_object_is_reported_in_each_place_of_the_sentence() {
    let girl: &[&str] = &["woman: red hair"];
    draws(&[
        ("a girl reading", girl, &["reading"]),
        ("a reading girl", girl, &["reading"]),
        ("a girl is reading", girl, &["reading"]),
        ("a holding girl", girl, &["holding"]),
        ("a man riding", &["man: curly hair"], &["riding"]),
        ("a girl sitting", girl, &["sitting"]),
        ("a sitting cat", &["cat"], &["sitting"]),
        ("a girl waiting", girl, &["waiting"]),
        ("a girl talking", girl, &["talking"]),
        ("a girl making", girl, &["making"]),
        ("在看书的女孩", girl, &["看书"]),
        ("女孩在看书", girl, &["看书"]),
        ("正在吃的女孩", girl, &["在吃"]),
        ("一个拿着的女孩", girl, &["拿着"]),
        ("女孩在骑", girl, &["骑"]),
        ("女孩坐着", girl, &["坐着"]),
        ("坐着的猫", &["cat"], &["坐着"]),
        ("女孩在思考", girl, &["思考"]),
        ("思考的女孩", girl, &["思考"]),
        ("女孩打哈欠", girl, &["打哈欠"]),
        ("女孩在挥手", girl, &["挥手"]),
        ("女孩在等待", girl, &["等待"]),
        ("女孩在哭", girl, &["哭"]),
        ("女孩在笑", girl, &[]),
        // Verbs with a place, and verbs with an object.
        ("a cat sitting on a box", &["cat", "wrapped gift"], &[]),
        ("a girl sitting in the park", girl, &[]),
        ("a boy holding a balloon", &["person: curly hair", "balloon"], &[]),
        ("拿着气球的男孩", &["balloon", "person: curly hair"], &[]),
        ("一个男孩手里拿着气球", &["person: curly hair", "balloon"], &[]),
        ("男孩举着一面旗", &["person: curly hair", "flag in hole"], &[]),
        ("女孩拿着的苹果", &["woman: red hair", "red apple"], &[]),
        ("思考", &["thinking face"], &[]),
        ("挥手", &["waving hand"], &[]),
        ("一碗面", &["steaming bowl"], &[]),
    ]);
    for (prompt, link) in [
        ("a boy holding a balloon", (0, Relation::Beside, 1)),
        ("拿着气球的男孩", (1, Relation::Beside, 0)),
        ("一个男孩手里拿着气球", (0, Relation::Beside, 1)),
        ("女孩拿着的苹果", (0, Relation::Beside, 1)),
    ] {
        assert_eq!(links(prompt), [link], "{prompt}");
    }
}

/// Regression: in 一只猫和一个骑马的女孩 the cat rode the horse.
#[test]
fn a_verb_with_its_object_before_a_noun_is_said_of_that_noun() {
    use Relation::*;
    for (prompt, relations) in [
        ("一只猫和一个骑马的女孩", vec![(0, Beside, 2), (2, On, 1)]),
        ("一个骑马的女孩", vec![(1, On, 0)]),
        ("一个抱着猫的女孩", vec![(1, Beside, 0)]),
        ("骑马的女孩，戴着帽子", vec![(1, On, 0), (2, WornBy, 1)]),
        ("一个戴皇冠的公主，穿粉色裙子", vec![(0, WornBy, 1), (2, WornBy, 1)]),
        ("盒子上有一只猫", vec![(1, On, 0)]),
        ("女孩骑着马", vec![(0, On, 1)]),
    ] {
        assert_eq!(links(prompt), relations, "{prompt}");
    }
}

/// Regression: nothing reported that the girl in "a girl reading a book" does not read.
#[test]
fn a_verb_between_things_side_by_side_is_reported() {
    for (prompt, verbs) in [
        ("a girl reading a book", &["reading"][..]),
        ("a robot playing guitar", &["playing"]),
        ("妈妈抱着宝宝", &["抱着"]),
        ("小男孩踢足球", &["踢"]),
        ("一个女孩在雨中打伞", &["打"]),
        ("a cat next to a dog", &[]),
        ("a cat with a dog and a bird", &[]),
        ("a girl riding a horse", &[]),
        ("a cat wearing a hat", &[]),
        ("一碗拉面", &[]),
        ("猫和狗在盒子旁边", &[]),
    ] {
        let spans = read(prompt).side_by_side;
        assert_eq!(spans.into_iter().map(|span| &prompt[span]).collect::<Vec<_>>(), verbs, "{prompt}");
    }
}
