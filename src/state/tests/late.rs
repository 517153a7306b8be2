//! Answers that come too late, and what is said to be done.

use super::*;
use crate::error::FolderOf;
use crate::state::write::tests::write::{answered, page, say};

fn conversation(id: &str, said: &str) -> Input {
    let turn = Turn { id: 1, message: Message { role: Role::User, content: said.into() }, info: None, parent: None };
    let data =
        ConversationData { id: ConversationId(id.into()), title: id.into(), turns: vec![turn], ..Default::default() };
    Input::Store(StoreEvent::Conversation(Box::new(data)))
}

fn open(s: &mut AppState, id: &str) -> Vec<Effect> {
    do_(s, Command::Write(WriteCommand::OpenConversation(ConversationId(id.into()))))
}

fn head(id: &str) -> ConversationHead {
    ConversationHead { id: ConversationId(id.into()), title: id.into(), ..Default::default() }
}

fn viewed(path: &str) -> Input {
    Input::Store(StoreEvent::Viewed { path: path.into(), picture: Ok(picture()) })
}

fn notes(s: &AppState) -> Vec<&NoticeKind> {
    s.notices.list.iter().map(|n| &n.kind).collect()
}

// ---- Conversations

#[test]
fn the_conversation_that_was_clicked_last_is_shown() {
    let mut s = state();
    open(&mut s, "slow");
    open(&mut s, "quick");
    update(&mut s, conversation("slow", "not me"));
    assert_eq!(s.write.open.id, None);
    update(&mut s, conversation("quick", "me"));
    assert_eq!(page(&s), ["me"]);
    // The first one comes once more, or later.
    update(&mut s, conversation("slow", "not me"));
    assert_eq!(page(&s), ["me"]);
}

#[test]
fn a_conversation_that_was_begun_meanwhile_stays() {
    let begin: [fn(&mut AppState); 4] = [
        |s| drop(say(s, "Hello")),
        |s| drop(do_(s, Command::Write(WriteCommand::NewConversation))),
        |s| {
            do_(s, Command::Write(WriteCommand::Page(PageCommand::New)));
            do_(s, Command::Write(WriteCommand::Page(PageCommand::Type("Once".into()))));
        },
        |s| {
            let turn = ImportedTurn { role: Role::User, name: String::new(), text: "imported".into(), after: None };
            let chats = vec![ImportedChat { title: "t".into(), turns: vec![turn], ..Default::default() }];
            update(s, Input::Store(StoreEvent::ChatsOpened { chats, left_out: Vec::new() }));
        },
    ];
    for begin in begin {
        let mut s = state();
        open(&mut s, "slow");
        begin(&mut s);
        let before = format!("{:?}", s.write.open);
        assert!(update(&mut s, conversation("slow", "not me")).is_empty());
        assert_eq!(format!("{:?}", s.write.open), before);
    }
}

#[test]
fn a_conversation_that_went_to_the_trash_while_it_was_read_is_not_shown() {
    let mut s = state();
    s.write.conversations = vec![head("a")];
    open(&mut s, "a");
    do_(&mut s, Command::Write(WriteCommand::TrashConversation(ConversationId("a".into()))));
    update(&mut s, conversation("a", "x"));
    assert_eq!(s.write.open.id, None);
}

#[test]
fn what_was_written_while_a_conversation_was_read_is_read_again() {
    let mut s = state();
    answered(&mut s, "Hello", "Hi");
    let a = s.write.open.id.clone().unwrap();
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    do_(&mut s, Command::Write(WriteCommand::OpenConversation(a.clone())));
    do_(&mut s, Command::Write(WriteCommand::RenameConversation(a.clone(), "Better".into())));
    // As it was before the new title.
    assert_eq!(update(&mut s, conversation(&a.0, "old")), [Effect::Store(StoreRequest::LoadConversation(a.clone()))]);
    assert_eq!(s.write.open.id, None);
    update(&mut s, conversation(&a.0, "new"));
    assert_eq!(page(&s), ["new"]);
}

