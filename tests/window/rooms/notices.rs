//! Problems and notes: where they are shown, what they offer, and that they move nothing.

use aigc_studio::domain::*;
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::Queryable;

use crate::states::*;

#[test]
fn an_error_shows_its_remedy_a_button_and_details_to_copy() {
    let mut state = create_done(Lang::En, Theme::Dark);
    let error = no_source();
    state.create.error = Some(error.clone());
    let mut harness = open(state);
    harness.get_by_label(&error.summary(Lang::En));
    harness.get_by_label(&error.remedy(Lang::En));
    harness.get_by_label("Try again").click();
    assert_eq!(asked(&mut harness), [Command::Models(ModelsCommand::Fetch("gemma3-270m".into()))]);
    harness.get_by_label("Details").click();
    harness.run();
    harness.get_by_label_contains("No matching distribution");
    harness.get_by_label("Copy details").click();
    harness.run();
    harness.get_by_label("Dismiss").click();
    assert_eq!(asked(&mut harness), [Command::Create(CreateCommand::DismissError)]);
}

#[test]
fn a_report_is_offered_and_shown_to_be_copied() {
    let path = std::path::PathBuf::from("/l/logs/panic-1.txt");
    for (lang, ended) in Lang::ALL.into_iter().flat_map(|lang| [(lang, true), (lang, false)]) {
        let mut state = fresh(Room::Settings, lang, Theme::Dark);
        let kind = NoticeKind::ReportLeft(PanicReport { path: path.clone(), ended });
        state.notices.list = vec![Notice { id: 4, kind, born_ms: NOW }];
        let mut harness = open(state);
        harness.get_by_label(if ended { T::ReportEnded } else { T::ReportWrong }.tr(lang));
        let mut click = |name: T| {
            harness.get_by_role_and_label(Part::Button, name.tr(lang)).click();
            asked(&mut harness)
        };
        let dismiss = Command::DismissNotice(4);
        let show = Command::Ask(AskCommand::ShowReport(path.clone()));
        assert_eq!(click(T::ShowReport), [show, dismiss.clone()]);
        assert_eq!(click(T::OpenReports), [Command::Reveal("/l/logs".into()), dismiss.clone()]);
        assert_eq!(click(T::Dismiss), [dismiss]);

        let mut state = fresh(Room::Settings, lang, Theme::Dark);
        state.ask.report = Some((path.clone(), "what: the brush broke".into()));
        let mut harness = open(state);
        harness.get_by_label_contains("the brush broke");
        harness.get_by_role_and_label(Part::Button, T::OpenReports.tr(lang)).click();
        assert_eq!(asked(&mut harness), [Command::Reveal("/l/logs".into())]);
        harness.get_by_role_and_label(Part::Button, T::CopyReport.tr(lang)).click();
        let copied = (0..4).any(|_| {
            harness.step();
            let commands = &harness.output().platform_output.commands;
            commands.contains(&egui::OutputCommand::CopyText("what: the brush broke".into()))
        });
        assert!(copied);
        harness.key_press(egui::Key::Escape);
        assert!(asked(&mut harness).contains(&Command::Ask(AskCommand::Leave)));
    }
}

#[test]
fn a_note_of_deleted_pictures_offers_undo() {
    let mut state = create_done(Lang::En, Theme::Dark);
    let paths = vec!["/x.png".into()];
    state.notices.list = vec![Notice { id: 4, kind: NoticeKind::PicturesTrashed(paths), born_ms: NOW }];
    let mut harness = open(state);
    harness.get_by_label("Undo").click();
    let undo = Command::Gallery(GalleryCommand::RestorePictures(vec!["/x.png".into()]));
    assert_eq!(asked(&mut harness), [undo, Command::DismissNotice(4)]);
}

