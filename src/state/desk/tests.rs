//! Drafts, jobs that wait for the next start, the trash, and a window that only shows.

use crate::error::{FolderFault, FolderOf};
use crate::state::tests::*;

fn persona(s: &mut AppState, command: PersonaCommand) -> Vec<Effect> {
    do_(s, Command::Persona(command))
}

fn set(edit: PersonaEdit) -> PersonaCommand {
    PersonaCommand::Set(edit)
}

fn loaded(s: &mut AppState, desk: Desk) {
    update(s, Input::Store(StoreEvent::Desk(Box::new(desk))));
}

fn talk(s: &mut AppState) -> ConversationId {
    do_(s, Command::Go(Room::Write));
    let (id, _) = submitted(&write::say(s, "Hello"));
    engine(s, id, TextNews::Token { text: "Hi".into() });
    engine(s, id, EventKind::Finished(write::stats()));
    s.write.open.id.clone().unwrap()
}

#[test]
fn esc_leaves_every_editor_and_what_was_typed_is_there_again() {
    let mut s = state();
    persona(&mut s, PersonaCommand::New);
    persona(&mut s, set(PersonaEdit::System("She repairs clocks.".into())));
    persona(&mut s, PersonaCommand::Leave);
    assert!(s.personas.editing.is_none());
    persona(&mut s, PersonaCommand::New);
    assert_eq!(s.personas.editing.as_ref().unwrap().persona.system, "She repairs clocks.");
    // Closing the library is no other.
    persona(&mut s, PersonaCommand::Show(false));
    persona(&mut s, PersonaCommand::New);
    assert_eq!(s.personas.editing.as_ref().unwrap().persona.system, "She repairs clocks.");
    persona(&mut s, set(PersonaEdit::Name("Ada".into())));
    persona(&mut s, PersonaCommand::Keep);
    persona(&mut s, PersonaCommand::New);
    assert_eq!(s.personas.editing, Some(PersonaDraft::default()), "it was saved");

    let id = talk(&mut s);
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(1)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("Hello, and".into())));
    do_(&mut s, Command::Write(WriteCommand::CancelEdit));
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    let data = ConversationData { id: id.clone(), turns: vec![], ..ConversationData::default() };
    let turns = [(1, Role::User, "Hello"), (2, Role::Assistant, "Hi")];
    let turns = turns.map(|(id, role, text)| Turn {
        id,
        message: Message { role, content: text.into() },
        info: None,
        parent: Some(id - 1),
    });
    do_(&mut s, Command::Write(WriteCommand::OpenConversation(id)));
    update(&mut s, Input::Store(StoreEvent::Conversation(Box::new(ConversationData { turns: turns.into(), ..data }))));
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(1)));
    assert_eq!(s.write.editing, Some((1, "Hello, and".into())));
    // Another turn is another draft.
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(2)));
    assert_eq!(s.write.editing, Some((2, "Hi".into())));
    do_(&mut s, Command::Write(WriteCommand::CancelEdit));
    assert_eq!(s.write.left.edits.len(), 1, "what reads as before is no draft");

    do_(&mut s, Command::Write(WriteCommand::OpenForm("news".into())));
    let form = s.write.form.clone().expect("there is such a form");
    let field = form.values.keys().next().unwrap().clone();
    do_(&mut s, Command::Write(WriteCommand::SetFormField(field.clone(), "half a topic".into())));
    do_(&mut s, Command::Write(WriteCommand::CloseForm));
    do_(&mut s, Command::Write(WriteCommand::OpenForm("news".into())));
    assert_eq!(s.write.form.as_ref().unwrap().values[&field], "half a topic");
}

#[test]
fn a_draft_that_is_thrown_away_comes_back_too() {
    let mut s = state();
    do_(&mut s, Command::Go(Room::Write));
    persona(&mut s, PersonaCommand::New);
    persona(&mut s, set(PersonaEdit::Name("Ada".into())));
    persona(&mut s, PersonaCommand::Discard);
    assert!(s.personas.editing.is_none() && s.personas.drafts.is_empty());
    assert!(s.notices.list.iter().any(|n| matches!(n.kind, NoticeKind::DraftDiscarded(_))));
    do_(&mut s, Command::Undo);
    assert_eq!(s.personas.editing.as_ref().unwrap().persona.name, "Ada");

    let id = talk(&mut s);
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(1)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("Hullo".into())));
    do_(&mut s, Command::Write(WriteCommand::DiscardEdit));
    assert!(s.write.editing.is_none() && !s.write.left.edits.contains_key(&(id, 1)));
    do_(&mut s, Command::Undo);
    assert_eq!(s.write.editing, Some((1, "Hullo".into())));
}

