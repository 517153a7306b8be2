//! Forms: the prompt, the grammar, what the checks find; and prompts for pictures that a language model writes.

use super::*;

#[test]
fn a_form_becomes_a_prompt_and_its_checks_are_told() {
    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::OpenForm("poem".into())));
    assert!(s.write.form.as_ref().is_some_and(|form| !form.values.is_empty()), "with its defaults");
    // A field that must be filled in is named.
    assert!(do_(&mut s, Command::Write(WriteCommand::WriteForm)).is_empty());
    assert!(matches!(s.write.error.as_ref().unwrap().cause(), Cause::BadField { .. }));
    do_(&mut s, Command::Write(WriteCommand::SetFormField("topic".into(), "the first snow".into())));
    do_(&mut s, Command::Write(WriteCommand::SetFormField("kind".into(), "haiku".into())));
    let effects = do_(&mut s, Command::Write(WriteCommand::WriteForm));
    let (id, job) = submitted(&effects);
    let Task::Text(request) = job else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages[0].role, Role::System);
    assert!(messages[1].content.contains("the first snow") && messages[1].content.contains("haiku"));
    assert!(s.write.form.is_none());
    engine(
        &mut s,
        id,
        TextNews::Token { text: "Snow falls on the roof\nand a cat looks at it\nfor a long long while".into() },
    );
    engine(&mut s, id, EventKind::Finished(stats()));
    let wrong = s.write.findings.iter().find(|f| !f.again.en.is_empty()).expect("six syllables are no seven").clone();
    let effects = do_(&mut s, Command::Write(WriteCommand::AskAgain(wrong.again.en.clone())));
    let (_, Task::Text(request)) = submitted(&effects) else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages.last().unwrap().content, wrong.again.en);
    assert!(s.write.findings.is_empty());
    assert!(do_(&mut s, Command::Write(WriteCommand::OpenForm("nothing".into()))).is_empty() && s.write.form.is_none());
}

/// The grammar of the job.
fn grammar(effects: &[Effect]) -> Option<String> {
    let (_, Task::Text(request)) = submitted(effects) else { panic!() };
    request.params.grammar.as_ref().map(|grammar| match grammar {
        Grammar::Gbnf(text) => text.clone(),
        Grammar::JsonSchema(_) => panic!("a form has no schema"),
    })
}

fn haiku(s: &mut AppState) -> Vec<Effect> {
    do_(s, Command::Write(WriteCommand::OpenForm("poem".into())));
    do_(s, Command::Write(WriteCommand::SetFormField("topic".into(), "the first snow".into())));
    do_(s, Command::Write(WriteCommand::SetFormField("kind".into(), "haiku".into())));
    do_(s, Command::Write(WriteCommand::WriteForm))
}

const SNOW: &str = "Snow falls on the roof\nand a cat looks at it\nfor a long long while";

