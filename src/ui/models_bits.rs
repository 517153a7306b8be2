//! What several rooms show of models: the choice of one, its state in a few words, a fetch that runs.

use egui::{ComboBox, Id, Key, Label, Popup, RichText, Ui};

use super::cx::Cx;
use super::texts::T;
use super::theme::{self, BODY, S1, S2, SMALL};
use super::{elide, eye, frames, icons, layout, widgets};
use crate::domain::{Makes, ModelPresence, Room, bytes};
use crate::error::Cause;
use crate::state::{Command, FetchState, ModelEntry};

/// The name that a person knows a model by: its card's, or its file's.
pub fn name(cx: &Cx<'_>, id: &str) -> String {
    if let Some(entry) = cx.state.models.entry(id) {
        return entry.card.name.clone();
    }
    std::path::Path::new(id).file_name().map_or_else(|| id.to_owned(), |n| n.to_string_lossy().into_owned())
}

/// What a combo box has beside its text: its edges and the sign.
const CARET: f32 = 40.0;

/// The combo box of all models that make `makes`. Returns the one that was chosen.
pub fn combo(ui: &mut Ui, cx: &mut Cx<'_>, makes: Makes, current: &str) -> Option<String> {
    let label = cx.t(T::Model);
    let mut chosen = None;
    let width = ui.available_width();
    let full = name(cx, current);
    let shown = elide::name(ui, &full, &theme::body(), width - CARET);
    drop_down(ui, ("model", makes == Makes::Text), (label, &shown, &full), |ui| {
        // What is not here at all is in Models, with what it takes.
        let about = |entry: &&ModelEntry| entry.is_about() || entry.card.id == current;
        for entry in cx.state.models.making(makes).filter(about) {
            let state = match entry.card.lacks() {
                Some(lacks) => cx.with(T::LacksParts, &[&lacks]),
                None => presence(cx, entry),
            };
            let text = format!("{}  ·  {state}", entry.card.name);
            if widgets::choice(ui, entry.card.id == current, text) {
                chosen = Some(entry.card.id.clone());
            }
        }
        if cx.state.models.entry(current).is_none() && !current.is_empty() {
            let _ = widgets::choice(ui, true, full.as_str());
        }
        ui.separator();
        if widgets::choice(ui, false, cx.t(T::MoreModels)) {
            cx.push(Command::BetterModels(makes));
        }
        if widgets::choice(ui, false, cx.t(T::OpenModelFile)) {
            cx.push(Command::ChooseModelFile);
        }
    });
    chosen
}

/// A combo box of names, the `on`-th chosen. Returns the one that was chosen now.
pub fn names(ui: &mut Ui, label: &str, names: &[&str], on: usize) -> Option<usize> {
    let mut chosen = None;
    let shown = names.get(on).copied().unwrap_or_default();
    drop_down(ui, label, (label, shown, shown), |ui| {
        for (i, name) in names.iter().enumerate() {
            if widgets::choice(ui, i == on, *name) {
                chosen = Some(i);
            }
        }
    });
    chosen
}

/// A combo box as wide as its room: its name, what it shows, and the whole of that.
fn drop_down(
    ui: &mut Ui,
    salt: impl egui::AsIdSalt,
    (label, shown, full): (&str, &str, &str),
    add: impl FnOnce(&mut Ui),
) {
    let width = ui.available_width();
    let saved = widgets::input_edges(ui);
    let response = ui.name_inputs(label, |ui| {
        let combo = ComboBox::from_id_salt(salt).width(width).truncate().selected_text(shown).icon(caret);
        combo.show_ui(ui, |ui| {
            ui.set_min_width(width - 16.0);
            add(ui);
        })
    });
    ui.visuals_mut().widgets = saved;
    let (open, button) = (response.inner.is_some(), response.response);
    eye::expanded(&button, open);
    // Who came to it by key goes on from it.
    let had_focus = button.id.with("had-focus");
    if !open {
        let has = button.has_focus();
        ui.data_mut(|data| data.insert_temp(had_focus, has));
    }
    let by_key = ui.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Escape));
    if open && by_key && !Popup::is_any_open(ui.ctx()) && ui.data(|data| data.get_temp(had_focus)) == Some(true) {
        button.request_focus();
    }
    button.accessible_name(format!("{label}: {full}"));
}

/// Where a model's files are, in a few words.
pub fn presence(cx: &Cx<'_>, entry: &ModelEntry) -> String {
    match &entry.presence {
        ModelPresence::Embedded => cx.t(T::BuiltIn).to_owned(),
        ModelPresence::Here { .. } => cx.t(T::OnThisMachine).to_owned(),
        ModelPresence::Unchecked { .. } => cx.t(T::NotChecked).to_owned(),
        ModelPresence::Partial { bytes: n } => cx.with(T::PartlyFetched, &[&bytes(*n), &bytes(entry.card.bytes())]),
        ModelPresence::Absent => cx.with(T::NotFetchedYet, &[&bytes(entry.card.bytes())]),
    }
}

