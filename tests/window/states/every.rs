//! Every state that a room can be in, by name: empty, busy, failed, with long texts. Whoever adds something to a room adds a
//! state that shows it.

use std::path::PathBuf;

use aigc_studio::domain::*;
use aigc_studio::error::{Cause, FolderFault, FolderOf};
use aigc_studio::lang::{Both, Lang};
use aigc_studio::state::*;
use aigc_studio::ui::texts::T;

use super::pictures::at;
use super::*;

const LONG: &str = "A lighthouse keeper who has not spoken to anyone for eleven days counts them by the loaves that are \
    left, and writes letters which nobody will ever carry over to the village.";
const LONG_WORD: &str =
    "https://example.org/Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

/// What may be clicked in any of them to see more of the room; what is not there is left out.
pub fn doors(lang: Lang) -> Vec<String> {
    let part = |name: T, part: T| format!("{}: {}", name.tr(lang), part.tr(lang));
    vec![
        part(T::Create, T::Picture),
        T::ShowSettings.tr(lang).to_owned(),
        T::NegativePrompt.tr(lang).to_owned(),
        T::More.tr(lang).to_owned(),
        T::ShowConversations.tr(lang).to_owned(),
        T::ShowSliders.tr(lang).to_owned(),
        part(T::Write, T::Sliders),
        T::MoreSampling.tr(lang).to_owned(),
        T::AdvancedSampling.tr(lang).to_owned(),
        T::Details.tr(lang).to_owned(),
    ]
}

fn problem(n: usize) -> NoticeKind {
    NoticeKind::Problem(ProblemBox(Cause::QueueFull { waiting: n }.into()))
}

fn noticed(mut state: AppState, kinds: Vec<NoticeKind>) -> AppState {
    state.notices.list = (1..).zip(kinds).map(|(id, kind)| Notice { id, kind, born_ms: NOW }).collect();
    state
}

pub fn every_state(lang: Lang, theme: Theme) -> Vec<(&'static str, AppState)> {
    let long = lang.pick(
        LONG,
        "守塔人已经十一天没有和任何人说过话了。他用剩下的面包数日子，写着永远不会有人送到村里的信，一封又一封。",
    );
    let mut states = create(lang, theme, long);
    states.extend(write(lang, theme, long));
    states.extend(pages(lang, theme, long));
    states.extend(others(lang, theme, long));
    states
}

fn create(lang: Lang, theme: Theme, long: &str) -> Vec<(&'static str, AppState)> {
    let mut failed = create_done(lang, theme);
    failed.create.error = Some(no_source());
    let mut unsaved = create_done(lang, theme);
    unsaved.create.shown = Shown::Shot((JobId(7), 0));
    let mut told = create_running(lang, theme);
    told.settings.image.prompt = long.repeat(4);
    told.settings.image.negative = long.into();
    told.create.left_out = vec![Both::new(LONG, long)];
    told.create.unknown_words = vec![LONG_WORD.into(); 3];
    told.create.subject = Some(Subject { document: ConversationId("a".into()), passage: Passage::new(0, 0, long) });
    let mut rare = fresh(Room::Create, lang, theme);
    let image = &mut rare.settings.image;
    (image.noise, image.guidance_rescale, image.clip_skip) = (NoiseSource::Torch, 0.7, 2);
    rare.catalogue.entries[0].card.family = "stable-diffusion-xl".into();
    rare.catalogue.entries[0].card.name = LONG_WORD.into();
    let sizes = [512, 768, 1024, 1536].map(|side| Size { width: side, height: side });
    rare.catalogue.entries[0].card.sizes = sizes.to_vec();
    let mut layers_drawn = create_layers(lang, theme);
    let redraw = LayersCommand::Redraw(LayerName { word: "apple".into(), nth: 1 });
    let _ = update(&mut layers_drawn, Input::Command(Command::Create(CreateCommand::Layers(redraw))));
    let id = layers_drawn.create.layers.as_ref().and_then(|layers| layers.job.as_ref()).expect("a job").id;
    let progress = StepProgress { index: 0, count: 1, step: 3, steps: 24, eta_s: 2.0 };
    let _ = update(&mut layers_drawn, Input::Engine(Event { job: id, kind: EventKind::Progress(progress) }));
    let mut waiting = create_running(lang, theme);
    waiting.create.jobs.truncate(1);
    waiting.create.jobs[0].phase = Phase::Loading(Some(0.4));
    waiting.create.strip.clear();
    let mut batch = create_done(lang, theme);
    batch.create.strip = (0..4).map(|n| Shot { key: (JobId(9), n), ..shot(9, "a cat", n, at("9")) }).collect();
    let passing = vec![
        NoticeKind::Copied,
        NoticeKind::Exported(format!("/home/mei/{LONG_WORD}.png").into()),
        NoticeKind::PicturesTrashed(vec!["/x.png".into()]),
        NoticeKind::OpenAlready,
        NoticeKind::PicturesGone(3),
        NoticeKind::PicturesSaved(2),
        NoticeKind::PicturesCancelled(Box::new(Waiting::Pictures { params: Default::default(), subject: None })),
    ];
    let left = NoticeKind::ReportLeft(PanicReport { path: "/l/logs/panic-1.txt".into(), ended: true });
    vec![
        ("create, layers", layers_chosen(lang, theme)),
        ("create, layers are drawn", layers_drawn),
        ("create, empty", fresh(Room::Create, lang, theme)),
        ("create, done", create_done(lang, theme)),
        ("create, running", create_running(lang, theme)),
        ("create, the first job", waiting),
        ("create, several of one job", batch),
        ("create, failed", failed),
        ("create, not saved", unsaved),
        ("create, long texts", told),
        ("create, rare sliders", rare),
        ("create, notes", noticed(create_done(lang, theme), passing)),
        ("create, a report of the last time", noticed(create_done(lang, theme), vec![left])),
        ("create, many problems", noticed(create_running(lang, theme), (0..12).map(problem).collect())),
    ]
}

