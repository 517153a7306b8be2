//! The layers of a scene: arranged, hidden, drawn again, the same byte for byte from its picture.

use aigc_studio::domain::{
    Arrangement, EventKind, ImageParams, ImageRequest, News, PictureNews, Place, SceneLayer, SceneLayers, Takes,
};
use aigc_studio::error::Cause;

use super::{Studio, embedded, failure, layers, pictures, quick};

fn layer<'a>(all: &'a SceneLayers, name: &str) -> &'a SceneLayer {
    all.layers.iter().find(|layer| layer.name.to_string() == name).expect(name)
}

/// Steps that a job took.
fn steps_of(events: &[EventKind]) -> usize {
    events
        .iter()
        .filter(|e| matches!(e, EventKind::Progress(_) | EventKind::News(News::Picture(PictureNews::Preview { .. }))))
        .count()
}

#[test]
fn an_arranged_scene_is_drawn_again_byte_for_byte_from_its_picture() {
    let studio = Studio::new();
    let plain = studio.draw_layers(quick("a cat on a blue box in the snow", 2), 1);
    let (all, first) = (layers(&plain), pictures(&plain).remove(0));
    assert_eq!(all.layers.iter().map(|l| l.name.to_string()).collect::<Vec<_>>(), ["box.1", "cat.1"]);
    assert_eq!((layer(&all, "box.1").colour, layer(&all, "cat.1").label), (Some("blue"), "cat"));
    assert!(all.ground.is_some() && first.2.arrangement.is_empty());

    let mut moved = quick("a cat on a blue box in the snow", 2);
    let text = "cat.1: x=0.3 y=0.4 side=0.3 flip colour=green; box.1: colour=none; order: cat.1, box.1; dog.1: hide";
    moved.arrangement = Arrangement::read(text);
    let drawn = studio.draw_layers(moved, 1);
    // Nothing new is to be drawn for it.
    assert_eq!((steps_of(&plain), steps_of(&drawn)), (4, 0));
    let cat = layer(&layers(&drawn), "cat.1").clone();
    assert!(cat.flip && (cat.place, cat.colour) == (Place { x: 0.3, y: 0.4, side: 0.3 }, Some("green")));
    assert_eq!(layers(&drawn).layers[0].name, cat.name, "it is behind the box now");
    assert!(cat.picture != layer(&all, "cat.1").picture, "it is green");
    let (_, picture, record) = pictures(&drawn).remove(0);
    assert!(picture != first.1);
    assert_eq!(
        record.arrangement,
        Arrangement::read(text).of(|name| name.word != "dog"),
        "without the layer it has not"
    );

    // A program that was started anew has nothing of it in memory.
    let written = aigc_studio::store::picture_files::encode_png(&picture, Some(&record)).unwrap();
    let file = studio.folder.path().join("moved.png");
    std::fs::write(&file, written).unwrap();
    let read = aigc_studio::store::picture_files::read_record(&file).unwrap();
    let mut again = ImageParams::default();
    again.take(&read, Some(&Takes::STICKER));
    (again.width, again.height) = (read.width, read.height);
    assert!(pictures(&Studio::new().draw(again, read.seed(), embedded())).remove(0).1 == picture, "not the same bytes");
}

#[test]
fn a_setting_without_effect_is_refused_where_that_is_asked_and_else_left_out() {
    let studio = Studio::new();
    let params = ImageParams { clip_skip: 4, ..quick("cat", 2) };
    let request = ImageRequest { params, model: embedded(), seed: 1, layers: false, strict: true };
    let events = studio.all_of(studio.ask(request.clone()));
    assert!(matches!(failure(&events).cause(), Cause::NoEffect { name: "clip-skip", .. }));
    let events = studio.all_of(studio.ask(ImageRequest { strict: false, ..request.clone() }));
    assert_eq!(pictures(&events).remove(0).2.clip_skip, 1);
    // The model is in memory now.
    let events = studio.all_of(studio.ask(request));
    assert!(matches!(failure(&events).cause(), Cause::NoEffect { name: "clip-skip", .. }));
}

#[test]
fn drawing_one_layer_anew_leaves_the_others_as_they_were() {
    let studio = Studio::new();
    let before = layers(&studio.draw_layers(quick("two cats and a dog", 2), 1));
    let mut other = quick("two cats and a dog", 2);
    other.arrangement = Arrangement::read("cats.2: seed=99");
    let drawn = studio.draw_layers(other.clone(), 1);
    let after = layers(&drawn);
    assert_eq!(steps_of(&drawn), 2, "the steps of one thing");
    let same = |name: &str| layer(&before, name).picture == layer(&after, name).picture;
    assert_eq!(["cats.1", "cats.2", "dog.1"].map(same), [true, false, true]);
    let fresh = pictures(&Studio::new().draw(other, 1, embedded())).remove(0).1;
    assert!(fresh == pictures(&drawn).remove(0).1, "what is in memory is what would be drawn");
}

#[test]
fn a_hidden_background_leaves_the_picture_clear_and_its_things_where_they_were() {
    let studio = Studio::new();
    let before = layers(&studio.draw_layers(quick("a Cat in the snow", 2), 1));
    let mut bare = quick("a Cat in the snow", 2);
    bare.arrangement = Arrangement::read("ground: hide");
    let drawn = studio.draw_layers(bare, 1);
    let (_, picture, record) = pictures(&drawn).remove(0);
    assert_eq!((picture.rgba[3], record.arrangement.to_string().as_str()), (0, "ground: hide"));
    let after = layers(&drawn);
    assert!(before.ground.is_some() && after.ground.is_none() && steps_of(&drawn) == 0);
    assert_eq!(layer(&after, "cat.1").place, layer(&before, "cat.1").place);
    assert_eq!(layer(&after, "cat.1").said, "Cat");
}

#[test]
fn an_arrangement_of_another_prompt_has_no_effect() {
    let studio = Studio::new();
    let plain = pictures(&studio.draw(quick("a dog and a tree", 1), 3, embedded())).remove(0);
    let mut foreign = quick("a dog and a tree", 1);
    foreign.arrangement = Arrangement::read("cat.1: hide; dog.2: x=0.1 y=0.1 side=0.1 seed=4; order: cat.1, box.1");
    let drawn = pictures(&studio.draw(foreign, 3, embedded())).remove(0);
    assert!(drawn.1 == plain.1 && drawn.2.arrangement.is_empty());
}
