//! Beside a page: the note for the model, the story's people and places, and the changes that were made.

use egui::{Frame, Id, Margin, ScrollArea, Ui};

use super::editor::PageView;
use super::history;
use crate::domain::{NOTE_DEPTH, Page, PagePrompt};
use crate::state::{CardEdit, Command, PageCommand, WriteCommand};
use crate::ui::cx::Cx;
use crate::ui::knob::Knob;
use crate::ui::letters;
use crate::ui::texts::T;
use crate::ui::theme::{S1, S2, S3};
use crate::ui::widgets::{self, ENTER, Field};
use crate::writing::page::read_cards;

/// What is folded open.
pub struct StoryView {
    memory: bool,
    note: bool,
    history: bool,
    card: Option<u64>,
    /// Cards that the model reads now, and of what they were found.
    read: (Option<(u64, usize, usize)>, Vec<u64>),
}

impl Default for StoryView {
    fn default() -> Self {
        Self { memory: true, note: true, history: true, card: None, read: (None, Vec::new()) }
    }
}

pub fn show(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut StoryView, sheet: &PageView) {
    let Some(page) = cx.state.write.open.page.as_deref() else { return };
    ScrollArea::vertical().id_salt("story").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = S1;
            let story = &page.story;
            if widgets::fold(ui, cx.t(T::StoryMemory), "", &mut view.memory)
                && let Some(text) = long(ui, cx, "memory", T::StoryMemory, T::StoryMemoryHint, &story.memory)
            {
                cx.push(Command::Write(WriteCommand::Page(PageCommand::Memory(text))));
            }
            ui.add_space(S2);
            if widgets::fold(ui, cx.t(T::AuthorsNote), "", &mut view.note) {
                if let Some(text) = long(ui, cx, "note", T::AuthorsNote, T::AuthorsNoteHint, &story.note) {
                    cx.push(Command::Write(WriteCommand::Page(PageCommand::Note(text))));
                }
                let knob = Knob {
                    name: T::NoteDepth,
                    about: T::NoteDepthHover,
                    limit: &NOTE_DEPTH,
                    value: story.note_depth.into(),
                    reset: NOTE_DEPTH.default,
                    logarithmic: true,
                };
                if let Some(depth) = knob.show(ui, cx) {
                    cx.push(Command::Write(WriteCommand::Page(PageCommand::NoteDepth(depth as u32))));
                }
            }
            ui.add_space(S3);
            cards(ui, cx, view, page, sheet);
            ui.add_space(S3);
            crate::ui::write::ledger::show(ui, cx, sheet.cursor(page));
            if page.next_id() > 1 && widgets::fold(ui, cx.t(T::PageHistory), "", &mut view.history) {
                ui.add_enabled_ui(!cx.state.write.is_writing_here(), |ui| history::show(ui, cx, page));
            }
        });
    });
}

fn long(ui: &mut Ui, cx: &Cx<'_>, id: &str, name: T, hint: T, text: &str) -> Option<String> {
    let (name, hint) = (cx.t(name), cx.t(hint));
    let id = Id::unique(("story", id));
    letters::belongs_to(ui.ctx(), id, cx.state.write.open.id.as_ref());
    let spec = Field { id, name, hint, rows: 3, max_height: 132.0, newline: Some(ENTER), framed: true };
    widgets::field(ui, text, &spec).1
}

fn cards(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut StoryView, page: &Page, sheet: &PageView) {
    widgets::caption(ui, cx.t(T::StoryCards));
    if page.story.cards.is_empty() {
        widgets::muted(ui, cx.t(T::StoryCardsAbout));
    }
    let cursor = sheet.cursor(page);
    let of = (page.at(), page.text.len(), cursor);
    if view.read.0 != Some(of) || page.story.cards.iter().any(|card| Some(card.id) == view.card) {
        let before = page.text.as_str()[..page.text.boundary(cursor)].to_owned();
        let prompt = PagePrompt { story: page.story.clone(), before };
        view.read = (Some(of), read_cards(&prompt).into_iter().map(|card| card.id).collect());
    }
    let command = |edit: CardEdit| {
        Command::Write(WriteCommand::Page(match edit {
            CardEdit::Add(kind) => PageCommand::AddCard(kind),
            CardEdit::Set(card) => PageCommand::SetCard(card),
            CardEdit::Remove(id) => PageCommand::RemoveCard(id),
        }))
    };
    crate::ui::write::cards::show(ui, cx, &page.story.cards, &mut view.card, &view.read.1, command);
}
