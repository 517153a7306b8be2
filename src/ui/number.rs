//! Numbers as people type them: with a decimal comma, groups of digits, or the wide digits of Chinese input.

use egui::{DragValue, Event, Key, Response, Ui};

use super::letters;

/// A number to type or to drag. Esc takes what was typed, as any other way out of the field does: egui would throw it
/// away.
pub fn show(ui: &mut Ui, drag: DragValue<'_>) -> Response {
    let escape = |event: &Event| matches!(event, Event::Key { key: Key::Escape, .. });
    let hidden = ui.input_mut(|input| {
        let all = input.events.clone();
        input.events.retain(|event| !escape(event));
        (all.len() != input.events.len()).then_some(all)
    });
    let response = ui.add(drag);
    if let Some(all) = hidden {
        ui.input_mut(|input| input.events = all);
    }
    // What was typed before is another number's.
    if response.gained_focus() {
        letters::clear(ui.ctx(), response.id);
    }
    response
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
