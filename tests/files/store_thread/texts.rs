//! Conversations: listed, deleted, searched, exported with their pictures, and those of other programs.

use std::fs;
use std::path::Path;
use std::time::Duration;

use aigc_studio::domain::{ConversationId, Illustration, Passage, Role, StoreEvent, StoreRequest};
use aigc_studio::error::Cause;
use aigc_studio::lang::Lang;
use aigc_studio::store::picture_files;
use aigc_studio::writing::export::{Document, TextFormat};

use super::{begin, journal, next, picture, record, save, start};

#[test]
fn conversations_are_listed_deleted_and_restored() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    for name in ["one", "two"] {
        store.send(journal(name, begin(1, Role::User, name)));
    }
    store.send(StoreRequest::ListConversations);
    let StoreEvent::Conversations(heads) = next(&events) else { panic!() };
    assert_eq!(heads.len(), 2);
    store.send(StoreRequest::TrashConversation(ConversationId("one".into())));
    assert!(matches!(next(&events), StoreEvent::ConversationTrashed(ConversationId(id)) if id == "one"));
    store.send(StoreRequest::ListConversations);
    assert!(matches!(next(&events), StoreEvent::Conversations(heads) if heads.len() == 1));
    store.send(StoreRequest::RestoreConversation(ConversationId("one".into())));
    store.send(StoreRequest::ListConversations);
    assert!(matches!(next(&events), StoreEvent::Conversations(heads) if heads.len() == 2));
    // A deletion that fails brings the true list with it.
    store.send(StoreRequest::TrashConversation(ConversationId("three".into())));
    assert!(matches!(next(&events), StoreEvent::Conversations(heads) if heads.len() == 2));
    assert!(matches!(next(&events), StoreEvent::Failed(..)));
}

/// Character cards and chats of other programs are opened as what they are; a picture stays a picture.
#[test]
fn cards_and_chats_of_other_programs_are_opened() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let put = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let card = br#"{"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Ada",
        "description": "{{char}} counts.", "personality": "", "scenario": "", "first_mes": "Hello, {{user}}.", "mes_example": ""}}"#;
    store.send(StoreRequest::OpenFile(put("ada.json", card)));
    let StoreEvent::PersonaOpened { persona, .. } = next(&events) else { panic!() };
    assert_eq!((persona.name.as_str(), persona.greetings[0].as_str()), ("Ada", "Hello, {{user}}."));
    store.send(StoreRequest::OpenFile(put(
        "world.json",
        br#"{"name": "Mill", "entries": {"0": {"key": ["mill"], "content": "It burnt."}}}"#,
    )));
    let StoreEvent::WorldOpened { name, cards, .. } = next(&events) else { panic!() };
    assert_eq!((name.as_str(), cards[0].name.as_str(), cards[0].about.as_str()), ("Mill", "mill", "It burnt."));
    store.send(StoreRequest::OpenFile(put(
        "chat.json",
        br#"[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]"#,
    )));
    let StoreEvent::ChatsOpened { chats, .. } = next(&events) else { panic!() };
    assert_eq!(chats[0].turns.len(), 2);
    for (name, bytes) in [("bad.json", &b"{"[..]), ("none.jsonl", b""), ("no-lore.json", br#"{"entries": []}"#)] {
        store.send(StoreRequest::OpenFile(put(name, bytes)));
        assert!(
            matches!(next(&events), StoreEvent::OpenFailed(e) if matches!(e.cause(), Cause::BadImport { reason } if reason.en.contains(name))),
            "{name}"
        );
    }
    // A folder may be called as anything.
    fs::create_dir(home.path().join("model.json")).unwrap();
    for name in ["", "model.json"] {
        let folder = home.path().join(name);
        store.send(StoreRequest::OpenFile(folder.clone()));
        assert!(matches!(next(&events), StoreEvent::FolderOpened(path) if path == folder));
    }
    store.send(StoreRequest::OpenFile(home.path().join("gone.json")));
    assert!(matches!(next(&events), StoreEvent::OpenFailed(e) if matches!(e.cause(), Cause::FileMissing { .. })));
    store.send(StoreRequest::OpenFile(put(
        "picture.png",
        &picture_files::encode_png(&picture(8), Some(&record("cat", 1))).unwrap(),
    )));
    assert!(matches!(next(&events), StoreEvent::Opened { record: Some(_), .. }));
    // To be looked at: pixels, and nothing else, whatever the file brings.
    store.send(StoreRequest::ViewPicture(home.path().join("picture.png")));
    assert!(matches!(next(&events), StoreEvent::Viewed { picture: Ok(seen), .. } if *seen == *picture(8)));
    for name in ["ada.json", "gone.png"] {
        store.send(StoreRequest::ViewPicture(home.path().join(name)));
        assert!(matches!(next(&events), StoreEvent::Viewed { path, picture: Err(_) } if path.ends_with(name)));
    }
}

