//! The row for a seed: its number, the dice, and whether it stays.

use egui::{Align, Id, Layout, Ui};

use super::cx::Cx;
use super::icons;
use super::number;
use super::texts::T;
use super::theme::S1;
use super::widgets::{self, Field};
use crate::domain::{SEED_MAX, Seed};

/// What the person did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SeedEdit {
    Set(Seed),
    Roll,
}

/// `last` is the seed of what is shown: pinning keeps it.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, id: Id, seed: Seed, last: Option<u64>, dice: bool) -> Option<SeedEdit> {
    let mut done = None;
    widgets::caption(ui, cx.t(T::Seed)).on_hover_text(cx.t(T::SeedHover));
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.x = S1;
        let pinned = matches!(seed, Seed::Fixed(_));
        let (icon, name) = if pinned { (icons::PUSH_PIN, T::UnpinSeed) } else { (icons::PUSH_PIN_SLASH, T::PinSeed) };
        if widgets::icon_toggle(ui, icon, cx.t(name), pinned).clicked() {
            done = Some(match (pinned, last) {
                (true, _) => SeedEdit::Set(Seed::Random),
                (false, Some(n)) => SeedEdit::Set(Seed::Fixed(n)),
                (false, None) if dice => SeedEdit::Roll,
                (false, None) => SeedEdit::Set(Seed::Fixed(1)),
            });
        }
        if dice && widgets::icon_button(ui, icons::DICE_FIVE, cx.t(T::RollSeed)).clicked() {
            done = Some(SeedEdit::Roll);
        }
        let text = match seed {
            Seed::Random => String::new(),
            Seed::Fixed(n) => n.to_string(),
        };
        let spec = Field {
            id,
            name: cx.t(T::Seed),
            hint: cx.t(T::RandomSeed),
            rows: 1,
            max_height: 32.0,
            newline: None,
            framed: true,
        };
        if let (_, Some(typed)) = widgets::field(ui, &text, &spec) {
            let (read, changed) = parse(&typed);
            // Said until the seed is another one.
            ui.data_mut(|d| d.insert_temp(note_id(id), changed.map(|why| (why, read.unwrap_or(seed)))));
            done = read.map(SeedEdit::Set).or(done);
        }
    });
    let note = ui.data(|d| d.get_temp::<Option<(Changed, Seed)>>(note_id(id))).flatten();
    if let Some((why, _)) = note.filter(|(_, of)| *of == seed) {
        let text = match why {
            Changed::Letters => cx.t(T::SeedDigits).to_owned(),
            Changed::TooLarge => cx.with(T::SeedTooLarge, &[&SEED_MAX]),
        };
        widgets::note(ui, &text);
    }
    done
}

fn note_id(id: Id) -> Id {
    id.with("note")
}

/// Why a seed is not what was typed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Changed {
    Letters,
    TooLarge,
}

/// Digits are a seed, nothing is a random one; other letters do not get in, which is said.
fn parse(typed: &str) -> (Option<Seed>, Option<Changed>) {
    let signs: Vec<char> = typed.chars().filter(|c| !c.is_whitespace()).map(number::plain).collect();
    // As A1111 writes it.
    if signs.is_empty() || signs == ['-', '1'] {
        return (Some(Seed::Random), None);
    }
    let digits: String = signs.iter().filter(|c| c.is_ascii_digit()).collect();
    let letters = (digits.len() < signs.len()).then_some(Changed::Letters);
    match digits.parse::<u64>() {
        Ok(seed) => (Some(Seed::Fixed(seed)), letters),
        Err(_) if digits.is_empty() => (None, letters),
        Err(_) => (Some(Seed::Fixed(SEED_MAX)), Some(Changed::TooLarge)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_digits_within_the_range() {
        assert_eq!(parse(""), (Some(Seed::Random), None));
        assert_eq!(parse("12 3"), (Some(Seed::Fixed(123)), None));
        assert_eq!(parse("１２"), (Some(Seed::Fixed(12)), None));
        assert_eq!(parse("648312782957426"), (Some(Seed::Fixed(648_312_782_957_426)), None));
        assert_eq!(parse("-1"), (Some(Seed::Random), None));
        assert_eq!(parse("x"), (None, Some(Changed::Letters)));
        assert_eq!(parse("abc99"), (Some(Seed::Fixed(99)), Some(Changed::Letters)));
        let both = parse("9999999999999999999999abc");
        assert_eq!(both, (Some(Seed::Fixed(SEED_MAX)), Some(Changed::TooLarge)), "what changed most is said");
        assert_eq!(parse("99999999999999999999999"), (Some(Seed::Fixed(SEED_MAX)), Some(Changed::TooLarge)));
    }
}