#[test]
fn an_answer_that_ends_while_its_conversation_is_read_is_whole() {
    let mut s = state();
    let (job, _) = submitted(&say(&mut s, "Hello"));
    let a = s.write.open.id.clone().unwrap();
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    do_(&mut s, Command::Write(WriteCommand::OpenConversation(a.clone())));
    engine(&mut s, job, TextNews::Token { text: "Hi".into() });
    engine(&mut s, job, EventKind::Finished(crate::state::write::tests::write::stats()));
    assert_eq!(update(&mut s, conversation(&a.0, "no answer yet")), [Effect::Store(StoreRequest::LoadConversation(a))]);
}

#[test]
fn a_list_that_was_begun_before_a_conversation_does_not_hide_it() {
    let mut s = state();
    assert_eq!(
        begin(&mut s),
        [Effect::Store(StoreRequest::ListConversations), Effect::Store(StoreRequest::ListRecent)]
    );
    say(&mut s, "Hello");
    let old = || Input::Store(StoreEvent::Conversations(vec![head("old")]));
    assert_eq!(update(&mut s, old()), [Effect::Store(StoreRequest::ListConversations)], "it is asked for again");
    assert_eq!(s.write.conversations.len(), 1);
    update(&mut s, old());
    assert_eq!(s.write.conversations[0].title, "old", "the next one is as the disk is");
}

#[test]
fn the_prompt_of_another_document_is_not_shown_as_this_ones() {
    let mut s = state();
    say(&mut s, "Hello");
    let effects = do_(&mut s, Command::Write(WriteCommand::Measure(0)));
    let [Effect::Measure(request)] = &effects[..] else { panic!("{effects:?}") };
    let serial = request.serial;
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    update(
        &mut s,
        Input::Ledger(serial, Ok(Ledger { serial, parts: Vec::new(), context: 2048, answer: 512, dropped_turns: 0 })),
    );
    assert!(s.write.ledger.found.is_none());
    s.write.draft = "another".into();
    assert!(s.is_measure_due(0), "its own is asked for");
}

/// Regression: before a letter was typed, what had no room beside the last answer was said to be refused.
#[test]
fn an_empty_message_is_measured_as_the_next_one() {
    let mut s = state();
    write::answered(&mut s, "Hello", "A long answer");
    let effects = do_(&mut s, Command::Write(WriteCommand::Measure(0)));
    let [Effect::Measure(request)] = &effects[..] else { panic!("{effects:?}") };
    let TextPrompt::Chat(turns) = &request.prompt else { panic!() };
    let last = turns.last().unwrap();
    assert_eq!((last.role, last.content.as_str(), request.draft), (Role::User, "", true));
}

// ---- Pictures and files

#[test]
fn a_selected_picture_is_only_looked_at() {
    let mut s = state();
    s.settings.room = Room::Gallery;
    let select = |s: &mut AppState, path: &str| do_(s, Command::Gallery(GalleryCommand::Select(Some(path.into()))));
    // A card of a character is a PNG too: nothing but its pixels is asked for.
    assert_eq!(select(&mut s, "/l/a.png"), [Effect::Store(StoreRequest::ViewPicture("/l/a.png".into()))]);
    select(&mut s, "/l/b.png");
    update(&mut s, viewed("/l/a.png"));
    assert!(s.gallery.opened.is_none(), "another one is selected now");
    update(&mut s, viewed("/l/b.png"));
    update(&mut s, viewed("/l/a.png"));
    assert_eq!(s.gallery.opened.as_ref().unwrap().0, PathBuf::from("/l/b.png"));
    assert_eq!((s.room(), s.personas.kept.len(), s.create.strip.len()), (Room::Gallery, 0, 0));
    do_(&mut s, Command::Gallery(GalleryCommand::Select(None)));
    assert!(s.gallery.opened.is_none(), "its memory is given back");
}

