//! What a screen reader says without being asked: how far work has come, answers and pictures. Problems and notes are
//! said where they stand.

use egui::accesskit::{Live as Manners, Role};
use egui::{Id, Rect, Sense, Ui, WidgetInfo, vec2};

use super::cx::Cx;
use super::texts::T;
use super::{create, write};
use crate::domain::{ConversationId, Room};
use crate::state::{Phase, TextJob};

/// Steps in which progress is reported, in percent: more would be noise.
const STEP: f32 = 25.0;

/// The last announcement, and its subject.
#[derive(Default)]
pub struct Live {
    said: String,
    /// The answer that is written, and the pictures that there were.
    answer: Option<(ConversationId, u64)>,
    pictures: Option<usize>,
}

impl Live {
    /// An invisible live region: a screen reader says its text when it changes.
    pub fn show(&mut self, ui: &Ui, cx: &Cx<'_>) {
        if let Some(new) = self.news(cx).filter(|new| *new != self.said) {
            self.said = new;
        }
        let rect = Rect::from_min_size(ui.max_rect().left_top(), vec2(1.0, 1.0));
        let response = ui.interact(rect, Id::unique("live"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &self.said));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_live(Manners::Polite);
            node.set_live_atomic();
        });
    }

    fn news(&mut self, cx: &Cx<'_>) -> Option<String> {
        let state = cx.state;
        // An answer is announced when it is complete.
        let open = &state.write.open;
        let job = state.write.job_here();
        let now = job.map(|job| (job.conversation.clone(), job.turn));
        let before = std::mem::replace(&mut self.answer, now).filter(|before| self.answer.as_ref() != Some(before));
        if let Some((of, id)) = before
            && open.id.as_ref() == Some(&of)
            && let Some(turn) = open.turns.iter().rev().find(|turn| turn.id == id)
        {
            let text = turn.message.said().trim();
            return (!text.is_empty()).then(|| cx.with(T::SaidBy, &[&write::speaker(cx, turn), &text]));
        }
        let pictures = self.pictures.replace(state.create.strip.len());
        if pictures.is_some_and(|before| state.create.strip.len() > before)
            && let Some(shot) = state.create.strip.first().filter(|_| state.room() == Room::Create)
            && state.create.jobs.is_empty()
        {
            return Some(cx.with(T::PictureDone, &[&shot.record.prompt]));
        }
        match state.room() {
            Room::Write => job.map(|job| match reading(job) {
                Some(part) => percent(cx, T::ReadingPercent, part),
                None => cx.t(T::WritingAnswer).to_owned(),
            }),
            Room::Create => state.create.running().map(|job| match create::fraction(job) {
                Some(part) => percent(cx, T::DrawingPercent, part),
                None => cx.t(T::Starting).to_owned(),
            }),
            Room::Gallery | Room::Models | Room::Settings => None,
        }
    }
}

/// How far a model is loaded or a prompt is read, before the first word.
fn reading(job: &TextJob) -> Option<f32> {
    match (job.phase, job.prefill) {
        (Phase::Loading(part), _) => part,
        (Phase::Running, Some((done, all))) if job.pieces == 0 => Some(done as f32 / all.max(1) as f32),
        (Phase::Waiting | Phase::Running | Phase::Cancelling, _) => None,
    }
}

/// In steps: the number changes when the next one is reached.
fn percent(cx: &Cx<'_>, text: T, part: f32) -> String {
    cx.with(text, &[&((part * 100.0 / STEP).floor() * STEP)])
}
