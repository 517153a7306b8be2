//! One text job, from the request to its figures.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use candle_core::Device;

use super::answer::{Answer, Session};
use super::fit::fit;
use super::grammar::Constraint;
use super::template::ChatTemplate;
use super::tokenizer::{Specials, Tokenizer};
use super::{info, models};
use crate::domain::{
    DeviceChoice, ELIZA_ID, EventKind, KvType, Message, ModelFiles, ModelRef, Outcome, Role, TextParams, TextPrompt,
    TextRequest, TextStats,
};
use crate::engine::{CancelToken, Guard, MemoryBudget, Pipeline, Reporter, Reservation, Slot, Stop, best_device};
use crate::error::{Cause, Result, StudioError};
use crate::formats::gguf::Gguf;
use crate::writing::page::assemble;

/// Runs language models. The last one stays in memory, with what it has read.
pub struct TextPipeline {
    budget: Arc<MemoryBudget>,
    device: DeviceChoice,
    slot: Arc<Slot<Loaded>>,
}

/// A file as it was when it was read: another length or time is another model.
#[derive(Clone, Debug, PartialEq)]
struct Identity {
    path: PathBuf,
    len: u64,
    changed: Option<SystemTime>,
}

/// A model in memory.
struct Loaded {
    identity: Identity,
    tokenizer: Tokenizer,
    /// An error where the file has no template: raw prompts work all the same.
    template: Result<ChatTemplate>,
    plan: models::Plan,
    session: Session,
    /// Tokens that the cache has room for, and what they are kept in.
    room: usize,
    kv: KvType,
    cache: Option<Reservation>,
    _weights: Reservation,
}

impl TextPipeline {
    pub fn new(budget: Arc<MemoryBudget>, device: DeviceChoice) -> Self {
        Self { slot: budget.slot(), budget, device }
    }

    /// Loads the model unless it is the one in memory; tells how long it took.
    fn load(
        &self,
        slot: &mut Guard<'_, Loaded>,
        model: &ModelRef,
        reporter: &Reporter,
        token: &CancelToken,
    ) -> std::result::Result<f64, Stop> {
        let path = &model_path(model)?;
        let started = Instant::now();
        let identity = Identity::of(path)?;
        if slot.get().is_some_and(|loaded| loaded.identity == identity) {
            reporter.tell(EventKind::Ready { load_s: 0.0 });
            return Ok(0.0);
        }
        // The old model goes first: both together may not fit.
        slot.clear();
        reporter.tell(EventKind::Loading { fraction: Some(0.0) });
        let gguf = Gguf::open(path)?;
        let info = info::describe(&gguf)?;
        let weights = self.budget.reserve(info.weight_memory, &mut |id| reporter.tell(EventKind::Freed { id }))?;
        token.check()?;
        let tokenizer = Tokenizer::from_gguf(&gguf)?;
        let template = ChatTemplate::from_gguf(&gguf, &tokenizer);
        let plan = models::plan(&gguf)?;
        let device = best_device(self.device);
        let mut told = 0.0;
        let mut progress = |fraction: f32| {
            if fraction - told >= 0.01 {
                told = fraction;
                reporter.hint(EventKind::Loading { fraction: Some(fraction) });
            }
        };
        let network = models::load(&gguf, &device, token, &mut progress)?;
        let loaded = Loaded {
            identity,
            tokenizer,
            template,
            plan,
            session: Session::new(network),
            room: 0,
            kv: KvType::default(),
            cache: None,
            _weights: weights,
        };
        slot.put(model.id.clone(), loaded);
        let load_s = started.elapsed().as_secs_f64();
        tracing::info!(model = %path.display(), device = device_name(&device), load_s, "language model loaded");
        reporter.tell(EventKind::Ready { load_s });
        Ok(load_s)
    }
}

impl Pipeline for TextPipeline {
    type Request = TextRequest;

    fn run(
        &mut self,
        request: &TextRequest,
        reporter: &Reporter,
        token: &CancelToken,
    ) -> std::result::Result<Outcome, Stop> {
        request.params.check()?;
        check_prompt(&request.prompt)?;
        if request.model.files == ModelFiles::Embedded && request.model.id == ELIZA_ID {
            return super::eliza::run(request, reporter, token).map(Outcome::Text);
        }
        // Before the model is loaded: a wrong grammar is told at once.
        let constraint = request.params.grammar.as_ref().map(Constraint::new).transpose()?;
        let mut slot = self.slot.hold();
        let load_s = self.load(&mut slot, &request.model, reporter, token)?;
        let started = Instant::now();
        let Some(loaded) = slot.get() else { return Err(Cause::EngineGone.into()) };

        let context = loaded.plan.context_length.min(request.params.context as usize);
        let (tokens, dropped_turns) = loaded.prompt(&request.prompt, context, &request.params)?;
        if tokens.len() > context {
            return Err(Cause::PromptTooLong { tokens: tokens.len(), context }.into());
        }
        token.check()?;
        loaded.make_room(context, request.params.kv, &self.budget, reporter)?;
        let answer = Answer {
            tokenizer: &loaded.tokenizer,
            params: &request.params,
            seed: request.seed,
            context,
            load_s,
            started,
        };
        let stats = answer.run(&mut loaded.session, &tokens, constraint, reporter, token)?;
        Ok(Outcome::Text(TextStats { dropped_turns, ..stats }))
    }

