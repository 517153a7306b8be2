//! Truncates a conversation that is longer than the context, by the person's choice.

use crate::domain::{Message, Overflow, PlayedPrompt, Role};
use crate::error::Result;

/// Turns are left out in steps of this many, so that the next answers find the same beginning in memory.
const STEP: usize = 4;

/// The turns that are read, and how many were left out. `fits` says whether a prompt has room; the last turn always
/// stays, and the system prompt.
pub fn fit(
    messages: &[Message],
    overflow: Overflow,
    mut fits: impl FnMut(&[Message]) -> Result<bool>,
) -> Result<(Vec<Message>, usize)> {
    let whole = || (messages.to_vec(), 0);
    if overflow == Overflow::Stop || fits(messages)? {
        return Ok(whole());
    }
    let system = messages.iter().take_while(|m| m.role == Role::System).count();
    // The first question with its answer.
    let kept = match overflow {
        Overflow::Middle => {
            let answer = messages[system..].iter().position(|m| m.role == Role::Assistant);
            system + answer.map_or(0, |at| at + 1)
        }
        _ => system,
    };
    // Where what is kept may begin again; the last turn always stays.
    let mut begins = Vec::new();
    let mut from = kept;
    while from + 1 < messages.len() {
        from = (from + STEP).min(messages.len() - 1);
        // Templates want the person to speak first, and after an answer.
        while from + 1 < messages.len() && messages[from].role != Role::User {
            from += 1;
        }
        begins.push(from);
    }
    let tried = |from: usize| [&messages[..kept], &messages[from..]].concat();
    // Halving: a long conversation has thousands of places, and each try renders it.
    let (mut low, mut high) = (0, begins.len().saturating_sub(1));
    while low < high {
        let middle = (low + high) / 2;
        if fits(&tried(begins[middle]))? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(begins.get(low).map_or_else(whole, |&from| (tried(from), from - kept)))
}

/// The same with a character's examples, which go before any turn: the last ones first. Also how many of them stay.
pub fn fit_played(
    played: &PlayedPrompt,
    overflow: Overflow,
    mut fits: impl FnMut(&[Message]) -> Result<bool>,
) -> Result<(Vec<Message>, usize, usize)> {
    let system = played.turns.iter().take_while(|m| m.role == Role::System).count();
    let (before, turns) = played.turns.split_at(system);
    let with = |n: usize| -> Vec<Message> {
        let shown = played.examples.iter().take(n).flatten();
        before.iter().chain(shown).chain(turns).cloned().collect()
    };
    // Halving between none, which may not fit either, and all.
    let (mut low, mut high) = (0, played.examples.len());
    while low < high {
        let middle = (low + high).div_ceil(2);
        if fits(&with(middle))? {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    if low > 0 {
        return Ok((with(low), 0, low));
    }
    let (kept, dropped) = fit(&played.turns, overflow, fits)?;
    Ok((kept, dropped, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(turns: usize) -> Vec<Message> {
        let role = |i: usize| if i.is_multiple_of(2) { Role::User } else { Role::Assistant };
        let one = |i: usize| Message { role: role(i), content: i.to_string() };
        let system = Message { role: Role::System, content: "s".into() };
        std::iter::once(system).chain((0..turns).map(one)).collect()
    }

    fn fitted(turns: usize, overflow: Overflow, most: usize) -> (Vec<String>, usize) {
        let (kept, dropped) = fit(&chat(turns), overflow, |m| Ok(m.len() <= most)).unwrap();
        assert_eq!(kept.len() + dropped, turns + 1);
        (kept.into_iter().map(|m| m.content).collect(), dropped)
    }

    #[test]
    fn what_fits_stays_whole_and_stop_leaves_nothing_out() {
        assert_eq!(fitted(5, Overflow::Roll, 6).1, 0);
        assert_eq!(fitted(9, Overflow::Stop, 3).1, 0);
    }

    #[test]
    fn the_oldest_turns_go_in_steps_and_the_person_speaks_first() {
        assert_eq!(fitted(9, Overflow::Roll, 7), (["s", "4", "5", "6", "7", "8"].map(String::from).to_vec(), 4));
        assert_eq!(fitted(9, Overflow::Roll, 5), (["s", "8"].map(String::from).to_vec(), 8));
        assert_eq!(fitted(9, Overflow::Roll, 1), (["s", "8"].map(String::from).to_vec(), 8), "the last one stays");
    }

    #[test]
    fn a_long_conversation_is_rendered_a_few_times() {
        let mut renders = 0;
        let (kept, dropped) = fit(&chat(30_000), Overflow::Roll, |m| {
            renders += 1;
            Ok(m.len() <= 100)
        })
        .unwrap();
        assert!(kept.len() <= 100 && kept.len() > 90 && kept.len() + dropped == 30_001);
        assert!(renders < 20, "{renders}");
    }

    #[test]
    fn the_middle_goes_and_the_beginning_stays() {
        let kept = ["s", "0", "1", "6", "7", "8"].map(String::from).to_vec();
        assert_eq!(fitted(9, Overflow::Middle, 7), (kept, 4));
    }

    #[test]
    fn the_same_turns_are_left_out_of_the_next_prompt() {
        let dropped = |turns| fitted(turns, Overflow::Roll, 9).1;
        assert_eq!([9, 11, 13, 15].map(dropped), [4, 4, 8, 8]);
    }

    #[test]
    fn examples_go_before_any_turn_does() {
        let block =
            |n: usize| chat(2).into_iter().skip(1).map(move |m| Message { content: format!("e{n}"), ..m }).collect();
        let played = PlayedPrompt { examples: (0..3).map(block).collect(), turns: chat(5), cards: Vec::new() };
        let fitted = |most: usize, overflow| {
            let (kept, dropped, shown) = fit_played(&played, overflow, |m| Ok(m.len() <= most)).unwrap();
            (kept.into_iter().map(|m| m.content).collect::<Vec<_>>().join(" "), dropped, shown)
        };
        assert_eq!(fitted(12, Overflow::Stop), ("s e0 e0 e1 e1 e2 e2 0 1 2 3 4".to_owned(), 0, 3));
        assert_eq!(fitted(11, Overflow::Stop), ("s e0 e0 e1 e1 0 1 2 3 4".to_owned(), 0, 2));
        assert_eq!(fitted(6, Overflow::Stop), ("s 0 1 2 3 4".to_owned(), 0, 0));
        assert_eq!(fitted(5, Overflow::Stop), ("s 0 1 2 3 4".to_owned(), 0, 0), "it is said, nothing is left out");
        assert_eq!(fitted(5, Overflow::Roll), ("s 4".to_owned(), 4, 0));
    }
}
