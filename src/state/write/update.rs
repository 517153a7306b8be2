//! Write: conversations, turns, the answer that streams.

use crate::domain::{
    ConversationData, ConversationId, EventKind, JournalEntry, Makes, Message, News, Outcome, Parameter, Role, Room,
    START, Seed, TextNews, TextParams, TextPrompt, Thinking, Turn, TurnInfo,
};
use crate::error::Cause;
use crate::state::update::advance;
use crate::state::wanted::Answer;
use crate::state::{AppState, Effect, Effects, OpenConversation, PageSpot, Phase, TextEdit, TextJob, WriteCommand};
use crate::writing::titles::first_line;

/// Letters of the first prompt that make a conversation's title.
pub(in crate::state) const TITLE: usize = 40;

impl AppState {
    pub(in crate::state) fn write_command(&mut self, command: WriteCommand, fx: &mut Effects) {
        match command {
            WriteCommand::SetText(edit) => self.set_text(edit),
            WriteCommand::SetDraft(text) => {
                self.write.draft = text;
                // What is typed on is not ready yet.
                self.write.held = false;
                self.write.held_elsewhere.retain(|open| open.id != self.write.draft_of);
                self.write.error.take_if(|error| *error.cause() == Cause::EmptyPrompt);
            }
            WriteCommand::SetSystemPrompt(text) => self.set_system(text, fx),
            WriteCommand::SetSearch(text) => self.set_search(text, fx),
            WriteCommand::Send => self.send(fx),
            WriteCommand::StopWriting => self.stop_writing(fx),
            WriteCommand::NewConversation => self.new_conversation(fx),
            WriteCommand::OpenConversation(id) => self.open_conversation(id, fx),
            WriteCommand::BeginTitle(id) => self.begin_title(id, fx),
            WriteCommand::SetTitle(id, text) => self.write.titling = Some((id, text)),
            WriteCommand::LeaveTitle => self.leave_title(),
            WriteCommand::RenameConversation(id, title) => {
                self.write.titling.take_if(|(now, _)| *now == id);
                self.desk.titles.remove(&id);
                if self.is_title_draft(&id, &title) {
                    self.rename(id, title, fx);
                }
            }
            WriteCommand::PinConversation(id, on) => self.pin(id, on, fx),
            WriteCommand::OpenFound(id, turn, at) => self.open_found(id, turn, at, fx),
            WriteCommand::GoToTurn(id) => self.go_to_turn(id, fx),
            WriteCommand::TrashConversation(id) => self.trash_conversation(id, fx),
            WriteCommand::RestoreConversation(id) => {
                let (trash, mut env) = self.trash(fx);
                trash.restore_conversations(vec![id], &mut env);
            }
            WriteCommand::CopyTurn(id) => {
                if let Some(turn) = self.write.open.turn(id) {
                    fx.push(Effect::CopyText(turn.message.said().to_owned()));
                    self.gallery.copying = None;
                }
            }
            WriteCommand::BeginEdit(id) => self.begin_edit(id),
            WriteCommand::SetEdit(text) => {
                if let Some((_, edit)) = &mut self.write.editing {
                    *edit = text;
                    self.write.error.take_if(|error| *error.cause() == Cause::EmptyPrompt);
                }
            }
            WriteCommand::CancelEdit => self.leave_edit(),
            WriteCommand::DiscardEdit => self.write.editing = None,
            WriteCommand::SendEdit => self.send_edit(fx),
            WriteCommand::SelectBranch(id) => self.select_branch(id, fx),
            WriteCommand::Inspect(turn) => {
                self.write.inspecting = if self.write.inspecting == Some(turn) { None } else { Some(turn) };
            }
            WriteCommand::BranchAtToken { turn, token, other } => self.branch_at_token(turn, token, other, fx),
            WriteCommand::Regenerate => self.regenerate(fx),
            WriteCommand::ContinueWriting => self.continue_writing(fx),
            WriteCommand::ExportConversation(format) => self.export_text(format, fx),
            WriteCommand::OpenForm(id) => self.open_form(&id, fx),
            WriteCommand::SetFormField(field, value) => self.set_form_field(field, value),
            WriteCommand::CloseForm => {
                self.leave_form();
                self.write.error = None;
            }
            WriteCommand::DiscardForm => self.write.form = None,
            WriteCommand::WriteForm => self.write_form(fx),
            WriteCommand::WriteSection => self.write_section(fx),
            WriteCommand::AskAgain(instruction) => self.ask_again(instruction, fx),
            WriteCommand::Page(command) => self.page_command(command, fx),
            WriteCommand::DismissError => self.write.error = None,
            WriteCommand::PictureOfTurn(id) => self.picture_of_turn(id, fx),
            WriteCommand::Measure(cursor) => self.measure(cursor, fx),
            WriteCommand::CheckGrammar => self.check_grammar(fx),
            WriteCommand::FindDrafts => self.find_drafts(fx),
            WriteCommand::AnswerWith(overflow) => self.answer_with(overflow, fx),
            WriteCommand::UseSliders => self.use_sliders(),
            WriteCommand::IllustrateAgain(id) => self.illustrate_again(id, fx),
            WriteCommand::RemoveIllustration(id) => self.remove_illustration(id, fx),
            WriteCommand::Card(edit) => self.edit_card(edit, fx),
        }
    }

