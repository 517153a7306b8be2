//! Turns to a prompt, by the Jinja template inside the model's file.
//!
//! The dialect is that of transformers' `apply_chat_template`: trimmed blocks, Python's string methods,
//! `raise_exception`, `strftime_now`, `tojson` as Python writes it. The template comes from outside, so its work and
//! its output are bounded by fuel (minijinja charges for instructions and for bytes).

use std::fmt;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{Environment, Error, ErrorKind, context};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::tokenizer::{Specials, Tokenizer};
use crate::domain::{Message, Role};
use crate::error::{Cause, Result};
use crate::formats::gguf::Gguf;

/// What a template may use up beside a share for each byte of the turns. One unit pays for an instruction or for 64
/// bytes; the templates of known models take some hundreds.
const FUEL: u64 = 1_000_000;

/// The template where the file has none but the vocabulary has ChatML's tokens.
const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + \
                      '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/// A conversation as `apply_chat_template` takes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Chat {
    /// Objects with `role` and `content`, and what tools add.
    pub messages: Vec<serde_json::Value>,
    /// JSON schemas of functions; none is `null`, as the templates expect.
    pub tools: Option<Vec<serde_json::Value>>,
    /// What else the template knows.
    pub kwargs: serde_json::Map<String, serde_json::Value>,
    /// Ends with the opening of an answer.
    pub add_generation_prompt: bool,
}

impl Default for Chat {
    fn default() -> Self {
        Self { messages: Vec::new(), tools: None, kwargs: serde_json::Map::new(), add_generation_prompt: true }
    }
}

/// A model's way to write a conversation.
#[derive(Debug)]
pub struct ChatTemplate {
    source: String,
    bos: String,
    eos: String,
}

impl ChatTemplate {
    /// The file's own template; ChatML where it has none but knows its tokens; else an error that says so.
    pub fn from_gguf(gguf: &Gguf, tokenizer: &Tokenizer) -> Result<Self> {
        let source = match gguf.text("tokenizer.chat_template") {
            Some(source) => source,
            None if tokenizer.token("<|im_start|>").is_some() && tokenizer.token("<|im_end|>").is_some() => CHATML,
            None => {
                return Err(bad("it has none: this model continues text, it was not trained to answer"));
            }
        };
        Ok(Self::new(source, tokenizer.bos_text(), tokenizer.eos_text()))
    }

    pub fn new(source: &str, bos: &str, eos: &str) -> Self {
        Self { source: source.to_owned(), bos: bos.to_owned(), eos: eos.to_owned() }
    }

    /// The prompt's text, up to where the model is to begin its answer.
    pub fn render(&self, messages: &[Message]) -> Result<String> {
        let messages = messages.iter().map(|m| json!({"role": m.role.as_str(), "content": m.content})).collect();
        self.render_chat(&Chat { messages, ..Chat::default() })
    }

    /// The text of any conversation that `apply_chat_template` would take: with tools, their calls and answers, and
    /// with what the template itself asks for (`enable_thinking`).
    pub fn render_chat(&self, chat: &Chat) -> Result<String> {
        let bytes = serde_json::to_string(&chat.messages).map_or(0, |text| text.len());
        let mut env = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        env.set_syntax(syntax.map_err(|error| bad(&reason(&error)))?);
        env.set_fuel(Some(FUEL + bytes as u64));
        env.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        env.add_function("raise_exception", raise_exception);
        env.add_function("strftime_now", strftime_now);
        env.add_filter("tojson", tojson);
        let kwargs = Value::from(Serde(&chat.kwargs));
        let scope = context! {
            messages => Value::from(Serde(&chat.messages)),
            tools => Value::from(Serde(&chat.tools)),
            documents => Value::from(()),
            add_generation_prompt => chat.add_generation_prompt,
            bos_token => self.bos.as_str(),
            eos_token => self.eos.as_str(),
            ..kwargs
        };
        let rendered = env.template_from_str(&self.source).and_then(|template| template.render(scope));
        rendered.map_err(|error| bad(&reason(&error)).with_details(format!("{error:#}")))
    }

