//! What can be asked for in Write.

use crate::domain::{AnswerForm, ConversationId, KvType, Overflow, Seed, TextParam};
use crate::state::{CardEdit, PageCommand};
use crate::writing::export::TextFormat;

#[derive(Clone, Debug, PartialEq)]
pub enum WriteCommand {
    /// Writes a picture prompt for a turn of the conversation.
    PictureOfTurn(u64),
    /// Another picture for the passage that this one stands beside.
    IllustrateAgain(u64),
    /// Takes a picture out of the text.
    RemoveIllustration(u64),
    SetText(TextEdit),
    SetDraft(String),
    SetSystemPrompt(String),
    SetSearch(String),
    Send,
    StopWriting,
    NewConversation,
    OpenConversation(ConversationId),
    /// Opens a title for typing, with what was typed before.
    BeginTitle(ConversationId),
    SetTitle(ConversationId, String),
    /// Leaves the title as it was; what was typed stays as a draft.
    LeaveTitle,
    RenameConversation(ConversationId, String),
    /// Keeps it at the top of the list, or no longer.
    PinConversation(ConversationId, bool),
    /// A place where the searched words stand: the turn (0 in a page) and the byte of its text.
    OpenHit(ConversationId, u64, usize),
    /// Shows the branch with this turn, scrolled to it.
    GoToTurn(u64),
    TrashConversation(ConversationId),
    RestoreConversation(ConversationId),
    CopyTurn(u64),
    /// Opens a turn of the person's for editing.
    BeginEdit(u64),
    SetEdit(String),
    /// Leaves it; what was typed stays as a draft.
    CancelEdit,
    /// Leaves it and throws away what was typed.
    DiscardEdit,
    /// Sends the edited turn, beside the old one.
    SendEdit,
    /// Shows the branch with this turn.
    SelectBranch(u64),
    /// Shows an answer as its tokens, or no longer.
    Inspect(u64),
    /// Goes on from a token of an answer with another one that was weighed there.
    BranchAtToken {
        turn: u64,
        token: usize,
        other: usize,
    },
    /// Writes the last answer again, beside the old one.
    Regenerate,
    /// Goes on where an answer was cut off.
    ContinueWriting,
    ExportConversation(TextFormat),
    OpenForm(String),
    /// A field's id and what is in it.
    SetFormField(String, String),
    /// Leaves it; what was typed stays as a draft.
    CloseForm,
    DiscardForm,
    WriteForm,
    /// The next section of an outline.
    WriteSection,
    /// An instruction about the last answer, from a check.
    AskAgain(String),
    Page(PageCommand),
    /// A card of the open conversation.
    Card(CardEdit),
    /// What the next prompt takes of the context; in a page with the place of the cursor.
    Measure(usize),
    /// Reads the grammar of the answer's form.
    CheckGrammar,
    /// Looks which models can draft for the one in use.
    FindDrafts,
    /// Answers the question that was too long, with this choice of what is left out.
    AnswerWith(Overflow),
    /// The open conversation's sliders become those of new conversations.
    UseSliders,
    /// The sliders become those that wrote this answer, with its seed.
    UseRecord(u64),
    DismissError,
}

/// One slider of Write.
#[derive(Clone, Debug, PartialEq)]
pub enum TextEdit {
    Model(String),
    /// A number of the table; one that is out of range is brought into it.
    Number(TextParam, f64),
    Seed(Seed),
    Stop(Vec<String>),
    Kv(KvType),
    Overflow(Overflow),
    Draft(Option<String>),
    Form(AnswerForm),
    /// The schema or the grammar of the form that is chosen.
    FormText(String),
    Reset,
}
