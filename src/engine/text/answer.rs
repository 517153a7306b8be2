//! The loop that reads a prompt and writes an answer.

use std::time::Instant;

use super::chooser::Chooser;
use super::draft::{Ahead, Drafter};
use super::grammar::Constraint;
use super::loops::Loops;
use super::session::Session;
use super::stream::{StopTexts, Utf8Decoder};
use super::template::Prompt;
use super::tokenizer::{Specials, Tokenizer};
use crate::domain::{FinishReason, TextNews, TextParams, TextStats, Thinking, TokenChoice, answer_of};
use crate::engine::{CancelToken, Reporter, Stop};

/// What an answer depends on beside the prompt.
pub struct Answer<'a> {
    pub tokenizer: &'a Tokenizer,
    pub params: &'a TextParams,
    pub seed: u64,
    /// Tokens that prompt and answer may take together.
    pub context: usize,
    pub load_s: f64,
    pub started: Instant,
}

impl Answer<'_> {
    /// Reads `prompt` (not empty, not longer than the context) and writes until an end is reached, by `constraint`
    /// where there is one; a thought that the prompt opens is free of it, and must end before the answer does. `drafter` changes how fast that is, not what is written.
    pub fn run(
        &self,
        session: &mut Session,
        drafter: Option<Drafter<'_>>,
        prompt: &Prompt,
        constraint: Option<Constraint>,
        reporter: &Reporter,
        token: &CancelToken,
    ) -> Result<TextStats, Stop> {
        let Prompt { tokens: prompt, begun, opens_thought } = prompt;
        let mut stats = TextStats {
            prompt_tokens: prompt.len(),
            reused_tokens: 0,
            dropped_turns: 0,
            completion_tokens: 0,
            load_s: self.load_s,
            ttft_s: 0.0,
            prompt_tok_s: 0.0,
            decode_tok_s: 0.0,
            drafted_tokens: 0,
            accepted_tokens: 0,
            seed: self.seed,
            finish_reason: FinishReason::ContextFull,
        };
        if prompt.len() >= self.context {
            return Ok(stats);
        }
        let mut text = Text::new(&self.params.stop, Thinking::begun(begun), reporter);
        let mut constraint = constraint;
        if let Some(constraint) = constraint.as_mut().filter(|_| !text.thinking.is_open()) {
            constraint.begin(answer_of(begun))?;
        }
        let (now, mut behind) = if text.thinking.is_open() { (None, constraint) } else { (constraint, None) };
        let mut chooser = Chooser::new(self.tokenizer, self.params, now, self.seed)?;
        if behind.is_some() {
            chooser.wait();
        }
        // Who asks for an answer without an end gets it.
        let mut loops = (!self.params.ignore_eos).then(Loops::default);
        prompt.iter().for_each(|&t| chooser.remember(t));
        stats.reused_tokens = session.rewind(prompt);
        let reading = Instant::now();
        let tell = |done| reporter.hint(TextNews::Prefill { done, total: prompt.len() });
        let mut logits = session.read_on(&prompt[stats.reused_tokens..], token, tell)?;
        stats.prompt_tok_s = rate(prompt.len() - stats.reused_tokens, reading.elapsed().as_secs_f64());

        if !*opens_thought && !begun.is_empty() {
            reporter.tell(TextNews::Begun { tokens: self.tokenizer.encode(begun, Specials::Plain).len() });
        }
        if *opens_thought {
            if self.params.inspect {
                let bytes = begun.as_bytes().to_vec();
                reporter.tell(TextNews::Weighed(TokenChoice { bytes, probability: 1.0, others: Vec::new() }));
            }
            reporter.tell(TextNews::Token { text: begun.clone() });
        }
        let mut ahead = Ahead::new(drafter);
        let mut first = None;
        stats.finish_reason = loop {
            let step = stats.completion_tokens;
            let weighed = self.params.inspect.then(|| Weighed::of(&logits));
            let next = chooser.next(logits, step)?;
            let since = *first.get_or_insert_with(Instant::now);
            if step == 0 {
                stats.ttft_s = self.started.elapsed().as_secs_f64();
            } else {
                stats.decode_tok_s = rate(step, since.elapsed().as_secs_f64());
            }
            let Some(next) = next else { break FinishReason::Stop };
            stats.completion_tokens += 1;
            chooser.accept(next)?;
            if let Some(weighed) = weighed {
                reporter.tell(TextNews::Weighed(weighed.told(next, self.tokenizer)));
            }
            if text.push(self.tokenizer, next) || chooser.must_end() {
                break FinishReason::Stop;
            }
            if loops.as_mut().is_some_and(|loops| loops.push(next, &text.newest)) {
                break FinishReason::Repetition;
            }
            if behind.is_some() && !text.thinking.is_open() {
                chooser.constrain(behind.take());
            }
            // How many more may come.
            let rest = (self.params.max_tokens as usize).saturating_sub(stats.completion_tokens);
            let room = self.context.saturating_sub(prompt.len() + stats.completion_tokens);
            if rest == 0 {
                break if behind.is_some() { FinishReason::Thought } else { FinishReason::Length };
            }
            if room == 0 {
                break FinishReason::ContextFull;
            }
            logits = match ahead.after(next, rest.min(room), session, token) {
                Err(Stop::Cancelled) => {
                    text.finish();
                    return Err(Stop::Cancelled);
                }
                logits => logits?,
            };
        };
        text.finish();
        (stats.drafted_tokens, stats.accepted_tokens) = (ahead.drafted, ahead.accepted);
        Ok(stats)
    }
}

