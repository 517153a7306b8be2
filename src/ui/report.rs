//! The report of a panic, over the window: to be read, selected and copied.

use egui::{Label, RichText, ScrollArea, Ui};

use super::ask;
use super::cx::Cx;
use super::texts::T;
use super::theme::{BODY, S1, S2, SMALL};
use super::{icons, layout, widgets};
use crate::state::{AskCommand, Command};

const WIDTH: f32 = 760.0;
/// Points of the window's height that are not the report's.
const REST: f32 = 180.0;

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some((path, text)) = &cx.state.ask.report else { return };
    ask::modal(ui, cx, "report", WIDTH, |ui, cx| {
        widgets::title(ui, cx.t(T::Report));
        let most = (ui.ctx().content_rect().height() - REST).max(80.0);
        let area = ScrollArea::vertical()
            .id_salt("report")
            .max_height(most)
            .min_scrolled_height(most)
            .auto_shrink([false, true]);
        area.show(ui, |ui| {
            ui.add(Label::new(RichText::new(cx.t(T::ReportAbout)).size(BODY).color(cx.p.muted)).wrap());
            let text = RichText::new(text.as_str()).monospace().size(SMALL).color(cx.p.text);
            ui.add(Label::new(text).wrap().selectable(true));
        });
        ui.add_space(S1);
        layout::flow(ui, |ui| {
            ui.spacing_mut().item_spacing.x = S2;
            if widgets::button(ui, icons::COPY, cx.t(T::CopyReport)).clicked() {
                ui.ctx().copy_text(text.clone());
            }
            if let Some(folder) = path.parent()
                && widgets::button(ui, icons::FOLDER_OPEN, cx.t(T::OpenReports)).clicked()
            {
                cx.push(Command::Reveal(folder.to_owned()));
            }
            if widgets::text_button(ui, cx.t(T::Close)).clicked() {
                cx.push(Command::Ask(AskCommand::Leave));
            }
        });
    });
}
