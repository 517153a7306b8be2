//! The status bar: device, memory, model, queue, speed, language.

use egui::{Align, Frame, Label, Layout, Margin, Panel, RichText, Role, Sense, Ui, WidgetInfo, vec2};

use super::cx::Cx;
use super::eye::{self, Landmark};
use super::texts::T;
use super::theme::{self, RADIUS, S1, S2, SMALL};
use super::{elide, icons, model_words, widgets};
use crate::domain::{Room, bytes, seconds};
use crate::lang::Lang;
use crate::state::{Command, ModelEntry, Phase, SettingsCommand};

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, shortcuts: &mut bool) {
    let frame = Frame::new().fill(cx.p.panel).inner_margin(Margin::symmetric(12, 2));
    Panel::bottom("status").exact_size(28.0).resizable(false).frame(frame).show(ui, |ui| {
        eye::landmark(ui, Landmark::Status);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for lang in Lang::ALL.into_iter().rev() {
                language(ui, cx, lang);
            }
            // As low as the bar.
            let keys = widgets::icon_button_of(ui, 20.0, icons::COMMAND, &format!("{} (F1)", cx.t(T::Shortcuts)));
            *shortcuts |= keys.clicked();
            ui.add_space(S2);
            ui.scope(|ui| super::ask::waiting(ui, cx));
            let all = items(cx);
            let natural = all.iter().map(|item| width(ui, &item.text) + theme::S4).sum();
            super::notices::passing(ui, cx, natural);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = theme::S4;
                show_items(ui, cx, &all);
            });
        });
    });
}

fn language(ui: &mut Ui, cx: &mut Cx<'_>, lang: Lang) {
    let on = cx.lang == lang;
    let p = cx.p;
    let galley = ui.painter().layout_no_wrap(lang.name().to_owned(), theme::small(), p.text);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 12.0, 20.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, lang.name()));
    let ink = if on {
        p.accent_text
    } else if response.hovered() || response.has_focus() {
        p.strong
    } else {
        p.muted
    };
    if on {
        ui.painter().rect_filled(rect, RADIUS - 2, p.accent_soft);
    }
    let at = rect.center() - galley.size() / 2.0;
    ui.painter().galley_with_override_text_color(at, galley, ink);
    if response.on_hover_text(cx.t(T::Language)).clicked() && !on {
        cx.push(Command::Settings(SettingsCommand::SetLang(lang)));
    }
}

/// One thing that the bar says.
struct Item {
    icon: &'static str,
    text: String,
    hover: T,
    ink: egui::Color32,
    rank: Rank,
}

/// Where there is little room.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    /// Which model answers: it stays, without what it does.
    Model,
    /// What is not shown where there is no room beside the model.
    Beside,
    /// The same, and not without the one before it.
    WithLast,
    /// What is not shown where there is no room.
    After,
}

fn model<'a>(cx: &Cx<'a>) -> &'a str {
    match cx.state.room() {
        Room::Write => &cx.state.text().model,
        _ => &cx.state.settings.image.model,
    }
}

fn items(cx: &Cx<'_>) -> Vec<Item> {
    let status = &cx.state.status;
    let mut all = Vec::new();
    let mut add = |icon, text: String, hover, ink, rank| all.push(Item { icon, text, hover, ink, rank });
    if !status.device.is_empty() {
        add(icons::CPU, status.device.clone(), T::DeviceHover, cx.p.muted, Rank::Beside);
    }
    if status.budget > 0 {
        let text = format!("{} / {}", bytes(status.memory), bytes(status.budget));
        add(icons::MEMORY, text, T::MemoryHover, cx.p.muted, Rank::Beside);
        if let Some(next) = next_run(cx) {
            let (text, ink) = match status.memory.saturating_add(next) > status.budget {
                true => (T::NextRunTooLarge, cx.p.warn),
                false => (T::NextRun, cx.p.muted),
            };
            add(icons::IMAGE, cx.with(text, &[&bytes(next)]), T::NextRunHover, ink, Rank::WithLast);
        }
    }
    if let Some((icon, text)) = elsewhere(cx) {
        add(icon, text, T::OtherRoomHover, cx.p.accent_text, Rank::Beside);
    }
    let id = model(cx);
    let text = format!("{} · {}", model_words::name(cx, id), model_state(cx, id));
    add(icons::CUBE, text, T::ModelHover, cx.p.muted, Rank::Model);
    let waiting = cx.state.create.jobs.len().saturating_sub(1);
    if waiting > 0 {
        add(icons::QUEUE, cx.with(T::WaitingJobs, &[&waiting]), T::QueueHover, cx.p.muted, Rank::After);
    }
    if let Some(speed) = speed(cx) {
        add(icons::LIGHTNING, speed, T::SpeedHover, cx.p.muted, Rank::After);
    }
    all
}

