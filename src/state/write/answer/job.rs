//! An answer that is asked for: its parameters, its prompt and what is written so far.

use crate::domain::{ConversationId, JobId, Message, Role, TextParams, TextPrompt, Thinking, TokenChoice, TurnInfo};
use crate::state::{PageSpot, Phase};
use crate::writing::page::Unnoted;
use crate::writing::transcript::Transcript;

/// An answer that is being written or waits.
#[derive(Clone, Debug)]
pub struct TextJob {
    /// `None` until the engine has it, as while its model is fetched.
    pub id: Option<JobId>,
    /// The turn that it streams into.
    pub turn: u64,
    pub conversation: ConversationId,
    pub phase: Phase,
    /// Prompt tokens read, and their total.
    pub prefill: Option<(usize, usize)>,
    /// Tokens that have come; a piece without log-probabilities counts as one.
    pub pieces: usize,
    /// The log-probabilities of each token so far.
    pub weighed: Vec<TokenChoice>,
    /// Which part of the answer is thought.
    pub thinking: Thinking,
    /// How many tokens of `weighed` are counted in `pieces`, or were there before.
    pub heard: usize,
    /// When the model was ready, and when the first and the last piece came, in the state's clock.
    pub ready_ms: Option<i64>,
    pub first_ms: Option<i64>,
    pub last_ms: Option<i64>,
    pub seed: u64,
    /// The sliders and the model, as the person had set them when the answer was asked for.
    pub params: TextParams,
    /// The prompt. It is kept here since the window may show another conversation once the model is fetched.
    pub prompt: TextPrompt,
    /// Where it writes into a page; `turn` is then the number of its edit.
    pub page: Option<PageSpot>,
    /// The answer so far. The window may show another conversation meanwhile.
    pub text: String,
    /// The turn that is answered; `None` in a page.
    pub parent: Option<u64>,
    /// The figures of the part that was there before, if the answer is continued.
    pub before: Option<TurnInfo>,
    /// What differs from `params` and `prompt` if it is asked again.
    pub anew: Anew,
    /// Takes the author's note out of what a model writes into a page.
    pub unnoted: Option<Unnoted>,
    /// The person typed into its page: the answer is being stopped, and what still comes is dropped.
    pub taken_over: bool,
}

/// What an answer is asked with beside the sliders if it is asked again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Anew {
    /// Tokens that engines wrote before; they count towards the limit.
    pub written: usize,
    /// Stop texts of the transcript.
    pub stop: Vec<String>,
    /// Bytes of the answer's text that are in the raw prompt already.
    pub told: usize,
}

impl TextJob {
    /// Pieces a second so far, at `now_ms`.
    pub fn rate(&self, now_ms: i64) -> Option<f64> {
        let ms = now_ms - self.first_ms?;
        (self.pieces > 1 && ms > 200).then(|| (self.pieces - 1) as f64 * 1000.0 / ms as f64)
    }

    /// Tokens of the whole answer so far.
    pub fn tokens(&self) -> usize {
        self.before.as_ref().map_or(0, |before| before.completion_tokens) + self.pieces
    }

    /// The parameters for the engine: the tokens that are left, and all stop texts.
    pub(in crate::state) fn asked(&self) -> TextParams {
        let left = self.params.max_tokens.saturating_sub(self.anew.written as u32).max(1);
        let stop = self.params.stop.iter().chain(&self.anew.stop).cloned().collect();
        TextParams { max_tokens: left, stop, ..self.params.clone() }
    }

    /// Asks with a transcript, for a model without a chat template.
    pub(in crate::state) fn ask_plainly(&mut self, told: Transcript) {
        self.prompt = TextPrompt::Raw(told.text);
        (self.anew.stop, self.anew.told) = (told.stop, self.text.len());
        (self.id, self.phase) = (None, Phase::Waiting);
    }

    /// Prepares the job for another engine, which continues from what is written.
    pub(in crate::state) fn begin_again(&mut self) {
        if self.pieces > 0 {
            let info = self.figures();
            self.before = Some(match &self.before {
                Some(before) => info.after(before),
                None => info,
            });
            self.anew.written += self.pieces;
            match &mut self.prompt {
                TextPrompt::Chat(turns) => go_on(turns, &self.text),
                TextPrompt::Played(played) => go_on(&mut played.turns, &self.text),
                TextPrompt::Page(page) => {
                    // The text before the cursor, with the spaces that were trimmed off its end.
                    let at = self.page.map_or(page.before.len(), |spot| spot.at);
                    page.before.truncate(at);
                    page.before.extend(std::iter::repeat_n(' ', at - page.before.len()));
                    page.before.push_str(&self.text);
                }
                TextPrompt::Raw(text) => {
                    text.push_str(self.text.get(self.anew.told..).unwrap_or_default());
                    self.anew.told = self.text.len();
                }
            }
        }
        // What was held back is written again.
        self.unnoted = self.unnoted.take().map(|_| Unnoted::default());
        self.thinking = Thinking::begun(&self.text);
        self.heard = self.weighed.len();
        (self.id, self.phase, self.prefill, self.pieces) = (None, Phase::Waiting, None, 0);
        (self.ready_ms, self.first_ms, self.last_ms) = (None, None, None);
    }

    /// The figures of an answer that ended early, by the state's clock, without those in `before`.
    pub(in crate::state) fn figures(&self) -> TurnInfo {
        let seconds = |from: Option<i64>, to: Option<i64>| Some((to? - from?).max(0) as f64 / 1000.0);
        let written = seconds(self.first_ms, self.last_ms).filter(|s| *s > 0.0);
        TurnInfo {
            model: self.params.model.clone(),
            seed: self.seed,
            completion_tokens: self.pieces,
            thought_tokens: self.thinking.tokens(),
            ttft_s: seconds(self.ready_ms, self.first_ms).unwrap_or_default(),
            decode_tok_s: written.map_or(0.0, |s| self.pieces.saturating_sub(1) as f64 / s),
            ..TurnInfo::default()
        }
    }
}

/// Ends a prompt with the answer so far.
fn go_on(turns: &mut Vec<Message>, text: &str) {
    let begun = |last: &&mut Message| last.role == Role::Assistant && text.starts_with(&last.content);
    match turns.last_mut().filter(begun) {
        Some(last) => text.clone_into(&mut last.content),
        None => turns.push(Message { role: Role::Assistant, content: text.to_owned() }),
    }
}
