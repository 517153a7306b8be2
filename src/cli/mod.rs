//! The same jobs from the shell, through the same engine.
//!
//! Exit codes: 0 done, 1 failed (cause and remedy on stderr), 2 wrong usage, 130 interrupted.

mod about;
mod bench;
mod describe;
mod doctor;
mod grid;
mod image;
mod input;
mod inspect;
mod learn;
mod models;
mod numbers;
mod out;
mod progress;
mod run;
mod sampling;
mod text;
mod tokens;
mod values;

pub use out::note;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::catalog::Catalog;
use crate::domain::Settings;
use crate::engine::Stop;
use crate::error::{Cause, StudioError};
use crate::lang::Lang;
use crate::store::{Paths, load_settings};

/// AIGC Studio: text and pictures from models on your own machine. Without a command it opens the window.
#[derive(Parser)]
#[command(name = "aigc-studio", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<CliCommand>,
    /// A picture with settings inside, from this program or another: the window opens with its prompt and sliders.
    pub open: Option<std::path::PathBuf>,
}

#[derive(Subcommand)]
pub enum CliCommand {
    /// Draw pictures from a prompt.
    Image(Box<image::ImageArgs>),
    /// Write text from a prompt.
    Text(Box<text::TextArgs>),
    /// Print the settings inside pictures, from this program or another.
    Inspect(inspect::InspectArgs),
    /// Tokenize each line of stdin: a JSON array of ids per line.
    Tokens(tokens::TokensArgs),
    /// Print the prompt that a model's chat template renders from the messages (JSON) on stdin.
    Render(tokens::RenderArgs),
    /// Measure the speed of a model on this machine.
    Bench {
        #[command(subcommand)]
        command: bench::BenchCommand,
    },
    /// Print the version and what the program runs on, and the licences of everything in it.
    About(about::AboutArgs),
    /// List, fetch and check models.
    Models {
        #[command(subcommand)]
        command: models::ModelsCommand,
    },
    /// Models of every kind, small enough to train while one watches.
    Learn {
        #[command(subcommand)]
        command: learn::LearnCommand,
    },
    /// Print the completions of a shell.
    #[command(hide = true)]
    Completions(describe::CompletionsArgs),
    /// Print the manual page of the program or of a command.
    #[command(hide = true)]
    Man(describe::ManArgs),
}

/// Parses the arguments of this process. `Err` is the exit code after help or a usage error.
pub fn parse() -> Result<Cli, ExitCode> {
    let given: Vec<OsString> = std::env::args_os().collect();
    let parsed = Cli::try_parse_from(&given).and_then(|cli| match unknown_word(&cli) {
        Some(word) => {
            let text = format!("'{word}' is neither a command nor a file");
            Err(Cli::command().error(ErrorKind::InvalidSubcommand, text))
        }
        None => Ok(cli),
    });
    let cli = parsed.map_err(|error| match error.kind() {
        ErrorKind::InvalidUtf8 => ended(&not_utf8(&given), system_lang()),
        _ => refused(&error),
    })?;
    match &cli.open {
        Some(path) if !path.exists() => Err(ended(&Cause::FileMissing { path: path.clone() }.into(), system_lang())),
        _ => Ok(cli),
    }
}

/// Prints help, or what is wrong with the arguments.
fn refused(error: &clap::Error) -> ExitCode {
    match error.print().and_then(|()| std::io::stdout().flush()) {
        Err(failure) if !error.use_stderr() => ended(&out::failed(&failure), system_lang()),
        _ => ExitCode::from(error.exit_code() as u8),
    }
}

/// Which argument is refused for its encoding: the first that is refused without the others. Paths are not.
fn not_utf8(given: &[OsString]) -> StudioError {
    let odd = |at: usize| given[at].to_str().is_none();
    let alone = |at: usize| -> Vec<OsString> {
        given.iter().enumerate().map(|(n, word)| if n != at && odd(n) { "x".into() } else { word.clone() }).collect()
    };
    let is_refused =
        |at: &usize| Cli::try_parse_from(alone(*at)).is_err_and(|error| error.kind() == ErrorKind::InvalidUtf8);
    let all = || (1..given.len()).filter(|&at| odd(at));
    let place = all().find(is_refused).or_else(|| all().next()).unwrap_or_default();
    let shown = given.get(place).map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    // `--flag=value` is one argument, `--flag value` are two.
    let before = place.checked_sub(1).and_then(|before| given[before].to_str());
    let (flag, shown) = match shown.split_once('=') {
        Some((flag, value)) if flag.starts_with("--") => (Some(flag.to_owned()), value.to_owned()),
        _ => (before.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned), shown),
    };
    Cause::NotUtf8 { place, flag, shown }.into()
}

/// The first argument where it is neither a command nor a file, and does not look like a path.
fn unknown_word(cli: &Cli) -> Option<String> {
    let path = cli.open.as_ref().filter(|path| !path.exists())?;
    let word = path.to_string_lossy();
    (!word.contains(['/', '\\', '.'])).then(|| word.into_owned())
}

/// What every command needs: where things are and what was set.
pub struct Context {
    pub paths: Paths,
    pub settings: Settings,
    pub catalog: Catalog,
    pub lang: Lang,
}

impl Context {
    fn new() -> Result<Self, StudioError> {
        let paths = Paths::of_this_person()?;
        let (settings, problem) = load_settings(paths.settings());
        let lang = settings.lang.unwrap_or_else(system_lang);
        if let Some(problem) = problem {
            say(&problem, lang);
        }
        let catalog = Catalog::load(&paths.models(&settings));
        Ok(Self { paths, settings, catalog, lang })
    }
}

