//! A conversation begins: it gets an id, a title of its own and a file.

use crate::domain::{ConversationHead, ConversationId, JournalEntry, Message, Room, StoreRequest};
use crate::state::{Effect, Env, WriteState};
use crate::writing::titles::first_line;

/// The most letters of the first prompt that become a conversation's title.
pub(in crate::state) const TITLE: usize = 40;

impl WriteState {
    /// Begins a conversation: its id, system prompt, title and sliders go into its file.
    pub(in crate::state) fn begin_conversation(&mut self, title: String, system: String, env: &mut Env) {
        let title = self.own_title(&title, false);
        let id = self.new_document(env);
        if !system.is_empty() {
            env.push(Effect::Store(StoreRequest::Journal {
                id: id.clone(),
                entry: JournalEntry::System { text: system.clone() },
            }));
        }
        env.push(Effect::Store(StoreRequest::Journal {
            id: id.clone(),
            entry: JournalEntry::Title { title: title.clone() },
        }));
        self.begin_sliders(&id, env);
        let open = &mut self.open;
        (open.title, open.system) = (title.clone(), system);
        let head = ConversationHead { id, title, changed_ms: env.now_ms, ..Default::default() };
        self.conversations.insert(0, head);
    }

    /// A title that no other conversation (or no other page) has; a number makes it unique.
    pub(in crate::state) fn own_title(&self, title: &str, page: bool) -> String {
        let heads = &self.conversations;
        let taken = |title: &str| heads.iter().any(|head| head.page == page && head.title == title);
        if title.is_empty() || !taken(title) {
            return title.to_owned();
        }
        let number = |n: &str| n.strip_suffix(')').is_some_and(|n| n.parse::<u32>().is_ok());
        let bare = title.rsplit_once(" (").filter(|(_, n)| number(n)).map_or(title, |(bare, _)| bare);
        let numbered = (2..).map(|n: u32| format!("{bare} ({n})")).find(|title| !taken(title));
        numbered.unwrap_or_else(|| title.to_owned())
    }

    /// A new id, and with it a file, for what is open.
    pub(in crate::state) fn new_document(&mut self, env: &mut Env) -> ConversationId {
        let (now, dice) = (env.now_ms, env.dice.roll());
        let id = ConversationId(format!("{now:013}-{dice:08x}"));
        // A conversation that is still being read comes too late.
        self.wanted.forget();
        self.open.id = Some(id.clone());
        self.show_draft_of(Some(id.clone()));
        id
    }

    /// A conversation from elsewhere, kept from now on.
    pub(in crate::state) fn open_chat(&mut self, title: String, system: String, turns: Vec<Message>, env: &mut Env) {
        self.new_conversation(env);
        env.settings.room = Room::Write;
        self.begin_conversation(title, system, env);
        for turn in turns {
            self.begin_turn(turn.role, turn.content, None, env);
        }
    }
}

/// The first line of a prompt, cut at a word if it is long.
pub(in crate::state) fn title_of(prompt: &str) -> String {
    let line = first_line(prompt);
    if line.chars().count() <= TITLE {
        return line;
    }
    let cut: String = line.chars().take(TITLE).collect();
    let end = cut.rfind(' ').filter(|&at| at > TITLE / 2).unwrap_or(cut.len());
    let ends = |c: char| c.is_whitespace() || matches!(c, '.' | '…' | ',' | ';' | ':' | '。' | '，' | '；' | '：');
    format!("{}…", cut[..end].trim_end_matches(ends))
}
