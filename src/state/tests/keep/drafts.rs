//! Messages, titles and paths that were typed and not finished.

use super::*;

#[test]
fn each_talk_keeps_its_own_message_also_over_a_restart() {
    let mut s = state();
    do_(&mut s, Command::Go(Room::Write));
    let a = talk(&mut s, "One");
    do_(&mut s, Command::Write(WriteCommand::SetDraft("to a".into())));
    let b = talk_after(&mut s);
    do_(&mut s, Command::Write(WriteCommand::SetDraft("to b".into())));
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert_eq!(s.write.draft, "", "a new talk has its own");
    do_(&mut s, Command::Write(WriteCommand::SetDraft("to a new one".into())));
    let shown = |s: &mut AppState, id: &ConversationId| {
        open(s, id);
        s.write.draft.clone()
    };
    assert_eq!((shown(&mut s, &a), shown(&mut s, &b)), ("to a".into(), "to b".into()));
    let desk = s.desk_now();
    assert_eq!((desk.message.as_str(), desk.messages.len()), ("to a new one", 2));

    let mut s = state();
    store(&mut s, StoreEvent::Desk(Box::new(desk.clone())));
    assert_eq!((s.write.draft.as_str(), s.desk_now()), ("to a new one", desk));
    do_(&mut s, Command::Go(Room::Write));
    assert_eq!(shown(&mut s, &a), "to a");
    // A sent message is no draft any more.
    do_(&mut s, Command::Write(WriteCommand::Send));
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert_eq!(s.write.draft, "to a new one");
    assert_eq!(shown(&mut s, &b), "to b");
    assert!(!s.desk_now().messages.contains_key(&a));
}

#[test]
fn a_talk_that_is_gone_for_good_takes_its_drafts_along() {
    let mut s = state();
    let a = talk(&mut s, "One");
    do_(&mut s, Command::Write(WriteCommand::SetDraft("half".into())));
    do_(&mut s, Command::Write(WriteCommand::TrashConversation(a.clone())));
    store(&mut s, StoreEvent::ConversationTrashed(a.clone()));
    assert!(s.desk_now().messages.contains_key(&a), "it may come back");
    do_(&mut s, Command::Trash(TrashCommand::Show(TrashKind::Conversations)));
    do_(&mut s, Command::Trash(TrashCommand::Ask(Some(a.0.clone().into()))));
    do_(&mut s, Command::Trash(TrashCommand::Purge));
    assert!(!s.desk_now().messages.contains_key(&a));
}

/// Opens another conversation. Text typed in a new one does not go with it.
fn talk_after(s: &mut AppState) -> ConversationId {
    s.now_ms += 1;
    talk(s, "Two")
}

#[test]
fn a_message_that_an_example_replaced_comes_back_to_its_own_talk() {
    let mut s = state();
    s.catalogue.entries[1].card.examples = vec!["Write a poem".into()];
    let a = talk(&mut s, "One");
    do_(&mut s, Command::Write(WriteCommand::SetDraft("half".into())));
    do_(&mut s, Command::TakeExample("Write a poem".into()));
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    do_(&mut s, Command::Undo);
    assert_eq!(s.write.draft, "");
    open(&mut s, &a);
    assert_eq!(s.write.draft, "half");
}