    pub(in crate::state) fn set_text(&mut self, edit: TextEdit) {
        let before = self.text().clone();
        self.edit_text(edit);
        self.heal_text(&before);
    }

    fn edit_text(&mut self, edit: TextEdit) {
        self.sliders_moved_ms = Some(self.now_ms);
        let card = self.card_defaults(&self.text().model);
        match edit {
            TextEdit::Form(form) => return self.set_answer_form(form),
            TextEdit::FormText(text) => return self.set_form_text(text),
            TextEdit::Model(id) => return self.choose_text_model(id),
            _ => {}
        }
        let p = self.text_mut();
        match edit {
            TextEdit::Form(_) | TextEdit::FormText(_) | TextEdit::Model(_) => {}
            TextEdit::Number(number, value) => number.set(p, value),
            TextEdit::Seed(seed) => p.seed = seed,
            TextEdit::Stop(stop) => p.stop = stop,
            TextEdit::Kv(kv) => p.kv = kv,
            TextEdit::Overflow(overflow) => p.overflow = overflow,
            TextEdit::Draft(draft) => p.draft = draft,
            TextEdit::Reset => *p = TextParams { model: std::mem::take(&mut p.model), ..card.text() },
        }
    }

    /// The system prompt of the open conversation alone; before one is begun, that of all that are to come.
    fn set_system(&mut self, text: String, fx: &mut Effects) {
        self.write.open.system.clone_from(&text);
        match &self.write.open.id {
            Some(id) => fx.push(Effect::Journal { id: id.clone(), entry: JournalEntry::System { text } }),
            None => self.settings.system_prompt = text,
        }
    }

    pub(in crate::state) fn open_conversation(&mut self, id: ConversationId, fx: &mut Effects) {
        self.personas.shown = false;
        if self.write.open.id.as_ref() != Some(&id) {
            self.new_conversation(fx);
            self.show_draft_of(Some(id.clone()));
            fx.push(Effect::LoadConversation(id));
        }
    }

    pub(in crate::state) fn new_conversation(&mut self, fx: &mut Effects) {
        self.leave_held();
        self.keep_sliders(fx);
        self.give_title(fx);
        self.forget_unsaid(fx);
        self.show_draft_of(None);
        self.write.put_aside();
        self.personas.shown = false;
        let (personas, mut env) = self.personas(fx);
        personas.leave(&mut env);
        self.leave_edit();
        self.leave_form();
        self.write.wanted.forget();
        self.write.ledger.found = None;
        self.write.aim = None;
        self.write.finder.goal = None;
        self.write.asked_again = None;
        self.write.inspecting = None;
        self.write.open = OpenConversation { system: self.settings.system_prompt.clone(), ..Default::default() };
        self.write.error = None;
    }