#[test]
fn a_strict_form_is_held_by_its_grammar_where_the_text_is_asked_for() {
    let mut s = state();
    let effects = haiku(&mut s);
    assert!(grammar(&effects).is_some_and(|text| text.contains("line")), "three lines");
    assert_eq!(s.write.open.title, "the first snow", "named by what it is about");
    assert_eq!(s.write.conversations[0].title, "the first snow");
    let (id, _) = submitted(&effects);
    engine(&mut s, id, TextNews::Token { text: SNOW.into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    assert!(grammar(&do_(&mut s, Command::Write(WriteCommand::Regenerate))).is_some(), "again, it is asked for");
    s.write.job = None;
    s.lanes.clear();
    let wrong = s.write.findings.iter().find(|f| !f.again.en.is_empty()).cloned();
    let wrong = wrong.map_or_else(|| "Write it again.".to_owned(), |finding| finding.again.en);
    assert!(
        grammar(&do_(&mut s, Command::Write(WriteCommand::AskAgain(wrong)))).is_some(),
        "a check asks for the whole poem"
    );
    s.write.job = None;
    s.lanes.clear();
    assert_eq!(grammar(&say(&mut s, "What is a haiku?")), None, "who asks about it gets an answer");

    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::OpenForm("blog".into())));
    do_(&mut s, Command::Write(WriteCommand::SetFormField("topic".into(), "basil".into())));
    do_(&mut s, Command::Write(WriteCommand::SetFormField("sections".into(), "2".into())));
    let effects = do_(&mut s, Command::Write(WriteCommand::WriteForm));
    let outline = grammar(&effects).unwrap();
    assert!(outline.contains("2. ") && !outline.contains("3. "), "{outline}");
    let (id, _) = submitted(&effects);
    engine(&mut s, id, TextNews::Token { text: "Basil\n1. Light\n2. Water".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    // The window speaks another language by now.
    do_(&mut s, Command::Settings(SettingsCommand::SetLang(Lang::Zh)));
    let section =
        grammar(&do_(&mut s, Command::Write(WriteCommand::WriteSection))).expect("in the language of the outline");
    assert!(section.contains("## Light"), "{section}");
}

#[test]
fn findings_are_of_the_answer_that_is_shown_and_of_none_that_was_stopped() {
    let mut s = state();
    let (id, _) = submitted(&haiku(&mut s));
    engine(&mut s, id, TextNews::Token { text: "Snow falls".into() });
    do_(&mut s, Command::Write(WriteCommand::StopWriting));
    engine(&mut s, id, EventKind::Cancelled);
    assert!(s.write.findings.is_empty(), "a stopped answer is no poem yet");
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::Regenerate)));
    engine(&mut s, id, TextNews::Token { text: SNOW.into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    let before = s.write.findings.clone();
    assert!(!before.is_empty());
    // Written anew by hand: the findings are of the new words.
    let answer = s.write.open.turns[1].id;
    do_(&mut s, Command::Write(WriteCommand::BeginEdit(answer)));
    do_(
        &mut s,
        Command::Write(WriteCommand::SetEdit(
            "The first cold snow falls\nupon the roof and garden\nand the cat sits still".into(),
        )),
    );
    do_(&mut s, Command::Write(WriteCommand::SendEdit));
    assert!(s.write.findings != before, "{:?}", s.write.findings);
    do_(&mut s, Command::Write(WriteCommand::SelectBranch(answer)));
    assert_eq!(s.write.findings, before, "and of the old ones again");
    // Regression: what the person asked for besides was held against the form too.
    answered(&mut s, "Now tell me a long story", "Once there was a cat.");
    assert_eq!(s.write.findings, []);
    do_(&mut s, Command::Write(WriteCommand::SelectBranch(answer)));
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert!(s.write.findings.is_empty());
}

/// The text that is to be checked.
fn checked(effects: &[Effect]) -> crate::writing::checks::TextCheck {
    let text = effects.iter().find_map(|effect| match effect {
        Effect::CheckText(text) => Some((**text).clone()),
        _ => None,
    });
    text.expect("a text is to be checked")
}

#[test]
fn what_is_found_late_is_not_told_of_a_newer_text() {
    let mut s = state();
    let (id, _) = submitted(&haiku(&mut s));
    engine(&mut s, id, TextNews::Token { text: SNOW.into() });
    let effects = update(&mut s, Input::Engine(Event { job: id, kind: EventKind::Finished(stats()) }));
    let first = checked(&effects);
    assert_eq!((first.text.as_str(), &first.asked), (SNOW, &None));
    assert!(s.write.findings.is_empty(), "the window does not wait for it");
    // The same answer goes on before it was checked: the same turns, and another text.
    let turns = s.write.open.turns.len();
    let effects = do_(&mut s, Command::Write(WriteCommand::ContinueWriting));
    let (id, _) = submitted(&effects);
    engine(&mut s, id, TextNews::Token { text: "\nand then it is night".into() });
    assert_eq!(update(&mut s, Input::TextChecked(first.serial, first.findings())), []);
    assert!(s.write.findings.is_empty(), "it is being written");
    let effects = update(&mut s, Input::Engine(Event { job: id, kind: EventKind::Finished(stats()) }));
    let second = checked(&effects);
    assert_eq!(s.write.open.turns.len(), turns);
    assert!(second.serial > first.serial && second.text.ends_with("night"), "{}", second.text);
    assert_ne!(first.findings(), second.findings());
    update(&mut s, Input::TextChecked(second.serial, second.findings()));
    assert_eq!(s.write.findings, second.findings());
    update(&mut s, Input::TextChecked(first.serial, first.findings()));
    assert_eq!(s.write.findings, second.findings(), "that of the old text comes too late");
    // What was found goes with its text, and does not come back.
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert!(s.write.findings.is_empty());
    update(&mut s, Input::TextChecked(second.serial, second.findings()));
    assert!(s.write.findings.is_empty());
}

/// Whether a check asked for a text is known by its words alone in another run of the program.
#[test]
fn an_answer_to_a_check_of_an_earlier_run_is_checked_and_one_to_a_person_is_not() {
    let mut s = state();
    let (id, _) = submitted(&haiku(&mut s));
    engine(&mut s, id, TextNews::Token { text: SNOW.into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    let again = s.write.findings.iter().find(|found| !found.again.en.is_empty()).unwrap().again.clone();
    for (words, is_checked) in [(again.en, true), (again.zh, true), ("And why?".to_owned(), false)] {
        let mut s = s.clone();
        let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::AskAgain(words.clone()))));
        s.write.asked_again = None;
        engine(&mut s, id, TextNews::Token { text: SNOW.into() });
        let effects = update(&mut s, Input::Engine(Event { job: id, kind: EventKind::Finished(stats()) }));
        let text = checked(&effects);
        assert_eq!(text.asked.as_ref().map(|again| (again.before.as_str(), &again.words)), Some((SNOW, &words)));
        assert_eq!(!text.findings().is_empty(), is_checked, "{words}");
    }
}

