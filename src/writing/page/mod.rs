//! What a model reads to continue a page: memory, the cards that are named, the author's note, and as much of the
//! text before the cursor as there is room for.
//!
//! ```text
//! memory
//! Ada: a clockmaker of sixty ...          cards that are named in the last letters, or always read
//! ***
//! ... the end of the text, of which the last lines
//! [Author's note: ...]                     stand after the note
//! are the newest.
//! ```

mod mention;
mod tail;
#[cfg(test)]
mod tests;
mod unnoted;

use crate::domain::{LedgerPart, Message, PagePrompt, PartKind, PlayedPrompt, Role, StoryCard};
use crate::lang::Lang;
pub use mention::named;
pub use unnoted::Unnoted;

/// Bytes before the cursor in which a card may be named.
const NEAR: usize = 4000;
/// Tokens for the seams between the parts, which are counted one by one.
const SEAMS: usize = 8;

/// The separator between the instructions and the text.
const HEAD_END: &str = "***\n";
/// Bytes of a token, at most about.
const LETTERS: usize = 8;

/// A prompt, and what became of its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Assembled {
    pub text: String,
    pub parts: Vec<LedgerPart>,
}

/// Puts together what is read, in at most about `room` tokens; `count` tells how many a text takes. What stands
/// beside the text may fill three quarters of the room, and all of it that the text leaves: of more than that, whole
/// parts are left out, cards that were named longest ago first.
pub fn assemble(prompt: &PagePrompt, room: usize, count: &mut dyn FnMut(&str) -> usize) -> Assembled {
    let story = &prompt.story;
    let mut used = SEAMS;
    let seam = count(HEAD_END);
    // A token is some letters at most: a long text leaves nothing, and is not counted.
    let short = Some(&prompt.before).filter(|text| text.len() <= room.saturating_mul(LETTERS));
    let text = short.map_or(room, |text| count(text));
    let mut spare = (room * 3 / 4).max(room.saturating_sub(used + seam + text));
    let mut parts = Vec::new();
    let mut take = |kind: PartKind, name: &str, text: &str, parts: &mut Vec<LedgerPart>| {
        let tokens = count(text);
        let fits = tokens <= spare;
        if fits {
            spare -= tokens;
            used += tokens;
        }
        let (tokens, left_out) = if fits { (tokens, 0) } else { (0, tokens) };
        parts.push(LedgerPart { kind, name: name.to_owned(), tokens, left_out });
        fits
    };

    let mut head = String::new();
    let memory = story.memory.trim();
    if !memory.is_empty() {
        let text = format!("{memory}\n");
        if take(PartKind::Memory, "", &text, &mut parts) {
            head.push_str(&text);
        }
    }
    let note = story.note.trim();
    let mut note = (!note.is_empty()).then(|| note_of(note));
    if let Some(text) = &note
        && !take(PartKind::Note, "", text, &mut parts)
    {
        note = None;
    }
    for card in read_cards(prompt) {
        let text = line_of(card);
        if take(PartKind::Card, card.name.trim(), &text, &mut parts) {
            head.push_str(&text);
        }
    }
    if !head.is_empty() {
        head.push_str(HEAD_END);
        used += seam;
    }

    let (start, tokens, left_out) = tail::fit(&prompt.before, room.saturating_sub(used), count);
    parts.push(LedgerPart { kind: PartKind::Text, name: String::new(), tokens, left_out });
    let text = &prompt.before[start..];
    let body = match note {
        Some(note) => {
            let at = before_last_lines(text, story.note_depth as usize);
            format!("{}{note}{}", &text[..at], &text[at..])
        }
        None => text.to_owned(),
    };
    Assembled { text: head + &body, parts }
}

/// The turns of a conversation with the cards that are read now behind its system prompt, and what became of each. They
/// may fill a quarter of the `room`, and all of it that the turns leave: `fits` tells whether turns have room.
pub fn with_lore<E>(
    played: &PlayedPrompt,
    room: usize,
    count: &mut dyn FnMut(&str) -> usize,
    fits: &mut dyn FnMut(&[Message]) -> Result<bool, E>,
) -> Result<(Vec<Message>, Vec<LedgerPart>), E> {
    let cards = cards_named(&played.cards, &last_words(played.turns.iter()));
    let lines: Vec<String> = cards.iter().map(|card| line_of(card)).collect();
    // Halving between none and all.
    let (mut low, mut high) = (0, lines.len());
    while low < high {
        let middle = (low + high).div_ceil(2);
        if fits(&told(&played.turns, &lines[..middle].concat()))? {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    let (mut read, mut parts, mut spare) = (String::new(), Vec::new(), room / 4);
    for (i, (card, line)) in cards.into_iter().zip(&lines).enumerate() {
        let tokens = count(line);
        let fits = i < low || tokens <= spare;
        if fits {
            spare = spare.saturating_sub(tokens);
            read.push_str(line);
        }
        let (tokens, left_out) = if fits { (tokens, 0) } else { (0, tokens) };
        parts.push(LedgerPart { kind: PartKind::Card, name: card.name.trim().to_owned(), tokens, left_out });
    }
    Ok((told(&played.turns, &read), parts))
}

/// Turns with this behind their system prompt.
fn told(turns: &[Message], what: &str) -> Vec<Message> {
    let (mut turns, what) = (turns.to_vec(), what.trim_end());
    match turns.first_mut().filter(|first| first.role == Role::System) {
        _ if what.is_empty() => {}
        Some(system) => system.content = format!("{}\n\n{what}", system.content.trim_end()),
        None => turns.insert(0, Message { role: Role::System, content: what.to_owned() }),
    }
    turns
}

/// What was said last, of all turns but the system prompt.
pub fn last_words<'a>(turns: impl DoubleEndedIterator<Item = &'a Message>) -> String {
    let mut near: Vec<&str> = Vec::new();
    let mut bytes = 0;
    for turn in turns.rev().filter(|turn| turn.role != Role::System) {
        near.push(turn.said());
        bytes += turn.content.len();
        if bytes >= NEAR {
            break;
        }
    }
    near.reverse();
    near.join("\n")
}

fn line_of(card: &StoryCard) -> String {
    format!("{}: {}\n", card.name.trim(), card.about.trim())
}

/// The cards that are read now: those for always, then those named near the end of the text, the latest first.
pub fn read_cards(prompt: &PagePrompt) -> Vec<&StoryCard> {
    cards_named(&prompt.story.cards, &prompt.before)
}

/// The same of any cards.
pub fn cards_named<'a>(cards: &'a [StoryCard], before: &str) -> Vec<&'a StoryCard> {
    let near = &before[before.ceil_char_boundary(before.len().saturating_sub(NEAR))..];
    let all = cards;
    let mut cards: Vec<(usize, &StoryCard)> = Vec::new();
    for card in all.iter().filter(|card| !card.about.trim().is_empty() && !card.name.trim().is_empty()) {
        let at = if card.always { Some(usize::MAX) } else { mention::last(card, near) };
        cards.extend(at.map(|at| (at, card)));
    }
    cards.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    cards.into_iter().map(|(_, card)| card).collect()
}

fn note_of(note: &str) -> String {
    let lang = if note.chars().any(mention::is_ideograph) { Lang::Zh } else { Lang::En };
    format!("{}\n", lang.pick("[Author's note: {}]", "[作者按：{}]").replace("{}", note))
}

/// Where the last `lines` lines of a text begin; the one that is being written counts.
fn before_last_lines(text: &str, lines: usize) -> usize {
    text.rmatch_indices('\n').nth(lines.max(1) - 1).map_or(0, |(at, _)| at + 1)
}
