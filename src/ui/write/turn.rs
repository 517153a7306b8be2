//! One turn of a conversation: its text, its figures, what can be done with it.

use egui::{Align, Frame, Id, Label, Layout, Margin, RichText, Ui};

use super::prose::Prose;
use crate::domain::{ELIZA_ID, FinishReason, Role, Room, Split, Turn, TurnInfo, Waiting, split_thought};
use crate::state::{Command, ModelEntry, PageCommand, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::keys::{self, Act};
use crate::ui::texts::T;
use crate::ui::theme::{self, S1, S2, SMALL};
use crate::ui::widgets::{self, Field, SHIFT_ENTER};
use crate::ui::{fields, icons, layout, model_words, quotes};

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, prose: &mut Prose, turn: &Turn, last: bool) {
    ui.spacing_mut().item_spacing.y = S1;
    // Text to be read has more air than text to be found.
    ui.style_mut().text_styles.insert(egui::TextStyle::Body, theme::reading());
    let editing = cx.state.write.editing.as_ref().filter(|(id, _)| *id == turn.id);
    match (turn.message.role, editing) {
        (Role::User | Role::Assistant, Some((_, text))) => edit(ui, cx, text, turn.message.role),
        (Role::User, None) => user(ui, cx, prose, turn, last),
        (Role::System | Role::Assistant, _) => answer(ui, cx, prose, turn, last),
    }
}

fn user(ui: &mut Ui, cx: &mut Cx<'_>, prose: &mut Prose, turn: &Turn, last: bool) {
    ui.with_layout(Layout::top_down(Align::Max), |ui| {
        super::personas::name(ui, cx, turn);
        let most = ui.available_width() * 0.85;
        let frame = Frame::new().fill(cx.p.raised).corner_radius(12).inner_margin(Margin::symmetric(12, 8));
        frame.show(ui, |ui| {
            // Lines start where they are read from, in a bubble that is only as wide as they are.
            let text = turn.message.content.as_str();
            let width = prose.width(ui, cx, turn.id, text, most - 24.0);
            ui.allocate_ui_with_layout(egui::vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                ui.set_width(width);
                prose.show(ui, cx, turn.id, text, false);
            });
        });
        ui.allocate_ui_with_layout(
            egui::vec2(ui.available_width(), 24.0),
            Layout::right_to_left(Align::Center),
            |ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                branches(ui, cx, turn);
                if small_icon(ui, icons::COPY, cx.t(T::CopyTurn)) {
                    cx.push(Command::Write(WriteCommand::CopyTurn(turn.id)));
                }
                if !cx.state.write.is_writing_here() && pencil(ui, cx, turn, T::EditTurn) {
                    cx.push(Command::Write(WriteCommand::BeginEdit(turn.id)));
                }
                if last && !cx.state.write.is_writing_here() {
                    unanswered(ui, cx);
                }
            },
        );
    });
}

/// Under a question that nothing answers: why, and the way on.
fn unanswered(ui: &mut Ui, cx: &mut Cx<'_>) {
    let model = cx.state.catalogue.entry(&cx.state.text().model);
    let model = model.filter(|entry| !entry.is_here() && cx.state.write.waits_here());
    let (text, button) = match model {
        Some(entry) => {
            let (text, button) = waits_for(cx, entry);
            (cx.with(text, &[&entry.card.name]), button)
        }
        None => (cx.t(T::NotAnswered).to_owned(), Some(T::TryAgain)),
    };
    if let Some(button) = button {
        ui.add_space(S2);
        let command = if button == T::OpenSettings {
            Command::Go(Room::Settings)
        } else {
            Command::Write(WriteCommand::Regenerate)
        };
        if widgets::text_button(ui, cx.t(button)).clicked() {
            cx.push(command);
        }
    }
    ui.add_space(S2);
    ui.add(Label::new(RichText::new(text).size(SMALL).color(cx.p.muted)).truncate());
}

/// What a question waits for whose model is not here, and the button that continues.
fn waits_for(cx: &Cx<'_>, entry: &ModelEntry) -> (T, Option<T>) {
    let agreed = entry.card.terms.is_none() || cx.state.settings.agreed.contains(&entry.card.id);
    match (&entry.fetch, entry.is_unchecked()) {
        (Some(fetch), true) if !fetch.cancelling => (T::AnsweredOnceChecked, None),
        (Some(fetch), false) if !fetch.cancelling => (T::AnsweredOnceHere, None),
        _ if model_words::is_kept_offline(cx, entry) => (T::NotFetchedOffline, Some(T::OpenSettings)),
        _ if entry.asking => (T::NeedsTerms, None),
        _ if !agreed => (T::NeedsTerms, Some(T::ReadTerms)),
        _ if entry.error.is_some() => (T::NotAnswered, Some(T::TryAgain)),
        (_, true) => (T::CheckCancelled, Some(T::CheckAndAnswer)),
        (_, false) => (T::FetchCancelled, Some(T::FetchAndAnswer)),
    }
}

