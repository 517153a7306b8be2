//! Pictures and models whose files were opened.

use super::*;
use crate::error::FolderOf;

#[test]
fn a_selected_picture_is_only_looked_at() {
    let mut s = state();
    s.settings.room = Room::Gallery;
    let select = |s: &mut AppState, path: &str| do_(s, Command::Gallery(GalleryCommand::Select(Some(path.into()))));
    // A character card is a PNG, too: only its pixels are requested.
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

/// Regression: opening a model switched to the room that uses it, and put it into use.
#[test]
fn a_model_that_is_dropped_is_chosen_where_it_is_used_and_offered_elsewhere() {
    let mut s = state();
    let drop = |s: &mut AppState, path: &str, makes| {
        // The model doctor checks it first.
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
    // The models folder was read in the meantime: there it has a name.
    do_(&mut s, Command::Go(Room::Create));
    assert_eq!(drop(&mut s, "/m/t.GGUF", Makes::Text), (Room::Models, offered("/m/t.GGUF")));
    s.catalogue.entry_mut("/m/t.GGUF").unwrap().card.id = "t".into();
    do_(&mut s, Command::Models(ModelsCommand::UseModel("/m/t.GGUF".into())));
    assert_eq!((s.room(), s.text().model.as_str()), (Room::Write, "t"));
    do_(&mut s, Command::Go(Room::Create));
    // In the room that uses such models, the user wants it there.
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
    engine(&mut s, id, EventKind::Finished(crate::state::write::tests::harness::stats()));
    assert_eq!(s.settings.image.prompt, "a wolf");
    // Nor one that a picture brought.
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::ImprovePrompt)));
    do_(&mut s, Command::OpenFile("/a.png".into()));
    let opened = StoreEvent::Opened { path: "/a.png".into(), picture: picture(), record: Some(record("a dog")) };
    update(&mut s, Input::Store(opened));
    engine(&mut s, id, TextNews::Token { text: "a grey wolf".into() });
    engine(&mut s, id, EventKind::Finished(crate::state::write::tests::harness::stats()));
    assert_eq!(s.settings.image.prompt, "a dog");
}

/// Whether a path is a folder is only known after the disk answers, which may take long.
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