    pub(in crate::state) fn send(&mut self, fx: &mut Effects) {
        if self.write.is_writing_here() {
            self.write.held = !self.write.draft.trim().is_empty();
            return;
        }
        let text = self.write.draft.trim().to_owned();
        if text.is_empty() || !self.may_write() {
            return;
        }
        self.write.draft.clear();
        // A question whose model is still missing is asked in other words: it takes the place of the first.
        let waits = self.write.waits_here() && self.write.open.is_unanswered();
        match self.write.open.turns.last().filter(|_| waits) {
            Some(last) if last.message.content == text => {}
            Some(last) => {
                let parent = last.parent.unwrap_or(START);
                self.begin_turn(Role::User, text, Some(parent), fx);
            }
            None => self.add_user_turn(text, fx),
        }
        self.answer(None, fx);
    }

    fn send_edit(&mut self, fx: &mut Effects) {
        if self.write.is_writing_here() {
            return;
        }
        let Some((id, text)) = self.write.editing.take() else { return };
        if text.trim().is_empty() {
            self.write.error = Some(Cause::EmptyPrompt.into());
            self.write.editing = Some((id, text));
            return;
        }
        if !self.may_write() {
            self.write.editing = Some((id, text));
            return;
        }
        let text = text.trim().to_owned();
        let Some(turn) = self.write.open.turn(id) else { return };
        let (role, parent) = (turn.message.role, turn.parent.unwrap_or(START));
        let new = self.begin_turn(role, text, Some(parent), fx);
        self.name_like(id, new, fx);
        // An answer that the person wrote anew needs no other.
        if role == Role::User {
            self.answer(None, fx);
        }
    }

    /// A version of a turn is said by whoever says that.
    fn name_like(&mut self, old: u64, new: u64, fx: &mut Effects) {
        let open = &mut self.write.open;
        if let Some((name, id)) = open.manner.names.get(&old).cloned().zip(open.id.clone()) {
            open.manner.names.insert(new, name.clone());
            fx.push(Effect::Journal { id, entry: JournalEntry::Name { turn: Some(new), name } });
        }
    }

    /// Goes on from a place inside an answer with another token, beside the old answer.
    fn branch_at_token(&mut self, turn: u64, token: usize, other: usize, fx: &mut Effects) {
        if self.write.is_writing_here() || !self.may_write() {
            return;
        }
        let Some((tokens, old)) = self.write.weighed.get(&turn).zip(self.write.open.turn(turn)) else { return };
        let parent = old.parent;
        let (before, Some(choice)) = (tokens.get(..token).unwrap_or_default(), tokens.get(token)) else { return };
        let Some(other) = choice.others.get(other) else { return };
        let mut kept: Vec<_> = before.to_vec();
        kept.push(crate::domain::TokenChoice { others: choice.others.clone(), ..other.clone() });
        let bytes: Vec<u8> = kept.iter().flat_map(|choice| choice.bytes.iter().copied()).collect();
        // Half a character is no place to go on from.
        let Ok(text) = String::from_utf8(bytes) else { return };
        let Some(conversation) = self.write.open.id.clone() else { return };
        let new = self.begin_turn(Role::Assistant, text, parent, fx);
        self.name_like(turn, new, fx);
        self.write.weighed.insert(new, kept);
        self.write.inspecting = Some(new);
        self.start_job(new, conversation, fx);
    }

    /// Shows another branch; what streams stays on the page.
    pub(in crate::state) fn select_branch(&mut self, id: u64, fx: &mut Effects) {
        if !self.write.is_writing_here() {
            self.show_branch(id, fx);
        }
    }

