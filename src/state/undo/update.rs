//! Ctrl+Z: notes each action that changes or throws away something of the person's, takes it back, and does it again.

use crate::domain::{
    CatalogueRequest, ConversationId, JournalEntry, PageEntry, RemovedWhat, Room, StoreEvent, StoreRequest, StoryCard,
};
use crate::state::undo::{Undone, is_of_text};
use crate::state::update::Origin;
use crate::state::write::typed::is_form_draft;
use crate::state::{
    Again, AppState, AskCommand, CardEdit, CardsMoved, Command, CreateCommand, Effect, Effects, ForgottenModel,
    GalleryCommand, Here, ImageEdit, Input, ModelsCommand, NoticeKind, PageCommand, PersonaCommand, PersonaEdit,
    TextEdit, Undoable, WaitingCommand, WriteCommand,
};

impl AppState {
    /// How it was before `input`, where that is an action that can be taken back.
    pub(in crate::state) fn before(&self, input: &Input) -> Option<Undoable> {
        match input.origin() {
            Origin::Person(command) => self.before_command(command),
            Origin::File(StoreEvent::Opened { .. }) => Some(self.prompt_now()),
            // Lore may come to the character that is edited.
            Origin::File(StoreEvent::WorldOpened { .. }) => {
                self.personas.editing.clone().map(|draft| Undoable::PersonaEdited(Box::new(draft)))
            }
            Origin::File(_) | Origin::Program => None,
        }
    }

    fn prompt_now(&self) -> Undoable {
        self.create.prompt_now(&self.settings.image)
    }

    pub(in crate::state) fn before_command(&self, command: &Command) -> Option<Undoable> {
        let open = &self.write.open;
        // One of many arms: a command that is not named here takes nothing away.
        if matches!(
            command,
            Command::Create(CreateCommand::UseSettings(_))
                | Command::Create(CreateCommand::Vary(_))
                | Command::Gallery(GalleryCommand::UseItem(_))
                | Command::Create(CreateCommand::UseProposal)
                | Command::Create(CreateCommand::ForgetSubject)
                | Command::Create(CreateCommand::SetImage(ImageEdit::Reset | ImageEdit::Unarrange))
        ) {
            return Some(self.prompt_now());
        }
        if let Command::Create(CreateCommand::Layers(command)) = command {
            return self.create.layers_before(command);
        }
        if let Command::TakeExample(_) = command {
            let message = self.room() == Room::Write;
            return Some(if message {
                Undoable::Message(self.write.draft_of.clone(), self.write.draft.clone())
            } else {
                self.prompt_now()
            });
        }
        if let Command::Write(WriteCommand::SetText(TextEdit::Reset) | WriteCommand::UseRecord(_)) = command {
            return Some(Undoable::Sliders(open.id.clone(), Box::new(self.text().clone())));
        }
        if let Command::Write(WriteCommand::RenameConversation(id, _)) = command {
            let title = self.write.conversations.iter().find(|head| head.id == *id)?.title.clone();
            return Some(Undoable::Title(id.clone(), title));
        }
        if let Command::Write(WriteCommand::SendEdit) = command {
            return Some(Undoable::Edit(open.id.clone()?, self.write.editing.as_ref()?.0));
        }
        if let Command::Write(WriteCommand::DiscardEdit) = command {
            let (turn, text) = self.write.editing.clone()?;
            return Some(Undoable::EditDraft(open.id.clone()?, turn, text));
        }
        if let Command::Write(WriteCommand::RemoveIllustration(id)) = command {
            let picture = open.pictures.iter().find(|picture| picture.id == *id)?;
            return Some(Undoable::Illustration(open.id.clone()?, picture.clone()));
        }
        if let Command::Write(WriteCommand::Page(PageCommand::RemoveCard(id))) = command {
            let card = open.page.as_ref()?.story.cards.iter().find(|card| card.id == *id)?;
            return self.cards_moved(false, vec![card.clone()]);
        }
        if let Command::Write(WriteCommand::Card(CardEdit::Remove(id))) = command {
            let card = open.manner.cards.iter().find(|card| card.id == *id)?;
            return self.cards_moved(false, vec![card.clone()]);
        }
        if let Command::Persona(PersonaCommand::Set(edit)) = command
            && takes_out(edit)
        {
            return self.personas.editing.clone().map(|draft| Undoable::PersonaEdited(Box::new(draft)));
        }
        if let Command::Persona(PersonaCommand::Keep) = command {
            let id = self.personas.editing.as_ref()?.id.as_ref()?;
            let kept = self.personas.kept.iter().find(|kept| kept.id == *id)?;
            return Some(Undoable::Persona(Box::new(kept.clone())));
        }
        if let Command::Persona(PersonaCommand::Discard) = command {
            return self.personas.editing.clone().map(|draft| Undoable::PersonaDraft(Box::new(draft)));
        }
        if let Command::Models(ModelsCommand::ForgetModel(path)) = command {
            return Some(Undoable::ModelForgotten(ForgottenModel::of(path, &self.settings)));
        }
        if let Command::Write(WriteCommand::DiscardForm) = command {
            let form = self.write.form.clone()?;
            return Some(Undoable::FormDraft(form.id, form.values));
        }
        if let Command::Waiting(WaitingCommand::Discard) = command {
            return Some(Undoable::Waiting(self.desk.waiting.clone()));
        }
        None
    }