/// A page with three pictures: a PNG, a JPEG and one that is gone.
fn illustrated(home: &Path) -> Document {
    let at = |name: &str| home.join("pictures").join(name);
    fs::create_dir_all(at("")).unwrap();
    fs::write(at("fox.png"), picture_files::encode_png(&picture(8), None).unwrap()).unwrap();
    fs::write(at("mill.jpg"), picture_files::encode_as("jpg", &picture(8), None).unwrap()).unwrap();
    let one = |id, text: &str, name: &str| Illustration {
        id,
        passage: Passage { turn: 0, at: 0, text: text.into() },
        path: at(name),
    };
    let pictures = [one(1, "A fox.", "fox.png"), one(2, "A mill.", "mill.jpg"), one(3, "A moon.", "moon.png")];
    Document::from_page("Night", "A fox.\nA mill.\nA moon.", &pictures, Lang::En)
}

#[test]
fn a_text_goes_out_with_its_pictures() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let document = illustrated(home.path());
    let out = home.path().join("out");
    for (format, name) in [
        (TextFormat::Markdown, "night.md"),
        (TextFormat::Html, "night.html"),
        (TextFormat::Docx, "night.docx"),
        (TextFormat::Plain, "night.txt"),
    ] {
        let path = out.join(name);
        store.send(StoreRequest::ExportText { path: path.clone(), document: Box::new(document.clone()), format });
        assert!(matches!(next(&events), StoreEvent::Exported { path: told } if told == path));
        if format != TextFormat::Plain {
            let StoreEvent::Failed(_, error) = next(&events) else { panic!("{format:?}") };
            let Cause::PicturesLeftOut { count, path, .. } = error.cause() else { panic!("{error}") };
            assert_eq!((*count, path.ends_with("moon.png")), (1, true));
        }
    }
    let markdown = fs::read_to_string(out.join("night.md")).unwrap();
    assert!(markdown.contains("![A fox.](<night-pictures/fox.png>)"), "{markdown}");
    assert!(
        markdown.contains("![A mill.](<night-pictures/mill.jpg>)") && markdown.contains("*\\[A moon.\\]*"),
        "{markdown}"
    );
    for name in ["fox.png", "mill.jpg"] {
        let (from, to) = (home.path().join("pictures").join(name), out.join("night-pictures").join(name));
        assert_eq!(fs::read(from).unwrap(), fs::read(to).unwrap());
    }
    let html = fs::read_to_string(out.join("night.html")).unwrap();
    assert_eq!((html.matches("data:image/png;base64,").count(), html.contains("[A moon.]")), (2, true));
    let docx = fs::read(out.join("night.docx")).unwrap();
    let held = |part: &[u8]| docx.windows(part.len()).filter(|w| w == &part).count();
    assert!(held(b"word/media/") >= 4, "two pictures, each named twice");
    assert!(fs::read_to_string(out.join("night.txt")).unwrap().contains("[A moon.]"));
}

#[test]
fn pictures_of_one_name_do_not_take_each_others_place() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    let one = |id: u64, text: &str, side: u32| {
        let path = home.path().join(format!("day-{id}")).join("a.png");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, picture_files::encode_png(&picture(side), None).unwrap()).unwrap();
        Illustration { id, passage: Passage { turn: 0, at: 0, text: text.into() }, path }
    };
    let document = Document::from_page("", "One.\nTwo.", &[one(1, "One.", 8), one(2, "Two.", 9)], Lang::En);
    let path = home.path().join("text.md");
    store.send(StoreRequest::ExportText { path, document: Box::new(document), format: TextFormat::Markdown });
    assert!(matches!(next(&events), StoreEvent::Exported { .. }));
    drop(store);
    let side = |name: &str| picture_files::open(&home.path().join("text-pictures").join(name)).unwrap().width;
    assert_eq!((side("a.png"), side("a-2.png")), (8, 9));
    assert!(events.try_recv().is_err());
}

#[test]
fn texts_are_searched_while_saving_goes_on_and_a_new_search_ends_the_old_one() {
    let home = tempfile::tempdir().unwrap();
    let (store, events) = start(home.path());
    for n in 0..40 {
        for turn in 1..=20 {
            store.send(journal(
                &format!("c{n}"),
                begin(turn, Role::User, "A Whale 鲸 and much more that is said beside it"),
            ));
        }
    }
    store.send(StoreRequest::SearchTexts { serial: 1, words: "nothing like it".into() });
    store.send(StoreRequest::SearchTexts { serial: 2, words: "wHALE 鲸".into() });
    store.send(save(1, 1));
    let (mut hits, mut saved) = (Vec::new(), false);
    loop {
        match next(&events) {
            StoreEvent::TextsFound { serial: 2, hits: more, done } => {
                hits.extend(more);
                if done {
                    break;
                }
            }
            StoreEvent::TextsFound { serial: 1, done, .. } => assert!(!done, "it was ended"),
            StoreEvent::PictureSaved { .. } => saved = true,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(hits.len(), 200, "as many as are told");
    let hit = &hits[0];
    assert_eq!((hit.turn, hit.at, &hit.snippet[hit.words.0..hit.words.1]), (1, 2, "Whale 鲸"));
    assert!(saved || matches!(next(&events), StoreEvent::PictureSaved { .. }));
    store.send(StoreRequest::SearchTexts { serial: 3, words: " ".into() });
    assert!(store.flush(Duration::from_secs(5)));
    assert!(events.try_recv().is_err(), "nothing was asked for");
}