#[test]
fn the_settings_of_a_picture_of_the_library_are_used_whatever_else_is_in_its_file() {
    let mut s = state();
    let path = PathBuf::from("/l/card.png");
    let record = Some(record("a dog"));
    let item = LibraryItem { path: path.clone(), made_ms: 1, bytes: 1, width: 1, height: 1, record };
    s.gallery.items = Some(vec![item]);
    let read = do_(&mut s, Command::Gallery(GalleryCommand::UseItem(path.clone())));
    assert_eq!(
        read,
        [Effect::Store(StoreRequest::ViewPicture(path.clone()))],
        "its pixels alone: the file may be a character's card too"
    );
    assert_eq!((s.settings.image.prompt.as_str(), s.room(), s.create.strip.len()), ("a dog", Room::Create, 1));
    update(&mut s, viewed("/l/card.png"));
    assert!(matches!(s.create.stage(), Stage::Shot(shot) if shot.picture.is_some()));
    do_(&mut s, Command::Gallery(GalleryCommand::UseItem(path)));
    assert_eq!(s.create.strip.len(), 1, "once on the strip");
}

#[test]
fn of_pictures_that_are_opened_the_last_one_wins() {
    let opened = |path: &str, prompt: &str| {
        let record = Some(record(prompt));
        Input::Store(StoreEvent::Opened { path: path.into(), picture: picture(), record })
    };
    let mut s = state();
    do_(&mut s, Command::OpenFile("/a.png".into()));
    do_(&mut s, Command::OpenFile("/chat.json".into()));
    do_(&mut s, Command::OpenFile("/b.png".into()));
    update(&mut s, Input::Store(StoreEvent::Failed(None, Cause::EngineGone.into())));
    update(&mut s, opened("/b.png", "b"));
    update(&mut s, opened("/a.png", "a"));
    update(&mut s, opened("/never-asked.png", "c"));
    assert_eq!((s.settings.image.prompt.as_str(), s.create.strip.len()), ("b", 1));
}

/// Whether a path is a folder is known once the disk was asked, which may take long.
#[test]
fn a_folder_that_is_dropped_is_looked_into_as_a_model_unless_another_file_came_after_it() {
    let mut s = state();
    let open = |s: &mut AppState, path: &str| {
        let path = PathBuf::from(path);
        assert_eq!(do_(s, Command::OpenFile(path.clone())), [Effect::Store(StoreRequest::OpenFile(path))]);
    };
    let folder = || Input::Store(StoreEvent::FolderOpened("/m/flux".into()));
    open(&mut s, "/m/flux");
    let ask = ModelAsk { path: "/m/flux".into(), parts: Vec::new(), id: None };
    assert_eq!(update(&mut s, folder()), [Effect::Catalogue(CatalogueRequest::OpenModel(ask))]);
    assert_eq!(update(&mut s, folder()), [], "once");
    open(&mut s, "/m/flux");
    open(&mut s, "/a.png");
    let opened = StoreEvent::Opened { path: "/a.png".into(), picture: picture(), record: Some(record("a")) };
    update(&mut s, Input::Store(opened));
    assert_eq!(update(&mut s, folder()), []);
}

