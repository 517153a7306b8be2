//! `aigc-studio man` and `aigc-studio completions`: what packages install beside the program, written from the parser.

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Cli, out};
use crate::about::{NAME, VERSION};
use crate::engine::Stop;
use crate::error::{Cause, Result, StudioError};
use crate::lang::Both;

#[derive(Args)]
pub struct CompletionsArgs {
    /// The shell that reads them.
    shell: Shell,
}

#[derive(Args)]
pub struct ManArgs {
    /// The command to describe, such as `image` or `models fetch`; the whole program when absent.
    command: Vec<String>,
}

/// Prints the completions of a shell.
pub fn completions(args: &CompletionsArgs) -> std::result::Result<(), Stop> {
    Ok(out::bytes(&script(args.shell))?)
}

/// Prints a manual page.
pub fn man(args: &ManArgs) -> std::result::Result<(), Stop> {
    Ok(out::bytes(&page(&args.command)?)?)
}

fn script(shell: Shell) -> Vec<u8> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut text);
    text
}

/// The page, in troff, of the command that the words lead to.
fn page(words: &[String]) -> Result<Vec<u8>> {
    let mut command = Cli::command();
    // Gives each command below its full name, which is the name of its page.
    command.build();
    for word in words {
        command = match command.find_subcommand(word) {
            Some(found) => found.clone(),
            None => return Err(no_command(&command, word)),
        };
    }
    let mut text = Vec::new();
    let source = format!("aigc-studio {VERSION}");
    Man::new(command).source(source).manual(NAME).render(&mut text).map_err(|e| out::failed(&e))?;
    Ok(text)
}

fn no_command(of: &Command, word: &str) -> StudioError {
    let names: Vec<_> = visible(of).map(Command::get_name).collect();
    let choices = if names.is_empty() {
        Both::new("no further word here", "此处不再接其他词")
    } else {
        Both::same(names.join(", "))
    };
    Cause::BadChoice { name: "command", value: Both::same(word), choices }.into()
}

/// The commands that are listed in the help.
fn visible(of: &Command) -> impl Iterator<Item = &Command> {
    of.get_subcommands().filter(|command| !command.is_hide_set())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Troff writes a hyphen as `\-`.
    fn plain(text: Vec<u8>) -> String {
        String::from_utf8(text).unwrap().replace("\\-", "-")
    }

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn completions_have_every_command_in_every_shell() {
        let root = Cli::command();
        assert!(visible(&root).count() >= 7);
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
            let text = plain(script(shell));
            for command in visible(&root) {
                assert!(text.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
            assert!(text.contains("negative"), "{shell}: the flags are in it");
        }
    }

    #[test]
    fn a_page_names_the_commands_below_it_and_each_has_one() {
        let mut above = vec![(Vec::new(), Cli::command())];
        let mut pages = 0;
        while let Some((path, command)) = above.pop() {
            let text = plain(page(&path).unwrap());
            let title: String = [vec!["aigc-studio".to_owned()], path.clone()].concat().join("-");
            assert!(text.contains(&format!(".TH {title} 1")), "{text}");
            for below in visible(&command) {
                let path = [path.clone(), vec![below.get_name().to_owned()]].concat();
                assert!(text.contains(&format!("{title}-{}(1)", below.get_name())), "{title}: {}", below.get_name());
                above.push((path, below.clone()));
            }
            pages += 1;
        }
        assert!(pages >= 12, "{pages}");
    }

    #[test]
    fn an_unknown_command_has_no_page_and_the_known_ones_are_named() {
        let error = page(&words("models fly")).unwrap_err();
        let Cause::BadChoice { name: "command", value, choices } = error.cause() else { panic!("{error:?}") };
        assert_eq!(value.en, "fly");
        assert!(choices.en.contains("fetch"), "{}", choices.en);
        assert!(page(&words("image")).is_ok() && page(&words("image further")).is_err());
    }
}
