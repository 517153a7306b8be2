//! What conversations are called.

use super::*;

#[test]
fn long_first_lines_become_short_titles() {
    let mut s = state();
    say(&mut s, "\nTell me everything about the history of the printing press in Europe\nplease");
    assert_eq!(s.write.open.title, "Tell me everything about the history of…");
}

/// Regression: a chat that was opened again could not be told from the one that it was saved from.
#[test]
fn conversations_of_one_title_are_told_apart() {
    let mut s = state();
    let mut titles = Vec::new();
    for _ in 0..3 {
        do_(&mut s, Command::Write(WriteCommand::NewConversation));
        say(&mut s, "Grumpy Cat");
        titles.push(s.write.open.title.clone());
    }
    assert_eq!(titles, ["Grumpy Cat", "Grumpy Cat (2)", "Grumpy Cat (3)"]);
    assert_eq!(s.write.own_title("Grumpy Cat (2)", false), "Grumpy Cat (4)");
    assert_eq!(s.write.own_title("Grumpy Cat", true), "Grumpy Cat", "a page has its own sign");
    assert_eq!(s.write.own_title("Year (1984)", false), "Year (1984)");
}

#[test]
fn a_title_has_no_marks_of_markdown_or_mathematics() {
    let mut s = state();
    say(&mut s, "**Why** is $x^2$ never negative?\nIn one line.");
    assert_eq!(
        (s.write.open.title.as_str(), s.write.conversations[0].title.as_str()),
        ("Why is x² never negative?", "Why is x² never negative?")
    );
}
