//! Names of two hundred letters, wherever one is shown: the middle gives way, and the whole name is there to be heard.

use aigc_studio::error::StudioError;
use aigc_studio::lang::Both;
use egui::Shape;

use super::*;

const SMALL: [f32; 2] = [900.0, 600.0];

fn names() -> [String; 2] {
    let end = |name: String, end: &str| {
        let kept = 200 - end.chars().count();
        name.chars().take(kept).collect::<String>() + end
    };
    [
        end("Harbour at dusk, seen from ".repeat(12), "pier 7.png"),
        end("黄昏时分从防波堤看见的港口".repeat(20), "七号码头.png"),
    ]
}

fn states(lang: Lang, name: &str) -> Vec<(&'static str, AppState)> {
    let path = std::path::PathBuf::from(format!("/home/mei/{name}"));
    let what = RemovedWhat::Card("m".into());
    let removed = RemovedModel { name: name.into(), bytes: 5, at: "/m/.trash/1".into(), what };
    let notices = [
        ("saved", NoticeKind::Exported(path.clone())),
        ("saved unasked", NoticeKind::SavedUnasked(path.clone())),
        ("latents", NoticeKind::LatentsKept(path.clone())),
        ("pictures left", NoticeKind::PicturesLeft { folder: path.clone(), count: 35 }),
        ("one copy", NoticeKind::CopiesSaved { folder: path.clone(), count: 1 }),
        ("copies", NoticeKind::CopiesSaved { folder: path.clone(), count: 3 }),
        ("a persona", NoticeKind::PersonaKept { name: name.into(), left_out: Vec::new() }),
        ("a model is here", NoticeKind::ModelFetched(path.display().to_string())),
        ("a model is gone", NoticeKind::ModelRemoved(removed)),
        ("a model is off the list", NoticeKind::ModelForgotten { name: name.into(), serial: 1 }),
    ];
    let mut all: Vec<_> = notices
        .into_iter()
        .map(|(about, kind)| {
            let mut state = fresh(Room::Gallery, lang, Theme::Dark);
            state.notices = vec![Notice { id: 1, kind, born_ms: NOW }];
            (about, state)
        })
        .collect();
    for kind in TrashKind::ALL {
        let mut state = trash(kind, lang, Theme::Dark);
        state.trash.items.iter_mut().flatten().for_each(|item| item.name = name.into());
        all.push(("trash", state.clone()));
        state.trash.asking = Some(Some("a".into()));
        all.push(("question", state.clone()));
        (state.trash.asking, state.trash.looked) = (None, Some(("a".into(), Some(Looked::Text("Hm.".into())))));
        all.push(("looked at", state));
    }
    let mut models = fresh(Room::Models, lang, Theme::Dark);
    for entry in &mut models.models.entries {
        entry.card.name = name.into();
    }
    models.models.opening = Some(aigc_studio::state::ModelAsk { path: path.clone(), parts: Vec::new(), id: None });
    models.models.broken =
        vec![BrokenFile { path: path.clone(), bytes: 7, error: StudioError::other(Both::same("not a model")) }];
    all.push(("models", models.clone()));
    models.settings.room = Room::Create;
    all.push(("create", models.clone()));
    models.settings.room = Room::Write;
    all.push(("write", models));
    let mut settings = fresh(Room::Settings, lang, Theme::Dark);
    (settings.status.library, settings.status.models) = (path.clone(), path.clone());
    all.push(("settings", settings));
    let mut talk = write_chat(lang, Theme::Dark);
    talk.write.conversations.iter_mut().for_each(|head| head.title = name.into());
    talk.write.open.title = name.into();
    talk.write.open.manner.speaker = Some(Speaker { name: format!("Ada {name}"), ..Speaker::default() });
    talk.write.open.manner.person = name.into();
    all.push(("talk", talk));
    let mut people = personas(lang, Theme::Dark);
    people.personas.kept.iter_mut().for_each(|kept| kept.persona.name = name.into());
    all.push(("personas", people));
    let mut folder = create_done(lang, Theme::Dark);
    folder.ask.folder = Some(path);
    all.push(("folder", folder));
    all
}

/// Texts that were cut at their end.
fn cut(shape: &Shape, name: &str, found: &mut Vec<String>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| cut(shape, name, found)),
        Shape::Text(text) if text.galley.elided => {
            let begin: String = name.chars().take(4).collect();
            let words = text.galley.text();
            found.extend(words.contains(&begin).then(|| words.to_owned()));
        }
        _ => {}
    }
}

#[test]
fn long_names_keep_their_beginning_and_their_end() {
    for lang in Lang::ALL {
        for name in names() {
            for (about, state) in states(lang, &name) {
                let mut harness = harness(state, SMALL);
                harness.run();
                let mut found = Vec::new();
                harness.output().shapes.iter().for_each(|shape| cut(&shape.shape, &name, &mut found));
                assert!(found.is_empty(), "{about}, {lang:?}: {found:?}");
                // A question lies over its room.
                let over = harness.state().state.ask.folder.is_some();
                let faults = if over { Vec::new() } else { space::faults(&harness) };
                assert!(faults.is_empty(), "{about}, {lang:?}: {faults:#?}");
                // Whole for those who hear it.
                let told = harness.root().children_recursive().any(|node| {
                    let node = node.accesskit_node();
                    [node.label(), node.value()].into_iter().flatten().any(|text| text.contains(&name))
                });
                assert!(told, "{about}, {lang:?}");
            }
        }
    }
}
