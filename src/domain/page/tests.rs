use proptest::prelude::*;

use super::*;

fn typed(page: &mut Page, new: &str) {
    if let Some(entry) = page.edit_to(new, Author::Person) {
        page.apply(entry);
    }
}

fn wrote(page: &mut Page, at: usize, text: &str) {
    let edit = Edit {
        id: page.next_id(),
        parent: page.at(),
        at,
        removed: Vec::new(),
        text: text.into(),
        by: Author::Model,
        info: None,
    };
    page.apply(PageEntry::Edit(edit));
}

#[test]
fn letters_typed_in_a_row_are_one_change() {
    let mut page = Page::default();
    for end in 1.."The rain fell.".len() + 1 {
        typed(&mut page, &"The rain fell."[..end]);
    }
    assert_eq!((page.text.as_str(), page.edits().count()), ("The rain fell.", 1));
    typed(&mut page, "The rain fel");
    assert_eq!((page.text.as_str(), page.edits().count()), ("The rain fel", 1), "backspace in it");
    page.apply(PageEntry::Go { id: page.undo().unwrap() });
    assert_eq!(page.text.as_str(), "");
    assert_eq!(page.undo(), None);
    page.apply(PageEntry::Go { id: page.redo().unwrap() });
    assert_eq!(page.text.as_str(), "The rain fel");
}

#[test]
fn a_new_line_and_a_new_place_begin_a_new_change() {
    let mut page = Page::default();
    typed(&mut page, "one");
    typed(&mut page, "one\n");
    typed(&mut page, "one\ntwo");
    assert_eq!(page.edits().count(), 2);
    typed(&mut page, "One\ntwo");
    assert_eq!(page.edits().count(), 3);
    let long = "word ".repeat(60);
    let mut page = Page::default();
    for end in 1..=long.len() {
        typed(&mut page, &long[..end]);
    }
    assert!((3..=5).contains(&page.edits().count()), "{} changes", page.edits().count());
}

#[test]
fn deletions_in_a_row_are_one_change_and_come_back_with_their_author() {
    let mut page = Page::default();
    typed(&mut page, "I say: ");
    wrote(&mut page, 7, "你好 world");
    let before = page.clone();
    for cut in ["I say: 你好 worl", "I say: 你好 wor", "I say: 你好 wo"] {
        typed(&mut page, cut);
    }
    assert_eq!(page.edits().count(), 3);
    page.apply(PageEntry::Go { id: 2 });
    assert_eq!(page.text, before.text);
    assert_eq!(page.text.authors(), [(Author::Person, 7), (Author::Model, 12)]);
}

#[test]
fn who_wrote_what_is_told_apart() {
    let mut page = Page::default();
    typed(&mut page, "Once ");
    wrote(&mut page, 5, "there was a fox.");
    typed(&mut page, "Once there was a red fox.");
    let of = |by| page.text.authors().iter().filter(|run| run.0 == by).map(|run| run.1).sum::<usize>();
    assert_eq!((of(Author::Person), of(Author::Model)), (9, 16));
    assert_eq!(page.text.runs(3, 8).len(), 2);
}

#[test]
fn a_change_after_an_undo_is_a_branch() {
    let mut page = Page::default();
    typed(&mut page, "A ");
    wrote(&mut page, 2, "cat");
    page.apply(PageEntry::Go { id: 1 });
    wrote(&mut page, 2, "dog");
    assert_eq!(page.text.as_str(), "A dog");
    page.apply(PageEntry::Go { id: 2 });
    assert_eq!((page.text.as_str(), page.redo()), ("A cat", Some(3)), "what was written in its place");
    assert_eq!((page.path(), page.undo()), (vec![1, 2], Some(1)));
    page.apply(PageEntry::Go { id: 3 });
    assert_eq!((page.undo(), page.redo()), (Some(2), None));
    page.apply(PageEntry::Go { id: 2 });
    page.apply(PageEntry::Go { id: 1 });
    assert_eq!(page.redo(), Some(2), "what was shown last");
    page.apply(PageEntry::Go { id: 99 });
    assert_eq!(page.at(), 1);
}

