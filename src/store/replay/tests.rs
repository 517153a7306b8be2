//! Journals that are read back: whole, damaged, cut off, of newer programs.

use super::*;
use crate::domain::{FinishReason, StoryCard, TextParams, TextRecord, TurnInfo};

fn turn(id: u64, role: Role, content: &str) -> JournalEntry {
    JournalEntry::Begin {
        turn: Turn { id, message: Message { role, content: content.into() }, info: None, parent: None },
    }
}

fn append(id: u64, text: &str) -> JournalEntry {
    JournalEntry::Append { id, text: text.into() }
}

fn end(id: u64) -> JournalEntry {
    let info = TurnInfo { completion_tokens: 3, finish_reason: Some(FinishReason::Stop), ..Default::default() };
    JournalEntry::End { id, info }
}

fn journal(entries: &[JournalEntry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend(serde_json::to_vec(entry).unwrap());
        bytes.push(b'\n');
    }
    bytes
}

fn replay(bytes: &[u8]) -> (ConversationData, Lines) {
    let (replay, lines) = read(&mut &bytes[..], false).unwrap();
    (replay.finish(ConversationId("x".into()), 0), lines)
}

#[test]
fn tokens_of_answers_are_kept_until_their_turn_goes() {
    let token = crate::domain::TokenChoice { bytes: b"I".to_vec(), probability: 1.0, others: vec![] };
    let kept = |id| JournalEntry::Weighed { id, tokens: weighed::pack(std::slice::from_ref(&token)).unwrap() };
    let mut entries = sample();
    entries.extend([kept(2), kept(9), JournalEntry::Weighed { id: 9, tokens: String::new() }]);
    let (read, lines) = replay(&journal(&entries));
    assert_eq!((read.weighed.len(), &read.weighed[&2]), (1, &vec![token.clone()]));
    assert_eq!(lines.lost, 0);
    let (short, _) = super::read(&mut &journal(&entries)[..], false).unwrap();
    assert_eq!(replay(&journal(&short.entries())).0, read, "in the short form too");
    entries.push(JournalEntry::Truncate { id: 2 });
    assert!(replay(&journal(&entries)).0.weighed.is_empty());
}

/// Files of before do not tell what an answer was written with.
#[test]
fn what_an_answer_was_written_with_comes_back_and_may_be_missing() {
    let params = TextParams { top_k: 7, stop: vec!["\n".into()], ..TextParams::default() };
    let made = TextRecord::of(&params, 9, "ab".repeat(32));
    let info = TurnInfo { seed: 9, made: Some(Box::new(made)), ..TurnInfo::default() };
    let entries = [turn(1, Role::Assistant, "Hi"), JournalEntry::End { id: 1, info: info.clone() }];
    assert_eq!(replay(&journal(&entries)).0.turns[0].info.as_ref(), Some(&info));
    let mut old = journal(&entries[..1]);
    old.extend(b"{\"do\":\"end\",\"id\":1,\"info\":{\"model\":\"m\",\"seed\":9}}\n");
    let (read, lines) = replay(&old);
    let before = TurnInfo { model: "m".into(), seed: 9, ..TurnInfo::default() };
    assert_eq!((read.turns[0].info.as_ref(), lines.lost), (Some(&before), 0));
    assert!(!serde_json::to_string(&before).unwrap().contains("made"));
}

fn sample() -> Vec<JournalEntry> {
    vec![
        JournalEntry::System { text: "Be kind.".into() },
        turn(1, Role::User, "Hello,\nwho are you?"),
        turn(2, Role::Assistant, ""),
        append(2, "I am"),
        append(2, " 一只猫 🐈\n\"quoted\""),
        end(2),
        turn(3, Role::User, "Bye"),
        turn(4, Role::Assistant, ""),
        append(4, "See y"),
    ]
}

#[test]
fn what_was_written_comes_back() {
    let (data, lines) = replay(&journal(&sample()));
    assert_eq!(lines, Lines { good: 9, lost: 0 });
    assert_eq!(data.title, "Hello, who are you?");
    assert_eq!(data.system, "Be kind.");
    assert_eq!(data.turns.len(), 4);
    assert_eq!(data.turns[1].message.content, "I am 一只猫 🐈\n\"quoted\"");
    assert_eq!(data.turns[1].info.as_ref().unwrap().completion_tokens, 3);
    assert_eq!(data.turns[3].message.content, "See y");
    assert_eq!(data.turns[3].info, None, "cut off");
}

#[test]
fn any_cut_costs_only_the_last_line() {
    let bytes = journal(&sample());
    let ends: Vec<usize> = (0..bytes.len()).filter(|&i| bytes[i] == b'\n').collect();
    for cut in 0..=bytes.len() {
        let (data, lines) = replay(&bytes[..cut]);
        let whole = ends.iter().filter(|&&end| end <= cut).count();
        assert_eq!(lines.good, whole, "cut at {cut}");
        assert!(lines.lost <= 1);
        if whole >= 4 {
            assert!(data.turns[1].message.content.starts_with("I am"));
        }
    }
}