#[test]
fn the_desk_is_written_once_it_rests_and_never_before_it_was_read() {
    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::SetDraft("half".into())));
    let tick = |s: &mut AppState, ms| {
        s.now_ms += ms;
        do_(s, Command::Tick)
            .into_iter()
            .filter(|fx| matches!(fx, Effect::Store(StoreRequest::SaveDesk(_))))
            .collect::<Vec<_>>()
    };
    tick(&mut s, 0);
    assert_eq!(tick(&mut s, 5_000), [], "an empty one would take the place of what is there");
    loaded(&mut s, Desk { message: "of the last time".into(), ..Desk::default() });
    assert_eq!(s.write.draft, "half", "what was typed since is newer");
    tick(&mut s, 10);
    assert!(s.next_deadline_ms().is_some());
    let desk = Desk { message: "half".into(), ..Desk::default() };
    assert_eq!(tick(&mut s, 1_500), [Effect::Store(StoreRequest::SaveDesk(Box::new(desk)))]);
    assert_eq!(tick(&mut s, 1_500), []);
    assert!(s.unkept_desk().is_none());
}

#[test]
fn drafts_of_the_last_time_are_there_again() {
    let mut s = state();
    let id = talk(&mut s);
    do_(&mut s, Command::Write(WriteCommand::SetDraft("a message".into())));
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(1)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("Hullo".into())));
    persona(&mut s, PersonaCommand::New);
    persona(&mut s, set(PersonaEdit::Name("Ada".into())));
    let desk = s.desk_now();
    let mut s = state();
    loaded(&mut s, desk.clone());
    assert_eq!(s.write.left.messages[&Some(id.clone())], "a message", "it is its talk's");
    assert_eq!(s.write.left.edits[&(id, 1)], "Hullo");
    persona(&mut s, PersonaCommand::New);
    assert_eq!(s.personas.editing.as_ref().unwrap().persona.name, "Ada");
    assert_eq!(s.desk_now(), desk);
    assert!(s.desk.waiting.is_empty(), "no job was left");
}

#[test]
fn pictures_that_were_not_drawn_when_the_window_closed_are_drawn_with_their_seeds() {
    let mut s = state();
    prompt(&mut s, "a cat");
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Count, 4.0))));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Seed(Seed::Fixed(10)))));
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    prompt(&mut s, "a dog");
    let (second, _) = asks_for(&mut s, Command::Create(CreateCommand::Generate));
    prompt(&mut s, "a bird");
    let (third, _) = asks_for(&mut s, Command::Create(CreateCommand::Generate));
    do_(&mut s, Command::CancelJob(third));
    engine(&mut s, id, PictureNews::Picture { index: 0, picture: picture(), record: record("a cat") });
    let desk = s.desk_now();
    assert_eq!(desk.waiting.len(), 2, "what was cancelled is not wanted");

    let mut s = state();
    loaded(&mut s, desk.clone());
    assert!(s.create.jobs.is_empty(), "nothing runs unasked");
    assert_eq!(s.desk.waiting, desk.waiting);
    assert_eq!(s.desk_now(), desk, "and nothing is lost if nobody answers");
    prompt(&mut s, "something new");
    let effects = do_(&mut s, Command::Waiting(WaitingCommand::Resume));
    let asked = asked_for(&s, &effects);
    let jobs: Vec<_> = asked
        .iter()
        .filter_map(|(_, task)| match task {
            Task::Picture(PictureTask::Generate(request)) => {
                Some((request.params.prompt.as_str(), request.seed, request.params.count))
            }
            _ => None,
        })
        .collect();
    assert_eq!(jobs, [("a cat", 11, 3), ("a dog", 10, 4)]);
    assert_eq!(s.settings.image.prompt, "something new", "the panel is the person's");
    assert!(s.desk.waiting.is_empty() && s.notices.list.is_empty());
    let _ = second;
}

