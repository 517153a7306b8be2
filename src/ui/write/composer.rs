//! The field to type in, with what is happening above it.

use egui::{Align, Frame, Id, Label, Layout, Margin, RichText, Stroke, Ui, vec2};

use crate::domain::ModelPresence;
use crate::state::{Command, ModelEntry, Phase, TextEdit, TextJob, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::keys::{self, Act};
use crate::ui::texts::T;
use crate::ui::theme::{self, BODY, S1, S2, SMALL};
use crate::ui::widgets::{self, Field, SHIFT_ENTER};
use crate::ui::{advice, elide, fields, focus, frames, icons, model_fetch, model_words};

/// Width of the button that stops: its word and its key in both languages.
const STOP: f32 = 112.0;

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    field(ui, cx);
}

/// What is happening: a fetch, an answer that is written.
pub fn above(ui: &mut Ui, cx: &mut Cx<'_>) {
    let model = cx.state.text().model.clone();
    match cx.state.catalogue.entry(&model) {
        Some(entry) => fetching(ui, cx, entry),
        None => gone(ui, cx, &model),
    }
    match cx.state.write.job_here() {
        Some(job) => {
            goings_on(ui, cx, job);
            held(ui, cx);
            advice::notice(ui, cx);
        }
        None => {
            elsewhere(ui, cx);
            advice::notice(ui, cx);
        }
    }
}

/// The conversation's model is not known any more: the one in use can continue it.
fn gone(ui: &mut Ui, cx: &mut Cx<'_>, model: &str) {
    let other = other(cx, model);
    if cx.state.catalogue.entries.is_empty() || cx.state.write.open.written_with().is_none_or(|wrote| wrote != model) {
        return;
    }
    frames::card(cx.p).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = S2;
        let text = cx.with(T::WriterGone, &[&model_words::name(cx, model)]);
        ui.add(Label::new(RichText::new(text).size(BODY).color(cx.p.text)).wrap());
        instead(ui, cx, other);
    });
}

/// The model of new conversations, where it is another one and here.
fn other<'a>(cx: &Cx<'a>, model: &str) -> Option<&'a ModelEntry> {
    let state = cx.state;
    state.catalogue.entry(&state.settings.text.model).filter(|entry| entry.is_here() && entry.card.id != model)
}

fn instead(ui: &mut Ui, cx: &mut Cx<'_>, other: Option<&ModelEntry>) {
    if let Some(entry) = other
        && widgets::text_button(ui, &cx.with(T::UseInstead, &[&entry.card.name])).clicked()
    {
        cx.push(Command::Write(WriteCommand::SetText(TextEdit::Model(entry.card.id.clone()))));
    }
}

/// Before the first message: what will be fetched, and the terms of it. While it is fetched: how far.
fn fetching(ui: &mut Ui, cx: &mut Cx<'_>, entry: &ModelEntry) {
    let id = entry.card.id.clone();
    if entry.asking {
        return model_fetch::terms(ui, cx, entry);
    }
    if let Some(fetch) = &entry.fetch {
        frames::card(cx.p).show(ui, |ui| {
            ui.set_width(ui.available_width());
            let title = if fetch.verifying { T::CheckingModel } else { T::FetchingModel };
            widgets::title(ui, &cx.with(title, &[&entry.card.name]));
            model_fetch::running(ui, cx, &id, fetch);
        });
    } else if !entry.is_here() && !entry.is_unchecked() && !cx.state.write.waits_here() {
        // A conversation whose model was removed can continue with another.
        let other = other(cx, &id).filter(|_| cx.state.write.open.written_with() == Some(&id));
        // What a fetch that was stopped has left is not fetched again.
        let (button, text) = match entry.presence {
            ModelPresence::Partial { bytes } => {
                let of = crate::domain::bytes;
                let sums = [of(bytes), of(entry.card.bytes())];
                (T::FetchRest, cx.with(T::RestWillBeFetched, &[&sums[0], &sums[1], &entry.card.name]))
            }
            _ => {
                let size = crate::domain::bytes(entry.card.bytes());
                (T::FetchNow, cx.with(T::WillBeFetched, &[&entry.card.name, &size]))
            }
        };
        let (icon, text) = match model_words::is_kept_offline(cx, entry) {
            true => (icons::WIFI_SLASH, cx.with(T::NotFetchedOffline, &[&entry.card.name])),
            false => (icons::CLOUD_ARROW_DOWN, text),
        };
        let (button, command) = model_words::way_to_fetch(cx, &id, button);
        frames::card(cx.p).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.add(Label::new(theme::icon(icon, 20.0).color(cx.p.accent_text)));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if widgets::text_button(ui, cx.t(button)).clicked() {
                        cx.push(command);
                    }
                    instead(ui, cx, other);
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(Label::new(RichText::new(text).size(BODY).color(cx.p.text)).wrap());
                    });
                });
            });
        });
    }
}