/// Regression: whoever opened a model was thrown into the room that uses it, and it was in use.
#[test]
fn a_model_that_is_dropped_is_chosen_where_it_is_used_and_offered_elsewhere() {
    let mut s = state();
    let drop = |s: &mut AppState, path: &str, makes| {
        // The doctor looks first.
        let effects = do_(s, Command::OpenFile(path.into()));
        let [Effect::Catalogue(CatalogueRequest::OpenModel(ask))] = &effects[..] else { panic!("{effects:?}") };
        let made = Ok(Box::new(card(path, makes)));
        update(s, Input::Models(ModelNews::Opened(ask.clone(), made)));
        let news = s.notices.list.last().map(|notice| notice.kind.clone());
        (s.room(), news)
    };
    do_(&mut s, Command::Go(Room::Create));
    let used = s.text().model.clone();
    let offered = |path: &str| Some(NoticeKind::ModelOpened(path.into()));
    let used_now = |path: &str| Some(NoticeKind::ModelUsed(path.into()));
    assert_eq!(drop(&mut s, "/m/q.GGUF", Makes::Text), (Room::Models, offered("/m/q.GGUF")));
    assert_eq!((s.text().model.as_str(), s.notices.list[0].kind.stays()), (used.as_str(), true));
    assert_eq!(drop(&mut s, "/m/x.safetensors", Makes::Image), (Room::Models, offered("/m/x.safetensors")));
    assert_eq!(s.notices.list.len(), 1, "the newest alone");
    do_(&mut s, Command::Models(ModelsCommand::UseModel("/m/x.safetensors".into())));
    assert_eq!((s.room(), s.settings.image.model.as_str()), (Room::Create, "/m/x.safetensors"));
    let kinds: Vec<_> = s.notices.list.iter().map(|notice| notice.kind.clone()).collect();
    assert_eq!(kinds, [NoticeKind::ModelUsed("/m/x.safetensors".into())], "where it went is said");
    // The models folder was read meanwhile: there it goes by its name.
    do_(&mut s, Command::Go(Room::Create));
    assert_eq!(drop(&mut s, "/m/t.GGUF", Makes::Text), (Room::Models, offered("/m/t.GGUF")));
    s.catalogue.entry_mut("/m/t.GGUF").unwrap().card.id = "t".into();
    do_(&mut s, Command::Models(ModelsCommand::UseModel("/m/t.GGUF".into())));
    assert_eq!((s.room(), s.text().model.as_str()), (Room::Write, "t"));
    do_(&mut s, Command::Go(Room::Create));
    // Whoever is in the room that uses it wants it there.
    assert_eq!(drop(&mut s, "/m/y.safetensors", Makes::Image), (Room::Create, used_now("/m/y.safetensors")));
    do_(&mut s, Command::Go(Room::Write));
    assert_eq!(drop(&mut s, "/m/q.GGUF", Makes::Text), (Room::Write, used_now("/m/q.GGUF")));
    assert_eq!((s.text().model.as_str(), s.settings.image.model.as_str()), ("/m/q.GGUF", "/m/y.safetensors"));
}

#[test]
fn a_list_of_the_library_before_does_not_come_back() {
    let item = |path: &str| LibraryItem { path: path.into(), made_ms: 1, bytes: 1, width: 1, height: 1, record: None };
    let mut s = state();
    update(&mut s, Input::FolderTried(FolderOf::Pictures, "/new".into(), Ok(())));
    update(&mut s, Input::Store(StoreEvent::Library(vec![item("/old/a.png")])));
    assert!(s.gallery.items.is_none());
    update(&mut s, Input::Store(StoreEvent::Library(vec![item("/new/a.png")])));
    assert_eq!(s.gallery.items.as_ref().unwrap().len(), 1);
}

#[test]
fn a_prompt_of_ones_own_is_not_written_over() {
    let mut s = state();
    able(&mut s);
    prompt(&mut s, "a fox");
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::ImprovePrompt)));
    let typed = do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Prompt("a wolf".into()))));
    assert_eq!(typed, [Effect::Cancel(id)]);
    engine(&mut s, id, TextNews::Token { text: "a red fox".into() });
    engine(&mut s, id, EventKind::Finished(crate::state::write::tests::write::stats()));
    assert_eq!(s.settings.image.prompt, "a wolf");
    // Nor one that a picture brought.
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::ImprovePrompt)));
    do_(&mut s, Command::OpenFile("/a.png".into()));
    let opened = StoreEvent::Opened { path: "/a.png".into(), picture: picture(), record: Some(record("a dog")) };
    update(&mut s, Input::Store(opened));
    engine(&mut s, id, TextNews::Token { text: "a grey wolf".into() });
    engine(&mut s, id, EventKind::Finished(crate::state::write::tests::write::stats()));
    assert_eq!(s.settings.image.prompt, "a dog");
}

