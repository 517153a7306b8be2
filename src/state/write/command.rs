//! What can be asked for in Write.

use crate::domain::{AnswerForm, ConversationId, KvType, Overflow, Seed, TextParam};
use crate::state::{CardEdit, PageCommand};
use crate::writing::export::TextFormat;

#[derive(Clone, Debug, PartialEq)]
pub enum WriteCommand {
    /// Writes a picture prompt for a turn of the conversation.
    PictureOfTurn(u64),
    /// Another picture for the passage beside this one.
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
    /// Pins it to the top of the list, or unpins it.
    PinConversation(ConversationId, bool),
    /// Opens a search hit: the turn (0 in a page) and the byte of its text.
    OpenHit(ConversationId, u64, usize),
    /// Shows the branch with this turn, scrolled to it.
    GoToTurn(u64),
    TrashConversation(ConversationId),
    RestoreConversation(ConversationId),
    CopyTurn(u64),
    /// Opens a turn of the person's for editing.
    BeginEdit(u64),
    SetEdit(String),
    /// Leaves the edit; what was typed stays as a draft.
    CancelEdit,
    /// Leaves the edit and throws away what was typed.
    DiscardEdit,
    /// Sends the edited turn, beside the old one.
    SendEdit,
    /// Shows the branch with this turn.
    SelectBranch(u64),
    /// Shows an answer as its tokens, or as text again.
    Inspect(u64),
    /// Continues from a token of an answer with another candidate for that token.
    BranchAtToken {
        turn: u64,
        token: usize,
        other: usize,
    },
    /// Writes the last answer again, beside the old one.
    Regenerate,
    /// Continues an answer that was cut off.
    ContinueWriting,
    ExportConversation(TextFormat),
    OpenForm(String),
    /// A field's id and what is in it.
    SetFormField(String, String),
    /// Leaves the form; what was typed stays as a draft.
    CloseForm,
    DiscardForm,
    WriteForm,
    /// Writes the next section of an outline.
    WriteSection,
    /// Asks for the last answer again, with an instruction from a check.
    AskAgain(String),
    Page(PageCommand),
    /// A card of the open conversation.
    Card(CardEdit),
    /// Measures the context budget of the next prompt; in a page at this byte.
    Measure(usize),
    /// Parses the grammar of the answer's form.
    CheckGrammar,
    /// Finds the models that can draft for the one in use.
    FindDrafts,
    /// Answers the question that was too long, with this overflow setting.
    AnswerWith(Overflow),
    /// New conversations start with the open conversation's sliders.
    UseSliders,
    /// Sets the sliders and the seed that wrote this answer.
    UseRecord(u64),
    DismissError,
}

/// One slider of Write.
#[derive(Clone, Debug, PartialEq)]
pub enum TextEdit {
    Model(String),
    /// A number, clamped to its range.
    Number(TextParam, f64),
    Seed(Seed),
    Stop(Vec<String>),
    Kv(KvType),
    Overflow(Overflow),
    Draft(Option<String>),
    Form(AnswerForm),
    /// The schema or the grammar of the chosen form.
    FormText(String),
    Reset,
}
