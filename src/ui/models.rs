//! Models: every card with its state, and what can be done about it.

use egui::{CentralPanel, Frame, Label, Margin, RichText, ScrollArea, Ui};

use super::cx::Cx;
use super::texts::T;
use super::theme::{self, BODY, S1, S2, S3, SMALL};
use super::{icons, layout, models_bits, trouble, widgets};
use crate::domain::{Makes, ModelPresence, bytes};
use crate::state::{Command, ModelEntry};

/// Least width of a card.
const CARD: f32 = 480.0;

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let frame = Frame::new().fill(cx.p.canvas).inner_margin(Margin::symmetric(24, 8));
    layout::head(ui, "models-head", frame, 0.5, |ui| {
        let head = |ui: &mut Ui, cx: &mut Cx<'_>| {
            widgets::heading(ui, cx.t(T::Models));
        };
        layout::line(ui, cx, 100.0, head, |ui, cx| {
            let open = widgets::button(ui, icons::FOLDER_OPEN, cx.t(T::OpenModelFile));
            if open.on_hover_text(cx.t(T::OpenModelFileHover)).clicked() {
                cx.push(Command::ChooseModelFile);
            }
        });
    });
    CentralPanel::default().frame(Frame::new().fill(cx.p.canvas)).show(ui, |ui| {
        ScrollArea::vertical().id_salt("models").auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(Margin { left: 24, right: 24, top: 0, bottom: 24 }).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = S3;
                for (makes, name) in [(Makes::Image, T::PictureModels), (Makes::Text, T::TextModels)] {
                    if cx.state.models.making(makes).next().is_none() {
                        continue;
                    }
                    ui.add_space(S1);
                    widgets::caption(ui, cx.t(name));
                    let entries: Vec<&ModelEntry> = cx.state.models.making(makes).collect();
                    layout::columns(ui, CARD, entries.len(), |ui, i| {
                        ui.push_id(&entries[i].card.id, |ui| card(ui, cx, entries[i]));
                    });
                }
                files(ui, cx);
            });
        });
    });
}

fn in_use(cx: &Cx<'_>, id: &str) -> bool {
    cx.state.settings.image.model == id || cx.state.text().model == id
}

/// Files that the person opened: they have no card.
fn files(ui: &mut Ui, cx: &mut Cx<'_>) {
    for id in [&cx.state.settings.image.model, &cx.state.text().model] {
        if cx.state.models.entry(id).is_some() || id.is_empty() {
            continue;
        }
        widgets::card(cx.p).show(ui, |ui| {
            ui.set_width(ui.available_width());
            widgets::title(ui, &models_bits::name(cx, id));
            widgets::muted(ui, id.as_str());
            widgets::badge(ui, icons::CHECK_CIRCLE, cx.t(T::InUse), cx.p.good);
        });
    }
}

fn card(ui: &mut Ui, cx: &mut Cx<'_>, entry: &ModelEntry) {
    let card = &entry.card;
    let p = cx.p;
    widgets::card(p).inner_margin(16).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = S2;
        ui.horizontal_top(|ui| {
            let icon = if card.makes == Makes::Image { icons::IMAGE } else { icons::CHAT_TEXT };
            ui.add(Label::new(theme::icon(icon, 22.0).color(p.accent_text)));
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = S1;
                let name = |ui: &mut Ui, _: &mut Cx<'_>| {
                    widgets::title(ui, &card.name);
                };
                layout::line(ui, cx, 120.0, name, |ui, cx| buttons(ui, cx, entry));
                let about = cx.lang.pick(&card.about, &card.about_zh);
                ui.add(Label::new(RichText::new(about).size(BODY).color(p.text)).wrap());
            });
        });
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = S3;
            state(ui, cx, entry);
            let memory = cx.with(T::NeedsMemory, &[&bytes(card.memory)]);
            let precision = card.local.as_ref().map(|local| local.precision.clone()).unwrap_or_default();
            let known = [card.family.clone(), precision, card.licence.clone(), memory];
            for text in known.into_iter().filter(|text| !text.is_empty()) {
                ui.add(Label::new(RichText::new(text).size(SMALL).color(p.muted)));
            }
        });
        if entry.asking {
            terms(ui, cx, entry);
        }
        if let Some(fetch) = &entry.fetch {
            models_bits::fetch(ui, cx, &card.id, fetch);
        }
        if let Some(error) = &entry.error {
            trouble::card(ui, cx, error, Some((T::TryAgain, Command::Fetch(card.id.clone()))), None);
        }
    });
}

