//! Whether a text names a card.

use crate::domain::StoryCard;

pub fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// The cards that a text names, in their own order.
pub fn named<'a>(cards: &'a [StoryCard], text: &str) -> Vec<&'a StoryCard> {
    cards.iter().filter(|card| last(card, text).is_some()).collect()
}

/// Where a text names the card last; upper and lower case are the same, and a name of letters is a whole word.
pub fn last(card: &StoryCard, text: &str) -> Option<usize> {
    let text = text.to_lowercase();
    let names = std::iter::once(card.name.as_str()).chain(card.aliases.split([',', '，', '、']));
    let names = names.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty());
    names.filter_map(|name| last_word(&text, &name)).max()
}

fn last_word(text: &str, name: &str) -> Option<usize> {
    // Chinese has no spaces between words.
    let joins = |a: Option<char>, b: Option<char>| {
        a.zip(b).is_some_and(|(a, b)| [a, b].iter().all(|c| c.is_alphanumeric() && !is_ideograph(*c)))
    };
    text.rmatch_indices(name).map(|(at, _)| at).find(|&at| {
        let (before, after) = (text[..at].chars().next_back(), text[at + name.len()..].chars().next());
        !joins(before, name.chars().next()) && !joins(name.chars().next_back(), after)
    })
}
