//! An answer that is asked for once more: by a transcript, or of another engine.

use super::forms::no_template;
use super::*;

/// What the engine is asked now.
fn request(effects: &[Effect]) -> (JobId, &TextRequest) {
    let (id, Task::Text(request)) = submitted(effects) else { panic!("{effects:?}") };
    (id, request)
}

fn other_device(s: &mut AppState) -> Vec<Effect> {
    let device = if s.settings.device == DeviceChoice::Cpu { DeviceChoice::Auto } else { DeviceChoice::Cpu };
    do_(s, Command::Settings(SettingsCommand::SetDevice(device)))
}

#[test]
fn an_answer_without_a_template_goes_on_behind_its_beginning_on_another_device() {
    let mut s = state();
    let (id, _) = submitted(&say(&mut s, "Name a river."));
    let effects = engine(&mut s, id, no_template());
    let (mut id, _) = request(&effects);
    for (piece, so_far) in [("The ", "The "), ("Rhine ", "The Rhine "), ("and", "The Rhine and")] {
        engine(&mut s, id, TextNews::Token { text: piece.into() });
        let effects = other_device(&mut s);
        let (new, request) = request(&effects);
        let TextPrompt::Raw(raw) = &request.prompt else { panic!("{:?}", request.prompt) };
        assert!(raw.ends_with(&format!("Request: Name a river.\nAnswer:\n{so_far}")), "{raw}");
        id = new;
    }
    // One that is gone on with has its beginning in the transcript already.
    engine(&mut s, id, EventKind::Finished(stats()));
    let (id, _) = submitted(&do_(&mut s, Command::Write(WriteCommand::ContinueWriting)));
    let effects = engine(&mut s, id, no_template());
    let (id, _) = request(&effects);
    engine(&mut s, id, TextNews::Token { text: " the Elbe".into() });
    let effects = other_device(&mut s);
    let TextPrompt::Raw(raw) = &request(&effects).1.prompt else { panic!() };
    assert!(raw.ends_with("\nAnswer:\nThe Rhine and the Elbe"), "{raw}");
}

#[test]
fn the_record_of_an_answer_that_was_asked_for_again_has_the_persons_parameters() {
    let mut s = state();
    do_(&mut s, Command::Write(WriteCommand::SetText(TextEdit::Stop(vec!["END".into()]))));
    let own = s.text().clone();
    let (id, _) = submitted(&say(&mut s, "Name a river."));
    let effects = engine(&mut s, id, no_template());
    let (mut id, first) = request(&effects);
    let stop = first.params.stop.clone();
    assert_eq!(stop, ["END", "\n\nRequest:", "\nRequest:"]);
    for written in 1..3 {
        engine(&mut s, id, TextNews::Token { text: "The ".into() });
        let effects = other_device(&mut s);
        let (new, request) = request(&effects);
        assert_eq!((request.params.max_tokens, &request.params.stop), (own.max_tokens - written, &stop));
        id = new;
    }
    let effects = engine(&mut s, id, EventKind::Finished(stats()));
    let [JournalEntry::End { info, .. }] = journal(&effects)[..] else { panic!("{effects:?}") };
    let made = &info.made.as_deref().unwrap().params;
    assert_eq!((made.max_tokens, &made.stop), (own.max_tokens, &own.stop));
}