#[test]
fn what_a_picture_says_that_cannot_be_set_is_told_in_the_notice() {
    for (lang, words) in [
        (Lang::En, "Prompt and settings restored, but:\nThe picture says DPM++ 2S a; Euler is set instead."),
        (Lang::Zh, "已恢复提示词和设置，但：\n图片中是 DPM++ 2S a，改用 Euler。"),
    ] {
        let mut state = create_done(lang, Theme::Dark);
        let kind = NoticeKind::SettingsRestored(vec![told::instead("DPM++ 2S a", "Euler")]);
        state.notices.list = vec![Notice { id: 4, kind, born_ms: NOW }];
        open(state).get_by_label(words);
    }
    let mut state = create_done(Lang::En, Theme::Dark);
    state.notices.list = vec![Notice { id: 4, kind: NoticeKind::SettingsRestored(Vec::new()), born_ms: NOW }];
    open(state).get_by_label("Prompt and settings restored");
}

#[test]
fn many_problems_are_all_there_and_dismissed_together() {
    for size in [SIZE, [900.0, 600.0]] {
        let mut state = fresh(Room::Gallery, Lang::En, Theme::Dark);
        state.notices.list = (0..12)
            .map(|n| Notice {
                id: n,
                kind: NoticeKind::Problem(ProblemBox(Cause::QueueFull { waiting: n as usize }.into())),
                born_ms: NOW,
            })
            .collect();
        let mut harness = harness(state, size);
        harness.run();
        harness.state_mut().commands.clear();
        let name = T::DismissAll.with(Lang::En, &[&12]);
        let all = harness.get_by_role_and_label(Part::Button, &name).rect();
        assert!(all.bottom() < size[1], "it can be reached");
        // The newest is shown, inside the window, and the room keeps more than half of the height.
        let newest = harness.get_by_label_contains("11 jobs wait").rect();
        assert!(newest.top() > 0.0 && newest.bottom() < size[1], "{newest:?}");
        assert!((newest.top() - all.top()).abs() < size[1] / 2.0, "{newest:?} {all:?}");
        assert!(harness.query_by_label_contains("10 jobs wait").is_none());
        harness.get_by_role_and_label(Part::Button, &T::ShowAllOf.with(Lang::En, &[&12])).click();
        harness.run();
        harness.get_by_label_contains("10 jobs wait");
        harness.get_by_role_and_label(Part::Button, &T::NewestOnly.with(Lang::En, &[&12])).click();
        harness.run();
        assert!(harness.query_by_label_contains("10 jobs wait").is_none());
        harness.get_by_role_and_label(Part::Button, &name).click();
        assert!(asked(&mut harness).contains(&Command::DismissProblems));
    }
}

/// A problem that comes moves no control under the pointer: in each room it has its place where nothing gives way.
#[test]
fn what_waits_for_the_person_moves_no_control() {
    let cases = [
        (create_done(Lang::En, Theme::Dark), "Steps"),
        (gallery(Lang::En, Theme::Dark, 60, 0), "Open a picture\u{2026}"),
        (fresh(Room::Models, Lang::En, Theme::Dark), "Open a folder\u{2026}"),
        (fresh(Room::Settings, Lang::En, Theme::Dark), "Theme: Dark"),
        (write_chat(Lang::En, Theme::Dark), "Message"),
    ];
    for (state, control) in cases {
        let places = |state: AppState| open(state).query_all_by_label(control).map(|n| n.rect()).collect::<Vec<_>>();
        let mut told = state.clone();
        let kind = NoticeKind::Problem(ProblemBox(Cause::QueueFull { waiting: 64 }.into()));
        told.notices.list = vec![Notice { id: 1, kind, born_ms: NOW }];
        assert!(!places(state.clone()).is_empty() && places(told) == places(state), "{control}");
    }
}