#[test]
fn another_device_draws_what_the_old_one_had_not_drawn() {
    let mut s = state();
    prompt(&mut s, "a cat");
    let (old, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    let seed = s.create.jobs[0].request.seed;
    let effects = do_(&mut s, Command::Settings(SettingsCommand::SetDevice(DeviceChoice::Cpu)));
    assert_eq!(effects[0], Effect::SetDevice(DeviceChoice::Cpu), "before the new job");
    let (new, job) = submitted(&effects);
    assert!(
        matches!(job, Task::Picture(PictureTask::Generate(request)) if request.seed == seed && request.params.prompt == "a cat")
    );
    engine(&mut s, old, EventKind::Cancelled);
    let jobs: Vec<_> = s.create.jobs.iter().map(|job| job.id).collect();
    assert_eq!(jobs, [new]);
}

#[test]
fn an_answer_that_was_cut_off_by_closing_goes_on_in_its_conversation() {
    let mut s = state();
    let (job, _) = submitted(&write::say(&mut s, "Hello"));
    engine(&mut s, job, TextNews::Token { text: "Once upon".into() });
    let (desk, open) = (s.desk_now(), s.write.open.clone());
    let id = open.id.clone().unwrap();
    assert_eq!(desk.waiting, [Waiting::Answer { conversation: id.clone(), turn: 2 }]);

    let mut s = state();
    loaded(&mut s, desk);
    let effects = do_(&mut s, Command::Waiting(WaitingCommand::Resume));
    assert!(effects.contains(&Effect::Store(StoreRequest::LoadConversation(id.clone()))));
    assert_eq!(s.room(), Room::Write);
    let data = ConversationData { id, turns: open.turns, shelf: open.shelf, ..ConversationData::default() };
    let effects = update(&mut s, Input::Store(StoreEvent::Conversation(Box::new(data))));
    let Task::Text(request) = submitted(&effects).1 else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages.last().unwrap().content, "Once upon");
}

/// Regression: while another text was written, "Continue" did nothing and said nothing.
#[test]
fn an_answer_that_was_cut_off_waits_behind_the_one_that_is_written() {
    let mut s = state();
    submitted(&write::say(&mut s, "Hello"));
    let (desk, open) = (s.desk_now(), s.write.open.clone());
    let id = open.id.clone().unwrap();

    let mut s = state();
    loaded(&mut s, Desk { open: None, ..desk });
    s.dice.0 += 1;
    s.now_ms += 5_000;
    submitted(&write::say(&mut s, "Something else"));
    let resume = |s: &mut AppState| do_(s, Command::Waiting(WaitingCommand::Resume));
    assert!(resume(&mut s).contains(&Effect::Store(StoreRequest::LoadConversation(id.clone()))));
    let data = ConversationData { id: id.clone(), turns: open.turns, shelf: open.shelf, ..ConversationData::default() };
    update(&mut s, Input::Store(StoreEvent::Conversation(Box::new(data))));
    let written: Vec<_> = s.write.jobs().map(|job| (job.conversation == id, job.phase)).collect();
    assert_eq!(written, [(false, Phase::Waiting), (true, Phase::Waiting)]);
    assert!(s.desk.waiting.is_empty() && s.write.is_writing_here());
}

#[test]
fn jobs_that_are_discarded_come_back_with_ctrl_z() {
    let mut s = state();
    let waiting = vec![Waiting::Fetch { model: "m".into() }];
    loaded(&mut s, Desk { waiting: waiting.clone(), ..Desk::default() });
    do_(&mut s, Command::Waiting(WaitingCommand::Discard));
    assert!(s.desk.waiting.is_empty());
    do_(&mut s, Command::Undo);
    assert_eq!(s.desk.waiting, waiting);
}

// ---- The trash

fn trashed(kind: TrashKind, id: &str) -> Trashed {
    Trashed { kind, id: id.into(), name: id.into(), path: "/x".into(), bytes: 1, made_ms: 1 }
}

