//! The list: pins, the search in texts, the way to what was found, forms after a restart, the form of the answer.

use super::*;

fn head(id: &str, changed_ms: i64) -> ConversationHead {
    ConversationHead { id: ConversationId(id.into()), title: id.into(), changed_ms, ..Default::default() }
}

fn listed(s: &AppState) -> Vec<&str> {
    s.write.found().map(|head| head.id.0.as_str()).collect()
}

fn turn(id: u64, parent: u64, role: Role, text: &str) -> Turn {
    Turn { id, message: Message { role, content: text.into() }, info: None, parent: Some(parent) }
}

/// 1 - 2 - 3, and another answer (4) beside 2 that is shown.
fn forked(id: &str) -> ConversationData {
    let mut data = ConversationData { id: ConversationId(id.into()), title: id.into(), ..Default::default() };
    for turn in [
        turn(1, 0, Role::User, "a"),
        turn(2, 1, Role::Assistant, "b"),
        turn(3, 2, Role::User, "c"),
        turn(4, 1, Role::Assistant, "d"),
    ] {
        data.shelf.add(&mut data.turns, turn);
    }
    data
}

fn load(s: &mut AppState, data: ConversationData) -> Vec<Effect> {
    s.write.open.id = None;
    do_(s, Command::Write(WriteCommand::OpenConversation(data.id.clone())));
    answer(s, data)
}

/// The file of a conversation that was asked for.
fn answer(s: &mut AppState, data: ConversationData) -> Vec<Effect> {
    told(s, Input::Store(StoreEvent::Conversation(Box::new(data))))
}

#[test]
fn a_pin_keeps_a_conversation_at_the_top_and_leaves_its_time() {
    let mut s = state();
    s.write.conversations = vec![head("new", 30), head("middle", 20), head("old", 10)];
    let old = ConversationId("old".into());
    let effects = do_(&mut s, Command::Write(WriteCommand::PinConversation(old.clone(), true)));
    assert_eq!(journal(&effects), [&JournalEntry::Pin { on: true }]);
    assert_eq!(listed(&s), ["old", "new", "middle"]);
    assert_eq!(s.write.found().next().unwrap().changed_ms, 10);
    assert!(
        do_(&mut s, Command::Write(WriteCommand::PinConversation(old.clone(), true))).is_empty(),
        "it is pinned already"
    );
    do_(&mut s, Command::Write(WriteCommand::SetSearch("M".into())));
    assert_eq!(listed(&s), ["middle"]);
    do_(&mut s, Command::Write(WriteCommand::SetSearch(String::new())));
    do_(&mut s, Command::Write(WriteCommand::PinConversation(old, false)));
    assert_eq!(listed(&s), ["new", "middle", "old"]);
    assert!(do_(&mut s, Command::Write(WriteCommand::PinConversation(ConversationId("gone".into()), true))).is_empty());
}

#[test]
fn a_conversation_that_is_not_open_is_renamed() {
    let mut s = state();
    s.write.conversations = vec![head("a", 1)];
    s.write.open.title = "other".into();
    let effects =
        do_(&mut s, Command::Write(WriteCommand::RenameConversation(ConversationId("a".into()), " Cats ".into())));
    assert_eq!(journal(&effects), [&JournalEntry::Title { title: "Cats".into() }]);
    assert_eq!((s.write.conversations[0].title.as_str(), s.write.open.title.as_str()), ("Cats", "other"));
    assert!(
        do_(&mut s, Command::Write(WriteCommand::RenameConversation(ConversationId("a".into()), "  ".into())))
            .is_empty()
    );
}

fn searches(effects: &[Effect]) -> Vec<(u64, &str)> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Store(StoreRequest::SearchTexts { serial, words }) => Some((*serial, words.as_str())),
        _ => None,
    });
    asked.collect()
}

fn text_hit(turn: u64) -> TextHit {
    TextHit { conversation: ConversationId("a".into()), turn, at: 3, snippet: "x".into(), words: (0, 1) }
}

