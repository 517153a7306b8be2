//! Each action can be undone and redone.

use super::*;

/// What a user sees of their work.
fn look(s: &AppState) -> String {
    let titles: Vec<_> = s.write.conversations.iter().map(|head| &head.title).collect();
    let (write, personas) = (&s.write, &s.personas);
    let things = (&s.settings.image, s.text(), &write.open, &write.editing, &write.form, &write.draft);
    let left = (&write.left, &personas.drafts, &s.desk);
    format!("{things:?} {titles:?} {:?} {:?} {left:?} {}", personas.editing, personas.kept, s.gallery.search)
}

#[test]
fn every_action_is_taken_back_done_again_and_taken_back_again() {
    type Do = fn(&mut AppState);
    let actions: &[(&str, Do, Do)] = &[
        (
            "sliders of Create",
            |s| {
                do_(s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Steps, 77.0))));
            },
            |s| {
                do_(s, Command::Create(CreateCommand::SetImage(ImageEdit::Reset)));
            },
        ),
        (
            "an example over a message",
            |s| {
                s.catalogue.entries[1].card.examples = vec!["Write a poem".into()];
                talk(s, "One");
                do_(s, Command::Write(WriteCommand::SetDraft("half".into())));
            },
            |s| {
                do_(s, Command::TakeExample("Write a poem".into()));
            },
        ),
        (
            "sliders of Write",
            |s| {
                talk(s, "One");
                do_(s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::TopK, 7.0))));
            },
            |s| {
                do_(s, Command::Write(WriteCommand::SetText(TextEdit::Reset)));
            },
        ),
        (
            "a title",
            |s| drop(talk(s, "One")),
            |s| {
                let id = s.write.open.id.clone().unwrap();
                do_(s, Command::Write(WriteCommand::RenameConversation(id, "Two".into())));
            },
        ),
        (
            "a new text over an answer",
            |s| {
                talk(s, "One");
                do_(s, Command::Write(WriteCommand::BeginEdit(2)));
                do_(s, Command::Write(WriteCommand::SetEdit("Ho".into())));
                do_(s, Command::Write(WriteCommand::CancelEdit));
                do_(s, Command::Write(WriteCommand::BeginEdit(2)));
            },
            |s| {
                do_(s, Command::Write(WriteCommand::SendEdit));
            },
        ),
        (
            "a draft over a turn",
            |s| {
                talk(s, "One");
                do_(s, Command::Write(WriteCommand::BeginEdit(1)));
                do_(s, Command::Write(WriteCommand::SetEdit("Two".into())));
            },
            |s| {
                do_(s, Command::Write(WriteCommand::DiscardEdit));
            },
        ),
        (
            "a picture beside a passage",
            |s| {
                talk(s, "One");
                let passage = Passage::new(2, 0, "Hi");
                s.write.open.pictures = vec![Illustration { id: 5, passage, path: "/a.png".into() }];
            },
            |s| {
                do_(s, Command::Write(WriteCommand::RemoveIllustration(5)));
            },
        ),
        (
            "a card of a page",
            |s| {
                do_(s, Command::Go(Room::Write));
                do_(s, Command::Write(WriteCommand::Page(PageCommand::New)));
                do_(s, Command::Write(WriteCommand::Page(PageCommand::AddCard(CardKind::Cast))));
            },
            |s| {
                do_(s, Command::Write(WriteCommand::Page(PageCommand::RemoveCard(1))));
            },
        ),
        (
            "a card of a talk",
            |s| {
                talk(s, "One");
                do_(s, Command::Write(WriteCommand::Card(CardEdit::Add(CardKind::Lore))));
            },
            |s| {
                do_(s, Command::Write(WriteCommand::Card(CardEdit::Remove(1))));
            },
        ),
        (
            "a persona",
            |s| {
                do_(s, Command::Go(Room::Write));
                s.personas.kept = vec![kept("a", "Ada")];
                persona(s, PersonaCommand::Edit(PersonaId("a".into())));
                persona(s, PersonaCommand::Set(PersonaEdit::System("new".into())));
            },
            |s| {
                persona(s, PersonaCommand::Keep);
            },
        ),
        (
            "a persona's draft",
            |s| {
                do_(s, Command::Go(Room::Write));
                persona(s, PersonaCommand::Show(true));
                persona(s, PersonaCommand::New);
                persona(s, PersonaCommand::Set(PersonaEdit::Name("Ada".into())));
            },
            |s| {
                persona(s, PersonaCommand::Discard);
            },
        ),
        (
            "a greeting of a persona",
            |s| {
                do_(s, Command::Go(Room::Write));
                s.personas.kept = vec![kept("a", "Ada")];
                persona(s, PersonaCommand::Show(true));
                persona(s, PersonaCommand::Edit(PersonaId("a".into())));
            },
            |s| {
                persona(s, PersonaCommand::Set(PersonaEdit::NoGreeting(0)));
            },
        ),
        (
            "a card of a persona",
            |s| {
                do_(s, Command::Go(Room::Write));
                s.personas.kept = vec![kept("a", "Ada")];
                persona(s, PersonaCommand::Show(true));
                persona(s, PersonaCommand::Edit(PersonaId("a".into())));
            },
            |s| {
                persona(s, PersonaCommand::Set(PersonaEdit::Lore(CardEdit::Remove(1))));
            },
        ),
        (
            "a form",
            |s| {
                do_(s, Command::Go(Room::Write));
                do_(s, Command::Write(WriteCommand::OpenForm("news".into())));
                let field = s.write.form.as_ref().unwrap().values.keys().next().unwrap().clone();
                do_(s, Command::Write(WriteCommand::SetFormField(field, "half".into())));
            },
            |s| {
                do_(s, Command::Write(WriteCommand::DiscardForm));
            },
        ),
        (
            "jobs that wait",
            |s| {
                store(s, StoreEvent::Desk(Box::default()));
                s.desk.waiting = vec![Waiting::Fetch { model: "m".into() }];
            },
            |s| {
                do_(s, Command::Waiting(WaitingCommand::Discard));
            },
        ),
    ];
    for (name, begin, act) in actions {
        let mut s = state();
        begin(&mut s);
        // Saving a persona closes its editor. Ctrl+Z restores the saved character, not the editor.
        let saves = *name == "a persona" || *name == "a new text over an answer";
        let before = look(&s);
        act(&mut s);
        let after = look(&s);
        assert_ne!(before, after, "{name}");
        do_(&mut s, Command::Undo);
        let back = look(&s);
        assert_eq!(back == before, !saves, "{name}: {back}\n{before}");
        assert_ne!(back, after, "{name}");
        do_(&mut s, Command::Redo);
        assert_eq!(look(&s), after, "{name}, again");
        do_(&mut s, Command::Undo);
        assert_eq!(look(&s), back, "{name}, back again");
        assert!(!s.notices.list.iter().any(|n| n.kind == NoticeKind::NothingToUndo), "{name}");
        do_(&mut s, Command::Redo);
        do_(&mut s, Command::Redo);
        assert_eq!(look(&s), after, "{name}: there is nothing more");
        assert!(s.notices.list.iter().any(|n| n.kind == NoticeKind::NothingToRedo), "{name}");
    }
}

