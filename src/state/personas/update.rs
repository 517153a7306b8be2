//! Handles the commands of the library of characters, and of the editor.

use crate::domain::{Face, KeptPersona, Persona, PersonaId, Room, StoreRequest, TextParams};
use crate::error::StudioError;
use crate::lang::Both;
use crate::state::{Effect, Env, NoticeKind, PersonaCommand, PersonaDraft, PersonaEdit, PersonasState, Undoable};
use crate::writing::cards;

/// What a command of the library asks of other rooms.
pub(in crate::state) enum Handoff {
    /// Change the character in the editor. It may need Write's sliders.
    Set(PersonaEdit),
    /// Take it out of the trash.
    Restore(PersonaId),
    /// Begin a conversation with it.
    Talk(Box<Persona>),
}

impl PersonasState {
    pub(in crate::state) fn update(&mut self, command: PersonaCommand, env: &mut Env<'_>) -> Option<Handoff> {
        match command {
            PersonaCommand::Show(on) => {
                self.shown = on;
                self.leave(env);
            }
            PersonaCommand::Search(text) => self.search = text,
            PersonaCommand::New => {
                self.leave(env);
                self.editing = Some(self.drafts.remove(&None).unwrap_or_default());
            }
            PersonaCommand::Edit(id) => {
                self.leave(env);
                if let Some(kept) = self.kept.iter().find(|kept| kept.id == id) {
                    let as_kept =
                        || PersonaDraft { id: Some(id.clone()), persona: kept.persona.clone(), face: Face::Keep };
                    let draft = self.drafts.remove(&Some(id.clone()));
                    self.editing = Some(draft.unwrap_or_else(as_kept));
                }
            }
            PersonaCommand::Set(edit) => return Some(Handoff::Set(edit)),
            PersonaCommand::Keep => self.keep_draft(env),
            PersonaCommand::Leave => self.leave(env),
            PersonaCommand::Discard => self.editing = None,
            PersonaCommand::Duplicate(id) => {
                if let Some(kept) = self.get(&id, env.lang) {
                    let mut persona = kept.persona.clone();
                    persona.name = format!("{} 2", persona.name);
                    self.keep(None, persona, Face::Of(id), env);
                }
            }
            PersonaCommand::Trash(id) => {
                if self.is_own(&id) {
                    self.kept.retain(|kept| kept.id != id);
                    self.trashed.insert(id.clone());
                    env.push(Effect::Store(StoreRequest::TrashPersona(id)));
                }
            }
            PersonaCommand::Restore(id) => return Some(Handoff::Restore(id)),
            PersonaCommand::Import => env.push(Effect::AskOpenFile),
            PersonaCommand::ChooseFace => env.push(Effect::AskFace),
            PersonaCommand::Person(name) => env.settings.person = name,
            PersonaCommand::Export(id) => {
                if let Some(kept) = self.get(&id, env.lang) {
                    let name = kept.persona.name.chars().map(|c| if c.is_alphanumeric() || c == ' ' { c } else { '-' });
                    let name = format!("{}.json", name.collect::<String>().trim());
                    env.push(Effect::AskExport { name, bytes: cards::to_v2(&kept.persona).into_bytes() });
                }
            }
            PersonaCommand::Talk(id) => return Some(Handoff::Talk(Box::new(self.get(&id, env.lang)?.persona.clone()))),
        }
        None
    }

    /// Changes the character in the editor. `sliders` are those in use. Returns false if the editor is closed.
    pub(in crate::state) fn edit(&mut self, edit: PersonaEdit, sliders: &TextParams) -> bool {
        let Some(draft) = &mut self.editing else { return false };
        let persona = &mut draft.persona;
        match edit {
            PersonaEdit::Name(name) => persona.name = name,
            PersonaEdit::System(text) => persona.system = text,
            PersonaEdit::Greeting(at, text) => match persona.greetings.get_mut(at) {
                Some(greeting) => *greeting = text,
                None => persona.greetings.push(text),
            },
            PersonaEdit::NoGreeting(at) => {
                if at < persona.greetings.len() {
                    persona.greetings.remove(at);
                }
            }
            PersonaEdit::Lore(edit) => edit.apply(&mut persona.lore),
            PersonaEdit::Face(face) => draft.face = face,
            PersonaEdit::Examples(text) => persona.examples = text,
            PersonaEdit::Model(model) => persona.model = model,
            PersonaEdit::Sliders(on) => persona.params = on.then(|| sliders.clone()),
        }
        true
    }

    /// Closes the editor. The changes are kept as a draft.
    pub(in crate::state) fn leave(&mut self, env: &mut Env<'_>) {
        let Some(draft) = self.editing.take() else { return };
        self.drafts.remove(&draft.id);
        if self.is_draft(&draft) {
            self.drafts.insert(draft.id.clone(), draft);
            env.note(NoticeKind::DraftKept);
        }
    }

