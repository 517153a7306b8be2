//! Nothing that a person typed or made is lost: redo, drafts of each talk, titles, jobs over a change of device, talks in
//! which nothing was said, errors that leave.

use super::*;
use crate::state::write::tests::write::{page, say, stats};

fn store(s: &mut AppState, event: StoreEvent) -> Vec<Effect> {
    update(s, Input::Store(event))
}

fn persona(s: &mut AppState, command: PersonaCommand) -> Vec<Effect> {
    do_(s, Command::Persona(command))
}

/// A talk with an answer, open in Write.
fn talk(s: &mut AppState, text: &str) -> ConversationId {
    do_(s, Command::Go(Room::Write));
    do_(s, Command::Write(WriteCommand::NewConversation));
    let (id, _) = submitted(&say(s, text));
    engine(s, id, TextNews::Token { text: "Hi".into() });
    engine(s, id, EventKind::Finished(stats()));
    s.write.open.id.clone().unwrap()
}

fn open(s: &mut AppState, id: &ConversationId) {
    do_(s, Command::Write(WriteCommand::OpenConversation(id.clone())));
    let turn = |id, role, text: &str| Turn {
        id,
        message: Message { role, content: text.into() },
        info: None,
        parent: Some(id - 1),
    };
    let turns = vec![turn(1, Role::User, "One"), turn(2, Role::Assistant, "Hi")];
    let data = ConversationData { id: id.clone(), turns, ..ConversationData::default() };
    store(s, StoreEvent::Conversation(Box::new(data)));
}

fn kept(id: &str, name: &str) -> KeptPersona {
    let persona = Persona {
        name: name.into(),
        greetings: vec!["Good evening.".into(), "Hm?".into()],
        lore: vec![StoryCard { id: 1, name: "mill".into(), ..StoryCard::default() }],
        ..Persona::default()
    };
    KeptPersona { id: PersonaId(id.into()), persona, avatar: None }
}

// ---- Redo

