//! Chats from other programs.

use crate::domain::{
    ConversationHead, ConversationId, ImportedChat, JournalEntry, Manner, Message, Persona, Role, Room, START, Speaker,
    StoryCard, Turn,
};
use crate::lang::Both;
use crate::state::write::update::title_of;
use crate::state::{AppState, Effect, Effects, NoticeKind, PageCommand, next_card};
use crate::writing::cards;

impl AppState {
    /// Keeps all chats of a file, and shows the first of them.
    pub(in crate::state) fn chats_opened(&mut self, chats: Vec<ImportedChat>, left_out: Vec<Both>, fx: &mut Effects) {
        self.new_conversation(fx);
        self.settings.room = Room::Write;
        let count = chats.len();
        let mut kept = Vec::with_capacity(count);
        // The first one last: it is the one on top of the list, and the one that stays open.
        for chat in chats.into_iter().rev() {
            kept.push(self.take_in(chat));
        }
        fx.push(Effect::KeepConversations(kept));
        if count > 1 || !left_out.is_empty() {
            self.note(NoticeKind::ChatsKept { count, left_out });
        }
    }

    /// The entries of a lore book become cards of what is open: of the character that is edited, the page or the
    /// conversation, else of a new one.
    pub(in crate::state) fn world_opened(
        &mut self,
        name: String,
        cards: Vec<StoryCard>,
        left_out: Vec<Both>,
        fx: &mut Effects,
    ) {
        let edited = self.personas.editing.is_some() && self.settings.room == Room::Write;
        self.settings.room = Room::Write;
        if !edited {
            (self.personas.shown, self.write.error) = (false, None);
            self.leave_form();
        }
        let open = &self.write.open;
        let known = match (&self.personas.editing, &open.page) {
            (Some(draft), _) if edited => draft.persona.lore.clone(),
            (_, Some(page)) => page.story.cards.clone(),
            (_, None) => open.manner.cards.clone(),
        };
        // Macros stay in a character; elsewhere it is known by now who speaks.
        let cards = if edited { cards } else { self.named_in(cards) };
        let new = |card: &StoryCard| !known.iter().any(|old| (&old.name, &old.about) == (&card.name, &card.about));
        let first = next_card(&known);
        let cards = (first..).zip(cards.into_iter().filter(new)).map(|(id, card)| StoryCard { id, ..card });
        let cards: Vec<StoryCard> = cards.collect();
        if !edited && open.page.is_none() && open.id.is_none() && !cards.is_empty() {
            let title = if name.is_empty() { cards[0].name.clone() } else { name };
            self.begin_conversation(title_of(&title), self.settings.system_prompt.clone(), fx);
        }
        let count = cards.len();
        let came = self.cards_moved(true, cards.clone()).filter(|_| !edited && count > 0);
        for card in cards {
            if let Some(draft) = self.personas.editing.as_mut().filter(|_| edited) {
                draft.persona.lore.push(card);
            } else if self.write.open.page.is_some() {
                self.page_command(PageCommand::SetCard(card), fx);
            } else if let Some(id) = self.write.open.id.clone() {
                fx.push(Effect::Journal { id, entry: JournalEntry::Card { card: card.clone() } });
                self.write.open.manner.put_card(card);
            }
        }
        if let Some(came) = came {
            self.undo.push(came, self.now_ms);
        }
        self.note(NoticeKind::LoreKept { count, left_out });
    }

    /// With the names of who speaks in the place of `{{user}}` and `{{char}}`; where nobody has that name, it stays.
    fn named_in(&self, lore: Vec<StoryCard>) -> Vec<StoryCard> {
        let manner = &self.write.open.manner;
        let own = [manner.person.trim(), self.settings.person.trim()].into_iter().find(|name| !name.is_empty());
        let name = manner.speaker.as_ref().map_or("{{char}}", |speaker| speaker.name.as_str()).to_owned();
        let book = Persona { name, lore, ..Persona::default() };
        match cards::spoken(&book, own.unwrap_or("{{user}}")) {
            Ok(spoken) => spoken.lore,
            Err(_) => book.lore,
        }
    }

    /// Puts a chat on the page and into the list; its file's name and what is to be in it.
    fn take_in(&mut self, chat: ImportedChat) -> (ConversationId, Vec<JournalEntry>) {
        self.write.open = Default::default();
        let id = self.new_document();
        let first = chat.turns.iter().find(|turn| turn.role == Role::User).map(|turn| title_of(&turn.text));
        let title = if chat.title.is_empty() { first.unwrap_or_default() } else { chat.title };
        let title = self.own_title(&title, false);
        let named = |name: String| Some(name).filter(|name| !name.is_empty());
        let speaker = named(chat.speaker).map(|name| Speaker { name, ..Speaker::default() });
        let mut entries = vec![JournalEntry::Title { title: title.clone() }];
        entries.extend(named(chat.system.clone()).map(|text| JournalEntry::System { text }));
        entries.extend(speaker.clone().map(|speaker| JournalEntry::Speaker { speaker }));
        entries.extend(named(chat.person.clone()).map(|name| JournalEntry::Name { turn: None, name }));

        let open = &mut self.write.open;
        (open.title, open.system) = (title.clone(), chat.system);
        open.manner = Manner { speaker, person: chat.person, ..Manner::default() };
        for (id, turn) in (START + 1..).zip(chat.turns) {
            let parent = Some(turn.after.map_or(START, |at| at as u64 + START + 1));
            let message = Message { role: turn.role, content: turn.text };
            let kept = Turn { id, message, info: None, parent };
            entries.push(JournalEntry::Begin { turn: kept.clone() });
            if !turn.name.is_empty() {
                entries.push(JournalEntry::Name { turn: Some(id), name: turn.name.clone() });
                open.manner.names.insert(id, turn.name);
            }
            open.shelf.add(&mut open.turns, kept);
        }
        // Another version than the last one of its place.
        if let Some(shown) = chat.shown.map(|at| at as u64 + START + 1) {
            open.shelf.switch(&mut open.turns, shown);
            entries.push(JournalEntry::Select { id: shown });
        }
        let turns = open.turns.len();
        let head = ConversationHead { id: id.clone(), title, changed_ms: self.now_ms, turns, ..Default::default() };
        self.write.conversations.insert(0, head);
        (id, entries)
    }
}
