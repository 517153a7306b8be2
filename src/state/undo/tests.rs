//! Ctrl+Z: what it undoes, and in which room.

use std::path::Path;

use crate::state::tests::*;
use crate::state::write::tests::harness::talk;

fn store(s: &mut AppState, event: StoreEvent) -> Vec<Effect> {
    update(s, Input::Store(event))
}

fn go(s: &mut AppState, room: Room) {
    do_(s, Command::Go(room));
}

fn open_file(s: &mut AppState, record: Box<PictureRecord>) {
    let path = PathBuf::from("/elsewhere.png");
    do_(s, Command::OpenFile(path.clone()));
    store(s, StoreEvent::Opened { path, picture: picture(), record: Some(record) });
}

#[test]
fn each_room_takes_back_its_own_newest_action() {
    let mut s = state();
    let id = talk(&mut s);
    do_(&mut s, Command::Write(WriteCommand::TrashConversation(id.clone())));
    store(&mut s, StoreEvent::ConversationTrashed(id.clone()));
    let paths = vec![PathBuf::from("/lib/a.png"), PathBuf::from("/lib/b.png")];
    store(&mut s, StoreEvent::Trashed { paths: paths.clone() });

    go(&mut s, Room::Gallery);
    assert_eq!(do_(&mut s, Command::Undo), [Effect::Store(StoreRequest::RestorePictures(paths))]);
    assert!(!s.notices.list.iter().any(|n| matches!(n.kind, NoticeKind::PicturesTrashed(_))));
    assert_eq!(do_(&mut s, Command::Undo), [], "the conversation is not this room's");
    assert!(s.notices.list.iter().any(|n| n.kind == NoticeKind::NothingToUndo));

    go(&mut s, Room::Write);
    let effects = do_(&mut s, Command::Undo);
    let [restored, listed, loaded] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(*restored, Effect::Store(StoreRequest::RestoreConversation(id.clone())));
    assert_eq!(
        (listed, loaded),
        (&Effect::Store(StoreRequest::ListConversations), &Effect::Store(StoreRequest::LoadConversation(id))),
        "it is open again"
    );
}

#[test]
fn what_the_toast_has_taken_back_is_not_taken_back_twice() {
    let mut s = state();
    let paths = vec![PathBuf::from("/lib/a.png")];
    store(&mut s, StoreEvent::Trashed { paths: paths.clone() });
    do_(&mut s, Command::Gallery(GalleryCommand::RestorePictures(paths)));
    go(&mut s, Room::Gallery);
    assert_eq!(do_(&mut s, Command::Undo), []);
}

#[test]
fn settings_of_a_picture_give_back_the_prompt_and_the_sliders_that_they_took_the_place_of() {
    for toast in [false, true] {
        let mut s = state();
        prompt(&mut s, "a prompt that took ten minutes");
        do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 77.0))));
        let before = s.settings.image.clone();
        open_file(&mut s, record("a snake"));
        assert_eq!((s.settings.image.prompt.as_str(), s.settings.image.steps), ("a snake", 12));
        do_(&mut s, if toast { Command::Create(CreateCommand::UndoPrompt) } else { Command::Undo });
        assert_eq!(s.settings.image, before);
        assert!(!s.notices.list.iter().any(|n| matches!(n.kind, NoticeKind::SettingsRestored(_))));
    }
}

#[test]
fn all_sliders_back_to_their_defaults_can_be_taken_back() {
    let mut s = state();
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 77.0))));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Reset)));
    do_(&mut s, Command::Undo);
    assert_eq!(s.settings.image.steps, 77);

    go(&mut s, Room::Write);
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::TopK, 7.0))));
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Reset)));
    assert_ne!(s.text().top_k, 7);
    do_(&mut s, Command::Undo);
    assert_eq!(s.text().top_k, 7);
}

#[test]
fn an_example_gives_back_what_was_typed() {
    let mut s = state();
    prompt(&mut s, "my own words");
    do_(&mut s, Command::TakeExample("a rocket".into()));
    assert_eq!(s.settings.image.prompt, "a rocket");
    do_(&mut s, Command::Undo);
    assert_eq!(s.settings.image.prompt, "my own words");
    // The same words, typed, are letters.
    prompt(&mut s, "a rocket");
    assert_eq!(s.undo.newest(Room::Create), None);
    go(&mut s, Room::Write);
    do_(&mut s, Command::Write(WriteCommand::SetDraft("half a message".into())));
    do_(&mut s, Command::TakeExample("写一首诗".into()));
    assert_eq!(s.write.draft, "写一首诗");
    do_(&mut s, Command::Undo);
    assert_eq!(s.write.draft, "half a message");
}