/// What a person sees of their things.
fn look(s: &AppState) -> String {
    let titles: Vec<_> = s.write.conversations.iter().map(|head| &head.title).collect();
    let (write, personas) = (&s.write, &s.personas);
    let things = (&s.settings.image, s.text(), &write.open, &write.editing, &write.form, &write.draft);
    format!("{things:?} {titles:?} {:?} {:?} {:?} {}", personas.editing, personas.kept, s.desk, s.gallery.search)
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
        // A persona that is saved leaves its editor; Ctrl+Z gives back what was saved, not the editor.
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
    // The toast's button is a Ctrl+Z.
    do_(&mut s, Command::Gallery(GalleryCommand::RestorePictures(vec!["/lib/a.png".into()])));
    let goes = |path: &str| [Effect::Store(StoreRequest::TrashPictures(vec![path.into()]))];
    assert_eq!(do_(&mut s, Command::Redo), goes("/lib/a.png"));
    trashed(&mut s, "/lib/a.png");
    assert_eq!(do_(&mut s, Command::Redo), goes("/lib/b.png"), "the news of the first is no new action");
    trashed(&mut s, "/lib/b.png");
    assert_eq!(do_(&mut s, Command::Undo), [Effect::Store(StoreRequest::RestorePictures(vec!["/lib/b.png".into()]))]);
    // A new action: what was taken back before is not done again after it.
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

// ---- Drafts

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
    // Sent, it is no draft any more.
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

/// Another talk; what is typed in a new one does not go with it.
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
    // A space at its end is a space, and an empty one is one that is not finished.
    assert_eq!(types(&mut s, "Cats "), []);
    assert_eq!((s.write.titling.clone(), title(&s).as_str()), (Some((id.clone(), "Cats ".into())), "One"));
    do_(&mut s, Command::Write(WriteCommand::LeaveTitle));
    assert_eq!((s.write.titling.clone(), title(&s).as_str()), (None, "One"), "Esc gives it not");
    do_(&mut s, Command::Write(WriteCommand::BeginTitle(id.clone())));
    assert_eq!(s.write.titling, Some((id.clone(), "Cats ".into())), "and loses it not");
    // Closed in the middle.
    let desk = s.desk_now();
    let mut again = state();
    again.write.conversations = s.write.conversations.clone();
    store(&mut again, StoreEvent::Desk(Box::new(desk)));
    do_(&mut again, Command::Write(WriteCommand::BeginTitle(id.clone())));
    assert_eq!(again.write.titling, Some((id.clone(), "Cats ".into())));
    // Another room and another talk are a click elsewhere.
    for leave in [Command::Go(Room::Create), Command::Write(WriteCommand::NewConversation)] {
        let mut s = s.clone();
        let effects = do_(&mut s, leave);
        assert!(journal(&effects).contains(&&JournalEntry::Title { title: "Cats".into() }), "{effects:?}");
        assert_eq!((title(&s).as_str(), s.write.titling.clone()), ("Cats", None));
        do_(&mut s, Command::Go(Room::Write));
        do_(&mut s, Command::Undo);
        assert_eq!(title(&s), "One");
    }
    // What reads as before, or nothing at all, is neither given nor kept.
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

// ---- Jobs over a change of device

#[test]
fn answers_that_are_written_or_wait_go_on_with_the_new_device() {
    let mut s = state();
    let (old, _) = submitted(&say(&mut s, "One"));
    let first = s.write.open.id.clone().unwrap();
    engine(&mut s, old, TextNews::Token { text: "Once ".into() });
    engine(&mut s, old, TextNews::Token { text: "upon".into() });
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    s.now_ms += 1;
    let effects = say(&mut s, "Two");
    let waiting = asked_for(&s, &effects)[0].0;
    let second = s.write.open.id.clone().unwrap();

    let effects = do_(&mut s, Command::Settings(SettingsCommand::SetDevice(DeviceChoice::Cpu)));
    assert_eq!(effects[0], Effect::SetDevice(DeviceChoice::Cpu), "before the new jobs");
    let all = asked_for(&s, &effects);
    let jobs: Vec<_> = all
        .iter()
        .filter_map(|(id, task)| match task {
            Task::Text(request) => Some((*id, &request.prompt)),
            _ => None,
        })
        .collect();
    let [(new, TextPrompt::Chat(begun)), (next, TextPrompt::Chat(asked))] = &jobs[..] else { panic!("{jobs:?}") };
    let last = begun.last().unwrap();
    assert_eq!((last.role, last.content.as_str()), (Role::Assistant, "Once upon"), "it goes on from there");
    assert_eq!(asked.last().unwrap().content, "Two");
    // The old engine's last words.
    for id in [old, waiting] {
        assert_eq!(engine(&mut s, id, EventKind::Cancelled), []);
    }
    let of: Vec<_> = s.write.jobs().map(|job| job.conversation.clone()).collect();
    assert_eq!(of, [first.clone(), second.clone()]);
    engine(&mut s, *new, EventKind::News(News::Text(TextNews::Token { text: " a time".into() })));
    assert_eq!(s.write.job.as_ref().unwrap().text, "Once upon a time");
    let effects = engine(&mut s, *new, EventKind::Finished(stats()));
    let [JournalEntry::End { info, .. }] = journal(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(info.completion_tokens, 4, "two of the old, two of the new");
    engine(&mut s, *next, EventKind::News(News::Text(TextNews::Token { text: "Ho".into() })));
    assert_eq!(page(&s), ["Two", "Ho"]);

    // One that is being stopped is not begun again.
    do_(&mut s, Command::Write(WriteCommand::StopWriting));
    let effects = do_(&mut s, Command::Settings(SettingsCommand::SetDevice(DeviceChoice::Auto)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Submit { .. })), "{effects:?}");
}

#[test]
fn a_page_goes_on_with_the_new_device_where_its_text_ends() {
    let mut s = state();
    do_(&mut s, Command::Go(Room::Write));
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::New)));
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::Type("It rained.  ".into()))));
    let (mut id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::Write { at: 12 }))));
    for (piece, so_far) in [("Then", "It rained.  Then"), (" it", "It rained.  Then it")] {
        engine(&mut s, id, TextNews::Token { text: piece.into() });
        let effects = do_(&mut s, Command::Settings(SettingsCommand::SetDevice(DeviceChoice::Cpu)));
        let (new, Task::Text(request)) = submitted(&effects) else { panic!() };
        let TextPrompt::Page(prompt) = &request.prompt else { panic!() };
        assert_eq!(prompt.before, so_far);
        id = new;
    }
    engine(&mut s, id, TextNews::Token { text: " stopped.".into() });
    assert_eq!(s.write.open.page.as_ref().unwrap().text.as_str(), "It rained.  Then it stopped.");
}

