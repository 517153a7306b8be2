//! What of Write can be taken back.

use crate::domain::{
    ConversationId, Illustration, JournalEntry, PageEntry, Settings, StoreRequest, StoryCard, TextParams,
};
use crate::lang::Lang;
use crate::state::write::typed::is_form_draft;
use crate::state::{
    Again, CardEdit, Command, Effect, Env, NoticeKind, PageCommand, TextEdit, Undoable, WriteCommand, WriteState,
};
use crate::writing::forms::Values;

/// An action of Write, by what brings back how it was before.
#[derive(Clone, Debug, PartialEq)]
pub enum WriteUndo {
    /// An example took the place of this message of a conversation.
    Message(Option<ConversationId>, String),
    /// The sliders of a conversation, or the person's own.
    Sliders(Option<ConversationId>, Box<TextParams>),
    Title(ConversationId, String),
    /// A turn was sent anew; this is the old one.
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
    /// What is said of the action of this number once it is done.
    pub(in crate::state) fn notice(&self, serial: u64) -> Option<NoticeKind> {
        match self {
            Self::EditDraft(..) | Self::FormDraft(..) => Some(NoticeKind::DraftDiscarded(serial)),
            Self::Cards(moved) => (!moved.came).then_some(NoticeKind::CardDeleted(serial)),
            Self::Message(..) | Self::Sliders(..) | Self::Title(..) | Self::Edit(..) | Self::Illustration(..) => None,
        }
    }
}

impl WriteState {
    /// How it is before `command`, where that can be taken back.
    pub(in crate::state) fn before(&self, command: &WriteCommand, settings: &Settings) -> Option<WriteUndo> {
        let open = &self.open;
        match command {
            WriteCommand::SetText(TextEdit::Reset) => Some(self.sliders_now(settings)),
            WriteCommand::RenameConversation(id, _) => self.title_now(id),
            WriteCommand::SendEdit => Some(WriteUndo::Edit(open.id.clone()?, self.editing.as_ref()?.0)),
            WriteCommand::DiscardEdit => {
                let (turn, text) = self.editing.clone()?;
                Some(WriteUndo::EditDraft(open.id.clone()?, turn, text))
            }
            WriteCommand::RemoveIllustration(id) => {
                let picture = open.pictures.iter().find(|picture| picture.id == *id)?;
                Some(WriteUndo::Illustration(open.id.clone()?, picture.clone()))
            }
            WriteCommand::Page(PageCommand::RemoveCard(id)) => {
                self.card_gone(open.page.as_ref()?.story.cards.iter().find(|card| card.id == *id)?)
            }
            WriteCommand::Card(CardEdit::Remove(id)) => {
                self.card_gone(open.manner.cards.iter().find(|card| card.id == *id)?)
            }
            WriteCommand::DiscardForm => {
                let form = self.form.clone()?;
                Some(WriteUndo::FormDraft(form.id, form.values))
            }
            WriteCommand::PictureOfTurn(_)
            | WriteCommand::IllustrateAgain(_)
            | WriteCommand::SetText(_)
            | WriteCommand::SetDraft(_)
            | WriteCommand::SetSystemPrompt(_)
            | WriteCommand::SetSearch(_)
            | WriteCommand::Send
            | WriteCommand::StopWriting
            | WriteCommand::NewConversation
            | WriteCommand::OpenConversation(_)
            | WriteCommand::BeginTitle(_)
            | WriteCommand::SetTitle(..)
            | WriteCommand::LeaveTitle
            | WriteCommand::PinConversation(..)
            | WriteCommand::OpenFound(..)
            | WriteCommand::GoToTurn(_)
            | WriteCommand::TrashConversation(_)
            | WriteCommand::RestoreConversation(_)
            | WriteCommand::CopyTurn(_)
            | WriteCommand::BeginEdit(_)
            | WriteCommand::SetEdit(_)
            | WriteCommand::CancelEdit
            | WriteCommand::SelectBranch(_)
            | WriteCommand::Inspect(_)
            | WriteCommand::BranchAtToken { .. }
            | WriteCommand::Regenerate
            | WriteCommand::ContinueWriting
            | WriteCommand::ExportConversation(_)
            | WriteCommand::OpenForm(_)
            | WriteCommand::SetFormField(..)
            | WriteCommand::CloseForm
            | WriteCommand::WriteForm
            | WriteCommand::WriteSection
            | WriteCommand::AskAgain(_)
            | WriteCommand::Page(_)
            | WriteCommand::Card(_)
            | WriteCommand::Measure(_)
            | WriteCommand::CheckGrammar
            | WriteCommand::FindDrafts
            | WriteCommand::AnswerWith(_)
            | WriteCommand::UseSliders
            | WriteCommand::DismissError => None,
        }
    }

    /// The message in the field.
    pub(in crate::state) fn message_now(&self) -> WriteUndo {
        WriteUndo::Message(self.draft_of.clone(), self.draft.clone())
    }