#[test]
fn a_title_is_given_by_going_on_and_kept_as_a_draft_by_esc() {
    let mut s = state();
    let id = talk(&mut s, "One");
    let title = |s: &AppState| s.write.conversations[0].title.clone();
    let types = |s: &mut AppState, text: &str| {
        do_(s, Command::Write(WriteCommand::BeginTitle(id.clone())));
        do_(s, Command::Write(WriteCommand::SetTitle(id.clone(), text.into())))
    };
    // A space at the end counts, and an empty title is unfinished.
    assert_eq!(types(&mut s, "Cats "), []);
    assert_eq!((s.write.titling.clone(), title(&s).as_str()), (Some((id.clone(), "Cats ".into())), "One"));
    do_(&mut s, Command::Write(WriteCommand::LeaveTitle));
    assert_eq!((s.write.titling.clone(), title(&s).as_str()), (None, "One"), "Esc gives it not");
    do_(&mut s, Command::Write(WriteCommand::BeginTitle(id.clone())));
    assert_eq!(s.write.titling, Some((id.clone(), "Cats ".into())), "and loses it not");
    // The window closes while a title is being typed.
    let desk = s.desk_now();
    let mut again = state();
    again.write.conversations = s.write.conversations.clone();
    store(&mut again, StoreEvent::Desk(Box::new(desk)));
    do_(&mut again, Command::Write(WriteCommand::BeginTitle(id.clone())));
    assert_eq!(again.write.titling, Some((id.clone(), "Cats ".into())));
    // Going to another room or conversation is a click elsewhere.
    for leave in [Command::Go(Room::Create), Command::Write(WriteCommand::NewConversation)] {
        let mut s = s.clone();
        let effects = do_(&mut s, leave);
        assert!(journal(&effects).contains(&&JournalEntry::Title { title: "Cats".into() }), "{effects:?}");
        assert_eq!((title(&s).as_str(), s.write.titling.clone()), ("Cats", None));
        do_(&mut s, Command::Go(Room::Write));
        do_(&mut s, Command::Undo);
        assert_eq!(title(&s), "One");
    }
    // A title that is unchanged or blank is neither given nor kept.
    for text in ["One", "  "] {
        let mut s = s.clone();
        types(&mut s, text);
        assert_eq!(do_(&mut s, Command::Write(WriteCommand::RenameConversation(id.clone(), text.into()))), []);
        types(&mut s, text);
        do_(&mut s, Command::Write(WriteCommand::LeaveTitle));
        assert!(s.write.left.titles.is_empty() && s.write.titling.is_none());
    }
}

#[test]
fn a_path_that_was_typed_is_there_after_another_question_and_after_a_restart() {
    let mut s = state();
    let asks = |s: &mut AppState| drop(update(s, Input::NoDialog(NoDialog::Asks(PathFor::File))));
    asks(&mut s);
    do_(&mut s, Command::Ask(AskCommand::Type("/a/half".into())));
    asks(&mut s);
    assert_eq!(s.ask.path.as_ref().unwrap().1, "/a/half");
    let desk = s.desk_now();
    let mut s = state();
    store(&mut s, StoreEvent::Desk(Box::new(desk)));
    asks(&mut s);
    assert_eq!(s.ask.path.as_ref().unwrap().1, "/a/half");
}

#[test]
fn what_is_said_of_a_message_is_said_of_an_edited_one_too() {
    let mut s = state();
    s.catalogue.entries[1].card.quality.languages = vec![Lang::En];
    talk(&mut s, "One");
    assert_eq!(s.text_advice(), None);
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(1)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("写一首诗".into())));
    assert_eq!(s.text_advice(), Some(Advice::NoChinese));
    // The message that would be sent is measured: the new text, and nothing after it.
    assert!(s.is_measure_due(0));
    let effects = do_(&mut s, Command::Write(WriteCommand::Measure(0)));
    let [Effect::Measure(request)] = &effects[..] else { panic!("{effects:?}") };
    let TextPrompt::Chat(turns) = &request.prompt else { panic!() };
    let texts: Vec<_> = turns.iter().map(|turn| turn.content.as_str()).collect();
    assert_eq!((texts, request.draft), (vec!["写一首诗"], true));
    update(&mut s, Input::Ledger(request.serial, Err(Cause::EngineGone.into())));
    assert!(!s.is_measure_due(0));
    do_(&mut s, Command::Write(WriteCommand::CancelEdit));
    assert!(s.is_measure_due(0) && s.text_advice().is_none());
    // An edited answer is not sent.
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(2)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("写一首诗".into())));
    assert_eq!(s.text_advice(), None);
}
