use super::*;
use crate::domain::{Message, PageEntry, Role, StoryCard, Turn, TurnInfo};

pub fn home() -> (tempfile::TempDir, Journals) {
    let home = tempfile::tempdir().unwrap();
    let journals = Journals::new(home.path().join("conversations"));
    (home, journals)
}

pub fn id(name: &str) -> ConversationId {
    ConversationId(name.into())
}

fn begin(id: u64, role: Role, content: &str) -> JournalEntry {
    JournalEntry::Begin {
        turn: Turn { id, message: Message { role, content: content.into() }, info: None, parent: None },
    }
}

pub fn append(id: u64, text: &str) -> JournalEntry {
    JournalEntry::Append { id, text: text.into() }
}

fn set_age(path: &Path, seconds: u64) {
    let at = std::time::SystemTime::now() - Duration::from_secs(seconds);
    File::options().append(true).open(path).unwrap().set_modified(at).unwrap();
}

#[test]
fn a_conversation_grows_and_comes_back() {
    let (_home, mut journals) = home();
    let a = id("20261124-1");
    journals.append(&a, &begin(1, Role::User, "Hi")).unwrap();
    journals.append(&a, &begin(2, Role::Assistant, "")).unwrap();
    for piece in ["He", "llo", " 🌍"] {
        journals.append(&a, &append(2, piece)).unwrap();
    }
    let data = journals.load(&a).unwrap();
    assert_eq!(data.turns[1].message.content, "Hello 🌍");
    assert_eq!(data.turns[1].info, None);
    journals.append(&a, &JournalEntry::End { id: 2, info: TurnInfo::default() }).unwrap();
    assert!(journals.load(&a).unwrap().turns[1].info.is_some());
    let heads = journals.list();
    assert_eq!((heads[0].title.as_str(), heads[0].turns), ("Hi", 2));
}

#[test]
fn streamed_text_is_synced_in_time() {
    let (_home, mut journals) = home();
    let a = id("a");
    assert_eq!(journals.next_sync(), None);
    journals.append(&a, &append(1, "x")).unwrap();
    let due = journals.next_sync().unwrap();
    assert!(due <= Instant::now() + SYNC_EVERY);
    std::thread::sleep(SYNC_EVERY);
    journals.sync_due().unwrap();
    assert_eq!(journals.next_sync(), None);
    journals.append(&a, &append(1, "y")).unwrap();
    journals.append(&a, &JournalEntry::End { id: 1, info: TurnInfo::default() }).unwrap();
    assert_eq!(journals.next_sync(), None, "an ending is synced at once");
}

#[test]
fn a_torn_line_is_not_written_on() {
    let (home, mut journals) = home();
    let a = id("a");
    journals.append(&a, &begin(1, Role::User, "Hi")).unwrap();
    drop(journals);
    let path = home.path().join("conversations/a.jsonl");
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"{\"do\":\"append\",\"id\":1,\"te");
    fs::write(&path, bytes).unwrap();
    let mut journals = Journals::new(home.path().join("conversations"));
    journals.append(&a, &append(1, " there")).unwrap();
    assert_eq!(journals.load(&a).unwrap().turns[0].message.content, "Hi there");
}

#[test]
fn what_could_not_be_written_is_written_later() {
    let (home, mut journals) = home();
    // A file where the folder should be: nothing can be written.
    let folder = home.path().join("conversations");
    fs::write(&folder, "in the way").unwrap();
    let a = id("a");
    journals.append(&a, &begin(1, Role::User, "Hi")).unwrap_err();
    let error = journals.append(&a, &append(1, " there")).unwrap_err();
    assert!(matches!(error.cause(), Cause::Io { .. }), "{error:?}");
    fs::remove_file(&folder).unwrap();
    journals.sync_due().unwrap();
    assert_eq!(journals.load(&a).unwrap().turns[0].message.content, "Hi there");
}

#[test]
fn newest_first_and_strange_files_do_no_harm() {
    let (home, mut journals) = home();
    for (name, age) in [("old", 300), ("new", 10), ("mid", 60)] {
        journals.append(&id(name), &begin(1, Role::User, name)).unwrap();
        set_age(&home.path().join(format!("conversations/{name}.jsonl")), age);
    }
    let folder = home.path().join("conversations");
    fs::write(folder.join("garbage.jsonl"), [0xff; 300]).unwrap();
    fs::write(folder.join("empty.jsonl"), "").unwrap();
    fs::write(folder.join("bad name!.jsonl"), "").unwrap();
    fs::write(folder.join("notes.txt"), "x").unwrap();
    fs::create_dir(folder.join("folder.jsonl")).unwrap();
    let titles: Vec<_> = journals.list().into_iter().map(|h| h.title).collect();
    assert_eq!(titles, ["new", "mid", "old"]);
    assert_eq!(Journals::new("/nowhere/at/all").list(), []);
}

