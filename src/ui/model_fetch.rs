//! A model on its way: the terms to be agreed to before the first fetch, and a fetch that runs.

use egui::{Id, Label, RichText, Ui};

use super::cx::Cx;
use super::texts::T;
use super::theme::{self, BODY, S1, S2, SMALL};
use super::{frames, icons, layout, widgets};
use crate::domain::{Room, bytes};
use crate::error::Cause;
use crate::state::{Command, FetchState, ModelEntry, ModelsCommand};

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
                cx.push(Command::Models(ModelsCommand::AnswerTerms(id.clone(), true)));
            }
            if widgets::text_button(ui, cx.t(T::NotNow)).clicked() {
                cx.push(Command::Models(ModelsCommand::AnswerTerms(id.clone(), false)));
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
pub fn running(ui: &mut Ui, cx: &mut Cx<'_>, id: &str, fetch: &FetchState) {
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
                cx.push(Command::Models(ModelsCommand::CancelFetch(id.to_owned())));
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
                Cause::SourceFailed { reason, .. } => reason.get(cx.lang).to_owned(),
                _ => error.summary(cx.lang),
            };
            let line = cx.with(T::SkippedSource, &[source, &reason]);
            ui.add(Label::new(RichText::new(line).size(SMALL).color(cx.p.muted)).wrap());
        });
    }
}
