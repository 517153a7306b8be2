//! Write: conversations on the left, the page in the middle, the sliders on the right.

mod answer_form;
mod cards;
mod chat;
mod composer;
mod form;
mod inspector;
mod ledger;
mod list;
mod page;
mod personas;
pub(super) mod prose;
mod rows;
mod sampling;
mod snippet;
mod tree;
mod turn;

use egui::{CentralPanel, Frame, Id, Margin, Panel, Response, Ui};

use super::cx::Cx;
use super::eye::{self, Landmark};
use super::texts::T;
use super::textures::Textures;
use super::theme::S2;
use super::{elide, error_card, focus, icons, keys, layout, letters, quotes, widgets};
use crate::domain::{ConversationId, Overflow, Pane};
use crate::error::{Cause, StudioError};
use crate::state::{Command, WriteCommand};
use crate::writing::export::TextFormat;
pub use chat::ChatView;
use list::ListView;
pub use page::{PageView, StoryView};
pub use personas::speaker;

/// What Write remembers beside the state.
#[derive(Default)]
pub struct WriteView {
    pub chat: ChatView,
    list: ListView,
    /// `None` until chosen: then by the window's width.
    sliders: Option<bool>,
    system_open: bool,
    pub more_open: bool,
    pub page: PageView,
    story: StoryView,
    /// Beside a page: its sliders, not its story.
    page_sliders: bool,
    tree: tree::TreeView,
    shown: Shown,
    /// What the narrow window showed in the last frame.
    here: Option<(Option<ConversationId>, usize, bool)>,
}

/// Narrower windows hide the sliders until they are asked for.
const ROOM_FOR_SLIDERS: f32 = 1000.0;
/// Shares of the height: of the field with what is typed, and of what is above it.
const FIELD: f32 = 0.6;
const ABOVE: f32 = 0.5;

/// What a narrow window shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    Text,
    List,
    Sliders,
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut WriteView, textures: &mut Textures) {
    let narrow = layout::is_narrow(ui);
    let sliders = view.sliders.unwrap_or(ui.available_width() >= ROOM_FOR_SLIDERS);
    let here = (cx.state.write.open.id.clone(), cx.state.write.open.turns.len(), cx.state.personas.shown);
    // What was chosen from the list is shown.
    if view.here.as_ref() != Some(&here) {
        view.here = Some(here);
        view.shown = Shown::Text;
    }
    let shown = if narrow { view.shown } else { Shown::Text };
    let personas = cx.state.personas.shown && shown == Shown::Text;
    // The sliders that were asked for take the place of the list where there is none for both.
    if !narrow && (!sliders || layout::have_room(ui, &[Pane::Conversations, Pane::Sampling])) {
        layout::side(ui, cx, Pane::Conversations, |ui, cx| list::show(ui, cx, &mut view.list));
    }
    // Above the sliders too: what opens them stays where it is.
    if !personas {
        let frame = Frame::new().fill(cx.p.canvas).inner_margin(Margin::symmetric(16, 6));
        Panel::top("chat-head").exact_size(44.0).resizable(false).frame(frame).show(ui, |ui| {
            eye::landmark(ui, Landmark::Head);
            head(ui, cx, view, narrow, sliders);
        });
    }
    if !narrow && sliders {
        layout::side(ui, cx, Pane::Sampling, |ui, cx| beside(ui, cx, view));
    }
    CentralPanel::default().frame(Frame::new().fill(cx.p.canvas)).show(ui, |ui| {
        if personas {
            return personas::show(ui, cx, textures);
        }
        match shown {
            Shown::List => list::show(ui, cx, &mut view.list),
            Shown::Sliders => beside(ui, cx, view),
            Shown::Text => text(ui, cx, view, textures),
        }
    });
}

/// The page or the turns, and what is typed below them.
fn text(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut WriteView, textures: &mut Textures) {
    if cx.state.write.open.page.is_some() {
        return page::show(ui, cx, &mut view.page, textures);
    }
    // A form has its own button.
    let form = cx.state.write.form.is_some();
    if !form {
        let frame = Frame::new().inner_margin(Margin { left: 16, right: 16, top: 8, bottom: 16 });
        layout::foot(ui, "composer", frame, FIELD, |ui| {
            layout::column(ui, layout::TEXT_WIDTH, |ui| composer::show(ui, cx));
        });
    }
    above(ui, cx, |ui, cx| {
        if !form {
            form::results(ui, cx);
            composer::above(ui, cx);
        }
    });
    match &cx.state.write.form {
        Some(state) => form::show(ui, cx, state),
        None => chat::show(ui, cx, &mut view.chat, textures),
    }
}