    /// Cards of what is open came or went.
    pub(in crate::state) fn cards_moved(&self, came: bool, cards: Vec<StoryCard>) -> Option<Undoable> {
        let open = &self.write.open;
        Some(Undoable::Cards(CardsMoved { of: open.id.clone()?, page: open.page.is_some(), came, cards }))
    }

    /// The cards of a page or a conversation, where it is open.
    fn cards_of(&self, id: &ConversationId) -> Option<&[StoryCard]> {
        let open = Some(&self.write.open).filter(|open| open.id.as_ref() == Some(id))?;
        Some(open.page.as_ref().map_or(&open.manner.cards, |page| &page.story.cards))
    }

    /// Whether what `before` tells is not so any more.
    fn is_changed(&self, before: &Undoable) -> bool {
        let open = &self.write.open;
        let here = |id: &ConversationId| open.id.as_ref() == Some(id);
        match before {
            Undoable::Prompt(image, subject) => **image != self.settings.image || *subject != self.create.subject,
            Undoable::Layers(of, before, _) => self.create.arrangement_of(*of).is_some_and(|now| now != &**before),
            Undoable::Message(talk, text) => *talk == self.write.draft_of && *text != self.write.draft,
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
            Undoable::Cards(CardsMoved { of, came, cards, .. }) => {
                self.cards_of(of).is_some_and(|now| cards.iter().all(|card| now.contains(card) == *came))
            }
            Undoable::PersonaEdited(draft) => self.personas.editing.as_ref().is_some_and(|now| now != &**draft),
            Undoable::Persona(kept) => {
                self.personas.kept.iter().any(|now| now.id == kept.id && now.persona != kept.persona)
            }
            Undoable::PersonaDraft(draft) => self.personas.editing.is_none() && self.personas.is_draft(draft),
            Undoable::FormDraft(id, values) => self.write.form.is_none() && is_form_draft(id, values, self.lang),
            Undoable::Waiting(before) => *before != self.desk.waiting,
            Undoable::ModelForgotten(model) => !self.settings.opened.contains(&model.path),
            // These are noted once they are in the trash.
            Undoable::PicturesTrashed(_)
            | Undoable::ConversationTrashed(_)
            | Undoable::PersonaTrashed(_)
            | Undoable::ModelRemoved(_) => false,
        }
    }

