//! A paragraph: runs of text in their manners, links that can be clicked, formulas within the line.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::text_selection::LabelSelectionState;
use egui::{
    Align, Color32, CursorIcon, FontId, Galley, Id, OpenUrl, Pos2, Rect, Response, Role, Sense, Stroke, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::set::{Set, Setter};
use crate::ui::theme::{self, BODY, Palette};
use crate::ui::{bidi, quotes};
use crate::writing::export::{Span, is_safe_link};
use crate::writing::formula;

/// Letters of formulas are small in their font.
pub const FORMULA: f32 = 1.2;
/// The size of a formula's source, which is behind what is drawn, to be copied.
const HIDDEN: f32 = 0.5;
/// How far beside themselves letters are drawn to be bold.
const HEAVY: f32 = 0.5;
/// Smallest share of its size that a formula is shrunk to.
const SMALLEST: f32 = 0.5;

/// How a paragraph looks.
#[derive(Clone, Copy)]
pub struct Look {
    pub size: f32,
    pub strong: bool,
    pub ink: Color32,
    pub halign: Align,
}

/// A paragraph that is laid out.
pub struct Laid {
    pub galley: Arc<Galley>,
    /// As it is painted: its letters may run from the right.
    seen: Arc<Galley>,
    ink: Color32,
    /// Letters of the galley, and where they lead.
    links: Vec<(Range<usize>, String)>,
    /// Letters of the galley that are code.
    code: Vec<Range<usize>>,
    /// Letters of the galley in whose place a formula is drawn.
    formulas: Vec<(usize, Set)>,
    /// Bold letters of scripts whose font has only one weight, to be drawn once more beside themselves.
    heavy: Option<Arc<Galley>>,
    /// From the middle of a line down to its baseline.
    base: f32,
    /// What a screen reader says.
    pub said: String,
}

struct Builder<'a> {
    ui: &'a Ui,
    look: Look,
    width: f32,
    line: f32,
    from_right: bool,
    base: f32,
    job: LayoutJob,
    letters: usize,
    said: String,
    links: Vec<(Range<usize>, String)>,
    formulas: Vec<(usize, Set)>,
}

/// Lays `spans` out in lines of at most `width`. What runs from right to left begins there.
pub fn lay(ui: &Ui, p: &Palette, spans: &[Span], mut look: Look, width: f32) -> Laid {
    let whole: String = spans.iter().map(|span| span.text.as_str()).collect();
    let from_right = bidi::runs_right_to_left(&whole);
    if from_right && look.halign == Align::LEFT {
        look.halign = Align::RIGHT;
    }
    let line = (look.size * 1.5).round();
    let font = FontId { size: look.size, ..theme::reading() };
    let sample = ui.painter().layout_no_wrap("x".to_owned(), font.clone(), look.ink);
    let base = sample.rows.first().and_then(|row| Some(row.glyphs.first()?.pos.y - row.size.y / 2.0));
    let mut builder = Builder {
        ui,
        look,
        width,
        line,
        from_right,
        base: base.unwrap_or(look.size * 0.36),
        job: LayoutJob::default(),
        letters: 0,
        said: String::new(),
        links: Vec::new(),
        formulas: Vec::new(),
    };
    let marks = quotes::marks(&whole);
    let mut offset = 0;
    let (mut heavy, mut code) = (Vec::new(), Vec::new());
    for span in spans {
        let begin = builder.letters;
        let first = builder.job.text.len();
        let format = builder.format(p, span);
        if span.formula {
            builder.formula(&span.text, &format);
        } else if span.code {
            builder.append(&span.text, &format);
            code.push(begin..builder.letters);
            builder.said.push_str(&span.text);
        } else {
            quotes::append(&mut builder.job, &span.text, offset, &marks, &format, line);
            builder.letters += span.text.chars().count();
            builder.said.push_str(&span.text);
        }
        offset += span.text.len();
        if (span.bold || look.strong) && !span.code && !span.formula && span.text.contains(quotes::is_wide) {
            heavy.push(first..builder.job.text.len());
        }
        if let Some(url) = span.link.as_ref().filter(|url| is_safe_link(url)) {
            let same = builder.links.last_mut().filter(|(range, last)| last == url && range.end == begin);
            match same {
                Some((range, _)) => range.end = builder.letters,
                None => builder.links.push((begin..builder.letters, url.clone())),
            }
        }
    }
    let mut job = builder.job;
    job.wrap.max_width = width;
    job.halign = look.halign;
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job.clone()));
    // Emoji would be seen twice.
    let coloured = galley.rows.iter().flat_map(|row| &row.glyphs).any(|glyph| glyph.is_color);
    let heavy = (!heavy.is_empty() && !coloured).then(|| {
        for section in &mut job.sections {
            let at = section.byte_range.start.0;
            let format = &mut section.format;
            if !heavy.iter().any(|range: &Range<usize>| range.contains(&at)) {
                format.color = Color32::TRANSPARENT;
            }
            (format.underline, format.strikethrough) = (Stroke::NONE, Stroke::NONE);
        }
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    });
    let Builder { links, formulas, base, said, .. } = builder;
    let seen = bidi::seen(&galley);
    Laid { galley, seen, ink: look.ink, links, code, formulas, heavy, base, said }
}