#[test]
fn what_came_back_from_the_trash_goes_there_again_in_its_order() {
    let mut s = state();
    do_(&mut s, Command::Go(Room::Gallery));
    let trashed = |s: &mut AppState, path: &str| {
        store(s, StoreEvent::Trashed { paths: vec![path.into()] });
    };
    trashed(&mut s, "/lib/a.png");
    trashed(&mut s, "/lib/b.png");
    do_(&mut s, Command::Undo);
    // The toast's button is like Ctrl+Z.
    do_(&mut s, Command::Gallery(GalleryCommand::RestorePictures(vec!["/lib/a.png".into()])));
    let goes = |path: &str| [Effect::Store(StoreRequest::TrashPictures(vec![path.into()]))];
    assert_eq!(do_(&mut s, Command::Redo), goes("/lib/a.png"));
    trashed(&mut s, "/lib/a.png");
    assert_eq!(do_(&mut s, Command::Redo), goes("/lib/b.png"), "the news of the first is no new action");
    trashed(&mut s, "/lib/b.png");
    assert_eq!(do_(&mut s, Command::Undo), [Effect::Store(StoreRequest::RestorePictures(vec!["/lib/b.png".into()]))]);
    // After a new action, what was undone before cannot be redone.
    trashed(&mut s, "/lib/c.png");
    assert_eq!(do_(&mut s, Command::Redo), []);

    let id = talk(&mut s, "One");
    do_(&mut s, Command::Write(WriteCommand::TrashConversation(id.clone())));
    store(&mut s, StoreEvent::ConversationTrashed(id.clone()));
    do_(&mut s, Command::Undo);
    assert!(do_(&mut s, Command::Redo).contains(&Effect::Store(StoreRequest::TrashConversation(id))));
    s.personas.kept = vec![kept("a", "Ada")];
    let ada = PersonaId("a".into());
    persona(&mut s, PersonaCommand::Trash(ada.clone()));
    store(&mut s, StoreEvent::PersonaTrashed(ada.clone()));
    do_(&mut s, Command::Undo);
    s.personas.kept = vec![kept("a", "Ada")];
    assert_eq!(do_(&mut s, Command::Redo), [Effect::Store(StoreRequest::TrashPersona(ada))]);
}

