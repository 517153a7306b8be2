//! Ctrl+Z: notes each action that changes or throws away something of the person's, and takes it back.

use super::{Effects, Input};
use crate::domain::{ConversationId, JournalEntry, PageEntry, Room, StoreEvent};
use crate::state::{
    AppState, Command, Effect, ImageEdit, NoticeKind, PageCommand, PersonaCommand, TextEdit, Undoable, WaitingCommand,
};

impl AppState {
    /// How it was before `input`, where that is an action that can be taken back.
    pub(super) fn before(&self, input: &Input) -> Option<Undoable> {
        match input {
            Input::Command(command) => self.before_command(command),
            Input::Store(StoreEvent::Opened { .. }) => Some(self.prompt_now()),
            // A language model may write the prompt.
            Input::Engine(_) if self.create.helper.is_some() => Some(self.prompt_now()),
            Input::Engine(_)
            | Input::Store(_)
            | Input::Fetch(_)
            | Input::Ledger(..)
            | Input::Grammar(..)
            | Input::Drafts(_)
            | Input::Models(_)
            | Input::Copied
            | Input::NotUnloaded(_)
            | Input::NoDialog(_)
            | Input::NoFolder(_) => None,
        }
    }

    fn prompt_now(&self) -> Undoable {
        Undoable::Prompt(Box::new(self.settings.image.clone()), self.create.subject.clone())
    }

    fn before_command(&self, command: &Command) -> Option<Undoable> {
        use Command::{
            DiscardEdit, ForgetSubject, Page, Persona, RemoveIllustration, RenameConversation, SendEdit, SetImage,
            SetText, UseItem, UseSettings, Vary,
        };
        let open = &self.write.open;
        // One of many arms: a command that is not named here takes nothing away.
        if matches!(command, UseSettings(_) | Vary(_) | UseItem(_) | ForgetSubject | SetImage(ImageEdit::Reset)) {
            return Some(self.prompt_now());
        }
        if let Command::TakeExample(_) = command {
            let message = self.room() == Room::Write;
            return Some(if message { Undoable::Message(self.write.draft.clone()) } else { self.prompt_now() });
        }
        if let SetText(TextEdit::Reset) = command {
            return Some(Undoable::Sliders(open.id.clone(), Box::new(self.text().clone())));
        }
        if let RenameConversation(id, _) = command {
            let title = self.write.conversations.iter().find(|head| head.id == *id)?.title.clone();
            return Some(Undoable::Title(id.clone(), title));
        }
        if let SendEdit = command {
            return Some(Undoable::Edit(open.id.clone()?, self.write.editing.as_ref()?.0));
        }
        if let DiscardEdit = command {
            let (turn, text) = self.write.editing.clone()?;
            return Some(Undoable::EditDraft(open.id.clone()?, turn, text));
        }
        if let RemoveIllustration(id) = command {
            let picture = open.pictures.iter().find(|picture| picture.id == *id)?;
            return Some(Undoable::Illustration(open.id.clone()?, picture.clone()));
        }
        if let Page(PageCommand::RemoveCard(id)) = command {
            let card = open.page.as_ref()?.story.cards.iter().find(|card| card.id == *id)?;
            return Some(Undoable::Card(open.id.clone()?, card.clone()));
        }
        if let Persona(PersonaCommand::Keep) = command {
            let id = self.personas.editing.as_ref()?.id.as_ref()?;
            let kept = self.personas.kept.iter().find(|kept| kept.id == *id)?;
            return Some(Undoable::Persona(Box::new(kept.clone())));
        }
        if let Persona(PersonaCommand::Discard) = command {
            return self.personas.editing.clone().map(|draft| Undoable::PersonaDraft(Box::new(draft)));
        }
        if let Command::DiscardForm = command {
            let form = self.write.form.clone()?;
            return Some(Undoable::FormDraft(form.id, form.values));
        }
        if let Command::Waiting(WaitingCommand::Discard) = command {
            return Some(Undoable::Waiting(self.desk.waiting.clone()));
        }
        None
    }

    /// Whether what `before` tells is not so any more.
    fn is_changed(&self, before: &Undoable) -> bool {
        let open = &self.write.open;
        let here = |id: &ConversationId| open.id.as_ref() == Some(id);
        match before {
            Undoable::Prompt(image, subject) => **image != self.settings.image || *subject != self.create.subject,
            Undoable::Message(text) => *text != self.write.draft,
            Undoable::Sliders(_, params) => **params != *self.text(),
            Undoable::Title(id, title) => {
                self.write.conversations.iter().any(|head| head.id == *id && head.title != *title)
            }
            // It is on another branch now.
            Undoable::Edit(id, turn) => here(id) && open.turn(*turn).is_none(),
            Undoable::EditDraft(id, turn, text) => {
                let reads = open.turn(*turn).map(|turn| turn.message.said());
                here(id) && self.write.editing.is_none() && reads != Some(text)
            }
            Undoable::Illustration(id, picture) => here(id) && !open.pictures.contains(picture),
            Undoable::Card(id, card) => {
                here(id) && open.page.as_ref().is_some_and(|page| !page.story.cards.contains(card))
            }
            Undoable::Persona(kept) => {
                self.personas.kept.iter().any(|now| now.id == kept.id && now.persona != kept.persona)
            }
            Undoable::PersonaDraft(draft) => self.personas.editing.is_none() && self.is_draft(draft),
            Undoable::FormDraft(id, values) => self.write.form.is_none() && self.is_form_draft(id, values),
            Undoable::Waiting(before) => *before != self.desk.waiting,
            // These are noted once they are in the trash.
            Undoable::PicturesTrashed(_) | Undoable::ConversationTrashed(_) | Undoable::PersonaTrashed(_) => false,
        }
    }