// ---- What is said to be done

#[test]
fn copied_is_said_when_the_picture_is_on_the_clipboard() {
    let mut s = state();
    let copy = Command::Gallery(GalleryCommand::CopyItem("/l/a.png".into()));
    assert_eq!(do_(&mut s, copy.clone()), [Effect::Store(StoreRequest::ViewPicture("/l/a.png".into()))]);
    assert!(s.notices.list.is_empty(), "nothing was copied yet");
    assert_eq!(update(&mut s, viewed("/l/a.png")), [Effect::CopyPicture(picture())]);
    assert!(s.notices.list.is_empty());
    update(&mut s, Input::Copied);
    assert_eq!(notes(&s), [&NoticeKind::Copied]);
    assert!(update(&mut s, viewed("/l/a.png")).is_empty(), "once");

    // A file that cannot be read is a problem, and no copy.
    s.notices.list.clear();
    do_(&mut s, copy.clone());
    let broken = StoreEvent::Viewed { path: "/l/a.png".into(), picture: Err(Cause::EngineGone.into()) };
    assert!(update(&mut s, Input::Store(broken)).is_empty());
    assert!(matches!(notes(&s)[..], [NoticeKind::Problem(_)]));

    // What is copied later is not overtaken by what comes late.
    answered(&mut s, "Hello", "Hi");
    do_(&mut s, copy);
    assert_eq!(do_(&mut s, Command::Write(WriteCommand::CopyTurn(2))), [Effect::CopyText("Hi".into())]);
    assert!(update(&mut s, viewed("/l/a.png")).is_empty());
}

#[test]
fn memory_is_freed_when_both_engines_say_so() {
    let mut s = state();
    s.catalogue.entries.iter_mut().for_each(|entry| entry.loaded = true);
    assert_eq!(do_(&mut s, Command::Models(ModelsCommand::Unload)), [Effect::Unload]);
    assert!(s.notices.list.is_empty() && s.catalogue.entries.iter().all(|entry| entry.loaded));
    assert!(do_(&mut s, Command::Models(ModelsCommand::Unload)).is_empty(), "not twice at once");
    engine(&mut s, NO_JOB, EventKind::Unloaded { medium: Medium::Text });
    assert!(s.notices.list.is_empty());
    assert_eq!(s.catalogue.entries.iter().map(|entry| entry.loaded).collect::<Vec<_>>(), [true, false]);
    engine(&mut s, NO_JOB, EventKind::Unloaded { medium: Medium::Picture });
    assert_eq!(notes(&s), [&NoticeKind::MemoryFreed]);
    // While a job runs it waits, and says that it does.
    let mut s = state();
    prompt(&mut s, "a cat");
    do_(&mut s, Command::Create(CreateCommand::Generate));
    do_(&mut s, Command::Models(ModelsCommand::Unload));
    assert_eq!(notes(&s), [&NoticeKind::MemoryWaits]);
    update(&mut s, Input::NotUnloaded(Cause::QueueFull { waiting: 256 }.into()));
    assert_eq!(do_(&mut s, Command::Models(ModelsCommand::Unload)), [Effect::Unload], "it can be asked again");
}

#[test]
fn a_conversation_is_in_the_trash_when_the_disk_says_so() {
    let mut s = state();
    s.write.conversations = vec![head("a")];
    let id = ConversationId("a".into());
    do_(&mut s, Command::Write(WriteCommand::TrashConversation(id.clone())));
    assert!(s.notices.list.is_empty() && s.write.conversations.is_empty());
    update(&mut s, Input::Store(StoreEvent::ConversationTrashed(id.clone())));
    assert_eq!(notes(&s), [&NoticeKind::ConversationTrashed(id)]);
}