#[test]
fn texts_are_searched_when_the_letters_rest_and_old_answers_are_ignored() {
    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::SetSearch("ra".into())));
    assert!(s.write.text_search.running && s.next_deadline_ms().is_some_and(|ms| ms <= 250));
    s.now_ms += 100;
    assert!(searches(&do_(&mut s, Command::Tick)).is_empty());
    do_(&mut s, Command::Write(WriteCommand::SetSearch(" rain ".into())));
    s.now_ms += 249;
    assert!(searches(&do_(&mut s, Command::Tick)).is_empty(), "each letter begins the pause anew");
    s.now_ms += 1;
    let effects = do_(&mut s, Command::Tick);
    let [(serial, "rain")] = searches(&effects)[..] else { panic!("{effects:?}") };
    assert!(searches(&do_(&mut s, Command::Tick)).is_empty(), "once");
    let found = |serial, hits, done| Input::Store(StoreEvent::TextsFound { serial, hits, done });
    update(&mut s, found(serial - 1, vec![text_hit(9)], true));
    assert!(s.write.text_search.hits.is_empty() && s.write.text_search.running);
    update(&mut s, found(serial, vec![text_hit(1)], false));
    update(&mut s, found(serial, vec![text_hit(2)], false));
    assert_eq!(s.write.text_search.hits.len(), 2);
    // The next letter stops it at once.
    let effects = do_(&mut s, Command::Write(WriteCommand::SetSearch("rainy".into())));
    assert_eq!(searches(&effects), [(serial + 1, "")]);
    update(&mut s, found(serial, vec![text_hit(3)], true));
    assert!(s.write.text_search.hits.is_empty() && s.write.text_search.running);
    do_(&mut s, Command::Write(WriteCommand::SetSearch(String::new())));
    assert!(!s.write.text_search.running && s.next_deadline_ms().is_none());
}

#[test]
fn what_was_found_is_opened_at_its_turn_on_its_branch() {
    let mut s = state();
    s.write.conversations = vec![head("a", 1)];
    let id = ConversationId("a".into());
    let effects = do_(&mut s, Command::Write(WriteCommand::OpenHit(id.clone(), 3, 7)));
    assert_eq!(effects, [Effect::Store(StoreRequest::LoadConversation(id.clone()))]);
    assert_eq!(s.write.scroll_target, None, "it is not there yet");
    let effects = answer(&mut s, forked("a"));
    assert_eq!(journal(&effects), [&JournalEntry::Select { id: 3 }]);
    assert_eq!(page(&s), ["a", "b", "c"]);
    let first = s.write.scroll_target.unwrap();
    assert_eq!((first.turn, first.at), (3, 7));
    // In the conversation that is open, at once; the same place again is another way there.
    assert!(do_(&mut s, Command::Write(WriteCommand::OpenHit(id.clone(), 3, 7))).is_empty());
    assert!(s.write.scroll_target.unwrap().serial > first.serial);
    do_(&mut s, Command::Write(WriteCommand::GoToTurn(4)));
    assert_eq!(page(&s), ["a", "d"]);
    assert_eq!(s.write.scroll_target.unwrap().turn, 4);
    do_(&mut s, Command::Write(WriteCommand::GoToTurn(99)));
    assert_eq!(s.write.scroll_target.unwrap().turn, 4, "there is no such turn");
    // Another conversation that was opened meanwhile is not scrolled.
    do_(&mut s, Command::Write(WriteCommand::OpenHit(ConversationId("b".into()), 1, 0)));
    do_(&mut s, Command::Write(WriteCommand::OpenConversation(ConversationId("c".into()))));
    answer(&mut s, forked("c"));
    assert_eq!(s.write.scroll_target, None);
}

