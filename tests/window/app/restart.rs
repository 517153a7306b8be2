//! What is there after a restart, and what happens to pictures where their folder cannot be written.

use aigc_studio::domain::*;
use aigc_studio::state::{
    AskCommand, Command, CreateCommand, GalleryCommand, PersonaCommand, PersonaEdit, Saved, SettingsCommand, TextEdit,
    WriteCommand,
};
use egui::accesskit::Role as Part;
use egui_kittest::kittest::Queryable;

use super::{Window, home};

#[test]
fn what_was_said_comes_back_after_a_close_in_the_middle() {
    let home = home();
    let mut window = Window::open(home.path());
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::Go(Room::Write));
    window.harness.run_steps(2);
    window.type_into(Part::MultilineTextInput, "Message", "one two three four");
    window.harness.key_press(egui::Key::Enter);
    window.let_go(2);
    window.until("two words came", |w| w.shows("ONE TWO"));
    window.close();

    let mut window = Window::open(home.path());
    window.until("the conversation is listed", |w| w.studio().state.write.conversations.len() == 1);
    assert_eq!(window.studio().state.room(), Room::Write, "the room survives a restart");
    let id = window.studio().state.write.conversations[0].id.clone();
    window.studio().command(&ctx, Command::Write(WriteCommand::OpenConversation(id)));
    window.until("its turns are here", |w| w.studio().state.write.open.turns.len() == 2);
    let turns = &window.studio().state.write.open.turns;
    assert_eq!(turns[1].message.content, "ONE TWO ");
    window.close();
}

#[test]
fn a_talk_its_pin_and_its_words_are_there_after_a_restart() {
    let home = home();
    let mut window = Window::open(home.path());
    let ctx = window.harness.ctx.clone();
    let set = |edit| Command::Persona(PersonaCommand::Set(edit));
    for command in [
        Command::Go(Room::Write),
        Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Temperature, 0.1))),
        Command::Persona(PersonaCommand::New),
        set(PersonaEdit::Name("Ada".into())),
        set(PersonaEdit::Greeting(0, "Which CLOCK has stopped?".into())),
        set(PersonaEdit::Sliders(true)),
        Command::Persona(PersonaCommand::Keep),
        Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::Temperature, 0.9))),
        Command::Write(WriteCommand::UseSliders),
    ] {
        window.studio().command(&ctx, command);
    }
    let ada = window.studio().state.personas.kept[0].id.clone();
    window.studio().command(&ctx, Command::Persona(PersonaCommand::Talk(ada)));
    let id = window.studio().state.write.open.id.clone().unwrap();
    // It is kept, and in the list, from the first letter on.
    window.studio().command(&ctx, Command::Write(WriteCommand::SetDraft("S".into())));
    window.studio().command(&ctx, Command::Write(WriteCommand::PinConversation(id.clone(), true)));
    // Moved just before the end: written down all the same.
    window.studio().command(&ctx, Command::Write(WriteCommand::SetText(TextEdit::Number(TextParam::TopK, 7.0))));
    window.close();

    let mut window = Window::open(home.path());
    window.until("the list is here", |w| w.studio().state.write.conversations.first().is_some_and(|head| head.pinned));
    window.until("so is the library", |w| w.studio().state.personas.kept.len() == 1);
    window.until("what was open is open", |w| w.studio().state.write.open.id.as_ref() == Some(&id));
    assert_eq!(window.studio().state.settings.text.temperature, 0.9, "the person's own");
    window.studio().command(&ctx, Command::Write(WriteCommand::SetSearch("which clock".into())));
    window.until("its words are found", |w| w.studio().state.write.text_search.hits.len() == 1);
    let hit = window.studio().state.write.text_search.hits[0].clone();
    window.studio().command(&ctx, Command::Write(WriteCommand::OpenHit(hit.conversation, hit.turn, hit.at)));
    window.until("it is open", |w| w.studio().state.write.open.id.as_ref() == Some(&id));
    let state = &window.studio().state;
    assert_eq!((state.text().temperature, state.text().top_k), (0.1, 7));
    assert_eq!(state.write.open.manner.speaker.as_ref().unwrap().name, "Ada");
    assert_eq!(state.write.scroll_target.unwrap().turn, 1);
    window.close();
}