#[test]
fn what_is_in_the_trash_is_restored_or_deleted_for_good_after_a_question() {
    let mut s = state();
    let trash = |s: &mut AppState, command| do_(s, Command::Trash(command));
    for (kind, back) in [
        (TrashKind::Pictures, Effect::Store(StoreRequest::RestorePictures(vec!["a".into()]))),
        (TrashKind::Conversations, Effect::Store(StoreRequest::RestoreConversation(ConversationId("a".into())))),
        (TrashKind::Personas, Effect::Store(StoreRequest::RestorePersona(PersonaId("a".into())))),
    ] {
        assert_eq!(trash(&mut s, TrashCommand::Show(kind)), [Effect::Store(StoreRequest::ListTrash(kind))]);
        let items = ["a", "b", "c"].map(|id| trashed(kind, id)).to_vec();
        update(&mut s, Input::Store(StoreEvent::Trash { kind, items }));
        let effects = trash(&mut s, TrashCommand::Restore("a".into()));
        assert_eq!(
            (effects.first(), effects.last()),
            (Some(&back), Some(&Effect::Store(StoreRequest::ListTrash(kind))))
        );
        assert_eq!(s.trash.items.as_ref().unwrap().len(), 2);

        assert_eq!(trash(&mut s, TrashCommand::Purge), [], "nothing was asked");
        trash(&mut s, TrashCommand::Ask(Some("b".into())));
        trash(&mut s, TrashCommand::Keep);
        assert_eq!(trash(&mut s, TrashCommand::Purge), [], "the answer was no");
        trash(&mut s, TrashCommand::Ask(Some("b".into())));
        assert_eq!(
            trash(&mut s, TrashCommand::Purge),
            [Effect::Store(StoreRequest::Purge { kind, ids: vec!["b".into()] })]
        );
        trash(&mut s, TrashCommand::Ask(None));
        assert_eq!(
            trash(&mut s, TrashCommand::Purge),
            [Effect::Store(StoreRequest::Purge { kind, ids: vec!["c".into()] })]
        );
    }
    // All of it, with one look at what is left.
    for kind in TrashKind::ALL {
        trash(&mut s, TrashCommand::Show(kind));
        let items = ["a", "b", "c"].map(|id| trashed(kind, id)).to_vec();
        update(&mut s, Input::Store(StoreEvent::Trash { kind, items }));
        let effects = trash(&mut s, TrashCommand::RestoreAll);
        let looks = effects.iter().filter(|effect| matches!(effect, Effect::Store(StoreRequest::ListTrash(_)))).count();
        let lists =
            effects.iter().filter(|effect| matches!(effect, Effect::Store(StoreRequest::ListConversations))).count();
        assert_eq!((looks, lists), (1, usize::from(kind == TrashKind::Conversations)), "{effects:?}");
        assert_eq!(effects.len(), if kind == TrashKind::Pictures { 2 } else { 3 + looks + lists }, "{effects:?}");
        assert_eq!(s.trash.items, Some(vec![]));
    }
    // Ctrl+Z in the trash takes out of it, too.
    do_(&mut s, Command::Trash(TrashCommand::Show(TrashKind::Pictures)));
    do_(&mut s, Command::Go(Room::Gallery));
    do_(&mut s, Command::Trash(TrashCommand::Show(TrashKind::Pictures)));
    update(&mut s, Input::Store(StoreEvent::Trashed { paths: vec!["z".into()] }));
    assert_eq!(do_(&mut s, Command::Undo).last(), Some(&Effect::Store(StoreRequest::ListTrash(TrashKind::Pictures))));
    // A picture that is dropped on it shows itself.
    do_(&mut s, Command::OpenFile("/a.png".into()));
    let opened = StoreEvent::Opened { path: "/a.png".into(), picture: picture(), record: Some(record("a")) };
    update(&mut s, Input::Store(opened));
    assert_eq!((s.room(), s.trash.shown), (Room::Create, None));
    do_(&mut s, Command::Trash(TrashCommand::Show(TrashKind::Personas)));
    update(&mut s, Input::Store(StoreEvent::Trash { kind: TrashKind::Personas, items: vec![] }));
    // A list of another trash comes too late.
    let items = vec![trashed(TrashKind::Pictures, "x")];
    update(&mut s, Input::Store(StoreEvent::Trash { kind: TrashKind::Pictures, items }));
    assert_eq!(s.trash.items, Some(vec![]));
    do_(&mut s, Command::Go(Room::Gallery));
    assert!(s.trash.shown.is_none(), "another room is another view");
}

#[test]
fn what_is_gone_for_good_is_not_undone() {
    let mut s = state();
    update(&mut s, Input::Store(StoreEvent::Trashed { paths: vec!["a".into()] }));
    do_(&mut s, Command::Go(Room::Gallery));
    do_(&mut s, Command::Trash(TrashCommand::Show(TrashKind::Pictures)));
    do_(&mut s, Command::Trash(TrashCommand::Ask(Some("a".into()))));
    do_(&mut s, Command::Trash(TrashCommand::Purge));
    assert_eq!(do_(&mut s, Command::Undo), []);
}

// ---- A window that only shows

