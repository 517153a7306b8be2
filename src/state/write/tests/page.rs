//! Pages: typing, the model at the cursor, undoing, cards, and pictures beside passages.

use super::*;

fn page(s: &mut AppState, command: PageCommand) -> Vec<Effect> {
    do_(s, Command::Write(WriteCommand::Page(command)))
}

fn typed(s: &mut AppState, text: &str) -> Vec<Effect> {
    page(s, PageCommand::Type(text.into()))
}

fn text(s: &AppState) -> &str {
    s.write.open.page.as_ref().unwrap().text.as_str()
}

fn entries(effects: &[Effect]) -> Vec<PageEntry> {
    let page = |e: &JournalEntry| if let JournalEntry::Page(entry) = e { Some(entry.clone()) } else { None };
    journal(effects).into_iter().filter_map(page).collect()
}

/// The prompt of the text job among `effects`, and the job.
fn asked(effects: &[Effect]) -> (JobId, PagePrompt) {
    let (id, Task::Text(request)) = submitted(effects) else { panic!() };
    let TextPrompt::Page(prompt) = &request.prompt else { panic!() };
    (id, (**prompt).clone())
}

fn finished() -> EventKind {
    EventKind::Finished(Outcome::Text(TextStats {
        prompt_tokens: 9,
        reused_tokens: 4,
        dropped_turns: 0,
        completion_tokens: 2,
        drafted_tokens: 0,
        accepted_tokens: 0,
        load_s: 0.0,
        ttft_s: 0.1,
        prompt_tok_s: 90.0,
        decode_tok_s: 40.0,
        seed: 3,
        finish_reason: FinishReason::Length,
    }))
}

#[test]
fn a_page_gets_its_file_with_its_first_letter_and_its_title_with_its_first_line() {
    let mut s = state();
    assert!(page(&mut s, PageCommand::New).is_empty());
    assert!(s.write.conversations.is_empty());
    let effects = typed(&mut s, "T");
    assert!(matches!(entries(&effects)[..], [PageEntry::New, PageEntry::Edit(_)]));
    assert!(s.write.conversations[0].page);
    typed(&mut s, "The mill");
    assert_eq!(s.write.open.title, "");
    let effects = typed(&mut s, "The mill\n");
    assert!(journal(&effects).iter().any(|e| matches!(e, JournalEntry::Title { title } if title == "The mill")));
    assert_eq!(s.write.conversations[0].title, "The mill");
    assert!(typed(&mut s, "The mill\n").is_empty(), "nothing new");
}

#[test]
fn the_model_goes_on_at_the_cursor_and_the_journal_gives_the_same_page() {
    let mut s = state();
    page(&mut s, PageCommand::New);
    let mut log = entries(&typed(&mut s, "The fox ran. The end."));
    log.extend(entries(&page(&mut s, PageCommand::Memory("A tale.".into()))));
    let effects = page(&mut s, PageCommand::Write { at: 12 });
    log.extend(entries(&effects));
    let (id, prompt) = asked(&effects);
    assert_eq!((prompt.before.as_str(), prompt.story.memory.as_str()), ("The fox ran.", "A tale."));
    for token in [" It", " slept."] {
        log.extend(entries(&engine(&mut s, id, TextNews::Token { text: token.into() })));
    }
    assert_eq!(text(&s), "The fox ran. It slept. The end.");
    log.extend(entries(&engine(&mut s, id, finished())));
    assert!(s.write.job.is_none());
    let now = s.write.open.page.as_deref().unwrap();
    assert_eq!(now.last().unwrap().by, Author::Model);
    assert_eq!(now.last().unwrap().info.as_ref().unwrap().reused_tokens, 4);
    let mut again = Page::default();
    log.into_iter().for_each(|entry| again.apply(entry));
    assert_eq!(again, *now);
}

#[test]
fn again_writes_beside_and_undo_goes_between() {
    let mut s = state();
    page(&mut s, PageCommand::New);
    typed(&mut s, "A ");
    let (id, prompt) = asked(&page(&mut s, PageCommand::Write { at: 2 }));
    assert_eq!(prompt.before, "A", "a model brings its own space");
    engine(&mut s, id, TextNews::Token { text: " cat".into() });
    engine(&mut s, id, finished());
    assert_eq!(text(&s), "A cat");
    let (id, prompt) = asked(&page(&mut s, PageCommand::Again));
    assert_eq!(prompt.before, "A");
    engine(&mut s, id, TextNews::Token { text: " dog".into() });
    engine(&mut s, id, finished());
    assert_eq!(text(&s), "A dog");
    // Regression: the first undo took both away.
    for (way, to) in [
        (PageCommand::Undo, "A cat"),
        (PageCommand::Undo, "A "),
        (PageCommand::Redo, "A cat"),
        (PageCommand::Redo, "A dog"),
    ] {
        page(&mut s, way);
        assert_eq!(text(&s), to);
    }
    assert!(page(&mut s, PageCommand::Redo).is_empty(), "there is nothing after it");
    page(&mut s, PageCommand::Go(1));
    page(&mut s, PageCommand::Undo);
    assert!(page(&mut s, PageCommand::Undo).is_empty());
}