#[test]
fn ids_cannot_leave_the_folder() {
    let (_home, mut journals) = home();
    for bad in ["", "../x", "a/b", "a\\b", "C:x", "a.b", "猫", "x\0", &"a".repeat(65)] {
        assert!(journals.append(&id(bad), &append(1, "x")).is_err(), "{bad:?}");
        assert!(journals.load(&id(bad)).is_err());
        assert!(journals.delete(&id(bad)).is_err());
    }
    let error = journals.load(&id("missing")).unwrap_err();
    assert!(matches!(error.cause(), Cause::FileMissing { .. }));
}

#[test]
fn deleting_is_undone_with_words_that_came_late() {
    let (_home, mut journals) = home();
    let a = id("a");
    journals.append(&a, &begin(1, Role::Assistant, "One")).unwrap();
    journals.delete(&a).unwrap();
    assert_eq!(journals.list(), []);
    // The answer was still streaming.
    journals.append(&a, &append(1, " two")).unwrap();
    assert_eq!(journals.list(), []);
    journals.restore(&a).unwrap();
    assert_eq!(journals.load(&a).unwrap().turns[0].message.content, "One two");
    assert!(journals.restore(&a).is_err());
    assert_eq!(journals.list().len(), 1);
}

#[test]
fn long_journals_are_shortened_and_keep_their_place() {
    let (home, mut journals) = home();
    let a = id("a");
    journals.append(&a, &begin(1, Role::User, "Write")).unwrap();
    journals.append(&a, &begin(2, Role::Assistant, "")).unwrap();
    for _ in 0..10_000 {
        journals.append(&a, &append(2, "word ")).unwrap();
    }
    journals.append(&a, &JournalEntry::End { id: 2, info: TurnInfo::default() }).unwrap();
    let path = home.path().join("conversations/a.jsonl");
    set_age(&path, 1000);
    let long = fs::metadata(&path).unwrap();
    let first = journals.load(&a).unwrap();
    let short = fs::metadata(&path).unwrap();
    assert!(short.len() * 3 < long.len(), "{} of {}", short.len(), long.len());
    assert_eq!(short.modified().unwrap(), long.modified().unwrap());
    assert_eq!(journals.load(&a).unwrap(), first);
    journals.append(&a, &append(2, "end")).unwrap();
    assert!(journals.load(&a).unwrap().turns[1].message.content.ends_with("word end"));
}

#[test]
fn many_conversations_at_once_keep_few_files_open() {
    let (_home, mut journals) = home();
    for round in 0..3 {
        for n in 0..30 {
            journals.append(&id(&format!("c{n}")), &append(1, &format!("{round}"))).unwrap();
        }
    }
    assert!(journals.open.len() <= OPEN_FILES);
    for n in 0..30 {
        assert_eq!(journals.load(&id(&format!("c{n}"))).unwrap().turns[0].message.content, "012");
    }
}

#[test]
fn a_pin_survives_and_leaves_the_conversations_time() {
    let (_home, mut journals) = home();
    let (a, b) = (id("a"), id("b"));
    journals.append(&a, &begin(1, Role::User, "old")).unwrap();
    journals.append(&b, &begin(1, Role::User, "new")).unwrap();
    journals.sync_all().unwrap();
    // Both long ago: the clock of files ticks some milliseconds at a time.
    set_age(&journals.path(&a).unwrap(), 5_000);
    set_age(&journals.path(&b).unwrap(), 2_000);
    let before = journals.list();
    assert_eq!(before.iter().map(|head| (&head.id, head.pinned)).collect::<Vec<_>>(), [(&b, false), (&a, false)]);
    journals.append(&a, &JournalEntry::Pin { on: true }).unwrap();
    journals.append(&a, &JournalEntry::Title { title: "older".into() }).unwrap();
    let after = Journals::new(journals.folder.clone()).list();
    assert_eq!(after[1], ConversationHead { pinned: true, title: "older".into(), ..before[1].clone() });
    journals.append(&a, &JournalEntry::Pin { on: false }).unwrap();
    assert!(!journals.list()[1].pinned);
    journals.append(&a, &begin(2, Role::User, "again")).unwrap();
    assert_eq!(journals.list()[0].id, a, "what is said moves it");
}

