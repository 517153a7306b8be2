//! Files that become models, models that are removed, and what a model cannot do.

use crate::error::Result;
use crate::state::tests::*;

fn local(id: &str, main: &str, lacks: &str) -> ModelCard {
    let files = Checkpoint::new(main.into());
    let (kind, precision) = ("Stable Diffusion 1.x".to_owned(), "F16".to_owned());
    let local = Local { files, kind, precision, lacks: lacks.into(), weights: 1, working: 1, ..Local::default() };
    ModelCard { local: Some(Box::new(local)), ..card(id, Makes::Image) }
}

fn opened(state: &mut AppState, effects: &[Effect], made: Result<ModelCard>) -> Vec<Effect> {
    let [Effect::Catalogue(CatalogueRequest::OpenModel(ask))] = effects else { panic!("{effects:?}") };
    update(state, Input::Models(ModelNews::Opened(ask.clone(), made.map(Box::new))))
}

/// Regression: any file counted as a "ready" model.
#[test]
fn a_file_is_looked_into_before_it_is_a_model() {
    let mut s = state();
    s.status.models = "/m".into();
    let used = s.settings.image.model.clone();
    let path = PathBuf::from("/x/README.bin");
    let effects = do_(&mut s, Command::OpenFile(path.clone()));
    assert_eq!(s.settings.image.model, used, "nothing is in use before the doctor has seen it");
    let error: StudioError = Cause::BadModelFile { path: path.clone(), reason: Both::same("no") }.into();
    opened(&mut s, &effects, Err(error.clone()));
    assert_eq!(s.models.error.as_ref().map(StudioError::cause), Some(error.cause()));
    assert_eq!((s.room(), &s.settings.image.model), (Room::Models, &used));

    let effects = do_(&mut s, Command::Models(ModelsCommand::OpenModel("/x/m.safetensors".into())));
    assert!(s.models.error.is_none(), "the next one takes the word away");
    let id = "/x/m.safetensors";
    opened(&mut s, &effects, Ok(local(id, id, "")));
    assert_eq!((s.room(), &s.settings.image.model), (Room::Models, &used), "it is said first");
    do_(&mut s, Command::Models(ModelsCommand::UseModel(id.into())));
    assert_eq!((s.room(), s.settings.image.model.as_str()), (Room::Create, id));
    assert_eq!(s.settings.opened, [PathBuf::from(id)], "it is there after a restart");
    // When it is off the list, the program's own model replaces it.
    do_(&mut s, Command::Models(ModelsCommand::ForgetModel(id.into())));
    assert!(s.catalogue.entry(id).is_none() && s.settings.opened.is_empty());
    assert_eq!(s.settings.image.model, STICKER_ID);
}

#[test]
fn an_answer_of_the_doctor_that_was_overtaken_changes_nothing() {
    let mut s = state();
    let first = do_(&mut s, Command::Models(ModelsCommand::OpenModel("/x/a.safetensors".into())));
    do_(&mut s, Command::Models(ModelsCommand::OpenModel("/x/b.safetensors".into())));
    opened(&mut s, &first, Ok(local("/x/a.safetensors", "/x/a.safetensors", "")));
    assert!(s.catalogue.entry("/x/a.safetensors").is_none());
}

#[test]
fn a_missing_part_is_chosen_and_remembered_only_where_it_fits() {
    let mut s = state();
    let main = "/m/sd.safetensors";
    let here = ModelPresence::Here { path: main.into() };
    s.catalogue.entries.push(ModelEntry { card: local("sd", main, "VAE"), ..entry("sd", Makes::Image, here) });
    do_(&mut s, Command::Models(ModelsCommand::UseModel("sd".into())));
    prompt(&mut s, "a cat");
    assert!(do_(&mut s, Command::Create(CreateCommand::Generate)).is_empty());
    assert!(matches!(s.create.error.as_ref().unwrap().cause(), Cause::LacksParts { .. }));
    // Also by the path that the error names.
    assert_eq!(
        do_(&mut s, Command::Models(ModelsCommand::ChooseMissingPart(main.into()))),
        [Effect::AskPartFile("sd".into())]
    );
    let effects = do_(&mut s, Command::Models(ModelsCommand::PartChosen("sd".into(), "/x/wrong.safetensors".into())));
    let reason = Both::new("x", "x");
    opened(&mut s, &effects, Err(Cause::NotUsed { path: "/x/wrong.safetensors".into(), reason }.into()));
    assert!(s.settings.parts_of.is_empty() && s.catalogue.entry("sd").unwrap().lacks().is_some());
    let effects = do_(&mut s, Command::Models(ModelsCommand::PartChosen("sd".into(), "/x/vae.safetensors".into())));
    assert!(
        matches!(&effects[..], [Effect::Catalogue(CatalogueRequest::OpenModel(ask))] if ask.path.as_os_str() == main)
    );
    opened(&mut s, &effects, Ok(local("/m/sd.safetensors", main, "")));
    assert_eq!(s.settings.parts_of["sd"], [PathBuf::from("/x/vae.safetensors")]);
    assert!(s.catalogue.entry("sd").unwrap().lacks().is_none() && s.create.error.is_none());
    assert_eq!(s.catalogue.entries.len(), 3, "it is the same model");
}