/// The likeliest tokens of one step, for "Look inside".
struct Weighed {
    best: Vec<(u32, f32)>,
    /// Of all logits: the largest, and the sum of the exponentials relative to it.
    top: f32,
    sum: f32,
    logits: Vec<f32>,
}

/// Alternatives that are reported for each token.
const TOLD: usize = 6;

impl Weighed {
    fn of(logits: &[f32]) -> Self {
        let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum = logits.iter().map(|x| (x - top).exp()).sum();
        let mut best: Vec<(u32, f32)> = Vec::with_capacity(TOLD + 1);
        for (id, &logit) in (0u32..).zip(logits) {
            if best.len() == TOLD && best.last().is_some_and(|last| logit <= last.1) {
                continue;
            }
            let at = best.partition_point(|b| b.1 >= logit);
            best.insert(at, (id, logit));
            best.truncate(TOLD);
        }
        Self { best, top, sum, logits: logits.to_vec() }
    }

    fn told(&self, chosen: u32, tokenizer: &Tokenizer) -> TokenChoice {
        let one = |id: u32| {
            let mut bytes = Vec::new();
            tokenizer.piece(id, &mut bytes);
            let logit = self.logits.get(id as usize).copied().unwrap_or(f32::NEG_INFINITY);
            TokenChoice { bytes, probability: (logit - self.top).exp() / self.sum, others: Vec::new() }
        };
        // Control tokens show nothing, and cannot be chosen by a person.
        let others = self.best.iter().map(|(id, _)| one(*id)).filter(|other| !other.bytes.is_empty());
        TokenChoice { others: others.collect(), ..one(chosen) }
    }
}

/// Sends tokens to the window.
struct Text<'a> {
    decoder: Utf8Decoder,
    stops: StopTexts,
    /// The part of it that is thought.
    thinking: Thinking,
    reporter: &'a Reporter,
    bytes: Vec<u8>,
    /// What the last token completed.
    newest: String,
}

impl<'a> Text<'a> {
    fn new(stops: &[String], thinking: Thinking, reporter: &'a Reporter) -> Self {
        let (decoder, stops) = (Utf8Decoder::default(), StopTexts::new(stops));
        Self { decoder, stops, thinking, reporter, bytes: Vec::new(), newest: String::new() }
    }

    /// Shows what a token completes; true when a stop text has come.
    fn push(&mut self, tokenizer: &Tokenizer, id: u32) -> bool {
        self.bytes.clear();
        tokenizer.piece(id, &mut self.bytes);
        self.newest = self.decoder.push(&self.bytes);
        self.thinking.push(&self.newest, 1);
        let text = self.stops.push(&self.newest);
        self.tell(text);
        self.stops.found()
    }

    /// Shows what was held back and is no stop text after all.
    fn finish(&mut self) {
        let text = self.stops.finish();
        self.tell(text);
    }

    fn tell(&self, text: String) {
        if !text.is_empty() {
            self.reporter.tell(TextNews::Token { text });
        }
    }
}

/// Tokens a second; 0 where no time has passed.
fn rate(tokens: usize, seconds: f64) -> f64 {
    if seconds > 0.0 { tokens as f64 / seconds } else { 0.0 }
}