    /// The prompt's tokens. What the turns say is text and nothing else: a control token's name inside them
    /// (`<|im_end|>`) is read as the letters it is written with, so no quoted page can end a turn or begin another.
    /// An answer at the end is one that was cut off: it stays open, and the model goes on with it.
    pub fn tokens(&self, messages: &[Message], tokenizer: &Tokenizer) -> Result<Vec<u32>> {
        // A character that occurs nowhere marks the names that are to stay letters.
        let absent = |c: &char| !self.source.contains(*c) && !messages.iter().any(|m| m.content.contains(*c));
        let Some(mark) = ('\u{FDD0}'..=char::MAX).find(absent) else {
            return Err(bad("the turns use every character there is"));
        };
        let defused: Vec<Message> =
            (messages.iter()).map(|m| Message { role: m.role, content: tokenizer.defuse(&m.content, mark) }).collect();
        let (open, turns) = match defused.split_last() {
            Some((last, turns)) if last.role == Role::Assistant && !turns.is_empty() => (last.content.as_str(), turns),
            _ => ("", &defused[..]),
        };
        // Some templates refuse what is not told in turns: a greeting before any question, two answers in a row.
        let text = self.render(turns).or_else(|error| self.render(&in_turns(turns)).map_err(|_| error))? + open;
        Ok(tokenizer.encode_marked(&text, Specials::Parse, Some(mark)))
    }
}

/// The turns with the person first and then by turns: an answer to nothing gets a question without words, two
/// questions in a row are one.
fn in_turns(turns: &[Message]) -> Vec<Message> {
    let mut out: Vec<Message> = Vec::with_capacity(turns.len() + 1);
    for turn in turns {
        let asked = out.last_mut().filter(|last| last.role == Role::User);
        match (turn.role, asked) {
            (Role::User, Some(last)) => {
                last.content.push_str("\n\n");
                last.content.push_str(&turn.content);
            }
            (Role::Assistant, None) => {
                out.push(Message { role: Role::User, content: "…".to_owned() });
                out.push(turn.clone());
            }
            _ => out.push(turn.clone()),
        }
    }
    out
}

fn bad(reason: &str) -> crate::error::StudioError {
    Cause::BadTemplate { reason: reason.to_owned() }.into()
}

/// One line about what went wrong, with the template's line.
fn reason(error: &Error) -> String {
    let what = match error.kind() {
        ErrorKind::OutOfFuel => "it does more work than any template needs".to_owned(),
        _ => error.detail().map_or_else(|| error.kind().to_string(), str::to_owned),
    };
    match error.line() {
        Some(line) => format!("{what} (line {line} of the template)"),
        None => what,
    }
}

fn raise_exception(message: String) -> std::result::Result<String, Error> {
    Err(Error::new(ErrorKind::InvalidOperation, message))
}

/// Now, in the person's own time zone.
fn strftime_now(format: &str) -> std::result::Result<String, Error> {
    let now = jiff::Zoned::now();
    jiff::fmt::strtime::format(format, &now)
        .map_err(|e| Error::new(ErrorKind::InvalidOperation, format!("strftime_now: {e}")))
}

/// JSON as Python's `json.dumps(value, ensure_ascii=False, indent=indent)` writes it; minijinja's own escapes HTML.
fn tojson(value: &Value, options: Kwargs) -> std::result::Result<Value, Error> {
    let indent: Option<usize> = options.get("indent")?;
    let failed = |e: &dyn fmt::Display| Error::new(ErrorKind::BadSerialization, e.to_string());
    let json = serde_json::to_value(value).map_err(|e| failed(&e))?;
    let mut out = Vec::new();
    match indent {
        Some(width) => {
            let spaces = " ".repeat(width.min(16));
            let formatter = serde_json::ser::PrettyFormatter::with_indent(spaces.as_bytes());
            json.serialize(&mut serde_json::Serializer::with_formatter(&mut out, formatter)).map_err(|e| failed(&e))?;
        }
        None => {
            json.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Spaced)).map_err(|e| failed(&e))?;
        }
    }
    let text = String::from_utf8(out).map_err(|e| failed(&e))?;
    Ok(Value::from_safe_string(text))
}

