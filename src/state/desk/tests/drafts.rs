//! Drafts: text that was typed and not sent is kept for the next start.

use super::*;

#[test]
fn esc_leaves_every_editor_and_what_was_typed_is_there_again() {
    let mut s = state();
    persona(&mut s, PersonaCommand::New);
    persona(&mut s, set(PersonaEdit::System("She repairs clocks.".into())));
    persona(&mut s, PersonaCommand::Leave);
    assert!(s.personas.editing.is_none());
    persona(&mut s, PersonaCommand::New);
    assert_eq!(s.personas.editing.as_ref().unwrap().persona.system, "She repairs clocks.");
    // Closing the library keeps the draft, too.
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

/// Regression: after a start a new conversation was shown, with the text typed under another one.
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
    // The list and the desk arrive in any order.
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
    // A conversation that is gone is not requested, and whoever has begun to type stays there.
    let mut s = start();
    loaded(&mut s, desk.clone());
    assert!(listed(&mut s, Vec::new()).is_empty());
    assert_eq!(s.desk_now().open, None);
    let mut s = start();
    loaded(&mut s, desk);
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::New)));
    assert!(listed(&mut s, vec![head]).is_empty());
}