#[test]
fn letters_typed_after_an_action_are_the_fields_to_take_back() {
    let mut s = state();
    let id = talk(&mut s);
    store(&mut s, StoreEvent::ConversationTrashed(id.clone()));
    assert_eq!(s.undo.newest(Room::Write), Some((&Undoable::ConversationTrashed(id.clone()), true)));
    do_(&mut s, Command::Write(WriteCommand::SetDraft("a".into())));
    assert_eq!(s.undo.newest(Room::Write), Some((&Undoable::ConversationTrashed(id), false)));
    assert_eq!(s.undo.newest(Room::Gallery), None);
}

#[test]
fn a_turn_that_was_sent_anew_is_shown_as_it_was_and_its_answer_is_stopped() {
    let mut s = state();
    talk(&mut s);
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(1)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("Hullo".into())));
    let (job, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::SendEdit)));
    assert_eq!(s.write.open.turns[0].message.content, "Hullo");
    let effects = do_(&mut s, Command::Undo);
    assert!(effects.contains(&Effect::Cancel(job)), "{effects:?}");
    let texts: Vec<_> = s.write.open.turns.iter().map(|turn| turn.message.content.as_str()).collect();
    assert_eq!(texts, ["Hello", "Hi"]);
    assert!(s.write.job.is_none());
}

#[test]
fn titles_pictures_and_cards_come_back() {
    let mut s = state();
    let id = talk(&mut s);
    for title in ["G", "Gr", "Gre"] {
        do_(&mut s, Command::Write(WriteCommand::SetTitle(id.clone(), title.into())));
    }
    do_(&mut s, Command::Write(WriteCommand::RenameConversation(id, "Gre".into())));
    do_(&mut s, Command::Undo);
    assert_eq!(s.write.conversations[0].title, "Hello", "all letters are one action");

    let picture = Illustration { id: 5, passage: Passage::new(2, 0, "Hi"), path: "/a.png".into() };
    s.write.open.pictures.push(picture.clone());
    do_(&mut s, Command::Write(WriteCommand::RemoveIllustration(5)));
    assert!(s.write.open.pictures.is_empty());
    let effects = do_(&mut s, Command::Undo);
    assert_eq!(s.write.open.pictures, std::slice::from_ref(&picture));
    assert!(matches!(journal(&effects)[..], [JournalEntry::Picture { .. }]));

    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::New)));
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::AddCard(CardKind::default()))));
    let mut card = s.write.open.page.as_ref().unwrap().story.cards[0].clone();
    card.name = "Ada".into();
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::SetCard(card.clone()))));
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::RemoveCard(card.id))));
    assert!(s.write.open.page.as_ref().unwrap().story.cards.is_empty());
    do_(&mut s, Command::Undo);
    assert_eq!(s.write.open.page.as_ref().unwrap().story.cards, [card]);
}

#[test]
fn a_persona_that_was_saved_over_comes_back() {
    let mut s = state();
    let persona = |s: &mut AppState, command| do_(s, Command::Persona(command));
    let old = KeptPersona {
        id: PersonaId("a".into()),
        persona: Persona { name: "Ada".into(), system: "long and good".into(), ..Persona::default() },
        avatar: None,
    };
    store(&mut s, StoreEvent::Personas(vec![old.clone()]));
    go(&mut s, Room::Write);
    persona(&mut s, PersonaCommand::Edit(old.id.clone()));
    persona(&mut s, PersonaCommand::Set(PersonaEdit::System("".into())));
    persona(&mut s, PersonaCommand::Keep);
    assert_eq!(s.personas.kept[0].persona.system, "");
    let effects = do_(&mut s, Command::Undo);
    assert!(
        matches!(&effects[..], [Effect::Store(StoreRequest::SavePersona { persona, .. })] if **persona == old.persona)
    );
    assert_eq!(s.personas.kept, std::slice::from_ref(&old));

    persona(&mut s, PersonaCommand::Trash(old.id.clone()));
    store(&mut s, StoreEvent::PersonaTrashed(old.id.clone()));
    assert_eq!(do_(&mut s, Command::Undo), [Effect::Store(StoreRequest::RestorePersona(old.id))]);
}

#[test]
fn a_list_of_actions_does_not_grow_for_ever() {
    let mut s = state();
    for n in 0..500 {
        store(&mut s, StoreEvent::Trashed { paths: vec![Path::new("/lib").join(n.to_string())] });
    }
    go(&mut s, Room::Gallery);
    let undone = (0..500).filter(|_| !do_(&mut s, Command::Undo).is_empty()).count();
    assert_eq!(undone, 100);
}
