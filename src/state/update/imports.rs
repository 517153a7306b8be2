//! Chats from other programs.

use super::Effects;
use super::write::title_of;
use crate::domain::{
    ConversationHead, ConversationId, ImportedChat, JournalEntry, Manner, Message, Role, Room, START, Speaker, Turn,
};
use crate::lang::Both;
use crate::state::{AppState, Effect, NoticeKind};

impl AppState {
    /// Keeps all chats of a file, and shows the first of them.
    pub(super) fn chats_opened(&mut self, chats: Vec<ImportedChat>, left_out: Vec<Both>, fx: &mut Effects) {
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