/// What is to be agreed to before the first fetch.
fn terms(ui: &mut Ui, cx: &mut Cx<'_>, entry: &ModelEntry) {
    let Some(terms) = &entry.card.terms else { return };
    let id = &entry.card.id;
    widgets::card(cx.p).fill(cx.p.canvas).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = S2;
        widgets::title(ui, &cx.with(T::TermsOf, &[&entry.card.name]));
        let text = cx.lang.pick(&terms.text, &terms.text_zh);
        ui.add(Label::new(RichText::new(text).size(BODY).color(cx.p.text)).wrap());
        ui.hyperlink_to(RichText::new(&terms.url).size(BODY), &terms.url);
        layout::flow(ui, |ui| {
            if widgets::text_button(ui, cx.t(T::AgreeAndFetch)).clicked() {
                cx.push(Command::AnswerTerms(id.clone(), true));
            }
            if widgets::text_button(ui, cx.t(T::NotNow)).clicked() {
                cx.push(Command::AnswerTerms(id.clone(), false));
            }
        });
    });
}

fn state(ui: &mut Ui, cx: &Cx<'_>, entry: &ModelEntry) {
    let p = cx.p;
    let (icon, ink) = match entry.presence {
        ModelPresence::Embedded | ModelPresence::Here { .. } => (icons::CHECK_CIRCLE, p.good),
        ModelPresence::Unchecked { .. } => (icons::WARNING, p.warn),
        ModelPresence::Partial { .. } => (icons::CLOUD_ARROW_DOWN, p.warn),
        ModelPresence::Absent => (icons::CLOUD_ARROW_DOWN, p.muted),
    };
    let mut text = models_bits::presence(cx, entry);
    if entry.is_here() {
        text = format!("{text} · {}", bytes(entry.card.bytes()));
    }
    widgets::badge(ui, icon, &text, ink);
    if let Some(lacks) = entry.card.lacks() {
        widgets::badge(ui, icons::WARNING, &cx.with(T::LacksParts, &[&lacks]), p.warn);
    }
    if entry.loaded {
        widgets::badge(ui, icons::MEMORY, cx.t(T::InMemory), p.muted);
    }
}

fn buttons(ui: &mut Ui, cx: &mut Cx<'_>, entry: &ModelEntry) {
    let id = &entry.card.id;
    if entry.is_here() {
        if in_use(cx, id) {
            ui.add_enabled_ui(false, |ui| widgets::button(ui, icons::CHECK, cx.t(T::InUse)));
        } else if widgets::text_button(ui, cx.t(T::Use)).clicked() {
            cx.push(Command::UseModel(id.clone()));
        }
    } else if entry.fetch.is_none() && !entry.asking {
        let label = match entry.presence {
            ModelPresence::Partial { .. } => T::GoOnFetching,
            ModelPresence::Unchecked { .. } => T::CheckFiles,
            _ => T::Fetch,
        };
        let may = entry.is_unchecked() || !cx.state.settings.offline;
        let button = ui.add_enabled_ui(may, |ui| widgets::button(ui, icons::CLOUD_ARROW_DOWN, cx.t(label)));
        if button.inner.on_disabled_hover_text(cx.t(T::OfflineHint)).clicked() {
            cx.push(Command::Fetch(id.clone()));
        }
    }
}