/// What is above the field, which keeps its place: an error, a fetch, what the checks found.
fn above<'s>(ui: &mut Ui, cx: &mut Cx<'s>, add: impl FnOnce(&mut Ui, &mut Cx<'s>)) {
    let frame = Frame::new().inner_margin(Margin { left: 16, right: 16, top: 8, bottom: 0 });
    layout::foot(ui, "above-field", frame, ABOVE, |ui| {
        layout::column(ui, layout::TEXT_WIDTH, |ui| {
            ui.spacing_mut().item_spacing.y = S2;
            if let Some(error) = &cx.state.write.error {
                error_card::show(ui, cx, error, shorter(cx, error), Some(Command::Write(WriteCommand::DismissError)));
            }
            add(ui, cx);
            eye::landmark_in(ui, Landmark::Above, ui.min_rect().intersect(ui.clip_rect()));
        });
    });
}

/// What can be left out where a conversation is longer than the context.
fn shorter(cx: &Cx<'_>, error: &StudioError) -> Vec<(T, Command)> {
    let long = matches!(error.cause(), Cause::PromptTooLong { .. } | Cause::ContextFull { .. });
    if !long || cx.state.text().overflow != Overflow::Stop || cx.state.write.open.turns.len() < 2 {
        return Vec::new();
    }
    let ways = [(T::OverflowRoll, Overflow::Roll), (T::OverflowMiddle, Overflow::Middle)];
    ways.into_iter().map(|(name, overflow)| (name, Command::Write(WriteCommand::AnswerWith(overflow)))).collect()
}

/// The panel on the right: the sliders; for a page also what it is about.
fn beside(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut WriteView) {
    // What a page is about belongs to the page, not to the characters that are shown in its place.
    if cx.state.write.open.page.is_some() && !cx.state.personas.shown {
        egui::Frame::new().inner_margin(Margin { left: 16, right: 16, top: 8, bottom: 0 }).show(ui, |ui| {
            let names = [T::Story, T::Sliders].map(|name| (cx.t(name).to_owned(), String::new()));
            if let Some(at) = widgets::segments(ui, cx.t(T::Write), &names, Some(usize::from(view.page_sliders))) {
                view.page_sliders = at == 1;
            }
        });
        if !view.page_sliders {
            return page::story(ui, cx, &mut view.story, &view.page);
        }
    }
    sampling::show(ui, cx, &mut view.system_open, &mut view.more_open);
}