/// A disk that takes nothing, as far as a file can tell: the journal is a link to a device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn lines_that_a_full_disk_refused_outlive_closing_and_opening() {
    let (home, mut journals) = home();
    let a = id("a");
    journals.append(&a, &begin(1, Role::User, "Hi")).unwrap();
    let path = home.path().join("conversations/a.jsonl");
    let aside = home.path().join("aside");
    fs::rename(&path, &aside).unwrap();
    std::os::unix::fs::symlink("/dev/full", &path).unwrap();
    journals.close(&a);
    let error = journals.append(&a, &append(1, " there")).unwrap_err();
    assert!(matches!(error.cause(), Cause::DiskFull { .. }), "{error:?}");
    // Closed by hand, pushed out by others, opened: the lines stay.
    journals.close(&a);
    for n in 0..2 * OPEN_FILES {
        journals.append(&id(&format!("c{n}")), &begin(1, Role::User, "x")).unwrap();
    }
    assert_eq!(journals.waiting(&a), b"{\"do\":\"append\",\"id\":1,\"text\":\" there\"}\n");
    assert!(journals.sync_due().is_err(), "still told");
    // There is room again.
    fs::remove_file(&path).unwrap();
    fs::rename(&aside, &path).unwrap();
    assert_eq!(journals.load(&a).unwrap().turns[0].message.content, "Hi there");
    assert!(journals.sync_due().is_ok() && journals.waiting(&a).is_empty());
    let fresh = Journals::new(journals.folder.clone()).load(&a).unwrap();
    assert_eq!(fresh.turns[0].message.content, "Hi there");
}

#[test]
fn a_conversation_without_a_file_yet_is_read_listed_and_deleted() {
    let (home, mut journals) = home();
    let folder = home.path().join("conversations");
    fs::write(&folder, "in the way").unwrap();
    let (a, b) = (id("a"), id("b"));
    journals.append(&a, &begin(1, Role::User, "Hi")).unwrap_err();
    journals.append(&b, &begin(1, Role::User, "Bye")).unwrap_err();
    assert_eq!(journals.load(&a).unwrap().turns[0].message.content, "Hi");
    assert_eq!(journals.list().len(), 2);
    fs::remove_file(&folder).unwrap();
    journals.delete(&b).unwrap();
    journals.sync_all().unwrap();
    assert_eq!(journals.list().iter().map(|head| &head.id).collect::<Vec<_>>(), [&a]);
    journals.restore(&b).unwrap();
    assert_eq!(journals.load(&b).unwrap().turns[0].message.content, "Bye");
}

fn lines(journals: &Journals, id: &ConversationId) -> Vec<JournalEntry> {
    let text = fs::read_to_string(journals.path(id).unwrap()).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn system(text: &str) -> JournalEntry {
    JournalEntry::System { text: text.into() }
}

#[test]
fn what_is_typed_is_written_once_it_settles() {
    let (_home, mut journals) = home();
    let a = id("a");
    journals.append(&a, &begin(1, Role::User, "Hi")).unwrap();
    for n in 1..=50 {
        journals.append(&a, &system(&"x".repeat(n))).unwrap();
        journals.sync_due().unwrap();
    }
    assert_eq!(lines(&journals, &a).len(), 1, "not a line for each key");
    assert!(journals.next_sync().unwrap() <= Instant::now() + SETTLE);
    std::thread::sleep(SETTLE);
    journals.sync_due().unwrap();
    assert_eq!(lines(&journals, &a)[1..], [system(&"x".repeat(50))]);
    // Whoever types without a rest has it written now and then.
    let typed = Typed { entry: system(""), since: Instant::now(), last: Instant::now() + TYPED_LONGEST };
    assert_eq!(typed.due(), typed.since + TYPED_LONGEST);
}

#[test]
fn what_is_typed_keeps_its_order_and_is_not_lost_by_closing() {
    let (_home, mut journals) = home();
    let a = id("a");
    let page = |entry| JournalEntry::Page(entry);
    let memory = |text: &str| page(PageEntry::Memory { text: text.into() });
    let note = |text: &str| page(PageEntry::Note { text: text.into(), depth: 1 });
    let card =
        |id, name: &str| page(PageEntry::Card { card: StoryCard { id, name: name.into(), ..Default::default() } });
    journals.append(&a, &page(PageEntry::New)).unwrap();
    for entry in [memory("A"), memory("A tale"), note("s"), note("sad"), card(1, "F"), card(1, "Fox"), card(2, "Owl")] {
        journals.append(&a, &entry).unwrap();
    }
    let expected = [page(PageEntry::New), memory("A tale"), note("sad"), card(1, "Fox")];
    assert_eq!(lines(&journals, &a), expected, "the last one may still change");
    let story = journals.load(&a).unwrap().page.unwrap().story;
    assert_eq!((story.memory.as_str(), story.note.as_str(), story.cards.len()), ("A tale", "sad", 2));
    // And what was said after it comes after it.
    journals.append(&a, &memory("new")).unwrap();
    journals.append(&a, &JournalEntry::Pin { on: true }).unwrap();
    assert_eq!(lines(&journals, &a)[5..], [memory("new"), JournalEntry::Pin { on: true }]);
    journals.append(&a, &note("last")).unwrap();
    journals.sync_all().unwrap();
    assert_eq!(lines(&journals, &a)[7..], [note("last")]);
}