    /// Notes the action that `before` was taken for.
    pub(in crate::state) fn note_action(&mut self, before: Option<Undoable>) {
        let Some(before) = before.filter(|before| self.is_changed(before)) else { return };
        let thrown = matches!(before, Undoable::EditDraft(..) | Undoable::PersonaDraft(_) | Undoable::FormDraft(..));
        let jobs = matches!(before, Undoable::Waiting(_));
        let card = matches!(&before, Undoable::Cards(moved) if !moved.came);
        let model = if let Undoable::ModelForgotten(model) = &before { Some(model.name.clone()) } else { None };
        let serial = self.undo.push(before, self.now_ms);
        if let Some(name) = model {
            self.note(NoticeKind::ModelForgotten { name, serial });
        }
        if thrown {
            self.note(NoticeKind::DraftDiscarded(serial));
        }
        if card {
            self.note(NoticeKind::CardDeleted(serial));
        }
        if jobs {
            self.note(NoticeKind::JobsForgotten(serial));
        }
    }

    /// Letters that go into a field have their own way back, in the field.
    pub(in crate::state) fn note_typing(&mut self, input: &Input) {
        let Input::Command(command) = input else { return };
        let typed = matches!(
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
        );
        if typed {
            self.undo.typed(self.room());
        }
    }

    /// What Ctrl+Z is about now.
    pub fn undo_here(&self) -> Here {
        let room = self.room();
        Here { room, layers: room == Room::Create && self.create.layers.is_some() }
    }

    /// Takes back the newest action of the room that is shown.
    pub(in crate::state) fn undo(&mut self, fx: &mut Effects) {
        match self.undo.take(self.undo_here()) {
            Some(action) => self.undo_one(action, fx),
            None => self.note(NoticeKind::NothingToUndo),
        }
    }

    pub(in crate::state) fn undo_this(&mut self, serial: u64, fx: &mut Effects) {
        if let Some(action) = self.undo.take_this(serial) {
            self.undo_one(action, fx);
        }
    }

    pub(in crate::state) fn undo_prompt(&mut self, fx: &mut Effects) {
        if let Some(action) = self.undo.take_prompt() {
            self.undo_one(action, fx);
        }
    }

    fn undo_one(&mut self, (serial, what): (u64, Undoable), fx: &mut Effects) {
        let again = self.again(&what);
        self.undo.took_back(self.room(), serial, what.clone(), again);
        self.take_back(what, fx);
    }

    /// Whether there is something to do again in the room that is shown.
    pub fn can_redo(&self) -> bool {
        self.undo.last_undone(self.undo_here()).is_some_and(|undone| self.is_as_taken_back(&undone.what))
    }

    /// Does again what was taken back last in the room that is shown.
    pub(in crate::state) fn redo(&mut self, fx: &mut Effects) {
        let here = self.undo_here();
        if !self.can_redo() {
            // A text can be as it was once more; an editor that shows something else does not come back to it.
            if self.undo.last_undone(here).is_some_and(|undone| !is_of_text(&undone.what)) {
                self.undo.take_undone(here);
            }
            return self.note(NoticeKind::NothingToRedo);
        }
        let Some(Undone { serial, what, again }) = self.undo.take_undone(here) else { return };
        match again {
            Again::Value(after) => {
                let before = self.again(&after);
                self.take_back(after, fx);
                if let Some(Again::Value(before)) = before {
                    self.undo.push_again(serial, before, self.now_ms);
                }
            }
            Again::Command(command) => {
                let before = self.before_command(&command);
                self.command(command, fx);
                match before.filter(|before| self.is_changed(before)) {
                    Some(before) => self.undo.push_again(serial, before, self.now_ms),
                    // It is noted once it is in the trash.
                    None => self.undo.wait_for(what),
                }
            }
        }
    }