#[test]
fn help_with_a_prompt_and_layers_go_on_with_the_new_device() {
    let mut s = state();
    s.catalogue.entries[0].card.family = "flux".into();
    s.catalogue.entries[1].card.files[0].bytes = 400_000_000;
    prompt(&mut s, "a cat");
    let effects = do_(&mut s, Command::Create(CreateCommand::ImprovePrompt));
    let (old, first) = submitted(&effects);
    let first = first.clone();
    engine(&mut s, old, TextNews::Token { text: "a fluffy".into() });
    let effects = do_(&mut s, Command::Settings(SettingsCommand::SetDevice(DeviceChoice::Cpu)));
    assert_eq!(effects[0], Effect::SetDevice(DeviceChoice::Cpu), "before the new job");
    let (new, again) = submitted(&effects);
    let (Task::Text(first), Task::Text(again)) = (&first, again) else { panic!() };
    assert_eq!((&again.prompt, &again.params), (&first.prompt, &first.params), "the same is asked");
    // The old engine's last words.
    engine(&mut s, old, EventKind::Cancelled);
    engine(&mut s, new, TextNews::Token { text: "a tabby cat on a wall in warm light".into() });
    engine(&mut s, new, EventKind::Finished(stats()));
    assert_eq!(s.proposal().map(|proposal| proposal.new.as_str()), Some("a tabby cat on a wall in warm light"));
    // One that is stopped is not begun again.
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::ImprovePrompt)));
    assert_eq!(do_(&mut s, Command::Create(CreateCommand::ImprovePrompt)), [Effect::Cancel(id)]);
    let effects = do_(&mut s, Command::Settings(SettingsCommand::SetDevice(DeviceChoice::Auto)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Submit { .. })), "{effects:?}");
}

// ---- A talk in which nothing was said

fn talks_with_ada() -> (AppState, Vec<Effect>) {
    let mut s = state();
    do_(&mut s, Command::Go(Room::Write));
    s.personas.kept = vec![kept("a", "Ada")];
    let effects = persona(&mut s, PersonaCommand::Talk(PersonaId("a".into())));
    (s, effects)
}

#[test]
fn a_talk_in_which_nothing_was_said_leaves_nothing_behind() {
    let (mut s, effects) = talks_with_ada();
    assert_eq!((page(&s), journal(&effects)), (vec!["Good evening."], vec![]));
    assert!(s.write.conversations.is_empty());
    // To look at another greeting is to say nothing.
    let other = s.write.open.shelf.turns()[0].id;
    assert_eq!(do_(&mut s, Command::Write(WriteCommand::SelectBranch(other))), []);
    assert_eq!(page(&s), ["Hm?"]);
    let effects = persona(&mut s, PersonaCommand::Talk(PersonaId("a".into())));
    assert!(journal(&effects).is_empty());
    assert_eq!(do_(&mut s, Command::Write(WriteCommand::NewConversation)), []);
    assert!(s.write.conversations.is_empty());
}

#[test]
fn a_talk_is_kept_whole_from_the_first_thing_that_the_person_does_in_it() {
    type Do = fn(&mut AppState) -> Vec<Effect>;
    let acts: &[(&str, Do)] = &[
        ("a message", |s| {
            let mut effects = do_(s, Command::Write(WriteCommand::SetDraft("Hello".into())));
            effects.extend(do_(s, Command::Write(WriteCommand::Send)));
            effects
        }),
        ("half a message", |s| do_(s, Command::Write(WriteCommand::SetDraft("Hel".into())))),
        ("a title", |s| {
            let id = s.write.open.id.clone().unwrap();
            do_(s, Command::Write(WriteCommand::RenameConversation(id, "Tea".into())))
        }),
        ("a system prompt", |s| do_(s, Command::Write(WriteCommand::SetSystemPrompt("Be brief.".into())))),
        ("a card", |s| do_(s, Command::Write(WriteCommand::Card(CardEdit::Add(CardKind::Cast))))),
        ("another greeting", |s| {
            let shown = s.write.open.turns[0].id;
            do_(s, Command::Write(WriteCommand::BeginEdit(shown)))
        }),
        ("sliders", |s| {
            // At once: the window may be closed before they are written down.
            let effects = do_(s, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::TopK, 7.0))));
            do_(s, Command::Write(WriteCommand::NewConversation));
            effects
        }),
    ];
    for (name, act) in acts {
        let (mut s, _) = talks_with_ada();
        let other = s.write.open.shelf.turns()[0].id;
        do_(&mut s, Command::Write(WriteCommand::SelectBranch(other)));
        let effects = act(&mut s);
        let entries = journal(&effects);
        assert!(matches!(entries[0], JournalEntry::Title { .. } | JournalEntry::System { .. }), "{name}: {entries:?}");
        let count = |is: fn(&JournalEntry) -> bool| entries.iter().filter(|entry| is(entry)).count();
        assert_eq!(count(|e| matches!(e, JournalEntry::Speaker { .. })), 1, "{name}");
        assert_eq!(count(|e| matches!(e, JournalEntry::Select { .. })), 2, "{name}: the greeting that is shown");
        assert!(count(|e| matches!(e, JournalEntry::Begin { .. })) >= 2, "{name}");
        assert_eq!(s.write.conversations.len(), 1, "{name}");
        let title = if *name == "a title" { "Tea" } else { "Ada" };
        assert_eq!(s.write.conversations[0].title, title);
        let later = do_(&mut s, Command::Write(WriteCommand::SetSystemPrompt("Be kind.".into())));
        assert!(!journal(&later).iter().any(|e| matches!(e, JournalEntry::Speaker { .. })), "{name}: once");
    }
}

