//! What is left after `kill -9`. The test runs its own binary again as the program that is killed.
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aigc_studio::domain::{
    Author, ConversationData, ConversationId, Edit, ImageParams, JobId, JournalEntry, Message, Page, PageEntry,
    Picture, PictureRecord, Role, Sampler, Seed, Settings, StoreEvent, StoreRequest, Turn,
};
use aigc_studio::store::{Paths, Store, picture_files};

const HOME: &str = "STORE_KILL_HOME";

fn child(test: &str, home: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([format!("store_kill::{test}").as_str(), "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(HOME, home)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn start(home: &Path) -> (Store, crossbeam_channel::Receiver<StoreEvent>) {
    Store::start(&Paths::below(home), &Settings::default(), Arc::new(|| {}))
}

/// The killed program: sends one entry after the other, numbers, and says which it has handed over.
fn send_numbers(begin: impl IntoIterator<Item = JournalEntry>, number: impl Fn(u32) -> JournalEntry) {
    let Some(home) = std::env::var_os(HOME) else { return };
    let (store, _events) = start(Path::new(&home));
    let send = |entry| store.send(StoreRequest::Journal { id: ConversationId("killed".into()), entry });
    begin.into_iter().for_each(send);
    for n in 0..100_000 {
        send(number(n));
        println!("sent {n}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
#[ignore = "the child of a test below"]
fn streams_an_answer_until_it_is_killed() {
    let message = Message { role: Role::Assistant, content: String::new() };
    let begin = JournalEntry::Begin { turn: Turn { id: 1, message, info: None, parent: None } };
    send_numbers([begin], |n| JournalEntry::Append { id: 1, text: format!("{n} ") });
}

/// A page where the person has typed, and the model goes on.
#[test]
#[ignore = "the child of a test below"]
fn streams_into_a_page_until_it_is_killed() {
    let mut page = Page::default();
    let mut begin = vec![PageEntry::New];
    for text in ["Once", "Once upon a time ", "Once upon a time: "] {
        let entry = page.edit_to(text, Author::Person).unwrap();
        page.apply(entry.clone());
        begin.push(entry);
    }
    let (id, parent, at) = (page.next_id(), page.at(), page.text.len());
    let number = move |n: u32| {
        let text = format!("{n} ");
        JournalEntry::Page(match n {
            0 => PageEntry::Edit(Edit { id, parent, at, removed: Vec::new(), text, by: Author::Model, info: None }),
            _ => PageEntry::More { id, text },
        })
    };
    send_numbers(begin.into_iter().map(JournalEntry::Page), number);
}

/// Kills such a program and hands over what is on the disk then; `numbers` finds the streamed text in it.
fn kill(test: &str, numbers: impl Fn(&ConversationData) -> String) {
    for after in [900, 1300] {
        let home = tempfile::tempdir().unwrap();
        let mut child = child(test, home.path());
        let mut sent: Vec<(Instant, u32)> = Vec::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut first = None;
        while let Some(Ok(line)) = lines.next() {
            let Some(n) = line.trim_start_matches(|c| c != 's').strip_prefix("sent ") else { continue };
            sent.push((Instant::now(), n.parse().unwrap()));
            if first.get_or_insert_with(Instant::now).elapsed() > Duration::from_millis(after) {
                break;
            }
        }
        child.kill().unwrap(); // SIGKILL
        let killed = Instant::now();
        child.wait().unwrap();

        let (store, events) = start(home.path());
        store.send(StoreRequest::LoadConversation(ConversationId("killed".into())));
        let StoreEvent::Conversation(data) = events.recv_timeout(Duration::from_secs(20)).unwrap() else { panic!() };
        let numbers: Vec<u32> = numbers(&data).split_whitespace().map(|n| n.parse().unwrap()).collect();
        assert!(numbers.iter().enumerate().all(|(at, &n)| at as u32 == n), "without a gap");
        let owed = sent.iter().filter(|(at, _)| killed.duration_since(*at) > Duration::from_secs(1)).map(|(_, n)| *n);
        let last = *numbers.last().expect("something was written");
        assert!(last >= owed.max().unwrap_or(0), "{last} on disk, {:?} sent", sent.last());
        eprintln!("killed after {after} ms: {} of {} pieces on disk", numbers.len(), sent.len());
    }
}

#[test]
fn a_killed_program_loses_at_most_the_last_second_of_an_answer() {
    kill("streams_an_answer_until_it_is_killed", |data| {
        assert_eq!(data.turns[0].info, None, "it was cut off");
        data.turns[0].message.content.clone()
    });
}

#[test]
fn a_killed_program_loses_at_most_the_last_second_of_a_page() {
    kill("streams_into_a_page_until_it_is_killed", |data| {
        let mut page = data.page.clone().expect("it is a page still");
        let text = page.text.as_str().strip_prefix("Once upon a time: ").expect("what was typed").to_owned();
        assert_eq!(page.last().map(|edit| (edit.by, edit.info.is_none())), Some((Author::Model, true)));
        // The way back is there too.
        for _ in 0..2 {
            let id = page.undo().expect("a step back");
            page.apply(PageEntry::Go { id });
        }
        assert_eq!(page.text.as_str(), "Once upon a time ");
        text
    });
}

fn record() -> Box<PictureRecord> {
    Box::new(PictureRecord {
        params: ImageParams {
            prompt: "a red apple".into(),
            negative: String::new(),
            model: "m".into(),
            seed: Seed::Fixed(1),
            steps: 1,
            guidance: 1.0,
            width: 256,
            height: 256,
            sampler: Sampler::Euler,
            ..PictureRecord::default().params
        },
        model_hash: String::new(),
        version: "AIGC Studio 0.1.0".into(),
        ..PictureRecord::default()
    })
}

/// The killed program: saves pictures and says which are saved.
#[test]
#[ignore = "the child of the test below"]
fn saves_until_it_is_killed() {
    let Some(home) = std::env::var_os(HOME) else { return };
    let (store, events) = start(Path::new(&home));
    let picture = Arc::new(Picture { width: 256, height: 256, rgba: vec![77; 256 * 256 * 4] });
    for n in 0..10_000 {
        let (picture, record) = (picture.clone(), record());
        store.send(StoreRequest::SavePicture { job: JobId(n), index: 0, picture, record, folder: None });
        if let Ok(StoreEvent::PictureSaved { item, .. }) = events.recv() {
            println!("saved {}", item.path.display());
        }
    }
}

#[test]
fn a_killed_program_leaves_only_whole_pictures() {
    let home = tempfile::tempdir().unwrap();
    let mut child = child("saves_until_it_is_killed", home.path());
    let mut saved = Vec::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        if let Some((_, path)) = line.split_once("saved ") {
            saved.push(path.to_owned());
            if saved.len() == 40 {
                break;
            }
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    for path in &saved {
        assert_eq!(picture_files::open(Path::new(path)).unwrap().width, 256, "what was called saved is there");
    }
    let (store, events) = start(home.path());
    store.send(StoreRequest::ScanLibrary);
    let StoreEvent::Library(items) = events.recv_timeout(Duration::from_secs(20)).unwrap() else { panic!() };
    assert!(items.len() >= 40);
    for item in items {
        assert_eq!(item.record, Some(record()));
        picture_files::open(&item.path).unwrap();
    }
}
