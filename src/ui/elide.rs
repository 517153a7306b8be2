//! Long names on one line are shortened in the middle: the beginning and the end (a file's ending) tell names apart.
//! The whole name is there for the pointer and for a screen reader.

use std::borrow::Cow;

use egui::{Color32, FontId, Label, Response, RichText, Role, Ui, WidgetInfo};

use super::quotes;

/// A name on a line of `width` points.
pub fn name<'a>(ui: &Ui, name: &'a str, font: &FontId, width: f32) -> Cow<'a, str> {
    within(ui, name, name, font, width)
}

/// A text with a name in it, on a line of `width` points: the name is shortened.
pub fn within<'a>(ui: &Ui, text: &'a str, name: &str, font: &FontId, width: f32) -> Cow<'a, str> {
    cut(ui, text, name, font, width, middle)
}

/// [`within`] for a path: its end tells where it leads.
pub fn path<'a>(ui: &Ui, text: &'a str, path: &str, font: &FontId, width: f32) -> Cow<'a, str> {
    cut(ui, text, path, font, width, end)
}

fn cut<'a>(
    ui: &Ui,
    text: &'a str,
    name: &str,
    font: &FontId,
    width: f32,
    shorter: impl Fn(&[char], usize) -> String,
) -> Cow<'a, str> {
    let fits = |text: &str| {
        let job = quotes::line(ui, text, font.clone(), Color32::PLACEHOLDER);
        // Not a hair less than it takes.
        ui.painter().layout_job(job).size().x.ceil() <= width
    };
    if name.is_empty() || fits(text) {
        return Cow::Borrowed(text);
    }
    let letters: Vec<char> = name.chars().collect();
    let short = |kept: usize| text.replacen(name, &shorter(&letters, kept), 1);
    // No letter is narrower than two points.
    let most = (letters.len() - 1).min((width.max(0.0) / 2.0) as usize);
    let (mut some, mut all) = (0, most + 1);
    while some + 1 < all {
        let half = some.midpoint(all);
        if fits(&short(half)) {
            some = half;
        } else {
            all = half;
        }
    }
    Cow::Owned(short(some))
}

/// A name of at most `most` letters, where there is no line that it must fit.
pub fn letters(name: &str, most: usize) -> Cow<'_, str> {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= most { Cow::Borrowed(name) } else { Cow::Owned(middle(&letters, most.saturating_sub(1))) }
}

fn middle(letters: &[char], kept: usize) -> String {
    let (first, last) = (kept.div_ceil(2), kept / 2);
    let (begin, end) = (&letters[..first], &letters[letters.len() - last..]);
    begin.iter().chain(&['…']).chain(end).collect()
}

fn end(letters: &[char], kept: usize) -> String {
    ['…'].iter().chain(&letters[letters.len() - kept..]).collect()
}

/// A text that has a name in it, in what is left of a line.
pub fn label(ui: &mut Ui, text: &str, name: &str, font: FontId, ink: Color32) -> Response {
    let shown = within(ui, text, name, &font, ui.available_width());
    let label = Label::new(RichText::new(&*shown).font(font).color(ink)).truncate();
    let response = ui.add(label.show_tooltip_when_elided(matches!(shown, Cow::Borrowed(_))));
    if let Cow::Borrowed(_) = shown {
        return response;
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), text));
    response.on_hover_text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_name_gives_way() {
        assert_eq!(letters("a cat.png", 9), "a cat.png");
        assert_eq!(letters("a long name of a cat.png", 9), "a lo….png");
        assert_eq!(letters("一只戴着帽子的猫.png", 9), "一只戴着….png");
        assert_eq!(letters("name", 0), "…");
    }

    #[test]
    fn a_long_name_is_as_wide_as_its_line_and_keeps_both_ends() {
        let ctx = egui::Context::default();
        crate::ui::Views::setup(&ctx);
        let output = ctx.run_ui(egui::RawInput::default(), |ui| {
            for long in ["a name that goes on ".repeat(10) + "end.png", "很长的名字".repeat(40) + "尾.png"] {
                let text = format!("Saved as {long}");
                for width in [80.0, 200.0, 400.0] {
                    let font = crate::ui::theme::small();
                    let shown = within(ui, &text, &long, &font, width);
                    let wide = ui.painter().layout_job(quotes::line(ui, &shown, font, Color32::WHITE)).size().x;
                    assert!(wide <= width && wide > width - 30.0, "{shown:?} takes {wide} of {width}");
                    assert!(shown.starts_with("Saved as ") && shown.contains('…'), "{shown:?}");
                    assert!(width < 200.0 || shown.ends_with(".png"), "{shown:?}");
                }
                assert_eq!(within(ui, &text, &long, &crate::ui::theme::small(), 1e6), text);
                let shown = path(ui, &text, &long, &crate::ui::theme::small(), 200.0);
                assert!(shown.starts_with("Saved as …") && shown.ends_with(".png"), "{shown:?}");
            }
        });
        output.drop_without_applying_deltas();
    }
}