/// JSON on one line with Python's separators, `, ` and `: `.
struct Spaced;

impl serde_json::ser::Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(&mut self, w: &mut W, first: bool) -> std::io::Result<()> {
        if first { Ok(()) } else { w.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(&mut self, w: &mut W, first: bool) -> std::io::Result<()> {
        if first { Ok(()) } else { w.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, w: &mut W) -> std::io::Result<()> {
        w.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Role;

    fn say(role: Role, content: &str) -> Message {
        Message { role, content: content.to_owned() }
    }

    fn render(source: &str, messages: &[Message]) -> Result<String> {
        ChatTemplate::new(source, "<s>", "</s>").render(messages)
    }

    #[test]
    fn chatml_is_as_its_models_know_it() {
        let turns = [say(Role::System, "Be kind."), say(Role::User, " Hi\n")];
        assert_eq!(
            render(CHATML, &turns).unwrap(),
            "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n Hi\n<|im_end|>\n<|im_start|>assistant\n"
        );
    }

    #[test]
    fn blocks_are_trimmed_and_python_is_spoken() {
        let source = "{{ bos_token }}\n  {% for m in messages %}\n{{ m['content'].strip().upper() }}|\n{% endfor %}\n\
                      {{ {'a': [1, '<é>'], 'b': none}|tojson }}{{ eos_token }}";
        assert_eq!(
            render(source, &[say(Role::User, " hi ")]).unwrap(),
            "<s>\nHI|\n{\"a\": [1, \"<é>\"], \"b\": null}</s>"
        );
    }

    #[test]
    fn a_template_that_refuses_is_quoted() {
        let error = render("{{ raise_exception('roles must alternate') }}", &[]).unwrap_err();
        assert!(
            matches!(error.cause(), Cause::BadTemplate { reason } if reason.contains("roles must alternate")),
            "{error:?}"
        );
        let error = render("{% for %}", &[]).unwrap_err();
        assert!(matches!(error.cause(), Cause::BadTemplate { reason } if reason.contains("line 1")), "{error:?}");
    }

    #[test]
    fn endless_work_and_endless_text_run_out_of_fuel() {
        let loops = "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}";
        let doubles =
            "{% set ns = namespace(s='x') %}{% for a in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}";
        for source in [loops, doubles] {
            let error = render(source, &[]).unwrap_err();
            assert!(
                matches!(error.cause(), Cause::BadTemplate { reason } if reason.contains("more work")),
                "{error:?}"
            );
        }
    }

    #[test]
    fn the_date_is_told() {
        let year = render("{{ strftime_now('%Y') }}", &[]).unwrap();
        assert!(year.parse::<u32>().unwrap() >= 2026);
        assert!(render("{{ strftime_now('%!') }}", &[]).is_err());
    }

    #[test]
    fn a_greeting_before_any_question_is_read_by_strict_templates_too() {
        let say = |role, content: &str| Message { role, content: content.to_owned() };
        let turns = [
            say(Role::System, "s"),
            say(Role::Assistant, "Hello."),
            say(Role::Assistant, "Well?"),
            say(Role::User, "a"),
            say(Role::User, "b"),
        ];
        let told = in_turns(&turns);
        let roles: Vec<_> = told.iter().map(|turn| turn.role.as_str().chars().next().unwrap()).collect();
        assert_eq!(roles.iter().collect::<String>(), "suauau");
        assert_eq!(told[5].content, "a\n\nb");
        assert_eq!(in_turns(&turns[..1]), turns[..1]);
    }
}
