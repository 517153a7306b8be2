//! Files of other programs: chats and lore that are read, a conversation or a page that is written.

use crate::domain::{
    ConversationHead, ConversationId, ImportedChat, JournalEntry, Manner, Message, Persona, Role, Room, START,
    Settings, Speaker, StoreRequest, StoryCard, Turn,
};
use crate::lang::Both;
use crate::state::write::talk::begin::title_of;
use crate::state::{Effect, Env, NoticeKind, PageCommand, Undoable, WriteState, next_card};
use crate::writing::cards;
use crate::writing::export::{Document, TextFormat};

impl WriteState {
    /// Keeps all chats of a file, and shows the first of them.
    pub(in crate::state) fn chats_opened(&mut self, chats: Vec<ImportedChat>, left_out: Vec<Both>, env: &mut Env) {
        self.new_conversation(env);
        env.settings.room = Room::Write;
        let count = chats.len();
        let mut kept = Vec::with_capacity(count);
        // In reverse: the first chat comes to the top of the list and stays open.
        for chat in chats.into_iter().rev() {
            kept.push(self.take_in(chat, env));
        }
        env.push(Effect::Store(StoreRequest::KeepConversations(kept)));
        if count > 1 || !left_out.is_empty() {
            env.note(NoticeKind::ChatsKept { count, left_out });
        }
    }

    /// The entries of a lore book become cards of the open page or conversation, else of a new one. Returns how many
    /// are new.
    pub(in crate::state) fn lore_opened(&mut self, name: String, cards: Vec<StoryCard>, env: &mut Env) -> usize {
        self.error = None;
        self.leave_form(env);
        let open = &self.open;
        let known = open.page.as_ref().map_or(&open.manner.cards, |page| &page.story.cards);
        let cards = unknown(known, self.named_in(cards, env.settings));
        let Some(first) = cards.first() else { return 0 };
        if open.page.is_none() && open.id.is_none() {
            let title = if name.is_empty() { first.name.clone() } else { name };
            self.begin_conversation(title_of(&title), env.settings.system_prompt.clone(), env);
        }
        let page = self.open.page.is_some();
        for card in &cards {
            if page {
                self.page_command(PageCommand::SetCard(card.clone()), env);
            } else if let Some(id) = self.open.id.clone() {
                env.push(Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Card { card: card.clone() } }));
                self.open.manner.put_card(card.clone());
            }
        }
        let count = cards.len();
        if let Some(came) = self.cards_moved(true, cards) {
            env.undo.push(Undoable::Write(came), env.now_ms);
        }
        count
    }

    /// Replaces `{{user}}` and `{{char}}` with the speakers' names; a macro without a name stays.
    fn named_in(&self, lore: Vec<StoryCard>, settings: &Settings) -> Vec<StoryCard> {
        let manner = &self.open.manner;
        let own = [manner.person.trim(), settings.person.trim()].into_iter().find(|name| !name.is_empty());
        let name = manner.speaker.as_ref().map_or("{{char}}", |speaker| speaker.name.as_str()).to_owned();
        let book = Persona { name, lore, ..Persona::default() };
        match cards::spoken(&book, own.unwrap_or("{{user}}")) {
            Ok(spoken) => spoken.lore,
            Err(_) => book.lore,
        }
    }

    /// Opens a chat and puts it into the list. Returns its id and the entries for its file.
    fn take_in(&mut self, chat: ImportedChat, env: &mut Env) -> (ConversationId, Vec<JournalEntry>) {
        self.open = Default::default();
        let id = self.new_document(env);
        let first = chat.turns.iter().find(|turn| turn.role == Role::User).map(|turn| title_of(&turn.text));
        let title = if chat.title.is_empty() { first.unwrap_or_default() } else { chat.title };
        let title = self.own_title(&title, false);
        let named = |name: String| Some(name).filter(|name| !name.is_empty());
        let speaker = named(chat.speaker).map(|name| Speaker { name, ..Speaker::default() });
        let mut entries = vec![JournalEntry::Title { title: title.clone() }];
        entries.extend(named(chat.system.clone()).map(|text| JournalEntry::System { text }));
        entries.extend(speaker.clone().map(|speaker| JournalEntry::Speaker { speaker }));
        entries.extend(named(chat.person.clone()).map(|name| JournalEntry::Name { turn: None, name }));

        let open = &mut self.open;
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
        // The version that was shown, if it is not the last one.
        if let Some(shown) = chat.shown.map(|at| at as u64 + START + 1) {
            open.shelf.switch(&mut open.turns, shown);
            entries.push(JournalEntry::Select { id: shown });
        }
        let turns = open.turns.len();
        let head = ConversationHead { id: id.clone(), title, changed_ms: env.now_ms, turns, ..Default::default() };
        self.conversations.insert(0, head);
        (id, entries)
    }

    /// Asks where to save what is open, as a file for other programs.
    pub(in crate::state) fn export(&self, format: TextFormat, env: &mut Env) {
        let open = &self.open;
        let document = if let Some(page) = &open.page {
            Document::from_page(&open.title, page.text.as_str(), &open.pictures, env.lang)
        } else {
            Document::from_turns(&open.title, &open.system, &open.turns, &open.pictures, &open.manner, env.lang)
        };
        if document.blocks.is_empty() {
            return;
        }
        let name: String = open.title.chars().map(|c| if c.is_alphanumeric() || c == ' ' { c } else { '-' }).collect();
        let name = match name.trim() {
            "" => env.lang.pick("Untitled", "未命名"),
            name => name,
        };
        let name = format!("{name}.{}", format.ending());
        env.push(Effect::AskExportText { name, document: Box::new(document), format });
    }
}

/// The cards of a lore book that are not in `known`, with the ids that follow those.
pub(in crate::state) fn unknown(known: &[StoryCard], cards: Vec<StoryCard>) -> Vec<StoryCard> {
    let new = |card: &StoryCard| !known.iter().any(|old| (&old.name, &old.about) == (&card.name, &card.about));
    let cards = cards.into_iter().filter(new);
    (next_card(known)..).zip(cards).map(|(id, card)| StoryCard { id, ..card }).collect()
}
