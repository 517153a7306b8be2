//! What the window itself asks or says above all rooms: a path where no file dialog can open, a folder that is not
//! there, jobs of the last time, and that it may only show.

use egui::containers::menu::MenuButton;
use egui::{Align, Button, Frame, Id, Key, Label, Layout, Margin, Modal, Panel, RichText, Stroke, Ui, vec2};

use super::cx::Cx;
use super::eye;
use super::icons;
use super::texts::T;
use super::theme::{self, BODY, S1, S2, SMALL};
use super::widgets::{self, Field};
use crate::domain::Waiting;
use crate::state::{AskCommand, Command, NoticeKind, PathFor, WaitingCommand};

const WIDTH: f32 = 480.0;

/// The questions that are open.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let ask = &cx.state.ask;
    if let Some((purpose, text)) = &ask.path {
        path(ui, cx, purpose, text);
    } else if let Some(folder) = &ask.folder {
        let text = cx.with(T::FolderMissing, &[&folder.display()]);
        modal(ui, cx, "folder", WIDTH, |ui, cx| {
            ui.add(Label::new(RichText::new(text).size(BODY).color(cx.p.strong)).wrap());
            ui.add_space(S2);
            ui.horizontal(|ui| {
                if widgets::button(ui, icons::FOLDER, cx.t(T::MakeFolder)).clicked() {
                    cx.push(Command::Ask(AskCommand::MakeFolder));
                }
                if widgets::text_button(ui, cx.t(T::DoNotSave)).clicked() {
                    cx.push(Command::Ask(AskCommand::Leave));
                }
            });
        });
    }
}

/// A dialog over the window, `width` points wide where there is room.
pub fn modal(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, width: f32, add: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    let frame = Frame::new()
        .fill(cx.p.raised)
        .stroke(Stroke::new(1.0, cx.p.line_strong))
        .corner_radius(8)
        .inner_margin(Margin::same(16));
    Modal::new(Id::unique(("ask", name))).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(width.min(ui.ctx().content_rect().width() - 96.0));
        ui.spacing_mut().item_spacing.y = S2;
        add(ui, cx);
    });
}

fn path(ui: &mut Ui, cx: &mut Cx<'_>, purpose: &PathFor, text: &str) {
    let title = match purpose {
        PathFor::File | PathFor::Face => T::PathOfFile,
        PathFor::Model | PathFor::Part(_) => T::PathOfModel,
        PathFor::CopiesFolder => T::FolderOfCopies,
        PathFor::LayersFolder => T::FolderOfLayers,
        PathFor::LibraryFolder => T::FolderOfPictures,
        PathFor::ModelsFolder => T::FolderOfModels,
    };
    let take = match purpose {
        PathFor::File | PathFor::Face | PathFor::Model | PathFor::Part(_) => T::OpenPath,
        PathFor::CopiesFolder | PathFor::LayersFolder | PathFor::LibraryFolder | PathFor::ModelsFolder => {
            T::ChooseThisFolder
        }
    };
    modal(ui, cx, "path", WIDTH, |ui, cx| {
        widgets::title(ui, cx.t(title));
        ui.add(Label::new(RichText::new(cx.t(T::PathAbout)).size(BODY).color(cx.p.muted)).wrap());
        let id = Id::unique("ask-path-field");
        let name = cx.t(T::Path);
        let hint = cx.t(T::PathHint);
        let spec = Field { id, name, hint, rows: 1, max_height: 32.0, newline: None, framed: true };
        let (response, changed) = widgets::field(ui, text, &spec);
        if let Some(text) = changed {
            cx.push(Command::Ask(AskCommand::Type(text)));
        }
        let enter = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let frame = ui.ctx().cumulative_frame_nr();
        let before = ui.data_mut(|d| std::mem::replace(d.get_temp_mut_or_default::<u64>(id), frame));
        if before + 1 < frame || ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        ui.add_space(S1);
        ui.horizontal(|ui| {
            let ready = !text.trim().is_empty();
            let name = cx.t(take);
            let wide = (widgets::button_width(ui, name) + 32.0).max(120.0);
            let open = widgets::primary(ui, icons::FOLDER_OPEN, name, "", ready, vec2(wide, 32.0));
            if ready && (open.clicked() || enter) {
                cx.push(Command::Ask(AskCommand::Take));
            }
            ui.add_space(S1);
            if widgets::text_button(ui, cx.t(T::Cancel)).clicked() {
                cx.push(Command::Ask(AskCommand::Leave));
            }
        });
    });
}