    fn sliders_now(&self, settings: &Settings) -> WriteUndo {
        WriteUndo::Sliders(self.open.id.clone(), Box::new(self.text(settings).clone()))
    }

    fn title_now(&self, id: &ConversationId) -> Option<WriteUndo> {
        let head = self.conversations.iter().find(|head| head.id == *id)?;
        Some(WriteUndo::Title(id.clone(), head.title.clone()))
    }

    fn card_gone(&self, card: &StoryCard) -> Option<WriteUndo> {
        self.cards_moved(false, vec![card.clone()])
    }

    /// Cards of what is open came or went.
    pub(in crate::state) fn cards_moved(&self, came: bool, cards: Vec<StoryCard>) -> Option<WriteUndo> {
        let open = &self.open;
        Some(WriteUndo::Cards(CardsMoved { of: open.id.clone()?, page: open.page.is_some(), came, cards }))
    }

    fn is_open(&self, id: &ConversationId) -> bool {
        self.open.id.as_ref() == Some(id)
    }

    /// Whether what `before` tells is not so any more.
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

    /// How an action that is taken back now is done again; `None` where that is not known any more.
    pub(in crate::state) fn again(&self, what: &WriteUndo, settings: &Settings) -> Option<Again> {
        let value = |what| Again::Value(Undoable::Write(what));
        let by = |command| Again::Command(Command::Write(command));
        match what {
            WriteUndo::Message(talk, _) => Some(value(WriteUndo::Message(talk.clone(), self.message_of(talk)))),
            WriteUndo::Title(id, _) => self.title_now(id).map(value),
            WriteUndo::Cards(moved) => Some(value(WriteUndo::Cards(CardsMoved { came: !moved.came, ..moved.clone() }))),
            WriteUndo::FormDraft(..) => Some(by(WriteCommand::DiscardForm)),
            // Conversations that are not open are not known well enough.
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

    /// Whether what was taken back is still there to be done again: an editor may show something else by now.
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

    pub(in crate::state) fn take_back(&mut self, what: WriteUndo, env: &mut Env) {
        match what {
            WriteUndo::Message(talk, text) => {
                if talk == self.draft_of {
                    self.draft = text;
                } else {
                    self.left.messages.insert(talk, text);
                }
            }
            WriteUndo::Sliders(of, params) => {
                if of == self.open.id {
                    self.put_sliders(*params, env);
                } else if let Some(id) = of {
                    tell(id, JournalEntry::Sliders { params }, env);
                }
            }
            WriteUndo::Title(id, title) => self.rename(id, title, env),
            WriteUndo::Edit(id, turn) => self.show_old(id, turn, env),
            WriteUndo::EditDraft(id, turn, text) => {
                if self.is_open(&id) {
                    self.editing = Some((turn, text));
                } else {
                    self.left.edits.insert((id, turn), text);
                }
            }
            WriteUndo::Illustration(id, picture) => {
                if self.is_open(&id) {
                    self.open.pictures.push(picture.clone());
                }
                tell(id, JournalEntry::Picture { picture }, env);
            }
            WriteUndo::Cards(moved) => {
                for card in moved.cards {
                    self.move_card(&moved.of, moved.page, !moved.came, card, env);
                }
            }
            WriteUndo::FormDraft(id, values) => {
                self.left.forms.insert(id.clone(), values);
                self.open_form(&id, env);
            }
        }
    }

    /// Puts a card back, or takes it away.
    fn move_card(&mut self, of: &ConversationId, page: bool, put: bool, card: StoryCard, env: &mut Env) {
        let open = Some(&mut self.open).filter(|open| open.id.as_ref() == Some(of));
        let entry = if page {
            let entry = if put { PageEntry::Card { card } } else { PageEntry::CardGone { id: card.id } };
            if let Some(page) = open.and_then(|open| open.page.as_mut()) {
                page.apply(entry.clone());
            }
            JournalEntry::Page(entry)
        } else {
            if let Some(open) = open {
                match put {
                    true => open.manner.put_card(card.clone()),
                    false => open.manner.cards.retain(|old| old.id != card.id),
                }
            }
            if put { JournalEntry::Card { card } } else { JournalEntry::CardGone { id: card.id } }
        };
        tell(of.clone(), entry, env);
    }

    /// Shows the turn that was sent anew as it was before.
    fn show_old(&mut self, id: ConversationId, turn: u64, env: &mut Env) {
        // The answer to the new one is not wanted.
        self.stop_writing_of(&id, env);
        if self.job.as_ref().is_some_and(|job| job.conversation == id) {
            self.ended(None, env);
        }
        if self.is_open(&id) {
            self.select_branch(turn, env);
        } else {
            tell(id, JournalEntry::Select { id: turn }, env);
        }
    }
}

fn tell(id: ConversationId, entry: JournalEntry, env: &mut Env) {
    env.push(Effect::Store(StoreRequest::Journal { id, entry }));
}
