//! The context ledger: what the next prompt is made of, and what there is no room for.

use egui::{Color32, Label, Rect, RichText, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::domain::{Ledger, LedgerPart, Overflow, PartKind};
use crate::state::{Command, TextEdit, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{self, S1, S2, SMALL};
use crate::ui::widgets;
use crate::ui::{icons, layout};

/// Height of the bar, and side of a row's mark: both have room for a number.
const BAR: f32 = 16.0;

/// Asks for the sums of what would be sent now, and shows the last ones.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, cursor: usize) {
    if cx.state.is_measure_due(cursor) {
        cx.push(Command::Write(WriteCommand::Measure(cursor)));
    }
    let Some(ledger) = &cx.state.write.ledger.found else { return };
    let used = ledger.used();
    // In a narrow panel the numbers get a line of their own: half a number says something else.
    let sums = |ui: &mut Ui, cx: &mut Cx<'_>| {
        let text = cx.with(T::LedgerUsed, &[&used, &ledger.context]);
        ui.add(Label::new(RichText::new(text).size(SMALL).color(cx.p.muted)).extend());
    };
    let title = |ui: &mut Ui, cx: &mut Cx<'_>| {
        widgets::caption(ui, cx.t(T::LedgerTitle));
    };
    layout::line(ui, cx, 96.0, title, sums);
    // The message that is typed has its row before it has a letter: nothing moves with the first one.
    let mut parts = ledger.parts.clone();
    let end = parts.iter().position(|part| part.kind == PartKind::Template);
    if let Some(at) = end.filter(|_| parts.iter().all(|part| part.kind != PartKind::Draft)) {
        parts.insert(at, LedgerPart { kind: PartKind::Draft, name: String::new(), tokens: 0, left_out: 0 });
    }
    bar(ui, cx, ledger, &parts);
    for (i, part) in parts.iter().enumerate() {
        let mark = (colour(cx, part.kind), (i + 1).to_string());
        row(ui, cx, &mark, &name(cx, part), part.tokens, part.left_out);
    }
    row(ui, cx, &(cx.p.press, String::new()), cx.t(T::LedgerAnswer), ledger.answer, 0);
    if used > ledger.context {
        let over = used - ledger.context;
        widgets::badge_wrapped(ui, icons::WARNING, &cx.with(T::LedgerRefused, &[&over]), cx.p.warn);
        if cx.state.text().overflow == Overflow::Stop && cx.state.write.open.page.is_none() {
            ui.horizontal_wrapped(|ui| {
                for (name, way) in [(T::OverflowRoll, Overflow::Roll), (T::OverflowMiddle, Overflow::Middle)] {
                    if widgets::text_button(ui, cx.t(name)).clicked() {
                        cx.push(Command::Write(WriteCommand::SetText(TextEdit::Overflow(way))));
                    }
                }
            });
        }
    } else if used + ledger.answer > ledger.context {
        let over = used + ledger.answer - ledger.context;
        widgets::badge_wrapped(ui, icons::WARNING, &cx.with(T::LedgerTooLong, &[&over]), cx.p.warn);
    } else if ledger.left_out() > 0 {
        widgets::note(ui, &cx.with(T::LedgerLeftOut, &[&ledger.left_out()]));
    }
    ui.add_space(S2);
}

fn name(cx: &Cx<'_>, part: &LedgerPart) -> String {
    let name = match part.kind {
        PartKind::Card => return part.name.clone(),
        PartKind::Own => T::LedgerOwn,
        PartKind::System => T::SystemPrompt,
        PartKind::Memory => T::StoryMemory,
        PartKind::Note => T::AuthorsNote,
        PartKind::Examples => T::LedgerExamples,
        PartKind::Text => T::LedgerText,
        PartKind::Turns => T::LedgerTurns,
        PartKind::Draft => T::LedgerDraft,
        PartKind::Template => T::LedgerTemplate,
    };
    cx.t(name).to_owned()
}

/// The parts stand in the order of the bar and have numbers: nobody needs to know them by colour.
fn colour(cx: &Cx<'_>, kind: PartKind) -> Color32 {
    let [first, second, third, fourth, last] = cx.p.parts;
    match kind {
        PartKind::Own | PartKind::System | PartKind::Memory => first,
        PartKind::Note | PartKind::Draft => second,
        PartKind::Card | PartKind::Examples => third,
        PartKind::Turns | PartKind::Text => fourth,
        PartKind::Template => last,
    }
}

/// A part's piece of the bar, or its mark; its number where that has room.
fn piece(ui: &Ui, rect: Rect, (colour, number): &(Color32, String)) {
    ui.painter().rect_filled(rect, 2, *colour);
    // Dark letters on light colours: the sum of a colour's parts is near enough to its lightness.
    let light = u32::from(colour.r()) * 2 + u32::from(colour.g()) * 5 + u32::from(colour.b()) > 8 * 110;
    let ink = if light { Color32::BLACK } else { Color32::WHITE };
    let galley = ui.painter().layout_no_wrap(number.clone(), theme::strong(10.0), ink);
    if galley.size().x + 4.0 <= rect.width() {
        ui.painter().galley(rect.center() - galley.size() / 2.0, galley, ink);
    }
}

fn bar(ui: &mut Ui, cx: &Cx<'_>, ledger: &Ledger, parts: &[LedgerPart]) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), BAR), Sense::hover());
    let text = cx.with(T::LedgerUsed, &[&ledger.used(), &ledger.context]);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(egui::Role::ProgressIndicator, true, &text);
        info.value = Some((100.0 * ledger.used() as f64 / ledger.context.max(1) as f64).min(100.0).floor());
        info
    });
    ui.painter().rect_filled(rect, 3, cx.p.raised);
    // More than there is room for fills the bar.
    let whole = ledger.context.max(ledger.used() + ledger.answer).max(1) as f32;
    let mut x = rect.left();
    let parts = parts.iter().enumerate().filter(|(_, part)| part.tokens > 0);
    let parts = parts.map(|(i, part)| (colour(cx, part.kind), (i + 1).to_string(), part.tokens));
    for (colour, number, tokens) in parts.chain([(cx.p.press, String::new(), ledger.answer)]) {
        let width = rect.width() * tokens as f32 / whole;
        // A line of ground between two of them.
        let right = (x + width - 1.0).max(x + 1.0_f32.min(width));
        piece(ui, Rect::from_min_max(pos2(x, rect.top()), pos2(right, rect.bottom())), &(colour, number));
        x += width;
    }
    response.on_hover_text(cx.with(T::LedgerFree, &[&ledger.free()]));
}

fn row(ui: &mut Ui, cx: &Cx<'_>, mark: &(Color32, String), name: &str, tokens: usize, left_out: usize) {
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        ui.spacing_mut().item_spacing.x = S1 + 2.0;
        let (rect, _) = ui.allocate_exact_size(vec2(BAR, BAR), Sense::hover());
        piece(ui, rect, mark);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let sum = if left_out > 0 { cx.with(T::LedgerPart, &[&tokens, &left_out]) } else { tokens.to_string() };
            let ink = if left_out > 0 { cx.p.warn } else { cx.p.muted };
            ui.add(Label::new(RichText::new(sum).size(SMALL).color(ink)));
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add(Label::new(RichText::new(name).size(SMALL).color(cx.p.text)).truncate());
            });
        });
    });
}
