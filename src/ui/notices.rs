//! Short notes at the lower right corner.

use egui::{Align2, Area, Frame, Id, Label, Margin, Order, RichText, Stroke, Ui, vec2};

use super::cx::Cx;
use super::texts::T;
use super::theme::{self, BODY, S1, S2};
use super::{eye, icons, trouble, widgets};
use crate::domain::Room;
use crate::lang::Both;
use crate::state::{Command, ImageEdit, Notice, NoticeKind, PersonaCommand};

/// Height of a problem's card, about.
const CARD: f32 = 130.0;

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.state.notices.is_empty() {
        return;
    }
    let area = Area::new(Id::unique("notices")).order(Order::Foreground).fade_in(false);
    // Above what lies at the bottom of Create: nothing that can be clicked may be covered.
    let create =
        cx.state.room() == Room::Create && !(cx.state.create.strip.is_empty() && cx.state.create.jobs.is_empty());
    let up = if create { 192.0 } else { 40.0 };
    area.anchor(Align2::RIGHT_BOTTOM, vec2(-16.0, -up)).show(ui.ctx(), |ui| {
        ui.set_max_width(380.0);
        ui.spacing_mut().item_spacing.y = S2;
        let notices: &[Notice] = &cx.state.notices;
        // Problems wait for the person, however many: the newest that have room, the others as those are dismissed.
        let room = ((ui.ctx().content_rect().height() - up) / CARD) as usize;
        for notice in &notices[notices.len().saturating_sub(room.max(2))..] {
            ui.push_id(notice.id, |ui| note(ui, cx, notice));
        }
        let problems = notices.iter().filter(|notice| notice.kind.stays()).count();
        if problems > 1 && widgets::button(ui, icons::X, &cx.with(T::DismissAll, &[&problems])).clicked() {
            cx.push(Command::DismissProblems);
        }
    });
}

fn note(ui: &mut Ui, cx: &mut Cx<'_>, notice: &Notice) {
    let dismiss = Command::DismissNotice(notice.id);
    if let NoticeKind::Problem(problem) = &notice.kind {
        // The card's own ground is translucent in no theme, so notes stay readable over pictures.
        ui.set_width(380.0);
        trouble::card(ui, cx, &problem.0, None, Some(dismiss));
        return;
    }
    let p = cx.p;
    let (icon, text, action) = words(cx, &notice.kind);
    let frame = Frame::new()
        .fill(p.raised)
        .stroke(Stroke::new(1.0, p.line_strong))
        .corner_radius(8)
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin { left: 12, right: 6, top: 6, bottom: 6 });
    frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.add(Label::new(theme::icon(icon, 16.0).color(if icon == icons::TRASH { p.muted } else { p.good })));
            let said = if text.contains('\n') {
                ui.scope(|ui| {
                    ui.set_max_width(300.0);
                    ui.add(Label::new(RichText::new(text).size(BODY).color(p.text)).wrap())
                })
                .inner
            } else {
                ui.add(Label::new(RichText::new(text).size(BODY).color(p.text)).truncate())
            };
            eye::said(&said);
            ui.add_space(S1);
            if let Some((label, command)) = action
                && widgets::text_button(ui, cx.t(label)).clicked()
            {
                cx.push(command);
                cx.push(dismiss.clone());
            }
            if widgets::icon_button(ui, icons::X, cx.t(T::Dismiss)).clicked() {
                cx.push(dismiss);
            }
        });
    });
}

fn words(cx: &Cx<'_>, kind: &NoticeKind) -> (&'static str, String, Option<(T, Command)>) {
    match kind {
        NoticeKind::Exported(path) => {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let show = (T::ShowInFolder, Command::Reveal(path.clone()));
            (icons::CHECK_CIRCLE, cx.with(T::SavedAs, &[&name]), Some(show))
        }
        NoticeKind::LatentsKept(path) => {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            let show = (T::ShowInFolder, Command::Reveal(path.clone()));
            (icons::CHECK_CIRCLE, cx.with(T::LatentsKept, &[&name]), Some(show))
        }
        NoticeKind::PromptWritten(before) => {
            let undo = (T::Undo, Command::SetImage(ImageEdit::Prompt(before.clone())));
            (icons::SPARKLE, cx.t(T::PromptWritten).to_owned(), Some(undo))
        }
        NoticeKind::Copied => (icons::CHECK_CIRCLE, cx.t(T::Copied).to_owned(), None),
        NoticeKind::PicturesTrashed(paths) => {
            let text = if paths.len() == 1 {
                cx.t(T::PictureTrashed).to_owned()
            } else {
                cx.with(T::PicturesTrashed, &[&paths.len()])
            };
            (icons::TRASH, text, Some((T::Undo, Command::RestorePictures(paths.clone()))))
        }
        NoticeKind::ConversationTrashed(id) => {
            let undo = (T::Undo, Command::RestoreConversation(id.clone()));
            (icons::TRASH, cx.t(T::ConversationTrashed).to_owned(), Some(undo))
        }
        NoticeKind::PersonaKept { name, left_out } => {
            (icons::CHECK_CIRCLE, cx.with(T::PersonaKept, &[name]) + &without(cx, left_out), None)
        }
        NoticeKind::ChatsKept { count, left_out } => {
            let text = if *count == 1 { cx.t(T::ChatKept).to_owned() } else { cx.with(T::ChatsKept, &[count]) };
            (icons::CHECK_CIRCLE, text + &without(cx, left_out), None)
        }
        NoticeKind::PersonaTrashed(id) => {
            let undo = (T::Undo, Command::Persona(PersonaCommand::Restore(id.clone())));
            (icons::TRASH, cx.t(T::PersonaTrashed).to_owned(), Some(undo))
        }
        NoticeKind::SettingsRestored(notes) => {
            let lines = notes.iter().map(|note| note.get(cx.lang)).collect::<Vec<_>>().join("\n");
            let done = cx.t(T::SettingsRestored);
            let text = if lines.is_empty() { done.to_owned() } else { cx.with(T::SettingsRestoredBut, &[&lines]) };
            (icons::CHECK_CIRCLE, text, None)
        }
        NoticeKind::ModelFetched(id) => {
            (icons::CHECK_CIRCLE, cx.with(T::ModelFetched, &[&super::models_bits::name(cx, id)]), None)
        }
        NoticeKind::MemoryWaits => (icons::CLOCK, cx.t(T::MemoryWaits).to_owned(), None),
        NoticeKind::MemoryFreed => (icons::CHECK_CIRCLE, cx.t(T::MemoryFreed).to_owned(), None),
        NoticeKind::Problem(_) => (icons::WARNING_CIRCLE, String::new(), None),
    }
}

/// What of a file was left out, on a line of its own.
fn without(cx: &Cx<'_>, left_out: &[Both]) -> String {
    if left_out.is_empty() {
        return String::new();
    }
    let parts: Vec<&str> = left_out.iter().map(|part| part.get(cx.lang)).collect();
    format!("\n{}", cx.with(T::LeftOut, &[&parts.join(cx.lang.pick(", ", "、"))]))
}
