//! The row for a seed: its number, the dice, and whether it stays.

use egui::{Align, Id, Layout, Ui};

use super::cx::Cx;
use super::icons;
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
            done = parse(&typed).map(SeedEdit::Set).or(done);
        }
    });
    done
}

/// Digits are a seed, nothing is a random one; other letters do not get in.
fn parse(typed: &str) -> Option<Seed> {
    // As A1111 writes it.
    if typed.trim() == "-1" {
        return Some(Seed::Random);
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    match (typed.trim().is_empty(), digits.is_empty()) {
        (true, _) => Some(Seed::Random),
        (false, true) => None,
        (false, false) => Some(Seed::Fixed(digits.parse::<u64>().unwrap_or(SEED_MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_digits_within_the_range() {
        assert_eq!(parse(""), Some(Seed::Random));
        assert_eq!(parse("12 3"), Some(Seed::Fixed(123)));
        assert_eq!(parse("x"), None);
        assert_eq!(parse("648312782957426"), Some(Seed::Fixed(648_312_782_957_426)));
        assert_eq!(parse("-1"), Some(Seed::Random));
        assert_eq!(parse("99999999999999999999999"), Some(Seed::Fixed(SEED_MAX)));
    }
}
