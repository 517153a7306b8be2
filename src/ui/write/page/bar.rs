//! What can be done at the foot of a page.

use egui::{RichText, Ui, vec2};

use super::editor::PageView;
use crate::domain::{Author, Page};
use crate::state::{Command, PageCommand, Phase, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::texts::T;
use crate::ui::theme::{S1, SMALL};
use crate::ui::{icons, layout, widgets};

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut PageView) {
    let Some(page) = cx.state.write.open.page.as_deref() else { return };
    layout::flow(ui, |ui| {
        go_on(ui, cx, view, page);
        let here = cx.state.write.is_writing_here();
        let act = |ui: &mut Ui, cx: &mut Cx<'_>, icon, name: T, enabled: bool, command: PageCommand| {
            let clicked = layout::icon(ui, enabled && !here, |ui| widgets::icon_button(ui, icon, cx.t(name)).clicked());
            if clicked {
                cx.push(Command::Write(WriteCommand::Page(command)));
            }
        };
        let by_model = page.last().is_some_and(|edit| edit.by == Author::Model);
        let idle = !here;
        act(ui, cx, icons::ARROWS_CLOCKWISE, T::PageAgain, by_model && idle, PageCommand::Again);
        act(ui, cx, icons::ARROW_U_UP_LEFT, T::PageUndo, page.undo().is_some(), PageCommand::Undo);
        act(ui, cx, icons::ARROW_U_UP_RIGHT, T::PageRedo, page.redo().is_some(), PageCommand::Redo);
        let passage = view.passage().filter(|_| cx.state.create.helper.is_none());
        let (from, to) = passage.unwrap_or_default();
        let picture = PageCommand::Picture { from, to };
        act(ui, cx, icons::IMAGE, T::PictureOfPassage, passage.is_some(), picture);
        if widgets::icon_toggle(ui, icons::EYE, cx.t(T::TellApart), view.told_apart).clicked() {
            view.told_apart = !view.told_apart;
        }
        ui.add_space(S1);
        ui.add(egui::Label::new(RichText::new(count(cx, page)).size(SMALL).color(cx.p.muted)).truncate());
    });
}

fn go_on(ui: &mut Ui, cx: &mut Cx<'_>, view: &PageView, page: &Page) {
    let size = vec2(if cx.lang == crate::lang::Lang::Zh { 176.0 } else { 188.0 }, 36.0);
    if let Some(job) = cx.state.write.job_here() {
        let stopping = job.phase == Phase::Cancelling;
        let stop = widgets::primary(ui, icons::STOP, cx.t(T::Stop), cx.t(T::Esc), !stopping, size);
        if stop.on_hover_text(cx.t(T::PageStopHover)).clicked() && !stopping {
            cx.push(Command::Write(WriteCommand::StopWriting));
        }
        return;
    }
    let ready = !page.text.is_empty() || !page.story.memory.trim().is_empty();
    let (label, keys) = (cx.t(T::PageGoOn), "Ctrl+Enter");
    let response = widgets::primary(ui, icons::PENCIL_SIMPLE, label, keys, ready, size);
    if response.on_hover_text(cx.t(T::PageGoOnHover)).clicked() && ready {
        cx.push(Command::Write(WriteCommand::Page(PageCommand::Write { at: view.cursor(page) })));
    }
}

/// Words, or characters where Chinese is written.
fn count(cx: &Cx<'_>, page: &Page) -> String {
    let text = page.text.as_str();
    let han = text.chars().filter(|c| ('\u{3400}'..='\u{9fff}').contains(c)).count();
    let words =
        text.split_whitespace().filter(|word| word.chars().any(|c| c.is_alphanumeric() && c < '\u{3400}')).count();
    if han > words { cx.with(T::CharacterCount, &[&han]) } else { cx.with(T::WordCount, &[&words]) }
}
