//! What must be kept before a command, so that it can be taken back.

use crate::domain::{ConversationId, Settings, StoryCard};
use crate::state::{CardEdit, CardsMoved, PageCommand, TextEdit, WriteCommand, WriteState, WriteUndo};

impl WriteState {
    /// How Write is before `command`; `None` if the command cannot be taken back.
    pub(in crate::state) fn before(&self, command: &WriteCommand, settings: &Settings) -> Option<WriteUndo> {
        let open = &self.open;
        match command {
            WriteCommand::SetText(edit) => resets(edit).then(|| self.sliders_now(settings)),
            WriteCommand::UseRecord(_) => Some(self.sliders_now(settings)),
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
            WriteCommand::Page(command) => self.page_before(command),
            WriteCommand::Card(edit) => self.cards_before(edit),
            WriteCommand::DiscardForm => {
                let form = self.form.clone()?;
                Some(WriteUndo::FormDraft(form.id, form.values))
            }
            WriteCommand::PictureOfTurn(_)
            | WriteCommand::IllustrateAgain(_)
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
            | WriteCommand::OpenHit(..)
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
            | WriteCommand::Measure(_)
            | WriteCommand::CheckGrammar
            | WriteCommand::FindDrafts
            | WriteCommand::AnswerWith(_)
            | WriteCommand::UseSliders
            | WriteCommand::DismissError => None,
        }
    }

    /// The text of a page has its own undo.
    fn page_before(&self, command: &PageCommand) -> Option<WriteUndo> {
        match command {
            PageCommand::RemoveCard(id) => {
                self.card_gone(self.open.page.as_ref()?.story.cards.iter().find(|card| card.id == *id)?)
            }
            PageCommand::New
            | PageCommand::Of(_)
            | PageCommand::Type(_)
            | PageCommand::Undo
            | PageCommand::Redo
            | PageCommand::Go(_)
            | PageCommand::Write { .. }
            | PageCommand::Again
            | PageCommand::Memory(_)
            | PageCommand::Note(_)
            | PageCommand::NoteDepth(_)
            | PageCommand::AddCard(_)
            | PageCommand::SetCard(_)
            | PageCommand::Picture { .. } => None,
        }
    }

    fn cards_before(&self, edit: &CardEdit) -> Option<WriteUndo> {
        match edit {
            CardEdit::Remove(id) => self.card_gone(self.open.manner.cards.iter().find(|card| card.id == *id)?),
            CardEdit::Add(_) | CardEdit::Set(_) => None,
        }
    }

    /// The message in the field.
    pub(in crate::state) fn message_now(&self) -> WriteUndo {
        WriteUndo::Message(self.draft_of.clone(), self.draft.clone())
    }

    pub(super) fn sliders_now(&self, settings: &Settings) -> WriteUndo {
        WriteUndo::Sliders(self.open.id.clone(), Box::new(self.text(settings).clone()))
    }

    pub(super) fn title_now(&self, id: &ConversationId) -> Option<WriteUndo> {
        let head = self.conversations.iter().find(|head| head.id == *id)?;
        Some(WriteUndo::Title(id.clone(), head.title.clone()))
    }

    fn card_gone(&self, card: &StoryCard) -> Option<WriteUndo> {
        self.cards_moved(false, vec![card.clone()])
    }

    /// The action by which cards of what is open came or went.
    pub(in crate::state) fn cards_moved(&self, came: bool, cards: Vec<StoryCard>) -> Option<WriteUndo> {
        let open = &self.open;
        Some(WriteUndo::Cards(CardsMoved { of: open.id.clone()?, page: open.page.is_some(), came, cards }))
    }
}

/// Whether all sliders are reset at once. A single slider is moved back by hand.
fn resets(edit: &TextEdit) -> bool {
    match edit {
        TextEdit::Reset => true,
        TextEdit::Model(_)
        | TextEdit::Number(..)
        | TextEdit::Seed(_)
        | TextEdit::Stop(_)
        | TextEdit::Kv(_)
        | TextEdit::Overflow(_)
        | TextEdit::Draft(_)
        | TextEdit::Form(_)
        | TextEdit::FormText(_) => false,
    }
}
