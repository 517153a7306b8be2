//! Tables: as wide as they need, at most as the page; wider ones scroll sideways.

use egui::{Align, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::inline::{Laid, Look, lay};
use crate::ui::cx::Cx;
use crate::ui::theme::{BODY, S1, S2};
use crate::writing::export::{Side, Span};

/// No column is made narrower to fit the page.
const NARROWEST: f32 = 72.0;

pub fn show(ui: &mut Ui, cx: &Cx<'_>, sides: &[Side], rows: &[Vec<Vec<Span>>]) {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    if count == 0 {
        return;
    }
    let look = |row: usize, column: usize| Look {
        size: BODY,
        strong: row == 0,
        ink: if row == 0 { cx.p.strong } else { cx.p.text },
        halign: match sides.get(column) {
            Some(Side::Centre) => Align::Center,
            Some(Side::End) => Align::RIGHT,
            Some(Side::Start) | None => Align::LEFT,
        },
    };
    let cell = |row: usize, column: usize, width: f32| -> Option<Laid> {
        Some(lay(ui, cx.p, rows.get(row)?.get(column)?, look(row, column), width))
    };
    let mut natural = vec![0.0_f32; count];
    for row in 0..rows.len() {
        for (column, width) in natural.iter_mut().enumerate() {
            *width = width.max(cell(row, column, f32::INFINITY).map_or(0.0, |laid| laid.size().x).ceil());
        }
    }
    let room = ui.available_width() - 2.0 * S2 * count as f32 - 2.0;
    let widths = share(&natural, room);
    let laid: Vec<Vec<Option<Laid>>> =
        (0..rows.len()).map(|row| (0..count).map(|column| cell(row, column, widths[column])).collect()).collect();
    let heights: Vec<f32> = laid
        .iter()
        .map(|row| row.iter().flatten().map(|laid| laid.size().y).fold(BODY * 1.5, f32::max) + 2.0 * S1)
        .collect();
    let size = vec2(widths.iter().sum::<f32>() + 2.0 * S2 * count as f32, heights.iter().sum());
    ScrollArea::horizontal().id_salt("table").auto_shrink([false, true]).show(ui, |ui| {
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let head = Rect::from_min_size(rect.min, vec2(rect.width(), heights[0]));
        ui.painter().rect_filled(head, 0.0, cx.p.raised);
        let line = Stroke::new(1.0, cx.p.line_strong);
        let mut y = rect.top();
        for (r, row) in laid.iter().enumerate() {
            if r > 0 {
                ui.painter().hline(rect.x_range(), y, Stroke::new(1.0, cx.p.line));
            }
            let mut x = rect.left();
            for (c, cell) in row.iter().enumerate() {
                let at = Rect::from_min_size(pos2(x + S2, y + S1), vec2(widths[c], heights[r] - 2.0 * S1));
                if let Some(cell) = cell {
                    cell.put(ui, at, ui.scope_id().with((r, c)));
                }
                x += widths[c] + 2.0 * S2;
            }
            y += heights[r];
        }
        ui.painter().rect_stroke(rect, 0.0, line, StrokeKind::Inside);
    });
}

/// The widths of columns that want `natural` widths in `room`: the narrow ones get theirs, the wide ones what is left.
fn share(natural: &[f32], room: f32) -> Vec<f32> {
    if natural.iter().sum::<f32>() <= room {
        return natural.to_vec();
    }
    let mut sorted: Vec<f32> = natural.to_vec();
    sorted.sort_by(f32::total_cmp);
    let (mut left, mut most) = (room, NARROWEST);
    for (i, width) in sorted.iter().enumerate() {
        most = left / (sorted.len() - i) as f32;
        if *width > most {
            break;
        }
        left -= width;
    }
    natural.iter().map(|width| width.min(most.max(NARROWEST)).floor().max(1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn wide_columns_share_what_narrow_ones_leave() {
        assert_eq!(share(&[50.0, 60.0], 200.0), [50.0, 60.0]);
        assert_eq!(share(&[40.0, 500.0, 500.0], 440.0), [40.0, 200.0, 200.0]);
        assert_eq!(share(&[300.0, 300.0], 80.0), [72.0, 72.0], "no narrower: it scrolls");
    }
}
