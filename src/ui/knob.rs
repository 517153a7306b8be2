//! A slider whose value is shown, typed, explained, and reset by a double click.

use egui::{Align, Layout, Slider, SliderClamping, Ui};

use super::cx::Cx;
use super::texts::T;
use super::theme::S1;
use super::{number, widgets};
use crate::domain::{Limit, round_f32};

/// One slider.
pub struct Knob<'a> {
    pub name: T,
    /// One sentence: what it does to the picture or the text.
    pub about: T,
    pub limit: &'a Limit,
    pub value: f64,
    /// Where a double click brings it back to.
    pub reset: f64,
    /// For ranges over several powers of ten.
    pub logarithmic: bool,
}

impl Knob<'_> {
    /// Draws it; returns the new value, which is inside the range, where the person changed it.
    pub fn show(self, ui: &mut Ui, cx: &Cx<'_>) -> Option<f64> {
        let name = cx.t(self.name);
        let limit = self.limit;
        let decimals = decimals(limit.step);
        let about = format!("{}\n{}", cx.t(self.about), cx.with(T::DoubleClickResets, &[&show(self.reset, decimals)]));
        let mut value = self.value;
        let (mut reset, mut typed) = (false, false);
        ui.push_id(limit.name, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let double = ui.input(|i| i.pointer.button_double_clicked(egui::PointerButton::Primary));
            ui.horizontal(|ui| {
                ui.set_height(24.0);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.spacing_mut().interact_size = egui::vec2(56.0, 22.0);
                    ui.spacing_mut().button_padding = egui::vec2(6.0, 0.0);
                    let _ = widgets::input_edges(ui);
                    let response = number::show(ui, &mut value, decimals == 0, |drag| {
                        drag.range(limit.min..=limit.max)
                            .speed(limit.step.max((limit.max - limit.min) / 1000.0))
                            .fixed_decimals(decimals)
                    });
                    let response = response.accessible_name(cx.with(T::ValueOf, &[&name]));
                    typed = response.on_hover_text(&about).changed();
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        let label = widgets::caption(ui, name);
                        reset |= double && label.contains_pointer();
                        label.on_hover_text(&about);
                    });
                });
            });
            ui.spacing_mut().interact_size.y = 16.0;
            ui.spacing_mut().slider_width = ui.available_width();
            // The way so far in the accent, the handle light enough to be found.
            let visuals = ui.visuals_mut();
            visuals.selection.bg_fill = cx.p.accent;
            visuals.widgets.inactive.bg_fill = cx.p.edge;
            for state in [&mut visuals.widgets.inactive, &mut visuals.widgets.hovered, &mut visuals.widgets.active] {
                state.fg_stroke.color = cx.p.accent_text;
            }
            let mut slid = value;
            let slider = Slider::new(&mut slid, limit.min..=limit.max)
                .show_value(false)
                .step_by(limit.step)
                // A number that was typed between two steps stays.
                .clamping(SliderClamping::Edits)
                .logarithmic(self.logarithmic)
                .smallest_positive(limit.step);
            let response = ui.add(slider).accessible_name(name);
            reset |= double && response.contains_pointer();
            if response.on_hover_text(&about).changed() {
                value = slid;
            }
            ui.add_space(S1);
        });
        // Steps are for the slider: a whole number may be typed between them.
        if typed && !reset && limit.step > 1.0 {
            let new = limit.clamp(value.round());
            return (new != self.value).then_some(new);
        }
        let new = if reset { self.reset } else { value };
        let new = limit.clamp(snap(new, limit));
        (new != snap(self.value, limit)).then_some(new)
    }
}

/// The nearest multiple of the step, as a decimal: 0.3, not 0.30000000000000004.
fn snap(value: f64, limit: &Limit) -> f64 {
    let steps = (value / limit.step).round();
    round_f32((steps * limit.step) as f32)
}

fn decimals(step: f64) -> usize {
    (0..4).find(|&d| (step * 10f64.powi(d)).fract().abs() < 1e-9).unwrap_or(4) as usize
}

fn show(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CONTEXT, GUIDANCE, STEPS, TOP_P};

    #[test]
    fn values_fall_on_the_grid_of_their_slider() {
        assert_eq!(snap(3.000_000_1, &GUIDANCE), 3.0);
        assert_eq!(snap(f64::from(0.95_f32), &TOP_P), 0.95);
        assert_eq!(snap(24.4, &STEPS), 24.0);
        assert_eq!(snap(2047.0, &CONTEXT), 2048.0);
        assert_eq!([decimals(1.0), decimals(0.1), decimals(0.05), decimals(0.01), decimals(64.0)], [0, 1, 2, 2, 0]);
    }
}