    /// Shows the library with this character in the editor.
    pub(in crate::state) fn show(&mut self, draft: PersonaDraft) {
        self.shown = true;
        self.editing = Some(draft);
    }

    fn keep_draft(&mut self, env: &mut Env<'_>) {
        let Some(PersonaDraft { id, mut persona, face }) = self.editing.clone() else { return };
        persona.name = persona.name.split_whitespace().collect::<Vec<_>>().join(" ");
        persona.greetings.retain(|text| !text.trim().is_empty());
        persona.lore.retain(|card| !(card.name.trim().is_empty() && card.about.trim().is_empty()));
        if persona.name.is_empty() {
            return;
        }
        self.editing = None;
        let id = self.keep(id, persona, face, env);
        // The notice comes once it is saved.
        self.arriving.entry(id).or_default();
    }

    /// Puts a character and its picture into the library, and saves it.
    fn keep(&mut self, id: Option<PersonaId>, persona: Persona, face: Face, env: &mut Env<'_>) -> PersonaId {
        let id = id.unwrap_or_else(|| {
            let (now, dice) = (env.now_ms, env.dice.roll());
            PersonaId(format!("{now:013}-{dice:08x}"))
        });
        env.push(Effect::Store(StoreRequest::SavePersona { id: id.clone(), persona: Box::new(persona.clone()), face }));
        *self.saving.entry(id.clone()).or_default() += 1;
        let avatar = self.kept.iter().find(|kept| kept.id == id).and_then(|kept| kept.avatar.clone());
        // The picture is shown once it is saved.
        self.put(KeptPersona { id: id.clone(), persona: Persona { avatar: None, ..persona }, avatar });
        self.newest = Some(id.clone());
        id
    }

    /// Saves a character again as it was before the last save.
    pub(in crate::state) fn save_again(&mut self, kept: KeptPersona, env: &mut Env<'_>) {
        self.keep(Some(kept.id), kept.persona, Face::Keep, env);
    }

    /// Adds a card that was opened or dropped to the library. A notice comes once it is saved. Returns whether the
    /// library is shown.
    pub(in crate::state) fn opened(&mut self, persona: Persona, left_out: Vec<Both>, env: &mut Env<'_>) -> bool {
        let shown = self.shown && env.room() == Room::Write;
        let id = self.keep(None, persona, Face::Keep, env);
        self.arriving.insert(id, left_out);
        shown
    }

    /// Takes a character as it is on the disk now.
    pub(in crate::state) fn saved(&mut self, kept: KeptPersona, env: &mut Env<'_>) {
        if let Some(error) = self.failed.remove(&kept.id) {
            env.notices.drop_problem(&error);
        }
        if let Some(left_out) = self.arriving.remove(&kept.id) {
            env.note(NoticeKind::PersonaKept { name: kept.persona.name.clone(), left_out });
        }
        let later = self.saving.get_mut(&kept.id).is_some_and(|saves| {
            *saves = saves.saturating_sub(1);
            *saves > 0
        });
        // It was changed again, or put into the trash, in the meantime.
        if !later && !self.trashed.contains(&kept.id) {
            self.saving.remove(&kept.id);
            self.put(kept);
        }
    }

    /// Records that a character could not be saved. The window keeps it as it was meant to be.
    pub(in crate::state) fn not_saved(&mut self, id: &PersonaId, error: StudioError, env: &mut Env<'_>) {
        self.arriving.remove(id);
        self.saving.remove(id);
        self.failed.insert(id.clone(), error.clone());
        env.problem_in(Room::Write, error);
    }

    /// Records that a character is in the trash.
    pub(in crate::state) fn was_trashed(&mut self, id: PersonaId, env: &mut Env<'_>) {
        self.kept.retain(|kept| kept.id != id);
        env.trashed(Undoable::PersonaTrashed(id.clone()));
        env.note(NoticeKind::PersonaTrashed(id));
    }

    /// Records that characters are coming out of the trash.
    pub(in crate::state) fn were_restored(&mut self, ids: &[PersonaId]) {
        self.trashed.retain(|id| !ids.contains(id));
    }

    /// Takes the whole library as it is on the disk. Characters that are still being saved stay as they are here.
    pub(in crate::state) fn listed(&mut self, kept: Vec<KeptPersona>) {
        let before = std::mem::replace(&mut self.kept, kept);
        for kept in before.into_iter().filter(|kept| self.saving.contains_key(&kept.id)).collect::<Vec<_>>() {
            self.put(kept);
        }
    }
}
