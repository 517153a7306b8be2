//! Jobs: drawn, cancelled, failed, at once, and what is given back after them.

use aigc_studio::state::{Command, CreateCommand, ModelsCommand, Saved, Stage, WriteCommand};
use aigc_studio::store::picture_files;
use egui::accesskit::Role as Part;

use super::{Window, home};

#[test]
fn generate_draws_shows_and_saves() {
    let home = home();
    let mut window = Window::open(home.path());
    window.type_into(Part::MultilineTextInput, "Prompt", "a red apple");
    assert_eq!(window.studio().state.settings.image.prompt, "a red apple");
    window.click("Generate");
    window.let_go(3);
    window.until("the third step shows", |w| w.shows("Step 3 of 24"));
    assert!(matches!(window.studio().state.create.stage(), Stage::Job(_)));
    window.let_go(21);
    window.until("the picture is saved", |w| {
        w.studio().state.create.strip.first().is_some_and(|s| matches!(s.saved, Saved::At(_)))
    });
    let Saved::At(path) = window.studio().state.create.strip[0].saved.clone() else { unreachable!() };
    assert!(path.starts_with(home.path()));
    assert_eq!(picture_files::read_record(&path).unwrap().prompt, "a red apple");
    window.until("it can be saved elsewhere", |w| w.shows("Save as"));
    window.close();
}

#[test]
fn esc_cancels_and_the_next_job_runs() {
    let home = home();
    let mut window = Window::open(home.path());
    window.type_into(Part::MultilineTextInput, "Prompt", "a cat");
    window.click("Generate");
    window.let_go(2);
    window.until("it runs", |w| w.shows("Step 2 of 24"));
    window.harness.key_press(egui::Key::Escape);
    // The frame that takes the key says so, whatever the engine does; the next one at the latest is drawn with it.
    window.harness.run_steps(2);
    assert!(window.shows("Stopping") || window.studio().state.create.jobs.is_empty());
    window.until("it is cancelled", |w| w.studio().state.create.jobs.is_empty());
    assert!(window.studio().state.create.strip.is_empty());
    window.click("Generate");
    window.let_go(24);
    window.until("the next one is done", |w| w.studio().state.create.strip.len() == 1);
    window.close();
}

#[test]
fn a_panic_in_a_model_is_a_message_and_the_studio_goes_on() {
    let home = home();
    let mut window = Window::open(home.path());
    window.type_into(Part::MultilineTextInput, "Prompt", "panic");
    window.click("Generate");
    window.until("the error shows", |w| w.shows("the brush broke"));
    let edit = aigc_studio::state::ImageEdit::Prompt("calm".into());
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::Create(CreateCommand::SetImage(edit)));
    window.harness.run_steps(2);
    window.click("Generate");
    window.let_go(24);
    window.until("a picture", |w| w.studio().state.create.strip.len() == 1);
    window.close();
}

#[test]
fn an_empty_prompt_is_said_in_the_window() {
    let home = home();
    let mut window = Window::open(home.path());
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::Create(CreateCommand::Generate));
    window.until("its field is marked", |w| w.shows("Write here what you would like to see"));
    window.close();
}

#[test]
fn text_and_pictures_run_at_once() {
    let home = home();
    let mut window = Window::open(home.path());
    let ctx = window.harness.ctx.clone();
    let prompt = Command::Create(CreateCommand::SetImage(aigc_studio::state::ImageEdit::Prompt("a cat".into())));
    for command in [
        prompt,
        Command::Create(CreateCommand::Generate),
        Command::Write(WriteCommand::SetDraft("hello".into())),
        Command::Write(WriteCommand::Send),
    ] {
        window.studio().command(&ctx, command);
    }
    window.until("both have started", |w| {
        let state = &w.studio().state;
        let text = state.write.job.as_ref().map(|j| j.phase);
        let image = state.create.running().map(|j| j.phase);
        let running = aigc_studio::state::Phase::Running;
        text == Some(running) && image == Some(running)
    });
    window.let_go(25);
    window.until("both are done", |w| {
        let state = &w.studio().state;
        state.write.job.is_none() && state.create.jobs.is_empty()
    });
    assert_eq!(window.studio().state.write.open.turns[1].message.content, "HELLO");
    window.close();
}

#[test]
fn memory_is_said_to_be_free_once_the_engine_has_freed_it() {
    let home = home();
    let mut window = Window::open(home.path());
    window.type_into(Part::MultilineTextInput, "Prompt", "a cat");
    window.click("Generate");
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::Models(ModelsCommand::Unload));
    window.until("it waits for the job", |w| w.shows("freed after the running jobs"));
    assert!(!window.shows("Memory freed"));
    window.let_go(24);
    window.until("then it is freed", |w| w.shows("Memory freed"));
    assert_eq!(window.studio().state.create.strip.len(), 1);
    window.close();
}
