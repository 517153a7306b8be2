//! Helpers for all tests of the state.

use super::*;

pub(in crate::state) fn card(id: &str, makes: Makes) -> ModelCard {
    ModelCard {
        id: id.into(),
        name: id.into(),
        makes,
        family: "test".into(),
        about: "a".into(),
        about_zh: "甲".into(),
        licence: "MIT".into(),
        terms: None,
        quality: Default::default(),
        memory: 1,
        files: vec![ModelFile { name: "w".into(), bytes: 98_362_432, sha256: "ab".into(), sources: vec![] }],
        sizes: if makes == Makes::Image { vec![Size { width: 64, height: 64 }] } else { vec![] },
        defaults: CardDefaults { steps: Some(20), ..CardDefaults::default() },
        examples: vec![],
        examples_zh: vec![],
        local: None,
    }
}

pub(in crate::state) fn entry(id: &str, makes: Makes, presence: ModelPresence) -> ModelEntry {
    ModelEntry::new(card(id, makes), presence)
}

/// A picture of the library, without settings.
pub(in crate::state) fn item(n: i64) -> LibraryItem {
    LibraryItem { path: format!("/l/{n}.png").into(), made_ms: n, bytes: 1, width: 1, height: 1, record: None }
}

/// A state with the picture model and a language model on the disk.
pub(in crate::state) fn state() -> AppState {
    let mut state = AppState::new(Settings::default(), Lang::En, 7);
    state.now_ms = 1_000_000;
    state.catalogue.entries = vec![
        entry(STICKER_ID, Makes::Image, ModelPresence::Embedded),
        entry(SMOLLM_ID, Makes::Text, ModelPresence::Here { path: "/m/s.gguf".into() }),
    ];
    state
}

/// Makes the language model large enough to improve prompts.
pub(in crate::state) fn able(state: &mut AppState) {
    state.catalogue.entries[1].card.files[0].bytes = 500_000_000;
}

/// Applies an input and all text checks that follow. Returns the other effects.
pub(in crate::state) fn told(state: &mut AppState, input: Input) -> Vec<Effect> {
    let mut effects = update(state, input);
    let texts = effects.extract_if(.., |effect| matches!(effect, Effect::CheckText(_))).collect::<Vec<_>>();
    for effect in texts {
        let Effect::CheckText(text) = effect else { unreachable!() };
        effects.extend(update(state, Input::TextChecked(text.serial, text.findings())));
    }
    effects
}

pub(in crate::state) fn do_(state: &mut AppState, command: Command) -> Vec<Effect> {
    told(state, Input::Command(command))
}

pub(in crate::state) fn engine(state: &mut AppState, id: JobId, kind: impl Into<EventKind>) -> Vec<Effect> {
    told(state, Input::Engine(Event { job: id, kind: kind.into() }))
}

pub(in crate::state) fn prompt(state: &mut AppState, text: &str) {
    do_(state, Command::Create(CreateCommand::SetImage(ImageEdit::Prompt(text.into()))));
}

pub(in crate::state) fn picture() -> Arc<Picture> {
    Arc::new(Picture { width: 1, height: 1, rgba: vec![1, 2, 3, 255] })
}

pub(in crate::state) fn record(prompt: &str) -> Box<PictureRecord> {
    Box::new(PictureRecord {
        params: ImageParams {
            prompt: prompt.into(),
            negative: "blur".into(),
            model: STICKER_ID.into(),
            seed: Seed::Fixed(5),
            steps: 12,
            guidance: 4.5,
            width: 64,
            height: 64,
            sampler: Sampler::Heun,
            ..PictureRecord::default().params
        },
        model_hash: "00".into(),
        version: "x".into(),
        ..PictureRecord::default()
    })
}

pub(in crate::state) fn submitted(effects: &[Effect]) -> (JobId, &Task) {
    let found = effects.iter().find_map(|e| match e {
        Effect::Submit { id, task } => Some((*id, task)),
        _ => None,
    });
    found.expect("a job is submitted")
}

/// The jobs that these effects submit and those that wait for their lane, oldest first.
pub(in crate::state) fn asked_for(state: &AppState, effects: &[Effect]) -> Vec<(JobId, Task)> {
    let handed = effects.iter().filter_map(|e| match e {
        Effect::Submit { id, task } => Some((*id, task.clone())),
        _ => None,
    });
    let mut jobs: Vec<_> = handed.chain(state.lanes.waiting().cloned()).collect();
    jobs.sort_by_key(|(id, _)| *id);
    jobs
}

/// The last of them, for a command that submits a job.
pub(in crate::state) fn asks_for(state: &mut AppState, command: Command) -> (JobId, Task) {
    let effects = do_(state, command);
    asked_for(state, &effects).pop().expect("a job is asked for")
}

pub(in crate::state) fn journal(effects: &[Effect]) -> Vec<&JournalEntry> {
    effects
        .iter()
        .filter_map(|e| match e {
            Effect::Store(StoreRequest::Journal { entry, .. }) => Some(entry),
            _ => None,
        })
        .collect()
}

/// Latents like those of a failed job.
pub(in crate::state) fn latents(model: &str) -> Arc<Latents> {
    let record = PictureRecord {
        params: ImageParams {
            model: model.into(),
            seed: Seed::Fixed(5),
            width: 64,
            height: 64,
            ..PictureRecord::default().params
        },
        ..PictureRecord::default()
    };
    Arc::new(Latents { channels: 4, height: 8, width: 8, numbers: vec![0.0; 256], record: Box::new(record) })
}

/// Restores the settings of a record, with a notice.
pub(in crate::state) fn restore(state: &mut AppState, record: &PictureRecord) {
    let mut fx = Vec::new();
    let (create, mut env) = state.create(&mut fx);
    create.restore(record, &mut env);
}

pub(in crate::state) fn restored(s: &AppState) -> Vec<&str> {
    match &s.notices.list.last().unwrap().kind {
        NoticeKind::SettingsRestored(notes) => notes.iter().map(|note| note.en.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}
