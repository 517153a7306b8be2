//! The parameters of text generation: the samplers, and where an answer ends.
//!
//! Names, ranges and defaults are llama.cpp's; everything beyond temperature, top-k, top-p and min-p is off by default.

use serde::{Deserialize, Serialize};

use super::Seed;
use super::parameter::{Field, Limit, Parameter, parameters};
use crate::error::{Cause, Result};
use crate::lang::Both;

/// What is added to a logit. The ends are as good as infinite, and survive JSON.
pub const LOGIT_BIAS: Limit = Limit::new("logit-bias", -1e9, 1e9, 0.1, 0.0);
/// Of `aigc-studio bench`.
pub const BENCH_LENGTH: Limit = Limit::new("lengths", 1.0, 131_072.0, 1.0, 512.0);
pub const BENCH_WRITE: Limit = Limit::new("write", 1.0, 16_384.0, 1.0, 64.0);
pub const BENCH_RUNS: Limit = Limit::new("runs", 1.0, 100.0, 1.0, 3.0);

/// A sampler of the chain from logits to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SamplerLink {
    /// Repetition, presence and frequency.
    Penalties,
    Dry,
    TopNSigma,
    TopK,
    TypP,
    TopP,
    MinP,
    Xtc,
    Temperature,
}

impl SamplerLink {
    /// All of them in llama.cpp's default order.
    pub const DEFAULT: [Self; 9] = [
        Self::Penalties,
        Self::Dry,
        Self::TopNSigma,
        Self::TopK,
        Self::TypP,
        Self::TopP,
        Self::MinP,
        Self::Xtc,
        Self::Temperature,
    ];

    /// llama.cpp's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Penalties => "penalties",
            Self::Dry => "dry",
            Self::TopNSigma => "top_n_sigma",
            Self::TopK => "top_k",
            Self::TypP => "typ_p",
            Self::TopP => "top_p",
            Self::MinP => "min_p",
            Self::Xtc => "xtc",
            Self::Temperature => "temperature",
        }
    }

    /// Reads a name in any of llama.cpp's spellings: `top_k`, `top-k`, `topk`, `nucleus`, `temp`, `typ`.
    pub fn parse(name: &str) -> Option<Self> {
        let plain = |name: &str| name.trim().to_ascii_lowercase().replace(['_', '-'], "");
        let wanted = plain(name);
        match wanted.as_str() {
            "nucleus" => Some(Self::TopP),
            "temp" => Some(Self::Temperature),
            "typ" => Some(Self::TypP),
            _ => Self::DEFAULT.into_iter().find(|link| plain(link.name()) == wanted),
        }
    }

    /// Reads a chain as llama.cpp's `--samplers` takes it: `penalties;top_k;temperature`.
    ///
    /// # Errors
    /// An unknown sampler, one that is there twice, or none.
    pub fn parse_order(text: &str) -> Result<Vec<Self>> {
        let order = text.split(';').filter(|name| !name.trim().is_empty());
        let order =
            order.map(|name| Self::parse(name).ok_or_else(|| bad_link(name.trim()))).collect::<Result<Vec<_>>>()?;
        check_order(&order)?;
        Ok(order)
    }
}

fn bad_link(value: &str) -> crate::error::StudioError {
    let choices = Both::same(SamplerLink::DEFAULT.map(SamplerLink::name).join(";"));
    Cause::BadChoice { name: "samplers", value: Both::same(value), choices }.into()
}

/// Refuses a chain without links, or with one that is there twice.
fn check_order(order: &[SamplerLink]) -> Result<()> {
    if order.is_empty() {
        return Err(bad_link(""));
    }
    match order.iter().enumerate().find(|(at, link)| order[..*at].contains(link)) {
        Some((_, twice)) => Err(bad_link(&format!("{0};{0}", twice.name()))),
        None => Ok(()),
    }
}

/// A token, named by its number or by a text that the vocabulary may cut into several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BiasToken {
    Id(u32),
    Text(String),
}

/// What is added to a token's logit before all else; see [`LOGIT_BIAS`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogitBias {
    pub token: BiasToken,
    pub bias: f32,
}

