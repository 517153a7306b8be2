//! The actions of Write that can be taken back.

mod back;
mod before;

use crate::domain::{ConversationId, Illustration, Settings, StoryCard, TextParams};
use crate::lang::Lang;
use crate::state::write::talk::is_form_draft;
use crate::state::{Again, Command, NoticeKind, Undoable, WriteCommand, WriteState};
use crate::writing::forms::Values;

/// An action of Write, with what is needed to take it back.
#[derive(Clone, Debug, PartialEq)]
pub enum WriteUndo {
    /// An example replaced this message of a conversation.
    Message(Option<ConversationId>, String),
    /// The sliders of a conversation, or the person's own.
    Sliders(Option<ConversationId>, Box<TextParams>),
    Title(ConversationId, String),
    /// A turn was edited and sent; this is the old one.
    Edit(ConversationId, u64),
    /// What was typed over a turn was thrown away.
    EditDraft(ConversationId, u64, String),
    Illustration(ConversationId, Illustration),
    Cards(CardsMoved),
    /// The fields of a form were thrown away.
    FormDraft(String, Values),
}

/// Cards of a page or a conversation that came, as those of a lore book do, or went.
#[derive(Clone, Debug, PartialEq)]
pub struct CardsMoved {
    pub of: ConversationId,
    pub page: bool,
    pub came: bool,
    pub cards: Vec<StoryCard>,
}

impl WriteUndo {
    /// The notice about the action with this number, once it is done.
    pub(in crate::state) fn notice(&self, serial: u64) -> Option<NoticeKind> {
        match self {
            Self::EditDraft(..) | Self::FormDraft(..) => Some(NoticeKind::DraftDiscarded(serial)),
            Self::Cards(moved) => (!moved.came).then_some(NoticeKind::CardDeleted(serial)),
            Self::Message(..) | Self::Sliders(..) | Self::Title(..) | Self::Edit(..) | Self::Illustration(..) => None,
        }
    }
}

impl WriteState {
    fn is_open(&self, id: &ConversationId) -> bool {
        self.open.id.as_ref() == Some(id)
    }

    /// Whether Write now differs from `before`.
    pub(in crate::state) fn is_changed(&self, before: &WriteUndo, settings: &Settings, lang: Lang) -> bool {
        let open = &self.open;
        match before {
            WriteUndo::Message(talk, text) => *talk == self.draft_of && *text != self.draft,
            WriteUndo::Sliders(_, params) => **params != *self.text(settings),
            WriteUndo::Title(id, title) => self.conversations.iter().any(|head| head.id == *id && head.title != *title),
            // It is on another branch now.
            WriteUndo::Edit(id, turn) => self.is_open(id) && open.turn(*turn).is_none(),
            WriteUndo::EditDraft(id, turn, text) => {
                let reads = open.turn(*turn).map(|turn| turn.message.said());
                self.is_open(id) && self.editing.is_none() && reads != Some(text)
            }
            WriteUndo::Illustration(id, picture) => self.is_open(id) && !open.pictures.contains(picture),
            WriteUndo::Cards(CardsMoved { of, came, cards, .. }) => {
                let now = open.page.as_ref().map_or(&open.manner.cards, |page| &page.story.cards);
                self.is_open(of) && cards.iter().all(|card| now.contains(card) == *came)
            }
            WriteUndo::FormDraft(id, values) => self.form.is_none() && is_form_draft(id, values, lang),
        }
    }

    /// How to redo an action that is taken back now; `None` if that is no longer known.
    pub(in crate::state) fn again(&self, what: &WriteUndo, settings: &Settings) -> Option<Again> {
        let value = |what| Again::Value(Undoable::Write(what));
        let by = |command| Again::Command(Command::Write(command));
        match what {
            WriteUndo::Message(talk, _) => Some(value(WriteUndo::Message(talk.clone(), self.message_of(talk)))),
            WriteUndo::Title(id, _) => self.title_now(id).map(value),
            WriteUndo::Cards(moved) => Some(value(WriteUndo::Cards(CardsMoved { came: !moved.came, ..moved.clone() }))),
            WriteUndo::FormDraft(..) => Some(by(WriteCommand::DiscardForm)),
            // The sliders of conversations that are not open are not known.
            WriteUndo::Sliders(of, _) => (*of == self.open.id).then(|| value(self.sliders_now(settings))),
            WriteUndo::Edit(id, turn) => {
                let open = Some(&self.open).filter(|_| self.is_open(id))?;
                let shown = open.turns.iter().find(|shown| open.shelf.siblings(shown).contains(turn))?;
                Some(value(WriteUndo::Edit(id.clone(), shown.id)))
            }
            WriteUndo::EditDraft(id, ..) => self.is_open(id).then(|| by(WriteCommand::DiscardEdit)),
            WriteUndo::Illustration(id, picture) => {
                self.is_open(id).then(|| by(WriteCommand::RemoveIllustration(picture.id)))
            }
        }
    }

    /// Whether an action that was taken back can still be redone: an editor may show something else by now.
    pub(in crate::state) fn is_as_taken_back(&self, what: &WriteUndo) -> bool {
        match what {
            WriteUndo::EditDraft(id, turn, text) => {
                self.is_open(id) && self.editing.as_ref().is_some_and(|(t, now)| (t, now) == (turn, text))
            }
            WriteUndo::FormDraft(id, values) => {
                self.form.as_ref().is_some_and(|form| (&form.id, &form.values) == (id, values))
            }
            WriteUndo::Illustration(id, _) => self.is_open(id),
            // What was typed since is not overwritten.
            WriteUndo::Message(talk, text) => self.message_of(talk) == *text,
            WriteUndo::Sliders(..) | WriteUndo::Title(..) | WriteUndo::Edit(..) | WriteUndo::Cards(_) => true,
        }
    }
}