fn layers_chosen(lang: Lang, theme: Theme) -> AppState {
    let mut state = create_layers(lang, theme);
    let choose = LayersCommand::Choose(Some(LayerName { word: "apple".into(), nth: 1 }));
    let _ = update(&mut state, Input::Command(Command::Create(CreateCommand::Layers(choose))));
    state
}

fn write(lang: Lang, theme: Theme, long: &str) -> Vec<(&'static str, AppState)> {
    let mut editing = write_chat(lang, theme);
    editing.write.editing = Some((3, long.repeat(3)));
    editing.write.error = Some(Cause::PromptTooLong { tokens: 3000, context: 2048 }.into());
    let mut held = write_streaming(lang, theme);
    (held.write.draft, held.write.held) = (long.into(), true);
    let mut fetching = models_busy(lang, theme);
    fetching.settings.room = Room::Write;
    fetching.write.draft = long.repeat(12);
    let mut full = write_shelf(lang, theme);
    full.write.open.title = LONG_WORD.into();
    full.write.open.turns[0].message.content = format!("{LONG_WORD}\n{long}");
    full.write.draft = long.repeat(12);
    full.write.error = Some(no_source());
    full.write.ledger.found = Some(ledger(false));
    let mut titling = write_chat(lang, theme);
    titling.write.titling = Some((ConversationId("a".into()), long.into()));
    let mut inside = write_chat(lang, theme);
    inside.write.inspecting = None;
    inside.write.ledger.found = Some(ledger(false));
    let mut form = write_chat(lang, theme);
    for edit in [TextEdit::Form(AnswerForm::Schema), TextEdit::FormText("{\n  \"type\": \"objekt\"\n}".into())] {
        let _ = update(&mut form, Input::Command(Command::Write(WriteCommand::SetText(edit))));
    }
    let _ = update(&mut form, Input::Command(Command::Write(WriteCommand::CheckGrammar)));
    let bad = Cause::BadGrammar { line: 2, reason: Both::same("\"objekt\" is no type") };
    let grammar = form.text().grammar.clone().expect("it was chosen");
    let _ = update(&mut form, Input::Grammar(grammar, Err(bad.into())));
    let left_out = vec![Both::new(LONG, long), Both::new("greetings for groups", "群聊开场白")];
    let form = noticed(form, vec![NoticeKind::PersonaKept { name: "Ada".into(), left_out }, NoticeKind::Copied]);
    let forms = aigc_studio::writing::forms::forms().iter().map(|form| {
        let mut state = fresh(Room::Write, lang, theme);
        let _ = update(&mut state, Input::Command(Command::Write(WriteCommand::OpenForm(form.id.clone()))));
        ("write, a form", state)
    });
    let mut states = vec![
        ("write, empty", fresh(Room::Write, lang, theme)),
        ("write, a talk", write_chat(lang, theme)),
        ("write, a title", titling),
        ("write, streaming", write_streaming(lang, theme)),
        ("write, a message that waits", held),
        ("write, editing and failed", editing),
        ("write, fetching with a long draft", fetching),
        ("write, long texts and failed", full),
        ("write, branches", write_shelf(lang, theme)),
        ("write, found", write_found(lang, theme)),
        ("write, the context's parts", inside),
        ("write, the answer's form", form),
    ];
    states.extend(forms);
    // What was typed stays; a picture is drawn meanwhile.
    let mut begun = fresh(Room::Write, lang, theme);
    let _ = update(&mut begun, Input::Command(Command::Write(WriteCommand::OpenForm("poem".into()))));
    let _ = update(&mut begun, Input::Command(Command::Write(WriteCommand::SetFormField("topic".into(), long.into()))));
    begun.create.jobs = create_running(lang, theme).create.jobs;
    let mut left = begun.clone();
    let _ = update(&mut left, Input::Command(Command::Write(WriteCommand::CloseForm)));
    let mut asked = write_chat(lang, theme);
    let question = &mut asked.write.open.turns[0].message.content;
    *question =
        format!("*{long}* `{LONG_WORD}`\n\n1. one\n2. \u{200f}{long}\n\n> \u{200f}{long}\n\n```\n{LONG_WORD}\n```");
    asked.notices.list =
        noticed(asked.clone(), vec![NoticeKind::LoreKept { count: 12, left_out: vec![Both::new(LONG, long)] }])
            .notices
            .list;
    states.extend([("write, a form begun", begun), ("write, a form left", left), ("write, asked in Markdown", asked)]);
    let mut edited = personas(lang, theme);
    let edit = PersonaCommand::Edit(edited.personas.kept[0].id.clone());
    let _ = update(&mut edited, Input::Command(Command::Persona(edit)));
    let mut named = personas(lang, theme);
    named.personas.kept[0].persona.name = LONG_WORD.into();
    named.personas.kept[0].persona.system = long.into();
    states.extend([("personas", personas(lang, theme)), ("personas, long", named), ("personas, editing", edited)]);
    states
}