/// Whether a model would have to be fetched and the studio stays offline. Files that are here are checked in any case.
pub fn is_kept_offline(cx: &Cx<'_>, entry: &ModelEntry) -> bool {
    cx.state.settings.offline && !entry.is_here() && !entry.is_unchecked()
}

/// The button that fetches a model, or that leads to the setting that keeps it from being fetched.
pub fn way_to_fetch(cx: &Cx<'_>, id: &str, label: T) -> (T, Command) {
    match cx.state.models.entry(id) {
        Some(entry) if is_kept_offline(cx, entry) => (T::OpenSettings, Command::Go(Room::Settings)),
        _ => (label, Command::Fetch(id.to_owned())),
    }
}

/// What is to be agreed to before the first fetch.
pub fn terms(ui: &mut Ui, cx: &mut Cx<'_>, entry: &ModelEntry) {
    let Some(terms) = &entry.card.terms else { return };
    let id = &entry.card.id;
    let agree = match entry.is_unchecked() {
        _ if cx.state.room() == Room::Write && cx.state.write.waits_here() => T::AgreeAndAnswer,
        true => T::AgreeAndCheck,
        false => T::AgreeAndFetch,
    };
    let card = frames::card(cx.p).fill(cx.p.canvas).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = S2;
        widgets::title(ui, &cx.with(T::TermsOf, &[&entry.card.name]));
        let text = cx.lang.pick(&terms.text, &terms.text_zh);
        ui.add(Label::new(RichText::new(text).size(BODY).color(cx.p.text)).wrap());
        ui.hyperlink_to(RichText::new(&terms.url).size(BODY), &terms.url);
        layout::flow(ui, |ui| {
            if widgets::text_button(ui, cx.t(agree)).clicked() {
                cx.push(Command::AnswerTerms(id.clone(), true));
            }
            if widgets::text_button(ui, cx.t(T::NotNow)).clicked() {
                cx.push(Command::AnswerTerms(id.clone(), false));
            }
        });
    });
    // They come into sight once.
    let key = Id::unique(("terms-seen", id));
    let frame = ui.ctx().cumulative_frame_nr();
    let seen = ui.data_mut(|data| data.get_temp::<u64>(key).replace(frame));
    ui.data_mut(|data| data.insert_temp(key, frame));
    if seen.is_none_or(|seen| seen + 2 < frame) {
        card.response.scroll_to_me(None);
    }
}

/// A fetch that runs: source, how far, sources that were skipped, a way to stop it.
pub fn fetch(ui: &mut Ui, cx: &mut Cx<'_>, id: &str, fetch: &FetchState) {
    ui.spacing_mut().item_spacing.y = S1;
    let text = match (fetch.cancelling, fetch.verifying, fetch.total) {
        (true, ..) => cx.t(T::Stopping).to_owned(),
        (_, true, _) => cx.t(T::Verifying).to_owned(),
        (.., Some(total)) if fetch.done > 0 => {
            cx.with(T::FetchedOf, &[&bytes(fetch.done), &bytes(total), &fetch.source])
        }
        _ if fetch.done > 0 => cx.with(T::FetchedSoFar, &[&bytes(fetch.done), &fetch.source]),
        _ if fetch.source.is_empty() => cx.t(T::LookingForSource).to_owned(),
        _ => cx.with(T::AskingSource, &[&fetch.source]),
    };
    let fraction = fetch.total.filter(|t| *t > 0).map(|t| (fetch.done as f64 / t as f64) as f32);
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let stop = ui.add_enabled_ui(!fetch.cancelling, |ui| widgets::button(ui, icons::X, cx.t(T::Cancel))).inner;
            if stop.clicked() {
                cx.push(Command::CancelFetch(id.to_owned()));
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add(Label::new(RichText::new(&text).size(SMALL).color(cx.p.text)).truncate());
            });
        });
    });
    widgets::progress(ui, fraction, &text);
    for (source, error) in &fetch.skipped {
        ui.horizontal_top(|ui| {
            ui.add(Label::new(theme::icon(icons::WARNING, 14.0).color(cx.p.warn)));
            let reason = match error.cause() {
                // Its summary names the source once more.
                Cause::SourceFailed { reason, .. } => reason.clone(),
                _ => error.summary(cx.lang),
            };
            let line = cx.with(T::SkippedSource, &[source, &reason]);
            ui.add(Label::new(RichText::new(line).size(SMALL).color(cx.p.muted)).wrap());
        });
    }
}

/// The sign at the right of a combo box, from the same set as all icons.
fn caret(ui: &Ui, rect: egui::Rect, visuals: &egui::style::WidgetVisuals, _open: bool) {
    let font = theme::icon_font(14.0);
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, icons::CARET_DOWN, font, visuals.fg_stroke.color);
}
