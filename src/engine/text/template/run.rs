//! From a template's source and its values to text.

use std::collections::BTreeMap;
use std::thread;

use minijinja::machinery::{CodeGenerator, Instructions, eval, make_string_output, parse};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State};

use super::bounds::{Bounds, Crossed, Marker};
use super::{bad, dialect, guard, python};
use crate::error::{Result, StudioError};
use crate::lang::Both;

/// What a template may use up beside a share for each byte of the conversation. One unit pays for an instruction or
/// for 64 bytes; the templates of known models take some hundreds.
const FUEL: u64 = 1_000_000;
/// For sources and values as deep as the bounds allow; only what is used is taken.
const STACK: usize = 64 << 20;
/// Longest report of an error.
const DETAILS_MAX: usize = 4000;

/// The text that `source` makes of the values of `scope`, which come from a conversation of `bytes` bytes.
pub fn render(source: &str, bytes: usize, scope: impl FnOnce() -> Value + Send) -> Result<String> {
    let work = || within(source, bytes, scope()).map_err(|error| told(&error));
    thread::scope(|threads| {
        let thread = thread::Builder::new().name("template".to_owned()).stack_size(STACK);
        let thread = thread.spawn_scoped(threads, work).map_err(StudioError::thread)?;
        thread.join().unwrap_or_else(|_| Err(bad(Both::new("the engine stopped", "模板引擎意外停止"))))
    })
}

fn within(source: &str, bytes: usize, scope: Value) -> std::result::Result<String, Error> {
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
    Bounds::source(source, syntax.clone())?;
    let bounds = Bounds::of(bytes);
    let mut env = Environment::new();
    env.set_syntax(syntax.clone());
    env.set_fuel(Some(FUEL.saturating_add(bytes as u64)));
    env.set_unknown_method_callback(move |state, value, name, args| python::method(bounds, state, value, name, args));
    env.add_function(guard::HELD, move |state: &State, value: Value| bounds.held(state, value));
    env.add_function(guard::KEPT, move |state: &State, value: Value| bounds.kept(state, value));
    env.add_function("raise_exception", |message: &str| python::raise_exception(message));
    env.add_function("strftime_now", |format: &str| python::strftime_now(format));
    dialect::teach(&mut env, bounds);
    let source = dialect::without_generation(source, syntax.clone());
    let compiled = compile(&source, syntax)?;
    let mut text = String::new();
    eval(&env, &compiled.0, scope, &compiled.1, &mut make_string_output(&mut text), AutoEscape::None)?;
    if text.len() > bounds.output {
        return Err(Crossed::Output(bounds.output).into());
    }
    Ok(text)
}

type Compiled<'a> = (Instructions<'a>, BTreeMap<&'a str, Instructions<'a>>);

fn compile(source: &str, syntax: SyntaxConfig) -> std::result::Result<Compiled<'_>, Error> {
    const NAME: &str = "template";
    let tree = guard::guard(&parse(source, NAME, syntax)?)?;
    let mut compiler = CodeGenerator::new(NAME, source);
    compiler.compile_stmt(&tree);
    Ok(compiler.finish())
}

/// The error for a person: what went wrong, with the template's line.
fn told(error: &Error) -> StudioError {
    let what = match (marker(error), error.kind()) {
        (Some(told), _) => told.clone(),
        (None, ErrorKind::OutOfFuel) => {
            Both::new("it takes more steps than any template needs", "它的工作量超出任何模板所需")
        }
        (None, kind) => {
            let what = error.detail().map_or_else(|| kind.to_string(), str::to_owned);
            Both::new(what, "模板运行出错")
        }
    };
    let reason = match error.line() {
        Some(line) => {
            Both::new(format!("{} (line {line} of the template)", what.en), format!("{}（模板第 {line} 行）", what.zh))
        }
        None => what,
    };
    bad(reason).with_details(format!("{error:#}").chars().take(DETAILS_MAX).collect::<String>())
}

/// The bound that was crossed, if it was one.
fn marker(error: &Error) -> Option<&Both> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(Marker(told)) = error.downcast_ref() {
            return Some(told);
        }
        source = error.source();
    }
    None
}
