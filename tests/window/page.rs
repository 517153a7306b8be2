//! The page in the window: its text, what stands at its foot and beside it.

use crate::states::*;
use aigc_studio::domain::{ConversationId, Event, EventKind, JobId, News, TextNews, Theme};
use aigc_studio::lang::Lang;
use aigc_studio::state::{AppState, Command, Input, OpenConversation, PageCommand, PageSpot, WriteCommand, update};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

fn page() -> Harness<'static, Window> {
    open(write_page(Lang::En, Theme::Dark))
}

/// Does what was asked, as the app would, and draws again.
fn settle(harness: &mut Harness<'static, Window>) -> Vec<Command> {
    let mut all = Vec::new();
    for _ in 0..6 {
        // Commands are obeyed before the next frame.
        harness.step();
        let mut commands = std::mem::take(&mut harness.state_mut().commands);
        commands.retain(|command| !matches!(command, Command::Write(WriteCommand::Measure(_))));
        for command in &commands {
            update(&mut harness.state_mut().state, Input::Command(command.clone()));
        }
        all.extend(commands);
    }
    all
}

fn blank() -> AppState {
    let mut state = write_page(Lang::En, Theme::Dark);
    state.write.open = OpenConversation { page: Some(Box::default()), ..Default::default() };
    state
}

fn text(harness: &Harness<'static, Window>) -> String {
    harness.state().state.write.open.page.as_ref().unwrap().text.as_str().to_owned()
}

#[test]
fn what_is_typed_is_in_the_page_and_an_undo_takes_it_back() {
    let mut harness = open(blank());
    let field = harness.get_by_label("Write here. The model continues at the cursor.");
    field.focus();
    harness.run();
    for word in ["It ", "rained ", "雨"] {
        let name =
            if word == "It " { "Write here. The model continues at the cursor." } else { "The text of the page" };
        harness.get_by_label(name).type_text(word);
        settle(&mut harness);
    }
    assert_eq!(text(&harness), "It rained 雨");
    assert!(harness.state().state.write.open.id.is_some());
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    settle(&mut harness);
    assert_eq!(text(&harness), "");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Y);
    settle(&mut harness);
    assert_eq!(text(&harness), "It rained 雨");
}

#[test]
fn a_first_line_can_be_taken() {
    let mut harness = open(blank());
    harness.get_by_label("On the morning of the flood, the cat came home with a key.").click();
    settle(&mut harness);
    assert!(text(&harness).starts_with("On the morning"));
    assert!(harness.query_by_label("Or start with a line").is_none());
}

#[test]
fn the_model_goes_on_where_the_cursor_is() {
    let mut harness = page();
    let end = text(&harness).len();
    harness.get_by_label("Continue").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Page(PageCommand::Write { at: end }))]);
    harness.get_by_label("The text of the page").focus();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::ArrowUp);
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Enter);
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Page(PageCommand::Write { at: 0 }))]);
}

#[test]
fn a_selected_passage_gets_a_picture() {
    let mut harness = page();
    let button = "A picture of the selected passage";
    assert!(harness.get_by_label(button).accesskit_node().is_disabled());
    harness.get_by_label("The text of the page").focus();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run();
    harness.run();
    let to = text(&harness).len();
    harness.get_by_label(button).click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Page(PageCommand::Picture { from: 0, to }))]);
}

#[test]
fn pictures_in_the_text_say_whether_they_are_out_of_date() {
    let mut harness = page();
    harness.get_by_label_contains("A picture of this passage: set the kettle on.");
    harness.get_by_label_contains("The text has changed since this picture was made: A ghost");
    harness.get_all_by_label("Remove the picture from the text").next().unwrap().click();
    assert!(matches!(asked(&mut harness)[..], [Command::Write(WriteCommand::RemoveIllustration(_))]));
}

#[test]
fn the_history_shows_each_branch_and_leads_there() {
    let mut harness = page();
    harness.get_by_label("He counted them by the loaves.").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Page(PageCommand::Go(2)))]);
    update(&mut harness.state_mut().state, Input::Command(Command::Write(WriteCommand::Page(PageCommand::Go(2)))));
    settle(&mut harness);
    assert!(text(&harness).ends_with("by the loaves."));
}