/// A note that passes is in the status bar, as wide as every other, and covers nothing that can be clicked.
#[test]
fn notes_have_one_place_and_one_width() {
    let place = |kind| {
        let mut state = create_done(Lang::En, Theme::Dark);
        state.notices.list = vec![Notice { id: 1, kind, born_ms: NOW }];
        let harness = open(state);
        let cross = harness.get_by_label("Dismiss").rect();
        assert!(cross.top() >= SIZE[1] - 8.0 - 28.0, "{cross:?}");
        cross
    };
    let trashed = NoticeKind::PicturesTrashed(vec!["/x.png".into()]);
    assert_eq!(place(NoticeKind::Copied), place(trashed));
}

#[test]
fn a_problem_is_shown_in_its_room_and_marked_on_the_rail_elsewhere() {
    let mut lost = write_chat(Lang::En, Theme::Dark);
    lost.settings.room = Room::Gallery;
    let id = PersonaId("1".into());
    let error = Cause::EngineGone.into();
    let _ = update(&mut lost, Input::Store(StoreEvent::PersonaFailed { id, error }));
    let summary = aigc_studio::error::StudioError::from(Cause::EngineGone).summary(Lang::En);
    let mark = T::ProblemsHere.with(Lang::En, &[&"Write"]);
    let harness = open(lost.clone());
    assert!(harness.query_by_label(&summary).is_none(), "it is not the gallery's");
    harness.get_by_role_and_label(Part::Tab, &mark);
    lost.settings.room = Room::Write;
    let mut harness = open(lost);
    harness.get_by_label(&summary);
    harness.get_by_role_and_label(Part::Tab, "Write");
    harness.get_by_label("Dismiss").click();
    assert!(matches!(asked(&mut harness)[..], [Command::DismissNotice(_)]));
}

/// Regression: one cause had a card above the canvas and another one above that.
#[test]
fn one_cause_has_one_card_in_create() {
    let full = |name: &str| Cause::DiskFull { path: format!("/l/{name}.png").into(), needed: 0, free: 0 };
    let mut state = create_done(Lang::En, Theme::Dark);
    for n in 0..3 {
        let _ = update(&mut state, Input::Store(StoreEvent::Failed(None, full(&n.to_string()).into())));
    }
    assert_eq!(state.notices.list.len(), 1, "the newest of one cause");
    state.create.error = Some(full("7").into());
    let harness = open(state.clone());
    let remedy = aigc_studio::error::StudioError::from(full("7")).remedy(Lang::En);
    assert_eq!(harness.query_all_by_label(&remedy).count(), 1);
    assert!(harness.query_by_label_contains("/l/7.png").is_some(), "the newest");
    // Others are behind it, in the same list, and go with it.
    let _ = update(&mut state, Input::Store(StoreEvent::Failed(None, Cause::QueueFull { waiting: 64 }.into())));
    let mut harness = open(state);
    harness.get_by_role_and_label(Part::Button, &T::DismissAll.with(Lang::En, &[&2])).click();
    assert_eq!(asked(&mut harness), [Command::DismissProblems, Command::Create(CreateCommand::DismissError)]);
}

/// Regression: where no program opens folders, the raw text of the launcher stood there with advice about reading files.
#[test]
fn what_the_desktop_cannot_open_can_be_copied() {
    use aigc_studio::error::Handed;
    for lang in Lang::ALL {
        for (what, label) in [(Handed::Folder, T::CopyPath), (Handed::Link, T::CopyAddress)] {
            let mut state = create_done(lang, Theme::Light);
            let error = Cause::NotOpened { what, target: "/l/图片".into() };
            let _ = update(&mut state, Input::Store(StoreEvent::Failed(None, error.into())));
            let mut harness = open(state);
            harness.get_by_label_contains("/l/图片");
            harness.get_by_role_and_label(Part::Button, label.tr(lang)).click();
            let mut copied = Vec::new();
            for _ in 0..4 {
                harness.step();
                copied.extend(harness.output().platform_output.commands.clone());
            }
            let is =
                |command: &egui::OutputCommand| matches!(command, egui::OutputCommand::CopyText(t) if t == "/l/图片");
            assert!(copied.iter().any(is), "{copied:?}");
        }
    }
}