#[test]
fn the_sections_of_an_outline_are_written_and_put_together() {
    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::OpenForm("blog".into())));
    do_(&mut s, Command::Write(WriteCommand::SetFormField("topic".into(), "basil".into())));
    let mut effects = do_(&mut s, Command::Write(WriteCommand::WriteForm));
    let texts = ["Basil in winter\n1. Light\n2. Water", "## Light\nMuch.", "Little."];
    for (at, text) in texts.into_iter().enumerate() {
        assert_eq!(s.write.sections(), None, "{at}");
        let (id, _) = submitted(&effects);
        engine(&mut s, id, TextNews::Token { text: text.into() });
        engine(&mut s, id, EventKind::Finished(stats()));
        effects = match s.write.next_section() {
            Some(next) => {
                assert_eq!((next, s.write.findings.len()), ((at, 2), 0), "an outline is no text yet");
                do_(&mut s, Command::Write(WriteCommand::WriteSection))
            }
            None => Vec::new(),
        };
    }
    let sections = s.write.sections().expect("both are there");
    assert!(!s.write.findings.is_empty(), "one heading is too few");
    do_(&mut s, Command::Write(WriteCommand::Page(PageCommand::Of(sections))));
    let page = s.write.open.page.as_ref().unwrap();
    assert_eq!(page.text.as_str(), "## Light\nMuch.\n\nLittle.");
}

#[test]
fn a_language_model_proposes_a_prompt_and_the_person_takes_it_or_not() {
    let mut s = state();
    able(&mut s);
    assert!(do_(&mut s, Command::Create(CreateCommand::ImprovePrompt)).is_empty(), "there is no prompt");
    prompt(&mut s, "a fox");
    let effects = do_(&mut s, Command::Create(CreateCommand::ImprovePrompt));
    let (id, job) = submitted(&effects);
    let Task::Text(request) = job else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages[1].content, "a fox");
    assert_eq!(do_(&mut s, Command::Create(CreateCommand::ImprovePrompt)), vec![Effect::Cancel(id)]);
    engine(&mut s, id, EventKind::Cancelled);
    assert!(s.proposal().is_none());

    let propose = |s: &mut AppState, texts: &[&str]| {
        let (id, _) = submitted(&do_(s, Command::Create(CreateCommand::ImprovePrompt)));
        texts.iter().for_each(|text| drop(engine(s, id, TextNews::Token { text: (*text).into() })));
        engine(s, id, EventKind::Finished(stats()));
        s.proposal().map(|proposal| proposal.new.clone())
    };
    let better = propose(&mut s, &["\"a red fox", " in snow\"\n"]);
    assert_eq!((better.as_deref(), s.settings.image.prompt.as_str()), (Some("a red fox in snow"), "a fox"), "not yet");
    do_(&mut s, Command::Create(CreateCommand::DropProposal));
    assert!(s.proposal().is_none() && s.settings.image.prompt == "a fox");
    propose(&mut s, &["a red fox in snow"]);
    do_(&mut s, Command::Create(CreateCommand::UseProposal));
    assert_eq!((s.settings.image.prompt.as_str(), s.proposal()), ("a red fox in snow", None));
    for (again, prompt) in [(Command::Undo, "a fox"), (Command::Redo, "a red fox in snow")] {
        do_(&mut s, again);
        assert_eq!(s.settings.image.prompt, prompt);
    }
    for useless in ["A red fox, in snow.", "Sure! Here is a better prompt:", "I'm sorry, I can't."] {
        assert_eq!(propose(&mut s, &[useless]), None, "{useless}");
    }
    assert!(s.notices.list.is_empty() && s.create.error.is_none(), "nothing is said where nothing is better");
    propose(&mut s, &["a red fox in deep snow"]);
    prompt(&mut s, "a wolf");
    assert!(s.proposal().is_none(), "it was made of another prompt");
    assert!(s.create.jobs.is_empty(), "nothing is drawn before it was seen");
}