/// A strip above the rooms of a window that only shows.
pub fn read_only(ui: &mut Ui, cx: &mut Cx<'_>) {
    let frame = Frame::new().fill(cx.p.warn_soft).inner_margin(Margin::symmetric(16, 4));
    Panel::top("read-only").exact_size(32.0).resizable(false).frame(frame).show(ui, |ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = S2;
            ui.add(Label::new(theme::icon(icons::WARNING, 16.0).color(cx.p.warn)));
            let text = cx.t(T::ReadOnlyWindow);
            let label = Label::new(RichText::new(text).size(BODY).color(cx.p.strong)).truncate();
            ui.add(label.show_tooltip_when_elided(false)).on_hover_text(text);
        });
    });
}

/// Jobs that had not ended when the window closed: how many, in words; `None` where there are none.
pub fn jobs_left(cx: &Cx<'_>) -> Option<(usize, String)> {
    let mut counts = [0_usize; 3];
    for job in &cx.state.desk.waiting {
        match job {
            Waiting::Pictures { params, .. } => counts[0] += params.count as usize,
            Waiting::Answer { .. } | Waiting::Page { .. } => counts[1] += 1,
            Waiting::Fetch { .. } => counts[2] += 1,
        }
    }
    let all: usize = counts.iter().sum();
    let words = [
        (T::WaitingPicture, T::WaitingPictures),
        (T::WaitingText, T::WaitingTexts),
        (T::WaitingModel, T::WaitingModels),
    ];
    let parts = counts.into_iter().zip(words).filter(|(n, _)| *n > 0);
    let parts: Vec<String> = parts.map(|(n, (one, more))| cx.with(if n == 1 { one } else { more }, &[&n])).collect();
    (all > 0).then(|| (all, cx.with(T::JobsWait, &[&parts.join(cx.lang.pick(", ", "、"))])))
}

/// What can be done with them.
pub const WAYS: [(T, Command); 2] = [
    (T::ResumeJobs, Command::Waiting(WaitingCommand::Resume)),
    (T::DiscardJobs, Command::Waiting(WaitingCommand::Discard)),
];

/// A button for them in the status bar, from the right, while their notice is not there. It leaves with the last of
/// them, and moves nothing in the room.
pub fn waiting(ui: &mut Ui, cx: &mut Cx<'_>) {
    let told = cx.state.notices.list.iter().any(|notice| notice.kind == NoticeKind::JobsLeft);
    let Some((all, text)) = jobs_left(cx).filter(|_| !told) else { return };
    let ink = cx.p.accent_text;
    let label = RichText::new(all.to_string()).size(SMALL).color(ink);
    let button = Button::new((theme::icon(icons::CLOCK, 14.0).color(ink), label)).frame(false);
    // As low as the bar.
    ui.spacing_mut().interact_size.y = 20.0;
    ui.spacing_mut().button_padding.y = 0.0;
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        // They are buttons, not the rows of a menu.
        ui.reset_style();
        Frame::new().inner_margin(S2).show(ui, |ui| {
            ui.set_width(300.0_f32.min(ui.ctx().content_rect().width() - 64.0));
            ui.spacing_mut().item_spacing.y = S2;
            // A menu would stretch its words.
            ui.vertical(|ui| ui.add(Label::new(RichText::new(&text).size(BODY).color(cx.p.text)).wrap()));
            ui.horizontal(|ui| {
                for (name, command) in WAYS {
                    if widgets::text_button(ui, cx.t(name)).clicked() {
                        cx.push(command);
                        ui.close();
                    }
                }
            });
        });
    });
    let response = response.accessible_name(&text).on_hover_text(&text);
    eye::said(&response);
}
