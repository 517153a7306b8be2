//! One text job, from the request to its figures.

use std::sync::Arc;
use std::time::Instant;

use super::answer::Answer;
use super::draft::Drafter;
use super::grammar::Constraint;
use super::loaded::{Loaded, Loader};
use crate::domain::{DeviceChoice, EventKind, ModelRef, Outcome, TextNews, TextParams, TextRequest, TextStats};
use crate::engine::{Backend, CancelToken, Guard, MemoryBudget, Reporter, Slot, Stop, watch};
use crate::error::{Cause, StudioError};

/// Runs language models. The last one stays in memory, with what it has read, and so does the last draft model.
pub struct TextPipeline {
    budget: Arc<MemoryBudget>,
    device: DeviceChoice,
    slot: Arc<Slot<Loaded>>,
    draft: Arc<Slot<Loaded>>,
}

impl TextPipeline {
    pub fn new(budget: Arc<MemoryBudget>, device: DeviceChoice) -> Self {
        Self { slot: budget.slot(), draft: budget.slot(), budget, device }
    }
}

impl Backend for TextPipeline {
    type Task = TextRequest;

    fn run(
        &mut self,
        request: &TextRequest,
        reporter: &Reporter,
        token: &CancelToken,
    ) -> std::result::Result<Outcome, Stop> {
        watch(token, || self.answer(request, reporter, token))
    }

    fn unload(&mut self) {
        self.slot.hold().clear();
        self.draft.hold().clear();
    }
}

impl TextPipeline {
    fn answer(
        &self,
        request: &TextRequest,
        reporter: &Reporter,
        token: &CancelToken,
    ) -> std::result::Result<Outcome, Stop> {
        let params = &request.params;
        request.check()?;
        // Before the model is loaded: a wrong grammar is told at once.
        let constraint = params.grammar.as_ref().map(Constraint::new).transpose()?;
        let loader = Loader { budget: &self.budget, device: self.device, reporter, token };
        let mut slot = self.slot.hold();
        let mut load_s = loader.load(&mut slot, &request.model, None)?;
        let Some(loaded) = slot.get() else { return Err(Cause::EngineGone.into()) };
        let context = loaded.dimensions.context_length.min(params.context as usize);
        // One that is not asked for can make room for others.
        let mut draft = request.draft.as_ref().map(|model| (model, self.draft.hold()));
        let mut drafter = None;
        if let Some((model, slot)) = &mut draft {
            // The model's own cache comes first.
            loaded.make_room(context, params.kv, &self.budget, reporter)?;
            load_s += load_draft(&loader, slot, model, loaded, context, params)?;
            drafter = slot.get();
        }
        reporter.tell(EventKind::Ready { load_s });

        let started = Instant::now();
        let (prompt, dropped_turns) = loaded.prompt(&request.prompt, context, params)?;
        if prompt.tokens.len() > context {
            return Err(Cause::PromptTooLong { tokens: prompt.tokens.len(), context }.into());
        }
        token.check()?;
        loaded.make_room(context, params.kv, &self.budget, reporter)?;
        let drafter = drafter.map(|draft| Drafter {
            session: &mut draft.session,
            tokenizer: &loaded.encoder.tokenizer,
            vocabulary: draft.dimensions.vocabulary.min(loaded.dimensions.vocabulary),
            room: draft.room,
            max: params.draft_max as usize,
            p_min: params.draft_p_min,
        });
        let answer =
            Answer { tokenizer: &loaded.encoder.tokenizer, params, seed: request.seed, context, load_s, started };
        let stats = answer.run(&mut loaded.session, drafter, &prompt, constraint, reporter, token)?;
        Ok(Outcome::Text(TextStats { dropped_turns, ..stats }))
    }
}

/// Puts the draft model into its slot, with room for `context` tokens; returns how many seconds that took. Where there is
/// no memory for it the slot stays empty, and that is said.
fn load_draft(
    loader: &Loader<'_>,
    slot: &mut Guard<'_, Loaded>,
    model: &ModelRef,
    loaded: &Loaded,
    context: usize,
    params: &TextParams,
) -> std::result::Result<f64, Stop> {
    let (budget, reporter) = (loader.budget, loader.reporter);
    let mut load = || {
        let read = loader.check_draft(slot, model, &loaded.encoder.tokenizer, context, params.kv)?;
        let load_s = loader.load(slot, model, read)?;
        if let Some(draft) = slot.get() {
            draft.make_room(context.min(draft.dimensions.context_length), params.kv, budget, reporter)?;
        }
        Ok(load_s)
    };
    match load() {
        Err(Stop::Failed(error)) => {
            let Cause::NotEnoughMemory { needed, free } = *error.cause() else { return Err(Stop::Failed(error)) };
            slot.clear();
            let error = StudioError::from(Cause::DraftLeftOut { draft: model.id.clone(), needed, free });
            reporter.tell(TextNews::WithoutDraft { error });
            Ok(0.0)
        }
        other => other,
    }
}