impl Builder<'_> {
    fn format(&self, p: &Palette, span: &Span) -> TextFormat {
        let font_id = match (span.code, span.bold || self.look.strong) {
            (true, _) => FontId::monospace(self.look.size * 13.0 / BODY),
            (_, true) => theme::strong(self.look.size),
            _ => FontId { size: self.look.size, ..theme::reading() },
        };
        let link = span.link.as_deref().is_some_and(is_safe_link);
        // Ideographs are not slanted: they are stressed by a line.
        let stressed = span.italic && span.text.contains(quotes::is_wide);
        let color = match (link, span.bold || stressed) {
            (true, _) => p.accent_text,
            (_, true) => p.strong,
            _ => self.look.ink,
        };
        TextFormat {
            font_id,
            color,
            line_height: Some(self.line),
            italics: span.italic && !stressed,
            // egui draws lines where it thinks that the letters are.
            underline: match (link, stressed) {
                _ if self.from_right => Stroke::NONE,
                (true, _) => Stroke::new(1.0, p.accent_text),
                (_, true) => Stroke::new(1.0, p.muted),
                _ => Stroke::NONE,
            },
            strikethrough: if span.struck && !self.from_right { Stroke::new(1.0, color) } else { Stroke::NONE },
            // Lines with formulas are higher: everything is centred vertically.
            valign: Align::Center,
            ..TextFormat::default()
        }
    }

    fn append(&mut self, text: &str, format: &TextFormat) {
        self.job.append(text, 0.0, format.clone());
        self.letters += text.chars().count();
    }

    /// A formula takes one wide letter, and is drawn over it; its source is behind it, too small to be seen.
    fn formula(&mut self, source: &str, format: &TextFormat) {
        let node = formula::read(formula::inside(source).0);
        let setter = |size: f32| Setter { painter: self.ui.painter(), ink: format.color, size };
        let size = self.look.size * FORMULA;
        let mut sets = setter(size).pieces(&node);
        let widest = sets.iter().map(|set| set.width).fold(0.0, f32::max);
        if widest > self.width {
            sets = setter(size * (self.width * 0.98 / widest).max(SMALLEST)).pieces(&node);
        }
        self.said.push_str(&formula::plain(&node));
        let hidden = FontId::proportional(HIDDEN);
        let source = source.replace([' ', '\n'], "\u{a0}");
        let source_width = self.ui.painter().layout_no_wrap(source.clone(), hidden.clone(), self.look.ink).size().x;
        let wide = FontId::proportional(100.0);
        let blank = self.ui.fonts_mut(|fonts| fonts.glyph_width(&wide, '\u{a0}')) / wide.size;
        let count = sets.len();
        for (n, set) in sets.into_iter().enumerate() {
            let last = n + 1 == count;
            let under = if last { source_width } else { 0.0 };
            let width = (set.width + 1.0 - under).max(1.0);
            let high = 2.0 * (set.up - self.base).max(set.down + self.base) + 2.0;
            let place = TextFormat {
                font_id: FontId::proportional(width / blank.max(0.05)),
                line_height: Some(high.max(self.line)),
                underline: Stroke::NONE,
                ..format.clone()
            };
            self.formulas.push((self.letters, set));
            self.append("\u{a0}", &place);
            if !last {
                self.append("\u{2009}", format);
            }
        }
        let format = TextFormat {
            font_id: hidden,
            line_height: Some(self.line),
            color: Color32::TRANSPARENT,
            valign: Align::Center,
            ..TextFormat::default()
        };
        self.append(&source, &format);
    }
}

