//! The frames that hold parts of the window.

use egui::{Frame, Margin, Stroke};

use super::theme::Palette;

/// A card: something with a border that belongs together.
pub fn card(p: &Palette) -> Frame {
    Frame::new().fill(p.raised).stroke(Stroke::new(1.0, p.line)).corner_radius(8).inner_margin(Margin::same(12))
}

/// A panel of a room.
pub fn panel(p: &Palette) -> Frame {
    Frame::new().fill(p.panel).inner_margin(Margin::symmetric(16, 12))
}