// ---- Errors

fn problems(s: &AppState, room: Room) -> usize {
    s.waiting_in(room).filter(|n| matches!(n.kind, NoticeKind::Problem(_))).count()
}

fn full(path: &str) -> StudioError {
    Cause::DiskFull { path: path.into(), needed: 2, free: 1 }.into()
}

#[test]
fn what_could_not_be_written_is_told_in_its_room_until_it_is_written() {
    let mut s = state();
    store(&mut s, StoreEvent::Failed(Some(Room::Write), full("/home/conversations/a.jsonl")));
    store(&mut s, StoreEvent::Failed(None, Cause::Unsaved.into()));
    assert_eq!((problems(&s, Room::Create), problems(&s, Room::Write)), (1, 2));
    assert!(s.is_marked(Room::Write));
    store(&mut s, StoreEvent::WrittenAtLast { path: "/home/conversations/any.jsonl".into() });
    assert_eq!((problems(&s, Room::Write), s.is_marked(Room::Write)), (1, false));
    store(&mut s, StoreEvent::AllWritten);
    assert_eq!(s.notices.list, []);

    let ada = PersonaId("a".into());
    store(&mut s, StoreEvent::PersonaFailed { id: ada.clone(), error: full("/home/personas/a.json") });
    assert_eq!(problems(&s, Room::Write), 1);
    store(&mut s, StoreEvent::PersonaKept(Box::new(kept("a", "Ada"))));
    assert_eq!(problems(&s, Room::Write), 0);
}

#[test]
fn a_picture_that_could_not_be_saved_is_told_once() {
    let mut s = state();
    prompt(&mut s, "a cat");
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    engine(&mut s, id, PictureNews::Picture { index: 0, picture: picture(), record: record("a cat") });
    engine(&mut s, id, EventKind::Finished(Outcome::Image(ImageStats::default())));
    store(&mut s, StoreEvent::PictureFailed { job: id, index: 0, error: full("/lib/a.png") });
    assert_eq!(problems(&s, Room::Create), 0, "it stands beside the picture");
    do_(&mut s, Command::Go(Room::Gallery));
    assert!(s.is_marked(Room::Create), "whoever is elsewhere is told where");
    // Another picture is shown.
    do_(&mut s, Command::Go(Room::Create));
    do_(&mut s, Command::Create(CreateCommand::Generate));
    assert_eq!(problems(&s, Room::Create), 1);
}

// ---- While a message is edited

#[test]
fn what_is_said_of_a_message_is_said_of_an_edited_one_too() {
    let mut s = state();
    s.catalogue.entries[1].card.quality.languages = vec![Lang::En];
    talk(&mut s, "One");
    assert_eq!(s.text_advice(), None);
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(1)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("写一首诗".into())));
    assert_eq!(s.text_advice(), Some(Advice::NoChinese));
    // What would be sent is measured: the new text, and nothing after it.
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
    // An answer that is edited is not sent.
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(2)));
    do_(&mut s, Command::Write(WriteCommand::SetEdit("写一首诗".into())));
    assert_eq!(s.text_advice(), None);
}