/// Whether a command may name a model that is found only by reading headers.
fn looks_closer(command: &CliCommand, catalog: &Catalog) -> bool {
    let unknown = |name: Option<&str>| {
        name.is_some_and(|name| catalog.card(name).is_none() && !std::path::Path::new(name).exists())
    };
    match command {
        CliCommand::Models { command } => command.tells(),
        CliCommand::Image(args) => unknown(args.model.as_deref()),
        CliCommand::Inspect(_)
        | CliCommand::About(_)
        | CliCommand::Learn { .. }
        | CliCommand::Completions(_)
        | CliCommand::Man(_) => false,
        CliCommand::Text(args) => unknown(args.model.as_deref()),
        CliCommand::Tokens(args) => unknown(args.model.as_deref()),
        CliCommand::Render(args) => unknown(args.model.as_deref()),
        CliCommand::Bench { command: bench::BenchCommand::Text(args) } => unknown(args.model.as_deref()),
        CliCommand::Bench { command: bench::BenchCommand::Image(args) } => unknown(args.model.as_deref()),
    }
}

/// The language of the system's locale.
pub fn system_lang() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|v| std::env::var(v).ok().filter(|s| !s.is_empty()));
    locale.map_or(Lang::En, |l| Lang::from_locale(&l))
}

/// Runs a command to its exit code.
pub fn main(command: CliCommand) -> ExitCode {
    let context = match Context::new() {
        Ok(context) => context,
        Err(error) => return ended(&error, system_lang()),
    };
    let lang = context.lang;
    let mut context = context;
    if looks_closer(&command, &context.catalog) {
        context.catalog.look_closer(&|gguf| crate::engine::text::describe(gguf).map(drop));
    }
    let result = match command {
        CliCommand::Image(args) => image::run(&context, *args),
        CliCommand::Inspect(args) => inspect::run(&context, &args),
        CliCommand::About(args) => about::run(&context, &args),
        CliCommand::Text(args) => text::run(&context, *args),
        CliCommand::Tokens(args) => tokens::tokens(&context, &args),
        CliCommand::Render(args) => tokens::render(&context, &args),
        CliCommand::Bench { command } => bench::run(&context, &command),
        CliCommand::Models { command } => models::run(&context, command),
        CliCommand::Learn { command } => learn::run(&context, &command),
        CliCommand::Completions(args) => describe::completions(&args),
        CliCommand::Man(args) => describe::man(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Cancelled) => {
            out::note(lang.pick("Interrupted.", "已中断。"));
            ExitCode::from(130)
        }
        Err(Stop::Failed(error)) => ended(&error, lang),
    }
}

/// Prints the error, except for a closed pipe.
fn ended(error: &StudioError, lang: Lang) -> ExitCode {
    if *error.cause() == Cause::OutputClosed {
        return ExitCode::SUCCESS;
    }
    say(error, lang);
    ExitCode::from(exit_code(error))
}

/// 2 where the arguments themselves are wrong, 1 otherwise.
fn exit_code(error: &StudioError) -> u8 {
    match error.cause() {
        Cause::EmptyPrompt
        | Cause::NotUtf8 { .. }
        | Cause::OutOfRange { .. }
        | Cause::BadChoice { .. }
        | Cause::NoLayers { .. }
        | Cause::NoEffect { .. } => 2,
        _ => 1,
    }
}

/// Prints an error on stderr: summary, remedy, and up to 5 lines of details that add something.
pub fn say(error: &StudioError, lang: Lang) {
    let (summary, remedy) = error.in_shell(lang);
    out::note(format_args!("{} {summary}", lang.pick("error:", "错误：")));
    out::note(format_args!("  {remedy}"));
    for line in error.more(lang).lines().take(5) {
        out::note(format_args!("  | {line}"));
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    /// Regression: a terminal in GB18030 got clap's English sentence about "one or more arguments".
    #[test]
    fn an_argument_in_another_encoding_is_named() {
        let refusal = |args: &[&[u8]]| {
            let given: Vec<OsString> = args.iter().map(|arg| OsString::from_vec(arg.to_vec())).collect();
            let kind = Cli::try_parse_from(&given).err().map(|error| error.kind());
            assert_eq!(kind, Some(ErrorKind::InvalidUtf8), "{given:?}");
            let error = not_utf8(&given);
            assert_eq!(exit_code(&error), 2);
            let Cause::NotUtf8 { place, flag, .. } = error.cause().clone() else { panic!("{error:?}") };
            (place, flag, error.in_shell(Lang::En).1)
        };
        // "你" in GB18030.
        let (place, flag, remedy) = refusal(&[b"aigc-studio", b"image", b"\xc4\xe3"]);
        assert_eq!((place, flag), (2, None));
        assert!(remedy.contains("iconv") && remedy.contains("terminal"), "{remedy}");
        // The path before it may be named so.
        let (place, flag, _) =
            refusal(&[b"aigc-studio", b"image", b"cat", b"--out", b"\xc4\xe3.png", b"--negative", b"\xc4\xe3"]);
        assert_eq!((place, flag.as_deref()), (6, Some("--negative")));
        let (place, flag, _) = refusal(&[b"aigc-studio", b"text", b"hi", b"--system=\xc4\xe3"]);
        assert_eq!((place, flag.as_deref()), (3, Some("--system")));
    }
}
