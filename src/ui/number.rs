//! Numbers as people type them: with a decimal comma, groups of digits, or the wide digits of Chinese input.

use egui::emath::Numeric;
use egui::response::Flags;
use egui::{Context, DragValue, Event, Id, Key, Response, Ui};

use super::letters;

/// A number to type or to drag; `whole` where it takes whole numbers. Esc brings the old one back, any other way out of
/// the field takes what was typed.
pub fn show<N: Numeric>(
    ui: &mut Ui,
    value: &mut N,
    whole: bool,
    set: impl FnOnce(DragValue<'_>) -> DragValue<'_>,
) -> Response {
    let before = *value;
    // egui would keep what was typed for the next time: Esc is hidden from it, and what it took is given back.
    let escape = |event: &Event| matches!(event, Event::Key { key: Key::Escape, .. });
    let hidden = ui.input_mut(|input| {
        let all = input.events.clone();
        input.events.retain(|event| !escape(event));
        (all.len() != input.events.len()).then_some(all)
    });
    let drag = DragValue::new(value).custom_parser(|text| read(text, whole)).update_while_editing(false);
    let mut response = ui.add(set(drag));
    if let Some(all) = hidden {
        ui.input_mut(|input| input.events = all);
        if response.lost_focus() {
            *value = before;
            response.flags.remove(Flags::CHANGED);
        }
    }
    if response.has_focus() {
        let frame = ui.ctx().cumulative_frame_nr();
        ui.data_mut(|data| data.insert_temp(typed_id(), frame));
    }
    // What was typed before is another number's.
    if response.gained_focus() {
        letters::clear(ui.ctx(), response.id);
    }
    response
}

fn typed_id() -> Id {
    Id::unique("number-is-typed")
}

/// Whether a number was typed into in the frame before: Esc is its own then, and leaves nothing else.
pub fn is_typed(ctx: &Context) -> bool {
    let frame = ctx.cumulative_frame_nr();
    ctx.data(|data| data.get_temp::<u64>(typed_id())).is_some_and(|at| frame <= at + 1)
}

/// What was typed, where it is a number; `whole` where the field takes whole numbers, as 1,024 is one thousand there.
pub fn read(typed: &str, whole: bool) -> Option<f64> {
    let mut text: String =
        typed.chars().filter(|c| !c.is_whitespace() && !['\'', '’', '_'].contains(c)).map(plain).collect();
    let marks: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| ['.', ','].contains(c)).collect();
    if let Some((last, mark)) = marks.last().copied() {
        let others = marks.iter().any(|(_, c)| *c != mark);
        let repeated = marks.iter().filter(|(_, c)| *c == mark).count() > 1;
        // The last mark begins the decimals, unless it comes again and again or can only part groups of digits.
        let groups = repeated || (!others && whole && mark == ',' && text.len() - last == 4);
        let keep = (!groups).then_some(last);
        text = text
            .char_indices()
            .filter(|(at, c)| !['.', ','].contains(c) || keep == Some(*at))
            .map(|(_, c)| if c == ',' { '.' } else { c })
            .collect();
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// The plain form of a wide letter.
pub fn plain(c: char) -> char {
    match c {
        '−' | '－' | '–' => '-',
        '，' | '、' | '٫' => ',',
        '。' | '．' => '.',
        '＋' => '+',
        '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_points_are_read_as_they_are_meant() {
        let both = |text| (read(text, false), read(text, true));
        let same = |n| (Some(n), Some(n));
        assert_eq!(both("0,7"), same(0.7));
        assert_eq!(both("0.7"), same(0.7));
        assert_eq!(both(" 1 234,5 "), same(1234.5));
        assert_eq!(both("1.234,5"), same(1234.5));
        assert_eq!(both("1,234.5"), same(1234.5));
        assert_eq!(both("1,024"), (Some(1.024), Some(1024.0)));
        assert_eq!(both("1,048,576"), same(1_048_576.0));
        assert_eq!(both("０．８５"), same(0.85));
        assert_eq!(both("−1"), same(-1.0));
        assert_eq!(both("warm"), (None, None));
        assert_eq!(both(""), (None, None));
        assert_eq!(both("inf"), (None, None));
    }
}