fn pages(lang: Lang, theme: Theme, long: &str) -> Vec<(&'static str, AppState)> {
    let mut page = write_page(lang, theme);
    page.write.ledger.found = Some(ledger(true));
    let mut blank = write_page(lang, theme);
    blank.write.open = OpenConversation { page: Some(Box::default()), ..Default::default() };
    let mut busy = write_page(lang, theme);
    busy.write.job = write_streaming(lang, theme).write.job;
    busy.write.error = Some(no_source());
    let mut told = write_page(lang, theme);
    if let Some(page) = &mut told.write.open.page {
        page.story.memory = long.repeat(5);
        page.story.cards[0].name = LONG_WORD.into();
    }
    vec![("page", page), ("page, empty", blank), ("page, writing and failed", busy), ("page, long texts", told)]
}

fn others(lang: Lang, theme: Theme, long: &str) -> Vec<(&'static str, AppState)> {
    let chosen = |i| {
        let mut state = gallery(lang, theme, 60, 20);
        state.gallery.selected = Some(item(i).path);
        state
    };
    let mut nothing = gallery(lang, theme, 30, 10);
    nothing.gallery.search = "zzz".into();
    let mut terms = models_busy(lang, theme);
    let card = &mut terms.catalogue.entries[1];
    card.card.terms = Some(Terms { url: format!("{LONG_WORD}/terms"), text: LONG.into(), text_zh: long.into() });
    card.asking = true;
    card.fetch = None;
    card.card.name = LONG_WORD.into();
    card.card.about = long.into();
    card.card.about_zh = long.into();
    let mut needy = models_in_need(lang, theme);
    let unchecked = ModelPresence::Unchecked { path: "/m/xl.safetensors".into() };
    needy.catalogue.entries.last_mut().expect("it is there").presence = unchecked;
    let draws = |id: &str| {
        let mut state = needy.clone();
        (state.settings.room, state.settings.image.model) = (Room::Create, id.into());
        state
    };
    let mut left = fresh(Room::Models, lang, theme);
    left.desk.waiting = vec![Waiting::Fetch { model: SMOLLM_ID.into() }];
    let unasked = NoticeKind::SavedUnasked(format!("/home/mei/{LONG_WORD}.png").into());
    let left = noticed(left, vec![unasked]);
    let mut resumed = create_done(lang, theme);
    let waiting = vec![Waiting::Fetch { model: SMOLLM_ID.into() }];
    let desk = Desk { waiting, ..Desk::default() };
    let _ = update(&mut resumed, Input::Store(StoreEvent::Desk(Box::new(desk))));
    let offline = [Room::Write, Room::Models].map(|room| {
        let mut state = fresh(room, lang, theme);
        state.settings.offline = true;
        state
    });
    let [write_offline, models_offline] = offline;
    let mut gone = fresh(Room::Create, lang, theme);
    gone.catalogue.entries[1].card.name = LONG_WORD.into();
    let _ = update(&mut gone, Input::Command(Command::Go(Room::Models)));
    gone.catalogue.entries.truncate(1);
    let opened = NoticeKind::ModelOpened(terms.catalogue.entries[1].card.id.clone());
    let mut settings = fresh(Room::Settings, lang, theme);
    settings.settings.zoom = Some(1.75);
    let file = Cause::BadFolder { path: LONG_WORD.into(), of: FolderOf::Pictures, why: FolderFault::File };
    let settings_told = noticed(fresh(Room::Settings, lang, theme), vec![NoticeKind::Problem(ProblemBox(file.into()))]);
    settings.status.library = format!("/home/mei/{LONG_WORD}/{LONG_WORD}").into();
    settings.status.data = settings.status.library.clone();
    let [_, licences, licence] = licence_states(lang, theme);
    let mut broken = chosen(2);
    let cut = Cause::CutPicture { path: item(2).path };
    let _ = update(&mut broken, Input::Store(StoreEvent::NoThumbnail { path: item(2).path, error: Some(cut.into()) }));
    let mut broken_full = broken.clone();
    broken_full.gallery.full = true;
    let mut compared = gallery(lang, theme, 60, 20);
    compared.gallery.selected = Some(item(1).path);
    compared.gallery.marked = (1..=4).map(|n| item(n).path).collect();
    compared.gallery.full = true;
    let elsewhere = NoticeKind::PicturesLeft { folder: format!("/home/mei/{LONG_WORD}/{LONG_WORD}").into(), count: 35 };
    vec![
        ("gallery, a broken picture", broken),
        ("gallery, a broken picture in full", broken_full),
        ("gallery, four compared", compared),
        ("gallery, pictures left elsewhere", noticed(gallery(lang, theme, 60, 20), vec![elsewhere])),
        ("gallery", gallery(lang, theme, 60, 20)),
        ("gallery, empty", gallery(lang, theme, 0, 0)),
        ("gallery, nothing found", nothing),
        ("gallery, a picture", chosen(2)),
        ("gallery, a file without settings", chosen(6)),
        ("gallery, many problems", noticed(gallery(lang, theme, 60, 20), (0..12).map(problem).collect())),
        ("models", models_busy(lang, theme)),
        ("models, terms and long texts", terms.clone()),
        ("models, in need", needy.clone()),
        ("create, a part is missing", draws("sd")),
        ("create, not checked", draws("xl")),
        ("models, jobs of the last time", left),
        ("create, jobs of the last time", resumed),
        ("write, offline", write_offline),
        ("models, offline", models_offline),
        ("models, one was opened", noticed(terms, vec![opened])),
        ("models, one is gone", gone),
        ("settings, a file for a folder", settings_told),
        ("settings", settings),
        ("settings, licences", licences),
        ("settings, a licence", licence),
        ("settings, a note", noticed(fresh(Room::Settings, lang, theme), vec![NoticeKind::MemoryFreed])),
    ]
}

