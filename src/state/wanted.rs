//! Questions to the disk whose answers change what is shown.

use super::Effect;
use crate::domain::{JournalEntry, PageEntry};

/// The question that is out, if any. An answer to another one comes too late; one that was overtaken by what was
/// written meanwhile is old, and the question is asked again.
#[derive(Clone, Debug)]
pub(super) struct Wanted<T> {
    what: Option<T>,
    overtaken: bool,
}

/// What is to be done with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Take,
    /// Something else is wanted now, or nothing.
    Drop,
    AskAgain,
}

impl<T> Default for Wanted<T> {
    fn default() -> Self {
        Self { what: None, overtaken: false }
    }
}

impl<T: PartialEq> Wanted<T> {
    pub fn ask(&mut self, what: T) {
        *self = Self { what: Some(what), overtaken: false };
    }

    pub fn forget(&mut self) {
        *self = Self::default();
    }

    pub fn is(&self, what: &T) -> bool {
        self.what.as_ref() == Some(what)
    }

    /// Something was written that an answer on its way does not have.
    pub fn overtake(&mut self) {
        self.overtaken = self.what.is_some();
    }

    pub fn answer(&mut self, what: &T) -> Answer {
        match (self.is(what), self.overtaken) {
            (false, _) => Answer::Drop,
            (true, true) => Answer::AskAgain,
            (true, false) => {
                self.forget();
                Answer::Take
            }
        }
    }
}

impl super::WriteState {
    /// Notes what is asked of the disk, and what is written that answers on their way do not have.
    pub(super) fn note_questions(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::LoadConversation(id) => self.wanted.ask(id.clone()),
                Effect::ListConversations => self.listing.ask(()),
                Effect::Journal { id, entry } => {
                    if self.wanted.is(id) && !is_piece(entry) {
                        self.wanted.overtake();
                    }
                    if changes_list(entry) {
                        self.listing.overtake();
                    }
                }
                Effect::TrashConversation(id) => {
                    if self.wanted.is(id) {
                        self.wanted.forget();
                    }
                    self.listing.overtake();
                }
                Effect::RestoreConversation(_) => self.listing.overtake(),
                // The list of conversations that came from elsewhere is the answer to this, and comes after any other.
                Effect::KeepConversations(_)
                | Effect::Submit { .. }
                | Effect::Cancel(_)
                | Effect::Measure(_)
                | Effect::CheckGrammar(_)
                | Effect::Unload
                | Effect::SetDevice(_)
                | Effect::Fetch(_)
                | Effect::CancelFetch(_)
                | Effect::FindDrafts { .. }
                | Effect::AskModelFile
                | Effect::SavePicture { .. }
                | Effect::KeepLatents(_)
                | Effect::AskExportPicture { .. }
                | Effect::AskExportFile { .. }
                | Effect::CopyPicture(_)
                | Effect::CopyText(_)
                | Effect::OpenPicture(_)
                | Effect::ViewPicture(_)
                | Effect::Thumbnail(_)
                | Effect::TrashPictures(_)
                | Effect::RestorePictures(_)
                | Effect::ListRecent
                | Effect::ScanLibrary
                | Effect::AskOpenFile
                | Effect::AskFace
                | Effect::SearchTexts { .. }
                | Effect::SavePersona { .. }
                | Effect::TrashPersona(_)
                | Effect::RestorePersona(_)
                | Effect::AskExport { .. }
                | Effect::AskExportText { .. }
                | Effect::SaveSettings(_)
                | Effect::AskLibraryFolder
                | Effect::AskModelsFolder
                | Effect::SetLibraryFolder(_)
                | Effect::SetModelsFolder(_)
                | Effect::Reveal(_)
                | Effect::AskModelFolder
                | Effect::AskPartFile(..)
                | Effect::OpenModel(..)
                | Effect::RemoveModel(..)
                | Effect::RemoveModelFile(..)
                | Effect::RestoreModel(..)
                | Effect::EmptyModelTrash
                | Effect::ReadModels
                | Effect::AskCopiesFolder
                | Effect::CopyFiles { .. }
                | Effect::RescanLibrary
                | Effect::SaveDesk(..)
                | Effect::ListTrash(..)
                | Effect::Purge { .. }
                | Effect::MakeFolder(..) => {}
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_once_and_only_if_nothing_else_is_wanted() {
        let mut wanted = Wanted::default();
        assert_eq!(wanted.answer(&1), Answer::Drop);
        wanted.ask(1);
        wanted.ask(2);
        assert_eq!(
            (wanted.answer(&1), wanted.answer(&2), wanted.answer(&2)),
            (Answer::Drop, Answer::Take, Answer::Drop)
        );
        wanted.ask(3);
        wanted.overtake();
        assert_eq!(wanted.answer(&3), Answer::AskAgain);
        wanted.ask(3);
        assert_eq!(wanted.answer(&3), Answer::Take);
        wanted.overtake();
        wanted.ask(4);
        assert_eq!(wanted.answer(&4), Answer::Take, "what was written before it was asked is in it");
    }
}