impl Laid {
    pub fn size(&self) -> Vec2 {
        self.galley.size()
    }

    /// Allocates room for it and draws it there.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let width = ui.available_width().max(self.size().x);
        let (rect, response) = ui.allocate_exact_size(vec2(width, self.size().y), Self::sense());
        self.draw(ui, rect, &response);
        response
    }

    /// Draws it into `rect`, for tables.
    pub fn put(&self, ui: &Ui, rect: Rect, id: Id) {
        let response = ui.interact(rect, id, Self::sense());
        self.draw(ui, rect, &response);
    }

    /// For selection by dragging; the Tab key does not stop here.
    fn sense() -> Sense {
        Sense::click_and_drag() - Sense::FOCUSABLE
    }

    fn draw(&self, ui: &Ui, rect: Rect, response: &Response) {
        response.widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), &self.said));
        let at = match self.galley.job.halign {
            Align::LEFT => rect.left_top(),
            Align::Center => rect.center_top(),
            Align::RIGHT => rect.right_top(),
        };
        if ui.is_rect_visible(rect) {
            for rect in self.code.iter().flat_map(|letters| self.rects(letters)) {
                let rect = Rect::from_center_size(rect.center(), vec2(rect.width() + 4.0, self.base * 3.6));
                ui.painter().rect_filled(rect.translate(at.to_vec2()), 3.0, Palette::of(ui).raised);
            }
            let galley = self.galley.clone();
            LabelSelectionState::label_text_selection(ui, response, at, galley, self.ink, Stroke::NONE);
            if let Some(heavy) = &self.heavy {
                ui.painter().galley(at + vec2(HEAVY, 0.0), heavy.clone(), self.ink);
            }
            for (letter, set) in &self.formulas {
                let Some((x, middle)) = self.place(*letter) else { continue };
                let baseline = pos2(at.x + x + 0.5, at.y + middle + self.base);
                set.paint(ui.painter(), baseline, self.ink);
            }
        }
        for (n, (letters, url)) in self.links.iter().enumerate() {
            self.link(ui, response.id.with(("link", n)), at, letters, url);
        }
    }

    /// Where a letter begins, and the middle of its line.
    fn place(&self, letter: usize) -> Option<(f32, f32)> {
        let mut first = 0;
        for row in &self.seen.rows {
            if let Some(glyph) = row.glyphs.get(letter - first) {
                return Some((row.pos.x + glyph.pos.x, row.pos.y + row.size.y / 2.0));
            }
            first += row.glyphs.len() + usize::from(row.ends_with_newline);
            if letter < first {
                return None;
            }
        }
        None
    }

    /// Where letters are, line by line, from the galley's corner.
    fn rects(&self, letters: &Range<usize>) -> Vec<Rect> {
        let (mut first, mut out) = (0, Vec::new());
        for row in &self.seen.rows {
            let last = first + row.glyphs.len();
            let (from, to) = (letters.start.max(first), letters.end.min(last));
            if let Some(glyphs) = row.glyphs.get(from.saturating_sub(first)..to.saturating_sub(first))
                && !glyphs.is_empty()
            {
                let left = row.pos.x + glyphs.iter().map(|glyph| glyph.pos.x).fold(f32::INFINITY, f32::min);
                let right = row.pos.x + glyphs.iter().map(|glyph| glyph.max_x()).fold(f32::NEG_INFINITY, f32::max);
                out.push(Rect::from_min_max(pos2(left, row.pos.y), pos2(right, row.pos.y + row.size.y)));
            }
            first = last + usize::from(row.ends_with_newline);
        }
        out
    }

    fn link(&self, ui: &Ui, id: Id, at: Pos2, letters: &Range<usize>, url: &str) {
        for (n, rect) in self.rects(letters).into_iter().enumerate() {
            let rect = rect.translate(at.to_vec2());
            let response = ui.interact(rect, id.with(n), Sense::click());
            if n == 0 {
                let text: String = self.galley.text().chars().skip(letters.start).take(letters.len()).collect();
                response.widget_info(|| WidgetInfo::labeled(Role::Link, ui.is_enabled(), &text));
            }
            let response = response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(url);
            if response.clicked() {
                ui.open_url(OpenUrl::new_tab(url));
            }
        }
    }
}