/// One line about the answer that is being written, with a bar where the end is known.
fn goings_on(ui: &mut Ui, cx: &Cx<'_>, job: &TextJob) {
    if job.id.is_none() {
        // The fetch has its own card.
        return;
    }
    let rate = job.rate(cx.state.now_ms);
    let (text, fraction) = match (job.phase, job.prefill, rate) {
        (Phase::Cancelling, ..) => (cx.t(T::Stopping).to_owned(), None),
        (Phase::Waiting, ..) => match cx.state.write.writing_elsewhere() {
            Some((_, title)) => (cx.with(T::WaitsForTalk, &[&named(cx, title)]), None),
            None => (cx.t(T::WaitingForTurn).to_owned(), None),
        },
        (Phase::Loading(f), ..) => match f {
            Some(f) => (cx.with(T::LoadingModelPercent, &[&(f * 100.0).floor()]), Some(f)),
            None => (cx.t(T::LoadingModel).to_owned(), None),
        },
        (Phase::Running, Some((done, total)), _) if job.pieces == 0 => {
            let fraction = done as f32 / total.max(1) as f32;
            (cx.with(T::ReadingPrompt, &[&done, &total]), Some(fraction))
        }
        (Phase::Running, _, Some(rate)) => (cx.with(T::WritingAt, &[&job.tokens(), &crate::domain::rate(rate)]), None),
        // Words are there already, and too few to say how fast.
        (Phase::Running, ..) if job.pieces > 0 => (cx.with(T::TokensSoFar, &[&job.tokens()]), None),
        (Phase::Running, ..) => (cx.t(T::Starting).to_owned(), None),
    };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = S1;
        ui.add(Label::new(RichText::new(&text).size(SMALL).color(cx.p.muted)).wrap());
        if fraction.is_some() {
            widgets::progress(ui, fraction, &text);
        }
    });
}

/// What happens to a message that is typed while an answer is written.
fn held(ui: &mut Ui, cx: &mut Cx<'_>) {
    let write = &cx.state.write;
    if write.open.page.is_some() || write.draft.trim().is_empty() {
        return;
    }
    if !write.held {
        widgets::muted(ui, cx.t(T::EnterHolds));
        return;
    }
    let draft = write.draft.clone();
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = S1;
        widgets::badge_wrapped(ui, icons::CLOCK, cx.t(T::MessageHeld), cx.p.muted);
        let text = RichText::new(cx.t(T::HoldNot)).size(SMALL).color(cx.p.accent_text);
        if ui.link(text).clicked() {
            cx.push(Command::Write(WriteCommand::SetDraft(draft)));
        }
    });
}

/// Who is writing, where that is another conversation.
fn elsewhere(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some((id, title)) = cx.state.write.writing_elsewhere() else { return };
    let (id, title) = (id.clone(), named(cx, title));
    let text = cx.with(T::WritingIn, &[&title]);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if widgets::text_button(ui, cx.t(T::GoThere)).clicked() {
                cx.push(Command::Write(WriteCommand::OpenConversation(id)));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                elide::label(ui, &text, title, theme::small(), cx.p.muted);
            });
        });
    });
}

fn named<'a>(cx: &Cx<'_>, title: &'a str) -> &'a str {
    if title.trim().is_empty() { cx.t(T::Untitled) } else { title }
}

fn field(ui: &mut Ui, cx: &mut Cx<'_>) {
    let writing = cx.state.write.is_writing_here();
    let frame = Frame::new()
        .fill(cx.p.raised)
        .stroke(Stroke::new(1.0, cx.p.edge))
        .corner_radius(10)
        .inner_margin(Margin { left: 6, right: 6, top: 6, bottom: 6 });
    let around = frame.show(ui, |ui| {
        // As high as the field was: more would keep the room of a line that stood above it.
        let high = Id::unique("draft-height");
        let height = ui.data(|d| d.get_temp::<f32>(high)).unwrap_or(32.0);
        ui.allocate_ui_with_layout(vec2(ui.available_width(), height), Layout::right_to_left(Align::Max), |ui| {
            let draft = &cx.state.write.draft;
            let send_size = vec2(36.0, 32.0);
            if writing {
                let stopping = cx.state.write.job_here().is_some_and(|j| j.phase == Phase::Cancelling);
                let label = cx.t(T::Stop);
                let size = vec2(STOP, send_size.y);
                let stop = widgets::primary(ui, icons::STOP, label, cx.t(T::Esc), !stopping, size);
                if stop.clicked() && !stopping {
                    cx.push(Command::Write(WriteCommand::StopWriting));
                }
            } else {
                let ready = !draft.trim().is_empty();
                let send = ui.push_id("send", |ui| widgets::send(ui, cx.t(T::Send), ready, send_size)).inner;
                if send.on_hover_text(cx.t(T::SendHover)).clicked() {
                    cx.push(Command::Write(WriteCommand::Send));
                }
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                let spec = Field {
                    id: fields::draft_id(cx.state),
                    name: cx.t(T::Message),
                    hint: cx.t(T::MessageHint),
                    rows: 1,
                    max_height: 180.0,
                    newline: Some(SHIFT_ENTER),
                    framed: false,
                };
                let (response, changed) = widgets::field(ui, draft, &spec);
                let new = ui.min_rect().height().max(32.0);
                if new != height {
                    ui.data_mut(|d| d.insert_temp(high, new));
                    ui.ctx().request_repaint();
                }
                if let Some(text) = changed {
                    cx.push(Command::Write(WriteCommand::SetDraft(text)));
                }
                // While an answer is written the message waits for its end.
                let enter = response.has_focus() && keys::pressed_in(ui, Act::Send);
                if enter && !(writing && draft.trim().is_empty()) {
                    cx.push(Command::Write(WriteCommand::Send));
                }
            });
        });
    });
    focus::framed(ui, fields::draft_id(cx.state), around.response.rect);
}
