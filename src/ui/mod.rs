//! The window. Views read [`AppState`] and push [`Command`]s; they touch no file, no channel and no engine.
//!
//! [`Views`] holds what belongs to the window alone: textures, scroll places, folds. Everything else is in the state.

mod advice;
mod ask;
mod bidi;
mod canvas;
mod combo;
mod create;
mod cx;
mod days;
mod drawn_as;
mod elide;
mod error_card;
mod eye;
mod fields;
mod focus;
mod frames;
mod gallery;
mod hand;
pub mod icons;
pub mod keys;
mod knob;
mod layer_words;
mod layout;
mod letters;
mod licences;
mod live;
mod menu;
mod model_buttons;
mod model_choice;
mod model_fetch;
mod model_words;
mod models;
mod notices;
mod number;
pub mod packed_fonts;
mod params;
mod picture;
mod quotes;
mod rail;
mod record;
mod report;
mod save_menu;
mod seed;
mod segments;
mod settings;
mod shortcuts;
mod status;
pub mod texts;
mod textures;
pub mod theme;
mod trash;
mod widgets;
mod write;

use egui::{Align2, Context, Id, LayerId, Order, OutputCommand, Ui};

use crate::domain::Room;
use crate::state::{AppState, Command};
use cx::Cx;
use notices::Edge;
use texts::T;

/// The program's name: the same in every language.
pub const APP_NAME: &str = crate::about::NAME;

/// What the window remembers beside the state.
#[derive(Default)]
pub struct Views {
    textures: textures::Textures,
    create: create::CreateView,
    write: write::WriteView,
    gallery: gallery::GalleryView,
    trash: trash::TrashView,
    licences: licences::LicencesView,
    follow: focus::Follow,
    letters: letters::Letters,
    live: live::Live,
    /// Whether the list of shortcuts is shown.
    shortcuts: bool,
}

/// Links go the way of all that is handed to the desktop: where no browser is, that is said.
fn follow_links(ctx: &Context, cx: &mut Cx<'_>) {
    ctx.output_mut(|output| {
        output.commands.retain(|command| match command {
            OutputCommand::OpenUrl(open) => {
                cx.push(Command::OpenLink(open.url.clone()));
                false
            }
            _ => true,
        });
    });
}

impl Views {
    /// Fonts and styles; once, when the window opens.
    pub fn setup(ctx: &Context) {
        theme::setup(ctx);
        ctx.add_plugin(hand::Hand::default());
        ctx.add_plugin(eye::Eye);
        ctx.add_plugin(bidi::Bidi);
    }

    /// Draws the window for `state`; what the person does is pushed to `commands`.
    pub fn show(&mut self, ui: &mut Ui, state: &AppState, commands: &mut Vec<Command>) {
        theme::speak(ui.ctx(), state.lang);
        self.letters.follow(ui.ctx(), state);
        // Shortcuts are read before any field can take their keys, and obeyed after what was typed in the same frame.
        let mut pressed = Vec::new();
        keys::run(ui, &mut Cx::new(ui, state, &mut pressed), &mut self.shortcuts);
        let mut cx = Cx::new(ui, state, commands);
        self.textures.begin_frame(ui.ctx());
        self.live.show(ui, &cx);
        status::show(ui, &mut cx, &mut self.shortcuts);
        if state.read_only {
            ask::read_only(ui, &mut cx);
        }
        rail::show(ui, &mut cx);
        match state.room() {
            // It has them above its canvas.
            Room::Create => {}
            Room::Write => notices::waiting(ui, &mut cx, Edge::Top),
            Room::Gallery | Room::Models | Room::Settings => notices::waiting(ui, &mut cx, Edge::Bottom),
        }
        if !self.shortcuts {
            self.follow.show(ui, state);
        }
        match state.room() {
            Room::Gallery | Room::Write if let Some(kind) = state.trash.shown => {
                trash::show(ui, &mut cx, &mut self.trash, &mut self.textures, kind);
            }
            Room::Settings if state.about.shown => licences::show(ui, &mut cx, &mut self.licences),
            Room::Create => create::show(ui, &mut cx, &mut self.create, &mut self.textures),
            Room::Write => write::show(ui, &mut cx, &mut self.write, &mut self.textures),
            Room::Gallery => gallery::show(ui, &mut cx, &mut self.gallery, &mut self.textures),
            Room::Models => models::show(ui, &mut cx),
            Room::Settings => settings::show(ui, &mut cx),
        }
        ask::show(ui, &mut cx);
        report::show(ui, &mut cx);
        drop_hint(ui, &cx);
        shortcuts::show(ui, &cx, &mut self.shortcuts);
        focus::ring(ui.ctx(), cx.p);
        self.textures.end_frame();
        follow_links(ui.ctx(), &mut cx);
        commands.append(&mut pressed);
    }

    /// Counters for tests and figures: textures uploaded so far, turns laid out and pictures drawn in the last frame.
    pub fn counters(&self) -> Counters {
        Counters {
            uploads: self.textures.uploads,
            texture_bytes: self.textures.bytes(),
            turns: self.write.chat.laid_out,
            blocks: self.write.chat.prose.laid_out,
            cells: self.gallery.drawn(),
        }
    }
}

/// What the last frame cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Since the window opened.
    pub uploads: u64,
    pub texture_bytes: usize,
    pub turns: usize,
    /// Parts of answers: paragraphs, lists, tables.
    pub blocks: usize,
    pub cells: usize,
}

/// Says what happens to a file that hovers over the window.
fn drop_hint(ui: &Ui, cx: &Cx<'_>) {
    if ui.input(|i| i.raw.hovered_files.is_empty()) {
        return;
    }
    let rect = ui.ctx().content_rect();
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Tooltip, Id::unique("drop-hint")));
    painter.rect_filled(rect, 0, cx.p.canvas.gamma_multiply(0.85));
    let text = cx.t(T::DropHere);
    painter.text(rect.center(), Align2::CENTER_CENTER, text, theme::strong(theme::HEADING), cx.p.strong);
}