#[test]
fn an_answer_without_a_word_leaves_no_trace_and_one_that_is_stopped_stays() {
    let mut s = state();
    page(&mut s, PageCommand::New);
    typed(&mut s, "One");
    let (id, _) = asked(&page(&mut s, PageCommand::Write { at: 3 }));
    do_(&mut s, Command::Write(WriteCommand::StopWriting));
    assert!(engine(&mut s, id, EventKind::Cancelled).is_empty());
    assert_eq!((text(&s), s.write.open.page.as_ref().unwrap().edits().count()), ("One", 1));
    let (id, _) = asked(&page(&mut s, PageCommand::Write { at: 3 }));
    engine(&mut s, id, TextNews::Token { text: " two".into() });
    let effects = engine(&mut s, id, EventKind::Cancelled);
    assert!(matches!(entries(&effects)[..], [PageEntry::End { id: 2, .. }]));
    assert_eq!(text(&s), "One two");
}

#[test]
fn a_page_that_is_opened_while_it_is_written_has_every_word() {
    let mut s = state();
    page(&mut s, PageCommand::New);
    let mut log = entries(&typed(&mut s, "One"));
    let effects = page(&mut s, PageCommand::Write { at: 3 });
    let (id, _) = asked(&effects);
    log.extend(entries(&engine(&mut s, id, TextNews::Token { text: " two".into() })));
    let document = s.write.open.id.clone().unwrap();
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    let late = entries(&engine(&mut s, id, TextNews::Token { text: " three".into() }));
    assert!(matches!(late[..], [PageEntry::More { .. }]), "still written down");
    let mut old = Page::default();
    log.into_iter().for_each(|entry| old.apply(entry));
    do_(&mut s, Command::Write(WriteCommand::OpenConversation(document.clone())));
    let data = ConversationData { id: document, title: "One".into(), page: Some(Box::new(old)), ..Default::default() };
    update(&mut s, Input::Store(StoreEvent::Conversation(Box::new(data))));
    assert_eq!(text(&s), "One two three");
    engine(&mut s, id, TextNews::Token { text: " four".into() });
    assert_eq!(text(&s), "One two three four");
}

#[test]
fn an_empty_page_asks_for_a_beginning_and_a_memory_is_enough() {
    let mut s = state();
    page(&mut s, PageCommand::New);
    page(&mut s, PageCommand::Write { at: 0 });
    assert_eq!(*s.write.error.as_ref().unwrap().cause(), Cause::EmptyPrompt);
    page(&mut s, PageCommand::Memory("A tale of a fox.".into()));
    asked(&page(&mut s, PageCommand::Write { at: 0 }));
}

#[test]
fn a_text_that_is_too_long_is_refused_with_its_number() {
    let mut s = state();
    page(&mut s, PageCommand::New);
    typed(&mut s, "short");
    typed(&mut s, &"x".repeat(crate::domain::PAGE_BYTES + 1));
    assert!(matches!(s.write.error.as_ref().unwrap().cause(), Cause::OutOfRange { .. }));
    assert_eq!(text(&s), "short");
}

#[test]
fn cards_come_change_and_go() {
    let mut s = state();
    page(&mut s, PageCommand::New);
    page(&mut s, PageCommand::AddCard(CardKind::Cast));
    let card = StoryCard { id: 1, name: "Ada".into(), about: "a clockmaker".into(), ..Default::default() };
    page(&mut s, PageCommand::SetCard(card.clone()));
    typed(&mut s, "Ada woke.");
    let (id, prompt) = asked(&page(&mut s, PageCommand::Write { at: 9 }));
    assert_eq!(prompt.story.cards, [card]);
    engine(&mut s, id, finished());
    page(&mut s, PageCommand::RemoveCard(1));
    assert!(s.write.open.page.as_ref().unwrap().story.cards.is_empty());
    assert!(
        s.notices.list.iter().any(|n| matches!(n.kind, NoticeKind::CardDeleted(_))),
        "it is said, with the way back"
    );
}

