//! `aigc-studio tokens` and `aigc-studio render`: a model's tokens and rendered prompt, without its weights.

use std::io::{BufRead, Read, Write};

use clap::Args;

use super::models::ready;
use super::run::Interrupts;
use super::{Context, out};
use crate::domain::{Makes, SMOLLM_ID, text_of};
use crate::engine::Stop;
use crate::engine::text::{Chat, Vocabulary, model_path};
use crate::error::{Cause, Doing, StudioError};
use crate::lang::Both;

/// Most of stdin that is read as messages.
const LONGEST: u64 = 64 << 20;

#[derive(Args)]
pub struct TokensArgs {
    /// A model's id, or the path of a GGUF file.
    #[arg(long, value_name = "ID|PATH")]
    pub model: Option<String>,
    /// Read the names of special tokens as plain text.
    #[arg(long)]
    no_special: bool,
}

#[derive(Args)]
pub struct RenderArgs {
    /// A model's id, or the path of a GGUF file.
    #[arg(long, value_name = "ID|PATH")]
    pub model: Option<String>,
}

fn open(context: &Context, model: Option<&str>) -> Result<Vocabulary, Stop> {
    let model = ready(context, model.unwrap_or(SMOLLM_ID), Makes::Text, &Interrupts::listen())?;
    Ok(Vocabulary::open(&model_path(&model)?, None)?)
}

fn unread(error: &std::io::Error) -> StudioError {
    StudioError::io(Doing::Reading, "stdin", error)
}

pub fn tokens(context: &Context, args: &TokensArgs) -> Result<(), Stop> {
    let vocabulary = open(context, args.model.as_deref())?;
    let mut lines = std::io::BufWriter::new(std::io::stdout().lock());
    let mut input = std::io::BufReader::new(std::io::stdin().lock());
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if input.read_until(b'\n', &mut line).map_err(|e| unread(&e))? == 0 {
            break;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        let text = std::str::from_utf8(&line).map_err(|e| {
            let value = Both::new(
                format!("bytes in line {number} that are not UTF-8"),
                format!("第 {number} 行中非 UTF-8 的字节"),
            );
            let choices = Both::new("text in UTF-8", "UTF-8 文本");
            StudioError::from(Cause::BadChoice { name: "stdin", value, choices }).with_details(e)
        })?;
        let ids = if args.no_special { vocabulary.encode_plain(text) } else { vocabulary.encode(text) };
        let json = serde_json::to_string(&ids).map_err(StudioError::inner)?;
        writeln!(lines, "{json}").map_err(|e| out::failed(&e))?;
    }
    lines.flush().map_err(|e| out::failed(&e))?;
    Ok(())
}

/// An array of messages, or an object with `messages`, `tools`, `kwargs` and `add_generation_prompt`.
fn parse(text: &str) -> serde_json::Result<Chat> {
    let value: serde_json::Value = serde_json::from_str(text)?;
    match value {
        serde_json::Value::Array(messages) => Ok(Chat { messages, ..Chat::default() }),
        other => serde_json::from_value(other),
    }
}

pub fn render(context: &Context, args: &RenderArgs) -> Result<(), Stop> {
    let vocabulary = open(context, args.model.as_deref())?;
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(LONGEST).read_to_end(&mut bytes);
    read.map_err(|e| unread(&e))?;
    let chat =
        text_of(bytes).map_err(|why| why.en).and_then(|text| parse(&text).map_err(|e| e.to_string())).map_err(|e| {
            let choices = Both::new(
                r#"a JSON array like [{"role": "user", "content": "Hi"}]"#,
                r#"JSON 数组，如 [{"role": "user", "content": "Hi"}]"#,
            );
            StudioError::from(Cause::BadChoice {
                name: "messages",
                value: Both::new("the messages on stdin", "stdin 上的消息"),
                choices,
            })
            .with_details(e)
        })?;
    let rendered = vocabulary.render(&chat)?;
    Ok(out::bytes(rendered.as_bytes())?)
}
