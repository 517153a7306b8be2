use std::time::Duration;

use super::*;
use crate::domain::{Author, Edit, Message, PageEntry, Role, Turn};
use crate::store::journal::tests::{append, home, id};

fn begin(id: u64, parent: Option<u64>, content: &str) -> JournalEntry {
    let message = Message { role: Role::User, content: content.into() };
    JournalEntry::Begin { turn: Turn { id, message, info: None, parent } }
}

/// All hits, in slices as short as they can be.
fn search(journals: &Journals, words: &str) -> Vec<TextHit> {
    let Some(mut search) = Search::new(journals, 1, words) else { return Vec::new() };
    let mut all = Vec::new();
    loop {
        let (hits, done) = search.step(Instant::now());
        all.extend(hits);
        if done {
            return all;
        }
    }
}

fn told(journals: &Journals, words: &str) -> Vec<(String, u64, String)> {
    let hits = search(journals, words).into_iter();
    hits.map(|hit| (hit.conversation.0, hit.turn, hit.snippet[hit.words.0..hit.words.1].to_owned())).collect()
}

fn hit(id: &str, turn: u64, words: &str) -> (String, u64, String) {
    (id.into(), turn, words.into())
}

#[test]
fn words_are_found_across_pieces_in_any_case_of_letters() {
    let (_home, mut journals) = home();
    for entry in [
        begin(1, None, "Über den Fluss\n\"und\" 雨中的猫"),
        begin(2, None, ""),
        append(2, "The KET"),
        append(2, "TLE \\ sings"),
        append(2, "\ntwice"),
    ] {
        journals.append(&id("a"), &entry).unwrap();
    }
    assert_eq!(told(&journals, "kettle"), [hit("a", 2, "KETTLE")]);
    assert_eq!(told(&journals, " SINGS\ntwice "), [hit("a", 2, "sings twice")], "on one line");
    assert_eq!(told(&journals, "über"), [hit("a", 1, "Über")]);
    assert_eq!(told(&journals, "fluss \"UND\""), [], "white space is what it is");
    assert_eq!(told(&journals, "中的"), [hit("a", 1, "中的")]);
    assert_eq!(told(&journals, "\\"), [hit("a", 2, "\\")]);
    assert!(told(&journals, "kettles").is_empty() && told(&journals, "  ").is_empty());
}

#[test]
fn what_was_taken_away_or_replaced_is_not_found_and_branches_are() {
    let (_home, mut journals) = home();
    let a = id("a");
    for entry in [
        begin(1, Some(0), "one apple"),
        begin(2, Some(1), "two apples"),
        begin(3, Some(1), "another apple"),
        begin(4, Some(3), "apple of four"),
        JournalEntry::Replace { id: 1, text: "one pear".into() },
        JournalEntry::Truncate { id: 3 },
        append(3, " apple late"),
    ] {
        journals.append(&a, &entry).unwrap();
    }
    assert_eq!(told(&journals, "apple"), [hit("a", 2, "apple")], "on a branch that is not shown");
    assert_eq!(told(&journals, "pear"), [hit("a", 1, "pear")]);
}

#[test]
fn pages_are_found_as_they_read_now() {
    let (_home, mut journals) = home();
    let edit = |id, parent, at, text: &str| {
        JournalEntry::Page(PageEntry::Edit(Edit {
            id,
            parent,
            at,
            removed: Vec::new(),
            text: text.into(),
            by: Author::Model,
            info: None,
        }))
    };
    for entry in [
        edit(1, 0, 0, "The gulls."),
        edit(2, 1, 10, " A storm"),
        JournalEntry::Page(PageEntry::Go { id: 1 }),
        edit(3, 1, 10, " A calm"),
    ] {
        journals.append(&id("p"), &entry).unwrap();
    }
    assert_eq!(told(&journals, "GULLS. a"), [hit("p", 0, "gulls. A")]);
    assert!(told(&journals, "storm").is_empty());
    assert_eq!(search(&journals, "calm")[0].at, 13);
}

