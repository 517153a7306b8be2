//! Looking inside an answer: each token tinted by how sure the model was, what else it weighed, and the way from there.

use egui::{Button, Color32, Label, RichText, Ui, vec2};

use crate::domain::{TokenChoice, Turn};
use crate::state::Command;
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{BODY, SMALL};

/// The answer as its tokens. The pointer over one shows what might have stood there; a click opens it to choose from.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, turn: &Turn, tokens: &[TokenChoice]) {
    let idle = cx.state.write.job.is_none();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 2.0);
        ui.spacing_mut().button_padding = vec2(0.0, 0.0);
        ui.spacing_mut().interact_size.y = 0.0;
        for (i, token) in tokens.iter().enumerate() {
            let piece = token.text();
            if piece == "\n" {
                ui.end_row();
                continue;
            }
            let shown = piece.replace('\n', "↵");
            // Sure tokens are left as they are; the less likely, the warmer the ground.
            let doubt = (1.0 - token.probability).clamp(0.0, 1.0);
            let fill = cx.p.warn.gamma_multiply(0.45 * doubt);
            let text = RichText::new(shown).size(BODY).color(cx.p.text);
            let button = Button::new(text).fill(fill).stroke(egui::Stroke::NONE).corner_radius(3).wrap();
            let name = cx.with(T::TokenNamed, &[&piece.trim(), &percent(token.probability)]);
            let (response, _) = egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
                ui.set_min_width(180.0);
                ui.add(Label::new(RichText::new(cx.t(T::MightHaveBeen)).size(SMALL).color(cx.p.muted)));
                for (n, other) in token.others.iter().enumerate() {
                    let label = line(other);
                    let taken = other.bytes == token.bytes;
                    if ui.add_enabled(idle && !taken, Button::new(label)).clicked() {
                        cx.push(Command::BranchAtToken { turn: turn.id, token: i, other: n });
                    }
                }
            });
            let all: Vec<String> = token.others.iter().map(line).collect();
            response.accessible_name(name).on_hover_text(all.join("\n"));
        }
    });
    legend(ui, cx);
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

/// A token with its spaces seen, and its probability.
fn line(token: &TokenChoice) -> String {
    let shown = token.text().replace('\n', "↵").replace(' ', "·");
    format!("{shown}   {}", percent(token.probability))
}

fn percent(p: f32) -> String {
    if p >= 0.1 { format!("{:.0}%", p * 100.0) } else { format!("{:.1}%", p * 100.0) }
}