#[test]
fn a_prompt_is_made_better_only_by_who_can_for_whom_it_helps() {
    let mut s = state();
    prompt(&mut s, "a fox");
    assert_eq!(s.prompt_writer(), None, "98 MB write no better prompt");
    assert!(do_(&mut s, Command::Create(CreateCommand::ImprovePrompt)).is_empty());
    let large = entry("large", Makes::Text, ModelPresence::Absent);
    s.catalogue.entries.push(large);
    s.catalogue.entries[2].card.files[0].bytes = 500_000_000;
    assert_eq!(s.prompt_writer(), None, "it is not here");
    s.catalogue.entries[2].presence = ModelPresence::Here { path: "/m/l.gguf".into() };
    assert_eq!(s.prompt_writer().as_deref(), Some("large"), "another one than the one in use");
    let effects = do_(&mut s, Command::Create(CreateCommand::ImprovePrompt));
    let (id, Task::Text(request)) = submitted(&effects) else { panic!() };
    assert_eq!((request.model.id.as_str(), request.params.model.as_str()), ("large", "large"));
    engine(&mut s, id, EventKind::Cancelled);
    s.catalogue.entries[0].card.family = "sticker-flow".into();
    assert_eq!(s.prompt_writer(), None, "it reads words, not sentences");
}

#[test]
fn a_passage_that_a_model_only_talks_about_is_its_own_prompt() {
    let mut s = state();
    answered(&mut s, "Tell me a story", "A lighthouse stood alone above the grey and stormy sea.");
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::PictureOfTurn(2))));
    engine(&mut s, id, TextNews::Token { text: "This passage describes a lighthouse that symbolises hope.".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    assert_eq!(s.settings.image.prompt, "A lighthouse stood alone above the grey and stormy sea");
    // A model that was not trained to answer gets examples to go on with.
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::PictureOfTurn(2))));
    let no_template = Cause::NoTemplate;
    let effects = engine(&mut s, id, EventKind::Failed(no_template.into()));
    let (id, Task::Text(request)) = submitted(&effects) else { panic!() };
    let TextPrompt::Raw(raw) = &request.prompt else { panic!("{:?}", request.prompt) };
    assert!(raw.ends_with("Passage: A lighthouse stood alone above the grey and stormy sea.\nPicture:"), "{raw}");
    assert_eq!(request.params.stop, ["\n"]);
    assert!(s.create.error.is_none());
    engine(&mut s, id, TextNews::Token { text: " a lonely lighthouse above a stormy sea, oil painting".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    assert_eq!(s.settings.image.prompt, "a lonely lighthouse above a stormy sea, oil painting");
    // A model of stickers is given the passage at once, where no language model finds its one thing.
    s.catalogue.entries[0].card.family = "sticker-flow".into();
    assert!(do_(&mut s, Command::Write(WriteCommand::PictureOfTurn(2))).is_empty() && s.create.helper.is_none());
    assert_eq!(s.settings.image.prompt, "A lighthouse stood alone above the grey and stormy sea");
    // And so it is without a language model.
    s.catalogue.entries[0].card.family = "test".into();
    s.catalogue.entries[1].presence = ModelPresence::Absent;
    prompt(&mut s, "x");
    assert!(do_(&mut s, Command::Write(WriteCommand::PictureOfTurn(2))).is_empty() && s.create.error.is_none());
    assert_eq!(s.settings.image.prompt, "A lighthouse stood alone above the grey and stormy sea");
    do_(&mut s, Command::Undo);
    assert_eq!(s.settings.image.prompt, "x", "what was typed comes back");
}

#[test]
fn a_passage_becomes_a_picture_prompt() {
    let mut s = state();
    answered(&mut s, "Tell me a story", "A lighthouse stood alone.");
    let effects = do_(&mut s, Command::Write(WriteCommand::PictureOfTurn(2)));
    let (id, job) = submitted(&effects);
    let Task::Text(request) = job else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages[1].content, "A lighthouse stood alone.");
    assert_eq!(s.room(), Room::Create);
    engine(&mut s, id, TextNews::Token { text: "a lonely lighthouse at dusk".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    assert_eq!(s.settings.image.prompt, "a lonely lighthouse at dusk");
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::PictureOfTurn(2))));
    engine(&mut s, id, EventKind::Failed(Cause::EngineGone.into()));
    assert!(s.create.error.is_some() && s.create.helper.is_none());
}

