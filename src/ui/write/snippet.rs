//! A line out of a text with the words that were searched for.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Galley, Ui};

use crate::ui::theme::{self, Palette};

/// The snippet in one line of `width`, begun so far on that its words are in sight.
pub fn layout(ui: &Ui, p: &Palette, text: &str, (from, to): (usize, usize), width: f32) -> Arc<Galley> {
    let plain = TextFormat::simple(theme::small(), p.muted);
    let found = TextFormat { background: p.accent_soft, ..TextFormat::simple(theme::small(), p.accent_text) };
    let (Some(before), Some(words), Some(behind)) = (text.get(..from), text.get(from..to), text.get(to..)) else {
        return ui.painter().layout_no_wrap(text.to_owned(), theme::small(), p.muted);
    };
    // At most a third of the line for what comes before.
    let mut start = before;
    while ui.painter().layout_no_wrap(start.to_owned(), theme::small(), p.muted).size().x > width / 3.0 {
        let mut letters = start.chars();
        letters.next();
        start = letters.as_str();
    }
    let mut job = LayoutJob::default();
    if start.len() < before.len() && !start.starts_with('…') {
        job.append("…", 0.0, plain.clone());
    }
    job.append(start, 0.0, plain.clone());
    job.append(words, 0.0, found);
    job.append(behind, 0.0, plain);
    job.wrap = TextWrapping::truncate_at_width(width);
    ui.painter().layout_job(job)
}