    pub(in crate::state) fn show_branch(&mut self, id: u64, fx: &mut Effects) {
        let open = &mut self.write.open;
        let Some(conversation) = open.id.clone() else { return };
        self.leave_edit();
        let open = &mut self.write.open;
        open.shelf.switch(&mut open.turns, id);
        fx.push(Effect::Journal { id: conversation, entry: JournalEntry::Select { id } });
    }

    pub(in crate::state) fn regenerate(&mut self, fx: &mut Effects) {
        if self.write.is_writing_here() || !self.may_write() {
            return;
        }
        match self.write.open.turns.last() {
            // Beside the old answer.
            Some(turn) if turn.message.role == Role::Assistant => {
                let (old, parent) = (turn.id, turn.parent);
                self.answer(parent, fx);
                if let Some(new) = self.write.open.turns.last().map(|turn| turn.id) {
                    self.name_like(old, new, fx);
                }
            }
            Some(_) => self.answer(None, fx),
            None => {}
        }
    }

    /// Lets the model go on with its last answer.
    pub(in crate::state) fn continue_writing(&mut self, fx: &mut Effects) {
        if self.write.is_writing_here() || !self.may_write() {
            return;
        }
        let last = self.write.open.turns.last().filter(|t| t.message.role == Role::Assistant);
        let (Some(turn), Some(conversation)) = (last.map(|t| t.id), self.write.open.id.clone()) else { return };
        self.start_job(turn, conversation, fx);
    }

    /// Checks the sliders and that the model can be had; says what is wrong otherwise.
    pub(in crate::state) fn may_write(&mut self) -> bool {
        let params = self.text();
        let checked = params.check().and_then(|()| match self.model_files(&params.model, Makes::Text) {
            // It is fetched on first use.
            Err(error) if matches!(error.cause(), Cause::NotFetched { .. }) => Ok(()),
            // And its files are hashed where nobody knows whether they are good.
            Err(error) if matches!(error.cause(), Cause::NotChecked { .. }) => Ok(()),
            other => other.map(|_| ()),
        });
        // A draft is never fetched: it was chosen because it was here.
        let checked = checked.and_then(|()| self.draft_of(self.text()).map(drop));
        self.write.error = checked.err();
        self.write.error.is_none()
    }

    /// A turn of the person's; the first one begins a conversation.
    pub(in crate::state) fn add_user_turn(&mut self, text: String, fx: &mut Effects) {
        if self.write.open.id.is_none() {
            self.begin_conversation(title_of(&text), self.settings.system_prompt.clone(), fx);
        }
        self.begin_turn(Role::User, text, None, fx);
    }

    /// A new turn behind `parent`, or at the end.
    pub(in crate::state) fn begin_turn(
        &mut self,
        role: Role,
        content: String,
        parent: Option<u64>,
        fx: &mut Effects,
    ) -> u64 {
        let open = &mut self.write.open;
        let end = open.turns.last().map_or(START, |last| last.id);
        let (id, parent) = (open.next_turn(), Some(parent.unwrap_or(end)));
        open.manner.names.remove(&id);
        let turn = Turn { id, message: Message { role, content }, info: None, parent };
        if let Some(conversation) = self.write.open.id.clone() {
            fx.push(Effect::Journal { id: conversation, entry: JournalEntry::Begin { turn: turn.clone() } });
        }
        let open = &mut self.write.open;
        open.shelf.add(&mut open.turns, turn);
        id
    }

    /// Begins the assistant's turn behind `parent`, or at the end, and asks for it.
    pub(in crate::state) fn answer(&mut self, parent: Option<u64>, fx: &mut Effects) {
        let turn = self.begin_turn(Role::Assistant, String::new(), parent, fx);
        if let Some(conversation) = self.write.open.id.clone() {
            self.touch(&conversation);
            self.start_job(turn, conversation, fx);
        }
    }

