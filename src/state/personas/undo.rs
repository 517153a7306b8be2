//! What of the characters can be taken back.

use crate::domain::KeptPersona;
use crate::state::{
    Again, CardEdit, Command, Env, NoticeKind, PersonaCommand, PersonaDraft, PersonaEdit, PersonasState, Undoable,
};

/// An action of the library, by what brings back how it was before.
#[derive(Clone, Debug, PartialEq)]
pub enum PersonaUndo {
    /// A character was saved over this one.
    Saved(Box<KeptPersona>),
    /// What was typed into this one was thrown away.
    Draft(Box<PersonaDraft>),
    /// Something was taken out of this one while it was edited.
    Edited(Box<PersonaDraft>),
}

impl PersonaUndo {
    /// What is said of the action of this number once it is done.
    pub(in crate::state) fn notice(&self, serial: u64) -> Option<NoticeKind> {
        match self {
            Self::Draft(_) => Some(NoticeKind::DraftDiscarded(serial)),
            Self::Saved(_) | Self::Edited(_) => None,
        }
    }
}

impl PersonasState {
    /// How it is before `command`, where that can be taken back.
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

    /// The character that is edited, as it is now.
    pub(in crate::state) fn edited_now(&self) -> Option<PersonaUndo> {
        self.editing.clone().map(|draft| PersonaUndo::Edited(Box::new(draft)))
    }

    /// Whether what `before` tells is not so any more.
    pub(in crate::state) fn is_changed(&self, before: &PersonaUndo) -> bool {
        match before {
            PersonaUndo::Edited(draft) => self.editing.as_ref().is_some_and(|now| now != &**draft),
            PersonaUndo::Saved(kept) => self.kept.iter().any(|now| now.id == kept.id && now.persona != kept.persona),
            PersonaUndo::Draft(draft) => self.editing.is_none() && self.is_draft(draft),
        }
    }

    /// How an action that is taken back now is done again; `None` where that is not known any more.
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

    /// Whether what was taken back is still there to be done again: the editor may show something else by now.
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

/// Edits of a character that are no letters: a part goes, or another one takes its place.
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