#[test]
fn the_language_and_the_sliders_survive_a_restart() {
    let home = home();
    let mut window = Window::open(home.path());
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::Settings(SettingsCommand::SetLang(aigc_studio::lang::Lang::Zh)));
    window.studio().command(
        &ctx,
        Command::Create(CreateCommand::SetImage(aigc_studio::state::ImageEdit::Number(ImageParam::Steps, 77.0))),
    );
    window.until("the window is Chinese", |w| w.harness.query_by_role_and_label(Part::Button, "生成").is_some());
    window.close();
    let mut window = Window::open(home.path());
    assert_eq!(window.studio().state.settings.image.steps, 77);
    assert!(window.harness.query_by_role_and_label(Part::Button, "生成").is_some());
    window.close();
}

/// Regression: a folder was made without a question where its path was typed wrong.
#[test]
fn copies_ask_before_they_make_a_folder() {
    let home = home();
    let mut window = Window::open(home.path());
    let (from, folder) = (home.path().join("a.png"), home.path().join("not/there"));
    std::fs::write(&from, b"bytes").unwrap();
    let ctx = window.harness.ctx.clone();
    for make in [false, true] {
        window.studio().command(&ctx, Command::Gallery(GalleryCommand::SaveCopies(vec![from.clone()])));
        window.studio().command(&ctx, Command::Gallery(GalleryCommand::CopiesFolderChosen(folder.clone())));
        window.until("the disk has answered", |w| w.studio().state.ask.folder.is_some());
        assert_eq!(window.studio().state.ask.folder, Some(folder.clone()), "the whole path");
        let answer = if make { AskCommand::MakeFolder } else { AskCommand::Leave };
        window.studio().command(&ctx, Command::Ask(answer));
        if make {
            window.until("the copy is there", |_| folder.join("a.png").exists());
        }
        assert_eq!(folder.exists(), make);
    }
    window.close();
}

#[test]
fn a_library_that_cannot_be_written_loses_no_picture() {
    let home = home();
    let mut window = Window::open(home.path());
    let (blocked, free) = (home.path().join("blocked"), home.path().join("free"));
    for folder in [&blocked, &free] {
        std::fs::create_dir(folder).unwrap();
    }
    let ctx = window.harness.ctx.clone();
    window.studio().command(&ctx, Command::Settings(SettingsCommand::LibraryFolderChosen(blocked.clone())));
    window.until("the folder is in use", |w| w.studio().state.status.library == blocked);
    // A file is refused, and the folder stays.
    let file = home.path().join("a.txt");
    std::fs::write(&file, b"no folder").unwrap();
    window.studio().command(&ctx, Command::Settings(SettingsCommand::LibraryFolderChosen(file)));
    window
        .until("the file is refused", |w| w.harness.query_by_label_contains("This is a file, not a folder").is_some());
    assert_eq!(window.studio().state.status.library, blocked);
    // Later it is no folder any more.
    std::fs::remove_dir_all(&blocked).unwrap();
    std::fs::write(&blocked, b"a file where a folder should be").unwrap();
    window.type_into(Part::MultilineTextInput, "Prompt", "a cat");
    window.click("Generate");
    window.let_go(24);
    window.until("the failure is known", |w| {
        w.studio().state.create.strip.first().is_some_and(|s| matches!(s.saved, Saved::Failed(_)))
    });
    let key = window.studio().state.create.strip[0].key;
    window.studio().command(&ctx, Command::Settings(SettingsCommand::LibraryFolderChosen(free.clone())));
    window.until("the other folder is in use", |w| w.studio().state.status.library == free);
    assert!(window.harness.query_by_label_contains("This is a file, not a folder").is_none());
    window.studio().command(&ctx, Command::Create(CreateCommand::RetrySave(key)));
    window.until(
        "it is saved in the other folder",
        |w| matches!(&w.studio().state.create.strip[0].saved, Saved::At(p) if p.starts_with(home.path().join("free"))),
    );
    window.close();
}