fn show_items(ui: &mut Ui, cx: &Cx<'_>, all: &[Item]) {
    // Which model answers is said first of all: where there is little room, what comes before it goes.
    let name = model_words::name(cx, model(cx));
    let whole = all.iter().find(|item| item.rank == Rank::Model).map_or("", |item| &item.text);
    let model = if width(ui, whole) <= ui.available_width() { whole } else { &name };
    let room = ui.available_width() - width(ui, "");
    let model = elide::name(ui, model, &theme::small(), room).into_owned();
    let kept = width(ui, &model) + theme::S4;
    let mut last = false;
    for item in all {
        let text = if item.rank == Rank::Model { &model } else { &item.text };
        let wide = width(ui, text);
        // What does not fit is left out whole; half a word helps nobody.
        let fits = match item.rank {
            Rank::Beside => wide + kept <= ui.available_width(),
            Rank::WithLast => last && wide + kept <= ui.available_width(),
            Rank::Model | Rank::After => wide <= ui.available_width(),
        };
        if fits {
            show_item(ui, cx, item, text);
        }
        last = fits;
    }
}

/// What runs that the room does not show itself.
fn elsewhere(cx: &Cx<'_>) -> Option<(&'static str, String)> {
    let room = cx.state.room();
    let drawn = cx.state.create.running().filter(|_| room != Room::Create).map(|job| {
        let text = match super::create::fraction(job) {
            Some(part) => cx.with(T::DrawingNow, &[&(part * 100.0).floor()]),
            None => cx.t(T::DrawingBegins).to_owned(),
        };
        (icons::IMAGE, text)
    });
    let written = cx.state.write.job.as_ref().filter(|job| room != Room::Write && job.id.is_some());
    drawn.or_else(|| written.map(|job| (icons::PENCIL_SIMPLE, cx.with(T::WritingNow, &[&job.tokens()]))))
}

/// Memory that the next picture will take beyond what is in use; `None` where its model is small, or there already.
fn next_run(cx: &Cx<'_>) -> Option<u64> {
    let image = &cx.state.settings.image;
    let entry = cx.state.catalogue.entry(&image.model).filter(|_| cx.state.room() == Room::Create)?;
    entry.card.local.as_ref().filter(|_| !entry.loaded)?;
    Some(entry.card.memory_for(image.width, image.height))
}

/// Points that an item takes.
fn width(ui: &Ui, text: &str) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), theme::small(), egui::Color32::WHITE).size().x + 24.0
}

fn show_item(ui: &mut Ui, cx: &Cx<'_>, item: &Item, text: &str) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = S1;
        ui.add(Label::new(theme::icon(item.icon, 14.0).color(item.ink)));
        ui.add(Label::new(RichText::new(text).size(SMALL).color(item.ink)));
        ui.add_space(S2 - S1);
    })
    .response
    .on_hover_text(cx.t(item.hover));
}

/// What the model that is chosen in this room is doing.
fn model_state(cx: &Cx<'_>, id: &str) -> String {
    let phase = match cx.state.room() {
        Room::Write => cx.state.write.job.as_ref().map(|job| job.phase),
        _ => cx.state.create.running().map(|job| job.phase),
    };
    let entry = cx.state.catalogue.entry(id);
    match (phase, entry) {
        (Some(Phase::Loading(Some(f))), _) => cx.with(T::LoadingPercent, &[&(f * 100.0).floor()]),
        (Some(Phase::Loading(None)), _) => cx.t(T::Loading).to_owned(),
        (Some(Phase::Running), _) => cx.t(T::Running).to_owned(),
        (Some(Phase::Cancelling), _) => cx.t(T::Stopping).to_owned(),
        (_, Some(ModelEntry { fetch: Some(fetch), .. })) => {
            cx.t(if fetch.verifying { T::Checking } else { T::Fetching }).to_owned()
        }
        (_, Some(e)) if e.loaded => cx.t(T::InMemory).to_owned(),
        (_, Some(e)) if e.is_unchecked() => cx.t(T::NotChecked).to_owned(),
        (_, Some(e)) if !e.is_here() => cx.t(T::NotHere).to_owned(),
        (_, Some(e)) if e.card.lacks().is_some() => cx.with(T::LacksParts, &[&e.card.lacks().unwrap_or_default()]),
        _ => cx.t(T::Ready).to_owned(),
    }
}

/// Tokens a second while text is written, else seconds a step of the last picture.
fn speed(cx: &Cx<'_>) -> Option<String> {
    let write = &cx.state.write;
    if let Some(rate) = write.job.as_ref().and_then(|job| job.rate(cx.state.now_ms)) {
        return Some(cx.with(T::TokensPerSecond, &[&crate::domain::rate(rate)]));
    }
    match cx.state.room() {
        Room::Write => {
            let info = write.open.turns.iter().rev().find_map(|t| t.info.as_ref())?;
            (info.decode_tok_s > 0.0).then(|| cx.with(T::TokensPerSecond, &[&crate::domain::rate(info.decode_tok_s)]))
        }
        _ => {
            let step = cx.state.create.step_s?;
            Some(cx.with(
                T::SecondsPerStep,
                &[&if step < 0.1 { format!("{:.0} ms", step * 1000.0) } else { seconds(step, cx.lang) }],
            ))
        }
    }
}
