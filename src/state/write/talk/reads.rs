//! Reads from the disk that are out: which conversation or list is awaited, and which reads a later write has made
//! out of date.

use crate::domain::{JournalEntry, PageEntry, StoreRequest};
use crate::state::{Effect, WriteState};

impl WriteState {
    /// Notes which reads are sent, and which of those that are out miss what is written now.
    pub(in crate::state) fn note_questions(&mut self, effects: &[Effect]) {
        use StoreRequest::{Journal, ListConversations, LoadConversation, RestoreConversation, TrashConversation};
        // Other requests have no answer that changes what is open or listed. (After an import the list comes as the
        // answer to that effect, after all others.)
        let asked =
            effects.iter().filter_map(|effect| if let Effect::Store(request) = effect { Some(request) } else { None });
        for request in asked {
            if let LoadConversation(id) = request {
                self.wanted.ask(id.clone());
            } else if let ListConversations = request {
                self.listing.ask(());
            } else if let Journal { id, entry } = request {
                if self.wanted.is(id) && !is_piece(entry) {
                    self.wanted.overtake();
                }
                if changes_list(entry) {
                    self.listing.overtake();
                }
            } else if let TrashConversation(id) = request {
                if self.wanted.is(id) {
                    self.wanted.forget();
                }
                self.listing.overtake();
            } else if let RestoreConversation(_) = request {
                self.listing.overtake();
            }
        }
    }
}

/// A piece of a streaming answer. A conversation that is opened takes it from the job.
fn is_piece(entry: &JournalEntry) -> bool {
    matches!(entry, JournalEntry::Append { .. } | JournalEntry::Page(PageEntry::Edit(_) | PageEntry::More { .. }))
}

fn changes_list(entry: &JournalEntry) -> bool {
    use JournalEntry::{Begin, Page, Pin, Title};
    matches!(entry, Title { .. } | Pin { .. } | Begin { .. } | Page(PageEntry::New))
}