#[test]
fn any_spoiled_line_costs_only_itself() {
    let entries = sample();
    for (name, spoil) in [
        ("garbage", &b"}{ not json"[..]),
        ("NUL", &[0; 64]),
        ("not UTF-8", &[0xff, 0xfe, b'x']),
        ("unknown", b"{\"do\":\"fly\"}"),
    ] {
        for at in 0..entries.len() {
            let mut bytes = journal(&entries[..at]);
            bytes.extend(spoil);
            bytes.push(b'\n');
            bytes.extend(journal(&entries[at + 1..]));
            let (data, lines) = replay(&bytes);
            assert_eq!((lines.good, lines.lost), (8, 1), "{name} at {at}");
            if at != 7 && at != 8 {
                assert_eq!(data.turns.iter().find(|t| t.id == 4).unwrap().message.content, "See y", "{name} at {at}");
            }
        }
    }
}

#[test]
fn nul_bytes_before_a_good_line_do_not_spoil_it() {
    let mut bytes = journal(&sample()[..2]);
    bytes.extend([0; 512]);
    bytes.extend(journal(&sample()[2..]));
    bytes.extend([0; 4096]);
    let (data, lines) = replay(&bytes);
    assert_eq!(lines.good, 9);
    assert_eq!(data.turns.len(), 4);
}

