//! How a page's letters are laid out: in two inks, with gaps for pictures.

use std::sync::Arc;

use egui::text::{LayoutJob, LayoutSection, TextFormat};
use egui::{Color32, FontId, Galley, Ui};

use crate::domain::{Author, Page};
use crate::ui::quotes;
use crate::ui::theme::{self, Palette};

/// Points of a letter: a page is read for hours.
const SIZE: f32 = 16.0;

/// A gap of `height` points below the line that character `after` is on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    pub after: usize,
    pub height: f32,
}

/// Lays out `text`, which is the page's own or one that was typed just now.
pub fn galley(
    ui: &Ui,
    p: &Palette,
    page: &Page,
    text: &str,
    width: f32,
    told_apart: bool,
    gaps: &[Gap],
) -> Arc<Galley> {
    let mut job = LayoutJob { text: text.to_owned(), ..LayoutJob::default() };
    job.wrap.max_width = width;
    job.break_on_newline = true;
    let marks = quotes::marks(text);
    let line = ui.fonts_mut(|fonts| fonts.row_height(&format(p.strong).font_id));
    let mut at = 0;
    for (by, length) in page.text.authors_of(text) {
        let ink = if by == Author::Model && told_apart { p.accent_text } else { p.strong };
        for (range, format) in quotes::pieces(at..at + length, &marks, &format(ink), line) {
            let byte_range = range.start.into()..range.end.into();
            job.sections.push(LayoutSection { leading_space: 0.0, byte_range, format });
        }
        at += length;
    }
    if job.sections.is_empty() {
        job.sections.push(LayoutSection {
            leading_space: 0.0,
            byte_range: 0.into()..0.into(),
            format: format(p.strong),
        });
    }
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    if gaps.is_empty() { galley } else { Arc::new(with_gaps(&galley, gaps)) }
}

fn format(color: Color32) -> TextFormat {
    TextFormat { font_id: FontId { size: SIZE, ..theme::reading() }, color, ..TextFormat::default() }
}

/// Moves the paragraphs after each gap down.
fn with_gaps(galley: &Galley, gaps: &[Gap]) -> Galley {
    let mut galley = galley.clone();
    let (mut chars, mut down) = (0, 0.0);
    let mut gaps = gaps.iter().peekable();
    for row in &mut galley.rows {
        row.pos.y += down;
        chars += usize::from(row.char_count_including_newline());
        // A gap waits for the end of its paragraph.
        if row.ends_with_newline {
            while let Some(gap) = gaps.next_if(|gap| gap.after < chars) {
                down += gap.height;
            }
        }
    }
    down += gaps.map(|gap| gap.height).sum::<f32>();
    galley.rect.max.y += down;
    galley.mesh_bounds.max.y += down;
    galley
}

/// Where the gaps of a galley begin, below its top, in the order of `gaps`.
pub fn tops(galley: &Galley, gaps: &[Gap]) -> Vec<f32> {
    let mut tops = Vec::with_capacity(gaps.len());
    let mut chars = 0;
    for (i, row) in galley.rows.iter().enumerate() {
        chars += usize::from(row.char_count_including_newline());
        let last = i + 1 == galley.rows.len();
        if row.ends_with_newline || last {
            let mut used = 0.0;
            while let Some(gap) = gaps.get(tops.len()).filter(|gap| gap.after < chars || last) {
                tops.push(row.rect().bottom() + used);
                used += gap.height;
            }
        }
    }
    tops
}
