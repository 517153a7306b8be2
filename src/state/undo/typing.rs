//! Typed letters are undone in the field itself.

use crate::domain::Room;
use crate::state::{
    AskCommand, CardEdit, Command, CreateCommand, GalleryCommand, ImageEdit, Input, PageCommand, PersonaCommand,
    TextEdit, UndoState, WriteCommand,
};

impl UndoState {
    /// Records that somebody types in `room`, if `input` is typing.
    pub(in crate::state) fn note_typing(&mut self, input: &Input, room: Room) {
        let Input::Command(command) = input else { return };
        if is_typing(command) {
            self.typed(room);
        }
    }
}

fn is_typing(command: &Command) -> bool {
    matches!(
        command,
        Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(_) | ImageEdit::Negative(_)))
            | Command::Write(WriteCommand::SetDraft(_))
            | Command::Write(WriteCommand::SetSystemPrompt(_))
            | Command::Write(WriteCommand::SetSearch(_))
            | Command::Write(WriteCommand::SetEdit(_))
            | Command::Write(WriteCommand::SetFormField(..))
            | Command::Gallery(GalleryCommand::SetSearch(_))
            | Command::Write(WriteCommand::SetText(TextEdit::Stop(_) | TextEdit::FormText(_)))
            | Command::Persona(PersonaCommand::Set(_) | PersonaCommand::Search(_))
            | Command::Write(WriteCommand::Page(
                PageCommand::Type(_)
                    | PageCommand::Memory(_)
                    | PageCommand::Note(_)
                    | PageCommand::SetCard(_)
                    | PageCommand::Undo
                    | PageCommand::Redo
            ))
            | Command::Write(WriteCommand::Card(CardEdit::Set(_)))
            | Command::Write(WriteCommand::SetTitle(..))
            | Command::Ask(AskCommand::Type(_))
    )
}