impl LogitBias {
    /// Reads llama.cpp's `15043+1` and `15043-inf`; what is not a number before the sign is a text: `" Hello"-2`
    /// without the quotes.
    pub fn parse(given: &str) -> Result<Self> {
        let bad = || {
            let choices = Both::new(
                "TOKEN+BIAS, TOKEN-BIAS, as 15043+1 or hello-inf",
                "TOKEN+BIAS、TOKEN-BIAS，如 15043+1 或 hello-inf",
            );
            Cause::BadChoice { name: LOGIT_BIAS.name, value: Both::same(given), choices }
        };
        let at = given.rfind(['+', '-']).filter(|&at| at > 0).ok_or_else(bad)?;
        let (token, bias) = given.split_at(at);
        let bias: f64 = bias.parse().map_err(|_| bad())?;
        let bias = if bias.is_infinite() { bias.clamp(LOGIT_BIAS.min, LOGIT_BIAS.max) } else { bias };
        LOGIT_BIAS.check(bias)?;
        let token = match token.parse() {
            Ok(id) => BiasToken::Id(id),
            Err(_) => BiasToken::Text(token.to_owned()),
        };
        Ok(Self { token, bias: bias as f32 })
    }
}

/// The constraint of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grammar {
    /// A grammar in llama.cpp's notation; the answer is its `root`.
    Gbnf(String),
    /// A JSON Schema; the answer is JSON that it describes.
    JsonSchema(String),
}

/// What happens to a conversation that is longer than the context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Overflow {
    /// The job fails with an error. Files have it by another name than before: it was the default once, and is
    /// in the settings of people who never chose it.
    #[serde(rename = "refuse")]
    Stop,
    /// The oldest turns are left out; the system prompt stays.
    #[default]
    #[serde(alias = "stop")]
    Roll,
    /// The first question and its answer stay, what comes after them is left out.
    Middle,
}

impl Overflow {
    pub const ALL: [Self; 3] = [Self::Stop, Self::Roll, Self::Middle];

    pub fn name(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Roll => "roll",
            Self::Middle => "middle",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.name().eq_ignore_ascii_case(name))
    }
}

/// The type of the KV cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KvType {
    F32,
    #[default]
    F16,
    /// 8 bits, with a scale for each 32 values.
    #[serde(rename = "q8_0")]
    Q8_0,
}

impl KvType {
    pub const ALL: [Self; 3] = [Self::F32, Self::F16, Self::Q8_0];

    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Q8_0 => "q8_0",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Self::ALL.into_iter().find(|kv| kv.name() == name || (name == "q8" && *kv == Self::Q8_0))
    }
}

