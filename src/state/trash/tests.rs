//! The trash: items are restored, or deleted permanently after a question.

use crate::state::tests::*;

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
    // All of it, with one read of what is left.
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
    // Ctrl+Z in the trash takes items out, too.
    do_(&mut s, Command::Trash(TrashCommand::Show(TrashKind::Pictures)));
    do_(&mut s, Command::Go(Room::Gallery));
    do_(&mut s, Command::Trash(TrashCommand::Show(TrashKind::Pictures)));
    update(&mut s, Input::Store(StoreEvent::Trashed { paths: vec!["z".into()] }));
    assert_eq!(do_(&mut s, Command::Undo).last(), Some(&Effect::Store(StoreRequest::ListTrash(TrashKind::Pictures))));
    // A picture that is dropped on it is shown.
    do_(&mut s, Command::OpenFile("/a.png".into()));
    let opened = StoreEvent::Opened { path: "/a.png".into(), picture: picture(), record: Some(record("a")) };
    update(&mut s, Input::Store(opened));
    assert_eq!((s.room(), s.trash.shown), (Room::Create, None));
    do_(&mut s, Command::Trash(TrashCommand::Show(TrashKind::Personas)));
    update(&mut s, Input::Store(StoreEvent::Trash { kind: TrashKind::Personas, items: vec![] }));
    // The list of another trash comes too late.
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