    fn start_job(&mut self, turn: u64, conversation: ConversationId, fx: &mut Effects) {
        let mut params = TextParams { inspect: true, ..self.text().clone() };
        if let Some((form, _)) = self.form_of_page() {
            params = form.sampling.apply(&params);
            params.grammar = self.form_grammar(turn).or(params.grammar);
        }
        let prompt = self.prompt_of(self.messages_until(turn));
        self.ask_for_text(turn, conversation, prompt, None, params, fx);
    }

    /// Asks the model in use for text; where it is not here yet, it is fetched first.
    pub(in crate::state) fn ask_for_text(
        &mut self,
        turn: u64,
        conversation: ConversationId,
        prompt: TextPrompt,
        page: Option<PageSpot>,
        params: TextParams,
        fx: &mut Effects,
    ) {
        let seed = match params.seed {
            Seed::Fixed(n) => n,
            Seed::Random => self.roll(),
        };
        let text = self.write.open.turn(turn).map(|t| t.message.content.clone()).unwrap_or_default();
        let weighed = self.write.weighed.get(&turn).cloned().unwrap_or_default();
        let old = self.write.open.turn(turn).filter(|_| page.is_none());
        let (parent, info) = old.map_or((None, None), |turn| (Some(turn.parent.unwrap_or(START)), turn.info.clone()));
        // Of an answer that is gone on with from one of its tokens only their number is known.
        let kept = || TurnInfo { completion_tokens: weighed.len(), ..TurnInfo::default() };
        let before = info.or_else(|| (!weighed.is_empty()).then(kept));
        let has_note = self.write.open.page.as_ref().is_some_and(|page| !page.story.note.trim().is_empty());
        let model = params.model.clone();
        self.write.enqueue(TextJob {
            id: None,
            turn,
            conversation,
            phase: Phase::Waiting,
            prefill: None,
            pieces: 0,
            heard: weighed.len(),
            weighed,
            thinking: Thinking::begun(&text),
            ready_ms: None,
            first_ms: None,
            last_ms: None,
            seed,
            params,
            prompt,
            page,
            text,
            parent,
            before,
            unnoted: (page.is_some() && has_note).then(Default::default),
            taken_over: false,
        });
        let here = self.catalogue.entry(&model).is_none_or(|entry| entry.is_here());
        if here {
            self.submit_text(&model, fx);
        } else {
            self.fetch(&model, fx);
        }
    }

    /// What the model reads to write turn `turn`: the system prompt, and all turns up to it that say something. What
    /// was thought is not read again; only the answer that is gone on with is whole.
    pub(in crate::state) fn messages_until(&self, turn: u64) -> Vec<Message> {
        let open = &self.write.open;
        let system = Some(&open.system).filter(|s| !s.trim().is_empty());
        let system = system.map(|text| Message { role: Role::System, content: text.clone() });
        // Where several people speak, the model is told who says what. What was thought is not sent again.
        let named = !open.manner.names.is_empty();
        let read = |t: &Turn| {
            if t.id == turn {
                return t.message.clone();
            }
            let said = t.message.said();
            let name = open.manner.name_of(t.id, t.message.role).filter(|_| named && !said.is_empty());
            let content = name.map_or_else(|| said.to_owned(), |name| format!("{name}: {said}"));
            Message { role: t.message.role, content }
        };
        let turns = open.turns.iter().take_while(|t| t.id <= turn).map(read);
        system.into_iter().chain(turns.filter(|m| !m.content.is_empty())).collect()
    }