parameters! {
    /// Everything that decides how text is continued, but the model's file and the conversation.
    struct TextParams;
    /// The numbers of text.
    enum TextParam;

    model: String = super::SMOLLM_ID.to_owned();
    temperature: f32 => Temperature(TEMPERATURE = Limit::new("temperature", 0.0, 5.0, 0.05, 0.8));
    /// 0 switches top-k off.
    top_k: u32 => TopK(TOP_K = Limit::new("top-k", 0.0, 1000.0, 1.0, 40.0));
    top_p: f32 => TopP(TOP_P = Limit::new("top-p", 0.0, 1.0, 0.01, 0.95));
    min_p: f32 => MinP(MIN_P = Limit::new("min-p", 0.0, 1.0, 0.01, 0.05));
    repeat_penalty: f32 => RepeatPenalty(REPEAT_PENALTY = Limit::new("repeat-penalty", 1.0, 3.0, 0.01, 1.0));
    /// The window of the repetition, presence and frequency penalties, in tokens.
    repeat_last_n: u32 => RepeatLastN(REPEAT_LAST_N = Limit::new("repeat-last-n", 0.0, 4096.0, 1.0, 64.0));
    max_tokens: u32 => MaxTokens(MAX_TOKENS = Limit::new("max-tokens", 1.0, 131_072.0, 1.0, 512.0));
    /// Tokens that prompt and answer may take together; the model's own limit where that is smaller.
    context: u32 => Context(CONTEXT = Limit::new("context", 64.0, 131_072.0, 64.0, 2048.0));
    seed: Seed = Seed::Random;
    /// Texts that end the answer; they are not part of it.
    stop: Vec<String> = Vec::new();
    presence_penalty: f32 => PresencePenalty(PRESENCE_PENALTY = Limit::new("presence-penalty", -2.0, 2.0, 0.01, 0.0));
    frequency_penalty: f32 => FrequencyPenalty(
        FREQUENCY_PENALTY = Limit::new("frequency-penalty", -2.0, 2.0, 0.01, 0.0)
    );
    /// 0 is off.
    dry_multiplier: f32 => DryMultiplier(DRY_MULTIPLIER = Limit::new("dry-multiplier", 0.0, 5.0, 0.05, 0.0));
    dry_base: f32 => DryBase(DRY_BASE = Limit::new("dry-base", 1.0, 4.0, 0.05, 1.75));
    /// Repetitions up to this many tokens are free.
    dry_allowed_length: u32 => DryAllowedLength(
        DRY_ALLOWED_LENGTH = Limit::new("dry-allowed-length", 0.0, 256.0, 1.0, 2.0)
    );
    /// DRY's window, in tokens; 0 is off.
    dry_penalty_last_n: u32 => DryPenaltyLastN(
        DRY_PENALTY_LAST_N = Limit::new("dry-penalty-last-n", 0.0, 131_072.0, 1.0, 64.0)
    );
    /// Texts that a repetition cannot reach across.
    dry_sequence_breakers: Vec<String> = ["\n", ":", "\"", "*"].map(str::to_owned).to_vec();
    /// 0 and below are off.
    top_n_sigma: f32 => TopNSigma(TOP_N_SIGMA = Limit::new("top-nsigma", -1.0, 10.0, 0.1, -1.0));
    /// 1 is off.
    typical_p: f32 => TypicalP(TYPICAL_P = Limit::new("typical", 0.0, 1.0, 0.01, 1.0));
    /// How often the likeliest tokens are dropped; 0 is off.
    xtc_probability: f32 => XtcProbability(XTC_PROBABILITY = Limit::new("xtc-probability", 0.0, 1.0, 0.01, 0.0));
    /// Above 0.5 it is off: two tokens cannot both be that likely.
    xtc_threshold: f32 => XtcThreshold(XTC_THRESHOLD = Limit::new("xtc-threshold", 0.0, 1.0, 0.01, 0.1));
    /// How far the temperature moves with the entropy; 0 is off.
    dynatemp_range: f32 => DynatempRange(DYNATEMP_RANGE = Limit::new("dynatemp-range", 0.0, 5.0, 0.05, 0.0));
    dynatemp_exponent: f32 => DynatempExponent(DYNATEMP_EXPONENT = Limit::new("dynatemp-exp", 0.0, 10.0, 0.05, 1.0));
    /// 0 is off; 1 and 2 are the two versions, which take the place of every link but the temperature, as in llama.cpp.
    mirostat: u32 => Mirostat(MIROSTAT = Limit::new("mirostat", 0.0, 2.0, 1.0, 0.0));
    /// Mirostat's target entropy, tau, in bits.
    mirostat_tau: f32 => MirostatTau(MIROSTAT_TAU = Limit::new("mirostat-ent", 0.0, 10.0, 0.1, 5.0));
    /// Mirostat's learning rate, eta.
    mirostat_eta: f32 => MirostatEta(MIROSTAT_ETA = Limit::new("mirostat-lr", 0.0, 1.0, 0.01, 0.1));
    logit_bias: Vec<LogitBias> = Vec::new();
    /// No token ends the answer: it is as long as it may be.
    ignore_eos: bool = false;
    /// The links that run, first to last; what is missing does not run.
    order: Vec<SamplerLink> = SamplerLink::DEFAULT.to_vec();
    grammar: Option<Grammar> = None;
    kv: KvType = KvType::default();
    overflow: Overflow = Overflow::default();
    /// A smaller model of the same vocabulary, by id or path, that proposes tokens (speculative decoding). It changes
    /// how fast an answer is written, not what it says.
    draft: Option<String> = None;
    /// Tokens that the draft model proposes at a time.
    draft_max: u32 => DraftMax(DRAFT_MAX = Limit::new("draft-max", 1.0, 64.0, 1.0, 16.0));
    /// The draft model stops proposing where its likeliest token is less likely than this.
    draft_p_min: f32 => DraftPMin(DRAFT_P_MIN = Limit::new("draft-p-min", 0.0, 1.0, 0.01, 0.75));
    /// Reports the alternatives to each token, with their probabilities.
    #[serde(skip)]
    inspect: bool = false;
}

impl TextParams {
    /// Refuses any slider that is out of range, and a chain that is empty or has a link twice. The grammar is read
    /// when the job runs.
    pub fn check(&self) -> Result<()> {
        TextParam::check_all(self)?;
        for bias in &self.logit_bias {
            LOGIT_BIAS.check(bias.bias.into())?;
        }
        check_order(&self.order)
    }

    /// Brings everything that [`Self::check`] looks at into its range: a file may have been edited by hand or written
    /// by another version.
    pub fn clamp(&mut self) {
        TextParam::clamp_all(self);
        for bias in &mut self.logit_bias {
            if LOGIT_BIAS.check(bias.bias.into()).is_err() {
                bias.bias = LOGIT_BIAS.clamp(bias.bias.into()) as f32;
            }
        }
        if check_order(&self.order).is_err() {
            self.order = SamplerLink::DEFAULT.to_vec();
        }
    }
}

#[cfg(test)]
#[path = "text_params_tests.rs"]
mod tests;