fn item(path: &str) -> LibraryItem {
    LibraryItem { path: path.into(), made_ms: 0, bytes: 1, width: 8, height: 8, record: None }
}

#[test]
fn a_picture_of_a_passage_stands_beside_it_and_is_made_with_the_looks_of_whom_it_names() {
    let mut s = state();
    page(&mut s, PageCommand::New);
    typed(&mut s, "Ada woke.\nIt rained.");
    page(&mut s, PageCommand::AddCard(CardKind::Cast));
    let card = StoryCard { id: 1, name: "Ada".into(), looks: "grey braid".into(), ..Default::default() };
    page(&mut s, PageCommand::SetCard(card));
    let (helper, Task::Text(request)) = (match &page(&mut s, PageCommand::Picture { from: 0, to: 9 })[..] {
        [Effect::Submit { id, task }] => (*id, task.clone()),
        other => panic!("{other:?}"),
    }) else {
        panic!()
    };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages[1].content, "Ada woke.\n\nAda: grey braid");
    assert_eq!(s.room(), Room::Create);
    engine(&mut s, helper, TextNews::Token { text: "an old woman wakes".into() });
    engine(&mut s, helper, EventKind::Finished(finished_outcome()));
    assert_eq!(s.settings.image.prompt, "an old woman wakes", "seen before it is drawn");
    let (job, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    engine(&mut s, job, PictureNews::Picture { index: 0, picture: picture(), record: record("x") });
    let saved = StoreEvent::PictureSaved { job, index: 0, item: item("/p/a.png") };
    let effects = update(&mut s, Input::Store(saved));
    assert!(journal(&effects).iter().any(|e| matches!(e, JournalEntry::Picture { .. })));
    let pictures = &s.write.open.pictures;
    assert_eq!((pictures.len(), pictures[0].passage.text.as_str()), (1, "Ada woke."));
    assert!(pictures[0].passage.find(text(&s)).1);
    // The words change, the picture is out of date, and another is made of the words as they are.
    let picture = pictures[0].id;
    do_(&mut s, Command::Go(Room::Write));
    typed(&mut s, "Ada slept.\nIt rained.");
    assert!(!s.write.open.pictures[0].passage.find(text(&s)).1);
    do_(&mut s, Command::Write(WriteCommand::IllustrateAgain(picture)));
    assert_eq!(s.create.subject.as_ref().unwrap().passage.text, "Ada slept.");
    let effects = do_(&mut s, Command::Write(WriteCommand::RemoveIllustration(picture)));
    assert!(matches!(journal(&effects)[..], [JournalEntry::PictureGone { .. }]));
    assert!(s.write.open.pictures.is_empty());
}

fn finished_outcome() -> Outcome {
    let EventKind::Finished(outcome) = finished() else { panic!() };
    outcome
}

#[test]
fn a_picture_of_a_turn_stands_under_it_and_one_of_nothing_nowhere() {
    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::SetDraft("Hello".into())));
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::Send)));
    engine(&mut s, id, TextNews::Token { text: "A red fox.".into() });
    engine(&mut s, id, finished());
    do_(&mut s, Command::Write(WriteCommand::PictureOfTurn(2)));
    let subject = s.create.subject.clone().unwrap();
    assert_eq!((subject.passage.turn, subject.passage.text.as_str()), (2, "A red fox."));
    do_(&mut s, Command::Create(CreateCommand::GoToSubject));
    assert_eq!(s.room(), Room::Write);
    do_(&mut s, Command::Create(CreateCommand::ForgetSubject));
    prompt(&mut s, "a dog");
    let (job, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    engine(&mut s, job, PictureNews::Picture { index: 0, picture: picture(), record: record("x") });
    let saved = StoreEvent::PictureSaved { job, index: 0, item: item("/p/a.png") };
    assert!(journal(&update(&mut s, Input::Store(saved))).is_empty());
}

