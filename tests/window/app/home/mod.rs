//! What stays over a restart, saving without dialogs, and a second window.

use std::path::PathBuf;

use aigc_studio::app::Access;
use aigc_studio::domain::*;
use aigc_studio::state::{Command, CreateCommand, Saved, SettingsCommand, Stage, WriteCommand};
use aigc_studio::store::picture_files;
use egui::accesskit::Role as Part;
use egui_kittest::kittest::Queryable;

use super::{Window, home};

#[test]
fn jobs_and_drafts_wait_for_the_next_start_when_the_window_closes() {
    let home = home();
    let mut window = Window::open(home.path());
    let ctx = window.harness.ctx.clone();
    let prompt =
        |text: &str| Command::Create(CreateCommand::SetImage(aigc_studio::state::ImageEdit::Prompt(text.into())));
    for command in [
        prompt("a cat"),
        Command::Create(CreateCommand::Generate),
        prompt("a dog"),
        Command::Create(CreateCommand::Generate),
        prompt("next"),
    ] {
        window.studio().command(&ctx, command);
    }
    for command in [
        Command::Write(WriteCommand::SetDraft("one two three".into())),
        Command::Write(WriteCommand::Send),
        Command::Write(WriteCommand::SetDraft("half a".into())),
    ] {
        window.studio().command(&ctx, command);
    }
    window.let_go(2);
    window.until("the jobs run", |w| w.studio().state.write.job.is_some());
    window.close();

    let mut window = Window::open(home.path());
    window.until("they are offered", |w| w.shows("2 pictures, 1 text"));
    assert!(window.studio().state.create.jobs.is_empty(), "nothing runs unasked");
    window.until("it waits in its talk, which is open", |w| w.studio().state.write.draft == "half a");
    window.click("Continue");
    window.let_go(60);
    window.until("all is done", |w| {
        let state = &w.studio().state;
        let saved = state.create.strip.iter().filter(|shot| matches!(shot.saved, Saved::At(_))).count();
        saved == 2 && state.write.job.is_none() && state.write.open.turns.len() == 2
    });
    assert_eq!(window.studio().state.write.draft, "half a");
    let answer = window.studio().state.write.open.turns[1].message.content.clone();
    assert!(answer.contains("THREE"), "{answer}");
    window.close();
    let mut window = Window::open(home.path());
    window.until("the list is here", |w| !w.studio().state.write.conversations.is_empty());
    assert!(!window.shows("Not finished"), "and they are not offered again");
    // What was drawn is on the strip again, and the newest of it on the stage.
    window.until("the strip is filled", |w| w.studio().state.create.strip.len() == 2);
    window.until(
        "the stage shows the newest",
        |w| matches!(w.studio().state.create.stage(), Stage::Shot(shot) if shot.picture.is_some()),
    );
    window.close();
}

#[test]
fn a_picture_is_saved_where_no_dialog_can_open_and_its_place_is_told() {
    let home = home();
    let mut window = Window::open(home.path());
    window.type_into(Part::MultilineTextInput, "Prompt", "a red apple");
    window.click("Generate");
    window.let_go(24);
    window.until("saved", |w| w.studio().state.create.strip.first().is_some_and(|s| matches!(s.saved, Saved::At(_))));
    window.until("it can be saved elsewhere", |w| w.shows("Save as"));
    window.click("Save as");
    window.until("its place is told", |w| w.shows("no file dialog can open here"));
    let files: Vec<_> = std::fs::read_dir(home.path().join("exports")).unwrap().flatten().collect();
    assert_eq!(files.len(), 1);
    assert!(window.shows(&files[0].path().display().to_string()));
    assert_eq!(picture_files::read_record(&files[0].path()).unwrap().prompt, "a red apple");

    // And opened by its path.
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::ChooseFile);
    window.until("a path is asked for", |w| w.shows("Type or paste the full path"));
    let path = files[0].path().display().to_string();
    window.harness.get_by_role_and_label(Part::TextInput, "Path").type_text(&path);
    window.harness.run_steps(3);
    window.click("Open");
    window.until("it is open", |w| w.studio().state.settings.image.prompt == "a red apple");
    window.close();
}

#[test]
fn a_second_window_on_one_home_only_shows_and_writes_nothing() {
    let home = home();
    let mut first = Window::open(home.path());
    let ctx = first.harness.ctx.clone();
    for command in [
        Command::Go(Room::Write),
        Command::Write(WriteCommand::SetDraft("one two".into())),
        Command::Write(WriteCommand::Send),
    ] {
        first.studio().command(&ctx, command);
    }
    first.let_go(2);
    first.until("it is written", |w| w.studio().state.write.job.is_none());
    first.close();
    let files = || {
        let mut all: Vec<(PathBuf, Vec<u8>)> = Vec::new();
        let mut folders = vec![home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
                match path.is_dir() {
                    true => folders.push(path),
                    false => all.push((path.clone(), std::fs::read(path).unwrap())),
                }
            }
        }
        all.sort();
        all
    };
    let before = files();
    let mut second = Window::open_with(home.path(), Access::ReadOnly);
    let ctx = second.harness.ctx.clone();
    second.until("it is listed", |w| w.studio().state.write.conversations.len() == 1);
    assert!(second.shows("Read-only"));
    let id = second.studio().state.write.conversations[0].id.clone();
    for command in [
        Command::Write(WriteCommand::OpenConversation(id.clone())),
        Command::Write(WriteCommand::SetDraft("three".into())),
        Command::Write(WriteCommand::Send),
        Command::Write(WriteCommand::TrashConversation(id)),
        Command::Settings(SettingsCommand::SetLang(aigc_studio::lang::Lang::Zh)),
    ] {
        second.studio().command(&ctx, command);
    }
    second.until("that is told", |w| w.shows("只能查看"));
    second.until("it is read", |w| w.studio().state.write.open.turns.len() == 2);
    second.close();
    assert_eq!(files(), before);
}