    /// Notes the action that `before` was taken for.
    pub(super) fn note_action(&mut self, before: Option<Undoable>) {
        let Some(before) = before.filter(|before| self.is_changed(before)) else { return };
        let thrown = matches!(
            before,
            Undoable::EditDraft(..) | Undoable::PersonaDraft(_) | Undoable::FormDraft(..) | Undoable::Waiting(_)
        );
        let serial = self.undo.push(before, self.now_ms);
        if thrown {
            self.note(NoticeKind::DraftDiscarded(serial));
        }
    }

    /// Notes that something is in the trash now.
    pub(super) fn note_trashed(&mut self, what: Undoable) {
        self.undo.push(what, self.now_ms);
    }

    /// Letters that go into a field have their own way back, in the field.
    pub(super) fn note_typing(&mut self, input: &Input) {
        let Input::Command(command) = input else { return };
        let typed = matches!(
            command,
            Command::SetImage(ImageEdit::Prompt(_) | ImageEdit::Negative(_))
                | Command::SetDraft(_)
                | Command::SetSystemPrompt(_)
                | Command::SetSearch(_)
                | Command::SetEdit(_)
                | Command::SetFormField(..)
                | Command::SetGallerySearch(_)
                | Command::SetText(TextEdit::Stop(_) | TextEdit::FormText(_))
                | Command::Persona(PersonaCommand::Set(_) | PersonaCommand::Search(_))
                | Command::Page(
                    PageCommand::Type(_) | PageCommand::Memory(_) | PageCommand::Note(_) | PageCommand::SetCard(_)
                )
        );
        if typed {
            self.undo.typed();
        }
    }

    /// Takes back the newest action of the room that is shown.
    pub(super) fn undo(&mut self, fx: &mut Effects) {
        match self.undo.take(self.room()) {
            Some(what) => self.take_back(what, fx),
            None => self.note(NoticeKind::NothingToUndo),
        }
    }

    pub(super) fn undo_this(&mut self, serial: u64, fx: &mut Effects) {
        if let Some(what) = self.undo.take_this(serial) {
            self.take_back(what, fx);
        }
    }

    pub(super) fn undo_prompt(&mut self, fx: &mut Effects) {
        if let Some(what) = self.undo.take_prompt() {
            self.take_back(what, fx);
        }
    }

    fn take_back(&mut self, what: Undoable, fx: &mut Effects) {
        let open = self.write.open.id.clone();
        match what {
            Undoable::PicturesTrashed(paths) => self.restore_pictures(paths, fx),
            Undoable::ConversationTrashed(id) => {
                self.restore_conversation(id.clone(), fx);
                if open.is_none() && self.write.open.is_blank() && self.write.form.is_none() {
                    self.open_conversation(id, fx);
                }
            }
            Undoable::PersonaTrashed(id) => self.restore_persona(id, fx),
            Undoable::Prompt(image, subject) => {
                self.choose_image_model(image.model.clone());
                self.settings.image = *image;
                self.create.subject = subject;
                self.create.forget_error();
                self.notices.retain(|notice| {
                    !matches!(notice.kind, NoticeKind::SettingsRestored(_) | NoticeKind::PromptWritten(_))
                });
            }
            Undoable::Message(text) => self.write.draft = text,
            Undoable::Sliders(of, params) => {
                if of == open {
                    *self.text_mut() = *params;
                    self.sliders_moved_ms = Some(self.now_ms);
                } else if let Some(id) = of {
                    fx.push(Effect::Journal { id, entry: JournalEntry::Sliders { params } });
                }
            }
            Undoable::Title(id, title) => self.rename(id, title, fx),
            Undoable::Edit(id, turn) => self.take_back_edit(id, turn, fx),
            Undoable::EditDraft(id, turn, text) => {
                if open.as_ref() == Some(&id) {
                    self.write.editing = Some((turn, text));
                } else {
                    self.desk.edits.insert((id, turn), text);
                }
            }
            Undoable::Illustration(id, picture) => {
                if open.as_ref() == Some(&id) {
                    self.write.open.pictures.push(picture.clone());
                }
                fx.push(Effect::Journal { id, entry: JournalEntry::Picture { picture } });
            }
            Undoable::Card(id, card) => {
                let entry = PageEntry::Card { card };
                if let Some(page) = self.write.open.page.as_mut().filter(|_| open.as_ref() == Some(&id)) {
                    page.apply(entry.clone());
                }
                fx.push(Effect::Journal { id, entry: JournalEntry::Page(entry) });
            }
            Undoable::Persona(kept) => self.save_persona_again(*kept, fx),
            Undoable::PersonaDraft(draft) => {
                self.leave_persona();
                self.personas.shown = true;
                self.personas.editing = Some(*draft);
            }
            Undoable::FormDraft(id, values) => {
                self.desk.forms.insert(id.clone(), values);
                self.open_form(&id, fx);
            }
            Undoable::Waiting(waiting) => {
                self.desk.waiting = waiting;
                self.offer_waiting();
            }
        }
    }

    /// Shows the turn that was sent anew as it was before.
    fn take_back_edit(&mut self, id: ConversationId, turn: u64, fx: &mut Effects) {
        // The answer to the new one is not wanted.
        self.stop_writing_of(&id, fx);
        if self.write.job.as_ref().is_some_and(|job| job.conversation == id) {
            self.text_ended(None, fx);
        }
        if self.write.open.id.as_ref() == Some(&id) {
            self.select_branch(turn, fx);
        } else {
            fx.push(Effect::Journal { id, entry: JournalEntry::Select { id: turn } });
        }
    }
}
