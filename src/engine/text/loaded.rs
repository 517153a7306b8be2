//! Models in memory, kept between jobs with their KV caches.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use candle_core::Device;

use super::fit::{fit, fit_played};
use super::prompt_encoder::{Identity, PromptEncoder};
use super::session::Session;
use super::template::Prompt;
use super::tokenizer::{Specials, Tokenizer};
use super::{TextModelInfo, info, models};
use crate::domain::{
    DeviceChoice, EventKind, KvType, Message, ModelFiles, ModelRef, PlayedPrompt, TextParams, TextPrompt,
};
use crate::engine::{CancelToken, Guard, MemoryBudget, Reporter, Reservation, Stop, device_for, device_name};
use crate::error::{Cause, Result, StudioError};
use crate::formats::gguf::{Gguf, first_part};
use crate::lang::Both;
use crate::writing::page::{assemble, with_lore};

/// A model in memory.
pub struct Loaded {
    identity: Identity,
    pub encoder: Arc<PromptEncoder>,
    pub dimensions: models::Dimensions,
    pub session: Session,
    /// Capacity of the cache in tokens, and its type.
    pub room: usize,
    kv: KvType,
    cache: Option<Reservation>,
    _weights: Reservation,
    _device: Arc<Device>,
}

/// A model's header as it was read, with what it says.
pub struct Read {
    identity: Identity,
    gguf: Gguf,
    info: TextModelInfo,
    /// Where they were looked at.
    encoder: Option<Arc<PromptEncoder>>,
}

impl Read {
    fn open(path: &Path, identity: Identity) -> Result<Self> {
        let gguf = Gguf::open(path)?;
        Ok(Self { info: info::describe(&gguf)?, identity, gguf, encoder: None })
    }
}

/// What loading needs beside the file.
pub struct Loader<'a> {
    pub budget: &'a Arc<MemoryBudget>,
    pub device: DeviceChoice,
    pub reporter: &'a Reporter,
    pub token: &'a CancelToken,
}

impl Loader<'_> {
    /// Puts the model into `slot` unless it is there; returns how many seconds that took. `read` is its header, where it
    /// was read already.
    pub fn load(
        &self,
        slot: &mut Guard<'_, Loaded>,
        model: &ModelRef,
        read: Option<Read>,
    ) -> std::result::Result<f64, Stop> {
        let path = &model_path(model)?;
        let started = Instant::now();
        let identity = Identity::of(path)?;
        if slot.get().is_some_and(|loaded| loaded.identity == identity) {
            return Ok(0.0);
        }
        // The old model goes first: both together may not fit.
        slot.clear();
        let reporter = self.reporter;
        reporter.tell(EventKind::Loading { fraction: Some(0.0) });
        let Read { gguf, info, encoder, .. } = match read.filter(|read| read.identity == identity) {
            Some(read) => read,
            None => Read::open(path, identity.clone())?,
        };
        let weights = self.reserve(info.weight_memory)?;
        self.token.check()?;
        let encoder = encoder.map_or_else(|| PromptEncoder::of(&gguf, identity.clone()), Ok)?;
        let dimensions = models::dimensions(&gguf)?;
        let device = device_for(self.device);
        let mut told = 0.0;
        let mut progress = |fraction: f32| {
            if fraction - told >= 0.01 {
                told = fraction;
                reporter.hint(EventKind::Loading { fraction: Some(fraction) });
            }
        };
        let network = models::load(&gguf, &device, self.token, &mut progress)?;
        let loaded = Loaded {
            identity,
            encoder,
            dimensions,
            session: Session::new(network),
            room: 0,
            kv: KvType::default(),
            cache: None,
            _weights: weights,
            _device: device,
        };
        slot.put(model.id.clone(), loaded);
        let load_s = started.elapsed().as_secs_f64();
        let device = device_name(self.device);
        tracing::info!(model = model.id, device, load_s, "language model loaded");
        Ok(load_s)
    }

    /// Refuses a draft model that is not of the vocabulary, or for which there is no room with its cache for `context`
    /// tokens; both are seen before its weights are read. Its header, where it was read for that.
    pub fn check_draft(
        &self,
        slot: &mut Guard<'_, Loaded>,
        draft: &ModelRef,
        tokenizer: &Tokenizer,
        context: usize,
        kv: KvType,
    ) -> Result<Option<Read>> {
        let path = &model_path(draft)?;
        let identity = Identity::of(path)?;
        let unlike = |reason: Both| Cause::UnlikeDraft { draft: draft.id.clone(), reason };
        if let Some(loaded) = slot.get().filter(|loaded| loaded.identity == identity) {
            return tokenizer.unlike(&loaded.encoder.tokenizer).map_or(Ok(None), |reason| Err(unlike(reason).into()));
        }
        slot.clear();
        let read = Read::open(path, identity)?;
        let Read { gguf, info, .. } = &read;
        let encoder = PromptEncoder::of(gguf, read.identity.clone())?;
        if let Some(reason) = tokenizer.unlike(&encoder.tokenizer) {
            return Err(unlike(reason).into());
        }
        let cache =
            models::dimensions(gguf)?.bytes_per_token(kv).saturating_mul(context.min(info.context_length) as u64);
        self.reserve(info.weight_memory.saturating_add(cache))?;
        Ok(Some(Read { encoder: Some(encoder), ..read }))
    }

    fn reserve(&self, bytes: u64) -> Result<Reservation> {
        self.budget.reserve(bytes, &mut |id| self.reporter.tell(EventKind::Freed { id }))
    }
}

