//! The flags of the numbers among the parameters: one for each row of the domain's tables. The compiler asks for a line
//! of help here for each of them.

use clap::error::Error;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};

use crate::domain::{ImageParam, Parameter};
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
