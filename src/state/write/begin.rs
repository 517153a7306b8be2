//! A conversation begins: it gets a name, a title of its own and a file.

use crate::domain::{ConversationHead, ConversationId, JournalEntry, Message, Room};
use crate::state::{AppState, Effect, Effects};

impl AppState {
    /// The page gets a file.
    pub(in crate::state) fn begin_conversation(&mut self, title: String, system: String, fx: &mut Effects) {
        let title = self.own_title(&title, false);
        let id = self.new_document();
        if !system.is_empty() {
            fx.push(Effect::Journal { id: id.clone(), entry: JournalEntry::System { text: system.clone() } });
        }
        fx.push(Effect::Journal { id: id.clone(), entry: JournalEntry::Title { title: title.clone() } });
        self.begin_sliders(&id, fx);
        let open = &mut self.write.open;
        (open.title, open.system) = (title.clone(), system);
        let head = ConversationHead { id, title, changed_ms: self.now_ms, ..Default::default() };
        self.write.conversations.insert(0, head);
    }

    /// A title that no other conversation has, with a number where it must; or no other page, which has a sign of its own.
    pub(in crate::state) fn own_title(&self, title: &str, page: bool) -> String {
        let heads = &self.write.conversations;
        let taken = |title: &str| heads.iter().any(|head| head.page == page && head.title == title);
        if title.is_empty() || !taken(title) {
            return title.to_owned();
        }
        let number = |n: &str| n.strip_suffix(')').is_some_and(|n| n.parse::<u32>().is_ok());
        let bare = title.rsplit_once(" (").filter(|(_, n)| number(n)).map_or(title, |(bare, _)| bare);
        let numbered = (2..).map(|n: u32| format!("{bare} ({n})")).find(|title| !taken(title));
        numbered.unwrap_or_else(|| title.to_owned())
    }

    /// A name, and with it a file, for what is open.
    pub(in crate::state) fn new_document(&mut self) -> ConversationId {
        let (now, dice) = (self.now_ms, self.roll());
        let id = ConversationId(format!("{now:013}-{dice:08x}"));
        // What was to be shown here comes too late: something was begun in its place.
        self.write.wanted.forget();
        self.write.open.id = Some(id.clone());
        self.show_draft_of(Some(id.clone()));
        id
    }

    /// A conversation from elsewhere, kept from now on.
    pub(in crate::state) fn open_chat(&mut self, title: String, system: String, turns: Vec<Message>, fx: &mut Effects) {
        self.new_conversation(fx);
        self.settings.room = Room::Write;
        self.begin_conversation(title, system, fx);
        for turn in turns {
            self.begin_turn(turn.role, turn.content, None, fx);
        }
    }
}