#[test]
fn spoiled_lines_and_strange_files_do_no_harm() {
    let (_home, mut journals) = home();
    journals.append(&id("a"), &begin(1, None, "a whale")).unwrap();
    let path = journals.files()[0].2.clone();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend(
        b"}{ whale\n{\"do\":\"append\",\"id\":99,\"text\":\"whale\"}\n{\"do\":\"fly\",\"whale\":1}\n\0\0\0\n\xff\xfe\n",
    );
    bytes.extend(br#"{"do":"begin","turn":{"id":2,"role":"user","content":"the last whale"}}"#);
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(told(&journals, "whale"), [hit("a", 1, "whale"), hit("a", 2, "whale")]);
}

#[test]
fn hits_are_bounded_and_newest_first() {
    let (_home, mut journals) = home();
    for n in 0..15 {
        let a = id(&format!("c{n:02}"));
        for turn in 1..=30 {
            journals.append(&a, &begin(turn, None, "needle")).unwrap();
        }
        let at = std::time::SystemTime::now() - Duration::from_secs(100 - n);
        File::options()
            .append(true)
            .open(journals.files().iter().find(|f| f.1 == a).unwrap().2.clone())
            .unwrap()
            .set_modified(at)
            .unwrap();
    }
    let hits = search(&journals, "needle");
    assert_eq!(hits.len(), HITS);
    assert_eq!((hits[0].conversation.0.as_str(), hits[19].conversation.0.as_str()), ("c14", "c14"));
    assert_eq!(hits[20].conversation.0, "c13");
}

#[test]
fn snippets_are_short_and_on_one_line() {
    let text = format!("{} the\n\n  Whale {}", "a".repeat(100), "é".repeat(300));
    let needle = Needle::new("whale").unwrap();
    let (at, end) = needle.find(&text).unwrap();
    let (snippet, (from, to)) = snippet(&text, at, end);
    assert_eq!(&snippet[from..to], "Whale");
    assert!(snippet.starts_with("…aaa") && snippet.contains("a the Whale é") && snippet.ends_with("é…"), "{snippet}");
    assert_eq!(snippet.chars().count(), 1 + BEFORE - 3 + 5 + BEHIND + 1, "a line's end and two spaces are one");
    assert_eq!(super::snippet("Whale", 0, 5), ("Whale".to_owned(), (0, 5)));
}

#[test]
fn letters_of_other_lengths_are_one_letter() {
    // The sign for kelvin is three bytes, k is one; İ becomes two letters.
    for (text, words, want) in
        [("5 \u{212a} cold", "5 k", (0, 5)), ("İstanbul", "i\u{307}stanbul", (0, 9)), ("ΣΑΣ", "σα", (0, 4))]
    {
        assert_eq!(Needle::new(words).unwrap().find(text), Some(want), "{text}");
    }
}

/// The figure that is told of it: 1,000 conversations of 100 turns, half of them streamed word by word.
#[test]
#[ignore = "measures; run it in release"]
fn a_thousand_conversations() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("conversations");
    std::fs::create_dir_all(&folder).unwrap();
    let mut bytes = 0;
    for n in 0..1_000 {
        let mut text = Vec::new();
        let mut line = |entry: &JournalEntry| {
            text.extend(serde_json::to_vec(entry).unwrap());
            text.push(b'\n');
        };
        for turn in 1..=100 {
            let words = "the quick brown fox jumps over the lazy dog and then some more of it ";
            if turn % 2 == 1 {
                line(&begin(turn, Some(turn - 1), words));
            } else {
                line(&begin(turn, Some(turn - 1), ""));
                for word in words.repeat(10).split_inclusive(' ') {
                    line(&append(turn, word));
                }
            }
        }
        bytes += text.len();
        std::fs::write(folder.join(format!("c{n:04}.jsonl")), text).unwrap();
    }
    let journals = Journals::new(folder);
    let start = Instant::now();
    assert!(search(&journals, "zebra").is_empty());
    eprintln!("1,000 conversations of 100 turns, {} MB: {:?}", bytes >> 20, start.elapsed());
}