/// The conversation's title and what can be done with the whole of it.
fn head(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut WriteView, narrow: bool, sliders: bool) {
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let mut pane = |ui: &mut Ui, icon, name, which| {
            if widgets::icon_toggle(ui, icon, cx.t(name), view.shown == which).clicked() {
                view.shown = if view.shown == which { Shown::Text } else { which };
            }
        };
        if narrow {
            pane(ui, icons::SLIDERS_HORIZONTAL, T::ShowSliders, Shown::Sliders);
            pane(ui, icons::LIST_BULLETS, T::ShowConversations, Shown::List);
        } else if widgets::icon_toggle(ui, icons::SLIDERS_HORIZONTAL, cx.t(T::ShowSliders), sliders).clicked() {
            view.sliders = Some(!sliders);
        }
        tree::show(ui, cx, &mut view.tree);
        let open = &cx.state.write.open;
        if !open.is_blank() {
            let button = egui::Button::new(super::theme::icon(icons::EXPORT, 18.0)).frame(false);
            let (response, menu) = egui::containers::menu::MenuButton::from_button(button).ui(ui, |ui| {
                for (name, format) in [
                    (T::ExportMarkdown, TextFormat::Markdown),
                    (T::ExportText, TextFormat::Plain),
                    (T::ExportHtml, TextFormat::Html),
                    (T::ExportDocx, TextFormat::Docx),
                ] {
                    if widgets::menu_item(ui, cx.t(name)) {
                        cx.push(Command::Write(WriteCommand::ExportConversation(format)));
                    }
                }
            });
            eye::expanded(&response, menu.is_some());
            response.accessible_name(cx.t(T::Export)).on_hover_text(cx.t(T::Export));
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            if open.id.is_none() {
                let new = if open.page.is_some() { T::NewPage } else { T::NewConversation };
                widgets::title(ui, cx.t(new));
                return;
            }
            // A conversation that still has its character's name as its title, or with a number, says it once.
            if let Some(speaker) = open.manner.speaker.as_ref().filter(|of| !open.title.starts_with(&of.name)) {
                let name = elide::letters(&speaker.name, 24);
                widgets::badge(ui, icons::IDENTIFICATION_CARD, &name, cx.p.accent_text);
                ui.add_space(S2);
            }
            let font = super::theme::strong(super::theme::BODY);
            let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _: f32| {
                let mut job = quotes::line(ui, text.as_str(), font.clone(), egui::Color32::PLACEHOLDER);
                job.keep_trailing_whitespace = true;
                ui.fonts_mut(|fonts| fonts.layout_job(job))
            };
            let Some(id) = &open.id else { return };
            let typed = cx.state.write.titling.as_ref().filter(|(of, _)| of == id);
            let title = typed.map_or(&open.title, |(_, text)| text);
            let field = Id::unique(("conversation-title", &id.0));
            // A title that is typed in the list is read here.
            if typed.is_none() || view.list.renames(id) {
                if name(ui, cx, title) {
                    focus::on_new(ui, field);
                    cx.push(Command::Write(WriteCommand::BeginTitle(id.clone())));
                }
                return;
            }
            let mut text = title.clone();
            let edit = egui::TextEdit::singleline(&mut text)
                .id(field)
                .font(super::theme::strong(super::theme::BODY))
                .layouter(&mut layouter)
                .frame(Frame::NONE)
                .desired_width(f32::INFINITY)
                .align(egui::Align2::LEFT_CENTER)
                .min_size(egui::vec2(0.0, ui.available_height()))
                .clip_text(true);
            letters::came(ui.ctx(), field, title);
            let response = ui.add(edit).accessible_name(cx.t(T::Title));
            letters::shown(ui.ctx(), field, &text);
            focus::show_new(ui, &response);
            typed_title(cx, ui, &response, id, title, text);
        });
    });
}

/// The title as it reads, as wide as its words; whether it is to be typed: by a click, Enter, or F2 where no list has it.
fn name(ui: &mut Ui, cx: &Cx<'_>, title: &str) -> bool {
    let font = super::theme::strong(super::theme::BODY);
    let shown = if title.trim().is_empty() { cx.t(T::Untitled) } else { title };
    let words = elide::name(ui, shown, &font, ui.available_width());
    let galley = ui.painter().layout_job(quotes::line(ui, &words, font, cx.p.strong));
    let (rect, response) = ui.allocate_exact_size(galley.size(), egui::Sense::click());
    let called = cx.with(T::RenameNamed, &[&shown]);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &called));
    ui.painter().galley(rect.min, galley, cx.p.strong);
    let hover =
        if words == shown { cx.t(T::RenameHover).to_owned() } else { format!("{shown}\n{}", cx.t(T::RenameHover)) };
    response.on_hover_text(hover).clicked() || keys::pressed_in(ui, keys::Act::Rename)
}

/// A title's field, with `text` in the place of `title`: Enter and a click elsewhere give it, Esc leaves it for later.
/// Whether it was left.
fn typed_title(cx: &mut Cx<'_>, ui: &Ui, response: &Response, id: &ConversationId, title: &str, text: String) -> bool {
    if response.changed() && text != title {
        cx.push(Command::Write(WriteCommand::SetTitle(id.clone(), text.clone())));
    }
    // Esc is the window's. A field that was not begun to be typed into gives nothing.
    let begun = text != title || cx.state.write.titling.as_ref().is_some_and(|(of, _)| of == id);
    if response.lost_focus() && begun && !keys::escaped(ui) {
        cx.push(Command::Write(WriteCommand::RenameConversation(id.clone(), text)));
    }
    response.lost_focus()
}