#[test]
fn a_removed_model_comes_back_by_undo_and_the_folder_is_read_anew() {
    let mut s = state();
    s.catalogue.entries[0].card.files[0].sources = vec![Source::Embedded];
    assert!(
        do_(&mut s, Command::Models(ModelsCommand::RemoveModel(STICKER_ID.into()))).is_empty(),
        "not what is inside the program"
    );
    assert_eq!(
        do_(&mut s, Command::Models(ModelsCommand::RemoveModel(SMOLLM_ID.into()))),
        [Effect::Catalogue(CatalogueRequest::RemoveModel(SMOLLM_ID.into()))]
    );
    s.catalogue.entry_mut(SMOLLM_ID).unwrap().fetch = Some(FetchState::default());
    assert!(
        do_(&mut s, Command::Models(ModelsCommand::RemoveModel(SMOLLM_ID.into()))).is_empty(),
        "not while it is being fetched"
    );
    let what = RemovedWhat::Card(SMOLLM_ID.into());
    let removed = RemovedModel { name: "S".into(), bytes: 5, at: "/m/.trash/1".into(), what };
    let effects = update(&mut s, Input::Models(ModelNews::Removed(Ok(removed.clone()))));
    assert_eq!(effects, [Effect::Catalogue(CatalogueRequest::ReadModels)]);
    assert_eq!(s.notices.list.last().unwrap().kind, NoticeKind::ModelRemoved(removed.clone()));
    assert_eq!(
        do_(&mut s, Command::Models(ModelsCommand::RestoreModel(removed.clone()))),
        [Effect::Catalogue(CatalogueRequest::RestoreModel(removed))]
    );
    assert_eq!(
        update(&mut s, Input::Models(ModelNews::Restored(Ok(())))),
        [Effect::Catalogue(CatalogueRequest::ReadModels)]
    );
    assert!(s.notices.list.is_empty(), "what is back cannot be brought back");
}

#[test]
fn models_are_read_anew_on_entering_their_room_and_after_a_fetch() {
    let mut s = state();
    assert_eq!(do_(&mut s, Command::Go(Room::Models)), [Effect::Catalogue(CatalogueRequest::ReadModels)]);
    let event = FetchEvent { id: SMOLLM_ID.into(), kind: FetchEventKind::Finished { path: "/m/s.gguf".into() } };
    assert!(update(&mut s, Input::Fetch(event)).contains(&Effect::Catalogue(CatalogueRequest::ReadModels)));
    do_(&mut s, Command::Models(ModelsCommand::BetterModels(Makes::Text)));
    assert_eq!((s.room(), s.models.filter), (Room::Models, Some(Makes::Text)));
    do_(&mut s, Command::Models(ModelsCommand::ShowModel(STICKER_ID.into())));
    assert_eq!((s.models.filter, s.models.shown.as_deref()), (Some(Makes::Image), Some(STICKER_ID)));
    do_(&mut s, Command::Models(ModelsCommand::ModelShown));
    assert_eq!(s.models.shown, None);
}