#[test]
fn problems_stay_until_they_are_dismissed_whatever_else_is_said() {
    let mut s = state();
    let problem = |n| Cause::QueueFull { waiting: n };
    (0..6).for_each(|n| s.problem(problem(n).into()));
    s.problem(problem(3).into());
    (0..9).for_each(|n| s.note(NoticeKind::ModelFetched(n.to_string())));
    // Another picture of one on the strip says nothing, and takes nothing away.
    let key = (JobId(500), 0);
    let saved = Saved::Saving;
    s.create.put_on_strip(Shot { key, picture: Some(picture()), record: record("a dog"), saved, subject: None });
    do_(&mut s, Command::Create(CreateCommand::Vary(key)));
    s.now_ms += NOTICE_MS;
    do_(&mut s, Command::Tick);
    let told: Vec<usize> = (0..6)
        .filter(|n| s.notices.list.iter().any(|note| note.kind == NoticeKind::Problem(ProblemBox(problem(*n).into()))))
        .collect();
    assert_eq!((told, s.notices.list.len()), ((0..6).collect(), 6), "each of them once");
    do_(&mut s, Command::DismissProblems);
    assert!(s.notices.list.is_empty());
}

// ---- Characters

#[test]
fn a_character_that_went_to_the_trash_does_not_come_back_by_itself() {
    let mut s = state();
    let id = PersonaId("a".into());
    let kept = |name: &str| KeptPersona {
        id: PersonaId("a".into()),
        persona: Persona { name: name.into(), ..Default::default() },
        avatar: None,
    };
    s.personas.kept = vec![kept("Ada")];
    let command = |s: &mut AppState, command| do_(s, Command::Persona(command));
    command(&mut s, PersonaCommand::Trash(id.clone()));
    update(&mut s, Input::Store(StoreEvent::PersonaKept(Box::new(kept("Ada")))));
    assert!(s.personas.kept.is_empty());
    command(&mut s, PersonaCommand::Restore(id.clone()));
    update(&mut s, Input::Store(StoreEvent::PersonaKept(Box::new(kept("Ada")))));
    assert_eq!(s.personas.kept.len(), 1);
    // Written twice: the first answer is not the last word. A list that was begun before has neither.
    for name in ["Ann", "Anna"] {
        command(&mut s, PersonaCommand::Edit(id.clone()));
        command(&mut s, PersonaCommand::Set(PersonaEdit::Name(name.into())));
        command(&mut s, PersonaCommand::Keep);
    }
    update(&mut s, Input::Store(StoreEvent::PersonaKept(Box::new(kept("Ann")))));
    assert_eq!(s.personas.kept[0].persona.name, "Anna");
    update(&mut s, Input::Store(StoreEvent::Personas(Vec::new())));
    assert_eq!(s.personas.kept[0].persona.name, "Anna");
    update(&mut s, Input::Store(StoreEvent::PersonaKept(Box::new(kept("Anna")))));
    update(&mut s, Input::Store(StoreEvent::Personas(Vec::new())));
    assert!(s.personas.kept.is_empty(), "the disk has the last word");
}

#[test]
fn a_conversations_system_prompt_is_its_own() {
    let mut s = state();
    let set = |s: &mut AppState, text: &str| do_(s, Command::Write(WriteCommand::SetSystemPrompt(text.into())));
    assert!(set(&mut s, "Be brief.").is_empty());
    assert_eq!(s.settings.system_prompt, "Be brief.", "before a conversation, for all to come");
    let ada = Persona { name: "Ada".into(), system: "You are Ada.".into(), ..Persona::default() };
    update(&mut s, Input::Store(StoreEvent::PersonaOpened { persona: Box::new(ada), left_out: Vec::new() }));
    let effects = set(&mut s, "You are Ada, and old.");
    // A talk in which nothing was said is kept from here on: all that it began with comes before.
    let last = journal(&effects).into_iter().last();
    assert!(matches!(last, Some(JournalEntry::System { text }) if text == "You are Ada, and old."));
    assert_eq!(
        (s.settings.system_prompt.as_str(), s.write.open.system.as_str()),
        ("Be brief.", "You are Ada, and old.")
    );
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    say(&mut s, "Hello");
    assert_eq!(s.write.open.system, "Be brief.");
    set(&mut s, "Be long.");
    assert_eq!(s.settings.system_prompt, "Be brief.", "one that was begun without a character has its own too");
}

