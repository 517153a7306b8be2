//! Nothing in Create moves while a prompt is typed, a job starts or pictures come.

use aigc_studio::domain::*;
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::{NodeT, Queryable};

use crate::states::*;

#[test]
fn generate_stays_where_it_is_when_a_job_starts() {
    let place = |state| open(state).get_by_role_and_label(Part::Button, "Generate").rect();
    let done = create_done(Lang::En, Theme::Dark);
    assert_eq!(place(done), place(create_running(Lang::En, Theme::Dark)));
}

/// Nothing reflows when the first picture comes, and the pictures of a job stay where they are when it ends.
#[test]
fn the_canvas_stays_where_it_is_when_pictures_come() {
    let film = |state: AppState| {
        let harness = open(state);
        let place = harness.get_by_label_contains(T::StripEmpty.tr(Lang::En)).rect();
        place.center().y
    };
    let mut first = fresh(Room::Create, Lang::En, Theme::Dark);
    let strip = film(first.clone());
    first.create.strip = vec![shot(9, "a red apple", 0, Saved::At("/l/9.png".into()))];
    let tile = open(first).get_by_role_and_label(Part::Button, "Picture: a red apple").rect();
    assert!(tile.y_range().contains(strip), "{tile:?} {strip}");

    let mut running = create_running(Lang::En, Theme::Dark);
    running.create.jobs.truncate(1);
    running.create.strip = (0..2).map(|n| Shot { key: (JobId(10), n), ..shot(10, "a cat", n, at(n)) }).collect();
    let mut over = running.clone();
    over.create.jobs.clear();
    over.create.strip = (0..4).map(|n| Shot { key: (JobId(10), n), ..shot(10, "a cat", n, at(n)) }).collect();
    let cell = |state: AppState| open(state).get_by_label("Picture 1 of 4 · a cat").rect();
    assert_eq!(cell(running), cell(over));
}

fn at(n: u32) -> Saved {
    Saved::At(format!("/l/{n}.png").into())
}

/// Regression: notes came and went between the prompt and what is under it, and pushed it about.
#[test]
fn no_control_of_create_moves_while_a_prompt_is_typed() {
    let prompt = "a tall womn and a xyzzy on a box beside 3 elephants, 3d, blue, a photo of a long long long long long \
                  long long long long long story\nin\nsix\nlines\nof\ntext";
    for (size, zoom) in [(SIZE, 1.0), ([900.0, 600.0], 1.0), (SIZE, 1.5)] {
        let mut state = scenes(Lang::En, "");
        state.settings.zoom = Some(zoom);
        let mut harness = harness(state, size);
        obey(&mut harness);
        let places = |harness: &egui_kittest::Harness<'static, Window>| {
            let all = harness.root().children_recursive().filter(|node| {
                let role = node.accesskit_node().role();
                let name = node.accesskit_node().label().unwrap_or_default();
                matches!(role, Part::Slider | Part::RadioButton | Part::ComboBox)
                    || role == Part::Button && ["Generate", "3d", "blue", "Negative prompt"].contains(&name.as_str())
            });
            let places = all.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect()));
            places.collect::<Vec<_>>()
        };
        let before = places(&harness);
        assert!(before.len() > 6, "{before:?}");
        harness.get_by_role_and_label(Part::MultilineTextInput, "Prompt").focus();
        obey(&mut harness);
        for letter in prompt.chars() {
            let event = match letter {
                '\n' => egui::Event::Text("\n".into()),
                letter => egui::Event::Text(letter.to_string()),
            };
            harness.event(event);
            obey(&mut harness);
            let typed = &harness.state().state.settings.image.prompt;
            assert_eq!(places(&harness), before, "{typed:?} at {size:?}, {zoom}");
        }
        harness.run_steps(30);
        assert_eq!(places(&harness), before, "after a pause");
        let typed = &harness.state().state.settings.image.prompt;
        assert!(typed.starts_with("a tall womn and a xyzzy"), "{typed}");
        assert!(harness.query_by_label_contains("xyzzy").is_some(), "notes there are");
    }
}

/// What is painted of pictures inside `room`: where each is, and what of it is not cut off.
fn pictures(harness: &egui_kittest::Harness<'static, Window>, room: egui::Rect) -> Vec<(egui::Rect, egui::Rect)> {
    let painted = harness.output().shapes.iter().filter_map(|shape| match &shape.shape {
        egui::Shape::Mesh(mesh) if mesh.texture_id != egui::TextureId::default() => {
            let rect = mesh.calc_bounds();
            Some((rect, rect.intersect(shape.clip_rect)))
        }
        egui::Shape::Rect(rect) if rect.brush.is_some() => Some((rect.rect, rect.rect.intersect(shape.clip_rect))),
        _ => None,
    });
    painted.filter(|(rect, _)| room.contains(rect.center())).collect()
}

/// However many banners there are, the picture is whole and can be seen.
#[test]
fn the_picture_is_fitted_into_what_banners_leave() {
    let error = || Cause::NotOpened { what: aigc_studio::error::Handed::Folder, target: "/l/a/long/path".repeat(9) };
    let told = |mut state: AppState| {
        let _ = update(&mut state, Input::Store(StoreEvent::Failed(None, error().into())));
        let _ = update(&mut state, Input::Store(StoreEvent::Failed(None, Cause::QueueFull { waiting: 64 }.into())));
        state
    };
    let mut failed = create_done(Lang::En, Theme::Dark);
    failed.create.error = Some(no_source());
    let mut unsaved = create_done(Lang::En, Theme::Dark);
    unsaved.create.shown = Shown::Shot((JobId(7), 0));
    let mut full = gallery(Lang::En, Theme::Dark, 30, 10);
    (full.gallery.selected, full.gallery.full) = (Some(item(6).path), true);
    for (name, state) in [
        ("failed", failed),
        ("not saved", unsaved),
        ("running", create_running(Lang::En, Theme::Dark)),
        ("gallery", full),
    ] {
        for (size, zoom) in [(SIZE, 1.0), ([900.0, 600.0], 1.0), ([900.0, 600.0], 1.5)] {
            let mut state = told(state.clone());
            state.settings.zoom = Some(zoom);
            let mut harness = harness(state, size);
            harness.run();
            let canvas = harness.query_all_by_role(Part::Image).map(|node| node.rect());
            let Some(room) = canvas.max_by(|a, b| a.area().total_cmp(&b.area())) else { continue };
            let seen = pictures(&harness, room);
            assert!(!seen.is_empty(), "{name}, {size:?} at {zoom}");
            for (rect, whole) in seen {
                assert_eq!(rect, whole, "{name}, {size:?} at {zoom}: it is cut off");
                assert!(rect.width().min(rect.height()) >= 16.0, "{name}, {size:?} at {zoom}: {rect:?}");
            }
        }
    }
}
