//! What is reported as done is done.

use super::*;
use crate::state::write::tests::harness::answered;

#[test]
fn copied_is_said_when_the_picture_is_on_the_clipboard() {
    let mut s = state();
    let copy = Command::Gallery(GalleryCommand::CopyItem("/l/a.png".into()));
    assert_eq!(do_(&mut s, copy.clone()), [Effect::Store(StoreRequest::ViewPicture("/l/a.png".into()))]);
    assert!(s.notices.list.is_empty(), "nothing was copied yet");
    assert_eq!(update(&mut s, viewed("/l/a.png")), [Effect::CopyPicture(picture())]);
    assert!(s.notices.list.is_empty());
    update(&mut s, Input::Copied);
    assert_eq!(notes(&s), [&NoticeKind::Copied]);
    assert!(update(&mut s, viewed("/l/a.png")).is_empty(), "once");

    // A file that cannot be read is a problem, and no copy.
    s.notices.list.clear();
    do_(&mut s, copy.clone());
    let broken = StoreEvent::Viewed { path: "/l/a.png".into(), picture: Err(Cause::EngineGone.into()) };
    assert!(update(&mut s, Input::Store(broken)).is_empty());
    assert!(matches!(notes(&s)[..], [NoticeKind::Problem(_)]));

    // A late answer does not replace a newer copy.
    answered(&mut s, "Hello", "Hi");
    do_(&mut s, copy);
    assert_eq!(do_(&mut s, Command::Write(WriteCommand::CopyTurn(2))), [Effect::CopyText("Hi".into())]);
    assert!(update(&mut s, viewed("/l/a.png")).is_empty());
}

#[test]
fn memory_is_freed_when_both_engines_say_so() {
    let mut s = state();
    s.catalogue.entries.iter_mut().for_each(|entry| entry.loaded = true);
    assert_eq!(do_(&mut s, Command::Models(ModelsCommand::Unload)), [Effect::Unload]);
    assert!(s.notices.list.is_empty() && s.catalogue.entries.iter().all(|entry| entry.loaded));
    assert!(do_(&mut s, Command::Models(ModelsCommand::Unload)).is_empty(), "not twice at once");
    engine(&mut s, NO_JOB, EventKind::Unloaded { medium: Medium::Text });
    assert!(s.notices.list.is_empty());
    assert_eq!(s.catalogue.entries.iter().map(|entry| entry.loaded).collect::<Vec<_>>(), [true, false]);
    engine(&mut s, NO_JOB, EventKind::Unloaded { medium: Medium::Picture });
    assert_eq!(notes(&s), [&NoticeKind::MemoryFreed]);
    // While a job runs it waits, and a notice says so.
    let mut s = state();
    prompt(&mut s, "a cat");
    do_(&mut s, Command::Create(CreateCommand::Generate));
    do_(&mut s, Command::Models(ModelsCommand::Unload));
    assert_eq!(notes(&s), [&NoticeKind::MemoryWaits]);
    update(&mut s, Input::NotUnloaded(Cause::QueueFull { waiting: 256 }.into()));
    assert_eq!(do_(&mut s, Command::Models(ModelsCommand::Unload)), [Effect::Unload], "it can be asked again");
}

#[test]
fn a_conversation_is_in_the_trash_when_the_disk_says_so() {
    let mut s = state();
    s.write.conversations = vec![head("a")];
    let id = ConversationId("a".into());
    do_(&mut s, Command::Write(WriteCommand::TrashConversation(id.clone())));
    assert!(s.notices.list.is_empty() && s.write.conversations.is_empty());
    update(&mut s, Input::Store(StoreEvent::ConversationTrashed(id.clone())));
    assert_eq!(notes(&s), [&NoticeKind::ConversationTrashed(id)]);
}

#[test]
fn problems_stay_until_they_are_dismissed_whatever_else_is_said() {
    let mut s = state();
    let problem = |n| Cause::QueueFull { waiting: n };
    (0..6).for_each(|n| s.problem(problem(n).into()));
    s.problem(problem(3).into());
    (0..9).for_each(|n| s.note(NoticeKind::ModelFetched(n.to_string())));
    // Reading a picture of the strip reports nothing and removes nothing.
    let key = (JobId(500), 0);
    let saved = Saved::Saving;
    s.create.put_on_strip(Shot { key, picture: Some(picture()), record: record("a dog"), saved, subject: None });
    do_(&mut s, Command::Create(CreateCommand::Vary(key)));
    s.now_ms += NOTICE_MS;
    do_(&mut s, Command::Tick);
    let told: Vec<usize> = (0..6)
        .filter(|n| s.notices.list.iter().any(|note| note.kind == NoticeKind::Problem(ProblemBox(problem(*n).into()))))
        .collect();
    assert_eq!((told, s.notices.list.len()), ((0..6).collect(), 6), "each of them once");
    do_(&mut s, Command::DismissProblems);
    assert!(s.notices.list.is_empty());
}