#[test]
fn a_window_that_only_shows_does_nothing_that_would_be_lost() {
    let mut s = state();
    let id = talk(&mut s);
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
    // It is looked around in.
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

// ---- Where no dialog can open

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

    // `~` is the person's own folder, at the beginning alone.
    s.ask.home = Some("/home/mei".into());
    for (typed, path) in [("~/a.png", "/home/mei/a.png"), ("~", "/home/mei"), ("/a/~/b", "/a/~/b"), ("~b", "~b")] {
        no_dialog(&mut s, NoDialog::Asks(PathFor::File));
        ask(&mut s, AskCommand::Type(typed.into()));
        assert_eq!(ask(&mut s, AskCommand::Take), [Effect::Store(StoreRequest::OpenFile(path.into()))], "{typed}");
    }

    // Copies tell where they are, long enough to be read.
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
fn a_folder_is_made_for_a_copy_only_if_that_is_wanted() {
    let mut s = state();
    for (command, make) in [(AskCommand::Leave, false), (AskCommand::MakeFolder, true)] {
        update(&mut s, Input::NoFolder("/new".into()));
        assert_eq!(s.ask.folder, Some("/new".into()));
        assert_eq!(do_(&mut s, Command::Ask(command)), [Effect::MakeFolder(make)]);
        assert_eq!(s.ask.folder, None);
    }
}

#[test]
fn whoever_leaves_an_editor_is_told_that_the_draft_is_kept() {
    let told = |s: &mut AppState| {
        let told = s.notices.list.iter().any(|notice| notice.kind == NoticeKind::DraftKept);
        s.notices.list.clear();
        told
    };
    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::OpenForm("poem".into())));
    do_(&mut s, Command::Write(WriteCommand::CloseForm));
    assert!(!told(&mut s), "nothing was typed");
    do_(&mut s, Command::Write(WriteCommand::OpenForm("poem".into())));
    do_(&mut s, Command::Write(WriteCommand::SetFormField("topic".into(), "snow".into())));
    do_(&mut s, Command::Write(WriteCommand::CloseForm));
    assert!(told(&mut s));
    do_(&mut s, Command::Write(WriteCommand::OpenForm("poem".into())));
    submitted(&do_(&mut s, Command::Write(WriteCommand::WriteForm)));
    assert!(!told(&mut s) && s.write.left.forms.is_empty(), "it was sent");
    persona(&mut s, PersonaCommand::New);
    persona(&mut s, set(PersonaEdit::Name("Ada".into())));
    persona(&mut s, PersonaCommand::Leave);
    assert!(told(&mut s));
    persona(&mut s, PersonaCommand::New);
    persona(&mut s, PersonaCommand::Keep);
    assert!(!told(&mut s), "it was saved");
    s.write.job = None;
    s.lanes.clear();
    talk(&mut s);
    s.notices.list.clear();
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(1)));
    do_(&mut s, Command::Write(WriteCommand::CancelEdit));
    assert!(!told(&mut s));
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(1)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("Hello, and".into())));
    do_(&mut s, Command::Write(WriteCommand::CancelEdit));
    assert!(told(&mut s));
}

/// Regression: after a start a new conversation was shown, with what had been typed under another one.
#[test]
fn what_was_open_is_open_after_a_start() {
    let mut s = state();
    loaded(&mut s, Desk::default());
    let id = talk(&mut s);
    let desk = s.unkept_desk().expect("it is to be kept");
    assert_eq!(desk.open, Some(id.clone()));
    let head = ConversationHead { id: id.clone(), title: "Hello".into(), ..Default::default() };
    let listed = |s: &mut AppState, heads| update(s, Input::Store(StoreEvent::Conversations(heads)));
    let load = [Effect::Store(StoreRequest::LoadConversation(id.clone()))];
    let start = || {
        let mut s = state();
        begin(&mut s);
        s
    };
    // The list and the desk come in any order.
    let mut s = start();
    loaded(&mut s, desk.clone());
    assert_eq!(s.desk_now().open, Some(id.clone()), "until then it stays what was open");
    assert_eq!(listed(&mut s, vec![head.clone()]), load);
    let mut s = start();
    assert!(listed(&mut s, vec![head.clone()]).is_empty());
    assert_eq!(update(&mut s, Input::Store(StoreEvent::Desk(Box::new(desk.clone())))), load);
    let data = ConversationData { id: id.clone(), title: "Hello".into(), ..ConversationData::default() };
    update(&mut s, Input::Store(StoreEvent::Conversation(Box::new(data))));
    assert_eq!(s.write.open.id, Some(id));
    // One that is gone is not asked for, and whoever has begun something stays there.
    let mut s = start();
    loaded(&mut s, desk.clone());
    assert!(listed(&mut s, Vec::new()).is_empty());
    assert_eq!(s.desk_now().open, None);
    let mut s = start();
    loaded(&mut s, desk);
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::New)));
    assert!(listed(&mut s, vec![head]).is_empty());
}