#[test]
fn edits_regenerations_and_late_text() {
    let mut entries = sample();
    entries.extend([
        JournalEntry::Replace { id: 3, text: "Tell me more".into() },
        JournalEntry::Truncate { id: 4 },
        append(4, "ou late"),
        JournalEntry::Title { title: "Cats".into() },
    ]);
    let (data, _) = replay(&journal(&entries));
    assert_eq!(data.title, "Cats");
    assert_eq!(data.turns.iter().map(|t| t.id).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(data.turns[2].message.content, "Tell me more");
    // The number may be given again.
    entries.extend([turn(4, Role::Assistant, ""), append(4, "again")]);
    assert_eq!(replay(&journal(&entries)).0.turns[3].message.content, "again");
}

#[test]
fn a_lost_beginning_does_not_lose_the_answer() {
    let (data, _) = replay(&journal(&[turn(1, Role::User, "Hi"), append(2, "Hello"), append(2, "!"), end(2)]));
    assert_eq!(data.turns[1].message, Message { role: Role::Assistant, content: "Hello!".into() });
    assert!(data.turns[1].info.is_some());
}

#[test]
fn the_shortest_journal_says_the_same() {
    let long = journal(&sample());
    let (long_replay, _) = read(&mut &long[..], false).unwrap();
    let short = journal(&long_replay.entries());
    assert!(short.len() < long.len());
    assert_eq!(replay(&short).0, replay(&long).0);
}

/// A page of two authors with a branch, a card and a picture.
fn page() -> Vec<JournalEntry> {
    use crate::domain::{Author, CardKind, Edit, Illustration, PageEntry, Passage, StoryCard};
    let edit = |id, parent, at, text: &str, by| {
        let (text, removed, info) = (text.to_owned(), Vec::new(), None);
        PageEntry::Edit(Edit { id, parent, at, removed, text, by, info })
    };
    let info = TurnInfo { seed: 9, finish_reason: Some(FinishReason::Length), ..Default::default() };
    let card = StoryCard { id: 1, kind: CardKind::Place, name: "磨坊".into(), ..Default::default() };
    let entries = [
        PageEntry::New,
        PageEntry::Memory { text: "calm\n\"tale\"".into() },
        PageEntry::Note { text: "slow".into(), depth: 5 },
        PageEntry::Card { card },
        edit(1, 0, 0, "雨 fell.", Author::Person),
        edit(2, 1, 9, " A cat", Author::Model),
        PageEntry::More { id: 2, text: " came.".into() },
        PageEntry::End { id: 2, info },
        PageEntry::Go { id: 1 },
        edit(3, 1, 9, " A dog came.", Author::Model),
    ];
    let passage = Passage::new(0, 0, "雨 fell.");
    let picture = Illustration { id: 77, passage, path: "/p/雨.png".into() };
    let all = entries.into_iter().map(JournalEntry::Page);
    all.chain([JournalEntry::Title { title: "Rain".into() }, JournalEntry::Picture { picture }]).collect()
}

#[test]
fn a_page_comes_back_with_its_branches_and_pictures() {
    let bytes = journal(&page());
    let (data, lines) = replay(&bytes);
    assert_eq!(lines, Lines { good: 12, lost: 0 });
    let page = data.page.as_deref().unwrap();
    assert_eq!(page.text.as_str(), "雨 fell. A dog came.");
    assert_eq!(page.get(2).unwrap().text, " A cat came.");
    assert_eq!(page.get(2).unwrap().info.as_ref().unwrap().seed, 9);
    assert_eq!((page.story.note_depth, page.story.cards.len()), (5, 1));
    assert_eq!(data.pictures[0].passage.text, "雨 fell.");
    let (long, _) = read(&mut &bytes[..], false).unwrap();
    assert_eq!(replay(&journal(&long.entries())).0, data, "the shortest journal says the same");
    let (head, lines) = read(&mut &bytes[..], true).unwrap();
    assert!(head.is_page() && lines.good == 12);
    assert_eq!(head.title(), "Rain");
}

#[test]
fn a_spoiled_line_of_a_page_costs_only_itself() {
    let entries = page();
    for at in 0..entries.len() {
        let mut bytes = journal(&entries[..at]);
        bytes.extend(b"}{ not json\n");
        bytes.extend(journal(&entries[at + 1..]));
        let (data, lines) = replay(&bytes);
        assert_eq!((lines.good, lines.lost), (11, 1), "at {at}");
        let text = data.page.unwrap().text.as_str().to_owned();
        assert!(at == 9 || text.contains("A dog came."), "at {at}: {text}");
        assert!(at == 4 || text.contains("雨 fell."), "at {at}: {text}");
    }
}

#[test]
fn how_a_conversation_is_held_comes_back_and_a_spoiled_line_of_it_costs_only_itself() {
    use crate::domain::{FormUse, Speaker};
    let form = FormUse { id: "poem".into(), values: [("topic".to_owned(), "雨\n\"x\"".to_owned())].into() };
    let speaker = Speaker { name: "Ada".into(), examples: "<START>\nAda: Hm.".into() };
    let params = TextParams { temperature: 0.3, model: "small".into(), ..TextParams::default() };
    let sliders = |params: TextParams| JournalEntry::Sliders { params: Box::new(params) };
    let mill = StoryCard { id: 1, name: "Mill".into(), about: "old".into(), ..Default::default() };
    let mut entries = vec![
        JournalEntry::Form { form: form.clone() },
        JournalEntry::Speaker { speaker: speaker.clone() },
        sliders(TextParams::default()),
        sliders(params.clone()),
        JournalEntry::Pin { on: true },
        JournalEntry::Name { turn: None, name: "Lin".into() },
        JournalEntry::Card { card: StoryCard { id: 2, name: "gone".into(), ..Default::default() } },
        JournalEntry::Card { card: mill.clone() },
        JournalEntry::CardGone { id: 2 },
    ];
    entries.extend(sample());
    entries.push(JournalEntry::Name { turn: Some(2), name: "Bo".into() });
    let bytes = journal(&entries);
    let (data, lines) = replay(&bytes);
    assert_eq!(lines.lost, 0);
    let (person, names) = ("Lin".to_owned(), [(2, "Bo".to_owned())].into());
    assert_eq!(
        data.manner,
        Manner { form: Some(form), speaker: Some(speaker), person, names, sliders: Some(params), cards: vec![mill] }
    );
    let (long, _) = read(&mut &bytes[..], false).unwrap();
    let short = journal(&long.entries());
    assert_eq!(replay(&short).0, data, "the shortest journal says the same");
    assert!(read(&mut &short[..], true).unwrap().0.is_pinned());
    for at in 0..5 {
        let mut bytes = journal(&entries[..at]);
        bytes.extend(b"{\"do\":\"pin\",\"on\":\"perhaps\"}\n");
        bytes.extend(journal(&entries[at + 1..]));
        let (spoiled, lines) = replay(&bytes);
        assert_eq!((lines.lost, &spoiled.turns), (1, &data.turns), "at {at}");
    }
    // What is out of range in a file is brought into it.
    let wild = TextParams { temperature: 99.0, top_k: 1_000_000, ..TextParams::default() };
    let (data, _) = replay(&journal(&[sliders(wild)]));
    assert!(data.manner.sliders.unwrap().check().is_ok());
}

#[test]
fn heads_pass_over_the_text() {
    let bytes = journal(&sample());
    let (heads, _) = read(&mut &bytes[..], true).unwrap();
    assert_eq!((heads.title(), heads.turns()), ("Hello, who are you?".to_owned(), 4));
    assert!(heads.turns[1].message.content.is_empty());
}

#[test]
fn titles_are_short_and_on_one_line() {
    assert_eq!(shorten("  one \n\n two\tthree  "), "one two three");
    assert_eq!(shorten(&"猫".repeat(41)), format!("{}…", "猫".repeat(40)));
    assert_eq!(shorten(""), "");
}

#[test]
fn an_endless_line_is_passed_over_without_being_held() {
    let mut bytes = journal(&sample()[..2]);
    bytes.extend(std::iter::repeat_n(b'x', MAX_LINE + 10));
    bytes.push(b'\n');
    bytes.extend(journal(&sample()[2..]));
    let (data, lines) = replay(&bytes);
    assert_eq!((data.turns.len(), lines), (4, Lines { good: 9, lost: 1 }));
}