    fn unload(&mut self) {
        self.slot.hold().clear();
    }
}

impl Loaded {
    /// The prompt's tokens, begin token included, and how many turns were left out for want of room.
    fn prompt(&self, prompt: &TextPrompt, context: usize, params: &TextParams) -> Result<(Vec<u32>, usize)> {
        let mut dropped = 0;
        let tokens = match prompt {
            TextPrompt::Raw(text) => self.tokenizer.encode(text, Specials::Parse),
            TextPrompt::Page(page) => {
                let room = context - (params.max_tokens as usize).min(context / 2);
                let mut count = |text: &str| self.tokenizer.encode(text, Specials::Plain).len();
                let text = assemble(page, room, &mut count).text;
                self.tokenizer.encode(&text, Specials::Plain)
            }
            TextPrompt::Chat(messages) => {
                let template = self.template.as_ref().map_err(Clone::clone)?;
                // Room for the answer too, but not more than half.
                let room = context - (params.max_tokens as usize).min(context / 2);
                let fits = |turns: &[Message]| Ok(template.tokens(turns, &self.tokenizer)?.len() <= room);
                let (kept, left_out) = fit(messages, params.overflow, fits)?;
                dropped = left_out;
                template.tokens(&kept, &self.tokenizer)?
            }
        };
        let tokens = self.tokenizer.begin(tokens);
        // Only characters that the vocabulary has no token for.
        if tokens.is_empty() { Err(Cause::EmptyPrompt.into()) } else { Ok((tokens, dropped)) }
    }

    /// Gives the cache room for `context` tokens. A smaller one stays as it is; a larger one begins empty.
    fn make_room(
        &mut self,
        context: usize,
        kv: KvType,
        budget: &Arc<MemoryBudget>,
        reporter: &Reporter,
    ) -> std::result::Result<(), Stop> {
        if context <= self.room && kv == self.kv {
            return Ok(());
        }
        let bytes = self.plan.bytes_per_token(kv).saturating_mul(context as u64);
        // What the smaller cache holds is free for the larger one, but only once it is given back.
        if let Some(old) = self.cache.take() {
            drop(old);
            self.room = 0;
            self.session.set_context(0, kv)?;
        }
        self.cache = Some(budget.reserve(bytes, &mut |id| reporter.tell(EventKind::Freed { id }))?);
        self.session.set_context(context, kv)?;
        (self.room, self.kv) = (context, kv);
        Ok(())
    }
}

impl Identity {
    fn of(path: &Path) -> Result<Self> {
        let about = std::fs::metadata(path).map_err(|e| StudioError::io(crate::error::Doing::Reading, path, &e))?;
        Ok(Self { path: path.to_owned(), len: about.len(), changed: about.modified().ok() })
    }
}

/// Refuses a prompt with nothing in it.
fn check_prompt(prompt: &TextPrompt) -> Result<()> {
    let empty = match prompt {
        TextPrompt::Raw(text) => text.is_empty(),
        TextPrompt::Page(page) => page.before.is_empty() && page.story.memory.trim().is_empty(),
        TextPrompt::Chat(messages) => match messages.last() {
            None => true,
            Some(last) => last.role == Role::User && last.content.trim().is_empty(),
        },
    };
    if empty { Err(Cause::EmptyPrompt.into()) } else { Ok(()) }
}

/// The model's file. A folder counts when it holds exactly one GGUF file.
pub(super) fn model_path(model: &ModelRef) -> Result<PathBuf> {
    match &model.files {
        ModelFiles::File(path) => Ok(path.clone()),
        ModelFiles::Embedded | ModelFiles::Checkpoint(_) => {
            Err(Cause::WrongKind { id: model.id.clone(), wanted: "text" }.into())
        }
        ModelFiles::Folder(folder) => {
            let entries =
                std::fs::read_dir(folder).map_err(|e| StudioError::io(crate::error::Doing::Reading, folder, &e))?;
            let is_gguf = |path: &PathBuf| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gguf"));
            let mut found = entries.filter_map(|entry| entry.ok().map(|e| e.path())).filter(is_gguf);
            match (found.next(), found.next()) {
                (Some(path), None) => Ok(path),
                (None, _) => Err(Cause::FileMissing { path: folder.join("*.gguf") }.into()),
                (Some(_), Some(_)) => Err(Cause::BadModelFile {
                    path: folder.clone(),
                    reason: "it holds more than one GGUF file, so one of them must be named".to_owned(),
                }
                .into()),
            }
        }
    }
}

fn device_name(device: &Device) -> &'static str {
    crate::engine::device_label(device)
}
