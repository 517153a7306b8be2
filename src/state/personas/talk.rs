//! What characters share with Write: conversations with them, and sliders that an edited one may bring.

use crate::domain::{JournalEntry, Message, Persona, Role, Room, START, Speaker, StoreRequest};
use crate::lang::Both;
use crate::state::personas::update::Handoff;
use crate::state::{AppState, Effect, Effects, PersonaCommand};
use crate::writing::cards;

impl AppState {
    pub(in crate::state) fn persona_command(&mut self, command: PersonaCommand, fx: &mut Effects) {
        let (personas, mut env) = self.personas(fx);
        match personas.update(command, &mut env) {
            None => {}
            Some(Handoff::Set(edit)) => {
                let sliders = self.text().clone();
                if self.personas.edit(edit, &sliders) {
                    self.write.error = None;
                }
            }
            Some(Handoff::Restore(id)) => self.restore_personas(vec![id], fx),
            Some(Handoff::Talk(persona)) => self.talk(*persona, fx),
        }
    }

    /// Adds a card that was opened or dropped to the library. If the library is not shown, a conversation begins too.
    pub(in crate::state) fn persona_opened(&mut self, persona: Persona, left_out: Vec<Both>, fx: &mut Effects) {
        let (personas, mut env) = self.personas(fx);
        if !personas.opened(persona.clone(), left_out, &mut env) {
            self.talk(persona, fx);
        }
    }

    /// Begins a conversation with a character: its name, greetings, model and sliders.
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
        // This comes before the new conversation, because the sliders in use may belong to another one.
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
        // The conversation is saved once something is said.
        let (mut begun, outer) = (Effects::new(), fx);
        let fx = &mut begun;
        let (title, said) = (persona.name.clone(), first.into_iter().collect());
        self.in_write(fx, |write, env| write.open_chat(title, persona.system, said, env));
        let Some(id) = self.write.open.id.clone() else { return };
        let speaker = Speaker { name: persona.name, examples: persona.examples };
        fx.push(Effect::Store(StoreRequest::Journal {
            id: id.clone(),
            entry: JournalEntry::Speaker { speaker: speaker.clone() },
        }));
        self.write.open.manner.speaker = Some(speaker);
        if !person.is_empty() {
            let entry = JournalEntry::Name { turn: None, name: person.clone() };
            fx.push(Effect::Store(StoreRequest::Journal { id: id.clone(), entry }));
            self.write.open.manner.person = person;
        }
        for card in persona.lore {
            fx.push(Effect::Store(StoreRequest::Journal {
                id: id.clone(),
                entry: JournalEntry::Card { card: card.clone() },
            }));
            self.write.open.manner.put_card(card);
        }
        if let Some(params) = sliders {
            let entry = JournalEntry::Sliders { params: Box::new(params.clone()) };
            fx.push(Effect::Store(StoreRequest::Journal { id: id.clone(), entry }));
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