#[test]
fn an_answer_can_become_a_page() {
    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::SetDraft("Tell me of the mill".into())));
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::Send)));
    engine(&mut s, id, TextNews::Token { text: " The mill stood still.\n".into() });
    let answer = s.write.open.turns[1].id;
    assert!(page(&mut s, PageCommand::Of(vec![answer])).is_empty(), "not while it is being written");
    engine(&mut s, id, finished());
    assert!(page(&mut s, PageCommand::Of(vec![99])).is_empty());
    let conversation = s.write.open.id.clone();
    let effects = page(&mut s, PageCommand::Of(vec![answer]));
    let entries = entries(&effects);
    let [PageEntry::New, PageEntry::Edit(edit)] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((edit.text.as_str(), edit.by), ("The mill stood still.", Author::Model));
    assert_eq!((text(&s), s.write.open.title.as_str()), ("The mill stood still.", "Tell me of the mill"));
    assert_ne!(s.write.open.id, conversation);
    assert_eq!(s.write.conversations.len(), 2, "the conversation stays");
    assert!(s.write.open.page.as_ref().unwrap().undo().is_some());
}

/// Regression: a model that wrote an author's note of its own put it into the story.
#[test]
fn the_authors_note_stays_out_of_the_story() {
    let mut s = state();
    page(&mut s, PageCommand::New);
    typed(&mut s, "It rained.");
    page(&mut s, PageCommand::Note("be sad".into()));
    let (id, _) = asked(&page(&mut s, PageCommand::Write { at: 10 }));
    for piece in [" She wept.\n[Auth", "or's note: be", " sad]\nThen", " it [stopped"] {
        engine(&mut s, id, TextNews::Token { text: piece.into() });
    }
    engine(&mut s, id, finished());
    assert_eq!(text(&s), "It rained. She wept.\nThen it [stopped");
    // What was held back when it was stopped is text.
    let at = text(&s).len();
    let (id, _) = asked(&page(&mut s, PageCommand::Write { at }));
    engine(&mut s, id, TextNews::Token { text: "] [auth".into() });
    engine(&mut s, id, EventKind::Cancelled);
    assert!(text(&s).ends_with("[stopped] [auth"), "{}", text(&s));
}

/// Regression: what was typed while the model wrote was nowhere afterwards.
#[test]
fn whoever_types_while_the_model_writes_takes_the_pen() {
    let token = |text: &str| EventKind::News(News::Text(TextNews::Token { text: text.into() }));
    let mut s = state();
    page(&mut s, PageCommand::New);
    let mut log = entries(&typed(&mut s, "The fox ran."));
    let effects = page(&mut s, PageCommand::Write { at: 12 });
    log.extend(entries(&effects));
    let (id, _) = asked(&effects);
    log.extend(entries(&engine(&mut s, id, token(" It"))));
    let effects = typed(&mut s, "The fox ran. It m");
    assert!(effects.contains(&Effect::Cancel(id)), "{effects:?}");
    log.extend(entries(&effects));
    assert!(engine(&mut s, id, token(" slept")).is_empty(), "what was on its way is dropped");
    log.extend(entries(&typed(&mut s, "The fox ran. It meant well.")));
    log.extend(entries(&engine(&mut s, id, EventKind::Cancelled)));
    assert_eq!(text(&s), "The fox ran. It meant well.");
    assert!(s.write.job.is_none());
    let now = s.write.open.page.as_deref().unwrap();
    assert_eq!(now.last().unwrap().by, Author::Person);
    let mut again = Page::default();
    log.into_iter().for_each(|entry| again.apply(entry));
    assert_eq!(again, *now);
    page(&mut s, PageCommand::Undo);
    assert_eq!(text(&s), "The fox ran. It", "the model's words stay");
}

#[test]
fn typing_before_the_first_word_is_the_persons_alone_and_stops_no_fetch() {
    let mut s = state();
    page(&mut s, PageCommand::New);
    typed(&mut s, "One");
    let (id, _) = asked(&page(&mut s, PageCommand::Write { at: 3 }));
    engine(&mut s, id, EventKind::Started);
    typed(&mut s, "One two");
    let effects = engine(&mut s, id, finished());
    assert!(entries(&effects).is_empty(), "{effects:?}");
    let last = s.write.open.page.as_ref().unwrap().last().unwrap().clone();
    assert_eq!((last.by, last.info), (Author::Person, None));
    // Where the model is not here yet.
    s.catalogue.entries[1].presence = ModelPresence::Absent;
    assert!(
        page(&mut s, PageCommand::Write { at: 7 })
            .contains(&Effect::Catalogue(CatalogueRequest::Fetch(SMOLLM_ID.into())))
    );
    let effects = typed(&mut s, "One two three");
    assert!(!effects.iter().any(|e| matches!(e, Effect::Catalogue(CatalogueRequest::CancelFetch(_)))), "{effects:?}");
    assert_eq!((text(&s), s.write.is_writing_here()), ("One two three", false));
}