#[test]
fn text_that_streams_makes_its_change_longer() {
    let mut page = Page::default();
    wrote(&mut page, 0, "Rain");
    page.apply(PageEntry::More { id: 1, text: " fell".into() });
    page.apply(PageEntry::End { id: 1, info: TurnInfo { seed: 4, ..Default::default() } });
    assert_eq!(page.last().unwrap().text, "Rain fell");
    assert_eq!(page.last().unwrap().info.as_ref().unwrap().seed, 4);
    page.apply(PageEntry::More { id: 7, text: " late".into() });
    assert_eq!(page.text.as_str(), "Rain fell late", "its beginning was lost, its words are not");
}

#[test]
fn what_an_input_method_composes_is_one_change() {
    let mut page = Page::default();
    for text in ["n", "ni", "ni h", "ni hao", "你好", "你好，"] {
        typed(&mut page, text);
    }
    assert_eq!((page.text.as_str(), page.edits().count()), ("你好，", 1));
}

fn replayed(entries: impl IntoIterator<Item = PageEntry>) -> Page {
    let mut page = Page::default();
    entries.into_iter().for_each(|entry| page.apply(entry));
    page
}

/// What a person and a model might do: numbers choose the act, the place and the words.
fn acted(acts: &[(u8, usize, usize)]) -> (Page, Vec<PageEntry>) {
    let words = ["a", "雨", "the fox ", "🦊", "\n", "é", "long words come here, many of them"];
    let (mut page, mut log) = (Page::default(), Vec::new());
    for &(act, place, word) in acts {
        let text = page.text.as_str().to_owned();
        let at = page.text.boundary(place % (text.len() + 1));
        let entry = match act % 5 {
            0 => page.edit_to(&format!("{}{}{}", &text[..at], words[word % words.len()], &text[at..]), Author::Person),
            1 => {
                let end = page.text.boundary((at + word % 9).min(text.len())).max(at);
                page.edit_to(&format!("{}{}", &text[..at], &text[end..]), Author::Person)
            }
            2 => page.edit_to(&format!("{}{}{}", &text[..at], words[word % words.len()], &text[at..]), Author::Model),
            3 => page.undo().map(|id| PageEntry::Go { id }),
            _ => Some(PageEntry::Go { id: place as u64 % page.next_id() }),
        };
        if let Some(entry) = entry {
            page.apply(entry.clone());
            log.push(entry);
        }
    }
    (page, log)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_journal_and_the_shortest_one_give_the_same_page(acts in prop::collection::vec(any::<(u8, usize, usize)>(), 0..40)) {
        let (page, log) = acted(&acts);
        let again = replayed(log.iter().cloned());
        prop_assert_eq!(&again.text, &page.text);
        prop_assert_eq!(again.at(), page.at());
        let short = replayed(page.entries());
        prop_assert_eq!(&short.text, &page.text);
        prop_assert_eq!(short.edits().cloned().collect::<Vec<_>>(), page.edits().cloned().collect::<Vec<_>>());
        let runs: usize = page.text.authors().iter().map(|run| run.1).sum();
        prop_assert_eq!(runs, page.text.len());
        let mut there_and_back = page.clone();
        there_and_back.apply(PageEntry::Go { id: BLANK });
        prop_assert_eq!(there_and_back.text.as_str(), "");
        there_and_back.apply(PageEntry::Go { id: page.at() });
        prop_assert_eq!(&there_and_back.text, &page.text);
    }

    #[test]
    fn a_lost_line_never_panics_and_loses_no_later_word(
        acts in prop::collection::vec(any::<(u8, usize, usize)>(), 1..30), lost in any::<usize>()
    ) {
        let (_, mut log) = acted(&acts);
        if !log.is_empty() {
            log.remove(lost % log.len());
        }
        let page = replayed(log.iter().cloned());
        // Each change that the journal still has is in the tree, with its words.
        for entry in &log {
            if let PageEntry::Edit(edit) = entry {
                prop_assert!(page.get(edit.id).is_some());
            }
        }
        let mut back = page.clone();
        back.apply(PageEntry::Go { id: BLANK });
        prop_assert_eq!(back.text.as_str(), "");
    }

    #[test]
    fn the_difference_makes_one_of_the_other(old in "[a雨\n🦊é]{0,12}", new in "[a雨\n🦊é]{0,12}") {
        match diff::between(&old, &new) {
            None => prop_assert_eq!(old, new),
            Some((at, removed, added)) => {
                let made = format!("{}{}{}", &old[..at], added, &old[at + removed..]);
                prop_assert_eq!(made, new);
            }
        }
    }
}
