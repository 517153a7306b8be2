//! Jobs that wait for the next start, or for another device.

use super::*;

#[test]
fn pictures_that_were_not_drawn_when_the_window_closed_are_drawn_with_their_seeds() {
    let mut s = state();
    prompt(&mut s, "a cat");
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Number(ImageParam::Count, 4.0))));
    do_(&mut s, Command::Create(CreateCommand::SetImage(ImageEdit::Seed(Seed::Fixed(10)))));
    let (id, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    prompt(&mut s, "a dog");
    let (second, _) = asks_for(&mut s, Command::Create(CreateCommand::Generate));
    prompt(&mut s, "a bird");
    let (third, _) = asks_for(&mut s, Command::Create(CreateCommand::Generate));
    do_(&mut s, Command::CancelJob(third));
    engine(&mut s, id, PictureNews::Picture { index: 0, picture: picture(), record: record("a cat") });
    let desk = s.desk_now();
    assert_eq!(desk.waiting.len(), 2, "what was cancelled is not wanted");

    let mut s = state();
    loaded(&mut s, desk.clone());
    assert!(s.create.jobs.is_empty(), "nothing runs unasked");
    assert_eq!(s.desk.waiting, desk.waiting);
    assert_eq!(s.desk_now(), desk, "and nothing is lost if nobody answers");
    prompt(&mut s, "something new");
    let effects = do_(&mut s, Command::Waiting(WaitingCommand::Resume));
    let asked = asked_for(&s, &effects);
    let jobs: Vec<_> = asked
        .iter()
        .filter_map(|(_, task)| match task {
            Task::Picture(PictureTask::Generate(request)) => {
                Some((request.params.prompt.as_str(), request.seed, request.params.count))
            }
            _ => None,
        })
        .collect();
    assert_eq!(jobs, [("a cat", 11, 3), ("a dog", 10, 4)]);
    assert_eq!(s.settings.image.prompt, "something new", "the panel is the person's");
    assert!(s.desk.waiting.is_empty() && s.notices.list.is_empty());
    let _ = second;
}

#[test]
fn another_device_draws_what_the_old_one_had_not_drawn() {
    let mut s = state();
    prompt(&mut s, "a cat");
    let (old, _) = submitted(&do_(&mut s, Command::Create(CreateCommand::Generate)));
    let seed = s.create.jobs[0].request.seed;
    let effects = do_(&mut s, Command::Settings(SettingsCommand::SetDevice(DeviceChoice::Cpu)));
    assert_eq!(effects[0], Effect::SetDevice(DeviceChoice::Cpu), "before the new job");
    let (new, job) = submitted(&effects);
    assert!(
        matches!(job, Task::Picture(PictureTask::Generate(request)) if request.seed == seed && request.params.prompt == "a cat")
    );
    engine(&mut s, old, EventKind::Cancelled);
    let jobs: Vec<_> = s.create.jobs.iter().map(|job| job.id).collect();
    assert_eq!(jobs, [new]);
}

#[test]
fn an_answer_that_was_cut_off_by_closing_goes_on_in_its_conversation() {
    let mut s = state();
    let (job, _) = submitted(&write::say(&mut s, "Hello"));
    engine(&mut s, job, TextNews::Token { text: "Once upon".into() });
    let (desk, open) = (s.desk_now(), s.write.open.clone());
    let id = open.id.clone().unwrap();
    assert_eq!(desk.waiting, [Waiting::Answer { conversation: id.clone(), turn: 2 }]);

    let mut s = state();
    loaded(&mut s, desk);
    let effects = do_(&mut s, Command::Waiting(WaitingCommand::Resume));
    assert!(effects.contains(&Effect::Store(StoreRequest::LoadConversation(id.clone()))));
    assert_eq!(s.room(), Room::Write);
    let data = ConversationData { id, turns: open.turns, shelf: open.shelf, ..ConversationData::default() };
    let effects = update(&mut s, Input::Store(StoreEvent::Conversation(Box::new(data))));
    let Task::Text(request) = submitted(&effects).1 else { panic!() };
    let TextPrompt::Chat(messages) = &request.prompt else { panic!() };
    assert_eq!(messages.last().unwrap().content, "Once upon");
}

/// Regression: while another text was being written, "Continue" had no effect and reported nothing.
#[test]
fn an_answer_that_was_cut_off_waits_behind_the_one_that_is_written() {
    let mut s = state();
    submitted(&write::say(&mut s, "Hello"));
    let (desk, open) = (s.desk_now(), s.write.open.clone());
    let id = open.id.clone().unwrap();

    let mut s = state();
    loaded(&mut s, Desk { open: None, ..desk });
    s.dice.0 += 1;
    s.now_ms += 5_000;
    submitted(&write::say(&mut s, "Something else"));
    let resume = |s: &mut AppState| do_(s, Command::Waiting(WaitingCommand::Resume));
    assert!(resume(&mut s).contains(&Effect::Store(StoreRequest::LoadConversation(id.clone()))));
    let data = ConversationData { id: id.clone(), turns: open.turns, shelf: open.shelf, ..ConversationData::default() };
    update(&mut s, Input::Store(StoreEvent::Conversation(Box::new(data))));
    let written: Vec<_> = s.write.jobs().map(|job| (job.conversation == id, job.phase)).collect();
    assert_eq!(written, [(false, Phase::Waiting), (true, Phase::Waiting)]);
    assert!(s.desk.waiting.is_empty() && s.write.is_writing_here());
}

#[test]
fn jobs_that_are_discarded_come_back_with_ctrl_z() {
    let mut s = state();
    let waiting = vec![Waiting::Fetch { model: "m".into() }];
    loaded(&mut s, Desk { waiting: waiting.clone(), ..Desk::default() });
    do_(&mut s, Command::Waiting(WaitingCommand::Discard));
    assert!(s.desk.waiting.is_empty());
    do_(&mut s, Command::Undo);
    assert_eq!(s.desk.waiting, waiting);
}
