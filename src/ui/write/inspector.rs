//! Looking inside an answer: each token tinted by its probability, its alternatives, and a branch from each of them.

use egui::containers::Popup;
use egui::{Button, Color32, CursorIcon, Label, Rect, RichText, Role, Sense, Ui, WidgetInfo, vec2};

use crate::domain::{TokenChoice, Turn};
use crate::state::{Command, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{self, BODY, SMALL};

/// Width of a space between tokens: wider than in a text, for each has its ground.
const SPACE: f32 = 5.0;
/// Points of its background at each side of a token: without them the next background covers a full stop.
const PAD: f32 = 1.5;

/// Tokens that are shown together: one, or all that make up a character.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    /// The first of them.
    at: usize,
    text: String,
    /// That all of them come.
    probability: f32,
}

/// The tokens as pieces of whole characters.
fn pieces(tokens: &[TokenChoice]) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(tokens.len());
    let (mut bytes, mut at, mut probability) = (Vec::new(), 0, 1.0);
    for (i, token) in tokens.iter().enumerate() {
        if bytes.is_empty() {
            (at, probability) = (i, 1.0);
        }
        bytes.extend_from_slice(&token.bytes);
        probability *= token.probability;
        // A character that may still be completed waits for its next token.
        let open = std::str::from_utf8(&bytes).is_err_and(|error| error.error_len().is_none());
        if !open || i + 1 == tokens.len() {
            pieces.push(Piece { at, text: String::from_utf8_lossy(&bytes).into_owned(), probability });
            bytes.clear();
        }
    }
    pieces
}

/// The answer as its tokens. The pointer over one shows what might have stood there; a click opens it to choose from.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, turn: &Turn, tokens: &[TokenChoice]) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 2.0);
        for piece in pieces(tokens) {
            // A button would not show the space before a word.
            let words = piece.text.trim_matches(' ');
            let (before, after) = match words.is_empty() {
                true => (0, 0),
                false => (
                    piece.text.len() - piece.text.trim_start_matches(' ').len(),
                    piece.text.len() - piece.text.trim_end_matches(' ').len(),
                ),
            };
            ui.add_space(SPACE * before as f32);
            token(ui, cx, turn, tokens, &piece);
            ui.add_space(SPACE * after as f32);
            for _ in 0..words.matches('\n').count() {
                ui.end_row();
            }
        }
    });
    legend(ui, cx);
}

fn token(ui: &mut Ui, cx: &mut Cx<'_>, turn: &Turn, tokens: &[TokenChoice], piece: &Piece) {
    let Some(token) = tokens.get(piece.at) else { return };
    let idle = !cx.state.write.is_writing_here();
    let trimmed = piece.text.trim_matches(' ');
    let shown = if trimmed.is_empty() { "·".repeat(piece.text.len().max(1)) } else { trimmed.replace('\n', "↵") };
    // Sure tokens are left as they are; the less likely, the warmer the ground.
    let doubt = (1.0 - piece.probability).clamp(0.0, 1.0);
    let fill = cx.p.warn.gamma_multiply(0.45 * doubt);
    let ink = if trimmed.trim().is_empty() { cx.p.faint } else { cx.p.text };
    let font = egui::FontId { size: BODY, ..theme::reading() };
    let galley = ui.painter().layout(shown, font, ink, ui.max_rect().width() - 2.0 * PAD);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(2.0 * PAD, 0.0), Sense::click());
    let name = cx.with(T::TokenNamed, &[&piece.text.trim(), &percent(piece.probability)]);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &name));
    ui.painter().rect_filled(rect.shrink2(vec2(0.5, 1.0)), 3, fill);
    if response.hovered() || response.has_focus() {
        let line = Rect::from_min_max(rect.left_bottom() - vec2(0.0, 1.5), rect.max);
        ui.painter().rect_filled(line, 0, cx.p.accent_text);
    }
    ui.painter().galley(rect.min + vec2(PAD, 0.0), galley, ink);
    Popup::menu(&response).show(|ui| {
        ui.set_min_width(180.0);
        ui.add(Label::new(RichText::new(cx.t(T::MightHaveBeen)).size(SMALL).color(cx.p.muted)));
        for (n, other) in token.others.iter().enumerate() {
            // Half a character is no place to continue from.
            let way = idle && other.bytes != token.bytes && std::str::from_utf8(&other.bytes).is_ok();
            if ui.add_enabled(way, Button::new(line(cx, other))).clicked() {
                ui.close();
                cx.push(Command::Write(WriteCommand::BranchAtToken { turn: turn.id, token: piece.at, other: n }));
            }
        }
    });
    let all: Vec<String> = token.others.iter().map(|other| line(cx, other)).collect();
    response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(all.join("\n"));
}

fn legend(ui: &mut Ui, cx: &Cx<'_>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (doubt, name) in [(0.0, T::Sure), (0.5, T::Doubtful), (1.0, T::Surprising)] {
            let fill: Color32 = cx.p.warn.gamma_multiply(0.45 * doubt);
            let text = RichText::new(format!(" {} ", cx.t(name))).size(SMALL).color(cx.p.muted).background_color(fill);
            ui.add(Label::new(text));
        }
    });
}

/// A token with its spaces seen, and its probability; bytes that are no whole characters as numbers.
fn line(cx: &Cx<'_>, token: &TokenChoice) -> String {
    let shown = match std::str::from_utf8(&token.bytes) {
        Ok(text) => text.replace('\n', "↵").replace(' ', "·"),
        Err(_) => {
            let bytes: Vec<String> = token.bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            cx.with(T::HalfLetter, &[&bytes.join(" ")])
        }
    };
    format!("{shown}   {}", percent(token.probability))
}

fn percent(p: f32) -> String {
    if p >= 0.1 { format!("{:.0}%", p * 100.0) } else { format!("{:.1}%", p * 100.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_several_tokens_make_up_are_one_piece() {
        let token = |bytes: &[u8]| TokenChoice { bytes: bytes.to_vec(), probability: 0.5, others: Vec::new() };
        let moon = "月".as_bytes();
        let tokens = [token(b" The"), token(&moon[..1]), token(&moon[1..]), token(b" s"), token(&[0xf0]), token(b"x")];
        let shown: Vec<(usize, String, f32)> =
            pieces(&tokens).into_iter().map(|p| (p.at, p.text, p.probability)).collect();
        let whole = |at, text: &str, p| (at, text.to_owned(), p);
        assert_eq!(
            shown,
            [whole(0, " The", 0.5), whole(1, "月", 0.25), whole(3, " s", 0.5), whole(4, "\u{fffd}x", 0.25)],
            "bytes that make up nothing hide nothing behind them"
        );
        assert_eq!(pieces(&tokens[..2])[1].text, "\u{fffd}", "an answer that was cut inside a character");
        assert!(pieces(&[]).is_empty());
    }
}