    /// How an action that is taken back now is done again; `None` where that is not known any more.
    fn again(&self, what: &Undoable) -> Option<Again> {
        use Again::{Command as By, Value};
        let open = &self.write.open;
        let here = |id: &ConversationId| open.id.as_ref() == Some(id);
        Some(match what {
            Undoable::PicturesTrashed(_)
            | Undoable::ConversationTrashed(_)
            | Undoable::PersonaTrashed(_)
            | Undoable::ModelRemoved(_) => By(what.trashed_by()?),
            Undoable::Prompt(..) => Value(self.prompt_now()),
            Undoable::Layers(of, ..) => {
                Value(Undoable::Layers(*of, Box::new(self.create.arrangement_of(*of)?.clone()), None))
            }
            Undoable::Message(talk, _) => Value(Undoable::Message(talk.clone(), self.message_of(talk))),
            Undoable::Sliders(of, _) if *of == open.id => {
                Value(Undoable::Sliders(of.clone(), Box::new(self.text().clone())))
            }
            Undoable::Title(id, _) => {
                let title = self.write.conversations.iter().find(|head| head.id == *id)?.title.clone();
                Value(Undoable::Title(id.clone(), title))
            }
            Undoable::Edit(id, turn) if here(id) => {
                let shown = open.turns.iter().find(|shown| open.shelf.siblings(shown).contains(turn))?;
                Value(Undoable::Edit(id.clone(), shown.id))
            }
            Undoable::EditDraft(id, ..) if here(id) => By(Command::Write(WriteCommand::DiscardEdit)),
            Undoable::Illustration(id, picture) if here(id) => {
                By(Command::Write(WriteCommand::RemoveIllustration(picture.id)))
            }
            Undoable::Cards(moved) => Value(Undoable::Cards(CardsMoved { came: !moved.came, ..moved.clone() })),
            Undoable::Persona(kept) => {
                let now = self.personas.kept.iter().find(|now| now.id == kept.id)?;
                Value(Undoable::Persona(Box::new(now.clone())))
            }
            Undoable::PersonaDraft(_) => By(Command::Persona(PersonaCommand::Discard)),
            Undoable::PersonaEdited(draft) => {
                let now = self.personas.editing.as_ref().filter(|now| now.id == draft.id)?;
                Value(Undoable::PersonaEdited(Box::new(now.clone())))
            }
            Undoable::FormDraft(..) => By(Command::Write(WriteCommand::DiscardForm)),
            Undoable::Waiting(_) => By(Command::Waiting(WaitingCommand::Discard)),
            Undoable::ModelForgotten(model) => By(Command::Models(ModelsCommand::ForgetModel(model.path.clone()))),
            // Conversations that are not open are not known well enough.
            Undoable::Sliders(..) | Undoable::Edit(..) | Undoable::EditDraft(..) | Undoable::Illustration(..) => {
                return None;
            }
        })
    }

    /// Whether what was taken back is still there to be done again: an editor may show something else by now.
    fn is_as_taken_back(&self, what: &Undoable) -> bool {
        match what {
            Undoable::EditDraft(id, turn, text) => {
                let editing = self.write.editing.as_ref();
                self.write.open.id.as_ref() == Some(id) && editing.is_some_and(|(t, now)| (t, now) == (turn, text))
            }
            Undoable::PersonaDraft(draft) => self.personas.editing.as_ref() == Some(&**draft),
            Undoable::FormDraft(id, values) => {
                self.write.form.as_ref().is_some_and(|form| (&form.id, &form.values) == (id, values))
            }
            Undoable::Waiting(waiting) => self.desk.waiting == *waiting,
            Undoable::Layers(of, ..) => self.create.arrangement_of(*of).is_some(),
            Undoable::Illustration(id, _) => self.write.open.id.as_ref() == Some(id),
            // It is in the list again once its files are back.
            Undoable::ModelRemoved(removed) => match &removed.what {
                RemovedWhat::Card(id) => self.catalogue.entry(id).is_some_and(|entry| entry.is_about()),
                RemovedWhat::File(path) => self.catalogue.broken.iter().any(|file| file.path == *path),
            },
            Undoable::ModelForgotten(model) => self.settings.opened.contains(&model.path),
            // What was typed since is not overwritten.
            Undoable::Prompt(image, _) => {
                let now = &self.settings.image;
                (&image.prompt, &image.negative) == (&now.prompt, &now.negative)
            }
            Undoable::Message(talk, text) => self.message_of(talk) == *text,
            Undoable::PicturesTrashed(_)
            | Undoable::ConversationTrashed(_)
            | Undoable::PersonaTrashed(_)
            | Undoable::Sliders(..)
            | Undoable::Title(..)
            | Undoable::Edit(..)
            | Undoable::Persona(_)
            | Undoable::PersonaEdited(_)
            | Undoable::Cards(_) => true,
        }
    }

