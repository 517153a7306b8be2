//! A read-only window, folders that cannot be used, and paths that are typed because no dialog can open.

use super::*;
use crate::error::{FolderFault, FolderOf};

#[test]
fn a_window_that_only_shows_does_nothing_that_would_be_lost() {
    let mut s = state();
    let id = write::talk(&mut s);
    let turns = s.write.open.turns.clone();
    s.read_only = true;
    prompt(&mut s, "a cat");
    let chats = vec![ImportedChat::default()];
    for input in [
        Input::Command(Command::Create(CreateCommand::Generate)),
        Input::Command(Command::Write(WriteCommand::Regenerate)),
        Input::Command(Command::Write(WriteCommand::TrashConversation(id.clone()))),
        Input::Command(Command::Write(WriteCommand::RenameConversation(id, "x".into()))),
        Input::Store(StoreEvent::ChatsOpened { chats, left_out: vec![] }),
    ] {
        s.notices.list.clear();
        assert_eq!(update(&mut s, input.clone()), [], "{input:?}");
        let told = |n: &Notice| matches!(&n.kind, NoticeKind::Problem(p) if *p.0.cause() == Cause::ReadOnly);
        assert!(s.notices.list.iter().any(told), "{input:?}");
        assert_eq!(s.write.open.turns, turns, "{input:?}");
        assert_eq!(s.write.conversations.len(), 1, "{input:?}");
        assert!(s.create.jobs.is_empty());
    }
    // The user can look around in it.
    do_(&mut s, Command::Go(Room::Gallery));
    assert_eq!(s.room(), Room::Gallery);
}

#[test]
fn a_folder_that_cannot_be_used_is_refused_and_the_old_one_stays_until_a_good_one_is_chosen() {
    for of in [FolderOf::Pictures, FolderOf::Models] {
        let mut s = state();
        (s.status.library, s.status.models) = ("/old".into(), "/old".into());
        s.settings.room = Room::Settings;
        let tried = |s: &mut AppState, path: &str, outcome| update(s, Input::FolderTried(of, path.into(), outcome));
        let folder = |s: &AppState| match of {
            FolderOf::Pictures => (s.status.library.clone(), s.settings.library.clone()),
            FolderOf::Models => (s.status.models.clone(), s.settings.models.clone()),
        };
        for (why, en, zh) in [
            (FolderFault::File, "This is a file, not a folder: /x.", "这是一个文件，不是文件夹：/x。"),
            (FolderFault::Missing, "There is no folder /x.", "文件夹 /x 不存在。"),
            (
                FolderFault::ReadOnly(Both::same("no")),
                "Nothing can be written into the folder /x: no.",
                "无法写入文件夹 /x：no。",
            ),
        ] {
            let error = StudioError::from(Cause::BadFolder { path: "/x".into(), of, why });
            assert_eq!((error.summary(Lang::En).as_str(), error.summary(Lang::Zh).as_str()), (en, zh));
            assert!(tried(&mut s, "/x", Err(error.clone())).is_empty());
            assert_eq!(folder(&s), ("/old".into(), None), "{why:?}", why = error.cause());
            let told: Vec<_> = s.waiting_in(Room::Settings).collect();
            assert!(
                matches!(&*told, [Notice { kind: NoticeKind::Problem(told), .. }] if told.0.cause() == error.cause()),
                "the newest alone: {told:?}"
            );
        }
        assert!(!tried(&mut s, "/new", Ok(())).is_empty());
        assert_eq!(folder(&s), ("/new".into(), Some("/new".into())));
        assert_eq!(s.notices.list, [], "what was said of the other is over");
    }
}

