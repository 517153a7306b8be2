//! Characters: the library, and conversations with one.

use crate::domain::{Face, JournalEntry, KeptPersona, Message, Persona, PersonaId, Role, Room, START, Speaker};
use crate::error::StudioError;
use crate::lang::Both;
use crate::state::{AppState, Effect, Effects, NoticeKind, PersonaCommand, PersonaDraft, PersonaEdit, Undoable};
use crate::writing::cards;

impl AppState {
    pub(in crate::state) fn persona_command(&mut self, command: PersonaCommand, fx: &mut Effects) {
        match command {
            PersonaCommand::Show(on) => {
                self.personas.shown = on;
                self.leave_persona();
            }
            PersonaCommand::Search(text) => self.personas.search = text,
            PersonaCommand::New => {
                self.leave_persona();
                self.personas.editing = Some(self.desk.personas.remove(&None).unwrap_or_default());
            }
            PersonaCommand::Edit(id) => {
                self.leave_persona();
                if let Some(kept) = self.personas.kept.iter().find(|kept| kept.id == id) {
                    let as_kept =
                        || PersonaDraft { id: Some(id.clone()), persona: kept.persona.clone(), face: Face::Keep };
                    let draft = self.desk.personas.remove(&Some(id.clone()));
                    self.personas.editing = Some(draft.unwrap_or_else(as_kept));
                }
            }
            PersonaCommand::Set(edit) => self.edit_persona(edit),
            PersonaCommand::Keep => self.keep_draft(fx),
            PersonaCommand::Leave => self.leave_persona(),
            PersonaCommand::Discard => self.personas.editing = None,
            PersonaCommand::Duplicate(id) => {
                if let Some(kept) = self.personas.get(&id, self.lang) {
                    let mut persona = kept.persona.clone();
                    persona.name = format!("{} 2", persona.name);
                    self.keep_persona(None, persona, Face::Of(id), fx);
                }
            }
            PersonaCommand::Trash(id) => {
                if self.personas.is_own(&id) {
                    self.personas.kept.retain(|kept| kept.id != id);
                    self.personas.trashed.insert(id.clone());
                    fx.push(Effect::TrashPersona(id));
                }
            }
            PersonaCommand::Restore(id) => self.restore_persona(id, fx),
            PersonaCommand::Import => fx.push(Effect::AskOpenFile),
            PersonaCommand::ChooseFace => fx.push(Effect::AskFace),
            PersonaCommand::Person(name) => self.settings.person = name,
            PersonaCommand::Export(id) => {
                if let Some(kept) = self.personas.get(&id, self.lang) {
                    let name = kept.persona.name.chars().map(|c| if c.is_alphanumeric() || c == ' ' { c } else { '-' });
                    let name = format!("{}.json", name.collect::<String>().trim());
                    fx.push(Effect::AskExport { name, bytes: cards::to_v2(&kept.persona).into_bytes() });
                }
            }
            PersonaCommand::Talk(id) => {
                if let Some(kept) = self.personas.get(&id, self.lang) {
                    self.talk(kept.persona.clone(), fx);
                }
            }
        }
    }

