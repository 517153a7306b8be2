//! The flags of the numeric parameters, one for each row of the domain's tables. The compiler requires a help line here
//! for each.

use clap::error::Error;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};

use crate::domain::{ImageParam, Parameter, TextParam};
use crate::error::Result;

/// The help of a numeric parameter.
pub trait Flag: Parameter {
    /// One line of help.
    fn help(self) -> &'static str;

    /// Another name of the flag.
    fn alias(self) -> Option<&'static str> {
        None
    }
}

impl Flag for ImageParam {
    fn help(self) -> &'static str {
        match self {
            Self::Steps => "Denoising steps",
            Self::Guidance => "Classifier-free guidance scale; 0 and 1 are off",
            Self::Count => "Number of pictures; each uses the next seed",
            Self::GuidanceRescale => "Guidance rescale (CFG rescale), 0 to 1; 0 is off",
            Self::ClipSkip => {
                "Which layer of CLIP conditions the picture, counted from the last (1). Stable Diffusion 2, XL and 3 \
                 always use at least 2, so that 1 and 2 are the same there"
            }
        }
    }
}

/// By llama.cpp's names.
impl Flag for TextParam {
    fn help(self) -> &'static str {
        match self {
            Self::Temperature => "Sampling temperature; 0 always takes the likeliest token",
            Self::TopK => "Keep only the N likeliest tokens; 0 is off",
            Self::TopP => "Keep the likeliest tokens whose probabilities add up to this; 1 is off",
            Self::MinP => "Drop tokens below this share of the likeliest one's probability; 0 is off",
            Self::RepeatPenalty => "Penalty for recent tokens; 1 is off",
            Self::RepeatLastN => "Number of last tokens that the penalties apply to",
            Self::MaxTokens => "Maximum number of tokens to write",
            Self::Context => "Context length: tokens of prompt and answer together",
            Self::PresencePenalty => "Subtracted from the logit of recent tokens; 0 is off",
            Self::FrequencyPenalty => "Subtracted from the logit for each recent occurrence; 0 is off",
            Self::DryMultiplier => "DRY: penalty for tokens that would extend a repetition; 0 is off",
            Self::DryBase => "How fast DRY's penalty grows with the repetition's length",
            Self::DryAllowedLength => "DRY does not penalise repetitions of up to this many tokens",
            Self::DryPenaltyLastN => "Number of last tokens that DRY searches",
            Self::TopNSigma => "Keep tokens within N standard deviations of the highest logit; -1 is off",
            Self::TypicalP => {
                "Locally typical sampling: keep the most typical tokens whose probabilities add up to this; 1 is off"
            }
            Self::XtcProbability => "XTC: how often the likeliest tokens are dropped; 0 is off",
            Self::XtcThreshold => {
                "XTC drops the tokens at least this likely, except the least likely of them; above 0.5 is off"
            }
            Self::DynatempRange => "How far the temperature moves with the entropy; 0 is off",
            Self::DynatempExponent => "Exponent of the entropy for the dynamic temperature",
            Self::Mirostat => "Mirostat version, 1 or 2; 0 is off. It replaces all samplers but the temperature",
            Self::MirostatTau => "Mirostat's target, in bits",
            Self::MirostatEta => "Mirostat's learning rate",
            Self::DraftMax => "Maximum number of tokens that the draft model proposes at a time",
            Self::DraftPMin => "The draft model stops proposing when its likeliest token is less likely than this",
        }
    }

    fn alias(self) -> Option<&'static str> {
        match self {
            Self::TopNSigma => Some("top-n-sigma"),
            Self::TypicalP => Some("typical-p"),
            _ => None,
        }
    }
}

/// The numbers that were given.
pub struct Numbers<P>(Vec<(P, f64)>);

impl<P: Flag> Numbers<P> {
    /// Puts them into `params`; refuses what is out of range.
    pub fn apply(&self, params: &mut P::Params) -> Result<()> {
        for (number, value) in &self.0 {
            number.limit().check(*value)?;
            number.put(params, *value);
        }
        Ok(())
    }
}

impl<P: Flag> Args for Numbers<P> {
    fn augment_args(command: Command) -> Command {
        P::ALL.iter().fold(command, |command, number| {
            let name = number.limit().name;
            let arg = Arg::new(name).long(name).help(number.help()).allow_hyphen_values(true).aliases(number.alias());
            command.arg(match number.is_whole() {
                true => arg.value_name("N").value_parser(value_parser!(i64)),
                false => arg.value_name("F").value_parser(value_parser!(f64)),
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<P: Flag> FromArgMatches for Numbers<P> {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<Self, Error> {
        let given = |number: &P| {
            let name = number.limit().name;
            let value = match number.is_whole() {
                true => matches.get_one(name).map(|n: &i64| *n as f64),
                false => matches.get_one(name).copied(),
            };
            value.map(|value| (*number, value))
        };
        Ok(Self(P::ALL.iter().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> std::result::Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