#[test]
fn a_path_is_typed_where_no_dialog_can_open() {
    let mut s = state();
    let no_dialog = |s: &mut AppState, what| update(s, Input::NoDialog(what));
    let ask = |s: &mut AppState, command| do_(s, Command::Ask(command));
    no_dialog(&mut s, NoDialog::Asks(PathFor::File));
    ask(&mut s, AskCommand::Type("  ".into()));
    assert_eq!(ask(&mut s, AskCommand::Take), []);
    assert!(s.ask.path.is_some(), "nothing was typed yet");
    ask(&mut s, AskCommand::Type("/a/half".into()));
    ask(&mut s, AskCommand::Leave);
    no_dialog(&mut s, NoDialog::Asks(PathFor::File));
    assert_eq!(s.ask.path.as_ref().unwrap().1, "/a/half", "Esc loses nothing");
    ask(&mut s, AskCommand::Type("\"/a/cat 猫.png\"".into()));
    assert_eq!(ask(&mut s, AskCommand::Take), [Effect::Store(StoreRequest::OpenFile("/a/cat 猫.png".into()))]);
    no_dialog(&mut s, NoDialog::Asks(PathFor::LibraryFolder));
    ask(&mut s, AskCommand::Type("file:///pictures".into()));
    let effects = ask(&mut s, AskCommand::Take);
    assert_eq!(effects, [Effect::TryFolder(FolderOf::Pictures, "/pictures".into())]);

    // `~` is the home folder, but only at the beginning.
    s.ask.home = Some("/home/mei".into());
    for (typed, path) in [("~/a.png", "/home/mei/a.png"), ("~", "/home/mei"), ("/a/~/b", "/a/~/b"), ("~b", "~b")] {
        no_dialog(&mut s, NoDialog::Asks(PathFor::File));
        ask(&mut s, AskCommand::Type(typed.into()));
        assert_eq!(ask(&mut s, AskCommand::Take), [Effect::Store(StoreRequest::OpenFile(path.into()))], "{typed}");
    }

    // The notice says where copies are, and stays long enough to be read.
    no_dialog(&mut s, NoDialog::Saves("/home/exports/cat.png".into()));
    for (path, kind) in [
        ("/home/exports/cat.png", NoticeKind::SavedUnasked("/home/exports/cat.png".into())),
        ("/chosen.png", NoticeKind::Exported("/chosen.png".into())),
    ] {
        update(&mut s, Input::Store(StoreEvent::Exported { path: path.into() }));
        let notice = s.notices.list.last().unwrap();
        assert_eq!((notice.kind.lasts_ms() > NOTICE_MS, &notice.kind), (path.contains("exports"), &kind));
        assert!(!notice.kind.stays(), "it leaves by itself");
    }
}

#[test]
fn a_report_is_offered_until_it_is_dismissed() {
    let path = PathBuf::from("/logs/panic-1.txt");
    let seen = [Effect::Store(StoreRequest::ReportSeen(path.clone()))];
    for all in [false, true] {
        let mut s = state();
        let report = PanicReport { path: path.clone(), ended: true };
        update(&mut s, Input::Store(StoreEvent::ReportLeft(report)));
        let id = s.notices.list[0].id;
        s.now_ms += 10 * NOTICE_MS;
        do_(&mut s, Command::Tick);
        assert_eq!(s.notices.list.len(), 1, "it stays");
        assert_eq!(do_(&mut s, Command::DismissNotice(id + 1)), [], "another one");
        let show = Command::Ask(AskCommand::ShowReport(path.clone()));
        assert_eq!(do_(&mut s, show), [Effect::Store(StoreRequest::ReadReport(path.clone()))]);
        let dismiss = if all { Command::DismissProblems } else { Command::DismissNotice(id) };
        assert_eq!(do_(&mut s, dismiss), seen);
        assert_eq!(s.notices.list, []);

        assert!(!s.ask.is_open());
        update(&mut s, Input::Store(StoreEvent::ReportRead { path: path.clone(), text: "what".into() }));
        assert_eq!(s.ask.report, Some((path.clone(), "what".into())));
        assert_eq!(do_(&mut s, Command::Ask(AskCommand::Leave)), []);
        assert!(!s.ask.is_open());
    }
}

#[test]
fn a_folder_is_made_for_a_copy_only_if_that_is_wanted() {
    let mut s = state();
    for (command, make) in [(AskCommand::Leave, false), (AskCommand::MakeFolder, true)] {
        update(&mut s, Input::NoFolder("/new".into()));
        assert_eq!(s.ask.folder, Some("/new".into()));
        assert_eq!(do_(&mut s, Command::Ask(command)), [Effect::MakeFolder(make)]);
        assert_eq!(s.ask.folder, None);
    }
}