/// Which of the turns in this place is shown, and the way to its neighbours.
fn branches(ui: &mut Ui, cx: &mut Cx<'_>, turn: &Turn) {
    let all = cx.state.write.open.shelf.siblings(turn);
    let Some(at) = all.iter().position(|id| *id == turn.id).filter(|_| all.len() > 1) else { return };
    let idle = !cx.state.write.is_writing_here();
    let step = |ui: &mut Ui, cx: &mut Cx<'_>, icon: &str, name: T, to: Option<&u64>| {
        let enabled = idle && to.is_some();
        let clicked = ui.add_enabled_ui(enabled, |ui| small_icon(ui, icon, cx.t(name))).inner;
        if let (true, Some(to)) = (clicked, to) {
            cx.push(Command::Write(WriteCommand::SelectBranch(*to)));
        }
    };
    let (before, after) = (at.checked_sub(1).and_then(|i| all.get(i)), all.get(at + 1));
    let count = RichText::new(format!("{}/{}", at + 1, all.len())).size(SMALL).color(cx.p.muted);
    // The user's row runs from the right.
    if ui.layout().prefer_right_to_left() {
        step(ui, cx, icons::CARET_RIGHT, T::NextBranch, after);
        ui.add(Label::new(count));
        step(ui, cx, icons::CARET_LEFT, T::PreviousBranch, before);
    } else {
        step(ui, cx, icons::CARET_LEFT, T::PreviousBranch, before);
        ui.add(Label::new(count));
        step(ui, cx, icons::CARET_RIGHT, T::NextBranch, after);
    }
}

/// An icon that is quiet until the pointer comes near.
fn small_icon(ui: &mut Ui, icon: &str, name: &str) -> bool {
    widgets::icon_button(ui, icon, name).clicked()
}

/// The way to edit a turn; it is lit where text over it was kept.
fn pencil(ui: &mut Ui, cx: &Cx<'_>, turn: &Turn, name: T) -> bool {
    let open = cx.state.write.open.id.clone();
    if open.is_some_and(|id| cx.state.write.left.edits.contains_key(&(id, turn.id))) {
        let name = cx.with(T::WithDraft, &[&cx.t(name)]);
        return widgets::icon_toggle(ui, icons::PENCIL_SIMPLE, &name, true).clicked();
    }
    small_icon(ui, icons::PENCIL_SIMPLE, cx.t(name))
}

fn edit(ui: &mut Ui, cx: &mut Cx<'_>, text: &str, role: Role) {
    let (icon, done, hint) = match role {
        Role::User => (icons::PAPER_PLANE_TILT, T::SendAgain, T::EditHint),
        _ => (icons::CHECK, T::KeepEdit, T::EditAnswerHint),
    };
    let id = fields::turn_id(cx.state);
    let spec = Field {
        id,
        name: cx.t(T::EditTurn),
        hint: "",
        rows: 2,
        max_height: 240.0,
        newline: Some(SHIFT_ENTER),
        framed: true,
    };
    let (response, changed) = widgets::field(ui, text, &spec);
    if let Some(text) = changed {
        cx.push(Command::Write(WriteCommand::SetEdit(text)));
    }
    let enter = response.has_focus() && keys::pressed_in(ui, Act::Send);
    let sent_how = |ui: &mut Ui, cx: &mut Cx<'_>| {
        ui.add(Label::new(RichText::new(cx.t(hint)).size(SMALL).color(cx.p.muted)).truncate());
    };
    layout::line(ui, cx, 120.0, sent_how, |ui, cx| {
        if widgets::button(ui, icon, cx.t(done)).clicked() || enter {
            cx.push(Command::Write(WriteCommand::SendEdit));
        }
        let reads = cx.state.write.editing.as_ref().and_then(|(id, _)| cx.state.write.open.turn(*id));
        let changed = reads.is_some_and(|turn| turn.message.said() != text);
        if widgets::leave(ui, cx, changed).clicked() {
            cx.push(Command::Write(WriteCommand::CancelEdit));
        }
        if changed && widgets::text_button(ui, cx.t(T::DiscardDraft)).clicked() {
            cx.push(Command::Write(WriteCommand::DiscardEdit));
        }
    });
}