    fn edit_persona(&mut self, edit: PersonaEdit) {
        let sliders = self.text().clone();
        let Some(draft) = &mut self.personas.editing else { return };
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
            PersonaEdit::Sliders(on) => persona.params = on.then_some(sliders),
        }
        self.write.error = None;
    }

    fn keep_draft(&mut self, fx: &mut Effects) {
        let Some(PersonaDraft { id, mut persona, face }) = self.personas.editing.clone() else { return };
        persona.name = persona.name.split_whitespace().collect::<Vec<_>>().join(" ");
        persona.greetings.retain(|text| !text.trim().is_empty());
        persona.lore.retain(|card| !(card.name.trim().is_empty() && card.about.trim().is_empty()));
        if persona.name.is_empty() {
            return;
        }
        self.personas.editing = None;
        let id = self.keep_persona(id, persona, face, fx);
        // Said once it is on the disk.
        self.personas.arriving.entry(id).or_default();
    }

    /// Puts a character into the library, with its picture.
    fn keep_persona(&mut self, id: Option<PersonaId>, persona: Persona, face: Face, fx: &mut Effects) -> PersonaId {
        let id = id.unwrap_or_else(|| {
            let (now, dice) = (self.now_ms, self.roll());
            PersonaId(format!("{now:013}-{dice:08x}"))
        });
        fx.push(Effect::SavePersona { id: id.clone(), persona: Box::new(persona.clone()), face });
        *self.personas.saving.entry(id.clone()).or_default() += 1;
        let avatar = self.personas.kept.iter().find(|kept| kept.id == id).and_then(|kept| kept.avatar.clone());
        // Its picture is shown once it is on the disk.
        self.personas.put(KeptPersona { id: id.clone(), persona: Persona { avatar: None, ..persona }, avatar });
        self.personas.newest = Some(id.clone());
        id
    }

    /// As it was before it was saved the last time.
    pub(in crate::state) fn save_persona_again(&mut self, kept: KeptPersona, fx: &mut Effects) {
        self.keep_persona(Some(kept.id), kept.persona, Face::Keep, fx);
    }

    /// One of the library as it is on the disk now.
    pub(in crate::state) fn persona_kept(&mut self, kept: KeptPersona) {
        if let Some(error) = self.personas.failed.remove(&kept.id) {
            self.drop_problem(&error);
        }
        if let Some(left_out) = self.personas.arriving.remove(&kept.id) {
            self.note(NoticeKind::PersonaKept { name: kept.persona.name.clone(), left_out });
        }
        let later = self.personas.saving.get_mut(&kept.id).is_some_and(|saves| {
            *saves = saves.saturating_sub(1);
            *saves > 0
        });
        // It was changed again, or put into the trash meanwhile.
        // Its picture may be another one by now.
        if let Some(path) = &kept.avatar {
            self.gallery.thumbnails.forget(path);
        }
        if !later && !self.personas.trashed.contains(&kept.id) {
            self.personas.saving.remove(&kept.id);
            self.personas.put(kept);
        }
    }

    /// It is in the trash.
    pub(in crate::state) fn persona_trashed(&mut self, id: PersonaId) {
        self.personas.kept.retain(|kept| kept.id != id);
        self.note_trashed(Undoable::PersonaTrashed(id.clone()));
        self.note(NoticeKind::PersonaTrashed(id));
    }

    /// The whole library as it is on the disk. What is being written meanwhile is not in it yet.
    pub(in crate::state) fn personas_listed(&mut self, kept: Vec<KeptPersona>) {
        let before = std::mem::replace(&mut self.personas.kept, kept);
        for kept in before.into_iter().filter(|kept| self.personas.saving.contains_key(&kept.id)).collect::<Vec<_>>() {
            self.personas.put(kept);
        }
    }

    /// It could not be written, and stays in the window as it was meant to be.
    pub(in crate::state) fn persona_failed(&mut self, id: &PersonaId, error: StudioError) {
        self.personas.arriving.remove(id);
        self.personas.saving.remove(id);
        self.personas.failed.insert(id.clone(), error.clone());
        self.problem_in(Room::Write, error);
    }

    /// A card that was opened or dropped: into the library; where that is not what is shown, a conversation begins too.
    pub(in crate::state) fn persona_opened(&mut self, persona: Persona, left_out: Vec<Both>, fx: &mut Effects) {
        let only_kept = self.personas.shown && self.settings.room == Room::Write;
        let id = self.keep_persona(None, persona.clone(), Face::Keep, fx);
        // It is told once it is on the disk.
        self.personas.arriving.insert(id, left_out);
        if !only_kept {
            self.talk(persona, fx);
        }
    }

    /// A conversation with a character: who it is, its greeting, its model and sliders.
    fn talk(&mut self, persona: Persona, fx: &mut Effects) {
        let person = self.settings.person.trim().to_owned();
        let user = if person.is_empty() { cards::person_of(&persona) } else { person.as_str() };
        let persona = match cards::spoken(&persona, user) {
            Ok(persona) => persona,
            Err(error) => return self.problem_in(Room::Write, error),
        };
        let say = |content| Message { role: Role::Assistant, content };
        let mut greetings = persona.greetings.into_iter().filter(|text| !text.trim().is_empty()).map(say);
        let first = greetings.next();
        // Before the conversation is there: the sliders in use may be another conversation's.
        let known = persona.model.filter(|model| self.catalogue.entry(model).is_some());
        let sliders = match (persona.params, known) {
            (None, None) => None,
            (params, model) => {
                let mut params = params.unwrap_or_else(|| self.settings.text.clone());
                params.model = model.unwrap_or_else(|| self.settings.text.model.clone());
                params.draft.take_if(|draft| *draft == params.model);
                Some(params)
            }
        };
        self.in_write(fx, |write, env| write.new_conversation(env));
        // It is kept once something is said.
        let (mut begun, outer) = (Effects::new(), fx);
        let fx = &mut begun;
        let (title, said) = (persona.name.clone(), first.into_iter().collect());
        self.in_write(fx, |write, env| write.open_chat(title, persona.system, said, env));
        let Some(id) = self.write.open.id.clone() else { return };
        let speaker = Speaker { name: persona.name, examples: persona.examples };
        fx.push(Effect::Journal { id: id.clone(), entry: JournalEntry::Speaker { speaker: speaker.clone() } });
        self.write.open.manner.speaker = Some(speaker);
        if !person.is_empty() {
            let entry = JournalEntry::Name { turn: None, name: person.clone() };
            fx.push(Effect::Journal { id: id.clone(), entry });
            self.write.open.manner.person = person;
        }
        for card in persona.lore {
            fx.push(Effect::Journal { id: id.clone(), entry: JournalEntry::Card { card: card.clone() } });
            self.write.open.manner.put_card(card);
        }
        if let Some(params) = sliders {
            let entry = JournalEntry::Sliders { params: Box::new(params.clone()) };
            fx.push(Effect::Journal { id: id.clone(), entry });
            self.write.open.manner.sliders = Some(params);
        }
        // The other greetings are versions of the first.
        if let Some(first) = self.write.open.turns.first().map(|turn| turn.id) {
            let (write, mut env) = self.write(fx);
            let begin = |turn: Message| write.begin_turn(turn.role, turn.content, Some(START), &mut env);
            let others = greetings.map(begin).count();
            if others > 0 {
                write.show_branch(first, &mut env);
            }
        }
        self.in_write(outer, |write, env| write.begin_unsaid(id, begun, env));
    }
}