#[test]
fn what_the_model_cannot_do_is_known_before_the_prompt_is_sent() {
    let mut s = state();
    s.catalogue.entries[0].card.quality = Quality { languages: Lang::ALL.into(), single: true, ..Quality::default() };
    s.catalogue.entries[1].card.quality.languages = vec![Lang::En];
    prompt(&mut s, "红苹果");
    assert_eq!(s.image_advice(scene_advice), None, "it reads Chinese");
    prompt(&mut s, "a cat on a box");
    assert_eq!(s.image_advice(scene_advice), Some(Advice::Several(vec!["cat".into(), "box".into()])));
    s.catalogue.entries[0].card.quality.single = false;
    assert_eq!(s.image_advice(scene_advice), None, "another model draws scenes");

    assert_eq!(s.text_advice(), None);
    do_(&mut s, Command::Write(WriteCommand::SetDraft("写一首诗".into())));
    assert_eq!(s.text_advice(), Some(Advice::NoChinese));
    s.catalogue.entries[1].card.quality.languages.push(Lang::Zh);
    assert_eq!(s.text_advice(), None);
    s.catalogue.entries[1].card.quality.languages = vec![Lang::En];
    do_(&mut s, Command::Write(WriteCommand::SetDraft("a poem".into())));
    assert_eq!(s.text_advice(), None);
    // The question stays in sight, with what the model continues.
    let (id, _) = submitted(&write::say(&mut s, "写一首诗"));
    engine(&mut s, id, TextNews::Token { text: "爱你爱你".into() });
    assert_eq!(s.text_advice(), Some(Advice::NoChinese));
    engine(&mut s, id, EventKind::Finished(write::stats()));
    do_(&mut s, Command::Write(WriteCommand::SetDraft("a poem".into())));
    assert_eq!(s.text_advice(), Some(Advice::ChineseBefore));
    do_(&mut s, Command::Write(WriteCommand::NewConversation));
    assert_eq!(s.text_advice(), None);
    // A form asks in the window's language.
    do_(&mut s, Command::Settings(SettingsCommand::SetLang(Lang::Zh)));
    let form = crate::writing::forms::forms()[0].id.clone();
    do_(&mut s, Command::Write(WriteCommand::OpenForm(form)));
    assert_eq!(s.text_advice(), Some(Advice::NoChinese));
}

/// The built-in examples must not get a warning, at the initial size of the model.
#[test]
fn no_example_of_the_sticker_model_is_warned_of() {
    let catalog = include_str!("../../../models/sticker-64/card.toml");
    let card: ModelCard = toml::from_str(catalog).unwrap();
    assert!(card.quality.single && !card.examples.is_empty());
    let mut s = state();
    s.catalogue.entries[0].card = card.clone();
    (s.settings.image.width, s.settings.image.height) = (card.sizes[0].width, card.sizes[0].height);
    for example in card.examples.iter().chain(&card.examples_zh) {
        prompt(&mut s, example);
        assert_eq!(s.image_advice(scene_advice), None, "{example}");
    }
}

#[test]
fn a_model_that_came_back_is_removed_again_by_redo() {
    let mut s = state();
    do_(&mut s, Command::Go(Room::Models));
    let removed = |at: &str, what| RemovedModel { name: "S".into(), bytes: 1, at: at.into(), what };
    let news = |s: &mut AppState, news| drop(update(s, Input::Models(news)));
    let card = || RemovedWhat::Card(SMOLLM_ID.into());
    let entry = s.catalogue.entries.pop().unwrap();
    news(&mut s, ModelNews::Removed(Ok(removed("/trash/1", card()))));
    do_(&mut s, Command::Undo);
    // Its files are being restored.
    s.catalogue.entries.push(entry);
    news(&mut s, ModelNews::Restored(Ok(())));
    assert_eq!(do_(&mut s, Command::Redo), [Effect::Catalogue(CatalogueRequest::RemoveModel(SMOLLM_ID.into()))]);
    news(&mut s, ModelNews::Removed(Ok(removed("/trash/2", card()))));
    // To another place in the trash, and back from there.
    assert_eq!(
        do_(&mut s, Command::Undo),
        [Effect::Catalogue(CatalogueRequest::RestoreModel(removed("/trash/2", card())))]
    );
    // A file that cannot be used.
    let file = PathBuf::from("/m/bad.gguf");
    news(&mut s, ModelNews::Removed(Ok(removed("/trash/3", RemovedWhat::File(file.clone())))));
    do_(&mut s, Command::Undo);
    s.catalogue.broken = vec![BrokenFile { path: file.clone(), bytes: 1, error: StudioError::other(Both::same("x")) }];
    assert_eq!(do_(&mut s, Command::Redo), [Effect::Catalogue(CatalogueRequest::RemoveModelFile(file))]);
}

fn shown(s: &AppState, section: Section) -> Vec<(String, bool)> {
    let gone = |what: &Placed<'_>| matches!(what, Placed::Gone);
    s.models.placed(&s.catalogue, section).into_iter().map(|(place, what)| (place.id, gone(&what))).collect()
}

