//! An answer comes, piece by piece.

use crate::domain::{EventKind, JournalEntry, News, Outcome, Room, StoreRequest, TextNews, TurnInfo};
use crate::error::Cause;
use crate::state::update::advance;
use crate::state::{Effect, Env, Phase, WriteState};

impl WriteState {
    pub(in crate::state) fn event(&mut self, kind: EventKind, env: &mut Env) {
        let now = env.now_ms;
        let Some(job) = &mut self.job else { return };
        match kind {
            EventKind::Started => advance(&mut job.phase, Phase::Running),
            EventKind::Ready { .. } => {
                job.ready_ms = Some(now);
                advance(&mut job.phase, Phase::Running);
            }
            EventKind::Loading { fraction } => advance(&mut job.phase, Phase::Loading(fraction)),
            EventKind::News(News::Text(news)) => self.news(news, env),
            EventKind::Finished(Outcome::Text(stats)) => {
                self.tell_held(env);
                let Some(job) = &self.job else { return };
                if let Some(full) = stats.context_full() {
                    if stats.completion_tokens == 0 {
                        return self.ended(Some(full), env);
                    }
                    if self.open.id.as_ref() == Some(&job.conversation) {
                        self.error = Some(full);
                    } else {
                        let id = job.conversation.clone();
                        self.aside_of(&id).error = Some(full);
                    }
                }
                let Some(job) = &self.job else { return };
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
                self.end_turn(info, env);
            }
            // A base model without a chat template gets a transcript.
            EventKind::Failed(error)
                if matches!(error.cause(), Cause::BadTemplate { .. } | Cause::NoTemplate) && self.ask_plainly(env) => {}
            EventKind::Failed(error) => self.ended(Some(error), env),
            EventKind::Cancelled => self.ended(None, env),
            // A text has news of texts alone.
            EventKind::Freed { .. }
            | EventKind::Unloaded { .. }
            | EventKind::Finished(_)
            | EventKind::Progress(_)
            | EventKind::News(_) => {}
        }
    }

    /// News of the first answer.
    fn news(&mut self, news: TextNews, env: &mut Env) {
        let now = env.now_ms;
        let Some(job) = &mut self.job else { return };
        match news {
            TextNews::WithoutDraft { error } => env.problem_in(Room::Write, error),
            TextNews::Prefill { done, total } => job.prefill = Some((done, total)),
            TextNews::Begun { tokens } if job.page.is_none() => {
                // If the window closed in the middle of the answer, its figures are missing.
                let before = job.before.get_or_insert_default();
                if before.completion_tokens == 0 {
                    before.completion_tokens = tokens;
                }
            }
            TextNews::Weighed(choice) => job.weighed.push(choice),
            TextNews::Begun { .. } => {}
            TextNews::Token { text } => {
                // A piece completes one token or more; without log-probabilities it counts as one.
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
                        self.page_token(spot, text, first, env);
                    }
                    return;
                }
                job.text.push_str(&text);
                job.thinking.push(&text, tokens);
                let (id, turn) = (job.conversation.clone(), job.turn);
                if let Some(turn) = self.known_mut(&id).and_then(|open| open.turn_mut(turn)) {
                    turn.message.content.push_str(&text);
                }
                env.push(Effect::Store(StoreRequest::Journal { id, entry: JournalEntry::Append { id: turn, text } }));
            }
        }
    }
}
