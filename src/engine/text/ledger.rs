//! The context budget of a prompt, measured on a thread of its own while it is typed: with the model's own vocabulary
//! and template, without its weights.

use std::collections::HashMap;
use std::sync::Arc;

use crossbeam_channel::Receiver;

use super::fit::fit_played;
use super::loaded::model_path;
use super::prompt_encoder::PromptEncoder;
use crate::domain::{
    Ledger, LedgerPart, LedgerRequest, Message, Overflow, PartKind, PlayedPrompt, Role, TextPrompt, Wake,
};
use crate::engine::Newest;
use crate::error::{Cause, Result};
use crate::writing::page::{assemble, with_lore};

/// Messages whose tokens are remembered.
const REMEMBERED: usize = 100_000;

/// A request's number, and what came of it.
pub type Measured = (u64, Result<Ledger>);

/// Measures prompts, the newest only; [`Newest::ask`] never waits.
pub type Measurer = Newest<LedgerRequest>;

impl Measurer {
    /// Starts the thread. It ends when the measurer is dropped. Without it prompts are not measured.
    pub fn start(wake: Wake) -> (Self, Receiver<Measured>) {
        let mut meter = Meter::default();
        Self::with("ledger", wake, move |request: LedgerRequest| (request.serial, meter.measure(&request)))
    }
}

/// Measures with the model that was asked for last.
#[derive(Default)]
pub struct Meter {
    encoder: Option<Arc<PromptEncoder>>,
    /// Tokens of messages by their text: a long conversation is cut into tokens once.
    known: HashMap<String, usize>,
}

impl Meter {
    /// The context budget of a prompt.
    ///
    /// # Errors
    /// A model file that cannot be read, or a template that fails.
    pub fn measure(&mut self, request: &LedgerRequest) -> Result<Ledger> {
        let encoder = PromptEncoder::open(&model_path(&request.model)?)?;
        if !self.encoder.as_ref().is_some_and(|old| Arc::ptr_eq(old, &encoder)) {
            self.known.clear();
            self.encoder = Some(encoder.clone());
        }
        if self.known.len() > REMEMBERED {
            self.known.clear();
        }
        let context = encoder.context_length.min(request.params.context as usize);
        let answer = (request.params.max_tokens as usize).min(context / 2);
        let room = context - answer;
        let (parts, dropped_turns) = match &request.prompt {
            TextPrompt::Raw(text) => (vec![part(PartKind::Text, encoder.count(text), 0)], 0),
            TextPrompt::Page(page) => (assemble(page, room, &mut |text| encoder.count(text)).parts, 0),
            TextPrompt::Chat(turns) => {
                let played = PlayedPrompt { turns: turns.clone(), ..PlayedPrompt::default() };
                self.chat(&encoder, &played, request, room)?
            }
            TextPrompt::Played(played) => self.chat(&encoder, played, request, room)?,
        };
        Ok(Ledger { serial: request.serial, parts, context, answer, dropped_turns })
    }

    fn count(&mut self, encoder: &PromptEncoder, text: &str) -> usize {
        if let Some(tokens) = self.known.get(text) {
            return *tokens;
        }
        let tokens = encoder.count(text);
        self.known.insert(text.to_owned(), tokens);
        tokens
    }

    fn chat(
        &mut self,
        encoder: &PromptEncoder,
        played: &PlayedPrompt,
        request: &LedgerRequest,
        room: usize,
    ) -> Result<(Vec<LedgerPart>, usize)> {
        let template = encoder.template.as_ref().map_err(Clone::clone)?;
        let rendered = |turns: &[Message]| -> Result<usize> { Ok(template.tokens(turns, &encoder.tokenizer)?.len()) };
        // Without a turn there is nothing to render but what is always read.
        let has_turns = played.turns.iter().any(|message| message.role != Role::System);
        let mut has_room = |turns: &[Message]| -> Result<bool> {
            let tokens = match has_turns {
                true => rendered(turns)?,
                false => turns.iter().map(|turn| encoder.count(&turn.content)).sum(),
            };
            Ok(tokens <= room)
        };
        let (turns, cards) = with_lore(played, room, &mut |text| self.count(encoder, text), &mut has_room)?;
        let played = &PlayedPrompt { turns, examples: played.examples.clone(), cards: Vec::new() };
        let messages = &played.turns;
        let overflow = if has_turns { request.params.overflow } else { Overflow::Stop };
        // Without a turn nothing is rendered, and all examples have room as far as is known.
        let fits = |turns: &[Message]| Ok(!has_turns || rendered(turns)? <= room);
        let (kept, dropped, shown) = fit_played(played, overflow, fits)?;
        let total = match has_turns {
            true => Some(encoder.tokenizer.begin(template.tokens(&kept, &encoder.tokenizer)?).len()),
            false => None,
        };
        let mut sums: [(usize, usize); 3] = [(0, 0); 3];
        let kinds = [PartKind::System, PartKind::Turns, PartKind::Draft];
        let mut examples = (0, 0);
        for (i, turn) in played.examples.iter().enumerate().flat_map(|(i, block)| block.iter().map(move |t| (i, t))) {
            let tokens = self.count(encoder, &turn.content);
            if i < shown {
                examples.0 += tokens;
            } else {
                examples.1 += tokens;
            }
        }
        // With an example left, no turn was left out.
        let turns = if shown > 0 { messages } else { &kept };
        let mut rest = turns.iter().rev().peekable();
        for (i, message) in messages.iter().enumerate().rev() {
            let tokens = self.count(encoder, &message.content);
            let kind = match message.role {
                Role::System => 0,
                _ if request.draft && i + 1 == messages.len() => 2,
                _ => 1,
            };
            // What was left out is a stretch of turns: those that are kept come in the same order.
            if rest.next_if(|kept| *kept == message).is_some() {
                sums[kind].0 += tokens;
            } else {
                sums[kind].1 += tokens;
            }
        }
        let mut parts: Vec<LedgerPart> =
            kinds.into_iter().zip(sums).map(|(kind, (read, out))| part(kind, read, out)).collect();
        // The cards stand in the system prompt.
        parts[0].tokens = parts[0].tokens.saturating_sub(cards.iter().map(|card| card.tokens).sum());
        // Before all, where nobody gave any.
        let given = kept.iter().any(|message| message.role == Role::System);
        let own = (has_turns && !given).then(|| template.own_instructions(&kept[..kept.len().min(1)])).flatten();
        let own = own.map_or(0, |text| self.count(encoder, &text));
        // Behind it, as they are read.
        parts.insert(1, part(PartKind::Examples, examples.0, examples.1));
        parts.splice(1..1, cards);
        parts.insert(0, part(PartKind::Own, own, 0));
        let read: usize = parts.iter().map(|part| part.tokens).sum();
        parts.extend(total.map(|total| part(PartKind::Template, total.saturating_sub(read), 0)));
        parts.retain(|part| part.tokens + part.left_out > 0);
        if parts.is_empty() {
            return Err(Cause::EmptyPrompt.into());
        }
        Ok((parts, dropped))
    }
}

fn part(kind: PartKind, tokens: usize, left_out: usize) -> LedgerPart {
    LedgerPart { kind, name: String::new(), tokens, left_out }
}