#[test]
fn cards_are_filled_in_and_the_one_that_is_read_says_so() {
    let mut harness = page();
    harness.get_by_label("Ada").click();
    settle(&mut harness);
    let field = |harness: &Harness<'static, Window>| {
        let role = egui::accesskit::Role::MultilineTextInput;
        let field = harness.get_by_role_and_label(role, "What the model should know");
        field.focus();
        field.type_text("!");
    };
    field(&harness);
    settle(&mut harness);
    let card = harness.state().state.write.open.page.as_ref().unwrap().story.cards[0].clone();
    assert_eq!(card.about, "A clockmaker of sixty who never lies!");
    harness.get_by_label("Character").click();
    settle(&mut harness);
    assert_eq!(harness.state().state.write.open.page.as_ref().unwrap().story.cards.len(), 3);
}

#[test]
fn while_the_model_writes_it_can_be_stopped_and_typing_goes_in() {
    let mut state = write_page(Lang::En, Theme::Dark);
    state.write.job = write_streaming(Lang::En, Theme::Dark).write.job;
    state.write.job.as_mut().unwrap().conversation = ConversationId("a".into());
    let mut harness = open(state);
    let before = text(&harness);
    harness.get_by_label("The text of the page").focus();
    harness.run();
    harness.get_by_label("The text of the page").type_text("no");
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::Page(PageCommand::Type(format!("{before}no"))))]);
    harness.get_by_label("Stop").click();
    assert_eq!(asked(&mut harness), [Command::Write(WriteCommand::StopWriting)]);
}

/// Regression: the view stayed put while the text grew below its edge.
#[test]
fn the_sheet_follows_the_model_until_the_person_scrolls_away() {
    let mut state = blank();
    let lines: String = (0..60).map(|n| format!("Line {n} of the story.\n")).collect();
    update(&mut state, Input::Command(Command::Write(WriteCommand::Page(PageCommand::Type(lines)))));
    let page = state.write.open.page.as_deref().unwrap();
    let (parent, at) = (page.at(), page.text.len());
    let id = page.next_id();
    let mut job = write_streaming(Lang::En, Theme::Dark).write.job.unwrap();
    (job.turn, job.conversation) = (id, state.write.open.id.clone().unwrap());
    job.page = Some(PageSpot { edit: id, parent, at, spaced: false });
    let mut harness = open(state);
    harness.get_by_label("The text of the page").focus();
    harness.run();
    harness.state_mut().state.write.job = Some(job);
    harness.run();
    let write = |harness: &mut Harness<'static, Window>, n: usize| {
        for n in n..n + 12 {
            let event = Event {
                job: JobId(5),
                kind: EventKind::News(News::Text(TextNews::Token { text: format!("Word {n}\n") })),
            };
            update(&mut harness.state_mut().state, Input::Engine(event));
            harness.step();
            harness.step();
        }
    };
    let top = |harness: &Harness<'static, Window>| harness.get_by_label("The text of the page").rect().top();
    let before = top(&harness);
    write(&mut harness, 0);
    let bottom = harness.get_by_label("The text of the page").rect().bottom();
    assert!(top(&harness) < before - 200.0, "{} {before}", top(&harness));
    assert!(bottom < SIZE[1] + 60.0, "the end is in sight: {bottom}");
    // Away from there.
    let middle = egui::pos2(SIZE[0] / 2.0, 300.0);
    harness.hover_at(middle);
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, 500.0),
        phase: egui::TouchPhase::Move,
        modifiers: egui::Modifiers::NONE,
        source: egui::MouseWheelSource::Trackpad,
    });
    harness.run_steps(30);
    let away = top(&harness);
    write(&mut harness, 12);
    assert!((top(&harness) - away).abs() < 1.0, "{} {away}", top(&harness));
}

#[test]
fn a_page_of_many_letters_and_a_thousand_changes_is_drawn() {
    let mut state = blank();
    let do_ =
        |state: &mut AppState, command| update(state, Input::Command(Command::Write(WriteCommand::Page(command))));
    let mut text = String::new();
    for n in 0..1000 {
        text.push_str(&format!("Line {n} of a long story that goes on and on.\n"));
        do_(&mut state, PageCommand::Type(text.clone()));
    }
    let mut harness = open(state);
    harness.run();
    assert!(harness.query_by_label("Line 0 of a long story that goes on and on.").is_none(), "only rows in sight");
}
