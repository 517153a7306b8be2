use super::*;
use crate::domain::{CardKind, Story};

/// A token is a word.
fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn card(name: &str, aliases: &str, about: &str) -> StoryCard {
    let (name, aliases, about) = (name.into(), aliases.into(), about.into());
    StoryCard { name, aliases, about, kind: CardKind::Cast, ..Default::default() }
}

fn prompt(before: &str, story: Story) -> PagePrompt {
    PagePrompt { story, before: before.into() }
}

#[test]
fn the_parts_stand_in_their_places() {
    let cards = vec![card("Ada", "the clockmaker", "sixty, one eye"), card("Ben", "", "her dog")];
    let story = Story { memory: "A calm tale.".into(), note: "slow".into(), note_depth: 1, cards };
    let made = assemble(&prompt("It rained.\nThe Clockmaker woke.\nShe", story), 400, &mut words);
    assert_eq!(
        made.text,
        "A calm tale.\nAda: sixty, one eye\n***\nIt rained.\nThe Clockmaker woke.\n[Author's note: slow]\nShe"
    );
    let parts: Vec<_> = made.parts.iter().map(|p| (p.kind, p.name.as_str(), p.tokens, p.left_out)).collect();
    assert_eq!(
        parts,
        [
            (PartKind::Memory, "", 3, 0),
            (PartKind::Note, "", 3, 0),
            (PartKind::Card, "Ada", 4, 0),
            (PartKind::Text, "", 6, 0)
        ]
    );
}

#[test]
fn a_bare_page_is_its_text() {
    let made = assemble(&prompt("从前有座山，", Story::default()), 100, &mut words);
    assert_eq!(made.text, "从前有座山，");
    assert_eq!(made.parts.len(), 1);
}

#[test]
fn names_are_whole_words_in_any_case_and_chinese_ones_anywhere() {
    let ada = card("Ada", "阿达, A.L.", "x");
    assert!(mention::last(&ada, "and then ADA came").is_some());
    assert!(mention::last(&ada, "Ada's hat").is_some());
    assert_eq!(mention::last(&ada, "Adam and Granada"), None);
    assert!(mention::last(&ada, "昨天阿达走了").is_some());
    assert!(mention::last(&ada, "said a.l. again").is_some());
    assert_eq!(mention::last(&card("", " , ", "x"), "anything"), None);
}

#[test]
fn the_card_that_was_named_last_stays_when_room_is_short() {
    let long = "word ".repeat(30);
    let cards = vec![card("Ada", "", &long), card("Ben", "", &long), card("Cid", "", "never named")];
    let story = Story { cards, ..Default::default() };
    let made = assemble(&prompt("Ada came. Ben left.", story), 60, &mut words);
    let of = |name: &str| made.parts.iter().find(|p| p.name == name).map(|p| (p.tokens, p.left_out));
    assert_eq!((of("Ben"), of("Ada"), of("Cid")), (Some((31, 0)), Some((0, 31)), None));
    assert!(!made.text.contains("Ada: "));
}

/// Regression: a card had a quarter of the context, or three quarters on a page, and "did not fit" beside room for it.
#[test]
fn a_card_may_fill_what_the_turns_or_the_text_leave() {
    let cards = vec![StoryCard { always: true, ..card("Kieran", "", &"word ".repeat(50)) }];
    let turn = |content: &str| Message { role: Role::User, content: content.into() };
    let read = |said: &str| {
        let played = PlayedPrompt { turns: vec![turn(said)], cards: cards.clone(), ..PlayedPrompt::default() };
        let mut fits = |turns: &[Message]| Ok::<_, ()>(turns.iter().map(|t| words(&t.content)).sum::<usize>() <= 60);
        let (turns, parts) = with_lore(&played, 60, &mut words, &mut fits).unwrap();
        (turns.len(), parts[0].tokens, parts[0].left_out)
    };
    assert_eq!(read("Tell me of him."), (2, 51, 0));
    assert_eq!(read(&"word ".repeat(20)), (1, 0, 51), "there is no room for both");
    let page = |text: &str, room: usize| {
        assemble(&prompt(text, Story { cards: cards.clone(), ..Default::default() }), room, &mut words).parts[0].clone()
    };
    assert_eq!((page("He came.", 64).tokens, page("He came.", 61).left_out), (51, 51));
}

#[test]
fn always_is_always_and_a_note_alone_is_no_head() {
    let cards = vec![StoryCard { always: true, ..card("Moon", "", "two of them") }];
    let made = assemble(&prompt("x", Story { cards, ..Default::default() }), 100, &mut words);
    assert_eq!(made.text, "Moon: two of them\n***\nx");
    let story = Story { note: "雨".into(), note_depth: 0, ..Default::default() };
    assert_eq!(assemble(&prompt("a\nb", story), 100, &mut words).text, "a\n[作者按：雨]\nb");
}

#[test]
fn a_long_text_keeps_its_end_and_begins_at_a_line_in_steps() {
    let line = "ten words make one line of this long story here\n";
    let mut begins = Vec::new();
    for lines in 400..440 {
        let text = line.repeat(lines);
        let (start, tokens, left_out) = tail::fit(&text, 1000, &mut words);
        assert!(tokens <= 1000 && tokens > 500, "{tokens}");
        assert!(text[start..].starts_with("ten words"), "at {start}");
        let all = lines * 10;
        assert!((tokens + left_out).abs_diff(all) <= all / 10, "{tokens} + {left_out} of {all}");
        begins.push(start);
    }
    begins.dedup();
    assert!(begins.len() <= 3, "the beginning moved {} times", begins.len());
}

#[test]
fn a_text_without_lines_or_spaces_is_cut_all_the_same() {
    let text = "雨".repeat(5000);
    let mut letters = |text: &str| text.chars().count();
    let (start, tokens, _) = tail::fit(&text, 1000, &mut letters);
    assert!(text.is_char_boundary(start) && (200..=1000).contains(&tokens), "{tokens}");
    let (start, tokens, left_out) = tail::fit(&text, 0, &mut letters);
    assert_eq!((start, tokens, left_out), (text.len(), 0, 15_000));
    assert_eq!(tail::fit("", 0, &mut letters), (0, 0, 0));
}

#[test]
fn no_room_leaves_out_all_but_panics_not() {
    let story = Story { memory: "long memory here".into(), note: "n".into(), ..Default::default() };
    for room in 0..12 {
        let made = assemble(&prompt("some text", story.clone()), room, &mut words);
        assert!(words(&made.text) <= room.max(SEAMS), "{room}: {}", made.text);
    }
}
