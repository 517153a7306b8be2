//! Jobs during a change of device.

use super::*;
use crate::state::write::tests::harness::{page, say, stats};

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
    // The old engine's last events.
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

    // A job that is being stopped is not started again.
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
    // The old engine's last events.
    engine(&mut s, old, EventKind::Cancelled);
    engine(&mut s, new, TextNews::Token { text: "a tabby cat on a wall in warm light".into() });
    engine(&mut s, new, EventKind::Finished(stats()));
    assert_eq!(s.proposal().map(|proposal| proposal.new.as_str()), Some("a tabby cat on a wall in warm light"));
    // A job that was stopped is not started again.
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::ImprovePrompt)));
    assert_eq!(do_(&mut s, Command::Create(CreateCommand::ImprovePrompt)), [Effect::Cancel(id)]);
    let effects = do_(&mut s, Command::Settings(SettingsCommand::SetDevice(DeviceChoice::Auto)));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Submit { .. })), "{effects:?}");
}