fn answer(ui: &mut Ui, cx: &mut Cx<'_>, prose: &mut Prose, turn: &Turn, last: bool) {
    let job = cx.state.write.job_here().filter(|job| job.turn == turn.id);
    let streaming = job.is_some();
    super::personas::name(ui, cx, turn);
    let split = split_thought(&turn.message.content);
    let text = split.answer;
    if streaming {
        let tokens = job.map_or(0, |job| job.thinking.tokens());
        thought(ui, cx, turn, &split, tokens, true);
        words(ui, cx, prose, turn.id, text, true);
        return;
    }
    let inside = cx.state.write.weighed.get(&turn.id).filter(|_| cx.state.write.inspecting == Some(turn.id));
    if let Some(tokens) = inside {
        super::inspector::show(ui, cx, turn, tokens);
    }
    let hidden = inside.is_some();
    if !hidden {
        thought(ui, cx, turn, &split, turn.info.as_ref().map_or(0, |info| info.thought_tokens), false);
    }
    if !hidden {
        words(ui, cx, prose, turn.id, text, false);
    }
    ui.horizontal(|ui| {
        ui.set_height(24.0);
        ui.spacing_mut().item_spacing.x = 0.0;
        // The icons, not their invisible frames, stand under the text's edge.
        ui.add_space(-6.0);
        // A thought that was cut off has no answer to copy.
        let has_words = !text.trim().is_empty();
        if has_words && small_icon(ui, icons::COPY, cx.t(T::CopyAnswer)) {
            cx.push(Command::Write(WriteCommand::CopyTurn(turn.id)));
        }
        let idle = !cx.state.write.is_writing_here();
        if idle && pencil(ui, cx, turn, T::EditAnswer) {
            cx.push(Command::Write(WriteCommand::BeginEdit(turn.id)));
        }
        if idle && turn.info.is_some() {
            look_inside(ui, cx, turn);
        }
        let made = turn.info.as_ref().is_some_and(|info| info.made.is_some());
        if idle && made && small_icon(ui, icons::SLIDERS_HORIZONTAL, cx.t(T::UseRecord)) {
            cx.push(Command::Write(WriteCommand::UseRecord(turn.id)));
        }
        if idle && has_words && small_icon(ui, icons::BOOK_OPEN_TEXT, cx.t(T::OpenAsPage)) {
            cx.push(Command::Write(WriteCommand::Page(PageCommand::Of(vec![turn.id]))));
        }
        let may_draw = idle && has_words && cx.state.create.helper.is_none();
        if may_draw && small_icon(ui, icons::IMAGE, cx.t(T::PictureOfTurn)) {
            cx.push(Command::Write(WriteCommand::PictureOfTurn(turn.id)));
        }
        if last && idle && small_icon(ui, icons::ARROWS_CLOCKWISE, cx.t(T::Regenerate)) {
            cx.push(Command::Write(WriteCommand::Regenerate));
        }
        let reason = turn.info.as_ref().and_then(|info| info.finish_reason);
        let cut = matches!(reason, None | Some(FinishReason::Length | FinishReason::Thought));
        if last && idle && cut && small_icon(ui, icons::PLAY, cx.t(T::ContinueWriting)) {
            cx.push(Command::Write(WriteCommand::ContinueWriting));
        }
        branches(ui, cx, turn);
        if let Some(info) = &turn.info {
            ui.add_space(S2);
            let figures = Label::new(RichText::new(figures(cx, info)).size(SMALL).color(cx.p.muted)).truncate();
            ui.add(figures.show_tooltip_when_elided(false)).on_hover_text(hover(cx, info));
        } else if idle && was_cut(cx, turn.id) {
            ui.add_space(S2);
            ui.add(Label::new(RichText::new(cx.t(T::StoppedByClosing)).size(SMALL).color(cx.p.muted)).truncate());
        }
    });
}

/// Whether an answer was not complete when the window was closed the last time.
fn was_cut(cx: &Cx<'_>, turn: u64) -> bool {
    let here = cx.state.write.open.id.as_ref();
    let is = |job: &Waiting| matches!(job, Waiting::Answer { conversation, turn: of } if (Some(conversation), *of) == (here, turn));
    cx.state.desk.waiting.iter().any(is)
}

