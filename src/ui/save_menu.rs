//! The menu beside "Save as": how large the copy is, and by which filter; or as a vector drawing.

use egui::Ui;
use egui::containers::menu::MenuButton;

use super::cx::Cx;
use super::texts::T;
use super::{icons, theme};
use crate::domain::{Enlarge, Filter};

/// Sizes that are offered beside the picture's own.
const TIMES: [u32; 2] = [4, 8];

/// All copies of a picture of this size, with their words.
fn choices(cx: &Cx<'_>, (width, height): (u32, u32)) -> Vec<(Enlarge, String)> {
    let larger = [Filter::Lanczos, Filter::Nearest].into_iter().flat_map(|filter| TIMES.map(|times| (times, filter)));
    let larger = larger.map(|(times, filter)| Enlarge { times, filter });
    std::iter::once(Enlarge::NONE)
        .chain(larger)
        .filter(|enlarge| enlarge.fits(width, height))
        .chain([Enlarge::SVG])
        .map(|enlarge| {
            let words = match (enlarge.times, enlarge.filter) {
                (_, Filter::Outlines) => T::SaveAtSvg,
                (1, _) => T::SaveAtOne,
                (_, Filter::Lanczos) => T::SaveAtSmooth,
                (_, Filter::Nearest) => T::SaveAtPixels,
            };
            let size = format!("{}×{}", width * enlarge.times, height * enlarge.times);
            (enlarge, cx.with(words, &[&enlarge.times, &size]))
        })
        .collect()
}

/// The button that opens it; returns what was chosen.
pub fn show(ui: &mut Ui, cx: &Cx<'_>, size: (u32, u32)) -> Option<Enlarge> {
    let mut chosen = None;
    let name = cx.t(T::SaveAtSize);
    let button = egui::Button::new(theme::icon(icons::CARET_DOWN, 12.0));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        for (enlarge, words) in choices(cx, size) {
            if ui.button(words).clicked() {
                chosen = Some(enlarge);
                ui.close();
            }
        }
    });
    response.accessible_name(name).on_hover_text(name);
    chosen
}
