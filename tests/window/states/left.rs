//! A state of each room, and what was left, deleted or asked for over it.

use std::sync::{Arc, LazyLock};

use aigc_studio::about::Licences;
use aigc_studio::domain::*;
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;

use super::models::{NOW, fresh, models_busy, no_source};
use super::pictures::{create_done, create_running, gallery, item, sticker};
use super::write::{write_chat, write_streaming};

pub fn all_states(lang: Lang, theme: Theme) -> Vec<AppState> {
    let mut broken = create_done(lang, theme);
    broken.create.error = Some(no_source());
    broken.notices.list = vec![
        Notice { id: 1, kind: NoticeKind::PicturesTrashed(vec!["/x.png".into()]), born_ms: NOW },
        Notice { id: 2, kind: NoticeKind::Problem(ProblemBox(no_source())), born_ms: NOW },
    ];
    let mut chosen = gallery(lang, theme, 30, 10);
    chosen.gallery.selected = Some(item(6).path);
    let mut editing = write_chat(lang, theme);
    editing.write.editing = Some((3, "again".into()));
    editing.write.error = Some(Cause::PromptTooLong { tokens: 3000, context: 2048 }.into());
    let mut only_shows = write_chat(lang, theme);
    only_shows.read_only = true;
    let mut states = left_states(lang, theme);
    let mut several = gallery(lang, theme, 30, 10);
    several.gallery.selected = Some(item(2).path);
    several.gallery.marked = [item(2).path, item(4).path].into();
    let mut compared = several.clone();
    compared.gallery.full = true;
    let mut full = chosen.clone();
    full.gallery.full = true;
    let mut batch = create_done(lang, theme);
    batch.create.strip[1].key = (JobId(9), 1);
    batch.create.prompt_missing = true;
    let mut free = create_done(lang, theme);
    free.catalogue.entries[0].card.family = "stable-diffusion-xl".into();
    free.create.read_to = vec![ReadTo { negative: false, read: 8, all: 12, words: true, rest: "fox".into() }];
    states.extend([
        only_shows,
        several,
        compared,
        full,
        batch,
        free,
        fresh(Room::Create, lang, theme),
        create_done(lang, theme),
        create_running(lang, theme),
        broken,
        fresh(Room::Write, lang, theme),
        write_chat(lang, theme),
        write_streaming(lang, theme),
        editing,
        gallery(lang, theme, 0, 0),
        chosen,
        models_busy(lang, theme),
        fresh(Room::Settings, lang, theme),
    ]);
    states
}

/// A trash of each kind, its question, a path and a folder that are asked for, a report, jobs that wait.
pub fn left_states(lang: Lang, theme: Theme) -> Vec<AppState> {
    let mut states: Vec<AppState> = TrashKind::ALL.map(|kind| trash(kind, lang, theme)).into();
    let mut question = trash(TrashKind::Pictures, lang, theme);
    question.trash.asking = Some(None);
    let mut path = create_done(lang, theme);
    path.ask.path = Some((PathFor::File, "/home/mei/a cat 猫.png".into()));
    let mut folder = create_done(lang, theme);
    folder.ask.folder = Some("/home/mei/a folder that is not there".into());
    let mut waiting = create_done(lang, theme);
    waiting.desk.waiting = vec![Waiting::Fetch { model: SMOLLM_ID.into() }];
    let notice = |id, kind| Notice { id, kind, born_ms: NOW };
    waiting.notices.list = vec![notice(
        2,
        NoticeKind::SavedUnasked("/home/mei/Downloads/a name that is long enough to be cut.png".into()),
    )];
    let mut looked = trash(TrashKind::Pictures, lang, theme);
    looked.trash.looked = Some(("a".into(), Some(Looked::Picture(sticker(1, 0.0)))));
    let mut read = trash(TrashKind::Conversations, lang, theme);
    let text = "## Mei\n\nWrite a haiku about rain.\n\n## SmolLM2\n\nRain on the tin roof,\n一夜春雨\n\n".repeat(12);
    read.trash.looked = Some(("a".into(), Some(Looked::Text(text))));
    let mut report = create_done(lang, theme);
    report.ask.report = Some(("/l/logs/panic-1.txt".into(), "  12: aigc_studio::engine::lane::run\n".repeat(80)));
    states.extend([question, path, folder, waiting, looked, read, report]);
    states.extend(licence_states(lang, theme));
    states
}

/// The licences while they are unpacked, their list, and the texts of the first.
pub fn licence_states(lang: Lang, theme: Theme) -> [AppState; 3] {
    let mut unpacking = fresh(Room::Settings, lang, theme);
    let _ = update(&mut unpacking, Input::Command(Command::About(AboutCommand::ShowLicences)));
    let mut list = unpacking.clone();
    let _ = update(&mut list, Input::Licences(licences()));
    let mut read = list.clone();
    let _ = update(&mut read, Input::Command(Command::About(AboutCommand::Read(Some(0)))));
    [unpacking, list, read]
}

/// As they are in the program; unpacked once for all tests.
pub fn licences() -> Arc<Licences> {
    static LICENCES: LazyLock<Arc<Licences>> = LazyLock::new(|| Arc::new(Licences::read()));
    LICENCES.clone()
}

pub fn trash(kind: TrashKind, lang: Lang, theme: Theme) -> AppState {
    let mut state = fresh(if kind == TrashKind::Pictures { Room::Gallery } else { Room::Write }, lang, theme);
    let item = |id: &str, name: &str| Trashed {
        kind,
        id: id.into(),
        name: name.into(),
        path: format!("/trash/{id}").into(),
        bytes: 41_000,
        made_ms: NOW,
    };
    state.trash.shown = Some(kind);
    state.trash.items = Some(vec![item("a", "a red apple"), item("b", "")]);
    state
}