/// Opens an answer's tokens. Where none are kept the disabled button says why.
fn look_inside(ui: &mut Ui, cx: &mut Cx<'_>, turn: &Turn) {
    let kept = cx.state.write.weighed.contains_key(&turn.id);
    let rules = turn.info.as_ref().is_some_and(|info| info.model == ELIZA_ID);
    let name = cx.t(match (kept, rules) {
        (true, _) => T::LookInside,
        (false, true) => T::NoTokensOfEliza,
        (false, false) => T::NoTokensKept,
    });
    let response = ui.add_enabled_ui(kept, |ui| widgets::icon_button(ui, icons::INFO, name)).inner;
    if response.on_disabled_hover_text(name).clicked() {
        cx.push(Command::Write(WriteCommand::Inspect(turn.id)));
    }
}

/// The words of an answer.
fn words(ui: &mut Ui, cx: &Cx<'_>, prose: &mut Prose, key: u64, text: &str, growing: bool) {
    ui.scope(|ui| prose.show(ui, cx, key, text, growing));
}

/// What was thought before the answer: folded, with its length.
fn thought(ui: &mut Ui, cx: &Cx<'_>, turn: &Turn, split: &Split<'_>, tokens: usize, streaming: bool) {
    let Some(text) = split.thought.as_deref().filter(|text| !text.is_empty()) else { return };
    let label = match (split.open, streaming) {
        (true, true) => cx.with(T::Thinking, &[&tokens]),
        _ if tokens == 0 => cx.with(T::ThoughtLetters, &[&text.chars().count()]),
        (true, false) => cx.with(T::ThoughtCut, &[&tokens]),
        (false, _) => cx.with(T::ThoughtFor, &[&tokens]),
    };
    let conversation = cx.state.write.open.id.as_ref().map(|id| id.0.as_str());
    let id = Id::unique(("thought", conversation, turn.id));
    let mut open = ui.data(|data| data.get_temp(id)).unwrap_or(false);
    if widgets::fold(ui, &label, "", &mut open) {
        let frame = Frame::new().inner_margin(Margin { left: 18, right: 0, top: 0, bottom: 8 });
        frame.show(ui, |ui| {
            let text = quotes::job(ui, text, theme::reading(), cx.p.muted);
            ui.add(Label::new(text).wrap().selectable(true));
        });
    }
    ui.data_mut(|data| data.insert_temp(id, open));
}

/// The model, the seed, and how much of the prompt was still in memory.
fn hover(cx: &Cx<'_>, info: &TurnInfo) -> String {
    let mut text = cx.with(T::SeedAndModel, &[&model_words::name(cx, &info.model), &info.seed]);
    if info.prompt_tokens > 0 {
        text.push('\n');
        text.push_str(&cx.with(T::TokensReused, &[&info.reused_tokens, &info.prompt_tokens]));
    }
    if info.drafted_tokens > 0 {
        text.push('\n');
        text.push_str(&cx.with(T::DraftAccepted, &[&info.accepted_tokens, &info.drafted_tokens]));
    }
    text
}

/// `128 tokens · 41 tok/s · 0.3 s to the first`, and why it ended where that matters.
fn figures(cx: &Cx<'_>, info: &TurnInfo) -> String {
    let mut parts = Vec::new();
    if info.completion_tokens > 0 {
        parts.push(cx.with(T::TokenCount, &[&info.completion_tokens]));
        // One token has no speed.
        if info.decode_tok_s > 0.0 {
            parts.push(cx.with(T::TokensPerSecond, &[&crate::domain::rate(info.decode_tok_s)]));
        }
        if info.ttft_s > 0.0 {
            parts.push(cx.with(T::ToFirstToken, &[&crate::domain::seconds(info.ttft_s, cx.lang)]));
        }
    }
    if info.dropped_turns > 0 {
        parts.push(cx.with(T::TurnsLeftOut, &[&info.dropped_turns]));
    }
    match info.finish_reason {
        Some(FinishReason::Stop) => {}
        Some(FinishReason::Length) => parts.push(cx.t(T::EndedLength).to_owned()),
        Some(FinishReason::ContextFull) => parts.push(cx.t(T::EndedContext).to_owned()),
        Some(FinishReason::Repetition) => parts.push(cx.t(T::EndedRepetition).to_owned()),
        Some(FinishReason::Thought) => parts.push(cx.t(T::EndedThought).to_owned()),
        None => parts.push(cx.t(T::EndedEarly).to_owned()),
    }
    parts.join(" · ")
}