    fn take_back(&mut self, what: Undoable, fx: &mut Effects) {
        let open = self.write.open.id.clone();
        match what {
            Undoable::PicturesTrashed(paths) => {
                let (trash, mut env) = self.trash(fx);
                trash.restore_pictures(paths, &mut env);
            }
            Undoable::ConversationTrashed(id) => {
                let (trash, mut env) = self.trash(fx);
                trash.restore_conversations(vec![id.clone()], &mut env);
                if open.is_none() && self.write.open.is_blank() && self.write.form.is_none() {
                    self.in_write(fx, |write, env| write.open_conversation(id, env));
                }
            }
            Undoable::PersonaTrashed(id) => self.restore_personas(vec![id], fx),
            Undoable::Prompt(image, subject) => {
                let (create, mut env) = self.create(fx);
                create.prompt_back(*image, subject, &mut env);
            }
            Undoable::Layers(of, before, _) => {
                let (create, mut env) = self.create(fx);
                create.layers_back(of, *before, &mut env);
            }
            Undoable::Message(talk, text) if talk == self.write.draft_of => self.write.draft = text,
            Undoable::Message(talk, text) => drop(self.desk.messages.insert(talk, text)),
            Undoable::Sliders(of, params) => {
                if of == open {
                    let (write, env) = self.write(fx);
                    write.put_sliders(*params, &env);
                } else if let Some(id) = of {
                    fx.push(Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Sliders { params } }));
                }
            }
            Undoable::Title(id, title) => self.in_write(fx, |write, env| write.rename(id, title, env)),
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
                fx.push(Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Picture { picture } }));
            }
            Undoable::Cards(moved) => {
                for card in moved.cards {
                    self.move_card(&moved.of, moved.page, !moved.came, card, fx);
                }
            }
            Undoable::Persona(kept) => {
                let (personas, mut env) = self.personas(fx);
                personas.save_again(*kept, &mut env);
            }
            Undoable::PersonaEdited(draft) => {
                let (personas, mut env) = self.personas(fx);
                if personas.editing.as_ref().is_some_and(|now| now.id != draft.id) {
                    personas.leave(&mut env);
                }
                personas.show(*draft);
            }
            Undoable::ModelRemoved(removed) => fx.push(Effect::Catalogue(CatalogueRequest::RestoreModel(removed))),
            Undoable::ModelForgotten(model) => self.remember_model(model, fx),
            Undoable::PersonaDraft(draft) => {
                let (personas, mut env) = self.personas(fx);
                personas.leave(&mut env);
                personas.show(*draft);
            }
            Undoable::FormDraft(id, values) => {
                self.desk.forms.insert(id.clone(), values);
                self.in_write(fx, |write, env| write.open_form(&id, env));
            }
            Undoable::Waiting(waiting) => self.desk.waiting = waiting,
        }
    }

    /// Puts a card back, or takes it away.
    fn move_card(&mut self, of: &ConversationId, page: bool, put: bool, card: StoryCard, fx: &mut Effects) {
        let open = Some(&mut self.write.open).filter(|open| open.id.as_ref() == Some(of));
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
        fx.push(Effect::Store(StoreRequest::Journal { id: of.clone(), entry }));
    }

    /// Shows the turn that was sent anew as it was before.
    fn take_back_edit(&mut self, id: ConversationId, turn: u64, fx: &mut Effects) {
        // The answer to the new one is not wanted.
        self.in_write(fx, |write, env| write.stop_writing_of(&id, env));
        if self.write.job.as_ref().is_some_and(|job| job.conversation == id) {
            self.in_write(fx, |write, env| write.ended(None, env));
        }
        if self.write.open.id.as_ref() == Some(&id) {
            self.in_write(fx, |write, env| write.select_branch(turn, env));
        } else {
            fx.push(Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Select { id: turn } }));
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