/// A model with a missing part in use, a broken file, a removed one in the trash, and one that can be fetched.
pub fn models_in_need(lang: Lang, theme: Theme) -> AppState {
    let mut state = fresh(Room::Models, lang, theme);
    state.status.budget = 8_000_000_000;
    state.status.models = "/m".into();
    let local = Local {
        files: Checkpoint::new("/m/sd.safetensors".into()),
        kind: "Stable Diffusion 1.x".into(),
        precision: "F16".into(),
        lacks: "VAE".into(),
        weights: 1,
        working: 1,
        ..Local::default()
    };
    let file = ModelFile { name: "sd.safetensors".into(), bytes: 5, sha256: String::new(), sources: Vec::new() };
    let local = Some(Box::new(local));
    let card = ModelCard { id: "sd".into(), name: "sd".into(), files: vec![file], local, ..image_card() };
    state.catalogue.entries.push(entry(card, ModelPresence::Here { path: "/m/sd.safetensors".into() }));
    let files = vec![ModelFile { bytes: 6_940_000_000, ..text_card().files[0].clone() }];
    let large = ModelCard { id: "xl".into(), name: "XL".into(), memory: 15_500_000_000, files, ..image_card() };
    state.catalogue.entries.push(entry(large, ModelPresence::Absent));
    let path = PathBuf::from("/m/page.safetensors");
    let error = Cause::BadModelFile { path: path.clone(), reason: Both::same("it is a web page") }.into();
    state.catalogue.broken = vec![BrokenFile { path, bytes: 28, error }];
    state.catalogue.trash = 491_400_064;
    state
}