// ---- The strip

#[test]
fn the_strip_keeps_its_bytes_and_reads_again_what_is_shown() {
    let large = || Arc::new(Picture { width: 2048, height: 2048, rgba: vec![0; 4 * 2048 * 2048] });
    let mut s = state();
    let path = |n: u64| PathBuf::from(format!("/l/{n}.png"));
    for n in 0..12 {
        let saved = if n == 1 { Saved::Saving } else { Saved::At(path(n)) };
        let key = (JobId(n + 100), 0);
        s.create.put_on_strip(Shot { key, picture: Some(large()), record: record("x"), saved, subject: None });
        assert!(do_(&mut s, Command::Tick).is_empty());
    }
    let full = |s: &AppState| {
        s.create.strip.iter().filter(|shot| shot.picture.is_some()).map(|shot| shot.key.0.0 - 100).collect::<Vec<_>>()
    };
    assert_eq!(full(&s), [11, 10, 9, 8, 1], "64 MiB of the newest, and what is not on the disk yet");
    assert_eq!(s.picture_bytes(), 5 * (16 << 20));

    // One that is on the disk alone is read once it is shown, and goes again with the next.
    let show =
        |s: &mut AppState, n: u64| do_(s, Command::Create(CreateCommand::Show(Shown::Shot((JobId(n + 100), 0)))));
    assert_eq!(show(&mut s, 4), [Effect::Store(StoreRequest::ViewPicture(path(4)))]);
    assert!(do_(&mut s, Command::Tick).is_empty(), "once");
    update(&mut s, Input::Store(StoreEvent::Viewed { path: path(5), picture: Ok(large()) }));
    assert!(!full(&s).contains(&5), "it is not shown");
    update(&mut s, Input::Store(StoreEvent::Viewed { path: path(4), picture: Ok(large()) }));
    assert_eq!(full(&s), [11, 10, 9, 8, 4, 1]);
    show(&mut s, 11);
    assert_eq!(full(&s), [11, 10, 9, 8, 1]);
    // Saved or copied without having been shown: from its file.
    let key = (JobId(102), 0);
    assert_eq!(
        do_(&mut s, Command::Create(CreateCommand::SavePictureAs(key))),
        [Effect::AskExportFile { path: path(2), enlarge: Enlarge::NONE }]
    );
    assert_eq!(
        do_(&mut s, Command::Create(CreateCommand::CopyPicture(key))),
        [Effect::Store(StoreRequest::ViewPicture(path(2)))]
    );
    // A file that is gone is told, and not asked for over and over.
    show(&mut s, 3);
    let gone = StoreEvent::Viewed { path: path(3), picture: Err(Cause::FileMissing { path: path(3) }.into()) };
    assert!(update(&mut s, Input::Store(gone)).is_empty());
    assert!(do_(&mut s, Command::Tick).is_empty() && s.notices.list.len() == 1);
}

#[test]
fn rarer_sliders_are_kept_in_range_and_reset() {
    let mut s = state();
    for edit in [
        ImageEdit::Noise(NoiseSource::Torch),
        ImageEdit::Number(ImageParam::GuidanceRescale, 7.0),
        ImageEdit::Number(ImageParam::ClipSkip, 99.0),
    ] {
        do_(&mut s, Command::Create(CreateCommand::SetImage(edit)));
    }
    let ImageParams { noise, guidance_rescale, clip_skip, .. } = s.settings.image;
    assert_eq!((noise, guidance_rescale, clip_skip), (NoiseSource::Torch, 1.0, 12));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Reset)));
    let ImageParams { noise, guidance_rescale, clip_skip, .. } = s.settings.image;
    assert_eq!((noise, guidance_rescale, clip_skip), (NoiseSource::Native, 0.0, 1));
}
