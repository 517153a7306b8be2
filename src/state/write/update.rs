//! What each command of Write does.

use crate::domain::ConversationId;
use crate::error::Cause;
use crate::state::{Env, WriteCommand, WriteState};

/// What other rooms must do for Write, once its own command is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::state) enum Handoff {
    /// The library of characters closes and the conversation is shown.
    HideCharacters,
    /// The same, and an edited character is left.
    LeaveCharacters,
    /// Fetches the model with this id, or stops that fetch.
    Fetch(String),
    CancelFetch(String),
    /// A text for the clipboard.
    Copy(String),
    RestoreConversation(ConversationId),
    /// A picture prompt for a turn.
    PictureOfTurn(u64),
    /// A picture prompt for the text of a page between two bytes.
    PictureOfPassage {
        from: usize,
        to: usize,
    },
    /// Another picture in the place of this one.
    IllustrateAgain(u64),
}

impl WriteState {
    pub(in crate::state) fn update(&mut self, command: WriteCommand, env: &mut Env) {
        match command {
            WriteCommand::SetText(edit) => self.set_text(edit, env),
            WriteCommand::SetDraft(text) => self.set_draft(text),
            WriteCommand::SetSystemPrompt(text) => self.set_system(text, env),
            WriteCommand::SetSearch(text) => self.set_search(text, env),
            WriteCommand::Send => self.send(env),
            WriteCommand::StopWriting => self.stop_writing(env),
            WriteCommand::NewConversation => self.new_conversation(env),
            WriteCommand::OpenConversation(id) => self.open_conversation(id, env),
            WriteCommand::BeginTitle(id) => self.begin_title(id, env),
            WriteCommand::SetTitle(id, text) => self.titling = Some((id, text)),
            WriteCommand::LeaveTitle => self.leave_title(),
            WriteCommand::RenameConversation(id, title) => {
                self.titling.take_if(|(now, _)| *now == id);
                self.left.titles.remove(&id);
                if self.is_new_title(&id, &title) {
                    self.rename(id, title, env);
                }
            }
            WriteCommand::PinConversation(id, on) => self.pin(id, on, env),
            WriteCommand::OpenHit(id, turn, at) => self.open_hit(id, turn, at, env),
            WriteCommand::GoToTurn(id) => self.go_to_turn(id, env),
            WriteCommand::TrashConversation(id) => self.trash_conversation(id, env),
            WriteCommand::RestoreConversation(id) => self.handoffs.push(Handoff::RestoreConversation(id)),
            WriteCommand::CopyTurn(id) => {
                if let Some(turn) = self.open.turn(id) {
                    self.handoffs.push(Handoff::Copy(turn.message.said().to_owned()));
                }
            }
            WriteCommand::BeginEdit(id) => self.begin_edit(id, env),
            WriteCommand::SetEdit(text) => {
                if let Some((_, edit)) = &mut self.editing {
                    *edit = text;
                    self.error.take_if(|error| *error.cause() == Cause::EmptyPrompt);
                }
            }
            WriteCommand::CancelEdit => self.leave_edit(env),
            WriteCommand::DiscardEdit => self.editing = None,
            WriteCommand::SendEdit => self.send_edit(env),
            WriteCommand::SelectBranch(id) => self.select_branch(id, env),
            WriteCommand::Inspect(turn) => {
                self.inspecting = if self.inspecting == Some(turn) { None } else { Some(turn) };
            }
            WriteCommand::BranchAtToken { turn, token, other } => self.branch_at_token(turn, token, other, env),
            WriteCommand::Regenerate => self.regenerate(env),
            WriteCommand::ContinueWriting => self.continue_writing(env),
            WriteCommand::ExportConversation(format) => self.export(format, env),
            WriteCommand::OpenForm(id) => self.open_form(&id, env),
            WriteCommand::SetFormField(field, value) => self.set_form_field(field, value),
            WriteCommand::CloseForm => {
                self.leave_form(env);
                self.error = None;
            }
            WriteCommand::DiscardForm => self.form = None,
            WriteCommand::WriteForm => self.write_form(env),
            WriteCommand::WriteSection => self.write_section(env),
            WriteCommand::AskAgain(instruction) => self.ask_again(instruction, env),
            WriteCommand::Page(command) => self.page_command(command, env),
            WriteCommand::DismissError => self.error = None,
            WriteCommand::PictureOfTurn(id) => self.handoffs.push(Handoff::PictureOfTurn(id)),
            WriteCommand::Measure(cursor) => self.measure(cursor, env),
            WriteCommand::CheckGrammar => self.check_grammar(env),
            WriteCommand::FindDrafts => self.find_drafts(env),
            WriteCommand::AnswerWith(overflow) => self.answer_with(overflow, env),
            WriteCommand::UseSliders => self.use_sliders(env),
            WriteCommand::UseRecord(turn) => self.use_record(turn, env),
            WriteCommand::IllustrateAgain(id) => self.handoffs.push(Handoff::IllustrateAgain(id)),
            WriteCommand::RemoveIllustration(id) => self.remove_illustration(id, env),
            WriteCommand::Card(edit) => self.edit_card(edit, env),
        }
    }
}