    pub(in crate::state) fn text_event(&mut self, kind: EventKind, fx: &mut Effects) {
        let now = self.now_ms;
        let Some(job) = &mut self.write.job else { return };
        match kind {
            EventKind::Started => advance(&mut job.phase, Phase::Running),
            EventKind::Ready { .. } => {
                job.ready_ms = Some(now);
                advance(&mut job.phase, Phase::Running);
            }
            EventKind::Loading { fraction } => advance(&mut job.phase, Phase::Loading(fraction)),
            EventKind::News(News::Text(news)) => self.text_news(news, fx),
            EventKind::Finished(Outcome::Text(stats)) => {
                self.tell_held(fx);
                let Some(job) = &self.write.job else { return };
                if let Some(full) = stats.context_full() {
                    if stats.completion_tokens == 0 {
                        return self.text_ended(Some(full), fx);
                    }
                    if self.write.open.id.as_ref() == Some(&job.conversation) {
                        self.write.error = Some(full);
                    } else {
                        let id = job.conversation.clone();
                        self.write.aside_of(&id).error = Some(full);
                    }
                }
                let Some(job) = &self.write.job else { return };
                let info = TurnInfo {
                    model: job.params.model.clone(),
                    seed: stats.seed,
                    prompt_tokens: stats.prompt_tokens,
                    reused_tokens: stats.reused_tokens,
                    dropped_turns: stats.dropped_turns,
                    completion_tokens: stats.completion_tokens,
                    ttft_s: stats.ttft_s,
                    decode_tok_s: stats.decode_tok_s,
                    drafted_tokens: stats.drafted_tokens,
                    accepted_tokens: stats.accepted_tokens,
                    thought_tokens: job.thinking.tokens(),
                    finish_reason: Some(stats.finish_reason),
                    made: None,
                };
                self.end_turn(info, fx);
            }
            // It was trained to go on with texts: it gets one.
            EventKind::Failed(error) if matches!(error.cause(), Cause::BadTemplate { .. }) && self.ask_plainly(fx) => {}
            EventKind::Failed(error) => self.text_ended(Some(error), fx),
            EventKind::Cancelled => self.text_ended(None, fx),
            // A text has news of texts alone.
            EventKind::Freed { .. }
            | EventKind::Unloaded { .. }
            | EventKind::Finished(_)
            | EventKind::Progress(_)
            | EventKind::News(_) => {}
        }
    }

    /// News of the first answer.
    fn text_news(&mut self, news: TextNews, fx: &mut Effects) {
        let now = self.now_ms;
        let Some(job) = &mut self.write.job else { return };
        match news {
            TextNews::WithoutDraft { error } => self.problem_in(Room::Write, error),
            TextNews::Prefill { done, total } => job.prefill = Some((done, total)),
            TextNews::Begun { tokens } if job.page.is_none() => {
                // Where the window closed in the middle of it, its figures were not kept.
                let before = job.before.get_or_insert_default();
                if before.completion_tokens == 0 {
                    before.completion_tokens = tokens;
                }
            }
            TextNews::Weighed(choice) => job.weighed.push(choice),
            TextNews::Begun { .. } => {}
            TextNews::Token { text } => {
                // A piece completes one token or several; where none was weighed, it is one.
                let tokens = job.weighed.len().saturating_sub(job.heard).max(1);
                job.heard = job.weighed.len();
                job.pieces += tokens;
                job.first_ms.get_or_insert(now);
                job.last_ms = Some(now);
                if let Some(spot) = job.page {
                    if job.taken_over {
                        return;
                    }
                    let text = job.unnoted.as_mut().map_or(text.clone(), |filter| filter.push(&text));
                    let first = job.text.is_empty();
                    let text = if first && spot.spaced { text.trim_start_matches(' ').to_owned() } else { text };
                    job.text.push_str(&text);
                    if !text.is_empty() {
                        self.page_token(spot, text, first, fx);
                    }
                    return;
                }
                job.text.push_str(&text);
                job.thinking.push(&text, tokens);
                let (id, turn) = (job.conversation.clone(), job.turn);
                if let Some(turn) = self.write.known_mut(&id).and_then(|open| open.turn_mut(turn)) {
                    turn.message.content.push_str(&text);
                }
                fx.push(Effect::Journal { id, entry: JournalEntry::Append { id: turn, text } });
            }
        }
    }

