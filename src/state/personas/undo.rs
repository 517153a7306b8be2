//! What undo covers for characters.

use crate::domain::KeptPersona;
use crate::state::{
    Again, CardEdit, Command, Env, NoticeKind, PersonaCommand, PersonaDraft, PersonaEdit, PersonasState, Undoable,
};

/// An undoable action of the library: the values before it.
#[derive(Clone, Debug, PartialEq)]
pub enum PersonaUndo {
    /// A character that was saved over.
    Saved(Box<KeptPersona>),
    /// A draft that was discarded.
    Draft(Box<PersonaDraft>),
    /// A character in the editor before a part of it was removed.
    Edited(Box<PersonaDraft>),
}

impl PersonaUndo {
    /// The notice about the action with this number.
    pub(in crate::state) fn notice(&self, serial: u64) -> Option<NoticeKind> {
        match self {
            Self::Draft(_) => Some(NoticeKind::DraftDiscarded(serial)),
            Self::Saved(_) | Self::Edited(_) => None,
        }
    }
}

impl PersonasState {
    /// The values before `command`, if it is undoable.
    pub(in crate::state) fn before(&self, command: &PersonaCommand) -> Option<PersonaUndo> {
        match command {
            PersonaCommand::Set(edit) => self.edited_now().filter(|_| takes_out(edit)),
            PersonaCommand::Keep => {
                let id = self.editing.as_ref()?.id.as_ref()?;
                let kept = self.kept.iter().find(|kept| kept.id == *id)?;
                Some(PersonaUndo::Saved(Box::new(kept.clone())))
            }
            PersonaCommand::Discard => self.editing.clone().map(|draft| PersonaUndo::Draft(Box::new(draft))),
            PersonaCommand::Show(_)
            | PersonaCommand::Search(_)
            | PersonaCommand::New
            | PersonaCommand::Edit(_)
            | PersonaCommand::Leave
            | PersonaCommand::Duplicate(_)
            | PersonaCommand::Trash(_)
            | PersonaCommand::Restore(_)
            | PersonaCommand::Import
            | PersonaCommand::ChooseFace
            | PersonaCommand::Person(_)
            | PersonaCommand::Export(_)
            | PersonaCommand::Talk(_) => None,
        }
    }

    /// The character in the editor, as it is now.
    pub(in crate::state) fn edited_now(&self) -> Option<PersonaUndo> {
        self.editing.clone().map(|draft| PersonaUndo::Edited(Box::new(draft)))
    }

    /// Whether the values differ from `before`.
    pub(in crate::state) fn is_changed(&self, before: &PersonaUndo) -> bool {
        match before {
            PersonaUndo::Edited(draft) => self.editing.as_ref().is_some_and(|now| now != &**draft),
            PersonaUndo::Saved(kept) => self.kept.iter().any(|now| now.id == kept.id && now.persona != kept.persona),
            PersonaUndo::Draft(draft) => self.editing.is_none() && self.is_draft(draft),
        }
    }

    /// How to redo an action that is being undone. `None` if the state no longer has what redo needs.
    pub(in crate::state) fn again(&self, what: &PersonaUndo) -> Option<Again> {
        let now = match what {
            PersonaUndo::Draft(_) => return Some(Again::Command(Command::Persona(PersonaCommand::Discard))),
            PersonaUndo::Saved(kept) => {
                let now = self.kept.iter().find(|now| now.id == kept.id)?;
                PersonaUndo::Saved(Box::new(now.clone()))
            }
            PersonaUndo::Edited(draft) => {
                let now = self.editing.as_ref().filter(|now| now.id == draft.id)?;
                PersonaUndo::Edited(Box::new(now.clone()))
            }
        };
        Some(Again::Value(Undoable::Persona(now)))
    }

    /// Whether an undone action can still be redone: the editor may show something else by now.
    pub(in crate::state) fn is_as_taken_back(&self, what: &PersonaUndo) -> bool {
        match what {
            PersonaUndo::Draft(draft) => self.editing.as_ref() == Some(&**draft),
            PersonaUndo::Saved(_) | PersonaUndo::Edited(_) => true,
        }
    }

    pub(in crate::state) fn take_back(&mut self, what: PersonaUndo, env: &mut Env<'_>) {
        match what {
            PersonaUndo::Saved(kept) => self.save_again(*kept, env),
            PersonaUndo::Edited(draft) => {
                if self.editing.as_ref().is_some_and(|now| now.id != draft.id) {
                    self.leave(env);
                }
                self.show(*draft);
            }
            PersonaUndo::Draft(draft) => {
                self.leave(env);
                self.show(*draft);
            }
        }
    }
}

/// Whether an edit removes or replaces a part, and does not only type letters.
fn takes_out(edit: &PersonaEdit) -> bool {
    match edit {
        PersonaEdit::NoGreeting(_)
        | PersonaEdit::Lore(CardEdit::Remove(_))
        | PersonaEdit::Face(_)
        | PersonaEdit::Model(_)
        | PersonaEdit::Sliders(_) => true,
        PersonaEdit::Name(_)
        | PersonaEdit::System(_)
        | PersonaEdit::Greeting(..)
        | PersonaEdit::Lore(CardEdit::Add(_) | CardEdit::Set(_))
        | PersonaEdit::Examples(_) => false,
    }
}
