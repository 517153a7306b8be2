//! What the built-in model reads from the prompt, as it is typed: the thing that each word names, to be changed with a
//! click, and the words that name nothing it knows.

use egui::containers::menu::MenuButton;
use egui::{Button, Ui};

use crate::scene::{self, Item, Reading, things};
use crate::state::{Command, ImageEdit};
use crate::ui::cx::Cx;
use crate::ui::icons;
use crate::ui::texts::T;
use crate::ui::theme::{BODY, S1, SMALL};
use crate::ui::widgets;

/// Senses of a word in its menu.
const MOST_SENSES: usize = 12;

/// The last prompt that was read.
#[derive(Default)]
pub struct ReadingView {
    read: Option<(String, Reading)>,
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut ReadingView) {
    let params = &cx.state.settings.image;
    if params.prompt.trim().is_empty() || !cx.state.draws_scenes() {
        return;
    }
    if view.read.as_ref().is_none_or(|(prompt, _)| *prompt != params.prompt) {
        view.read = Some((params.prompt.clone(), scene::read(&params.prompt)));
    }
    let Some((prompt, reading)) = &view.read else { return };
    let mut reading = reading.clone();
    reading.choose(prompt, |word| params.things.get(word));
    if !reading.items.is_empty() {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(S1, S1);
            widgets::caption(ui, cx.t(T::Draws));
            reading.items.iter().for_each(|item| chip(ui, cx, prompt, item));
            if !params.arrangement.is_empty() {
                let words =
                    (egui::RichText::new(cx.t(T::Arranged)).size(SMALL), crate::ui::theme::icon(icons::X, 12.0));
                let button = ui.add(Button::new(words)).on_hover_text(cx.t(T::ArrangedHover));
                if button.accessible_name(cx.t(T::ArrangedForget)).clicked() {
                    cx.push(Command::SetImage(ImageEdit::Unarrange));
                }
            }
        });
    }
    let unknown: Vec<&str> = reading.unknown.iter().filter_map(|span| prompt.get(span.clone())).collect();
    if !unknown.is_empty() {
        let sign = cx.lang.pick(", ", "、");
        // Without any thing or ground the words go to the network as they are.
        let text = if reading.items.is_empty() && reading.ground.is_none() { T::NoThingKnown } else { T::WordsUnknown };
        widgets::badge_wrapped(ui, icons::INFO, &cx.with(text, &[&unknown.join(sign)]), cx.p.warn);
    }
}

/// A word and its thing; a click offers the word's other meanings.
fn chip(ui: &mut Ui, cx: &mut Cx<'_>, prompt: &str, item: &Item) {
    let said = &prompt[item.span.clone()];
    let name = |id| cx.lang.pick(things().get(id).en, things().get(id).zh);
    let now = name(item.senses[0]);
    let label = if scene::folded(now) == scene::folded(said) { now.to_owned() } else { format!("{said} → {now}") };
    if item.senses.len() == 1 {
        widgets::muted(ui, label);
        return;
    }
    let button =
        Button::new((egui::RichText::new(&label).size(SMALL), crate::ui::theme::icon(icons::CARET_DOWN, 12.0)));
    let mut chosen = None;
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        for &id in item.senses.iter().take(MOST_SENSES) {
            let on = id == item.senses[0];
            if ui.selectable_label(on, egui::RichText::new(name(id)).size(BODY)).clicked() {
                chosen = Some(id);
                ui.close();
            }
        }
    });
    let spoken = format!("{said}{}{now}", cx.lang.pick(": ", "："));
    response.accessible_name(spoken).on_hover_text(cx.t(T::MeaningHover));
    if let Some(id) = chosen {
        let edit = ImageEdit::Thing(scene::folded(said), things().get(id).en.to_owned());
        cx.push(Command::SetImage(edit));
    }
}
