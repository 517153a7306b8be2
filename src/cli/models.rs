//! `aigc-studio models`.

use std::path::Path;
use std::time::Duration;

use clap::Subcommand;
use crossbeam_channel::RecvTimeoutError;

use super::progress::bar;
use super::run::Interrupts;
use super::values::short_count;
use super::{Context, out};
use crate::catalog::Fetcher;
use crate::catalog::doctor::{Report, examine_read, headers};
use crate::domain::{self, FetchEventKind, Makes, ModelCard, ModelFiles, ModelPresence, ModelRef};
use crate::engine::Stop;
use crate::engine::text::{TextModelInfo, describe, model_path};
use crate::error::{Cause, StudioError};
use crate::formats::{Header, layout};
use crate::lang::Both;

#[derive(Subcommand)]
pub enum ModelsCommand {
    /// List the models with their sizes, and whether they are on this machine.
    List {
        /// One JSON array on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Fetch a model from the first source that answers.
    Fetch {
        id: String,
        /// Agree to the model's terms of use, if it has any (without this flag they are shown).
        #[arg(long)]
        agree: bool,
    },
    /// Verify the SHA-256 of a model's files, or say what a model file is. Without an id: all fetched models.
    Check {
        #[arg(value_name = "ID|PATH")]
        id: Option<std::path::PathBuf>,
        /// The picture size whose memory is estimated, as 512x512; by default the model's own size.
        #[arg(long, value_name = "WxH")]
        size: Option<String>,
        /// One JSON object on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Draw a grid of the prompts in FILE (one per line), to judge a picture model.
    #[command(hide = true)]
    Grid {
        prompts: std::path::PathBuf,
        #[arg(long)]
        out: std::path::PathBuf,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

impl ModelsCommand {
    /// Whether it needs the headers of all models.
    pub fn tells(&self) -> bool {
        matches!(self, Self::List { .. } | Self::Check { .. })
    }
}

pub fn run(context: &Context, command: ModelsCommand) -> Result<(), Stop> {
    match command {
        ModelsCommand::List { json } => list(context, json),
        ModelsCommand::Fetch { id, agree } => fetch_with_bar(context, &id, agree, &Interrupts::listen()),
        ModelsCommand::Check { id, size, json } => check(context, id.as_deref(), size.as_deref(), json),
        ModelsCommand::Grid { prompts, out, seed } => super::grid::run(context, &prompts, &out, seed),
    }
}

fn list(context: &Context, json: bool) -> Result<(), Stop> {
    let cards = context.catalog.cards();
    if json {
        let rows: Vec<_> = cards
            .iter()
            .map(|card| {
                serde_json::json!({
                    "id": card.id, "name": card.name, "makes": makes(card), "family": card.family,
                    "bytes": card.bytes(), "licence": card.licence, "state": state(context, card, crate::lang::Lang::En),
                    "lacks": card.lacks(),
                })
            })
            .chain(context.catalog.broken().iter().map(|file| {
                let (path, why) = (file.path.display().to_string(), file.error.summary(crate::lang::Lang::En));
                serde_json::json!({"path": path, "bytes": file.bytes, "state": "broken", "cause": why})
            }))
            .collect();
        return Ok(out::line(serde_json::Value::from(rows))?);
    }
    for card in cards {
        let size = domain::bytes(card.bytes());
        let lacks = card
            .lacks()
            .map_or(String::new(), |l| context.lang.pick(format!(" (missing: {l})"), format!("（缺少：{l}）")));
        let here = state(context, card, context.lang);
        out::line(format_args!("{:16} {:6} {:>9}  {here}{lacks}", card.id, makes(card), size))?;
    }
    for file in context.catalog.broken() {
        super::say(&file.error, context.lang);
    }
    Ok(())
}

fn makes(card: &ModelCard) -> &'static str {
    match card.makes {
        Makes::Image => "image",
        Makes::Text => "text",
    }
}

fn state(context: &Context, card: &ModelCard, lang: crate::lang::Lang) -> String {
    match context.catalog.presence(card) {
        ModelPresence::Embedded => lang.pick("inside this program", "内置").to_owned(),
        ModelPresence::Here { path } => path.display().to_string(),
        ModelPresence::Unchecked { path } => {
            let path = path.display();
            lang.pick(format!("not checked: {path}"), format!("未校验：{path}"))
        }
        ModelPresence::Partial { bytes } => {
            let bytes = domain::bytes(bytes);
            lang.pick(format!("begun: {bytes}"), format!("已下载 {bytes}"))
        }
        ModelPresence::Absent => lang.pick("not fetched", "未下载").to_owned(),
    }
}

/// What a job runs on; files that changed since they were checked, or came by hand, are hashed first.
pub fn ready(context: &Context, name: &str, makes: Makes, interrupts: &Interrupts) -> Result<ModelRef, Stop> {
    let catalog = &context.catalog;
    let name = card_of(context, name);
    match (catalog.resolve(name, makes), catalog.card(name)) {
        (Err(error), Some(card)) if matches!(error.cause(), Cause::NotChecked { .. }) => {
            hash(context, card, interrupts)?;
            Ok(catalog.resolve_checked(card, makes)?)
        }
        (other, _) => Ok(other?),
    }
}

/// The same for a language model, whose files are fetched where they are not here, or damaged.
pub fn find(context: &Context, name: &str, interrupts: &Interrupts) -> Result<ModelRef, Stop> {
    let catalog = &context.catalog;
    let name = card_of(context, name);
    match (catalog.resolve(name, Makes::Text), catalog.card(name)) {
        (Err(error), Some(card)) if matches!(error.cause(), Cause::NotFetched { .. } | Cause::NotChecked { .. }) => {
            fetch_with_bar(context, name, false, interrupts)?;
            Ok(catalog.resolve_checked(card, Makes::Text)?)
        }
        (other, _) => Ok(other?),
    }
}

/// The id of the card that a name or a path means, else the name itself.
fn card_of<'a>(context: &'a Context, name: &'a str) -> &'a str {
    context.catalog.card_at(Path::new(name)).map_or(name, |card| &card.id)
}

/// Whether fetching the card's files again fixes this error.
fn comes_again(error: &StudioError) -> bool {
    matches!(error.cause(), Cause::BadModelFile { .. })
}

/// Hashes a card's files, with a bar.
fn hash(context: &Context, card: &ModelCard, interrupts: &Interrupts) -> Result<(), Stop> {
    let bar = bar(card.bytes(), "{msg:10} [{bar:30}] {bytes}/{total_bytes}");
    bar.set_message(card.id.clone());
    let done = context.catalog.check(card, |done| {
        bar.set_position(done);
        !interrupts.happened()
    });
    bar.finish_and_clear();
    if done? { Ok(()) } else { Err(Stop::Cancelled) }
}

/// Fetches a card's files; sources and failures are printed on stderr.
pub fn fetch_with_bar(context: &Context, id: &str, agree: bool, interrupts: &Interrupts) -> Result<(), Stop> {
    let lang = context.lang;
    let Some(card) = context.catalog.card(id).cloned() else {
        let known = context.catalog.cards().iter().map(|c| c.id.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Cause::UnknownModel { id: id.to_owned(), known }.into());
    };
    let here = match context.catalog.presence(&card) {
        ModelPresence::Absent | ModelPresence::Partial { .. } => false,
        ModelPresence::Embedded | ModelPresence::Here { .. } => true,
        ModelPresence::Unchecked { .. } => match hash(context, &card, interrupts) {
            Err(Stop::Failed(error)) if comes_again(&error) => {
                out::note(error.summary(lang));
                false
            }
            other => other.map(|()| true)?,
        },
    };
    if here {
        out::note(lang.pick(format!("{id} is here already."), format!("{id} 已在本机。")));
        return Ok(());
    }
    if let Some(terms) = card.terms.as_ref().filter(|_| !agree && !context.settings.agreed.iter().any(|a| a == id)) {
        let (text, url) = (Both::new(&terms.text, &terms.text_zh), terms.url.clone());
        return Err(Cause::TermsFirst { id: id.to_owned(), text, url }.into());
    }
    let bar = bar(card.bytes(), "{msg:10} [{bar:30}] {bytes}/{total_bytes}  {eta} left");
    let offline = context.settings.offline;
    let (fetch, events) = Fetcher::start(card, context.catalog.folder(), offline, std::sync::Arc::new(|| {}));
    loop {
        if interrupts.happened() {
            fetch.cancel();
        }
        let kind = match events.recv_timeout(Duration::from_millis(50)) {
            Ok(event) => event.kind,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return Err(Cause::EngineGone.into()),
        };
        match kind {
            FetchEventKind::Trying { source } => {
                bar.suspend(|| out::note(format_args!("{} {id}: {source}", lang.pick("fetching", "下载"))));
            }
            FetchEventKind::Skipped { error, .. } => {
                bar.suspend(|| out::note(format_args!("  {}", error.summary(lang))))
            }
            FetchEventKind::Progress { done, .. } => {
                bar.set_message(lang.pick("fetching", "下载"));
                bar.set_position(done);
            }
            FetchEventKind::Verifying => bar.set_message(lang.pick("verifying", "校验")),
            FetchEventKind::Finished { path } => {
                bar.finish_and_clear();
                out::note(path.display());
                return Ok(());
            }
            FetchEventKind::Failed(error) => {
                bar.finish_and_clear();
                return Err(Stop::Failed(error));
            }
            FetchEventKind::Cancelled => {
                bar.finish_and_clear();
                return Err(Stop::Cancelled);
            }
        }
    }
}

fn check(context: &Context, id: Option<&Path>, size: Option<&str>, json: bool) -> Result<(), Stop> {
    let interrupts = Interrupts::listen();
    let Some(id) = id else {
        let here = |card: &&ModelCard| {
            matches!(context.catalog.presence(card), ModelPresence::Here { .. } | ModelPresence::Unchecked { .. })
        };
        // Files that are no models, or cannot be run, are reported as the others are.
        let mut failed: Option<StudioError> = None;
        for file in context.catalog.broken() {
            failed.replace(file.error).iter().for_each(|error| super::say(error, context.lang));
        }
        for card in context.catalog.cards().iter().filter(here) {
            match check_card(context, card, &interrupts) {
                // One that fails hides no other; the last one is said at the end.
                Err(Stop::Failed(error)) => {
                    failed.replace(error).iter().for_each(|error| super::say(error, context.lang));
                }
                other => other?,
            }
        }
        return failed.map_or(Ok(()), |error| Err(Stop::Failed(error)));
    };
    let card = context.catalog.card_at(id).or_else(|| context.catalog.card(id.to_str()?));
    let path = match card {
        Some(card) => match &card.local {
            Some(local) => local.files.main.as_path(),
            None => return check_card(context, card, &interrupts),
        },
        None => id,
    };
    if !path.exists() {
        context.catalog.resolve(&id.to_string_lossy(), Makes::Text)?;
    }
    let info = match look_into(path)? {
        Looked::Talks(info) => info,
        Looked::Draws(report) => return Ok(super::doctor::run(context, *report, size, json)?),
    };
    if json {
        let made = serde_json::json!({
            "path": path.display().to_string(), "family": info.architecture, "name": info.name,
            "precision": info.quantization, "parameters": info.parameters, "context": info.context_length,
        });
        return Ok(out::line(made)?);
    }
    out::line(format_args!(
        "{}: {} ({}), {} parameters, context {}",
        path.display(),
        info.name,
        info.architecture,
        short_count(info.parameters),
        info.context_length
    ))?;
    Ok(out::line(format_args!("{}: {}", context.lang.pick("quantisation", "量化"), info.quantization))?)
}

/// What the headers of a model say: a picture model or a language model.
enum Looked {
    Talks(TextModelInfo),
    Draws(Box<Report>),
}

/// Looks into the file or folder at `path`; each header is read once. A Qwen3 in a GGUF file may be a language model or
/// a text encoder: the latter where it has no language head.
///
/// # Errors
/// A language model that cannot be run; a file that is not a model.
fn look_into(path: &Path) -> Result<Looked, StudioError> {
    let draws = |headers: &[Header]| examine_read(path, headers).map(|report| Looked::Draws(Box::new(report)));
    let files = if path.is_dir() { ModelFiles::Folder(path.to_owned()) } else { ModelFiles::File(path.to_owned()) };
    let Ok(file) = model_path(&ModelRef { id: String::new(), files, sha256: None }) else {
        return draws(&headers(path)?);
    };
    let header = Header::read(&file)?;
    let has_parts = !layout::parts(&header).is_empty();
    if let Some(gguf) = &header.gguf
        && (!has_parts || gguf.texts("tokenizer.ggml.tokens").is_some())
    {
        match describe(gguf) {
            Err(_) if has_parts => {}
            info => return info.map(Looked::Talks),
        }
    }
    if path.is_dir() { draws(&headers(path)?) } else { draws(&[header]) }
}

fn check_card(context: &Context, card: &ModelCard, interrupts: &Interrupts) -> Result<(), Stop> {
    hash(context, card, interrupts)?;
    // Nobody promised a hash for the person's own files: they are checked against what runs them.
    if let Some(local) = &card.local {
        let path = &local.files.main;
        // Models that cannot be run have no card; missing parts are reported for those that have.
        if let Some(lacks) = card.lacks().filter(|_| card.makes == Makes::Image) {
            let (path, family) = (path.clone(), local.kind.clone());
            return Err(Cause::LacksParts { path, family, lacks: lacks.to_owned() }.into());
        }
        if let Looked::Draws(report) = look_into(path)? {
            report.trouble.map_or(Ok(()), Err)?;
        }
    }
    Ok(out::line(format_args!("{}: {}", card.id, context.lang.pick("good", "完好")))?)
}
