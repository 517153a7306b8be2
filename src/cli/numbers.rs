//! The flags of the numbers among the parameters: one for each row of the domain's tables. The compiler asks for a line
//! of help here for each of them.

use clap::error::Error;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};

use crate::domain::{ImageParam, Parameter, TextParam};
use crate::error::Result;

/// What the command line says of a number, beside its name and range.
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
            Self::Guidance => "Classifier-free guidance scale; 0 and 1 are off: the prompt alone",
            Self::Count => "Pictures to draw; their seeds count up",
            Self::GuidanceRescale => "Brings guidance back to the spread of the prompt's own prediction, 0 to 1",
            Self::ClipSkip => {
                "Which of CLIP's layers conditions the picture, counted from the last (1). Stable Diffusion 2, XL and 3 \
                 read the last but one by themselves: 1 and 2 are the same there"
            }
        }
    }
}

/// By llama.cpp's names.
impl Flag for TextParam {
    fn help(self) -> &'static str {
        match self {
            Self::Temperature => "0 always takes the likeliest token",
            Self::TopK => "Keep only the N likeliest tokens; 0 is off",
            Self::TopP => "Keep the likeliest tokens that together reach this probability; 1 is off",
            Self::MinP => "Drop tokens below this share of the likeliest one's probability; 0 is off",
            Self::RepeatPenalty => "Makes what was written lately less likely; 1 is off",
            Self::RepeatLastN => "How many tokens back the repetition penalty looks",
            Self::MaxTokens => "Tokens to write at most",
            Self::Context => "Tokens that prompt and answer may take together",
            Self::PresencePenalty => "Taken off the logit of what was written lately; 0 is off",
            Self::FrequencyPenalty => "Taken off for each time that it was written; 0 is off",
            Self::DryMultiplier => "DRY: makes tokens less likely that would make a repetition longer; 0 is off",
            Self::DryBase => "How fast DRY's penalty grows with the repetition's length",
            Self::DryAllowedLength => "Repetitions of so many tokens are free",
            Self::DryPenaltyLastN => "How many tokens back DRY looks",
            Self::TopNSigma => "Keep what is within N standard deviations of the highest logit; -1 is off",
            Self::TypicalP => "Keep the most typical tokens that together reach this probability; 1 is off",
            Self::XtcProbability => "XTC: how often the likeliest tokens are dropped; 0 is off",
            Self::XtcThreshold => "XTC drops what is at least this likely, but the last of it; above 0.5 is off",
            Self::DynatempRange => "How far the temperature moves with the entropy; 0 is off",
            Self::DynatempExponent => "The power of the entropy's share in it",
            Self::Mirostat => {
                "Hold the surprise near a target: 1 or 2 is the version, 0 is off. All links but the temperature are left out"
            }
            Self::MirostatTau => "Mirostat's target, in bits",
            Self::MirostatEta => "Mirostat's learning rate",
            Self::DraftMax => "Tokens that the draft model proposes at a time, at most",
            Self::DraftPMin => "The draft model stops proposing where its likeliest token is less likely than this",
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