/// As a model says it that was not trained to answer.
pub(super) fn no_template() -> EventKind {
    EventKind::Failed(Cause::NoTemplate.into())
}

#[test]
fn a_form_for_a_model_without_a_chat_template_is_a_text_to_go_on_with() {
    let mut s = state();
    let asked = haiku(&mut s);
    let held = grammar(&asked);
    let (id, _) = submitted(&asked);
    let effects = engine(&mut s, id, no_template());
    let (id, Task::Text(request)) = submitted(&effects) else { panic!() };
    let TextPrompt::Raw(raw) = &request.prompt else { panic!("{:?}", request.prompt) };
    assert!(raw.contains("Request: ") && raw.contains("the first snow") && raw.ends_with("\nAnswer:\n"), "{raw}");
    assert_eq!((grammar(&effects), held.is_some()), (held, true), "held by the same grammar");
    assert!(request.params.stop.contains(&"\nRequest:".to_owned()), "{:?}", request.params.stop);
    assert!(s.write.error.is_none() && s.text().stop.is_empty(), "the sliders stay as they are");
    engine(&mut s, id, TextNews::Token { text: SNOW.into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    assert_eq!(s.write.open.turns[1].message.content, SNOW);
    // Whatever is asked after it, in a talk of its own too; JSON as its answer's form.
    for s in [&mut s, &mut state()] {
        do_(s, Command::Write(WriteCommand::SetText(TextEdit::Form(AnswerForm::Json))));
        let (id, _) = submitted(&say(s, "Another one?"));
        let effects = engine(s, id, no_template());
        let (id, Task::Text(request)) = submitted(&effects) else { panic!() };
        let TextPrompt::Raw(raw) = &request.prompt else { panic!() };
        assert!(raw.ends_with("Request: Another one?\nAnswer:\n") && request.params.grammar.is_some(), "{raw}");
        // A model that cannot read even that is an error, once.
        let effects = engine(s, id, no_template());
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Submit { .. })) && s.write.error.is_some());
    }
}

#[test]
fn a_model_without_a_chat_template_makes_prompts_better_by_examples() {
    let mut s = state();
    able(&mut s);
    s.catalogue.entries[0].card.family = "test".into();
    prompt(&mut s, "a red fox");
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::ImprovePrompt)));
    let effects = engine(&mut s, id, no_template());
    let (id, Task::Text(request)) = submitted(&effects) else { panic!() };
    let TextPrompt::Raw(raw) = &request.prompt else { panic!() };
    assert!(raw.ends_with("Prompt: a red fox\nBetter:") && s.create.error.is_none(), "{raw}");
    engine(&mut s, id, TextNews::Token { text: " a red fox in fresh snow, low winter sun".into() });
    engine(&mut s, id, EventKind::Finished(stats()));
    assert_eq!(s.proposal().map(|p| p.new.as_str()), Some("a red fox in fresh snow, low winter sun"));
}