#[test]
fn a_removed_model_comes_back_by_ctrl_z() {
    let mut s = state();
    do_(&mut s, Command::Go(Room::Models));
    let removed = |name: &str| RemovedModel {
        name: name.into(),
        bytes: 1,
        at: format!("/trash/{name}").into(),
        what: RemovedWhat::Card(name.into()),
    };
    for name in ["a", "b"] {
        update(&mut s, Input::Models(ModelNews::Removed(Ok(removed(name)))));
    }
    assert_eq!(do_(&mut s, Command::Undo), [Effect::Catalogue(CatalogueRequest::RestoreModel(removed("b")))]);
    update(&mut s, Input::Models(ModelNews::Restored(Ok(()))));
    assert_eq!(do_(&mut s, Command::Undo), [Effect::Catalogue(CatalogueRequest::RestoreModel(removed("a")))]);
    update(&mut s, Input::Models(ModelNews::Removed(Ok(removed("c")))));
    update(&mut s, Input::Models(ModelNews::Emptied(Ok(()))));
    assert_eq!(do_(&mut s, Command::Undo), [], "it is gone for good");
}

#[test]
fn ctrl_z_goes_on_with_actions_until_something_is_typed_again() {
    let mut s = state();
    let gone = |s: &mut AppState, path: &str| drop(store(s, StoreEvent::Trashed { paths: vec![path.into()] }));
    gone(&mut s, "/lib/a.png");
    // Typed between the two.
    prompt(&mut s, "a prompt that took ten minutes");
    assert!(!s.undo.is_fresh(Room::Create) && s.undo.is_fresh(Room::Gallery), "the fields of Gallery are others");
    gone(&mut s, "/lib/b.png");
    do_(&mut s, Command::Undo);
    assert!(s.undo.is_fresh(Room::Create), "the next Ctrl+Z is no letter's");
    do_(&mut s, Command::Undo);
    assert!(s.undo.newest(Room::Create).is_none() && s.undo.is_fresh(Room::Create));
    prompt(&mut s, "more");
    assert!(!s.undo.is_fresh(Room::Create));
    assert!(!s.can_redo(), "what was typed since is not overwritten");
}

#[test]
fn a_draft_is_thrown_away_again_only_where_it_is_still_the_same() {
    let mut s = state();
    talk(&mut s, "One");
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(1)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("Two".into())));
    do_(&mut s, Command::Write(WriteCommand::DiscardEdit));
    do_(&mut s, Command::Undo);
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(2)));
    do_(&mut s, Command::Redo);
    assert_eq!(s.write.editing, Some((2, "Hi".into())), "another turn is edited");
    assert_eq!(s.write.left.edits.len(), 1);
}
