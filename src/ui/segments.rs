//! Choices of which one is on, side by side: a group of radio buttons. Tab comes to the one that is on, arrows choose
//! another.

use egui::{Color32, EventFilter, Key, Modifiers, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::theme::{self, CONTROL, Palette, RADIUS, S1};

/// How many of `count` choices are on a row, so that each has `widest` points: as even as the rows can be.
fn per_row(count: usize, widest: f32, room: f32) -> usize {
    let most = ((room / widest.max(1.0)).floor() as usize).clamp(1, count.max(1));
    let rows = count.div_ceil(most).max(1);
    count.div_ceil(rows).max(1)
}

/// Where each choice is in `room` points of width, by what its words need: its row, left edge and width. In one row where
/// they fit, as wide as each other if they can be; else in rows, where the third is not alone below two.
fn places(needs: &[f32], room: f32) -> Vec<(usize, f32, f32)> {
    let count = needs.len();
    let widest = needs.iter().copied().fold(1.0, f32::max);
    let all: f32 = needs.iter().sum();
    if widest * count as f32 > room && all <= room {
        let more = (room - all) / count as f32;
        let mut left = 0.0;
        return needs
            .iter()
            .map(|need| {
                let place = (0, left, need + more);
                left += need + more;
                place
            })
            .collect();
    }
    let even = per_row(count, widest, room);
    let columns = if (count, even) == (3, 2) { 1 } else { even };
    let each = room / columns as f32;
    (0..count).map(|i| (i / columns, each * (i % columns) as f32, each)).collect()
}

/// Returns the choice that was clicked, or that the arrows came to.
pub fn segments(ui: &mut Ui, name: &str, items: &[(String, String)], on: Option<usize>) -> Option<usize> {
    let p = Palette::of(ui);
    let width = ui.available_width();
    let needs = |text: &String| ui.painter().layout_no_wrap(text.clone(), theme::body(), p.text).size().x + S1 + 6.0;
    let needs: Vec<f32> = items.iter().map(|(label, _)| needs(label)).collect();
    let places = places(&needs, width);
    let rows = places.last().map_or(1, |(row, ..)| row + 1);
    let (rect, _) = ui.allocate_exact_size(vec2(width, CONTROL * rows as f32), Sense::hover());
    ui.painter().rect(rect, RADIUS, p.raised, Stroke::new(1.0, p.edge), StrokeKind::Inside);
    let mut chosen = None;
    for (i, ((label, hover), (row, left, wide))) in items.iter().zip(places).enumerate() {
        let corner = rect.min + vec2(left, CONTROL * row as f32);
        let cell = Rect::from_min_size(corner, vec2(wide, CONTROL)).shrink(2.0);
        let selected = on == Some(i);
        // The focus stays with whichever is on.
        let response = if i == on.unwrap_or(0) {
            ui.interact(cell, ui.scope_id().with((name, "on")), Sense::click())
        } else {
            ui.interact(cell, ui.scope_id().with((name, label)), Sense::click() - Sense::FOCUSABLE)
        };
        let full = format!("{name}: {label}");
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), selected, &full));
        let fill = match (selected, response.hovered()) {
            (true, _) => p.accent_soft,
            (false, true) => p.hover,
            _ => Color32::TRANSPARENT,
        };
        let line = if selected { p.accent_text } else { Color32::TRANSPARENT };
        ui.painter().rect(cell, RADIUS - 2, fill, Stroke::new(1.0, line), StrokeKind::Inside);
        let ink = if selected { p.accent_text } else { p.text };
        let mut job = egui::text::LayoutJob::simple_singleline(label.clone(), theme::body(), ink);
        job.wrap = egui::text::TextWrapping::truncate_at_width(cell.width() - S1);
        let galley = ui.painter().layout_job(job);
        let at = cell.center() - galley.size() / 2.0;
        ui.painter().galley(at, galley, ink);
        let response = if hover.is_empty() { response } else { response.on_hover_text(hover) };
        if response.clicked() {
            chosen = Some(i);
        }
        if response.has_focus() {
            let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
            chosen = chosen.or(arrow(ui, i, items.len()));
        }
    }
    chosen
}

/// The choice that an arrow leads to; after the last comes the first.
fn arrow(ui: &Ui, at: usize, count: usize) -> Option<usize> {
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowRight) || pressed(Key::ArrowDown) {
        Some((at + 1) % count)
    } else if pressed(Key::ArrowLeft) || pressed(Key::ArrowUp) {
        Some((at + count - 1) % count)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_that_would_be_cut_take_even_rows() {
        assert_eq!(per_row(6, 40.0, 260.0), 6);
        assert_eq!(per_row(6, 60.0, 260.0), 3, "two rows of three, not four and two");
        assert_eq!(per_row(3, 200.0, 260.0), 1);
        assert_eq!((per_row(0, 10.0, 100.0), per_row(2, 500.0, 100.0)), (1, 1));
    }

    #[test]
    fn choices_keep_one_row_where_their_words_fit_and_none_of_three_is_alone() {
        let rows = |needs: &[f32], room| places(needs, room).iter().map(|(row, ..)| *row).collect::<Vec<_>>();
        assert_eq!(places(&[40.0, 60.0], 200.0), [(0, 0.0, 100.0), (0, 100.0, 100.0)]);
        // Not as wide as each other, but in one row.
        assert_eq!(places(&[40.0, 40.0, 100.0], 210.0), [(0, 0.0, 50.0), (0, 50.0, 50.0), (0, 100.0, 110.0)]);
        assert_eq!(rows(&[40.0, 40.0, 100.0], 150.0), [0, 1, 2]);
        assert_eq!(rows(&[50.0; 6], 200.0), [0, 0, 0, 1, 1, 1]);
        assert_eq!(rows(&[50.0; 5], 200.0), [0, 0, 0, 1, 1]);
        assert_eq!(rows(&[50.0; 2], 30.0), [0, 1]);
    }
}