    pub(in crate::state) fn conversation_loaded(&mut self, data: ConversationData, fx: &mut Effects) {
        match self.write.wanted.answer(&data.id) {
            Answer::Take => {}
            Answer::Drop => return,
            Answer::AskAgain => return fx.push(Effect::LoadConversation(data.id)),
        }
        let mut data = data;
        let mut turns = std::mem::take(&mut data.turns);
        // The answer that streams right now: the file may be some pieces behind.
        if let Some(job) = self.write.job_of(&data.id)
            && let Some(turn) = turns.iter_mut().find(|t| t.id == job.turn)
        {
            turn.message.content.clone_from(&job.text);
        }
        self.leave_edit();
        self.show_draft_of(Some(data.id.clone()));
        let ConversationData { id, title, system, shelf, mut page, pictures, manner, weighed, .. } = data;
        if let Some(job) = self.write.job_of(&id).filter(|job| !job.taken_over)
            && let Some((spot, page)) = job.page.zip(page.as_mut())
        {
            self.catch_up(page, spot, &job.text);
        }
        let open = Some(id.clone());
        self.write.open = OpenConversation { id: open, title, system, turns, shelf, page, pictures, manner };
        self.write.take_aside(&id);
        self.take_held(&id);
        self.keep_model();
        // What was written since the start is known better than by the file.
        for (id, tokens) in weighed {
            let open = &self.write.open;
            let turn = open.turn(id).or_else(|| open.shelf.turns().iter().find(|turn| turn.id == id));
            let bytes: Vec<u8> = tokens.iter().flat_map(|choice| choice.bytes.iter().copied()).collect();
            // The answer may have been gone on with where its tokens were not kept.
            if turn.is_some_and(|turn| turn.message.content.as_bytes() == bytes) {
                self.write.weighed.entry(id).or_insert(tokens);
            }
        }
        self.reach_goal(&id, fx);
        self.resume_text(&id, fx);
    }

    pub(in crate::state) fn rename(&mut self, id: ConversationId, title: String, fx: &mut Effects) {
        let title = title.trim().to_owned();
        if title.is_empty() {
            return;
        }
        if self.write.open.id.as_ref() == Some(&id) {
            self.write.open.title.clone_from(&title);
        }
        if let Some(head) = self.write.conversations.iter_mut().find(|h| h.id == id) {
            head.title.clone_from(&title);
        }
        fx.push(Effect::Journal { id, entry: JournalEntry::Title { title } });
    }

    fn trash_conversation(&mut self, id: ConversationId, fx: &mut Effects) {
        // One that is being written is stopped first: its file must not grow in the trash.
        self.stop_writing_of(&id, fx);
        if self.write.bring(|job| job.conversation == id) {
            self.text_ended(None, fx);
        }
        self.write.waiting.retain(|job| job.conversation != id);
        self.write.held_elsewhere.retain(|open| open.id.as_ref() != Some(&id));
        self.write.conversations.retain(|h| h.id != id);
        self.write.finder.hits.retain(|hit| hit.conversation != id);
        if self.write.open.id.as_ref() == Some(&id) {
            self.new_conversation(fx);
        }
        fx.push(Effect::TrashConversation(id));
    }

    /// Moves a conversation to the top of the list.
    pub(in crate::state) fn touch(&mut self, id: &ConversationId) {
        let turns = (self.write.open.id.as_ref() == Some(id)).then_some(self.write.open.turns.len());
        let heads = &mut self.write.conversations;
        if let Some(at) = heads.iter().position(|h| h.id == *id) {
            let mut head = heads.remove(at);
            head.changed_ms = self.now_ms;
            head.turns = turns.unwrap_or(head.turns);
            heads.insert(0, head);
        }
    }
}

/// The first line of a prompt as it reads, cut at a word where it is long.
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