impl Loaded {
    /// The prompt, begin token included, and how many turns were left out for lack of room.
    pub fn prompt(&self, prompt: &TextPrompt, context: usize, params: &TextParams) -> Result<(Prompt, usize)> {
        let PromptEncoder { tokenizer, template, .. } = &*self.encoder;
        // Room for the answer too, but not more than half.
        let room = context - (params.max_tokens as usize).min(context / 2);
        let mut dropped = 0;
        let plain = |tokens| Prompt { tokens, ..Prompt::default() };
        let mut prompt = match prompt {
            TextPrompt::Raw(text) => plain(tokenizer.encode(text, Specials::Parse)),
            TextPrompt::Page(page) => {
                let text = assemble(page, room, &mut |text| self.encoder.count(text)).text;
                plain(tokenizer.encode(&text, Specials::Plain))
            }
            TextPrompt::Chat(messages) => {
                let template = template.as_ref().map_err(Clone::clone)?;
                let fits = |turns: &[Message]| Ok(template.tokens(turns, tokenizer)?.len() <= room);
                let (kept, left_out) = fit(messages, params.overflow, fits)?;
                dropped = left_out;
                template.prompt(&kept, tokenizer)?
            }
            TextPrompt::Played(played) => {
                let template = template.as_ref().map_err(Clone::clone)?;
                let fits = |turns: &[Message]| -> Result<bool> { Ok(template.tokens(turns, tokenizer)?.len() <= room) };
                let (turns, _) = with_lore(played, room, &mut |text| self.encoder.count(text), &mut { fits })?;
                let played = PlayedPrompt { turns, ..(**played).clone() };
                let (kept, left_out, _) = fit_played(&played, params.overflow, fits)?;
                dropped = left_out;
                template.prompt(&kept, tokenizer)?
            }
        };
        prompt.tokens = tokenizer.begin(prompt.tokens);
        // Only characters that the vocabulary has no token for.
        if prompt.tokens.is_empty() { Err(Cause::EmptyPrompt.into()) } else { Ok((prompt, dropped)) }
    }

    /// Gives the cache room for `context` tokens. A smaller one stays as it is; a larger one begins empty.
    pub fn make_room(
        &mut self,
        context: usize,
        kv: KvType,
        budget: &Arc<MemoryBudget>,
        reporter: &Reporter,
    ) -> std::result::Result<(), Stop> {
        if context <= self.room && kv == self.kv {
            return Ok(());
        }
        let bytes = self.dimensions.bytes_per_token(kv).saturating_mul(context as u64);
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

/// The model's file. A folder counts when it holds exactly one GGUF file, or the parts of one model.
pub fn model_path(model: &ModelRef) -> Result<PathBuf> {
    match &model.files {
        ModelFiles::File(path) => Ok(path.clone()),
        ModelFiles::Embedded | ModelFiles::Checkpoint(_) => {
            Err(Cause::WrongKind { id: model.id.clone(), wanted: "text" }.into())
        }
        ModelFiles::Folder(folder) => {
            let entries =
                std::fs::read_dir(folder).map_err(|e| StudioError::io(crate::error::Doing::Reading, folder, &e))?;
            let is_gguf = |path: &PathBuf| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gguf"));
            let found = entries.filter_map(|entry| entry.ok().map(|e| e.path())).filter(is_gguf);
            let found: BTreeSet<PathBuf> = found.map(|path| first_part(&path)).collect();
            let mut found = found.into_iter();
            match (found.next(), found.next()) {
                (Some(path), None) => Ok(path),
                (None, _) => Err(Cause::FileMissing { path: folder.join("*.gguf") }.into()),
                (Some(_), Some(_)) => Err(Cause::BadModelFile {
                    path: folder.clone(),
                    reason: Both::new(
                        "it holds more than one GGUF file, so one of them must be named",
                        "其中有多个 GGUF 文件，需要指定其中一个",
                    ),
                }
                .into()),
            }
        }
    }
}