#[test]
fn what_streams_keeps_its_way() {
    let mut s = state();
    answered(&mut s, "One", "x");
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::Regenerate)));
    do_(&mut s, Command::Write(WriteCommand::GoToTurn(2)));
    assert_eq!(page(&s), ["One", ""]);
    assert_eq!(s.write.scroll_target, None);
    engine(&mut s, id, TextNews::Token { text: "y".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    do_(&mut s, Command::Write(WriteCommand::GoToTurn(2)));
    assert_eq!(page(&s), ["One", "x"]);
}

#[test]
fn a_form_is_known_after_a_restart_and_its_checks_are_made_again() {
    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::OpenForm("poem".into())));
    do_(&mut s, Command::Write(WriteCommand::SetFormField("topic".into(), "snow".into())));
    do_(&mut s, Command::Write(WriteCommand::SetFormField("kind".into(), "haiku".into())));
    let effects = do_(&mut s, Command::Write(WriteCommand::WriteForm));
    let form = journal(&effects).into_iter().find_map(|entry| match entry {
        JournalEntry::Form { form } => Some(form.clone()),
        _ => None,
    });
    let form = form.expect("the form is written down");
    assert_eq!((form.id.as_str(), form.values["topic"].as_str()), ("poem", "snow"));

    // Another run of the program.
    let mut s = state();
    let mut data = ConversationData { id: ConversationId("a".into()), ..Default::default() };
    let lines = "Snow falls on the roof\nand a cat looks at it\nfor a long long while";
    data.turns = vec![turn(1, 0, Role::User, "q"), turn(2, 1, Role::Assistant, lines)];
    data.manner.form = Some(form);
    load(&mut s, data.clone());
    assert_eq!(s.write.form_of_page().unwrap().0.id, "poem");
    let wrong = s.write.findings.iter().find(|finding| !finding.again.en.is_empty()).expect("six are no seven");
    let again = wrong.again.en.clone();
    submitted(&do_(&mut s, Command::Write(WriteCommand::AskAgain(again))));
    // One of a newer program is no form here, and nothing is lost.
    let mut s = state();
    data.manner.form = Some(FormUse { id: "opera".into(), ..Default::default() });
    load(&mut s, data);
    assert!(s.write.form_of_page().is_none() && s.write.findings.is_empty());
}

#[test]
fn the_form_of_the_answer_is_chosen_written_and_checked() {
    let mut s = state();
    let choose = |s: &mut AppState, form| do_(s, Command::Write(WriteCommand::SetText(TextEdit::Form(form))));
    assert!(!s.is_grammar_check_due());
    choose(&mut s, AnswerForm::Json);
    assert!(matches!(&s.text().grammar, Some(Grammar::JsonSchema(_))));
    choose(&mut s, AnswerForm::Gbnf);
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::FormText("root ::= (".into()))));
    let Some(Grammar::Gbnf(text)) = &s.text().grammar else { panic!() };
    assert_eq!(text, "root ::= (");
    let effects = do_(&mut s, Command::Write(WriteCommand::CheckGrammar));
    let [Effect::CheckGrammar(asked)] = &effects[..] else { panic!("{effects:?}") };
    assert!(do_(&mut s, Command::Write(WriteCommand::CheckGrammar)).is_empty(), "one at a time");
    let bad = Cause::BadGrammar { line: 1, reason: Both::same("no end") };
    update(&mut s, Input::Grammar(asked.clone(), Err(bad.into())));
    assert!(s.write.grammar.error.is_some() && !s.is_grammar_check_due());
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::FormText("root ::= \"a\"".into()))));
    let effects = do_(&mut s, Command::Write(WriteCommand::CheckGrammar));
    let [Effect::CheckGrammar(asked)] = &effects[..] else { panic!("{effects:?}") };
    update(&mut s, Input::Grammar(asked.clone(), Ok(())));
    assert!(s.write.grammar.is_good());
    // The text is there again when its form is chosen again, and goes along with what is asked.
    choose(&mut s, AnswerForm::Free);
    assert_eq!(s.text().grammar, None);
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::FormText("lost".into()))));
    choose(&mut s, AnswerForm::Gbnf);
    let effects = say(&mut s, "Well?");
    let (_, Task::Text(request)) = submitted(&effects) else { panic!() };
    assert_eq!(request.params.grammar, Some(Grammar::Gbnf("root ::= \"a\"".into())));
}
