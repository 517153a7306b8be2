//! What Write asks of the disk, and what is written that answers on their way do not have.

use crate::domain::{JournalEntry, PageEntry, StoreRequest};
use crate::state::{Effect, WriteState};

impl WriteState {
    /// Notes what is asked of the disk, and what is written that answers on their way do not have.
    pub(in crate::state) fn note_questions(&mut self, effects: &[Effect]) {
        use StoreRequest::{Journal, ListConversations, LoadConversation, RestoreConversation, TrashConversation};
        // Few of many: the others have no answer that changes what is open or listed. (The list of conversations that
        // came from elsewhere is the answer to their effect, and comes after any other.)
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

/// A piece of an answer that streams: whoever opens its conversation has it from the job.
fn is_piece(entry: &JournalEntry) -> bool {
    matches!(entry, JournalEntry::Append { .. } | JournalEntry::Page(PageEntry::Edit(_) | PageEntry::More { .. }))
}

fn changes_list(entry: &JournalEntry) -> bool {
    use JournalEntry::{Begin, Page, Pin, Title};
    matches!(entry, Title { .. } | Pin { .. } | Begin { .. } | Page(PageEntry::New))
}
