//! The prompt of a command: an argument, or what is piped in.

use std::io::{IsTerminal, Read};

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::Cli;
use crate::error::{Cause, Doing, Result, StudioError};
use crate::lang::Both;

/// Longest prompt on stdin, in bytes.
const LONGEST: u64 = 64 << 20;

/// The prompt that was given; what is on stdin where that is `-`, or where none was given and something is piped in.
pub fn prompt(given: Option<&str>, command: &str) -> Result<String> {
    match given {
        Some("-") => read(std::io::stdin().lock()),
        Some(text) => Ok(text.to_owned()),
        None if std::io::stdin().is_terminal() => missing(command),
        None => match read(std::io::stdin().lock())? {
            text if text.trim().is_empty() => missing(command),
            text => Ok(text),
        },
    }
}

/// Exits with the usage error of a missing argument.
fn missing(command: &str) -> ! {
    let mut cli = Cli::command();
    cli.build();
    let text = "the prompt is missing: <PROMPT>, or - to read it from stdin";
    let of = cli.find_subcommand_mut(command).map(|it| it.error(ErrorKind::MissingRequiredArgument, text));
    of.unwrap_or_else(|| Cli::command().error(ErrorKind::MissingRequiredArgument, text)).exit()
}

/// All of `input` without a byte order mark and without the last line's end, as if it had been an argument.
fn read(input: impl Read) -> Result<String> {
    let mut bytes = Vec::new();
    let read = input.take(LONGEST + 1).read_to_end(&mut bytes);
    read.map_err(|e| StudioError::io(Doing::Reading, "stdin", &e))?;
    if bytes.len() as u64 > LONGEST {
        let (value, max) = (bytes.len() as f64, LONGEST as f64);
        return Err(Cause::OutOfRange { name: "prompt, bytes", value, min: 1.0, max }.into());
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        let (value, choices) =
            (Both::new("bytes that are not UTF-8", "非 UTF-8 的字节"), Both::new("text in UTF-8", "UTF-8 文本"));
        StudioError::from(Cause::BadChoice { name: "prompt", value, choices }).with_details(e)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stdin_is_read_as_an_argument_would_be() {
        for (piped, prompt) in [
            ("hello\n", "hello"),
            ("hello", "hello"),
            ("\u{feff}你好\r\n", "你好"),
            (" two\nlines \n\n", " two\nlines \n"),
            ("", ""),
        ] {
            assert_eq!(read(piped.as_bytes()).unwrap(), prompt, "{piped:?}");
        }
        assert!(matches!(read(&b"\xff\xfe"[..]).unwrap_err().cause(), Cause::BadChoice { name: "prompt", .. }));
        assert!(matches!(read(std::io::repeat(b'x')).unwrap_err().cause(), Cause::OutOfRange { .. }));
    }
}