/// Regression: a card moved to another section when its model was downloaded, and the next one moved under the pointer
/// when one was removed.
#[test]
fn cards_of_models_stay_in_place_while_the_room_is_open() {
    let mut s = state();
    for id in ["gemma", "qwen"] {
        s.catalogue.entries.push(entry(id, Makes::Text, ModelPresence::Absent));
    }
    let broken = |name: &str| BrokenFile { path: name.into(), bytes: 1, error: Cause::EmptyPrompt.into() };
    s.catalogue.broken = vec![broken("/m/a"), broken("/m/b")];
    do_(&mut s, Command::Go(Room::Models));
    let at = |id: &str| (id.to_owned(), false);
    let gone = |id: &str| (id.to_owned(), true);
    let (here, fetch) = (Section::Here(Makes::Text), Section::ToFetch(Makes::Text));
    let is = |s: &AppState, here_now: &[(String, bool)], to_fetch: &[(String, bool)]| {
        assert_eq!((&*shown(s, here), &*shown(s, fetch)), (here_now, to_fetch));
    };
    is(&s, &[at(SMOLLM_ID)], &[at("gemma"), at("qwen")]);
    // One is downloaded, one is removed, one is opened: each stays, and new ones come last.
    do_(&mut s, Command::Models(ModelsCommand::Fetch("gemma".into())));
    let event = FetchEvent { id: "gemma".into(), kind: FetchEventKind::Finished { path: "/m/g.gguf".into() } };
    update(&mut s, Input::Fetch(event));
    s.catalogue.entry_mut(SMOLLM_ID).unwrap().presence = ModelPresence::Absent;
    s.catalogue.entries.insert(0, entry("new", Makes::Text, ModelPresence::Here { path: "/m/new".into() }));
    do_(&mut s, Command::Tick);
    is(&s, &[at(SMOLLM_ID), at("new")], &[at("gemma"), at("qwen")]);
    // A card that leaves the list leaves its place empty.
    s.catalogue.entries.retain(|entry| entry.card.id != "gemma");
    s.catalogue.broken.remove(0);
    do_(&mut s, Command::Tick);
    is(&s, &[at(SMOLLM_ID), at("new")], &[gone("gemma"), at("qwen")]);
    assert_eq!(shown(&s, Section::Broken), [gone("/m/a"), at("/m/b")]);
    // They are sorted when the room is entered again.
    do_(&mut s, Command::Go(Room::Create));
    do_(&mut s, Command::Go(Room::Models));
    is(&s, &[at("new")], &[at(SMOLLM_ID), at("qwen")]);
    assert_eq!(shown(&s, Section::Broken), [at("/m/b")]);
    // What the folder has appears after that, once.
    s.catalogue.entries.reverse();
    s.models.were_read();
    do_(&mut s, Command::Tick);
    is(&s, &[at("new")], &[at("qwen"), at(SMOLLM_ID)]);
}

#[test]
fn a_model_that_was_taken_off_the_list_comes_back_as_it_was() {
    let mut s = state();
    do_(&mut s, Command::Go(Room::Models));
    let path = PathBuf::from("/x/a.gguf");
    let id = path.display().to_string();
    s.settings.opened.push(path.clone());
    s.settings.parts_of.insert(id.clone(), vec!["/x/vae".into()]);
    s.settings.text.model.clone_from(&id);
    do_(&mut s, Command::Models(ModelsCommand::ForgetModel(path.clone())));
    assert_eq!((s.settings.opened.len(), &*s.settings.text.model), (0, SMOLLM_ID));
    let serial = s.undo.that_removed(&id).expect("its empty place can bring it back");
    assert_eq!(s.notices.list.last().unwrap().kind, NoticeKind::ModelForgotten { name: "a.gguf".into(), serial });
    assert_eq!(do_(&mut s, Command::UndoThis(serial)), [Effect::Catalogue(CatalogueRequest::ReadModels)]);
    assert_eq!((&s.settings.opened, &s.settings.text.model), (&vec![path.clone()], &id));
    assert_eq!((&s.settings.parts_of[&id], s.notices.list.len()), (&vec![PathBuf::from("/x/vae")], 0));
    do_(&mut s, Command::Redo);
    assert!(s.settings.opened.is_empty());
    do_(&mut s, Command::Undo);
    assert_eq!(s.settings.opened, [path]);
}
