//! The fields that the rooms share: their ids, and which one of Write takes what is typed.

use egui::Id;

use crate::domain::ConversationId;
use crate::state::{AppState, FormState};
use crate::writing::forms::{self, FieldKind};

/// The prompt of Create.
pub fn prompt_id() -> Id {
    Id::unique("create-prompt")
}

/// The search of Gallery.
pub fn pictures_id() -> Id {
    Id::unique("search-pictures")
}

/// The search of conversations.
pub fn talks_id() -> Id {
    Id::unique("search-conversations")
}

/// The search of the library of characters.
pub fn personas_id() -> Id {
    Id::unique("search-personas")
}

/// The field of what is open.
pub fn draft_id(state: &AppState) -> Id {
    message_id(&state.write.draft_of)
}

/// The field of one conversation's message, or of the next one's: each has a history of its own.
pub fn message_id(talk: &Option<ConversationId>) -> Id {
    Id::unique(("write-draft", talk.as_ref().map(|id| &id.0)))
}

/// The field in which a turn is edited.
pub fn turn_id(state: &AppState) -> Id {
    let (open, turn) = (state.write.open.id.as_ref(), state.write.editing.as_ref());
    Id::unique(("edit-turn", open.map(|id| &id.0), turn.map(|(turn, _)| *turn)))
}

/// The sheet of a page.
pub fn sheet_id() -> Id {
    Id::unique("page-text")
}

/// A field of a form.
pub fn form_id(field: &str) -> Id {
    Id::unique(("form-field", field))
}

/// The first field of a form that takes letters.
fn first_of_form(state: &FormState) -> Option<Id> {
    let form = forms::find(&state.id)?;
    let typed = form.fields.iter().find(|field| takes_letters(field))?;
    Some(form_id(&typed.id))
}

pub fn takes_letters(field: &forms::Field) -> bool {
    matches!(field.kind, FieldKind::Text | FieldKind::Long)
}

/// A field of the persona that is edited.
pub fn persona_id(state: &AppState, salt: &str) -> Id {
    Id::unique(("persona", edited_persona(state), salt))
}

/// The persona that is edited, where it is not a new one.
pub fn edited_persona(state: &AppState) -> Option<&str> {
    state.personas.editing.as_ref()?.id.as_ref().map(|id| id.0.as_str())
}

/// The field of Write that what is typed goes into.
pub fn typing_id(state: &AppState) -> Id {
    let write = &state.write;
    if state.personas.editing.is_some() {
        // The first one.
        persona_id(state, "name")
    } else if state.personas.shown {
        personas_id()
    } else if write.editing.is_some() {
        turn_id(state)
    } else if let Some(id) = write.form.as_ref().and_then(first_of_form) {
        id
    } else if write.open.page.is_some() {
        sheet_id()
    } else {
        draft_id(state)
    }
}
